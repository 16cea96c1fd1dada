"""Publication in the village (村务公开): what a village puts up, and the page that everybody reads and prints."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from api.inputs import PathId
from api.pages import errors, reading
from api.pages.filling import Filling, Given, faults_of
from api.pages.ledgers import Cell, Form, Table, show
from api.pages.pay_words import document_of
from api.pages.render import FormDep, OpenPageDep, Page, PageDep
from api.pages.submitted import given_of
from states.pay import yuan
from states.refusals import NoSuchHire, Refusal
from states.say import say
from workflow import publications, queries
from workflow.publications import PUBLISHERS, Draft, NoSuchPublication
from workflow.queries import scoped

router = APIRouter()
PLACES = 600


@router.get("/publications")
def show_all(page: PageDep) -> Response:
    """What is published in the reader's villages, and the form of a new one."""
    return _all(page, {})


@router.post("/publications")
def publish(page: PageDep, form: FormDep) -> Response:
    """Publishes."""
    given = given_of(form)
    filling = Filling(page, given)
    names = ("procedure", "region", "duties", "scheme", "telephone")
    try:
        draft = Draft(*(filling.first(name).strip() for name in names))
        number = publications.publish(page.office, draft, page.actor, page.at)
    except Refusal as refusal:
        return _all(page, given, refusal)
    return page.go("/publications", say("已公开。网上地址：/public/villages/{n}，也可以打印张贴。", n=number))


@router.post("/publications/{number}/down")
def take_down(page: PageDep, form: FormDep, number: PathId) -> Response:
    """Takes one down."""
    try:
        publications.take_down(page.office, number, page.actor, page.at)
    except NoSuchHire:
        raise
    except Refusal as refusal:
        return _all(page, {}, refusal)
    return page.go("/publications", say("已撤下，公众不能再看到。"))


def _all(page: Page, given: Given, refusal: Refusal | None = None) -> Response:
    known = publications.publishing(page.office)
    with page.reading() as connection:
        scope = scoped(page.actor)
        rows = publications.standing(connection, scope)
        villages = [line for line in queries.regions(connection, scope) if line.level == "village"][:PLACES]
        names = reading.place_names(connection, {row.region for row in rows} | {line.code for line in villages})
    filling = Filling(page, given, faults_of(refusal))
    mine = [line for line in villages if page.actor.roles_in(line.code) & PUBLISHERS]
    forms = []
    if mine and known:
        documents = [(p.procedure, document_of(page, p.procedure)) for p in known]
        places = [(line.code, names.get(line.code, line.name)) for line in mine]
        hint = say("姓名、岗位和每月报酬由系统列出，不列证件号码和电话。")
        fields = [
            filling.field("procedure", say("办法"), "select", options=documents, required=True),
            filling.field("region", say("村（社区）"), "select", options=places, required=True),
            filling.field("duties", say("职责任务"), "prose", required=True, lines=4),
            filling.field("scheme", say("管理评价办法"), "prose", required=True, lines=4),
            filling.field("telephone", say("监督举报电话"), "tel", required=True),
        ]
        title = page.tell(say("公开"))
        forms.append(Form(title, fields, title, "/publications", page.tell(hint)))
    for row in rows:
        if page.actor.roles_in(row.region) & PUBLISHERS:
            words = page.tell(say("撤下{place}的公开", place=names.get(row.region, row.region)))
            forms.append(Form(words, [], words, f"/publications/{row.id}/down", adverse=True, folded=True))
    return show(
        page,
        "publications",
        say("村务公开"),
        say("办法要求纳入村务公开的五项：职责任务、上岗人员姓名、劳务报酬、管理评价办法、监督举报电话。"),
        tables=[_table(page, rows, names, page.tell(say("还没有公开。")))],
        forms=forms,
        refusal=refusal,
    )


def _table(page: Page, rows: list[Any], names: dict[str, str], empty: str) -> Table:
    columns = [say("村（社区）"), say("办法"), say("公开日期")]
    found: list[list[Cell | str]] = [
        [
            Cell(names.get(row.region, row.region), href=f"/public/villages/{row.id}"),
            document_of(page, row.procedure_id),
            page.day(row.published_on),
        ]
        for row in rows
    ]
    return Table(page.tell(say("已公开的")), [page.tell(w) for w in columns], found, empty)


# ---- for everybody -----------------------------------------------------------------------------------------------


@router.get("/public/villages")
def villages(page: OpenPageDep) -> Response:
    """What villages publish, for everybody."""
    with page.office.database.reading() as connection:
        rows = publications.standing(connection)
        names = reading.place_names(connection, {row.region for row in rows})
    return show(
        page,
        "public",
        say("村务公开"),
        say("各村（社区）公开的公益性岗位：职责、人员、报酬、评价办法和监督电话。"),
        tables=[_table(page, rows, names, page.tell(say("现在没有公开的内容。")))],
    )


@router.get("/public/villages/{number}")
def village(page: OpenPageDep, number: PathId) -> Response:
    """One village's publication, to be read or printed. 410 once it has come down."""
    page.headers["X-Robots-Tag"] = "noindex"
    with page.office.database.reading() as connection:
        try:
            found = publications.shown(page.office, connection, number)
        except NoSuchPublication:
            return errors.gone(page)
        place = reading.place_names(connection, {found.region}).get(found.region, found.region)
    return page.show(
        "public_village.html",
        "public",
        place=place,
        document=page.named(found.procedure.title),
        number=found.procedure.document.number,
        duties=found.duties,
        scheme=found.scheme,
        telephone=found.telephone,
        published_on=found.published_on,
        people=[{"name": one.name, "post": one.post, "pay": yuan(one.fen)} for one in found.people],
        articles=", ".join(sorted({line.cite for line in found.procedure.publications})),
    )
