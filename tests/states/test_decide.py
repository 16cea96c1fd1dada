"""One step decided: who may, and what stands against it. Values in, a plan or a refusal out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from states.decide import decide
from states.facts import Actor, Grant
from states.refusals import InputRefused, StepNotOffered, StepRefused
from states.separation import FOUR_EYES
from states.vocabulary import Effect, Role
from tests.support.asking import a_person, d
from tests.support.deciding import (
    CHECKER,
    CLERK,
    COUNTY,
    FIRST_DAY,
    HRSS,
    REGION,
    RURAL,
    SETTING,
    Desk,
    able,
    body_of,
    changed,
    officer,
    rules_of,
)

ALL_ROUND = Actor(77, "all-round", "all-round", (Grant(Role.EMPLOYER, ""), Grant(Role.HRSS, ""), Grant(Role.RURAL, "")))


def refusal_of(desk: Desk, act: str, by: Actor, day: str = FIRST_DAY, **payload: Any) -> StepRefused:
    with pytest.raises(StepRefused) as refused:
        desk.plan(act, by, day, **payload)
    return refused.value


def stopping(desk: Desk, act: str, by: Actor, day: str = FIRST_DAY, **payload: Any) -> list[str]:
    return [answer.guard for answer in refusal_of(desk, act, by, day, **payload).answers if answer.stops]


# ---- every guard at once ---------------------------------------------------------------------------------------------


def test_whoever_is_refused_learns_of_everything_at_once() -> None:
    desk = Desk.at_applied(person=a_person("1960-01-01"))
    refusal = refusal_of(desk, "check", HRSS)
    assert [(answer.guard, answer.stops) for answer in refusal.answers] == [
        ("statement_signed", True),
        ("age_between", True),
        ("category_in", True),
        (FOUR_EYES, False),
    ]
    number = desk.rules.procedure.document.number
    assert refusal.articles == [f"{number}六", f"{number}五", f"{number}七"]
    assert refusal.sentence == refusal.answers[0].verdict.say


def test_guards_that_pass_are_kept_with_the_step() -> None:
    plan = Desk.at_applied().plan("check", HRSS)
    assert [answer.guard for answer in plan.answers] == ["statement_signed", "age_between", "category_in", FOUR_EYES]
    assert all(answer.verdict.passed for answer in plan.answers)


def test_a_refused_step_changes_nothing() -> None:
    desk = Desk.at_applied(person=a_person("1960-01-01"))
    before = desk.hire
    refusal_of(desk, "check", HRSS)
    assert desk.hire == before


def test_a_warning_is_shown_and_does_not_stop() -> None:
    steps = [
        step.model_copy(update={"guards": tuple(g.model_copy(update={"effect": Effect.WARN}) for g in step.guards)})
        for step in rules_of().procedure.steps
    ]
    desk = Desk.at_applied(person=a_person("1960-01-01"), rules=rules_of(changed(steps=tuple(steps))))
    plan = desk.do("check", CHECKER)
    assert [answer.verdict.passed for answer in plan.answers] == [False, False, False, True]
    assert desk.hire.stage == "qualified"


# ---- who may ---------------------------------------------------------------------------------------------------------


def test_the_table_is_the_permission() -> None:
    desk = Desk.at_applied()
    for act in ("approve", "no_such_act"):
        with pytest.raises(StepNotOffered) as refused:
            desk.plan(act, HRSS)
        assert refused.value.facts == {"act": act, "stage": "applied"}


def test_another_role_may_not() -> None:
    with pytest.raises(StepNotOffered) as refused:
        Desk.at_applied().plan("check", RURAL)
    assert refused.value.facts == {"act": "check", "forbidden": True}


@pytest.mark.parametrize(
    ("region", "may"),
    [("", True), ("990000", True), (REGION, True), ("990000101202", False), (f"{REGION}1", False), ("980000", False)],
)
def test_a_role_reaches_down_the_tree_and_not_sideways(region: str, may: bool) -> None:
    desk, actor = Desk.at_applied(), officer("somebody", Role.HRSS, region)
    assert bool(desk.offers(actor)) is may
    if may:
        desk.do("check", actor)
    else:
        with pytest.raises(StepNotOffered):
            desk.plan("check", actor)


def test_what_the_system_does_is_offered_to_nobody_and_taken_by_nobody() -> None:
    desk = Desk.under_contract()
    offered = desk.offers(ALL_ROUND, "2027-03-11")
    assert {"assess", "protect", "resign"} <= set(offered)
    assert not {"renew", "end_term", "overrun", "extend_by_law", "leave"} & set(offered)
    impostor = replace(ALL_ROUND, grants=(*ALL_ROUND.grants, Grant(Role.SYSTEM, "")))
    assert "overrun" not in desk.offers(impostor, "2027-03-11")
    with pytest.raises(StepNotOffered):
        desk.plan("overrun", ALL_ROUND, "2027-03-11")


def test_offers_answer_like_the_step_itself() -> None:
    desk = Desk.at_applied(person=a_person("1960-01-01"))
    offered = desk.offers(HRSS)
    of_the_house = {"comment", "attach", "reassign", "score", "suspend", "propose_correction"}
    assert {act: offer.open for act, offer in offered.items() if act not in of_the_house} == {
        "check": False,
        "refuse": True,
        "review_and_post": True,
        "resume": False,
        "confirm_correction": False,
        "refuse_correction": False,
    }
    assert all(offered[act].open for act in of_the_house)
    stops = [answer.guard for answer in offered["check"].answers if answer.stops]
    assert stops == stopping(desk, "check", HRSS)
    assert offered["check"].roles == {Role.HRSS}
    assert desk.offers(RURAL).keys() == {*of_the_house, "resume", "confirm_correction", "refuse_correction"}


# ---- joint signatures ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("first", "second"), [(HRSS, RURAL), (RURAL, HRSS)])
def test_both_offices_sign_in_either_order_and_the_last_signature_moves_the_hire(first: Actor, second: Actor) -> None:
    desk = Desk.at_review()
    brought = (desk.hire.visit, desk.hire.submitted_by)
    signed = desk.do("approve", first, "2026-03-10")
    assert (desk.hire.stage, signed.moved, (desk.hire.visit, desk.hire.submitted_by)) == ("review", False, brought)
    assert [s.person_key for s in desk.dossier.signatures] == [first.person_key]
    assert (desk.dossier.approved_on, signed.rows["decision"][0]["outcome"]) == (None, "sign")
    assert "outbox" not in signed.rows
    taken = desk.do("approve", second, "2026-03-11")
    assert (desk.hire.stage, desk.dossier.approved_on, desk.dossier.signatures) == ("approved", d("2026-03-11"), ())
    assert (taken.rows["decision"][0]["outcome"], taken.rows["outbox"][0]["template"]) == ("take", "approved")
    assert desk.hire.visit == brought[0] + 1


def test_an_office_signs_once_even_by_another_officer() -> None:
    desk = Desk.at_review()
    desk.do("approve", HRSS, "2026-03-10")
    with pytest.raises(StepNotOffered):
        desk.plan("approve", officer("another", Role.HRSS), "2026-03-10")


def test_one_person_does_not_sign_for_two_offices() -> None:
    desk = Desk.at_review()
    desk.do("approve", ALL_ROUND, "2026-03-10")
    assert stopping(desk, "approve", ALL_ROUND, "2026-03-10") == [FOUR_EYES]
    # the same natural person behind another account, in the other role alone
    double = replace(officer("double", Role.RURAL), person_key=ALL_ROUND.person_key)
    assert stopping(desk, "approve", double, "2026-03-10") == [FOUR_EYES]
    desk.do("approve", RURAL, "2026-03-10")
    assert desk.hire.stage == "approved"


def test_the_guards_are_asked_of_every_signature() -> None:
    desk = Desk.at_review()
    desk.do("approve", HRSS, "2026-03-10")
    brought_it_here = replace(RURAL, person_key=desk.hire.submitted_by)
    assert stopping(desk, "approve", brought_it_here, "2026-03-10") == [FOUR_EYES]


def test_signatures_of_a_ruling_that_stays_are_used_up_by_it() -> None:
    desk = Desk.under_contract()
    for year in (2026, 2027):
        day = f"{year}-12-01" if year == 2026 else "2027-01-04"
        desk.do("assess", CLERK, day, year=year, grade="passed")
        desk.do("rule_assessment", RURAL, day)
        assert len(desk.dossier.signatures) == 1
        desk.do("rule_assessment", HRSS, day)
        assert desk.dossier.ruled_year == year
        assert not desk.dossier.signatures


# ---- four eyes -------------------------------------------------------------------------------------------------------


def test_whoever_brought_the_hire_here_does_not_approve_it() -> None:
    desk = Desk.at_vacancy()
    desk.do("apply", ALL_ROUND, candidate=able(), person_id=3)
    assert stopping(desk, "check", ALL_ROUND) == [FOUR_EYES]
    other_account = replace(HRSS, person_key=ALL_ROUND.person_key)
    assert stopping(desk, "check", other_account) == [FOUR_EYES]
    desk.do("check", CHECKER)


def test_a_step_that_needs_no_second_person_may_be_taken_by_the_first() -> None:
    desk = Desk.at_vacancy()
    desk.do("apply", ALL_ROUND, candidate=able(), person_id=3)
    plan = desk.plan("review_and_post", ALL_ROUND, posted_on=d(FIRST_DAY), boards=["公示栏"])
    assert FOUR_EYES not in [answer.guard for answer in plan.answers]


def test_the_proposer_of_an_assessment_does_not_rule_on_it_and_whoever_signed_the_contract_may() -> None:
    desk = Desk.under_contract()
    signer = replace(HRSS, person_key=desk.hire.submitted_by)
    desk.do("assess", ALL_ROUND, "2026-12-01", year=2026, grade="passed")
    proposer = replace(HRSS, person_key=ALL_ROUND.person_key)
    assert stopping(desk, "rule_assessment", proposer, "2026-12-01") == [FOUR_EYES]
    desk.do("rule_assessment", signer, "2026-12-01")
    assert desk.rows["decision"][0]["submitter_key"] == ALL_ROUND.person_key


def test_what_the_system_brings_forward_leaves_the_submitter_as_he_was() -> None:
    desk = Desk.at_review()
    assert desk.plans[-1].act == "close_notice"
    assert desk.hire.submitted_by == CLERK.person_key


# ---- rules in principle ----------------------------------------------------------------------------------------------


def override(**more: Any) -> dict[str, Any]:
    return {"overrides": [{"guard": "age_between", "reason": "经集体研究", "approval_no": "会纪〔2026〕3号", **more}]}


def test_the_named_officer_sets_a_rule_in_principle_aside_with_reason_and_number() -> None:
    desk = Desk.at_applied(person=able(born="1970-01-01"))
    assert stopping(desk, "check", HRSS) == ["age_between"]
    plan = desk.plan("check", HRSS, **override())
    answer = next(answer for answer in plan.answers if answer.guard == "age_between")
    assert (answer.verdict.passed, answer.overridden, answer.stops) == (False, "经集体研究", False)
    assert plan.rows["decision"][0]["overrides"] == [
        {"guard": "age_between", "reason": "经集体研究", "approval_no": "会纪〔2026〕3号", "evidence": None}
    ]
    kept = next(kept for kept in body_of(plan)["answers"] if kept[0] == "age_between")
    assert kept[2:4] == [False, True]


@pytest.mark.parametrize(
    ("by", "said"),
    [
        (COUNTY, override()),  # may take the step, but is not the officer named
        (HRSS, override(approval_no=None)),
        (HRSS, override(guard="category_in")),
    ],
)
def test_without_the_officer_the_number_or_the_right_rule_it_stands(by: Actor, said: dict[str, Any]) -> None:
    desk = Desk.at_applied(person=able(born="1970-01-01"))
    assert stopping(desk, "check", by, **said) == ["age_between"]


@pytest.mark.parametrize("reason", ["", " ", "略"])
def test_a_reason_says_something(reason: str) -> None:
    desk = Desk.at_applied(person=able(born="1970-01-01"))
    with pytest.raises(InputRefused) as refused:
        desk.plan("check", HRSS, **override(reason=reason))
    assert list(refused.value.faults) == ["overrides.0.reason"]


def test_a_rule_that_is_not_in_principle_yields_to_nobody() -> None:
    desk = Desk.at_applied(person=able(statements=frozenset()))
    assert stopping(desk, "check", HRSS, **override(guard="statement_signed")) == ["statement_signed"]


def test_an_officer_named_beside_a_firm_rule_does_not_make_it_one_in_principle() -> None:
    apply, check = (s for s in rules_of().procedure.steps if s.act in ("apply", "check"))
    named = check.guards[0].model_copy(update={"override_by": (Role.HRSS,)})
    step = check.model_copy(update={"guards": (named,)})
    desk = Desk.at_applied(person=able(statements=frozenset()), rules=rules_of(changed(steps=(apply, step))))
    assert stopping(desk, "check", HRSS, **override(guard="statement_signed")) == ["statement_signed"]


def test_an_override_of_a_rule_that_passes_is_no_override() -> None:
    plan = Desk.at_applied().plan("check", HRSS, **override())
    assert all(answer.overridden is None for answer in plan.answers)


# ---- what is filled in -----------------------------------------------------------------------------------------------


def faults(desk: Desk, act: str, by: Actor, day: str = FIRST_DAY, **payload: Any) -> dict[str, str]:
    with pytest.raises(InputRefused) as refused:
        desk.plan(act, by, day, **payload)
    return {name: sentence.text() for name, sentence in refused.value.faults.items()}


def test_every_field_at_fault_is_named_with_what_is_wrong() -> None:
    desk = Desk.at_applied()
    assert faults(desk, "meet", CLERK, held_on="昨天", present="many", colour="red") == {
        "held_on": "请填写日期，例如2026-03-02",
        "present": "请填写数字",
        "in_favour": "此项必填",
        "colour": "没有这一项",
    }
    assert faults(desk, "check", HRSS, opinion="好" * 2001) == {"opinion": "内容过长"}
    assert set(faults(desk, "review_and_post", HRSS, posted_on=d(FIRST_DAY), boards=[])) == {"boards"}


def test_nothing_is_recorded_before_it_has_happened() -> None:
    desk = Desk.at_applied()
    said = {"present": 9, "in_favour": 5}
    assert set(faults(desk, "meet", CLERK, "2026-03-03", held_on=d("2026-03-04"), **said)) == {"held_on"}
    desk.do("meet", CLERK, "2026-03-03", held_on=d("2026-03-03"), **said)


def test_today_is_today_in_shanghai() -> None:
    desk = Desk.at_applied()
    late = datetime(2026, 3, 3, 16, 30, tzinfo=UTC)  # half past midnight on the 4th in Shanghai
    said = {"held_on": d("2026-03-04"), "present": 9, "in_favour": 5}
    plan = decide(desk.hire, "meet", CLERK, late, desk.rules, SETTING, payload=said)
    assert plan.on == d("2026-03-04")
    with pytest.raises(InputRefused):
        decide(desk.hire, "meet", CLERK, late - timedelta(minutes=31), desk.rules, SETTING, payload=said)


@pytest.mark.parametrize(("posted", "counted_from"), [("2026-03-04", "2026-03-05"), ("2026-03-05", "2026-03-05")])
def test_a_notice_is_not_dated_back(posted: str, counted_from: str) -> None:
    """It may have hung before it was recorded, but it counts from the day it can be seen here."""
    desk = Desk.at_applied()
    desk.do("check", CHECKER, "2026-03-04")
    plan = desk.do("post", CLERK, "2026-03-05", posted_on=d(posted), boards=["公示栏"])
    assert desk.dossier.posted_on == d(counted_from)
    assert (plan.rows["notice"][0]["posted_on"], plan.rows["notice"][0]["ends_on"]) == (posted, "2026-03-12")


def test_a_notice_is_not_older_than_the_choice_it_tells_of() -> None:
    desk = Desk.at_applied()
    desk.do("check", CHECKER, "2026-03-04")
    assert set(faults(desk, "post", CLERK, "2026-03-05", posted_on=d("2026-03-03"), boards=["公示栏"])) == {"posted_on"}


def test_nobody_leaves_before_the_notice_was_given() -> None:
    desk = Desk.under_contract()
    said = {"given_on": d("2026-05-02")}
    assert set(faults(desk, "resign", CLERK, "2026-05-02", **said, leave_on=d("2026-05-01"))) == {"leave_on"}
    desk.do("resign", CLERK, "2026-05-02", **said, leave_on=d("2026-05-02"))


def test_whoever_refuses_says_why() -> None:
    desk = Desk.at_applied()
    assert set(faults(desk, "refuse", HRSS)) == {"opinion"}
    desk.do("refuse", HRSS, opinion="不符合条件")


def test_a_renewal_is_signed_once() -> None:
    desk = Desk.under_contract()
    desk.do("decide_renew", CLERK, "2027-02-01", reason="考核合格")
    desk.do("sign_renewal", CLERK, "2027-02-02", signed_on=d("2027-02-02"))
    assert set(faults(desk, "sign_renewal", CLERK, "2027-02-03", signed_on=d("2027-02-03"))) == {"signed_on"}


@pytest.mark.parametrize(
    ("said", "at_fault"),
    [({"points": 90, "grade": "passed"}, {"points"}), ({}, {"grade"}), ({"grade": "splendid"}, {"grade"}),
     ({"points": 90}, {"points", "grade"})],
)  # fmt: skip
def test_an_assessment_by_grades_takes_one_of_the_grades(said: dict[str, Any], at_fault: set[str]) -> None:
    assert set(faults(Desk.under_contract(), "assess", CLERK, "2026-12-01", year=2026, **said)) == at_fault


def test_an_assessment_by_points_takes_points() -> None:
    points = rules_of().procedure.assessment.model_copy(update={"scale": "points"})
    desk = Desk.under_contract(rules=rules_of(changed(assessment=points)))
    assert set(faults(desk, "assess", CLERK, "2026-12-01", year=2026, grade="passed")) == {"points", "grade"}
    desk.do("assess", CLERK, "2026-12-01", year=2026, points="89.5")
    assert desk.dossier.proposed_points_tenths == 895


def test_the_grades_to_choose_from_are_told_by_name_and_code() -> None:
    told = faults(Desk.under_contract(), "assess", CLERK, "2026-12-01", year=2026, grade="splendid")["grade"]
    assert "passed、failed" in told
