"""Due timers: once, in order, whatever the downtime, and a faulty hire alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from states.clocks import moment
from tests.support.county import CLERK, HRSS, RURAL, a_county, an_applicant, multiply
from tests.support.world import World, colleague
from workflow.timers import sweep


@pytest.fixture
def county(migrated_url: str) -> Iterator[World]:
    world = a_county(migrated_url)
    yield world
    world.close()


def in_notice(world: World) -> int:
    hire = multiply(world, an_applicant(world), 1)[0]
    world.do(hire, "check", CLERK)
    world.do(hire, "recheck", colleague(HRSS))
    world.do(hire, "recheck", colleague(RURAL))
    world.do(hire, "post_notice", CLERK, posted_on=world.clock.today, boards=["公示栏"])
    return hire


def test_a_notice_ends_at_midnight_after_its_last_day(county: World) -> None:
    hire = in_notice(county)
    last = county.hire(hire).dossier.notice_ends_on
    assert last == date(2022, 6, 9)
    before = moment(last + timedelta(days=1)) - timedelta(microseconds=1)
    assert sweep(county.office, before).fired == 0
    assert sweep(county.office, before + timedelta(microseconds=1)).fired == 1
    assert county.hire(hire).stage == "notice_closed"


def test_a_sweep_that_runs_twice_changes_nothing(county: World) -> None:
    hire = in_notice(county)
    county.walk_to(date(2022, 6, 10))
    before = county.hire(hire), county.letters(hire)
    assert sweep(county.office, county.clock()).handled == 0
    assert (county.hire(hire), county.letters(hire)) == before


def test_a_timer_of_an_earlier_visit_cannot_act_on_a_later_one(county: World) -> None:
    hire = in_notice(county)
    first = county.hire(hire).visit
    county.walk(2)
    county.do(hire, "restart_notice", CLERK, posted_on=county.clock.today, boards=["公示栏"])
    restarted = county.hire(hire)
    assert restarted.visit == first + 1
    # the old row is revived behind the engine's back: it is found to be of no effect
    with county.office.database.transaction() as connection:
        connection.exec_driver_sql(
            f"UPDATE timer SET status = 'pending' WHERE hire_id = {hire} AND visit = {first} AND kind = 'enforce'"
        )
    county.walk_to(date(2022, 6, 10))
    assert county.hire(hire).stage == "notice"
    assert restarted.dossier.notice_ends_on == date(2022, 6, 10)
    county.walk(1)
    assert county.hire(hire).stage == "notice_closed"


def test_a_refused_step_of_the_system_is_recorded_once_and_asked_again_after_a_change(county: World) -> None:
    hire = in_notice(county)
    seq = county.do(hire, "object", HRSS, text="条件不符").seq
    county.walk(30)
    assert county.acts(hire).count("blocked:notice_period") == 1
    assert county.hire(hire).stage == "notice"
    county.do(hire, "dismiss_objection", colleague(RURAL, 3), objection=seq, reason="经查不属实")
    assert sweep(county.office, county.clock()).fired == 1
    assert county.hire(hire).stage == "notice_closed"


def test_a_faulty_hire_never_holds_up_the_others(county: World) -> None:
    hires = multiply(county, an_applicant(county), 8)
    with county.office.database.transaction() as connection:
        # a dossier that nobody wrote cannot be read; a procedure that nobody knows cannot be found
        connection.exec_driver_sql(f"UPDATE hire SET procedure = 'nobody@1' WHERE id = {hires[3]}")
    at = county.clock() + timedelta(days=8)
    swept = sweep(county.office, at)
    assert (swept.fired, swept.failed) == (7, 1)
    (row,) = county.ask(f"SELECT status, attempts FROM timer WHERE hire_id = {hires[3]} AND mark = 0")
    assert row == ("pending", 1)
    assert sweep(county.office, at).failed == 0, "a failed timer waits before it is tried again"
    assert sweep(county.office, at + timedelta(minutes=2)).failed == 1
    with county.office.database.transaction() as connection:
        connection.exec_driver_sql(f"UPDATE hire SET procedure = 'xunyang-2022-88@1' WHERE id = {hires[3]}")
    assert sweep(county.office, at + timedelta(minutes=20)).fired == 1


def test_of_several_late_reminders_one_is_sent(county: World) -> None:
    hire = multiply(county, an_applicant(county), 1)[0]
    swept = sweep(county.office, county.clock() + timedelta(days=45))
    assert (swept.fired, swept.collapsed) == (1, 1)
    assert county.letters(hire) == [("remind_first_check", "employer")]


def test_a_step_at_the_moment_its_timer_fires_leaves_one_winner(county: World) -> None:
    """The clerk restarts the notice while the sweep ends it: one of them wins, the other finds the hire changed."""
    import threading

    hire = in_notice(county)
    county.clock.moment = moment(date(2022, 6, 10)) + timedelta(hours=9)
    start = threading.Barrier(2)

    def sweeping() -> None:
        start.wait()
        sweep(county.office, county.clock())

    thread = threading.Thread(target=sweeping)
    thread.start()
    start.wait()
    try:
        county.do(hire, "restart_notice", CLERK, posted_on=county.clock.today, boards=["公示栏"])
    except Exception as refusal:
        assert type(refusal).__name__ in ("StepNotOffered", "StaleHire")
    thread.join()
    acts = county.acts(hire)
    assert acts.count("close_notice") + acts.count("restart_notice") == 1
