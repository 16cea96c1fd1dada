"""Recoveries as people look for them (追回台账): lists, what is still open, and payments that are worth a look."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    FromClause,
    Select,
    and_,
    cast,
    func,
    literal_column,
    or_,
    select,
    union,
)

from states.overpaid import Overpaid, Paid, overpaid
from workflow.pay_once import MONTHLY
from workflow.portions import in_portions
from workflow.queries.bank import refused_by_bank
from workflow.queries.paging import PAGE, in_sight, page_size
from workflow.queries.scope import Scope
from workflow.tables import metadata

recovery, repayment, contract = (metadata.tables[name] for name in ("recovery", "repayment", "contract"))
hire, opening, person, post = (metadata.tables[name] for name in ("hire", "opening", "person", "post"))
pay_sheet, pay_line = metadata.tables["pay_sheet"], metadata.tables["pay_line"]
#: payments of so many months back are looked into by themselves
LOOK_BACK_DAYS = 400
#: what a row of the ledger sets right: the claim itself, of which it takes something off, else a repayment
THE_CLAIM = 0
#: so many hires are looked into at once
BATCH = 200


class Standing(StrEnum):
    """Where a claim stands (追回进度): it waits to be decided, money is owed, all came back, or it was turned down."""

    WAITING = "waiting"
    OPEN = "open"
    SETTLED = "settled"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class RecoveryLine:
    """A claim with the names around it. Amounts in fen; ``from_month`` and ``until_month`` are first days of months.

    ``cut_fen``: what was taken off the claim, because it said too much.
    """

    id: int
    hire_id: int
    person_name: str
    post_title: str
    region: str
    procedure: str
    from_month: date
    until_month: date
    fen: int
    repaid_fen: int
    cut_fen: int
    cause: str
    article: str
    asked_at: datetime
    decided_at: datetime | None
    upheld: bool | None
    opinion: str | None
    settled_on: date | None

    @property
    def standing(self) -> Standing:
        if self.upheld is None:
            return Standing.WAITING
        if not self.upheld:
            return Standing.REFUSED
        return Standing.OPEN if self.settled_on is None else Standing.SETTLED

    @property
    def open_fen(self) -> int:
        """What has still to come back; nothing before it was decided, or where it was turned down."""
        return self.fen - self.cut_fen - self.repaid_fen if self.standing is Standing.OPEN else 0


@dataclass(frozen=True, slots=True)
class Recoveries:
    """A page of claims, the newest first; ``after`` is the id to go on from."""

    lines: tuple[RecoveryLine, ...]
    after: int | None


@dataclass(frozen=True, slots=True)
class RecoverySums:
    """Over all claims of a region: how many wait, how many are open, and what has still to come back, in fen."""

    waiting: int
    open: int
    open_fen: int


@dataclass(frozen=True, slots=True)
class RepaymentLine:
    """What came back on a day, with its voucher. Amounts in fen."""

    number: int
    fen: int
    on_day: date
    voucher: str
    recorded_at: datetime
    #: of a row that sets another right: which one (0: the claim), why, and what was decided (None: it waits)
    corrects: int | None = None
    reason: str | None = None
    upheld: bool | None = None


@dataclass(frozen=True, slots=True)
class Suspect:
    """A hire with payments that ought to be looked into (疑点), and what they come to."""

    hire_id: int
    person_name: str
    region: str
    found: Overpaid


def recoveries(
    connection: Connection,
    scope: Scope,
    *,
    standing: Standing | None = None,
    region: str | None = None,
    hire_id: int | None = None,
    after: int | None = None,
    limit: int = PAGE,
) -> Recoveries:
    """The claims within the scope, the newest first. For offices only: an applicant sees none."""
    limit = page_size(limit)
    asked = _lines().where(in_sight(scope, region)).order_by(recovery.c.id.desc()).limit(limit + 1)
    if standing is not None:
        asked = asked.where(_STANDING[standing])
    if hire_id is not None:
        asked = asked.where(recovery.c.hire_id == hire_id)
    if after is not None:
        asked = asked.where(recovery.c.id < after)
    lines = tuple(RecoveryLine(**row._mapping) for row in connection.execute(asked))
    return Recoveries(lines[:limit], lines[limit - 1].id if len(lines) > limit else None)


def recovery_line(connection: Connection, scope: Scope, number: int) -> RecoveryLine | None:
    """One claim; None if there is none, or none for this actor."""
    row = connection.execute(_lines().where(recovery.c.id == number, in_sight(scope, None))).one_or_none()
    return None if row is None else RecoveryLine(**row._mapping)


def repayments(connection: Connection, number: int) -> tuple[RepaymentLine, ...]:
    """What came back of a claim, in order."""
    names = RepaymentLine.__dataclass_fields__
    asked = select(*(repayment.c[name] for name in names)).where(repayment.c.recovery_id == number)
    return tuple(RepaymentLine(**row._mapping) for row in connection.execute(asked.order_by(repayment.c.number)))


@dataclass(frozen=True, slots=True)
class ClaimedMonths:
    """A claim that waits or was upheld, with its months; what came back by it and what it still asks for, in fen."""

    number: int
    from_month: date
    until_month: date
    repaid_fen: int
    open_fen: int


def claims_over(connection: Connection, hire_ids: Iterable[int], month: date) -> dict[int, list[ClaimedMonths]]:
    """The claims under these hires that cover a month, but for those turned down, by hire."""
    back, off = func.coalesce(_repaid(), 0), func.coalesce(reduced(), 0)
    columns = (recovery.c.hire_id, recovery.c.id, recovery.c.from_month, recovery.c.until_month)
    found: dict[int, list[ClaimedMonths]] = {}
    for some in in_portions(sorted(hire_ids)):
        asked = select(*columns, recovery.c.fen, back.label("back"), off.label("off")).where(
            recovery.c.hire_id.in_(some), recovery.c.from_month <= month, recovery.c.until_month >= month,
            recovery.c.upheld.is_not(False),
        )  # fmt: skip
        for row in connection.execute(asked.order_by(recovery.c.id)):
            left = max(row.fen - int(row.back) - int(row.off), 0)
            one = ClaimedMonths(row.id, row.from_month, row.until_month, int(row.back), left)
            found.setdefault(row.hire_id, []).append(one)
    return found


def recovery_sums(connection: Connection, scope: Scope, region: str | None = None) -> RecoverySums:
    """What waits and what is owed within the scope."""
    back = func.coalesce(_repaid(), 0) + func.coalesce(reduced(), 0)
    open_ = _STANDING[Standing.OPEN]
    asked = (
        select(
            func.count().filter(_STANDING[Standing.WAITING]),
            func.count().filter(open_),
            func.coalesce(func.sum(recovery.c.fen - back).filter(open_), 0),
        )
        .join(hire, hire.c.id == recovery.c.hire_id)
        .where(in_sight(scope, region), recovery.c.settled_on.is_(None))
    )
    waiting, number, fen = connection.execute(asked).one()
    return RecoverySums(waiting, number, int(fen))


_STANDING: dict[Standing, ColumnElement[bool]] = {
    Standing.WAITING: recovery.c.upheld.is_(None),
    Standing.OPEN: and_(recovery.c.upheld.is_(True), recovery.c.settled_on.is_(None)),
    Standing.SETTLED: and_(recovery.c.upheld.is_(True), recovery.c.settled_on.is_not(None)),
    Standing.REFUSED: recovery.c.upheld.is_(False),
}


def counts(row: FromClause) -> ColumnElement[bool]:
    """Whether a row of the ledger counts: money that came back, and what a second person set right of it."""
    return or_(row.c.corrects.is_(None), row.c.upheld.is_(True))


def _repaid() -> Any:
    return _sum(counts(repayment), or_(repayment.c.corrects.is_(None), repayment.c.corrects != THE_CLAIM))


def reduced() -> Any:
    """What was taken off a claim, in fen, beside ``recovery``; null where nothing was."""
    return _sum(repayment.c.corrects == THE_CLAIM, repayment.c.upheld.is_(True))


def _sum(*conditions: ColumnElement[bool]) -> Any:
    mine = select(func.sum(repayment.c.fen)).where(repayment.c.recovery_id == recovery.c.id, *conditions)
    return mine.correlate(recovery).scalar_subquery()


def _lines() -> Select[Any]:
    names = [name for name in RecoveryLine.__dataclass_fields__ if name in recovery.c]
    return (
        select(
            *(recovery.c[name] for name in names),
            person.c.name.label("person_name"),
            post.c.title.label("post_title"),
            hire.c.region,
            hire.c.procedure,
            # a sum of large numbers is no whole number to PostgreSQL
            cast(func.coalesce(_repaid(), 0), BigInteger).label("repaid_fen"),
            cast(func.coalesce(reduced(), 0), BigInteger).label("cut_fen"),
        )
        .select_from(recovery)
        .join(hire, hire.c.id == recovery.c.hire_id)
        .join(person, person.c.id == recovery.c.person_id)
        .join(opening, opening.c.id == hire.c.opening_id)
        .join(post, post.c.id == opening.c.post_id)
    )


# ---- what ought to be looked into --------------------------------------------------------------------------------


def suspects(connection: Connection, scope: Scope, on: date, limit: int = PAGE) -> tuple[Suspect, ...]:
    """Hires within the scope that were paid outside a term or after a death in the last year, not claimed yet.

    Looked at are those who left lately, those over their term and those who died, batch by batch until the page is
    full: whoever turns out to be paid rightly takes nobody's place on it.
    """
    most, found, after = page_size(limit), list[Suspect](), 0
    while len(found) < most:
        ids = _worth_a_look(connection, scope, on, after)
        found += overpaid_of(connection, scope, ids)
        if len(ids) < BATCH:
            break
        after = ids[-1]
    return tuple(found[:most])


def _worth_a_look(connection: Connection, scope: Scope, on: date, after: int) -> Sequence[int]:
    """The next hires with a paid line that no single term covers, or that reaches behind a death."""
    since = date.fromordinal(on.toordinal() - LOOK_BACK_DAYS)
    gone = [
        select(hire.c.id).where(hire.c.state == literal_column("'dismissed'"), hire.c.entered_on >= since),
        select(hire.c.id).where(hire.c.stage == literal_column("'over_term'")),
        # a term that was set right may have fewer days than were paid
        select(hire.c.id).join(contract, contract.c.hire_id == hire.c.id).where(contract.c.corrected_by.is_not(None)),
        select(hire.c.id).join(person, person.c.id == hire.c.person_id).where(person.c.died_on >= since),
    ]
    ids = union(*(one.where(in_sight(scope, None)) for one in gone)).subquery()
    lacking = ~select(contract.c.hire_id).where(
        contract.c.hire_id == pay_line.c.hire_id,
        contract.c.corrected_by.is_(None),
        contract.c.starts_on <= pay_line.c.from_on,
        func.coalesce(contract.c.ended_on, contract.c.ends_on) >= pay_line.c.until_on,
    ).correlate(pay_line).exists()  # fmt: skip
    asked = (
        select(pay_line.c.hire_id)
        .join(ids, ids.c.id == pay_line.c.hire_id)
        .join(pay_sheet, pay_sheet.c.id == pay_line.c.sheet_id)
        .join(person, person.c.id == pay_line.c.person_id)
        .where(pay_line.c.live, pay_line.c.kind == MONTHLY, pay_sheet.c.status == "paid", pay_line.c.until_on >= since)
        .where(~refused_by_bank())
        .where(or_(lacking, person.c.died_on < pay_line.c.until_on), ~_claimed(), pay_line.c.hire_id > after)
        .distinct()
        .order_by(pay_line.c.hire_id)
        .limit(BATCH)
    )
    return connection.execute(asked).scalars().all()


def overpaid_of(connection: Connection, scope: Scope, hire_ids: Iterable[int]) -> tuple[Suspect, ...]:
    """What was paid wrongly under these hires and is not claimed back yet, by hire."""
    ids = sorted(set(hire_ids))
    if not ids:
        return ()
    about = connection.execute(
        select(hire.c.id, hire.c.region, hire.c.state, person.c.name, person.c.died_on)
        .join(person, person.c.id == hire.c.person_id)
        .where(hire.c.id.in_(ids), in_sight(scope, None))
        .order_by(hire.c.id)
    ).all()
    terms: dict[int, list[tuple[date, date]]] = {}
    ends_on = func.coalesce(contract.c.ended_on, contract.c.ends_on)
    known = select(contract.c.hire_id, contract.c.starts_on, ends_on).where(
        contract.c.starts_on.is_not(None), contract.c.corrected_by.is_(None)
    )
    for hire_id, first, last in connection.execute(known.where(contract.c.hire_id.in_(ids))):
        terms.setdefault(hire_id, []).append((first, last))
    paid = received_of(connection, ids)
    found = []
    for row in about:
        left = row.state == "dismissed"
        wrong = overpaid(paid.get(row.id, ()), terms.get(row.id, ()), row.died_on, left=left)
        if wrong is not None:
            found.append(Suspect(row.id, row.name, row.region, wrong))
    return tuple(found)


def received_of(connection: Connection, hire_ids: Iterable[int]) -> dict[int, list[Paid]]:
    """The lines of months whose money people have and nobody has claimed back, by hire."""
    asked = lines_paid().where(pay_line.c.hire_id.in_(sorted(hire_ids)), ~_claimed(), ~refused_by_bank())
    found: dict[int, list[Paid]] = {}
    for row in connection.execute(asked):
        found.setdefault(row.hire_id, []).append(paid_line(row))
    return found


def lines_paid() -> Select[Any]:
    """The lines of months on paid sheets, whether or not the bank refused them."""
    return (
        select(*(pay_line.c[name] for name in ("hire_id", "from_on", "until_on", "net_fen", "days_tenths")))
        .join(pay_sheet, pay_sheet.c.id == pay_line.c.sheet_id)
        .where(pay_line.c.live, pay_line.c.kind == MONTHLY, pay_sheet.c.status == "paid")
    )


def paid_line(row: Any) -> Paid:
    """A row of ``lines_paid``."""
    return Paid(row.from_on, row.until_on, row.net_fen, row.days_tenths // 10)


def _claimed() -> ColumnElement[bool]:
    """Whether the month of a line is claimed back already; a claim that was turned down counts too: it was decided."""
    return (
        select(recovery.c.id)
        .where(
            recovery.c.hire_id == pay_line.c.hire_id,
            recovery.c.from_month <= pay_line.c.month,
            recovery.c.until_month >= pay_line.c.month,
        )
        .correlate(pay_line)
        .exists()
    )
