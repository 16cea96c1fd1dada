"""Announcements (招聘公告) at the desk: the list, one with its applicants, taking one back, places that became free."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import Connection

from api.inputs import PathId
from api.pages import announcements as papers
from api.pages import announcing, applicants, ranking, received, words
from api.pages.filling import Filling, Given, faults_of, refusal_of, status_of
from api.pages.hires import hire_rows, whole
from api.pages.render import FormDep, Page, PageDep
from api.pages.submitted import given_of
from api.problems import NotFound
from states.refusals import Refusal
from states.say import say
from workflow import announcements, queries, reception, vacancies
from workflow.moving import old_versions
from workflow.queries import HireFilter, OpeningLine, scoped
from workflow.queries.places import region_paths
from workflow.ranking import ranked, substitutes

router = APIRouter()
#: those with words of their own come before those with a number
router.include_router(announcing.router)
MOST_APPLICANTS = 200


@router.get("/openings")
def show_all(page: PageDep) -> Response:
    """The announcements of the reader's regions, the newest first."""
    after = whole(page.request.query_params.get("after"))
    with page.reading() as connection:
        found = queries.openings(connection, scoped(page.actor), unannounced=old_versions(page.office), after=after)
        paths = region_paths(connection, {line.region for line in found.lines})
        counts = reception.count_waiting(connection, [line.id for line in found.lines])
        may = bool(announcing.posts_to_announce(page, connection))
    rows = [
        {**row(page, line, paths), "waiting": counts.get(line.id, 0) if applicants.may_take(page, line) else 0}
        for line in found.lines
    ]
    return page.show(
        "openings.html",
        "openings",
        rows=rows,
        may_announce=may,
        next_page=page.address(after=str(found.after)) if found.after else None,
        first_page=page.address(after=None) if after else None,
    )


@router.get("/openings/vacancies")
def show_vacancies(page: PageDep) -> Response:
    """Places that somebody left and that were not announced anew (随缺随补)."""
    after = whole(page.request.query_params.get("after"))
    with page.reading() as connection:
        found = vacancies.vacancies(connection, scoped(page.actor), after=after)
        paths = region_paths(connection, {line.region for line in found.lines})
    rows = [
        {
            "hire": line.hire_id,
            "post": line.post_title,
            "place": paths[line.region],
            "employer": line.employer,
            "left_on": line.left_on,
            "href": f"/openings/new?refills={line.hire_id}" if _may_announce(page, line) else "",
        }
        for line in found.lines
    ]
    return page.show(
        "vacancies.html",
        "vacancies",
        rows=rows,
        next_page=page.address(after=str(found.after)) if found.after else None,
        first_page=page.address(after=None) if after else None,
    )


def _may_announce(page: Page, line: vacancies.Vacancy) -> bool:
    procedure = page.office.procedure(line.procedure)
    return bool(page.actor.roles_in(line.region) & set(procedure.announcement.by))


@router.get("/openings/{opening_id}")
def show_one(page: PageDep, opening_id: PathId) -> Response:
    """One announcement and everyone who applied."""
    return _one(page, opening_id, {})


@router.post("/openings/{opening_id}/cancel")
def cancel(page: PageDep, form: FormDep, opening_id: PathId) -> Response:
    """Takes an announcement back before anybody applied."""
    given = given_of(form)
    with page.reading() as connection:
        _line(page, connection, opening_id)
    try:
        reason = (given.get("opinion") or [""])[0]
        announcements.cancel(page.office, opening_id, page.actor, page.at, reason)
    except Refusal as refusal:
        return _one(page, opening_id, given, refusal)
    return page.go(f"/openings/{opening_id}", say("公告已撤销。"))


def _line(page: Page, connection: Connection, opening_id: int) -> OpeningLine:
    line = queries.opening_line(connection, scoped(page.actor), opening_id)
    if line is None:
        raise NotFound
    return line


def _one(page: Page, opening_id: int, given: Given, refusal: Refusal | None = None) -> Response:
    with page.reading() as connection:
        line = _line(page, connection, opening_id)
        found = queries.hires(connection, scoped(page.actor), HireFilter(opening_id=opening_id), limit=MOST_APPLICANTS)
        applied = [one for one in found.lines if one.person_id is not None]
        rows = hire_rows(page, connection, applied)
        paths = region_paths(connection, {line.region})
        procedure = page.office.procedure(line.procedure)
        order = ranked(connection, procedure, [one.id for one in applied], page.today)
        waits = reception.count_waiting(connection, [line.id]).get(line.id, 0)
    may_take = applicants.may_take(page, line)
    warning = announcements.window_warning(line.closes_on, line.announced_on, page.today)
    return page.show(
        "opening.html",
        "openings",
        status=status_of(refusal),
        opening=row(page, line, paths),
        born=papers.born_of(page, procedure, line.kind, line.announced_on),
        rows=rows,
        flags={one.hire_id: ranking.held_flags(page, one) for one in order},
        may_apply=may_take and line.cancelled_on is None,
        waiting=waits if may_take else 0,
        may_rank=received.deals_with(page, line),
        warning=page.tell(warning) if warning and order else "",
        substitutes=[page.tell(one.sentence) for one in substitutes(order, line.places - line.taken)],
        cancel=_cancel_field(page, line, given, refusal) if _may_cancel(page, line, bool(applied), waits) else None,
        refusal=refusal_of(page, refusal, say("公告没有撤销")),
    )


def _may_cancel(page: Page, line: OpeningLine, applied: bool, waiting: int) -> bool:
    """Whether the page shows the button: nobody has applied, and the document gives the step to one of the roles."""
    if applied or waiting or line.cancelled_on:
        return False
    return announcements.may_cancel(page.office.procedure(line.procedure), line.region, page.actor)


def _cancel_field(page: Page, line: OpeningLine, given: Given, refusal: Refusal | None) -> Any:
    return Filling(page, given, faults_of(refusal)).field("opinion", say("撤销的理由"), "prose", required=True)


def row(page: Page, line: OpeningLine, places: Mapping[str, str]) -> dict[str, Any]:
    """An announcement as lists and heads show it."""
    procedure = page.office.procedure(line.procedure)
    closes = page.day(line.closes_on) if line.closes_on else page.tell(say("招满为止"))
    kind = procedure.kind_by_name.get(line.kind)
    return {
        "id": line.id,
        "post": line.post_title,
        "post_id": line.post_id,
        "kind": page.named(kind) if kind else line.kind,
        "employer": line.employer,
        "place": places.get(line.region, line.region),
        "announced_on": line.announced_on,
        "closes_on": line.closes_on,
        "cancelled_on": line.cancelled_on,
        "refills": line.refills,
        "window": page.tell(say("报名：{opens}至{closes}", opens=page.day(line.announced_on), closes=closes)),
        "places": line.places,
        "taken": line.taken,
        "procedure": words.short_title(page, procedure),
        "procedure_key": procedure.key,
    }


#: pages of one announcement, and those for everybody
router.include_router(applicants.router)
router.include_router(received.router)
router.include_router(ranking.router)
router.include_router(papers.router)
