"""Taking back what an import did by steps (以办理撤销): applications, old posts, proposed assessments, noted points.

The way back is a step of its own for each hire, so every guard holds and the trail tells of both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from states.facts import Actor, Hire
from states.house import TAKE_BACK
from states.procedure import Procedure
from states.refusals import Refusal, StepNotOffered
from states.say import say
from states.steps import Step
from states.vocabulary import State
from workflow import assessment_sheets, engine, old_posts, queries, reception
from workflow.entries import built_on
from workflow.imports.point_rows import NOTE, STRIKE
from workflow.office import Office
from workflow.queries.scope import scoped
from workflow.reading import load_hires
from workflow.tables import metadata
from workflow.undoing.common import BuiltOn, Line, Undoing

#: what may have been done since without anybody building on the application
_BESIDE = frozenset({"comment", "attach", "reassign"})
entry, point, idempotency = (metadata.tables[name] for name in ("audit_entry", "point", "idempotency"))


class Applications:
    """Hires that have not moved on since they applied are withdrawn (撤回报名)."""

    def may(self, office: Office, run: Row[Any], actor: Actor) -> bool:
        with office.database.reading() as connection:
            opening = queries.opening_line(connection, scoped(actor), int(run.subject))
        return opening is not None and bool(
            actor.roles_in(opening.region) & reception.takers(office.procedure(opening.procedure))
        )

    def look(self, connection: Connection, undoing: Undoing, lines: Sequence[Line]) -> Mapping[int, Refusal | None]:
        hires = load_hires(connection, [line.hire_id for line in lines])
        moved = _since(connection, hires)
        found: dict[int, Refusal | None] = {}
        for line in lines:
            hire = hires[line.hire_id]
            procedure = undoing.office.procedure(hire.procedure)
            acts = [act for seq, act in moved[line.hire_id] if seq > line.seq and act not in _BESIDE]
            found[line.number] = BuiltOn(_named(procedure, hire, acts[-1])) if acts else None
            if not acts:
                found[line.number] = _try(undoing, connection, hire, *self._order(undoing, procedure, hire))
        return found

    def take_back(self, undoing: Undoing, lines: Sequence[Line]) -> Mapping[int, Refusal | None]:
        with undoing.office.database.reading() as connection:
            hires = load_hires(connection, [line.hire_id for line in lines])
        found = {}
        for line in lines:
            hire = hires[line.hire_id]
            order = self._order(undoing, undoing.office.procedure(hire.procedure), hire)
            found[line.number] = _taken(undoing, line, *order, version=hire.version)
        return found

    def _order(self, undoing: Undoing, procedure: Procedure, hire: Hire) -> tuple[str, dict[str, Any]]:
        step = _withdrawal(procedure, hire.stage)
        said = say("导入有误，撤销报名：{reason}", reason=undoing.reason).text()[:500]
        return ("" if step is None else step.act), {"opinion": said}


def _withdrawal(procedure: Procedure, stage: str) -> Step | None:
    """The step by which an application is taken back at a stage."""
    for step in procedure.steps_from.get(stage, ()):
        if step.to and procedure.stage_by_name[step.to].state is State.WITHDRAWN and not step.automatic:
            return step
    return None


def _since(connection: Connection, hires: Mapping[int, Hire]) -> dict[int, list[tuple[int, str]]]:
    """The entries of hires, in their order."""
    found: dict[int, list[tuple[int, str]]] = {hire_id: [] for hire_id in hires}
    asked = select(entry.c.hire_id, entry.c.seq, entry.c.act).where(entry.c.hire_id.in_(list(hires)))
    for row in connection.execute(asked.order_by(entry.c.hire_id, entry.c.seq)):
        found[row.hire_id].append((row.seq, row.act))
    return found


def _named(procedure: Procedure, hire: Hire, act: str) -> Any:
    step = next((step for step in procedure.steps if step.act == act), None)
    named = step.zh if step is not None else act
    return say("此后已经办理“{step}”，不能再撤销；请在聘用{hire}里办理", step=named, hire=hire.id)


class Entries:
    """People entered on old posts of whom nothing more is on record are taken back (撤销录入)."""

    def may(self, office: Office, run: Row[Any], actor: Actor) -> bool:
        return bool(actor.roles_in(run.region) & old_posts.enterers(office))

    def look(self, connection: Connection, undoing: Undoing, lines: Sequence[Line]) -> Mapping[int, Refusal | None]:
        hires = load_hires(connection, [line.hire_id for line in lines])
        moved, marked = _since(connection, hires), built_on(connection, list(hires))
        found: dict[int, Refusal | None] = {}
        for line in lines:
            hire = hires[line.hire_id]
            acts = [act for seq, act in moved[line.hire_id] if seq > line.seq and act not in _BESIDE]
            found[line.number] = None
            if acts:
                found[line.number] = BuiltOn(_named(undoing.office.procedure(hire.procedure), hire, acts[-1]))
            elif hire.id in marked:
                said = say("此后已经记了考勤或者编了发放表，不能再撤销；请在聘用{hire}里办理", hire=hire.id)
                found[line.number] = BuiltOn(said)
        return found

    def take_back(self, undoing: Undoing, lines: Sequence[Line]) -> Mapping[int, Refusal | None]:
        said = say("导入有误，撤销录入：{reason}", reason=undoing.reason).text()[:500]
        return {line.number: _taken(undoing, line, old_posts.TAKE_BACK, {"opinion": said}) for line in lines}


class Proposals:
    """A proposal that nobody has reviewed or signed is taken back, or the one before it proposed again (撤回考核)."""

    def may(self, office: Office, run: Row[Any], actor: Actor) -> bool:
        return assessment_sheets.may_fill(actor, run.region, _document(office, run))

    def look(self, connection: Connection, undoing: Undoing, lines: Sequence[Line]) -> Mapping[int, Refusal | None]:
        hires = load_hires(connection, [line.hire_id for line in lines])
        return {line.number: self._looked(connection, undoing, hires[line.hire_id], line) for line in lines}

    def _looked(self, connection: Connection, undoing: Undoing, hire: Hire, line: Line) -> Refusal | None:
        dossier = hire.dossier
        if line.change != "removed" and dossier.proposed_seq != line.seq:
            return BuiltOn(say("此后已经审定或者重新提出，不能再撤销；请在聘用{hire}里办理", hire=hire.id))
        if dossier.proposed_reviewed or dossier.signatures:
            return BuiltOn(say("此后已经复核或者签署审定，不能再撤销；请在聘用{hire}里办理", hire=hire.id))
        if line.change == "removed" and dossier.proposed_seq is not None:
            return BuiltOn(say("此后已经重新提出，不能再撤销；请在聘用{hire}里办理", hire=hire.id))
        return _try(undoing, connection, hire, *_back(undoing, line))

    def take_back(self, undoing: Undoing, lines: Sequence[Line]) -> Mapping[int, Refusal | None]:
        return {line.number: _taken(undoing, line, *_back(undoing, line)) for line in lines}


def _back(undoing: Undoing, line: Line) -> tuple[str, dict[str, Any]]:
    """The step that takes a proposal back: the one before it again, or none at all."""
    if line.before is None:
        return TAKE_BACK, {"reason": undoing.reason}
    payload = dict(line.before)
    return payload.pop("act"), payload


class Notes:
    """Points that were noted are struck, and those that were struck are noted again (撤销加分扣分)."""

    def may(self, office: Office, run: Row[Any], actor: Actor) -> bool:
        return assessment_sheets.may_fill(actor, run.region, _document(office, run))

    def look(self, connection: Connection, undoing: Undoing, lines: Sequence[Line]) -> Mapping[int, Refusal | None]:
        hires = load_hires(connection, [line.hire_id for line in lines])
        found: dict[int, Refusal | None] = {}
        for line in lines:
            hire = hires[line.hire_id]
            standing = {note.seq for note in hire.dossier.points}
            if line.change == "new" and line.seq not in standing:
                said = say("此后已经撤销或者审定，不能再撤销；请在聘用{hire}里办理", hire=hire.id)
                found[line.number] = BuiltOn(said)
            else:
                found[line.number] = _try(undoing, connection, hire, *self._order(connection, undoing, line))
        return found

    def take_back(self, undoing: Undoing, lines: Sequence[Line]) -> Mapping[int, Refusal | None]:
        with undoing.office.database.reading() as connection:
            orders = {line.number: self._order(connection, undoing, line) for line in lines}
        return {line.number: _taken(undoing, line, *orders[line.number]) for line in lines}

    def _order(self, connection: Connection, undoing: Undoing, line: Line) -> tuple[str, dict[str, Any]]:
        if line.change == "new":
            return STRIKE, {"seq": line.seq, "reason": undoing.reason}
        asked = select(point).where(point.c.hire_id == line.hire_id, point.c.struck_seq == line.seq)
        note = connection.execute(asked).one()
        given = {"year": note.year, "item": note.item, "evidence": note.evidence}
        if note.month is not None:
            check = {"month": note.month, "listed": note.listed, "asked": note.number, "correct": note.correct}
            return NOTE, {**given, **check}
        counted = {"number": note.number, "authors": note.authors}
        return NOTE, {**given, **counted, "level": note.level, "matter": note.matter}


def _document(office: Office, run: Row[Any]) -> Procedure:
    return office.catalogue.current(str(run.subject).split(" ")[0])


def _try(undoing: Undoing, connection: Connection, hire: Hire, act: str, payload: Mapping[str, Any]) -> Refusal | None:
    """What the law says of a step, without taking it."""
    if not act:
        return StepNotOffered(say("现在的环节不能撤销报名；请在聘用{hire}里办理", hire=hire.id))
    try:
        engine.outlook(undoing.office, connection, hire.id, hire, act, undoing.actor, undoing.at, payload)
    except Refusal as refusal:
        return refusal
    return None


def _taken(
    undoing: Undoing, line: Line, act: str, payload: Mapping[str, Any], version: int | None = None
) -> Refusal | None:
    """Takes the step that leads back, once however often it is asked for; what broke off then is found by ``taken``."""
    told: dict[str, Any] = {"key": undoing.key(line), "batch": undoing.batch, "expected_version": version}
    try:
        engine.perform(undoing.office, line.hire_id, act, undoing.actor, undoing.at, payload, **told)
    except Refusal as refusal:
        return refusal
    with undoing.office.database.transaction() as connection:
        undoing.mark(connection, line.number)
    return None


def taken(connection: Connection, undoing: Undoing, lines: Sequence[Line]) -> list[int]:
    """The lines whose step an earlier try of this undoing took, and could no more say so."""
    keys = {undoing.key(line): line.number for line in lines}
    mine = (idempotency.c.account_id == (undoing.actor.account_id or 0), idempotency.c.key.in_(keys))
    return [keys[key] for key in connection.execute(select(idempotency.c.key).where(*mine)).scalars()]
