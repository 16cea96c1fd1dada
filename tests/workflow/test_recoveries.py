"""Money that was paid wrongly: noticed, claimed, decided by somebody else, paid back and never more than is owed."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from states.facts import Actor, Grant
from states.overpaid import Paid, claimable, overpaid
from states.refusals import InputRefused, NoSuchHire, Refusal
from states.vocabulary import Role
from tests.conftest import SQLITE, MigratedTemplate
from tests.support.after import Village, at_work, paid
from tests.support.lives import FIRST_DAY
from tests.support.world import World, officer
from workflow import office_log, recoveries
from workflow.authority import NotEntitled, NotPossible
from workflow.queries import recoveries as queries
from workflow.queries import scoped
from workflow.queries.recoveries import RecoverySums, Standing, recovery_line, recovery_sums, repayments, suspects
from workflow.queries.recoveries import recoveries as listed
from workflow.recoveries import Claim, NoSuchRecovery, ask, correct_repayment, decide, decide_repayment, reduce, repay

CLAIM = Claim("2022-08", "2022-09", 280000, "死亡后仍发放两个月", "第十五条")


@pytest.fixture
def village(migrated_url: str) -> Iterator[Village]:
    world = World.on(migrated_url, FIRST_DAY, {})
    yield at_work(world, "neimenggu-2022-10", ["甲", "乙"], date(2022, 7, 15))
    world.close()


def now(village: Village) -> datetime:
    return village.world.clock()


def clerk(village: Village) -> Actor:
    return village.officer("employer")


def bureau(village: Village) -> Actor:
    return village.officer("hrss")


def claimed(village: Village, by: Actor | None = None, **changes: Any) -> int:
    village.world.clock.moment = datetime(2022, 10, 10, 1, tzinfo=now(village).tzinfo)
    by = by or clerk(village)
    return ask(village.world.office, village.hires["甲"], replace(CLAIM, **changes), by, now(village))


def test_a_claim_is_entered_decided_by_another_and_paid_back_bit_by_bit(village: Village) -> None:
    office, day = village.world.office, date(2022, 10, 10)
    number = claimed(village)
    seen = scoped(bureau(village))
    with pytest.raises(NotPossible, match="还没有决定"):
        repay(office, number, 1000, day, "收据1", clerk(village), now(village))
    decide(office, number, True, "经核属实", bureau(village), now(village))
    assert repay(office, number, 100000, day, "收据1", clerk(village), now(village)) is False
    with pytest.raises(InputRefused) as too_much:
        repay(office, number, 180001, day, "收据2", clerk(village), now(village))
    assert str(too_much.value.faults["fen"]) == "超过了尚欠的1800.00元，请核对金额"
    with office.database.reading() as connection:
        assert recovery_sums(connection, seen) == RecoverySums(0, 1, 180000)
    assert repay(office, number, 180000, day, "收据2", clerk(village), now(village)) is True
    with office.database.reading() as connection:
        line = recovery_line(connection, seen, number)
        assert line is not None
        assert (line.standing, line.repaid_fen, line.open_fen, line.settled_on) == (Standing.SETTLED, 280000, 0, day)
        assert [(one.number, one.fen) for one in repayments(connection, number)] == [(1, 100000), (2, 180000)]
        assert recovery_sums(connection, seen) == RecoverySums(0, 0, 0)
        log = office_log.entries(connection, recoveries.BOOK)
        assert [entry.act for entry in log] == ["repaid", "repaid", "upheld", "asked"]
        assert not list(office_log.verify(connection))
        assert "甲" not in "".join(entry.body for entry in log)
    with pytest.raises(NotPossible):
        repay(office, number, 1, day, "收据3", clerk(village), now(village))


def test_who_may_do_what(village: Village) -> None:
    office = village.world.office
    number = claimed(village, bureau(village))
    assert village.world.hire(village.hires["甲"]).person is not None
    for who, expected in (
        (bureau(village), NotPossible),  # who claims does not decide
        (replace(bureau(village), account_id=77), NotPossible),  # nor under another account
        (deputy_of(bureau(village), village), NotPossible),  # nor by a deputy
        (clerk(village), NotEntitled),
        (village.stranger(Role.HRSS), NoSuchRecovery),
        (related(village), NotPossible),
    ):
        with pytest.raises(expected):
            decide(office, number, True, "属实", who, now(village))
    with pytest.raises(NotEntitled):
        ask(office, village.hires["甲"], CLAIM, village.officer("village"), now(village))
    with pytest.raises(NotPossible, match="亲属"):
        ask(office, village.hires["甲"], CLAIM, related(village), now(village))
    with pytest.raises(NoSuchHire):
        ask(office, village.hires["甲"], CLAIM, village.stranger(Role.HRSS), now(village))
    with pytest.raises(NotPossible, match=f"第{number}号"):  # nobody is asked twice for one month
        ask(office, village.hires["甲"], replace(CLAIM, until_month="2022-08"), clerk(village), now(village))
    decide(office, number, False, "并无其事", village.officer("rural"), now(village))
    with pytest.raises(NotPossible, match="已经作出决定"):
        decide(office, number, True, "改判", village.officer("finance"), now(village))
    again = ask(office, village.hires["甲"], CLAIM, deputy_of(bureau(village), village), now(village))
    for who in (bureau(village), replace(deputy_of(bureau(village), village), person_key="another deputy")):
        with pytest.raises(NotPossible, match="您提出"):  # whose deputy claimed does not decide, nor another deputy
            decide(office, again, True, "属实", who, now(village))
    with office.database.reading() as connection:
        found = listed(connection, scoped(bureau(village)))
        assert [(line.id, line.standing) for line in found.lines] == [
            (again, Standing.WAITING),
            (number, Standing.REFUSED),
        ]
        for standing in Standing:
            one = listed(connection, scoped(bureau(village)), standing=standing).lines
            assert all(line.standing is standing for line in one)
        assert not listed(connection, scoped(village.stranger(Role.HRSS))).lines
        assert listed(connection, scoped(bureau(village)), limit=1).after == again
        assert [line.id for line in listed(connection, scoped(bureau(village)), after=again).lines] == [number]


def deputy_of(principal: Actor, village: Village) -> Actor:
    grant = Grant(Role.HRSS, village.county.area, principal.person_key, principal.name)
    return Actor(78, "deputy", "代理人", (grant,))


def related(village: Village) -> Actor:
    """An officer whom the person has declared as a relative."""
    someone = officer("亲属", Role.HRSS, village.county.area, 79)
    person = village.world.hire(village.hires["甲"]).person
    assert person is not None
    with village.world.office.database.transaction() as connection:
        sql = village.world.office._sql("UPDATE person SET relatives = ? WHERE id = ?")
        connection.exec_driver_sql(sql, ('["亲属"]', person.id))
    return someone


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("from_month", "2022-05"),  # the first day on post was in June
        ("from_month", "2022-13"),
        ("from_month", "二〇二二年八月"),
        ("until_month", "2022-11"),
        ("until_month", "2022-07"),
        ("fen", 0),
        ("fen", -1),
        ("fen", recoveries.MOST_FEN + 1),
        ("cause", "无"),
        ("cause", "误发\0工资"),
        ("article", "条" * 101),
    ],
)
@pytest.mark.sqlite
def test_nonsense_is_told_by_its_field(short_village: Village, field: str, value: object) -> None:
    with pytest.raises(InputRefused) as refused:
        claimed(short_village, None, **{field: value})
    assert set(refused.value.faults) == {field}


@pytest.fixture(scope="module")
def short_village(tmp_path_factory: pytest.TempPathFactory, migrated_template: MigratedTemplate) -> Iterator[Village]:
    path = tmp_path_factory.mktemp("recoveries") / "zaigang.sqlite3"
    shutil.copyfile(migrated_template.sqlite(), path)
    world = World.on(f"sqlite:///{path}", FIRST_DAY, {})
    yield at_work(world, "neimenggu-2022-10", ["甲"], date(2022, 7, 15))
    world.close()


def test_two_clerks_at_once_never_enter_more_than_is_owed(village: Village) -> None:
    office, day = village.world.office, date(2022, 10, 10)
    number = claimed(village)
    decide(office, number, True, "经核属实", bureau(village), now(village))
    begun = threading.Barrier(4)
    outcomes: list[object] = []

    def enter(name: str) -> None:
        begun.wait(10)
        try:
            outcomes.append(repay(office, number, 200000, day, f"收据{name}", clerk(village), now(village)))
        except Refusal as refusal:
            outcomes.append(type(refusal))

    threads = [threading.Thread(target=enter, args=(str(n),)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(map(str, outcomes)) == sorted(map(str, [False, InputRefused, InputRefused, InputRefused]))


JULY_TO_OCTOBER = {date(2022, month, 1): 140000 for month in (7, 8, 9, 10)}


@pytest.mark.parametrize(
    ("claims", "asked", "left"),
    [
        ([], (8, 9), 280000),
        ([((8, 9), 280000)], (8, 9), 0),
        ([((8, 9), 100000)], (8, 8), 140000),  # the other may lie wholly in September
        ([((8, 9), 200000)], (8, 8), 80000),
        ([((8, 9), 200000)], (7, 8), 220000),
        ([((7, 8), 140000), ((9, 10), 140000)], (8, 9), 280000),
        ([((7, 8), 200000), ((9, 10), 200000)], (8, 9), 160000),
        ([((7, 10), 560000)], (9, 9), 0),
        ([((11, 12), 100000)], (8, 9), 280000),
        ([], (11, 12), 0),
    ],
)
def test_no_more_is_claimed_than_was_paid_over_any_months(claims: Any, asked: Any, left: int) -> None:
    def span(months: tuple[int, int]) -> tuple[date, date]:
        return date(2022, months[0], 1), date(2022, months[1], 1)

    found = claimable(JULY_TO_OCTOBER, [(span(months), fen) for months, fen in claims], span(asked))
    assert found.left_fen == left


@pytest.mark.parametrize("migrated_url", [SQLITE], indirect=True)
def test_a_claim_is_held_to_what_was_paid_and_not_claimed_yet(village: Village) -> None:
    """August is paid on a sheet with 1,400 yuan; September on none, though a sheet of the place was paid."""
    world, first = village.world, village.hires["甲"]
    with pytest.raises(InputRefused) as on_paper:
        claimed(village, fen=recoveries.MOST_FEN)
    assert "发放2800.00元" in str(on_paper.value.faults["fen"]), "without any sheet the months' standard counts"
    paid(world, first, [(date(2022, 8, 1), date(2022, 8, 31), 140000)])
    paid(world, village.hires["乙"], [(date(2022, 9, 1), date(2022, 9, 30), 150000)])
    with world.office.database.transaction() as connection:
        here = "region = substr(region, 1, 6)"
        connection.exec_driver_sql(f"UPDATE pay_sheet SET procedure = 'neimenggu-2022-10', {here}")
    with pytest.raises(InputRefused):
        claimed(village, fen=140001)
    number = claimed(village, fen=100000)
    decide(world.office, number, True, "属实", bureau(village), now(village))
    assert repay(world.office, number, 100000, date(2022, 10, 10), "收据1", clerk(village), now(village))
    with pytest.raises(InputRefused) as refused:  # what came back is not claimed again
        claimed(village, fen=40001)
    assert "最多还可以追回400.00元" in str(refused.value.faults["fen"])
    assert claimed(village, fen=40000)


# ---- what is worth a look ----------------------------------------------------------------------------------------

TERM = [(date(2022, 7, 12), date(2023, 7, 11))]
JULY, AUGUST = (date(2023, 7, 1), date(2023, 7, 31), 140000), (date(2023, 8, 1), date(2023, 8, 31), 140000)


@pytest.mark.parametrize(
    ("lines", "died_on", "expected"),
    [
        ([(date(2023, 7, 1), date(2023, 7, 11), 50000)], None, None),  # paid to the last day
        # 20 of 31 days: 1400 × 20 / 31 = 903.2258
        ([JULY], None, (date(2023, 7, 1), date(2023, 7, 1), 90323)),
        ([JULY, AUGUST], None, (date(2023, 7, 1), date(2023, 8, 1), 230323)),
        # on the day of death itself somebody was still employed: 26 days after the 5th
        ([JULY], date(2023, 7, 5), (date(2023, 7, 1), date(2023, 7, 1), 117419)),
        ([(date(2023, 7, 1), date(2023, 7, 5), 50000)], date(2023, 7, 5), None),
        ([(date(2022, 7, 1), date(2022, 7, 31), 31)], None, (date(2022, 7, 1), date(2022, 7, 1), 11)),
    ],
)
def test_days_outside_a_term_or_after_a_death_were_paid_wrongly(
    lines: list[tuple[date, date, int]], died_on: date | None, expected: tuple[date, date, int] | None
) -> None:
    found = overpaid([Paid(*line) for line in lines], TERM, died_on, left=False)
    assert (None if found is None else (found.from_month, found.until_month, found.fen)) == expected


def test_a_gap_between_two_terms_is_not_paid() -> None:
    terms = [*TERM, (date(2023, 7, 22), date(2024, 7, 21))]
    found = overpaid([Paid(*JULY)], terms, None, left=False)
    assert found is not None and found.fen == 45161  # ten of 31 days
    assert str(found.why) == "2023-07-12起没有有效的合同，此后仍发放了待遇"
    for days, fen in ((21, None), (22, 45161)):  # a line that left the ten days out, and one that did not
        found = overpaid([Paid(*JULY, paid_days=days)], terms, None, left=False)
        assert (found and found.fen) == fen


def test_payments_after_a_death_and_after_leaving_are_proposed_until_they_are_claimed(village: Village) -> None:
    world, seen = village.world, scoped(bureau(village))
    first, second = village.hires["甲"], village.hires["乙"]
    world.do(second, "resign", clerk(village), given_on=world.clock.today, leave_on=date(2022, 7, 20))
    world.walk_to(date(2022, 7, 22))
    person = world.hire(first).person
    assert person is not None
    with world.office.database.transaction() as connection:
        sql = world.office._sql("UPDATE person SET died_on = ? WHERE id = ?")
        connection.exec_driver_sql(sql, ("2022-07-18", person.id))
    for hire in (first, second):
        paid(world, hire, [(date(2022, 7, 1), date(2022, 7, 31), 31000), (date(2022, 8, 1), date(2022, 8, 31), 31000)])
    today = date(2022, 9, 1)
    with world.office.database.reading() as connection:
        found = {one.hire_id: one.found for one in suspects(connection, seen, today)}
        assert not suspects(connection, scoped(village.stranger(Role.HRSS)), today)
    assert "死亡" in str(found[first].why) and "离岗" in str(found[second].why)
    assert (found[first].fen, found[second].fen) == (13000 + 31000, 11000 + 31000)
    claimed(village, from_month="2022-07", until_month="2022-08", fen=found[first].fen)
    with world.office.database.reading() as connection:
        assert [one.hire_id for one in suspects(connection, seen, today)] == [second]


@pytest.mark.parametrize("migrated_url", [SQLITE], indirect=True)
def test_who_was_paid_rightly_takes_nobodys_place_on_the_page(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, seen = village.world, scoped(bureau(village))
    for name in ("甲", "乙"):
        leaving = {"given_on": world.clock.today, "leave_on": date(2022, 7, 20)}
        world.do(village.hires[name], "resign", clerk(village), **leaving)
    world.walk_to(date(2022, 7, 22))
    for name, fen in (("甲", 0), ("乙", 31000)):  # nothing came of the line that reaches too far
        paid(world, village.hires[name], [(date(2022, 7, 1), date(2022, 7, 31), fen)])
    for batch in (1, 200):
        monkeypatch.setattr(queries, "BATCH", batch)
        with world.office.database.reading() as connection:
            found = suspects(connection, seen, date(2022, 9, 1), limit=1)
        assert [one.hire_id for one in found] == [village.hires["乙"]]


def test_a_mistyped_repayment_is_set_right_by_a_row_of_its_own_and_a_second_person(village: Village) -> None:
    office, day = village.world.office, date(2022, 10, 10)
    number = claimed(village)
    decide(office, number, True, "经核属实", bureau(village), now(village))
    assert repay(office, number, 280000, day, "收据1", clerk(village), now(village)) is True
    with pytest.raises(InputRefused):
        correct_repayment(office, number, 1, " ", clerk(village), now(village))
    assert correct_repayment(office, number, 1, "多打了一个零", clerk(village), now(village)) == 2
    for again in (1, 2, 3):
        with pytest.raises(NotPossible, match="没有这笔退回"):
            correct_repayment(office, number, again, "再来一次", clerk(village), now(village))

    def standing() -> tuple[Standing, int, int]:
        with office.database.reading() as connection:
            line = recovery_line(connection, scoped(bureau(village)), number)
        assert line is not None
        return line.standing, line.repaid_fen, line.open_fen

    assert standing() == (Standing.SETTLED, 280000, 0), "nothing counts before a second person upholds it"
    own = Actor(77, clerk(village).person_key, "另一账号", bureau(village).grants)
    with pytest.raises(NotPossible, match="您提出的"):
        decide_repayment(office, number, 2, True, own, now(village))
    with pytest.raises(NotEntitled):
        decide_repayment(office, number, 2, True, clerk(village), now(village))
    decide_repayment(office, number, 2, False, bureau(village), now(village))
    assert standing() == (Standing.SETTLED, 280000, 0)
    assert correct_repayment(office, number, 1, "多打了一个零", clerk(village), now(village)) == 3
    decide_repayment(office, number, 3, True, bureau(village), now(village))
    assert standing() == (Standing.OPEN, 0, 280000), "a settled claim is open again"
    with pytest.raises(NotPossible, match="没有待决定"):
        decide_repayment(office, number, 3, True, bureau(village), now(village))
    assert repay(office, number, 28000, day, "收据1", clerk(village), now(village)) is False
    assert standing() == (Standing.OPEN, 28000, 252000)
    with office.database.reading() as connection:
        rows = [(one.number, one.fen, one.corrects, one.upheld) for one in repayments(connection, number)]
        log = [entry.act for entry in office_log.entries(connection, recoveries.BOOK)]
        assert recovery_sums(connection, scoped(bureau(village))) == RecoverySums(0, 1, 252000)
    assert rows == [(1, 280000, None, None), (2, -280000, 1, False), (3, -280000, 1, True), (4, 28000, None, None)]
    assert log[:4] == ["repaid", "repayment_corrected", "repayment_correction", "repayment_kept"]


def test_an_upheld_claim_that_says_too_much_is_reduced_or_withdrawn_by_two(village: Village) -> None:
    office, day = village.world.office, date(2022, 10, 10)
    number = claimed(village)
    with pytest.raises(NotPossible, match="还没有决定"):
        reduce(office, number, 1000, "多写了一个月", clerk(village), now(village))
    decide(office, number, True, "经核属实", bureau(village), now(village))
    repay(office, number, 100000, day, "收据1", clerk(village), now(village))
    for fen, reason in ((0, "多写了一个月"), (180001, "多写了一个月"), (100, " ")):
        with pytest.raises(InputRefused):
            reduce(office, number, fen, reason, clerk(village), now(village))

    def standing() -> tuple[Standing, int, int, int]:
        with office.database.reading() as connection:
            line = recovery_line(connection, scoped(bureau(village)), number)
            sums = recovery_sums(connection, scoped(bureau(village)))
        assert line is not None and sums.open_fen == line.open_fen
        return line.standing, line.repaid_fen, line.cut_fen, line.open_fen

    row = reduce(office, number, 140000, "多写了一个月", clerk(village), now(village))
    assert standing() == (Standing.OPEN, 100000, 0, 180000), "nothing is taken off before a second person upholds it"
    with pytest.raises(NotPossible, match="等待另一人"):
        reduce(office, number, 100, "再减一些", clerk(village), now(village))
    with pytest.raises(NotPossible, match="您提出的"):
        own = Actor(77, clerk(village).person_key, "另一账号", bureau(village).grants)
        decide_repayment(office, number, row, True, own, now(village))
    with pytest.raises(NotPossible, match="没有这笔退回"):  # a reduction is no repayment that was mistyped
        correct_repayment(office, number, row, "写错了", clerk(village), now(village))
    repay(office, number, 50000, day, "收据2", clerk(village), now(village))
    with pytest.raises(NotPossible, match=r"只欠1300\.00元"):
        decide_repayment(office, number, row, True, bureau(village), now(village))
    decide_repayment(office, number, row, False, bureau(village), now(village))
    assert standing() == (Standing.OPEN, 150000, 0, 130000)
    for fen, open_fen in ((30000, 100000), (100000, 0)):
        row = reduce(office, number, fen, "多写了一个月", clerk(village), now(village))
        decide_repayment(office, number, row, True, bureau(village), now(village))
        assert standing()[3] == open_fen
    assert standing() == (Standing.SETTLED, 150000, 130000, 0), "nothing is left to pay back"
    with office.database.reading() as connection:
        log = [entry.act for entry in office_log.entries(connection, recoveries.BOOK)]
        assert log[:3] == ["reduced", "reduction", "reduced"] and "not_reduced" in log
        assert not list(office_log.verify(connection))
    with pytest.raises(InputRefused):  # what was taken off may be claimed again, what came back may not
        claimed(village, fen=130001)
    assert claimed(village, fen=130000)
