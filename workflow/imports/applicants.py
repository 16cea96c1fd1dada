"""A list of applicants for an announcement (报名表导入): read whole, looked at by the law, then taken one by one.

A look writes nothing and asks the same law as the step. Somebody whose application is refused is listed with the
reason, which is no fault of the list, and the others go on. Whoever has applied already is
passed over, so the same list a second time changes nothing. The run is in ``applicant_runs``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select
from sqlmodel import Session

from states.clocks import local_day
from states.facts import Actor
from states.refusals import Refusal, StepNotOffered
from states.say import Translate, say
from workflow import people, queries, reception
from workflow.application_outlook import Outlook
from workflow.imports import carried
from workflow.imports.applicant_rows import Homes, Window, read_rows
from workflow.imports.applicant_words import CALLED, COLUMNS, TEMPLATE, TEMPLATE_VERSION
from workflow.imports.carried import Cells, Gone
from workflow.imports.person_rows import sound_ones, tables_of, unread
from workflow.imports.table import CellFault
from workflow.imports.workbook import NotReadable, read_sheets
from workflow.office import Office
from workflow.queries import OpeningLine, scoped
from workflow.reception import Arriving
from workflow.sealing import Place, Seal
from workflow.tables import metadata

#: one list is one announcement of a county: more is a file of something else
MOST_ROWS = 1000
_hire, _person, _line = (metadata.tables[name] for name in ("hire", "person", "import_line"))


class ListGone(Gone):
    """The list that was looked at is not the one that came back, or not of this day, person or announcement."""

    def __init__(self) -> None:
        super().__init__(say("名单已失效或没有完整传过来，什么都没有导入。请重新选择文件"))


@dataclass(frozen=True, slots=True)
class Line:
    """A sound row: what the register takes, by which route and on which day the application came in (None: today)."""

    sheet: str
    row: int
    given: Mapping[str, Any]
    route: str = "open"
    on: date | None = None

    @property
    def name(self) -> str:
        return str(self.given["name"])

    def plain(self) -> dict[str, Any]:
        """The row as it is sealed."""
        return {"sheet": self.sheet, "row": self.row, "given": self.given, "route": self.route, "on": self.on}

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Line:
        """The row again, from ``plain``."""
        on = None if values["on"] is None else date.fromisoformat(str(values["on"]))
        return cls(values["sheet"], values["row"], values["given"], values["route"], on)


@dataclass(slots=True)
class Applicants:
    """A list as it was read. ``rows``: how many people it has; ``lines``: those without a fault."""

    digest: str = ""
    cells: Cells = ()
    rows: int = 0
    lines: list[Line] = field(default_factory=list)
    faults: list[CellFault] = field(default_factory=list)
    warnings: list[CellFault] = field(default_factory=list)

    @property
    def faulty_rows(self) -> int:
        return len({(fault.sheet, fault.row) for fault in self.faults if fault.row})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of a row. ``kind``: new (comes into the register), known, already (has applied), refused.

    ``differs``: what the list says otherwise than the register, which is left as it is. ``ended``: the application that
    is there has come to its end.
    """

    line: Line
    kind: str
    hire_id: int | None = None
    seq: int = 0
    differs: tuple[str, ...] = ()
    refusal: Refusal | None = None
    ended: bool = False


# ---- reading -----------------------------------------------------------------------------------------------------


def opening_of(office: Office, opening_id: int, actor: Actor) -> OpeningLine:
    """The announcement whose applications the actor takes. Raises StepNotOffered."""
    with office.database.reading() as connection:
        line = queries.opening_line(connection, scoped(actor), opening_id)
    if line is None:
        raise StepNotOffered(say("没有这则公告，或您无权查看"), opening_id=opening_id)
    if not actor.roles_in(line.region) & reception.takers(office.procedure(line.procedure)):
        raise StepNotOffered(say("您在这个地区没有受理报名的职责"), forbidden=True)
    return line


def read(office: Office, seal: Seal, path: Path, opening: OpeningLine, at: datetime) -> Applicants:
    """The list in ``path`` (.xlsx, .xls, .csv), with every fault of every row. Raises NotReadable, OSError."""
    sheets = read_sheets(path)
    tables = tables_of(sheets, COLUMNS, TEMPLATE, TEMPLATE_VERSION, CALLED)
    today = local_day(at)
    found = Applicants(carried.digest_of(path), carried.cells_of(sheets), warnings=unread(tables))
    with office.database.reading() as connection:
        window = Window(opening.announced_on, today)
        entries = read_rows(tables, Homes(connection, opening.region), window, found.faults, found.warnings)
    found.rows = len(entries)
    if not entries:
        raise NotReadable(say("表中没有报名人。请从表头的下一行起填写，一人一行"))
    if len(entries) > MOST_ROWS:
        raise NotReadable(say("一次最多导入{most}人，表中有{n}人。请分成几份", most=MOST_ROWS, n=len(entries)))
    sound = sound_ones(entries, seal, today, found.faults, found.warnings)
    found.lines = [Line(one.row.sheet, one.row.number, carried.plain(one.given), one.route, one.on) for one in sound]
    found.faults.sort(key=lambda fault: (fault.sheet, fault.row))
    return found


# ---- looking -----------------------------------------------------------------------------------------------------


def preview(
    office: Office, seal: Seal, opening: OpeningLine, lines: Sequence[Line], actor: Actor, at: datetime
) -> list[Outcome]:
    """What would become of each row. ``at`` is aware. Nothing is written."""
    procedure = office.procedure(opening.procedure)
    with office.database.reading() as connection, Session(bind=connection) as session:
        law = Outlook(office, connection, Arriving(opening.id, procedure), actor, at)
        return [_foreseen(session, seal, law, line, at) for line in lines]


def _foreseen(session: Session, seal: Seal, law: Outlook, line: Line, at: datetime) -> Outcome:
    try:
        person = people.foreseen(session, seal, line.given, at)
        before = earlier(law.connection, law.arriving.opening_id, person.key)
        if before is not None:
            return passed_over(line, before)
        law.ask(person.person, line.route, line.on)
    except Refusal as refusal:
        return Outcome(line, "refused", refusal=refusal)
    return Outcome(line, "new" if person.person_id is None else "known", differs=person.differs)


def earlier(connection: Connection, opening_id: int, key: str) -> tuple[int, bool] | None:
    """The hire of this person on this opening, and whether their application has ended there; a living one first.

    An application of an import that was undone is as if it had never come in.
    """
    undone = select(_line.c.hire_id).where(_line.c.hire_id == _hire.c.id, _line.c.undo_id.is_not(None)).exists()
    asked = (
        select(_hire.c.id, _hire.c.state)
        .join(_person, _person.c.id == _hire.c.person_id)
        .where(_hire.c.opening_id == opening_id, _person.c.key == key, ~(undone & (_hire.c.state == "withdrawn")))
        .order_by(_hire.c.id)
    )
    found = [(int(row.id), row.state in ("rejected", "withdrawn")) for row in connection.execute(asked)]
    return min(found, key=lambda one: one[1], default=None)


def passed_over(line: Line, before: tuple[int, bool]) -> Outcome:
    """Whoever was refused or took the application back does not apply again by an old list; the desk takes them."""
    return Outcome(line, "already", before[0], ended=before[1])


# ---- from the look to the run ------------------------------------------------------------------------------------


def wrapped(
    seal: Seal, opening_id: int, actor: Actor, at: datetime, found: Applicants, translate: Translate | None = None
) -> str:
    """The list as it travels through the form, sealed for this announcement, person and day. ``translate``: of faults.

    It has the id of the run, so that a button pressed twice is one run.
    """
    return carried.wrapped(
        seal,
        _bound(opening_id, actor, at),
        at,
        digest=found.digest,
        content={"rows": found.rows, "lines": [carried.plain(line.plain()) for line in found.lines]},
        faults=found.faults,
        warnings=found.warnings,
        cells=found.cells,
        translate=translate,
    )


@dataclass(frozen=True, slots=True)
class Unwrapped:
    """The list again: the id of its run, its sound rows, and what was wrong in words."""

    run_id: str
    rows: int
    lines: tuple[Line, ...]
    sent: carried.Carried

    @property
    def faults(self) -> tuple[Mapping[str, Any], ...]:
        return self.sent.faults

    @property
    def warnings(self) -> tuple[Mapping[str, Any], ...]:
        return self.sent.warnings


def unwrapped(seal: Seal, opening_id: int, actor: Actor, at: datetime, text: str) -> Unwrapped:
    """What ``wrapped`` made. Raises ListGone for anything else, and on another day."""
    sent = carried.unwrapped(seal, _bound(opening_id, actor, at), text, ListGone())
    lines = tuple(Line.of(values) for values in sent.content["lines"])
    return Unwrapped(sent.run_id, sent.content["rows"], lines, sent)


def _bound(opening_id: int, actor: Actor, at: datetime) -> Place:
    return carried.place_of("applicants", str(opening_id), actor, at)
