"""Somebody on an old post, entered with the old agreement (录入原有岗位人员): one by a form, many by a list."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from api.dependencies import SealDep
from api.pages import reading
from api.pages.filling import Filling, Given, faults_of, group, show_form
from api.pages.hires import whole
from api.pages.import_screen import NOT_ALL, PARTIAL, Look, RowView, Screen, sent_file, where
from api.pages.old_posts import LIST
from api.pages.render import FormDep, Page, PageDep, RecentFormDep
from api.pages.submitted import given_of, payload_of
from api.pages.workbooks import handed_back, workbook
from api.problems import Forbidden
from states.refusals import InputRefused, Refusal
from states.say import say
from states.vocabulary import RecordKind
from workflow import moving, old_posts
from workflow.files import FileRefused
from workflow.imports import old_posts as lists
from workflow.imports.carried import ListGone
from workflow.imports.old_post_rows import OLD_POSTS
from workflow.imports.old_posts import MOST_ROWS
from workflow.imports.workbook import NotReadable
from workflow.queries import scoped
from workflow.queries.old_posts import posts_of
from workflow.sealing import Seal

router = APIRouter()


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
    return _screen(page).ask()


@router.get("/old-posts/import/template.xlsx")
def template(page: PageDep) -> Response:
    """The empty list."""
    _screen(page)
    return workbook(OLD_POSTS.content(), "原有岗位在岗人员名单.xlsx")


@router.post("/old-posts/import")
def check(page: PageDep, form: FormDep, seal: SealDep) -> Response:
    """What the list says and whom it would enter. Nothing is written."""
    screen = _screen(page)
    try:
        with sent_file(page, form) as path:
            found = lists.read(page.office, seal, path, page.actor, page.at)
    except (FileRefused, NotReadable) as refusal:
        return screen.ask(refusal.sentence)
    return screen.show(_look(page, seal, lists.wrapped(seal, page.actor, page.at, found, page.tell)))


@router.post("/old-posts/import/keep")
def keep(page: PageDep, form: RecentFormDep, seal: SealDep) -> Response:
    """Enters whom the look has shown; with faults only if the others are wanted without them."""
    screen, given = _screen(page), given_of(form)
    text = (given.get("list") or [""])[0]
    try:
        sent, lines = lists.unwrapped(seal, page.actor, page.at, text)
    except ListGone as refusal:
        return screen.ask(refusal.sentence)
    if sent.faults and PARTIAL not in given:
        return screen.show(_look(page, seal, text), NOT_ALL)
    try:
        entered = lists.keep(page.office, seal, sent, lines, page.actor, page.at)
    except Refusal as refusal:
        return screen.show(_look(page, seal, text), refusal.sentence)
    if not entered:
        return page.go(LIST, say("名单上的人都已录入，没有改动。"))
    return page.go(LIST, say("已录入{n}人；导错了的，在“导入记录”里撤销。", n=entered))


@router.post("/old-posts/import/faults")
def faults(page: PageDep, form: FormDep, seal: SealDep) -> Response:
    """The workbook handed back: every fault marked where it is."""
    screen = _screen(page)
    try:
        sent, _ = lists.unwrapped(seal, page.actor, page.at, (given_of(form).get("list") or [""])[0])
    except ListGone as refusal:
        return screen.ask(refusal.sentence)
    return handed_back(sent, "原有岗位人员名单")


def _screen(page: Page) -> Screen:
    """Raises Forbidden for whoever enters nobody."""
    if not old_posts.may_enter(page.office, page.actor):
        raise Forbidden
    lead = say("文件施行以前已经在岗的人，按原协议录入；以后再逐人认定。一次最多{n}人。", n=MOST_ROWS)
    hint = say("按模板填写的名单，一人一行；岗位先在“岗位一览”登记。")
    crumbs = [(LIST, page.tell(say("原有岗位人员")))]
    downloads = [(f"{LIST}/import/template.xlsx", say("下载空白名单"))]
    title, here = say("导入原有岗位人员"), f"{LIST}/import"
    return Screen(page, "old_posts", title, page.tell(lead), crumbs, here, hint, downloads)


def _look(page: Page, seal: Seal, text: str) -> Look:
    sent, lines = lists.unwrapped(seal, page.actor, page.at, text)
    fresh = [line for line in lines if line.kind == "new"]
    rows = []
    for line in fresh:
        facts = {"post": line.post[0], "starts": line.terms["starts_on"], "ends": line.terms["ends_on"]}
        words = page.tell(say("录入“{post}”，原协议{starts}至{ends}", **facts))
        rows.append(RowView(line.name, where(page, line.sheet, line.row), words))
    counts = [(say("新增"), len(fresh)), (say("改动"), 0), (say("去除"), 0)]
    counts.append((say("已经录入，没有变动"), len(lines) - len(fresh)))
    return Look(text, sent, counts, rows, len(fresh))
