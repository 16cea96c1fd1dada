"""Identity numbers: each fault has its reason, and the two examples printed in the standard pass."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from states.identity_number import (
    BadIdentityNumber,
    check_digit,
    faults,
    masked,
    normalised,
    parse,
    sex_differs,
    synthetic,
    too_young,
)

IN_THE_STANDARD = "11010519491231002X"
BORN = st.dates(date(1900, 1, 1), date(2026, 12, 31))


def codes(text: str, on: date | None = None) -> list[str]:
    return [fault.code for fault in faults(text, on)]


@pytest.mark.parametrize(
    ("text", "born", "sex"),
    [(IN_THE_STANDARD, date(1949, 12, 31), "女"), ("440524188001010014", date(1880, 1, 1), "男")],
)
def test_the_standards_own_examples(text, born, sex):
    number = parse(text)
    assert (number.born, number.sex, number.region) == (born, sex, text[:6])


@pytest.mark.parametrize(
    "text",
    ["11010519491231002x", " 110105 19491231 002X ", "１１０１０５１９４９１２３１００２Ｘ", "11010519491231002ｘ"],
)
def test_ways_of_writing_it_are_stored_as_one(text):
    assert normalised(text) == IN_THE_STANDARD
    assert parse(text).number == IN_THE_STANDARD


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["empty"]),
        ("　", ["empty"]),
        ("110105491231002", ["fifteen"]),
        ("1101051949123100", ["length"]),
        ("11010519491231002XX", ["length", "characters"]),
        ("1101051949123I002X", ["characters"]),
        ("X1010519491231002X", ["characters"]),
        ("11010519491231002Y", ["characters"]),
        ("1101051949123١002X", ["characters"]),  # a digit of another script
        (synthetic("110105", date(1949, 12, 31), 2)[:-1] + "1", ["check_digit"]),
        ("11010519490230002" + check_digit("11010519490230002"), ["birth_date"]),
        ("11010519491331002" + check_digit("11010519491331002"), ["birth_date"]),
        ("11010517491231002" + check_digit("11010517491231002"), ["birth_date"]),
        ("11010521491231002" + check_digit("11010521491231002"), ["birth_date"]),
        ("110105194902300021", ["birth_date", "check_digit"]),
    ],
)
def test_each_fault_has_its_reason(text, found):
    assert codes(text) == found
    assert all(str(fault.reason) for fault in faults(text))
    with pytest.raises(BadIdentityNumber) as caught:
        parse(text)
    assert [fault.code for fault in caught.value.faults] == found


def test_a_birth_after_the_day_asked_about_is_a_fault():
    number = synthetic("610981", date(2026, 5, 2), 1)
    assert codes(number, date(2026, 5, 1)) == ["birth_date"]
    assert codes(number, date(2026, 5, 2)) == []


def test_old_and_unknown_regions_pass():
    for region in ("610928", "371523", "999999"):
        assert codes(synthetic(region, date(1985, 3, 8), 12)) == []


def test_under_sixteen_is_a_fault_of_its_own():
    number = parse(synthetic("610981", date(2010, 5, 20), 1))
    young = too_young(number, date(2026, 5, 19))
    assert young is not None and "不满16周岁" in str(young.reason)
    assert too_young(number, date(2026, 5, 20)) is None
    assert too_young(number, date(2026, 5, 20), minimum=18) is not None


def test_another_sex_is_a_warning_with_both_named():
    number = parse(synthetic("610981", date(1985, 3, 8), 11))
    assert sex_differs(number, "男") is None
    warning = sex_differs(number, "女")
    assert warning is not None and "表示男" in str(warning.reason)


def test_the_number_does_not_leak():
    number = parse(IN_THE_STANDARD)
    assert number.masked() == masked(IN_THE_STANDARD) == "110105********002X"
    assert "19491231" not in f"{number!r} {number}"
    assert masked("1101051949") == "**********"
    with pytest.raises(BadIdentityNumber) as caught:
        parse("110105194902300021")
    assert "1949" not in str(caught.value)


@given(BORN, st.integers(0, 999), st.integers(0, 999_999))
def test_synthetic_numbers_pass_and_tell_what_went_in(born, sequence, region):
    number = parse(synthetic(f"{region:06d}", born, sequence))
    assert (number.born, number.sequence, number.sex) == (born, sequence, "男" if sequence % 2 else "女")


@given(BORN, st.integers(0, 999), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_never_passes(born, sequence, place, change):
    number = synthetic("610981", born, sequence)
    wrong = number[:place] + str((int(number[place]) + change) % 10) + number[place + 1 :]
    assert "check_digit" in codes(wrong)


def test_synthetic_refuses_parts_of_the_wrong_form():
    for region, sequence in (("61098", 1), ("61098X", 1), ("610981", 1000), ("610981", -1)):
        with pytest.raises(ValueError, match="six digits"):
            synthetic(region, date(1985, 3, 8), sequence)
