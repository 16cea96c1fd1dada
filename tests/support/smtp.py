"""A real mail server for tests: it takes messages over a socket, and refuses, stalls or hangs up when told to.

def test_a_letter_arrives(mail_server):
    deliver(host=mail_server.host, port=mail_server.port)
    [letter] = mail_server.wait_for(1)
    assert letter.subject == "公示期满"
"""

from __future__ import annotations

import asyncio
import email
import email.policy
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any, Literal

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

Stage = Literal["rcpt", "data"]
TAKEN = "250 OK"


@dataclass(frozen=True)
class Letter:
    """A message as it arrived: its envelope and its content."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        body = self.message.get_body(("plain", "html"))
        return str(body.get_content()) if body else ""

    @property
    def attachments(self) -> list[str]:
        return [part.get_filename() or "" for part in self.message.iter_attachments()]


@dataclass
class _Behaviour:
    answer: str | None  # None: hang up
    at: Stage
    after_taking: bool
    left: int | None


class MailServer:
    """What the test holds in its hand. ``letters`` are those the server has taken."""

    host = "127.0.0.1"

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self.attempts = 0
        self._behaviour: _Behaviour | None = None
        self._changed = threading.Condition()
        for attempt in range(5):
            self.port = _free_port()
            self._controller = Controller(_Handler(self), hostname=self.host, port=self.port)
            try:
                self._controller.start()
            except OSError:
                if attempt == 4:
                    raise
            else:
                return

    def refuse(self, answer: str = "550 5.1.1 No such user", *, at: Stage = "data", times: int | None = None) -> None:
        """Answer so from now on: 4xx asks the sender to try again, 5xx to give up. After ``times`` times take again."""
        self._behaviour = _Behaviour(answer, at, after_taking=False, left=times)

    def drop(self, *, after_taking: bool = False, times: int | None = None) -> None:
        """Hang up in the middle. ``after_taking``: the message is here, but its sender never learns so."""
        self._behaviour = _Behaviour(None, "data", after_taking=after_taking, left=times)

    def accept(self) -> None:
        """Take everything again."""
        self._behaviour = None

    def stop(self) -> None:
        """Go away altogether: connections are refused from now on."""
        if self._controller.loop.is_running():
            self._controller.stop()

    def to(self, address: str) -> list[Letter]:
        """The letters to one address, oldest first."""
        return [letter for letter in self.letters if address in letter.recipients]

    def wait_for(self, count: int, seconds: float = 10) -> list[Letter]:
        """Wait until at least so many letters have come, and return them all."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self.letters) >= count, seconds):
                raise AssertionError(f"{len(self.letters)} of {count} letters came within {seconds} s")
            return list(self.letters)

    # -- asked by the handler, in the server's thread

    def _take(self, letter: Letter) -> None:
        with self._changed:
            self.letters.append(letter)
            self._changed.notify_all()

    def _next(self, at: Stage) -> _Behaviour | None:
        behaviour = self._behaviour
        if behaviour is None or behaviour.at != at:
            return None
        if behaviour.left is not None:
            behaviour.left -= 1
            if behaviour.left <= 0:
                self._behaviour = None
        return behaviour


class _Handler:
    """The hooks that aiosmtpd calls by name."""

    def __init__(self, server: MailServer) -> None:
        self.server = server

    async def handle_RCPT(self, smtp: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        behaviour = self.server._next("rcpt")
        if behaviour and behaviour.answer:
            return behaviour.answer
        envelope.rcpt_tos.append(address)
        return TAKEN

    async def handle_DATA(self, smtp: SMTP, session: Session, envelope: Envelope) -> str:
        self.server.attempts += 1
        behaviour = self.server._next("data")
        if behaviour is None or behaviour.after_taking:
            self.server._take(_letter(envelope))
        if behaviour is None:
            return TAKEN
        if behaviour.answer is None:
            assert isinstance(smtp.transport, asyncio.Transport)
            smtp.transport.abort()
            return "421 hanging up"
        return behaviour.answer


def _letter(envelope: Envelope) -> Letter:
    content = envelope.original_content or b""
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return Letter(envelope.mail_from or "", tuple(envelope.rcpt_tos), message)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    """A mail server of the test's own, on a free port."""
    server = MailServer()
    yield server
    server.stop()
