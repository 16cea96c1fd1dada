"""Transitions: one at a time on one and four connections, and bulk steps of 500."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TypeVar

from benchmarks import raw
from benchmarks.measure import Ratio, in_processes, ratio
from states.plan import Plan
from tests.support.county import CLERK, an_applicant, multiply
from tests.support.world import World
from workflow.engine import bulk, perform

T = TypeVar("T")
ACT = "check"
TURNS = 5


def cases(world: World, *, quick: bool = False) -> Iterator[Ratio]:
    block = 20 if quick else 100
    template = an_applicant(world)
    for connections in (1, 4):
        ids = multiply(world, template, 2 * TURNS * block * connections + block)
        _warm(world, ids[-block:])
        shares = _shares(ids[:-block], 2 * TURNS)
        plans = raw.plans_for(world, [i for share in shares[TURNS:] for i in share], ACT, CLERK, world.clock())
        yield ratio(
            world,
            f"one step at a time, {connections} connection{'s' if connections > 1 else ''}",
            "transition",
            [partial(_ours, world, share, connections) for share in shares[:TURNS]],
            [partial(_raw, world, _ready(world, share), connections) for share in _shares(plans, TURNS)],
            2.0,
        )
    ids = multiply(world, template, 2 * TURNS * 500)
    shares = _shares(ids, 2 * TURNS)
    plans = raw.plans_for(world, [i for share in shares[TURNS:] for i in share], ACT, CLERK, world.clock())
    yield ratio(
        world,
        "bulk steps of 500",
        "transition",
        [partial(_bulk, world, share) for share in shares[:TURNS]],
        [partial(_raw_bulk, world, _ids(share), raw.prepared(world, share)) for share in _shares(plans, TURNS)],
        None,
    )


def _shares(items: Sequence[T], parts: int) -> list[Sequence[T]]:
    size = len(items) // parts
    return [items[n * size : (n + 1) * size] for n in range(parts)]


def _warm(world: World, ids: Sequence[int]) -> None:
    for hire_id in ids:
        perform(world.office, hire_id, ACT, CLERK, world.clock())


def _spread(world: World, work: Callable[[Sequence[int]], int], items: Sequence[int], connections: int) -> int:
    if connections == 1:
        return work(items)
    return in_processes(world, [partial(work, items[n::connections]) for n in range(connections)])


def _ours(world: World, ids: Sequence[int], connections: int) -> int:
    def work(share: Sequence[int]) -> int:
        for hire_id in share:
            perform(world.office, hire_id, ACT, CLERK, world.clock())
        return len(share)

    return _spread(world, work, ids, connections)


def _ready(world: World, plans: Sequence[Plan]) -> list[tuple[int, raw.Calls]]:
    return [(plan.before.id, raw.prepared(world, [plan])) for plan in plans]


def _raw(world: World, ready: Sequence[tuple[int, raw.Calls]], connections: int) -> int:
    def work(share: Sequence[int]) -> int:
        for number in share:
            raw.one_step(world, *ready[number])
        return len(share)

    return _spread(world, work, range(len(ready)), connections)


def _bulk(world: World, ids: Sequence[int]) -> int:
    bulk(world.office, ids, ACT, CLERK, world.clock())
    return len(ids)


def _ids(plans: Sequence[Plan]) -> str:
    return ", ".join(str(plan.before.id) for plan in plans)


def _raw_bulk(world: World, ids: str, calls: raw.Calls) -> int:
    with world.office.database.transaction() as connection:
        found = connection.exec_driver_sql(f"SELECT id, version, stage, state, dossier FROM hire WHERE id IN ({ids})")
        count = len(found.fetchall())
        raw.execute(connection, calls)
    return count
