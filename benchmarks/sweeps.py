"""Sweeps: many due timers at once, with one and two workers, against the raw claim in batches and the same writes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import orjson

from benchmarks import raw
from benchmarks.measure import Ratio, in_processes, ratio
from states.decide import decide_timer
from tests.support.county import an_applicant, multiply
from tests.support.world import World
from workflow.reading import load_due
from workflow.timers import sweep

BATCH = 500
Section = dict[str, list[Any]]


def cases(world: World, *, quick: bool = False) -> Iterator[Ratio]:
    """Each timer is a reminder that has fallen due: an entry in the trail, a letter, a task, the next reminder."""
    template = an_applicant(world)
    for total in (1_000, 10_000) if quick else (10_000, 100_000):
        for workers in (1, 2):
            turns = 3 if total <= 10_000 else 1
            yield ratio(
                world,
                f"sweep of {total:,} due timers, {workers} worker{'s' if workers > 1 else ''}",
                "timer",
                [_Ours(world, template, total, workers) for _ in range(turns)],
                [_Raw(world, template, total, workers) for _ in range(turns)],
                3.0,
            )


class _Prepared:
    """A block that makes its own due timers before the clock starts (``ready``)."""

    def __init__(self, world: World, template: int, total: int, workers: int) -> None:
        self.world, self.template, self.total, self.workers = world, template, total, workers
        self.at = world.clock()

    def ready(self) -> None:
        multiply(self.world, self.template, self.total)
        self.at = self.world.clock() + timedelta(days=8)


class _Ours(_Prepared):
    def __call__(self) -> int:
        if self.workers == 1:
            return sweep(self.world.office, self.at, batch=BATCH).fired
        job = partial(_sweep, self.world, self.at)
        return in_processes(self.world, [job] * self.workers)


def _sweep(world: World, at: datetime) -> int:
    return sweep(world.office, at, batch=BATCH).fired


class _Raw(_Prepared):
    def ready(self) -> None:
        super().ready()
        self.sections = _sections(self.world, self.at)

    def __call__(self) -> int:
        job = partial(_raw_sweep, self.world, self.sections, self.at)
        return job() if self.workers == 1 else in_processes(self.world, [job] * self.workers)


def _sections(world: World, at: datetime) -> Mapping[int, tuple[Any, ...]]:
    """For each due hire the rows that firing it writes, made ready: statement → parameters, or the JSON sections."""
    found: dict[int, tuple[Any, ...]] = {}
    with world.office.database.reading() as connection:
        sql = "SELECT DISTINCT hire_id FROM timer WHERE status = 'pending' AND wake_at <= ?"
        ids = [row[0] for row in connection.exec_driver_sql(world.office._sql(sql), (world.office.moment(at),))]
        for start in range(0, len(ids), 1000):
            for hire, timers in load_due(connection, ids[start : start + 1000], at):
                rules = world.office.rulebook.rules(hire.procedure)
                plan = decide_timer(hire, timers[0], at, rules, world.office.setting)
                assert plan is not None
                found[hire.id] = _unpacked(world, raw.prepared(world, [plan]))
    return found


def _unpacked(world: World, calls: raw.Calls) -> tuple[Any, ...]:
    if world.office.database.is_sqlite:
        return tuple(calls)
    ((statement, (text,)),) = calls
    return statement, orjson.loads(text)


def _raw_sweep(world: World, sections: Mapping[int, tuple[Any, ...]], at: datetime) -> int:
    write = _write_sqlite if world.office.database.is_sqlite else _write_pg
    done = 0
    while True:
        with world.office.database.transaction() as connection:
            claimed = [row[0] for row in raw.claim(world, connection, at, BATCH)]
            if not claimed:
                return done
            write(connection, [sections[hire_id] for hire_id in claimed])
            done += len(claimed)


def _write_sqlite(connection: Any, calls: Sequence[tuple[Any, ...]]) -> None:
    merged: dict[str, list[Any]] = defaultdict(list)
    for hire in calls:
        for statement, parameters in hire:
            merged[statement] += parameters if isinstance(parameters, list) else [parameters]
    for statement, parameters in merged.items():
        connection.exec_driver_sql(statement, parameters)


def _write_pg(connection: Any, calls: Sequence[tuple[Any, ...]]) -> None:
    document: Section = defaultdict(list)
    for _, sections in calls:
        for section, rows in sections.items():
            document[section] += rows
    connection.exec_driver_sql(calls[0][0], (orjson.dumps(document).decode(),))
