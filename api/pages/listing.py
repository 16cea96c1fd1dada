"""The list of hires (聘用一览): the same filters as the worklist's, the newest first or by the next day."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import Connection

from api.pages import words
from api.pages.filters import BY_DAY, HIRES, MORE, Chosen, chosen_of, fields_of
from api.pages.hires import hire_rows, whole
from api.pages.picking import picking_of
from api.pages.render import Page, PageDep
from api.pages.views import views_of
from workflow import queries
from workflow.queries import DueKey, HireFilter, HireLine, Scope, scoped

router = APIRouter()
Line = tuple[HireLine, date | None]
#: beyond which the head of the list says "more than"
COUNTED = 10_000


@router.get("/hires")
def list_hires(page: PageDep) -> Response:
    """The hires of the actor's regions, fifty at a time."""
    chosen = chosen_of(HIRES, page.request.query_params)
    after = page.request.query_params.get("after")
    with page.reading() as connection:
        scope = scoped(page.actor)
        lines, following = _page(connection, scope, chosen, after)
        number = queries.hires_count(connection, scope, chosen.hires(), most=COUNTED + 1)
        fields = fields_of(page, connection, scope, chosen)
        rows = _rows(page, connection, lines, by_day=chosen.by_day and scope.own_key is None)
    return page.show(
        "hires.html",
        "hires",
        number=min(number, COUNTED),
        beyond=number > COUNTED,
        rows=rows,
        orders=_orders(page, chosen) if scope.own_key is None else [],
        filters=[f for f in fields if f.name not in MORE],
        more=[f for f in fields if f.name in MORE],
        more_open=any(name in chosen.values or name in chosen.faults for name in MORE),
        sort=chosen.values.get("sort", ""),
        by_day=chosen.by_day and scope.own_key is None,
        filtered=bool(set(chosen.values) - {"sort"}),
        views=views_of(page, chosen),
        picking=picking_of(page, chosen, [(line.id, line.version) for line, _ in lines], number),
        next_page=page.address(after=following) if following else None,
        first_page=page.address(after=None) if after else None,
    )


def _page(connection: Connection, scope: Scope, chosen: Chosen, after: str | None) -> tuple[list[Line], str | None]:
    filters = chosen.hires()
    if chosen.by_day and scope.own_key is None:
        by_day = queries.hires_by_day(connection, scope, filters, _key(after))
        return list(by_day.lines), _written(by_day.after) if by_day.after else None
    found = queries.hires(connection, scope, filters, whole(after))
    return [(line, line.next_due_on) for line in found.lines], str(found.after) if found.after else None


def _rows(page: Page, connection: Connection, lines: list[Line], *, by_day: bool) -> list[dict[str, Any]]:
    rows = hire_rows(page, connection, [line for line, _ in lines])
    for row, (line, day) in zip(rows, lines, strict=True):
        row["version"] = line.version
        row["employer"] = line.employer
        if by_day:
            due = words.due_of(page, day, line.provisional and day == line.next_due_on)
            row |= {"due_on": due.due_on, "provisional": due.provisional, "urgency": due.urgency, "left": due.left}
    return rows


def _orders(page: Page, chosen: Chosen) -> list[dict[str, Any]]:
    """The two orders, as links; a filter by days is always by day."""
    return [
        {"key": "newest", "href": page.address(sort=None, after=None), "current": not chosen.by_day},
        {"key": "day", "href": page.address(sort=BY_DAY, after=None), "current": chosen.by_day},
    ]


def selection(page: Page, connection: Connection, filters: HireFilter, most: int) -> list[tuple[int, int]]:
    """Hires and versions of all that a filter shows; no more than ``most``."""
    found: list[tuple[int, int]] = []
    scope, after = scoped(page.actor), None
    while len(found) < most:
        asked = queries.hires(connection, scope, filters, after, queries.MOST)
        found += [(line.id, line.version) for line in asked.lines]
        after = asked.after
        if after is None:
            break
    return found


def _written(key: DueKey) -> str:
    day, hire_id = key
    return f"{day.isoformat() if day else ''}~{hire_id}"


def _key(text: str | None) -> DueKey | None:
    """The key that ``_written`` wrote; anything else is the first page."""
    day, _, hire_id = (text or "").partition("~")
    number = whole(hire_id)
    try:
        return None if number is None else (date.fromisoformat(day) if day else None, number)
    except ValueError:
        return None
