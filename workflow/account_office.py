"""What system administrators do with accounts (账户管理): open, close, open again, reset. They grant nothing.

An account is opened without any role. A password that somebody else has set is changed at the first sign-in. The
accounts of security and audit administrators are reset at the console of the machine only: otherwise whoever resets
passwords could borrow the two signatures that every grant needs.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, or_, select
from sqlmodel import Session

from states.facts import Actor
from states.say import say
from states.vocabulary import Role
from workflow import accounts, office_log, second_factor
from workflow.access_policy import ORDINARY, AccessPolicy
from workflow.authority import NotPossible, is_administrator, must_be
from workflow.sealing import Seal
from workflow.tables import Setting, metadata
from workflow.unit_of_work import Database

_account, _setting = metadata.tables["account"], metadata.tables["setting"]
POLICY_SETTING = "access_policy"
#: what is not mistaken for something else when it is read aloud
_LETTERS = ("abcdefghjkmnpqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789")


@dataclass(frozen=True, slots=True)
class AccountLine:
    """An account in a list, without anything that is secret."""

    id: int
    username: str
    name: str
    email: str | None
    disabled_at: datetime | None
    enrolled: bool
    created_at: datetime


def open_account(
    session: Session,
    seal: Seal,
    actor: Actor,
    at: datetime,
    *,
    username: str,
    person: str,
    name: str,
    email: str | None = None,
    language: Literal["zh", "en"] = "zh",
    algorithm: str = "sha256",
) -> tuple[int, str]:
    """Opens an account without roles; returns its number and the first password, which is shown this once.

    Raises NotEntitled, InputRefused.
    """
    must_be(actor, Role.SYSTEM_ADMIN)
    password = first_password()
    number = accounts.create_account(
        session,
        seal,
        username=username,
        password=password,
        person=person,
        name=name,
        at=at,
        email=email,
        language=language,
        password_changed_at=accounts.SET_BY_ANOTHER,
    )
    office_log.write(session, office_log.ACCESS, "account_opened", actor, at, {"account": number}, algorithm)
    return number, password


def close(session: Session, actor: Actor, at: datetime, account_id: int, algorithm: str = "sha256") -> None:
    """Closes an account and ends its sessions. Raises NotEntitled, NoSuchAccount, NotPossible."""
    must_be(actor, Role.SYSTEM_ADMIN)
    if account_id == actor.account_id:
        raise NotPossible(say("不能停用自己正在使用的账户，请由另一位系统管理员办理"))
    accounts.disable(session, account_id, at)
    office_log.write(session, office_log.ACCESS, "account_closed", actor, at, {"account": account_id}, algorithm)


def reopen(session: Session, actor: Actor, at: datetime, account_id: int, algorithm: str = "sha256") -> None:
    """Opens a closed account again, with the roles that are still granted. Raises NotEntitled, NoSuchAccount."""
    must_be(actor, Role.SYSTEM_ADMIN)
    accounts.enable(session, account_id)
    office_log.write(session, office_log.ACCESS, "account_reopened", actor, at, {"account": account_id}, algorithm)


def reset_password(session: Session, actor: Actor, at: datetime, account_id: int, algorithm: str = "sha256") -> str:
    """Sets a new first password, shown this once, and ends the sessions.

    Raises NotEntitled, NoSuchAccount, NotPossible.
    """
    _may_reset(session, actor, at, account_id)
    password = first_password()
    accounts.change_password(session, account_id, password, at, by_another=True)
    office_log.write(session, office_log.ACCESS, "password_reset", actor, at, {"account": account_id}, algorithm)
    return password


def reset_second_factor(
    session: Session, actor: Actor, at: datetime, account_id: int, algorithm: str = "sha256"
) -> None:
    """Takes a lost second factor away and ends the sessions. Raises NotEntitled, NoSuchAccount, NotPossible."""
    _may_reset(session, actor, at, account_id)
    second_factor.remove(session, account_id)
    accounts.end_sessions(session, account_id)
    office_log.write(session, office_log.ACCESS, "second_factor_reset", actor, at, {"account": account_id}, algorithm)


def own_password(
    session: Session,
    actor: Actor,
    at: datetime,
    password: str,
    *,
    policy: AccessPolicy = ORDINARY,
    algorithm: str = "sha256",
) -> None:
    """A person changes their own password; every session of the account ends. Raises InputRefused."""
    assert actor.account_id is not None
    accounts.change_password(session, actor.account_id, password, at, policy=policy)
    facts = {"account": actor.account_id}
    office_log.write(session, office_log.ACCESS, "password_changed", actor, at, facts, algorithm)


def note_policy(database: Database, policy: AccessPolicy, at: datetime, algorithm: str = "sha256") -> None:
    """Logs that the house has come to demand something else at the door; does nothing while it is the same.

    The preset is set where the service is installed, so the first sign-in under another one notices it.
    """
    known = select(_setting.c.value).where(_setting.c.name == POLICY_SETTING)
    with database.reading() as connection:
        if connection.execute(known).scalar() == policy.name:
            return
    with database.session() as session:
        office_log.hold(session, office_log.ACCESS, at)
        before = session.get(Setting, POLICY_SETTING)
        if before is not None and before.value == policy.name:
            return
        facts = {"before": before.value if before else None, "now": policy.name}
        session.merge(Setting(name=POLICY_SETTING, value=policy.name, changed_at=at))
        console = office_log.CONSOLE_ACTOR
        office_log.write(session, office_log.ACCESS, "policy_changed", console, at, facts, algorithm)


def first_password() -> str:
    """Sixteen letters and digits in four groups, each kind among them: 80 bits, easy to read aloud."""
    while True:
        signs = [secrets.choice("".join(_LETTERS)) for _ in range(16)]
        if all(set(signs) & set(kind) for kind in _LETTERS):
            return "-".join("".join(signs[place : place + 4]) for place in range(0, 16, 4))


def _may_reset(session: Session, actor: Actor, at: datetime, account_id: int) -> None:
    if actor is office_log.CONSOLE_ACTOR:
        return
    must_be(actor, Role.SYSTEM_ADMIN)
    office_log.hold(session, office_log.ACCESS, at)
    if is_administrator(session, account_id):
        raise NotPossible(say("管理员账户的密码和动态口令只能在服务器的控制台上重置"))


def lines(
    connection: Connection, *, text: str = "", after: str = "", limit: int = 50, account_id: int | None = None
) -> list[AccountLine]:
    """Accounts by user name. ``text``: a part of the user name or of the name."""
    query = select(_account, _account.c.totp_sealed.is_not(None).label("enrolled"))
    query = query.where(_account.c.username > after).order_by(_account.c.username).limit(limit)
    if text:
        part = text[:64]
        like = (column.contains(part, autoescape=True) for column in (_account.c.username, _account.c.name))
        query = query.where(or_(*like))
    if account_id is not None:
        query = query.where(_account.c.id == account_id)
    names = ("id", "username", "name", "email", "disabled_at", "enrolled", "created_at")
    return [AccountLine(**{name: getattr(row, name) for name in names}) for row in connection.execute(query)]


def account_of(connection: Connection, account_id: int) -> AccountLine:
    """One account. Raises NoSuchAccount."""
    found = lines(connection, account_id=account_id)
    if not found:
        raise accounts.NoSuchAccount(account_id)
    return found[0]


def number_of(session: Session, username: str) -> int | None:
    """The number of the account with this user name."""
    found = session.connection().execute(select(_account.c.id).where(_account.c.username == username.strip()))
    return found.scalar()
