"""Somebody on an old post, entered with the old agreement (录入原有岗位人员): one by a form, many by a list."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response
from starlette.datastructures import UploadFile

from api.dependencies import SealDep
from api.pages import reading
from api.pages.filling import Filling, Given, faults_of, group, show_form
from api.pages.hires import whole
from api.pages.old_posts import LIST
from api.pages.render import FormDep, Page, PageDep, RecentFormDep
from api.pages.submitted import given_of, payload_of
from api.pages.workbooks import workbook
from api.problems import Forbidden
from states.procedure import RecordKind
from states.refusals import InputRefused, Refusal
from states.say import say
from workflow import moving, old_posts
from workflow.files import FileRefused
from workflow.imports.old_posts import OLD_POSTS, OldReport, import_old_posts
from workflow.imports.uploads import examined
from workflow.imports.workbook import MOST_BYTES, NotReadable
from workflow.queries import scoped
from workflow.queries.old_posts import posts_of

router = APIRouter()
#: of the faults of a list, so many are shown at once
MOST_SHOWN = 200


@router.get("/old-posts/new")
def ask_new(page: PageDep) -> Response:
    """The form by which somebody on an old post is entered."""
    return _entry_form(page, {})


@router.post("/old-posts/new")
def enter_new(page: PageDep, form: FormDep) -> Response:
    """Enters somebody with the old agreement; the fields keep what was said where something is wrong."""
    given = given_of(form)
    post_id, person_id = whole((given.get("post") or [""])[0]), whole((given.get("person_id") or [""])[0])
    faults = {}
    if post_id is None:
        faults["post"] = say("请选择岗位")
    if person_id is None:
        faults["person_id"] = say("请填写人员编号")
    payload = {**payload_of(RecordKind.OLD_TERMS, given), "person_id": person_id}
    try:
        if post_id is None or faults:
            raise InputRefused(faults)
        done = old_posts.enter(page.office, post_id, page.actor, page.at, payload)
    except Refusal as refusal:
        return _entry_form(page, given, refusal)
    return page.go(f"{LIST}/{done.hire_id}", say("已录入"))


def _entry_form(page: Page, given: Given, refusal: Refusal | None = None) -> Response:
    if not old_posts.may_enter(page.office, page.actor):
        raise Forbidden
    filling = Filling(page, given, faults_of(refusal))
    posts = [("", page.tell(say("请选择"))), *_posts(page)]
    asked = page.request.query_params
    whose = say("在“人员档案”里查；此前累计月数也在那里登记，不含现协议期。")
    who = [
        filling.field("post", say("岗位"), "select", say("先在“岗位一览”登记原有岗位。"), options=posts, required=True,
                      value=asked.get("post", "")),
        filling.field("person_id", say("人员编号"), "number", whose,
                      required=True, value=asked.get("person", "")),
        filling.field("started_on", say("首次上岗日期"), "date", required=True),
    ]  # fmt: skip
    terms = [
        filling.field("starts_on", say("原协议起始日"), "date", required=True),
        filling.field("ends_on", say("原协议终止日"), "date", required=True),
        filling.field("signed_on", say("原协议签订日期"), "date", required=True),
        filling.field("number", say("原协议编号")),
        filling.field("monthly_yuan", say("原待遇（元/月）"), "number", required=True, step="0.01"),
        filling.field("evidence", say("证明材料"), hint=say("材料名称和编号。"), required=True),
    ]
    return show_form(
        page,
        "old_posts",
        title=say("录入原有岗位人员"),
        lead=say("文件施行以前已经在岗、原协议还没有期满的人，按原协议录入；以后再逐人认定。"),
        crumbs=[(LIST, page.tell(say("原有岗位人员")))],
        groups=[group(page, say("谁、哪个岗位"), who), group(page, say("原协议"), terms)],
        button=say("录入"),
        refusal=refusal,
        not_done=say("没有录入"),
        action=f"{LIST}/new",
    )


def _posts(page: Page) -> list[tuple[str, str]]:
    """The posts of documents that know old terms, within the reader's regions."""
    names = {now.procedure for now in moving.old_versions(page.office).values()}
    with page.reading() as connection:
        found = posts_of(connection, scoped(page.actor), names)
        places = reading.place_names(connection, {row.region for row in found})
    return [(str(row.id), f"{row.title} · {places.get(row.region, row.region)} · {row.employer}") for row in found]


# ---- many at once ------------------------------------------------------------------------------------------------


@router.get("/old-posts/import")
def ask_list(page: PageDep) -> Response:
    """The form for a filled-in list."""
    return _import_page(page)


@router.get("/old-posts/import/template.xlsx")
def template(page: PageDep) -> Response:
    """The empty list."""
    if not old_posts.may_enter(page.office, page.actor):
        raise Forbidden
    return workbook(OLD_POSTS.content(), "原有岗位在岗人员名单.xlsx")


@router.post("/old-posts/import")
def take_list(page: PageDep, form: RecentFormDep, seal: SealDep) -> Response:
    """What the list says; with ``keep`` it is entered, where nothing is wrong or the sound rows are wanted alone."""
    if not old_posts.may_enter(page.office, page.actor):
        raise Forbidden
    given, sent = given_of(form), form.get("file")
    keep, partial = (given.get("take") or [""])[0] == "keep", "partial" in given
    try:
        if not isinstance(sent, UploadFile) or not sent.filename:
            raise FileRefused(say("请先选择要导入的文件"))
        with examined(page.office, sent.file, sent.filename) as path:
            report = import_old_posts(page.office, seal, path, page.actor, page.at, partial=partial, dry_run=not keep)
    except (FileRefused, NotReadable) as refusal:
        return _import_page(page, 422, fault=page.tell(refusal.sentence))
    finally:
        if isinstance(sent, UploadFile):
            sent.file.close()
    if report.kept:
        return page.go(LIST, say("已录入{n}人", n=len(report.entered)))
    return _import_page(page, 422 if keep else 200, report=report, refused=keep)


def _import_page(
    page: Page, status: int = 200, *, fault: str = "", report: OldReport | None = None, refused: bool = False
) -> Response:
    if not old_posts.may_enter(page.office, page.actor):
        raise Forbidden
    faults = [] if report is None else report.faults
    return page.show(
        "old_posts_import.html",
        "old_posts",
        status=status,
        fault=fault,
        report=report,
        refused=refused,
        faults=[
            {"sheet": one.sheet, "row": one.row, "column": one.column, "said": page.tell(one.problem)}
            for one in faults[:MOST_SHOWN]
        ],
        more=max(0, len(faults) - MOST_SHOWN),
        megabytes=MOST_BYTES // 1024 // 1024,
    )
