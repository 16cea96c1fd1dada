"""Imports (导入): each file that was taken in, what it changed line by line, and how that was taken back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from workflow.tables.common import big_id, json_column

KINDS = ("applicants", "attendance", "assessment", "points", "bank_return", "roster", "allocation", "old_posts")


class ImportRun(SQLModel, table=True):
    """导入记录: who took in which file (its SHA-256), for which place, and how many rows were new, changed, removed.

    ``subject`` is what the kind is about: an announcement, a month, a document and a year, a pay sheet. ``refused``
    counts the rows that were left out.
    """

    __tablename__ = "import_run"
    id: str = Field(primary_key=True, max_length=40)
    kind: str = Field(max_length=12)
    region: str = Field(max_length=12)
    subject: str = Field(max_length=100)
    file_digest: str = Field(max_length=64)
    new: int
    changed: int
    removed: int
    refused: int
    ran_by: str = Field(max_length=64)
    account_id: int | None = Field(default=None, sa_type=BigInteger)
    ran_at: datetime
    __table_args__ = (
        CheckConstraint("kind IN (" + ", ".join(f"'{kind}'" for kind in KINDS) + ")", name="kind"),
        CheckConstraint("new >= 0 AND changed >= 0 AND removed >= 0 AND refused >= 0", name="numbers"),
        Index("ix_import_run_ran_at", "ran_at", "region"),
    )


class ImportLine(SQLModel, table=True):
    """导入明细: one thing that a run changed. ``seq`` is the entry or version that it left behind.

    Where the hire, the person or the month stands elsewhere now, somebody has built on it. ``before`` is what was
    there (numbers of people sealed); ``undo_id`` the undoing by which it was taken back.
    """

    __tablename__ = "import_line"
    run_id: str = Field(foreign_key="import_run.id", primary_key=True, max_length=40)
    number: int = Field(primary_key=True)
    region: str = Field(max_length=12)
    change: str = Field(max_length=8)
    hire_id: int | None = Field(default=None, foreign_key="hire.id", sa_type=BigInteger)
    person_id: int | None = Field(default=None, foreign_key="person.id", sa_type=BigInteger)
    about: str = Field(max_length=100)
    seq: int | None = None
    before: dict[str, Any] | None = Field(default=None, sa_column=json_column(nullable=True))
    undo_id: int | None = Field(default=None, foreign_key="import_undo.id", sa_type=BigInteger)
    __table_args__ = (CheckConstraint("change IN ('new', 'changed', 'removed')", name="change"),)


class ImportUndo(SQLModel, table=True):
    """撤销导入: who asked to take back which lines and why, and which other person carried it out or refused.

    It is decided first and carried out then, line by line; without ``finished_at`` it broke off, and goes on later.
    ``asked_for``: whom a deputy stood in for.
    """

    __tablename__ = "import_undo"
    id: int | None = Field(default=None, sa_column=big_id())
    run_id: str = Field(foreign_key="import_run.id", max_length=40)
    region: str = Field(max_length=12)
    lines: list[Any] = Field(default_factory=list, sa_column=json_column())
    reason: str = Field(max_length=500)
    asked_by: str = Field(max_length=64)
    asked_for: str | None = Field(default=None, max_length=64)
    account_id: int | None = Field(default=None, sa_type=BigInteger)
    asked_at: datetime
    decided_by: str | None = Field(default=None, max_length=64)
    decided_at: datetime | None = None
    upheld: bool | None = None
    undone: int = 0
    finished_at: datetime | None = None
    __table_args__ = (
        CheckConstraint("decided_by NOT IN (asked_by, asked_for)", name="two_people"),
        CheckConstraint("(decided_by IS NULL) = (upheld IS NULL)", name="decision"),
        Index(
            "uq_import_undo_open",
            "run_id",
            unique=True,
            sqlite_where=text("decided_by IS NULL"),
            postgresql_where=text("decided_by IS NULL"),
        ),
    )
