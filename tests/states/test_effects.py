"""What each kind of record does: the facts that follow from it, the rows that keep it, and the days it sets."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from states.effects import EFFECTS
from states.house import house_steps
from states.inputs import INPUTS, StepInput
from states.loading import Catalogue
from states.plan import ENFORCE_MARK, Plan
from states.vocabulary import HOUSE_RECORDS, RecordKind
from tests.support.asking import d
from tests.support.deciding import (
    CHECKER,
    CLERK,
    COUNTY,
    FIRST_DAY,
    HRSS,
    JUDGE,
    RURAL,
    Desk,
    able,
    changed,
    rules_of,
    the_document,
)


def iso(*days: date | None) -> tuple[str | None, ...]:
    return tuple(None if day is None else day.isoformat() for day in days)


def term(desk: Desk) -> tuple[str | None, ...]:
    return iso(desk.dossier.term_starts_on, desk.dossier.term_ends_on)


def row(plan: Plan, table: str) -> dict[str, Any]:
    (found,) = plan.rows[table]
    return found


def updated(plan: Plan, table: str) -> tuple[dict[str, Any], dict[str, Any]]:
    ((keys, values),) = [(keys, values) for name, keys, values in plan.updates if name == table]
    return keys, values


def term_over(desk: Desk, day: str = "2027-03-11") -> Plan:
    plan = desk.fire("term_end", day, mark=ENFORCE_MARK)
    assert plan is not None
    return plan


# ---- completeness ---------------------------------------------------------------------------------------------------


def test_every_kind_of_record_has_an_effect_and_a_form() -> None:
    assert set(EFFECTS) == set(INPUTS) == set(RecordKind)
    assert all(issubclass(form, StepInput) for form in INPUTS.values())


def test_the_document_of_these_tests_has_a_step_for_every_kind_of_record() -> None:
    # old terms are entered under versions of their own (tests/workflow/test_old_and_new.py)
    others = HOUSE_RECORDS | {RecordKind.OLD_TERMS}
    assert {step.records for step in the_document().steps} == set(RecordKind) - others
    # points are counted and those served are heard under some documents only
    documents = (the_document(), *Catalogue.load().all())
    of_the_house = {s.records for one in documents for steps in house_steps(one).values() for s in steps}
    assert of_the_house == HOUSE_RECORDS == {kind for kind in EFFECTS if kind in HOUSE_RECORDS}


# ---- before the work ------------------------------------------------------------------------------------------------


def test_an_application_names_its_day_and_route() -> None:
    desk = Desk.at_vacancy()
    plan = desk.do("apply", CLERK, "2026-03-03", candidate=able(), person_id=3, route="recommended")
    assert (desk.dossier.applied_on, desk.dossier.route) == (d("2026-03-03"), "recommended")
    assert (plan.person_id, plan.hire["person_id"]) == (3, 3)


def test_a_meeting_is_kept_with_its_votes() -> None:
    desk = Desk.at_applied()
    desk.do("meet", CLERK, held_on=d(FIRST_DAY), present=9, in_favour=0)
    kept = desk.dossier
    assert (kept.meeting_on, kept.meeting_present, kept.meeting_for) == (d(FIRST_DAY), 9, 0)


def test_a_notice_ends_as_the_deadline_of_its_stage_says() -> None:
    desk = Desk.at_applied()
    desk.do("check", CHECKER)
    plan = desk.do("post", CLERK, "2026-03-03", posted_on=d("2026-03-03"), boards=["镇公示栏", "村公示栏"])
    kept = desk.dossier
    assert iso(kept.posted_on, kept.notice_ends_on) == ("2026-03-03", "2026-03-10")
    assert (kept.boards, kept.notice_round) == (("镇公示栏", "村公示栏"), 2)
    assert row(plan, "notice") == {
        "hire_id": 7, "seq": plan.seq, "round": 2, "posted_on": "2026-03-03", "ends_on": "2026-03-10",
        "provisional": False, "boards": ["镇公示栏", "村公示栏"], "article": "九",
        "board_days": ["2026-03-03", "2026-03-03"], "sheet": "5-2-20260303",
    }  # fmt: skip


def test_a_notice_into_days_without_a_holiday_notice_is_provisional() -> None:
    desk = Desk.at_applied("2026-12-28")
    plan = desk.do("review_and_post", HRSS, "2026-12-28", posted_on=d("2026-12-28"), boards=["栏"])
    assert row(plan, "notice")["provisional"] is True


def test_the_end_of_a_notice_closes_the_round_that_is_open() -> None:
    assert updated(Desk.at_review().plans[-1], "notice") == (
        {"hire_id": 7, "closed_on": None, "corrected_by": None}, {"closed_on": "2026-03-10"},
    )  # fmt: skip


@pytest.mark.parametrize("upheld", [False, True])
def test_an_answer_closes_its_objection_and_no_other(upheld: bool) -> None:
    desk = Desk.at_applied()
    desk.do("review_and_post", HRSS, posted_on=d(FIRST_DAY), boards=["栏"])
    first = desk.do("object", CLERK, text="与村主任是亲属", by_name="王某").seq
    second = desk.do("object", CLERK, text="学历不实").seq
    assert list(desk.dossier.open_objections) == [first, second]
    desk.hire = replace(desk.hire, submitted_by="clerk")
    plan = desk.do("uphold_objection" if upheld else "dismiss_objection", JUDGE, objection=first, reason="经查")
    assert list(desk.dossier.open_objections) == [second]
    assert desk.dossier.upheld_objections == int(upheld)
    assert updated(plan, "objection") == (
        {"hire_id": 7, "seq": first}, {"answered_seq": plan.seq, "upheld": upheld},
    )  # fmt: skip


def test_only_a_first_approval_approves() -> None:
    desk = Desk.at_applied()
    desk.do("check", CHECKER)
    assert desk.dossier.approved_on is None


def test_training_that_failed_has_no_day_of_passing() -> None:
    desk = Desk.at_review()
    for officer in (HRSS, RURAL):
        desk.do("approve", officer, "2026-03-10")
    desk.do("train", CLERK, "2026-03-10", held_on=d("2026-03-10"), passed=False, hours=8)
    assert (desk.dossier.training_passed, desk.dossier.trained_on) == (False, None)
    plan = desk.do("train", CLERK, "2026-03-11", held_on=d("2026-03-11"), passed=True)
    assert (desk.dossier.training_passed, desk.dossier.trained_on) == (True, d("2026-03-11"))
    assert (row(plan, "training")["passed"], row(plan, "training")["held_on"]) == (True, "2026-03-11")


# ---- retirement is measured where the document says ------------------------------------------------------------------


def measured_on(event: str) -> Desk:
    """A man who comes within five years of retirement on the day he starts, one day after his approval."""
    gaps = tuple(g.model_copy(update={"default": event}) if g.gap == "measured" else g for g in the_document().gaps)
    desk = Desk.at_applied(person=able(born="1984-01-01"), rules=rules_of(changed(gaps=gaps)))
    person = desk.hire.person
    assert person is not None
    desk.do("check", CHECKER)
    desk.hire = replace(desk.hire, person=replace(person, born=d("1969-12-10")))
    desk.do("post", CLERK, posted_on=d(FIRST_DAY), boards=["栏"])
    desk.fire("notice_period", "2026-03-10")
    for officer in (HRSS, RURAL):
        desk.do("approve", officer, "2026-03-10")
    return desk


@pytest.mark.parametrize(
    ("event", "near", "last"), [("approved_on", False, "2029-03-10"), ("started_on", True, "2031-03-10")]
)
def test_near_retirement_is_found_on_the_day_of_the_document(event: str, near: bool, last: str) -> None:
    desk = measured_on(event)
    assert (desk.dossier.retires_on is not None) is (event == "approved_on")
    desk.do("start", CLERK, "2026-03-11", started_on=d("2026-03-11"))
    assert (desk.dossier.retires_on, desk.dossier.near_retirement) == (d("2031-03-10"), near)
    assert iso(desk.dossier.last_lawful_on) == (last,)


# ---- the first contract ---------------------------------------------------------------------------------------------


def test_a_term_of_twelve_months_begins_with_the_work() -> None:
    desk = Desk.at_work()
    assert iso(desk.dossier.started_on, desk.dossier.last_lawful_on) == ("2026-03-11", "2029-03-10")
    plan = desk.do("sign", CLERK, "2026-03-20", signed_on=d("2026-03-18"), number="2026-1")
    assert term(desk) == ("2026-03-11", "2027-03-10")
    assert (desk.dossier.term_no, desk.dossier.signed_on) == (1, d("2026-03-18"))
    assert row(plan, "contract") == {
        "hire_id": 7, "seq": plan.seq, "person_id": 3, "instrument": "contract", "term_no": 1, "number": "2026-1",
        "signed_on": "2026-03-18", "starts_on": "2026-03-11", "ends_on": "2027-03-10",
    }  # fmt: skip


def test_a_contract_may_name_its_own_first_day() -> None:
    desk = Desk.at_work()
    desk.do("sign", CLERK, "2026-03-20", signed_on=d("2026-03-18"), starts_on=d("2026-03-10"))
    assert term(desk) == ("2026-03-10", "2027-03-09")


@pytest.mark.parametrize(
    ("prior_months", "ends"), [(0, "2027-03-10"), (24, "2027-03-10"), (25, "2027-02-10"), (35, "2026-04-10")]
)
def test_no_term_outlives_the_last_lawful_day(prior_months: int, ends: str) -> None:
    desk = Desk.under_contract(person=able(prior_months=prior_months))
    assert term(desk) == ("2026-03-11", ends)


def test_a_contract_signed_before_the_work_runs_from_its_first_day() -> None:
    desk = Desk.at_review(person=able(prior_months=30))
    for officer in (HRSS, RURAL):
        desk.do("approve", officer, "2026-03-10")
    signed = desk.do("sign_before", CLERK, "2026-03-10", signed_on=d("2026-03-10"))
    assert (row(signed, "contract")["starts_on"], row(signed, "contract")["ends_on"]) == (None, None)
    assert row(signed, "contract")["instrument"] == "labour_contract"
    assert (desk.dossier.term_no, desk.dossier.agreement_on) == (0, d("2026-03-10"))
    plan = desk.do("start", CLERK, "2026-03-16", started_on=d("2026-03-16"))
    assert term(desk) == ("2026-03-16", "2026-09-15")
    assert updated(plan, "contract") == (
        {"hire_id": 7, "term_no": 1, "corrected_by": None}, {"starts_on": "2026-03-16", "ends_on": "2026-09-15"},
    )  # fmt: skip


def test_an_agreement_is_no_contract_and_has_no_term() -> None:
    desk = Desk.at_review()
    for officer in (HRSS, RURAL):
        desk.do("approve", officer, "2026-03-10")
    plan = desk.do("agree", CLERK, "2026-03-10", signed_on=d("2026-03-10"))
    assert (row(plan, "contract")["instrument"], row(plan, "contract")["term_no"]) == ("agreement", 0)
    assert (desk.dossier.agreement_on, desk.dossier.signed_on) == (d("2026-03-10"), None)
    plan = desk.do("start", CLERK, "2026-03-11", started_on=d("2026-03-11"))
    assert plan.updates == []


# ---- assessments ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("grade", "passes"), [("passed", True), ("failed", False)])
def test_a_proposal_finds_nothing_and_the_ruling_does(grade: str, passes: bool) -> None:
    desk = Desk.under_contract()
    proposal = desk.do("assess", CLERK, "2026-12-01", year=2026, grade=grade, skilled=passes)
    assert (row(proposal, "assessment")["grade"], row(proposal, "assessment")["passed"]) == (grade, passes)
    assert (desk.dossier.ruled_year, desk.dossier.ruled_passed, desk.dossier.skilled) == (None, None, None)
    desk.do("rule_assessment", HRSS, "2026-12-02")
    plan = desk.do("rule_assessment", RURAL, "2026-12-02")
    kept = desk.dossier
    assert (kept.ruled_year, kept.ruled_grade, kept.ruled_passed, kept.skilled) == (2026, grade, passes, passes)
    assert (kept.proposed_year, kept.proposed_seq, kept.proposed_by) == (None, None, None)
    assert updated(plan, "assessment") == ({"hire_id": 7, "seq": proposal.seq}, {"ruled_seq": plan.seq})


def test_of_two_proposals_the_later_one_is_ruled_on() -> None:
    desk = Desk.under_contract()
    desk.do("assess", CLERK, "2026-12-01", year=2026, grade="failed")
    later = desk.do("assess", CLERK, "2026-12-02", year=2026, grade="passed")
    desk.do("rule_assessment", HRSS, "2026-12-03")
    plan = desk.do("rule_assessment", RURAL, "2026-12-03")
    assert desk.dossier.ruled_grade == "passed"
    assert updated(plan, "assessment")[0]["seq"] == later.seq


# ---- renewals -------------------------------------------------------------------------------------------------------


def on_account(**person: Any) -> Desk:
    """Under a first contract whose months are on the person's account, as they are once the contract is stored."""
    desk = Desk.under_contract(person=able(**person))
    ends_on = desk.dossier.term_ends_on
    assert desk.hire.person is not None
    assert ends_on is not None
    periods = ((d("2026-03-11"), ends_on, desk.hire.id),)
    desk.hire = replace(desk.hire, person=replace(desk.hire.person, periods=periods))
    return desk


def decided(**person: Any) -> Desk:
    """The first term is nearly over, and the employer renews."""
    desk = on_account(**person)
    desk.do("decide_renew", CLERK, "2027-02-01", reason="考核合格")
    return desk


def signed_in_time(**person: Any) -> Desk:
    desk = decided(**person)
    desk.do("sign_renewal", CLERK, "2027-02-02", signed_on=d("2027-02-02"), number="2027-1")
    return desk


def test_a_renewal_is_signed_now_and_runs_from_the_end_of_the_term() -> None:
    desk = signed_in_time()
    signed = row(desk.plans[-1], "contract")
    assert (signed["term_no"], signed["instrument"], signed["starts_on"]) == (2, "renewal", None)
    assert term(desk) == ("2026-03-11", "2027-03-10")
    plan = term_over(desk)
    assert (plan.act, desk.hire.stage) == ("renew", "renewed")
    assert term(desk) == ("2027-03-11", "2028-03-10")
    assert (desk.dossier.term_no, desk.dossier.renewal, desk.dossier.renewal_signed_on) == (2, None, None)
    assert "contract" not in plan.rows
    assert updated(plan, "contract") == (
        {"hire_id": 7, "term_no": 2, "corrected_by": None}, {"starts_on": "2027-03-11", "ends_on": "2028-03-10"},
    )  # fmt: skip


def test_a_renewal_found_late_by_the_sweep_still_begins_on_its_day() -> None:
    desk = signed_in_time()
    term_over(desk, "2027-04-25")
    assert term(desk) == ("2027-03-11", "2028-03-10")


@pytest.mark.parametrize(("prior_months", "ends"), [(12, "2028-03-10"), (13, "2028-02-10"), (18, "2027-09-10")])
def test_a_renewal_ends_at_the_last_lawful_day(prior_months: int, ends: str) -> None:
    desk = signed_in_time(prior_months=prior_months)
    term_over(desk)
    assert term(desk) == ("2027-03-11", ends)


def test_a_late_renewal_leaves_the_gap_unpaid() -> None:
    desk = decided()
    term_over(desk)
    assert (desk.hire.stage, *iso(desk.dossier.over_term_on, desk.dossier.paid_until)) == (
        "over_term", "2027-03-11", "2027-03-10",
    )  # fmt: skip
    plan = desk.do("renew_late", CLERK, "2027-03-25")
    assert term(desk) == ("2027-03-25", "2028-03-24")
    assert (desk.dossier.over_term_on, desk.dossier.paid_until, desk.dossier.term_no) == (None, None, 2)
    late = row(plan, "contract")
    assert (late["term_no"], late["signed_on"], late["starts_on"]) == (2, "2027-03-25", "2027-03-25")


def test_a_late_renewal_that_was_signed_in_time_is_not_entered_twice() -> None:
    desk = signed_in_time()
    desk.amend(renewal=None)  # taken back before the end, and decided anew after it
    assert term_over(desk).act == "overrun"
    desk.do("decide_renew", CLERK, "2027-03-24", reason="考核合格")
    plan = desk.do("renew_late", CLERK, "2027-03-25")
    assert "contract" not in plan.rows
    assert updated(plan, "contract")[1]["starts_on"] == "2027-03-25"


# ---- protected periods and extensions -------------------------------------------------------------------------------


def protected(desk: Desk, until: str, day: str = "2027-02-01") -> Plan:
    return desk.do("protect", CLERK, day, kind="medical_period", until=d(until), evidence="医院证明")


def test_the_law_moves_the_end_of_a_term_to_the_end_of_the_protected_period() -> None:
    desk = Desk.under_contract()
    protected(desk, "2027-04-15")
    plan = term_over(desk)
    assert plan.act == "extend_by_law"
    assert term(desk) == ("2026-03-11", "2027-04-15")
    assert (desk.hire.stage, desk.dossier.term_no) == ("contracted", 1)
    assert updated(plan, "contract") == (
        {"hire_id": 7, "term_no": 1, "corrected_by": None},
        {"ends_on": "2027-04-15"},
    )


def test_a_shorter_protected_period_does_not_shorten_a_longer_one() -> None:
    desk = Desk.under_contract()
    protected(desk, "2027-04-15")
    plan = protected(desk, "2027-04-01")
    assert desk.dossier.protected_until == d("2027-04-15")
    assert row(plan, "protection")["until_on"] == "2027-04-01"  # on record all the same
    desk.do("protect", CLERK, "2027-02-02", kind="work_injury", until=d("2027-04-15"), evidence="工伤认定")
    assert desk.dossier.protected_kind == "medical_period"  # nor does another of the same length take its name
    protected(desk, "2027-05-01")
    assert desk.dossier.protected_until == d("2027-05-01")


def test_an_extension_moves_the_last_lawful_day() -> None:
    desk = on_account(prior_months=24)
    assert iso(desk.dossier.last_lawful_on) == ("2027-03-10",)
    desk.do("grant", COUNTY, "2027-02-01", until=d("2027-09-10"), reason="无人接替")
    assert iso(desk.dossier.extension_until, desk.dossier.last_lawful_on) == ("2027-09-10", "2027-09-10")
    assert term(desk) == ("2026-03-11", "2027-03-10")  # the term itself is renewed by a step of its own


# ---- endings --------------------------------------------------------------------------------------------------------


def leaving(desk: Desk, day: str, decided_on: str) -> Plan:
    desk.do("decide_leaving", CLERK, decided_on, ground="absence", effective_on=d(day), reason="自动离岗")
    plan = desk.fire("leaving", _next(day))
    assert plan is not None
    return plan


def _next(day: str) -> str:
    return date.fromordinal(d(day).toordinal() + 1).isoformat()


def ended(plan: Plan) -> tuple[str, str, str]:
    departure = row(plan, "departure")
    return departure["ground"], departure["ended_on"], departure["paid_until"]


def test_whoever_leaves_is_paid_to_the_last_day() -> None:
    desk = Desk.under_contract()
    plan = leaving(desk, "2026-08-31", "2026-08-01")
    assert ended(plan) == ("absence", "2026-08-31", "2026-08-31")
    assert plan.on == d("2026-09-01")
    assert updated(plan, "contract") == (
        {"hire_id": 7, "term_no": 1, "ended_on": None, "corrected_by": None}, {"ended_on": "2026-08-31"},
    )  # fmt: skip
    assert iso(desk.dossier.ended_on, desk.dossier.paid_until) == ("2026-08-31", "2026-08-31")


def test_whoever_leaves_over_term_is_not_paid_for_the_days_beyond() -> None:
    desk = Desk.under_contract()
    term_over(desk)
    plan = leaving(desk, "2027-03-31", "2027-03-20")
    assert ended(plan) == ("absence", "2027-03-31", "2027-03-10")
    # no contract outlives its term: days over term are not service
    assert updated(plan, "contract")[1] == {"ended_on": "2027-03-10"}


def test_a_term_that_ends_overtakes_a_resignation_for_a_later_day() -> None:
    desk = Desk.under_contract()
    desk.do("resign", CLERK, "2027-02-20", given_on=d("2027-02-20"), leave_on=d("2027-03-22"))
    assert (desk.dossier.leaving_ground, desk.dossier.leaving_on) == ("resignation", d("2027-03-22"))
    desk.do("decide_end", CLERK, "2027-02-21", reason="不再续签")
    plan = term_over(desk)
    assert ended(plan) == ("term_over", "2027-03-10", "2027-03-10")
    assert desk.dossier.leaving_ground == "term_over"


def test_a_resignation_before_the_end_of_the_term_ends_it() -> None:
    desk = Desk.under_contract()
    desk.do("resign", CLERK, "2026-05-01", given_on=d("2026-05-01"), leave_on=d("2026-05-31"))
    plan = desk.fire("leaving", "2026-06-01")
    assert plan is not None
    assert ended(plan) == ("resignation", "2026-05-31", "2026-05-31")


def test_a_departure_quotes_the_law_of_its_ground() -> None:
    grounds = tuple(g.model_copy(update={"law": "《劳动合同法》第三十九条"}) for g in the_document().grounds)
    desk = Desk.under_contract(rules=rules_of(changed(grounds=grounds)))
    departure = row(leaving(desk, "2026-08-31", "2026-08-01"), "departure")
    assert (departure["law"], departure["article"]) == ("《劳动合同法》第三十九条", "一")


def test_handing_over_is_kept() -> None:
    desk = Desk.under_contract()
    desk.do("hand_over", CLERK, "2026-08-01", done_on=d("2026-07-31"))
    assert desk.dossier.handover_on == d("2026-07-31")


# ---- filings --------------------------------------------------------------------------------------------------------


def test_a_step_makes_its_filings_due() -> None:
    desk = Desk.under_contract()
    signed = desk.plans[-1]
    assert row(signed, "filing") == {
        "hire_id": 7, "seq": signed.seq, "filing": "contract", "by_role": "employer", "to_roles": ["hrss"],
        "due_on": "2026-03-18", "provisional": False, "article": "十一",
    }  # fmt: skip
    assert [(f.filing, f.seq, f.due_on) for f in desk.dossier.filings] == [("contract", signed.seq, d("2026-03-18"))]


def test_a_filing_due_in_days_without_a_holiday_notice_is_provisional() -> None:
    desk = Desk.at_work()
    plan = desk.do("sign", CLERK, "2026-12-28", signed_on=d("2026-12-28"))
    assert row(plan, "filing")["provisional"] is True
    assert desk.dossier.filings[0].provisional


def test_a_filing_that_was_sent_is_owed_no_more_and_the_others_are() -> None:
    desk = Desk.under_contract()
    signed, other = desk.plans[-1].seq, replace(desk.dossier.filings[0], filing="change", seq=99)
    desk.amend(filings=(*desk.dossier.filings, other))
    plan = desk.do("file", CLERK, "2026-03-12", filing="contract", seq=signed, sent_on=d("2026-03-12"), receipt="回执")
    assert desk.dossier.filings == (other,)
    assert updated(plan, "filing") == (
        {"hire_id": 7, "filing": "contract", "seq": signed},
        {"sent_on": "2026-03-12", "receipt": "回执", "sent_seq": plan.seq},
    )
