"""Notices as offices keep an eye on them (公示管理): sheet by sheet, with persons, boards, evidence and objections."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from api.dependencies import SealDep, require_recent_for
from api.pages import reading
from api.pages.notice_forms import boards_of, first, told
from api.pages.notice_sheet import sheet_view
from api.pages.public import SHEET, key_of, key_text
from api.pages.render import FormDep, Page, PageDep
from api.pages.submitted import given_of
from api.problems import NotFound
from states.refusals import InputRefused, Refusal
from states.say import Sentence, say
from workflow import notices as sheets
from workflow import queries
from workflow.files import FileRefused, store
from workflow.queries import SheetLine, scoped

router = APIRouter()
PAST = "past"


@router.get("/notices")
def show(page: PageDep) -> Response:
    """The sheets of the reader's regions: those that hang or wait for an answer, or those that are over."""
    past = page.request.query_params.get("show") == PAST
    after = key_of(page.request.query_params.get("after"))
    scope = scoped(page.actor)
    with page.reading() as connection:
        found = queries.notices(connection, scope, page.today, running=not past, after=after)
        places = reading.place_names(connection, {line.region for line in found.lines})
        waiting = sheets.candidates(page.office, connection, scope, page.actor)
    following = None if found.after is None else key_text(found.after)
    return page.show(
        "notices.html",
        "notices",
        rows=[_row(page, line, places) for line in found.lines],
        past=past,
        to_post=sum(len(batch.candidates) for batch in waiting),
        next_page=page.address(after=following) if following else None,
        first_page=page.address(after=None) if after else None,
    )


def _row(page: Page, line: SheetLine, places: Mapping[str, str]) -> dict[str, Any]:
    missing = len(line.without_evidence)
    return {
        "href": f"/notices/{line.sheet}",
        "title": page.tell(say("{post}（{n}人）", post=line.post_title, n=len(line.people))),
        "who": ("、" if page.language == "zh" else ", ").join(one.person_name for one in line.people[:3])
        + ("…" if len(line.people) > 3 else ""),
        "place": places.get(line.region, line.region),
        "begins_on": line.begins_on,
        "ends_on": line.ends_on,
        "provisional": line.provisional,
        "standing": page.tell(standing_of(page, line)),
        "boards": ("; " if page.language == "en" else "；").join(board.name for board in line.boards),
        "missing": page.tell(say("{n}处缺少张贴凭证", n=missing)) if missing else "",
        "objections": page.tell(say("{n}件未处理", n=line.open_objections)) if line.open_objections else "",
    }


def standing_of(page: Page, line: SheetLine) -> Sentence:
    """Where a sheet stands today, in a few words."""
    if line.hangs:
        return say("正在公示")
    if line.open_objections:
        return say("期限已满，异议未处理")
    return say("已更正，另行公示") if all(one.replaced for one in line.people) else say("已结束")


# ---- one sheet ---------------------------------------------------------------------------------------------------


@router.get("/notices/{number}")
def show_sheet(page: PageDep, number: str) -> Response:
    """One sheet: who is on it, where and since when it hangs and what shows it, how its last day was counted."""
    return _sheet(page, number)


def _sheet(
    page: Page,
    number: str,
    *,
    given: Mapping[str, list[str]] | None = None,
    faults: Mapping[str, Sentence] | None = None,
    of: str = "",
) -> Response:
    line = _line(page, number)
    with page.reading() as connection:
        place = reading.place_names(connection, {line.region}).get(line.region, line.region)
    view = sheet_view(page, line, place, given or {}, faults or {}, of)
    standing = page.tell(standing_of(page, line))
    return page.show("notice_sheet.html", "notices", status=422 if faults else 200, standing=standing, **view)


def _line(page: Page, number: str) -> SheetLine:
    """The sheet of this number within the reader's regions. Raises NotFound."""
    if SHEET.fullmatch(number) is None:
        raise NotFound
    with page.reading() as connection:
        line = queries.sheet_line(connection, scoped(page.actor), page.today, number)
    if line is None:
        raise NotFound
    return line


@router.post("/notices/{number}/restart")
def restart(page: PageDep, form: FormDep, number: str) -> Response:
    """Corrects the sheet and puts it up again, for everybody still on it."""
    line, given = _line(page, number), given_of(form)
    assert page.session is not None
    try:
        boards = boards_of(given)
        procedure = page.office.procedure(line.procedure)
        step = sheets.restarting_step(procedure, line)
        require_recent_for(page.session, [procedure], step.act if step else "")
        run = sheets.restart(page.office, page.actor, page.at, line, boards, first(given, "opinion"))
    except InputRefused as refusal:
        return _sheet(page, number, given=given, faults=refusal.faults, of="restart")
    faults = sheets.faults_of(run.outcomes.values())
    if faults and not run.done:
        return _sheet(page, number, given=given, faults=faults, of="restart")
    return told(page, run, say("更正并重新公示"), {one.hire_id: one.person_name for one in line.people})


@router.post("/notices/{number}/evidence")
def show_hung(page: PageDep, form: FormDep, number: str, seal: SealDep) -> Response:
    """Keeps a photo, or an address, as evidence that the sheet hung on a board."""
    line, given = _line(page, number), given_of(form)
    upload = form.get("file")
    try:
        stored = None
        if not isinstance(upload, str | None) and upload.filename:
            stored = store(page.office, seal, upload.file, upload.filename, page.at)
        address = first(given, "address") or None
        board = first(given, "board")
        run = sheets.show_hung(page.office, page.actor, page.at, line, board, stored=stored, address=address)
    except FileRefused as refusal:
        return _sheet(page, number, given=given, faults={"file": refusal.sentence}, of="evidence")
    except InputRefused as refusal:
        return _sheet(page, number, given=given, faults=refusal.faults, of="evidence")
    faults = sheets.faults_of(run.outcomes.values())
    if not run.done:
        why = next(one for one in run.outcomes.values() if isinstance(one, Refusal))
        return _sheet(page, number, given=given, faults=faults or {"board": why.sentence}, of="evidence")
    return page.go(f"/notices/{number}", say("已保存张贴凭证：{board}", board=board))
