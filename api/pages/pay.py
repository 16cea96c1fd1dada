"""Pay (待遇发放): the sheets of a month, a new one, one with its lines, and each step of it up to the payment."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import Connection

from api.inputs import PathId
from api.pages import pay_words, reading
from api.pages.filling import Filling, Given, faults_of, group, refusal_of, show_form, status_of
from api.pages.hires import whole
from api.pages.pay_words import KINDS
from api.pages.render import FormDep, Page, PageDep, RecentFormDep, RecentPageDep
from api.pages.submitted import fen_of, given_of
from api.problems import Forbidden, NotFound
from states.pay import yuan
from states.pay_days import dues
from states.performance import PotRuling
from states.procedure import Role
from states.refusals import InputRefused, Refusal
from states.say import Sentence, say
from workflow import pay_sheets, queries, rates
from workflow.pay_rows import MONTHLY, PERFORMANCE, sentence_of
from workflow.pay_sheets import APPROVERS, DRAFT, FROZEN, MAKERS, PAYERS, STATUSES, Order
from workflow.queries import pay as found
from workflow.queries import scoped
from workflow.queries.places import region_paths

router = APIRouter()
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
#: lines of a sheet on one page
LINES = 100
#: what fits into one list of places
PLACES = 600


@router.get("/pay")
def show_all(page: PageDep) -> Response:
    """The sheets of the reader's regions, the newest first; what is due by when."""
    query = page.request.query_params
    month, after = month_of(query.get("month", "")), whole(query.get("after"))
    with page.reading() as connection:
        scope = scoped(page.actor)
        rows, more = found.sheets(connection, scope, found.SheetFilter(month=month), after)
        paths = region_paths(connection, {row.region for row in rows})
    asked = month or _month_before(page.today)
    return page.show(
        "pay.html",
        "pay",
        rows=[_row(page, row, paths) for row in rows],
        month=query.get("month", "")[:7],
        due=[line for procedure in _documents(page) for line in pay_words.dues_in_words(page, procedure, asked)],
        may_make=_holds(page, MAKERS),
        next_page=page.address(after=str(more)) if more else None,
        first_page=page.address(after=None) if after else None,
    )


def _row(page: Page, row: Any, paths: Mapping[str, str]) -> dict[str, Any]:
    return {
        "number": row.id,
        "place": paths.get(row.region, row.region),
        "month": pay_words.month_in_words(page, row.month, row.kind),
        "kind": page.tell(KINDS[row.kind]),
        "document": pay_words.document_of(page, row.procedure),
        "people": row.people,
        "sum": yuan(row.sum_fen),
        "status": row.status,
        "status_words": page.tell(STATUSES[row.status]),
    }


def _holds(page: Page, roles: frozenset[Role]) -> bool:
    return any(grant.role in roles for grant in page.actor.grants)


def _documents(page: Page) -> list[Any]:
    catalogue = page.office.catalogue
    known = [catalogue.current(name) for name in sorted({procedure.procedure for procedure in catalogue.all()})]
    mine = [grant.region for grant in page.actor.grants]
    return [p for p in known if any(r.startswith(p.document.region) or p.document.region.startswith(r) for r in mine)]


def month_of(text: str) -> date | None:
    """The first day of a month written as 2026-06; None for anything else."""
    read = _MONTH.fullmatch(text.strip())
    year = int(read.group(1)) if read else 0
    return date(year, int(read.group(2)), 1) if read and 2000 <= year <= 2100 else None


def _month_before(day: date) -> date:
    return date(day.year - (day.month == 1), (day.month - 2) % 12 + 1, 1)


# ---- a new one ---------------------------------------------------------------------------------------------------


@router.get("/pay/new")
def ask(page: PageDep) -> Response:
    """The form of a sheet."""
    if not _holds(page, MAKERS):
        raise Forbidden
    return _form(page, {})


@router.post("/pay/new")
def make(page: PageDep, form: FormDep) -> Response:
    """Makes a draft."""
    if not _holds(page, MAKERS):
        raise Forbidden
    given = given_of(form)
    try:
        order = _order(page, given)
        number = pay_sheets.make(page.office, order, page.actor, page.at)
    except Refusal as refusal:
        return _form(page, given, refusal)
    return page.go(f"/pay/{number}", say("草表已生成。请核对后提交审批。"))


def _order(page: Page, given: Given) -> Order:
    text = {name: values[0].strip() for name, values in given.items()}
    faults: dict[str, Sentence] = {}
    kind = text.get("kind", "")
    month = month_of(text.get("month", ""))
    if kind not in KINDS:
        faults["kind"] = say("请选择发放什么")
    if month is None:
        faults["month"] = say("请选择月份，例如2026-06")
    if not text.get("procedure"):
        faults["procedure"] = say("请选择办法")
    region = text.get("region", "")
    if not region:
        faults["region"] = say("请选择地区")
    extra = _extra(page, text, faults)
    ruling = _ruling(text, faults) if kind == PERFORMANCE else None
    if faults or month is None:
        raise InputRefused(faults)
    if kind == PERFORMANCE:
        month = date(month.year, 12, 1)
    return Order(text["procedure"], region, month, kind, extra if kind == MONTHLY else (), ruling)


def _extra(page: Page, text: Mapping[str, str], faults: dict[str, Sentence]) -> tuple[tuple[str, int], ...]:
    """What is added for everybody, under the name that the document has for it."""
    if not text.get("extra"):
        return ()
    try:
        fen = fen_of(text["extra"])
    except ValueError:
        faults["extra"] = say("请填写金额，例如200或200.50")
        return ()
    documents = {procedure.procedure: procedure for procedure in _documents(page)}
    procedure = documents.get(text.get("procedure", ""))
    names = [item.item for item in procedure.pay if item.paid == "optional"] if procedure else []
    if not names:
        faults["extra"] = say("这个办法没有另行提高的部分")
        return ()
    return ((names[0], fen),)


def _ruling(text: Mapping[str, str], faults: dict[str, Sentence]) -> PotRuling | None:
    if not text.get("person"):
        return None
    try:
        fen = fen_of(text["person"])
    except ValueError:
        faults["person"] = say("请填写金额，例如400或500")
        return None
    months, count, divisor = text.get("months"), text.get("count"), text.get("divisor")
    if months not in ("1", "12") or count not in ("heads", "months") or divisor not in ("scores", "hundred"):
        faults["person"] = say("请把绩效总额的每一项都选定")
        return None
    return PotRuling(fen, 12 if months == "12" else 1, count, divisor)  # type: ignore[arg-type]


def _form(page: Page, given: Given, refusal: Refusal | None = None) -> Response:
    filling = Filling(page, given, faults_of(refusal))
    with page.reading() as connection:
        regions = [line for line in queries.regions(connection, scoped(page.actor)) if line.level != "village"][:PLACES]
        paths = region_paths(connection, {line.code for line in regions})
    documents = [(p.procedure, pay_words.document_of(page, p.procedure)) for p in _documents(page)]
    places = [(line.code, paths[line.code]) for line in regions]
    kinds = [(name, page.tell(words)) for name, words in KINDS.items()]
    what = [
        filling.field("procedure", say("办法"), "select", options=[filling.choose(), *documents], required=True),
        filling.field("region", say("地区"), "select", options=[filling.choose(), *places], required=True),
        filling.field("month", say("月份"), "month", value=_month_before(page.today).isoformat()[:7], required=True),
        filling.field("kind", say("发放什么"), "select", options=kinds, value=MONTHLY, required=True),
        filling.field(
            "extra", say("每人每月另行提高（元）"), "number", say("办法允许、集体已经决定的才填。"), step="0.01"
        ),
    ]
    choices: dict[str, tuple[Sentence, list[tuple[str, Sentence]]]] = {
        "months": (say("这个数是"), [("12", say("每人每月的")), ("1", say("每人每年的"))]),
        "count": (say("总额按"), [("heads", say("在岗人数")), ("months", say("实际在岗月数"))]),
        "divisor": (say("总分值是"), [("scores", say("全体得分之和")), ("hundred", say("人数×100分"))]),
    }
    hint = say("第十一条为400元，第十三条为500元。")
    pot = [filling.field("person", say("每人绩效（元）"), "number", hint, step="0.01")]
    for name, (words, options) in choices.items():
        shown = [filling.choose(), *((code, page.tell(said)) for code, said in options)]
        pot.append(filling.field(name, words, "select", options=shown))
    return show_form(
        page,
        "pay",
        title=say("编制发放表"),
        lead=say("按合同、考勤和标准计算；算出来的是草表，核对后再提交审批。"),
        crumbs=[("/pay", page.tell(say("待遇发放")))],
        groups=[
            group(page, say("发给谁"), what),
            group(page, say("绩效总额怎样算"), pot, say("只有白河办法的年度绩效要填；怎样选定，审批人都看得到。")),
        ],
        button=say("生成草表"),
        refusal=refusal,
        not_done=say("发放表没有生成"),
    )


# ---- one sheet ---------------------------------------------------------------------------------------------------


@router.get("/pay/{number}")
def show_one(page: PageDep, number: PathId) -> Response:
    """A sheet: what it says of each, what it was made with, who approved it, and what may be done."""
    return _one(page, number)


@router.get("/pay/{number}/print")
def print_one(page: RecentPageDep, number: PathId) -> Response:
    """The sheet on paper, with every part, to be signed."""
    return _paper(page, number, "pay_print.html")


@router.get("/pay/{number}/notice")
def print_notice(page: RecentPageDep, number: PathId) -> Response:
    """The sheet as it is put up in public: names, days and amounts, nothing else."""
    return _paper(page, number, "pay_notice.html")


@router.post("/pay/{number}/freeze")
def freeze(page: PageDep, form: FormDep, number: PathId) -> Response:
    """Hands a draft in."""
    return _act(page, number, lambda: pay_sheets.freeze(page.office, number, page.actor, page.at), say("已提交审批。"))


@router.post("/pay/{number}/approve")
def approve(page: PageDep, form: RecentFormDep, number: PathId) -> Response:
    """Approves the rows that were shown."""
    given = given_of(form)
    shown, opinion = ((given.get(name) or [""])[0] for name in ("digest", "opinion"))
    return _act(
        page,
        number,
        lambda: pay_sheets.approve(page.office, number, shown, page.actor, page.at, opinion),
        say("已审批。"),
    )


@router.post("/pay/{number}/back")
def send_back(page: PageDep, form: FormDep, number: PathId) -> Response:
    """Voids a sheet with a reason."""
    reason = (given_of(form).get("reason") or [""])[0]
    return _act(
        page,
        number,
        lambda: pay_sheets.send_back(page.office, number, page.actor, page.at, reason),
        say("已退回，本表作废。"),
    )


@router.post("/pay/{number}/paid")
def paid(page: PageDep, form: RecentFormDep, number: PathId) -> Response:
    """Records the payment."""
    given = given_of(form)
    day, voucher = ((given.get(name) or [""])[0].strip() for name in ("paid_on", "voucher"))

    def record() -> None:
        try:
            paid_on = date.fromisoformat(day)
        except ValueError:
            raise InputRefused({"paid_on": say("请填写发放日")}) from None
        pay_sheets.pay(page.office, number, paid_on, voucher, page.actor, page.at)

    return _act(page, number, record, say("已登记发放。"))


def _act(page: Page, number: int, act: Callable[[], Any], words: Sentence) -> Response:
    with page.reading() as connection:
        _sheet(page, connection, number)
    try:
        act()
    except Refusal as refusal:
        return _one(page, number, refusal)
    return page.go(f"/pay/{number}", words)


def _sheet(page: Page, connection: Connection, number: int) -> Any:
    row = found.pay_sheet(connection, scoped(page.actor), number)
    if row is None:
        raise NotFound
    return row


def _one(page: Page, number: int, refusal: Refusal | None = None) -> Response:
    after = pay_words.key_of(page.request.query_params.get("after", ""))
    with page.reading() as connection:
        row = _sheet(page, connection, number)
        texts, more = found.lines(connection, number, after, LINES)
        signed = found.signatures(connection, number)
        paths = region_paths(connection, {row.region, *(text.region for text in texts)})
        places = reading.place_names(connection, {text.region for text in texts})
    lasts = rates.money_lasts(page.office, row.procedure, row.region, row.month.year)
    told = [pay_words.line_of(page, text, places) for text in texts]
    return page.show(
        "pay_sheet.html",
        "pay",
        status=status_of(refusal),
        refusal=refusal_of(page, refusal, say("没有办理")),
        faults=[f"{name}：{page.tell(why)}" for name, why in faults_of(refusal).items()],
        sheet=_row(page, row, paths),
        digest=row.digest,
        lines=told,
        common=pay_words.common(told),
        unpaid=pay_words.unpaid_of(page, row),
        figures=pay_words.figures_of(page, row),
        pot=page.tell(sentence_of(row.basis["pot"])) if "pot" in row.basis else "",
        lasts=page.tell(lasts.why) if lasts else "",
        lasts_short=lasts is not None and not lasts.enough,
        shares=pay_words.shares_of(page, row),
        due=pay_words.dues_in_words(page, page.office.catalogue.current(row.procedure), row.month),
        signed=[pay_words.signature_of(page, one) for one in signed],
        reason=page.tell(row.reason or ""),
        paid_on=row.paid_on,
        may=_may(page, row),
        today=page.today,
        next_page=page.address(after=f"{more[0]}.{more[1]}") if more else None,
        first_page=page.address(after=None) if after else None,
    )


def _may(page: Page, row: Any) -> dict[str, bool]:
    roles = page.actor.roles_in(row.region)
    return {
        "freeze": row.status == DRAFT and bool(roles & MAKERS),
        "approve": row.status == FROZEN and bool(roles & APPROVERS) and page.actor.person_key != row.made_by,
        "back": row.status in (DRAFT, FROZEN, "approved") and bool(roles & (APPROVERS | MAKERS)),
        "paid": row.status == "approved" and bool(roles & PAYERS),
    }


def _paper(page: Page, number: int, template: str) -> Response:
    with page.reading() as connection:
        row = _sheet(page, connection, number)
        texts, _ = found.lines(connection, number, limit=None)
        places = reading.place_names(connection, {row.region, *(text.region for text in texts)})
    return page.show(
        template,
        "pay",
        sheet=_row(page, row, places),
        lines=[pay_words.line_of(page, text, places) for text in texts],
        due=dues(page.office.catalogue.current(row.procedure), row.month, page.office.setting.calendar),
        digest=row.digest,
        printed_at=page.moment(page.at),
    )
