"""The month's sheet as a workbook (考勤表.xlsx): to be printed, filled in and sent back; nothing in it is a formula."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import date, timedelta
from typing import Any

import xlsxwriter

from states.attendance import MARKS, OFF, UNKNOWN, days_of, totals
from states.calendar import Calendar
from workflow.attendance_sheets import SheetRow

TEMPLATE, TEMPLATE_VERSION = "考勤模板", 1
MONTH_MARK, REGION_MARK = "月份：", "地区编码："
NUMBER, HIRE, NAME, POST, REMARK = "序号", "编号", "姓名", "岗位", "备注"
SUMS = ("出勤", "休息", "休假", "病假", "事假", "缺勤")
_BEFORE = ((NUMBER, 5), (HIRE, 8), (NAME, 11), (POST, 16))
_WEEKDAYS = "一二三四五六日"
_SIGNING = ("考勤员（签字）：", "村（社区）负责人（签字）：", "乡镇（盖章）：", "　　　　年　　月　　日")
_HEAD_ROW = 3


@dataclass(frozen=True, slots=True)
class MonthBook:
    """A month of one region as a workbook. ``filled``: what is not recorded yet begins as full attendance."""

    region: str
    place: str
    month: date
    calendar: Calendar
    rows: Sequence[SheetRow]
    filled: bool = False

    def content(self) -> bytes:
        """The workbook (.xlsx)."""
        made = io.BytesIO()
        options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        with xlsxwriter.Workbook(made, {"in_memory": True, **options}) as book:
            _Writing(book, self).all()
        return made.getvalue()

    def marks_of(self, row: SheetRow) -> str:
        """What stands in the cells of a person; blanks where nothing was recorded."""
        if self.filled:
            return row.proposed
        if row.kept is not None:
            return row.kept.said
        return "".join(OFF if code == OFF else UNKNOWN for code in row.usual)


class _Writing:
    def __init__(self, book: Any, sheet: MonthBook) -> None:
        self.sheet, self.days = sheet, days_of(sheet.month)
        self.page = book.add_worksheet("考勤表")
        face = {"font_name": "宋体", "num_format": "@", "valign": "vcenter"}
        cell = {**face, "border": 1, "align": "center", "font_size": 9}
        self.title = book.add_format({**face, "bold": True, "align": "center", "font_size": 18})
        self.plain = book.add_format({**face, "font_size": 10})
        self.head = book.add_format({**cell, "bold": True, "text_wrap": True})
        self.cell = book.add_format(cell)
        self.rest = book.add_format({**cell, "bg_color": "#E4E7EB"})
        self.text = book.add_format({**cell, "align": "left", "text_wrap": True})

    def all(self) -> None:
        self._columns()
        self._top()
        self._head()
        for number, row in enumerate(self.sheet.rows, 1):
            self._person(_HEAD_ROW + number, number, row)
        self._foot(_HEAD_ROW + len(self.sheet.rows) + 1)
        self._paper()

    @property
    def last(self) -> int:
        return len(_BEFORE) + self.days + len(SUMS)

    def _columns(self) -> None:
        for place, (_, width) in enumerate(_BEFORE):
            self.page.set_column(place, place, width, self.plain)
        self.page.set_column(len(_BEFORE), len(_BEFORE) + self.days - 1, 3, self.plain)
        self.page.set_column(len(_BEFORE) + self.days, self.last - 1, 5, self.plain)
        self.page.set_column(self.last, self.last, 14, self.plain)

    def _top(self) -> None:
        month = self.sheet.month
        words = f"公益性岗位人员考勤表（{month.year}年{month.month}月）"
        self.page.merge_range(0, 0, 0, self.last, words, self.title)
        self.page.set_row(0, 30)
        first = len(_BEFORE)
        self.page.merge_range(1, 0, 1, first - 1, f"模板版本：{TEMPLATE}{TEMPLATE_VERSION}", self.plain)
        self.page.merge_range(1, first, 1, first + 5, f"{MONTH_MARK}{month:%Y-%m}", self.plain)
        self.page.merge_range(1, first + 6, 1, first + 14, f"{REGION_MARK}{self.sheet.region}", self.plain)
        self.page.merge_range(1, first + 15, 1, self.last, f"村（社区）、单位：{self.sheet.place}", self.plain)
        for day in range(self.days):
            weekday = _WEEKDAYS[(month + timedelta(day)).weekday()]
            self.page.write_string(2, first + day, weekday, self._day_format(day))

    def _head(self) -> None:
        days = [str(day) for day in range(1, self.days + 1)]
        for place, words in enumerate([*(name for name, _ in _BEFORE), *days, *SUMS, REMARK]):
            self.page.write_string(_HEAD_ROW, place, words, self.head)

    def _day_format(self, day: int) -> Any:
        working = self.sheet.calendar.is_working_day(self.sheet.month + timedelta(day))
        return self.cell if working else self.rest

    def _person(self, at: int, number: int, row: SheetRow) -> None:
        self.page.set_row(at, 20)
        for place, words in enumerate((str(number), str(row.hire_id), row.name, row.post)):
            self.page.write_string(at, place, words, self.cell if place < 2 else self.text)
        marks, first = self.sheet.marks_of(row), len(_BEFORE)
        for day, code in enumerate(marks):
            sign = "" if code == UNKNOWN else MARKS[code].sign
            self.page.write_string(at, first + day, sign, self._day_format(day))
        self._sums(at, marks if row.kept is not None or self.sheet.filled else "")
        remark = (row.kept.exception or "") if row.kept is not None else ""
        self.page.write_string(at, self.last, remark, self.text)
        signs = [mark.sign for mark in MARKS.values() if mark.code not in (UNKNOWN, OFF)]
        self.page.data_validation(
            at,
            first,
            at,
            first + self.days - 1,
            {"validate": "list", "source": signs, "error_type": "warning", "error_message": "请填表下所列的符号"},
        )

    def _sums(self, at: int, marks: str) -> None:
        sums = astuple(totals(marks))[: len(SUMS)]
        for place, n in enumerate(sums, len(_BEFORE) + self.days):
            self.page.write_string(at, place, str(n) if marks else "", self.cell)

    def _foot(self, at: int) -> None:
        known = "".join(self.sheet.marks_of(row) for row in self.sheet.rows if row.kept or self.sheet.filled)
        people = f"{len(self.sheet.rows)}人"
        for place in range(self.last + 1):
            self.page.write_string(at, place, {0: "合计", 2: people}.get(place, ""), self.head)
        self._sums(at, known)
        signs = "　".join(f"{mark.sign}{mark.zh}" for mark in MARKS.values() if mark.code != UNKNOWN)
        self.page.merge_range(at + 1, 0, at + 1, self.last, f"符号：{signs}", self.plain)
        width = (self.last + 1) // len(_SIGNING)
        for number, words in enumerate(_SIGNING):
            self.page.merge_range(at + 3, number * width, at + 3, (number + 1) * width - 1, words, self.plain)
        self.page.set_row(at + 3, 28)

    def _paper(self) -> None:
        self.page.freeze_panes(_HEAD_ROW + 1, 3)
        self.page.set_landscape()
        self.page.set_paper(9)
        self.page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        self.page.repeat_rows(0, _HEAD_ROW)
        self.page.fit_to_pages(1, 0)
        self.page.set_footer("&C第 &P 页，共 &N 页")
