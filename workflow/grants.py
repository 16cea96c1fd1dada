"""Grants in time (授权): what an account may do on a day, and the rows by which the console begins a house.

A grant is in force when two natural persons have agreed on it, from its first day to its last, until it is revoked.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, String, and_, null, or_, select, type_coerce, union_all

from states.clocks import local_day
from states.vocabulary import Role
from workflow.tables import RoleGrant, metadata

role_grant, substitution, account = (metadata.tables[name] for name in ("role_grant", "substitution", "account"))
#: the two words that stand for persons where there were none: whoever installs the service gives the first grants
CONSOLE, INSTALLER = "console", "installer"


def in_force(on: date | ColumnElement[date]) -> ColumnElement[bool]:
    """The condition on ``role_grant`` that a grant is in force on the day ``on`` (Asia/Shanghai)."""
    grant = role_grant.c
    return and_(
        grant.confirmed_at.is_not(None),
        grant.revoked_at.is_(None),
        grant.from_on <= on,
        or_(grant.until_on.is_(None), grant.until_on >= on),
    )


def deputising(on: date | ColumnElement[date]) -> ColumnElement[bool]:
    """The condition on ``substitution`` that a deputy acts on the day ``on`` (Asia/Shanghai)."""
    agreed = substitution.c
    return and_(agreed.accepted_at.is_not(None), agreed.ended_at.is_(None), agreed.from_on <= on, agreed.until_on >= on)


def held(on: date | ColumnElement[date], holder: ColumnElement[int] | None = None) -> CompoundSelect[Any]:
    """What accounts hold on the day ``on``: ``account_id, role, region, deputy_for, deputy_name``.

    Grants of their own, and those of principals in whose place they act (代) while the principal holds them.
    ``holder``: of this account alone.
    """
    nobody = type_coerce(null(), String())
    own = select(role_grant.c.account_id, role_grant.c.role, role_grant.c.region)
    own = own.add_columns(nobody.label("deputy_for"), nobody.label("deputy_name")).where(in_force(on))
    theirs = (
        select(substitution.c.deputy_id.label("account_id"), substitution.c.role, substitution.c.region)
        .add_columns(account.c.person_key.label("deputy_for"), account.c.name.label("deputy_name"))
        .join(account, account.c.id == substitution.c.principal_id)
        .join(
            role_grant,
            and_(
                role_grant.c.account_id == substitution.c.principal_id,
                role_grant.c.role == substitution.c.role,
                role_grant.c.region == substitution.c.region,
            ),
        )
        .where(deputising(on), in_force(on), account.c.disabled_at.is_(None))
    )
    if holder is not None:
        own, theirs = own.where(role_grant.c.account_id == holder), theirs.where(substitution.c.deputy_id == holder)
    return union_all(own, theirs)


def settled(account_id: int, role: Role, region: str, at: datetime, basis: str = "console") -> RoleGrant:
    """A grant given at the console, in force from the day of ``at`` (aware) on."""
    return RoleGrant(
        account_id=account_id,
        role=role.value,
        region=region,
        from_on=local_day(at),
        basis=basis,
        asked_by=CONSOLE,
        asked_at=at,
        confirmed_by=INSTALLER,
        confirmed_at=at,
    )
