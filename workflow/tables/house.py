"""Facts of working a case that no document names (办理事项): returns, suspensions, assignments, files, scores."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, LargeBinary, Text
from sqlmodel import Field, SQLModel

from workflow.tables.common import hire_key, json_column


class Returned(SQLModel, table=True):
    """退回: back to an earlier stage, with its reason."""

    __tablename__ = "returned"
    hire_id: int = hire_key()
    seq: int = Field(primary_key=True)
    from_stage: str = Field(max_length=48)
    to_stage: str = Field(max_length=48)
    reason: str = Field(sa_type=Text)


class Suspension(SQLModel, table=True):
    """中止: from a day until it was resumed; nothing moves meanwhile."""

    __tablename__ = "suspension"
    hire_id: int = hire_key()
    seq: int = Field(primary_key=True)
    from_on: date
    reason: str = Field(sa_type=Text)
    resumed_on: date | None = None
    resumed_seq: int | None = None


class Assignment(SQLModel, table=True):
    """转办: who of a role deals with the hire from now on."""

    __tablename__ = "assignment"
    hire_id: int = hire_key()
    seq: int = Field(primary_key=True)
    role: str = Field(max_length=20)
    to_account: int | None = Field(default=None, sa_type=BigInteger)
    reason: str = Field(sa_type=Text)


class Comment(SQLModel, table=True):
    """附言: a note of an officer to the others who deal with the hire."""

    __tablename__ = "comment"
    hire_id: int = hire_key()
    seq: int = Field(primary_key=True)
    text: str = Field(sa_type=Text)


class Document(SQLModel, table=True):
    """材料: a file of the hire; its bytes are kept once, sealed, under their digest (``stored_file``)."""

    __tablename__ = "document"
    hire_id: int = hire_key()
    seq: int = Field(primary_key=True)
    kind: str = Field(max_length=20)
    name: str = Field(max_length=200)
    media_type: str = Field(max_length=100)
    size: int
    digest: str = Field(max_length=64, index=True)
    #: for evidence of a notice: the board that it shows
    board: str | None = Field(default=None, max_length=200)
    #: evidence at an address of the network instead of a file
    address: str | None = Field(default=None, max_length=500)


class StoredFile(SQLModel, table=True):
    """文件内容: sealed bytes under the digest of what they hold."""

    __tablename__ = "stored_file"
    digest: str = Field(primary_key=True, max_length=64)
    sealed: bytes = Field(sa_type=LargeBinary)
    size: int
    checked: str = Field(max_length=100)
    created_at: datetime


class Score(SQLModel, table=True):
    """评分: points of an applicant by item, in tenths; the latest sheet counts."""

    __tablename__ = "score"
    hire_id: int = hire_key()
    seq: int = Field(primary_key=True)
    tenths: int
    items: dict[str, int] = Field(default_factory=dict, sa_column=json_column())
