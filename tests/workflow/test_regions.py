"""The tree of regions: loaded whole or not at all, shown by the tree, scoped by the code."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from states.facts import Grant
from states.refusals import InputRefused
from states.vocabulary import Role
from tests.workflow.support import REGIONS, database_at
from workflow import regions
from workflow.unit_of_work import Database

LIAOCHENG = [
    {"code": "37", "parent": "", "level": "province", "name": "山东省"},
    {"code": "3715", "parent": "37", "level": "city", "name": "聊城市"},
    {"code": "371502", "parent": "3715", "level": "county", "name": "东昌府区"},
    {"code": "3715A1", "parent": "3715", "level": "county", "name": "经济技术开发区"},
    {"code": "371502401", "parent": "3715A1", "level": "township", "name": "蒋官屯街道"},
]


@pytest.fixture
def database(migrated_url: str) -> Iterator[Database]:
    with database_at(migrated_url) as database:
        yield database


@pytest.fixture
def sqlite(migrated_sqlite_url: str) -> Iterator[Database]:
    with database_at(migrated_sqlite_url) as database:
        yield database


def load(database: Database, rows: list[dict[str, str]]) -> regions.Loaded:
    with database.session() as session:
        return regions.load(session, rows)


def faults(database: Database, *rows: dict[str, str]) -> set[str]:
    with pytest.raises(InputRefused) as refused:
        load(database, list(rows))
    return set(refused.value.faults)


def test_rows_come_in_any_order(database: Database) -> None:
    assert load(database, REGIONS[::-1]) == regions.Loaded(5, 0, 0)
    with database.session() as session:
        assert regions.path_name(session, "610981100201") == "陕西省安康市旬阳市城关镇示例村"
        assert regions.path_name(session, "610981100201", below="6109") == "旬阳市城关镇示例村"
        assert [r.code for r in regions.children(session, "610981")] == ["610981100"]
        assert [r.code for r in regions.children(session, None)] == ["61"]


def test_loading_again_changes_only_what_differs(database: Database) -> None:
    load(database, REGIONS)
    renamed = {**REGIONS[3], "name": "城关街道"}
    assert load(database, [*REGIONS[:3], renamed, REGIONS[4]]) == regions.Loaded(0, 1, 4)
    with database.session() as session:
        assert regions.names(session, ["610981100", "61", "99"]) == {"610981100": "城关街道", "61": "陕西省"}


def test_a_functional_zone_is_shown_by_the_tree_and_scoped_by_its_code(sqlite: Database) -> None:
    load(sqlite, LIAOCHENG)
    with sqlite.session() as session:
        # the township lies in the zone, whatever its code says
        assert regions.path_name(session, "371502401", below="37") == "聊城市经济技术开发区蒋官屯街道"
        assert [r.code for r in regions.children(session, "3715A1")] == ["371502401"]
    assert regions.covers("3715", "3715A1")
    assert not regions.covers("3715A1", "371502401")
    assert regions.covers("", "3715A1")
    assert Grant(Role.COUNTY, "3715").covers("3715A1") is regions.covers("3715", "3715A1")


def test_every_fault_is_named_by_its_row_and_nothing_is_kept(database: Database) -> None:
    bad = [
        {"code": "6", "parent": "", "level": "province", "name": "一"},
        {"code": "61", "parent": "", "level": "province", "name": "陕西省"},
        {"code": "61", "parent": "", "level": "province", "name": "陕西省"},
        {"code": "6109", "parent": "62", "level": "city", "name": "安康市"},
        {"code": "610981", "parent": "61", "level": "district", "name": ""},
        {"code": "6108", "parent": "61", "level": "county", "name": "某县"},
    ]
    assert faults(database, *bad) == {"1.code", "3.code", "4.parent", "5.level", "5.name", "6.code"}
    with database.session() as session:
        assert regions.children(session, None) == []


def test_nothing_hangs_below_its_own_level(sqlite: Database) -> None:
    load(sqlite, REGIONS)
    assert faults(sqlite, {**REGIONS[2], "parent": "610981100"}) == {"1.parent"}
    assert faults(sqlite, {**REGIONS[2], "parent": "610981"}) == {"1.parent"}  # nor below itself


def test_the_path_of_an_unknown_code_is_empty(sqlite: Database) -> None:
    with sqlite.session() as session:
        assert regions.path(session, "99") == []
        assert regions.path_name(session, "99") == ""
