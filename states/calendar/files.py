"""The year files of the calendar: their shape, and a check that reports every fault at once.

A wrong day here moves legal dates everywhere, so a file is taken whole or not at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml

from states.calendar.sheet import is_table, read_table
from states.say import Sentence, say

KEYS = {"year", "notice", "rest", "work"}
NOTICE_KEYS = {"title", "number", "issued_on", "certainty", "source"}
REST_KEYS = {"name", "from", "to"}
CERTAINTIES = ("high", "medium", "low")
LONGEST_TEXT = 20_000  # signs; the longest year so far has nine hundred
LONGEST_NAME = 200
LONGEST_REST = 16  # days; no notice ever named more than nine in a row
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
#: the names that notices give to holidays: said here, so that a proof can be told in another language
HOLIDAYS = (say("元旦"), say("春节"), say("清明节"), say("劳动节"), say("端午节"), say("中秋节"), say("国庆节"))


@dataclass(frozen=True, slots=True)
class Notice:
    """One State Council notice (放假安排通知).

    ``certainty`` is high, medium or low where the number was not in the copy that was read; None where it was.
    """

    title: str
    number: str | None
    issued_on: date
    certainty: str | None = None
    source: str | None = None

    @property
    def cited(self) -> str:
        """The title and, where it is known, the number."""
        return f"{self.title}，{self.number}" if self.number else self.title


@dataclass(frozen=True, slots=True)
class Rest:
    """One rest period, first and last day with it."""

    name: str
    starts_on: date
    ends_on: date

    def days(self) -> Iterator[date]:
        for offset in range((self.ends_on - self.starts_on).days + 1):
            yield self.starts_on + timedelta(offset)


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """One year as its notice sets it: rest periods, and weekend days that are worked in exchange (调休上班)."""

    year: int
    notice: Notice
    rest: tuple[Rest, ...]
    work: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class CalendarFault:
    """One thing wrong in one file."""

    file: str
    reason: Sentence

    def __str__(self) -> str:
        return f"{self.file}: {self.reason}"


class CalendarFaults(ValueError):
    """The calendar's year files are at fault; ``faults`` holds all of them."""

    def __init__(self, faults: tuple[CalendarFault, ...]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


@dataclass(slots=True)
class _Report:
    """Collects the faults of one file, so that the reader can go on after the first."""

    file: str
    faults: list[CalendarFault] = field(default_factory=list)

    def add(self, reason: Sentence) -> None:
        self.faults.append(CalendarFault(self.file, reason))


def read_years(path: Path) -> dict[int, CalendarYear]:
    """Every year file under ``path`` (a folder, or one file). Raises CalendarFaults with all faults of all files."""
    faults: list[CalendarFault] = []
    years: dict[int, CalendarYear] = {}
    files = sorted(path.glob("*.y*ml")) if path.is_dir() else [path]
    for file in files:
        report = _Report(file.name)
        year = _read_year(file, report)
        faults += report.faults
        if year is not None and year.year in years:
            faults.append(CalendarFault(file.name, say("{year}年已有另一个文件", year=year.year)))
        elif year is not None:
            years[year.year] = year
    if faults:
        raise CalendarFaults(tuple(faults))
    return years


def check_years(years: Mapping[int, CalendarYear]) -> None:
    """What only shows when the years stand side by side: one day named twice. Raises CalendarFaults."""
    faults: list[CalendarFault] = []
    named: dict[date, int] = {}
    for year in years.values():
        report = _Report(f"{year.year}.yaml")
        _check_year(year, report)
        faults += report.faults
        for day in {*year.work, *(day for rest in year.rest for day in rest.days())}:
            if named.setdefault(day, year.year) != year.year:
                other = named[day]
                reason = say("{day}在{other}年的通知中已有安排", day=day, other=other)
                faults.append(CalendarFault(report.file, reason))
    if faults:
        raise CalendarFaults(tuple(faults))


class _TextLoader(yaml.BaseLoader):
    """Every scalar stays text, so that a wrong date is our fault to report and not an exception of the parser."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        # An alias of an alias of an alias unfolds into more than any memory holds, and a year has no use for one.
        if self.check_event(yaml.AliasEvent):
            raise yaml.composer.ComposerError(None, None, "*", None)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        # YAML itself lets the last of two equal keys win, which would silently drop half a year's days.
        keys = [key.value for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(None, None, f"{key} ×{keys.count(key)}", node.start_mark)
        return super().construct_mapping(node, deep)


def _read_year(file: Path, report: _Report) -> CalendarYear | None:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        report.add(say("读不出文件：{error}", error=str(error)))
        return None
    return _year_of(_mapping(text, report), file.stem, report)


def parse_year(text: str) -> CalendarYear:
    """One year from what somebody typed or uploaded: the YAML of a year file, or the table of ``TABLE_HEAD``.

    Raises CalendarFaults with every fault that can be seen at once.
    """
    table = is_table(text)
    report = _Report("CSV" if table else "YAML")
    if len(text) > LONGEST_TEXT:
        report.add(say("内容超过{most}字，不是一年的放假安排", most=LONGEST_TEXT))
        raise CalendarFaults(tuple(report.faults))
    content = read_table(text, report.add) if table else _mapping(text, report)
    year = _year_of(content, None, report)
    if year is None:
        raise CalendarFaults(tuple(report.faults))
    return year


def year_text(year: CalendarYear) -> str:
    """The year in the one form in which it is kept: equal years give equal text, and ``parse_year`` reads it back."""
    notice = {name: value for name, value in asdict(year.notice).items() if value is not None}
    content = {
        "year": year.year,
        "notice": notice | {"issued_on": year.notice.issued_on},
        "rest": [{"name": rest.name, "from": rest.starts_on, "to": rest.ends_on} for rest in year.rest],
        "work": list(year.work),
    }
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=1000)


def _mapping(text: str, report: _Report) -> object:
    try:
        return yaml.load(text, Loader=_TextLoader)
    except (yaml.YAMLError, RecursionError) as error:
        report.add(say("不是合格的YAML：{error}", error=" ".join(str(error).split())[:300]))
        return None


def _year_of(content: object, stem: str | None, report: _Report) -> CalendarYear | None:
    if not isinstance(content, dict):
        if not report.faults:
            report.add(say("文件应为一组键值：year、notice、rest、work"))
        return None
    _only_known(content, KEYS, report)
    number = _year_number(content, stem, report)
    notice = _notice(content.get("notice"), report)
    rest = _rest(content.get("rest"), report)
    work = _work(content.get("work"), report)
    if number is None or notice is None or not rest:
        return None
    year = CalendarYear(number, notice, rest, work)
    # days that could not be read are missing here for a reason that was told already
    _check_year(year, report, complete=not report.faults)
    return None if report.faults else year


def _only_known(mapping: Mapping[str, object], known: set[str], report: _Report) -> None:
    for key in mapping:
        if key not in known:
            report.add(say("不认识的键：{key}", key=str(key)))


def _year_number(content: Mapping[str, object], stem: str | None, report: _Report) -> int | None:
    text = content.get("year")
    if not isinstance(text, str) or not re.fullmatch(r"(199\d|20\d\d)", text):
        report.add(say("year 应为四位年份，现为：{value}", value=_shown(text)))
        return None
    if stem is not None and stem != text:
        report.add(say("文件名应为{year}.yaml，与 year 一致", year=text))
    return int(text)


def _notice(content: object, report: _Report) -> Notice | None:
    if not isinstance(content, dict):
        report.add(say("缺少 notice：放假安排通知的标题、文号和日期"))
        return None
    _only_known(content, NOTICE_KEYS, report)
    title, certainty = content.get("title"), content.get("certainty")
    if not isinstance(title, str) or not title.strip():
        report.add(say("缺少通知标题（notice.title）"))
        title = None
    elif len(title) > LONGEST_NAME:
        report.add(say("通知标题超过{most}字", most=LONGEST_NAME))
    if certainty is not None and certainty not in CERTAINTIES:
        report.add(say("certainty 应为 high、medium 或 low，现为：{value}", value=_shown(certainty)))
    issued_on = _day(content.get("issued_on"), "notice.issued_on", report)
    number, source = content.get("number"), content.get("source")
    if title is None or issued_on is None:
        return None
    return Notice(title, number or None, issued_on, certainty, source or None)


def _rest(content: object, report: _Report) -> tuple[Rest, ...]:
    if not isinstance(content, list) or not content:
        report.add(say("缺少 rest：放假的起止日期"))
        return ()
    periods: list[Rest] = []
    for item in content:
        if not isinstance(item, dict):
            report.add(say("rest 的每一项应写 name、from、to，现为：{value}", value=_shown(item)))
            continue
        _only_known(item, REST_KEYS, report)
        name = item.get("name")
        if not isinstance(name, str) or not name:
            report.add(say("rest 有一项没有名称（name）"))
        elif len(name) > 20:
            report.add(say("节日名称超过20字：{name}", name=name[:40]))
        starts_on, ends_on = _day(item.get("from"), "rest.from", report), _day(item.get("to"), "rest.to", report)
        if starts_on and ends_on and isinstance(name, str):
            periods.append(Rest(name, starts_on, ends_on))
    return tuple(sorted(periods, key=lambda rest: rest.starts_on))


def _work(content: object, report: _Report) -> tuple[date, ...]:
    if not isinstance(content, list):
        report.add(say("缺少 work：调休上班的日期（没有时写 []）"))
        return ()
    days = [_day(item, "work", report) for item in content]
    return tuple(sorted(day for day in days if day))


def _day(text: object, where: str, report: _Report) -> date | None:
    if isinstance(text, str) and _DAY.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    report.add(say("{where} 应为真实日期，写作 2026-01-04，现为：{value}", where=where, value=_shown(text)))
    return None


def _shown(value: object) -> str:
    return "（空）" if value in (None, "") else str(value)[:80]


def _check_year(year: CalendarYear, report: _Report, *, complete: bool = True) -> None:
    if not date(year.year - 1, 1, 1) <= year.notice.issued_on <= date(year.year, 12, 31):
        reason = say("通知日期{day}与年份{year}不符", day=year.notice.issued_on, year=year.year)
        report.add(reason)
    seen: set[date] = set()
    for rest in year.rest:
        if rest.ends_on < rest.starts_on:
            reason = say("{name}止于{ends}，早于起始{starts}", name=rest.name, ends=rest.ends_on, starts=rest.starts_on)
            report.add(reason)
        elif (rest.ends_on - rest.starts_on).days >= LONGEST_REST:
            report.add(say("{name}放假超过{days}天，疑有误", name=rest.name, days=LONGEST_REST))
        else:
            _note(year.year, rest.days(), seen, report)
    _note(year.year, iter(year.work), seen, report)
    for day in year.work:
        if day.weekday() < 5:
            report.add(say("调休上班日{day}不是周末", day=day))
    if complete:
        _check_complete(year, report)


def _note(year: int, days: Iterator[date], seen: set[date], report: _Report) -> None:
    # A notice may reach back into the last week of the year before, and no further.
    for day in days:
        if not date(year - 1, 12, 25) <= day <= date(year, 12, 31):
            report.add(say("{day}不属于{year}年的通知", day=day, year=year))
        if day in seen:
            report.add(say("{day}出现了两次", day=day))
        seen.add(day)


def _check_complete(year: CalendarYear, report: _Report) -> None:
    """The days that the law itself makes holidays must be there: a file that was typed half is not a year."""
    resting = {day for rest in year.rest for day in rest.days()}
    for month, number in ((1, 1), (5, 1), (10, 1), (10, 2), (10, 3)):
        if date(year.year, month, number) not in resting:
            report.add(say("缺少法定节日{day}", day=date(year.year, month, number)))
    # 正月初一 falls between 21 January and 21 February, 清明 on 4 to 6 April.
    for name, first, last in (
        (say("春节").pattern, date(year.year, 1, 21), date(year.year, 2, 21)),
        (say("清明节").pattern, date(year.year, 4, 4), date(year.year, 4, 6)),
    ):
        if not any(first <= day <= last for day in resting):
            report.add(say("缺少{name}放假日期", name=name))
