"""The roster of people on post (花名册), as offices kept it before: people and their months of service are registered.

Read whole; every fault of every row is told at once, with its sheet, row and column. Nothing is kept while anything is
wrong, unless the office says that the sound rows shall be kept. Reading the same file a second time changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session

from states.clocks import local_day
from states.facts import Actor
from states.refusals import InputRefused
from states.say import Translate, say
from workflow import bulk_runs, import_runs, people
from workflow.imports import carried
from workflow.imports.person_rows import sound_ones, tables_of, unread
from workflow.imports.roster_rows import Defaults, Places, RosterEntry, read_rows
from workflow.imports.roster_words import COLUMNS
from workflow.imports.table import CellFault
from workflow.imports.workbook import NotReadable, read_sheets
from workflow.office import Office
from workflow.sealing import Seal
from workflow.tables import Person
from workflow.undoing.records import sealed_before

#: shown in the template, and looked for in what comes back
TEMPLATE = "zaigang-roster-"
TEMPLATE_VERSION = 1
#: one list of the page holds as many; the command takes any number
MOST_ROWS = 1000
#: only the words of the evidence differ when the file has another name; the months do not
WORDS_ONLY = frozenset({"prior_evidence"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row. ``kind``: created, unchanged, different (known otherwise, left as it is), updated."""

    sheet: str
    row: int
    person_id: int | None
    kind: str
    months: int
    counted: str
    fields: tuple[str, ...] = ()
    changed: import_runs.Changed | None = None


@dataclass(slots=True)
class RosterReport:
    """What the file says and what was done. ``kept`` False: nothing was written (faults, or a dry run).

    ``run_id``: by which it is found among all imports, and undone.
    """

    run_id: str = ""

    rows: int = 0
    outcomes: list[Outcome] = field(default_factory=list)
    faults: list[CellFault] = field(default_factory=list)
    warnings: list[CellFault] = field(default_factory=list)
    kept: bool = False

    def count(self, kind: str) -> int:
        return sum(outcome.kind == kind for outcome in self.outcomes)

    @property
    def refused_rows(self) -> int:
        return len({(fault.sheet, fault.row) for fault in self.faults if fault.row})

    def document(self, translate: Translate | None = None) -> dict[str, Any]:
        """Plain values for a JSON answer; no name and no number of a person."""
        return {
            "kept": self.kept,
            "run": self.run_id,
            "rows": self.rows,
            "created": self.count("created"),
            "updated": self.count("updated"),
            "unchanged": self.count("unchanged"),
            "different": [
                {"sheet": o.sheet, "row": o.row, "person_id": o.person_id, "fields": list(o.fields)}
                for o in self.outcomes
                if o.kind == "different"
            ],
            "months": [{"sheet": o.sheet, "row": o.row, "months": o.months, "from": o.counted} for o in self.outcomes],
            "refused_rows": self.refused_rows,
            "faults": [fault.document(translate) for fault in self.faults],
            "warnings": [fault.document(translate) for fault in self.warnings],
        }


class _DryRun(Exception):
    """Ends the transaction of a dry run, so that nothing of it is kept."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row without a fault, as it travels from the look to the run. ``given``: what the register takes."""

    sheet: str
    row: int
    given: Mapping[str, Any]
    months: int
    counted: str

    @property
    def name(self) -> str:
        return str(self.given.get("name", ""))


@dataclass(slots=True)
class Found:
    """A roster as it was read. ``called``: the name of its file; ``digest`` and ``cells`` see ``carried``."""

    called: str
    digest: str
    cells: carried.Cells = ()
    rows: int = 0
    lines: list[Line] = field(default_factory=list)
    faults: list[CellFault] = field(default_factory=list)
    warnings: list[CellFault] = field(default_factory=list)


# ---- reading -----------------------------------------------------------------------------------------------------


def read(
    office: Office,
    seal: Seal,
    path: Path,
    actor: Actor,
    at: datetime,
    *,
    called: str | None = None,
    defaults: Defaults | None = None,
    until: date | None = None,
    most: int | None = None,
) -> Found:
    """The roster in ``path`` with every fault of every row. Nothing is written.

    ``called``: the name of the file where ``path`` is another; ``until``: service is counted up to and with this day
    (default: the day of ``at``, Asia/Shanghai); ``most``: so many rows at most. Raises NotReadable, OSError.
    """
    sheets, today = read_sheets(path), local_day(at)
    tables = tables_of(sheets, COLUMNS, TEMPLATE, TEMPLATE_VERSION, say("花名册"))
    name = called or path.name
    found = Found(name, carried.digest_of(path), carried.cells_of(sheets), warnings=unread(tables))
    with office.database.session() as session:
        places = Places.load(session, actor)
    source = Path(name).stem[:60]
    entries = read_rows(tables, defaults or Defaults(), places, until or today, source, found.faults, found.warnings)
    found.rows = len(entries)
    if most is not None and found.rows > most:
        raise NotReadable(say("一次最多导入{most}人，表中有{n}人。请分成几份", most=most, n=found.rows))
    for entry in sound_ones(entries, seal, today, found.faults, found.warnings):
        found.lines.append(_line(entry))
    found.faults.sort(key=lambda fault: (fault.sheet, fault.row))
    return found


def _line(entry: RosterEntry) -> Line:
    return Line(entry.row.sheet, entry.row.number, carried.plain(entry.given), entry.months, entry.counted)


def preview(office: Office, seal: Seal, lines: Sequence[Line], at: datetime) -> list[Outcome]:
    """What would become of each row: created, unchanged or different. Nothing is written."""
    outcomes = []
    with office.database.session() as session:
        for line in lines:
            known = people.compared(session, seal, line.given, at)
            person, fields = (None, ()) if known is None else known
            fields = () if set(fields) <= WORDS_ONLY else fields
            kind = "created" if known is None else "different" if fields else "unchanged"
            outcomes.append(Outcome(line.sheet, line.row, person, kind, line.months, line.counted, fields))
    return outcomes


# ---- from the look to the run ------------------------------------------------------------------------------------


def wrapped(seal: Seal, actor: Actor, at: datetime, found: Found, translate: Translate | None = None) -> str:
    """The roster as it travels through the form, sealed for this person and day. ``translate``: of its faults."""
    content = {"called": found.called, "rows": found.rows, "lines": [asdict(line) for line in found.lines]}
    told: dict[str, Any] = {"digest": found.digest, "content": content, "cells": found.cells}
    told |= {"faults": found.faults, "warnings": found.warnings, "translate": translate}
    return carried.wrapped(seal, carried.place_of("roster", "", actor, at), at, **told)


def unwrapped(seal: Seal, actor: Actor, at: datetime, text: str) -> tuple[carried.Carried, list[Line]]:
    """What ``wrapped`` made. Raises carried.ListGone for anything else, and on another day."""
    sent = carried.unwrapped(seal, carried.place_of("roster", "", actor, at), text, carried.ListGone())
    return sent, [Line(**values) for values in sent.content["lines"]]


def import_roster(
    office: Office,
    seal: Seal,
    path: Path,
    actor: Actor,
    at: datetime,
    *,
    defaults: Defaults | None = None,
    partial: bool = False,
    update: bool = False,
    dry_run: bool = False,
    until: date | None = None,
) -> RosterReport:
    """Registers the people of the roster in ``path``, in one transaction.

    ``until`` as of ``read``. ``partial``: rows without a fault are kept though others have some. ``update``: what a
    known person has otherwise is changed, with the file as the reason. Raises NotReadable, OSError.
    """
    found = read(office, seal, path, actor, at, defaults=defaults, until=until)
    report = RosterReport(bulk_runs.new_id(at), found.rows, faults=found.faults, warnings=found.warnings)
    if not found.faults or partial:
        file = (found.called, found.digest)
        keep(office, seal, report, found.lines, file, actor, at, update=update, dry_run=dry_run)
    return report


def keep(
    office: Office,
    seal: Seal,
    report: RosterReport,
    lines: Sequence[Line],
    file: tuple[str, str],
    actor: Actor,
    at: datetime,
    *,
    update: bool = False,
    dry_run: bool = False,
    refused: int | None = None,
) -> None:
    """Registers the people of ``lines`` and tells it in ``report``, all in one transaction.

    ``file``: its name and digest; ``refused``: how many rows were left out (default: those with faults in ``report``).
    """
    left = report.refused_rows if refused is None else refused
    try:
        with office.database.session() as session:
            for line in lines:
                report.outcomes.append(_keep(session, seal, line, actor, at, office, file[0], update, report.run_id))
            if dry_run:
                raise _DryRun
            _tell(session, office, report, lines, (file[1], left), actor, at)
        report.kept = True
    except _DryRun:
        pass


def _keep(
    session: Session,
    seal: Seal,
    line: Line,
    actor: Actor,
    at: datetime,
    office: Office,
    called: str,
    update: bool,
    run_id: str,
) -> Outcome:
    changed: import_runs.Changed | None = None
    algorithm = office.setting.algorithm
    known = people.register(session, seal, line.given, actor, at, algorithm=algorithm)
    kind, fields = "created", tuple[str, ...]()
    if known.created:
        changed = _changed(session, "new", known.person_id)
    else:
        fields = () if set(known.differs) <= WORDS_ONLY else known.differs
        kind = "different" if fields else "unchanged"
        if fields and update:
            changes = {name: line.given[name] for name in known.differs}
            if "prior_months" in changes:
                changes["prior_evidence"] = line.given["prior_evidence"]
            before = sealed_before(seal, session, run_id, known.person_id, sorted(changes))
            reason = say("依据花名册{file}第{row}行更正", file=called, row=line.row).text()[:200]
            try:
                people.update_person(
                    session, seal, known.person_id, changes, actor, at, reason=reason, algorithm=algorithm
                )
                kind, changed = "updated", _changed(session, "changed", known.person_id, before)
            except InputRefused:
                kind = "different"
    return Outcome(line.sheet, line.row, known.person_id, kind, line.months, line.counted, fields, changed)


def _changed(
    session: Session, change: str, person_id: int, before: dict[str, Any] | None = None
) -> import_runs.Changed:
    session.flush()
    person = session.get(Person, person_id)
    assert person is not None
    return import_runs.Changed(change, str(person_id), None, person_id, person.log_seq, before)


def _tell(
    session: Session,
    office: Office,
    report: RosterReport,
    lines: Sequence[Line],
    file: tuple[str, int],
    actor: Actor,
    at: datetime,
) -> None:
    """Writes the run down for the narrowest region where all of its people live; ``file``: digest, rows left out."""
    shared = import_runs.common_region([str(line.given["home_region"]) for line in lines])
    told = import_runs.Told(report.run_id, import_runs.ROSTER, shared, "", *file)
    changed = [one.changed for one in report.outcomes if one.changed is not None]
    import_runs.keep(office, session.connection(), told, changed, actor, at)
