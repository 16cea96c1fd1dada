"""The rows of a year's performance pay (年度绩效): from what was paid by month, the rulings, and a pot."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import Connection, select

from states.pay import Line, NotPaid, Part
from states.performance import Member, PotRuling, by_months, share_pot
from states.procedure import Procedure
from states.say import say
from workflow.office import Office
from workflow.pay_rows import MONTHLY, Rows, Somebody, people_of, said
from workflow.queries.paging import begins_with
from workflow.queries.scope import within
from workflow.tables import metadata

hire, sheet, line, assessment = (metadata.tables[name] for name in ("hire", "pay_sheet", "pay_line", "assessment"))
#: sheets of which the money has gone out, or is about to
_COUNTED = ("approved", "paid")


def year_rows(
    office: Office, connection: Connection, procedure_id: str, region: str, year: int, ruling: PotRuling | None
) -> Rows:
    """The performance pay of everybody who was paid under a document in ``region`` and ``year``.

    ``ruling`` is needed where the document shares a pot out; without it everybody waits.
    """
    days = _paid_days(connection, procedure_id, region, year)
    people = people_of(connection, sorted(days))
    rulings = _rulings(connection, sorted(days), year)
    members = {
        hire_id: Member(hire_id, by_month, *rulings.get(hire_id, (None, None))) for hire_id, by_month in days.items()
    }
    procedure = office.catalogue.current(procedure_id)
    if _has_pot(procedure):
        return _by_pot(members, people, ruling)
    return _by_months(office, members, people)


def _has_pot(procedure: Procedure) -> bool:
    return any(item.paid == "after_assessment" and item.formula is not None for item in procedure.pay)


def _by_months(office: Office, members: Mapping[int, Member], people: Mapping[int, Somebody]) -> Rows:
    paid: dict[int, Line] = {}
    unpaid: dict[int, NotPaid] = {}
    for hire_id, member in members.items():
        somebody = people[hire_id]
        for item in office.procedure(somebody.procedure).pay:
            if item.paid != "after_assessment" or (item.kinds and somebody.kind not in item.kinds):
                continue
            part = by_months(member, item.fen or 0, item.zh)
            if isinstance(part, NotPaid):
                unpaid[hire_id] = _left(somebody, part)
            else:
                paid[hire_id] = _line(member, (part,))
    return Rows(paid, unpaid, people)


def _left(somebody: Somebody, answer: NotPaid) -> NotPaid:
    """Whoever has left is not ruled on any more: the others do not wait for that."""
    return NotPaid(say("已离岗，没有年度考核，不发绩效")) if answer.stops and somebody.left else answer


def _by_pot(members: Mapping[int, Member], people: Mapping[int, Somebody], ruling: PotRuling | None) -> Rows:
    unpaid = {
        hire_id: _left(people[hire_id], NotPaid(say("年度考核还没有审定"), stops=True))
        if member.passed is None
        else NotPaid(say("年度考核不合格，不发绩效"))
        for hire_id, member in members.items()
        if not member.passed
    }
    counted = [member for hire_id, member in members.items() if hire_id not in unpaid]
    if ruling is None:
        unpaid |= {m.hire_id: NotPaid(say("绩效总额和算法还没有裁定"), stops=True) for m in counted}
        return Rows({}, unpaid, people)
    if missing := [member for member in counted if member.points_tenths is None]:
        unpaid |= {member.hire_id: NotPaid(say("没有考核得分"), stops=True) for member in missing}
        return Rows({}, unpaid, people)
    if not counted or not any((member.points_tenths or 0) > 0 for member in counted):
        return Rows({}, unpaid, people)
    pot = share_pot(counted, ruling)
    paid = {member.hire_id: _line(member, (pot.parts[member.hire_id],)) for member in counted}
    basis = {"pot": {"fen": pot.fen, "left": pot.left_fen, **said(pot.why)}}
    return Rows(paid, unpaid, people, basis=basis)


def _line(member: Member, parts: tuple[Part, ...]) -> Line:
    months = sorted(month for month, days in member.paid_days.items() if days)
    return Line(months[0], date(months[-1].year, 12, 31), sum(member.paid_days.values()), parts)


def _paid_days(connection: Connection, procedure_id: str, region: str, year: int) -> dict[int, dict[date, int]]:
    """The days paid in each month of the year, by hire."""
    asked = (
        select(line.c.hire_id, line.c.month, line.c.days_tenths)
        .join(sheet, sheet.c.id == line.c.sheet_id)
        .join(hire, hire.c.id == line.c.hire_id)
        .where(
            line.c.kind == MONTHLY,
            line.c.live,
            line.c.month.between(date(year, 1, 1), date(year, 12, 1)),
            sheet.c.status.in_(_COUNTED),
            within(hire.c.region, (region,)),
            begins_with(hire.c.procedure, f"{procedure_id}@"),
        )
    )
    found: dict[int, dict[date, int]] = defaultdict(dict)
    for hire_id, month, tenths in connection.execute(asked):
        found[hire_id][month] = tenths // 10
    return dict(found)


def _rulings(connection: Connection, ids: Iterable[int], year: int) -> dict[int, tuple[bool, int | None]]:
    """Whether the year was passed, and the points, of those who were ruled on."""
    wanted = set(ids)
    asked = select(assessment.c.hire_id, assessment.c.passed, assessment.c.points_tenths).where(
        assessment.c.year == year, assessment.c.ruled_seq.is_not(None)
    )
    return {row.hire_id: (row.passed, row.points_tenths) for row in connection.execute(asked) if row.hire_id in wanted}
