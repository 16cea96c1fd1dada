"""Signing in, and who is signed in (登录与会话). Sessions live in the database, so that ending one ends it everywhere.

A token is 256 random bits, new at each sign-in; only its SHA-256 is kept. A session ends when it is idle too long, at
its absolute limit, at sign-out, and at once when the account is closed or its grants change (``accounts``).
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, Date, Row, Select, bindparam, delete, func, update
from sqlalchemy import select as columns_of
from sqlmodel import Session, col, select

from states.clocks import local_day
from states.facts import Actor, Grant
from states.refusals import Refusal
from states.say import say
from states.vocabulary import Role
from workflow.access_policy import ORDINARY, AccessPolicy, policy_of
from workflow.accounts import SET_BY_ANOTHER, password_matches
from workflow.grants import held
from workflow.settings import Settings
from workflow.tables import Account, SignIn, SignInAttempt, metadata
from workflow.unit_of_work import Database

WINDOW = timedelta(minutes=15)
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
        """As the settings say; a stricter preset than the ordinary one bounds both."""
        idle, absolute = timedelta(minutes=settings.session_idle_minutes), timedelta(hours=settings.session_hours)
        policy = policy_of(settings)
        return (
            cls(idle, absolute) if policy is ORDINARY else cls(min(idle, policy.idle), min(absolute, policy.absolute))
        )


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
    #: when the holder last showed who they are, by password or second factor
    confirmed_at: datetime
    #: the session began with a second factor; the account has one
    second_factor: bool = False
    enrolled: bool = False
    password_changed_at: datetime | None = None

    def is_recent(self, policy: AccessPolicy, at: datetime) -> bool:
        """Whether the holder has shown who they are lately enough to sign, reveal, export or grant."""
        return at - self.confirmed_at <= policy.recent

    def owes(self, policy: AccessPolicy, at: datetime) -> str | None:
        """What has to be done before anything else: ``code``, ``second_factor``, ``password``; None: nothing.

        ``code``: the account has a second factor that was not shown yet, so that the session is worth nothing.
        """
        if self.enrolled and not self.second_factor:
            return "code"
        if self.password_changed_at == SET_BY_ANOTHER:
            return "password"
        if policy.second_factor and not self.enrolled:
            return "second_factor"
        if policy.password_days is not None:
            changed = self.password_changed_at
            if changed is None or at - changed >= timedelta(days=policy.password_days):
                return "password"
        return None


def authenticate(
    database: Database,
    username: str,
    password: str,
    at: datetime,
    *,
    address: str = "",
    policy: AccessPolicy = ORDINARY,
) -> int:
    """The number of the account with this name and password. Every try is kept, with the address it came from.

    A right password of an account with a second factor is no success yet: it forgives no wrong codes.

    Raises BadCredentials, TooManyAttempts. It answers in the same time for names that do not exist.
    """
    username, address = username.strip()[:64], address[:64]
    with database.session() as session:
        refuse_if_too_many(session, username, address, at, policy)
        account = session.exec(select(Account).where(Account.username == username)).first()
        known = None if account is None else (account.id, account.password_hash, account.disabled_at)
        enrolled = account is not None and account.totp_sealed is not None
    # hashing takes a quarter of a second: no transaction stays open meanwhile
    right = password_matches(password, known[1] if known else None) and known is not None and known[2] is None
    if not (right and enrolled):
        note_attempt(database, username, address, at, right)
    if not right or known is None or known[0] is None:
        raise BadCredentials
    return known[0]


def refuse_if_too_many(
    session: Session, username: str, address: str, at: datetime, policy: AccessPolicy = ORDINARY
) -> None:
    """Raises TooManyAttempts while no further try of this account, or from this address, is heard."""
    retry_at = _retry_at(session, username, address, at, policy.failures)
    if retry_at is not None:
        raise TooManyAttempts(retry_at, at)


def note_attempt(database: Database, username: str, address: str, at: datetime, succeeded: bool) -> None:
    """Keeps a try, and clears away those that no longer count."""
    with database.session() as session:
        session.add(SignInAttempt(at=at, username=username[:64], address=address[:64], succeeded=succeeded))
        session.exec(delete(SignInAttempt).where(col(SignInAttempt.at) < at - KEPT))


def sign_in(
    database: Database,
    username: str,
    password: str,
    at: datetime,
    *,
    address: str = "",
    lifetime: Lifetime | None = None,
    policy: AccessPolicy = ORDINARY,
) -> SignedIn:
    """Checks name and password and begins a session. ``at`` is aware. Raises BadCredentials, TooManyAttempts.

    The session of an account with a second factor is worth nothing until its code was given (``second_factor``).
    """
    account_id = authenticate(database, username, password, at, address=address, policy=policy)
    return begin(database, account_id, at, lifetime=lifetime)


def begin(
    database: Database,
    account_id: int,
    at: datetime,
    *,
    lifetime: Lifetime | None = None,
    second_factor: bool = False,
) -> SignedIn:
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
                confirmed_at=at,
                second_factor=second_factor,
            )
        )
    return SignedIn(token, form_token, account_id, expires_at)


def _visit_query() -> Select[Any]:
    signed, account = metadata.tables["sign_in"], metadata.tables["account"]
    token: BindParameter[str] = bindparam("token_hash")
    holder = columns_of(signed.c.account_id).where(signed.c.token_hash == token).scalar_subquery()
    granted = held(bindparam("on", type_=Date()), holder).subquery("granted")
    return (
        columns_of(signed.c.form_token, signed.c.seen_at, signed.c.created_at, signed.c.expires_at)
        .add_columns(signed.c.confirmed_at, signed.c.second_factor)
        .add_columns(account.c.id, account.c.person_key, account.c.name, account.c.username, account.c.language)
        .add_columns(account.c.contacts, account.c.totp_sealed.is_not(None).label("enrolled"))
        .add_columns(account.c.password_changed_at)
        .add_columns(granted.c.role, granted.c.region, granted.c.deputy_for, granted.c.deputy_name)
        .join(account, account.c.id == signed.c.account_id)
        .outerjoin(granted, granted.c.account_id == account.c.id)
        .where(
            signed.c.token_hash == token,
            signed.c.expires_at > bindparam("now"),
            signed.c.seen_at > bindparam("idle_since"),
            account.c.disabled_at.is_(None),
        )
        .order_by(granted.c.deputy_for.is_not(None), granted.c.role, granted.c.region)
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
    actor = Actor(first.id, first.person_key, first.name, _grants(rows), frozenset(first.contacts))
    return Visit(
        actor,
        first.username,
        first.language,
        first.form_token,
        first.seen_at,
        first.expires_at,
        first.confirmed_at or first.created_at,
        first.second_factor,
        first.enrolled,
        first.password_changed_at,
    )


def _grants(rows: Sequence[Row[Any]]) -> tuple[Grant, ...]:
    """What the rows of a visit grant. Whoever has lost every grant of their own is nobody's deputy either."""
    found = dict.fromkeys(
        Grant(Role(row.role), row.region, row.deputy_for, row.deputy_name) for row in rows if row.role is not None
    )
    return tuple(found) if any(grant.deputy_for is None for grant in found) else ()


def actor_of(database: Database, token: str, at: datetime, *, lifetime: Lifetime | None = None) -> Actor | None:
    """Who acts with this token at this moment; None when the session is over or never was."""
    visit = visit_of(database, token, at, lifetime=lifetime)
    return None if visit is None else visit.actor


def sign_out(database: Database, token: str) -> None:
    """Ends the session of this token. Does nothing when there is none."""
    with database.session() as session:
        session.exec(delete(SignIn).where(col(SignIn.token_hash) == _hash(token)))


def confirmed(database: Database, token: str, at: datetime, *, second_factor: bool = False) -> None:
    """Notes that the holder of a session has shown again who they are. ``second_factor``: by its code."""
    values: dict[str, Any] = {"confirmed_at": at} | ({"second_factor": True} if second_factor else {})
    with database.single() as connection:
        connection.execute(update(SignIn).where(col(SignIn.token_hash) == _hash(token)).values(values))


def end_others(database: Database, token: str) -> int:
    """Ends every other session of the account that holds this one; returns how many."""
    mine = metadata.tables["sign_in"].alias()
    holder = columns_of(mine.c.account_id).where(mine.c.token_hash == _hash(token)).scalar_subquery()
    with database.transaction() as connection:
        others = delete(SignIn).where(col(SignIn.account_id) == holder, col(SignIn.token_hash) != _hash(token))
        return connection.execute(others).rowcount


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


def _retry_at(session: Session, username: str, address: str, at: datetime, most: int) -> datetime | None:
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
        .limit(most)
    ).all()
    full = [
        found[-1] + WINDOW
        for found, limit in ((from_here, ADDRESS_FAILURES), (of_account, most))
        if len(found) >= limit
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
