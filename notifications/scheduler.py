"""The ticks (节拍) that wake the service: due timers, letters, e-mails, loads, figures, help for those who left.

APScheduler only wakes us. It knows no hire and no deadline and stores nothing: what is due are rows, compared with the
moment of the tick. A tick that was missed is made up for by the next one.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import insert, select, update

from notifications.delivery import address
from notifications.sending import deliver_mail
from workflow import clock
from workflow.aftercare import open_due
from workflow.calendar_years import take_up
from workflow.due_letters import remind_due
from workflow.figures import keep_figures
from workflow.office import Office
from workflow.settings import Settings
from workflow.tables import metadata
from workflow.timers import sweep

log = logging.getLogger(__name__)

PREFIX = "tick:"
_setting = metadata.tables["setting"]


@dataclass(frozen=True, slots=True)
class Tick:
    """What happens at each beat: ``run`` is handed the moment (aware, UTC)."""

    name: str
    run: Callable[[datetime], object]


def ticks(office: Office, settings: Settings, stopping: Callable[[], bool] = lambda: False) -> tuple[Tick, ...]:
    """The ticks. ``stopping`` is asked between letters, so that a worker that is told to stop does."""
    mail = settings.smtp_host is not None
    return (
        Tick("timers", lambda at: sweep(office, at)),
        Tick("letters", lambda at: address(office, at, mail=mail)),
        Tick("mail", lambda at: deliver_mail(office, settings, at, stopping=stopping)),
        Tick("years", lambda at: take_up(office, at, stopping=stopping)),
        Tick("figures", lambda at: keep_figures(office, at)),
        Tick("aftercare", lambda at: open_due(office, at)),
        Tick("due", lambda at: remind_due(office, at)),
    )


def beat(office: Office, tick: Tick) -> bool:
    """Runs one tick at the office's present moment and records it. A fault is logged: the next beat tries again."""
    at = office.now()
    try:
        done = tick.run(at)
        _record(office, tick.name, at)
    except Exception:
        log.exception("a tick failed", extra={"tick": tick.name})
        return False
    log.debug("tick", extra={"tick": tick.name, "done": str(done)})
    return True


def last_ticks(office: Office) -> dict[str, datetime]:
    """When each tick last ran to its end, by name, in the office's own time (UTC); absent if it never did."""
    query = select(_setting.c.name, _setting.c.value).where(_setting.c.name.startswith(PREFIX))
    with office.database.reading() as connection:
        found = connection.execute(query).all()
    return {row.name.removeprefix(PREFIX): datetime.fromisoformat(row.value) for row in found}


def scheduler_of(beats: tuple[Tick, ...], office: Office, seconds: float) -> BackgroundScheduler:
    """A scheduler, not yet started, that beats every ``seconds``, first at once; each tick in a thread of its own."""
    scheduler = BackgroundScheduler(
        jobstores={"default": MemoryJobStore()},
        executors={"default": ThreadPoolExecutor(len(beats))},
        # never twice at a time, never given up for being late, and one beat for all that were missed
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        timezone=UTC,
    )
    for tick in beats:
        scheduler.add_job(beat, "interval", (office, tick), seconds=seconds, id=tick.name, next_run_time=clock.now())
    return scheduler


def _record(office: Office, name: str, at: datetime) -> None:
    values: dict[str, Any] = {"value": at.astimezone(UTC).isoformat(), "changed_at": at}
    key = PREFIX + name
    with office.database.transaction() as connection:
        known = connection.execute(update(_setting).where(_setting.c.name == key).values(**values)).rowcount
        if not known:
            connection.execute(insert(_setting).values(name=key, **values))
