"""A year's holiday notice was loaded: every provisional deadline is computed again, on the record (重新推算).

Hire by hire, held to the version that was read, in transactions of a few hundred. A hire that cannot be computed is
named in the report and does not hold up the others; running it twice changes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from states.calendar import Calendar
from states.facts import Hire
from states.plan import Plan
from states.recompute import decide_recompute
from states.writing import Setting
from workflow.engine import ATTEMPTS
from workflow.office import Office
from workflow.queries.hires import days_of_entries
from workflow.reading import load_hires
from workflow.writer import write_plans

log = logging.getLogger(__name__)

BATCH = 200


@dataclass(frozen=True, slots=True)
class Change:
    """One deadline of one hire: its last day before and after; ``provisional``: a year is still missing."""

    hire_id: int
    deadline: str
    before: date
    after: date
    provisional: bool


@dataclass(frozen=True, slots=True)
class Failed:
    """A hire that was not computed again, and why."""

    hire_id: int
    why: str


@dataclass(frozen=True, slots=True)
class Recomputed:
    """What was looked at, what has changed, what could not be done."""

    hires: int
    changed: tuple[Change, ...]
    failed: tuple[Failed, ...]

    @property
    def moved(self) -> int:
        """How many deadlines have another last day; the others only became certain."""
        return sum(change.before != change.after for change in self.changed)

    def document(self) -> dict[str, Any]:
        """Plain values for a JSON answer."""
        return {
            "hires": self.hires,
            "changed": [
                {
                    "hire_id": c.hire_id,
                    "deadline": c.deadline,
                    "before": c.before.isoformat(),
                    "after": c.after.isoformat(),
                    "provisional": c.provisional,
                }
                for c in self.changed
            ],
            "moved": self.moved,
            "failed": [{"hire_id": f.hire_id, "why": f.why} for f in self.failed],
        }


def recompute_provisional(office: Office, at: datetime, reason: str, *, calendar: Calendar | None = None) -> Recomputed:
    """Computes every provisional deadline again under ``calendar`` (default: that of the office).

    ``at`` is aware; ``reason`` cites the notice and is kept in the trail of every hire that changes.
    """
    setting = office.setting if calendar is None else replace(office.setting, calendar=calendar)
    ids = _with_clocks(office)
    changed: list[Change] = []
    failed: list[Failed] = []
    for start in range(0, len(ids), BATCH):
        waiting: Sequence[int] = ids[start : start + BATCH]
        for _ in range(ATTEMPTS):
            waiting = _batch(office, setting, waiting, at, reason, changed, failed)
            if not waiting:
                break
        failed += [Failed(hire_id, "changed again and again while it was computed") for hire_id in waiting]
    return Recomputed(len(ids), tuple(changed), tuple(failed))


def _with_clocks(office: Office) -> list[int]:
    """The hires that have running clocks at all."""
    held = "json_extract(dossier, '$.clocks')" if office.database.is_sqlite else "dossier -> 'clocks'"
    with office.database.reading() as connection:
        found = connection.exec_driver_sql(f"SELECT id FROM hire WHERE {held} IS NOT NULL ORDER BY id")
        return [row[0] for row in found]


def _batch(
    office: Office,
    setting: Setting,
    ids: Sequence[int],
    at: datetime,
    reason: str,
    changed: list[Change],
    failed: list[Failed],
) -> list[int]:
    """One transaction. Returns the hires that changed between reading and writing and have to be read again."""
    with office.database.transaction() as connection:
        plans = []
        for hire in load_hires(connection, ids).values():
            try:
                plan = _plan(office, connection, setting, hire, at, reason)
            except Exception as error:
                log.exception("a hire could not be computed again", extra={"hire_id": hire.id})
                failed.append(Failed(hire.id, f"{type(error).__name__}: {error}"))
            else:
                plans += [] if plan is None else [plan]
        written = write_plans(connection, plans)
    changed += [change for plan in plans if plan.before.id in written for change in _changes(plan)]
    return [plan.before.id for plan in plans if plan.before.id not in written]


def _plan(
    office: Office, connection: Connection, setting: Setting, hire: Hire, at: datetime, reason: str
) -> Plan | None:
    if not any(clock.provisional for clock in hire.dossier.clocks.values()):
        return None
    filings = [filing.seq for filing in hire.dossier.filings if filing.provisional]
    filed_on = days_of_entries(connection, hire.id, filings) if filings else {}
    return decide_recompute(hire, at, office.rulebook.rules(hire.procedure), setting, reason, filed_on)


def _changes(plan: Plan) -> Iterator[Change]:
    before, after = plan.before.dossier.clocks, plan.dossier.clocks
    for name, clock in after.items():
        old = before.get(name)
        if old is not None and (old.due_on, old.provisional) != (clock.due_on, clock.provisional):
            yield Change(plan.before.id, name, old.due_on, clock.due_on, clock.provisional)
