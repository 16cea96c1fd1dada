"""The rows of a year's performance pay (年度绩效): from the months that were paid, the rulings, and a pot.

A month counts when its sheet is paid. Months of the term without one are not guessed and not passed over: the line
names them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Connection, or_, select

from states.attendance_marks import days_of
from states.pay import Line, NotPaid, Part
from states.performance import LEAVERS, NOTHING, Member, PotRuling, by_months, of_leaver, share_pot
from states.procedure import PayItem, Procedure
from states.say import ENUMERATION, Sentence, say
from workflow.office import Office
from workflow.pay_once import PAID, leave_off, standing_lines
from workflow.pay_rows import MONTHLY, PERFORMANCE, Rows, Somebody, people_on_post, said, services_of, somebody_of
from workflow.queries.paging import begins_with
from workflow.queries.scope import within
from workflow.tables import metadata

hire, sheet, line, assessment = (metadata.tables[name] for name in ("hire", "pay_sheet", "pay_line", "assessment"))


@dataclass(frozen=True, slots=True)
class Year:
    """What a year is reckoned from. ``missing``: the months of somebody's term that no paid sheet speaks of."""

    people: Mapping[int, Somebody]
    members: Mapping[int, Member]
    missing: Mapping[int, Sequence[date]]


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
    paid = {hire_id: _warned(one, known.missing.get(hire_id, ())) for hire_id, one in rows.paid.items()}
    unpaid = {**rows.unpaid, **_without_a_month(known)}
    before = len(paid)
    persons = {somebody.person_id for somebody in known.people.values()}
    leave_off(known.people, paid, unpaid, standing_lines(connection, persons, date(year, 12, 1), PERFORMANCE, own))
    if pot is not None and len(paid) < before:
        paid = {hire_id: _beside_the_paid(one) for hire_id, one in paid.items()}
    people = {hire_id: known.people[hire_id] for hire_id in (*paid, *unpaid)}
    return Rows(paid, unpaid, people, basis=rows.basis)


def _read(office: Office, connection: Connection, procedure_id: str, region: str, year: int) -> Year:
    months = [date(year, number, 1) for number in range(1, 13)]
    mine = (within(hire.c.region, (region,)), begins_with(hire.c.procedure, f"{procedure_id}@"))
    days, rulings = _paid_days(connection, mine, months), _rulings(connection, mine, year)
    rows = people_on_post(connection, procedure_id, region, months[0], date(year, 12, 31), days)
    people = {row.id: somebody_of(row) for row in rows}
    decided = _decided(connection, procedure_id, region, months)
    missing: dict[int, Sequence[date]] = {}
    for hire_id, service in services_of(office, connection, rows).items():
        told = days.get(hire_id, {}).keys() | decided[hire_id]
        if gone := [month for month in months if month not in told and service.served(_days(month))]:
            missing[hire_id] = gone
    members = {}
    for hire_id, by_month in sorted(days.items()):
        if any(by_month.values()):
            passed, points = rulings.get(hire_id, (None, None))
            members[hire_id] = Member(hire_id, by_month, passed, points, people[hire_id].left)
    return Year(people, members, missing)


def _days(month: date) -> list[date]:
    return [month + timedelta(number) for number in range(days_of(month))]


def _listed(months: Sequence[date]) -> str:
    return ENUMERATION.join(month.isoformat()[:7] for month in months)


def _warned(one: Line, months: Sequence[date]) -> Line:
    if not months:
        return one
    why = say("{months}没有已发放的发放表，没有计入；补发之后请重新编制本表", months=_listed(months))
    return replace(one, warnings=(*one.warnings, why))


def _without_a_month(known: Year) -> dict[int, NotPaid]:
    """Who served in the year, and has not one month that was paid."""
    return {
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
                paid[hire_id] = _line(member, (part,))
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
                paid[hire_id] = _line(member, (part,))
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
    paid |= {member.hire_id: _line(member, (pot.parts[member.hire_id],)) for member in counted}
    return Rows(paid, unpaid, known.people, basis={"pot": {"fen": pot.fen, "left": pot.left_fen, **said(pot.why)}})


def _pot_waits(counted: Sequence[Member], ruling: PotRuling | None) -> dict[int, NotPaid]:
    """Who holds the pot up: everybody while nothing was ruled, else those without points."""

    def wait(why: Sentence, members: Sequence[Member]) -> dict[int, NotPaid]:
        return {member.hire_id: NotPaid(why, stops=True) for member in members}

    if ruling is None:
        return wait(say("绩效总额和算法还没有裁定"), counted)
    return wait(say("没有考核得分"), [member for member in counted if member.points_tenths is None])


def _line(member: Member, parts: tuple[Part, ...]) -> Line:
    months = sorted(month for month, days in member.paid_days.items() if days)
    last = months[-1] + timedelta(days_of(months[-1]) - 1)
    return Line(months[0], last, sum(member.paid_days.values()), parts)


# ---- what is read -------------------------------------------------------------------------------------------------

_Conditions = tuple[ColumnElement[bool], ...]


def _paid_days(connection: Connection, mine: _Conditions, months: Sequence[date]) -> dict[int, dict[date, int]]:
    """The days paid in each month of the year, by hire."""
    asked = (
        select(line.c.hire_id, line.c.month, line.c.days_tenths)
        .join(sheet, sheet.c.id == line.c.sheet_id)
        .join(hire, hire.c.id == line.c.hire_id)
        .where(
            line.c.kind == MONTHLY,
            line.c.live,
            line.c.month.between(months[0], months[-1]),
            sheet.c.status == PAID,
            *mine,
        )
    )
    found: dict[int, dict[date, int]] = defaultdict(dict)
    for hire_id, month, tenths in connection.execute(asked):
        found[hire_id][month] = found[hire_id].get(month, 0) + tenths // 10
    return dict(found)


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
