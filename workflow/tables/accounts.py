"""Who may sign in and do what (账户与授权): regions, accounts, dated grants, substitutes, sessions, the office log."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, Text, UniqueConstraint, false
from sqlmodel import Field, SQLModel

from workflow.tables.common import big_id, json_column


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
    #: keyed blind indexes of the holder's phone, bank card and address: equal ones raise a flag of kinship
    contacts: list[str] = Field(default_factory=list, sa_column=json_column())
    #: the sealed secret of the second factor, and the last time step it was used in (a code counts once)
    totp_sealed: str | None = Field(default=None, sa_type=Text)
    totp_step: int | None = Field(default=None, sa_type=BigInteger)
    #: who this is at the identity provider (issuer|subject)
    oidc_subject: str | None = Field(default=None, max_length=300, unique=True)
    password_changed_at: datetime | None = None
    former_passwords: list[str] = Field(default_factory=list, sa_column=json_column())
    created_at: datetime


class RoleGrant(SQLModel, table=True):
    """授权: a role of an account within a region and all below it, from a day and until one.

    Asked for by one natural person and confirmed by another; in force only then, and until it is revoked.
    """

    __tablename__ = "role_grant"
    id: int | None = Field(default=None, sa_column=big_id())
    account_id: int = Field(foreign_key="account.id", index=True, sa_type=BigInteger)
    role: str = Field(max_length=20)
    region: str = Field(max_length=12)
    from_on: date
    until_on: date | None = None
    basis: str = Field(max_length=200)
    asked_by: str = Field(max_length=64)
    asked_at: datetime
    confirmed_by: str | None = Field(default=None, max_length=64)
    confirmed_at: datetime | None = None
    revoked_by: str | None = Field(default=None, max_length=64)
    revoked_at: datetime | None = None
    __table_args__ = (
        CheckConstraint("confirmed_by IS NULL OR confirmed_by <> asked_by", name="two_people"),
        CheckConstraint("until_on IS NULL OR until_on >= from_on", name="window"),
        Index("ix_role_grant_role_region", "role", "region"),
    )


class Substitution(SQLModel, table=True):
    """代理: a deputy acts in one role of an absent officer for a window of days, once both have agreed."""

    __tablename__ = "substitution"
    id: int | None = Field(default=None, sa_column=big_id())
    principal_id: int = Field(foreign_key="account.id", index=True, sa_type=BigInteger)
    deputy_id: int = Field(foreign_key="account.id", index=True, sa_type=BigInteger)
    role: str = Field(max_length=20)
    region: str = Field(max_length=12)
    from_on: date
    until_on: date
    reason: str = Field(max_length=200)
    asked_by: str = Field(max_length=64)
    asked_at: datetime
    accepted_at: datetime | None = None
    ended_at: datetime | None = None
    __table_args__ = (
        CheckConstraint("principal_id <> deputy_id", name="two_accounts"),
        CheckConstraint("until_on >= from_on", name="window"),
    )


class SignIn(SQLModel, table=True):
    """会话: a server-side session; only the hash of its token is kept."""

    __tablename__ = "sign_in"
    token_hash: str = Field(primary_key=True, max_length=64)
    account_id: int = Field(foreign_key="account.id", index=True, sa_type=BigInteger)
    form_token: str = Field(max_length=64)
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    #: when the holder last showed again who they are (再次验证)
    confirmed_at: datetime | None = None
    second_factor: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


class OidcState(SQLModel, table=True):
    """统一认证往返: what was sent along to the identity provider and has to come back, once."""

    __tablename__ = "oidc_state"
    state_hash: str = Field(primary_key=True, max_length=64)
    nonce: str = Field(max_length=64)
    verifier: str = Field(max_length=128)
    next_page: str = Field(max_length=500)
    created_at: datetime


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


class OfficeLog(SQLModel, table=True):
    """事务日志: what was done beside the hires (accounts, grants, calendars, exports, searches by number).

    Append-only, one hash chain per ``book``. Bodies hold no personal data.
    """

    __tablename__ = "office_log"
    book: str = Field(primary_key=True, max_length=20)
    seq: int = Field(primary_key=True)
    at: datetime
    actor_key: str = Field(max_length=64, index=True)
    account_id: int | None = Field(default=None, sa_type=BigInteger)
    act: str = Field(max_length=48)
    body: str = Field(sa_type=Text)
    hash: str = Field(max_length=64)
    __table_args__ = (CheckConstraint("seq >= 1", name="seq"),)


class SavedView(SQLModel, table=True):
    """常用筛选: a list's address under a name of the reader's own."""

    __tablename__ = "saved_view"
    id: int | None = Field(default=None, sa_column=big_id())
    account_id: int = Field(foreign_key="account.id", index=True, sa_type=BigInteger)
    page: str = Field(max_length=20)
    name: str = Field(max_length=60)
    query: str = Field(max_length=500)
    created_at: datetime
    __table_args__ = (UniqueConstraint("account_id", "page", "name"),)


class Feed(SQLModel, table=True):
    """日历订阅: an address that needs no sign-in and can be taken back."""

    __tablename__ = "feed"
    token_hash: str = Field(primary_key=True, max_length=64)
    account_id: int = Field(foreign_key="account.id", index=True, sa_type=BigInteger)
    created_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None
