"""Lists on paper: opened again by another library and compared cell by cell; text is text, and sums add up."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import insert

from states.facts import Actor
from states.loading import Catalogue
from states.refusals import InputRefused
from states.vocabulary import Role
from tests.support.world import World, officer
from tests.support.xunyang import HRSS, REGIONS, RURAL, START, TOWN, VILLAGE, in_notice, to_contract
from workflow import pay_sheets
from workflow.pay_notice import public_lines
from workflow.queries.pay import PayText
from workflow.queries.scope import Scope, scoped
from workflow.tables import metadata
from workflow.workbooks import lists, notices, pay_lists
from workflow.workbooks.layout import Column, Listing, workbook
from workflow.workbooks.lists import LISTS, Asked

SECOND = "610981100202"
TOWNSHIP = "610981100"


def opened(listing: Listing) -> Worksheet:
    """The one sheet of the workbook, read back by another library, formulas as they stand."""
    found = openpyxl.load_workbook(io.BytesIO(workbook(listing))).active
    assert isinstance(found, Worksheet)
    return found


def rows_of(sheet: Worksheet) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", "https://evil.example", "610981199001011234", "0012"]


def test_nothing_becomes_a_formula_a_link_or_a_number() -> None:
    listing = Listing("=题", [Column("=头", 10)], [[text] for text in HOSTILE], ["=上"], ["=下"])
    sheet = opened(listing)
    assert [row[0] for row in rows_of(sheet)] == ["=题", "=上", "=头", *HOSTILE, None, "=下"]
    for cell in (cell for row in sheet.iter_rows() for cell in row if cell.value is not None):
        assert cell.data_type == "s" and cell.hyperlink is None, cell.coordinate


def test_a_long_text_has_a_row_as_high_as_its_lines() -> None:
    columns = [Column("序号", 6, "number"), Column("人员类别", 20)]
    rows = [[1, "零就业家庭"], [2, "脱贫人口、就业困难者"], [3, "脱贫人口、就业困难人员"], [4, "农牧民" * 10]]
    sheet: Worksheet = openpyxl.load_workbook(io.BytesIO(workbook(Listing("名单", columns, rows))))["Sheet1"]
    first, second, third, fourth = (sheet.row_dimensions[n].height for n in range(3, 7))
    assert first == second == 24, "room to sign in"
    assert third is not None and fourth is not None and 24 < third < fourth


def test_a_list_is_fit_for_paper_and_adds_up_to_the_fen() -> None:
    columns = [Column("序号", 5, "number"), Column("姓名", 10), Column("金额（元）", 10, "money", added=True)]
    rows = [[n, "甲", 3_333] for n in range(1, 4)]
    sheet = opened(Listing("发放表", columns, rows, ["单位（盖章）："], ["填表人："]))
    assert rows_of(sheet)[3:7] == [[1, "甲", 33.33], [2, "甲", 33.33], [3, "甲", 33.33], ["合计", None, 99.99]]
    assert sheet.page_setup.paperSize == 9
    setup = sheet.sheet_properties.pageSetUpPr
    assert sheet.print_title_rows == "$3:$3" and setup is not None and setup.fitToPage
    assert "A1:C1" in {str(found) for found in sheet.merged_cells.ranges}
    assert sheet["C4"].number_format == "0.00"
    upright = opened(Listing("公示表", columns, rows, landscape=False))
    assert (sheet.page_setup.orientation, upright.page_setup.orientation) == ("landscape", "portrait")


# ---- the lists of an office --------------------------------------------------------------------------------------


@pytest.fixture
def world(migrated_url: str) -> Iterator[World]:
    """Two at work, one on a notice; June was paid, the first one's year was ruled on."""
    world = World.on(migrated_url, START, REGIONS)
    hires = [in_notice(world, "甲某"), in_notice(world, "乙某", SECOND)]
    to_contract(world, *hires)
    world.walk_to(date(2022, 7, 1))
    with world.office.database.transaction() as connection:
        for hire in hires:
            values = {"hire_id": hire, "month": date(2022, 6, 1), "marks": "-" * 12 + "1" * 18, "source": "page"}
            values |= {"version": 1, "recorded_by": "x", "recorded_at": world.clock()}
            connection.execute(insert(metadata.tables["attendance"]).values(values))
    pay_sheets.make(world.office, pay_sheets.Order("xunyang-2022-88", TOWNSHIP, date(2022, 6, 1)), TOWN, world.clock())
    world.walk_to(date(2022, 12, 20))
    world.do(hires[0], "assess", TOWN, year=2022, grade="passed", evidence="考核表1号")
    yield world
    world.close()


def asked(actor: Actor = TOWN, region: str = TOWNSHIP, **more: Any) -> Asked:
    days = {"since": date(2022, 1, 1), "until": date(2022, 12, 31), "on": date(2022, 12, 20)}
    return Asked(scoped(actor), region, **{**days, **more})


def listed(world: World, name: str, about: Asked) -> list[list[Any]]:
    with world.office.database.reading() as connection:
        return [list(row) for row in LISTS[name](world.office, connection, about).rows]


def test_each_list_says_what_is_on_record(world: World) -> None:
    roster = listed(world, "roster", asked())
    assert [(row[1], row[3], row[8], row[9], row[11]) for row in roster] == [
        (name, "*" * 14 + "0000", date(2022, 6, 13), "2022-06-13至2023-06-12", 100_000) for name in ("甲某", "乙某")
    ]
    filings = listed(world, "filings", asked())
    assert {row[1] for row in filings} == {"聘用协议备案"} and {row[10] for row in filings} == {"逾期未报送"}
    owed = {row[7] for row in filings}
    assert listed(world, "filings", asked(until=min(owed))) and not listed(
        world, "filings", asked(until=date.fromordinal(min(owed).toordinal() - 1))
    )
    assert [(row[1], row[6], row[7]) for row in listed(world, "assessments", asked())] == [("甲某", "合格", "待审定")]
    ledger = listed(world, "ledger", asked())
    assert [(row[2], row[13], row[15]) for row in ledger] == [
        (name, date(2022, 6, 13), date(2023, 6, 12)) for name in ("甲某", "乙某")
    ]


def test_who_came_who_left_and_which_places_are_free(world: World) -> None:
    """Whoever works without a contract yet came too; a place is free from the day its holder was gone, or announced."""
    unsigned = in_notice(world, "丙某", "610981100203")
    world.do(2, "resign", TOWN, given_on=date(2022, 12, 20), leave_on=date(2023, 1, 19))
    world.walk_to(date(2022, 12, 28))
    world.do(unsigned, "report", TOWN)
    world.do(unsigned, "approve", HRSS)
    world.do(unsigned, "approve", RURAL)
    world.do(unsigned, "train", HRSS, held_on=date(2022, 12, 28), passed=True)
    world.do(unsigned, "start", TOWN, started_on=date(2022, 12, 28))
    world.add_regions({"610981100204": "第四村"})
    world.an_opening(TOWN, world.a_post("xunyang-2022-88", "village", "610981100204", title="护林员"))
    began = ["新上岗", "2022-06-13", ""]
    came, announced = ["新上岗", "2022-12-28", ""], ["空岗", "2022-12-28", "招聘中"]

    def told(**days: Any) -> list[list[str]]:
        return [[str(row[1]), str(row[6]), str(row[7])] for row in listed(world, "changes", asked(**days))]

    assert told() == [began, began, came, announced]
    assert told(since=date(2022, 6, 14)) == [came, announced] and told(until=date(2022, 12, 27)) == [began, began]
    world.walk_to(date(2023, 1, 20))
    gone = date(2023, 1, 19)
    left = ["离岗", "2023-01-19", "本人辞职"]
    assert told(since=gone, until=gone) == [announced, left]
    rows = listed(world, "changes", asked(since=gone, until=date(2023, 1, 20)))
    town = "陕西省旬阳市城关镇"
    assert rows == [
        [1, "空岗", "", "", f"{town}第四村", "护林员", date(2022, 12, 28), "招聘中", ""],
        [2, "离岗", "乙某", "*" * 14 + "0000", f"{town}另一村", "信息员", gone, "本人辞职", ""],
        [3, "空岗", "", "", f"{town}另一村", "信息员", date(2023, 1, 20), "离岗后尚未补充", ""],
    ]


def test_nobody_sees_beyond_their_region(world: World) -> None:
    elsewhere = officer("外镇", Role.EMPLOYER, "610981200")
    for name in LISTS:
        assert not listed(world, name, asked(elsewhere)), name
        assert len(listed(world, name, asked(HRSS, SECOND))) <= 1 <= len(listed(world, name, asked(HRSS, "610981"))), (
            name
        )
    with world.office.database.reading() as connection:
        assert pay_lists.pay(world.office, connection, scoped(elsewhere), 1) is None
        assert pay_lists.pay(world.office, connection, Scope(("610981",)), 99) is None
        assert notices.hires_notice(world.office, connection, scoped(elsewhere), "1-1-20220601") is None


def test_the_pay_sheet_and_its_public_form(world: World) -> None:
    with world.office.database.reading() as connection:
        whole, public = (
            pay_lists.pay(world.office, connection, scoped(TOWN), 1, public=public) for public in (False, True)
        )
    assert whole is not None and public is not None
    assert [row[1] for row in whole.rows] == ["甲某", "乙某"] and [row[9] for row in whole.rows] == [60_000] * 2
    total = next(row for row in rows_of(opened(whole)) if row[0] == "合计")
    assert [row[2] for row in whole.rows] == [1, 2], "namesakes are told apart by their hire"
    assert total[7:11] == [1200, 0, 1200, 0]
    shown = rows_of(opened(public))
    assert shown[0][0] == "2022年06月公益性岗位补贴发放公示表"
    assert [row[1] for row in public.rows] == ["甲*", "乙*"]
    assert not any("0000" in str(cell) for row in shown for cell in row)
    assert shown[3][4] == "计发天数（天）", "they are the paid days, not those of presence"
    assert [row[0] for row in shown[-3:-1]] == ["合计：2人，1200.00元", "文件没有要求公布发放名单，姓名只显示姓氏"]


def test_a_list_that_is_too_long_is_not_cut_but_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "MOST_ROWS", 1)
    for name in ("roster", "ledger", "filings", "changes"):
        with pytest.raises(InputRefused, match="region"):
            listed(world, name, asked())
    monkeypatch.setattr(lists, "MOST_ROWS", 2)
    assert len(listed(world, "roster", asked())) == 2


def test_names_are_put_up_in_full_only_where_the_document_has_them_published() -> None:
    text = PayText(1, "欧阳某", "1234", VILLAGE, "信息员", SimpleNamespace(days_tenths=185, gross_fen=60_000))
    catalogue = Catalogue.load()
    found = {p.procedure: public_lines(p, [text])[0] for p in catalogue.all()}
    assert {name for name, line in found.items() if line.name == "欧阳某"} == {"neimenggu-2022-10"}
    assert {line.name for name, line in found.items() if name != "neimenggu-2022-10"} == {"欧阳*"}
    assert found["xunyang-2022-88"][1:] == (VILLAGE, "信息员", 18.5, 60_000)


def test_a_notice_tells_who_is_put_up_how_long_and_whom_to_tell_an_objection(world: World) -> None:
    in_notice(world, "丙某", "610981100203")
    ((name,),) = world.ask("SELECT sheet FROM notice WHERE hire_id = 3")

    def put_up() -> tuple[Listing | None, Listing | None]:
        with world.office.database.reading() as connection:
            pay = pay_lists.pay(world.office, connection, scoped(TOWN), 1, public=True)
            return notices.hires_notice(world.office, connection, scoped(TOWN), name), pay

    listing, _ = put_up()
    assert listing is not None
    assert [(row[1], row[2], row[4]) for row in listing.rows] == [("丙某", "女", "信息员")]
    assert VILLAGE not in str(listing.rows)
    assert listing.above[1] == "公示时间：2022-12-20 至 2022-12-27（共5个工作日）"
    assert listing.below[-1].endswith("联系电话：　　　　　　　　"), "room to fill it in where nobody has set one"
    with world.office.database.transaction() as connection:
        for key, value in (("office", "旬阳市人社局"), ("phone", "0915-7200000"), ("address", "某路1号")):
            row = {"name": f"supervision_{key}:610981", "value": value, "changed_at": world.clock()}
            connection.execute(insert(metadata.tables["setting"]).values(row))
    said = "如有异议，请在公示期内向旬阳市人社局反映。联系电话：0915-7200000　　地址：某路1号"
    assert [one.below[-1] for one in put_up() if one is not None] == [said, said]
