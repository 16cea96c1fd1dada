"""Reports and money around the hires (报送与资金): lists of filings that were sent, and where money comes from."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from workflow.tables.common import big_id, json_column


class FilingList(SQLModel, table=True):
    """报送名单: filings of one kind that were put on one list, its file by its digest, and when it was sent.

    ``entries``: hire and entry of each. A list that was dropped holds nothing up.
    """

    __tablename__ = "filing_list"
    id: int | None = Field(default=None, sa_column=big_id())
    procedure_id: str = Field(max_length=64)
    region: str = Field(max_length=12)
    filing: str = Field(max_length=48)
    entries: list[Any] = Field(default_factory=list, sa_column=json_column())
    people: int
    digest: str = Field(max_length=64)
    made_by: str = Field(max_length=64)
    account_id: int | None = Field(default=None, sa_type=BigInteger)
    made_at: datetime
    sent_on: date | None = None
    receipt: str | None = Field(default=None, max_length=200)
    sent_by: str | None = Field(default=None, max_length=64)
    sent_at: datetime | None = None
    dropped_at: datetime | None = None
    __table_args__ = (
        CheckConstraint("people >= 1", name="people"),
        CheckConstraint(
            "(sent_on IS NULL) = (receipt IS NULL) AND (sent_on IS NULL OR dropped_at IS NULL)", name="sent"
        ),
        Index("ix_filing_list_region", "region", "id"),
    )


class Policy(SQLModel, table=True):
    """保单: accident insurance that a county bought, from its first to its last day; the premium in fen."""

    __tablename__ = "policy"
    id: int | None = Field(default=None, sa_column=big_id())
    region: str = Field(max_length=12, index=True)
    insurer: str = Field(max_length=100)
    number: str = Field(max_length=100)
    from_on: date
    until_on: date
    premium_fen: int = Field(sa_type=BigInteger)
    recorded_by: str = Field(max_length=64)
    account_id: int | None = Field(default=None, sa_type=BigInteger)
    recorded_at: datetime
    __table_args__ = (
        UniqueConstraint("insurer", "number"),
        CheckConstraint("until_on >= from_on AND premium_fen >= 0", name="numbers"),
    )


class Cover(SQLModel, table=True):
    """参保人: who is insured by a policy, on which days; it ends with the post, whatever stands here.

    No person has two covers on one day: whoever enters one holds the person's row and looks first.
    """

    __tablename__ = "cover"
    policy_id: int = Field(foreign_key="policy.id", primary_key=True, sa_type=BigInteger)
    hire_id: int = Field(foreign_key="hire.id", primary_key=True, sa_type=BigInteger)
    person_id: int = Field(foreign_key="person.id", sa_type=BigInteger)
    from_on: date
    until_on: date
    __table_args__ = (
        CheckConstraint("until_on >= from_on", name="days"),
        Index("ix_cover_person_id", "person_id", "from_on"),
        Index("ix_cover_hire_id", "hire_id", "until_on"),
    )


class SubsidyClaim(SQLModel, table=True):
    """社保补贴申领: what an employer or company claims for some months, in fen, and what came of it.

    ``status``: prepared, handed_in, received, void. What was advanced and not received is charged to the county.
    """

    __tablename__ = "subsidy_claim"
    id: int | None = Field(default=None, sa_column=big_id())
    procedure_id: str = Field(max_length=64)
    region: str = Field(max_length=12)
    from_month: date
    until_month: date
    people: int
    months: int
    fen: int = Field(sa_type=BigInteger)
    status: str = Field(max_length=10)
    handed_in_on: date | None = None
    receipt: str | None = Field(default=None, max_length=200)
    received_on: date | None = None
    received_fen: int = Field(default=0, sa_type=BigInteger)
    voucher: str | None = Field(default=None, max_length=200)
    charged_fen: int = Field(default=0, sa_type=BigInteger)
    charge_voucher: str | None = Field(default=None, max_length=200)
    made_by: str = Field(max_length=64)
    account_id: int | None = Field(default=None, sa_type=BigInteger)
    made_at: datetime
    __table_args__ = (
        CheckConstraint("status IN ('prepared', 'handed_in', 'received', 'void')", name="status"),
        CheckConstraint("fen > 0 AND people >= 1 AND months >= people AND until_month >= from_month", name="numbers"),
        CheckConstraint("received_fen >= 0 AND charged_fen >= 0 AND received_fen + charged_fen <= fen", name="money"),
        Index("ix_subsidy_claim_region", "region", "id"),
    )


class ClaimLine(SQLModel, table=True):
    """申领明细: one person's month on a claim, the employer's share in fen; no month is claimed twice."""

    __tablename__ = "claim_line"
    claim_id: int = Field(foreign_key="subsidy_claim.id", primary_key=True, sa_type=BigInteger)
    hire_id: int = Field(foreign_key="hire.id", primary_key=True, sa_type=BigInteger)
    month: date = Field(primary_key=True)
    person_id: int = Field(foreign_key="person.id", sa_type=BigInteger)
    fen: int = Field(sa_type=BigInteger)
    live: bool = True
    __table_args__ = (
        CheckConstraint("fen > 0", name="fen"),
        Index(
            "uq_claim_line_once",
            "hire_id",
            "month",
            unique=True,
            sqlite_where=text("live"),
            postgresql_where=text("live"),
        ),
    )
