"""Pay sheets (待遇发放表): made, frozen, approved by two, paid; and void as soon as anything behind them changes.

What is approved are these rows: whoever freezes, approves or pays has them reckoned anew, and where a single fen
differs from what was shown the sheet is void and nothing goes out. A person is on one live sheet for a post and a
month; the database holds that, drafts included. Every act stands in the office log (book ``pay``), by numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from states.clocks import local_day
from states.facts import Actor
from states.performance import PotRuling
from states.procedure import Role
from states.refusals import InputRefused, Refusal, StepNotOffered
from states.say import Sentence, say
from workflow import office_log
from workflow.office import Office
from workflow.pay_rows import MONTHLY, PERFORMANCE, Rows, month_rows, part_kept, said
from workflow.performance_rows import year_rows
from workflow.plain_words import words
from workflow.queries.scope import scoped
from workflow.rates import CODE
from workflow.tables import metadata

BOOK = "pay"
sheet, line, approval = (metadata.tables[name] for name in ("pay_sheet", "pay_line", "pay_approval"))
clearance = metadata.tables["clearance"]
DRAFT, FROZEN, APPROVED, PAID, VOID = "draft", "frozen", "approved", "paid", "void"
#: who makes a sheet, who approves it, who pays
MAKERS = frozenset({Role.TOWNSHIP, Role.EMPLOYER, Role.COMPANY})
APPROVERS = frozenset({Role.HRSS, Role.RURAL, Role.COUNTY, Role.FINANCE})
PAYERS = frozenset({Role.FINANCE, Role.COMPANY, Role.EMPLOYER, Role.TOWNSHIP})
#: natural persons who approve, beside whoever made it
APPROVALS = 2


class NoSuchSheet(Refusal):
    """There is no such sheet, or not for this actor."""

    def __init__(self) -> None:
        super().__init__(say("没有这份发放表，或您无权查看"))


class SheetChanged(Refusal):
    """What is behind a sheet has changed since it was frozen: it is void, and nothing was approved or paid."""

    def __init__(self, number: int) -> None:
        super().__init__(say("第{number}号发放表冻结之后，名单或金额有变动，本表已作废；请重新生成", number=number))


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


def rows_of(office: Office, connection: Connection, order: Order) -> Rows:
    """The rows of a sheet as they are at this moment."""
    if order.kind == PERFORMANCE:
        return year_rows(office, connection, order.procedure, order.region, order.month.year, order.ruling)
    return month_rows(office, connection, order.procedure, order.region, order.month, dict(order.extra))


def make(office: Office, order: Order, actor: Actor, at: datetime) -> int:
    """Makes a draft and returns its number; an earlier draft of the same month gives way to it.

    Raises StepNotOffered for a role that makes none, InputRefused for a month that is not over yet or has a sheet that
    was frozen, or where somebody is on another sheet.
    """
    _may(actor, order.region, MAKERS, say("您在这个地区没有编制发放表的职责"))
    _check(office, order, at)
    try:
        with office.database.transaction() as connection:
            for old in _live(connection, order):
                if old.status != DRAFT:
                    raise InputRefused({"month": say("本月已有第{number}号发放表（已提交），不能另编", number=old.id)})
                _void(connection, old.id, at, say("重新编制").pattern)
            rows = rows_of(office, connection, order)
            number = _insert(connection, order, rows, actor, at)
            facts = {"sheet": number, "region": order.region, "month": order.month.isoformat(), "kind": order.kind}
            _log(office, connection, "made", actor, at, {**facts, "digest": rows.digest(), "sum": rows.sum_fen})
            return number
    except IntegrityError as error:
        if "pay_line" in str(error.orig) or "pay_sheet" in str(error.orig):
            raise InputRefused({"month": say("名单中有人本月已列入另一份发放表，请先核对")}) from error
        raise


def freeze(office: Office, number: int, actor: Actor, at: datetime) -> None:
    """Hands a draft in: from now on its rows are bound. Raises NoSuchSheet, StepNotOffered, SheetChanged, InputRefused
    while somebody holds it up."""
    with office.database.transaction() as connection:
        row = locked(connection, number, actor)
        _may(actor, row.region, MAKERS, say("您在这个地区没有编制发放表的职责"))
        _expect(row, DRAFT)
        rows, changed = _again(office, connection, row, at)
        if not changed:
            if rows.stopping:
                raise InputRefused(
                    {rows.people[hire_id].name: why for hire_id, why in list(rows.stopping.items())[:50]}
                )
            if not rows.paid:
                raise InputRefused({"month": say("表中没有应发人员")})
            values = {"status": FROZEN, "frozen_by": actor.person_key, "frozen_at": at}
            connection.execute(update(sheet).where(sheet.c.id == number).values(values))
            _log(office, connection, "frozen", actor, at, {"sheet": number, "digest": row.digest})
    if changed:
        raise SheetChanged(number)


def approve(office: Office, number: int, shown: str, actor: Actor, at: datetime, opinion: str = "") -> str:
    """Approves the rows whose digest was ``shown``; the second natural person's approval lets it be paid.

    Returns the status. Raises NoSuchSheet, StepNotOffered for whoever made or approved it or stands on it or is kin,
    SheetChanged, InputRefused for an opinion that is no text.
    """
    said_of = words(opinion, 0, 500)
    if said_of is None:
        raise InputRefused({"opinion": say("意见不超过500字，不能有控制字符")})
    with office.database.transaction() as connection:
        row = locked(connection, number, actor)
        role = _may(actor, row.region, APPROVERS, say("您在这个地区没有审批发放表的职责"))
        _expect(row, FROZEN)
        rows, changed = _again(office, connection, row, at)
        if not changed and shown != row.digest:
            raise StepNotOffered(say("您看到的不是现在的这份发放表，请刷新后再审批"))
        status = FROZEN
        if not changed:
            grant = actor.grant_for(role, row.region)
            principal = grant.deputy_for if grant is not None else None
            _four_eyes(connection, row, {actor.person_key, principal} - {None}, rows)
            values = {
                "sheet_id": number,
                "officer_key": actor.person_key,
                "region": row.region,
                "digest": row.digest,
                "maker_key": row.made_by,
                "role": role.value,
                "account_id": actor.account_id,
                "deputy_for": principal,
                "opinion": said_of or None,
                "at": at,
            }
            connection.execute(insert(approval).values(values))
            _log(office, connection, "approved", actor, at, {"sheet": number, "digest": row.digest, "role": role.value})
            if len(approvals(connection, number)) >= APPROVALS:
                status = APPROVED
                connection.execute(update(sheet).where(sheet.c.id == number).values(status=APPROVED))
    if changed:
        raise SheetChanged(number)
    return status


def send_back(office: Office, number: int, actor: Actor, at: datetime, reason: str) -> None:
    """Voids a sheet that was handed in, with a reason; a new one can be made. Raises as ``approve``, InputRefused."""
    kept = words(reason, 2, 500)
    if kept is None:
        raise InputRefused({"reason": say("请写明退回的理由（2至500字）")})
    with office.database.transaction() as connection:
        row = locked(connection, number, actor)
        _may(actor, row.region, APPROVERS | MAKERS, say("您在这个地区没有审批发放表的职责"))
        if row.status not in (DRAFT, FROZEN, APPROVED):
            raise StepNotOffered(say("这份发放表已经发放或作废"))
        _void(connection, number, at, kept)
        _log(office, connection, "sent_back", actor, at, {"sheet": number})


def pay(office: Office, number: int, paid_on: date, voucher: str, actor: Actor, at: datetime) -> None:
    """Records that a sheet was paid (已发放). Raises as ``approve``, InputRefused for a day that cannot be."""
    with office.database.transaction() as connection:
        row = locked(connection, number, actor)
        _may(actor, row.region, PAYERS, say("您在这个地区没有发放待遇的职责"))
        _expect(row, APPROVED)
        _check_payment(max(local_day(one.at) for one in approvals(connection, number)), paid_on, voucher, at)
        _, changed = _again(office, connection, row, at)
        if not changed:
            values = {"status": PAID, "paid_on": paid_on, "reason": voucher.strip()}
            connection.execute(update(sheet).where(sheet.c.id == number).values(values))
            facts = {"sheet": number, "digest": row.digest, "paid_on": paid_on.isoformat()}
            _log(office, connection, "paid", actor, at, facts)
    if changed:
        raise SheetChanged(number)


def void_for(connection: Connection, hire_id: int, month: date, at: datetime, reason: str) -> int | None:
    """Voids the live sheet on which a hire stands for a month, because what it rests on changes; its number, or None.

    Raises InputRefused where it was paid: then only a correction and a recovery may follow.
    """
    asked = (
        select(sheet.c.id, sheet.c.status)
        .join(line, line.c.sheet_id == sheet.c.id)
        .where(line.c.hire_id == hire_id, line.c.month == month, line.c.kind == MONTHLY, line.c.live)
        .with_for_update(of=sheet)
    )
    found = connection.execute(asked).one_or_none()
    if found is None:
        return None
    if found.status == PAID:
        raise InputRefused({"month": say("本月待遇已发放（第{number}号发放表），不能再改考勤", number=found.id)})
    _void(connection, found.id, at, reason)
    return int(found.id)


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


# ---- what holds --------------------------------------------------------------------------------------------------


def _may(actor: Actor, region: str, roles: Iterable[Role], otherwise: Sentence) -> Role:
    held = actor.roles_in(region) & set(roles)
    if not held:
        raise StepNotOffered(otherwise, forbidden=True)
    return min(held)


def _expect(row: Any, status: str) -> None:
    if row.status != status:
        raise StepNotOffered(say("这份发放表现在是“{status}”，不能这样办理", status=STATUSES[row.status].pattern))


STATUSES: Mapping[str, Sentence] = {
    DRAFT: say("草表"),
    FROZEN: say("待审批"),
    APPROVED: say("已审批，待发放"),
    PAID: say("已发放"),
    VOID: say("已作废"),
}


def _check(office: Office, order: Order, at: datetime) -> None:
    today = local_day(at)
    try:
        procedure = office.catalogue.current(order.procedure)
    except LookupError:
        raise InputRefused({"procedure": say("没有这个办法")}) from None
    faults: dict[str, Sentence] = {}
    if not CODE.fullmatch(order.region):
        faults["region"] = say("请选择地区")
    if order.month.day != 1 or order.month > today:
        faults["month"] = say("请选择已经开始的月份")
    optional = {item.item for item in procedure.pay if item.paid == "optional"}
    for name, fen in order.extra:
        if name not in optional or not 0 <= fen <= 100_000_00:
            faults["extra"] = say("办法没有这一项，或金额超出范围")
    if faults:
        raise InputRefused(faults)


def _check_payment(approved_on: date, paid_on: date, voucher: str, at: datetime) -> None:
    faults: dict[str, Sentence] = {}
    if not approved_on <= paid_on <= local_day(at):
        faults["paid_on"] = say("发放日应在审批完成之日至今天之间")
    if words(voucher, 2, 500) is None:
        faults["voucher"] = say("请填写回单号或凭证号")
    if faults:
        raise InputRefused(faults)


def _four_eyes(connection: Connection, row: Any, keys: set[Any], rows: Rows) -> None:
    """Nobody approves what they made, approved or are paid by, nor what pays their kin who was not cleared."""
    done = {one.officer_key for one in approvals(connection, row.id)} | {
        one.deputy_for for one in approvals(connection, row.id) if one.deputy_for
    }
    if keys & {row.made_by, row.frozen_by}:
        raise StepNotOffered(say("发放表由您编制，须由别人审批"), forbidden=True)
    if keys & done:
        raise StepNotOffered(say("您已经审批过这份发放表，须由另一人审批"), forbidden=True)
    listed = {somebody.person_key for hire_id, somebody in rows.people.items() if hire_id in rows.paid}
    if keys & listed:
        raise StepNotOffered(say("表中有您本人，须由别人审批"), forbidden=True)
    kin = {
        (somebody.person_id, key)
        for hire_id, somebody in rows.people.items()
        if hire_id in rows.paid
        for key in keys & set(somebody.relatives)
    }
    asked = select(clearance.c.person_id, clearance.c.officer_key).where(clearance.c.officer_key.in_(keys))
    if kin - {(row.person_id, row.officer_key) for row in connection.execute(asked)}:
        raise StepNotOffered(say("表中有您的亲属，须由别人审批"), forbidden=True)


def _again(office: Office, connection: Connection, row: Any, at: datetime) -> tuple[Rows, bool]:
    """The rows reckoned anew; a sheet that no longer says the same is void from now on."""
    rows = rows_of(office, connection, order_of(row))
    changed = rows.digest() != row.digest or (row.status != DRAFT and bool(rows.stopping))
    if changed:
        _void(connection, row.id, at, say("名单或金额有变动").pattern)
    return rows, changed


def _live(connection: Connection, order: Order) -> list[Any]:
    asked = select(sheet).where(
        sheet.c.procedure == order.procedure,
        sheet.c.region == order.region,
        sheet.c.month == order.month,
        sheet.c.kind == order.kind,
        sheet.c.status != VOID,
    )
    return list(connection.execute(asked.with_for_update()).all())


def _void(connection: Connection, number: int, at: datetime, reason: str) -> None:
    values = {"status": VOID, "voided_at": at, "reason": reason}
    connection.execute(update(sheet).where(sheet.c.id == number).values(values))
    connection.execute(update(line).where(line.c.sheet_id == number).values(live=False))


def _insert(connection: Connection, order: Order, rows: Rows, actor: Actor, at: datetime) -> int:
    ruling = order.ruling
    basis: dict[str, Any] = {
        "figures": dict(rows.figures),
        "extra": dict(order.extra),
        "unpaid": {str(hire_id): said(answer.why) for hire_id, answer in rows.unpaid.items()},
        **rows.basis,
    }
    if ruling is not None:
        basis["ruling"] = {
            "person_fen": ruling.person_fen,
            "months": ruling.months,
            "count": ruling.count,
            "divisor": ruling.divisor,
        }
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
        "made_by": actor.person_key,
        "made_at": at,
    }
    number = int(connection.execute(insert(sheet).values(values).returning(sheet.c.id)).scalar_one())
    lines = [
        {
            "sheet_id": number,
            "hire_id": hire_id,
            "person_id": rows.people[hire_id].person_id,
            "post_id": rows.people[hire_id].post_id,
            "month": order.month,
            "kind": order.kind,
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
        for hire_id, one in rows.paid.items()
    ]
    if lines:
        connection.execute(insert(line), lines)
    return number


def _log(
    office: Office, connection: Connection, act: str, actor: Actor, at: datetime, facts: Mapping[str, Any]
) -> None:
    office_log.write(connection, BOOK, act, actor, at, facts, office.setting.algorithm)
