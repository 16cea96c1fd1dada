"""The rows of a list of applicants, read (报名表的行): each becomes a person and an application, or has faults."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Connection, select

from states.guards import labels
from states.say import Sentence, say
from workflow.imports.applicant_words import (
    COLUMNS,
    NO,
    ROUTE_CODES,
    SIGNED,
    STATEMENT,
    UNSIGNED,
    YES,
)
from workflow.imports.person_rows import Entry, Reading, rows_of
from workflow.imports.table import CellFault, Table, days_in, whole_number
from workflow.queries.places import region_paths, regions_called
from workflow.tables import metadata

MOST_MONTHS = 600
#: what a spreadsheet takes for a formula
FORMULA = ("=", "+", "-", "@")
_region = metadata.tables["region"]
_DIGITS = re.compile(r"\d{6}")


@dataclass(slots=True)
class ApplicantEntry(Entry):
    """One applicant of the list. ``on``: the day on which the application came in."""

    route: str = "open"
    on: date | None = None


@dataclass(slots=True)
class Homes:
    """Where households are registered, by code or by name; of villages of one name the nearest to the post."""

    connection: Connection
    near: str
    _known: dict[str, str | Sentence] = field(default_factory=dict)

    def find(self, text: str) -> str | Sentence:
        """The code of a place anywhere in the tree, or why it is not clear which."""
        if text not in self._known:
            self._known[text] = self._found(text)
        return self._known[text]

    def _found(self, text: str) -> str | Sentence:
        code = text.upper()
        if self.connection.execute(select(_region.c.code).where(_region.c.code == code)).scalar() is not None:
            return code
        found = [line.code for line in regions_called(self.connection, text)]
        for length in (12, 9, 6):
            nearest = [code for code in found if code[:length] == self.near[:length]]
            if len(nearest) == 1:
                return nearest[0]
            found = nearest or found
        if len(found) == 1:
            return found[0]
        if not found:
            return say("没有找到“{name}”，请核对名称，写上乡镇名再试，或填写编码", name=text[:40])
        paths = region_paths(self.connection, set(found[:5]))
        told = "；".join(f"{paths[code]} {code}" for code in found[:5])
        return say("有{n}个“{name}”，请填写编码：{codes}", n=len(found), name=text[:40], codes=told)


@dataclass(frozen=True, slots=True)
class Window:
    """Between which days an application of the list may have come in: the announcement and today."""

    announced_on: date
    today: date


def read_rows(
    tables: Iterable[Table], homes: Homes, window: Window, faults: list[CellFault], warnings: list[CellFault]
) -> list[ApplicantEntry]:
    """Every row that speaks of a person, with what is wrong in its cells added to ``faults``."""
    entries = []
    for table, row in rows_of(tables):
        reading = _Reading(ApplicantEntry(row, table.headings, COLUMNS), faults, warnings)
        reading.all(homes, window)
        entries.append(reading.entry)
    return entries


class _Reading(Reading[ApplicantEntry]):
    """One row of a list of applicants being read."""

    def all(self, homes: Homes, window: Window) -> None:
        self._no_formulas(("name", "recognised_by", "address", "prior_evidence"))
        self.name()
        if _DIGITS.search(self.text("name")):
            self.wrong("name", say("姓名里有号码，请核对各列是否填错位置"))
        self.id_number()
        self.sex()
        self._home(homes)
        self.education()
        self.retirement()
        self.phone()
        for name in ("address", "prior_evidence"):
            if text := self.text(name):
                self.given[name] = text
        self.categories("fault")
        self._statements()
        self._relatives()
        self._months()
        self._route()
        self._came_in(window)

    def _no_formulas(self, names: Sequence[str]) -> None:
        for name in names:
            if self.text(name).startswith(FORMULA):
                self.wrong(name, say("此格像是公式，没有读取；请改填文字"))

    def _home(self, homes: Homes) -> None:
        text = "".join(self.text("home_region").split())
        if not text:
            self.wrong("home_region", say("没有户籍所在村（社区）；请填写名称或编码"))
            return
        found = homes.find(text)
        if isinstance(found, Sentence):
            self.wrong("home_region", found)
        else:
            self.given["home_region"] = found

    def _statements(self) -> None:
        signed = []
        for code in labels.STATEMENTS:
            name = f"{STATEMENT}{code}"
            text = self.text(name).upper()
            if text in SIGNED:
                signed.append(code)
            elif text and text not in UNSIGNED:
                self.wrong(name, say("应填“{yes}”或“{no}”，现为：{value}", yes=YES, no=NO, value=text[:20]))
        self.given["statements"] = signed

    def _relatives(self) -> None:
        if self.typed_as_number("relatives"):
            self.wrong("relatives", say("身份证号按数字录入，末几位已丢失；请把这一列设为文本，再按证件重新输入"))
            return
        words = [word.lstrip("'’‘`") for word in re.split(r"[、,;/\s]+", self.text("relatives"))]
        if numbers := [word for word in words if word and word not in UNSIGNED]:
            self.given["relatives"] = numbers

    def _months(self) -> None:
        if self.cells.get("prior_months") is None:
            return
        months = whole_number(self.text("prior_months").removesuffix("个月").removesuffix("月"))
        if isinstance(months, Sentence):
            self.wrong("prior_months", months)
        elif months > MOST_MONTHS:
            self.wrong("prior_months", say("不能大于{n}", n=MOST_MONTHS))
        else:
            self.given["prior_months"] = months

    def _route(self) -> None:
        text = self.text("route")
        code = ROUTE_CODES.get(text, text if text in ROUTE_CODES.values() else None)
        if code is not None:
            self.entry.route = code
        elif text:
            known = "、".join(ROUTE_CODES)
            self.wrong("route", say("没有“{value}”这种报名途径，应为：{known}", value=text[:20], known=known))

    def _came_in(self, window: Window) -> None:
        cell = self.cells.get("applied_on")
        if cell is None:
            return
        days = days_in(cell)
        if isinstance(days, Sentence):
            self.wrong("applied_on", days)
        elif len(days) != 1:
            self.wrong("applied_on", say("请只写一个日期"))
        elif days[0] > window.today:
            self.wrong("applied_on", say("报名日期{day}晚于今天", day=days[0]))
        elif days[0] < window.announced_on:
            said = say("报名日期{day}早于公告日{announced}", day=days[0], announced=window.announced_on)
            self.wrong("applied_on", said)
        else:
            self.entry.on = days[0]
