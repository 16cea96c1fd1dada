"""Openings (招聘公告): a number of places in a post is announced, and one hire per place is posted.

The guards of an announcement are asked before anything is kept; quota and budget are answered in sentences, and the
places themselves are held by a constraint. Everything of one announcement is kept in one transaction.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from states.budget import places_of
from states.clocks import local_day
from states.decide import ask_opening, decide, decide_posting
from states.facts import Actor, Opening, Post
from states.guards import Answer, AskOpening
from states.inputs import Override
from states.machine import Rules
from states.organising import area_of, organisers
from states.plan import Plan
from states.procedure import Procedure
from states.refusals import InputRefused, NoSuchHire, StaleHire, StepNotOffered, StepRefused
from states.say import say
from states.targets import YearTarget, target_of
from states.vocabulary import RecordKind, Role
from workflow import announcement_text
from workflow.funds import funds, in_use
from workflow.office import Office
from workflow.rates import figures_in_force
from workflow.reading import load_hires, load_person
from workflow.writer import bare_hire, write_plans

#: one announcement is one list of people: more is a slip of the pen
MOST_PLACES = 1000


@dataclass(frozen=True, slots=True)
class Announced:
    """An opening and its hires, one per place, all posted."""

    opening_id: int
    hire_ids: tuple[int, ...]
    answers: tuple[Answer, ...] = field(default=())


def announce(
    office: Office,
    actor: Actor,
    at: datetime,
    *,
    post_id: int,
    places: int,
    closes_on: date | None = None,
    boards: Sequence[str] = (),
    announced_on: date | None = None,
    relaxed_by: str | None = None,
    overrides: Sequence[Override] = (),
    content: Mapping[str, Any] | None = None,
    refills: int | None = None,
) -> Announced:
    """Announces ``places`` of a post (发布招聘公告): the opening and one posted hire per place, in one transaction.

    ``overrides`` set rules "in principle" aside, where the actor is the officer whom the rule names. ``content``: the
    parts of the paper (``announcement_text.PARTS``), all that the document asks for; None: an announcement that was
    made elsewhere and is only recorded here. ``refills``: the hire whose place is announced anew. Raises InputRefused
    for what is missing, StepRefused with the answers of the announcement's guards, StepNotOffered for the wrong role
    or region.
    """
    day = announced_on or local_day(at)
    said = None if content is None else announcement_text.cleaned(content)
    _check_window(day, closes_on, places, said)
    with office.database.transaction() as connection:
        post, procedure_id, counted = _post(office, connection, post_id, actor)
        if refills is not None:
            _check_refill(office, connection, refills, post_id, places)
        rules = office.rulebook.rules(office.catalogue.current(procedure_id).key)
        role = _announcer(rules, post, actor)
        strange = announcement_text.fault_of_fields(rules.procedure, post, said or {})
        if strange is not None:
            raise InputRefused({"content.duties": strange})
        stale = announcement_text.fault_of_dates(rules.procedure, post, day, said or {})
        if stale is not None:
            raise InputRefused({"content.conditions": stale})
        opening = Opening(0, day, closes_on, places, 0, tuple(boards), relaxed_by)
        paper = _Paper(said or {}, refills)
        ask = _ask_opening(office, connection, rules, post, opening, day, counted)
        answers = ask_opening(ask, rules, actor.roles_in(post.region), overrides)
        answers = (*answers, *_organisers(rules, post, actor))
        if any(answer.stops for answer in answers):
            raise StepRefused(answers)
        office.keep_procedure(connection, rules.procedure, at)
        opening_id = _insert_opening(office, connection, rules, post, opening, paper, actor, at)
        hires = [_insert_hire(office, connection, rules, post, opening_id, actor, at) for _ in range(places)]
        _post_hires(office, connection, hires, actor, role, at)
    return Announced(opening_id, tuple(hires), answers)


def preview_opening(
    office: Office,
    actor: Actor,
    at: datetime,
    *,
    post_id: int,
    places: int,
    boards: Sequence[str] = (),
    closes_on: date | None = None,
    announced_on: date | None = None,
) -> tuple[Answer, ...]:
    """What the guards say of an announcement before it is made. Raises as ``announce`` does."""
    day = announced_on or local_day(at)
    _check_window(day, closes_on, places)
    with office.database.reading() as connection:
        post, procedure_id, counted = _post(office, connection, post_id, actor)
        rules = office.rulebook.rules(office.catalogue.current(procedure_id).key)
        _announcer(rules, post, actor)
        opening = Opening(0, day, None, places, 0, tuple(boards), None)
        answers = ask_opening(_ask_opening(office, connection, rules, post, opening, day, counted), rules)
        return (*answers, *_organisers(rules, post, actor))


@dataclass(frozen=True, slots=True)
class _Paper:
    """What an opening says beside the facts that guards look at."""

    content: Mapping[str, str]
    refills: int | None


def _check_window(
    announced_on: date, closes_on: date | None, places: int, content: Mapping[str, str] | None = None
) -> None:
    faults = {} if content is None else announcement_text.faults_of(content)
    if closes_on is not None and closes_on < announced_on:
        faults["closes_on"] = say("报名截止日不能早于公告日（{day}）", day=announced_on)
    if not 1 <= places <= MOST_PLACES:
        faults["places"] = say("名额须在1到{most}之间", most=MOST_PLACES)
    if faults:
        raise InputRefused(faults)


def _check_refill(office: Office, connection: Connection, hire_id: int, post_id: int, places: int) -> None:
    """随缺随补: one place that became free on this post, and that was not announced anew before."""
    lock = "" if office.database.is_sqlite else " FOR UPDATE OF h"
    found = connection.exec_driver_sql(
        office._sql(
            "SELECT h.state, o.post_id FROM hire h JOIN opening o ON o.id = h.opening_id WHERE h.id = ?" + lock
        ),
        (hire_id,),
    ).fetchone()
    if found is None or found[1] != post_id or found[0] != "dismissed" or places != 1:
        raise InputRefused({"refills": say("只能就同一岗位上空出的一个名额重新发布")})
    again = connection.exec_driver_sql(
        office._sql("SELECT id FROM opening WHERE refills = ? AND cancelled_on IS NULL"), (hire_id,)
    ).fetchone()
    if again is not None:
        raise InputRefused({"refills": say("这个空缺已在第{n}号公告中重新发布", n=again[0])})


def add_place(office: Office, opening_id: int, actor: Actor, at: datetime) -> int:
    """A further hire of an opening, for an applicant beyond its places (more apply than are taken). Returns its id.

    Raises NoSuchHire, StepNotOffered for the wrong role or when the opening takes no more applications.
    """
    with office.database.transaction() as connection:
        return _further(office, connection, opening_id, actor, at)


def add_applicant(
    office: Office,
    connection: Connection,
    opening_id: int,
    act: str,
    actor: Actor,
    at: datetime,
    payload: Mapping[str, Any],
    *,
    on: date | None = None,
    hire_id: int | None = None,
    batch: str | None = None,
) -> Plan:
    """A further hire of an opening and the application (``act``) of a person on it, both in the caller's transaction.

    ``hire_id``: a place that is there already. ``on``: the day on which the application came in, which counts for the
    window and for ages; default the day of ``at``. ``batch``: the run that it belongs to, for the trail. Raises as
    ``add_place``, StepRefused where a guard stands against the application, StaleHire where somebody else has just
    taken the place.
    """
    place = hire_id or _further(office, connection, opening_id, actor, at, on)
    hire = load_hires(connection, [place])[place]
    candidate = load_person(connection, int(payload["person_id"]))
    rules = office.rulebook.rules(hire.procedure)
    plan = decide(hire, act, actor, at, rules, office.setting, payload=payload, candidate=candidate, on=on, batch=batch)
    if place not in write_plans(connection, [plan]):
        raise StaleHire(place)
    return plan


def place_under(
    office: Office,
    connection: Connection,
    rules: Rules,
    post_id: int,
    roles: frozenset[Role],
    actor: Actor,
    at: datetime,
) -> int:
    """A place of a post under a version never announced (原有岗位), by one of ``roles``. Returns the hire's id.

    All places of a post stand in one opening, whose window was over on the document's first day.
    Raises StepNotOffered.
    """
    post, procedure_id, _ = _post(office, connection, post_id, actor)
    held = actor.roles_in(post.region) & roles
    if not held or procedure_id != rules.procedure.procedure:
        raise StepNotOffered(say("您在这个地区没有录入原有岗位人员的职责"), forbidden=True)
    if post.kind not in rules.procedure.kind_by_name:  # no rule would be asked of a kind that the version does not know
        raise StepNotOffered(say("这一类岗位是文件发布后新设的，没有原在岗人员可以录入"))
    office.keep_procedure(connection, rules.procedure, at)
    sql = "UPDATE opening SET places = places + 1 WHERE post_id = ? AND procedure = ? RETURNING id"
    known = connection.exec_driver_sql(office._sql(sql), (post_id, rules.procedure.key)).fetchone()
    day = rules.procedure.validity.valid_from
    opening = Opening(0, day, day, 1, 0, (), None)
    opening_id = (
        known[0] if known else _insert_opening(office, connection, rules, post, opening, _Paper({}, None), actor, at)
    )
    hire_id = _insert_hire(office, connection, rules, post, opening_id, actor, at)
    _post_hires(office, connection, [hire_id], actor, min(held), at)
    return hire_id


@contextmanager
def once_only() -> Iterator[None]:
    """Around a transaction with ``add_applicant``: what the database says of a second application, in a sentence.

    Raises StepNotOffered.
    """
    try:
        yield
    except IntegrityError as error:
        if "live_application" in str(error.orig) or "hire.opening_id" in str(error.orig):
            raise StepNotOffered(say("此人已报名这一岗位，不能重复报名")) from error
        raise


def check_further(
    office: Office, connection: Connection, opening_id: int, actor: Actor, at: datetime, on: date | None = None
) -> tuple[Post, Rules, Role]:
    """Whether the opening takes one more applicant beyond its places, and in which role the actor would open the place.

    Raises NoSuchHire, StepNotOffered.
    """
    found = connection.exec_driver_sql(
        office._sql("SELECT post_id, procedure, closes_on, cancelled_on FROM opening WHERE id = ?"), (opening_id,)
    ).fetchone()
    if found is None:
        raise NoSuchHire(opening_id)
    post, _, _ = _post(office, connection, found[0], actor)
    rules = office.rulebook.rules(found[1])
    role = _receiver(rules, post, actor)
    closes = date.fromisoformat(found[2]) if isinstance(found[2], str) else found[2]
    if found[3] is not None or (closes is not None and closes < (on or local_day(at))):
        raise StepNotOffered(say("这则公告已经截止或撤销，不能再受理报名"), opening_id=opening_id)
    return post, rules, role


def _further(
    office: Office, connection: Connection, opening_id: int, actor: Actor, at: datetime, on: date | None = None
) -> int:
    post, rules, role = check_further(office, connection, opening_id, actor, at, on)
    hire_id = _insert_hire(office, connection, rules, post, opening_id, actor, at)
    _post_hires(office, connection, [hire_id], actor, role, at)
    return hire_id


def _post(office: Office, connection: Connection, post_id: int, actor: Actor) -> tuple[Post, str, int | None]:
    row = connection.exec_driver_sql(
        office._sql(
            "SELECT id, kind, region, sources, registered, monthly_fen, minimum_wage_fen, subsidy_cap_fen,"
            " procedure_id, counted_workers FROM post WHERE id = ?"
        ),
        (post_id,),
    ).fetchone()
    if row is None or not actor.sees(row[2]):
        raise StepNotOffered(say("没有这个岗位，或您无权查看"), post_id=post_id)
    sources = orjson.loads(row[3]) if isinstance(row[3], str) else row[3]
    post = Post(row[0], row[1], row[2], frozenset(sources), bool(row[4]), row[5], row[6], row[7])
    return post, row[8], row[9]


def _announcer(rules: Rules, post: Post, actor: Actor) -> Role:
    roles = actor.roles_in(post.region) & frozenset(rules.procedure.announcement.by)
    if not roles:
        raise StepNotOffered(say("您在这个地区没有发布公告的职责"), forbidden=True)
    return min(roles)


def _organisers(rules: Rules, post: Post, actor: Actor) -> tuple[Answer, ...]:
    by = frozenset(rules.procedure.announcement.by)
    held = [grant.region for grant in actor.grants if grant.role in by and grant.covers(post.region)]
    return organisers(rules.procedure, post.kind, held)


def _receiver(rules: Rules, post: Post, actor: Actor) -> Role:
    """Who may open a further hire: whoever takes applications, which is not everywhere whoever announces."""
    first = rules.procedure.first_stage.stage
    takers = {
        role
        for step in rules.procedure.steps_from[first]
        if step.records is RecordKind.APPLICATION
        for role in step.by
        if role is not Role.APPLICANT
    }
    roles = actor.roles_in(post.region) & (takers | frozenset(rules.procedure.announcement.by))
    if not roles:
        raise StepNotOffered(say("您在这个地区没有受理报名的职责"), forbidden=True)
    return min(roles)


def _ask_opening(
    office: Office,
    connection: Connection,
    rules: Rules,
    post: Post,
    opening: Opening,
    day: date,
    counted: int | None,
) -> AskOpening:
    """Counts the places in use within the scope of the quota: one village or township, or all of the document."""
    procedure = rules.procedure
    plan = _plan_of(office, connection, procedure, day.year, post)
    new = places_of(procedure, post.kind, opening.places, post.monthly_fen)
    return AskOpening(
        procedure=procedure,
        post=post,
        opening=opening,
        on=day,
        calendar=office.setting.calendar,
        in_use=in_use(connection, procedure.procedure, post.kind, _scope(procedure, post, plan)),
        counted=counted,
        funds=funds(office, connection, procedure.procedure, post.region, day, new),
        rates=figures_in_force(connection, post.region, day),
        year_target=None if plan is None else plan.places,
    )


def _plan_of(office: Office, connection: Connection, procedure: Procedure, year: int, post: Post) -> YearTarget | None:
    """The year's plan for the post's area: as imported, else as the document has it."""
    rows = connection.exec_driver_sql(
        office._sql("SELECT region, places, source FROM allocation WHERE procedure_id = ? AND year = ? AND kind = ?"),
        (procedure.procedure, year, post.kind),
    ).fetchall()
    inside = [(region, places, source) for region, places, source in rows if post.region.startswith(region)]
    if inside:
        region, places, source = max(inside, key=lambda row: len(row[0]))
        return YearTarget(places, region, source)
    return target_of(procedure, post.kind, post.region, year)


def _scope(procedure: Procedure, post: Post, plan: YearTarget | None) -> str:
    """The area in which places are counted: one village or township, that of the plan, or all that the document covers.

    A post may be registered for a village and belong to the township all the same.
    """
    for quota in procedure.quotas:
        if quota.rule in ("per_area", "bands") and (not quota.kinds or post.kind in quota.kinds):
            return area_of(post.region, quota.per) if quota.per else post.region
    return plan.region if plan is not None else ""


def _insert_opening(
    office: Office,
    connection: Connection,
    rules: Rules,
    post: Post,
    opening: Opening,
    paper: _Paper,
    actor: Actor,
    at: datetime,
) -> int:
    iso = opening.announced_on.isoformat(), opening.closes_on.isoformat() if opening.closes_on else None
    found = connection.exec_driver_sql(
        office._sql(
            "INSERT INTO opening (post_id, procedure, announced_on, closes_on, places, taken, boards, relaxed_by,"
            " announced_by, created_at, content, refills) VALUES (?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?) RETURNING id"
        ),
        (
            post.id,
            rules.procedure.key,
            *iso,
            opening.places,
            orjson.dumps(opening.boards).decode(),
            opening.relaxed_by,
            actor.person_key,
            office.moment(at),
            orjson.dumps(dict(paper.content)).decode(),
            paper.refills,
        ),
    )
    return int(found.scalar_one())


def _insert_hire(
    office: Office, connection: Connection, rules: Rules, post: Post, opening_id: int, actor: Actor, at: datetime
) -> int:
    first = rules.procedure.first_stage
    return bare_hire(connection, opening_id, rules.procedure.key, post, first, actor.person_key, at)


def _post_hires(
    office: Office, connection: Connection, hire_ids: Sequence[int], actor: Actor, role: Role, at: datetime
) -> None:
    hires = load_hires(connection, hire_ids)
    plans = [
        decide_posting(hires[i], actor, role, at, office.rulebook.rules(hires[i].procedure), office.setting)
        for i in hire_ids
    ]
    write_plans(connection, plans)
