from __future__ import annotations

from typing import Any

import pytest

from states.vocabulary import RecordKind
from tests.support.asking import a_hire, a_person, a_woman, an_opening, answer, ask

BAND: dict[str, Any] = {"at_least": 18, "at_most": 45}


@pytest.mark.parametrize(
    ("born", "passes"),
    [("2008-03-02", True), ("2008-03-03", False), ("1980-03-03", True), ("1980-03-02", False)],
)
def test_both_bounds_of_an_age_are_inside_until_the_next_birthday(born: str, passes: bool) -> None:
    hire = a_hire(a_person(born), an_opening("2026-03-02"))
    verdict = answer("age_between", ask(hire), **BAND)
    assert verdict.passed is passes
    assert (verdict.inputs["born_from"], verdict.inputs["born_to"]) == ("1980-03-03", "2008-03-02")


@pytest.mark.parametrize(("born", "passes"), [("1981-03-02", True), ("1981-03-01", False)])
def test_the_narrower_reading_ends_at_the_birthday_itself(born: str, passes: bool) -> None:
    hire = a_hire(a_person(born), an_opening("2026-03-02"))
    assert answer("age_between", ask(hire), **BAND, reading="not_past_birthday").passed is passes


def test_the_birth_date_itself_is_not_among_the_inputs() -> None:
    verdict = answer("age_between", ask(a_hire(a_person("1979-11-05"))), **BAND)
    assert "1979-11-05" not in map(str, verdict.inputs.values())


def test_bounds_may_be_gaps() -> None:
    hire = a_hire(a_person("2008-03-03"), an_opening("2026-03-02"))
    assert not answer("age_between", ask(hire), at_least={"gap": "eighteen"}).passed


@pytest.mark.parametrize(("applied", "passes"), [("2026-03-04", False), ("2026-03-05", True)])
def test_the_day_of_application_may_be_the_measure(applied: str, passes: bool) -> None:
    hire = a_hire(a_person("2008-03-05"), an_opening("2026-03-02"), applied_on=applied)
    assert answer("age_between", ask(hire), **BAND, measured_on="applied_on").passed is passes


def test_an_application_taken_today_is_measured_today() -> None:
    hire = a_hire(a_person("2008-03-10"), an_opening("2026-03-02"))
    taking: dict[str, Any] = {"on": "2026-03-10", "records": RecordKind.APPLICATION, "given": {"person_id": 3}}
    assert answer("age_between", ask(hire, **taking), **BAND, measured_on="applied_on").passed
    verdict = answer("age_between", ask(hire), **BAND, measured_on="applied_on")
    assert str(verdict.say) == "缺少计算年龄的日期（报名之日）"


@pytest.mark.parametrize(("measured", "start"), [("announced_on", "可报名2026-06-01"), ("applied_on", "2026-06-01起")])
def test_who_is_too_young_hears_from_when(measured: str, start: str) -> None:
    hire = a_hire(a_person("2008-06-01"), an_opening("2026-03-02"), applied_on="2026-03-04")
    verdict = answer("age_between", ask(hire), **BAND, measured_on=measured)
    assert str(verdict.remedy).startswith(start)


def test_a_birth_after_the_day_is_a_refusal_and_no_crash() -> None:
    verdict = answer("age_between", ask(a_hire(a_person("2027-01-01"))), **BAND)
    assert not verdict.passed
    assert "早于出生日期" in str(verdict.say)


GROUPS: dict[str, Any] = {
    "groups": [
        {"name": "农村低收入人口", "categories": ["low_income"]},
        {"name": "elderly_rural", "categories": ["elderly_rural"], "at_least": 45, "at_most": 65},
        {
            "name": "城镇大龄失业人员",
            "categories": ["elderly_unemployed"],
            "women_at_least": 45,
            "men_at_least": 55,
            "below_retirement": True,
        },
    ]
}


def in_group(person: Any) -> Any:
    return answer("in_group", ask(a_hire(person, an_opening("2026-03-02"))), **GROUPS)


def test_any_group_suffices_and_is_named() -> None:
    verdict = in_group(a_person("2005-01-01", categories={"low_income": {}, "elderly_rural": {}}))
    assert verdict.passed
    assert verdict.inputs["group"] == "农村低收入人口"


@pytest.mark.parametrize(
    ("born", "passes"), [("1981-03-02", True), ("1981-03-03", False), ("1960-03-03", True), ("1960-03-02", False)]
)
def test_the_ages_of_a_group_include_both_bounds(born: str, passes: bool) -> None:
    assert in_group(a_person(born, categories={"elderly_rural": {}})).passed is passes


@pytest.mark.parametrize(
    ("person", "passes"),
    [
        (a_woman("1981-03-02", categories={"elderly_unemployed": {}}), True),
        (a_woman("1981-03-03", categories={"elderly_unemployed": {}}), False),
        (a_person("1981-03-02", categories={"elderly_unemployed": {}}), False),
        (a_person("1971-03-02", categories={"elderly_unemployed": {}}), True),
        (a_person("1971-03-03", categories={"elderly_unemployed": {}}), False),
    ],
)
def test_men_and_women_have_ages_of_their_own(person: Any, passes: bool) -> None:
    assert in_group(person).passed is passes


@pytest.mark.parametrize(("born", "passes"), [("1965-03-15", False), ("1964-11-02", False), ("1965-05-15", True)])
def test_whoever_has_reached_the_retirement_age_is_out(born: str, passes: bool) -> None:
    # born March 1965: 60 years and a month, April 2025; born May 1965: 60 years and two months
    person = a_person(born, categories={"elderly_unemployed": {}})
    hire = a_hire(person, an_opening("2025-07-14"))
    assert answer("in_group", ask(hire, "2025-07-14"), **GROUPS).passed is passes


def test_the_retirement_day_itself_is_too_late() -> None:
    person = a_person("1965-05-15", categories={"elderly_unemployed": {}})
    assert not answer("in_group", ask(a_hire(person, an_opening("2025-07-15"))), **GROUPS).passed


def test_a_near_miss_says_what_is_wrong_and_a_stranger_is_told_the_groups() -> None:
    assert "年龄条件" in str(in_group(a_person("2005-01-01", categories={"elderly_rural": {}})).say)
    stranger = in_group(a_person())
    assert str(stranger.say) == "不属于任何一类安置对象"
    assert "农村低收入人口、农村大龄人员、城镇大龄失业人员" in str(stranger.remedy)


def test_an_unknown_retirement_category_is_said() -> None:
    person = a_person("1971-03-02", retirement_category="", categories={"elderly_unemployed": {}})
    assert "退休类别未登记" in str(in_group(person).say)


def test_groups_measured_on_a_missing_day_say_so() -> None:
    verdict = answer("in_group", ask(a_hire(a_person())), **GROUPS, measured_on="applied_on")
    assert "报名之日" in str(verdict.say)
