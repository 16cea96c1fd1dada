"""The past of one hire, read for a correction (往事): its entries, its rows in force, its reports, and its letters."""

from __future__ import annotations

from datetime import date
from typing import Any

import orjson
from sqlalchemy import Connection, Table, select

from states.past import LATER, Entry, Past, Row, Told, with_words
from workflow.tables import metadata


def past_of(connection: Connection, hire_id: int) -> Past:
    """All that a correction looks at, as plain values; days in rows are ISO text."""
    rows = {name: _in_force(connection, metadata.tables[name], hire_id) for name in LATER}
    boards = _boards(connection, hire_id)
    entry = metadata.tables["audit_entry"]
    asked = select(entry.c.body).where(entry.c.hire_id == hire_id).order_by(entry.c.seq)
    past = Past(
        tuple(_entry(orjson.loads(body), boards) for body in connection.execute(asked).scalars()),
        rows,
        _letters(connection, hire_id),
        _rows(connection, metadata.tables["filing"], hire_id),
    )
    return with_words(past, _rows(connection, metadata.tables["correction"], hire_id))


def _entry(body: Any, boards: dict[int, tuple[tuple[str, str], ...]]) -> Entry:
    actor = body["actor"]
    return Entry(
        seq=body["seq"],
        act=body["act"],
        from_stage=body["from"],
        to_stage=body["to"],
        on=date.fromisoformat(body["on"]),
        role=actor["role"],
        actor_key=actor["person"],
        account_id=actor["account"],
        input=body["input"],
        changes=body["changes"],
        boards=boards.get(body["seq"], ()),
    )


def _in_force(connection: Connection, table: Table, hire_id: int) -> tuple[Row, ...]:
    """The rows that no correction has set aside."""
    return tuple(row for row in _rows(connection, table, hire_id) if row["corrected_by"] is None)


def _rows(connection: Connection, table: Table, hire_id: int) -> tuple[Row, ...]:
    asked = select(table).where(table.c.hire_id == hire_id).order_by(table.c.seq)
    return tuple({name: _plain(value) for name, value in row._mapping.items()} for row in connection.execute(asked))


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _boards(connection: Connection, hire_id: int) -> dict[int, tuple[tuple[str, str], ...]]:
    """The boards of each notice, by the entry that put it up, as it was put up."""
    notice = metadata.tables["notice"]
    asked = select(notice.c.seq, notice.c.boards, notice.c.board_days, notice.c.posted_on).where(
        notice.c.hire_id == hire_id, notice.c.corrects_seq.is_(None)
    )
    found = {}
    for seq, names, days, posted_on in connection.execute(asked):
        # notices of before had one day for all of their boards
        found[seq] = tuple(zip(names, days or [posted_on.isoformat()] * len(names), strict=True))
    return found


def _letters(connection: Connection, hire_id: int) -> tuple[Told, ...]:
    outbox = metadata.tables["outbox"]
    asked = select(outbox.c.template, outbox.c.to_role, outbox.c.facts).where(outbox.c.hire_id == hire_id)
    return tuple(Told(*row) for row in connection.execute(asked.order_by(outbox.c.seq, outbox.c.n)))
