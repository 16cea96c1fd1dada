"""The rows of a year's performance pay (年度绩效): from the months that were paid, the rulings, and a pot.

A month counts when its sheet is paid, with those of its days that were served: of what was paid wrongly nothing is
earned. Whether the money of a month arrived is not asked: performance is earned by the days served and the ruling on
them, and what the bank sent back for a wrong card is owed, or was closed for reasons of its own; neither undoes the
work. Months of the term without a sheet are not guessed and not passed over: the line names them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import ColumnElement, Connection, or_, select

from states.attendance_marks import MARKS, month_days
from states.employment import PayItem
from states.pay import Line, NotPaid, Part, Service
from states.performance import LEAVERS, NOTHING, Member, PotRuling, by_months, of_leaver, share_pot
from states.procedure import Procedure
from states.say import ENUMERATION, Sentence, say
from workflow.office import Office
from workflow.pay_differences import numbered
from workflow.pay_once import PAID, leave_off, standing_lines
from workflow.pay_rows import MONTHLY, PERFORMANCE, Rows, Somebody, people_on_post, said, services_of, somebody_of
from workflow.queries.paging import begins_with
from workflow.queries.scope import within
from workflow.tables import metadata

hire, sheet, line, assessment, attendance = (
    metadata.tables[name] for name in ("hire", "pay_sheet", "pay_line", "assessment", "attendance")
)


@dataclass(frozen=True, slots=True)
class PaidMonth:
    """What was paid of a month: the first and last day of each line, all their days, the attendance as it is now."""

    spans: tuple[tuple[date, date], ...]
    days: int
    marks: str | None


@dataclass(frozen=True, slots=True)
class Year:
    """What a year is reckoned from, by hire.

    ``spans``: the first and last day that count; ``missing``: the months of the term that no paid sheet speaks of;
    ``wrong``: those with days that were paid and not served.
    """

    people: Mapping[int, Somebody]
    members: Mapping[int, Member]
    spans: Mapping[int, tuple[date, date]]
    missing: Mapping[int, Sequence[date]]
    wrong: Mapping[int, Sequence[date]] = field(default_factory=dict)


def year_rows(
    office: Office,
    connection: Connection,
    procedure_id: str,
    region: str,
    year: int,
    ruling: PotRuling | None,
    own: int | None = None,
) -> Rows:
    """The performance pay of everybody who was on a post under a document in ``region`` and ``year``.

    ``ruling`` is needed where the document shares a pot out; without it everybody waits. ``own``: the sheet that is
    reckoned anew.
    """
    procedure = office.catalogue.current(procedure_id)
    items = [item for item in procedure.pay if item.paid == "after_assessment"]
    if not items:
        return Rows({}, {}, {})
    known = _read(office, connection, procedure_id, region, year)
    pot = next((item for item in items if item.formula is not None), None)
    rows = _by_months(office, known) if pot is None else by_pot(procedure, pot, known, ruling)
    paid = {hire_id: _warned(one, known, hire_id) for hire_id, one in rows.paid.items()}
    unpaid = {**rows.unpaid, **_without_a_month(known)}
    before = len(paid)
    persons = {somebody.person_id for somebody in known.people.values()}
    others = standing_lines(connection, persons, date(year, 12, 1), PERFORMANCE, own)
    leave_off(known.people, paid, unpaid, others)
    if pot is not None and len(paid) < before:
        paid = {hire_id: _beside_the_paid(one) for hire_id, one in paid.items()}
    people = {hire_id: known.people[hire_id] for hire_id in (*paid, *unpaid)}
    topups = numbered(people, paid, others)
    for hire_id in [one for one in topups if not paid[one].net_fen]:
        paid.pop(hire_id)
        unpaid[hire_id] = NotPaid(say("按得分应发0元"))
    return Rows(paid, unpaid, people, basis=rows.basis, topups={one: topups[one] for one in topups if one in paid})


def _read(office: Office, connection: Connection, procedure_id: str, region: str, year: int) -> Year:
    months = [date(year, number, 1) for number in range(1, 13)]
    mine = (within(hire.c.region, (region,)), begins_with(hire.c.procedure, f"{procedure_id}@"))
    lines, rulings = _paid_lines(connection, mine, months), _rulings(connection, mine, year)
    rows = people_on_post(connection, procedure_id, region, months[0], date(year, 12, 31), lines)
    people = {row.id: somebody_of(row) for row in rows}
    decided = _decided(connection, procedure_id, region, months)
    services = services_of(office, connection, rows)
    missing: dict[int, Sequence[date]] = {}
    for hire_id, service in services.items():
        told = lines.get(hire_id, {}).keys() | decided[hire_id]
        if gone := [month for month in months if month not in told and service.served(month_days(month))]:
            missing[hire_id] = gone
    members, spans, wrong = {}, {}, {}
    for hire_id, by_month in sorted(lines.items()):
        days = {month: month_counts(services[hire_id], month, found) for month, found in sorted(by_month.items())}
        if lost := [month for month, served in days.items() if len(served) < by_month[month].days]:
            wrong[hire_id] = lost
        if counted := [day for served in days.values() for day in served]:
            passed, points = rulings.get(hire_id, (None, None))
            by_days = {month: len(served) for month, served in days.items() if served}
            members[hire_id] = Member(hire_id, by_days, passed, points, people[hire_id].left)
            spans[hire_id] = (counted[0], counted[-1])
    return Year(people, members, spans, missing, wrong)


def month_counts(service: Service, month: date, found: PaidMonth) -> list[date]:
    """The days of a paid month that count: within a line, served, with an attendance that earns, and not more of them
    than were paid."""
    covered = [day for day in month_days(month) if any(first <= day <= last for first, last in found.spans)]
    served = service.served(covered)
    if found.marks is not None:
        served = [day for day in served if MARKS[found.marks[day.day - 1]].pays]
    return served[: found.days]


def _listed(months: Sequence[date]) -> str:
    return ENUMERATION.join(month.isoformat()[:7] for month in months)


def _warned(one: Line, known: Year, hire_id: int) -> Line:
    told = []
    if months := known.missing.get(hire_id):
        told.append(say("{months}没有已发放的发放表，没有计入；补发之后请重新编制本表", months=_listed(months)))
    if months := known.wrong.get(hire_id):
        told.append(say("{months}发放的天数中有不应发的，没有计入", months=_listed(months)))
    return replace(one, warnings=(*one.warnings, *told))


def _without_a_month(known: Year) -> dict[int, NotPaid]:
    """Who served in the year or was paid for it, and has not one month that counts."""
    lost = {
        hire_id: NotPaid(say("{months}发放的天数都不应发，没有可计的月份", months=_listed(months)))
        for hire_id, months in known.wrong.items()
        if hire_id not in known.members
    }
    return lost | {
        hire_id: NotPaid(say("{months}没有已发放的发放表，没有可计的月份", months=_listed(months)))
        for hire_id, months in known.missing.items()
        if hire_id not in known.members
    }


def _beside_the_paid(one: Line) -> Line:
    why = say("总额按全体在岗人员计算，包括此前已发放的；已发放的不重算")
    return replace(one, warnings=(*one.warnings, why))


# ---- by months, and by a pot --------------------------------------------------------------------------------------


def _answer(procedure: Procedure) -> str:
    gap = procedure.gap_by_name.get(LEAVERS)
    return NOTHING if gap is None else str(gap.default)


def _by_months(office: Office, known: Year) -> Rows:
    paid: dict[int, Line] = {}
    unpaid: dict[int, NotPaid] = {}
    for hire_id, member in known.members.items():
        somebody = known.people[hire_id]
        procedure = office.procedure(somebody.procedure)
        for item in procedure.pay:
            if item.paid != "after_assessment" or (item.kinds and somebody.kind not in item.kinds):
                continue
            part = by_months(member, item.fen or 0, item.zh, _answer(procedure))
            if isinstance(part, NotPaid):
                unpaid[hire_id] = part
            else:
                paid[hire_id] = _line(known, member, (part,))
    return Rows(paid, unpaid, known.people)


def by_pot(procedure: Procedure, item: PayItem, known: Year, ruling: PotRuling | None) -> Rows:
    """Who is on the post shares in the pot; whoever left before the ruling is beside it, by the answer to the gap.

    ``item``: the part of the pay that the pot is for.
    """
    paid: dict[int, Line] = {}
    unpaid: dict[int, NotPaid] = {}
    counted: list[Member] = []
    for hire_id, member in known.members.items():
        if member.passed:
            counted.append(member)
            continue
        if member.passed is None and member.left:
            part = of_leaver(member, item.fen or 0, item.zh, _answer(procedure))
            if isinstance(part, Part):
                paid[hire_id] = _line(known, member, (part,))
            else:
                unpaid[hire_id] = part
            continue
        why = say("年度考核还没有审定") if member.passed is None else say("年度考核不合格，不发绩效")
        unpaid[hire_id] = NotPaid(why, stops=member.passed is None)
    if waits := _pot_waits(counted, ruling):
        return Rows(paid, {**unpaid, **waits}, known.people)
    if ruling is None or not any((member.points_tenths or 0) > 0 for member in counted):
        return Rows(paid, unpaid, known.people)
    pot = share_pot(counted, ruling)
    paid |= {member.hire_id: _line(known, member, (pot.parts[member.hire_id],)) for member in counted}
    return Rows(paid, unpaid, known.people, basis={"pot": {"fen": pot.fen, "left": pot.left_fen, **said(pot.why)}})


def _pot_waits(counted: Sequence[Member], ruling: PotRuling | None) -> dict[int, NotPaid]:
    """Who holds the pot up: everybody while nothing was ruled, else those without points."""

    def wait(why: Sentence, members: Sequence[Member]) -> dict[int, NotPaid]:
        return {member.hire_id: NotPaid(why, stops=True) for member in members}

    if ruling is None:
        return wait(say("绩效总额和算法还没有裁定"), counted)
    return wait(say("没有考核得分"), [member for member in counted if member.points_tenths is None])


def _line(known: Year, member: Member, parts: tuple[Part, ...]) -> Line:
    return Line(*known.spans[member.hire_id], sum(member.paid_days.values()), parts)


# ---- what is read -------------------------------------------------------------------------------------------------

_Conditions = tuple[ColumnElement[bool], ...]


def _paid_lines(
    connection: Connection, mine: _Conditions, months: Sequence[date]
) -> defaultdict[int, dict[date, PaidMonth]]:
    """What was paid of each month of the year, by hire."""
    asked = (
        select(line.c.hire_id, line.c.month, line.c.from_on, line.c.until_on, line.c.days_tenths, attendance.c.marks)
        .join(sheet, sheet.c.id == line.c.sheet_id)
        .join(hire, hire.c.id == line.c.hire_id)
        .outerjoin(attendance, (attendance.c.hire_id == line.c.hire_id) & (attendance.c.month == line.c.month))
        .where(
            line.c.kind == MONTHLY,
            line.c.live,
            line.c.month.between(months[0], months[-1]),
            sheet.c.status == PAID,
            *mine,
        )
    )
    found: defaultdict[int, dict[date, PaidMonth]] = defaultdict(dict)
    for hire_id, month, first, last, tenths, marks in connection.execute(asked):
        before = found[hire_id].get(month, PaidMonth((), 0, marks))
        found[hire_id][month] = PaidMonth((*before.spans, (first, last)), before.days + tenths // 10, marks)
    return found


def _decided(
    connection: Connection, procedure_id: str, region: str, months: Sequence[date]
) -> defaultdict[int, set[date]]:
    """The months in which a paid sheet says of somebody why nothing was paid."""
    around = [region[:length] for length in range(len(region) + 1)]
    asked = select(sheet.c.month, sheet.c.basis).where(
        sheet.c.procedure == procedure_id,
        sheet.c.kind == MONTHLY,
        sheet.c.status == PAID,
        sheet.c.month.between(months[0], months[-1]),
        or_(within(sheet.c.region, (region,)), sheet.c.region.in_(around)),
    )
    found: defaultdict[int, set[date]] = defaultdict(set)
    for month, basis in connection.execute(asked):
        for hire_id in basis.get("unpaid", {}):
            found[int(hire_id)].add(month)
    return found


def _rulings(connection: Connection, mine: _Conditions, year: int) -> dict[int, tuple[bool, int | None]]:
    """Whether the year was passed, and the points, of those who were ruled on."""
    asked = (
        select(assessment.c.hire_id, assessment.c.passed, assessment.c.points_tenths)
        .join(hire, hire.c.id == assessment.c.hire_id)
        .where(
            assessment.c.year == year, assessment.c.ruled_seq.is_not(None), assessment.c.corrected_by.is_(None), *mine
        )
    )
    return {row.hire_id: (row.passed, row.points_tenths) for row in connection.execute(asked)}
