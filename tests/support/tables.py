"""A workbook as another library reads it, cell by cell: every text, every number, nothing that is computed."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import openpyxl

Table = list[list[Any]]
_GAP = "　" * 8
#: the line at the foot of a list on which offices sign
SIGNED = f"填表人：{_GAP}审核人：{_GAP}负责人：{_GAP}日期：　　年　　月　　日"


def sheets_of(content: bytes) -> dict[str, Table]:
    """Every sheet by its name; a cell without anything in it is None, and none is a formula or a link."""
    found: dict[str, Table] = {}
    for sheet in openpyxl.load_workbook(io.BytesIO(content)).worksheets:
        cells = [cell for row in sheet.iter_rows() for cell in row]
        assert not [cell.coordinate for cell in cells if cell.data_type == "f" or cell.hyperlink is not None]
        found[sheet.title] = [[None if cell.value == "" else cell.value for cell in row] for row in sheet.iter_rows()]
    return found


def table_of(content: bytes) -> Table:
    """The one sheet of a workbook."""
    (found,) = sheets_of(content).values()
    return found


def paper(above: Sequence[str], heads: Sequence[str], rows: Sequence[Sequence[Any]], below: Sequence[str]) -> Table:
    """A list as it has to be: lines over its whole width, the heads, the rows, an empty line, and what stands below."""

    def over(text: str | None) -> list[Any]:
        return [text, *[None] * (len(heads) - 1)]

    return [*map(over, above), list(heads), *map(list, rows), over(None), *map(over, below)]
