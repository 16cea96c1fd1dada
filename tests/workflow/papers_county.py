"""People on posts under each document, told quickly, with real numbers and addresses: what papers are made for."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import docx

from states.facts import Actor
from states.identity_number import synthetic
from states.vocabulary import Role
from tests.support.lives import BAIHE, LIAOCHENG, NEIMENGGU, XUNYANG, County, Life, Stop, live
from tests.support.world import World, officer
from workflow import people
from workflow.papers import making
from workflow.papers.kinds import Kind, makers
from workflow.papers.making import Made
from workflow.sealing import Seal

SEAL = Seal.from_secret(b"a secret that only the tests know of")
FIRST_DAY = date(2022, 6, 13)
#: nothing in a name is run or read as a mark
NAME = "<b>&张{{7*7}}{% if %}"
ADDRESS = "三组12号<&>"
PHONE = "13891500000"
COUNTIES = {county.document: county for county in (XUNYANG, LIAOCHENG, BAIHE, NEIMENGGU)}


@dataclass
class Papers:
    """A world with one hire of each document at the stage asked for."""

    world: World
    hires: dict[str, int] = field(default_factory=dict)
    makers: dict[str, Actor] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: iter(range(1, 999, 2)))

    def begin(self, county: County, name: str = NAME, stops: tuple[Stop, ...] = ()) -> Life:
        """One place in a village of its own, and who is to have it."""
        world, number = self.world, next(self.numbers)
        village = f"{max(county.regions, key=len)}{200 + number:03d}"
        world.add_regions({village: f"{number}号村"})
        post = world.a_post(county.document, county.kind, village, **county.post)
        hire = world.an_opening(county.officer(county.announcer), post).hire_ids[0]
        known = {"by": "主管部门", "on": "2021-12-31"}
        given = {
            "name": name,
            "id_number": synthetic("610928", date(1990, 3, 5), number),
            "phone": PHONE,
            "address": ADDRESS,
            "education": "senior_secondary",
            "home_region": village,
            "categories": dict.fromkeys(("lifted", "farmer", "employment_difficulty"), known),
            "statements": ["political_conduct", "health", "computer_skill", "no_crime", "responsible"],
        }
        with world.office.database.session() as session:
            person = people.register(session, SEAL, given, county.officer(county.announcer), world.clock()).person_id
        return Life(county, name, hire, person, list(stops))

    def tell(self, lives: list[Life], days: int) -> None:
        """Lives on for some days."""
        live(self.world, lives, self.world.clock.today + timedelta(days))

    def number_of(self, hire: int) -> str:
        """The identity number of the person of a hire, as it is kept."""
        [[person]] = self.world.ask("SELECT person_id FROM hire WHERE id = ?", hire)
        with self.world.office.database.session() as session:
            found = people.reveal_id(
                session, SEAL, person, officer("tester", Role.HRSS, ""), "测试核对", self.world.clock()
            )
        assert found is not None
        return found


def papers_on(url: str) -> Papers:
    """The regions of all four documents, nobody hired yet."""
    world = World.on(url, FIRST_DAY, {})
    for county in COUNTIES.values():
        world.add_regions(county.regions)
    return Papers(world)


TOWN = XUNYANG.officer("employer")


def make(world: World, hire: int, kind: Kind, by: Actor | None = None, **more: Any) -> Made:
    """Makes a paper as the first of those who may."""
    return making.make(world.office, SEAL, hire, kind, by or a_maker(world, hire, kind), world.clock(), **more)


def a_maker(world: World, hire: int, kind: Kind) -> Actor:
    found = world.hire(hire)
    procedure = world.office.procedure(found.procedure)
    return COUNTIES[procedure.procedure].officer(sorted(makers(procedure, kind))[0].value)


def read(world: World, hire: int, made: Made, role: Role = Role.COUNTY) -> bytes:
    """A paper as an officer in this role opens it; supervisors and finance get the masked one."""
    reader = officer("县里干部", role, "", 77)
    return making.open_paper(world.office, SEAL, hire, made.line.digest, reader, world.clock()).content


def cells(content: bytes) -> dict[str, str]:
    """Every name of a box with what stands beside it."""
    found: dict[str, str] = {}
    for table in docx.Document(io.BytesIO(content)).tables:
        for row in table.rows:
            texts = [cell.text for cell in row.cells]
            for name, value in zip(texts[::2], texts[1::2], strict=True):
                if name != value:  # not the title of a box
                    found[name] = value
    return found


def words(content: bytes) -> str:
    return "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(content)).paragraphs)


def an_applicant(papers: Papers, name: str = "张某") -> int:
    life = papers.begin(XUNYANG, name)
    papers.world.do(life.hire_id, "apply", TOWN, person_id=life.person_id)
    return life.hire_id
