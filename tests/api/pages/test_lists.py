"""Worklist, hires, saved views and search as pages: what they choose, what they show, and to whom."""

from __future__ import annotations

import logging
import re
from html import unescape
from io import BytesIO

import pytest
from openpyxl import load_workbook
from starlette.testclient import TestClient

from states.facts import Grant
from states.vocabulary import Role
from tests.browser import county as counties
from tests.browser.county import COUNTY, DONGQING, TOWN, County

HTML = {"accept": "text/html"}


def client_of(county: County, username: str = "lvhe", language: str = "zh") -> TestClient:
    client = TestClient(county.app(), headers=HTML, follow_redirects=False)
    assert client.post("/sign-in/demo", data={"username": username}).status_code == 303
    client.get(f"/inbox?lang={language}")
    return client


def token_of(client: TestClient) -> str:
    found = re.search(r'name="form_token" value="([^"]+)"', client.get("/inbox").text)
    assert found is not None
    return found[1]


def names_in(html: str) -> list[str]:
    """The people of a list, in order."""
    found = re.findall(r'(?:<p class="main">|<th scope="row">)<a href="/hires/\d+">([^<]+)</a>', html)
    return [unescape(name) for name in found]


def row_of(html: str, name: str) -> str:
    """The line of somebody on a list."""
    return html.split(f'">{name}</a>')[1].split("</li>")[0]


def tiles_of(html: str) -> dict[str, int]:
    return {key: int(n) for key, n in re.findall(r'<li class="(\w+)"><a href="[^"]*"[^>]*><strong>(\d+)<', html)}


# ---- the worklist ------------------------------------------------------------------------------------------------


def test_each_tile_counts_what_its_list_shows(county: County) -> None:
    client = client_of(county)
    tiles = tiles_of(client.get("/").text)
    assert set(tiles) == {"overdue", "today", "week", "later", "none", "waiting"}
    assert sum(tiles.values()) > tiles["waiting"] > 0
    for key, number in tiles.items():
        assert len(names_in(client.get(f"/?due={key}").text)) == number, key


def test_what_calls_the_same_role_twice_is_one_line_that_names_both(county: County) -> None:
    html = client_of(county).get("/").text
    names = names_in(html)
    assert len(names) == len(set(names))
    line = row_of(html, "孙志强")
    assert "期限：超期催办" in line
    assert "另有：" in line


def test_what_was_given_to_me_comes_first_and_what_was_given_to_a_colleague_waits(county: County) -> None:
    mine, theirs = county.hires["欧阳文静"], county.hires["at work"]
    with county.world.office.database.transaction() as connection:
        for hire, account in ((mine, county.town.account_id), (theirs, county.hrss.account_id)):
            connection.exec_driver_sql("UPDATE task SET assigned_to = ? WHERE hire_id = ?", (account, hire))
    client = client_of(county)
    html = client.get("/").text
    assert names_in(html)[0] == "欧阳文静"
    assert "周海燕" not in names_in(html)
    waiting = client.get("/?due=waiting").text
    assert "等待李敏（" in row_of(waiting, "周海燕")
    assert names_in(client.get("/?who=me").text) == ["欧阳文静"]
    assert "欧阳文静" not in names_in(client.get("/?who=nobody").text)


def test_a_joint_ruling_that_i_have_signed_waits_for_the_other_office(county: County) -> None:
    hire = county.hires["欧阳文静"]
    county.world.do(hire, "check", county.town)
    county.world.do(hire, "recheck", county.hrss)
    client = client_of(county, "renshe")
    assert "欧阳文静" not in names_in(client.get("/").text)
    assert "您已会签，等待" in row_of(client.get("/?due=waiting").text, "欧阳文静")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (f"region={DONGQING}", {"刘桂英"}),
        ("region=610929", set()),
        ("state=trained", {"周海燕"}),
        ("from=2026-06-16&to=2026-06-16", {"欧阳文静", "高大伟", "买买提·阿不都热合曼·热西提"}),
        ("from=2026-06-17&to=2026-07-05", set()),
        ("to=2026-05-18", {"刘桂英"}),
        ("to=2026-05-17", set()),
    ],
)
def test_filters_choose(county: County, query: str, found: set[str]) -> None:
    html = client_of(county).get(f"/?{query}").text
    assert set(names_in(html)) == found
    assert ("没有符合筛选的待办" in html) is (not found)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("from=2026-13-01", "请填写日期"),
        ("from=20260601", "请填写日期"),
        ("from=2026-07-01&to=2026-06-01", "截止日在起始日之前"),
    ],
)
def test_a_day_that_is_none_is_told_beside_its_field(county: County, query: str, said: str) -> None:
    for path in ("/", "/hires"):
        answer = client_of(county).get(f"{path}?{query}")
        assert answer.status_code == 200
        assert said in answer.text.split('class="wrong"')[1]


def test_places_are_chosen_step_by_step_down_to_a_village(county: County) -> None:
    client = client_of(county, "renshe")

    def options(html: str) -> list[str]:
        box = html.split('id="filter-region"')[1].split("</select>")[0]
        return re.findall(r'<option value="([^"]*)"', box)

    first = options(client.get("/hires").text)
    assert first == ["", COUNTY, TOWN, "610981102"]
    second = options(client.get(f"/hires?region={TOWN}").text)
    assert second[:3] == ["", COUNTY, TOWN]
    assert DONGQING in second
    assert "610981102" not in second
    assert options(client.get(f"/hires?region={DONGQING}").text)[-1] == DONGQING
    # another county is no place of this reader's
    assert options(client.get("/hires?region=610929").text) == first


def test_an_administrator_has_no_worklist_of_others(county: County) -> None:
    html = client_of(county, "anquan").get("/hires").text
    assert names_in(html) == []


# ---- the list of hires -------------------------------------------------------------------------------------------


def test_hires_stand_by_day_or_newest_first_and_are_counted(county: County) -> None:
    client = client_of(county)
    newest, by_day = client.get("/hires").text, client.get("/hires?sort=day").text
    assert f"共{len(names_in(newest))}份" in newest
    assert sorted(names_in(newest)) == sorted(names_in(by_day))
    assert names_in(by_day)[:2] == ["刘桂英", "孙志强"]
    days = re.findall(r'<time datetime="([\d-]+)"', by_day.split("<tbody>")[1])
    assert days == sorted(days)


@pytest.mark.parametrize("typed", ["吴", "wuxiu", "WU", "wxl", "wx"])
def test_hires_are_found_by_name_pinyin_and_initials(county: County, typed: str) -> None:
    assert names_in(client_of(county).get("/hires", params={"name": typed}).text) == ["吴秀兰"]


# ---- saved views -------------------------------------------------------------------------------------------------


def test_a_view_is_kept_opened_renamed_and_taken_away_and_is_nobody_elses(county: County) -> None:
    client, other = client_of(county), client_of(county, "renshe")
    token = token_of(client)
    kept = {"list": "tasks", "query": "state=applied&evil=1&due=week", "name": "  本周   报名的 "}
    assert client.post("/views", data={"form_token": token, **kept}).headers["location"] == "/?due=week&state=applied"
    html = client.get("/").text
    assert ">本周 报名的</a>" in html
    assert 'href="/?due=week&amp;state=applied"' in html
    assert "本周 报名的" not in other.get("/").text + other.get("/views").text
    (number,) = re.findall(r'action="/views/(\d+)"', client.get("/views").text)[:1]
    for do in ("rename", "delete"):
        foreign = other.post(f"/views/{number}", data={"form_token": token_of(other), "do": do, "name": "我的"})
        assert foreign.headers["location"] == "/views"
    assert client.post(f"/views/{number}", data={"form_token": token, "do": "rename", "name": " "}).status_code == 422
    client.post(f"/views/{number}", data={"form_token": token, "do": "rename", "name": "报名"})
    assert ">报名</a>" in client.get("/").text
    client.post(f"/views/{number}", data={"form_token": token, "do": "delete"})
    assert "还没有常用筛选" in client.get("/views").text


@pytest.mark.parametrize(
    ("name", "said"), [("", "请起一个名称"), ("长" * 61, "名称最多60个字"), ("a\u0007b", "名称最多60个字")]
)
def test_a_name_that_is_none_is_told(county: County, name: str, said: str) -> None:
    client = client_of(county)
    answer = client.post("/views", data={"form_token": token_of(client), "list": "hires", "query": "", "name": name})
    assert answer.status_code == 422
    assert said in answer.text
    assert county.world.ask("SELECT count(*) FROM saved_view") == [(0,)]


def test_there_are_twenty_views_at_most_and_one_of_a_name(county: County) -> None:
    client = client_of(county)
    token = token_of(client)
    for number in range(20):
        client.post("/views", data={"form_token": token, "list": "hires", "query": "", "name": f"第{number}"})
    again = client.post(
        "/views", data={"form_token": token, "list": "hires", "query": "state=x&name=吴", "name": "第1"}
    )
    assert again.status_code == 303
    full = client.post("/views", data={"form_token": token, "list": "hires", "query": "", "name": "第20"})
    assert full.status_code == 422
    assert "常用筛选最多20个" in full.text
    assert county.world.ask("SELECT count(*) FROM saved_view") == [(20,)]
    assert county.world.ask("SELECT query FROM saved_view WHERE name = '第1'") == [("name=%E5%90%B4",)]


# ---- search ------------------------------------------------------------------------------------------------------


def search(client: TestClient, text: str) -> tuple[int, str]:
    answer = client.post("/search", data={"form_token": token_of(client), "q": text})
    return answer.status_code, answer.text


@pytest.mark.parametrize("typed", ["吴秀兰", "吴", " wuxiulan ", "wxl", "ＷＸＬ"])
def test_search_finds_by_name_pinyin_and_initials(county: County, typed: str) -> None:
    status, html = search(client_of(county), typed)
    assert (status, names_in(html)) == (200, ["吴秀兰"])


def test_search_finds_a_case_by_its_number(county: County) -> None:
    hire = county.hires["吴秀兰"]
    for typed in (str(hire), f"编号 {hire}", f"#{hire}", f"No. {hire}"):
        assert names_in(search(client_of(county), typed)[1]) == ["吴秀兰"], typed
    assert names_in(search(client_of(county), "999999")[1]) == []


def test_a_full_identity_number_is_found_by_form_only_and_leaves_a_record_but_no_trace(
    county: County, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    number = counties.number("19880706", 12)
    client = client_of(county)
    _, html = search(client, f" {number[:6]} {number[6:]} ")
    (name,) = names_in(html)
    assert number not in html
    bodies = county.world.ask("SELECT act, account_id, body FROM office_log WHERE book = 'search'")
    assert [(act, account) for act, account, _ in bodies] == [("by_number", county.town.account_id)]
    assert number not in str(bodies)
    assert name not in str(bodies)
    assert number not in caplog.text
    assert client.get("/search", params={"q": number}).headers["location"] == "/search"
    assert len(county.world.ask("SELECT seq FROM office_log WHERE book = 'search'")) == 1


def test_a_number_with_a_wrong_digit_is_told_and_not_shown_again(county: County) -> None:
    number = counties.number("19880706", 12)
    wrong = number[:-1] + ("1" if number[-1] != "1" else "2")
    status, html = search(client_of(county), wrong)
    assert status == 422
    assert "这不是有效的身份证号" in html
    assert wrong not in html


def test_what_lies_elsewhere_is_not_found_by_anything(county: County) -> None:
    counties.an_account(county.world, county.seal, "baihe", "钱明", Grant(Role.EMPLOYER, "610981102"), 22)
    client, hire = client_of(county, "baihe"), county.hires["吴秀兰"]
    for typed in ("吴秀兰", "wuxiulan", "w", str(hire), counties.number("19880706", 12)):
        status, html = search(client, typed)
        assert (status, names_in(html)) == (200, []), typed
        assert "已登记的人员" not in html


@pytest.mark.parametrize("typed", ["", "   ", "x" * 61, "\x00", "a\u202eb", "%", "_", "'", "\\", "9" * 30])
def test_nonsense_finds_nothing_and_is_no_error_of_ours(county: County, typed: str) -> None:
    status, html = search(client_of(county), typed)
    assert status in (200, 422)
    assert names_in(html) == []


def test_somebody_registered_without_a_hire_is_found_too(county: County) -> None:
    counties.a_person(county, "诸葛明", "19910203", 44)
    _, html = search(client_of(county), "zhugem")
    assert "诸葛明" in html.split("已登记的人员")[1]


def test_administrators_search_nothing(county: County) -> None:
    assert search(client_of(county, "xitong"), "吴秀兰")[0] == 403


@pytest.mark.parametrize(
    "key",
    ["", "x", "0~~1~a~b", "0~~1~%00~b", "1~~1~a~b", "2~2026-06-15~1~a~b", "3~~1~a~b", "1~2026-99-99~1~a~b", "~" * 9],
)
def test_a_key_that_somebody_made_up_is_a_page_all_the_same(county: County, key: str) -> None:
    client = client_of(county)
    for path in ("/?after=", "/hires?after=", "/hires?sort=day&after="):
        assert client.get(path + key).status_code == 200


# ---- with full numbers -------------------------------------------------------------------------------------------


def numbers_in(content: bytes) -> list[str]:
    """What stands in the column of identity numbers, whole or masked."""
    (sheet,) = (one for one in load_workbook(BytesIO(content)).worksheets[:1])
    rows = [[str(cell.value) for cell in row] for row in sheet.iter_rows()]
    place = next(row.index("身份证号码") for row in rows if "身份证号码" in row)
    return [row[place] for row in rows if re.fullmatch(r"[0-9*]{17}[0-9X]", row[place])]


def test_a_list_goes_out_with_full_numbers_for_a_purpose_and_each_reading_is_on_record(county: County) -> None:
    client, ask = client_of(county), county.world.ask
    token, days = token_of(client), {"since": "2025-01-01", "until": "2026-12-31", "region": TOWN}
    client.post("/filings/lists", data={"form_token": token, "filing": "xunyang-2022-88:contract", "region": TOWN})
    ((number, people),) = ask("SELECT id, people FROM filing_list")
    paper = f"/filings/lists/{number}"
    assert all("*" in one for one in numbers_in(client.get(f"{paper}/list.xlsx").content))
    read = "SELECT count(*) FROM person_log WHERE act = 'reveal:id_number'"
    assert client.post(f"{paper}/full", data={"form_token": token, "purpose": " "}).status_code == 422
    assert ask(read) == [(0,)]
    whole = numbers_in(client.post(f"{paper}/full", data={"form_token": token, "purpose": "报人社局备案"}).content)
    assert (len(whole), "*" in "".join(whole), ask(read)) == (people, False, [(people,)])
    roster = {"form_token": token, "name": "filings", "purpose": "报人社局备案", **days}
    assert "*" not in "".join(numbers_in(client.post("/lists/full", data=roster).content))
    assert client.post("/lists/full", data={**roster, "name": "ledger"}).status_code == 422
    # whoever looks on sees the list, and no whole number
    reader = client_of(county, "ducha")
    denied = reader.post(f"{paper}/full", data={"form_token": token_of(reader), "purpose": "督查"})
    assert (denied.status_code, f'action="{paper}/full"' in reader.get(paper).text) == (403, False)
    assert f'action="{paper}/full"' in client.get(paper).text
