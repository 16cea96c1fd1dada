"""Templates of papers (文书模板): what holds in a county, ours to begin with, how to put one's own in its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import Connection
from starlette.datastructures import UploadFile

from api.dependencies import SealDep
from api.file_out import attached
from api.inputs import PathId
from api.pages.forms import Field
from api.pages.hire_papers import kind_called
from api.pages.paper_block import raised
from api.pages.render import FormDep, Page, PageDep
from api.pages.submitted import given_of
from api.problems import Forbidden, NotFound
from states.procedure import Procedure
from states.refusals import InputRefused, Refusal
from states.say import say
from workflow.files import FileRefused
from workflow.papers import numbers, templates
from workflow.papers.kinds import Kind, heading_of, kinds_of, title_of
from workflow.papers.names import KNOWN
from workflow.papers.ours import ours
from workflow.papers.rendering import DOCX, MOST_BYTES
from workflow.papers.rulers import Area, areas_of, procedures_in, rules_somewhere

router = APIRouter()
HERE = "papers"
_BETWEEN = "|"


@dataclass(frozen=True, slots=True)
class _Tried:
    """A form that was just refused: what was chosen, and what was wrong."""

    refusal: InputRefused | None = None
    region: str = ""
    paper: str = ""
    prefix: str | None = None


@router.get("/papers/templates")
def show(page: PageDep) -> Response:
    """Every paper of the documents of a county, with the template that holds."""
    return _show(page, _Tried(region=page.request.query_params.get("region", "")))


@router.post("/papers/templates")
def upload(page: PageDep, form: FormDep, seal: SealDep) -> Response:
    """Takes a Word file in place of the template that holds. A refusal says everything that is wrong with it."""
    _check_rules(page)
    given, sent = given_of(form), form.get("file")
    region, chosen = ((given.get(name) or [""])[0] for name in ("region", "paper"))
    try:
        if not isinstance(sent, UploadFile) or not sent.filename:
            raise FileRefused(say("请先选择要上传的文件"))
        procedure, kind = _chosen(page, chosen)
        facts = (page.actor, page.at, procedure, kind, region, sent.file, sent.filename)
        templates.accept(page.office, seal, *facts)
    except InputRefused as refusal:
        return _show(page, _Tried(refusal, region, chosen))
    return page.go(f"/papers/templates?region={region}", say("已采用这份模板。从现在起制作的文书按它生成。"))


@router.post("/papers/templates/{number}/withdraw")
def withdraw(page: PageDep, form: FormDep, number: PathId) -> Response:
    """Goes back to the wider template, or ours."""
    _check_rules(page)
    try:
        templates.withdraw(page.office, page.actor, page.at, number)
    except templates.NoSuchTemplate as refusal:
        return page.go("/papers/templates", refusal.sentence, "care")
    region = (given_of(form).get("region") or [""])[0]
    return page.go(f"/papers/templates?region={region}", say("已停用本单位的模板。"))


@router.post("/papers/prefix")
def set_prefix(page: PageDep, form: FormDep) -> Response:
    """Sets the characters with which the numbers of a county begin."""
    _check_rules(page)
    given = given_of(form)
    region, prefix = ((given.get(name) or [""])[0] for name in ("region", "prefix"))
    try:
        numbers.set_prefix(page.office, page.actor, region, prefix, page.at)
    except InputRefused as refusal:
        return _show(page, _Tried(refusal, region, prefix=prefix))
    return page.go(f"/papers/templates?region={region}", say("已保存机关代字。"))


@router.get("/papers/templates/{procedure_id}/{paper}/{what}.docx")
def file(page: PageDep, seal: SealDep, procedure_id: str, paper: str, what: str) -> Response:
    """A template as a file: ``ours``, the one that ``holds`` in a region, or a ``preview`` of that with examples."""
    _check_rules(page)
    try:
        procedure, kind = _chosen(page, f"{procedure_id}{_BETWEEN}{paper}")
    except InputRefused:
        raise NotFound from None
    line = None
    if what != "ours":
        with page.reading() as connection:
            area = _area(page, connection, page.request.query_params.get("region", ""))
            line = templates.in_force(connection, procedure_id, area.code, kind) if area else None
    made = {
        "ours": lambda: ours(procedure, kind),
        "holds": lambda: templates.content_of(page.office, seal, procedure, kind, line),
        "preview": lambda: templates.preview(page.office, seal, procedure, kind, line),
    }.get(what)
    if made is None:
        raise NotFound
    suffix = page.tell(say("样张") if what == "preview" else say("模板"))
    return attached(made(), DOCX, f"{what}-{paper}.docx", f"{heading_of(procedure, kind)}-{suffix}.docx")


# ---- the page ----------------------------------------------------------------------------------------------------


def _check_rules(page: Page) -> None:
    if not rules_somewhere(page.actor):
        raise Forbidden


def _chosen(page: Page, chosen: str) -> tuple[Procedure, Kind]:
    """The document and the paper that a form or an address names. Raises InputRefused."""
    procedure_id, _, paper = chosen.partition(_BETWEEN)
    procedure = next((p for p in page.office.catalogue.all() if p.procedure == procedure_id), None)
    kind = kind_called(paper)
    if procedure is None or kind not in {paper.kind for paper in kinds_of(procedure)}:
        raise InputRefused({"paper": say("请选择要替换哪一种文书的模板")})
    return procedure, kind


def _area(page: Page, connection: Connection, code: str) -> Area | None:
    areas = areas_of(connection, page.actor)
    return next((area for area in areas if area.code == code), areas[0] if areas else None)


def _show(page: Page, tried: _Tried) -> Response:
    _check_rules(page)
    refused: Refusal | None = tried.refusal
    with page.reading() as connection:
        areas = areas_of(connection, page.actor)
        area = _area(page, connection, tried.region)
        code = area.code if area else ""
        documents = procedures_in(page.office.catalogue.all(), code) if area else []
        rows = [_row(page, connection, p, paper.kind, code) for p in documents for paper in kinds_of(p)]
        # the numbers of each county run by themselves: a city has none
        prefix = numbers.prefix_of(connection, code) if len(code) == numbers.COUNTY_CODE else ""
    faults = tried.refusal.faults if tried.refusal else {}
    return page.show(
        "paper_templates.html",
        HERE,
        status=422 if refused else 200,
        areas=areas,
        area=area,
        rows=rows,
        fault=page.tell(faults["file"]) if "file" in faults else "",
        choose=_choose(page, rows, tried),
        prefix=_prefix(page, tried, prefix) if prefix or tried.prefix is not None else None,
        number=_example(page, prefix),
        names=_names(page, rows),
        marks={"print": "{{ 姓名 }}", "ask": "{% if 联系电话 %}电话：{{ 联系电话 }}{% endif %}"},
        most=MOST_BYTES // 1024 // 1024,
    )


def _row(page: Page, connection: Connection, procedure: Procedure, kind: Kind, code: str) -> dict[str, Any]:
    line = templates.in_force(connection, procedure.procedure, code, kind)
    return {
        "key": f"{procedure.procedure}{_BETWEEN}{kind.value}",
        "href": f"/papers/templates/{procedure.procedure}/{kind.value}",
        "kind": kind,
        "title": raised(page.tell(title_of(procedure, kind))),
        "document": page.named(procedure.title),
        "own": line.name if line else "",
        "who": f"{page.moment(line.set_at)} · {line.by or page.tell(say('账户已注销'))}" if line else "",
        "number": line.id if line and line.region == code else None,
    }


def _choose(page: Page, rows: list[dict[str, Any]], tried: _Tried) -> Field:
    options = [("", page.tell(say("请选择"))), *((row["key"], f"{row['title']} · {row['document']}") for row in rows)]
    faults = tried.refusal.faults if tried.refusal else {}
    return Field(
        "paper",
        page.tell(say("替换哪一种文书的模板")),
        "select",
        required=True,
        options=tuple(options),
        chosen=frozenset({tried.paper}),
        error=page.tell(faults["paper"]) if "paper" in faults else "",
    )


def _prefix(page: Page, tried: _Tried, prefix: str) -> Field:
    faults = tried.refusal.faults if tried.refusal else {}
    return Field(
        "prefix",
        page.tell(say("机关代字")),
        value=prefix if tried.prefix is None else tried.prefix,
        hint=page.tell(say("印在编号最前面，例如：旬公岗。留空则按县区名称生成。")),
        error=page.tell(faults["prefix"]) if "prefix" in faults else "",
        autocomplete="off",
    )


def _example(page: Page, prefix: str) -> str:
    return f"{prefix}合〔{page.today.year}〕0001号"


def _names(page: Page, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What may be named in each kind of paper that is listed."""
    kinds = dict.fromkeys(row["kind"] for row in rows)
    titles = {row["kind"]: row["title"] for row in reversed(rows)}
    return [
        {
            "title": titles[kind],
            "names": [
                {
                    "written": "{{ " + name.alias + " }}",
                    "also": "{{ " + name.name + " }}",
                    "means": page.tell(name.zh),
                    "example": name.example,
                    "blank": name.blank,
                }
                for name in KNOWN[kind].values()
            ],
        }
        for kind in kinds
    ]
