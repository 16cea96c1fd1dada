"""A county for pages to show: accounts that can sign in, and hires at every kind of place, told through the engine."""

from __future__ import annotations

import contextlib
import shutil
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from api.app import create_app
from states.facts import Actor, Grant
from states.vocabulary import Role
from tests.support.world import WalkingClock, World, colleague
from workflow import accounts, people
from workflow.office import Office
from workflow.sealing import Seal
from workflow.settings import Settings

TOWN, COUNTY = "610981101", "610981"
DONGQING, AOYUAN, SHUANGJING, LIUCUN = f"{TOWN}201", f"{TOWN}202", f"{TOWN}203", f"{TOWN}204"
DAHE, NANQU, XIYAN = f"{TOWN}205", f"{TOWN}206", f"{TOWN}207"
REGIONS = {
    "61": "陕西省",
    "6109": "安康市",
    COUNTY: "旬阳市",
    TOWN: "吕河镇",
    "610981102": "构元镇",
    DONGQING: "冬青村",
    AOYUAN: "敖院村",
    SHUANGJING: "双井社区易地扶贫搬迁集中安置点",
    LIUCUN: "六村",
    DAHE: "大河南村",
    NANQU: "南区社区",
    XIYAN: "西岩村",
}
PASSWORD = "correct horse 12"
START, TODAY = date(2025, 5, 12), date(2026, 6, 15)
#: the numbers of persons are made up, with true check digits
SECRET = "a secret for tests only, long enough to be one"


def check_digit(body: str) -> str:
    """The last sign of an identity number (GB 11643)."""
    return "10X98765432"[sum(int(c) * (2 ** (17 - i) % 11) for i, c in enumerate(body)) % 11]


def number(born: str, order: int) -> str:
    body = f"612426{born}{order:03d}"
    return body + check_digit(body)


@dataclass
class County:
    """A world, those who act in it, and its hires by what is to be seen on them."""

    world: World
    settings: Settings
    seal: Seal
    town: Actor
    hrss: Actor
    rural: Actor
    #: who rules in the two bureaus on what their colleagues have checked
    heads: tuple[Actor, Actor]
    hires: dict[str, int] = field(default_factory=dict)
    openings: dict[str, int] = field(default_factory=dict)

    def app(self) -> FastAPI:
        return create_app(self.settings, self.world.office)


def settings_of(url: str) -> Settings:
    return Settings(database_url=url, secret=SECRET, demo=True)  # type: ignore[arg-type]


def build(url: str) -> County:
    """The county on its day, with everything that happened before told in order."""
    world = World.on(url, START, REGIONS)
    settings = settings_of(url)
    seal = Seal.open(settings)
    town = an_account(world, seal, "lvhe", "王建国", Grant(Role.EMPLOYER, TOWN), 1)
    hrss = an_account(world, seal, "renshe", "李敏", Grant(Role.HRSS, COUNTY), 2)
    rural = an_account(world, seal, "zhenxing", "赵卫东", Grant(Role.RURAL, COUNTY), 3)
    an_account(world, seal, "ducha", "陈静", Grant(Role.SUPERVISOR, COUNTY), 4)
    heads = (
        an_account(world, seal, "renshe2", "周明", Grant(Role.HRSS, COUNTY), 5),
        an_account(world, seal, "zhenxing2", "马丽", Grant(Role.RURAL, COUNTY), 6),
    )
    an_account(world, seal, "cunli", "阿不都热合曼·买买提明·热西提", Grant(Role.VILLAGE, DONGQING), 7)
    an_account(world, seal, "xitong", "郑丽", Grant(Role.SYSTEM_ADMIN, ""), 8)
    an_account(world, seal, "anquan", "吴刚", Grant(Role.SECURITY_ADMIN, ""), 9)
    an_account(world, seal, "shenji", "孙梅", Grant(Role.AUDIT_ADMIN, ""), 10)
    county = County(world, settings, seal, town, hrss, rural, heads)
    _last_year(county)
    _this_year(county)
    return county


def build_closed(migrated: Path, folder: Path) -> tuple[County, Path]:
    """The county and the file of its database, closed and whole, to be copied."""
    path = folder / "county.sqlite3"
    shutil.copyfile(migrated, path)
    county = build(f"sqlite:///{path}")
    county.world.close()
    connection = sqlite3.connect(path)  # what is still in the write-ahead log is not copied with the file
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return county, path


@contextlib.contextmanager
def copied(built: tuple[County, Path], folder: Path) -> Iterator[County]:
    """The same county on a copy of its database."""
    known, path = built
    shutil.copyfile(path, folder / "county.sqlite3")
    county = _reopened(known, f"sqlite:///{folder / 'county.sqlite3'}")
    yield county
    county.world.close()


def _reopened(built: County, url: str) -> County:
    clock = WalkingClock(TODAY)
    world = World(Office.open(Settings(database_url=url), clock), clock)
    return replace(built, world=world, settings=settings_of(url))


def an_account(world: World, seal: Seal, username: str, name: str, grant: Grant, order: int) -> Actor:
    person = seal.person_key(number("19800101", order))
    with world.office.database.session() as session:
        made = accounts.create_account(
            session,
            seal,
            username=username,
            password=PASSWORD,
            person=person,
            name=name,
            at=world.clock(),
            grants=[grant],
        )
    return Actor(made, person, name, (grant,))


def a_person(county: County, name: str, born: str, order: int, **more: object) -> int:
    given = {
        "name": name,
        "id_number": number(born, order),
        "phone": "13891500000",
        "education": "senior_secondary",
        "home_region": DONGQING,
        "categories": {"lifted": {"by": "旬阳市乡村振兴局", "on": "2021-12-31"}},
        "statements": ["political_conduct", "health", "computer_skill", "no_crime"],
        **({"retirement_category": "woman50"} if order % 2 == 0 else {}),
        **more,
    }
    office = county.world.office
    with office.database.session() as session:
        return people.register(session, county.seal, given, county.town, county.world.clock()).person_id


def an_opening(county: County, village: str, title: str = "村级信息员", closes_on: date | None = None) -> int:
    post = county.world.a_post(
        "xunyang-2022-88", "village", village, title=title, employer="旬阳市吕河镇人民政府", minimum_wage_fen=205000
    )
    opened = county.world.an_opening(
        county.town, post, closes_on=closes_on, boards=("吕河镇政府公示栏", "村民委员会公示栏")
    )
    county.openings[village] = opened.opening_id
    return opened.hire_ids[0]


def to_notice(county: County, hire: int, person: int) -> None:
    world = county.world
    world.do(hire, "apply", county.town, person_id=person)
    world.do(hire, "check", county.town, opinion="材料齐全。")
    world.do(hire, "recheck", colleague(county.hrss))
    world.do(hire, "recheck", colleague(county.rural))
    boards = ["吕河镇政府公示栏", "冬青村村民委员会公示栏"]
    world.do(hire, "post_notice", county.town, posted_on=world.clock.today, boards=boards)


def to_work(county: County, hire: int, person: int) -> None:
    world = county.world
    to_notice(county, hire, person)
    world.walk(10)
    world.do(hire, "report", county.town)
    for head in county.heads:
        world.do(hire, "approve", head)
    world.do(hire, "train", county.hrss, held_on=world.clock.today, passed=True, hours=16)
    world.do(hire, "start", county.town, started_on=world.clock.today)


def _last_year(county: County) -> None:
    """Two who were hired in May 2025: one whose renewal was decided, one whose term ran out without a decision."""
    world = county.world
    for name, village, order in (("刘桂英", DONGQING, 12), ("孙志强", AOYUAN, 13)):
        hire = an_opening(county, village)
        to_work(county, hire, a_person(county, name, "19880706", order, home_region=village))
        world.do(hire, "sign", county.town, signed_on=world.clock.today, number=f"旬聘〔2025〕{order}号")
        (owed,) = [f for f in world.hire(hire).dossier.filings if f.filing == "contract"]
        world.do(
            hire, "file", county.town, filing="contract", seq=owed.seq, sent_on=world.clock.today, receipt="收文2025-31"
        )
        county.hires[name] = hire
    world.walk_to(date(2025, 12, 20))
    hire = county.hires["刘桂英"]
    world.do(hire, "assess", county.town, year=2025, grade="passed", evidence="考核表1号")
    world.do(hire, "rule_assessment", county.hrss)
    world.do(hire, "rule_assessment", county.rural)
    world.walk_to(date(2026, 5, 11))
    world.do(hire, "decide_renew", county.town, reason="考核合格，岗位仍然需要。")
    world.do(hire, "sign_renewal", county.town, signed_on=world.clock.today)


def _this_year(county: County) -> None:
    world = county.world
    world.walk_to(date(2026, 5, 25))
    working = an_opening(county, LIUCUN)
    to_work(county, working, a_person(county, "周海燕", "19930918", 22, home_region=LIUCUN))
    county.hires["at work"] = working

    world.walk_to(date(2026, 6, 9))
    for village, name, born, order in (
        (DAHE, "吴秀兰", "19900101", 24),
        (NANQU, "欧阳文静", "19951112", 26),
        (XIYAN, "高大伟", "19870404", 27),
    ):
        hire = an_opening(county, village, closes_on=date(2026, 6, 30))
        person = a_person(county, name, born, order, home_region=village)
        county.hires[name] = hire
        if name == "吴秀兰":
            to_notice(county, hire, person)
        else:
            world.do(hire, "apply", county.town, person_id=person)
    # 高大伟 has not signed what he has to
    long = an_opening(county, SHUANGJING, "村级信息员（兼防返贫监测与就业服务）")
    named = a_person(
        county, "买买提·阿不都热合曼·热西提", "19920315", 31, home_region=SHUANGJING, statements=["health"]
    )
    world.do(long, "apply", county.town, person_id=named)
    county.hires["long"] = long
    world.walk_to(TODAY)
    world.do(county.hires["吴秀兰"], "object", county.town, text="有人反映其不在本村居住。")


# ---- the real server ---------------------------------------------------------------------------------------------


@contextlib.contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """The address at which a real server serves ``app``, in a thread of this process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)
