"""A small office for tests of the workflow: a database, a seal, an officer, and regions to be at home in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

from states.facts import Actor, Grant
from states.identity_number import synthetic
from states.vocabulary import Role
from workflow.sealing import Seal
from workflow.tables import Region
from workflow.unit_of_work import Database

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # nine in the morning in Shanghai
SEAL = Seal.from_secret(b"a secret that only the tests know of")
CLERK = Actor(7, "c" * 64, "李办事", (Grant(Role.TOWNSHIP, "610981100"),))

WOMAN = synthetic("610928", date(1980, 5, 1), 2)
MAN = synthetic("610928", date(1970, 1, 15), 11)
OTHER = synthetic("610928", date(1975, 7, 7), 13)

REGIONS = [
    {"code": "61", "parent": "", "level": "province", "name": "陕西省"},
    {"code": "6109", "parent": "61", "level": "city", "name": "安康市"},
    {"code": "610981", "parent": "6109", "level": "county", "name": "旬阳市"},
    {"code": "610981100", "parent": "610981", "level": "township", "name": "城关镇"},
    {"code": "610981100201", "parent": "610981100", "level": "village", "name": "示例村"},
]


@contextmanager
def database_at(url: str, *, regions: bool = False) -> Iterator[Database]:
    """The database at ``url``, closed at the end; with the regions of one village when asked."""
    database = Database(url)
    try:
        if regions:
            with database.session() as session:
                for row in REGIONS:
                    session.add(
                        Region(code=row["code"], parent=row["parent"] or None, level=row["level"], name=row["name"])
                    )
                    session.flush()
        yield database
    finally:
        database.dispose()
