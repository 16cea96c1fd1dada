"""A year's holiday notice is loaded: what crossed it is computed again, on the record, and only that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from states.calendar import Calendar, CalendarYear, Notice, Rest
from states.vocabulary import Role
from tests.support.world import World, colleague, officer
from workflow.audit import verify
from workflow.recompute import recompute

VILLAGE = "610981100201"
TOWN = officer("镇干部甲", Role.EMPLOYER, "610981100", 1)
HRSS = officer("人社干部乙", Role.HRSS, "610981", 2)
HRSS_HEAD = officer("人社局长丁", Role.HRSS, "610981", 4)
RURAL = officer("乡村振兴干部丙", Role.RURAL, "610981", 3)
RURAL_HEAD = officer("乡村振兴局长戊", Role.RURAL, "610981", 5)
REASON = "关于2027年部分节假日安排的通知"


def the_year(new_year_until: int, *worked: date) -> Calendar:
    """2027 as a notice might set it, with New Year's rest up to that day of January, and weekend days worked."""
    rest = (
        Rest("元旦", date(2027, 1, 1), date(2027, 1, new_year_until)),
        Rest("春节", date(2027, 2, 5), date(2027, 2, 11)),
        Rest("清明节", date(2027, 4, 3), date(2027, 4, 5)),
        Rest("劳动节", date(2027, 5, 1), date(2027, 5, 5)),
        Rest("国庆节", date(2027, 10, 1), date(2027, 10, 7)),
    )
    return Calendar.load().with_year(CalendarYear(2027, Notice(REASON, None, date(2026, 11, 5)), rest, worked))


@pytest.fixture
def world(migrated_url: str) -> Iterator[World]:
    regions = {"61": "陕西省", "610981": "旬阳市", "610981100": "城关镇", VILLAGE: "示例村"}
    world = World.on(migrated_url, date(2026, 12, 14), regions)
    yield world
    world.close()


def on_notice(world: World) -> int:
    """A hire whose notice was put up on Monday, 28 December 2026: five working days reach into 2027."""
    person = world.a_person("张某", date(1990, 3, 5), "M", VILLAGE)
    post = world.a_post("xunyang-2022-88", "village", VILLAGE)
    hire = world.an_opening(TOWN, post).hire_ids[0]
    world.do(hire, "apply", TOWN, person_id=person)
    world.do(hire, "check", TOWN)
    world.do(hire, "recheck", colleague(HRSS))
    world.do(hire, "recheck", colleague(RURAL))
    world.walk_to(date(2026, 12, 28))
    world.do(hire, "post_notice", TOWN, posted_on=date(2026, 12, 28), boards=["村公示栏"])
    dossier = world.hire(hire).dossier
    assert (dossier.notice_ends_on, dossier.clocks["notice_period"].provisional) == (date(2027, 1, 5), True)
    return hire


def test_a_notice_that_reached_into_the_year_gets_its_settled_end(world: World) -> None:
    hire = on_notice(world)
    before = world.hire(hire)
    report = recompute(world.office, world.clock(), REASON, 2027, calendar=the_year(5))
    (change,) = report.changed
    assert (change.hire_id, change.deadline) == (hire, "notice_period")
    assert (change.before, change.after, change.provisional) == (date(2027, 1, 5), date(2027, 1, 7), False)
    after = world.hire(hire)
    assert after.version == before.version + 1
    assert after.dossier.notice_ends_on == date(2027, 1, 7)
    assert world.acts(hire)[-1] == "recompute:notice_period"
    assert world.ask("SELECT legal_on FROM timer WHERE hire_id = ? AND status = 'pending'", hire) == [
        (day,) for day in world_days(world, date(2027, 1, 7))
    ]
    # what hangs out says the new day; what was hung out before is still known
    ends = [row[0] for row in world.ask("SELECT ends_on FROM notice WHERE hire_id = ? ORDER BY seq", hire)]
    assert [str(day) for day in ends] == ["2027-01-05", "2027-01-07"]
    assert verify(world.office).faults == []


def world_days(world: World, day: date) -> list[object]:
    """A day as this database gives it."""
    return [day.isoformat() if world.office.database.is_sqlite else day]


def test_a_second_time_changes_nothing(world: World) -> None:
    hire = on_notice(world)
    recompute(world.office, world.clock(), REASON, 2027, calendar=the_year(5))
    before = world.hire(hire)
    assert recompute(world.office, world.clock(), REASON, 2027, calendar=the_year(5)).changed == []
    assert world.hire(hire) == before


def test_the_reason_stands_in_the_trail(world: World) -> None:
    hire = on_notice(world)
    recompute(world.office, world.clock(), REASON, 2027, calendar=the_year(5))
    (body,) = world.ask("SELECT body FROM audit_entry WHERE hire_id = ? ORDER BY seq DESC LIMIT 1", hire)[0]
    assert body["input"]["cause"] == REASON
    assert body["input"]["notice_period"] == "2027-01-05→2027-01-07"
    assert body["actor"]["person"] == "system"


def test_a_day_that_stays_becomes_certain(world: World) -> None:
    hire = on_notice(world)
    same_end = the_year(1)  # no more than what is free in every year
    report = recompute(world.office, world.clock(), REASON, 2027, calendar=same_end)
    assert [(c.before, c.after, c.provisional) for c in report.changed] == [(date(2027, 1, 5), date(2027, 1, 5), False)]
    assert report.moved == 0
    assert not world.hire(hire).dossier.clocks["notice_period"].provisional
    flags = world.ask("SELECT provisional FROM timer WHERE hire_id = ? AND status = 'pending'", hire)
    assert [bool(flag) for (flag,) in flags] == [False]
    assert verify(world.office).faults == []


def test_a_notice_that_waited_for_the_year_closes_when_it_is_loaded(world: World) -> None:
    """While the year is missing the end of the notice does not bind: its timer is refused, and asked again now."""
    hire = on_notice(world)
    world.walk_to(date(2027, 1, 10))
    assert world.hire(hire).stage == "notice"
    assert world.hire(hire).dossier.clocks["notice_period"].blocked
    calendar = the_year(1, date(2027, 1, 2))
    recompute(world.office, world.clock(), REASON, 2027, calendar=calendar)
    world.office.setting = replace(world.office.setting, calendar=calendar)
    world.walk(1)
    assert world.hire(hire).stage == "notice_closed"
    assert verify(world.office).faults == []


def test_a_hire_without_anything_provisional_is_left_alone(world: World) -> None:
    person = world.a_person("李某", date(1991, 3, 5), "M", VILLAGE)
    post = world.a_post("xunyang-2022-88", "village", VILLAGE)
    hire = world.an_opening(TOWN, post).hire_ids[0]
    world.do(hire, "apply", TOWN, person_id=person)
    before = world.hire(hire)
    assert recompute(world.office, world.clock(), REASON, 2027, calendar=the_year(5)).changed == []
    assert world.hire(hire) == before


def test_a_report_that_is_owed_gets_its_settled_day(world: World) -> None:
    """备案: five working days from a contract signed at the end of the year."""
    hire = on_notice(world)
    world.office.setting = replace(world.office.setting, calendar=the_year(3))
    recompute(world.office, world.clock(), REASON, 2027, calendar=the_year(3))
    world.walk_to(date(2027, 1, 6))
    world.do(hire, "report", TOWN)
    world.do(hire, "approve", HRSS_HEAD)
    world.do(hire, "approve", RURAL_HEAD)
    world.do(hire, "train", HRSS, held_on=date(2027, 1, 6), passed=True)
    world.do(hire, "start", TOWN, started_on=date(2027, 1, 6))
    world.walk_to(date(2027, 1, 29))
    # the office forgets the year again: the report is owed on an uncertain day
    world.office.setting = replace(world.office.setting, calendar=Calendar.load())
    world.do(hire, "sign", TOWN, signed_on=date(2027, 1, 29))
    (filing,) = world.hire(hire).dossier.filings
    assert (filing.due_on, filing.provisional) == (date(2027, 2, 5), True)
    report = recompute(world.office, world.clock(), REASON, 2027, calendar=the_year(3))
    name = f"filing:contract:{filing.seq}"
    assert {(c.deadline, c.after, c.provisional) for c in report.changed} >= {(name, date(2027, 2, 12), False)}
    (filing,) = world.hire(hire).dossier.filings
    assert (filing.due_on, filing.provisional) == (date(2027, 2, 12), False)
    (row,) = world.ask("SELECT due_on, provisional FROM filing WHERE hire_id = ?", hire)
    assert (str(row[0]), bool(row[1])) == ("2027-02-12", False), "lists of what is owed speak of the day that holds"
    assert verify(world.office).faults == []
