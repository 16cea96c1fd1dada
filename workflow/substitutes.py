"""Absence substitutes (代理): an officer names a deputy for one of their grants and a window; the deputy accepts.

The deputy holds a role of the same administrative level, is another natural person and no kin, and acts under both
names (代). A deputy passes nothing on. Nobody comes to sign for both bureaus of a joint ruling this way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, or_, select
from sqlmodel import Session, col
from sqlmodel import select as rows_of

from states.clocks import local_day
from states.facts import Actor
from states.refusals import InputRefused
from states.say import Sentence, say
from states.vocabulary import ADMINISTRATORS, Role
from workflow import office_log
from workflow.accounts import NoSuchAccount
from workflow.authority import NotEntitled, NotPossible, must_be, overlapping
from workflow.grants import in_force, role_grant
from workflow.tables import Account, Person, Region, RoleGrant, Substitution, metadata

#: whoever is away for longer is replaced by a grant, which needs two administrators
LONGEST = timedelta(days=92)
#: the two bureaus that sign together: nobody acts for both
JOINT = {Role.HRSS: Role.RURAL, Role.RURAL: Role.HRSS}
NO_DEPUTY = ADMINISTRATORS | {Role.APPLICANT, Role.SYSTEM, Role.PUBLIC}
_BY_LENGTH = {0: "country", 2: "province", 4: "city", 6: "county", 9: "township", 12: "village"}
_sub, _account, _region = (metadata.tables[name] for name in ("substitution", "account", "region"))


class NoSuchSubstitution(NoSuchAccount):
    """There is no such substitution, or not for this actor."""


@dataclass(frozen=True, slots=True)
class SubstitutionLine:
    """A substitution as both sides see it. ``state``: waiting, coming, in_force, over or ended."""

    id: int
    principal_id: int
    principal: str
    deputy_id: int
    deputy: str
    deputy_username: str
    role: Role
    region: str
    place: str | None
    from_on: date
    until_on: date
    reason: str
    state: str


# ---- changing ----------------------------------------------------------------------------------------------------


def ask(
    session: Session,
    actor: Actor,
    at: datetime,
    *,
    role: Role,
    region: str,
    deputy: str,
    from_on: date,
    until_on: date,
    reason: str,
    principal_id: int | None = None,
    algorithm: str = "sha256",
) -> int:
    """Names the account ``deputy`` (its user name) as deputy from a day to a day, both included; returns the number.

    ``principal_id``: where a security administrator asks for an officer who can not. Raises NotEntitled, InputRefused,
    NotPossible.
    """
    if principal_id is not None and principal_id != actor.account_id:
        must_be(actor, Role.SECURITY_ADMIN, region)
    office_log.hold(session, office_log.ACCESS, at)
    principal = session.get(Account, principal_id or actor.account_id or 0)
    if principal is None or principal.id is None or principal.disabled_at is not None:
        raise NotEntitled
    found = session.exec(rows_of(Account).where(Account.username == deputy.strip())).first()
    faults = dict(_faults(found, from_on, until_on, reason.strip(), local_day(at)))
    if faults or found is None or found.id is None:
        raise InputRefused(faults)
    row = Substitution(
        principal_id=principal.id,
        deputy_id=found.id,
        role=role.value,
        region=region,
        from_on=from_on,
        until_on=until_on,
        reason=reason.strip(),
        asked_by=actor.person_key,
        asked_at=at,
    )
    _refuse(session, row, principal, found)
    session.add(row)
    session.flush()
    assert row.id is not None
    office_log.write(session, office_log.ACCESS, "substitute_asked", actor, at, _facts(row), algorithm)
    return row.id


def accept(session: Session, actor: Actor, at: datetime, number: int, algorithm: str = "sha256") -> None:
    """The deputy agrees. Everything is asked again, as it stands now. Raises NoSuchSubstitution, NotPossible."""
    office_log.hold(session, office_log.ACCESS, at)
    row = session.get(Substitution, number)
    if row is None or actor.account_id is None or row.deputy_id != actor.account_id:
        raise NoSuchSubstitution(number)
    if row.accepted_at is not None or row.ended_at is not None:
        raise NotPossible(say("这项代理已经接受或已经结束"))
    if row.until_on < local_day(at):
        raise NotPossible(say("代理的期限已过，请对方重新提出"))
    principal, deputy = session.get(Account, row.principal_id), session.get(Account, row.deputy_id)
    if principal is None or deputy is None:
        raise NoSuchSubstitution(number)
    _refuse(session, row, principal, deputy)
    row.accepted_at = at
    session.add(row)
    office_log.write(session, office_log.ACCESS, "substitute_accepted", actor, at, _facts(row), algorithm)


def end(session: Session, actor: Actor, at: datetime, number: int, algorithm: str = "sha256") -> None:
    """Ends a substitution before its time, or declines it: by either side, or by a security administrator.

    Raises NoSuchSubstitution, NotPossible.
    """
    office_log.hold(session, office_log.ACCESS, at)
    row = session.get(Substitution, number)
    if row is None:
        raise NoSuchSubstitution(number)
    if actor.account_id not in (row.principal_id, row.deputy_id):
        try:
            must_be(actor, Role.SECURITY_ADMIN, row.region)
        except NotEntitled:
            raise NoSuchSubstitution(number) from None
    if row.ended_at is not None:
        raise NotPossible(say("这项代理已经结束"))
    row.ended_at = at
    session.add(row)
    session.flush()
    office_log.write(session, office_log.ACCESS, "substitute_ended", actor, at, _facts(row), algorithm)


# ---- what stands against it --------------------------------------------------------------------------------------


def _faults(
    deputy: Account | None, from_on: date, until_on: date, reason: str, today: date
) -> Iterator[tuple[str, Sentence]]:
    if deputy is None or deputy.disabled_at is not None:
        yield "deputy", say("没有这个用户名，或账户已停用")
    if from_on < today:
        yield "from_on", say("代理从今天或以后的一天开始")
    if until_on < from_on:
        yield "until_on", say("结束日期不能早于开始日期")
    elif until_on - from_on >= LONGEST:
        yield "until_on", say("代理最长{days}天；时间更长的，请安全管理员另行授权", days=LONGEST.days)
    if not 1 <= len(reason) <= 200:
        yield "reason", say("请写明事由，例如休假、培训（200字以内）")


def _refuse(session: Session, row: Substitution, principal: Account, deputy: Account) -> None:
    for stands in (_of_the_grant, _of_the_deputy, _of_other_windows, _of_the_joint_ruling):
        said = stands(session, row, principal, deputy)
        if said is not None:
            raise NotPossible(said)


def _of_the_grant(session: Session, row: Substitution, principal: Account, _deputy: Account) -> Sentence | None:
    """The principal holds exactly this grant themselves, over the whole window; a deputy passes nothing on."""
    if Role(row.role) in NO_DEPUTY:
        return say("这一角色不设代理。管理员离岗的，请安全管理员另行授权")
    mine = and_(role_grant.c.account_id == principal.id, role_grant.c.role == row.role)
    held = rows_of(RoleGrant).where(mine, role_grant.c.region == row.region)
    covers = and_(in_force(row.from_on), in_force(row.until_on))
    if session.exec(held.where(covers)).first() is None:
        return say("只能为本人在这段时间内一直持有的职责请人代理；代理来的职责不能再转给别人")
    return None


def _of_the_deputy(session: Session, row: Substitution, principal: Account, deputy: Account) -> Sentence | None:
    if deputy.person_key == principal.person_key:
        return say("代理人须是另一个人，不能是本人的其他账户")
    wanted = level_of(session, row.region)
    mine = rows_of(RoleGrant).where(role_grant.c.account_id == deputy.id, in_force(row.from_on), in_force(row.until_on))
    held = [grant for grant in session.exec(mine) if Role(grant.role) not in NO_DEPUTY]
    if wanted not in {level_of(session, grant.region) for grant in held}:
        return say("代理人须在同一级别任职，且其授权不短于代理的期限")
    if _kin(session, principal, deputy):
        return say("代理人与本人有亲属关系，或联系方式相同，应当回避")
    return None


def _of_other_windows(session: Session, row: Substitution, _principal: Account, _deputy: Account) -> Sentence | None:
    same = and_(_sub.c.principal_id == row.principal_id, _sub.c.role == row.role, _sub.c.region == row.region)
    within = overlapping(_sub.c.from_on, _sub.c.until_on, row.from_on, row.until_on)
    query = select(_sub.c.id).where(same, _sub.c.ended_at.is_(None), within)
    if row.id is not None:
        query = query.where(_sub.c.id != row.id)
    if session.connection().execute(query.limit(1)).first() is not None:
        return say("这项职责在这段时间已经有代理人，请先结束原来的代理")
    return None


def _of_the_joint_ruling(session: Session, row: Substitution, _principal: Account, deputy: Account) -> Sentence | None:
    """The deputy must not come to hold both signatures of one joint ruling, under any account."""
    other = JOINT.get(Role(row.role))
    if other is None:
        return None
    holder = select(_account.c.id).where(_account.c.person_key == deputy.person_key)
    own = select(role_grant.c.region).where(
        role_grant.c.account_id.in_(holder),
        role_grant.c.role == other.value,
        role_grant.c.revoked_at.is_(None),
        overlapping(role_grant.c.from_on, role_grant.c.until_on, row.from_on, row.until_on),
    )
    others = select(_sub.c.region).where(
        _sub.c.deputy_id.in_(holder),
        _sub.c.role == other.value,
        _sub.c.ended_at.is_(None),
        overlapping(_sub.c.from_on, _sub.c.until_on, row.from_on, row.until_on),
    )
    regions = session.connection().execute(own.union(others)).scalars()
    if any(region.startswith(row.region) or row.region.startswith(region) for region in regions):
        return say("代理人已经代表会签的另一方，不能一人代表两个部门会签")
    return None


def _kin(session: Session, one: Account, other: Account) -> bool:
    """Declared as relatives where either is registered, or sharing a phone, bank card or address."""
    if set(one.contacts) & set(other.contacts):
        return True
    known = session.exec(rows_of(Person).where(col(Person.key).in_([one.person_key, other.person_key])))
    pair = {one.person_key, other.person_key}
    return any((pair - {person.key}) & set(person.relatives) for person in known)


def level_of(session: Session, region: str) -> str:
    """The administrative level of a region: as the table says, which knows functional zones, else by its length."""
    known = session.get(Region, region) if region else None
    return known.level if known is not None else _BY_LENGTH.get(len(region), "none")


def _facts(row: Substitution) -> dict[str, Any]:
    return {
        "substitution": row.id,
        "principal": row.principal_id,
        "deputy": row.deputy_id,
        "role": row.role,
        "region": row.region,
        "from": row.from_on.isoformat(),
        "until": row.until_on.isoformat(),
    }


# ---- looking -----------------------------------------------------------------------------------------------------


def lines(
    connection: Connection, on: date, *, account_id: int | None = None, number: int | None = None, limit: int = 200
) -> list[SubstitutionLine]:
    """Substitutions, the newest first. ``account_id``: those of one account, on either side."""
    principal, deputy = _account.alias(), _account.alias()
    query = (
        select(_sub, principal.c.name.label("principal"), deputy.c.name.label("deputy"))
        .add_columns(deputy.c.username.label("deputy_username"), _region.c.name.label("place"))
        .join(principal, principal.c.id == _sub.c.principal_id)
        .join(deputy, deputy.c.id == _sub.c.deputy_id)
        .outerjoin(_region, _region.c.code == _sub.c.region)
        .order_by(_sub.c.id.desc())
        .limit(limit)
    )
    if account_id is not None:
        query = query.where(or_(_sub.c.principal_id == account_id, _sub.c.deputy_id == account_id))
    if number is not None:
        query = query.where(_sub.c.id == number)
    return [_line(row, on) for row in connection.execute(query)]


def _line(row: Any, on: date) -> SubstitutionLine:
    state = "ended" if row.ended_at is not None else "over" if row.until_on < on else "waiting"
    if state == "waiting" and row.accepted_at is not None:
        state = "coming" if row.from_on > on else "in_force"
    names = ("id", "principal_id", "principal", "deputy_id", "deputy", "deputy_username", "region", "place")
    own = {name: getattr(row, name) for name in (*names, "from_on", "until_on", "reason")}
    return SubstitutionLine(**own, role=Role(row.role), state=state)
