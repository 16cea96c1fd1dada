"""Notices as offices keep an eye on them (公示管理): days, boards, objections, and the paper to print."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from api.pages import reading
from api.pages.hires import whole
from api.pages.render import Page, PageDep
from states.say import say
from workflow import queries
from workflow.queries import scoped
from workflow.queries.notices import NoticeKey, NoticeLine

router = APIRouter()


@router.get("/notices")
def show(page: PageDep) -> Response:
    """The notices of the reader's regions, the latest first."""
    after = _key(page.request.query_params.get("after"))
    with page.office.database.reading() as connection:
        found = queries.notices(connection, scoped(page.actor), page.today, after=after)
        places = reading.place_names(connection, {line.region for line in found.lines})
    following = None if found.after is None else "~".join(map(str, found.after))
    return page.show(
        "notices.html",
        "notices",
        rows=[_row(page, line, places) for line in found.lines],
        next_page=page.address(after=following) if following else None,
        first_page=page.address(after=None) if after else None,
    )


def _row(page: Page, line: NoticeLine, places: Mapping[str, str]) -> dict[str, Any]:
    hangs = line.closed_on is None and line.posted_on <= page.today <= line.ends_on
    hangs = hangs and line.state not in ("rejected", "withdrawn")
    objections = say("{n}件未处理", n=line.open_objections) if line.open_objections else say("无")
    return {
        "hire_id": line.hire_id,
        "who": line.person_name,
        "post": line.post_title,
        "place": places.get(line.region, line.region),
        "posted_on": line.posted_on,
        "ends_on": line.ends_on,
        "provisional": line.provisional,
        "standing": page.tell(say("正在公示") if hangs else say("已结束")),
        "boards": ("; " if page.language == "en" else "；").join(line.boards),
        "objections": page.tell(objections),
        "href": f"/public/notices/{line.hire_id}-{line.seq}" if hangs else None,
    }


def _key(text: str | None) -> NoticeKey | None:
    """The key that the address of a further page carries; anything else is the first page."""
    try:
        ends_on, hire_id, seq = (text or "").split("~")
        day, numbers = date.fromisoformat(ends_on), (whole(hire_id), whole(seq))
    except ValueError:
        return None
    return None if None in numbers else (day, numbers[0] or 0, numbers[1] or 0)
