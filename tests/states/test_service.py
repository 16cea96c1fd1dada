"""The 36-month ledger of one person over all employers and posts."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from states.periods import term_end
from states.reckoning import Unreckonable
from states.service import NamedExtension, Period, Span, ledger, served

ONE_DAY = timedelta(1)
STARTS = st.dates(date(2018, 1, 1), date(2030, 12, 31))


def day(text: str) -> date:
    return date.fromisoformat(text)


def period(starts_on: str, ends_on: str | None, employer: str = "城关镇", source: str = "聘用协议") -> Period:
    return Period(day(starts_on), day(ends_on) if ends_on else None, source, employer)


def terms(start: date, *lengths: int) -> list[Period]:
    """Contracts end to end, of so many months each."""
    found = []
    for months in lengths:
        end = term_end(start, months).on
        found.append(Period(start, end, "聘用协议", "城关镇"))
        start = end + ONE_DAY
    return found


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "span"),
    [
        ("2023-03-01", "2024-02-29", (12, 0)),
        ("2023-03-01", "2024-02-28", (11, 28)),
        ("2023-03-01", "2024-03-01", (12, 1)),
        ("2024-02-29", "2025-02-28", (12, 0)),
        ("2023-01-31", "2023-02-28", (1, 0)),
        ("2023-01-31", "2023-02-27", (0, 28)),
        ("2023-05-17", "2023-05-17", (0, 1)),
        ("2023-01-01", "2023-01-31", (1, 0)),
        ("2023-01-01", "2023-01-30", (0, 30)),
    ],
)
def test_months_and_leftover_days(starts_on, ends_on, span):
    assert served(day(starts_on), day(ends_on)) == span


@given(STARTS)
def test_three_one_year_terms_are_exactly_the_cap_and_a_fourth_has_nothing_left(start):
    book = ledger(terms(start, 12, 12, 12))
    assert (book.used, book.remaining, book.exceeded) == (Span(36, 0), Span(0, 0), False)
    following = book.stretches[-1].ends_on + ONE_DAY
    assert book.last_lawful_day(following).on == following - ONE_DAY
    assert ledger(terms(start, 12, 12, 12, 12)).exceeded


@given(STARTS, st.lists(st.sampled_from([1, 2, 3, 6, 12]), min_size=1, max_size=8))
def test_terms_of_whole_months_count_as_agreed(start, lengths):
    assert ledger(terms(start, *lengths)).used == Span(sum(lengths), 0)


def test_one_day_over_is_over():
    assert not ledger([period("2023-03-01", "2026-02-28")]).exceeded
    assert ledger([period("2023-03-01", "2026-03-01")]).exceeded


def test_months_of_other_employers_and_earlier_schemes_count():
    book = ledger(
        [period("2022-01-01", "2022-12-31", "甲村"), period("2024-01-01", "2024-06-30", "乙村")], prior_months=6
    )
    assert (book.used, book.remaining) == (Span(24, 0), Span(12, 0))
    assert book.last_lawful_day(day("2026-01-01")).on == day("2026-12-31")
    assert [str(line.why) for line in book.lines] == [
        "此前已累计6个月",
        "2022-01-01至2022-12-31在甲村，计12个月0天（依据：聘用协议）",
        "2024-01-01至2024-06-30在乙村，计6个月0天（依据：聘用协议）",
    ]


def test_thirty_leftover_days_are_a_month():
    book = ledger([period("2023-01-01", "2023-01-20"), period("2023-03-01", "2023-03-10")])
    assert book.used == Span(1, 0)
    assert "每30天计1个月" in str(book.lines[-1].why)
    less = ledger([period("2023-01-01", "2023-01-20"), period("2023-03-01", "2023-03-09")])
    assert (less.used, less.remaining) == (Span(0, 29), Span(35, 1))
    assert len(less.lines) == 2


def test_days_in_two_places_at_once_count_once_and_are_flagged():
    one, two = period("2023-01-01", "2023-12-31", "甲村"), period("2023-10-01", "2024-06-30", "乙村")
    book = ledger([two, one])
    assert book.used == Span(18, 0)
    (overlap,) = book.overlaps
    assert (overlap.first, overlap.second) == (one, two)
    assert (overlap.starts_on, overlap.ends_on) == (day("2023-10-01"), day("2023-12-31"))
    assert "同时在甲村和乙村" in str(book.lines[-1].why)
    assert ledger([one, one]).used == Span(12, 0) and ledger([one, one]).overlaps


def test_a_period_inside_another_adds_nothing():
    inside = ledger(
        [period("2023-01-01", "2023-12-31"), period("2023-03-01", "2023-03-31"), period("2023-06-01", "2023-06-30")]
    )
    assert inside.used == Span(12, 0) and len(inside.overlaps) == 2


def test_touching_periods_are_one_stretch_and_a_gap_makes_two():
    touching = ledger([period("2023-01-15", "2023-03-20"), period("2023-03-21", "2023-05-14")])
    assert touching.used == Span(4, 0) and len(touching.stretches) == 1 and not touching.overlaps
    apart = ledger([period("2023-01-15", "2023-03-20"), period("2023-03-22", "2023-05-14")])
    assert len(apart.stretches) == 2
    assert "连续服务2段" in str(touching.lines[0].why)


def test_what_is_used_by_a_day():
    periods = [period("2023-03-01", None), period("2027-01-01", "2027-12-31")]
    assert ledger(periods, until=day("2024-02-29")).used == Span(12, 0)
    assert ledger(periods, until=day("2024-02-28")).used == Span(11, 28)
    assert ledger(periods, until=day("2023-02-28")).used == Span(0, 0)


@pytest.mark.parametrize(
    ("prior", "start", "last"),
    [
        (0, "2026-03-01", "2029-02-28"),
        (0, "2024-02-29", "2027-02-28"),
        (35, "2026-03-01", "2026-03-31"),
        (36, "2026-03-01", "2026-02-28"),
        (40, "2026-03-01", "2026-02-28"),
    ],
)
def test_the_last_lawful_day(prior, start, last):
    found = ledger((), prior).last_lawful_day(day(start))
    assert found.on == day(last)
    assert ("已满" in str(found.reading)) is (prior >= 36)


def test_going_on_counts_from_the_first_day_of_the_stretch():
    book = ledger([period("2023-03-10", "2024-03-09")])
    assert book.last_lawful_day(day("2024-03-10")).on == day("2026-03-09")
    assert book.last_lawful_day(day("2023-03-10")).on == day("2026-03-09")
    assert book.last_lawful_day(day("2024-04-01")).on == day("2026-03-31")  # after a gap: 24 months from the new start


def test_terms_go_on_counting_as_terms():
    # By the calendar the third year from 31 August ends on the 30th; the terms as agreed end on the 31st.
    book = ledger(terms(day("2023-08-31"), 6, 6))
    assert book.last_lawful_day(day("2024-09-01")).on == day("2026-08-31")
    assert ledger(terms(day("2023-08-31"), 6, 6, 12, 12)).used == Span(36, 0)


def test_leftover_days_elsewhere_shorten_the_last_month():
    one_day = period("2020-01-01", "2020-01-01")
    assert ledger([one_day, *terms(day("2023-01-01"), 12)]).last_lawful_day(day("2024-01-01")).on == day("2025-12-29")
    # February is a whole month after 28 days, so with a day used elsewhere its last day is already too much.
    assert ledger([one_day], 35).last_lawful_day(day("2026-02-01")).on == day("2026-02-27")


def test_the_cap_is_a_parameter():
    assert ledger(terms(day("2023-01-01"), 12), cap_months=24).last_lawful_day(day("2024-01-01")).on == day(
        "2024-12-31"
    )


@given(
    st.lists(st.tuples(st.integers(0, 900), st.integers(0, 500)), max_size=4), st.integers(0, 30), st.integers(0, 400)
)  # fmt: skip
def test_the_last_lawful_day_is_the_last(offsets, prior, later):
    base = date(2020, 1, 29)
    periods = [Period(base + timedelta(a), base + timedelta(a + b), "协议", "镇") for a, b in offsets]
    book = ledger(periods, prior)
    if book.exceeded:
        return
    start = max((p.ends_on for p in periods if p.ends_on), default=base) + timedelta(1 + later)
    last = book.last_lawful_day(start).on

    def used_by(end: date) -> Span:
        return ledger([*periods, Period(start, end, "协议", "镇")], prior).used

    if last >= start:
        assert used_by(last) <= (36, 0)
    assert used_by(max(last, start - ONE_DAY) + ONE_DAY) > (36, 0)


# --- exceptions ---


def test_an_exception_never_shortens_the_cap():
    soon = NamedExtension("乡村振兴", day("2026-12-31"), "某办法第六条")
    assert ledger((), 0).last_lawful_day(day("2026-03-01"), [soon]).on == day("2029-02-28")
    later = NamedExtension("乡村振兴", day("2030-12-31"), "某办法第六条")
    found = ledger((), 36).last_lawful_day(day("2026-03-01"), [soon, later])
    assert (found.on, found.article) == (day("2030-12-31"), "某办法第六条")
    assert found.proof[-1].on == found.on


def test_the_proof_names_every_line():
    book = ledger([period("2023-01-01", "2023-12-31", "甲村")], prior_months=6)
    whys = [str(line.why) for line in book.last_lawful_day(day("2026-01-01")).proof]
    assert whys[0] == "此前已累计6个月" and "甲村" in whys[1] and len(whys) == 3


def test_what_makes_no_sense_is_refused():
    with pytest.raises(Unreckonable, match="早于起始"):
        ledger([period("2023-01-02", "2023-01-01")])
    with pytest.raises(Unreckonable, match="尚未结束"):
        ledger([period("2023-01-02", None)])
    with pytest.raises(Unreckonable, match="不能为负"):
        ledger((), -1)
