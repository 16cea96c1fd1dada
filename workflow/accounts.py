"""Accounts (账户): who may sign in, in which roles, and in which regions. Sessions are in ``sign_in``.

An account belongs to a natural person, known by the blind index of the identity number; the number itself is not kept.
Ending or changing what an account may do ends its sessions at once, so that nobody goes on with rights they no longer
have. Passwords are kept as Argon2id hashes.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Literal

from pwdlib import PasswordHash
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from states.clocks import local_day
from states.facts import Grant
from states.identity_number import BadIdentityNumber
from states.refusals import InputRefused, Refusal
from states.say import Sentence, say
from states.vocabulary import Role
from workflow.access_policy import ORDINARY, PASSWORD_AT_MOST, AccessPolicy
from workflow.grants import CONSOLE, in_force, role_grant, settled
from workflow.sealing import Seal
from workflow.tables import Account, Region, RoleGrant, SignIn

_KEY = re.compile(r"[0-9a-f]{64}")
_USERNAME = re.compile(r"[\w.@-]{2,64}")
#: a password that somebody else has set is changed at the first sign-in, under every policy
SET_BY_ANOTHER = datetime(1970, 1, 1, tzinfo=UTC)

SHIPPED = _hasher = PasswordHash.recommended()
#: each hash takes 64 MiB while it is computed: a crowd at the door must not take the memory of the house
_hashing = threading.BoundedSemaphore(4)


class NoSuchAccount(Refusal):
    """There is no such account, or not for this actor."""

    def __init__(self, account_id: int) -> None:
        super().__init__(say("没有这个账户，或您无权查看"), account_id=account_id)


def create_account(
    session: Session,
    seal: Seal,
    *,
    username: str,
    password: str,
    person: str,
    name: str,
    at: datetime,
    email: str | None = None,
    language: Literal["zh", "en"] = "zh",
    grants: Iterable[Grant] = (),
    policy: AccessPolicy = ORDINARY,
    password_changed_at: datetime | None = None,
) -> int:
    """Creates an account and returns its number. ``person``: the identity number of the holder, or their key.

    ``at`` is aware; ``password_changed_at``: ``SET_BY_ANOTHER`` where the holder has to choose another password.
    Raises InputRefused with every fault.
    """
    username, name = username.strip(), name.strip()
    found: dict[str, Sentence] = {}
    if not _USERNAME.fullmatch(username):
        found["username"] = say("用户名须为2至64个字母、数字、汉字或 . _ @ -")
    if not 1 <= len(name) <= 100:
        found["name"] = say("请填写姓名（100字以内）")
    if email is not None and not re.fullmatch(r"[^@\s]{1,64}@[^@\s]{1,130}", email):
        found["email"] = say("邮箱地址不符合要求")
    found |= policy.password_faults(password, username)
    key = _person_key(seal, person, found)
    granted = list(grants)
    found |= grant_faults(session, granted)
    if found:
        raise InputRefused(found)
    account = Account(
        username=username,
        password_hash=_hashed(password),
        person_key=key,
        name=name,
        email=email,
        language=language,
        password_changed_at=password_changed_at or at,
        created_at=at,
    )
    try:
        with session.begin_nested():
            session.add(account)
            session.flush()
    except IntegrityError:
        raise InputRefused({"username": say("这个用户名已有人使用")}) from None
    assert account.id is not None
    for one in granted:
        session.add(settled(account.id, one.role, one.region, at))
    session.flush()
    return account.id


def grant(session: Session, account_id: int, role: Role, region: str, at: datetime) -> None:
    """Gives a role in a region and all below it ("" for the whole tree), and ends the sessions of the account.

    Raises NoSuchAccount, InputRefused.
    """
    _account(session, account_id)
    found = grant_faults(session, [Grant(role, region)])
    if found:
        raise InputRefused(found)
    if Grant(role, region) not in grants_of(session, account_id, local_day(at)):
        session.add(settled(account_id, role, region, at))
    end_sessions(session, account_id)


def revoke(session: Session, account_id: int, role: Role, region: str, at: datetime) -> None:
    """Takes a role away and ends the sessions of the account. Raises NoSuchAccount."""
    _account(session, account_id)
    standing = select(RoleGrant).where(
        RoleGrant.account_id == account_id,
        RoleGrant.role == role.value,
        RoleGrant.region == region,
        col(RoleGrant.revoked_at).is_(None),
    )
    for found in session.exec(standing):
        found.revoked_by, found.revoked_at = CONSOLE, at
        session.add(found)
    end_sessions(session, account_id)


def disable(session: Session, account_id: int, at: datetime) -> None:
    """Closes the account: no sign-in, and no session goes on. Raises NoSuchAccount."""
    account = _account(session, account_id)
    account.disabled_at = account.disabled_at or at
    session.add(account)
    end_sessions(session, account_id)


def enable(session: Session, account_id: int) -> None:
    """Opens a closed account again. Raises NoSuchAccount."""
    account = _account(session, account_id)
    account.disabled_at = None
    session.add(account)
    session.flush()


def change_password(
    session: Session,
    account_id: int,
    password: str,
    at: datetime,
    *,
    policy: AccessPolicy = ORDINARY,
    by_another: bool = False,
) -> None:
    """Sets a new password and ends the sessions of the account. Raises NoSuchAccount, InputRefused.

    ``by_another``: somebody else has set it, and the holder has to choose another one at the next sign-in.
    """
    account = _account(session, account_id)
    found = policy.password_faults(password, account.username)
    former = [account.password_hash, *account.former_passwords][: policy.former_passwords]
    if not found and not by_another and any(password_matches(password, old) for old in former):
        found = {"password": say("不能使用最近{n}次用过的密码", n=policy.former_passwords)}
    if found:
        raise InputRefused(found)
    if not by_another and policy.former_passwords:
        account.former_passwords = former
    account.password_hash = _hashed(password)
    account.password_changed_at = SET_BY_ANOTHER if by_another else at
    session.add(account)
    end_sessions(session, account_id)


def end_sessions(session: Session, account_id: int) -> None:
    """Ends every session of the account at once."""
    session.exec(delete(SignIn).where(col(SignIn.account_id) == account_id))
    session.flush()


def grants_of(session: Session, account_id: int, on: date) -> tuple[Grant, ...]:
    """What the account may do on the day ``on`` (Asia/Shanghai), in a fixed order."""
    rows = session.exec(select(RoleGrant).where(role_grant.c.account_id == account_id, in_force(on))).all()
    return tuple(sorted({Grant(Role(row.role), row.region) for row in rows}, key=lambda g: (g.role, g.region)))


def password_matches(password: str, hashed: str | None) -> bool:
    """Whether the password is right. Takes as long for an account that does not exist (``hashed`` None)."""
    with _hashing:
        if len(password) > PASSWORD_AT_MOST:
            return False
        return _hasher.verify(password, hashed or _nobody()) and hashed is not None


_nobodys: list[str] = []


def _nobody() -> str:
    """A hash that no password fits, made once per process."""
    if not _nobodys:
        _nobodys.append(_hasher.hash("nobody signs in with this"))
    return _nobodys[0]


def _hashed(password: str) -> str:
    with _hashing:
        return _hasher.hash(password)


def _person_key(seal: Seal, person: str, found: dict[str, Sentence]) -> str:
    if _KEY.fullmatch(person):
        return person
    try:
        return seal.person_key(person)
    except BadIdentityNumber as bad:
        found["person"] = bad.faults[0].reason
        return ""


def grant_faults(session: Session, grants: Iterable[Grant]) -> dict[str, Sentence]:
    """What is wrong with the roles and regions of grants."""
    for one in grants:
        if one.role in (Role.SYSTEM, Role.PUBLIC):
            return {"role": say("系统角色不能授予任何人")}
        if one.region and session.get(Region, one.region) is None:
            return {"region": say("没有编码为{code}的地区", code=one.region)}
    return {}


def _account(session: Session, account_id: int) -> Account:
    account = session.get(Account, account_id)
    if account is None:
        raise NoSuchAccount(account_id)
    return account
