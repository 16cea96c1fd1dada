"""Where the demonstration plays (演示地区): four real areas, and below them towns and villages that are made up.

Province, city and county are real, because the documents name them. Everything below is invented, marked 示例 in its
name, and coded from 901 on, where no real township is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

FIRST = "柳石竹松桃杏梅桂枫榆槐桑荷莲兰菊云月星霞"
SECOND = "湾坪沟坝岭垭塘桥园台"
REAL = (
    ("61", "", "province", "陕西省"),
    ("6109", "61", "city", "安康市"),
    ("610981", "6109", "county", "旬阳市"),
    ("610929", "6109", "county", "白河县"),
    ("37", "", "province", "山东省"),
    ("3715", "37", "city", "聊城市"),
    ("371502", "3715", "county", "东昌府区"),
    ("15", "", "province", "内蒙古自治区"),
    ("1504", "15", "city", "赤峰市"),
    ("150426", "1504", "county", "翁牛特旗"),
)


@dataclass(frozen=True, slots=True)
class Town:
    """A township that is made up, with so many villages. ``word``: what a village is called there."""

    code: str
    name: str
    word: str
    villages: int

    @property
    def shown(self) -> str:
        return f"{self.name}（示例）"

    def village(self, n: int) -> tuple[str, str]:
        """Code and name of the n-th village (from 0)."""
        place = n + 7 * (int(self.code) % 97)
        name = FIRST[place % len(FIRST)] + SECOND[(place * 3 + place // len(FIRST)) % len(SECOND)]
        return f"{self.code}{201 + n}", f"{name}{self.word}（示例）"


@dataclass(frozen=True, slots=True)
class Profile:
    """Who may be hired for a kind of post: ages at the announcement, both included, and what is recognised of them."""

    ages: tuple[int, int]
    categories: tuple[str, ...]
    statements: tuple[str, ...] = ()
    education: tuple[str, ...] = ("senior_secondary", "college")
    recognised_by: str = "乡村振兴局"


@dataclass(frozen=True, slots=True)
class Work:
    """A kind of post in an area: its title, the towns that have it, whom it is for, and what its register says."""

    kind: str
    title: str
    towns: tuple[Town, ...]
    profile: Profile
    #: the post is the town's own, not that of one of its villages
    of_town: bool = False
    post: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Area:
    """One document at work in one county. ``detours``: what is done at a stage though the document leaves it free."""

    code: str
    procedure: str
    zh: str
    en: str
    works: tuple[Work, ...]
    boards: tuple[str, ...]
    detours: Mapping[str, str] = field(default_factory=dict)

    def work(self, kind: str) -> Work:
        return next(work for work in self.works if work.kind == kind)

    @property
    def towns(self) -> tuple[Town, ...]:
        return tuple(dict.fromkeys(town for work in self.works for town in work.towns))


_SIGNED = ("computer_skill", "health", "no_crime", "political_conduct")
_QINGHE = Town("610981901", "清河镇", "村", 28)
_LIUHE = Town("610981902", "柳河镇", "村", 26)
_SHIZHI = Town("610981900", "市直单位", "", 0)
_XY_PEOPLE = Profile((20, 44), ("lifted", "monitored", "employment_difficulty"), _SIGNED)
XUNYANG = Area(
    "610981",
    "xunyang-2022-88",
    "旬阳市",
    "Xunyang",
    (
        Work("village", "村级信息员", (_QINGHE, _LIUHE), _XY_PEOPLE, post={"monthly_fen": 140000}),
        Work("town", "镇级信息员", (_QINGHE, _LIUHE), _XY_PEOPLE, of_town=True, post={"monthly_fen": 260000}),
        Work("city", "市级信息员", (_SHIZHI,), _XY_PEOPLE, of_town=True, post={"monthly_fen": 260000}),
    ),
    ("镇人民政府公示栏", "村民委员会公示栏"),
)
_SHAHE = Town("371502901", "沙河镇", "村", 6)
_CHAOYANG = Town("371502902", "朝阳街道", "社区", 5)
LIAOCHENG = Area(
    "371502",
    "liaocheng-2022-4",
    "聊城市东昌府区",
    "Liaocheng, Dongchangfu",
    (
        Work(
            "rural",
            "村容保洁员",
            (_SHAHE,),
            Profile((46, 62), ("lifted", "low_income", "elderly_rural"), ("health", "willing"), ("primary",)),
            post={"monthly_fen": 80000},
        ),
        Work(
            "urban",
            "社区网格协管员",
            (_CHAOYANG,),
            Profile((30, 44), ("zero_employment_family",), ("health", "willing"), recognised_by="人社局"),
            post={"monthly_fen": 220000},
        ),
    ),
    ("街道（镇）公示栏", "村（社区）公示栏"),
)
BAIHE = Area(
    "610929",
    "baihe-2022-72",
    "白河县",
    "Baihe",
    (
        Work(
            "village",
            "就业协理员",
            (Town("610929901", "月河镇", "村", 20), Town("610929902", "松坪镇", "村", 20)),
            Profile((20, 39), ("lifted", "employment_difficulty"), _SIGNED),
            post={"monthly_fen": 200000},
        ),
    ),
    ("村务公开栏",),
)
NEIMENGGU = Area(
    "150426",
    "neimenggu-2022-10",
    "翁牛特旗",
    "Ongniud Banner, Inner Mongolia",
    (
        Work(
            "village",
            "就业帮扶协管员",
            (Town("150426901", "白音苏木", "嘎查", 7), Town("150426902", "查干苏木", "嘎查", 6)),
            Profile((22, 54), ("farmer", "lifted"), ("computer_skill", "responsible"), ("junior_secondary",)),
            post={
                "monthly_fen": 180000,
                "sources": ["linking_fund"],
                "counted_workers": 520,
                "subsidy_cap_fen": 200000,
            },
        ),
    ),
    ("村民代表会议", "嘎查公示栏"),
    {"filed": "train"},
)
AREAS = (XUNYANG, LIAOCHENG, BAIHE, NEIMENGGU)


def regions() -> Iterator[dict[str, str]]:
    """The tree, parents before children, as ``workflow.regions.load`` reads it."""
    for code, parent, level, name in REAL:
        yield {"code": code, "parent": parent, "level": level, "name": name}
    for area in AREAS:
        for town in area.towns:
            yield {"code": town.code, "parent": area.code, "level": "township", "name": town.shown}
            for n in range(town.villages):
                code, name = town.village(n)
                yield {"code": code, "parent": town.code, "level": "village", "name": name}
