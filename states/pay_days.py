"""The days of a month on which something about pay is due (发放日程): a rest day moves it to the working day before.

The documents count the month after the one that is paid: its attendance is known only then. Where one names no days,
nothing is due by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from states.calendar import Calendar
from states.meets import enforces
from states.procedure import PayDay, Procedure, Role
from states.tellings import Telling


@dataclass(frozen=True, slots=True)
class Due:
    """A day by which something is done; ``meant``: the day the document names, where that is one of rest."""

    line: PayDay
    on: date
    meant: date

    @property
    def moved(self) -> bool:
        return self.on != self.meant


@enforces("BH-26", "BH-27")
def dues(procedure: Procedure, month: date, calendar: Calendar) -> tuple[Due, ...]:
    """What is due for a month (its first day), by day."""
    year, number = (month.year + 1, 1) if month.month == 12 else (month.year, month.month + 1)
    found = []
    for line in procedure.pay_days:
        meant = min(date(year, number, 1) + timedelta(line.day - 1), _last(year, number))
        on = meant
        while calendar.is_rest_day(on):
            on -= timedelta(1)
        found.append(Due(line, on, meant))
    return tuple(sorted(found, key=lambda due: due.on))


@enforces("BH-25")
def hearers(procedure: Procedure, line: PayDay, telling: Telling) -> tuple[Role, ...]:
    """Who is told of such a day: whoever owes it; once it has passed also who waits for it, and the HRSS bureau."""
    if telling is not Telling.OVERDUE:
        return (line.by,)
    waiting = () if line.to in (None, Role.APPLICANT) else (line.to,)
    further = (Role.HRSS,) if Role.HRSS in procedure.roles else ()
    return tuple(dict.fromkeys(role for role in (line.by, *waiting, *further) if role is not None))


def _last(year: int, month: int) -> date:
    return (date(year + 1, 1, 1) if month == 12 else date(year, month + 1, 1)) - timedelta(1)
