"""Posts, openings and who asks for them (岗位与招聘): also what the public sends in."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, Text, text
from sqlmodel import Field, SQLModel

from workflow.tables.common import big_id, json_column


class Post(SQLModel, table=True):
    """岗位: kind, place, employer, sources of money. Amounts in fen."""

    __tablename__ = "post"
    id: int | None = Field(default=None, sa_column=big_id())
    procedure_id: str = Field(max_length=64, index=True)
    kind: str = Field(max_length=48)
    region: str = Field(foreign_key="region.code", max_length=12, index=True)
    title: str = Field(max_length=100)
    employer: str = Field(max_length=100)
    sources: list[str] = Field(default_factory=list, sa_column=json_column())
    registered: bool = True
    monthly_fen: int = 0
    minimum_wage_fen: int | None = None
    subsidy_cap_fen: int | None = None
    counted_workers: int | None = None
    created_at: datetime


class Opening(SQLModel, table=True):
    """招聘公告: places in a post, open for a window. ``taken`` can never pass ``places``."""

    __tablename__ = "opening"
    id: int | None = Field(default=None, sa_column=big_id())
    post_id: int = Field(foreign_key="post.id", index=True, sa_type=BigInteger)
    procedure: str = Field(max_length=100)
    announced_on: date
    closes_on: date | None = None
    places: int
    taken: int = 0
    boards: list[str] = Field(default_factory=list, sa_column=json_column())
    relaxed_by: str | None = Field(default=None, max_length=200)
    announced_by: str = Field(max_length=64)
    #: what the announcement says beside the facts: duties, conditions, how and where to apply, whom to ask
    content: dict[str, str] = Field(default_factory=dict, sa_column=json_column())
    #: the hire whose place is announced anew (随缺随补)
    refills: int | None = Field(default=None, sa_type=BigInteger)
    cancelled_on: date | None = None
    created_at: datetime
    __table_args__ = (
        CheckConstraint("places >= 1", name="places"),
        CheckConstraint("taken >= 0 AND taken <= places", name="taken"),
        CheckConstraint("closes_on IS NULL OR closes_on >= announced_on", name="window"),
    )


class Allocation(SQLModel, table=True):
    """指标分配: places per area, year and kind (Liaocheng's annex), imported."""

    __tablename__ = "allocation"
    procedure_id: str = Field(primary_key=True, max_length=64)
    year: int = Field(primary_key=True)
    region: str = Field(primary_key=True, max_length=12)
    kind: str = Field(primary_key=True, max_length=48)
    places: int
    source: str = Field(max_length=200)
    __table_args__ = (CheckConstraint("places >= 0", name="places"),)


class PublicApplication(SQLModel, table=True):
    """网上报名: what somebody without an account sent in, sealed, until a clerk has taken it over or refused it."""

    __tablename__ = "public_application"
    id: int | None = Field(default=None, sa_column=big_id())
    opening_id: int = Field(foreign_key="opening.id", index=True, sa_type=BigInteger)
    #: blind index of the identity number: one application of a person to an opening
    person_key: str = Field(max_length=64)
    sealed: str = Field(sa_type=Text)
    received_at: datetime
    status: str = Field(max_length=10)
    hire_id: int | None = Field(default=None, foreign_key="hire.id", sa_type=BigInteger)
    answered_by: str | None = Field(default=None, max_length=64)
    answered_at: datetime | None = None
    answer: str | None = Field(default=None, sa_type=Text)
    __table_args__ = (
        CheckConstraint("status IN ('waiting', 'taken', 'refused', 'withdrawn')", name="status"),
        Index(
            "uq_public_application_waiting",
            "opening_id",
            "person_key",
            unique=True,
            sqlite_where=text("status = 'waiting'"),
            postgresql_where=text("status = 'waiting'"),
        ),
    )


class Receipt(SQLModel, table=True):
    """回执: the hash of a code by which somebody without an account follows what they sent in."""

    __tablename__ = "receipt"
    code_hash: str = Field(primary_key=True, max_length=64)
    application_id: int | None = Field(default=None, foreign_key="public_application.id", sa_type=BigInteger)
    hire_id: int | None = Field(default=None, foreign_key="hire.id", sa_type=BigInteger)
    seq: int | None = None
    created_at: datetime


class PublicAttempt(SQLModel, table=True):
    """公众提交: kept so that forms without an account are not flooded from one address."""

    __tablename__ = "public_attempt"
    id: int | None = Field(default=None, sa_column=big_id())
    at: datetime
    form: str = Field(max_length=20)
    address: str = Field(max_length=64)
    __table_args__ = (Index("ix_public_attempt_address_at", "address", "at"),)
