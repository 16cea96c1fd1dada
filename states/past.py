"""What a correction looks at (往事): the entries of a hire's trail, the rows in force, and what people were told.

Plain values without behaviour, read in one go and only when a past fact is to be set right. Days are Asia/Shanghai.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a trail: the step, where it led, its input as it was kept, and what it changed.

    ``boards`` are those of a notice with their days, ``words`` what the entry says now beside its input: neither stands
    in the trail itself (``with_words``).
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
    words: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """A letter that went out: its template, the role that heard it, and the facts that stood in it."""

    template: str
    role: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Past:
    """The trail of one hire, its rows in force by table, the letters that were sent, and its reports (备案)."""

    entries: tuple[Entry, ...]
    rows: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    letters: tuple[Told, ...] = ()
    filings: tuple[Row, ...] = ()


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
class Report:
    """A report (备案) that a correction moves: its row as it stands, and the columns that are set again."""

    row: Row
    changed: Row

    @property
    def filing(self) -> str:
        return str(self.row["filing"])

    @property
    def seq(self) -> int:
        return int(self.row["seq"])


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


def with_words(past: Past, corrections: Iterable[Row]) -> Past:
    """The past with what its entries say beside their input: numbers of contracts, receipts, points that were counted.

    Words stay out of the trail (``states.entry.PROSE``), those of a correction too: ``corrections`` are their rows.
    """
    words: dict[int, Row] = {}
    for row in past.rows.get("contract", ()):
        words.setdefault(row["corrects_seq"] or row["seq"], {})["number"] = row["number"]
    for row in past.filings:
        if row["sent_seq"] is not None:
            words.setdefault(row["sent_seq"], {})["receipt"] = row["receipt"]
    for row in past.rows.get("assessment", ()):
        if row["points_tenths"] is not None:
            words.setdefault(row["corrects_seq"] or row["seq"], {})["points"] = Decimal(row["points_tenths"]) / 10
    said = {row["seq"]: {name: after for name, _, after in row["said"]} for row in corrections}
    told = (_worded(entry, words.get(entry.seq, {}), said.get(entry.seq)) for entry in past.entries)
    return replace(past, entries=tuple(told))


def _worded(entry: Entry, words: Row, said: Row | None) -> Entry:
    if said is None:
        return replace(entry, words={name: value for name, value in words.items() if value is not None})
    values = {name: said.get(name) if value is None else value for name, value in entry.input["values"].items()}
    # what a correction said of words that stood there already is none
    return replace(entry, input={**entry.input, "values": {n: v for n, v in values.items() if v is not None}})
