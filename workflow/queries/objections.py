"""Objections (异议) as those who answer them see them: what waits, how long there is left, and what became of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, and_, func, select, tuple_

from states.vocabulary import State
from workflow.queries.paging import PAGE, page_size
from workflow.queries.scope import Scope
from workflow.tables import metadata

notice, objection, decision = (metadata.tables[name] for name in ("notice", "objection", "decision"))
hire, opening, person, post = (metadata.tables[name] for name in ("hire", "opening", "person", "post"))
#: where a page of objections ended: last day, hire, entry
ObjectionKey = tuple[date, int, int]
_LATE = date(9999, 12, 31)


@dataclass(frozen=True, slots=True)
class ObjectionLine:
    """An objection that waits for its answer. ``public``: it came by the public page; the text is for officers only."""

    hire_id: int
    seq: int
    region: str
    procedure: str
    stage: str
    person_name: str
    post_title: str
    lodged_on: date
    due_on: date | None
    provisional: bool
    text: str
    by_name: str | None
    public: bool

    @property
    def key(self) -> ObjectionKey:
        return (self.due_on or _LATE, self.hire_id, self.seq)


@dataclass(frozen=True, slots=True)
class ObjectionLines:
    """A page of objections; ``after`` is the key of the next page, None at the end."""

    lines: tuple[ObjectionLine, ...]
    after: ObjectionKey | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one objection stands, as whoever lodged it may know it: nobody is named.

    ``upheld``: None while it waits. ``ended``: the hire was withdrawn or refused before the objection was answered.
    ``reason`` and ``person_name`` are what the answer says and whom it may name: for masking, not for showing.
    """

    post_title: str
    employer: str
    lodged_on: date
    due_on: date | None
    provisional: bool
    upheld: bool | None
    answered_on: date | None
    reason: str | None
    person_name: str
    ended: bool
    region: str


def waiting(
    connection: Connection, scope: Scope, *, after: ObjectionKey | None = None, limit: int = PAGE
) -> ObjectionLines:
    """The objections within the scope that wait for an answer, the most urgent first."""
    limit = page_size(limit)
    due_on = func.coalesce(objection.c.due_on, _LATE)
    asked = (
        select(
            *(objection.c[name] for name in ("hire_id", "seq", "lodged_on", "due_on", "provisional")),
            *(objection.c[name] for name in ("text", "by_name", "public")),
            *(hire.c[name] for name in ("region", "procedure", "stage")),
            person.c.name.label("person_name"),
            post.c.title.label("post_title"),
        )
        .join(hire, hire.c.id == objection.c.hire_id)
        .join(person, person.c.id == hire.c.person_id)
        .join(opening, opening.c.id == hire.c.opening_id)
        .join(post, post.c.id == opening.c.post_id)
        .where(scope.hires(), objection.c.answered_seq.is_(None), hire.c.state == State.PUBLICIZED.value)
        .order_by(due_on, objection.c.hire_id, objection.c.seq)
        .limit(limit + 1)
    )
    if after is not None:
        asked = asked.where(tuple_(due_on, objection.c.hire_id, objection.c.seq) > tuple_(*after))
    lines = tuple(ObjectionLine(**row._mapping) for row in connection.execute(asked))
    return ObjectionLines(lines[:limit], lines[limit - 1].key if len(lines) > limit else None)


def standing_of(connection: Connection, entries: Sequence[tuple[int, int]]) -> tuple[Standing, ...]:
    """Where the objections of these entries (hire and number) stand, in their order. For whoever holds the receipt."""
    entry = metadata.tables["audit_entry"]
    answer = and_(decision.c.hire_id == objection.c.hire_id, decision.c.seq == objection.c.answered_seq)
    answered = and_(entry.c.hire_id == objection.c.hire_id, entry.c.seq == objection.c.answered_seq)
    asked = (
        select(
            objection.c.hire_id,
            objection.c.seq,
            post.c.title,
            post.c.employer,
            *(objection.c[name] for name in ("lodged_on", "due_on", "provisional", "upheld", "answered_seq")),
            entry.c.on_day,
            decision.c.opinion,
            person.c.name,
            hire.c.state,
            hire.c.region,
        )
        .join(hire, hire.c.id == objection.c.hire_id)
        .join(person, person.c.id == hire.c.person_id)
        .join(opening, opening.c.id == hire.c.opening_id)
        .join(post, post.c.id == opening.c.post_id)
        .outerjoin(decision, answer)
        .outerjoin(entry, answered)
        .where(tuple_(objection.c.hire_id, objection.c.seq).in_(list(entries)))
    )
    found = {
        (row.hire_id, row.seq): Standing(
            post_title=row.title,
            employer=row.employer,
            lodged_on=row.lodged_on,
            due_on=row.due_on,
            provisional=row.provisional,
            upheld=row.upheld,
            answered_on=row.on_day,
            reason=row.opinion,
            person_name=row.name,
            ended=row.answered_seq is None and row.state != State.PUBLICIZED.value,
            region=row.region,
        )
        for row in (connection.execute(asked) if entries else ())
    }
    return tuple(found[one] for one in entries if one in found)
