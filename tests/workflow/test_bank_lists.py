"""Lists for the bank: the approved sum to the cards that were there, once; again only what is owed, by another."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from states.facts import Actor
from states.refusals import InputRefused, StepNotOffered
from states.vocabulary import Role
from tests.support.tables import Table, paper, table_of
from tests.support.world import World, officer
from tests.support.xunyang import HRSS, REGIONS, START, TOWN, in_notice, to_contract
from tests.workflow.test_applicant_import import SEAL
from tests.workflow.test_bank_returns import CARDS
from tests.workflow.test_pay_sheets import FINANCE, JULY, SECOND, approve, attended, frozen, lines, made, status
from workflow import bank_cards, bank_lists, bank_results, funds, office_log, pay_sheets, people
from workflow.bank_results import FAILED, RECEIVED, REDOING, REDONE, RESENT
from workflow.pay_sheets import PAID, VOID, SheetChanged
from workflow.queries import pay as found
from workflow.queries import recoveries
from workflow.queries.scope import scoped
from workflow.workbooks import pay_lists
from workflow.workbooks.layout import workbook

OTHER = officer("财政干部己", Role.FINANCE, "610981", 14)


@pytest.fixture
def world(migrated_url: str) -> Iterator[World]:
    """An approved sheet of two people with cards, 600 yuan each; it is 1 July 2022."""
    world = World.on(migrated_url, START, REGIONS)
    hires = [in_notice(world, "甲某"), in_notice(world, "乙某", SECOND)]
    to_contract(world, *hires)
    for name, card in zip(("甲某", "乙某"), CARDS, strict=False):
        set_card(world, name, card)
    world.walk_to(JULY)
    for hire in hires:
        attended(world, hire, "-" * 12 + "1" * 18)
    number, digest = frozen(world)
    for by in (HRSS, FINANCE):
        approve(world, number, digest, by)
    yield world
    world.close()


def set_card(world: World, name: str, card: str | None, by: Actor = TOWN) -> None:
    with world.office.database.session() as session:
        people.update_person(session, SEAL, world.people[name], {"bank": card}, by, world.clock(), reason="本人申请")


def take(world: World, by: Actor = FINANCE, *, partial: bool = False) -> bank_lists.Taken:
    return bank_lists.take(world.office, SEAL, 1, "送银行代发", by, world.clock(), partial=partial)


def pay(world: World) -> None:
    pay_sheets.pay(world.office, 1, world.clock.today, "回单1号", FINANCE, world.clock())


def refuse(world: World, hire: int, by: Actor = FINANCE) -> None:
    with world.office.database.reading() as connection:
        seen = bank_results.standings(connection, 1)[hire].number
    bank_results.state(world.office, 1, hire, FAILED, "柜台查询：销户", by, world.clock(), seen=seen)


def result(world: World, hire: int) -> str:
    with world.office.database.reading() as connection:
        return bank_results.standings(connection, 1)[hire].result


def the_list(taken: bank_lists.Taken, digest: str, *copied: str) -> Table:
    """What the bank reads: cards as text to the last digit, sums as numbers."""
    place, sums = "单位（盖章）：陕西省旬阳市城关镇", "第1号发放表　　第1次清单　　共2人　　合计1200.00元"
    rows: list[list[object]] = [[1, "甲某", CARDS[0], 600], [2, "乙某", CARDS[1], 600], ["合计", None, None, 1200]]
    below = [f"清单摘要：{taken.digest}", f"发放表摘要：{digest}", f"取用人：{FINANCE.name}　　　　　2022-07-01"]
    title = "2022年06月公益性岗位待遇银行代发清单"
    return paper([title, place, sums, *copied], ["序号", "户名", "账号", "金额（元）"], rows, below)


def test_the_first_list_is_the_approved_sum_and_is_taken_once(world: World) -> None:
    with pytest.raises(StepNotOffered, match="职责"):
        take(world, HRSS)
    with pytest.raises(InputRefused):
        bank_lists.take(world.office, SEAL, 1, " ", FINANCE, world.clock())
    taken = take(world)
    assert [(one.name, one.card, one.fen) for one in taken.payments] == [
        ("甲某", CARDS[0], 60_000), ("乙某", CARDS[1], 60_000),
    ]  # fmt: skip
    assert (
        [(taken.sum_fen,)] == world.ask("SELECT sum_fen FROM pay_sheet") == world.ask("SELECT sum_fen FROM bank_list")
    )
    reveals = "SELECT person_id, purpose FROM person_log WHERE act = 'reveal:bank' ORDER BY person_id"
    assert world.ask(reveals) == [(world.people[name], "送银行代发") for name in ("甲某", "乙某")]
    kept = str(world.ask("SELECT * FROM bank_list")) + str(world.ask("SELECT * FROM bank_line"))
    assert not any(card in kept + str(world.ask("SELECT body FROM office_log")) for card in CARDS)
    with world.office.database.reading() as connection:
        listing = pay_lists.bank(connection, taken, FINANCE.name, JULY)
        assert not list(office_log.verify(connection))
    ((digest,),) = world.ask("SELECT digest FROM pay_sheet")
    assert table_of(workbook(listing)) == the_list(taken, digest)

    with pytest.raises(StepNotOffered, match=r"第1次清单已由.*2022-07-01.*2人、1200\.00元"):
        take(world, OTHER)
    again = bank_lists.copy(world.office, SEAL, 1, "文件没有下载成功", OTHER, world.clock())
    assert (again.digest, again.payments) == (taken.digest, taken.payments) and "第1次清单" in again.copy
    with world.office.database.reading() as connection:
        copied = table_of(workbook(pay_lists.bank(connection, again, FINANCE.name, JULY)))
    assert copied == the_list(taken, digest, f"重取的副本，请勿重复报送：{again.copy}")
    assert world.ask("SELECT count(*) FROM bank_list") == [(1,)] and len(world.ask(reveals)) == 4
    set_card(world, "甲某", CARDS[2])
    with pytest.raises(StepNotOffered, match="改了卡号"):
        bank_lists.copy(world.office, SEAL, 1, "文件没有下载成功", OTHER, world.clock())


def test_what_is_on_its_way_is_not_voided(world: World) -> None:
    take(world)
    with pytest.raises(StepNotOffered, match="银行清单"):
        pay_sheets.send_back(world.office, 1, HRSS, world.clock(), "再核对一次")
    set_died(world, "乙某", date(2022, 6, 20))
    pay(world)
    assert status(world, 1)[0] == PAID


def test_a_sheet_that_says_something_else_by_now_is_void_and_goes_to_no_bank(world: World) -> None:
    set_died(world, "乙某", date(2022, 6, 20))
    with pytest.raises(SheetChanged):
        take(world)
    assert status(world, 1)[0] == VOID and world.ask("SELECT count(*) FROM bank_list") == [(0,)]


def set_died(world: World, name: str, on: date) -> None:
    with world.office.database.session() as session:
        given = {"died_on": on.isoformat()}
        people.update_person(session, SEAL, world.people[name], given, TOWN, world.clock(), reason="村委会报告")


def test_who_has_no_card_is_named_and_stands_on_a_later_list(world: World) -> None:
    set_card(world, "乙某", None)
    with pytest.raises(InputRefused) as refused:
        take(world)
    assert {name: why.pattern for name, why in refused.value.faults.items()} == {
        "2": "没有银行卡号，请先在人员档案里补录"
    }
    assert take(world, partial=True).sum_fen == 60_000
    set_card(world, "乙某", CARDS[3])
    pay(world)
    [seen] = [one for one in cards(world).values() if one.waits]
    bank_cards.check(world.office, SEAL, 1, 2, seen.changes[-1].seq, "社会保障卡原件", FINANCE, world.clock())
    later = take(world, OTHER)
    assert [(one.name, one.card) for one in later.payments] == [("乙某", CARDS[3])] and later.number == 2
    assert world.ask("SELECT sum(fen) FROM bank_line") == world.ask("SELECT sum_fen FROM pay_sheet")


def test_a_card_that_two_of_a_sheet_share_is_sent_to_for_neither(world: World) -> None:
    set_card(world, "乙某", CARDS[0])
    with pytest.raises(InputRefused) as refused:
        take(world)
    assert set(refused.value.faults) == {"1", "2"}
    assert {why.pattern for why in refused.value.faults.values()} == {
        "与本表另一人的卡号相同（尾号{tail}），请核对后在人员档案里更正"
    }


def cards(world: World) -> dict[int, bank_cards.Card]:
    with world.office.database.reading() as connection:
        sheet = found.pay_sheet(connection, scoped(FINANCE), 1)
        return bank_cards.cards_of(connection, SEAL, sheet, [(1, world.people["甲某"]), (2, world.people["乙某"])])


def test_a_card_changed_since_waits_for_another_person(world: World) -> None:
    set_card(world, "甲某", CARDS[4])
    with pytest.raises(InputRefused) as refused:
        take(world)
    assert list(refused.value.faults) == ["1"] and "另一人核对" in refused.value.faults["1"].pattern
    seq = cards(world)[1].changes[-1].seq

    def check(by: Actor, seen: int = seq, basis: str = "社会保障卡原件") -> None:
        bank_cards.check(world.office, SEAL, 1, 1, seen, basis, by, world.clock())

    own = Actor(9, "person:甲某", "甲某", FINANCE.grants)
    kin = Actor(10, "f" * 64, "甲小某", FINANCE.grants, contacts=frozenset({SEAL.blind(CARDS[4], "contact.bank")}))
    for by in (TOWN, own, kin):
        with pytest.raises(StepNotOffered):
            check(by)
    with pytest.raises(StepNotOffered):
        check(FINANCE, seen=seq - 1)
    with pytest.raises(InputRefused):
        check(FINANCE, basis=" ")
    check(FINANCE)
    set_card(world, "甲某", CARDS[5])  # what was seen to is this card and no other
    with pytest.raises(InputRefused):
        take(world)
    set_card(world, "甲某", CARDS[4])
    assert [one.card for one in take(world).payments] == [CARDS[4], CARDS[1]]


def test_what_the_bank_refused_is_owed_and_sent_again_by_another_as_far_as_it_is_owed(world: World) -> None:
    take(world)
    pay(world)
    refuse(world, 1)
    refuse(world, 2)
    with pytest.raises(InputRefused) as refused:
        take(world)
    assert {why.pattern for why in refused.value.faults.values()} == {"退回是您登记的，须由另一人再次送银行"}
    set_died(world, "乙某", date(2022, 6, 20))
    with pytest.raises(InputRefused) as refused:
        take(world, OTHER)
    assert list(refused.value.faults) == ["2"] and "重新核算" in refused.value.faults["2"].pattern
    with world.office.database.reading() as connection:  # what never arrived is not asked back
        assert recoveries.overpaid_of(connection, scoped(FINANCE), [1, 2]) == ()
    again = take(world, OTHER, partial=True)
    assert [(one.name, one.fen, again.number) for one in again.payments] == [("甲某", 60_000, 2)]
    assert (result(world, 1), result(world, 2)) == (RESENT, FAILED)
    with pytest.raises(InputRefused):  # nothing is left but whoever waits
        take(world, OTHER, partial=True)

    # money that arrived after a death is asked back, money that was given up is not
    state = (world.office, 1, 2, RECEIVED, "柜台查询：已入账", OTHER, world.clock())
    bank_results.state(*state, seen=1)
    with world.office.database.reading() as connection:
        [wrong] = recoveries.overpaid_of(connection, scoped(FINANCE), [1, 2])
        assert wrong.hire_id == 2 and [
            one.hire_id for one in recoveries.suspects(connection, scoped(FINANCE), JULY)
        ] == [2]
    refuse(world, 2)
    owed = spent(world)
    bank_results.ask_close(world.office, 1, 2, "本人已去世", FINANCE, world.clock(), seen=3)
    bank_results.decide_close(world.office, 1, 2, OTHER, world.clock(), seen=4, uphold=True)
    assert spent(world) == owed - 60_000, "what was owed is the subsidy's again"
    with world.office.database.reading() as connection:
        assert recoveries.suspects(connection, scoped(FINANCE), JULY) == ()
    with pytest.raises(StepNotOffered, match="第2次清单已由"):
        take(world, OTHER)


def test_a_month_of_which_less_is_owed_by_now_is_reckoned_anew_by_a_supplementary_sheet(world: World) -> None:
    """Of 18 days 8 are owed: what came back is not sent as it was, and a sheet of its own pays the eight."""
    take(world)
    pay(world)
    refuse(world, 2)
    set_died(world, "乙某", date(2022, 6, 20))
    bank_results.ask_close(world.office, 1, 2, "本人已去世", FINANCE, world.clock(), seen=1, anew=True)
    assert (result(world, 2), live(world)) == (REDOING, True)
    twice = spent(world)
    bank_results.decide_close(world.office, 1, 2, OTHER, world.clock(), seen=2, uphold=True)
    assert (result(world, 2), live(world)) == (REDONE, False)
    assert spent(world) == twice // 2, "one of two, with the performance that is owed for the month"
    later = made(world)
    assert [fen for hire, fen in lines(world, later) if hire == 2] == [round(100_000 * 8 / 30)]


def spent(world: World) -> int:
    with world.office.database.reading() as connection:
        return funds.funds(world.office, connection, "xunyang-2022-88", "610981", world.clock.today).spent_fen


def live(world: World) -> bool:
    return bool(world.ask("SELECT live FROM pay_line WHERE sheet_id = 1 AND hire_id = 2")[0][0])
