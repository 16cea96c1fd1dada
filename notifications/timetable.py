"""When an e-mail goes out (投递时刻): one digest a day on working days, and at once only what cannot wait.

Pure: days in Asia/Shanghai, moments aware in UTC, the calendar handed in.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from enum import IntEnum
from typing import Any

from notifications.reminders import is_reminder
from states.calendar import Calendar
from states.clocks import local_day, moment
from states.periods import next_working_day
from states.reckoning import Unreckonable

#: after the reminders of the morning (``states.clocks.REMIND_AT``) have been decided and addressed
DIGEST_AT = time(8, 30)


class Rung(IntEnum):
    """How pressing a reminder is (催办级别): who has taken note of one rung hears nothing more before the next."""

    AHEAD = 0
    URGENT = 1
    OVERDUE = 2


def rung_of(due_on: date, today: date, calendar: Calendar) -> Rung:
    """Overdue from the day after ``due_on``; urgent while at most one working day is left."""
    if due_on < today:
        return Rung.OVERDUE
    try:
        last = next_working_day(today, calendar).on
    except Unreckonable:  # beyond the calendar's span nothing is urgent
        return Rung.AHEAD
    return Rung.URGENT if due_on <= last else Rung.AHEAD


def is_urgent(template: str, facts: Mapping[str, Any], today: date, calendar: Calendar) -> bool:
    """Whether a letter may disturb a rest day: a reminder of what is due within one working day."""
    due_on = due_day(facts) if is_reminder(template) else None
    return due_on is not None and rung_of(due_on, today, calendar) is Rung.URGENT


def digest_at(at: datetime, calendar: Calendar) -> datetime:
    """The moment of the next digest: half past eight of this working day or of the next one."""
    day = local_day(at)
    if calendar.is_working_day(day) and at <= moment(day, DIGEST_AT):
        return moment(day, DIGEST_AT)
    return moment(_next_working_day(day, calendar), DIGEST_AT)


def mail_at(at: datetime, calendar: Calendar) -> datetime:
    """When a letter of its own that is not urgent goes out: at once, on a rest day in the next working morning."""
    return at if calendar.is_working_day(local_day(at)) else digest_at(at, calendar)


def start_of_day(at: datetime) -> datetime:
    return moment(local_day(at))


def _next_working_day(day: date, calendar: Calendar) -> date:
    try:
        return next_working_day(day, calendar).on
    except Unreckonable:
        return day + timedelta(days=1)


def due_day(facts: Mapping[str, Any]) -> date | None:
    """The last day that a reminder names; None where its facts are not what they should be."""
    try:
        return date.fromisoformat(str(facts.get("due_on")))
    except ValueError:
        return None
