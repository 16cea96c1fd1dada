from __future__ import annotations

from typing import Any

import pytest

from states.facts import SYSTEM, Actor
from states.vocabulary import RecordKind
from tests.support.asking import a_hire, a_person, answer, ask

POSTED: dict[str, Any] = {"posted_on": "2026-03-02", "notice_ends_on": "2026-03-09", "notice_round": 1}


@pytest.mark.parametrize(("on", "passes"), [("2026-03-09", False), ("2026-03-10", True)])
def test_the_next_step_opens_on_the_day_after_the_last_day(on: str, passes: bool) -> None:
    assert answer("notice_period_over", ask(a_hire(**POSTED), on)).passed is passes


def test_who_comes_too_early_hears_the_next_working_day() -> None:
    hire = a_hire(posted_on="2026-02-06", notice_ends_on="2026-02-13", notice_round=1)
    verdict = answer("notice_period_over", ask(hire, "2026-02-13"))
    # the 14th is a Saturday that is worked in exchange for the Spring Festival
    assert str(verdict.say) == "公示期至2026-02-13 24时届满，2026-02-14起方可办理"
    assert verdict.inputs["next_on"] == "2026-02-14"


def test_what_was_not_posted_is_not_over() -> None:
    assert str(answer("notice_period_over", ask(a_hire())).say) == "尚未公示"


@pytest.mark.parametrize(("ends", "passes"), [("2026-12-24", True), ("2026-12-25", False), ("2027-01-06", False)])
def test_a_last_day_that_no_holiday_notice_settles_does_not_bind(ends: str, passes: bool) -> None:
    hire = a_hire(posted_on="2026-12-17", notice_ends_on=ends, notice_round=1)
    verdict = answer("notice_period_over", ask(hire, "2027-02-01"))
    assert verdict.passed is passes
    assert passes or "暂定" in str(verdict.say)


def test_a_day_beyond_the_calendar_is_a_refusal_and_no_crash() -> None:
    hire = a_hire(notice_ends_on="2200-01-01")
    assert "超出可推算的范围" in str(answer("notice_period_over", ask(hire)).say)


@pytest.mark.parametrize(("open_ones", "passes"), [((), True), ((4,), False), ((4, 9), False)])
def test_every_objection_needs_an_answer(open_ones: tuple[int, ...], passes: bool) -> None:
    verdict = answer("no_open_objection", ask(a_hire(open_objections=open_ones)))
    assert verdict.passed is passes
    assert verdict.inputs["open"] == len(open_ones)


ANSWERING = RecordKind.OBJECTION_ANSWER


@pytest.mark.parametrize(("chosen", "passes"), [(4, True), (5, False)])
def test_only_an_open_objection_is_answered(chosen: int, passes: bool) -> None:
    question = ask(a_hire(open_objections=(4, 9)), records=ANSWERING, given={"objection": chosen, "reason": "查无实据"})
    assert answer("objection_open", question).passed is passes


def test_a_page_offers_the_answer_while_any_objection_is_open() -> None:
    assert answer("objection_open", ask(a_hire(open_objections=(4,)), records=ANSWERING)).passed
    assert not answer("objection_open", ask(a_hire(), records=ANSWERING)).passed
    assert str(answer("objection_open", ask(a_hire(open_objections=(4,)))).say) == "未指明处理哪一件异议"


@pytest.mark.parametrize(
    ("present", "in_favour", "passes"),
    [(30, 15, False), (30, 16, True), (31, 16, True), (31, 15, False), (3, 4, False)],
)
def test_more_than_half_of_those_present_are_in_favour(present: int, in_favour: int, passes: bool) -> None:
    given = {"held_on": "2026-03-05", "present": present, "in_favour": in_favour}
    assert answer("meeting_held", ask(a_hire(), records=RecordKind.MEETING, given=given)).passed is passes
    recorded = a_hire(meeting_on="2026-03-05", meeting_present=present, meeting_for=in_favour)
    assert answer("meeting_held", ask(recorded)).passed is passes


def test_the_missing_votes_are_counted() -> None:
    recorded = a_hire(meeting_on="2026-03-05", meeting_present=30, meeting_for=10)
    assert str(answer("meeting_held", ask(recorded)).remedy) == "须有16人以上同意"
    assert answer("meeting_held", ask(recorded), majority=False).passed


@pytest.mark.parametrize(("held", "passes"), [("2026-03-10", True), ("2026-03-11", False)])
def test_a_meeting_lies_not_in_the_future(held: str, passes: bool) -> None:
    given = {"held_on": held, "present": 30, "in_favour": 30}
    question = ask(a_hire(), "2026-03-10", RecordKind.MEETING, given)
    assert answer("meeting_held", question).passed is passes


def test_without_a_meeting_only_the_step_that_records_one_is_offered() -> None:
    assert not answer("meeting_held", ask(a_hire())).passed
    assert answer("meeting_held", ask(a_hire(), records=RecordKind.MEETING)).passed


def test_nobody_decides_about_relatives_or_themselves() -> None:
    person = a_person(relatives=frozenset({"cousin"}))

    def by(key: str) -> bool:
        return answer("no_relative", ask(a_hire(person), actor=Actor(1, key, "x"))).passed

    assert by("stranger")
    assert not by("cousin")
    assert not by(person.key)
    assert answer("no_relative", ask(a_hire(person), actor=SYSTEM)).passed
