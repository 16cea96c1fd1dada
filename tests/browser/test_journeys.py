"""Whole journeys through the pages, each by those who really walk it: clerk, bureaus, deputies, the public."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from states.facts import Grant
from states.vocabulary import Role
from tests.browser.conftest import SignIn
from tests.browser.county import DONGQING, TOWN, County, a_person, an_account, an_opening, number, to_notice
from tests.browser.looking import lead_on, width_of
from workflow import people

As = Callable[[str], Page]
NEXT_TOWN = "610981102"
CODE = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}")


@pytest.fixture
def as_(sign_in: SignIn, page: Page) -> As:
    """The next person sits down at the same desk: ``as_("renshe")``."""

    def sit(username: str) -> Page:
        page.context.clear_cookies()
        return sign_in(page, username)

    return sit


def take(page: Page, act: str, **fields: str) -> None:
    """Takes a step on the page of a hire, opening it where it is folded."""
    step = page.locator(f"#step-{act}")
    if step.get_attribute("open") is None:
        step.locator("summary").first.click()
    for name, value in fields.items():
        step.locator(f"[name='{name}']").fill(value)
    step.locator("form button.btn").last.click()
    expect(page.locator(".flash").first).to_contain_text(re.compile("已办理|已会签"))


def a_village(county: County, last: str, name: str) -> str:
    """Another village of the town, with no post yet."""
    county.world.add_regions({f"{TOWN}{last}": name})
    return f"{TOWN}{last}"


def an_applicant(county: County, last: str, village: str, name: str, order: int) -> int:
    """Somebody of a village of their own, applied for its post. Returns the hire."""
    code = a_village(county, last, village)
    hire = an_opening(county, code)
    county.world.do(hire, "apply", county.town, person_id=a_person(county, name, "19920101", order, home_region=code))
    return hire


# ---- from the opening to the contract --------------------------------------------------------------------------------


def test_an_opening_becomes_a_signed_contract_by_five_people(as_: As, county: County, site: str) -> None:
    village = a_village(county, "208", "北坡村")
    post = county.world.a_post("xunyang-2022-88", "village", village, employer="旬阳市吕河镇人民政府")
    page = as_("lvhe")
    page.goto(f"{site}/openings/new?post_id={post}")
    page.locator("[name=places]").fill("1")
    page.locator("[name=closes_on]").fill("2026-06-20")
    for name, text in (
        ("content.where", "吕河镇政府便民服务中心，工作日8时至18时"),
        ("content.contact", "王建国 0915-0000000"),
    ):
        page.locator(f"[name='{name}']").fill(text)
    page.locator("button[value=announce]").click()
    expect(page.locator(".flash").first).to_contain_text("公告")
    opening = page.url.rstrip("/").split("/")[-1].split("?")[0]

    page.goto(f"{site}/openings/{opening}/apply")
    page.locator("[name=name]").fill("郝小兰")
    page.locator("[name=id_number]").fill(number("19900405", 88))
    page.locator("[name=education]").select_option("senior_secondary")
    page.locator("[name=home_region]").select_option(DONGQING)
    page.locator("[name=retirement_category]").select_option("woman50")
    page.locator("[name=categories][value=lifted]").check()
    page.locator("[name=recognised_by]").fill("旬阳市乡村振兴局")
    page.locator("[name=recognised_on]").fill("2021-12-31")
    for box in page.locator("[name=statements]").all():
        box.check()
    page.get_by_role("button", name="登记并报名").click()
    page.wait_for_url(re.compile(r"/hires/\d+"))
    hire = int(re.findall(r"/hires/(\d+)", page.url)[0])
    here = f"{site}/hires/{hire}"
    page.goto(here)
    take(page, "check", opinion="材料齐全")

    for username in ("renshe", "zhenxing"):
        page = as_(username)
        page.goto(here)
        take(page, "recheck")

    page = as_("lvhe")
    page.goto(here)
    step = page.locator("#step-post_notice")
    step.locator("[name=posted_on]").fill("2026-06-15")
    step.locator("[name=boards]").first.check()
    step.locator("form button.btn").last.click()
    expect(page.locator(".flash").first).to_contain_text(re.compile("已办理|已会签"))
    ends = county.world.hire(hire).dossier.notice_ends_on
    assert ends == date(2026, 6, 23), "five working days after Monday the 15th, around the Dragon Boat holiday"

    county.world.walk_to(date(2026, 6, 23))
    page.goto(here)
    expect(page.locator("#step-report")).to_have_count(0)
    county.world.walk_to(date(2026, 6, 24))
    page = as_("lvhe")
    page.goto(here)
    take(page, "report")

    # whoever re-checked is told why they do not approve as well
    page = as_("renshe")
    page.goto(here)
    step = page.locator("#step-approve")
    expect(step).to_contain_text("已经审批过一个环节")
    for username in ("renshe2", "zhenxing2"):
        page = as_(username)
        page.goto(here)
        take(page, "approve")

    page = as_("renshe")
    page.goto(here)
    take(page, "train", held_on="2026-06-24", hours="8")
    page = as_("lvhe")
    page.goto(here)
    take(page, "start", started_on="2026-06-24")
    take(page, "sign", signed_on="2026-06-24", number="旬聘〔2026〕88号")
    dossier = county.world.hire(hire).dossier
    assert (dossier.term_starts_on, dossier.term_ends_on) == (date(2026, 6, 24), date(2027, 6, 23))
    assert len(dossier.approvers) == 4


# ---- an objection ----------------------------------------------------------------------------------------------------


def test_an_objection_from_a_phone_stops_the_notice_until_it_is_answered(
    as_: As, phone: Page, county: County, site: str
) -> None:
    village = a_village(county, "209", "东沟村")
    hire = an_opening(county, village)
    to_notice(county, hire, a_person(county, "郭晓燕", "19910203", 90, home_region=village))
    sheet = county.world.ask(f"SELECT sheet FROM notice WHERE hire_id = {hire}")[0][0]
    phone.goto(f"{site}/public/notices/{sheet}/objection")
    for box in phone.locator("input[type=checkbox][name=people]").all():
        box.check()
    phone.locator("textarea[name=text]").fill("该人长期在外地务工，不在本村居住。")
    lead_on(phone, phone.locator("main form button").last)
    found = CODE.search(phone.locator("main").inner_text())
    assert found, "the receipt code is shown once"
    assert width_of(phone) == 360
    assert len(county.world.hire(hire).dossier.open_objections) == 1

    ends = county.world.hire(hire).dossier.notice_ends_on
    assert ends is not None
    county.world.walk_to(ends)
    county.world.walk(3)
    assert county.world.hire(hire).stage == "notice", "the notice does not end over an open objection"

    page = as_("renshe2")
    page.goto(f"{site}/objections")
    card = page.locator(f"article[id^='o{hire}-']")
    expect(card).to_contain_text("不在本村居住")
    card.locator("[name=outcome]").first.check()
    card.locator("[name=reason]").fill("经入户核实，常住本村，异议不成立。")
    card.get_by_role("button", name="答复").click()
    expect(page.locator(".flash").first).to_be_visible()
    assert county.world.hire(hire).dossier.open_objections == ()
    county.world.walk(1)
    assert county.world.hire(hire).stage == "notice_closed"

    phone.goto(f"{site}/public/receipt")
    phone.locator("[name=code]").fill(found.group(0).lower().replace("-", " "))
    phone.locator("main form button").click()
    expect(phone.locator("main")).to_contain_text("不成立")
    expect(phone.locator("main")).to_contain_text("常住本村")


# ---- many at once ----------------------------------------------------------------------------------------------------


def test_a_bulk_step_is_taken_for_some_and_refused_for_two_with_reasons(as_: As, county: County, site: str) -> None:
    ready = [an_applicant(county, "210", "前沟村", "冯小芳", 62), an_applicant(county, "211", "后沟村", "冯小莲", 64)]
    lacking = [county.hires["高大伟"], county.hires["long"]]
    person = county.world.hire(lacking[0]).person
    assert person is not None
    with county.world.office.database.session() as session:
        signed = {"statements": ["health"]}
        people.update_person(session, county.seal, person.id, signed, county.town, county.world.clock(), reason="核对")

    page = as_("lvhe")
    page.goto(f"{site}/hires?state=applied")
    for hire in (*ready, *lacking):
        page.locator(f"tr:has(a[href='/hires/{hire}']) input[type=checkbox]").check()
    page.get_by_role("button", name="办理勾选的").click()
    page.get_by_role("button", name=re.compile("^资格审查通过")).click()
    page.get_by_role("button", name="看看每个人能不能办").click()
    expect(page.locator(".flash").first).to_contain_text("可以办2人，不能办2人。还没有办理。")
    assert [county.world.hire(hire).stage for hire in ready] == ["applied", "applied"]
    page.get_by_role("button", name="资格审查通过：办理可以办的2人").click()
    expect(page.locator(".head")).to_contain_text("已办理2人，没有办理2人。")
    refused = page.locator("section", has=page.get_by_role("heading", name=re.compile("^没有办理")))
    expect(refused).to_contain_text("无违法犯罪记录")
    stages = [county.world.hire(hire).stage for hire in (*ready, *lacking)]
    assert stages == ["checked", "checked", "applied", "applied"]
    bodies = county.world.ask("SELECT body FROM audit_entry WHERE act = 'check' AND body LIKE '%\"batch\"%'")
    run = page.url.rsplit("/", 1)[-1]
    assert len(bodies) == 2 and all(run in str(body) for (body,) in bodies), "each entry names the run"


# ---- an absence ------------------------------------------------------------------------------------------------------


def test_a_deputy_acts_in_the_place_of_an_absent_officer_and_only_in_the_window(
    as_: As, county: County, site: str
) -> None:
    hire = an_applicant(county, "212", "西沟村", "侯文静", 66)
    an_account(county.world, county.seal, "gouyuan", "秦海", Grant(Role.EMPLOYER, NEXT_TOWN), 11)

    page = as_("lvhe")
    page.goto(f"{site}/account")
    form = page.locator("form[action='/account/deputies']")
    form.locator("[name=deputy]").fill("gouyuan")
    form.locator("[name=from_on]").fill("2026-06-16")
    form.locator("[name=until_on]").fill("2026-06-17")
    form.locator("[name=reason]").fill("出差")
    form.locator("button").click()
    expect(page.locator(".flash").first).to_be_visible()
    page = as_("gouyuan")
    page.goto(f"{site}/account")
    page.locator("form[action*='/accept'] button").click()
    expect(page.locator(".flash").first).to_be_visible()
    answer = page.goto(f"{site}/hires/{hire}")
    assert answer is not None and answer.status == 404, "the window opens tomorrow"

    county.world.walk_to(date(2026, 6, 16))
    page = as_("gouyuan")
    page.goto(f"{site}/hires/{hire}")
    take(page, "check", opinion="材料齐全")
    expect(page.locator(".trail > li").first).to_contain_text("秦海")
    expect(page.locator(".trail > li").first).to_contain_text("代")
    rows = county.world.ask(f"SELECT deputy_for FROM decision WHERE hire_id = {hire} AND act = 'check'")
    assert [tuple(row) for row in rows] == [(county.town.person_key,)]

    county.world.walk_to(date(2026, 6, 17))
    page = as_("gouyuan")
    assert _status(page, f"{site}/hires/{hire}") == 200, "the last day belongs to the window"
    county.world.walk_to(date(2026, 6, 18))
    page = as_("gouyuan")
    assert _status(page, f"{site}/hires/{hire}") == 404


def _status(page: Page, address: str) -> int:
    answer = page.goto(address)
    assert answer is not None
    return answer.status


# ---- a new year ------------------------------------------------------------------------------------------------------

#: a year as a notice might set it: New Year's rest until the fifth
NEW_YEAR = """项目,内容,起,止
年份,2027,,
标题,示例：2027年部分节假日安排,,
日期,,2026-11-05,
来源,示例,,
放假,元旦,2027-01-01,2027-01-05
放假,春节,2027-02-05,2027-02-11
放假,清明节,2027-04-03,2027-04-05
放假,劳动节,2027-05-01,2027-05-05
放假,端午节,2027-06-09,2027-06-11
放假,中秋节,2027-09-15,2027-09-17
放假,国庆节,2027-10-01,2027-10-07
"""


def test_a_new_calendar_year_is_foretold_hire_by_hire_and_applied_on_the_record(
    as_: As, county: County, site: str
) -> None:
    county.world.walk_to(date(2026, 12, 28))
    village = a_village(county, "214", "北沟村")
    hire = an_opening(county, village)
    to_notice(county, hire, a_person(county, "倪晓红", "19910203", 92, home_region=village))
    before = county.world.hire(hire).dossier.clocks["notice_period"]
    assert before.provisional

    page = as_("renshe")
    page.goto(f"{site}/hires/{hire}")
    expect(page.locator("#deadlines").locator("..")).to_contain_text("暂定")
    page.goto(f"{site}/years/new")
    page.locator("[name=text]").fill(NEW_YEAR.replace("放假,元旦,2027-01-01", "放假,元旦,2026-13-01"))
    page.get_by_role("button", name="检查并预览").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.locator("[name=text]").fill(NEW_YEAR)
    page.get_by_role("button", name="检查并预览").click()
    expect(page.locator("main")).to_contain_text("倪晓红")
    expect(page.locator("main")).to_contain_text("2027年1月7日")
    assert county.world.hire(hire).dossier.clocks["notice_period"] == before, "a preview changes nothing"
    page.locator("[name=reason]").fill("载入2027年放假安排")
    page.locator("form[action='/years/apply'] button").last.click()
    expect(page.locator(".flash").first).to_contain_text("已载入2027年放假安排")
    after = county.world.hire(hire).dossier
    assert (after.notice_ends_on, after.clocks["notice_period"].provisional) == (date(2027, 1, 7), False)
    page.goto(f"{site}/hires/{hire}")
    expect(page.locator("#deadlines").locator("..")).not_to_contain_text("暂定")


# ---- the public form -------------------------------------------------------------------------------------------------


def test_somebody_applies_on_a_phone_and_a_clerk_takes_it_over(as_: As, phone: Page, county: County, site: str) -> None:
    village = a_village(county, "213", "南坡村")
    an_opening(county, village, closes_on=date(2026, 6, 30))
    opening = county.openings[village]
    phone.goto(f"{site}/public/openings/{opening}")
    lead_on(phone, phone.get_by_role("link", name=re.compile("报名")).first)
    given = {"name": "焦小梅", "id_number": number("19950505", 94)}
    for _ in range(8):
        assert width_of(phone) == 360
        if CODE.search(phone.locator("main").inner_text()):
            break
        for name, value in given.items():
            field = phone.locator(f"main [name={name}]:not([type=hidden])")
            if field.count():
                field.fill(value)
        _fill_choices(phone, village)
        lead_on(phone, phone.locator("main form button.go"))
    found = CODE.search(phone.locator("main").inner_text())
    assert found, "the receipt code is shown once"
    assert given["id_number"] not in phone.content()

    page = as_("lvhe")
    page.goto(f"{site}/openings/{opening}/applications")
    expect(page.locator("main")).to_contain_text("焦小梅")
    page.locator("main a[href*='/applications/']").first.click()
    page.get_by_role("button", name=re.compile("受理|报名")).first.click()
    expect(page.locator(".flash").first).to_be_visible()
    (row,) = county.world.ask(f"SELECT status, hire_id FROM public_application WHERE opening_id = {opening}")
    assert row[0] == "taken" and county.world.hire(row[1]).stage == "applied"

    phone.goto(f"{site}/public/receipt")
    phone.locator("[name=code]").fill(found.group(0))
    phone.locator("main form button").first.click()
    expect(phone.locator("main")).to_contain_text("受理")


def _fill_choices(phone: Page, village: str) -> None:
    """Whatever this part of the form asks to be chosen."""
    for name, value in (
        ("education", "senior_secondary"),
        ("home_region", village),
        ("retirement_category", "woman50"),
    ):
        field = phone.locator(f"main select[name={name}]")
        if field.count():
            field.select_option(value)
    for box in phone.locator("main input[type=checkbox]").all():
        box.check()
