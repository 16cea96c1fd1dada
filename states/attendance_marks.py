"""The marks of attendance (考勤符号): what a day was, its sign on the paper, and whether it counts for the pay."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

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
            Mark(PRESENT, "√", "出勤", "present", True),
            Mark(REST, "休", "休息", "rest day", True),
            Mark("a", "年", "带薪休假", "paid leave", True),
            Mark("m", "产", "产假", "maternity leave", True),
            Mark("s", "病", "病假", "sick leave", True),
            Mark("p", "事", "事假", "personal leave", False),
            Mark(ABSENT, "×", "缺勤", "absent", False),
            Mark(OFF, "－", "不在岗", "not on post", False),
            Mark(UNKNOWN, "？", "未记录", "not recorded", False),
        )
    }
)


def days_of(month: date) -> int:
    """How many days the month has."""
    return monthrange(month.year, month.month)[1]
