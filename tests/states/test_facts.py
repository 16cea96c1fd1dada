"""Facts: what is stored of a hire reads back as it was, and changes make new values."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields, replace
from datetime import date
from typing import Any, get_type_hints

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from states.facts import (
    DATE_FIELDS,
    Clock,
    Dossier,
    Grant,
    OpenFiling,
    OpenObjection,
    PointNote,
    Signature,
    dossier_from_json,
    dossier_to_json,
    holds_place,
)
from states.vocabulary import RecordKind, Role, State
from tests.support.asking import a_hire, d

words, numbers, days = st.text(min_size=1, max_size=8), st.integers(1, 10_000), st.dates()
clocks = st.builds(Clock, days, days, st.booleans(), numbers, st.booleans(), st.booleans())
maybe = st.none() | numbers
notes = st.builds(
    PointNote, numbers, numbers, words, words, numbers, numbers, words, st.sampled_from(Role), words, maybe, maybe
)
OWN: dict[str, st.SearchStrategy[Any]] = {
    "boards": st.lists(words, max_size=3).map(tuple),
    "objections": st.lists(st.builds(OpenObjection, numbers, days), max_size=2).map(tuple),
    "objection_handlers": st.lists(words, max_size=3).map(tuple),
    "points": st.lists(notes, max_size=3).map(tuple),
    "surveyed": st.lists(numbers, max_size=3).map(tuple),
    "approvers": st.lists(words, max_size=3).map(tuple),
    "assigned": st.dictionaries(words, numbers, max_size=2),
    "earlier": st.dictionaries(words, words, max_size=2),
    "score_tenths": st.none() | st.integers(-1_000, 1_000),
    "open_objections": st.lists(numbers, max_size=3).map(tuple),
    "signatures": st.lists(st.builds(Signature, words, st.sampled_from(Role), words), max_size=2).map(tuple),
    "filings": st.lists(
        st.builds(OpenFiling, words, numbers, st.sampled_from(Role), days, st.booleans()), max_size=2
    ).map(tuple),
    "clocks": st.dictionaries(words, clocks, max_size=3),
    "meeting_for": st.none() | st.integers(0, 10_000),
    "proposed_points_tenths": st.none() | st.integers(0, 1_200),
}
BY_TYPE: dict[Any, st.SearchStrategy[Any]] = {
    date | None: st.none() | days,
    str | None: st.none() | words,
    int | None: st.none() | numbers,
    bool | None: st.none() | st.booleans(),
    int: st.integers(0, 10_000),
    bool: st.booleans(),
}


def each_field() -> dict[str, st.SearchStrategy[Any]]:
    """A strategy for every field, also for those that come later: a new one is tried without being listed here."""
    hints = get_type_hints(Dossier)
    return {f.name: OWN[f.name] if f.name in OWN else BY_TYPE[hints[f.name]] for f in fields(Dossier)}


FIELDS = each_field()
dossiers = st.builds(Dossier, **FIELDS)


@given(dossiers)
def test_a_dossier_reads_back_as_it_was_written(dossier: Dossier) -> None:
    stored = orjson.dumps(dossier_to_json(dossier))
    assert dossier_from_json(orjson.loads(stored)) == dossier


@given(dossiers)
def test_what_is_stored_is_plain_and_has_nothing_in_it_that_is_not_set(dossier: Dossier) -> None:
    stored = dossier_to_json(dossier)
    assert orjson.loads(orjson.dumps(stored)) == stored
    assert all(value is not None and value != [] and value != {} for value in stored.values())


def test_an_empty_dossier_is_stored_as_nothing() -> None:
    assert dossier_to_json(Dossier()) == {}
    assert dossier_from_json({}) == Dossier()


@pytest.mark.parametrize("name", ["training_passed", "ruled_passed", "skilled", "proposed_skilled"])
def test_not_passed_is_not_the_same_as_not_known(name: str) -> None:
    for known in (True, False, None):
        assert getattr(dossier_from_json(dossier_to_json(Dossier().with_(**{name: known}))), name) is known


@pytest.mark.parametrize("name", ["meeting_for", "proposed_points_tenths"])
def test_nought_is_not_the_same_as_not_known(name: str) -> None:
    """A meeting at which nobody was in favour has been held; an assessment of no points has been proposed."""
    stored = dossier_to_json(Dossier().with_(**{name: 0}))
    assert stored == {name: 0}
    assert getattr(dossier_from_json(stored), name) == 0


def test_every_day_is_known_as_a_day() -> None:
    assert {"posted_on", "protected_until", "ended_on", "last_lawful_on"} <= DATE_FIELDS
    named = {f.name for f in fields(Dossier) if f.name.endswith(("_on", "_until"))}
    assert named == set(DATE_FIELDS)


@pytest.mark.parametrize(
    "stored",
    [
        {"never_heard_of": 1},
        {"posted_on": "yesterday"},
        {"clocks": {"a": ["2026-03-02"]}},
        {"signatures": [["a", "b"]]},
    ],
)
def test_what_nobody_wrote_is_not_read(stored: dict[str, Any]) -> None:
    with pytest.raises((TypeError, ValueError)):
        dossier_from_json(stored)


@given(dossiers, st.data())
def test_a_changed_copy_is_what_replacing_would_give(dossier: Dossier, data: st.DataObject) -> None:
    names = data.draw(st.sets(st.sampled_from(sorted(FIELDS))))
    changes = {name: data.draw(FIELDS[name], label=name) for name in sorted(names)}
    before = dossier_to_json(dossier)
    assert dossier.with_(**changes) == replace(dossier, **changes)
    assert dossier_to_json(dossier) == before


def test_facts_are_not_edited() -> None:
    with pytest.raises(FrozenInstanceError):
        Dossier().renewal = "renew"  # type: ignore[misc]
    with pytest.raises(KeyError):
        Dossier().with_(renewed="renew")


# ---- roles, places, submitters --------------------------------------------------------------------------------------


def test_a_grant_covers_its_region_and_all_below_it() -> None:
    grant = Grant(Role.HRSS, "610928")
    assert grant.covers("610928")
    assert grant.covers("610928101201")
    assert not grant.covers("6109")
    assert not grant.covers("610927101201")
    assert Grant(Role.SYSTEM, "").covers("610928")


@pytest.mark.parametrize(
    ("state", "approved", "holds"),
    [
        (State.POSTED, False, False),
        (State.APPLIED, False, False),
        (State.QUALIFIED, False, False),
        # without a notice the first approval takes the place
        (State.QUALIFIED, True, True),
        (State.PUBLICIZED, False, True),
        (State.TRAINED, True, True),
        (State.CONTRACTED, True, True),
        # whoever left has had the place: it is announced anew
        (State.DISMISSED, True, True),
        (State.REJECTED, True, False),
        (State.WITHDRAWN, True, False),
    ],
)
def test_a_hire_takes_up_a_place_from_the_notice_or_the_first_approval_on(
    state: State, approved: bool, holds: bool
) -> None:
    assert holds_place(state, Dossier(approved_on=d("2026-03-02") if approved else None)) is holds


def test_an_assessment_is_its_proposers_and_everything_else_the_submitters() -> None:
    hire = replace(a_hire(proposed_by="proposer"), submitted_by="submitter")
    assert hire.submitter_of(RecordKind.ASSESSMENT_RULING) == "proposer"
    assert hire.submitter_of(RecordKind.OPINION) == "submitter"
    assert replace(hire, dossier=Dossier()).submitter_of(RecordKind.ASSESSMENT_RULING) == "submitter"
