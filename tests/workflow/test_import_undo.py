"""Imports are on record and taken back by two people; what somebody has built on stays and is named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from states.facts import Actor, Grant
from states.refusals import InputRefused, Refusal, StepNotOffered
from states.vocabulary import Role
from tests.support.world import World, officer
from tests.support.xunyang import HRSS, REGIONS, START, TOWN, in_notice, to_contract
from tests.workflow.test_applicant_import import SEAL, a_list, a_row, words
from tests.workflow.test_imports import a_number, a_workbook, an_annex
from workflow import attendance, audit, import_runs, import_undo, office_log, person_log
from workflow.attendance import Entry, record_sheet
from workflow.import_runs import Told
from workflow.imports import applicant_runs
from workflow.imports.allocation import import_allocation
from workflow.imports.applicants import opening_of, read
from workflow.imports.returned import marked
from workflow.imports.roster import import_roster
from workflow.queries import scoped
from workflow.undoing.common import Undoing

JUNE = date(2022, 6, 1)
FULL = "-" * 12 + "11111rr11111rr1111"
SICK = FULL.replace("11111rr", "1111srr", 1)
CADRE = officer("村干部甲", Role.VILLAGE, "610981100", 21)
CLERK_2 = officer("镇干部戊", Role.EMPLOYER, "610981100", 15)


@pytest.fixture
def county(migrated_url: str) -> Iterator[World]:
    """Nobody at work yet."""
    world = World.on(migrated_url, START, REGIONS)
    yield world
    world.close()


@pytest.fixture
def world(county: World) -> World:
    """Two at work since 13 June; it is 1 July."""
    hires = [in_notice(county, "甲某"), in_notice(county, "乙某", "610981100202")]
    to_contract(county, *hires)
    county.walk_to(date(2022, 7, 1))
    county.people |= dict(zip(("甲", "乙"), hires, strict=True))
    return county


def a_month(world: World, run: str, marks: dict[str, str]) -> None:
    """A sheet of attendance that came as a file."""
    with world.office.database.reading() as connection:
        seen = attendance.months(connection, [world.people[name] for name in marks], JUNE)
    hires = {world.people[name]: said for name, said in marks.items()}
    entries = [Entry(hire, said, seen[hire].version if hire in seen else 0) for hire, said in hires.items()]
    told = Told(run, import_runs.ATTENDANCE, "610981100", "2022-06", "d" * 64, 1)
    record_sheet(world.office, JUNE, entries, CADRE, world.clock(), source="sheet", told=told)


def months(world: World) -> dict[str, str]:
    with world.office.database.reading() as connection:
        kept = attendance.months(connection, [world.people["甲"], world.people["乙"]], JUNE)
    return {name: kept[world.people[name]].marks for name in ("甲", "乙") if world.people[name] in kept}


def looked(world: World, run: str, by: Actor = TOWN) -> list[str]:
    """What could be taken back of a run: an empty text for what can, else why not."""
    found = import_undo.preview(world.office, SEAL, run_of(world, run), by, world.clock())
    return ["undone" if one.undone else one.why.sentence.text() if one.why else "" for one in found]


def run_of(world: World, run: str) -> Any:
    with world.office.database.reading() as connection:
        found = import_runs.one_run(connection, scoped(TOWN), run)
    assert found is not None
    return found


def undo(world: World, run: str, numbers: list[int], by: Actor = CADRE, second: Actor = TOWN) -> import_undo.Undone:
    number = import_undo.ask(world.office, SEAL, run, numbers, "导错了文件", by, world.clock())
    return import_undo.decide(world.office, SEAL, number, second, world.clock(), uphold=True)


def sound(world: World) -> None:
    with world.office.database.reading() as connection:
        assert not list(office_log.verify(connection)) and not list(attendance.verify(connection))
    assert audit.verify(world.office).faults == []


def test_months_return_to_what_they_were_and_the_same_file_may_come_again(world: World) -> None:
    a_month(world, "r1", {"甲": FULL})
    a_month(world, "r2", {"甲": SICK, "乙": FULL})
    a_month(world, "r3", {"甲": SICK, "乙": FULL})  # changes nothing, and is no run
    with world.office.database.reading() as connection:
        rows, more = import_runs.runs(connection, scoped(HRSS))
    assert [(row.id, row.new, row.changed, row.refused) for row in rows] == [("r2", 1, 1, 1), ("r1", 1, 0, 1)]
    assert more is None and looked(world, "r2") == ["", ""]
    assert "改过" in looked(world, "r1")[0]

    number = import_undo.ask(world.office, SEAL, "r2", [1, 2], "导错了文件", CADRE, world.clock())
    other_account = replace(CADRE, account_id=99)
    for who in (CADRE, other_account):
        with pytest.raises(StepNotOffered, match="另一人"):
            import_undo.decide(world.office, SEAL, number, who, world.clock(), uphold=True)
    with pytest.raises(StepNotOffered, match="等待"):
        import_undo.ask(world.office, SEAL, "r2", [1], "再提一次", TOWN, world.clock())
    with pytest.raises(Refusal):
        import_undo.decide(world.office, SEAL, number, officer("外县", Role.HRSS, "610929"), world.clock(), uphold=True)
    assert months(world) == {"甲": SICK, "乙": FULL}
    done = import_undo.decide(world.office, SEAL, number, TOWN, world.clock(), uphold=True)
    assert (done.lines, dict(done.refused)) == ((1, 2), {})
    assert months(world) == {"甲": FULL, "乙": "-" * 12 + "?" * 5 + "rr" + "?" * 11} or set(months(world)["乙"]) <= {
        "-",
        "?",
    }
    assert months(world)["甲"] == FULL and "1" not in months(world)["乙"]
    assert looked(world, "r2") == ["undone", "undone"]
    with pytest.raises(InputRefused):
        undo(world, "r2", [1])
    with pytest.raises(StepNotOffered, match="已经办理"):
        import_undo.decide(world.office, SEAL, number, TOWN, world.clock(), uphold=True)
    a_month(world, "r4", {"甲": SICK, "乙": FULL})
    assert months(world) == {"甲": SICK, "乙": FULL}
    sound(world)


def test_what_somebody_wrote_since_stays_and_is_named(world: World) -> None:
    a_month(world, "r1", {"甲": FULL, "乙": FULL})
    number = import_undo.ask(world.office, SEAL, "r1", [1, 2], "导错了文件", CADRE, world.clock())
    later = FULL[:-1] + "x"
    attendance.record(world.office, world.people["甲"], JUNE, later, TOWN, world.clock(), source="page", version=1)
    done = import_undo.decide(world.office, SEAL, number, TOWN, world.clock(), uphold=True)
    assert done.lines == (2,) and "改过" in done.refused[1].sentence.text()
    assert months(world)["甲"] == later and "1" not in months(world)["乙"]
    with pytest.raises(InputRefused) as refusal:
        import_undo.ask(world.office, SEAL, "r1", [1], "", CADRE, world.clock())
    assert set(refusal.value.faults) == {"reason", "lines"}
    assert world.ask("SELECT upheld, undone FROM import_undo") in ([(True, 1)], [(1, 1)])


def test_an_undoing_that_is_turned_down_changes_nothing_and_may_be_asked_again(world: World) -> None:
    a_month(world, "r1", {"甲": FULL})
    grant = Grant(Role.VILLAGE, "610981100", CADRE.person_key, CADRE.name)
    first, second = (Actor(n, f"deputy {n}", "代理", (grant,)) for n in (91, 92))
    number = import_undo.ask(world.office, SEAL, "r1", [1], "导错了文件", first, world.clock())
    for who in (CADRE, first, second):  # whose deputy asked does not decide, nor does another deputy of theirs
        with pytest.raises(StepNotOffered, match="另一人"):
            import_undo.decide(world.office, SEAL, number, who, world.clock(), uphold=True)
    assert import_undo.decide(world.office, SEAL, number, TOWN, world.clock(), uphold=False).lines == ()
    assert months(world)["甲"] == FULL and looked(world, "r1") == [""]
    assert undo(world, "r1", [1]).lines == (1,)


def test_one_decision_stands_and_what_broke_off_is_gone_on_with(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Decided before anything is taken back: a refusal meanwhile comes too late, and a crash leaves no doubt."""
    a_month(world, "r1", {"甲": FULL, "乙": FULL})
    number = import_undo.ask(world.office, SEAL, "r1", [1, 2], "导错了文件", CADRE, world.clock())
    other = officer("镇干部丙", Role.VILLAGE, "610981100", 33)

    def decided(by: Actor, *, uphold: bool = True) -> import_undo.Undone:
        return import_undo.decide(world.office, SEAL, number, by, world.clock(), uphold=uphold)

    def killed(*_: Any) -> None:
        raise RuntimeError("the worker was killed")

    with monkeypatch.context() as patch:
        patch.setattr(import_undo, "_carry_out", killed)
        with pytest.raises(RuntimeError):
            decided(TOWN)
    assert months(world) == {"甲": FULL, "乙": FULL}, "decided, and nothing done yet"
    for by, uphold in ((other, False), (other, True), (TOWN, False)):
        with pytest.raises(StepNotOffered, match="已经办理"):
            decided(by, uphold=uphold)
    with monkeypatch.context() as patch:
        patch.setattr(import_undo, "_finish", killed)
        with pytest.raises(RuntimeError):
            decided(TOWN)
    assert looked(world, "r1") == ["undone", "undone"], "what was taken back says so, whatever came then"
    assert decided(TOWN).lines == (1, 2)
    assert world.ask("SELECT undone FROM import_undo WHERE id = ?", number) == [(2,)]
    with pytest.raises(StepNotOffered, match="已经办理"):
        decided(TOWN)
    assert [act for (act,) in world.ask("SELECT act FROM office_log WHERE book = 'imports' ORDER BY seq")][-3:] == [
        "asked", "undo_begun", "undone"
    ]  # fmt: skip
    sound(world)


def test_applications_that_have_not_moved_on_are_withdrawn_and_come_again(
    county: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = county
    post = world.a_post("xunyang-2022-88", "town", "610981100", title="镇级信息员")
    opening = world.an_opening(TOWN, post, places=2).opening_id
    path = a_list(tmp_path, *(a_row(n) for n in (1, 2)))

    def taken(run_id: str) -> applicant_runs.Run:
        line = opening_of(world.office, opening, TOWN)
        found = read(world.office, SEAL, path, line, world.clock())
        about = (run_id, found.lines, TOWN, world.clock(), words)
        return applicant_runs.run(world.office, SEAL, line, *about, digest=found.digest)

    first = taken("a1")
    assert len(first.done) == 2 and len(looked(world, "a1")) == 2
    world.do(first.done[0][0], "comment", HRSS, text="材料齐全")  # a word beside the case is no step
    world.do(first.done[1][0], "check", TOWN)
    free, moved = looked(world, "a1")
    assert free == "" and "此后已经办理" in moved and str(first.done[1][0]) in moved
    number = import_undo.ask(world.office, SEAL, "a1", [1], "导错了文件", TOWN, world.clock())
    with monkeypatch.context() as patch:  # killed between the step and the mark that it was taken

        def killed(*_: Any) -> None:
            raise RuntimeError("the worker was killed")

        patch.setattr(Undoing, "mark", killed)
        with pytest.raises(RuntimeError):
            import_undo.decide(world.office, SEAL, number, CLERK_2, world.clock(), uphold=True)
    done = import_undo.decide(world.office, SEAL, number, CLERK_2, world.clock(), uphold=True)
    assert (done.lines, done.refused) == ((1,), {}) and world.hire(first.done[0][0]).state.value == "withdrawn"
    assert world.hire(first.done[1][0]).state.value != "withdrawn"
    again = taken("a2")
    assert (len(again.done), again.already) == (1, 1)
    with pytest.raises(InputRefused):
        undo(world, "a1", [1, 2], TOWN, CLERK_2)
    sound(world)


def test_registrations_go_out_of_use_and_come_back(county: World, tmp_path: Path) -> None:
    world = county
    header = ["姓名", "身份证号", "文化程度", "户籍地"]
    rows = [[f"孙{n}", a_number(n), "高中", "示例村"] for n in (1, 2)]
    path = a_workbook(tmp_path / "roster.xlsx", [header, *rows])

    def imported(rows_of: Path = path, *, update: bool = False) -> str:
        report = import_roster(world.office, SEAL, rows_of, TOWN, world.clock(), update=update)
        assert report.kept, report.faults
        return report.run_id

    run = imported()
    assert import_roster(world.office, SEAL, path, TOWN, world.clock()).count("created") == 0
    other = a_workbook(tmp_path / "college.xlsx", [header, ["孙1", a_number(1), "大学", "示例村"], rows[1]])
    changed = imported(other, update=True)
    assert looked(world, changed) == [""] and "更改" in looked(world, run)[0] and looked(world, run)[1] == ""
    assert "大学" not in str(world.ask("SELECT before FROM import_line")) and undo(world, changed, [1]).lines == (1,)
    assert world.ask("SELECT education FROM person WHERE name = '孙1'") == [("senior_secondary",)]
    assert undo(world, run, [2]).lines == (2,)
    gone = world.ask("SELECT count(*) FROM person WHERE out_of_use")
    assert gone == [(1,)]
    assert import_roster(world.office, SEAL, path, TOWN, world.clock()).count("created") == 1
    assert world.ask("SELECT count(*) FROM person WHERE out_of_use") == [(0,)]
    with world.office.database.session() as session:
        ours = [row[0] for row in world.ask("SELECT id FROM person WHERE name IN ('孙1', '孙2')")]
        assert not list(person_log.verify(session, SEAL, ours))


def test_places_of_an_annex_return_to_their_former_numbers(county: World, tmp_path: Path) -> None:
    world = county
    office, procedure = world.office, world.office.catalogue.current("liaocheng-2022-4")
    planner, other = (officer(name, Role.HRSS, "3715", n) for name, n in (("市人社甲", 31), ("市人社乙", 32)))

    def places() -> list[tuple[object, ...]]:
        return world.ask("SELECT region, kind, places FROM allocation ORDER BY region, kind")

    path = a_workbook(tmp_path / "annex.xlsx", an_annex())
    with office.database.session() as session:
        assert import_allocation(session, procedure, path, year=2022, office=office, actor=planner).kept
    assert len(places()) > 2
    ((run,),) = world.ask("SELECT id FROM import_run")
    done = undo(world, run, [1, 2], planner, other)
    assert done.lines == (1, 2)
    world_places = len(places())
    with office.database.transaction() as connection:
        connection.exec_driver_sql("UPDATE allocation SET places = places + 1")
    with office.database.reading() as connection:
        row = import_runs.one_run(connection, scoped(planner), run)
    assert row is not None
    left = import_undo.preview(office, SEAL, row, planner, world.clock())
    assert sum(one.undone for one in left) == 2 and all(one.why is not None for one in left if not one.undone)
    assert world_places == len(left) - 2


def test_a_workbook_handed_back_marks_each_cell_and_is_never_a_formula(tmp_path: Path) -> None:
    cells = [{"name": "报名/表", "rows": [["题"], ["姓名", "学历"], ["=1+1", "博士"], ["甲", "高中"]]}]
    faults = [{"sheet": "报名/表", "row": 3, "column": "学历", "problem": "没有这种文化程度"}]
    faults += [{"sheet": "", "row": 0, "column": "", "problem": "缺少合计行"}]
    path = tmp_path / "back.xlsx"
    path.write_bytes(marked(cells, faults))
    book = load_workbook(path)
    sheet = book.worksheets[0]
    assert sheet["A3"].value == "=1+1" and sheet["A3"].data_type == "s"
    assert sheet["B3"].comment is not None and "没有这种" in sheet["B3"].comment.text
    assert "没有这种" in sheet["C3"].value and sheet["C4"].value is None
    assert [row[3].value for row in book["须改正"].iter_rows(min_row=2)] == ["没有这种文化程度", "缺少合计行"]
