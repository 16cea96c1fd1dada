"""Clearance (回避解除): a higher level lets an officer deal with a person in spite of a flag of kinship, with a reason.

Only a role of county level or above may clear, within a region that holds the officer's and is higher than it. The
reason stands in the person's own log; the open hires of the person change their version, so that no step decided under
the flag is written after it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from states.clocks import local_day
from states.facts import Actor, Grant
from states.refusals import InputRefused, StepNotOffered
from states.say import say
from states.vocabulary import ADMINISTRATORS, FINAL_STATES, Role
from workflow import grants, person_log
from workflow.people import NoSuchPerson
from workflow.sealing import Seal
from workflow.tables import Account, Clearance, Hire, Person, Region, RoleGrant

#: the levels that are high enough
HIGH = frozenset({"province", "city", "county"})
#: roles that decide nothing
_NO_OFFICE = ADMINISTRATORS | {Role.APPLICANT, Role.PUBLIC, Role.SYSTEM, Role.SUPERVISOR}


def clear(
    session: Session,
    seal: Seal,
    person_id: int,
    username: str,
    actor: Actor,
    at: datetime,
    reason: str,
    *,
    algorithm: str = "sha256",
) -> None:
    """Clears the holder of the account ``username`` to deal with a person, with a reason of 2 to 200 characters.

    Raises InputRefused (no such account, no reason, cleared before), StepNotOffered for a role that is not higher,
    NoSuchPerson.
    """
    reason = reason.strip()
    if not 2 <= len(reason) <= 200:
        raise InputRefused({"reason": say("请写明解除回避的理由（2至200字）")})
    officer = session.exec(select(Account).where(Account.username == username.strip())).first()
    if officer is None:
        raise InputRefused({"officer": say("没有这个账户，请核对用户名")})
    person = session.exec(select(Person).where(Person.id == person_id).with_for_update()).first()
    if person is None:
        raise NoSuchPerson(person_id)
    by = _higher(session, actor, _grants_of(session, officer.person_key, at))
    if by is None or actor.person_key in (officer.person_key, person.key):
        raise StepNotOffered(say("须由县级以上、高于该经办人的机关解除回避"), forbidden=True)
    if session.get(Clearance, (person_id, officer.person_key)) is not None:
        raise InputRefused({"officer": say("已经解除过，不必再办")})
    session.add(
        Clearance(
            person_id=person_id,
            officer_key=officer.person_key,
            cleared_by=actor.person_key,
            account_id=actor.account_id,
            role=by.role.value,
            region=by.region,
            reason=reason,
            at=at,
        )
    )
    person_log.write(session, seal, person, actor, at, "clear", purpose=reason, algorithm=algorithm)
    raised = update(Hire).where(col(Hire.person_id) == person_id, col(Hire.state).not_in(sorted(FINAL_STATES)))
    session.execute(raised.values(version=Hire.version + 1))
    session.flush()


def may_clear(actor: Actor, region: str) -> bool:
    """Whether the actor could clear anybody for a person of this region: the page asks before it shows the form."""
    return any(g.role not in _NO_OFFICE and g.covers(region) and len(g.region) <= 6 for g in actor.grants)


def _grants_of(session: Session, person_key: str, at: datetime) -> list[str]:
    """The regions in which the officer holds an office today, under any account."""
    asked = (
        select(RoleGrant.region)
        .join(Account, col(Account.id) == col(RoleGrant.account_id))
        .where(Account.person_key == person_key, grants.in_force(local_day(at)))
        .where(col(RoleGrant.role).not_in(sorted(role.value for role in _NO_OFFICE)))
    )
    return list(session.exec(asked))


def _higher(session: Session, actor: Actor, officer: Iterable[str]) -> Grant | None:
    """A grant of the actor that is high enough and above every region of the officer; None if there is none."""
    regions = list(officer)
    for grant in actor.grants:
        above = all(region.startswith(grant.region) and region != grant.region for region in regions)
        if grant.role not in _NO_OFFICE and above and regions and _is_high(session, grant.region):
            return grant
    return None


def _is_high(session: Session, code: str) -> bool:
    region = session.get(Region, code)
    return code == "" or (region is not None and region.level in HIGH)
