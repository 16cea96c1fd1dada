"""Notices as offices keep an eye on them (公示管理): sheet by sheet, with their persons, boards and evidence.

A sheet is one list of proposed hires: all of one opening and round that count from one day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select, tuple_

from states.vocabulary import State
from workflow.queries.paging import PAGE, page_size
from workflow.queries.public_notices import SheetKey, begins_on, hanging, latest
from workflow.queries.scope import Scope, narrowed, within
from workflow.tables import metadata

notice, objection, document = (metadata.tables[name] for name in ("notice", "objection", "document"))
hire, opening, person, post = (metadata.tables[name] for name in ("hire", "opening", "person", "post"))


@dataclass(frozen=True, slots=True)
class Evidence:
    """What shows that the sheet hung on a board (张贴凭证): a file by its digest, or an address of the network."""

    board: str
    name: str
    digest: str
    media_type: str
    address: str | None
    hire_id: int
    seq: int


@dataclass(frozen=True, slots=True)
class BoardLine:
    """A board with the day on which the sheet was put up there; without evidence nobody can show that it was."""

    name: str
    posted_on: date
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """One person on a sheet. ``hangs``: everybody can read it today; ``replaced``: corrected and put up again."""

    hire_id: int
    seq: int
    person_name: str
    stage: str
    state: str
    region: str
    closed_on: date | None
    hangs: bool
    replaced: bool
    open_objections: int


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One notice with all its persons, as far as they lie within the reader's regions."""

    sheet: str
    opening_id: int
    round: int
    procedure: str
    kind: str
    region: str
    post_title: str
    employer: str
    begins_on: date
    ends_on: date
    provisional: bool
    article: str
    boards: tuple[BoardLine, ...]
    people: tuple[NoticeLine, ...]

    @property
    def hangs(self) -> bool:
        return any(line.hangs for line in self.people)

    @property
    def open_objections(self) -> int:
        return sum(line.open_objections for line in self.people)

    @property
    def without_evidence(self) -> tuple[str, ...]:
        """The boards for which nobody has shown anything yet."""
        return tuple(board.name for board in self.boards if not board.evidence)


@dataclass(frozen=True, slots=True)
class SheetLines:
    """A page of sheets; ``after`` is the key of the next page, None at the end."""

    lines: tuple[SheetLine, ...]
    after: SheetKey | None


def notices(
    connection: Connection,
    scope: Scope,
    on: date,
    *,
    running: bool | None = None,
    in_region: str | None = None,
    after: SheetKey | None = None,
    limit: int = PAGE,
) -> SheetLines:
    """The sheets within the scope by their last day, the latest first.

    ``running`` True: those that hang or wait for the answer to an objection; False: the others.
    """
    limit = page_size(limit)
    keys = (
        select(notice.c.ends_on, notice.c.sheet)
        .join(hire, hire.c.id == notice.c.hire_id)
        .where(scope.hires(), notice.c.sheet != "")
        .distinct()
        .order_by(notice.c.ends_on.desc(), notice.c.sheet.desc())
        .limit(limit + 1)
    )
    if running is not None:
        live = or_(hanging(on), and_(latest(), notice.c.closed_on.is_(None), _disputed()))
        keys = keys.where(live if running else ~live)
    if in_region is not None:
        keys = keys.where(within(hire.c.region, narrowed(scope.prefixes, in_region)))
    if after is not None:
        keys = keys.where(tuple_(notice.c.ends_on, notice.c.sheet) < tuple_(*after))
    found = connection.execute(keys).all()
    wanted = list(dict.fromkeys(row.sheet for row in found[:limit]))
    lines = _sheets(connection, scope, on, wanted)
    return SheetLines(lines, tuple(found[limit - 1]) if len(found) > limit else None)


def sheet_line(connection: Connection, scope: Scope, on: date, sheet: str) -> SheetLine | None:
    """One sheet with the persons who lie within the scope; None when there is none for this reader."""
    return next(iter(_sheets(connection, scope, on, [sheet])), None)


def _disputed() -> Any:
    """The condition that an objection against the person of a notice waits for its answer."""
    waits = select(objection.c.seq).where(objection.c.hire_id == notice.c.hire_id, objection.c.answered_seq.is_(None))
    return and_(hire.c.state == State.PUBLICIZED.value, waits.correlate(notice).exists())


def _sheets(connection: Connection, scope: Scope, on: date, wanted: Sequence[str]) -> tuple[SheetLine, ...]:
    if not wanted:
        return ()
    rows = connection.execute(_rows(scope, on, wanted)).all()
    groups: dict[str, list[Any]] = {name: [] for name in wanted}
    for row in rows:
        groups[row.sheet].append(row)
    shown = _evidence(connection, sorted({row.hire_id for row in rows}))
    return tuple(_sheet(group, shown) for group in groups.values() if group)


def _rows(scope: Scope, on: date, wanted: Sequence[str]) -> Any:
    waiting = (
        select(func.count())
        .where(objection.c.hire_id == notice.c.hire_id, objection.c.answered_seq.is_(None))
        .correlate(notice)
        .scalar_subquery()
    )
    return (
        select(
            *(notice.c[name] for name in ("sheet", "hire_id", "seq", "round", "ends_on", "provisional")),
            *(notice.c[name] for name in ("posted_on", "closed_on", "article", "boards", "board_days")),
            *(hire.c[name] for name in ("opening_id", "procedure", "kind", "region", "stage", "state")),
            person.c.name.label("person_name"),
            post.c.title.label("post_title"),
            post.c.employer,
            hanging(on).label("hangs"),
            (~latest()).label("replaced"),
            waiting.label("open_objections"),
        )
        .join(hire, hire.c.id == notice.c.hire_id)
        .join(person, person.c.id == hire.c.person_id)
        .join(opening, opening.c.id == hire.c.opening_id)
        .join(post, post.c.id == opening.c.post_id)
        .where(scope.hires(), notice.c.sheet.in_(wanted))
        .order_by(notice.c.hire_id, notice.c.seq)
    )


def _evidence(connection: Connection, hire_ids: Sequence[int]) -> dict[int, list[Evidence]]:
    asked = (
        select(
            *(document.c[name] for name in ("board", "name", "digest", "media_type", "address", "hire_id", "seq")),
        )
        .where(document.c.hire_id.in_(hire_ids), document.c.kind == "board", document.c.board.is_not(None))
        .order_by(document.c.seq)
    )
    found: dict[int, list[Evidence]] = defaultdict(list)
    for row in connection.execute(asked) if hire_ids else ():
        found[row.hire_id].append(Evidence(**row._mapping))
    return found


def _sheet(rows: Sequence[Any], shown: dict[int, list[Evidence]]) -> SheetLine:
    """A person who was put up twice on one day stands on the sheet once, as last put up."""
    last = {row.hire_id: row for row in rows}
    first = next(iter(last.values()))
    return SheetLine(
        **{name: getattr(first, name) for name in ("sheet", "opening_id", "round", "procedure", "kind", "region")},
        **{name: getattr(first, name) for name in ("post_title", "employer", "article")},
        begins_on=begins_on(first.sheet),
        ends_on=max(row.ends_on for row in last.values()),
        provisional=any(row.provisional for row in last.values()),
        boards=_boards(list(last.values()), shown),
        people=tuple(_line(row) for row in last.values()),
    )


def _line(row: Any) -> NoticeLine:
    named = ("hire_id", "seq", "person_name", "stage", "state", "region", "closed_on", "open_objections")
    values = {name: getattr(row, name) for name in named}
    live = not row.replaced and row.state == State.PUBLICIZED.value
    values["open_objections"] = row.open_objections if live else 0
    return NoticeLine(**values, hangs=bool(row.hangs), replaced=bool(row.replaced))


def _boards(rows: Sequence[Any], shown: dict[int, list[Evidence]]) -> tuple[BoardLine, ...]:
    """The boards of all persons, each with its latest day and what was shown for it since it was recorded."""
    days: dict[str, date] = {}
    evidence: dict[str, dict[tuple[str, str | None], Evidence]] = defaultdict(dict)
    for row in rows:
        for place, board in enumerate(row.boards):
            day = date.fromisoformat(row.board_days[place]) if place < len(row.board_days) else row.posted_on
            days[board] = max(day, days.get(board, day))
        for one in shown.get(row.hire_id, ()):
            if one.seq > row.seq:
                evidence[one.board].setdefault((one.digest, one.address), one)
    return tuple(BoardLine(name, day, tuple(evidence[name].values())) for name, day in days.items())
