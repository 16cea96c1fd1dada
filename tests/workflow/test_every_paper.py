"""Every paper that offices exchange, made from one county, opened by another library and held to one table.

Titles, stamp lines, places to sign, A4, headings that stand again on every page, totals, numbers as text, the masked
variant; and that no cell is a formula.
"""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import docx
import openpyxl
import pytest
from docx.shared import Mm
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import insert

from states.facts import Actor
from states.vocabulary import Role
from tests.conftest import MigratedTemplate
from tests.support.lives import XUNYANG
from tests.support.tables import sheets_of
from tests.workflow.papers_county import ADDRESS, PHONE, Papers, a_maker, make, papers_on, read
from tests.workflow.whole_papers import whole
from workflow import attendance_sheets, pay_sheets
from workflow.imports.attendance_template import MonthBook
from workflow.papers.kinds import Kind
from workflow.papers.layout import SIGNATURE
from workflow.queries.scope import scoped
from workflow.tables import metadata
from workflow.workbooks import notices, pay_lists
from workflow.workbooks.layout import Listing, workbook
from workflow.workbooks.lists import LISTS, Asked

TOWN, JUNE = "610981100", date(2022, 6, 1)
SIGNS = ("填表人：", "审核人：", "负责人：", "日期：")
STARS = "*" * 14


@dataclass
class Made:
    """A county with two at work in two villages and one on a notice; June was paid, one year is proposed."""

    papers: Papers
    clerk: Actor
    at_work: tuple[int, ...]
    numbers: dict[str, str]
    put_up: str
    notice: str

    def asked(self, *, full: bool = False) -> Asked:
        world, year = self.papers.world, (date(2022, 1, 1), date(2022, 12, 31))
        people = [person.id for hire in self.at_work if (person := world.hire(hire).person)]
        numbers = dict(zip(people, self.numbers.values(), strict=True)) if full else None
        return Asked(scoped(self.clerk), TOWN, *year, world.clock.today, numbers)


@pytest.fixture(scope="module")
def made(migrated_template: MigratedTemplate, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    path = tmp_path_factory.mktemp("every") / "papers.sqlite3"
    path.write_bytes(migrated_template.sqlite().read_bytes())
    papers = papers_on(f"sqlite:///{path}")
    world, clerk, stops = papers.world, XUNYANG.officer("employer"), XUNYANG.lives["resigned"]
    until = next(n for n, stop in enumerate(stops) if stop.act == "resign")
    lives = [papers.begin(XUNYANG, name, stops[:until]) for name in ("=甲某", "乙某某")]
    papers.tell(lives, 40)
    put_up = papers.begin(XUNYANG, "丙某", stops[: next(n for n, stop in enumerate(stops) if stop.act == "report")])
    papers.tell([put_up], 5)
    hires = tuple(life.hire_id for life in lives)
    numbers = {life.name: papers.number_of(life.hire_id) for life in lives}
    with world.office.database.transaction() as connection:
        for hire in hires:
            start = world.hire(hire).dossier.started_on
            assert start is not None and start < date(2022, 7, 1)
            marks = "-" * (start.day - 1) + "1" * (31 - start.day)
            row = {"hire_id": hire, "month": JUNE, "marks": marks, "source": "page", "version": 1, "recorded_by": "x"}
            connection.execute(insert(metadata.tables["attendance"]).values({**row, "recorded_at": world.clock()}))
    pay_sheets.make(world.office, pay_sheets.Order("xunyang-2022-88", TOWN, JUNE), clerk, world.clock())
    world.do(hires[0], "assess", clerk, year=2022, grade="passed", evidence="考核表1号")
    ((sheet,),) = world.ask("SELECT sheet FROM notice WHERE hire_id = ?", put_up.hire_id)
    yield Made(papers, clerk, hires, numbers, papers.number_of(put_up.hire_id), sheet)
    world.close()


@dataclass(frozen=True)
class Want:
    """What one list has to show: its title, stamp line, who signs, what is added up, where numbers stand."""

    title: str
    stamp: str
    signs: tuple[str, ...]
    make: Callable[[Made], bytes]
    added: tuple[str, ...] = ()
    number: str = ""
    full: bool = False
    upright: bool = False
    places: bool = False


def of_list(name: str, *, full: bool = False) -> Callable[[Made], bytes]:
    def made_of(made: Made) -> bytes:
        with made.papers.world.office.database.reading() as connection:
            return workbook(LISTS[name](made.papers.world.office, connection, made.asked(full=full)))

    return made_of


def of_pay(made: Made, *, public: bool = False) -> bytes:
    office = made.papers.world.office
    with office.database.reading() as connection:
        return written(pay_lists.pay(office, connection, scoped(made.clerk), 1, public=public))


def of_notice(made: Made) -> bytes:
    office = made.papers.world.office
    with office.database.reading() as connection:
        return written(notices.hires_notice(office, connection, scoped(made.clerk), made.notice))


def of_attendance(made: Made) -> bytes:
    office, today = made.papers.world.office, made.papers.world.clock.today
    calendar = office.setting.calendar
    with office.database.reading() as connection:
        village = made.papers.world.hire(made.at_work[0]).region
        rows = attendance_sheets.sheet(connection, scoped(made.clerk), village, JUNE, today, calendar)
    return MonthBook(village, "城关镇", JUNE, calendar, rows).content()


def written(listing: Listing | None) -> bytes:
    assert listing is not None
    return workbook(listing)


ID, STAMP, BOARD = "身份证号码", "单位（盖章）：", "公示单位（盖章）："
ROSTER, PAID = ("月基本待遇（元）",), ("应发（元）", "扣缴（元）", "实发（元）", "单位缴费（元）")
LISTED = {
    "roster": Want("公益性岗位在岗人员花名册", STAMP, SIGNS, of_list("roster"), ROSTER, ID, places=True),
    "roster-full": Want(
        "公益性岗位在岗人员花名册", STAMP, SIGNS, of_list("roster", full=True), ROSTER, ID, full=True, places=True
    ),
    "ledger": Want("公益性岗位管理台账", STAMP, SIGNS, of_list("ledger"), (), ID),
    "filings": Want("公益性岗位备案情况表", STAMP, SIGNS, of_list("filings"), (), ID),
    "assessments": Want(
        "2022年度公益性岗位人员考核表", STAMP, (*SIGNS, "本人签字"), of_list("assessments"), (), ID
    ),
    "changes": Want("公益性岗位变更、空岗情况表", STAMP, SIGNS, of_list("changes"), (), ID),
    "notice-of-hires": Want(
        "公益性岗位拟聘人员公示表", BOARD, ("公示时间：", "如有异议"), of_notice, upright=True
    ),
    "notice-of-pay": Want(
        "2022年06月公益性岗位补贴发放公示表", BOARD, ("公示时间：", "联系电话："),
        lambda made: of_pay(made, public=True), ("补贴金额（元）",), upright=True,
    ),
    "pay": Want("2022年06月公益性岗位待遇发放表", STAMP, (*SIGNS, "签字"), of_pay, PAID, ID),
    "attendance": Want(
        "公益性岗位人员考勤表（2022年6月）", "乡镇（盖章）：", ("考勤员（签字）：", "负责人（签字）："), of_attendance
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LISTED)
def test_a_list_is_read_by_another_library_as_it_has_to_be_cell_by_cell(made: Made, name: str) -> None:
    ((digest,),) = made.papers.world.ask("SELECT digest FROM pay_sheet")
    assert sheets_of(LISTED[name].make(made)) == whole(name, made.numbers, digest)


@pytest.mark.parametrize("name", LISTED)
def test_a_list_is_as_offices_expect_it(made: Made, name: str) -> None:
    want, book = LISTED[name], openpyxl.load_workbook(io.BytesIO(LISTED[name].make(made)))
    assert len(book.sheetnames) == (3 if want.places else 1), "one more for each village"
    assert not want.places or (book.sheetnames[0] == "全部" and book.sheetnames[1].endswith("1号村"))
    for sheet in book.worksheets:
        rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
        texts = [str(value) for row in rows for value in row if value is not None]
        assert rows[0][0] == want.title and any(str(found).startswith("A1:") for found in sheet.merged_cells.ranges)
        for words in (want.stamp, *want.signs):
            assert any(words in text for text in texts), words
        _fits_paper(sheet, upright=want.upright)
        _is_text(sheet)
        head = next(n for n, row in enumerate(rows) if row[0] == "序号")
        people = [row for row in rows[head + 1 :] if str(row[0]).isdigit()]
        assert [str(row[0]) for row in people] == [str(n) for n in range(1, len(people) + 1)] and people
        repeated = sheet.print_title_rows
        assert repeated is not None and repeated.endswith(f"${head + 1}"), "the heading stands on every page"
        _adds_up(rows, head, people, want)
        _shows_numbers(made, rows[head], people, want, texts)
    first = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    if want.places:
        count = sum(len([row for row in sheet.iter_rows() if str(row[0].value).isdigit()]) for sheet in book.worksheets)
        assert count == 2 * len([row for row in first if str(row[0]).isdigit()]), "nobody is lost or doubled"


def _fits_paper(sheet: Worksheet, *, upright: bool) -> None:
    setup = sheet.sheet_properties.pageSetUpPr
    assert sheet.page_setup.paperSize == 9 and setup is not None and setup.fitToPage
    assert sheet.page_setup.orientation == ("portrait" if upright else "landscape")
    footer = sheet.oddFooter.center if sheet.oddFooter else None
    assert footer is not None and "第 &P 页" in str(footer.text)
    title, body = sheet["A1"].font, next(row[0] for row in sheet.iter_rows() if row[0].value in (1, "1"))
    assert title.b and (title.sz, body.font.sz) in ((22, 14), (18, 11), (18, 9))
    if upright:
        assert title.sz == 22 and (sheet.row_dimensions[body.row].height or 0) >= 28, "read from a board"
        margins = [sheet.page_margins.left, sheet.page_margins.right, sheet.page_margins.top, sheet.page_margins.bottom]
        assert [round(inch * 25.4) for inch in margins] == [10, 10, 15, 15]


def _is_text(sheet: Worksheet) -> None:
    for row in sheet.iter_rows():
        for cell in row:
            assert cell.data_type != "f" and cell.hyperlink is None, cell.coordinate
            assert not (isinstance(cell.value, (int, float)) and abs(cell.value) >= 10**11), "a number that is no sum"


def _adds_up(rows: list[list[Any]], head: int, people: list[list[Any]], want: Want) -> None:
    for heading in want.added:
        place = rows[head].index(heading)
        total = next(row for row in rows[head + 1 :] if row[0] == "合计")
        assert total[place] == pytest.approx(sum(row[place] for row in people)) and total[place] >= 0
    if want.upright:
        assert any(str(row[0]).startswith(f"合计：{len(people)}人") for row in rows)


def _shows_numbers(made: Made, heads: list[Any], people: list[list[Any]], want: Want, texts: list[str]) -> None:
    whole = {*made.numbers.values(), made.put_up}
    if want.number:
        shown = {row[heads.index(want.number)] for row in people}
        assert shown <= (whole if want.full else {STARS + number[-4:] for number in whole}) and shown
    if not want.full:
        assert not [text for text in texts if any(number in text for number in (*whole, PHONE, ADDRESS))]
    if want.upright:
        assert not any(STARS in text for text in texts), "no digit of a number is put up"


# ---- Word --------------------------------------------------------------------------------------------------------

WRITTEN = {
    Kind.APPLICATION: ("公益性岗位报名登记表", "报", SIGNATURE),
    Kind.APPROVAL: ("公益性岗位聘用审批表", "审", SIGNATURE),
    Kind.FILING: ("公益性岗位聘用备案表", "备", SIGNATURE),
    Kind.ASSESSMENT: ("公益性岗位年度考核表", "考", SIGNATURE),
    Kind.CONTRACT: ("劳动合同", "合", "甲方（盖章）："),
}


@pytest.mark.parametrize("kind", WRITTEN)
def test_a_form_is_as_offices_expect_it(made: Made, kind: Kind) -> None:
    world, hire = made.papers.world, made.at_work[1]
    title, mark, signs = WRITTEN[kind]
    paper = make(world, hire, kind, a_maker(world, hire, kind))
    [number] = [known for name, known in made.numbers.items() if name == "乙某某"]
    for role, shown in ((Role.COUNTY, number), (Role.SUPERVISOR, STARS + number[-4:])):
        found: Any = docx.Document(io.BytesIO(read(world, hire, paper, role)))
        said = [paragraph.text for paragraph in found.paragraphs]
        assert said[0] == title and said[1] == f"编号：旬公岗{mark}〔2022〕0001号"
        [section] = found.sections
        assert abs(section.page_width - Mm(210)) < Mm(0.1) and abs(section.page_height - Mm(297)) < Mm(0.1)
        boxes = [table for table in found.tables if table.style.name == "Table Grid"]
        assert boxes and all(table.rows[0]._tr.trPr.xpath("w:tblHeader") for table in boxes)
        cells = [cell.text for table in found.tables for row in table.rows for cell in row.cells]
        assert shown in cells and any(signs in text for text in cells), "a place to sign and stamp"
        own = [text for name, text in itertools.pairwise(cells) if name.startswith(("本人承诺", "本人总结"))]
        assert all("按手印" in text and "盖章" not in text for text in own), "nobody stamps for themselves"
        assert (kind in (Kind.APPLICATION, Kind.ASSESSMENT)) is bool(own)
        assert (kind is Kind.APPLICATION) is ("简历" in cells and "照片" in cells)
        assert (number in "".join(cells)) is (role is Role.COUNTY)
        assert "PAGE" in section.footer._element.xml
