"""Marks, the days on which they may stand, and the shorthand of villages: both sides of every boundary."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from states.attendance import (
    KEEPERS,
    MARKS,
    OFF,
    REST,
    UNKNOWN,
    Service,
    check,
    check_days,
    composed,
    counted,
    days_of,
    default,
    due_on,
    lacking_days,
    mark_of,
    merged,
    month_after,
    read_exceptions,
    service_between,
    standing,
    totals,
    until,
    written,
)
from states.calendar import default_calendar
from states.loading import shipped
from states.vocabulary import Role

JUNE = date(2026, 6, 1)
CALENDAR = default_calendar()
MONTHS = st.builds(date, st.integers(2022, 2026), st.integers(1, 12), st.just(1))
#: what a person may write of a day on post
WRITTEN = "".join(code for code in MARKS if code != OFF)


def full(month: date = JUNE) -> str:
    return default(month, lambda day: True, CALENDAR)


@pytest.mark.parametrize(("month", "days"), [(date(2024, 2, 1), 29), (date(2026, 2, 1), 28), (JUNE, 30)])
def test_a_month_has_its_days(month: date, days: int) -> None:
    assert days_of(month) == days
    assert check("1" * days, month) is None
    assert check("1" * (days - 1), month) is not None and check("1" * (days + 1), month) is not None
    assert "“z”" in str(check("1" * (days - 1) + "z", month))
    assert month_after(month) == month + timedelta(days)


def test_full_attendance_follows_the_calendar() -> None:
    """The Dragon Boat Festival of 2026 is 19–21 June; in May the 9th, a Saturday, is worked."""
    assert full() == "11111rr11111rr1111rrr11111rr11"
    assert full(date(2026, 5, 1))[8] == "1"
    on_post = frozenset(JUNE + timedelta(n) for n in range(9, 20))
    assert default(JUNE, on_post, CALENDAR) == "---------111rr1111rr----------"


def test_pay_goes_on_in_paid_leave_only() -> None:
    assert {code for code, mark in MARKS.items() if mark.pays} == {"1", "r", "a", "m", "s"}
    assert {Role.VILLAGE, Role.TOWNSHIP, Role.EMPLOYER, Role.COMPANY} == KEEPERS


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", {}),
        ("全勤", {}),
        ("3-5病，8事，12x", {3: "s", 4: "s", 5: "s", 8: "p", 12: "x"}),
        ("３－５病；８事；１２×", {3: "s", 4: "s", 5: "s", 8: "p", 12: "x"}),
        ("3至5日病假、8号事假。12日旷工", {3: "s", 4: "s", 5: "s", 8: "p", 12: "x"}),
        ("病假3-5日，事假8", {3: "s", 4: "s", 5: "s", 8: "p"}),
        ("3、4、8病", {3: "s", 4: "s", 8: "s"}),
        ("3，4，8病", {3: "s", 4: "s", 8: "s"}),
        ("3病8事", {3: "s", 8: "p"}),
        ("1年 2产 3休 6√ 7？ 8m", {1: "a", 2: "m", 3: "r", 6: "1", 7: "?", 8: "m"}),
        ("30病", {30: "s"}),
    ],
)
def test_shorthand_is_read(text: str, found: dict[int, str]) -> None:
    assert read_exceptions(text, JUNE) == found


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("31病", ["6月没有31日"]),
        ("0病", ["6月没有0日"]),
        ("5-3病", ["“5-3”前后颠倒"]),
        ("3-5", ["3、4、5日没有写明是什么"]),
        ("病", ["“病假”没有写明是哪一天"]),
        ("3病，3事", ["3日写了两次：病假和事假"]),
        ("3病，3-4病", []),
        ("生病了", ["看不懂“生”"]),
        ("abc", ["看不懂“abc”"]),
        ("=1+1", ["看不懂“=”", "看不懂“+”"]),
        ("3-5病 糊涂 40事，9-7休", ["看不懂“糊涂”", "6月没有40日", "“9-7”前后颠倒"]),
        ("1" * 301, ["写得太长"]),
        ("9" * 200, ["6月没有999999999日"]),
    ],
)
def test_what_cannot_be_read_is_told_whole(text: str, told: list[str]) -> None:
    found = read_exceptions(text, JUNE)
    if not told:
        assert isinstance(found, dict)
        return
    assert not isinstance(found, dict)
    assert all(words in found.text() for words in told), found.text()
    if len(told) > 1:  # in the reader's language, each of them
        assert found.text(lambda words: "; " if words == "；" else words).count("; ") >= len(told) - 1


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading(text: str) -> None:
    found = read_exceptions(text, JUNE)
    if isinstance(found, dict):
        assert all(1 <= day <= 30 and code in MARKS for day, code in found.items())


@given(MONTHS, st.data())
def test_what_is_written_reads_back_and_totals_add_up(month: date, data: st.DataObject) -> None:
    base = full(month)
    marks = data.draw(st.text(alphabet=WRITTEN, min_size=len(base), max_size=len(base)))
    found = read_exceptions(written(marks, base), month)
    assert isinstance(found, dict) and composed(base, found) == marks
    assert sum(asdict(totals(marks)).values()) == days_of(month)
    assert totals(marks).present == marks.count("1") and totals(marks).unknown == marks.count(UNKNOWN)
    assert check(marks, month) is None


def test_full_attendance_is_written_as_nothing() -> None:
    assert written(full(), full()) == ""
    assert written(until(full(), JUNE, date(2026, 6, 9)), until(full(), JUNE, date(2026, 6, 9))) == ""
    assert written("s" + full()[1:], full()) == "1病"


@pytest.mark.parametrize("sign", [mark.sign for mark in MARKS.values()] + [mark.zh for mark in MARKS.values()])
def test_every_sign_and_name_fills_a_cell(sign: str) -> None:
    assert mark_of(sign) in MARKS
    assert mark_of(f"{sign}？！") is None


def test_what_fills_a_cell() -> None:
    assert [mark_of(text) for text in ("1", "-", "Ｘ", " 病假 ", "✓", "?", "S")] == ["1", "-", "x", "s", "1", "?", "s"]
    assert mark_of("0") is None and mark_of("") is None and mark_of("△") is None


# ---- days --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("marks", "wrong"),
    [
        ("---------1" + "1" * 9 + "-----------", False),  # 10–19 June
        ("--------11" + "1" * 9 + "-----------", True),  # the day before the first
        ("---------1" + "1" * 10 + "----------", True),  # the day after the last
        ("----------" + "1" * 9 + "-----------", True),  # hidden on the first
        ("---------1" + "1" * 8 + "------------", True),  # hidden on the last
    ],
)
def test_marks_stand_on_days_of_service_and_on_all_of_them(marks: str, wrong: bool) -> None:
    service = Service(date(2026, 6, 10), date(2026, 6, 19))
    assert (check_days(marks, JUNE, service, date(2026, 7, 1)) is not None) is wrong


def test_nothing_is_recorded_ahead_of_today() -> None:
    service, today = Service(date(2020, 1, 1)), date(2026, 6, 9)
    assert check_days("1" * 9 + "?" * 21, JUNE, service, today) is None
    assert "2026-06-10还没有到" in str(check_days("1" * 10 + "?" * 20, JUNE, service, today))
    assert until("1" * 30, JUNE, today) == "1" * 9 + "?" * 21
    assert until("1" * 28 + "--", JUNE, date(2026, 5, 31)) == "?" * 28 + "--"
    assert until("1" * 30, JUNE, date(2026, 7, 9)) == "1" * 30


def test_service_ends_with_whatever_comes_first() -> None:
    begins, left, died = date(2026, 6, 10), date(2026, 6, 19), date(2026, 6, 12)
    assert service_between(None, left) is None
    assert service_between(begins, None, None) == Service(begins)
    assert service_between(begins, left, died) == Service(begins, died)
    assert service_between(begins, date(2026, 6, 9)) is None
    assert service_between(begins, begins) == Service(begins, begins)


@pytest.mark.parametrize(
    ("first", "last", "touches"),
    [
        (date(2026, 6, 30), None, True),
        (date(2026, 7, 1), None, False),
        (date(2026, 5, 1), date(2026, 6, 1), True),
        (date(2026, 5, 1), date(2026, 5, 31), False),
    ],
)
def test_a_month_is_on_post_from_its_first_to_its_last_day(first: date, last: date | None, touches: bool) -> None:
    assert Service(first, last).touches(JUNE) is touches
    refused = check_days("-" * 30, JUNE, Service(first, last), date(2026, 7, 1))
    assert ("本月不在岗" in str(refused)) is not touches


def test_how_far_a_month_is() -> None:
    service, today = Service(date(2026, 6, 2)), date(2026, 7, 1)
    assert standing(None, JUNE, service, today) == "none"
    assert standing("-" + "1" * 29, JUNE, service, today) == "done"
    assert standing("-" + "1" * 28 + "?", JUNE, service, today) == "part"
    assert standing("-" + "1" * 28 + "?", JUNE, service, today, unsigned=True) == "unsigned"
    assert standing("1" * 30, JUNE, service, today) == "wrong"
    assert standing("--" + "1" * 28, JUNE, service, today) == "wrong"


def test_a_device_never_takes_the_place_of_a_person() -> None:
    assert merged("1x?s?", "??111") == "1x1s1"
    assert lacking_days("1r1sx", "1????") == {3}
    assert lacking_days("1r1sx", None) == {1, 3}
    assert counted("1r1sx", {3}) == "1r?sx"
    assert REST not in {"1", "-", "?"}


def test_the_sheet_is_due_where_the_document_names_a_day() -> None:
    due = {name: due_on(procedure, date(2026, 12, 1)) for name, procedure in shipped().items()}
    named = {name: answer for name, answer in due.items() if answer}
    [(name, (day, article))] = named.items()
    assert name.startswith("baihe") and day == date(2027, 1, 15) and "第十二条" in article
