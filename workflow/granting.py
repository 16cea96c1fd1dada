"""Giving and taking roles (授权与收回): one security administrator asks, another natural person confirms, one revokes.

The console of the machine gives roles only while the house has fewer than two security administrators; from then on it
may only ask. Every change is an entry in the office log, and ends the sessions of the account at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, or_, select
from sqlmodel import Session

from states.clocks import local_day
from states.facts import Actor
from states.refusals import InputRefused
from states.say import Sentence, say
from states.vocabulary import Role
from workflow import office_log
from workflow.accounts import NoSuchAccount, end_sessions
from workflow.authority import NotEntitled, NotPossible, must_be, overlapping, refuse_if_exclusive
from workflow.grants import CONSOLE, account, in_force, role_grant, settled
from workflow.tables import Account, Region, RoleGrant, metadata

#: why a grant ends: a fixed choice, because the log holds no free words
REASONS: dict[str, Sentence] = {
    "transfer": say("调离岗位"),
    "leave": say("离职或退休"),
    "mistake": say("授权有误"),
    "misuse": say("违反规定"),
    "review": say("定期清理"),
}
NOT_GRANTED = frozenset({Role.SYSTEM, Role.PUBLIC})
BASIS_MOST = 200
_region = metadata.tables["region"]


class NoSuchGrant(NoSuchAccount):
    """There is no such grant, or not for this actor."""


@dataclass(frozen=True, slots=True)
class GrantLine:
    """A grant as administrators see it. ``state``: waiting, coming, in_force, over or revoked."""

    id: int
    account_id: int
    username: str
    name: str
    role: Role
    region: str
    place: str | None
    from_on: date
    until_on: date | None
    basis: str
    asked_by: str
    asked_at: datetime
    confirmed_by: str | None
    confirmed_at: datetime | None
    revoked_at: datetime | None
    state: str


# ---- changing ----------------------------------------------------------------------------------------------------


def ask(
    session: Session,
    actor: Actor,
    at: datetime,
    *,
    account_id: int,
    role: Role,
    region: str,
    from_on: date,
    until_on: date | None,
    basis: str,
    algorithm: str = "sha256",
) -> int:
    """Asks for a grant from a day to a day, both included, and returns its number. ``basis``: the paper it rests on.

    Raises NotEntitled, NoSuchAccount, InputRefused, NotPossible.
    """
    must_be(actor, Role.SECURITY_ADMIN, region)
    office_log.hold(session, office_log.ACCESS, at)
    return _asked(session, actor, at, account_id, role, region, from_on, until_on, basis, algorithm)


def confirm(session: Session, actor: Actor, at: datetime, grant_id: int, algorithm: str = "sha256") -> None:
    """Confirms what another natural person asked for; nobody confirms a role of their own.

    Raises NotEntitled, NoSuchGrant, NotPossible.
    """
    office_log.hold(session, office_log.ACCESS, at)
    row = _grant(session, actor, grant_id)
    holder = session.get(Account, row.account_id)
    if row.revoked_at is not None or row.confirmed_at is not None:
        raise NotPossible(say("这项授权已经确认或已经收回，不再等待确认"))
    if row.until_on is not None and row.until_on < local_day(at):
        raise NotPossible(say("这项授权的期限已过，请重新提出"))
    if actor.person_key == row.asked_by:
        raise NotPossible(say("提出授权的人不能自己确认，请由另一位安全管理员确认"))
    if holder is None or actor.person_key == holder.person_key:
        raise NotPossible(say("不能确认给自己的授权，请由另一位安全管理员确认"))
    refuse_if_exclusive(session, holder.person_key, Role(row.role), row.from_on, row.until_on)
    row.confirmed_by, row.confirmed_at = actor.person_key, at
    session.add(row)
    end_sessions(session, row.account_id)
    office_log.write(session, office_log.ACCESS, "grant_confirmed", actor, at, _facts(row), algorithm)


def revoke(session: Session, actor: Actor, at: datetime, grant_id: int, reason: str, algorithm: str = "sha256") -> None:
    """Takes a role away, or refuses what was asked for; one person suffices. ``reason``: one of ``REASONS``.

    Raises NotEntitled, NoSuchGrant, InputRefused, NotPossible.
    """
    if reason not in REASONS:
        raise InputRefused({"reason": say("请选择收回的原因")})
    office_log.hold(session, office_log.ACCESS, at)
    row = _grant(session, actor, grant_id)
    if row.revoked_at is not None:
        raise NotPossible(say("这项授权已经收回"))
    row.revoked_by, row.revoked_at = actor.person_key, at
    session.add(row)
    end_sessions(session, row.account_id)
    office_log.write(
        session, office_log.ACCESS, "grant_revoked", actor, at, {**_facts(row), "reason": reason}, algorithm
    )


def from_console(
    session: Session, account_id: int, role: Role, region: str, at: datetime, algorithm: str = "sha256"
) -> bool:
    """Gives a role at the console, or only asks for it. Returns whether it is in force.

    It gives while fewer than two natural persons are security administrators. Raises as ``ask`` does.
    """
    console, today = office_log.CONSOLE_ACTOR, local_day(at)
    office_log.hold(session, office_log.ACCESS, at)
    if len(security_administrators(session, today)) >= 2:
        _asked(session, console, at, account_id, role, region, today, None, CONSOLE, algorithm)
        return False
    _refuse_faults(session, role, region, today, None, CONSOLE)
    holder = session.get(Account, account_id)
    if holder is None:
        raise NoSuchAccount(account_id)
    refuse_if_exclusive(session, holder.person_key, role, today, None)
    _refuse_if_there(session, account_id, role, region, today, None)
    row = settled(account_id, role, region, at)
    session.add(row)
    end_sessions(session, account_id)
    office_log.write(session, office_log.ACCESS, "grant_given", console, at, _facts(row), algorithm)
    return True


def security_administrators(session: Session, on: date) -> set[str]:
    """The natural persons who are security administrators on the day ``on``, by their keys."""
    found = (
        select(account.c.person_key)
        .join(role_grant, role_grant.c.account_id == account.c.id)
        .where(role_grant.c.role == Role.SECURITY_ADMIN.value, in_force(on), account.c.disabled_at.is_(None))
    )
    return set(session.connection().execute(found).scalars())


def _asked(
    session: Session,
    actor: Actor,
    at: datetime,
    account_id: int,
    role: Role,
    region: str,
    from_on: date,
    until_on: date | None,
    basis: str,
    algorithm: str,
) -> int:
    holder = session.get(Account, account_id)
    if holder is None:
        raise NoSuchAccount(account_id)
    basis = basis.strip()
    _refuse_faults(session, role, region, from_on, until_on, basis, local_day(at))
    refuse_if_exclusive(session, holder.person_key, role, from_on, until_on)
    _refuse_if_there(session, account_id, role, region, from_on, until_on)
    row = RoleGrant(
        account_id=account_id,
        role=role.value,
        region=region,
        from_on=from_on,
        until_on=until_on,
        basis=basis,
        asked_by=actor.person_key,
        asked_at=at,
    )
    session.add(row)
    session.flush()
    assert row.id is not None
    office_log.write(session, office_log.ACCESS, "grant_asked", actor, at, _facts(row), algorithm)
    return row.id


def _refuse_faults(
    session: Session,
    role: Role,
    region: str,
    from_on: date,
    until_on: date | None,
    basis: str,
    today: date | None = None,
) -> None:
    found: dict[str, Sentence] = {}
    if role in NOT_GRANTED:
        found["role"] = say("系统角色不能授予任何人")
    if region and session.get(Region, region) is None:
        found["region"] = say("没有编码为{code}的地区", code=region)
    if today is not None and from_on < today:
        found["from_on"] = say("授权从今天或以后的一天开始")
    if until_on is not None and until_on < from_on:
        found["until_on"] = say("结束日期不能早于开始日期")
    if not 1 <= len(basis) <= BASIS_MOST:
        found["basis"] = say("请写明依据，例如文号或任命通知（200字以内）")
    if found:
        raise InputRefused(found)


def _refuse_if_there(
    session: Session, account_id: int, role: Role, region: str, from_on: date, until_on: date | None
) -> None:
    same = and_(role_grant.c.account_id == account_id, role_grant.c.role == role.value, role_grant.c.region == region)
    within = overlapping(role_grant.c.from_on, role_grant.c.until_on, from_on, until_on)
    found = select(role_grant.c.id).where(same, role_grant.c.revoked_at.is_(None), within)
    if session.connection().execute(found.limit(1)).first() is not None:
        raise NotPossible(say("这个账户在这段时间已有同样的授权，或正在等待确认"))


def _grant(session: Session, actor: Actor, grant_id: int) -> RoleGrant:
    """The grant, for a security administrator of its region. Others learn nothing of it."""
    must_be(actor, Role.SECURITY_ADMIN)
    row = session.get(RoleGrant, grant_id)
    if row is None:
        raise NoSuchGrant(grant_id)
    try:
        must_be(actor, Role.SECURITY_ADMIN, row.region)
    except NotEntitled:
        raise NoSuchGrant(grant_id) from None
    return row


def _facts(row: RoleGrant) -> dict[str, Any]:
    return {
        "grant": row.id,
        "account": row.account_id,
        "role": row.role,
        "region": row.region,
        "from": row.from_on.isoformat(),
        "until": row.until_on.isoformat() if row.until_on else None,
    }


# ---- looking -----------------------------------------------------------------------------------------------------


def lines(
    connection: Connection,
    on: date,
    *,
    account_id: int | None = None,
    waiting: bool | None = None,
    prefixes: Sequence[str] = ("",),
    after: int | None = None,
    limit: int = 200,
) -> list[GrantLine]:
    """Grants, the newest first. ``waiting``: only those that wait for their second person, or only the others."""
    query = _lines().where(or_(*(role_grant.c.region.startswith(prefix) for prefix in prefixes)))
    if account_id is not None:
        query = query.where(role_grant.c.account_id == account_id)
    if waiting is not None:
        waits = and_(role_grant.c.confirmed_at.is_(None), role_grant.c.revoked_at.is_(None))
        query = query.where(waits if waiting else ~waits)
    if after is not None:
        query = query.where(role_grant.c.id < after)
    rows = connection.execute(query.order_by(role_grant.c.id.desc()).limit(limit)).mappings()
    return [GrantLine(**{**row, "role": Role(row["role"])}, state=_state(row, on)) for row in rows]


def _lines() -> Select[Any]:
    names = ("from_on", "until_on", "basis", "asked_by", "asked_at", "confirmed_by", "confirmed_at", "revoked_at")
    return (
        select(role_grant.c.id, role_grant.c.account_id, account.c.username, account.c.name)
        .add_columns(role_grant.c.role, role_grant.c.region, _region.c.name.label("place"))
        .add_columns(*(role_grant.c[name] for name in names))
        .join(account, account.c.id == role_grant.c.account_id)
        .outerjoin(_region, _region.c.code == role_grant.c.region)
    )


def _state(row: Any, on: date) -> str:
    if row["revoked_at"] is not None:
        return "revoked"
    if row["until_on"] is not None and row["until_on"] < on:
        return "over"
    if row["confirmed_at"] is None:
        return "waiting"
    return "coming" if row["from_on"] > on else "in_force"
