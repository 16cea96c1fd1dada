"""Help after leaving as people look for it (帮扶台账): lists with what is late, counts by township, one case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select, tuple_

from workflow.queries.leaving import departure, of_last_departure
from workflow.queries.paging import PAGE, in_sight, page_size
from workflow.queries.scope import Scope
from workflow.tables import metadata

aftercare, act, account = (metadata.tables[name] for name in ("aftercare", "aftercare_act", "account"))
hire, opening, person, post = (metadata.tables[name] for name in ("hire", "opening", "person", "post"))
TOWN_CODE = 9
#: where a page ended: the day by which a case is due, and its hire
CaseKey = tuple[date, int]


class Which(StrEnum):
    """Which cases are asked for: those under way, those of them that are late, those that are closed."""

    OPEN = "open"
    OVERDUE = "overdue"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case with the names around it. ``left_on``: the last day on the post; ``ground``: why it ended."""

    hire_id: int
    version: int
    person_name: str
    post_title: str
    region: str
    procedure: str
    left_on: date | None
    ground: str | None
    state: str
    need: str | None
    hardship: bool
    opened_on: date
    due_on: date
    closed_on: date | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Cases:
    """A page of cases, the most urgent first; ``after`` is the key to go on from."""

    lines: tuple[CaseLine, ...]
    after: CaseKey | None


@dataclass(frozen=True, slots=True)
class TownCount:
    """How many cases of a township are under way, and how many of them are late."""

    region: str
    open: int
    overdue: int


@dataclass(frozen=True, slots=True)
class ActLine:
    """One act: what was done, and by whom (the account's name)."""

    number: int
    act: str
    on_day: date
    what: str
    role: str
    at: datetime
    by: str | None


def cases(
    connection: Connection,
    scope: Scope,
    today: date,
    *,
    which: Which = Which.OPEN,
    region: str | None = None,
    after: CaseKey | None = None,
    limit: int = PAGE,
) -> Cases:
    """The cases within the scope, by the day on which they are due. For offices only."""
    limit = page_size(limit)
    asked = _lines().where(in_sight(scope, region), _that(which, today))
    if after is not None:
        asked = asked.where(tuple_(aftercare.c.due_on, aftercare.c.hire_id) > tuple_(*after))
    asked = asked.order_by(aftercare.c.due_on, aftercare.c.hire_id).limit(limit + 1)
    lines = tuple(CaseLine(**row._mapping) for row in connection.execute(asked))
    last = lines[limit - 1] if len(lines) > limit else None
    return Cases(lines[:limit], (last.due_on, last.hire_id) if last else None)


def case_line(connection: Connection, scope: Scope, hire_id: int) -> CaseLine | None:
    """The case of one hire; None if there is none, or none for this actor."""
    row = connection.execute(_lines().where(aftercare.c.hire_id == hire_id, in_sight(scope, None))).one_or_none()
    return None if row is None else CaseLine(**row._mapping)


def town_counts(connection: Connection, scope: Scope, today: date, region: str | None = None) -> tuple[TownCount, ...]:
    """What is under way and what is late, township by township; those without any are left out."""
    town = func.substr(hire.c.region, 1, TOWN_CODE)
    asked = (
        select(town, func.count(), func.count().filter(aftercare.c.due_on < today))
        .join(hire, hire.c.id == aftercare.c.hire_id)
        .where(in_sight(scope, region), aftercare.c.closed_on.is_(None))
        .group_by(town)
        .order_by(town)
    )
    return tuple(TownCount(*row) for row in connection.execute(asked))


def act_lines(connection: Connection, hire_id: int) -> tuple[ActLine, ...]:
    """What was done in a case, in order."""
    asked = (
        select(*(act.c[name] for name in ("number", "act", "on_day", "what", "role", "at")), account.c.name.label("by"))
        .outerjoin(account, account.c.id == act.c.account_id)
        .where(act.c.hire_id == hire_id)
        .order_by(act.c.number)
    )
    return tuple(ActLine(**row._mapping) for row in connection.execute(asked))


def _that(which: Which, today: date) -> ColumnElement[bool]:
    if which is Which.CLOSED:
        return aftercare.c.closed_on.is_not(None)
    open_ = aftercare.c.closed_on.is_(None)
    return open_ & (aftercare.c.due_on < today) if which is Which.OVERDUE else open_


def _lines() -> Select[Any]:
    names = [name for name in CaseLine.__dataclass_fields__ if name in aftercare.c]
    return (
        select(
            *(aftercare.c[name] for name in names),
            person.c.name.label("person_name"),
            post.c.title.label("post_title"),
            hire.c.region,
            hire.c.procedure,
            departure.c.ended_on.label("left_on"),
            departure.c.ground,
        )
        .select_from(aftercare)
        .join(hire, hire.c.id == aftercare.c.hire_id)
        .join(person, person.c.id == hire.c.person_id)
        .join(opening, opening.c.id == hire.c.opening_id)
        .join(post, post.c.id == opening.c.post_id)
        .outerjoin(departure, of_last_departure())
    )
