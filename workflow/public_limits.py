"""How often somebody without an account may send a form in (公众提交限制), kept in the database for all processes.

Counted per form and address. A village hall or a whole town may stand behind one address, so the limits stop a program
and not a queue of people. An IPv6 subscriber holds 2**64 addresses: the first half of the address counts.
"""

from __future__ import annotations

import ipaddress
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, text

from states.refusals import Refusal
from states.say import say
from workflow.tables import metadata
from workflow.unit_of_work import Database

attempt = metadata.tables["public_attempt"]
FORM_LENGTH, ADDRESS_LENGTH = 20, 64


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``most`` submissions of one form from one address within ``window``."""

    most: int
    window: timedelta


#: looking a receipt up is cheap and guessing one is hopeless; an application is many fields and a file
LIMITS: Mapping[str, Limit] = {
    "application": Limit(30, timedelta(hours=1)),
    "objection": Limit(10, timedelta(hours=1)),
    "receipt": Limit(30, timedelta(minutes=15)),
}
OTHERWISE = Limit(20, timedelta(hours=1))
#: how long attempts are kept: as long as the longest window looks back
KEPT = timedelta(days=1)


class TooMany(Refusal):
    """Too many submissions from one address; ``retry_at`` is the moment from which another one is taken."""

    def __init__(self, retry_at: datetime, at: datetime) -> None:
        minutes = max(1, -(-(retry_at - at) // timedelta(minutes=1)))
        super().__init__(
            say("从您所在的网络提交的次数过多，请在{minutes}分钟后再试，也可以直接到办理单位当面提交", minutes=minutes),
            retry_at=retry_at,
        )
        self.retry_at = retry_at


def admit(database: Database, form: str, address: str, at: datetime, *, limits: Mapping[str, Limit] = LIMITS) -> None:
    """Counts one submission of ``form`` from ``address`` at ``at`` (aware), and clears what is older than a day.

    Raises TooMany when the form is full for this address; a refused submission does not prolong the wait.
    """
    form, place, limit = form[:FORM_LENGTH], place_of(address), limits.get(form, OTHERWISE)
    with database.transaction() as connection:
        _one_at_a_time(connection, form, place)
        connection.execute(delete(attempt).where(attempt.c.at < at - KEPT))
        recent = (
            select(attempt.c.at)
            .where(attempt.c.address == place, attempt.c.form == form, attempt.c.at > at - limit.window)
            .order_by(attempt.c.at.desc())
            .limit(limit.most)
        )
        sent = connection.execute(recent).scalars().all()
        if len(sent) < limit.most:
            connection.execute(insert(attempt).values(at=at, form=form, address=place))
            return
    raise TooMany(sent[-1] + limit.window, at)


def place_of(address: str) -> str:
    """What is counted of an address: an IPv4 address whole, of an IPv6 address its network; any other text as it is."""
    try:
        known = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:ADDRESS_LENGTH]
    if isinstance(known, ipaddress.IPv6Address):
        if known.ipv4_mapped is not None:
            return str(known.ipv4_mapped)
        return str(ipaddress.ip_network((known, 64), strict=False))
    return str(known)


def _one_at_a_time(connection: Connection, form: str, place: str) -> None:
    """Submissions of one form from one address queue up, so that many at once are counted one by one.

    SQLite's transactions do so by themselves.
    """
    if connection.dialect.name == "postgresql":
        key = zlib.crc32(f"{form} {place}".encode())
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})
