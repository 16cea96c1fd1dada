"""The sheet as a workbook (考勤表): taken out to be filled in, and sent back: looked at first, then recorded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from api.dependencies import SealDep
from api.pages.attendance import Sheet, words_of
from api.pages.attendance_view import MonthView
from api.pages.import_screen import sent_file
from api.pages.render import FormDep, PageDep, RecentPageDep
from api.pages.submitted import given_of
from api.pages.workbooks import handed_back, workbook
from api.problems import Forbidden
from states.attendance import MARKS
from states.say import Sentence, say
from workflow.attendance import Outlook, outlook, record_sheet
from workflow.attendance_sheets import SheetRow
from workflow.files import FileRefused
from workflow.import_runs import ATTENDANCE, Told
from workflow.imports import attendance as lists
from workflow.imports.attendance import SheetGone, Unwrapped
from workflow.imports.attendance_template import MonthBook
from workflow.imports.workbook import MOST_BYTES, NotReadable
from workflow.sealing import Seal

router = APIRouter()
KINDS: Mapping[str, Sentence] = {
    "new": say("新记"),
    "changed": say("有改动"),
    "unchanged": say("没有变动"),
    "refused": say("不能导入"),
}


@router.get("/attendance/{region}/{month}/sheet.xlsx")
def download(page: RecentPageDep, region: str, month: str) -> Response:
    """The sheet with what is recorded; with ``fill=calendar`` everybody else begins with full attendance."""
    sheet = Sheet.of(page, region, month)
    filled = page.request.query_params.get("fill") == "calendar"
    calendar = page.office.setting.calendar
    content = MonthBook(sheet.region, sheet.place, sheet.month, calendar, sheet.rows, filled).content()
    return workbook(content, f"考勤表-{sheet.place}-{sheet.month:%Y-%m}.xlsx")


@router.get("/attendance/{region}/{month}/import")
def ask(page: PageDep, region: str, month: str) -> Response:
    """The form for a filled-in sheet."""
    return _Screen.of(Sheet.of(page, region, month)).shown()


@router.post("/attendance/{region}/{month}/import")
def check(page: PageDep, form: FormDep, seal: SealDep, region: str, month: str) -> Response:
    """What the sheet says and what would become of everybody on it. Nothing is written."""
    screen = _Screen.of(Sheet.of(page, region, month))
    sheet = screen.sheet
    try:
        with sent_file(page, form) as path:
            found = lists.read(path, sheet.rows, sheet.region, sheet.month)
    except (FileRefused, NotReadable) as refusal:
        return screen.shown(422, fault=page.tell(refusal.sentence))
    text = lists.wrapped(seal, screen.bound, page.actor, page.at, found, page.tell)
    return screen.look(seal, text)


@router.post("/attendance/{region}/{month}/import/keep")
def keep(page: PageDep, form: FormDep, seal: SealDep, region: str, month: str) -> Response:
    """Records what was looked at; with faults only if the sound rows are wanted without the others."""
    screen, given = _Screen.of(Sheet.of(page, region, month)), given_of(form)
    text = (given.get("list") or [""])[0]
    try:
        found = lists.unwrapped(seal, screen.bound, page.actor, page.at, text)
    except SheetGone as refusal:
        return screen.shown(422, fault=page.tell(refusal.sentence))
    outlooks = screen.outlooks(found)
    sound = [one.entry for one in outlooks if one.refusal is None]
    if (found.faults or len(sound) < len(outlooks)) and "partial" not in given:
        refusal_words = say("还有错误，没有导入。请改正文件，或勾选“有误的人除外，其余导入”。")
        return screen.look(seal, text, refusal_words)
    region, month_told = screen.sheet.region, f"{screen.sheet.month:%Y-%m}"
    refused = found.sent.faulty + len(outlooks) - len(sound)
    told = Told(found.sent.run_id, ATTENDANCE, region, month_told, found.sent.digest, refused)
    done = record_sheet(page.office, screen.sheet.month, sound, page.actor, page.at, source="sheet", told=told)
    counts = {"new": len(done.new), "changed": len(done.changed), "same": len(done.unchanged)}
    return page.go(screen.sheet.address, say("已导入：新记{new}人，改动{changed}人，没有变动{same}人", **counts))


@router.post("/attendance/{region}/{month}/import/faults")
def faults(page: PageDep, form: FormDep, seal: SealDep, region: str, month: str) -> Response:
    """The workbook handed back: every fault marked where it is."""
    screen, text = _Screen.of(Sheet.of(page, region, month)), (given_of(form).get("list") or [""])[0]
    try:
        found = lists.unwrapped(seal, screen.bound, page.actor, page.at, text)
    except SheetGone as refusal:
        return screen.shown(422, fault=page.tell(refusal.sentence))
    return handed_back(found.sent, "考勤表")


class _Screen:
    """The page of the form, with what was found in a file."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet, self.page = sheet, sheet.page
        self.bound = sheet.region, sheet.month

    @classmethod
    def of(cls, sheet: Sheet) -> _Screen:
        """Raises Forbidden for whoever keeps no attendance there, and for a month that is still ahead."""
        if not sheet.keeps:
            raise Forbidden
        return cls(sheet)

    def outlooks(self, found: Unwrapped) -> list[Outlook]:
        """What would become of everybody without a fault."""
        page = self.page
        return outlook(page.office, self.sheet.month, found.entries, page.actor, page.at, source="sheet")

    def look(self, seal: Seal, text: str, refusal: Sentence | None = None) -> Response:
        """What would become of every row. ``text``: the sheet as it is sent on; ``refusal``: why it was not kept."""
        found = lists.unwrapped(seal, self.bound, self.page.actor, self.page.at, text)
        outlooks, known = self.outlooks(found), {row.hire_id: row for row in self.sheet.rows}
        return self.shown(
            422 if refusal else 200,
            refusal=self.page.tell(refusal) if refusal else "",
            list=text,
            number=found.rows,
            blank=found.blank,
            back=bool(found.sent.cells),
            faults=found.faults,
            counts=Counter(one.kind for one in outlooks),
            rows=[self._row(one, known[one.entry.hire_id]) for one in outlooks],
        )

    def _row(self, one: Outlook, row: SheetRow) -> dict[str, Any]:
        note = words_of(one.refusal) if one.refusal is not None else None
        return {
            "hire": row.hire_id,
            "name": row.name,
            "kind": one.kind,
            "words": self.page.tell(KINDS[one.kind]),
            "note": self.page.tell(note) if note is not None else _changes(one) if one.kind == "changed" else "",
        }

    def shown(self, status: int = 200, **found: Any) -> Response:
        """The page; the form alone where nothing was found yet."""
        sheet, nothing = self.sheet, {"fault": "", "refusal": "", "list": "", "number": 0, "blank": 0, "back": False}
        return self.page.show(
            "attendance_import.html",
            "attendance",
            status=status,
            place=sheet.place,
            month=MonthView.of(self.page, sheet.month),
            address=sheet.address,
            megabytes=MOST_BYTES // 1024 // 1024,
            **{**nothing, "faults": (), "rows": (), "counts": Counter[str](), **found},
        )


def _changes(one: Outlook) -> str:
    """Which days become something else, by their signs."""
    if one.before is None or one.after is None:
        return ""
    both = enumerate(zip(one.before.said, one.after.said, strict=True), 1)
    moved = [f"{day}: {MARKS[was].sign}→{MARKS[now].sign}" for day, (was, now) in both if was != now]
    return "　".join(moved)
