"""Which source bears what of a pay sheet (列支): shares that add up to its cost, held against what each has left.

A sheet costs what is paid before anything is taken off, and the employer's insurance beside it; where a document has
the employer's share claimed back (``subsidy_claims``), the claims bear that. What the bank refused is borne while it is
owed; where it was closed for good, or a supplementary sheet took the month over, no source bears it any more.

Amounts are fen. What is charged stands in the office log (book ``charges``); once a sheet is paid two people set it
right (``charge_corrections``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from states.charging import Judged, judge
from states.facts import Actor
from states.meets import enforces
from states.refusals import InputRefused, StepNotOffered
from states.say import say
from workflow import office_log
from workflow.office import Office
from workflow.pay_sheets import APPROVERS, MAKERS, PAID, VOID, locked
from workflow.queries.bank import cost_fen, employer_cost_fen
from workflow.queries.scope import within
from workflow.subsidy_claims import provision_of
from workflow.tables import metadata

BOOK = "charges"
#: who says which source bears what
CHARGERS = APPROVERS | MAKERS
charge, sheet, budget = (metadata.tables[name] for name in ("pay_charge", "pay_sheet", "budget"))
line, hire = metadata.tables["pay_line"], metadata.tables["hire"]


@dataclass(frozen=True, slots=True)
class Source:
    """A source of money for a sheet: what was set for the year, what other sheets took, what is left (all in fen)."""

    name: str
    fen: int | None
    taken: int

    @property
    def left(self) -> int | None:
        return None if self.fen is None else self.fen - self.taken


@dataclass(frozen=True, slots=True)
class Bill:
    """What a sheet costs its sources, in fen: pay before anything is taken off, and the employer's insurance.

    ``claimed_fen``: of that insurance what is claimed back, and is no cost of these sources. ``returned_fen``: what the
    sheet said beyond this and nobody bears, because it came back from the bank and this sheet sends it no more.
    """

    gross_fen: int
    employer_fen: int
    claimed_fen: int = 0
    returned_fen: int = 0

    @property
    def fen(self) -> int:
        return self.gross_fen + self.employer_fen - self.claimed_fen


@enforces("XY-43")
def bill_of(office: Office, connection: Connection, row: Any) -> Bill:
    """What a sheet costs. Baihe's Article 14 has the employer's share advanced and claimed back, others budget it."""
    found = provision_of(office.catalogue.current(row.procedure))
    whole = func.sum(line.c.gross_fen + line.c.employer_fen)
    asked = (
        select(hire.c.kind, func.sum(cost_fen()), func.sum(employer_cost_fen()), whole)
        .join(hire, hire.c.id == line.c.hire_id)
        .where(line.c.sheet_id == row.id)
        .group_by(hire.c.kind)
    )
    gross = employer = claimed = said = 0
    for kind, of_gross, of_employer, of_both in connection.execute(asked):
        gross, employer, said = gross + int(of_gross), employer + int(of_employer), said + int(of_both)
        if found is not None and (not found.kinds or kind in found.kinds):
            claimed += int(of_employer)
    return Bill(gross, employer, claimed, said - gross - employer)


def sources(office: Office, connection: Connection, row: Any) -> tuple[Source, ...]:
    """The sources of a sheet: those with a budget for its year and place, then those that the document names."""
    around = [row.region[:length] for length in range(len(row.region) + 1)]
    asked = select(budget.c.source, budget.c.region, budget.c.fen).where(
        budget.c.procedure_id == row.procedure, budget.c.year == row.month.year, budget.c.region.in_(around)
    )
    found: dict[str, Any] = {}
    for one in connection.execute(asked):
        if one.source not in found or len(one.region) > len(found[one.source].region):
            found[one.source] = one
    known = [Source(name, one.fen, _taken(connection, row, name, one.region)) for name, one in sorted(found.items())]
    named = [line.zh for line in office.catalogue.current(row.procedure).funding]
    return (*known, *(Source(name, None, 0) for name in named if name not in found and len(name) <= 48))


def _taken(connection: Connection, row: Any, source: str, region: str) -> int:
    """What other sheets of the year took from a source in the place it was set for.

    What a place within it draws from a budget of its own under the same name is not taken from the larger one.
    """
    own = select(budget.c.region).where(
        budget.c.procedure_id == row.procedure, budget.c.year == row.month.year, budget.c.source == source
    )
    nearer = [code for code in connection.execute(own).scalars() if code != region and code.startswith(region)]
    asked = (
        select(func.coalesce(func.sum(charge.c.fen), 0))
        .join(sheet, sheet.c.id == charge.c.sheet_id)
        .where(charge.c.source == source, charge.c.sheet_id != row.id, sheet.c.status != VOID)
        .where(sheet.c.procedure == row.procedure, within(sheet.c.region, (region,)))
        .where(sheet.c.month.between(row.month.replace(month=1, day=1), row.month.replace(month=12, day=31)))
    )
    if nearer:
        asked = asked.where(~within(sheet.c.region, tuple(nearer)))
    return int(connection.execute(asked).scalar_one())


def charged(connection: Connection, number: int) -> dict[str, int]:
    """What each source bears of a sheet."""
    asked = select(charge.c.source, charge.c.fen).where(charge.c.sheet_id == number).order_by(charge.c.source)
    return {source: fen for source, fen in connection.execute(asked)}


def judged(office: Office, connection: Connection, row: Any, shares: Mapping[str, int]) -> Judged:
    """What is said of these shares as things stand."""
    left = {source.name: source.left for source in sources(office, connection, row)}
    return judge(office.catalogue.current(row.procedure), bill_of(office, connection, row).fen, shares, left)


def set_charges(office: Office, number: int, shares: Mapping[str, int], actor: Actor, at: datetime) -> Judged:
    """Charges a sheet to sources, in place of what was charged before; returns what is warned of.

    Two who charge one source at once wait for each other. Raises NoSuchSheet, StepNotOffered, also for a sheet that was
    paid and charged: its shares are set right by two people, InputRefused.
    """
    with office.database.session() as session:
        office_log.hold(session, BOOK, at)
        connection = session.connection()
        row = held(connection, number, actor)
        if row.status == PAID and charged(connection, number):
            raise StepNotOffered(say("这份发放表已经发放并登记列支，改动须写明理由，由另一人确认"))
        return put(office, connection, row, shares, "charged", actor, at)


def held(connection: Connection, number: int, actor: Actor) -> Any:
    """The sheet, for whoever may charge it. Raises NoSuchSheet, StepNotOffered."""
    row = locked(connection, number, actor)
    if not actor.roles_in(row.region) & CHARGERS:
        raise StepNotOffered(say("您在这个地区没有登记列支的职责"), forbidden=True)
    if row.status == VOID:
        raise StepNotOffered(say("这份发放表已经作废，不能列支"))
    return row


def put(
    office: Office, connection: Connection, row: Any, shares: Mapping[str, int], act: str, actor: Actor, at: datetime
) -> Judged:
    """Writes the shares of a sheet that is held, in the caller's transaction. Raises InputRefused."""
    found = judged(office, connection, row, shares)
    if found.faults:
        raise InputRefused(dict(found.faults))
    connection.execute(delete(charge).where(charge.c.sheet_id == row.id))
    who = {"region": row.region, "set_by": actor.person_key, "account_id": actor.account_id, "set_at": at}
    rows = [{"sheet_id": row.id, "source": source, "fen": fen, **who} for source, fen in shares.items()]
    if rows:  # a sheet of which everything came back for good costs nothing
        connection.execute(insert(charge), rows)
    facts = {"sheet": row.id, "shares": dict(shares), "over": sorted(found.warnings)}
    office_log.write(connection, BOOK, act, actor, at, facts, office.setting.algorithm)
    return found
