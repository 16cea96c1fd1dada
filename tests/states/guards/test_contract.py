from __future__ import annotations

from typing import Any

import pytest

from states.vocabulary import RecordKind
from tests.support.asking import a_hire, answer, ask

TRAINING, CONTRACT = RecordKind.TRAINING, RecordKind.CONTRACT


@pytest.mark.parametrize("result", [True, False])
def test_the_result_that_is_recorded_decides_over_the_one_on_record(result: bool) -> None:
    given = {"held_on": "2026-03-10", "passed": result}
    question = ask(a_hire(training_passed=not result), "2026-03-10", TRAINING, given)
    assert answer("training_passed", question).passed is result


def test_training_lies_not_in_the_future() -> None:
    question = ask(a_hire(), "2026-03-10", TRAINING, {"held_on": "2026-03-11", "passed": True})
    assert not answer("training_passed", question).passed


@pytest.mark.parametrize(("on_record", "passes"), [(True, True), (False, False), (None, False)])
def test_training_on_record(on_record: bool | None, passes: bool) -> None:
    hire = a_hire(training_passed=on_record)
    assert answer("trained", ask(hire)).passed is passes
    assert answer("training_passed", ask(hire)).passed is passes
    assert answer("training_passed", ask(hire, records=TRAINING)).passed, "the page offers to record a result"


@pytest.mark.parametrize(
    ("name", "field"), [("agreement_signed", "agreement_on"), ("started", "started_on")]
)  # fmt: skip
def test_what_has_to_be_done_is_done_by_its_day(name: str, field: str) -> None:
    done: dict[str, Any] = {field: "2026-03-10"}
    hire = a_hire(**done)
    assert answer(name, ask(hire, "2026-03-10")).passed
    assert not answer(name, ask(hire, "2026-03-09")).passed
    assert not answer(name, ask(a_hire())).passed


@pytest.mark.parametrize(
    ("given", "passes"),
    [
        ({"signed_on": "2026-03-20"}, True),
        ({"signed_on": "2026-03-21"}, False),
        ({"signed_on": "2026-03-05"}, True),
        ({"signed_on": "2026-03-04"}, False),
        ({"signed_on": "2026-03-20", "starts_on": "2026-03-09"}, True),
        ({"signed_on": "2026-03-20", "starts_on": "2026-03-10"}, False),
        ({"signed_on": "2026-03-20", "starts_on": "2026-03-05"}, True),
        ({"signed_on": "2026-03-20", "starts_on": "2026-03-04"}, False),
        ({"number": "1"}, False),
    ],
)
def test_a_contract_is_signed_after_approval_and_covers_work_from_its_first_day(
    given: dict[str, Any], passes: bool
) -> None:
    hire = a_hire(approved_on="2026-03-05", started_on="2026-03-09")
    assert answer("signing_order", ask(hire, "2026-03-20", CONTRACT, given)).passed is passes


def test_before_work_the_contract_may_begin_later() -> None:
    hire = a_hire(approved_on="2026-03-05")
    given = {"signed_on": "2026-03-06", "starts_on": "2026-04-01"}
    assert answer("signing_order", ask(hire, "2026-03-06", CONTRACT, given)).passed


def test_a_page_offers_the_signing_and_a_step_without_a_day_is_refused() -> None:
    assert answer("signing_order", ask(a_hire(), records=CONTRACT)).passed
    assert not answer("signing_order", ask(a_hire())).passed


def signed(on: str, started: str = "2026-03-02", **params: Any) -> Any:
    hire = a_hire(started_on=started, approved_on="2026-02-25")
    return answer("signed_in_time", ask(hire, "2026-06-01", CONTRACT, {"signed_on": on}), **params)


@pytest.mark.parametrize(("on", "passes"), [("2026-04-02", True), ("2026-04-03", False)])
def test_the_contract_is_signed_within_the_month(on: str, passes: bool) -> None:
    assert signed(on).passed is passes


@pytest.mark.parametrize(("on", "passes"), [("2026-04-07", True), ("2026-04-08", False)])
def test_a_month_that_ends_in_a_holiday_ends_after_it(on: str, passes: bool) -> None:
    # 4 April is Qingming; the 4th to 6th are off
    assert signed(on, started="2026-03-04").passed is passes


def test_a_late_contract_costs_double_pay_from_the_day_after_the_month_is_full() -> None:
    verdict = signed("2026-05-06")
    assert verdict.inputs["double_pay_from"] == "2026-04-02"
    assert "自2026-04-02起" in str(verdict.say)
    assert "《劳动合同法》第八十二条" in str(verdict.say)


@pytest.mark.parametrize(("event", "due"), [("approved_on", "2026-03-25"), ({"gap": "event"}, "2026-04-02")])
def test_the_event_of_the_month_is_the_documents_choice(event: Any, due: str) -> None:
    assert signed("2026-03-03", **{"from": event}).inputs["due_on"] == due


def test_a_month_without_its_event_cannot_be_counted() -> None:
    verdict = answer("signed_in_time", ask(a_hire(), records=CONTRACT), **{"from": "agreement_on"})
    assert str(verdict.say) == "协议签订之日未登记，不能计算签订期限"


def test_a_page_asks_as_if_it_were_signed_today() -> None:
    hire = a_hire(started_on="2026-03-02")
    assert answer("signed_in_time", ask(hire, "2026-04-02", CONTRACT)).passed
    assert not answer("signed_in_time", ask(hire, "2026-04-03", CONTRACT)).passed
    assert str(answer("signed_in_time", ask(hire, "2026-03-03")).say) == "应在2026-04-02以前签订，尚未签订"


def test_double_pay_runs_from_the_work_whatever_event_the_limit_counts_from() -> None:
    assert signed("2026-05-06", **{"from": "approved_on"}).inputs["double_pay_from"] == "2026-04-02"


@pytest.mark.parametrize("name", ["trained", "training_passed"])
def test_who_failed_is_told_apart_from_who_was_never_trained(name: str) -> None:
    failed, never = answer(name, ask(a_hire(training_passed=False))), answer(name, ask(a_hire()))
    assert str(failed.say) == "岗前培训不合格"
    assert str(never.say).startswith("尚")


@pytest.mark.parametrize(("starts", "passes"), [("2026-03-05", True), ("2026-03-04", False)])
def test_work_starts_neither_before_the_training_nor_before_the_agreement(starts: str, passes: bool) -> None:
    hire = a_hire(training_passed=True, trained_on="2026-03-05", agreement_on="2026-03-05")
    question = ask(hire, "2026-03-10", RecordKind.START, {"started_on": starts})
    assert answer("trained", question).passed is passes
    assert answer("agreement_signed", question).passed is passes
