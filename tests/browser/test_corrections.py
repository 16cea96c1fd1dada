"""A past fact is set right in a real browser: looked at, proposed by one officer, confirmed by another, marked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SignIn
from tests.browser.county import County
from tests.browser.pages import CLERK, OFFICER


@pytest.mark.slow
def test_a_first_day_is_set_right_by_two_people(
    sign_in: SignIn,
    page: Page,
    phone: Page,
    county: County,
    site: str,
    screenshot: Callable[[Page, str], Path],
) -> None:
    hire = county.hires["at work"]
    sign_in(page, CLERK).goto(f"{site}/hires/{hire}")
    page.locator(".trail li", has_text="安排上岗").get_by_role("link", name="更正").click()
    begun = page.get_by_label("上岗日期").input_value()
    page.get_by_label("上岗日期").fill("2999-01-01")
    page.get_by_role("button", name="看看会牵动什么").click()
    expect(page.get_by_role("alert")).to_contain_text("填报内容有误")
    page.get_by_label("上岗日期").fill(f"{begun[:8]}{int(begun[8:]) - 1:02}")
    page.get_by_role("button", name="看看会牵动什么").click()
    expect(page.get_by_role("heading", name="期限", exact=True)).to_be_visible()
    screenshot(page, "correction-looked-at")
    page.get_by_label("为什么更正").fill("签到表上是前一天")
    page.get_by_label("证明材料").fill("签到表2025-06")
    page.get_by_role("button", name="提出更正").click()
    expect(page.get_by_text("已提出更正，等待另一人确认")).to_be_visible()
    expect(page.get_by_role("button", name="确认更正")).to_have_count(0)
    officer = sign_in(phone, OFFICER)
    expect(officer.locator("body")).to_contain_text("确认更正")
    officer.goto(f"{site}/hires/{hire}")
    officer.get_by_role("link", name="有一项更正等待确认，请打开查看").click()
    screenshot(officer, "correction-waiting-phone")
    officer.get_by_role("button", name="确认更正").click()
    expect(officer.get_by_role("alert")).to_contain_text("以往有1步本来不能办理")
    officer.get_by_label("我已看清").check()
    officer.get_by_role("button", name="确认更正").click()
    expect(officer.get_by_text("已确认更正")).to_be_visible()
    expect(officer.locator(".trail li", has_text="安排上岗")).to_contain_text("已更正，见第")
    screenshot(officer, "correction-marked-phone")
