"""The verification of the audit trail against merely hashing the stored bytes."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

from benchmarks.measure import Ratio
from tests.support.county import CLERK, an_applicant, multiply
from tests.support.world import World
from workflow.audit import speed
from workflow.engine import bulk


def cases(world: World, *, quick: bool = False) -> Iterator[Ratio]:
    hires = 2_000 if quick else 20_000
    ids = multiply(world, an_applicant(world), hires)
    for start in range(0, hires, 500):
        bulk(world.office, ids[start : start + 500], "check", CLERK, world.clock())
    speeds = [speed(world.office) for _ in range(4)][1:]  # the first one fills the caches
    entries = speeds[0].entries
    yield Ratio(
        case=f"verification of {entries:,} entries",
        database="SQLite" if world.office.database.is_sqlite else "PostgreSQL",
        unit="entry",
        count=entries,
        ours=statistics.median(s.verifying for s in speeds) / entries,
        raw=statistics.median(s.hashing for s in speeds) / entries,
        times=statistics.median(s.verifying / s.hashing for s in speeds),
        aim=2.0,
    )
