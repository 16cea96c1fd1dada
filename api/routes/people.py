"""The register of people (人员登记). Numbers are masked in every answer but one, and that one is kept on the record."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.dependencies import ActorDep, NowDep, OfficeDep, ReadDep, RecentDep, ScopeDep, SealDep, TranslateDep
from api.inputs import After, Limit, PathId, RegionCode, Word, cursor, number_of
from api.opening_schemas import ClearanceIn
from api.problems import Forbidden, NotFound
from api.schemas import Page, PersonOut, PersonPatch, PersonRegistered, Purpose, Revealed
from states.facts import Actor
from states.refusals import InputRefused
from states.say import say
from workflow import clearance, people, queries
from workflow.people import REGISTRARS
from workflow.person_input import PersonInput
from workflow.queries import HireFilter, PersonLine

router = APIRouter(prefix="/people", tags=["people"])


@router.get("", summary="registered people whose home lies within my regions")
def listed(
    connection: ReadDep,
    scope: ScopeDep,
    name: Annotated[Word | None, Query(description="how the name begins, or its pinyin")] = None,
    region: RegionCode | None = None,
    after: After = None,
    limit: Limit = queries.PAGE,
) -> Page[PersonLine]:
    page = queries.people(connection, scope, name=name, in_region=region, after=number_of(after) or 0, limit=limit)
    return Page(items=list(page.lines), next=cursor(page.after))


@router.post("", summary="register a person, or find the one with this identity number", status_code=201)
def registered(
    given: PersonInput, office: OfficeDep, actor: ActorDep, seal: SealDep, at: NowDep, translate: TranslateDep
) -> PersonRegistered:
    if given.home_region is not None:
        _may_keep(actor, given.home_region, absent=InputRefused({"home_region": say("不在您的职责地区之内")}))
    elif not any(grant.role in REGISTRARS for grant in actor.grants):
        raise Forbidden
    with office.database.session() as session:
        known = people.register(
            session, seal, given.model_dump(exclude_unset=True), actor, at, algorithm=office.setting.algorithm
        )
    return PersonRegistered(
        id=known.person_id,
        created=known.created,
        differs=list(known.differs),
        warnings=[sentence.text(translate) for sentence in known.warnings],
    )


@router.get("/{person_id}", summary="one person, and their hires within my regions")
def one(person_id: PathId, connection: ReadDep, scope: ScopeDep) -> PersonOut:
    line = queries.person_line(connection, scope, person_id)
    if line is None:
        raise NotFound
    hires = queries.hires(connection, scope, HireFilter(person_id=person_id))
    return PersonOut(person=line, hires=list(hires.lines))


@router.patch("/{person_id}", summary="change what is named, on the record")
def changed(
    person_id: PathId,
    given: PersonPatch,
    office: OfficeDep,
    actor: ActorDep,
    scope: ScopeDep,
    seal: SealDep,
    at: NowDep,
) -> dict[str, list[str]]:
    _keeper_of(office, actor, scope, person_id)
    if given.home_region is not None and not scope.covers(given.home_region):
        raise InputRefused({"home_region": say("不在您的职责地区之内")})
    changes = given.model_dump(exclude_unset=True, exclude={"reason"})
    with office.database.session() as session:
        names = people.update_person(
            session, seal, person_id, changes, actor, at, reason=given.reason, algorithm=office.setting.algorithm
        )
    return {"changed": list(names)}


@router.post("/{person_id}/reveal", summary="read the full number, for a purpose that is kept on the record")
def revealed(
    person_id: PathId,
    given: Purpose,
    _recent: RecentDep,
    office: OfficeDep,
    actor: ActorDep,
    scope: ScopeDep,
    seal: SealDep,
    at: NowDep,
) -> Revealed:
    _keeper_of(office, actor, scope, person_id)
    with office.database.session() as session:
        value = people.reveal_id(
            session, seal, person_id, actor, given.purpose, at, field=given.field, algorithm=office.setting.algorithm
        )
    return Revealed(value=value)


@router.post("/{person_id}/clearances", summary="clear an officer to deal with this person", status_code=204)
def cleared(
    person_id: PathId,
    given: ClearanceIn,
    office: OfficeDep,
    actor: ActorDep,
    _recent: RecentDep,
    scope: ScopeDep,
    seal: SealDep,
    at: NowDep,
) -> None:
    with office.database.reading(scope.reach) as connection:
        line = queries.person_line(connection, scope, person_id)
    if line is None:
        raise NotFound
    if not clearance.may_clear(actor, line.home_region):
        raise Forbidden
    with office.database.session() as session:
        facts = (given.officer, actor, at, given.reason)
        clearance.clear(session, seal, person_id, *facts, algorithm=office.setting.algorithm)


def _keeper_of(office: OfficeDep, actor: Actor, scope: queries.Scope, person_id: int) -> None:
    """Raises NotFound for a person out of sight, Forbidden for one that the actor sees but does not keep."""
    with office.database.reading(scope.reach) as connection:
        line = queries.person_line(connection, scope, person_id)
    if line is None:
        raise NotFound
    _may_keep(actor, line.home_region, absent=Forbidden())


def _may_keep(actor: Actor, region: str, absent: Exception) -> None:
    """Raises ``absent`` where the region is not the actor's at all, Forbidden where the role does not keep data."""
    roles = actor.roles_in(region)
    if not roles:
        raise absent
    if not roles & REGISTRARS:
        raise Forbidden
