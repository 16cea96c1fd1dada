"""The tree of regions from a list (行政区划表): codes, parents, levels, names; by what stands over the columns."""

from __future__ import annotations

from pathlib import Path

from states.say import say
from workflow.imports.table import Column, Table, find_table, half_width
from workflow.imports.workbook import NotReadable, read_sheets

COLUMNS = (
    Column("code", ("编码", "代码", "区划代码", "行政区划代码", "code"), required=True),
    Column("name", ("名称", "单位名称", "name"), required=True),
    Column("parent", ("上级", "上级编码", "parent")),
    Column("level", ("级别", "层级", "level")),
)
LEVELS = {"省": "province", "市": "city", "县": "county", "乡": "township", "镇": "township", "村": "village"}
_BY_LENGTH = {2: "province", 4: "city", 6: "county", 9: "township", 12: "village"}


def read_regions(path: Path) -> list[dict[str, str]]:
    """The rows for ``workflow.regions.load``. Where a parent or level is not told it follows from the code.

    Raises NotReadable, OSError.
    """
    tables = [table for sheet in read_sheets(path) if (table := find_table(sheet, COLUMNS)) is not None]
    if not tables:
        raise NotReadable(say("没有找到表头，应有这些列：{columns}", columns="编码、名称（上级、级别）"))
    rows = [row for table in tables for row in _rows(table)]
    codes = {row["code"] for row in rows}
    for row in rows:
        code = row["code"]
        row["level"] = LEVELS.get(row["level"][:1], row["level"]) or _BY_LENGTH.get(len(code), "")
        if not row["parent"]:
            above = [other for other in codes if other != code and code.startswith(other)]
            row["parent"] = max(above, key=len, default="")
    return rows


def _rows(table: Table) -> list[dict[str, str]]:
    return [
        {column.name: half_width(row.cells.get(column.name)) for column in COLUMNS}
        for row in table.rows
        if not row.blank
    ]
