"""Taking applications (受理报名): those handed in at the desk, and those that wait on the network.

An application is taken on a place without an applicant, or on a further one, because more may apply than are taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import Connection, select, update
from sqlmodel import Session

from states.clocks import local_day
from states.facts import Actor
from states.plan import Plan
from states.procedure import Procedure
from states.refusals import InputRefused, Refusal, StaleHire, StepNotOffered
from states.say import say
from states.steps import Step
from states.vocabulary import RecordKind, Role
from workflow import people
from workflow.masking import masked_tail, tail_of
from workflow.office import Office
from workflow.openings import add_applicant, once_only
from workflow.public_applications import ASKED, NONCE, hire_of, place_of
from workflow.sealing import Seal
from workflow.tables import metadata

application = metadata.tables["public_application"]
hire, opening, post = (metadata.tables[name] for name in ("hire", "opening", "post"))


class NoSuchApplication(Refusal):
    """There is no such application, or not for this actor, or it was answered before."""

    def __init__(self) -> None:
        super().__init__(say("没有这份网上报名，或已经办理"))


@dataclass(frozen=True, slots=True)
class Waiting:
    """An application as the clerk reads it: the number masked, what it says, and what the register says otherwise."""

    id: int
    opening_id: int
    received_at: datetime
    name: str
    id_number: str
    values: Mapping[str, Any]
    person_id: int | None = None
    differs: tuple[str, ...] = ()


def waiting(office: Office, seal: Seal, opening_id: int, at: datetime) -> tuple[Waiting, ...]:
    """The waiting applications to an opening, the first first. Who may ask is asked by the callers: role and region."""
    with office.database.session() as session:
        rows = session.connection().execute(
            select(application)
            .where(application.c.opening_id == opening_id, application.c.status == "waiting")
            .order_by(application.c.received_at, application.c.id)
        )
        return tuple(_waiting(session, seal, row, at) for row in rows.all())


def _waiting(session: Session, seal: Seal, row: Any, at: datetime) -> Waiting:
    values = orjson.loads(seal.unseal(row.sealed, place_of(row.opening_id, row.person_key)))
    known = people.compared(session, seal, _given(values), at)
    shown = {name: value for name, value in values.items() if name not in ("id_number", NONCE)}
    tail = masked_tail(tail_of(values["id_number"]))
    facts = (row.id, row.opening_id, row.received_at, values["name"], tail, shown)
    return Waiting(*facts, *(known or (None, ())))


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name in ASKED}


def count_waiting(connection: Connection, opening_ids: Iterable[int]) -> dict[int, int]:
    """How many wait, by opening; openings without any are left out."""
    asked = select(application.c.opening_id).where(
        application.c.opening_id.in_(sorted(opening_ids)), application.c.status == "waiting"
    )
    found: dict[int, int] = {}
    for row in connection.execute(asked):
        found[row.opening_id] = found.get(row.opening_id, 0) + 1
    return found


def waits_on(connection: Connection, opening_id: int, application_id: int) -> bool:
    """Whether an application waits on this very opening."""
    asked = select(application.c.id).where(
        application.c.id == application_id,
        application.c.opening_id == opening_id,
        application.c.status == "waiting",
    )
    return connection.execute(asked).scalar() is not None


def take(
    office: Office,
    seal: Seal,
    application_id: int,
    actor: Actor,
    at: datetime,
    *,
    recognised: Mapping[str, Mapping[str, str]] | None = None,
    renew: bool = False,
) -> int:
    """Takes an application over (受理): registers the person, applies on a free place, or on a further one.

    ``recognised``: the categories whose proof the clerk has seen, with who recognised them and when. ``renew``: what
    the person says goes before what the register said. Returns the hire; taking it a second time finds the same one.
    Raises NoSuchApplication, InputRefused, StepRefused, StepNotOffered.
    """
    with office.database.session() as session:
        row = _still_waiting(session.connection(), application_id)
        values = orjson.loads(seal.unseal(row.sealed, place_of(row.opening_id, row.person_key)))
        procedure = office.procedure(row.procedure)
        step = application_step(procedure)
        if not actor.roles_in(row.region) & set(step.by):
            raise StepNotOffered(say("您在这个地区没有受理报名的职责"), forbidden=True)
        given = _given(values) | ({"categories": dict(recognised)} if recognised else {})
        registered = people.register(session, seal, given, actor, at, algorithm=office.setting.algorithm)
        if not registered.created and (renew or recognised):
            _renewed(session, seal, registered, given if renew else {"categories": given["categories"]}, actor, at)
        hire_id = hire_of(session.connection(), row.opening_id, row.person_key)
    if hire_id is None:
        came_in = local_day(row.received_at)
        hire_id = apply(office, row.opening_id, procedure, registered.person_id, actor, at, on=came_in)
    _answer(office, application_id, "taken", actor, at, hire_id=hire_id)
    return hire_id


def _renewed(
    session: Session, seal: Seal, known: people.Registered, given: Mapping[str, Any], actor: Actor, at: datetime
) -> None:
    changes = {name: value for name, value in given.items() if name != "id_number"}
    if "categories" in changes:
        kept = people.of(session, known.person_id).categories
        changes["categories"] = {**kept, **changes["categories"]}
    reason = say("按本人网上报名的填报更新").text()
    people.update_person(session, seal, known.person_id, changes, actor, at, reason=reason)


def apply(
    office: Office,
    opening_id: int,
    procedure: Procedure,
    person_id: int,
    actor: Actor,
    at: datetime,
    *,
    route: str = "open",
    hire_id: int | None = None,
    on: date | None = None,
) -> int:
    """Takes a person's application on a free place (``hire_id``, where it is one), else on a further one.

    ``on``: the day on which it came in; whoever sent it in time has applied in time, however late the desk looks at
    it. Returns the hire. Raises StepRefused, StepNotOffered; nothing is kept then, no further place either.
    """
    application_ = Arriving(opening_id, procedure, route, on)
    with once_only(), office.database.transaction() as connection:
        return _placed(office, connection, application_, person_id, actor, at, hire_id).before.id


@dataclass(frozen=True, slots=True)
class Arriving:
    """An application as it comes in. ``on``: the day, where it is not that of the step; ``batch``: of which run."""

    opening_id: int
    procedure: Procedure
    route: str = "open"
    on: date | None = None
    batch: str | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """An application that was taken: the hire, the number of the entry in its trail, and whose it is."""

    hire_id: int
    seq: int
    person: people.Registered


def register_and_apply(
    office: Office,
    seal: Seal,
    arriving: Arriving,
    given: Mapping[str, Any],
    actor: Actor,
    at: datetime,
    *,
    hire_id: int | None = None,
) -> Taken:
    """Registers a person (``people.register``) and takes the application: both or neither.

    Somebody whose application is refused does not stay in the register. ``hire_id``: the place to begin with. Raises
    InputRefused, StepRefused, StepNotOffered.
    """
    with once_only(), office.database.session() as session:
        known = people.register(session, seal, given, actor, at, algorithm=office.setting.algorithm)
        session.flush()
        plan = _placed(office, session.connection(), arriving, known.person_id, actor, at, hire_id)
        return Taken(plan.before.id, plan.seq, known)


def _placed(
    office: Office,
    connection: Connection,
    arriving: Arriving,
    person_id: int,
    actor: Actor,
    at: datetime,
    first: int | None = None,
) -> Plan:
    act = application_step(arriving.procedure).act
    payload = {"person_id": person_id, "route": arriving.route}
    facts = (office, connection, arriving.opening_id, act, actor, at, payload)
    for place in sorted(free_places(connection, arriving), key=lambda place: (place != first, place)):
        try:
            return add_applicant(*facts, on=arriving.on, batch=arriving.batch, hire_id=place)
        except StaleHire:
            continue  # somebody else has just taken this place
        except StepNotOffered as refusal:
            if refusal.facts.get("forbidden"):
                raise
    return add_applicant(*facts, on=arriving.on, batch=arriving.batch)


def free_places(connection: Connection, arriving: Arriving) -> list[int]:
    """The hires of an opening on which nobody has applied."""
    first = arriving.procedure.first_stage.stage
    free = select(hire.c.id).where(
        hire.c.opening_id == arriving.opening_id, hire.c.stage == first, hire.c.person_id.is_(None)
    )
    return [int(place) for place in connection.execute(free).scalars()]


def refuse(office: Office, application_id: int, actor: Actor, at: datetime, reason: str) -> None:
    """Answers an application with a reason (不予受理), which its receipt shows.

    Raises InputRefused without a reason, StepNotOffered for a role that does not take applications,
    NoSuchApplication.
    """
    if not 2 <= len(reason.strip()) <= 500:
        raise InputRefused({"reason": say("请写明不予受理的理由（2至500字），报名人会看到")})
    with office.database.reading() as connection:
        row = _still_waiting(connection, application_id)
    if not actor.roles_in(row.region) & set(application_step(office.procedure(row.procedure)).by):
        raise StepNotOffered(say("您在这个地区没有受理报名的职责"), forbidden=True)
    _answer(office, application_id, "refused", actor, at, answer=reason.strip())


def application_step(procedure: Procedure) -> Step:
    """The step by which a document takes an application."""
    first = procedure.steps_from[procedure.first_stage.stage]
    return next(step for step in first if step.records is RecordKind.APPLICATION)


def takers(procedure: Procedure) -> frozenset[Role]:
    """The roles that take applications at the desk; nobody's where places were never announced (原有岗位)."""
    steps = procedure.steps_from[procedure.first_stage.stage]
    by = (role for step in steps if step.records is RecordKind.APPLICATION for role in step.by)
    return frozenset(role for role in by if role is not Role.APPLICANT)


def _still_waiting(connection: Connection, application_id: int) -> Any:
    row = connection.execute(
        select(
            *(application.c[name] for name in ("opening_id", "person_key", "sealed", "received_at")),
            opening.c.procedure,
            post.c.region,
        )
        .join(opening, opening.c.id == application.c.opening_id)
        .join(post, post.c.id == opening.c.post_id)
        .where(application.c.id == application_id, application.c.status == "waiting")
    ).one_or_none()
    if row is None:
        raise NoSuchApplication
    return row


def _answer(office: Office, application_id: int, status: str, actor: Actor, at: datetime, **more: Any) -> None:
    with office.database.transaction() as connection:
        answered = (
            update(application)
            .where(application.c.id == application_id, application.c.status == "waiting")
            .values(status=status, answered_by=actor.person_key, answered_at=at, **more)
        )
        if connection.execute(answered).rowcount != 1 and status != "taken":
            raise NoSuchApplication
