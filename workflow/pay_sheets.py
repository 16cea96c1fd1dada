"""Pay sheets (待遇发放表): made, frozen, approved by two, paid; and void as soon as anything behind them changes.

What is approved are these rows: whoever freezes, approves or pays has them reckoned anew, and where a single fen
differs from what was shown the sheet is void and nothing goes out. A person is on one live line for a post and a
month; the database holds that, drafts included. After a sheet is paid a supplementary one may follow for whoever it
left out. Every act stands in the office log (book ``pay``), by numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from states.clocks import local_day
from states.facts import SYSTEM, Actor
from states.refusals import InputRefused, Refusal, StepNotOffered
from states.say import Sentence, say
from states.separation import keys_of
from states.vocabulary import Role
from workflow import office_log
from workflow.office import Office
from workflow.pay_four_eyes import refuse_interested
from workflow.pay_keeping import (
    APPROVED,
    BOOK,
    DRAFT,
    FROZEN,
    PAID,
    STATUSES,
    VOID,
    NoSuchSheet,
    Order,
    approval,
    approvals,
    line,
    locked,
    open_sheets,
    order_of,
    paid_sheets,
    sheet,
    store,
    void,
)  # fmt: skip
from workflow.pay_rows import MONTHLY, PERFORMANCE, Rows, month_rows
from workflow.performance_rows import year_rows
from workflow.plain_words import words
from workflow.queries.bank import listed_for_bank
from workflow.rates import CODE

__all__ = [
    "APPROVALS", "APPROVED", "APPROVERS", "BOOK", "DRAFT", "FROZEN", "MAKERS", "PAID", "PAYERS", "STATUSES", "VOID",
    "NoSuchSheet", "Order", "SheetChanged", "approvals", "approve", "freeze", "locked", "make", "order_of", "pay",
    "rows_of", "send_back", "void_for",
]  # fmt: skip

#: who makes a sheet, who approves it, who pays
MAKERS = frozenset({Role.TOWNSHIP, Role.EMPLOYER, Role.COMPANY})
APPROVERS = frozenset({Role.HRSS, Role.RURAL, Role.COUNTY, Role.FINANCE})
PAYERS = frozenset({Role.FINANCE, Role.COMPANY, Role.EMPLOYER, Role.TOWNSHIP})
#: natural persons who approve, beside whoever made it
APPROVALS = 2
#: of those who hold a sheet up, so many are told at once
TOLD = 50


class SheetChanged(Refusal):
    """What is behind a sheet has changed since it was frozen: it is void, and nothing was approved or paid."""

    def __init__(self, number: int) -> None:
        super().__init__(say("第{number}号发放表冻结之后，名单或金额有变动，本表已作废；请重新生成", number=number))


def rows_of(office: Office, connection: Connection, order: Order, own: int | None = None) -> Rows:
    """The rows of a sheet as they are at this moment. ``own``: the sheet itself, where it is kept already."""
    if order.kind == PERFORMANCE:
        return year_rows(office, connection, order.procedure, order.region, order.month.year, order.ruling, own)
    return month_rows(office, connection, order.procedure, order.region, order.month, dict(order.extra), own)


def make(office: Office, order: Order, actor: Actor, at: datetime) -> int:
    """Makes a draft and returns its number; an earlier draft of the same month gives way to it.

    After a sheet that was paid the draft is supplementary (补发): it holds only those whom none has paid. A month that
    is not over can be looked at as a draft; it is not handed in, because its days to come have no attendance yet.

    Raises StepNotOffered for a role that makes none, InputRefused for a month that has not begun or has a sheet that
    was handed in and is not paid yet.
    """
    role = _may(actor, order.region, MAKERS, say("您在这个地区没有编制发放表的职责"))
    _check(office, order, at)
    made = {"made_by": actor.person_key, "made_for": _principal(actor, role, order.region), "made_at": at}
    try:
        with office.database.transaction() as connection:
            for old in open_sheets(connection, order):
                if old.status != DRAFT:
                    raise InputRefused({"month": say("本月已有第{number}号发放表（已提交），不能另编", number=old.id)})
                _void(office, connection, old.id, actor, at, say("重新编制"), "remade")
            rows = rows_of(office, connection, order)
            number = store(connection, order, rows, made, paid_sheets(connection, order))
            facts = {"sheet": number, "region": order.region, "month": order.month.isoformat(), "kind": order.kind}
            _log(office, connection, "made", actor, at, {**facts, "digest": rows.digest(), "sum": rows.sum_fen})
            return number
    except IntegrityError as error:
        if "pay_line" in str(error.orig):
            why = say("名单中有人刚刚由别人列入另一份发放表，请刷新页面后再编制一次")
            raise InputRefused({"month": why}) from error
        if "pay_sheet" in str(error.orig):
            raise InputRefused({"month": say("本月的发放表刚刚有人编制，请刷新页面查看")}) from error
        raise


def freeze(office: Office, number: int, actor: Actor, at: datetime) -> None:
    """Hands a draft in: from now on its rows are bound.

    Raises NoSuchSheet, StepNotOffered, SheetChanged, InputRefused while somebody holds it up (by number of the hire).
    """
    with office.database.transaction() as connection:
        row = locked(connection, number, actor)
        role = _may(actor, row.region, MAKERS, say("您在这个地区没有编制发放表的职责"))
        _expect(row, DRAFT)
        rows, changed = _again(office, connection, row, actor, at)
        if not changed:
            if rows.stopping:
                raise InputRefused({str(hire_id): why for hire_id, why in list(rows.stopping.items())[:TOLD]})
            if not rows.paid:
                raise InputRefused({"month": say("表中没有应发人员")})
            values = {"status": FROZEN, "frozen_by": actor.person_key, "frozen_at": at}
            values["frozen_for"] = _principal(actor, role, row.region)
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
        rows, changed = _again(office, connection, row, actor, at)
        if not changed and shown != row.digest:
            raise StepNotOffered(say("您看到的不是现在的这份发放表，请刷新后再审批"))
        status = FROZEN
        if not changed:
            refuse_interested(connection, row, actor, keys_of(actor, role, row.region), rows)
            values = {
                "sheet_id": number,
                "officer_key": actor.person_key,
                "region": row.region,
                "digest": row.digest,
                "maker_key": row.made_by,
                "role": role.value,
                "account_id": actor.account_id,
                "deputy_for": _principal(actor, role, row.region),
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
        void(connection, number, at, kept, "sent_back", actor, office.setting.algorithm)


def pay(office: Office, number: int, paid_on: date, voucher: str, actor: Actor, at: datetime) -> None:
    """Records that a sheet was paid (已发放). Raises as ``approve``, InputRefused for a day that cannot be.

    What a list for the bank was taken of is on its way, whatever changes behind it: only what was not is reckoned anew.
    """
    with office.database.transaction() as connection:
        row = locked(connection, number, actor)
        _may(actor, row.region, PAYERS, say("您在这个地区没有发放待遇的职责"))
        _expect(row, APPROVED)
        _check_payment(max(local_day(one.at) for one in approvals(connection, number)), paid_on, voucher, at)
        changed = not listed_for_bank(connection, number) and _again(office, connection, row, actor, at)[1]
        if not changed:
            values = {"status": PAID, "paid_on": paid_on, "reason": voucher.strip()}
            connection.execute(update(sheet).where(sheet.c.id == number).values(values))
            facts = {"sheet": number, "digest": row.digest, "paid_on": paid_on.isoformat()}
            _log(office, connection, "paid", actor, at, facts)
    if changed:
        raise SheetChanged(number)


def void_for(
    connection: Connection,
    hire_id: int,
    month: date,
    at: datetime,
    reason: str,
    *,
    why: str = "attendance",
    actor: Actor = SYSTEM,
    algorithm: str = "sha256",
    corrects: bool = False,
) -> int | None:
    """Voids the live sheet on which a hire stands for a month, because what it rests on changes; its number, or None.

    ``why``: for the office log, as ``pay_keeping.void``. ``corrects``: two people set right what a paid sheet rests on,
    which stands. Raises InputRefused where it was paid otherwise: then only a correction and a recovery may follow.
    """
    asked = (
        select(sheet.c.id, sheet.c.status)
        .join(line, line.c.sheet_id == sheet.c.id)
        .where(line.c.hire_id == hire_id, line.c.month == month, line.c.kind == MONTHLY, line.c.live)
        .order_by(sheet.c.id)
        .with_for_update(of=sheet)
    )
    found = connection.execute(asked).all()
    gone = next((one.id for one in found if one.status == PAID), None)
    if gone is not None and not corrects:
        raise InputRefused({"month": say("本月待遇已发放（第{number}号发放表），不能再改考勤", number=gone)})
    waiting = next((int(one.id) for one in found if one.status != PAID), None)
    if waiting is not None:
        void(connection, waiting, at, reason, why, actor, algorithm)
    return waiting


# ---- what holds --------------------------------------------------------------------------------------------------


def _may(actor: Actor, region: str, roles: Iterable[Role], otherwise: Sentence) -> Role:
    held = actor.roles_in(region) & set(roles)
    if not held:
        raise StepNotOffered(otherwise, forbidden=True)
    return min(held)


def _principal(actor: Actor, role: Role, region: str) -> str | None:
    """In whose place a deputy acts."""
    grant = actor.grant_for(role, region)
    return grant.deputy_for if grant is not None else None


def _expect(row: Any, status: str) -> None:
    if row.status != status:
        raise StepNotOffered(say("这份发放表现在是“{status}”，不能这样办理", status=STATUSES[row.status].pattern))


def _check(office: Office, order: Order, at: datetime) -> None:
    today = local_day(at)
    try:
        procedure = office.catalogue.current(order.procedure)
    except LookupError:
        raise InputRefused({"procedure": say("没有这个办法")}) from None
    faults: dict[str, Sentence] = {}
    if not CODE.fullmatch(order.region):
        faults["region"] = say("请选择地区")
    if order.kind == PERFORMANCE and order.month > today:
        faults["month"] = say("{year}年的年度绩效从当年12月起编制，请到12月再来", year=order.month.year)
    elif order.month.day != 1 or order.month > today:
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


def _again(office: Office, connection: Connection, row: Any, actor: Actor, at: datetime) -> tuple[Rows, bool]:
    """The rows reckoned anew; a sheet that no longer says the same is void from now on."""
    rows = rows_of(office, connection, order_of(row), row.id)
    changed = rows.digest() != row.digest or (row.status != DRAFT and bool(rows.stopping))
    if changed:
        _void(office, connection, row.id, actor, at, say("名单或金额有变动"), "changed")
    return rows, changed


def _void(
    office: Office, connection: Connection, number: int, actor: Actor, at: datetime, reason: Sentence, why: str
) -> None:
    void(connection, number, at, reason.pattern, why, actor, office.setting.algorithm)


def _log(
    office: Office, connection: Connection, act: str, actor: Actor, at: datetime, facts: Mapping[str, Any]
) -> None:
    office_log.write(connection, BOOK, act, actor, at, facts, office.setting.algorithm)
