"""Last days as a calendar shows them (期限日历): which running periods end on which day, for whoever answers for them.

A period is found by its timers, and by its task once its owner has been called and nothing is left to fire. Whose it is
stands in the procedure; what no role owns (the end of a notice) belongs to whoever announced the place.
"""

from __future__ import annotations

from collections.abc import Iterable
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
)
from sqlalchemy import literal as bound

from states.clocks import FILING, OBJECTION
from states.house import handlers
from states.procedure import Procedure, Role
from workflow.queries.paging import PAGE, begins_with, page_size
from workflow.queries.scope import Scope, literal, within
from workflow.tables import metadata

hire, person, post, opening = (metadata.tables[name] for name in ("hire", "person", "post", "opening"))
task, timer = metadata.tables["task"], metadata.tables["timer"]
CALLED = "clock:"
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
        """A township or two hold fewer hires than all regions have periods on the days of a month."""
        prefixes = self.scope.prefixes
        return len(prefixes) <= _FEW and all(len(prefix) >= _NARROW for prefix in prefixes)


#: codes as long as a township's
_NARROW = 9
_FEW = 2


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
    ends = _ends(asked)
    place = tuple_(ends.c.due_on, ends.c.hire_id, ends.c.name)
    found = select(ends).order_by(ends.c.due_on, ends.c.hire_id, ends.c.name).limit(limit + 1)
    if after is not None:
        found = found.where(place > tuple_(*(bound(value) for value in after)))
    keys = found.subquery()
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


def _running(asked: Agenda) -> Select[Any]:
    """By the timers that are still to fire, or that wait because the system's step was refused."""
    unsure = case((timer.c.provisional, 1), else_=0)
    place: ColumnElement[str] = hire.c.region
    day: ColumnElement[date] = timer.c.legal_on
    if asked.sqlite:  # it does not know which is less, the hires of the region or the periods of the days
        place, day = (place, _no_index(day)) if asked.narrow else (_no_index(place), day)
    return (
        select(timer.c.legal_on.label("due_on"), timer.c.hire_id, timer.c.name, unsure.label("provisional"))
        .join(hire, hire.c.id == timer.c.hire_id)
        .where(timer.c.status.in_(("pending", "blocked")), day.between(asked.first, asked.last))
        .where(asked.scope.regions(place), _answers(asked, timer.c.name, place))
    )


def _called(asked: Agenda) -> Select[Any]:
    """By the tasks of owners who were called: their period may have nothing left to fire."""
    name = func.substr(task.c.name, len(CALLED) + 1)
    place = _no_index(task.c.region) if asked.sqlite else task.c.region
    roles = [
        and_(task.c.role == literal(role.value), within(place, prefixes))
        for role, prefixes in sorted(asked.scope.by_role.items())
    ]
    # every role by name: the index by role and day serves them all
    everybody = task.c.role.in_([literal(role.value) for role in Role])
    mine = and_(everybody, asked.scope.regions(place)) if asked.whole else or_(false(), *roles)
    return select(task.c.due_on, task.c.hire_id, name.label("name"), literal_column("0").label("provisional")).where(
        begins_with(task.c.name, CALLED), task.c.due_on.between(asked.first, asked.last), mine
    )


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
