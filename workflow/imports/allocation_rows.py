"""The rows of an annex of places, read (指标分配表的行): every area once, every row and column adding up."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from states.procedure import Procedure
from states.say import Sentence, say
from workflow.imports.table import CellFault, Column, Row, Table, find_table, half_width, whole_number
from workflow.imports.workbook import NotReadable, Sheet

TOTALS = ("合计", "总计", "全市", "全市合计")
_AREA = Column("area", ("县（市、区）", "县市区", "县(市、区)名称", "地区", "区县"), required=True)
_TOTAL = Column("total", ("总数", "合计", "总计", "小计", "总人数", "总岗位数"), required=True)
#: the words over the columns of a kind, beside those of the procedure itself
_KIND_WORDS: Mapping[str, tuple[str, ...]] = {
    "urban": ("城镇", "城镇公益性岗位", "城镇岗位"),
    "rural": ("乡村", "乡村公益性岗位", "乡村岗位"),
}


def areas_of(procedure: Procedure) -> dict[str, str]:
    """Name → code, of every area that the document's own annex names. Raises NotReadable if it has none."""
    areas = {row.zh: row.region for quota in procedure.quotas for row in quota.allocations}
    if not areas:
        raise NotReadable(say("“{title}”没有按地区分配的指标", title=procedure.title.zh))
    return areas


def columns_of(procedure: Procedure) -> list[Column]:
    """The columns of its annex: the area, the total, then one for each kind of post."""
    kinds = {kind for quota in procedure.quotas for row in quota.allocations for kind in row.places}
    named = {kind.kind: (kind.zh, *_KIND_WORDS.get(kind.kind, ())) for kind in procedure.kinds if kind.kind in kinds}
    return [_AREA, _TOTAL, *(Column(kind, words, required=True) for kind, words in named.items())]


def table_of(procedure: Procedure, sheets: Sequence[Sheet]) -> Table:
    """The one sheet with these columns. Raises NotReadable where there is none, or more than one."""
    columns = columns_of(procedure)
    found = [table for sheet in sheets if (table := find_table(sheet, columns)) is not None]
    wanted = "、".join(column.headings[0] for column in columns)
    if not found:
        raise NotReadable(say("没有找到表头，应有这些列：{columns}", columns=wanted))
    if len(found) > 1:
        names = "、".join(table.sheet for table in found)
        raise NotReadable(say("有{n}张工作表都像指标分配表：{sheets}；请只留一张", n=len(found), sheets=names))
    return found[0]


def year_of(procedure: Procedure, table: Table, given: int | None) -> tuple[int, str]:
    """The year of the places, and by what it is known: option, title, procedure. Raises NotReadable."""
    if given is not None:
        return given, "option"
    titled = {int(year) for text in table.above for year in re.findall(r"(20\d{2})\s*年", text)}
    if len(titled) == 1:
        return titled.pop(), "title"
    own = {row.year for quota in procedure.quotas for row in quota.allocations}
    if len(own) == 1 and not titled:
        return own.pop(), "procedure"
    raise NotReadable(say("看不出是哪一年的指标，请在表题里写明年份，例如“2022年”"))


def read_places(
    table: Table, areas: Mapping[str, str], procedure: Procedure, faults: list[CellFault]
) -> dict[tuple[str, str], int]:
    """The places by area and kind; what is wrong is added to ``faults``."""
    kinds = [column.name for column in columns_of(procedure)[2:]]
    found: dict[tuple[str, str], int] = {}
    seen: dict[str, int] = {}
    total: Row | None = None
    for row in table.rows:
        name = "".join(half_width(row.cells["area"]).split())
        if row.blank or (not name and all(row.cells[kind] is None for kind in kinds)) or _is_note(name, row, kinds):
            continue
        if name in TOTALS:
            total = _total_row(table, row, total, faults)
            continue
        code = areas.get(name)
        if code is None:
            faults.append(_fault(table, row, "area", _unknown(name, areas)))
        elif name in seen:
            faults.append(_fault(table, row, "area", say("“{name}”重复，已在第{row}行", name=name, row=seen[name])))
        else:
            seen[name] = row.number
        numbers = _numbers(table, row, kinds, faults)
        if numbers is not None and code is not None and seen.get(name) == row.number:
            found |= {(code, kind): numbers[kind] for kind in kinds}
    for name in areas.keys() - seen.keys():
        faults.append(CellFault(table.sheet, 0, table.headings["area"], say("缺少“{name}”", name=name)))
    _check_total(table, total, kinds, found, faults)
    faults.sort(key=lambda fault: (fault.row == 0, fault.row))
    return found


def _is_note(name: str, row: Row, kinds: list[str]) -> bool:
    """A remark or signature below the table: words, and no number beside them."""
    return len(name) > 12 and all(row.cells[kind] is None for kind in (*kinds, "total"))


def _unknown(name: str, areas: Mapping[str, str]) -> Sentence:
    if not name:
        return say("没有写县（市、区）")
    return say("不认识“{name}”，应为：{known}", name=name[:20], known="、".join(areas))


def _total_row(table: Table, row: Row, before: Row | None, faults: list[CellFault]) -> Row:
    if before is not None:
        faults.append(_fault(table, row, "area", say("合计行重复，已在第{row}行", row=before.number)))
        return before
    return row


def _numbers(table: Table, row: Row, kinds: list[str], faults: list[CellFault]) -> dict[str, int] | None:
    """The numbers of a row; None, with its faults added, when one is missing or wrong or they do not add up."""
    found: dict[str, int] = {}
    for name in (*kinds, "total"):
        value = whole_number(row.cells[name])
        if isinstance(value, Sentence):
            faults.append(_fault(table, row, name, value))
        else:
            found[name] = value
    if len(found) < len(kinds) + 1:
        return None
    parts = sum(found[kind] for kind in kinds)
    if parts != found["total"]:
        problem = say("总数{total}不等于各项之和{sum}", total=found["total"], sum=parts)
        faults.append(_fault(table, row, "total", problem))
        return None
    return found


def _check_total(
    table: Table, row: Row | None, kinds: list[str], found: Mapping[tuple[str, str], int], faults: list[CellFault]
) -> None:
    if row is None:
        faults.append(CellFault(table.sheet, 0, table.headings["area"], say("缺少合计行")))
        return
    broken = bool(faults)
    numbers = _numbers(table, row, kinds, faults)
    if numbers is None or broken:
        return  # with rows missing or wrong, the sums would differ only because of them
    for kind in kinds:
        added = sum(places for (_, other), places in found.items() if other == kind)
        if added != numbers[kind]:
            problem = say("合计{total}不等于各地之和{sum}", total=numbers[kind], sum=added)
            faults.append(_fault(table, row, kind, problem))


def _fault(table: Table, row: Row, column: str, problem: Sentence) -> CellFault:
    return CellFault(table.sheet, row.number, table.headings[column], problem)
