"""One folder per run, in memory or the temporary folder, and the sweeping away of what killed runs left behind."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

OWNER = "owner.lock"
MEMORY = Path("/dev/shm")
#: what a run needs of it at most, and a good deal more
ROOM = 4 * 1024**3


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock between processes. The kernel lets go of it when its holder dies, so there is nothing to clean up."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


class RunFolder:
    """A folder that belongs to one living run. Its owner holds a lock on it; a folder nobody holds may be swept."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor = descriptor

    @classmethod
    def create(cls) -> RunFolder:
        home = _home()
        with locked(home / "sweep.lock"):  # without it, a folder made but not yet locked would look abandoned
            for abandoned in home.glob("run-*"):
                _sweep(abandoned)
            path = Path(tempfile.mkdtemp(prefix="run-", dir=home))
            path.chmod(0o755)  # a server that runs as another user has to pass through
            descriptor = os.open(path / OWNER, os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        return cls(path, descriptor)

    def remove(self) -> None:
        stop_servers(self.path)
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._descriptor)

    def __enter__(self) -> Path:
        return self.path

    def __exit__(self, *_: object) -> None:
        self.remove()


def _root() -> Path:
    """Memory, where the machine has enough of it: a server copies a thousand files for the database of each test."""
    if not os.access(MEMORY, os.W_OK):
        return Path(tempfile.gettempdir())
    room = min(shutil.disk_usage(MEMORY).free, psutil.virtual_memory().available)
    return MEMORY if room > ROOM else Path(tempfile.gettempdir())


def _home() -> Path:
    home = _root() / f"zaigang-tests-{os.getuid()}"
    home.mkdir(mode=0o755, exist_ok=True)
    if home.is_symlink() or home.stat().st_uid != os.getuid():
        raise RuntimeError(f"{home} belongs to somebody else: remove it")
    return home


def _sweep(folder: Path) -> None:
    try:
        descriptor = os.open(folder / OWNER, os.O_RDWR)
    except FileNotFoundError:
        descriptor = None  # killed before it could even lock
    try:
        if descriptor is not None:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return  # its owner lives
        stop_servers(folder)
        shutil.rmtree(folder, ignore_errors=True)
    finally:
        if descriptor is not None:
            os.close(descriptor)


def stop_servers(folder: Path) -> None:
    """End the PostgreSQL servers whose data lies in this folder; its data is of no more use, so at once."""
    for pid_file in folder.glob("*/data/postmaster.pid"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            pid = int(pid_file.read_text().split()[0])
            for sign in (signal.SIGQUIT, signal.SIGKILL):
                if _is_server_of(pid, pid_file.parent):
                    os.kill(pid, sign)
                    _wait_for_end(pid, seconds=5)


def _is_server_of(pid: int, data: Path) -> bool:
    """Process numbers are used again: look before shooting."""
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and str(data) in " ".join(process.cmdline())
    except psutil.Error:
        return False


def _wait_for_end(pid: int, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return
        except psutil.Error:
            return
        time.sleep(0.02)
