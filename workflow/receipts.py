"""Receipts (回执): the codes by which somebody without an account follows what they sent in.

A code is shown once; only the hash of it is kept. What was sent in with one press, say an objection against three
persons of a list, has one code: its further parts are kept under the code and their place, one row each.
"""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select
from sqlmodel import Session

from workflow.tables import metadata

receipt = metadata.tables["receipt"]
#: what cannot be taken for another when it is read out or copied by hand: no 0 and O, no 1, I and L
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
#: twelve of 31 letters: some 59 random bits
LENGTH, GROUP = 12, 4
#: what one code can stand for
MOST_PARTS = 200


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a code stands for: a public application, or an entry in the trail of a hire (an objection)."""

    application_id: int | None
    hire_id: int | None
    seq: int | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry in the trail of a hire."""

    hire_id: int
    seq: int


def new_code() -> str:
    """A new code, ``XXXX-XXXX-XXXX``."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return "-".join(letters[start : start + GROUP] for start in range(0, LENGTH, GROUP))


def normalised(code: str) -> str | None:
    """The twelve letters of a code however it was typed (case, spaces, dashes, full-width); None: no code of ours."""
    typed = unicodedata.normalize("NFKC", code[:100]).upper()
    letters = "".join(letter for letter in typed if letter.isalnum())
    return letters if len(letters) == LENGTH and all(letter in ALPHABET for letter in letters) else None


def hash_of(code: str, part: int = 0) -> str:
    """What is kept of a code: SHA-256, 64 hex digits. ``part``: the place of a further part of what was sent in.

    A text that is no code has a hash too, under which nothing is kept.
    """
    letters = normalised(code) or f"no code: {code}"
    return hashlib.sha256((f"{letters}#{part}" if part else letters).encode()).hexdigest()


def issue(
    session: Session | Connection,
    at: datetime,
    *,
    application_id: int | None = None,
    hire_id: int | None = None,
    seq: int | None = None,
) -> str:
    """A new code for one thing that was sent in, in the caller's transaction. Only its hash is kept."""
    code = new_code()
    row = {"application_id": application_id, "hire_id": hire_id, "seq": seq, "created_at": at}
    _connection(session).execute(insert(receipt).values(code_hash=hash_of(code), **row))
    return code


def issue_for(session: Session | Connection, at: datetime, entries: Sequence[Entry]) -> str:
    """One new code for several entries. Raises ValueError for none or more than ``MOST_PARTS``."""
    if not 1 <= len(entries) <= MOST_PARTS:
        raise ValueError(f"a code stands for one to {MOST_PARTS} entries, not {len(entries)}")
    code = new_code()
    rows = [
        {"code_hash": hash_of(code, part), "hire_id": entry.hire_id, "seq": entry.seq, "created_at": at}
        for part, entry in enumerate(entries)
    ]
    _connection(session).execute(insert(receipt), rows)
    return code


def find(connection: Connection, code: str) -> tuple[Ticket, ...]:
    """All that was sent in under a code, in its order; empty for a code that was never given out."""
    if normalised(code) is None:
        return ()
    places = {hash_of(code, part): part for part in range(MOST_PARTS)}
    asked = select(receipt).where(receipt.c.code_hash.in_(list(places)))
    rows = sorted(connection.execute(asked), key=lambda row: places[row.code_hash])
    return tuple(Ticket(row.application_id, row.hire_id, row.seq, row.created_at) for row in rows)


def _connection(session: Session | Connection) -> Connection:
    return session.connection() if isinstance(session, Session) else session
