from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from states.facts import OpenFiling
from states.vocabulary import RecordKind, Role
from tests.support.asking import BOTH, a_hire, a_procedure, answer, ask, d

ENDING, RESIGNING = RecordKind.ENDING_DECISION, RecordKind.RESIGNATION
PREGNANT: dict[str, Any] = {"protected_kind": "pregnancy", "protected_until": "2026-05-20"}


@pytest.mark.parametrize(("on", "now"), [("2026-05-20", True), ("2026-05-21", False)])
def test_a_protected_period_reaches_to_the_end_of_its_last_day(on: str, now: bool) -> None:
    assert answer("protected_now", ask(a_hire(**PREGNANT), on)).passed is now
    assert answer("not_protected", ask(a_hire(**PREGNANT), on), at="today").passed is not now


def test_nobody_is_protected_by_nothing() -> None:
    assert not answer("protected_now", ask(a_hire())).passed
    assert answer("not_protected", ask(a_hire())).passed


@pytest.mark.parametrize(("ends", "passes"), [("2026-05-19", False), ("2026-05-20", True), (None, False)])
def test_a_term_may_end_on_the_last_day_of_a_protected_period(ends: str | None, passes: bool) -> None:
    verdict = answer("not_protected", ask(a_hire(**PREGNANT, term_ends_on=ends), "2026-05-01"), at="term_end")
    assert verdict.passed is passes
    assert passes or "2026-05-21起方可终止" in str(verdict.remedy)


def deciding(name: str, given: dict[str, Any], on: str = "2026-04-01", **facts: Any) -> Any:
    return answer(name, ask(a_hire(**facts), on, ENDING, given))


GROUND_GUARDS = ("ground_known", "ground_evidence", "ground_notice", "ground_protected")


@pytest.mark.parametrize("name", GROUND_GUARDS)
def test_a_ground_is_one_of_the_document(name: str) -> None:
    assert not deciding(name, {"ground": "bad_mood", "effective_on": "2026-04-10"}).passed
    assert not deciding(name, {"effective_on": "2026-04-10"}).passed
    assert answer(name, ask(a_hire(**PREGNANT), records=ENDING)).passed, "a page offers the choice"
    assert not answer(name, ask(a_hire())).passed


def test_a_known_ground_passes() -> None:
    assert deciding("ground_known", {"ground": "absence", "effective_on": "2026-04-10"}).passed


@pytest.mark.parametrize(("effective", "passes"), [("2026-06-29", False), ("2026-06-30", True), ("2026-07-01", True)])
def test_some_grounds_apply_only_at_the_end_of_the_term(effective: str, passes: bool) -> None:
    given = {"ground": "term_over", "effective_on": effective}
    assert deciding("ground_known", given, term_ends_on="2026-06-30").passed is passes
    assert not deciding("ground_known", given).passed


@pytest.mark.parametrize(
    ("given", "passes"),
    [
        ({"ground": "absence", "evidence": "考勤表"}, True),
        ({"ground": "absence", "evidence": " "}, False),
        ({"ground": "absence"}, False),
        ({"ground": "unable"}, True),
        ({"ground": "other", "evidence": "判决书", "law": "《劳动合同法》第三十九条"}, True),
        ({"ground": "other", "evidence": "判决书"}, False),
    ],
)
def test_evidence_and_law_are_there_where_the_ground_needs_them(given: dict[str, Any], passes: bool) -> None:
    assert deciding("ground_evidence", given).passed is passes


@pytest.mark.parametrize(("effective", "passes"), [("2026-05-01", True), ("2026-04-30", False)])
def test_thirty_days_lie_between_the_notice_and_the_last_day(effective: str, passes: bool) -> None:
    given = {"ground": "unable", "notice_on": "2026-04-01", "effective_on": effective}
    verdict = deciding("ground_notice", given)
    assert verdict.passed is passes
    assert verdict.inputs["earliest_on"] == "2026-05-01"


def test_notice_without_its_day_is_missing_and_unneeded_for_other_grounds() -> None:
    assert "缺少通知日期" in str(deciding("ground_notice", {"ground": "unable", "effective_on": "2026-05-01"}).say)
    assert deciding("ground_notice", {"ground": "absence", "effective_on": "2026-04-01"}).passed


PAID = {"in_lieu_yuan": Decimal("1600"), "in_lieu_on": "2026-04-10", "effective_on": "2026-04-10"}


@pytest.mark.parametrize(
    ("ground", "changes", "said"),
    [
        ("fortieth", {}, "以代通知金1600元代替提前通知，2026-04-10支付"),
        ("fortieth", {"in_lieu_yuan": Decimal("1599.99")}, "少于一个月工资1600元"),
        ("fortieth", {"in_lieu_on": "2026-04-11"}, "晚于离岗日"),
        ("fortieth", {"in_lieu_on": None}, "须有金额、支付日期"),
        ("fortieth", {"in_lieu_yuan": None}, "须有金额、支付日期"),
        ("fortieth", {"in_lieu_yuan": None, "in_lieu_on": None}, "缺少通知日期"),
        ("unable", {}, "不适用代通知金"),
        ("absence", {}, "不适用代通知金"),
    ],
)
def test_a_months_pay_stands_in_for_notice_on_the_grounds_of_article_40_alone(
    ground: str, changes: dict[str, Any], said: str
) -> None:
    line = {"zh": "示例", "en": "example", "cite": "一", "by": "employer", "evidence": False}
    fortieth = {**line, "ground": "fortieth", "law": "《劳动合同法》第四十条第二项", "notice_days": 30}
    others = [{**line, "ground": "unable", "notice_days": 30}, {**line, "ground": "absence"}]
    pay = {**BOTH, "item": "base", "fen": 160000, "per": "month", "paid": "monthly", "cite": "一"}
    document = a_procedure(grounds=[fortieth, *others], pay=[pay])
    given = {"ground": ground, **PAID, **changes}
    verdict = answer("ground_notice", ask(a_hire(), "2026-04-01", ENDING, given, document))
    assert verdict.passed is (said.startswith("以")) and said in str(verdict.say)


@pytest.mark.parametrize(
    ("ground", "effective", "noticed", "passes"),
    [
        ("absence", "2026-04-01", None, True),
        ("absence", "2026-03-31", None, False),
        ("absence", "2026-03-31", "2026-04-01", False),
        ("absence", "2026-03-31", "2026-03-31", True),
        ("off_post", "2026-03-31", None, True),
        ("term_over", "2026-03-31", None, True),
        ("death", "2026-03-31", None, True),
        ("unable", "2026-03-31", "2026-03-01", True),
    ],
)
def test_no_dismissal_takes_effect_before_the_person_is_told(
    ground: str, effective: str, noticed: str | None, passes: bool
) -> None:
    given = {"ground": ground, "effective_on": effective, "notice_on": noticed}
    verdict = deciding("ground_notice", given)
    assert verdict.passed is passes
    assert passes or "书面通知" in str(verdict.remedy)


@pytest.mark.parametrize(
    ("ground", "effective", "passes"),
    [
        ("unable", "2026-05-20", False),
        ("unable", "2026-05-21", True),
        ("absence", "2026-05-01", True),
    ],
)
def test_a_protected_period_bars_the_grounds_that_the_law_names(ground: str, effective: str, passes: bool) -> None:
    given = {"ground": ground, "effective_on": effective}
    verdict = deciding("ground_protected", given, **PREGNANT)
    assert verdict.passed is passes
    assert passes or "2026-05-20" in str(verdict.say)
    assert passes or str(verdict.remedy) == "离岗日改为2026-05-21或以后"
    assert deciding("ground_protected", given).passed


@pytest.mark.parametrize(("leaves", "passes"), [("2026-05-01", True), ("2026-04-30", False)])
def test_a_resignation_is_announced_in_time(leaves: str, passes: bool) -> None:
    given = {"given_on": "2026-04-01", "leave_on": leaves}
    question = ask(a_hire(), "2026-04-02", RESIGNING, given)
    assert answer("resignation_notice", question, days=30).passed is passes


def test_the_days_of_a_resignation_may_be_a_gap() -> None:
    question = ask(a_hire(), "2026-04-02", RESIGNING, {"given_on": "2026-04-01", "leave_on": "2026-04-19"})
    assert answer("resignation_notice", question, days={"gap": "eighteen"}).passed
    assert not answer("resignation_notice", question, days=19).passed


def test_a_resignation_lies_not_in_the_future_and_may_be_on_record() -> None:
    question = ask(a_hire(), "2026-04-02", RESIGNING, {"given_on": "2026-04-03", "leave_on": "2026-09-01"})
    assert not answer("resignation_notice", question).passed
    assert answer("resignation_notice", ask(a_hire(), "2026-04-03", RESIGNING, question.input)).passed
    half = ask(a_hire(), "2026-04-03", RESIGNING, {"given_on": "2026-04-01"})
    assert "缺少通知日期或离岗日" in str(answer("resignation_notice", half).say)
    assert answer("resignation_notice", ask(a_hire(resigned_on="2026-01-05", leaving_on="2026-02-04"))).passed
    assert not answer("resignation_notice", ask(a_hire(resigned_on="2026-01-05", leaving_on="2026-02-03"))).passed
    assert answer("resignation_notice", ask(a_hire(), records=RESIGNING)).passed
    assert not answer("resignation_notice", ask(a_hire())).passed


def test_the_handover_is_done() -> None:
    handing = RecordKind.HANDOVER
    assert answer("handover_done", ask(a_hire(handover_on="2026-03-10"), "2026-03-10")).passed
    assert not answer("handover_done", ask(a_hire())).passed
    assert answer("handover_done", ask(a_hire(), records=handing)).passed
    assert answer("handover_done", ask(a_hire(), "2026-03-10", handing, {"done_on": "2026-03-10"})).passed
    assert not answer("handover_done", ask(a_hire(), "2026-03-10", handing, {"done_on": "2026-03-11"})).passed


@pytest.mark.parametrize(("leaves", "passes"), [("2026-03-10", True), ("2026-03-11", False), (None, False)])
def test_who_leaves_leaves_on_the_day_that_was_decided(leaves: str | None, passes: bool) -> None:
    assert answer("leaving_decided", ask(a_hire(leaving_on=leaves), "2026-03-10")).passed is passes


OWED = (OpenFiling("contract", 12, Role.EMPLOYER, d("2026-04-10"), False),)


@pytest.mark.parametrize(
    ("filing", "seq", "passes"), [("contract", 12, True), ("contract", 13, False), ("change", 12, False)]
)
def test_only_what_is_owed_can_be_filed(filing: str, seq: int, passes: bool) -> None:
    given = {"filing": filing, "seq": seq, "sent_on": "2026-04-01"}
    assert answer("filing_owed", ask(a_hire(filings=OWED), records=RecordKind.FILING, given=given)).passed is passes


def test_a_page_offers_the_filing_while_one_is_owed() -> None:
    assert answer("filing_owed", ask(a_hire(filings=OWED), records=RecordKind.FILING)).passed
    assert not answer("filing_owed", ask(a_hire(), records=RecordKind.FILING)).passed
    assert not answer("filing_owed", ask(a_hire(filings=OWED))).passed
