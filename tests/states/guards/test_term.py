from __future__ import annotations

from typing import Any

import pytest

from states.procedure import Procedure
from states.vocabulary import RecordKind
from tests.support.asking import HIRE_ID, a_hire, a_person, a_procedure, a_woman, answer, ask, d

NEAR: dict[str, Any] = {"exception": "near_retirement", "measured_on": "approved_on", "cite": "一"}
FURTHER: dict[str, Any] = {"exception": "discretionary_extension", "cite": "一"}


def service(*exceptions: dict[str, Any], **changes: Any) -> Procedure:
    lines = {"months": 36, "counted_from": "started_on", "exceptions": list(exceptions), "cite": "一"}
    return a_procedure(service={**lines, **changes})


@pytest.mark.parametrize(("prior", "passes"), [(0, True), (35, True), (36, False), (40, False)])
def test_a_month_has_to_be_left_for_whoever_is_new(prior: int, passes: bool) -> None:
    verdict = answer("months_left", ask(a_hire(a_person(prior_months=prior))))
    assert verdict.passed is passes
    assert verdict.inputs["left_months"] == max(0, 36 - prior)
    assert verdict.inputs["used_months"] == prior


def test_service_on_other_posts_counts() -> None:
    served = ((d("2021-01-01"), d("2022-12-31"), None), (d("2023-03-01"), d("2023-12-31"), 2))
    verdict = answer("months_left", ask(a_hire(a_person(periods=served)), "2026-03-02"))
    assert (verdict.inputs["used_months"], verdict.inputs["left_months"]) == (34, 2)
    assert verdict.inputs["last_lawful_on"] == "2026-05-01"


def test_a_document_may_leave_prior_service_out_or_know_no_limit() -> None:
    person = a_person(prior_months=40)
    assert answer("months_left", ask(a_hire(person), procedure=service(counts_prior_service=False))).passed
    assert answer("months_left", ask(a_hire(person), procedure=service(months=None))).passed


def test_months_are_counted_from_the_day_work_starts() -> None:
    given = {"started_on": "2026-04-01"}
    question = ask(a_hire(a_person(prior_months=35)), records=RecordKind.START, given=given)
    assert answer("months_left", question).inputs["last_lawful_on"] == "2026-04-30"


@pytest.mark.parametrize(("on", "passes"), [("2026-03-31", True), ("2026-04-01", False)])
def test_a_last_month_may_still_be_signed_for_until_it_is_over(on: str, passes: bool) -> None:
    hire = a_hire(a_person(prior_months=35), started_on="2026-03-01")
    assert answer("months_left", ask(hire, on)).passed is passes


def renewing(ends: str, person: Any, procedure: Procedure | None = None, on: str = "2026-02-10", **facts: Any) -> Any:
    hire = a_hire(person, started_on="2023-03-01", term_starts_on="2023-03-01", term_ends_on=ends, **facts)
    return answer("months_left", ask(hire, on, procedure=procedure), after_term=True)


@pytest.mark.parametrize(("ends", "passes"), [("2025-02-28", True), ("2026-01-31", True), ("2026-02-28", False)])
def test_a_renewal_needs_a_month_after_the_present_term(ends: str, passes: bool) -> None:
    assert renewing(ends, a_person(), on="2025-02-10").passed is passes


def test_own_contracts_on_record_are_not_counted_twice() -> None:
    own = ((d("2023-03-01"), d("2024-02-29"), HIRE_ID), (d("2024-03-01"), d("2025-02-28"), HIRE_ID))
    verdict = renewing("2025-02-28", a_person(periods=own), on="2025-02-10")
    assert (verdict.inputs["used_months"], verdict.inputs["left_months"]) == (24, 12)
    assert verdict.inputs["last_lawful_on"] == "2026-02-28"


def test_a_present_term_that_stands_on_no_contract_is_counted_beside_other_service() -> None:
    elsewhere = a_person(periods=((d("2022-01-01"), d("2022-06-30"), None),))
    verdict = renewing("2025-02-28", elsewhere, on="2025-02-10")
    assert verdict.inputs["from"] == "2025-03-01"
    assert (verdict.inputs["used_months"], verdict.inputs["left_months"]) == (30, 6)
    second: dict[str, Any] = {
        "first_started_on": "2023-03-01",
        "started_on": "2023-03-01",
        "term_starts_on": "2024-03-01",
    }
    hire = a_hire(a_person(), term_ends_on="2025-02-28", **second)
    assert answer("months_left", ask(hire, "2025-02-10"), after_term=True).inputs["used_months"] == 24


def test_a_renewal_decided_after_the_term_begins_today_at_the_earliest() -> None:
    verdict = renewing("2025-02-28", a_person(), on="2025-03-15")
    assert verdict.inputs["from"] == "2025-03-15"
    assert verdict.inputs["last_lawful_on"] == "2026-03-14"


def test_without_a_term_nothing_can_be_left_of_it() -> None:
    verdict = answer("months_left", ask(a_hire(a_person())), after_term=True)
    assert str(verdict.say) == "合同期限未登记，不能计算剩余月数"


def test_near_retirement_at_approval_carries_on_until_retirement() -> None:
    facts: dict[str, Any] = {"approved_on": "2023-02-20", "near_retirement": True, "retires_on": "2026-03-20"}
    person = a_person("1966-01-20")
    assert not renewing("2026-02-28", person, service(), **facts).passed
    verdict = renewing("2026-02-28", person, service(NEAR), **facts)
    assert verdict.passed, "days before retirement suffice: the exception ends on a day, not after months"
    assert (verdict.inputs["excepted"], verdict.inputs["last_lawful_on"]) == (True, "2026-03-20")
    assert "可延长至退休" in str(verdict.say)
    assert not renewing("2026-02-28", person, service(NEAR), on="2026-03-21", **facts).passed


def test_an_exception_is_for_its_kinds_of_post_alone() -> None:
    facts: dict[str, Any] = {"approved_on": "2023-02-20", "near_retirement": True, "retires_on": "2028-03-20"}
    for kinds, passes in ((["village"], True), (["city"], False)):
        procedure = service({**NEAR, "kinds": kinds})
        assert renewing("2026-02-28", a_person("1966-01-20"), procedure, **facts).passed is passes


def test_a_granted_extension_carries_on_until_its_day() -> None:
    assert renewing("2026-02-28", a_person(), service(FURTHER), extension_until="2026-12-31").passed
    assert not renewing("2026-02-28", a_person(), service(FURTHER)).passed
    assert not renewing("2026-02-28", a_person(), service(), extension_until="2026-12-31").passed


@pytest.mark.parametrize(("born", "near"), [("1974-12-09", True), ("1974-12-10", False)])
def test_before_the_approval_retirement_is_measured_today(born: str, near: bool) -> None:
    # a woman of the former age 55, born in December 1974, retires at 56 years and three months: in March 2031
    verdict = answer("months_left", ask(a_hire(a_woman(born)), "2026-03-10", procedure=service(NEAR)))
    assert verdict.passed
    assert verdict.inputs["excepted"] is near
    assert verdict.inputs["last_lawful_on"] == ("2031-03-09" if near else "2029-03-09")


def test_nobody_comes_near_retirement_by_changing_posts() -> None:
    # near retirement now, but not when the first of three years on other posts began
    earlier = ((d("2021-01-01"), d("2023-12-31"), None),)
    procedure = service(NEAR)
    assert answer("months_left", ask(a_hire(a_woman("1971-01-09")), procedure=procedure)).passed
    assert not answer("months_left", ask(a_hire(a_woman("1971-01-09", periods=earlier)), procedure=procedure)).passed
    # near when her 36 months began: she may go on to her retirement day, which the reform moved from January to May
    assert answer("months_left", ask(a_hire(a_woman("1971-01-09", prior_months=36)), procedure=procedure)).passed
    assert not answer("months_left", ask(a_hire(a_woman("1970-09-09", prior_months=36)), procedure=procedure)).passed
    assert answer("months_left", ask(a_hire(a_woman("1971-06-09", prior_months=36)), procedure=procedure)).passed


def test_records_that_make_no_sense_are_a_refusal_and_no_crash() -> None:
    backwards = a_person(periods=((d("2023-01-01"), d("2022-01-01"), None),))
    assert not answer("months_left", ask(a_hire(backwards))).passed
    assert not answer("months_left", ask(a_hire(a_person(prior_months=-1)))).passed
    assert answer("months_left", ask(a_hire(a_person(retirement_category="")), procedure=service(NEAR))).passed


ASSESSING = RecordKind.ASSESSMENT


@pytest.mark.parametrize(
    ("year", "ruled", "passes"),
    [
        (2023, None, False),
        (2024, None, True),
        (2026, None, True),
        (2027, None, False),
        (2024, 2024, False),
        (2025, 2024, True),
        (2024, 2025, False),
    ],
)
def test_a_year_is_assessed_once_and_in_order(year: int, ruled: int | None, passes: bool) -> None:
    hire = a_hire(first_started_on="2024-11-01", ruled_year=ruled)
    verdict = answer("assessment_year", ask(hire, "2026-12-01", ASSESSING, {"year": year}))
    assert verdict.passed is passes
    why = {2023: "2023年度尚未上岗", 2024: "2024年度考核已审定", 2027: "2027年度尚未到来"}
    assert passes or str(verdict.say) == why[year]


def test_a_page_offers_the_assessment_while_a_year_is_open() -> None:
    hire = a_hire(first_started_on="2024-11-01", ruled_year=2025)
    assert answer("assessment_year", ask(hire, "2026-01-01", ASSESSING)).passed
    assert not answer("assessment_year", ask(hire, "2025-12-31", ASSESSING)).passed
    assert not answer("assessment_year", ask(hire, "2026-01-01")).passed
    assert not answer("assessment_year", ask(a_hire(), records=ASSESSING)).passed


@pytest.mark.parametrize(
    ("proposed", "ruled", "passes"), [(None, None, False), (2025, None, True), (2025, 2024, True), (2025, 2025, False)]
)
def test_only_a_proposal_is_ruled_on(proposed: int | None, ruled: int | None, passes: bool) -> None:
    hire = a_hire(proposed_year=proposed, ruled_year=ruled)
    assert answer("assessment_proposed", ask(hire)).passed is passes


@pytest.mark.parametrize(
    ("ends", "ruled", "result", "passes"),
    [
        ("2026-12-20", 2026, True, True),
        ("2026-12-20", 2025, True, False),
        ("2026-12-19", 2025, True, True),
        ("2026-12-19", 2024, True, False),
        ("2026-12-19", 2025, False, False),
        ("2026-12-19", None, None, False),
    ],
)
def test_the_last_assessment_due_within_the_term_has_to_be_passed(
    ends: str, ruled: int | None, result: bool | None, passes: bool
) -> None:
    # the made-up document assesses by 20 December
    hire = a_hire(term_ends_on=ends, ruled_year=ruled, ruled_passed=result)
    assert answer("assessment_passed", ask(hire)).passed is passes


def test_the_missing_year_is_named_and_never_lies_before_the_work() -> None:
    hire = a_hire(first_started_on="2026-01-01", term_ends_on="2026-12-19")
    assert str(answer("assessment_passed", ask(hire)).say) == "2026年度考核尚未审定"
    assert "合同期限未登记" in str(answer("assessment_passed", ask(a_hire())).say)


@pytest.mark.parametrize(("found", "passes"), [(True, True), (False, False), (None, False)])
def test_the_skills_of_the_post(found: bool | None, passes: bool) -> None:
    verdict = answer("skilled", ask(a_hire(skilled=found)))
    assert verdict.passed is passes
    assert ("未认定" in str(verdict.say)) is (found is None)


@pytest.mark.parametrize(("decided", "passes"), [("renew", True), ("end", False), (None, False)])
def test_the_decision_has_to_be_this_one(decided: str | None, passes: bool) -> None:
    hire = a_hire(renewal=decided)
    verdict = answer("renewal_decided", ask(hire), outcome="renew")
    assert verdict.passed is passes
    assert str(verdict.say).startswith("尚未作出" if decided is None else "已决定")
    assert answer("renewal_decided", ask(hire), outcome="end").passed is (decided == "end")


@pytest.mark.parametrize(("signed", "passes"), [("2026-03-10", True), ("2026-03-11", False), (None, False)])
def test_a_renewal_is_signed(signed: str | None, passes: bool) -> None:
    assert answer("renewal_signed", ask(a_hire(renewal_signed_on=signed), "2026-03-10")).passed is passes
