"""The parts of an overview (概览各部分): each a table, and a chart of it, for the page and for a spreadsheet alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from markupsafe import Markup

from api.pages.charts import Bar, bars
from api.pages.render import Page
from states.labels import state_name, when
from states.meets import enforces
from states.procedure import Procedure, article_of
from states.say import Fact, Sentence, say
from states.vocabulary import Level, State
from workflow.figures import BandLine, MonthLine, Overview, QuotaLine, StageTime
from workflow.queries.figures import WATCHED

MOST_BARS = 20
WATCHES: Mapping[str, Sentence] = {
    "overdue": say("有逾期事项"),
    "over_term": say("超期未处理"),
    "blocked": say("到期被拦下（条件不符）"),
    "late_contract": say("合同逾期未签"),
    "late_certificate": say("离岗证明逾期未出具"),
    "late_filing": say("备案逾期未报"),
    "returned": say("一年内被退回过"),
    "suspended": say("中止办理中"),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a table: text or a number, and where it leads."""

    value: str | int
    href: str = ""

    @property
    def number(self) -> bool:
        return isinstance(self.value, int)


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its table, its chart, and a word on how to read it."""

    key: str
    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    chart: Markup | str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Telling:
    """What parts are told with: the page, the regions looked at, and the names of places."""

    page: Page
    found: Overview
    region: str | None
    places: Mapping[str, str] = field(default_factory=dict)

    def tell(self, words: Sentence) -> str:
        return self.page.tell(words)

    def procedure(self, key: str) -> Procedure:
        return self.page.office.rulebook.rules(key).procedure

    def place(self, code: str) -> str:
        return self.places.get(code, code)

    def link(self, path: str, **query: str | None) -> str:
        """An address narrowed to the region looked at."""
        asked = {"region": self.region, **query}
        given = {name: value for name, value in asked.items() if value}
        return f"{path}?{urlencode(given)}" if given else path


def part(told: Telling, key: str) -> Part | None:
    """One part by its name; None: there is no such part."""
    maker = PARTS.get(key)
    return None if maker is None else maker(told)


def parts(told: Telling) -> list[Part]:
    """Every part that has anything to say."""
    return [one for one in (maker(told) for maker in PARTS.values()) if one.rows]


# ---- each part ---------------------------------------------------------------------------------------------------


def _states(told: Telling) -> Part:
    tell, numbers = told.tell, told.found.states
    names = {state.value: _raised(state_name(state, told.page.language)) for state in State}
    shown = [state.value for state in State if numbers.get(state.value)]
    title = tell(say("各状态的聘用"))
    return Part(
        "states",
        title,
        (tell(say("状态")), tell(say("件数"))),
        tuple((Cell(names[state], told.link("/hires", state=state)), Cell(numbers[state])) for state in shown),
        bars(
            title,
            tell(say("每个状态有多少件聘用。")),
            [Bar(names[s], numbers[s], str(numbers[s])) for s in shown],
        ),
    )


def _stages(told: Telling) -> Part:
    tell = told.tell
    title = tell(say("各环节用时（工作日）"))
    heads = (
        *(say("办法"), say("环节"), say("现有件数"), say("已停留：中位数"), say("已停留：九成不超过")),
        *(say("规定时限"), say("超过时限"), say("近一年办结"), say("办结用时：中位数"), say("办结用时：九成不超过")),
    )
    drawn = [line for line in told.found.stages if line.now and line.median is not None][:MOST_BARS]
    return Part(
        "stages",
        title,
        tuple(tell(head) for head in heads),
        tuple(_stage_row(told, line) for line in told.found.stages),
        bars(
            title,
            tell(say("深色到中位数，浅色到九成，竖线是规定的工作日。")),
            [_stage_bar(told, line) for line in drawn],
        ),
        tell(say("深色到中位数，浅色到九成，竖线是规定的工作日。")),
    )


def _stage_row(told: Telling, line: StageTime) -> tuple[Cell, ...]:
    procedure = told.procedure(line.procedure)
    limit = when(procedure, line.deadline, told.page.language) if line.deadline else "—"
    href = told.link("/hires", procedure=line.procedure, stage=line.stage)
    return (
        Cell(procedure.document.number),
        Cell(told.page.named(procedure.stage_by_name[line.stage]), href),
        Cell(line.now),
        _or_none(line.median),
        _or_none(line.ninth),
        Cell(limit),
        Cell(line.over if line.limit is not None else "—"),
        Cell(line.left),
        _or_none(line.left_median),
        _or_none(line.left_ninth),
    )


def _stage_bar(told: Telling, line: StageTime) -> Bar:
    name = told.page.named(told.procedure(line.procedure).stage_by_name[line.stage])
    words = told.tell(say("{median}／{ninth}天", median=line.median or 0, ninth=line.ninth or 0))
    return Bar(name, line.median or 0, words, line.ninth, line.limit)


def _or_none(value: int | None) -> Cell:
    return Cell("—" if value is None else value)


def _towns(told: Telling) -> Part:
    tell = told.tell
    rows = sorted(told.found.towns.items(), key=lambda row: (-row[1][2], row[0]))
    late = [(town, numbers[2]) for town, numbers in rows if numbers[2]][:MOST_BARS]
    title = tell(say("各乡镇的逾期"))
    return Part(
        "towns",
        title,
        tuple(tell(head) for head in (say("地区"), say("在岗"), say("办理中"), say("已逾期"))),
        tuple(
            (
                Cell(told.place(town), f"/overview?{urlencode({'region': town})}"),
                *(Cell(number) for number in numbers[:2]),
                Cell(numbers[2], f"/overview/list?{urlencode({'what': 'overdue', 'region': town})}"),
            )
            for town, numbers in rows
        ),
        bars(
            title,
            tell(say("每个乡镇有逾期事项的聘用件数，多的在前。")),
            [Bar(told.place(town), number, str(number)) for town, number in late],
        ),
    )


def _quotas(told: Telling) -> Part:
    tell = told.tell
    title = tell(say("指标与在岗"))
    heads = (say("办法"), say("岗位类别"), say("地区"), say("年度"), say("指标"), say("已用"), say("在岗"), say("条款"))
    lines, how = told.found.quotas, tell(say("深色是在岗，浅色是已用，竖线是指标。"))
    between = " " if told.page.language == "en" else ""
    return Part(
        "quotas",
        title,
        tuple(tell(head) for head in heads),
        tuple(_quota_row(told, line) for line in lines),
        bars(
            title,
            how,
            [
                Bar(_quota_name(told, line), line.working, f"{line.working}/{line.places}", line.used, line.places)
                for line in lines[: 2 * MOST_BARS]
            ],
        ),
        between.join([how, *_still_open(told)]),
    )


@enforces("LC-15")
def _still_open(told: Telling) -> Iterator[str]:
    """未完成当年度任务之前不得新增购买服务: a word of warning while fewer are at work than the newest year asks for."""
    for key in dict.fromkeys(line.procedure for line in told.found.quotas):
        procedure = told.procedure(key)
        rule = next((one for one in procedure.supervision if one.name == "no_purchased_labour"), None)
        planned = [line for line in told.found.quotas if line.procedure == key and line.year is not None]
        newest = [line for line in planned if line.year == max(one.year or 0 for one in planned)]
        places, working = sum(line.places for line in newest), sum(line.working for line in newest)
        if rule is not None and working < places:
            facts: dict[str, Fact] = {"year": newest[0].year, "places": places, "working": working}
            article = article_of(procedure, rule.cite)
            words = "{year}年任务{places}人，在岗{working}人，尚未完成；完成之前不得新增购买人力资源服务（{article}）。"
            yield told.tell(say(words, **facts, article=article))


def _quota_row(told: Telling, line: QuotaLine) -> tuple[Cell, ...]:
    procedure = told.procedure(line.procedure)
    return (
        Cell(procedure.document.number),
        Cell(_kind(told, procedure, line.kind)),
        Cell(told.place(line.region or procedure.document.region)),
        Cell("—" if line.year is None else str(line.year)),
        Cell(line.places),
        Cell(line.used),
        Cell(line.working),
        Cell(line.article),
    )


def _quota_name(told: Telling, line: QuotaLine) -> str:
    procedure = told.procedure(line.procedure)
    where = told.place(line.region) if line.region else ""
    return " ".join(filter(None, (where, _kind(told, procedure, line.kind), str(line.year or ""))))


def _kind(told: Telling, procedure: Procedure, kind: str) -> str:
    known = procedure.kind_by_name.get(kind)
    return told.page.named(known) if known else kind


def _bands(told: Telling) -> Part:
    tell = told.tell
    heads = (say("办法"), say("人数"), say("村镇数"), say("可设岗位"), say("已用"), say("超过的村镇"), say("条款"))
    return Part(
        "bands",
        tell(say("每村、每乡镇岗位数")),
        tuple(tell(head) for head in heads),
        tuple(_band_row(told, line) for line in told.found.bands),
    )


def _band_row(told: Telling, line: BandLine) -> tuple[Cell, ...]:
    numbers = (line.villages, line.places, line.used, line.over)
    document = told.procedure(line.procedure).document.number
    return (Cell(document), Cell(_span(told, line)), *(Cell(number) for number in numbers), Cell(line.article))


def _span(told: Telling, line: BandLine) -> str:
    if line.per == Level.TOWNSHIP:
        return told.tell(say("每个乡镇的{kind}", kind=_kind(told, told.procedure(line.procedure), line.kind)))
    if line.at_least is None:
        return told.tell(say("不分档"))
    if line.at_most is None:
        return told.tell(say("{n}人以上", n=line.at_least))
    return told.tell(say("{first}至{last}人", first=line.at_least, last=line.at_most))


def _months(told: Telling) -> Part:
    tell = told.tell
    title = tell(say("今后十二个月到期"))
    heads = (say("月份"), say("合同期满"), say("决定续签"), say("决定终止"), say("还没有决定"), say("期限届满（三年）"))
    lines = told.found.months
    numbers = [line.renewed + line.ended + line.undecided for line in lines]
    return Part(
        "months",
        title,
        tuple(tell(head) for head in heads),
        tuple(_month_row(told, line, number) for line, number in zip(lines, numbers, strict=True)),
        bars(
            title,
            tell(say("浅色是当月期满的合同，深色是其中还没有决定的。")),
            [
                Bar(line.month, line.undecided, f"{line.undecided}/{number}", number)
                for line, number in zip(lines, numbers, strict=True)
                if number
            ],
        ),
        tell(say("浅色是当月期满的合同，深色是其中还没有决定的。")),
    )


def _month_row(told: Telling, line: MonthLine, number: int) -> tuple[Cell, ...]:
    ends = told.link("/overview/list", what=f"term:{line.month}")
    limits = told.link("/overview/list", what=f"limit:{line.month}")
    return (
        Cell(line.month),
        Cell(number, ends if number else ""),
        Cell(line.renewed),
        Cell(line.ended),
        Cell(line.undecided),
        Cell(line.limits, limits if line.limits else ""),
    )


def _watched(told: Telling) -> Part:
    tell = told.tell
    known = WATCHED if told.found.complete else ()
    rows: Sequence[tuple[str, int]] = [(what, told.found.watched.get(what, 0)) for what in known]
    return Part(
        "watched",
        tell(say("督查关注")),
        (tell(say("情形")), tell(say("件数"))),
        tuple((Cell(tell(WATCHES[w]), told.link("/overview/list", what=w)), Cell(number)) for w, number in rows),
    )


PARTS: Mapping[str, Callable[[Telling], Part]] = {
    "states": _states,
    "watched": _watched,
    "towns": _towns,
    "stages": _stages,
    "quotas": _quotas,
    "bands": _bands,
    "months": _months,
}


def _raised(words: str) -> str:
    return words[:1].upper() + words[1:]
