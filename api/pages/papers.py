"""The papers beside a hire (案卷): person, announcement, decisions, notices, training, contracts, reports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import SimpleNamespace
from typing import Any

from api.pages import words
from api.pages.record import act_in_words, shown_facts
from api.pages.render import Page
from states.facts import Hire
from states.house import CONFIRM_CORRECTION, PROPOSE_CORRECTION, REFUSE_CORRECTION
from states.procedure import Procedure
from states.say import Sentence, say
from workflow.queries.case_file import DecisionLine, SuspensionLine
from workflow.queries.register import PersonLine

Facts = list[tuple[str, str]]
Pairs = list[tuple[Sentence, Any]]


@dataclass(frozen=True, slots=True)
class Block:
    """A card of the file: its title and one list of facts for each paper."""

    title: str
    entries: list[Facts] = field(default_factory=list)
    link: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class CaseFile:
    """What the cards are made of: the hire, its person, rows by table, decisions, suspensions, names of places."""

    hire: Hire
    about: PersonLine | None
    places: Mapping[str, str]
    rows: Mapping[str, list[dict[str, Any]]]
    decisions: Sequence[DecisionLine] = ()
    suspensions: Sequence[SuspensionLine] = ()


def blocks_of(page: Page, procedure: Procedure, file: CaseFile) -> list[Block]:
    """The cards of the file that have something to show."""
    found = [
        _person(page, file.about, file.places),
        _opening(page, file.hire),
        _decisions(page, procedure, file.decisions),
    ]
    found += [
        Block(
            page.tell(title),
            [
                shown_facts(page, [*make(page, procedure, SimpleNamespace(**row, file=file)), *_corrected(page, row)])
                for row in reversed(file.rows[name])
            ],
        )
        for name, title, make in _PAPERS
        if file.rows.get(name)
    ]
    found.append(_suspensions(page, file.suspensions))
    return [block for block in found if block is not None]


def _corrected(page: Page, row: Mapping[str, Any]) -> Pairs:
    """更正: whether another row took the place of this one, or this one another's: both stay."""
    if by := row.get("corrected_by"):
        return [(say("更正"), page.tell(say("已更正，见第{seq}号", seq=by)))]
    if first := row.get("corrects_seq"):
        return [
            (say("更正"), page.tell(say("第{seq}号更正后的记录，原记录为第{first}号", seq=row["seq"], first=first)))
        ]
    return []


def _decisions(page: Page, procedure: Procedure, lines: Sequence[DecisionLine]) -> Block | None:
    """Approvals, the latest first, and whatever else was done with an opinion, a number or an exception.

    What was merely recorded stands in the trail.
    """
    shown = [line for line in reversed(lines) if line.act not in _ASIDE and _says_something(line)]
    entries = [shown_facts(page, _decision(page, procedure, line)) for line in shown]
    return Block(page.tell(say("审核与审批")), entries) if entries else None


#: acts of the house that decide nothing about the person; they have a card of their own or stand in the trail
_ASIDE = frozenset({"suspend", "resume", "return_to", "reassign", "comment", "attach", "score"}) | {
    *("note_point", "strike_point", "note_survey", "take_back_assessment"),
    *(PROPOSE_CORRECTION, CONFIRM_CORRECTION, REFUSE_CORRECTION),
}


def _listed(page: Page, items: Iterable[str]) -> str:
    return ("; " if page.language == "en" else "；").join(items)


def _says_something(line: DecisionLine) -> bool:
    said = (line.opinion, line.approval_no, line.evidence, line.law, line.overrides)
    return line.approval or line.outcome in ("sign", "refuse") or line.principal is not None or any(said)


def _decision(page: Page, procedure: Procedure, line: DecisionLine) -> Pairs:
    role = words.roles_in_words(page, procedure, [line.role])
    officer = line.by or page.tell(say("账户已注销"))
    signed = say("{who}（{role}）", who=officer, role=role)
    if line.principal is not None:
        principal = line.principal or page.tell(say("账户已注销"))
        signed = say("{who}（{role}，代{principal}）", who=officer, role=role, principal=principal)
    outcome = {"refuse": say("不予通过"), "sign": say("会签")}.get(line.outcome)
    exceptions = _listed(page, (str(override.get("reason", "")) for override in line.overrides))
    return [
        (say("事项"), act_in_words(page, procedure, line.act, line.stage)),
        (say("结果"), page.tell(outcome) if outcome else None),
        (say("办理人"), page.tell(signed)),
        (say("日期"), line.on_day),
        (say("意见"), line.opinion),
        (say("批准文号"), line.approval_no),
        (say("证明材料"), line.evidence),
        (say("法律依据"), line.law),
        (say("作为例外的理由"), exceptions),
    ]


def _suspensions(page: Page, lines: Sequence[SuspensionLine]) -> Block | None:
    """The ledger of suspensions: from when to when, how many days, why, and who."""
    entries = [shown_facts(page, _suspension(page, line)) for line in lines]
    return Block(page.tell(say("中止记录")), entries) if entries else None


def _suspension(page: Page, line: SuspensionLine) -> Pairs:
    days = ((line.resumed_on or page.today) - line.from_on).days
    return [
        (say("中止日"), line.from_on),
        (say("恢复日"), line.resumed_on or page.tell(say("尚未恢复"))),
        (say("天数"), days),
        (say("理由"), line.reason),
        (say("中止人"), line.by),
        (say("恢复人"), line.resumed_by),
    ]


def _person(page: Page, person: PersonLine | None, places: Mapping[str, str]) -> Block | None:
    if person is None:
        return None
    stop = ", " if page.language == "en" else "、"
    facts: Pairs = [
        (say("姓名"), person.name),
        (say("性别"), words.sex_words(page, person.sex)),
        (say("证件号码"), person.id_number),
        (say("户籍地"), places.get(person.home_region, person.home_region)),
        (say("文化程度"), words.code_words(page, person.education)),
        (say("人员类别"), stop.join(words.code_words(page, code) for code in person.categories)),
        (say("已签承诺"), stop.join(words.code_words(page, code) for code in sorted(person.statements))),
        (say("以往补贴月数"), person.prior_months or None),
    ]
    return Block(page.tell(say("人员")), [shown_facts(page, facts)])


def _opening(page: Page, hire: Hire) -> Block:
    opening = hire.opening
    facts: Pairs = [
        (say("公告日"), opening.announced_on),
        (say("报名截止"), opening.closes_on or page.tell(say("招满为止"))),
        (say("名额"), page.tell(say("已用{taken}／共{places}", taken=opening.taken, places=opening.places))),
    ]
    link = (f"/openings/{opening.id}", page.tell(say("查看公告和其他报名人")))
    return Block(page.tell(say("招聘公告")), [shown_facts(page, facts)], link)


def _notice(page: Page, procedure: Procedure, row: Any) -> Pairs:
    return [
        (say("轮次"), row.round if row.round > 1 else None),
        (say("张贴日期"), row.posted_on),
        (say("最后一日"), row.ends_on),
        (say("是否暂定"), page.tell(say("暂定")) if row.provisional else None),
        (say("张贴处"), _listed(page, _boards(page, row))),
        (say("结束"), row.closed_on),
    ]


def _boards(page: Page, row: Any) -> Iterator[str]:
    """The boards, with the day of each where they differ."""
    days = list(row.board_days or ())
    differ = len(set(days)) > 1
    for place, board in enumerate(row.boards):
        shown = differ and place < len(days)
        yield f"{board} {page.day(date.fromisoformat(days[place]))}" if shown else board


def _objection(page: Page, procedure: Procedure, row: Any) -> Pairs:
    answered = say("尚未处理") if row.answered_seq is None else say("成立") if row.upheld else say("不成立")
    return [
        (say("记录号"), row.seq),
        (say("提出日期"), row.lodged_on),
        (say("异议内容"), row.text),
        (say("提出人"), row.by_name or page.tell(say("匿名"))),
        (say("渠道"), page.tell(say("公开渠道提出")) if row.public else None),
        (say("答复期限"), row.due_on if row.answered_seq is None else None),
        (say("处理结果"), page.tell(answered)),
    ]


def _training(page: Page, procedure: Procedure, row: Any) -> Pairs:
    return [
        (say("培训日期"), row.held_on),
        (say("学时"), row.hours),
        (say("培训结果"), page.tell(say("合格") if row.passed else say("不合格"))),
    ]


def _contract(page: Page, procedure: Procedure, row: Any) -> Pairs:
    title = say("协议") if row.term_no == 0 else say("第{n}期", n=row.term_no)
    return [
        (say("期次"), page.tell(title)),
        (say("合同编号"), row.number),
        (say("签订日期"), row.signed_on),
        (say("合同起始日"), row.starts_on),
        (say("合同到期日"), row.ends_on),
        (say("实际终止日"), row.ended_on),
    ]


def _assessment(page: Page, procedure: Procedure, row: Any) -> Pairs:
    grade = procedure.assessment.grade(row.grade)
    return [
        (say("考核年度"), row.year),
        (say("等次"), page.named(grade) if grade else row.grade),
        (say("得分"), f"{row.points_tenths / 10:g}" if row.points_tenths is not None else None),
        (say("证明材料"), row.evidence),
        (say("审定"), page.tell(_ruled(row))),
    ]


def _ruled(row: Any) -> Sentence:
    """An assessment that was proposed anew, or ruled on by a later proposal, waits for nobody any more."""
    if row.ruled_seq is not None:
        return say("已审定")
    return say("待审定") if row.seq == row.file.hire.dossier.proposed_seq else say("已被后来的考核意见代替，不再审定")


def _protection(page: Page, procedure: Procedure, row: Any) -> Pairs:
    return [
        (say("情形"), words.code_words(page, row.kind)),
        (say("最后一日"), row.until_on),
        (say("证明材料"), row.evidence),
    ]


def _score(page: Page, procedure: Procedure, row: Any) -> Pairs:
    items = _listed(page, (f"{name} {tenths / 10:g}" for name, tenths in row.items.items()))
    return [(say("总分"), f"{row.tenths / 10:g}"), (say("分项"), items)]


def _returned(page: Page, procedure: Procedure, row: Any) -> Pairs:
    names = [procedure.stage_by_name.get(name) for name in (row.from_stage, row.to_stage)]
    there = [page.named(stage) if stage else "" for stage in names]
    return [(say("从"), there[0]), (say("退回到"), there[1]), (say("理由"), row.reason)]


def _filing(page: Page, procedure: Procedure, row: Any) -> Pairs:
    return [
        (say("报备事项"), words.filing_name(page, procedure, row.filing)),
        (say("报送对象"), words.roles_in_words(page, procedure, row.to_roles)),
        (say("截止日"), row.due_on),
        (say("报送日期"), row.sent_on or page.tell(say("尚未报送"))),
        (say("回执"), row.receipt),
    ]


def _departure(page: Page, procedure: Procedure, row: Any) -> Pairs:
    ground = procedure.ground_by_name.get(row.ground)
    return [
        (say("解聘情形"), page.named(ground) if ground else row.ground),
        (say("最后一日"), row.ended_on),
        (say("补贴发至"), row.paid_until),
        (say("法律依据"), row.law),
    ]


_PAPERS = (
    ("notice", say("公示"), _notice),
    ("objection", say("异议"), _objection),
    ("training", say("岗前培训"), _training),
    ("contract", say("合同"), _contract),
    ("score", say("评分"), _score),
    ("assessment", say("年度考核"), _assessment),
    ("protection", say("保护期"), _protection),
    ("filing", say("备案"), _filing),
    ("departure", say("离岗"), _departure),
    ("returned", say("退回记录"), _returned),
)


def kinds() -> Iterator[str]:
    """The tables that have a card."""
    return (name for name, _, _ in _PAPERS)
