"""Which periods run, until when, when somebody is told, and who has to act meanwhile."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from states.calendar import default_calendar
from states.clocks import (
    FILING_REPEAT_DAYS,
    Mark,
    Task,
    due,
    escalation_of,
    filing_clock,
    local_day,
    marks_to_arm,
    moment,
    next_repeat,
    owners_of,
    reckon,
    running,
    tasks,
)
from states.facts import Clock, Dossier, OpenFiling, Signature
from states.plan import ENFORCE_MARK
from states.steps import Length
from states.vocabulary import Role, Unit
from tests.support.asking import an_opening, d
from tests.support.deciding import CHECKER, CLERK, HRSS, JUDGE, RURAL, Desk, at, changed, rules_of, the_document

DOCUMENT, CALENDAR = the_document(), default_calendar()
FILED = OpenFiling("contract", 9, Role.EMPLOYER, d("2026-03-18"), False)


def clocks_in(stage: str, visit: int = 1, kind: str = "village", **known: Any) -> dict[str, Clock]:
    return running(DOCUMENT, stage, kind, visit, Dossier().with_(**known), an_opening(closes="2026-03-20"), CALENDAR)


def a_clock(due_on: str = "2026-03-09", visit: int = 1, **more: bool) -> Clock:
    return Clock(d("2026-03-02"), d(due_on), more.pop("provisional", False), visit, **more)


# ---- days and moments -----------------------------------------------------------------------------------------------


def test_a_day_begins_in_shanghai() -> None:
    assert moment(d("2026-03-10")) == datetime(2026, 3, 9, 16, tzinfo=UTC)
    assert local_day(datetime(2026, 3, 9, 15, 59, 59, tzinfo=UTC)) == d("2026-03-09")
    assert local_day(datetime(2026, 3, 9, 16, tzinfo=UTC)) == d("2026-03-10")


@pytest.mark.parametrize(
    ("n", "unit", "more", "base", "ends"),
    [
        (5, Unit.WORKING_DAYS, {}, "2026-03-02", "2026-03-09"),
        (5, Unit.WORKING_DAYS, {"count_first_day": True}, "2026-03-02", "2026-03-06"),
        (5, Unit.CALENDAR_DAYS, {}, "2026-03-02", "2026-03-07"),
        # the corresponding day, 2 May, falls into the Labour Day holiday
        (2, Unit.MONTHS, {}, "2026-03-02", "2026-05-06"),
        (2, Unit.MONTHS, {"roll": False}, "2026-03-02", "2026-05-02"),
        (0, Unit.ON_THE_DAY, {}, "2026-03-01", "2026-03-01"),
    ],
)
def test_a_period_ends_as_its_unit_says(n: int, unit: Unit, more: dict[str, bool], base: str, ends: str) -> None:
    length = Length.model_validate({"n": n, "unit": unit, **more})
    assert due(DOCUMENT, length, d(base), CALENDAR) == (d(ends), False)
    assert (reckon(DOCUMENT, length, d(base), CALENDAR) is None) is (unit is Unit.ON_THE_DAY)


def test_a_length_left_open_is_what_the_gap_says() -> None:
    length = Length.model_validate({"n": {"gap": "days"}, "unit": "working_days", "count_first_day": {"gap": "first"}})
    gap = DOCUMENT.gaps[0]
    gaps = (
        gap.model_copy(update={"gap": "days", "default": 3}),
        gap.model_copy(update={"gap": "first", "default": True}),
    )
    assert due(changed(gaps=gaps), length, d("2026-03-02"), CALENDAR) == (d("2026-03-04"), False)


@pytest.mark.parametrize(
    ("base", "ends", "provisional"),
    [
        ("2026-12-17", "2026-12-24", False),
        # the notice of 2027 may name the last days of 2026 too; that 1 January is a holiday needs no notice
        ("2026-12-18", "2026-12-25", True),
        ("2026-12-28", "2027-01-05", True),
    ],
)
def test_a_period_into_days_without_a_notice_is_provisional(base: str, ends: str, provisional: bool) -> None:
    assert due(DOCUMENT, Length(n=5, unit=Unit.WORKING_DAYS), d(base), CALENDAR) == (d(ends), provisional)
    clock = clocks_in("notice", posted_on=d(base))["notice_period"]
    assert (clock.due_on, clock.provisional) == (d(ends), provisional)


# ---- which clocks run -----------------------------------------------------------------------------------------------


def test_only_the_clocks_of_the_stage_run_and_only_once_their_event_has_come() -> None:
    assert set(clocks_in("vacancy")) == {"window"}
    assert set(clocks_in("notice")) == set()
    assert set(clocks_in("notice", posted_on=d("2026-03-02"))) == {"notice_period"}


def test_an_opening_without_a_closing_day_has_no_window() -> None:
    assert running(DOCUMENT, "vacancy", "village", 1, Dossier(), an_opening(), CALENDAR) == {}


def test_a_deadline_of_one_kind_of_post_does_not_run_for_another() -> None:
    entered: dict[str, Any] = {"entered_on": d("2026-03-02")}
    assert set(clocks_in("applied", **entered)) == {"check_due"}
    assert set(clocks_in("applied", kind="town", **entered)) == {"check_due", "town_check"}


def test_a_clock_with_the_same_base_end_and_visit_keeps_its_marks() -> None:
    before = clocks_in("applied", entered_on=d("2026-03-02"))
    called = {"check_due": replace(before["check_due"], called=True)}
    after = clocks_in("applied", entered_on=d("2026-03-02"), clocks=called)
    assert after["check_due"].called


def test_a_clock_whose_base_has_moved_is_a_new_one() -> None:
    called = {"check_due": a_clock(called=True, blocked=True)}
    after = clocks_in("applied", entered_on=d("2026-03-03"), clocks=called)["check_due"]
    assert (after.base_on, after.called, after.blocked) == (d("2026-03-03"), False, False)


def test_a_clock_of_an_earlier_visit_is_not_that_of_a_later_one() -> None:
    called = {"check_due": a_clock(visit=1, called=True)}
    after = clocks_in("applied", visit=2, entered_on=d("2026-03-02"), clocks=called)["check_due"]
    assert (after.visit, after.called) == (2, False)


def test_a_clock_that_runs_through_several_stages_goes_on_from_one_to_the_next() -> None:
    called = {"limit": Clock(d("2029-03-10"), d("2029-03-10"), False, 3, called=True)}
    after = clocks_in("contracted", visit=5, last_lawful_on=d("2029-03-10"), clocks=called)["limit"]
    assert (after.visit, after.called) == (3, True)


def test_a_day_that_becomes_certain_keeps_the_marks_of_its_clock() -> None:
    uncertain = {"check_due": a_clock(provisional=True, called=True)}
    after = clocks_in("applied", entered_on=d("2026-03-02"), clocks=uncertain)["check_due"]
    assert (after.provisional, after.called) == (False, True)


def test_a_filing_has_a_clock_wherever_the_hire_stands_until_it_is_sent() -> None:
    for stage in ("vacancy", "over_term", "ended"):
        assert clocks_in(stage, filings=(FILED,))["filing:contract:9"].due_on == FILED.due_on
    known = {filing_clock(FILED): Clock(FILED.due_on, FILED.due_on, False, 2, called=True)}
    assert clocks_in("ended", visit=4, filings=(FILED,), clocks=known) == known
    assert clocks_in("ended", visit=4, clocks=known) == {}


def test_a_filing_due_in_a_year_without_a_notice_is_provisional() -> None:
    filing = replace(FILED, due_on=d("2027-01-06"), provisional=True)
    assert clocks_in("ended", filings=(filing,))["filing:contract:9"].provisional


# ---- when somebody is told ------------------------------------------------------------------------------------------


def marks(name: str, clock: Clock, now: datetime) -> list[int]:
    return [mark.mark for mark in marks_to_arm(DOCUMENT, name, clock, now)]


@pytest.mark.parametrize(
    ("now", "armed"),
    [
        (at("2026-03-02"), [-2, 0, 1]),
        # the mark two days before is now, or past: it is told at once, the others wait
        (at("2026-03-07", 8), [-2, 0, 1]),
        (at("2026-03-09", 7), [-2, 0, 1]),
        # of two that are past only the later one is told
        (at("2026-03-09", 8), [0, 1]),
        (at("2026-03-10", 7), [0, 1]),
        (at("2026-03-10", 8), [1]),
        (at("2026-09-01"), [1]),
    ],
)
def test_of_reminders_already_past_only_the_latest_is_armed(now: datetime, armed: list[int]) -> None:
    assert marks("check_due", a_clock(), now) == armed


def test_reminders_go_out_at_eight_and_the_system_acts_when_the_day_after_begins() -> None:
    found = marks_to_arm(DOCUMENT, "term_end", a_clock("2027-03-10"), at("2026-03-11"))
    assert found == [
        Mark("advise", -30, at("2027-02-08", 8)),
        Mark("advise", -7, at("2027-03-03", 8)),
        Mark("enforce", ENFORCE_MARK, at("2027-03-11", 0)),
    ]


def test_an_end_that_is_past_already_is_still_enforced() -> None:
    assert marks("notice_period", a_clock(), at("2026-09-01")) == [ENFORCE_MARK]


def test_a_bar_tells_nobody_and_moves_nothing() -> None:
    assert marks_to_arm(DOCUMENT, "nothing_before", a_clock(), at("2026-03-02")) == []


def test_a_filing_is_recalled_the_day_before_and_the_day_after() -> None:
    assert marks("filing:contract:9", a_clock(), at("2026-03-02")) == [-1, 1]
    assert marks("filing:contract:9", a_clock(), at("2026-03-10", 8)) == [1]


@pytest.mark.parametrize(
    ("fired", "now", "following"),
    [
        # before the last mark nothing repeats: the marks that follow are armed already
        (-2, "2026-03-07", None),
        (0, "2026-03-09", None),
        (1, "2026-03-10", 8),
        (8, "2026-03-17", 15),
        # told late, within the week: still one week on
        (1, "2026-03-13", 8),
        # on the day of the next repeat it is that day's turn until eight o'clock, and then the next week's
        (1, "2026-03-17T07", 8),
        (1, "2026-03-17T08", 15),
        # a sweep that slept for 45 days tells once and goes on in the future, in the old rhythm
        (1, "2026-04-24", 50),
        (8, "2026-04-24", 50),
    ],
)
def test_a_reminder_repeats_in_its_rhythm_and_never_in_the_past(fired: int, now: str, following: int | None) -> None:
    day, _, hour = now.partition("T")
    asked = at(day, int(hour or 9))
    found = next_repeat(DOCUMENT, "check_due", a_clock(), fired, asked)
    assert (found and found.mark) == following
    if found is not None:
        assert found.kind == "advise"
        assert found.at == at(d("2026-03-09") + timedelta(days=found.mark), 8)
        assert found.at > asked


def test_what_does_not_repeat_does_not_repeat() -> None:
    assert next_repeat(DOCUMENT, "limit", a_clock(), -30, at("2026-03-10")) is None


def test_filings_repeat_each_week() -> None:
    found = next_repeat(DOCUMENT, "filing:contract:9", a_clock(), 1, at("2026-03-10"))
    assert found is not None
    assert found.mark == 1 + FILING_REPEAT_DAYS


def test_after_a_reminder_the_next_one_is_armed_however_long_the_sweep_slept() -> None:
    desk = Desk.at_applied()
    desk.fire("check_due", "2026-04-24", mark=1)
    assert ("advise", 50) in desk.armed("check_due")
    assert ("advise", 1) not in desk.armed("check_due")


# ---- a step arms and cancels ----------------------------------------------------------------------------------------


def test_a_changed_base_arms_anew_and_cancels_what_was_armed() -> None:
    desk = Desk.under_contract()
    before = [timer for timer in desk.timers if timer.name == "term_end"]
    desk.do("protect", CLERK, "2027-03-01", kind="medical_period", until=d("2027-04-15"), evidence="医院证明")
    assert [timer for timer in desk.timers if timer.name == "term_end"] == before  # protection alone moves nothing
    plan = desk.fire("term_end", "2027-03-11", mark=ENFORCE_MARK)
    assert plan is not None
    assert plan.act == "extend_by_law"
    assert "term_end" in plan.cancel_clocks
    assert {timer.legal_on for timer in desk.timers if timer.name == "term_end"} == {d("2027-04-15")}
    assert desk.armed("term_end") == [("advise", -30), ("advise", -7), ("enforce", ENFORCE_MARK)]


def test_what_stays_as_it_was_is_neither_cancelled_nor_armed_again() -> None:
    desk = Desk.under_contract()
    plan = desk.do("protect", CLERK, "2026-05-01", kind="medical_period", until=d("2026-06-15"), evidence="医院证明")
    assert plan.cancel_clocks == ()
    assert "timer" not in plan.rows


def test_a_timer_of_an_earlier_visit_is_of_no_effect() -> None:
    """The notice is corrected on its first day: both rounds end on the same day, and only the second one counts."""
    desk = Desk.at_applied()
    desk.do("check", CHECKER)
    desk.do("post", CLERK, posted_on=d("2026-03-02"), boards=["公示栏"])
    first = [timer for timer in desk.timers if timer.name == "notice_period"]
    desk.do("restart", CLERK, posted_on=d("2026-03-02"), boards=["公示栏"])
    second = [timer for timer in desk.timers if timer.name == "notice_period"]
    assert [(t.legal_on, t.visit) for t in first] == [(d("2026-03-09"), 4)]
    assert [(t.legal_on, t.visit) for t in second] == [(d("2026-03-09"), 5)]
    desk.timers = first
    assert desk.fire("notice_period", "2026-03-10") is None
    desk.timers = second
    plan = desk.fire("notice_period", "2026-03-10")
    assert plan is not None
    assert plan.act == "close_notice"


def test_a_timer_for_a_day_that_has_moved_is_of_no_effect() -> None:
    desk = Desk.under_contract()
    timer = next(timer for timer in desk.timers if timer.kind == "enforce")
    desk.timers = [replace(timer, legal_on=timer.legal_on - timedelta(days=1))]
    assert desk.fire("term_end", "2027-03-11") is None


# ---- who has to act -------------------------------------------------------------------------------------------------


def to_do(desk: Desk) -> set[tuple[str, str]]:
    hire = desk.hire
    found = tasks(rules_of().procedure, hire.stage, hire.dossier, hire.dossier.clocks)
    return {(task.name, task.role.value) for task in found}


def test_the_owners_of_the_stage_act_until_they_have_signed() -> None:
    desk = Desk.at_review()
    assert to_do(desk) == {("stage:review", "hrss"), ("stage:review", "rural")}
    plan = desk.do("approve", HRSS, "2026-03-10")
    assert to_do(desk) == {("stage:review", "rural")}
    assert plan.drop_tasks == ({"hire_id": 7, "name": "stage:review", "role": "hrss"},)
    plan = desk.do("approve", RURAL, "2026-03-10")
    assert to_do(desk) == {("stage:approved", "employer")}
    assert [(row["name"], row["role"], row["region"]) for row in plan.rows["task"]] == [
        ("stage:approved", "employer", desk.hire.region)
    ]


def test_a_task_shows_the_soonest_day_that_binds_its_owner() -> None:
    known = Dossier(signatures=(Signature("check", Role.EMPLOYER, "clerk"),))
    clocks = {"check_due": a_clock("2026-03-09"), "town_check": a_clock("2026-03-05"), "filing:contract:9": a_clock()}
    assert tasks(DOCUMENT, "applied", known, clocks) >= {Task("stage:applied", Role.HRSS, d("2026-03-05"))}
    # the window has no owner of its own: it binds whoever owns the stage
    assert tasks(DOCUMENT, "vacancy", Dossier(), {"window": a_clock("2026-03-20")}) == {
        Task("stage:vacancy", Role.EMPLOYER, d("2026-03-20"))
    }
    # a deadline of the bureau binds nobody else
    assert Task("stage:applied", Role.EMPLOYER, None) in tasks(DOCUMENT, "applied", Dossier(), clocks)


def test_a_clock_calls_its_owner_from_its_first_reminder_on() -> None:
    desk = Desk.under_contract()
    assert ("clock:term_end", "employer") not in to_do(desk)
    plan = desk.fire("term_end", "2027-02-08", mark=-30)
    assert ("clock:term_end", "employer") in to_do(desk)
    assert plan is not None
    assert [(row["name"], row["due_on"]) for row in plan.rows["task"]] == [("clock:term_end", "2027-03-10")]


def test_a_filing_is_on_the_list_from_the_day_it_is_owed_until_it_is_sent() -> None:
    desk = Desk.under_contract()
    assert ("clock:filing:contract:9", "employer") in to_do(desk)
    desk.do("file", CLERK, "2026-03-12", filing="contract", seq=9, sent_on=d("2026-03-12"))
    assert to_do(desk) == set()
    assert desk.armed("filing:contract:9") == []


def test_an_objection_calls_those_who_may_answer_it() -> None:
    desk = Desk.at_applied()
    desk.do("check", CHECKER)
    desk.do("post", CLERK, posted_on=d("2026-03-02"), boards=["公示栏"])
    assert to_do(desk) == set()
    objection = desk.do("object", CLERK, "2026-03-03", text="与村主任是亲属")
    assert to_do(desk) == {("objection", "hrss")}
    desk.do("dismiss_objection", JUDGE, "2026-03-04", objection=objection.seq, reason="经查不属实")
    assert to_do(desk) == set()


# ---- who hears ------------------------------------------------------------------------------------------------------


def test_owners_and_escalation_of_a_clock() -> None:
    other = replace(FILED, seq=12, by=Role.HRSS)
    assert owners_of(DOCUMENT, "check_due", ()) == (Role.HRSS,)
    assert owners_of(DOCUMENT, "filing:contract:12", (FILED, other)) == (Role.HRSS,)
    assert escalation_of(DOCUMENT, "check_due") == (Role.COUNTY,)
    assert escalation_of(DOCUMENT, "filing:contract:9") == (Role.HRSS,)


@pytest.mark.parametrize(
    ("mark", "day", "hearers"),
    [(-2, "2026-03-07", ["hrss"]), (0, "2026-03-09", ["hrss"]), (1, "2026-03-10", ["hrss", "county"])],
)
def test_the_level_above_hears_only_what_is_late(mark: int, day: str, hearers: list[str]) -> None:
    desk = Desk.at_applied()
    plan = desk.fire("check_due", day, mark)
    assert plan is not None
    assert [row["to_role"] for row in plan.rows["outbox"]] == hearers


def test_over_term_the_level_above_hears_from_the_first_day_and_every_day() -> None:
    desk = Desk.under_contract()
    desk.fire("term_end", "2027-03-11", mark=ENFORCE_MARK)
    assert desk.hire.stage == "over_term"
    for day, mark in (("2027-03-11", 0), ("2027-03-12", 1), ("2027-03-13", 2)):
        plan = desk.fire("watch", day, mark)
        assert plan is not None
        assert [row["to_role"] for row in plan.rows["outbox"]] == ["employer", "county"]
    assert desk.armed("watch") == [("advise", 3)]


def test_a_reminder_says_what_is_due_and_when() -> None:
    desk = Desk.at_applied("2026-12-25")
    plan = desk.fire("check_due", "2026-12-31")
    assert plan is not None
    letter = plan.rows["outbox"][0]
    ends = date.fromisoformat(letter["facts"]["due_on"])
    assert ends.year == 2027
    assert letter["template"] == "remind_check_due"
    assert letter["facts"] == {"deadline": "check_due", "due_on": ends.isoformat(), "mark": -2, "provisional": True}
    assert (plan.act, plan.on) == ("remind:check_due", d("2026-12-31"))
