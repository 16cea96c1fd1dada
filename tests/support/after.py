"""People who are on a post, told quickly: one county of a document, with as many hires as a test has names for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from states.facts import Actor
from states.vocabulary import Role
from tests.support.lives import BAIHE, LIAOCHENG, NEIMENGGU, XUNYANG, County, Stop, begin, live
from tests.support.world import World, officer
from workflow.tables import metadata

DOCUMENTS = {county.document: county for county in (XUNYANG, LIAOCHENG, BAIHE, NEIMENGGU)}


@dataclass
class Village:
    """Hires at work under one document, by name, and the officers of the place."""

    world: World
    county: County
    hires: dict[str, int]

    @property
    def town(self) -> str:
        return max(self.county.regions, key=len)

    def officer(self, who: str) -> Actor:
        """As the lives know them: a role, or a role and a number for a further natural person in it."""
        return self.county.officer(who)

    def stranger(self, role: Role) -> Actor:
        """The same role in another part of the country."""
        return officer("外地", role, "440300", 999)


def at_work(world: World, document: str, names: Sequence[str], until: date) -> Village:
    """Announces, notices, trains and signs, walking from the world's day to ``until``."""
    known = DOCUMENTS[document]
    stops = tuple(stop for stop in known.lives["resigned"] if stop.act != "resign")
    county = replace(known, lives={name: stops for name in names})
    begun = begin(world, [county])
    live(world, begun, until)
    return Village(world, county, {life.name: life.hire_id for life in begun})


def resign(day: date, leave_on: date) -> Stop:
    """A resignation for a life."""
    return Stop("contracted", "resign", "employer", lambda on, hire: {"given_on": day, "leave_on": leave_on})


def paid(world: World, hire_id: int, months: Sequence[tuple[date, date, int]], kind: str = "monthly") -> None:
    """Pay lines on paid sheets, as if they had been paid: first day, last day, fen. No contract is asked for."""
    hire = world.hire(hire_id)
    assert hire.person is not None
    sheet, line = metadata.tables["pay_sheet"], metadata.tables["pay_line"]
    with world.office.database.transaction() as connection:
        for first, last, fen in months:
            month = first.replace(day=1)
            document, _, _ = hire.procedure.partition("@")
            about: dict[str, Any] = {"procedure": document, "region": hire.region, "month": month}
            made = {"people": 1, "sum_fen": fen, "digest": "0" * 64, "made_by": "-", "made_at": world.clock()}
            values = {**about, **made, "kind": kind, "status": "paid", "basis": {}}
            number = connection.execute(sheet.insert().values(values).returning(sheet.c.id)).scalar_one()
            who = {"hire_id": hire.id, "person_id": hire.person.id, "post_id": hire.post.id}
            money = {"gross_fen": fen, "deducted_fen": 0, "net_fen": fen, "employer_fen": 0}
            days = {"from_on": first, "until_on": last, "days_tenths": 10 * (last - first).days + 10}
            row = {**who, **money, **days, "month": month, "kind": kind, "live": True}
            items = [{"item": "base", "fen": fen, "say": "基础工资", "facts": {}}]
            connection.execute(line.insert().values({**row, "sheet_id": number, "items": items, "warnings": []}))
