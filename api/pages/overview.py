"""The overview (概览): how many hires are in which state, and where work is overdue."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import Connection, func, select

from api.pages.render import Page, PageDep
from states.procedure import State
from states.say import say
from workflow import queries
from workflow.queries import Scope, Urgency, scoped
from workflow.tables import metadata

router = APIRouter()
hire, task = metadata.tables["hire"], metadata.tables["task"]
FINAL = ("dismissed", "rejected", "withdrawn")


@router.get("/overview")
def show(page: PageDep) -> Response:
    """Counts over the reader's regions."""
    with page.office.database.reading() as connection:
        scope = scoped(page.actor)
        counts = queries.counts_by_state(connection, scope)
        tasks = queries.task_counts(connection, scope, page.today)
        regions = _regions(page, connection, scope)
        names = queries.region_names(connection, {prefix for prefix in scope.prefixes if prefix})
        serving = connection.execute(
            select(func.count()).select_from(hire).where(scope.hires(), hire.c.serving)
        ).scalar_one()
    most = max(counts.values(), default=1)
    states = [
        {"state": s.value, "count": counts.get(s.value, 0), "share": round(100 * counts.get(s.value, 0) / most, 1)}
        for s in State
    ]
    running = sum(number for state, number in counts.items() if state not in FINAL) - serving
    tiles = [
        {"key": "serving", "count": serving, "words": page.tell(say("在岗"))},
        {"key": "running", "count": running, "words": page.tell(say("办理中"))},
        {"key": "overdue", "count": tasks[Urgency.OVERDUE], "words": page.tell(say("我的逾期待办"))},
        {"key": "today", "count": tasks[Urgency.TODAY], "words": page.tell(say("我今天到期的待办"))},
    ]
    place = ("、" if page.language == "zh" else ", ").join(names.values())
    return page.show("overview.html", "overview", states=states, tiles=tiles, regions=regions, place=place)


def _regions(page: Page, connection: Connection, scope: Scope) -> list[dict[str, Any]]:
    """One row per township: on post, being handled, overdue."""
    towns = [region for region in queries.regions(connection, scope) if region.level == "township"]
    standing = connection.execute(
        select(hire.c.region, hire.c.serving, func.count().label("number"))
        .where(scope.hires(), hire.c.state.not_in(FINAL))
        .group_by(hire.c.region, hire.c.serving)
    ).all()
    late = connection.execute(
        select(task.c.region, func.count(task.c.hire_id.distinct()).label("number"))
        .where(scope.regions(task.c.region), task.c.due_on < page.today)
        .group_by(task.c.region)
    ).all()
    return [
        {
            "name": town.name,
            "serving": sum(r.number for r in standing if r.region.startswith(town.code) and r.serving),
            "running": sum(r.number for r in standing if r.region.startswith(town.code) and not r.serving),
            "overdue": sum(r.number for r in late if r.region.startswith(town.code)),
        }
        for town in towns
    ]
