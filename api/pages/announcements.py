"""Announcements as paper (公告全文): for printing at the desk, and for everybody while applications are taken."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from api.inputs import PathId
from api.pages import errors, public_applications
from api.pages.render import OpenPageDep, Page, PageDep
from api.problems import NotFound
from states.facts import Post
from states.procedure import Procedure, article_of
from states.say import say
from workflow import announcement_text, announcements, queries
from workflow.announcement_text import PART_NAMES, PARTS
from workflow.announcements import PublicOpening
from workflow.queries import scoped
from workflow.queries.places import region_paths

router = APIRouter()
router.include_router(public_applications.router)
GONE = say("报名已经截止")
GONE_DETAIL = say("这则招聘公告的报名期已过，或者已经撤销，不再显示。")


@router.get("/public/openings")
def show_all(page: OpenPageDep) -> Response:
    """Every announcement that takes applications today, the newest first."""
    with page.office.database.reading() as connection:
        found = announcements.on_show(connection, page.today)
        paths = region_paths(connection, {line.region for line in found})
    rows = [
        {
            "id": line.id,
            "title": line.title,
            "employer": line.employer,
            "place": paths[line.region],
            "places": line.places,
            "closes_on": line.closes_on,
        }
        for line in found
    ]
    return page.show("public_openings.html", "public_openings", public=True, rows=rows)


@router.get("/public/openings/{opening_id}")
def show_one(page: OpenPageDep, opening_id: PathId) -> Response:
    """One announcement in the usual form. 410 once the window is over."""
    with page.office.database.reading() as connection:
        line = announcements.one_on_show(connection, page.today, opening_id)
        gone = line is None and announcements.was_there(connection, page.today, opening_id)
        path = region_paths(connection, {line.region})[line.region] if line else ""
    if line is None:
        if not gone:
            raise NotFound
        return errors.error_page(page, 410, GONE, GONE_DETAIL)
    page.headers["X-Robots-Tag"] = "noindex, noarchive"
    return page.show("public_opening.html", "public_openings", sheet=_sheet(page, line, path), id=line.id)


@router.get("/openings/{opening_id}/announcement")
def show_paper(page: PageDep, opening_id: PathId) -> Response:
    """The same paper at the desk, at any time, to be printed and put up."""
    with page.reading() as connection:
        line = queries.opening_line(connection, scoped(page.actor), opening_id)
        if line is None:
            raise NotFound
        post = queries.post_line(connection, scoped(page.actor), line.post_id)
        path = region_paths(connection, {line.region})[line.region]
    named = (
        "id",
        "employer",
        "region",
        "kind",
        "procedure",
        "announced_on",
        "closes_on",
        "places",
        "boards",
        "content",
    )
    facts = {name: getattr(line, name) for name in named}
    fen = post.monthly_fen if post else 0
    paper = PublicOpening(**facts, title=line.post_title, monthly_fen=fen)
    return page.show("opening_paper.html", "openings", sheet=_sheet(page, paper, path), id=line.id)


def _sheet(page: Page, line: PublicOpening, path: str) -> dict[str, Any]:
    procedure = page.office.procedure(line.procedure)
    closes = page.day(line.closes_on) if line.closes_on else page.tell(say("招满为止"))
    kind = procedure.kind_by_name.get(line.kind)
    return {
        "title": page.tell(say("{post}招聘公告", post=line.title)),
        "document": f"《{procedure.title.zh}》" if page.language == "zh" else page.named(procedure.title),
        "number": procedure.document.number,
        "post": line.title,
        "employer": line.employer,
        "place": path,
        "kind": page.named(kind) if kind else line.kind,
        "places": line.places,
        "window": page.tell(say("{opens}至{closes}", opens=page.day(line.announced_on), closes=closes)),
        "born": born_of(page, procedure, line.kind, line.announced_on),
        "parts": [(page.tell(PART_NAMES[name]), text) for name, text in _content(procedure, line).items() if text],
        "boards": ("、" if page.language == "zh" else ", ").join(line.boards),
        "announced_on": line.announced_on,
        "closes_on": line.closes_on,
        "article": article_of(procedure, procedure.announcement.cite),
    }


def _content(procedure: Procedure, line: PublicOpening) -> Mapping[str, str]:
    """What was published; an announcement made elsewhere is shown with what document and post tell of it."""
    post = Post(0, line.kind, line.region, monthly_fen=line.monthly_fen)
    drafted = announcement_text.draft(procedure, post, line.employer, line.announced_on)
    return {name: line.content.get(name, "" if line.content else drafted[name]) for name in PARTS}


def born_of(page: Page, procedure: Procedure, kind: str, on: date) -> dict[str, str] | None:
    """The birth dates that the document admits, as pages print them; None without a rule of age."""
    found = announcement_text.birth_range(procedure, kind, on)
    if found is None:
        return None
    articles = [article_of(procedure, cite) for cite in found.articles]
    comma = "、" if page.language == "zh" else ", "
    return {
        "say": page.tell(found.sentence(page.day)),
        "note": page.tell(found.note(page.day)),
        "article": comma.join(articles),
    }
