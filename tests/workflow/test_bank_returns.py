"""The bank's return: each row finds its line by card and amount; nothing arrived that no row and no officer says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from states.facts import Actor, Grant
from states.refusals import InputRefused, Refusal, StepNotOffered
from states.vocabulary import Role
from tests.support.after import paid
from tests.support.world import World, officer
from tests.support.xunyang import HRSS, REGIONS, START, TOWN
from tests.workflow.test_applicant_import import SEAL
from tests.workflow.test_imports import a_bomb, a_number, a_workbook
from workflow import bank_results, import_undo, office_log, people
from workflow.bank_results import AMOUNT, CLOSED, CLOSING, FAILED, NAME, RECEIVED, RESENT, WAITING
from workflow.imports import bank_return
from workflow.imports.bank_return import SAME, UNKNOWN, ReturnGone
from workflow.imports.workbook import NotReadable
from workflow.tables import metadata

FINANCE = officer("财政干部丁", Role.FINANCE, "610981", 4)
OTHER = officer("财政干部己", Role.FINANCE, "610981", 14)
HEADER = ("户名", "账号", "金额", "处理结果", "失败原因", "交易日期")
NAMES = ("甲某", "乙某", "丙某", "丁某", "戊某", "己某")
#: cards with a right last digit (Luhn)
CARDS: tuple[str, ...] = (
    "6217000000000000004", "6217000000000000012", "6217000000000000020", "6217000000000000038", "6217000000000000046",
    "6217000000000000053",
)  # fmt: skip
MONTH = date(2022, 5, 1)


@pytest.fixture
def world(migrated_url: str) -> Iterator[World]:
    """A paid sheet of six people, 600 yuan each."""
    world = World.on(migrated_url, START, REGIONS)
    post = world.a_post("xunyang-2022-88", "town", "610981100", title="镇级信息员")
    hires = world.an_opening(TOWN, post, places=len(NAMES)).hire_ids
    for n, (hire, name) in enumerate(zip(hires, NAMES, strict=True), 1):
        given = {"name": name, "id_number": a_number(n), "education": "college", "home_region": "610981100201"}
        with world.office.database.session() as session:
            more = {"bank": CARDS[n - 1], "statements": ["political_conduct", "health", "computer_skill", "no_crime"]}
            people.register(session, SEAL, {**given, **more}, TOWN, world.clock())
        person = world.ask("SELECT id FROM person WHERE name = ?", name)[0][0]
        world.do(hire, "apply", TOWN, person_id=person)
    paid(world, hires[0], [(MONTH, date(2022, 5, 31), 60_000)])
    line = metadata.tables["pay_line"]
    with world.office.database.transaction() as connection:
        first = dict(connection.execute(select(line)).one()._mapping)
        for hire in hires[1:]:
            who = {"hire_id": hire, "person_id": world.ask("SELECT person_id FROM hire WHERE id = ?", hire)[0][0]}
            connection.execute(insert(line).values({**first, **who}))
    world.people |= dict(zip(NAMES, hires, strict=True))
    yield world
    world.close()


def read(world: World, path: Path) -> bank_return.Found:
    with world.office.database.reading() as connection:
        kept = bank_return.kept_files(connection, 1)
        return bank_return.read(path, SEAL, bank_return.payees(connection, SEAL, 1), kept)


def a_return(folder: Path, *rows: Sequence[Any]) -> Path:
    folder.mkdir(exist_ok=True)
    return a_workbook(folder / "return.xlsx", [["代发明细回单"], HEADER, *rows, ["合计", None, "3600.00"]])


def imported(world: World, path: Path, by: Actor = FINANCE, *, turned: bool = False) -> tuple[list[str], str]:
    """What the look said of each row, and the id of the run that kept it."""
    found = read(world, path)
    text = bank_return.wrapped(SEAL, 1, by, world.clock(), found)
    sent, outcomes = bank_return.unwrapped(SEAL, 1, by, world.clock(), text)
    for _ in range(2):  # a button pressed twice keeps one
        bank_return.keep(world.office, 1, sent, outcomes, by, world.clock(), turned=turned)
    return [one.kind for one in outcomes], sent.run_id


def standing(world: World) -> dict[str, str]:
    with world.office.database.reading() as connection:
        found = bank_results.standings(connection, 1)
    return {name: found[hire].result for name, hire in world.people.items() if hire in found}


def refused(world: World) -> set[int]:
    line = metadata.tables["pay_line"]
    with world.office.database.reading() as connection:
        return set(connection.execute(select(line.c.hire_id).where(bank_results.refused_by_bank())).scalars())


ROWS = (
    ("甲某", CARDS[0], "600.00", "交易成功", None),
    ("乙 某", "6217 **** 0012", 600, "成功", None),
    ("丙某", CARDS[2], "600.00", "失败", "账户已销户"),
    ("丁某", CARDS[3], "60.00", "成功", None),
    ("戊小某", CARDS[4], "600.00", "成功", None),
    ("路人", "6222020000000000008", "600.00", "成功", None),
)


def test_each_row_finds_its_line_and_nothing_else_has_arrived(world: World, tmp_path: Path) -> None:
    assert set(standing(world).values()) == {WAITING}
    path = a_return(tmp_path, *ROWS)
    found = read(world, path)
    assert found.faults == [] and found.missing == [world.people["己某"]]
    kinds, run = imported(world, path)
    assert kinds == [RECEIVED, RECEIVED, FAILED, AMOUNT, NAME, UNKNOWN]
    assert standing(world) == dict(zip(NAMES, (RECEIVED, RECEIVED, FAILED, AMOUNT, NAME, WAITING), strict=True))
    assert refused(world) == {world.people["丙某"]}
    assert world.ask("SELECT new, changed, refused FROM import_run") == [(5, 0, 1)]
    kinds, _ = imported(world, path)
    assert kinds == [SAME] * 5 + [UNKNOWN] and world.ask("SELECT count(*) FROM pay_result") == [(5,)]
    kept = str(world.ask("SELECT said FROM pay_result WHERE said <> ''")) + str(
        world.ask("SELECT body FROM office_log")
    )
    assert not any(card in kept for card in CARDS) and "甲某" not in kept

    # sent again, and taken; the file of the day before has no more to say
    with world.office.database.reading() as connection, pytest.raises(Refusal):
        bank_results.may_keep(connection, 1, HRSS)
    sent_again(world, "丙某")
    kinds, second = imported(world, a_return(tmp_path / "2", ("丙某", CARDS[2], "600", "成功", None)))
    assert kinds == [RECEIVED] and standing(world)["丙某"] == RECEIVED and refused(world) == set()
    kinds, _ = imported(world, path, turned=True)
    assert kinds == [SAME] * 5 + [UNKNOWN] and standing(world)["丙某"] == RECEIVED

    # a return of another day is taken back, but for what a later one says; then its file may speak again
    number = import_undo.ask(world.office, SEAL, run, [1, 2, 4, 5], "回单导错了", FINANCE, world.clock())
    assert import_undo.decide(world.office, SEAL, number, OTHER, world.clock(), uphold=True).lines == (1, 2, 4, 5)
    assert standing(world)["甲某"] == WAITING and standing(world)["丙某"] == RECEIVED and second != run
    kinds, _ = imported(world, path)
    assert kinds == [RECEIVED, RECEIVED, SAME, AMOUNT, NAME, UNKNOWN]
    assert standing(world)["甲某"] == RECEIVED and standing(world)["丙某"] == RECEIVED
    with world.office.database.reading() as connection:
        assert not list(office_log.verify(connection))


def sent_again(world: World, name: str, at: Any = None) -> None:
    with world.office.database.transaction() as connection:
        what = (RESENT, 0, "第1次清单")
        bank_results.keep(connection, 1, world.people[name], what, FINANCE, at or world.clock())


def test_what_takes_back_a_record_is_kept_only_on_purpose(world: World, tmp_path: Path) -> None:
    imported(world, a_return(tmp_path, ("丙某", CARDS[2], 600, "成功", None), ("丁某", CARDS[3], 600, "失败", "挂失")))
    sent_again(world, "丁某")
    back = (("丙某", CARDS[2], 600, "失败", "已退汇"), ("丁某", CARDS[3], 600, "失败", "挂失"))
    later = a_return(tmp_path / "later", *back)
    assert [one.doubt for one in read(world, later).outcomes] == [True, True]
    imported(world, later)
    assert (standing(world)["丙某"], standing(world)["丁某"]) == (RECEIVED, RESENT) and refused(world) == set()
    imported(world, later, turned=True)
    assert (standing(world)["丙某"], standing(world)["丁某"]) == (FAILED, FAILED)

    # a row with a day says of which sending it is
    sent_again(world, "丁某")
    today = world.clock.today
    for n, (days, kind, doubt) in enumerate(((-1, SAME, False), (0, FAILED, True), (1, FAILED, False))):
        row = (*back[1][:4], "又退", f"{today + timedelta(days)} 09:30:00")
        [one] = read(world, a_return(tmp_path / str(n), row)).outcomes
        assert (one.kind, one.doubt) == (kind, doubt), days


def test_of_two_rows_of_a_line_the_later_counts_or_somebody_is_asked(world: World, tmp_path: Path) -> None:
    refusal, arrival = ("丙某", CARDS[2], 600, "失败", "挂失"), ("丙某", CARDS[2], 600, "成功", None)
    unclear = read(world, a_return(tmp_path / "1", refusal, arrival))
    assert [fault.row for fault in unclear.faults] == [3, 4] and unclear.outcomes == []
    for n, (days, kinds) in enumerate(
        ((("2022-06-01", "2022-06-02"), [SAME, RECEIVED]), (("2022-06-03", "2022-06-02"), [FAILED, SAME]))
    ):
        found = read(world, a_return(tmp_path / f"d{n}", (*refusal, days[0]), (*arrival, days[1])))
        assert ([one.kind for one in found.outcomes], found.faults) == (kinds, []), days
    same_day = read(world, a_return(tmp_path / "2", (*refusal, "20220602"), (*arrival, "20220602")))
    assert len(same_day.faults) == 2


def test_a_stranger_with_the_same_last_digits_says_nothing_of_the_line(world: World, tmp_path: Path) -> None:
    rows = (
        ("路人", "6217 **** 0012", 600, "失败", "挂失"),
        ("乙某", "6222 **** 0012", 600, "失败", "挂失"),
        ("乙某", "0012", 600, "失败", "挂失"),
    )
    found = read(world, a_return(tmp_path, *rows))
    assert [(one.kind, one.hire_id) for one in found.outcomes] == [
        (UNKNOWN, None), (UNKNOWN, None), (FAILED, world.people["乙某"]),
    ]  # fmt: skip


def test_two_lines_on_one_card_are_told_apart_by_name_and_amount(world: World, tmp_path: Path) -> None:
    first, second = world.people["甲某"], world.people["乙某"]
    with world.office.database.transaction() as connection:
        one = metadata.tables["person"]
        card = connection.execute(select(one.c.contacts).where(one.c.name == "甲某")).scalar_one()
        connection.execute(one.update().where(one.c.name == "乙某").values(contacts=card, name="甲某"))
        line = metadata.tables["pay_line"]
        money = {"gross_fen": 40_000, "net_fen": 40_000}
        connection.execute(line.update().where(line.c.hire_id == second).values(money))

    def kinds(n: int, *amounts: int) -> list[tuple[str, int | None]]:
        rows = [("甲某", CARDS[0], amount, "成功", None) for amount in amounts]
        found = read(world, a_return(tmp_path / str(n), *rows))
        assert found.faults == []
        return [(one.kind, one.hire_id) for one in found.outcomes]

    assert kinds(1, 600, 400) == [(RECEIVED, first), (RECEIVED, second)]
    assert kinds(2, 400) == [(RECEIVED, second)]
    assert kinds(3, 500, 600) == [(AMOUNT, second), (RECEIVED, first)]


def test_an_officer_states_what_no_row_says(world: World) -> None:
    hire = world.people["己某"]
    facts = (world.office, 1, hire)

    def state(by: Actor, seen: int = 0, told: str = "柜台查询单12号", outcome: str = RECEIVED) -> None:
        bank_results.state(*facts, outcome, told, by, world.clock(), seen=seen)

    for by, seen, told in ((HRSS, 0, "柜台查询单12号"), (FINANCE, 1, "柜台查询单12号"), (FINANCE, 0, " ")):
        with pytest.raises(Refusal):
            state(by, seen, told)
    own = Actor(9, SEAL.person_key(a_number(6)), "己某", FINANCE.grants)
    with pytest.raises(StepNotOffered, match="另一人"):
        state(own)
    with pytest.raises(InputRefused):
        state(FINANCE, outcome="name")
    assert standing(world)["己某"] == WAITING
    state(FINANCE)
    assert standing(world)["己某"] == RECEIVED
    state(FINANCE, 1, "银行次日退回", FAILED)
    assert standing(world)["己某"] == FAILED and refused(world) == {hire}


def test_a_line_is_closed_for_good_by_two(world: World, tmp_path: Path) -> None:
    hire, at = world.people["丙某"], world.clock()
    deputy = Actor(8, "d" * 64, "代行人", (Grant(Role.FINANCE, "610981", deputy_for=FINANCE.person_key),))

    def ask(by: Actor = FINANCE, seen: int = 1, reason: str = "本人已去世，家属放弃") -> None:
        bank_results.ask_close(world.office, 1, hire, reason, by, at, seen=seen)

    def decide(by: Actor, seen: int, *, uphold: bool = True) -> None:
        bank_results.decide_close(world.office, 1, hire, by, at, seen=seen, uphold=uphold)

    with pytest.raises(StepNotOffered, match="银行退回"):
        ask(seen=0)
    imported(world, a_return(tmp_path, ("丙某", CARDS[2], 600, "失败", "挂失")))
    for refusal, reason in ((InputRefused, " "), (StepNotOffered, "本人已去世")):
        with pytest.raises(refusal):
            ask(HRSS if reason != " " else FINANCE, reason=reason)
    ask()
    assert standing(world)["丙某"] == CLOSING and refused(world) == {hire}
    for own in (FINANCE, deputy):
        with pytest.raises(StepNotOffered, match="另一人"):
            decide(own, 2)
    decide(OTHER, 2, uphold=False)
    assert standing(world)["丙某"] == FAILED
    ask(seen=3)
    decide(HRSS, 4)
    assert standing(world)["丙某"] == CLOSED and refused(world) == {hire}
    with pytest.raises(StepNotOffered, match="不再发放"):
        bank_results.state(world.office, 1, hire, FAILED, "又退回", FINANCE, at, seen=5)
    assert [one.kind for one in read(world, a_return(tmp_path / "2", ("丙某", CARDS[2], 600, "退", "x"))).outcomes] == [
        SAME
    ]
    assert world.ask("SELECT live FROM pay_line WHERE hire_id = ?", hire) == [(True,)]


def test_nobody_takes_in_what_a_bank_says_of_their_own_money(world: World, tmp_path: Path) -> None:
    own = Actor(9, SEAL.person_key(a_number(3)), "丙某", FINANCE.grants)
    with pytest.raises(StepNotOffered, match="另一人"):
        imported(world, a_return(tmp_path, ("丙某", CARDS[2], 600, "成功", None)), own)
    assert imported(world, a_return(tmp_path / "2", ("甲某", CARDS[0], 600, "成功", None)), own)[0] == [RECEIVED]


def test_every_fault_of_a_return_is_told_and_hostile_files_are_not_read(world: World, tmp_path: Path) -> None:
    rows = (
        ("甲某", 6217000000000000004, "六百", "大概", None),
        ("乙某", None, "600.005", "成功", None),
        ("丙某", CARDS[2], "600", "成功", None),
        ("丙某", CARDS[2], "600", "成功", None),
    )
    found = read(world, a_return(tmp_path, *rows))
    assert {(fault.row, fault.column) for fault in found.faults} == {
        (3, "账号"), (3, "金额"), (3, "处理结果"), (4, "账号"), (4, "金额"), (6, "账号"),
    }  # fmt: skip
    assert [one.kind for one in found.outcomes] == [RECEIVED]
    assert not any(CARDS[0] in fault.problem.text() for fault in found.faults)
    text = bank_return.wrapped(SEAL, 1, FINANCE, world.clock(), found)
    with pytest.raises(ReturnGone):
        bank_return.unwrapped(SEAL, 2, FINANCE, world.clock(), text)
    a_bomb(tmp_path / "bomb.xlsx")
    with pytest.raises(NotReadable):
        read(world, tmp_path / "bomb.xlsx")
    with world.office.database.transaction() as connection:
        connection.exec_driver_sql("UPDATE pay_sheet SET status = 'approved'")
    with pytest.raises(StepNotOffered, match="登记发放"):
        imported(world, a_return(tmp_path, *rows[2:3]))
    assert set(standing(world).values()) == {WAITING}
