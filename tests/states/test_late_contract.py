"""Signed late: to the day. Labour Contract Law 82; Implementing Regulation 6, 7."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from states.calendar import default_calendar
from states.certificate import handed_over_by, kind_of_end, time_served
from states.coming_term import first_term, renewed_term
from states.late_contract import LateContract, is_labour_contract, late_contract
from states.loading import shipped
from states.renewal_round import next_end
from states.vocabulary import State
from tests.support.asking import a_hire, a_person

PROCEDURES = {procedure.procedure: procedure for procedure in shipped().values()}
XUNYANG = PROCEDURES["xunyang-2022-88"]


def day(text: str) -> date:
    return date.fromisoformat(text)


def late(started: str, signed: str | None, today: str = "2027-12-31") -> LateContract | None:
    return late_contract(day(started), day(signed) if signed else None, day(today), default_calendar())


@pytest.mark.parametrize(
    ("started", "signed", "first", "last", "days"),
    [
        ("2022-06-13", "2022-07-14", "2022-07-13", "2022-07-13", 1),  # one day after the month
        ("2022-06-13", "2022-07-20", "2022-07-13", "2022-07-19", 7),
        # January 31: there is no such day in February, so its last day; 2023-02-28 is a Tuesday
        ("2023-01-31", "2023-03-01", "2023-02-28", "2023-02-28", 1),
        # the month is full on Saturday 2022-08-13: late from Tuesday the 16th, but counted from the 13th
        ("2022-07-13", "2022-08-16", "2022-08-13", "2022-08-15", 3),
        # the last day before a whole year is full
        ("2022-06-13", "2023-06-13", "2022-07-13", "2023-06-12", 335),
    ],
)
def test_double_pay_runs_from_the_full_month_to_the_day_before_signing(
    started: str, signed: str, first: str, last: str, days: int
) -> None:
    found = late(started, signed)
    assert found is not None
    assert (found.from_on, found.until_on, found.days) == (day(first), day(last), days)
    assert not found.running and not found.year_full


@pytest.mark.parametrize(
    ("started", "signed"),
    [
        ("2022-06-13", "2022-06-13"),
        ("2022-06-13", "2022-07-13"),  # exactly one month
        ("2023-01-31", "2023-02-28"),
        ("2022-07-13", "2022-08-15"),  # a Monday: the limit's Saturday gives way to it
    ],
)
def test_nothing_is_due_for_a_contract_in_time(started: str, signed: str) -> None:
    assert late(started, signed) is None


def test_a_contract_that_is_not_signed_costs_more_every_day_until_a_year_is_full() -> None:
    assert late("2022-06-13", None, "2022-07-13") is None
    running = late("2022-06-13", None, "2022-07-14")
    assert running is not None and running.running and running.days == 2
    assert "至今未签" in running.sentence().text() and "2日" in running.sentence().text()
    last = late("2022-06-13", None, "2023-06-12")
    assert last is not None and not last.year_full and last.days == 335
    full = late("2022-06-13", None, "2023-06-13")
    assert full is not None and full.year_full and (full.until_on, full.days) == (day("2023-06-12"), 335)
    assert "无固定期限" in full.sentence().text()
    signed = late("2022-06-13", "2023-06-14")
    assert signed is not None and signed.year_full and signed.until_on == day("2023-06-12")


def test_only_a_labour_contract_is_under_this_law() -> None:
    found = {name for name, procedure in PROCEDURES.items() if is_labour_contract(procedure)}
    assert found == {"xunyang-2022-88", "baihe-2022-72"}


# ---- the term that is about to be signed -------------------------------------------------------------------------


def test_the_first_term_begins_with_the_work_and_ends_with_the_last_lawful_day() -> None:
    hire = a_hire(a_person(), started_on="2022-06-13", last_lawful_on="2025-06-12")
    assert (first_term(XUNYANG, hire).starts_on, first_term(XUNYANG, hire).ends_on) == (
        day("2022-06-13"),
        day("2023-06-12"),
    )
    short = a_hire(a_person(), started_on="2022-06-13", last_lawful_on="2022-12-31")
    assert first_term(XUNYANG, short).ends_on == day("2022-12-31")
    unknown = first_term(XUNYANG, a_hire(a_person()))
    assert (unknown.starts_on, unknown.ends_on, unknown.months) == (None, None, 12)


def test_a_renewal_begins_on_the_day_after_and_is_cut_at_the_limit_of_months() -> None:
    served = a_person(periods=((day("2022-06-13"), day("2024-09-12"), 1),))
    hire = a_hire(
        served,
        state=State.CONTRACTED,
        started_on="2022-06-13",
        first_started_on="2022-06-13",
        term_no=3,
        term_starts_on="2024-06-13",
        term_ends_on="2024-09-12",
        renewal="renew",
    )
    term = renewed_term(XUNYANG, hire)
    # 27 of 36 months are used: nine are left
    assert (term.number, term.starts_on, term.ends_on) == (4, day("2024-09-13"), day("2025-06-12"))
    # the list of the round names the same day, on the last day of the term and, cut at the same month, when it is late
    assert next_end(XUNYANG, hire, day("2024-09-12")) == term.ends_on
    assert next_end(XUNYANG, hire, day("2024-10-01")) == day("2025-06-30")
    over = replace(hire, dossier=hire.dossier.with_(over_term_on=day("2024-09-13")))
    assert renewed_term(XUNYANG, over).starts_on is None


# ---- leaving -----------------------------------------------------------------------------------------------------


def test_file_and_insurance_move_within_fifteen_days() -> None:
    assert handed_over_by(day("2026-02-14")) == day("2026-03-01")


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2022-06-13", "2022-07-12", "1个月"),
        ("2022-06-13", "2022-07-11", "29日"),
        ("2022-06-13", "2023-06-12", "1年"),
        ("2022-06-13", "2023-06-11", "11个月"),
        ("2022-06-13", "2025-06-12", "3年"),
        ("2022-06-13", "2023-08-20", "1年2个月"),
        ("2023-01-31", "2023-02-27", "1个月"),
    ],
)
def test_time_served_in_words(first: str, last: str, words: str) -> None:
    assert time_served(day(first), day(last)) == words


def test_what_kind_of_end_it_was() -> None:
    ends = {ground: kind_of_end(XUNYANG, ground) for ground in ("resignation", "off_post", "death", "term_over", None)}
    assert ends == {"resignation": "解除", "off_post": "解除", "death": "终止", "term_over": "终止", None: "终止"}
