"""A sheet of attendance as templates draw it (考勤表的样子): a month with its days, a row with its cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from api.pages.calendar import MONTHS
from api.pages.render import Page
from states.attendance import MARKS, OFF, UNKNOWN, Totals, days_of, month_after, totals
from states.say import Sentence, say
from workflow.attendance_rows import Kept
from workflow.attendance_sheets import SheetRow

_WEEKDAYS = tuple(
    word.pattern for word in (say("一"), say("二"), say("三"), say("四"), say("五"), say("六"), say("日"))
)
STANDINGS: Mapping[str, Sentence] = {
    "done": say("已记全"),
    "part": say("还有日子未记"),
    "unsigned": say("例外等待另一人确认"),
    "wrong": say("上岗或离岗日期有变动，须重新记"),
    "none": say("还没有记"),
}


@dataclass(frozen=True, slots=True)
class DayView:
    """A day at the head of the sheet."""

    number: int
    weekday: str
    rest: bool


@dataclass(frozen=True, slots=True)
class MonthView:
    """A month with its neighbours. ``unsure``: its days off may still be changed by a notice that is not there."""

    first: date
    text: str
    words: str
    days: tuple[DayView, ...]
    before: str
    after: str | None
    unsure: bool

    @classmethod
    def of(cls, page: Page, month: date) -> MonthView:
        calendar = page.office.setting.calendar
        days = [month + timedelta(n) for n in range(days_of(month))]
        following = month_after(month)
        return cls(
            month,
            f"{month:%Y-%m}",
            month_words(page, month),
            tuple(DayView(d.day, page.tell(_WEEKDAYS[d.weekday()]), not calendar.is_working_day(d)) for d in days),
            f"{month - timedelta(1):%Y-%m}",
            f"{following:%Y-%m}" if following <= page.today else None,
            bool(calendar.missing_years(days[0], days[-1])),
        )


@dataclass(frozen=True, slots=True)
class RowView:
    """One person: the field as it stands, and the cells. ``cells``: signs, empty where nothing was recorded.

    ``waiting``: the days that count only when a second person has confirmed them.
    """

    hire_id: int
    name: str
    post: str
    employer: str
    version: int
    text: str
    reason: str
    asks_reason: bool
    lacking: str
    fault: str
    skip: bool
    standing: str
    standing_words: str
    cells: tuple[str, ...]
    totals: Totals | None
    exception: str
    waiting: str
    #: written by the reader, who cannot confirm it as well
    mine: bool


def row_views(
    page: Page, rows: Sequence[SheetRow], given: Mapping[str, list[str]], faults: Mapping[int, Sentence]
) -> list[RowView]:
    """The rows with what was filled in, if anything was, and what is wrong with it."""
    filled = {name.split("-")[1]: texts[0] for name, texts in given.items() if name.startswith("x-")}
    return [_row_view(page, row, filled, given, faults.get(row.hire_id)) for row in rows]


def _row_view(
    page: Page, row: SheetRow, filled: Mapping[str, str], given: Mapping[str, list[str]], fault: Sentence | None
) -> RowView:
    kept, number = row.kept, str(row.hire_id)
    between = "、" if page.language == "zh" else ", "
    exception = kept.exception or "" if kept else ""
    reason = (given.get(f"e-{number}") or [exception])[0]
    waiting = [day for day, code in enumerate(kept.marks, 1) if code != kept.said[day - 1]] if kept else []
    return RowView(
        hire_id=row.hire_id,
        name=row.name,
        post=row.post,
        employer=row.employer,
        version=row.version,
        text=filled.get(number, row.exceptions),
        reason=reason,
        asks_reason=bool(row.lacking or reason),
        lacking=between.join(str(day) for day in row.lacking),
        fault=page.tell(fault) if fault is not None else "",
        skip=f"skip-{number}" in given,
        standing=row.standing,
        standing_words=page.tell(STANDINGS[row.standing]),
        cells=cells_of(row),
        totals=totals(kept.marks) if kept else None,
        exception=exception,
        waiting=between.join(str(day) for day in waiting),
        mine=kept is not None and page.actor.person_key in (kept.recorded_by, kept.recorded_for),
    )


def cells_of(row: SheetRow) -> tuple[str, ...]:
    """The sign of every day that counts; of what was not recorded, only the days off the post."""
    marks = row.kept.marks if row.kept else "".join(OFF if code == OFF else " " for code in row.usual)
    return tuple(MARKS[code].sign if code in MARKS else "" for code in marks)


def month_words(page: Page, month: date) -> str:
    """A month as people say it: 2026年6月, June 2026."""
    if page.language == "zh":
        return say("{year}年{month}月", year=month.year, month=month.month).text()
    return page.tell(say("{year}年{month}", year=month.year, month=MONTHS[month.month - 1]))


def ledger(page: Page, kept: Sequence[Kept]) -> dict[str, Any]:
    """The months of one person, and what they come to."""
    months = [
        {
            "words": month_words(page, one.month),
            "text": f"{one.month:%Y-%m}",
            "totals": totals(one.marks),
            "signs": "".join(MARKS[code].sign for code in one.marks),
            "exception": one.exception or "",
            "unsigned": one.unsigned,
            "at": page.moment(one.recorded_at),
        }
        for one in kept
    ]
    return {"months": months, "sums": totals("".join(one.marks for one in kept))}


def legend(page: Page) -> list[dict[str, Any]]:
    """What the signs mean, those first that are written most."""
    return [{"sign": mark.sign, "name": page.named(mark)} for mark in MARKS.values() if mark.code != UNKNOWN]
