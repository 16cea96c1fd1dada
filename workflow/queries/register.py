"""People, posts, openings and regions as lists (名册): what offices search before a hire begins.

Of a person's identity number only the last four signs are known here, and only they are shown.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, func, select

from workflow.masking import masked_tail
from workflow.queries.paging import PAGE, named, page_size
from workflow.queries.scope import Scope, escaped, narrowed, within
from workflow.tables import metadata

hire, opening, person, post = (metadata.tables[name] for name in ("hire", "opening", "person", "post"))
region = metadata.tables["region"]


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A registered person, the identity number masked. ``relatives``: how many were declared, not who."""

    id: int
    name: str
    sex: str
    born: date
    id_number: str
    education: str
    home_region: str
    retirement_category: str
    categories: dict[str, Any]
    statements: tuple[str, ...]
    preferences: tuple[str, ...]
    relatives: int
    has_phone: bool
    has_address: bool
    has_bank: bool
    prior_months: int
    prior_evidence: str | None
    died_on: date | None
    serving_hire: int | None


@dataclass(frozen=True, slots=True)
class People:
    """A page of the register; ``after`` is the id to go on from."""

    lines: tuple[PersonLine, ...]
    after: int | None


def people(
    connection: Connection,
    scope: Scope,
    *,
    name: str | None = None,
    in_region: str | None = None,
    after: int = 0,
    limit: int = PAGE,
) -> People:
    """The registered people whose home lies within the scope, in the order of registration.

    ``name``: how the name begins, or its pinyin, whole (``zhangsan``) or by initials (``zs``).
    """
    limit = page_size(limit)
    asked = _people().where(scope.people(), person.c.id > after, ~person.c.out_of_use)
    asked = asked.order_by(person.c.id).limit(limit + 1)
    if name:
        asked = asked.where(_called(connection, name))
    if in_region is not None:
        asked = asked.where(within(person.c.home_region, narrowed(scope.prefixes, in_region)))
    rows = connection.execute(asked).all()
    lines = tuple(_person(row) for row in rows[:limit])
    return People(lines, lines[-1].id if len(rows) > limit else None)


def person_line(connection: Connection, scope: Scope, person_id: int) -> PersonLine | None:
    """A person whose home, or one of whose hires, lies within the scope; None if there is none for this actor."""
    hired = select(hire.c.id).where(hire.c.person_id == person.c.id, scope.regions(hire.c.region)).exists()
    row = connection.execute(_people().where(person.c.id == person_id, scope.people() | hired)).one_or_none()
    return None if row is None else _person(row)


def own_person(connection: Connection, scope: Scope) -> int | None:
    """The registered person that an applicant is; None for others, and for one who is not registered."""
    if scope.own_key is None:
        return None
    return connection.execute(select(person.c.id).where(person.c.key == scope.own_key)).scalar()


def _people() -> Select[Any]:
    serving = select(hire.c.id).where(hire.c.person_id == person.c.id, hire.c.serving).limit(1).scalar_subquery()
    hidden = ("key", "id_number_sealed", "contacts", "pinyin", "log_head", "created_at")
    return select(*(column for column in person.c if column.name not in hidden), serving.label("serving_hire"))


def _called(connection: Connection, text: str) -> ColumnElement[bool]:
    """The condition on ``person`` that the name begins so, or its pinyin does where Latin letters were typed."""
    begins = named(connection, person.c.name, text)
    typed = text.replace(" ", "").replace("'", "").lower()
    if not typed.isascii() or not typed.isalpha():
        return begins
    initials = person.c.pinyin.like(f"% {escaped(typed)}%", escape="\\")
    return begins | named(connection, person.c.pinyin, typed) | initials


def _person(row: Any) -> PersonLine:
    return PersonLine(
        id=row.id,
        name=row.name,
        sex=row.sex,
        born=row.born,
        id_number=masked_tail(row.id_number_tail),
        education=row.education,
        home_region=row.home_region,
        retirement_category=row.retirement_category,
        categories=row.categories,
        statements=tuple(row.statements),
        preferences=tuple(row.preferences),
        relatives=len(row.relatives),
        has_phone=row.phone_sealed is not None,
        has_address=row.address_sealed is not None,
        has_bank=row.bank_sealed is not None,
        prior_months=row.prior_months,
        prior_evidence=row.prior_evidence,
        died_on=row.died_on,
        serving_hire=row.serving_hire,
    )


# ---- posts and openings ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PostLine:
    """A post (岗位). Amounts in fen."""

    id: int
    procedure_id: str
    kind: str
    region: str
    title: str
    employer: str
    sources: tuple[str, ...]
    registered: bool
    monthly_fen: int
    minimum_wage_fen: int | None
    subsidy_cap_fen: int | None
    counted_workers: int | None


@dataclass(frozen=True, slots=True)
class PostUse:
    """How the places of a post stand (在用／空缺): at work, on the way there, announced without an applicant."""

    serving: int = 0
    under_way: int = 0
    vacant: int = 0


@dataclass(frozen=True, slots=True)
class Posts:
    """A page of posts; ``after`` is the id to go on from."""

    lines: tuple[PostLine, ...]
    after: int | None


@dataclass(frozen=True, slots=True)
class OpeningLine:
    """An announcement (招聘公告) with its post. The window includes both days."""

    id: int
    post_id: int
    post_title: str
    employer: str
    region: str
    kind: str
    procedure: str
    announced_on: date
    closes_on: date | None
    places: int
    taken: int
    boards: tuple[str, ...]
    relaxed_by: str | None
    content: dict[str, str]
    refills: int | None
    cancelled_on: date | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Openings:
    """A page of announcements, the newest first; ``after`` is the id to go on from."""

    lines: tuple[OpeningLine, ...]
    after: int | None


def posts(
    connection: Connection,
    scope: Scope,
    *,
    in_region: str | None = None,
    procedure_id: str | None = None,
    after: int = 0,
    limit: int = PAGE,
) -> Posts:
    """The posts within the scope, in the order of registration."""
    limit = page_size(limit)
    asked = _posts().where(scope.announced(post.c.region), post.c.id > after).order_by(post.c.id).limit(limit + 1)
    if in_region is not None:
        asked = asked.where(within(post.c.region, narrowed((*scope.prefixes, *scope.applies), in_region)))
    if procedure_id is not None:
        asked = asked.where(post.c.procedure_id == procedure_id)
    rows = connection.execute(asked).all()
    lines = tuple(_post(row) for row in rows[:limit])
    return Posts(lines, lines[-1].id if len(rows) > limit else None)


def post_line(connection: Connection, scope: Scope, post_id: int) -> PostLine | None:
    """A post within the scope; None if there is none for this actor."""
    row = connection.execute(_posts().where(post.c.id == post_id, scope.announced(post.c.region))).one_or_none()
    return None if row is None else _post(row)


def use_of_posts(connection: Connection, post_ids: Collection[int]) -> dict[int, PostUse]:
    """How the places of these posts stand, all of them asked at once; a post without any is left out."""
    ended = hire.c.state.in_(("dismissed", "rejected", "withdrawn"))
    vacant = (hire.c.state == "posted") & hire.c.person_id.is_(None)
    counted = (
        func.sum(case((hire.c.serving, 1), else_=0)),
        func.sum(case((~hire.c.serving & ~ended & ~vacant, 1), else_=0)),
        func.sum(case((vacant, 1), else_=0)),
    )
    asked = (
        select(opening.c.post_id, *counted)
        .join(opening, opening.c.id == hire.c.opening_id)
        .where(opening.c.post_id.in_(sorted(post_ids)))
        .group_by(opening.c.post_id)
    )
    return {row[0]: PostUse(*(int(n) for n in row[1:])) for row in connection.execute(asked)}


def openings(
    connection: Connection,
    scope: Scope,
    *,
    in_region: str | None = None,
    open_on: date | None = None,
    post_id: int | None = None,
    unannounced: Collection[str] = (),
    after: int | None = None,
    limit: int = PAGE,
) -> Openings:
    """The announcements within the scope, the newest first; ``open_on``: those that take applications on that day.

    ``unannounced``: keys of versions under which places stand without ever having been announced (原有岗位).
    """
    limit = page_size(limit)
    asked = _openings().where(scope.announced(post.c.region)).order_by(opening.c.id.desc()).limit(limit + 1)
    if in_region is not None:
        asked = asked.where(within(post.c.region, narrowed((*scope.prefixes, *scope.applies), in_region)))
    if open_on is not None:
        until = opening.c.closes_on.is_(None) | (opening.c.closes_on >= open_on)
        asked = asked.where(opening.c.announced_on <= open_on, until, opening.c.cancelled_on.is_(None))
    if post_id is not None:
        asked = asked.where(opening.c.post_id == post_id)
    if unannounced:
        asked = asked.where(opening.c.procedure.not_in(unannounced))
    if after is not None:
        asked = asked.where(opening.c.id < after)
    rows = connection.execute(asked).all()
    lines = tuple(_opening(row) for row in rows[:limit])
    return Openings(lines, lines[-1].id if len(rows) > limit else None)


def opening_line(connection: Connection, scope: Scope, opening_id: int) -> OpeningLine | None:
    """An announcement within the scope; None if there is none for this actor."""
    asked = _openings().where(opening.c.id == opening_id, scope.announced(post.c.region))
    row = connection.execute(asked).one_or_none()
    return None if row is None else _opening(row)


def _posts() -> Select[Any]:
    return select(*(column for column in post.c if column.name != "created_at"))


def _post(row: Any) -> PostLine:
    return PostLine(**{**row._mapping, "sources": tuple(row.sources)})


def _openings() -> Select[Any]:
    return select(
        *(column for column in opening.c if column.name != "announced_by"),
        post.c.title.label("post_title"),
        post.c.employer,
        post.c.region,
        post.c.kind,
    ).join(post, post.c.id == opening.c.post_id)


def _opening(row: Any) -> OpeningLine:
    return OpeningLine(**{**row._mapping, "boards": tuple(row.boards)})


# ---- regions -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RegionLine:
    """A region of the tree (行政区划)."""

    code: str
    parent: str | None
    level: str
    name: str


def regions(connection: Connection, scope: Scope, *, parent: str | None = None) -> tuple[RegionLine, ...]:
    """The regions within the scope, by code; ``parent``: only those directly below it. An applicant sees none."""
    asked = select(region).where(scope.regions(region.c.code)).order_by(region.c.code)
    if parent is not None:
        asked = asked.where(region.c.parent == parent)
    return tuple(RegionLine(**row._mapping) for row in connection.execute(asked))


def region_names(connection: Connection, codes: set[str]) -> dict[str, str]:
    """The names of regions by code; names of places are no secret."""
    asked = select(region.c.code, region.c.name).where(region.c.code.in_(sorted(codes)))
    return {row.code: row.name for row in connection.execute(asked)}
