"""Processes that are killed: children forked from a warm parent, SIGKILLed at a named place or at a random moment.

Every acknowledged step goes into a journal (a pipe) before the next one begins, so the checker knows what may not be
missing. What a child had not acknowledged may be there or not, but whole.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy.exc import OperationalError

from tests.support.checker import faults_of
from tests.support.county import CLERK, multiply
from tests.support.world import World
from workflow import failpoints
from workflow.engine import perform
from workflow.timers import sweep

STEP_POINTS = (
    "after_begin",
    "after_read",
    "after_decide",
    "before_write",
    "after_write",
    "before_commit",
    "after_commit",
)
SWEEP_POINTS = ("after_claim", "after_write", "before_commit", "after_commit")
PER_CHILD = 12


@dataclass(slots=True)
class Killed:
    """What the trials did: kills that hit a child at work, steps acknowledged, and everything the checker found."""

    trials: int = 0
    kills: int = 0
    acknowledged: int = 0
    faults: list[str] = field(default_factory=list)

    def line(self, what: str) -> str:
        return (
            f"{what}: {self.trials} trials, {self.kills} kills, {self.acknowledged} steps acknowledged,"
            f" {len(self.faults)} half done, lost or doubled"
        )


def _child(world: World, work: Callable[[int], None], armed: str | None) -> tuple[int, int]:
    """Forks; the child works with its own connections and leaves without cleaning up. Returns pid and journal."""
    world.office.database.dispose()
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(reading)
            failpoints.arm(armed)
            work(writing)
        finally:
            os._exit(0)
    os.close(writing)
    return pid, reading


def kill_steps(world: World, template: int, trials: int, seed: int, points: Sequence[str | None]) -> Killed:
    """Children take steps of fresh hires; each dies at the named point in turn, or (None) at a random moment."""
    killed, dice = Killed(), random.Random(seed)
    ids = multiply(world, template, trials * PER_CHILD)
    for trial in range(trials):
        share = ids[trial * PER_CHILD : (trial + 1) * PER_CHILD]
        point = points[trial % len(points)]
        armed = None if point is None else f"{point}:{dice.randint(1, PER_CHILD)}"

        def work(journal: int, share: Sequence[int] = share) -> None:
            for hire_id in share:
                perform(world.office, hire_id, "check", CLERK, world.clock())
                os.write(journal, f"{hire_id}\n".encode())

        pid, journal = _child(world, work, armed)
        with os.fdopen(journal) as lines:
            first = [lines.readline() for _ in range(dice.randint(0, PER_CHILD - 2))] if point is None else []
            if point is None:
                # somewhere within the next steps, so that the kill meets a child at work
                time.sleep(dice.uniform(0.0, 0.006))
                os.kill(pid, signal.SIGKILL)
            _, status = os.waitpid(pid, 0)
            journalled = [int(line) for line in (*first, *lines) if line.endswith("\n")]
        _judge(world, killed, share, journalled, os.WIFSIGNALED(status))
    return killed


def _judge(world: World, killed: Killed, share: Sequence[int], acknowledged: Sequence[int], died: bool) -> None:
    killed.trials += 1
    killed.kills += died
    killed.acknowledged += len(acknowledged)
    with world.office.database.reading() as connection:
        killed.faults += faults_of(connection, share)
        marks = ", ".join(str(hire_id) for hire_id in share)
        rows = connection.exec_driver_sql(f"SELECT id, stage FROM hire WHERE id IN ({marks})")
        found: dict[int, str] = {row[0]: row[1] for row in rows}
    killed.faults += [f"hire {i}: acknowledged and lost" for i in acknowledged if found[i] != "checked"]
    # at most the one step under way when the child died may be there without a word
    silent = [i for i in share if found[i] == "checked" and i not in acknowledged]
    if len(silent) > 1:
        killed.faults.append(f"steps nobody took: {silent}")


def kill_sweepers(
    world: World, template: int, timers: int, seed: int, *, workers: int = 4, every: float = 1.0, batch: int = 100
) -> Killed:
    """Workers over many due timers, one of them killed and replaced every so often, until nothing is due."""
    killed, dice = Killed(), random.Random(seed)
    ids = multiply(world, template, timers)
    world.clock.moment = world.clock.moment.replace(day=world.clock.moment.day + 8)

    def work(_journal: int) -> None:
        while True:
            try:
                if sweep(world.office, world.clock(), batch=batch, until_empty=False).handled == 0:
                    return
            except OperationalError:
                continue  # the database was busy with another worker's transaction

    def start() -> int:
        point = dice.choice((None, *SWEEP_POINTS))
        pid, journal = _child(world, work, None if point is None else f"{point}:{dice.randint(2, 9)}")
        os.close(journal)
        return pid

    running = {start() for _ in range(workers)}
    last = time.monotonic()
    while running:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid in running:
            running.discard(pid)
            if os.WIFSIGNALED(status):
                killed.kills += 1
                running.add(start())
        elif time.monotonic() - last >= every:
            last = time.monotonic()
            os.kill(dice.choice(sorted(running)), signal.SIGKILL)
        else:
            time.sleep(0.005)
    killed.trials = 1
    _judge_sweep(world, killed, ids)
    return killed


def _judge_sweep(world: World, killed: Killed, ids: Sequence[int]) -> None:
    sweep(world.office, world.clock())  # nothing may be left; if something is, it shows as a missing exactly-once below
    with world.office.database.reading() as connection:
        killed.faults += faults_of(connection, ids)
        low, high = min(ids), max(ids)
        for table, what, where in (
            ("audit_entry", "entries", "act = 'remind:first_check'"),
            ("outbox", "letters", "template = 'remind_first_check'"),
        ):
            rows = connection.exec_driver_sql(
                f"SELECT hire_id, count(*) FROM {table}"
                f" WHERE {where} AND hire_id BETWEEN {low} AND {high} GROUP BY hire_id"
            )
            counts = {row[0]: row[1] for row in rows}
            killed.faults += [f"hire {i}: {counts.get(i, 0)} {what}" for i in ids if counts.get(i, 0) != 1]
        killed.acknowledged = len(ids)
