"""Pay (待遇): sheets from the draft to the payment, figures and budgets of a place."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from sqlalchemy import Connection

from api.dependencies import ActorDep, NowDep, OfficeDep, ReadDep, RecentDep, ScopeDep, TranslateDep
from api.inputs import After, Limit, Month, PathId, RegionCode, cursor, first_of, number_of
from api.pay_schemas import (
    ApprovalIn,
    BudgetIn,
    BudgetOut,
    PaidIn,
    PartOut,
    PayLineOut,
    RateIn,
    RateMade,
    RateOut,
    SentBackIn,
    SheetIn,
    SheetMade,
    SheetOut,
    SheetStatus,
)
from api.problems import NotFound
from api.schemas import Page
from states.performance import PotRuling
from states.say import Translate
from workflow import pay_sheets
from workflow import rates as figures
from workflow.funds import funds_for
from workflow.pay_rows import sentence_of
from workflow.pay_sheets import Order
from workflow.queries import pay as found
from workflow.queries.paging import PAGE
from workflow.queries.scope import Scope

router = APIRouter(tags=["pay"])


@router.get("/pay/sheets", summary="the pay sheets within my regions, the newest first")
def listed(
    connection: ReadDep,
    scope: ScopeDep,
    translate: TranslateDep,
    month: Month | None = None,
    region: RegionCode | None = None,
    after: After = None,
    limit: Limit = PAGE,
) -> Page[SheetOut]:
    chosen = found.SheetFilter(month=first_of(month) if month else None, region=region)
    rows, more = found.sheets(connection, scope, chosen, number_of(after), limit)
    return Page(items=[_out(row, translate) for row in rows], next=cursor(more))


@router.post("/pay/sheets", summary="make a draft of a month, or of a year's performance pay", status_code=201)
def made(given: SheetIn, actor: ActorDep, office: OfficeDep, at: NowDep) -> SheetMade:
    ruling = None if given.ruling is None else PotRuling(**given.ruling.model_dump())
    month = first_of(given.month)
    if given.kind == "performance":
        month = month.replace(month=12)
    extra = tuple(sorted(given.extra.items()))
    order = Order(given.procedure, given.region, month, given.kind, extra, ruling)
    return SheetMade(number=pay_sheets.make(office, order, actor, at))


@router.get("/pay/sheets/{number}", summary="one sheet: what it was reckoned with, and who gets nothing and why")
def one(number: PathId, connection: ReadDep, scope: ScopeDep, office: OfficeDep, translate: TranslateDep) -> SheetOut:
    row = _sheet(connection, scope, number)
    money = funds_for(office, {(row.procedure, row.region)}, row.month)
    told = [said.say.text(translate) for one in money.values() for said in one.told()]
    return _out(row, translate).model_copy(update={"money": told})


@router.get("/pay/sheets/{number}/lines", summary="its lines, every part with the reason for its amount")
def lines(
    number: PathId,
    connection: ReadDep,
    scope: ScopeDep,
    translate: TranslateDep,
    after: After = None,
    limit: Limit = PAGE,
) -> Page[PayLineOut]:
    _sheet(connection, scope, number)
    begun = number_of(after)
    start = None if begun is None else found.key_of_hire(connection, number, begun)
    texts, more = found.lines(connection, number, start, limit)
    return Page(items=[_line(text, translate) for text in texts], next=cursor(more[1] if more else None))


@router.post("/pay/sheets/{number}/freeze", summary="hand a draft in: from now on its rows are bound")
def frozen(number: PathId, actor: ActorDep, office: OfficeDep, at: NowDep) -> SheetStatus:
    pay_sheets.freeze(office, number, actor, at)
    return SheetStatus(status=pay_sheets.FROZEN)


@router.post("/pay/sheets/{number}/approve", summary="approve the very rows that were seen")
def approved(
    number: PathId, given: ApprovalIn, _recent: RecentDep, actor: ActorDep, office: OfficeDep, at: NowDep
) -> SheetStatus:
    return SheetStatus(status=pay_sheets.approve(office, number, given.digest, actor, at, given.opinion))


@router.post("/pay/sheets/{number}/back", summary="void a sheet with a reason", status_code=204)
def sent_back(number: PathId, given: SentBackIn, actor: ActorDep, office: OfficeDep, at: NowDep) -> None:
    pay_sheets.send_back(office, number, actor, at, given.reason)


@router.post("/pay/sheets/{number}/paid", summary="record the payment", status_code=204)
def paid(number: PathId, given: PaidIn, _recent: RecentDep, actor: ActorDep, office: OfficeDep, at: NowDep) -> None:
    pay_sheets.pay(office, number, given.paid_on, given.voucher, actor, at)


@router.get("/rates", summary="the figures that count for my regions")
def rates(connection: ReadDep, scope: ScopeDep) -> list[RateOut]:
    names = ("id", "name", "region", "from_on", "value", "source")
    return [RateOut(**{name: getattr(row, name) for name in names}) for row in figures.rates(connection, scope)]


@router.post("/rates", summary="set a figure from a day on", status_code=201)
def rate_set(given: RateIn, _recent: RecentDep, actor: ActorDep, office: OfficeDep, at: NowDep) -> RateMade:
    facts = (given.name, given.region, given.from_on, given.value, given.source)
    return RateMade(id=figures.set_rate(office, *facts, actor, at))


@router.get("/budgets", summary="what money there is for my regions")
def budgets(connection: ReadDep, scope: ScopeDep) -> list[BudgetOut]:
    return [
        BudgetOut(
            procedure=row.procedure_id,
            region=row.region,
            year=row.year,
            source=row.source,
            fen=row.fen,
            basis=row.basis,
        )
        for row in figures.budgets(connection, scope)
    ]


@router.post("/budgets", summary="say what a source gives for a year", status_code=204)
def budget_set(given: BudgetIn, _recent: RecentDep, actor: ActorDep, office: OfficeDep, at: NowDep) -> None:
    facts = (given.procedure, given.region, given.year, given.source, given.fen, given.basis)
    figures.set_budget(office, *facts, actor, at)


def _sheet(connection: Connection, scope: Scope, number: int) -> Any:
    row = found.pay_sheet(connection, scope, number)
    if row is None:
        raise NotFound
    return row


def _out(row: Any, translate: Translate) -> SheetOut:
    names = ("procedure", "region", "kind", "status", "people", "sum_fen", "digest")
    days = ("made_at", "frozen_at", "voided_at", "paid_on")
    return SheetOut(
        number=row.id,
        month=row.month.isoformat()[:7],
        unpaid={int(hire): sentence_of(why).text(translate) for hire, why in row.basis.get("unpaid", {}).items()},
        supplements=row.basis.get("supplements", []),
        paid_by={int(hire): sheet for hire, sheet in row.basis.get("paid_by", {}).items()},
        basis={name: value for name, value in row.basis.items() if name not in ("unpaid", "paid_by", "supplements")},
        **{name: getattr(row, name) for name in (*names, *days)},
    )


def _line(text: found.PayText, translate: Translate) -> PayLineOut:
    row = text.row
    names = ("from_on", "until_on", "days_tenths", "gross_fen", "deducted_fen", "net_fen", "employer_fen")
    return PayLineOut(
        hire_id=text.hire_id,
        name=text.name,
        region=text.region,
        post_title=text.post_title,
        parts=[PartOut(item=p["item"], fen=p["fen"], why=sentence_of(p).text(translate)) for p in row.items],
        warnings=[sentence_of(warning).text(translate) for warning in row.warnings],
        **{name: getattr(row, name) for name in names},
    )
