"""Pages of posts, people, announcements and applicants without a browser: who may, what is told, what is kept."""

from __future__ import annotations

import logging
import re
from html import unescape
from typing import Any

import pytest
from starlette.testclient import TestClient

from states.facts import Grant
from states.vocabulary import Role
from tests.browser import county as counties
from tests.browser.county import DAHE, DONGQING, TOWN, County, number

HTML = {"accept": "text/html", "origin": "http://testserver"}
NUMBER, CARD = number("19900305", 71), "6222020000000000000"


def client_of(county: County, username: str | None = "lvhe") -> TestClient:
    client = TestClient(county.app(), headers=HTML, follow_redirects=False)
    if username is not None:
        assert client.post("/sign-in/demo", data={"username": username}).status_code == 303
    return client


def token_of(client: TestClient, path: str = "/people/new") -> str:
    found = re.search(r'name="form_token" value="([^"]+)"', client.get(path).text)
    assert found is not None
    return found[1]


def filled(html: str, action: str) -> dict[str, Any]:
    """A form as it stands: every field with what it begins with."""
    form = html.split(f'action="{action}"')[1].split("</form>")[0]
    found: dict[str, Any] = {
        name: unescape(text)
        for name, text in re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>([^<]*)</textarea>', form)
    }
    for tag in re.findall(r"<input [^>]+>", form):
        name, value = (re.search(rf'{key}="([^"]*)"', tag) for key in ("name", "value"))
        if name and (("checkbox" not in tag and "radio" not in tag) or " checked" in tag):
            found[name[1]] = unescape(value[1]) if value else ""
    for name, options in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return found


def count(county: County, *tables: str) -> list[Any]:
    return [county.world.ask(f"SELECT count(*) FROM {table}") for table in tables]


# ---- posts


def test_a_post_is_registered_and_changed(county: County) -> None:
    client = client_of(county)
    form = {
        "form_token": token_of(client, "/posts/new"),
        "kind": "xunyang-2022-88|village",
        "region": DONGQING,
        "title": "村级信息员",
        "employer": "吕河镇人民政府",
        "monthly_fen": "1400.50",
        "registered": "yes",
        "sources": ["linking_fund"],
    }
    before = count(county, "post", "office_log")
    for wrong in (
        {"title": ""},
        {"monthly_fen": "1400.505"},
        {"monthly_fen": "NaN"},
        {"kind": "x|y"},
        {"region": "110101"},
    ):
        assert client.post("/posts/new", data=form | wrong).status_code == 422, wrong
    assert count(county, "post", "office_log") == before
    done = client.post("/posts/new", data=form)
    assert done.status_code == 303 and done.headers["location"] == "/posts"
    ((post, fen),) = county.world.ask("SELECT id, monthly_fen FROM post ORDER BY id DESC LIMIT 1")
    assert fen == 140050
    listed = client.get("/posts").text
    assert f'href="/posts/{post}"' in listed and "陕西省安康市旬阳市吕河镇冬青村" in listed
    change = filled(client.get(f"/posts/{post}").text, f"/posts/{post}")
    assert change["monthly_fen"] == "1400.50" and change["sources"] == "linking_fund"
    assert client.post(f"/posts/{post}", data=change | {"employer": "吕河镇政府"}).status_code == 303
    assert county.world.ask("SELECT employer, monthly_fen FROM post WHERE id = ?", post) == [("吕河镇政府", 140050)]


ELSEWHERE = ("/posts/1", "/people/1", "/people/1/edit", "/openings/1", "/openings/1/announcement")


@pytest.mark.parametrize("path", [*ELSEWHERE, "/openings/1/ranking", "/openings/1/applications/1"])
def test_what_is_elsewhere_is_not_there(county: County, path: str) -> None:
    counties.an_account(county.world, county.seal, "gouyuan", "钱明", Grant(Role.EMPLOYER, "610981102"), 9)
    assert client_of(county, "gouyuan").get(path).status_code == 404
    assert client_of(county, None).get(path).status_code == 303


# ---- people


def registered(client: TestClient, **more: Any) -> Any:
    form = {
        "form_token": token_of(client),
        "name": "单雄",
        "id_number": NUMBER,
        "education": "college",
        "home_region": DONGQING,
        "prior_months": "0",
    }
    return client.post("/people/new", data=form | more)


def test_a_person_is_registered_found_read_and_corrected(county: County) -> None:
    client = client_of(county)
    done = registered(client, bank=CARD, address="吕河镇冬青村二组8号", phone="13891500000")
    assert done.status_code == 303
    path = done.headers["location"]
    page = client.get(path).text
    assert "*" * 14 + NUMBER[-4:] in page
    for secret in (NUMBER, CARD, "二组8号", "13891500000"):
        assert secret not in page
    assert "单雄" in client.get("/people?name=shanx").text
    reveal = {"form_token": token_of(client), "field": "bank", "purpose": "发放补贴"}
    assert CARD in client.post(f"{path}/reveal", data=reveal).text
    assert client.post(f"{path}/reveal", data=reveal | {"purpose": ""}).status_code == 422
    assert client.post(f"{path}/reveal", data=reveal | {"field": "password"}).status_code == 422
    log = client.get(path).text
    assert "查看完整银行卡号" in log and "发放补贴" in log and CARD not in log
    change = filled(client.get(f"{path}/edit").text, f"{path}/edit") | {"name": "单英雄", "reason": "已核对户口簿"}
    assert CARD not in str(change)
    assert client.post(f"{path}/edit", data=change | {"reason": ""}).status_code == 422
    assert client.post(f"{path}/edit", data=change).status_code == 303
    assert "单英雄" in client.get("/people?name=syx").text
    again = client.post(f"{path}/reveal", data=reveal)
    assert CARD in again.text, "a correction leaves alone what it does not name"


def test_a_wrong_number_or_card_is_told_beside_its_field_and_nothing_is_kept(county: County) -> None:
    client = client_of(county)
    before = count(county, "person", "person_log")
    wrong = registered(client, id_number=NUMBER[:-1] + ("1" if NUMBER[-1] != "1" else "2"), bank="6222020000000000001")
    assert wrong.status_code == 422
    assert "银行卡号校验不符" in wrong.text and wrong.text.count('aria-invalid="true"') == 2
    assert count(county, "person", "person_log") == before


def test_the_home_is_found_by_name_in_the_whole_tree(county: County) -> None:
    client = client_of(county)
    assert "没有找到这个村" in registered(client, home_region="", home_name="没有村").text
    done = registered(client, home_region="", home_name="吕河镇敖院村")
    assert done.status_code == 303
    assert county.world.ask("SELECT home_region FROM person ORDER BY id DESC LIMIT 1") == [(f"{TOWN}202",)]


def test_villages_of_one_name_are_told_apart(county: County) -> None:
    county.world.add_regions({"610981102201": "冬青村"})
    client = client_of(county)
    asked = registered(client, home_region="", home_name="冬青村")
    assert asked.status_code == 422 and "有2个叫这个名字的村" in asked.text
    assert "构元镇冬青村" in asked.text and "吕河镇冬青村" in asked.text
    assert registered(client, home_region=DONGQING, home_name="冬青村").status_code == 303


def test_a_relative_among_officers_is_declared_and_cleared_by_the_county(county: County) -> None:
    path = registered(client_of(county), relative_accounts="lvhe").headers["location"]
    assert "1人" in client_of(county).get(path).text
    clerk, chief = client_of(county), client_of(county, "renshe")
    form = {"officer": "lvhe", "reason": "经核实并无亲属关系"}
    assert clerk.post(f"{path}/clearance", data=form | {"form_token": token_of(clerk)}).status_code == 403
    assert "解除回避" not in clerk.get(path).text
    token = {"form_token": token_of(chief, path)}
    assert chief.post(f"{path}/clearance", data=form | token | {"reason": ""}).status_code == 422
    assert chief.post(f"{path}/clearance", data=form | token).status_code == 303
    assert "经核实并无亲属关系" in chief.get(path).text


# ---- announcements


def test_an_announcement_is_drafted_checked_and_published(county: County) -> None:
    client = client_of(county)
    post = county.world.a_post("xunyang-2022-88", "town", TOWN, title="镇级信息员", employer="吕河镇人民政府")
    assert f'href="/openings/new?post_id={post}"' in client.get("/openings/new").text
    form = filled(client.get(f"/openings/new?post_id={post}").text, "/openings/new")
    assert "1980年6月16日至2008年6月15日出生" in form["content.conditions"]
    before = count(county, "opening", "hire")
    lacking = client.post("/openings/new", data=form | {"do": "announce"})
    assert lacking.status_code == 422 and "公告须写明“联系人和电话”" in lacking.text
    checked = client.post("/openings/new", data=form | {"do": "check"})
    assert checked.status_code == 200 and "指标42个" in checked.text
    assert "文件规定的370个名额全部上岗每月支出591200元，只够约5.1个月，不足12个月" in checked.text
    assert count(county, "opening", "hire") == before
    done = client.post("/openings/new", data=form | {"do": "announce", "content.contact": "王建国 0915-7200000"})
    assert done.status_code == 303
    paper = client.get(done.headers["location"] + "/announcement").text
    assert (
        "镇级信息员招聘公告" in paper and "王建国 0915-7200000" in paper and "1980年6月16日至2008年6月15日出生" in paper
    )
    opening = done.headers["location"].rsplit("/", 1)[1]
    anybody = client_of(county, None)
    assert f'href="/public/openings/{opening}"' in anybody.get("/public/openings").text
    assert "王建国 0915-7200000" in anybody.get(f"/public/openings/{opening}").text


def test_an_announcement_is_cancelled_from_its_page(county: County) -> None:
    client = client_of(county)
    post = county.world.a_post("xunyang-2022-88", "town", TOWN, title="镇级信息员", employer="吕河镇人民政府")
    number_ = county.world.an_opening(county.town, post, places=2).opening_id
    path = f"/openings/{number_}"
    form = {"form_token": token_of(client), "opinion": ""}
    assert client.post(f"{path}/cancel", data=form).status_code == 422
    assert client.post(f"{path}/cancel", data=form | {"opinion": "岗位调整"}).status_code == 303
    assert "这则公告已于2026年6月15日撤销" in client.get(path).text
    assert "撤销" not in client.get(f"/openings/{county.openings[DAHE]}").text.split("<main")[1], (
        "somebody applied there"
    )
    gone = client_of(county, None).get(f"/public/openings/{number_}")
    assert gone.status_code == 410 and client_of(county, None).get("/public/openings/99999").status_code == 404


# ---- applying without an account


def step(client: TestClient, opening: int, html: str, **more: Any) -> Any:
    action = f"/public/openings/{opening}/apply"
    return client.post(action, data=filled(html, action) | more)


def through(client: TestClient, opening: int, id_number: str = NUMBER, **last: Any) -> Any:
    """Every part of the form, filled in one after the other."""
    page = client.get(f"/public/openings/{opening}/apply")
    page = step(client, opening, page.text, name="单雄", education="college")
    page = step(client, opening, page.text, home_region=f"{TOWN}205", phone="13891509999")
    page = step(client, opening, page.text, statements=["health", "truthful"], claimed=["lifted"])
    return step(client, opening, page.text, **({"id_number": id_number, "consent": "yes"} | last))


def test_the_form_leads_to_a_receipt_and_the_desk_takes_it(county: County) -> None:
    client, opening = client_of(county, None), county.openings[DAHE]
    done = through(client, opening)
    assert done.status_code == 200, done.text
    code = re.search(r'class="code">([A-Z0-9-]{14})<', done.text)
    assert code is not None
    told = client.post("/public/receipt", data={"code": code[1]})
    assert "正在等待工作人员受理" in told.text and "单雄" not in told.text
    desk = client_of(county)
    assert "网上报名待受理1件" in desk.get("/openings").text
    (application,) = county.world.ask("SELECT id FROM public_application")[0]
    path = f"/openings/{opening}/applications/{application}"
    page = desk.get(path)
    assert "单雄" in page.text and NUMBER not in page.text
    form = {"form_token": token_of(desk), "do": "take", "categories": "lifted"}
    assert desk.post(path, data=form).status_code == 422  # by whom and when is not said
    form |= {"recognised_by": "旬阳市乡村振兴局", "recognised_on": "2021-12-31"}
    taken = desk.post(path, data=form)
    assert taken.status_code == 303 and taken.headers["location"].startswith("/hires/")
    assert desk.get(path).status_code == 404
    assert "已受理" in client.post("/public/receipt", data={"code": code[1]}).text


def test_the_number_is_never_shown_again_nor_written_to_a_log(county: County, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    client, opening = client_of(county, None), county.openings[DAHE]
    wrong = NUMBER[:-1] + ("1" if NUMBER[-1] != "1" else "2")
    answers = [
        through(client, opening, wrong),
        through(client, opening, consent=""),
        through(client, opening),
        through(client, opening),
    ]
    assert [answer.status_code for answer in answers] == [422, 422, 200, 422]
    for answer in answers:
        assert NUMBER[:14] not in answer.text and wrong not in answer.text
    assert NUMBER[:14] not in caplog.text and "13891509999" not in caplog.text
    assert county.world.ask("SELECT count(*) FROM public_application") == [(1,)]


def test_each_part_tells_what_is_wrong_with_it_and_forgets_nothing(county: County) -> None:
    client, opening = client_of(county, None), county.openings[DAHE]
    first = client.get(f"/public/openings/{opening}/apply")
    wrong = step(client, opening, first.text, name="", education="college")
    assert wrong.status_code == 422 and "第1步" in wrong.text
    second = step(client, opening, wrong.text, name="欧阳静", education="college")
    assert "第2步" in second.text
    third = step(client, opening, second.text, home_region="", home_name="大河南村")
    assert "第3步" in third.text
    back = step(client, opening, third.text, back="1")
    assert (
        "第2步" in back.text and filled(back.text, f"/public/openings/{opening}/apply")["home_region"] == f"{TOWN}205"
    )
    assert filled(back.text, f"/public/openings/{opening}/apply")["name"] == "欧阳静"


def test_the_form_comes_down_with_its_window(county: County) -> None:
    client, opening = client_of(county, None), county.openings[DAHE]
    world = county.world
    world.clock.moment = world.clock.moment.replace(month=6, day=30)
    assert client.get(f"/public/openings/{opening}/apply").status_code == 200
    world.clock.moment = world.clock.moment.replace(month=7, day=1)
    assert client.get(f"/public/openings/{opening}/apply").status_code == 410
    assert through_last(client, opening).status_code == 410
    assert world.ask("SELECT count(*) FROM public_application") == [(0,)]


def through_last(client: TestClient, opening: int) -> Any:
    form = {
        "part": "3",
        "name": "单雄",
        "education": "college",
        "home_region": DONGQING,
        "id_number": NUMBER,
        "consent": "yes",
    }
    return client.post(f"/public/openings/{opening}/apply", data=form)


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"part": "9" * 30},
        {"part": "x", "name": "\x00" * 5000},
        {"part": "3", "id_number": "{{7*7}}" * 100},
        {"part": "1", "home_name": "%" * 300},
        {"part": "2", "claimed": ["<script>"] * 200, "statements": ["../../etc"] * 200},
    ],
)
def test_nonsense_is_answered_calmly(county: County, form: dict[str, Any]) -> None:
    client, opening = client_of(county, None), county.openings[DAHE]
    answer = client.post(f"/public/openings/{opening}/apply", data=form)
    assert answer.status_code in (200, 422), answer.text
    assert "<script>" not in answer.text.split("<main")[1] and "49" not in re.findall(r'value="(\d+)"', answer.text)
    assert county.world.ask("SELECT count(*) FROM public_application") == [(0,)]


def test_too_many_from_one_address_wait(county: County) -> None:
    client, opening = client_of(county, None), county.openings[DAHE]
    last = [through_last(client, opening).status_code for _ in range(31)]
    assert set(last[:30]) == {200, 422} and last[30] == 429


def test_an_application_is_taken_back_by_its_receipt(county: County) -> None:
    client, opening = client_of(county, None), county.openings[DAHE]
    code = re.search(r'class="code">([A-Z0-9-]{14})<', through(client, opening).text)
    assert code is not None
    assert client.post("/public/applications/withdraw", data={"code": "nonsense"}).status_code == 422
    assert client.post("/public/applications/withdraw", data={"code": "AAAA-BBBB-CCCC"}).status_code == 422
    assert client.post("/public/applications/withdraw", data={"code": code[1]}).status_code == 303
    assert client.post("/public/applications/withdraw", data={"code": code[1]}).status_code == 422
    assert county.world.ask("SELECT status FROM public_application") == [("withdrawn",)]


# ---- rank and vacancies


def test_points_are_recorded_and_the_sheet_is_printed(county: County) -> None:
    client = client_of(county)
    hire = county.hires["欧阳文静"]
    opening = county.world.hire(hire).opening.id
    path = f"/openings/{opening}/ranking"
    form = {"form_token": token_of(client), "item-0": "87.55"}
    for wrong in ("87.55", "", "-1", "100.1", "NaN", "1e3"):
        assert client.post(f"{path}/{hire}", data=form | {"item-0": wrong}).status_code == 422, wrong
    assert county.world.ask("SELECT count(*) FROM score") == [(0,)]
    assert client.post(f"{path}/{hire}", data=form | {"item-0": "100", "opinion": "评委三人"}).status_code == 303
    assert client.post(f"{path}/{hire}", data=form | {"item-0": "87.5", "opinion": "更正"}).status_code == 303
    page = client.get(path).text
    assert "87.5分，第1名" in page and "属于“安置对象”" not in page
    assert "欧阳文静" in client.get(f"{path}/print").text
    assert client.get(f"{path}/{county.hires['吴秀兰']}").status_code == 404


def test_a_vacancy_leads_to_a_new_announcement(county: County) -> None:
    client, world = client_of(county), county.world
    hire = county.hires["at work"]
    assert "没有空出的岗位" in client.get("/openings/vacancies").text
    world.do(
        hire,
        "decide_leaving",
        county.town,
        ground="off_post",
        effective_on=world.clock.today,
        reason="自动离岗。",
        evidence="记录1号",
    )
    world.walk(2)
    client = client_of(county)  # a session does not last two days
    assert f'href="/openings/new?refills={hire}"' in client.get("/openings/vacancies").text
    form = filled(client.get(f"/openings/new?refills={hire}").text, "/openings/new")
    assert form["refills"] == str(hire)
    done = client.post("/openings/new", data=form | {"do": "announce", "content.contact": "王建国 0915-7200000"})
    assert done.status_code == 303, done.text
    assert world.ask("SELECT refills FROM opening ORDER BY id DESC LIMIT 1") == [(hire,)]
    assert "没有空出的岗位" in client.get("/openings/vacancies").text


def test_every_page_is_told_in_english(county: County) -> None:
    client, opening = client_of(county), county.openings[DAHE]
    pages = [
        "/posts",
        "/posts/new",
        "/people/new",
        "/openings/vacancies",
        f"/openings/{opening}/ranking",
        "/openings/new",
    ]
    for path in [*pages, "/public/openings", f"/public/openings/{opening}/apply", "/public/applications/withdraw"]:
        text = client.get(path + "?lang=en").text
        heading = re.search(r"<h1>(.*?)</h1>", text, re.DOTALL)
        assert heading is not None and not re.search(
            r"[一-鿿]", re.sub(r"<span.*?</span>", "", heading[1], flags=re.DOTALL)
        ), path
