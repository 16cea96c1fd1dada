"""Nothing half done, lost or doubled when processes are killed. The full number is ``make soak``."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.county import a_county, an_applicant
from tests.support.kills import STEP_POINTS, kill_steps, kill_sweepers
from tests.support.world import World


@pytest.fixture
def county(migrated_url: str) -> Iterator[World]:
    world = a_county(migrated_url)
    yield world
    world.close()


@pytest.mark.timeout(300)
def test_a_kill_at_any_named_place_leaves_whole_steps(county: World) -> None:
    killed = kill_steps(county, an_applicant(county), 3 * len(STEP_POINTS), 1, STEP_POINTS)
    assert killed.faults == []
    assert killed.kills == killed.trials, "a failpoint did not kill: its name is passed nowhere"


@pytest.mark.timeout(300)
def test_a_kill_at_any_moment_leaves_whole_steps(county: World) -> None:
    killed = kill_steps(county, an_applicant(county), 25, 2, (None,))
    assert killed.faults == []
    assert killed.kills > killed.trials / 2


@pytest.mark.timeout(300)
def test_timers_fire_once_though_workers_are_killed(county: World) -> None:
    killed = kill_sweepers(county, an_applicant(county), 600, 3, every=0.25, batch=20)
    assert killed.faults == []
    assert killed.kills > 0
