"""Charging a pay sheet to its sources (列支): what each has left, and the shares of a sheet."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter
from fastapi.responses import Response

from api.inputs import PathId
from api.pages.filling import Filling, Given, faults_of
from api.pages.ledgers import Cell, Form, Table, show
from api.pages.render import FormDep, Page, PageDep
from api.pages.submitted import fen_of, given_of
from api.problems import NotFound
from states.pay import yuan
from states.refusals import InputRefused, NoSuchHire, Refusal
from states.say import Sentence, say
from workflow import charges
from workflow.charges import Source
from workflow.pay_sheets import APPROVERS, MAKERS, VOID
from workflow.queries import pay as found
from workflow.queries import scoped

router = APIRouter()
FIELD = "source-"


@router.get("/pay/{number}/charges")
def show_one(page: PageDep, number: PathId) -> Response:
    """The sources of a sheet with what each has left, and how it is charged."""
    return _show(page, number, {})


@router.post("/pay/{number}/charges")
def set_charges(page: PageDep, form: FormDep, number: PathId) -> Response:
    """Charges it."""
    given = given_of(form)
    try:
        shares = _shares(page, number, given)
        judged = charges.set_charges(page.office, number, shares, page.actor, page.at)
    except NoSuchHire:
        raise
    except Refusal as refusal:
        return _show(page, number, given, refusal)
    if judged.warnings:
        return page.go(f"/pay/{number}/charges", next(iter(judged.warnings.values())), "care")
    return page.go(f"/pay/{number}/charges", say("已登记列支。"))


def _shares(page: Page, number: int, given: Given) -> dict[str, int]:
    shares: dict[str, int] = {}
    faults: dict[str, Sentence] = {}
    with page.reading() as connection:
        row = found.pay_sheet(connection, scoped(page.actor), number)
        if row is None:
            raise NotFound
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
        row = found.pay_sheet(connection, scoped(page.actor), number)
        if row is None:
            raise NotFound
        known = charges.sources(page.office, connection, row)
        kept = charges.charged(connection, number)
        judged = charges.judged(page.office, connection, row, kept) if kept else None
    faults = faults_of(refusal)
    filling = Filling(page, given, faults)
    columns = [
        say("资金来源"),
        say("年度安排（元）"),
        say("其他发放表已列支（元）"),
        say("余额（元）"),
        say("本表列支（元）"),
    ]
    may = row.status != VOID and bool(page.actor.roles_in(row.region) & (APPROVERS | MAKERS))
    notes = [page.tell(why) for why in (judged.warnings.values() if judged else ())]
    notes += [page.tell(why) for name, why in faults.items() if not name.startswith(FIELD)]
    return show(
        page,
        "pay",
        say("第{n}号发放表的资金来源", n=number),
        say("一份发放表可以由一个或几个来源列支，各来源之和等于合计{sum}元。", sum=yuan(row.sum_fen)),
        crumbs=[("/pay", page.tell(say("待遇发放"))), (f"/pay/{number}", page.tell(say("第{n}号", n=number)))],
        links=[("/rates", page.tell(say("标准和资金")))],
        notes=notes,
        tables=[
            Table(
                page.tell(say("资金来源")),
                [page.tell(w) for w in columns],
                [_row(page, source, kept.get(source.name, 0)) for source in known],
                page.tell(say("办法没有列出资金来源，也没有登记资金安排。请先到“标准和资金”登记。")),
            )
        ],
        forms=[_form(page, filling, known, kept, number, row.sum_fen)] if may and known else [],
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


def _form(
    page: Page, filling: Filling, known: tuple[Source, ...], kept: dict[str, int], number: int, sum_fen: int
) -> Form:
    alone = len(known) == 1 and not kept
    fields = []
    for n, source in enumerate(known):
        fen = kept.get(source.name, sum_fen if alone else 0)
        value = f"{fen / 100:.2f}" if fen else ""
        field = filling.field(f"{FIELD}{n}", say("金额（元）"), "number", value=value, step="0.01")
        fields.append(replace(field, label=source.name))
    title = page.tell(say("登记列支"))
    hint = page.tell(say("不用的来源留空。以后可以重新登记，以最后一次为准。"))
    return Form(title, fields, title, f"/pay/{number}/charges", hint)
