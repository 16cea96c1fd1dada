"""The annex of places (指标分配表) comes in: compared with what is kept, and taken whole or not at all."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session
from starlette.datastructures import UploadFile

from api.dependencies import SealDep
from api.pages.import_screen import Look, RowView, Screen, sent_file
from api.pages.render import FormDep, Page, PageDep
from api.pages.submitted import given_of
from api.pages.workbooks import handed_back, workbook
from api.problems import Forbidden, NotFound
from states.procedure import Procedure
from states.say import say
from workflow.files import FileRefused
from workflow.imports import allocation
from workflow.imports.allocation_rows import areas_of
from workflow.imports.carried import ListGone
from workflow.imports.workbook import NotReadable
from workflow.sealing import Seal
from workflow.undoing.records import PLANNERS

router = APIRouter()
NOT_WHOLE = say("分配表有错，没有导入；指标要整份导入。请改正后再核对一次。")


@router.get("/allocation/{document}/import")
def ask(page: PageDep, document: str) -> Response:
    """The form for an annex."""
    return _screen(page, _document(page, document)).ask()


@router.get("/allocation/{document}/import/template.xlsx")
def template(page: PageDep, document: str) -> Response:
    """The empty annex, with every area that the document names."""
    procedure = _document(page, document)
    _screen(page, procedure)
    return workbook(allocation.template(procedure).content(), "指标分配表.xlsx")


@router.post("/allocation/{document}/import")
def check(page: PageDep, form: FormDep, seal: SealDep, document: str) -> Response:
    """What the annex says beside what is kept. Nothing is written."""
    procedure = _document(page, document)
    screen, sent = _screen(page, procedure), form.get("file")
    called = (sent.filename or "").replace("\\", "/").rpartition("/")[2][-80:] if isinstance(sent, UploadFile) else ""
    try:
        with sent_file(page, form) as path:
            annex = allocation.read(procedure, path, called=called)
    except (FileRefused, NotReadable) as refusal:
        return screen.ask(refusal.sentence)
    text = allocation.wrapped(seal, procedure, page.actor, page.at, annex, page.tell)
    return screen.show(_look(page, procedure, seal, text))


@router.post("/allocation/{document}/import/keep")
def keep(page: PageDep, form: FormDep, seal: SealDep, document: str) -> Response:
    """Keeps what was looked at: all of it, or nothing where anything is wrong."""
    procedure = _document(page, document)
    screen, text = _screen(page, procedure), (given_of(form).get("list") or [""])[0]
    try:
        sent, annex = allocation.unwrapped(seal, procedure, page.actor, page.at, text)
    except ListGone as refusal:
        return screen.ask(refusal.sentence)
    if sent.faults:
        return screen.show(_look(page, procedure, seal, text), NOT_WHOLE)
    office, who = page.office, page.actor
    with office.database.session() as session:
        done = allocation.keep(session, procedure, annex, office=office, actor=who, run_id=sent.run_id)
    counts = {"new": len(done.new), "changed": len(done.changed)}
    words = say("{year}年指标已导入：新增{new}项，变更{changed}项；导错了的，在这里撤销。", year=annex.year, **counts)
    return page.go("/imports", words)


@router.post("/allocation/{document}/import/faults")
def faults(page: PageDep, form: FormDep, seal: SealDep, document: str) -> Response:
    """The workbook handed back: every fault marked where it is."""
    procedure = _document(page, document)
    screen = _screen(page, procedure)
    try:
        text = (given_of(form).get("list") or [""])[0]
        sent, _ = allocation.unwrapped(seal, procedure, page.actor, page.at, text)
    except ListGone as refusal:
        return screen.ask(refusal.sentence)
    return handed_back(sent, "指标分配表")


def planned(page: Page) -> list[Procedure]:
    """The documents with an annex of places that the reader may set right."""
    catalogue = page.office.catalogue
    known = [catalogue.current(name) for name in sorted({one.procedure for one in catalogue.all()})]
    return [one for one in known if _has_annex(one) and _may(page, one)]


def _has_annex(procedure: Procedure) -> bool:
    return any(quota.allocations for quota in procedure.quotas)


def _may(page: Page, procedure: Procedure) -> bool:
    return bool(page.actor.roles_in(procedure.document.region) & PLANNERS)


def _document(page: Page, name: str) -> Procedure:
    known = {one.procedure for one in page.office.catalogue.all()}
    if name not in known or not _has_annex(found := page.office.catalogue.current(name)):
        raise NotFound
    return found


def _screen(page: Page, procedure: Procedure) -> Screen:
    """Raises Forbidden for whoever sets no places for the area of the document."""
    if not _may(page, procedure):
        raise Forbidden
    here = f"/allocation/{procedure.procedure}/import"
    hint = say("文件列出的地区一个不少，每行、每列都要合得上；有一处不符就整份不导入。")
    crumbs = [("/imports", page.tell(say("导入记录")))]
    downloads = [(f"{here}/template.xlsx", say("下载空白指标分配表"))]
    return Screen(page, "imports", say("导入指标分配表"), page.named(procedure.title), crumbs, here, hint, downloads)


def _look(page: Page, procedure: Procedure, seal: Seal, text: str) -> Look:
    sent, annex = allocation.unwrapped(seal, procedure, page.actor, page.at, text)
    with page.reading() as connection, Session(bind=connection) as session:
        report = allocation.compared(session, procedure, annex)
    kinds = {kind.kind: kind for kind in procedure.kinds}
    rows = []
    for share in (*report.changed, *report.new):
        kind, places = page.named(kinds[share.kind]), share.places
        words = say("{kind}：新增{places}个", kind=kind, places=places)
        if share.before is not None:
            words = say("{kind}：{before}个改为{places}个", kind=kind, before=share.before, places=places)
        rows.append(RowView(share.area, "", page.tell(words)))
    year = say("{year}年度", year=report.year)
    counts = [(say("新增"), len(report.new)), (say("改动"), len(report.changed)), (say("去除"), 0)]
    counts.append((say("没有变动"), len(report.unchanged)))
    told = [RowView(page.tell(year), "", page.tell(say("文件列出{n}个地区", n=len(areas_of(procedure)))))]
    ready = 0 if sent.faults else len(rows)
    return Look(text, sent, counts, [*told, *rows], ready)
