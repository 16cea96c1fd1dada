"""A filled-in sheet of assessments (考核表导入): read whole, every fault told, looked at by the law, then proposed.

Each row goes through the ordinary step, so every guard holds. A row that says what is on record already changes
nothing; an empty one was not filled in. People are recognised by the number of their hire and their name.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from states.facts import Actor
from states.house import TAKE_BACK as TAKE_BACK_ACT
from states.points import matter_key
from states.procedure import AssessmentItem, Procedure
from states.refusals import Refusal
from states.say import Sentence, Translate, say
from workflow import engine, import_runs
from workflow.assessment_sheets import YearRow
from workflow.bulk_runs import Order, taken
from workflow.engine import Done
from workflow.imports import carried
from workflow.imports.assessment_template import (
    DOCUMENT_MARK,
    GRADE_COLUMNS,
    NO,
    POINT_COLUMNS,
    POINTS_TEMPLATE,
    REGION_MARK,
    TAKE_BACK,
    TEMPLATE,
    TEMPLATE_VERSION,
    YEAR_MARK,
    YES,
    items_by_name,
    levels_of,
)
from workflow.imports.carried import Carried, Cells, Gone
from workflow.imports.person_rows import tables_of
from workflow.imports.table import CellFault, Row, Table, half_width, shown, whole_number
from workflow.imports.workbook import NotReadable, read_sheets
from workflow.office import Office
from workflow.reading import load_hires
from workflow.sealing import Seal

NOTE, STRIKE = "note_point", "strike_point"
MOST_ROWS = 3000
_NUMBERS = ("number", "authors", "month", "listed", "asked", "correct")
_FORMULA = ("=", "+", "@")
LONGEST = 200


class SheetGone(Gone):
    """The sheet that was looked at is not the one that came back, or not of this day, person, place or year."""

    def __init__(self) -> None:
        super().__init__(say("考核表已失效或没有完整传过来，什么都没有导入。请重新选择文件"))


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


# ---- reading -----------------------------------------------------------------------------------------------------


def read(path: Path, sheet: Sheet) -> Found:
    """The file against who is on the sheet, with every fault of every cell. Raises NotReadable, OSError."""
    sheets = read_sheets(path)
    columns, template = (POINT_COLUMNS, POINTS_TEMPLATE) if sheet.points else (GRADE_COLUMNS, TEMPLATE)
    called = say("加分扣分表") if sheet.points else say("考核表")
    found = Found(carried.digest_of(path), carried.cells_of(sheets))
    reading = (_Points if sheet.points else _Grades)(sheet, found)
    for table in tables_of(sheets, columns, template, TEMPLATE_VERSION, called):
        elsewhere = _elsewhere(table, sheet)
        if elsewhere is not None:
            found.faults.append(CellFault(table.sheet, 0, "", elsewhere))
            continue
        for row in table.rows:
            if row.cells.get("hire") is not None or (row.cells.get("name") is not None and not _is_foot(row)):
                reading.take(table, row)
    if not found.rows and not found.faults:
        raise NotReadable(say("表中没有人。请下载本年度的表，填好以后再导入"))
    if found.rows > MOST_ROWS:
        raise NotReadable(say("一次最多导入{most}行，表中有{n}行。请分成几份", most=MOST_ROWS, n=found.rows))
    return found


def _elsewhere(table: Table, sheet: Sheet) -> Sentence | None:
    """Why a sheet is not the one asked for: it says of itself what it is of."""
    above = " ".join(table.above)
    wanted = {YEAR_MARK: str(sheet.year), DOCUMENT_MARK: sheet.procedure.procedure, REGION_MARK: sheet.region}
    for mark, value in wanted.items():
        said = re.search(f"{mark}([0-9A-Za-z-]+)", above)
        if said is not None and said[1] != value:
            return say("这张表的{what}{other}，这里要的是{wanted}", what=mark, other=said[1], wanted=value)
    return None


def _is_foot(row: Row) -> bool:
    return row.cells.get("hire") is None and not any(row.cells.get(name) for name in ("said", "item", "seq"))


class _Reading(ABC):
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


class _Grades(_Reading):
    """A grade, or points that somebody adds up."""

    def __init__(self, sheet: Sheet, found: Found) -> None:
        super().__init__(sheet, found)
        self.seen: dict[int, int] = {}

    def say(self, person: YearRow) -> None:
        first = self.seen.setdefault(person.hire.id, self.row.number)
        if first != self.row.number:
            self.wrong("hire", say("与第{row}行是同一人", row=first))
            return
        said, skilled, evidence = self.text("said"), self._skilled(), self.words("evidence")
        if not said:
            self.found.blank += 1
            if skilled is not None or evidence != (person.evidence if person.proposed(self.sheet.year) else ""):
                self.wrong("said", say("没有填考核结果；要撤回已经提出的，填“{word}”", word=TAKE_BACK))
            return
        if said == TAKE_BACK:
            self._take_back(person)
            return
        payload = {"year": self.sheet.year, **self._result(said)}
        payload |= {} if skilled is None else {"skilled": skilled}
        payload |= {"evidence": evidence} if evidence else {}
        if not self.sound:
            return
        before = person.said(self.sheet.procedure, self.sheet.year)
        now = (said, skilled, evidence)
        if before and now == (half_width(before), person.hire.dossier.proposed_skilled, person.evidence):
            self.found.unchanged += 1
        else:
            self.wish(person, "changed" if before else "new", person.step.act, payload)

    def _take_back(self, person: YearRow) -> None:
        if not person.proposed(self.sheet.year):
            self.wrong("said", say("本年度没有提出过考核，没有可以撤回的"))
            return
        self.wish(person, "removed", TAKE_BACK_ACT, {"reason": say("考核表上撤回").text()})

    def _skilled(self) -> bool | None:
        text = self.text("skilled")
        if text not in ("", YES, NO):
            self.wrong("skilled", say("应填“{yes}”或“{no}”，现为：{value}", yes=YES, no=NO, value=text[:20]))
        return {YES: True, NO: False}.get(text)

    def _result(self, said: str) -> dict[str, Any]:
        rules = self.sheet.procedure.assessment
        if rules.scale == "points":
            if not re.fullmatch(r"-?\d{1,4}(\.\d)?(0*)?", said):
                self.wrong("said", say("分值应为数字，最多一位小数，现为：{value}", value=said[:20]))
            return {"points": said}
        grade = next((grade for grade in rules.grades if said in (half_width(grade.zh), grade.grade)), None)
        if grade is None:
            known = "、".join(grade.zh for grade in rules.grades)
            self.wrong("said", say("没有“{value}”这一等次，应为：{known}", value=said[:20], known=known))
            return {}
        return {"grade": grade.grade}


class _Points(_Reading):
    """Single matters: a new line is noted, one with a number is struck or left as it is."""

    def __init__(self, sheet: Sheet, found: Found) -> None:
        super().__init__(sheet, found)
        # cells are read half-width, so are the names they are compared with
        self.items = {half_width(zh): item for zh, item in items_by_name(sheet.procedure).items()}
        self.levels = {half_width(zh): code for code, zh in levels_of(sheet.procedure).items()}
        self.seen: dict[tuple[Any, ...], int] = {}

    def say(self, person: YearRow) -> None:
        filled = [
            name for name in ("seq", "item", "level", "matter", "evidence", "strike", *_NUMBERS) if self.text(name)
        ]
        if not filled:
            self.found.blank += 1
            return
        given = self._given()
        if self.text("seq"):
            self._kept(person, given)
            return
        if self.text("strike"):
            self.wrong("strike", say("没有记录号，没有可以撤销的"))
        if not self.sound or given is None:
            return
        same = (person.hire.id, *self._key(given))
        first = self.seen.setdefault(same, self.row.number)
        if first != self.row.number:
            self.wrong("matter", say("与第{row}行是同一件事", row=first))
        elif any(self._key(given) == self._of(note) and _says(note, given) for note in person.notes):
            self.found.unchanged += 1
        else:
            self.wish(person, "new", NOTE, given)

    def _given(self) -> dict[str, Any] | None:
        item = self.items.get(self.text("item"))
        if item is None:
            known = "、".join(self.items)
            self.wrong("item", say("没有“{value}”这个项目，应为：{known}", value=self.text("item")[:20], known=known))
            return None
        given: dict[str, Any] = {"year": self.sheet.year, "item": item.name}
        for name in _NUMBERS:
            if self.text(name):
                number = whole_number(self.row.cells.get(name))
                if isinstance(number, Sentence):
                    self.wrong(name, number)
                else:
                    given[name] = number
        for name in ("matter", "evidence"):
            if words := self.words(name):
                given[name] = words
        if not given.get("evidence"):
            self.wrong("evidence", say("没有写依据"))
        return self._levelled(item, given)

    def _levelled(self, item: AssessmentItem, given: dict[str, Any]) -> dict[str, Any]:
        """A phone check falls into its band by itself; everything else has a level and a matter."""
        level = self.text("level")
        if item.counts == "band":
            return given
        if level not in self.levels or self.levels[level] not in item.points:
            known = "、".join(zh for zh, code in self.levels.items() if code in item.points)
            self.wrong("level", say("“{item}”的级别应为：{known}", item=item.zh, known=known))
        else:
            given["level"] = self.levels[level]
        if "matter" not in given:
            self.wrong("matter", say("没有写是什么事"))
        return given

    def _kept(self, person: YearRow, given: dict[str, Any] | None) -> None:
        number = whole_number(self.row.cells.get("seq"))
        note = next((note for note in person.notes if note.seq == number), None)
        if note is None:
            self.wrong("seq", say("没有这条记录，或者已经撤销"))
        elif reason := self.words("strike"):
            if self.sound and len(reason) >= 2:
                self.wish(person, "removed", STRIKE, {"seq": note.seq, "reason": reason})
            elif self.sound:
                self.wrong("strike", say("请写明撤销的理由（2至200字）"))
        elif given is None or (self.sound and (self._key(given) != self._of(note) or not _says(note, given))):
            said = say("第{seq}号已经登记，内容不能改；确有错误的，写明撤销理由，再另起一行重新填写", seq=note.seq)
            self.wrong("seq", said)
        elif self.sound:
            self.found.unchanged += 1

    def _key(self, given: Mapping[str, Any]) -> tuple[Any, ...]:
        """What tells one matter from another: the month of a check, else the item, its level and the matter."""
        if "month" in given:
            return ("month", given["month"])
        return (given["item"], given.get("level"), matter_key(given.get("matter", "")))

    def _of(self, note: Any) -> tuple[Any, ...]:
        return ("month", note.month) if note.month is not None else (note.item, note.level, matter_key(note.matter))


def _says(note: Any, given: Mapping[str, Any]) -> bool:
    """Whether a note says the same as a row in everything that is counted."""
    if note.month is not None:
        counted = (given.get("listed"), given.get("asked"), given.get("correct"))
        return counted == (note.listed, note.number, note.correct) and bool(given["evidence"] == note.evidence)
    counted = (given.get("number", 1), given.get("authors", 1), given["evidence"])
    return counted == (note.number, note.authors, note.evidence)


# ---- from the look to the run ------------------------------------------------------------------------------------


def wrapped(
    seal: Seal, sheet: Sheet, actor: Actor, at: datetime, found: Found, translate: Translate | None = None
) -> str:
    """The sheet as it travels through the form, sealed for this document, place, year, person and day."""
    numbers = {"rows": found.rows, "unchanged": found.unchanged, "blank": found.blank}
    content = {**numbers, "wishes": [one.plain() for one in found.wishes]}
    place = _place(sheet, actor, at)
    about: dict[str, Any] = {"digest": found.digest, "content": content, "cells": found.cells}
    return carried.wrapped(seal, place, at, faults=found.faults, translate=translate, **about)


def unwrapped(seal: Seal, sheet: Sheet, actor: Actor, at: datetime, text: str) -> tuple[Carried, list[Wish]]:
    """What ``wrapped`` made. Raises SheetGone for anything else, and on another day."""
    sent = carried.unwrapped(seal, _place(sheet, actor, at), text, SheetGone())
    return sent, [Wish(*values) for values in sent.content["wishes"]]


def _place(sheet: Sheet, actor: Actor, at: datetime) -> Any:
    return carried.place_of("assessment", f"{sheet.region}|{sheet.subject}", actor, at)


def preview(office: Office, wishes: Sequence[Wish], actor: Actor, at: datetime) -> list[Done | Refusal]:
    """What would become of each wish, in their order. ``at`` is aware. Nothing is written."""
    found: list[Done | Refusal] = []
    struck: dict[int, set[int]] = {}
    for one in wishes:
        if one.act == STRIKE:
            struck.setdefault(one.hire_id, set()).add(one.payload["seq"])
    with office.database.reading() as connection:
        hires = load_hires(connection, sorted({one.hire_id for one in wishes}))
        for one in wishes:
            hire = hires.get(one.hire_id)
            if hire is not None and one.act == NOTE and one.hire_id in struck:  # what is struck is gone by then
                left = tuple(note for note in hire.dossier.points if note.seq not in struck[one.hire_id])
                hire = replace(hire, dossier=hire.dossier.with_(points=left))
            order = (one.hire_id, hire, one.act, actor, at, one.payload)
            try:
                found.append(engine.outlook(office, connection, *order, one.version))
            except Refusal as refusal:
                found.append(refusal)
    return found


def run(
    office: Office, sheet: Sheet, sent: Carried, wishes: Sequence[Wish], actor: Actor, at: datetime
) -> list[tuple[Wish, Done | Refusal]]:
    """Takes every wish through its step, then writes the run down. A run that was kept is not run again."""
    with office.database.reading() as connection:
        if import_runs.lines_of(connection, sent.run_id):
            return []
    outcomes = (
        _noted(office, sent.run_id, wishes, actor, at) if sheet.points else _proposed(office, sent, wishes, actor, at)
    )
    done = [(one, came) for one, came in outcomes if isinstance(came, Done)]
    refused = len(outcomes) - len(done) + sent.faulty
    told = import_runs.Told(sent.run_id, sheet.kind, sheet.region, sheet.subject, sent.digest, refused)
    before = {row.hire.id: _before(row, sheet) for row in sheet.rows}
    lines = [
        import_runs.Changed(
            one.change, f"{one.hire_id}:{came.seq}", one.hire_id, None, came.seq, before.get(one.hire_id)
        )
        for one, came in done
    ]
    with office.database.transaction() as connection:
        import_runs.keep(office, connection, told, lines, actor, at)
    return outcomes


def _before(row: YearRow, sheet: Sheet) -> dict[str, Any] | None:
    """The proposal that stood, as the step takes it again."""
    dossier = row.hire.dossier
    if sheet.points or not row.proposed(sheet.year):
        return None
    payload: dict[str, Any] = {"year": sheet.year, "act": row.step.act}
    if sheet.procedure.assessment.scale == "points":
        payload["points"] = row.said(sheet.procedure, sheet.year)
    else:
        payload["grade"] = dossier.proposed_grade
    more = {"skilled": dossier.proposed_skilled, "evidence": row.evidence or None}
    return {**payload, **{name: value for name, value in more.items() if value is not None}}


def _proposed(
    office: Office, sent: Carried, wishes: Sequence[Wish], actor: Actor, at: datetime
) -> list[tuple[Wish, Done | Refusal]]:
    orders = {one.hire_id: Order(one.version, one.act, one.payload) for one in wishes}
    found = taken(office, sent.run_id, orders, actor, at)
    return [(one, found[one.hire_id]) for one in wishes]


def _noted(
    office: Office, run_id: str, wishes: Sequence[Wish], actor: Actor, at: datetime
) -> list[tuple[Wish, Done | Refusal]]:
    """One after the other, what is struck first; a button pressed twice does each once."""
    found: list[tuple[Wish, Done | Refusal]] = []
    for one in sorted(wishes, key=lambda one: one.act != STRIKE):
        key = f"{run_id}:{one.sheet}:{one.row}"[:128]
        try:
            done = engine.perform(office, one.hire_id, one.act, actor, at, one.payload, key=key, batch=run_id)
        except Refusal as refusal:
            found.append((one, refusal))
        else:
            found.append((one, done))
    return found
