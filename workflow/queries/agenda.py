"""Last days as a calendar shows them (期限日历): which running periods end on which day, for whoever answers for them.

A period is found by its timers, and by its task once its owner has been called and nothing is left to fire. Whose it is
stands in the procedure; what no role owns (the end of a notice) belongs to whoever announced the place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Subquery,
    and_,
    case,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy import literal as bound

from states.clocks import FILING, OBJECTION
from states.house import handlers
from states.procedure import Procedure
from states.vocabulary import Role
from workflow.queries.paging import PAGE, begins_with, page_size
from workflow.queries.scope import Scope, literal, within
from workflow.tables import metadata

hire, person, post, opening = (metadata.tables[name] for name in ("hire", "person", "post", "opening"))
task, timer = metadata.tables["task"], metadata.tables["timer"]
CALLED = "clock:"
#: written out, as in the index of just these timers: no index serves a condition that is known only later
WAITING: ColumnElement[bool] = literal_column("timer.status IN ('pending', 'blocked')")
#: the same for tasks of periods
BESIDE: ColumnElement[bool] = literal_column("task.name < 'stage'")
#: where a page of an agenda ended: last day, hire, period
AgendaKey = tuple[date, int, str]


@dataclass(frozen=True, slots=True)
class Agenda:
    """What is asked for: days ``first`` to ``last``, both with it; ``whole``: of all offices, not of the reader's own.

    ``procedures``: every version that a hire may stand under. ``sqlite``: it is to be told which index to take.
    """

    scope: Scope
    procedures: tuple[Procedure, ...]
    first: date
    last: date
    whole: bool = False
    sqlite: bool = False

    @property
    def narrow(self) -> bool:
        """A township or two hold fewer hires than all regions have periods on the days of a month, but not on one."""
        prefixes = self.scope.prefixes
        towns = len(prefixes) <= _FEW and all(len(prefix) >= _NARROW for prefix in prefixes)
        return towns and (self.last - self.first).days >= _WEEK


#: codes as long as a township's
_NARROW = 9
_FEW = 2
_WEEK = 7


@dataclass(frozen=True, slots=True)
class AgendaDay:
    """How many periods end on a day, and how many of them only provisionally (暂定)."""

    number: int
    provisional: int


@dataclass(frozen=True, slots=True)
class AgendaLine:
    """The last day of one period of one hire."""

    due_on: date
    hire_id: int
    name: str
    provisional: bool
    version: int
    changed_at: Any
    procedure: str
    kind: str
    region: str
    stage: str
    state: str
    person_name: str | None
    post_title: str

    @property
    def key(self) -> AgendaKey:
        return (self.due_on, self.hire_id, self.name)


def agenda_days(connection: Connection, asked: Agenda) -> dict[date, AgendaDay]:
    """The days on which anything ends, with their numbers."""
    ends = _ends(asked)
    rows = connection.execute(
        select(ends.c.due_on, func.count().label("number"), func.sum(ends.c.provisional).label("unsure"))
        .group_by(ends.c.due_on)
        .order_by(ends.c.due_on)
    )
    return {row.due_on: AgendaDay(row.number, int(row.unsure)) for row in rows}


def agenda(
    connection: Connection, asked: Agenda, after: AgendaKey | None = None, limit: int = PAGE, *, most: int | None = None
) -> tuple[tuple[AgendaLine, ...], AgendaKey | None]:
    """The periods in the order of their days, and the key of the next page. ``most`` lifts the limit of a page."""
    limit = page_size(limit) if most is None else most
    keys = _first_ends(asked, after, limit + 1)
    names = ("version", "changed_at", "procedure", "kind", "region", "stage", "state")
    rows = connection.execute(
        select(keys, *(hire.c[name] for name in names))
        .add_columns(person.c.name.label("person_name"), post.c.title.label("post_title"))
        .join(hire, hire.c.id == keys.c.hire_id)
        .join(opening, opening.c.id == hire.c.opening_id)
        .join(post, post.c.id == opening.c.post_id)
        .outerjoin(person, person.c.id == hire.c.person_id)
        .order_by(keys.c.due_on, keys.c.hire_id, keys.c.name)
    ).all()
    lines = tuple(AgendaLine(**{**row._mapping, "provisional": bool(row.provisional)}) for row in rows[:limit])
    return lines, lines[-1].key if len(rows) > limit else None


def agenda_rows(connection: Connection, asked: Agenda) -> list[list[Any]]:
    """Day, procedure, period, number, of them provisional: for whoever adds them up by whose they are."""
    ends = _ends(asked)
    columns = (ends.c.due_on, hire.c.procedure, ends.c.name)
    rows = connection.execute(
        select(*columns, func.count(), func.sum(ends.c.provisional))
        .join(hire, hire.c.id == ends.c.hire_id)
        .group_by(*columns)
        .order_by(*columns)
    )
    return [[row[0].isoformat(), row[1], row[2], row[3], int(row[4])] for row in rows]


# ---- whose a period is -------------------------------------------------------------------------------------------


def _ends(asked: Agenda) -> Subquery:
    """Each period once, with its day."""
    running = _running(asked).union_all(_called(asked)).subquery()
    keys = (running.c.due_on, running.c.hire_id, running.c.name)
    return select(*keys, func.max(running.c.provisional).label("provisional")).group_by(*keys).subquery()


def _first_ends(asked: Agenda, after: AgendaKey | None, most: int) -> Subquery:
    """The first of them after a key: found along the days of an index, of each kind no more than are shown."""
    parts = [_first_of(asked_for, keys, after, most) for asked_for, keys in _sorted_parts(asked)]
    found = union_all(*(select(part) for part in parts)).subquery()
    names = (found.c.due_on, found.c.hire_id, found.c.name)
    first = select(*names, func.max(found.c.provisional).label("provisional")).group_by(*names)
    return first.order_by(*names).limit(most).subquery()


def _sorted_parts(asked: Agenda) -> Iterator[tuple[Select[Any], tuple[ColumnElement[Any], ...]]]:
    """What ``_ends`` puts together, each with the columns of its index."""
    yield _running(asked), (timer.c.legal_on, timer.c.hire_id, timer.c.name)
    for role in Role if asked.whole else sorted(asked.scope.by_role):
        yield _called(asked, role), (task.c.due_on, task.c.hire_id, task.c.name)


def _first_of(found: Select[Any], keys: tuple[ColumnElement[Any], ...], after: AgendaKey | None, most: int) -> Subquery:
    """``most`` of one part, along its index."""
    if after is not None:
        day, number, name = after
        stored = name if keys[0] is timer.c.legal_on else CALLED + name
        found = found.where(tuple_(*keys) > tuple_(bound(day), bound(number), bound(stored)))
    return found.order_by(*keys).limit(most).subquery()


def _running(asked: Agenda) -> Select[Any]:
    """By the timers that are still to fire, or that wait because the system's step was refused."""
    unsure = func.max(case((timer.c.provisional, 1), else_=0))
    place: ColumnElement[str] = hire.c.region
    day: ColumnElement[date] = timer.c.legal_on
    if asked.sqlite:  # it does not know which is less, the hires of the region or the periods of the days
        place, day = (place, _no_index(day)) if asked.narrow else (_no_index(place), day)
    return (
        select(timer.c.legal_on.label("due_on"), timer.c.hire_id, timer.c.name, unsure.label("provisional"))
        .join(hire, hire.c.id == timer.c.hire_id)
        .where(WAITING, day.between(asked.first, asked.last), _perhaps(asked))
        .where(asked.scope.regions(place), _answers(asked, timer.c.name, place))
        .group_by(timer.c.legal_on, timer.c.hire_id, timer.c.name)
    )


def _called(asked: Agenda, only: Role | None = None) -> Select[Any]:
    """By the tasks of owners who were called: their period may have nothing left to fire."""
    name = func.substr(task.c.name, len(CALLED) + 1)
    place = task.c.region
    wanted = [only] if only is not None else list(Role) if asked.whole else sorted(asked.scope.by_role)
    roles = [
        and_(task.c.role == literal(role.value), within(place, asked.scope.by_role[role]))
        for role in (() if asked.whole else wanted)
    ]
    # every role by name: one index serves them all
    named = [literal(role.value) for role in wanted]
    everybody = task.c.role == named[0] if only is not None else task.c.role.in_(named)
    mine = and_(everybody, asked.scope.regions(place)) if asked.whole else or_(false(), *roles)
    found = select(task.c.due_on, task.c.hire_id, name.label("name"), literal_column("0").label("provisional"))
    inside = found.where(BESIDE, begins_with(task.c.name, CALLED), task.c.due_on.between(asked.first, asked.last), mine)
    return inside.with_hint(task, "INDEXED BY ix_task_beside", "sqlite")


def _no_index(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The same value, but no index: so SQLite takes the other one."""
    return column.op("||")("")


def _answers(asked: Agenda, name: ColumnElement[str], place: ColumnElement[str]) -> ColumnElement[bool]:
    """The condition that the reader answers for the period ``name`` of ``hire``, which stands in ``place``."""
    if asked.whole:
        return true()
    found = []
    for role, prefixes in sorted(asked.scope.by_role.items()):
        of_role = [
            and_(hire.c.procedure == literal(procedure.key), _named(name, *owned(procedure, role)))
            for procedure in asked.procedures
        ]
        found.append(and_(within(place, prefixes), or_(false(), *of_role)))
    return or_(false(), *found)


def _perhaps(asked: Agenda) -> ColumnElement[bool]:
    """What no procedure gives any of the reader's roles, PostgreSQL leaves out before it asks whose hire it is.

    Before row-level security it makes only comparisons that cannot tell anything; LIKE is none of them.
    """
    if asked.whole or asked.sqlite:
        return true()
    both = [owned(procedure, role) for procedure in asked.procedures for role in asked.scope.by_role]
    names = sorted({name for names, _ in both for name in names})
    beginnings = sorted({one for _, several in both for one in several})
    plain = timer.c.name.collate("C")
    spans = [and_(plain >= literal(one), plain < literal(one + "\U0010ffff")) for one in beginnings]
    return or_(false(), *([timer.c.name.in_([literal(name) for name in names])] if names else []), *spans)


def _named(name: ColumnElement[str], names: Iterable[str], beginnings: Iterable[str]) -> ColumnElement[bool]:
    exact = [name.in_([literal(one) for one in names])] if names else []
    return or_(false(), *exact, *(begins_with(name, one) for one in beginnings))


def owned(procedure: Procedure, role: Role) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The periods that a role answers for under a procedure: by name, and by how the names begin."""
    announcing = procedure.announcement.by
    names = tuple(line.deadline for line in procedure.deadlines if role in (line.owner or announcing))
    filings = {line.filing for step in procedure.steps for line in step.files if line.by is role}
    answering = (OBJECTION,) if role in handlers(procedure) else ()
    return names, (*(f"{FILING}{filing}:" for filing in sorted(filings)), *answering)
