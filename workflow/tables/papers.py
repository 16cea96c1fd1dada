"""Papers (文书): templates of an office, what was made from them, and their running numbers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field, SQLModel

from workflow.tables.common import big_id


class PaperTemplate(SQLModel, table=True):
    """文书模板: a Word file of an office, in place of ours, for one kind of paper in its region; the file is sealed."""

    __tablename__ = "paper_template"
    id: int | None = Field(default=None, sa_column=big_id())
    procedure_id: str = Field(max_length=64)
    region: str = Field(max_length=12)
    paper: str = Field(max_length=20)
    name: str = Field(max_length=200)
    digest: str = Field(max_length=64)
    live: bool = True
    set_by: str = Field(max_length=64)
    account_id: int | None = Field(default=None, sa_type=BigInteger)
    set_at: datetime
    __table_args__ = (
        Index(
            "uq_paper_template_live",
            "procedure_id",
            "region",
            "paper",
            unique=True,
            sqlite_where=text("live"),
            postgresql_where=text("live"),
        ),
    )


class Paper(SQLModel, table=True):
    """文书: one that was made for a hire: its number, the template and the digest of its bytes.

    ``masked`` is the digest of the same paper with its sealed values masked, for readers who keep no data of people.
    ``basis`` is a keyed commitment to the values it was made from: the same values make no second one. ``term_no`` is
    the term, or the year of an assessment. Of each paper one is live; an earlier one stays, with who set it aside.
    """

    __tablename__ = "paper"
    hire_id: int = Field(foreign_key="hire.id", primary_key=True, sa_type=BigInteger)
    number: str = Field(primary_key=True, max_length=60)
    paper: str = Field(max_length=20)
    term_no: int
    digest: str = Field(max_length=64)
    masked: str = Field(max_length=64)
    template_id: int | None = Field(default=None, foreign_key="paper_template.id", sa_type=BigInteger)
    basis: str = Field(max_length=64)
    made_by: str = Field(max_length=64)
    account_id: int | None = Field(default=None, sa_type=BigInteger)
    made_at: datetime
    replaced_at: datetime | None = None
    replaced_by: str | None = Field(default=None, max_length=64)
    reason: str | None = Field(default=None, max_length=200)
    __table_args__ = (
        Index(
            "uq_paper_live",
            "hire_id",
            "paper",
            "term_no",
            unique=True,
            sqlite_where=text("replaced_at IS NULL"),
            postgresql_where=text("replaced_at IS NULL"),
        ),
    )


class Numbering(SQLModel, table=True):
    """编号: the last number given to a kind of paper in a county and a year."""

    __tablename__ = "numbering"
    region: str = Field(primary_key=True, max_length=12)
    paper: str = Field(primary_key=True, max_length=20)
    year: int = Field(primary_key=True)
    last: int
