"""Periods are counted as the Civil Code counts them; both sides of every boundary."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import chinese_calendar
import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from states.calendar import Calendar, default_calendar
from states.periods import (
    calendar_days_end,
    includes,
    is_our_reading,
    month_limit,
    month_limit_conservative,
    next_working_day,
    notice_days,
    on_or_before,
    pay_day,
    term_end,
    working_days_before,
    working_days_end,
)
from states.reckoning import Unreckonable

CALENDAR = default_calendar()
ONE_DAY = timedelta(1)
PUBLISHED = st.dates(date(2022, 1, 1), date(2026, 11, 1))


@cache
def the_other_calendar():
    return holidays.country_holidays("CN", years=range(2021, 2028), language="zh_CN")


def day(text: str) -> date:
    return date.fromisoformat(text)


def step_by_step(start: date, n: int, works) -> date:
    """The n-th working day after ``start``, the slow way."""
    while n:
        start += ONE_DAY
        n -= works(start)
    return start


# --- working days ---


@given(PUBLISHED, st.integers(1, 25))
def test_working_days_agree_with_two_independent_calendars(start, n):
    found = working_days_end(start, n, CALENDAR)
    assert found.on == step_by_step(start, n, chinese_calendar.is_workday)
    assert found.on == step_by_step(start, n, the_other_calendar().is_working_day)
    assert not found.provisional


@given(PUBLISHED, st.integers(1, 25))
def test_counting_the_first_day_agrees_too(start, n):
    found = working_days_end(start, n, CALENDAR, count_first_day=True).on
    assert found == step_by_step(start - ONE_DAY, n, chinese_calendar.is_workday)


def test_every_day_of_five_years():
    every = [date(2022, 1, 1) + timedelta(n) for n in range(1750)]
    for start in every:
        assert working_days_end(start, 5, CALENDAR).on == step_by_step(start, 5, chinese_calendar.is_workday)


@pytest.mark.parametrize(
    ("start", "count_first_day", "ends"),
    [
        ("2026-03-02", False, "2026-03-09"),  # Monday: the day of posting does not count
        ("2026-03-02", True, "2026-03-06"),
        ("2026-03-01", True, "2026-03-06"),  # Sunday: counted from the next working day
        ("2026-02-28", True, "2026-03-05"),  # a Saturday that is worked counts
        ("2026-02-10", False, "2026-02-24"),  # over Spring Festival, with the working Saturday before it
    ],
)
def test_five_working_days(start, count_first_day, ends):
    assert working_days_end(day(start), 5, CALENDAR, count_first_day).on == day(ends)


def test_the_proof_lists_each_counted_and_each_skipped_day():
    found = working_days_end(day("2026-02-12"), 2, CALENDAR)
    assert [(line.on.day, line.number, line.counted) for line in found.proof] == [
        *((12, None, False), (13, 1, True), (14, 2, True)),
    ]
    assert "调休上班" in str(found.proof[-1].why)
    over_the_feast = working_days_end(day("2026-02-14"), 1, CALENDAR).proof
    assert [line.counted for line in over_the_feast] == [False] * 10 + [True]
    assert all("春节放假" in str(line.why) for line in over_the_feast[1:10])


@given(PUBLISHED, st.integers(1, 25), st.booleans())
def test_every_proof_adds_up_to_its_answer(start, n, count_first_day):
    found = working_days_end(start, n, CALENDAR, count_first_day)
    assert [line.number for line in found.proof if line.counted] == list(range(1, n + 1))
    assert found.proof[-1].on == found.on and found.proof[-1].counted
    days = [line.on for line in found.proof]
    assert days == [start + timedelta(k) for k in range(len(days))]


@pytest.mark.parametrize(
    ("start", "n", "missing"),
    [
        ("2026-12-17", 5, ()),  # ends on Thursday 24 December
        ("2026-12-18", 5, (2027,)),  # ends on the 25th, which the notice for 2027 may name
        ("2026-12-31", 1, (2027,)),
        ("2027-12-20", 10, (2027, 2028)),
        ("2021-12-31", 1, ()),  # the start itself is not counted, so its year does not matter
        ("2021-12-30", 1, (2021,)),
    ],
)
def test_a_period_that_needs_a_missing_notice_is_provisional(start, n, missing):
    found = working_days_end(day(start), n, CALENDAR)
    assert (found.provisional, found.missing_years) == (bool(missing), missing)
    assert (found.caution is None) is (not missing)
    assert all(str(year) in str(found.caution) for year in missing)


def test_a_loaded_year_moves_what_was_provisional(tmp_path):
    (tmp_path / "2027.yaml").write_text(
        "year: 2027\nnotice: {title: 通知, issued_on: 2026-11-10}\nwork: []\nrest:\n"
        "  - {name: 元旦, from: 2027-01-01, to: 2027-01-03}\n  - {name: 春节, from: 2027-02-05, to: 2027-02-12}\n"
        "  - {name: 清明节, from: 2027-04-05, to: 2027-04-05}\n  - {name: 劳动节, from: 2027-05-01, to: 2027-05-05}\n"
        "  - {name: 国庆节, from: 2027-10-01, to: 2027-10-07}\n",
        encoding="utf-8",
    )
    later = Calendar.load(tmp_path)
    before, after = (working_days_end(day("2026-12-31"), 1, c) for c in (CALENDAR, later))
    assert (before.on, before.provisional) == (day("2027-01-04"), True)
    assert (after.on, after.provisional) == (day("2027-01-04"), False)
    # Friday 24 December is certain, but Saturday the 25th could yet be worked, and then it would be the payday.
    assert (pay_day(day("2027-12-25"), later).on, pay_day(day("2027-12-25"), later).missing_years) == (
        day("2027-12-24"),
        (2028,),
    )


def test_the_next_step_opens_on_a_later_working_day_never_on_the_last_day():
    assert next_working_day(day("2026-03-09"), CALENDAR).on == day("2026-03-10")
    assert next_working_day(day("2026-09-30"), CALENDAR).on == day("2026-10-08")
    assert next_working_day(day("2026-10-09"), CALENDAR).on == day("2026-10-10")  # a Saturday that is worked


@given(PUBLISHED, st.integers(1, 20))
def test_days_before_undo_days_after(start, n):
    end = working_days_end(start, n, CALENDAR).on
    back = working_days_before(end, n, CALENDAR).on
    assert back <= start and all(CALENDAR.is_rest_day(back + timedelta(k)) for k in range(1, (start - back).days + 1))


def test_reminder_marks():
    assert working_days_before(day("2026-10-08"), 1, CALENDAR).on == day("2026-09-30")
    assert working_days_before(day("2026-10-08"), 2, CALENDAR).on == day("2026-09-29")
    assert working_days_before(day("2026-10-01"), 0, CALENDAR).on == day("2026-10-01")
    assert [line.number for line in working_days_before(day("2026-03-09"), 2, CALENDAR).proof] == [
        *(None, None, None, 1, 2),
    ]


# --- calendar days ---


def test_calendar_days_stand_or_roll():
    assert calendar_days_end(day("2026-09-01"), 30, CALENDAR).on == day("2026-10-01")
    assert calendar_days_end(day("2026-09-01"), 30, CALENDAR, roll=True).on == day("2026-10-08")
    assert calendar_days_end(day("2026-09-01"), 29, CALENDAR, roll=True).on == day("2026-09-30")
    assert notice_days(day("2026-09-01"), 30).on == day("2026-10-01")
    assert not calendar_days_end(day("2027-05-01"), 30, CALENDAR).provisional
    assert calendar_days_end(day("2027-05-01"), 30, CALENDAR, roll=True).provisional


def test_the_proof_of_calendar_days_numbers_each():
    proof = calendar_days_end(day("2026-09-28"), 3, CALENDAR, roll=True).proof
    assert [line.number for line in proof] == [None, 1, 2, 3, None, None, None, None, None, None, None]
    assert [line.counted for line in proof][4:] == [False] * 6 + [True]


# --- months ---


@pytest.mark.parametrize(
    ("start", "months", "limit", "conservative", "term"),
    [
        ("2026-03-02", 1, "2026-04-02", "2026-04-01", "2026-04-01"),
        ("2026-01-31", 1, "2026-02-28", "2026-02-27", "2026-02-28"),  # no corresponding day; a Saturday that is worked
        ("2023-03-01", 12, "2024-03-01", "2024-02-29", "2024-02-29"),
        ("2024-02-29", 12, "2025-02-28", "2025-02-27", "2025-02-28"),
        ("2026-09-01", 1, "2026-10-08", "2026-09-30", "2026-09-30"),  # 1 October gives way
        ("2025-12-04", 1, "2026-01-04", "2026-01-03", "2026-01-03"),  # a Sunday that is worked does not
        ("2026-02-07", 1, "2026-03-09", "2026-03-06", "2026-03-06"),  # an ordinary Saturday does
        ("2023-08-31", 6, "2024-02-29", "2024-02-28", "2024-02-29"),
        ("2023-10-31", 1, "2023-11-30", "2023-11-29", "2023-11-30"),
        ("2023-01-30", 1, "2023-02-28", "2023-02-27", "2023-02-28"),
        ("2023-01-29", 1, "2023-02-28", "2023-02-27", "2023-02-28"),
    ],
)
def test_months(start, months, limit, conservative, term):
    assert month_limit(day(start), months, CALENDAR).on == day(limit)
    assert month_limit_conservative(day(start), months).on == day(conservative)
    assert term_end(day(start), months).on == day(term)


@given(st.dates(date(2000, 1, 1), date(2060, 1, 1)), st.integers(1, 60))
def test_a_term_ends_the_day_before_the_next_begins(start, months):
    raw = month_limit(start, months, CALENDAR, roll=False).on
    assert raw - term_end(start, months).on in (timedelta(0), ONE_DAY)
    assert (raw.day == start.day) is (raw - term_end(start, months).on == ONE_DAY)
    assert month_limit_conservative(start, months).on < raw <= month_limit(start, months, CALENDAR).on


def test_without_rolling_the_corresponding_day_stands_and_is_certain():
    assert month_limit(day("2026-09-01"), 1, CALENDAR, roll=False).on == day("2026-10-01")
    assert not month_limit(day("2026-09-01"), 12, CALENDAR, roll=False).provisional
    assert month_limit(day("2026-09-01"), 12, CALENDAR).provisional


def test_rolling_is_proved_day_by_day():
    proof = month_limit(day("2026-09-01"), 1, CALENDAR).proof
    assert [(line.on.day, line.counted) for line in proof] == [*((n, False) for n in range(1, 8)), (8, True)]


# --- paydays and words ---


def test_pay_comes_before_the_rest_days_never_after():
    assert pay_day(day("2026-10-05"), CALENDAR).on == day("2026-09-30")
    assert pay_day(day("2026-10-10"), CALENDAR).on == day("2026-10-10")
    assert pay_day(day("2026-10-08"), CALENDAR).on == day("2026-10-08")
    assert pay_day(day("2026-12-27"), CALENDAR).provisional
    assert not pay_day(day("2026-12-20"), CALENDAR).provisional


def test_on_or_before_accepts_the_day_and_reminds_earlier():
    found = on_or_before(day("2026-12-20"), CALENDAR)  # a Sunday
    assert (found.last.on, found.remind.on) == (day("2026-12-20"), day("2026-12-18"))


@pytest.mark.parametrize("word", ["以上", "以下", "以内", "届满", "以前"])
def test_words_that_include_the_number(word):
    assert includes(word)


@pytest.mark.parametrize("word", ["不满", "超过", "以外", "不足", "低于", "高于"])
def test_words_that_exclude_the_number(word):
    assert not includes(word)


def test_which_words_are_our_reading():
    assert [w for w in ("以上", "不满", "不足", "低于", "高于", "以前", "届满") if is_our_reading(w)] == [
        *("不足", "低于", "高于", "以前"),
    ]
    with pytest.raises(Unreckonable, match="左右"):
        includes("左右")


@pytest.mark.parametrize("n", [0, -1, 10_001])
def test_numbers_without_sense_are_refused(n):
    for question in (
        lambda: working_days_end(day("2026-01-05"), n, CALENDAR),
        lambda: calendar_days_end(day("2026-01-05"), n, CALENDAR),
        lambda: notice_days(day("2026-01-05"), n),
        lambda: month_limit(day("2026-01-05"), n, CALENDAR),
        lambda: month_limit_conservative(day("2026-01-05"), n),
        lambda: term_end(day("2026-01-05"), n),
    ):
        with pytest.raises(Unreckonable):
            question()


def test_days_beyond_the_end_of_time_are_refused():
    for question in (
        lambda: working_days_end(day("2100-12-30"), 5, CALENDAR),
        lambda: term_end(date(9999, 6, 1), 12),
        lambda: term_end(date(9999, 6, 30), 12),
        lambda: notice_days(date(9999, 12, 30), 5),
    ):
        with pytest.raises(Unreckonable):
            question()
