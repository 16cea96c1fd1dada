"""An annex of places per area (指标分配表), as Liaocheng's document has it: read whole, checked, kept by year.

Every area that the document names has a row, every row adds up, and so does every column; otherwise nothing is kept.
The total is nobody's share and is not stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from states.facts import Actor
from states.procedure import Procedure
from states.say import Translate
from workflow import bulk_runs, import_runs, office_log
from workflow.imports import carried
from workflow.imports.allocation_rows import TOTALS, areas_of, columns_of, read_places, table_of, year_of
from workflow.imports.table import CellFault
from workflow.imports.template import Blank
from workflow.imports.workbook import read_sheets
from workflow.office import Office
from workflow.sealing import Seal
from workflow.tables import Allocation


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


@dataclass(slots=True)
class Annex:
    """An annex as it was read. ``places`` by area and kind; ``called``: the name of its file."""

    year: int
    year_from: str
    places: dict[tuple[str, str], int]
    called: str
    digest: str
    cells: carried.Cells = ()
    faults: list[CellFault] = field(default_factory=list)


def read(procedure: Procedure, path: Path, *, year: int | None = None, called: str | None = None) -> Annex:
    """The annex in ``path`` with every fault of every cell. Nothing is written.

    The year is the one given, or that of the title above the table, or the only year of the document's own annex.
    ``called``: the name of the file where ``path`` is another. Raises NotReadable for a file without such a table,
    OSError.
    """
    areas, sheets = areas_of(procedure), read_sheets(path)
    table = table_of(procedure, sheets)
    told, told_from = year_of(procedure, table, year)
    annex = Annex(told, told_from, {}, called or path.name, carried.digest_of(path), carried.cells_of(sheets))
    annex.places = read_places(table, areas, procedure, annex.faults)
    return annex


def compared(session: Session, procedure: Procedure, annex: Annex) -> AllocationReport:
    """The annex beside what is kept: which places are new, changed, or as they were. Nothing is written."""
    report = AllocationReport(procedure.procedure, annex.year, annex.year_from, faults=annex.faults)
    known = _known(session, procedure, annex.year)
    names = {code: name for name, code in areas_of(procedure).items()}
    for (region, kind), places in annex.places.items():
        before = known.get((region, kind))
        report.shares.append(Share(region, names[region], kind, places, None if before is None else before.places))
    return report


def _known(session: Session, procedure: Procedure, year: int) -> dict[tuple[str, str], Allocation]:
    return {(row.region, row.kind): row for row in stored(session, procedure.procedure, year)}


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

    ``office``: in whose records the import is told, so that it can be undone; ``actor``: who runs it. ``year`` as of
    ``read``. Raises NotReadable for a file without such a table, OSError.
    """
    annex = read(procedure, path, year=year)
    if annex.faults or dry_run:
        return compared(session, procedure, annex)
    return keep(session, procedure, annex, office=office, actor=actor)


def keep(
    session: Session,
    procedure: Procedure,
    annex: Annex,
    *,
    office: Office | None = None,
    actor: Actor = office_log.CONSOLE_ACTOR,
    run_id: str | None = None,
) -> AllocationReport:
    """Keeps an annex without faults in the caller's transaction. ``office``, ``actor`` as of ``import_allocation``."""
    report, known = compared(session, procedure, annex), _known(session, procedure, annex.year)
    source = f"{annex.called} sha256:{annex.digest[:16]}"[:200]
    if office is not None:
        _tell(session, office, report, known, (annex.digest, run_id), actor)
    for share in (*report.new, *report.changed):
        row = known.get((share.region, share.kind)) or Allocation(
            procedure_id=procedure.procedure, year=annex.year, region=share.region, kind=share.kind, places=0, source=""
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
    file: tuple[str, str | None],
    actor: Actor,
) -> None:
    """Writes down what changes, with the numbers before. ``file``: its digest, and the run if it has an id."""
    at, lines = office.now(), []
    for share in (*report.new, *report.changed):
        was = known.get((share.region, share.kind))
        before = {"places": share.before, "source": was.source if was is not None else "", "after": share.places}
        change = "new" if share.before is None else "changed"
        lines.append(import_runs.Changed(change, f"{share.region}:{share.kind}", before=before))
    region = office.catalogue.current(report.procedure).document.region
    subject = f"{report.procedure} {report.year}"
    told = import_runs.Told(file[1] or bulk_runs.new_id(at), import_runs.ALLOCATION, region, subject, file[0])
    import_runs.keep(office, session.connection(), told, lines, actor, at)


# ---- from the look to the run ------------------------------------------------------------------------------------


def wrapped(
    seal: Seal, procedure: Procedure, actor: Actor, at: datetime, annex: Annex, translate: Translate | None = None
) -> str:
    """The annex as it travels through the form, sealed for this document, person and day. ``translate``: of faults."""
    places = [[region, kind, number] for (region, kind), number in annex.places.items()]
    content = {"year": annex.year, "from": annex.year_from, "called": annex.called, "places": places}
    told: dict[str, Any] = {"digest": annex.digest, "content": content, "cells": annex.cells}
    told |= {"faults": annex.faults, "translate": translate}
    return carried.wrapped(seal, carried.place_of("allocation", procedure.procedure, actor, at), at, **told)


def unwrapped(seal: Seal, procedure: Procedure, actor: Actor, at: datetime, text: str) -> tuple[carried.Carried, Annex]:
    """What ``wrapped`` made; the faults stay in the first. Raises carried.ListGone for any other text."""
    place = carried.place_of("allocation", procedure.procedure, actor, at)
    sent = carried.unwrapped(seal, place, text, carried.ListGone())
    said = sent.content
    places = {(region, kind): number for region, kind, number in said["places"]}
    return sent, Annex(said["year"], said["from"], places, said["called"], sent.digest)


def template(procedure: Procedure) -> Blank:
    """The annex to fill in, with the areas of the document. Raises NotReadable where it has none."""
    columns = columns_of(procedure)
    headings = [(column.headings[0], 18, "必填，整数", ()) for column in columns[1:]]
    rows = [(area, *("" for _ in headings)) for area in (*areas_of(procedure), TOTALS[0])]
    return Blank(
        sheet="指标分配表",
        title=f"{procedure.title.zh}指标分配表",
        version=f"{procedure.procedure}-1",
        columns=((columns[0].headings[0], 20, "按文件列出的地区，一个不少", ()), *headings),
        about="年份：    年（写明是哪一年的指标）",
        rows=tuple(rows),
    )


def stored(session: Session, procedure_id: str, year: int) -> list[Allocation]:
    """What is kept for a document and year, by area and kind."""
    asked = select(Allocation).where(Allocation.procedure_id == procedure_id, Allocation.year == year)
    return list(session.exec(asked.order_by(col(Allocation.region), col(Allocation.kind))))
