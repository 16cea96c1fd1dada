"""Reports that are owed: a list of them as a file that stays as it was, and all of it recorded as sent in one go."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date, timedelta
from threading import Barrier, BrokenBarrierError

import pytest

from states.refusals import InputRefused, StepNotOffered
from states.vocabulary import Role
from tests.conftest import SQLITE
from tests.support.tables import paper, table_of
from tests.support.world import World, officer
from tests.support.xunyang import HRSS, REGIONS, START, TOWN, in_notice, to_contract
from workflow import files, filing_lists, office_log
from workflow.filing_lists import NoSuchList
from workflow.queries import scoped
from workflow.queries.figures import is_watched
from workflow.sealing import Seal
from workflow.workbooks.layout import Listing, workbook

SEAL = Seal.from_secret(b"a secret that only these tests know of")
DOCUMENT, CONTRACT, PLACE = "xunyang-2022-88", "contract", "610981100"


@pytest.fixture
def world(migrated_url: str) -> Iterator[World]:
    """Two contracts of June 2022 that have to be filed."""
    world = World.on(migrated_url, START, REGIONS)
    to_contract(world, in_notice(world, "甲某"), in_notice(world, "乙某", "610981100202"))
    yield world
    world.close()


def made(world: World) -> int:
    return filing_lists.make(world.office, SEAL, DOCUMENT, CONTRACT, PLACE, TOWN, world.clock())


def send(world: World, number: int, receipt: str = "收文〔2022〕18号", day: date | None = None) -> filing_lists.Sent:
    return filing_lists.send(world.office, number, day or world.clock.today, receipt, TOWN, world.clock())


def test_a_list_is_made_sent_in_one_go_and_kept_to_the_byte(world: World) -> None:
    number, office = made(world), world.office
    with office.database.reading() as connection:
        row = filing_lists.one(connection, scoped(TOWN), number)
        with pytest.raises(NoSuchList):
            filing_lists.one(connection, scoped(officer("外县", Role.HRSS, "610982")), number)
    content = files.open_file(office, SEAL, row.digest)
    place, due = "陕西省旬阳市城关镇", "2022-06-20"
    heads = ["序号", "姓名", "身份证号码", "村（社区）", "岗位名称", "应报送日", "备注"]
    above = [
        "公益性岗位聘用协议备案名单",
        f"报送单位（盖章）：{place}",
        "报送机关：市人社局　　依据：旬人社发〔2022〕88号四(二)5",
    ]
    below = ["合计：2人", f"经办人：　　　　　　联系电话：　　　　　　编制日期：{world.clock.today}"]
    people = (("甲某", "示例村"), ("乙某", "另一村"))
    rows = [
        [n, who, "*" * 14 + "0000", place + village, "信息员", due, None] for n, (who, village) in enumerate(people, 1)
    ]
    assert table_of(content) == paper(above, heads, rows, below)
    with pytest.raises(InputRefused):  # all of it waits on this list already
        made(world)

    done = send(world, number)
    assert (done.done, done.refused) == (2, {})
    found = world.ask("SELECT receipt, sent_on FROM filing ORDER BY hire_id")
    assert [(row[0], str(row[1])) for row in found] == [("收文〔2022〕18号", str(world.clock.today))] * 2
    assert all(world.acts(hire)[-1] == "file" for hire in (1, 2))
    with pytest.raises(StepNotOffered):
        send(world, number)
    with office.database.reading() as connection:
        assert [entry.act for entry in office_log.entries(connection, filing_lists.BOOK)] == ["sent", "made"]
        assert filing_lists.counts(connection, scoped(HRSS), world.clock.today) == filing_lists.Counts(0, 0)
        assert filing_lists.one(connection, scoped(TOWN), number).digest == row.digest


@pytest.mark.parametrize("migrated_url", [SQLITE], indirect=True)
def test_whoever_reports_nothing_makes_no_list_and_a_list_can_be_taken_back(world: World) -> None:
    office, at = world.office, world.clock()
    for stranger in (HRSS, officer("外镇", Role.EMPLOYER, "610981200")):
        with pytest.raises(StepNotOffered):
            filing_lists.make(office, SEAL, DOCUMENT, CONTRACT, PLACE, stranger, at)
    for filing, place in (("nothing", PLACE), (CONTRACT, "%"), (CONTRACT, "")):
        with pytest.raises(InputRefused):
            filing_lists.make(office, SEAL, DOCUMENT, filing, place, TOWN, at)
    number = made(world)
    for receipt, day in (("x", world.clock.today), ("收文1", world.clock.today + timedelta(1))):
        with pytest.raises(InputRefused):
            send(world, number, receipt, day)
    with pytest.raises(StepNotOffered):
        filing_lists.send(office, number, world.clock.today, "收文1号", HRSS, at)
    filing_lists.drop(office, number, TOWN, at)
    with pytest.raises(StepNotOffered):
        send(world, number)
    assert made(world) == number + 1


def test_of_two_who_make_a_list_at_once_one_hears_that_all_is_listed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, inside = Barrier(2), Barrier(2)

    def together(listing: Listing) -> bytes:
        with suppress(BrokenBarrierError):
            inside.wait(0.3)  # both get here where nothing holds the second back
        return workbook(listing)

    def make(_: int) -> int | None:
        start.wait(10)
        try:
            return made(world)
        except InputRefused:
            return None

    monkeypatch.setattr(filing_lists, "workbook", together)
    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(make, range(2)), key=bool)[0] is None
    assert world.ask("SELECT count(*) FROM filing_list") == [(1,)]


@pytest.mark.parametrize("migrated_url", [SQLITE], indirect=True)
def test_a_list_that_was_sent_or_dropped_meanwhile_is_not_dropped(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever looked at it before does not write into the log what did not happen."""
    number, office, at = made(world), world.office, world.clock()
    with office.database.reading() as connection:
        seen = filing_lists.one(connection, scoped(TOWN), number)
    filing_lists.drop(office, number, TOWN, at)
    monkeypatch.setattr(filing_lists, "one", lambda *_: seen)
    with pytest.raises(StepNotOffered, match="已经报送或者作废"):
        filing_lists.drop(office, number, TOWN, at)
    with office.database.reading() as connection:
        assert [entry.act for entry in office_log.entries(connection, filing_lists.BOOK)] == ["dropped", "made"]


@pytest.mark.parametrize("migrated_url", [SQLITE], indirect=True)
def test_what_was_recorded_singly_stays_and_only_what_is_late_is_overdue(world: World) -> None:
    number = made(world)
    (seq,) = world.ask("SELECT seq FROM filing WHERE hire_id = 1")[0]
    world.do(1, "file", TOWN, filing=CONTRACT, seq=seq, sent_on=world.clock.today, receipt="先行报送")
    assert (done := send(world, number)).done == 2
    assert done.refused == {}
    assert world.ask("SELECT receipt FROM filing WHERE hire_id = 1") == [("先行报送",)]


@pytest.mark.parametrize("migrated_url", [SQLITE], indirect=True)
def test_a_report_is_late_from_the_day_after_and_stands_on_the_overview(world: World) -> None:
    (due,) = world.ask("SELECT max(due_on) FROM filing")[0]
    due_on = date.fromisoformat(str(due))
    with world.office.database.reading() as connection:
        for day, late in ((due_on, 0), (due_on + timedelta(1), 2)):
            assert filing_lists.counts(connection, scoped(HRSS), day).overdue == late
            rows, _ = filing_lists.owed(connection, scoped(HRSS), day, which="overdue")
            watched = connection.execute(filing_lists.hire.select().where(is_watched("late_filing", day))).all()
            assert len(rows) == len(watched) == late
    world.walk_to(due_on + timedelta(1))
    told = [letter for hire in (1, 2) for letter in world.letters(hire) if letter[0] == "remind_filing"]
    assert told == [("remind_filing", "employer"), ("remind_filing", "employer"), ("remind_filing", "hrss")] * 2
