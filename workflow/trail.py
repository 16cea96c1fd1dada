"""The trail of one hire as people read it (办理记录): who did what, when, in which role, and what every guard said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import select

from workflow.tables import metadata
from workflow.unit_of_work import Database


@dataclass(frozen=True, slots=True)
class TrailEntry:
    """One entry. ``name``: the account's holder, or None for the system and for accounts no longer there.

    ``answers``: guard, effect, passed, overridden, article, inputs, as they were kept. ``opinion`` is from the decision
    that the entry wrote. ``at`` is UTC, ``on`` a day in Asia/Shanghai.
    """

    seq: int
    at: datetime
    on: date
    act: str
    from_stage: str
    to_stage: str
    state: str
    role: str
    actor_key: str
    account_id: int | None
    name: str | None
    opinion: str | None
    approval_no: str | None
    answers: tuple[tuple[Any, ...], ...]
    input: Mapping[str, Any]
    changes: Mapping[str, Any]
    hash: str

    @property
    def by_system(self) -> bool:
        return self.actor_key == "system"


def trail(database: Database, hire_id: int) -> list[TrailEntry]:
    """Every entry of the hire, the first one first; empty if there is no such hire. Callers check who may see it."""
    entry, account, decision = (metadata.tables[name] for name in ("audit_entry", "account", "decision"))
    statement = (
        select(entry, account.c.name.label("name"), decision.c.opinion, decision.c.approval_no)
        .outerjoin(account, account.c.id == entry.c.account_id)
        .outerjoin(decision, (decision.c.hire_id == entry.c.hire_id) & (decision.c.seq == entry.c.seq))
        .where(entry.c.hire_id == hire_id)
        .order_by(entry.c.seq)
    )
    with database.reading() as connection:
        return [_entry(row) for row in connection.execute(statement)]


def _entry(row: Any) -> TrailEntry:
    body = orjson.loads(row.body)
    return TrailEntry(
        seq=row.seq,
        at=row.at,
        on=row.on_day,
        act=row.act,
        from_stage=row.from_stage,
        to_stage=row.to_stage,
        state=body["state"],
        role=row.role,
        actor_key=row.actor_key,
        account_id=row.account_id,
        name=row.name,
        opinion=row.opinion,
        approval_no=row.approval_no,
        answers=tuple(tuple(answer) for answer in body["answers"]),
        input=body["input"],
        changes=body["changes"],
        hash=row.hash,
    )
