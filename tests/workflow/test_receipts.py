"""Receipt codes: read out and typed anyhow they are found; what was never given out is not; only hashes are kept."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from states.vocabulary import Role
from tests.support.world import World, officer
from tests.workflow.support import AT
from workflow import receipts
from workflow.receipts import ALPHABET, Entry, find, hash_of, issue, issue_for, new_code

REGIONS = {"61": "陕西省", "610981": "旬阳市", "610981100": "城关镇"}


@pytest.fixture
def hires(migrated_url: str) -> Iterator[tuple[World, tuple[int, ...]]]:
    world = World.on(migrated_url, date(2022, 6, 1), REGIONS)
    post = world.a_post("xunyang-2022-88", "town", "610981100")
    opened = world.an_opening(officer("刘主任", Role.EMPLOYER, "610981100"), post, places=3)
    yield world, opened.hire_ids
    world.close()


def test_a_code_has_twelve_letters_that_cannot_be_taken_for_others() -> None:
    codes = [new_code() for _ in range(2000)]
    assert len(set(codes)) == 2000
    assert all(re.fullmatch(r"[2-9A-HJKMNP-Z]{4}(-[2-9A-HJKMNP-Z]{4}){2}", code) for code in codes)
    assert not set("0O1IL") & set("".join(codes))
    counted = Counter("".join(codes).replace("-", ""))
    assert set(counted) == set(ALPHABET)
    assert max(counted.values()) < 2 * min(counted.values())


@pytest.mark.parametrize(
    "typed",
    [
        "ABCD-2345-WXYZ",
        "abcd2345wxyz",
        " abcd 2345 wxyz ",
        "ABCD–2345–WXYZ",
        "ＡＢＣＤ－２３４５－ＷＸＹＺ",
        "a-b-c-d2345wxyz",
    ],
)
def test_it_is_the_same_code_however_it_is_typed(typed: str) -> None:
    assert hash_of(typed) == hash_of("ABCD-2345-WXYZ")


@pytest.mark.parametrize(
    "typed", ["", "ABCD-2345-WXY", "ABCD-2345-WXYZ2", "ABCD-2345-WXY0", "ABCD-2345-WXYI", "中" * 12]
)
def test_what_is_no_code_is_never_found(hires: tuple[World, tuple[int, ...]], typed: str) -> None:
    world, _ = hires
    assert receipts.normalised(typed) is None
    with world.office.database.reading() as connection:
        assert find(connection, typed) == ()


def test_one_code_stands_for_all_that_was_sent_in_with_it_and_for_nothing_else(
    hires: tuple[World, tuple[int, ...]],
) -> None:
    world, ids = hires
    database = world.office.database
    with database.transaction() as connection:
        several = issue_for(connection, AT, [Entry(ids[2], 4), Entry(ids[0], 2), Entry(ids[1], 3)])
    with database.session() as session:
        single = issue(session, AT + timedelta(days=1), hire_id=ids[0], seq=2)
    with database.reading() as connection:
        assert [(t.hire_id, t.seq) for t in find(connection, several.lower())] == [
            (ids[2], 4),
            (ids[0], 2),
            (ids[1], 3),
        ]
        (ticket,) = find(connection, single)
        assert (ticket.application_id, ticket.hire_id, ticket.seq) == (None, ids[0], 2)
        assert ticket.created_at == AT + timedelta(days=1)
        assert find(connection, new_code()) == ()
        assert find(connection, several + "#1") == ()
        kept = connection.execute(text("SELECT * FROM receipt")).all()
    assert len(kept) == 4
    assert not [row for row in kept if several in str(row) or several.replace("-", "") in str(row)]


@pytest.mark.parametrize("entries", [[], [Entry(1, n) for n in range(receipts.MOST_PARTS + 1)]])
def test_a_code_for_nothing_or_for_too_much_is_not_made(
    hires: tuple[World, tuple[int, ...]], entries: list[Entry]
) -> None:
    world, _ = hires
    with pytest.raises(ValueError), world.office.database.transaction() as connection:
        issue_for(connection, AT, entries)


def test_a_receipt_is_kept_or_lost_with_what_it_is_for(hires: tuple[World, tuple[int, ...]]) -> None:
    world, ids = hires
    code = ""
    with pytest.raises(RuntimeError), world.office.database.transaction() as connection:
        code = issue(connection, AT, hire_id=ids[0], seq=2)
        raise RuntimeError
    with world.office.database.reading() as connection:
        assert find(connection, code) == ()
