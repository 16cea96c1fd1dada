"""Grants in time (授权): what an account may do on a day, and the rows by which the console begins a house.

A grant is in force when two natural persons have agreed on it, from its first day to its last, until it is revoked.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, or_

from states.clocks import local_day
from states.procedure import Role
from workflow.tables import RoleGrant, metadata

role_grant = metadata.tables["role_grant"]
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
