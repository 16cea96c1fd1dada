"""What lies on the desks of the demonstration (案头): notes, score sheets, a suspended case, applications from outside.

Told after all stories, on the present day, so that every page of the desk has something to show.
"""

from __future__ import annotations

from sqlalchemy import select

from api.demo.areas import AREAS, Area
from api.demo.people import Crowd, Wish
from api.demo.walk import Walk
from states.clocks import local_day
from states.facts import Actor, Hire
from states.house import officers
from states.noting import open_years
from states.vocabulary import State
from workflow import public_applications
from workflow.announcements import on_show
from workflow.engine import perform
from workflow.reading import load_hires
from workflow.tables import metadata

NOTE = "已电话联系本人，证明材料下周补齐。"
SUSPENDED = "本人住院治疗，出院后继续办理。"
ITEMS = ("笔试", "面试")
FROM_OUTSIDE = 2


def lay_out(walk: Walk, crowd: Crowd) -> None:
    """Notes on every case under way, scores for who may be chosen, one case suspended, and what the public sent in."""
    for area in AREAS:
        hires = _under_way(walk, area)
        for hire in hires[:3]:
            _act(walk, hire, "comment", text=NOTE)
        for hire in hires:
            if hire.state is State.QUALIFIED:
                points = {item: 10 * walk.chance.randint(65, 95) for item in ITEMS}
                _act(walk, hire, "score", items=points)
        if len(hires) > 1:
            _act(walk, hires[-1], "suspend", reason=SUSPENDED)
        _note(walk, area)
    _from_outside(walk, crowd)


def _note(walk: Walk, area: Area) -> None:
    """Points and surveys of the present year, so that the card of an assessment is not empty before December."""
    for hire in _under_way(walk, area, State.CONTRACTED, State.RENEWED)[:2]:
        acts = {step.act for step in walk.office.rulebook.rules(hire.procedure).house[hire.stage]}
        year, today = local_day(walk.now).year, local_day(walk.now)
        if year not in open_years(hire, today):
            continue
        if "note_point" in acts:
            prize = {"item": "bonus_commended", "level": "county", "matter": f"{year}年上半年就业服务先进"}
            _act(walk, hire, "note_point", year=year, **prize, evidence="县级通报")
        if "note_survey" in acts:
            heard = {"held_on": today, "asked": 8, "satisfied": 7, "took_part": "本村服务对象8户"}
            _act(walk, hire, "note_survey", year=year, **heard)


def _under_way(walk: Walk, area: Area, *states: State) -> list[Hire]:
    """The area's cases in these states, the earliest first; applied for or qualified when none are named."""
    hire = metadata.tables["hire"]
    wanted = hire.c.state.in_([state.value for state in states or (State.APPLIED, State.QUALIFIED)])
    of_area = hire.c.procedure.startswith(area.procedure, autoescape=True)
    with walk.office.database.reading() as connection:
        ids = connection.execute(select(hire.c.id).where(wanted, of_area).order_by(hire.c.id)).scalars().all()
        found = load_hires(connection, ids)
    return [found[hire_id] for hire_id in ids]


def _act(walk: Walk, hire: Hire, act: str, **said: object) -> None:
    perform(walk.office, hire.id, act, _somebody(walk, hire, act), walk.now, said)


def _somebody(walk: Walk, hire: Hire, act: str) -> Actor:
    """An officer of the place who may take the act and is no relative."""
    kin = hire.person.relatives if hire.person else frozenset()
    step = walk.office.rulebook.rules(hire.procedure).step(hire.stage, act)
    roles = step.by if step is not None else officers(walk.office.procedure(hire.procedure))
    holders = (actor for role in roles for actor in walk.holders(role, hire.region))
    return next(actor for actor in holders if actor.person_key not in kin)


def _from_outside(walk: Walk, crowd: Crowd) -> None:
    """People without an account who applied by the public form and wait at the desk."""
    today = local_day(walk.now)
    with walk.office.database.reading() as connection:
        lines = on_show(connection, today)
    for line in lines[:FROM_OUTSIDE]:
        area = next(area for area in AREAS if line.procedure.startswith(area.procedure))
        person = crowd.person(area.work(line.kind).profile, line.region, today, Wish())
        asked = {name: person[name] for name in public_applications.ASKED if person.get(name)}
        given = {**asked, "claimed": list(person["categories"]), "consent": "yes", "key": f"demo-{line.id}"}
        public_applications.send(walk.office, walk.seal, line.id, given, "203.0.113.7", walk.now)
