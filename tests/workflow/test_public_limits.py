"""Forms without an account: so many from one address, one more is refused until the oldest has left the window."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.workflow.support import AT, database_at
from workflow.public_limits import KEPT, Limit, TooMany, admit, place_of
from workflow.unit_of_work import Database

LIMITS = {"objection": Limit(3, timedelta(hours=1)), "application": Limit(1, timedelta(minutes=10))}
HERE, THERE = "10.1.2.3", "10.1.2.4"


def _send(database: Database, form: str = "objection", address: str = HERE, after: timedelta = timedelta()) -> None:
    admit(database, form, address, AT + after, limits=LIMITS)


def test_the_last_that_is_admitted_and_the_first_that_is_not(migrated_url: str) -> None:
    with database_at(migrated_url) as database:
        for minute in (0, 10, 20):
            _send(database, after=timedelta(minutes=minute))
        with pytest.raises(TooMany) as refused:
            _send(database, after=timedelta(minutes=59, seconds=59))
        assert refused.value.retry_at == AT + timedelta(hours=1)
        assert "1分钟后" in str(refused.value)
        _send(database, after=timedelta(hours=1))
        with pytest.raises(TooMany) as refused:
            _send(database, after=timedelta(hours=1, seconds=1))
        assert refused.value.retry_at == AT + timedelta(hours=1, minutes=10)


def test_other_forms_and_other_addresses_are_counted_apart(migrated_url: str) -> None:
    with database_at(migrated_url) as database:
        for _ in range(3):
            _send(database)
        _send(database, address=THERE)
        _send(database, "application")
        with pytest.raises(TooMany):
            _send(database, "application")
        with pytest.raises(TooMany):
            _send(database)


def test_waiting_is_not_prolonged_by_trying(migrated_url: str) -> None:
    with database_at(migrated_url) as database:
        _send(database, "application")
        for minute in range(1, 10):
            with pytest.raises(TooMany):
                _send(database, "application", after=timedelta(minutes=minute))
        _send(database, "application", after=timedelta(minutes=10))


def test_what_is_older_than_a_day_is_not_kept(migrated_url: str) -> None:
    with database_at(migrated_url) as database:
        _send(database)
        _send(database, after=timedelta(hours=1))
        _send(database, address=THERE, after=KEPT + timedelta(seconds=1))
        with database.reading() as connection:
            kept = connection.execute(text("SELECT address FROM public_attempt ORDER BY at")).scalars().all()
    assert kept == [HERE, THERE]


def test_many_at_once_are_counted_one_by_one(migrated_url: str) -> None:
    def one(_: int) -> bool:
        try:
            _send(database)
        except TooMany:
            return False
        return True

    with database_at(migrated_url) as database, ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(one, range(12))) == 3


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("10.1.2.3", "10.1.2.3"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:10.1.2.3", "10.1.2.3"),
        ("testclient", "testclient"),
        ("", ""),
        ("x" * 200, "x" * 64),
    ],
)
def test_what_counts_of_an_address(address: str, place: str) -> None:
    assert place_of(address) == place
