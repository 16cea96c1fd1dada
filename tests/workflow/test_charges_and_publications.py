"""A sheet is charged to named sources that add up, and what villages publish says five things and no more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from states.charging import judge
from states.loading import Catalogue
from states.procedure import Role
from states.refusals import InputRefused, StepNotOffered
from tests.support.after import Village, at_work, paid
from tests.support.world import World
from workflow import charges, office_log, publications, rates
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
    # charged anew, in place of what was said before
    assert charges.set_charges(office, one, {"衔接资金": 1000_00}, bureau, at).warnings == {}
    over = charges.set_charges(office, two, {"衔接资金": 500_01, "就业补助资金": 499_99}, bureau, at)
    assert set(over.warnings) == {"衔接资金", "就业补助资金"}
    fits = charges.set_charges(office, two, {"衔接资金": 500_00, "就业补助资金": 500_00}, bureau, at)
    assert set(fits.warnings) == {"就业补助资金"}
    with office.database.reading() as connection:
        assert charges.charged(connection, two) == {"就业补助资金": 500_00, "衔接资金": 500_00}
        assert not list(office_log.verify(connection))
    with pytest.raises(NoSuchSheet):
        charges.set_charges(office, one, {"衔接资金": 1000_00}, village.stranger(Role.HRSS), at)
    with pytest.raises(StepNotOffered):
        charges.set_charges(office, one, {"衔接资金": 1000_00}, village.officer("village"), at)


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
