"""The posts of a document (岗位): their kinds, how many there are, whom they are for, how they are announced."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from states.model import Line, Model, Name, Text, Words
from states.steps import GuardLine
from states.vocabulary import Level, Role


class PostKind(Line):
    """A kind of post in the document: village-level, town-level, rural, urban … (岗位类别)."""

    kind: Name
    zh: Words
    en: Words
    level: Level
    organiser: Role
    #: the level of the office that organises the selection, where the document tells levels apart
    organised_at: Level | None = None
    fields: tuple[Text, ...] = ()


class Pool(Line):
    """Persons for whom the posts are meant, or who go first when equal (安置对象 / 优先)."""

    name: Name
    zh: Words
    en: Words
    categories: tuple[Name, ...] = Field(min_length=1)
    kinds: tuple[Name, ...] = ()
    registered_by: Text | None = None
    use: Literal["eligible", "tie_break", "in_principle_first"]


class Announcement(Line):
    """What an opening must fulfil before it is announced (招聘公告)."""

    by: tuple[Role, ...] = Field(min_length=1)
    boards: tuple[Text, ...] = ()
    forms: tuple[Text, ...] = ()
    guards: tuple[GuardLine, ...] = ()


class Band(Model):
    """``places`` for a counted number from ``at_least`` to ``at_most``, both inclusive."""

    at_least: int
    at_most: int | None = None
    places: int
    binding: Literal["in principle", "upper limit", "none"]


class Allocation(Model):
    """A row of an annex: places per area, year and kind."""

    region: Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{2,12}$")]
    zh: Words
    year: int
    places: dict[Name, int]


class Quota(Line):
    """How many posts there may or should be (指标): a cap, a target, one per area, or bands of a counted number."""

    kind: Name
    kinds: tuple[Name, ...] = ()
    rule: Literal["cap", "target", "per_area", "bands"]
    places: int | None = None
    per: Level | None = None
    #: how many areas there are, where the document counts them
    areas: int | None = None
    year: int | None = None
    bands: tuple[Band, ...] = ()
    allocations: tuple[Allocation, ...] = ()
    #: for bands: what is counted, and the gap that settles the numbers the document leaves undefined
    counts: Text | None = None
    undefined_at: tuple[int, ...] = ()
    undefined_gap: Name | None = None
