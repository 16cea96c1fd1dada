"""What people handed back of a month that is paid (已追回), as a difference of the month looks at it.

Looked at are claims that wait or were upheld: money that came back, less what was set right of it, and what is still
asked for after reductions. A claim that was turned down asks for nothing. How one over several months is laid out, and
that a year's performance comes first where it was paid in one of them, is said in ``states.paid_back``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from sqlalchemy import Connection, func, select

from states.months import months_from
from states.paid_back import Back, Reckoned, back_of
from workflow.pay_once import PAID, PERFORMANCE
from workflow.queries.bank import refused_by_bank
from workflow.queries.recoveries import ClaimedMonths, claims_over
from workflow.tables import metadata

line, sheet = metadata.tables["pay_line"], metadata.tables["pay_sheet"]
#: what was paid of a month of a hire, and what it comes to now
Reckon = Callable[[int, date], Reckoned]


class PaidBack:
    """The claims over one month of some hires, read at once; asked hire by hire."""

    def __init__(self, connection: Connection, hire_ids: Iterable[int], month: date, reckon: Reckon) -> None:
        self._connection, self._month, self._reckon = connection, month, reckon
        self._claims: Mapping[int, list[ClaimedMonths]] = claims_over(connection, hire_ids, month)

    def of(self, hire_id: int, own: Reckoned) -> Back:
        """What falls on the month; ``own``: the month itself, as whoever asks reckons it."""
        found = Back()
        for claim in self._claims.get(hire_id, ()):
            span = months_from(claim.from_month, claim.until_month)
            months = {one: own if one == self._month else self._reckon(hire_id, one) for one in span}
            beside = self._performance(hire_id, claim)
            found += back_of(claim.number, claim.repaid_fen, claim.open_fen, self._month, months, beside)
        return found

    def _performance(self, hire_id: int, claim: ClaimedMonths) -> int:
        asked = (
            select(func.coalesce(func.sum(line.c.net_fen), 0))
            .join(sheet, sheet.c.id == line.c.sheet_id)
            .where(line.c.hire_id == hire_id, line.c.kind == PERFORMANCE, line.c.live, sheet.c.status == PAID)
            .where(line.c.month.between(claim.from_month, claim.until_month), ~refused_by_bank())
        )
        return int(self._connection.execute(asked).scalar_one())
