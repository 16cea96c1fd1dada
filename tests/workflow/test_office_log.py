"""The office log (事务日志): a chain per book, whose every change is noticed."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from tests.workflow.support import AT, CLERK, database_at
from workflow.office_log import OfficeFault, verify, write
from workflow.unit_of_work import Database


@pytest.fixture
def database(migrated_url: str) -> Iterator[Database]:
    with database_at(migrated_url) as database:
        yield database


def fill(database: Database) -> None:
    for book in ("access", "access", "calendar", "access"):
        with database.session() as session:
            write(session, book, "tried", CLERK, AT, {"n": 1})


def faults(database: Database) -> list[OfficeFault]:
    with database.reading() as connection:
        return list(verify(connection))


def test_each_book_counts_for_itself(database: Database) -> None:
    fill(database)
    with database.transaction() as connection:
        assert write(connection, "calendar", "tried", CLERK, AT, {}) == 2
    assert faults(database) == []


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE office_log SET body = replace(body, '\"n\":1', '\"n\":2') WHERE book='access' AND seq=2", (2, "body")),
        ("UPDATE office_log SET act = 'other' WHERE book='access' AND seq=2", (2, "column")),
        ("UPDATE office_log SET actor_key = 'x' WHERE book='access' AND seq=1", (1, "column")),
        ("UPDATE office_log SET account_id = 8 WHERE book='access' AND seq=1", (1, "column")),
        ("UPDATE office_log SET hash = 'x' WHERE book='access' AND seq=3", (3, "body")),
        ("UPDATE office_log SET at = '2026-03-03 00:00:00' WHERE book='access' AND seq=3", (3, "column")),
        ("DELETE FROM office_log WHERE book='access' AND seq=2", (2, "missing")),
        ("DELETE FROM office_log WHERE book='access' AND seq=3", (3, "tail")),
        ("DELETE FROM office_log WHERE book='access'", (1, "tail")),
        ("DELETE FROM setting WHERE name='office_log.access'", (4, "tail")),
    ],
)
def test_every_change_is_noticed(database: Database, statement: str, expected: tuple[int, str]) -> None:
    fill(database)
    with database.transaction() as connection:
        connection.exec_driver_sql(statement)
    assert faults(database) == [OfficeFault("access", *expected)]


def test_writers_of_one_book_wait_for_each_other(database: Database) -> None:
    ready = threading.Barrier(6)

    def one() -> None:
        ready.wait()
        with database.session() as session:
            write(session, "access", "tried", CLERK, AT, {})

    threads = [threading.Thread(target=one) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*), max(seq) FROM office_log").one() == (6, 6)
    assert faults(database) == []


def test_an_entry_is_kept_with_what_it_tells_of_or_not_at_all(database: Database) -> None:
    with pytest.raises(RuntimeError), database.session() as session:
        write(session, "access", "tried", CLERK, AT, {})
        raise RuntimeError
    fill(database)
    assert faults(database) == []


@pytest.mark.parametrize(("book", "act"), [("", "a"), ("a" * 21, "a"), ("a", ""), ("a", "A b"), ("张", "a")])
def test_books_and_acts_have_names(database: Database, book: str, act: str) -> None:
    with database.session() as session, pytest.raises(ValueError, match="no names"):
        write(session, book, act, CLERK, AT, {})
