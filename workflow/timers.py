"""Due timers (到期办理): claimed, decided and written in one transaction, by any number of workers, without a leader.

The claim locks the hires of the earliest due timers and skips those that another worker holds, so that all timers of
one hire are handled by one worker and in their order. A faulty hire is set aside with its error and asked again later;
it never holds up the others. There is no "running" state, so nothing has to be rescued after a kill.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from states.decide import collapse, decide_timer
from states.facts import Hire
from states.plan import Plan, TimerFact
from workflow.failpoints import failpoint
from workflow.office import Office
from workflow.reading import load_due, sqlite_moment
from workflow.writer import write_plans

log = logging.getLogger(__name__)

RETRY_FIRST = timedelta(minutes=1)
RETRY_MOST = timedelta(hours=6)


@dataclass(slots=True)
class Swept:
    """What a sweep did, in timers. ``stale``: of no effect any more; ``failed``: set aside to be tried again."""

    fired: int = 0
    blocked: int = 0
    collapsed: int = 0
    stale: int = 0
    failed: int = 0

    @property
    def handled(self) -> int:
        return self.fired + self.blocked + self.collapsed + self.stale + self.failed


def sweep(office: Office, at: datetime, *, batch: int = 500, until_empty: bool = True) -> Swept:
    """Fires what is due at ``at`` (aware), oldest first. Running it twice changes nothing."""
    swept = Swept()
    while True:
        before = swept.handled
        try:
            with office.database.transaction() as connection:
                claimed = _claim(office, connection, at, batch)
                failpoint("after_claim")
                _fire(office, connection, claimed, at, swept)
                failpoint("before_commit")
        except DBAPIError:
            # something in the batch cannot be written: find out which, one transaction each
            log.warning("a batch of due timers failed, going one by one", exc_info=True)
            _one_by_one(office, claimed, at, swept)
        failpoint("after_commit")
        if not claimed or not until_empty or swept.handled == before:
            return swept


def _claim(office: Office, connection: Connection, at: datetime, batch: int) -> list[int]:
    """The hires of the earliest due timers, locked (SQLite: the whole database is, by the immediate transaction)."""
    lock = "" if office.database.is_sqlite else " FOR UPDATE OF h SKIP LOCKED"
    sql = (
        "SELECT h.id FROM timer t JOIN hire h ON h.id = t.hire_id WHERE t.status = 'pending' AND t.wake_at <= ?"
        " ORDER BY t.wake_at, t.hire_id LIMIT ?" + lock
    )
    moment = sqlite_moment(at) if office.database.is_sqlite else at
    found = connection.exec_driver_sql(office._sql(sql), (moment, batch)).fetchall()
    return list(dict.fromkeys(row[0] for row in found))


def _fire(office: Office, connection: Connection, hire_ids: Sequence[int], at: datetime, swept: Swept) -> None:
    """One timer of each hire: the earliest that still counts. Later ones are found due in the next round."""
    plans: list[Plan] = []
    settled: list[tuple[TimerFact, str]] = []
    counts = Swept()
    for hire, timers in load_due(connection, hire_ids, at):
        try:
            plan = _plan(office, hire, timers, at, settled, counts)
        except Exception as error:
            log.exception("a due timer could not be decided", extra={"hire_id": hire.id})
            _set_aside(office, connection, hire.id, at, error)
            counts.failed += 1
        else:
            if plan is not None:
                plans.append(plan)
    written = write_plans(connection, plans)
    failpoint("after_write")
    for plan in plans:
        if plan.before.id in written:
            blocked = any(status == "blocked" for _, status in plan.fired)
            counts.blocked += blocked
            counts.fired += not blocked
    _settle(office, connection, settled, at)
    for name in ("fired", "blocked", "collapsed", "stale", "failed"):
        setattr(swept, name, getattr(swept, name) + getattr(counts, name))


def _plan(
    office: Office,
    hire: Hire,
    timers: list[TimerFact],
    at: datetime,
    settled: list[tuple[TimerFact, str]],
    counts: Swept,
) -> Plan | None:
    rules = office.rulebook.rules(hire.procedure)
    for timer, status in collapse(timers):
        if status == "collapsed":
            settled.append((timer, status))
            counts.collapsed += 1
            continue
        plan = decide_timer(hire, timer, at, rules, office.setting)
        if plan is not None:
            return plan
        settled.append((timer, "cancelled"))
        counts.stale += 1
    return None


def _settle(office: Office, connection: Connection, settled: list[tuple[TimerFact, str]], at: datetime) -> None:
    """Timers that were of no effect, or collapsed into a later one: closed, without an entry in the trail."""
    if settled:
        connection.exec_driver_sql(
            office._sql(
                "UPDATE timer SET status = ?, fired_at = ? WHERE hire_id = ? AND name = ? AND kind = ? AND mark = ?"
                " AND seq = ? AND status = 'pending'"
            ),
            [(status, office.moment(at), t.hire_id, t.name, t.kind, t.mark, t.seq) for t, status in settled],
        )


def _one_by_one(office: Office, hire_ids: Sequence[int], at: datetime, swept: Swept) -> None:
    for hire_id in hire_ids:
        try:
            with office.database.transaction() as connection:
                if office.database.is_sqlite or _lock(connection, hire_id):
                    _fire(office, connection, [hire_id], at, swept)
        except DBAPIError as error:
            log.exception("a due timer could not be written", extra={"hire_id": hire_id})
            with office.database.transaction() as connection:
                _set_aside(office, connection, hire_id, at, error)
            swept.failed += 1


def _lock(connection: Connection, hire_id: int) -> bool:
    sql = "SELECT id FROM hire WHERE id = %s FOR UPDATE SKIP LOCKED"
    return connection.exec_driver_sql(sql, (hire_id,)).fetchone() is not None


def _set_aside(office: Office, connection: Connection, hire_id: int, at: datetime, error: Exception) -> None:
    """The due timers of a faulty hire wait longer each time and keep the error for whoever looks."""
    attempts = connection.exec_driver_sql(
        office._sql(
            "SELECT coalesce(max(attempts), 0) FROM timer WHERE hire_id = ? AND status = 'pending' AND wake_at <= ?"
        ),
        (hire_id, office.moment(at)),
    ).scalar_one()
    wait = min(RETRY_FIRST * 2 ** min(int(attempts), 10), RETRY_MOST)
    connection.exec_driver_sql(
        office._sql(
            "UPDATE timer SET attempts = attempts + 1, error = ?, wake_at = ?"
            " WHERE hire_id = ? AND status = 'pending' AND wake_at <= ?"
        ),
        (f"{type(error).__name__}: {error}"[:2000], office.moment(at + wait), hire_id, office.moment(at)),
    )
