"""When somebody is told of a day by which something is owed (提醒时点): before it, on it, and once it has passed.

Pure: days in Asia/Shanghai. Of several that have come while nobody looked only the latest is told: one, not many.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum


class Telling(StrEnum):
    """The three letters of one day that is owed."""

    BEFORE = "before"
    DAY = "day"
    OVERDUE = "overdue"


def telling(due_on: date, today: date, ahead: int) -> Telling | None:
    """The letter whose time it is: from ``ahead`` days before, on the day, and after it; None while it is early."""
    if today > due_on:
        return Telling.OVERDUE
    if today == due_on:
        return Telling.DAY
    return Telling.BEFORE if today >= due_on - timedelta(days=ahead) else None
