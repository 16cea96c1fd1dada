"""Worklists (待办): what the actor's roles have to do, most urgent first, what waits for others, and how much it is.

What one role has to do for one hire is one line, whatever calls for it. What was given to the reader (转办) comes
first; what was given to a colleague waits for that colleague. Statements are text (``task_sql``) and rows are read
by position, because this page is opened more often than any other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

import orjson
from sqlalchemy import Connection

from states.facts import Actor
from states.procedure import Procedure
from states.vocabulary import Role
from workflow.queries import task_sql
from workflow.queries.paging import PAGE, page_size
from workflow.queries.scope import Scope, escaped
from workflow.queries.task_branches import branches_of, waiting_of
from workflow.queries.task_sql import FAR, Section, Shape

WEEK_DAYS = 7


class Urgency(StrEnum):
    """How soon something is due (紧急程度). ``WEEK``: in the seven days after today; ``NONE``: it has no day."""

    OVERDUE = "overdue"
    TODAY = "today"
    WEEK = "week"
    LATER = "later"
    NONE = "none"


def urgency(due_on: date | None, on: date) -> Urgency:
    """How urgent something due on ``due_on`` is on the day ``on``."""
    if due_on is None:
        return Urgency.NONE
    if due_on > on + timedelta(days=WEEK_DAYS):
        return Urgency.LATER
    if due_on > on:
        return Urgency.WEEK
    return Urgency.TODAY if due_on == on else Urgency.OVERDUE


class Assignee(StrEnum):
    """To whom a task was given: to the reader, or to nobody in particular."""

    ME = "me"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """Which tasks to show; None: all. ``procedure`` is an id or ``id@version``; both days are included.

    ``waiting``: instead of the actor's own tasks, those that wait for others.
    """

    role: Role | None = None
    urgency: Urgency | None = None
    region: str | None = None
    procedure: str | None = None
    stage: str | None = None
    state: str | None = None
    due_from: date | None = None
    due_to: date | None = None
    assignee: Assignee | None = None
    waiting: bool = False


ALL_TASKS = TaskFilter()
#: where a page of tasks ended: section, due day, hire, name, role
TaskKey = tuple[int, date | None, int, str, str]


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A line of a worklist (待办): what is to be done for which hire, and by when.

    ``also``: what else calls the same role for the same hire. ``given``: to the reader by name; ``assigned_to``: the
    account to whom it was given. ``signed``: the reader has signed the joint ruling that is going on.
    """

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
    also: tuple[str, ...] = ()
    assigned_to: int | None = None
    given: bool = False
    signed: bool = False


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
    *,
    actor: Actor | None = None,
) -> Tasks:
    """The tasks of the actor's roles within their regions: those given to them first, then the most urgent first.

    ``on`` is today in Asia/Shanghai. At most ``limit`` (200) lines after the key ``after``. ``actor``: who reads;
    without one, nothing was given to anybody.
    """
    limit = page_size(limit)
    question = _Question.of(connection, scope, on, filters, actor)
    rows: list[tuple[Section, Any]] = []
    for section in question.sections(after):
        start = after if after is not None and after[0] == section.value else None
        rows += [(section, row) for row in question.rows(connection, section, start, limit + 1 - len(rows))]
        if len(rows) > limit:
            break
    lines = tuple(question.line(row) for _, row in rows[:limit])
    return Tasks(lines, _key(*rows[limit - 1], lines[-1]) if len(rows) > limit else None)


def _key(section: Section, _row: Any, line: TaskLine) -> TaskKey:
    return (section.value, line.due_on, line.hire_id, line.name, line.role)


def task_counts(
    connection: Connection,
    scope: Scope,
    on: date,
    filters: TaskFilter = ALL_TASKS,
    *,
    actor: Actor | None = None,
    procedures: Iterable[Procedure] = (),
) -> dict[Urgency, int]:
    """How many lines of each urgency ``worklist`` has in all; ``filters.urgency`` is not looked at.

    ``procedures``: every version that a hire may stand under. With them a state is counted by the names of its tasks,
    from the index alone.
    """
    question = _Question.of(connection, scope, on, replace(filters, urgency=None), actor)
    names = _task_names(filters, procedures)
    shape = replace(question.shape, names=len(names))
    values = question.values | {f"name{n}": name for n, name in enumerate(names)}
    found = dict.fromkeys(Urgency, 0)
    for text in task_sql.counts(shape) if shape.branches else ():
        for day, number in connection.exec_driver_sql(text, values).fetchall():
            found[urgency(_day(day), on)] += number
    return found


def _task_names(filters: TaskFilter, procedures: Iterable[Procedure]) -> tuple[str, ...]:
    """The names of the stages' tasks that say the same as the filters of state and stage; none where names do not."""
    if filters.stage is not None and filters.state is None:
        return (f"stage:{filters.stage}",)
    states: dict[str, set[str]] = defaultdict(set)
    for procedure in procedures if filters.state is not None else ():
        for line in procedure.stages:
            states[line.stage].add(line.state.value)
    asked = {stage: found for stage, found in states.items() if filters.stage in (None, stage)}
    fitting = sorted(stage for stage, found in asked.items() if filters.state in found)
    return tuple(f"stage:{stage}" for stage in fitting) if all(len(asked[stage]) == 1 for stage in fitting) else ()


@dataclass(frozen=True, slots=True)
class _Question:
    """A worklist as it is asked for: the shape of its statements, and their values."""

    shape: Shape
    values: dict[str, Any]
    on: date
    me: int
    person_key: str

    @classmethod
    def of(cls, connection: Connection, scope: Scope, on: date, filters: TaskFilter, actor: Actor | None) -> _Question:
        branches = waiting_of if filters.waiting else branches_of
        assigned = "anybody" if filters.waiting else filters.assignee.value if filters.assignee else "open"
        sqlite = connection.dialect.name == "sqlite"
        me = actor.account_id or 0 if actor is not None else 0
        shape = Shape(
            sqlite=sqlite,
            branches=branches(scope, filters.region, filters.role),
            filters=frozenset(_set(filters)),
            urgency=filters.urgency.value if filters.urgency else None,
            assigned=assigned,
        )
        return cls(shape, _values(scope, on, filters, me, sqlite), on, me, actor.person_key if actor else "")

    def sections(self, after: TaskKey | None) -> Iterator[Section]:
        """The sections that can hold a line, from the one where the page before ended."""
        begin = Section.GIVEN.value if after is None else after[0]
        for section in Section if self.shape.branches else ():
            if section.value >= begin and self._holds(section):
                yield section

    def _holds(self, section: Section) -> bool:
        if section is Section.GIVEN:
            return bool(self.me) and self.shape.assigned in ("me", "open")
        if self.shape.assigned == "me":
            return False
        if section is Section.UNDATED:
            spanned = {"from_on", "until_on"} & self.shape.filters
            return self.shape.urgency in (None, Urgency.NONE) and not spanned
        return self.shape.urgency != Urgency.NONE

    def rows(self, connection: Connection, section: Section, after: TaskKey | None, limit: int) -> list[Any]:
        shape = replace(self.shape, goes_on=after is not None)
        values = {**self.values, "most": limit}
        if after is not None:
            far: Any = FAR if shape.sqlite else date.fromisoformat(FAR)
            day = _stored(after[1], shape.sqlite) if after[1] is not None else far
            values |= {"after_due_on": day, "after_hire_id": after[2], "after_name": after[3], "after_role": after[4]}
        return list(connection.exec_driver_sql(task_sql.page(shape, section), values).fetchall())

    def line(self, row: Any) -> TaskLine:
        due, hire_id, name, role, region, assigned, others, version, procedure, kind, stage, state, kept, *rest = row
        about: tuple[int | None, str | None, int, str, str] = tuple(rest)
        dossier = orjson.loads(kept) if isinstance(kept, str) else kept or {}
        due_on = _day(due)
        clocks = dossier.get("clocks", {})
        clock = clocks.get(name.removeprefix("clock:"))
        day = None if due_on is None else due_on.isoformat()
        return TaskLine(
            hire_id,
            name,
            role,
            region,
            due_on,
            urgency(due_on, self.on),
            version,
            procedure,
            kind,
            stage,
            state,
            bool(clock[2]) if clock else any(c[2] for c in clocks.values() if c[1] == day),
            *about,
            also=tuple(sorted(others.split("|"))) if others else (),
            assigned_to=assigned,
            given=assigned is not None and assigned == self.me,
            signed=any(signature[2] == self.person_key for signature in dossier.get("signatures", ())),
        )


def _set(filters: TaskFilter) -> Iterator[str]:
    for name, value in (
        ("state", filters.state),
        ("stage", filters.stage),
        ("from_on", filters.due_from),
        ("until_on", filters.due_to),
    ):
        if value is not None:
            yield name
    if filters.procedure is not None:
        yield "version" if "@" in filters.procedure else "document"


def _values(scope: Scope, on: date, filters: TaskFilter, me: int, sqlite: bool) -> dict[str, Any]:
    """Every value that a statement may name; drivers overlook those that it does not."""
    procedure = filters.procedure
    if procedure is not None and "@" not in procedure:
        procedure = escaped(procedure) + "@%"
    return {
        "on": _stored(on, sqlite),
        "week": _stored(on + timedelta(days=WEEK_DAYS), sqlite),
        "state": filters.state,
        "stage": filters.stage,
        "procedure": procedure,
        "from_on": _stored(filters.due_from, sqlite),
        "until_on": _stored(filters.due_to, sqlite),
        "own": scope.own_key,
        "me": me,
    }


def _stored(day: date | None, sqlite: bool) -> Any:
    return day.isoformat() if sqlite and day is not None else day


def _day(stored: date | str | None) -> date | None:
    return date.fromisoformat(stored) if isinstance(stored, str) else stored
