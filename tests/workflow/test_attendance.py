"""Attendance is kept by who is near, for days on post; devices are evidence; pay that rests on it is void or closed."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from threading import Barrier

import pytest
from sqlalchemy import insert, select, update

from states.facts import Actor, Grant
from states.refusals import InputRefused, NoSuchHire, Refusal, StepNotOffered
from states.vocabulary import Role
from tests.support.world import World, officer
from tests.support.xunyang import BEGINS, HRSS, RURAL, START, TOWN, VILLAGE, in_notice, to_contract
from tests.support.xunyang import REGIONS as PLACES
from workflow import attendance, office_log, pay_sheets
from workflow.attendance import (
    Entry,
    Kept,
    SheetRefused,
    StaleMonth,
    confirm_exception,
    record,
    record_sheet,
    verify,
)
from workflow.pay_sheets import Order
from workflow.tables import metadata

JUNE, JULY, AUGUST = date(2022, 6, 1), date(2022, 7, 1), date(2022, 8, 1)
REGIONS = {**PLACES, "610981101": "棕溪镇"}
OTHER_VILLAGE = "610981100202"
CADRE = officer("村干部甲", Role.VILLAGE, VILLAGE, 21)
#: on post from Monday the 13th on; the 18th, 19th, 25th and 26th are weekends
FULL = "-" * 12 + "11111rr11111rr1111"


@pytest.fixture
def world(migrated_url: str) -> Iterator[World]:
    """One at work since 13 June 2022; it is 1 July."""
    world = World.on(migrated_url, START, REGIONS)
    hire = in_notice(world, "甲某")
    to_contract(world, hire)
    world.walk_to(JULY)
    world.people["hire"] = hire
    yield world
    world.close()


def hire_of(world: World) -> int:
    return world.people["hire"]


def keep(world: World, marks: str = FULL, by: Actor = CADRE, month: date = JUNE, **more: object) -> int:
    values = {"source": "page", "version": kept(world, month).version if kept_or_none(world, month) else 0} | more
    return record(world.office, hire_of(world), month, marks, by, world.clock(), **values)  # type: ignore[arg-type]


def kept_or_none(world: World, month: date = JUNE) -> Kept | None:
    with world.office.database.reading() as connection:
        return attendance.months(connection, [hire_of(world)], month).get(hire_of(world))


def kept(world: World, month: date = JUNE) -> Kept:
    found = kept_or_none(world, month)
    assert found is not None
    return found


def refused(world: World, marks: str = FULL, by: Actor = CADRE, month: date = JUNE, **more: object) -> Refusal:
    """The refusal of a writing, which changed nothing."""
    before, log = kept_or_none(world, month), entries(world)
    with pytest.raises(Refusal) as refusal:
        keep(world, marks, by, month, **more)
    assert (kept_or_none(world, month), entries(world)) == (before, log)
    return refusal.value


def fault(refusal: Refusal) -> str:
    assert isinstance(refusal, InputRefused), refusal
    return "；".join(sentence.text() for sentence in refusal.faults.values())


def entries(world: World) -> int:
    return len(world.ask("SELECT seq FROM office_log WHERE book = 'attendance'"))


def faults(world: World) -> list[str]:
    with world.office.database.reading() as connection:
        assert list(office_log.verify(connection)) == []
        return [one.kind for one in verify(connection)]


def test_a_month_is_recorded_held_to_what_was_read_and_verified(world: World) -> None:
    assert keep(world) == 1
    assert (kept(world).marks, kept(world).source, kept(world).recorded_by) == (FULL, "page", CADRE.person_key)
    assert keep(world) == 1 and entries(world) == 1  # the same again is no writing
    sick = FULL.replace("r", "s", 1)
    assert isinstance(refused(world, sick, version=0), StaleMonth)
    assert isinstance(refused(world, sick, version=7), StaleMonth)
    assert keep(world, sick, TOWN, version=1, source="paper") == 2
    assert (kept(world).marks, kept(world).recorded_by) == (sick, TOWN.person_key)
    assert faults(world) == []
    # no name and no marks stand in the log
    bodies = "".join(str(row) for row in world.ask("SELECT body FROM office_log WHERE book = 'attendance'"))
    assert "甲某" not in bodies and sick not in bodies and str(hire_of(world)) in bodies
    with pytest.raises(ValueError, match="fax"):
        keep(world, source="fax")


def test_of_two_people_at_the_same_moment_one_is_told_to_look_again(world: World) -> None:
    start = Barrier(2)

    def write(marks: str) -> Refusal | None:
        start.wait(10)
        try:
            record(world.office, hire_of(world), JUNE, marks, CADRE, world.clock(), source="page", version=seen)
        except Refusal as refusal:
            return refusal
        return None

    for seen, pair in enumerate(((FULL, FULL[:-1] + "s"), (FULL[:-1] + "x", FULL[:-1] + "p"))):
        with ThreadPoolExecutor(2) as both:
            told = list(both.map(write, pair))
        assert [type(one) for one in told if one is not None] == [StaleMonth], told
        assert kept(world).marks == pair[told.index(None)] and kept(world).version == seen + 1
    assert faults(world) == []


def test_what_was_changed_behind_the_log_is_found(world: World) -> None:
    keep(world)
    table = metadata.tables["attendance"]
    tampered = {
        "changed": update(table).values(marks=FULL.replace("r", "1", 1)),
        "missing": table.delete(),
        "unlogged": insert(table).values(
            hire_id=hire_of(world), month=JULY, marks="?" * 31, source="page", version=1, recorded_by="a",
            recorded_at=world.clock(),
        ),
    }  # fmt: skip
    for kind, statement in tampered.items():
        with world.office.database.engine.connect() as connection, connection.begin() as undone:
            connection.execute(statement)
            assert [one.kind for one in verify(connection)] == [kind]
            undone.rollback()
    assert faults(world) == []


def test_days_on_post_carry_marks_and_no_others(world: World) -> None:
    assert "2022-06-12不在岗" in fault(refused(world, FULL[:11] + "1" + FULL[12:]))
    assert "2022-06-13在岗" in fault(refused(world, "-" * 13 + FULL[13:]))
    assert "5月有31天" in fault(refused(world, month=date(2022, 5, 1)))
    assert "本月不在岗" in fault(refused(world, "-" * 31, month=date(2022, 5, 1)))
    assert "还没有开始" in fault(refused(world, "?" * 31, month=AUGUST))
    assert "还没有开始" in fault(refused(world, month=date(2022, 6, 13)))
    assert "2022-07-02还没有到" in fault(refused(world, "11" + "?" * 29, month=JULY))
    assert keep(world, "1" + "?" * 30, month=JULY) == 1  # today
    assert keep(world) == 1  # the first day of service


def test_nothing_is_recorded_after_the_day_of_death_or_of_leaving(world: World) -> None:
    person = world.people["甲某"]
    with world.office.database.transaction() as connection:
        people = metadata.tables["person"]
        connection.execute(update(people).where(people.c.id == person).values(died_on=date(2022, 6, 20)))
    assert "2022-06-21不在岗" in fault(refused(world))
    assert keep(world, FULL[:20] + "-" * 10) == 1
    with world.office.database.transaction() as connection:
        connection.execute(update(people).where(people.c.id == person).values(died_on=None))
    world.do(hire_of(world), "resign", TOWN, given_on=JULY, leave_on=date(2022, 8, 1))
    world.walk_to(date(2022, 8, 2))
    assert "2022-08-02不在岗" in fault(refused(world, "11" + "-" * 29, month=AUGUST))
    assert keep(world, "1" + "-" * 30, month=AUGUST) == 1
    assert world.hire(hire_of(world)).dossier.ended_on == date(2022, 8, 1)


def test_who_is_near_keeps_it_and_nobody_their_own(world: World) -> None:
    assert isinstance(refused(world, by=HRSS), StepNotOffered)
    assert isinstance(refused(world, by=officer("乙", Role.TOWNSHIP, "610981101", 22)), NoSuchHire)
    assert isinstance(refused(world, by=officer("丙", Role.APPLICANT, "61", 23)), NoSuchHire)
    with pytest.raises(NoSuchHire):
        record(world.office, 999, JUNE, FULL, CADRE, world.clock(), source="page", version=0)
    own = replace(CADRE, person_key="person:甲某")
    assert "本人的考勤" in refused(world, by=own).sentence.text()
    deputy = replace(CADRE, grants=(Grant(Role.VILLAGE, VILLAGE, "person:甲某", "甲某"),))
    assert "本人的考勤" in refused(world, by=deputy).sentence.text()
    for role, region in ((Role.TOWNSHIP, "610981100"), (Role.COMPANY, "610981"), (Role.EMPLOYER, "610981100")):
        assert keep(world, by=officer(role.value, role, region, 30)) == 1


# ---- devices -----------------------------------------------------------------------------------------------------

#: the device failed on the 15th and 16th; it knows nothing of weekends
SEEN = "-" * 12 + "11??1??11111??1111"


def test_an_outage_is_a_signed_exception_and_no_lost_pay(world: World) -> None:
    assert "考勤机只能说明谁到过" in fault(refused(world, FULL, source="device"))
    keep(world, SEEN, source="device")
    assert (kept(world).marks, kept(world).source) == (SEEN, "device")
    assert "考勤机没有15、16日的记录" in fault(refused(world))
    assert "考勤机没有15、16日的记录" in fault(refused(world, exception="  "))
    assert "写明原因" in fault(refused(world, exception="停"))
    assert keep(world, exception="停电两天") == 2
    waiting = FULL[:14] + "??" + FULL[16:]
    assert (kept(world).marks, kept(world).said, kept(world).unsigned) == (waiting, FULL, True)

    def confirm(by: Actor, version: int = 2) -> int:
        return confirm_exception(world.office, hire_of(world), JUNE, by, world.clock(), version=version)

    other = officer("村干部乙", Role.VILLAGE, VILLAGE, 24)
    for by in (CADRE, replace(CADRE, account_id=99), RURAL, replace(other, person_key="person:甲某")):
        with pytest.raises(StepNotOffered):
            confirm(by)
    with pytest.raises(NoSuchHire):
        confirm(officer("乙", Role.TOWNSHIP, "610981101", 22))
    with pytest.raises(StaleMonth):
        confirm(other, 1)
    assert kept(world).marks == waiting
    assert confirm(other) == 3
    assert (kept(world).marks, kept(world).unsigned, kept(world).exception_by) == (FULL, False, other.person_key)
    with pytest.raises(StepNotOffered):
        confirm(TOWN, 3)
    # whoever saves the sheet again changes nothing, also who answered for it; other days need no new signature
    assert keep(world, by=other) == 3 and keep(world, exception="停电两天") == 3
    sick = FULL[:-1] + "s"
    assert keep(world, sick) == 4 and kept(world).marks == sick and kept(world).exception_by == other.person_key
    # what a deputy says against the device is answered for neither by whom they stand in for, nor by another of theirs
    grant = Grant(Role.VILLAGE, VILLAGE, CADRE.person_key, CADRE.name)
    first, second = (Actor(n, f"deputy {n}", "代理", (grant,)) for n in (91, 92))
    keep(world, FULL[:12] + "1" * 18, by=first, exception="停电")
    assert kept(world).unsigned and kept(world).recorded_for == CADRE.person_key
    for by in (CADRE, first, second):
        with pytest.raises(StepNotOffered, match="另一人"):
            confirm(by, 5)
    assert confirm(other, 5) == 6
    # but nobody writes what they answered for
    keep(world, FULL, by=other)
    assert kept(world).unsigned and kept(world).recorded_by == other.person_key
    assert faults(world) == []


def test_a_device_fills_what_is_open_and_overwrites_nobody(world: World) -> None:
    said = FULL[:13] + "?x" + FULL[15:]  # the cadre does not know of the 14th, and of the 15th knows better
    keep(world, said)
    keep(world, SEEN[:14] + "1" + SEEN[15:], by=TOWN, source="device")
    assert kept(world).marks == FULL[:13] + "1x" + FULL[15:]
    assert (kept(world).source, kept(world).recorded_by, kept(world).device) == (
        "page",
        CADRE.person_key,
        SEEN[:14] + "1" + SEEN[15:],
    )
    assert keep(world, kept(world).marks) == 2  # the days that stood before the evidence came stand still


def test_evidence_that_comes_late_ends_the_waiting(world: World) -> None:
    keep(world, SEEN, source="device")
    keep(world, exception="网络中断")
    keep(world, SEEN[:14] + "1?" + SEEN[16:], source="device")
    assert kept(world).marks == FULL[:15] + "?" + FULL[16:] and kept(world).said == FULL
    keep(world, SEEN[:14] + "11" + SEEN[16:], source="device")
    assert (kept(world).marks, kept(world).unsigned, kept(world).exception) == (FULL, False, None)
    assert faults(world) == []


def test_without_any_evidence_an_exception_speaks_of_the_whole_month(world: World) -> None:
    keep(world, exception="考勤机整月故障")
    assert "1" not in kept(world).marks and kept(world).said == FULL
    confirm_exception(world.office, hire_of(world), JUNE, HRSS, world.clock(), version=1)
    assert kept(world).marks == FULL


# ---- a sheet, and pay --------------------------------------------------------------------------------------------


def test_a_sheet_is_recorded_whole_or_not_at_all(world: World) -> None:
    hire = hire_of(world)
    sheet = (Entry(hire, FULL), Entry(999, FULL))
    with pytest.raises(SheetRefused) as refusal:
        record_sheet(world.office, JUNE, sheet, CADRE, world.clock(), source="sheet")
    assert set(refusal.value.refusals) == {999} and kept_or_none(world) is None and entries(world) == 0
    told = [o.kind for o in attendance.outlook(world.office, JUNE, sheet, CADRE, world.clock(), source="sheet")]
    assert told == ["new", "refused"] and entries(world) == 0
    done = record_sheet(world.office, JUNE, sheet[:1], CADRE, world.clock(), source="sheet")
    assert (done.new, done.changed, done.unchanged) == ((hire,), (), ())
    again = record_sheet(world.office, JUNE, sheet[:1], CADRE, world.clock(), source="sheet")
    assert again.unchanged == (hire,) and entries(world) == 1  # the version of a month that stays is not asked for


def test_writing_voids_the_pay_that_rests_on_it_and_stops_where_it_was_paid(world: World) -> None:
    keep(world)
    at, order = world.clock(), Order("xunyang-2022-88", "610981100", JUNE)

    def status(number: int) -> str:
        return str(world.ask("SELECT status FROM pay_sheet WHERE id = ?", number)[0][0])

    number = pay_sheets.make(world.office, order, TOWN, at)
    pay_sheets.freeze(world.office, number, TOWN, at)
    assert keep(world) == 1 and status(number) == "frozen"  # nothing changed
    keep(world, FULL[:-1] + "x")
    assert status(number) == "void"
    with world.office.database.reading() as connection:
        newest = office_log.entries(connection, pay_sheets.BOOK, limit=1)[0]
    assert (newest.act, newest.actor_key) == ("voided", CADRE.person_key) and '"why":"attendance"' in newest.body
    keep(world)
    number = pay_sheets.make(world.office, order, TOWN, at)
    pay_sheets.freeze(world.office, number, TOWN, at)
    with world.office.database.reading() as connection:
        sheet = metadata.tables["pay_sheet"]
        digest = connection.execute(select(sheet.c.digest).where(sheet.c.id == number)).scalar_one()
    for by in (HRSS, officer("财政干部丁", Role.FINANCE, "610981", 4)):
        pay_sheets.approve(world.office, number, digest, by, at)
    pay_sheets.pay(world.office, number, JULY, "回单1", officer("财政干部戊", Role.FINANCE, "610981", 5), at)
    assert "考勤台账办理更正" in fault(refused(world, FULL[:-1] + "x"))
    assert "考勤台账办理更正" in fault(refused(world, SEEN, source="device"))
    assert status(number) == "paid" and keep(world) == 3
    assert date(2022, 6, 13) == BEGINS
