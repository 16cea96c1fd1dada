"""What the API accepts and returns about accounts, grants, substitutes and the office log (权限接口格式)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from api.inputs import RegionCode, Word
from api.schemas import Accepted, Returned, Secret
from states.vocabulary import Role

#: "" stands for the whole tree
Where = RegionCode | Literal[""]


class AccountIn(Accepted):
    """``id_number`` tells one natural person from another; it is not kept."""

    username: Word = Field(max_length=64)
    name: Word = Field(max_length=100)
    id_number: Secret
    email: Word | None = None
    language: Literal["zh", "en"] = "zh"


class FirstPassword(Returned):
    """Shown this once; the holder changes it at the first sign-in."""

    password: str


class AccountOpened(FirstPassword):
    id: int


class AccountOut(Returned):
    id: int
    username: str
    name: str
    disabled_at: datetime | None
    second_factor: bool


class GrantIn(Accepted):
    """Both days are included; without ``until_on`` it lasts until it is revoked."""

    username: Word
    role: Role
    region: Where
    from_on: date
    until_on: date | None = None
    basis: Word


class GrantAsked(Returned):
    id: int


class Revocation(Accepted):
    reason: Literal["transfer", "leave", "mistake", "misuse", "review"]


class GrantLineOut(Returned):
    """``state``: waiting, coming, in_force, over or revoked."""

    id: int
    username: str
    name: str
    role: Role
    region: str
    from_on: date
    until_on: date | None
    basis: str
    asked_at: datetime
    confirmed_at: datetime | None
    revoked_at: datetime | None
    state: str


class SubstituteIn(Accepted):
    """A deputy for one of the caller's own grants; ``deputy`` is a user name, both days are included."""

    role: Role
    region: Where
    deputy: Word
    from_on: date
    until_on: date
    reason: Word


class SubstituteOut(Returned):
    """``state``: waiting, coming, in_force, over or ended."""

    id: int
    principal: str
    deputy: str
    role: Role
    region: str
    from_on: date
    until_on: date
    reason: str
    state: str


class LogEntry(Returned):
    book: str
    seq: int
    at: datetime
    actor: str
    username: str | None
    act: str
    facts: dict[str, Any]
    hash: str
