"""How much may be claimed back of some months (追回限额): what was paid for them, less what is claimed already.

A month of which the service made no sheet was paid on paper; for it the month's standard, performance with it, is the
limit. Amounts are fen, months their first days.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, func, or_, select

from states.attendance_marks import month_days
from states.months import months_from
from states.overpaid import Claimable, Span, claimable
from states.standard import base_fen, performance_fen
from states.versions import in_month
from workflow.office import Office
from workflow.pay_rows import MONTHLY, people_of
from workflow.queries.bank import refused_by_bank
from workflow.queries.recoveries import reduced
from workflow.queries.scope import within
from workflow.tables import metadata

recovery, pay_line, pay_sheet = (metadata.tables[name] for name in ("recovery", "pay_line", "pay_sheet"))
PAID = "paid"


def limit_of(office: Office, connection: Connection, hire_id: int, first: date, last: date) -> Claimable:
    """The limit of a claim under a hire for the months from ``first`` to ``last``, both with it."""
    claims = _claims(connection, hire_id)
    begins = min([first, *(span[0] for span, _ in claims)])
    ends = max([last, *(span[1] for span, _ in claims)])
    paid = _paid(connection, hire_id, begins, ends)
    on_paper = _on_paper(office, connection, hire_id, [m for m in months_from(begins, ends) if m not in paid])
    return claimable({**on_paper, **paid}, claims, (first, last))


def _claims(connection: Connection, hire_id: int) -> list[tuple[Span, int]]:
    """The claims that wait or were upheld, with their months and what is left of them after what was taken off."""
    asked = select(recovery.c.from_month, recovery.c.until_month, recovery.c.fen, reduced()).where(
        recovery.c.hire_id == hire_id, recovery.c.upheld.is_not(False)
    )
    return [((first, last), fen - int(off or 0)) for first, last, fen, off in connection.execute(asked)]


def _paid(connection: Connection, hire_id: int, first: date, last: date) -> dict[date, int]:
    """What the person received by month; a year's performance is December's."""
    asked = (
        select(pay_line.c.month, func.sum(pay_line.c.net_fen))
        .join(pay_sheet, pay_sheet.c.id == pay_line.c.sheet_id)
        .where(pay_line.c.hire_id == hire_id, pay_line.c.live, pay_sheet.c.status == PAID, ~refused_by_bank())
        .where(pay_line.c.month.between(first, last))
        .group_by(pay_line.c.month)
    )
    return {month: int(fen) for month, fen in connection.execute(asked)}


def _on_paper(office: Office, connection: Connection, hire_id: int, months: list[date]) -> dict[date, int]:
    """The standard of those months of which no sheet of the place was paid in the service."""
    (row,) = people_of(connection, [hire_id])
    procedure = office.procedure(row.procedure)
    around = [row.region[:length] for length in range(len(row.region) + 1)]
    made = select(pay_sheet.c.month).where(
        pay_sheet.c.procedure == procedure.procedure,
        pay_sheet.c.kind == MONTHLY,
        pay_sheet.c.status == PAID,
        or_(within(pay_sheet.c.region, (row.region,)), pay_sheet.c.region.in_(around)),
    )
    here = set(connection.execute(made).scalars())
    found = {}
    for month in months:
        if month not in here:
            key, standard_fen = in_month(row.dossier, row.procedure, row.monthly_fen, month_days(month)[-1])
            known = office.procedure(key)
            found[month] = base_fen(known, row.kind, standard_fen) + performance_fen(known, row.kind)
    return found
