"""Sending the e-mails that are due (发送): a letter by itself, or one digest of an account's letters.

What is sent together is leased together, sent, and marked. A process that dies between sending and marking leaves the
lease, and after it the same goes out again under the same Message-ID: at least once.

For one reader the letters about one hire keep the order of its trail; only what is urgent does not wait for the digest.
A letter that cannot be sent holds up no other hire and no other reader, and is given up when ``BACK_OFF`` is used up. A
mail server that is away costs no attempt. A reminder whose case has moved on is withdrawn instead.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from jinja2 import TemplateError
from sqlalchemy import Connection, Row, Select, and_, exists, literal, or_, select, tuple_, update

from notifications.channels import Away, Channel, Delayed, Post, Refused
from notifications.channels.email import EmailChannel
from notifications.digest import compose_digest
from notifications.inbox import still_concerned
from notifications.letters import load_letters
from notifications.messages import Letter, Message, Reader, compose
from notifications.reminders import DIGEST, MAIL
from states.clocks import local_day
from workflow.failpoints import failpoint
from workflow.office import Office
from workflow.settings import Settings
from workflow.tables import metadata

log = logging.getLogger(__name__)

#: longer than a run and the slowest answer of a mail server together: nobody else takes the letter meanwhile
LEASE = timedelta(minutes=10)
RUN_SECONDS = 60.0
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720, 1440))
AWAY = timedelta(minutes=1)
#: letters in one digest; what is more comes in the next one
DIGEST_MOST = 100
WITHDRAWN = "withdrawn: the case has moved on, or is no longer this reader's"

_outbox, _delivery, _account = (metadata.tables[name] for name in ("outbox", "delivery", "account"))
_KEYS = ("message_id", "account_id", "channel")


@dataclass(slots=True)
class Delivered:
    """E-mails: ``delayed`` will be tried again, ``dead`` not. ``withdrawn``: letters that no longer hold."""

    sent: int = 0
    delayed: int = 0
    dead: int = 0
    withdrawn: int = 0


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
            if not claimed or not _deliver(office, settings, claimed, channel, at, done):
                return done
    finally:
        channel.close()
    return done


# ---- what is claimed ---------------------------------------------------------------------------------------------


def _claim(office: Office, at: datetime) -> Sequence[Row[Any]]:
    """Leases what goes out next as one e-mail: until the lease is over nobody else takes it."""
    with office.database.transaction() as connection:
        claimed = connection.execute(_due_letter(at)).all() or _due_digest(connection, at)
        if claimed:
            values = {"due_at": at + LEASE, "attempts": _delivery.c.attempts + 1}
            connection.execute(update(_delivery).where(_are(claimed)).values(values))
        return claimed


def _rows() -> Select[Any]:
    return (
        select(_delivery, _account.c.email, _account.c.language, _account.c.disabled_at)
        .join(_outbox, _outbox.c.message_id == _delivery.c.message_id)
        .join(_account, _account.c.id == _delivery.c.account_id)
        .where(_delivery.c.status == "waiting")
    )


def _due_letter(at: datetime) -> Select[Any]:
    """The earliest letter that goes by itself and for which no earlier one about its hire is waiting."""
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
        _rows()
        .where(_delivery.c.channel == MAIL, _delivery.c.due_at <= at, ~earlier)
        .order_by(_delivery.c.due_at, _outbox.c.hire_id, _outbox.c.seq, _outbox.c.n)
        .limit(1)
        .with_for_update(of=_delivery, skip_locked=True)
    )


def _due_digest(connection: Connection, at: datetime) -> Sequence[Row[Any]]:
    """All that is due for the digest of one account. The account is held, so that nobody makes half a digest of it."""
    due = (_delivery.c.channel == DIGEST, _delivery.c.status == "waiting", _delivery.c.due_at <= at)
    waits = exists().where(_delivery.c.account_id == _account.c.id, *due)
    account = connection.execute(
        select(_account.c.id)
        .where(waits)
        .order_by(_account.c.id)
        .limit(1)
        .with_for_update(skip_locked=True, key_share=True)
    ).scalar()
    if account is None:
        return []
    return connection.execute(
        _rows()
        .where(_delivery.c.account_id == account, *due)
        .order_by(_outbox.c.hire_id, _outbox.c.seq, _outbox.c.n)
        .limit(DIGEST_MOST)
        .with_for_update(of=_delivery, skip_locked=True)
    ).all()


# ---- what is sent -----------------------------------------------------------------------------------------------


def _deliver(
    office: Office, settings: Settings, claimed: Sequence[Row[Any]], channel: Channel, at: datetime, done: Delivered
) -> bool:
    """Sends what was leased as one e-mail and marks what became of it. False: the mail server is away."""
    standing = list(claimed)
    try:
        letters = _letters(office, claimed, at)
        standing = _without_withdrawn(office, claimed, letters, at, done)
        if not standing:
            return True
        standing, post = _written(office, settings, standing, letters, at, done)
        channel.send(post)
    except Away as away:
        log.warning("the mail server takes nothing: %s", away)
        back = {"attempts": _delivery.c.attempts - 1, "due_at": at + AWAY, "error": _short(away)}
        _mark(office, standing, attempted=True, **back)
        return False
    except Refused as refusal:
        _give_up(office, standing, refusal, done)
    except Exception as fault:
        if not isinstance(fault, Delayed):
            log.exception("a letter could not be written", extra={"message_id": standing[0].message_id})
        _try_again(office, standing, fault, at, done)
    else:
        failpoint("after_send")
        _mark(office, standing, attempted=False, status="sent", sent_at=at, error=None)
        done.sent += 1
    return True


def _letters(office: Office, claimed: Sequence[Row[Any]], at: datetime) -> dict[str, Letter]:
    """The letters, told from the day on which they go out."""
    with office.database.reading() as connection:
        found = load_letters(office, connection, [row.message_id for row in claimed])
    return {key: replace(letter, created_on=local_day(at)) for key, letter in found.items()}


def _without_withdrawn(
    office: Office, claimed: Sequence[Row[Any]], letters: dict[str, Letter], at: datetime, done: Delivered
) -> list[Row[Any]]:
    with office.database.reading() as connection:
        concerned = {
            key
            for (key,) in connection.execute(
                select(_outbox.c.message_id).where(
                    _outbox.c.message_id.in_([row.message_id for row in claimed]),
                    still_concerned(literal(claimed[0].account_id), local_day(at)),
                )
            )
        }
    moved = {key for key, letter in letters.items() if letter.moved}
    gone = [row for row in claimed if row.message_id in moved or row.message_id not in concerned]
    if gone:
        _mark(office, gone, attempted=True, status="dead", error=WITHDRAWN)
        done.withdrawn += len(gone)
    return [row for row in claimed if row not in gone]


def _written(
    office: Office,
    settings: Settings,
    claimed: list[Row[Any]],
    letters: dict[str, Letter],
    at: datetime,
    done: Delivered,
) -> tuple[list[Row[Any]], Post]:
    """The e-mail, and the rows that are in it: one that cannot be written is put off and keeps back no other."""
    first = claimed[0]
    if first.disabled_at is not None or not first.email:
        raise Refused("the account is disabled or has no e-mail address any more")
    reader = Reader(first.language, settings.public_url.rstrip("/"))
    if len(claimed) == 1:
        message = compose(letters[first.message_id], reader)
        return claimed, _post(f"{first.message_id}.{first.account_id}", first.email, message, at)
    written: list[tuple[Row[Any], Letter, Message]] = []
    for row in claimed:
        try:
            letter = letters[row.message_id]
            written.append((row, letter, compose(letter, reader)))
        except (KeyError, ValueError, TemplateError) as fault:
            log.exception("a letter could not be written", extra={"message_id": row.message_id})
            _try_again(office, [row], fault, at, done)
    if not written:
        raise Delayed("none of the letters could be written")
    rows = [row for row, _, _ in written]
    message = compose_digest([(letter, told) for _, letter, told in written], reader, local_day(at))
    ids = hashlib.sha256("\n".join(row.message_id for row in rows).encode()).hexdigest()[:24]
    return rows, _post(f"digest-{ids}.{first.account_id}", first.email, message, at)


def _post(key: str, address: str, message: Message, at: datetime) -> Post:
    return Post(key, address, message.subject, message.body, at)


# ---- what became of it --------------------------------------------------------------------------------------------


def _try_again(office: Office, claimed: Sequence[Row[Any]], fault: Exception, at: datetime, done: Delivered) -> None:
    """Each letter by its own count of attempts, the last of which gives it up."""
    spent = [row for row in claimed if row.attempts >= len(BACK_OFF)]
    if spent:
        _give_up(office, spent, fault, done)
    for row in claimed:
        if row not in spent:
            _mark(office, [row], attempted=True, due_at=at + BACK_OFF[row.attempts], error=_short(fault))
    done.delayed += len(spent) < len(claimed)


def _give_up(office: Office, claimed: Sequence[Row[Any]], fault: Exception, done: Delivered) -> None:
    for row in claimed:
        log.error("an e-mail is given up", extra={"message_id": row.message_id, "account_id": row.account_id})
    _mark(office, claimed, attempted=True, status="dead", error=_short(fault))
    done.dead += 1


def _mark(office: Office, claimed: Sequence[Row[Any]], *, attempted: bool, **values: Any) -> None:
    """``attempted``: only if nobody has taken the letter over since; what was sent was sent in any case."""
    mine = _are(claimed)
    if attempted:
        mine = or_(*(and_(_is(row), _delivery.c.attempts == row.attempts + 1) for row in claimed))
    with office.database.transaction() as connection:
        connection.execute(update(_delivery).where(mine, _delivery.c.status == "waiting").values(**values))


def _are(claimed: Sequence[Row[Any]]) -> Any:
    keys = [tuple(getattr(row, key) for key in _KEYS) for row in claimed]
    return tuple_(*(_delivery.c[key] for key in _KEYS)).in_(keys)


def _is(row: Row[Any]) -> Any:
    return and_(*(_delivery.c[key] == getattr(row, key) for key in _KEYS))


def _short(fault: Exception) -> str:
    return f"{type(fault).__name__}: {fault}"[:500]
