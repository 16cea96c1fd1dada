"""Careers in a database (在系统里办理): the engine, the sweep, attendance and pay sheets as offices use them.

Sheets are handed in, approved and paid on different mornings, with whatever has changed in between; one that was
voided is made anew, and who was left out of a paid one stands on the next.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from states.attendance import service_of
from states.facts import Actor, Hire
from states.pay import Line, Part
from states.procedure import Procedure
from states.refusals import Refusal
from states.say import say
from states.vocabulary import Role
from tests.support.careers import PLACES, Career, Living, Post
from tests.support.lives import FIRST_DAY, County
from tests.support.paper import CATEGORIES, KNOWN, months_between
from tests.support.pay_proofs import STANDARD, Act, Paid, Record, Term, known_of
from tests.support.world import World, officer
from workflow import pay_sheets
from workflow.attendance import Entry, record_sheet
from workflow.pay_sheets import APPROVED, DRAFT, FROZEN, PAID, Order
from workflow.reading import load_hires
from workflow.tables import metadata
from workflow.timers import sweep


@dataclass
class CountyDesk:
    """Several careers in one database, lived side by side; ``met`` counts what came to pass."""

    world: World
    careers: Sequence[Career]
    met: Counter[str] = field(default_factory=Counter)
    living: list[Living] = field(default_factory=list)
    people: list[int] = field(default_factory=list)
    hires: dict[int, Hire] = field(default_factory=dict)
    owner: dict[int, int] = field(default_factory=dict)
    paid: dict[int, list[Paid]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for county in {post.place: post.county for career in self.careers for post in career.posts}.values():
            known = {row[0] for row in self.world.ask("SELECT code FROM region")}
            self.world.add_regions({code: name for code, name in county.regions.items() if code not in known})
        for index, career in enumerate(self.careers):
            category, born = career.age
            home = self._village(career.posts[0].county, 2 * index)
            self.people.append(
                self.world.a_person(
                    f"某{index}", born, "M" if category == "man" else "F", home, retirement_category=category,
                    prior_months=career.prior, categories={code: KNOWN for code in CATEGORIES},
                    statements=["political_conduct", "health", "computer_skill", "no_crime", "responsible"],
                )
            )  # fmt: skip
            self.living.append(Living(index, career, self, self.met))

    def live(self, until: date) -> None:
        """To a day, every few mornings; every month is paid in the mornings that follow it."""
        places = sorted({post.place for career in self.careers for post in career.posts})
        while self.world.clock.today < until:
            self._morning()
            for place in places:
                for month in months_between(FIRST_DAY, self.world.clock.today)[-3:-1]:
                    self._pay(PLACES[place], month)
            begun = self.world.clock.today > FIRST_DAY + timedelta(60)
            self.world.clock.moment += timedelta(9 if begun else 3)

    def record(self, index: int, until: date) -> Record:
        """What was kept of one career."""
        mine = [number for number, owner in self.owner.items() if owner == index]
        terms = [term for term in self._terms() if term.number in mine]
        acts = []
        for number in mine:
            records = {step.act: step.records for step in self._procedure(number).steps}
            sql = "SELECT act, actor_key FROM audit_entry WHERE hire_id = ? ORDER BY seq"
            acts += [Act(number, act, by, records.get(act)) for act, by in self.world.ask(sql, number)]
        died = next((self.hires[n].person.died_on for n in mine if self.hires[n].person), None)  # type: ignore[union-attr]
        hires = {number: self.hires[number] for number in mine}
        procedures = {number: self._procedure(number) for number in mine}
        paid = [one for number in mine for one in self.paid.get(number, ())]
        return Record(until, self.careers[index], died, hires, procedures, terms, acts, paid)

    # ---- what a career asks of its desk

    def hire(self, number: int) -> Hire:
        return self.hires[number]

    def announce(self, career: int, post: Post) -> int:
        county = post.county
        place = self._village(county, 2 * career + len(self.living[career].jobs))
        made = self.world.a_post(county.document, county.kind, place, monthly_fen=STANDARD, **county.post)
        number = self.world.an_opening(county.officer(county.announcer), made).hire_ids[0]
        self.owner[number] = career
        self._read([number])
        return number

    def apply(self, career: int, number: int, by: Actor) -> None:
        self.do(number, "apply", by, {"person_id": self.people[career]})

    def do(self, number: int, act: str, by: Actor, payload: Mapping[str, Any]) -> None:
        self.world.do(number, act, by, **payload)
        self._read([n for n, owner in self.owner.items() if owner == self.owner[number]])

    def died(self, career: int, on: date) -> None:
        person = metadata.tables["person"]
        with self.world.office.database.transaction() as connection:
            connection.execute(person.update().where(person.c.id == self.people[career]).values(died_on=on))
        self._read(list(self.hires))

    # ---- a morning

    def _morning(self) -> None:
        sweep(self.world.office, self.world.clock())
        self._read(list(self.owner))
        for living in self.living:
            living.morning(self.world.clock.today)

    def _read(self, numbers: Sequence[int]) -> None:
        with self.world.office.database.reading() as connection:
            self.hires |= load_hires(connection, numbers)

    def _village(self, county: County, number: int) -> str:
        code = f"{max(county.regions, key=len)}{200 + number}"
        if not self.world.ask("SELECT code FROM region WHERE code = ?", code):
            self.world.add_regions({code: f"村{number}"})
        return code

    def _procedure(self, number: int) -> Procedure:
        return self.world.office.procedure(self.hires[number].procedure)

    def _terms(self) -> list[Term]:
        sql = "SELECT hire_id, term_no, starts_on, ends_on, ended_on FROM contract WHERE corrected_by IS NULL"
        sql += " ORDER BY hire_id, term_no"
        return [Term(row[0], row[1], *map(_day, row[2:])) for row in self.world.ask(sql)]

    # ---- money

    def _pay(self, county: County, month: date) -> None:
        """The next step of the sheet of a month, whichever that is."""
        order = Order(county.document, county.area, month)
        sql = "SELECT id, status, digest FROM pay_sheet WHERE procedure = ? AND region = ? AND month = ?"
        sql += " AND status <> 'void' ORDER BY id DESC"
        sheets = self.world.ask(sql, county.document, county.area, month)
        number, status, digest = sheets[0] if sheets else (0, PAID, "")
        try:
            if status in (PAID, DRAFT):
                self._attended(county, month)
                if not self._somebody(order):
                    return
                made = pay_sheets.make(self.world.office, order, _maker(county), self.world.clock())
                pay_sheets.freeze(self.world.office, made, _maker(county), self.world.clock())
            elif status == FROZEN:
                for approver in _approvers(county):
                    pay_sheets.approve(self.world.office, number, digest, approver, self.world.clock())
            elif status == APPROVED:
                today = self.world.clock.today
                pay_sheets.pay(self.world.office, number, today, "回单", _approvers(county)[1], self.world.clock())
                self._keep(number)
            self.met[f"a sheet that was {status}"] += 1
        except Refusal as refusal:
            self.met[f"a sheet: {type(refusal).__name__}"] += 1

    def _somebody(self, order: Order) -> bool:
        """Whether somebody is to be paid whom no sheet has paid."""
        with self.world.office.database.reading() as connection:
            return bool(pay_sheets.rows_of(self.world.office, connection, order).paid)

    def _attended(self, county: County, month: date) -> None:
        """The attendance of everybody on post, as the careers have it; of a month that is paid nothing is written."""
        asked = "SELECT hire_id FROM attendance WHERE month = ?"
        kept = {row[0] for row in self.world.ask(asked, month)}
        entries = []
        for number, hire in self.hires.items():
            service = service_of(hire)
            here = number not in kept and hire.region.startswith(county.area)
            if not here or service is None or not service.touches(month):
                continue
            marks = self.careers[self.owner[number]].marks(month)
            days = [month + timedelta(n) for n in range(len(marks))]
            kept_marks = "".join(m if d in service else "-" for m, d in zip(marks, days, strict=True))
            entries.append(Entry(number, kept_marks, 0))
        if entries:
            record_sheet(self.world.office, month, entries, _maker(county), self.world.clock(), source="page")

    def _keep(self, sheet: int) -> None:
        """What went out with a sheet, and what was known on that morning."""
        self._read(list(self.owner))
        terms = self._terms()
        columns = "hire_id, month, from_on, until_on, days_tenths, items"
        for number, month, first, last, tenths, items in self.world.ask(
            f"SELECT {columns} FROM pay_line WHERE sheet_id = ? AND live", sheet
        ):
            career, hire = self.careers[self.owner[number]], self.hires[number]
            died = hire.person.died_on if hire.person is not None else None
            known = known_of(career, hire, self._procedure(number), terms, died)
            parts = tuple(Part(item["item"], item["fen"], say("待遇")) for item in items)
            begins, ends, of = _day(first), _day(last), _day(month)
            assert begins is not None and ends is not None and of is not None
            line = Line(begins, ends, tenths // 10, parts)
            self.paid.setdefault(number, []).append(Paid(number, of, line, known, career.marks(of)))


def _maker(county: County) -> Actor:
    return officer("编表员", Role.EMPLOYER, county.area, 901)


def _approvers(county: County) -> tuple[Actor, Actor]:
    return officer("审批员", Role.HRSS, county.area, 902), officer("财政员", Role.FINANCE, county.area, 903)


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value
