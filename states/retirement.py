"""Statutory retirement age (法定退休年龄), before and after the reform of 2025, and “less than five years” to it.

Sources: 关于实施渐进式延迟法定退休年龄的决定 (2024-09-13) and 国务院关于渐进式延迟法定退休年龄的办法第一条,
in force from 2025-01-01. Before that day: 60 for men, 55 or 50 for women (国发〔1978〕104号). Which of the two holds
for a woman follows from her former category and cannot be told from her sex, so it is asked, with evidence.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

from states.calendar import FIRST_DAY, LAST_DAY
from states.periods import add_months
from states.reckoning import ProofLine, Unreckonable
from states.say import Fact, Sentence, say

REFORM_FROM = date(2025, 1, 1)
BEFORE_REFORM = date(2024, 12, 31)
ARTICLE = "《国务院关于渐进式延迟法定退休年龄的办法》第一条"
FORMER_ARTICLE = "国发〔1978〕104号（2025年1月1日前适用）"
NEAR_MONTHS = 60  # 不足5年


class Category(StrEnum):
    """Man, or woman with former retirement age 55 or 50 (原法定退休年龄)."""

    MAN = "man"
    WOMAN_55 = "woman55"
    WOMAN_50 = "woman50"


@dataclass(frozen=True, slots=True)
class _Schedule:
    """One annex of the Measures: from birth month ``base`` on, a month later for every ``step`` months, to ``most``."""

    years: int
    base: tuple[int, int]
    step: int
    most: int


_SCHEDULES = {
    Category.MAN: _Schedule(60, (1965, 1), 4, 36),
    Category.WOMAN_55: _Schedule(55, (1970, 1), 4, 36),
    Category.WOMAN_50: _Schedule(50, (1975, 1), 2, 60),
}


@dataclass(frozen=True, slots=True)
class StatutoryRetirement:
    """``on``: the day the statutory age is reached; ``age_months``: that age; ``delay_months``: what the reform added.

    The official tables give months. The day is the birthday's day in that month, or the month's last day where it has
    none: a convention of ours, said in ``reading``, because “less than five years” needs a day.
    """

    on: date
    born: date
    category: Category
    age_months: int
    delay_months: int
    article: str
    reading: Sentence

    @property
    def proof(self) -> tuple[ProofLine, ...]:
        former = add_months(self.born, self.age_months - self.delay_months)
        years = (self.age_months - self.delay_months) // 12
        return (
            ProofLine(self.born, None, False, say("出生日期")),
            ProofLine(former, None, False, say("原法定退休年龄{years}周岁", years=years)),
            ProofLine(self.on, None, True, say("延迟{months}个月", months=self.delay_months)),
        )


@lru_cache(maxsize=16_384)
def statutory_retirement(born: date, category: Category, law_on: date = REFORM_FROM) -> StatutoryRetirement:
    """When someone born on ``born`` reaches the statutory age, by the law in force on ``law_on`` (default: the reform).

    Flexible retirement does not move it. Raises Unreckonable for a birth date beyond reason.
    """
    if not date(1900, 1, 1) <= born <= LAST_DAY:
        raise Unreckonable(say("出生日期{born}超出可推算的范围", born=born))
    schedule = _SCHEDULES[category]
    delay = _delay(born, schedule) if law_on >= REFORM_FROM else 0
    months = schedule.years * 12 + delay
    on = add_months(born, months)
    reading = say(
        "{born}出生，{years}周岁{months}个月达到法定退休年龄，即{year}年{month}月；官方只给到月，按生日对应日{on}计",
        born=born,
        years=months // 12,
        months=months % 12,
        year=on.year,
        month=on.month,
        on=on,
    )
    article = ARTICLE if law_on >= REFORM_FROM else FORMER_ARTICLE
    return StatutoryRetirement(on, born, category, months, delay, article, reading)


def _delay(born: date, schedule: _Schedule) -> int:
    passed = (born.year - schedule.base[0]) * 12 + born.month - schedule.base[1]
    return 0 if passed < 0 else min(schedule.most, passed // schedule.step + 1)


@dataclass(frozen=True, slots=True)
class NearRetirement:
    """Whether on ``on`` strictly less than ``months`` remain to the statutory age, which is not yet reached.

    ``from_on`` is the first day on which that is so.
    """

    near: bool
    on: date
    from_on: date
    months: int
    retirement: StatutoryRetirement
    article: str
    reading: Sentence

    @property
    def proof(self) -> tuple[ProofLine, ...]:
        exactly = add_months(self.retirement.on, -self.months)
        lines = [
            *self.retirement.proof,
            ProofLine(exactly, None, False, say("距法定退休年龄正好{months}个月，不算不足", months=self.months)),
            ProofLine(self.on, None, self.near, self.reading),
        ]
        return tuple(lines)


def near_retirement(on: date, born: date, category: Category, months: int = NEAR_MONTHS) -> NearRetirement:
    """Whether on the day ``on`` less than ``months`` (default 60: 不足5年) remain to the statutory retirement age.

    不足 leaves the number itself out: with exactly five years to go the answer is no. The law in force on ``on``
    decides, so a test at first approval before 2025 keeps the ages of that time. Whoever has reached the age is not
    near it. Raises Unreckonable when ``on`` is before the birth.
    """
    if on < born or on < FIRST_DAY:
        raise Unreckonable(say("{on}不能作为{born}出生者的核定日", on=on, born=born))
    retirement = statutory_retirement(born, category, REFORM_FROM if on >= REFORM_FROM else BEFORE_REFORM)
    exactly = add_months(retirement.on, -months)
    near = exactly < on < retirement.on
    facts: dict[str, Fact] = {"on": on, "retires": retirement.on, "months": months}
    if on >= retirement.on:
        reading = say("{on}已达到法定退休年龄（{retires}）", **facts)
    elif near:
        reading = say("{on}距法定退休年龄（{retires}）不足{months}个月", **facts)
    else:
        reading = say("{on}距法定退休年龄（{retires}）尚有{months}个月或以上", **facts)
    from_on = date.fromordinal(exactly.toordinal() + 1)
    return NearRetirement(near, on, from_on, months, retirement, retirement.article, reading)
