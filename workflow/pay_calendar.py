"""What of a month's pay is still to be done, township by township (发放日程), and the record that it was.

A roster is sent when the sheet was handed in; pay is done when it was paid. What leaves no other trace, such as the
money that is advanced, is recorded here with its receipt, in the office log too (book ``pay``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, insert, select
from sqlalchemy.exc import IntegrityError

from states.attendance_marks import days_of
from states.calendar import Calendar
from states.clocks import local_day
from states.facts import Actor
from states.pay_days import Due, dues
from states.procedure import Procedure
from states.refusals import InputRefused, StepNotOffered
from states.say import Sentence, say
from states.vocabulary import Level
from workflow import office_log
from workflow.office import Office
from workflow.pay_rows import MONTHLY
from workflow.pay_sheets import APPROVED, BOOK, FROZEN, PAID
from workflow.plain_words import words
from workflow.queries.paging import begins_with
from workflow.queries.scope import within
from workflow.rates import CODE
from workflow.tables import metadata

hire, contract, sheet, done = (metadata.tables[name] for name in ("hire", "contract", "pay_sheet", "pay_day_done"))
TOWN = 9
#: how long the code of a place is, by the level of the role that owes something there
LENGTHS: Mapping[Level, int] = {
    Level.PROVINCE: 2,
    Level.CITY: 4,
    Level.COUNTY: 6,
    Level.TOWNSHIP: TOWN,
    Level.VILLAGE: TOWN,
}
_STANDING = {"pay": (PAID,), "roster": (FROZEN, APPROVED, PAID)}


@dataclass(frozen=True, slots=True)
class Owed:
    """What one place still owes of a month. ``towns``: the townships in which it is open; ``hire``: somebody there."""

    due: Due
    month: date
    place: str
    towns: tuple[str, ...]
    hire: int


def owed(
    connection: Connection, procedure: Procedure, month: date, calendar: Calendar, region: str = ""
) -> tuple[Owed, ...]:
    """What is still to be done for a month (its first day) within ``region``, by day and place."""
    lines = dues(procedure, month, calendar)
    towns = _towns(connection, procedure.procedure, month, region) if lines else {}
    found: list[Owed] = []
    for due in lines if towns else ():
        covered = _covered(connection, procedure.procedure, month, due.line.what)
        level = procedure.roles[due.line.by].level if due.line.by in procedure.roles else Level.TOWNSHIP
        places: dict[str, list[str]] = {}
        for town in sorted(towns):
            if not any(town.startswith(code) for code in covered):
                places.setdefault(town[: LENGTHS[level]], []).append(town)
        found += [Owed(due, month, place, tuple(open_), towns[open_[0]]) for place, open_ in places.items()]
    return tuple(found)


def _towns(connection: Connection, procedure_id: str, month: date, region: str) -> dict[str, int]:
    """The townships in which somebody had a term in the month, each with one hire."""
    last = month + timedelta(days_of(month) - 1)
    town = func.substr(hire.c.region, 1, TOWN)
    asked = (
        select(town, func.min(hire.c.id))
        .join(contract, contract.c.hire_id == hire.c.id)
        .where(begins_with(hire.c.procedure, f"{procedure_id}@"), within(hire.c.region, (region,)))
        .where(contract.c.corrected_by.is_(None))
        .where(contract.c.starts_on <= last, func.coalesce(contract.c.ended_on, contract.c.ends_on) >= month)
        .group_by(town)
    )
    return {code: number for code, number in connection.execute(asked)}


def _covered(connection: Connection, procedure_id: str, month: date, what: str) -> set[str]:
    """The places in which it was done: by a sheet, or as somebody recorded it."""
    of_month = (sheet.c.procedure == procedure_id, sheet.c.month == month, sheet.c.kind == MONTHLY)
    standing = sheet.c.status.in_(_STANDING.get(what, (PAID,)))
    recorded = (done.c.procedure_id == procedure_id, done.c.month == month, done.c.what == what)
    found = set(connection.execute(select(sheet.c.region).where(*of_month, standing)).scalars())
    return found | set(connection.execute(select(done.c.region).where(*recorded)).scalars())


def record(
    office: Office,
    procedure_id: str,
    region: str,
    month: date,
    what: str,
    done_on: date | None,
    receipt: str,
    actor: Actor,
    at: datetime,
) -> None:
    """Records that something was done for a month in a place, with its receipt. ``at`` is aware.

    Raises StepNotOffered for whoever does not owe it, InputRefused with every fault, also where it stands on record.
    """
    try:
        procedure = office.catalogue.current(procedure_id)
    except LookupError:
        raise InputRefused({"what": say("没有这个办法")}) from None
    line = next((line for line in procedure.pay_days if line.what == what and what != "pay"), None)
    faults: dict[str, Sentence] = {}
    if line is None:
        faults["what"] = say("请选择要登记的事项；发放本身在发放表上登记")
    if not CODE.fullmatch(region):
        faults["region"] = say("请选择地区")
    if month.day != 1 or month > local_day(at):
        faults["month"] = say("请选择已经开始的月份")
    if done_on is None or not month <= done_on <= local_day(at):
        faults["done_on"] = say("请填写日期：{first}至今天之间", first=month)
    if words(receipt, 2, 200) is None:
        faults["receipt"] = say("请填写回执、文号或凭证号（2至200字）")
    if faults or line is None:
        raise InputRefused(faults)
    if line.by not in actor.roles_in(region):
        raise StepNotOffered(say("这一项由别的单位办理，您不能登记"), forbidden=True)
    key: dict[str, Any] = {"procedure_id": procedure_id, "region": region, "month": month, "what": what}
    who = {"recorded_by": actor.person_key, "account_id": actor.account_id, "recorded_at": at}
    try:
        with office.database.transaction() as connection:
            connection.execute(insert(done).values(**key, **who, done_on=done_on, receipt=receipt.strip()))
            facts = {**key, "month": month.isoformat()}
            office_log.write(connection, BOOK, "day_done", actor, at, facts, office.setting.algorithm)
    except IntegrityError:
        raise InputRefused({"what": say("这个地区这个月的这一项已经登记过")}) from None


def recorded(connection: Connection, prefixes: Iterable[str], month: date) -> list[Any]:
    """What was recorded for a month in the places of a reader and the larger ones around them."""
    around = {prefix[:length] for prefix in prefixes for length in range(len(prefix) + 1)}
    seen = within(done.c.region, tuple(prefixes)) | done.c.region.in_(sorted(around))
    return list(connection.execute(select(done).where(done.c.month == month, seen).order_by(done.c.done_on)).all())
