"""The service on each database, and one for tests where the database makes no difference."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.api.support import Service


@pytest.fixture
def service(migrated_url: str) -> Iterator[Service]:
    service = Service.on(migrated_url)
    yield service
    service.close()


@pytest.fixture
def quick(migrated_sqlite_url: str) -> Iterator[Service]:
    """On SQLite alone."""
    service = Service.on(migrated_sqlite_url)
    yield service
    service.close()
