"""Taking back a leaving before its day, and what stands until something is taken back."""

from __future__ import annotations

from typing import Any

import pytest

from states.decide import decide_timer
from states.facts import Actor, Grant
from states.refusals import InputRefused, StepRefused
from states.vocabulary import Role
from tests.support.asking import d
from tests.support.deciding import CLERK, HRSS, RURAL, Desk, at, officer

WHY = {"reason": "决定的人写错了"}
COLLEAGUE = officer("colleague", Role.EMPLOYER)


def dismissed(by: Actor = CLERK) -> Desk:
    """Under contract, and on 1 August 2026 dismissed for the 20th."""
    desk = Desk.under_contract()
    desk.do("decide_leaving", by, "2026-08-01", ground="absence", effective_on=d("2026-08-20"), reason="旷工")
    return desk


def stopped(desk: Desk, act: str, by: Actor, day: str, **payload: Any) -> dict[str, str]:
    with pytest.raises(StepRefused) as refused:
        desk.plan(act, by, day, **payload)
    return {answer.guard: str(answer.verdict.say) for answer in refused.value.answers if answer.stops}


def test_somebody_else_takes_a_dismissal_back_until_its_day_and_the_hire_goes_on() -> None:
    desk = dismissed()
    before = desk.armed("leaving")
    assert set(stopped(desk, "take_back_leaving", CLERK, "2026-08-20", **WHY)) == {"four_eyes"}
    assert set(stopped(desk, "take_back_leaving", COLLEAGUE, "2026-08-21", **WHY)) == {"taking_back"}
    plan = desk.do("take_back_leaving", COLLEAGUE, "2026-08-20", **WHY)
    assert (desk.dossier.leaving_on, desk.dossier.leaving_ground, desk.dossier.leaving_by) == (None, None, None)
    assert desk.hire.stage == "contracted" and before and not desk.armed("leaving")
    (letter,) = plan.rows["outbox"]
    assert (letter["template"], letter["to_role"]) == ("leaving_taken_back", "applicant")
    assert letter["facts"]["leaving_on"] == "2026-08-20" and letter["facts"]["leaving_ground"] == "absence"
    (decided,) = plan.rows["decision"]
    assert (decided["officer_key"], decided["submitter_key"], decided["independent"]) == ("colleague", "clerk", True)
    assert set(stopped(desk, "take_back_leaving", HRSS, "2026-08-21", **WHY)) == {"taking_back"}
    desk.do("resign", CLERK, "2026-08-21", given_on=d("2026-08-21"), leave_on=d("2026-09-20"))
    assert desk.dossier.leaving_on == d("2026-09-20")


def test_who_takes_a_leaving_back() -> None:
    stand_in = Actor(9, "stand-in", "stand-in", (Grant(Role.EMPLOYER, "990000", deputy_for="clerk"),))
    principal = officer("clerk", Role.EMPLOYER)
    assert set(stopped(dismissed(), "take_back_leaving", stand_in, "2026-08-02", **WHY)) == {"four_eyes"}
    assert set(stopped(dismissed(stand_in), "take_back_leaving", principal, "2026-08-02", **WHY)) == {"four_eyes"}
    assert "take_back_leaving" in dismissed().offers(RURAL, "2026-08-02")
    with pytest.raises(InputRefused):
        dismissed().plan("take_back_leaving", COLLEAGUE, "2026-08-02")


def test_a_resignation_does_not_take_the_place_of_a_dismissal_but_of_a_resignation() -> None:
    desk = dismissed()
    leaves = {"given_on": d("2026-08-02"), "leave_on": d("2026-10-31")}
    said = stopped(desk, "resign", CLERK, "2026-08-02", **leaves)
    assert said == {"stands": "已决定于2026-08-20离岗（示例），不能再登记辞职"}
    assert not desk.offers(CLERK, "2026-08-02")["resign"].open
    desk = Desk.under_contract()
    for day in ("2026-10-31", "2026-10-30"):
        desk.do("resign", CLERK, "2026-08-02", given_on=d("2026-08-02"), leave_on=d(day))
    assert desk.dossier.leaving_on == d("2026-10-30")
    desk.do("take_back_leaving", COLLEAGUE, "2026-08-03", **WHY)
    taken_back = desk.dossier
    assert (taken_back.resigned_on, taken_back.leaving_on) == (None, None)


@pytest.mark.parametrize(
    ("ground", "leaves_on", "renew", "end"),
    [
        ("absence", "2027-02-25", {"stands"}, {"stands"}),
        ("resignation", "2027-02-25", {"stands"}, set()),
        # the term is over before the day for which the person resigned
        ("resignation", "2027-03-11", set(), set()),
    ],
)
def test_whoever_is_to_leave_within_the_term_is_not_renewed(
    ground: str, leaves_on: str, renew: set[str], end: set[str]
) -> None:
    desk = Desk.under_contract()
    assert desk.dossier.term_ends_on == d("2027-03-10")
    desk.amend(leaving_on=d(leaves_on), leaving_ground=ground)
    for act, expected in (("decide_renew", renew), ("decide_end", end)):
        if expected:
            assert set(stopped(desk, act, CLERK, "2027-02-20", reason="合格")) == expected
        else:
            desk.do(act, CLERK, "2027-02-20", reason="合格")


def test_a_renewal_that_was_signed_is_not_decided_away() -> None:
    desk = Desk.under_contract()
    desk.do("decide_renew", CLERK, "2027-02-20", reason="合格")
    desk.do("decide_end", CLERK, "2027-02-21", reason="改为不续")
    desk.do("decide_renew", CLERK, "2027-02-22", reason="合格")
    desk.do("sign_renewal", CLERK, "2027-02-23", signed_on=d("2027-02-23"))
    assert set(stopped(desk, "decide_end", CLERK, "2027-02-24", reason="不再续签")) == {"stands"}
    desk.do("decide_renew", CLERK, "2027-02-24", reason="合格")
    timer = next(timer for timer in desk.timers if timer.name == "term_end" and timer.kind == "enforce")
    plan = decide_timer(desk.hire, timer, at("2027-03-11"), desk.rules, desk.setting)
    assert plan is not None and plan.stage.stage == "renewed"
