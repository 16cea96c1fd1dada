"""What is due and who hears of it (待办与消息): timers, tasks, letters, idempotency keys."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, Text, text
from sqlmodel import Field, SQLModel

from workflow.tables.common import hire_key, json_column


class Timer(SQLModel, table=True):
    """计时: a moment of a running deadline. ``legal_on`` is its last day; ``wake_at`` moves when a firing failed."""

    __tablename__ = "timer"
    hire_id: int = hire_key()
    name: str = Field(primary_key=True, max_length=100)
    kind: str = Field(primary_key=True, max_length=10)
    mark: int = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    visit: int
    legal_on: date
    provisional: bool
    due_at: datetime
    wake_at: datetime
    status: str = Field(max_length=10)
    attempts: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    error: str | None = Field(default=None, sa_type=Text)
    fired_at: datetime | None = None
    __table_args__ = (
        CheckConstraint("status IN ('pending', 'done', 'cancelled', 'blocked', 'collapsed')", name="status"),
        CheckConstraint("kind IN ('enforce', 'advise')", name="kind"),
        Index(
            "ix_timer_waiting",
            "wake_at",
            "hire_id",
            sqlite_where=text("status = 'pending'"),
            postgresql_where=text("status = 'pending'"),
        ),
        Index(
            "ix_timer_legal_on",
            "legal_on",
            "hire_id",
            "name",
            sqlite_where=text("status IN ('pending', 'blocked')"),
            postgresql_where=text("status IN ('pending', 'blocked')"),
        ),
    )


class Task(SQLModel, table=True):
    """待办: what a role has to do for a hire now; follows from stage and clocks, kept for the worklists."""

    __tablename__ = "task"
    hire_id: int = hire_key()
    name: str = Field(primary_key=True, max_length=100)
    role: str = Field(primary_key=True, max_length=20)
    region: str = Field(max_length=12)
    due_on: date | None = None
    seq: int
    #: the account to whom it was given (转办); nobody: whoever of the role comes first
    assigned_to: int | None = Field(default=None, sa_type=BigInteger)
    __table_args__ = (
        Index("ix_task_role_region", "role", "region", "due_on", "hire_id", "name"),
        Index("ix_task_role_due", "role", "due_on", "hire_id", "name", "region"),
        # "given to me" comes first on a worklist, and hardly any task is given to anybody
        Index(
            "ix_task_assigned_to",
            "assigned_to",
            "due_on",
            "hire_id",
            sqlite_where=text("assigned_to IS NOT NULL"),
            postgresql_where=text("assigned_to IS NOT NULL"),
        ),
        # the tasks that stand beside the one of the stage: few, and what makes two lines of one
        Index(
            "ix_task_beside",
            "role",
            "region",
            "hire_id",
            sqlite_where=text("name < 'stage'"),
            postgresql_where=text("name < 'stage'"),
        ),
    )


class Outbox(SQLModel, table=True):
    """发件箱: a letter that the step decided on; addressed to a role in a region, written out at delivery."""

    __tablename__ = "outbox"
    message_id: str = Field(primary_key=True, max_length=64)
    hire_id: int = Field(foreign_key="hire.id", index=True, sa_type=BigInteger)
    seq: int
    n: int
    template: str = Field(max_length=100)
    to_role: str = Field(max_length=20)
    region: str = Field(max_length=12)
    facts: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    created_at: datetime
    due_at: datetime
    status: str = Field(max_length=10)
    __table_args__ = (
        CheckConstraint("status IN ('waiting', 'addressed')", name="status"),
        Index(
            "ix_outbox_waiting",
            "due_at",
            "message_id",
            sqlite_where=text("status = 'waiting'"),
            postgresql_where=text("status = 'waiting'"),
        ),
    )


class Delivery(SQLModel, table=True):
    """投递: one letter to one account by one channel, at least once, under a stable id."""

    __tablename__ = "delivery"
    message_id: str = Field(foreign_key="outbox.message_id", primary_key=True, max_length=64)
    account_id: int = Field(foreign_key="account.id", primary_key=True, sa_type=BigInteger)
    channel: str = Field(primary_key=True, max_length=10)
    hire_id: int = Field(foreign_key="hire.id", sa_type=BigInteger)
    status: str = Field(max_length=10)
    attempts: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    due_at: datetime
    sent_at: datetime | None = None
    read_at: datetime | None = None
    error: str | None = Field(default=None, sa_type=Text)
    __table_args__ = (
        CheckConstraint("status IN ('waiting', 'sent', 'dead')", name="status"),
        Index("ix_delivery_account_id", "account_id", "channel", "sent_at"),
        Index(
            "ix_delivery_waiting",
            "due_at",
            sqlite_where=text("status = 'waiting'"),
            postgresql_where=text("status = 'waiting'"),
        ),
    )


class Idempotency(SQLModel, table=True):
    """幂等键: a command's key, kept with its effect, so that a repeat gives the same answer."""

    __tablename__ = "idempotency"
    account_id: int = Field(primary_key=True, sa_type=BigInteger)
    key: str = Field(primary_key=True, max_length=128)
    request_digest: str = Field(max_length=64)
    hire_id: int = Field(foreign_key="hire.id", sa_type=BigInteger)
    seq: int
    answer: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    created_at: datetime
