"""Careers with pay (上岗到离岗): what people mean to do, as data, and how it is tried day by day.

A career is one person on one post or two, with the years on each. Nothing here knows the rules: an act is tried when
its moment comes, and the desk refuses what may not be. ``paper.py`` is a desk without a database, ``county_desk.py``
one with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any, Protocol

from states.attendance_marks import MARKS, days_of
from states.facts import Actor, Hire
from states.refusals import Refusal
from states.vocabulary import FINAL_STATES, State
from tests.support.lives import BAIHE, FIRST_DAY, LIAOCHENG, NEIMENGGU, URBAN, XUNYANG, County, Stop

#: from the first vacancy to the day on which everything is looked at
END = date(2027, 1, 31)
HIRING = {
    county.document: tuple(stop for stop in county.lives["resigned"] if stop.act != "resign")
    for county in (XUNYANG, LIAOCHENG, BAIHE, NEIMENGGU)
}
CONTRACTING = {county.document: HIRING[county.document][-1].who for county in (XUNYANG, LIAOCHENG, BAIHE, NEIMENGGU)}
PLACES = {"xunyang": XUNYANG, "rural": LIAOCHENG, "urban": URBAN, "baihe": BAIHE, "neimenggu": NEIMENGGU}
BEGINNING = frozenset({"start", "sign"})
#: a woman of fifty retires in these years; a man of 1990 never within the story
YOUNG, NEAR, NEARER, SOON = (
    ("man", date(1990, 3, 5)),
    ("woman50", date(1976, 8, 20)),
    ("woman50", date(1975, 3, 31)),
    ("woman50", date(1973, 1, 15)),
)
AGES = {
    "xunyang": (YOUNG, NEAR),
    "rural": (YOUNG, NEARER),
    "urban": (NEARER, SOON, YOUNG),
    "baihe": (YOUNG,),
    "neimenggu": (YOUNG, NEAR),
}


@dataclass(frozen=True)
class Year:
    """What is meant for a term: how it is assessed, what is decided near its end, and what comes between.

    ``decides``: renew, unsigned (decided and never signed), end or nothing; ``late``: what follows over term.
    ``protect``: days before and after the end of the term. ``leaving``: how, on which day of the term, and so many days
    before (below nought) or after that day. ``extends``: the county lets a rural post go on for so many days.
    """

    assessed: str = "passed"
    decides: str = "renew"
    late: tuple[str, int] = ("nothing", 0)
    protect: tuple[int, int] | None = None
    leaving: tuple[str, int, int] | None = None
    extends: int = 0


@dataclass(frozen=True)
class Post:
    """A post in one of ``PLACES``: its vacancy ``opens`` so many days after the first day of the story.

    ``rests``: days between the training and the start; ``back``: by how many days the start is written back.
    """

    place: str
    years: tuple[Year, ...]
    opens: int = 0
    rests: int = 0
    back: int = 0

    @property
    def county(self) -> County:
        return PLACES[self.place]


@dataclass(frozen=True)
class Career:
    """A person with their posts. ``died``: the day, after how many days it was heard of, and whether they are let go.

    ``prior``: months served before; ``lags``: after how many days a month is paid (None: at the very end), in turns.
    ``absences``: days of the month that were missed, by month, in turns.
    """

    posts: tuple[Post, ...]
    age: tuple[str, date] = YOUNG
    prior: int = 0
    died: tuple[int, int, bool] | None = None
    lags: tuple[int | None, ...] = (0,)
    absences: tuple[int, ...] = (0,)

    def lag(self, month: date) -> int | None:
        return self.lags[month.month % len(self.lags)]

    def marks(self, month: date) -> str:
        """The attendance of a month: missed are so many days from the twelfth on."""
        missed = self.absences[month.month % len(self.absences)]
        return "".join("x" if 12 <= day < 12 + missed else "1" for day in range(1, days_of(month) + 1))

    def pays(self, day: date) -> bool:
        """Whether a day counts for the pay."""
        return MARKS[self.marks(day.replace(day=1))[day.day - 1]].pays


# ---- thought up --------------------------------------------------------------------------------------------------


def a_career(random: Random) -> Career:
    """A career as it may happen, with more of what seldom does."""
    place = random.choice(["urban", *sorted(PLACES)])
    posts = [_post(random, place, random.randrange(40))]
    if random.random() < 0.6:
        posts.append(_post(random, random.choice([place, *sorted(PLACES)]), random.choice([0, 20, 420, 800])))
    died = None
    if random.random() < 0.25:
        died = (random.randrange(60, 1300), random.choice([0, 0, 20, 120]), random.random() < 0.5)
    return Career(
        tuple(posts),
        random.choice(AGES[place]),
        random.choice([0, 0, 0, 0, 0, 0, 7, 24, 34, 36]),
        died,
        tuple(random.choices([0, 0, 5, 40, 100, None], k=3)),
        tuple(random.choices([0, 0, 0, 1, 6, 19], k=3)),
    )


def _post(random: Random, place: str, opens: int) -> Post:
    rests, back = random.choice([(0, 0), (0, 0), (9, 0), (45, 0), (45, 30)])
    return Post(place, tuple(_year(random) for _ in range(5)), opens, rests, back)


def _year(random: Random) -> Year:
    leaving = None
    if random.random() < 0.2:
        days = random.choice([-200, -40, -3, 0, 20, 31, 45])
        leaving = (random.choice(["resign", "dismiss", "dismiss"]), random.randrange(380), days)
    return Year(
        random.choice(["passed"] * 10 + ["failed", "no"]),
        random.choice(["renew"] * 10 + ["unsigned", "end", "nothing", "nothing"]),
        (random.choice(["renew", "renew", "renew", "leave", "nothing"]), random.choice([0, 1, 5, 40, 70])),
        random.choice([None] * 8 + [(30, 1), (10, 45), (5, 400)]),
        leaving,
        random.choice([0, 0, 1, 90, 400]),
    )


# ---- what is meant on a day --------------------------------------------------------------------------------------

Wish = tuple[str, str, dict[str, Any]]


def meant(county: County, year: Year, hire: Hire, today: date, death: date | None) -> Iterator[Wish]:
    """What somebody tries on a day with a hire in a term: the act, who takes it, and with what."""
    dossier, boss = hire.dossier, CONTRACTING[county.document]
    begins, ends = dossier.term_starts_on, dossier.term_ends_on
    assert begins is not None and ends is not None
    if death is not None:
        yield "decide_leaving", boss, _let_go("death", death, today)
    if today.month == 12 and year.assessed != "no" and dossier.ruled_year != today.year:
        yield from _assessing(county.document, today, year.assessed == "passed")
    if year.protect is not None and today >= ends - timedelta(year.protect[0]):
        yield "protect", boss, {
            "kind": "medical_period", "until": ends + timedelta(year.protect[1]), "evidence": "医院证明"
        }  # fmt: skip
    if year.leaving is not None and today >= begins + timedelta(year.leaving[1]):
        how, _, days = year.leaving
        if how == "resign":
            yield "resign", boss, {"given_on": today, "leave_on": today + timedelta(max(days, 0))}
        else:
            yield "decide_leaving", boss, _let_go(AT_ONCE[county.document], today + timedelta(days), today)
    if dossier.over_term_on is not None:
        how, days = year.late
        if today >= dossier.over_term_on + timedelta(days) and how == "renew":
            yield "decide_renew", boss, {"reason": "补办"}
            yield "renew_late", boss, {}
        elif today >= dossier.over_term_on + timedelta(days) and how == "leave":
            yield "decide_leaving", boss, _let_go("term_over", today, today)
    elif today >= ends - timedelta(40):
        if year.extends and dossier.last_lawful_on is not None:
            until = dossier.last_lawful_on + timedelta(year.extends)
            yield "extend_service", "hrss", {"until": until, "reason": "岗位需要，本人困难"}
        if year.decides in ("renew", "unsigned"):
            yield "decide_renew", boss, {"reason": "考核合格"}
        if year.decides == "renew":
            yield "sign_renewal", boss, {"signed_on": today}
        if year.decides == "end":
            yield "decide_end", boss, {"reason": "期满"}


#: a ground by which the employer lets somebody go at once
AT_ONCE = {
    "xunyang-2022-88": "fraud",
    "liaocheng-2022-4": "fraud",
    "baihe-2022-72": "serious_breach",
    "neimenggu-2022-10": "serious_breach",
}


def _let_go(ground: str, on: date, today: date) -> dict[str, Any]:
    return {"ground": ground, "effective_on": on, "notice_on": today, "reason": "经核查属实", "evidence": "核查记录"}


def _assessing(document: str, today: date, passes: bool) -> Iterator[Wish]:
    """The year is proposed and ruled on, as the document has it."""
    year, grade = {"year": today.year}, {"grade": "passed" if passes else "failed"}
    if document == "xunyang-2022-88":
        yield "assess", "employer", year | grade
        yield "rule_assessment", "hrss", {}
        yield "rule_assessment", "rural", {}
    elif document == "liaocheng-2022-4":
        yield "assess", "village", year | grade
        yield "rule_assessment", "township", {}
    elif document == "neimenggu-2022-10":
        yield "assess", "employer", year | grade | {"skilled": True}
        asked = {"held_on": today, "asked": 12, "satisfied": 11, "took_part": "服务对象12户"}
        yield "note_survey", "employer", year | asked
        yield "rule_assessment", "employer2", {}
    else:
        wrong = {"item": "minus_local_check", "level": "township", "number": 20 if passes else 90}
        yield "note_point", "township", year | wrong | {"matter": "镇政府抽查", "evidence": "抽查表"}
        yield "assess", "village", year
        yield "review_assessment", "township", {}
        yield "rule_assessment", "hrss", {}
        yield "rule_assessment", "rural", {}


# ---- living it ---------------------------------------------------------------------------------------------------


class Desk(Protocol):
    """Where a career is lived: it announces, decides and pays. ``do`` raises Refusal."""

    def hire(self, number: int) -> Hire: ...
    def announce(self, career: int, post: Post) -> int: ...
    def do(self, number: int, act: str, by: Actor, payload: Mapping[str, Any]) -> None: ...
    def died(self, career: int, on: date) -> None: ...
    def apply(self, career: int, number: int, by: Actor) -> None: ...


@dataclass
class Job:
    """A post as it is lived: its hire, what is still ahead on the way to the contract, and what was tried already."""

    post: Post
    number: int
    ahead: list[Stop]
    tried: set[tuple[str, str, str, int]] = field(default_factory=set)
    #: a step that was refused on the way is tried again later
    again_on: date = FIRST_DAY

    def officer(self, who: str) -> Actor:
        return self.post.county.officer(who)


@dataclass
class Living:
    """One career on a desk. ``met`` counts what came to pass, and what was refused."""

    index: int
    career: Career
    desk: Desk
    met: Counter[str]
    jobs: list[Job] = field(default_factory=list)
    heard: bool = False

    def morning(self, today: date) -> None:
        """Everything whose moment has come is tried, once."""
        age = (today - FIRST_DAY).days
        died = self.career.died
        if died is not None and not self.heard and age >= died[0] + died[1]:
            self.desk.died(self.index, FIRST_DAY + timedelta(died[0]))
            self.heard = True
            self.met["died" if died[1] == 0 else "a death that was heard of late"] += 1
        opened = len(self.jobs)
        for post in self.career.posts[opened:]:
            if age >= post.opens:
                self.jobs.append(Job(post, self.desk.announce(self.index, post), list(HIRING[post.county.document])))
        for job in self.jobs:
            self._hired(job, today)
            self._served(job, today)

    def on_the_way(self, today: date) -> bool:
        """Whether somebody is being hired, which is looked after daily."""
        return any(job.ahead and today >= job.again_on for job in self.jobs)

    @property
    def over(self) -> bool:
        """Nothing can happen any more."""
        waits = len(self.jobs) < len(self.career.posts) or any(job.ahead for job in self.jobs)
        return not waits and all(self.desk.hire(job.number).state in FINAL_STATES for job in self.jobs)

    def _hired(self, job: Job, today: date) -> None:
        while job.ahead and today >= job.again_on:
            hire = self.desk.hire(job.number)
            stop = job.ahead[0]
            if stop.stage != hire.stage or not stop.when(today, hire):
                return
            payload = {} if stop.act == "apply" else dict(stop.payload(today, hire))
            if stop.act in BEGINNING and hire.dossier.trained_on is not None and hire.dossier.started_on is None:
                if today < hire.dossier.trained_on + timedelta(job.post.rests):
                    return
                name = "started_on" if stop.act == "start" else "signed_on"
                payload[name] = max(today - timedelta(job.post.back), hire.dossier.trained_on)
            if not self._try(job, stop.act, stop.who, payload):
                job.again_on = today + timedelta(150)
                return
            job.ahead.pop(0)

    def _served(self, job: Job, today: date) -> None:
        hire = self.desk.hire(job.number)
        ends, begins, term = hire.dossier.term_ends_on, hire.dossier.term_starts_on, hire.dossier.term_no
        if hire.state is State.DISMISSED or ends is None or begins is None or term > len(job.post.years):
            return
        year = job.post.years[term - 1]
        buried = self.heard and self.career.died is not None and self.career.died[2]
        death = FIRST_DAY + timedelta(self.career.died[0]) if buried and self.career.died else None
        for act, who, payload in meant(job.post.county, year, hire, today, death):
            wish = (act, who, hire.stage, term)
            if wish not in job.tried:
                job.tried.add(wish)
                self._try(job, act, who, payload)

    def _try(self, job: Job, act: str, who: str, payload: Mapping[str, Any]) -> bool:
        try:
            if act == "apply":
                self.desk.apply(self.index, job.number, job.officer(who))
            else:
                self.desk.do(job.number, act, job.officer(who), payload)
        except Refusal as refusal:
            guards = [answer.guard for answer in getattr(refusal, "answers", ()) if answer.stops]
            self.met.update(f"refused: {guard}" for guard in guards or [type(refusal).__name__])
            return False
        self.met[act] += 1
        return True
