"""Accounts and sessions: who gets in, how long for, and what ends it at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import event

from states.facts import Grant
from states.refusals import InputRefused
from states.vocabulary import Role
from tests.workflow.support import AT, MAN, SEAL, WOMAN, database_at
from workflow import accounts, sign_in
from workflow.access_policy import ORDINARY
from workflow.accounts import create_account
from workflow.settings import Settings
from workflow.sign_in import BadCredentials, Lifetime, TooManyAttempts, actor_of, sign_out, visit_of
from workflow.unit_of_work import Database

PASSWORD = "correct horse battery"
MINUTE = timedelta(minutes=1)
TOWNSHIP = Grant(Role.TOWNSHIP, "610981100")


@pytest.fixture(autouse=True)
def quick_hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A quarter of a second and 64 MiB for each password is right for people and wrong for tests."""
    quick = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),))
    monkeypatch.setattr(accounts, "_hasher", quick)
    monkeypatch.setattr(accounts, "_nobodys", [])


@pytest.fixture
def database(migrated_url: str) -> Iterator[Database]:
    with database_at(migrated_url, regions=True) as database:
        yield database


@pytest.fixture
def sqlite(migrated_sqlite_url: str) -> Iterator[Database]:
    with database_at(migrated_sqlite_url, regions=True) as database:
        yield database


def an_account(database: Database, username: str = "zhang", grants: tuple[Grant, ...] = (TOWNSHIP,), **more) -> int:
    values: dict[str, Any] = {"password": PASSWORD, "person": MAN, "name": "张三", "at": AT} | more
    with database.session() as session:
        return create_account(session, SEAL, username=username, grants=grants, **values)


def faults_of(database: Database, **more) -> set[str]:
    with pytest.raises(InputRefused) as refused:
        an_account(database, **more)
    return set(refused.value.faults)


def test_who_signs_in_acts_as_the_person_with_their_roles(database: Database) -> None:
    grants = (TOWNSHIP, Grant(Role.EMPLOYER, "610981100201"))
    account_id = an_account(database, grants=grants, language="en")
    session = sign_in.sign_in(database, "zhang", PASSWORD, AT)
    visit = visit_of(database, session.token, AT)
    assert visit is not None
    assert (visit.actor.account_id, visit.actor.person_key) == (account_id, SEAL.person_key(MAN))
    assert set(visit.actor.grants) == set(grants)
    assert (visit.language, visit.form_token, visit.username) == ("en", session.form_token, "zhang")
    assert actor_of(database, session.token + "x", AT) is None


def test_two_accounts_of_one_person_are_one_person(sqlite: Database) -> None:
    an_account(sqlite, "zhang")
    an_account(sqlite, "zhang2", person=SEAL.person_key(MAN))
    an_account(sqlite, "wang", person=WOMAN)
    keys = {}
    for name in ("zhang", "zhang2", "wang"):
        actor = actor_of(sqlite, sign_in.sign_in(sqlite, name, PASSWORD, AT).token, AT)
        assert actor is not None
        keys[name] = actor.person_key
    assert keys["zhang"] == keys["zhang2"] != keys["wang"]


def test_an_account_without_roles_signs_in_and_may_nothing(sqlite: Database) -> None:
    an_account(sqlite, grants=())
    actor = actor_of(sqlite, sign_in.sign_in(sqlite, "zhang", PASSWORD, AT).token, AT)
    assert actor is not None and actor.grants == ()


def test_who_acts_is_asked_in_one_query(sqlite: Database) -> None:
    an_account(sqlite, grants=(TOWNSHIP, Grant(Role.VILLAGE, "610981100201")))
    token = sign_in.sign_in(sqlite, "zhang", PASSWORD, AT).token
    statements = []
    event.listen(sqlite.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    assert actor_of(sqlite, token, AT + timedelta(seconds=59)) is not None
    assert [s for s in statements if not s.startswith("BEGIN")] == statements[-1:]


def test_neither_password_nor_token_is_kept(database: Database) -> None:
    an_account(database)
    session = sign_in.sign_in(database, "zhang", PASSWORD, AT)
    with database.reading() as connection:
        kept = repr(connection.exec_driver_sql("SELECT * FROM sign_in").fetchall())
        kept += repr(connection.exec_driver_sql("SELECT * FROM account").fetchall())
    assert session.token not in kept and PASSWORD not in kept and MAN not in kept
    assert "$argon2id$" in kept
    assert len(session.token) >= 43  # 256 bits
    assert session.token not in repr(session)


# ---- how long


@pytest.mark.parametrize(("minutes", "alive"), [(29, True), (30, False)])
def test_a_session_ends_when_it_is_idle(sqlite: Database, minutes: int, alive: bool) -> None:
    an_account(sqlite)
    token = sign_in.sign_in(sqlite, "zhang", PASSWORD, AT).token
    assert (actor_of(sqlite, token, AT + minutes * MINUTE) is not None) is alive


@pytest.mark.parametrize(("minutes", "alive"), [(12 * 60 - 1, True), (12 * 60, False)])
def test_a_session_in_use_ends_at_its_limit(sqlite: Database, minutes: int, alive: bool) -> None:
    an_account(sqlite)
    token = sign_in.sign_in(sqlite, "zhang", PASSWORD, AT).token
    for used in range(20, 12 * 60, 20):
        assert actor_of(sqlite, token, AT + used * MINUTE) is not None
    assert (actor_of(sqlite, token, AT + minutes * MINUTE) is not None) is alive


def test_the_limits_come_from_the_settings(sqlite: Database) -> None:
    an_account(sqlite)
    lifetime = Lifetime.of(Settings(session_idle_minutes=5, session_hours=1))
    session = sign_in.sign_in(sqlite, "zhang", PASSWORD, AT, lifetime=lifetime)
    assert session.expires_at == AT + timedelta(hours=1)
    assert actor_of(sqlite, session.token, AT + 4 * MINUTE, lifetime=lifetime) is not None
    assert actor_of(sqlite, session.token, AT + 10 * MINUTE, lifetime=lifetime) is None


def test_use_is_noted_at_most_once_a_minute(database: Database) -> None:
    an_account(database)
    token = sign_in.sign_in(database, "zhang", PASSWORD, AT).token
    seen = []
    for seconds in (59, 60, 90, 119, 120):
        visit_of(database, token, AT + timedelta(seconds=seconds))
        visit = visit_of(database, token, AT + timedelta(seconds=seconds))
        assert visit is not None
        seen.append((visit.seen_at - AT).total_seconds())
    assert seen == [0, 60, 60, 60, 120]


# ---- what ends it

ENDINGS: dict[str, Callable[[Database, int, str], None]] = {
    "sign-out": lambda database, account, token: sign_out(database, token),
    "disable": lambda database, account, token: _in(database, accounts.disable, account, AT),
    "grant": lambda database, account, token: _in(database, accounts.grant, account, Role.COUNTY, "610981", AT),
    "revoke": lambda database, account, token: _in(database, accounts.revoke, account, *_parts(TOWNSHIP), AT),
    "password": lambda database, account, token: _in(
        database, accounts.change_password, account, "another good one", AT
    ),
}


def _parts(grant: Grant) -> tuple[Role, str]:
    return grant.role, grant.region


def _in(database: Database, task: Callable, *values) -> None:
    with database.session() as session:
        task(session, *values)


@pytest.mark.parametrize("ending", ENDINGS)
def test_these_end_a_session_at_once(database: Database, ending: str) -> None:
    account_id = an_account(database)
    other = an_account(database, "wang", person=WOMAN)
    token = sign_in.sign_in(database, "zhang", PASSWORD, AT).token
    kept = sign_in.sign_in(database, "wang", PASSWORD, AT).token
    ENDINGS[ending](database, account_id, token)
    assert actor_of(database, token, AT) is None
    bystander = actor_of(database, kept, AT)
    assert bystander is not None and bystander.account_id == other


def test_a_closed_account_does_not_sign_in_until_it_is_opened(sqlite: Database) -> None:
    account_id = an_account(sqlite)
    _in(sqlite, accounts.disable, account_id, AT)
    with pytest.raises(BadCredentials):
        sign_in.sign_in(sqlite, "zhang", PASSWORD, AT)
    _in(sqlite, accounts.enable, account_id)
    assert sign_in.sign_in(sqlite, "zhang", PASSWORD, AT).account_id == account_id


def test_closing_an_account_behind_our_back_ends_its_sessions_too(sqlite: Database) -> None:
    an_account(sqlite)
    token = sign_in.sign_in(sqlite, "zhang", PASSWORD, AT).token
    with sqlite.transaction() as connection:
        connection.exec_driver_sql("UPDATE account SET disabled_at = '2026-03-01 00:00:00.000000'")
    assert actor_of(sqlite, token, AT) is None


def test_each_sign_in_has_tokens_of_its_own(sqlite: Database) -> None:
    an_account(sqlite)
    first, second = (sign_in.sign_in(sqlite, "zhang", PASSWORD, AT) for _ in range(2))
    assert first.token != second.token and first.form_token != second.form_token
    assert actor_of(sqlite, first.token, AT) is not None


# ---- who does not get in


def test_wrong_name_and_wrong_password_are_told_apart_by_nobody(sqlite: Database) -> None:
    an_account(sqlite)
    words = set()
    for username, password in (
        ("zhang", "wrong"),
        ("nobody", PASSWORD),
        ("zhang", PASSWORD + " "),
        ("zhang", "x" * 999),
    ):
        with pytest.raises(BadCredentials) as refused:
            sign_in.sign_in(sqlite, username, password, AT)
        words.add(str(refused.value))
    assert len(words) == 1


def test_an_unknown_name_costs_a_hash_as_well(sqlite: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    an_account(sqlite)
    verified: list[str] = []
    real = accounts._hasher.verify

    def verify(password: str, hashed: str) -> bool:
        verified.append(hashed)
        return real(password, hashed)

    monkeypatch.setattr(accounts._hasher, "verify", verify)
    for username in ("zhang", "nobody"):
        with pytest.raises(BadCredentials):
            sign_in.authenticate(sqlite, username, "wrong password", AT)
    assert len(verified) == 2
    assert len({hashed.split("$")[3] for hashed in verified}) == 1  # the same cost


def fail(database: Database, times: int, username: str = "zhang", address: str = "10.0.0.1", at=AT) -> None:
    for _ in range(times):
        with pytest.raises(BadCredentials):
            sign_in.sign_in(database, username, "wrong", at, address=address)


def test_after_ten_failures_even_the_right_password_waits(database: Database) -> None:
    an_account(database)
    fail(database, 9)
    sign_in.sign_in(database, "zhang", PASSWORD, AT, address="10.0.0.2")  # the tenth try is still heard
    fail(database, 1)
    with pytest.raises(TooManyAttempts) as refused:
        sign_in.sign_in(database, "zhang", PASSWORD, AT + 14 * MINUTE, address="10.0.0.1")
    assert refused.value.retry_at == AT + 15 * MINUTE
    assert sign_in.sign_in(database, "zhang", PASSWORD, AT + 15 * MINUTE, address="10.0.0.1")


def test_guessing_from_many_addresses_is_one_guessing(sqlite: Database) -> None:
    an_account(sqlite)
    for n in range(10):
        fail(sqlite, 1, address=f"10.0.0.{n}")
    with pytest.raises(TooManyAttempts):
        sign_in.sign_in(sqlite, "zhang", PASSWORD, AT, address="10.0.0.99")


def test_a_stranger_cannot_lock_the_clerk_out_of_the_office(sqlite: Database) -> None:
    an_account(sqlite)
    sign_in.sign_in(sqlite, "zhang", PASSWORD, AT, address="office")
    fail(sqlite, 10, address="stranger", at=AT + MINUTE)
    with pytest.raises(TooManyAttempts):
        sign_in.sign_in(sqlite, "zhang", PASSWORD, AT + 2 * MINUTE, address="elsewhere")
    assert sign_in.sign_in(sqlite, "zhang", PASSWORD, AT + 2 * MINUTE, address="office")
    fail(sqlite, 10, address="office", at=AT + 3 * MINUTE)  # but in the office, too, ten are enough
    with pytest.raises(TooManyAttempts):
        sign_in.sign_in(sqlite, "zhang", PASSWORD, AT + 4 * MINUTE, address="office")


def test_an_address_that_tries_many_names_is_stopped(sqlite: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_in, "ADDRESS_FAILURES", 5)
    an_account(sqlite)
    for n in range(5):
        fail(sqlite, 1, username=f"name{n}")
    with pytest.raises(TooManyAttempts):
        sign_in.sign_in(sqlite, "zhang", PASSWORD, AT, address="10.0.0.1")
    assert sign_in.sign_in(sqlite, "zhang", PASSWORD, AT, address="10.0.0.2")


# ---- creating


def test_every_fault_of_a_new_account_is_named_at_once(sqlite: Database) -> None:
    given = {"username": "a b", "password": "short", "person": MAN[:-1], "name": " ", "email": "x"}
    assert faults_of(sqlite, **given) == {"username", "password", "person", "name", "email"}


@pytest.mark.parametrize(
    ("password", "refused"),
    [
        ("123456789", True),
        ("abcdefghij", False),
        ("aaaaaaaaaaaa", True),
        ("Password123", True),
        ("my-zhang-2026", False),
    ],
)
def test_passwords_that_are_guessed_first_are_refused(password: str, refused: bool) -> None:
    assert bool(ORDINARY.password_faults(password, "zhao")) is refused


def test_a_password_with_the_user_name_in_it_is_refused() -> None:
    assert ORDINARY.password_faults("my-zhang-2026", "zhang")


def test_a_user_name_is_given_once(database: Database) -> None:
    an_account(database)
    assert faults_of(database, person=WOMAN) == {"username"}


def test_nobody_is_the_system_and_no_role_is_nowhere(sqlite: Database) -> None:
    assert faults_of(sqlite, grants=(Grant(Role.SYSTEM, ""),)) == {"role"}
    assert faults_of(sqlite, grants=(Grant(Role.COUNTY, "999999"),)) == {"region"}
    account_id = an_account(sqlite, grants=(Grant(Role.SUPERVISOR, ""),))
    with sqlite.session() as session:
        assert accounts.grants_of(session, account_id, AT.date()) == (Grant(Role.SUPERVISOR, ""),)


def test_a_crowd_at_the_door_hashes_a_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now, most, lock = [0], [0], threading.Lock()

    class Slow:
        def verify(self, *_: str) -> bool:
            with lock:
                now[0] += 1
                most[0] = max(most[0], now[0])
            threading.Event().wait(0.02)
            with lock:
                now[0] -= 1
            return True

    monkeypatch.setattr(accounts, "_hasher", Slow())
    crowd = [threading.Thread(target=accounts.password_matches, args=("x" * 10, "hash")) for _ in range(20)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    assert 1 < most[0] <= 4


def test_what_is_shipped_makes_guessing_dear() -> None:
    """Argon2id with 64 MiB, three passes: the tests themselves hash cheaply, the service does not."""
    assert accounts.SHIPPED.hash("correct horse").startswith("$argon2id$v=19$m=65536,t=3,p=4$")
