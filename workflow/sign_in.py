"""Signing in, and who is signed in (登录与会话). Sessions live in the database, so that ending one ends it everywhere.

A token is 256 random bits, new at each sign-in; only its SHA-256 is kept. A session ends when it is idle too long, at
its absolute limit, at sign-out, and at once when the account is closed or its grants change (``accounts``).
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Date, Select, and_, bindparam, delete, func, update
from sqlalchemy import select as columns_of
from sqlmodel import Session, col, select

from states.clocks import local_day
from states.facts import Actor, Grant
from states.procedure import Role
from states.refusals import Refusal
from states.say import say
from workflow.accounts import password_matches
from workflow.grants import in_force
from workflow.settings import Settings
from workflow.tables import Account, SignIn, SignInAttempt, metadata
from workflow.unit_of_work import Database

WINDOW = timedelta(minutes=15)
#: failures of one account within the window, from anywhere it has not lately signed in from
ACCOUNT_FAILURES = 10
#: failures of one address over all accounts; a whole town hall may stand behind one address
ADDRESS_FAILURES = 50
#: an address from which the account has signed in is its own for so long, and counted apart: so a stranger who guesses
#: passwords can not lock the clerk out of the office
OWN_ADDRESS = timedelta(days=30)
#: how long attempts are kept
KEPT = timedelta(days=30)
#: ``seen_at`` is not written more often
TOUCH = timedelta(minutes=1)


class BadCredentials(Refusal):
    """No account with this name and password; the same words whatever is wrong."""

    def __init__(self) -> None:
        super().__init__(say("用户名或密码不正确"))


class TooManyAttempts(Refusal):
    """Too many failures; ``retry_at`` is the moment from which another try is heard."""

    def __init__(self, retry_at: datetime, at: datetime) -> None:
        minutes = max(1, -(-(retry_at - at) // timedelta(minutes=1)))
        super().__init__(say("登录失败次数过多，请在{minutes}分钟后再试", minutes=minutes), retry_at=retry_at)
        self.retry_at = retry_at


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long a session lasts: without use, and at most."""

    idle: timedelta = timedelta(minutes=30)
    absolute: timedelta = timedelta(hours=12)

    @classmethod
    def of(cls, settings: Settings) -> Lifetime:
        return cls(timedelta(minutes=settings.session_idle_minutes), timedelta(hours=settings.session_hours))


@dataclass(frozen=True, slots=True, repr=False)
class SignedIn:
    """A new session: ``token`` goes into the cookie and is kept nowhere else."""

    token: str
    form_token: str
    account_id: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Visit:
    """A living session: who acts, in which language, and the token that every form has to carry."""

    actor: Actor
    username: str
    language: str
    form_token: str
    seen_at: datetime
    expires_at: datetime


def authenticate(database: Database, username: str, password: str, at: datetime, *, address: str = "") -> int:
    """The number of the account with this name and password. Every try is kept, with the address it came from.

    Raises BadCredentials, TooManyAttempts. It answers in the same time for names that do not exist.
    """
    username, address = username.strip()[:64], address[:64]
    with database.session() as session:
        retry_at = _retry_at(session, username, address, at)
        account = session.exec(select(Account).where(Account.username == username)).first()
        known = None if account is None else (account.id, account.password_hash, account.disabled_at)
    if retry_at is not None:
        raise TooManyAttempts(retry_at, at)
    # hashing takes a quarter of a second: no transaction stays open meanwhile
    right = password_matches(password, known[1] if known else None) and known is not None and known[2] is None
    with database.session() as session:
        session.add(SignInAttempt(at=at, username=username, address=address, succeeded=right))
        session.exec(delete(SignInAttempt).where(col(SignInAttempt.at) < at - KEPT))
    if not right or known is None or known[0] is None:
        raise BadCredentials
    return known[0]


def sign_in(
    database: Database,
    username: str,
    password: str,
    at: datetime,
    *,
    address: str = "",
    lifetime: Lifetime | None = None,
) -> SignedIn:
    """Checks name and password and begins a session. ``at`` is aware. Raises BadCredentials, TooManyAttempts."""
    account_id = authenticate(database, username, password, at, address=address)
    return begin(database, account_id, at, lifetime=lifetime)


def begin(database: Database, account_id: int, at: datetime, *, lifetime: Lifetime | None = None) -> SignedIn:
    """Begins a session for an account that has shown who it is, and clears away sessions long over."""
    limits = lifetime or Lifetime()
    token, form_token = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    expires_at = at + limits.absolute
    with database.session() as session:
        session.exec(delete(SignIn).where(col(SignIn.expires_at) <= at))
        session.add(
            SignIn(
                token_hash=_hash(token),
                account_id=account_id,
                form_token=form_token,
                created_at=at,
                seen_at=at,
                expires_at=expires_at,
            )
        )
    return SignedIn(token, form_token, account_id, expires_at)


def _visit_query() -> Select[Any]:
    signed, account, granted = (metadata.tables[name] for name in ("sign_in", "account", "role_grant"))
    return (
        columns_of(signed.c.form_token, signed.c.seen_at, signed.c.expires_at)
        .add_columns(account.c.id, account.c.person_key, account.c.name, account.c.username, account.c.language)
        .add_columns(granted.c.role, granted.c.region)
        .join(account, account.c.id == signed.c.account_id)
        .outerjoin(granted, and_(granted.c.account_id == account.c.id, in_force(bindparam("on", type_=Date()))))
        .where(
            signed.c.token_hash == bindparam("token_hash"),
            signed.c.expires_at > bindparam("now"),
            signed.c.seen_at > bindparam("idle_since"),
            account.c.disabled_at.is_(None),
        )
        .order_by(granted.c.role, granted.c.region)
    )


_VISIT = _visit_query()


def visit_of(
    database: Database, token: str, at: datetime, *, lifetime: Lifetime | None = None, on: date | None = None
) -> Visit | None:
    """Who holds this token at this moment, in one query; None when the session is over or never was.

    ``on``: the day whose grants count, where the office does not go by the world's clock. Notes that the session is in
    use, at most once a minute.
    """
    idle_since = at - (lifetime or Lifetime()).idle
    with database.reading() as connection:
        values = {"token_hash": _hash(token), "now": at, "idle_since": idle_since, "on": on or local_day(at)}
        rows = connection.execute(_VISIT, values).all()
    if not rows:
        return None
    first = rows[0]
    _touch(database, token, first.seen_at, at)
    grants = tuple(dict.fromkeys(Grant(Role(row.role), row.region) for row in rows if row.role is not None))
    actor = Actor(first.id, first.person_key, first.name, grants)
    return Visit(actor, first.username, first.language, first.form_token, first.seen_at, first.expires_at)


def actor_of(database: Database, token: str, at: datetime, *, lifetime: Lifetime | None = None) -> Actor | None:
    """Who acts with this token at this moment; None when the session is over or never was."""
    visit = visit_of(database, token, at, lifetime=lifetime)
    return None if visit is None else visit.actor


def sign_out(database: Database, token: str) -> None:
    """Ends the session of this token. Does nothing when there is none."""
    with database.session() as session:
        session.exec(delete(SignIn).where(col(SignIn.token_hash) == _hash(token)))


def _touch(database: Database, token: str, seen_at: datetime, at: datetime) -> None:
    """Notes that a session is in use at ``at``; does nothing within a minute of ``seen_at``, when it was noted last."""
    if at - seen_at < TOUCH:
        return
    with database.single() as connection:
        connection.execute(
            update(SignIn).where(col(SignIn.token_hash) == _hash(token), col(SignIn.seen_at) < at).values(seen_at=at)
        )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _retry_at(session: Session, username: str, address: str, at: datetime) -> datetime | None:
    """The moment from which another try is heard; None: now."""
    recent = (col(SignInAttempt.at) > at - WINDOW, col(SignInAttempt.succeeded).is_(False))
    from_here = session.exec(
        select(SignInAttempt.at)
        .where(SignInAttempt.address == address, *recent)
        .order_by(col(SignInAttempt.at).desc())
        .limit(ADDRESS_FAILURES)
    ).all()
    own = _own_addresses(session, username, at)
    counted = col(SignInAttempt.address) == address if address in own else col(SignInAttempt.address).not_in(list(own))
    since = own.get(address, at - WINDOW)
    of_account = session.exec(
        select(SignInAttempt.at)
        .where(SignInAttempt.username == username, col(SignInAttempt.at) > since, counted, *recent)
        .order_by(col(SignInAttempt.at).desc())
        .limit(ACCOUNT_FAILURES)
    ).all()
    full = [
        found[-1] + WINDOW
        for found, most in ((from_here, ADDRESS_FAILURES), (of_account, ACCOUNT_FAILURES))
        if len(found) >= most
    ]
    return max(full, default=None)


def _own_addresses(session: Session, username: str, at: datetime) -> dict[str, datetime]:
    """From where the account has lately signed in, and when last: what failed before that is forgiven."""
    rows = session.exec(
        select(SignInAttempt.address, func.max(SignInAttempt.at))
        .where(
            SignInAttempt.username == username,
            col(SignInAttempt.succeeded),
            col(SignInAttempt.at) > at - OWN_ADDRESS,
        )
        .group_by(SignInAttempt.address)
    ).all()
    return {address: last for address, last in rows}
