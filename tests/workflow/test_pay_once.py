"""Nobody is paid twice: what is settled is left off, what is not settled yet somebody has to look at. No database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from states.facts import Dossier, dossier_to_json
from states.loading import Catalogue
from states.pay import Line, NotPaid, Part
from states.say import say
from workflow.pay_differences import numbered
from workflow.pay_once import Standing, leave_off
from workflow.pay_rows import service_of

JUNE = (date(2026, 6, 1), date(2026, 6, 10)), (date(2026, 6, 11), date(2026, 6, 30))


@dataclass(frozen=True)
class Who:
    hire_id: int
    person_id: int = 1
    post_id: int = 1


def line(half: int) -> Line:
    return Line(*JUNE[half], 10, (Part("base", 100, say("基础工资")),))


def standing(hire: int, half: int, *, paid: bool, post: int = 1) -> Standing:
    return Standing(9, hire, 1, post, *JUNE[half], paid)


def left(
    others: list[Standing], paid: dict[int, tuple[Who, Line]], *, further: bool = False
) -> dict[int, tuple[str, bool, int | None]]:
    """Who is left off: why (shortened), whether the sheet waits, and the sheet that paid it."""
    lines, unpaid = {hire: one for hire, (_, one) in paid.items()}, dict[int, NotPaid]()
    leave_off({hire: who for hire, (who, _) in paid.items()}, lines, unpaid, others, further=further)
    assert lines.keys() | unpaid.keys() == paid.keys() and not lines.keys() & unpaid.keys()
    return {hire: (answer.why.text(), answer.stops, answer.sheet) for hire, answer in unpaid.items()}


def test_a_line_whose_money_is_out_is_settled_and_one_on_its_way_is_waited_for() -> None:
    mine = {5: (Who(5), line(0))}
    assert left([standing(5, 0, paid=True)], mine) == {5: ("已由第9号发放表发放", False, 9)}
    ((why, stops, _),) = left([standing(5, 0, paid=False)], mine).values()
    assert "第9号发放表，尚未发放" in why and stops
    assert left([], mine) == {}


def test_whoever_is_settled_holds_nothing_up_whatever_is_wrong_now() -> None:
    unpaid = {5: NotPaid(say("本月考勤没有填报"), stops=True)}
    leave_off({5: Who(5)}, {}, unpaid, [standing(5, 0, paid=True)])
    assert not unpaid[5].stops and unpaid[5].sheet == 9


@pytest.mark.parametrize(
    ("other", "words", "stops"),
    [
        (standing(4, 0, paid=True, post=2), "本人同一时间已由第9号发放表发放（聘用4），不再发放", False),
        (standing(4, 0, paid=False, post=2), "本人同一时间已列入第9号发放表（聘用4），请核对", True),
        (standing(4, 1, paid=False), "2026-06-01至2026-06-10的待遇在那份表发放之后另编补发表", False),
        (standing(4, 1, paid=True), None, False),
        (standing(4, 1, paid=True, post=2), None, False),
    ],
)
def test_another_hire_of_the_person_elsewhere(other: Standing, words: str | None, stops: bool) -> None:
    found = left([other], {5: (Who(5), line(0))})
    if words is None:
        assert found == {}, "other days are earned, on the same post by a further line"
    else:
        assert words in found[5][0] and found[5][1:] == (stops, None)


def test_two_hires_of_one_person_on_one_sheet() -> None:
    same_days = {4: (Who(4), line(0)), 5: (Who(5, post_id=2), line(0))}
    assert left([], same_days) == {5: ("本人在本表中另有聘用4，发放的日子重叠，请核对", True, None)}
    assert left([], {4: (Who(4), line(0)), 5: (Who(5), line(1))}) == {}, "of a year each hire has its line"
    one_post = left([], {4: (Who(4), line(0)), 5: (Who(5), line(1))}, further=True)
    assert (
        list(one_post) == [5]
        and "2026-06-11至2026-06-30的待遇在本表发放之后另编补发表" in one_post[5][0]
        and not one_post[5][1]
    )
    assert left([], {4: (Who(4), line(0)), 5: (Who(5, post_id=2), line(1))}) == {}
    assert left([], {4: (Who(4), line(0)), 5: (Who(5, person_id=2), line(0))}) == {}


def test_lines_of_one_post_are_numbered_behind_what_was_paid_and_among_themselves() -> None:
    people = {4: Who(4), 5: Who(5), 6: Who(6, post_id=2)}
    lines = {4: line(0), 5: line(1), 6: line(1)}
    assert numbered(people, lines, []) == {5: 1}
    assert numbered(people, lines, [standing(3, 0, paid=True)]) == {4: 1, 5: 2}


@pytest.mark.parametrize("ended", [None, date(2026, 6, 18)])
def test_a_leaving_that_is_decided_bounds_the_days_before_it_is_carried_out(ended: date | None) -> None:
    dossier = Dossier(started_on=date(2026, 1, 1), leaving_on=date(2026, 6, 20), ended_on=ended)
    row: Any = SimpleNamespace(
        dossier=dossier_to_json(dossier), died_on=None, kind="village", born=date(1990, 1, 1),
        retirement_category="man",
    )  # fmt: skip
    service = service_of(Catalogue.load().current("xunyang-2022-88"), row, ((date(2026, 1, 1), date(2026, 12, 31)),))
    last = ended or date(2026, 6, 20)
    days = [date(2026, 6, number) for number in range(1, 31)]
    assert service.served(days) == [day for day in days if day <= last]
    assert "离岗" in str(service.why_not(date(2026, 6, 30)))
