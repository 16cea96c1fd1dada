"""Reports and money around the hires (报送与资金): lists of filings that were sent, and where money comes from."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, Text, UniqueConstraint, text
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
    """申领明细: one person's month on a claim, the employer's share in fen; no month of a person is claimed twice.

    ``hire_id``: of several posts in one month, the one that bore most of it.
    """

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
            "person_id",
            "month",
            unique=True,
            sqlite_where=text("live"),
            postgresql_where=text("live"),
        ),
    )


class PayCharge(SQLModel, table=True):
    """列支: what a named source bears of a pay sheet, in fen; the shares of a sheet add up to its sum."""

    __tablename__ = "pay_charge"
    sheet_id: int = Field(foreign_key="pay_sheet.id", primary_key=True, sa_type=BigInteger)
    source: str = Field(primary_key=True, max_length=48)
    region: str = Field(max_length=12)
    fen: int = Field(sa_type=BigInteger)
    set_by: str = Field(max_length=64)
    account_id: int | None = Field(default=None, sa_type=BigInteger)
    set_at: datetime
    __table_args__ = (CheckConstraint("fen > 0", name="fen"),)


class ChargeCorrection(SQLModel, table=True):
    """列支更正: other shares for a sheet that was paid, asked for by one with a reason and decided by another.

    ``shares``: fen by source. ``asked_for``, ``decided_for``: whom a deputy stood for.
    """

    __tablename__ = "charge_correction"
    id: int | None = Field(default=None, sa_column=big_id())
    sheet_id: int = Field(foreign_key="pay_sheet.id", sa_type=BigInteger)
    region: str = Field(max_length=12)
    shares: dict[str, int] = Field(default_factory=dict, sa_column=json_column())
    reason: str = Field(max_length=500)
    asked_by: str = Field(max_length=64)
    asked_for: str | None = Field(default=None, max_length=64)
    account_id: int | None = Field(default=None, sa_type=BigInteger)
    asked_at: datetime
    decided_by: str | None = Field(default=None, max_length=64)
    decided_for: str | None = Field(default=None, max_length=64)
    decided_at: datetime | None = None
    upheld: bool | None = None
    __table_args__ = (
        CheckConstraint("(decided_by IS NULL) = (upheld IS NULL)", name="decision"),
        CheckConstraint("decided_by <> asked_by", name="two_people"),
        # one proposal for a sheet waits at a time
        Index(
            "uq_charge_correction_open",
            "sheet_id",
            unique=True,
            sqlite_where=text("decided_by IS NULL"),
            postgresql_where=text("decided_by IS NULL"),
        ),
    )


class Publication(SQLModel, table=True):
    """村务公开: what a village publishes of its posts, until it is taken down; names and pay are read when it is."""

    __tablename__ = "publication"
    id: int | None = Field(default=None, sa_column=big_id())
    region: str = Field(max_length=12)
    procedure_id: str = Field(max_length=64)
    duties: str = Field(sa_type=Text)
    scheme: str = Field(sa_type=Text)
    telephone: str = Field(max_length=40)
    published_on: date
    published_by: str = Field(max_length=64)
    account_id: int | None = Field(default=None, sa_type=BigInteger)
    published_at: datetime
    taken_on: date | None = None
    taken_by: str | None = Field(default=None, max_length=64)
    __table_args__ = (
        CheckConstraint("taken_on >= published_on", name="taken"),
        Index(
            "uq_publication_live",
            "region",
            "procedure_id",
            unique=True,
            sqlite_where=text("taken_on IS NULL"),
            postgresql_where=text("taken_on IS NULL"),
        ),
    )
