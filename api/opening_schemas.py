"""What the API accepts and returns about announcements and applicants (招聘接口格式). Unknown fields are refused."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from api.inputs import RegionCode, Slug
from api.schemas import MOST_FEN, Accepted, Returned
from states.inputs import Line, Reason

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=48)]
Digits = Annotated[str, StringConstraints(max_length=60)]


class PostPatch(Accepted):
    """Only what is named is changed. Amounts in fen per month."""

    title: Line | None = Field(default=None, max_length=100)
    employer: Line | None = Field(default=None, max_length=100)
    sources: tuple[Line, ...] | None = Field(default=None, max_length=20)
    registered: bool | None = None
    monthly_fen: int | None = Field(default=None, ge=0, le=MOST_FEN)
    minimum_wage_fen: int | None = Field(default=None, ge=0, le=MOST_FEN)
    subsidy_cap_fen: int | None = Field(default=None, ge=0, le=MOST_FEN)
    counted_workers: int | None = Field(default=None, ge=0, le=1_000_000)


class Changed(Returned):
    """The names of what really changed."""

    changed: list[str]


class ClearanceIn(Accepted):
    """解除回避: the user name of the officer, and the reason, which goes on the record."""

    officer: Line
    reason: Line


class BirthRangeOut(Returned):
    """出生日期范围: both days belong to it; null is an open side. ``note``: on which day ages are measured."""

    earliest: date | None
    latest: date | None
    on: date
    measured: str
    text: str
    note: str
    articles: list[str]


class DraftOut(Returned):
    """What an announcement of a post would say, and what the rules answer to it today."""

    content: dict[str, str]
    required: list[str]
    birth_range: BirthRangeOut | None
    answers: list[dict[str, Any]]


class CancelIn(Accepted):
    reason: Reason


class Cancelled(Returned):
    """How many places ended with the announcement."""

    places: int


class FlagOut(Returned):
    """优先标志: a group of the document, whether the applicant belongs to it, who recognised it and when."""

    pool: str
    label: str
    use: Literal["eligible", "tie_break", "in_principle_first"]
    holds: bool
    category: str | None
    by: str | None
    on: str | None
    article: str
    text: str


class RankedOut(Returned):
    """An applicant with place and points (in tenths). ``text`` explains the place in one sentence."""

    hire_id: int
    name: str
    stage: str
    state: str
    standing: Literal["candidate", "chosen", "fallen", "out"]
    rank: int | None
    tied: bool
    tenths: int | None
    items: dict[str, int]
    flags: list[FlagOut]
    text: str


class SubstituteOut(Returned):
    instead_of: int
    proposed: int
    text: str


class RankingOut(Returned):
    """名次. ``items``: what is scored and the most points of each; ``warning``: others may still apply."""

    items: dict[str, int]
    ranked: list[RankedOut]
    substitutes: list[SubstituteOut]
    warning: str | None


class WaitingOut(Returned):
    """A waiting application from the network: the number masked. ``person_id``: who is registered under it already."""

    id: int
    received_at: datetime
    name: str
    id_number: str
    education: str | None
    home_region: str | None
    claimed: list[str]
    statements: list[str]
    person_id: int | None
    differs: list[str]


class WaitingList(Returned):
    items: list[WaitingOut]


class RecognitionIn(Accepted):
    by: Line
    on: date


class TakeIn(Accepted):
    """``recognised``: categories whose proof was seen. ``renew``: what is said goes before what was registered."""

    recognised: dict[Code, RecognitionIn] = Field(default_factory=dict, max_length=30)
    renew: bool = False


class RefuseIn(Accepted):
    """The reason is shown to the applicant."""

    reason: Line


class Taken(Returned):
    hire_id: int


class PublicOpeningOut(Returned):
    """An announcement as anybody may see it: an allow-list."""

    id: int
    title: str
    employer: str
    region: str
    kind: str
    procedure: str
    announced_on: date
    closes_on: date | None
    places: int
    monthly_fen: int
    boards: list[str]
    content: dict[str, str]


class PublicOpenings(Returned):
    """The announcements that take applications on ``on`` (Asia/Shanghai)."""

    on: date
    items: list[PublicOpeningOut]


class PublicApplicationIn(Accepted):
    """网上报名. ``consent`` has to be "yes". ``key``: a nonce; the same application sent twice is one."""

    name: Line = Field(max_length=100)
    id_number: Digits
    education: Code
    home_region: RegionCode
    retirement_category: Slug | None = None
    phone: Digits | None = None
    address: Line | None = None
    claimed: tuple[Code, ...] = Field(default=(), max_length=30)
    statements: tuple[Code, ...] = Field(default=(), max_length=30)
    consent: Literal["yes"]
    key: Digits | None = None


class ReceiptOut(Returned):
    """The code by which the application is followed; shown this once."""

    receipt: str
