"""One step, one transaction (办理): load, decide, write.

``perform`` reads the hire with all that its guards look at, lets ``states.decide`` decide, and writes the plan held to
the version that was read. A step is refused, or it is kept whole: state, audit entry, timers, filings and letters.
Nothing here decides anything and nothing here sends anything.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from states.decide import Offer, decide, offers
from states.facts import Actor, Hire, Person
from states.guards import Answer
from states.house import CONFIRM_CORRECTION, PROPOSE_CORRECTION
from states.plan import Plan, Row
from states.refusals import NoSuchHire, Refusal, StaleHire, StepNotOffered
from states.say import say
from workflow.entries import check_taking_back
from workflow.failpoints import failpoint
from workflow.office import Office
from workflow.openings import Announced, add_place, announce, preview_opening
from workflow.past import past_of
from workflow.reading import load_hires, load_person
from workflow.writer import write_plans

__all__ = [
    "Announced",
    "Done",
    "KeyReused",
    "PlaceTaken",
    "add_place",
    "announce",
    "bulk",
    "offers_of",
    "outlook",
    "perform",
    "preview_opening",
]

#: acts that look at all that was done before
LOOKS_BACK = frozenset({PROPOSE_CORRECTION, CONFIRM_CORRECTION})
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
    batch: str | None = None,
) -> Done:
    """Moves one hire one step, in a transaction of its own.

    ``at`` is aware. ``expected_version``: what the client saw (If-Match); ``key``: an idempotency key, kept with the
    effect; ``batch``: the bulk run that it belongs to, for the trail. Raises NoSuchHire, StepNotOffered, InputRefused,
    StepRefused, StaleHire, KeyReused, PlaceTaken.
    """
    digest = _digest(hire_id, act, payload) if key is not None else ""
    for _ in range(ATTEMPTS):
        try:
            done = _attempt(office, hire_id, act, actor, at, payload or {}, expected_version, key, digest, batch)
        except IntegrityError as error:
            done = _after_conflict(office, actor, key, digest, error)
        except Refusal:
            # the same command may have been kept between our look for its key and our reading of the hire
            if key is None or (done := _kept(office, actor, key, digest)) is None:
                raise
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
    *,
    batch: str | None = None,
    payloads: Mapping[int, Mapping[str, Any]] | None = None,
    versions: Mapping[int, int] | None = None,
) -> list[Done | Refusal]:
    """Takes many hires one step in one transaction: one audit entry each, a refusal for each that cannot.

    ``payloads``: what one hire's input has beside ``payload``; ``versions``: what the person who chose them saw, so
    that a hire that has changed since is refused; ``batch``: the run's id, for the trail.

    A hire appears once. If the batch meets a constraint, it is taken again one by one, so that one bad hire never
    holds up the others.
    """
    ids = list(dict.fromkeys(hire_ids))

    def said(hire_id: int) -> Mapping[str, Any]:
        return {**(payload or {}), **(payloads or {}).get(hire_id, {})}

    try:
        with office.database.transaction() as connection:
            return _bulk_in(office, connection, ids, act, actor, at, said, batch, versions or {})
    except IntegrityError:
        return [_one(office, i, act, actor, at, said(i), batch, (versions or {}).get(i)) for i in ids]


def outlook(
    office: Office,
    connection: Connection,
    hire_id: int,
    hire: Hire | None,
    act: str,
    actor: Actor,
    at: datetime,
    payload: Mapping[str, Any],
    version: int | None = None,
) -> Done:
    """What a step would come to for a hire that was read (None: there is none). Nothing is written.

    ``version``: what was shown. Raises as ``perform`` does, but for what only the database can refuse.
    """
    seen = _visible(hire, hire_id, actor)
    if version is not None and seen.version != version:
        raise StaleHire(hire_id, seen.version)
    return _done(_decided(office, connection, seen, act, actor, at, payload))


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
    batch: str | None,
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
        plan = _decided(office, connection, hire, act, actor, at, payload, batch)
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
    batch: str | None = None,
) -> Plan:
    rules = office.rulebook.rules(hire.procedure)
    candidate = _candidate(connection, payload, actor) if hire.person is None else None
    if act in LOOKS_BACK:
        hire = replace(hire, past=past_of(connection, hire.id))
    check_taking_back(connection, rules.procedure, hire, act)
    return decide(hire, act, actor, at, rules, office.setting, payload=payload, candidate=candidate, batch=batch)


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
    if hire is None or not actor.sees(hire.region):
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
        return _kept(office, actor, key, digest)
    if "taken" in text:
        raise PlaceTaken(say("名额刚刚被占满，不能再占用")) from error
    if "live_application" in text or "hire.opening_id" in text:
        raise PlaceTaken(say("此人已报名这一岗位，不能重复报名")) from error
    if "serving" in text or "hire.person_id" in text:
        raise PlaceTaken(say("此人已在其他公益性岗位上岗，一人不能兼任两岗")) from error
    if "four_eyes" in text or "signer" in text or "approver" in text or "decision.officer_key" in text:
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


def _kept(office: Office, actor: Actor, key: str, digest: str) -> Done | None:
    with office.database.reading() as connection:
        return _kept_answer(office, connection, actor, key, digest)


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
    said: Callable[[int], Mapping[str, Any]],
    batch: str | None,
    versions: Mapping[int, int],
) -> list[Done | Refusal]:
    hires = load_hires(connection, ids)
    outcome: dict[int, Done | Refusal] = {}
    plans = []
    for hire_id in ids:
        try:
            hire = _visible(hires.get(hire_id), hire_id, actor)
            if versions.get(hire_id, hire.version) != hire.version:
                raise StaleHire(hire_id, hire.version)
            plan = _decided(office, connection, hire, act, actor, at, said(hire_id), batch)
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
    office: Office,
    hire_id: int,
    act: str,
    actor: Actor,
    at: datetime,
    payload: Mapping[str, Any],
    batch: str | None,
    version: int | None,
) -> Done | Refusal:
    try:
        return perform(office, hire_id, act, actor, at, payload, batch=batch, expected_version=version)
    except Refusal as refusal:
        return refusal
