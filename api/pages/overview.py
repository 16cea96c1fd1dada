"""The overview of a region (概览): states, time in each stage, overdue, places, terms; and the lists behind them."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import ColumnElement, Connection, select

from api.pages import reading
from api.pages.hires import whole
from api.pages.overview_parts import PARTS, WATCHES, Telling, part, parts
from api.pages.render import Page, PageDep
from api.problems import NotFound
from states.say import say
from states.vocabulary import Role
from workflow import figures, queries
from workflow.exports import for_spreadsheet
from workflow.queries import Scope, narrowed, scoped, within
from workflow.queries.figures import FINAL, WATCHED, ends_in, is_watched
from workflow.tables import metadata

router = APIRouter()
hire, region = metadata.tables["hire"], metadata.tables["region"]
REGION = re.compile(r"[0-9A-Z]{2,12}")
MONTH = re.compile(r"(term|limit):(\d{4}-\d{2})")
FIELDS = {"term": "term_ends_on", "limit": "last_lawful_on"}


@router.get("/overview")
def show(page: PageDep) -> Response:
    """Every part for one region within reach, or for all that the reader has."""
    scope = scoped(page.actor)
    with page.office.database.reading(scope.reach) as connection:
        told = _told(page, connection, scope)
        tasks = queries.task_counts(connection, scope, page.today, actor=page.actor)
        above, below = _around(connection, scope, told.region)
    found = told.found
    shown = parts(told)
    supervises = Role.SUPERVISOR in scope.by_role
    # what is watched stands first for those who supervise, and last for everybody else
    shown.sort(key=lambda one: (one.key != "watched") is supervises)
    running = sum(n for state, n in found.states.items() if state not in FINAL) - found.serving
    counted = [
        {"key": "serving", "count": found.serving, "words": page.tell(say("在岗"))},
        {"key": "running", "count": running, "words": page.tell(say("办理中"))},
        {"key": "overdue", "count": sum(n[2] for n in found.towns.values()), "words": page.tell(say("有逾期事项"))},
        {"key": "today", "count": tasks[queries.Urgency.TODAY], "words": page.tell(say("我今天到期的待办"))},
    ]
    tiles = counted if found.complete else counted[-1:]
    places = [told.place(code) for code in ([told.region] if told.region else scope.prefixes) if code]
    return page.show(
        "overview.html",
        "overview",
        tiles=tiles,
        parts=shown,
        place=("、" if page.language == "zh" else ", ").join(places),
        above=above,
        below=below,
        made_at=page.moment(found.made_at),
        kept=found.kept,
        complete=found.complete,
        csv=lambda key: told.link(f"/overview/{key}.csv"),
    )


@router.get("/overview/list")
def show_list(page: PageDep) -> Response:
    """The hires behind a number of the overview."""
    query = page.request.query_params
    what = query.get("what") or ""
    scope = scoped(page.actor)
    after = whole(query.get("after"))
    with page.office.database.reading(scope.reach) as connection:
        prefixes, chosen = _chosen(page, scope)
        condition, title = _behind(page, connection, what)
        inside = within(hire.c.region, prefixes)
        keys = select(hire.c.id).where(inside, condition, *([hire.c.id < after] if after else []))
        found = connection.execute(keys.order_by(hire.c.id.desc()).limit(queries.PAGE + 1)).scalars().all()
        lines = queries.hire_lines(connection, scope, found[: queries.PAGE])
        places = reading.place_names(connection, {line.region for line in lines} | {chosen or ""})
    more = found[queries.PAGE - 1] if len(found) > queries.PAGE else None
    rows = [_row(page, line, places) for line in reversed(lines)]
    return page.show(
        "overview_list.html",
        "overview",
        title=title,
        place=places.get(chosen or "", ""),
        back=f"/overview?region={chosen}" if chosen else "/overview",
        rows=rows,
        next_page=page.address(after=str(more)) if more else None,
        first_page=page.address(after=None) if after else None,
    )


@router.get("/overview/{key}.csv")
def download(page: PageDep, key: str) -> Response:
    """One part as a spreadsheet opens it."""
    if key not in PARTS:
        raise NotFound
    scope = scoped(page.actor)
    with page.office.database.reading(scope.reach) as connection:
        told = _told(page, connection, scope)
    found = part(told, key)
    assert found is not None
    out = io.StringIO()
    sheet = csv.writer(out)
    sheet.writerow(for_spreadsheet(found.head))
    sheet.writerows(for_spreadsheet(cell.value for cell in row) for row in found.rows)
    headers = {"content-disposition": f'attachment; filename="overview-{key}.csv"'}
    # the mark in front tells spreadsheets that it is UTF-8
    return Response(("\ufeff" + out.getvalue()).encode(), media_type="text/csv; charset=utf-8", headers=headers)


# ---- which region ------------------------------------------------------------------------------------------------


def _told(page: Page, connection: Connection, scope: Scope) -> Telling:
    prefixes, chosen = _chosen(page, scope)
    found = figures.overview(page.office, connection, prefixes, page.at)
    procedures = {line.procedure for line in found.quotas}
    areas = {page.office.rulebook.rules(key).procedure.document.region for key in procedures}
    codes = {*found.towns, *areas, *(line.region for line in found.quotas), *scope.prefixes, chosen or ""}
    return Telling(page, found, chosen, reading.place_names(connection, codes))


def _chosen(page: Page, scope: Scope) -> tuple[tuple[str, ...], str | None]:
    """The regions to count: the one asked for, as far as it is within reach; else all of the reader's."""
    asked = page.request.query_params.get("region") or ""
    if not REGION.fullmatch(asked):
        return scope.prefixes, None
    inside = narrowed(scope.prefixes, asked)
    return (inside, asked) if inside else (scope.prefixes, None)


def _around(connection: Connection, scope: Scope, chosen: str | None) -> tuple[list[Any], list[Any]]:
    """Where one may go from here: the regions above, as far as they are within reach, and those right below."""
    columns = (region.c.code, region.c.name)
    if chosen is None:
        tops = [prefix for prefix in scope.prefixes if prefix]
        if len(tops) == 1:
            return [], list(connection.execute(_below(tops[0])))
        asked = region.c.code.in_(tops) if tops else region.c.parent.is_(None)
        return [], list(connection.execute(select(*columns).where(asked).order_by(region.c.code)))
    lengths = [chosen[:n] for n in range(2, len(chosen))]
    above = select(*columns).where(region.c.code.in_(lengths), scope.regions(region.c.code)).order_by(region.c.code)
    return list(connection.execute(above)), list(connection.execute(_below(chosen)))


def _below(code: str) -> Any:
    return select(region.c.code, region.c.name).where(region.c.parent == code).order_by(region.c.code).limit(400)


# ---- lists behind the numbers ------------------------------------------------------------------------------------


def _behind(page: Page, connection: Connection, what: str) -> tuple[ColumnElement[bool], str]:
    month = MONTH.fullmatch(what)
    if month is not None:
        words = say("{month}合同期满", month=month[2])
        if month[1] == "limit":
            words = say("{month}期限届满（三年）", month=month[2])
        return ends_in(connection, month[2], FIELDS[month[1]]), page.tell(words)
    if what not in WATCHED:
        raise NotFound
    over = figures.over_term_stages(page.office.catalogue.all())
    return is_watched(what, page.today, over), page.tell(WATCHES[what])


def _row(page: Page, line: queries.HireLine, places: dict[str, str]) -> dict[str, Any]:
    procedure = page.office.procedure(line.procedure)
    stage = procedure.stage_by_name.get(line.stage)
    return {
        "hire_id": line.id,
        "who": line.person_name or page.tell(say("空缺名额")),
        "place": places.get(line.region, line.region),
        "post": line.post_title,
        "state": line.state,
        "stage": page.named(stage) if stage else line.stage,
        "due_on": line.next_due_on,
        "provisional": line.provisional,
    }
