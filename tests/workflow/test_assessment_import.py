"""Sheets of assessments go out filled in and come back: read whole, looked at by the law, proposed by their steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from states.facts import Actor
from states.refusals import Refusal, StepRefused
from tests.journeys.test_baihe import HEAD
from tests.journeys.test_baihe import REGIONS as BAIHE_REGIONS
from tests.journeys.test_baihe import _contracted as at_work
from tests.support import xunyang
from tests.support.world import World, colleague
from tests.workflow.test_applicant_import import SEAL
from tests.workflow.test_imports import a_bomb
from workflow import assessment_sheets, import_runs, import_undo
from workflow.audit import verify
from workflow.imports import assessments
from workflow.imports.assessment_rows import Found, Sheet
from workflow.imports.assessment_template import YearBook
from workflow.imports.assessments import SheetGone
from workflow.imports.workbook import NotReadable
from workflow.queries import scoped

Fill = Callable[[Any], None]


@pytest.fixture
def world(migrated_url: str) -> Iterator[World]:
    """Two at work in Xunyang in December."""
    world = World.on(migrated_url, xunyang.START, xunyang.REGIONS)
    hires = [xunyang.in_notice(world, "甲某"), xunyang.in_notice(world, "乙某", "610981100202")]
    xunyang.to_contract(world, *hires)
    world.walk_to(date(2022, 12, 5))
    yield world
    world.close()


def a_sheet(world: World, document: str, region: str, by: Actor) -> Sheet:
    procedure = world.office.catalogue.current(document)
    with world.office.database.reading() as connection:
        rows = assessment_sheets.rows(world.office, connection, scoped(by), procedure, region, 2022)
    return Sheet(procedure, region, 2022, rows)


def filled(folder: Path, sheet: Sheet, fill: Fill, name: str = "sheet.xlsx") -> Path:
    """The sheet as it is handed out, with something written into it."""
    path = folder / name
    path.write_bytes(YearBook(sheet.procedure, sheet.region, "城关镇", sheet.year, sheet.rows).content())
    book = load_workbook(path)
    fill(book.worksheets[0])
    book.save(path)
    return path


def imported(world: World, path: Path, sheet: Sheet, by: Actor) -> tuple[Found, str, list[Any]]:
    """Looked at, carried, and run; what the look told of each row is what came of it."""
    found = assessments.read(path, sheet)
    text = assessments.wrapped(SEAL, sheet, by, world.clock(), found)
    sent, wishes = assessments.unwrapped(SEAL, sheet, by, world.clock(), text)
    assert [one.plain() for one in wishes] == [one.plain() for one in found.wishes]
    foreseen = [isinstance(one, Refusal) for one in assessments.preview(world.office, wishes, by, world.clock())]
    came = assessments.run(world.office, sheet, sent, wishes, by, world.clock())
    assert sorted(isinstance(outcome, Refusal) for _, outcome in came) == sorted(foreseen)
    assert assessments.run(world.office, sheet, sent, wishes, by, world.clock()) == [] or not came
    return found, sent.run_id, came


def grades(world: World) -> list[Any]:
    return [world.hire(n).dossier.proposed_grade for n in (1, 2)]


def test_grades_come_in_once_and_what_is_changed_is_proposed_anew(world: World, tmp_path: Path) -> None:
    by, document = xunyang.TOWN, "xunyang-2022-88"
    sheet = a_sheet(world, document, "610981100", by)

    def fill(page: Any) -> None:
        assert [cell.value for cell in page[5]][:3] == ["1", "1", "甲某"]
        page["E5"], page["F5"], page["G5"] = "合格", "是", "考核表1号"

    path = filled(tmp_path, sheet, fill)
    found, _, came = imported(world, path, sheet, by)
    assert (found.rows, found.blank, found.faults, len(came)) == (2, 1, [], 1)
    assert grades(world) == ["passed", None] and world.hire(1).dossier.proposed_skilled is True
    sheet = a_sheet(world, document, "610981100", by)
    found, _, came = imported(world, path, sheet, by)
    assert (found.unchanged, found.blank, came) == (1, 1, [])

    def other(page: Any) -> None:
        assert [page[cell].value for cell in ("E5", "F5", "G5")] == ["合格", "是", "考核表1号"]
        page["E5"], page["E6"] = "不合格", "合格"

    found, run, _ = imported(world, filled(tmp_path, sheet, other), sheet, by)
    assert [one.change for one in found.wishes] == ["changed", "new"] and grades(world) == ["failed", "passed"]
    # the former proposal returns; what one bureau has signed is built on
    world.do(2, "rule_assessment", xunyang.HRSS)
    number = import_undo.ask(world.office, SEAL, run, [1], "表填错了", by, world.clock())
    done = import_undo.decide(world.office, SEAL, number, colleague(by), world.clock(), uphold=True)
    assert done.lines == (1,) and grades(world) == ["passed", "passed"]
    with world.office.database.reading() as connection:
        row = import_runs.one_run(connection, scoped(by), run)
    assert row is not None
    left = import_undo.preview(world.office, SEAL, row, by, world.clock())
    assert left[0].undone and left[1].why is not None and "签署" in left[1].why.sentence.text()


def test_a_proposal_is_taken_back_by_the_sheet_and_by_undoing_until_somebody_has_signed(
    world: World, tmp_path: Path
) -> None:
    by, document = xunyang.TOWN, "xunyang-2022-88"
    assert isinstance(world.refused(1, "take_back_assessment", by, reason="没有提出过"), StepRefused)
    sheet = a_sheet(world, document, "610981100", by)

    def both(page: Any) -> None:
        page["E5"] = page["E6"] = "合格"

    _, run, _ = imported(world, filled(tmp_path, sheet, both), sheet, by)
    sheet = a_sheet(world, document, "610981100", by)

    def back(page: Any) -> None:
        page["E5"] = "撤回"

    found, _, _ = imported(world, filled(tmp_path, sheet, back), sheet, by)
    assert [one.change for one in found.wishes] == ["removed"] and grades(world) == [None, "passed"]
    assert world.acts(1)[-1] == "take_back_assessment" and world.hire(1).dossier.proposed_seq is None
    number = import_undo.ask(world.office, SEAL, run, [2], "导错了", by, world.clock())
    done = import_undo.decide(world.office, SEAL, number, colleague(by), world.clock(), uphold=True)
    assert done.lines == (2,) and grades(world) == [None, None]
    sheet = a_sheet(world, document, "610981100", by)
    imported(world, filled(tmp_path, sheet, both), sheet, by)
    assert grades(world) == ["passed", "passed"]
    world.do(1, "rule_assessment", xunyang.HRSS)
    assert isinstance(world.refused(1, "take_back_assessment", by, reason="已有一方签署"), StepRefused)
    assert verify(world.office).faults == []


def test_every_fault_is_told_at_once_and_nothing_of_another_sheet_is_taken(world: World, tmp_path: Path) -> None:
    by = xunyang.TOWN
    sheet = a_sheet(world, "xunyang-2022-88", "610981100", by)

    def fill(page: Any) -> None:
        page["E5"], page["F5"], page["G5"] = "很好", "大概", "=HYPERLINK(1)"
        page["C6"], page["E6"] = "丙某", "合格"
        page["B7"], page["C7"], page["E7"] = "999", "丁某", "合格"
        page["B8"], page["C8"], page["E8"] = "1", "甲某", "合格"

    found = assessments.read(filled(tmp_path, sheet, fill), sheet)
    assert [(fault.row, fault.column) for fault in found.faults if fault.row != 5] == [
        (6, "姓名"), (7, "编号"), (8, "编号"),
    ]  # fmt: skip
    assert {fault.column for fault in found.faults if fault.row == 5} >= {"考核等次", "掌握技能"} and not found.wishes
    text = assessments.wrapped(SEAL, sheet, by, world.clock(), found)
    for who, year in ((colleague(by), 2022), (by, 2021)):
        with pytest.raises(SheetGone):
            assessments.unwrapped(SEAL, Sheet(sheet.procedure, sheet.region, year, ()), who, world.clock(), text)
    elsewhere = Sheet(sheet.procedure, "610981100201", 2022, sheet.rows)
    found = assessments.read(filled(tmp_path, sheet, lambda page: None), elsewhere)
    assert not found.rows and "610981100" in found.faults[0].problem.text()
    a_bomb(tmp_path / "bomb.xlsx")
    with pytest.raises(NotReadable):
        assessments.read(tmp_path / "bomb.xlsx", sheet)


def test_points_are_noted_one_by_one_and_struck_with_a_reason(migrated_url: str, tmp_path: Path) -> None:
    world = World.on(migrated_url, date(2022, 6, 13), BAIHE_REGIONS)
    hire = at_work(world)
    world.walk_to(date(2022, 12, 1))
    region = world.hire(hire).region
    sheet = a_sheet(world, "baihe-2022-72", region, HEAD)

    def fill(page: Any) -> None:
        who = (str(hire), page["C5"].value, page["D5"].value)
        lines = [
            ("", "工作受表彰", "县级", "县级先进集体", "1", "1", "", "", "", "", "表彰文件1号", ""),
            ("", "电话抽查准确率", "", "", "", "", "11", "101", "11", "10", "抽查记录", ""),
            ("", "检查考核发现信息不实（每条）", "安康市级", "市级检查", "4", "", "", "", "", "", "检查通报", ""),
        ]
        for row, line in enumerate(lines, 5):
            for place, value in enumerate(("", *who, *line), 1):
                page.cell(row, place, value)

    path = filled(tmp_path, sheet, fill)
    found, run, came = imported(world, path, sheet, HEAD)
    assert (found.faults, len(came)) == ([], 3)
    asked = "SELECT item, tenths, struck_seq IS NULL FROM point ORDER BY seq"
    told = [(item, tenths, bool(stands)) for item, tenths, stands in world.ask(asked)]
    assert told == [
        ("bonus_commended", 10, True), ("bonus_phone_check", 40, True), ("minus_inspection", -120, True),
    ]  # fmt: skip
    again = assessments.read(path, a_sheet(world, "baihe-2022-72", region, HEAD))
    assert (again.unchanged, again.wishes, again.faults) == (3, [], [])

    def strike(page: Any) -> None:
        page["P7"] = "市级检查更正了结果"
        page["H5"] = "别的表彰"

    sheet = a_sheet(world, "baihe-2022-72", region, HEAD)
    found = assessments.read(filled(tmp_path, sheet, strike), sheet)
    assert [fault.row for fault in found.faults] == [5] and [one.change for one in found.wishes] == ["removed"]
    number = import_undo.ask(world.office, SEAL, run, [1, 2, 3], "表填错了", HEAD, world.clock())
    ((first,),) = world.ask("SELECT min(seq) FROM point")
    world.do(hire, "strike_point", colleague(HEAD), seq=first, reason="查无此事")
    done = import_undo.decide(world.office, SEAL, number, colleague(HEAD), world.clock(), uphold=True)
    assert len(done.lines) == 2 and len(done.refused) == 1
    assert world.ask("SELECT count(*) FROM point WHERE struck_seq IS NULL") == [(0,)]
    world.close()
