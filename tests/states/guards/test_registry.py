"""All guards together: whatever little is known, each answers, and in words that can be shown."""

from __future__ import annotations

import re
from typing import Any

import pytest

from states.guards import REGISTRY, Ask, AskOpening, load_all
from states.vocabulary import RecordKind
from tests.support.asking import a_hire, a_person, answer, ask, ask_opening

load_all()
LEAST: dict[str, dict[str, Any]] = {
    "statement_signed": {"statement": "health"},
    "age_between": {"at_least": 18},
    "category_in": {"categories": ["lifted"]},
    "in_group": {"groups": [{"name": "lifted", "at_least": 18}]},
    "education_at_least": {"level": "primary"},
    "funding_requires": {"sources": ["budget"], "categories": ["lifted"]},
    "quota_cap": {"places": 1},
    "quota_bands": {"bands": [{"at_least": 1, "places": 1}]},
    "season": {"months": [1]},
    "renewal_decided": {"outcome": "renew"},
}


def questions(name: str) -> list[Ask | AskOpening]:
    """The least that can be known: no person, a bare one; nothing typed in, or a form that was sent without it."""
    if REGISTRY[name].of_opening:
        return [ask_opening()]
    return [
        ask(a_hire(person), records=records, given=given)
        for person in (None, a_person(), a_person(education="", home_region="", retirement_category="", sex=""))
        for records in RecordKind
        for given in ({}, {"opinion": None, "overrides": ()})
    ]


@pytest.mark.parametrize("name", sorted(REGISTRY))
def test_every_guard_answers_for_an_almost_empty_hire(name: str) -> None:
    for question in questions(name):
        answer(name, question, **LEAST.get(name, {}))


@pytest.mark.parametrize("name", sorted(REGISTRY))
def test_every_guard_says_why_it_reads_the_rule_so_and_which_requirements_it_meets(name: str) -> None:
    registered = REGISTRY[name]
    assert (registered.function.__doc__ or "").strip()
    assert all(re.fullmatch(r"(XY|LC|BH|NM|CQ)-\d{2}", requirement) for requirement in registered.meets)


def test_guards_take_no_parameters_that_they_do_not_know() -> None:
    for name, registered in REGISTRY.items():
        with pytest.raises(ValueError, match="unheard_of"):
            registered.params.model_validate({**LEAST.get(name, {}), "unheard_of": 1})
