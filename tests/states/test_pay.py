"""Pay of a month, the performance of a year, how long money lasts: hand-worked examples and both sides of every day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from states.attendance import due_on
from states.attendance_marks import MARKS, days_of
from states.budget import Cost, Funds, Places, document_places, lasting, places_of, shared, split
from states.calendar import default_calendar
from states.loading import Catalogue
from states.pay import AskMonth, Line, NotPaid, Service, month_line, share_of, yuan
from states.pay_days import dues
from states.performance import LEAVERS, Member, PotRuling, by_months, share_pot
from states.procedure import Procedure
from states.rates import Figure, in_force, part_of
from states.say import say

CATALOGUE = Catalogue.load()
JUNE = date(2026, 6, 1)
SHAANXI = {
    "minimum_wage_month": 205_000,
    "insurance_base": 446_500,
    "pension_own": 80_000,
    "pension_employer": 160_000,
    "unemployment_own": 3_000,
    "unemployment_employer": 7_000,
    "injury_employer": 2_000,
}


def procedure(name: str) -> Procedure:
    return CATALOGUE.current(name)


def served(first: date = date(2026, 1, 1), last: date = date(2026, 12, 31), **stops: date) -> Service:
    """A term of a year, worked from its first day; ``stops``: days after which nothing is paid."""
    return Service(first, ((first, last),), tuple((day, say("停发")) for day in stops.values()))


def month(name: str = "xunyang-2022-88", kind: str = "village", marks: str | None = "1" * 30, **more: Any) -> AskMonth:
    return AskMonth(procedure(name), kind, JUNE, **{"service": served(), "marks": marks, **more})


def paid(ask: AskMonth) -> Line:
    line = month_line(ask)
    assert isinstance(line, Line), line
    return line


def amounts(line: Line) -> dict[str, int]:
    return {part.item: part.fen for part in (*line.parts, *line.employer)}


# ---- a month -----------------------------------------------------------------------------------------------------


def test_a_whole_month_is_the_documents_standard() -> None:
    assert amounts(paid(month())) == {"base": 100_000}
    assert amounts(paid(month(kind="town"))) == {"base": 200_000}
    assert amounts(paid(month("baihe-2022-72", "village"))) == {"base": 160_000}
    assert amounts(paid(month("neimenggu-2022-10", "village", standard_fen=80_050))) == {"base": 80_050}


@pytest.mark.parametrize(
    ("marks", "fen", "days"),
    [
        ("1" * 30, 100_000, 30),
        ("1" * 29 + "x", 96_667, 29),  # 1000 × 29 ÷ 30 = 966.666…
        ("1" * 28 + "xp", 93_333, 28),  # 933.333…
        ("r" * 8 + "1" * 15 + "asm1111", 100_000, 30),  # rest, leave, sickness and maternity are paid
        ("x" * 29 + "1", 3_333, 1),
    ],
)
def test_days_without_pay_are_taken_off_by_the_days_of_the_month(marks: str, fen: int, days: int) -> None:
    line = paid(month(marks=marks))
    assert (amounts(line)["base"], line.days) == (fen, days)


def test_where_a_month_asks_for_so_many_days_those_present_count() -> None:
    rates = {"required_days": 22}
    assert amounts(paid(month(marks="1" * 22 + "r" * 8, rates=rates)))["base"] == 100_000
    assert amounts(paid(month(marks="1" * 21 + "r" * 9, rates=rates)))["base"] == 95_455  # 1000 × 21 ÷ 22
    assert amounts(paid(month(marks="1" * 30, rates=rates)))["base"] == 100_000, "never more than all of it"


@pytest.mark.parametrize(
    ("first", "working"),
    [(date(2026, 2, 1), 16), (date(2026, 6, 1), 21), (date(2026, 10, 1), 18), (date(2026, 3, 1), 22)],
)
def test_a_month_asks_for_no_more_days_than_it_has(first: date, working: int) -> None:
    """With 22 days set for every month, whoever is there on each working day of February has all of the pay."""
    of = days_of(first)
    asks = {
        days: AskMonth(
            procedure("xunyang-2022-88"), "town", first, served(), "1" * days + "r" * (of - days),
            rates={"required_days": 22}, working_days=working,
        )
        for days in (working, working - 1)
    }  # fmt: skip
    assert amounts(paid(asks[working]))["base"] == 200_000
    assert amounts(paid(asks[working - 1]))["base"] == share_of(200_000, working - 1, working)
    assert f"应出勤{working}天" in paid(asks[working]).parts[0].why.text()


@pytest.mark.parametrize("what", ["ended_on", "paid_until", "last_lawful_on", "died_on", "retires_on"])
def test_the_last_day_is_paid_and_the_day_after_is_not(what: str) -> None:
    line = paid(month(service=served(**{what: date(2026, 6, 10)})))
    assert (line.from_on, line.until_on, line.days, amounts(line)["base"]) == (
        JUNE, date(2026, 6, 10), 10, 33_333,
    )  # fmt: skip
    nothing = month_line(month(service=served(**{what: date(2026, 5, 31)})))
    assert isinstance(nothing, NotPaid) and not nothing.stops and nothing.why.text() == "停发"


def test_only_a_live_contract_is_paid_and_from_the_first_day_of_work() -> None:
    later = Service(date(2026, 6, 16), ((date(2026, 6, 1), date(2027, 5, 31)),))
    assert (paid(month(service=later)).from_on, paid(month(service=later)).days) == (date(2026, 6, 16), 15)
    between = Service(date(2025, 6, 1), ((date(2025, 6, 1), date(2026, 6, 5)), (date(2026, 6, 11), date(2027, 6, 10))))
    assert paid(month(service=between)).days == 25, "the gap between two terms is not paid"
    none = month_line(month(service=Service(date(2025, 1, 1), ())))
    assert isinstance(none, NotPaid) and none.why.text() == "不在合同期内"
    assert isinstance(month_line(month(service=Service(None, ((JUNE, JUNE),)))), NotPaid)


def test_without_attendance_nothing_is_guessed() -> None:
    for marks in (None, "1" * 14 + "?" + "1" * 15, "1" * 29 + "-"):
        answer = month_line(month(marks=marks))
        assert isinstance(answer, NotPaid) and answer.stops
    outside = month(marks="?" * 9 + "1" * 21, service=served(date(2026, 6, 10)))
    assert paid(outside).days == 21, "what is not known outside of service does not matter"


def test_insurance_is_taken_off_and_the_employers_share_stands_beside() -> None:
    """Of 4,465 yuan: pension 8 % = 357.20, unemployment 0.3 % = 13.395 → 13.40; the employer 714.40 + 31.26 + 8.93."""
    line = paid(month(rates=SHAANXI))
    assert amounts(line) == {
        "base": 100_000, "pension_own": -35_720, "unemployment_own": -1_340,
        "pension_employer": 71_440, "unemployment_employer": 3_126, "injury_employer": 893,
    }  # fmt: skip
    assert (line.gross_fen, line.deducted_fen, line.net_fen, line.employer_fen) == (100_000, 37_060, 62_940, 75_459)
    assert [w.text() for w in paid(month()).warnings] == [
        "没有录入社会保险缴费基数，没有扣缴",
        "没有录入当地月最低工资标准，没有比较",
    ]


def test_pay_below_the_minimum_wage_is_said_with_both_figures() -> None:
    low = [w.text() for w in paid(month(rates={"minimum_wage_month": 100_001})).warnings]
    assert any("1000.00元，低于当地最低工资标准1000.01元" in words for words in low)
    assert not any("低于" in w.text() for w in paid(month(rates={"minimum_wage_month": 100_000})).warnings)
    hourly = {"minimum_wage_hour": 2_000, "hours_month": 60}
    for fen, below in ((119_999, True), (120_000, False)):
        line = paid(month("liaocheng-2022-4", "rural", standard_fen=fen, rates=hourly))
        assert any("低于" in w.text() for w in line.warnings) is below


def test_inner_mongolia_pays_no_more_than_the_urban_subsidy() -> None:
    rates = {"urban_subsidy_month": 80_000}
    assert amounts(paid(month("neimenggu-2022-10", "village", standard_fen=80_000, rates=rates)))["base"] == 80_000
    unset = paid(month("neimenggu-2022-10", "village", standard_fen=80_001)).warnings
    assert [w.text() for w in unset] == ["没有录入当地城镇公益性岗位月补贴标准，没有比较（第十条）"]
    answer = month_line(month("neimenggu-2022-10", "village", standard_fen=80_001, rates=rates))
    assert isinstance(answer, NotPaid) and answer.stops and "第十条" in answer.why.text()


def test_what_the_village_adds_stands_as_a_part_of_its_own() -> None:
    line = paid(month(extra={"village_top_up": 20_000}))
    assert (amounts(line), line.net_fen) == ({"base": 100_000, "village_top_up": 20_000}, 120_000)


def test_what_other_pay_of_the_month_carries_is_not_taken_or_granted_twice() -> None:
    """The second half of a month on another post: insurance and addition stand on the first line; a rest is taken."""
    whole = month(rates=SHAANXI, extra={"village_top_up": 20_000})
    held = {item: abs(fen) for item, fen in amounts(paid(whole)).items()}
    second = paid(replace(whole, carried=held))
    assert (amounts(second), second.employer_fen) == ({"base": 100_000}, 0)
    assert "不再重复计算" in second.warnings[0].text()
    assert not any("不再重复" in words.text() for words in paid(whole).warnings)
    some = paid(replace(whole, carried={**held, "pension_own": 16_667}))
    assert amounts(some) == {"base": 100_000, "pension_own": -19_053}, "357.20 less 166.67"


def test_no_more_is_taken_off_than_is_paid_and_the_rest_is_said() -> None:
    """Five of 30 days bring 166.67 yuan, 370.60 would be taken off: 203.93 are left to pay in."""
    line = paid(month(marks="x" * 25 + "1" * 5, rates=SHAANXI))
    assert (line.gross_fen, line.deducted_fen, line.net_fen) == (16_667, 16_667, 0)
    assert "尚差203.93元" in line.warnings[0].text()
    assert [part.item for part in line.parts] == ["base", "pension_own"]
    enough = paid(month(marks="x" * 18 + "1" * 12, rates=SHAANXI))
    assert (enough.gross_fen, enough.deducted_fen) == (40_000, 37_060) and not any(
        "尚差" in w.text() for w in enough.warnings
    )


@given(
    first=st.dates(date(2026, 5, 20), date(2026, 7, 10)),
    length=st.integers(0, 60),
    stop=st.dates(date(2026, 5, 20), date(2026, 7, 10)),
    marks=st.text(alphabet="".join(code for code in MARKS if code not in "?-"), min_size=30, max_size=30),
)
def test_nobody_is_paid_outside_a_live_contract(first: date, length: int, stop: date, marks: str) -> None:
    last = first + timedelta(length)
    answer = month_line(month(marks=marks, service=Service(first, ((first, last),), ((stop, say("停")),))))
    served_days = [d for d in (JUNE + timedelta(n) for n in range(30)) if first <= d <= min(last, stop)]
    lawful = [d for d in served_days if MARKS[marks[d.day - 1]].pays]
    if isinstance(answer, NotPaid):
        assert not lawful
    else:
        assert answer.days == len(lawful)
        assert first <= answer.from_on <= answer.until_on <= min(last, stop)
        assert answer.net_fen == share_of(100_000, len(lawful), 30)


@given(fen=st.integers(0, 10_000_00), days=st.integers(0, 40), of=st.integers(1, 31))
def test_a_share_is_exact_to_half_a_fen(fen: int, days: int, of: int) -> None:
    exact = Fraction(fen * min(days, of), of)
    assert abs(share_of(fen, days, of) - exact) <= Fraction(1, 2)


# ---- a year ------------------------------------------------------------------------------------------------------


def year(hire: int = 1, *, passed: bool | None = True, tenths: int | None = 1000, months: int = 12) -> Member:
    days = {date(2026, m, 1): days_of(date(2026, m, 1)) for m in range(1, months + 1)}
    return Member(hire, days, passed, tenths)


def test_performance_by_months_waits_for_the_ruling() -> None:
    assert by_months(year(), 60_000, "绩效工资").fen == 720_000  # type: ignore[union-attr]
    part = by_months(Member(1, {date(2026, 6, 1): 15, date(2026, 7, 1): 31}, True), 60_000, "绩效工资")
    assert not isinstance(part, NotPaid) and part.fen == 30_000 + 60_000
    waits, failed = by_months(year(passed=None), 60_000, "绩效"), by_months(year(passed=False), 60_000, "绩效")
    assert isinstance(waits, NotPaid) and waits.stops
    assert isinstance(failed, NotPaid) and not failed.stops


def test_what_whoever_left_before_the_ruling_gets_is_a_gap_with_two_answers() -> None:
    """A month and a half of 400 yuan: nothing until the county rules, and what it would be is said; nobody waits."""
    days = {date(2026, 6, 1): 15, date(2026, 7, 1): 31}
    gone = Member(1, days, None, left=True)
    for name in ("xunyang-2022-88", "baihe-2022-72"):
        gap = procedure(name).gap_by_name[LEAVERS]
        assert (gap.default, set(gap.choices)) == ("nothing", {"nothing", "by_months"})
    nothing, months = (by_months(gone, 40_000, "绩效工资", answer) for answer in ("nothing", "by_months"))
    assert isinstance(nothing, NotPaid) and not nothing.stops and "600.00元（2个月）" in nothing.why.text()
    assert not isinstance(months, NotPaid) and months.fen == 60_000 and "留白" in months.why.text()
    ruled = by_months(replace(gone, passed=True), 40_000, "绩效工资")
    assert not isinstance(ruled, NotPaid) and ruled.fen == 60_000, "whoever was ruled on before leaving is paid"


@pytest.mark.parametrize(
    ("divisor", "given", "left"),
    [("scores", [55_556, 50_000, 44_444], 0), ("hundred", [50_000, 45_000, 40_000], 15_000)],
)
def test_baihes_pot_in_both_readings(divisor: Any, given: list[int], left: int) -> None:
    """Points 100, 90, 80 and a pot of 3 × 500 yuan."""
    members = [year(1, tenths=1000), year(2, tenths=900), year(3, tenths=800)]
    pot = share_pot(members, PotRuling(50_000, 1, "heads", divisor))
    assert ([pot.parts[n].fen for n in (1, 2, 3)], pot.fen, pot.left_fen) == (given, 150_000, left)


def test_the_disagreement_of_400_and_500_and_of_month_and_year_is_a_ruling() -> None:
    members = [year(1), year(2)]
    assert share_pot(members, PotRuling(40_000, 12, "heads", "scores")).fen == 2 * 480_000
    assert share_pot(members, PotRuling(50_000, 12, "heads", "scores")).fen == 2 * 600_000
    half = [year(1), year(2, months=6)]
    assert share_pot(half, PotRuling(40_000, 12, "months", "scores")).fen == 480_000 + 240_000


@given(st.lists(st.integers(1, 1300), min_size=1, max_size=40), st.integers(1, 10_000_00))
def test_parts_by_points_add_up_to_the_pot(scores: list[int], each: int) -> None:
    members = [year(n, tenths=score) for n, score in enumerate(scores)]
    pot = share_pot(members, PotRuling(each, 1, "heads", "scores"))
    assert sum(part.fen for part in pot.parts.values()) == pot.fen == each * len(members)
    for n, score in enumerate(scores):
        assert abs(pot.parts[n].fen - Fraction(pot.fen * score, sum(scores))) < 1


def test_who_did_not_pass_has_no_part_in_the_pot() -> None:
    pot = share_pot([year(1), year(2, passed=False)], PotRuling(50_000, 1, "heads", "scores"))
    assert list(pot.parts) == [1] and pot.fen == 50_000
    with pytest.raises(ValueError, match="points"):
        share_pot([year(1, tenths=None)], PotRuling(50_000, 1, "heads", "scores"))


# ---- figures and money -------------------------------------------------------------------------------------------


def test_the_narrowest_and_latest_figure_counts_from_its_day() -> None:
    figures = [
        Figure("minimum_wage_month", "", date(2021, 5, 1), 100),
        Figure("minimum_wage_month", "61", date(2022, 1, 1), 200),
        Figure("minimum_wage_month", "61", date(2026, 6, 1), 300),
        Figure("minimum_wage_month", "6109", date(2023, 1, 1), 250),
        Figure("minimum_wage_month", "62", date(2026, 1, 1), 999),
    ]
    day = date(2026, 5, 31)
    found: list[Mapping[str, int]] = [in_force(figures, region, day) for region in ("610981", "612", "50", "610")]
    assert [one["minimum_wage_month"] for one in found] == [250, 200, 100, 200]
    assert in_force(figures, "612", day + timedelta(1))["minimum_wage_month"] == 300
    assert in_force(figures, "610981", date(2021, 4, 30)) == {}


def test_half_a_fen_goes_up() -> None:
    assert [part_of(base, 500_000) for base in (0, 1, 2, 3)] == [0, 1, 1, 2]
    assert [yuan(fen) for fen in (0, 5, 100, -1_234_56)] == ["0.00", "0.05", "1.00", "-1234.56"]


def test_xunyangs_three_million_last_five_months() -> None:
    """61 posts of 2,600 and 309 of 1,400 yuan (XY-44): 591,200 yuan a month, which is said before anybody approves."""
    monthly = (61 * 2_600 + 309 * 1_400) * 100
    assert monthly == 591_200_00
    last = lasting(300_000_000, monthly)
    assert last is not None and (last.tenths, last.enough) == (51, False)
    assert last.months == "5.1"
    assert lasting(12 * 591_200_00, 591_200_00) == replace(last, budget_fen=12 * 591_200_00, tenths=120, enough=True)
    assert not lasting(12 * 591_200_00 - 1, 591_200_00).enough  # type: ignore[union-attr]
    assert lasting(1, 0) is None


def test_the_document_itself_says_what_all_its_places_cost() -> None:
    """42 and 19 of 2,000 + 600 yuan, 309 villages of 1,000 + 400; the others leave numbers or pay to the place."""
    assert document_places(procedure("xunyang-2022-88")) == Places(370, 591_200_00)
    for name in ("liaocheng-2022-4", "baihe-2022-72", "neimenggu-2022-10"):
        assert document_places(procedure(name)) is None
    assert places_of(procedure("baihe-2022-72"), "village", 2, 1) == Places(2, 2 * 2_000_00)
    assert places_of(procedure("liaocheng-2022-4"), "rural", 2, 800_00) == Places(2, 1_600_00)
    assert places_of(procedure("liaocheng-2022-4"), "rural", 2, 0) == Places(2, 0, 2)


def test_what_is_said_of_the_money() -> None:
    few, whole = Places(10, 14_000_00), Places(370, 591_200_00)
    said = list(Funds(300_000_000, 0, few, whole).told())
    assert [(one.say.text(), one.wrong) for one in said] == [
        ("资金3000000.00元，在岗和招聘中的10个名额每月需14000.00元，可发214.3个月", False),
        ("文件规定的370个名额全部上岗，每月需591200.00元，资金3000000.00元只够发5.1个月，请先落实资金", True),
    ]
    # all serve, and a month was paid: 4.1 are left, and nothing is said twice
    told = [one.say.text() for one in Funds(300_000_000, 591_200_00, whole, whole, 11).told()]
    assert len(told) == 2
    assert "已发和应留的绩效工资591200.00元，余2408800.00元" in told[0] and "只够发4.1个月" in told[1]
    assert "没有登记" in next(Funds().told()).say.text() and not Funds().enough
    unpriced = Funds(1, 0, Places(2, 0, 2))
    assert "2个名额没有登记月报酬" in next(unpriced.told()).say.text() and not unpriced.enough
    assert Funds(1, 2, few).left_fen == 0, "more was paid than there was: nothing is left"


def test_what_the_province_leaves_is_shared_four_to_six() -> None:
    assert shared(1_000_01, 500_00, {"city": 40, "county": 60}) == {"city": 20_000, "county": 30_001}
    assert shared(100, 500, {"city": 40, "county": 60}) == {"city": 0, "county": 0}
    with pytest.raises(ValueError, match="hundred"):
        shared(100, 0, {"city": 40, "county": 50})


def test_liaocheng_shares_out_rural_posts_after_the_province() -> None:
    """Two rural posts, one for half of June, at 1,000.00 and 500.01 yuan; the province gives 400 a month each.

    Cost 1,500.01, grant 400 + 200, the rest of 900.01 as 360.00 and 540.01; the urban post has its own source.
    """
    costs = [Cost("rural", 100_000, 30, 30), Cost("rural", 50_001, 15, 30), Cost("urban", 200_000, 30, 30)]
    found = split(procedure("liaocheng-2022-4"), costs, 40_000)
    assert found is not None and (found.people, found.cost_fen, found.grant_fen) == (2, 150_001, 60_000)
    assert found.parts == {"city": 36_000, "county": 54_001} and found.article == "三(二)"
    more = split(procedure("liaocheng-2022-4"), costs[:1], 120_000)
    assert more is not None and (more.grant_fen, set(more.parts.values())) == (100_000, {0}), "never beyond the cost"
    unknown = split(procedure("liaocheng-2022-4"), costs, None)
    assert unknown is not None and unknown.parts == {} and unknown.cost_fen == 150_001
    assert split(procedure("liaocheng-2022-4"), costs[2:], 40_000) is None
    assert split(procedure("xunyang-2022-88"), costs, 40_000) is None


def test_a_payday_on_a_day_of_rest_comes_before_it() -> None:
    """Baihe pays by the 25th: for May 2022 on Friday 24 June (the 25th is a Saturday), for June on Monday 25 July."""
    calendar = default_calendar()
    may = {due.line.what: due for due in dues(procedure("baihe-2022-72"), date(2022, 5, 1), calendar)}
    assert [may[what].on for what in ("roster", "prepay", "pay")] == [
        date(2022, 6, 15), date(2022, 6, 20), date(2022, 6, 24),
    ]  # fmt: skip
    assert may["pay"].moved and may["pay"].meant == date(2022, 6, 25) and not may["roster"].moved
    september = {due.line.what: due for due in dues(procedure("baihe-2022-72"), date(2022, 9, 1), calendar)}
    assert (september["roster"].on, september["roster"].moved) == (date(2022, 10, 15), False), "a Saturday: it stands"
    assert due_on(procedure("baihe-2022-72"), date(2022, 9, 1)) == (date(2022, 10, 15), "白人社发〔2022〕72号第十二条")
    assert {due.line.what for due in dues(procedure("baihe-2022-72"), date(2022, 1, 1), calendar) if due.moved} == set()
    assert [due.on.day for due in dues(procedure("baihe-2022-72"), date(2022, 7, 1), calendar)] == [15, 20, 25]
    june = {due.line.what: due.on for due in dues(procedure("baihe-2022-72"), date(2022, 6, 1), calendar)}
    assert june["pay"] == date(2022, 7, 25)
    december = dues(procedure("baihe-2022-72"), date(2022, 12, 1), calendar)
    assert {due.on.year for due in december} == {2023}
    assert dues(procedure("xunyang-2022-88"), date(2022, 6, 1), calendar) == ()


@pytest.mark.parametrize(("limit", "warned"), [(date(2026, 6, 29), True), (date(2026, 6, 30), False), (None, False)])
def test_days_beyond_the_limit_that_the_law_carries_on_are_paid_and_told(limit: date | None, warned: bool) -> None:
    line = paid(month(service=replace(served(), limit_on=limit)))
    assert line.days == 30
    assert any("依法续延" in warning.text() for warning in line.warnings) is warned
