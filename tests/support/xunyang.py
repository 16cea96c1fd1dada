"""Xunyang's village informants on their way (旬阳): to the notice, to the contract; and their officers."""

from __future__ import annotations

from datetime import date

from states.vocabulary import Role
from tests.support.world import World, officer

VILLAGE = "610981100201"
REGIONS = {"61": "陕西省", "610981": "旬阳市", "610981100": "城关镇", VILLAGE: "示例村"}
START = date(2022, 6, 1)
#: the first day of work, of the contract and of pay
BEGINS = date(2022, 6, 13)

TOWN = officer("镇干部甲", Role.EMPLOYER, "610981100", 1)
HRSS = officer("人社干部乙", Role.HRSS, "610981", 2)
RURAL = officer("乡村振兴干部丙", Role.RURAL, "610981", 3)
#: colleagues: in one hiring a natural person approves once, and whoever judges an objection does not approve
HRSS_2 = officer("人社干部壬", Role.HRSS, "610981", 12)
RURAL_2 = officer("乡村振兴干部癸", Role.RURAL, "610981", 13)
RURAL_3 = officer("乡村振兴干部子", Role.RURAL, "610981", 14)


def in_notice(world: World, name: str, village: str = VILLAGE) -> int:
    """Somebody whose notice began today; returns the hire."""
    person = world.a_person(name, date(1990, 3, 5), "F", VILLAGE)
    if village != VILLAGE:
        world.add_regions({village: "另一村"})
    post = world.a_post("xunyang-2022-88", "village", village)
    hire = world.an_opening(TOWN, post).hire_ids[0]
    world.do(hire, "apply", TOWN, person_id=person)
    world.do(hire, "check", TOWN)
    world.do(hire, "recheck", HRSS_2)
    world.do(hire, "recheck", RURAL_2)
    world.do(hire, "post_notice", TOWN, posted_on=world.clock.today, boards=["镇公示栏"])
    return hire


def to_contract(world: World, *hires: int) -> None:
    """From a notice that began on ``START`` to a contract that begins on ``BEGINS``."""
    world.walk_to(date(2022, 6, 10))
    for hire in hires:
        world.do(hire, "report", TOWN)
        world.do(hire, "approve", HRSS)
        world.do(hire, "approve", RURAL)
        world.do(hire, "train", HRSS, held_on=date(2022, 6, 10), passed=True)
    world.walk_to(BEGINS)
    for hire in hires:
        world.do(hire, "start", TOWN, started_on=BEGINS)
        world.do(hire, "sign", TOWN, signed_on=BEGINS)
