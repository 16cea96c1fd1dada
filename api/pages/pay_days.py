"""The days of a month's pay (发放日程): what each place still owes, and what was done beside the sheets."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import Connection

from api.pages.after_words import day_of
from api.pages.filling import Filling, Given, faults_of
from api.pages.ledgers import Cell, Form, Table, documents, show
from api.pages.pay_words import document_of, month_in_words
from api.pages.render import FormDep, Page, PageDep
from api.pages.submitted import given_of
from states.labels import role_name
from states.months import month_before, month_of
from states.procedure import Procedure
from states.refusals import InputRefused, Refusal
from states.say import say
from workflow import pay_calendar
from workflow.pay_calendar import Owed
from workflow.pay_rows import MONTHLY
from workflow.queries import scoped
from workflow.queries.places import region_paths

router = APIRouter()


@router.get("/pay/days")
def show_days(page: PageDep) -> Response:
    """What is due for a month in the reader's regions: open, late, done."""
    return _show(page, {})


@router.post("/pay/days")
def record(page: PageDep, form: FormDep) -> Response:
    """Records that something was done."""
    given = given_of(form)
    filling = Filling(page, given)
    procedure_id, _, what = filling.first("what").partition(":")
    month = month_of(filling.first("month"))
    try:
        if month is None:
            raise InputRefused({"month": say("请选择月份，例如2026-06")})
        own = (procedure_id, filling.first("region").strip(), month, what)
        day, receipt = day_of(filling.first("done_on")), filling.first("receipt")
        pay_calendar.record(page.office, *own, day, receipt, page.actor, page.at)
    except Refusal as refusal:
        return _show(page, given, refusal)
    return page.go(f"/pay/days?month={month:%Y-%m}", say("已登记，提醒随之停止。"))


def _show(page: Page, given: Given, refusal: Refusal | None = None) -> Response:
    asked = (given.get("month") or [page.request.query_params.get("month", "")])[0]
    month = month_of(asked) or month_before(page.today)
    with page.reading() as connection:
        open_ = [(p, one) for p in documents(page) for one in _owed(page, connection, p, month)]
        kept = pay_calendar.recorded(connection, scoped(page.actor).prefixes, month)
        names = region_paths(connection, {one.place for _, one in open_} | {row.region for row in kept})
    filling = Filling(page, given, faults_of(refusal))
    told = month_in_words(page, month, MONTHLY)
    return show(
        page,
        "pay",
        say("发放日程"),
        say("每月花名册、资金和待遇应在哪一天以前办理；还没有办的列在这里，到期前、当天和逾期时各提醒一次。"),
        crumbs=[("/pay", page.tell(say("待遇发放")))],
        filters=[filling.field("month", say("月份"), "month", value=f"{month:%Y-%m}")],
        tables=[
            Table(
                page.tell(say("{month}还没有办理的", month=told)),
                [page.tell(w) for w in (say("事项"), say("地区"), say("应办日"), say("由谁办"), say("办法"))],
                [_open_row(page, p, one, names) for p, one in open_],
                page.tell(say("没有：都办了，或者办法没有规定日子。")),
            ),
            Table(
                page.tell(say("已登记的")),
                [page.tell(w) for w in (say("事项"), say("地区"), say("办理日期"), say("回执、文号或凭证号"))],
                [_kept_row(page, row, names) for row in kept],
                page.tell(say("还没有登记。待遇发放在发放表上登记，不在这里。")),
            ),
        ],
        forms=_forms(page, filling, month, open_, names),
        refusal=refusal,
    )


def _owed(page: Page, connection: Connection, procedure: Procedure, month: date) -> list[Owed]:
    found = pay_calendar.owed(connection, procedure, month, page.office.setting.calendar)
    prefixes = scoped(page.actor).prefixes
    return [one for one in found if any(one.place.startswith(p) or p.startswith(one.place) for p in prefixes)]


def _open_row(page: Page, procedure: Procedure, one: Owed, names: dict[str, str]) -> list[Cell | str]:
    late = one.due.on < page.today
    when = page.tell(say("{day}，已逾期", day=page.day(one.due.on))) if late else page.day(one.due.on)
    towns = page.tell(say("{n}个乡镇（街道）", n=len(one.towns))) if one.towns != (one.place,) else ""
    who = role_name(procedure, one.due.line.by, page.language)
    return [
        page.named(one.due.line),
        Cell(names.get(one.place, one.place), towns),
        Cell(when, bad=late),
        Cell(who, one.due.line.cite),
        document_of(page, procedure.procedure),
    ]


def _kept_row(page: Page, row: Any, names: dict[str, str]) -> list[Cell | str]:
    try:
        days = page.office.catalogue.current(row.procedure_id).pay_days
    except LookupError:
        days = ()
    what = next((page.named(line) for line in days if line.what == row.what), row.what)
    return [what, names.get(row.region, row.region), page.day(row.done_on), row.receipt]


def _forms(
    page: Page, filling: Filling, month: date, open_: list[tuple[Procedure, Owed]], names: dict[str, str]
) -> list[Form]:
    """What the reader owes and no sheet tells of; nothing else is asked for."""
    mine = [
        (procedure, one)
        for procedure, one in open_
        if one.due.line.what != "pay" and one.due.line.by in page.actor.roles_in(one.place)
    ]
    if not mine or month > page.today:
        return []
    whats = {f"{p.procedure}:{one.due.line.what}": page.named(one.due.line) for p, one in mine}
    places = {one.place: names.get(one.place, one.place) for _, one in mine}
    fields = [
        filling.field("what", say("事项"), "select", options=list(whats.items()), required=True),
        filling.field("region", say("地区"), "select", options=list(places.items()), required=True),
        filling.field("done_on", say("办理日期"), "date", value=page.today.isoformat(), required=True),
        filling.field("receipt", say("回执、文号或凭证号"), required=True),
        filling.field("month", say("月份"), "hidden", value=f"{month:%Y-%m}"),
    ]
    hint = page.tell(say("发放表已提交的，花名册视为已报送，不必登记。"))
    title = page.tell(say("登记在系统以外办妥的"))
    return [Form(title, fields, page.tell(say("登记")), "/pay/days", hint)]
