"""Reminders that are of no use any more (不再催办): the case has moved on, or the reader has taken note.

Taking note (已知晓) is kept as a delivery by the channel ``NOTED``. It silences the repetitions of the same deadline
for this account until the next rung: what was far becomes urgent, what was urgent overdue. The inbox still holds them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from notifications.reminders import INBOX, NOTED, is_reminder
from notifications.timetable import Rung, due_day, rung_of
from states.calendar import Calendar
from states.clocks import local_day
from workflow.tables import metadata

_outbox, _delivery = (metadata.tables[name] for name in ("outbox", "delivery"))


def has_moved(template: str, facts: Mapping[str, Any], dossier: Mapping[str, Any]) -> bool:
    """Whether a reminder's period no longer runs, or ends on another day by now (``dossier``: as it is stored)."""
    if not is_reminder(template):
        return False
    clock = dossier.get("clocks", {}).get(facts.get("deadline"))
    return clock is None or clock[1] != facts.get("due_on")


@dataclass(frozen=True, slots=True)
class Noted:
    """The highest rung that each account took note of, by account, hire, deadline and its last day."""

    rungs: Mapping[tuple[int, int, str, str], Rung]

    def silences(self, account: int, letter: Row[Any], calendar: Calendar) -> bool:
        """Whether a reminder says nothing that the account did not take note of."""
        known = self.rungs.get((account, *_of(letter))) if is_reminder(letter.template) else None
        return known is not None and _rung(letter, calendar) <= known


def noted_by(connection: Connection, hires: Collection[int], calendar: Calendar) -> Noted:
    """What was taken note of about ``hires``."""
    query = (
        select(_delivery.c.account_id, _outbox)
        .join(_outbox, _outbox.c.message_id == _delivery.c.message_id)
        .where(_delivery.c.channel == NOTED, _outbox.c.hire_id.in_(hires))
    )
    rungs: dict[tuple[int, int, str, str], Rung] = {}
    for row in connection.execute(query):
        key = (row.account_id, *_of(row))
        rungs[key] = max(rungs.get(key, Rung.AHEAD), _rung(row, calendar))
    return Noted(rungs)


def take_note(connection: Connection, account: int, message_id: str, at: datetime) -> bool:
    """Records at ``at`` (aware) that the account knows of a reminder. False: it has no such reminder."""
    mine = (_delivery.c.message_id == message_id, _delivery.c.account_id == account)
    query = select(_delivery.c.channel, _outbox.c.template, _outbox.c.hire_id).join(
        _outbox, _outbox.c.message_id == _delivery.c.message_id
    )
    rows = {row.channel: row for row in connection.execute(query.where(*mine))}
    if INBOX not in rows or not is_reminder(rows[INBOX].template):
        return False
    if NOTED not in rows:
        values = {"message_id": message_id, "account_id": account, "channel": NOTED, "hire_id": rows[INBOX].hire_id}
        connection.execute(insert(_delivery).values(**values, status="sent", attempts=0, due_at=at, sent_at=at))
    return True


def _of(letter: Row[Any]) -> tuple[int, str, str]:
    return letter.hire_id, str(letter.facts.get("deadline")), str(letter.facts.get("due_on"))


def _rung(letter: Row[Any], calendar: Calendar) -> Rung:
    due_on = due_day(letter.facts)
    return Rung.AHEAD if due_on is None else rung_of(due_on, local_day(letter.created_at), calendar)
