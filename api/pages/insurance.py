"""Accident insurance (意外伤害险): policies, who at work has none, and a policy that is entered."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from api.inputs import PathId
from api.pages.after_words import day_of
from api.pages.filling import Filling, Given, faults_of
from api.pages.hires import whole
from api.pages.ledgers import Cell, Form, Table, show
from api.pages.render import FormDep, Page, PageDep
from api.pages.submitted import fen_of, given_of
from states.pay import yuan
from states.refusals import NoSuchHire, Refusal
from states.say import say
from workflow import policies, queries
from workflow.policies import KEEPERS
from workflow.queries import scoped
from workflow.queries.paging import PAGE
from workflow.queries.places import region_paths

router = APIRouter()


@router.get("/insurance")
def show_all(page: PageDep) -> Response:
    """Who has no cover today, and the policies that hold."""
    return _show(page, {})


@router.post("/insurance")
def register(page: PageDep, form: FormDep) -> Response:
    """Enters a policy."""
    given = given_of(form)
    filling = Filling(page, given)
    first, last = day_of(filling.first("from_on")), day_of(filling.first("until_on"))
    own = (filling.first("insurer"), filling.first("number"), first, last, _fen(filling.first("premium")))
    try:
        entered = policies.Given(filling.first("region").strip(), *own)
        all_without = filling.first("who") == "all"
        found = policies.register(page.office, entered, page.actor, page.at, all_without=all_without)
    except Refusal as refusal:
        return _show(page, given, refusal)
    return page.go("/insurance", _said(found))


@router.post("/insurance/{number}/extend")
def extend(page: PageDep, form: FormDep, number: PathId) -> Response:
    """Takes everybody who came since onto a policy."""
    try:
        found = policies.extend(page.office, number, page.actor, page.at)
    except NoSuchHire:
        raise
    except Refusal as refusal:
        return _show(page, {}, refusal)
    return page.go("/insurance", _said(found))


def _said(found: policies.Covered) -> Any:
    if found.left_out:
        return say(
            "已登记：参保{done}人；{left}人在这段时间已有保险，没有重复投保", done=found.done, left=found.left_out
        )
    return say("已登记：参保{done}人", done=found.done)


def _fen(text: str) -> int:
    try:
        return fen_of(text.strip(), policies.MOST_FEN)
    except ValueError:
        return -1


def _show(page: Page, given: Given, refusal: Refusal | None = None) -> Response:
    after = whole(page.request.query_params.get("after")) or 0
    with page.reading() as connection:
        scope = scoped(page.actor)
        rows = policies.policies(connection, scope, page.today)
        bare = policies.without(page.office, connection, scope, page.today, after=after)
        number = policies.count_without(page.office, connection, scope, page.today)
        places = [line for line in queries.regions(connection, scope) if line.level in ("county", "township")][:600]
        codes = {row.region for row in (*rows, *bare)} | {line.code for line in places}
        names = region_paths(connection, codes)
    filling = Filling(page, given, faults_of(refusal))
    people = [say("姓名"), say("岗位"), say("地区")]
    columns = [say("保单号"), say("保险公司"), say("地区"), say("起止日"), say("保费（元）"), say("参保人数")]
    mine = [(line.code, names[line.code]) for line in places if page.actor.roles_in(line.code) & KEEPERS]
    return show(
        page,
        "insurance",
        say("意外伤害险"),
        say("县级统一购买，已有保险的不重复投保；离岗之日保险责任在这里同时终止。到期前30天提醒续保。"),
        tiles=[(str(number), page.tell(say("在岗未参保"))), (str(len(rows)), page.tell(say("保单")))],
        tables=[
            Table(
                page.tell(say("在岗未参保的人")),
                [page.tell(w) for w in people],
                [[Cell(r.name, href=f"/hires/{r.id}"), r.title, names.get(r.region, r.region)] for r in bare],
                page.tell(say("没有。办法不要求投保的岗位不在此列。")),
            ),
            Table(
                page.tell(say("保单")),
                [page.tell(w) for w in columns],
                [_row(page, row, names) for row in rows],
                page.tell(say("还没有登记保单。")),
            ),
        ],
        forms=_forms(page, filling, rows, mine),
        refusal=refusal,
        next_page=page.address(after=str(bare[-1].id)) if len(bare) == PAGE else None,
        first_page=page.address(after=None) if after else None,
    )


def _row(page: Page, row: Any, names: dict[str, str]) -> list[Cell | str]:
    days = page.tell(say("{first}至{last}", first=page.day(row.from_on), last=page.day(row.until_on)))
    over = row.until_on < page.today
    soon = not over and row.until_on - page.today <= policies.SOON
    state = page.tell(say("已到期")) if over else page.tell(say("即将到期")) if soon else ""
    place = names.get(row.region, row.region)
    return [row.number, row.insurer, place, Cell(days, state), yuan(row.premium_fen), str(row.people)]


def _forms(page: Page, filling: Filling, rows: list[Any], places: list[tuple[str, str]]) -> list[Form]:
    if not places:
        return []
    whom = [
        ("all", page.tell(say("这个地区在岗而没有保险的全部人员"))),
        ("none", page.tell(say("暂不列人，以后再加"))),
    ]
    fields = [
        filling.field("region", say("地区"), "select", options=places, required=True),
        filling.field("insurer", say("保险公司"), required=True),
        filling.field("number", say("保单号"), required=True),
        filling.field("premium", say("保费合计（元）"), "number", required=True, step="0.01"),
        filling.field("from_on", say("从哪天起"), "date", required=True),
        filling.field("until_on", say("到哪天止（含当天）"), "date", required=True),
        filling.field("who", say("给谁投保"), "radio", options=whom, value="all"),
    ]
    found = [Form(page.tell(say("登记保单")), fields, page.tell(say("登记")), "/insurance")]
    for row in rows:
        if row.until_on >= page.today and page.actor.roles_in(row.region) & KEEPERS:
            title = page.tell(say("把新上岗的人加入保单{number}", number=row.number))
            button = page.tell(say("加入没有保险的在岗人员"))
            found.append(Form(title, [], button, f"/insurance/{row.id}/extend", folded=True))
    return found
