"""Natural persons (自然人): sealed numbers, the log of every reading, clearances."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Text, false, text
from sqlmodel import Field, SQLModel

from states.canonical import GENESIS
from workflow.tables.common import big_id, json_column


class Person(SQLModel, table=True):
    """自然人. The identity number is sealed; ``key`` is its keyed blind index, unique and never shown."""

    __tablename__ = "person"
    id: int | None = Field(default=None, sa_column=big_id())
    key: str = Field(max_length=64, unique=True)
    id_number_sealed: str = Field(sa_type=Text)
    id_number_tail: str = Field(max_length=4)
    phone_sealed: str | None = Field(default=None, sa_type=Text)
    address_sealed: str | None = Field(default=None, sa_type=Text)
    bank_sealed: str | None = Field(default=None, sa_type=Text)
    #: keyed blind indexes of phone, bank card and address, as in ``account``
    contacts: list[str] = Field(default_factory=list, sa_column=json_column())
    name: str = Field(max_length=100, index=True)
    #: the name in pinyin, whole and by initials: "zhangsan zs"
    pinyin: str = Field(default="", max_length=400, index=True, sa_column_kwargs={"server_default": text("''")})
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
    #: a registration by an import that was undone, of no use since; registering again brings it back
    out_of_use: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
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


class Clearance(SQLModel, table=True):
    """回避解除: a higher level has cleared an officer to deal with a person, with a reason."""

    __tablename__ = "clearance"
    person_id: int = Field(foreign_key="person.id", primary_key=True, sa_type=BigInteger)
    officer_key: str = Field(primary_key=True, max_length=64)
    cleared_by: str = Field(max_length=64)
    account_id: int | None = Field(default=None, sa_type=BigInteger)
    role: str = Field(max_length=20)
    region: str = Field(max_length=12)
    reason: str = Field(sa_type=Text)
    at: datetime
    __table_args__ = (CheckConstraint("cleared_by <> officer_key", name="two_people"),)
