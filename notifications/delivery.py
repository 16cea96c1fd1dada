"""From the outbox to people (投递): who is addressed, and what has been sent. Any number of processes may do it.

Addressing is one transaction: a letter is claimed, its readers are found, their deliveries are rows. Sending is not,
since a mail server has no part in our transactions: a delivery is leased, sent, marked. A process that dies between
sending and marking leaves the lease, and after it the letter goes out again under the same Message-ID: at least once.

For one reader the letters about one hire keep the order of its trail; a letter that cannot be sent holds up no other
hire and no other reader, and is given up when ``BACK_OFF`` is used up. A mail server that is away costs no attempt.
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, exists, insert, or_, select, update

from notifications.channels import Away, Channel, Delayed, Post, Refused
from notifications.channels.email import EmailChannel
from notifications.letters import load_letters
from notifications.messages import Reader, compose
from notifications.reminders import INBOX, MAIL, channels_of
from states.clocks import local_day
from states.procedure import Role
from workflow.failpoints import failpoint
from workflow.grants import in_force
from workflow.office import Office
from workflow.settings import Settings
from workflow.tables import metadata

log = logging.getLogger(__name__)

#: longer than a run and the slowest answer of a mail server together: nobody else takes the letter meanwhile
LEASE = timedelta(minutes=10)
RUN_SECONDS = 60.0
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720, 1440))
AWAY = timedelta(minutes=1)
#: a letter that nobody could be found for is looked at again each day, for so long
NOBODY_AGAIN = timedelta(days=1)
NOBODY_LONGEST = timedelta(days=30)

_outbox, _delivery, _hire, _account, _grant = (
    metadata.tables[name] for name in ("outbox", "delivery", "hire", "account", "role_grant")
)


@dataclass(slots=True)
class Addressed:
    """``nobody``: letters for which there is no account yet."""

    letters: int = 0
    deliveries: int = 0
    nobody: int = 0


@dataclass(slots=True)
class Delivered:
    """``delayed`` will be tried again; ``dead`` will not."""

    sent: int = 0
    delayed: int = 0
    dead: int = 0


# ---- who is addressed -------------------------------------------------------------------------------------------


def address(office: Office, at: datetime, *, mail: bool = False, batch: int = 200) -> Addressed:
    """Finds the readers of every waiting letter (``at``: aware). ``mail``: also by e-mail, to accounts that have one.

    Readers are the accounts whose grant of the role covers the region of the hire. A letter to the applicant goes to
    whoever hands it over.
    """
    done = Addressed()
    while True:
        with office.database.transaction() as connection:
            claimed = connection.execute(_waiting(at, batch)).all()
            _address(office, connection, claimed, at, mail, done)
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
    office: Office, connection: Connection, claimed: Sequence[Row[Any]], at: datetime, mail: bool, done: Addressed
) -> None:
    found = _readers(connection, {row.region for row in claimed}, local_day(at))
    rows: list[dict[str, Any]] = []
    addressed: list[str] = []
    for letter in claimed:
        readers = next(filter(None, (found[letter.region, role] for role in _roles(office, letter))), {})
        if not readers and at - letter.created_at < NOBODY_LONGEST:
            _wait_for_somebody(connection, letter, at)
            done.nobody += 1
            continue
        if not readers:
            log.error("nobody was found to read a letter", extra={"message_id": letter.message_id})
        rows += [row for account, email in readers.items() for row in _deliveries(letter, account, email, at, mail)]
        addressed.append(letter.message_id)
    if rows:
        connection.execute(insert(_delivery), rows)
    if addressed:
        connection.execute(update(_outbox).where(_outbox.c.message_id.in_(addressed)).values(status="addressed"))
    done.letters += len(addressed)
    done.deliveries += len(rows)


def _readers(connection: Connection, regions: set[str], on: date) -> dict[tuple[str, str], dict[int, str | None]]:
    """For every region and role, the accounts that may act there, with their e-mail addresses."""
    above = {region: {region[:length] for length in range(len(region) + 1)} for region in regions}
    grants = connection.execute(
        select(_grant, _account.c.email)
        .join(_account, _account.c.id == _grant.c.account_id)
        .where(_account.c.disabled_at.is_(None), _grant.c.region.in_(set().union(*above.values())), in_force(on))
        .order_by(_grant.c.account_id)
    ).all()
    found: dict[tuple[str, str], dict[int, str | None]] = defaultdict(dict)
    for grant in grants:
        for region, covering in above.items():
            if grant.region in covering:
                found[region, grant.role][grant.account_id] = grant.email
    return found


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


def _deliveries(
    letter: Row[Any], account: int, email: str | None, at: datetime, mail: bool
) -> Iterable[dict[str, Any]]:
    channels = channels_of(letter.template)
    row = {"message_id": letter.message_id, "account_id": account, "hire_id": letter.hire_id, "due_at": at}
    if INBOX in channels:
        yield {**row, "channel": INBOX, "status": "sent", "sent_at": at}
    if MAIL in channels and mail and email:
        yield {**row, "channel": MAIL, "status": "waiting", "sent_at": None}


# ---- what is sent -----------------------------------------------------------------------------------------------


def deliver_mail(
    office: Office,
    settings: Settings,
    at: datetime,
    *,
    channel: Channel | None = None,
    stopping: Callable[[], bool] = lambda: False,
) -> Delivered:
    """Sends the e-mails that are due at ``at`` (aware), for a minute at most; the next call goes on.

    ``channel`` stands in for the mail server (dry runs). Without it and without ``smtp_host`` nothing is sent.
    """
    done = Delivered()
    if channel is None:
        if not settings.smtp_host:
            return done
        channel = EmailChannel(settings)
    began = time.monotonic()
    try:
        while time.monotonic() - began < RUN_SECONDS and not stopping():
            claimed = _claim(office, at)
            if claimed is None or not _deliver(office, settings, claimed, channel, at, done):
                return done
    finally:
        channel.close()
    return done


def _claim(office: Office, at: datetime) -> Row[Any] | None:
    """Leases the earliest due e-mail: until the lease is over nobody else takes it."""
    with office.database.transaction() as connection:
        claimed = connection.execute(_due(at)).first()
        if claimed is not None:
            values = {"due_at": at + LEASE, "attempts": claimed.attempts + 1}
            connection.execute(update(_delivery).where(*_is(claimed)).values(values))
        return claimed


def _due(at: datetime) -> Select[Any]:
    before, sent_before = _outbox.alias(), _delivery.alias()
    same_reader = and_(
        sent_before.c.message_id == before.c.message_id,
        sent_before.c.account_id == _delivery.c.account_id,
        sent_before.c.channel == MAIL,
    )
    earlier = (
        exists()
        .select_from(before.outerjoin(sent_before, same_reader))
        .where(
            before.c.hire_id == _outbox.c.hire_id,
            or_(before.c.seq < _outbox.c.seq, and_(before.c.seq == _outbox.c.seq, before.c.n < _outbox.c.n)),
            # not yet addressed counts too: another process may be about to find this reader
            or_(sent_before.c.status == "waiting", and_(before.c.status == "waiting", before.c.due_at <= at)),
        )
    )
    return (
        select(_delivery, _account.c.email, _account.c.language, _account.c.disabled_at)
        .join(_outbox, _outbox.c.message_id == _delivery.c.message_id)
        .join(_account, _account.c.id == _delivery.c.account_id)
        .where(_delivery.c.channel == MAIL, _delivery.c.status == "waiting", _delivery.c.due_at <= at, ~earlier)
        .order_by(_delivery.c.due_at, _outbox.c.hire_id, _outbox.c.seq, _outbox.c.n)
        .limit(1)
        .with_for_update(of=_delivery, skip_locked=True)
    )


def _deliver(
    office: Office, settings: Settings, claimed: Row[Any], channel: Channel, at: datetime, done: Delivered
) -> bool:
    """Sends one leased e-mail and marks what became of it. False: the mail server is away."""
    attempt = claimed.attempts + 1
    try:
        channel.send(_written(office, settings, claimed, at))
    except Away as away:
        log.warning("the mail server takes nothing: %s", away)
        _mark(office, claimed, attempt, attempts=attempt - 1, due_at=at + AWAY, error=_short(away))
        return False
    except Refused as refusal:
        _give_up(office, claimed, attempt, refusal, done)
    except Exception as fault:
        if not isinstance(fault, Delayed):
            log.exception("a letter could not be written", extra={"message_id": claimed.message_id})
        if attempt > len(BACK_OFF):
            _give_up(office, claimed, attempt, fault, done)
        else:
            _mark(office, claimed, attempt, due_at=at + BACK_OFF[attempt - 1], error=_short(fault))
            done.delayed += 1
    else:
        failpoint("after_send")
        _mark(office, claimed, None, status="sent", sent_at=at, error=None)
        done.sent += 1
    return True


def _written(office: Office, settings: Settings, claimed: Row[Any], at: datetime) -> Post:
    if claimed.disabled_at is not None or not claimed.email:
        raise Refused("the account is disabled or has no e-mail address any more")
    with office.database.reading() as connection:
        letter = load_letters(office, connection, [claimed.message_id])[claimed.message_id]
    message = compose(letter, Reader(claimed.language, settings.public_url.rstrip("/")))
    return Post(f"{claimed.message_id}.{claimed.account_id}", claimed.email, message.subject, message.body, at)


def _give_up(office: Office, claimed: Row[Any], attempt: int, fault: Exception, done: Delivered) -> None:
    log.error("an e-mail is given up", extra={"message_id": claimed.message_id, "account_id": claimed.account_id})
    _mark(office, claimed, attempt, status="dead", error=_short(fault))
    done.dead += 1


def _mark(office: Office, claimed: Row[Any], attempt: int | None, **values: Any) -> None:
    """``attempt``: only if nobody has taken the letter over since; what was sent was sent in any case."""
    mine = [] if attempt is None else [_delivery.c.attempts == attempt]
    with office.database.transaction() as connection:
        connection.execute(
            update(_delivery).where(*_is(claimed), _delivery.c.status == "waiting", *mine).values(**values)
        )


def _is(claimed: Row[Any]) -> tuple[Any, ...]:
    keys = ("message_id", "account_id", "channel")
    return tuple(_delivery.c[key] == getattr(claimed, key) for key in keys)


def _short(fault: Exception) -> str:
    return f"{type(fault).__name__}: {fault}"[:500]
