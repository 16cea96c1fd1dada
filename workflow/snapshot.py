"""One unchanging view of the whole database, read row by row (快照): for whoever has to look at everything.

Rows come as the driver gives them, in order, without being collected first, so ten million of them need no memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection

from workflow.unit_of_work import Database

AT_ONCE = 2000


class Snapshot:
    """Streams of rows that all see the database as it was at one moment."""

    def __init__(self, connection: Connection, sqlite: bool) -> None:
        self._driver: Any = connection.connection.driver_connection
        self.sqlite = sqlite
        self._streams = 0

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        """The rows of a query with ``?`` for its parameters."""
        if self.sqlite:
            return iter(self._driver.execute(sql, tuple(parameters)))
        return self._from_postgresql(sql.replace("?", "%s"), parameters)

    def _from_postgresql(self, sql: str, parameters: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
        self._streams += 1
        with self._driver.cursor(name=f"snapshot_{self._streams}", binary=True) as cursor:
            cursor.itersize = AT_ONCE
            cursor.execute(sql, tuple(parameters))
            yield from cursor


@contextmanager
def snapshot(database: Database) -> Iterator[Snapshot]:
    """Opens a snapshot; nobody is kept from writing meanwhile."""
    if database.is_sqlite:
        with database.reading() as connection:
            yield Snapshot(connection, True)
    else:
        with database.transaction() as connection:
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield Snapshot(connection, False)
