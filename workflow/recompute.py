"""A year's holiday notice was loaded or corrected: every date that it touches is computed again, on record (重新推算).

Hire by hire, held to the version that was read, in transactions of a few hundred. A hire that cannot be computed is
named in the report and does not hold up the others. Running it twice changes nothing, and what was broken off is taken
up again where it stopped.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

import orjson
from sqlalchemy import Connection

from states.calendar import YEAR_END, Calendar
from states.facts import Clock, Hire
from states.plan import Plan
from states.recompute import decide_recompute, moves
from states.writing import Setting
from workflow.engine import ATTEMPTS
from workflow.failpoints import failpoint
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
    region: str
    deadline: str
    before: date
    after: date
    provisional: bool

    @property
    def moved(self) -> bool:
        """Whether the day is another one; else it only became certain, or uncertain."""
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class Failed:
    """A hire that was not computed again, and why."""

    hire_id: int
    why: str


@dataclass(slots=True)
class Recomputed:
    """What was looked at, what has changed, what could not be done; ``finished`` False: it was told to stop."""

    hires: int = 0
    changed: list[Change] = field(default_factory=list)
    failed: list[Failed] = field(default_factory=list)
    finished: bool = True

    @property
    def moved(self) -> int:
        """How many deadlines have another last day; the others only became certain."""
        return sum(change.moved for change in self.changed)


#: told of every transaction before it is kept: its connection, the plans that were written, how far it came
Kept = Callable[[Connection, list[Plan], int, Recomputed], None]


def recompute(
    office: Office,
    at: datetime,
    reason: str,
    year: int,
    *,
    calendar: Calendar | None = None,
    after: int = 0,
    kept: Kept | None = None,
    stopping: Callable[[], bool] = lambda: False,
) -> Recomputed:
    """Computes again every deadline that is provisional or that the notice of ``year`` could touch.

    By ``calendar`` (default: the one in force). ``at`` is aware; ``reason`` cites the notice and is kept in the trail
    of every hire that changes. Begins with the hire behind ``after``; ``stopping`` is asked between transactions, and
    then the report says that it is not finished.
    """
    setting = office.setting if calendar is None else replace(office.setting, calendar=calendar)
    report = Recomputed()
    while ids := touched(office, year, after, limit=BATCH):
        if stopping():
            report.finished = False
            return report
        _share(office, setting, ids, at, reason, report, kept)
        after = ids[-1]
    return report


def touched(
    office: Office, year: int, after: int = 0, *, prefixes: Sequence[str] = ("",), limit: int = BATCH
) -> list[int]:
    """The next hires, by number, with a running period that is provisional or that the notice of ``year`` could touch.

    ``prefixes``: regions to look into.
    """
    condition, values = touched_condition(year, sqlite=office.database.is_sqlite)
    inside = " OR ".join("h.region LIKE ?" for _ in prefixes) or "1 = 0"
    sql = f"SELECT h.id FROM hire h WHERE h.id > ? AND ({inside}) AND {condition} ORDER BY h.id LIMIT {limit}"
    with office.database.reading() as connection:
        found = connection.exec_driver_sql(office._sql(sql), (after, *(f"{p}%" for p in prefixes), *values))
        return [row[0] for row in found]


def touched_condition(year: int, *, sqlite: bool) -> tuple[str, tuple[str, ...]]:
    """The condition on ``hire h``, with its values. A notice reaches from the last week of the year before."""
    first, last = date(year - 1, *YEAR_END).isoformat(), date(year, 12, 31).isoformat()
    each, base, due, unsure = (
        ("json_each(h.dossier, '$.clocks')", "c.value ->> '$[0]'", "c.value ->> '$[1]'", "c.value ->> '$[2]' = 1")
        if sqlite
        else ("json_each(h.dossier -> 'clocks')", "c.value ->> 0", "c.value ->> 1", "c.value ->> 2 = 'true'")
    )
    # the base of a report that is owed stands in its entry, not in its clock
    own = "substr(c.key, 1, 7) = 'filing:'"
    return (
        f"EXISTS (SELECT 1 FROM {each} c WHERE {unsure} OR ({due} >= ? AND ({base} <= ? OR {own})))",
        (first, last),
    )


def _share(
    office: Office,
    setting: Setting,
    ids: Sequence[int],
    at: datetime,
    reason: str,
    report: Recomputed,
    kept: Kept | None,
) -> None:
    """One share of the hires; those that changed between reading and writing are read again."""
    report.hires += len(ids)
    waiting: Sequence[int] = ids
    for _ in range(ATTEMPTS):
        waiting = _transaction(office, setting, waiting, at, reason, report, kept, ids[-1])
        if not waiting:
            return
    report.failed += [Failed(hire_id, "changed again and again while it was computed") for hire_id in waiting]


def _transaction(
    office: Office,
    setting: Setting,
    ids: Sequence[int],
    at: datetime,
    reason: str,
    report: Recomputed,
    kept: Kept | None,
    last: int,
) -> list[int]:
    changed: list[Change] = []
    failed: list[Failed] = []
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
        done = [plan for plan in plans if plan.before.id in written]
        changed += [change for plan in done for change in _changes(plan)]
        if kept is not None:
            kept(connection, done, last, Recomputed(len(ids), changed, failed))
        failpoint("before_commit")
    failpoint("after_commit")
    report.changed += changed
    report.failed += failed
    return [plan.before.id for plan in plans if plan.before.id not in written]


def _plan(
    office: Office, connection: Connection, setting: Setting, hire: Hire, at: datetime, reason: str
) -> Plan | None:
    rules, filed_on = office.rulebook.rules(hire.procedure), filed_days(connection, hire)
    return decide_recompute(hire, at, rules, setting, reason, filed_on, board_days_of(office, connection, hire))


def filed_days(connection: Connection, hire: Hire) -> dict[int, date]:
    """The legal day of the entry that made each open report due, by its number."""
    owed = [filing.seq for filing in hire.dossier.filings]
    return days_of_entries(connection, hire.id, owed) if owed else {}


def board_days_of(office: Office, connection: Connection, hire: Hire) -> list[str]:
    """On which days the notice that hangs was put up on its boards."""
    if hire.dossier.posted_on is None:
        return []
    sql = "SELECT board_days FROM notice WHERE hire_id = ? AND corrected_by IS NULL ORDER BY seq DESC LIMIT 1"
    found = connection.exec_driver_sql(office._sql(sql), (hire.id,)).scalar()
    return list(orjson.loads(found) if isinstance(found, str) else found or [])


def _changes(plan: Plan) -> Iterator[Change]:
    before, after = plan.before.dossier.clocks, plan.dossier.clocks
    for name, clock in after.items():
        old = before.get(name)
        if old is not None and (old.due_on, old.provisional) != (clock.due_on, clock.provisional):
            yield _change(plan.before, name, old, clock)


def _change(hire: Hire, name: str, old: Clock, new: Clock) -> Change:
    return Change(hire.id, hire.region, name, old.due_on, new.due_on, new.provisional)


# ---- what would move ---------------------------------------------------------------------------------------------


def foreseen(office: Office, at: datetime, calendar: Calendar, ids: Sequence[int]) -> list[Change]:
    """What ``recompute`` would change of these hires under ``calendar``; nothing is written.

    A hire that cannot be computed is left out here and named by ``recompute``.
    """
    setting, found = replace(office.setting, calendar=calendar), []
    with office.database.reading() as connection:
        for hire in load_hires(connection, ids).values():
            try:
                rules, filed_on = office.rulebook.rules(hire.procedure), filed_days(connection, hire)
                changes = moves(hire, at, rules, setting, filed_on)
            except Exception:
                log.exception("a hire could not be computed ahead", extra={"hire_id": hire.id})
                continue
            found += [_change(hire, name, old, new) for name, (old, new) in changes.items()]
    return sorted(found, key=lambda change: (change.hire_id, change.deadline))
