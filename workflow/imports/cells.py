"""Reads the cells of a workbook in a process of its own, so that no file can take the service with it (读取工作簿).

Run as a script with the path of the file; it imports nothing of the service. A sheet of a few bytes can claim a cell in
its last corner and make a reader fill the whole memory: here memory and time are limited, and only this process ends.
"""

from __future__ import annotations

import datetime
import json
import sys
from typing import Any

MEMORY_BYTES = 400 << 20
SECONDS = 10
MOST_ROWS = 20_000
MOST_COLUMNS = 60
MOST_SHEETS = 50
LONGEST_TEXT = 300
MOST_TEXT = 20_000_000


def main(path: str) -> int:
    """Prints the visible sheets as JSON, or ``{"error": …}``. The exit status is 0 in both cases."""
    _limit()
    from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

    try:
        with open(path, "rb") as file:
            book = CalamineWorkbook.from_filelike(file)
            visible = [m.name for m in book.sheets_metadata if m.visible == SheetVisibleEnum.Visible]
            print(json.dumps(_read(book, visible)))
    except MemoryError:
        print(json.dumps({"error": "memory"}))
    except (CalamineError, ValueError, OSError) as error:
        print(json.dumps({"error": "unreadable", "why": str(error)[:200]}))
    return 0


def _limit() -> None:
    try:
        import resource
    except ImportError:  # not on this system: the limits on the file itself remain
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _read(book: Any, names: list[str]) -> dict[str, Any]:
    if len(names) > MOST_SHEETS:
        return {"error": "sheets"}
    sheets, text = [], 0
    for name in names:
        sheet = book.get_sheet_by_name(name)
        if sheet.total_height > MOST_ROWS:
            return {"error": "rows", "sheet": name}
        rows = []
        for row in sheet.to_python(skip_empty_area=False):
            cells = [_plain(value) for value in row[:MOST_COLUMNS]]
            while cells and cells[-1] is None:
                cells.pop()
            text += sum(len(cell) for cell in cells if isinstance(cell, str))
            rows.append(cells)
        if text > MOST_TEXT:
            return {"error": "text"}
        sheets.append({"name": name, "rows": rows})
    return {"sheets": sheets}


def _plain(value: Any) -> Any:
    """Text as text, numbers and days marked as such: how a number was typed decides whether it can be trusted."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        return ["n", repr(value)]
    if isinstance(value, datetime.datetime):
        return ["d", value.date().isoformat()]
    if isinstance(value, datetime.date):
        return ["d", value.isoformat()]
    text = str(value)[:LONGEST_TEXT]
    return text if text.strip() else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
