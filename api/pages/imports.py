"""Every import that was run (导入记录), and taking one back: asked for with a reason, carried out by another person."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import Connection, Row, select

from api.dependencies import SealDep
from api.pages import allocation_import, reading, roster_import
from api.pages.filling import faults_of, refusal_of, status_of
from api.pages.hires import whole
from api.pages.render import FormDep, Page, PageDep, RecentFormDep
from api.pages.submitted import given_of
from api.problems import Forbidden, NotFound
from api.reasons import reasons_of
from states.refusals import Refusal
from states.say import Sentence, say
from workflow import import_runs, import_undo, old_posts
from workflow.import_runs import KINDS
from workflow.import_undo import Outlook
from workflow.queries import hire_lines, scoped
from workflow.sealing import Seal
from workflow.tables import metadata

router = APIRouter()
CHANGES: Mapping[str, Sentence] = {"new": say("新增"), "changed": say("改动"), "removed": say("去除")}
#: lines on one page; all of them are undone together whatever is shown
LINES = 500


@router.get("/imports")
def show_all(page: PageDep) -> Response:
    """The imports of the reader's regions, the newest first."""
    query = page.request.query_params
    kind = query.get("kind", "")
    with page.reading() as connection:
        scope = scoped(page.actor)
        asked = kind if kind in KINDS else None
        rows, more = import_runs.runs(connection, scope, kind=asked, before=query.get("after", "")[:40] or None)
        places = reading.place_names(connection, {row.region for row in rows})
    return page.show(
        "imports.html",
        "imports",
        kind=kind if kind in KINDS else "",
        kinds=[(code, page.tell(words)) for code, words in KINDS.items()],
        bring=_bring(page),
        rows=[_head(page, row, places) | _how_far(page, row) for row in rows],
        next_page=page.address(after=more) if more else None,
        first_page=page.address(after=None) if query.get("after") else None,
    )


def _bring(page: Page) -> list[tuple[str, str]]:
    """The lists that the reader may bring in from here; others begin on the page of what they are about."""
    found = [(roster_import.HERE, say("导入花名册"))] if roster_import.may(page) else []
    if old_posts.may_enter(page.office, page.actor):
        found.append(("/old-posts/import", say("导入原有岗位人员")))
    for one in allocation_import.planned(page):
        found.append((f"/allocation/{one.procedure}/import", say("导入指标分配表")))
    return [(href, page.tell(words)) for href, words in found]


def _head(page: Page, row: Row[Any], places: Mapping[str, str]) -> dict[str, Any]:
    return {
        "id": row.id,
        "kind": page.tell(KINDS[row.kind]),
        "place": places.get(row.region, row.region),
        "subject": _subject(page, row),
        "who": row.name or page.tell(say("账户已注销")),
        "at": page.moment(row.ran_at),
        "counts": [(page.tell(words), getattr(row, change)) for change, words in CHANGES.items()],
        "refused": row.refused,
        "digest": row.file_digest,
    }


def _how_far(page: Page, row: Row[Any]) -> dict[str, str]:
    if not row.undone:
        return {"undone": ""}
    words = say("已撤销") if row.undone == row.total else say("已撤销{n}项", n=row.undone)
    return {"undone": page.tell(words)}


def _subject(page: Page, row: Row[Any]) -> str:
    if row.kind == import_runs.APPLICANTS:
        return page.tell(say("招聘公告{n}", n=row.subject))
    if row.kind == import_runs.BANK_RETURN:
        return page.tell(say("第{n}号发放表", n=row.subject))
    document, _, year = str(row.subject).partition(" ")
    return page.tell(say("{year}年度", year=year)) if year else document


# ---- one import --------------------------------------------------------------------------------------------------


@router.get("/imports/{run_id}")
def show_one(page: PageDep, seal: SealDep, run_id: str) -> Response:
    """What an import changed, what of it could be taken back, and who asked for that."""
    return _one(page, seal, run_id)


@router.post("/imports/{run_id}/undo")
def ask(page: PageDep, form: FormDep, seal: SealDep, run_id: str) -> Response:
    """Asks that the chosen lines be taken back."""
    _may(page, run_id)
    given = given_of(form)
    numbers = [number for text in given.get("lines", []) if (number := whole(text)) is not None]
    reason = (given.get("reason") or [""])[0]

    def act() -> Sentence:
        import_undo.ask(page.office, seal, run_id, numbers, reason, page.actor, page.at)
        return say("已提出撤销{n}项，等待另一人办理。", n=len(set(numbers)))

    return _act(page, seal, run_id, act)


@router.post("/imports/{run_id}/undo/decide")
def decide(page: PageDep, form: RecentFormDep, seal: SealDep, run_id: str) -> Response:
    """Another person carries an undoing out, or turns it down."""
    _may(page, run_id)
    given = given_of(form)
    number, uphold = whole((given.get("undo") or [""])[0]), (given.get("decision") or [""])[0] == "yes"

    def act() -> Sentence:
        _belongs(page, run_id, number)
        came = import_undo.decide(page.office, seal, number or 0, page.actor, page.at, uphold=uphold)
        if not uphold:
            return say("已登记不予撤销，导入的内容不变。")
        return say("已撤销{done}项，没有撤销{left}项", done=len(came.lines), left=len(came.refused))

    return _act(page, seal, run_id, act)


def _belongs(page: Page, run_id: str, number: int | None) -> None:
    with page.reading() as connection:
        if number not in {row.id for row in import_runs.undos_of(connection, run_id)}:
            raise NotFound


def _run(page: Page, connection: Connection, run_id: str) -> Row[Any]:
    run = import_runs.one_run(connection, scoped(page.actor), run_id[:40])
    if run is None:
        raise NotFound
    return run


def _may(page: Page, run_id: str) -> None:
    with page.reading() as connection:
        run = _run(page, connection, run_id)
    if not import_undo.may(page.office, run, page.actor):
        raise Forbidden


def _act(page: Page, seal: Seal, run_id: str, act: Callable[[], Sentence]) -> Response:
    try:
        words = act()
    except Refusal as refusal:
        return _one(page, seal, run_id, refusal)
    return page.go(f"/imports/{run_id}", words)


def _one(page: Page, seal: Seal, run_id: str, refusal: Refusal | None = None) -> Response:
    with page.reading() as connection:
        run = _run(page, connection, run_id)
        places = reading.place_names(connection, {run.region})
        undos = import_runs.undos_of(connection, run_id)
    may = import_undo.may(page.office, run, page.actor)
    lines = import_undo.preview(page.office, seal, run, page.actor, page.at)
    names = _names(page, lines)
    waiting = next((row for row in undos if row.decided_by is None or import_undo.unfinished(row, page.actor)), None)
    return page.show(
        "import_run.html",
        "imports",
        status=status_of(refusal),
        refusal=refusal_of(page, refusal, say("没有办理")),
        faults=[page.tell(why) for why in faults_of(refusal).values()],
        run=_head(page, run, places),
        address=_address(run),
        lines=[_line(page, one, names) for one in lines[:LINES]],
        total=len(lines),
        open_lines=[one.line.number for one in lines if not one.undone and one.why is None],
        left=sum(one.undone for one in lines),
        may=may,
        waiting=_waiting(page, waiting, lines) if waiting is not None else None,
        mine=waiting is not None and page.actor.person_key in (waiting.asked_by, waiting.asked_for),
        undos=[_undo(page, row) for row in undos if row.decided_by is not None and row is not waiting],
    )


def _address(run: Row[Any]) -> str:
    """The page that the import is about, where there is one."""
    if run.kind == import_runs.APPLICANTS:
        return f"/openings/{run.subject}"
    if run.kind == import_runs.BANK_RETURN:
        return f"/pay/{run.subject}/return"
    if run.kind == import_runs.ATTENDANCE:
        return f"/attendance/{run.region}/{run.subject}"
    return ""


def _line(page: Page, one: Outlook, names: Mapping[int, str]) -> dict[str, Any]:
    row = one.line
    why = [page.tell(say("已撤销"))] if one.undone else [] if one.why is None else reasons_of(one.why, page.tell)
    return {
        "number": row.number,
        "hire": row.hire_id,
        "person": row.person_id if row.hire_id is None else None,
        "name": names.get(row.number, row.about),
        "change": page.tell(CHANGES[row.change]),
        "why": why,
        "open": not one.undone and one.why is None,
    }


def _names(page: Page, lines: Sequence[Outlook]) -> dict[int, str]:
    """Whom each line is about, as far as the reader sees them."""
    ids = {one.line.hire_id for one in lines if one.line.hire_id is not None}
    persons = {one.line.person_id for one in lines if one.line.person_id is not None}
    table = metadata.tables["person"]
    with page.reading() as connection:
        by_hire = {line.id: line.person_name for line in hire_lines(connection, scoped(page.actor), sorted(ids))}
        asked = select(table.c.id, table.c.name).where(table.c.id.in_(sorted(persons)))
        by_person = {row.id: row.name for row in connection.execute(asked)}
    found = {}
    for one in lines:
        row = one.line
        name = by_hire.get(row.hire_id) if row.hire_id is not None else by_person.get(row.person_id)
        if name:
            found[row.number] = name
    return found


def _waiting(page: Page, row: Row[Any], lines: Sequence[Outlook]) -> dict[str, Any]:
    chosen = set(row.lines)
    could = sum(one.line.number in chosen and not one.undone and one.why is None for one in lines)
    return {
        "id": row.id,
        "begun": row.decided_by is not None,
        "n": len(chosen),
        "could": could,
        "reason": row.reason,
        "at": page.moment(row.asked_at),
        "lines": chosen,
    }


def _undo(page: Page, row: Row[Any]) -> dict[str, Any]:
    words = say("已撤销{n}项", n=row.undone) if row.upheld else say("不予撤销")
    if row.finished_at is None:
        words = say("正在撤销")
    return {"words": page.tell(words), "reason": row.reason, "at": page.moment(row.decided_at)}
