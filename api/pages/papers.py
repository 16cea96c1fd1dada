"""The papers beside a hire (案卷): person, announcement, notices, objections, training, contracts, reports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from api.pages import words
from api.pages.record import shown_facts
from api.pages.render import Page
from states.facts import Hire
from states.procedure import Procedure
from states.say import Sentence, say
from workflow.queries.register import PersonLine

Facts = list[tuple[str, str]]
Pairs = list[tuple[Sentence, Any]]


@dataclass(frozen=True, slots=True)
class Block:
    """A card of the file: its title and one list of facts for each paper."""

    title: str
    entries: list[Facts] = field(default_factory=list)
    link: tuple[str, str] | None = None


def blocks_of(
    page: Page,
    procedure: Procedure,
    hire: Hire,
    about: PersonLine | None,
    places: Mapping[str, str],
    papers: Mapping[str, list[dict[str, Any]]],
) -> list[Block]:
    """The cards of the file that have something to show."""
    found = [_person(page, about, places), _opening(page, hire)]
    found += [
        Block(
            page.tell(title), [shown_facts(page, make(page, procedure, SimpleNamespace(**row))) for row in papers[name]]
        )
        for name, title, make in _PAPERS
        if papers.get(name)
    ]
    return [block for block in found if block is not None]


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
        (say("张贴处"), "；".join(row.boards)),
        (say("结束"), row.closed_on),
    ]


def _objection(page: Page, procedure: Procedure, row: Any) -> Pairs:
    answered = say("尚未处理") if row.answered_seq is None else say("成立") if row.upheld else say("不成立")
    return [
        (say("记录号"), row.seq),
        (say("提出日期"), row.lodged_on),
        (say("异议内容"), row.text),
        (say("提出人"), row.by_name or page.tell(say("匿名"))),
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
        (say("审定"), page.tell(say("已审定") if row.ruled_seq is not None else say("待审定"))),
    ]


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
    ("assessment", say("年度考核"), _assessment),
    ("filing", say("备案"), _filing),
    ("departure", say("离岗"), _departure),
)


def kinds() -> Iterator[str]:
    """The tables that have a card."""
    return (name for name, _, _ in _PAPERS)
