"""Ages, and the birth dates that an age band admits under either reading of “X周岁以下”."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from states.age import AgeReading, age_on, birth_window
from states.reckoning import Unreckonable

NEXT, PAST = AgeReading.UNTIL_NEXT_BIRTHDAY, AgeReading.NOT_PAST_BIRTHDAY
DAYS = st.dates(date(1990, 1, 1), date(2060, 12, 31))
# Leap days are where birthdays go wrong, so half of the days are around them.
EDGES = st.builds(lambda y, d: date(y, *d), st.integers(1950, 2060), st.sampled_from([(2, 28), (3, 1)]))


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("born", "on", "age"),
    [
        ("1980-05-20", "2026-05-19", 45),
        ("1980-05-20", "2026-05-20", 46),  # the birthday itself counts
        ("2008-02-29", "2026-02-27", 17),
        ("2008-02-29", "2026-02-28", 18),
        ("2008-02-29", "2028-02-28", 19),
        ("2008-02-29", "2028-02-29", 20),
        ("2026-05-20", "2026-05-20", 0),
    ],
)
def test_age(born, on, age):
    assert age_on(day(born), day(on)) == age


def test_ages_without_sense_are_refused():
    with pytest.raises(Unreckonable, match="早于出生日期"):
        age_on(day("2026-01-02"), day("2026-01-01"))
    with pytest.raises(Unreckonable, match="超过150年"):
        age_on(day("1875-01-01"), day("2026-01-01"))
    for low, high in ((46, 45), (-1, None), (None, 151)):
        with pytest.raises(Unreckonable):
            birth_window(day("2026-01-01"), low, high)


@pytest.mark.parametrize(
    ("on", "low", "high", "reading", "earliest", "latest"),
    [
        # Dates printed in public notices: 肥西 2023; 泰州明珠街道 2024, whose lower bound is taken on the last day.
        ("2023-02-22", None, 35, NEXT, "1987-02-23", None),
        ("2024-09-19", None, 35, PAST, "1989-09-19", None),
        ("2024-10-10", 18, None, NEXT, None, "2006-10-10"),
        ("2026-03-01", 18, 45, NEXT, "1980-03-02", "2008-03-01"),
        ("2026-03-01", 18, 45, PAST, "1981-03-01", "2008-03-01"),
        ("2026-02-28", 18, 45, NEXT, "1980-03-01", "2008-02-29"),
    ],
)
def test_birth_dates_on_the_announcement(on, low, high, reading, earliest, latest):
    window = birth_window(day(on), low, high, reading)
    assert window.earliest == (day(earliest) if earliest else None)
    assert window.latest == (day(latest) if latest else None)
    for shown in filter(None, (earliest, latest)):
        assert shown in str(window.reading)


def test_the_readings_differ_by_a_year_less_a_day_or_so():
    turned_45_last_month = day("1981-02-10")
    assert birth_window(day("2026-03-10"), 18, 45, NEXT).admits(turned_45_last_month)
    assert not birth_window(day("2026-03-10"), 18, 45, PAST).admits(turned_45_last_month)
    assert str(birth_window(day("2026-03-10"), 18, 45).reading) == (
        "以2026-03-10为准，18周岁以上、45周岁以下（未满下一周岁），即1980-03-11至2008-03-10期间出生"
    )
    assert "不超过该周岁生日" in str(birth_window(day("2026-03-10"), None, 45, PAST).reading)
    assert str(birth_window(day("2026-03-10")).reading) == "年龄不限"


@given(st.one_of(DAYS, EDGES), st.one_of(DAYS, EDGES), st.integers(0, 60), st.integers(0, 60))
def test_a_window_admits_exactly_the_ages_of_its_band(born, on, low, high):
    if born > on or low > high:
        return
    assert birth_window(on, low, high).admits(born) is (low <= age_on(born, on) <= high)
    not_past = age_on(born, on) < high or (
        age_on(born, on) == high and (on == born or age_on(born, date.fromordinal(on.toordinal() - 1)) < high)
    )
    assert birth_window(on, None, high, PAST).admits(born) is not_past
