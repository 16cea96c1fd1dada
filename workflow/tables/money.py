"""Money (待遇): dated rates, budgets, pay sheets with their lines and approvals. All amounts are whole fen."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from workflow.tables.common import big_id, json_column


class Rate(SQLModel, table=True):
    """标准: a figure that holds from a day on in a region (minimum wage, insurance base and shares, caps).

    The latest ``from_on`` not after the day asked for counts, of the narrowest region. ``value``: fen, millionths
    (shares) or days, by its name (``states.rates``).
    """

    __tablename__ = "rate"
    id: int | None = Field(default=None, sa_column=big_id())
    name: str = Field(max_length=48)
    region: str = Field(max_length=12)
    from_on: date
    value: int = Field(sa_type=BigInteger)
    source: str = Field(max_length=300)
    set_by: str = Field(max_length=64)
    account_id: int | None = Field(default=None, sa_type=BigInteger)
    set_at: datetime
    __table_args__ = (
        UniqueConstraint("name", "region", "from_on"),
        CheckConstraint("value >= 0", name="value"),
    )


class Budget(SQLModel, table=True):
    """资金安排: what a source gives for a document in a region and a year."""

    __tablename__ = "budget"
    id: int | None = Field(default=None, sa_column=big_id())
    procedure_id: str = Field(max_length=64)
    region: str = Field(max_length=12)
    year: int
    source: str = Field(max_length=48)
    fen: int = Field(sa_type=BigInteger)
    basis: str = Field(max_length=300)
    set_by: str = Field(max_length=64)
    account_id: int | None = Field(default=None, sa_type=BigInteger)
    set_at: datetime
    __table_args__ = (
        UniqueConstraint("procedure_id", "region", "year", "source"),
        CheckConstraint("fen >= 0", name="fen"),
    )


class PaySheet(SQLModel, table=True):
    """待遇发放表: who is paid what for a month in a township. ``digest`` binds its rows, ``sum_fen`` and ``people``.

    ``kind``: monthly, performance. ``status``: draft, frozen, approved, paid, void. What changes after it was frozen
    voids it, and a new one is made; once it is paid a supplementary one (补发) may follow. ``made_for`` and
    ``frozen_for``: the natural persons in whose place a deputy did it.
    """

    __tablename__ = "pay_sheet"
    id: int | None = Field(default=None, sa_column=big_id())
    procedure: str = Field(max_length=100)
    region: str = Field(max_length=12)
    month: date
    kind: str = Field(max_length=12)
    status: str = Field(max_length=10)
    people: int
    sum_fen: int = Field(sa_type=BigInteger)
    digest: str = Field(max_length=64)
    #: what the figures were made with: rates, formula and rulings, shown to whoever approves
    basis: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    made_by: str = Field(max_length=64)
    made_for: str | None = Field(default=None, max_length=64)
    made_at: datetime
    frozen_by: str | None = Field(default=None, max_length=64)
    frozen_for: str | None = Field(default=None, max_length=64)
    frozen_at: datetime | None = None
    paid_on: date | None = None
    voided_at: datetime | None = None
    reason: str | None = Field(default=None, max_length=500)
    __table_args__ = (
        CheckConstraint("people >= 0 AND sum_fen >= 0", name="numbers"),
        CheckConstraint("status IN ('draft', 'frozen', 'approved', 'paid', 'void')", name="status"),
        Index(
            "uq_pay_sheet_live",
            "procedure",
            "region",
            "month",
            "kind",
            unique=True,
            sqlite_where=text("status NOT IN ('paid', 'void')"),
            postgresql_where=text("status NOT IN ('paid', 'void')"),
        ),
        Index("ix_pay_sheet_month", "month", "region"),
    )


class PayLine(SQLModel, table=True):
    """发放明细: one person's money on a sheet. ``items`` are the parts, each with its amount and the reason for it.

    ``topup``: 0 for the month itself; 1 and on for what is still owed of it on the same post after it was paid (补差).
    """

    __tablename__ = "pay_line"
    sheet_id: int = Field(foreign_key="pay_sheet.id", primary_key=True, sa_type=BigInteger)
    hire_id: int = Field(foreign_key="hire.id", primary_key=True, sa_type=BigInteger)
    person_id: int = Field(foreign_key="person.id", sa_type=BigInteger)
    post_id: int = Field(foreign_key="post.id", sa_type=BigInteger)
    month: date
    kind: str = Field(max_length=12)
    topup: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    live: bool = True
    from_on: date
    until_on: date
    days_tenths: int
    gross_fen: int = Field(sa_type=BigInteger)
    deducted_fen: int = Field(sa_type=BigInteger)
    net_fen: int = Field(sa_type=BigInteger)
    employer_fen: int = Field(sa_type=BigInteger)
    items: list[Any] = Field(default_factory=list, sa_column=json_column())
    warnings: list[Any] = Field(default_factory=list, sa_column=json_column())
    __table_args__ = (
        CheckConstraint("until_on >= from_on AND days_tenths >= 0", name="days"),
        CheckConstraint("net_fen = gross_fen - deducted_fen AND net_fen >= 0", name="sum"),
        CheckConstraint("topup = 0 OR (topup > 0 AND net_fen > 0)", name="topup"),
        # one person is paid once for a post and a month, drafts included; each difference that is paid later, once
        Index(
            "uq_pay_line_once",
            "person_id",
            "post_id",
            "month",
            "kind",
            "topup",
            unique=True,
            sqlite_where=text("live"),
            postgresql_where=text("live"),
        ),
        Index("ix_pay_line_hire_id", "hire_id", "month"),
    )


class PayApproval(SQLModel, table=True):
    """发放审批: who approved the very rows of a sheet (``digest``); two natural persons, neither of whom made it."""

    __tablename__ = "pay_approval"
    sheet_id: int = Field(foreign_key="pay_sheet.id", primary_key=True, sa_type=BigInteger)
    officer_key: str = Field(primary_key=True, max_length=64)
    region: str = Field(max_length=12)
    digest: str = Field(max_length=64)
    maker_key: str = Field(max_length=64)
    role: str = Field(max_length=20)
    account_id: int | None = Field(default=None, sa_type=BigInteger)
    deputy_for: str | None = Field(default=None, max_length=64)
    opinion: str | None = Field(default=None, max_length=500)
    at: datetime
    __table_args__ = (CheckConstraint("officer_key <> maker_key", name="four_eyes"),)


class PayDayDone(SQLModel, table=True):
    """发放日程办结: that something due for a month's pay was done in a place, with its receipt.

    Only what leaves no other trace: rosters sent on paper, money advanced. ``month`` is its first day.
    """

    __tablename__ = "pay_day_done"
    procedure_id: str = Field(primary_key=True, max_length=64)
    region: str = Field(primary_key=True, max_length=12)
    month: date = Field(primary_key=True)
    what: str = Field(primary_key=True, max_length=48)
    done_on: date
    receipt: str = Field(max_length=200)
    recorded_by: str = Field(max_length=64)
    account_id: int | None = Field(default=None, sa_type=BigInteger)
    recorded_at: datetime
    __table_args__ = (CheckConstraint("done_on >= month", name="day"),)
