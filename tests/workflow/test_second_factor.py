"""The second factor (动态口令), the two presets of what signing in demands, and passwords over time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta

import pyotp
import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from states.refusals import InputRefused
from states.vocabulary import Role
from tests.workflow.access import COUNTY, DAY, House, house_at
from tests.workflow.support import AT, SEAL
from workflow import account_office, accounts, office_log, second_factor, sign_in
from workflow.access_policy import MLPS3, ORDINARY, AccessPolicy, policy_of
from workflow.authority import NotEntitled
from workflow.second_factor import BadCode, CodeWanted, NotConfirmed
from workflow.settings import Settings
from workflow.sign_in import BadCredentials, Lifetime, TooManyAttempts, Visit

PASSWORD = "correct horse battery"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def quick_hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "_hasher", PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),)))
    monkeypatch.setattr(accounts, "_nobodys", [])


@pytest.fixture
def house(migrated_url: str) -> Iterator[House]:
    with house_at(migrated_url) as house:
        yield with_passwords(house)


@pytest.fixture
def quick(migrated_sqlite_url: str) -> Iterator[House]:
    with house_at(migrated_sqlite_url) as house:
        yield with_passwords(house)


def with_passwords(house: House) -> House:
    house.add("li", (Role.HRSS, COUNTY), password_hash=accounts._hashed(PASSWORD))
    return house


def code(at: datetime, steps: int = 0) -> str:
    return pyotp.TOTP(SECRET).generate_otp(int(at.timestamp()) // 30 + steps)


def enrol(house: House, at: datetime = AT, given: str | None = None) -> None:
    sealed = second_factor.offered(SEAL, house.ids["li"], SECRET)
    with house.database.session() as session:
        second_factor.enrol(session, SEAL, house.ids["li"], sealed, given or code(at), at)


def enter(house: House, given: str | None, at: datetime, password: str = PASSWORD, **more) -> Visit:
    signed = second_factor.sign_in(house.database, SEAL, "li", password, given, at, **more)
    visit = sign_in.visit_of(house.database, signed.token, at)
    assert visit is not None
    return visit


def test_password_and_code_together_sign_in(house: House) -> None:
    assert enter(house, None, AT).owes(ORDINARY, AT) is None
    enrol(house)
    later = AT + 60 * SECOND
    with pytest.raises(CodeWanted):
        enter(house, None, later)
    with pytest.raises(BadCredentials):
        enter(house, code(later), later, password="wrong")
    visit = enter(house, code(later), later)
    assert visit.second_factor and visit.owes(ORDINARY, later) is None


@pytest.mark.parametrize(("steps", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_step_more_or_less_is_let_pass(quick: House, steps: int, taken: bool) -> None:
    enrol(quick)
    later = AT + timedelta(minutes=10)
    assert second_factor.accepts(quick.database, SEAL, quick.ids["li"], code(later, steps), later) is taken


def test_a_code_counts_once(house: House) -> None:
    enrol(house)
    number, later = house.ids["li"], AT + timedelta(minutes=10)
    assert not second_factor.accepts(house.database, SEAL, number, code(AT), AT), "the one that enrolled"
    assert second_factor.accepts(house.database, SEAL, number, code(later), later)
    assert not second_factor.accepts(house.database, SEAL, number, code(later), later)
    assert not second_factor.accepts(house.database, SEAL, number, code(later, -1), later), "nor one before it"
    assert second_factor.accepts(house.database, SEAL, number, code(later, 1), later)


def test_of_two_who_show_one_code_at_once_one_is_let_in(house: House) -> None:
    enrol(house)
    later, found, ready = AT + timedelta(minutes=10), list[bool](), threading.Barrier(4)

    def one() -> None:
        ready.wait()
        found.append(second_factor.accepts(house.database, SEAL, house.ids["li"], code(later), later))

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [False, False, False, True]


def test_a_session_without_its_code_is_worth_nothing(quick: House) -> None:
    enrol(quick)
    signed = sign_in.sign_in(quick.database, "li", PASSWORD, AT)
    visit = sign_in.visit_of(quick.database, signed.token, AT)
    assert visit is not None and visit.owes(ORDINARY, AT) == "code"
    with pytest.raises(BadCode):
        second_factor.complete(quick.database, SEAL, signed.token, visit, "000000", AT)
    whole = second_factor.complete(quick.database, SEAL, signed.token, visit, code(AT, 1), AT)
    assert sign_in.visit_of(quick.database, signed.token, AT) is None, "the half session has ended"
    again = sign_in.visit_of(quick.database, whole.token, AT)
    assert again is not None and again.owes(ORDINARY, AT) is None


def test_a_right_password_forgives_no_wrong_codes(quick: House) -> None:
    """Whoever knows the password could else guess for ever: each password would begin the count anew."""
    enrol(quick)
    later = AT + timedelta(minutes=2)
    for _ in range(10):
        with pytest.raises(BadCode):
            enter(quick, "000000", later)
    with pytest.raises(TooManyAttempts):
        enter(quick, code(later), later)


@pytest.mark.parametrize("given", ["", "12345", "abcdef", "１２３４５６", "0" * 200, "\0"])
def test_nonsense_is_no_code(quick: House, given: str) -> None:
    enrol(quick)
    assert not second_factor.accepts(quick.database, SEAL, quick.ids["li"], given, AT + timedelta(minutes=2))


def test_enrolling_wants_a_first_code_and_a_secret_of_ours(quick: House) -> None:
    with pytest.raises(BadCode):
        enrol(quick, given="000000")
    stolen = second_factor.offered(SEAL, quick.ids["renshe"], SECRET)
    for sealed in (stolen, "", SECRET):
        with pytest.raises(BadCode), quick.database.session() as session:
            second_factor.enrol(session, SEAL, quick.ids["li"], sealed, code(AT), AT)
    assert not second_factor.is_enrolled(quick.database, quick.ids["li"])


def test_the_secret_is_not_kept_in_the_open(house: House) -> None:
    enrol(house)
    with house.database.reading() as connection:
        kept = repr(connection.exec_driver_sql("SELECT totp_sealed, totp_step FROM account").fetchall())
    assert SECRET not in kept and code(AT) not in kept


def test_the_picture_holds_the_address(quick: House) -> None:
    assert second_factor.picture_of(SECRET, "李 明").startswith("<svg")
    assert second_factor.address_of(SECRET, "li") == f"otpauth://totp/Zaigang:li?secret={SECRET}&issuer=Zaigang"


def test_showing_again_who_one_is(house: House) -> None:
    signed = sign_in.sign_in(house.database, "li", PASSWORD, AT)

    def visit(at: datetime) -> Visit:
        found = sign_in.visit_of(house.database, signed.token, at, lifetime=Lifetime(idle=DAY))
        assert found is not None
        return found

    later = AT + timedelta(minutes=60)
    assert visit(later).is_recent(ORDINARY, later)
    assert not visit(later + SECOND).is_recent(ORDINARY, later + SECOND)
    assert visit(AT).is_recent(MLPS3, AT + timedelta(minutes=15))
    assert not visit(AT).is_recent(MLPS3, AT + timedelta(minutes=15, seconds=1))
    with pytest.raises(NotConfirmed):
        second_factor.confirm(house.database, SEAL, signed.token, visit(later), "wrong", later)
    second_factor.confirm(house.database, SEAL, signed.token, visit(later), PASSWORD, later)
    assert visit(later + timedelta(minutes=60)).is_recent(ORDINARY, later + timedelta(minutes=60))


def test_where_there_is_a_second_factor_the_password_alone_confirms_nothing(quick: House) -> None:
    enrol(quick)
    later = AT + timedelta(minutes=2)
    signed = second_factor.sign_in(quick.database, SEAL, "li", PASSWORD, code(later), later)
    visit = sign_in.visit_of(quick.database, signed.token, later)
    assert visit is not None
    for shown in (PASSWORD, code(later)):
        with pytest.raises(NotConfirmed):
            second_factor.confirm(quick.database, SEAL, signed.token, visit, shown, later)
    second_factor.confirm(quick.database, SEAL, signed.token, visit, code(later, 1), later)


# ---- the presets


def test_what_each_preset_owes(quick: House) -> None:
    visit = enter(quick, None, AT)
    assert visit.owes(ORDINARY, AT + 400 * DAY) is None
    assert visit.owes(MLPS3, AT) == "second_factor"
    enrol(quick)
    later = AT + timedelta(minutes=2)
    visit = enter(quick, code(later), later)
    assert visit.owes(MLPS3, AT + 90 * DAY - SECOND) is None
    assert visit.owes(MLPS3, AT + 90 * DAY) == "password"


@pytest.mark.parametrize(("policy", "most"), [(ORDINARY, 10), (MLPS3, 5)])
def test_so_many_failures_lock_the_account(quick: House, policy: AccessPolicy, most: int) -> None:
    for _ in range(most):
        with pytest.raises(BadCredentials):
            enter(quick, None, AT, password="wrong", policy=policy)
    with pytest.raises(TooManyAttempts):
        enter(quick, None, AT, policy=policy)
    enter(quick, None, AT + timedelta(minutes=15), policy=policy)


def test_the_strict_preset_bounds_sessions_whatever_is_set() -> None:
    strict = Settings(access_policy="mlps3", session_idle_minutes=120, session_hours=24)
    assert policy_of(strict) is MLPS3
    assert Lifetime.of(strict) == Lifetime(timedelta(minutes=15), timedelta(hours=8))
    assert Lifetime.of(Settings(access_policy="mlps3", session_idle_minutes=5)).idle == timedelta(minutes=5)
    assert Lifetime.of(Settings(session_idle_minutes=120)).idle == timedelta(minutes=120)


@pytest.mark.parametrize(
    ("password", "ordinary", "strict"),
    [
        ("correct horse battery", True, False),
        ("Correct horse 1", True, True),
        ("Correct-hors", True, True),
        ("Correct-hor", True, False),
        ("nine char", False, False),
        ("ten chars!", True, False),
        ("li" * 4 + "LI-li-99", True, True),
        ("A1-" + "a" * 198, False, False),
    ],
)
def test_what_makes_a_password(password: str, ordinary: bool, strict: bool) -> None:
    assert bool(ORDINARY.password_faults(password, "li")) is not ordinary
    assert bool(MLPS3.password_faults(password, "li")) is not strict


def test_the_last_five_passwords_are_not_used_again(quick: House) -> None:
    def change(n: int, policy: AccessPolicy = MLPS3) -> None:
        with quick.database.session() as session:
            account_office.own_password(session, quick_actor, AT, f"Password-of-{n:03d}", policy=policy)

    quick_actor = quick.actor("li")
    for n in range(6):
        change(n)
    for n in (5, 4, 3, 2, 1):
        with pytest.raises(InputRefused):
            change(n)
    change(0)
    change(0, ORDINARY)


# ---- what system administrators do


def test_a_password_that_somebody_else_set_is_changed_first(house: House) -> None:
    system = house.actor("xitong")
    with house.database.session() as session:
        number, password = account_office.open_account(
            session, SEAL, system, AT, username="wang", person="f" * 64, name="王"
        )
    signed = sign_in.sign_in(house.database, "wang", password, AT)
    visit = sign_in.visit_of(house.database, signed.token, AT)
    assert visit is not None and visit.owes(ORDINARY, AT) == "password"
    with house.database.session() as session:
        account_office.own_password(session, visit.actor, AT, "a sentence of my own")
    assert sign_in.visit_of(house.database, signed.token, AT) is None
    signed = sign_in.sign_in(house.database, "wang", "a sentence of my own", AT)
    visit = sign_in.visit_of(house.database, signed.token, AT)
    assert visit is not None and visit.owes(ORDINARY, AT) is None
    with house.database.session() as session:
        account_office.reset_password(session, system, AT, number)
    with pytest.raises(BadCredentials):
        sign_in.sign_in(house.database, "wang", "a sentence of my own", AT)
    assert house.log() == ["account_opened", "password_changed", "password_reset"]


def test_first_passwords_hold_under_both_presets() -> None:
    made = {account_office.first_password() for _ in range(50)}
    assert len(made) == 50
    assert all(not MLPS3.password_faults(password, "someone") for password in made)


def test_a_lost_second_factor_is_taken_away_by_the_system_administrator_alone(quick: House) -> None:
    enrol(quick)
    for name in ("renshe", "anquan1", "shenji"):
        actor = quick.actor(name)
        with pytest.raises(NotEntitled), quick.database.session() as session:
            account_office.reset_second_factor(session, actor, AT, quick.ids["li"])
    system, token = quick.actor("xitong"), sign_in.begin(quick.database, quick.ids["li"], AT).token
    with quick.database.session() as session:
        account_office.reset_second_factor(session, system, AT, quick.ids["li"])
    assert sign_in.visit_of(quick.database, token, AT) is None
    enter(quick, None, AT)


def test_a_change_of_the_preset_is_in_the_log_once(house: House) -> None:
    for policy in (ORDINARY, ORDINARY, MLPS3, MLPS3, ORDINARY):
        account_office.note_policy(house.database, policy, AT)
    assert house.log() == ["policy_changed"] * 3
    with house.database.reading() as connection:
        assert list(office_log.verify(connection)) == []
