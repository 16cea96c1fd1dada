"""What an account has been told (收件箱): newest first, read or not. Letters about regions it lost are not shown.

The words are written when they are read, in the language of that moment; the facts are those of the outbox row and of
its entry in the trail.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from typing import Any

from jinja2 import TemplateError
from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Row,
    Select,
    bindparam,
    exists,
    func,
    literal,
    select,
    tuple_,
    update,
)

from notifications.due_words import OF_A_PLACE, link_of
from notifications.i18n import translator
from notifications.letters import load_letters
from notifications.messages import Message, Reader, compose
from notifications.reminders import INBOX, NOTED, PREFIX, is_reminder
from notifications.repeats import take_note
from states.clocks import local_day
from states.say import say
from workflow.grants import held
from workflow.office import Office
from workflow.tables import metadata

log = logging.getLogger(__name__)

_outbox, _delivery = (metadata.tables[name] for name in ("outbox", "delivery"))
_ORDER = (_delivery.c.sent_at, _outbox.c.hire_id, _outbox.c.seq, _outbox.c.n)
UNREADABLE = say("这封信暂时无法显示")


class UnknownCursor(ValueError):
    """The cursor is not one that this inbox gave out."""


@dataclass(frozen=True, slots=True)
class Item:
    """One letter in the list. ``cursor``: where to go on after it. ``at`` and ``read_at`` are UTC.

    ``about``: whose hire, and the post; or the place and the document. ``href``: where it is dealt with. ``reminds``:
    of which deadline, ``noted``: the reader did take note.
    """

    message_id: str
    hire_id: int
    at: datetime
    read_at: datetime | None
    message: Message
    cursor: str
    about: tuple[str, str] = ("", "")
    reminds: str = ""
    noted: bool = False
    href: str = ""


def page(
    office: Office,
    account_id: int,
    *,
    reader: Reader,
    after: str | None = None,
    limit: int = 20,
    unread_only: bool = False,
) -> list[Item]:
    """Up to ``limit`` letters, newest first, from behind the cursor ``after``. Raises UnknownCursor."""
    query = _letters_of(office, account_id).order_by(*(column.desc() for column in _ORDER)).limit(limit)
    if after is not None:
        query = query.where(tuple_(*_ORDER) < tuple_(*_place(after)))
    if unread_only:
        query = query.where(_delivery.c.read_at.is_(None))
    with office.database.reading() as connection:
        rows = connection.execute(query).all()
    written = _composed(office, [row.message_id for row in rows], reader)
    return [_item(row, *written[row.message_id]) for row in rows]


def read(office: Office, account_id: int, message_id: str, at: datetime, *, reader: Reader) -> Item | None:
    """One letter, marked as read at ``at`` (aware) when it is opened for the first time. None: not this account's."""
    with office.database.transaction() as connection:
        row = connection.execute(_letters_of(office, account_id).where(_delivery.c.message_id == message_id)).first()
        if row is None:
            return None
        if row.read_at is None:
            connection.execute(_marking(account_id, at).where(_delivery.c.message_id == message_id))
    written = _composed(office, [message_id], reader)[message_id]
    return replace(_item(row, *written), read_at=row.read_at or at)


def note(office: Office, account_id: int, message_id: str, at: datetime) -> bool:
    """Takes note of a reminder (已知晓) at ``at`` (aware), which is read by that. False: not this account's."""
    with office.database.transaction() as connection:
        row = connection.execute(_letters_of(office, account_id).where(_delivery.c.message_id == message_id)).first()
        if row is None or not take_note(connection, account_id, message_id, at):
            return False
        connection.execute(_marking(account_id, at).where(_delivery.c.message_id == message_id))
    return True


def mark_all_read(office: Office, account_id: int, at: datetime) -> int:
    """Marks every unread letter as read; returns how many there were."""
    with office.database.transaction() as connection:
        return connection.execute(_marking(account_id, at)).rowcount


def unread_count(office: Office, account_id: int, most: int | None = None) -> int:
    """How many letters were not opened yet; ``most``: nobody asks for the difference between more."""
    asked: dict[str, Any] = {"account": account_id, "on": local_day(office.now())}
    if most is not None:
        asked["most"] = most
    with office.database.reading() as connection:
        return int(connection.execute(_unread(most is not None), asked).scalar_one())


@cache
def _unread(capped: bool) -> Select[Any]:
    """Every page asks this, and to write the statement takes longer than to answer it."""
    concerned = still_concerned(bindparam("account", type_=Integer()), bindparam("on", type_=Date()))
    query = _letters(select(_delivery.c.message_id), bindparam("account"), concerned).where(
        _delivery.c.read_at.is_(None)
    )
    if capped:
        query = query.limit(bindparam("most", type_=Integer()))
    return select(func.count()).select_from(query.subquery())


def _letters_of(office: Office, account_id: int) -> Select[Any]:
    read = select(
        _delivery, _outbox.c.seq, _outbox.c.n, _outbox.c.template, _outbox.c.facts, _was_noted().label("noted")
    )
    return _letters(read, literal(account_id), still_concerned(literal(account_id), local_day(office.now())))


def _letters(read: Select[Any], account_id: ColumnElement[int], concerned: ColumnElement[bool]) -> Select[Any]:
    return read.join(_outbox, _outbox.c.message_id == _delivery.c.message_id).where(
        _delivery.c.account_id == account_id, _delivery.c.channel == INBOX, concerned
    )


def still_concerned(account_id: ColumnElement[int], on: date | ColumnElement[date]) -> ColumnElement[bool]:
    """A grant that was taken away takes the letters of its region along, and so does the end of a deputy's window."""
    granted = held(on, account_id).subquery()
    return exists().select_from(granted).where(_outbox.c.region.startswith(granted.c.region))


def _was_noted() -> ColumnElement[bool]:
    noted = _delivery.alias()
    same = (noted.c.message_id == _delivery.c.message_id, noted.c.account_id == _delivery.c.account_id)
    return exists().where(*same, noted.c.channel == NOTED)


def _item(row: Row[Any], message: Message, about: tuple[str, str]) -> Item:
    reminds = row.template.removeprefix(PREFIX) if is_reminder(row.template) else ""
    place = _cursor(row)
    own = (row.message_id, row.hire_id, row.sent_at, row.read_at, message, place, about, reminds, bool(row.noted))
    return Item(*own, link_of(row.template, row.hire_id, row.facts))


def _marking(account_id: int, at: datetime) -> Any:
    unread = (_delivery.c.account_id == account_id, _delivery.c.channel == INBOX, _delivery.c.read_at.is_(None))
    return update(_delivery).where(*unread).values(read_at=at)


def _composed(office: Office, message_ids: Sequence[str], reader: Reader) -> dict[str, tuple[Message, tuple[str, str]]]:
    """The words of each letter, and whom it is about. One that cannot be written is named so and hides no other."""
    with office.database.reading() as connection:
        letters = load_letters(office, connection, message_ids)
    speak = translator(reader.language)
    found = dict.fromkeys(message_ids, (Message(UNREADABLE.text(speak), ""), ("", "")))
    for message_id, letter in letters.items():
        try:
            about = letter.person or say("空缺名额").text(speak), f"{letter.post} · {letter.place}"
            if letter.template in OF_A_PLACE:
                about = str(letter.facts["place"]), letter.procedure.title.in_language(reader.language)
            found[message_id] = compose(letter, reader), about
        except (KeyError, ValueError, TemplateError):
            log.exception("a letter could not be written", extra={"message_id": message_id})
    return found


def _cursor(row: Row[Any]) -> str:
    return f"{row.sent_at.isoformat()}~{row.hire_id}~{row.seq}~{row.n}"


def _place(cursor: str) -> tuple[datetime, int, int, int]:
    try:
        moment, hire_id, seq, n = cursor.split("~")
        at = datetime.fromisoformat(moment)
        place = at, int(hire_id), int(seq), int(n)
    except ValueError:
        raise UnknownCursor(cursor) from None
    if at.tzinfo is None or not all(0 <= number < 2**31 for number in place[2:]) or not 0 <= place[1] < 2**63:
        raise UnknownCursor(cursor)
    return place
