"""A sheet is charged to named sources that add up, and what villages publish says five things and no more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from states.charging import judge
from states.facts import Grant
from states.loading import Catalogue
from states.refusals import InputRefused, StepNotOffered
from states.vocabulary import Role
from tests.support.after import Village, at_work, paid
from tests.support.world import World
from workflow import bank_results, charge_corrections, charges, office_log, publications, rates
from workflow.bank_results import CLOSED, FAILED, REDONE
from workflow.pay_sheets import NoSuchSheet
from workflow.publications import Draft, Listed, NoSuchPublication

DOCUMENT = "neimenggu-2022-10"
NEIMENGGU = Catalogue.load().current(DOCUMENT)
STOPS = NEIMENGGU.with_rulings({"over_budget": "stop"}, "1.stop")


@pytest.mark.parametrize(
    ("shares", "faults", "warnings"),
    [
        ({"甲": 60, "乙": 40}, set(), set()),
        ({"甲": 60, "乙": 39}, {"sum"}, set()),
        ({"甲": 60, "乙": 41}, {"sum"}, set()),
        ({}, {"sum"}, set()),
        ({"甲": 50, "乙": 0}, {"sum"}, set()),
        ({"甲": 61, "乙": 39}, set(), {"甲"}),  # one fen more than is left
        ({"丙": 100}, set(), {"丙"}),  # nothing was set for it
        ({"丁": 100}, {"丁"}, set()),  # there is no such source
    ],
)
def test_shares_add_up_and_what_a_source_has_not_is_told_of(
    shares: dict[str, int], faults: set[str], warnings: set[str]
) -> None:
    left = {"甲": 60, "乙": 1000, "丙": None}
    told = judge(NEIMENGGU, 100, shares, left)
    assert (set(told.faults), set(told.warnings)) == (faults, warnings)
    strict = judge(STOPS, 100, shares, left)
    assert set(strict.faults) == faults | (warnings & {"甲"})


@pytest.fixture
def village(migrated_url: str) -> Iterator[Village]:
    """Two at work in Inner Mongolia, each on a paid sheet of 1,000 yuan."""
    world = World.on(migrated_url, date(2022, 7, 25), {})
    village = at_work(world, DOCUMENT, ["甲", "乙"], date(2022, 8, 31))
    for name in ("甲", "乙"):
        paid(world, village.hires[name], [(date(2022, 8, 1), date(2022, 8, 31), 1000_00)])
        with world.office.database.transaction() as connection:
            sql = f"UPDATE pay_sheet SET procedure = '{DOCUMENT}', kind = 'other' || id WHERE kind = 'monthly'"
            connection.exec_driver_sql(sql)
    yield village
    world.close()


def test_what_one_sheet_took_the_next_has_not(village: Village) -> None:
    world, office, at = village.world, village.world.office, village.world.clock()
    bureau = village.officer("hrss")
    rates.set_budget(office, DOCUMENT, bureau.grants[0].region, 2022, "衔接资金", 1500_00, "旗财发1号", bureau, at)
    one, two = (row[0] for row in world.ask("SELECT id FROM pay_sheet ORDER BY id"))
    with pytest.raises(InputRefused):
        charges.set_charges(office, one, {"衔接资金": 999_99}, bureau, at)
    assert charges.set_charges(office, one, {"衔接资金": 1000_00}, bureau, at).warnings == {}
    set_to(world, two, "approved")
    over = charges.set_charges(office, two, {"衔接资金": 500_01, "就业补助资金": 499_99}, bureau, at)
    assert set(over.warnings) == {"衔接资金", "就业补助资金"}
    # charged anew, in place of what was said before
    fits = charges.set_charges(office, two, {"衔接资金": 500_00, "就业补助资金": 500_00}, bureau, at)
    assert set(fits.warnings) == {"就业补助资金"}
    with office.database.reading() as connection:
        assert charges.charged(connection, two) == {"就业补助资金": 500_00, "衔接资金": 500_00}
        assert not list(office_log.verify(connection))
    with pytest.raises(NoSuchSheet):
        charges.set_charges(office, one, {"衔接资金": 1000_00}, village.stranger(Role.HRSS), at)
    with pytest.raises(StepNotOffered):
        charges.set_charges(office, one, {"衔接资金": 1000_00}, village.officer("village"), at)


def set_to(world: World, sheet: int, status: str) -> None:
    with world.office.database.transaction() as connection:
        connection.exec_driver_sql(f"UPDATE pay_sheet SET status = '{status}' WHERE id = {sheet}")


def left(village: Village, sheet: int, source: str) -> int | None:
    with village.world.office.database.reading() as connection:
        row = connection.execute(select(charges.sheet).where(charges.sheet.c.id == sheet)).one()
        return {one.name: one.left for one in charges.sources(village.world.office, connection, row)}[source]


@pytest.mark.parametrize(("document", "claimed"), [(DOCUMENT, 0), ("xunyang-2022-88", 0), ("baihe-2022-72", 300_00)])
def test_a_sheet_costs_what_is_paid_before_insurance_and_the_employers_share_unless_it_is_claimed_back(
    village: Village, document: str, claimed: int
) -> None:
    """1,000 yuan, of which 80 are taken off; the employer pays 300 beside it."""
    world, office, at = village.world, village.world.office, village.world.clock()
    ((number, *_), *_) = world.ask("SELECT id FROM pay_sheet ORDER BY id")
    with office.database.transaction() as connection:
        connection.exec_driver_sql("UPDATE pay_line SET deducted_fen = 8000, net_fen = 92000, employer_fen = 30000")
        connection.exec_driver_sql(f"UPDATE pay_sheet SET sum_fen = 92000, procedure = '{document}'")
    bureau, cost = village.officer("hrss"), 1300_00 - claimed
    rates.set_budget(office, document, bureau.grants[0].region, 2022, "资金", 2000_00, "1号", bureau, at)
    for wrong in (920_00, cost - 1, cost + 1):
        with pytest.raises(InputRefused):
            charges.set_charges(office, number, {"资金": wrong}, bureau, at)
    charges.set_charges(office, number, {"资金": cost}, bureau, at)
    ((other,),) = world.ask("SELECT id FROM pay_sheet WHERE id <> ?", number)
    assert left(village, other, "资金") == 2000_00 - cost

    # refused it is owed, and borne as before; closed for good the insurance was paid in; anew another sheet bears it
    borne = {FAILED: (cost, 0), CLOSED: (380_00 - claimed, 920_00), REDONE: (0, 1300_00)}
    for outcome, (fen, returned) in borne.items():
        with office.database.transaction() as connection:
            row = connection.execute(select(charges.sheet).where(charges.sheet.c.id == number)).one()
            hire = world.ask("SELECT hire_id FROM pay_line WHERE sheet_id = ?", number)[0][0]
            bank_results.keep(connection, number, hire, (outcome, 0, "销户"), bureau, at)
            bill = charges.bill_of(office, connection, row)
        assert (bill.fen, bill.returned_fen) == (fen, returned), outcome
    clerk = village.officer("township")
    asked, _ = charge_corrections.ask(office, number, {}, "改由补发表核发", clerk, at)
    charge_corrections.decide(office, asked, bureau, at, uphold=True)
    assert left(village, other, "资金") == 2000_00


def test_what_a_town_draws_from_its_own_budget_is_not_taken_from_the_countys(village: Village) -> None:
    world, office, at = village.world, village.world.office, village.world.clock()
    bureau, one, two = village.officer("hrss"), *(row[0] for row in world.ask("SELECT id FROM pay_sheet ORDER BY id"))
    ((place,),) = world.ask("SELECT region FROM pay_sheet WHERE id = ?", one)
    with office.database.transaction() as connection:
        connection.exec_driver_sql(f"UPDATE pay_sheet SET region = '{place[:6]}' WHERE id = {two}")
    rates.set_budget(office, DOCUMENT, place[:6], 2022, "本级财政", 5000_00, "县1号", bureau, at)
    charges.set_charges(office, one, {"本级财政": 1000_00}, bureau, at)
    assert left(village, two, "本级财政") == 4000_00, "without a budget of its own the town draws on the county's"
    rates.set_budget(office, DOCUMENT, place[:9], 2022, "本级财政", 1500_00, "镇1号", bureau, at)
    assert left(village, two, "本级财政") == 5000_00 and left(village, one, "本级财政") == 1500_00


def test_the_shares_of_a_paid_sheet_are_set_right_by_two_people_with_a_reason(village: Village) -> None:
    world, office, at = village.world, village.world.office, village.world.clock()
    ((number, *_), *_) = world.ask("SELECT id FROM pay_sheet ORDER BY id")
    bureau, clerk, anew = village.officer("hrss"), village.officer("township"), {"就业补助资金": 1000_00}
    with pytest.raises(StepNotOffered, match="可以直接登记"):
        charge_corrections.ask(office, number, anew, "记错了来源", clerk, at)
    charges.set_charges(office, number, {"衔接资金": 1000_00}, bureau, at)
    with pytest.raises(StepNotOffered, match="另一人"):
        charges.set_charges(office, number, anew, bureau, at)
    for shares, reason in ((anew, "无"), ({"衔接资金": 1000_00}, "记错了来源"), ({"就业补助资金": 1}, "记错了来源")):
        with pytest.raises(InputRefused):
            charge_corrections.ask(office, number, shares, reason, clerk, at)
    asked, _ = charge_corrections.ask(office, number, anew, "记错了来源", clerk, at)
    for by in (clerk, replace(bureau, account_id=77, grants=(
        Grant(bureau.grants[0].role, bureau.grants[0].region, clerk.person_key, "代"),))):  # fmt: skip
        with pytest.raises(StepNotOffered, match="另一人"):
            charge_corrections.decide(office, asked, by, at, uphold=True)
    with pytest.raises(NoSuchSheet):
        charge_corrections.decide(office, asked, village.stranger(Role.HRSS), at, uphold=True)
    with pytest.raises(StepNotOffered, match="已有一份"):
        charge_corrections.ask(office, number, anew, "记错了来源", bureau, at)
    assert charge_corrections.decide(office, asked, bureau, at, uphold=False) is None
    again, _ = charge_corrections.ask(office, number, anew, "记错了来源", clerk, at)
    charge_corrections.decide(office, again, bureau, at, uphold=True)
    with office.database.reading() as connection:
        assert charges.charged(connection, number) == anew
        assert [(one.id, one.upheld) for one in charge_corrections.of_sheet(connection, number)] == [
            (asked, False), (again, True)
        ]  # fmt: skip
        assert not list(office_log.verify(connection))
    with pytest.raises(StepNotOffered, match="已经办理"):
        charge_corrections.decide(office, again, bureau, at, uphold=True)


def draft(village: Village, **changes: str) -> Draft:
    ((place,),) = village.world.ask("SELECT region FROM hire WHERE id = ?", village.hires["甲"])
    values = {"procedure_id": DOCUMENT, "region": place, "duties": "摸清就业意愿", "scheme": "每年评价一次",
              "telephone": "0476-1234567"}  # fmt: skip
    return Draft(**values | changes)


def test_everybody_reads_five_things_until_nobody_serves_or_it_is_taken_down(village: Village) -> None:
    office, at = village.world.office, village.world.clock()
    clerk = village.officer("township")
    for fault in ({"telephone": "打听一下"}, {"duties": ""}, {"scheme": "王某110105194912310021"},
                  {"procedure_id": "xunyang-2022-88"}, {"region": "15"}):  # fmt: skip
        with pytest.raises(InputRefused):
            publications.publish(office, draft(village, **fault), clerk, at)
    for nobody in (village.officer("hrss"), village.stranger(Role.VILLAGE)):
        with pytest.raises(StepNotOffered):
            publications.publish(office, draft(village), nobody, at)
    number = publications.publish(office, draft(village), clerk, at)
    with pytest.raises(InputRefused):
        publications.publish(office, draft(village), clerk, at)
    with office.database.reading() as connection:
        found = publications.shown(office, connection, number)
        assert {type(one) for one in found.people} == {Listed}
        assert [one.fen > 0 for one in found.people] == [True] * len(found.people)
        assert set(Listed.__dataclass_fields__) == {"name", "post", "fen"}
        assert [row.id for row in publications.standing(connection)] == [number]
    with office.database.transaction() as connection:
        connection.exec_driver_sql("UPDATE hire SET serving = false")
    with office.database.reading() as connection:
        assert publications.standing(connection) == []
        with pytest.raises(NoSuchPublication):
            publications.shown(office, connection, number)
    with office.database.transaction() as connection:
        connection.exec_driver_sql("UPDATE hire SET serving = true")
    with pytest.raises(NoSuchPublication):
        publications.take_down(office, number, village.stranger(Role.VILLAGE), at)
    publications.take_down(office, number, clerk, at)
    with office.database.reading() as connection, pytest.raises(NoSuchPublication):
        publications.shown(office, connection, number)
