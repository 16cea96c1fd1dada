"""Which reminders led to something (催办成效): of those told in a period, how many were followed by a step in time.

A reminder is followed when somebody, not the system, takes a step for the hire within so many working days of it.
Remarks, files, assignments and suspensions are no such step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, literal, select

from notifications.reminders import PREFIX
from states.clocks import moment
from states.periods import working_days_end
from workflow.office import Office
from workflow.tables import metadata

WITHIN = 3
LONGEST_DAYS = 92
#: acts that tell or arrange something and settle nothing
ASIDE = (
    *("comment", "attach", "score", "reassign", "suspend", "resume", "return_to"),
    *("note_point", "strike_point", "note_survey", "take_back_assessment"),
)

_outbox, _hire, _audit = (metadata.tables[name] for name in ("outbox", "hire", "audit_entry"))


@dataclass(frozen=True, slots=True)
class Effect:
    """Reminders of one deadline: how many were told, were followed in time, and still have time."""

    deadline: str
    told: int
    followed: int
    open: int

    @property
    def judged(self) -> int:
        return self.told - self.open

    @property
    def percent(self) -> int | None:
        """Of those whose time is over; None while there are none."""
        return round(100 * self.followed / self.judged) if self.judged > 0 else None


def effects(
    office: Office,
    concerned: ColumnElement[bool],
    first: date,
    last: date,
    *,
    today: date,
    within: int = WITHIN,
) -> list[Effect]:
    """Every deadline of which anybody was reminded from ``first`` to ``last`` (days in Asia/Shanghai), most first.

    ``concerned``: which hires count. ``within``: working days, the day of the reminder not counted. Raises ValueError
    for a period that ends before it begins or is longer than ``LONGEST_DAYS``.
    """
    days = (last - first).days + 1
    if not 1 <= days <= LONGEST_DAYS:
        raise ValueError(f"from {first} to {last} are {days} days; 1 to {LONGEST_DAYS} can be looked at")
    calendar = office.setting.calendar
    told_on = [first + timedelta(days=n) for n in range(days)]
    ends = {day: working_days_end(day, within, calendar).on for day in told_on}
    until = case(*((_outbox.c.created_at < moment(day + timedelta(days=1)), _end_of(ends[day])) for day in told_on))
    acted = and_(
        _audit.c.hire_id == _outbox.c.hire_id,
        _audit.c.seq > _outbox.c.seq,
        _audit.c.role != "system",
        _audit.c.act.not_in(ASIDE),
        _audit.c.at < until,
    )
    followed = exists().where(acted)
    still = until > _end_of(today - timedelta(days=1))
    told = (
        select(
            func.min(_outbox.c.template).label("template"),
            func.max(case((followed, 1), else_=0)).label("followed"),
            func.max(case((and_(still, ~followed), 1), else_=0)).label("open"),
        )
        .join(_hire, _hire.c.id == _outbox.c.hire_id)
        .where(
            _outbox.c.template.startswith(PREFIX),
            _outbox.c.created_at >= moment(first),
            _outbox.c.created_at < moment(last + timedelta(days=1)),
            concerned,
        )
        .group_by(_outbox.c.hire_id, _outbox.c.seq)
        .subquery()
    )
    query = (
        select(told.c.template, func.count(), func.sum(told.c.followed), func.sum(told.c.open))
        .group_by(told.c.template)
        .order_by(func.count().desc(), told.c.template)
    )
    with office.database.reading() as connection:
        rows: Sequence[Any] = connection.execute(query).all()
    return [Effect(template.removeprefix(PREFIX), number, done, waits) for template, number, done, waits in rows]


def _end_of(day: date) -> Any:
    """The moment at which a day in Asia/Shanghai is over."""
    return literal(moment(day + timedelta(days=1)), _outbox.c.created_at.type)
