"""One session, one transaction, the one commit of the project (工作单元).

SQLite: WAL, ``synchronous=FULL`` and ``BEGIN IMMEDIATE``, because the default of the driver loses updates in silence.
PostgreSQL: psycopg 3, READ COMMITTED; a step that is one statement may run without a transaction around it
(``single``), which saves two round trips and is just as atomic.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlmodel import Session

BUSY_SECONDS = 30


def dumps(value: Any) -> str:
    """JSON text as it is stored: Chinese keys and values stay readable and can be searched on SQLite."""
    return orjson.dumps(value).decode()


class Database:
    """A database by its address: engines, transactions, sessions."""

    def __init__(self, url: str, *, pool_size: int = 8) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = self._sqlite() if self.is_sqlite else self._postgresql(pool_size)
        self._single = self.engine if self.is_sqlite else self.engine.execution_options(isolation_level="AUTOCOMMIT")

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction: leaving the block keeps everything, leaving it by an exception keeps nothing."""
        with self.engine.begin() as connection:
            yield connection

    @contextmanager
    def single(self) -> Iterator[Connection]:
        """For work whose only write is one statement: no transaction on PostgreSQL, an ordinary one on SQLite."""
        if self.is_sqlite:
            with self.engine.begin() as connection:
                yield connection
        else:
            with self._single.connect() as connection:
                yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """For reads only: never blocks a writer."""
        with self._reader().connect() as connection:
            yield connection

    @contextmanager
    def session(self) -> Iterator[Session]:
        """An ORM session in one transaction, for tables that are not part of a step (accounts, people, posts)."""
        with self.engine.connect() as connection, connection.begin(), Session(bind=connection) as session:
            yield session
            session.flush()

    def dispose(self) -> None:
        """Closes every connection; needed before a process forks."""
        self.engine.dispose()

    def _reader(self) -> Engine:
        return self.engine.execution_options(zaigang_read=True) if self.is_sqlite else self._single

    def _sqlite(self) -> Engine:
        if self.url.database and self.url.database != ":memory:":
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(
            self.url,
            json_serializer=dumps,
            json_deserializer=orjson.loads,
            connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
        )

        @event.listens_for(engine, "connect")
        def connect(connection: Any, _record: object) -> None:
            # the driver's own transactions begin too late and are deferred: we begin them ourselves
            connection.isolation_level = None
            for pragma in (
                f"busy_timeout={BUSY_SECONDS * 1000}",
                "synchronous=FULL",
                "foreign_keys=ON",
                "cache_size=-65536",
            ):
                connection.execute(f"PRAGMA {pragma}")
            _write_ahead(connection)

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            mode = "DEFERRED" if connection.get_execution_options().get("zaigang_read") else "IMMEDIATE"
            connection.exec_driver_sql(f"BEGIN {mode}")

        return engine

    def _postgresql(self, pool_size: int) -> Engine:
        from psycopg.types.json import set_json_dumps, set_json_loads

        url = self.url.set(drivername="postgresql+psycopg")
        engine = create_engine(
            url,
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_pre_ping=False,
            json_serializer=dumps,
            json_deserializer=orjson.loads,
            connect_args={"prepare_threshold": 0, "options": "-c timezone=UTC"},
        )

        @event.listens_for(engine, "connect")
        def connect(connection: DBAPIConnection, _record: object) -> None:
            set_json_loads(orjson.loads, connection)  # type: ignore[arg-type]
            set_json_dumps(dumps, connection)  # type: ignore[arg-type]

        return engine


def _write_ahead(connection: Any) -> None:
    """Turns write-ahead logging on, once per file. SQLite does not wait for others while it does, so we do."""
    until = time.monotonic() + BUSY_SECONDS
    while connection.execute("PRAGMA journal_mode").fetchone()[0] not in ("wal", "memory"):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)
