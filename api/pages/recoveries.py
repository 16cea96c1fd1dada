"""Recoveries (追回): the ledger of money that was paid wrongly, one claim with what came back, and a new claim."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Path
from fastapi.responses import Response
from sqlalchemy import Connection

from api.inputs import PathId
from api.pages import reading
from api.pages.after_words import STANDINGS, day_of, months_words, region_of, yuan
from api.pages.filling import Filling, Given, faults_of, group, refusal_of, show_form, status_of
from api.pages.filters import filter_fields
from api.pages.forms import Field
from api.pages.hires import whole
from api.pages.render import FormDep, Page, PageDep, RecentFormDep
from api.pages.submitted import fen_of, given_of
from api.problems import Forbidden, NotFound
from states.pay import yuan as in_plain
from states.refusals import InputRefused, NoSuchHire, Refusal
from states.say import say
from workflow import queries, recoveries
from workflow.authority import NotEntitled
from workflow.queries import recoveries as ledger
from workflow.queries import scoped
from workflow.queries.recoveries import RecoveryLine, RepaymentLine, Standing, Suspect
from workflow.recoveries import Claim

router = APIRouter()
Number = Annotated[int, Path(ge=1, lt=2**63)]
#: the colour of each
_MARKS = {
    Standing.WAITING: "publicized",
    Standing.OPEN: "rejected",
    Standing.SETTLED: "force",
    Standing.REFUSED: "dismissed",
}


# ---- the ledger --------------------------------------------------------------------------------------------------


@router.get("/recoveries")
def show_all(page: PageDep) -> Response:
    """The claims of the reader's regions with what is still open, and payments that are worth a look."""
    asked = page.request.query_params
    standing = next((one for one in Standing if one.value == asked.get("standing")), None)
    region = region_of(page, asked.get("region"))
    after = whole(asked.get("after"))
    with page.reading() as connection:
        scope = scoped(page.actor)
        found = ledger.recoveries(connection, scope, standing=standing, region=region, after=after)
        sums = ledger.recovery_sums(connection, scope, region)
        doubtful = ledger.suspects(connection, scope, page.today) if after is None and standing is None else ()
        filters = filter_fields(page, connection, scope, {"region": region}, ["region"])
        regions = {line.region for line in found.lines} | {one.region for one in doubtful}
        places = reading.place_names(connection, regions)
    return page.show(
        "recoveries.html",
        "recoveries",
        rows=[row_of(page, line, places) for line in found.lines],
        waiting=sums.waiting,
        open=sums.open,
        open_yuan=yuan(sums.open_fen),
        doubtful=[_suspect(page, one, places) for one in doubtful],
        filters=[_standing_field(page, standing), *filters],
        filtered=standing is not None or region is not None,
        next_page=page.address(after=str(found.after)) if found.after else None,
        first_page=page.address(after=None) if after else None,
    )


def _standing_field(page: Page, chosen: Standing | None) -> Field:
    options = (("", page.tell(say("全部"))), *((one.value, page.tell(name)) for one, name in STANDINGS.items()))
    value = chosen.value if chosen else ""
    return Field(
        "standing",
        page.tell(say("进度")),
        "select",
        value,
        options=options,
        chosen=frozenset({value}),
        prefix="filter-",
    )


def row_of(page: Page, line: RecoveryLine, places: Mapping[str, str]) -> dict[str, Any]:
    """A claim as a row of a table and as the head of its page."""
    return {
        "id": line.id,
        "hire": line.hire_id,
        "who": line.person_name,
        "post": line.post_title,
        "place": places.get(line.region, line.region),
        "months": months_words(page, line.from_month, line.until_month),
        "fen": yuan(line.fen),
        "repaid": yuan(line.repaid_fen),
        "cut": yuan(line.cut_fen) if line.cut_fen else "",
        "owed": yuan(line.open_fen),
        "cause": line.cause,
        "article": line.article,
        "standing": page.tell(STANDINGS[line.standing]),
        "mark": _MARKS[line.standing],
        "settled_on": line.settled_on,
    }


def _suspect(page: Page, one: Suspect, places: Mapping[str, str]) -> dict[str, Any]:
    may_ask, _ = recoveries.roles_for(page.actor, one.region)
    return {
        "hire": one.hire_id,
        "who": one.person_name,
        "place": places.get(one.region, one.region),
        "months": months_words(page, one.found.from_month, one.found.until_month),
        "fen": yuan(one.found.fen),
        "why": page.tell(one.found.why),
        "may_ask": may_ask,
    }


# ---- one claim ---------------------------------------------------------------------------------------------------


@router.get("/recoveries/{number}")
def show_one(page: PageDep, number: Number) -> Response:
    """One claim: what it rests on, what was decided, what came back, and what can be done."""
    return _one(page, number)


def _one(page: Page, number: int, given: Given | None = None, refusal: Refusal | None = None) -> Response:
    with page.reading() as connection:
        line = ledger.recovery_line(connection, scoped(page.actor), number)
        if line is None:
            raise NotFound
        back = ledger.repayments(connection, number)
        places = reading.place_names(connection, {line.region})
    may_ask, may_decide = recoveries.roles_for(page.actor, line.region)
    filling = Filling(page, given or {}, faults_of(refusal))
    return page.show(
        "recovery.html",
        "recoveries",
        status=status_of(refusal) if not isinstance(refusal, NotEntitled) else 403,
        refusal=refusal_of(page, refusal, say("没有办理")),
        claim=row_of(page, line, places),
        heading=page.tell(say("第{n}号", n=line.id)),
        waiting=line.standing is Standing.WAITING,
        asked_at=page.moment(line.asked_at),
        decided_at=page.moment(line.decided_at) if line.decided_at else "",
        opinion=line.opinion,
        back=_back(page, back, may_ask, may_decide),
        decision=_decision(page, filling) if line.standing is Standing.WAITING and may_decide else None,
        repaying=_repaying(page, filling, line) if line.standing is Standing.OPEN and may_ask else None,
        reducing=_reducing(filling, line) if line.standing is Standing.OPEN and may_ask else None,
    )


def _back(page: Page, lines: Sequence[RepaymentLine], may_ask: bool, may_decide: bool) -> list[dict[str, Any]]:
    """What came back, and what of it was set right: the rows that did so stand beside those they set right."""
    taken = {line.corrects for line in lines if line.corrects is not None and line.upheld is not False}
    return [
        {
            "number": line.number,
            "on_day": line.on_day,
            "fen": yuan(line.fen),
            "voucher": "" if line.corrects == ledger.THE_CLAIM else line.voucher,
            "about": _about(page, line),
            "may_correct": may_ask and line.corrects is None and line.number not in taken,
            "may_decide": may_decide and line.corrects is not None and line.upheld is None,
        }
        for line in lines
    ]  # fmt: skip


def _about(page: Page, line: RepaymentLine) -> str:
    """What a row sets right, why, and how it was decided."""
    if line.corrects is None:
        return ""
    told = {None: say("待另一人决定"), True: say("已确认"), False: say("不予更正")}
    facts = {"how": page.tell(told[line.upheld]), "reason": line.reason}
    if line.corrects == ledger.THE_CLAIM:
        return page.tell(say("核减应追回的金额（{how}）：{reason}", **facts))
    return page.tell(say("更正第{n}笔（{how}）：{reason}", n=line.corrects, **facts))


def _reducing(filling: Filling, line: RecoveryLine) -> list[Field]:
    about = say("追回的金额写多了，或者不该追回时用；全部撤回的填尚欠的{owed}元。", owed=yuan(line.open_fen))
    return [
        filling.field("cut", say("核减金额（元）"), "text", about, required=True),
        filling.field("reason", say("核减的理由"), "prose", required=True, lines=2),
    ]


def _decision(page: Page, filling: Filling) -> list[Field]:
    outcomes = [("yes", page.tell(say("应当追回"))), ("no", page.tell(say("不予追回")))]
    return [
        filling.field("upheld", say("决定"), "radio", options=outcomes, required=True),
        filling.field("opinion", say("意见和理由"), "prose", required=True, lines=3),
    ]


def _repaying(page: Page, filling: Filling, line: RecoveryLine) -> list[Field]:
    owed = say("尚欠{owed}元，可以分次退回。", owed=yuan(line.open_fen))
    return [
        filling.field("fen", say("退回金额（元）"), "text", owed, required=True),
        filling.field("on_day", say("退回日期"), "date", required=True, value=page.today.isoformat()),
        filling.field("voucher", say("收款凭证"), "text", say("银行回单号或者收据号。"), required=True),
    ]


@router.post("/recoveries/{number}/decide")
def decided(page: PageDep, form: RecentFormDep, number: Number) -> Response:
    """Decides a claim, as somebody else than who entered it."""
    given = given_of(form)
    filling = Filling(page, given)
    try:
        if filling.first("upheld") not in ("yes", "no"):
            raise InputRefused({"upheld": say("请选择应当追回还是不予追回")})
        upheld = filling.first("upheld") == "yes"
        recoveries.decide(page.office, number, upheld, filling.first("opinion"), page.actor, page.at)
    except NoSuchHire:
        raise
    except Refusal as refusal:
        return _one(page, number, given, refusal)
    said = say("已决定追回，请登记退回的每一笔钱") if upheld else say("已决定不予追回")
    return page.go(f"/recoveries/{number}", said)


@router.post("/recoveries/{number}/repay")
def repaid(page: PageDep, form: FormDep, number: Number) -> Response:
    """Enters money that came back."""
    given = given_of(form)
    filling = Filling(page, given)
    fen, voucher = _fen(filling), filling.first("voucher")
    try:
        day = day_of(filling.first("on_day"))
        settled = recoveries.repay(page.office, number, fen, day, voucher, page.actor, page.at)
    except NoSuchHire:
        raise
    except Refusal as refusal:
        return _one(page, number, given, refusal)
    return page.go(f"/recoveries/{number}", say("已全部退回，这笔追回结清了") if settled else say("已登记退回"))


@router.post("/recoveries/{number}/reduce")
def reduced(page: PageDep, form: FormDep, number: Number) -> Response:
    """Proposes to take something off a claim that says too much, or to withdraw it."""
    given = given_of(form)
    filling = Filling(page, given)
    try:
        recoveries.reduce(page.office, number, _fen(filling, "cut"), filling.first("reason"), page.actor, page.at)
    except NoSuchHire:
        raise
    except Refusal as refusal:
        return _one(page, number, given, refusal)
    return page.go(f"/recoveries/{number}", say("已提出核减，等待另一人决定"))


@router.post("/recoveries/{number}/repayments/{repayment}/correct")
def corrected(page: PageDep, form: FormDep, number: Number, repayment: Number) -> Response:
    """Proposes to set a mistyped repayment right; the row itself stays."""
    given = given_of(form)
    reason = Filling(page, given).first("reason")
    try:
        recoveries.correct_repayment(page.office, number, repayment, reason, page.actor, page.at)
    except NoSuchHire:
        raise
    except Refusal as refusal:
        return _one(page, number, given, refusal)
    return page.go(f"/recoveries/{number}", say("已提出更正这笔退回，等待另一人决定"))


@router.post("/recoveries/{number}/repayments/{repayment}/decide")
def correction_decided(page: PageDep, form: RecentFormDep, number: Number, repayment: Number) -> Response:
    """Decides whether a repayment is set right, as somebody else than who proposed it."""
    upheld = Filling(page, given_of(form)).first("upheld") == "yes"
    try:
        recoveries.decide_repayment(page.office, number, repayment, upheld, page.actor, page.at)
    except NoSuchHire:
        raise
    except Refusal as refusal:
        return _one(page, number, {}, refusal)
    return page.go(f"/recoveries/{number}", say("已确认更正") if upheld else say("已退回这项更正"))


def _fen(filling: Filling, name: str = "fen") -> int:
    """The sum of a form; nought for what is none, which the ledger refuses beside its field."""
    try:
        return fen_of(filling.first(name).strip(), recoveries.MOST_FEN)
    except ValueError:
        return 0


# ---- a new claim -------------------------------------------------------------------------------------------------


@router.get("/hires/{hire_id}/recoveries/new")
def asking(page: PageDep, hire_id: PathId) -> Response:
    """The form of a claim, begun with what the payments of this hire suggest."""
    return _form(page, hire_id, {})


@router.post("/hires/{hire_id}/recoveries/new")
def asked(page: PageDep, form: FormDep, hire_id: PathId) -> Response:
    """Enters a claim; it waits for somebody else's decision."""
    given = given_of(form)
    filling = Filling(page, given)
    plain = {name: filling.first(name) for name in ("from_month", "until_month", "cause", "article")}
    try:
        claim = Claim(fen=_fen(filling), **plain)
        number = recoveries.ask(page.office, hire_id, claim, page.actor, page.at)
    except (NoSuchHire, NotEntitled):
        raise
    except Refusal as refusal:
        return _form(page, hire_id, given, refusal)
    return page.go(f"/recoveries/{number}", say("已提出追回，等待另一人决定"))


def _form(page: Page, hire_id: int, given: Given, refusal: Refusal | None = None) -> Response:
    scope = scoped(page.actor)
    with page.reading() as connection:
        line = queries.hire_line(connection, scope, hire_id)
        if line is None or not scope.covers(line.region) or line.person_name is None:
            raise NotFound
        found = _proposed(connection, page, hire_id)
        place = reading.place_names(connection, {line.region})[line.region]
    if not recoveries.roles_for(page.actor, line.region)[0]:
        raise Forbidden
    filling = Filling(page, given, faults_of(refusal))
    fields = _fields(filling, found, recoveries.article_for(page.office.procedure(line.procedure)))
    about = (
        say("根据发放记录算出的疑点已经填好，请核对后提出。") if found else say("写清楚追回哪几个月、多少钱、为什么。")
    )
    return show_form(
        page,
        "recoveries",
        title=say("提出追回：{who}", who=line.person_name),
        lead=say(
            "{post}，{place}。提出后由人社、乡村振兴或者财政部门的另一人决定。", post=line.post_title, place=place
        ),
        crumbs=[("/recoveries", page.tell(say("追回"))), (f"/hires/{hire_id}", line.person_name)],
        groups=[group(page, say("追回什么"), fields, about)],
        button=say("提出追回"),
        refusal=refusal,
        not_done=say("没有提出追回"),
    )


def _proposed(connection: Connection, page: Page, hire_id: int) -> Suspect | None:
    return next(iter(ledger.overpaid_of(connection, scoped(page.actor), [hire_id])), None)


def _fields(filling: Filling, one: Suspect | None, article: str) -> list[Field]:
    tell, month = filling.page.tell, say("例如2026-03")
    first, last, fen, why = ("", "", "", "")
    if one is not None:
        found = one.found
        first, last, why = f"{found.from_month:%Y-%m}", f"{found.until_month:%Y-%m}", tell(found.why)
        fen = in_plain(found.fen)
    return [
        filling.field("from_month", say("起月"), "text", month, value=first, required=True),
        filling.field("until_month", say("止月"), "text", month, value=last, required=True),
        filling.field("fen", say("追回金额（元）"), "text", value=fen, required=True),
        filling.field("article", say("依据"), "text", say("文件名称和条款。"), value=article, required=True),
        filling.field("cause", say("原因"), "prose", value=why, required=True, lines=3),
    ]
