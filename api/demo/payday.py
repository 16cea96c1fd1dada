"""Last month's attendance and pay in the demonstration (发薪): recorded by towns, approved, one sheet of each paid.

The figures are made up; each names the demonstration as its source.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from api.demo.areas import AREAS, Area
from api.demo.walk import NobodyActs, Walk
from states.attendance import KEEPERS
from states.facts import Actor
from states.refusals import InputRefused
from states.vocabulary import Role
from workflow import attendance, pay_sheets, rates
from workflow.attendance_rows import Entry
from workflow.attendance_sheets import overview, sheet
from workflow.pay_sheets import APPROVERS, MAKERS, PAYERS, Order
from workflow.queries import pay as queries
from workflow.queries import scoped

SOURCE = "演示数据，非真实标准"
RATES = {
    "insurance_base": 446_500,
    "pension_own": 80_000,
    "pension_employer": 160_000,
    "unemployment_own": 3_000,
    "unemployment_employer": 7_000,
    "injury_employer": 2_000,
    "minimum_wage_month": 205_000,
    "minimum_wage_hour": 2_000,
    "hours_month": 60,
}


def pay_out(walk: Walk) -> None:
    """Attendance of the month before, a sheet for each township: the first paid, the second approved by one."""
    month = (walk.present.replace(day=1) - walk.present.resolution).replace(day=1)
    for area in AREAS:
        setter = _one_of(walk, rates.SETTERS, area.code)
        for name, value in RATES.items():
            rates.set_rate(walk.office, name, area.code, date(month.year, 1, 1), value, SOURCE, setter, walk.now)
        for town in area.towns:
            _attended(walk, town.code, month)
        for number, town in enumerate(area.towns):
            _sheet(walk, area, town.code, month, number)


def _attended(walk: Walk, region: str, month: date) -> None:
    """Full attendance by the calendar for everybody in a town; every fifth was ill for two days."""
    keeper = _one_of(walk, KEEPERS, region)
    scope, calendar = scoped(keeper), walk.office.setting.calendar
    with walk.office.database.reading() as connection:
        villages = sorted(overview(connection, scope, month, walk.present, region), key=lambda village: village.region)
        rows = [
            row
            for village in villages
            for row in sheet(connection, scope, village.region, month, walk.present, calendar)
        ]
    entries = [Entry(row.hire_id, _marks(row.usual, number)) for number, row in enumerate(rows)]
    if entries:
        attendance.record_sheet(walk.office, month, entries, keeper, walk.now, source="page")


def _marks(usual: str, number: int) -> str:
    return usual if number % 5 else usual.replace("1", "s", 2)


def _sheet(walk: Walk, area: Area, region: str, month: date, number: int) -> None:
    """A sheet as far as its number says: the first is paid, the second waits for its second approval."""
    maker = _one_of(walk, MAKERS, region)
    sheet_no = pay_sheets.make(walk.office, Order(area.procedure, region, month), maker, walk.now)
    with walk.office.database.reading() as connection:
        digest = queries.pay_sheet(connection, scoped(maker), sheet_no).digest  # type: ignore[union-attr]
    try:
        pay_sheets.freeze(walk.office, sheet_no, maker, walk.now)
    except InputRefused:
        return  # somebody holds it up: it stays a draft, and says why
    approvers = [a for a in _holders(walk, APPROVERS, region) if a.person_key != maker.person_key]
    for approver in approvers[: max(2 - number, 0)]:
        pay_sheets.approve(walk.office, sheet_no, digest, approver, walk.now, "同意")
    if number == 0 and len(approvers) > 1:
        payer = _one_of(walk, PAYERS, region)
        pay_sheets.pay(walk.office, sheet_no, walk.present, "演示回单", payer, walk.now)


def _holders(walk: Walk, roles: Iterable[Role], region: str) -> list[Actor]:
    found = [actor for role in sorted(roles) for actor in walk.holders(role, region)]
    return list({actor.person_key: actor for actor in found}.values())


def _one_of(walk: Walk, roles: Iterable[Role], region: str) -> Actor:
    """Raises NobodyActs where the cast lacks somebody."""
    found = _holders(walk, roles, region)
    if not found:
        raise NobodyActs(f"{sorted(roles)} in {region}")
    return found[0]
