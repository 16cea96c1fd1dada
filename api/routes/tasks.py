"""What I have to do (待办), most urgent first."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from api.dependencies import NowDep, ReadDep, ScopeDep
from api.inputs import After, Limit, RegionCode, Slug, a_day_or_none, a_number, a_word, cursor, key_of
from api.schemas import Page, TaskCounts
from states.clocks import local_day
from states.procedure import Role
from workflow import queries
from workflow.queries import TaskFilter, TaskLine, Urgency

router = APIRouter(prefix="/tasks", tags=["tasks"])


def filters_of(
    role: Role | None = None,
    urgency: Urgency | None = None,
    region: RegionCode | None = None,
    procedure: Slug | None = None,
    stage: Slug | None = None,
) -> TaskFilter:
    return TaskFilter(role, urgency, region, procedure, stage)


FilterDep = Annotated[TaskFilter, Depends(filters_of)]


@router.get("", summary="my worklist: overdue, today, the coming week, later")
def listed(
    connection: ReadDep,
    scope: ScopeDep,
    at: NowDep,
    filters: FilterDep,
    after: After = None,
    limit: Limit = queries.PAGE,
) -> Page[TaskLine]:
    key = key_of(after, a_day_or_none, a_number, a_word, a_word)
    page = queries.worklist(connection, scope, local_day(at), filters, key, limit)  # type: ignore[arg-type]
    return Page(items=list(page.lines), next=cursor(page.after))


@router.get("/counts", summary="how much there is of each urgency")
def counts(connection: ReadDep, scope: ScopeDep, at: NowDep, filters: FilterDep) -> TaskCounts:
    found = queries.task_counts(connection, scope, local_day(at), filters)
    return TaskCounts(**{level.value: number for level, number in found.items()})
