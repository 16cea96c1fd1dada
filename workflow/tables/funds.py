"""Reports and money around the hires (报送与资金): lists of filings that were sent, and where money comes from."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index
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
