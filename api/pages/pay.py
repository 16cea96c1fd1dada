"""Pay (待遇发放): the sheets of a month, a new one, one with its lines, and each step of it up to the payment."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from api.inputs import PathId
from api.pages import pay_new, pay_words, reading
from api.pages.filling import faults_of, refusal_of, status_of
from api.pages.hires import whole
from api.pages.ledgers import documents
from api.pages.money_words import each, money_of
from api.pages.pay_found import sheet_of
from api.pages.render import FormDep, Page, PageDep, RecentFormDep, RecentPageDep
from api.pages.submitted import given_of
from states.months import month_before, month_of
from states.pay import yuan
from states.refusals import InputRefused, Refusal
from states.say import Sentence, say
from workflow import pay_sheets
from workflow.pay_notice import about_names, public_lines
from workflow.pay_rows import sentence_of
from workflow.pay_sheets import APPROVERS, DRAFT, FROZEN, MAKERS, PAID, PAYERS, STATUSES, VOID
from workflow.queries import pay as found
from workflow.queries import scoped
from workflow.queries.places import region_paths

router = APIRouter()
router.include_router(pay_new.router)
#: lines of a sheet on one page
LINES = 100


@router.get("/pay")
def show_all(page: PageDep) -> Response:
    """The sheets of the reader's regions, the newest first; what is due by when."""
    query = page.request.query_params
    month, after = month_of(query.get("month", "")), whole(query.get("after"))
    with page.reading() as connection:
        scope = scoped(page.actor)
        rows, more = found.sheets(connection, scope, found.SheetFilter(month=month), after)
        paths = region_paths(connection, {row.region for row in rows})
    asked = month or month_before(page.today)
    return page.show(
        "pay.html",
        "pay",
        rows=[_row(page, row, paths) for row in rows],
        month=query.get("month", "")[:7],
        due=[line for known in documents(page) for line in pay_words.dues_in_words(page, known, asked)],
        may_make=pay_words.holds(page, MAKERS),
        next_page=page.address(after=str(more)) if more else None,
        first_page=page.address(after=None) if after else None,
    )


def _row(page: Page, row: Any, paths: Mapping[str, str]) -> dict[str, Any]:
    return {
        "number": row.id,
        "place": paths.get(row.region, row.region),
        "month": pay_words.month_in_words(page, row.month, row.kind),
        "kind": page.tell(pay_words.kind_of(row)),
        "supplementary": bool(row.basis.get("supplements")),
        "document": pay_words.document_of(page, row.procedure),
        "people": row.people,
        "sum": yuan(row.sum_fen),
        "status": row.status,
        "status_words": page.tell(STATUSES[row.status]),
    }


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
        say("已审批。两人都同意以后才能送银行、登记发放。"),
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
        sheet_of(page, number, connection)
    try:
        act()
    except Refusal as refusal:
        return _one(page, number, refusal)
    return page.go(f"/pay/{number}", words)


def _one(page: Page, number: int, refusal: Refusal | None = None) -> Response:
    after = pay_words.key_of(page.request.query_params.get("after", ""))
    with page.reading() as connection:
        row = sheet_of(page, number, connection)
        texts, more = found.lines(connection, number, after, LINES)
        signed = found.signatures(connection, number)
        about = {int(key) for key in faults_of(refusal) if key.isdigit()} | set(pay_words.unpaid_hires(row))
        names = found.names_of(connection, about)
        paths = region_paths(connection, {row.region, *(text.region for text in texts)})
        places = reading.place_names(connection, {text.region for text in texts})
    money = money_of(page, [(row.procedure, row.region)], row.month) if row.status not in (PAID, VOID) else {}
    told = [pay_words.line_of(page, text, places) for text in texts]
    return page.show(
        "pay_sheet.html",
        "pay",
        status=status_of(refusal),
        refusal=refusal_of(page, refusal, say("没有办理")),
        faults=[pay_words.fault_of(page, name, why, names) for name, why in faults_of(refusal).items()],
        sheet=_row(page, row, paths),
        digest=row.digest,
        lines=told,
        common=pay_words.common(told),
        unpaid=pay_words.unpaid_of(page, row, names),
        unpaid_count=pay_words.unpaid_count(row),
        before=pay_words.paid_before(row),
        supplements=row.basis.get("supplements", []),
        steps=pay_words.steps_of(page, row),
        figures=pay_words.figures_of(page, row),
        pot=page.tell(sentence_of(row.basis["pot"])) if "pot" in row.basis else "",
        money=each(money),
        shares=pay_words.shares_of(page, row),
        due=pay_words.dues_in_words(page, page.office.catalogue.current(row.procedure), row.month),
        signed=[pay_words.signature_of(page, one) for one in signed],
        reason=page.tell(row.reason or ""),
        paid_on=row.paid_on,
        may=_may(page, row, {one.officer_key for one in signed if one.digest == row.digest}),
        today=page.today,
        next_page=page.address(after=f"{more[0]}.{more[1]}") if more else None,
        first_page=page.address(after=None) if after else None,
    )


def _may(page: Page, row: Any, approved: Collection[str]) -> dict[str, bool]:
    roles = page.actor.roles_in(row.region)
    mine = page.actor.person_key
    done = mine in approved or mine in (row.made_by, row.made_for, row.frozen_by, row.frozen_for)
    return {
        "freeze": row.status == DRAFT and bool(roles & MAKERS),
        "approve": row.status == FROZEN and bool(roles & APPROVERS) and not done,
        "back": row.status in (DRAFT, FROZEN, "approved") and bool(roles & (APPROVERS | MAKERS)),
        "paid": row.status == "approved" and bool(roles & PAYERS),
    }


def _paper(page: Page, number: int, template: str) -> Response:
    with page.reading() as connection:
        row = sheet_of(page, number, connection)
        texts, _ = found.lines(connection, number, limit=None)
        places = reading.place_names(connection, {row.region, *(text.region for text in texts)})
    procedure = page.office.catalogue.current(row.procedure)
    public = public_lines(procedure, texts)
    return page.show(
        template,
        "pay",
        sheet=_row(page, row, places),
        lines=[pay_words.line_of(page, text, places) for text in texts],
        put_up=[pay_words.public_line(one, places) for one in public],
        put_up_sum=yuan(sum(one.fen for one in public)),
        about_names=page.tell(about_names(procedure)),
        digest=row.digest,
        printed_at=page.moment(page.at),
    )
