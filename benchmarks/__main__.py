"""``python -m benchmarks``: every case on PostgreSQL and SQLite, printed and kept as JSON.

Aims that are missed are named as such; the exit code stays 0, because a figure of a busy machine is not a fault.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import audit, pages, pay, steps, sweeps, worklists
from benchmarks.measure import Ratio
from tests.support.county import a_county
from tests.support.postgres import Cluster
from tests.support.world import World

CASES: dict[str, Callable[..., Iterator[Ratio]]] = {
    "steps": steps.cases,
    "sweeps": sweeps.cases,
    "worklists": worklists.cases,
    "pages": pages.cases,
    "pay": pay.cases,
    "audit": audit.cases,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", choices=[[], *CASES], help="which cases (default: all)")
    parser.add_argument("--quick", action="store_true", help="a tenth of the size: to see that it runs")
    parser.add_argument("--only", choices=["sqlite", "postgresql"], help="one database")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results.json"), help="where the JSON goes")
    chosen = parser.parse_args()
    names = chosen.cases or list(CASES)
    found: list[Ratio] = []
    print(f"{'database':<11}{'case':<52}{'ours':>12}{'raw':>12}{'ratio':>8}{'ours took':>10}", flush=True)
    for name in names:
        for ratio in _on_both(CASES[name], chosen.only, chosen.quick):
            print(ratio.line(), flush=True)
            found.append(ratio)
    missed = [ratio.case for ratio in found if not ratio.met]
    print(f"{len(found)} cases, {len(missed)} aims missed" + (f": {'; '.join(missed)}" if missed else ""))
    load = [round(number, 1) for number in os.getloadavg()]
    print(f"load average of this machine at the end: {load}, on {os.cpu_count()} processors")
    machine = {"load": load, "cpus": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()}
    document = {"machine": machine, "quick": chosen.quick, "cases": [ratio.as_json() for ratio in found]}
    chosen.out.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _on_both(case: Callable[..., Iterator[Ratio]], only: str | None, quick: bool) -> Iterator[Ratio]:
    if only != "postgresql":
        with tempfile.TemporaryDirectory() as folder:
            yield from _in(a_county(f"sqlite:///{folder}/bench.db"), case, quick)
    if only != "sqlite":
        with Cluster.running() as cluster:
            yield from _in(a_county(cluster.new_database()), case, quick)


def _in(world: World, case: Callable[..., Iterator[Ratio]], quick: bool) -> Iterator[Ratio]:
    try:
        yield from case(world, quick=quick)
    finally:
        world.close()


if __name__ == "__main__":
    main()
