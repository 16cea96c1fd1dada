"""Taking back what an import wrote beside the hires (撤销登记): months, registrations, places, results of the bank."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import orjson
from sqlalchemy import Connection, Row, delete, func, select, update
from sqlmodel import Session

from states.attendance import KEEPERS
from states.facts import Actor
from states.refusals import InputRefused, Refusal
from states.say import say
from states.vocabulary import Role
from workflow import attendance, people, person_log
from workflow.office import Office
from workflow.pay_sheets import PAYERS
from workflow.people import REGISTRARS
from workflow.sealing import Place, Seal
from workflow.tables import Person, metadata
from workflow.undoing.common import BuiltOn, Line, Undoing

hire, log, allocation, result = (metadata.tables[name] for name in ("hire", "person_log", "allocation", "pay_result"))
#: who sets places of an annex right
PLANNERS = frozenset({Role.HRSS, Role.COUNTY})


class Months:
    """A month returns to what it was, as a new writing (撤销考勤导入)."""

    def may(self, office: Office, run: Row[Any], actor: Actor) -> bool:
        return bool(actor.roles_in(run.region) & (KEEPERS | attendance.CONFIRMERS))

    def look(self, connection: Connection, undoing: Undoing, lines: Sequence[Line]) -> Mapping[int, Refusal | None]:
        return {line.number: self._outlook(connection, undoing, line)[1] for line in lines}

    def take_back(self, undoing: Undoing, lines: Sequence[Line]) -> Mapping[int, Refusal | None]:
        found: dict[int, Refusal | None] = {}
        by_month: dict[date, list[attendance.Outlook]] = defaultdict(list)
        with undoing.office.database.transaction() as connection:
            for line in lines:
                outlook, found[line.number] = self._outlook(connection, undoing, line)
                if outlook is not None:
                    by_month[_month(line)].append(outlook)
            for month, outlooks in by_month.items():
                attendance.took_back(undoing.office, connection, month, outlooks, undoing.actor, undoing.at)
            _mark(connection, undoing, found)
        return found

    def _outlook(
        self, connection: Connection, undoing: Undoing, line: Line
    ) -> tuple[attendance.Outlook | None, Refusal | None]:
        about = (line.hire_id, _month(line), line.seq, line.before)
        try:
            return attendance.put_back(undoing.office, connection, *about, undoing.actor, undoing.at), None
        except attendance.StaleMonth:
            return None, BuiltOn(say("此后本月考勤又有人改过，不能再撤销；请在考勤表上改"))
        except Refusal as refusal:
            return None, refusal


def _mark(connection: Connection, undoing: Undoing, found: Mapping[int, Refusal | None]) -> None:
    """In the same transaction: the lines that were taken back are said to be."""
    undoing.mark(connection, *(number for number, why in found.items() if why is None))


def _month(line: Line) -> date:
    return date.fromisoformat(str(line.about).partition(":")[2])


class Registrations:
    """A registration that nobody has used goes out of use; what was changed is changed back (撤销登记)."""

    def may(self, office: Office, run: Row[Any], actor: Actor) -> bool:
        return bool(actor.roles_in(run.region) & REGISTRARS)

    def look(self, connection: Connection, undoing: Undoing, lines: Sequence[Line]) -> Mapping[int, Refusal | None]:
        return {line.number: _used(connection, line) for line in lines}

    def take_back(self, undoing: Undoing, lines: Sequence[Line]) -> Mapping[int, Refusal | None]:
        found: dict[int, Refusal | None] = {}
        for line in lines:
            try:
                with undoing.office.database.session() as session:
                    used = _used(session.connection(), line)
                    if used is None:
                        self._back(session, undoing, line)
                        undoing.mark(session.connection(), line.number)
                    found[line.number] = used
            except Refusal as refusal:
                found[line.number] = refusal
        return found

    def _back(self, session: Session, undoing: Undoing, line: Line) -> None:
        algorithm = undoing.office.setting.algorithm
        if line.change == "new":
            people.take_out_of_use(
                session, undoing.seal, line.person_id, undoing.actor, undoing.at, undoing.reason, algorithm=algorithm
            )
            return
        values = opened(undoing.seal, undoing.run.id, line)
        reason = say("撤销导入：{reason}", reason=undoing.reason).text()[:200]
        who = (undoing.actor, undoing.at)
        people.update_person(session, undoing.seal, line.person_id, values, *who, reason=reason, algorithm=algorithm)


def _used(connection: Connection, line: Line) -> Refusal | None:
    """What was done with a registration since: a hire, or a change. Reading a number is no use of it."""
    if line.change == "new":
        found = connection.execute(select(func.min(hire.c.id)).where(hire.c.person_id == line.person_id)).scalar()
        if found is not None:
            return BuiltOn(say("此人已有聘用{hire}，登记不能撤销", hire=found))
    later = select(log.c.act).where(log.c.person_id == line.person_id, log.c.seq > line.seq)
    acts = [act for act in connection.execute(later).scalars() if not act.startswith("reveal")]
    return BuiltOn(say("此后又有人更改过登记，不能再撤销；请在人员档案里更改")) if acts else None


def sealed_before(seal: Seal, session: Session, run_id: str, person_id: int, fields: Sequence[str]) -> dict[str, Any]:
    """What a registration said before it was changed, sealed for this run, as ``import_line`` keeps it."""
    person = session.get(Person, person_id)
    assert person is not None
    plain = orjson.dumps(person_log.row_values(seal, person, fields), default=str).decode()
    return {"sealed": seal.seal(plain, _place(run_id, person_id))}


def opened(seal: Seal, run_id: str, line: Line) -> dict[str, Any]:
    """The values again."""
    found: dict[str, Any] = orjson.loads(seal.unseal(line.before["sealed"], _place(run_id, line.person_id)))
    return found


def _place(run_id: str, person_id: int) -> Place:
    return Place("import_line", "before", f"{run_id}|{person_id}")


class Places:
    """Places of an annex return to their former numbers (撤销指标导入)."""

    def may(self, office: Office, run: Row[Any], actor: Actor) -> bool:
        return bool(actor.roles_in(run.region) & PLANNERS)

    def look(self, connection: Connection, undoing: Undoing, lines: Sequence[Line]) -> Mapping[int, Refusal | None]:
        return {line.number: self._changed(connection, undoing, line) for line in lines}

    def take_back(self, undoing: Undoing, lines: Sequence[Line]) -> Mapping[int, Refusal | None]:
        with undoing.office.database.transaction() as connection:
            found = {line.number: self._changed(connection, undoing, line) for line in lines}
            for line in lines:
                if found[line.number] is None:
                    self._back(connection, undoing, line)
            _mark(connection, undoing, found)
        return found

    def _changed(self, connection: Connection, undoing: Undoing, line: Line) -> Refusal | None:
        now = connection.execute(select(allocation.c.places).where(*self._keys(undoing, line))).scalar()
        if now == line.before["after"]:
            return None
        return BuiltOn(say("此后指标又改过，不能再撤销；请导入正确的分配表"))

    def _back(self, connection: Connection, undoing: Undoing, line: Line) -> None:
        if line.before["places"] is None:
            connection.execute(delete(allocation).where(*self._keys(undoing, line)))
        else:
            values = {"places": line.before["places"], "source": line.before["source"]}
            connection.execute(update(allocation).where(*self._keys(undoing, line)).values(values))

    def _keys(self, undoing: Undoing, line: Line) -> tuple[Any, ...]:
        document, year = str(undoing.run.subject).split(" ")
        region, kind = str(line.about).split(":")
        about = (allocation.c.procedure_id == document, allocation.c.year == int(year))
        return (*about, allocation.c.region == region, allocation.c.kind == kind)


class Results:
    """What a file of the bank said of a line counts no more (撤销回单)."""

    def may(self, office: Office, run: Row[Any], actor: Actor) -> bool:
        return bool(actor.roles_in(run.region) & PAYERS)

    def look(self, connection: Connection, undoing: Undoing, lines: Sequence[Line]) -> Mapping[int, Refusal | None]:
        return {line.number: self._later(connection, undoing, line) for line in lines}

    def take_back(self, undoing: Undoing, lines: Sequence[Line]) -> Mapping[int, Refusal | None]:
        with undoing.office.database.transaction() as connection:
            found = {line.number: self._later(connection, undoing, line) for line in lines}
            for line in lines:
                if found[line.number] is None:
                    mine = (*self._keys(undoing, line), result.c.number == line.seq)
                    connection.execute(update(result).where(*mine).values(undo_id=undoing.number))
            _mark(connection, undoing, found)
        return found

    def _later(self, connection: Connection, undoing: Undoing, line: Line) -> Refusal | None:
        later = select(result.c.number).where(
            *self._keys(undoing, line), result.c.number > line.seq, result.c.undo_id.is_(None)
        )
        if connection.execute(later).first() is None:
            return None
        return BuiltOn(say("此后已有新的回单或者情况说明，不能再撤销这一条"))

    def _keys(self, undoing: Undoing, line: Line) -> tuple[Any, ...]:
        return result.c.sheet_id == int(undoing.run.subject), result.c.hire_id == line.hire_id


#: raised by people.update_person for values that are no longer allowed
__all__ = ["InputRefused", "Months", "Places", "Registrations", "Results", "opened", "sealed_before"]
