"""Announcements of places (招聘公告)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.dependencies import ActorDep, NowDep, OfficeDep, ReadDep, ScopeDep, TranslateDep
from api.inputs import After, Limit, PathId, RegionCode, cursor, number_of
from api.problems import NotFound, answer_json
from api.schemas import Announced, OpeningIn, OpeningOut, Page, PlaceAdded
from states.clocks import local_day
from states.refusals import InputRefused
from states.say import say
from workflow import openings as announcements
from workflow import queries
from workflow.queries import HireFilter, OpeningLine

router = APIRouter(prefix="/openings", tags=["openings"])


@router.get("", summary="announcements within my regions, the newest first")
def listed(
    connection: ReadDep,
    scope: ScopeDep,
    at: NowDep,
    region: RegionCode | None = None,
    open_now: Annotated[bool, Query(description="only those that take applications today")] = False,
    after: After = None,
    limit: Limit = queries.PAGE,
) -> Page[OpeningLine]:
    page = queries.openings(
        connection,
        scope,
        in_region=region,
        open_on=local_day(at) if open_now else None,
        after=number_of(after),
        limit=limit,
    )
    return Page(items=list(page.lines), next=cursor(page.after))


@router.post("", summary="announce places of a post; a hire is posted for each", status_code=201)
def announced(
    given: OpeningIn,
    office: OfficeDep,
    actor: ActorDep,
    scope: ScopeDep,
    at: NowDep,
    translate: TranslateDep,
    response: Response,
) -> Announced:
    begins = given.announced_on or local_day(at)
    if given.closes_on is not None and given.closes_on < begins:
        raise InputRefused({"closes_on": say("截止日不能早于公告日{day}", day=begins)})
    with office.database.reading() as connection:
        if queries.post_line(connection, scope, given.post_id) is None:
            raise NotFound
    done = announcements.announce(office, actor, at, **dict(given))
    response.headers["location"] = f"/api/v1/openings/{done.opening_id}"
    answers = [answer_json(answer, translate) for answer in done.answers]
    return Announced(opening_id=done.opening_id, hire_ids=list(done.hire_ids), answers=answers)


@router.get("/{opening_id}", summary="one announcement and its hires")
def one(
    opening_id: PathId, connection: ReadDep, scope: ScopeDep, after: After = None, limit: Limit = queries.PAGE
) -> OpeningOut:
    line = queries.opening_line(connection, scope, opening_id)
    if line is None:
        raise NotFound
    page = queries.hires(connection, scope, HireFilter(opening_id=opening_id), number_of(after), limit)
    return OpeningOut(opening=line, hires=list(page.lines), next=cursor(page.after))


@router.post("/{opening_id}/places", summary="a further hire, for an applicant beyond the places", status_code=201)
def placed(
    opening_id: PathId, office: OfficeDep, actor: ActorDep, scope: ScopeDep, at: NowDep, response: Response
) -> PlaceAdded:
    with office.database.reading() as connection:
        if queries.opening_line(connection, scope, opening_id) is None:
            raise NotFound
    hire_id = announcements.add_place(office, opening_id, actor, at)
    response.headers["location"] = f"/api/v1/hires/{hire_id}"
    return PlaceAdded(hire_id=hire_id)
