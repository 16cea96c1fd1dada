"""Lists to fill in (模板): workbooks whose number columns are text, with their version in a visible cell."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter

from states.guards import labels
from workflow.imports.roster import TEMPLATE, TEMPLATE_VERSION

ROWS = 1000
#: rows with lines around them, so that the list can be printed and filled in by hand
_RULED = 20
#: heading, width, what to write, and the words to choose from
Heading = tuple[str, int, str, Sequence[str]]
_ROSTER: tuple[Heading, ...] = (
    ("序号", 6, "", ()),
    ("姓名", 12, "必填", ()),
    ("性别", 6, "男或女", ("男", "女")),
    ("身份证号", 22, "必填，18位，按文本录入", ()),
    ("文化程度", 20, "从列表中选", tuple(labels.EDUCATION.values())),
    ("户籍地", 18, "村（社区）名称或12位编码", ()),
    ("人员类别", 18, "几种之间用顿号隔开", ()),
    ("认定部门", 18, "认定人员类别的部门", ()),
    ("认定日期", 14, "例如 2021-12-31", ()),
    ("岗位", 16, "", ()),
    ("合同起止", 26, "例如 2021-03-01至2022-02-28", ()),
    ("补贴月数", 10, "已享受补贴的月数；不填则按合同起止计算", ()),
    ("原退休年龄", 12, "女性必填：50或55", ("60", "55", "50")),
    ("电话", 16, "", ()),
    ("备注", 20, "", ()),
)


@dataclass(frozen=True, slots=True)
class Blank:
    """A list to fill in. ``version``: as it stands in the sheet; ``notes``: further lines of the explanation.

    ``about`` stands above the table and says what the list is of; ``rows`` are filled in already, ``foot`` is signed.
    """

    sheet: str
    title: str
    version: str
    columns: tuple[Heading, ...]
    notes: tuple[tuple[str, str], ...] = ()
    about: str = ""
    rows: tuple[tuple[str, ...], ...] = ()
    foot: tuple[str, ...] = ()

    @property
    def head(self) -> int:
        """The row of the headings, from nought."""
        return 3 if self.about else 2

    def content(self) -> bytes:
        """The workbook (.xlsx)."""
        made = io.BytesIO()
        options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        with xlsxwriter.Workbook(made, {"in_memory": True, **options}) as book:
            _fill(book, self)
            _explain(book, self)
        return made.getvalue()

    def write(self, path: Path) -> None:
        """Writes it to the new file ``path``. Raises FileExistsError, OSError."""
        with path.open("xb") as file:
            file.write(self.content())


ROSTER = Blank(
    sheet="花名册",
    title="公益性岗位在岗人员花名册",
    version=f"{TEMPLATE}{TEMPLATE_VERSION}",
    columns=_ROSTER,
    notes=(("人员类别", "、".join(labels.CATEGORIES.values())),),
)


def _fill(book: Any, blank: Blank) -> None:
    sheet = book.add_worksheet(blank.sheet)
    title = book.add_format({"bold": True, "align": "center", "font_size": 18, "font_name": "宋体"})
    head = book.add_format({"bold": True, "border": 1, "align": "center", "text_wrap": True, "bg_color": "#E7EEF7"})
    text = book.add_format({"num_format": "@", "border": 1})
    small = book.add_format({"font_size": 9, "font_color": "#555555"})
    sheet.merge_range(0, 0, 0, len(blank.columns) - 1, blank.title, title)
    sheet.write_string(1, 0, f"模板版本：{blank.version}", small)
    if blank.about:
        sheet.write_string(2, 0, blank.about, small)
    first, last = blank.head + 1, blank.head + max(ROWS, len(blank.rows))
    for place, (heading, width, _, choices) in enumerate(blank.columns):
        # every column is text: a spreadsheet keeps no identity number as a number
        sheet.set_column(place, place, width, book.add_format({"num_format": "@"}))
        sheet.write_string(blank.head, place, heading, head)
        if choices:
            sheet.data_validation(first, place, last, place, {"validate": "list", "source": list(choices)})
    ruled = len(blank.rows) if blank.rows else _RULED
    for row in range(ruled):
        for place in range(len(blank.columns)):
            if blank.rows:
                sheet.write_string(first + row, place, blank.rows[row][place], text)
            else:
                sheet.write_blank(first + row, place, None, text)
    for row, words in enumerate(blank.foot, first + ruled + 1):
        sheet.write_string(row, 0, words)
    sheet.freeze_panes(first, 2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.repeat_rows(blank.head)
    sheet.fit_to_pages(1, 0)


def _explain(book: Any, blank: Blank) -> None:
    sheet = book.add_worksheet("填写说明")
    head, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 80)
    sheet.write_string(0, 0, "这一列", head)
    sheet.write_string(0, 1, "怎样填写", head)
    for row, (heading, _, words, _) in enumerate(blank.columns, 1):
        sheet.write_string(row, 0, heading)
        sheet.write_string(row, 1, words, wrapped)
    for row, (about, words) in enumerate(blank.notes, len(blank.columns) + 2):
        sheet.write_string(row, 0, about)
        sheet.write_string(row, 1, words, wrapped)
