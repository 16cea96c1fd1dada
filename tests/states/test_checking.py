"""The self-check of a procedure: the Xunyang file broken in one place, and the fault named at its line."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import pytest

from states import guards, loading
from states.checking import COURSE, Problem, check
from states.labels import GUARDS, RECORDS, STATES
from states.loading import InvalidProcedure, load_procedure, shipped
from states.marked import read
from states.procedure import Procedure
from states.references import REFERENCES, leaves, letters_are_known
from states.steps import GuardLine
from states.vocabulary import RecordKind, State

XUNYANG = (Path(loading.FOLDER) / "xunyang-2022-88.yaml").read_text(encoding="utf-8")

STAGE = "  - {stage: withdrawn, state: withdrawn"
#: the piece of the file that is changed, what it becomes, what stands on the line of the fault, what is said there
BROKEN = {
    "an unreachable stage": (
        STAGE,
        "  - {stage: lost, state: applied, zh: 无, en: lost, owner: [employer], cite: 四(二)}\n" + STAGE,
        "stage: lost",
        "从第一个环节走不到“lost”",
    ),
    "a first stage that is not posted": (
        "{stage: vacancy, state: posted",
        "{stage: vacancy, state: applied",
        "stage: vacancy",
        "第一个环节应处于",
    ),
    "a stage without a way out": (
        "{act: start, zh: 安排上岗, en: start work, from: [trained], to: on_post",
        "{act: start, zh: 安排上岗, en: start work, from: [trained], to: trained",
        "stage: on_post, state",
        "从第一个环节走不到“on_post”",
    ),
    "a stage that can only be entered": (
        "from: [joint_review]\n    to: approved",
        "from: [joint_review]\n    to: parking",
        "stage: parking",
        "“parking”没有出路：没有一步通往别的环节",
    ),
    "a circle without an end": (
        "from: [joint_review]\n    to: approved",
        "from: [joint_review]\n    to: parking",
        "stage: parking",
        "从“parking”走不到任何结束环节",
    ),
    "a stage that nobody owns": (
        "zh: 组织上岗, en: trained, owner: [employer]",
        "zh: 组织上岗, en: trained",
        "stage: trained, state",
        "“trained”无人负责，也没有到期自动办理的期限",
    ),
    "a stage that a period leaves for one kind only": (
        "kind: enforce, then: [close_notice]",
        "kind: enforce, kinds: [town], then: [close_notice]",
        "stage: notice, state",
        "“notice”无人负责",
    ),
    "an owner who can do nothing": (
        "en: choice, owner: [employer]",
        "en: choice, owner: [rural]",
        "stage: qualified, state",
        "rural负责“qualified”，但在这里没有可办的步骤",
    ),
    "a way on from the end": (
        "en: record a filing sent, from: [contracted, renewed, over_term, ended]",
        "en: record a filing sent, from: [contracted, renewed, over_term, ended], to: ended",
        "act: file",
        "“ended”已是结束环节",
    ),
    "a step from nowhere": (
        "en: withdraw, from: [applied,",
        "en: withdraw, from: [aplied,",
        "act: withdraw",
        "没有名为“aplied”的环节",
    ),
    "a step to nowhere": (
        "en: take the application, from: [vacancy], to: applied",
        "en: take the application, from: [vacancy], to: aplied",
        "act: apply",
        "没有名为“aplied”的环节",
    ),
    "a period during nothing": (
        "en: first check, during: [applied]",
        "en: first check, during: [aplied]",
        "deadline: first_check",
        "没有名为“aplied”的环节",
    ),
    "a role without a name": (
        "en: record training failed, from: [approved], by: [hrss, rural]",
        "en: record training failed, from: [approved], by: [hrss, finance]",
        "act: train_again",
        "roles 里没有“finance”",
    ),
    "an unknown set of guards": (
        "records: opinion, main: true, guard_sets: [eligibility], cite: 四(二)2",
        "records: opinion, main: true, guard_sets: [elegibility], cite: 四(二)2",
        "act: check",
        "没有名为“elegibility”的条件组",
    ),
    "a move to nowhere": (
        "contract:\n  instrument:",
        'moves:\n  - {from: "0", stages: {at_work: nowhere}, cite: 四(二)2}\ncontract:\n  instrument:',
        'from: "0"',
        "没有名为“nowhere”的环节",
    ),
    "an unknown ground": (
        "with: {ground: term_over}",
        "with: {ground: bad_weather}",
        "act: end_term",
        "没有名为“bad_weather”的解聘情形",
    ),
    "an unknown guard": (
        "{use: training_passed, cite",
        "{use: training_pased, cite",
        "act: train,",
        "没有名为“training_pased”的条件",
    ),
    "a parameter that the guard does not take": (
        "{use: resignation_notice, with: {days: 30}",
        "{use: resignation_notice, with: {days: 30, hours: 1}",
        "act: resign",
        "不认识“hours”",
    ),
    "a parameter of the wrong type": (
        "{use: resignation_notice, with: {days: 30}",
        "{use: resignation_notice, with: {days: soon}}"[:-1],
        "act: resign",
        "不",
    ),
    "a missing parameter": (
        "{use: statement_signed, with: {statement: health}",
        "{use: statement_signed",
        "{use: statement_signed, cite",
        "缺少“statement”",
    ),
    "a guard of openings before a step": (
        "{use: training_passed, cite",
        "{use: boards_named, with: {at_least: 1}, cite",
        "act: train,",
        "“boards_named”只能用在招聘公告上",
    ),
    "a guard of hires before an announcement": (
        "{use: minimum_wage, effect",
        "{use: window_open, effect",
        "use: window_open, effect",
        "“window_open”只能用在步骤上",
    ),
    "a rule in principle without an officer": (
        "effect: principle, override_by: [employer], cite",
        "effect: principle, cite",
        "act: resign",
        "原则性条件须写明谁可以例外",
    ),
    "an exception to a rule that has none": (
        "{use: training_passed, cite",
        "{use: training_passed, override_by: [hrss], cite",
        "act: train,",
        "才可以例外",
    ),
    "a gap that is not there": (
        "{n: {gap: promptly}, unit: working_days}, cite: 四(一), meets: [XY-24]}], letters: [{template: left, to:"
        " applicant}], cite: 六(三)",
        "{n: {gap: promptli}, unit: working_days}, cite: 四(一), meets: [XY-24]}], letters: [{template: left, to:"
        " applicant}], cite: 六(三)",
        "act: leave,",
        "gaps 里没有“promptli”",
    ),
    "a gap that is not there, in a parameter": (
        "measured_on: {gap: age_measured_on}",
        "measured_on: {gap: age_mesured_on}",
        "use: age_between",
        "gaps 里没有“age_mesured_on”",
    ),
    "a gap of the wrong type": (
        "base: posted_on, length: {n: 5,",
        "base: posted_on, length: {n: {gap: age_reading},",
        "deadline: notice_period",
        "留白“age_reading”应为整数",
    ),
    "a default that cannot be chosen": (
        "default: until_next_birthday",
        "default: until_tomorrow",
        "default: until_tomorrow",
        "默认值“until_tomorrow”不在",
    ),
    "choices of different types": (
        "choices: [until_next_birthday, not_past_birthday]",
        "choices: [until_next_birthday, 3]",
        "choices: [until_next_b",
        "choices 应与默认值同一类型",
    ),
    "an unknown event": (
        "base: opening_closes",
        "base: opening_close",
        "deadline: application_window",
        "没有名为“opening_close”的起算点",
    ),
    "an unknown event among the rulings of a gap": (
        "choices: [started_on, approved_on]\n",
        "choices: [started_on, someday]\n",
        "  counted_from: {gap: hired_on}\n",
        "没有名为“someday”的起算点",
    ),
    "an unknown kind": (
        "{kind: town_posts, kinds: [town]",
        "{kind: town_posts, kinds: [twon]",
        "kind: town_posts",
        "没有名为“twon”的岗位类别",
    ),
    "a name given twice": (
        "{ground: fraud,",
        "{ground: death,",
        "zh: 弄虚作假、冒名顶替, en: fraud or",
        "“death”已经用过",
    ),
    "a step given twice": (
        "{act: refuse, zh: 审定不予通过, en: refuse in the ruling, from: [checked,",
        "{act: refuse, zh: 审定不予通过, en: refuse in the ruling, from: [checked, checked,",
        "act: refuse,",
        "从“checked”出发的“refuse”写了两次",
    ),
    "a period that moves nothing": (
        "kind: enforce, then: [close_window], cite",
        "kind: enforce, cite",
        "deadline: application_window",
        "却没有写明办理哪一步",
    ),
    "a period that nobody hears of": (
        "kind: advise, owner: [employer], marks: [0, 1], cite: 四(二)2",
        "kind: advise, cite: 四(二)2",
        "deadline: first_check",
        "期限“first_check”到期既无人知晓也无事发生",
    ),
    "a period that nobody is told of": (
        "kind: advise, owner: [employer], marks: [0, 1], cite: 四(二)2",
        "kind: advise, marks: [0, 1], cite: 四(二)2",
        "deadline: first_check",
        "期限“first_check”到期既无人知晓也无事发生",
    ),
    "marks that nobody hears": (
        "kind: advise, owner: [employer], marks: [0, 1], cite: 四(二)2",
        "kind: bar, marks: [0, 1], cite: 四(二)2",
        "deadline: first_check",
        "有提醒日，却没有人收到提醒",
    ),
    "repeats of nothing": (
        "kind: enforce, then: [leave], cite",
        "kind: enforce, then: [leave], repeat_days: 7, cite",
        "deadline: leaving,",
        "没有提醒，便不会有重复提醒",
    ),
    "a reminder that would move": (
        "kind: advise, owner: [employer], marks: [0, 1], cite: 四(二)2",
        "kind: advise, owner: [employer], marks: [0, 1], then: [close_notice], cite: 四(二)2",
        "deadline: first_check",
        "才能写 then",
    ),
    "a period that takes an unknown step": (
        "then: [renew, extend, end_term, overrun]",
        "then: [renew, extend, end_term, overrunn]",
        "deadline: term_end",
        "没有“overrunn”这一步",
    ),
    "a period that takes a step which one of its stages lacks": (
        "en: leave, from: [on_post, contracted, renewed, over_term]",
        "en: leave, from: [on_post, contracted, renewed]",
        "deadline: leaving,",
        "在“over_term”没有“leave”这一步",
    ),
    "a period that takes a person's step": (
        "then: [renew, extend, end_term, overrun]",
        "then: [renew, extend, end_term, overrun, protect]",
        "deadline: term_end",
        "“protect”不是系统的步骤",
    ),
    "a step of the system that no period takes": (
        "then: [renew, extend, end_term, overrun]",
        "then: [renew, end_term, overrun]",
        "act: extend,",
        "没有期限会在“contracted”自动办理“extend”",
    ),
    "a step of the system that no period takes in one stage": (
        "en: end of the term, during: [contracted, renewed]",
        "en: end of the term, during: [contracted]",
        "act: renew,",
        "没有期限会在“renewed”自动办理“renew”",
    ),
    "a period of no length": (
        "base: posted_on, length: {n: 5,",
        "base: posted_on, length: {n: 0,",
        "deadline: notice_period",
        "期限至少为1",
    ),
    "a day with a length": (
        "base: leaving_on, length: {unit: on_the_day}",
        "base: leaving_on, length: {n: 1, unit: on_the_day}",
        "deadline: leaving,",
        "不写天数",
    ),
    "a joint step of one": (
        "en: pass the re-check, from: [checked], to: qualified, by: [hrss, rural]",
        "en: pass the re-check, from: [checked], to: qualified, by: [hrss]",
        "act: recheck",
        "联合办理至少要有两个角色",
    ),
    "a second pair of eyes of the applicant": (
        "en: refuse in the ruling, from: [checked, joint_review], to: rejected, by: [hrss, rural]",
        "en: refuse in the ruling, from: [checked, joint_review], to: rejected, by: [hrss, rural, applicant]",
        "act: refuse,",
        "须由另一人办理的步骤不能交给系统或报名人",
    ),
    "the system among persons": (
        "en: cancel the place, from: [vacancy], to: unfilled, by: [employer]",
        "en: cancel the place, from: [vacancy], to: unfilled, by: [employer, system]",
        "act: cancel",
        "系统的步骤不能同时交给别人",
    ),
    "a citation of nothing": (
        "{act: cancel, zh: 撤销名额, en: cancel the place, from: [vacancy], to: unfilled, by: [employer], records:"
        " opinion, adverse: true, cite: 四(二)1",
        "{act: cancel, zh: 撤销名额, en: cancel the place, from: [vacancy], to: unfilled, by: [employer], records:"
        " opinion, adverse: true, cite: 同上",
        "act: cancel",
        "“同上”不像条款",
    ),
    "a notice that never ends": (
        "during: [notice], base: posted_on",
        "during: [notice], base: stage_entered",
        "records: notice",
        "须有且只有一个自张贴之日（posted_on）起算、到期自动办理的期限",
    ),
    "a decision without an outcome": (
        "records: renewal_decision, with: {outcome: end}",
        "records: renewal_decision",
        "act: decide_end",
        "记录“renewal_decision”须写明参数“outcome”",
    ),
    "a decision for what does not exist": (
        "records: renewal_decision, with: {outcome: end}",
        "records: renewal_decision, with: {outcome: perhaps}",
        "act: decide_end",
        "“outcome”不能是“perhaps”",
    ),
    "an answer that says neither": (
        "records: objection_answer, with: {upheld: false}",
        "records: objection_answer",
        "act: dismiss_objection",
        "记录“objection_answer”须写明参数“upheld”",
    ),
    "people at work without a term": (
        "{stage: over_term, state: contracted, zh: 超期待处理, en: over term, owner: [employer], pay_stopped: true",
        "{stage: over_term, state: contracted, zh: 超期待处理, en: over term, owner: [employer], at_work: true",
        "stage: over_term, state",
        "“over_term”有人在岗，却没有签订合同或合同期满的期限",
    ),
    "a document that ends before it begins": (
        "  valid_from: 2022-05-12\n",
        "  valid_from: 2022-05-12\n  valid_to: 2022-05-11\n",
        "validity:",
        "早于生效日",
    ),
    "points where grades are given": (
        "  scale: grades\n",
        "  scale: grades\n  items:\n    - {name: extra, zh: 加分, en: extra, points: {county: 1}, cite: 六(二)}\n",
        "  items:",
        "须按分值考核",
    ),
    "an assessment that nobody passes": (
        "en: passed, passes: true",
        "en: passed, passes: false",
        "  grades:",
        "没有一个等次算考核通过",
    ),
}

#: stages that a broken copy needs besides
PARKING = "  - {stage: parking, state: publicized, zh: 停, en: parking, owner: [hrss], cite: 四(二)}\n"
WAITING = "  - {stage: waiting, state: publicized, zh: 等, en: waiting, owner: [hrss], cite: 四(二)}\n"
CIRCLE = (
    "  - {act: wait, zh: 等, en: wait, from: [parking], to: waiting, by: [hrss], cite: 四(二)}\n"
    "  - {act: park, zh: 停, en: park, from: [waiting], to: parking, by: [hrss], cite: 四(二)}\n"
)


def broken(name: str) -> str:
    old, new, _, _ = BROKEN[name]
    assert XUNYANG.count(old) == 1, f"{old!r} stands {XUNYANG.count(old)} times in the file"
    text = XUNYANG.replace(old, new)
    if "parking" in new:
        circle = "circle" in name
        text = text.replace(STAGE, PARKING + (WAITING if circle else "") + STAGE)
        text = text.replace("  - {act: protect,", (CIRCLE if circle else "") + "  - {act: protect,")
    return text


@pytest.mark.parametrize("name", BROKEN)
def test_a_procedure_broken_in_one_place_is_refused_there(name: str) -> None:
    text = broken(name)
    _, _, line, said = BROKEN[name]
    number = next(n for n, words in enumerate(text.splitlines(keepends=True), 1) if line in words)
    with pytest.raises(InvalidProcedure) as refused:
        load_procedure(text, "mine.yaml")
    told = [(fault.line, str(fault.problem)) for fault in refused.value.faults]
    assert any(place == number and said in words for place, words in told), (number, told)


def test_several_faults_of_meaning_are_told_at_once() -> None:
    text = XUNYANG
    for name in (
        "an unknown ground",
        "an unknown event",
        "a joint step of one",
        "an unknown guard",
        "a citation of nothing",
    ):
        old, new, _, _ = BROKEN[name]
        text = text.replace(old, new)
    with pytest.raises(InvalidProcedure) as refused:
        load_procedure(text, "mine.yaml")
    assert len(refused.value.faults) == 5


def test_every_shipped_procedure_makes_sense() -> None:
    assert {name: check(procedure) for name, procedure in shipped().items()} == {name: [] for name in shipped()}


@pytest.mark.parametrize("ask", [*REFERENCES, *COURSE], ids=lambda ask: ask.__name__)
def test_every_check_is_tried_by_a_broken_file(ask: Callable[[Procedure], Iterable[Problem]]) -> None:
    """Some broken file is noticed by this check in the words that its test waits for."""
    assert any(said in str(problem.problem) for name, (*_, said) in BROKEN.items() for problem in ask(parsed(name)))


@cache
def parsed(name: str) -> Procedure:
    return Procedure.model_validate(read(broken(name)).value)


def test_letters_are_asked_only_where_the_templates_are_known() -> None:
    procedure = shipped()["xunyang-2022-88"]
    known = {letter.template for step in procedure.steps for letter in step.letters}
    assert check(procedure, known) == []
    missing = check(procedure, known - {"approved"})
    assert missing == list(letters_are_known(procedure, known - {"approved"}))
    assert [str(problem.problem) for problem in missing] == ["没有名为“approved”的通知模板"]


GOOD_CITES = (
    "第八条", "第十二条第二款", "四(二)5", "六(三)", "二（一）", "一、总则", "《劳动合同法》第十条", "附件2", "通知",
    "引言;一", "18(一)1", "'14.3'",
)  # fmt: skip
BAD_CITES = ("同上", "见文件", "文件第八条", "四(二)5;待查", "article 5", "一般")


def cited(cite: str) -> str:
    old = "  cite: 四(二)1\n  meets: [XY-25]\n  guards:"
    assert XUNYANG.count(old) == 1
    return XUNYANG.replace(old, old.replace("四(二)1", cite))


@pytest.mark.parametrize("cite", GOOD_CITES)
def test_a_citation_begins_with_an_article(cite: str) -> None:
    assert load_procedure(cited(cite), "mine.yaml").announcement.cite == cite.strip("'")


@pytest.mark.parametrize("cite", BAD_CITES)
def test_a_citation_that_leads_nowhere_is_refused(cite: str) -> None:
    with pytest.raises(InvalidProcedure, match=r"announcement\.cite: .*不像条款"):
        load_procedure(cited(cite), "mine.yaml")


def test_paths_use_the_keys_of_the_file() -> None:
    procedure = shipped()["xunyang-2022-88"]
    paths = [path for path, value in leaves(procedure) if isinstance(value, GuardLine)]
    assert ("guard_sets", 0, "guards", 0) in paths
    assert ("steps", 0, "guards", 0) in paths
    assert any(path[:1] == ("announcement",) for path in paths)
    assert ("steps", 0, "from") in [path for path, _ in leaves(procedure)]


def test_every_state_record_and_guard_has_its_names() -> None:
    guards.load_all()
    assert set(STATES) == set(State)
    assert set(RECORDS) == set(RecordKind)
    # tests may register guards of their own
    asked = {line.use for p in shipped().values() for _, line in leaves(p) if isinstance(line, GuardLine)}
    assert asked <= set(GUARDS)
    assert set(GUARDS) <= set(guards.REGISTRY)
