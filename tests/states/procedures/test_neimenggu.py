"""内乡振发〔2022〕10号 as data says what the document says: two notices, bands, no 36 months, and its end."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import states
from states.calendar import default_calendar
from states.clocks import due
from states.effects import EFFECTS
from states.effects.act import Act
from states.facts import SYSTEM, Dossier, Hire, Opening, Person, Post
from states.guards import Ask, AskOpening, Verdict, bind
from states.loading import load_procedure
from states.procedure import Procedure
from states.steps import GuardLine, Step
from states.vocabulary import Effect, RecordKind, Role, State

FILE = Path(states.__file__).parent / "procedures" / "neimenggu-2022-10.yaml"
NEIMENGGU = load_procedure(FILE.read_text(encoding="utf-8"), FILE.name)
CALENDAR = default_calendar()
VILLAGE = "150102100201"
WAY = (
    ("apply", "village", State.APPLIED),
    ("check", "village", State.APPLIED),
    ("hold_meeting", "village", State.QUALIFIED),
    ("post_notice", "village", State.PUBLICIZED),
    ("close_notice", "system", State.PUBLICIZED),
    ("review_and_post", "township", State.PUBLICIZED),
    ("close_notice", "system", State.PUBLICIZED),
    ("record_filing", "rural", State.PUBLICIZED),
    ("sign", "employer", State.CONTRACTED),
)


def step(act: str, origin: str | None = None) -> Step:
    return next(line for line in NEIMENGGU.steps if line.act == act and (origin is None or origin in line.origin))


def guards(act: str, use: str) -> list[GuardLine]:
    return [line for line in NEIMENGGU.guards_of(step(act)) if line.use == use]


def an_applicant(**changes: object) -> Person:
    fit = Person(
        id=1,
        key="p",
        born=date(1990, 1, 1),
        sex="male",
        retirement_category="man",
        education="junior_secondary",
        home_region=VILLAGE,
        categories={"farmer": {}},
        statements=frozenset({"responsible", "computer_skill"}),
    )
    return replace(fit, **changes)  # type: ignore[arg-type]


def a_hire(person: Person, *sources: str, **known: date | int) -> Hire:
    return Hire(
        id=1, version=1, visit=1, procedure=NEIMENGGU.key, stage="applied", state=State.APPLIED, region=VILLAGE,
        kind="village", submitted_by="v", audit_seq=1, audit_head="", dossier=Dossier(**known),  # type: ignore[arg-type]
        opening=Opening(1, date(2022, 5, 9), None, 1),
        post=Post(1, "village", VILLAGE, frozenset(sources or ("village_economy",))), person=person,
    )  # fmt: skip


def asked(line: GuardLine, hire: Hire, act: str, **given: object) -> Verdict:
    bound = bind(NEIMENGGU, line)
    return bound.function(Ask(hire, NEIMENGGU, step(act), date(2022, 9, 30), CALENDAR, SYSTEM, given), bound.rule)


def asked_of_opening(use: str, on: date = date(2022, 5, 9), procedure: Procedure = NEIMENGGU, **facts: Any) -> Verdict:
    bound = bind(procedure, next(line for line in procedure.announcement.guards if line.use == use))
    opening, post = Opening(1, on, None, facts.pop("places", 1)), Post(1, "village", VILLAGE)
    return bound.function(AskOpening(procedure, post, opening, on, CALENDAR, **facts), bound.rule)


# -- the order, and who acts ------------------------------------------------------------------------------------------


def test_the_steps_follow_each_other_as_article_8_orders_them() -> None:
    stage = NEIMENGGU.first_stage.stage
    for act, role, state in WAY:
        taken = NEIMENGGU.step_by_origin[stage, act]
        assert role in taken.by
        assert taken.to is not None
        stage = taken.to
        assert NEIMENGGU.stage_by_name[stage].state is state


def test_there_are_two_notices_the_village_first() -> None:
    posted = [(line.act, line.by, line.params["round"], line.to) for line in NEIMENGGU.steps
              if line.records is RecordKind.NOTICE and line.act != "restart_notice"]  # fmt: skip
    assert posted == [
        ("post_notice", (Role.VILLAGE,), 1, "notice"),
        ("review_and_post", (Role.TOWNSHIP,), 2, "notice_township"),
    ]
    assert step("review_and_post").through == ()
    assert step("review_and_post").independent


@pytest.mark.parametrize("stage", ["notice", "notice_township"])
def test_each_notice_runs_out_and_hears_objections_before_it_closes(stage: str) -> None:
    closing = step("close_notice", stage)
    assert {line.use for line in NEIMENGGU.guards_of(closing)} == {"notice_period_over", "no_open_objection"}
    assert [line.then for line in NEIMENGGU.deadlines_during[stage]] == [("close_notice",)]
    offered = {line.act for line in NEIMENGGU.steps_from[stage]}
    assert {"object", "dismiss_objection", "uphold_objection", "restart_notice"} <= offered
    assert step("uphold_objection", stage).to == "rejected"


def test_an_objection_is_ruled_on_one_level_above_the_notice() -> None:
    for act in ("dismiss_objection", "uphold_objection"):
        assert step(act, "notice").by == (Role.TOWNSHIP,)
        assert set(step(act, "notice_township").by) == {Role.HRSS, Role.RURAL}


@pytest.mark.parametrize(
    ("rulings", "village", "township"),
    [
        ({}, date(2022, 6, 13), date(2022, 6, 13)),
        ({"village_notice_days": 7}, date(2022, 6, 15), date(2022, 6, 13)),
        ({"township_notice_days": 3}, date(2022, 6, 13), date(2022, 6, 9)),
        ({"notice_counts_posting_day": True}, date(2022, 6, 10), date(2022, 6, 10)),
    ],
)
def test_five_working_days_each_unless_ruled_otherwise(
    rulings: dict[str, int | bool | str], village: date, township: date
) -> None:
    ruled = NEIMENGGU.with_rulings(rulings, "2")
    [first], [second] = ruled.deadlines_during["notice"], ruled.deadlines_during["notice_township"]
    monday = date(2022, 6, 6)
    assert due(ruled, first.length, monday, CALENDAR)[0] == village
    assert due(ruled, second.length, monday, CALENDAR)[0] == township


def test_the_township_decides_in_five_working_days_and_the_banner_files() -> None:
    line = NEIMENGGU.deadline_by_name["township_review"]
    assert (line.owner, due(NEIMENGGU, line.length, date(2022, 6, 6), CALENDAR)[0]) == (
        (Role.TOWNSHIP,),
        date(2022, 6, 13),
    )
    assert set(step("record_filing").by) == {Role.HRSS, Role.RURAL}
    assert not step("record_filing").joint
    assert step("record_filing").params == {"first_approval": True}


@pytest.mark.parametrize(("in_favour", "passes"), [(16, True), (15, False)])
def test_more_than_half_of_the_villagers_meeting(in_favour: int, passes: bool) -> None:
    [line] = guards("hold_meeting", "meeting_held")
    said = {"held_on": date(2022, 5, 20), "present": 30, "in_favour": in_favour}
    assert asked(line, a_hire(an_applicant()), "hold_meeting", **said).passed is passes


# -- places and eligibility -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("counted", "lower", "upper"),
    [
        (0, 0, 0), (29, 0, 0), (30, 1, 1), (199, 1, 1), (200, 1, 2), (201, 2, 2), (499, 2, 2), (500, 2, 3), (501, 3, 3),
        (2000, 3, 3),
    ],
)  # fmt: skip
def test_the_bands_of_article_4_and_the_two_numbers_it_leaves_out(counted: int, lower: int, upper: int) -> None:
    higher = NEIMENGGU.with_rulings({"band_at_undefined": "upper_band"}, "2")
    for procedure, places in ((NEIMENGGU, lower), (higher, upper)):
        for wanted in range(1, 5):
            verdict = asked_of_opening("quota_bands", procedure=procedure, counted=counted, places=wanted)
            assert verdict.passed is (wanted <= places), (counted, wanted)


def test_the_table_of_bands_and_the_guard_say_the_same() -> None:
    [quota] = NEIMENGGU.quotas
    [line] = [line for line in NEIMENGGU.announcement.guards if line.use == "quota_bands"]
    shown = [(band.at_least, band.at_most, band.places) for band in quota.bands]
    assert shown == [(band["at_least"], band.get("at_most"), band["places"]) for band in line.params["bands"]]
    assert [band.binding for band in quota.bands] == ["none", "in principle", "upper limit", "upper limit"]
    assert (quota.undefined_at, quota.undefined_gap) == ((200, 500), line.params["undefined_gap"])


@pytest.mark.parametrize(
    ("born", "firm", "in_principle"),
    [
        (date(2004, 5, 9), True, True),  # eighteen on the day of the announcement
        (date(2004, 5, 10), False, False),
        (date(1966, 5, 10), True, True),  # fifty-five until the next birthday
        (date(1966, 5, 9), True, False),
    ],
)
def test_18_is_firm_and_55_is_in_principle(born: date, firm: bool, in_principle: bool) -> None:
    floor, ceiling = guards("check", "age_between")
    hire = a_hire(an_applicant(born=born))
    assert (floor.effect, ceiling.effect) == (Effect.BLOCK, Effect.PRINCIPLE)
    assert asked(floor, hire, "check").passed is firm
    assert asked(ceiling, hire, "check").passed is in_principle


@pytest.mark.parametrize(
    ("use", "unfit"),
    [
        ("resident_of_village", {"home_region": "150102100202"}),
        ("category_in", {"categories": {"lifted": {}}}),
        ("education_at_least", {"education": "primary"}),
        ("statement_signed", {"statements": frozenset()}),
    ],
)
def test_the_firm_conditions_of_article_7(use: str, unfit: dict[str, object]) -> None:
    lines = guards("check", use)
    assert lines
    for line in lines:
        assert line.effect is Effect.BLOCK
        assert asked(line, a_hire(an_applicant()), "check").passed
        assert not asked(line, a_hire(an_applicant(**unfit)), "check").passed


@pytest.mark.parametrize("source", ["employment_subsidy", "linking_fund", "photovoltaic"])
@pytest.mark.parametrize("act", ["check", "review_and_post", "sign"])
def test_three_kinds_of_money_turn_the_priority_into_a_condition(source: str, act: str) -> None:
    [line] = guards(act, "funding_requires")
    lifted = an_applicant(categories={"farmer": {}, "lifted": {}})
    assert asked(line, a_hire(lifted, source), act).passed
    assert not asked(line, a_hire(an_applicant(), source), act).passed
    assert asked(line, a_hire(an_applicant(), "village_economy"), act).passed


# -- at work ----------------------------------------------------------------------------------------------------------


def test_training_has_no_fixed_place() -> None:
    assert step("sign").origin == ("filed", "trained")
    assert {stage for line in NEIMENGGU.steps if line.records is RecordKind.TRAINING for stage in line.origin} == {
        "filed", "contracted", "renewed",
    }  # fmt: skip
    assert step("train_on_post").to is None
    assert all(line.use != "trained" for line in NEIMENGGU.guards_of(step("sign")))
    assert all(line.by == (Role.TOWNSHIP,) for line in NEIMENGGU.steps if line.records is RecordKind.TRAINING)


def test_the_agreement_begins_the_work_and_ends_after_a_year() -> None:
    signing, hire = step("sign"), a_hire(an_applicant())
    given = {"signed_on": date(2022, 6, 28), "starts_on": date(2022, 7, 1)}
    act = Act(hire, NEIMENGGU, signing, given, date(2022, 6, 28), CALENDAR, SYSTEM, Role.EMPLOYER, 2)
    changes = EFFECTS[signing.records](act)
    assert (changes["started_on"], changes["term_ends_on"]) == (date(2022, 7, 1), date(2023, 6, 30))
    assert changes["last_lawful_on"] is None


def test_there_is_no_limit_of_36_months() -> None:
    assert NEIMENGGU.service.months is None
    assert "service_limit" not in NEIMENGGU.deadline_by_name
    assert all(line.use != "months_left" for act in NEIMENGGU.steps for line in NEIMENGGU.guards_of(act))


def test_renewal_asks_for_a_pass_and_for_skill() -> None:
    passed: dict[str, date | int] = {"ruled_year": 2022, "ruled_passed": True, "term_ends_on": date(2023, 6, 30)}
    fit = a_hire(an_applicant(), **passed, skilled=True)
    [assessed], [skilled] = guards("decide_renew", "assessment_passed"), guards("decide_renew", "skilled")
    assert asked(assessed, fit, "decide_renew").passed and asked(skilled, fit, "decide_renew").passed
    assert not asked(skilled, a_hire(an_applicant(), **passed, skilled=False), "decide_renew").passed
    assert not asked(assessed, a_hire(an_applicant(), **passed | {"ruled_passed": False}), "decide_renew").passed
    assert NEIMENGGU.gap_by_name["renewal_needs_notice"].default is False


def test_who_selects_signs_and_evaluates_and_those_served_take_part() -> None:
    assert NEIMENGGU.gap_by_name["selecting_body"].choices == ("county", "township", "village")
    for act in ("sign", "assess", "rule_assessment", "decide_renew", "decide_leaving"):
        assert step(act).by == (Role.EMPLOYER,)
    assert step("rule_assessment").independent
    assert NEIMENGGU.assessment.takes_part is not None


@pytest.mark.parametrize("act", ["end_term", "leave"])
def test_a_change_is_filed_with_three_departments(act: str) -> None:
    [line] = step(act).files
    assert set(line.to) == {Role.RURAL, Role.HRSS, Role.FINANCE}
    assert due(NEIMENGGU, line.within, date(2022, 7, 6), CALENDAR)[0] == date(2022, 7, 13)


def test_the_five_things_that_are_made_public() -> None:
    assert [line.name for line in NEIMENGGU.publications] == ["duties", "names", "pay", "evaluation", "hotline"]


# -- the end ----------------------------------------------------------------------------------------------------------

LCL = "《劳动合同法》"


@pytest.mark.parametrize(
    ("number", "ground", "law", "days", "protected"),
    [
        (1, "resignation", LCL + "第三十七条", None, False),
        (2, "death", LCL + "第四十四条第三项", None, False),
        (3, "not_competent", LCL + "第四十条第二项", 30, True),
        (4, "serious_breach", LCL + "第三十九条第二项", None, False),
        (5, "crime", LCL + "第三十九条第六项", None, False),
        (6, "post_cancelled", LCL + "第四十条第三项", 30, True),
        (7, "other", None, None, True),
    ],
)
def test_every_ground_of_article_14_with_its_law(
    number: int, ground: str, law: str | None, days: int | None, protected: bool
) -> None:
    line = NEIMENGGU.ground_by_name[ground]
    assert (line.cite, line.law, line.notice_days, line.protected) == (f"第十四条{number}", law, days, protected)
    assert line.evidence


def test_the_open_ground_needs_evidence_and_a_law() -> None:
    [line] = guards("decide_leaving", "ground_evidence")
    hire, said = a_hire(an_applicant()), {"ground": "other", "law": LCL + "第四十条第三项", "evidence": "会议纪要"}
    assert asked(line, hire, "decide_leaving", **said).passed
    for missing in ("law", "evidence"):
        without = {name: value for name, value in said.items() if name != missing}
        assert not asked(line, hire, "decide_leaving", **without).passed


def test_no_notice_of_resignation_is_set_here() -> None:
    [line] = guards("resign", "resignation_notice")
    assert line.effect is Effect.WARN


@pytest.mark.parametrize(
    ("day", "in_force"),
    [
        (date(2022, 4, 28), False), (date(2022, 4, 29), True), (date(2025, 12, 31), True), (date(2026, 1, 1), False),
    ],
)  # fmt: skip
def test_it_lapses_with_the_transition_period(day: date, in_force: bool) -> None:
    assert asked_of_opening("document_in_force", day).passed is in_force
    assert NEIMENGGU.validity.lapse_event is not None
    # the last day stands in no text that was seen: it may warn, it may not decide
    assert [ending.certainty for ending in NEIMENGGU.validity.ended_by] == ["from memory"]
    assert next(g for g in NEIMENGGU.announcement.guards if g.use == "document_in_force").effect is Effect.WARN


def test_contradictions_are_on_record() -> None:
    names = {line.name for line in NEIMENGGU.contradictions}
    assert names == {"labour_or_service", "priority_or_condition", "open_ground", "cited_number"}
