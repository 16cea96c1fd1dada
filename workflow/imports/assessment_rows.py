"""Rows of a sheet of assessments (考核表的行): read against who is on the sheet, into wishes and faults."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from states.procedure import Procedure
from states.say import Sentence, say
from workflow import import_runs
from workflow.assessment_sheets import YearRow
from workflow.imports.carried import Cells
from workflow.imports.table import CellFault, Row, Table, half_width, shown, whole_number

_FORMULA = ("=", "+", "@")
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Wish:
    """What a row asks for. ``change``: new, changed, removed; ``version``: where the hire stood when it was read."""

    row: int
    sheet: str
    hire_id: int
    version: int
    change: str
    act: str
    payload: Mapping[str, Any]

    def plain(self) -> list[Any]:
        """As it is sealed."""
        return [self.row, self.sheet, self.hire_id, self.version, self.change, self.act, dict(self.payload)]


@dataclass(slots=True)
class Found:
    """A sheet as it was read. ``unchanged`` and ``blank`` count rows that ask for nothing."""

    digest: str = ""
    cells: Cells = ()
    rows: int = 0
    unchanged: int = 0
    blank: int = 0
    wishes: list[Wish] = field(default_factory=list)
    faults: list[CellFault] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a sheet is of: a document, a region, a year, and who is on it."""

    procedure: Procedure
    region: str
    year: int
    rows: Sequence[YearRow]

    @property
    def points(self) -> bool:
        return self.procedure.assessment.reckoned

    @property
    def kind(self) -> str:
        return import_runs.POINTS if self.points else import_runs.ASSESSMENT

    @property
    def subject(self) -> str:
        return f"{self.procedure.procedure} {self.year}"


class Reading(ABC):
    """Rows being read against who is on the sheet."""

    def __init__(self, sheet: Sheet, found: Found) -> None:
        self.sheet, self.found = sheet, found
        self.known = {row.hire.id: row for row in sheet.rows}
        self.headings: Mapping[str, str] = {}
        self.row: Row
        self.sound = True

    def take(self, table: Table, row: Row) -> None:
        """Reads one row: a wish, a fault, or nothing."""
        self.headings, self.row, self.sound = table.headings, row, True
        self.found.rows += 1
        person = self._person()
        if person is not None:
            self.say(person)

    @abstractmethod
    def say(self, person: YearRow) -> None:
        """What the row of somebody who is on the sheet says."""

    def text(self, name: str) -> str:
        return half_width(self.row.cells.get(name))

    def wrong(self, name: str, problem: Sentence) -> None:
        self.sound = False
        column = self.headings.get(name, name)
        self.found.faults.append(CellFault(self.row.sheet, self.row.number, column, problem))

    def wish(self, person: YearRow, change: str, act: str, payload: Mapping[str, Any]) -> None:
        place = self.row.number, self.row.sheet
        self.found.wishes.append(Wish(*place, person.hire.id, person.hire.version, change, act, payload))

    def words(self, name: str) -> str:
        """Free words of a cell: short enough, and no formula."""
        text = " ".join(shown(self.row.cells.get(name)).split())
        if text.startswith(_FORMULA):
            self.wrong(name, say("此格像是公式，没有读取；请改填文字"))
        elif len(text) > LONGEST or not text.isprintable():
            self.wrong(name, say("请控制在{n}个字以内", n=LONGEST))
        return text

    def _person(self) -> YearRow | None:
        number = whole_number(self.row.cells.get("hire"))
        if isinstance(number, Sentence):
            self.wrong("hire", say("没有编号；请下载本年度的表，编号已经填好"))
            return None
        person = self.known.get(number)
        if person is None:
            self.wrong("hire", say("本表没有编号{n}的人，或者本年度已经审定、现在不能考核", n=number))
        elif _plain(self.text("name")) != _plain(person.name):
            self.wrong("name", say("编号{n}登记的姓名是{name}，与表上不符", n=number, name=person.name))
            return None
        return person


def _plain(name: str) -> str:
    return re.sub(r"[\s·•・‧.]", "", name)
