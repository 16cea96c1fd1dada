"""Lists that offices kept before: read whole, every fault told at once, nothing done twice."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from openpyxl import load_workbook
from sqlmodel import select

from states.identity_number import synthetic
from states.vocabulary import Role
from tests.support.world import World, officer
from workflow import person_log
from workflow.imports.allocation import AllocationReport, import_allocation, stored
from workflow.imports.regions import read_regions
from workflow.imports.roster import RosterReport, import_roster
from workflow.imports.roster_rows import Defaults
from workflow.imports.table import CellFault
from workflow.imports.template import ROSTER
from workflow.imports.workbook import NotReadable, Number, read_sheets
from workflow.sealing import Seal
from workflow.tables import Person

VILLAGE = "610981100201"
CLERK = officer("f" * 64, Role.TOWNSHIP, "610981100", 7)
SEAL = Seal.from_secret(b"a secret for tests, at least 32 bytes long")
AREAS = (
    ("东昌府区", 760, 2550), ("茌平区", 300, 2100), ("临清市", 640, 3100), ("冠县", 400, 3100), ("莘县", 340, 5000),
    ("阳谷县", 320, 3400), ("东阿县", 210, 1500), ("高唐县", 310, 1700), ("开发区", 170, 400), ("高新区", 80, 600),
    ("度假区", 70, 550),
)  # fmt: skip


@pytest.fixture
def world(migrated_url: str) -> Iterator[World]:
    regions = {"61": "陕西省", "610981": "旬阳市", "610981100": "城关镇", VILLAGE: "示例村"}
    world = World.on(migrated_url, date(2022, 6, 1), regions)
    yield world
    world.close()


def a_number(n: int, born: date = date(1980, 5, 6), sex: str = "男") -> str:
    return synthetic("610928", born, 2 * n + (1 if sex == "男" else 0))


def a_workbook(path: Path, *sheets: Sequence[Sequence[Any]]) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        for rows in sheets:
            sheet = book.add_worksheet()
            for number, row in enumerate(rows):
                for place, value in enumerate(row):
                    if value is not None:
                        sheet.write(number, place, value)
    return path


def a_csv(path: Path, rows: Sequence[Sequence[Any]], encoding: str = "utf-8") -> Path:
    text = "\n".join(",".join("" if cell is None else str(cell) for cell in row) for row in rows)
    path.write_bytes(text.encode(encoding))
    return path


def places(faults: Sequence[CellFault]) -> list[tuple[int, str]]:
    return [(fault.row, fault.column) for fault in faults]


# ---- the annex of places -----------------------------------------------------------------------------------------


def an_annex(*, total: Sequence[Any] | None = None, replaced: Mapping[int, Sequence[Any]] | None = None) -> list[Any]:
    rows: list[Any] = [(name, urban + rural, urban, rural) for name, urban, rural in AREAS]
    for index, row in (replaced or {}).items():
        rows[index] = row
    urban, rural = sum(a[1] for a in AREAS), sum(a[2] for a in AREAS)
    return [("县（市、区）", "总数", "城镇", "乡村"), *rows, total or ("合计", urban + rural, urban, rural)]


def bring(world: World, path: Path, **options: Any) -> AllocationReport:
    with world.office.database.session() as session:
        return import_allocation(session, world.office.catalogue.current("liaocheng-2022-4"), path, **options)


def kept(world: World, year: int = 2022) -> dict[tuple[str, str], int]:
    with world.office.database.session() as session:
        return {(row.region, row.kind): row.places for row in stored(session, "liaocheng-2022-4", year)}


def test_an_annex_is_kept_and_a_second_import_changes_nothing(world: World, tmp_path: Path) -> None:
    path = a_csv(tmp_path / "annex.csv", an_annex())
    first = bring(world, path)
    assert (first.faults, len(first.new), first.kept) == ([], 22, True)
    assert kept(world)["371502", "rural"] == 2550
    assert len(kept(world)) == 22  # the total is nobody's share
    second = bring(world, path)
    assert (len(second.new), len(second.changed), len(second.unchanged)) == (0, 0, 22)


def test_a_dry_run_says_what_would_change_and_keeps_nothing(world: World, tmp_path: Path) -> None:
    bring(world, a_csv(tmp_path / "a.csv", an_annex()))
    urban, rural = sum(a[1] for a in AREAS), sum(a[2] for a in AREAS)
    rows = an_annex(replaced={0: ("东昌府区", 3311, 761, 2550)}, total=("合计", urban + rural + 1, urban + 1, rural))
    path = a_csv(tmp_path / "b.csv", rows)
    tried = bring(world, path, dry_run=True)
    assert [(s.area, s.kind, s.before, s.places) for s in tried.changed] == [("东昌府区", "urban", 760, 761)]
    assert kept(world)["371502", "urban"] == 760
    bring(world, path)
    assert kept(world)["371502", "urban"] == 761


def test_columns_may_stand_in_any_order_below_a_title_whose_year_counts(world: World, tmp_path: Path) -> None:
    body = [(rural, name, urban, urban + rural) for name, urban, rural in AREAS]
    sums = (sum(r[0] for r in body), "合计", sum(r[2] for r in body), sum(r[3] for r in body))
    rows = [["2023年度城乡公益性岗位指标分配表"], [], ["乡村", "县(市、区)", "城镇", "总数"], *body, sums]
    report = bring(world, a_workbook(tmp_path / "annex.xlsx", rows))
    assert (report.faults, report.year, report.year_from) == ([], 2023, "title")
    assert kept(world, 2023)["3715A1", "rural"] == 400


@pytest.mark.parametrize(
    ("index", "row", "column", "words"),
    [
        (0, ("东昌府区", 3311, 760, 2550), "总数", "3311"),
        (1, ("茌平", 2400, 300, 2100), "县（市、区）", "不认识“茌平”"),
        (2, ("临清市", 3740, -640, 3100), "城镇", "负数"),
        (3, ("冠县", 3500, "四百", 3100), "城镇", "整数"),
        (4, ("莘县", 5340, 340, None), "乡村", "为空"),
        (5, ("东昌府区", 3310, 760, 2550), "县（市、区）", "已在第2行"),
        (6, ("东阿县", "1710.5", "210.5", 1500), "城镇", "整数"),
    ],
)
def test_a_wrong_row_is_named(world: World, tmp_path: Path, index: int, row: Any, column: str, words: str) -> None:
    report = bring(world, a_csv(tmp_path / "annex.csv", an_annex(replaced={index: row})))
    found = [fault for fault in report.faults if fault.row == index + 2]
    assert (column, True) in [(fault.column, words in fault.problem.text()) for fault in found]
    assert not report.kept
    assert not kept(world)


def test_every_fault_is_told_at_once(world: World, tmp_path: Path) -> None:
    wrong = {0: ("东昌府区", 1, 760, 2550), 2: ("某县", 3740, 640, 3100), 5: ("阳谷县", "x", "y", 3400)}
    report = bring(world, a_csv(tmp_path / "annex.csv", an_annex(replaced=wrong)))
    assert places(report.faults) == [
        (2, "总数"), (4, "县（市、区）"), (7, "城镇"), (7, "总数"), (0, "县（市、区）"),
    ]  # fmt: skip


def test_columns_have_to_add_up(world: World, tmp_path: Path) -> None:
    path = a_csv(tmp_path / "annex.csv", an_annex(total=("合计", 27600, 3601, 23999)))
    report = bring(world, path)
    assert set(places(report.faults)) == {(13, "城镇"), (13, "乡村")}


def test_an_annex_without_its_total_or_an_area_is_not_kept(world: World, tmp_path: Path) -> None:
    rows = an_annex()
    report = bring(world, a_csv(tmp_path / "annex.csv", [*rows[:5], *rows[6:-1]]))
    assert {fault.problem.text() for fault in report.faults} == {"缺少“莘县”", "缺少合计行"}


# ---- the roster --------------------------------------------------------------------------------------------------

HEADER = (
    "序号",
    "姓名",
    "性别",
    "身份证号",
    "文化程度",
    "户籍地",
    "岗位",
    "合同起止",
    "补贴月数",
    "电话",
    "原退休年龄",
)


def a_row(n: int, **more: Any) -> list[Any]:
    values: dict[str, Any] = {
        "序号": str(n), "姓名": f"张三{n}", "性别": "男", "身份证号": a_number(n), "文化程度": "高中",
        "户籍地": "示例村", "岗位": "信息员", "合同起止": "2021-03-01至2022-02-28", "补贴月数": None,
        "电话": "13900000000", "原退休年龄": None,
    } | more  # fmt: skip
    return [values[name] for name in HEADER]


def read(world: World, path: Path, **options: Any) -> RosterReport:
    return import_roster(world.office, SEAL, path, CLERK, world.clock(), **options)


def people(world: World) -> list[Person]:
    with world.office.database.session() as session:
        found = list(session.exec(select(Person).order_by(Person.name)))
        assert list(person_log.verify(session, SEAL)) == []
        session.expunge_all()
        return found


def test_people_and_their_months_are_registered_once(world: World, tmp_path: Path) -> None:
    rows = [
        ["旬阳市公益性岗位花名册"],
        HEADER,
        a_row(1),
        a_row(2, 补贴月数="7", 合同起止="2021-03-01至2022-02-28"),
        a_row(3, 合同起止="2021年3月1日-2021年4月15日"),
        a_row(4, 合同起止=None),
        ["合计", "4人"],
    ]
    path = a_workbook(tmp_path / "花名册.xlsx", rows)
    report = read(world, path)
    assert (report.faults, report.count("created"), report.kept) == ([], 4, True)
    assert [(p.name, p.prior_months) for p in people(world)] == [
        ("张三1", 12), ("张三2", 7), ("张三3", 2), ("张三4", 0),
    ]  # fmt: skip
    assert [o.counted for o in report.outcomes] == ["term", "months", "term", "none"]
    assert "补贴月数7" in (people(world)[1].prior_evidence or "")
    assert "1个月15天" in (people(world)[2].prior_evidence or "")
    before = [person.log_seq for person in people(world)]
    again = read(world, path)
    assert (again.count("created"), again.count("unchanged"), again.count("different")) == (0, 4, 0)
    assert [person.log_seq for person in people(world)] == before


def test_a_workbook_with_ten_faults_reports_ten_with_their_rows(world: World, tmp_path: Path) -> None:
    rows: list[Any] = [
        HEADER,
        a_row(1, 身份证号=610928198005060011),  # typed as a number
        a_row(2, 身份证号=a_number(2)[:-1] + ("0" if a_number(2)[-1] != "0" else "1")),
        a_row(3, 身份证号=None),
        a_row(4, 姓名=None),
        a_row(5, 性别="M"),
        [],
        a_row(6, 户籍地="没有的村"),
        a_row(7, 合同起止="2022-02-28至2021-03-01"),
        a_row(8, 补贴月数="-3"),
        a_row(9, 文化程度="秀才"),
        a_row(10),
        a_row(10, 姓名="同号"),
    ]
    report = read(world, a_workbook(tmp_path / "ten.xlsx", rows))
    assert places(report.faults) == [
        (2, "身份证号"), (3, "身份证号"), (4, "身份证号"), (5, "姓名"), (6, "性别"), (8, "户籍地"), (9, "合同起止"),
        (10, "补贴月数"), (11, "文化程度"), (13, "身份证号"),
    ]  # fmt: skip
    assert "按数字录入" in report.faults[0].problem.text()
    assert "第12行" in report.faults[-1].problem.text()
    assert not report.kept
    assert people(world) == []
    # only when it is said, the sound rows are kept
    accepted = read(world, tmp_path / "ten.xlsx", partial=True)
    assert (accepted.kept, accepted.count("created"), len(accepted.faults)) == (True, 1, 10)
    assert [person.name for person in people(world)] == ["张三10"]


def test_a_dry_run_keeps_nothing(world: World, tmp_path: Path) -> None:
    report = read(world, a_workbook(tmp_path / "r.xlsx", [HEADER, a_row(1)]), dry_run=True)
    assert (report.count("created"), report.kept) == (1, False)
    assert people(world) == []


def test_what_is_known_otherwise_is_changed_only_when_it_is_said(world: World, tmp_path: Path) -> None:
    read(world, a_workbook(tmp_path / "a.xlsx", [HEADER, a_row(1, 补贴月数="5")]))
    path = a_workbook(tmp_path / "b.xlsx", [HEADER, a_row(1, 姓名="张三丰", 补贴月数="6")])
    report = read(world, path)
    assert [(o.kind, set(o.fields)) for o in report.outcomes] == [
        ("different", {"name", "prior_months", "prior_evidence"})
    ]
    assert people(world)[0].prior_months == 5
    assert read(world, path, update=True).count("updated") == 1
    assert (people(world)[0].name, people(world)[0].prior_months) == ("张三丰", 6)
    assert read(world, path, update=True).count("unchanged") == 1


def test_full_width_digits_are_the_usual_ones(world: World, tmp_path: Path) -> None:
    wide = a_number(1).translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789X"})
    read(world, a_csv(tmp_path / "r.csv", [HEADER, a_row(1, 身份证号=wide, 补贴月数="１２")], "gb18030"))
    assert (people(world)[0].key, people(world)[0].prior_months) == (SEAL.person_key(a_number(1)), 12)


def test_a_number_in_scientific_notation_is_refused(world: World, tmp_path: Path) -> None:
    report = read(world, a_csv(tmp_path / "r.csv", [HEADER, a_row(1, 身份证号="6.10928E+17")]))
    assert "按数字录入" in report.faults[0].problem.text()
    assert len(report.faults) == 1


def test_a_sex_that_the_number_does_not_tell_is_a_warning(world: World, tmp_path: Path) -> None:
    woman = a_row(1, 性别="女", 原退休年龄="50")
    report = read(world, a_workbook(tmp_path / "r.xlsx", [HEADER, woman]))
    assert (report.faults, report.kept) == ([], True)
    assert [(w.row, w.column) for w in report.warnings] == [(2, "性别")]


def test_a_woman_needs_her_category_or_a_default(world: World, tmp_path: Path) -> None:
    woman = a_row(1, 性别="女", 身份证号=a_number(1, sex="女"))
    path = a_workbook(tmp_path / "r.xlsx", [HEADER, woman])
    assert places(read(world, path).faults) == [(2, "原退休年龄")]
    assert read(world, path, defaults=Defaults(woman_category="woman50")).kept
    assert people(world)[0].retirement_category == "woman50"


def test_a_contract_that_still_runs_counts_up_to_today(world: World, tmp_path: Path) -> None:
    path = a_workbook(tmp_path / "r.xlsx", [HEADER, a_row(1, 合同起止="2022-03-01至2023-02-28")])
    report = read(world, path)  # on 2022-06-01: three months and a day begun
    assert (report.outcomes[0].months, len(report.warnings)) == (4, 1)
    other = read(world, path, until=date(2022, 5, 31), dry_run=True)
    assert other.outcomes[0].months == 3


def test_only_within_the_region_of_whoever_imports(world: World, tmp_path: Path) -> None:
    path = a_workbook(tmp_path / "r.xlsx", [HEADER, a_row(1)])
    stranger = officer("e" * 64, Role.TOWNSHIP, "610982", 8)
    report = import_roster(world.office, SEAL, path, stranger, world.clock())
    assert places(report.faults) == [(2, "户籍地")]
    reader = officer("d" * 64, Role.SUPERVISOR, "610981", 9)
    assert import_roster(world.office, SEAL, path, reader, world.clock()).faults


def test_categories_are_kept_with_who_recognised_them(world: World, tmp_path: Path) -> None:
    header = (*HEADER, "人员类别", "认定部门", "认定日期")
    rows = [
        header,
        [*a_row(1), "脱贫人口、监测对象", "乡村振兴局", "2021.12.31"],
        [*a_row(2), "脱贫户", None, None],
        [*a_row(3), "神仙", "乡村振兴局", "2021.12.31"],
    ]
    report = read(world, a_workbook(tmp_path / "r.xlsx", rows), partial=True)
    assert places(report.faults) == [(4, "人员类别")]
    assert people(world)[0].categories == {
        "lifted": {"by": "乡村振兴局", "on": "2021-12-31"},
        "monitored": {"by": "乡村振兴局", "on": "2021-12-31"},
    }
    assert people(world)[1].categories == {}
    assert (3, "人员类别") in places(report.warnings)


def test_one_sheet_per_village_and_sheets_of_other_things(world: World, tmp_path: Path) -> None:
    path = a_workbook(tmp_path / "r.xlsx", [HEADER, a_row(1)], [["说明"], ["按村填写"]], [HEADER, a_row(2), a_row(1)])
    report = read(world, path)
    assert [(f.sheet, f.row) for f in report.faults] == [("Sheet3", 3)]


# ---- the template ------------------------------------------------------------------------------------------------


def test_the_template_comes_back_filled_in(world: World, tmp_path: Path) -> None:
    path = tmp_path / "模板.xlsx"
    ROSTER.write(path)
    book = load_workbook(path)
    sheet = book["花名册"]
    assert sheet["D4"].number_format == "@"
    assert sheet.column_dimensions["D"].hidden is False
    headings = {cell.value: place for place, cell in enumerate(sheet[3], 1)}
    given = {
        "姓名": "李四",
        "性别": "男",
        "身份证号": a_number(5),
        "文化程度": "初中",
        "户籍地": VILLAGE,
        "补贴月数": "3",
    }
    for heading, value in given.items():
        sheet.cell(5, headings[heading], value)  # the first row is left blank
    book.save(path)
    report = read(world, path)
    assert (report.faults, report.warnings, report.count("created")) == ([], [], 1)
    sheet["A2"] = "模板版本：zaigang-roster-99"
    book.save(path)
    with pytest.raises(NotReadable, match="99"):
        read(world, path)


# ---- files -------------------------------------------------------------------------------------------------------


def test_cells_keep_how_they_were_typed(tmp_path: Path) -> None:
    path = a_workbook(tmp_path / "a.xlsx", [["甲", 3, 610928198005060011], [], [None, "=1+1"]])
    (sheet,) = read_sheets(path)
    assert sheet.rows[0][:2] == ("甲", Number("3.0"))
    assert isinstance(sheet.rows[0][2], Number)
    assert sheet.rows[0][2].whole is None
    assert sheet.rows[1] == ()


def a_bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/workbook.xml", b" " * (50 << 20))


def a_liar(path: Path) -> None:
    """Says that its part is small, and is not."""
    a_bomb(path)
    data = bytearray(path.read_bytes())
    size = (50 << 20).to_bytes(4, "little")
    for at in (i for i in range(len(data) - 4) if data[i : i + 4] == size):
        data[at : at + 4] = (100).to_bytes(4, "little")
    path.write_bytes(bytes(data))


def a_far_corner(path: Path) -> None:
    """Two cells, seventeen thousand million between them."""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "姓名")
        sheet.write(1048575, 16383, "x")


def a_doctype(path: Path) -> None:
    a_workbook(path, [["x"]])
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    parts["xl/sharedStrings.xml"] = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><sst>&b;</sst>'
    with zipfile.ZipFile(path, "w") as book:
        for name, content in parts.items():
            book.writestr(name, content)


def macros(path: Path) -> None:
    a_workbook(path, [["x"]])
    with zipfile.ZipFile(path, "a") as book:
        book.writestr("xl/vbaProject.bin", b"x")


#: who made the file, and a word of what is said of it
HOSTILE: dict[str, tuple[Any, str]] = {
    "a bomb": (a_bomb, "展开后过大"),
    "a bomb that lies": (a_liar, "CRC"),
    "a far corner": (a_far_corner, "范围过大"),
    "a document type": (a_doctype, "文档类型声明"),
    "macros": (macros, "含宏"),
    "no workbook": (lambda path: path.write_bytes(b"PK\x05\x06" + bytes(18)), "不是"),
    "a torn file": (lambda path: path.write_bytes(b"PK\x03\x04" + bytes(100)), "已损坏"),
    "an old container of nothing": (lambda path: path.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(600)), "已损坏"),
    "a picture": (lambda path: path.write_bytes(b"\x89PNG\r\n"), "不是"),
    "too large": (lambda path: path.write_bytes(b"PK\x03\x04" + bytes(11 << 20)), "文件过大"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_with_a_sentence(tmp_path: Path, name: str) -> None:
    path = tmp_path / "x.xlsx"
    make, said = HOSTILE[name]
    make(path)
    with pytest.raises(NotReadable, match=said):
        read_sheets(path)


def test_a_text_file_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"a,b\n\0\n")
    with pytest.raises(NotReadable):
        read_sheets(path)


# ---- regions -----------------------------------------------------------------------------------------------------


def test_a_list_of_regions_needs_only_codes_and_names(tmp_path: Path) -> None:
    path = a_csv(tmp_path / "r.csv", [("名称", "行政区划代码"), ("示例村", "610981100201"), ("旬阳市", "610981")])
    assert read_regions(path) == [
        {"code": "610981100201", "name": "示例村", "parent": "610981", "level": "village"},
        {"code": "610981", "name": "旬阳市", "parent": "", "level": "county"},
    ]
