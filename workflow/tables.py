"""Tables (表). The only description of what is stored; migrations are made from it.

Everything about a hire is keyed by the hire and the number of the audit entry that made it, so that each row can name
its entry and no row needs an invented id. Facts are inserted and never edited; the few columns that are set later
(an objection's answer, the day a contract really ended, the day a filing was sent) are named in ``SET_LATER``.
Moments are UTC, days are Asia/Shanghai. JSON holds plain values only.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Column, Index, Integer, MetaData, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from states.canonical import GENESIS

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata: MetaData = SQLModel.metadata

#: columns that are set after the row was written; the entry that sets them says so (``sets``)
SET_LATER: dict[str, frozenset[str]] = {
    "notice": frozenset({"closed_on"}),
    "objection": frozenset({"answered_seq", "upheld"}),
    "contract": frozenset({"starts_on", "ends_on", "ended_on"}),
    "assessment": frozenset({"ruled_seq"}),
    "filing": frozenset({"sent_on", "sent_seq", "receipt"}),
}


def big_id() -> Any:
    """A 64-bit key that SQLite still numbers by itself."""
    return Column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True)


def json_column(nullable: bool = False) -> Any:
    return Column(JSON(), nullable=nullable)


class Region(SQLModel, table=True):
    """行政区划: a tree by division code (GB/T 2260; own codes such as 3715A1 for functional zones)."""

    __tablename__ = "region"
    code: str = Field(primary_key=True, max_length=12)
    parent: str | None = Field(default=None, foreign_key="region.code", max_length=12, index=True)
    level: str = Field(max_length=10)
    name: str = Field(max_length=100)


class Account(SQLModel, table=True):
    """账户: a sign-in of one natural person (``person_key``: blind index of that person's identity number)."""

    __tablename__ = "account"
    id: int | None = Field(default=None, sa_column=big_id())
    username: str = Field(max_length=64, unique=True)
    password_hash: str = Field(max_length=200)
    person_key: str = Field(max_length=64, index=True)
    name: str = Field(max_length=100)
    email: str | None = Field(default=None, max_length=200)
    language: str = Field(default="zh", max_length=5)
    disabled_at: datetime | None = None
    created_at: datetime


class AccountGrant(SQLModel, table=True):
    """授权: a role of an account within a region and all below it."""

    __tablename__ = "account_grant"
    account_id: int = Field(foreign_key="account.id", primary_key=True, sa_type=BigInteger)
    role: str = Field(primary_key=True, max_length=20)
    region: str = Field(primary_key=True, max_length=12)


class SignIn(SQLModel, table=True):
    """会话: a server-side session; only the hash of its token is kept."""

    __tablename__ = "sign_in"
    token_hash: str = Field(primary_key=True, max_length=64)
    account_id: int = Field(foreign_key="account.id", index=True, sa_type=BigInteger)
    form_token: str = Field(max_length=64)
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


class SignInAttempt(SQLModel, table=True):
    """登录尝试: kept so that guessing is slowed down for an account and for an address, whichever process is asked."""

    __tablename__ = "sign_in_attempt"
    id: int | None = Field(default=None, sa_column=big_id())
    at: datetime = Field(index=True)
    username: str = Field(max_length=64)
    address: str = Field(max_length=64)
    succeeded: bool
    __table_args__ = (
        Index("ix_sign_in_attempt_username_at", "username", "at"),
        Index("ix_sign_in_attempt_address_at", "address", "at"),
    )


class Person(SQLModel, table=True):
    """自然人. The identity number is sealed; ``key`` is its keyed blind index, unique and never shown."""

    __tablename__ = "person"
    id: int | None = Field(default=None, sa_column=big_id())
    key: str = Field(max_length=64, unique=True)
    id_number_sealed: str = Field(sa_type=Text)
    id_number_tail: str = Field(max_length=4)
    phone_sealed: str | None = Field(default=None, sa_type=Text)
    name: str = Field(max_length=100, index=True)
    born: date
    sex: str = Field(max_length=1)
    retirement_category: str = Field(max_length=10)
    education: str = Field(max_length=20)
    home_region: str = Field(max_length=12, index=True)
    categories: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    statements: list[str] = Field(default_factory=list, sa_column=json_column())
    preferences: list[str] = Field(default_factory=list, sa_column=json_column())
    relatives: list[str] = Field(default_factory=list, sa_column=json_column())
    died_on: date | None = None
    prior_months: int = Field(default=0)
    prior_evidence: str | None = Field(default=None, max_length=200)
    #: the last entry of the person's own log: every change of the person raises ``log_seq``, so it serves as a version
    log_seq: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    log_head: str = Field(default=GENESIS, max_length=64, sa_column_kwargs={"server_default": GENESIS})
    created_at: datetime
    __table_args__ = (CheckConstraint("prior_months >= 0", name="prior_months"),)


class PersonLog(SQLModel, table=True):
    """人员信息日志: who registered, changed or read a person's data and why; append-only, with a hash chain per person.

    Bodies hold keyed commitments of what was written, never the values themselves.
    """

    __tablename__ = "person_log"
    person_id: int = Field(foreign_key="person.id", primary_key=True, sa_type=BigInteger)
    seq: int = Field(primary_key=True)
    at: datetime
    actor_key: str = Field(max_length=64, index=True)
    account_id: int | None = Field(default=None, sa_type=BigInteger)
    act: str = Field(max_length=48)
    purpose: str | None = Field(default=None, max_length=200)
    body: str = Field(sa_type=Text)
    hash: str = Field(max_length=64)
    __table_args__ = (CheckConstraint("seq >= 1", name="seq"),)


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
    created_at: datetime
    __table_args__ = (
        CheckConstraint("places >= 1", name="places"),
        CheckConstraint("taken >= 0 AND taken <= places", name="taken"),
        CheckConstraint("closes_on IS NULL OR closes_on >= announced_on", name="window"),
    )


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
        Index("ix_hire_region_state", "region", "state"),
        Index("ix_hire_person_id", "person_id"),
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


def hire_key() -> Any:
    return Field(foreign_key="hire.id", primary_key=True, sa_type=BigInteger)


class Decision(SQLModel, table=True):
    """审核意见、审定: which natural person took or signed which step.

    The four eyes are held here too: an independent step is never taken by whoever brought the hire there, and one
    person signs a joint ruling once.
    """

    __tablename__ = "decision"
    hire_id: int = hire_key()
    seq: int = Field(primary_key=True)
    visit: int
    #: what is ruled on: the entry that proposed it, else the visit
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
    article: str = Field(max_length=100)
    closed_on: date | None = None
    __table_args__ = (CheckConstraint("ends_on >= posted_on", name="period"),)


class Objection(SQLModel, table=True):
    """异议: what was said against a notice, and the entry that answered it."""

    __tablename__ = "objection"
    hire_id: int = hire_key()
    seq: int = Field(primary_key=True)
    lodged_on: date
    text: str = Field(sa_type=Text)
    by_name: str | None = Field(default=None, max_length=200)
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


class Contract(SQLModel, table=True):
    """合同、协议: one row per instrument; term 0 is an agreement before the labour contract."""

    __tablename__ = "contract"
    hire_id: int = hire_key()
    seq: int = Field(primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True, sa_type=BigInteger)
    instrument: str = Field(max_length=48)
    term_no: int
    number: str | None = Field(default=None, max_length=200)
    signed_on: date
    starts_on: date | None = None
    ends_on: date | None = None
    ended_on: date | None = None
    __table_args__ = (
        UniqueConstraint("hire_id", "term_no"),
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
    ruled_seq: int | None = None
    __table_args__ = (
        Index(
            "uq_assessment_ruled",
            "hire_id",
            "year",
            unique=True,
            sqlite_where=text("ruled_seq IS NOT NULL"),
            postgresql_where=text("ruled_seq IS NOT NULL"),
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
    __table_args__ = (
        Index("ix_task_role_region", "role", "region", "due_on", "hire_id"),
        Index("ix_task_role_due", "role", "due_on", "hire_id", "name", "region"),
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


class ProcedureVersion(SQLModel, table=True):
    """办法版本: the text of every version that a hire began under, kept as long as the hire."""

    __tablename__ = "procedure_version"
    key: str = Field(primary_key=True, max_length=100)
    body: str = Field(sa_type=Text)
    digest: str = Field(max_length=64)
    kept_at: datetime


class Setting(SQLModel, table=True):
    """A few values that all processes share: the demo clock, the last tick of the worker."""

    __tablename__ = "setting"
    name: str = Field(primary_key=True, max_length=48)
    value: str = Field(max_length=200)
    changed_at: datetime
