"""From the outbox to people (投递): who is addressed, and by which ways. Any number of processes may do it.

Addressing is one transaction: a letter is claimed, its readers are found, their deliveries are rows. Sending them is
``notifications.sending``.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select, update

from notifications.lanes import MAILS_A_DAY, Lanes
from states.clocks import local_day
from states.vocabulary import Role
from workflow.grants import held
from workflow.office import Office
from workflow.tables import metadata

log = logging.getLogger(__name__)

#: a letter that nobody could be found for is looked at again each day, for so long
NOBODY_AGAIN = timedelta(days=1)
NOBODY_LONGEST = timedelta(days=30)

_outbox, _delivery, _hire, _account = (metadata.tables[name] for name in ("outbox", "delivery", "hire", "account"))


@dataclass(slots=True)
class Addressed:
    """``nobody``: letters for which there is no account yet."""

    letters: int = 0
    deliveries: int = 0
    nobody: int = 0


# ---- who is addressed -------------------------------------------------------------------------------------------


def address(
    office: Office, at: datetime, *, mail: bool = False, batch: int = 200, singles: int = MAILS_A_DAY
) -> Addressed:
    """Finds the readers of every waiting letter (``at``: aware). ``mail``: also by e-mail, to accounts that have one.

    Readers are the accounts whose grant of the role covers the region of the hire. A letter to the applicant goes to
    whoever hands it over. ``singles``: e-mails of their own that an account gets in a day, before a digest takes over.
    """
    done = Addressed()
    while True:
        with office.database.transaction() as connection:
            claimed = connection.execute(_waiting(at, batch)).all()
            _address(office, connection, claimed, at, mail, singles, done)
        if len(claimed) < batch:
            return done


def _waiting(at: datetime, batch: int) -> Select[Any]:
    return (
        select(_outbox, _hire.c.procedure, _hire.c.kind)
        .join(_hire, _hire.c.id == _outbox.c.hire_id)
        .where(_outbox.c.status == "waiting", _outbox.c.due_at <= at)
        .order_by(_outbox.c.due_at, _outbox.c.message_id)
        .limit(batch)
        .with_for_update(of=_outbox, skip_locked=True)
    )


def _address(
    office: Office,
    connection: Connection,
    claimed: Sequence[Row[Any]],
    at: datetime,
    mail: bool,
    singles: int,
    done: Addressed,
) -> None:
    found = _readers(connection, {row.region for row in claimed}, local_day(at))
    addressed: list[tuple[Row[Any], dict[int, str | None]]] = []
    for letter in claimed:
        readers = next(filter(None, (found[letter.region, role] for role in _roles(office, letter))), {})
        if (own := letter.facts.get("to_account")) is not None:  # to one account, whatever its role
            readers = _the_account(connection, own)
        if not readers and at - letter.created_at < NOBODY_LONGEST:
            _wait_for_somebody(connection, letter, at)
            done.nobody += 1
            continue
        if not readers:
            log.error("nobody was found to read a letter", extra={"message_id": letter.message_id})
        addressed.append((letter, readers))
    accounts = {account for _, readers in addressed for account in readers}
    hires = {letter.hire_id for letter, _ in addressed}
    lanes = Lanes.of(connection, at, office.setting.calendar, accounts, hires, singles)
    rows = [
        row
        for letter, readers in addressed
        for account, email in readers.items()
        for row in lanes.rows(letter, account, email if mail else None)
    ]
    if rows:
        connection.execute(insert(_delivery), rows)
    if addressed:
        letters = [letter.message_id for letter, _ in addressed]
        connection.execute(update(_outbox).where(_outbox.c.message_id.in_(letters)).values(status="addressed"))
    done.letters += len(addressed)
    done.deliveries += len(rows)


def _readers(connection: Connection, regions: set[str], on: date) -> dict[tuple[str, str], dict[int, str | None]]:
    """For every region and role, the accounts that may act there, deputies too, with their e-mail addresses."""
    above = {region: {region[:length] for length in range(len(region) + 1)} for region in regions}
    granted = held(on).subquery()
    grants = connection.execute(
        select(granted.c.account_id, granted.c.role, granted.c.region, _account.c.email)
        .join(_account, _account.c.id == granted.c.account_id)
        .where(_account.c.disabled_at.is_(None), granted.c.region.in_(set().union(*above.values())))
        .order_by(granted.c.account_id)
    ).all()
    found: dict[tuple[str, str], dict[int, str | None]] = defaultdict(dict)
    for grant in grants:
        for region, covering in above.items():
            if grant.region in covering:
                found[region, grant.role][grant.account_id] = grant.email
    return found


def _the_account(connection: Connection, account: int) -> dict[int, str | None]:
    asked = select(_account.c.id, _account.c.email).where(_account.c.id == account, _account.c.disabled_at.is_(None))
    return {row.id: row.email for row in connection.execute(asked)}


def _roles(office: Office, letter: Row[Any]) -> Iterable[str]:
    """The roles that may hear a letter; the first that anybody holds does. Applicants have no accounts."""
    yield letter.to_role
    if letter.to_role == Role.APPLICANT:
        yield Role.EMPLOYER.value
        try:
            kind = office.rulebook.rules(letter.procedure).procedure.kind_by_name.get(letter.kind)
        except KeyError:
            log.exception("the procedure of a hire is not known", extra={"hire_id": letter.hire_id})
        else:
            yield from (kind.organiser.value,) if kind else ()


def _wait_for_somebody(connection: Connection, letter: Row[Any], at: datetime) -> None:
    later = update(_outbox).where(_outbox.c.message_id == letter.message_id).values(due_at=at + NOBODY_AGAIN)
    connection.execute(later)
    log.warning("nobody to read a letter yet", extra={"message_id": letter.message_id, "role": letter.to_role})
