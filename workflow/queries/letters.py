"""Letters to an account (收件箱): what was addressed to it, the newest first. ``notifications`` makes the words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, tuple_

from workflow.queries.paging import PAGE, page_size
from workflow.tables import metadata

delivery, outbox = metadata.tables["delivery"], metadata.tables["outbox"]
hire, opening, person, post = (metadata.tables[name] for name in ("hire", "opening", "person", "post"))
INBOX = "inbox"
#: where a page of letters ended: the moment it was created, its id
LetterKey = tuple[datetime, str]


@dataclass(frozen=True, slots=True)
class LetterLine:
    """A letter in the inbox: its template and facts, and which hire it is about."""

    message_id: str
    hire_id: int
    template: str
    facts: dict[str, Any]
    to_role: str
    created_at: datetime
    read_at: datetime | None
    procedure: str
    person_name: str | None
    post_title: str

    @property
    def key(self) -> LetterKey:
        return (self.created_at, self.message_id)


@dataclass(frozen=True, slots=True)
class Letters:
    """A page of the inbox; ``after`` is the key of the next page, ``unread`` the number in all."""

    lines: tuple[LetterLine, ...]
    after: LetterKey | None
    unread: int


def letters(
    connection: Connection, account_id: int, after: LetterKey | None = None, limit: int = PAGE, unread: bool = False
) -> Letters:
    """The letters of an account, at most ``limit`` (200) older than ``after``; ``unread``: only those."""
    limit = page_size(limit)
    mine = (delivery.c.account_id == account_id) & (delivery.c.channel == INBOX)
    asked = (
        select(
            *(outbox.c[name] for name in ("message_id", "hire_id", "template", "facts", "to_role", "created_at")),
            delivery.c.read_at,
            hire.c.procedure,
            person.c.name.label("person_name"),
            post.c.title.label("post_title"),
        )
        .select_from(delivery)
        .join(outbox, outbox.c.message_id == delivery.c.message_id)
        .join(hire, hire.c.id == outbox.c.hire_id)
        .join(opening, opening.c.id == hire.c.opening_id)
        .join(post, post.c.id == opening.c.post_id)
        .outerjoin(person, person.c.id == hire.c.person_id)
        .where(mine)
        .order_by(outbox.c.created_at.desc(), outbox.c.message_id.desc())
        .limit(limit + 1)
    )
    if unread:
        asked = asked.where(delivery.c.read_at.is_(None))
    if after is not None:
        asked = asked.where(tuple_(outbox.c.created_at, outbox.c.message_id) < tuple_(*after))
    rows = connection.execute(asked).all()
    lines = tuple(LetterLine(**row._mapping) for row in rows[:limit])
    return Letters(lines, lines[-1].key if len(rows) > limit else None, unread_letters(connection, account_id))


def unread_letters(connection: Connection, account_id: int) -> int:
    """How many letters of an account are unread."""
    asked = select(func.count()).where(
        delivery.c.account_id == account_id, delivery.c.channel == INBOX, delivery.c.read_at.is_(None)
    )
    return int(connection.execute(asked).scalar_one())
