"""The county that pages show, as the browser tests see it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser import county as counties
from tests.browser.county import County
from tests.conftest import MigratedTemplate


@pytest.fixture(scope="session")
def built(migrated_template: MigratedTemplate, tmp_path_factory: pytest.TempPathFactory) -> tuple[County, Path]:
    """The county and the file of its database, closed."""
    return counties.build_closed(migrated_template.sqlite(), tmp_path_factory.mktemp("county"))


@pytest.fixture
def county(built: tuple[County, Path], tmp_path: Path) -> Iterator[County]:
    """The county on its day, for this test alone."""
    with counties.copied(built, tmp_path) as county:
        yield county
