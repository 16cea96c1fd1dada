"""A rule set reads like a procedure does: whole or not at all; and Chongqing's says what its document says."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import states
from states.faults import InvalidProcedure
from states.ruleset import RuleSet, load_ruleset, shipped_rulesets

FILE = Path(states.__file__).parent / "rulesets" / "chongqing-2022-317.yaml"
TEXT = FILE.read_text(encoding="utf-8")
CHONGQING = load_ruleset(TEXT, FILE.name)


def broken(old: str, new: str) -> InvalidProcedure:
    assert old in TEXT
    with pytest.raises(InvalidProcedure) as refused:
        load_ruleset(TEXT.replace(old, new, 1), FILE.name)
    return refused.value


# -- reading ----------------------------------------------------------------------------------------------------------


def test_what_is_shipped_is_known_by_its_id() -> None:
    assert shipped_rulesets()["chongqing-2022-317"] == CHONGQING
    assert CHONGQING.key == "chongqing-2022-317@1"


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("reference: zero", "reference: nought", "targets.reference"),
        ("follows: removal", "follow: removal", "violations"),
        ("last_on: 2022-11-30", "last_on: 2022-11-31", "dates.full_check.last_on"),
        ("n: 3, more: true", "n: 0, more: true", "services.offers"),
        ("meets: [CQ-22]", "meets: [CQ-2]", "targets.meets"),
    ],
)
def test_a_fault_is_told_at_its_line(old: str, new: str, where: str) -> None:
    wanted = TEXT[: TEXT.index(old)].count("\n") + 1
    faults = broken(old, new).faults
    assert wanted in {fault.line for fault in faults}
    assert any(fault.where.startswith(where.split(".")[0]) for fault in faults)


def test_a_file_that_is_no_yaml_is_refused() -> None:
    with pytest.raises(InvalidProcedure):
        load_ruleset("ruleset: [", "x.yaml")


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(InvalidProcedure):
        load_ruleset("", "x.yaml")


# -- 渝人社办〔2022〕317号 -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "in_force"),
    [
        (date(2022, 10, 31), False),
        (date(2022, 11, 1), True),
        (date(2022, 12, 31), True),
        (date(2023, 1, 1), False),
    ],
)
def test_the_campaign_is_two_months(on: date, in_force: bool) -> None:
    assert CHONGQING.in_force(on) is in_force


def test_a_rule_set_without_an_end_stays_in_force() -> None:
    endless = CHONGQING.model_copy(update={"validity": CHONGQING.validity.model_copy(update={"valid_to": None})})
    assert endless.in_force(date(2099, 1, 1))


def test_people_at_work_have_a_floor_and_families_without_work_are_none() -> None:
    bounds = {line.target: (line.rule, line.reference) for line in CHONGQING.targets}
    assert bounds["posts_in_use"] == ("at_least", "year_target")
    assert bounds["workshop_jobs"] == ("at_least", "end_of_last_year")
    assert bounds["zero_employment_families"] == ("equals", "zero")


def test_five_violations_of_section_5_3_lead_to_removal() -> None:
    removed = {line.zh for line in CHONGQING.violations if line.follows == "removal"}
    assert removed == {"吃空饷", "安置不符合条件人员", "冒名顶替", "优亲厚友", "变相发钱"}


def test_two_days_by_which_something_is_done() -> None:
    last = {line.deadline: line.last_on for line in CHONGQING.dates}
    assert last == {"full_check": date(2022, 11, 30), "workshop_rectification": date(2022, 11, 15)}
    assert all(CHONGQING.in_force(day) for day in last.values())


def test_the_least_that_a_person_is_owed() -> None:
    owed = {line.situation: [(o.service, o.n, o.more) for o in line.offers] for line in CHONGQING.services}
    assert owed == {
        "unwilling": [("talk", 1, False), ("guidance", 1, False)],
        "unskilled": [("training", 1, True)],
        "willing": [("job", 3, True)],
    }


def test_three_registers_are_held_against_the_monitoring_system() -> None:
    [comparison] = CHONGQING.comparisons
    assert comparison.against.name == "poverty_monitoring"
    assert len(comparison.sources) == 3


def test_lists_and_figures_come_every_week() -> None:
    assert {line.name: line.every for line in CHONGQING.rhythms} == {
        "transport_subsidy_list": "week",
        "employment_figures": "week",
    }


def test_outside_bodies_sign_a_confidentiality_agreement() -> None:
    assert any(line.meets == ("CQ-20",) and line.role == "company" for line in CHONGQING.duties)


def test_every_role_that_acts_is_named() -> None:
    acting = {role for line in CHONGQING.dates for role in line.by} | {line.by for line in CHONGQING.rhythms}
    acting |= {role for line in CHONGQING.rhythms for role in line.to}
    acting |= {line.role for line in CHONGQING.duties if line.role}
    assert acting <= set(CHONGQING.roles)
    assert isinstance(CHONGQING, RuleSet)
