"""The county that pages show: built once, copied for each test, served by a real server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser import county as counties
from tests.browser.county import County
from tests.conftest import MigratedTemplate

SignIn = Callable[..., Page]


@pytest.fixture(scope="session")
def built(migrated_template: MigratedTemplate, tmp_path_factory: pytest.TempPathFactory) -> tuple[County, Path]:
    """The county and the file of its database, closed."""
    return counties.build_closed(migrated_template.sqlite(), tmp_path_factory.mktemp("county"))


@pytest.fixture
def county(built: tuple[County, Path], tmp_path: Path) -> Iterator[County]:
    """The county on its day, for this test alone."""
    with counties.copied(built, tmp_path) as county:
        yield county


@pytest.fixture
def site(county: County) -> Iterator[str]:
    """The address of the county's pages."""
    with counties.served(county.app()) as address:
        yield address


@pytest.fixture
def sign_in(site: str) -> SignIn:
    """Signs in on a page: ``sign_in(page, "lvhe")``; in English with ``language="en"``."""

    def enter(page: Page, username: str, language: str = "zh") -> Page:
        page.goto(f"{site}/sign-in?lang={language}")
        page.locator("#username").fill(username)
        page.locator("#password").fill(counties.PASSWORD)
        page.locator("form[action='/sign-in'] button").click()
        page.wait_for_url(lambda address: "/sign-in" not in address)
        return page

    return enter
