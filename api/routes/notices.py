"""Public notices (公示), sheet by sheet: the list of the offices, and the one for everybody, which needs no sign-in."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Query, Response

from api.dependencies import NowDep, OfficeDep, PublicReadDep, ReadDep, ScopeDep
from api.inputs import After, Limit, RegionCode, a_day, a_word, cursor, key_of
from api.schemas import Page, Returned
from states.clocks import local_day
from states.procedure import article_of
from workflow import queries
from workflow.office import Office
from workflow.queries import PublicSheet, SheetLine

router = APIRouter(prefix="/notices", tags=["notices"])
public = APIRouter(prefix="/public", tags=["public"])

Cited = TypeVar("Cited", SheetLine, PublicSheet)
Place = Annotated[str, Query(max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$", description="a village, town or county")]


class PublicNotices(Returned):
    """The notices that hang today. ``on`` is the day in Asia/Shanghai."""

    on: str
    items: list[PublicSheet]
    next: str | None = None


@router.get("", summary="notices within my regions, by their last day")
def listed(
    connection: ReadDep,
    office: OfficeDep,
    scope: ScopeDep,
    at: NowDep,
    running: Annotated[
        bool | None, Query(description="only those that hang or wait for an answer to an objection, or only the others")
    ] = None,
    region: RegionCode | None = None,
    after: After = None,
    limit: Limit = queries.PAGE,
) -> Page[SheetLine]:
    found = queries.notices(
        connection, scope, local_day(at), running=running, in_region=region, after=_key(after), limit=limit
    )
    return Page(items=[_cited(office, line) for line in found.lines], next=cursor(found.after))


@public.get("/notices.json", summary="the notices that hang today, for everybody")
def everybody(
    connection: PublicReadDep,
    office: OfficeDep,
    at: NowDep,
    response: Response,
    region: RegionCode | None = None,
    place: Place = "",
    after: After = None,
    limit: Limit = queries.PAGE,
) -> PublicNotices:
    response.headers["cache-control"] = "public, max-age=60"
    response.headers["x-robots-tag"] = "noindex"
    on = local_day(at)
    with office.database.reading() as connection:
        found = queries.public_sheets(
            connection, on, in_region=region, place=place.strip(), after=_key(after), limit=limit
        )
    items = [_cited(office, sheet) for sheet in found.sheets]
    return PublicNotices(on=on.isoformat(), items=items, next=cursor(found.after))


def _key(after: str | None) -> Any:
    return key_of(after, a_day, a_word)


def _cited(office: Office, line: Cited) -> Cited:
    """The article as it is quoted to people: with the number of the document."""
    return replace(line, article=article_of(office.procedure(line.procedure), line.article))
