"""The demo's clock (演示时钟): an offset kept in the database, so that every process of the demo sees the same day.

Moving it runs what became due: the sweep, then whatever ``after`` is handed in (delivery). It only ever moves forward,
as time does, and only exists where ``Settings.demo`` is set.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from states.clocks import local_day, moment
from states.periods import add_months, working_days_end
from workflow import clock
from workflow.office import Office
from workflow.timers import Swept, sweep
from workflow.unit_of_work import Database

NAME = "demo_clock"
_CACHED_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Advanced:
    """What moving the clock did: the day before and after, and what the sweep found due."""

    before: date
    after: date
    swept: Swept


class DemoClock:
    """A clock that reads its offset from the database, at most twice a second."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._offset = timedelta()
        self._read_at = float("-inf")

    def __call__(self) -> datetime:
        if time.monotonic() - self._read_at > _CACHED_SECONDS:
            self._offset = read_offset(self._database)
            self._read_at = time.monotonic()
        return clock.now() + self._offset

    def forget(self) -> None:
        """Reads the offset again at the next question."""
        self._read_at = float("-inf")


def session_moment(office: Office) -> datetime:
    """The moment that sessions go by: the world's, also where a demo runs ahead, so that moving the demo's day signs
    nobody out.
    """
    return clock.now() if isinstance(office.now, DemoClock) else office.now()


def read_offset(database: Database) -> timedelta:
    """How far the demo's clock runs from the world's; nothing where it was never moved."""
    mark = "?" if database.is_sqlite else "%s"
    with database.reading() as connection:
        value = connection.exec_driver_sql(f"SELECT value FROM setting WHERE name = {mark}", (NAME,)).scalar()
    return timedelta(seconds=float(value)) if value else timedelta()


def write_offset(office: Office, offset: timedelta) -> None:
    """Sets the offset for all processes."""
    sql = (
        "INSERT INTO setting (name, value, changed_at) VALUES (?, ?, ?)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at"
    )
    with office.database.transaction() as connection:
        values = (NAME, str(offset.total_seconds()), office.moment(clock.now()))
        connection.exec_driver_sql(office._sql(sql), values)
    if isinstance(office.now, DemoClock):
        office.now.forget()


def advance(
    office: Office,
    *,
    days: int = 0,
    working_days: int = 0,
    months: int = 0,
    after: Callable[[datetime], object] | None = None,
) -> Advanced:
    """Moves the demo's clock to nine in the morning of the day so far ahead, day by day, sweeping on each.

    Walking day by day lets a chain of deadlines unfold as it would have. ``after`` is called once at the end with the
    new moment. Raises ValueError for a step back or more than a year.
    """
    start = local_day(office.now())
    goal = add_months(start, months) if months else start
    if working_days:
        goal = working_days_end(goal, working_days, office.setting.calendar).on
    goal += timedelta(days=days)
    if not start <= goal <= start + timedelta(days=366):
        raise ValueError(f"the demo's clock moves at most a year, and forward: {start} to {goal}")
    total = Swept()
    day = start
    while day < goal:
        day += timedelta(days=1)
        at = moment(day) + timedelta(hours=9)
        write_offset(office, at - clock.now())
        swept = sweep(office, at)
        for name in ("fired", "blocked", "collapsed", "stale", "failed"):
            setattr(total, name, getattr(total, name) + getattr(swept, name))
    if after is not None:
        after(office.now())
    return Advanced(start, goal, total)
