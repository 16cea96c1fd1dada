"""Hires as people look for them (聘用查询): lists, one hire with the names around it, its trail, counts by state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Select, and_, func, select

from workflow.queries.case_file import names_of
from workflow.queries.paging import PAGE, called, of_procedure, page_size
from workflow.queries.scope import Scope, literal, narrowed, within
from workflow.tables import metadata

audit_entry, decision, account = (metadata.tables[name] for name in ("audit_entry", "decision", "account"))
hire, opening, person, post = (metadata.tables[name] for name in ("hire", "opening", "person", "post"))
task = metadata.tables["task"]
#: codes as long as a township's hold few enough hires to be sorted
TOWN_CODE = 9
FEW_TOWNS = 2


@dataclass(frozen=True, slots=True)
class HireFilter:
    """Which hires to show; None: all. ``procedure`` is an id or ``id@version``; both days are included.

    ``name``: how a person's name begins, or its pinyin, or its initials. ``due_from``, ``due_to``: when the next thing
    has to be done.
    """

    state: str | None = None
    stage: str | None = None
    procedure: str | None = None
    region: str | None = None
    kind: str | None = None
    name: str | None = None
    person_id: int | None = None
    opening_id: int | None = None
    post_id: int | None = None
    due_from: date | None = None
    due_to: date | None = None


ALL_HIRES = HireFilter()


@dataclass(frozen=True, slots=True)
class HireLine:
    """A hire with the names around it. ``next_due_on``: the nearest last day of its running periods."""

    id: int
    version: int
    procedure: str
    kind: str
    region: str
    stage: str
    state: str
    serving: bool
    person_id: int | None
    person_name: str | None
    opening_id: int
    post_id: int
    post_title: str
    employer: str
    opened_at: datetime
    changed_at: datetime
    next_due_on: date | None
    provisional: bool


@dataclass(frozen=True, slots=True)
class Hires:
    """A page of hires; ``after`` is the id to go on from, None at the end."""

    lines: tuple[HireLine, ...]
    after: int | None


def hires(
    connection: Connection,
    scope: Scope,
    filters: HireFilter = ALL_HIRES,
    after: int | None = None,
    limit: int = PAGE,
) -> Hires:
    """The hires within the scope, the newest first, at most ``limit`` (200) older than ``after``."""
    limit = page_size(limit)
    found = narrowed_to(connection, select(hire.c.id).where(in_sight(connection, scope, filters)), filters)
    if after is not None:
        found = found.where(hire.c.id < after)
    keys = found.order_by(hire.c.id.desc()).limit(limit + 1).subquery()
    asked = _lines().join(keys, keys.c.id == hire.c.id).order_by(hire.c.id.desc())
    rows = connection.execute(asked).all()
    lines = tuple(_line(row) for row in rows[:limit])
    return Hires(lines, lines[-1].id if len(rows) > limit else None)


def hires_count(
    connection: Connection, scope: Scope, filters: HireFilter = ALL_HIRES, *, most: int | None = None
) -> int:
    """How many hires ``hires`` lists in all. Counts no further than ``most``."""
    asked = select(hire.c.id).where(scope.hires(), *within_region(scope, filters))
    found = narrowed_to(connection, asked, filters).limit(most).subquery()
    return int(connection.execute(select(func.count()).select_from(found)).scalar_one())


def hire_line(connection: Connection, scope: Scope, hire_id: int) -> HireLine | None:
    """One hire within the scope; None if there is none, or none for this actor."""
    row = connection.execute(_lines().where(hire.c.id == hire_id, scope.hires())).one_or_none()
    return None if row is None else _line(row)


def hire_lines(connection: Connection, scope: Scope, hire_ids: Iterable[int]) -> tuple[HireLine, ...]:
    """Those of ``hire_ids`` that exist within the scope, by id."""
    asked = _lines().where(hire.c.id.in_(sorted(set(hire_ids))), scope.hires()).order_by(hire.c.id)
    return tuple(_line(row) for row in connection.execute(asked))


def counts_by_state(connection: Connection, scope: Scope, filters: HireFilter = ALL_HIRES) -> dict[str, int]:
    """How many hires within the scope are in each state; states without any are left out."""
    asked = select(hire.c.state, func.count().label("number")).where(scope.hires(), *within_region(scope, filters))
    found = connection.execute(narrowed_to(connection, asked, filters).group_by(hire.c.state))
    return {row.state: row.number for row in found}


def in_sight(connection: Connection, scope: Scope, filters: HireFilter) -> ColumnElement[bool]:
    """The condition that a hire lies within the scope and the region asked for.

    SQLite does not know how many hires a region holds: where it is more than a few towns, it is kept from sorting
    them all for the newest fifty.
    """
    inside = narrowed(scope.prefixes, filters.region)
    few = {"person_id": filters.person_id, "opening_id": filters.opening_id, "name": filters.name}
    wide = any(len(prefix) < TOWN_CODE for prefix in inside) or len(inside) > FEW_TOWNS
    if connection.dialect.name != "sqlite" or scope.own_key is not None or not wide or any(few.values()):
        return and_(scope.hires(), *within_region(scope, filters))
    return within(hire.c.region.op("||")(""), inside)


def within_region(scope: Scope, filters: HireFilter) -> list[ColumnElement[bool]]:
    """The condition that a hire lies in the region asked for."""
    if filters.region is None:
        return []
    inside = (filters.region,) if scope.own_key is not None else narrowed(scope.prefixes, filters.region)
    return [within(hire.c.region, inside)]


def narrowed_to(connection: Connection, asked: Select[Any], filters: HireFilter) -> Select[Any]:
    """A question about hires, narrowed to those that fit; the region is not looked at."""
    plain = {"state": filters.state, "stage": filters.stage, "kind": filters.kind}
    numbers = {"person_id": filters.person_id, "opening_id": filters.opening_id}
    asked = asked.where(*(hire.c[name] == literal(value) for name, value in plain.items() if value is not None))
    asked = asked.where(*(hire.c[name] == value for name, value in numbers.items() if value is not None))
    if filters.procedure is not None:
        asked = asked.where(of_procedure(filters.procedure))
    if filters.name is not None:
        asked = asked.join(person, person.c.id == hire.c.person_id).where(called(connection, filters.name))
    if filters.post_id is not None:
        asked = asked.join(opening, opening.c.id == hire.c.opening_id).where(opening.c.post_id == filters.post_id)
    nearest = select(func.min(task.c.due_on)).where(task.c.hire_id == hire.c.id).scalar_subquery()
    if filters.due_from is not None:
        asked = asked.where(nearest >= filters.due_from)
    if filters.due_to is not None:
        asked = asked.where(nearest <= filters.due_to)
    return asked


def _lines() -> Select[Any]:
    return (
        select(
            *(hire.c[name] for name in ("id", "version", "procedure", "kind", "region", "stage", "state", "serving")),
            *(hire.c[name] for name in ("opening_id", "opened_at", "changed_at", "dossier")),
            person.c.id.label("person_id"),
            person.c.name.label("person_name"),
            post.c.id.label("post_id"),
            post.c.title.label("post_title"),
            post.c.employer,
        )
        .select_from(hire)
        .join(opening, opening.c.id == hire.c.opening_id)
        .join(post, post.c.id == opening.c.post_id)
        .outerjoin(person, person.c.id == hire.c.person_id)
    )


def _line(row: Any) -> HireLine:
    values = dict(row._mapping)
    clocks = (values.pop("dossier") or {}).get("clocks", {}).values()
    nearest = min(((due, provisional) for _, due, provisional, *_ in clocks), default=None)
    return HireLine(
        **values,
        next_due_on=date.fromisoformat(nearest[0]) if nearest else None,
        provisional=bool(nearest and nearest[1]),
    )


# ---- the trail ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TrailLine:
    """One entry of a hire's trail (经过), without the keys of persons. ``actor``: the account's name, None: the system.

    ``answers``: guard, effect, passed, overridden, article, inputs, as they were kept. ``principal``: in whose place a
    deputy acted (代); ``batch``: the bulk run that the entry belongs to.
    """

    seq: int
    at: datetime
    on_day: date
    act: str
    from_stage: str
    to_stage: str
    role: str
    actor: str | None
    opinion: str | None
    approval_no: str | None
    overrides: tuple[dict[str, Any], ...]
    input: dict[str, Any]
    answers: tuple[list[Any], ...]
    changes: dict[str, Any]
    hash: str
    principal: str | None = None
    batch: str | None = None


#: what a trail entry says by the key of a natural person
_KEYED = frozenset({"signatures", "approvers", "objection_handlers", "points"}) | {
    f"{act}_{whose}" for act in ("proposed", "correcting", "move", "submitted", "leaving") for whose in ("by", "for")
}


def trail(
    connection: Connection, scope: Scope, hire_id: int, after: int = 0, limit: int = PAGE
) -> tuple[TrailLine, ...]:
    """The entries of a hire within the scope, in order, from the one after ``after``.

    Opinions and exceptions are shown to offices only, not to the applicant.
    """
    asked = (
        select(audit_entry, account.c.name.label("actor"), hire.c.region)
        .add_columns(decision.c.opinion, decision.c.approval_no, decision.c.overrides)
        .join(hire, hire.c.id == audit_entry.c.hire_id)
        .outerjoin(account, account.c.id == audit_entry.c.account_id)
        .outerjoin(decision, (decision.c.hire_id == audit_entry.c.hire_id) & (decision.c.seq == audit_entry.c.seq))
        .where(audit_entry.c.hire_id == hire_id, audit_entry.c.seq > after, scope.hires())
        .order_by(audit_entry.c.seq)
        .limit(page_size(limit))
    )
    rows = [(row, orjson.loads(row.body)) for row in connection.execute(asked)]
    names = names_of(connection, {key for _, body in rows if (key := body.get("actor", {}).get("deputy_for"))})
    return tuple(_trail_line(row, body, scope.covers(row.region), names) for row, body in rows)


def _trail_line(row: Any, body: dict[str, Any], office: bool, names: Mapping[str, str]) -> TrailLine:
    deputy_for = body.get("actor", {}).get("deputy_for")
    return TrailLine(
        seq=row.seq,
        at=row.at,
        on_day=row.on_day,
        act=row.act,
        from_stage=row.from_stage,
        to_stage=row.to_stage,
        role=row.role,
        actor=row.actor,
        opinion=row.opinion if office else None,
        approval_no=row.approval_no if office else None,
        overrides=tuple(row.overrides or ()) if office else (),
        input=body.get("input", {}),
        answers=tuple(body.get("answers", ())),
        changes={name: value for name, value in body.get("changes", {}).items() if name not in _KEYED},
        hash=row.hash,
        principal=names.get(deputy_for, "") if deputy_for else None,
        batch=body.get("batch"),
    )


# ---- what the steps recorded -------------------------------------------------------------------------------------

RECORDS = (
    *("notice", "objection", "training", "contract", "assessment", "protection", "departure", "filing"),
    *("returned", "suspension", "assignment", "comment", "document", "score"),
    *("point", "survey", "correction", "old_terms"),
)


def records(connection: Connection, scope: Scope, hire_id: int) -> dict[str, list[dict[str, Any]]] | None:
    """Every fact that the steps of a hire wrote down, by table; for offices only: an objection may name its author."""
    asked = select(hire.c.id).where(hire.c.id == hire_id, scope.regions(hire.c.region))
    if connection.execute(asked).first() is None:
        return None
    found = {}
    for name in RECORDS:
        table = metadata.tables[name]
        shown = [column for column in table.c if column.name not in ("hire_id", "person_id")]
        rows = connection.execute(select(*shown).where(table.c.hire_id == hire_id).order_by(table.c.seq))
        found[name] = [dict(row._mapping) for row in rows]
    return found


def days_of_entries(connection: Connection, hire_id: int, seqs: Iterable[int]) -> dict[int, date]:
    """The legal day of entries of a hire, by number: from it the period of a filing runs."""
    asked = select(audit_entry.c.seq, audit_entry.c.on_day).where(
        audit_entry.c.hire_id == hire_id, audit_entry.c.seq.in_(sorted(set(seqs)))
    )
    return {row.seq: row.on_day for row in connection.execute(asked)}
