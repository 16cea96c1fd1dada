"""Help after leaving (离岗后帮扶): cases are opened by themselves, worked by the offices, and closed on the record.

``open_due`` is a tick of the worker: doing it twice changes nothing. A case is opened once somebody is out, and nobody
comes back from there: a leaving is taken back before its day only (``states.taking_back``). The last day may be set
right afterwards; the day by which an open case is due follows it, and a closed one stays as it was closed. Every act
stands in the office log (book ``aftercare``) in the same transaction, without anything about the person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, exists, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from states.aftercare import Act, Case, Done, Need, Reason, Stand, due_on, move
from states.clocks import local_day
from states.facts import SYSTEM, Actor
from states.refusals import InputRefused, NoSuchHire, StaleHire
from states.say import Sentence, say
from states.separation import interest, keys_of, preferred
from states.vocabulary import Role
from workflow import office_log, plain_words
from workflow.authority import NotEntitled, NotPossible
from workflow.office import Office
from workflow.queries.leaving import departure, of_last_departure
from workflow.queries.scope import scoped
from workflow.reading import load_hires
from workflow.tables import metadata

BOOK = "aftercare"
WORKERS = frozenset({Role.VILLAGE, Role.TOWNSHIP, Role.EMPLOYER, Role.HRSS})
#: who closes a case: no village does so by itself
CLOSERS = WORKERS - {Role.VILLAGE}
#: those who left longer ago are not taken up: the service was not there, or not asked
LOOK_BACK = timedelta(days=92)
LONGEST_WHAT = 1000
_case, _acts = metadata.tables["aftercare"], metadata.tables["aftercare_act"]
hire, person = metadata.tables["hire"], metadata.tables["person"]


class NoSuchCase(NoSuchHire):
    """There is no case of this hire, or not for this actor."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is entered in a case. ``version``: where it stood when it was shown; None where that does not count."""

    act: Act
    what: str
    on_day: date | None = None
    need: Need | None = None
    hardship: bool = False
    reason: Reason | None = None
    version: int | None = None


# ---- opening -----------------------------------------------------------------------------------------------------


def open_due(office: Office, at: datetime, *, batch: int = 500) -> int:
    """Opens a case for everybody who left lately and has none, except by death; returns how many. ``at`` is aware.

    Open cases whose last day on the post was set right are due by the day that follows from it.
    """
    _follow(office, at)
    opened = 0
    while True:
        with office.database.transaction() as connection:
            waiting = _left(connection, local_day(at), batch)
            made = _open(office, connection, waiting, at) if waiting else 0
        opened += made
        if len(waiting) < batch:
            return opened


def _left(connection: Connection, today: date, most: int) -> list[tuple[int, str, date]]:
    """Hires with their document and the last day on the post."""
    left_on = func.coalesce(departure.c.ended_on, hire.c.entered_on)
    by_death = func.coalesce(departure.c.ground, "") == "death"
    known = exists().where(_case.c.hire_id == hire.c.id)
    asked = (
        select(hire.c.id, hire.c.procedure, left_on.label("left_on"))
        .join(person, person.c.id == hire.c.person_id)
        .outerjoin(departure, of_last_departure())
        .where(hire.c.state == "dismissed", hire.c.entered_on >= today - LOOK_BACK)
        .where(~known, ~by_death, person.c.died_on.is_(None))
        .order_by(hire.c.entered_on, hire.c.id)
        .limit(most)
    )
    return [(row.id, row.procedure, row.left_on) for row in connection.execute(asked)]


def _open(office: Office, connection: Connection, waiting: list[tuple[int, str, date]], at: datetime) -> int:
    today = local_day(at)
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    rows = [
        {
            "hire_id": hire_id,
            "state": Stand.OPEN.value,
            "version": 1,
            "opened_on": today,
            "due_on": due_on(office.rulebook.rules(procedure).procedure, left_on),
            "hardship": False,
        }
        for hire_id, procedure, left_on in waiting
    ]
    # another worker may be at the same: whose row stands first has opened the case
    made = dialect.insert(_case).values(rows).on_conflict_do_nothing().returning(_case.c.hire_id)
    ids = sorted(connection.execute(made).scalars())
    if ids:
        office_log.write(connection, BOOK, "opened", SYSTEM, at, {"hires": ids}, office.setting.algorithm)
    return len(ids)


def _follow(office: Office, at: datetime) -> None:
    """The due days of open cases, reckoned from the last day on the post as it was set right (离岗日更正)."""
    asked = (
        select(_case.c.hire_id, _case.c.due_on, hire.c.procedure, departure.c.ended_on)
        .join(hire, hire.c.id == _case.c.hire_id)
        .join(departure, of_last_departure())
        .where(_case.c.closed_on.is_(None), departure.c.corrects_seq.is_not(None))
        .order_by(_case.c.hire_id)
    )
    with office.database.transaction() as connection:
        moved = []
        for row in connection.execute(asked).all():
            day = due_on(office.rulebook.rules(row.procedure).procedure, row.ended_on)
            mine = (_case.c.hire_id == row.hire_id, _case.c.closed_on.is_(None), _case.c.due_on != day)
            # another worker may be at the same: who moves the row says so
            if day != row.due_on and connection.execute(update(_case).where(*mine).values(due_on=day)).rowcount:
                moved.append(row.hire_id)
        if moved:
            office_log.write(connection, BOOK, "due_moved", SYSTEM, at, {"hires": moved}, office.setting.algorithm)


# ---- working -----------------------------------------------------------------------------------------------------


def enter(office: Office, hire_id: int, entry: Entry, actor: Actor, at: datetime) -> Stand:
    """Enters an act and returns where the case stands then.

    Raises NoSuchCase, NotEntitled, InputRefused with every fault, StaleHire when it changed since it was shown, and
    what ``states.aftercare.move`` raises.
    """
    with office.database.transaction() as connection:
        row = connection.execute(_whole(hire_id).with_for_update(of=_case)).one_or_none()
        if row is None or not scoped(actor).covers(row.region):
            raise NoSuchCase(hire_id)
        role = _role(actor, row.region, entry.act)
        _refuse_kin(connection, hire_id, actor, keys_of(actor, role, row.region))
        if entry.version is not None and entry.version != row.version:
            raise StaleHire(hire_id)
        read = _read(entry, row, local_day(at))
        known = acts_of(connection, hire_id)
        before = case_of(office, row, known)
        state = move(_with(before, read), read.act, read.reason)
        number = len(known) + 1
        _write(connection, row, read, number, state, actor, role, at)
        facts: dict[str, Any] = {"hire": hire_id, "number": number, "state": state.value}
        facts |= {"reason": read.reason.value} if read.reason else {}
        office_log.write(connection, BOOK, read.act.value, actor, at, facts, office.setting.algorithm)
    return state


def case_of(office: Office, row: Row[Any], known: tuple[Done, ...]) -> Case:
    """A case as the law looks at it."""
    procedure = office.rulebook.rules(row.procedure).procedure
    need = Need(row.need) if row.need else None
    return Case(Stand(row.state), need, bool(row.hardship), known, procedure)


def acts_of(connection: Connection, hire_id: int) -> tuple[Done, ...]:
    """What was done in a case, in order."""
    asked = select(_acts.c.act, _acts.c.what).where(_acts.c.hire_id == hire_id).order_by(_acts.c.number)
    return tuple(Done(row.act, row.what) for row in connection.execute(asked))


def roles_for(actor: Actor, region: str) -> tuple[bool, bool]:
    """Whether the actor may work the cases of a region, and whether they may close them."""
    held = actor.roles_in(region)
    return bool(held & WORKERS), bool(held & CLOSERS)


def _whole(hire_id: int) -> Any:
    about = (hire.c.region, hire.c.procedure, departure.c.ended_on.label("left_on"))
    return (
        select(_case, *about)
        .join(hire, hire.c.id == _case.c.hire_id)
        .join(person, person.c.id == hire.c.person_id)
        .outerjoin(departure, of_last_departure())
        .where(_case.c.hire_id == hire_id)
    )


def _role(actor: Actor, region: str, act: Act) -> Role:
    held = actor.roles_in(region) & (CLOSERS if act is Act.CLOSE else WORKERS)
    if not held:
        raise NotEntitled
    return preferred(actor, region, held)


def _refuse_kin(connection: Connection, hire_id: int, actor: Actor, keys: frozenset[str]) -> None:
    """回避 ends with no post: whoever could not decide about somebody at work does not help them afterwards either."""
    somebody = load_hires(connection, [hire_id])[hire_id].person
    if somebody is not None and interest(actor, keys, somebody) is not None:
        raise NotPossible(say("涉及您或者您代行职责的人，或者其亲属，请由其他人办理"))


def _read(entry: Entry, row: Row[Any], today: date) -> Entry:
    faults: dict[str, Sentence] = {}
    what = plain_words.read("what", entry.what, LONGEST_WHAT, faults)
    day = entry.on_day
    if day is None or day > today or (row.left_on is not None and day < row.left_on):
        faults["on_day"] = say("请填写办理的日期：离岗以后，不晚于今天")
    if entry.act is Act.ASSESS and entry.need is None:
        faults["need"] = say("请选择本人的需求")
    if entry.act is Act.CLOSE and entry.reason is None:
        faults["reason"] = say("请选择办结的原因")
    if faults:
        raise InputRefused(faults)
    reason = entry.reason if entry.act is Act.CLOSE else None
    return Entry(entry.act, what, day, entry.need, entry.hardship, reason)


def _with(case: Case, entry: Entry) -> Case:
    """The case with the act in it, as the law is asked about it."""
    need, hardship = (entry.need, entry.hardship) if entry.act is Act.ASSESS else (case.need, case.hardship)
    acts = (*case.acts, Done(entry.act.value, entry.what))
    return Case(case.state, need, hardship, acts, case.procedure)


def _write(
    connection: Connection,
    row: Row[Any],
    entry: Entry,
    number: int,
    state: Stand,
    actor: Actor,
    role: Role,
    at: datetime,
) -> None:
    changes: dict[str, Any] = {"state": state.value, "version": row.version + 1}
    if entry.act is Act.ASSESS and entry.need is not None:
        changes |= {"need": entry.need.value, "hardship": entry.hardship}
    if entry.reason is not None:
        changes |= {"closed_on": local_day(at), "reason": entry.reason.value}
    connection.execute(update(_case).where(_case.c.hire_id == row.hire_id).values(changes))
    values = {"hire_id": row.hire_id, "number": number, "act": entry.act.value, "on_day": entry.on_day}
    who = {"actor_key": actor.person_key, "account_id": actor.account_id, "role": role.value, "at": at}
    connection.execute(insert(_acts).values({**values, **who, "what": entry.what}))
