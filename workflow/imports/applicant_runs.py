"""Running a list of applicants (导入报名人): each is registered and applies, both or neither, and the run is kept.

A run that was cut off can be repeated: whoever was taken has applied already. Who ran what, and with which outcome,
stands in the office log (book ``bulk``), what tells of people sealed: that it began before the first row is taken, so
that what a process left behind that was killed is known by its run, and what became of it at the end. A run that found
everybody there changed nothing and is not logged.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import Connection, select

from states.facts import Actor
from states.refusals import Refusal
from workflow import bulk_runs, import_runs, office_log, reception
from workflow.imports.applicants import Line, Outcome, earlier, passed_over
from workflow.office import Office
from workflow.queries import OpeningLine
from workflow.reception import Arriving
from workflow.sealing import Seal
from workflow.tables import metadata

BEGUN, IMPORTED = "applicants_begun", "applicants_imported"
_hire, _entry = metadata.tables["hire"], metadata.tables["audit_entry"]


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that was not taken, and why in words."""

    row: int
    sheet: str
    name: str
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """A run as it was kept. ``done``: hires and the numbers of their entries; ``created``: how many were registered."""

    id: str
    at: datetime
    opening_id: int
    done: tuple[tuple[int, int], ...]
    created: int
    already: int
    faulty: int
    refused: tuple[Refused, ...]


Reasons = Callable[[Refusal], Sequence[str]]


def run(
    office: Office,
    seal: Seal,
    opening: OpeningLine,
    run_id: str,
    lines: Sequence[Line],
    actor: Actor,
    at: datetime,
    reasons: Reasons,
    *,
    faulty: int = 0,
    digest: str = "",
) -> Run:
    """Registers and applies row by row, then keeps who did and what became of it. A kept run is not run again.

    ``reasons``: a refusal in the words of the reader. ``faulty``: how many rows of the file were left out;
    ``digest``: of the file, by which the run is found among all imports.
    """
    kept = kept_run(office, seal, run_id, actor)
    if kept is not None:
        return kept
    outcomes, begun = list[Outcome](), False
    for line in lines:
        before = _earlier(office, seal, opening, line)
        if before is not None:
            outcomes.append(passed_over(line, before))
            continue
        if not begun:
            _log_begun(office, opening, run_id, digest, actor, at)
            begun = True
        outcomes.append(_taken(office, seal, opening, run_id, line, actor, at))
    found = _summed(run_id, opening.id, at, outcomes, reasons, faulty)
    told = import_runs.Told(run_id, import_runs.APPLICANTS, opening.region, str(opening.id), digest, faulty)
    if found.done or found.refused:
        _log(office, seal, found, actor, told)
    elif lines:  # of a run that was killed before it was written down, the trail still tells
        with office.database.transaction() as connection:
            import_runs.keep(office, connection, told, _lines(connection, found), actor, at)
    return found


def _earlier(office: Office, seal: Seal, opening: OpeningLine, line: Line) -> tuple[int, bool] | None:
    key = seal.person_key(str(line.given["id_number"]))
    with office.database.reading() as connection:
        return earlier(connection, opening.id, key)


def _log_begun(office: Office, opening: OpeningLine, run_id: str, digest: str, actor: Actor, at: datetime) -> None:
    """Kept before anybody is taken: whose run it is, of which file and for which announcement."""
    facts = {"run": run_id, "opening": opening.id, "file": digest}
    with office.database.session() as session:
        office_log.write(session, bulk_runs.BOOK, BEGUN, actor, at, facts, office.setting.algorithm)


def _taken(
    office: Office, seal: Seal, opening: OpeningLine, run_id: str, line: Line, actor: Actor, at: datetime
) -> Outcome:
    arriving = Arriving(opening.id, office.procedure(opening.procedure), line.route, line.on, run_id)
    try:
        taken = reception.register_and_apply(office, seal, arriving, line.given, actor, at)
    except Refusal as refusal:
        before = _earlier(office, seal, opening, line)  # somebody else may just have taken it
        return Outcome(line, "refused", refusal=refusal) if before is None else passed_over(line, before)
    kind = "new" if taken.person.created else "known"
    return Outcome(line, kind, taken.hire_id, taken.seq, taken.person.differs)


def _summed(
    run_id: str, opening_id: int, at: datetime, outcomes: Sequence[Outcome], reasons: Reasons, faulty: int
) -> Run:
    taken = [one for one in outcomes if one.kind in ("new", "known")]
    return Run(
        id=run_id,
        at=at,
        opening_id=opening_id,
        done=tuple((one.hire_id or 0, one.seq) for one in taken),
        created=sum(one.kind == "new" for one in taken),
        already=sum(one.kind == "already" for one in outcomes),
        faulty=faulty,
        refused=tuple(
            Refused(one.line.row, one.line.sheet, one.line.name, tuple(reasons(one.refusal)))
            for one in outcomes
            if one.refusal is not None
        ),
    )


def _log(office: Office, seal: Seal, found: Run, actor: Actor, about: import_runs.Told) -> None:
    told = [(one.sheet, one.name, *one.why) for one in found.refused]
    facts = {
        "run": found.id,
        "opening": found.opening_id,
        "done": [list(pair) for pair in found.done],
        "created": found.created,
        "already": found.already,
        "faulty": found.faulty,
        "refused": [one.row for one in found.refused],
        "reasons": bulk_runs.sealed(seal, found.id, told),
    }
    with office.database.session() as session:
        office_log.write(session, bulk_runs.BOOK, IMPORTED, actor, found.at, facts, office.setting.algorithm)
        connection = session.connection()
        import_runs.keep(office, connection, about, _lines(connection, found), actor, found.at)


def _lines(connection: Connection, found: Run) -> list[import_runs.Changed]:
    """The applications of a run, by its number in their trail: of one that was cut off and begun again, all of them."""
    asked = (
        select(_entry.c.hire_id, _entry.c.seq, _entry.c.body, _hire.c.person_id)
        .join(_hire, _hire.c.id == _entry.c.hire_id)
        .where(_hire.c.opening_id == found.opening_id, _entry.c.body.contains(found.id, autoescape=True))
        .order_by(_entry.c.hire_id)
    )
    rows = [row for row in connection.execute(asked) if orjson.loads(row.body).get("batch") == found.id]
    return [import_runs.Changed("new", str(row.hire_id), row.hire_id, row.person_id, row.seq) for row in rows]


def kept_run(office: Office, seal: Seal, run_id: str, actor: Actor) -> Run | None:
    """A run of this person's as it was kept; None for one that is not there, or somebody else's.

    A button pressed twice at once may have been logged in two parts, which are one run.
    """
    parts = bulk_runs.logged(office, IMPORTED, run_id, actor)
    if not parts:
        return None
    at, first = parts[0]
    refused: dict[tuple[str, int], Refused] = {}
    for _, facts in parts:
        told = bulk_runs.opened(seal, run_id, facts["reasons"])
        for row, (sheet, name, *why) in zip(facts["refused"], told, strict=True):
            refused[sheet, row] = Refused(row, sheet, name, tuple(why))
    return Run(
        id=run_id,
        at=at,
        opening_id=first["opening"],
        done=tuple((hire, seq) for _, facts in parts for hire, seq in facts["done"]),
        created=sum(facts["created"] for _, facts in parts),
        already=first["already"],
        faulty=first["faulty"],
        refused=tuple(refused.values()),
    )
