from __future__ import annotations

from typing import Any

import pytest

from states.vocabulary import RecordKind
from tests.support.asking import HIRE_ID, a_hire, a_person, a_post, an_opening, answer, ask, d

APPLICATION = RecordKind.APPLICATION
PERSONAL = {
    "statement_signed": {"statement": "health"},
    "age_between": {"at_least": 18},
    "category_in": {"categories": ["lifted"]},
    "in_group": {"groups": []},
    "education_at_least": {"level": "primary"},
    "resident_of_village": {},
    "one_post_only": {},
    "alive": {},
    "no_relative": {},
    "months_left": {},
}


@pytest.mark.parametrize(("name", "params"), PERSONAL.items())
def test_without_an_applicant_a_rule_about_persons_refuses_except_where_the_step_brings_one(
    name: str, params: dict[str, Any]
) -> None:
    verdict = answer(name, ask(a_hire()), **params)
    assert not verdict.passed
    assert str(verdict.say) == "尚无报名人"
    assert answer(name, ask(a_hire(), records=APPLICATION), **params).passed
    assert not answer(name, ask(a_hire(), records=APPLICATION, given={"person_id": 1}), **params).passed


def test_a_statement_has_to_be_signed() -> None:
    signed = a_hire(a_person(statements=frozenset({"health"})))
    assert answer("statement_signed", ask(signed), statement="health").passed
    verdict = answer("statement_signed", ask(signed), statement="no_crime")
    assert not verdict.passed
    assert str(verdict.say) == "尚未签署“无违法犯罪记录及不良行为”承诺"


@pytest.mark.parametrize(("categories", "passes"), [((), False), (("veteran",), False), (("veteran", "lifted"), True)])
def test_one_of_the_categories_is_needed(categories: tuple[str, ...], passes: bool) -> None:
    hire = a_hire(a_person(categories={code: {"by": "town"} for code in categories}))
    verdict = answer("category_in", ask(hire), categories=["lifted", "monitored"])
    assert verdict.passed is passes
    assert ("脱贫人口、监测对象" in str(verdict.say)) is not passes


RELAXED: dict[str, Any] = {"level": "senior_secondary", "relaxed_to": "junior_secondary", "relaxed_kinds": ["village"]}


@pytest.mark.parametrize(
    ("education", "passes"),
    [("none", False), ("primary", False), ("junior_secondary", False), ("senior_secondary", True), ("college", True)],
)
def test_the_level_of_education_itself_suffices(education: str, passes: bool) -> None:
    hire = a_hire(a_person(education=education))
    assert answer("education_at_least", ask(hire), level="senior_secondary").passed is passes


@pytest.mark.parametrize(
    ("education", "kind", "finding", "passes"),
    [
        ("junior_secondary", "village", "无合适人选", True),
        ("junior_secondary", "village", None, False),
        ("junior_secondary", "town", "无合适人选", False),
        ("primary", "village", "无合适人选", False),
    ],
)
def test_education_is_relaxed_only_for_its_kinds_and_by_a_written_finding(
    education: str, kind: str, finding: str | None, passes: bool
) -> None:
    hire = a_hire(a_person(education=education), an_opening(relaxed_by=finding), kind=kind)
    assert answer("education_at_least", ask(hire), **RELAXED).passed is passes


def test_the_way_to_the_relaxation_is_named() -> None:
    hire = a_hire(a_person(education="junior_secondary"))
    assert "书面认定" in str(answer("education_at_least", ask(hire), **RELAXED).remedy)


@pytest.mark.parametrize("education", ["", "doctor of everything"])
def test_an_unknown_education_is_missing_and_not_low(education: str) -> None:
    verdict = answer("education_at_least", ask(a_hire(a_person(education=education))), level="none")
    assert str(verdict.say) == "文化程度未登记"


@pytest.mark.parametrize(
    ("home", "region", "passes"),
    [
        ("990000101201", "990000101201", True),
        ("990000101202", "990000101201", False),
        ("990000101201", "990000101", True),
        ("990000", "990000101201", False),
        ("", "990000101201", False),
        ("990000101201", "", False),
    ],
)
def test_a_resident_lives_where_the_hire_is(home: str, region: str, passes: bool) -> None:
    hire = a_hire(a_person(home_region=home), region=region)
    verdict = answer("resident_of_village", ask(hire))
    assert verdict.passed is passes
    assert ("未登记" in str(verdict.say)) is (home == "")


FUNDING: dict[str, Any] = {"sources": ["linking_fund"], "categories": ["lifted", "monitored"]}


@pytest.mark.parametrize(
    ("sources", "registered", "categories", "passes"),
    [
        ({"linking_fund"}, True, {"lifted": {}}, True),
        ({"linking_fund", "village_economy"}, True, {}, False),
        ({"linking_fund"}, False, {"lifted": {}}, False),
        ({"village_economy"}, False, {}, True),
        (set(), True, {"lifted": {}}, False),
    ],
)
def test_some_money_pays_only_registered_posts_and_certain_persons(
    sources: set[str], registered: bool, categories: dict[str, Any], passes: bool
) -> None:
    post = a_post(sources=frozenset(sources), registered_as_public_post=registered)
    question = ask(a_hire(a_person(categories=categories), post=post))
    assert answer("funding_requires", question, **FUNDING).passed is passes


def test_money_may_bind_the_person_alone() -> None:
    post = a_post(sources=frozenset({"linking_fund"}), registered_as_public_post=False)
    question = ask(a_hire(a_person(categories={"lifted": {}}), post=post))
    assert answer("funding_requires", question, **FUNDING, registered_post=False).passed
    assert not answer("funding_requires", ask(a_hire(post=post)), **FUNDING, registered_post=False).passed


@pytest.mark.parametrize(("serving", "passes"), [(None, True), (HIRE_ID, True), (HIRE_ID + 1, False)])
def test_one_post_at_a_time(serving: int | None, passes: bool) -> None:
    assert answer("one_post_only", ask(a_hire(a_person(serving_hire=serving)))).passed is passes


@pytest.mark.parametrize(
    ("started_on", "owner", "passes"),
    [
        ("2026-02-28", HIRE_ID + 1, False),
        ("2026-03-01", HIRE_ID + 1, True),
        ("2026-02-28", HIRE_ID, True),
        (None, HIRE_ID + 1, True),
    ],
)
def test_a_start_is_not_written_back_into_another_post(started_on: str | None, owner: int, passes: bool) -> None:
    """The other term ended with February; one that a late finding overtook was never served."""
    periods = ((d("2025-06-01"), d("2026-05-31"), owner), (d("2026-06-01"), d("2026-02-28"), owner))
    given = {"started_on": started_on} if started_on else None
    verdict = answer("one_post_only", ask(a_hire(a_person(periods=periods)), on="2026-03-02", given=given))
    assert verdict.passed is passes


def test_nothing_goes_forward_for_the_dead() -> None:
    assert answer("alive", ask(a_hire(a_person()))).passed
    verdict = answer("alive", ask(a_hire(a_person(died_on=d("2026-03-01")))))
    assert not verdict.passed
    assert verdict.inputs["died_on"] == "2026-03-01"
