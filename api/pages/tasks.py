"""My tasks (我的待办): what the reader has to do, the most urgent first, and what waits for others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from itertools import groupby
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import Connection

from api.pages import navigation, reading, words
from api.pages.filters import MORE, TASKS, WAITING, Chosen, chosen_of, fields_of
from api.pages.hires import whole
from api.pages.picking import picking_of
from api.pages.render import Page, PageDep
from api.pages.views import views_of
from states.labels import role_name
from states.procedure import Procedure
from states.say import Sentence, say
from workflow import queries
from workflow.queries import TaskFilter, TaskKey, TaskLine, Urgency, scoped
from workflow.queries.case_file import account_names

router = APIRouter()
GROUPS = {
    "given": say("指定由我办"),
    "overdue": say("已逾期"),
    "today": say("今天到期"),
    "week": say("一周以内"),
    "later": say("以后"),
    "none": say("没有期限"),
}
_WAITING = say("等待他人办理")


@router.get("/")
def tasks(page: PageDep) -> Response:
    """The tasks of the reader's roles and regions, fifty at a time. Administrators have a page of their own."""
    if navigation.is_administrator(page.actor):
        return page.go(navigation.home(page.actor))
    query = page.request.query_params
    chosen = chosen_of(TASKS, query)
    filters, after = chosen.tasks(), _key(query.get("after"))
    mine, others = replace(filters, waiting=False), replace(filters, waiting=True, urgency=None, assignee=None)
    with page.reading() as connection:
        scope = scoped(page.actor)
        known = page.office.every_procedure(connection)
        counts, elsewhere = (
            queries.task_counts(connection, scope, page.today, which, actor=page.actor, procedures=known)
            for which in (mine, others)
        )
        waiting = sum(elsewhere.values())
        found = queries.worklist(connection, scope, page.today, filters, after, actor=page.actor)
        fields = fields_of(page, connection, scope, chosen)
        groups = _groups(page, connection, found.lines)
    number = waiting if filters.waiting else counts[filters.urgency] if filters.urgency else sum(counts.values())
    return page.show(
        "tasks.html",
        "tasks",
        number=number,
        waiting=filters.waiting,
        tiles=_tiles(page, counts, waiting, chosen),
        groups=groups,
        filters=[f for f in fields if f.name not in MORE],
        more=[f for f in fields if f.name in MORE],
        more_open=any(name in chosen.values or name in chosen.faults for name in MORE),
        due=chosen.values.get("due", ""),
        filtered=bool(chosen.values),
        views=views_of(page, chosen),
        picking=picking_of(page, chosen, [(line.hire_id, line.version) for line in found.lines], number),
        next_page=page.address(after=_written(found.after)) if found.after else None,
        first_page=page.address(after=None) if after else None,
    )


def _tiles(page: Page, counts: Mapping[Urgency, int], waiting: int, chosen: Chosen) -> list[dict[str, Any]]:
    due = chosen.values.get("due")
    shown: list[tuple[str, int, Sentence]] = [(level.value, counts[level], GROUPS[level.value]) for level in Urgency]
    return [
        {
            "key": key,
            "count": count,
            "words": page.tell(said),
            "href": page.address(due=None if due == key else key, after=None),
            "current": due == key,
        }
        for key, count, said in [*shown, (WAITING, waiting, _WAITING)]
    ]


def _groups(page: Page, connection: Connection, lines: Iterable[TaskLine]) -> list[dict[str, Any]]:
    lines = list(lines)
    places = reading.place_names(connection, {line.region for line in lines})
    names = account_names(connection, {line.assigned_to for line in lines if line.assigned_to})
    found = []
    for key, inside in groupby(lines, key=lambda line: "given" if line.given else line.urgency.value):
        rows = [_row(page, line, places, names) for line in inside]
        found.append({"key": key, "words": page.tell(GROUPS[key]), "count": len(rows), "rows": rows})
    return found


def _row(page: Page, line: TaskLine, places: Mapping[str, str], names: Mapping[int, str]) -> dict[str, Any]:
    procedure = page.office.procedure(line.procedure)
    due = words.due_of(page, line.due_on, line.provisional)
    stage = procedure.stage_by_name.get(line.stage)
    called = [words.task_words(page, procedure, name, line.stage) for name in (line.name, *line.also)]
    return {
        "hire_id": line.hire_id,
        "version": line.version,
        "who": line.person_name or page.tell(say("空缺名额")),
        "post": line.post_title,
        "place": places.get(line.region, line.region),
        "what": called[0],
        "also": list(dict.fromkeys(called[1:])),
        "whose": _whose(page, procedure, line, names),
        "stage": page.named(stage) if stage else line.stage,
        "state": line.state,
        "procedure": words.short_title(page, procedure),
        "due_on": due.due_on,
        "provisional": due.provisional,
        "urgency": due.urgency,
        "left": due.left,
    }


def _whose(page: Page, procedure: Procedure, line: TaskLine, names: Mapping[int, str]) -> str:
    """Of a line that waits for others: for whom."""
    if line.given:
        return ""
    role = role_name(procedure, line.role, page.language)
    if line.assigned_to is not None:
        return page.tell(say("等待{name}（{role}）办理", name=names.get(line.assigned_to, "—"), role=role))
    if line.role in {held.value for held in page.actor.roles_in(line.region)}:
        return ""
    if line.signed:
        return page.tell(say("您已会签，等待{role}", role=role))
    return page.tell(say("等待{role}办理", role=role))


def selection(page: Page, connection: Connection, filters: TaskFilter, most: int) -> list[tuple[int, int]]:
    """Hires and versions of every line that a filter shows, each hire once; no more than ``most`` lines are read."""
    found: dict[int, int] = {}
    scope, after, read = scoped(page.actor), None, 0
    while read < most:
        asked = queries.worklist(connection, scope, page.today, filters, after, queries.MOST, actor=page.actor)
        found |= {line.hire_id: line.version for line in asked.lines}
        read, after = read + len(asked.lines), asked.after
        if after is None:
            break
    return list(found.items())


def _written(key: TaskKey) -> str:
    section, due_on, hire_id, name, role = key
    return f"{section}~{due_on.isoformat() if due_on else ''}~{hire_id}~{name}~{role}"


def _key(text: str | None) -> TaskKey | None:
    """The key that ``_written`` wrote; anything else is the first page."""
    try:
        section, due_on, hire_id, name, role = (text or "").split("~")
        day = date.fromisoformat(due_on) if due_on else None
    except ValueError:
        return None
    number = whole(hire_id)
    # what was given to the reader may have a day or none; the other two sections are told apart by it
    fitting = section == "0" or section == ("2" if day is None else "1")
    if number is None or not fitting or not (name + role).isprintable():
        return None
    return (int(section), day, number, name, role)
