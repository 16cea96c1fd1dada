"""One step, one transaction (办理): load, decide, write.

``perform`` reads the hire with all that its guards look at, lets ``states.decide`` decide, and writes the plan held to
the version that was read. A step is refused, or it is kept whole: state, audit entry, timers, filings and letters. Nothing
here decides anything and nothing here sends anything.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from states.canonical import GENESIS
from states.clocks import local_day
from states.decide import Offer, ask_opening, decide, decide_posting, offers
from states.facts import Actor, Hire, Opening, Person, Post
from states.guards import Answer, AskOpening
from states.machine import Rules
from states.plan import Plan, Row
from states.procedure import Role
from states.refusals import NoSuchHire, Refusal, StaleHire, StepNotOffered, StepRefused
from states.say import say
from workflow.failpoints import failpoint
from workflow.office import Office
from workflow.reading import load_hires, load_person
from workflow.writer import write_plans

#: how often a step is decided again when somebody else's step came in between
ATTEMPTS = 8


@dataclass(frozen=True, slots=True)
class Done:
    """A step that was kept (已办理). ``replayed``: the same command had been kept before; this is its answer."""

    hire_id: int
    version: int
    seq: int
    stage: str
    state: str
    answers: tuple[Answer, ...] = ()
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Announced:
    """An opening and its hires, one per place, all posted."""

    opening_id: int
    hire_ids: tuple[int, ...]
    answers: tuple[Answer, ...] = field(default=())


class KeyReused(Refusal):
    """An idempotency key came a second time with another command."""

    def __init__(self, key: str) -> None:
        super().__init__(say("这个幂等键已经用于另一项操作，请换一个新的"), key=key)


class PlaceTaken(Refusal):
    """Somebody else took the last place, or this person is on another post, between reading and writing."""


def perform(
    office: Office,
    hire_id: int,
    act: str,
    actor: Actor,
    at: datetime,
    payload: Mapping[str, Any] | None = None,
    *,
    expected_version: int | None = None,
    key: str | None = None,
) -> Done:
    """Moves one hire one step, in a transaction of its own.

    ``at`` is aware. ``expected_version``: what the client saw (If-Match); ``key``: an idempotency key, kept with the
    effect. Raises NoSuchHire, StepNotOffered, InputRefused, StepRefused, StaleHire, KeyReused, PlaceTaken.
    """
    digest = _digest(hire_id, act, payload) if key is not None else ""
    for _ in range(ATTEMPTS):
        try:
            done = _attempt(office, hire_id, act, actor, at, payload or {}, expected_version, key, digest)
        except IntegrityError as error:
            done = _after_conflict(office, actor, key, digest, error)
        if done is not None:
            failpoint("after_commit")
            return done
    raise StaleHire(hire_id)


def offers_of(office: Office, hire_id: int, actor: Actor, at: datetime) -> tuple[Hire, list[Offer]]:
    """The hire and every step that this actor may see on it, with the answers of its guards. Raises NoSuchHire."""
    with office.database.reading() as connection:
        hire = _visible(load_hires(connection, [hire_id]).get(hire_id), hire_id, actor)
    return hire, offers(hire, actor, at, office.rulebook.rules(hire.procedure), office.setting)


def bulk(
    office: Office,
    hire_ids: Sequence[int],
    act: str,
    actor: Actor,
    at: datetime,
    payload: Mapping[str, Any] | None = None,
) -> list[Done | Refusal]:
    """Takes many hires one step in one transaction: one audit entry each, a refusal for each that cannot.

    A hire appears once. If the batch meets a constraint, it is taken again one by one, so that one bad hire never
    holds up the others.
    """
    ids = list(dict.fromkeys(hire_ids))
    try:
        with office.database.transaction() as connection:
            return _bulk_in(office, connection, ids, act, actor, at, payload or {})
    except IntegrityError:
        return [_one(office, hire_id, act, actor, at, payload) for hire_id in ids]


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
) -> Announced:
    """Announces ``places`` of a post (发布招聘公告): the opening and one posted hire per place, in one transaction.

    Raises StepRefused with the answers of the announcement's guards, StepNotOffered for the wrong role or region.
    """
    day = announced_on or local_day(at)
    with office.database.transaction() as connection:
        post, procedure_id, counted = _post(office, connection, post_id, actor)
        rules = office.rulebook.rules(office.catalogue.current(procedure_id).key)
        role = _announcer(rules, post, actor)
        opening = Opening(0, day, closes_on, places, 0, tuple(boards), relaxed_by)
        answers = ask_opening(_ask_opening(office, connection, rules, post, opening, day, counted), rules)
        if any(answer.stops for answer in answers):
            raise StepRefused(answers)
        office.keep_procedure(connection, rules.procedure, at)
        opening_id = _insert_opening(office, connection, rules, post, opening, actor, at)
        hires = [_insert_hire(office, connection, rules, post, opening_id, actor, at) for _ in range(places)]
        _post_hires(office, connection, hires, actor, role, at)
    return Announced(opening_id, tuple(hires), answers)


def preview_opening(
    office: Office, actor: Actor, at: datetime, *, post_id: int, places: int, boards: Sequence[str] = ()
) -> tuple[Answer, ...]:
    """What the guards say of an announcement before it is made. Raises StepNotOffered as ``announce`` does."""
    with office.database.reading() as connection:
        post, procedure_id, counted = _post(office, connection, post_id, actor)
        rules = office.rulebook.rules(office.catalogue.current(procedure_id).key)
        _announcer(rules, post, actor)
        day = local_day(at)
        opening = Opening(0, day, None, places, 0, tuple(boards), None)
        return ask_opening(_ask_opening(office, connection, rules, post, opening, day, counted), rules)


def add_place(office: Office, opening_id: int, actor: Actor, at: datetime) -> int:
    """A further hire of an opening, for an applicant beyond its places (more apply than are taken). Returns its id."""
    with office.database.transaction() as connection:
        found = connection.exec_driver_sql(
            office._sql("SELECT post_id, procedure FROM opening WHERE id = ?"), (opening_id,)
        ).fetchone()
        if found is None:
            raise NoSuchHire(opening_id)
        post, _, _ = _post(office, connection, found[0], actor)
        rules = office.rulebook.rules(found[1])
        role = _announcer(rules, post, actor)
        hire_id = _insert_hire(office, connection, rules, post, opening_id, actor, at)
        _post_hires(office, connection, [hire_id], actor, role, at)
        return hire_id


# ---- one attempt -------------------------------------------------------------------------------------------------


def _attempt(
    office: Office,
    hire_id: int,
    act: str,
    actor: Actor,
    at: datetime,
    payload: Mapping[str, Any],
    expected_version: int | None,
    key: str | None,
    digest: str,
) -> Done | None:
    """One read, one decision, one write. None: the hire changed in between and has to be read again."""
    with office.database.single() as connection:
        failpoint("after_begin")
        if key is not None and (kept := _kept_answer(office, connection, actor, key, digest)) is not None:
            return kept
        hire = _visible(load_hires(connection, [hire_id]).get(hire_id), hire_id, actor)
        failpoint("after_read")
        if expected_version is not None and hire.version != expected_version:
            raise StaleHire(hire_id, hire.version)
        plan = _decided(office, connection, hire, act, actor, at, payload)
        failpoint("after_decide")
        extra = {"idempotency": [_key_row(plan, actor, key, digest, at)]} if key is not None else None
        failpoint("before_write")
        written = write_plans(connection, [plan], extra)
        failpoint("after_write")
        if hire_id not in written:
            if expected_version is not None:
                raise StaleHire(hire_id)
            return None
        failpoint("before_commit")
    return _done(plan)


def _decided(
    office: Office,
    connection: Connection,
    hire: Hire,
    act: str,
    actor: Actor,
    at: datetime,
    payload: Mapping[str, Any],
) -> Plan:
    rules = office.rulebook.rules(hire.procedure)
    candidate = _candidate(connection, payload, actor) if hire.person is None else None
    return decide(hire, act, actor, at, rules, office.setting, payload=payload, candidate=candidate)


def _candidate(connection: Connection, payload: Mapping[str, Any], actor: Actor) -> Person | None:
    """The person whom an application names; anybody registered may apply anywhere."""
    person_id = payload.get("person_id")
    if not isinstance(person_id, int) or isinstance(person_id, bool) or not 0 < person_id < 2**63:
        return None
    person = load_person(connection, person_id)
    if person is None:
        raise StepNotOffered(say("没有登记过这个人，请先登记"), person_id=person_id)
    return person


def _visible(hire: Hire | None, hire_id: int, actor: Actor) -> Hire:
    if hire is None or not any(grant.covers(hire.region) for grant in actor.grants):
        raise NoSuchHire(hire_id)
    return hire


def _done(plan: Plan) -> Done:
    return Done(
        plan.before.id, plan.before.version + 1, plan.seq, plan.stage.stage, plan.stage.state.value, plan.answers
    )


def _after_conflict(office: Office, actor: Actor, key: str | None, digest: str, error: IntegrityError) -> Done | None:
    """A constraint spoke: another command with this key was first, or a place or a person is taken."""
    text = str(error.orig)
    if key is not None and "idempotency" in text:
        with office.database.reading() as connection:
            return _kept_answer(office, connection, actor, key, digest)
    if "taken" in text:
        raise PlaceTaken(say("名额刚刚被占满，不能再占用")) from error
    if "serving" in text or "hire.person_id" in text:
        raise PlaceTaken(say("此人已在其他公益性岗位上岗，一人不能兼任两岗")) from error
    if "live_application" in text or "hire.opening_id" in text:
        raise PlaceTaken(say("此人已报名这一岗位，不能重复报名")) from error
    if "four_eyes" in text or "signer" in text:
        raise PlaceTaken(say("经办与审批须由不同的人办理")) from error
    if "audit_entry" in text:
        return None
    raise error


def _digest(hire_id: int, act: str, payload: Mapping[str, Any] | None) -> str:
    text = orjson.dumps([hire_id, act, payload or {}], option=orjson.OPT_SORT_KEYS, default=str)
    return hashlib.sha256(text).hexdigest()


def _key_row(plan: Plan, actor: Actor, key: str, digest: str, at: datetime) -> Row:
    done = _done(plan)
    return {
        "account_id": actor.account_id or 0,
        "key": key,
        "request_digest": digest,
        "hire_id": done.hire_id,
        "seq": done.seq,
        "answer": {"version": done.version, "stage": done.stage, "state": done.state},
        "created_at": at.isoformat(),
    }


def _kept_answer(office: Office, connection: Connection, actor: Actor, key: str, digest: str) -> Done | None:
    found = connection.exec_driver_sql(
        office._sql("SELECT request_digest, hire_id, seq, answer FROM idempotency WHERE account_id = ? AND key = ?"),
        (actor.account_id or 0, key),
    ).fetchone()
    if found is None:
        return None
    if found[0] != digest:
        raise KeyReused(key)
    answer = orjson.loads(found[3]) if isinstance(found[3], str) else found[3]
    return Done(found[1], answer["version"], found[2], answer["stage"], answer["state"], (), True)


def _bulk_in(
    office: Office,
    connection: Connection,
    ids: list[int],
    act: str,
    actor: Actor,
    at: datetime,
    payload: Mapping[str, Any],
) -> list[Done | Refusal]:
    hires = load_hires(connection, ids)
    outcome: dict[int, Done | Refusal] = {}
    plans = []
    for hire_id in ids:
        try:
            hire = _visible(hires.get(hire_id), hire_id, actor)
            plan = _decided(office, connection, hire, act, actor, at, payload)
        except Refusal as refusal:
            outcome[hire_id] = refusal
        else:
            plans.append(plan)
            outcome[hire_id] = _done(plan)
    written = write_plans(connection, plans)
    return [
        outcome[i] if isinstance(outcome[i], Refusal) or i in written else StaleHire(i)  # changed while we decided
        for i in ids
    ]


def _one(
    office: Office, hire_id: int, act: str, actor: Actor, at: datetime, payload: Mapping[str, Any] | None
) -> Done | Refusal:
    try:
        return perform(office, hire_id, act, actor, at, payload)
    except Refusal as refusal:
        return refusal


# ---- openings ----------------------------------------------------------------------------------------------------


def _post(office: Office, connection: Connection, post_id: int, actor: Actor) -> tuple[Post, str, int | None]:
    row = connection.exec_driver_sql(
        office._sql(
            "SELECT id, kind, region, sources, registered, monthly_fen, minimum_wage_fen, subsidy_cap_fen, procedure_id,"
            " counted_workers FROM post WHERE id = ?"
        ),
        (post_id,),
    ).fetchone()
    if row is None or not any(grant.covers(row[2]) for grant in actor.grants):
        raise StepNotOffered(say("没有这个岗位，或您无权查看"), post_id=post_id)
    sources = orjson.loads(row[3]) if isinstance(row[3], str) else row[3]
    post = Post(row[0], row[1], row[2], frozenset(sources), bool(row[4]), row[5], row[6], row[7])
    return post, row[8], row[9]


def _announcer(rules: Rules, post: Post, actor: Actor) -> Role:
    roles = actor.roles_in(post.region) & frozenset(rules.procedure.announcement.by)
    if not roles:
        raise StepNotOffered(say("您在这个地区没有发布公告的职责"), forbidden=True)
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
    """Counts the places in use within the scope of the quota: one village, or all of the document's area."""
    procedure = rules.procedure
    per_village = any(
        q.rule in ("per_area", "bands") and (not q.kinds or post.kind in q.kinds) for q in procedure.quotas
    )
    in_use, cost = connection.exec_driver_sql(
        office._sql(
            "SELECT count(*), coalesce(sum(p.monthly_fen), 0) FROM hire h JOIN opening o ON o.id = h.opening_id"
            " JOIN post p ON p.id = o.post_id WHERE p.procedure_id = ? AND p.kind = ?"
            " AND h.state NOT IN ('dismissed', 'rejected', 'withdrawn') AND (? = 0 OR h.region = ?)"
        ),
        (procedure.procedure, post.kind, int(per_village), post.region),
    ).one()
    return AskOpening(
        procedure=procedure,
        post=post,
        opening=opening,
        on=day,
        calendar=office.setting.calendar,
        in_use=in_use,
        counted=counted,
        budget_fen=sum(line.fen or 0 for line in procedure.funding) or None,
        monthly_fen=int(cost) + post.monthly_fen * opening.places,
        year_target=_target(office, connection, procedure.procedure, day.year, post),
    )


def _target(office: Office, connection: Connection, procedure_id: str, year: int, post: Post) -> int | None:
    """The plan of the narrowest area that holds the post (Liaocheng's annex, once imported)."""
    rows = connection.exec_driver_sql(
        office._sql("SELECT region, places FROM allocation WHERE procedure_id = ? AND year = ? AND kind = ?"),
        (procedure_id, year, post.kind),
    ).fetchall()
    inside = [(len(region), places) for region, places in rows if post.region.startswith(region)]
    return max(inside)[1] if inside else None


def _insert_opening(
    office: Office, connection: Connection, rules: Rules, post: Post, opening: Opening, actor: Actor, at: datetime
) -> int:
    iso = opening.announced_on.isoformat(), opening.closes_on.isoformat() if opening.closes_on else None
    found = connection.exec_driver_sql(
        office._sql(
            "INSERT INTO opening (post_id, procedure, announced_on, closes_on, places, taken, boards, relaxed_by,"
            " announced_by, created_at) VALUES (?, ?, ?, ?, ?, 0, ?, ?, ?, ?) RETURNING id"
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
        ),
    )
    return int(found.scalar_one())


def _insert_hire(
    office: Office, connection: Connection, rules: Rules, post: Post, opening_id: int, actor: Actor, at: datetime
) -> int:
    """The bare row of a hire; its first audit entry follows in the same transaction (``_post_hires``)."""
    first = rules.procedure.first_stage
    found = connection.exec_driver_sql(
        office._sql(
            "INSERT INTO hire (version, visit, opening_id, procedure, kind, region, stage, state, serving, submitted_by,"
            " audit_seq, audit_head, dossier, opened_at, changed_at) VALUES (1, 1, ?, ?, ?, ?, ?, ?, false, ?, 0, ?,"
            " '{}', ?, ?) RETURNING id"
        ),
        (
            opening_id,
            rules.procedure.key,
            post.kind,
            post.region,
            first.stage,
            first.state.value,
            actor.person_key,
            GENESIS,
            office.moment(at),
            office.moment(at),
        ),
    )
    return int(found.scalar_one())


def _post_hires(
    office: Office, connection: Connection, hire_ids: Sequence[int], actor: Actor, role: Role, at: datetime
) -> None:
    hires = load_hires(connection, hire_ids)
    plans = [
        decide_posting(hires[i], actor, role, at, office.rulebook.rules(hires[i].procedure), office.setting)
        for i in hire_ids
    ]
    write_plans(connection, plans)
