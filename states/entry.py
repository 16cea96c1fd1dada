"""What an audit entry keeps of a step (留痕内容): input, answers and columns, no words that may name anybody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from states.canonical import plain
from states.guards import Answer
from states.plan import Row

#: what stays out of the audit bytes: words that may name a person. Their records are covered by a digest instead.
PROSE = frozenset(
    {"opinion", "reason", "text", "by_name", "evidence", "law", "receipt", "number", "boards"}
) | frozenset({"name", "board", "address", "matter", "took_part"})


def input_kept(given: Mapping[str, Any]) -> Row:
    return {
        # of a correction the fields that it sets right; each is plain
        name: _values(value) if name == "values" else _said(value)
        for name, value in given.items()
        if name not in PROSE and name != "overrides" and value is not None
    }


def _values(values: Mapping[str, Any]) -> Row:
    """Corrected fields: of words their name alone, because what they say now is covered by the digest of the record."""
    return {name: None if name in PROSE else value for name, value in values.items()}


def _said(value: Any) -> Any:
    if isinstance(value, (str, int, bool, date)) or value is None:
        return value
    return str(value)


def answer_kept(answer: Answer) -> list[Any]:
    """Guard, effect, passed, overridden, article, inputs."""
    verdict = answer.verdict
    return [
        answer.guard,
        answer.effect.value,
        verdict.passed,
        answer.overridden is not None,
        answer.article,
        dict(plain(verdict.inputs)),
    ]


def sets_kept(updates: Iterable[tuple[str, Row, Row]]) -> list[list[Any]]:
    """Columns of earlier rows that an entry sets: table, which rows, what."""
    return [
        [
            table,
            {name: value for name, value in keys.items() if name != "hire_id"},
            {name: value for name, value in values.items() if name not in PROSE},
        ]
        for table, keys, values in updates
    ]
