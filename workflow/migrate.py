"""Bringing a database to the shape that this program expects (数据库升级), and back.

Whoever upgrades holds the database's own lock while doing so: of two processes that start at once, one waits and then
finds nothing to do. An upgrade is one transaction on both databases: one that is killed half-way has changed nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, event

from workflow.unit_of_work import Database

SCRIPTS = Path(__file__).with_name("migrations")
#: any number will do as long as nothing else in the database takes it
LOCK = 7_210_610_928


def upgrade(url: str, revision: str = "head") -> None:
    """Upgrades the database at ``url`` to ``revision``, waiting for another process that is doing the same."""
    _run(url, lambda config: command.upgrade(config, revision))


def downgrade(url: str, revision: str) -> None:
    """Goes back to ``revision`` ("base": no tables at all). What the later tables and columns held is lost."""
    _run(url, lambda config: command.downgrade(config, revision))


def draft(url: str, message: str) -> None:
    """For developers: writes a migration from what ``workflow.tables`` has and the database at ``url`` lacks."""
    _run(url, lambda config: command.revision(config, message, autogenerate=True))


def current(url: str) -> str | None:
    """The revision of the database at ``url``; None when nothing was ever migrated there."""
    database = Database(url, as_owner=True)
    try:
        with database.reading() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        database.dispose()


def head() -> str:
    """The revision that this program expects."""
    revision = ScriptDirectory(str(SCRIPTS)).get_current_head()
    if revision is None:
        raise LookupError(f"no migrations in {SCRIPTS}")
    return revision


def pending(url: str) -> bool:
    """Whether the database at ``url`` has to be upgraded before it can be used."""
    return current(url) != head()


def hold_superusers(url: str) -> None:
    """Gives the role to which superusers step down its rights on a restored database, whose backup names no rights.

    Nothing where there is no such role to be made: on SQLite, for an ordinary owner, before revision 0003.
    """
    database = Database(url, as_owner=True)
    try:
        with database.transaction() as connection:
            revision = MigrationContext.configure(connection).get_current_revision() or ""
            if not database.is_sqlite and revision >= "0003":
                script = ScriptDirectory(str(SCRIPTS)).get_revision("0003")
                connection.exec_driver_sql(script.module.STEP_DOWN.replace("%", "%%"))
    finally:
        database.dispose()


def _run(url: str, task: Callable[[Config], Any]) -> None:
    with _locked(url) as connection:
        config = Config()
        config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        task(config)
        if connection.dialect.name == "sqlite":
            _refuse_orphans(connection)


@contextmanager
def _locked(url: str) -> Iterator[Connection]:
    """One transaction that no other upgrade can overlap."""
    database = Database(url, as_owner=True)
    if database.is_sqlite:
        # SQLite changes a table by copying it; with foreign keys on, dropping the old one would reach into others
        @event.listens_for(database.engine, "connect")
        def without_foreign_keys(connection: Any, _record: object) -> None:
            connection.execute("PRAGMA foreign_keys=OFF")

    try:
        with database.transaction() as connection:  # on SQLite the transaction is itself the lock
            if not database.is_sqlite:
                connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
            yield connection
    finally:
        database.dispose()


def _refuse_orphans(connection: Connection) -> None:
    orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if orphans:
        raise RuntimeError(f"the migration would leave rows without what they refer to: {orphans[:5]}")
