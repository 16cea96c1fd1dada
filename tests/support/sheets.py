"""A notice with several persons on it, to look at and to object to: one opening of a township in Xunyang."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from states.facts import Actor
from states.vocabulary import Role
from tests.support.world import World, officer
from workflow.notices import Hung, Run, candidates, put_up
from workflow.queries import SheetLine, public_sheet, scoped, sheet_line
from workflow.queries.public_notices import PublicSheet
from workflow.sealing import Seal

REGIONS = {
    "61": "陕西省",
    "6109": "安康市",
    "610981": "旬阳市",
    "610981100": "城关镇",
    "610981100201": "示例村",
    "610981100202": "河湾社区",
}
TOWN = officer("刘主任", Role.EMPLOYER, "610981100", 11)
HRSS = officer("王科长", Role.HRSS, "610981", 12)
RURAL = officer("赵科长", Role.RURAL, "610981", 13)
#: of the same bureau, but not the ones who decided before
OTHER_HRSS = officer("钱科长", Role.HRSS, "610981", 14)
SEAL = Seal.from_secret(b"a secret that only these tests know of")
#: a Wednesday; five working days end on 9 June, over a weekend, the day of posting not counted, 3 June a day of rest
DAY, ENDS_ON, AFTER = date(2022, 6, 1), date(2022, 6, 9), date(2022, 6, 10)
NAMES = ("张三", "李四", "王五")
BOARDS = (Hung("城关镇政府公示栏", DAY), Hung("示例村村民委员会公示栏", DAY))


@dataclass
class Sheet:
    """The world, the hires of the persons by name, and the sheet on which they stand."""

    world: World
    hires: dict[str, int] = field(default_factory=dict)
    run: Run | None = None

    @property
    def number(self) -> str:
        ((number,),) = self.world.ask("SELECT DISTINCT sheet FROM notice")
        return str(number)

    @property
    def shown(self) -> PublicSheet | None:
        return self.shown_on(self.world.clock.today)

    def shown_on(self, day: date) -> PublicSheet | None:
        """What everybody reads under the number of the sheet on a day."""
        with self.world.office.database.reading() as connection:
            return public_sheet(connection, day, self.number)

    def line(self, actor: Actor = TOWN, number: str | None = None) -> SheetLine:
        """What an office sees."""
        with self.world.office.database.reading() as connection:
            line = sheet_line(connection, scoped(actor), self.world.clock.today, number or self.number)
        assert line is not None
        return line


def candidates_of(url: str, names: tuple[str, ...] = NAMES, **settings: object) -> Sheet:
    """Persons who passed every check and wait to be put up for notice."""
    return candidates_in(World.on(url, DAY, REGIONS, **settings), names)


def candidates_in(world: World, names: tuple[str, ...] = NAMES) -> Sheet:
    """The same in a world whose regions hold those of this one."""
    post = world.a_post("xunyang-2022-88", "town", "610981100", title="镇级信息员")
    opened = world.an_opening(TOWN, post, places=len(names))
    sheet = Sheet(world)
    for hire, name in zip(opened.hire_ids, names, strict=True):
        home = "610981100201" if name != "王五" else "610981100202"
        world.do(hire, "apply", TOWN, person_id=world.a_person(name, date(1990, 3, 5), "男", home))
        world.do(hire, "check", TOWN)
        world.do(hire, "recheck", HRSS)
        world.do(hire, "recheck", RURAL)
        sheet.hires[name] = hire
    return sheet


def a_sheet(url: str, names: tuple[str, ...] = NAMES, boards: tuple[Hung, ...] = BOARDS, **settings: object) -> Sheet:
    """The same persons, put up together in one run."""
    return put_up_together(candidates_of(url, names, **settings), boards)


def put_up_together(sheet: Sheet, boards: tuple[Hung, ...] = BOARDS) -> Sheet:
    """Puts every candidate up in one run."""
    office, clock = sheet.world.office, sheet.world.clock
    with office.database.reading() as connection:
        (batch,) = candidates(office, connection, scoped(TOWN), TOWN)
    versions = {one.hire_id: one.version for one in batch.candidates}
    sheet.run = put_up(office, TOWN, clock(), batch, versions, boards)
    assert sheet.run.done == len(sheet.hires), sheet.run.outcomes
    return sheet
