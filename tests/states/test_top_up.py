"""What is still owed of a month that was paid: reckoned anew less what was given, and never less than nothing."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from states.loading import Catalogue
from states.paid_back import Back
from states.pay import AskMonth, Line, NotPaid, Service, month_line
from states.say import say
from states.top_up import Given, difference_fen, top_up

XUNYANG = Catalogue.load().current("xunyang-2022-88")
JUNE = date(2026, 6, 1)
RATES = {"insurance_base": 400_000, "pension_own": 80_000, "pension_employer": 160_000}


def anew(marks: str, first: date = JUNE, extra: int = 0) -> Line | NotPaid:
    service = Service(first, ((first, date(2026, 12, 31)),))
    added = {"village_top_up": extra} if extra else {}
    return month_line(AskMonth(XUNYANG, "village", JUNE, service, marks, rates=RATES, extra=added))


def line(marks: str, first: date = JUNE, extra: int = 0) -> Line:
    found = anew(marks, first, extra)
    assert isinstance(found, Line), found
    return found


def of(one: Line, sheet: int = 7) -> Given:
    parts = {part.item: part.fen for part in (*one.parts, *one.employer)}
    return Given(sheet, one.from_on, one.until_on, one.days, parts)


def test_a_start_that_proves_earlier_leaves_half_the_month_owed() -> None:
    """15 of 30 days of 1,000 yuan were paid, 320 yuan of insurance were taken off them; 15 days more are owed."""
    half = line("-" * 15 + "1" * 15, date(2026, 6, 16))
    owed = top_up(XUNYANG, line("1" * 30), [of(half)])
    assert isinstance(owed, Line)
    assert (owed.from_on, owed.until_on, owed.days) == (JUNE, date(2026, 6, 15), 15)
    assert {part.item: part.fen for part in owed.parts} == {"base": 50_000} and owed.employer == ()
    assert "重新计算为1000.00元，已发放500.00元" in owed.parts[0].why.text()
    # the two lines together are the month
    assert owed.net_fen + half.net_fen == line("1" * 30).net_fen == 68_000
    # once that is paid as well, nothing is owed
    settled = top_up(XUNYANG, line("1" * 30), [of(half), of(owed, 8)])
    assert settled == NotPaid(say("已由第{sheet}号发放表发放", sheet=8), sheet=8)


def test_days_within_those_paid_are_owed_over_the_whole_month() -> None:
    absent = line("1" * 20 + "x" * 10)
    owed = top_up(XUNYANG, line("1" * 25 + "x" * 5), [of(absent)])
    assert isinstance(owed, Line)
    assert (owed.from_on, owed.until_on, owed.days, owed.net_fen) == (JUNE, date(2026, 6, 30), 5, 16_667 - 1)


@pytest.mark.parametrize(("marks", "fen"), [("1" * 29 + "x", -3_333), ("x" * 30, -68_000)])
def test_what_was_paid_too_much_is_named_and_never_taken_off(marks: str, fen: int) -> None:
    full, now = [of(line("1" * 30))], anew(marks)
    assert difference_fen(now, full) == fen
    left = top_up(XUNYANG, now, full)
    assert isinstance(left, NotPaid) and not left.stops and left.sheet == 7
    assert f"多发{-fen / 100:.2f}元" in left.why.text() and "追回" in left.why.text()


FULL = line("1" * 30)


@pytest.mark.parametrize(
    ("present", "back", "owed", "told"),
    [
        (30, Back(repaid_fen=10_000, number=4), 10_000, None),
        (30, Back(repaid_fen=10_000, open_fen=5_000, number=4), 10_000, "尚未退回的钱中有50.00元不应追回"),
        (30, Back(repaid_fen=1, number=4, unsure_fen=9_000), 1, "有90.00元可能属于本月"),
        # claimed and not handed back: it is in the person's hand, and is not paid again
        (30, Back(open_fen=5_000, number=4), None, "尚未退回的钱中有50.00元不应追回"),
        (30, Back(number=4, unsure_fen=9_000), None, "有90.00元可能属于本月"),
        # a day of 33.33 yuan too much
        (29, Back(open_fen=3_333, number=4), None, "多发的33.33元已登记第4号追回"),
        (29, Back(repaid_fen=3_333, number=4), None, "已由第7号发放表发放"),
        (29, Back(open_fen=1_000, number=4), None, "多发23.33元"),
        (29, Back(open_fen=4_000, number=4), None, "有6.67元不应追回"),
    ],
)
def test_what_was_claimed_back_is_owed_again_only_where_it_was_handed_back(
    present: int, back: Back, owed: int | None, told: str | None
) -> None:
    now = line("1" * present + "x" * (30 - present))
    found = top_up(XUNYANG, now, [of(FULL)], back)
    said = "".join(str(one) for one in found.warnings) if isinstance(found, Line) else str(found.why)
    assert (found.net_fen if isinstance(found, Line) else None) == owed
    assert told is None or told in said
    if isinstance(found, Line):  # paid once: what came back is given back, and the next sheet finds nothing owed
        assert {part.item: part.fen for part in found.parts} == {"repaid": owed}
        again = top_up(XUNYANG, now, [of(FULL), of(found, 8)], back)
        assert isinstance(again, NotPaid)


def test_what_was_given_back_once_is_no_part_of_a_later_difference() -> None:
    """29 days were paid and one handed back; it is given back, and then the thirtieth is owed."""
    first, back = line("1" * 29 + "x"), Back(repaid_fen=3_333, number=4)
    given_back = top_up(XUNYANG, line("1" * 29 + "x"), [of(first)], back)
    assert isinstance(given_back, Line)
    last = top_up(XUNYANG, FULL, [of(first), of(given_back, 8)], back)
    assert isinstance(last, Line) and [part.item for part in last.parts] == ["base"]
    assert first.net_fen + given_back.net_fen + last.net_fen - back.repaid_fen == FULL.net_fen


def test_a_month_that_cannot_be_reckoned_holds_nobody_up() -> None:
    full, open_ = [of(line("1" * 30))], anew("?" + "1" * 29)
    assert difference_fen(open_, full) is None
    left = top_up(XUNYANG, open_, full)
    assert isinstance(left, NotPaid) and not left.stops and "考勤更正" in left.why.text()


def test_more_from_the_village_is_owed_as_far_as_it_is_more() -> None:
    owed = top_up(XUNYANG, line("1" * 30, extra=20_000), [of(line("1" * 30, extra=5_000))])
    assert isinstance(owed, Line) and {part.item: part.fen for part in owed.parts} == {"village_top_up": 15_000}
    assert (owed.days, owed.from_on, owed.until_on) == (0, JUNE, date(2026, 6, 30))


@given(st.lists(st.integers(0, 30), min_size=1, max_size=5))
def test_however_often_a_month_is_set_right_its_lines_come_to_the_most_it_ever_was(days: list[int]) -> None:
    """The sum of the lines is what was paid; it never falls, and is the month where the month did not fall."""
    paid: list[Given] = []
    for present in days:
        now = anew("1" * present + "x" * (30 - present))
        if not paid:
            if isinstance(now, Line):
                paid.append(of(now))
            continue
        more = top_up(XUNYANG, now, paid)
        if isinstance(more, Line):
            assert more.net_fen > 0 and more.from_on <= more.until_on and more.until_on < JUNE + timedelta(30)
            paid.append(of(more, len(paid)))
    best = anew("1" * max(days) + "x" * (30 - max(days)))
    assert sum(one.net_fen for one in paid) == (best.net_fen if isinstance(best, Line) else 0)
    if sum(one.net_fen for one in paid):  # a day whose pay insurance takes whole leaves nothing to pay later
        assert sum(one.days for one in paid) == max(days)
