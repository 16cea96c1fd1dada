"""Public notices (公示): the list of the offices, and the one for everybody, which needs no sign-in."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, TypeVar

from fastapi import APIRouter, Query, Response

from api.dependencies import NowDep, OfficeDep, ReadDep, ScopeDep
from api.inputs import After, Limit, RegionCode, a_day, a_number, cursor, key_of
from api.schemas import Page, Returned
from states.clocks import local_day
from states.procedure import article_of
from workflow import queries
from workflow.office import Office
from workflow.queries import NoticeLine, PublicNotice

router = APIRouter(prefix="/notices", tags=["notices"])
public = APIRouter(prefix="/public", tags=["public"])


Cited = TypeVar("Cited", NoticeLine, PublicNotice)


class PublicNotices(Returned):
    """The notices that run today. ``on`` is the day in Asia/Shanghai."""

    on: str
    items: list[PublicNotice]


@router.get("", summary="notices within my regions, by their last day")
def listed(
    connection: ReadDep,
    office: OfficeDep,
    scope: ScopeDep,
    at: NowDep,
    running: Annotated[bool | None, Query(description="only those that still run, or only those that do not")] = None,
    region: RegionCode | None = None,
    after: After = None,
    limit: Limit = queries.PAGE,
) -> Page[NoticeLine]:
    key = key_of(after, a_day, a_number, a_number)
    page = queries.notices(
        connection,
        scope,
        local_day(at),
        running=running,
        in_region=region,
        after=key,  # type: ignore[arg-type]
        limit=limit,
    )
    return Page(items=[_cited(office, line) for line in page.lines], next=cursor(page.after))


@public.get("/notices.json", summary="the notices that run today, for everybody")
def everybody(
    connection: ReadDep, office: OfficeDep, at: NowDep, response: Response, region: RegionCode | None = None
) -> PublicNotices:
    response.headers["cache-control"] = "public, max-age=60"
    on = local_day(at)
    return PublicNotices(
        on=on.isoformat(), items=[_cited(office, line) for line in queries.public_notices(connection, on, region)]
    )


def _cited(office: Office, line: Cited) -> Cited:
    """The article as it is quoted to people: with the number of the document."""
    return replace(line, article=article_of(office.procedure(line.procedure), line.article))
