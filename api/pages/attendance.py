"""Attendance by month (考勤): how far each village is, the sheet of one, and the exceptions that a second person signs.

The sheet asks for exceptions only: an empty line is full attendance by the calendar. It works without a script.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from api.inputs import PathId
from api.pages import reading
from api.pages.attendance_view import MonthView, ledger, legend, month_words, row_views
from api.pages.render import FormDep, Page, PageDep, RecentFormDep, RecentPageDep
from api.pages.submitted import given_of
from api.problems import Forbidden, NotFound
from states.attendance import composed, due_on, month_after, read_exceptions
from states.months import month_of
from states.refusals import Refusal
from states.say import Sentence, say
from workflow import attendance, attendance_corrections, attendance_sheets
from workflow.attendance import Entry, SheetRefused, confirm_exception, may_keep, record_sheet
from workflow.attendance_sheets import SheetRow, Village
from workflow.queries import Scope, hire_line, scoped

router = APIRouter()
#: beyond that many villages the overview shows townships, which lead to theirs
MOST_VILLAGES = 200
_CODE = re.compile(r"[0-9]{2}[0-9A-Z]{0,10}")
_FIELD = re.compile(r"x-([0-9]{1,18})-([0-9]{1,9})")
#: until the day by which most sheets are due, the month before is the one to be looked at
DUE_DAY = 15


# ---- all villages ------------------------------------------------------------------------------------------------


@router.get("/attendance")
def show(page: PageDep) -> Response:
    """How far the villages of the reader are with a month, who is missing, and by when it is due."""
    scope, month = scoped(page.actor), month_in(page.request.query_params.get("month")) or month_at_hand(page.today)
    region = page.request.query_params.get("region")
    region = region if region is not None and _CODE.fullmatch(region) and scope.covers(region) else None
    with page.reading() as connection:
        villages = attendance_sheets.overview(connection, scope, month, page.today, region)
        by_town = len(villages) > MOST_VILLAGES
        shown = _by_town(villages) if by_town else villages
        corrected = attendance_corrections.waiting(connection, scope)
        names = reading.place_names(connection, {one.region for one in shown} | ({region} if region else set()))
    return page.show(
        "attendance.html",
        "attendance",
        month=MonthView.of(page, month),
        rows=[_village(page, one, names, month, by_town=by_town) for one in shown],
        people=sum(one.people for one in villages),
        done=sum(one.done for one in villages),
        corrected=[
            {
                "name": one.name,
                "href": f"/attendance/hires/{one.hire_id}/{one.month:%Y-%m}",
                "reason": one.reason,
                "month": month_words(page, one.month),
            }
            for one in corrected
        ],
        place=names.get(region, "") if region else "",
        due=_due(page, {key for one in villages for key in one.procedures}, month),
    )


def _village(page: Page, one: Village, names: Mapping[str, str], month: date, *, by_town: bool) -> dict[str, Any]:
    between, more = ("、", "等") if page.language == "zh" else (", ", " …")
    text = f"{month:%Y-%m}"
    return {
        "name": names.get(one.region, one.region),
        "href": f"/attendance?month={text}&region={one.region}" if by_town else f"/attendance/{one.region}/{text}",
        "people": one.people,
        "done": one.done,
        "lacking": one.lacking,
        "unsigned": one.counts["unsigned"],
        "missing": between.join(one.missing) + (more if one.lacking > len(one.missing) else ""),
    }


def _by_town(villages: Sequence[Village]) -> list[Village]:
    """The same, township by township."""
    found: dict[str, Village] = {}
    for one in villages:
        town = found.setdefault(one.region[: reading.TOWNSHIP_CODE], Village(one.region[: reading.TOWNSHIP_CODE]))
        town.counts += one.counts
        town.procedures |= one.procedures
    return list(found.values())


def _due(page: Page, procedures: set[str], month: date) -> list[dict[str, Any]]:
    """By when the documents want the sheets of the month; whichever names no day is left out."""
    days = {due for key in procedures if (due := due_on(page.office.procedure(key), month)) is not None}
    return [{"on": day, "article": article, "over": page.today > day} for day, article in sorted(days)]


# ---- one person --------------------------------------------------------------------------------------------------


@router.get("/attendance/hires/{hire_id}")
def show_ledger(page: PageDep, hire_id: PathId) -> Response:
    """Every month of one hire, with its sums (考勤台账)."""
    scope = scoped(page.actor)
    with page.reading() as connection:
        line = hire_line(connection, scope, hire_id)
        if line is None or not scope.covers(line.region):
            raise NotFound
        kept = attendance.ledger(connection, hire_id)
        names = reading.place_names(connection, {line.region})
    return page.show("attendance_ledger.html", "attendance", line=line, place=names[line.region], **ledger(page, kept))


# ---- one sheet ---------------------------------------------------------------------------------------------------


@router.get("/attendance/{region}/{month}")
def show_sheet(page: PageDep, region: str, month: str) -> Response:
    """One village's month: a line for each person, and what becomes of it."""
    return Sheet.of(page, region, month).show()


@router.post("/attendance/{region}/{month}")
def keep(page: PageDep, form: FormDep, region: str, month: str) -> Response:
    """Records the whole sheet, or nothing of it."""
    sheet, given = Sheet.of(page, region, month), given_of(form)
    if not sheet.keeps:
        raise Forbidden
    entries, faults = sheet.entries(given)
    if not faults:
        try:
            done = record_sheet(page.office, sheet.month, entries, page.actor, page.at, source="page")
        except SheetRefused as refused:
            faults = {hire_id: words_of(refusal) for hire_id, refusal in refused.refusals.items()}
        else:
            told = say("已保存：{n}人有变动，{m}人没有变动", n=len(done.new + done.changed), m=len(done.unchanged))
            return page.go(sheet.address, told)
    return sheet.show(given=given, faults=faults)


@router.post("/attendance/{region}/{month}/confirm/{hire_id}")
def confirm(page: PageDep, form: RecentFormDep, region: str, month: str, hire_id: PathId) -> Response:
    """A second person answers for what a device lacks."""
    sheet, version = Sheet.of(page, region, month), (given_of(form).get("version") or [""])[0]
    row = next((row for row in sheet.rows if row.hire_id == hire_id), None)
    if row is None or not version.isascii() or not version.isdigit() or len(version) > 9:
        raise NotFound
    confirm_exception(page.office, hire_id, sheet.month, page.actor, page.at, version=int(version))
    return page.go(sheet.address, say("已确认{name}的例外，考勤从现在起算数", name=row.name))


@router.get("/attendance/{region}/{month}/print")
def show_paper(page: RecentPageDep, region: str, month: str) -> Response:
    """The same as paper (考勤表): to be filled in by hand, or to be signed and stamped."""
    return Sheet.of(page, region, month).paper()


class Sheet:
    """The sheet of one region and month, as the reader sees it."""

    def __init__(self, page: Page, region: str, month: date, place: str, rows: Sequence[SheetRow]) -> None:
        self.page, self.region, self.month, self.place, self.rows = page, region, month, place, rows

    @classmethod
    def of(cls, page: Page, region: str, text: str) -> Sheet:
        """Raises NotFound for a region that is not the reader's, and for what is no month."""
        scope, month = scoped(page.actor), month_in(text)
        if month is None or not _CODE.fullmatch(region) or not scope.covers(region):
            raise NotFound
        with page.reading() as connection:
            names = reading.place_names(connection, {region})
            if names[region].endswith(region):  # there is no such place
                raise NotFound
            rows = _rows(page, connection, scope, region, month)
        return cls(page, region, month, names[region], rows)

    @property
    def address(self) -> str:
        return f"/attendance/{self.region}/{self.month:%Y-%m}"

    @property
    def keeps(self) -> bool:
        """Whether the reader may fill it in."""
        return may_keep(self.page.actor, self.region) and self.month <= self.page.today

    def entries(self, given: Mapping[str, list[str]]) -> tuple[list[Entry], dict[int, Sentence]]:
        """What was filled in, and what cannot be read of it."""
        known = {row.hire_id: row for row in self.rows}
        entries, faults = [], dict[int, Sentence]()
        for name, (text, *_) in given.items():
            field = _FIELD.fullmatch(name)
            row = known.get(int(field[1])) if field else None
            if field is None or row is None or f"skip-{row.hire_id}" in given:
                continue
            found = read_exceptions(text, self.month)
            if isinstance(found, Sentence):
                faults[row.hire_id] = found
                continue
            reason = (given.get(f"e-{row.hire_id}") or [""])[0].strip() or None
            entries.append(Entry(row.hire_id, composed(row.usual, found), int(field[2]), reason))
        return entries, faults

    def show(
        self, given: Mapping[str, list[str]] | None = None, faults: Mapping[int, Sentence] | None = None
    ) -> Response:
        """The page; with what was filled in and is wrong, where it was refused."""
        page, faults = self.page, faults or {}
        rows = row_views(page, self.rows, given or {}, faults)
        return page.show(
            "attendance_sheet.html",
            "attendance",
            status=422 if faults else 200,
            **self._common(rows),
            wrong=len(faults),
            waiting=[row for row in rows if row.waiting],
            signed=[row for row in rows if row.exception and not row.waiting],
            may_confirm=bool(page.actor.roles_in(self.region) & attendance.CONFIRMERS),
            hours=self._irregular(),
        )

    def paper(self) -> Response:
        """The page to be printed."""
        rows = row_views(self.page, self.rows, {}, {})
        return self.page.show("attendance_print.html", "attendance", **self._common(rows))

    def _common(self, rows: Sequence[Any]) -> dict[str, Any]:
        page = self.page
        return {
            "month": MonthView.of(page, self.month),
            "region": self.region,
            "address": self.address,
            "place": self.place,
            "rows": rows,
            "keeps": self.keeps,
            "legend": legend(page),
            "due": _due(page, {row.procedure for row in self.rows}, self.month),
            "done": sum(row.standing == "done" for row in self.rows),
        }

    def _irregular(self) -> list[str]:
        """Where a document has irregular hours: that rest days may be worked, and what that needs."""
        procedures = [self.page.office.procedure(key) for key in sorted({row.procedure for row in self.rows})]
        return [
            f"{procedure.document.number}{line.cite}"
            for procedure in procedures
            for line in procedure.benefits
            if line.name == "irregular_hours"
        ]


def _rows(page: Page, connection: Any, scope: Scope, region: str, month: date) -> Sequence[SheetRow]:
    calendar = page.office.setting.calendar
    return attendance_sheets.sheet(connection, scope, region, month, page.today, calendar)


def words_of(refusal: Refusal) -> Sentence:
    """What stands against one person's month, in a sentence."""
    faults = getattr(refusal, "faults", None)
    found: Sentence = next(iter(faults.values())) if faults else refusal.sentence
    return found


# ---- months ------------------------------------------------------------------------------------------------------


def month_in(text: str | None) -> date | None:
    """The first day of a month written as 2026-06; None for anything else."""
    return month_of(text or "")


def month_at_hand(today: date) -> date:
    """The month that is to be reported next: the one before, until the middle of the following one."""
    this = today.replace(day=1)
    if today.day > DUE_DAY:
        return this
    before = this.replace(year=this.year - 1, month=12) if this.month == 1 else this.replace(month=this.month - 1)
    assert month_after(before) == this
    return before
