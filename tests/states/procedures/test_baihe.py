"""白人社发〔2022〕72号 as data says what the document says: who decides, in which order, with which numbers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import states
from states.calendar import default_calendar
from states.clocks import due
from states.facts import SYSTEM, Dossier, Hire, Opening, Person, Post
from states.guards import Ask, AskOpening, Verdict, bind
from states.loading import load_procedure
from states.steps import GuardLine, Step
from states.vocabulary import DeadlineKind, Effect, RecordKind, Role, State, Unit

FILE = Path(states.__file__).parent / "procedures" / "baihe-2022-72.yaml"
BAIHE = load_procedure(FILE.read_text(encoding="utf-8"), FILE.name)
CALENDAR = default_calendar()
WAY = (
    ("apply", "village", State.APPLIED),
    ("check", "village", State.QUALIFIED),
    ("choose", "village", State.QUALIFIED),
    ("approve", "township", State.QUALIFIED),
    ("record_filing", "hrss", State.QUALIFIED),
    ("train", "company", State.TRAINED),
    ("sign_agreement", "employer", State.TRAINED),
    ("start", "employer", State.TRAINED),
    ("sign", "employer", State.CONTRACTED),
)


def step(act: str) -> Step:
    return next(line for line in BAIHE.steps if line.act == act)


def guards(act: str, use: str) -> list[GuardLine]:
    return [line for line in BAIHE.guards_of(step(act)) if line.use == use]


def an_applicant(**changes: object) -> Person:
    fit = Person(
        id=1,
        key="p",
        born=date(1990, 1, 1),
        sex="female",
        retirement_category="woman50",
        education="senior_secondary",
        home_region="610929100201",
        categories={"lifted": {}},
        statements=frozenset({"political_conduct"}),
    )
    return replace(fit, **changes)  # type: ignore[arg-type]


def a_hire(person: Person, announced_on: date = date(2022, 6, 10), **known: date | bool) -> Hire:
    return Hire(
        id=1, version=1, visit=1, procedure=BAIHE.key, stage="applied", state=State.APPLIED, region="610929100201",
        kind="village", submitted_by="v", audit_seq=1, audit_head="", dossier=Dossier(**known),  # type: ignore[arg-type]
        opening=Opening(1, announced_on, None, 1), post=Post(1, "village", "610929100201"), person=person,
    )  # fmt: skip


def asked(line: GuardLine, hire: Hire, act: str, **given: object) -> Verdict:
    bound = bind(BAIHE, line)
    return bound.function(Ask(hire, BAIHE, step(act), date(2022, 9, 30), CALENDAR, SYSTEM, given), bound.rule)


# -- the order, and who acts ------------------------------------------------------------------------------------------


def test_the_steps_follow_each_other_as_article_6_and_8_order_them() -> None:
    stage = BAIHE.first_stage.stage
    for act, role, state in WAY:
        taken = BAIHE.step_by_origin[stage, act]
        assert role in taken.by
        assert taken.to is not None
        stage = taken.to
        assert BAIHE.stage_by_name[stage].state is state


def test_there_is_no_public_notice_and_that_is_said() -> None:
    assert State.PUBLICIZED not in {stage.state for stage in BAIHE.stages}
    assert all(line.records is not RecordKind.NOTICE for line in BAIHE.steps)
    missing = next(line for line in BAIHE.contradictions if line.name == "open_selection_without_notice")
    assert "第六条" in missing.cite


def test_the_village_proposes_and_another_person_of_the_township_decides() -> None:
    assert step("check").by == step("choose").by == (Role.VILLAGE,)
    assert step("approve").by == (Role.TOWNSHIP,)
    assert step("approve").independent
    assert step("approve").params["first_approval"] is True
    assert step("record_filing").by == (Role.HRSS,)  # the county files and does not decide
    assert "first_approval" not in step("record_filing").params


def test_nobody_starts_without_training_and_an_agreement() -> None:
    hire = a_hire(an_applicant())
    ready = a_hire(an_applicant(), training_passed=True, trained_on=date(2022, 9, 1), agreement_on=date(2022, 9, 2))
    for use in ("trained", "agreement_signed"):
        [line] = guards("start", use)
        assert line.effect is Effect.BLOCK
        assert not asked(line, hire, "start").passed
        assert asked(line, ready, "start").passed
    assert [line.act for line in BAIHE.steps if line.to == "on_post"] == ["start"]
    assert step("start").origin == ("agreed",)
    assert [stage.stage for stage in BAIHE.stages if stage.at_work] == ["on_post", "contracted", "renewed"]


# -- eligibility and places -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("in_use", "passes"), [(0, True), (1, False)])
def test_one_per_village(in_use: int, passes: bool) -> None:
    line = next(line for line in BAIHE.announcement.guards if line.use == "quota_cap")
    bound = bind(BAIHE, line)
    opening, post = Opening(1, date(2022, 6, 10), None, 1), Post(1, "village", "610929100201")
    assert (
        bound.function(AskOpening(BAIHE, post, opening, date(2022, 6, 10), CALENDAR, in_use=in_use), bound.rule).passed
        is passes
    )
    assert line.params["scope"] == "village"


@pytest.mark.parametrize(
    ("born", "passes"),
    [
        (date(2004, 6, 10), True),  # eighteen on the day of the announcement
        (date(2004, 6, 11), False),
        (date(1981, 6, 11), True),  # forty until the next birthday
        (date(1981, 6, 10), False),
    ],
)
def test_18_to_40_in_general(born: date, passes: bool) -> None:
    in_general = next(line for line in guards("check", "age_between") if "at_most" in line.params)
    assert asked(in_general, a_hire(an_applicant(born=born)), "check").passed is passes


@pytest.mark.parametrize(("born", "passes"), [(date(2006, 6, 10), True), (date(2006, 6, 11), False)])
def test_nobody_under_sixteen_whatever_the_reason(born: date, passes: bool) -> None:
    by_law = next(line for line in guards("check", "age_between") if "at_most" not in line.params)
    assert by_law.effect is Effect.BLOCK
    assert asked(by_law, a_hire(an_applicant(born=born)), "check").passed is passes


@pytest.mark.parametrize(
    ("use", "unfit"),
    [
        ("education_at_least", {"education": "junior_secondary"}),
        ("category_in", {"categories": {"monitored": {}}}),
        ("statement_signed", {"statements": frozenset()}),
    ],
)
def test_a_condition_in_general_gives_way_to_a_named_officer_only(use: str, unfit: dict[str, object]) -> None:
    [line] = guards("check", use)
    assert asked(line, a_hire(an_applicant()), "check").passed
    assert not asked(line, a_hire(an_applicant(**unfit)), "check").passed
    assert line.effect is Effect.PRINCIPLE
    assert set(line.override_by) == {Role.VILLAGE, Role.TOWNSHIP}
    assert "reason" in line.override_needs


def test_the_township_asks_every_condition_again() -> None:
    village = {line.use for line in BAIHE.guards_of(step("check"))}
    assert village <= {line.use for line in BAIHE.guards_of(step("approve"))}


# -- periods ----------------------------------------------------------------------------------------------------------


def test_the_contract_is_due_a_month_from_the_first_day_at_work() -> None:
    line = BAIHE.deadline_by_name["contract_due"]
    assert (line.base, line.during) == ("hired_on", ("on_post",))
    assert due(BAIHE, line.length, date(2022, 7, 4), CALENDAR) == (date(2022, 8, 4), False)
    assert BAIHE.gap_by_name["hired_on"].default == "started_on"
    assert set(BAIHE.gap_by_name["hired_on"].choices) == {"started_on", "agreement_on", "approved_on"}
    assert (BAIHE.contract.term_months, BAIHE.contract.open_ended, BAIHE.contract.severance) == (12, False, False)


def test_three_years_without_exception() -> None:
    assert BAIHE.service.months == 36
    assert BAIHE.service.exceptions == ()
    for act in ("check", "approve", "start", "sign", "decide_renew", "renew", "renew_late"):
        assert guards(act, "months_left"), act


@pytest.mark.parametrize(("leaves", "passes"), [(date(2022, 9, 21), True), (date(2022, 9, 20), False)])
def test_resigning_takes_twenty_calendar_days_in_writing(leaves: date, passes: bool) -> None:
    [line] = guards("resign", "resignation_notice")
    hire = a_hire(an_applicant())
    assert asked(line, hire, "resign", given_on=date(2022, 9, 1), leave_on=leaves).passed is passes
    bar = BAIHE.deadline_by_name["resignation_period"]
    assert (bar.base, bar.kind, bar.length.unit) == ("resigned_on", DeadlineKind.BAR, Unit.CALENDAR_DAYS)
    assert due(BAIHE, bar.length, date(2022, 9, 1), CALENDAR)[0] == date(2022, 9, 21)


def test_consent_and_handover_are_kept_and_hold_nobody_back() -> None:
    assert step("hand_over").records is RecordKind.HANDOVER
    assert step("consent_resignation").by == (Role.EMPLOYER,)
    [handover] = guards("leave", "handover_done")
    assert not asked(handover, a_hire(an_applicant()), "leave").passed
    assert handover.effect is Effect.WARN
    assert [line.use for line in step("leave").guards if line.effect is Effect.BLOCK] == ["leaving_decided"]
    assert BAIHE.deadline_by_name["leaving"].then == ("leave",)


@pytest.mark.parametrize(
    ("act", "filing", "to"),
    [
        ("sign", "contract", {Role.HRSS}),
        ("sign_renewal", "contract", {Role.HRSS}),
        ("review_assessment", "assessment", {Role.HRSS, Role.RURAL}),
        ("end_term", "change", {Role.HRSS, Role.RURAL}),
        ("leave", "change", {Role.HRSS, Role.RURAL}),
    ],
)
def test_what_is_filed_with_whom(act: str, filing: str, to: set[Role]) -> None:
    [line] = step(act).files
    assert (line.filing, set(line.to)) == (filing, to)
    # Wednesday; “promptly” is five working days until the county says otherwise
    assert due(BAIHE, line.within, date(2022, 7, 6), CALENDAR) == (date(2022, 7, 13), False)


# -- assessment and pay -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("points", "grade", "renewable"),
    [
        (90.0, "excellent", True), (89.9, "passed", True), (70.0, "passed", True), (69.9, "basically_passed", True),
        (60.0, "basically_passed", True), (59.9, "failed", False), (-5.0, "failed", False), (118.0, "excellent", True),
    ],
)  # fmt: skip
def test_the_grades_of_article_16(points: float, grade: str, renewable: bool) -> None:
    found = BAIHE.assessment.grade_for(points)
    assert found is not None
    assert (found.grade, found.passes) == (grade, renewable)


def test_the_village_proposes_the_points_and_two_bureaus_rule_by_20_december() -> None:
    rules = BAIHE.assessment
    assert (rules.due_month, rules.due_day, rules.base_points) == (12, 20, 100)
    assert step("assess").by == (Role.VILLAGE,)
    assert step("review_assessment").by == (Role.TOWNSHIP,)
    assert step("rule_assessment").joint
    assert set(step("rule_assessment").by) == {Role.HRSS, Role.RURAL} == set(rules.ruled_by)


def test_every_bonus_and_deduction_of_article_18() -> None:
    items = {item.name: tuple(item.points.values()) for item in BAIHE.assessment.items}
    assert items == {
        "bonus_commended": (4, 3, 2, 1),
        "bonus_data_rank": (3, 2, 1),
        "bonus_phone_check": (5, 4),
        "bonus_media": (4, 3, 2, 1),
        "bonus_other_media": (2, 1.5, 1, 0.5),
        "minus_inspection": (-5, -4, -3, -2),
        "minus_supervision": (-4, -3, -2, -1),
        "minus_last_three": (-3, -2, -1),
        "minus_local_check": (-1, -0.5),
        "minus_phone_check": (-2, -3, -4, -5),
    }


def test_2000_a_month_and_the_500_that_does_not_fit() -> None:
    sums = {line.item: line.fen for line in BAIHE.pay}
    assert sums == {"base": 160000, "performance": 40000, "company_reward": None}
    gap = BAIHE.gap_by_name["performance_monthly_fen"]
    assert (gap.default, set(gap.choices)) == (sums["performance"], {40000, 50000})
    assert "performance_amount" in {line.name for line in BAIHE.contradictions}
    assert [(line.day, line.by, line.to) for line in BAIHE.pay_days] == [
        (15, Role.TOWNSHIP, Role.HRSS),
        (20, Role.HRSS, Role.COMPANY),
        (25, Role.COMPANY, Role.APPLICANT),
    ]


@pytest.mark.parametrize(
    ("name", "default"),
    [
        ("performance_pot_period", "month"), ("performance_divisor", "sum_of_scores"),
        ("promptly", 5), ("contract_filing_days", 5),
    ],
)  # fmt: skip
def test_what_is_left_open_has_a_default_that_the_county_may_change(name: str, default: int | str) -> None:
    gap = BAIHE.gap_by_name[name]
    assert (gap.default, gap.set_by) == (default, "county")


# -- the end ----------------------------------------------------------------------------------------------------------

LCL = "《劳动合同法》"


@pytest.mark.parametrize(
    ("ground", "article", "law", "days", "protected"),
    [
        ("limit_reached", "（一）", LCL + "第四十四条第一项", None, True),
        ("retirement", "（一）", "《劳动合同法实施条例》第二十一条", None, False),
        ("death", "（一）", LCL + "第四十四条第三项", None, False),
        ("illness", "（二）", LCL + "第四十条第一项", 30, True),
        ("unfinished_three_months", "（三）", LCL + "第四十条第二项", 30, True),
        ("rank_low_in_arrears", "（三）", LCL + "第四十条第二项", 30, True),
        ("serious_breach", "（四）", LCL + "第三十九条第二项", None, False),
        ("data_leak", "（五）", LCL + "第三十九条第二项、第三项", None, False),
        ("undue_gain", "（六）", LCL + "第三十九条第三项", None, False),
        ("other_by_law", "（七）", None, None, True),
    ],
)
def test_every_ground_of_article_20_with_its_law(
    ground: str, article: str, law: str | None, days: int | None, protected: bool
) -> None:
    line = BAIHE.ground_by_name[ground]
    assert (line.cite, line.law, line.notice_days, line.protected) == ("第二十条" + article, law, days, protected)


def test_the_open_clause_needs_its_law() -> None:
    [line] = guards("decide_leaving", "ground_evidence")
    hire = a_hire(an_applicant())
    said = {"ground": "other_by_law", "evidence": "判决书"}
    assert not asked(line, hire, "decide_leaving", **said).passed
    assert asked(line, hire, "decide_leaving", **said, law=LCL + "第三十九条第六项").passed


@pytest.mark.parametrize(("leaves", "passes"), [(date(2023, 6, 30), True), (date(2023, 6, 29), False)])
def test_a_failed_assessment_ends_nothing_before_the_term(leaves: date, passes: bool) -> None:
    [line] = guards("decide_leaving", "ground_known")
    hire = a_hire(an_applicant(), term_ends_on=date(2023, 6, 30))
    assert asked(line, hire, "decide_leaving", ground="assessment_failed", effective_on=leaves).passed is passes
    assert "failed_assessment" in {line.name for line in BAIHE.contradictions}


def test_nobody_is_dismissed_in_silence() -> None:
    assert BAIHE.deadline_by_name["term_end"].then == ("renew", "extend", "end_term", "overrun")
    assert BAIHE.stage_by_name["over_term"].pay_stopped
    assert BAIHE.deadline_by_name["over_term_watch"].repeat_days == 1
