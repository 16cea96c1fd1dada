"""Baihe's pot with people who left, failed or wait: who shares in it, who stands beside it, who holds it up."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from states.loading import Catalogue
from states.pay import Service
from states.performance import Member, PotRuling
from states.procedure import Procedure
from workflow.performance_rows import PaidMonth, Year, by_pot, month_counts

BAIHE = Catalogue.load().current("baihe-2022-72")
JUNE = {date(2022, 6, 1): 30}
RULING = PotRuling(50_000, 1, "heads", "scores")


def rows(*members: Member, ruling: PotRuling | None = RULING, procedure: Procedure = BAIHE) -> Any:
    item = next(item for item in procedure.pay if item.formula is not None)
    spans = {member.hire_id: (date(2022, 6, 1), date(2022, 6, 28)) for member in members}
    return by_pot(procedure, item, Year({}, {member.hire_id: member for member in members}, spans, {}), ruling)


def test_whoever_left_stands_beside_the_pot_and_holds_nobody_up() -> None:
    """Two of 100 and 60 points share 1,000 yuan; the one who left had June at 400 yuan a month."""
    members = Member(1, JUNE, True, 1000), Member(2, JUNE, True, 600), Member(3, JUNE, None, left=True)
    found = rows(*members)
    assert {hire: line.net_fen for hire, line in found.paid.items()} == {1: 62_500, 2: 37_500}
    assert not found.unpaid[3].stops and "400.00元（1个月）" in found.unpaid[3].why.text()
    ruled = BAIHE.with_rulings({"leaver_performance": "by_months"}, "2")
    paid = rows(*members, procedure=ruled).paid
    assert {hire: line.net_fen for hire, line in paid.items()} == {1: 62_500, 2: 37_500, 3: 40_000}
    assert (paid[3].from_on, paid[3].until_on) == (date(2022, 6, 1), date(2022, 6, 28))


def test_who_fails_has_no_part_and_who_is_not_ruled_on_or_has_no_points_is_waited_for() -> None:
    passed = Member(1, JUNE, True, 1000)
    assert not rows(passed, Member(2, JUNE, False)).unpaid[2].stops
    assert rows(passed, Member(2, JUNE, None)).unpaid[2].stops
    assert rows(passed, Member(2, JUNE, True)).unpaid[2].stops
    waiting = rows(passed, ruling=None)
    assert waiting.unpaid[1].stops and not waiting.paid


@pytest.mark.parametrize(
    ("left_on", "spans", "paid", "marks", "counted"),
    [
        (30, [(1, 30)], 30, "1" * 30, range(1, 31)),
        (20, [(1, 30)], 30, "1" * 30, range(1, 21)),  # the end was entered after the money went out
        (20, [(1, 30)], 27, "x" * 3 + "1" * 27, range(4, 21)),  # the days missed lie among those that are left
        (20, [(1, 30)], 27, "1" * 27 + "x" * 3, range(1, 21)),
        (30, [(1, 10), (21, 30)], 20, "1" * 30, [*range(1, 11), *range(21, 31)]),  # the rest was paid later
        (30, [(1, 30)], 28, "1" * 30, range(1, 29)),  # set right since, and the rest not paid yet
        (20, [(1, 30)], 30, None, range(1, 21)),
        (0, [(1, 30)], 30, "1" * 30, []),
    ],
)
def test_only_days_that_were_paid_and_served_earn_performance_pay(
    left_on: int, spans: Any, paid: int, marks: str | None, counted: Any
) -> None:
    june = date(2022, 6, 1)
    last = date.fromordinal(june.toordinal() + left_on - 1)
    service = Service(date(2022, 1, 1), ((date(2022, 1, 1), last),))
    lines = tuple((june.replace(day=first), june.replace(day=end)) for first, end in spans)
    found = month_counts(service, june, PaidMonth(lines, paid, marks))
    assert [day.day for day in found] == list(counted)
