"""What is measured is real: the annex at its size, and a December round and sheets that run to their end."""

from __future__ import annotations

import pytest

from benchmarks import pay
from tests.support.lives import FIRST_DAY
from tests.support.world import World


def test_the_annex_has_all_its_people() -> None:
    districts = pay.annex()
    assert (len(districts), sum(sum(one.places.values()) for one in districts)) == (11, 27_600)


@pytest.mark.sqlite
def test_a_december_round_and_a_month_of_sheets_run(migrated_sqlite_url: str) -> None:
    world = World.on(migrated_sqlite_url, FIRST_DAY, {})
    found = list(pay.cases(world, quick=True))
    world.close()
    assert [one.unit for one in found] == ["hire", "hire", "hire", "line"] * 3
    assert all(one.count > 0 and one.ours > 0 for one in found)
