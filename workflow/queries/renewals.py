"""The terms that end in a time (续签一轮), by their last day, with what was decided of each and how many of which.

Everything stands in columns of the hire (``states.present_term``), so a page and the counts above it are read with a
fixed number of statements along an index, however many terms there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, func, literal_column, select, tuple_

from states.periods import add_months
from states.present_term import END, LEAVING, RENEW, SIGNED
from states.renewal_round import Outcome
from workflow.queries.paging import PAGE, in_sight, page_size
from workflow.queries.scope import Scope
from workflow.tables import metadata

hire, opening, person, post = (metadata.tables[name] for name in ("hire", "opening", "person", "post"))
#: where a page ended: the day that it is in the order of, and the hire
TermKey = tuple[date, int]
#: where no year is asked for, the terms of the coming months are shown too
AHEAD_MONTHS = 3
EARLIEST, LATEST = 2015, 2100
_ONE_DAY = timedelta(1)
_OVER = hire.c.stage == literal_column("'over_term'")


@dataclass(frozen=True, slots=True)
class TermLine:
    """A hire with its present term and the names around it."""

    hire_id: int
    version: int
    starts_on: date
    ends_on: date
    person_name: str
    post_title: str
    employer: str
    region: str
    procedure: str
    stage: str
    state: str


@dataclass(frozen=True, slots=True)
class Terms:
    """A page of terms, the earliest end first; ``after`` is the key to go on from."""

    lines: tuple[TermLine, ...]
    after: TermKey | None


@dataclass(frozen=True, slots=True)
class Window:
    """From when to when terms end, both days with it, and where (None: everywhere within the scope)."""

    first: date
    last: date
    region: str | None = None


def window_of(today: date, year: int | None, region: str | None = None) -> Window:
    """The year that was asked for; else this year, and the coming months where they reach beyond it."""
    if year is not None and EARLIEST <= year <= LATEST:
        return Window(date(year, 1, 1), date(year, 12, 31), region)
    return Window(date(today.year, 1, 1), max(date(today.year, 12, 31), add_months(today, AHEAD_MONTHS)), region)


def terms(
    connection: Connection,
    scope: Scope,
    window: Window,
    *,
    outcome: Outcome | None = None,
    after: TermKey | None = None,
    limit: int = PAGE,
) -> Terms:
    """The hires within the scope whose term ends in the window; None: of all who are still at work.

    Of those that were renewed the present term is shown: the one that follows. One statement.
    """
    limit = page_size(limit)
    day = hire.c.term_starts_on if outcome is Outcome.RENEWED else hire.c.term_ends_on
    asked = (
        select(
            hire.c.id.label("hire_id"),
            hire.c.version,
            hire.c.term_starts_on.label("starts_on"),
            hire.c.term_ends_on.label("ends_on"),
            person.c.name.label("person_name"),
            post.c.title.label("post_title"),
            post.c.employer,
            *(hire.c[name] for name in ("region", "procedure", "stage", "state")),
        )
        .select_from(hire)
        .join(person, person.c.id == hire.c.person_id)
        .join(opening, opening.c.id == hire.c.opening_id)
        .join(post, post.c.id == opening.c.post_id)
        .where(in_sight(scope, window.region), _that(outcome, window))
        .order_by(day, hire.c.id)
        .limit(limit + 1)
    )
    if after is not None:
        asked = asked.where(tuple_(day, hire.c.id) > tuple_(*after))
    lines = tuple(TermLine(**row._mapping) for row in connection.execute(asked))
    last = lines[limit - 1] if len(lines) > limit else None
    key = None if last is None else last.starts_on if outcome is Outcome.RENEWED else last.ends_on
    return Terms(lines[:limit], (key, last.hire_id) if key is not None and last is not None else None)


def outcome_counts(connection: Connection, scope: Scope, window: Window) -> dict[Outcome, int]:
    """How many terms of the window came to what; outcomes without any are left out. Two statements."""
    inside = in_sight(scope, window.region)
    which = case(
        (hire.c.state == literal_column("'dismissed'"), Outcome.ENDED.value),
        *((condition, outcome.value) for outcome, condition in _DECIDED.items()),
        (_OVER, Outcome.OVER.value),
        else_=Outcome.OPEN.value,
    )
    present = select(which.label("which")).where(inside, _present(window) | _that(Outcome.ENDED, window)).subquery()
    counted: Any = select(present.c.which, func.count()).group_by(present.c.which)
    found = {Outcome(name): number for name, number in connection.execute(counted)}
    renewed = select(func.count()).select_from(hire).where(inside, _that(Outcome.RENEWED, window))
    number = connection.execute(renewed).scalar_one()
    return found | ({Outcome.RENEWED: number} if number else {})


_DECIDED: dict[Outcome, ColumnElement[bool]] = {
    Outcome.LEAVING: hire.c.renewal == LEAVING,
    Outcome.TO_END: hire.c.renewal == END,
    Outcome.SIGNED: hire.c.renewal == SIGNED,
    Outcome.TO_RENEW: hire.c.renewal == RENEW,
}


def _present(window: Window) -> ColumnElement[bool]:
    return and_(hire.c.serving, hire.c.term_ends_on.between(window.first, window.last))


def _that(outcome: Outcome | None, window: Window) -> ColumnElement[bool]:
    """The condition on ``hire`` that its term ends in the window and came to this outcome."""
    if outcome is Outcome.RENEWED:
        began = hire.c.term_starts_on.between(window.first + _ONE_DAY, window.last + _ONE_DAY)
        return and_(hire.c.serving, hire.c.state == literal_column("'renewed'"), began)
    if outcome is Outcome.ENDED:
        # who was out before the term was over is no matter of a renewal
        whole = and_(hire.c.state == literal_column("'dismissed'"), hire.c.entered_on > hire.c.term_ends_on)
        return and_(whole, hire.c.term_ends_on.between(window.first, window.last))
    if outcome is None:
        return _present(window)
    open_ = and_(hire.c.renewal.is_(None), _OVER if outcome is Outcome.OVER else ~_OVER)
    return and_(_present(window), _DECIDED.get(outcome, open_))
