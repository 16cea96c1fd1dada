"""What the API says of pay (待遇接口格式): amounts in fen, months as 2026-06, days of Asia/Shanghai."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from api.inputs import Month, RegionCode, Slug, Word
from api.schemas import Accepted, Returned

#: text without control characters
NO_CONTROL = r"^[^\x00-\x1f\x7f]*$"
Fen = Annotated[int, Field(ge=0, le=10**13)]


class PotRulingIn(Accepted):
    """How the pot of a year is shared out, where a document leaves it open."""

    person_fen: Annotated[int, Field(ge=0, le=2**31 - 1)]
    months: Literal[1, 12]
    count: Literal["heads", "months"]
    divisor: Literal["scores", "hundred"]


class SheetIn(Accepted):
    procedure: Slug
    region: RegionCode
    month: Month
    kind: Literal["monthly", "performance"] = "monthly"
    #: parts that the document allows and somebody decided on, the same for each, in fen
    extra: dict[Slug, Annotated[int, Field(ge=0, le=2**31 - 1)]] = Field(default_factory=dict, max_length=5)
    ruling: PotRulingIn | None = None


class SheetMade(Returned):
    number: int


class ApprovalIn(Accepted):
    """``digest``: of the rows that were seen; others are not approved."""

    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    opinion: Annotated[str, StringConstraints(max_length=500, pattern=NO_CONTROL)] = ""


class SentBackIn(Accepted):
    reason: Word


class PaidIn(Accepted):
    paid_on: date
    voucher: Word


class SheetStatus(Returned):
    status: str


class SheetOut(Returned):
    """A pay sheet. ``unpaid``: hire to the reason why nothing is paid; ``basis``: what it was reckoned with.

    ``supplements``: the sheets of the same month whose money had gone out before; ``paid_by``: hire to the sheet that
    has paid it. ``money``: how long the money for these posts lasts, on a sheet that is asked for alone.
    """

    number: int
    procedure: str
    region: str
    month: str
    kind: str
    status: str
    people: int
    sum_fen: int
    digest: str
    made_at: datetime
    frozen_at: datetime | None
    voided_at: datetime | None
    paid_on: date | None
    supplements: list[int] = Field(default_factory=list)
    paid_by: dict[int, int] = Field(default_factory=dict)
    unpaid: dict[int, str] = Field(default_factory=dict)
    basis: dict[str, Any] = Field(default_factory=dict)
    money: list[str] = Field(default_factory=list)


class PartOut(Returned):
    item: str
    fen: int
    why: str


class PayLineOut(Returned):
    hire_id: int
    name: str
    region: str
    post_title: str
    from_on: date
    until_on: date
    days_tenths: int
    gross_fen: int
    deducted_fen: int
    net_fen: int
    employer_fen: int
    parts: list[PartOut]
    warnings: list[str]


class RateIn(Accepted):
    """``value``: fen, millionths, days or hours, by the figure."""

    name: Slug
    region: RegionCode
    from_on: date
    value: Fen
    source: Word


class RateOut(Returned):
    id: int
    name: str
    region: str
    from_on: date
    value: int
    source: str


class RateMade(Returned):
    id: int


class BudgetIn(Accepted):
    procedure: Slug
    region: RegionCode
    year: Annotated[int, Field(ge=2000, le=2100)]
    source: Annotated[str, StringConstraints(min_length=1, max_length=48, pattern=NO_CONTROL)]
    fen: Fen
    basis: Word


class BudgetOut(Returned):
    procedure: str
    region: str
    year: int
    source: str
    fen: int
    basis: str
