from __future__ import annotations

from typing import Any

import pytest

from states.budget import Funds, Places
from states.guards import AskOpening
from states.loading import Catalogue
from states.vocabulary import State
from tests.support.asking import a_gap, a_hire, a_post, a_procedure, an_opening, answer, ask, ask_opening

procedure = Catalogue.load().current


@pytest.mark.parametrize(
    ("on", "closes", "passes"),
    [
        ("2026-03-01", "2026-03-13", False),
        ("2026-03-02", "2026-03-13", True),
        ("2026-03-13", "2026-03-13", True),
        ("2026-03-14", "2026-03-13", False),
        ("2027-03-14", None, True),
        ("2026-03-01", None, False),
    ],
)
def test_both_days_of_the_window_belong_to_it(on: str, closes: str | None, passes: bool) -> None:
    hire = a_hire(opening=an_opening("2026-03-02", closes))
    assert answer("window_open", ask(hire, on)).passed is passes


@pytest.mark.parametrize(
    ("taken", "state", "passes"),
    [
        (1, State.QUALIFIED, True),
        (2, State.QUALIFIED, False),
        (2, State.PUBLICIZED, True),
        (3, State.PUBLICIZED, False),
        (2, State.REJECTED, False),
    ],
)
def test_a_place_has_to_be_free_unless_the_hire_holds_one(taken: int, state: State, passes: bool) -> None:
    hire = a_hire(opening=an_opening(places=2, taken=taken), state=state)
    assert answer("place_free", ask(hire)).passed is passes


def test_an_approved_hire_holds_its_place_where_the_document_has_no_notice() -> None:
    hire = a_hire(opening=an_opening(places=2, taken=2), state=State.QUALIFIED, approved_on="2026-03-09")
    assert answer("place_free", ask(hire)).passed


@pytest.mark.parametrize(
    ("on", "validity", "passes"),
    [
        ("2021-12-31", {}, False),
        ("2022-01-01", {}, True),
        ("2026-06-30", {"valid_to": "2026-06-30"}, True),
        ("2026-07-01", {"valid_to": "2026-06-30"}, False),
        ("2026-07-01", {"lapsed_on": "2026-06-30"}, False),
    ],
)
def test_an_opening_needs_a_document_in_force(on: str, validity: dict[str, Any], passes: bool) -> None:
    procedure = a_procedure(validity={"valid_from": "2022-01-01", "cite": "一", **validity})
    verdict = answer("document_in_force", ask_opening(on, procedure=procedure))
    assert verdict.passed is passes


def test_a_document_that_ended_names_its_end_and_its_successor() -> None:
    ended = {"valid_from": "2022-01-01", "valid_to": "2026-06-30", "superseded_by": "示例〔2026〕9号", "cite": "一"}
    verdict = answer("document_in_force", ask_opening("2026-07-01", procedure=a_procedure(validity=ended)))
    assert "2026-06-30" in str(verdict.say)
    assert str(verdict.remedy) == "按示例〔2026〕9号发布公告"


@pytest.mark.parametrize(("in_use", "passes"), [(40, True), (41, False), (50, False)])
def test_a_cap_counts_the_places_in_use_and_the_new_ones(in_use: int, passes: bool) -> None:
    question = ask_opening(opening=an_opening(places=2), in_use=in_use)
    assert answer("quota_cap", question, places=42, scope="document").passed is passes


def test_who_goes_beyond_the_cap_hears_how_many_are_left() -> None:
    question = ask_opening(opening=an_opening(places=3), in_use=41)
    assert str(answer("quota_cap", question, places=42).remedy) == "本次最多1个"


@pytest.mark.parametrize(
    ("year_target", "places", "passes"),
    [
        (12, None, True),
        (11, None, False),
        (None, 12, True),
        (None, 11, False),
        (12, 1, True),
        (None, None, True),
    ],
)
def test_a_target_is_compared_and_the_share_of_the_place_goes_first(
    year_target: int | None, places: int | None, passes: bool
) -> None:
    question = ask_opening(opening=an_opening(places=2), in_use=10, year_target=year_target)
    verdict = answer("quota_target", question, places=places)
    assert verdict.passed is passes
    assert "尚差" not in str(verdict.say) or "尚差0个" in str(verdict.say)


@pytest.mark.parametrize(
    ("region", "in_use", "passes"),
    [
        ("371502100", 1, True),
        ("371502100", 2, False),
        ("371502100201", 1, True),
        ("371502", 0, False),
        ("3715", 0, False),
    ],
)
def test_a_number_for_each_township_needs_a_post_that_lies_in_one(region: str, in_use: int, passes: bool) -> None:
    question = ask_opening(opening=an_opening(places=2), post=a_post(region=region), in_use=in_use)
    assert answer("quota_cap", question, places=3, scope="township").passed is passes
    assert answer("quota_cap", question, places=3).passed is (in_use < 2)


BANDS = [
    {"at_least": 0, "at_most": 29, "places": 0},
    {"at_least": 30, "at_most": 199, "places": 1},
    {"at_least": 201, "at_most": 499, "places": 2},
    {"at_least": 501, "places": 3},
]


def room(counted: int | None, gap: str | int | None = None) -> int:
    """How many places the bands allow, found by asking for one more at a time."""
    procedure = a_procedure(gaps=[a_gap("between", gap)]) if gap is not None else a_procedure()
    params = {"bands": BANDS, "undefined_gap": "between" if gap is not None else None}
    allowed = 0
    while answer(
        "quota_bands",
        ask_opening(opening=an_opening(places=allowed + 1), counted=counted, procedure=procedure),
        **params,
    ).passed:
        allowed += 1
    return allowed


@pytest.mark.parametrize(("counted", "places"), [(29, 0), (30, 1), (199, 1), (201, 2), (499, 2), (501, 3), (9000, 3)])
def test_bands_decide_the_places(counted: int, places: int) -> None:
    assert room(counted) == places


@pytest.mark.parametrize(
    ("gap", "at_200", "at_500"), [(None, 1, 2), ("lower_band", 1, 2), ("upper_band", 2, 3), (4, 4, 4)]
)
def test_what_the_document_leaves_undefined_is_settled_by_the_gap(
    gap: str | int | None, at_200: int, at_500: int
) -> None:
    assert (room(200, gap), room(500, gap)) == (at_200, at_500)


def test_an_undefined_number_is_marked() -> None:
    verdict = answer("quota_bands", ask_opening(opening=an_opening(places=1), counted=200), bands=BANDS)
    assert verdict.inputs["defined"] is False
    assert "文件未规定200人" in str(verdict.say)


def test_places_in_use_fill_the_band_and_an_unknown_number_refuses() -> None:
    question = ask_opening(opening=an_opening(places=1), counted=300, in_use=2)
    verdict = answer("quota_bands", question, bands=BANDS)
    assert not verdict.passed
    assert str(verdict.remedy) == "有名额空出后再发布"
    one_left = ask_opening(opening=an_opening(places=2), counted=300, in_use=1)
    assert str(answer("quota_bands", one_left, bands=BANDS).remedy) == "本次最多1个"
    assert "文件未规定" not in str(answer("quota_bands", one_left, bands=[{"at_least": 1, "places": 3}]).say)
    assert str(answer("quota_bands", ask_opening(), bands=BANDS).say) == "服务对象人数未登记"
    assert not answer("quota_bands", ask_opening(counted=10), bands=BANDS[1:]).passed


@pytest.mark.parametrize("name", ["boards_named", "forms_named"])
def test_where_it_is_put_up_is_named(name: str) -> None:
    one = ask_opening(opening=an_opening(boards=("镇政府公示栏",)))
    assert answer(name, one, at_least=1).passed
    assert not answer(name, one, at_least=2).passed
    assert not answer(name, ask_opening(), at_least=1).passed


@pytest.mark.parametrize(("announced", "passes"), [("2026-03-31", True), ("2026-04-01", False), ("2026-01-04", True)])
def test_the_season(announced: str, passes: bool) -> None:
    question = ask_opening(opening=an_opening(announced))
    assert answer("season", question, months=[1, 2, 3]).passed is passes


def costing(monthly_fen: int, fen: int | None = None, **more: Any) -> AskOpening:
    return ask_opening(funds=Funds(fen, places=Places(370, monthly_fen), **more))


def test_the_money_of_the_first_document_lasts_five_months() -> None:
    verdict = answer("budget_lasts", costing(59_120_000), fen=300_000_000, months=12)
    assert not verdict.passed
    assert "只够约5.1个月" in str(verdict.say)
    assert verdict.inputs["lasts_tenths"] == 51
    assert str(verdict.remedy) == "补足资金4094400元，或减少名额"


def test_all_places_of_the_document_are_reckoned_before_they_are_filled() -> None:
    """XY-44: ten are in service, 370 are meant; what there is would last them for five months."""
    question = ask_opening(funds=Funds(300_000_000, 0, Places(10, 1_400_000), Places(370, 59_120_000)))
    verdict = answer("budget_lasts", question, months=12)
    assert not verdict.passed and verdict.inputs["lasts_tenths"] == 51
    assert "文件规定的370个名额全部上岗每月支出591200元，只够约5.1个月" in str(verdict.say)
    rich = ask_opening(funds=Funds(12 * 59_120_000, 0, Places(10, 1_400_000), Places(370, 59_120_000)))
    assert answer("budget_lasts", rich, months=12).passed


@pytest.mark.parametrize(("budget", "passes"), [(1_200, True), (1_199, False)])
def test_the_money_lasts_to_the_last_fen(budget: int, passes: bool) -> None:
    assert answer("budget_lasts", costing(100, budget), fen=1, months=12).passed is passes
    # half of the year is over and paid
    over = costing(100, budget, spent_fen=600, months=6)
    assert answer("budget_lasts", over, months=12).passed is passes
    # and so is the month that is asked about, for some of them
    ahead = costing(100, budget, spent_fen=650, months=6, ahead_fen=50)
    assert answer("budget_lasts", ahead, months=12).passed is passes


def test_no_cost_needs_no_money_and_what_nobody_knows_is_said() -> None:
    assert answer("budget_lasts", ask_opening(), fen=1).passed
    assert str(answer("budget_lasts", costing(1)).say) == "资金数额未登记，不能测算"
    unpriced = ask_opening(funds=Funds(300_000_000, places=Places(10, 0, 10)))
    assert str(answer("budget_lasts", unpriced).say) == "10个名额的月报酬没有登记，不能测算资金够发几个月"


@pytest.mark.parametrize(("least", "passes"), [(200_000, True), (200_001, False), (None, True)])
def test_the_minimum_wage(least: int | None, passes: bool) -> None:
    assert answer("minimum_wage", ask_opening(post=a_post(minimum_wage_fen=least))).passed is passes
    if least is not None:  # the figure in force goes before the one that was typed in
        rates = {"minimum_wage_month": least}
        for typed in (1, 10**9):
            post = a_post(minimum_wage_fen=typed)
            assert answer("minimum_wage", ask_opening(post=post, rates=rates)).passed is passes


def test_what_is_paid_each_month_is_held_to_the_minimum_wage() -> None:
    """Xunyang pays village posts 1,000 yuan, whatever was typed for the post; Liaocheng pays rural ones by hours."""
    rates, xunyang = {"minimum_wage_month": 100_001}, procedure("xunyang-2022-88")
    assert not answer("minimum_wage", ask_opening(procedure=xunyang, rates=rates)).passed
    assert answer("minimum_wage", ask_opening(procedure=xunyang, rates={"minimum_wage_month": 100_000})).passed
    rural = a_post(kind="rural", monthly_fen=80_000)
    for hours, passes in ((40, True), (41, False)):
        rates = {"minimum_wage_hour": 2_000, "hours_month": hours, "minimum_wage_month": 205_000}
        question = ask_opening(procedure=procedure("liaocheng-2022-4"), post=rural, rates=rates)
        assert answer("minimum_wage", question).passed is passes


def test_an_unknown_minimum_is_said() -> None:
    assert "未登记" in str(answer("minimum_wage", ask_opening()).say)


@pytest.mark.parametrize(("cap", "passes"), [(200_000, True), (199_999, False), (None, False)])
def test_the_pay_is_not_above_the_local_subsidy(cap: int | None, passes: bool) -> None:
    rates = {} if cap is None else {"urban_subsidy_month": cap}
    verdict = answer("pay_cap", ask_opening(post=a_post(subsidy_cap_fen=None if cap is None else 10**9), rates=rates))
    assert answer("pay_cap", ask_opening(post=a_post(subsidy_cap_fen=cap))).passed is passes
    assert verdict.passed is passes
    assert cap != 199_999 or "1999.99元" in str(verdict.say)
