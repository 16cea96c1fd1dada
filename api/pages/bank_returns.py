"""The bank's return (银行回单) of a paid sheet: taken in, line by line where the money is, and what is given up."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter
from fastapi.responses import Response

from api.dependencies import SealDep
from api.inputs import PathId
from api.pages import pay_words, reading
from api.pages.filling import faults_of, refusal_of, status_of
from api.pages.hires import whole
from api.pages.import_screen import NOT_ALL, PARTIAL, Look, RowView, Screen, sent_file, where
from api.pages.pay_found import sheet_of
from api.pages.render import FormDep, Page, PageDep, RecentFormDep, RecentPageDep
from api.pages.submitted import given_of
from api.pages.workbooks import handed_back, workbook
from api.problems import Forbidden
from states.pay import yuan
from states.refusals import Refusal
from states.say import Sentence, say
from workflow import bank_results
from workflow.bank_results import DECIDERS, RECEIVED, RESULTS, WAITING, Standing
from workflow.exports import for_spreadsheet
from workflow.files import FileRefused
from workflow.imports import bank_return
from workflow.imports.bank_return import SAME, UNKNOWN, Outcome, ReturnGone
from workflow.imports.workbook import NotReadable
from workflow.pay_sheets import PAID, PAYERS
from workflow.queries import pay as found
from workflow.sealing import Seal
from workflow.workbooks.layout import Column, Listing
from workflow.workbooks.layout import workbook as on_paper

router = APIRouter()
#: lines on one page
LINES = 200
#: what takes back a record is meant
TURNED = "turned"
_TURNED = say("有的已经到账或再次送银行，回单又说没有到账。已向银行核实，照回单登记（不勾选的，这些不导入）")
_HEADINGS = ("序号", "姓名", "村（社区）", "岗位", "实发金额（元）", "结果", "回单金额（元）", "说明")


@router.get("/pay/{number}/return")
def show(page: PageDep, number: PathId) -> Response:
    """Where every line of a paid sheet stands; without ``result`` those whose money has not arrived."""
    return _shown(page, number)


@router.post("/pay/{number}/return/state")
def state(page: PageDep, form: RecentFormDep, number: PathId) -> Response:
    """An officer states what became of a line."""
    hire, outcome, told, seen = _given(form, "hire", "outcome", "said", "seen")

    def act() -> None:
        about = (whole(hire) or 0, outcome, told, page.actor, page.at)
        bank_results.state(page.office, number, *about, seen=whole(seen) or 0)

    return _act(page, number, act, say("已登记。"))


@router.post("/pay/{number}/return/close")
def ask_close(page: PageDep, form: RecentFormDep, number: PathId) -> Response:
    """Asks that money which came back is never sent again, or that its month is reckoned anew."""
    hire, reason, seen, how = _given(form, "hire", "said", "seen", "how")

    def act() -> None:
        about = (whole(hire) or 0, reason, page.actor, page.at)
        bank_results.ask_close(page.office, number, *about, seen=whole(seen) or 0, anew=how == "anew")

    return _act(page, number, act, say("已提出，待另一人确认。"))


@router.post("/pay/{number}/return/close/decide")
def decide_close(page: PageDep, form: RecentFormDep, number: PathId) -> Response:
    """Another person agrees that a line is closed, or does not."""
    hire, upheld, seen = _given(form, "hire", "upheld", "seen")

    def act() -> None:
        about = (whole(hire) or 0, page.actor, page.at)
        bank_results.decide_close(page.office, number, *about, seen=whole(seen) or 0, uphold=upheld == "yes")

    return _act(page, number, act, say("已办理。"))


def _given(form: Any, *names: str) -> list[str]:
    given = given_of(form)
    return [(given.get(name) or [""])[0] for name in names]


@router.get("/pay/{number}/return/results.xlsx")
def results_workbook(page: RecentPageDep, number: PathId) -> Response:
    """Every line with its result."""
    kinds = {4: "money", 6: "money"}
    widths = (6, 12, 18, 18, 14, 12, 14, 40)
    columns = [
        Column(heading, width, kinds.get(place, "text"), added=place in kinds)  # type: ignore[arg-type]
        for place, (heading, width) in enumerate(zip(_HEADINGS, widths, strict=True))
    ]
    rows = _rows(page, number)
    return workbook(on_paper(Listing(f"第{number}号发放表银行回单核对表", columns, rows)), f"回单核对-{number}.xlsx")


@router.get("/pay/{number}/return/results.csv")
def results_text(page: RecentPageDep, number: PathId) -> Response:
    """The same as text."""
    made = io.StringIO()
    writer = csv.writer(made)
    writer.writerow(_HEADINGS)
    for row in _rows(page, number):
        writer.writerow(for_spreadsheet([*row[:4], yuan(row[4]), row[5], yuan(row[6]), row[7]]))
    name = quote(f"回单核对-{number}.csv")
    headers = {"content-disposition": f"attachment; filename=\"results.csv\"; filename*=UTF-8''{name}"}
    content = made.getvalue().encode("utf-8-sig")
    return Response(content, media_type="text/csv", headers={**headers, "cache-control": "no-store"})


# ---- taking a return in ------------------------------------------------------------------------------------------


@router.get("/pay/{number}/return/import")
def ask(page: PageDep, number: PathId) -> Response:
    """The form for a file of the bank."""
    return _screen(page, number).ask()


@router.post("/pay/{number}/return/import")
def check(page: PageDep, form: FormDep, seal: SealDep, number: PathId) -> Response:
    """What the file says of each line. Nothing is written."""
    screen = _screen(page, number)
    try:
        with sent_file(page, form) as path, page.reading() as connection:
            kept = bank_return.kept_files(connection, number)
            read = bank_return.read(path, seal, bank_return.payees(connection, seal, number), kept)
    except (FileRefused, NotReadable) as refusal:
        return screen.ask(refusal.sentence)
    text = bank_return.wrapped(seal, number, page.actor, page.at, read, page.tell)
    return screen.show(_look(page, seal, number, text)[0])


@router.post("/pay/{number}/return/import/keep")
def keep(page: PageDep, form: FormDep, seal: SealDep, number: PathId) -> Response:
    """Keeps what was looked at; with rows of nobody or faults only if the others are wanted without them."""
    screen, given = _screen(page, number), given_of(form)
    text = (given.get("list") or [""])[0]
    try:
        look, outcomes = _look(page, seal, number, text)
    except ReturnGone as refusal:
        return screen.ask(refusal.sentence)
    if TURNED not in given and look.ready == sum(one.doubt for one in outcomes):
        return screen.show(look, say("没有勾选，什么都没有导入。请先向银行核实。"))
    if (look.sent.faults or any(row.stop for row in look.rows)) and PARTIAL not in given:
        return screen.show(look, NOT_ALL)
    try:
        turned = TURNED in given
        counted = bank_return.keep(page.office, number, look.sent, outcomes, page.actor, page.at, turned=turned)
    except Refusal as refusal:
        return screen.show(look, refusal.sentence)
    arrived = counted.get(RECEIVED, 0)
    others = sum(counted.values()) - arrived
    return page.go(f"/pay/{number}/return", say("回单已导入：到账{n}人，其他{others}人", n=arrived, others=others))


@router.post("/pay/{number}/return/import/faults")
def faults(page: PageDep, form: FormDep, seal: SealDep, number: PathId) -> Response:
    """The workbook handed back: every fault marked where it is."""
    screen = _screen(page, number)
    try:
        text = (given_of(form).get("list") or [""])[0]
        sent, _ = bank_return.unwrapped(seal, number, page.actor, page.at, text)
    except ReturnGone as refusal:
        return screen.ask(refusal.sentence)
    return handed_back(sent, "银行回单")


def _screen(page: Page, number: int) -> Screen:
    """Raises NotFound, Forbidden for whoever pays nothing there, and for a sheet that was not paid."""
    row = sheet_of(page, number)
    if row.status != PAID or not page.actor.roles_in(row.region) & PAYERS:
        raise Forbidden
    crumbs = [
        ("/pay", page.tell(say("待遇发放"))),
        (f"/pay/{number}", page.tell(say("第{n}号", n=number))),
        (f"/pay/{number}/return", page.tell(say("银行回单"))),
    ]
    hint = say("银行导出的明细，要有户名、账号（或尾号）、金额和处理结果。")
    title, action = say("导入银行回单"), f"/pay/{number}/return/import"
    return Screen(page, "pay", title, page.tell(say("第{n}号发放表", n=number)), crumbs, action, hint)


def _look(page: Page, seal: Seal, number: int, text: str) -> tuple[Look, list[Outcome]]:
    """What every row comes to. Raises ReturnGone."""
    sent, outcomes = bank_return.unwrapped(seal, number, page.actor, page.at, text)
    kinds = Counter(one.kind for one in outcomes)
    rows = [_row(page, one) for one in outcomes if one.kind != SAME]
    told: list[tuple[Sentence, int]] = [(words, kinds[kind]) for kind, words in RESULTS.items() if kind != WAITING]
    told += [(say("已有记录"), kinds[SAME]), (say("表中没有这一笔"), kinds[UNKNOWN])]
    told.append((say("表上有、回单没有"), len(sent.content["missing"])))
    ready = sum(number for kind, number in kinds.items() if kind not in (SAME, UNKNOWN))
    asks = [(TURNED, _TURNED)] if any(one.doubt for one in outcomes) else []
    return Look(text, sent, told, rows, ready, asks), outcomes


def _row(page: Page, one: Outcome) -> RowView:
    words = say("表中没有这一笔，不导入") if one.kind == UNKNOWN else RESULTS[one.kind]
    notes = [one.said] if one.said else []
    if one.doubt:
        notes.append(page.tell(say("与已有记录相反，勾选后才登记")))
    return RowView(one.name, where(page, one.sheet, one.row), page.tell(words), notes, one.kind == UNKNOWN)


# ---- the lines ---------------------------------------------------------------------------------------------------


def _act(page: Page, number: int, act: Callable[[], Any], words: Sentence) -> Response:
    sheet_of(page, number)
    try:
        act()
    except Refusal as refusal:
        return _shown(page, number, refusal)
    return page.go(f"/pay/{number}/return", words)


def _shown(page: Page, number: int, refusal: Refusal | None = None) -> Response:
    wanted = page.request.query_params.get("result", "") if page.request.method == "GET" else ""
    with page.reading() as connection:
        row = sheet_of(page, number, connection)
        standing = bank_results.standings(connection, number)
        texts = found.lines(connection, number, limit=None)[0]
        places = reading.place_names(connection, {text.region for text in texts})
    counts = Counter(one.result for one in standing.values())
    mine = bank_results.behind(page.actor, row.region)[0]
    shown = [text for text in texts if _asked(standing[text.hire_id], wanted)]
    return page.show(
        "pay_return.html",
        "pay",
        status=status_of(refusal),
        refusal=refusal_of(page, refusal, say("没有办理")),
        faults=[page.tell(why) for why in faults_of(refusal).values()],
        number=number,
        month=pay_words.month_in_words(page, row.month, row.kind),
        paid=row.status == PAID,
        may=row.status == PAID and bool(page.actor.roles_in(row.region) & PAYERS),
        counts=[(kind, page.tell(words), counts[kind]) for kind, words in RESULTS.items()],
        wanted=wanted if wanted in RESULTS else "",
        failed=counts[bank_results.FAILED],
        decides=row.status == PAID and bool(page.actor.roles_in(row.region) & DECIDERS),
        lines=[_line(page, text, standing[text.hire_id], places, mine) for text in shown[:LINES]],
        more=max(len(shown) - LINES, 0),
    )


def _asked(one: Standing, wanted: str) -> bool:
    return one.result == wanted if wanted in RESULTS else one.result != RECEIVED


def _line(
    page: Page, text: found.PayText, one: Standing, places: dict[str, str], mine: frozenset[str]
) -> dict[str, Any]:
    return {
        "waits": one.result in bank_results.CLOSING_ONES and one.result not in bank_results.CLOSED_ONES,
        "mine": bool(one.by & mine),
        "hire": text.hire_id,
        "person": text.row.person_id,
        "name": text.name,
        "place": places.get(text.region, text.region),
        "post": text.post_title,
        "fen": yuan(text.row.net_fen),
        "result": one.result,
        "words": page.tell(RESULTS[one.result]),
        "said": one.said,
        "at": page.moment(one.at) if one.at else "",
        "number": one.number,
    }


def _rows(page: Page, number: int) -> Sequence[tuple[Any, ...]]:
    with page.reading() as connection:
        sheet_of(page, number, connection)
        standing = bank_results.standings(connection, number)
        texts = found.lines(connection, number, limit=None)[0]
        places = reading.place_names(connection, {text.region for text in texts})
    made = []
    for place, text in enumerate(texts, 1):
        one = standing[text.hire_id]
        who = (str(place), text.name, places.get(text.region, text.region), text.post_title)
        made.append((*who, text.row.net_fen, RESULTS[one.result].pattern, one.fen, one.said))
    return made
