"""Figures over many hires (统计): counted by the database in a few statements, in rows that can be added up.

What is counted here is plain: townships, stages, days and numbers. What it means (against which limit, by which plan)
is said in ``workflow.figures``, from these rows and the procedures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    String,
    and_,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
    true,
)

from states.certificate import DAYS
from states.vocabulary import State
from workflow.queries.certificates import unissued
from workflow.queries.scope import within
from workflow.tables import metadata

hire, task, timer, audit_entry = (metadata.tables[name] for name in ("hire", "task", "timer", "audit_entry"))
opening, post, region = (metadata.tables[name] for name in ("opening", "post", "region"))
returned, suspension, allocation, filing, departure = (
    metadata.tables[name] for name in ("returned", "suspension", "allocation", "filing", "departure")
)
#: a township's code: what is counted is added up from there
TOWN = 9
YEAR = timedelta(days=365)
FINAL = tuple(state.value for state in (State.DISMISSED, State.REJECTED, State.WITHDRAWN))
Rows = list[list[Any]]


@dataclass(frozen=True, slots=True)
class Counted:
    """Plain rows, each with its number last.

    ``standing``: township, procedure, kind, state, stage, serving. ``waiting``: procedure, stage, day entered.
    ``finished``: procedure, stage, day entered, day left, of the last 365 days. ``overdue``: township; hires with a
    task whose day has passed. ``terms``: procedure, month of the end of the term, decision. ``limits``: month of the
    last lawful day. ``villages``: procedure, kind, counted workers, places in use, at work. ``watched``: what.
    """

    standing: Rows
    waiting: Rows
    finished: Rows
    overdue: Rows
    terms: Rows
    limits: Rows
    villages: Rows
    watched: Rows

    def plus(self, other: Counted) -> Counted:
        """Both together: of regions that do not overlap."""
        return Counted(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))

    def document(self) -> dict[str, Rows]:
        return {name: getattr(self, name) for name in self.__slots__}


def hires_up_to(connection: Connection, prefixes: Sequence[str], most: int) -> int:
    """How many hires there are within; counts no further than ``most``."""
    found = select(hire.c.id).where(within(hire.c.region, prefixes)).limit(most).subquery()
    return connection.execute(select(func.count()).select_from(found)).scalar_one()


def by_state(connection: Connection, prefixes: Sequence[str]) -> dict[str, int]:
    """How many hires are in each state: from one index alone, so that it can be asked of many."""
    inside = within(hire.c.region, prefixes) if prefixes else literal_column("1 = 0")
    found: Counter[str] = Counter()
    # in the order of the index nothing has to be sorted
    asked = select(hire.c.region, hire.c.state, func.count()).where(inside).group_by(hire.c.region, hire.c.state)
    for _, state, number in connection.execute(asked):
        found[state] += number
    return dict(sorted(found.items()))


def counted(connection: Connection, prefixes: Sequence[str], on: date) -> Counted:
    """Counts all hires within ``prefixes`` as they stand on the day ``on`` (Asia/Shanghai)."""
    inside = within(hire.c.region, prefixes) if prefixes else literal_column("1 = 0")
    town = func.substr(hire.c.region, 1, TOWN)
    open_ = hire.c.state.not_in(FINAL)
    kinds = (hire.c.procedure, hire.c.kind, hire.c.state, hire.c.stage, hire.c.serving)
    return Counted(
        standing=_grouped(connection, inside, town, *kinds),
        waiting=_grouped(connection, and_(inside, open_), hire.c.procedure, hire.c.stage, hire.c.entered_on),
        finished=_finished(connection, inside, on),
        overdue=_overdue(connection, prefixes, on),
        terms=_terms(connection, and_(inside, hire.c.serving)),
        limits=_grouped(connection, and_(inside, hire.c.serving), _month(connection, "last_lawful_on")),
        villages=_villages(connection, inside),
        watched=_watched(connection, inside, prefixes, on),
    )


def _grouped(connection: Connection, where: ColumnElement[bool], *columns: Any) -> Rows:
    named = [column.label(f"c{n}") for n, column in enumerate(columns)]
    asked = select(*named, func.count()).where(where).group_by(*named).order_by(*named)
    return [[_plain(value) for value in row] for row in connection.execute(asked)]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _finished(connection: Connection, inside: ColumnElement[bool], on: date) -> Rows:
    """Each time that a hire left a stage within the last 365 days, with the day on which it had entered it."""
    moves = (
        select(audit_entry.c.hire_id, audit_entry.c.on_day, audit_entry.c.from_stage, hire.c.procedure)
        .add_columns(
            func.lag(audit_entry.c.on_day)
            .over(partition_by=audit_entry.c.hire_id, order_by=audit_entry.c.seq)
            .label("entered")
        )
        .join(hire, hire.c.id == audit_entry.c.hire_id)
        .where(inside, or_(audit_entry.c.from_stage != audit_entry.c.to_stage, audit_entry.c.seq == 1))
        .subquery()
    )
    columns = (moves.c.procedure, moves.c.from_stage, moves.c.entered, moves.c.on_day)
    asked = (
        select(*columns, func.count())
        .where(moves.c.entered.is_not(None), moves.c.on_day > on - YEAR, moves.c.on_day <= on)
        .group_by(*columns)
        .order_by(*columns)
    )
    return [[_plain(value) for value in row] for row in connection.execute(asked)]


def _overdue(connection: Connection, prefixes: Sequence[str], on: date) -> Rows:
    town = func.substr(task.c.region, 1, TOWN).label("town")
    asked = (
        select(town, func.count(task.c.hire_id.distinct()))
        .where(within(task.c.region, prefixes), task.c.due_on < on)
        .group_by(town)
        .order_by(town)
    )
    return [list(row) for row in connection.execute(asked)]


def _dossier(connection: Connection, name: str) -> ColumnElement[str | None]:
    """A field of the dossier as text."""
    if connection.dialect.name == "sqlite":
        return func.json_extract(hire.c.dossier, f"$.{name}")
    return cast(hire.c.dossier.op("->>")(name), String)


def _month(connection: Connection, name: str) -> ColumnElement[str | None]:
    return func.substr(_dossier(connection, name), 1, 7)


def _terms(connection: Connection, where: ColumnElement[bool]) -> Rows:
    month, decision = _month(connection, "term_ends_on"), _dossier(connection, "renewal")
    return _grouped(connection, where, hire.c.procedure, month, func.coalesce(decision, ""))


def _villages(connection: Connection, inside: ColumnElement[bool]) -> Rows:
    """Per place and kind of post: the counted workers, places in use, and people at work; then how many such places."""
    used = func.sum(case((hire.c.state.not_in(FINAL), 1), else_=0))
    working = func.sum(case((hire.c.serving, 1), else_=0))
    places = (
        select(hire.c.procedure, hire.c.kind, post.c.region, func.max(post.c.counted_workers).label("workers"))
        .add_columns(used.label("used"), working.label("working"))
        .join(opening, opening.c.id == hire.c.opening_id)
        .join(post, post.c.id == opening.c.post_id)
        .where(inside, func.length(post.c.region) > TOWN)
        .group_by(hire.c.procedure, hire.c.kind, post.c.region)
        .subquery()
    )
    columns = (places.c.procedure, places.c.kind, places.c.workers, places.c.used, places.c.working)
    asked = select(*columns, func.count()).group_by(*columns).order_by(*columns)
    return [list(row) for row in connection.execute(asked)]


# ---- what a supervisor looks at ----------------------------------------------------------------------------------

#: what is watched, each a condition on ``hire`` (督查关注)
WATCHED = (
    *("overdue", "over_term", "blocked", "late_contract", "late_filing", "late_certificate"),
    *("returned", "suspended"),
)


def _watched(connection: Connection, inside: ColumnElement[bool], prefixes: Sequence[str], on: date) -> Rows:
    found: Rows = []
    for what in WATCHED:
        if what == "over_term":
            continue  # by stage: counted from ``standing``
        asked = select(func.count()).select_from(hire).where(inside, is_watched(what, on))
        found.append([what, connection.execute(asked).scalar_one()])
    return found


def is_watched(what: str, on: date, over_term: Sequence[str] = ()) -> ColumnElement[bool]:
    """The condition on ``hire``. ``over_term``: the stages in which pay has stopped. Raises KeyError."""
    since = on - YEAR
    # as an expression, so that SQLite begins with what was returned and not with every entry
    entry_day = func.date(audit_entry.c.on_day, type_=Date)
    conditions: dict[str, ColumnElement[bool]] = {
        "overdue": hire.c.id.in_(select(task.c.hire_id).where(task.c.due_on < on)),
        "over_term": hire.c.stage.in_(over_term),
        "blocked": hire.c.id.in_(select(timer.c.hire_id).where(timer.c.status == "blocked")),
        "late_contract": hire.c.id.in_(
            select(task.c.hire_id).where(task.c.name == "clock:contract_due", task.c.due_on < on)
        ),
        "late_certificate": hire.c.id.in_(
            unissued().with_only_columns(departure.c.hire_id).where(departure.c.ended_on < on - timedelta(days=DAYS))
        ),
        # nothing is owed of an entry that was taken back (撤销录入)
        "late_filing": (hire.c.state != "withdrawn")
        & hire.c.id.in_(select(filing.c.hire_id).where(filing.c.sent_on.is_(None), filing.c.due_on < on)),
        "returned": hire.c.id.in_(
            select(returned.c.hire_id)
            .join(
                audit_entry,
                and_(audit_entry.c.hire_id == returned.c.hire_id, audit_entry.c.seq == returned.c.seq),
            )
            .where(entry_day > since, entry_day <= on)
        ),
        "suspended": hire.c.id.in_(select(suspension.c.hire_id).where(suspension.c.resumed_on.is_(None))),
    }
    return conditions[what]


def ends_in(connection: Connection, month: str, field: str) -> ColumnElement[bool]:
    """The condition on ``hire`` that somebody at work reaches the last day ``field`` in a month (2026-12)."""
    return and_(hire.c.serving, _month(connection, field) == month)


def allocations(connection: Connection, prefixes: Sequence[str]) -> Rows:
    """Plans that were imported: procedure, year, region, kind, places."""
    columns = (allocation.c.procedure_id, allocation.c.year, allocation.c.region, allocation.c.kind)
    inside = true() if "" in prefixes else within(allocation.c.region, prefixes)
    rows = connection.execute(select(*columns, allocation.c.places).where(inside).order_by(*columns))
    return [list(row) for row in rows]
