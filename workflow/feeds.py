"""Calendar feeds (日历订阅): an address of 256 random bits by which a calendar program reads an account's last days.

Only the hash of the address is kept. It needs no sign-in, so it says little, and what it says follows the account: the
grants in force at the moment of asking, nothing once the address was taken back or the account closed.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from states.facts import Actor, Grant
from states.vocabulary import Role
from workflow.grants import held
from workflow.tables import metadata
from workflow.unit_of_work import Database

#: how far ahead a feed looks, and how far back for what is still open
AHEAD, BACK = timedelta(days=400), timedelta(days=400)
MOST = 2000
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
#: ``used_at`` is not written more often
TOUCH = timedelta(hours=1)
feed, account = metadata.tables["feed"], metadata.tables["account"]


@dataclass(frozen=True, slots=True)
class FeedState:
    """The address that an account has now; never the address itself, which nobody knows but its holder. UTC."""

    created_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom a feed is written: the account with the grants in force now. ``gone``: it will never answer again."""

    actor: Actor
    language: str
    gone: bool = False


def renew(database: Database, account_id: int, at: datetime) -> str:
    """A new address for the account; the one it had before answers no more. Returns the token, kept nowhere."""
    token = secrets.token_urlsafe(32)
    with database.transaction() as connection:
        _revoke(connection, account_id, at)
        connection.execute(insert(feed).values(token_hash=hash_of(token), account_id=account_id, created_at=at))
    return token


def revoke(database: Database, account_id: int, at: datetime) -> bool:
    """Takes the address back. False: there was none."""
    with database.transaction() as connection:
        return _revoke(connection, account_id, at)


def state_of(connection: Connection, account_id: int) -> FeedState | None:
    """The address that answers for the account; None: it has none."""
    asked = select(feed.c.created_at, feed.c.used_at).where(
        feed.c.account_id == account_id, feed.c.revoked_at.is_(None)
    )
    row = connection.execute(asked).first()
    return None if row is None else FeedState(row.created_at, row.used_at)


def reader_of(database: Database, token: str, at: datetime, on: date) -> Reader | None:
    """Who reads by this address on the day ``on``; None: there never was such an address."""
    if not TOKEN.fullmatch(token):
        return None
    hashed = hash_of(token)
    with database.reading() as connection:
        row = connection.execute(
            select(feed.c.revoked_at, feed.c.used_at, account)
            .join(account, account.c.id == feed.c.account_id)
            .where(feed.c.token_hash == hashed)
        ).one_or_none()
        if row is None:
            return None
        if row.revoked_at is not None or row.disabled_at is not None:
            return Reader(Actor(row.id, row.person_key, row.name), row.language, gone=True)
        granted = held(on, select(account.c.id).where(account.c.id == row.id).scalar_subquery())
        grants = tuple(Grant(Role(one.role), one.region, one.deputy_for) for one in connection.execute(granted))
    if row.used_at is None or at - row.used_at >= TOUCH:
        with database.transaction() as connection:
            connection.execute(update(feed).where(feed.c.token_hash == hashed).values(used_at=at))
    return Reader(Actor(row.id, row.person_key, row.name, grants), row.language)


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _revoke(connection: Connection, account_id: int, at: datetime) -> bool:
    standing = update(feed).where(feed.c.account_id == account_id, feed.c.revoked_at.is_(None))
    return connection.execute(standing.values(revoked_at=at)).rowcount > 0
