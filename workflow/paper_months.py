"""Months that were paid on paper (纸质发放): those of which no sheet of the place was paid in the service."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, or_, select

from states.attendance_marks import month_days
from states.standard import base_fen, performance_fen
from states.versions import in_month
from workflow.office import Office
from workflow.pay_once import MONTHLY, PAID
from workflow.queries.scope import within
from workflow.tables import metadata

pay_sheet = metadata.tables["pay_sheet"]


def on_paper(office: Office, connection: Connection, row: Any, months: Sequence[date]) -> dict[date, int]:
    """The standard, performance with it, of those of the months (first days) that were paid on paper, in fen.

    ``row``: a hire as ``pay_rows.people_of`` reads it.
    """
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
