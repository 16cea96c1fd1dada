"""The year's sheet of assessments (考核表): chosen by document, place and year, handed out filled in, taken back in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from api.dependencies import SealDep
from api.pages import pay_words, reading
from api.pages.hires import whole
from api.pages.import_screen import NOT_ALL, PARTIAL, Look, RowView, Screen, sent_file, where
from api.pages.places import place_options
from api.pages.render import FormDep, Page, PageDep, RecentPageDep
from api.pages.submitted import given_of
from api.pages.workbooks import handed_back, workbook
from api.problems import Forbidden, NotFound
from api.reasons import reasons_of
from states.procedure import Procedure
from states.refusals import Refusal
from states.say import Sentence, say
from workflow import assessment_sheets
from workflow.files import FileRefused
from workflow.imports import assessments
from workflow.imports.assessment_rows import Sheet, Wish
from workflow.imports.assessment_template import YearBook
from workflow.imports.assessments import SheetGone
from workflow.imports.workbook import NotReadable
from workflow.queries import scoped
from workflow.rates import CODE
from workflow.sealing import Seal

router = APIRouter()
_ONE = "/assessments/{region}/{document}/{year}"
_KINDS: Mapping[str, Sentence] = {"new": say("新提出"), "changed": say("有改动"), "removed": say("撤回")}
_POINT_KINDS: Mapping[str, Sentence] = {"new": say("新登记"), "removed": say("撤销")}


@router.get("/assessments")
def choose(page: PageDep) -> Response:
    """Which sheet: a document, a place and a year."""
    query = page.request.query_params
    documents = _documents(page)
    document = next((one for one in documents if one.procedure == query.get("procedure")), None)
    region, year = query.get("region", ""), whole(query.get("year")) or page.today.year
    scope = scoped(page.actor)
    region = region if CODE.fullmatch(region) and scope.covers(region) else ""
    chosen = None
    with page.reading() as connection:
        places = place_options(page, connection, scope, region or None)
        if document is not None and region and 2000 <= year <= 2100:
            people = assessment_sheets.rows(page.office, connection, scope, document, region, year)
            chosen = {
                "address": f"/assessments/{region}/{document.procedure}/{year}",
                "place": reading.place_names(connection, {region}).get(region, region),
                "people": len(people),
                "done": sum(bool(row.notes) or row.proposed(year) for row in people),
                "points": document.assessment.reckoned,
                "fills": assessment_sheets.may_fill(page.actor, region, document),
                "too_many": len(people) > assessment_sheets.MOST,
            }
    return page.show(
        "assessments.html",
        "assessments",
        documents=[(one.procedure, pay_words.document_of(page, one.procedure)) for one in documents],
        document=document.procedure if document else "",
        places=places,
        region=region,
        year=year,
        chosen=chosen,
    )


def _documents(page: Page) -> list[Procedure]:
    catalogue = page.office.catalogue
    known = [catalogue.current(name) for name in sorted({procedure.procedure for procedure in catalogue.all()})]
    mine = [grant.region for grant in page.actor.grants]
    return [p for p in known if any(r.startswith(p.document.region) or p.document.region.startswith(r) for r in mine)]


@router.get(f"{_ONE}/sheet.xlsx")
def download(page: RecentPageDep, region: str, document: str, year: int) -> Response:
    """The sheet with what is on record of everybody."""
    sheet, place = _sheet(page, region, document, year)
    content = YearBook(sheet.procedure, region, place, year, sheet.rows).content()
    return workbook(content, f"{'加分扣分表' if sheet.points else '考核表'}-{place}-{year}.xlsx")


@router.get(f"{_ONE}/import")
def ask(page: PageDep, region: str, document: str, year: int) -> Response:
    """The form for a filled-in sheet."""
    return _screen(page, *_sheet(page, region, document, year)).ask()


@router.post(f"{_ONE}/import")
def check(page: PageDep, form: FormDep, seal: SealDep, region: str, document: str, year: int) -> Response:
    """What the sheet says and what would become of every row. Nothing is written."""
    sheet, place = _sheet(page, region, document, year)
    screen = _screen(page, sheet, place)
    try:
        with sent_file(page, form) as path:
            found = assessments.read(path, sheet)
    except (FileRefused, NotReadable) as refusal:
        return screen.ask(refusal.sentence)
    text = assessments.wrapped(seal, sheet, page.actor, page.at, found, page.tell)
    return screen.show(_look(page, seal, sheet, text)[0])


@router.post(f"{_ONE}/import/keep")
def keep(page: PageDep, form: FormDep, seal: SealDep, region: str, document: str, year: int) -> Response:
    """Takes what was looked at through its steps; with faults only if the others are wanted without them."""
    sheet, place = _sheet(page, region, document, year)
    screen, given = _screen(page, sheet, place), given_of(form)
    text = (given.get("list") or [""])[0]
    try:
        look, sound = _look(page, seal, sheet, text)
    except SheetGone as refusal:
        return screen.ask(refusal.sentence)
    if (look.sent.faults or any(row.stop for row in look.rows)) and PARTIAL not in given:
        return screen.show(look, NOT_ALL)
    came = assessments.run(page.office, sheet, look.sent, sound, page.actor, page.at)
    refused = sum(isinstance(outcome, Refusal) for _, outcome in came)
    if len(came) == refused:
        return page.go(
            f"{_address(sheet)}/import", say("没有导入：内容已经在册，或者刚刚有变动。请再核对一次。"), "care"
        )
    words = say("已导入{done}项，没有办理{refused}项", done=len(came) - refused, refused=refused)
    return page.go(f"/imports/{look.sent.run_id}", words)


@router.post(f"{_ONE}/import/faults")
def faults(page: PageDep, form: FormDep, seal: SealDep, region: str, document: str, year: int) -> Response:
    """The workbook handed back: every fault marked where it is."""
    sheet, place = _sheet(page, region, document, year)
    try:
        text = (given_of(form).get("list") or [""])[0]
        sent, _ = assessments.unwrapped(seal, sheet, page.actor, page.at, text)
    except SheetGone as refusal:
        return _screen(page, sheet, place).ask(refusal.sentence)
    return handed_back(sent, "考核表")


# ---- one sheet ---------------------------------------------------------------------------------------------------


def _sheet(page: Page, region: str, document: str, year: int) -> tuple[Sheet, str]:
    """The sheet and the name of its place. Raises NotFound for one that is not there, Forbidden for who fills none."""
    scope = scoped(page.actor)
    procedure = next((one for one in page.office.catalogue.all() if one.procedure == document), None)
    if procedure is None or not CODE.fullmatch(region) or not 2000 <= year <= 2100 or not scope.covers(region):
        raise NotFound
    procedure = page.office.catalogue.current(document)
    if not assessment_sheets.may_fill(page.actor, region, procedure):
        raise Forbidden
    with page.reading() as connection:
        names = reading.place_names(connection, {region})
        rows = assessment_sheets.rows(page.office, connection, scope, procedure, region, year)
    if region not in names or len(rows) > assessment_sheets.MOST:
        raise NotFound
    return Sheet(procedure, region, year, rows), names[region]


def _address(sheet: Sheet) -> str:
    return f"/assessments/{sheet.region}/{sheet.procedure.procedure}/{sheet.year}"


def _screen(page: Page, sheet: Sheet, place: str) -> Screen:
    title = say("导入加分扣分表") if sheet.points else say("导入考核表")
    words = say("下载加分扣分表（.xlsx）") if sheet.points else say("下载考核表（.xlsx）")
    query = f"procedure={sheet.procedure.procedure}&region={sheet.region}&year={sheet.year}"
    return Screen(
        page,
        "assessments",
        title,
        page.tell(say("{place} · {year}年度", place=place, year=sheet.year)),
        [(f"/assessments?{query}", page.tell(say("年度考核")))],
        f"{_address(sheet)}/import",
        say("填好的表。空着的就是没有填，原有的不变。"),
        [(f"{_address(sheet)}/sheet.xlsx", words)],
    )


def _look(page: Page, seal: Seal, sheet: Sheet, text: str) -> tuple[Look, list[Wish]]:
    """What every row comes to, and the rows that would be taken. Raises SheetGone."""
    sent, wishes = assessments.unwrapped(seal, sheet, page.actor, page.at, text)
    came = assessments.preview(page.office, wishes, page.actor, page.at)
    names = {row.hire.id: row.name for row in sheet.rows}
    words = _POINT_KINDS if sheet.points else _KINDS
    rows = []
    for one, outcome in zip(wishes, came, strict=True):
        stop = isinstance(outcome, Refusal)
        notes = reasons_of(outcome, page.tell) if isinstance(outcome, Refusal) else _told(page, sheet, one)
        kind = page.tell(say("不能办理") if stop else words[one.change])
        rows.append(RowView(names[one.hire_id], where(page, one.sheet, one.row), kind, notes, stop))
    sound = [one for one, outcome in zip(wishes, came, strict=True) if not isinstance(outcome, Refusal)]
    counts = Counter(one.change for one in sound)
    told: list[tuple[Sentence, int]] = [(said, counts[change]) for change, said in words.items()]
    told += [(say("没有变动"), sent.content["unchanged"]), (say("没有填写"), sent.content["blank"])]
    return Look(text, sent, told, rows, len(sound)), sound


def _told(page: Page, sheet: Sheet, one: Wish) -> list[str]:
    """What a row says, in the reader's words."""
    rules, payload = sheet.procedure.assessment, dict[str, Any](one.payload)
    if "grade" in payload and (grade := rules.grade(payload["grade"])) is not None:
        return [page.named(grade)]
    if "points" in payload:
        return [page.tell(say("{points}分", points=payload["points"]))]
    item = rules.item(payload["item"]) if "item" in payload else None
    if item is not None:
        return [" · ".join(part for part in (page.named(item), payload.get("matter", "")) if part)]
    return [str(payload.get("reason", ""))]
