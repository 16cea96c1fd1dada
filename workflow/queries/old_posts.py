"""People on old posts (原有岗位人员), with what has become of each: to be looked at, recognised anew, running out.

Everything is read from the hire and from what was entered of the old agreement, whatever version it stands under now.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, func, literal_column, not_, or_, select, tuple_

from states.present_term import END
from workflow.queries.paging import PAGE, page_size
from workflow.queries.scope import Scope, narrowed, within
from workflow.tables import metadata

hire, opening, person, post, old_terms = (
    metadata.tables[name] for name in ("hire", "opening", "person", "post", "old_terms")
)
#: where a page ended: the end of the term, and the hire
OldKey = tuple[date, int]
#: what a list to choose from holds
MOST_POSTS = 1000


class Standing(StrEnum):
    """What has become of somebody on an old post (进度)."""

    OPEN = "open"
    PROPOSED = "proposed"
    RECOGNISED = "recognised"
    RUNNING_OUT = "running_out"
    OVER = "over"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class OldLine:
    """One person: the present term, what was entered of the old agreement, and what is proposed (``kind``)."""

    hire_id: int
    version: int
    procedure: str
    person_name: str
    post_title: str
    employer: str
    region: str
    started_on: date
    months_before: int
    old_fen: int
    starts_on: date
    ends_on: date
    kind: str | None
    standing: Standing


@dataclass(frozen=True, slots=True)
class OldLines:
    """A page of people, the earliest end first; ``after`` is the key to go on from."""

    lines: tuple[OldLine, ...]
    after: OldKey | None


def old_lines(
    connection: Connection,
    scope: Scope,
    keys: Sequence[str],
    *,
    standing: Standing | None = None,
    region: str | None = None,
    after: OldKey | None = None,
    limit: int = PAGE,
) -> OldLines:
    """The people within the scope; ``keys``: the versions that hold old terms. One statement."""
    limit, which = page_size(limit), _standing(keys)
    asked = (
        select(
            hire.c.id.label("hire_id"),
            hire.c.version,
            hire.c.procedure,
            person.c.name.label("person_name"),
            post.c.title.label("post_title"),
            post.c.employer,
            hire.c.region,
            old_terms.c.started_on,
            old_terms.c.months_before,
            old_terms.c.monthly_fen.label("old_fen"),
            hire.c.term_starts_on.label("starts_on"),
            hire.c.term_ends_on.label("ends_on"),
            _proposed_kind().label("kind"),
            which.label("standing"),
        )
        .select_from(_all())
        .join(person, person.c.id == hire.c.person_id)
        .join(opening, opening.c.id == hire.c.opening_id)
        .join(post, post.c.id == opening.c.post_id)
        .where(within(hire.c.region, narrowed(scope.prefixes, region)))
        .order_by(hire.c.term_ends_on, hire.c.id)
        .limit(limit + 1)
    )
    if standing is not None:
        asked = asked.where(which == standing.value)
    if after is not None:
        asked = asked.where(tuple_(hire.c.term_ends_on, hire.c.id) > tuple_(*after))
    rows = connection.execute(asked).all()
    lines = tuple(OldLine(**{**row._mapping, "standing": Standing(row.standing)}) for row in rows[:limit])
    more = lines[-1] if len(rows) > limit else None
    return OldLines(lines, None if more is None else (more.ends_on, more.hire_id))


def old_line(connection: Connection, scope: Scope, keys: Sequence[str], hire_id: int) -> OldLine | None:
    """One person, if the scope has them and they came from an old post."""
    one = select(old_terms.c.hire_id).where(old_terms.c.hire_id == hire_id)
    if connection.execute(one).first() is None:
        return None
    end = select(hire.c.term_ends_on).where(hire.c.id == hire_id)
    day = connection.execute(end).scalar()
    # the page that begins right before this very line
    found = old_lines(connection, scope, keys, after=(day, hire_id - 1), limit=1).lines if day is not None else ()
    return found[0] if found and found[0].hire_id == hire_id else None


def old_counts(
    connection: Connection, scope: Scope, keys: Sequence[str], region: str | None = None
) -> dict[Standing, int]:
    """How many stand where; those without anybody are left out. One statement."""
    which = _standing(keys).label("which")
    inside = within(hire.c.region, narrowed(scope.prefixes, region))
    counted: Any = select(which, func.count()).select_from(_all()).where(inside).group_by(literal_column("which"))
    return {Standing(name): number for name, number in connection.execute(counted)}


def posts_of(connection: Connection, scope: Scope, documents: Iterable[str]) -> Sequence[Any]:
    """The posts of these documents within the scope: id, title, region, employer; at most ``MOST_POSTS``."""
    columns = (post.c.id, post.c.title, post.c.region, post.c.employer)
    asked = select(*columns).where(post.c.procedure_id.in_(sorted(documents)), scope.regions(post.c.region))
    return connection.execute(asked.order_by(post.c.region, post.c.title, post.c.id).limit(MOST_POSTS)).all()


def _all() -> Any:
    # an entry that was taken back is of nobody
    return old_terms.join(hire, and_(hire.c.id == old_terms.c.hire_id, hire.c.state != literal_column("'withdrawn'")))


def _proposed_kind() -> Any:
    return hire.c.dossier["move_kind"].as_string()


def _standing(keys: Sequence[str]) -> Any:
    old = or_(*(hire.c.procedure == key for key in keys)) if keys else literal_column("1 = 0")
    left: ColumnElement[bool] = hire.c.state == literal_column("'dismissed'")
    return case(
        (left, literal_column(f"'{Standing.LEFT.value}'")),
        (not_(old), literal_column(f"'{Standing.RECOGNISED.value}'")),
        (_proposed_kind().is_not(None), literal_column(f"'{Standing.PROPOSED.value}'")),
        (hire.c.stage == literal_column("'over_term'"), literal_column(f"'{Standing.OVER.value}'")),
        (and_(hire.c.renewal == END), literal_column(f"'{Standing.RUNNING_OUT.value}'")),
        else_=literal_column(f"'{Standing.OPEN.value}'"),
    )
