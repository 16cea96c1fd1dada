"""Charging a pay sheet to its sources (列支): what each has left, and the shares of a sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from api.inputs import PathId
from api.pages.filling import Filling, Given, faults_of
from api.pages.forms import Field
from api.pages.hires import whole
from api.pages.ledgers import Cell, Form, Table, show
from api.pages.pay_found import sheet_of
from api.pages.render import FormDep, Page, PageDep, RecentFormDep
from api.pages.submitted import fen_of, given_of
from api.problems import NotFound
from states.pay import yuan
from states.refusals import InputRefused, NoSuchHire, Refusal
from states.say import Sentence, say
from workflow import charge_corrections, charges
from workflow.charges import CHARGERS, Bill, Source
from workflow.pay_sheets import PAID, VOID

router = APIRouter()
FIELD = "source-"


@router.get("/pay/{number}/charges")
def show_one(page: PageDep, number: PathId) -> Response:
    """The sources of a sheet with what each has left, and how it is charged."""
    return _show(page, number, {})


@router.post("/pay/{number}/charges")
def set_charges(page: PageDep, form: FormDep, number: PathId) -> Response:
    """Charges it; with a reason it asks another person to set the shares of a paid sheet right."""
    given = given_of(form)
    try:
        shares = _shares(page, number, given)
        if "reason" in given:
            reason = given["reason"][0]
            _, judged = charge_corrections.ask(page.office, number, shares, reason, page.actor, page.at)
        else:
            judged = charges.set_charges(page.office, number, shares, page.actor, page.at)
    except NoSuchHire:
        raise
    except Refusal as refusal:
        return _show(page, number, given, refusal)
    if judged.warnings:
        return page.go(f"/pay/{number}/charges", next(iter(judged.warnings.values())), "care")
    words = say("已提出列支更正，等待另一人确认。") if "reason" in given else say("已登记列支。")
    return page.go(f"/pay/{number}/charges", words)


@router.post("/pay/{number}/charges/decide")
def decide(page: PageDep, form: RecentFormDep, number: PathId) -> Response:
    """Another person puts the shares that were asked for in place, or turns them down."""
    given = given_of(form)
    asked, uphold = whole((given.get("correction") or [""])[0]), (given.get("decision") or [""])[0] == "yes"
    with page.reading() as connection:
        if asked not in {one.id for one in charge_corrections.of_sheet(connection, number)}:
            raise NotFound
    try:
        charge_corrections.decide(page.office, asked or 0, page.actor, page.at, uphold=uphold)
    except NoSuchHire:
        raise
    except Refusal as refusal:
        return _show(page, number, {}, refusal)
    return page.go(f"/pay/{number}/charges", say("列支已更正。") if uphold else say("已登记不予更正，列支不变。"))


def _shares(page: Page, number: int, given: Given) -> dict[str, int]:
    shares: dict[str, int] = {}
    faults: dict[str, Sentence] = {}
    with page.reading() as connection:
        row = sheet_of(page, number, connection)
        known = charges.sources(page.office, connection, row)
    for n, source in enumerate(known):
        text = (given.get(f"{FIELD}{n}") or [""])[0].strip()
        if not text:
            continue
        try:
            shares[source.name] = fen_of(text, 10**13)
        except ValueError:
            faults[f"{FIELD}{n}"] = say("请填写金额，例如200或200.50")
    if faults:
        raise InputRefused(faults)
    return {name: fen for name, fen in shares.items() if fen}


def _show(page: Page, number: int, given: Given, refusal: Refusal | None = None) -> Response:
    with page.reading() as connection:
        row = sheet_of(page, number, connection)
        known = charges.sources(page.office, connection, row)
        kept = charges.charged(connection, number)
        judged = charges.judged(page.office, connection, row, kept) if kept else None
        bill = charges.bill_of(page.office, connection, row)
        asked = charge_corrections.of_sheet(connection, number)
    faults = faults_of(refusal)
    filling = Filling(page, given, faults)
    columns = [
        say("资金来源"),
        say("年度安排（元）"),
        say("其他发放表已列支（元）"),
        say("余额（元）"),
        say("本表列支（元）"),
    ]
    may = row.status != VOID and bool(page.actor.roles_in(row.region) & CHARGERS)
    notes = [page.tell(why) for why in (judged.warnings.values() if judged else ())]
    notes += [page.tell(why) for name, why in faults.items() if not name.startswith(FIELD)]
    if bill.returned_fen:
        gone = say(
            "另有{fen}元由银行退回，不再由本表发放，不列支；此前已经列支的，请提出更正", fen=yuan(bill.returned_fen)
        )
        notes.append(page.tell(gone))
    return show(
        page,
        "pay",
        say("第{n}号发放表的资金来源", n=number),
        _lead(bill),
        crumbs=[("/pay", page.tell(say("待遇发放"))), (f"/pay/{number}", page.tell(say("第{n}号", n=number)))],
        links=[("/rates", page.tell(say("标准和资金")))],
        notes=notes,
        tables=[
            Table(
                page.tell(say("资金来源")),
                [page.tell(w) for w in columns],
                [_row(page, source, kept.get(source.name, 0)) for source in known],
                page.tell(say("办法没有列出资金来源，也没有登记资金安排。请先到“标准和资金”登记。")),
            ),
            *_asked(page, asked),
        ],
        forms=_forms(page, filling, row, known, kept, bill, asked) if may and known else [],
        refusal=refusal,
    )


def _row(page: Page, source: Source, own: int) -> list[Cell | str]:
    if source.fen is None or source.left is None:
        unset = page.tell(say("没有登记"))
        return [source.name, unset, yuan(source.taken), "—", yuan(own) if own else "—"]
    left = source.left - own
    return [
        source.name,
        yuan(source.fen),
        yuan(source.taken),
        Cell(yuan(left), bad=left < 0),
        yuan(own) if own else "—",
    ]


def _lead(bill: Bill) -> Sentence:
    """What the sheet costs, and of what that is made."""
    facts = {"sum": yuan(bill.fen), "gross": yuan(bill.gross_fen), "employer": yuan(bill.employer_fen)}
    if bill.claimed_fen:
        return say("本表应列支{sum}元（应发，含个人缴费）；单位缴费{employer}元先垫付，在社保补贴申领中列支。", **facts)
    return say("本表应列支{sum}元：应发{gross}元（含个人缴费）、单位缴费{employer}元，可由几个来源分担。", **facts)


def _forms(
    page: Page,
    filling: Filling,
    row: Any,
    known: tuple[Source, ...],
    kept: dict[str, int],
    bill: Bill,
    asked: Sequence[Any],
) -> list[Form]:
    address, waits = f"/pay/{row.id}/charges", next((one for one in asked if one.decided_by is None), None)
    if waits is not None:
        return [] if page.actor.person_key in (waits.asked_by, waits.asked_for) else _decision(page, address, waits)
    # the employer's share may have a source of its own: then nothing is begun with
    alone = len(known) == 1 and not kept and bill.fen == bill.gross_fen
    fields = []
    for n, source in enumerate(known):
        fen = kept.get(source.name, bill.fen if alone else 0)
        value = f"{fen / 100:.2f}" if fen else ""
        field = filling.field(f"{FIELD}{n}", say("金额（元）"), "number", value=value, step="0.01")
        fields.append(replace(field, label=source.name))
    if row.status == PAID and kept:
        title = page.tell(say("提出列支更正"))
        fields.append(filling.field("reason", say("更正的理由和依据"), "prose", required=True))
        hint = page.tell(say("发放表已经发放，改动列支须另一人确认。不用的来源留空。"))
        return [Form(title, fields, title, address, hint)]
    title = page.tell(say("登记列支"))
    hint = page.tell(say("不用的来源留空。发放以前可以重新登记，以最后一次为准。"))
    return [Form(title, fields, title, address, hint)]


def _decision(page: Page, address: str, waits: Any) -> list[Form]:
    yes, no = page.tell(say("确认更正")), page.tell(say("不予更正"))

    def hidden(decision: str) -> list[Field]:
        values = {"correction": str(waits.id), "decision": decision}
        return [Field(name, name, "hidden", value) for name, value in values.items()]

    return [
        Form(yes, hidden("yes"), yes, f"{address}/decide"),
        Form(no, hidden("no"), no, f"{address}/decide", adverse=True, folded=True),
    ]


def _asked(page: Page, asked: Sequence[Any]) -> list[Table]:
    """The proposals about a paid sheet, where there was one."""
    columns = [say("提出时间"), say("列支改为"), say("理由"), say("结果")]
    between = "；" if page.language == "zh" else "; "
    rows: list[list[Cell | str]] = [
        [
            page.moment(one.asked_at),
            between.join(f"{source} {yuan(fen)}" for source, fen in sorted(one.shares.items())),
            one.reason,
            _result(page, one),
        ]
        for one in asked
    ]
    return [Table(page.tell(say("列支更正")), [page.tell(one) for one in columns], rows, "")] if rows else []


def _result(page: Page, one: Any) -> str:
    if one.decided_by is None:
        return page.tell(say("等待另一人确认"))
    return page.tell(say("{at}确认", at=page.moment(one.decided_at)) if one.upheld else say("不予更正"))
