"""The rows that a trail speaks of (台账记录): the same digests from the tables as stand in the entries.

What is set after a row was written is no part of its digest; those columns are told by later entries, and compared with
what these say (``SetLater``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import orjson
from sqlalchemy import JSON, Boolean, Table

from states.canonical import DIGESTS
from states.entry import PROSE
from workflow.snapshot import Snapshot
from workflow.tables import SET_LATER, metadata

TABLES = (
    *("decision", "notice", "objection", "training", "contract", "assessment", "protection", "departure", "filing"),
    *("returned", "suspension", "assignment", "comment", "document", "score"),
    *("point", "survey", "correction", "old_terms"),
)
#: columns that rows did not have before entries of a version: what an entry says is held against what there was then
SINCE: Mapping[int, Mapping[str, frozenset[str]]] = {
    2: {
        "decision": frozenset({"approves", "deputy_for"}),
        "notice": frozenset({"board_days", "sheet"}),
        "objection": frozenset({"due_on", "provisional", "public"}),
    },
    3: {"assessment": frozenset({"items"})},
}
#: the version of the entries that are written now
VERSION = 3
Row = dict[str, Any]


class RecordStream:
    """One table's rows, hire by hire, in step with the trail."""

    def __init__(self, source: Snapshot, table: Table, hire_id: int | None) -> None:
        self.name = table.name
        self._names = [column.name for column in table.columns]
        self._converters = _converters(table, source.sqlite)
        where = "" if hire_id is None else " WHERE hire_id = ?"
        columns = ", ".join(_selected(column, source.sqlite) for column in table.columns)
        sql = f"SELECT {columns} FROM {table.name}{where} ORDER BY hire_id, seq"
        self._rows = source.rows(sql, () if hire_id is None else (hire_id,))
        self._next = next(self._rows, None)

    def of(self, hire_id: int) -> Iterator[Row]:
        """The rows of this hire; hires are asked for in rising order. Rows of hires passed over are dropped."""
        while self._next is not None and self._next[0] <= hire_id:
            values, self._next = self._next, next(self._rows, None)
            if values[0] == hire_id:
                row = dict(zip(self._names, values, strict=True))
                for name, convert in self._converters:
                    row[name] = convert(row[name])
                yield row


def streams(source: Snapshot, hire_id: int | None) -> list[RecordStream]:
    """A stream of each table that trails speak of."""
    return [RecordStream(source, metadata.tables[name], hire_id) for name in TABLES]


def _selected(column: Any, sqlite: bool) -> str:
    """Days as ISO text on both databases."""
    is_day = column.type.python_type.__name__ == "date" if not isinstance(column.type, JSON) else False
    return f"{column.name}::text" if is_day and not sqlite else str(column.name)


def _converters(table: Table, sqlite: bool) -> list[tuple[str, Callable[[Any], Any]]]:
    if not sqlite:
        return []
    found: list[tuple[str, Callable[[Any], Any]]] = []
    for column in table.columns:
        if isinstance(column.type, JSON):
            found.append((column.name, _loaded))
        elif isinstance(column.type, Boolean):
            found.append((column.name, _truth))
    return found


def _loaded(value: Any) -> Any:
    return None if value is None else orjson.loads(value)


def _truth(value: Any) -> Any:
    return None if value is None else bool(value)


def digest(algorithm: str, table: str, row: Row, first: Row | None = None, *, version: int = VERSION) -> str:
    """The digest of a row as it was when it was written by an entry of ``version``.

    ``first``: of columns that are set again later, what they said first, where the digest covers it.
    """
    absent = set(SET_LATER.get(table, frozenset()))
    for since, tables in SINCE.items():
        absent |= tables.get(table, frozenset()) if version < since else frozenset()
    said = {name: value for name, value in row.items() if name not in absent} | (first or {})
    # the canonical text: a second implementation of ``states.canonical``, compared with it in the tests
    return DIGESTS[algorithm](orjson.dumps(said, option=orjson.OPT_SORT_KEYS))


class SetLater:
    """What the entries of one hire say of columns that are set after their row was written."""

    def __init__(self) -> None:
        self._first_terms: dict[int, tuple[int, Row]] = {}
        #: the last days with which reports fell due
        self._first_days: dict[tuple[int, str], Row] = {}
        self._sets: list[tuple[int, str, Row, Row]] = []
        #: columns that rows had from their very entry on, by which they took the place of others
        self._born: list[tuple[int, str, Row, Row]] = []

    def hear(self, seq: int, body: Mapping[str, Any], dossier: Mapping[str, Any]) -> None:
        """Takes in one entry; ``dossier`` is what follows from the trail up to and with it."""
        changes = body["changes"]
        if "term_no" in changes or "term_starts_on" in changes or "term_ends_on" in changes:
            term = {"starts_on": dossier.get("term_starts_on"), "ends_on": dossier.get("term_ends_on")}
            self._first_terms[seq] = (dossier.get("term_no", 0), term)
        for filing, due_at, _, due_on, provisional in changes.get("filings") or ():
            if due_at == seq:
                self._first_days[seq, filing] = {"due_on": due_on, "provisional": provisional}
        self._sets += [(seq, table, keys, values) for table, keys, values in body.get("sets", ())]
        self._born += [(seq, table, keys, values) for table, keys, values in body.get("born", ())]

    def first(self, table: str, row: Row) -> Row:
        """What columns that are set again later said from the very entry of a row on, as its digest covers them.

        They are the days of a contract and the last day of a report; of other tables the digest covers none.
        """
        if table == "filing":
            return self._first_days.get((row["seq"], row["filing"]), {"due_on": None, "provisional": None})
        return self._first_term(row) if table == "contract" else {}

    def _first_term(self, row: Row) -> Row:
        number, term = self._first_terms.get(row["seq"], (None, None))
        if self._born_with("contract", row) is not None or term is None or number != row["term_no"]:
            return {"starts_on": None, "ends_on": None}
        return term

    def _born_with(self, table: str, row: Row) -> Row | None:
        found = (
            values
            for seq, name, keys, values in self._born
            if name == table and seq == row["seq"] and all(row[key] == value for key, value in keys.items())
        )
        return next(found, None)

    def agrees(self, table: str, row: Row) -> bool:
        """Whether the later columns of a row are what the trail says; free words among them are not looked at."""
        later = SET_LATER.get(table)
        if later is None:
            return True
        expected: Row = {**row, **dict.fromkeys(later), **self.first(table, row)}
        expected |= self._born_with(table, row) or {}
        for seq, name, keys, values in self._sets:
            # an entry sets what earlier entries wrote, and its own rows are as it wrote them
            if name == table and row["seq"] < seq and all(expected[key] == value for key, value in keys.items()):
                expected |= values
        return all(row[name] == expected[name] for name in later - PROSE)


def by_entry(streams: list[RecordStream], hire_id: int) -> dict[int, list[tuple[str, Row]]]:
    """The rows of one hire by the entry that wrote them."""
    found: dict[int, list[tuple[str, Row]]] = defaultdict(list)
    for stream in streams:
        for row in stream.of(hire_id):
            found[row["seq"]].append((stream.name, row))
    return found
