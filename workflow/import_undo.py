"""Undoing an import (撤销导入): looked at, asked for with a reason, and carried out by another person.

What somebody has built on stays and is named; the rest can be taken back, all or some of it, by entries of its own.
Nothing is taken out of any record. A line is taken back once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from states.facts import Actor
from states.refusals import InputRefused, Refusal, StepNotOffered
from states.say import say
from workflow import import_runs, office_log
from workflow.import_runs import BOOK, line, lines_of, one_run, undo
from workflow.office import Office
from workflow.plain_words import words
from workflow.queries.scope import scoped
from workflow.sealing import Seal
from workflow.undoing.common import BuiltOn, Kind, Undoing
from workflow.undoing.records import Months, Places, Registrations, Results
from workflow.undoing.steps import Applications, Entries, Notes, Proposals, taken

UNDOERS: Mapping[str, Kind] = {
    import_runs.APPLICANTS: Applications(),
    import_runs.ATTENDANCE: Months(),
    import_runs.ASSESSMENT: Proposals(),
    import_runs.POINTS: Notes(),
    import_runs.BANK_RETURN: Results(),
    import_runs.ROSTER: Registrations(),
    import_runs.ALLOCATION: Places(),
    import_runs.OLD_POSTS: Entries(),
}


class NoSuchRun(Refusal):
    """There is no such import, or not for this actor."""

    def __init__(self) -> None:
        super().__init__(say("没有这次导入，或您无权查看"))


@dataclass(frozen=True, slots=True)
class Outlook:
    """A line, and why it cannot be taken back; None: it can. ``undone``: it was already."""

    line: Row[Any]
    why: Refusal | None
    undone: bool


@dataclass(frozen=True, slots=True)
class Undone:
    """What came of an undoing: the numbers of the lines that were taken back, and what stood against the others."""

    lines: tuple[int, ...]
    refused: Mapping[int, Refusal]


def may(office: Office, run: Row[Any], actor: Actor) -> bool:
    """Whether the actor may ask for the undoing of a run, or carry it out."""
    return UNDOERS[run.kind].may(office, run, actor)


def preview(office: Office, seal: Seal, run: Row[Any], actor: Actor, at: datetime) -> list[Outlook]:
    """What could be taken back now, line by line. ``at`` is aware. Nothing is written."""
    undoing = Undoing(office, seal, run, actor, at, say("撤销导入").text())
    with office.database.reading() as connection:
        lines = lines_of(connection, run.id)
        looked = UNDOERS[run.kind].look(connection, undoing, [one for one in lines if one.undo_id is None])
    return [Outlook(one, looked.get(one.number), one.undo_id is not None) for one in lines]


def ask(
    office: Office, seal: Seal, run_id: str, numbers: Sequence[int], reason: str, actor: Actor, at: datetime
) -> int:
    """Asks that lines of a run be taken back and returns the number of the undoing; another person decides.

    Raises NoSuchRun, StepNotOffered for whoever may not, or while another undoing waits, InputRefused without a reason
    or for lines that cannot be taken back.
    """
    run, kept = _run(office, run_id, actor), words(reason, 2, 300)
    faults = {} if kept is not None else {"reason": say("请写明撤销的理由（2至300字）")}
    open_ones = {one.line.number for one in preview(office, seal, run, actor, at) if not one.undone and one.why is None}
    chosen = sorted(set(numbers))
    if not chosen or not set(chosen) <= open_ones:
        faults["lines"] = say("请选择可以撤销的项；名单刚刚有变动的，请再看一次")
    if faults:
        raise InputRefused(faults)
    values = {
        "run_id": run_id,
        "region": run.region,
        "lines": chosen,
        "reason": kept,
        "asked_by": actor.person_key,
        "asked_for": _principal(office, run, actor),
        "account_id": actor.account_id,
        "asked_at": at,
        "undone": 0,
    }
    try:
        with office.database.transaction() as connection:
            number = int(connection.execute(insert(undo).values(values).returning(undo.c.id)).scalar_one())
            facts = {"undo": number, "run": run_id, "lines": len(chosen)}
            office_log.write(connection, BOOK, "asked", actor, at, facts, office.setting.algorithm)
            return number
    except IntegrityError as error:
        raise StepNotOffered(say("这次导入已有一份撤销申请在等待另一人办理")) from error


def decide(office: Office, seal: Seal, number: int, actor: Actor, at: datetime, *, uphold: bool) -> Undone:
    """Another person carries an undoing out, or turns it down. What cannot be taken back any more is named and stays.

    The decision is kept first, so that nobody decides otherwise meanwhile; what broke off is gone on with by asking
    again. Raises NoSuchRun, StepNotOffered for whoever asked, in whatever office, or may not.
    """
    with office.database.reading() as connection:
        row = connection.execute(select(undo).where(undo.c.id == number)).one_or_none()
    if row is None:
        raise NoSuchRun
    run = _run(office, row.run_id, actor)
    _second(row, actor)
    if not (uphold and unfinished(row, actor)):
        with office.database.transaction() as connection:
            _claim(office, connection, row, actor, at, uphold)
    if not uphold:
        return Undone((), {})
    undoing = Undoing(office, seal, run, actor, at, row.reason, number)
    refused = _carry_out(undoing, row)
    with office.database.transaction() as connection:
        done = _finish(office, connection, row, actor, at)
    return Undone(done, {one: why for one, why in refused.items() if why is not None and one not in done})


def unfinished(row: Row[Any], actor: Actor) -> bool:
    """Whether the actor began to carry an undoing out and it broke off."""
    return bool(row.upheld) and row.finished_at is None and row.decided_by == actor.person_key


def _second(row: Row[Any], actor: Actor) -> None:
    if row.decided_by is not None and not unfinished(row, actor):
        raise StepNotOffered(say("这份撤销申请已经办理"))
    keys = {actor.person_key, *(grant.deputy_for for grant in actor.grants if grant.deputy_for)}
    if {row.asked_by, row.asked_for} & keys:
        raise StepNotOffered(say("撤销由您提出，须由另一人办理"), forbidden=True)


def _claim(office: Office, connection: Connection, row: Row[Any], actor: Actor, at: datetime, uphold: bool) -> None:
    """Decides, as the only one who does."""
    held = update(undo).where(undo.c.id == row.id, undo.c.decided_by.is_(None))
    values = {"decided_by": actor.person_key, "decided_at": at, "upheld": uphold}
    values["finished_at"] = None if uphold else at
    if connection.execute(held.values(values)).rowcount != 1:
        raise StepNotOffered(say("这份撤销申请已经办理"))
    facts = {"undo": row.id, "run": row.run_id}
    act = "undo_begun" if uphold else "undo_refused"
    office_log.write(connection, BOOK, act, actor, at, facts, office.setting.algorithm)


def _carry_out(undoing: Undoing, row: Row[Any]) -> Mapping[int, Refusal | None]:
    """Takes the lines back that still can be, each kept with the mark that it was."""
    office, kind = undoing.office, UNDOERS[undoing.run.kind]
    with office.database.transaction() as connection:
        mine = [one for one in lines_of(connection, undoing.run.id) if one.number in row.lines and one.undo_id is None]
        before = taken(connection, undoing, mine)
        if before:
            undoing.mark(connection, *before)
    lines = [one for one in mine if one.number not in before]
    with office.database.reading() as connection:
        looked = kind.look(connection, undoing, lines)
    return {**looked, **kind.take_back(undoing, [one for one in lines if looked[one.number] is None])}


def _finish(office: Office, connection: Connection, row: Row[Any], actor: Actor, at: datetime) -> tuple[int, ...]:
    """The lines that this undoing took back, in all its tries; counted and told once."""
    marked = select(line.c.number).where(line.c.run_id == row.run_id, line.c.undo_id == row.id).order_by(line.c.number)
    done = tuple(connection.execute(marked).scalars())
    open_ = update(undo).where(undo.c.id == row.id, undo.c.finished_at.is_(None))
    if connection.execute(open_.values(undone=len(done), finished_at=at)).rowcount == 1:
        facts = {"undo": row.id, "run": row.run_id, "lines": len(done), "left": len(row.lines) - len(done)}
        office_log.write(connection, BOOK, "undone", actor, at, facts, office.setting.algorithm)
    return done


def _principal(office: Office, run: Row[Any], actor: Actor) -> str | None:
    """Whom somebody stands in for who may ask only as a deputy."""
    if may(office, run, replace(actor, grants=tuple(grant for grant in actor.grants if not grant.deputy_for))):
        return None
    as_deputy = (grant for grant in actor.grants if grant.deputy_for)
    return next((one.deputy_for for one in as_deputy if may(office, run, replace(actor, grants=(one,)))), None)


def _run(office: Office, run_id: str, actor: Actor) -> Row[Any]:
    with office.database.reading() as connection:
        run = one_run(connection, scoped(actor), run_id)
    if run is None:
        raise NoSuchRun
    if not may(office, run, actor):
        raise StepNotOffered(say("您在这个地区没有办理这类导入的职责"), forbidden=True)
    return run


__all__ = ["BuiltOn", "NoSuchRun", "Outlook", "Undone", "ask", "decide", "may", "preview", "unfinished"]
