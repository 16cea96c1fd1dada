"""Lives of hires under every shipped document, told as data: who does what at which stage, and what the system does.

One walk through three years lives them all on one database. Tests ask afterwards what the trail, the tables and the
guards make of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from typing import Any

from states.facts import SYSTEM, Actor, Hire, Person
from states.vocabulary import FINAL_STATES, Role
from tests.support.world import World, officer
from workflow.reading import load_hires, load_person
from workflow.timers import sweep

FIRST_DAY = date(2022, 6, 13)
Payload = Callable[[date, Hire], dict[str, Any]]
When = Callable[[date, Hire], bool]


@dataclass(frozen=True)
class Stop:
    """One act at one stage; ``who`` is a role, or a role and a number for a further natural person in it."""

    stage: str
    act: str
    who: str
    payload: Payload = lambda day, hire: {}
    when: When = lambda day, hire: True


def _why(day: date, hire: Hire) -> dict[str, Any]:
    return {"opinion": "条件不符"}


def _term_is_near(day: date, hire: Hire) -> bool:
    ends = hire.dossier.term_ends_on
    return ends is not None and day >= ends - timedelta(days=40)


def _held(passed: bool) -> Payload:
    return lambda day, hire: {"held_on": day, "passed": passed}


def _posted(day: date, hire: Hire) -> dict[str, Any]:
    return {"posted_on": day, "boards": ["公示栏"]}


def _signed(day: date, hire: Hire) -> dict[str, Any]:
    return {"signed_on": day}


def _objection(day: date, hire: Hire) -> dict[str, Any]:
    return {"objection": hire.dossier.open_objections[0], "reason": "经查不属实"}


def _filing(day: date, hire: Hire) -> dict[str, Any]:
    filing = hire.dossier.filings[0]
    return {"filing": filing.filing, "seq": filing.seq, "sent_on": day}


def _assessed(**values: Any) -> Payload:
    return lambda day, hire: {"year": day.year, **values}


def _surveyed(day: date, hire: Hire) -> dict[str, Any]:
    return {"year": day.year, "held_on": day, "asked": 12, "satisfied": 11, "took_part": "服务对象12户"}


def _wrong(points: str) -> Payload:
    """So many records that the township found wrong, at half a point each, that this total is left."""
    number = int((100 - float(points)) * 2)
    return lambda day, hire: {
        "year": day.year, "item": "minus_local_check", "level": "township", "number": number,
        "matter": "镇政府抽查", "evidence": "抽查表",
    }  # fmt: skip


def _article(day: date, hire: Hire) -> dict[str, Any]:
    return {"year": day.year, "item": "bonus_media", "level": "city", "matter": "稳岗就业在示例", "evidence": "报样"}


def _last_point(day: date, hire: Hire) -> dict[str, Any]:
    return {"seq": hire.dossier.points[-1].seq, "reason": "查无此文"}


def _reason(day: date, hire: Hire) -> dict[str, Any]:
    return {"reason": "按规定办理"}


def _resigned(days: int) -> Payload:
    return lambda day, hire: {"given_on": day, "leave_on": day + timedelta(days=days)}


def _dismissed(ground: str, **more: Any) -> Payload:
    return lambda day, hire: {
        "ground": ground,
        "effective_on": day + timedelta(days=31),
        "notice_on": day,
        "reason": "经核查属实",
        "evidence": "核查记录",
        **more,
    }


def _protected(day: date, hire: Hire) -> dict[str, Any]:
    ends = hire.dossier.term_ends_on
    assert ends is not None
    return {"kind": "medical_period", "until": ends + timedelta(days=20), "evidence": "医院证明"}


def _december(day: date, hire: Hire) -> bool:
    ruled = hire.dossier.ruled_year
    return day.month == 12 and (ruled is None or ruled < day.year)


@dataclass(frozen=True)
class County:
    """A document, the place where it is carried out, and its officers: natural persons by role."""

    document: str
    kind: str
    area: str
    regions: dict[str, str]
    announcer: str
    roles: tuple[str, ...]
    lives: dict[str, tuple[Stop, ...]]
    post: dict[str, Any] = field(default_factory=dict)

    def officer(self, who: str) -> Actor:
        role = Role(who.rstrip("0123456789"))
        return officer(f"{self.area}{who}", role, self.area, 1 + hash_of(f"{self.area}{who}"))


def hash_of(name: str) -> int:
    return int.from_bytes(name.encode()[-4:]) % 1_000_000


# ---- 旬阳 ----------------------------------------------------------------------------------------------------------

_XY_NOTICE = (
    Stop("vacancy", "apply", "employer"),
    Stop("applied", "check", "employer"),
    Stop("checked", "recheck", "hrss2"),
    Stop("checked", "recheck", "rural2"),
    Stop("qualified", "post_notice", "employer", _posted),
)
_XY_REPORTED = (*_XY_NOTICE, Stop("notice_closed", "report", "employer"))
_XY_CONTRACT = (
    *_XY_REPORTED,
    Stop("joint_review", "approve", "hrss"),
    Stop("joint_review", "approve", "rural"),
    Stop("approved", "train_again", "hrss", _held(False)),
    Stop("approved", "train", "rural", _held(True)),
    Stop("trained", "start", "employer", lambda day, hire: {"started_on": day}),
    Stop("on_post", "sign", "employer", _signed),
    Stop("contracted", "file", "employer", _filing),
)


def _yearly(stage: str, *, second: str = "", heard: bool = False, **grade: Any) -> tuple[Stop, ...]:
    """Assessed by the employer and ruled by two bureaus, or by a second person of the employer.

    ``heard``: those served take part.
    """
    ruled = (second,) if second else ("hrss", "rural")
    return (
        Stop(stage, "assess", "employer", _assessed(**(grade or {"grade": "passed"})), _december),
        *((Stop(stage, "note_survey", "employer", _surveyed),) if heard else ()),
        *(Stop(stage, "rule_assessment", who) for who in ruled),
    )


def _renewed(by: str, stage: str = "contracted") -> tuple[Stop, ...]:
    return (Stop(stage, "decide_renew", by, _reason, _term_is_near), Stop(stage, "sign_renewal", by, _signed))


def _objected(reporter: str, judge: str, author: str, stage: str = "notice") -> tuple[Stop, ...]:
    return (
        Stop(stage, "object", reporter, lambda day, hire: {"text": "对条件有异议"}),
        Stop(stage, "dismiss_objection", f"{judge}3", _objection),
        Stop(stage, "restart_notice", author, _posted),
    )


def _upheld(reporter: str, judge: str, stage: str = "notice") -> tuple[Stop, ...]:
    return (
        Stop(stage, "object", reporter, lambda day, hire: {"text": "隐瞒收入"}),
        Stop(stage, "uphold_objection", f"{judge}3", _objection),
    )


def _endings(begun: tuple[Stop, ...], by: str, stage: str, ground: str) -> dict[str, tuple[Stop, ...]]:
    """What may end a first term otherwise: protected and then over, a resignation, a dismissal, nobody deciding."""
    return {
        "protected": (
            *begun,
            Stop(stage, "protect", by, _protected, _term_is_near),
            Stop(stage, "decide_end", by, _reason),
            Stop("ended", "file", by, _filing),
        ),
        "resigned": (*begun, Stop(stage, "resign", by, _resigned(31))),
        "dismissed": (*begun, Stop(stage, "decide_leaving", by, _dismissed(ground))),
        "undecided": (*begun, Stop("over_term", "decide_leaving", by, _dismissed(ground))),
    }


XUNYANG = County(
    "xunyang-2022-88",
    "village",
    "610981",
    {"61": "陕西省", "610981": "旬阳市", "610981100": "城关镇"},
    "employer",
    ("employer", "hrss", "rural"),
    {
        "three_years": (
            *_XY_CONTRACT,
            *_yearly("contracted"),
            *_renewed("employer"),
            Stop("renewed", "file", "employer", _filing),
            *_yearly("renewed"),
            *_renewed("employer", "renewed"),
            *_yearly("renewed"),
            Stop("renewed", "decide_end", "employer", _reason, _term_is_near),
            Stop("ended", "file", "employer", _filing),
        ),
        "late": (
            *_XY_CONTRACT,
            *_yearly("contracted"),
            Stop("over_term", "decide_renew", "employer", _reason),
            Stop("over_term", "renew_late", "employer"),
            Stop("renewed", "resign", "employer", _resigned(30)),
        ),
        "objected": (
            *_XY_NOTICE,
            *_objected("hrss", "rural", "employer"),
            Stop("notice_closed", "withdraw", "employer"),
        ),
        "upheld": (*_XY_NOTICE, *_upheld("hrss", "rural")),
        "rejected": (_XY_NOTICE[0], Stop("applied", "reject", "employer", _why)),
        "refused": (*_XY_REPORTED, Stop("joint_review", "refuse", "rural", _why)),
        "cancelled": (Stop("vacancy", "cancel", "employer"),),
        "unfilled": (),
        **_endings(_XY_CONTRACT, "employer", "contracted", "fraud"),
    },
)

# ---- 聊城 ----------------------------------------------------------------------------------------------------------


def _meeting(day: date, hire: Hire) -> dict[str, Any]:
    return {"held_on": day, "present": 21, "in_favour": 11}


_LC_NOTICE = (
    Stop("vacancy", "apply", "township"),
    Stop("applied", "appraise", "village", _meeting),
    Stop("appraised", "review_and_post", "township", _posted),
)
_LC_POST = (
    *_LC_NOTICE,
    Stop("county_review", "approve", "hrss"),
    Stop("approved", "sign", "township", _signed),
    Stop("agreed", "train_again", "township", _held(False)),
    Stop("agreed", "train", "township", _held(True)),
    Stop("trained", "start", "township", lambda day, hire: {"started_on": day}),
    Stop("on_post", "file", "township", _filing),
)


def _lc_year(stage: str) -> tuple[Stop, ...]:
    return (
        Stop(stage, "assess", "village", _assessed(grade="passed"), _december),
        Stop(stage, "rule_assessment", "township"),
    )


def _extended(day: date, hire: Hire) -> dict[str, Any]:
    last = hire.dossier.last_lawful_on
    assert last is not None
    return {"until": last + timedelta(days=90), "reason": "岗位需要，本人困难"}


_LC_LIVES = {
    "three_years": (
        *_LC_POST,
        *_lc_year("on_post"),
        *_renewed("township", "on_post"),
        *_lc_year("renewed"),
        *_renewed("township", "renewed"),
        *_lc_year("renewed"),
        Stop("renewed", "decide_end", "township", _reason, _term_is_near),
        *(Stop("ended", "file", "township", _filing) for _ in range(3)),
    ),
    "late": (
        *_LC_POST,
        *_lc_year("on_post"),
        Stop("over_term", "decide_renew", "township", _reason),
        Stop("over_term", "renew_late", "township"),
        Stop("renewed", "resign", "township", _resigned(30)),
    ),
    "objected": (*_LC_NOTICE, *_objected("village", "hrss", "township"), Stop("county_review", "withdraw", "township")),
    "upheld": (*_LC_NOTICE, *_upheld("village", "hrss")),
    "rejected": (_LC_NOTICE[0], Stop("applied", "reject", "township", _why)),
    "refused": (*_LC_NOTICE, Stop("county_review", "refuse", "hrss", _why)),
    "cancelled": (Stop("vacancy", "cancel", "township"),),
    "unfilled": (),
    **_endings(_LC_POST, "township", "on_post", "incapable"),
}
_LC = {"37": "山东省", "3715": "聊城市", "371502": "东昌府区", "371502100": "示例镇"}
LIAOCHENG = County(
    "liaocheng-2022-4",
    "rural",
    "371502",
    _LC,
    "hrss",
    ("village", "township", "hrss", "county"),
    {
        **_LC_LIVES,
        "extended": (
            *_LC_POST,
            *_lc_year("on_post"),
            *_renewed("township", "on_post"),
            *_lc_year("renewed"),
            *_renewed("township", "renewed"),
            *_lc_year("renewed"),
            Stop("renewed", "extend_service", "hrss", _extended),
            *_renewed("township", "renewed"),
        ),
    },
)
URBAN = County(
    "liaocheng-2022-4",
    "urban",
    "371581",
    {"371581": "临清市", "371581001": "示例街道"},
    "hrss",
    ("village", "township", "hrss", "county"),
    {"urban": (*_LC_POST, *_lc_year("on_post"), *_renewed("township", "on_post"), *_lc_year("renewed"))},
)

# ---- 白河 ----------------------------------------------------------------------------------------------------------

_BH_CHOSEN = (
    Stop("vacancy", "apply", "village"),
    Stop("applied", "check", "village"),
    Stop("qualified", "choose", "village"),
)
_BH_CONTRACT = (
    *_BH_CHOSEN,
    Stop("chosen", "approve", "township"),
    Stop("town_approved", "record_filing", "hrss"),
    Stop("filed", "train_again", "company", _held(False)),
    Stop("filed", "train", "company", _held(True)),
    Stop("trained", "sign_agreement", "employer", _signed),
    Stop("agreed", "start", "employer", lambda day, hire: {"started_on": day}),
    Stop("on_post", "sign", "employer", _signed),
    Stop("contracted", "file", "employer", _filing),
)


def _bh_year(stage: str, points: str = "75.5") -> tuple[Stop, ...]:
    return (
        Stop(stage, "note_point", "township", _wrong(points), _december),
        Stop(stage, "note_point", "village", _article),
        Stop(stage, "strike_point", "hrss", _last_point),
        Stop(stage, "assess", "village", _assessed()),
        Stop(stage, "review_assessment", "township"),
        Stop(stage, "rule_assessment", "hrss"),
        Stop(stage, "rule_assessment", "rural"),
    )


BAIHE = County(
    "baihe-2022-72",
    "village",
    "610929",
    {"610929": "白河县", "610929100": "示例镇"},
    "village",
    ("village", "township", "employer", "company", "hrss", "rural"),
    {
        "three_years": (
            *_BH_CONTRACT,
            *_bh_year("contracted"),
            *_renewed("employer"),
            *_bh_year("renewed", "60.0"),
            *_renewed("employer", "renewed"),
            *_bh_year("renewed", "90"),
            Stop("renewed", "decide_end", "employer", _reason, _term_is_near),
            Stop("ended", "file", "employer", _filing),
        ),
        "late": (
            *_BH_CONTRACT,
            *_bh_year("contracted"),
            Stop("over_term", "decide_renew", "employer", _reason),
            Stop("over_term", "renew_late", "employer"),
            Stop("renewed", "resign", "village", _resigned(21)),
            Stop("renewed", "hand_over", "village", lambda day, hire: {"done_on": day}),
            Stop("renewed", "consent_resignation", "employer"),
        ),
        "rejected": (_BH_CHOSEN[0], Stop("applied", "reject", "village", _why)),
        "refused": (*_BH_CHOSEN, Stop("chosen", "refuse", "township", _why)),
        "withdrawn": (*_BH_CHOSEN, Stop("chosen", "withdraw", "village")),
        "cancelled": (Stop("vacancy", "cancel", "village"),),
        "unfilled": (),
        **_endings(_BH_CONTRACT, "employer", "contracted", "unfinished_three_months"),
    },
)

# ---- 内蒙古 --------------------------------------------------------------------------------------------------------

_NM_NOTICE = (
    Stop("vacancy", "apply", "village"),
    Stop("applied", "check", "village"),
    Stop("checked", "hold_meeting", "village", _meeting),
    Stop("qualified", "post_notice", "village", _posted),
)
_NM_SECOND = (*_NM_NOTICE, Stop("village_noticed", "review_and_post", "township", _posted))
_NM_FILED = (*_NM_SECOND, Stop("county_filing", "record_filing", "rural"))
_NM_SIGNED = (
    *_NM_FILED,
    Stop("filed", "train_again", "township", _held(False)),
    Stop("filed", "train", "township", _held(True)),
    Stop("trained", "sign", "employer", _signed),
)


def _nm_year(stage: str) -> tuple[Stop, ...]:
    return _yearly(stage, second="employer2", heard=True, grade="passed", skilled=True)


NEIMENGGU = County(
    "neimenggu-2022-10",
    "village",
    "150426",
    {"15": "内蒙古自治区", "150426": "翁牛特旗", "150426100": "示例苏木"},
    "village",
    ("village", "township", "employer", "employer2", "hrss", "rural", "finance"),
    {
        "three_years": (
            *_NM_SIGNED,
            Stop("contracted", "train_on_post", "township", _held(True)),
            *_nm_year("contracted"),
            *_renewed("employer"),
            *_nm_year("renewed"),
            *_renewed("employer", "renewed"),
            *_nm_year("renewed"),
            Stop("renewed", "decide_end", "employer", _reason, _term_is_near),
            Stop("ended", "file", "employer", _filing),
        ),
        "late": (
            *_NM_SIGNED,
            *_nm_year("contracted"),
            Stop("over_term", "decide_renew", "employer", _reason),
            Stop("over_term", "renew_late", "employer"),
            Stop("renewed", "resign", "employer", _resigned(1)),
        ),
        "untrained": (*_NM_FILED, Stop("filed", "sign", "employer", _signed)),
        "objected": (
            *_NM_NOTICE,
            *_objected("hrss", "township", "village"),
            _NM_SECOND[-1],
            *_objected("village", "hrss", "township", "notice_township"),
            Stop("county_filing", "withdraw", "village"),
        ),
        "upheld": (*_NM_NOTICE, *_upheld("hrss", "township")),
        "upheld_above": (*_NM_SECOND, *_upheld("village", "rural", "notice_township")),
        "rejected": (_NM_NOTICE[0], Stop("applied", "reject", "village", _why)),
        "refused": (*_NM_NOTICE, Stop("village_noticed", "refuse", "township", _why)),
        "cancelled": (Stop("vacancy", "cancel", "employer"),),
        "unfilled": (),
        **_endings(_NM_SIGNED, "employer", "contracted", "post_cancelled"),
    },
    {"sources": ["linking_fund"], "counted_workers": 600, "subsidy_cap_fen": 200000},
)
COUNTIES = (XUNYANG, LIAOCHENG, URBAN, BAIHE, NEIMENGGU)


# ---- living --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Moment:
    """A step that was taken, with everything that its decision read."""

    county: County
    life: str
    hire: Hire
    act: str
    actor: Actor
    on: date
    payload: dict[str, Any]
    candidate: Person | None = None


@dataclass
class Life:
    county: County
    name: str
    hire_id: int
    person_id: int
    ahead: list[Stop]


def begin(world: World, counties: Iterable[County] = COUNTIES) -> list[Life]:
    """Announces one place in a village of its own for every life, and registers the applicant."""
    begun, numbers = [], count(201)
    for county in counties:
        world.add_regions(county.regions)
        town = max(county.regions, key=len)
        for name, stops in county.lives.items():
            village = f"{town}{next(numbers)}"
            world.add_regions({village: f"{name}村"})
            post = world.a_post(county.document, county.kind, village, **county.post)
            closes_on = world.clock.today if name == "unfilled" else None
            opened = world.an_opening(county.officer(county.announcer), post, closes_on=closes_on)
            person = _applicant(world, county, name, village)
            begun.append(Life(county, name, opened.hire_ids[0], person, list(stops)))
    return begun


def _applicant(world: World, county: County, name: str, village: str) -> int:
    known = {"by": "主管部门", "on": "2021-12-31"}
    return world.a_person(
        f"{county.document}-{county.kind}-{name}",
        date(1990, 3, 5),
        "M",
        village,
        categories={code: known for code in ("lifted", "farmer", "employment_difficulty", "zero_employment_family")},
        statements=["political_conduct", "health", "computer_skill", "no_crime", "responsible"],
    )


def live(world: World, lives: list[Life], until: date) -> list[Moment]:
    """Walks to a day with a sweep each morning; whoever can take the next step of a life takes it. All steps taken."""
    moments: list[Moment] = []
    before = _load(world, [life.hire_id for life in lives])
    while world.clock.today < until:
        sweep(world.office, world.clock())
        lives = [life for life in lives if before[life.hire_id].state not in FINAL_STATES or life.ahead]
        now = _load(world, [life.hire_id for life in lives])
        for life in lives:
            moments += _by_the_system(world, life, before[life.hire_id], now[life.hire_id])
            taken, before[life.hire_id] = _by_people(world, life, now[life.hire_id])
            moments += taken
        world.clock.moment += timedelta(days=1)
    return moments


def _load(world: World, ids: list[int]) -> dict[int, Hire]:
    with world.office.database.reading() as connection:
        return load_hires(connection, ids)


def _by_the_system(world: World, life: Life, before: Hire, now: Hire) -> list[Moment]:
    """The first step that the system took this morning: later ones were decided on facts that nobody kept."""
    if before.audit_seq == now.audit_seq:
        return []
    sql = "SELECT act, on_day FROM audit_entry WHERE hire_id = ? AND seq > ? ORDER BY seq"
    for act, on in world.ask(sql, life.hire_id, before.audit_seq):
        if ":" not in act:
            day = date.fromisoformat(on) if isinstance(on, str) else on
            return [Moment(life.county, life.name, before, act, SYSTEM, day, {})]
    return []


def _by_people(world: World, life: Life, hire: Hire) -> tuple[list[Moment], Hire]:
    taken = []
    today = world.clock.today
    while life.ahead and life.ahead[0].stage == hire.stage and life.ahead[0].when(today, hire):
        stop = life.ahead.pop(0)
        actor = life.county.officer(stop.who)
        payload = {"person_id": life.person_id} if stop.act == "apply" else stop.payload(today, hire)
        candidate = None
        if stop.act == "apply":
            with world.office.database.reading() as connection:
                candidate = load_person(connection, life.person_id)
        taken.append(Moment(life.county, life.name, hire, stop.act, actor, today, payload, candidate))
        world.do(life.hire_id, stop.act, actor, **payload)
        hire = world.hire(life.hire_id)
    return taken, hire
