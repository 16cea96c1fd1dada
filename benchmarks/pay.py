"""Liaocheng at its real size: the 27,600 posts of the annex of 2022, filled with synthetic people.

A December round (assessments proposed, ruled on, renewals decided, many at once) and a year of monthly sheets: each is
made, handed in, approved by two and paid, which reckons its rows five times. Against them stands one plain statement
that writes as many rows. Three sizes, each four times the last, show how it grows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from typing import Any

from benchmarks.measure import Ratio, ratio
from states.attendance_marks import days_of
from states.clocks import moment
from states.facts import Actor, Grant
from states.loading import Catalogue
from states.vocabulary import Role
from tests.support.county import multiply
from tests.support.lives import LIAOCHENG, URBAN, begin, live
from tests.support.world import MORNING, World, officer
from tests.support.year import beginning, months
from workflow import pay_sheets
from workflow.engine import bulk
from workflow.pay_sheets import Order

DOCUMENT = "liaocheng-2022-4"
JULY = date(2022, 7, 1)
#: townships of a district, and villages of a township: so that a sheet has some 250 people, as a township has
TOWNSHIPS, VILLAGES = 10, 5
BATCH = 500
#: three natural persons: who proposes and makes, who rules and decides, and for the sheets who approves
CLERK = Actor(1, "clerk", "clerk", (Grant(Role.TOWNSHIP, ""), Grant(Role.VILLAGE, "")))
RULER = officer("ruler", Role.TOWNSHIP, "", 2)
HRSS, FINANCE = officer("hrss", Role.HRSS, "", 3), officer("finance", Role.FINANCE, "", 4)


@dataclass(frozen=True)
class District:
    """A district of the annex: its code, and how many people serve on which kind of post."""

    region: str
    places: dict[str, int]
    number: int = TOWNSHIPS

    @property
    def townships(self) -> list[str]:
        return [f"{self.region}{900 + n}" for n in range(self.number)]

    def villages(self) -> list[str]:
        return [f"{town}{900 + n}" for town in self.townships for n in range(VILLAGES)]


def annex(part: int = 1) -> list[District]:
    """The districts of the annex of 2022, each with so many times fewer people in fewer townships."""
    quotas = Catalogue.load().current(DOCUMENT).quotas
    lines = next(quota for quota in quotas if quota.kind == "districts_2022").allocations
    return [
        District(line.region, {kind: max(1, n // part) for kind, n in line.places.items()}, -(-TOWNSHIPS // part))
        for line in lines
    ]


def cases(world: World, *, quick: bool = False, largest: int = 1) -> Iterator[Ratio]:
    """``largest``: so many times fewer people than the annex has, for a machine with little time."""
    templates = _templates(world)
    there: dict[tuple[str, str], int] = {}
    parts = (2400, 1200, 600) if quick else (16 * largest, 4 * largest, largest)
    sheets = months(JULY, 1 if quick else 12)
    for part in parts:
        districts = annex(part)
        new = [hire for district in districts for hire in _fill(world, templates, district, there)]
        people = sum(there.values())
        yield from _december(world, new, people)
        world.clock.moment = moment(date(2023, 7, 5)) + MORNING
        _attended(world, sheets)
        towns = [town for district in districts for town in district.townships]
        yield ratio(
            world,
            f"{len(sheets)} months of pay sheets, {people:,} people",
            "line",
            [partial(_month, world, towns, month, people) for month in sheets],
            [partial(_copied, world, _LINES, people) for _ in sheets],
        )
        _forget(world)


# ---- people --------------------------------------------------------------------------------------------------------


def _templates(world: World) -> dict[str, int]:
    """One person on a rural post and one on an urban one, hired by the book, and every place of the annex."""
    stops = [beginning(stop, JULY) for stop in LIAOCHENG.lives["resigned"] if stop.act != "resign"]
    counties = [
        replace(county, lives={county.kind: tuple(stops)}, post={"monthly_fen": 200_000})
        for county in (LIAOCHENG, URBAN)
    ]
    begun = begin(world, counties)
    live(world, begun, JULY + timedelta(1))
    known = {row[0] for row in world.ask("SELECT code FROM region")}
    for codes in zip(*((d.region, *d.townships, *d.villages()) for d in annex()), strict=True):
        world.add_regions({code: f"地区{code}" for code in codes if code not in known})
    return {life.name: life.hire_id for life in begun}


def _fill(
    world: World, templates: dict[str, int], district: District, there: dict[tuple[str, str], int]
) -> Sequence[int]:
    """Copies until the district has as many people as it should."""
    made: list[int] = []
    for kind, wanted in district.places.items():
        key = (district.region, kind)
        if wanted > there.get(key, 0):
            made += multiply(world, templates[kind], wanted - there.get(key, 0), district.villages())
            there[key] = wanted
    return made


# ---- the December round ------------------------------------------------------------------------------------------


def _december(world: World, ids: Sequence[int], people: int) -> Iterator[Ratio]:
    """Whoever is new is assessed, ruled on and renewed, five hundred in a transaction."""
    world.clock.moment = moment(date(2022, 12, 20)) + MORNING
    acts: tuple[tuple[str, Actor, dict[str, Any]], ...] = (
        ("assess", CLERK, {"year": 2022, "grade": "passed"}),
        ("rule_assessment", RULER, {}),
        ("decide_renew", RULER, {"reason": "考核合格，继续聘用"}),
    )
    for act, by, payload in acts:
        yield ratio(
            world,
            f"December round: {act}, {len(ids):,} of {people:,} people",
            "hire",
            [partial(_round, world, ids, act, by, payload)],
            [partial(_copied, world, _ENTRIES.format(act=act), len(ids))],
        )


def _round(world: World, ids: Sequence[int], act: str, by: Actor, payload: dict[str, Any]) -> int:
    for start in range(0, len(ids), BATCH):
        outcome = bulk(world.office, ids[start : start + BATCH], act, by, world.clock(), payload)
        refused = [one for one in outcome if isinstance(one, Exception)]
        if refused:
            raise refused[0]
    return len(ids)


# ---- a year of sheets --------------------------------------------------------------------------------------------


def _attended(world: World, sheets: Sequence[date]) -> None:
    with world.office.database.transaction() as connection:
        for month in sheets:
            connection.exec_driver_sql(
                "INSERT INTO attendance (hire_id, month, marks, source, version, recorded_by, recorded_at)"
                f" SELECT id, '{month}', '{'1' * days_of(month)}', 'page', 1, 'x', '2023-07-05 00:00:00' FROM hire"
                " WHERE serving"
            )


def _month(world: World, towns: Sequence[str], month: date, people: int) -> int:
    office, at = world.office, world.clock()
    for town in towns:
        sheet = pay_sheets.make(office, Order(DOCUMENT, town, month), CLERK, at)
        ((digest, listed),) = world.ask("SELECT digest, people FROM pay_sheet WHERE id = ?", sheet)
        if not listed:
            continue  # at a small size not every township has somebody
        pay_sheets.freeze(office, sheet, CLERK, at)
        for approver in (HRSS, FINANCE):
            pay_sheets.approve(office, sheet, digest, approver, at)
        pay_sheets.pay(office, sheet, world.clock.today, "回单", FINANCE, at)
    ((paid,),) = world.ask("SELECT count(*) FROM pay_line WHERE month = ? AND live", month)
    if paid != people:
        raise RuntimeError(f"{paid} of {people} were paid")
    return people


_LINES = (
    "SELECT h.id, h.person_id, c.starts_on, c.ends_on, 100000 AS fen FROM hire h JOIN contract c ON c.hire_id = h.id"
    " WHERE h.serving"
)
_ENTRIES = "SELECT * FROM audit_entry WHERE act = '{act}'"


def _copied(world: World, rows: str, number: int) -> int:
    """As many rows as our side writes, or a few more, in one statement."""
    with world.office.database.transaction() as connection:
        connection.exec_driver_sql("DROP TABLE IF EXISTS plain_rows")
        connection.exec_driver_sql(f"CREATE TEMPORARY TABLE plain_rows AS {rows}")
    return number


def _forget(world: World) -> None:
    with world.office.database.transaction() as connection:
        for table in ("pay_approval", "pay_line", "pay_sheet", "attendance"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
