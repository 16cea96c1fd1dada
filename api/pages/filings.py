"""Reports that are owed (备案): what is late, lists for the file, and many recorded as sent in one go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from api.dependencies import SealDep
from api.file_out import attached
from api.inputs import PathId
from api.pages import in_full
from api.pages.after_words import day_of, region_of
from api.pages.filling import Filling, Given, faults_of
from api.pages.ledgers import Cell, Form, Table, documents, show
from api.pages.pay_words import document_of
from api.pages.render import FormDep, Page, PageDep, RecentFormDep, RecentPageDep
from api.pages.submitted import given_of
from api.pages.workbooks import XLSX, workbook
from api.problems import Forbidden
from states.labels import role_name
from states.model import GapRef
from states.procedure import Procedure
from states.refusals import NoSuchHire, Refusal
from states.say import Sentence, say
from states.steps import FilingLine
from workflow import files, filing_lists, queries
from workflow.filing_lists import Key, lines_of
from workflow.queries import scoped
from workflow.queries.places import region_paths
from workflow.workbooks.layout import workbook as on_paper

router = APIRouter()
WHICH: Mapping[str, Sentence] = {"open": say("待报送"), "overdue": say("逾期未报"), "sent": say("已报送")}
PLACES = 600


@router.get("/filings")
def show_all(page: PageDep) -> Response:
    """What is owed within the reader's regions, the lists that were made, and within which days each is owed."""
    return _all(page, {})


@router.post("/filings/lists")
def make(page: PageDep, form: FormDep, seal: SealDep) -> Response:
    """Makes a list of what is owed of one kind in a place."""
    given = given_of(form)
    filling = Filling(page, given)
    procedure_id, _, name = filling.first("filing").partition(":")
    region = filling.first("region").strip()
    try:
        number = filing_lists.make(page.office, seal, procedure_id, name, region, page.actor, page.at)
    except Refusal as refusal:
        return _all(page, given, refusal)
    return page.go(f"/filings/lists/{number}", say("名单已生成。下载报送之后，请登记报送日期和收文号。"))


@router.get("/filings/lists/{number}")
def show_one(page: PageDep, number: PathId) -> Response:
    """One list: its file, who is on it, and the form by which it is recorded as sent."""
    return _one(page, number)


@router.get("/filings/lists/{number}/list.xlsx")
def download(page: RecentPageDep, number: PathId, seal: SealDep) -> Response:
    """The file as it was made."""
    with page.reading() as connection:
        row = filing_lists.one(connection, scoped(page.actor), number)
    content = files.open_file(page.office, seal, row.digest)
    return attached(content, XLSX, f"filing-{number}.xlsx", f"{page.tell(say('报送名单'))}{number}.xlsx")


@router.post("/filings/lists/{number}/full")
def download_in_full(page: PageDep, form: RecentFormDep, number: PathId, seal: SealDep) -> Response:
    """The list with full numbers: each of them is put on the record of its person, with the purpose."""
    given = given_of(form)
    with page.reading() as connection:
        row = filing_lists.one(connection, scoped(page.actor), number)
        ids = [one.person_id for one in filing_lists.people_on(connection, row, limit=row.people)]
    if not in_full.may(page, row.region):
        raise Forbidden
    try:
        purpose = (given.get("purpose") or [""])[0]
        numbers = in_full.numbers(page, seal, "filing_list", row.region, ids, purpose, number=number)
    except Refusal as refusal:
        return _one(page, number, given, refusal)
    with page.reading() as connection:
        listing = filing_lists.in_full(page.office, connection, row, numbers, page.today)
    return workbook(on_paper(listing), f"{listing.title}.xlsx", f"filing-{number}-full.xlsx")


@router.post("/filings/lists/{number}/sent")
def sent(page: PageDep, form: FormDep, number: PathId) -> Response:
    """Records the list as sent, for each hire on it."""
    given = given_of(form)
    filling = Filling(page, given)
    try:
        day = day_of(filling.first("sent_on"))
        done = filing_lists.send(page.office, number, day, filling.first("receipt"), page.actor, page.at)
    except NoSuchHire:
        raise
    except Refusal as refusal:
        return _one(page, number, given, refusal)
    if done.refused:
        words = say("已登记{n}人；{left}人没有登记，见名单", n=done.done, left=len(done.refused))
        return page.go(f"/filings/lists/{number}", words, "care")
    return page.go(f"/filings/lists/{number}", say("已登记报送：{n}人", n=done.done))


@router.post("/filings/lists/{number}/drop")
def drop(page: PageDep, form: FormDep, number: PathId) -> Response:
    """Takes a list back that was not sent."""
    try:
        filing_lists.drop(page.office, number, page.actor, page.at)
    except NoSuchHire:
        raise
    except Refusal as refusal:
        return _one(page, number, {}, refusal)
    return page.go("/filings", say("名单已作废，可以重新编制。"))


# ---- as the pages show it ----------------------------------------------------------------------------------------


def _all(page: Page, given: Given, refusal: Refusal | None = None) -> Response:
    asked = page.request.query_params
    which = asked.get("which", "open") if asked.get("which") in WHICH else "open"
    region, after = region_of(page, asked.get("region")), _key(asked.get("after", ""))
    with page.reading() as connection:
        scope = scoped(page.actor)
        rows, more = filing_lists.owed(connection, scope, page.today, which=which, region=region, after=after)
        counted = filing_lists.counts(connection, scope, page.today, region)
        lists = filing_lists.lists(connection, scope)
        places = [line for line in queries.regions(connection, scope) if line.level != "village"][:PLACES]
        names = region_paths(
            connection, {row.region for row in rows} | {row.region for row in lists} | {line.code for line in places}
        )
    filling = Filling(page, given, faults_of(refusal))
    options = [(name, page.tell(words)) for name, words in WHICH.items()]
    known = [("", page.tell(say("全部"))), *((line.code, names[line.code]) for line in places)]
    return show(
        page,
        "filings",
        say("备案报送"),
        say("文件要求报送的每一项：报给谁、哪天以前、报了没有。逾期的同时提醒县级人社部门。"),
        tiles=[(str(counted.open), page.tell(WHICH["open"])), (str(counted.overdue), page.tell(WHICH["overdue"]))],
        filters=[
            filling.field("which", say("进度"), "select", value=which, options=options),
            filling.field("region", say("地区"), "select", value=region or "", options=known),
        ]
        if not given
        else (),
        tables=[_owed(page, rows, names, which), _lists(page, lists, names), _within(page)],
        forms=_making(page, filling, [(line.code, names[line.code]) for line in places]),
        refusal=refusal,
        next_page=page.address(after="~".join(map(str, more))) if more else None,
        first_page=page.address(after=None) if after else None,
    )


def _owed(page: Page, rows: list[Any], names: Mapping[str, str], which: str) -> Table:
    columns = [say("备案事项"), say("姓名"), say("地区"), say("报送机关"), say("应报送日"), say("报送情况")]
    return Table(
        page.tell(WHICH[which]),
        [page.tell(words) for words in columns],
        [_owed_row(page, row, names) for row in rows],
        page.tell(say("没有。")),
    )


def _owed_row(page: Page, row: Any, names: Mapping[str, str]) -> list[Cell | str]:
    procedure = page.office.rulebook.rules(row.procedure).procedure
    late = row.sent_on is None and row.due_on < page.today
    to = (", " if page.language == "en" else "、").join(role_name(procedure, r, page.language) for r in row.to_roles)
    done = page.tell(say("{day}报送", day=page.day(row.sent_on))) if row.sent_on else ""
    state = done or (page.tell(WHICH["overdue"]) if late else page.tell(WHICH["open"]))
    return [
        Cell(_named(page, procedure, row.filing), row.article),
        Cell(row.name or page.tell(say("空缺名额")), row.title, f"/hires/{row.hire_id}"),
        names.get(row.region, row.region),
        to,
        page.day(row.due_on),
        Cell(state, row.receipt or "", bad=late),
    ]


def _lists(page: Page, lists: list[Any], names: Mapping[str, str]) -> Table:
    columns = [say("名单"), say("备案事项"), say("地区"), say("人数"), say("报送情况")]
    rows: list[list[Cell | str]] = [
        [
            Cell(page.tell(say("第{n}号", n=row.id)), page.moment(row.made_at), f"/filings/lists/{row.id}"),
            _of_list(page, row),
            names.get(row.region, row.region),
            str(row.people),
            Cell(_state(page, row), row.receipt or ""),
        ]
        for row in lists
    ]
    return Table(page.tell(say("报送名单")), [page.tell(w) for w in columns], rows, page.tell(say("还没有编制名单。")))


def _state(page: Page, row: Any) -> str:
    if row.sent_on:
        return page.tell(say("{day}报送", day=page.day(row.sent_on)))
    return page.tell(say("已作废")) if row.dropped_at else page.tell(say("待报送"))


def _of_list(page: Page, row: Any) -> str:
    try:
        return _named(page, page.office.catalogue.current(row.procedure_id), row.filing)
    except LookupError:
        return str(row.filing)


def _named(page: Page, procedure: Procedure, name: str) -> str:
    return next((page.named(line) for line in lines_of(procedure) if line.filing == name), name)


def _within(page: Page) -> Table:
    """Within which days each report is owed; where a document only says promptly, as what the county may rule."""
    columns = [say("备案事项"), say("由谁报"), say("报给谁"), say("期限"), say("依据")]
    rows = [_within_row(page, procedure, line) for procedure in documents(page) for line in lines_of(procedure)]
    hint = say("文件只写“及时”的，期限由县级裁定；没有裁定的按默认天数提醒。")
    return Table(page.tell(say("各项的期限")), [page.tell(w) for w in columns], rows, "—", page.tell(hint))


def _within_row(page: Page, procedure: Procedure, line: FilingLine) -> list[Cell | str]:
    n = line.within.n
    gap = procedure.gap_by_name.get(n.gap) if isinstance(n, GapRef) else None
    days = page.tell(say("{n}个工作日", n=procedure.settle(n)))
    why = page.tell(say("县级可裁定：{asks}", asks=page.named(gap.asks))) if gap else ""
    to = (", " if page.language == "en" else "、").join(role_name(procedure, r, page.language) for r in line.to)
    return [
        Cell(page.named(line), document_of(page, procedure.procedure)),
        role_name(procedure, line.by, page.language),
        to,
        Cell(days, why),
        f"{procedure.document.number}{line.cite}",
    ]


def _making(page: Page, filling: Filling, places: list[tuple[str, str]]) -> list[Form]:
    """The kinds of report that a role of the reader owes."""
    roles = {grant.role for grant in page.actor.grants}
    kinds = [
        (f"{procedure.procedure}:{line.filing}", f"{page.named(line)} · {document_of(page, procedure.procedure)}")
        for procedure in documents(page)
        for line in lines_of(procedure)
        if line.by in roles
    ]
    if not kinds or not places:
        return []
    fields = [
        filling.field("filing", say("备案事项"), "select", options=[filling.choose(), *kinds], required=True),
        filling.field("region", say("地区"), "select", options=places, required=True),
    ]
    hint = page.tell(say("把这个地区这一项待报送的编成一份名单（最多1000人），下载后报送。证件号码只列末四位。"))
    form = Form(page.tell(say("编制报送名单")), _apart(fields), page.tell(say("生成名单")), "/filings/lists", hint)
    return [form]


def _apart(fields: list[Any]) -> list[Any]:
    return [replace(field, prefix="make-") for field in fields]


def _one(page: Page, number: int, given: Given | None = None, refusal: Refusal | None = None) -> Response:
    with page.reading() as connection:
        row = filing_lists.one(connection, scoped(page.actor), number)
        people = filing_lists.people_on(connection, row)
        names = region_paths(connection, {row.region, *(one.region for one in people)})
    filling = Filling(page, given or {}, faults_of(refusal))
    line = next((x for x in _lines(page, row) if x.filing == row.filing), None)
    mine = line is not None and line.by in page.actor.roles_in(row.region)
    waits = row.sent_on is None and row.dropped_at is None
    forms = []
    if mine and waits:
        fields = [
            filling.field("sent_on", say("报送日期"), "date", value=page.today.isoformat(), required=True),
            filling.field("receipt", say("收文号或回执"), required=True),
        ]
        send, back = page.tell(say("登记已报送")), page.tell(say("名单作废"))
        hint = page.tell(say("一次登记名单上的全部{n}人，各自的办理经过里都有这一条。", n=row.people))
        forms = [
            Form(send, fields, send, f"/filings/lists/{number}/sent", hint),
            Form(back, [], back, f"/filings/lists/{number}/drop", adverse=True, folded=True),
        ]
    full = say("下载完整号码的名单（Excel）")
    forms += in_full.ask(page, filling, row.region, full, f"/filings/lists/{number}/full")
    return show(
        page,
        "filings",
        say("报送名单第{n}号", n=number),
        say("{what}，{n}人。{state}", what=_of_list(page, row), n=row.people, state=_state(page, row)),
        crumbs=[("/filings", page.tell(say("备案报送")))],
        links=[(f"/filings/lists/{number}/list.xlsx", page.tell(say("下载名单（Excel）")))],
        notes=[page.tell(say("文件摘要（SHA-256）：{digest}", digest=row.digest))],
        tables=[_owed(page, people, names, "sent" if row.sent_on else "open")],
        forms=forms,
        refusal=refusal,
    )


def _lines(page: Page, row: Any) -> list[FilingLine]:
    try:
        return list(lines_of(page.office.catalogue.current(row.procedure_id)))
    except LookupError:
        return []


def _key(text: str) -> Key | None:
    try:
        due, hire_id, seq = text.split("~")
        key = date.fromisoformat(due), int(hire_id), int(seq)
    except ValueError:
        return None
    return key if 0 <= key[1] < 2**63 and 0 <= key[2] < 2**31 else None
