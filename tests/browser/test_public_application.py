"""Applying on an old phone without an account: a few fields at a time, a receipt, and the desk takes it over."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import SignIn
from tests.browser.county import DAHE, County, number
from tests.browser.looking import lead_on, width_of

NUMBER = number("19900305", 71)


def test_somebody_applies_on_a_phone_and_is_taken_at_the_desk(
    county: County, site: str, phone: Page, page: Page, sign_in: SignIn, screenshot: Callable[[Page, str], Path]
) -> None:
    phone.goto(f"{site}/public/openings")
    phone.locator(f"a[href='/public/openings/{county.openings[DAHE]}']").click()
    phone.get_by_role("link", name="我要报名").first.click()
    forward = phone.locator("button.go")

    phone.get_by_label("姓名").fill("单雄")
    forward.click()
    expect(phone.locator(".wrong")).to_have_text("此项必填")  # the education is missing, the name is kept
    expect(phone.get_by_label("姓名")).to_have_value("单雄")
    phone.get_by_label("文化程度").select_option("college")
    forward.click()
    phone.get_by_label("填村（社区）名").fill("大河南村")
    phone.get_by_label("手机号码").fill("13891509999")
    forward.click()
    phone.get_by_label("脱贫人口").check()
    phone.get_by_label("我身体健康，能做这份工作").check()
    screenshot(phone, "declarations")
    forward.click()
    phone.get_by_label("公民身份号码").fill(NUMBER[:-1] + ("1" if NUMBER[-1] != "1" else "2"))
    forward.click()
    # the wrong number is told, and not shown again
    expect(phone.locator(".wrong").first).to_be_visible()
    expect(phone.get_by_label("公民身份号码")).to_have_value("")
    phone.get_by_label("公民身份号码").fill(NUMBER)
    phone.get_by_label("我同意").check()
    forward.click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("报名已收到")
    code = phone.locator(".code").inner_text()
    assert NUMBER not in phone.content()
    assert width_of(phone) <= 360
    screenshot(phone, "receipt")

    sign_in(page, "lvhe")
    page.goto(f"{site}/openings/{county.openings[DAHE]}")
    page.get_by_role("link", name="网上报名待受理1件").click()
    lead_on(page, page.get_by_role("link", name="单雄"))
    assert NUMBER not in page.content()
    page.get_by_label("脱贫人口").check()
    page.get_by_label("认定单位").fill("旬阳市乡村振兴局")
    page.get_by_label("认定日期").fill("2021-12-31")
    page.get_by_role("button", name="受理报名").click()
    expect(page.locator(".flash").first).to_contain_text("已受理报名")

    phone.goto(f"{site}/public/receipt")
    phone.get_by_label("回执号").fill(code.lower())
    phone.locator("main form button").click()
    expect(phone.locator("main")).to_contain_text("已受理，正在按程序办理")
