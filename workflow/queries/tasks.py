"""Worklists (待办): what the actor's roles have to do, most urgent first, and how much of it there is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, select, tuple_

from states.procedure import Role
from workflow.queries.paging import PAGE, of_procedure, page_size
from workflow.queries.scope import Scope, literal, narrowed, within
from workflow.tables import metadata

hire, opening, person, post, task = (metadata.tables[name] for name in ("hire", "opening", "person", "post", "task"))
WEEK_DAYS = 7


class Urgency(StrEnum):
    """How soon something is due (紧急程度). ``WEEK``: in the seven days after today; ``LATER``: beyond, or no day."""

    OVERDUE = "overdue"
    TODAY = "today"
    WEEK = "week"
    LATER = "later"


def urgency(due_on: date | None, on: date) -> Urgency:
    """How urgent something due on ``due_on`` is on the day ``on``."""
    if due_on is None or due_on > on + timedelta(days=WEEK_DAYS):
        return Urgency.LATER
    if due_on > on:
        return Urgency.WEEK
    return Urgency.TODAY if due_on == on else Urgency.OVERDUE


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """Which tasks of the actor to show; None: all."""

    role: Role | None = None
    urgency: Urgency | None = None
    region: str | None = None
    procedure: str | None = None
    stage: str | None = None


ALL_TASKS = TaskFilter()
#: where a page of tasks ended: due day, hire, name, role
TaskKey = tuple[date | None, int, str, str]


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A line of a worklist (待办): what is to be done for which hire, and by when."""

    hire_id: int
    name: str
    role: str
    region: str
    due_on: date | None
    urgency: Urgency
    version: int
    procedure: str
    kind: str
    stage: str
    state: str
    provisional: bool
    person_id: int | None
    person_name: str | None
    post_id: int
    post_title: str
    employer: str

    @property
    def key(self) -> TaskKey:
        return (self.due_on, self.hire_id, self.name, self.role)


@dataclass(frozen=True, slots=True)
class Tasks:
    """A page of a worklist; ``after`` is the key of the next page, None at the end."""

    lines: tuple[TaskLine, ...]
    after: TaskKey | None


def worklist(
    connection: Connection,
    scope: Scope,
    on: date,
    filters: TaskFilter = ALL_TASKS,
    after: TaskKey | None = None,
    limit: int = PAGE,
) -> Tasks:
    """The tasks of the actor's roles within their regions, most urgent first; those without a day come last.

    ``on`` is today in Asia/Shanghai. At most ``limit`` (200) lines after the key ``after``.
    """
    limit = page_size(limit)
    rows: list[Any] = []
    if after is None or after[0] is not None:
        rows = _tasks(connection, scope, on, filters, after, limit + 1, dated=True)
    if len(rows) <= limit and filters.urgency in (None, Urgency.LATER):
        start = after if after is not None and after[0] is None else None
        rows += _tasks(connection, scope, on, filters, start, limit + 1 - len(rows), dated=False)
    lines = tuple(_task_line(row, on) for row in rows[:limit])
    return Tasks(lines, lines[-1].key if len(rows) > limit else None)


def _tasks(
    connection: Connection,
    scope: Scope,
    on: date,
    filters: TaskFilter,
    after: TaskKey | None,
    limit: int,
    *,
    dated: bool,
) -> list[Any]:
    """Keys first, from one branch per role in the order of an index; then what the lines show, for those alone."""
    keys = (task.c.hire_id, task.c.name, task.c.role, task.c.region, task.c.due_on)
    order = ("due_on", "hire_id", "name", "role") if dated else ("hire_id", "name", "role")
    branches = []
    for condition in _task_branches(scope, filters):
        branch = select(*keys).where(condition, task.c.due_on.is_not(None) if dated else task.c.due_on.is_(None))
        if dated and filters.urgency is not None:
            branch = branch.where(_due(filters.urgency, on))
        if after is not None:
            start = after if dated else after[1:]
            branch = branch.where(tuple_(*(task.c[name] for name in order)) > tuple_(*start))
        if filters.procedure is not None or filters.stage is not None:
            branch = branch.join(hire, hire.c.id == task.c.hire_id).where(*_hire_filters(filters))
        branches.append(branch.order_by(*(task.c[name] for name in order)).limit(limit).subquery())
    if not branches:
        return []
    first = branches[0]
    if len(branches) > 1:
        union = branches[0].select().union_all(*(branch.select() for branch in branches[1:])).subquery()
        first = union.select().order_by(*(union.c[name] for name in order)).limit(limit).subquery()
    lines = (
        select(
            *first.c,
            hire.c.version,
            hire.c.procedure,
            hire.c.kind,
            hire.c.stage,
            hire.c.state,
            hire.c.dossier,
            person.c.id.label("person_id"),
            person.c.name.label("person_name"),
            post.c.id.label("post_id"),
            post.c.title.label("post_title"),
            post.c.employer,
        )
        .join(hire, hire.c.id == first.c.hire_id)
        .join(opening, opening.c.id == hire.c.opening_id)
        .join(post, post.c.id == opening.c.post_id)
        .outerjoin(person, person.c.id == hire.c.person_id)
        .order_by(*(first.c[name] for name in order))
    )
    return list(connection.execute(lines))


def _task_branches(scope: Scope, filters: TaskFilter) -> list[ColumnElement[bool]]:
    """One condition per role, each of which an index can serve by itself."""
    found: list[ColumnElement[bool]] = []
    for role, prefixes in scope.by_role.items():
        if filters.role in (None, role):
            inside = narrowed(prefixes, filters.region)
            if inside:
                found.append(and_(task.c.role == literal(role.value), within(task.c.region, inside)))
    if scope.own_key is not None and filters.role in (None, Role.APPLICANT):
        own = select(hire.c.id).join(person, person.c.id == hire.c.person_id).where(person.c.key == scope.own_key)
        found.append(and_(task.c.role == Role.APPLICANT.value, task.c.hire_id.in_(own)))
    return found


def _due(urgent: Urgency, on: date) -> ColumnElement[bool]:
    week = on + timedelta(days=WEEK_DAYS)
    column = task.c.due_on
    return {
        Urgency.OVERDUE: column < on,
        Urgency.TODAY: column == on,
        Urgency.WEEK: and_(column > on, column <= week),
        Urgency.LATER: column > week,
    }[urgent]


def _hire_filters(filters: TaskFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.procedure is not None:
        found.append(of_procedure(filters.procedure))
    if filters.stage is not None:
        found.append(hire.c.stage == filters.stage)
    return found


def _task_line(row: Any, on: date) -> TaskLine:
    name = str(row.name)
    clocks = (row.dossier or {}).get("clocks", {})
    clock = clocks.get(name.removeprefix("clock:"))
    provisional = bool(clock[2]) if clock else any(c[2] for c in clocks.values() if c[1] == str(row.due_on))
    return TaskLine(
        hire_id=row.hire_id,
        name=name,
        role=row.role,
        region=row.region,
        due_on=row.due_on,
        urgency=urgency(row.due_on, on),
        version=row.version,
        procedure=row.procedure,
        kind=row.kind,
        stage=row.stage,
        state=row.state,
        provisional=provisional,
        person_id=row.person_id,
        person_name=row.person_name,
        post_id=row.post_id,
        post_title=row.post_title,
        employer=row.employer,
    )


def task_counts(connection: Connection, scope: Scope, on: date, filters: TaskFilter = ALL_TASKS) -> dict[Urgency, int]:
    """How many tasks of each urgency ``worklist`` would list in all; ``filters.urgency`` is not looked at."""
    counts = dict.fromkeys(Urgency, 0)
    for condition in _task_branches(scope, filters):
        sums = [
            func.count().filter(_due(level, on)).label(level.value) for level in Urgency if level is not Urgency.LATER
        ]
        asked = select(*sums, func.count().label("all")).select_from(task).where(condition)
        if filters.procedure is not None or filters.stage is not None:
            asked = asked.join(hire, hire.c.id == task.c.hire_id).where(*_hire_filters(filters))
        row = connection.execute(asked).one()
        dated = {level: int(getattr(row, level.value)) for level in Urgency if level is not Urgency.LATER}
        for level, number in dated.items():
            counts[level] += number
        counts[Urgency.LATER] += int(row.all) - sum(dated.values())
    return counts
