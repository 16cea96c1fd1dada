"""How a ratio is measured: both sides in turns, in one run, the median of the turns."""

from __future__ import annotations

import multiprocessing
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from tests.support.world import World


@dataclass(frozen=True, slots=True)
class Ratio:
    """``ours`` and ``raw`` in seconds per unit of work; ``times`` their ratio; ``aim`` the most it should be.

    ``took``: our side in all, in seconds.
    """

    case: str
    database: str
    unit: str
    count: int
    ours: float
    raw: float
    times: float
    aim: float | None
    took: float = 0.0

    @property
    def met(self) -> bool:
        return self.aim is None or self.times <= self.aim

    def line(self) -> str:
        verdict = "" if self.aim is None else ("  met" if self.met else "  MISSED")
        aim = "" if self.aim is None else f"  aim ≤{self.aim:g}"
        return (
            f"{self.database:<11}{self.case:<52}{1 / self.ours:>10,.0f}/s{1 / self.raw:>10,.0f}/s"
            f"{self.times:>7.2f}×{self.took:>8.1f} s{aim}{verdict}"
        )

    def as_json(self) -> dict[str, object]:
        return asdict(self) | {"met": self.met}


def in_turns(
    ours: Sequence[Callable[[], int]], raw: Sequence[Callable[[], int]]
) -> tuple[float, float, float, int, float]:
    """Runs the blocks in turns; each returns how many units it did.

    Seconds per unit (ours, raw), their ratio, units of a side, seconds of our side in all.
    """
    times: dict[str, list[float]] = {"ours": [], "raw": []}
    done, took = 0, 0.0
    for number, (one, other) in enumerate(zip(ours, raw, strict=True)):
        order = [("ours", one), ("raw", other)]
        for name, block in order if number % 2 else reversed(order):
            getattr(block, "ready", lambda: None)()
            start = time.perf_counter()
            units = block()
            seconds = time.perf_counter() - start
            took += seconds if name == "ours" else 0
            times[name].append(seconds / units)
            done += units
    ratio = statistics.median(a / b for a, b in zip(times["ours"], times["raw"], strict=True))
    return statistics.median(times["ours"]), statistics.median(times["raw"]), ratio, done // 2, took


def ratio(
    world: World,
    case: str,
    unit: str,
    ours: Sequence[Callable[[], int]],
    raw: Sequence[Callable[[], int]],
    aim: float | None = None,
) -> Ratio:
    mine, theirs, times, count, took = in_turns(ours, raw)
    name = "SQLite" if world.office.database.is_sqlite else "PostgreSQL"
    return Ratio(case, name, unit, count, mine, theirs, times, aim, took)


def in_processes(world: World, jobs: Sequence[Callable[[], int]]) -> int:
    """Runs each job in a forked process with connections of its own; the units of all together."""
    world.office.database.dispose()
    context = multiprocessing.get_context("fork")
    answers = context.SimpleQueue()

    def run(job: Callable[[], int]) -> None:
        answers.put(job())

    processes = [context.Process(target=run, args=(job,)) for job in jobs]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        if process.exitcode:
            raise RuntimeError(f"a benchmark process ended with {process.exitcode}")
    return sum(answers.get() for _ in processes)
