"""What I have to do (待办), most urgent first."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from api.dependencies import ActorDep, NowDep, OfficeDep, ReadDep, ScopeDep
from api.inputs import After, Limit, RegionCode, Slug, a_day_or_none, a_number, a_word, cursor, key_of
from api.schemas import Page, TaskCounts
from states.clocks import local_day
from states.vocabulary import Role, State
from workflow import queries
from workflow.queries import Assignee, TaskFilter, TaskLine, Urgency

router = APIRouter(prefix="/tasks", tags=["tasks"])


def filters_of(
    role: Role | None = None,
    urgency: Urgency | None = None,
    region: RegionCode | None = None,
    procedure: Slug | None = None,
    stage: Slug | None = None,
    state: State | None = None,
    due_from: date | None = None,
    due_to: date | None = None,
    assignee: Assignee | None = None,
    waiting: Annotated[bool, Query(description="what waits for others instead of my own tasks")] = False,
) -> TaskFilter:
    name = state.value if state else None
    return TaskFilter(role, urgency, region, procedure, stage, name, due_from, due_to, assignee, waiting)


def a_section(value: Any) -> int:
    number = a_number(value)
    if number > 2:
        raise ValueError(value)
    return number


FilterDep = Annotated[TaskFilter, Depends(filters_of)]


@router.get("", summary="my worklist: given to me, overdue, today, the coming week, later, without a day")
def listed(
    connection: ReadDep,
    actor: ActorDep,
    scope: ScopeDep,
    at: NowDep,
    filters: FilterDep,
    after: After = None,
    limit: Limit = queries.PAGE,
) -> Page[TaskLine]:
    key = key_of(after, a_section, a_day_or_none, a_number, a_word, a_word)
    page = queries.worklist(connection, scope, local_day(at), filters, key, limit, actor=actor)  # type: ignore[arg-type]
    return Page(items=list(page.lines), next=cursor(page.after))


@router.get("/counts", summary="how much there is of each urgency")
def counts(
    office: OfficeDep, connection: ReadDep, actor: ActorDep, scope: ScopeDep, at: NowDep, filters: FilterDep
) -> TaskCounts:
    known = office.every_procedure(connection)
    found = queries.task_counts(connection, scope, local_day(at), filters, actor=actor, procedures=known)
    return TaskCounts(**{level.value: number for level, number in found.items()})
