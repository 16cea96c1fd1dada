"""What a due timer does: on its day however late, once, by the first step that its guards allow."""

from __future__ import annotations

from typing import Any

import pytest

from states.decide import collapse, decide_timer
from states.plan import ENFORCE_MARK, TimerFact
from tests.support.asking import d
from tests.support.deciding import (
    CHECKER,
    CLERK,
    FIRST_DAY,
    JUDGE,
    SETTING,
    Desk,
    at,
)


def on_notice() -> Desk:
    desk = Desk.at_applied()
    desk.do("check", CHECKER)
    desk.do("post", CLERK, posted_on=d(FIRST_DAY), boards=["公示栏"])
    return desk


# ---- timers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("woke", ["2026-03-10", "2026-04-24"])
def test_a_period_ends_on_its_day_however_late_the_sweep_comes(woke: str) -> None:
    desk = on_notice()
    plan = desk.fire("notice_period", woke)
    assert plan is not None
    assert (plan.on, plan.at) == (d("2026-03-10"), at(woke))
    assert (desk.dossier.entered_on, desk.body["on"]) == (d("2026-03-10"), "2026-03-10")
    assert desk.body["at"] == at(woke).isoformat()
    assert desk.plans[-1].updates[0][2] == {"closed_on": "2026-03-10"}
    assert (desk.body["actor"]["person"], desk.body["actor"]["role"]) == ("system", "system")


def test_of_several_ends_the_first_that_its_guards_allow_is_taken() -> None:
    def ended(*steps: tuple[str, dict[str, Any]]) -> str:
        desk = Desk.under_contract()
        for act, payload in steps:
            desk.do(act, CLERK, "2027-02-02", **payload)
        plan = desk.fire("term_end", "2027-03-11", mark=ENFORCE_MARK)
        assert plan is not None
        return plan.act

    renew, end = ("decide_renew", {"reason": "考核合格"}), ("decide_end", {"reason": "不再续签"})
    signed = ("sign_renewal", {"signed_on": d("2027-02-02")})
    protected = ("protect", {"kind": "medical_period", "until": d("2027-04-15"), "evidence": "医院证明"})
    assert ended(renew, signed) == "renew"
    assert ended(renew, signed, protected) == "renew"
    assert ended(renew) == "overrun"
    assert ended(end, protected) == "extend_by_law"
    assert ended(end) == "end_term"
    assert ended() == "overrun"


def test_a_reminder_only_reminds() -> None:
    desk = Desk.under_contract()
    before = desk.hire
    desk.fire("term_end", "2027-02-08", mark=-30)
    assert (desk.hire.stage, desk.hire.visit, desk.hire.submitted_by) == (
        before.stage,
        before.visit,
        before.submitted_by,
    )
    assert "decision" not in desk.rows
    assert desk.body["input"] == {"mark": -30, "due_on": "2027-03-10", "deadline": "term_end"}


def test_a_timer_of_a_clock_that_runs_no_more_is_of_no_effect() -> None:
    desk = Desk.at_review()
    timer = TimerFact(7, "notice_period", "enforce", ENFORCE_MARK, 4, 4, d("2026-03-09"))
    assert decide_timer(desk.hire, timer, at("2026-03-10"), desk.rules, SETTING) is None


def an_objection() -> Desk:
    desk = on_notice()
    desk.do("object", CLERK, "2026-03-03", text="与村主任是亲属")
    desk.fire("notice_period", "2026-03-10")
    return desk


def test_an_end_that_is_refused_is_on_record_and_nothing_moves() -> None:
    desk = an_objection()
    plan = desk.plans[-1]
    assert (plan.act, desk.hire.stage, [status for _, status in plan.fired]) == (
        "blocked:notice_period",
        "notice",
        ["blocked"],
    )
    assert [answer.guard for answer in plan.answers] == ["no_open_objection"]
    assert desk.dossier.clocks["notice_period"].blocked
    # nothing is armed again by the refusal itself: a sweep would go round in circles
    assert desk.armed("notice_period") == []


def test_a_refused_end_is_asked_again_after_every_change_and_takes_its_day() -> None:
    desk = an_objection()
    desk.do("object", CLERK, "2026-03-12", text="学历不实")
    assert desk.armed("notice_period") == [("enforce", ENFORCE_MARK)]
    row = desk.rows["timer"][0]
    assert (row["due_at"], row["legal_on"]) == (at("2026-03-12").isoformat(), "2026-03-09")
    desk.fire("notice_period", "2026-03-12")
    assert desk.plans[-1].act == "blocked:notice_period"
    for seq in desk.dossier.open_objections:
        desk.do("dismiss_objection", JUDGE, "2026-03-13", objection=seq, reason="经查不属实")
    plan = desk.fire("notice_period", "2026-03-13")
    assert plan is not None
    assert (plan.act, plan.on, desk.hire.stage) == ("close_notice", d("2026-03-10"), "review")


# ---- reminders that pile up ------------------------------------------------------------------------------------------


def a_timer(mark: int, name: str = "check_due", legal_on: str = "2026-03-09", seq: int = 2) -> TimerFact:
    kind = "enforce" if mark == ENFORCE_MARK else "advise"
    return TimerFact(7, name, kind, mark, seq, 1, d(legal_on))


def told(*timers: TimerFact) -> list[tuple[str, int, str]]:
    return [(timer.name, timer.mark, status) for timer, status in collapse(list(timers))]


def test_of_several_reminders_of_one_clock_only_the_last_is_told() -> None:
    assert told(a_timer(-2), a_timer(0), a_timer(1)) == [
        ("check_due", -2, "collapsed"),
        ("check_due", 0, "collapsed"),
        ("check_due", 1, "due"),
    ]
    assert told(a_timer(1), a_timer(-2))[0] == ("check_due", 1, "due")


def test_reminders_of_different_clocks_do_not_collapse_into_each_other() -> None:
    assert [status for *_, status in told(a_timer(0), a_timer(0, "town_check"))] == ["due", "due"]


def test_reminders_of_an_end_that_is_due_are_not_told_any_more() -> None:
    assert told(a_timer(-7, "term_end"), a_timer(ENFORCE_MARK, "term_end"), a_timer(0)) == [
        ("term_end", -7, "collapsed"),
        ("term_end", ENFORCE_MARK, "due"),
        ("check_due", 0, "due"),
    ]


def test_of_two_ends_the_earlier_goes_first_and_of_one_day_the_one_set_later() -> None:
    term = a_timer(ENFORCE_MARK, "term_end", "2027-03-10", seq=5)
    leaving = a_timer(ENFORCE_MARK, "leaving", "2027-03-10", seq=9)
    early = a_timer(ENFORCE_MARK, "leaving", "2027-03-09", seq=3)
    assert [name for name, *_ in told(term, leaving)] == ["leaving", "term_end"]
    assert [name for name, *_ in told(leaving, term)] == ["leaving", "term_end"]
    assert [name for name, *_ in told(term, early)] == ["leaving", "term_end"]
    assert told() == []
