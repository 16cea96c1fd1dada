"""A filled-in sheet of attendance (考勤表导入): read whole, told what would become of each person, then recorded.

People are recognised by the number of their hire and their name. A cell that is blank was not recorded; a row of blanks
was not filled in. The same file twice changes nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from states.attendance import OFF, UNKNOWN, days_of, lacking_days, mark_of
from states.facts import Actor
from states.say import Sentence, Translate, say
from workflow.attendance_rows import Entry
from workflow.attendance_sheets import SheetRow
from workflow.imports import carried
from workflow.imports.attendance_template import (
    HIRE,
    MONTH_MARK,
    NAME,
    REGION_MARK,
    REMARK,
    TEMPLATE,
    TEMPLATE_VERSION,
)
from workflow.imports.carried import Carried, Cells, Gone
from workflow.imports.person_rows import tables_of
from workflow.imports.roster_words import FOOT
from workflow.imports.table import CellFault, Column, Row, Table, half_width, shown, whole_number
from workflow.imports.workbook import NotReadable, read_sheets
from workflow.sealing import Place, Seal

COLUMNS: tuple[Column, ...] = (
    Column("hire", (HIRE, "聘用编号"), required=True),
    Column("name", (NAME,), required=True),
    Column("remark", (REMARK, "例外的原因")),
    *(Column(f"d{day}", (str(day), f"{day}日"), required=day == 1) for day in range(1, 32)),
)
CALLED = say("考勤表")
MOST_ROWS = 1000
_FORMULA = ("=", "+", "@")


class SheetGone(Gone):
    """The sheet that was looked at is not the one that came back, or not of this day, person, region or month."""

    def __init__(self) -> None:
        super().__init__(say("考勤表已失效或没有完整传过来，什么都没有导入。请重新选择文件"))


@dataclass(slots=True)
class Found:
    """A sheet as it was read. ``rows``: how many people were filled in; ``blank``: how many were not."""

    digest: str = ""
    cells: Cells = ()
    rows: int = 0
    blank: int = 0
    entries: list[Entry] = field(default_factory=list)
    faults: list[CellFault] = field(default_factory=list)


def read(path: Path, rows: Sequence[SheetRow], region: str, month: date) -> Found:
    """The sheet in ``path`` against who is on post, with every fault of every cell. Raises NotReadable, OSError."""
    sheets = read_sheets(path)
    found, known = Found(carried.digest_of(path), carried.cells_of(sheets)), {row.hire_id: row for row in rows}
    seen: dict[int, Row] = {}
    for table in tables_of(sheets, COLUMNS, TEMPLATE, TEMPLATE_VERSION, CALLED):
        elsewhere = _elsewhere(table, region, month)
        if elsewhere is not None:
            found.faults.append(CellFault(table.sheet, 0, "", elsewhere))
            continue
        for row in table.rows:
            if not _is_nobody(row):
                _Reading(found, known, seen, month, row).all()
    if not found.rows and not found.blank and not found.faults:
        raise NotReadable(say("表中没有人。请下载本月的考勤表，填好以后再导入"))
    if found.rows > MOST_ROWS:
        raise NotReadable(say("一次最多导入{most}人，表中有{n}人。请分成几份", most=MOST_ROWS, n=found.rows))
    return found


def _elsewhere(table: Table, region: str, month: date) -> Sentence | None:
    """Why a sheet is not the one asked for: it says of itself which month and place it is of."""
    above = " ".join(table.above)
    if (other := _marked(above, MONTH_MARK, r"[0-9-]+")) not in (None, f"{month:%Y-%m}"):
        return say("这是{other}的考勤表，这里要{month}的", other=other, month=f"{month:%Y-%m}")
    if (other := _marked(above, REGION_MARK, r"[0-9A-Z]+")) not in (None, region):
        return say("这是另一个地区（{other}）的考勤表", other=other)
    return None


def _marked(text: str, mark: str, pattern: str) -> str | None:
    found = re.search(f"{mark}({pattern})", text)
    return found[1] if found else None


def _is_nobody(row: Row) -> bool:
    """Sums, signatures and blank lines."""
    if row.blank or (row.cells.get("hire") is None and row.cells.get("name") is None):
        return True
    first = next((shown(cell) for cell in row.cells.values() if cell is not None), "")
    return row.cells.get("hire") is None and bool(FOOT.match(first) or re.fullmatch(r"\d+人", shown(row.cells["name"])))


@dataclass(slots=True)
class _Reading:
    """One row being read."""

    found: Found
    known: Mapping[int, SheetRow]
    seen: dict[int, Row]
    month: date
    row: Row
    sound: bool = True

    def all(self) -> None:
        person = self._person()
        if person is None:
            self.found.rows += 1
            return
        if all(self.row.cells.get(f"d{day}") is None for day in self._days(person)):
            self.found.blank += 1
            return
        self.found.rows += 1
        marks = "".join(self._mark(person, day) for day in range(1, days_of(self.month) + 1))
        reason = self._reason(person, marks)
        if self.sound:
            self.found.entries.append(Entry(person.hire_id, marks, person.version, reason))

    def _days(self, person: SheetRow) -> list[int]:
        return [day for day, code in enumerate(person.usual, 1) if code != OFF]

    def _person(self) -> SheetRow | None:
        number = whole_number(self.row.cells.get("hire"))
        if isinstance(number, Sentence):
            self._wrong(HIRE, say("没有编号；请下载本月的考勤表，编号已经填好"))
            return None
        person = self.known.get(number)
        if person is None:
            self._wrong(HIRE, say("本表没有编号{n}的人，或者本月不在岗", n=number))
            return None
        if _plain(half_width(self.row.cells.get("name"))) != _plain(person.name):
            self._wrong(NAME, say("编号{n}登记的姓名是{name}，与表上不符", n=number, name=person.name))
            return None
        before = self.seen.setdefault(number, self.row)
        if before is not self.row:
            self._wrong(HIRE, say("与第{row}行是同一人", row=before.number))
            return None
        return person

    def _mark(self, person: SheetRow, day: int) -> str:
        text = half_width(self.row.cells.get(f"d{day}"))
        if not text:
            return OFF if person.usual[day - 1] == OFF else UNKNOWN
        code = mark_of(text)
        if code is None:
            self._wrong(str(day), say("“{text}”不是考勤符号，请填表下所列的符号", text=text[:10]))
            return UNKNOWN
        return code

    def _reason(self, person: SheetRow, marks: str) -> str | None:
        """A remark explains what a device lacks; elsewhere it is not read."""
        device = person.kept.device if person.kept is not None else None
        text = half_width(self.row.cells.get("remark"))
        if device is None or not text or not lacking_days(marks, device):
            return None
        if text.startswith(_FORMULA):
            self._wrong(REMARK, say("此格像是公式，没有读取；请改填文字"))
        return text

    def _wrong(self, column: str, problem: Sentence) -> None:
        self.sound = False
        self.found.faults.append(CellFault(self.row.sheet, self.row.number, column, problem))


def _plain(name: str) -> str:
    """A name without what is typed differently: spaces, and the dots between parts of a name."""
    return re.sub(r"[\s·•・‧.]", "", unicodedata.normalize("NFKC", name))


# ---- from the look to the writing --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Unwrapped:
    """The sheet again: its entries, and what was wrong in words."""

    rows: int
    blank: int
    entries: tuple[Entry, ...]
    sent: Carried

    @property
    def faults(self) -> tuple[Mapping[str, Any], ...]:
        return self.sent.faults


def wrapped(
    seal: Seal, bound: tuple[str, date], actor: Actor, at: datetime, found: Found, translate: Translate | None = None
) -> str:
    """The sheet as it travels through the form, sealed for this region, month (``bound``), person and day."""
    entries = [[one.hire_id, one.marks, one.version, one.exception] for one in found.entries]
    return carried.wrapped(
        seal,
        _place(bound, actor, at),
        at,
        digest=found.digest,
        content={"rows": found.rows, "blank": found.blank, "entries": entries},
        faults=found.faults,
        cells=found.cells,
        translate=translate,
    )


def unwrapped(seal: Seal, bound: tuple[str, date], actor: Actor, at: datetime, text: str) -> Unwrapped:
    """What ``wrapped`` made. Raises SheetGone for anything else, and on another day."""
    sent = carried.unwrapped(seal, _place(bound, actor, at), text, SheetGone())
    entries = tuple(Entry(*values) for values in sent.content["entries"])
    return Unwrapped(sent.content["rows"], sent.content["blank"], entries, sent)


def _place(bound: tuple[str, date], actor: Actor, at: datetime) -> Place:
    return carried.place_of("attendance", f"{bound[0]}|{bound[1]}", actor, at)
