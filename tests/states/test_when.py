"""The answers behind ``zaigang when``: plain values with proof, article and reading, and lines for people."""

from __future__ import annotations

import json
from datetime import date

import pytest

from states import when
from states.identity_number import synthetic
from states.reckoning import Unreckonable

ANSWERS = {
    "working-days": (when.working_days("2026-02-10", 5), "2026-02-24"),
    "working-days, first day counted": (when.working_days("2026-03-02", 5, count_first_day=True), "2026-03-06"),
    "calendar-days": (when.calendar_days("2026-09-01", 30), "2026-10-01"),
    "months": (when.months("2026-09-01", 1), "2026-10-08"),
    "months, no roll": (when.months("2026-09-01", 1, roll=False), "2026-10-01"),
    "term": (when.term("2023-03-01", 12), "2024-02-29"),
    "limit": (when.limit("2026-03-01"), "2029-02-28"),
    "limit with prior months": (when.limit("2026-03-01", prior_months=24), "2027-02-28"),
    "retirement": (when.retirement("1971-04-15", "woman55"), "2026-08-15"),
    "near-retirement": (when.near("2026-05-02", "1970-01-01", "man"), "2031-05-01"),
    "pay-day": (when.pay_day("2026-10-05"), "2026-09-30"),
}


@pytest.mark.parametrize("question", ANSWERS)
def test_every_answer_has_its_day_proof_article_and_reading(question):
    answer, on = ANSWERS[question]
    assert answer["date"] == on and answer["provisional"] is False
    assert answer["proof"] and answer["article"] and answer["reading"]
    assert set(answer["proof"][0]) == {"date", "number", "counted", "why"}
    assert json.loads(json.dumps(answer, ensure_ascii=False)) == answer


@pytest.mark.parametrize("question", ANSWERS)
def test_every_answer_reads_as_lines(question):
    answer, _ = ANSWERS[question]
    shown = when.text(answer)
    assert answer["reading"] in shown and answer["article"] in shown
    assert all(line["why"] in shown for line in answer["proof"])


def test_a_provisional_day_says_so_everywhere():
    answer = when.working_days("2026-12-20", 5)
    assert (answer["provisional"], answer["missing_years"]) == (True, [2027])
    assert "2027年" in answer["caution"]
    assert when.text(answer).startswith("2026-12-25（暂定）") and answer["caution"] in when.text(answer)
    assert when.working_days("2026-12-20", 4)["caution"] is None


def test_near_retirement_is_yes_or_no():
    assert when.near("2026-05-02", "1970-01-01", "man")["near"] is True
    no = when.near("2026-05-01", "1970-01-01", "man")
    assert (no["near"], no["near_from"]) == (False, "2026-05-02")
    assert when.text(no).startswith("否")


def test_retirement_gives_age_and_delay():
    answer = when.retirement("1971-04-15", "woman55")
    assert (answer["age_years"], answer["age_months"], answer["delay_months"]) == (55, 4, 4)


def test_limit_gives_what_was_left():
    assert when.limit("2026-03-01", 30)["remaining_months"] == 6
    assert when.limit("2026-03-01", 36)["date"] == "2026-02-28"


def test_age():
    assert when.age("1980-05-20", "2026-05-19")["age"] == 45
    assert when.text(when.age("1980-05-20", date(2026, 5, 20))).startswith("46周岁")


def test_an_identity_number_is_told_without_being_shown():
    answer = when.id_number("11010519491231002x", on="2026-01-01")
    assert (answer["valid"], answer["born"], answer["sex"], answer["age"]) == (True, "1949-12-31", "女", 76)
    assert "19491231" not in json.dumps(answer).replace("1949-12-31", "")
    wrong = when.id_number("110105194912310021")
    assert (wrong["valid"], [fault["code"] for fault in wrong["faults"]]) == (False, ["check_digit"])
    assert "校验码不符" in when.text(wrong)


def test_a_child_is_a_fault_beside_a_valid_number():
    answer = when.id_number(synthetic("610981", date(2014, 1, 1), 1), on="2026-01-01")
    assert (answer["valid"], answer["age"], [fault["code"] for fault in answer["faults"]]) == (True, 12, ["too_young"])


def test_words_are_translated_where_a_catalogue_is_given():
    marked = when.working_days("2026-03-06", 1, translate=lambda text: f"<{text}>")
    assert marked["reading"].startswith("<") and "<星期一>" in marked["proof"][-1]["why"]


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda: when.working_days("2026-02-30", 5), "2026-02-30不是真实存在的日期"),
        (lambda: when.working_days("2026/03/02", 5), "日期应写作 2026-01-04，现为：2026/03/02"),
        (lambda: when.working_days("20260302", 5), "日期应写作"),
        (lambda: when.working_days("", 5), "日期应写作"),
        (lambda: when.working_days("2026-03-02", 0), "数目应在1至10000之间，现为0"),
        (lambda: when.calendar_days("2026-03-02", -3), "数目应在"),
        (lambda: when.months("2026-03-02", 601), "数目应在"),
        (lambda: when.term("2026-03-02", 0), "数目应在"),
        (lambda: when.limit("2026-03-02", -1), "月数应在0至600之间"),
        (lambda: when.retirement("1971-04-15", "woman"), "类别应为"),
        (lambda: when.age("2026-01-02", "2026-01-01"), "早于出生日期"),
        (lambda: when.pay_day("1980-01-01"), "超出可推算的范围"),
    ],
)
def test_nonsense_is_refused_in_words(ask, says):
    with pytest.raises(Unreckonable) as caught:
        ask()
    assert says in caught.value.sentence.text()
