"""Forms: every field has its words, and what is filled in comes back as the step takes it."""

from __future__ import annotations

import ast
from datetime import date
from pathlib import Path

import pytest

from api.pages.applicants import person_of
from api.pages.forms import words_of
from api.pages.names import FACTS, FIELDS, HINTS, RULINGS
from api.pages.submitted import payload_of
from states import guards
from states.inputs import INPUTS, FilingInput, NoticeInput, StepInput
from states.loading import Catalogue
from states.vocabulary import RecordKind
from workflow.person_input import PersonInput


@pytest.mark.parametrize("model", list(dict.fromkeys(INPUTS.values())))
def test_every_field_of_every_step_has_words(model: type[StepInput]) -> None:
    for name in model.model_fields:
        if name not in ("overrides", "seq"):
            assert words_of(model, name).pattern, f"{model.__name__}.{name}"


def test_no_words_are_for_a_field_that_there_is_not() -> None:
    known = {name for model in INPUTS.values() for name in model.model_fields}
    exact = {f"{model.__name__}.{name}" for model in INPUTS.values() for name in model.model_fields}
    assert {name for name in (*FIELDS, *HINTS) if name not in known | exact} == set()


def test_every_answer_to_a_gap_has_words() -> None:
    from states.guards.labels import CATEGORIES, EDUCATION, EVENTS

    known = {*RULINGS, *EVENTS, *CATEGORIES, *EDUCATION}
    gaps = [gap for procedure in Catalogue.load().all() for gap in procedure.gaps]
    answers = {value for gap in gaps for value in (gap.default, *gap.choices) if isinstance(value, str)}
    assert answers - known == set()


def test_every_fact_that_a_guard_names_has_words() -> None:
    """Facts are named as keywords of ``passed`` and ``refused``, or as keys of the dictionaries given to them."""
    found: set[str] = set()
    for path in Path(guards.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("passed", "refused"):
                found |= {keyword.arg for keyword in node.keywords if keyword.arg not in (None, "remedy")}
    assert {name for name in found if name not in FACTS} == set()
    assert len(found) > 20


# ---- back from a form -------------------------------------------------------------------------------------------


def test_empty_fields_are_left_out_and_blanks_are_trimmed() -> None:
    payload = payload_of(RecordKind.CONTRACT, {"signed_on": [" 2026-06-15 "], "number": ["  "], "opinion": [""]})
    assert payload == {"signed_on": "2026-06-15"}


def test_boards_come_from_boxes_and_from_lines() -> None:
    given = {"posted_on": ["2026-06-15"], "boards": ["镇公示栏"], "boards_other": ["村公示栏\n\n 学校门口 "]}
    read = NoticeInput.model_validate(payload_of(RecordKind.NOTICE, given))
    assert tuple(board.name for board in read.boards) == ("镇公示栏", "村公示栏", "学校门口")
    assert read.posted_on == date(2026, 6, 15)


def test_a_report_travels_with_its_entry_number() -> None:
    read = FilingInput.model_validate(
        payload_of(RecordKind.FILING, {"filing": ["contract|17"], "sent_on": ["2026-06-15"]})
    )
    assert (read.filing, read.seq) == ("contract", 17)


def test_fields_of_no_step_do_not_reach_it() -> None:
    given = {"form_token": ["x"], "version": ["3"], "key": ["k"], "state": ["contracted"], "seq": ["9"]}
    assert payload_of(RecordKind.NONE, given) == {}


def test_an_exception_is_read_by_its_rule() -> None:
    given = {"override.resignation_notice.reason": ["急病"], "override.no_relative.reason": [" "], "override.x": ["y"]}
    assert payload_of(RecordKind.NONE, given) == {"overrides": [{"guard": "resignation_notice", "reason": "急病"}]}


def test_a_person_is_read_with_categories_and_relatives() -> None:
    given = {
        "name": [" 张小红 "],
        "id_number": ["x"],
        "categories": ["lifted", "veteran"],
        "recognised_by": ["乡村振兴局"],
        "recognised_on": ["2021-12-31"],
        "relatives": ["one\n\n two "],
        "prior_months": ["0"],
    }
    read = person_of(given)
    assert read["relatives"] == ["one", "two"]
    assert set(read["categories"]) == {"lifted", "veteran"}
    assert PersonInput.model_validate(read).categories is not None


def test_categories_without_who_recognised_them_are_faulty() -> None:
    with pytest.raises(ValueError, match="by"):
        PersonInput.model_validate(person_of({"id_number": ["x"], "categories": ["lifted"]}))
