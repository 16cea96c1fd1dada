"""Public notices (公示): the list that offices keep an eye on, and the one that everybody may read.

The public list is made from an allow-list of fields, never from an object minus some. A name stands there in full,
because nobody can object to a person they cannot tell from others; no number of any kind does, but the office's phone.
A notice comes down the day after its last day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, select, tuple_

from workflow.queries.paging import PAGE, page_size
from workflow.queries.scope import Scope, narrowed, within
from workflow.tables import metadata

notice, objection, region = (metadata.tables[name] for name in ("notice", "objection", "region"))
hire, opening, person, post = (metadata.tables[name] for name in ("hire", "opening", "person", "post"))
setting = metadata.tables["setting"]
#: the phone on which objections are taken, per region: "supervision_phone:6109"; the narrowest region counts
PHONE = "supervision_phone:"
#: where a page of notices ended: last day, hire, entry
NoticeKey = tuple[date, int, int]


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """A notice of one person's proposed hire. ``running``: its last day has not passed and it was not closed."""

    hire_id: int
    seq: int
    round: int
    procedure: str
    kind: str
    region: str
    stage: str
    state: str
    person_name: str
    post_title: str
    employer: str
    posted_on: date
    ends_on: date
    provisional: bool
    closed_on: date | None
    article: str
    boards: tuple[str, ...]
    open_objections: int

    @property
    def key(self) -> NoticeKey:
        return (self.ends_on, self.hire_id, self.seq)


@dataclass(frozen=True, slots=True)
class Notices:
    """A page of notices; ``after`` is the key of the next page, None at the end."""

    lines: tuple[NoticeLine, ...]
    after: NoticeKey | None


@dataclass(frozen=True, slots=True)
class PublicNotice:
    """What everybody may read, and nothing else."""

    name: str
    sex: str
    village: str
    post: str
    kind: str
    employer: str
    region: str
    procedure: str
    round: int
    posted_on: date
    ends_on: date
    provisional: bool
    article: str
    supervision_phone: str | None


def notices(
    connection: Connection,
    scope: Scope,
    on: date,
    *,
    running: bool | None = None,
    in_region: str | None = None,
    after: NoticeKey | None = None,
    limit: int = PAGE,
) -> Notices:
    """The notices within the scope by their last day, the latest first; ``running`` True or False narrows them."""
    limit = page_size(limit)
    open_ones = (
        select(func.count())
        .where(objection.c.hire_id == notice.c.hire_id, objection.c.answered_seq.is_(None))
        .correlate(notice)
        .scalar_subquery()
    )
    asked = (
        select(
            *(notice.c[name] for name in ("hire_id", "seq", "round", "posted_on", "ends_on", "provisional")),
            *(notice.c[name] for name in ("closed_on", "article", "boards")),
            *(hire.c[name] for name in ("procedure", "kind", "region", "stage", "state")),
            person.c.name.label("person_name"),
            post.c.title.label("post_title"),
            post.c.employer,
            open_ones.label("open_objections"),
        )
        .join(hire, hire.c.id == notice.c.hire_id)
        .join(person, person.c.id == hire.c.person_id)
        .join(opening, opening.c.id == hire.c.opening_id)
        .join(post, post.c.id == opening.c.post_id)
        .where(scope.hires())
        .order_by(notice.c.ends_on.desc(), notice.c.hire_id.desc(), notice.c.seq.desc())
        .limit(limit + 1)
    )
    if running is not None:
        still = and_(_latest(), notice.c.closed_on.is_(None), notice.c.ends_on >= on)
        asked = asked.where(still if running else ~still)
    if in_region is not None:
        asked = asked.where(within(hire.c.region, narrowed(scope.prefixes, in_region)))
    if after is not None:
        asked = asked.where(tuple_(notice.c.ends_on, notice.c.hire_id, notice.c.seq) < tuple_(*after))
    rows = connection.execute(asked).all()
    lines = tuple(NoticeLine(**{**row._mapping, "boards": tuple(row.boards)}) for row in rows[:limit])
    return Notices(lines, lines[-1].key if len(rows) > limit else None)


def public_notices(
    connection: Connection, on: date, in_region: str | None = None, limit: int = 1000
) -> tuple[PublicNotice, ...]:
    """The notices that run on the day ``on``, in the order of their last day, at most ``limit``. For everybody."""
    village = region.alias("village")
    asked = (
        select(
            person.c.name,
            person.c.sex,
            func.coalesce(village.c.name, region.c.name).label("village"),
            post.c.title.label("post"),
            hire.c.kind,
            post.c.employer,
            region.c.name.label("region"),
            hire.c.region.label("code"),
            hire.c.procedure,
            *(notice.c[name] for name in ("round", "posted_on", "ends_on", "provisional", "article")),
        )
        .select_from(notice)
        .join(hire, hire.c.id == notice.c.hire_id)
        .join(person, person.c.id == hire.c.person_id)
        .join(opening, opening.c.id == hire.c.opening_id)
        .join(post, post.c.id == opening.c.post_id)
        .join(region, region.c.code == hire.c.region)
        .outerjoin(village, village.c.code == person.c.home_region)
        .where(_latest(), notice.c.closed_on.is_(None), notice.c.posted_on <= on, notice.c.ends_on >= on)
        .where(hire.c.state.not_in(("rejected", "withdrawn")))
        .order_by(notice.c.ends_on, notice.c.hire_id)
        .limit(limit)
    )
    if in_region is not None:
        asked = asked.where(within(hire.c.region, (in_region,)))
    phones = _phones(connection)
    return tuple(_public(row, phones) for row in connection.execute(asked))


def _latest() -> ColumnElement[bool]:
    """The condition that no later notice of the hire took the place of this one (更正后重新公示)."""
    later = notice.alias("later")
    found = select(later.c.seq).where(later.c.hire_id == notice.c.hire_id, later.c.seq > notice.c.seq)
    return ~found.correlate(notice).exists()


def _public(row: Any, phones: dict[str, str]) -> PublicNotice:
    values = dict(row._mapping)
    code = values.pop("code")
    covering = [prefix for prefix in phones if code.startswith(prefix)]
    return PublicNotice(**values, supervision_phone=phones[max(covering, key=len)] if covering else None)


def _phones(connection: Connection) -> dict[str, str]:
    asked = select(setting.c.name, setting.c.value).where(
        setting.c.name.like(PHONE.replace("_", r"\_") + "%", escape="\\")
    )
    return {row.name.removeprefix(PHONE): row.value for row in connection.execute(asked)}
