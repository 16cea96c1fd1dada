"""Hires (聘用): lists, one hire with what may be done, its trail, counts. Foreign hires are 404 like absent ones."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from api.dependencies import ActorDep, LanguageDep, NowDep, OfficeDep, ReadDep, ScopeDep, TranslateDep
from api.hire_out import Showing
from api.inputs import After, Id, Limit, PathId, RegionCode, Slug, Word, cursor, etag, number_of
from api.problems import NotFound
from api.schemas import HireOut, Page
from states.clocks import local_day
from states.vocabulary import State
from workflow import engine, queries
from workflow.queries import HireFilter, HireLine, TrailLine

router = APIRouter(tags=["hires"])
Proof = Annotated[bool, Query(description="print how each last day was counted")]


@router.get("/hires", summary="hires within my regions, the newest first")
def listed(
    connection: ReadDep,
    scope: ScopeDep,
    state: State | None = None,
    stage: Slug | None = None,
    procedure: Slug | None = None,
    region: RegionCode | None = None,
    kind: Slug | None = None,
    name: Annotated[Word | None, Query(description="how the person's name begins")] = None,
    person: Id | None = None,
    after: After = None,
    limit: Limit = queries.PAGE,
) -> Page[HireLine]:
    filters = HireFilter(
        state=state.value if state else None,
        stage=stage,
        procedure=procedure,
        region=region,
        kind=kind,
        name=name,
        person_id=person,
    )
    page = queries.hires(connection, scope, filters, number_of(after), limit)
    return Page(items=list(page.lines), next=cursor(page.after))


@router.get("/hires/{hire_id}", summary="one hire: where it stands, what is due, and what I may do and why not")
def one(
    hire_id: PathId,
    connection: ReadDep,
    office: OfficeDep,
    actor: ActorDep,
    scope: ScopeDep,
    at: NowDep,
    language: LanguageDep,
    translate: TranslateDep,
    response: Response,
    proof: Proof = False,
) -> HireOut:
    line = queries.hire_line(connection, scope, hire_id)
    if line is None:
        raise NotFound
    hire, offers = engine.offers_of(office, hire_id, actor, at)
    showing = Showing(office.procedure(hire.procedure), office.setting.calendar, local_day(at), language, translate)
    # what guards read may be newer than the names: its version is the one that a step is held to
    response.headers["etag"] = etag(hire.version)
    return showing.hire(connection, scope, line, hire, offers, proof)


@router.get("/hires/{hire_id}/trail", summary="every entry of its trail, in order")
def trail(
    hire_id: PathId, connection: ReadDep, scope: ScopeDep, after: After = None, limit: Limit = queries.PAGE
) -> Page[TrailLine]:
    if queries.hire_line(connection, scope, hire_id) is None:
        raise NotFound
    lines = queries.trail(connection, scope, hire_id, number_of(after) or 0, limit)
    return Page(items=list(lines), next=cursor(lines[-1].seq if len(lines) == limit else None))


@router.get("/hires/{hire_id}/records", summary="what its steps wrote down: notices, contracts, assessments, filings …")
def records(hire_id: PathId, connection: ReadDep, scope: ScopeDep) -> dict[str, list[dict[str, Any]]]:
    found = queries.records(connection, scope, hire_id)
    if found is None:
        raise NotFound
    return found


@router.get("/overview", summary="how many hires are in each state")
def overview(
    connection: ReadDep, scope: ScopeDep, procedure: Slug | None = None, region: RegionCode | None = None
) -> dict[str, int]:
    return queries.counts_by_state(connection, scope, HireFilter(procedure=procedure, region=region))
