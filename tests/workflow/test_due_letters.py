"""Days that no clock of a hire knows: told before, on and after, once each, and after a sleep the latest alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import insert, select

from notifications.letters import load_letters
from notifications.messages import Reader, compose
from notifications.scheduler import beat, ticks
from states.clocks import moment
from states.refusals import InputRefused, StepNotOffered
from states.tellings import Telling, telling
from states.vocabulary import Role
from tests.conftest import SQLITE
from tests.support.after import Village, at_work, paid
from tests.support.world import World
from workflow import office_log, pay_calendar
from workflow.aftercare import open_due
from workflow.due_letters import remind_due
from workflow.papers.kinds import Kind, makers
from workflow.queries.figures import is_watched
from workflow.settings import Settings
from workflow.tables import metadata

AUGUST = date(2022, 8, 1)
BAIHE = "baihe-2022-72"
hires = metadata.tables["hire"]


def d(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("today", "told"),
    [
        ("2022-09-11", None),
        ("2022-09-12", Telling.BEFORE),
        ("2022-09-14", Telling.BEFORE),
        ("2022-09-15", Telling.DAY),
        ("2022-09-16", Telling.OVERDUE),
    ],
)
def test_which_letter_it_is_time_for(today: str, told: Telling | None) -> None:
    assert telling(d("2022-09-15"), d(today), 3) is told


@pytest.fixture
def village(migrated_url: str) -> Iterator[Village]:
    """Somebody at work in Baihe since August 2022."""
    world = World.on(migrated_url, date(2022, 7, 25), {})
    village = at_work(world, BAIHE, ["甲"], date(2022, 8, 12))
    yield village
    world.close()


def at(day: str, hour: int = 9) -> datetime:
    return moment(d(day)) + timedelta(hours=hour)


def told(village: Village, template: str = "pay_day", since: str = "2022-08") -> list[tuple[str, str, str]]:
    """What, when, to whom, of the months from August on."""
    rows = village.world.ask("SELECT facts, to_role FROM outbox WHERE template = ?", template)
    return sorted((f.get("what", ""), f["when"], role) for f, role in rows if f.get("month", since) >= since)


def of(rows: list[tuple[str, str, str]], what: str) -> list[tuple[str, str]]:
    return [row[1:] for row in rows if row[0] == what]


def test_the_township_is_told_before_on_and_after_the_day_once_each_and_then_the_bureau(village: Village) -> None:
    office = village.world.office
    remind_due(office, at("2022-09-11"))
    assert told(village) == []
    for day in ("2022-09-12", "2022-09-13", "2022-09-14", "2022-09-15", "2022-09-16", "2022-09-17"):
        assert remind_due(office, at(day, 7)) == 0, "offices are closed"
        remind_due(office, at(day))
        with office.database.transaction() as connection:  # a second worker that has not heard of the first
            connection.exec_driver_sql("DELETE FROM setting WHERE name = 'due_letters'")
        assert remind_due(office, at(day)) == 0
    roster = [("before", "township"), ("day", "township"), ("overdue", "hrss"), ("overdue", "township")]
    assert of(told(village), "roster") == roster
    assert of(told(village), "prepay") == [("before", "hrss")]


@pytest.mark.parametrize("migrated_url", [SQLITE], indirect=True)
def test_after_a_sleep_of_45_days_each_matter_is_told_of_once(village: Village) -> None:
    """From 5 September to 20 October: August is late throughout, of September the roster is late and the money due."""
    office = village.world.office
    remind_due(office, at("2022-09-05"))
    assert told(village) == []
    remind_due(office, at("2022-10-20"))
    assert of(told(village), "roster") == [("overdue", "hrss")] * 2 + [("overdue", "township")] * 2
    assert sorted(of(told(village), "prepay")) == [("day", "hrss"), ("overdue", "company"), ("overdue", "hrss")]
    assert sorted(of(told(village), "pay")) == [("overdue", "company"), ("overdue", "hrss")]


@pytest.mark.parametrize("migrated_url", [SQLITE], indirect=True)
def test_what_was_done_is_told_of_no_more_and_a_waiting_letter_is_withdrawn(village: Village) -> None:
    world, office = village.world, village.world.office
    clerk, bureau = village.officer("township"), village.officer("hrss")
    world.walk_to(date(2022, 9, 16))
    town = world.ask("SELECT min(substr(region, 1, 9)) FROM hire")[0][0]
    roster = (BAIHE, town, AUGUST, "roster", date(2022, 9, 14), "收文〔2022〕9号")
    remind_due(office, at("2022-09-14"))
    pay_calendar.record(office, *roster, clerk, world.clock())
    with pytest.raises(InputRefused):
        pay_calendar.record(office, *roster, clerk, world.clock())
    with pytest.raises(StepNotOffered):
        pay_calendar.record(office, BAIHE, town, AUGUST, "prepay", date(2022, 9, 14), "凭证1", clerk, world.clock())
    with pytest.raises(StepNotOffered):
        pay_calendar.record(office, *roster, village.stranger(Role.TOWNSHIP), world.clock())
    with pytest.raises(InputRefused):
        pay_calendar.record(office, BAIHE, town, AUGUST, "pay", date(2022, 9, 14), "凭证1", bureau, world.clock())
    remind_due(office, at("2022-09-16"))
    assert of(told(village), "roster") == [("before", "township")]
    with office.database.reading() as connection:
        letters = load_letters(office, connection, [row[0] for row in world.ask("SELECT message_id FROM outbox")])
        of_august = [
            x for x in letters.values() if (x.facts.get("what"), x.facts.get("month")) == ("roster", "2022-08-01")
        ]
        assert [letter.moved for letter in of_august] == [True]
        assert office_log.entries(connection, "pay")[0].act == "day_done"
    paid(world, village.hires["甲"], [(date(2022, 8, 10), date(2022, 8, 31), 100_00)])
    with office.database.transaction() as connection:
        connection.exec_driver_sql(f"UPDATE pay_sheet SET procedure = '{BAIHE}', region = '{town}'")
    remind_due(office, at("2022-09-26"))
    assert of(told(village), "pay") == []


@pytest.mark.parametrize("migrated_url", [SQLITE], indirect=True)
def test_a_letter_says_what_where_and_by_when_in_both_languages(village: Village) -> None:
    office = village.world.office
    remind_due(office, at("2022-09-19"))
    ids = [row[0] for row in village.world.ask("SELECT message_id FROM outbox WHERE template = 'pay_day'")]
    with office.database.reading() as connection:
        letters = list(load_letters(office, connection, ids).values())
    late = next(x for x in letters if x.to_role == "township")
    body = compose(late, Reader("zh", "https://zaigang.example")).body
    assert "2022年8月的“报送花名册和考勤”还没有办理。" in body
    assert "期限：2022年9月15日（已逾期4天）" in body
    assert "https://zaigang.example/pay?month=2022-08" in body
    assert "甲" not in body
    urged = compose(next(x for x in letters if x.to_role == "hrss" and x.facts["what"] == "roster"), Reader("en"))
    assert "overdue" in urged.body.lower()
    assert urged.subject.startswith("Please see to it: send roster and attendance (")


@pytest.mark.parametrize("migrated_url", [SQLITE], indirect=True)
def test_a_certificate_is_asked_for_from_the_day_of_leaving_until_it_is_made(village: Village) -> None:
    """Labour Contract Law 50: fifteen days, the day of leaving not counted; then the bureau hears of it too."""
    world, office = village.world, village.world.office
    hire, last = village.hires["甲"], date(2022, 9, 1)
    world.do(hire, "resign", village.officer("employer"), given_on=world.clock.today, leave_on=last)
    world.walk_to(date(2022, 9, 2))
    [owes] = makers(office.catalogue.current(BAIHE), Kind.CERTIFICATE)

    def watched(day: date) -> int:
        with office.database.reading() as connection:
            return len(connection.execute(select(hires).where(is_watched("late_certificate", day))).all())

    for day, letters, late in ((2, 1, 0), (15, 1, 0), (16, 2, 0), (17, 4, 1), (30, 4, 1)):
        remind_due(office, at(f"2022-09-{day:02}"))
        assert (len(told(village, "certificate_due")), watched(date(2022, 9, day))) == (letters, late)
    assert [row[1:] for row in told(village, "certificate_due") if row[1] == "overdue"] == [
        ("overdue", owes.value), ("overdue", "hrss")
    ]  # fmt: skip
    ids = [row[0] for row in world.ask("SELECT message_id FROM outbox WHERE template = 'certificate_due'")]
    with office.database.reading() as connection:
        letters_ = load_letters(office, connection, ids)
    assert not any(letter.moved for letter in letters_.values())
    body = compose(next(one for one in letters_.values() if one.facts["when"] == "day"), Reader()).body
    for words in ("b某已经离岗，还没有出具解除（终止）证明", "期限：2022年9月16日（今天）", "《劳动合同法》第五十条"):
        assert words in body, words
    with office.database.transaction() as connection:
        made = {"number": "白公岗证〔2022〕0001号", "paper": "certificate", "term_no": 1, "made_by": "x"}
        digests = {name: "0" * 64 for name in ("digest", "masked", "basis")}
        connection.execute(
            insert(metadata.tables["paper"]).values({"hire_id": hire, **made, **digests, "made_at": world.clock()})
        )
    assert watched(date(2022, 9, 30)) == 0
    with office.database.reading() as connection:
        assert all(letter.moved for letter in load_letters(office, connection, ids).values())


@pytest.mark.parametrize("migrated_url", [SQLITE], indirect=True)
def test_aftercare_is_told_of_by_the_worker_and_overdue_also_to_the_bureau(village: Village) -> None:
    """Declared means live: it is the tick of the worker that writes the letter."""
    world, office = village.world, village.world.office
    world.do(village.hires["甲"], "resign", village.officer("employer"), given_on=world.clock.today,
             leave_on=date(2022, 9, 1))  # fmt: skip
    world.walk_to(date(2022, 9, 3))
    assert open_due(office, world.clock()) == 1
    ((due,),) = world.ask("SELECT due_on FROM aftercare")
    due_on = d(str(due))
    tick = next(one for one in ticks(office, Settings(database_url="sqlite://")) if one.name == "due")
    for ahead, expected in ((8, 0), (7, 1), (0, 2), (-1, 4)):
        world.clock.moment = moment(due_on - timedelta(days=ahead)) + timedelta(hours=9)
        assert beat(office, tick)
        assert len(told(village, "aftercare_due")) == expected
    late = [row[1:] for row in told(village, "aftercare_due") if row[1] == "overdue"]
    assert late == [("overdue", "hrss"), ("overdue", "township")]
    with office.database.transaction() as connection:
        connection.exec_driver_sql("UPDATE aftercare SET closed_on = '2022-12-20', reason = 'employed'")
    ids = [row[0] for row in world.ask("SELECT message_id FROM outbox WHERE template = 'aftercare_due'")]
    with office.database.reading() as connection:
        letters = load_letters(office, connection, ids)
    assert all(letter.moved for letter in letters.values())
    assert "b某离岗后的帮扶还没有办结。" in compose(letters[ids[0]], Reader()).body
