"""``make soak``: the full number of kills, on both databases, and thousands of careers with pay.

Ends with a non-zero code if anything was found.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from random import Random

from tests.support.careers import a_career
from tests.support.county import a_county, an_applicant
from tests.support.kills import STEP_POINTS, Killed, kill_steps, kill_sweepers
from tests.support.paper import Paper
from tests.support.pay_proofs import faults
from tests.support.postgres import Cluster
from tests.support.world import World


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=1000, help="kills of single steps on each database")
    parser.add_argument("--timers", type=int, default=4000, help="due timers for four workers on each database")
    parser.add_argument("--careers", type=int, default=5000, help="careers with pay, on paper")
    parser.add_argument("--seed", type=int, default=20260101)
    chosen = parser.parse_args()
    print(f"seed {chosen.seed}")
    bad = 0
    for name, world in _worlds():
        for what, killed in _trials(world, chosen):
            print(f"{name}: {killed.line(what)}", flush=True)
            for fault in killed.faults[:20]:
                print(f"  {fault}", flush=True)
            bad += len(killed.faults)
        world.close()
    bad += _careers(chosen.careers, chosen.seed)
    return 1 if bad else 0


def _careers(number: int, seed: int) -> int:
    """Lives so many careers; prints what speaks against any of them and returns in how many something does."""
    bad = 0
    for n in range(number):
        career = a_career(Random(seed + n))
        if found := faults(Paper(career).live().record):
            bad += 1
            print(f"  career {seed + n}: {found[:3]}", flush=True)
    print(f"{number} careers with pay, {bad} with a fault", flush=True)
    return bad


def _worlds() -> Iterator[tuple[str, World]]:
    with tempfile.TemporaryDirectory() as folder:
        yield "SQLite", a_county(f"sqlite:///{folder}/soak.db")
    with Cluster.running() as cluster:
        yield "PostgreSQL", a_county(cluster.new_database())


def _trials(world: World, chosen: argparse.Namespace) -> Iterator[tuple[str, Killed]]:
    half = chosen.kills // 2
    template = an_applicant(world)
    yield "steps killed at named places", kill_steps(world, template, half, chosen.seed, STEP_POINTS)
    yield "steps killed at random moments", kill_steps(world, template, chosen.kills - half, chosen.seed + 1, (None,))
    yield "4 workers, one killed each second", kill_sweepers(world, template, chosen.timers, chosen.seed + 2)


if __name__ == "__main__":
    sys.exit(main())
