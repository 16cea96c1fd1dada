"""A list of applicants for an announcement: looked at first, then taken one by one, and never twice."""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import orjson
import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from api.reasons import reasons_of
from states.facts import Actor
from states.refusals import Refusal, StepNotOffered, StepRefused
from states.vocabulary import Role
from tests.support import files_to_send
from tests.support.world import World, officer
from tests.workflow.test_imports import a_bomb, a_csv, a_number, a_workbook, places
from workflow import announcements, audit, office_log, people, person_log, reception
from workflow.files import FileRefused
from workflow.imports import applicant_runs, applicants
from workflow.imports.applicant_runs import Run
from workflow.imports.applicant_template import blank_of
from workflow.imports.applicants import Applicants, ListGone, Outcome, opening_of, preview, read, unwrapped, wrapped
from workflow.imports.uploads import examined
from workflow.imports.workbook import MACROS, OLE, NotReadable
from workflow.sealing import Seal
from workflow.tables import metadata
from workflow.virus import Scanner

TOWN, VILLAGE, ELSEWHERE = "610981100", "610981100201", "610929101201"
DAY, CLOSES = date(2022, 6, 1), date(2022, 6, 15)
SEAL = Seal.from_secret(b"a secret for tests, at least 32 bytes long")
CLERK = officer("f" * 64, Role.EMPLOYER, TOWN, 7)
ALL_SIGNED = ("政治素质与遵纪守法", "身体条件", "电脑操作能力", "无违法犯罪记录及不良行为")
HEADER = (
    *("姓名", "公民身份号码", "性别", "户籍所在村（社区）", "文化程度", "原法定退休年龄", "手机号码", "人员类别"),
    *("认定单位", "认定日期", *ALL_SIGNED, "近亲属的公民身份号码", "以往享受岗位补贴的月数", "以往月数的依据"),
    *("报名途径", "报名日期"),
)


@pytest.fixture
def world(migrated_url: str) -> Iterator[World]:
    regions = {"61": "陕西省", "610981": "旬阳市", TOWN: "城关镇", VILLAGE: "示例村", "610981101": "棕溪镇"}
    regions |= {"610981101201": "王院村", "610929": "白河县", "610929101": "卡子镇", ELSEWHERE: "王院村"}
    world = World.on(migrated_url, DAY, regions)
    yield world
    world.close()


def an_opening(world: World, places: int = 2, closes_on: date | None = CLOSES) -> int:
    post = world.a_post("xunyang-2022-88", "town", TOWN, title="镇级信息员")
    return world.an_opening(CLERK, post, places=places, closes_on=closes_on).opening_id


def a_row(n: int, **more: Any) -> list[Any]:
    values: dict[str, Any] = {
        "姓名": f"张三{n}", "公民身份号码": a_number(n), "户籍所在村（社区）": "示例村", "文化程度": "高中",
        "手机号码": "13900000000", "人员类别": "脱贫人口", "认定单位": "乡村振兴局", "认定日期": "2021-12-31",
        **dict.fromkeys(ALL_SIGNED, "是"),
    } | more  # fmt: skip
    return [values.get(name) for name in HEADER]


def a_list(folder: Path, *rows: Sequence[Any], name: str = "list.xlsx") -> Path:
    return a_workbook(folder / name, [["报名表"], HEADER, *rows])


def words(refusal: Refusal) -> list[str]:
    return reasons_of(refusal, lambda sentence: sentence.text())


def looked(world: World, opening: int, path: Path, by: Actor = CLERK) -> tuple[Applicants, list[Outcome]]:
    """The list as it was read, and what would become of it; fails if the look wrote anything."""
    before = everything(world)
    line = opening_of(world.office, opening, by)
    found = read(world.office, SEAL, path, line, world.clock())
    outlook = preview(world.office, SEAL, line, found.lines, by, world.clock())
    assert everything(world) == before, "a look changed something"
    return found, outlook


def ran(world: World, opening: int, path: Path, run_id: str = "20220601-aaaaaaaaaaaa", by: Actor = CLERK) -> Run:
    """The run of everything in the list that has no fault; what the look told of it is what came."""
    found, outlook = looked(world, opening, path, by)
    line = opening_of(world.office, opening, by)
    run = applicant_runs.run(
        world.office, SEAL, line, run_id, found.lines, by, world.clock(), words, faulty=found.faulty_rows
    )
    told = Counter(one.kind for one in outlook)
    came = {"new": run.created, "known": len(run.done) - run.created, "already": run.already}
    assert {**came, "refused": len(run.refused)} == {kind: told[kind] for kind in (*came, "refused")}
    return run


def everything(world: World) -> dict[str, Any]:
    """How many rows every table has, and where every hire stands."""
    with world.office.database.reading() as connection:
        counts = {
            name: connection.execute(select(func.count()).select_from(table)).scalar()
            for name, table in metadata.tables.items()
        }
        hires = metadata.tables["hire"]
        standing = connection.execute(select(hires.c.id, hires.c.version, hires.c.person_id).order_by(hires.c.id))
        return {**counts, "standing": [tuple(row) for row in standing]}


def register(world: World, n: int, **more: Any) -> int:
    given = {"name": f"张三{n}", "id_number": a_number(n), "education": "senior_secondary", "home_region": VILLAGE}
    with world.office.database.session() as session:
        return people.register(session, SEAL, {**given, **more}, CLERK, world.clock()).person_id


def apply(world: World, opening: int, person: int) -> int:
    procedure = world.office.procedure("xunyang-2022-88@1")
    return reception.apply(world.office, opening, procedure, person, CLERK, world.clock())


def refused(run: Run) -> list[tuple[int, str]]:
    return [(one.row, "；".join(one.why)) for one in run.refused]


def kinds(outlook: Sequence[Outcome]) -> list[str]:
    return [one.kind for one in outlook]


# ---- what becomes of a list --------------------------------------------------------------------------------------


def test_new_and_known_people_apply_and_whoever_has_applied_is_passed_over(world: World, tmp_path: Path) -> None:
    opening = an_opening(world)
    register(world, 2, education="college")
    apply(world, opening, register(world, 3))
    register(world, 4, relatives=[a_number(9)])
    clerk = replace(CLERK, person_key=SEAL.person_key(a_number(9)))
    path = a_list(tmp_path, a_row(1), a_row(2), a_row(3), a_row(4), a_row(5))
    before = everything(world)
    found, outlook = looked(world, opening, path, clerk)
    assert (found.rows, found.faults) == (5, [])
    assert kinds(outlook) == ["new", "known", "already", "refused", "new"]
    assert "education" in outlook[1].differs
    run = ran(world, opening, path, by=clerk)
    assert (len(run.done), run.created, run.already, run.faulty) == (3, 2, 1, 0)
    [(row, why)] = refused(run)
    assert row == 6 and "亲属" in why and "公务员法" in why
    after = everything(world)
    assert after["person"] - before["person"] == 2
    assert after["hire"] - before["hire"] == 2, "one place was free, two were added"
    assert after["office_log"] - before["office_log"] == 3  # the steps, the file, the import
    assert [world.acts(hire)[-1] for hire, _ in run.done] == ["apply"] * 3
    assert world.ask("SELECT education FROM person WHERE name = '张三2'") == [("college",)], (
        "the register is left as is"
    )
    assert kept_values(world, "张三1") == ("open", {"by": "乡村振兴局", "on": "2021-12-31"}, 4)


def kept_values(world: World, name: str) -> tuple[str, Mapping[str, str], int]:
    ((categories, statements),) = world.ask("SELECT categories, statements FROM person WHERE name = ?", name)
    ((body,),) = world.ask(
        "SELECT a.body FROM audit_entry a JOIN hire h ON h.id = a.hire_id JOIN person p ON p.id = h.person_id"
        " WHERE p.name = ? AND a.act = 'apply'",
        name,
    )
    return body["input"]["route"], categories["lifted"], len(statements)


def test_every_entry_names_the_run_and_the_log_who_ran_it_and_no_person(world: World, tmp_path: Path) -> None:
    opening = an_opening(world)
    register(world, 2, relatives=[a_number(9)])
    clerk = replace(CLERK, person_key=SEAL.person_key(a_number(9)))
    run = ran(world, opening, a_list(tmp_path, a_row(1), a_row(2)), by=clerk)
    for hire, seq in run.done:
        ((body,),) = world.ask("SELECT body FROM audit_entry WHERE hire_id = ? AND seq = ?", hire, seq)
        assert run.id in orjson.dumps(body).decode()
    asked = "SELECT account_id, act, body FROM office_log WHERE book = 'bulk' ORDER BY seq"
    (begun, (account, act, body)) = world.ask(asked)
    assert (begun[0], begun[1], begun[2]["facts"]["run"]) == (7, "applicants_begun", run.id)
    assert (account, act, body["facts"]["run"], body["facts"]["opening"]) == (7, "applicants_imported", run.id, opening)
    assert body["facts"]["refused"] == [4]
    text = orjson.dumps(body).decode()
    for told in ("张三", "亲属", a_number(1), a_number(2)):
        assert told not in text
    with world.office.database.session() as session:
        assert list(office_log.verify(session.connection())) == []
        assert list(person_log.verify(session, SEAL)) == []
    assert audit.verify(world.office).faults == []
    assert applicant_runs.kept_run(world.office, SEAL, run.id, clerk) == run
    assert applicant_runs.kept_run(world.office, SEAL, run.id, replace(clerk, person_key="e" * 64)) is None


def test_the_same_list_a_second_time_changes_nothing(world: World, tmp_path: Path) -> None:
    opening = an_opening(world)
    path = a_list(tmp_path, *(a_row(n) for n in range(1, 6)))
    assert len(ran(world, opening, path).done) == 5
    before = everything(world)
    again = ran(world, opening, path, "20220601-bbbbbbbbbbbb")
    assert (again.done, again.already) == ((), 5)
    assert everything(world) == before, "not even the log: nothing was done"


def test_a_run_that_was_cut_off_is_finished_by_the_next(world: World, tmp_path: Path) -> None:
    opening, broken = an_opening(world), RuntimeError("the power went")
    path = a_list(tmp_path, *(a_row(n) for n in range(1, 5)))
    found, _ = looked(world, opening, path)
    line = opening_of(world.office, opening, CLERK)

    class CutOff(list[Any]):
        def __iter__(self) -> Iterator[Any]:
            yield from found.lines[:2]
            raise broken

    with pytest.raises(RuntimeError):
        applicant_runs.run(world.office, SEAL, line, "r1", CutOff(), CLERK, world.clock(), words)
    assert everything(world)["person"] == 2
    logged = world.ask("SELECT act, account_id, body FROM office_log WHERE book = 'bulk'")
    assert [(act, account, body["facts"]["run"]) for act, account, body in logged] == [("applicants_begun", 7, "r1")]
    rest = ran(world, opening, path, "r2")
    assert (rest.created, rest.already) == (2, 2)


def test_a_run_pressed_twice_is_run_once(world: World, tmp_path: Path) -> None:
    opening, path = an_opening(world), a_list(tmp_path, a_row(1))
    found, _ = looked(world, opening, path)
    line = opening_of(world.office, opening, CLERK)
    facts = (line, "r1", found.lines, CLERK, world.clock(), words)
    first = applicant_runs.run(world.office, SEAL, *facts)
    before = everything(world)
    assert applicant_runs.run(world.office, SEAL, *facts) == first
    assert everything(world) == before


def test_whoever_was_refused_does_not_come_back_by_an_old_list(world: World, tmp_path: Path) -> None:
    opening, path = an_opening(world), a_list(tmp_path, a_row(1))
    ((hire, _),) = ran(world, opening, path).done
    world.do(hire, "reject", CLERK, opinion="材料不实")
    before = everything(world)
    _, outlook = looked(world, opening, path)
    assert [(one.kind, one.ended) for one in outlook] == [("already", True)]
    assert ran(world, opening, path, "r2").done == ()
    assert everything(world) == before


# ---- who is refused ----------------------------------------------------------------------------------------------


def test_nobody_takes_their_own_application_or_that_of_a_declared_relative(world: World, tmp_path: Path) -> None:
    """The person comes with the list, declared relatives too: nobody of them stays in the register."""
    opening = an_opening(world)
    me = replace(CLERK, person_key=SEAL.person_key(a_number(1)))
    path = a_list(tmp_path, a_row(1), a_row(2, 近亲属的公民身份号码=a_number(1)), a_row(3))
    before = everything(world)
    run = ran(world, opening, path, by=me)
    assert [row for row, _ in refused(run)] == [3, 4]
    assert "不能办理本人的事项" in refused(run)[0][1] and "亲属" in refused(run)[1][1]
    after = everything(world)
    assert (after["person"] - before["person"], after["hire"] - before["hire"]) == (1, 0)


def test_somebody_of_one_name_and_one_phone_is_kept_away(world: World, tmp_path: Path) -> None:
    opening = an_opening(world)
    register(world, 8, phone="13900000000")
    ((contacts,),) = world.ask("SELECT contacts FROM person WHERE name = '张三8'")
    clerk = replace(CLERK, name="张办事", contacts=frozenset(contacts))
    run = ran(world, opening, a_list(tmp_path, a_row(1), a_row(2, 姓名="李四")), by=clerk)
    assert [(row, "同姓" in why) for row, why in refused(run)] == [(3, True)]


@pytest.mark.parametrize(("day", "taken"), [(date(2022, 6, 15), True), (date(2022, 6, 16), False)])
@pytest.mark.parametrize("swept", [True, False])
def test_the_window_holds_to_its_last_day(world: World, tmp_path: Path, day: date, taken: bool, swept: bool) -> None:
    opening = an_opening(world)
    if swept:
        world.walk_to(day)
    else:
        world.clock.moment = world.clock.moment.replace(day=day.day)
    before = everything(world)
    run = ran(world, opening, a_list(tmp_path, a_row(1), a_row(2), a_row(3)))
    assert len(run.done) == (3 if taken else 0)
    if not taken:
        assert all("截止" in why for _, why in refused(run)) and len(refused(run)) == 3
        assert everything(world) == {**before, "office_log": before["office_log"] + 2, "setting": before["setting"] + 1}


def test_whoever_came_in_time_has_applied_in_time(world: World, tmp_path: Path) -> None:
    opening = an_opening(world)
    world.walk_to(date(2022, 6, 20))
    path = a_list(tmp_path, a_row(1, 报名日期="2022-06-15"), a_row(2, 报名日期="2022-06-16"), a_row(3))
    run = ran(world, opening, path)
    assert [row for row, _ in refused(run)] == [4, 5]
    ((hire, seq),) = run.done
    ((day,),) = world.ask("SELECT on_day FROM audit_entry WHERE hire_id = ? AND seq = ?", hire, seq)
    assert str(day) == "2022-06-15"


def test_an_announcement_that_was_cancelled_takes_nobody(world: World, tmp_path: Path) -> None:
    opening = an_opening(world)
    announcements.cancel(world.office, opening, CLERK, world.clock(), "岗位调整")
    run = ran(world, opening, a_list(tmp_path, a_row(1)))
    assert [(row, "撤销" in why) for row, why in refused(run)] == [(3, True)]
    assert everything(world)["person"] == 0


def test_only_whoever_takes_applications_there(world: World) -> None:
    opening = an_opening(world)
    for stranger in (officer("e" * 64, Role.EMPLOYER, "610981101", 8), officer("e" * 64, Role.EMPLOYER, "610929", 8)):
        with pytest.raises(StepNotOffered) as absent:
            opening_of(world.office, opening, stranger)
        assert "forbidden" not in absent.value.facts
    for role in (Role.SUPERVISOR, Role.HRSS, Role.FINANCE):
        with pytest.raises(StepNotOffered) as forbidden:
            opening_of(world.office, opening, officer("d" * 64, role, "610981", 9))
        assert forbidden.value.facts["forbidden"]
    with pytest.raises(StepNotOffered):
        opening_of(world.office, opening + 1, CLERK)


def test_a_refused_application_leaves_nobody_in_the_register(world: World) -> None:
    """At the desk as in a list: both or neither."""
    opening = an_opening(world)
    me = replace(CLERK, person_key=SEAL.person_key(a_number(1)))
    given = {"name": "张三", "id_number": a_number(1), "education": "primary", "home_region": VILLAGE}
    arriving = reception.Arriving(opening, world.office.procedure("xunyang-2022-88@1"))
    before = everything(world)
    with pytest.raises(StepRefused):
        reception.register_and_apply(world.office, SEAL, arriving, given, me, world.clock())
    assert everything(world) == before
    reception.register_and_apply(world.office, SEAL, arriving, given, CLERK, world.clock())
    after = everything(world)
    with pytest.raises(StepNotOffered, match="不能重复报名"):
        reception.register_and_apply(world.office, SEAL, arriving, given, CLERK, world.clock())
    assert everything(world) == after


# ---- what is wrong with a list -----------------------------------------------------------------------------------

WRONG: tuple[tuple[dict[str, Any], str, str], ...] = (
    ({"公民身份号码": 610928198005060011}, "公民身份号码", "按数字录入"),
    ({"公民身份号码": a_number(2)[:-1] + ("0" if a_number(2)[-1] != "0" else "1")}, "公民身份号码", "校验"),
    ({"公民身份号码": None}, "公民身份号码", "未填写"),
    ({"姓名": None}, "姓名", "必填"),
    ({"姓名": "@SUM(A1)"}, "姓名", "公式"),
    ({"姓名": a_number(6)}, "姓名", "号码"),
    ({"性别": "M"}, "性别", "男或女"),
    ({"户籍所在村（社区）": "没有的村"}, "户籍所在村（社区）", "没有找到"),
    ({"户籍所在村（社区）": None}, "户籍所在村（社区）", "请填写"),
    ({"文化程度": "秀才"}, "文化程度", "秀才"),
    ({"文化程度": None}, "文化程度", "必填"),
    ({"公民身份号码": a_number(12, sex="女")}, "原法定退休年龄", "女性"),
    ({"原法定退休年龄": "50"}, "原法定退休年龄", "不符"),
    ({"手机号码": "abc"}, "手机号码", "不符合"),
    ({"人员类别": "神仙"}, "人员类别", "神仙"),
    ({"认定单位": None}, "认定单位", "认定单位"),
    ({"认定日期": None}, "认定日期", "认定日期"),
    ({"认定日期": "2022-06-02"}, "人员类别", "不能晚于今天"),
    ({"身体条件": "也许"}, "身体条件", "是"),
    ({"近亲属的公民身份号码": "123"}, "近亲属的公民身份号码", ""),
    ({"近亲属的公民身份号码": 610928198005060011}, "近亲属的公民身份号码", "按数字录入"),
    ({"以往享受岗位补贴的月数": "3"}, "以往月数的依据", "依据"),
    ({"以往享受岗位补贴的月数": "601", "以往月数的依据": "表1"}, "以往享受岗位补贴的月数", "600"),
    ({"报名途径": "走后门"}, "报名途径", "公开报名"),
    ({"报名日期": "2022-05-31"}, "报名日期", "早于公告日"),
    ({"报名日期": "2022-06-02"}, "报名日期", "晚于今天"),
    ({"报名日期": "2022-02-30"}, "报名日期", "不是真实"),
)


def test_every_fault_of_every_row_is_told_at_once_and_none_repeats_a_number(world: World, tmp_path: Path) -> None:
    opening = an_opening(world)
    rows = [a_row(n, **more) for n, (more, _, _) in enumerate(WRONG, 1)]
    found, _ = looked(world, opening, a_list(tmp_path, *rows, a_row(40), a_row(40, 姓名="同号")))
    assert places(found.faults) == [(n + 2, column) for n, (_, column, _) in enumerate(WRONG, 1)] + [
        (len(rows) + 4, "公民身份号码")
    ]
    for fault, (_, _, told) in zip(found.faults, WRONG, strict=False):
        assert told in fault.problem.text(), fault
    assert "是同一公民身份号码" in found.faults[-1].problem.text()
    assert [line.name for line in found.lines] == ["张三40"]
    assert found.faulty_rows == len(WRONG) + 1


def test_a_number_in_the_wrong_column_is_not_repeated(world: World, tmp_path: Path) -> None:
    opening, number = an_opening(world), a_number(3)
    names = ("性别", "户籍所在村（社区）", "文化程度", "原法定退休年龄", "人员类别", "认定日期", "身体条件", "报名途径")
    rows = [a_row(n, **{name: number}) for n, name in enumerate((*names, "报名日期"), 1)]
    path = a_workbook(tmp_path / "list.xlsx", [[*HEADER, number], *rows])
    found, _ = looked(world, opening, path)
    assert found.faulty_rows == len(rows)
    told = orjson.dumps([fault.document() for fault in (*found.faults, *found.warnings)]).decode()
    assert number not in told and number[:12] not in told


def test_sound_rows_are_taken_without_the_others(world: World, tmp_path: Path) -> None:
    opening = an_opening(world)
    path = a_list(tmp_path, a_row(1), a_row(2, 文化程度="秀才"), a_row(3))
    run = ran(world, opening, path)
    assert (run.created, run.faulty) == (2, 1)
    mended = a_list(tmp_path, a_row(1), a_row(2), a_row(3), name="mended.xlsx")
    again = ran(world, opening, mended, "r2")
    assert (again.created, again.already, again.faulty) == (1, 2, 0)


def test_homes_are_found_by_name_near_the_post_first(world: World, tmp_path: Path) -> None:
    opening = an_opening(world)
    named = ("示例村", "王院村", "卡子镇王院村", ELSEWHERE, "旬阳市棕溪镇王院村")
    rows = [a_row(n, **{"户籍所在村（社区）": name}) for n, name in enumerate(named, 1)]
    found, _ = looked(world, opening, a_list(tmp_path, *rows))
    homes = [line.given["home_region"] for line in found.lines]
    assert homes == [VILLAGE, "610981101201", ELSEWHERE, ELSEWHERE, "610981101201"]
    world.add_regions({"610981101202": "双河村", "610981102": "关口镇", "610981102201": "双河村"})
    doubtful, _ = looked(world, opening, a_list(tmp_path, a_row(1, **{"户籍所在村（社区）": "双河村"}), name="d.xlsx"))
    assert "610981101202" in doubtful.faults[0].problem.text()
    assert "棕溪镇双河村" in doubtful.faults[0].problem.text()


def test_a_thousand_at_a_time(world: World, tmp_path: Path) -> None:
    opening = an_opening(world)
    rows = [
        a_row(n % 499, 公民身份号码=a_number(n % 499, date(1980, 5, 6 + n // 499)))
        for n in range(applicants.MOST_ROWS + 1)
    ]
    with pytest.raises(NotReadable, match="1000人，表中有1001人"):
        looked(world, opening, a_csv(tmp_path / "many.csv", [HEADER, *rows]))
    found, _ = looked(world, opening, a_csv(tmp_path / "many.csv", [HEADER, *rows[:-1]]))
    assert len(found.lines) == applicants.MOST_ROWS
    text = wrapped(SEAL, opening, CLERK, world.clock(), found)
    assert len(text) < 500_000, "a form may send a megabyte"


def test_an_empty_list_and_one_of_something_else(world: World, tmp_path: Path) -> None:
    opening = an_opening(world)
    with pytest.raises(NotReadable, match="没有报名人"):
        looked(world, opening, a_list(tmp_path))
    with pytest.raises(NotReadable, match="报名表的表头"):
        looked(world, opening, a_workbook(tmp_path / "other.xlsx", [["甲", "乙"], [1, 2]]))


# ---- the template ------------------------------------------------------------------------------------------------


def test_the_template_comes_back_filled_in(world: World, tmp_path: Path) -> None:
    opening, path = an_opening(world), tmp_path / "模板.xlsx"
    blank = blank_of(frozenset({"political_conduct", "health", "computer_skill", "lifted"}), "镇级信息员")
    book = load_workbook(BytesIO(blank.content()))
    sheet = book["报名表"]
    headings = {cell.value: place for place, cell in enumerate(sheet[3], 1)}
    assert sheet.cell(4, headings["公民身份号码"]).number_format == "@"
    assert "身体条件" in headings and "责任心与敬业精神" not in headings
    choices = [str(v.formula1) for v in sheet.data_validations.dataValidation]
    assert {'"是,否"', '"公开报名,推荐,自荐"'} <= set(choices)
    given = dict(zip(HEADER, a_row(5, 报名途径="自荐"), strict=True))
    for heading, value in given.items():
        if value is not None and heading in headings:
            sheet.cell(5, headings[heading], value)  # the first row is left blank
    book.save(path)
    found, outlook = looked(world, opening, path)
    assert (found.faults, found.warnings, kinds(outlook)) == ([], [], ["new"])
    assert found.lines[0].given["statements"] == ["political_conduct", "health", "computer_skill"]
    assert found.lines[0].route == "self"
    sheet["A2"] = "模板版本：zaigang-applicants-99"
    book.save(path)
    with pytest.raises(NotReadable, match="模板版本为99"):
        looked(world, opening, path)
    blank_of().write(tmp_path / "all.xlsx")
    assert "责任心与敬业精神" in [cell.value for cell in load_workbook(tmp_path / "all.xlsx")["报名表"][3]]


# ---- from the look to the run ------------------------------------------------------------------------------------


def test_a_list_travels_sealed_for_one_announcement_person_and_day(world: World, tmp_path: Path) -> None:
    opening = an_opening(world)
    found, _ = looked(world, opening, a_list(tmp_path, a_row(1), a_row(2, 文化程度="秀才")))
    at = world.clock()
    text = wrapped(SEAL, opening, CLERK, at, found)
    back = unwrapped(SEAL, opening, CLERK, at, text)
    assert (list(back.lines), back.rows, len(back.faults)) == (found.lines, 2, 1)
    middle = len(text) // 2
    changed = text[:middle] + ("A" if text[middle] != "A" else "B") + text[middle + 1 :]
    other = Seal.from_secret(b"another secret that is quite long enough")
    tomorrow = world.clock.moment.replace(day=2)
    for sealed, number, actor, moment, told in (
        (SEAL, opening + 1, CLERK, at, text),
        (SEAL, opening, replace(CLERK, person_key="e" * 64), at, text),
        (SEAL, opening, replace(CLERK, account_id=8), at, text),
        (SEAL, opening, CLERK, tomorrow, text),
        (other, opening, CLERK, at, text),
        (SEAL, opening, CLERK, at, changed),
        (SEAL, opening, CLERK, at, text[:-8]),
        (SEAL, opening, CLERK, at, ""),
        (SEAL, opening, CLERK, at, "名单"),
    ):
        with pytest.raises(ListGone):
            unwrapped(sealed, number, actor, moment, told)


# ---- hostile files -----------------------------------------------------------------------------------------------


def with_part(workbook: bytes, name: str, content: bytes) -> bytes:
    """The same workbook with one more part."""
    made = BytesIO(workbook)
    with zipfile.ZipFile(made, "a") as book:
        book.writestr(name, content)
    return made.getvalue()


def test_hostile_files_are_refused_before_anything_is_read(world: World, tmp_path: Path) -> None:
    opening = an_opening(world)
    line, before = opening_of(world.office, opening, CLERK), everything(world)
    a_bomb(tmp_path / "bomb.xlsx")
    sound = a_list(tmp_path, a_row(1)).read_bytes()
    hostile = files_to_send.hostile("http://192.0.2.1/")
    sent = {
        "bomb.xlsx": (tmp_path / "bomb.xlsx").read_bytes(),
        "program.xlsx": b"MZ\x90\x00" + bytes(200),
        "program.csv": b"MZ\x90\x00" + bytes(200),
        "old-with-macros.xls": OLE + b"\xa1\xb1\x1a\xe1" + bytes(600) + MACROS,
        "macro.xlsx": hostile["macro-by-part"][0],
        "links.xlsx": with_part(sound, "xl/externalLinks/externalLink1.xml", b"<externalLink/>"),
        "sheet-with-macro.xlsx": with_part(sound, "xl/vbaProject.bin", b"x"),
        "words.xlsx": files_to_send.docx(),
        "empty.csv": b"",
        "hid\nden.xlsx": sound,
        "large.csv": b"x" * (8 * 1024 * 1024 + 1),
    }
    for name, content in sent.items():
        with pytest.raises((FileRefused, NotReadable)), examined(world.office, content, name) as path:
            read(world.office, SEAL, path, line, world.clock())
    for name in ("old-with-macros.xls", "sheet-with-macro.xlsx"):
        with pytest.raises((FileRefused, NotReadable), match="宏"), examined(world.office, sent[name], name) as path:
            read(world.office, SEAL, path, line, world.clock())
    world.office.scanner = Scanner(("false",))
    with pytest.raises(FileRefused, match="病毒"), examined(world.office, sound, "list.xlsx"):
        pass
    assert everything(world) == before
    world.office.scanner = Scanner(("true",))
    with examined(world.office, sound, "LIST.XLSX") as path:
        assert read(world.office, SEAL, path, line, world.clock()).rows == 1
        folder = path.parent
    assert not folder.exists()
