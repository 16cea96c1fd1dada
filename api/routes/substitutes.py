"""Absence substitutes (代理): named by the officer, accepted by the deputy, ended by either."""

from __future__ import annotations

from fastapi import APIRouter

from api.access_schemas import SubstituteIn, SubstituteOut
from api.dependencies import ActorDep, NowDep, OfficeDep, ReadDep, RecentDep
from api.inputs import PathId
from api.schemas import Page
from states.clocks import local_day
from workflow import substitutes
from workflow.substitutes import SubstitutionLine

router = APIRouter(tags=["access"], prefix="/substitutes")


@router.get("", summary="who stands in for the caller, and for whom the caller does")
def listed(actor: ActorDep, read: ReadDep, at: NowDep) -> Page[SubstituteOut]:
    rows = substitutes.lines(read, local_day(at), account_id=actor.account_id)
    return Page(items=[_line(row) for row in rows], next=None)


@router.post("", summary="name a deputy for one of the caller's own grants", status_code=201)
def asked(given: SubstituteIn, _recent: RecentDep, actor: ActorDep, office: OfficeDep, at: NowDep) -> SubstituteOut:
    with office.database.session() as session:
        number = substitutes.ask(
            session,
            actor,
            at,
            role=given.role,
            region=given.region,
            deputy=given.deputy,
            from_on=given.from_on,
            until_on=given.until_on,
            reason=given.reason,
            algorithm=office.setting.algorithm,
        )
    with office.database.reading() as connection:
        [row] = substitutes.lines(connection, local_day(at), number=number)
    return _line(row)


@router.post("/{number}/accept", summary="agree to stand in", status_code=204)
def accepted(number: PathId, _recent: RecentDep, actor: ActorDep, office: OfficeDep, at: NowDep) -> None:
    with office.database.session() as session:
        substitutes.accept(session, actor, at, number, office.setting.algorithm)


@router.post("/{number}/end", summary="end it early, or decline", status_code=204)
def ended(number: PathId, actor: ActorDep, office: OfficeDep, at: NowDep) -> None:
    with office.database.session() as session:
        substitutes.end(session, actor, at, number, office.setting.algorithm)


def _line(row: SubstitutionLine) -> SubstituteOut:
    return SubstituteOut(**{name: getattr(row, name) for name in SubstituteOut.model_fields})
