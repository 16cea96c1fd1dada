"""One session, one transaction, the one commit of the project (工作单元).

SQLite: WAL, ``synchronous=FULL`` and ``BEGIN IMMEDIATE``, because the default of the driver loses updates in silence.
PostgreSQL: psycopg 3, READ COMMITTED; a step that is one statement may run without a transaction around it
(``single``), which saves two round trips and is just as atomic.

Row-level security is told here, and only here, how far a connection reaches (``Reach``). Connections that reach
everything and connections that reach less are never the same: each kind has its own pool, and one of the second kind
that nobody has told anything sees nothing. SQLite has no such thing; there the queries' own ``Scope`` stands alone.
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

from workflow.reach import EVERYTHING, Reach

BUSY_SECONDS = 30
#: the role that an installation run by a superuser steps down to: row-level security does not hold a superuser
APP_ROLE = "zaigang_app"
_MAY_STEP_DOWN = (
    "SELECT 1 FROM pg_roles WHERE rolname = %s AND pg_has_role(oid, 'MEMBER')"
    " AND has_table_privilege(oid, to_regclass('hire'), 'UPDATE')"
)
_REACH = "zaigang_reach"


def dumps(value: Any) -> str:
    """JSON text as it is stored: Chinese keys and values stay readable and can be searched on SQLite."""
    return orjson.dumps(value).decode()


class Database:
    """A database by its address: engines, transactions, sessions.

    ``reach`` says which rows a block may see and change on PostgreSQL; whoever reads on behalf of a person passes
    theirs (``Scope.reach``). ``as_owner``: for migrations, which change tables and so stay who they are.
    """

    def __init__(self, url: str, *, pool_size: int = 8, as_owner: bool = False) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = self._sqlite() if self.is_sqlite else self._postgresql(pool_size, as_owner, everything=True)
        self._narrow = self.engine if self.is_sqlite else self._postgresql(pool_size, as_owner, everything=False)
        self._single = self.engine if self.is_sqlite else self.engine.execution_options(isolation_level="AUTOCOMMIT")

    @contextmanager
    def transaction(self, reach: Reach = EVERYTHING) -> Iterator[Connection]:
        """A transaction: leaving the block keeps everything, leaving it by an exception keeps nothing."""
        with self._engine_for(reach).begin() as connection:
            self._tell(connection, reach, for_transaction=True)
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
    def reading(self, reach: Reach = EVERYTHING) -> Iterator[Connection]:
        """For reads only: never blocks a writer."""
        with self._reader(reach).connect() as connection:
            self._tell(connection, reach)
            yield connection

    @contextmanager
    def session(self, reach: Reach = EVERYTHING) -> Iterator[Session]:
        """An ORM session in one transaction, for tables that are not part of a step (accounts, people, posts)."""
        with self._engine_for(reach).connect() as connection, connection.begin():
            self._tell(connection, reach, for_transaction=True)
            with Session(bind=connection) as session:
                yield session
                session.flush()

    def dispose(self) -> None:
        """Closes every connection; needed before a process forks."""
        self.engine.dispose()
        self._narrow.dispose()

    def _engine_for(self, reach: Reach) -> Engine:
        return self.engine if reach.is_everything else self._narrow

    def _reader(self, reach: Reach) -> Engine:
        if self.is_sqlite:
            return self.engine.execution_options(zaigang_read=True)
        return self._single if reach.is_everything else self._narrow.execution_options(isolation_level="AUTOCOMMIT")

    def _tell(self, connection: Connection, reach: Reach, *, for_transaction: bool = False) -> None:
        """Tells a connection how far it reaches: for this transaction, or until it is told otherwise.

        Connections that reach everything were told so when they were made.
        """
        if self.is_sqlite or reach.is_everything or (not for_transaction and connection.info.get(_REACH) == reach):
            return
        values = (",".join(reach.regions), self._person_id(reach), ",".join(reach.applies), for_transaction)
        connection.exec_driver_sql(
            "SELECT set_config('zaigang.regions', %s, l), set_config('zaigang.person', %s, l),"
            " set_config('zaigang.applies', %s, l) FROM (SELECT %s::boolean AS l) AS whole",
            values,
        )
        if not for_transaction:
            connection.info[_REACH] = reach

    def _person_id(self, reach: Reach) -> str:
        """The number of the person whom a reach names; nothing for one who is not registered."""
        if reach.person_key is None:
            return ""
        with self.reading() as connection:
            found = connection.exec_driver_sql("SELECT id FROM person WHERE key = %s", (reach.person_key,)).scalar()
        return "" if found is None else str(found)

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

    def _postgresql(self, pool_size: int, as_owner: bool, *, everything: bool) -> Engine:
        from psycopg.types.json import set_json_dumps, set_json_loads

        url = self.url.set(drivername="postgresql+psycopg")
        # compiling a plan takes longer than any query of ours, and row-level security makes queries look dear
        options = "-c timezone=UTC -c jit=off" + (" -c zaigang.regions=*" if everything else "")
        engine = create_engine(
            url,
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_pre_ping=False,
            json_serializer=dumps,
            json_deserializer=orjson.loads,
            connect_args={"prepare_threshold": 0, "options": options},
        )

        @event.listens_for(engine, "connect")
        def connect(connection: DBAPIConnection, _record: object) -> None:
            set_json_loads(orjson.loads, connection)  # type: ignore[arg-type]
            set_json_dumps(dumps, connection)  # type: ignore[arg-type]
            if not as_owner:
                _step_down(connection)

        return engine


def _step_down(connection: Any) -> None:
    """Becomes the application's role, where there is one and this user may: a superuser is held like anybody."""
    connection.autocommit = True
    if connection.execute(_MAY_STEP_DOWN, (APP_ROLE,)).fetchone() is not None:
        connection.execute(f"SET ROLE {APP_ROLE}")
    connection.autocommit = False


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
