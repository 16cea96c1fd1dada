"""How a list looks on paper (版式): its title merged over it, header repeated, amounts added up, A4.

No cell is ever a formula: whatever begins with =, +, - or @ is text, and so are numbers of identity and of cards.
"""

from __future__ import annotations

import io
import math
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal

import xlsxwriter

Kind = Literal["text", "number", "money", "day"]
A4 = 9
#: more places than anybody leafs through stand in the whole list alone
MOST_SHEETS = 200
#: signs that the name of a sheet may not have
_NO_NAME = re.compile(r"[\[\]:*?/\\']")
#: points of the title, of the text and of a row at least, with room to sign in: at a desk, and on a board (公示表)
_Points = tuple[int, int, int]
_DESK: _Points = (18, 11, 24)
_BOARD: _Points = (22, 14, 28)
#: the text for whose letters a column's width is given, in points, and how much of a line is the space between lines
_WIDTH_POINTS, _LEADING = 11, 1.35
_MM = 1 / 25.4
_FONT = {"font_name": "仿宋", "valign": "vcenter", "text_wrap": True}
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: what stands over it, how wide it is (characters), what its cells are. ``added``: its sum stands below.

    Money is given in fen and written in yuan with two decimals.
    """

    heading: str
    width: float
    kind: Kind = "text"
    added: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """A list on paper. ``above``: lines under the title; ``below``: signatures and dates at the foot.

    ``posted``: it is put up on a board, in large print; ``by``: the heading of a column by whose cells the list stands
    once more, a sheet for each (一村一表).
    """

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    above: Sequence[str] = ()
    below: Sequence[str] = ()
    landscape: bool = True
    sheet: str = field(default="Sheet1")
    posted: bool = False
    by: str | None = None


def workbook(listing: Listing) -> bytes:
    """The list as the bytes of an .xlsx file."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, OPTIONS) as book:
        book.set_properties({"title": listing.title})
        for one in _sheets(listing):
            _Writer(book, one).all()
    return target.getvalue()


def _sheets(listing: Listing) -> Iterator[Listing]:
    """The whole list, and the same once more for each place, numbered anew; one place alone needs no second sheet."""
    headings, parts = [column.heading for column in listing.columns], dict[str, list[Sequence[Any]]]()
    for row in listing.rows if listing.by else ():
        parts.setdefault(str(row[headings.index(listing.by or "")]), []).append(row)
    if not 1 < len(parts) <= MOST_SHEETS:
        yield listing
        return
    yield replace(listing, sheet="全部")
    for n, (words, rows) in enumerate(parts.items(), 1):
        numbered = [[number, *row[1:]] for number, row in enumerate(rows, 1)]
        yield replace(listing, rows=numbered, sheet=f"{n}.{_NO_NAME.sub('', words)[-20:]}")


def _wide(text: str) -> int:
    """How many letters' width a text takes: a character of Chinese that of two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


class _Writer:
    """One sheet being written, from the title to the foot."""

    def __init__(self, book: Any, listing: Listing) -> None:
        self.listing = listing
        self.sheet = book.add_worksheet(listing.sheet[:31])
        title, self.points, self.height = _BOARD if listing.posted else _DESK
        text = self.points
        ruled = {**_FONT, "border": 1, "font_size": text}
        large = {"font_name": "宋体", "bold": True, "align": "center", "font_size": title}
        self.title = book.add_format({**_FONT, **large})
        self.line = book.add_format({**_FONT, "font_size": text})
        self.head = book.add_format({**ruled, "bold": True, "align": "center"})
        self.formats = {
            "text": book.add_format({**ruled, "num_format": "@"}),
            "number": book.add_format({**ruled, "align": "center"}),
            "money": book.add_format({**ruled, "align": "right", "num_format": "0.00"}),
            "day": book.add_format({**ruled, "align": "center", "num_format": "@"}),
        }
        self.last = len(listing.columns) - 1

    def all(self) -> None:
        posted = self.listing.posted
        row = self._over(0, self.listing.title, self.title, 36 if posted else 30)
        for text in self.listing.above:
            row = self._over(row, text, self.line, 24 if posted else 18)
        header = row
        for place, column in enumerate(self.listing.columns):
            self.sheet.set_column(place, place, column.width)
            self.sheet.write_string(header, place, column.heading, self.head)
        self.sheet.set_row(header, 40 if posted else 30)
        row = header + 1
        for cells in self.listing.rows:
            for place, (column, cell) in enumerate(zip(self.listing.columns, cells, strict=True)):
                self._cell(row, place, column.kind, cell)
            self.sheet.set_row(row, self._height_of(cells))
            row += 1
        if any(column.added for column in self.listing.columns):
            row = self._total(row)
        row += 1
        for text in self.listing.below:
            row = self._over(row, text, self.line, 24)
        self._paper(header)

    def _over(self, row: int, text: str, style: Any, height: int) -> int:
        self.sheet.set_row(row, height)
        if self.last > 0:
            self.sheet.merge_range(row, 0, row, self.last, "", style)
        self.sheet.write_string(row, 0, text, style)
        return row + 1

    def _cell(self, row: int, place: int, kind: Kind, cell: Any) -> None:
        style = self.formats[kind]
        if cell is None:
            self.sheet.write_blank(row, place, None, style)
        elif kind == "money":
            self.sheet.write_number(row, place, cell / 100, style)
        elif kind == "number":
            self.sheet.write_number(row, place, cell, style)
        else:
            self.sheet.write_string(row, place, cell.isoformat() if isinstance(cell, date) else str(cell), style)

    def _height_of(self, cells: Sequence[Any]) -> float:
        """Points of a row in which the longest text stands whole: not every program makes rows higher by itself."""
        letters = [
            (_wide(str(cell)), column.width * _WIDTH_POINTS / self.points)
            for column, cell in zip(self.listing.columns, cells, strict=True)
            if cell is not None and column.kind == "text"
        ]
        lines = max((math.ceil(wide / width) for wide, width in letters), default=1)
        return max(self.height, lines * self.points * _LEADING + 4)

    def _total(self, row: int) -> int:
        self.sheet.set_row(row, self.height)
        self.sheet.write_string(row, 0, "合计", self.head)
        for place, column in enumerate(self.listing.columns[1:], 1):
            if column.added:
                total = sum(cells[place] or 0 for cells in self.listing.rows)
                self._cell(row, place, column.kind, total)
            else:
                self.sheet.write_blank(row, place, None, self.formats["text"])
        return row + 1

    def _paper(self, header: int) -> None:
        self.sheet.set_paper(A4)
        if self.listing.landscape:
            self.sheet.set_landscape()
        if self.listing.posted:
            self.sheet.set_margins(left=10 * _MM, right=10 * _MM, top=15 * _MM, bottom=15 * _MM)
        else:
            self.sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
        self.sheet.repeat_rows(header)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.freeze_panes(header + 1, 0)
        self.sheet.set_footer("&C第 &P 页 共 &N 页")
