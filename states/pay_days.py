"""The days of a month on which something about pay is due (发放日程).

The documents count the month after the one that is paid: its attendance is known only then. Where one names no days,
nothing is due by it. Only the day on which people are paid moves before a day of rest (工资支付暂行规定第七条); of
reports and advances no document says that they do, so that the day it names stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from states.attendance_marks import days_of
from states.calendar import Calendar
from states.employment import PayDay
from states.meets import enforces
from states.procedure import Procedure
from states.tellings import Telling
from states.vocabulary import Role

#: what comes before a day of rest
MOVES = frozenset({"pay"})


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
    found = []
    for line in procedure.pay_days:
        on = meant = named_on(line, month)
        while line.what in MOVES and calendar.is_rest_day(on):
            on -= timedelta(1)
        found.append(Due(line, on, meant))
    return tuple(sorted(found, key=lambda due: due.on))


def named_on(line: PayDay, month: date) -> date:
    """The day that the document names for a month: of the following one, its last where it is shorter."""
    following = month.replace(day=1) + timedelta(days_of(month))
    return following.replace(day=min(line.day, days_of(following)))


@enforces("BH-25")
def hearers(procedure: Procedure, line: PayDay, telling: Telling) -> tuple[Role, ...]:
    """Who is told of such a day: whoever owes it; once it has passed also who waits for it, and the HRSS bureau."""
    if telling is not Telling.OVERDUE:
        return (line.by,)
    waiting = () if line.to in (None, Role.APPLICANT) else (line.to,)
    further = (Role.HRSS,) if Role.HRSS in procedure.roles else ()
    return tuple(dict.fromkeys(role for role in (line.by, *waiting, *further) if role is not None))
