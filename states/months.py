"""Months as people write them (月份): 2026-06 is the first day of June 2026."""

from __future__ import annotations

import re
from datetime import date

_MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")


def month_of(text: str) -> date | None:
    """The first day of a month that is written as 2026-06, of this century; None for anything else."""
    read = _MONTH.fullmatch(text.strip())
    return date(int(read.group(1)), int(read.group(2)), 1) if read else None


def month_before(day: date) -> date:
    """The first day of the month before the one in which ``day`` lies."""
    return date(day.year - (day.month == 1), (day.month - 2) % 12 + 1, 1)


def months_from(first: date, last: date) -> list[date]:
    """The months from one to another, both with it; all by their first days."""
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    return [date(first.year + (first.month - 1 + n) // 12, (first.month - 1 + n) % 12 + 1, 1) for n in range(count)]
