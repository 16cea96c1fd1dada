"""The public notice as anybody sees it: without an account, from an allow-list, on paper, objected to, and gone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from states.facts import Grant
from states.vocabulary import Role
from tests.browser import county as counties
from tests.browser.conftest import SignIn
from tests.browser.county import TOWN, County, a_person, number, to_notice
from tests.browser.looking import width_of
from tests.support.browser import PHONE, RESULTS

SENSITIVE = ("13891500000", "脱贫", "身体条件", number("19900101", 24), number("19900101", 24)[-4:], "lifted")
Screenshot = Callable[[Page, str], Path]
LONG = "买买提·阿不都热合曼·热西提"


@pytest.fixture
def sheet(county: County) -> str:
    hire = county.hires["吴秀兰"]
    ((name,),) = county.world.ask("SELECT sheet FROM notice WHERE hire_id = ? ORDER BY seq DESC LIMIT 1", hire)
    return f"/public/notices/{name}"


@pytest.fixture
def several(county: County) -> str:
    """A sheet with 34 persons, one of them with a long name: more than a page of paper holds."""
    world = county.world
    post = world.a_post("xunyang-2022-88", "town", TOWN, title="镇级信息员", employer="旬阳市吕河镇人民政府")
    opened = world.an_opening(county.town, post, places=34, boards=("吕河镇政府公示栏",))
    for order, hire in enumerate(opened.hire_ids):
        name = LONG if order == 1 else f"何{'甲乙丙丁戊己庚辛壬癸'[order % 10]}{'一二三四'[order // 10]}"
        to_notice(county, hire, a_person(county, name, "19930303", 101 + order))
    ((name,),) = world.ask("SELECT DISTINCT sheet FROM notice WHERE hire_id = ?", opened.hire_ids[0])
    return f"/public/notices/{name}"


def test_anybody_reads_it_in_the_usual_form(site: str, sheet: str, page: Page, screenshot: Screenshot) -> None:
    page.goto(f"{site}/public")
    page.get_by_role("link", name="村级信息员拟聘人员公示（1人）").click()
    expect(page).to_have_url(site + sheet)
    paper = page.locator(".sheet")
    expect(paper.get_by_role("heading", level=1)).to_have_text("村级信息员拟聘人员公示")
    expect(paper).to_contain_text("旬阳市吕河镇人民政府")
    expect(paper).to_contain_text("2026年6月9日至2026年6月16日（共5个工作日）")
    expect(paper).to_contain_text("请在2026年6月16日24时前")
    assert paper.locator("th").all_inner_texts() == ["序号", "姓名", "性别", "村（社区）", "拟聘岗位", "备注"]
    assert paper.locator("td").all_inner_texts() == ["1", "吴秀兰", "女", "大河南村", "村级信息员", "", "合计：1人"]
    expect(page.locator("meta[name=robots]")).to_have_attribute("content", "noindex")
    screenshot(page, "sheet")


def test_it_holds_nothing_beyond_the_allow_list(site: str, sheet: str, page: Page) -> None:
    for path in ("/public", sheet, f"{sheet}/objection"):
        page.goto(site + path)
        content = page.content()
        assert not [secret for secret in SENSITIVE if secret in content], path


def test_it_prints_on_a4_in_the_usual_form(site: str, sheet: str, page: Page, screenshot: Screenshot) -> None:
    page.goto(site + sheet)
    page.emulate_media(media="print")
    for furniture in (".top", ".foot", ".acts"):
        expect(page.locator(furniture).first).to_be_hidden()
    title = page.locator(".sheet h1").evaluate(
        "e => { const s = getComputedStyle(e); return [s.fontSize, s.fontWeight, s.textAlign] }"
    )
    assert title == ["29.3333px", "700", "center"]  # 22 pt
    assert float(page.locator(".sheet tbody tr").first.evaluate("e => e.getBoundingClientRect().height")) >= 37  # 28 pt
    page.set_viewport_size({"width": 794, "height": 1123})  # A4 at 96 dots per inch
    screenshot(page, "print")
    margins = page.evaluate(
        "[...document.styleSheets].flatMap(s => [...s.cssRules]).filter(r => r.selectorText === 'notice')"
        ".map(r => r.style.margin)"
    )
    assert margins == ["15mm 10mm"]
    path = RESULTS / "browser" / "notice.pdf"
    path.parent.mkdir(parents=True, exist_ok=True)
    page.pdf(path=path, prefer_css_page_size=True)
    assert path.read_bytes().count(b"/Type /Page\n") == 1


def test_a_long_list_repeats_the_head_of_the_table_on_every_page(site: str, several: str, page: Page) -> None:
    page.goto(site + several)
    page.emulate_media(media="print")
    head = page.locator(".sheet thead").evaluate("e => getComputedStyle(e).display")
    cut = page.locator(".sheet tbody tr").first.evaluate("e => getComputedStyle(e).breakInside")
    assert (head, cut) == ("table-header-group", "avoid")
    path = RESULTS / "browser" / "long-notice.pdf"
    page.pdf(path=path, prefer_css_page_size=True)
    assert path.read_bytes().count(b"/Type /Page\n") >= 2
    assert page.locator(".sheet .total").inner_text() == "合计：34人"


def test_it_comes_down_the_day_after_its_last_day(site: str, sheet: str, county: County, page: Page) -> None:
    other = counties.an_account(county.world, county.seal, "renshe9", "周正", Grant(Role.HRSS, counties.COUNTY), 91)
    county.world.do(
        county.hires["吴秀兰"], "dismiss_objection", other, objection=_objection(county), reason="查无实据。"
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


def test_it_comes_down_on_time_though_nobody_closed_it(site: str, sheet: str, county: County, page: Page) -> None:
    """The worker was down, and an objection is still open: the last day is the last day all the same."""
    county.world.clock.moment += timedelta(days=2)
    response = page.goto(site + sheet)
    assert response is not None and response.status == 410
    page.goto(f"{site}/public")
    expect(page.get_by_role("heading", name="目前没有公示")).to_be_visible()


def test_on_a_phone_somebody_objects_and_follows_it_to_its_answer(
    site: str, several: str, county: County, page: Page, phone: Page, sign_in: SignIn, screenshot: Screenshot
) -> None:
    counties.an_account(county.world, county.seal, "renshe9", "周正", Grant(Role.HRSS, counties.COUNTY), 91)
    phone.goto(f"{site}/public?place=吕河")
    assert width_of(phone) <= PHONE["width"]
    screenshot(phone, "list")
    phone.get_by_role("link", name="镇级信息员拟聘人员公示（34人）").click()
    assert width_of(phone) <= PHONE["width"]
    screenshot(phone, "sheet")
    phone.get_by_role("link", name="我有异议").first.click()
    phone.get_by_role("button", name="提交异议").click()
    expect(phone.get_by_role("alert")).to_contain_text("还没有提交")
    assert width_of(phone) <= PHONE["width"]
    screenshot(phone, "faults")
    phone.get_by_label(LONG).check()
    phone.get_by_label("情况和理由").fill("他已经在县城买房居住，" * 20)
    phone.get_by_role("button", name="提交异议").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("异议已登记")
    code = phone.locator(".code").inner_text()
    assert re.fullmatch(r"[2-9A-Z]{4}(-[2-9A-Z]{4}){2}", code) and width_of(phone) <= PHONE["width"]
    screenshot(phone, "receipt")

    sign_in(page, "renshe9")
    page.goto(f"{site}/notices")
    page.get_by_role("link", name="处理异议").first.click()
    card = page.locator("article", has_text=LONG)
    expect(card).to_contain_text("还有8天")
    screenshot(page, "objections")
    card.get_by_label("异议不成立：公示继续，期满后自动结束").check()
    card.get_by_label("核实情况和理由").fill("经入户核实，常住本村。")
    card.get_by_role("button", name="答复").click()
    expect(page.get_by_role("status")).to_contain_text("已答复")

    phone.goto(f"{site}/public/receipt")
    phone.get_by_label("回执号").fill(code.lower())
    phone.get_by_role("button", name="查询").click()
    expect(phone.get_by_role("heading", level=2)).to_have_text("经核实，异议不成立")
    expect(phone.locator("main")).to_contain_text("经入户核实，常住本村。")
    assert LONG not in phone.content() and width_of(phone) <= PHONE["width"]
    screenshot(phone, "answered")


def test_the_office_puts_several_up_and_corrects_the_sheet(
    site: str, several: str, county: County, page: Page, phone: Page, sign_in: SignIn, screenshot: Screenshot
) -> None:
    sign_in(page, "lvhe")
    page.goto(f"{site}/notices")
    expect(page.get_by_role("row", name="镇级信息员（34人）")).to_contain_text("2处缺少张贴凭证")
    screenshot(page, "notices")
    page.get_by_role("link", name="镇级信息员（34人）").click()
    page.get_by_text("这一天是怎么算出来的").click()
    screenshot(page, "sheet")
    page.get_by_label("或者：网上公示的网址").fill("https://example.gov.cn/gs/1")
    page.get_by_role("button", name="保存凭证").click()
    expect(page.get_by_role("status")).to_contain_text("已保存张贴凭证")
    page.get_by_text("更正并重新公示").first.click()
    page.get_by_label("更正了什么、为什么重新公示").fill("第三人姓名写错，现更正。")
    screenshot(page, "correcting")
    page.get_by_role("button", name="更正并重新公示").click()
    expect(page.get_by_text("34人中已办理34人")).to_be_visible()
    sign_in(phone, "lvhe")
    for path in ("/notices", several.removeprefix("/public"), "/notices/new", "/objections"):
        phone.goto(site + path)
        assert width_of(phone) <= PHONE["width"], path
        screenshot(phone, path.replace("/", "-"))


@pytest.mark.parametrize("number", ["0-1", "1-0", "999-1", "x", "1-1-1", "1-1-20260101", "9999999999999999999999-1"])
def test_what_never_hung_is_not_found(site: str, page: Page, number: str) -> None:
    response = page.goto(f"{site}/public/notices/{number}")
    assert response is not None and response.status == 404


def _objection(county: County) -> int:
    (objection,) = county.world.hire(county.hires["吴秀兰"]).dossier.open_objections
    return objection
