"""聊政办字〔2022〕4号 as data says what the document says: eight steps, kinds of post, targets, who may go on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

import states
from states.budget import Cost, split
from states.calendar import default_calendar
from states.clocks import due
from states.decide import Setting, decide
from states.facts import SYSTEM, Actor, Dossier, Grant, Hire, Opening, Person, Post
from states.guards import Ask, AskOpening, Verdict, bind
from states.leaving import retires
from states.loading import load_procedure
from states.machine import build
from states.model import GapRef
from states.refusals import StepRefused
from states.steps import GuardLine, Step
from states.targets import target_of
from states.vocabulary import DeadlineKind, Effect, Role, State, Unit

FILE = Path(states.__file__).parent / "procedures" / "liaocheng-2022-4.yaml"
LIAOCHENG = load_procedure(FILE.read_text(encoding="utf-8"), FILE.name)
CALENDAR = default_calendar()
WAY = (
    ("apply", Role.TOWNSHIP, State.APPLIED),
    ("appraise", Role.VILLAGE, State.APPLIED),
    ("review_and_post", Role.TOWNSHIP, State.PUBLICIZED),
    ("close_notice", Role.SYSTEM, State.PUBLICIZED),
    ("approve", Role.HRSS, State.PUBLICIZED),
    ("sign", Role.TOWNSHIP, State.CONTRACTED),
    ("train", Role.TOWNSHIP, State.TRAINED),
    ("start", Role.TOWNSHIP, State.CONTRACTED),
)


def step(act: str) -> Step:
    return next(line for line in LIAOCHENG.steps if line.act == act)


def lines(act: str, use: str) -> list[GuardLine]:
    return [line for line in LIAOCHENG.guards_of(step(act)) if line.use == use]


def a_person(born: date, *categories: str, retirement: str = "man") -> Person:
    return Person(1, "p", born, "", retirement, "primary", "371502100201", categories={code: {} for code in categories})


def a_hire(person: Person, kind: str = "rural", stage: str = "appraised", **known: object) -> Hire:
    return Hire(
        id=1, version=1, visit=1, procedure=LIAOCHENG.key, stage=stage, state=LIAOCHENG.stage_by_name[stage].state,
        region="371502100201", kind=kind, submitted_by="v", audit_seq=1, audit_head="",
        dossier=Dossier(**known),  # type: ignore[arg-type]
        opening=Opening(1, date(2022, 3, 1), None, 3, taken=1), post=Post(1, kind, "371502100201"), person=person,
    )  # fmt: skip


def officer(role: Role, name: str = "o") -> Actor:
    return Actor(1, name, name, (Grant(role, "3715"),))


def asked(act: str, use: str, hire: Hire, actor: Actor = SYSTEM, **given: object) -> Verdict:
    [line] = [line for line in lines(act, use) if not line.kinds or hire.kind in line.kinds]
    bound = bind(LIAOCHENG, line)
    return bound.function(Ask(hire, LIAOCHENG, step(act), date(2022, 3, 20), CALENDAR, actor, given), bound.rule)


def announced(
    use: str, kind: str = "rural", *, on: date = date(2022, 3, 1), target: int | None = None, wage: int | None = None
) -> Verdict:
    [line] = [g for g in LIAOCHENG.announcement.guards if g.use == use and (not g.kinds or kind in g.kinds)]
    bound = bind(LIAOCHENG, line)
    post = Post(1, kind, "371502100201", monthly_fen=100, minimum_wage_fen=wage)
    opening = Opening(1, on, None, 1)
    ask = AskOpening(LIAOCHENG, post, opening, on, CALENDAR, in_use=2550, year_target=target)
    return bound.function(ask, bound.rule)


# -- the order, and who acts ------------------------------------------------------------------------------------------


def test_the_eight_steps_follow_each_other_as_section_2_2_orders_them() -> None:
    stage = LIAOCHENG.first_stage.stage
    assert LIAOCHENG.first_stage.state is State.POSTED
    for act, role, state in WAY:
        taken = LIAOCHENG.step_by_origin[stage, act]
        assert role in taken.by
        assert taken.to is not None
        stage = taken.to
        assert LIAOCHENG.stage_by_name[stage].state is state


def test_the_agreement_comes_before_the_training_and_the_training_before_the_work() -> None:
    acts = [act for act, _, _ in WAY]
    assert acts.index("sign") < acts.index("train") < acts.index("start")
    assert step("train").origin == (step("sign").to,)
    assert lines("train", "agreement_signed")
    assert lines("start", "trained")
    assert not any(stage.at_work for stage in LIAOCHENG.stages if stage.stage in ("approved", "agreed", "trained"))


def test_review_and_notice_are_one_step_that_passes_through_qualified() -> None:
    review = step("review_and_post")
    assert review.through == (State.QUALIFIED,)
    assert not any(stage.state is State.QUALIFIED for stage in LIAOCHENG.stages)
    assert lines("review_and_post", "meeting_held")


def test_the_county_approves_whom_another_person_reviewed() -> None:
    approve = step("approve")
    assert approve.by == (Role.HRSS,)
    assert approve.independent
    assert approve.params["first_approval"] is True


# -- what the document leaves open ------------------------------------------------------------------------------------


def test_the_notice_stands_as_long_as_the_county_rules() -> None:
    [line] = [line for line in LIAOCHENG.deadlines if line.deadline == "notice_period"]
    assert (line.base, line.kind, line.then) == ("posted_on", DeadlineKind.ENFORCE, ("close_notice",))
    assert line.length.n == GapRef(gap="notice_working_days")
    assert line.length.unit is Unit.WORKING_DAYS
    posted = date(2022, 3, 1)
    assert due(LIAOCHENG, line.length, posted, CALENDAR) == (date(2022, 3, 8), False)
    ruled = LIAOCHENG.with_rulings({"notice_working_days": 7, "notice_counts_posting_day": True}, "1+x")
    assert due(ruled, line.length, posted, CALENDAR) == (date(2022, 3, 9), False)


def test_the_term_is_a_gap_and_begins_with_the_work() -> None:
    assert LIAOCHENG.contract.term_months == GapRef(gap="agreement_term_months")
    rules, setting = build(LIAOCHENG), Setting(CALENDAR)
    clerk, at = officer(Role.TOWNSHIP), datetime(2022, 3, 20, 2, tzinfo=UTC)
    hire = a_hire(a_person(date(1970, 1, 1), "lifted"), stage="approved", approved_on=date(2022, 3, 18))
    hire = decide(hire, "sign", clerk, at, rules, setting, payload={"signed_on": date(2022, 3, 20)}).after()
    assert (hire.state, hire.dossier.term_ends_on) == (State.CONTRACTED, None)
    trained = {"held_on": date(2022, 3, 20), "passed": True}
    hire = decide(hire, "train", clerk, at, rules, setting, payload=trained).after()
    at = datetime(2022, 4, 1, 2, tzinfo=UTC)
    hire = decide(hire, "start", clerk, at, rules, setting, payload={"started_on": date(2022, 4, 1)}).after()
    assert (hire.dossier.term_starts_on, hire.dossier.term_ends_on) == (date(2022, 4, 1), date(2023, 3, 31))
    assert hire.dossier.last_lawful_on == date(2025, 3, 31)


def test_nobody_starts_without_training() -> None:
    hire = a_hire(a_person(date(1970, 1, 1), "lifted"), stage="trained", agreement_on=date(2022, 3, 18))
    with pytest.raises(StepRefused) as refused:
        decide(hire, "start", officer(Role.TOWNSHIP), datetime(2022, 4, 1, 2, tzinfo=UTC), build(LIAOCHENG),
               Setting(CALENDAR), payload={"started_on": date(2022, 4, 1)})  # fmt: skip
    assert "trained" in {answer.guard for answer in refused.value.answers if answer.stops}


# -- how many ---------------------------------------------------------------------------------------------------------


def test_the_plan_of_each_year_and_kind() -> None:
    planned = {(q.year, q.kinds): q.places for q in LIAOCHENG.quotas if not q.allocations}
    for year, rural, urban in ((2022, 24000, 3600), (2023, 24000, 3600), (2024, 12000, 1800), (2025, 12000, 1800)):
        assert planned[year, ("rural",)] == rural
        assert planned[year, ("urban",)] == urban
    assert planned[None, ("rural",)] == 72000 == sum(n or 0 for (y, k), n in planned.items() if y and k == ("rural",))
    assert planned[None, ("urban",)] == 10800 == sum(n or 0 for (y, k), n in planned.items() if y and k == ("urban",))
    assert all(q.rule == "target" for q in LIAOCHENG.quotas if q.kinds != ("dedicated",))


def test_the_annex_adds_up() -> None:
    [annex] = [q for q in LIAOCHENG.quotas if q.allocations]
    shares = annex.allocations
    assert len(shares) == len({share.region for share in shares}) == 11
    assert sum(share.places["urban"] for share in shares) == 3600
    assert sum(share.places["rural"] for share in shares) == 24000
    assert annex.places == 27600
    by_name = {share.zh: share.places["urban"] + share.places["rural"] for share in shares}
    assert (by_name["东昌府区"], by_name["莘县"], by_name["度假区"]) == (3310, 5340, 620)


@pytest.mark.parametrize(
    ("region", "kind", "year", "places", "counted_in"),
    [
        ("371502100201", "rural", 2022, 2550, "371502"),
        ("371502100201", "urban", 2022, 760, "371502"),
        ("3715A2001", "rural", 2022, 600, "3715A2"),
        ("371502100201", "rural", 2023, 24000, "3715"),
        ("371502100201", "urban", 2025, 1800, "3715"),
    ],
)
def test_a_place_has_its_share_where_the_annex_gives_one(
    region: str, kind: str, year: int, places: int, counted_in: str
) -> None:
    target = target_of(LIAOCHENG, kind, region, year)
    assert target is not None
    assert (target.places, target.region) == (places, counted_in)


def test_nothing_is_planned_after_2025() -> None:
    assert target_of(LIAOCHENG, "rural", "371502", 2026) is None


def test_the_total_of_an_annex_is_nobodys_share() -> None:
    [annex] = [q for q in LIAOCHENG.quotas if q.allocations]
    alone = LIAOCHENG.model_copy(update={"quotas": (annex.model_copy(update={"kinds": ("rural",)}),)})
    assert target_of(alone, "rural", "371502100201", 2022) is not None
    assert target_of(alone, "rural", "371599100201", 2022) is None


def test_going_beyond_the_target_is_said_but_not_stopped() -> None:
    [line] = [g for g in LIAOCHENG.announcement.guards if g.use == "quota_target"]
    assert line.effect is Effect.WARN
    assert announced("quota_target", target=2551).passed
    assert not announced("quota_target", target=2550).passed


@pytest.mark.parametrize(
    ("on", "fits"), [(date(2022, 1, 1), True), (date(2022, 3, 31), True), (date(2022, 4, 1), False)]
)
def test_the_first_quarter_is_the_season_in_principle(on: date, fits: bool) -> None:
    [line] = [g for g in LIAOCHENG.announcement.guards if g.use == "season"]
    assert line.effect is Effect.WARN
    assert announced("season", on=on).passed is fits


@pytest.mark.parametrize(("on", "fits"), [(date(2025, 12, 31), True), (date(2026, 1, 1), False)])
def test_the_plan_years_are_the_validity(on: date, fits: bool) -> None:
    assert announced("document_in_force", on=on).passed is fits
    [ended] = LIAOCHENG.validity.ended_by
    assert (ended.on, ended.certainty) == (date(2024, 2, 1), "seen")


# -- for whom ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("category", ["lifted", "monitored", "low_income", "disabled"])
def test_four_groups_have_rural_posts_at_any_age(category: str) -> None:
    assert asked("review_and_post", "in_group", a_hire(a_person(date(2000, 1, 1), category))).passed


@pytest.mark.parametrize(
    ("born", "fits"),
    [
        (date(1977, 3, 1), True),  # 45 on the day of the announcement, 2022-03-01
        (date(1977, 3, 2), False),
        (date(1956, 3, 2), True),  # 65, and 66 the next day
        (date(1956, 3, 1), False),
    ],
)
def test_the_elderly_of_the_countryside_are_45_to_65(born: date, fits: bool) -> None:
    assert asked("review_and_post", "in_group", a_hire(a_person(born, "elderly_rural"))).passed is fits


@pytest.mark.parametrize(
    ("born", "retirement", "fits"),
    [
        (date(1967, 3, 1), "man", True),
        (date(1967, 3, 2), "man", False),
        (date(1962, 3, 2), "man", True),
        (date(1962, 3, 1), "man", False),  # 60: retired
        (date(1977, 3, 1), "woman50", True),
        (date(1977, 3, 2), "woman50", False),
        (date(1972, 3, 1), "woman50", False),  # 50: retired
        (date(1972, 3, 1), "woman55", True),
    ],
)
def test_the_elderly_of_the_towns_are_women_from_45_and_men_from_55_until_retirement(
    born: date, retirement: str, fits: bool
) -> None:
    hire = a_hire(a_person(born, "elderly_unemployed", retirement=retirement), "urban")
    assert asked("review_and_post", "in_group", hire).passed is fits


def test_a_rural_group_does_not_open_urban_posts_nor_the_other_way_round() -> None:
    rural, urban = a_person(date(1980, 1, 1), "lifted"), a_person(date(1980, 1, 1), "zero_employment_family")
    assert not asked("approve", "in_group", a_hire(rural, "urban")).passed
    assert not asked("approve", "in_group", a_hire(urban, "rural")).passed
    assert asked("approve", "in_group", a_hire(urban, "urban")).passed


@pytest.mark.parametrize(("act", "role"), [("review_and_post", Role.TOWNSHIP), ("approve", Role.HRSS)])
def test_the_groups_are_widened_only_with_the_number_of_an_approval(act: str, role: Role) -> None:
    for line in lines(act, "in_group"):
        assert line.effect is Effect.PRINCIPLE
        assert line.override_by == (role,)
        assert set(line.override_needs) == {"reason", "approval_no"}


# -- how long ---------------------------------------------------------------------------------------------------------


def test_three_years_counted_over_all_posts_of_the_person() -> None:
    assert LIAOCHENG.service.months == 36
    assert LIAOCHENG.service.counts_prior_service
    person = a_person(date(1970, 1, 1), "lifted")
    assert asked("approve", "months_left", a_hire(replace(person, prior_months=35))).passed
    assert not asked("approve", "months_left", a_hire(replace(person, prior_months=36))).passed


def test_rural_posts_do_not_go_on_to_retirement_and_others_are_measured_at_the_first_approval() -> None:
    [line] = [line for line in LIAOCHENG.service.exceptions if line.exception == "near_retirement"]
    assert (line.kinds, line.measured_on, line.less_than_months) == (("urban", "dedicated"), "approved_on", 60)


def test_only_rural_posts_are_extended_and_only_by_who_may_approve_it() -> None:
    person, until = a_person(date(1970, 1, 1), "lifted"), date(2025, 6, 30)
    known = {"stage": "on_post", "last_lawful_on": date(2025, 3, 31)}
    rural, urban = a_hire(person, "rural", **known), a_hire(person, "urban", **known)  # type: ignore[arg-type]
    hrss, county = officer(Role.HRSS), officer(Role.COUNTY)
    assert asked("extend_service", "extension_allowed", rural, hrss, until=until).passed
    assert not asked("extend_service", "extension_allowed", urban, hrss, until=until).passed
    assert not asked("extend_service", "extension_allowed", rural, county, until=until).passed
    assert not asked("extend_service", "extension_allowed", rural, hrss, until=date(2025, 3, 31)).passed
    assert asked("extend_service", "extension_allowed", rural, hrss, until=date(2025, 4, 1)).passed


def test_an_extension_moves_the_last_lawful_day() -> None:
    hire = a_hire(
        a_person(date(1970, 1, 1), "lifted"), stage="on_post", started_on=date(2022, 4, 1),
        first_started_on=date(2022, 4, 1), term_no=3, term_ends_on=date(2025, 3, 31), last_lawful_on=date(2025, 3, 31),
    )  # fmt: skip
    hire = replace(hire, person=replace(hire.person, periods=((date(2022, 4, 1), date(2025, 3, 31), 1),)))  # type: ignore[type-var]
    said = {"until": date(2025, 9, 30), "reason": "无其他就业渠道"}
    plan = decide(hire, "extend_service", officer(Role.HRSS), datetime(2025, 3, 1, 2, tzinfo=UTC), build(LIAOCHENG),
                  Setting(CALENDAR), payload=said)  # fmt: skip
    assert plan.dossier.last_lawful_on == date(2025, 9, 30)


# -- the dedicated posts of a township (三(一)) ------------------------------------------------------------------------


def test_the_number_for_each_township_is_the_number_that_the_guard_asks_for() -> None:
    [quota] = [q for q in LIAOCHENG.quotas if "dedicated" in q.kinds]
    [line] = [g for g in LIAOCHENG.announcement.guards if g.use == "quota_cap"]
    assert (line.kinds, line.params, line.effect) == (("dedicated",), {"places": 3, "scope": "township"}, Effect.BLOCK)
    assert (quota.rule, quota.places, quota.per) == ("per_area", 3, "township")
    assert target_of(LIAOCHENG, "dedicated", "371502100", 2022) is None, "they are outside the plan"
    [plan] = [g for g in LIAOCHENG.announcement.guards if g.use == "quota_target"]
    assert plan.kinds == ("rural", "urban")


def test_dedicated_posts_are_for_the_groups_of_urban_ones_and_may_be_widened_alike() -> None:
    assert [pool.name for pool in LIAOCHENG.pools if "dedicated" in pool.kinds] == ["urban_groups"]
    rural, urban = a_person(date(1980, 1, 1), "lifted"), a_person(date(1980, 1, 1), "zero_employment_family")
    for act in ("review_and_post", "approve"):
        assert not asked(act, "in_group", a_hire(rural, "dedicated")).passed
        assert asked(act, "in_group", a_hire(urban, "dedicated")).passed


def test_dedicated_posts_are_paid_and_ended_like_urban_ones_and_out_of_the_split() -> None:
    assert not announced("minimum_wage", "dedicated", wage=101).passed
    assert announced("minimum_wage", "dedicated", wage=100).passed
    assert [retires(LIAOCHENG, kind) for kind in ("rural", "urban", "dedicated")] == [False, True, True]
    hire = a_hire(a_person(date(1970, 1, 1), "lifted"), "dedicated", "on_post", last_lawful_on=date(2025, 3, 31))
    said = asked("extend_service", "extension_allowed", hire, officer(Role.HRSS), until=date(2025, 6, 30))
    assert not said.passed, "the extension at discretion is for rural posts"
    found = split(LIAOCHENG, [Cost("dedicated", 200_000, 30, 30), Cost("rural", 100_000, 30, 30)], 0)
    assert found is not None
    assert (found.people, found.cost_fen) == (1, 100_000)


@pytest.mark.parametrize("subject", ["groups", "pay", "insurance", "extension", "money"])
def test_whatever_the_document_leaves_open_of_dedicated_posts_is_a_gap(subject: str) -> None:
    gap = LIAOCHENG.gap_by_name[f"dedicated_{subject}"]
    assert gap.default == ("county" if subject == "money" else "as_urban")
    assert gap.choices == (gap.default,), "a ruling that changes nothing is not taken"


# -- pay, money, afterwards -------------------------------------------------------------------------------------------


def test_pay_has_a_floor_by_the_hour_or_by_the_month() -> None:
    floors = {item.kinds: (item.per, item.floor, item.paid) for item in LIAOCHENG.pay}
    assert floors == {
        ("rural",): ("hour", "minimum_wage_hour", "monthly"),
        ("urban", "dedicated"): ("month", "minimum_wage_month", "monthly"),
    }


def test_city_and_county_share_four_to_six_for_rural_posts_only() -> None:
    shared = {line.kinds: line.share for line in LIAOCHENG.funding if line.share}
    assert shared == {("rural",): {"city": 40, "county": 60}}


def test_accident_insurance_is_rural_and_the_insurance_subsidy_for_the_others() -> None:
    assert {line.name: line.kinds for line in LIAOCHENG.benefits} == {
        "accident_policy": ("rural",),
        "insurance_subsidy": ("urban", "dedicated"),
    }


@pytest.mark.parametrize("act", ["end_term", "leave"])
def test_whoever_leaves_is_followed_up_and_the_post_refilled(act: str) -> None:
    owed = {line.filing: line.by for line in step(act).files}
    assert owed == {"real_name": Role.TOWNSHIP, "refill": Role.TOWNSHIP, "follow_up": Role.TOWNSHIP}
