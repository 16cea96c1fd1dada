"""The workbook handed back (退回的表): the clerk's own cells, every fault marked where it is and told beside its row.

All cells are text and none is a formula, whatever the file had. It is mended and sent in again as it is: the added
column and the added sheet are not read.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import xlsxwriter

from states.say import say
from workflow.imports.carried import Cells

HEADING = "须改正"
#: names that a sheet may not have in a workbook
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
Fault = Mapping[str, Any]


def marked(cells: Cells, faults: Sequence[Fault]) -> bytes:
    """The workbook (.xlsx). ``faults`` as ``CellFault.document`` has them; those of row 0 are about the whole file."""
    made = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(made, {"in_memory": True, **options}) as book:
        wrong = book.add_format({"num_format": "@", "bg_color": "#F9D5D3", "border": 1, "text_wrap": True})
        text = book.add_format({"num_format": "@"})
        taken: set[str] = {HEADING}
        for sheet in cells:
            mine = [fault for fault in faults if fault["sheet"] == sheet["name"]]
            _sheet(book.add_worksheet(_name(sheet["name"], taken)), sheet["rows"], mine, text, wrong)
        _list(book, faults)
    return made.getvalue()


def _name(name: str, taken: set[str]) -> str:
    """A name that a workbook takes, and takes once."""
    short = (name.translate(_FORBIDDEN).strip("' ") or say("表").text())[:28]
    found = next(one for n in range(1, 1000) if (one := short if n == 1 else f"{short}{n}") not in taken)
    taken.add(found)
    return found


def _sheet(page: Any, rows: Sequence[Sequence[str]], faults: Sequence[Fault], text: Any, wrong: Any) -> None:
    width = max((len(row) for row in rows), default=0)
    by_row: dict[int, list[Fault]] = {}
    for fault in faults:
        by_row.setdefault(fault["row"], []).append(fault)
    page.set_column(0, max(width - 1, 0), 14, text)
    page.set_column(width, width, 60, text)
    for number, row in enumerate(rows, 1):
        for place, value in enumerate(row):
            page.write_string(number - 1, place, value, text)
        for fault in by_row.get(number, ()):
            where = _place(rows, number, fault["column"])
            if where is not None:
                value = row[where] if where < len(row) else ""
                page.write_string(number - 1, where, value, wrong)
                page.write_comment(number - 1, where, fault["problem"])
        if number in by_row:
            told = "；".join(f"{fault['column']}：{fault['problem']}" for fault in by_row[number])
            page.write_string(number - 1, width, f"{HEADING}：{told}"[:32_000], wrong)


def _place(rows: Sequence[Sequence[str]], number: int, column: str) -> int | None:
    """In which column of the sheet a fault lies: where its heading stands above the row."""
    for row in rows[: number - 1]:
        for place, value in enumerate(row):
            if column and value.strip() == column.strip():
                return place
    return None


def _list(book: Any, faults: Sequence[Fault]) -> None:
    """Every fault once more, in a sheet of its own."""
    page = book.add_worksheet(HEADING)
    head, text = book.add_format({"bold": True}), book.add_format({"num_format": "@", "text_wrap": True})
    for place, (words, width) in enumerate((("工作表", 14), ("行", 8), ("列", 20), ("问题", 90))):
        page.set_column(place, place, width)
        page.write_string(0, place, words, head)
    for row, fault in enumerate(faults, 1):
        for place, value in enumerate((fault["sheet"], str(fault["row"] or ""), fault["column"], fault["problem"])):
            page.write_string(row, place, value, text)
