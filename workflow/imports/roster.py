"""The roster of people on post (花名册), as offices kept it before: people and their months of service are registered.

Read whole; every fault of every row is told at once, with its sheet, row and column. Nothing is kept while anything is
wrong, unless the office says that the sound rows shall be kept. Reading the same file a second time changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
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
from workflow.imports.workbook import read_sheets
from workflow.office import Office
from workflow.sealing import Seal
from workflow.tables import Person
from workflow.undoing.records import sealed_before

#: shown in the template, and looked for in what comes back
TEMPLATE = "zaigang-roster-"
TEMPLATE_VERSION = 1
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

    ``until``: service is counted up to and with this day (default: the day of ``at``, Asia/Shanghai). ``partial``: rows
    without a fault are kept though others have some. ``update``: what a known person has otherwise is changed, with the
    file as the reason. Raises NotReadable, OSError.
    """
    day = until or local_day(at)
    tables = tables_of(read_sheets(path), COLUMNS, TEMPLATE, TEMPLATE_VERSION, say("花名册"))
    report = RosterReport(bulk_runs.new_id(at), warnings=unread(tables))
    try:
        with office.database.session() as session:
            places = Places.load(session, actor)
            source = path.stem[:60]
            entries = read_rows(tables, defaults or Defaults(), places, day, source, report.faults, report.warnings)
            report.rows = len(entries)
            sound = sound_ones(entries, seal, local_day(at), report.faults, report.warnings)
            if report.faults and not partial:
                raise _DryRun
            for entry in sound:
                report.outcomes.append(_keep(session, seal, entry, actor, at, office, path, update, report.run_id))
            if dry_run:
                raise _DryRun
            _tell(session, office, report, sound, carried.digest_of(path), actor, at)
        report.kept = True
    except _DryRun:
        pass
    report.faults.sort(key=lambda fault: (fault.sheet, fault.row))
    return report


def _keep(
    session: Session,
    seal: Seal,
    entry: RosterEntry,
    actor: Actor,
    at: datetime,
    office: Office,
    path: Path,
    update: bool,
    run_id: str,
) -> Outcome:
    changed: import_runs.Changed | None = None
    algorithm = office.setting.algorithm
    known = people.register(session, seal, entry.given, actor, at, algorithm=algorithm)
    kind, fields = "created", tuple[str, ...]()
    if known.created:
        changed = _changed(session, "new", known.person_id)
    else:
        fields = () if set(known.differs) <= WORDS_ONLY else known.differs
        kind = "different" if fields else "unchanged"
        if fields and update:
            changes = {name: entry.given[name] for name in known.differs}
            if "prior_months" in changes:
                changes["prior_evidence"] = entry.given["prior_evidence"]
            before = sealed_before(seal, session, run_id, known.person_id, sorted(changes))
            reason = say("依据花名册{file}第{row}行更正", file=path.name, row=entry.row.number).text()[:200]
            try:
                people.update_person(
                    session, seal, known.person_id, changes, actor, at, reason=reason, algorithm=algorithm
                )
                kind, changed = "updated", _changed(session, "changed", known.person_id, before)
            except InputRefused:
                kind = "different"
    place = (entry.row.sheet, entry.row.number, known.person_id)
    return Outcome(*place, kind, entry.months, entry.counted, fields, changed)


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
    sound: list[RosterEntry],
    digest: str,
    actor: Actor,
    at: datetime,
) -> None:
    """Writes the run down, for the narrowest region in which all of its people live."""
    homes = [str(entry.given["home_region"]) for entry in sound]
    shared = next(
        (homes[0][:length] for length in (12, 9, 6, 4, 2) if len({home[:length] for home in homes}) == 1), ""
    ) if homes else ""  # fmt: skip
    told = import_runs.Told(report.run_id, import_runs.ROSTER, shared, "", digest, report.refused_rows)
    lines = [one.changed for one in report.outcomes if one.changed is not None]
    import_runs.keep(office, session.connection(), told, lines, actor, at)
