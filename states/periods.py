"""Counting periods (期间的计算): working days, calendar days, months, terms and paydays.

Every function takes days (Asia/Shanghai) and returns a ``Reckoning``. The same question asked again is answered from a
cache keyed on the calendar's edition. All raise ``Unreckonable`` for numbers or days beyond reason, and ``TypeError``
for a moment where a day is wanted.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache, partial

from states.calendar import Calendar
from states.reckoning import ProofLine, Reckoning, Unreckonable
from states.say import Sentence, say

# 《中华人民共和国民法典》 Civil Code; the sentences are in law books under these numbers.
FIRST_DAY_NOT_COUNTED = "《民法典》第二百零一条第一款"
DAY_ENDS_AT_24 = "《民法典》第二百零三条第二款"
MONTH_LIMIT = "《民法典》第二百零二条、第二百零三条第一款"
MONTH_NO_ROLL = "《民法典》第二百零一条第一款、第二百零二条"
OTHERWISE_AGREED = "《民法典》第二百零四条"
TERM = "《民法典》第二百零二条、第二百零四条"
PAY = "《工资支付暂行规定》第七条"
BOUND_WORDS = "《民法典》第一千二百五十九条"

MOST_DAYS, MOST_MONTHS = 10_000, 600  # beyond these a number is a slip of the keyboard

_ONE_DAY = timedelta(1)


# --- working days -----------------------------------------------------------------------------------------------------


@lru_cache(maxsize=16_384)
def working_days_end(start: date, n: int, calendar: Calendar, count_first_day: bool = False) -> Reckoning:
    """The last day of a period of ``n`` ≥ 1 working days (工作日) that begins on ``start``.

    By default ``start`` is not counted (Civil Code 201), whether it is a working day or not. With ``count_first_day``
    (seen in practice; Civil Code 204 lets the parties agree on it) a working ``start`` is day 1, and a rest day begins
    the count at the next working day. The period ends at 24:00 of the day returned: act on ``next_working_day``.
    """
    _check(n, 1, MOST_DAYS)
    first = start if count_first_day else start + _ONE_DAY
    end = calendar.working_day(calendar.working_days_until(first - _ONE_DAY) + n)
    if count_first_day:
        article = OTHERWISE_AGREED
        reading = say("自{start}起（当日为工作日的计入）数{n}个工作日，至{end}当日24时届满", start=start, n=n, end=end)
    else:
        article = FIRST_DAY_NOT_COUNTED
        reading = say("{start}当日不计入，自次日起数{n}个工作日，至{end}当日24时届满", start=start, n=n, end=end)
    prove = partial(_prove_working_days, start, end, calendar, count_first_day)
    return _counted(end, first, end, calendar, article, reading, prove)


@lru_cache(maxsize=16_384)
def next_working_day(after: date, calendar: Calendar) -> Reckoning:
    """The first working day after ``after``: the earliest day for the next step when a period ends on ``after``.

    Never ``after`` itself, which belongs to the period until 24:00 (Civil Code 203).
    """
    end = calendar.working_day(calendar.working_days_until(after) + 1)
    reading = say("{after}的期限至24时届满，其后第一个工作日为{end}", after=after, end=end)
    prove = partial(_prove_working_days, after, end, calendar, False)
    return _counted(end, after + _ONE_DAY, end, calendar, DAY_ENDS_AT_24, reading, prove)


@lru_cache(maxsize=16_384)
def working_days_before(day: date, n: int, calendar: Calendar) -> Reckoning:
    """The ``n``-th working day before ``day``, for reminders; ``n`` = 0 is ``day`` itself, rest day or not."""
    _check(n, 0, MOST_DAYS)
    reading = say("{day}之前第{n}个工作日", day=day, n=n)
    if n == 0:
        return Reckoning(day, False, (), OTHERWISE_AGREED, say("{day}当日", day=day))
    end = calendar.working_day(calendar.working_days_until(day - _ONE_DAY) - n + 1)
    prove = partial(_prove_backwards, day, end, calendar)
    return _counted(end, end, day - _ONE_DAY, calendar, OTHERWISE_AGREED, reading, prove)


# --- calendar days ----------------------------------------------------------------------------------------------------


@lru_cache(maxsize=16_384)
def calendar_days_end(start: date, n: int, calendar: Calendar, roll: bool = False) -> Reckoning:
    """The last day of ``n`` ≥ 1 calendar days (日) after ``start``, which is not counted (Civil Code 201).

    ``roll``: a rest day at the end gives way to the next working day (Civil Code 203), as for a limit within which
    someone must act. Without it, the day stands, as for an interval that must at least pass (see ``notice_days``).
    """
    _check(n, 1, MOST_DAYS)
    raw = _shifted(start, n)
    if not roll:
        reading = say(
            "{start}当日不计入，自次日起连续计{n}日，至{end}当日24时届满，遇休息日不顺延", start=start, n=n, end=raw
        )
        return Reckoning(raw, False, (), FIRST_DAY_NOT_COUNTED, reading, partial(_prove_days, start, raw))
    end = _rolled(raw, calendar)
    reading = say(
        "{start}当日不计入，自次日起连续计{n}日至{raw}，遇休息日顺延，止于{end}", start=start, n=n, raw=raw, end=end
    )
    prove = partial(_prove_days_and_roll, start, raw, end, calendar)
    return _counted(end, raw, end, calendar, "《民法典》第二百零一条第一款、第二百零三条第一款", reading, prove)


def notice_days(day: date, n: int) -> Reckoning:
    """The last day of at least ``n`` calendar days after ``day`` (提前n日通知). Rest days do not shift it."""
    _check(n, 1, MOST_DAYS)
    end = _shifted(day, n)
    reading = say("自{day}的次日起须满{n}日，至{end}当日24时届满，遇休息日不顺延", day=day, n=n, end=end)
    return Reckoning(end, False, (), FIRST_DAY_NOT_COUNTED, reading, partial(_prove_days, day, end))


# --- months -----------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=16_384)
def month_limit(start: date, months: int, calendar: Calendar, roll: bool = True) -> Reckoning:
    """The last day of a limit of ``months`` ≥ 1 months (…个月内) that begins on ``start``.

    The corresponding day (对应日) of the last month or, where there is none, the month's last day (Civil Code 202).
    With ``roll``, a rest day there gives way to the next working day (Civil Code 203).
    """
    _check(months, 1, MOST_MONTHS)
    raw = add_months(start, months)
    if not roll:
        reading = say(
            "自{start}起{months}个月，到期月的对应日（没有的为月末日）为{end}", start=start, months=months, end=raw
        )
        return Reckoning(raw, False, (), MONTH_NO_ROLL, reading, partial(_prove_month, raw, raw, None))
    end = _rolled(raw, calendar)
    reading = say(
        "自{start}起{months}个月，到期月的对应日（没有的为月末日）为{raw}，遇休息日顺延，止于{end}",
        start=start,
        months=months,
        raw=raw,
        end=end,
    )
    return _counted(end, raw, end, calendar, MONTH_LIMIT, reading, partial(_prove_month, raw, end, calendar))


def month_limit_conservative(start: date, months: int) -> Reckoning:
    """The day before the corresponding day: a limit in months as read by those who count its first day.

    Wage courts let double pay begin on the day after the month is full (《劳动合同法实施条例》第六条). For reminders:
    whoever acts by this day is in time under every reading. No shift for rest days, and never after ``month_limit``.
    """
    _check(months, 1, MOST_MONTHS)
    end = add_months(start, months) - _ONE_DAY
    reading = say(
        "自{start}当日起算{months}个月，满期之日为{end}（从严，用于提醒）", start=start, months=months, end=end
    )
    return Reckoning(end, False, (), "《劳动合同法实施条例》第六条", reading, partial(_prove_month, end, end, None))


@lru_cache(maxsize=16_384)
def term_end(start: date, months: int) -> Reckoning:
    """The last day of a contract of ``months`` ≥ 1 months whose first day is ``start``; no shift for rest days.

    The day before the corresponding day; where the month has none, its last day. 2023-03-01 + 12 → 2024-02-29,
    2024-02-29 + 12 → 2025-02-28. Both days belong to the term, as contracts say (Civil Code 204 allows it).
    """
    _check(months, 1, MOST_MONTHS)
    end = last_day_of_term(start, months)
    reading = say(
        "{months}个月的期限，首日{start}计入，末日为{end}，遇休息日不顺延", months=months, start=start, end=end
    )
    return Reckoning(end, False, (), TERM, reading, partial(_prove_month, end, end, None))


def add_months(day: date, months: int) -> date:
    """The corresponding day ``months`` later (or earlier), or that month's last day (Civil Code 202)."""
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    if day.day <= 28:
        return _made(year, month0 + 1, day.day)
    _made(year, month0 + 1, 1)
    return date(year, month0 + 1, min(day.day, monthrange(year, month0 + 1)[1]))


def last_day_of_term(start: date, months: int) -> date:
    """``term_end`` as a bare day, for sums of many terms."""
    year, month0 = divmod(start.year * 12 + start.month - 1 + months, 12)
    if start.day <= 28:
        return _made(year, month0 + 1, start.day) - _ONE_DAY
    _made(year, month0 + 1, 1)
    return date(year, month0 + 1, min(start.day - 1, monthrange(year, month0 + 1)[1]))


# --- paydays and words ------------------------------------------------------------------------------------------------


@lru_cache(maxsize=16_384)
def pay_day(day: date, calendar: Calendar) -> Reckoning:
    """The day on which wages agreed for ``day`` are due: on a rest day, the last working day before it."""
    end = calendar.working_day(calendar.working_days_until(day))
    if end == day:
        reading = say("约定的发薪日{day}为工作日，当日支付", day=day)
    else:
        reading = say("约定的发薪日{day}遇休息日，提前至最近的工作日{end}支付", day=day, end=end)
    return _counted(end, end, day, calendar, PAY, reading, partial(_prove_pay_day, day, end, calendar))


@dataclass(frozen=True, slots=True)
class OnOrBefore:
    """``…以前``: ``last`` is the last day on which the act is in time, ``remind`` the working day before it."""

    last: Reckoning
    remind: Reckoning


def on_or_before(day: date, calendar: Calendar) -> OnOrBefore:
    """A day with 以前 (“12月20日以前”). The day itself is in time, but remind on the working day before.

    Civil Code 1259 does not list 以前 and usage differs (some hold that 之前 leaves the day out). So the act is
    accepted on the day and the reminder goes by the stricter reading.
    """
    reading = say("“{day}以前”：当日办理仍为及时；用语有争议，提前一个工作日提醒", day=day)
    line = ProofLine(day, None, True, calendar.day(day).why)
    last = Reckoning(day, False, (), "《民法典》第一千二百五十九条（未列“以前”，从通常理解）", reading, lambda: (line,))
    return OnOrBefore(last, working_days_before(day, 1, calendar))


# Civil Code 1259 lists the first two rows; 不足、低于、高于 are read like 不满、超过, and 以前 like 以内 (our reading).
_INCLUDE = frozenset(("以上", "以下", "以内", "届满"))
_EXCLUDE = frozenset(("不满", "超过", "以外"))
_READ_AS_INCLUDE = frozenset(("以前",))
_READ_AS_EXCLUDE = frozenset(("不足", "低于", "高于"))


def includes(word: str) -> bool:
    """Whether a bound stated with ``word`` includes the number itself: 以上 does, 不满 does not (Civil Code 1259).

    Raises Unreckonable for a word that is neither in the article nor in our reading of its neighbours.
    """
    if word in _INCLUDE or word in _READ_AS_INCLUDE:
        return True
    if word in _EXCLUDE or word in _READ_AS_EXCLUDE:
        return False
    raise Unreckonable(say("“{word}”是否包括本数，法律和本系统都没有规定", word=word))


def is_our_reading(word: str) -> bool:
    """Whether ``includes(word)`` rests on our reading and not on the words of Civil Code 1259."""
    includes(word)
    return word in _READ_AS_INCLUDE or word in _READ_AS_EXCLUDE


# --- the shared parts -------------------------------------------------------------------------------------------------


def _check(number: int, least: int, most: int) -> None:
    if not least <= number <= most:
        raise Unreckonable(say("数目应在{least}至{most}之间，现为{number}", least=least, most=most, number=number))


def _made(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise Unreckonable(say("所求日期超出可推算的范围")) from None


def _shifted(day: date, days: int) -> date:
    try:
        return day + timedelta(days)
    except OverflowError:
        raise Unreckonable(say("所求日期超出可推算的范围")) from None


def _rolled(day: date, calendar: Calendar) -> date:
    return calendar.working_day(calendar.working_days_until(day - _ONE_DAY) + 1)


def _counted(
    on: date,
    first: date,
    last: date,
    calendar: Calendar,
    article: str,
    reading: Sentence,
    prove: partial[tuple[ProofLine, ...]],
) -> Reckoning:
    """A reckoning that looked at the kind of every day from ``first`` to ``last``, both with them."""
    missing = calendar.missing_years(first, last)
    return Reckoning(on, bool(missing), missing, article, reading, prove)


def _days(first: date, last: date) -> Iterator[date]:
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        yield date.fromordinal(ordinal)


def _prove_working_days(start: date, end: date, calendar: Calendar, count_first: bool) -> tuple[ProofLine, ...]:
    lines = [] if count_first else [ProofLine(start, None, False, say("开始的当日，不计入"))]
    number = 0
    for day in _days(start if count_first else start + _ONE_DAY, end):
        kind = calendar.day(day)
        number += kind.working
        lines.append(ProofLine(day, number if kind.working else None, kind.working, kind.why))
    return tuple(lines)


def _prove_backwards(day: date, end: date, calendar: Calendar) -> tuple[ProofLine, ...]:
    lines, number = [ProofLine(day, None, False, say("期限之日，不计入"))], 0
    for earlier in reversed(list(_days(end, day - _ONE_DAY))):
        kind = calendar.day(earlier)
        number += kind.working
        lines.append(ProofLine(earlier, number if kind.working else None, kind.working, kind.why))
    return tuple(lines)


def _prove_days(start: date, end: date) -> tuple[ProofLine, ...]:
    days = enumerate(_days(start + _ONE_DAY, end), 1)
    counted = (ProofLine(day, number, True, say("自然日")) for number, day in days)
    return (ProofLine(start, None, False, say("开始的当日，不计入")), *counted)


def _prove_days_and_roll(start: date, raw: date, end: date, calendar: Calendar) -> tuple[ProofLine, ...]:
    rolled = _prove_month(raw, end, calendar)[1:] if end > raw else ()
    return (*_prove_days(start, raw), *rolled)


def _prove_month(raw: date, end: date, calendar: Calendar | None) -> tuple[ProofLine, ...]:
    if calendar is None:
        return (ProofLine(raw, None, True, say("期限的最后一日")),)
    lines = []
    for day in _days(raw, end):
        kind = calendar.day(day)
        lines.append(ProofLine(day, None, kind.working, kind.why))
    return tuple(lines)


def _prove_pay_day(day: date, end: date, calendar: Calendar) -> tuple[ProofLine, ...]:
    kinds = ((each, calendar.day(each)) for each in reversed(list(_days(end, day))))
    return tuple(ProofLine(each, None, kind.working, kind.why) for each, kind in kinds)
