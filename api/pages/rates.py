"""Figures and budgets (标准和资金): what counts where from which day on, and what money there is for a year."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from api.pages import pay_words
from api.pages.filling import Filling, Given, faults_of, refusal_of, status_of
from api.pages.forms import Field
from api.pages.render import Page, PageDep, RecentFormDep
from api.pages.submitted import fen_of, given_of
from api.problems import Forbidden
from states.pay import yuan
from states.rates import RATES
from states.refusals import Refusal
from states.say import say
from workflow import rates
from workflow.queries import scoped
from workflow.queries.places import region_paths

router = APIRouter()
UNITS = {"fen": say("元"), "ppm": say("%"), "days": say("天"), "hours": say("小时")}


@router.get("/rates")
def show_all(page: PageDep) -> Response:
    """What is set for the reader's regions, and the forms for whoever sets it."""
    return _all(page, {}, {})


@router.post("/rates")
def set_rate(page: PageDep, form: RecentFormDep) -> Response:
    """Sets a figure from a day on."""
    _only_setters(page)
    given = given_of(form)
    try:
        name = _text(given, "name")
        from_on, value = _day(_text(given, "from_on")), _value(name, _text(given, "value"))
        facts = (name, _text(given, "region"), from_on, value, _text(given, "source"))
        rates.set_rate(page.office, *facts, page.actor, page.at)
    except Refusal as refusal:
        return _all(page, given, {}, refusal)
    return page.go("/rates", say("标准已设定，从起始日起计算时采用。"))


@router.post("/rates/budgets")
def set_budget(page: PageDep, form: RecentFormDep) -> Response:
    """Says what money there is."""
    _only_setters(page)
    given = given_of(form)
    try:
        year, fen = _year(_text(given, "year")), _sum(_text(given, "fen"))
        facts = (_text(given, "procedure"), _text(given, "region"), year, _text(given, "source"), fen)
        rates.set_budget(page.office, *facts, _text(given, "basis"), page.actor, page.at)
    except Refusal as refusal:
        return _all(page, {}, given, refusal)
    return page.go("/rates", say("资金已登记。"))


def _only_setters(page: Page) -> None:
    if not _sets(page):
        raise Forbidden


def _sets(page: Page) -> bool:
    return any(grant.role in rates.SETTERS for grant in page.actor.grants)


def _text(given: Given, name: str) -> str:
    return (given.get(name) or [""])[0].strip()


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _year(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) == 4 else None


def _sum(text: str) -> int | None:
    try:
        return fen_of(text, rates.MOST_FEN)
    except ValueError:
        return None


def _value(name: str, text: str) -> int | None:
    """A figure in its unit: yuan and hundredths with up to two and four decimals, days and hours whole."""
    unit = RATES[name].unit if name in RATES else ""
    try:
        if unit == "fen":
            return fen_of(text)
        if unit == "ppm":
            return pay_words.ppm_of(text)
    except ValueError:
        return None
    return int(text) if unit and text.isascii() and text.isdigit() and len(text) < 5 else None


def _all(page: Page, rate: Given, money: Given, refusal: Refusal | None = None) -> Response:
    with page.reading() as connection:
        scope = scoped(page.actor)
        kept, budgets = rates.rates(connection, scope), rates.budgets(connection, scope)
        paths = region_paths(connection, {row.region for row in (*kept, *budgets)})
    may = _sets(page)
    about_rate = Filling(page, rate, faults_of(refusal) if rate else {})
    about_money = Filling(page, money, faults_of(refusal) if money else {})
    return page.show(
        "rates.html",
        "rates",
        status=status_of(refusal),
        refusal=refusal_of(page, refusal, say("没有设定")),
        rows=[_row(page, row, paths) for row in kept],
        budgets=[
            {
                "document": pay_words.document_of(page, row.procedure_id),
                "place": paths.get(row.region, row.region),
                "year": row.year,
                "source": row.source,
                "sum": yuan(row.fen),
                "basis": row.basis,
            }
            for row in budgets
        ],
        fields=_rate_fields(page, about_rate) if may else [],
        money_fields=[replace(one, prefix="money-") for one in _money_fields(page, about_money)] if may else [],
    )


def _row(page: Page, row: Any, paths: dict[str, str]) -> dict[str, Any]:
    return {
        "name": page.tell(RATES[row.name].words) if row.name in RATES else row.name,
        "place": paths.get(row.region, row.region),
        "from_on": row.from_on,
        "value": pay_words.shown(page, row.name, row.value),
        "source": row.source,
    }


def _own_region(page: Page) -> str:
    return next((grant.region for grant in page.actor.grants if grant.role in rates.SETTERS), "")


def _rate_fields(page: Page, filling: Filling) -> list[Field]:
    names = [
        (name, page.tell(say("{what}（{unit}）", what=page.tell(one.words), unit=page.tell(UNITS[one.unit]))))
        for name, one in RATES.items()
    ]
    return [
        filling.field("name", say("哪一项"), "select", options=[filling.choose(), *names], required=True),
        filling.field("region", say("地区编码"), value=_own_region(page), required=True),
        filling.field("from_on", say("从哪天起"), "date", required=True),
        filling.field("value", say("数值"), hint=say("金额填元，比例填百分数，例如8或0.3。"), required=True),
        filling.field("source", say("依据"), hint=say("文号或会议。"), required=True),
    ]


def _money_fields(page: Page, filling: Filling) -> list[Field]:
    documents = sorted({procedure.procedure for procedure in page.office.catalogue.all()})
    options = [filling.choose(), *((name, pay_words.document_of(page, name)) for name in documents)]
    return [
        filling.field("procedure", say("办法"), "select", options=options, required=True),
        filling.field("region", say("地区编码"), value=_own_region(page), required=True),
        filling.field("year", say("年度"), "number", value=str(page.today.year), required=True),
        filling.field("source", say("资金来源"), required=True),
        filling.field("fen", say("金额（元）"), "number", step="0.01", required=True),
        filling.field("basis", say("依据"), hint=say("文号或会议。"), required=True),
    ]
