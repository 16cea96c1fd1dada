"""The case and the facts of its procedure (案卷): one row per fact, keyed by the hire and its audit entry."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, Text, false, text
from sqlmodel import Field, SQLModel

from workflow.tables.common import big_id, hire_key, json_column

STATES = (
    "posted",
    "applied",
    "qualified",
    "publicized",
    "trained",
    "contracted",
    "renewed",
    "dismissed",
    "rejected",
    "withdrawn",
)


class Hire(SQLModel, table=True):
    """聘用: the case. ``dossier`` follows from its trail; nothing but the writer changes ``stage`` and ``state``."""

    __tablename__ = "hire"
    id: int | None = Field(default=None, sa_column=big_id())
    version: int = 1
    visit: int = 1
    opening_id: int = Field(foreign_key="opening.id", index=True, sa_type=BigInteger)
    person_id: int | None = Field(default=None, foreign_key="person.id", sa_type=BigInteger)
    procedure: str = Field(max_length=100)
    kind: str = Field(max_length=48)
    region: str = Field(foreign_key="region.code", max_length=12)
    stage: str = Field(max_length=48)
    state: str = Field(max_length=12)
    serving: bool = False
    submitted_by: str = Field(max_length=64)
    audit_seq: int = 0
    audit_head: str = Field(max_length=64)
    dossier: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    #: the day on which the present stage was entered, as the dossier has it; for figures over many hires
    entered_on: date | None = None
    #: the present term and what was decided of it, as the dossier has them (``states.present_term``)
    term_starts_on: date | None = None
    term_ends_on: date | None = None
    renewal: str | None = Field(default=None, max_length=8)
    opened_at: datetime
    changed_at: datetime
    __table_args__ = (
        CheckConstraint("state IN (" + ", ".join(f"'{s}'" for s in STATES) + ")", name="state"),
        CheckConstraint("version >= 1 AND audit_seq >= 0", name="numbers"),
        CheckConstraint("person_id IS NOT NULL OR state IN ('posted', 'withdrawn')", name="person"),
        # one person serves on one post (一人一岗)
        Index(
            "uq_hire_serving_person",
            "person_id",
            unique=True,
            sqlite_where=text("serving"),
            postgresql_where=text("serving"),
        ),
        # one live application of a person to an opening
        Index(
            "uq_hire_live_application",
            "opening_id",
            "person_id",
            unique=True,
            sqlite_where=text("person_id IS NOT NULL AND state NOT IN ('rejected', 'withdrawn')"),
            postgresql_where=text("person_id IS NOT NULL AND state NOT IN ('rejected', 'withdrawn')"),
        ),
        # with all that row-level security asks for, so that hires are counted from it alone
        Index("ix_hire_region_state", "region", "state", "person_id"),
        Index("ix_hire_person_id", "person_id"),
        # the terms that end in a time, for the round of renewals
        Index("ix_hire_term_ends_on", "term_ends_on", "id"),
        # who left lately: from them aftercare is opened
        Index(
            "ix_hire_left",
            "entered_on",
            sqlite_where=text("state = 'dismissed'"),
            postgresql_where=text("state = 'dismissed'"),
        ),
    )


class AuditEntry(SQLModel, table=True):
    """审计记录: the stored canonical bytes and their hash. ``log_index`` is left for a place in a global log."""

    __tablename__ = "audit_entry"
    hire_id: int = Field(foreign_key="hire.id", primary_key=True, sa_type=BigInteger)
    seq: int = Field(primary_key=True)
    at: datetime
    on_day: date
    act: str = Field(max_length=64)
    from_stage: str = Field(max_length=48)
    to_stage: str = Field(max_length=48)
    actor_key: str = Field(max_length=64, index=True)
    account_id: int | None = Field(default=None, sa_type=BigInteger)
    role: str = Field(max_length=20)
    body: str = Field(sa_type=Text)
    hash: str = Field(max_length=64)
    log_index: int | None = Field(default=None, sa_type=BigInteger, unique=True)


class Decision(SQLModel, table=True):
    """审核意见、审定: which natural person took or signed which step.

    The four eyes are held here too: an independent step is never taken by whoever brought the hire there, and one
    person signs a joint ruling once.
    """

    __tablename__ = "decision"
    hire_id: int = hire_key()
    seq: int = Field(primary_key=True)
    visit: int
    #: what is ruled on: the entry that proposed it, else the visit; of a hiring, its round, below nought
    subject: int
    act: str = Field(max_length=48)
    stage: str = Field(max_length=48)
    outcome: str = Field(max_length=10)
    role: str = Field(max_length=20)
    account_id: int | None = Field(default=None, sa_type=BigInteger)
    officer_key: str = Field(max_length=64, index=True)
    submitter_key: str = Field(max_length=64)
    independent: bool
    joint: bool
    #: an approval or a signature: one per person in the chain of a hiring (``subject`` below nought)
    approves: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    #: the natural person in whose place a deputy acted (代)
    deputy_for: str | None = Field(default=None, max_length=64)
    opinion: str | None = Field(default=None, sa_type=Text)
    approval_no: str | None = Field(default=None, max_length=200)
    evidence: str | None = Field(default=None, max_length=200)
    law: str | None = Field(default=None, max_length=200)
    overrides: list[Any] = Field(default_factory=list, sa_column=json_column())
    __table_args__ = (
        CheckConstraint("NOT independent OR officer_key <> submitter_key", name="four_eyes"),
        Index(
            "uq_decision_signer",
            "hire_id",
            "act",
            "subject",
            "officer_key",
            unique=True,
            sqlite_where=text("joint AND outcome <> 'refuse'"),
            postgresql_where=text("joint AND outcome <> 'refuse'"),
        ),
        Index(
            "uq_decision_approver",
            "hire_id",
            "subject",
            "officer_key",
            unique=True,
            sqlite_where=text("approves AND subject < 0"),
            postgresql_where=text("approves AND subject < 0"),
        ),
    )


class Notice(SQLModel, table=True):
    """公示: posted and last day, boards; ``closed_on`` is the day it was over without an open objection."""

    __tablename__ = "notice"
    hire_id: int = hire_key()
    seq: int = Field(primary_key=True)
    round: int
    posted_on: date
    ends_on: date = Field(index=True)
    provisional: bool
    boards: list[str] = Field(default_factory=list, sa_column=json_column())
    #: the day that counts on each board, in the order of ``boards``
    board_days: list[str] = Field(default_factory=list, sa_column=json_column())
    #: one list of proposed persons: opening, round and the day it counts from
    sheet: str = Field(default="", max_length=48, index=True, sa_column_kwargs={"server_default": text("''")})
    article: str = Field(max_length=100)
    closed_on: date | None = None
    #: of a row that takes another's place, the entry that wrote the first one; of one that was replaced, by which entry
    corrects_seq: int | None = None
    corrected_by: int | None = None
    __table_args__ = (CheckConstraint("ends_on >= posted_on", name="period"),)


class Objection(SQLModel, table=True):
    """异议: what was said against a notice, and the entry that answered it."""

    __tablename__ = "objection"
    hire_id: int = hire_key()
    seq: int = Field(primary_key=True)
    lodged_on: date
    text: str = Field(sa_type=Text)
    by_name: str | None = Field(default=None, max_length=200)
    due_on: date | None = None
    provisional: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    #: lodged on the public page (with a receipt code), not taken down by an officer
    public: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    answered_seq: int | None = None
    upheld: bool | None = None


class Training(SQLModel, table=True):
    """岗前培训."""

    __tablename__ = "training"
    hire_id: int = hire_key()
    seq: int = Field(primary_key=True)
    held_on: date
    hours: int | None = None
    passed: bool
    #: of a row that takes another's place, the entry that wrote the first one; of one that was replaced, by which entry
    corrects_seq: int | None = None
    corrected_by: int | None = None


class Contract(SQLModel, table=True):
    """合同、协议: one row per instrument; term 0 is an agreement before the labour contract.

    A row is never changed by a correction: another stands beside it, and the one that nobody corrected is in force.
    """

    __tablename__ = "contract"
    hire_id: int = hire_key()
    seq: int = Field(primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True, sa_type=BigInteger)
    instrument: str = Field(max_length=48)
    #: one entry may set right several terms
    term_no: int = Field(primary_key=True)
    number: str | None = Field(default=None, max_length=200)
    signed_on: date
    starts_on: date | None = None
    ends_on: date | None = None
    ended_on: date | None = None
    #: of a row that takes another's place, the entry that wrote the first one; of one that was replaced, by which entry
    corrects_seq: int | None = None
    corrected_by: int | None = None
    __table_args__ = (
        Index(
            "uq_contract_term",
            "hire_id",
            "term_no",
            unique=True,
            sqlite_where=text("corrected_by IS NULL"),
            postgresql_where=text("corrected_by IS NULL"),
        ),
        CheckConstraint("starts_on IS NULL OR ends_on >= starts_on", name="term"),
    )


class Assessment(SQLModel, table=True):
    """年度考核: proposed, then ruled. Points in tenths."""

    __tablename__ = "assessment"
    hire_id: int = hire_key()
    seq: int = Field(primary_key=True)
    year: int
    points_tenths: int | None = None
    grade: str = Field(max_length=48)
    passed: bool
    skilled: bool | None = None
    evidence: str | None = Field(default=None, max_length=200)
    #: the single points of which the total consists, as they stood when it was proposed
    items: list[Any] = Field(default_factory=list, sa_column=json_column())
    ruled_seq: int | None = None
    #: of a row that takes another's place, the entry that wrote the first one; of one that was replaced, by which entry
    corrects_seq: int | None = None
    corrected_by: int | None = None
    __table_args__ = (
        Index(
            "uq_assessment_ruled",
            "hire_id",
            "year",
            unique=True,
            sqlite_where=text("ruled_seq IS NOT NULL AND corrected_by IS NULL"),
            postgresql_where=text("ruled_seq IS NOT NULL AND corrected_by IS NULL"),
        ),
    )


class Protection(SQLModel, table=True):
    """不得解除、终止的期间 (LCL 42, 45)."""

    __tablename__ = "protection"
    hire_id: int = hire_key()
    seq: int = Field(primary_key=True)
    kind: str = Field(max_length=48)
    until_on: date
    evidence: str = Field(max_length=200)
    #: of a row that takes another's place, the entry that wrote the first one; of one that was replaced, by which entry
    corrects_seq: int | None = None
    corrected_by: int | None = None


class Departure(SQLModel, table=True):
    """离岗: ground, last day, last day paid, law."""

    __tablename__ = "departure"
    hire_id: int = hire_key()
    seq: int = Field(primary_key=True)
    ground: str = Field(max_length=48)
    ended_on: date
    paid_until: date | None = None
    law: str | None = Field(default=None, max_length=200)
    article: str = Field(max_length=100)
    #: of a row that takes another's place, the entry that wrote the first one; of one that was replaced, by which entry
    corrects_seq: int | None = None
    corrected_by: int | None = None


class Filing(SQLModel, table=True):
    """备案: what is to be reported to whom by when, and when it was sent."""

    __tablename__ = "filing"
    hire_id: int = hire_key()
    seq: int = Field(primary_key=True)
    filing: str = Field(primary_key=True, max_length=48)
    by_role: str = Field(max_length=20)
    to_roles: list[str] = Field(default_factory=list, sa_column=json_column())
    due_on: date
    provisional: bool
    article: str = Field(max_length=100)
    sent_on: date | None = None
    sent_seq: int | None = None
    receipt: str | None = Field(default=None, max_length=200)
    __table_args__ = (
        # what is still owed, and what of it is late
        Index(
            "ix_filing_open",
            "due_on",
            "hire_id",
            sqlite_where=text("sent_on IS NULL"),
            postgresql_where=text("sent_on IS NULL"),
        ),
    )


class Correction(SQLModel, table=True):
    """更正: a past entry whose fields should have said something else, why, and what the second person decided.

    ``said`` lists each field with its value before and after; ``seq`` is the entry that proposed it.
    """

    __tablename__ = "correction"
    hire_id: int = hire_key()
    seq: int = Field(primary_key=True)
    entry: int
    act: str = Field(max_length=48)
    said: list[Any] = Field(default_factory=list, sa_column=json_column())
    reason: str = Field(sa_type=Text)
    evidence: str = Field(max_length=200)
    proposed_by: str = Field(max_length=64)
    decided_seq: int | None = None
    decided_by: str | None = Field(default=None, max_length=64)
    upheld: bool | None = None
    __table_args__ = (
        CheckConstraint("entry < seq AND decided_seq > seq", name="order"),
        CheckConstraint(
            "(decided_by IS NULL) = (upheld IS NULL) AND (decided_seq IS NULL) = (upheld IS NULL)", name="decision"
        ),
        CheckConstraint("decided_by <> proposed_by", name="four_eyes"),
        # one waits at a time: what a second one moves depends on the first
        Index(
            "uq_correction_open",
            "hire_id",
            unique=True,
            sqlite_where=text("decided_seq IS NULL"),
            postgresql_where=text("decided_seq IS NULL"),
        ),
    )
