"""Setting a page (版式): A4, 宋体 and 黑体, boxes of two and four columns, boxes for opinions, page numbers.

Built with the library that reads Word files again in the tests; nothing here knows what a paper says.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

BODY, HEAD = "仿宋", "黑体"
#: where a hand signs, stamps and dates
SIGNATURE = "签字：　　　　　　　（盖章）　　　　　年　　月　　日"
#: where a person signs for themselves: nobody stamps there
BY_HAND = "本人签字（按手印）：　　　　　　　年　　月　　日"
Row = tuple[str, str]


class Sheet:
    """A page being set. ``content`` is the file."""

    def __init__(self, title: str) -> None:
        from docx import Document
        from docx.shared import Mm, Pt

        self._document: Any = Document()
        section = self._document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin = section.right_margin = Mm(25)
        section.top_margin, section.bottom_margin = Mm(25), Mm(22)
        normal = self._document.styles["Normal"]
        normal.font.size = Pt(12)
        _font(normal, BODY)
        properties = self._document.core_properties
        properties.title, properties.author, properties.comments = title, "", ""
        properties.language = "zh-CN"
        self._page_number(section.footer.paragraphs[0])

    @property
    def content(self) -> bytes:
        out = io.BytesIO()
        self._document.save(out)
        return out.getvalue()

    # -- text

    def heading(self, text: str) -> None:
        """The title of the paper."""
        self._line(text, size=20, font=HEAD, align="CENTER", after=6)

    def number(self, text: str) -> None:
        """The number of the paper, on the right under its title."""
        self._line(text, size=11, align="RIGHT", after=6)

    def clause(self, title: str) -> None:
        """The title of a clause; it stays with what follows."""
        paragraph = self._line(title, size=13, font=HEAD, before=6)
        paragraph.paragraph_format.keep_with_next = True

    def text(self, words: str) -> None:
        """A paragraph, its first line indented by two characters."""
        from docx.shared import Pt

        paragraph = self._line(words)
        paragraph.paragraph_format.first_line_indent = Pt(24)
        paragraph.paragraph_format.line_spacing = 1.5

    def gap(self) -> None:
        """A little space between two boxes, so that a form stays on one page."""
        self._line("", size=6)

    def _line(
        self, words: str, *, size: int = 12, font: str = BODY, align: str = "", before: int = 0, after: int = 0
    ) -> Any:
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.shared import Pt

        paragraph: Any = self._document.add_paragraph()
        run = paragraph.add_run(words)
        run.font.size = Pt(size)
        run.bold = font == HEAD
        _font(run, font)
        paragraph.paragraph_format.line_spacing = 1 if words else Pt(size)
        if align:
            paragraph.alignment = getattr(WD_ALIGN_PARAGRAPH, align)
        paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(before), Pt(after)
        return paragraph

    # -- boxes

    def box(self, title: str, rows: Sequence[Row], *, pairs: int = 1) -> None:
        """Rows of a name and its value; ``pairs`` of them beside each other. The title stands again on every page."""
        table = self._table(title, 2 * pairs, (28, 130) if pairs == 1 else (26, 53) * pairs)
        for start in range(0, len(rows), pairs):
            cells = table.add_row().cells
            for at, (name, value) in enumerate(rows[start : start + pairs]):
                _write(cells[2 * at], name, font=HEAD)
                _write(cells[2 * at + 1], value)

    def opinions(self, title: str, rows: Sequence[Row]) -> None:
        """A high box for each opinion, with a line to sign, stamp and date; what is the person's own has no stamp."""
        from docx.enum.table import WD_ROW_HEIGHT_RULE
        from docx.shared import Mm

        table = self._table(title, 2, (28, 130))
        for name, value in rows:
            row = table.add_row()
            row.height, row.height_rule = Mm(28), WD_ROW_HEIGHT_RULE.AT_LEAST
            _keep_whole(row)
            _write(row.cells[0], name, font=HEAD)
            _write(row.cells[1], value)
            _write(row.cells[1], BY_HAND if name.startswith("本人") else SIGNATURE, more=True)

    def parties(self, left: str, right: str) -> None:
        """Where both sides sign, beside each other and never alone on a page."""
        for paragraph in self._document.paragraphs[-2:]:
            paragraph.paragraph_format.keep_with_next = True
        table = self._document.add_table(rows=1, cols=2)
        _keep_whole(table.rows[0])
        for cell, who in zip(table.rows[0].cells, (left, right), strict=True):
            _write(cell, who)
            _write(cell, "", more=True)
            _write(cell, "　　　　年　　月　　日", more=True)

    def _table(self, title: str, columns: int, widths: Sequence[int]) -> Any:
        from docx.enum.table import WD_TABLE_ALIGNMENT
        from docx.shared import Mm

        table = self._document.add_table(rows=1, cols=columns)
        table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Mm(width)
        first = table.rows[0].cells
        _write(first[0].merge(first[-1]), title, font=HEAD, center=True)
        _mark(table.rows[0], "w:tblHeader")
        return table

    # -- foot

    def _page_number(self, paragraph: Any) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH

        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        for words, code in (("第", "PAGE"), ("页　共", "NUMPAGES"), ("页", "")):
            paragraph.add_run(words)
            if code:
                _field(paragraph, code)


def _font(holder: Any, name: str) -> None:
    """The same face for Chinese and for Latin signs."""
    from docx.oxml.ns import qn

    holder.font.name = name
    holder.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)


def _write(cell: Any, words: str, *, font: str = BODY, center: bool = False, more: bool = False) -> None:
    from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    paragraph = cell.add_paragraph() if more else cell.paragraphs[0]
    run = paragraph.add_run(words)
    run.bold = font == HEAD
    _font(run, font)
    if center:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    if more and words in (SIGNATURE, BY_HAND):
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _mark(row: Any, name: str) -> None:
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement(name))


def _keep_whole(row: Any) -> None:
    """A box is not torn over two pages."""
    _mark(row, "w:cantSplit")


def _field(paragraph: Any, code: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    for kind in ("begin", code, "separate", "1", "end"):
        run = paragraph.add_run()
        if kind in ("begin", "separate", "end"):
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
            run._r.append(element)
        elif kind == code:
            element = OxmlElement("w:instrText")
            element.text = f" {code} "
            run._r.append(element)
        else:
            run.text = kind
