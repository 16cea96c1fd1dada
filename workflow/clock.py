"""The one place that asks the time (时钟). Moments are aware UTC; days are Asia/Shanghai.

A demo may run ahead of the world by an offset (``DemoClock``); everything else is handed the moment it needs.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from states.clocks import local_day

Now = Callable[[], datetime]


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def today(at: datetime | None = None) -> date:
    """The day in Asia/Shanghai."""
    return local_day(at or now())


def shifted(offset: Callable[[], timedelta]) -> Now:
    """A clock that runs ahead of the world by what ``offset`` says each time it is asked (演示时钟)."""
    return lambda: now() + offset()
