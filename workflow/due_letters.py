"""Letters about days that no clock of a hire knows (到期提醒): the days of a month's pay, and help after leaving.

A tick of the worker, once a day when offices open. Each letter has a name of its own, made of what it is about: two
workers at once, or a second beat, write it once. Who slept through several of its moments is told the latest only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from states.certificate import DAYS, handed_over_by
from states.clocks import REMIND_AT, local_day, moment
from states.meets import enforces
from states.pay_days import hearers
from states.procedure import Procedure
from states.tellings import Telling, telling
from states.vocabulary import Role
from workflow import pay_calendar, policies
from workflow.office import Office
from workflow.papers.kinds import Kind, makers
from workflow.pay_calendar import Owed
from workflow.queries.certificates import unissued
from workflow.tables import metadata

PAY_DAY, AFTERCARE, POLICY, CERTIFICATE = "pay_day", "aftercare_due", "policy_ends", "certificate_due"
#: days ahead of the first letter
PAY_AHEAD, AFTERCARE_AHEAD, POLICY_AHEAD = 3, 7, 30
#: what was due longer ago than this is on the pages, and no letter begins about it
LOOK_BACK = timedelta(days=62)
#: so many townships are named in a letter
NAMED = 5
_PORTION = 500
_SETTING = "due_letters"
outbox, setting, hire, case, region, sheet, departure = (
    metadata.tables[name] for name in ("outbox", "setting", "hire", "aftercare", "region", "pay_sheet", "departure")
)


#: the certificate is given when somebody leaves, and so the first letter goes out that day
CERTIFICATE_AHEAD = DAYS


@enforces("BH-25", "BH-26", "BH-27", "LC-24", "LC-26")
def remind_due(office: Office, at: datetime) -> int:
    """Writes the letters whose day it is and returns how many; nothing before offices open. ``at`` is aware (UTC)."""
    today = local_day(at)
    if at < moment(today, REMIND_AT) or _was_here(office, today):
        return 0
    parts = (_of_pay, _of_aftercare, _of_certificates, _of_policies)
    told = sum(part(office, today, at) for part in parts)
    _note(office, today, at)
    return told


# ---- the days of a month's pay -----------------------------------------------------------------------------------


def _of_pay(office: Office, today: date, at: datetime) -> int:
    told = 0
    for name in sorted({procedure.procedure for procedure in office.catalogue.all()}):
        procedure = office.catalogue.current(name)
        if not procedure.pay_days:
            continue
        for month in _months(today):
            with office.database.transaction() as connection:
                rows = list(_pay_rows(office, connection, procedure, month, today, at))
                told += _write(connection, rows)
    return told


def _months(today: date) -> Iterator[date]:
    """The months of which something may be due about today: the present one and three before it."""
    month = today.replace(day=1)
    for _ in range(4):
        yield month
        month = (month - timedelta(days=1)).replace(day=1)


def _pay_rows(
    office: Office, connection: Connection, procedure: Procedure, month: date, today: date, at: datetime
) -> Iterator[dict[str, Any]]:
    for open_ in pay_calendar.owed(connection, procedure, month, office.setting.calendar):
        when = telling(open_.due.on, today, PAY_AHEAD)
        if when is None or today - open_.due.on > LOOK_BACK:
            continue
        facts = _pay_facts(connection, procedure, open_, when)
        key = (procedure.procedure, open_.place, month.isoformat(), open_.due.line.what, when.value)
        for role in hearers(procedure, open_.due.line, when):
            yield _row(PAY_DAY, (*key, role.value), open_.hire, role, open_.place, facts, at)


def _pay_facts(connection: Connection, procedure: Procedure, open_: Owed, when: Telling) -> dict[str, Any]:
    named = open_.towns[:NAMED]
    asked = select(region.c.code, region.c.name).where(region.c.code.in_((*named, open_.place)))
    names = {code: name for code, name in connection.execute(asked)}
    return {
        "procedure": procedure.procedure,
        "what": open_.due.line.what,
        "month": open_.month.isoformat(),
        "due_on": open_.due.on.isoformat(),
        "when": when.value,
        "region": open_.place,
        "place": names.get(open_.place, open_.place),
        "towns": [names.get(town, town) for town in named] if open_.towns != (open_.place,) else [],
        "n": len(open_.towns),
    }


def still_open(office: Office, connection: Connection, facts: Mapping[str, Any]) -> bool:
    """Whether what a letter about pay tells of is still to be done: one that waits is withdrawn otherwise."""
    procedure = office.catalogue.current(str(facts["procedure"]))
    month, place = date.fromisoformat(str(facts["month"])), str(facts["region"])
    open_ = pay_calendar.owed(connection, procedure, month, office.setting.calendar, place)
    return any(one.due.line.what == facts["what"] for one in open_)


# ---- help after leaving ------------------------------------------------------------------------------------------


def _of_aftercare(office: Office, today: date, at: datetime) -> int:
    told, after = 0, 0
    while True:
        with office.database.transaction() as connection:
            cases = _cases(connection, today, after)
            rows = [row for one in cases for row in _case_rows(office, one, today, at)]
            told += _write(connection, rows)
        if len(cases) < _PORTION:
            return told
        after = cases[-1].hire_id


def _cases(connection: Connection, today: date, after: int) -> list[Any]:
    near = case.c.due_on.between(today - LOOK_BACK, today + timedelta(days=AFTERCARE_AHEAD))
    asked = (
        select(case.c.hire_id, case.c.due_on, hire.c.region, hire.c.procedure)
        .join(hire, hire.c.id == case.c.hire_id)
        .where(case.c.closed_on.is_(None), near, case.c.hire_id > after)
        .order_by(case.c.hire_id)
        .limit(_PORTION)
    )
    return list(connection.execute(asked).all())


def _case_rows(office: Office, one: Any, today: date, at: datetime) -> Iterator[dict[str, Any]]:
    when = telling(one.due_on, today, AFTERCARE_AHEAD)
    if when is None:
        return
    roles = office.rulebook.rules(one.procedure).procedure.roles
    owes = Role.TOWNSHIP if Role.TOWNSHIP in roles else Role.EMPLOYER
    told = (owes, Role.HRSS) if when is Telling.OVERDUE else (owes,)
    facts = {"due_on": one.due_on.isoformat(), "when": when.value, "owes": owes.value}
    for role in told:
        key = (str(one.hire_id), one.due_on.isoformat(), when.value, role.value)
        yield _row(AFTERCARE, key, one.hire_id, role, one.region, facts, at)


# ---- the certificate at the end ----------------------------------------------------------------------------------


def _of_certificates(office: Office, today: date, at: datetime) -> int:
    told, after = 0, 0
    since = today - LOOK_BACK - timedelta(days=DAYS)
    asked = unissued().add_columns(hire.c.region, hire.c.procedure).order_by(departure.c.hire_id).limit(_PORTION)
    while True:
        with office.database.transaction() as connection:
            near = (departure.c.ended_on.between(since, today), departure.c.hire_id > after)
            missing = connection.execute(asked.where(*near)).all()
            rows = [row for one in missing for row in _certificate_rows(office, one, today, at)]
            told += _write(connection, rows)
        if len(missing) < _PORTION:
            return told
        after = missing[-1].hire_id


def _certificate_rows(office: Office, one: Any, today: date, at: datetime) -> Iterator[dict[str, Any]]:
    due_on = handed_over_by(one.ended_on)
    when = telling(due_on, today, CERTIFICATE_AHEAD)
    procedure = office.rulebook.rules(one.procedure).procedure
    owe = sorted(makers(procedure, Kind.CERTIFICATE))
    if when is None or not owe:
        return
    told = dict.fromkeys((*owe, Role.HRSS) if when is Telling.OVERDUE else owe)
    facts = {"due_on": due_on.isoformat(), "when": when.value, "owes": owe[0].value}
    for role in told:
        key = (str(one.hire_id), due_on.isoformat(), when.value, role.value)
        yield _row(CERTIFICATE, key, one.hire_id, role, one.region, facts, at)


# ---- insurance that ends ------------------------------------------------------------------------------------------


def _of_policies(office: Office, today: date, at: datetime) -> int:
    with office.database.transaction() as connection:
        rows = []
        for one in policies.ending(connection, today):
            when = telling(one.until_on, today, POLICY_AHEAD)
            if when is None:
                continue
            facts = {"due_on": one.until_on.isoformat(), "when": when.value, "number": one.number, "n": one.people}
            facts |= {"region": one.region, "place": _name(connection, one.region)}
            for role in sorted(policies.KEEPERS):
                key = (str(one.id), when.value, role.value)
                rows.append(_row(POLICY, key, one.hire, role, one.region, facts, at))
        return _write(connection, rows)


def _name(connection: Connection, code: str) -> str:
    return str(connection.execute(select(region.c.name).where(region.c.code == code)).scalar() or code)


# ---- writing -----------------------------------------------------------------------------------------------------


def _row(
    template: str, key: Iterable[str], hire_id: int, role: Role, place: str, facts: Mapping[str, Any], at: datetime
) -> dict[str, Any]:
    name = hashlib.sha256("\n".join((template, *key)).encode()).hexdigest()[:40]
    row = {"message_id": f"due-{name}", "hire_id": hire_id, "seq": 0, "n": 0, "template": template}
    where = {"to_role": role.value, "region": place, "facts": dict(facts)}
    return {**row, **where, "created_at": at, "due_at": at, "status": "waiting"}


def _write(connection: Connection, rows: list[dict[str, Any]]) -> int:
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    told = 0
    for start in range(0, len(rows), _PORTION):
        some = rows[start : start + _PORTION]
        made = dialect.insert(outbox).values(some).on_conflict_do_nothing().returning(outbox.c.message_id)
        told += len(connection.execute(made).all())
    return told


def _was_here(office: Office, today: date) -> bool:
    with office.database.reading() as connection:
        known = connection.execute(select(setting.c.value).where(setting.c.name == _SETTING)).scalar()
    return known == today.isoformat()


def _note(office: Office, today: date, at: datetime) -> None:
    values = {"value": today.isoformat(), "changed_at": at}
    with office.database.transaction() as connection:
        if not connection.execute(update(setting).where(setting.c.name == _SETTING).values(values)).rowcount:
            connection.execute(insert(setting).values(name=_SETTING, **values))
