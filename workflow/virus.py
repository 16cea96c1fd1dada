"""Looking for viruses (查毒) with whatever the installation has: a command, or the socket of clamd.

With neither the file is taken and marked as not checked. With one of them a file is taken only if it is found clean:
a scanner that fails or does not answer refuses the file, too.
"""

from __future__ import annotations

import logging
import shlex
import socket
import struct
import subprocess
from dataclasses import dataclass

from states.say import say
from workflow.file_checks import FileRefused
from workflow.settings import Settings

NOT_CHECKED = "not checked"
SECONDS = 20.0
_PIECE = 64 * 1024

log = logging.getLogger("zaigang.files")


@dataclass(frozen=True, slots=True)
class Scanner:
    """How files are checked. ``command`` gets the bytes on its standard input and answers by its exit status (0: clean,
    1: infected, as clamdscan does); ``clamd`` is a path of a socket, or ``host:port``."""

    command: tuple[str, ...] = ()
    clamd: str | None = None
    seconds: float = SECONDS

    @classmethod
    def of(cls, settings: Settings) -> Scanner:
        return cls(tuple(shlex.split(settings.virus_scan_command or "")), settings.virus_scan_socket)

    def check(self, data: bytes) -> str:
        """What checked the file, as it is kept and shown. Raises FileRefused."""
        try:
            if self.command:
                return self._by_command(data)
            if self.clamd:
                return self._by_clamd(data, self.clamd)
        except (OSError, subprocess.SubprocessError) as error:
            log.error("virus scan failed", extra={"error": type(error).__name__})
            raise _failed() from None
        return NOT_CHECKED

    def _by_command(self, data: bytes) -> str:
        ran = subprocess.run(self.command, input=data, capture_output=True, timeout=self.seconds, check=False)
        if ran.returncode == 1:
            raise _infected()
        if ran.returncode != 0:
            log.error("virus scan failed", extra={"status": ran.returncode})
            raise _failed()
        return self.command[0].rpartition("/")[2][:100]

    def _by_clamd(self, data: bytes, address: str) -> str:
        with self._connected(address) as line:
            line.sendall(b"zINSTREAM\0")
            for at in range(0, len(data), _PIECE):
                piece = data[at : at + _PIECE]
                line.sendall(struct.pack(">I", len(piece)) + piece)
            line.sendall(struct.pack(">I", 0))
            said = b""
            while not said.endswith(b"\0") and len(said) < 4096 and (more := line.recv(4096)):
                said += more
        if said.rstrip(b"\0\n ").endswith(b"OK"):
            return "clamd"
        if b"FOUND" in said:
            raise _infected()
        raise _failed()

    def _connected(self, address: str) -> socket.socket:
        host, colon, port = address.rpartition(":")
        if colon and port.isdigit():
            return socket.create_connection((host, int(port)), self.seconds)
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(self.seconds)
        line.connect(address)
        return line


def _infected() -> FileRefused:
    return FileRefused(say("查毒发现文件带有病毒，未予接收。请先在本机查毒，再重新扫描或另存后上传"))


def _failed() -> FileRefused:
    return FileRefused(say("查毒程序没有给出结果，文件未予接收。请稍后再试；仍不行请告诉系统管理员"))
