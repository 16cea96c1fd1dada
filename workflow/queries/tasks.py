"""Worklists (待办): what the actor's roles have to do, most urgent first, and how much of it there is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Date, Select, Subquery, and_, bindparam, func, select, tuple_

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
    asked = _shape(connection, scope, filters, dated=dated, goes_on=after is not None)
    if not asked.branches and asked.own is None:
        return []
    values = _values(on, filters, asked.own) | {"most": limit}
    if after is not None:
        values |= {f"after_{name}": value for name, value in zip(DATED, after, strict=True) if name in asked.order}
    return list(connection.execute(_page(asked), values).all())


@dataclass(frozen=True, slots=True)
class _Shape:
    """What the text of a statement depends on: built once, and used again with other values.

    ``branches``: role and prefixes, each of which one index can serve. PostgreSQL knows how much of the table the
    regions hold and chooses: to sort it, or to walk along the due days and look at the region. SQLite does not know,
    and is told (``_hint``).
    """

    branches: tuple[tuple[str, tuple[str, ...]], ...]
    own: str | None
    dated: bool
    urgency: Urgency | None
    procedure: str | None
    stage: bool
    goes_on: bool
    sqlite: bool

    @property
    def order(self) -> tuple[str, ...]:
        return DATED if self.dated else DATED[1:]


DATED = ("due_on", "hire_id", "name", "role")
#: codes as long as a township's hold few enough hires to be sorted
_NARROW = 9
_FEW = 2


def _shape(connection: Connection, scope: Scope, filters: TaskFilter, *, dated: bool, goes_on: bool) -> _Shape:
    branches = []
    for role, prefixes in sorted(scope.by_role.items()):
        inside = narrowed(prefixes, filters.region)
        if inside and filters.role in (None, role):
            branches.append((role.value, inside))
    return _Shape(
        branches=tuple(branches),
        own=scope.own_key if filters.role in (None, Role.APPLICANT) else None,
        dated=dated,
        urgency=filters.urgency if dated else None,
        procedure=filters.procedure,
        stage=filters.stage is not None,
        goes_on=goes_on,
        sqlite=connection.dialect.name == "sqlite",
    )


def _values(on: date, filters: TaskFilter, own: str | None) -> dict[str, Any]:
    return {"on": on, "week": on + timedelta(days=WEEK_DAYS), "stage": filters.stage, "own": own}


@lru_cache(maxsize=256)
def _page(shape: _Shape) -> Select[Any]:
    """Keys first, from one branch per role in the order of an index; then what the lines show, for those alone."""
    branches = [_branch(shape, condition) for condition in _conditions(shape)]
    first = branches[0]
    if len(branches) > 1:
        union = branches[0].select().union_all(*(branch.select() for branch in branches[1:])).subquery()
        first = union.select().order_by(*(union.c[name] for name in shape.order)).limit(bindparam("most")).subquery()
    return (
        select(
            *first.c,
            *(hire.c[name] for name in ("version", "procedure", "kind", "stage", "state", "dossier")),
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
        .order_by(*(first.c[name] for name in shape.order))
    )


def _branch(shape: _Shape, condition: ColumnElement[bool]) -> Subquery:
    narrow = shape.sqlite and all(_is_narrow(prefixes) for _, prefixes in shape.branches)
    day = _hint(task.c.due_on) if narrow else task.c.due_on
    order = {**{name: task.c[name] for name in shape.order}, **({"due_on": day} if shape.dated else {})}
    has_day = day.is_not(None) if shape.dated else task.c.due_on.is_(None)
    branch = select(*(task.c[name] for name in (*DATED, "region"))).where(condition, has_day)
    if shape.urgency is not None:
        branch = branch.where(_due(shape.urgency))
    if shape.goes_on:
        types = {name: task.c[name].type for name in shape.order}
        start = tuple_(*(bindparam(f"after_{name}", type_=kind) for name, kind in types.items()))
        branch = branch.where(tuple_(*(task.c[name] for name in shape.order)) > start)
    branch = _of_hires(shape, branch)
    return branch.order_by(*order.values()).limit(bindparam("most")).subquery()


def _is_narrow(prefixes: tuple[str, ...]) -> bool:
    """A town or two may be sorted; twenty may be the whole county, and are walked along the due days instead."""
    return len(prefixes) <= _FEW and all(len(prefix) >= _NARROW for prefix in prefixes)


def _hint(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The same value, but no index: so SQLite takes the other one."""
    return column.op("||")("")


def _conditions(shape: _Shape) -> list[ColumnElement[bool]]:
    """One condition per role, each of which an index can serve by itself."""
    found: list[ColumnElement[bool]] = []
    for role, prefixes in shape.branches:
        region = _hint(task.c.region) if shape.sqlite and not _is_narrow(prefixes) else task.c.region
        found.append(and_(task.c.role == literal(role), within(region, prefixes)))
    if shape.own is not None:
        own = select(hire.c.id).join(person, person.c.id == hire.c.person_id).where(person.c.key == bindparam("own"))
        found.append(and_(task.c.role == Role.APPLICANT.value, task.c.hire_id.in_(own)))
    return found


def _due(urgent: Urgency) -> ColumnElement[bool]:
    column, on, week = task.c.due_on, bindparam("on", type_=Date), bindparam("week", type_=Date)
    conditions: dict[Urgency, ColumnElement[bool]] = {
        Urgency.OVERDUE: column < on,
        Urgency.TODAY: column == on,
        Urgency.WEEK: and_(column > on, column <= week),
        Urgency.LATER: column > week,
    }
    return conditions[urgent]


def _of_hires(shape: _Shape, asked: Select[Any]) -> Select[Any]:
    """Narrowed to a document or a stage, which are written at the hire."""
    if shape.procedure is None and not shape.stage:
        return asked
    asked = asked.join(hire, hire.c.id == task.c.hire_id)
    if shape.procedure is not None:
        asked = asked.where(of_procedure(shape.procedure))
    return asked.where(hire.c.stage == bindparam("stage")) if shape.stage else asked


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
    shape = _shape(connection, scope, filters, dated=True, goes_on=False)
    counts = dict.fromkeys(Urgency, 0)
    for asked in _counts(replace(shape, urgency=None)):
        row = connection.execute(asked, _values(on, filters, shape.own)).one()
        dated = {level: int(getattr(row, level.value)) for level in DATED_LEVELS}
        for level, number in dated.items():
            counts[level] += number
        counts[Urgency.LATER] += int(row.all) - sum(dated.values())
    return counts


DATED_LEVELS = (Urgency.OVERDUE, Urgency.TODAY, Urgency.WEEK)


@lru_cache(maxsize=256)
def _counts(shape: _Shape) -> tuple[Select[Any], ...]:
    """One statement per role."""
    sums = [func.count().filter(_due(level)).label(level.value) for level in DATED_LEVELS]
    asked: Select[Any] = select(*sums, func.count().label("all")).select_from(task)  # type: ignore[assignment]
    narrow = replace(shape, sqlite=False)  # nothing is ordered here: the index by region serves every count
    return tuple(_of_hires(shape, asked).where(condition) for condition in _conditions(narrow))
