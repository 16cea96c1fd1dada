"""The roster (花名册) comes in: looked at person by person, registered, and on record among the imports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from fastapi import APIRouter
from fastapi.responses import Response
from starlette.datastructures import UploadFile

from api.dependencies import SealDep
from api.pages.import_screen import NOT_ALL, PARTIAL, Look, RowView, Screen, sent_file, where
from api.pages.received import names_of
from api.pages.render import FormDep, Page, PageDep
from api.pages.submitted import given_of
from api.pages.workbooks import handed_back, workbook
from api.problems import Forbidden
from states.say import Sentence, say
from workflow.files import FileRefused
from workflow.imports import roster
from workflow.imports.carried import ListGone
from workflow.imports.roster import MOST_ROWS, RosterReport
from workflow.imports.template import ROSTER
from workflow.imports.workbook import NotReadable
from workflow.people import REGISTRARS
from workflow.sealing import Seal

router = APIRouter()
HERE = "/roster/import"
UPDATE = "update"
KINDS: Mapping[str, Sentence] = {
    "created": say("新登记"),
    "different": say("已登记，内容不同"),
    "unchanged": say("已登记，没有变动"),
}


@router.get("/roster/import")
def ask(page: PageDep) -> Response:
    """The form for a roster."""
    return _screen(page).ask()


@router.get("/roster/import/template.xlsx")
def template(page: PageDep) -> Response:
    """The empty roster."""
    _screen(page)
    return workbook(ROSTER.content(), "公益性岗位在岗人员花名册.xlsx")


@router.post("/roster/import")
def check(page: PageDep, form: FormDep, seal: SealDep) -> Response:
    """What the roster says and what would become of every row. Nothing is written."""
    screen, sent = _screen(page), form.get("file")
    called = (sent.filename or "").replace("\\", "/").rpartition("/")[2][-80:] if isinstance(sent, UploadFile) else ""
    try:
        with sent_file(page, form) as path:
            found = roster.read(page.office, seal, path, page.actor, page.at, called=called, most=MOST_ROWS)
    except (FileRefused, NotReadable) as refusal:
        return screen.ask(refusal.sentence)
    return screen.show(_look(page, seal, roster.wrapped(seal, page.actor, page.at, found, page.tell)))


@router.post("/roster/import/keep")
def keep(page: PageDep, form: FormDep, seal: SealDep) -> Response:
    """Registers what was looked at; what is known otherwise only if that is said."""
    screen, given = _screen(page), given_of(form)
    text = (given.get("list") or [""])[0]
    try:
        sent, lines = roster.unwrapped(seal, page.actor, page.at, text)
    except ListGone as refusal:
        return screen.ask(refusal.sentence)
    if sent.faults and PARTIAL not in given:
        return screen.show(_look(page, seal, text), NOT_ALL)
    report = RosterReport(sent.run_id, int(sent.content["rows"]))
    file, who = (str(sent.content["called"]), sent.digest), (page.actor, page.at)
    roster.keep(page.office, seal, report, lines, file, *who, update=UPDATE in given, refused=sent.faulty)
    counts = {"new": report.count("created"), "changed": report.count("updated")}
    words = say("花名册已导入：新登记{new}人，更正{changed}人；导错了的，在这里撤销。", **counts)
    if not any(counts.values()):
        words = say("花名册上的人都已登记，没有改动。")
    return page.go("/imports", words)


@router.post("/roster/import/faults")
def faults(page: PageDep, form: FormDep, seal: SealDep) -> Response:
    """The workbook handed back: every fault marked where it is."""
    screen = _screen(page)
    try:
        sent, _ = roster.unwrapped(seal, page.actor, page.at, (given_of(form).get("list") or [""])[0])
    except ListGone as refusal:
        return screen.ask(refusal.sentence)
    return handed_back(sent, "花名册")


def may(page: Page) -> bool:
    """Whether the reader registers people anywhere."""
    return any(grant.role in REGISTRARS for grant in page.actor.grants)


def _screen(page: Page) -> Screen:
    """Raises Forbidden for whoever registers nobody."""
    if not may(page):
        raise Forbidden
    lead = say("登记名册上的人和此前已享受的月数；名册上没有的人，登记不变。一次最多{n}人。", n=MOST_ROWS)
    hint = say("按模板填写的花名册，一人一行。")
    crumbs = [("/people", page.tell(say("人员档案")))]
    downloads = [(f"{HERE}/template.xlsx", say("下载空白花名册"))]
    return Screen(page, "people", say("导入花名册"), page.tell(lead), crumbs, HERE, hint, downloads)


def _look(page: Page, seal: Seal, text: str) -> Look:
    sent, lines = roster.unwrapped(seal, page.actor, page.at, text)
    outcomes = roster.preview(page.office, seal, lines, page.at)
    kinds = Counter(one.kind for one in outcomes)
    notes: dict[tuple[str, int], list[str]] = {}
    for warning in sent.warnings:
        told = f"{warning['column']}：{warning['problem']}" if warning["column"] else warning["problem"]
        notes.setdefault((warning["sheet"], warning["row"]), []).append(told)
    rows = []
    for one, line in zip(outcomes, lines, strict=True):
        beside = notes.pop((line.sheet, line.row), [])
        if one.fields:
            said = say("与登记不同的：{fields}", fields=names_of(page, one.fields))
            beside = [page.tell(said), *beside]
        words = page.tell(KINDS[one.kind])
        if one.kind != "unchanged" or beside:
            rows.append(RowView(line.name, where(page, line.sheet, line.row), words, beside))
    wrong = {(fault["sheet"], fault["row"]) for fault in sent.faults}
    unread = page.tell(say("表头"))
    rows += [RowView(unread, where(page, *at), "；".join(told)) for at, told in notes.items() if at not in wrong]
    different = kinds["different"]
    update = say("已登记而内容不同的{n}人，也按本表更正（不勾选的，登记不变）", n=different)
    asks = [(UPDATE, update)] if different else []
    counts = [(words, kinds[kind]) for kind, words in KINDS.items()]
    return Look(text, sent, [*counts, (say("去除"), 0)], rows, kinds["created"] + different, asks)
