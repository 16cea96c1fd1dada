"""Finding the table in a sheet (查找表格): the header row by its words, and the rows below with their numbers.

Titles above and signatures below are what every paper list has; they are passed over, and never shift a row's number.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from states.say import Sentence, Translate, say
from workflow.imports.workbook import Cell, Number, Sheet

#: how far down a header may stand
HEADER_WITHIN = 15
_NOTE = re.compile(r"\([^()]*\)")
_DAY = re.compile(r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?|(?<!\d)(\d{4})(\d{2})(\d{2})(?!\d)")


@dataclass(frozen=True, slots=True)
class CellFault:
    """Something wrong in the file: sheet (empty for .csv), row as the clerk sees it (0: the whole file), column."""

    sheet: str
    row: int
    column: str
    problem: Sentence

    @property
    def place(self) -> str:
        parts = [self.sheet, f"第{self.row}行" if self.row else "", self.column]
        return " ".join(part for part in parts if part)

    def document(self, translate: Translate | None = None) -> dict[str, Any]:
        return {"sheet": self.sheet, "row": self.row, "column": self.column, "problem": self.problem.text(translate)}


@dataclass(frozen=True, slots=True)
class Column:
    """A column by its name in our code, and the words that may stand over it, ours first."""

    name: str
    headings: tuple[str, ...]
    required: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row below the header: its number, and its cells by the names of the columns."""

    sheet: str
    number: int
    cells: Mapping[str, Cell]

    @property
    def blank(self) -> bool:
        return all(cell is None for cell in self.cells.values())


@dataclass(frozen=True, slots=True)
class Table:
    """A table found in a sheet. ``unread`` are headings that none of the columns knows; ``above`` the text before."""

    sheet: str
    header: int
    rows: tuple[Row, ...]
    headings: Mapping[str, str]
    unread: tuple[str, ...]
    above: tuple[str, ...]


def find_table(sheet: Sheet, columns: Sequence[Column]) -> Table | None:
    """The table whose header has all required columns; None if there is none in this sheet."""
    for index, cells in enumerate(sheet.rows[:HEADER_WITHIN]):
        places = _places(cells, columns)
        if all(column.name in places for column in columns if column.required):
            known = set(places.values())
            return Table(
                sheet=sheet.name,
                header=index + 1,
                rows=tuple(_rows(sheet, index + 1, places)),
                headings={name: shown(cells[place]) for name, place in places.items()},
                unread=tuple(
                    shown(cell) for place, cell in enumerate(cells) if cell is not None and place not in known
                ),
                above=tuple(shown(cell) for row in sheet.rows[:index] for cell in row if cell is not None),
            )
    return None


def _places(cells: Sequence[Cell], columns: Sequence[Column]) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, cell in enumerate(cells):
        words = {_plain(shown(cell)), _plain(_NOTE.sub("", unicodedata.normalize("NFKC", shown(cell))))}
        for column in columns:
            if column.name not in found and words & {_plain(heading) for heading in column.headings}:
                found[column.name] = place
                break
    return found


def _rows(sheet: Sheet, after: int, places: Mapping[str, int]) -> Iterator[Row]:
    for number, cells in enumerate(sheet.rows[after:], after + 1):
        row = {name: cells[place] if place < len(cells) else None for name, place in places.items()}
        yield Row(sheet.name, number, row)


def _plain(heading: str) -> str:
    return "".join(unicodedata.normalize("NFKC", heading).split()).strip("*:").casefold()


# ---- what a cell says --------------------------------------------------------------------------------------------


def shown(cell: Cell) -> str:
    """The cell as text: days as ISO text, whole numbers without a decimal point."""
    if isinstance(cell, Number):
        return cell.text if cell.whole is None else str(cell.whole)
    return "" if cell is None else cell.isoformat() if isinstance(cell, date) else cell.strip()


def half_width(cell: Cell) -> str:
    """The cell as text, with full-width digits and letters as the usual ones."""
    return unicodedata.normalize("NFKC", shown(cell)).strip()


def whole_number(cell: Cell) -> int | Sentence:
    """A whole number that is not negative, however it was typed; or what is wrong with it."""
    text = half_width(cell).replace(",", "").removesuffix("人").removesuffix("个").strip()
    if not text:
        return say("此格为空，应填写整数")
    if re.fullmatch(r"-\d+(\.0+)?", text):
        return say("不能为负数：{value}", value=text)
    if not re.fullmatch(r"\d{1,9}(\.0+)?", text, re.ASCII):
        return say("应为整数，现为：{value}", value=text[:40])
    return int(text.split(".")[0])


def days_in(cell: Cell) -> list[date] | Sentence:
    """The days written in a cell, in order; or what is wrong with them."""
    if isinstance(cell, date):
        return [cell]
    if isinstance(cell, Number) and not re.fullmatch(r"(19|20)\d{6}", half_width(cell)):
        return say("日期写成了数字{value}；请把单元格设为文本，写作 2022-06-01", value=half_width(cell))
    text = half_width(cell)
    found = []
    for match in _DAY.finditer(text):
        year, month, day = (int(part) for part in match.groups() if part is not None)
        try:
            found.append(date(year, month, day))
        except ValueError:
            return say("{text}不是真实存在的日期", text=match.group())
    if not found:
        return say("日期应写作 2022-06-01，现为：{value}", value=text[:40])
    return found
