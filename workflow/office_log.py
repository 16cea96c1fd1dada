"""The office log (事务日志): what was done beside the hires, append-only, one hash chain per book.

Books: ``access`` (accounts, grants, substitutions, second factors, passwords, the sign-in policy) and whatever other
subjects keep. A body holds numbers, codes and words of a fixed choice, and never personal data. Where each chain ends
stands in ``setting``, so that a missing end is noticed; its row is also what writers of one book wait for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from states.canonical import DIGESTS, GENESIS, canonical, link
from states.facts import Actor
from workflow.tables import metadata

ACCESS = "access"
#: who acts at the console of the machine
CONSOLE_ACTOR = Actor(None, "console", "console")
_log, _setting = metadata.tables["office_log"], metadata.tables["setting"]
_NAME = re.compile(r"[a-z][a-z0-9_]{0,47}")


@dataclass(frozen=True, slots=True)
class OfficeFault:
    """Something in a book that is not as it was written. ``kind``: missing, body, column or tail."""

    book: str
    seq: int
    kind: str


def write(
    session: Session | Connection,
    book: str,
    act: str,
    actor: Actor,
    at: datetime,
    facts: Mapping[str, Any],
    algorithm: str = "sha256",
) -> int:
    """Adds an entry at the end of a book and returns its number; it is kept when the caller's transaction is.

    ``facts``: plain values without personal data (``states.canonical``); ``at`` is aware. Raises ValueError for a book
    or an act that is no name.
    """
    if not _NAME.fullmatch(act) or not _NAME.fullmatch(book) or len(book) > 20:
        raise ValueError(f"no names of a book and an act: {book!r}, {act!r}")
    connection = session.connection() if isinstance(session, Session) else session
    seq, previous = _end_of(connection, book, at)
    seq += 1
    body = canonical(
        {
            "v": 1,
            "log": "office",
            "alg": algorithm,
            "book": book,
            "seq": seq,
            "prev": previous,
            "act": act,
            "at": at.isoformat(),
            "actor": {"person": actor.person_key, "account": actor.account_id},
            "facts": facts,
        }
    )
    row = {
        "book": book,
        "seq": seq,
        "at": at,
        "actor_key": actor.person_key,
        "account_id": actor.account_id,
        "act": act,
        "body": body,
        "hash": link(algorithm, previous, body),
    }
    connection.execute(insert(_log).values(row))
    end = {"value": f"{seq}:{row['hash']}", "changed_at": at}
    connection.execute(update(_setting).where(_setting.c.name == _end_name(book)).values(end))
    return seq


def hold(session: Session, book: str, at: datetime) -> None:
    """Keeps others from writing to a book until the transaction ends: what is asked now still holds when it is written.

    For changes whose rules look at many rows, such as who may hold which roles together.
    """
    _end_of(session.connection(), book, at)


def entries(
    connection: Connection, book: str = ACCESS, *, before: int | None = None, limit: int = 50
) -> list[Row[Any]]:
    """The entries of a book with the ``username`` of each actor, the newest first."""
    account = metadata.tables["account"]
    query = select(_log, account.c.username).outerjoin(account, account.c.id == _log.c.account_id)
    query = query.where(_log.c.book == book)
    if before is not None:
        query = query.where(_log.c.seq < before)
    return list(connection.execute(query.order_by(_log.c.seq.desc()).limit(limit)))


def books(connection: Connection) -> list[str]:
    """The books that hold anything."""
    return sorted(connection.execute(select(_log.c.book).distinct()).scalars())


def verify(connection: Connection) -> Iterator[OfficeFault]:
    """Everything in the books that is not as it was written; nothing of a book behind its first fault."""
    ends = {
        row.name.removeprefix(_end_name("")): row.value
        for row in connection.execute(select(_setting).where(_setting.c.name.startswith(_end_name(""))))
    }
    written = connection.execute(select(_log.c.book).distinct()).scalars()
    for book in sorted({*ends, *written}):
        yield from _verify_book(connection, book, ends.get(book, ""))


def _verify_book(connection: Connection, book: str, end: str) -> Iterator[OfficeFault]:
    head, number = GENESIS, 0
    entries = connection.execute(select(_log).where(_log.c.book == book).order_by(_log.c.seq))
    for number, entry in enumerate(entries, 1):
        if entry.seq != number:
            yield OfficeFault(book, number, "missing")
            return
        try:
            body = orjson.loads(entry.body)
            sound = body["alg"] in DIGESTS and entry.hash == link(body["alg"], head, entry.body)
        except (orjson.JSONDecodeError, KeyError, TypeError):
            sound, body = False, {}
        if not sound:
            yield OfficeFault(book, number, "body")
            return
        if not _columns_agree(entry, body):
            yield OfficeFault(book, number, "column")
        head = entry.hash
    if end != f"{number}:{head}":
        yield OfficeFault(book, number + 1, "tail")


def _columns_agree(entry: Any, body: Mapping[str, Any]) -> bool:
    actor = body["actor"]
    columns = (entry.book, entry.seq, entry.act, entry.actor_key, entry.account_id)
    said = (body["book"], body["seq"], body["act"], actor["person"], actor["account"])
    return columns == said and entry.at == datetime.fromisoformat(body["at"])


def _end_of(connection: Connection, book: str, at: datetime) -> tuple[int, str]:
    """The number and hash of the last entry; whoever asks holds the book until their transaction ends."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    begun = {"name": _end_name(book), "value": f"0:{GENESIS}", "changed_at": at}
    connection.execute(dialect.insert(_setting).values(begun).on_conflict_do_nothing(index_elements=["name"]))
    held = select(_setting.c.value).where(_setting.c.name == _end_name(book)).with_for_update()
    seq, _, head = str(connection.execute(held).scalar_one()).partition(":")
    return int(seq), head


def _end_name(book: str) -> str:
    return f"office_log.{book}"
