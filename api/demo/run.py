"""``zaigang demo`` (一条命令的演示): data, web and worker in one process, on this machine, until it is told to stop.

The demonstration only ever lives in a database of its own: it signs people in without a password, so it refuses one in
which anybody has worked. It is told into a file aside and copied over in one transaction: there is a whole county, or
none.
"""

from __future__ import annotations

import signal
import socket
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Any

import uvicorn
from sqlalchemy import event

from api.app import create_app
from api.cli.console import CommandFailed
from api.cli.rooms import shown_url, sqlite_file
from api.demo.accounts import table
from api.demo.seed import Seeded, demo_moment, is_demo, is_empty, seed
from notifications.worker import EmbeddedWorker
from states.say import say
from workflow import clock, migrate
from workflow.demo_clock import DemoClock, write_offset
from workflow.office import Office
from workflow.sealing import Seal
from workflow.settings import Settings

#: open connections of browsers are closed after so long: stopping takes less than ten seconds altogether
PATIENCE_SECONDS = 4


def run(settings: Settings, host: str, port: int) -> None:
    """Serves the demonstration at ``host`` and ``port``; the first start tells it, later ones keep what was done.

    Returns when it is stopped (SIGTERM, SIGINT). Raises CommandFailed for a port in use and for a database in which
    somebody works.
    """
    address = f"http://{'127.0.0.1' if host in ('0.0.0.0', '::') else host}:{port}"
    settings = settings.model_copy(update={"demo": True, "public_url": address})
    with _listening(host, port) as listening, _told_to_stop():
        office = _opened(settings)
        try:
            _print(f"\n{table()}\n\n  {address}/\n")
            _print("  按 Ctrl+C 停止。数据会保留，下次启动接着用。 Ctrl+C stops it. What was done is kept.\n")
            _serve(settings, office, listening)
        finally:
            office.database.dispose()


def _serve(settings: Settings, office: Office, listening: socket.socket) -> None:
    config = uvicorn.Config(
        create_app(settings, office),
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=PATIENCE_SECONDS,
    )
    with EmbeddedWorker(office, settings):
        uvicorn.Server(config).run(sockets=[listening])


# ---- the database ------------------------------------------------------------------------------------------------


def _opened(settings: Settings) -> Office:
    """The office of the demonstration, told if this is the first start."""
    file = sqlite_file(settings.database_url)
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
    migrate.upgrade(settings.database_url)
    office = Office.open(settings)
    seal = Seal.open(settings)
    try:
        if is_demo(office):
            seal.bind(office.database, clock.now())
        else:
            _tell(office, settings, seal, file)
    except BaseException:
        office.database.dispose()
        raise
    office.now = DemoClock(office.database)
    return office


def _tell(office: Office, settings: Settings, seal: Seal, file: Path | None) -> None:
    if not is_empty(office):
        raise CommandFailed(
            say("这个数据库里已有别的数据；演示不需密码即可登录，只能使用自己的数据库"),
            where=shown_url(settings),
            mend=say("另设环境变量 ZAIGANG_DATABASE_URL，或 XDG_DATA_HOME，再运行 zaigang demo"),
        )
    _print("正在讲述示范县2022年以来的聘用，约需半分钟…… Telling the demonstration, about half a minute.")
    real = clock.now()
    present = demo_moment(office.setting.calendar, real)
    seeded = seed(office, seal, present) if file is None else _told_aside(office, settings, seal, file, present)
    if present != real:
        write_offset(office, present - real)
    _print(
        f"  {seeded.hires} 份聘用，{seeded.people} 人，{seeded.entries} 条记录，{seeded.seconds:.1f} 秒。"
        f" {seeded.hires} hires, {seeded.people} people, {seeded.entries} entries, {seeded.seconds:.1f} s."
    )
    if seeded.untold:
        _print(f"  没有讲完的故事 Stories that broke off: {'；'.join(seeded.untold)}")


def _told_aside(office: Office, settings: Settings, seal: Seal, file: Path, present: datetime) -> Seeded:
    """Tells into a file that nobody else knows, without waiting for the disk, and copies it over in one transaction."""
    office.database.dispose()
    with tempfile.TemporaryDirectory(prefix="zaigang-demo-") as folder:
        aside = Path(folder) / "telling.db"
        url = f"sqlite:///{aside}"
        migrate.upgrade(url)
        draft = Office.open(settings.model_copy(update={"database_url": url}))

        @event.listens_for(draft.database.engine, "connect")
        def hurry(connection: Any, _record: object) -> None:
            connection.execute("PRAGMA synchronous=OFF")

        seeded = seed(draft, seal, present)
        draft.database.dispose()
        with closing(sqlite3.connect(aside)) as source, closing(sqlite3.connect(file, timeout=30)) as target:
            source.backup(target)
    return seeded


# ---- this process ------------------------------------------------------------------------------------------------


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    """The port, taken before anything else, so that one in use is known at once; nobody is answered before we serve."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, port))
        except OSError as error:
            raise CommandFailed(
                say("{address} 不能使用：{why}", address=f"{host}:{port}", why=error.strerror or str(error)),
                where="--port",
                mend=say("换一个端口再试：zaigang demo --port {port}", port=port + 1 if port < 65535 else 8750),
            ) from None
        yield listening


class _Stopped(SystemExit):
    """Told to stop before anything is served."""


@contextmanager
def _told_to_stop() -> Iterator[None]:
    """SIGTERM and SIGINT end the program in order, with status 0.

    While it serves, uvicorn listens to both, and hands them on to us when it is done; before, they end the telling,
    of which nothing is kept.
    """

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise _Stopped(0)

    numbers = (signal.SIGTERM, signal.SIGINT)
    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    except _Stopped:
        _print("已停止。 Stopped.")
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _print(text: str) -> None:
    print(text, file=sys.stdout, flush=True)
