"""The governing document itself (文件): what it is, when it is in force, whom it names, what it leaves open."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from states.model import Line, Model, Name, Text, Words
from states.vocabulary import Level, Role, Unit


class Cited(Text):
    """A document that another one rests on, as it is printed there; ``corrected``: its right number (更正后的文号)."""

    corrected: Words | None = None


class Document(Model):
    """The governing document as printed. ``region`` is the division code of its area (GB/T 2260)."""

    number: Words
    issuer: Text
    issued_on: date
    region: Annotated[str, StringConstraints(pattern=r"^\d{2,12}$")]
    based_on: tuple[Cited, ...] = ()


class EndedBy(Model):
    """Something that ended the document or a rule under it, and how sure we are of it."""

    what: Text
    on: date | None = None
    certainty: Literal["seen", "from memory", "inferred"]


class Validity(Line):
    """From when, until when, or until which event the document is in force."""

    valid_from: date
    valid_to: date | None = None
    lapse_event: Text | None = None
    lapsed_on: date | None = None
    superseded_by: Words | None = None
    ended_by: tuple[EndedBy, ...] = ()

    @property
    def last_day(self) -> date | None:
        """The last day in force, if one is known: the stated end or the day the lapse event happened."""
        return self.valid_to or self.lapsed_on


class RoleName(Model):
    zh: Words
    en: Words
    level: Level


class Gap(Line):
    """What the document leaves open (留白): our default and who may rule otherwise."""

    gap: Name
    asks: Text
    default: int | bool | str
    choices: tuple[int | bool | str, ...] = ()
    unit: Unit | None = None
    set_by: Level | Role
    reason: Text


class Contradiction(Line):
    """Two places of the law that do not agree. Recorded and shown, never resolved in silence."""

    name: Name
    between: tuple[Words, ...] = Field(min_length=2)
    says: Text
    applied: Text
