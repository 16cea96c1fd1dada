"""The second factor (动态口令): a time-based code (TOTP, RFC 6238) beside the password, and showing again who one is.

The secret is sealed and bound to its account. A code of the step before and after counts too, for clocks that differ;
each counts once: the last step used stands in the account and only ever grows.
"""

from __future__ import annotations

import hmac
from datetime import datetime
from io import BytesIO

import pyotp
import segno
from sqlalchemy import or_, update
from sqlmodel import Session, col, select

from states.refusals import Refusal
from states.say import say
from workflow.access_policy import ORDINARY, AccessPolicy
from workflow.accounts import NoSuchAccount, password_matches
from workflow.sealing import Place, Seal, SealBroken
from workflow.sign_in import (
    Lifetime,
    SignedIn,
    Visit,
    authenticate,
    begin,
    confirmed,
    note_attempt,
    refuse_if_too_many,
    sign_out,
)
from workflow.tables import Account
from workflow.unit_of_work import Database

STEP_SECONDS = 30
ISSUER = "Zaigang"


class BadCode(Refusal):
    """The code is wrong, too old, or was used before; the same words whichever it is."""

    def __init__(self) -> None:
        super().__init__(say("动态口令不正确、已过期或已经用过。请等下一个口令出现再输入"))


class CodeWanted(Refusal):
    """Name and password are right; the account has a second factor, whose code goes along."""

    def __init__(self) -> None:
        super().__init__(say("请输入动态口令，完成登录"))


class NotConfirmed(Refusal):
    """What was shown again is not the password, or not a fresh code, of whoever is signed in."""

    def __init__(self, enrolled: bool) -> None:
        wrong_code = say("动态口令不正确、已过期或已经用过。请等下一个口令出现再输入")
        super().__init__(wrong_code if enrolled else say("密码不正确，没有办理。请再输入一次"))


# ---- enrolling ---------------------------------------------------------------------------------------------------


def new_secret() -> str:
    """160 random bits in base 32, as authenticator apps take them."""
    return pyotp.random_base32()


def address_of(secret: str, username: str) -> str:
    """The ``otpauth://`` address that an app reads from the picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=ISSUER)


def picture_of(secret: str, username: str) -> str:
    """The address as a QR code, an SVG to be put into a page."""
    out = BytesIO()
    code = segno.make(address_of(secret, username), error="m")
    code.save(out, kind="svg", scale=5, xmldecl=False, svgns=True, omitsize=False, nl=False)
    return out.getvalue().decode()


def offered(seal: Seal, account_id: int, secret: str) -> str:
    """A secret as it travels through the form that enrols it: only for this account."""
    return seal.seal(secret, Place("account", "totp_offered", str(account_id)))


def enrol(session: Session, seal: Seal, account_id: int, sealed: str, code: str, at: datetime) -> None:
    """Keeps an offered secret once a first code proves that the app has it. ``at`` is aware. Raises BadCode."""
    account = session.get(Account, account_id)
    if account is None:
        raise NoSuchAccount(account_id)
    try:
        secret = seal.unseal(sealed, Place("account", "totp_offered", str(account_id)))
    except SealBroken:
        raise BadCode from None
    step = _step_of(secret, code, at)
    if step is None:
        raise BadCode
    account.totp_sealed, account.totp_step = seal.seal(secret, _place(account_id)), step
    session.add(account)
    session.flush()


def remove(session: Session, account_id: int) -> None:
    """Takes the second factor away. Raises NoSuchAccount."""
    account = session.get(Account, account_id)
    if account is None:
        raise NoSuchAccount(account_id)
    account.totp_sealed = account.totp_step = None
    session.add(account)
    session.flush()


def accepts(database: Database, seal: Seal, account_id: int, code: str, at: datetime) -> bool:
    """Whether a code is right now; it is used up by asking, whichever process is asked."""
    with database.session() as session:
        account = session.get(Account, account_id)
        if account is None or account.totp_sealed is None:
            return False
        step = _step_of(seal.unseal(account.totp_sealed, _place(account_id)), code, at)
        if step is None:
            return False
        unused = or_(col(Account.totp_step).is_(None), col(Account.totp_step) < step)
        use = update(Account).where(col(Account.id) == account_id, unused).values(totp_step=step)
        return session.connection().execute(use).rowcount == 1


def _step_of(secret: str, code: str, at: datetime) -> int | None:
    """The time step whose code this is, of the present one and its neighbours."""
    code = code.replace(" ", "")
    now, totp = int(at.timestamp()) // STEP_SECONDS, pyotp.TOTP(secret)
    found = [s for s in (now, now - 1, now + 1) if hmac.compare_digest(totp.generate_otp(s).encode(), code.encode())]
    return found[0] if found else None


def _place(account_id: int) -> Place:
    return Place("account", "totp_sealed", str(account_id))


# ---- signing in, and showing again who one is --------------------------------------------------------------------


def sign_in(
    database: Database,
    seal: Seal,
    username: str,
    password: str,
    code: str | None,
    at: datetime,
    *,
    address: str = "",
    lifetime: Lifetime | None = None,
    policy: AccessPolicy = ORDINARY,
) -> SignedIn:
    """Name, password and, where the account has a second factor, its code, in one go: for programs.

    Raises BadCredentials, TooManyAttempts, CodeWanted, BadCode.
    """
    account_id = authenticate(database, username, password, at, address=address, policy=policy)
    if not is_enrolled(database, account_id):
        return begin(database, account_id, at, lifetime=lifetime)
    if not code:
        raise CodeWanted
    right = accepts(database, seal, account_id, code, at)
    note_attempt(database, username.strip(), address, at, right)
    if not right:
        raise BadCode
    return begin(database, account_id, at, lifetime=lifetime, second_factor=True)


def is_enrolled(database: Database, account_id: int) -> bool:
    """Whether the account has a second factor."""
    with database.session() as session:
        return session.exec(select(Account.totp_sealed).where(Account.id == account_id)).first() is not None


def complete(
    database: Database,
    seal: Seal,
    token: str,
    visit: Visit,
    code: str,
    at: datetime,
    *,
    address: str = "",
    lifetime: Lifetime | None = None,
    policy: AccessPolicy = ORDINARY,
) -> SignedIn:
    """The second half of signing in on a page: ends the session that owes a code and begins one that is worth all.

    Raises BadCode, TooManyAttempts.
    """
    account_id = visit.actor.account_id
    assert account_id is not None
    if not _shown(database, seal, visit, code, at, address, policy):
        raise BadCode
    sign_out(database, token)
    return begin(database, account_id, at, lifetime=lifetime, second_factor=True)


def confirm(
    database: Database,
    seal: Seal,
    token: str,
    visit: Visit,
    shown: str,
    at: datetime,
    *,
    address: str = "",
    policy: AccessPolicy = ORDINARY,
) -> None:
    """Notes that the holder has shown again who they are: by a code where they have one, else by the password.

    Counted and slowed down as signing in is. Raises NotConfirmed, TooManyAttempts.
    """
    if not _shown(database, seal, visit, shown, at, address, policy):
        raise NotConfirmed(visit.enrolled)
    confirmed(database, token, at)


def knows_password(
    database: Database, visit: Visit, password: str, at: datetime, *, address: str = "", policy: AccessPolicy = ORDINARY
) -> bool:
    """Whether this is the password of whoever is signed in; counted as signing in is. Raises TooManyAttempts."""
    with database.session() as session:
        refuse_if_too_many(session, visit.username, address[:64], at, policy)
        hashed = session.exec(select(Account.password_hash).where(Account.id == visit.actor.account_id)).one()
    right = password_matches(password, str(hashed))
    if not right:
        note_attempt(database, visit.username, address, at, False)
    return right


def _shown(
    database: Database, seal: Seal, visit: Visit, shown: str, at: datetime, address: str, policy: AccessPolicy
) -> bool:
    account_id = visit.actor.account_id
    assert account_id is not None
    with database.session() as session:
        refuse_if_too_many(session, visit.username, address[:64], at, policy)
        hashed = session.exec(select(Account.password_hash).where(Account.id == account_id)).one()
    right = accepts(database, seal, account_id, shown, at) if visit.enrolled else password_matches(shown, str(hashed))
    note_attempt(database, visit.username, address, at, right)
    return right
