"""Places that became free (空缺): whoever left a post leaves a place, which is announced anew (随缺随补)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, case, select

from workflow.queries.paging import PAGE, page_size
from workflow.queries.scope import Scope, within
from workflow.tables import metadata

hire, opening, post = (metadata.tables[name] for name in ("hire", "opening", "post"))


@dataclass(frozen=True, slots=True)
class Vacancy:
    """A place that somebody left. ``left_on``: the day on which the hire came to its end."""

    hire_id: int
    opening_id: int
    post_id: int
    post_title: str
    employer: str
    region: str
    kind: str
    procedure: str
    left_on: date | None


@dataclass(frozen=True, slots=True)
class Vacancies:
    """A page of vacancies, the latest hire first; ``after`` is the id to go on from."""

    lines: tuple[Vacancy, ...]
    after: int | None


def vacancies(connection: Connection, scope: Scope, *, after: int | None = None, limit: int = PAGE) -> Vacancies:
    """The places within the scope that somebody left and that no announcement fills again.

    A cancelled announcement fills nothing: its place is listed again.
    """
    limit = page_size(limit)
    anew = opening.alias("anew")
    filled = select(anew.c.id).where(anew.c.refills == hire.c.id, anew.c.cancelled_on.is_(None))
    asked = (
        select(
            hire.c.id.label("hire_id"),
            hire.c.opening_id,
            opening.c.post_id,
            post.c.title.label("post_title"),
            post.c.employer,
            hire.c.region,
            hire.c.kind,
            hire.c.procedure,
            hire.c.entered_on.label("left_on"),
        )
        .join(opening, opening.c.id == hire.c.opening_id)
        .join(post, post.c.id == opening.c.post_id)
        .where(hire.c.state == "dismissed", scope.regions(hire.c.region), ~filled.correlate(hire).exists())
        .order_by(hire.c.id.desc())
        .limit(limit + 1)
    )
    if after is not None:
        asked = asked.where(hire.c.id < after)
    rows = connection.execute(asked).all()
    lines = tuple(Vacancy(**row._mapping) for row in rows[:limit])
    return Vacancies(lines, lines[-1].hire_id if len(rows) > limit else None)


@dataclass(frozen=True, slots=True)
class FreePlace:
    """A place without anybody. ``since``: the day it became free; ``announced``: it is announced and waits."""

    region: str
    post_title: str
    since: date
    announced: bool


def free_places(connection: Connection, scope: Scope, region: str, until: date, most: int) -> list[FreePlace]:
    """The places of a region (prefix of codes) that nobody holds now and that were free by ``until``; ``most`` at most.

    Those that somebody left and that no announcement fills again, and those that are announced and wait for people.
    """
    anew = opening.alias("anew")
    filled = select(anew.c.id).where(anew.c.refills == hire.c.id, anew.c.cancelled_on.is_(None))
    left = (hire.c.state == "dismissed") & (hire.c.entered_on <= until) & ~filled.correlate(hire).exists()
    waiting = (hire.c.state == "posted") & (opening.c.announced_on <= until) & opening.c.cancelled_on.is_(None)
    since = case((hire.c.state == "posted", opening.c.announced_on), else_=hire.c.entered_on)
    asked = (
        select(hire.c.region, post.c.title, since.label("since"), (hire.c.state == "posted").label("announced"))
        .join(opening, opening.c.id == hire.c.opening_id)
        .join(post, post.c.id == opening.c.post_id)
        .where(scope.regions(hire.c.region), within(hire.c.region, (region,)), left | waiting)
        .order_by(since, hire.c.id)
        .limit(most)
    )
    return [FreePlace(row.region, row.title, row.since, bool(row.announced)) for row in connection.execute(asked)]


def vacancy(connection: Connection, scope: Scope, hire_id: int) -> Vacancy | None:
    """One of them; None if there is none, or none for this actor."""
    found = vacancies(connection, scope, after=hire_id + 1, limit=1).lines
    return found[0] if found and found[0].hire_id == hire_id else None
