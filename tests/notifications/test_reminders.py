"""Declared means live: every deadline of every shipped procedure is armed, fires, and is put into words."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from notifications.messages import TEMPLATES, Letter, Message, Reader, compose
from notifications.reminders import (
    ANY_DECISION,
    ANY_REMINDER,
    BLOCKED,
    DECISIONS,
    OF_THE_HOUSE,
    PREFIX,
    REMINDERS,
)
from states.calendar import default_calendar
from states.clocks import FILING_MARKS, Mark, filing_clock, local_day, marks_to_arm, moment, running
from states.decide import Setting, decide_timer
from states.facts import Hire, OpenFiling
from states.loading import Catalogue
from states.machine import Rulebook
from states.plan import Plan, TimerFact
from states.procedure import Procedure
from states.steps import Deadline, FilingLine, Step
from states.vocabulary import DeadlineKind, RecordKind, Role
from tests.support.asking import a_hire, a_person, an_opening, d

SETTING = Setting(default_calendar())
PROCEDURES = Catalogue.load().all()
#: every base event of every deadline has happened
EVENTS = {
    "entered_on": "2026-03-02",
    "posted_on": "2026-03-02",
    "approved_on": "2026-03-02",
    "agreement_on": "2026-03-02",
    "started_on": "2026-03-02",
    "first_started_on": "2026-03-02",
    "term_starts_on": "2026-03-02",
    "term_ends_on": "2026-09-01",
    "last_lawful_on": "2026-10-01",
    "over_term_on": "2026-09-02",
    "leaving_on": "2026-06-30",
    "resigned_on": "2026-06-01",
}
CHINESE = re.compile(r"[\u4e00-\u9fff]")


RULEBOOK = Rulebook({procedure.key: procedure for procedure in PROCEDURES}.__getitem__)


def standing(procedure: Procedure, stage: str, kinds: tuple[str, ...] = (), **changes: Any) -> Hire:
    """A hire in ``stage`` with its clocks running, long before any of them ends."""
    kind = (kinds or tuple(procedure.kind_by_name))[0]
    facts = {**EVENTS, "leaving_ground": "resignation", **changes}
    hire = a_hire(
        None if stage == procedure.first_stage.stage else a_person(), an_opening(closes="2026-03-20"), kind=kind,
        stage=stage, state=procedure.stage_by_name[stage].state, **facts,
    )  # fmt: skip
    clocks = running(procedure, stage, kind, hire.visit, hire.dossier, hire.opening, SETTING.calendar)
    notices = [clocks[line.deadline].due_on for line in procedure.deadlines_during[stage] if line.base == "posted_on"]
    dossier = hire.dossier.with_(clocks=clocks, notice_ends_on=notices[0] if notices else None)
    return replace(hire, procedure=procedure.key, dossier=dossier)


def fired(procedure: Procedure, hire: Hire, name: str, mark: Mark) -> Plan:
    clock = hire.dossier.clocks[name]
    timer = TimerFact(hire.id, name, mark.kind, mark.mark, 1, clock.visit, clock.due_on)
    plan = decide_timer(hire, timer, mark.at, RULEBOOK.rules(procedure.key), SETTING)
    assert plan is not None
    return plan


def armed(procedure: Procedure, hire: Hire, name: str) -> list[Mark]:
    return marks_to_arm(procedure, name, hire.dossier.clocks[name], moment(d("2026-01-01")))


def told(plan: Plan) -> list[tuple[str, str]]:
    return [(row["template"], row["to_role"]) for row in plan.rows.get("outbox", ())]


def in_words(procedure: Procedure, hire: Hire, plan: Plan, language: str) -> list[Message]:
    """Every letter of a plan, written out; the names of people and places are Latin here, to tell ours from theirs."""
    letters = [
        Letter(
            message_id=row["message_id"],
            hire_id=hire.id,
            template=row["template"],
            to_role=row["to_role"],
            facts=row["facts"],
            created_on=local_day(plan.at),
            procedure=procedure,
            origin=hire.stage,
            post="clerk",
            employer="town",
            place="village",
            person="Zhang",
            ground=plan.dossier.leaving_ground,
        )
        for row in plan.rows.get("outbox", ())
    ]
    return [compose(letter, Reader(language, "https://zaigang.example")) for letter in letters]


def assert_well_put(procedure: Procedure, hire: Hire, plan: Plan) -> None:
    for message in in_words(procedure, hire, plan, "zh"):
        assert 0 < len(message.subject) <= 60
        assert "\n" not in message.subject
        assert procedure.document.number in message.body or "《" in message.body
        assert f"https://zaigang.example/hires/{hire.id}" in message.body
        assert "None" not in message.body
        assert "{" not in message.body
        assert "%(" not in message.body
    for message in in_words(procedure, hire, plan, "en"):
        assert 0 < len(message.subject) <= 60
        assert not CHINESE.search(message.subject.replace("某", ""))
        article = next(line for line in message.body.splitlines() if line.startswith("Under: "))
        assert not CHINESE.search(message.body.replace(article, "").replace("某", ""))


def deadlines() -> list[Any]:
    return [
        pytest.param(procedure, line, stage, id=f"{procedure.procedure}-{line.deadline}-{stage}")
        for procedure in PROCEDURES
        for line in procedure.deadlines
        for stage in line.during
        if line.kind is not DeadlineKind.BAR
    ]


@pytest.mark.parametrize(("procedure", "line", "stage"), deadlines())
def test_every_deadline_is_armed_and_fires(procedure: Procedure, line: Deadline, stage: str) -> None:
    hire = standing(procedure, stage, line.kinds)
    marks = armed(procedure, hire, line.deadline)
    assert [mark.mark for mark in marks if mark.kind == "advise"] == sorted(line.marks)
    assert bool(line.then) == any(mark.kind == "enforce" for mark in marks) == (line.kind is DeadlineKind.ENFORCE)
    assert marks, "a deadline that neither reminds nor moves anything does nothing"
    for mark in marks:
        plan = fired(procedure, hire, line.deadline, mark)
        if mark.kind == "enforce":
            assert plan.act in line.then
        else:
            expected = list(line.owner)
            if mark.mark > 0 or mark.mark == max(line.marks):
                expected += [role for role in line.escalate_to if role not in expected]
            assert told(plan) == [(f"remind_{line.deadline}", role.value) for role in expected]
            assert f"clock:{line.deadline}" in {row["name"] for row in plan.rows["task"]}
        assert_well_put(procedure, hire, plan)


@pytest.mark.parametrize(("procedure", "line", "stage"), deadlines())
def test_a_reminder_that_repeats_goes_on_after_the_end(procedure: Procedure, line: Deadline, stage: str) -> None:
    hire = standing(procedure, stage, line.kinds)
    reminders = [mark for mark in armed(procedure, hire, line.deadline) if mark.kind == "advise"]
    if not reminders:
        return
    last = reminders[-1]
    plan = fired(procedure, hire, line.deadline, last)
    following = [row for row in plan.rows.get("timer", ()) if row["name"] == line.deadline]
    assert bool(following) == (line.repeat_days is not None)
    for row in following:
        assert row["mark"] == last.mark + (line.repeat_days or 0)
        again = fired(procedure, hire, line.deadline, Mark("advise", row["mark"], last.at + timedelta(days=7)))
        assert told(again)
        assert_well_put(procedure, hire, again)


def filings() -> list[Any]:
    return [
        pytest.param(procedure, step, line, id=f"{procedure.procedure}-{step.act}-{line.filing}")
        for procedure in PROCEDURES
        for step in procedure.steps
        for line in step.files
    ]


@pytest.mark.parametrize(("procedure", "step", "line"), filings())
def test_every_report_that_is_owed_is_called_for_until_it_is_filed(
    procedure: Procedure, step: Step, line: FilingLine
) -> None:
    owed = OpenFiling(line.filing, 4, line.by, d("2026-04-10"), False)
    hire = standing(procedure, step.to or step.origin[0], filings=(owed,))
    name = filing_clock(owed)
    marks = armed(procedure, hire, name)
    assert [mark.mark for mark in marks] == list(FILING_MARKS)
    for mark in marks:
        plan = fired(procedure, hire, name, mark)
        bureaus = [role for role in ("hrss", "supervisor") if Role(role) in procedure.roles and role != line.by.value]
        late = [("remind_filing", role) for role in bureaus] if mark.mark > 0 else []
        assert told(plan) == [("remind_filing", line.by.value), *late]
        assert_well_put(procedure, hire, plan)
        assert line.zh in in_words(procedure, hire, plan, "zh")[0].subject or line.filing in ("contract", "real_name")
    assert [row["mark"] for row in plan.rows["timer"] if row["name"] == name] == [FILING_MARKS[-1] + 7]


@pytest.mark.parametrize(
    ("procedure", "step"),
    [pytest.param(p, s, id=f"{p.procedure}-{s.act}-{s.origin[0]}") for p in PROCEDURES for s in p.steps if s.letters],
)
def test_every_letter_of_a_step_is_put_into_words(procedure: Procedure, step: Step) -> None:
    for letter in step.letters:
        assert letter.template in DECISIONS
        assert letter.to in procedure.roles
        for origin in step.origin:
            facts = {"act": step.act, "on": "2026-03-02", "stage": step.to or origin}
            row = Letter(
                "7-4-0", 7, letter.template, letter.to.value, facts, d("2026-03-02"), procedure, origin, "clerk",
                "town", "village", "Zhang", {"signed_on": "2026-03-01", "paid_until": "2026-03-01"}, "resignation",
            )  # fmt: skip
            for language in ("zh", "en"):
                message = compose(row, Reader(language))
                assert 0 < len(message.subject) <= 60
                assert "None" not in message.body
                assert ("请打印" in message.body or "print" in message.body) == (letter.to == "applicant")


@pytest.mark.parametrize(
    ("procedure", "line"),
    [
        pytest.param(p, line, id=f"{p.procedure}-{line.deadline}")
        for p in PROCEDURES
        for line in p.deadlines
        if line.kind.value == "enforce"
    ],
)
def test_whoever_can_clear_the_way_is_told_that_the_system_was_refused(procedure: Procedure, line: Deadline) -> None:
    origin = next(o for o in line.during if any(s.act == line.then[0] and o in s.origin for s in procedure.steps))
    facts = {"act": line.then[0], "on": "2026-03-02", "stage": origin}
    row = Letter(
        "7-4-0", 7, BLOCKED, "employer", facts, d("2026-03-02"), procedure, origin, "clerk", "town", "village", "Zhang",
        {}, "resignation",
    )  # fmt: skip
    for language in ("zh", "en"):
        message = compose(row, Reader(language))
        assert 0 < len(message.subject) <= 60
        assert "None" not in message.body


# ---- the table --------------------------------------------------------------------------------------------------


def test_the_table_has_a_row_for_every_deadline_with_marks_and_no_other() -> None:
    declared = {line.deadline for procedure in PROCEDURES for line in procedure.deadlines if line.marks}
    assert set(REMINDERS) - {"filing", "objection"} == declared  # these two run without a line of a document
    assert any(step.files for procedure in PROCEDURES for step in procedure.steps)
    assert all(row.template == f"{PREFIX}{name}" for name, row in REMINDERS.items())


def test_the_letters_of_steps_are_those_of_the_procedures() -> None:
    sent = {letter.template for p in PROCEDURES for step in p.steps for letter in step.letters}
    assert sent | {BLOCKED} == DECISIONS


def test_every_file_of_words_is_used() -> None:
    bases = {"letter", "reminder", "decision", "digest", "due", "ending"}
    general = {ANY_REMINDER.template, ANY_DECISION} | OF_THE_HOUSE
    used = {row.template for row in REMINDERS.values()} | general | DECISIONS | bases
    assert {path.stem for path in TEMPLATES.glob("*.txt")} == used


#: when people are told, as promised to them; the procedures hold it as data
PROMISED = {
    "term_end": ((-60, -30, -7), None),
    "service_limit": ((-180, -90, -30, -7), None),
    "contract_due": ((-20, -7, -1, 1), 7),
    "assessment_due": ((-30, -7, 1), 7),
    "over_term_watch": ((0,), 1),
}


@pytest.mark.parametrize("procedure", PROCEDURES, ids=lambda procedure: procedure.procedure)
def test_the_procedures_remind_when_it_was_promised(procedure: Procedure) -> None:
    marks = {line.deadline: (line.marks, line.repeat_days) for line in procedure.deadlines}
    assert {name: marks[name] for name in PROMISED if name in marks} == {
        name: promised for name, promised in PROMISED.items() if name in marks
    }
    assert {"term_end", "over_term_watch"} <= set(marks)
    assert ("service_limit" in marks) == (procedure.service.months is not None)
    # whoever runs out under old terms is assessed by nobody
    assesses = any(step.records is RecordKind.ASSESSMENT for step in procedure.steps)
    assert ("assessment_due" in marks) == assesses == (procedure.version != "0.old-terms")
    day = (procedure.assessment.due_month, procedure.assessment.due_day)
    assert day == ((12, 20) if procedure.procedure.startswith("baihe") else (12, 31))


@pytest.mark.parametrize("procedure", PROCEDURES, ids=lambda procedure: procedure.key)
def test_who_is_not_kept_hears_ground_law_notice_and_last_day_before_it_comes(procedure: Procedure) -> None:
    """A decision to end is told in full on the day it is taken, and so is pay in place of notice where law has it."""
    step = next(step for step in procedure.steps if step.records is RecordKind.ENDING_DECISION)
    told = {"act": step.act, "on": "2026-03-02", "stage": step.origin[0], "leaving_on": "2026-04-01"}
    told |= {"leaving_notice_on": "2026-03-02"}
    for ground in procedure.grounds:
        paid = {"in_lieu_fen": 160000, "in_lieu_on": "2026-03-20"} if ground.pay_in_lieu else {}
        facts = {**told, "leaving_ground": ground.ground, **paid}
        row = Letter(
            "7-4-0", 7, "leaving_decided", "applicant", facts, d("2026-03-02"), procedure, step.origin[0], "文员",
            "镇政府", "一村", "张三", {}, ground.ground, "《劳动合同法》第三十六条",
        )  # fmt: skip
        body = compose(row, Reader("zh")).body
        for words in (ground.zh, ground.law or "《劳动合同法》第三十六条", "2026年3月2日", "最后工作日为2026年4月1日"):
            assert words in body, (ground.ground, words)
        assert ("代通知金）1600.00元，支付日期为2026年3月20日" in body) is ground.pay_in_lieu
        assert ("的家属" in body) is (ground.ground == "death")
