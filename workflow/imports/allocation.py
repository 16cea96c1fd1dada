"""An annex of places per area (指标分配表), as Liaocheng's document has it: read whole, checked, kept by year.

Every area that the document names has a row, every row adds up, and so does every column; otherwise nothing is kept.
The total is nobody's share and is not stored.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from states.facts import Actor
from states.procedure import Procedure
from states.say import Sentence, Translate, say
from workflow import bulk_runs, import_runs, office_log
from workflow.imports import carried
from workflow.imports.table import CellFault, Column, Row, Table, find_table, half_width, whole_number
from workflow.imports.workbook import NotReadable, read_sheets
from workflow.office import Office
from workflow.tables import Allocation

_TOTALS = ("合计", "总计", "全市", "全市合计")
_AREA = Column("area", ("县（市、区）", "县市区", "县(市、区)名称", "地区", "区县"), required=True)
_TOTAL = Column("total", ("总数", "合计", "总计", "小计", "总人数", "总岗位数"), required=True)
#: the words over the columns of a kind, beside those of the procedure itself
_KIND_WORDS: Mapping[str, tuple[str, ...]] = {
    "urban": ("城镇", "城镇公益性岗位", "城镇岗位"),
    "rural": ("乡村", "乡村公益性岗位", "乡村岗位"),
}


@dataclass(frozen=True, slots=True)
class Share:
    """The places of one area and kind. ``before``: what was kept until now; None: nothing."""

    region: str
    area: str
    kind: str
    places: int
    before: int | None = None


@dataclass(slots=True)
class AllocationReport:
    """What the file says and what was done. ``kept`` False: nothing was written (faults, or a dry run)."""

    procedure: str
    year: int
    year_from: str
    shares: list[Share] = field(default_factory=list)
    faults: list[CellFault] = field(default_factory=list)
    kept: bool = False

    @property
    def new(self) -> list[Share]:
        return [share for share in self.shares if share.before is None]

    @property
    def changed(self) -> list[Share]:
        return [share for share in self.shares if share.before not in (None, share.places)]

    @property
    def unchanged(self) -> list[Share]:
        return [share for share in self.shares if share.before == share.places]

    def document(self, translate: Translate | None = None) -> dict[str, Any]:
        """Plain values for a JSON answer."""
        return {
            "procedure": self.procedure,
            "year": self.year,
            "year_from": self.year_from,
            "kept": self.kept,
            "new": len(self.new),
            "changed": [
                {"region": s.region, "area": s.area, "kind": s.kind, "before": s.before, "after": s.places}
                for s in self.changed
            ],
            "unchanged": len(self.unchanged),
            "faults": [fault.document(translate) for fault in self.faults],
        }


def import_allocation(
    session: Session,
    procedure: Procedure,
    path: Path,
    *,
    year: int | None = None,
    dry_run: bool = False,
    office: Office | None = None,
    actor: Actor = office_log.CONSOLE_ACTOR,
) -> AllocationReport:
    """Reads the annex in ``path`` and keeps it, unless anything in it is wrong or ``dry_run`` is set.

    ``office``: in whose records the import is told, so that it can be undone; ``actor``: who runs it.

    The year is the one given, or that of the title above the table, or the only year of the document's own annex.
    Raises NotReadable for a file without such a table, OSError.
    """
    areas = _areas(procedure)
    table = _table(procedure, path)
    told, told_from = _year(procedure, table, year)
    report = AllocationReport(procedure.procedure, told, told_from)
    found = _read(table, areas, procedure, report.faults)
    known = {
        (row.region, row.kind): row
        for row in session.exec(
            select(Allocation).where(Allocation.procedure_id == procedure.procedure, Allocation.year == told)
        )
    }
    names = {code: name for name, code in areas.items()}
    for (region, kind), places in found.items():
        before = known.get((region, kind))
        report.shares.append(Share(region, names[region], kind, places, None if before is None else before.places))
    if report.faults or dry_run:
        return report
    source = f"{path.name} sha256:{hashlib.sha256(path.read_bytes()).hexdigest()[:16]}"[:200]
    if office is not None:
        _tell(session, office, report, known, carried.digest_of(path), actor)
    for share in (*report.new, *report.changed):
        row = known.get((share.region, share.kind)) or Allocation(
            procedure_id=procedure.procedure, year=told, region=share.region, kind=share.kind, places=0, source=""
        )
        row.places, row.source = share.places, source
        session.add(row)
    session.flush()
    report.kept = True
    return report


def _tell(
    session: Session,
    office: Office,
    report: AllocationReport,
    known: Mapping[tuple[str, str], Allocation],
    digest: str,
    actor: Actor,
) -> None:
    """Writes down what changes, with the numbers before."""
    at, lines = office.now(), []
    for share in (*report.new, *report.changed):
        was = known.get((share.region, share.kind))
        before = {"places": share.before, "source": was.source if was is not None else "", "after": share.places}
        change = "new" if share.before is None else "changed"
        lines.append(import_runs.Changed(change, f"{share.region}:{share.kind}", before=before))
    region = office.catalogue.current(report.procedure).document.region
    subject = f"{report.procedure} {report.year}"
    told = import_runs.Told(bulk_runs.new_id(at), import_runs.ALLOCATION, region, subject, digest)
    import_runs.keep(office, session.connection(), told, lines, actor, at)


def stored(session: Session, procedure_id: str, year: int) -> list[Allocation]:
    """What is kept for a document and year, by area and kind."""
    asked = select(Allocation).where(Allocation.procedure_id == procedure_id, Allocation.year == year)
    return list(session.exec(asked.order_by(col(Allocation.region), col(Allocation.kind))))


# ---- reading -----------------------------------------------------------------------------------------------------


def _areas(procedure: Procedure) -> dict[str, str]:
    """Name → code, of every area that the document's own annex names. Raises NotReadable if it has none."""
    areas = {row.zh: row.region for quota in procedure.quotas for row in quota.allocations}
    if not areas:
        raise NotReadable(say("“{title}”没有按地区分配的指标", title=procedure.title.zh))
    return areas


def _columns(procedure: Procedure) -> list[Column]:
    kinds = {kind for quota in procedure.quotas for row in quota.allocations for kind in row.places}
    named = {kind.kind: (kind.zh, *_KIND_WORDS.get(kind.kind, ())) for kind in procedure.kinds if kind.kind in kinds}
    return [_AREA, _TOTAL, *(Column(kind, words, required=True) for kind, words in named.items())]


def _table(procedure: Procedure, path: Path) -> Table:
    columns = _columns(procedure)
    found = [table for sheet in read_sheets(path) if (table := find_table(sheet, columns)) is not None]
    wanted = "、".join(column.headings[0] for column in columns)
    if not found:
        raise NotReadable(say("没有找到表头，应有这些列：{columns}", columns=wanted))
    if len(found) > 1:
        sheets = "、".join(table.sheet for table in found)
        raise NotReadable(say("有{n}张工作表都像指标分配表：{sheets}；请只留一张", n=len(found), sheets=sheets))
    return found[0]


def _year(procedure: Procedure, table: Table, given: int | None) -> tuple[int, str]:
    if given is not None:
        return given, "option"
    titled = {int(year) for text in table.above for year in re.findall(r"(20\d{2})\s*年", text)}
    if len(titled) == 1:
        return titled.pop(), "title"
    own = {row.year for quota in procedure.quotas for row in quota.allocations}
    if len(own) == 1 and not titled:
        return own.pop(), "procedure"
    raise NotReadable(say("看不出是哪一年的指标，请写明年份（--year）"))


def _read(
    table: Table, areas: Mapping[str, str], procedure: Procedure, faults: list[CellFault]
) -> dict[tuple[str, str], int]:
    kinds = [column.name for column in _columns(procedure)[2:]]
    found: dict[tuple[str, str], int] = {}
    seen: dict[str, int] = {}
    total: Row | None = None
    for row in table.rows:
        name = "".join(half_width(row.cells["area"]).split())
        if row.blank or (not name and all(row.cells[kind] is None for kind in kinds)) or _is_note(name, row, kinds):
            continue
        if name in _TOTALS:
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
