"""The marks of attendance (考勤符号): what a day was, its sign on the paper, and whether it counts for the pay."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from states.say import say

PRESENT, REST, ABSENT, OFF, UNKNOWN = "1", "r", "x", "-", "?"


@dataclass(frozen=True, slots=True)
class Mark:
    """What a day was: its code, its sign on the paper, its name; ``pays``: the day counts for the pay of the month."""

    code: str
    sign: str
    zh: str
    en: str
    pays: bool


MARKS: Mapping[str, Mark] = MappingProxyType(
    {
        mark.code: mark
        for mark in (
            Mark(PRESENT, "√", say("出勤").pattern, "present", True),
            Mark(REST, "休", say("休息").pattern, "rest day", True),
            Mark("a", "年", say("带薪休假").pattern, "paid leave", True),
            Mark("m", "产", say("产假").pattern, "maternity leave", True),
            Mark("s", "病", say("病假").pattern, "sick leave", True),
            Mark("p", "事", say("事假").pattern, "personal leave", False),
            Mark(ABSENT, "×", say("缺勤").pattern, "absent", False),
            Mark(OFF, "－", say("不在岗").pattern, "not on post", False),
            Mark(UNKNOWN, "？", say("未记录").pattern, "not recorded", False),
        )
    }
)


def days_of(month: date) -> int:
    """How many days the month has."""
    return monthrange(month.year, month.month)[1]


def month_days(month: date) -> list[date]:
    """The days of the month whose first day this is."""
    return [month.replace(day=number) for number in range(1, days_of(month) + 1)]
