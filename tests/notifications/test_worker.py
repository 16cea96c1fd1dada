"""The ticks keep going, whatever fails in one of them, and stop when told to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from notifications.scheduler import Tick, beat, last_ticks, scheduler_of, ticks
from notifications.worker import EmbeddedWorker
from tests.notifications.support import Room, a_room
from tests.support.smtp import MailServer

ROOT = Path(__file__).parents[2]
NAMES = {"timers", "letters", "mail", "years", "figures", "aftercare", "due"}


@pytest.fixture
def room(migrated_url: str) -> Iterator[Room]:
    with a_room(migrated_url) as room:
        yield room


def until(true: Callable[[], object], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.05)


def test_the_ticks_and_nothing_else_and_none_is_given_up_for_being_late(room: Room) -> None:
    scheduler = scheduler_of(ticks(room.office, room.settings), room.office, 20)
    jobs = {job.id: job for job in scheduler.get_jobs()}
    assert set(jobs) == NAMES
    scheduler.start(paused=True)
    try:
        for job in scheduler.get_jobs():
            assert (job.coalesce, job.max_instances, job.misfire_grace_time) == (True, 1, None)
            assert job.trigger.interval == timedelta(seconds=20)
    finally:
        scheduler.shutdown()


def test_a_beat_uses_the_clock_of_the_office_and_is_recorded(room: Room) -> None:
    seen: list[datetime] = []
    assert last_ticks(room.office) == {}
    assert beat(room.office, Tick("timers", seen.append))
    assert seen == [room.at]
    assert last_ticks(room.office) == {"timers": room.at}
    room.later(minutes=1)
    assert beat(room.office, Tick("timers", seen.append))
    assert last_ticks(room.office) == {"timers": room.at}


def test_a_tick_that_fails_is_logged_and_not_recorded(room: Room, caplog: pytest.LogCaptureFixture) -> None:
    def fail(_at: datetime) -> None:
        raise RuntimeError("the disk is full")

    assert not beat(room.office, Tick("mail", fail))
    assert last_ticks(room.office) == {}
    assert "the disk is full" in caplog.text


def test_one_failing_tick_does_not_stop_the_others(room: Room) -> None:
    beats: list[str] = []

    def fail(_at: datetime) -> None:
        beats.append("failed")
        raise RuntimeError

    pair = (Tick("timers", fail), Tick("mail", lambda _: beats.append("done")))
    scheduler = scheduler_of(pair, room.office, 0.2)
    scheduler.start()
    try:
        until(lambda: beats.count("failed") > 2 and beats.count("done") > 2)
    finally:
        scheduler.shutdown()


def test_a_slow_tick_is_not_started_a_second_time(room: Room) -> None:
    """It takes as long as three turns of the tick beside it."""
    under_way: list[int] = []
    most: list[int] = []
    beats: list[int] = []
    overtaken = threading.Event()

    def slow(_at: datetime) -> None:
        under_way.append(1)
        most.append(len(under_way))
        overtaken.wait(1)
        overtaken.clear()
        under_way.pop()

    def quick(_at: datetime) -> None:
        beats.append(1)
        if len(beats) % 3 == 0:
            overtaken.set()

    scheduler = scheduler_of((Tick("mail", slow), Tick("timers", quick)), room.office, 0.2)
    scheduler.start()
    try:
        until(lambda: len(most) >= 3)
    finally:
        scheduler.shutdown()
    assert max(most) == 1


def test_an_embedded_worker_carries_a_letter_all_the_way(room: Room, mail_server: MailServer) -> None:
    room.account("town")
    room.letter(room.hires()[0])
    settings = room.mailing(mail_server).model_copy(update={"tick_seconds": 0.2})
    worker, others = EmbeddedWorker(room.office, settings), set(threading.enumerate())
    worker.start()
    worker.start()  # a second start changes nothing
    own = set(threading.enumerate()) - others
    try:
        assert mail_server.wait_for(1, seconds=30)[0].recipients == ("town@example.org",)
        until(lambda: set(last_ticks(room.office)) == NAMES)
    finally:
        worker.stop()
    worker.stop()
    assert len(mail_server.letters) == 1
    assert own and not any(thread.is_alive() for thread in own), "nothing is left that could tick"


WORK = """
import sys
from notifications.worker import run_worker
from workflow.office import Office
from workflow.settings import Settings
settings = Settings(database_url=sys.argv[1], tick_seconds=0.2)
office = Office.open(settings)
run_worker(office, settings)
office.database.dispose()
print("farewell")
"""


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_a_worker_that_is_told_to_stop_says_farewell(room: Room, migrated_url: str, told: signal.Signals) -> None:
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", WORK, migrated_url], cwd=ROOT, env=os.environ.copy(),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        until(lambda: set(last_ticks(room.office)) == NAMES or process.poll() is not None, seconds=60)
        process.send_signal(told)
        out, err = process.communicate(timeout=30)
    finally:
        process.kill()
    assert (process.returncode, out.strip()) == (0, "farewell"), err
    assert "Traceback" not in err
