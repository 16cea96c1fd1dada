"""Claims of insurance subsidies (社保补贴申领): what was advanced, claims with their paper, and what came of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from api.dependencies import SealDep
from api.inputs import PathId
from api.pages import in_full
from api.pages.after_words import day_of, months_words
from api.pages.filling import Filling, Given, faults_of
from api.pages.ledgers import Cell, Form, Table, documents, show
from api.pages.pay_words import document_of
from api.pages.render import FormDep, Page, PageDep, RecentFormDep, RecentPageDep
from api.pages.submitted import fen_of, given_of
from api.pages.workbooks import workbook as handed_out
from api.problems import Forbidden
from states.months import month_before, month_of
from states.pay import yuan
from states.refusals import NoSuchHire, Refusal
from states.say import Sentence, say
from workflow import queries, subsidy_claims
from workflow.queries import scoped
from workflow.queries.places import region_paths
from workflow.subsidy_claims import CHARGERS, HANDED_IN, PREPARED, RECEIVED, STATUSES, claimants, provision_of
from workflow.workbooks.layout import workbook

router = APIRouter()


@router.get("/claims")
def show_all(page: PageDep) -> Response:
    """Between whoever advanced the shares, the subsidy and the county; the claims; a new one."""
    return _all(page, {})


@router.post("/claims")
def prepare(page: PageDep, form: FormDep) -> Response:
    """Makes a claim."""
    given = given_of(form)
    filling = Filling(page, given)
    first, last = month_of(filling.first("from_month")), month_of(filling.first("until_month"))
    own = (filling.first("procedure"), filling.first("region").strip(), first, last)
    try:
        share = _fen(filling.first("share")) if filling.first("share").strip() else 0
        number = subsidy_claims.prepare(page.office, *own, share, page.actor, page.at)
    except Refusal as refusal:
        return _all(page, given, refusal)
    return page.go(f"/claims/{number}", say("申领已编制。下载申领表申报之后，请登记申报日期。"))


@router.get("/claims/{number}")
def show_one(page: PageDep, number: PathId) -> Response:
    """One claim."""
    return _one(page, number, {})


@router.get("/claims/{number}/claim.xlsx")
def download(page: RecentPageDep, number: PathId) -> Response:
    """The claim as a workbook."""
    with page.reading() as connection:
        row = subsidy_claims.one(connection, scoped(page.actor), number)
        listing = subsidy_claims.paper(page.office, connection, row)
    return handed_out(workbook(listing), f"{listing.title}.xlsx", f"claim-{number}.xlsx")


@router.post("/claims/{number}/full")
def download_in_full(page: PageDep, form: RecentFormDep, number: PathId, seal: SealDep) -> Response:
    """The claim with full numbers: each of them is put on the record of its person, with the purpose."""
    given = given_of(form)
    with page.reading() as connection:
        row = subsidy_claims.one(connection, scoped(page.actor), number)
        ids = [one.person_id for one in subsidy_claims.people_on(connection, number)]
    if not in_full.may(page, row.region):
        raise Forbidden
    try:
        purpose = (given.get("purpose") or [""])[0]
        numbers = in_full.numbers(page, seal, "claim", row.region, ids, purpose, number=number)
    except Refusal as refusal:
        return _one(page, number, given, refusal)
    with page.reading() as connection:
        listing = subsidy_claims.paper(page.office, connection, row, numbers)
    return handed_out(workbook(listing), f"{listing.title}.xlsx", f"claim-{number}-full.xlsx")


@router.post("/claims/{number}/handed-in")
def handed_in(page: PageDep, form: FormDep, number: PathId) -> Response:
    """Records that it was handed in."""
    filling = Filling(page, given_of(form))
    own = (day_of(filling.first("handed_in_on")), filling.first("receipt"))
    return _act(page, number, filling, lambda: subsidy_claims.hand_in(page.office, number, *own, page.actor, page.at))


@router.post("/claims/{number}/received")
def received(page: PageDep, form: FormDep, number: PathId) -> Response:
    """Records what was paid of it."""
    filling = Filling(page, given_of(form))
    own = (day_of(filling.first("received_on")), _fen(filling.first("fen")), filling.first("voucher"))
    return _act(page, number, filling, lambda: subsidy_claims.receive(page.office, number, *own, page.actor, page.at))


@router.post("/claims/{number}/charged")
def charged(page: PageDep, form: RecentFormDep, number: PathId) -> Response:
    """Charges the rest to the county's budget."""
    filling = Filling(page, given_of(form))
    own = (_fen(filling.first("fen")), filling.first("voucher"))
    return _act(page, number, filling, lambda: subsidy_claims.charge(page.office, number, *own, page.actor, page.at))


@router.post("/claims/{number}/void")
def void(page: PageDep, form: FormDep, number: PathId) -> Response:
    """Takes it back."""
    filling = Filling(page, given_of(form))
    return _act(page, number, filling, lambda: subsidy_claims.void(page.office, number, page.actor, page.at))


def _act(page: Page, number: int, filling: Filling, act: Callable[[], None]) -> Response:
    try:
        act()
    except NoSuchHire:
        raise
    except Refusal as refusal:
        return _one(page, number, filling.given, refusal)
    return page.go(f"/claims/{number}", say("已登记。"))


def _fen(text: str) -> int:
    try:
        return fen_of(text.strip(), subsidy_claims.MOST_SHARE * 10**6)
    except ValueError:
        return -1


# ---- as the pages show it ----------------------------------------------------------------------------------------


def _all(page: Page, given: Given, refusal: Refusal | None = None) -> Response:
    known = [procedure for procedure in documents(page) if provision_of(procedure) is not None]
    with page.reading() as connection:
        scope = scoped(page.actor)
        rows = subsidy_claims.claims(connection, scope)
        sums = [(p, subsidy_claims.ledger(page.office, connection, scope, p.procedure)) for p in known]
        places = [line for line in queries.regions(connection, scope) if line.level in ("county", "township")][:600]
        names = region_paths(connection, {row.region for row in rows} | {line.code for line in places})
    filling = Filling(page, given, faults_of(refusal))
    money = [say("办法"), say("已垫付"), say("已申领"), say("已到账"), say("县级列支"), say("尚未收回")]
    columns = [say("申领"), say("月份"), say("地区"), say("人数"), say("金额（元）"), say("进度")]
    return show(
        page,
        "claims",
        say("社保补贴申领"),
        say("单位应缴部分由谁垫付、申领了多少、到账多少、差额由谁承担。每人每月只能申领一次。"),
        tables=[
            Table(
                page.tell(say("往来账（元）")),
                [page.tell(w) for w in money],
                [
                    [
                        document_of(page, p.procedure),
                        *(yuan(fen) for fen in (one.advanced, one.claimed, one.received, one.charged)),
                        Cell(yuan(one.open), bad=one.open > 0),
                    ]
                    for p, one in sums
                ],
                page.tell(say("您的地区没有规定社会保险补贴的办法。")),
            ),
            Table(
                page.tell(say("申领")),
                [page.tell(w) for w in columns],
                [_row(page, row, names) for row in rows],
                page.tell(say("还没有编制申领。")),
            ),
        ],
        forms=_preparing(page, filling, [(line.code, names[line.code]) for line in places]),
        refusal=refusal,
    )


def _row(page: Page, row: Any, names: dict[str, str]) -> list[Cell | str]:
    return [
        Cell(page.tell(say("第{n}号", n=row.id)), page.moment(row.made_at), f"/claims/{row.id}"),
        months_words(page, row.from_month, row.until_month),
        names.get(row.region, row.region),
        str(row.people),
        yuan(row.fen),
        page.tell(STATUSES[row.status]),
    ]


def _preparing(page: Page, filling: Filling, places: list[tuple[str, str]]) -> list[Form]:
    roles = {grant.role for grant in page.actor.grants}
    mine = [(p.procedure, document_of(page, p.procedure)) for p in documents(page) if claimants(p) & roles]
    if not mine or not places:
        return []
    month = f"{month_before(page.today):%Y-%m}"
    hint = say("发放表已核算单位缴费的不填；没有核算的，填每人每月实际缴费。")
    fields = [
        filling.field("procedure", say("办法"), "select", options=mine, required=True),
        filling.field("region", say("地区"), "select", options=places, required=True),
        filling.field("from_month", say("从哪个月起"), "month", value=month, required=True),
        filling.field("until_month", say("到哪个月止"), "month", value=month, required=True),
        filling.field("share", say("每人每月单位缴费（元）"), "number", hint, step="0.01"),
    ]
    title = page.tell(say("编制申领"))
    said = page.tell(say("按已发放的发放表逐人逐月编制，申领过的月份不再列入。"))
    return [Form(title, fields, title, "/claims", said)]


def _one(page: Page, number: int, given: Given, refusal: Refusal | None = None) -> Response:
    with page.reading() as connection:
        row = subsidy_claims.one(connection, scoped(page.actor), number)
        people = subsidy_claims.people_on(connection, number)
        names = region_paths(connection, {row.region, *(one.region for one in people)})
    columns = [say("姓名"), say("地区"), say("补贴期间"), say("月数"), say("单位缴费（元）")]
    facts = [(yuan(row.fen), say("申领（元）")), (yuan(row.received_fen), say("到账（元）"))]
    facts += [(yuan(row.charged_fen), say("县级列支（元）"))]
    facts += [(yuan(row.fen - row.received_fen - row.charged_fen), say("差额（元）"))]
    return show(
        page,
        "claims",
        say("社保补贴申领第{n}号", n=number),
        say(
            "{place}，{months}，{n}人。{status}",
            place=names.get(row.region, row.region),
            months=months_words(page, row.from_month, row.until_month),
            n=row.people,
            status=page.tell(STATUSES[row.status]),
        ),
        crumbs=[("/claims", page.tell(say("社保补贴申领")))],
        links=[(f"/claims/{number}/claim.xlsx", page.tell(say("下载申领表（Excel）")))],
        tiles=[(figure, page.tell(words)) for figure, words in facts],
        notes=[page.tell(note) for note in _notes(page, row)],
        tables=[
            Table(
                page.tell(say("名单")),
                [page.tell(w) for w in columns],
                [
                    [
                        Cell(one.name, one.title, f"/hires/{one.id}"),
                        names.get(one.region, one.region),
                        months_words(page, one.first, one.last),
                        str(one.months),
                        yuan(int(one.fen)),
                    ]
                    for one in people
                ],
                "—",
            )
        ],
        forms=_steps(page, Filling(page, given, faults_of(refusal)), row),
        refusal=refusal,
    )


def _notes(page: Page, row: Any) -> list[Sentence]:
    found = []
    if row.handed_in_on:
        found.append(say("{day}申报，{receipt}", day=page.day(row.handed_in_on), receipt=row.receipt))
    if row.received_on:
        found.append(say("{day}到账，{voucher}", day=page.day(row.received_on), voucher=row.voucher))
    if row.charge_voucher:
        found.append(say("差额由县级预算列支，{voucher}", voucher=row.charge_voucher))
    return found


def _steps(page: Page, filling: Filling, row: Any) -> list[Form]:
    try:
        procedure = page.office.catalogue.current(row.procedure_id)
    except LookupError:
        return []
    roles, at = page.actor.roles_in(row.region), f"/claims/{row.id}"
    mine = bool(roles & claimants(procedure))
    rest = row.fen - row.received_fen - row.charged_fen
    today = page.today.isoformat()
    found: list[Form] = []
    if mine and row.status == PREPARED:
        fields = [
            filling.field("handed_in_on", say("申报日期"), "date", value=today, required=True),
            filling.field("receipt", say("收文号或回执"), required=True),
        ]
        found.append(Form(page.tell(say("登记已申报")), fields, page.tell(say("登记")), f"{at}/handed-in"))
    if mine and row.status == HANDED_IN:
        fields = [
            filling.field("received_on", say("到账日期"), "date", value=today, required=True),
            filling.field("fen", say("到账金额（元）"), "number", required=True, step="0.01"),
            filling.field("voucher", say("凭证号"), required=True),
        ]
        found.append(Form(page.tell(say("登记到账")), fields, page.tell(say("登记")), f"{at}/received"))
    if roles & CHARGERS and row.status == RECEIVED and rest and not row.charged_fen:
        fields = [
            filling.field(
                "fen", say("列支金额（元）"), "number", value=f"{rest / 100:.2f}", required=True, step="0.01"
            ),
            filling.field("voucher", say("凭证号"), required=True),
        ]
        found.append(Form(page.tell(say("差额由县级预算列支")), fields, page.tell(say("登记列支")), f"{at}/charged"))
    if mine and row.status in (PREPARED, HANDED_IN):
        words = page.tell(say("申领作废"))
        found.append(Form(words, [], words, f"{at}/void", adverse=True, folded=True))
    return found + in_full.ask(page, filling, row.region, say("下载完整号码的申领表（Excel）"), f"{at}/full")
