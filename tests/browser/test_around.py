"""Around the pages: the language, the demo's clock, signing out, and pages for what went wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from api.app import create_app
from notifications.delivery import address
from tests.browser.conftest import SignIn
from tests.browser.county import County, served
from tests.browser.looking import lead_on
from tests.support.browser import DESK, PHONE
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
    address(county.world.office, county.world.clock())
    sign_in(page, "lvhe")
    expect(page.locator(".nav .count")).to_be_visible()
    lead_on(page, page.get_by_role("link", name="消息"))
    assert page.locator(".letters .unread").count() > 3
    screenshot(page, "inbox")
    page.get_by_role("button", name="全部标为已读").click()
    expect(page.locator(".nav .count")).to_have_count(0)


def test_a_reminder_is_taken_note_of(sign_in: SignIn, page: Page, county: County) -> None:
    address(county.world.office, county.world.clock())
    sign_in(page, "lvhe")
    page.get_by_role("link", name="消息").click()
    first = page.locator(".letters form").first
    first.get_by_role("button").click()
    expect(page.locator(".flash")).to_contain_text("已记下")
    expect(page.locator(".letters .badge.force").first).to_have_text("已知晓")


def test_how_mail_comes_is_chosen_in_the_inbox(sign_in: SignIn, page: Page, site: str) -> None:
    sign_in(page, "lvhe")
    page.goto(f"{site}/inbox")
    expect(page.get_by_label("每个工作日上午汇总一封")).to_be_checked()
    page.get_by_label("每封单独发送").check()
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".flash")).to_contain_text("每封单独发送")
    expect(page.get_by_label("每封单独发送")).to_be_checked()


# ---- the head of the page ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "has", "lacks"),
    [
        ("lvhe", {"/", "/hires", "/posts", "/people", "/calendar", "/overview", "/years"}, {"/administration"}),
        ("cunli", {"/", "/hires", "/notices", "/inbox"}, {"/overview", "/posts", "/years", "/administration"}),
        ("ducha", {"/hires", "/overview", "/people"}, {"/administration"}),
        ("xitong", {"/administration", "/procedures"}, {"/", "/hires", "/people", "/inbox", "/overview"}),
    ],
)
def test_the_menu_holds_what_is_of_use_and_every_entry_leads_somewhere(
    who: str, has: set[str], lacks: set[str], sign_in: SignIn, page: Page, site: str
) -> None:
    sign_in(page, who)
    entries = {link.get_attribute("href") or "" for link in page.locator(".nav a").all()}
    assert has <= entries
    assert not entries & lacks
    for entry in sorted(entries):
        response = page.goto(site + entry)
        assert response is not None and response.status == 200, entry
        assert page.locator(".nav [aria-current], .nav summary.here").count() >= 1, entry
    assert (page.locator(".find").count() == 0) == (who == "xitong")


def test_a_group_of_the_menu_opens_without_a_script(sign_in: SignIn, new_page: Callable[..., Page]) -> None:
    for size in (DESK, PHONE):
        page = sign_in(new_page(size, java_script_enabled=False), "lvhe")
        expect(page.get_by_role("link", name="人员档案")).to_be_hidden()
        page.locator(".nav summary").get_by_text("招聘").click()
        page.get_by_role("link", name="人员档案").click()
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert page.url.endswith("/people")


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


# ---- what went wrong ---------------------------------------------------------------------------------------------


def says(page: Page, title: str, following: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    expect(page.locator("main")).to_contain_text(following)
    expect(page.locator("main a.btn").first).to_be_visible()


def send(page: Page, path: str, body: str = "", kind: str = "application/x-www-form-urlencoded") -> None:
    """Sends a form as the browser would, and shows the answer; ``body`` as it travels."""
    page.set_extra_http_headers({})
    page.evaluate(
        """async ([path, body, kind]) => {
            const headers = {'content-type': kind, accept: 'text/html'};
            const answer = await fetch(path, {method: 'POST', body, headers});
            const shown = new DOMParser().parseFromString(await answer.text(), 'text/html');
            document.body.replaceWith(shown.body) }""",
        [path, body, kind],
    )


def token_of(page: Page) -> str:
    return page.locator("input[name=form_token]").first.get_attribute("value") or ""


def test_what_is_not_there_says_what_to_do(sign_in: SignIn, page: Page, site: str) -> None:
    sign_in(page, "lvhe")
    for path in ("/hires/424242", "/openings/424242", "/procedures/nothing@1", "/no-such-page"):
        response = page.goto(site + path)
        assert response is not None and response.status == 404
        says(page, "没有找到", "请核对网址")


def test_a_page_that_was_open_too_long_says_so(sign_in: SignIn, page: Page) -> None:
    sign_in(page, "lvhe")
    send(page, "/inbox/read", "form_token=stale")
    says(page, "没有权限", "请回到上一页，刷新以后重新办理")


def test_the_wrong_method_and_too_much_say_what_to_do(sign_in: SignIn, page: Page, site: str) -> None:
    sign_in(page, "lvhe")
    send(page, "/hires")
    says(page, "不支持这种请求方式", "用页面上的按钮办理")
    page.goto(site)
    send(page, "/inbox/read", f"form_token={token_of(page)}&x=" + "x" * (9 * 1024 * 1024))
    says(page, "内容过大", "一次最多可以发送8 MB")


def test_whoever_guesses_is_told_how_long_to_wait(page: Page, site: str) -> None:
    page.goto(f"{site}/sign-in")
    for _ in range(12):
        page.locator("#username").fill("lvhe")
        page.locator("#password").fill("wrong wrong 12")
        lead_on(page, page.locator("form[action='/sign-in'] button"))
        if page.locator("#username").count() == 0 or "分钟" in page.locator("main").inner_text():
            break
    assert "分钟" in page.locator("main").inner_text()


def test_a_database_that_is_away_and_a_fault_of_ours_say_that_nothing_was_changed(
    sign_in: SignIn, page: Page, county: County, site: str
) -> None:
    sign_in(page, "lvhe")
    hire = county.hires["欧阳文静"]
    with county.world.office.database.transaction() as connection:
        connection.exec_driver_sql(f"UPDATE hire SET dossier = '[1]' WHERE id = {hire}")
    response = page.goto(f"{site}/hires/{hire}")
    assert response is not None and response.status == 500
    says(page, "系统内部错误", "什么都没有改动")
    with county.world.office.database.transaction() as connection:
        connection.exec_driver_sql("ALTER TABLE delivery RENAME TO delivery_away")
    response = page.goto(f"{site}/inbox")
    assert response is not None and response.status == 503
    says(page, "系统暂时不能服务", "什么都没有改动")


def test_the_way_back_is_the_page_before(sign_in: SignIn, page: Page, site: str) -> None:
    sign_in(page, "lvhe")
    page.goto(f"{site}/hires")
    page.evaluate("location.href = '/openings/424242'")
    page.get_by_role("link", name="返回刚才的页面").click()
    expect(page).to_have_url(f"{site}/hires")
