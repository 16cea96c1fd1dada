"""Who appears in the demonstration (演示人物): officers with an account, and applicants. All of them are made up.

Names are drawn from lists of surnames and given names. Identity numbers come from ``states.identity_number.synthetic``
with sequence numbers from 900 on, which no registry gives out in its ordinary course: well-formed, and nobody's.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session

from api.demo.areas import Profile
from states.facts import Actor, Grant
from states.identity_number import synthetic
from states.periods import add_months
from states.vocabulary import Role
from workflow.accounts import create_account
from workflow.sealing import Seal

PASSWORD = "zaigang-demo"
FIRST_SEQUENCE = 900
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余"
GIVEN = {
    "男": "建国 志强 明辉 家旺 大勇 长青 永顺 小军 文斌 德林 春生 立新 国庆 海波 少华 振华 有才 向东 守义 金宝",
    "女": "秀兰 桂英 小红 春梅 丽华 海燕 文静 玉珍 冬梅 雪莲 爱玲 彩云 淑芬 月娥 巧云 红霞 艳丽 小芳 翠萍 慧敏",
}


@dataclass(frozen=True, slots=True)
class Officer:
    """Somebody with an account. ``acts``: takes steps in the stories; the others are there for visitors."""

    username: str
    name: str
    zh: str
    en: str
    grants: tuple[Grant, ...]
    acts: bool = True

    @property
    def id_number(self) -> str:
        place = OFFICERS.index(self)
        region = next((grant.region[:6] for grant in self.grants if len(grant.region) >= 6), "610000")
        return synthetic(region, date(1970 + place, 1 + place % 12, 10), FIRST_SEQUENCE + place)


def _officer(username: str, name: str, zh: str, en: str, *grants: tuple[Role, str], acts: bool = True) -> Officer:
    return Officer(username, name, zh, en, tuple(Grant(role, region) for role, region in grants), acts)


OFFICERS = (
    _officer("xy.zhen1", "王建军", "旬阳 清河镇经办", "Xunyang township clerk", (Role.EMPLOYER, "610981901")),
    _officer(
        "xy.zhen2", "刘淑华", "旬阳 市直单位和其他镇经办", "Xunyang departments and towns", (Role.EMPLOYER, "610981")
    ),
    _officer("xy.renshe1", "李敏", "旬阳 市人社局", "Xunyang HRSS", (Role.HRSS, "610981")),
    _officer("xy.renshe2", "周文博", "旬阳 市人社局", "Xunyang HRSS, second officer", (Role.HRSS, "610981")),
    _officer("xy.zhenxing", "赵卫东", "旬阳 市乡村振兴局", "Xunyang rural revitalisation", (Role.RURAL, "610981")),
    _officer("lc.cun", "孙桂芝", "聊城 村（社区）干部", "Liaocheng village cadre", (Role.VILLAGE, "371502")),
    _officer("lc.zhen1", "郑海涛", "聊城 沙河镇", "Liaocheng township", (Role.TOWNSHIP, "371502901")),
    _officer("lc.zhen2", "韩雪", "聊城 各镇（街道）", "Liaocheng towns and subdistricts", (Role.TOWNSHIP, "371502")),
    _officer("lc.renshe1", "冯立群", "聊城 区人社局", "Liaocheng county HRSS", (Role.HRSS, "371502")),
    _officer("lc.renshe2", "许静", "聊城 区人社局", "Liaocheng county HRSS, second", (Role.HRSS, "371502")),
    _officer("bh.cun", "田小玲", "白河 村（社区）干部", "Baihe village cadre", (Role.VILLAGE, "610929")),
    _officer("bh.zhen", "高志远", "白河 镇政府审核", "Baihe township", (Role.TOWNSHIP, "610929")),
    _officer("bh.yongren", "马红梅", "白河 镇用人经办", "Baihe employer", (Role.EMPLOYER, "610929")),
    _officer("bh.gongsi", "罗成", "白河 劳务公司", "Baihe service company", (Role.COMPANY, "610929")),
    _officer("bh.renshe", "邓颖", "白河 县人社局", "Baihe HRSS", (Role.HRSS, "610929")),
    _officer("bh.zhenxing", "曹阳", "白河 县乡村振兴局", "Baihe rural revitalisation", (Role.RURAL, "610929")),
    _officer("nm.gacha", "白晓峰", "内蒙古 嘎查村两委", "Inner Mongolia village", (Role.VILLAGE, "150426")),
    _officer("nm.sumu", "吴振宇", "内蒙古 苏木乡镇审核", "Inner Mongolia township", (Role.TOWNSHIP, "150426")),
    _officer("nm.yongren1", "包丽娜", "内蒙古 选聘主体", "Inner Mongolia employer", (Role.EMPLOYER, "150426")),
    _officer("nm.yongren2", "何伟", "内蒙古 选聘主体", "Inner Mongolia employer, second", (Role.EMPLOYER, "150426")),
    _officer("nm.renshe", "宋佳", "内蒙古 旗人社局", "Inner Mongolia banner HRSS", (Role.HRSS, "150426")),
    _officer("nm.zhenxing", "梁栋", "内蒙古 旗乡村振兴局", "Inner Mongolia banner rural", (Role.RURAL, "150426")),
    # further natural persons: in one hiring nobody approves twice, and whoever judges an objection does not approve
    _officer("xy.renshe3", "蒋慧", "旬阳 市人社局", "Xunyang HRSS, third officer", (Role.HRSS, "610981")),
    _officer("xy.zhenxing2", "余海", "旬阳 市乡村振兴局", "Xunyang rural, second", (Role.RURAL, "610981")),
    _officer("nm.sumu2", "袁静", "内蒙古 苏木乡镇审核", "Inner Mongolia township, second", (Role.TOWNSHIP, "150426")),
    _officer("nm.renshe2", "蔡明", "内蒙古 旗人社局", "Inner Mongolia banner HRSS, second", (Role.HRSS, "150426")),
    _officer("ducha", "陈静", "督查（只看不办）", "supervisor, sees all", (Role.SUPERVISOR, ""), acts=False),
    _officer(
        "sidi.renshe",
        "唐明",
        "四地人社",
        "HRSS officer in all four areas",
        *((Role.HRSS, region) for region in ("610981", "371502", "610929", "150426")),
        acts=False,
    ),
    # the three administrators see no hires; two of them are needed for every grant
    _officer(
        "anquan1", "沈国平", "安全管理员（授权）", "security administrator", (Role.SECURITY_ADMIN, ""), acts=False
    ),
    _officer(
        "anquan2",
        "贾立群",
        "安全管理员（确认）",
        "security administrator, second",
        (Role.SECURITY_ADMIN, ""),
        acts=False,
    ),
    _officer("xitong", "方雨晴", "系统管理员", "system administrator", (Role.SYSTEM_ADMIN, ""), acts=False),
    _officer("shenji", "苏文静", "审计管理员", "audit administrator", (Role.AUDIT_ADMIN, ""), acts=False),
)


def open_accounts(session: Session, seal: Seal, at: Any) -> Iterator[tuple[Officer, Actor]]:
    """Creates every account and tells how each officer acts."""
    for officer in OFFICERS:
        key = seal.person_key(officer.id_number)
        account = create_account(
            session,
            seal,
            username=officer.username,
            password=PASSWORD,
            person=key,
            name=officer.name,
            at=at,
            grants=officer.grants,
        )
        yield officer, Actor(account, key, officer.name, officer.grants)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a story needs of its person beyond what the kind of post asks."""

    sex: str | None = None
    age: int | None = None
    born: date | None = None
    education: str | None = None
    categories: tuple[str, ...] = ()
    relative_of: str | None = None
    prior_months: int = 0


class Crowd:
    """Makes up people, no two with one name or one number."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._names: set[str] = set()
        self._numbers: set[str] = set()
        self._sequence = {"男": FIRST_SEQUENCE + 1, "女": FIRST_SEQUENCE}

    def person(self, profile: Profile, home: str, on: date, wish: Wish) -> Mapping[str, Any]:
        """What ``workflow.people.register`` is given. ``on``: the day on which the ages of the profile hold."""
        sex = wish.sex or self._chance.choice("男女")
        recognised = on - timedelta(days=self._chance.randint(100, 400))
        categories = wish.categories or self._categories(profile)
        given: dict[str, Any] = {
            "name": self._name(sex),
            "id_number": self._number(home[:6], wish.born or self._born(profile, on, wish), sex),
            "phone": f"000 0000 {self._chance.randint(0, 9999):04d}",
            "education": wish.education or self._chance.choice(profile.education),
            "home_region": home,
            "categories": {code: {"by": profile.recognised_by, "on": recognised} for code in categories},
            "statements": profile.statements,
        }
        if sex == "女":
            given["retirement_category"] = self._chance.choice(("woman50", "woman55"))
        if wish.relative_of:
            relative = next(officer for officer in OFFICERS if officer.username == wish.relative_of)
            given["relatives"] = (relative.id_number,)
        if wish.prior_months:
            given |= {"prior_months": wish.prior_months, "prior_evidence": "原公益性岗位补贴发放表"}
        return given

    def _categories(self, profile: Profile) -> tuple[str, ...]:
        # farmers and herders are that and something else; elsewhere one recognition suffices
        return profile.categories if "farmer" in profile.categories else (self._chance.choice(profile.categories),)

    def _name(self, sex: str) -> str:
        while True:
            name = self._chance.choice(SURNAMES) + self._chance.choice(GIVEN[sex].split())
            if name not in self._names and all(name != officer.name for officer in OFFICERS):
                self._names.add(name)
                return name

    def _born(self, profile: Profile, on: date, wish: Wish) -> date:
        age = self._chance.randint(*profile.ages) if wish.age is None else wish.age
        return add_months(on, -12 * age) - timedelta(days=self._chance.randint(20, 340))

    def _number(self, region: str, born: date, sex: str) -> str:
        while True:
            sequence = self._sequence[sex]
            self._sequence[sex] = sequence + 2 if sequence < 998 else FIRST_SEQUENCE + sequence % 2
            number = synthetic(region, born, sequence)
            if number not in self._numbers:
                self._numbers.add(number)
                return number
