"""Age in whole years (周岁), and the birth dates that an age band admits.

The birthday itself counts: a person is 18 from the 18th birthday on, as civil practice has it (criminal law waits for
the day after). Someone born on 29 February has the birthday on the 28th in other years, by the same rule as every
other period that lacks its corresponding day (Civil Code 202). Days are days in Asia/Shanghai.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from states.periods import add_months
from states.reckoning import Unreckonable
from states.say import Fact, Sentence, say

ARTICLE = "《民法典》第二百零二条、第一千二百五十九条"
OLDEST = 150


class AgeReading(StrEnum):
    """The two readings of “X周岁以下”; public notices in force use both, so a procedure has to choose.

    ``UNTIL_NEXT_BIRTHDAY``  X in whole years: until the day before the birthday X+1 (the default, and the more common)
    ``NOT_PAST_BIRTHDAY``    not past the X-th birthday: that birthday itself is the last day
    """

    UNTIL_NEXT_BIRTHDAY = "until_next_birthday"
    NOT_PAST_BIRTHDAY = "not_past_birthday"


def birthday(born: date, age: int) -> date:
    """The day on which someone born on ``born`` becomes ``age`` (whole years)."""
    return add_months(born, age * 12)


def age_on(born: date, on: date) -> int:
    """Whole years on the day ``on``. Raises Unreckonable when ``on`` is before the birth or no one lives that long."""
    if on < born:
        raise Unreckonable(say("{on}早于出生日期{born}", on=on, born=born))
    years = on.year - born.year
    if years > OLDEST:
        raise Unreckonable(say("出生日期{born}距{on}超过{years}年，请核对", born=born, on=on, years=OLDEST))
    return years if birthday(born, years) <= on else years - 1


@dataclass(frozen=True, slots=True)
class BirthWindow:
    """The birth dates that an age band admits on the day ``on``: ``earliest`` to ``latest``, both with them.

    None is an open side. Printed on announcements, because everyone reads a date the same way.
    """

    earliest: date | None
    latest: date | None
    on: date
    article: str
    reading: Sentence

    def admits(self, born: date) -> bool:
        return (self.earliest is None or self.earliest <= born) and (self.latest is None or born <= self.latest)


def birth_window(
    on: date,
    at_least: int | None = None,
    at_most: int | None = None,
    reading: AgeReading = AgeReading.UNTIL_NEXT_BIRTHDAY,
) -> BirthWindow:
    """The birth dates of those who on ``on`` are ``at_least``周岁以上 and ``at_most``周岁以下 (both inclusive).

    ``reading`` concerns the upper bound alone. Raises Unreckonable for ages out of order or beyond reason.
    """
    for age in (at_least, at_most):
        if age is not None and not 0 <= age <= OLDEST:
            raise Unreckonable(say("年龄应在0至{oldest}周岁之间，现为{age}", oldest=OLDEST, age=age))
    if at_least is not None and at_most is not None and at_least > at_most:
        raise Unreckonable(say("年龄下限{low}高于上限{high}", low=at_least, high=at_most))
    latest = None if at_least is None else _last_birth_date(on, at_least)
    earliest = None
    if at_most is not None and reading is AgeReading.UNTIL_NEXT_BIRTHDAY:
        earliest = _last_birth_date(on, at_most + 1) + timedelta(1)
    elif at_most is not None:
        earliest = _last_birth_date(on - timedelta(1), at_most) + timedelta(1)
    return BirthWindow(earliest, latest, on, ARTICLE, _said(on, at_least, at_most, reading, earliest, latest))


def _last_birth_date(on: date, age: int) -> date:
    """The latest birth date of someone who is ``age`` by ``on``."""
    born = add_months(on, -age * 12)
    # On 28 February of a common year those born on the 29th have their birthday too.
    following = born + timedelta(1)
    return following if birthday(following, age) <= on else born


def _said(
    on: date, at_least: int | None, at_most: int | None, reading: AgeReading, earliest: date | None, latest: date | None
) -> Sentence:
    if at_most is None and at_least is None:
        return say("年龄不限")
    if at_most is None:
        return say("以{on}为准，{low}周岁以上，即{latest}及以前出生", on=on, low=at_least, latest=latest)
    facts: dict[str, Fact] = {"on": on, "high": at_most, "earliest": earliest, "low": at_least, "latest": latest}
    if reading is AgeReading.UNTIL_NEXT_BIRTHDAY and at_least is None:
        return say("以{on}为准，{high}周岁以下（未满下一周岁），即{earliest}及以后出生", **facts)
    if reading is AgeReading.UNTIL_NEXT_BIRTHDAY:
        return say("以{on}为准，{low}周岁以上、{high}周岁以下（未满下一周岁），即{earliest}至{latest}期间出生", **facts)
    if at_least is None:
        return say("以{on}为准，{high}周岁以下（不超过该周岁生日），即{earliest}及以后出生", **facts)
    return say("以{on}为准，{low}周岁以上、{high}周岁以下（不超过该周岁生日），即{earliest}至{latest}期间出生", **facts)
