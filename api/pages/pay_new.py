"""A new pay sheet (编制发放表): for whom, for which month, with which parts that somebody decided on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from fastapi import APIRouter
from fastapi.responses import Response

from api.pages import pay_words
from api.pages.filling import Filling, Given, faults_of, group, show_form
from api.pages.ledgers import documents
from api.pages.pay_words import KINDS
from api.pages.render import FormDep, Page, PageDep
from api.pages.submitted import fen_of, given_of
from api.problems import Forbidden
from states.months import month_before, month_of
from states.performance import PotRuling
from states.refusals import InputRefused, Refusal
from states.say import Sentence, say
from workflow import pay_sheets, queries
from workflow.pay_rows import MONTHLY, PERFORMANCE
from workflow.pay_sheets import MAKERS, Order
from workflow.queries import scoped
from workflow.queries.places import region_paths
from workflow.queries.register import RegionLine

router = APIRouter()
#: what fits into one list of places
PLACES = 600


@router.get("/pay/new")
def ask(page: PageDep) -> Response:
    """The form of a sheet."""
    if not pay_words.holds(page, MAKERS):
        raise Forbidden
    return _form(page, {})


@router.post("/pay/new")
def make(page: PageDep, form: FormDep) -> Response:
    """Makes a draft."""
    if not pay_words.holds(page, MAKERS):
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
    procedure = next((one for one in documents(page) if one.procedure == text.get("procedure")), None)
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


def _places(lines: Sequence[RegionLine]) -> list[RegionLine]:
    """As many places as fit, larger ones first where they do not: each village may add a sum of its own."""
    larger = [line for line in lines if line.level != "village"]
    villages = [line for line in lines if line.level == "village"]
    return sorted((*larger, *villages)[:PLACES], key=lambda line: line.code)


def _form(page: Page, given: Given, refusal: Refusal | None = None) -> Response:
    filling = Filling(page, given, faults_of(refusal))
    with page.reading() as connection:
        regions = _places(queries.regions(connection, scoped(page.actor)))
        paths = region_paths(connection, {line.code for line in regions})
    known = [(p.procedure, pay_words.document_of(page, p.procedure)) for p in documents(page)]
    places = [(line.code, paths[line.code]) for line in regions]
    kinds = [(name, page.tell(words)) for name, words in KINDS.items()]
    what = [
        filling.field("procedure", say("办法"), "select", options=[filling.choose(), *known], required=True),
        filling.field("region", say("地区"), "select", options=[filling.choose(), *places], required=True),
        filling.field("month", say("月份"), "month", value=month_before(page.today).isoformat()[:7], required=True),
        filling.field("kind", say("发放什么"), "select", options=kinds, value=MONTHLY, required=True),
        filling.field(
            "extra",
            say("每人每月另行提高（元）"),
            "number",
            say("办法允许、集体已经决定的才填。各村提高的数额不同的，选村，按村分别编制。"),
            step="0.01",
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
