"""Who may change what others may do (权限的权限): the three administrators (三员), and the questions asked of both.

System, security and audit administrators exclude one another and every other role, for one natural person across all
accounts: whoever opens accounts gives no roles, whoever gives roles opens no accounts, and neither reads the log.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, and_, or_, select
from sqlmodel import Session

from states.facts import Actor
from states.refusals import Refusal
from states.say import say
from states.vocabulary import ADMINISTRATORS, Role
from workflow.tables import metadata

#: for windows without an end
FOREVER = date(9999, 12, 31)
_grant, _account, _sub = (metadata.tables[name] for name in ("role_grant", "account", "substitution"))


class NotEntitled(Refusal):
    """The actor's roles do not include this, or not there."""

    def __init__(self) -> None:
        super().__init__(say("您没有办理此事的职责"))


class NotPossible(Refusal):
    """What is asked contradicts a rule of the house or what is already there; the sentence says which."""


def must_be(actor: Actor, role: Role, region: str | None = None) -> None:
    """Raises NotEntitled unless the actor holds the role themselves (over ``region``)."""
    held = [grant for grant in actor.grants if grant.role is role and grant.deputy_for is None]
    if not any(region is None or grant.covers(region) for grant in held):
        raise NotEntitled


def overlapping(
    table_from: ColumnElement[date], until: ColumnElement[date], first: date, last: date | None
) -> ColumnElement[bool]:
    """The condition that a window of rows and that from ``first`` to ``last`` share a day."""
    return and_(or_(until.is_(None), until >= first), table_from <= (last or FOREVER))


def refuse_if_exclusive(session: Session, person_key: str, role: Role, first: date, last: date | None) -> None:
    """Raises NotPossible where a role would join an administrator's with another in one natural person's hand.

    Grants that only wait for their second person count, and so does standing in for somebody.
    """
    within = overlapping(_grant.c.from_on, _grant.c.until_on, first, last)
    grants = (
        select(_grant.c.role)
        .join(_account, _account.c.id == _grant.c.account_id)
        .where(_account.c.person_key == person_key, _grant.c.revoked_at.is_(None), within)
    )
    deputy = (
        select(_sub.c.role)
        .join(_account, _account.c.id == _sub.c.deputy_id)
        .where(
            _account.c.person_key == person_key,
            _sub.c.ended_at.is_(None),
            overlapping(_sub.c.from_on, _sub.c.until_on, first, last),
        )
    )
    connection = session.connection()
    others = {Role(found) for found in connection.execute(grants.union(deputy)).scalars()} - {role}
    if others and (role in ADMINISTRATORS or others & ADMINISTRATORS):
        raise NotPossible(
            say("系统管理员、安全管理员、审计管理员之间，以及他们与业务岗位之间，不得由同一人兼任。请另选一人")
        )


def is_administrator(session: Session, account_id: int) -> bool:
    """Whether the account's natural person is granted one of the three roles, now or later."""
    key = session.connection().execute(select(_account.c.person_key).where(_account.c.id == account_id)).scalar()
    found = (
        select(_grant.c.id)
        .join(_account, _account.c.id == _grant.c.account_id)
        .where(_account.c.person_key == key, _grant.c.revoked_at.is_(None), _grant.c.role.in_(_ADMINISTRATORS))
    )
    return session.connection().execute(found.limit(1)).first() is not None


_ADMINISTRATORS = [role.value for role in sorted(ADMINISTRATORS)]
