"""Announcements of places (招聘公告): made, listed, taken back; their applicants; and what anybody may see of them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from api.dependencies import (
    ActorDep,
    AddressDep,
    LanguageDep,
    NowDep,
    OfficeDep,
    ReadDep,
    ScopeDep,
    SealDep,
    TranslateDep,
)
from api.inputs import MOST_ID, After, Limit, PathId, RegionCode, cursor, number_of
from api.opening_schemas import (
    BirthRangeOut,
    CancelIn,
    Cancelled,
    DraftOut,
    PublicApplicationIn,
    PublicOpeningOut,
    PublicOpenings,
    ReceiptOut,
)
from api.problems import NotFound, answer_json
from api.routes import applicants
from api.schemas import MOST_PLACES, Announced, OpeningIn, OpeningOut, Page, PlaceAdded
from notifications.messages import day_in_words
from states.clocks import local_day
from states.facts import Post
from states.procedure import Procedure, article_of
from states.refusals import InputRefused
from states.say import Translate, say
from workflow import announcement_text, public_applications, queries, vacancies
from workflow import announcements as taking_back
from workflow import openings as announcements
from workflow.moving import old_versions
from workflow.queries import HireFilter, OpeningLine

router = APIRouter(prefix="/openings", tags=["openings"])
public = APIRouter(prefix="/public", tags=["public"])


@router.get("", summary="announcements within my regions, the newest first")
def listed(
    connection: ReadDep,
    office: OfficeDep,
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
        unannounced=old_versions(office),
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
    with office.database.reading(scope.reach) as connection:
        if queries.post_line(connection, scope, given.post_id) is None:
            raise NotFound
    done = announcements.announce(office, actor, at, **dict(given))
    response.headers["location"] = f"/api/v1/openings/{done.opening_id}"
    answers = [answer_json(answer, translate) for answer in done.answers]
    return Announced(opening_id=done.opening_id, hire_ids=list(done.hire_ids), answers=answers)


@router.get("/vacancies", summary="places that somebody left and no announcement fills again, the latest first")
def vacant(
    connection: ReadDep, scope: ScopeDep, after: After = None, limit: Limit = queries.PAGE
) -> Page[vacancies.Vacancy]:
    page = vacancies.vacancies(connection, scope, after=number_of(after), limit=limit)
    return Page(items=list(page.lines), next=cursor(page.after))


@router.get("/draft", summary="what an announcement of a post would say, with the birth dates computed")
def drafted(
    office: OfficeDep,
    actor: ActorDep,
    scope: ScopeDep,
    at: NowDep,
    translate: TranslateDep,
    language: LanguageDep,
    post_id: Annotated[int, Query(ge=1, le=MOST_ID)],
    places: Annotated[int, Query(ge=1, le=MOST_PLACES)] = 1,
    announced_on: date | None = None,
) -> DraftOut:
    with office.database.reading(scope.reach) as connection:
        line = queries.post_line(connection, scope, post_id)
    if line is None:
        raise NotFound
    day = announced_on or local_day(at)
    procedure = office.catalogue.current(line.procedure_id)
    post = Post(line.id, line.kind, line.region, frozenset(line.sources), line.registered, line.monthly_fen)
    named = tuple(board.zh for board in procedure.announcement.boards or procedure.announcement.forms)
    answers = announcements.preview_opening(
        office, actor, at, post_id=post_id, places=places, boards=named, announced_on=day
    )
    return DraftOut(
        content=announcement_text.draft(procedure, post, line.employer, day),
        required=[name for name, may_lack in announcement_text.PARTS.items() if not may_lack],
        birth_range=_birth_range(procedure, line.kind, day, translate, language),
        answers=[answer_json(answer, translate) for answer in answers],
    )


def _birth_range(
    procedure: Procedure, kind: str, on: date, translate: Translate, language: str
) -> BirthRangeOut | None:
    found = announcement_text.birth_range(procedure, kind, on)
    if found is None:
        return None

    def told(day: date) -> str:
        return day_in_words(day, language)

    return BirthRangeOut(
        earliest=found.earliest,
        latest=found.latest,
        on=found.on,
        measured=found.measured,
        text=found.sentence(told).text(translate),
        note=found.note(told).text(translate),
        articles=[article_of(procedure, cite) for cite in found.articles],
    )


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
    with office.database.reading(scope.reach) as connection:
        if queries.opening_line(connection, scope, opening_id) is None:
            raise NotFound
    hire_id = announcements.add_place(office, opening_id, actor, at)
    response.headers["location"] = f"/api/v1/hires/{hire_id}"
    return PlaceAdded(hire_id=hire_id)


@router.post("/{opening_id}/cancel", summary="take an announcement back before anybody has applied")
def cancelled(
    opening_id: PathId, given: CancelIn, office: OfficeDep, actor: ActorDep, scope: ScopeDep, at: NowDep
) -> Cancelled:
    with office.database.reading(scope.reach) as connection:
        if queries.opening_line(connection, scope, opening_id) is None:
            raise NotFound
    return Cancelled(places=taking_back.cancel(office, opening_id, actor, at, given.reason))


router.include_router(applicants.router)


# ---- for everybody -----------------------------------------------------------------------------------------------


@public.get("/openings.json", summary="the announcements that take applications today, for everybody")
def everybody(office: OfficeDep, at: NowDep, region: RegionCode | None = None) -> PublicOpenings:
    on = local_day(at)
    with office.database.reading() as connection:
        found = taking_back.on_show(connection, on, region=region)
    return PublicOpenings(on=on, items=[PublicOpeningOut(**_plain(line)) for line in found])


def _plain(line: taking_back.PublicOpening) -> dict[str, Any]:
    return {name: getattr(line, name) for name in PublicOpeningOut.model_fields}


@public.post(
    "/openings/{opening_id}/applications.json",
    summary="apply without an account; answers with a receipt",
    status_code=201,
)
def applied(
    opening_id: PathId,
    given: PublicApplicationIn,
    office: OfficeDep,
    seal: SealDep,
    address: AddressDep,
    at: NowDep,
) -> ReceiptOut:
    with office.database.reading() as connection:
        if taking_back.one_on_show(connection, local_day(at), opening_id) is None:
            raise NotFound
    said = given.model_dump(exclude_none=True)
    return ReceiptOut(receipt=public_applications.send(office, seal, opening_id, said, address, at))
