"""Corrections on paper: a ``Desk`` that remembers its rows, so that past facts can be set right without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from states.correcting import Moves, moves
from states.facts import Actor, Hire
from states.past import LATER, Entry, Past, Row, Told, with_words
from states.plan import Plan
from tests.support.deciding import CLERK, HRSS, Desk, at, body_of

#: another natural person of the office that rules
SECOND = HRSS


def entry_of(desk: Desk, act: str) -> int:
    """The number of the last entry of this act."""
    return next(plan.seq for plan in reversed(desk.plans) if plan.act == act)


def past_of(desk: Desk) -> Past:
    filings = tuple(written(desk, "filing", {"sent_on": None, "sent_seq": None, "receipt": None}))
    past = Past(tuple(map(_entry, desk.plans)), rows_of(desk), tuple(_letters(desk.plans)), filings)
    return with_words(past, written(desk, "correction", {}))


def rows_of(desk: Desk, *, in_force: bool = True) -> dict[str, tuple[Row, ...]]:
    """The rows that the plans wrote, with what later plans set in them."""
    return {
        table: tuple(row for row in written(desk, table, later) if not (in_force and row["corrected_by"]))
        for table, later in ((table, dict.fromkeys(LATER[table])) for table in LATER)
    }


def written(desk: Desk, table: str, later: Row) -> list[Row]:
    """All rows of a table as they stand now; ``later``: the columns that they have from the start."""
    rows: list[Row] = []
    for plan in desk.plans:
        for _, keys, values in (update for update in plan.updates if update[0] == table):
            for row in rows:
                if all(row.get(name) == value for name, value in keys.items()):
                    row.update(values)
        rows += [{**later, **row} for row in plan.rows.get(table, ())]
    return rows


def _entry(plan: Plan) -> Entry:
    body = body_of(plan)
    row = next(iter(plan.rows.get("notice", ())), None)
    boards = () if row is None or row.get("corrects_seq") else tuple(zip(row["boards"], row["board_days"], strict=True))
    return Entry(
        plan.seq, body["act"], body["from"], body["to"], date.fromisoformat(body["on"]), body["actor"]["role"],
        body["actor"]["person"], body["actor"]["account"], body["input"], body["changes"], boards,
    )  # fmt: skip


def _letters(plans: list[Plan]) -> list[Told]:
    return [Told(r["template"], r["to_role"], r["facts"]) for plan in plans for r in plan.rows.get("outbox", ())]


def seen(desk: Desk) -> Hire:
    """The hire with its past, and with its terms as the ledger of the person has them."""
    person = desk.hire.person
    assert person is not None
    day = date.fromisoformat
    own = tuple(
        (day(row["starts_on"]), day(row["ended_on"] or row["ends_on"]), desk.hire.id)
        for row in rows_of(desk)["contract"]
        if row["starts_on"]
    )
    others = tuple(period for period in person.periods if period[2] != desk.hire.id)
    return replace(desk.hire, person=replace(person, periods=(*others, *own)), past=past_of(desk))


def foreseen(desk: Desk, act: str | int, on: str, **values: Any) -> Moves:
    """What moves if the last entry of this act had said ``values``."""
    number = entry_of(desk, act) if isinstance(act, str) else act
    return moves(seen(desk), desk.rules, desk.setting.calendar, at(on), number, values)


def propose(desk: Desk, act: str | int, on: str, by: Actor = CLERK, **values: Any) -> Plan:
    number = entry_of(desk, act) if isinstance(act, str) else act
    desk.hire = seen(desk)
    told = {"entry": number, "values": values, "reason": "登记时写错了日期", "evidence": "签到表"}
    return desk.do("propose_correction", by, on, **told)


def confirm(desk: Desk, on: str, by: Actor = SECOND, *, acknowledged: bool = True) -> Plan:
    desk.hire = seen(desk)
    waits = desk.dossier.correcting_seq
    return desk.do("confirm_correction", by, on, correction=waits, acknowledged=acknowledged)


def correct(desk: Desk, act: str | int, on: str, **values: Any) -> Plan:
    """Proposed by one person and confirmed by another."""
    propose(desk, act, on, **values)
    return confirm(desk, on)
