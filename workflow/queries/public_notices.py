"""Public notices (公示) as everybody may read them: one question, asked by the page, its print and the JSON alike.

The answer is made from an allow-list of columns, never from an object minus some: no number of any kind is in it but
the office's phone. A name stands in full, because nobody can object to a person they cannot tell from others. Why
somebody is eligible (人员类别) is not among the columns: hardship and health are sensitive, and none of the documents
orders them published. A notice comes down by itself: after its last day, when it is closed, corrected or taken back,
and when its hire is refused, withdrawn or returned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select, tuple_

from states.canonical import DIGESTS, canonical
from states.vocabulary import State
from workflow.queries.paging import PAGE, page_size
from workflow.queries.scope import escaped, within
from workflow.tables import metadata

notice, region, setting = (metadata.tables[name] for name in ("notice", "region", "setting"))
hire, opening, person, post = (metadata.tables[name] for name in ("hire", "opening", "person", "post"))
#: where objections are taken, per region: "supervision_phone:6109"; the narrowest region counts
OFFICE, PHONE, ADDRESS = "supervision_office:", "supervision_phone:", "supervision_address:"
#: where a page of sheets ended: last day and sheet
SheetKey = tuple[date, str]
HALF, SHORT = 32, 16


@dataclass(frozen=True, slots=True)
class PublicPerson:
    """One line of the sheet: what everybody may read of a person, and nothing else."""

    name: str
    sex: str
    village: str


@dataclass(frozen=True, slots=True)
class Contact:
    """Where objections are taken beside the form (监督电话). None: the office has not set it."""

    office: str | None = None
    telephone: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class PublicSheet:
    """One notice with all its persons. ``begins_on``: the day from which it counts, ``ends_on`` its last day.

    ``digest``: the first half of the SHA-256 of the content, which a printed copy can be held against; ``trail``: a
    short digest of where the audit trails of its hires end at this moment.
    """

    sheet: str
    post: str
    kind: str
    employer: str
    region: str
    region_code: str
    procedure: str
    article: str
    round: int
    begins_on: date
    ends_on: date
    provisional: bool
    boards: tuple[str, ...]
    people: tuple[PublicPerson, ...]
    contact: Contact
    digest: str
    trail: str

    @property
    def key(self) -> SheetKey:
        return (self.ends_on, self.sheet)


@dataclass(frozen=True, slots=True)
class PublicSheets:
    """A page of sheets; ``after`` is the key of the next page, None at the end."""

    sheets: tuple[PublicSheet, ...]
    after: SheetKey | None


def public_sheets(
    connection: Connection,
    on: date,
    *,
    in_region: str | None = None,
    place: str = "",
    after: SheetKey | None = None,
    limit: int = PAGE,
) -> PublicSheets:
    """The sheets that hang on the day ``on`` (Asia/Shanghai), in the order of their last day. For everybody.

    ``place``: only in a village, town or county that is called like this.
    """
    limit = page_size(limit)
    keys = select(notice.c.ends_on, notice.c.sheet).select_from(_joined()).where(hanging(on)).distinct()
    if in_region is not None:
        keys = keys.where(within(hire.c.region, (in_region,)))
    if place:
        keys = keys.where(_at(place))
    if after is not None:
        keys = keys.where(tuple_(notice.c.ends_on, notice.c.sheet) > tuple_(*after))
    found = connection.execute(keys.order_by(notice.c.ends_on, notice.c.sheet).limit(limit + 1)).all()
    wanted = list(dict.fromkeys(row.sheet for row in found[:limit]))
    sheets = _sheets(connection, on, wanted)
    return PublicSheets(sheets, tuple(found[limit - 1]) if len(found) > limit else None)


def public_sheet(connection: Connection, on: date, sheet: str) -> PublicSheet | None:
    """One sheet as it hangs on the day ``on``; None when it does not."""
    return next(iter(_sheets(connection, on, [sheet])), None)


def hung_once(connection: Connection, sheet: str) -> bool:
    """Whether there ever was such a sheet."""
    return connection.execute(select(notice.c.seq).where(notice.c.sheet == sheet).limit(1)).first() is not None


def hires_on(connection: Connection, on: date, sheet: str) -> tuple[tuple[int, str], ...]:
    """Hire and name of each person of a sheet that hangs, in the order of its lines: whom an objection may concern."""
    asked = select(notice.c.hire_id, person.c.name).select_from(_joined())
    asked = asked.join(person, person.c.id == hire.c.person_id).where(hanging(on), notice.c.sheet == sheet)
    return tuple((row.hire_id, row.name) for row in connection.execute(asked.order_by(notice.c.hire_id)))


def hanging(on: date) -> ColumnElement[bool]:
    """The condition on ``notice`` and ``hire`` that a notice hangs on the day ``on``."""
    return and_(
        latest(),
        notice.c.closed_on.is_(None),
        notice.c.sheet != "",
        notice.c.posted_on <= on,
        notice.c.ends_on >= on,
        hire.c.state == State.PUBLICIZED.value,
        # a case that was returned to before its notice has none any more, though its row stays on record
        hire.c.dossier["notice_ends_on"].as_string().is_not(None),
    )


def latest() -> ColumnElement[bool]:
    """The condition that no later notice of the hire took the place of this one (更正后重新公示)."""
    later = notice.alias("later")
    found = select(later.c.seq).where(later.c.hire_id == notice.c.hire_id, later.c.seq > notice.c.seq)
    return ~found.correlate(notice).exists()


def begins_on(sheet: str) -> date:
    """The day from which a sheet counts: it stands in its name. Raises ValueError for a name that is none."""
    return date.fromisoformat(sheet.rpartition("-")[2])


def _joined() -> Any:
    return notice.join(hire, hire.c.id == notice.c.hire_id)


def _at(place: str) -> ColumnElement[bool]:
    """The condition that the place of the post, or where the person lives, lies in what is called like this."""
    named = region.c.name.like(f"%{escaped(place)}%", escape="\\")
    homes = select(person.c.home_region).where(person.c.id == hire.c.person_id).correlate(hire).scalar_subquery()
    inside = or_(hire.c.region.like(region.c.code + "%"), homes.like(region.c.code + "%"))
    return select(region.c.code).where(named, func.length(region.c.code) >= _COUNTY, inside).correlate(hire).exists()


#: a province or a city is no place to look for a neighbour in
_COUNTY = 6


def _allowed() -> Select[Any]:
    """The allow-list. What is not named here leaves by no public page, print or document."""
    village = region.alias("village")
    return (
        select(
            notice.c.sheet,
            person.c.name,
            person.c.sex,
            func.coalesce(village.c.name, region.c.name).label("village"),
            post.c.title.label("post"),
            hire.c.kind,
            post.c.employer,
            region.c.name.label("region"),
            hire.c.region.label("region_code"),
            hire.c.procedure,
            hire.c.audit_head,
            *(notice.c[name] for name in ("round", "ends_on", "provisional", "article", "boards")),
        )
        .select_from(_joined())
        .join(person, person.c.id == hire.c.person_id)
        .join(opening, opening.c.id == hire.c.opening_id)
        .join(post, post.c.id == opening.c.post_id)
        .join(region, region.c.code == hire.c.region)
        .outerjoin(village, village.c.code == person.c.home_region)
    )


def _sheets(connection: Connection, on: date, wanted: Sequence[str]) -> tuple[PublicSheet, ...]:
    """The sheets of these names that hang, in this order."""
    if not wanted:
        return ()
    asked = _allowed().where(hanging(on), notice.c.sheet.in_(wanted)).order_by(notice.c.hire_id)
    groups: dict[str, list[Any]] = {name: [] for name in wanted}
    for row in connection.execute(asked):
        groups[row.sheet].append(row)
    contacts = _contacts(connection)
    return tuple(_sheet(rows, contacts) for rows in groups.values() if rows)


def _sheet(rows: Sequence[Any], contacts: dict[str, dict[str, str]]) -> PublicSheet:
    first = rows[0]
    said: dict[str, Any] = {
        **{name: getattr(first, name) for name in ("sheet", "post", "kind", "employer", "region", "region_code")},
        **{name: getattr(first, name) for name in ("procedure", "article", "round", "ends_on")},
        "begins_on": begins_on(first.sheet),
        "provisional": any(row.provisional for row in rows),
        "boards": tuple(dict.fromkeys(board for row in rows for board in row.boards)),
    }
    people = tuple(PublicPerson(row.name, row.sex, row.village) for row in rows)
    listed = [[one.name, one.sex, one.village] for one in people]
    digest = DIGESTS["sha256"](canonical({"v": 1, **said, "people": listed}).encode())[:HALF]
    trail = DIGESTS["sha256"]("\n".join(row.audit_head for row in rows).encode())[:SHORT]
    return PublicSheet(**said, people=people, contact=_contact(first.region_code, contacts), digest=digest, trail=trail)


# ---- where objections are taken ----------------------------------------------------------------------------------


def contact_of(connection: Connection, code: str) -> Contact:
    """Where objections about hires in a region are taken."""
    return _contact(code, _contacts(connection))


def _contacts(connection: Connection) -> dict[str, dict[str, str]]:
    """Kind → region → what was set."""
    names = (OFFICE, PHONE, ADDRESS)
    begins = or_(*(setting.c.name.like(escaped(name) + "%", escape="\\") for name in names))
    found: dict[str, dict[str, str]] = {name: {} for name in names}
    for row in connection.execute(select(setting.c.name, setting.c.value).where(begins)):
        kind, _, code = row.name.partition(":")
        found[kind + ":"][code] = row.value
    return found


def _contact(code: str, contacts: dict[str, dict[str, str]]) -> Contact:
    def narrowest(kind: str) -> str | None:
        covering = [prefix for prefix in contacts[kind] if code.startswith(prefix)]
        return contacts[kind][max(covering, key=len)] if covering else None

    return Contact(narrowest(OFFICE), narrowest(PHONE), narrowest(ADDRESS))
