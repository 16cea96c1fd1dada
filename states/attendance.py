"""Attendance by month (考勤): a mark for each day, what may stand on which day, and the shorthand that villages write.

A month is a string of one code per day (``MARKS``); ``month`` is always its first day. Rest days follow the calendar of
the State Council; marks outside of service are "-". What somebody writes ("3-5病，8事") are the exceptions to that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from states.attendance_marks import ABSENT, MARKS, OFF, PRESENT, REST, UNKNOWN, Mark, days_of
from states.attendance_shorthand import mark_of, read_exceptions, written
from states.calendar import Calendar
from states.facts import Hire
from states.meets import enforces
from states.pay_days import named_on
from states.procedure import Procedure, article_of
from states.say import Sentence, say
from states.vocabulary import Role

__all__ = [
    "ABSENT", "KEEPERS", "MARKS", "OFF", "PRESENT", "REST", "SEEN_BY_DEVICE", "UNKNOWN", "Mark", "Service", "Totals",
    "check", "check_days", "composed", "counted", "days_of", "default", "due_on", "lacking_days", "mark_of", "merged",
    "month_after", "read_exceptions", "service_between", "service_of", "standing", "totals", "until",
    "written",
]  # fmt: skip

#: who marks attendance: no document names them; these are the offices and the employer beside the work itself
KEEPERS = frozenset({Role.VILLAGE, Role.TOWNSHIP, Role.EMPLOYER, Role.COMPANY})
#: what a device can say: somebody was there, or it does not know; that somebody was absent is said by persons
SEEN_BY_DEVICE = frozenset({PRESENT, OFF, UNKNOWN})


@dataclass(frozen=True, slots=True)
class Service:
    """The days on post (在岗期间), both with it; ``last`` None: no end is known."""

    first: date
    last: date | None = None

    def __contains__(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)

    def touches(self, month: date) -> bool:
        """Whether any day of the month lies within."""
        return self.first < month_after(month) and (self.last is None or self.last >= month)


@dataclass(frozen=True, slots=True)
class Totals:
    """The days of a month by what they were; they add up to its length. ``leave``: paid and maternity leave."""

    present: int
    rest: int
    leave: int
    sick: int
    personal: int
    absent: int
    off: int
    unknown: int


# ---- the month ---------------------------------------------------------------------------------------------------


def month_after(month: date) -> date:
    """The first day of the following month."""
    return month.replace(day=1) + timedelta(days=days_of(month))


def service_of(hire: Hire) -> Service | None:
    """The days on post of a hire: from its start to the day on which it ended or will, or on which the person died."""
    dossier = hire.dossier
    died_on = hire.person.died_on if hire.person is not None else None
    return service_between(dossier.started_on, dossier.ended_on or dossier.leaving_on, died_on)


def service_between(first: date | None, *ends: date | None) -> Service | None:
    """Days on post that end with the earliest of what may have ended them; None: the work never began."""
    last = min((day for day in ends if day is not None), default=None)
    return None if first is None or (last is not None and last < first) else Service(first, last)


@enforces("BH-25")
def due_on(procedure: Procedure, month: date) -> tuple[date, str] | None:
    """By which day the sheet of a month is due by the document, and the article; None where it names no day.

    Reading: the attendance of a whole month can only be reported in the following one.
    """
    for line in procedure.pay_days:
        if line.what == "roster":
            return named_on(line, month), article_of(procedure, line.cite)
    return None


# ---- marks -------------------------------------------------------------------------------------------------------


def check(marks: str, month: date) -> Sentence | None:
    """What is wrong with the marks of a month as such: their number and their codes."""
    if len(marks) != days_of(month):
        return say("{month}月有{days}天，考勤却有{n}格", month=month.month, days=days_of(month), n=len(marks))
    for day, code in enumerate(marks, 1):
        if code not in MARKS:
            return say("{day}日的“{code}”不是考勤符号", day=day, code=code)
    return None


def check_days(marks: str, month: date, service: Service | None, today: date) -> Sentence | None:
    """What is wrong with sound marks on their days: outside of service, hidden within it, or ahead of time."""
    if service is None or not service.touches(month):
        return say("本月不在岗，不能记考勤")
    for number, code in enumerate(marks, 1):
        day = month.replace(day=number)
        if day not in service:
            if code != OFF:
                return say("{day}不在岗，不能记考勤；请核对上岗和离岗日期", day=day)
        elif code == OFF:
            return say("{day}在岗，不能记“不在岗”；请记出勤、休息、请假或缺勤", day=day)
        elif day > today and code != UNKNOWN:
            return say("{day}还没有到，不能提前记考勤", day=day)
    return None


@enforces("BH-56")
def default(month: date, on_post: Collection[date] | Callable[[date], bool], calendar: Calendar) -> str:
    """Full attendance by the calendar: working days present, rest days at rest, "-" outside of service.

    Holidays and weekly rest are the calendar's; leave is what somebody writes over it. Raises OutsideCalendar.
    """
    is_on_post = on_post if callable(on_post) else on_post.__contains__
    days = (month.replace(day=number) for number in range(1, days_of(month) + 1))
    return "".join(_ordinary(day, is_on_post(day), calendar) for day in days)


def _ordinary(day: date, on_post: bool, calendar: Calendar) -> str:
    if not on_post:
        return OFF
    return PRESENT if calendar.is_working_day(day) else REST


def until(marks: str, month: date, today: date) -> str:
    """The marks with what lies after ``today`` not recorded."""
    known = max(0, min((today - month).days + 1, len(marks)))
    return marks[:known] + "".join(OFF if code == OFF else UNKNOWN for code in marks[known:])


def composed(base: str, exceptions: Mapping[int, str]) -> str:
    """The marks of ``base`` with those of some days (counted from 1) in their place."""
    return "".join(exceptions.get(day, code) for day, code in enumerate(base, 1))


def totals(marks: str) -> Totals:
    """The days by what they were."""
    n = Counter(marks)
    leave = n["a"] + n["m"]
    return Totals(n[PRESENT], n[REST], leave, n["s"], n["p"], n[ABSENT], n[OFF], n[UNKNOWN])


def standing(marks: str | None, month: date, service: Service, today: date, *, unsigned: bool = False) -> str:
    """How far a month is: none, wrong (service has changed since), unsigned (an exception waits), part or done."""
    if marks is None:
        return "none"
    within = [month.replace(day=number) in service for number in range(1, len(marks) + 1)]
    if any((code == OFF) is inside for code, inside in zip(marks, within, strict=True)):
        return "wrong"
    if unsigned:
        return "unsigned"
    return "part" if UNKNOWN in marks else "done"


# ---- device and persons ------------------------------------------------------------------------------------------


def counted(claimed: str, waiting: Collection[int]) -> str:
    """The marks that count of those that are claimed: days waiting for a second person are not recorded."""
    return "".join(UNKNOWN if day in waiting else code for day, code in enumerate(claimed, 1))


def lacking_days(marks: str, device: str | None) -> frozenset[int]:
    """The days on which a person is marked present and the device has nothing; ``device`` None: it said nothing."""
    seen = device if device is not None else UNKNOWN * len(marks)
    both = enumerate(zip(marks, seen, strict=True), 1)
    return frozenset(day for day, (code, saw) in both if code == PRESENT and saw != PRESENT)


def merged(before: str, device: str) -> str:
    """What a person recorded, with what they left open filled in by the device: it never overwrites a person."""
    return "".join(saw if code == UNKNOWN else code for code, saw in zip(before, device, strict=True))
