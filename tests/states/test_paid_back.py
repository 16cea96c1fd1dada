"""What came back by a claim, laid out over its months: nobody is paid it twice, and nobody is left short of it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from states.paid_back import Back, Reckoned, back_of

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


@pytest.mark.parametrize(
    ("march", "april", "repaid", "of_march", "of_april"),
    [
        # half of March and all of April were too much: what came back is theirs
        ((1000, 500), (1000, 0), 1500, 500, 1000),
        # April was right after all: what came back for it is owed again, and nothing of March
        ((1000, 500), (1000, 1000), 1500, 500, 1000),
        # it covers the earliest first, and never more than was paid
        ((1000, 500), (1000, 0), 400, 400, 0),
        ((1000, 1000), (1000, 1000), 2500, 1000, 1000),
    ],
)
def test_it_goes_to_what_is_too_much_and_then_to_what_was_set_right(
    march: tuple[int, int], april: tuple[int, int | None], repaid: int, of_march: int, of_april: int
) -> None:
    months = {MARCH: Reckoned(*march), APRIL: Reckoned(*april)}
    assert back_of(3, repaid, 0, MARCH, months) == Back(repaid_fen=of_march, number=3)
    assert back_of(3, repaid, 0, APRIL, months) == Back(repaid_fen=of_april, number=3)


def test_what_is_still_asked_for_follows_what_came_back() -> None:
    months = {MARCH: Reckoned(1000, 500), APRIL: Reckoned(1000, 0)}
    assert [back_of(3, 400, 1100, one, months) for one in months] == [Back(400, 100, 3), Back(0, 1000, 3)]
    assert Back(1, 2, 3) + Back(10, 20, 2) == Back(11, 22, 3)


def test_what_nobody_can_reckon_takes_it_first_and_that_is_said() -> None:
    """A month without its attendance, and a year's performance that was paid too."""
    months = {MARCH: Reckoned(1000, 1000), APRIL: Reckoned(1000, None)}
    assert back_of(3, 1001, 0, MARCH, months) == Back(1, 0, 3, unsure_fen=999)
    assert back_of(3, 1001, 0, APRIL, months) == Back(1000, 0, 3)
    beside = [back_of(3, fen, 0, MARCH, {MARCH: Reckoned(1000, 1000)}, 300) for fen in (300, 301)]
    assert beside == [Back(0, 0, 3, unsure_fen=300), Back(1, 0, 3, unsure_fen=300)]


@given(
    st.lists(st.tuples(st.integers(0, 900), st.integers(0, 900), st.integers(0, 900)), min_size=1, max_size=4),
    st.randoms(use_true_random=False),
)
def test_in_whatever_order_the_months_are_paid_the_person_ends_with_what_they_are_owed(
    sums: list[tuple[int, int, int]], chance: object
) -> None:
    """All that was too much came back; some of it is owed after all, and is paid month by month until nothing is."""
    low, now, given_fen = ([sorted(one)[n] for one in sums] for n in range(3))
    months = [date(2026, n, 1) for n in range(1, len(sums) + 1)]
    repaid = sum(given_fen) - sum(low)
    for _ in range(2 * len(months)):
        order = list(range(len(months)))
        chance.shuffle(order)  # type: ignore[attr-defined]
        for n in order:
            known = {one: Reckoned(*pair) for one, *pair in zip(months, given_fen, now, strict=True)}
            back = back_of(1, repaid, 0, months[n], known).repaid_fen
            given_fen[n] += max(now[n] - given_fen[n] + back, 0)
    assert sum(given_fen) - repaid == sum(now)
