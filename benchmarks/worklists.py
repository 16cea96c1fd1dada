"""The worklist over 200,000 hires: a clerk of one town, an officer with 20 towns, an officer of the county."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from benchmarks.measure import Ratio, ratio
from states.facts import Actor, Grant
from states.vocabulary import Role
from tests.support.county import COUNTY, DAY, TOWNS, an_applicant, multiply, town
from tests.support.world import World
from workflow.queries.scope import scoped
from workflow.queries.tasks import worklist

RAW = """
SELECT t.hire_id, t.name, t.role, t.region, t.due_on, h.version, h.procedure, h.kind, h.stage, h.state, h.dossier,
 n.id, n.name, p.id, p.title, p.employer
FROM task t JOIN hire h ON h.id = t.hire_id JOIN opening o ON o.id = h.opening_id JOIN post p ON p.id = o.post_id
LEFT JOIN person n ON n.id = h.person_id
WHERE t.role = 'employer' AND ({regions}) AND t.due_on IS NOT NULL ORDER BY t.due_on, t.hire_id, t.name LIMIT 51
"""


def cases(world: World, *, quick: bool = False) -> Iterator[Ratio]:
    total = 20_000 if quick else 200_000
    multiply(world, an_applicant(world), total)
    spread(world)
    for name, regions in (
        ("one town", [town(3)]),
        ("20 towns, one by one", [town(n) for n in range(TOWNS)]),
        ("the whole county", [COUNTY]),
    ):
        actor = Actor(1, "clerk", "clerk", tuple(Grant(Role.EMPLOYER, region) for region in regions))
        yield ratio(
            world,
            f"worklist over {total:,} hires, {name}",
            "page",
            _blocks(partial(_ours, world, actor)),
            _blocks(partial(_raw, world, regions)),
            2.0,
        )


def _blocks(page: Callable[[], Sequence[Any]]) -> list[Callable[[], int]]:
    """Seven turns of twenty pages; the first page of all warms the caches before the clock starts."""

    class Block:
        def ready(self) -> None:
            assert len(page()) >= 50

        def __call__(self) -> int:
            for _ in range(20):
                page()
            return 20

    return [Block() for _ in range(7)]


def spread(world: World) -> None:
    """Due days over two years, so that the order means something; every tenth period ends on one and the same day."""
    sqlite = world.office.database.is_sqlite

    def on(number: str) -> str:
        return f"date('{DAY}', '+' || {number} || ' days')" if sqlite else f"date '{DAY}' + ({number})::int"

    ends = "CASE WHEN mod(hire_id / 7, 10) = 0 THEN 21 ELSE mod(hire_id, 700) END"
    with world.office.database.transaction() as connection:
        connection.exec_driver_sql(f"UPDATE task SET due_on = {on('mod(hire_id, 700)')} WHERE due_on IS NOT NULL")
        connection.exec_driver_sql(f"UPDATE timer SET legal_on = {on(f'({ends})')}")
    with world.office.database.single() as connection:
        # as the server does by itself before long: without it no index can answer alone
        connection.exec_driver_sql("ANALYZE" if sqlite else "VACUUM ANALYZE")


def _ours(world: World, actor: Actor) -> Sequence[Any]:
    with world.office.database.reading() as connection:
        return worklist(connection, scoped(actor), DAY, limit=50, actor=actor).lines


def _raw(world: World, regions: Sequence[str]) -> Sequence[Any]:
    ranges = " OR ".join(f"t.region BETWEEN '{code}' AND '{code.ljust(12, 'Z')}'" for code in regions)
    with world.office.database.reading() as connection:
        return connection.exec_driver_sql(RAW.format(regions=ranges)).fetchall()
