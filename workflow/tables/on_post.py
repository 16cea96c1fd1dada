"""A year on the post (在岗期间): attendance, points and surveys of the assessment, aftercare, recovery."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, Text, text
from sqlmodel import Field, SQLModel

from workflow.tables.common import big_id, hire_key


class Attendance(SQLModel, table=True):
    """考勤: one person's month, a mark per day (``states.attendance``). ``month`` is its first day.

    ``version`` counts every writing. ``device`` is what a device saw, which is evidence and no more. Where it failed,
    ``exception`` says why the marks stand without it; until a second person answers for that, they are ``claimed``.
    ``recorded_for``: whom a deputy stood in for.
    """

    __tablename__ = "attendance"
    hire_id: int = hire_key()
    month: date = Field(primary_key=True)
    marks: str = Field(max_length=31)
    source: str = Field(max_length=10)
    version: int = 1
    recorded_by: str = Field(max_length=64)
    recorded_for: str | None = Field(default=None, max_length=64)
    account_id: int | None = Field(default=None, sa_type=BigInteger)
    recorded_at: datetime
    device: str | None = Field(default=None, max_length=31)
    claimed: str | None = Field(default=None, max_length=31)
    exception: str | None = Field(default=None, max_length=500)
    exception_by: str | None = Field(default=None, max_length=64)
    __table_args__ = (
        CheckConstraint("length(marks) BETWEEN 28 AND 31", name="marks"),
        CheckConstraint("length(device) = length(marks)", name="device"),
        CheckConstraint(
            "claimed IS NULL OR (length(claimed) = length(marks) AND exception IS NOT NULL AND exception_by IS NULL)",
            name="claimed",
        ),
        CheckConstraint("exception_by IS NULL OR exception IS NOT NULL", name="exception"),
        CheckConstraint("exception_by NOT IN (recorded_by, recorded_for)", name="two_people"),
        Index("ix_attendance_month", "month", "hire_id"),
    )


class AttendanceCorrection(SQLModel, table=True):
    """考勤更正: what a month is to say whose pay sheet was handed in or paid; one asks, another decides.

    ``version``: the month that was seen; ``fen``: by how much the pay reckoned anew differs from what was paid, as
    whoever asked was shown it; None where it could not be reckoned. ``asked_for``, ``decided_for``: whom a deputy
    stood in for.
    """

    __tablename__ = "attendance_correction"
    id: int | None = Field(default=None, sa_column=big_id())
    hire_id: int = Field(foreign_key="hire.id", sa_type=BigInteger)
    month: date
    version: int
    marks: str = Field(max_length=31)
    reason: str = Field(max_length=500)
    fen: int | None = Field(default=None, sa_type=BigInteger)
    asked_by: str = Field(max_length=64)
    asked_for: str | None = Field(default=None, max_length=64)
    account_id: int | None = Field(default=None, sa_type=BigInteger)
    asked_at: datetime
    decided_by: str | None = Field(default=None, max_length=64)
    decided_for: str | None = Field(default=None, max_length=64)
    decided_at: datetime | None = None
    upheld: bool | None = None
    opinion: str | None = Field(default=None, max_length=500)
    __table_args__ = (
        CheckConstraint("length(marks) BETWEEN 28 AND 31", name="marks"),
        CheckConstraint("(decided_by IS NULL) = (upheld IS NULL)", name="decision"),
        CheckConstraint("decided_by <> asked_by", name="two_people"),
        Index("ix_attendance_correction_hire_id", "hire_id", "month"),
        # one proposal of a month waits at a time
        Index(
            "uq_attendance_correction_open",
            "hire_id",
            "month",
            unique=True,
            sqlite_where=text("decided_by IS NULL"),
            postgresql_where=text("decided_by IS NULL"),
        ),
    )


class Point(SQLModel, table=True):
    """加分、扣分: one matter of a year's assessment, with its evidence. ``tenths``: what it is worth by itself.

    ``number``: of wrong records; of a month's phone check those asked among the ``listed``, ``correct`` those of them
    whose data proved right.
    """

    __tablename__ = "point"
    hire_id: int = hire_key()
    seq: int = Field(primary_key=True)
    year: int
    item: str = Field(max_length=48)
    level: str = Field(max_length=48)
    number: int
    authors: int
    matter: str = Field(max_length=200)
    evidence: str = Field(max_length=500)
    tenths: int
    month: int | None = None
    listed: int | None = None
    correct: int | None = None
    struck_seq: int | None = None
    __table_args__ = (
        CheckConstraint("number >= 1 AND authors >= 1", name="numbers"),
        CheckConstraint("correct BETWEEN 0 AND number AND number <= listed AND month BETWEEN 1 AND 12", name="check"),
    )


class Survey(SQLModel, table=True):
    """满意度调查: how many of the people served were asked in a year, and how many were satisfied."""

    __tablename__ = "survey"
    hire_id: int = hire_key()
    seq: int = Field(primary_key=True)
    year: int
    held_on: date
    asked: int
    satisfied: int
    took_part: str = Field(max_length=500)
    #: of a row that takes another's place, the entry that wrote the first one; of one that was replaced, by which entry
    corrects_seq: int | None = None
    corrected_by: int | None = None
    __table_args__ = (CheckConstraint("satisfied BETWEEN 0 AND asked AND asked >= 1", name="numbers"),)


class OldTerms(SQLModel, table=True):
    """原协议: what somebody was under who was at work before the document. ``started_on``: the first day on the post.

    ``months_before``: whole months before the agreement, as they stood in the person's record; pay in fen a month.
    """

    __tablename__ = "old_terms"
    hire_id: int = hire_key()
    seq: int = Field(primary_key=True)
    started_on: date
    months_before: int
    monthly_fen: int = Field(sa_type=BigInteger)
    evidence: str = Field(max_length=200)
    __table_args__ = (CheckConstraint("months_before >= 0 AND monthly_fen >= 0", name="numbers"),)


class Aftercare(SQLModel, table=True):
    """离岗后帮扶: what becomes of somebody who left, by its own small machine (``states.aftercare``).

    ``hardship``: the livelihood is in difficulty, so that civil affairs have to hear of it; ``reason``: why it closed.
    """

    __tablename__ = "aftercare"
    hire_id: int = hire_key()
    state: str = Field(max_length=20)
    version: int = 1
    opened_on: date
    due_on: date
    need: str | None = Field(default=None, max_length=20)
    hardship: bool = False
    closed_on: date | None = None
    reason: str | None = Field(default=None, max_length=500)
    __table_args__ = (
        CheckConstraint("(closed_on IS NULL) = (reason IS NULL)", name="closed"),
        Index(
            "ix_aftercare_open",
            "due_on",
            "hire_id",
            sqlite_where=text("closed_on IS NULL"),
            postgresql_where=text("closed_on IS NULL"),
        ),
    )


class AftercareAct(SQLModel, table=True):
    """帮扶记录: one talk, guidance, course, job offer or referral."""

    __tablename__ = "aftercare_act"
    hire_id: int = hire_key()
    number: int = Field(primary_key=True)
    act: str = Field(max_length=20)
    on_day: date
    what: str = Field(sa_type=Text)
    actor_key: str = Field(max_length=64)
    account_id: int | None = Field(default=None, sa_type=BigInteger)
    role: str = Field(max_length=20)
    at: datetime


class Recovery(SQLModel, table=True):
    """追回: money that was paid wrongly, until it is paid back. Amounts in fen.

    ``upheld``: what the second person decided, with an ``opinion``; a claim that was turned down is settled that day.
    ``asked_for``: whom a deputy stood in for.
    """

    __tablename__ = "recovery"
    id: int | None = Field(default=None, sa_column=big_id())
    hire_id: int = Field(foreign_key="hire.id", index=True, sa_type=BigInteger)
    person_id: int = Field(foreign_key="person.id", index=True, sa_type=BigInteger)
    from_month: date
    until_month: date
    fen: int = Field(sa_type=BigInteger)
    cause: str = Field(max_length=500)
    article: str = Field(max_length=100)
    asked_by: str = Field(max_length=64)
    asked_for: str | None = Field(default=None, max_length=64)
    asked_at: datetime
    decided_by: str | None = Field(default=None, max_length=64)
    decided_at: datetime | None = None
    upheld: bool | None = None
    opinion: str | None = Field(default=None, max_length=500)
    settled_on: date | None = None
    __table_args__ = (
        CheckConstraint("fen > 0 AND until_month >= from_month", name="numbers"),
        CheckConstraint("(decided_by IS NULL) = (upheld IS NULL)", name="decision"),
        CheckConstraint("decided_by NOT IN (asked_by, asked_for)", name="two_people"),
        Index(
            "ix_recovery_open",
            "person_id",
            sqlite_where=text("settled_on IS NULL"),
            postgresql_where=text("settled_on IS NULL"),
        ),
    )


class Repayment(SQLModel, table=True):
    """退回款: what came back of a recovery, in fen, with its voucher.

    A row is never changed: one that was mistyped is set right by another with the same sum below nought (``corrects``),
    with a reason, which counts once a second person has upheld it. A row that ``corrects`` 0 takes something off the
    claim itself (核减).
    """

    __tablename__ = "repayment"
    recovery_id: int = Field(foreign_key="recovery.id", primary_key=True, sa_type=BigInteger)
    number: int = Field(primary_key=True)
    hire_id: int = Field(foreign_key="hire.id", sa_type=BigInteger)
    fen: int = Field(sa_type=BigInteger)
    on_day: date
    voucher: str = Field(max_length=200)
    recorded_by: str = Field(max_length=64)
    recorded_for: str | None = Field(default=None, max_length=64)
    recorded_at: datetime
    corrects: int | None = None
    reason: str | None = Field(default=None, max_length=500)
    decided_by: str | None = Field(default=None, max_length=64)
    decided_at: datetime | None = None
    upheld: bool | None = None
    __table_args__ = (
        CheckConstraint(
            "(coalesce(corrects, 0) = 0 AND fen > 0) OR (corrects BETWEEN 1 AND number - 1 AND fen < 0)", name="fen"
        ),
        CheckConstraint("(corrects IS NULL) = (reason IS NULL)", name="reason"),
        CheckConstraint("(decided_by IS NULL) = (upheld IS NULL)", name="decision"),
        CheckConstraint("upheld IS NULL OR corrects IS NOT NULL", name="correction"),
        CheckConstraint("decided_by NOT IN (recorded_by, recorded_for)", name="two_people"),
        # a row is set right once, and one proposal of it waits at a time
        Index(
            "uq_repayment_corrects",
            "recovery_id",
            "corrects",
            unique=True,
            sqlite_where=text("corrects IS NOT NULL AND (upheld IS NULL OR (upheld AND corrects > 0))"),
            postgresql_where=text("corrects IS NOT NULL AND (upheld IS NULL OR (upheld AND corrects > 0))"),
        ),
    )
