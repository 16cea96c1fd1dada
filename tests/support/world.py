"""A small world to tell stories in: a county with its officers, a clock that only moves forward, the engine itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

import orjson

from states.clocks import local_day, moment
from states.facts import Actor, Grant, Hire
from states.refusals import Refusal, StepRefused
from states.vocabulary import Role
from workflow.engine import Announced, Done, announce, perform
from workflow.office import Office
from workflow.reading import load_hires
from workflow.settings import Settings
from workflow.tables import Person, Post, Region
from workflow.timers import Swept, sweep

MORNING = timedelta(hours=9)


def officer(name: str, role: Role, region: str, account_id: int = 1) -> Actor:
    """A named officer: the name stands for the natural person."""
    return Actor(account_id, name, name, (Grant(role, region),))


def colleague(of: Actor, number: int = 2) -> Actor:
    """Another natural person of the same office: in one hiring nobody approves twice."""
    account = None if of.account_id is None else of.account_id + 1000 * number
    return replace(of, account_id=account, person_key=f"{of.person_key}·{number}", name=f"{of.name}·{number}")


class WalkingClock:
    """Starts in the morning of a day and never goes back."""

    def __init__(self, day: date) -> None:
        self.moment = moment(day) + MORNING

    def __call__(self) -> datetime:
        return self.moment

    @property
    def today(self) -> date:
        return local_day(self.moment)


@dataclass
class World:
    """Regions, officers and one office on a migrated database. Days are Asia/Shanghai, at nine in the morning."""

    office: Office
    clock: WalkingClock
    people: dict[str, int] = field(default_factory=dict)

    @classmethod
    def on(cls, url: str, day: date, regions: Mapping[str, str], **settings: Any) -> World:
        """``regions``: code → name, parents before children. ``settings``: further fields of ``Settings``."""
        clock = WalkingClock(day)
        world = cls(Office.open(Settings(database_url=url, **settings), clock), clock)
        world.add_regions(regions)
        return world

    def add_regions(self, regions: Mapping[str, str]) -> None:
        """Code → name, parents before children; the parent is the longest known code that begins the new one."""
        levels = {2: "province", 4: "city", 6: "county", 9: "township", 12: "village"}
        known = [row[0] for row in self.ask("SELECT code FROM region")]
        with self.office.database.session() as session:
            for code, name in regions.items():
                parent = max((c for c in known if c != code and code.startswith(c)), key=len, default=None)
                session.add(Region(code=code, parent=parent, level=levels.get(len(code), "county"), name=name))
                session.flush()
                known.append(code)

    # ---- time

    def walk_to(self, day: date) -> Swept:
        """Walks to a day, sweeping each morning; the counts of all sweeps together."""
        total = Swept()
        assert day >= self.clock.today, "the clock only moves forward"
        while self.clock.today < day:
            self.clock.moment += timedelta(days=1)
            self._add(total, sweep(self.office, self.clock()))
        return total

    def walk(self, days: int) -> Swept:
        return self.walk_to(self.clock.today + timedelta(days=days))

    def sleep_to(self, day: date) -> Swept:
        """The worker was down: one sweep on the day it wakes."""
        self.clock.moment = moment(day) + MORNING
        return sweep(self.office, self.clock())

    @staticmethod
    def _add(total: Swept, swept: Swept) -> None:
        for name in ("fired", "blocked", "collapsed", "stale", "failed"):
            setattr(total, name, getattr(total, name) + getattr(swept, name))

    # ---- things to begin with

    def a_person(self, name: str, born: date, sex: str, home: str, **more: Any) -> int:
        """A registered person (sealed number left out: these stories do not read it). Returns the id."""
        category = more.pop("retirement_category", "man" if sex == "M" else "woman50")
        values: dict[str, Any] = {
            "key": f"person:{name}",
            "id_number_sealed": "-",
            "id_number_tail": "0000",
            "name": name,
            "born": born,
            "sex": sex,
            "retirement_category": category,
            "education": "senior_secondary",
            "home_region": home,
            "categories": {"lifted": {"by": "乡村振兴局", "on": "2021-12-31"}},
            "statements": ["political_conduct", "health", "computer_skill", "no_crime"],
            "created_at": self.clock(),
        } | more
        with self.office.database.session() as session:
            person = Person(**values)
            session.add(person)
            session.flush()
            assert person.id is not None
            self.people[name] = person.id
            return person.id

    def a_post(self, procedure: str, kind: str, region: str, **more: Any) -> int:
        values: dict[str, Any] = {
            "procedure_id": procedure,
            "kind": kind,
            "region": region,
            "title": "信息员",
            "employer": "城关镇人民政府",
            "monthly_fen": 140000,
            "created_at": self.clock(),
        } | more
        with self.office.database.session() as session:
            post = Post(**values)
            session.add(post)
            session.flush()
            assert post.id is not None
            return post.id

    def an_opening(self, by: Actor, post_id: int, places: int = 1, **more: Any) -> Announced:
        return announce(
            self.office, by, self.clock(), post_id=post_id, places=places, **({"boards": ("公示栏",)} | more)
        )

    # ---- steps

    def do(self, hire_id: int, act: str, by: Actor, **payload: Any) -> Done:
        return perform(self.office, hire_id, act, by, self.clock(), payload)

    def refused(self, hire_id: int, act: str, by: Actor, **payload: Any) -> Refusal:
        """The refusal of a step; fails if the step is taken. Nothing of the hire may have changed."""
        before = self.hire(hire_id)
        try:
            done = self.do(hire_id, act, by, **payload)
        except Refusal as refusal:
            assert self.hire(hire_id) == before, "a refused step changed the hire"
            return refusal
        raise AssertionError(f"{act} was taken: {done}")

    def articles(self, hire_id: int, act: str, by: Actor, **payload: Any) -> dict[str, str]:
        """The guards that stop a step and the articles they quote."""
        refusal = self.refused(hire_id, act, by, **payload)
        assert isinstance(refusal, StepRefused), refusal
        return {answer.guard: answer.article for answer in refusal.answers if answer.stops}

    # ---- looking

    def hire(self, hire_id: int) -> Hire:
        with self.office.database.reading() as connection:
            return load_hires(connection, [hire_id])[hire_id]

    def acts(self, hire_id: int) -> list[str]:
        """The acts of the trail, in order."""
        return [row[0] for row in self.ask("SELECT act FROM audit_entry WHERE hire_id = ? ORDER BY seq", hire_id)]

    def letters(self, hire_id: int) -> list[tuple[str, str]]:
        """Template and addressed role of every letter of a hire, in order of the trail."""
        sql = "SELECT template, to_role FROM outbox WHERE hire_id = ? ORDER BY seq, n"
        return [(row[0], row[1]) for row in self.ask(sql, hire_id)]

    def tasks(self, hire_id: int) -> set[tuple[str, str]]:
        return {(row[0], row[1]) for row in self.ask("SELECT name, role FROM task WHERE hire_id = ?", hire_id)}

    def ask(self, sql: str, *values: Any) -> list[Any]:
        with self.office.database.reading() as connection:
            found = connection.exec_driver_sql(self.office._sql(sql), values).fetchall()
            return [tuple(_plain(value) for value in row) for row in found]

    def close(self) -> None:
        self.office.database.dispose()


def _plain(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in "[{":
        return orjson.loads(value)
    return value


Teller = Callable[..., World]
