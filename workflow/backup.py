"""Backing up and restoring (备份与恢复). The whole database as it was at one moment, while others go on working.

SQLite: the database's own backup, checked before it gets its name, so that a file of that name is always whole.
PostgreSQL: ``pg_dump`` and ``pg_restore`` of the installation; a restore is one transaction.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlalchemy.engine import URL, make_url

from states.refusals import Refusal
from states.say import say
from workflow import migrate
from workflow.unit_of_work import BUSY_SECONDS, Database

PG_MAGIC = b"PGDMP"
SQLITE_MAGIC = b"SQLite format 3\0"
#: a database without a row in any of these has nothing to lose
_HOLDING = ("region", "account", "person", "post", "hire")


class BackupRefused(Refusal):
    """The backup or restore was not made; nothing has changed. ``facts`` may name the file."""


@dataclass(frozen=True, slots=True)
class Made:
    """A finished backup: bytes, digest, and the revision of the database in it."""

    size: int
    sha256: str
    revision: str


@dataclass(frozen=True, slots=True)
class Restored:
    """A finished restore: the revision now in the database, and where the former content was kept (None: empty)."""

    revision: str
    kept: Path | None


def backup(url: str, file: Path) -> Made:
    """Writes the database at ``url`` to the new ``file``, readable by its owner only. Raises BackupRefused, OSError."""
    if file.exists():
        raise BackupRefused(say("“{file}”已存在，备份不覆盖任何文件", file=str(file)))
    revision = migrate.current(url)
    if revision is None:
        raise BackupRefused(say("数据库是空的，没有可备份的内容"))
    with _draft(file) as draft:
        if make_url(url).get_backend_name() == "sqlite":
            _copy_sqlite(_file_of(url), draft)
            _make_one_file(draft)
            _check_sqlite(draft)
        else:
            options = ("--format=custom", "--no-owner", "--no-privileges", "--enable-row-security")
            _pg(make_url(url), "pg_dump", *options, f"--file={draft}")
    digest = hashlib.sha256()
    with file.open("rb") as content:
        for chunk in iter(lambda: content.read(1 << 20), b""):
            digest.update(chunk)
    return Made(file.stat().st_size, digest.hexdigest(), revision)


def restore(url: str, file: Path, *, replace: bool = False) -> Restored:
    """Puts the content of ``file`` into the database at ``url``.

    What the database holds is only given up with ``replace``, and then kept in a copy beside the backup first. Raises
    BackupRefused (nothing has changed), OSError.
    """
    with file.open("rb") as content:
        magic = content.read(len(SQLITE_MAGIC))
    sqlite = make_url(url).get_backend_name() == "sqlite"
    if not magic.startswith(SQLITE_MAGIC if sqlite else PG_MAGIC):
        raise BackupRefused(say("“{file}”不是这种数据库的备份", file=str(file)))
    if sqlite:
        _check_sqlite(file)
        _check_revision(_revision_in(file))
    held = _holds(url)
    if held and not replace:
        raise BackupRefused(
            say("数据库里已有数据（{tables}），没有恢复；确要覆盖请加 --replace", tables="、".join(held))
        )
    kept = None
    if held:
        kept = _free_name(file)
        backup(url, kept)
    if sqlite:
        _file_of(url).parent.mkdir(parents=True, exist_ok=True)
        _copy_back(file, _file_of(url))
    else:
        options = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", "--clean", "--if-exists")
        _pg(make_url(url), "pg_restore", *options, str(file))
        migrate.hold_superusers(url)
    return Restored(migrate.current(url) or "", kept)


# ---- SQLite ------------------------------------------------------------------------------------------------------


def _file_of(url: str) -> Path:
    name = make_url(url).database
    if not name or name == ":memory:":
        raise BackupRefused(say("内存中的数据库不能备份或恢复"))
    return Path(name)


def _copy_sqlite(source: Path, target: Path) -> None:
    """One transaction for the reader and one for the target: nobody ever sees half a database."""
    with _open(source) as old, _open(target) as new:
        _copy(old, new)


def _copy_back(backup_file: Path, target: Path) -> None:
    with _at_rest(backup_file) as old, _open(target) as new:
        _copy(old, new)


def _copy(old: sqlite3.Connection, new: sqlite3.Connection) -> None:
    try:
        old.backup(new)
    except sqlite3.OperationalError as error:
        raise BackupRefused(say("数据库正忙或不能写入：{why}", why=str(error))) from error


def _open(target: Path) -> closing[sqlite3.Connection]:
    return closing(sqlite3.connect(target, timeout=BUSY_SECONDS))


def _at_rest(file: Path) -> closing[sqlite3.Connection]:
    """A backup lies still, perhaps on a medium that cannot be written: nothing is made beside it."""
    return closing(sqlite3.connect(f"file:{_quoted(file)}?immutable=1", uri=True))


def _make_one_file(copy: Path) -> None:
    """The copy of a database with a write-ahead log would want files beside it; a backup is one file."""
    with _open(copy) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")


def _check_sqlite(file: Path) -> None:
    try:
        with _at_rest(file) as connection:
            found = connection.execute("PRAGMA integrity_check").fetchall()
            found += connection.execute("PRAGMA foreign_key_check").fetchall()
    except sqlite3.DatabaseError as error:
        raise BackupRefused(say("“{file}”已损坏：{why}", file=str(file), why=str(error))) from error
    if found != [("ok",)]:
        raise BackupRefused(say("“{file}”已损坏：{why}", file=str(file), why=str(found[:3])))


def _revision_in(file: Path) -> str | None:
    try:
        with _at_rest(file) as connection:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.DatabaseError:
        return None
    return None if row is None else str(row[0])


def _check_revision(revision: str | None) -> None:
    if revision is None:
        raise BackupRefused(say("这个文件不是在岗系统的备份"))
    known = ScriptDirectory(str(migrate.SCRIPTS)).walk_revisions()
    if revision not in {script.revision for script in known}:
        raise BackupRefused(say("备份来自更新的版本（{revision}），请先升级本程序", revision=revision))


def _quoted(path: Path) -> str:
    return str(path.resolve()).replace("%", "%25").replace("?", "%3f").replace("#", "%23")


# ---- PostgreSQL --------------------------------------------------------------------------------------------------


def _pg(url: URL, program: str, *options: str) -> None:
    """Runs a program of PostgreSQL; the password goes by the environment, never by the command line."""
    found = shutil.which(program)
    if found is None:
        raise BackupRefused(say("没有找到{program}，请安装与服务器同版本的PostgreSQL客户端", program=program))
    address = URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query)
    # row-level security shows an owner nothing unless told; the password goes by the environment, too
    environment = {**os.environ, "PGOPTIONS": "-c zaigang.regions=*"}
    environment |= {"PGPASSWORD": str(url.password)} if url.password else {}
    command = [found, *options[:-1], f"--dbname={address.render_as_string()}", options[-1]]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        why = " ".join(done.stderr.split())[:500]
        raise BackupRefused(say("{program}未能完成：{why}", program=program, why=why))


# ---- both --------------------------------------------------------------------------------------------------------


def _holds(url: str) -> list[str]:
    """The tables that hold something worth keeping."""
    if make_url(url).get_backend_name() == "sqlite" and not _file_of(url).exists():
        return []
    database = Database(url)
    try:
        with database.reading() as connection:
            there = set(inspect(connection).get_table_names())
            return [
                name
                for name in _HOLDING
                if name in there and connection.execute(text(f"SELECT 1 FROM {name} LIMIT 1")).first() is not None
            ]
    finally:
        database.dispose()


@contextmanager
def _draft(file: Path) -> Iterator[Path]:
    """A file beside ``file`` that takes its name only when it is finished, readable by its owner only."""
    draft = file.with_name(f".{file.name}.{os.getpid()}.part")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    os.close(descriptor)
    try:
        yield draft
        with draft.open("rb+") as content:
            os.fsync(content.fileno())
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


def _free_name(file: Path) -> Path:
    number = 1
    while (name := file.with_name(f"{file.name}.before-restore-{number}")).exists():
        number += 1
    return name
