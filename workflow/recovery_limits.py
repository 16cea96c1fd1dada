"""How much may be claimed back of some months (追回限额): what was paid for them, less what is claimed already.

A month of which the service made no sheet was paid on paper; for it the month's standard, performance with it, is the
limit. Amounts are fen, months their first days.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, func, select

from states.months import months_from
from states.overpaid import Claimable, Span, claimable
from workflow.office import Office
from workflow.paper_months import on_paper
from workflow.pay_rows import people_of
from workflow.queries.bank import refused_by_bank
from workflow.queries.recoveries import reduced
from workflow.tables import metadata

recovery, pay_line, pay_sheet = (metadata.tables[name] for name in ("recovery", "pay_line", "pay_sheet"))
PAID = "paid"


def limit_of(office: Office, connection: Connection, hire_id: int, first: date, last: date) -> Claimable:
    """The limit of a claim under a hire for the months from ``first`` to ``last``, both with it."""
    claims = _claims(connection, hire_id)
    begins = min([first, *(span[0] for span, _ in claims)])
    ends = max([last, *(span[1] for span, _ in claims)])
    paid = _paid(connection, hire_id, begins, ends)
    (row,) = people_of(connection, [hire_id])
    bare = on_paper(office, connection, row, [m for m in months_from(begins, ends) if m not in paid])
    return claimable({**bare, **paid}, claims, (first, last))


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
