"""The calendar years that were loaded into the database (年度日历), and how every process comes to know of them.

A year loaded here stands in place of the shipped one. One row of ``setting`` carries a mark that changes with every
load; a process asks for it at most once a second, so that web and worker go by the new year without a restart.
"""

from __future__ import annotations

import hashlib
import threading
import time
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from states.calendar import Calendar, CalendarYear
from states.calendar.files import parse_year
from workflow.tables import metadata
from workflow.unit_of_work import Database

NAME = "calendar"
CACHED_SECONDS = 1.0
calendar_year, setting = metadata.tables["calendar_year"], metadata.tables["setting"]


@dataclass(frozen=True, slots=True)
class Kept:
    """A year as it was loaded here. ``loaded_by``: the natural person. ``loaded_at`` is UTC."""

    year: CalendarYear
    digest: str
    reason: str
    loaded_by: str
    loaded_at: datetime


def kept_years(connection: Connection) -> dict[int, Kept]:
    """The years that were loaded, by their number."""
    rows = connection.execute(select(calendar_year).order_by(calendar_year.c.year))
    return {row.year: Kept(parse_year(row.body), row.digest, row.reason, row.loaded_by, row.loaded_at) for row in rows}


def mark(connection: Connection) -> str:
    """What changes with every load; empty where nothing was ever loaded."""
    return connection.execute(select(setting.c.value).where(setting.c.name == NAME)).scalar() or ""


def set_mark(connection: Connection, at: datetime) -> None:
    """Tells every process that the years have changed. To be called in the transaction that changes them."""
    rows = connection.execute(select(calendar_year.c.year, calendar_year.c.digest).order_by(calendar_year.c.year))
    value = hashlib.sha256(repr([tuple(row) for row in rows]).encode()).hexdigest()
    set_shared(connection, NAME, value, at)


def set_shared(connection: Connection, name: str, value: str, at: datetime) -> None:
    """Writes one of the values that all processes share."""
    values = {"value": value, "changed_at": at}
    if not connection.execute(update(setting).where(setting.c.name == name).values(values)).rowcount:
        connection.execute(insert(setting).values(name=name, **values))


class SharedCalendar:
    """The calendar in force: the files of this process with the years of the database laid over them."""

    def __init__(self, database: Database, files: Calendar) -> None:
        self._database, self._files = database, files
        self._mark: str | None = None
        self._asked_at = float("-inf")
        self._lock = threading.Lock()

    @property
    def files(self) -> Calendar:
        """The years of the files alone."""
        return self._files

    def changed(self) -> Calendar | None:
        """Another calendar if the years have changed since the last question, else None. Asks once a second at most."""
        if time.monotonic() - self._asked_at < CACHED_SECONDS:
            return None
        # the first question waits for its answer: nobody reckons by a calendar that was never asked for
        if not self._lock.acquire(blocking=self._mark is None):
            return None
        try:
            return self._ask()
        finally:
            self._lock.release()

    def forget(self) -> None:
        """Asks again at the next question."""
        self._asked_at = float("-inf")

    def _ask(self) -> Calendar | None:
        if time.monotonic() - self._asked_at < CACHED_SECONDS:
            return None
        with self._database.reading() as connection:
            found = mark(connection)
            years = kept_years(connection) if found != (self._mark or "") else None
        self._mark, self._asked_at = found, time.monotonic()
        return None if years is None else with_years(self._files, [kept.year for kept in years.values()])


def with_years(files: Calendar, years: list[CalendarYear]) -> Calendar:
    """``files`` with ``years`` in place of those of the same number. Raises CalendarFaults."""
    return Calendar.of({**{year.year: year for year in files.all_years}, **{y.year: y for y in years}}.values())
