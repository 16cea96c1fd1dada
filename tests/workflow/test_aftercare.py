"""Help after leaving: opened by itself, once and never for the dead; worked on the record, closed by who may."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest

from states.aftercare import Act, Need, Reason, Stand
from states.facts import Actor, Grant
from states.refusals import InputRefused, StaleHire, StepNotOffered, StepRefused
from states.vocabulary import Role
from tests.conftest import SQLITE
from tests.support.after import Village, at_work
from tests.support.lives import FIRST_DAY
from tests.support.world import World
from workflow import aftercare, office_log
from workflow.aftercare import Entry, NoSuchCase, enter, open_due
from workflow.authority import NotEntitled, NotPossible
from workflow.queries import scoped
from workflow.queries.aftercare import TownCount, Which, act_lines, case_line, cases, town_counts

LEFT = date(2022, 8, 20)


@pytest.fixture
def village(migrated_url: str) -> Iterator[Village]:
    """甲 and 丙 leave on 20 August 2022, 乙 has died, 丁 stays at work."""
    world = World.on(migrated_url, FIRST_DAY, {})
    village = at_work(world, "neimenggu-2022-10", ["甲", "乙", "丙", "丁"], date(2022, 8, 10))
    clerk = village.officer("employer")
    for name in ("甲", "丙"):
        world.do(village.hires[name], "resign", clerk, given_on=world.clock.today, leave_on=LEFT)
    ground = {"ground": "death", "effective_on": LEFT, "reason": "病故", "evidence": "死亡证明"}
    world.do(village.hires["乙"], "decide_leaving", clerk, **ground)
    world.walk_to(LEFT + timedelta(2))
    yield village
    world.close()


def now(village: Village) -> datetime:
    return village.world.clock()


def act(village: Village, what: Act, words: str = "已办理", *, who: str = "township", **more: object) -> Stand:
    entry = Entry(what, words, **{"on_day": village.world.clock.today, **more})  # type: ignore[arg-type]
    return enter(village.world.office, village.hires["甲"], entry, village.officer(who), now(village))


def test_a_case_is_opened_once_for_everybody_who_left_alive(village: Village) -> None:
    office = village.world.office
    begun = threading.Barrier(3)
    opened: list[int] = []

    def tick() -> None:
        begun.wait(10)
        opened.append(open_due(office, now(village), batch=1))

    threads = [threading.Thread(target=tick) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sum(opened) == 2
    assert open_due(office, now(village)) == 0
    seen = scoped(village.officer("township"))
    with office.database.reading() as connection:
        found = cases(connection, seen, village.world.clock.today)
        assert {line.hire_id for line in found.lines} == {village.hires["甲"], village.hires["丙"]}
        first = found.lines[0]
        assert (first.state, first.ground, first.left_on) == ("open", "resignation", LEFT)
        assert (first.opened_on, first.due_on) == (date(2022, 8, 22), date(2022, 11, 20))
        assert cases(connection, scoped(village.stranger(Role.HRSS)), LEFT).lines == ()
        assert {entry.act for entry in office_log.entries(connection, aftercare.BOOK)} == {"opened"}
        assert not list(office_log.verify(connection))


def test_the_due_day_follows_the_last_day_that_is_set_right_while_the_case_is_open(village: Village) -> None:
    office, world, seen = village.world.office, village.world, scoped(village.officer("township"))
    open_due(office, now(village))
    act(village, Act.ASSESS, "已外出务工", need=Need.WILLING)
    act(village, Act.CLOSE, "办结", reason=Reason.EMPLOYED)
    for name in ("甲", "丙"):
        hire = village.hires[name]
        ((number,),) = world.ask("SELECT seq FROM audit_entry WHERE hire_id = ? AND act = 'resign'", hire)
        told = {
            "entry": number,
            "values": {"leave_on": (LEFT - timedelta(8)).isoformat()},
            "reason": "日期录错",
            "evidence": "离岗登记表",
        }
        asked = world.do(hire, "propose_correction", village.officer("employer"), **told).seq
        world.do(hire, "confirm_correction", village.officer("hrss"), correction=asked, acknowledged=True)
        assert world.hire(hire).dossier.ended_on == LEFT - timedelta(8)
    assert open_due(office, now(village)) == open_due(office, now(village)) == 0
    with office.database.reading() as connection:
        due = {name: case_line(connection, seen, village.hires[name]).due_on for name in ("甲", "丙")}  # type: ignore[union-attr]
        assert due == {"甲": date(2022, 11, 20), "丙": date(2022, 11, 12)}
        # once, and said once
        log = [entry.act for entry in office_log.entries(connection, aftercare.BOOK)]
        assert log.count("due_moved") == 1 and not list(office_log.verify(connection))


@pytest.mark.parametrize("migrated_url", [SQLITE], indirect=True)
def test_who_left_long_ago_or_died_since_is_not_taken_up(village: Village) -> None:
    office, at = village.world.office, now(village)
    assert open_due(office, at + timedelta(days=93)) == 0
    with office.database.transaction() as connection:
        connection.exec_driver_sql("UPDATE person SET died_on = '2022-08-21'")
    assert open_due(office, at) == 0
    with office.database.transaction() as connection:
        connection.exec_driver_sql("UPDATE person SET died_on = NULL")
    assert open_due(office, at + timedelta(days=91)) == 2


def test_a_case_from_the_first_talk_to_its_end(village: Village) -> None:
    office, hire, seen = village.world.office, village.hires["甲"], scoped(village.officer("township"))
    open_due(office, now(village))
    with pytest.raises(StepNotOffered):
        act(village, Act.JOB)
    assert act(village, Act.CONTACT, "电话未接", who="village") is Stand.OPEN
    assert act(village, Act.ASSESS, "想找工作，家里困难", need=Need.WILLING, hardship=True) is Stand.ASSESSED
    assert act(village, Act.JOB, "环卫公司保洁员") is Stand.ASSESSED
    assert act(village, Act.JOB, "环卫公司保洁员") is Stand.ASSESSED
    with pytest.raises(StepRefused) as refused:
        act(village, Act.CLOSE, "办结", reason=Reason.SERVED)
    assert "转介民政部门（社会救助）" in str(refused.value.sentence)
    assert act(village, Act.REFERRAL, "名单已交苏木民政") is Stand.REFERRED
    act(village, Act.JOB, "物业保安")
    assert act(village, Act.JOB, "超市理货员") is Stand.SERVED
    with pytest.raises(NotEntitled):
        act(village, Act.CLOSE, "办结", reason=Reason.SERVED, who="village")
    assert act(village, Act.CLOSE, "三个岗位都已推荐", reason=Reason.SERVED) is Stand.CLOSED
    with pytest.raises(StepNotOffered, match="已经办结"):
        act(village, Act.JOB, "又一个")
    with office.database.reading() as connection:
        line = case_line(connection, seen, hire)
        assert line is not None
        assert (line.reason, line.closed_on, line.need, line.hardship) == ("served", date(2022, 8, 22), "willing", True)
        assert [one.number for one in act_lines(connection, hire)] == list(range(1, 9))
        log = office_log.entries(connection, aftercare.BOOK)
        assert len(log) == 9 and "保洁员" not in "".join(entry.body for entry in log)
        assert [one.hire_id for one in cases(connection, seen, LEFT, which=Which.CLOSED).lines] == [hire]


@pytest.mark.parametrize("migrated_url", [SQLITE], indirect=True)
def test_who_may_not_and_what_is_nonsense(village: Village) -> None:
    office, hire = village.world.office, village.hires["甲"]
    with pytest.raises(NoSuchCase):
        act(village, Act.CONTACT)
    open_due(office, now(village))
    for who, expected in (("finance", NotEntitled), ("rural", NotEntitled)):
        with pytest.raises(expected):
            act(village, Act.CONTACT, who=who)
    with pytest.raises(NoSuchCase):
        enter(office, hire, Entry(Act.CONTACT, "电话", LEFT), village.stranger(Role.HRSS), now(village))
    today = village.world.clock.today
    for fault, given in (
        ("what", {"words": "\0\0\0"}),
        ("what", {"words": "一"}),
        ("on_day", {"on_day": today + timedelta(1)}),
        ("on_day", {"on_day": LEFT - timedelta(1)}),
        ("on_day", {"on_day": None}),
        ("need", {"need": None}),
    ):
        with pytest.raises(InputRefused) as refused:
            act(village, Act.ASSESS, **{"need": Need.NONE, **given})  # type: ignore[arg-type]
        assert set(refused.value.faults) == {fault}
    with pytest.raises(InputRefused) as refused:
        act(village, Act.CLOSE)
    assert set(refused.value.faults) == {"reason"}
    person = village.world.hire(hire).person
    assert person is not None
    stand_in = Actor(77, "代理人丑", "代理人丑", (Grant(Role.TOWNSHIP, village.town, deputy_for=person.key),))
    with pytest.raises(NotPossible, match="代行职责"):
        enter(office, hire, Entry(Act.CONTACT, "电话", today), stand_in, now(village))
    act(village, Act.ASSESS, need=Need.NONE, version=1)
    with pytest.raises(StaleHire):
        act(village, Act.TALK, version=1)


def test_what_is_late_is_counted_by_township(village: Village) -> None:
    office, seen = village.world.office, scoped(village.officer("hrss"))
    open_due(office, now(village))
    act(village, Act.CLOSE, "已到工厂上班", reason=Reason.EMPLOYED)
    due = date(2022, 11, 20)
    with office.database.reading() as connection:
        for today, late in ((due, 0), (due + timedelta(1), 1)):
            assert town_counts(connection, seen, today) == (TownCount(village.town, 1, late),)
            assert len(cases(connection, seen, today, which=Which.OVERDUE).lines) == late
        assert not town_counts(connection, scoped(village.stranger(Role.HRSS)), due)
        page = cases(connection, seen, due, limit=1)
        assert page.after is None and page.lines[0].hire_id == village.hires["丙"]
