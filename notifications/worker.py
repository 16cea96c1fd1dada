"""The worker (后台): keeps the ticks going, in a process of its own or inside the web process.

Any number of workers may run: what each does is claimed row by row. Stopping waits for the tick under way; being killed
instead loses nothing.
"""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Self

from apscheduler.schedulers.background import BackgroundScheduler

from notifications.scheduler import scheduler_of, ticks
from workflow.office import Office
from workflow.settings import Settings

log = logging.getLogger(__name__)

SIGNALS = (signal.SIGTERM, signal.SIGINT)


class EmbeddedWorker:
    """Ticks in threads of this process, between ``start`` and ``stop``; also a context manager."""

    def __init__(self, office: Office, settings: Settings) -> None:
        self._office, self._settings = office, settings
        self._stopping = threading.Event()
        self._scheduler: BackgroundScheduler | None = None

    def start(self) -> None:
        """Starts the ticks, the first at once. Does nothing if they are already going."""
        if self._scheduler is None:
            self._stopping.clear()
            # a beat that finds the one before still at work is no news: it has coalesced
            logging.getLogger("apscheduler").setLevel(logging.ERROR)
            beats = ticks(self._office, self._settings, self._stopping.is_set)
            self._scheduler = scheduler_of(beats, self._office, self._settings.tick_seconds)
            self._scheduler.start()

    def stop(self) -> None:
        """Ends the ticks and waits for those under way."""
        self._stopping.set()
        scheduler, self._scheduler = self._scheduler, None
        if scheduler is not None:
            scheduler.shutdown(wait=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()


def run_worker(office: Office, settings: Settings) -> None:
    """Ticks until SIGTERM or SIGINT, then finishes what is under way and returns. For the main thread of a process."""
    with _told_to_stop() as told, EmbeddedWorker(office, settings):
        log.info("the worker ticks every %s s", settings.tick_seconds)
        told.wait()
    log.info("the worker has stopped")


@contextmanager
def _told_to_stop() -> Iterator[threading.Event]:
    told = threading.Event()

    def tell(_signal: int, _frame: FrameType | None) -> None:
        told.set()

    before = {number: signal.signal(number, tell) for number in SIGNALS}
    try:
        yield told
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
