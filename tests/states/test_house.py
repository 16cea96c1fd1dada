"""Working a case: back to an earlier stage, suspended and resumed, given to a colleague, noted, filed, scored."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from transitions import MachineError

from states.clocks import tasks
from states.facts import PUBLIC, SYSTEM
from states.house import house_steps, targets
from states.loading import Catalogue
from states.machine import build
from states.refusals import InputRefused, StepNotOffered, StepRefused
from states.vocabulary import Role
from tests.support.asking import d
from tests.support.deciding import CHECKER, CLERK, FIRST_DAY, HRSS, JUDGE, RURAL, Desk, officer, the_document

CATALOGUE = Catalogue.load()
WHY = "材料有误，请补正"
FILE: dict[str, Any] = {
    "kind": "evidence", "name": "证明.pdf", "media_type": "application/pdf", "size": 10, "digest": "a" * 64,
}  # fmt: skip


def stopped(desk: Desk, act: str, by: Any, day: str = FIRST_DAY, **payload: Any) -> list[str]:
    with pytest.raises(StepRefused) as refused:
        desk.plan(act, by, day, **payload)
    return [answer.guard for answer in refused.value.answers if answer.stops]


# ---- back to an earlier stage ----------------------------------------------------------------------------------------


def test_a_return_empties_what_was_established_since_and_keeps_what_was_before() -> None:
    desk = Desk.at_review()
    desk.do("approve", HRSS, "2026-03-10")
    before = desk.hire
    plan = desk.do("return_to", RURAL, "2026-03-10", to="qualified", reason=WHY)
    after = desk.dossier
    assert (desk.hire.stage, desk.hire.visit) == ("qualified", before.visit + 1)
    assert (after.posted_on, after.notice_ends_on, after.notice_round, after.boards) == (None, None, 0, ())
    assert (after.signatures, after.approvers, after.returns) == ((), (), 1)
    assert (after.applied_on, after.entered_on) == (d(FIRST_DAY), d("2026-03-10"))
    assert desk.hire.submitted_by == before.submitted_by, "whoever returns a case has not submitted it"
    assert plan.rows["returned"] == [
        {"hire_id": 7, "seq": plan.seq, "from_stage": "review", "to_stage": "qualified", "reason": WHY}
    ]
    assert desk.body["to"] == "qualified" and "reason" not in desk.body["input"]


def test_a_case_that_was_returned_goes_the_whole_way_again() -> None:
    desk = Desk.at_review()
    desk.do("return_to", RURAL, "2026-03-10", to="applied", reason=WHY)
    desk.do("check", CHECKER, "2026-03-10")  # the chain of approvals has begun anew
    desk.do("post", CLERK, "2026-03-10", posted_on=d("2026-03-10"), boards=["公示栏"])
    assert desk.dossier.notice_ends_on == d("2026-03-17")
    assert stopped(desk, "close_notice", SYSTEM, "2026-03-17") == ["notice_period_over"]
    desk.fire("notice_period", "2026-03-18")
    for by in (HRSS, RURAL):
        desk.do("approve", by, "2026-03-18")
    assert desk.hire.stage == "approved"
    subjects = [row["subject"] for plan in desk.plans for row in plan.rows.get("decision", ()) if row["approves"]]
    assert sorted(set(subjects)) == [-2, -1], "each round is a chain of its own"


def test_an_approval_is_taken_back_by_a_return() -> None:
    desk = Desk.at_review()
    for by in (HRSS, RURAL):
        desk.do("approve", by, "2026-03-10")
    assert desk.dossier.approved_on is not None
    desk.do("return_to", CLERK, "2026-03-10", to="review", reason=WHY)
    assert desk.hire.stage == "review"
    assert "approved_on" not in desk.hire.stored
    assert desk.dossier.notice_ends_on is not None, "the notice lies before the review and stands"


@pytest.mark.parametrize("to", ["vacancy", "review", "approved", "contracted", "nowhere", ""])
def test_a_case_goes_back_only_to_stages_before(to: str) -> None:
    with pytest.raises(InputRefused) as refused:
        Desk.at_review().plan("return_to", RURAL, "2026-03-10", to=to, reason=WHY)
    assert set(refused.value.faults) == {"to"}


def test_no_return_without_a_reason_nor_over_an_open_objection() -> None:
    desk = Desk.at_applied()
    desk.do("check", CHECKER)
    with pytest.raises(InputRefused):
        desk.plan("return_to", CLERK, to="applied", reason=" ")
    desk.do("post", CLERK, posted_on=d(FIRST_DAY), boards=["公示栏"])
    seq = desk.do("object", PUBLIC, "2026-03-03", text="不属实").seq
    with pytest.raises(InputRefused):
        desk.plan("return_to", CLERK, "2026-03-03", to="applied", reason=WHY)
    desk.do("dismiss_objection", JUDGE, "2026-03-03", objection=seq, reason="经查不实")
    desk.do("return_to", CLERK, "2026-03-03", to="applied", reason=WHY)
    assert desk.hire.stage == "applied"


def test_nobody_at_work_is_returned_or_suspended() -> None:
    for desk in (Desk.at_work(), Desk.under_contract()):
        for act, payload in (("return_to", {"to": "applied"}), ("suspend", {}), ("score", {"items": {"笔试": 1}})):
            with pytest.raises(StepNotOffered):
                desk.plan(act, CLERK, "2026-03-12", reason=WHY, **payload)


@pytest.mark.parametrize("key", [procedure.key for procedure in CATALOGUE.all() if procedure.guard_sets])
def test_in_every_document_a_case_can_go_back_and_only_back(key: str) -> None:
    procedure = CATALOGUE.get(key)
    rules = build(procedure)
    pairs = [(stage.stage, earlier) for stage in procedure.stages for earlier in targets(procedure, stage.stage)]
    assert pairs
    for stage, earlier in pairs:
        assert rules.move(stage, f"return_to:{earlier}").stage == earlier
        assert stage not in targets(procedure, earlier), "a return is no way forward"
        with pytest.raises(MachineError):
            rules.move(earlier, f"return_to:{stage}")


# ---- suspended -------------------------------------------------------------------------------------------------------


def test_while_a_case_is_suspended_nothing_moves_it_and_the_ledger_keeps_the_days() -> None:
    desk = Desk.at_applied()
    desk.do("check", CHECKER)
    begun = desk.do("suspend", CLERK, "2026-03-03", reason="等候法院裁定").seq
    assert desk.plans[-1].rows["suspension"] == [
        {"hire_id": 7, "seq": begun, "from_on": "2026-03-03", "reason": "等候法院裁定"}
    ]
    assert stopped(desk, "post", CLERK, "2026-03-04", posted_on=d("2026-03-04"), boards=["栏"]) == ["suspended"]
    assert stopped(desk, "suspend", CLERK, "2026-03-04", reason=WHY) == ["suspended"]
    desk.do("comment", CLERK, "2026-03-04", text="仍在等候")
    desk.do("attach", CLERK, "2026-03-04", **FILE)
    plan = desk.do("resume", CLERK, "2026-03-05", reason="裁定已到")
    assert ("suspension", {"hire_id": 7, "seq": begun}, {"resumed_on": "2026-03-05", "resumed_seq": plan.seq}) in (
        plan.updates
    )
    assert stopped(desk, "resume", CLERK, "2026-03-05", reason=WHY) == ["suspended"]
    desk.do("post", CLERK, "2026-03-05", posted_on=d("2026-03-05"), boards=["栏"])
    assert desk.hire.stage == "notice"


def test_a_notice_does_not_end_while_the_case_is_suspended() -> None:
    desk = Desk.at_applied()
    desk.do("check", CHECKER)
    desk.do("post", CLERK, posted_on=d(FIRST_DAY), boards=["公示栏"])
    desk.do("suspend", CLERK, "2026-03-04", reason=WHY)
    desk.do("object", PUBLIC, "2026-03-05", text="不属实")  # the public is heard all the same
    seq = desk.plans[-1].seq
    desk.do("dismiss_objection", JUDGE, "2026-03-05", objection=seq, reason="经查不实")
    plan = desk.fire("notice_period", "2026-03-10")
    assert plan is not None and desk.hire.stage == "notice" and desk.dossier.clocks["notice_period"].blocked
    desk.do("comment", CLERK, "2026-03-10", text="仍在中止")
    assert desk.armed("notice_period") == [], "a note gives the system no cause to ask again"
    desk.do("resume", CLERK, "2026-03-11", reason=WHY)
    assert [kind for kind, _ in desk.armed("notice_period")] == ["enforce"]
    desk.fire("notice_period", "2026-03-11")
    assert desk.hire.stage == "review"


# ---- given to a colleague, noted, filed, scored ----------------------------------------------------------------------


def test_a_case_given_to_a_colleague_is_theirs_in_every_list_until_it_is_given_back() -> None:
    desk = Desk.at_applied()
    desk.do("reassign", HRSS, role="hrss", to_account=41, reason="出差")
    assert desk.plans[-1].rows["assignment"][0]["to_account"] == 41
    given = {row["role"]: row["assigned_to"] for row in desk.plans[-1].rows["task"]}
    assert given == {"hrss": 41}, "only what changed is written"
    found = tasks(the_document(), "applied", desk.dossier, desk.dossier.clocks)
    assert {(task.role, task.assigned_to) for task in found} == {(Role.HRSS, 41), (Role.EMPLOYER, None)}
    desk.do("reassign", HRSS, role="hrss", reason="回来了")
    assert desk.dossier.assigned == {}
    with pytest.raises(InputRefused):
        desk.plan("reassign", HRSS, role="supervisor", to_account=1, reason=WHY)


def test_notes_and_files_say_nothing_a_guard_reads() -> None:
    desk = Desk.at_applied()
    before = desk.hire
    note = desk.do("comment", HRSS, text="家访已做")
    file = desk.do("attach", CLERK, **FILE)
    assert (desk.hire.stage, desk.hire.visit, desk.dossier) == (before.stage, before.visit, before.dossier)
    assert note.rows["comment"] == [{"hire_id": 7, "seq": note.seq, "text": "家访已做"}]
    assert file.rows["document"][0]["digest"] == "a" * 64
    assert "decision" not in note.rows | file.rows, "neither is a decision"
    for plan in (note, file):
        body = str(plan.rows["audit_entry"][0]["body"])
        assert "家访" not in body and "证明" not in body, "words stay out of the trail; a digest covers them"


@pytest.mark.parametrize("wrong", [{"digest": "g" * 64}, {"size": -1}, {"kind": "virus"}, {"address": "file:///etc"}])
def test_a_file_is_described_or_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InputRefused) as refused:
        Desk.at_applied().plan("attach", CLERK, **{**FILE, **wrong})
    assert set(refused.value.faults) == set(wrong)


def test_the_latest_score_sheet_counts() -> None:
    desk = Desk.at_applied()
    desk.do("score", CLERK, items={"笔试": 845, "面试": 900})
    assert desk.dossier.score_tenths == 1745
    desk.do("score", CLERK, items={"笔试": 0})
    assert desk.dossier.score_tenths == 0
    with pytest.raises(InputRefused):
        desk.plan("score", CLERK, items={})


# ---- objections ------------------------------------------------------------------------------------------------------


def noticed() -> Desk:
    desk = Desk.at_applied()
    desk.do("check", CHECKER)
    desk.do("post", CLERK, posted_on=d(FIRST_DAY), boards=["公示栏"])
    return desk


def test_anybody_may_object_to_what_is_public_and_to_nothing_else() -> None:
    desk = noticed()
    plan = desk.do("object", PUBLIC, "2026-03-04", text="不属实")
    row = plan.rows["objection"][0]
    assert (row["public"], row["lodged_on"], row["due_on"]) == (True, "2026-03-04", "2026-03-11")
    assert desk.body["actor"] == {"person": "public", "account": None, "role": "public"}
    for act, payload in (("comment", {"text": "你好"}), ("dismiss_objection", {"objection": plan.seq, "reason": WHY})):
        with pytest.raises(StepNotOffered):
            desk.plan(act, PUBLIC, "2026-03-04", **payload)
    with pytest.raises(StepNotOffered):
        Desk.at_applied().plan("object", PUBLIC, text="不属实")


def test_each_objection_has_a_deadline_of_its_own_that_ends_with_its_answer() -> None:
    desk = noticed()
    first = desk.do("object", PUBLIC, "2026-03-03", text="不属实").seq
    second = desk.do("object", CLERK, "2026-03-05", text="另有一事").seq
    clocks = desk.dossier.clocks
    assert clocks[f"objection:{first}"].due_on == d("2026-03-10")
    assert clocks[f"objection:{second}"].due_on == d("2026-03-12")
    due = {task.due_on for task in tasks(the_document(), "notice", desk.dossier, clocks) if task.name == "objection"}
    assert due == {d("2026-03-10")}, "the nearest of them is the task's day"
    assert desk.armed(f"objection:{first}") == [("advise", -1), ("advise", 1)]
    desk.fire(f"objection:{first}", "2026-03-09", -1)
    assert [row["template"] for row in desk.rows["outbox"]] == ["remind_objection"]
    assert [row["to_role"] for row in desk.rows["outbox"]] == ["hrss"]
    desk.fire(f"objection:{first}", "2026-03-11", 1)
    assert desk.armed(f"objection:{first}") == [("advise", 2)], "overdue, it is told every day"
    desk.do("dismiss_objection", JUDGE, "2026-03-11", objection=first, reason="经查不实")
    assert set(desk.dossier.clocks) & {f"objection:{first}", f"objection:{second}"} == {f"objection:{second}"}
    assert desk.armed(f"objection:{first}") == []


def test_whoever_judges_objections_does_not_approve_and_whoever_approved_does_not_judge() -> None:
    desk = noticed()
    seq = desk.do("object", PUBLIC, "2026-03-03", text="不属实").seq
    assert stopped(desk, "dismiss_objection", CHECKER, "2026-03-03", objection=seq, reason=WHY) == ["four_eyes"]
    desk.do("dismiss_objection", JUDGE, "2026-03-03", objection=seq, reason=WHY)
    desk.fire("notice_period", "2026-03-10")
    assert stopped(desk, "approve", JUDGE, "2026-03-10") == ["four_eyes"]
    assert stopped(desk, "approve", replace(JUDGE, account_id=99), "2026-03-10") == ["four_eyes"]
    desk.do("approve", HRSS, "2026-03-10")


# ---- boards ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("last", "ends"), [("2026-03-02", "2026-03-09"), ("2026-03-04", "2026-03-11")])
def test_a_notice_counts_from_the_last_of_its_boards(last: str, ends: str) -> None:
    desk = Desk.at_applied()
    desk.do("check", CHECKER)
    boards = [{"name": "镇公示栏"}, {"name": "村公示栏", "posted_on": last}]
    plan = desk.do("post", CLERK, last, posted_on=d(FIRST_DAY), boards=boards)
    row = plan.rows["notice"][0]
    assert (row["posted_on"], row["ends_on"]) == (last, ends)
    assert row["board_days"] == [FIRST_DAY, last]
    assert row["sheet"] == f"5-2-{last.replace('-', '')}"


def test_a_board_does_not_hang_before_its_day() -> None:
    desk = Desk.at_applied()
    desk.do("check", CHECKER)
    boards = [{"name": "村公示栏", "posted_on": "2026-03-03"}]
    with pytest.raises(InputRefused) as refused:
        desk.plan("post", CLERK, posted_on=d(FIRST_DAY), boards=boards)
    assert set(refused.value.faults) == {"boards.0.posted_on"}


def test_every_open_stage_of_every_document_has_its_steps_of_the_house() -> None:
    for procedure in CATALOGUE.all():
        for stage, steps in house_steps(procedure).items():
            acts = {step.act for step in steps}
            assert {"comment", "attach"} <= acts
            working = procedure.stage_by_name[stage].at_work or procedure.stage_by_name[stage].final
            assert working is not bool(acts & {"suspend"}) or procedure.stage_by_name[stage].state.value in (
                "posted", "contracted",
            )  # fmt: skip
            for step in steps:
                assert not {Role.SUPERVISOR, Role.APPLICANT, Role.PUBLIC, Role.SYSTEM} & set(step.by)


def test_the_house_has_officers_only() -> None:
    with pytest.raises(StepNotOffered):
        Desk.at_applied().plan("comment", officer("auditor", Role.SUPERVISOR), text="看看")
