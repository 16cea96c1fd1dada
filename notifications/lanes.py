"""Which ways a letter takes to a reader (投递途径): always the inbox; by e-mail singly, in the day's digest, or not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, func, select

from notifications.preferences import MailMode, mail_modes
from notifications.reminders import DIGEST, INBOX, MAIL, channels_of
from notifications.repeats import Noted, noted_by
from notifications.timetable import digest_at, is_urgent, mail_at, start_of_day
from states.calendar import Calendar
from states.clocks import local_day
from workflow.tables import metadata

#: e-mails of their own that one account gets in a day; what is more comes in a digest
MAILS_A_DAY = 10

_delivery = metadata.tables["delivery"]


@dataclass(frozen=True, slots=True)
class Lanes:
    """What has to be known of all readers of a batch of letters. ``at``: aware; ``singles``: e-mails of this day."""

    at: datetime
    calendar: Calendar
    modes: Mapping[int, MailMode]
    noted: Noted
    singles: Counter[int]
    most: int = MAILS_A_DAY

    @classmethod
    def of(
        cls,
        connection: Connection,
        at: datetime,
        calendar: Calendar,
        accounts: Collection[int],
        hires: Collection[int],
        most: int = MAILS_A_DAY,
    ) -> Lanes:
        """Read in three queries, however many they are."""
        noted = noted_by(connection, hires, calendar)
        return cls(at, calendar, mail_modes(connection, accounts), noted, _singles(connection, at, accounts), most)

    def rows(self, letter: Row[Any], account: int, email: str | None) -> Iterator[dict[str, Any]]:
        """The deliveries of a letter to one account. ``email`` None: nothing is sent."""
        row = {"message_id": letter.message_id, "account_id": account, "hire_id": letter.hire_id}
        known = self.noted.silences(account, letter, self.calendar)
        channels = channels_of(letter.template)
        if INBOX in channels:
            read_at = self.at if known else None
            yield {**row, "channel": INBOX, "status": "sent", "due_at": self.at, "sent_at": self.at, "read_at": read_at}
        if MAIL in channels and email and not known:
            lane, due_at = self._lane(letter, account)
            yield {**row, "channel": lane, "status": "waiting", "due_at": due_at, "sent_at": None, "read_at": None}

    def _lane(self, letter: Row[Any], account: int) -> tuple[str, datetime]:
        """A storm goes into a digest: of its own at once if it is urgent, else that of the next working morning."""
        urgent = is_urgent(letter.template, letter.facts, local_day(self.at), self.calendar)
        if urgent or self.modes[account] is MailMode.EACH:
            due_at = self.at if urgent else mail_at(self.at, self.calendar)
            if self.singles[account] < self.most:
                self.singles[account] += 1
                return MAIL, due_at
            if urgent:
                return DIGEST, due_at
        return DIGEST, digest_at(self.at, self.calendar)


def _singles(connection: Connection, at: datetime, accounts: Collection[int]) -> Counter[int]:
    """How many e-mails of their own each account was given since the day began."""
    inbox, mail = _delivery.alias(), _delivery.alias()
    same = and_(mail.c.message_id == inbox.c.message_id, mail.c.account_id == inbox.c.account_id)
    query = (
        select(inbox.c.account_id, func.count())
        .join(mail, and_(same, mail.c.channel == MAIL))
        .where(inbox.c.account_id.in_(accounts), inbox.c.channel == INBOX, inbox.c.sent_at >= start_of_day(at))
        .group_by(inbox.c.account_id)
    )
    return Counter({account: number for account, number in connection.execute(query)})
