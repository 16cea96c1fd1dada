"""A file of a clerk becomes sheets of cells (工作簿): .xlsx, .xls and .csv, within limits, with nothing followed.

Rows keep the numbers that the clerk sees. Cells are text, days or numbers; a number is kept as it was typed, because an
identity number typed as one has already lost its last digits.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from states.refusals import Refusal
from states.say import say
from workflow.imports.cells import LONGEST_TEXT, MOST_COLUMNS, MOST_ROWS

MOST_BYTES = 10 << 20
#: of a workbook once unpacked; a roster of ten thousand people has about ten million
MOST_UNPACKED = 40 << 20
MOST_PARTS = 500
SECONDS = 20
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
#: the storage of macros in an old workbook
MACROS = "_VBA_PROJECT".encode("utf-16-le")


class NotReadable(Refusal):
    """The file cannot be read as a table; nothing was imported."""


@dataclass(frozen=True, slots=True)
class Number:
    """A cell typed as a number, as the file has it."""

    text: str

    @property
    def whole(self) -> int | None:
        """The whole number, if it is one that a cell can hold without loss (15 digits)."""
        value = float(self.text)
        return int(value) if value.is_integer() and abs(value) < 10**15 else None


Cell = str | date | Number | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A visible sheet; row 1 is ``rows[0]``. A .csv file is one sheet without a name."""

    name: str
    rows: tuple[tuple[Cell, ...], ...]


def read_sheets(path: Path) -> list[Sheet]:
    """The visible sheets of the file. Raises NotReadable, OSError."""
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise NotReadable(say("文件过大（{size}字节），最多{most}字节", size=size, most=MOST_BYTES))
    with path.open("rb") as file:
        magic = file.read(4)
    if magic == ZIP:
        _check_parts(path)
        return _sheets_of_workbook(path)
    if magic == OLE:
        if MACROS in path.read_bytes():
            raise _macros()
        return _sheets_of_workbook(path)
    if path.suffix.lower() in (".csv", ".txt"):
        return [_sheet_of_text(path)]
    raise NotReadable(say("不是 .xlsx、.xls 或 .csv 文件；WPS表格请另存为 .xlsx"))


# ---- workbooks ---------------------------------------------------------------------------------------------------


def _check_parts(path: Path) -> None:
    """What the file says it unpacks to, and what it really does: every part is unpacked once and thrown away."""
    try:
        with zipfile.ZipFile(path) as book:
            parts = book.infolist()
            names = {part.filename for part in parts}
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
                raise NotReadable(say("文件展开后过大，没有读取"))
            if "xl/workbook.xml" not in names:
                raise NotReadable(say("不是Excel工作簿（.xlsx）"))
            if any(name.lower().endswith("vbaproject.bin") for name in names):
                raise _macros()
            for part in parts:
                _unpack(book, part)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, ValueError, RuntimeError) as error:
        raise NotReadable(say("工作簿已损坏或加密：{why}", why=str(error)[:100])) from error


def _macros() -> NotReadable:
    return NotReadable(say("工作簿含宏，没有读取；请另存为不含宏的 .xlsx"))


def _unpack(book: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Reads a part to its end; its checksum tells if it holds more than it says. Refuses what would expand in XML."""
    head = b""
    with book.open(part) as content:
        while chunk := content.read(1 << 16):
            head = head or chunk
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head or "<!DOCTYPE".encode("utf-16-le") in head:
        raise NotReadable(say("工作簿含有不允许的文档类型声明，没有读取"))


_WHY = {
    "memory": say("工作表的范围过大，没有读取；请只保留有内容的行和列"),
    "rows": say("行数过多，最多{most}行", most=MOST_ROWS),
    "sheets": say("工作表过多，没有读取"),
    "text": say("文字过多，没有读取"),
    "unreadable": say("工作簿已损坏或加密，读不出来"),
}


def _sheets_of_workbook(path: Path) -> list[Sheet]:
    script = Path(__file__).with_name("cells.py")
    command = [sys.executable, "-I", str(script), str(path.resolve())]
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        raise NotReadable(_WHY["memory"]) from None
    if done.returncode:  # it ran into its limits
        raise NotReadable(_WHY["memory"])
    found = json.loads(done.stdout)
    if "error" in found:
        raise NotReadable(_WHY[found["error"]])
    return [
        Sheet(sheet["name"], tuple(tuple(_cell(value) for value in row) for row in sheet["rows"]))
        for sheet in found["sheets"]
    ]


def _cell(value: str | list[str] | None) -> Cell:
    if isinstance(value, list):
        kind, text = value
        return Number(text) if kind == "n" else date.fromisoformat(text)
    return value


# ---- text --------------------------------------------------------------------------------------------------------


def _sheet_of_text(path: Path) -> Sheet:
    rows: list[tuple[Cell, ...]] = []
    for cells in _records(_decoded(path.read_bytes())):
        if len(rows) >= MOST_ROWS:
            raise NotReadable(_WHY["rows"])
        kept: list[Cell] = [cell[:LONGEST_TEXT] if cell.strip() else None for cell in cells[:MOST_COLUMNS]]
        while kept and kept[-1] is None:
            kept.pop()
        rows.append(tuple(kept))
    return Sheet("", tuple(rows))


def _records(text: str) -> Iterator[list[str]]:
    first = text.split("\n", 1)[0]
    delimiter = max(",\t;", key=first.count)
    try:
        # one record is one row as a spreadsheet shows it; blank lines count too
        yield from csv.reader(text.splitlines(keepends=True), delimiter=delimiter)
    except csv.Error as error:
        raise NotReadable(say("CSV文件读不出来：{why}", why=str(error))) from error


def _decoded(data: bytes) -> str:
    """UTF-8, or what Excel on a Chinese Windows writes."""
    if b"\0" in data:
        raise NotReadable(say("不是文本文件；CSV请以UTF-8或GBK编码保存"))
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise NotReadable(say("文字编码读不出来；CSV请以UTF-8或GBK编码保存"))
