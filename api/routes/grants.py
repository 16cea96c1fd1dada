"""Grants (授权): asked for by one security administrator, confirmed by another, revoked by one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.access_schemas import GrantAsked, GrantIn, GrantLineOut, Revocation
from api.dependencies import ActorDep, NowDep, OfficeDep, ReadDep, RecentDep
from api.inputs import After, Limit, PathId, cursor, number_of
from api.schemas import Page
from states.clocks import local_day
from states.refusals import InputRefused
from states.say import say
from states.vocabulary import Role
from workflow import account_office, granting
from workflow.authority import NotEntitled, must_be
from workflow.granting import GrantLine
from workflow.queries.paging import PAGE

router = APIRouter(tags=["access"], prefix="/grants")
Waiting = Annotated[bool | None, Query(description="only those that wait for their second person, or only the others")]


@router.get("", summary="who has what, for security and audit administrators")
def listed(
    actor: ActorDep, read: ReadDep, at: NowDep, waiting: Waiting = None, after: After = None, limit: Limit = PAGE
) -> Page[GrantLineOut]:
    prefixes = [grant.region for grant in actor.grants if grant.role in (Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)]
    if not prefixes:
        raise NotEntitled
    rows = granting.lines(
        read, local_day(at), waiting=waiting, prefixes=prefixes, after=number_of(after), limit=limit + 1
    )
    items = [_line(row) for row in rows[:limit]]
    return Page(items=items, next=cursor(items[-1].id) if len(rows) > limit else None)


@router.post("", summary="ask for a grant; another security administrator confirms it", status_code=201)
def asked(given: GrantIn, _recent: RecentDep, actor: ActorDep, office: OfficeDep, at: NowDep) -> GrantAsked:
    must_be(actor, Role.SECURITY_ADMIN)
    with office.database.session() as session:
        account_id = account_office.number_of(session, given.username)
        if account_id is None:
            raise InputRefused({"username": say("没有这个用户名。账户由系统管理员开立")})
        number = granting.ask(
            session,
            actor,
            at,
            account_id=account_id,
            role=given.role,
            region=given.region,
            from_on=given.from_on,
            until_on=given.until_on,
            basis=given.basis,
            algorithm=office.setting.algorithm,
        )
    return GrantAsked(id=number)


@router.post("/{grant_id}/confirm", summary="agree as the second natural person", status_code=204)
def confirmed(grant_id: PathId, _recent: RecentDep, actor: ActorDep, office: OfficeDep, at: NowDep) -> None:
    with office.database.session() as session:
        granting.confirm(session, actor, at, grant_id, office.setting.algorithm)


@router.post("/{grant_id}/revoke", summary="take a role away; the sessions of the account end", status_code=204)
def revoked(
    grant_id: PathId, given: Revocation, _recent: RecentDep, actor: ActorDep, office: OfficeDep, at: NowDep
) -> None:
    with office.database.session() as session:
        granting.revoke(session, actor, at, grant_id, given.reason, office.setting.algorithm)


def _line(row: GrantLine) -> GrantLineOut:
    return GrantLineOut(**{name: getattr(row, name) for name in GrantLineOut.model_fields})
