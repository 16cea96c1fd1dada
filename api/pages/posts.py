"""Posts (岗位): the list with what is in use and what is free, a new one, and changing one."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from api.inputs import PathId
from api.pages import words
from api.pages.filling import Filling, Given, faults_of, group, show_form
from api.pages.forms import Field
from api.pages.hires import whole
from api.pages.render import FormDep, Page, PageDep
from api.pages.submitted import fen_of, given_of
from api.problems import Forbidden, NotFound
from states.guards.common import yuan
from states.guards.labels import SOURCES
from states.procedure import Procedure
from states.refusals import InputRefused, Refusal
from states.say import Sentence, say
from workflow import posts, queries
from workflow.queries import PostLine, scoped
from workflow.queries.places import region_paths
from workflow.queries.register import PostUse, use_of_posts

router = APIRouter()
MONEY = ("monthly_fen", "minimum_wage_fen", "subsidy_cap_fen")


@router.get("/posts")
def show_all(page: PageDep) -> Response:
    """The posts of the reader's regions: number, title, place, employer, kind, in use and free."""
    after = whole(page.request.query_params.get("after"))
    with page.reading() as connection:
        found = queries.posts(connection, scoped(page.actor), after=after or 0)
        used = use_of_posts(connection, {line.id for line in found.lines})
        paths = region_paths(connection, {line.region for line in found.lines})
    rows = [_row(page, line, paths[line.region], used.get(line.id, PostUse())) for line in found.lines]
    return page.show(
        "posts.html",
        "posts",
        rows=rows,
        may_register=bool(page.actor.grants) and _keeps_any(page),
        next_page=page.address(after=str(found.after)) if found.after else None,
        first_page=page.address(after=None) if after else None,
    )


def _row(page: Page, line: PostLine, path: str, used: PostUse) -> dict[str, Any]:
    procedure = page.office.catalogue.current(line.procedure_id)
    kind = procedure.kind_by_name.get(line.kind)
    may_announce = bool(page.actor.roles_in(line.region) & set(procedure.announcement.by))
    return {
        "id": line.id,
        "title": line.title,
        "path": path,
        "employer": line.employer,
        "kind": page.named(kind) if kind else line.kind,
        "document": words.short_title(page, procedure),
        "pay": yuan(line.monthly_fen) if line.monthly_fen else "—",
        "serving": used.serving,
        "under_way": used.under_way,
        "vacant": used.vacant,
        "may_change": posts.may_keep(page.office.catalogue, line.procedure_id, line.kind, line.region, page.actor),
        "may_announce": may_announce,
    }


def _keeps_any(page: Page) -> bool:
    catalogue = page.office.catalogue
    return any(
        posts.may_keep(catalogue, procedure.procedure, kind.kind, grant.region or procedure.document.region, page.actor)
        for grant in page.actor.grants
        for procedure in _documents(page)
        for kind in procedure.kinds
    )


def _documents(page: Page) -> list[Procedure]:
    """The version of each document that new posts come under."""
    catalogue = page.office.catalogue
    return [catalogue.current(name) for name in sorted({procedure.procedure for procedure in catalogue.all()})]


# ---- a new post --------------------------------------------------------------------------------------------------


@router.get("/posts/new")
def ask(page: PageDep) -> Response:
    """The form of a post."""
    if not _keeps_any(page):
        raise Forbidden
    return _form(page, {})


@router.post("/posts/new")
def make(page: PageDep, form: FormDep) -> Response:
    """Registers a post."""
    if not _keeps_any(page):
        raise Forbidden
    given = given_of(form)
    values, faults = _values(given)
    procedure_id, _, kind = (given.get("kind") or [""])[0].partition("|")
    region = (given.get("region") or [""])[0].strip()
    if not kind:
        faults["kind"] = say("请选择办法和岗位类别")
    if not region:
        faults["region"] = say("请选择岗位所在的地区")
    try:
        if faults:
            raise InputRefused(faults)
        with page.office.database.session() as session:
            whole_post = {**values, "procedure_id": procedure_id, "kind": kind, "region": region}
            post_id = posts.register_post(session, page.office.catalogue, whole_post, page.actor, page.at)
    except Refusal as refusal:
        return _form(page, given, refusal)
    return page.go("/posts", say("岗位已登记，编号{n}。可以发布招聘公告了。", n=post_id))


def _form(page: Page, given: Given, refusal: Refusal | None = None) -> Response:
    filling = Filling(page, given, faults_of(refusal))
    kinds = [
        (f"{procedure.procedure}|{kind.kind}", f"{words.short_title(page, procedure)} · {page.named(kind)}")
        for procedure in _documents(page)
        for kind in procedure.kinds
        if any(_reaches(grant.region, procedure.document.region) for grant in page.actor.grants)
    ]
    with page.reading() as connection:
        regions = queries.regions(connection, scoped(page.actor))
        paths = region_paths(connection, {line.code for line in regions[:REGIONS_MOST]})
    places = [(line.code, paths[line.code]) for line in regions[:REGIONS_MOST]]
    where = [
        filling.field("kind", say("办法和岗位类别"), "select", options=[filling.choose(), *kinds], required=True),
        filling.field("region", say("岗位所在地区"), "select", options=[filling.choose(), *places], required=True),
    ]
    return show_form(
        page,
        "posts",
        title=say("登记岗位"),
        lead=say("先登记岗位，再就岗位发布招聘公告。"),
        crumbs=[("/posts", page.tell(say("岗位一览")))],
        groups=[group(page, say("办法和地区"), where), *_groups(page, filling, {})],
        button=say("登记岗位"),
        refusal=refusal,
        not_done=say("岗位没有登记"),
    )


#: what fits into one list; a county with more lists its townships' posts through their own officers
REGIONS_MOST = 600


def _reaches(granted: str, region: str) -> bool:
    return granted.startswith(region) or region.startswith(granted)


# ---- changing one ------------------------------------------------------------------------------------------------


@router.get("/posts/{post_id}")
def ask_change(page: PageDep, post_id: PathId) -> Response:
    """One post, to be changed."""
    return _change(page, _kept(page, post_id), {})


@router.post("/posts/{post_id}")
def change(page: PageDep, form: FormDep, post_id: PathId) -> Response:
    """Changes a post on the record."""
    line = _kept(page, post_id)
    given = given_of(form)
    values, faults = _values(given)
    try:
        if faults:
            raise InputRefused(faults)
        with page.office.database.session() as session:
            changed = posts.update_post(session, page.office.catalogue, post_id, values, page.actor, page.at)
    except Refusal as refusal:
        return _change(page, line, given, refusal)
    return page.go("/posts", say("岗位已更改。") if changed else say("没有改动。"))


def _kept(page: Page, post_id: int) -> PostLine:
    with page.reading() as connection:
        line = queries.post_line(connection, scoped(page.actor), post_id)
    if line is None:
        raise NotFound
    if not posts.may_keep(page.office.catalogue, line.procedure_id, line.kind, line.region, page.actor):
        raise Forbidden
    return line


def _change(page: Page, line: PostLine, given: Given, refusal: Refusal | None = None) -> Response:
    with page.reading() as connection:
        path = region_paths(connection, {line.region})[line.region]
    known: dict[str, Any] = {name: getattr(line, name) for name in posts.CHANGEABLE}
    filling = Filling(page, given, faults_of(refusal))
    return show_form(
        page,
        "posts",
        title=say("更改岗位（编号{n}）", n=line.id),
        lead=say("{path}；办法、类别和地区登记后不能更改。", path=path),
        crumbs=[("/posts", page.tell(say("岗位一览")))],
        groups=_groups(page, filling, known),
        button=say("保存更改"),
        refusal=refusal,
        not_done=say("岗位没有更改"),
    )


# ---- the fields --------------------------------------------------------------------------------------------------


def _groups(page: Page, filling: Filling, known: Mapping[str, Any]) -> list[Any]:
    return [
        group(page, say("岗位"), _about(page, filling, known)),
        group(page, say("报酬和资金"), _money(page, filling, known), say("金额以元填写，可以有两位小数。")),
    ]


def _about(page: Page, filling: Filling, known: Mapping[str, Any]) -> list[Field]:
    counted = known.get("counted_workers")
    return [
        filling.field("title", say("岗位名称"), required=True, value=str(known.get("title", ""))),
        filling.field("employer", say("用人单位"), required=True, value=str(known.get("employer", ""))),
        filling.field(
            "counted_workers",
            say("服务对象人数"),
            "number",
            say("文件按服务对象人数确定名额的才填。"),
            value="" if counted is None else str(counted),
        ),
    ]


def _money(page: Page, filling: Filling, known: Mapping[str, Any]) -> list[Field]:
    def amount(name: str, label: Sentence, hint: Sentence | None = None) -> Field:
        fen = known.get(name)
        value = "" if fen is None else f"{Decimal(fen) / 100:.2f}"
        return filling.field(name, label, "number", hint, value=value, step="0.01")

    options = [(code, page.tell(name)) for code, name in SOURCES.items()]
    sources = filling.field("sources", say("资金来源"), "checks", options=options)
    if not filling.given:
        sources = _chosen(sources, known.get("sources", ()))
    yes = [("yes", page.tell(say("已登记为公益性岗位")))]
    registered = filling.field("registered", say("岗位登记"), "checks", options=yes)
    if not filling.given:
        registered = _chosen(registered, ["yes"] if known.get("registered", True) else [])
    return [
        amount("monthly_fen", say("月报酬（元）")),
        amount("minimum_wage_fen", say("当地最低工资标准（元）"), say("不填则不作比较。")),
        amount("subsidy_cap_fen", say("岗位补贴上限（元）"), say("文件规定上限的才填。")),
        sources,
        registered,
    ]


def _chosen(field: Field, values: Any) -> Field:
    return Field(**{**{name: getattr(field, name) for name in field.__slots__}, "chosen": frozenset(values)})


def _values(given: Given) -> tuple[dict[str, Any], dict[str, Sentence]]:
    """The form as the columns of a post, with what is wrong with it."""
    text = {name: values[0].strip() for name, values in given.items()}
    faults: dict[str, Sentence] = {}
    values: dict[str, Any] = {"registered": "yes" in given.get("registered", [])}
    values["sources"] = [code for code in given.get("sources", []) if code in SOURCES]
    for name in ("title", "employer"):
        values[name] = text.get(name, "")
        if not 1 <= len(values[name]) <= 100 or any(sign < " " for sign in values[name]):
            faults[name] = say("请填写，不超过{most}字", most=100)
    for name in MONEY:
        try:
            values[name] = fen_of(text[name]) if text.get(name) else None
        except ValueError:
            faults[name] = say("请填写金额，例如2050或2050.50")
    values["monthly_fen"] = values.get("monthly_fen") or 0
    counted = text.get("counted_workers", "")
    values["counted_workers"] = whole(counted) if counted else None
    if counted and (values["counted_workers"] is None or values["counted_workers"] > 1_000_000):
        faults["counted_workers"] = say("请填写数字")
    return values, faults
