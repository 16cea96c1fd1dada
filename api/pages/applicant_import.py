"""A list of applicants comes in (导入报名表): the form, a look at every row, the run, and what became of it.

Nothing is written before the last press. The list travels from the look to the run sealed, so the file is not chosen
twice and no identity number stands in a page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from api.dependencies import SealDep
from api.inputs import PathId
from api.pages.applicants import opening_to_take
from api.pages.hires import hire_rows
from api.pages.import_screen import sent_file
from api.pages.received import names_of
from api.pages.render import FormDep, Page, PageDep
from api.pages.submitted import given_of
from api.pages.workbooks import handed_back, workbook
from api.problems import NotFound
from api.reasons import reasons_of
from states.say import Sentence, say
from workflow import queries
from workflow.announcement_text import asked_codes
from workflow.files import MOST_BYTES, FileRefused
from workflow.imports import applicant_runs, applicants
from workflow.imports.applicant_template import blank_of
from workflow.imports.applicants import MOST_ROWS, ListGone, Outcome, Unwrapped
from workflow.imports.workbook import NotReadable
from workflow.queries import OpeningLine, scoped
from workflow.queries.places import region_paths
from workflow.sealing import Seal

router = APIRouter()
#: the words of an outcome, by its kind
KINDS: Mapping[str, Sentence] = {
    "new": say("新登记并报名"),
    "known": say("已登记过，沿用原有登记并报名"),
    "already": say("已在这一公告报名，不再导入"),
    "ended": say("在这一公告的报名已经办结，不再导入；如要再次报名，请在“登记报名人”办理"),
    "refused": say("不予受理的"),
}


@router.get("/openings/{opening_id}/import")
def ask(page: PageDep, opening_id: PathId) -> Response:
    """The form for a list."""
    return _Screen(page, opening_to_take(page, opening_id)).show()


@router.post("/openings/{opening_id}/import")
def check(page: PageDep, form: FormDep, seal: SealDep, opening_id: PathId) -> Response:
    """What the list says and what would become of every row. Nothing is written."""
    opening = opening_to_take(page, opening_id)
    screen = _Screen(page, opening)
    try:
        with sent_file(page, form) as path:
            found = applicants.read(page.office, seal, path, opening, page.at)
    except (FileRefused, NotReadable) as refusal:
        return screen.show(refusal.sentence)
    text = applicants.wrapped(seal, opening.id, page.actor, page.at, found, page.tell)
    return screen.look(seal, applicants.unwrapped(seal, opening.id, page.actor, page.at, text), text)


@router.post("/openings/{opening_id}/import/keep")
def keep(page: PageDep, form: FormDep, seal: SealDep, opening_id: PathId) -> Response:
    """Takes the rows that were looked at; with faults only if the sound rows are wanted without the others."""
    opening = opening_to_take(page, opening_id)
    given = given_of(form)
    screen, text = _Screen(page, opening), (given.get("list") or [""])[0]
    try:
        found = applicants.unwrapped(seal, opening.id, page.actor, page.at, text)
    except ListGone as refusal:
        return screen.show(refusal.sentence)
    if found.faults and "partial" not in given:
        return screen.look(seal, found, text, say("还有错误，没有导入。请改正文件，或勾选“有误的行除外，其余导入”。"))
    facts = (opening, found.run_id, found.lines, page.actor, page.at, lambda why: reasons_of(why, page.tell))
    run = applicant_runs.run(page.office, seal, *facts, faulty=found.sent.faulty, digest=found.sent.digest)
    if not run.done and not run.refused:
        said = say("名单上的{n}人都已在这一公告报名，没有改动。", n=run.already)
        return page.go(f"/openings/{opening.id}", said)
    return page.go(f"/openings/{opening.id}/import/{run.id}")


@router.post("/openings/{opening_id}/import/faults")
def faults(page: PageDep, form: FormDep, seal: SealDep, opening_id: PathId) -> Response:
    """The workbook handed back: every fault marked where it is."""
    opening = opening_to_take(page, opening_id)
    try:
        text = (given_of(form).get("list") or [""])[0]
        found = applicants.unwrapped(seal, opening.id, page.actor, page.at, text)
    except ListGone as refusal:
        return _Screen(page, opening).show(refusal.sentence)
    return handed_back(found.sent, "报名表")


@router.get("/openings/{opening_id}/import/template.xlsx")
def template(page: PageDep, opening_id: PathId) -> Response:
    """The empty list, with the statements that the document of this announcement asks for."""
    opening = opening_to_take(page, opening_id)
    procedure = page.office.procedure(opening.procedure)
    content = blank_of(asked_codes(procedure, opening.kind), opening.post_title).content()
    return workbook(content, f"报名表-{opening.id}.xlsx")


@router.get("/openings/{opening_id}/import/{run_id}")
def outcome(page: PageDep, opening_id: PathId, run_id: str, seal: SealDep) -> Response:
    """What became of a run: for whoever ran it."""
    opening = opening_to_take(page, opening_id)
    run = applicant_runs.kept_run(page.office, seal, run_id, page.actor) if 0 < len(run_id) <= 40 else None
    if run is None or run.opening_id != opening.id:
        raise NotFound
    with page.reading() as connection:
        lines = queries.hire_lines(connection, scoped(page.actor), [hire for hire, _ in run.done])
        rows = hire_rows(page, connection, lines)
    return page.show(
        "import_done.html", "openings", opening=_head(page, opening), run=run, at=page.moment(run.at), rows=rows
    )


@dataclass(frozen=True, slots=True)
class RowView:
    """A row of the list as the look shows it."""

    sheet: str
    row: int
    name: str
    kind: str
    words: str
    notes: Sequence[str] = ()
    hire: int | None = None


@dataclass(frozen=True, slots=True)
class _Screen:
    """The page of the form, with what was found in a list."""

    page: Page
    opening: OpeningLine

    def show(self, fault: Sentence | None = None) -> Response:
        """The form alone; ``fault``: why the file was not read."""
        return self._shown(422 if fault else 200, fault=self.page.tell(fault) if fault else "")

    def look(self, seal: Seal, found: Unwrapped, text: str, refusal: Sentence | None = None) -> Response:
        """What would become of every row. ``text``: the list as it is sent on; ``refusal``: why it was not kept."""
        page = self.page
        outcomes = applicants.preview(page.office, seal, self.opening, found.lines, page.actor, page.at)
        return self._shown(
            422 if refusal else 200,
            refusal=page.tell(refusal) if refusal else "",
            list=text,
            number=found.rows,
            back=bool(found.sent.cells),
            faults=found.faults,
            warnings=found.warnings,
            counts=Counter(one.kind for one in outcomes),
            rows=[self._row(one) for one in outcomes],
        )

    def _row(self, one: Outcome) -> RowView:
        page, notes = self.page, []
        if one.refusal is not None:
            notes = reasons_of(one.refusal, page.tell)
        elif one.differs:
            said = say("名单与登记不同（{fields}），登记不变；如有变动请更改登记", fields=names_of(page, one.differs))
            notes = [page.tell(said)]
        words = page.tell(KINDS["ended" if one.ended else one.kind])
        return RowView(one.line.sheet, one.line.row, one.line.name, one.kind, words, notes, one.hire_id)

    def _shown(self, status: int, **found: Any) -> Response:
        page, nothing = (
            self.page,
            {"fault": "", "refusal": "", "list": "", "number": 0, "back": False, "counts": Counter[str]()},
        )
        return page.show(
            "import.html",
            "openings",
            status=status,
            opening=_head(page, self.opening),
            most=MOST_ROWS,
            megabytes=MOST_BYTES // 1024 // 1024,
            **{**nothing, "faults": (), "warnings": (), "rows": (), **found},
        )


def _head(page: Page, opening: OpeningLine) -> dict[str, Any]:
    with page.reading() as connection:
        path = region_paths(connection, {opening.region})[opening.region]
    return {
        "id": opening.id,
        "post": opening.post_title,
        "place": path,
        "closed": opening.cancelled_on is not None
        or (opening.closes_on is not None and opening.closes_on < page.today),
    }
