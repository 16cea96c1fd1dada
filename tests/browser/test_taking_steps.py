"""What a clerk does all day: sign in, see what is due, open a hire, take a step, be refused and told why."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import SignIn
from tests.browser.county import DAHE, PASSWORD, County, number

NUMBER = "旬人社发〔2022〕88号"


def test_a_wrong_password_is_told_kindly(site: str, page: Page) -> None:
    page.goto(f"{site}/sign-in")
    page.locator("#username").fill("lvhe")
    page.locator("#password").fill("not the password")
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("用户名或密码不正确")
    assert page.locator("#password").input_value() == ""
    page.locator("#password").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("我的待办")


def test_whoever_is_not_signed_in_is_asked_to_and_led_back(site: str, county: County, page: Page) -> None:
    page.goto(f"{site}/hires/{county.hires['long']}")
    assert "/sign-in?next=" in page.url
    page.get_by_role("button", name="王建国").click()
    expect(page).to_have_url(f"{site}/hires/{county.hires['long']}")


def test_tasks_are_grouped_by_urgency_and_lead_to_the_hire(sign_in: SignIn, page: Page, county: County) -> None:
    sign_in(page, "lvhe")
    heads = [words.split("\n") for words in page.locator(".group > h2").all_inner_texts()]
    assert [head[0] for head in heads] == ["已逾期", "一周以内", "以后"]
    rows = [group.locator("li").count() for group in page.locator(".group").all()]
    assert [head[1] for head in heads] == [f"本页{n}件" for n in rows]
    row = page.locator(".group.overdue li", has_text="刘桂英")
    expect(row).to_contain_text("报备：聘用协议备案")
    expect(row).to_contain_text("已逾期28天")
    expect(row).to_contain_text(NUMBER)
    row.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("刘桂英")


def test_a_filter_narrows_the_tasks_and_an_empty_list_says_what_to_do(sign_in: SignIn, page: Page) -> None:
    sign_in(page, "lvhe")
    page.get_by_label("办法").select_option("baihe-2022-72")
    page.get_by_role("button", name="筛选").click()
    expect(page.get_by_role("heading", name="没有符合筛选的待办")).to_be_visible()
    page.get_by_role("link", name="清除筛选").click()
    expect(page.locator(".group")).to_have_count(3)


def test_a_step_is_taken_and_stands_in_the_record(sign_in: SignIn, page: Page, county: County, site: str) -> None:
    sign_in(page, "lvhe")
    page.goto(f"{site}/hires/{county.hires['欧阳文静']}")
    expect(page.locator(".next")).to_contain_text("请您办理“资格审查通过”，期限到2026年6月16日。")
    page.locator("#step-check").get_by_label("意见").fill("材料齐全，符合条件。")
    page.get_by_role("button", name="资格审查通过").click()
    expect(page.locator(".flash")).to_have_text("已办理：资格审查通过")
    latest = page.locator(".trail > li").first
    expect(latest).to_contain_text("资格审查通过")
    expect(latest).to_contain_text("报名与资格审查 → 资格复审")
    expect(latest).to_contain_text("王建国（用人单位）")
    expect(latest).to_contain_text("意见：材料齐全，符合条件。")
    expect(page.locator(".life .here")).to_contain_text("资格复审")
    page.reload()
    expect(page.locator(".flash")).to_have_count(0)


def test_a_step_that_cannot_be_taken_says_why_with_its_article(
    sign_in: SignIn, page: Page, county: County, site: str
) -> None:
    sign_in(page, "lvhe")
    page.goto(f"{site}/hires/{county.hires['long']}")
    step = page.locator("#step-check")
    expect(step.get_by_role("heading", name="为什么不能办？")).to_be_visible()
    card = step.locator(".clause.stop", has_text="无违法犯罪记录")
    expect(card).to_contain_text(f"{NUMBER}二(二)5")
    expect(card).to_contain_text("怎样才能办：")
    expect(step.get_by_role("button", name="资格审查通过")).to_be_disabled()


def test_a_refused_form_keeps_its_values_and_shows_the_answers_on_top(
    sign_in: SignIn, page: Page, county: County, site: str
) -> None:
    sign_in(page, "lvhe")
    page.goto(f"{site}/hires/{county.hires['at work']}")
    page.locator("#step-sign").get_by_label("签订日期").fill("2026-05-26")
    page.locator("#step-sign").get_by_label("合同编号").fill("旬聘〔2026〕7号")
    page.get_by_role("button", name="签订劳动合同").click()
    refused = page.get_by_role("alert")
    expect(refused).to_contain_text("没有办理")
    expect(refused).to_contain_text("签订日期2026-05-26早于")
    expect(refused).to_contain_text(f"{NUMBER}四(二)5")
    expect(page.locator("#step-sign").get_by_label("合同编号")).to_have_value("旬聘〔2026〕7号")
    page.locator("#step-sign").get_by_label("签订日期").fill("2026-06-15")
    page.get_by_role("button", name="签订劳动合同").click()
    expect(page.locator(".flash")).to_have_text("已办理：签订劳动合同")
    assert county.world.hire(county.hires["at work"]).dossier.signed_on == date(2026, 6, 15)


def test_an_empty_field_is_marked_beside_it(sign_in: SignIn, page: Page, county: County, site: str) -> None:
    sign_in(page, "lvhe")
    page.goto(f"{site}/hires/{county.hires['at work']}")
    page.locator("#step-sign").get_by_label("签订日期").fill("")
    page.get_by_role("button", name="签订劳动合同").click()
    expect(page.get_by_role("alert")).to_contain_text("请改正下面标出的各项")
    field = page.locator("#step-sign .field.bad")
    expect(field).to_have_count(1)
    expect(field).to_contain_text("此项必填")
    expect(field.get_by_label("签订日期")).to_have_attribute("aria-invalid", "true")


def test_a_hire_that_changed_meanwhile_says_so_and_nothing_is_done(
    sign_in: SignIn, page: Page, county: County, site: str
) -> None:
    hire = county.hires["欧阳文静"]
    sign_in(page, "lvhe")
    page.goto(f"{site}/hires/{hire}")
    county.world.do(hire, "withdraw", county.town, opinion="本人要求退出。")
    page.get_by_role("button", name="资格审查通过").click()
    expect(page.locator(".flash")).to_contain_text("已有变动")
    expect(page.locator(".badge").first).to_have_text("已退出")


def test_two_bureaus_sign_and_nobody_twice(
    sign_in: SignIn, new_page: Callable[..., Page], county: County, site: str
) -> None:
    hire = county.hires["欧阳文静"]
    county.world.do(hire, "check", county.town)
    first = sign_in(new_page(), "renshe")
    first.goto(f"{site}/hires/{hire}")
    first.get_by_role("button", name="资格复审通过").click()
    expect(first.locator(".flash")).to_have_text("已会签：资格复审通过，等待其他单位会签")
    expect(first.locator(".next")).to_contain_text("等市乡村振兴局办理“资格复审通过”")
    second = sign_in(new_page(), "zhenxing")
    second.goto(f"{site}/hires/{hire}")
    expect(second.locator("#step-recheck")).to_contain_text("市人社局已会签，还须市乡村振兴局会签")
    second.get_by_role("button", name="资格复审通过").click()
    expect(second.locator(".life .here")).to_contain_text("择优确定拟聘人员")


def test_a_supervisor_sees_everything_and_is_offered_nothing(
    sign_in: SignIn, page: Page, county: County, site: str
) -> None:
    sign_in(page, "ducha")
    page.goto(f"{site}/hires/{county.hires['孙志强']}")
    expect(page.locator(".step")).to_have_count(0)
    expect(page.locator(".trail > li").first).to_be_visible()
    expect(page.locator("body")).to_contain_text("补贴已停发")


def test_the_day_of_a_period_shows_its_proof(sign_in: SignIn, page: Page, county: County, site: str) -> None:
    sign_in(page, "lvhe")
    page.goto(f"{site}/hires/{county.hires['吴秀兰']}")
    page.get_by_text("这一天是怎么算出来的").first.click()
    lines = page.locator(".proof").first.locator("li").all_inner_texts()
    assert len(lines) == 8
    assert sum("2026年6月13日" in line and re.search("周六|星期六|休息", line) is not None for line in lines) == 1
    assert [line.split()[0] for line in lines if line[0].isdigit()] == ["1", "2", "3", "4", "5"]


def test_a_form_is_walked_through_by_keyboard_alone(sign_in: SignIn, page: Page, county: County, site: str) -> None:
    sign_in(page, "lvhe")
    page.goto(f"{site}/hires/{county.hires['欧阳文静']}")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("跳到正文")
    assert page.locator(":focus").bounding_box()["x"] >= 0  # type: ignore[index]
    page.keyboard.press("Enter")
    reached: list[str] = []
    for _ in range(40):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        reached.append(focused.inner_text() or focused.get_attribute("name") or "")
        if focused.get_attribute("name") == "opinion":
            page.keyboard.type("键盘办理")
        if focused.evaluate("e => e.tagName") == "BUTTON" and "资格审查通过" in reached[-1]:
            outline = focused.evaluate("e => getComputedStyle(e).outlineWidth")
            assert outline == "3px"
            page.keyboard.press("Enter")
            break
    assert "opinion" in reached
    expect(page.locator(".flash")).to_have_text("已办理：资格审查通过")


def test_an_applicant_is_registered_and_applies_in_one_go(
    sign_in: SignIn, page: Page, county: County, site: str, screenshot: Callable[[Page, str], Path]
) -> None:
    sign_in(page, "lvhe")
    page.goto(f"{site}/openings/{county.openings[DAHE]}")
    page.get_by_role("link", name="登记报名人").click()
    page.get_by_label("公民身份号码", exact=False).first.fill("612426199001010001")
    page.get_by_role("button", name="登记并报名").click()
    bad = page.locator(".field.bad")
    expect(bad.filter(has_text="姓名")).to_contain_text("此项必填")
    expect(bad.filter(has_text="文化程度")).to_contain_text("此项必填")
    expect(bad.filter(has_text="户籍所在村")).to_contain_text("此项必填")
    expect(bad.filter(has_text="公民身份号码")).to_contain_text("校验")
    screenshot(page, "faults")

    page.get_by_label("姓名").fill("郑丽娟")
    page.locator("#id-number").fill(number("19920808", 44))
    page.get_by_label("文化程度").select_option("senior_secondary")
    page.get_by_label("户籍所在村").select_option(DAHE)
    page.get_by_label("原法定退休年龄").select_option("woman50")
    page.get_by_label("脱贫人口").check()
    page.get_by_label("认定单位").fill("旬阳市乡村振兴局")
    page.get_by_label("认定日期").fill("2021-12-31")
    page.get_by_label("身体条件").check()
    page.get_by_role("button", name="登记并报名").click()
    expect(page.locator(".flash")).to_have_text("已登记并报名。")
    expect(page.get_by_role("heading", level=1)).to_contain_text("郑丽娟")
    assert number("19920808", 44) not in page.content()


def test_an_announcement_is_checked_before_it_is_made(
    sign_in: SignIn, page: Page, county: County, site: str, screenshot: Callable[[Page, str], Path]
) -> None:
    sign_in(page, "lvhe")
    page.goto(f"{site}/openings")
    page.get_by_role("link", name="发布公告").click()
    page.locator("main tr, main li", has_text="六村").first.get_by_role("link").first.click()
    page.get_by_role("button", name="先核对").click()
    expect(page.locator(".clause.stop")).to_contain_text(f"{NUMBER}二(一)")
    screenshot(page, "checked")
    before = county.world.ask("SELECT count(*) FROM opening")
    page.get_by_role("button", name="发布公告").click()
    expect(page.get_by_role("alert")).to_contain_text("请改正下面标出的各项")
    assert county.world.ask("SELECT count(*) FROM opening") == before


def test_an_announcement_shows_who_applied(sign_in: SignIn, page: Page, county: County, site: str) -> None:
    sign_in(page, "lvhe")
    page.goto(f"{site}/openings/{county.openings[DAHE]}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("吕河镇大河南村")
    expect(page.get_by_role("row", name="吴秀兰")).to_contain_text("已公示")
