"""Notices by the sheet: counted from the last board, corrected together, shown to have hung, gone when over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from states.facts import Actor, Grant
from states.refusals import InputRefused, StaleHire
from states.vocabulary import Role
from tests.support import sheets
from tests.support.lives import FIRST_DAY, NEIMENGGU, begin, live
from tests.support.sheets import AFTER, BOARDS, DAY, ENDS_ON, HRSS, OTHER_HRSS, TOWN, Sheet, a_sheet
from tests.support.world import World, officer
from workflow.engine import Done
from workflow.notices import Hung, Run, candidates, put_up, restart, show_hung
from workflow.queries import notices, public_sheets, scoped
from workflow.queries.public_notices import contact_of, hung_once
from workflow.tables import metadata


@pytest.fixture
def sheet(migrated_url: str) -> Iterator[Sheet]:
    sheet = a_sheet(migrated_url)
    yield sheet
    sheet.world.close()


def entries(sheet: Sheet, act: str) -> list[Any]:
    """Hire and batch of every entry of an act."""
    rows = sheet.world.ask("SELECT hire_id, body FROM audit_entry WHERE act = ? ORDER BY hire_id, seq", act)
    return [(hire_id, body.get("batch")) for hire_id, body in rows]


def hung(*days: date) -> list[Hung]:
    return [Hung(board.name, day) for board, day in zip(BOARDS, days, strict=False)]


def again(sheet: Sheet, *days: date, reason: str = "更正岗位名称", by: Actor = TOWN) -> Run:
    return restart(sheet.world.office, by, sheet.world.clock(), sheet.line(), hung(*days), reason)


# ---- one list ----------------------------------------------------------------------------------------------------


def test_persons_put_up_together_stand_on_one_sheet_with_an_entry_each(sheet: Sheet) -> None:
    assert sheet.number == "1-1-20220601"
    assert sheet.run is not None and [type(one) for one in sheet.run.outcomes.values()] == [Done] * 3
    assert entries(sheet, "post_notice") == [(hire, sheet.run.batch) for hire in sheet.hires.values()]
    shown = sheet.shown
    assert shown is not None
    assert [(one.name, one.sex, one.village) for one in shown.people] == [
        ("张三", "男", "示例村"),
        ("李四", "男", "示例村"),
        ("王五", "男", "河湾社区"),
    ]
    assert (shown.begins_on, shown.ends_on, shown.provisional) == (DAY, ENDS_ON, False)
    line = sheet.line()
    assert [one.person_name for one in line.people] == ["张三", "李四", "王五"]
    assert line.without_evidence == ("城关镇政府公示栏", "示例村村民委员会公示栏")


def test_only_those_chosen_are_put_up_and_a_hire_that_changed_is_refused(migrated_url: str) -> None:
    sheet = sheets.candidates_of(migrated_url)
    office, at = sheet.world.office, sheet.world.clock()
    with office.database.reading() as connection:
        (batch,) = candidates(office, connection, scoped(TOWN), TOWN)
        assert candidates(office, connection, scoped(HRSS), HRSS) == ()
    versions = {one.hire_id: one.version for one in batch.candidates}
    versions[sheet.hires["李四"]] -= 1
    del versions[sheet.hires["王五"]]
    run = put_up(office, TOWN, at, batch, {**versions, 999: 1}, BOARDS)
    assert run.done == 1
    assert {type(one) for one in run.outcomes.values()} == {Done, StaleHire}
    assert [one.name for one in sheet.shown.people] == ["张三"]  # type: ignore[union-attr]
    with office.database.reading() as connection:
        (rest,) = candidates(office, connection, scoped(TOWN), TOWN)
    assert [one.name for one in rest.candidates] == ["李四", "王五"]
    for chosen, boards in (({}, BOARDS), ({999: 1}, BOARDS), ({sheet.hires["王五"]: 1}, ())):
        with pytest.raises(InputRefused):
            put_up(office, TOWN, at, batch, chosen, boards)
    log = sheet.world.ask("SELECT act, body FROM office_log WHERE book = 'notices'")
    assert [(act, body["facts"]["batch"], body["facts"]["done"]) for act, body in log] == [("put_up", run.batch, 1)]
    sheet.world.close()


# ---- the count ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("day", "there"), [(date(2022, 5, 31), False), (DAY, True), (ENDS_ON, True), (AFTER, False)])
def test_a_sheet_is_there_from_its_first_day_to_its_last(sheet: Sheet, day: date, there: bool) -> None:
    assert (sheet.shown_on(day) is not None) is there
    with sheet.world.office.database.reading() as connection:
        assert bool(public_sheets(connection, day).sheets) is there
        assert hung_once(connection, sheet.number)
        assert not hung_once(connection, "1-1-20220602")


def test_a_board_added_late_moves_the_end(sheet: Sheet) -> None:
    """One board hung from the first, the other was forgotten until the sixth: the count begins with the last."""
    sheet.world.walk_to(date(2022, 6, 6))
    run = again(sheet, DAY, date(2022, 6, 6))
    assert run.done == 3
    line = sheet.line(number="1-1-20220606")
    assert [(board.name, board.posted_on) for board in line.boards] == [
        ("城关镇政府公示栏", DAY),
        ("示例村村民委员会公示栏", date(2022, 6, 6)),
    ]
    assert (line.begins_on, line.ends_on) == (date(2022, 6, 6), date(2022, 6, 13))
    hire = next(iter(sheet.hires.values()))
    for day, open_now in ((date(2022, 6, 10), False), (date(2022, 6, 13), False), (date(2022, 6, 14), True)):
        sheet.world.walk_to(day)
        assert (sheet.world.hire(hire).stage == "notice_closed") is open_now


@pytest.mark.parametrize(("first", "second"), [(DAY, date(2022, 6, 6)), (date(2022, 6, 6), DAY)])
def test_the_last_board_counts_in_whatever_order_they_are_named(migrated_url: str, first: date, second: date) -> None:
    sheet = sheets.candidates_of(migrated_url, ("张三",))
    sheet.world.walk_to(date(2022, 6, 6))
    office = sheet.world.office
    with office.database.reading() as connection:
        (batch,) = candidates(office, connection, scoped(TOWN), TOWN)
    versions = {one.hire_id: one.version for one in batch.candidates}
    put_up(office, TOWN, sheet.world.clock(), batch, versions, hung(first, second))
    assert sheet.line().ends_on == date(2022, 6, 13)
    sheet.world.close()


def test_a_correction_takes_everybody_along_and_counts_anew(sheet: Sheet) -> None:
    sheet.world.walk_to(date(2022, 6, 8))
    run = again(sheet, date(2022, 6, 8), date(2022, 6, 8))
    assert entries(sheet, "restart_notice") == [(hire, run.batch) for hire in sheet.hires.values()]
    with sheet.world.office.database.reading() as connection:
        (shown,) = public_sheets(connection, date(2022, 6, 8)).sheets
        both = notices(connection, scoped(HRSS), date(2022, 6, 8))
        running = notices(connection, scoped(HRSS), date(2022, 6, 8), running=True)
        over = notices(connection, scoped(HRSS), date(2022, 6, 8), running=False)
    assert (shown.sheet, shown.ends_on) == ("1-1-20220608", date(2022, 6, 15))
    assert [line.sheet for line in both.lines] == ["1-1-20220608", "1-1-20220601"]
    assert [line.sheet for line in running.lines] == ["1-1-20220608"]
    assert [line.sheet for line in over.lines] == ["1-1-20220601"]
    assert all(one.replaced and not one.hangs for one in over.lines[0].people)
    assert all(not one.replaced and one.hangs for one in running.lines[0].people)
    sheet.world.walk_to(date(2022, 6, 10))
    assert {sheet.world.hire(hire).stage for hire in sheet.hires.values()} == {"notice"}
    sheet.world.walk_to(date(2022, 6, 16))
    assert {sheet.world.hire(hire).stage for hire in sheet.hires.values()} == {"notice_closed"}


def test_a_correction_needs_a_reason_a_board_and_somebody_left(sheet: Sheet) -> None:
    office, at, line = sheet.world.office, sheet.world.clock(), sheet.line()
    for boards, reason in ((BOARDS, " "), ((), "更正岗位名称")):
        with pytest.raises(InputRefused):
            restart(office, TOWN, at, line, boards, reason)
    assert again(sheet, DAY, DAY, by=HRSS).done == 0
    sheet.world.walk_to(AFTER)
    with pytest.raises(InputRefused, match="boards"):
        again(sheet, AFTER)
    assert entries(sheet, "restart_notice") == []


def test_one_persons_objection_holds_that_person_alone(sheet: Sheet) -> None:
    world = sheet.world
    held = sheet.hires["李四"]
    world.do(held, "object", TOWN, text="有人反映其不在本村居住。")
    for hire in sheet.hires.values():
        assert "notice_period_over" in world.articles(hire, "close_notice", officer("system", Role.SYSTEM, ""))
    world.walk_to(AFTER)
    assert {name: world.hire(hire).stage for name, hire in sheet.hires.items()} == {
        "张三": "notice_closed",
        "李四": "notice",
        "王五": "notice_closed",
    }
    with world.office.database.reading() as connection:
        (running,) = notices(connection, scoped(TOWN), AFTER, running=True).lines
    assert {one.person_name: one.open_objections for one in running.people} == {"张三": 0, "李四": 1, "王五": 0}
    assert not running.hangs
    (objection,) = world.hire(held).dossier.open_objections
    world.do(held, "dismiss_objection", OTHER_HRSS, objection=objection, reason="经入户核实，常住本村。")
    world.walk(1)
    assert world.hire(held).stage == "notice_closed"
    with world.office.database.reading() as connection:
        assert notices(connection, scoped(TOWN), world.clock.today, running=True).lines == ()


# ---- coming down -------------------------------------------------------------------------------------------------


def _returned(sheet: Sheet, hire: int) -> None:
    sheet.world.do(hire, "return_to", HRSS, to="qualified", reason="材料有误，退回重审")


WAYS_DOWN = {
    "withdrawn": lambda sheet, hire: sheet.world.do(hire, "withdraw", TOWN),
    "returned": _returned,
    "upheld": lambda sheet, hire: (
        sheet.world.do(hire, "object", TOWN, text="不符合条件"),
        sheet.world.do(
            hire, "uphold_objection", OTHER_HRSS, objection=sheet.world.hire(hire).audit_seq, reason="情况属实"
        ),
    ),
}


@pytest.mark.parametrize("way", WAYS_DOWN)
def test_a_person_comes_down_when_the_purpose_has_ended(sheet: Sheet, way: str) -> None:
    before = sheet.shown
    WAYS_DOWN[way](sheet, sheet.hires["李四"])
    shown = sheet.shown
    assert before is not None and shown is not None
    assert [one.name for one in shown.people] == ["张三", "王五"]
    assert shown.digest != before.digest
    assert {one.person_name: one.hangs for one in sheet.line().people} == {"张三": True, "李四": False, "王五": True}


def test_returned_within_the_notices_of_a_document_of_two_rounds_it_comes_down_too(migrated_url: str) -> None:
    """Inner Mongolia: from the township's notice back to its review, which is as public a state as before."""
    world = World.on(migrated_url, FIRST_DAY, {})
    lives = begin(world, [replace(NEIMENGGU, lives={"three_years": NEIMENGGU.lives["three_years"]})])
    (hire,) = (life.hire_id for life in lives)
    while world.hire(hire).stage != "notice_township":
        live(world, lives, world.clock.today + timedelta(days=1))
    with world.office.database.reading() as connection:
        (shown,) = public_sheets(connection, world.clock.today).sheets
    assert shown.round == 2
    world.do(hire, "return_to", NEIMENGGU.officer("hrss"), to="village_noticed", reason="名单有误，退回重审")
    assert world.hire(hire).state.value == "publicized"
    with world.office.database.reading() as connection:
        assert public_sheets(connection, world.clock.today).sheets == ()
    world.close()


def test_the_digest_is_of_the_content_and_of_nothing_else(sheet: Sheet) -> None:
    before = sheet.shown
    sheet.world.do(sheet.hires["李四"], "comment", TOWN, text="已电话通知本人")
    after = sheet.shown
    assert before is not None and after is not None
    assert after.digest == before.digest
    assert after.trail != before.trail


# ---- evidence ----------------------------------------------------------------------------------------------------


def test_evidence_is_shown_for_its_board_and_asked_for_anew_after_a_correction(sheet: Sheet) -> None:
    office, world = sheet.world.office, sheet.world
    address = "https://example.gov.cn/gs/1"
    run = show_hung(office, TOWN, world.clock(), sheet.line(), BOARDS[0].name, address=address)
    assert run.done == 3 and entries(sheet, "attach") == [(hire, run.batch) for hire in sheet.hires.values()]
    line = sheet.line()
    assert line.without_evidence == (BOARDS[1].name,)
    (evidence,) = line.boards[0].evidence
    assert (evidence.address, evidence.board) == (address, BOARDS[0].name)
    world.walk_to(date(2022, 6, 6))
    again(sheet, date(2022, 6, 6), date(2022, 6, 6))
    assert sheet.line(number="1-1-20220606").without_evidence == (BOARDS[0].name, BOARDS[1].name)
    assert sheet.line(number="1-1-20220601").without_evidence == (BOARDS[1].name,)


def test_evidence_belongs_to_a_board_and_is_a_file_or_an_address(sheet: Sheet) -> None:
    office, at, line = sheet.world.office, sheet.world.clock(), sheet.line()
    with pytest.raises(InputRefused, match="board"):
        show_hung(office, TOWN, at, line, "别处", address="https://example.gov.cn/1")
    with pytest.raises(InputRefused, match="file"):
        show_hung(office, TOWN, at, line, BOARDS[0].name)
    for wrong in ("javascript:alert(1)", "ftp://x/1", "https://x/中文", "http://", "x" * 600):
        run = show_hung(office, TOWN, at, line, BOARDS[0].name, address=wrong)
        assert run.done == 0, wrong
    assert entries(sheet, "attach") == []


# ---- who sees it, and where --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "found"),
    [
        ("城关", 1),
        ("旬阳", 1),
        ("示例村", 1),
        ("河湾", 1),
        ("别的村", 0),
        ("安康", 0),
        ("陕西", 0),
        ("%", 0),
        ("_", 0),
        ("'; --", 0),
    ],
)
def test_sheets_are_found_by_the_name_of_their_place(sheet: Sheet, place: str, found: int) -> None:
    """The place of the post and the homes of the persons count; a province or a city is no place to look in."""
    with sheet.world.office.database.reading() as connection:
        assert len(public_sheets(connection, DAY, place=place).sheets) == found


def test_lists_go_on_where_they_stopped(migrated_url: str) -> None:
    sheet = sheets.candidates_of(migrated_url)
    office, world = sheet.world.office, sheet.world
    for name in sheet.hires:
        with office.database.reading() as connection:
            (batch,) = candidates(office, connection, scoped(TOWN), TOWN)
        version = next(one.version for one in batch.candidates if one.name == name)
        put_up(office, TOWN, world.clock(), batch, {sheet.hires[name]: version}, hung(world.clock.today))
        world.walk(1)
    with office.database.reading() as connection:
        seen: list[str] = []
        after = None
        for _ in range(3):
            page = public_sheets(connection, world.clock.today, after=after, limit=1)
            seen += [one.sheet for one in page.sheets]
            after = page.after
        mine: list[str] = []
        key = None
        for _ in range(3):
            lines = notices(connection, scoped(TOWN), world.clock.today, after=key, limit=1)
            mine += [one.sheet for one in lines.lines]
            key = lines.after
    assert seen == ["1-1-20220601", "1-1-20220602", "1-1-20220603"] and after is None
    assert mine == seen[::-1] and key is None
    world.close()


def test_an_office_of_another_place_sees_no_sheet(sheet: Sheet) -> None:
    abroad = Actor(99, "abroad", "别县", (Grant(Role.HRSS, "610929"),))
    with sheet.world.office.database.reading() as connection:
        assert notices(connection, scoped(abroad), DAY).lines == ()


@pytest.mark.parametrize(
    ("phones", "shown"),
    [
        ({}, None),
        ({"6109": "0915-1"}, "0915-1"),
        ({"6109": "0915-1", "610981": "0915-7"}, "0915-7"),
        ({"62": "x"}, None),
    ],
)
def test_the_narrowest_phone_is_shown(sheet: Sheet, phones: dict[str, str], shown: str | None) -> None:
    setting = metadata.tables["setting"]
    with sheet.world.office.database.transaction() as writing:
        for region, phone in phones.items():
            row = {"name": f"supervision_phone:{region}", "value": phone, "changed_at": sheet.world.clock()}
            writing.execute(setting.insert(), [row])
    with sheet.world.office.database.reading() as reading:
        assert contact_of(reading, "610981100").telephone == shown
    assert sheet.shown is not None and sheet.shown.contact.telephone == shown


def test_a_last_day_that_is_not_certain_is_said_to_be_provisional(migrated_url: str) -> None:
    """The year's holidays are not announced: the day is shown as provisional, and it closes nothing."""
    sheet = a_sheet(migrated_url, ("张三",))
    shown = sheet.shown
    assert shown is not None and not shown.provisional
    with sheet.world.office.database.transaction() as connection:
        connection.execute(metadata.tables["notice"].update().values(provisional=True))
    assert replace(sheet.shown, provisional=False, digest="") == replace(shown, digest="")  # type: ignore[type-var]
    assert sheet.shown.provisional and sheet.line().provisional  # type: ignore[union-attr]
    sheet.world.close()
