"""What a correction moves, in plain words (牵动的事项): before beside after, group by group, for officers to read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any

from api.pages import words
from api.pages.after_words import months_words, yuan
from api.pages.forms import words_of
from api.pages.names import FACTS
from api.pages.record import act_in_words
from api.pages.render import Page
from states.facts import Clock
from states.guards.labels import PROTECTIONS
from states.inputs import INPUTS
from states.past import Row
from states.procedure import Procedure
from states.rederiving import Turned
from states.say import Sentence, say
from states.service import Span
from workflow.corrections import Foreseen
from workflow.papers.kinds import Kind, title_of

#: fields of the dossier that rules do not name among their facts
_FACTS: dict[str, Sentence] = {
    "entered_on": say("进入当前环节之日"),
    "meeting_on": say("会议日期"),
    "meeting_present": say("到会人数"),
    "meeting_for": say("同意人数"),
    "notice_ends_on": say("公示届满日"),
    "training_passed": say("培训合格"),
    "trained_on": say("培训合格日"),
    "first_started_on": say("首次上岗日"),
    "term_starts_on": say("本期合同起始日"),
    "term_ends_on": say("本期合同到期日"),
    "retires_on": say("法定退休日"),
    "near_retirement": say("距退休不足五年"),
    "extension_until": say("批准延长至"),
    "ruled_grade": say("审定等次"),
    "renewal_signed_on": say("续签日期"),
    "protected_kind": say("保护期情形"),
    "resigned_on": say("提出辞职日"),
    "leaving_ground": say("解聘情形"),
    "leaving_notice_on": say("书面通知日"),
    "in_lieu_fen": say("代通知金（元）"),
    "in_lieu_on": say("代通知金支付日期"),
    "ended_on": say("离岗之日"),
    "paid_until": say("补贴发至"),
    "over_term_on": say("超期起始日"),
}


@dataclass(frozen=True, slots=True)
class MoveLine:
    """One thing with what it is before and after; ``after`` alone where there is nothing to compare."""

    what: str
    before: str
    after: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class MoveGroup:
    """Things of one kind that move; ``stop``: they stand against the correction."""

    title: str
    lines: tuple[MoveLine, ...]
    about: str = ""
    stop: bool = False
    compared: bool = True


def groups_of(page: Page, procedure: Procedure, found: Foreseen) -> list[MoveGroup]:
    """Everything that moves, the corrected fields first; groups without anything are left out."""
    view = _View(page, procedure, found)
    made = [
        view.group(say("更正的内容"), view.said()),
        view.group(
            say("本来不能办理的步骤"),
            view.turned(found.moves.refused),
            say("更正之后来看，这些步骤当时的条件不符合。更正不会撤销它们；请核实后另行处理。"),
            stop=True,
            compared=False,
        ),
        view.group(say("案卷"), view.facts()),
        view.group(say("期限"), view.clocks()),
        view.group(say("报备"), view.reports()),
        view.group(say("到期后由系统办理"), view.over(), say("更正后期限已过，系统会接着办理。"), compared=False),
        view.group(say("任职月数"), view.months()),
        view.group(
            say("本人的其他聘用"), view.others(), say("确认之后，请在这些聘用里核对任职期限和发放。"), stop=True
        ),
        view.group(say("待遇"), view.money(), compared=False),
        view.group(say("年度绩效待遇"), view.performance(), say("考核结果变了，请按新的结果核对。"), compared=False),
        view.group(say("可以办理的步骤"), view.steps()),
        view.group(say("提醒"), view.turned(found.moves.warned), compared=False),
        view.group(say("已制作的文书"), view.papers(), say("这些文书制作在先，请核对后重新制作。"), compared=False),
        view.group(say("已发出的通知"), view.told(), say("确认后会再发一次通知。"), compared=False),
    ]
    return [group for group in made if group.lines]


class _View:
    """Makes the lines of one correction."""

    def __init__(self, page: Page, procedure: Procedure, found: Foreseen) -> None:
        self.page, self.procedure, self.found, self.moves = page, procedure, found, found.moves

    def group(
        self,
        title: Sentence,
        lines: Iterator[MoveLine],
        about: Sentence | None = None,
        *,
        stop: bool = False,
        compared: bool = True,
    ) -> MoveGroup:
        tell = self.page.tell
        return MoveGroup(tell(title), tuple(lines), tell(about) if about else "", stop, compared)

    def said(self) -> Iterator[MoveLine]:
        model = INPUTS[self.moves.step.records]
        for name, before, after in self.moves.said:
            yield MoveLine(self.page.tell(words_of(model, name)), self.shown(name, before), self.shown(name, after))

    def facts(self) -> Iterator[MoveLine]:
        for name, before, after in self.moves.facts:
            label = _FACTS.get(name) or FACTS.get(name)
            if label is not None:
                yield MoveLine(self.page.tell(label), self.shown(name, before), self.shown(name, after))
        yield from self._grades()

    def _grades(self) -> Iterator[MoveLine]:
        """Grades of years that are not the last one that was ruled on: the dossier speaks of that alone."""
        if any(name == "ruled_grade" for name, _, _ in self.moves.facts):
            return
        for row in self.moves.rows:
            if row.table == "assessment" and row.old["grade"] != row.new["grade"]:
                what = self.page.tell(say("{year}年度考核等次", year=int(row.new["year"])))
                yield MoveLine(what, *(self.shown("grade", one["grade"]) for one in (row.old, row.new)))

    def reports(self) -> Iterator[MoveLine]:
        """Reports that were sent or are owed: by when, on which day, and whether that was in time."""
        for one in self.moves.reports:
            before, after = self._report(one.row), self._report({**one.row, **one.changed})
            if before != after:
                yield MoveLine(words.filing_name(self.page, self.procedure, one.filing), before, after)

    def _report(self, row: Row) -> str:
        due_on, sent_on = (self._day_of(row[name]) for name in ("due_on", "sent_on"))
        told = say("应在{due}以前报送，尚未报送", due=due_on)
        if row["sent_on"] is not None:
            told = say("应在{due}以前报送，{day}报送", due=due_on, day=sent_on)
            if row["sent_on"] > row["due_on"]:
                told = say("应在{due}以前报送，{day}报送，已逾期", due=due_on, day=sent_on)
        return self.page.tell(told)

    def _day_of(self, text: str | None) -> str:
        return "" if text is None else self.page.day(date.fromisoformat(text))

    def clocks(self) -> Iterator[MoveLine]:
        for name, before, after in self.moves.clocks:
            called = words.clock_name(self.page, self.procedure, name)
            yield MoveLine(called, self._due(before), self._due(after))

    def over(self) -> Iterator[MoveLine]:
        for name, clock in self.moves.over:
            called = words.clock_name(self.page, self.procedure, name)
            acts = words.at_the_end(self.page, self.procedure, self.procedure.deadline_by_name[name])
            yield MoveLine(called, "", f"{self.page.day(clock.due_on)} · {acts}")

    def months(self) -> Iterator[MoveLine]:
        if self.moves.months is not None and self.moves.months[0] != self.moves.months[1]:
            before, after = (self._span(span) for span in self.moves.months)
            yield MoveLine(self.page.tell(say("累计任职")), before, after)

    def others(self) -> Iterator[MoveLine]:
        for one in self.found.lawful:
            what = self.page.tell(say("聘用{hire}：最后合法日", hire=one.hire_id))
            yield MoveLine(what, self.shown("", one.before), self.shown("", one.after), f"/hires/{one.hire_id}")

    def money(self) -> Iterator[MoveLine]:
        tell, wrong = self.page.tell, self.found.wrong
        if wrong is not None:
            months = months_words(self.page, wrong.from_month, wrong.until_month)
            told = say("{months}，{fen}元；确认后列入“追回”的发放疑点", months=months, fen=yuan(wrong.fen))
            yield MoveLine(tell(say("多发的待遇")), "", tell(told), "/recoveries")
        for month in self.found.unpaid:
            yield MoveLine(tell(say("少发的月份")), "", f"{month:%Y-%m}", "/pay")
        for number, month in self.found.sheets:
            told = say("{month}发放表须重新生成", month=f"{month:%Y-%m}")
            yield MoveLine(tell(say("未发放的发放表")), "", tell(told), f"/pay/{number}")

    def performance(self) -> Iterator[MoveLine]:
        for one in self.found.performance:
            told = say(
                "{month}发放表已发{fen}元；多发的，在“追回”里登记", month=f"{one.month:%Y-%m}", fen=yuan(one.fen)
            )
            if not one.paid:
                told = say("{month}发放表须重新生成", month=f"{one.month:%Y-%m}")
            href = "/recoveries" if one.paid else f"/pay/{one.sheet}"
            yield MoveLine(self.page.tell(say("年度绩效待遇")), "", self.page.tell(told), href)

    def steps(self) -> Iterator[MoveLine]:
        names = {True: self.page.tell(say("条件符合")), False: self.page.tell(say("条件不符合"))}
        for step, before, after in self.moves.steps:
            yield MoveLine(self.page.named(step), names[before], names[after])

    def turned(self, turned: Sequence[Turned]) -> Iterator[MoveLine]:
        for one in turned:
            what = say("第{seq}号：{step}", seq=one.seq, step=self.page.named(one.step))
            said = self.page.tell(one.answer.verdict.say)
            yield MoveLine(self.page.tell(what), "", f"{said}（{one.answer.article}）")

    def papers(self) -> Iterator[MoveLine]:
        for line in self.found.papers:
            title = self.page.tell(title_of(self.procedure, Kind(line.paper)))
            yield MoveLine(title, "", line.number)

    def told(self) -> Iterator[MoveLine]:
        counted: dict[str, int] = {}
        for letter in self.moves.told:
            role = words.roles_in_words(self.page, self.procedure, [letter.role])
            counted[role] = counted.get(role, 0) + 1
        for role, n in counted.items():
            yield MoveLine(role, "", self.page.tell(say("{n}封通知写有变动的日期", n=n)))

    def shown(self, name: str, value: Any) -> str:
        if value is None or value == ():
            return "—"
        if isinstance(value, bool):
            return self.page.tell(say("是") if value else say("否"))
        if isinstance(value, date):
            return self.page.day(value)
        if name in ("grade", "ruled_grade", "proposed_grade"):
            grade = self.procedure.assessment.grade(str(value))
            return self.page.named(grade) if grade else str(value)
        if name in ("ground", "leaving_ground"):
            ground = self.procedure.ground_by_name.get(str(value))
            return self.page.named(ground) if ground else str(value)
        if name in ("kind", "protected_kind"):
            return self.page.tell(PROTECTIONS[value]) if value in PROTECTIONS else str(value)
        return str(value.value if isinstance(value, Enum) else value)

    def _due(self, clock: Clock | None) -> str:
        if clock is None:
            return self.page.tell(say("不计时"))
        day = self.page.day(clock.due_on)
        return self.page.tell(say("{day}（暂定）", day=day)) if clock.provisional else day

    def _span(self, span: Span) -> str:
        return self.page.tell(say("{months}个月{days}天", months=span.months, days=span.days))


def entry_words(page: Page, procedure: Procedure, act: str, stage: str, number: int) -> str:
    """An entry by its number and what was done."""
    return page.tell(say("第{seq}号：{step}", seq=number, step=act_in_words(page, procedure, act, stage)))
