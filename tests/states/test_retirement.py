"""Statutory retirement by the tables of the 2024 decision, and “less than five years” to it."""

from __future__ import annotations

from datetime import date

import pytest

from states.reckoning import Unreckonable
from states.retirement import Category, near_retirement, statutory_retirement

MAN, W55, W50 = Category.MAN, Category.WOMAN_55, Category.WOMAN_50


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("category", "born", "years", "months", "retires"),
    [
        (MAN, "1964-12", 60, 0, "2024-12"),
        (MAN, "1965-01", 60, 1, "2025-02"),
        (MAN, "1965-04", 60, 1, "2025-05"),
        (MAN, "1965-05", 60, 2, "2025-07"),
        (MAN, "1965-12", 60, 3, "2026-03"),
        (MAN, "1976-05", 62, 11, "2039-04"),
        (MAN, "1976-08", 62, 11, "2039-07"),
        (MAN, "1976-09", 63, 0, "2039-09"),
        (MAN, "1990-01", 63, 0, "2053-01"),
        (W55, "1969-12", 55, 0, "2024-12"),
        (W55, "1970-01", 55, 1, "2025-02"),
        (W55, "1970-04", 55, 1, "2025-05"),
        (W55, "1970-05", 55, 2, "2025-07"),
        (W55, "1971-04", 55, 4, "2026-08"),
        (W55, "1981-05", 57, 11, "2039-04"),
        (W55, "1981-08", 57, 11, "2039-07"),
        (W55, "1981-09", 58, 0, "2039-09"),
        (W50, "1974-12", 50, 0, "2024-12"),
        (W50, "1975-01", 50, 1, "2025-02"),
        (W50, "1975-02", 50, 1, "2025-03"),
        (W50, "1975-03", 50, 2, "2025-05"),
        (W50, "1984-09", 54, 11, "2039-08"),
        (W50, "1984-10", 54, 11, "2039-09"),
        (W50, "1984-11", 55, 0, "2039-11"),
    ],
)
def test_the_table(category, born, years, months, retires):
    found = statutory_retirement(day(f"{born}-15"), category)
    assert divmod(found.age_months, 12) == (years, months)
    assert found.on == day(f"{retires}-15")


def test_the_day_is_a_convention_and_says_so():
    found = statutory_retirement(day("1965-10-31"), MAN)  # 60 years and 3 months
    assert found.on == day("2026-01-31")
    assert "官方只给到月" in str(found.reading)
    assert statutory_retirement(day("1970-08-31"), W55).on == day("2025-10-31")  # 2 months
    assert statutory_retirement(day("1970-12-31"), W55).on == day("2026-03-31")
    assert statutory_retirement(day("1966-08-31"), MAN).on == day("2027-01-31")  # 5 months
    assert statutory_retirement(day("1966-10-31"), MAN).on == day("2027-04-30")  # 6 months: April has no 31st


def test_before_the_reform_the_former_ages_hold():
    before = statutory_retirement(day("1965-01-15"), MAN, law_on=day("2024-12-31"))
    assert (before.on, before.delay_months) == (day("2025-01-15"), 0)
    after = statutory_retirement(day("1965-01-15"), MAN, law_on=day("2025-01-01"))
    assert (after.on, after.delay_months) == (day("2025-02-15"), 1)
    assert before.article != after.article


@pytest.mark.parametrize(
    ("on", "near"),
    [
        ("2026-05-01", False),  # exactly five years: 不足 leaves the number itself out
        ("2026-05-02", True),
        ("2031-04-30", True),
        ("2031-05-01", False),  # the age is reached
        ("2032-01-01", False),
    ],
)
def test_less_than_five_years(on, near):
    found = near_retirement(day(on), day("1970-01-01"), MAN)  # 61 years and 4 months: 2031-05-01
    assert found.retirement.on == day("2031-05-01")
    assert found.near is near
    assert found.from_on == day("2026-05-02")
    assert [line.on for line in found.proof] == [
        *(day("1970-01-01"), day("2030-01-01"), day("2031-05-01"), day("2026-05-01"), day(on)),
    ]
    assert found.proof[-1].counted is near


def test_the_law_of_the_reference_day_decides():
    born = day("1970-06-15")  # a man: 2030-06-15 before the reform, 17 months later after it
    before, after = (near_retirement(day(on), born, MAN) for on in ("2024-12-31", "2025-01-01"))
    assert (before.retirement.delay_months, after.retirement.delay_months) == (0, 17)
    born = day("1965-03-20")
    assert near_retirement(day("2020-04-01"), born, MAN).near
    assert near_retirement(day("2020-03-20"), born, MAN).near is False


def test_the_number_of_months_is_a_parameter():
    assert not near_retirement(day("2026-05-02"), day("1970-01-01"), MAN, months=36).near
    assert near_retirement(day("2028-05-02"), day("1970-01-01"), MAN, months=36).near


def test_birth_dates_without_sense_are_refused():
    with pytest.raises(Unreckonable):
        statutory_retirement(day("1899-12-31"), MAN)
    with pytest.raises(Unreckonable):
        near_retirement(day("2020-01-01"), day("2020-01-02"), MAN)
