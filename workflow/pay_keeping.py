"""How pay sheets are kept (发放表存档): read, written and voided, every act in the office log (book ``pay``).

The log holds numbers and words of a fixed choice; who a sheet pays stands in its lines alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from states.facts import SYSTEM, Actor
from states.performance import PotRuling
from states.refusals import Refusal, StepNotOffered
from states.say import Sentence, say
from workflow import office_log
from workflow.pay_rows import MONTHLY, Rows, part_kept, said
from workflow.queries.bank import listed_for_bank
from workflow.queries.scope import scoped
from workflow.tables import metadata

BOOK = "pay"
sheet, line, approval = (metadata.tables[name] for name in ("pay_sheet", "pay_line", "pay_approval"))
DRAFT, FROZEN, APPROVED, PAID, VOID = "draft", "frozen", "approved", "paid", "void"
STATUSES: Mapping[str, Sentence] = {
    DRAFT: say("草表"),
    FROZEN: say("待审批"),
    APPROVED: say("已审批，待发放"),
    PAID: say("已发放"),
    VOID: say("已作废"),
}


class NoSuchSheet(Refusal):
    """There is no such sheet, or not for this actor."""

    def __init__(self) -> None:
        super().__init__(say("没有这份发放表，或您无权查看"))


@dataclass(frozen=True, slots=True)
class Order:
    """What a sheet is made of. ``month``: its first day; for the performance of a year, the first of December.

    ``extra``: parts that somebody decided on, the same for each, in fen. ``ruling``: how Baihe's pot is shared.
    """

    procedure: str
    region: str
    month: date
    kind: str = MONTHLY
    extra: tuple[tuple[str, int], ...] = ()
    ruling: PotRuling | None = None


def approvals(connection: Connection, number: int) -> list[Row[Any]]:
    """Who has approved a sheet, the first first."""
    return list(connection.execute(select(approval).where(approval.c.sheet_id == number).order_by(approval.c.at)).all())


def order_of(row: Any) -> Order:
    """What a stored sheet was made of."""
    ruling = row.basis.get("ruling")
    return Order(
        row.procedure,
        row.region,
        row.month,
        row.kind,
        tuple(sorted(row.basis.get("extra", {}).items())),
        None if ruling is None else PotRuling(**ruling),
    )


def locked(connection: Connection, number: int, actor: Actor) -> Any:
    """The sheet, held until the transaction ends. Raises NoSuchSheet."""
    row = connection.execute(select(sheet).where(sheet.c.id == number).with_for_update()).one_or_none()
    if row is None or not scoped(actor).covers(row.region):
        raise NoSuchSheet
    return row


def open_sheets(connection: Connection, order: Order) -> list[Any]:
    """The sheets of an order that are neither paid nor void, held until the transaction ends: one at the most."""
    return list(connection.execute(_of(order).where(sheet.c.status.not_in((PAID, VOID))).with_for_update()).all())


def paid_sheets(connection: Connection, order: Order) -> list[int]:
    """The numbers of the sheets of an order whose money has gone out: a new one is supplementary (补发) to them."""
    asked = _of(order).with_only_columns(sheet.c.id).where(sheet.c.status == PAID).order_by(sheet.c.id)
    return list(connection.execute(asked).scalars())


def _of(order: Order) -> Any:
    return select(sheet).where(
        sheet.c.procedure == order.procedure,
        sheet.c.region == order.region,
        sheet.c.month == order.month,
        sheet.c.kind == order.kind,
    )


def void(
    connection: Connection,
    number: int,
    at: datetime,
    reason: str,
    why: str,
    actor: Actor = SYSTEM,
    algorithm: str = "sha256",
) -> None:
    """Voids a sheet: its lines count no more. ``reason``: for people; ``why``: for the log, one word of a fixed choice
    (remade, changed, attendance, sent_back).

    Raises StepNotOffered once a list was taken for the bank: the money counts as on its way.
    """
    if listed_for_bank(connection, number):
        raise StepNotOffered(
            say("第{n}号发放表已经取过银行清单，不能作废。请登记发放，再逐笔更正、追回或者办理不再发放", n=number)
        )
    values = {"status": VOID, "voided_at": at, "reason": reason}
    connection.execute(update(sheet).where(sheet.c.id == number).values(values))
    connection.execute(update(line).where(line.c.sheet_id == number).values(live=False))
    office_log.write(connection, BOOK, "voided", actor, at, {"sheet": number, "why": why}, algorithm)


def store(connection: Connection, order: Order, rows: Rows, made: Mapping[str, Any], supplements: list[int]) -> int:
    """Keeps a draft with its lines and returns its number. ``made``: who made it, for whom, when."""
    basis: dict[str, Any] = {
        "figures": dict(rows.figures),
        "extra": dict(order.extra),
        "unpaid": {str(hire_id): said(answer.why) for hire_id, answer in rows.unpaid.items()},
        "paid_by": {str(hire_id): answer.sheet for hire_id, answer in rows.unpaid.items() if answer.sheet},
        "supplements": supplements,
        **rows.basis,
    }
    if order.ruling is not None:
        basis["ruling"] = asdict(order.ruling)
    values = {
        "procedure": order.procedure,
        "region": order.region,
        "month": order.month,
        "kind": order.kind,
        "status": DRAFT,
        "people": len(rows.paid),
        "sum_fen": rows.sum_fen,
        "digest": rows.digest(),
        "basis": basis,
        **made,
    }
    number = int(connection.execute(insert(sheet).values(values).returning(sheet.c.id)).scalar_one())
    lines = [_line_row(number, order, rows, hire_id) for hire_id in rows.paid]
    if lines:
        connection.execute(insert(line), lines)
    return number


def _line_row(number: int, order: Order, rows: Rows, hire_id: int) -> dict[str, Any]:
    one, somebody = rows.paid[hire_id], rows.people[hire_id]
    return {
        "sheet_id": number,
        "hire_id": hire_id,
        "person_id": somebody.person_id,
        "post_id": somebody.post_id,
        "month": order.month,
        "kind": order.kind,
        "topup": rows.topups.get(hire_id, 0),
        "live": True,
        "from_on": one.from_on,
        "until_on": one.until_on,
        "days_tenths": one.days * 10,
        "gross_fen": one.gross_fen,
        "deducted_fen": one.deducted_fen,
        "net_fen": one.net_fen,
        "employer_fen": one.employer_fen,
        "items": [part_kept(part) for part in (*one.parts, *one.employer)],
        "warnings": [said(warning) for warning in one.warnings],
    }
