"""My tasks (我的待办): what the reader has to do, the most urgent first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import groupby
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from api.pages import reading, words
from api.pages.filters import filter_fields
from api.pages.hires import whole
from api.pages.render import Page, PageDep
from states.say import say
from workflow import queries
from workflow.queries import TaskFilter, TaskKey, TaskLine, Urgency, scoped

router = APIRouter()
GROUPS = {
    "overdue": say("已逾期"),
    "today": say("今天到期"),
    "week": say("一周以内"),
    "later": say("以后"),
    "none": say("没有期限"),
}


@router.get("/")
def tasks(page: PageDep) -> Response:
    """The tasks of the reader's roles and regions, a page of fifty at a time."""
    query = page.request.query_params
    chosen = {name: query.get(name) or None for name in ("procedure", "region")}
    urgent = next((level for level in Urgency if level.value == query.get("due")), None)
    filters = TaskFilter(urgency=urgent, procedure=chosen["procedure"], region=chosen["region"])
    after = _key(query.get("after"))
    with page.office.database.reading() as connection:
        scope = scoped(page.actor)
        counts = queries.task_counts(connection, scope, page.today, filters)
        found = queries.worklist(connection, scope, page.today, filters, after)
        places = reading.place_names(connection, {line.region for line in found.lines})
        fields = filter_fields(page, connection, scope, chosen, ("procedure", "region"))
    return page.show(
        "tasks.html",
        "tasks",
        total=sum(counts.values()),
        tiles=_tiles(page, counts, urgent),
        groups=_groups(page, found.lines, places),
        filters=fields,
        filtered=any(chosen.values()) or urgent is not None,
        next_page=page.address(after=_written(found.after)) if found.after else None,
        first_page=page.address(after=None) if after else None,
    )


def _tiles(page: Page, counts: Mapping[Urgency, int], chosen: Urgency | None) -> list[dict[str, Any]]:
    return [
        {
            "key": level.value,
            "count": counts[level],
            "words": page.tell(say("以后或没有期限") if level is Urgency.LATER else GROUPS[level.value]),
            "href": page.address(due=None if chosen is level else level.value, after=None),
            "current": chosen is level,
        }
        for level in Urgency
    ]


def _groups(page: Page, lines: tuple[TaskLine, ...], places: Mapping[str, str]) -> list[dict[str, Any]]:
    found = []
    for key, inside in groupby(lines, key=lambda line: "none" if line.due_on is None else line.urgency.value):
        rows = [_row(page, line, places) for line in inside]
        found.append({"key": key, "words": page.tell(GROUPS[key]), "count": len(rows), "rows": rows})
    return found


def _row(page: Page, line: TaskLine, places: Mapping[str, str]) -> dict[str, Any]:
    procedure = page.office.procedure(line.procedure)
    due = words.due_of(page, line.due_on, line.provisional)
    stage = procedure.stage_by_name.get(line.stage)
    return {
        "hire_id": line.hire_id,
        "who": line.person_name or page.tell(say("空缺名额")),
        "post": line.post_title,
        "place": places.get(line.region, line.region),
        "what": words.task_words(page, procedure, line.name, line.stage),
        "stage": page.named(stage) if stage else line.stage,
        "state": line.state,
        "procedure": words.short_title(page, procedure),
        "due_on": due.due_on,
        "provisional": due.provisional,
        "urgency": due.urgency,
        "left": due.left,
    }


def _written(key: TaskKey) -> str:
    due_on, hire_id, name, role = key
    return f"{due_on.isoformat() if due_on else ''}~{hire_id}~{name}~{role}"


def _key(text: str | None) -> TaskKey | None:
    """The key that ``_written`` wrote; anything else is the first page."""
    try:
        due_on, hire_id, name, role = (text or "").split("~")
        day = date.fromisoformat(due_on) if due_on else None
    except ValueError:
        return None
    number = whole(hire_id)
    return None if number is None or "\x00" in name + role else (day, number, name, role)
