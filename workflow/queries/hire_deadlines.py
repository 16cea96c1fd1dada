"""Hires by what has to be done next (聘用按期限): those with a day first, the nearest first, then the newest.

The day is that of the nearest task of any role; tasks are found by their index, hires by what they show.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import (
    BigInteger,
    Connection,
    Date,
    Subquery,
    and_,
    exists,
    or_,
    select,
    tuple_,
    union_all,
)

from states.vocabulary import Role
from workflow.queries.hires import ALL_HIRES, HireFilter, HireLine, hire_lines, in_sight, narrowed_to
from workflow.queries.paging import PAGE, page_size
from workflow.queries.scope import Scope, literal, narrowed, within
from workflow.queries.task_branches import TASK_ROLES
from workflow.tables import metadata

hire, task = metadata.tables["hire"], metadata.tables["task"]
#: where a page ended: the day of the next task, and the hire
DueKey = tuple[date | None, int]


@dataclass(frozen=True, slots=True)
class HiresByDay:
    """A page of hires with the day of each one's next task; ``after`` is the key to go on from, None at the end."""

    lines: tuple[tuple[HireLine, date | None], ...]
    after: DueKey | None


def hires_by_day(
    connection: Connection,
    scope: Scope,
    filters: HireFilter = ALL_HIRES,
    after: DueKey | None = None,
    limit: int = PAGE,
) -> HiresByDay:
    """The hires of an office's regions, at most ``limit`` (200) after ``after``. For applicants there is no such list.

    Raises ValueError for a scope that holds a person's own hires.
    """
    if scope.own_key is not None:
        raise ValueError("an applicant has too few hires to be sorted")
    limit = page_size(limit)
    keys: list[DueKey] = []
    if after is None or after[0] is not None:
        keys = _with_a_day(connection, scope, filters, after, limit + 1)
    if len(keys) <= limit and filters.due_from is None and filters.due_to is None:
        start = after[1] if after is not None and after[0] is None else None
        keys += _without_a_day(connection, scope, filters, start, limit + 1 - len(keys))
    known = {line.id: line for line in hire_lines(connection, scope, [key[1] for key in keys[:limit]])}
    lines = tuple((known[key[1]], key[0]) for key in keys[:limit] if key[1] in known)
    return HiresByDay(lines, keys[limit - 1] if len(keys) > limit else None)


def _with_a_day(
    connection: Connection, scope: Scope, filters: HireFilter, after: DueKey | None, limit: int
) -> list[DueKey]:
    """Along the days of the tasks, a branch per role that an index serves."""
    inside = narrowed(scope.prefixes, filters.region)
    branches = [_branch(connection, role, inside, filters, after, limit) for role in TASK_ROLES]
    merged = union_all(*(select(branch) for branch in branches)).subquery()
    asked = select(merged.c.due_on, merged.c.hire_id).order_by(merged.c.due_on, merged.c.hire_id).limit(limit)
    return [(due_on, hire_id) for due_on, hire_id in connection.execute(asked)]


def _branch(
    connection: Connection, role: Role, inside: tuple[str, ...], filters: HireFilter, after: DueKey | None, limit: int
) -> Subquery:
    sooner = task.alias("sooner")
    before = or_(
        sooner.c.due_on < task.c.due_on,
        and_(
            sooner.c.due_on == task.c.due_on,
            tuple_(sooner.c.role, sooner.c.name) < tuple_(task.c.role, task.c.name),
        ),
    )
    first = ~exists().where(sooner.c.hire_id == task.c.hire_id, before)
    # SQLite would sort all that a region holds; the days are what it is to walk along
    region = task.c.region.op("||")("") if connection.dialect.name == "sqlite" else task.c.region
    found = (
        select(task.c.due_on, task.c.hire_id)
        .where(task.c.role == literal(role.value), within(region, inside), task.c.due_on.is_not(None), first)
        .order_by(task.c.due_on, task.c.hire_id)
        .limit(limit)
    )
    if filters.due_from is not None:
        found = found.where(task.c.due_on >= filters.due_from)
    if filters.due_to is not None:
        found = found.where(task.c.due_on <= filters.due_to)
    if after is not None:
        found = found.where(tuple_(task.c.due_on, task.c.hire_id) > tuple_(*after, types=(Date(), BigInteger())))
    if replace(filters, region=None, due_from=None, due_to=None) != ALL_HIRES:
        found = narrowed_to(
            connection,
            found.join(hire, hire.c.id == task.c.hire_id),
            replace(filters, region=None, due_from=None, due_to=None),
        )
    return found.subquery()


def _without_a_day(
    connection: Connection, scope: Scope, filters: HireFilter, after: int | None, limit: int
) -> list[DueKey]:
    dated = exists().where(task.c.hire_id == hire.c.id, task.c.due_on.is_not(None))
    found = select(hire.c.id).where(in_sight(connection, scope, filters), ~dated)
    found = narrowed_to(connection, found, filters)
    if after is not None:
        found = found.where(hire.c.id < after)
    rows = connection.execute(found.order_by(hire.c.id.desc()).limit(limit))
    return [(None, hire_id) for (hire_id,) in rows]
