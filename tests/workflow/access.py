"""An office with its administrators and officers, for tests of who may change what others may do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

from states.clocks import local_day
from states.facts import Actor, Grant
from states.vocabulary import Role
from tests.workflow.support import AT, database_at
from workflow import sign_in
from workflow.grants import settled
from workflow.tables import Account, Region
from workflow.unit_of_work import Database

COUNTY, TOWN, VILLAGE = "610981", "610981100", "610981100201"
OTHER_COUNTY, ZONE = "610929", "6109A1"
TODAY = local_day(AT)
DAY = timedelta(days=1)


class House:
    """Accounts by a short name; the name is the natural person too, unless another is told."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.ids: dict[str, int] = {}
        with database.session() as session:
            for code, level, parent in ((OTHER_COUNTY, "county", "6109"), (ZONE, "township", "610981")):
                session.add(Region(code=code, level=level, parent=parent, name=code))
        self.add("anquan1", (Role.SECURITY_ADMIN, ""))
        self.add("anquan2", (Role.SECURITY_ADMIN, ""))
        self.add("xitong", (Role.SYSTEM_ADMIN, ""))
        self.add("shenji", (Role.AUDIT_ADMIN, ""))
        self.add("renshe", (Role.HRSS, COUNTY))
        self.add("renshe2", (Role.HRSS, COUNTY))
        self.add("zhenxing", (Role.RURAL, COUNTY))
        self.add("zhen", (Role.TOWNSHIP, TOWN))
        self.add("xin")

    def add(self, name: str, *grants: tuple[Role, str], person: str | None = None, **more: Any) -> int:
        with self.database.session() as session:
            values: dict[str, Any] = {"password_hash": "-", "created_at": AT, "password_changed_at": AT} | more
            account = Account(username=name, name=name, person_key=person or name, **values)
            session.add(account)
            session.flush()
            assert account.id is not None
            for role, region in grants:
                session.add(settled(account.id, role, region, AT - 400 * DAY))
            self.ids[name] = account.id
        return self.ids[name]

    def actor(self, name: str, on: date = TODAY) -> Actor:
        """How the account acts on a day, as a session finds out."""
        token = sign_in.begin(self.database, self.ids[name], AT).token
        visit = sign_in.visit_of(self.database, token, AT, on=on)
        assert visit is not None
        return visit.actor

    def grants(self, name: str, on: date = TODAY) -> set[Grant]:
        return set(self.actor(name, on).grants)

    def log(self, book: str = "access") -> list[str]:
        """The acts of a book, in order."""
        with self.database.reading() as connection:
            rows = connection.exec_driver_sql("SELECT act FROM office_log WHERE book = 'access' ORDER BY seq")
            return [str(row[0]) for row in rows]


@contextmanager
def house_at(url: str) -> Iterator[House]:
    with database_at(url, regions=True) as database:
        yield House(database)


def later(days: int) -> datetime:
    return AT + days * DAY
