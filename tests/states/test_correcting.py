"""Setting past facts right: what moves with them, both sides of each line, who may, and that nothing else changes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from states.facts import Actor, Dossier
from states.refusals import InputRefused, StepRefused
from tests.support.asking import d
from tests.support.correcting import confirm, correct, entry_of, foreseen, propose, rows_of, seen
from tests.support.deciding import CHECKER, CLERK, HRSS, RURAL, Desk, able, body_of

LATE = "2026-06-01"
WAITING = {"correcting_seq": None, "correcting_entry": None, "correcting_by": None}


def plain(dossier: Dossier) -> Dossier:
    """A dossier but for its clocks, which say when they were set."""
    return dossier.with_(clocks={}, **WAITING)


def renewed(**more: Any) -> Desk:
    """Two terms: 11 March 2026 to 10 March 2027, and a year from there."""
    desk = Desk.under_contract(**more)
    desk.do("decide_renew", CLERK, "2027-02-10", reason="考核合格")
    desk.do("sign_renewal", CLERK, "2027-02-20", signed_on=d("2027-02-20"))
    desk.fire("term_end", "2027-03-11", 9999)
    return desk


def left(day: str = "2026-08-31") -> Desk:
    desk = Desk.under_contract()
    desk.do("decide_leaving", CLERK, "2026-08-01", ground="violation", effective_on=d(day), reason="经查属实")
    desk.fire("leaving", "2026-09-01", 9999)
    return desk


# ---- a start day, a term, a clock


@pytest.mark.parametrize(
    ("started_on", "starts", "ends"),
    [("2026-03-10", "2026-03-10", "2027-03-09"), ("2026-03-09", "2026-03-09", "2027-03-08")],
)
def test_an_earlier_first_day_moves_the_term_its_clock_and_the_row_in_force(
    started_on: str, starts: str, ends: str
) -> None:
    desk = Desk.under_contract()
    before = rows_of(desk)["contract"]
    plan = correct(desk, "start", LATE, started_on=started_on)
    assert (desk.dossier.started_on, desk.dossier.term_ends_on) == (d(starts), d(ends))
    assert desk.dossier.last_lawful_on == d(started_on).replace(year=2029) - (d("2026-03-02") - d("2026-03-01"))
    assert desk.dossier.clocks["term_end"].due_on == d(ends)
    assert "term_end" in plan.cancel_clocks and ("enforce", 9999) in desk.armed("term_end")
    ((old, new), (now,)) = (rows_of(desk, in_force=False)["contract"], rows_of(desk)["contract"])
    assert now == new == {**before[0], "seq": plan.seq, "corrects_seq": before[0]["seq"]} | {
        "starts_on": starts, "ends_on": ends,
    }  # fmt: skip
    assert old == before[0] | {"corrected_by": plan.seq}


def test_a_first_day_moved_under_a_renewal_moves_both_terms_and_the_day_of_renewal() -> None:
    desk = renewed()
    correct(desk, "start", "2027-05-10", started_on="2026-03-10")
    terms = [(row["term_no"], row["starts_on"], row["ends_on"]) for row in rows_of(desk)["contract"]]
    assert terms == [(1, "2026-03-10", "2027-03-09"), (2, "2027-03-10", "2028-03-09")]
    assert (desk.dossier.term_starts_on, desk.dossier.entered_on) == (d("2027-03-10"), d("2027-03-10"))


@pytest.mark.parametrize(("day", "moved", "last"), [("2026-03-12", "2026-03-11", "2026-09-10"), ("2026-03-11", "2026-03-12", "2026-09-11")])  # fmt: skip  # noqa: E501
def test_36_months_end_a_term_a_day_earlier_or_later_with_its_first_day(day: str, moved: str, last: str) -> None:
    """30 months were served before, so that six are left and the term is cut at the last of them."""
    desk = Desk.under_contract(day, person=able(prior_months=30))
    correct(desk, "start", LATE, started_on=moved)
    assert (desk.dossier.last_lawful_on, desk.dossier.term_ends_on) == (d(last), d(last))
    assert desk.dossier.clocks["limit"].due_on == d(last)


@pytest.mark.parametrize(("today", "acts"), [("2027-03-09", []), ("2027-03-10", ["term_end"])])
def test_a_term_that_is_over_by_then_is_told_and_the_system_acts_in_its_own_step(today: str, acts: list[str]) -> None:
    desk = Desk.under_contract()
    assert [name for name, _ in foreseen(desk, "start", today, started_on="2026-03-10").over] == acts
    correct(desk, "start", today, started_on="2026-03-10")
    assert desk.hire.stage == "contracted", "a correction moves nobody to another stage"
    if acts:
        desk.fire("term_end", today, 9999)
        assert (desk.hire.stage, desk.dossier.over_term_on) == ("over_term", d("2027-03-10"))


# ---- notices


def noticed(*boards: Any) -> Desk:
    desk = Desk.at_applied()
    desk.do("check", CHECKER)
    desk.do("post", CLERK, posted_on=d("2026-03-02"), boards=list(boards) or ["公示栏"])
    return desk


def test_a_notice_that_still_hangs_gets_its_new_last_day() -> None:
    desk = noticed("公示栏", {"name": "门口", "posted_on": "2026-02-27"})
    plan = correct(desk, "post", "2026-03-04", posted_on="2026-03-03")
    assert (desk.dossier.posted_on, desk.dossier.notice_ends_on) == (d("2026-03-03"), d("2026-03-10"))
    assert desk.dossier.clocks["notice_period"].due_on == d("2026-03-10")
    (row,) = plan.rows["notice"]
    assert (row["ends_on"], row["board_days"], row["sheet"][-8:]) == ("2026-03-10", ["2026-03-03", "2026-02-27"], "20260303")  # fmt: skip  # noqa: E501
    assert [one.answer.guard for one in foreseen(desk, "post", "2026-03-04", posted_on="2026-03-04").refused] == []


def test_an_earlier_day_on_the_board_stands_in_for_no_day_that_was_not_shown() -> None:
    desk = Desk.at_applied()
    desk.do("check", CHECKER)
    desk.do("post", CLERK, "2026-03-04", posted_on=d("2026-03-03"), boards=["公示栏"])
    moved = foreseen(desk, "post", "2026-03-05", posted_on="2026-03-02")
    assert (moved.changes(), moved.clocks) == ({}, ()), "it counts from the day of its entry"
    assert moved.rows[0].new["posted_on"] == "2026-03-02"


@pytest.mark.parametrize(("posted_on", "refused"), [("2026-03-01", []), ("2026-03-03", ["close_notice"])])
def test_a_notice_that_closed_too_early_is_told_with_the_words_of_its_rule(posted_on: str, refused: list[str]) -> None:
    desk = noticed()
    desk.fire("notice_period", "2026-03-10")
    if not refused:
        with pytest.raises(InputRefused) as fault:
            foreseen(desk, "post", "2026-03-11", posted_on=posted_on)
        assert "posted_on" in fault.value.faults, "not before the stage was entered"
        return
    moved = foreseen(desk, "post", "2026-03-11", posted_on=posted_on)
    assert [one.step.act for one in moved.refused] == refused
    assert "2026-03-10" in moved.refused[0].answer.verdict.say.text()


def test_what_should_not_have_been_allowed_is_confirmed_only_by_somebody_who_says_that_they_saw_it() -> None:
    desk = noticed()
    desk.fire("notice_period", "2026-03-10")
    propose(desk, "post", "2026-03-11", posted_on="2026-03-03")
    with pytest.raises(InputRefused) as fault:
        confirm(desk, "2026-03-11", acknowledged=False)
    assert "acknowledged" in fault.value.faults
    confirm(desk, "2026-03-11", acknowledged=True)
    assert (desk.hire.stage, desk.dossier.notice_ends_on) == ("review", d("2026-03-10"))
    assert body_of(desk.plans[-1])["input"]["acknowledged"] is True


# ---- other facts


def test_a_training_that_failed_after_all() -> None:
    desk = Desk.at_review()
    for officer in (HRSS, RURAL):
        desk.do("approve", officer, "2026-03-10")
    desk.do("train", CLERK, "2026-03-10", held_on=d("2026-03-10"), passed=True, hours=8)
    plan = correct(desk, "train", "2026-03-11", passed=False)
    assert (desk.dossier.training_passed, desk.dossier.trained_on) == (False, None)
    assert [(row["passed"], row["hours"]) for row in rows_of(desk)["training"]] == [(False, 8)]
    assert ["training", {"seq": plan.seq - 2}, {"corrected_by": plan.seq}] in body_of(plan)["sets"]


@pytest.mark.parametrize(("grade", "passed"), [("passed", True), ("failed", False)])
def test_a_grade_that_was_mistyped_is_another_ruling_of_the_year(grade: str, passed: bool) -> None:
    desk = Desk.under_contract()
    given = {"passed": "failed", "failed": "passed"}[grade]
    desk.do("assess", CLERK, "2026-12-01", year=2026, grade=given)
    with pytest.raises(InputRefused) as fault:
        foreseen(desk, "assess", "2026-12-02", grade=grade)
    assert "entry" in fault.value.faults, "what nobody has ruled on is proposed anew"
    for officer in (HRSS, RURAL):
        desk.do("rule_assessment", officer, "2026-12-10")
    correct(desk, "assess", "2026-12-20", grade=grade)
    assert (desk.dossier.ruled_grade, desk.dossier.ruled_passed) == (grade, passed)
    ((row),) = rows_of(desk)["assessment"]
    assert (row["grade"], row["passed"], row["ruled_seq"]) == (grade, passed, entry_of(desk, "rule_assessment"))
    with pytest.raises(InputRefused):
        foreseen(desk, "assess", "2026-12-21", grade="excellent-by-far")


@pytest.mark.parametrize(("leave_on", "told"), [("2026-08-01", None), ("2026-06-09", "leave_on")])
def test_a_resignation_is_set_right_within_the_order_of_its_days(leave_on: str, told: str | None) -> None:
    desk = Desk.under_contract()
    desk.do("resign", CLERK, "2026-06-10", given_on=d("2026-06-10"), leave_on=d("2026-07-10"))
    if told is not None:
        with pytest.raises(InputRefused) as fault:
            foreseen(desk, "resign", "2026-06-12", leave_on=leave_on)
        assert told in fault.value.faults
        return
    correct(desk, "resign", "2026-06-12", leave_on=leave_on)
    assert (desk.dossier.leaving_on, desk.dossier.clocks["leaving"].due_on) == (d(leave_on), d(leave_on))


@pytest.mark.parametrize("day", ["2026-08-30", "2026-09-01"])
def test_a_last_day_moved_after_the_end_moves_the_contract_the_departure_and_the_last_day_paid(day: str) -> None:
    desk = left()
    assert desk.hire.stage == "ended"
    plan = correct(desk, "decide_leaving", "2026-10-10", effective_on=day)
    assert (desk.hire.stage, desk.dossier.ended_on, desk.dossier.paid_until) == ("ended", d(day), d(day))
    assert rows_of(desk)["departure"][0]["ended_on"] == rows_of(desk)["contract"][0]["ended_on"] == day
    assert {row[0] for row in body_of(plan)["born"]} == {"departure", "contract"}


def test_a_first_day_after_the_last_is_no_correction() -> None:
    desk = left()
    with pytest.raises(InputRefused) as fault:
        foreseen(desk, "start", "2026-10-10", started_on="2026-09-01")
    assert f"第{entry_of(desk, 'decide_leaving')}号" in fault.value.faults["values"].text()


# ---- numbers of contracts, and reports


@pytest.mark.parametrize("act", ["sign", "sign_renewal"])
def test_the_number_of_a_contract_is_set_right_and_stays_out_of_the_trail(act: str) -> None:
    desk = renewed()
    plan = correct(desk, act, "2027-05-10", number="临聘2026-17")
    number = {row["term_no"]: row["number"] for row in rows_of(desk)["contract"]}
    assert number == {1: None, 2: None} | {{"sign": 1, "sign_renewal": 2}[act]: "临聘2026-17"}
    told = body_of(desk.plans[-2])
    assert told["input"]["values"] == {"number": None}
    assert "临聘" not in f"{told}{body_of(plan)}"
    with pytest.raises(InputRefused) as refused:
        foreseen(desk, act, "2027-05-11", number="临聘2026-17")
    assert set(refused.value.faults) == {"values"}, "it says so already"
    # another field of the same entry, with a number that is said again, leaves the number alone
    correct(desk, act, "2027-05-11", number="临聘2026-17", signed_on={"sign": "2026-03-12"}.get(act, "2027-02-19"))
    assert {row["number"] for row in rows_of(desk)["contract"]} == {None, "临聘2026-17"}
    correct(desk, act, "2027-05-12", number="临聘2026-71")
    again = foreseen(desk, act, "2027-05-13", number="临聘2026-17")
    assert again.said == (("number", "临聘2026-71", "临聘2026-17"),)
    assert (again.changes(), again.clocks, again.refused, again.reports) == ({}, (), (), ())


def reported(sent_on: str = "2026-03-13") -> Desk:
    """Under contract; the report that was owed by 18 March 2026 was sent."""
    desk = Desk.under_contract()
    desk.do("file", CLERK, "2026-03-20", filing="contract", seq=entry_of(desk, "sign"), sent_on=d(sent_on))
    return desk


def test_the_day_on_which_a_report_was_sent_is_set_right_in_its_row() -> None:
    desk = reported()
    before = desk.dossier
    (moved,) = foreseen(desk, "file", LATE, sent_on="2026-03-19", receipt="收文3号").reports
    assert (moved.row["due_on"], moved.row["sent_on"]) == ("2026-03-18", "2026-03-13")
    assert moved.changed == {"sent_on": "2026-03-19", "receipt": "收文3号"}
    plan = correct(desk, "file", LATE, sent_on="2026-03-19", receipt="收文3号")
    keys = {"filing": "contract", "seq": entry_of(desk, "sign")}
    assert body_of(plan)["sets"][0] == ["filing", keys, {"sent_on": "2026-03-19"}]
    assert "收文3号" not in str([body_of(one) for one in desk.plans])
    assert plain(desk.dossier) == plain(before), "nothing else rests on it"
    back = foreseen(desk, "file", LATE, sent_on="2026-03-13")
    assert back.said == (("sent_on", d("2026-03-19"), d("2026-03-13")),)
    assert back.reports[0].changed == {"sent_on": "2026-03-13"}


def test_work_that_would_begin_after_its_report_was_sent_is_told_with_the_number_of_the_report() -> None:
    desk = reported()
    assert foreseen(desk, "start", LATE, started_on="2026-03-13").said
    with pytest.raises(InputRefused) as refused:
        foreseen(desk, "start", LATE, started_on="2026-03-14")
    assert f"第{entry_of(desk, 'file')}号" in refused.value.faults["values"].text()


# ---- who, and what cannot be


def test_whoever_proposed_it_does_not_confirm_it_under_any_account() -> None:
    desk = Desk.under_contract()
    propose(desk, "start", LATE, by=HRSS, started_on="2026-03-10")
    other_account = Actor(99, HRSS.person_key, "另一账号", HRSS.grants)
    for act in ("confirm_correction", "refuse_correction"):
        told = {"reason": "不成立"} if act.startswith("refuse") else {}
        desk.hire = seen(desk)
        with pytest.raises(StepRefused) as refused:
            desk.do(act, other_account, LATE, correction=desk.dossier.correcting_seq, **told)
        assert [answer.guard for answer in refused.value.answers if answer.stops] == ["four_eyes"]
    desk.do("confirm_correction", RURAL, LATE, correction=desk.dossier.correcting_seq)
    assert desk.dossier.started_on == d("2026-03-10")


def test_kin_of_the_person_set_nothing_right() -> None:
    desk = Desk.under_contract()
    assert desk.hire.person is not None
    desk.hire = replace(desk.hire, person=replace(desk.hire.person, relatives=frozenset({RURAL.person_key})))
    for act, told in (("propose_correction", {"entry": entry_of(desk, "start"), "values": {"started_on": "2026-03-10"}, "reason": "写错了", "evidence": "表"}),):  # fmt: skip  # noqa: E501
        desk.hire = seen(desk)
        with pytest.raises(StepRefused) as refused:
            desk.do(act, RURAL, LATE, **told)
        assert "recusal" in {answer.guard for answer in refused.value.answers if answer.stops}
    propose(desk, "start", LATE, started_on="2026-03-10")
    with pytest.raises(StepRefused):
        confirm(desk, LATE, by=RURAL)


def test_until_it_is_confirmed_nothing_but_the_proposal_has_changed_and_one_waits_at_a_time() -> None:
    desk = Desk.under_contract()
    before, rows = desk.dossier, rows_of(desk)
    plan = propose(desk, "start", LATE, started_on="2026-03-10")
    assert (plain(desk.dossier), rows_of(desk)) == (plain(before), rows)
    assert {row["role"] for row in plan.rows["task"] if row["name"] == "correction"} == {"hrss", "rural", "county"}
    with pytest.raises(InputRefused):
        propose(desk, "start", LATE, started_on="2026-03-09")
    refusal = desk.do("refuse_correction", RURAL, LATE, correction=plan.seq, reason="签到表上是11日")
    assert (plain(desk.dossier), rows_of(desk)) == (plain(before), rows)
    assert {row["name"] for row in refusal.drop_tasks} == {"correction"}
    with pytest.raises(InputRefused):
        desk.do("refuse_correction", RURAL, LATE, correction=plan.seq, reason="再来一次")


@pytest.mark.parametrize(
    ("act", "values", "field"),
    [
        ("start", {"started_on": "2026-03-11"}, "values"),  # as it stands
        ("start", {"started_on": "2026-06-02"}, "started_on"),  # still to come on 1 June
        ("start", {"started_on": "昨天"}, "started_on"),
        ("start", {"person_id": 4}, "person_id"),
        ("sign", {"instrument": "1"}, "instrument"),
        ("file", {"sent_on": "2026-06-02"}, "sent_on"),  # still to come on 1 June
        ("file", {"sent_on": "2026-03-10"}, "sent_on"),  # not before the work began
        ("file", {"seq": 2}, "seq"),
        ("apply", {"person_id": 4}, "entry"),
        ("approve", {"opinion": "好"}, "entry"),
        (999, {"started_on": "2026-03-10"}, "entry"),
    ],
)
def test_what_cannot_be_set_right_this_way(act: str | int, values: dict[str, Any], field: str) -> None:
    with pytest.raises(InputRefused) as refused:
        foreseen(reported(), act, LATE, **values)
    assert set(refused.value.faults) == {field}


def test_what_happened_by_now_may_be_later_than_its_entry() -> None:
    desk = Desk.under_contract()
    assert foreseen(desk, "start", LATE, started_on=LATE).dossier.started_on == d(LATE)


def test_whoever_was_told_the_old_day_hears_of_the_new_one() -> None:
    desk = Desk.under_contract()
    desk.fire("term_end", "2027-02-08", -30)
    plan = correct(desk, "start", "2027-02-10", started_on="2026-03-10")
    assert [(row["template"], row["to_role"]) for row in plan.rows["outbox"]] == [("correction_made", "employer")]


# ---- there and back


LIVES = {
    "start": ("start", "started_on", lambda: Desk.under_contract()),
    "two terms": ("start", "started_on", lambda: renewed()),
    "signing": ("sign", "signed_on", lambda: Desk.under_contract()),
    "first day in the contract": ("sign", "starts_on", lambda: Desk.under_contract()),
    "signing of a renewal": ("sign_renewal", "signed_on", lambda: renewed()),
    "leaving": ("decide_leaving", "effective_on", lambda: left()),
    "start of somebody who left": ("start", "started_on", lambda: left()),
    "notice": ("post", "posted_on", lambda: noticed()),
}


@settings(deadline=None, max_examples=25)
@given(life=st.sampled_from(sorted(LIVES)), days=st.lists(st.integers(0, 60), min_size=1, max_size=3))
def test_there_and_back_again_everything_is_as_it_was(life: str, days: list[int]) -> None:
    """Any chain of corrections that ends with what the entry said first leaves the dossier and every row as it was."""
    act, field, live = LIVES[life]
    desk = live()
    today = "2027-06-01" if desk.hire.state != "publicized" else "2026-03-06"
    number, first = entry_of(desk, act), desk.dossier
    said = body_of(next(plan for plan in desk.plans if plan.seq == number))["input"].get(field, "2026-03-11")
    rows = contents(desk)
    for back in (*(d("2026-03-02").fromordinal(d("2026-03-02").toordinal() + n).isoformat() for n in days), said):
        try:
            correct(desk, number, today, **{field: back})
        except InputRefused:
            continue
    assert (plain(desk.dossier), contents(desk)) == (plain(first), rows)


def contents(desk: Desk) -> list[tuple[str, list[tuple[str, Any]]]]:
    """The rows in force but for which entry wrote them."""
    return sorted(
        (table, sorted((name, str(value)) for name, value in row.items() if name not in ("seq", "corrects_seq")))
        for table, found in rows_of(desk).items()
        for row in found
    )


# ---- other hires of the person, and ends that came to light late


def with_another(first: str, last: str) -> Desk:
    """Let go on 31 August 2026, and on another post from ``first`` to ``last``."""
    desk = left()
    person = desk.hire.person
    assert person is not None
    desk.hire = replace(desk.hire, person=replace(person, periods=(*person.periods, (d(first), d(last), 99))))
    return desk


@pytest.mark.parametrize(("leaves", "meets"), [("2026-09-09", False), ("2026-09-10", True)])
def test_no_correction_makes_two_hires_of_a_person_meet(leaves: str, meets: bool) -> None:
    desk = with_another("2026-09-10", "2027-09-09")
    if meets:
        with pytest.raises(InputRefused) as refused:
            foreseen(desk, "decide_leaving", "2026-10-01", effective_on=leaves)
        assert refused.value.faults["values"].text().startswith("更正后2026-09-10至2026-09-10会与本人的聘用99重叠")
        return
    assert foreseen(desk, "decide_leaving", "2026-10-01", effective_on=leaves).others == (99,)
    desk = with_another("2026-08-01", "2027-09-09")
    assert foreseen(desk, "decide_leaving", "2026-10-01", effective_on="2026-08-30").others == (), "it met before"


def test_other_hires_whose_months_change_are_confirmed_by_somebody_who_says_that_they_saw_it() -> None:
    desk = with_another("2026-09-10", "2027-09-09")
    number = propose(desk, "decide_leaving", "2026-10-01", effective_on="2026-09-09").seq
    desk.hire = seen(desk)
    with pytest.raises(InputRefused) as refused:
        desk.do("confirm_correction", HRSS, "2026-10-02", correction=number)
    assert "聘用99" in refused.value.faults["acknowledged"].text()
    desk.do("confirm_correction", HRSS, "2026-10-02", correction=number, acknowledged=True)
    ended = with_another("2026-09-10", "2026-09-30")
    assert foreseen(ended, "decide_leaving", "2026-10-01", effective_on="2026-09-09").others == ()


def test_an_end_that_came_to_light_after_the_renewal_locks_nothing_else() -> None:
    desk = renewed()
    desk.do("decide_leaving", CLERK, "2027-04-01", ground="death", effective_on=d("2027-03-01"), reason="病故")
    desk.fire("leaving", "2027-04-02", 9999)
    assert rows_of(desk)["contract"][1]["ended_on"] < rows_of(desk)["contract"][1]["starts_on"]
    assert foreseen(desk, "sign_renewal", "2027-04-05", signed_on="2027-02-19").said
    moved = foreseen(desk, "start", "2027-04-05", started_on="2026-03-10")
    assert moved.months is not None and moved.months[0] != moved.months[1]
    # the next hire of such a person is set right as well
    late = Desk.under_contract(person=able(periods=(
        (d("2020-01-01"), d("2020-12-31"), 99), (d("2021-01-01"), d("2020-06-30"), 99),
    )))  # fmt: skip
    months = foreseen(late, "start", LATE, started_on="2026-03-10").months
    assert months is not None and months[0].months == 6 + 12
