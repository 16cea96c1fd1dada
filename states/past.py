"""What a correction looks at (往事): the entries of a hire's trail, the rows in force, and what people were told.

Plain values without behaviour, read in one go and only when a past fact is to be set right. Days are Asia/Shanghai.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a trail: the step, where it led, its input as it was kept, and what it changed.

    ``boards`` are those of a notice with their days, which the trail itself does not keep.
    """

    seq: int
    act: str
    from_stage: str
    to_stage: str
    on: date
    role: str
    actor_key: str
    account_id: int | None
    input: Mapping[str, Any]
    changes: Mapping[str, Any]
    boards: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """A letter that went out: its template, the role that heard it, and the facts that stood in it."""

    template: str
    role: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Past:
    """The trail of one hire, its rows in force by table, and the letters that were sent."""

    entries: tuple[Entry, ...]
    rows: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    letters: tuple[Told, ...] = ()


#: columns of the rows that a correction may renew, that are set after a row was written (see ``workflow.tables``)
LATER: Mapping[str, frozenset[str]] = {
    "notice": frozenset({"closed_on", "corrects_seq", "corrected_by"}),
    "training": frozenset({"corrects_seq", "corrected_by"}),
    "contract": frozenset({"starts_on", "ends_on", "ended_on", "corrects_seq", "corrected_by"}),
    "assessment": frozenset({"ruled_seq", "corrects_seq", "corrected_by"}),
    "protection": frozenset({"corrects_seq", "corrected_by"}),
    "departure": frozenset({"corrects_seq", "corrected_by"}),
    "survey": frozenset({"corrects_seq", "corrected_by"}),
}


@dataclass(frozen=True, slots=True)
class NewRow:
    """A row that takes the place of one in force: its table, the old row, and the new one in full."""

    table: str
    old: Row
    new: Row

    @property
    def keys(self) -> Row:
        """By what the rows of one entry in one table are told apart."""
        return {"term_no": self.new["term_no"]} if self.table == "contract" else {}


def split(row: NewRow) -> tuple[Row, Row]:
    """A new row as a digest covers it, and its columns that later entries may set again."""
    later = LATER[row.table]
    born = {column: value for column, value in row.new.items() if column in later}
    said = {column: value for column, value in row.new.items() if column not in later}
    if row.table == "contract":
        said |= {"starts_on": None, "ends_on": None}
    return said, born
