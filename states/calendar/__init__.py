"""Working days and rest days (工作日、休息日), as the State Council's yearly notices set them.

Each year is one YAML file that quotes its notice. Nothing is guessed: a day whose notice is not loaded counts by its
weekday alone and is marked provisional (暂定), naming the missing year. Make-up working days are never derived; the
notices follow a pattern "except in particular cases", and 2026 already departed from it.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import accumulate, chain, compress, cycle, islice
from pathlib import Path
from types import MappingProxyType

from states.calendar.files import CalendarFault, CalendarFaults, CalendarYear, Notice, Rest, check_years, read_years
from states.reckoning import Unreckonable
from states.say import Sentence, say

__all__ = [
    "Calendar",
    "CalendarFault",
    "CalendarFaults",
    "CalendarYear",
    "DayKind",
    "Notice",
    "OutsideCalendar",
    "Rest",
    "default_calendar",
    "weekday_name",
]

SHIPPED = Path(__file__).parent

# The span that the tables cover. Nothing we reckon lies outside it, so a day beyond it is a slip of the keyboard.
FIRST_DAY = date(1990, 1, 1)
LAST_DAY = date(2100, 12, 31)
_BASE = FIRST_DAY.toordinal()
_SIZE = LAST_DAY.toordinal() - _BASE + 1

# 25–31 December need two notices: the next year's notice can begin New Year's rest before 1 January (2022-12-31 stands
# in the notice for 2023) and can make the weekend before it a working one (2018-12-29 stood in the notice for 2019).
# That 29th is the furthest any notice since 2006 has reached back; a whole week leaves room for a longer rest.
YEAR_END = (12, 25)

_WEEKDAYS = tuple(
    name.pattern
    for name in (
        *(say("星期一"), say("星期二"), say("星期三"), say("星期四"), say("星期五")),
        *(say("星期六"), say("星期日")),
    )
)


def weekday_name(day: date) -> str:
    """星期一 … 星期日 (a message id)."""
    return _WEEKDAYS[day.weekday()]


class OutsideCalendar(Unreckonable):
    """The day lies outside the span 1990–2100 in which we reckon."""

    def __init__(self, shown: str) -> None:
        super().__init__(say("{day}超出可推算的范围（{first}至{last}）", day=shown, first=FIRST_DAY, last=LAST_DAY))


@dataclass(frozen=True, slots=True)
class DayKind:
    """What one day is.

    ``year_notice`` is the notice that decided it: the one that names the day or, for an ordinary day, the notice of its
    year. None when that notice is not loaded. ``missing_years`` are the years whose notices could still change it.
    """

    working: bool
    why: Sentence
    provisional: bool
    year_notice: Notice | None
    missing_years: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Tables:
    """Prefix sums over the whole span, so that counting working days is two look-ups however long the period is."""

    working_before: array[int]  # [i]: working days before day i
    working_days: array[int]  # ordinal of each working day, in order
    unsure_before: array[int]  # [i]: days before day i that a missing notice could change


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Calendar:
    """The years that are loaded. Immutable; two calendars with the same content are equal (see ``edition``).

    Build it with ``Calendar.load`` or ``default_calendar``.
    """

    _years: Mapping[int, CalendarYear]
    _named: Mapping[date, tuple[CalendarYear, Rest | None]]  # None: a make-up working day
    _tables: _Tables
    edition: str

    @classmethod
    def load(cls, extra: Path | None = None) -> Calendar:
        """The shipped years, with the year files of ``extra`` (a folder or one file) laid over them.

        Raises CalendarFaults with every fault of every file at once; then nothing is loaded.
        """
        years = read_years(SHIPPED)
        if extra is not None:
            years = {**years, **read_years(extra)}
        return cls.of(years.values())

    @classmethod
    def of(cls, years: Iterable[CalendarYear]) -> Calendar:
        """A calendar of these years alone. Raises CalendarFaults."""
        ordered = {year.year: year for year in sorted(years, key=lambda year: year.year)}
        check_years(ordered)
        named: dict[date, tuple[CalendarYear, Rest | None]] = {}
        for year in ordered.values():
            named.update((day, (year, rest)) for rest in year.rest for day in rest.days())
            named.update((day, (year, None)) for day in year.work)
        digest = hashlib.sha256(repr(list(ordered.values())).encode()).hexdigest()[:12]
        return cls(MappingProxyType(ordered), MappingProxyType(named), _build(ordered, named), digest)

    def with_year(self, year: CalendarYear) -> Calendar:
        """A new calendar in which ``year`` is added, or stands in place of the one loaded. Raises CalendarFaults."""
        return Calendar.of({**self._years, year.year: year}.values())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Calendar) and other.edition == self.edition

    def __hash__(self) -> int:
        return hash(self.edition)

    def __repr__(self) -> str:
        return f"Calendar({', '.join(map(str, self._years))}; edition {self.edition})"

    @property
    def years(self) -> tuple[int, ...]:
        """The years whose notices are loaded, ascending."""
        return tuple(self._years)

    @property
    def all_years(self) -> tuple[CalendarYear, ...]:
        """Every year that is loaded, ascending."""
        return tuple(self._years.values())

    def notice(self, year: int) -> Notice | None:
        """The notice of that year, None when it is not loaded."""
        found = self._years.get(year)
        return found.notice if found else None

    def day(self, day: date) -> DayKind:
        """What ``day`` (Asia/Shanghai) is, and why. Raises OutsideCalendar."""
        missing = self.missing_years(day, day)
        working = self.is_working_day(day)
        if day in self._named:
            year, rest = self._named[day]
            return DayKind(working, _why_named(day, year.notice, rest), False, year.notice, ())
        notice = self.notice(day.year)
        return DayKind(working, _why_ordinary(day, working, missing), bool(missing), notice, missing)

    def is_working_day(self, day: date) -> bool:
        """Raises OutsideCalendar. Whether the answer is certain, ``missing_years(day, day)`` says."""
        before, i = self._tables.working_before, _index(day)
        return before[i + 1] > before[i]

    def is_rest_day(self, day: date) -> bool:
        """法定休假日 in the sense of Civil Code 203: a holiday or a weekly rest day that is not worked in exchange."""
        return not self.is_working_day(day)

    def working_days_until(self, day: date) -> int:
        """How many working days lie in the span up to ``day``, with it: a serial number for ``working_day``."""
        return self._tables.working_before[_index(day) + 1]

    def working_day(self, serial: int) -> date:
        """The working day with that serial number, counted from 1. Raises OutsideCalendar."""
        days = self._tables.working_days
        if not 1 <= serial <= len(days):
            raise OutsideCalendar(say("所求日期").pattern)
        return date.fromordinal(days[serial - 1])

    def missing_years(self, first: date, last: date) -> tuple[int, ...]:
        """The years whose notices could still change some day from ``first`` to ``last``, both with it."""
        if not self._unsure(first, last):
            return ()
        missing = set()
        for year in range(first.year, last.year + 1):
            begins, ends = max(first, date(year, 1, 1)), min(last, date(year, 12, 31))
            if year not in self._years and self._unsure(begins, ends):
                missing.add(year)
            if year + 1 not in self._years and self._unsure(max(begins, date(year, *YEAR_END)), ends):
                missing.add(year + 1)
        return tuple(sorted(missing))

    def _unsure(self, first: date, last: date) -> bool:
        before = self._tables.unsure_before
        return first <= last and before[_index(last) + 1] > before[_index(first)]


@lru_cache(maxsize=1)
def default_calendar() -> Calendar:
    """The years that are shipped, read once."""
    return Calendar.load()


def _index(day: date) -> int:
    # A moment is refused: its day in UTC is not always its day in Asia/Shanghai.
    if type(day) is not date:
        raise TypeError(f"a day is wanted, not {type(day).__name__}")
    index = day.toordinal() - _BASE
    if not 0 <= index < _SIZE:
        raise OutsideCalendar(day.isoformat())
    return index


#: days that the State Council's own regulation (全国年节及纪念日放假办法) frees in every year, notice or not
FIXED = {(1, 1): "元旦", (5, 1): "劳动节", (5, 2): "劳动节", (10, 1): "国庆节", (10, 2): "国庆节", (10, 3): "国庆节"}


def _build(years: Mapping[int, CalendarYear], named: Mapping[date, tuple[CalendarYear, Rest | None]]) -> _Tables:
    week = [1, 1, 1, 1, 1, 0, 0]
    working = bytearray(islice(cycle(week), FIRST_DAY.weekday(), FIRST_DAY.weekday() + _SIZE))
    unsure = bytearray(b"\1") * _SIZE
    for year in range(FIRST_DAY.year, date.fromordinal(_BASE + _SIZE - 1).year + 1):
        if year not in years:
            for month, day_of_month in FIXED:
                working[_index(date(year, month, day_of_month))] = 0
    for year in years:
        next_year_known = year + 1 in years
        begins = _index(date(year, 1, 1))
        ends = _index(date(year, 12, 31) if next_year_known else date(year, *YEAR_END) - timedelta(1))
        unsure[begins : ends + 1] = bytes(ends + 1 - begins)
    for day, (_, rest) in named.items():
        working[_index(day)] = rest is None
        unsure[_index(day)] = 0
    return _Tables(
        array("i", chain((0,), accumulate(working))),
        array("i", compress(range(_BASE, _BASE + _SIZE), working)),
        array("i", chain((0,), accumulate(unsure))),
    )


def _why_named(day: date, notice: Notice, rest: Rest | None) -> Sentence:
    if rest is None:
        return say("{weekday}，调休上班（{notice}）", weekday=weekday_name(day), notice=notice.cited)
    return say("{weekday}，{name}放假（{notice}）", weekday=weekday_name(day), name=rest.name, notice=notice.cited)


def _why_ordinary(day: date, working: bool, missing: tuple[int, ...]) -> Sentence:
    weekday, years = weekday_name(day), "、".join(map(str, missing))
    if missing and working:
        return say("{weekday}，暂按工作日计：{years}年放假安排尚未载入", weekday=weekday, years=years)
    if missing and day.weekday() < 5:
        name = FIXED[day.month, day.day]
        return say("{weekday}，{name}，法定节假日（调休安排待{years}年通知）", weekday=weekday, name=name, years=years)
    if missing:
        return say("{weekday}，暂按休息日计：{years}年放假安排尚未载入", weekday=weekday, years=years)
    return say("{weekday}，工作日", weekday=weekday) if working else say("{weekday}，休息日", weekday=weekday)
