"""Lists as workbooks (表册): chosen by kind, region and days, downloaded masked, or in full with a purpose."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import Connection

from api.dependencies import SealDep
from api.inputs import PathId
from api.pages import in_full
from api.pages.filling import Filling, Given, faults_of, refusal_of, status_of
from api.pages.render import Page, PageDep, RecentFormDep, RecentPageDep
from api.pages.submitted import given_of
from api.pages.workbooks import workbook as handed_out
from api.problems import Forbidden, NotFound
from states.refusals import InputRefused, Refusal
from states.say import Sentence, say
from workflow import queries
from workflow.people import REGISTRARS
from workflow.queries import scoped
from workflow.queries.places import region_paths
from workflow.workbooks import notices, pay_lists
from workflow.workbooks.layout import Listing, workbook
from workflow.workbooks.lists import IN_FULL, LISTS, Asked

router = APIRouter()
NAMES: Mapping[str, Sentence] = {
    "roster": say("在岗人员花名册"),
    "ledger": say("管理台账"),
    "filings": say("备案情况表"),
    "assessments": say("年度考核表"),
    "changes": say("变更、空岗情况表"),
}
PLACES = 600
_SHEET = re.compile(r"[0-9]{1,18}-[0-9]{1,9}-[0-9]{8}")


@router.get("/lists")
def choose(page: PageDep) -> Response:
    """The form that asks which list."""
    return _choose(page, {})


@router.get("/lists/{name}.xlsx")
def download(page: RecentPageDep, name: str) -> Response:
    """A list with masked numbers."""
    if name not in LISTS:
        raise NotFound
    given = {key: [value] for key, value in page.request.query_params.items()}
    try:
        region, since, until = _days(page, given)
        with page.reading() as connection:
            listing = LISTS[name](page.office, connection, Asked(scoped(page.actor), region, since, until, page.today))
    except InputRefused as refusal:
        return _choose(page, {**given, "name": [name]}, refusal)
    return _file(listing, name)


@router.post("/lists/full")
def download_in_full(page: PageDep, form: RecentFormDep, seal: SealDep) -> Response:
    """A list with full numbers: each of them is put on the record of its person, with the purpose."""
    given = given_of(form)
    name, purpose = ((given.get(field) or [""])[0].strip() for field in ("name", "purpose"))
    try:
        region, since, until = _days(page, given)
    except InputRefused as refusal:
        return _choose(page, given, refusal)
    if not in_full.may(page, region):
        raise Forbidden
    try:
        if name not in IN_FULL:
            raise InputRefused({"name": say("这种表册只提供脱敏的")})
        masked = Asked(scoped(page.actor), region, since, until, page.today, people=set())
        with page.reading() as connection:
            LISTS[name](page.office, connection, masked)
        numbers = in_full.numbers(page, seal, name, region, masked.people or (), purpose)
    except Refusal as refusal:
        return _choose(page, given, refusal)
    with page.reading() as connection:
        listing = LISTS[name](page.office, connection, replace(masked, numbers=numbers, people=None))
    return _file(listing, name)


@router.get("/pay/{number}/sheet.xlsx")
def pay_sheet(page: RecentPageDep, number: PathId) -> Response:
    """A pay sheet as a workbook."""
    with page.reading() as connection:
        return _found(pay_lists.pay(page.office, connection, scoped(page.actor), number), f"pay-{number}")


@router.get("/pay/{number}/notice.xlsx")
def pay_notice(page: RecentPageDep, number: PathId) -> Response:
    """The form of it that is put up."""
    with page.reading() as connection:
        listing = pay_lists.pay(page.office, connection, scoped(page.actor), number, public=True)
    return _found(listing, f"pay-notice-{number}")


@router.get("/notices/{sheet}/list.xlsx")
def hires_notice(page: RecentPageDep, sheet: str) -> Response:
    """A notice of proposed hires as a workbook."""
    if not _SHEET.fullmatch(sheet):
        raise NotFound
    with page.reading() as connection:
        return _found(notices.hires_notice(page.office, connection, scoped(page.actor), sheet), f"notice-{sheet}")


def _found(listing: Listing | None, plain: str) -> Response:
    if listing is None:
        raise NotFound
    return _file(listing, plain)


def _file(listing: Listing, plain: str) -> Response:
    return handed_out(workbook(listing), f"{listing.title}.xlsx", f"{plain}.xlsx")


def _days(page: Page, given: Given) -> tuple[str, date, date]:
    """Region and days of a list; a region that the reader does not see is as one that there is not."""
    faults: dict[str, Sentence] = {}
    found: dict[str, date] = {}
    for name in ("since", "until"):
        try:
            found[name] = date.fromisoformat((given.get(name) or [""])[0].strip())
        except ValueError:
            faults[name] = say("请填写日期")
    if not faults and not found["since"] <= found["until"]:
        faults["until"] = say("止日不能早于起日")
    region = (given.get("region") or [""])[0].strip().upper()
    if not scoped(page.actor).covers(region or None):
        faults["region"] = say("请选择地区")
    if faults:
        raise InputRefused(faults)
    return region, found["since"], found["until"]


def _choose(page: Page, given: Given, refusal: Refusal | None = None) -> Response:
    filling = Filling(page, given, faults_of(refusal))
    with page.reading() as connection:
        places = _places(page, connection)
    names = [(name, page.tell(words)) for name, words in NAMES.items()]
    first = date(page.today.year, 1, 1)
    fields = [
        filling.field("region", say("地区"), "select", options=places, required=True),
        filling.field("since", say("从哪天起"), "date", value=first.isoformat(), required=True),
        filling.field("until", say("到哪天止（含当天）"), "date", value=page.today.isoformat(), required=True),
    ]
    kinds = [(name, page.tell(NAMES[name])) for name in IN_FULL]
    full = [
        filling.field("name", say("表册"), "select", options=kinds, required=True),
        *(replace(field, prefix="full-") for field in fields),
        filling.field("purpose", say("用途"), hint=in_full.HINT, required=True),
    ]
    return page.show(
        "lists.html",
        "lists",
        status=status_of(refusal),
        refusal=refusal_of(page, refusal, say("没有生成表册")),
        names=names,
        fields=fields,
        full=full if any(grant.role in REGISTRARS for grant in page.actor.grants) else [],
    )


def _places(page: Page, connection: Connection) -> list[tuple[str, str]]:
    regions = [line for line in queries.regions(connection, scoped(page.actor)) if line.level != "village"][:PLACES]
    mine = regions or list(queries.regions(connection, scoped(page.actor)))[:PLACES]
    paths = region_paths(connection, {line.code for line in mine})
    return [(line.code, paths[line.code]) for line in mine]
