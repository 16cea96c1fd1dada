"""A year is loaded: what was foretold is done, every process goes by it, and a kill in between loses nothing."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from notifications import inbox
from notifications.delivery import address
from notifications.messages import Reader
from states.calendar import CalendarYear, Notice, Rest
from states.facts import Actor, Grant
from states.refusals import InputRefused
from states.vocabulary import Role
from tests.support.world import World, officer
from workflow import failpoints, office_log
from workflow.audit import verify
from workflow.calendar_years import (
    SILENCE,
    YearsChanged,
    applying,
    begin,
    foresee,
    go_on,
    may_load,
    take_up,
    with_year,
)
from workflow.grants import settled
from workflow.office import Office
from workflow.settings import Settings
from workflow.tables import Account, Substitution
from workflow.years_kept import kept_years

OWN, OTHER = "610981100", "610981101"
TOWN = officer("镇干部甲", Role.EMPLOYER, "610981", 1)
HRSS = officer("人社干部乙", Role.HRSS, "610981", 2)
RURAL = officer("乡村振兴干部丙", Role.RURAL, "610981", 3)
REASON = "国务院办公厅关于2027年部分节假日安排的通知"
REGIONS = {
    "61": "陕西省",
    "610981": "旬阳市",
    OWN: "城关镇",
    OTHER: "棕溪镇",
}


def the_year(new_year_until: int, *worked: date, number: int = 2027) -> CalendarYear:
    """2027 as a notice might set it, with New Year's rest up to that day of January, and weekend days worked."""
    rest = (
        Rest("元旦", date(2027, 1, 1), date(2027, 1, new_year_until)),
        Rest("春节", date(2027, 2, 5), date(2027, 2, 11)),
        Rest("清明节", date(2027, 4, 3), date(2027, 4, 5)),
        Rest("劳动节", date(2027, 5, 1), date(2027, 5, 5)),
        Rest("国庆节", date(2027, 10, 1), date(2027, 10, 7)),
    )
    return CalendarYear(number, Notice(REASON, None, date(2026, 11, 5)), rest, worked)


@pytest.fixture
def world(migrated_url: str) -> Iterator[World]:
    world = World.on(migrated_url, date(2026, 12, 14), REGIONS)
    yield world
    world.close()


def on_notice(world: World, name: str, town: str = OWN) -> int:
    """A hire whose notice was put up on Monday, 28 December 2026: five working days reach into 2027."""
    person = world.a_person(name, date(1990, 3, 5), "M", town)
    post = world.a_post("xunyang-2022-88", "town", town)
    hire = world.an_opening(TOWN, post).hire_ids[0]
    world.do(hire, "apply", TOWN, person_id=person)
    world.do(hire, "check", TOWN)
    world.do(hire, "recheck", HRSS)
    world.do(hire, "recheck", RURAL)
    if world.clock.today < date(2026, 12, 28):
        world.walk_to(date(2026, 12, 28))
    world.do(hire, "post_notice", TOWN, posted_on=date(2026, 12, 28), boards=["村公示栏"])
    return hire


def load(world: World, year: CalendarYear, reason: str = REASON) -> None:
    _, mark = with_year(world.office, year)
    begin(world.office, year, HRSS, world.clock(), reason, mark)


def an_account(world: World, name: str, role: Role, region: str) -> int:
    with world.office.database.session() as session:
        account = Account(
            username=name, password_hash="-", person_key=name, name=name, created_at=world.clock(), email=None
        )
        session.add(account)
        session.flush()
        assert account.id is not None
        session.add(settled(account.id, role, region, world.clock() - timedelta(days=400)))
        return account.id


# ---- foretold and done ----------------------------------------------------------------------------------------------


def test_what_was_foretold_is_what_is_done(world: World) -> None:
    on_notice(world, "张某"), on_notice(world, "李某", OTHER)
    calendar, _ = with_year(world.office, the_year(5))
    before = world.ask("SELECT id, version, audit_head FROM hire ORDER BY id")
    foretold = foresee(world.office, calendar, 2027, world.clock(), ("",))
    assert world.ask("SELECT id, version, audit_head FROM hire ORDER BY id") == before
    assert (foretold.hires, foretold.moved, foretold.elsewhere, foretold.whole) == (2, 2, 0, True)
    assert foretold.by_place == {"610981100": 1, "610981101": 1}
    load(world, the_year(5))
    done = go_on(world.office, world.clock())
    assert done is not None
    assert done.finished
    assert tuple(sorted(done.changes, key=lambda c: (c.hire_id, c.deadline))) == foretold.changes
    assert {c.after for c in done.changes} == {date(2027, 1, 7)}
    assert verify(world.office).faults == []


def test_a_preview_tells_of_other_regions_only_how_many(world: World) -> None:
    near, _ = on_notice(world, "张某"), on_notice(world, "李某", OTHER)
    calendar, _ = with_year(world.office, the_year(5))
    foretold = foresee(world.office, calendar, 2027, world.clock(), (OWN,))
    assert {change.hire_id for change in foretold.changes} == {near}
    assert (foretold.by_place, foretold.elsewhere) == ({"610981100": 1}, 1)
    assert foresee(world.office, calendar, 2027, world.clock(), ()).elsewhere == 2


def test_a_second_load_is_a_correction_and_moves_what_was_certain(world: World) -> None:
    hire = on_notice(world, "张某")
    load(world, the_year(3))
    go_on(world.office, world.clock())
    clock = world.hire(hire).dossier.clocks["notice_period"]
    assert (clock.due_on, clock.provisional) == (date(2027, 1, 5), False)
    corrected = the_year(5)
    calendar, _ = with_year(world.office, corrected)
    foretold = foresee(world.office, calendar, 2027, world.clock(), ("",))
    assert [(c.before, c.after) for c in foretold.changes] == [(date(2027, 1, 5), date(2027, 1, 7))]
    load(world, corrected, "更正：元旦假期到五日")
    done = go_on(world.office, world.clock())
    assert done is not None
    assert done.moved == 1
    assert world.hire(hire).dossier.notice_ends_on == date(2027, 1, 7)
    acts = [row[0] for row in world.ask("SELECT act FROM office_log WHERE book = 'calendar' ORDER BY seq")]
    assert acts == ["load", "applied", "correct", "applied"]
    with world.office.database.reading() as connection:
        assert list(office_log.verify(connection)) == []
        assert kept_years(connection)[2027].reason == "更正：元旦假期到五日"
    assert verify(world.office).faults == []


def test_a_notice_keeps_its_list_and_its_boards(world: World) -> None:
    hire = on_notice(world, "张某")
    load(world, the_year(5))
    go_on(world.office, world.clock())
    rows = world.ask("SELECT sheet, board_days, posted_on, ends_on FROM notice WHERE hire_id = ? ORDER BY seq", hire)
    assert len(rows) == 2
    assert rows[0][:3] == rows[1][:3]
    assert str(rows[1][3]) == "2027-01-07"


# ---- refused --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("reason", "refused"), [("四个字了", True), ("五个字够了", False), ("x" * 501, True)])
def test_a_load_wants_a_reason(world: World, reason: str, refused: bool) -> None:
    if refused:
        with pytest.raises(InputRefused):
            load(world, the_year(5), reason)
        assert world.ask("SELECT year FROM calendar_year") == []
    else:
        load(world, the_year(5), reason)


def test_a_preview_that_was_overtaken_is_refused(world: World) -> None:
    _, mark = with_year(world.office, the_year(5))
    load(world, the_year(3))
    with pytest.raises(YearsChanged):
        begin(world.office, the_year(5), HRSS, world.clock(), REASON, mark)
    _, mark = with_year(world.office, the_year(5))
    with pytest.raises(YearsChanged):  # the first one is not done yet
        begin(world.office, the_year(5), HRSS, world.clock(), REASON, mark)
    go_on(world.office, world.clock())
    begin(world.office, the_year(5), HRSS, world.clock(), REASON, mark)


@pytest.mark.parametrize(
    ("role", "region", "may"),
    [
        (Role.HRSS, "610981", True),
        (Role.COUNTY, "610981", True),
        (Role.HRSS, "6109", True),
        (Role.HRSS, "610981100", False),
        (Role.RURAL, "610981", False),
        (Role.SUPERVISOR, "61", False),
        (Role.SYSTEM_ADMIN, "", False),
    ],
)
def test_who_may_load(role: Role, region: str, may: bool) -> None:
    assert may_load(Actor(1, "x", "x", (Grant(role, region),))) is may


# ---- every process --------------------------------------------------------------------------------------------------


def test_another_process_goes_by_the_new_year_without_a_restart(world: World, migrated_url: str) -> None:
    other = Office.open(Settings(database_url=migrated_url), world.clock)
    try:
        assert 2027 not in other.setting.calendar.years
        load(world, the_year(5))
        other.years._asked_at -= 1.0  # a second later
        assert other.setting.calendar.is_rest_day(date(2027, 1, 5))
        assert world.office.setting.calendar == other.setting.calendar
    finally:
        other.database.dispose()


def test_a_process_asks_at_most_once_a_second(world: World, migrated_url: str) -> None:
    other = Office.open(Settings(database_url=migrated_url), world.clock)
    try:
        assert 2027 not in other.setting.calendar.years
        load(world, the_year(5))
        asked = other.years._asked_at
        assert other.setting.calendar is not None
        assert other.years._asked_at == asked
    finally:
        other.database.dispose()


# ---- broken off -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("point", ["before_commit", "after_commit"])
def test_a_load_that_was_killed_is_taken_up_and_done_once(
    world: World, point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workflow.recompute.BATCH", 1)
    reader = an_account(world, "zhen", Role.EMPLOYER, "610981")
    hires = [on_notice(world, f"人{n}") for n in range(3)]
    load(world, the_year(5))
    world.office.database.dispose()
    pid = os.fork()
    if pid == 0:
        try:
            failpoints.arm(f"{point}:2")
            go_on(world.office, world.clock())
        finally:
            os._exit(0)
    _, status = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(status)
    assert os.WTERMSIG(status) == signal.SIGKILL
    moved = [h for h in hires if world.hire(h).dossier.notice_ends_on == date(2027, 1, 7)]
    assert len(moved) == (1 if point == "before_commit" else 2)
    assert take_up(world.office, world.clock()) is None, "somebody may still be at it"
    world.clock.moment += SILENCE
    done = take_up(world.office, world.clock())
    assert done is not None
    assert done.finished
    assert len(done.changes) == 3 - len(moved)
    for hire in hires:
        assert world.acts(hire).count("recompute:notice_period") == 1
        assert world.hire(hire).dossier.notice_ends_on == date(2027, 1, 7)
    with world.office.database.reading() as connection:
        assert applying(connection) is None
    assert take_up(world.office, world.clock() + SILENCE) is None
    assert verify(world.office).faults == []
    address(world.office, world.clock())
    (letter,) = [item for item in inbox.page(world.office, reader, reader=Reader()) if "2027" in item.message.subject]
    assert letter.message.subject == "2027年放假安排已载入，3件期限有更新"


def test_stopping_leaves_the_rest_to_the_next(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workflow.recompute.BATCH", 1)
    hires = [on_notice(world, f"人{n}") for n in range(3)]
    load(world, the_year(5))
    turns = iter([False, True])
    done = go_on(world.office, world.clock(), stopping=lambda: next(turns))
    assert done is not None
    assert not done.finished
    assert len(done.changes) == 1
    with world.office.database.reading() as connection:
        load_now = applying(connection)
    assert load_now is not None
    assert (load_now.after, load_now.hires, load_now.changed) == (hires[0], 1, 1)
    again = go_on(world.office, world.clock())
    assert again is not None
    assert [change.hire_id for change in again.changes] == hires[1:]


# ---- letters --------------------------------------------------------------------------------------------------------


def test_one_letter_to_each_account_and_none_to_others(world: World) -> None:
    near = an_account(world, "zhen", Role.EMPLOYER, "610981100")
    county = an_account(world, "xian", Role.EMPLOYER, "610981")
    strangers = [an_account(world, "bie", Role.EMPLOYER, "610929"), an_account(world, "rs", Role.HRSS, "610981")]
    today = world.clock.today
    deputy, late = (an_account(world, name, Role.EMPLOYER, "610929") for name in ("dai", "guo"))
    with world.office.database.session() as session:
        for account, until in ((deputy, today + timedelta(60)), (late, today - timedelta(1))):
            row = Substitution(
                principal_id=near,
                deputy_id=account,
                role="employer",
                region="610981100",
                from_on=today - timedelta(3),
                until_on=until,
                reason="休假",
                asked_by="zhen",
                asked_at=world.clock(),
                accepted_at=world.clock(),
            )
            session.add(row)
    for n in range(3):
        on_notice(world, f"人{n}")
    on_notice(world, "人九", OTHER)
    load(world, the_year(5))
    go_on(world.office, world.clock())
    address(world.office, world.clock())

    def told(account: int) -> list[str]:
        letters = inbox.page(world.office, account, reader=Reader(public_url="http://x"))
        return [item.message.body for item in letters if "放假" in item.message.subject]

    assert ["3件聘用的期限" in body and "3件的最后一日" in body for body in told(near)] == [True]
    assert ["4件聘用的期限" in body and "http://x/years/2027" in body for body in told(county)] == [True]
    assert [told(account) for account in strangers] == [[], []]
    assert told(deputy) == told(near) and told(late) == [], "who stands in hears it, in the window alone"


def test_letters_wait_until_the_load_has_ended(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workflow.recompute.BATCH", 1)
    reader = an_account(world, "zhen", Role.EMPLOYER, "610981")
    on_notice(world, "人一"), on_notice(world, "人二")
    load(world, the_year(5))
    turns = iter([False, True])
    go_on(world.office, world.clock(), stopping=lambda: next(turns))
    address(world.office, world.clock())
    assert not [i for i in inbox.page(world.office, reader, reader=Reader()) if "放假" in i.message.subject]
    go_on(world.office, world.clock())
    address(world.office, world.clock())
    assert inbox.page(world.office, reader, reader=Reader())[0].message.subject.endswith("2件期限有更新")
