"""The public notice as anybody sees it: without an account, from an allow-list, on paper, and gone when it is over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.county import TOWN, County, a_person, number, to_notice
from tests.support.browser import RESULTS

SENSITIVE = ("13891500000", "脱贫", "身体条件", number("19900101", 24), number("19900101", 24)[-4:], "lifted")


@pytest.fixture
def sheet(county: County) -> str:
    hire = county.hires["吴秀兰"]
    ((seq,),) = county.world.ask("SELECT max(seq) FROM notice WHERE hire_id = ?", hire)
    return f"/public/notices/{hire}-{seq}"


def test_anybody_reads_it_in_the_usual_form(
    site: str, sheet: str, page: Page, screenshot: Callable[[Page, str], Path]
) -> None:
    page.goto(f"{site}/public")
    page.get_by_role("link", name="村级信息员拟聘人员公示（1人）").click()
    expect(page).to_have_url(site + sheet)
    paper = page.locator(".sheet")
    expect(paper.get_by_role("heading", level=1)).to_have_text("村级信息员拟聘人员公示")
    expect(paper).to_contain_text("旬阳市吕河镇人民政府")
    expect(paper).to_contain_text("2026年6月9日至2026年6月16日（共5个工作日）")
    expect(paper).to_contain_text("请在2026年6月16日24时前")
    assert paper.locator("th").all_inner_texts() == ["序号", "姓名", "性别", "村（社区）", "拟聘岗位", "备注"]
    assert paper.locator("td").all_inner_texts()[:5] == ["1", "吴秀兰", "女", "大河南村", "村级信息员"]
    expect(page.locator("meta[name=robots]")).to_have_attribute("content", "noindex")
    screenshot(page, "sheet")


def test_it_holds_nothing_beyond_the_allow_list(site: str, sheet: str, page: Page) -> None:
    for path in ("/public", sheet):
        page.goto(site + path)
        content = page.content()
        assert not [secret for secret in SENSITIVE if secret in content], path


def test_it_prints_on_one_sheet_without_the_furniture(
    site: str, sheet: str, page: Page, screenshot: Callable[[Page, str], Path]
) -> None:
    page.goto(site + sheet)
    page.emulate_media(media="print")
    for furniture in (".top", ".demo", ".foot", ".acts"):
        expect(page.locator(furniture).first).to_be_hidden()
    page.set_viewport_size({"width": 794, "height": 1123})  # A4 at 96 dots per inch
    screenshot(page, "print")
    path = RESULTS / "browser" / "notice.pdf"
    path.parent.mkdir(parents=True, exist_ok=True)
    page.pdf(path=path, prefer_css_page_size=True)
    assert path.read_bytes().count(b"/Type /Page\n") == 1


def test_it_comes_down_the_day_after_its_last_day(site: str, sheet: str, county: County, page: Page) -> None:
    county.world.do(
        county.hires["吴秀兰"], "dismiss_objection", county.hrss, objection=_objection(county), reason="查无实据。"
    )
    county.world.walk_to(date(2026, 6, 16))
    response = page.goto(site + sheet)
    assert response is not None and response.status == 200
    county.world.walk_to(date(2026, 6, 17))
    response = page.goto(site + sheet)
    assert response is not None and response.status == 410
    expect(page.get_by_role("heading", level=1)).to_have_text("公示已经结束")
    assert "吴秀兰" not in page.content()
    page.goto(f"{site}/public")
    expect(page.get_by_role("heading", name="目前没有公示")).to_be_visible()


def test_it_comes_down_when_it_is_corrected_or_the_person_withdraws(
    site: str, sheet: str, county: County, page: Page
) -> None:
    boards = ["吕河镇政府公示栏"]
    county.world.do(
        county.hires["吴秀兰"], "restart_notice", county.town, posted_on=county.world.clock.today, boards=boards
    )
    response = page.goto(site + sheet)
    assert response is not None and response.status == 410
    page.goto(f"{site}/public")
    expect(page.get_by_role("row", name="村级信息员拟聘人员公示")).to_contain_text("2026年6月23日")
    county.world.do(county.hires["吴秀兰"], "withdraw", county.town)
    page.goto(f"{site}/public")
    expect(page.get_by_role("heading", name="目前没有公示")).to_be_visible()


def test_those_of_one_announcement_over_the_same_days_stand_on_one_sheet(site: str, county: County, page: Page) -> None:
    world = county.world
    post = world.a_post("xunyang-2022-88", "town", TOWN, title="镇级信息员", employer="旬阳市吕河镇人民政府")
    opened = world.an_opening(county.town, post, places=2, boards=("吕河镇政府公示栏",))
    for hire, name, order in zip(opened.hire_ids, ("黄小军", "何巧云"), (51, 52), strict=True):
        to_notice(county, hire, a_person(county, name, "19930303", order))
    page.goto(f"{site}/public")
    page.get_by_role("link", name="镇级信息员拟聘人员公示（2人）").click()
    assert page.locator(".sheet tbody tr").all_inner_texts() == [
        "1\t黄小军\t男\t冬青村\t镇级信息员\t",
        "2\t何巧云\t女\t冬青村\t镇级信息员\t",
    ]


def test_it_comes_down_on_time_though_nobody_closed_it(site: str, sheet: str, county: County, page: Page) -> None:
    """The worker was down, and an objection is still open: the last day is the last day all the same."""
    county.world.clock.moment += timedelta(days=2)
    response = page.goto(site + sheet)
    assert response is not None and response.status == 410
    page.goto(f"{site}/public")
    expect(page.get_by_role("heading", name="目前没有公示")).to_be_visible()


@pytest.mark.parametrize("number", ["0-1", "1-0", "999-1", "x", "1-1-1", "1-99", "9999999999999999999999-1"])
def test_what_never_hung_is_not_found(site: str, page: Page, number: str) -> None:
    response = page.goto(f"{site}/public/notices/{number}")
    assert response is not None and response.status == 404


def _objection(county: County) -> int:
    (objection,) = county.world.hire(county.hires["吴秀兰"]).dossier.open_objections
    return objection
