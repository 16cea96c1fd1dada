"""Rows of people, read (人员的行): what every list of people says alike; faults name their cell and repeat no number.

A list has columns of its own (``Entry.columns``) and its own readings beside these.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Generic, TypeVar

from states import identity_number
from states.guards import labels
from states.say import Fact, Sentence, say
from workflow.imports.roster_words import CATEGORY_CODES, EDUCATION_CODES, FOOT, RETIREMENT_CODES
from workflow.imports.table import CellFault, Column, Row, Table, days_in, find_table, half_width, shown
from workflow.imports.workbook import NotReadable, Number, Sheet
from workflow.person_input import read_person
from workflow.sealing import Seal

#: a field of the person, to the column in which it was written
_COLUMN_OF = {"categories": "category", "prior_months": "months", "prior_evidence": "months", "born": "id_number"}
#: what may be an identity number or a card, however it is spaced, or a phone; the code of a region is shorter
_NUMBER = re.compile(r"\d(?:[\s-]?\d){12,}[\s-]?[Xx]?|(?<!\d)1[3-9]\d{9}(?!\d)")


def without_numbers(sentence: Sentence) -> Sentence:
    """The sentence without the numbers of people that somebody may have put into the wrong column."""
    return Sentence(sentence.pattern, {name: _masked(value) for name, value in sentence.facts.items()})


def _masked(value: Fact) -> Fact:
    return _NUMBER.sub("…", value) if isinstance(value, str) else value


@dataclass(slots=True)
class Entry:
    """One person of a list. ``given`` is what the register takes; ``columns`` those of the list."""

    row: Row
    headings: Mapping[str, str]
    columns: Sequence[Column]
    given: dict[str, Any] = field(default_factory=dict)
    number: str = ""
    sound: bool = True

    def fault(self, name: str, problem: Sentence) -> CellFault:
        self.sound = False
        return self.warning(name, problem)

    def warning(self, name: str, problem: Sentence) -> CellFault:
        known = {column.name: column.headings[0] for column in self.columns}
        column = name if name in known else _COLUMN_OF.get(name, name)
        heading = self.headings.get(column, known.get(column, ""))
        return CellFault(self.row.sheet, self.row.number, heading, without_numbers(problem))

    def check(self, seal: Seal, today: date, faults: list[CellFault], warnings: list[CellFault]) -> None:
        """Asks of the person what the register will ask, so that all its faults are told with the others."""
        wrong = {f.column for f in faults if (f.sheet, f.row) == (self.row.sheet, self.row.number)}
        _, number, _, found = read_person(seal, self.given, today)
        for name, problem in found.items():
            fault = self.warning(name.split(".")[0], problem)
            if fault.column not in wrong:
                faults.append(self.fault(name.split(".")[0], problem))
        if number is not None:
            self.number = number.number
            differs = identity_number.sex_differs(number, self.given.get("sex") or number.sex)
            if differs is not None:
                warnings.append(self.warning("sex", differs.reason))


E = TypeVar("E", bound=Entry)


# ---- tables of people --------------------------------------------------------------------------------------------


def tables_of(
    sheets: Iterable[Sheet], columns: Sequence[Column], template: str, version: int, called: Sentence
) -> list[Table]:
    """Every sheet that has these columns (one sheet per village is common). ``called``: what the list is.

    Raises NotReadable where there is none, or where it was filled in on another version of the template.
    """
    found = [table for sheet in sheets if (table := find_table(sheet, columns)) is not None]
    if not found:
        wanted = "、".join(column.headings[0] for column in columns if column.required)
        raise NotReadable(say("没有找到{list}的表头，至少应有：{columns}", list=called.text(), columns=wanted))
    for table in found:
        for text in table.above:
            _, marked, told = text.partition(template)
            if marked and told.strip() != str(version):
                raise NotReadable(
                    say("模板版本为{version}，本系统用{ours}；请下载新模板", version=told[:10], ours=version)
                )
    return found


def rows_of(tables: Iterable[Table]) -> Iterable[tuple[Table, Row]]:
    """The rows that speak of a person; totals and signatures below them do not."""
    return ((table, row) for table in tables for row in table.rows if not row.blank and not _is_foot(row))


def _is_foot(row: Row) -> bool:
    if row.cells.get("id_number") is not None:
        return False
    first = next((shown(cell) for cell in row.cells.values() if cell is not None), "")
    return bool(FOOT.match(first))


def unread(tables: Iterable[Table]) -> list[CellFault]:
    """A warning for each column that is not read."""
    return [
        CellFault(table.sheet, table.header, str(_masked(heading[:30])), say("本列不读取"))
        for table in tables
        for heading in table.unread
        if heading
    ]


def sound_ones(
    entries: Sequence[E], seal: Seal, today: date, faults: list[CellFault], warnings: list[CellFault]
) -> list[E]:
    """The entries without a fault; faults of people's data and rows of one person twice are added to ``faults``."""
    first: dict[str, E] = {}
    sound = []
    for entry in entries:
        entry.check(seal, today, faults, warnings)
        before = first.setdefault(entry.number, entry) if entry.number else entry
        if before is not entry:
            problem = say("与{sheet}第{row}行是同一公民身份号码", sheet=before.row.sheet, row=before.row.number)
            faults.append(entry.fault("id_number", problem))
        elif entry.sound:
            sound.append(entry)
    return sound


# ---- the cells of a person ---------------------------------------------------------------------------------------


class Reading(Generic[E]):
    """One row being read: each method takes its cells and puts what they say into ``entry.given``."""

    def __init__(self, entry: E, faults: list[CellFault], warnings: list[CellFault]) -> None:
        self.entry, self.faults, self.warnings = entry, faults, warnings
        self.cells, self.given = entry.row.cells, entry.given

    def text(self, name: str) -> str:
        return half_width(self.cells.get(name))

    def wrong(self, name: str, problem: Sentence) -> None:
        self.faults.append(self.entry.fault(name, problem))

    def name(self) -> None:
        if text := shown(self.cells.get("name")):
            self.given["name"] = text

    def id_number(self) -> None:
        text = self.text("id_number").lstrip("'’‘`")
        if self.typed_as_number("id_number"):
            self.wrong("id_number", say("身份证号按数字录入，末几位已丢失；请把这一列设为文本，再按证件重新输入"))
            text = ""
        self.given["id_number"] = text

    def typed_as_number(self, name: str) -> bool:
        """Whether a cell for identity numbers was typed as a number, which has lost its last digits."""
        cell = self.cells.get(name)
        return isinstance(cell, Number) or bool(re.fullmatch(r"\d(\.\d+)?[eE]\+?\d+", self.text(name)))

    def sex(self) -> None:
        text = self.text("sex").removesuffix("性")
        if text in ("男", "女"):
            self.given["sex"] = text
        elif text:
            self.wrong("sex", say("性别应为男或女，现为：{value}", value=text[:20]))

    def coded(self, name: str, codes: Mapping[str, str], default: str | None, otherwise: str) -> None:
        text = "".join(self.text(name).split())
        known = {half_width(word): code for word, code in codes.items()}
        if text:
            code = known.get(text, text if text in codes.values() else None)
            if code is None:
                self.wrong(name, say(otherwise, value=text[:20]))
            else:
                self.given[name] = code
        elif default is not None:
            self.given[name] = default

    def education(self, default: str | None = None) -> None:
        self.coded("education", EDUCATION_CODES, default, say("没有这种文化程度：{value}").pattern)

    def retirement(self) -> None:
        otherwise = say("应为60（男）、55或50（女），现为：{value}").pattern
        self.coded("retirement_category", RETIREMENT_CODES, None, otherwise)

    def phone(self) -> None:
        if text := self.text("phone"):
            self.given["phone"] = text

    def categories(self, without_evidence: str) -> None:
        """``without_evidence``: "fault", or "warning" where a category nobody recognised is passed over."""
        words = [word for word in re.split(r"[、,;/\s]+", self.text("category")) if word]
        unknown = [word for word in words if word not in CATEGORY_CODES and word not in CATEGORY_CODES.values()]
        for word in unknown:
            known = "、".join(labels.CATEGORIES.values())
            self.wrong("category", say("没有“{word}”这种人员类别，应为：{known}", word=word[:20], known=known))
        if not words or unknown:
            return
        by, on_cell = self.text("recognised_by"), self.cells.get("recognised_on")
        if without_evidence == "fault":
            for name, missing in (("recognised_by", not by), ("recognised_on", on_cell is None)):
                if missing:
                    self.wrong(name, say("填了人员类别，须写明认定单位和认定日期"))
        elif not by or on_cell is None:
            said = say("没有认定部门和认定日期，人员类别未登记，请日后补录")
            self.warnings.append(self.entry.warning("category", said))
        if not by or on_cell is None:
            return
        days = days_in(on_cell)
        if isinstance(days, Sentence):
            self.wrong("recognised_on", days)
            return
        recognition = {"by": by, "on": days[0]}
        self.given["categories"] = {CATEGORY_CODES.get(word, word): recognition for word in words}
