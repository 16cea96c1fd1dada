"""How a letter reaches somebody outside of the service (渠道): one small protocol, and what can go wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Post:
    """A letter to one address. ``key`` never changes for one letter to one account: receivers know a repeat by it."""

    key: str
    address: str
    subject: str
    body: str
    at: datetime


class Channel(Protocol):
    def send(self, post: Post) -> None:
        """Hands the letter over; returning means that the other side took it.

        Raises Away, Refused or Delayed.
        """

    def close(self) -> None: ...


class Away(Exception):
    """The other side takes nothing from us at present, whatever the letter: no connection, no login, wrong sender."""


class Refused(Exception):
    """This letter will never be taken: there is no such address."""


class Delayed(Exception):
    """This letter was not taken now, or we do not know whether it was: try again later."""
