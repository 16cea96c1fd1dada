"""Attendance as sheets (考勤表): who was on post in a month, village by village, and how far each village is.

Reads only, within a ``Scope``. Who left or died in the month stands on its sheet for the days before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, and_, func, select

from states.attendance import (
    UNKNOWN,
    Service,
    default,
    lacking_days,
    merged,
    month_after,
    service_between,
    standing,
    until,
    written,
)
from states.calendar import Calendar
from states.clocks import local_day
from workflow.attendance_rows import DEVICE, Kept, attendance, months
from workflow.queries.scope import Scope, narrowed, within
from workflow.tables import metadata

hire, opening, person, post = (metadata.tables[name] for name in ("hire", "opening", "person", "post"))
#: names of those still missing that are told of one village
NAMES_TOLD = 5
#: states in which nobody can have been at work
_BEFORE = ("posted", "applied", "qualified", "publicized", "rejected")


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One person on a sheet. ``usual``: full attendance by the calendar, up to today; ``standing``: how far it is."""

    hire_id: int
    region: str
    procedure: str
    name: str
    post: str
    employer: str
    service: Service
    usual: str
    kept: Kept | None
    standing: str

    @property
    def version(self) -> int:
        return self.kept.version if self.kept else 0

    @property
    def proposed(self) -> str:
        """What the sheet begins with: what was recorded, and full attendance on days that were still ahead then.

        A device cannot know of rest days: what it lacks begins as full attendance, and has to be answered for.
        """
        if self.kept is None:
            return self.usual
        if self.kept.source == DEVICE:
            return merged(self.kept.said, self.usual)
        ahead = until(self.usual, self.kept.month, local_day(self.kept.recorded_at))
        days = zip(self.kept.said, ahead, self.usual, strict=True)
        return "".join(usual if code == then == UNKNOWN else code for code, then, usual in days)

    @property
    def exceptions(self) -> str:
        """The same in the shorthand; "" for full attendance."""
        return written(self.proposed, self.usual)

    @property
    def lacking(self) -> tuple[int, ...]:
        """The days of presence on which a device has nothing, although it was there."""
        if self.kept is None or self.kept.device is None:
            return ()
        return tuple(sorted(lacking_days(self.proposed, self.kept.device)))


@dataclass(slots=True)
class Village:
    """How far the sheet of one region is. ``counts``: people by ``states.attendance.standing``; ``missing``: names."""

    region: str
    counts: Counter[str] = field(default_factory=Counter)
    missing: list[str] = field(default_factory=list)
    procedures: set[str] = field(default_factory=set)

    @property
    def people(self) -> int:
        return self.counts.total()

    @property
    def done(self) -> int:
        return self.counts["done"]

    @property
    def lacking(self) -> int:
        return self.people - self.done


def sheet(
    connection: Connection, scope: Scope, region: str, month: date, today: date, calendar: Calendar
) -> tuple[SheetRow, ...]:
    """Everybody whose post lies in this very region and who was on post in the month, in the order of their hires."""
    asked = _people(month).where(hire.c.region == region, scope.regions(hire.c.region))
    asked = asked.add_columns(post.c.title, post.c.employer).order_by(hire.c.id)
    asked = asked.join(opening, opening.c.id == hire.c.opening_id).join(post, post.c.id == opening.c.post_id)
    found = list(_on_post(connection, asked, month))
    kept = months(connection, [row.id for row, _ in found], month)
    return tuple(_sheet_row(row, service, kept.get(row.id), month, today, calendar) for row, service in found)


def _sheet_row(row: Any, service: Service, kept: Kept | None, month: date, today: date, calendar: Calendar) -> SheetRow:
    usual = until(default(month, service.__contains__, calendar), month, today)
    how_far = standing(kept.marks if kept else None, month, service, today, unsigned=kept is not None and kept.unsigned)
    return SheetRow(row.id, row.region, row.procedure, row.name, row.title, row.employer, service, usual, kept, how_far)


def overview(
    connection: Connection, scope: Scope, month: date, today: date, region: str | None = None
) -> list[Village]:
    """How far every region within the scope (and within ``region``) is, by code; regions without anybody left out."""
    inside = narrowed(scope.prefixes, region)
    asked = _people(month).where(within(hire.c.region, inside)).order_by(hire.c.region, hire.c.id)
    recorded = and_(attendance.c.hire_id == hire.c.id, attendance.c.month == month)
    asked = asked.outerjoin(attendance, recorded).add_columns(attendance.c.marks, attendance.c.claimed)
    found: dict[str, Village] = {}
    for row, service in _on_post(connection, asked, month):
        village = found.setdefault(row.region, Village(row.region))
        how_far = standing(row.marks, month, service, today, unsigned=row.claimed is not None)
        village.counts[how_far] += 1
        village.procedures.add(row.procedure)
        if how_far != "done" and len(village.missing) < NAMES_TOLD:
            village.missing.append(row.name)
    return list(found.values())


def _on_post(connection: Connection, asked: Select[Any], month: date) -> Iterator[tuple[Any, Service]]:
    for row in connection.execute(asked):
        service = _service(row, month)
        if service is not None:
            yield row, service


def _service(row: Any, month: date) -> Service | None:
    days = (date.fromisoformat(text) if text else None for text in (row.started_on, row.ended_on or row.leaving_on))
    service = service_between(*days, row.died_on)
    return service if service is not None and service.touches(month) else None


def _people(month: date) -> Select[Any]:
    """Whoever may have been on post in the month; who left for certain before it is left out here."""
    started, ended = _day("started_on"), _day("ended_on")
    return (
        select(hire.c.id, hire.c.region, hire.c.procedure, person.c.name, person.c.died_on)
        .add_columns(started.label("started_on"), ended.label("ended_on"), _day("leaving_on").label("leaving_on"))
        .select_from(hire)
        .join(person, person.c.id == hire.c.person_id)
        .where(
            hire.c.state.not_in(_BEFORE),
            started < month_after(month).isoformat(),
            func.coalesce(ended, "9999") >= month.isoformat(),
        )
    )


def _day(name: str) -> Any:
    return hire.c.dossier[name].as_string()
