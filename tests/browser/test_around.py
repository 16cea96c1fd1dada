"""Around the pages: the language, the demo's clock, signing out, and pages for what went wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from api.app import create_app
from tests.browser.conftest import SignIn
from tests.browser.county import County, served
from workflow.demo_clock import DemoClock
from workflow.office import Office


def test_the_language_is_switched_and_remembered(sign_in: SignIn, page: Page, site: str) -> None:
    sign_in(page, "lvhe")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    page.get_by_role("link", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("heading", level=1)).to_have_text("My tasks")
    page.get_by_role("link", name="Hires").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Hires")
    page.get_by_role("link", name="中文").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("聘用")
    expect(page).to_have_url(f"{site}/hires?lang=zh")


def test_a_name_is_searched_by_how_it_begins(sign_in: SignIn, page: Page, site: str) -> None:
    sign_in(page, "lvhe")
    page.goto(f"{site}/hires")
    page.get_by_label("姓名").fill("欧阳")
    page.get_by_role("button", name="查找").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody")).to_contain_text("欧阳文静")


def test_signing_out_ends_the_session(sign_in: SignIn, page: Page, site: str) -> None:
    sign_in(page, "lvhe")
    page.get_by_role("button", name="退出登录").click()
    expect(page.locator(".flash")).to_have_text("您已退出登录。")
    page.goto(site)
    assert "/sign-in" in page.url


def test_letters_are_read_in_the_inbox(
    sign_in: SignIn, page: Page, county: County, screenshot: Callable[[Page, str], Path]
) -> None:
    from notifications.delivery import address

    address(county.world.office, county.world.clock())
    sign_in(page, "lvhe")
    expect(page.locator(".nav .count")).to_be_visible()
    page.get_by_role("link", name="消息").click()
    assert page.locator(".rows > li").count() > 3
    screenshot(page, "inbox")
    page.get_by_role("button", name="全部标为已读").click()
    expect(page.locator(".nav .count")).to_have_count(0)


@pytest.fixture
def demo(county: County) -> Iterator[str]:
    """The pages with the clock of a demonstration, which runs from the present."""
    clock = DemoClock(county.world.office.database)
    office = Office.open(county.settings, clock)
    with served(create_app(county.settings, office)) as address:
        yield address
    office.database.dispose()


def test_the_demo_moves_the_day_and_tells_what_happened(
    demo: str, page: Page, screenshot: Callable[[Page, str], Path]
) -> None:
    page.goto(demo)
    page.get_by_role("button", name="王建国").click()
    before = page.locator(".demo strong").inner_text()
    page.get_by_role("button", name="一天").click()
    expect(page.locator(".demo strong")).not_to_have_text(before)
    expect(page.locator(".demo")).to_contain_text("件事到期办理")
    expect(page.get_by_role("heading", level=1)).to_have_text("我的待办")
    screenshot(page, "moved")
    page.get_by_role("button", name="一个月").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("我的待办")


def test_what_is_not_there_says_what_to_do(sign_in: SignIn, page: Page, site: str) -> None:
    sign_in(page, "lvhe")
    for path in ("/hires/424242", "/openings/424242", "/procedures/nothing@1", "/no-such-page"):
        response = page.goto(site + path)
        assert response is not None and response.status == 404
        expect(page.get_by_role("heading", level=1)).to_have_text("没有找到")
        expect(page.locator("main")).to_contain_text("请核对网址")
