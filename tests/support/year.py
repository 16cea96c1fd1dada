"""A year on post (在岗一年): attendance and pay sheets by the offices of a place, as a test tells it month by month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from states.attendance import Service, service_of
from states.attendance_marks import days_of
from states.facts import Actor
from states.performance import PotRuling
from states.vocabulary import Role
from tests.support.lives import County, Stop, begin, live
from tests.support.world import World, officer
from workflow import pay_sheets, rates
from workflow.attendance import Entry, record_sheet
from workflow.pay_sheets import Order


@dataclass
class Place:
    """A county with people on post; ``hires`` by name. Its sheets are made by one office and approved by two others."""

    world: World
    county: County
    hires: dict[str, int]

    @classmethod
    def with_people(
        cls, world: World, county: County, names: Sequence[str], first_day: date, until: date, **post: Any
    ) -> Place:
        """Everybody is hired by the book and begins to work on ``first_day``; the story goes on at ``until``."""
        stops = tuple(beginning(stop, first_day) for stop in county.lives["resigned"] if stop.act != "resign")
        county = replace(county, lives={name: stops for name in names}, post={**county.post, **post})
        begun = begin(world, [county])
        live(world, begun, until)
        return cls(world, county, {life.name: life.hire_id for life in begun})

    @property
    def maker(self) -> Actor:
        return officer("编表员", Role.EMPLOYER, self.county.area, 901)

    @property
    def bureau(self) -> Actor:
        return officer("人社审批", Role.HRSS, self.county.area, 902)

    @property
    def finance(self) -> Actor:
        return officer("财政审批", Role.FINANCE, self.county.area, 903)

    def do(self, name: str, act: str, who: str, **payload: Any) -> None:
        self.world.do(self.hires[name], act, self.county.officer(who), **payload)

    def rate(self, name: str, value: int, from_on: date = date(2022, 1, 1)) -> None:
        rates.set_rate(
            self.world.office, name, self.county.area, from_on, value, "示例文号", self.finance, self.world.clock()
        )

    def attended(self, month: date, missed: Mapping[str, Sequence[int]] | None = None) -> None:
        """Everybody's month as the township keeps it: present, but for the days that are named."""
        entries = []
        for name, hire_id in self.hires.items():
            service = service_of(self.world.hire(hire_id))
            if service is not None and service.touches(month):
                entries.append(Entry(hire_id, _marks(month, service, (missed or {}).get(name, ())), 0))
        record_sheet(self.world.office, month, entries, self.maker, self.world.clock(), source="page")

    def order(self, month: date, **more: Any) -> Order:
        return Order(self.county.document, self.county.area, month, **more)

    def frozen(self, order: Order) -> tuple[int, str]:
        """A sheet that was made and handed in: its number and digest."""
        number = pay_sheets.make(self.world.office, order, self.maker, self.world.clock())
        pay_sheets.freeze(self.world.office, number, self.maker, self.world.clock())
        ((digest,),) = self.world.ask("SELECT digest FROM pay_sheet WHERE id = ?", number)
        return number, digest

    def paid(self, order: Order) -> dict[str, int]:
        """A sheet from its draft to the money: what each one receives, in fen."""
        office, now = self.world.office, self.world.clock()
        number, digest = self.frozen(order)
        for approver in (self.bureau, self.finance):
            pay_sheets.approve(office, number, digest, approver, now)
        pay_sheets.pay(office, number, self.world.clock.today, f"回单{number}", self.finance, now)
        names = {hire_id: name for name, hire_id in self.hires.items()}
        found = self.world.ask("SELECT hire_id, net_fen FROM pay_line WHERE sheet_id = ? ORDER BY hire_id", number)
        return {names[hire_id]: fen for hire_id, fen in found}

    def month(self, month: date, missed: Mapping[str, Sequence[int]] | None = None, **more: Any) -> dict[str, int]:
        """Attendance and sheet of a month, in the month after it (one sweep catches up)."""
        after = (month + timedelta(days_of(month))).replace(day=5)
        if self.world.clock.today < after:
            self.world.sleep_to(after)
        self.attended(month, missed)
        return self.paid(self.order(month, **more))

    def performance(self, year: int, ruling: PotRuling | None = None) -> dict[str, int]:
        return self.paid(self.order(date(year, 12, 1), kind="performance", ruling=ruling))

    def total(self, column: str = "net_fen", kind: str = "monthly") -> dict[str, int]:
        """What everybody received on all paid sheets of a kind, in fen."""
        names = {hire_id: name for name, hire_id in self.hires.items()}
        sql = (
            f"SELECT l.hire_id, sum(l.{column}) FROM pay_line l JOIN pay_sheet s ON s.id = l.sheet_id"
            " WHERE s.status = 'paid' AND l.live AND l.kind = ? GROUP BY l.hire_id ORDER BY l.hire_id"
        )
        return {names[hire_id]: int(fen) for hire_id, fen in self.world.ask(sql, kind)}


def beginning(stop: Stop, first_day: date) -> Stop:
    """Work begins on the day of the story, not as soon as it may."""
    begins = stop.act == "start" or (stop.act == "sign" and stop.stage in ("trained", "filed"))
    return replace(stop, when=lambda day, hire: day >= first_day) if begins else stop


def _marks(month: date, service: Service, missed: Sequence[int]) -> str:
    days = [month + timedelta(n) for n in range(days_of(month))]
    return "".join("-" if day not in service else "x" if day.day in missed else "1" for day in days)


def months(first: date, number: int) -> list[date]:
    """So many first days of months."""
    found = [first]
    while len(found) < number:
        found.append(found[-1] + timedelta(days_of(found[-1])))
    return found
