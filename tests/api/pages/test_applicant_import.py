"""The page that takes a list of applicants: nothing before the last press, no number in any page, refusals told."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from starlette.testclient import TestClient

from states.vocabulary import Role
from tests.api.support import OTHER, OWN, PARENT, SIBLING, TOWN, Service, seal
from tests.support import files_to_send
from tests.workflow.test_applicant_import import HEADER, a_list, a_row, an_opening
from tests.workflow.test_imports import a_number
from workflow import people

HTML = {"accept": "text/html"}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def opening(service: Service) -> Iterator[int]:
    yield an_opening(service.world)


def clerk(service: Service, region: str = OWN, role: Role = Role.EMPLOYER, **more: Any) -> TestClient:
    client = service.as_((role, region), **more)
    client.headers |= HTML
    client.follow_redirects = False
    return client


def token_of(html: str) -> str:
    found = re.search(r'name="form_token" value="([^"]+)"', html)
    assert found is not None, html
    return found[1]


def check(client: TestClient, opening: int, content: bytes, name: str = "list.xlsx") -> Any:
    path = f"/openings/{opening}/import"
    form = {"form_token": token_of(client.get(path).text)}
    return client.post(path, data=form, files={"file": (name, content, "application/octet-stream")})


def carried(html: str) -> dict[str, str]:
    """What the form of the second press holds."""
    form = html.split("/import/keep")[1].split("</form>")[0]
    return {name: unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)}


def keep(client: TestClient, opening: int, fields: dict[str, str], **more: str) -> Any:
    return client.post(f"/openings/{opening}/import/keep", data=fields | more)


def test_a_list_is_looked_at_and_then_taken(
    service: Service, opening: int, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client, number = clerk(service), a_number(2)
    with service.world.office.database.session() as session:
        given = {"name": "张三2", "id_number": number, "education": "college", "home_region": "610981100201"}
        people.register(session, seal(), given, TOWN, service.world.clock())
    content = a_list(tmp_path, a_row(1), a_row(2), a_row(3, 报名日期="2022-06-01")).read_bytes()
    before = service.fingerprint()
    look = check(client, opening, content)
    assert look.status_code == 200, look.text
    assert service.fingerprint() == before
    assert "新登记并报名</dt><dd>2人" in look.text and "现在报名</dt><dd>1人" in look.text
    assert re.search("名单与登记不同（[^）]*文化程度", look.text)
    assert "有误的行除外" not in look.text
    done = keep(client, opening, carried(look.text))
    assert done.status_code == 303 and done.headers["location"].startswith(f"/openings/{opening}/import/")
    result = client.get(done.headers["location"]).text
    assert "已受理3人，不予受理0人" in result
    hires = service.world.ask("SELECT id FROM hire WHERE person_id IS NOT NULL ORDER BY id")
    assert all(f'href="/hires/{hire}"' in result for (hire,) in hires) and len(hires) == 3
    again = keep(client, opening, carried(look.text))  # pressed twice
    assert again.headers["location"] == done.headers["location"]
    everybody = check(client, opening, content)
    assert "没有可以导入的人" in everybody.text and "已在这一公告报名</dt><dd>3人" in everybody.text
    for text in (look.text, result, everybody.text, caplog.text, done.headers["location"]):
        for n in (1, 2, 3):
            assert a_number(n) not in text and a_number(n)[:14] not in text
        assert "13900000000" not in text


def test_with_faults_nothing_is_taken_unless_the_others_are_wanted(
    service: Service, opening: int, tmp_path: Path
) -> None:
    client = clerk(service)
    rows = [a_row(1), a_row(2, 文化程度="秀才"), a_row(3, 公民身份号码=a_number(3)[:-1])]
    look = check(client, opening, a_list(tmp_path, *rows).read_bytes())
    assert "须改正（2处）" in look.text and "没有这种文化程度：秀才" in look.text
    before = service.fingerprint()
    refused = keep(client, opening, carried(look.text))
    assert refused.status_code == 422 and "还有错误，没有导入" in refused.text and "须改正（2处）" in refused.text
    assert service.fingerprint() == before
    done = keep(client, opening, carried(refused.text), partial="yes")
    result = client.get(done.headers["location"]).text
    assert "已受理1人" in result and "没有导入</dt><dd>2行" in result


def test_whom_the_law_refuses_is_listed_and_the_others_are_taken(
    service: Service, opening: int, tmp_path: Path
) -> None:
    client = clerk(service, person=seal().person_key(a_number(2)))
    look = check(client, opening, a_list(tmp_path, a_row(1), a_row(2)).read_bytes())
    assert "不能办理本人的事项（《中华人民共和国公务员法》第七十六条）" in look.text
    done = keep(client, opening, carried(look.text))
    result = client.get(done.headers["location"]).text
    assert "已受理1人，不予受理1人" in result and "不能办理本人的事项" in result
    assert service.world.ask("SELECT name FROM person") == [("张三1",)]
    other = clerk(service, person="d" * 64)
    assert other.get(done.headers["location"]).status_code == 404, "a run is for whoever ran it"
    assert client.get(f"/bulk/{done.headers['location'].rsplit('/', 1)[1]}").status_code == 404
    second = an_opening(service.world)
    run = done.headers["location"].rsplit("/", 1)[1]
    assert client.get(f"/openings/{second}/import/{run}").status_code == 404


def test_a_list_that_was_changed_or_is_of_yesterday_is_asked_for_again(
    service: Service, opening: int, tmp_path: Path
) -> None:
    client, world = clerk(service), service.world
    fields = carried(check(client, opening, a_list(tmp_path, a_row(1)).read_bytes()).text)
    second, other = an_opening(world), clerk(service, person="d" * 64)
    before = service.fingerprint()
    for wrong in ({"list": fields["list"][:-4]}, {"list": ""}, {"list": "A" + fields["list"][1:]}):
        answer = keep(client, opening, fields | wrong)
        assert answer.status_code == 422 and "请重新选择文件" in answer.text
    assert keep(client, second, fields).status_code == 422
    assert keep(other, opening, fields).status_code == 403, "another's form"
    assert keep(client, opening, fields | {"form_token": "x"}).status_code == 403
    assert service.fingerprint() == before
    world.clock.moment = world.clock.moment.replace(day=2)
    fresh = clerk(service, language="en")
    token = {"form_token": token_of(fresh.get(f"/openings/{opening}/import").text)}
    assert keep(fresh, opening, fields | token).status_code == 422


@pytest.mark.parametrize(
    ("role", "region", "status"),
    [
        (Role.EMPLOYER, SIBLING, 404),
        (Role.EMPLOYER, OTHER, 404),
        (Role.HRSS, PARENT, 403),
        (Role.EMPLOYER, PARENT, 200),
    ],
)
def test_only_whoever_takes_applications_there(
    service: Service, opening: int, tmp_path: Path, role: Role, region: str, status: int
) -> None:
    fields = carried(check(clerk(service), opening, a_list(tmp_path, a_row(1)).read_bytes()).text)
    client, before = clerk(service, region, role), service.fingerprint()
    token = {"form_token": token_of(client.get("/account").text)}
    path = f"/openings/{opening}/import"
    assert client.get(path).status_code == status
    assert client.get(f"{path}/template.xlsx").status_code == status
    assert client.post(path, data=token).status_code == (422 if status == 200 else status)
    assert keep(client, opening, fields | token).status_code == (422 if status == 200 else status)
    before["sign_in"] = service.fingerprint().get("sign_in")
    assert {**service.fingerprint(), "sign_in": before["sign_in"]} == before


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("list.xlsx", b"MZ\x90\x00" + bytes(99), "不是 .xlsx、.xls 或 .csv 文件"),
        ("list.csv", b"MZ\x90\x00" + bytes(99), "不是文本文件"),
        ("list.xlsx", files_to_send.docx(), "不是Excel工作簿"),
        ("list.xlsx", files_to_send.hostile("http://192.0.2.1/")["macro-by-part"][0], "宏"),
        ("list.xlsx", b"", "文件是空的"),
        ("list.csv", "甲,乙\n1,2\n".encode(), "没有找到报名表的表头"),
    ],
    ids=lambda value: value if isinstance(value, str) and not value.startswith("list") else "",
)
def test_what_is_no_list_is_refused_with_what_to_do(
    service: Service, opening: int, name: str, content: bytes, told: str
) -> None:
    before = service.fingerprint()
    answer = check(clerk(service), opening, content, name)
    assert answer.status_code == 422 and told in answer.text
    assert {**service.fingerprint(), "account": 0, "role_grant": 0} == {**before, "account": 0, "role_grant": 0}


def test_formulas_of_a_list_are_told_and_stay_text(service: Service, opening: int) -> None:
    values = [str(cell or "") for cell in a_row(1, 姓名='=HYPERLINK("http://192.0.2.1/")')]
    quoted = ['"' + value.replace('"', '""') + '"' for value in values]
    content = ",".join(HEADER) + "\n" + ",".join(quoted) + "\n"
    answer = check(clerk(service), opening, content.encode("gb18030"), "list.csv")
    assert answer.status_code == 200 and "此格像是公式" in answer.text and "192.0.2.1" not in answer.text


def test_the_template_asks_what_the_document_asks(service: Service, opening: int) -> None:
    client = clerk(service)
    answer = client.get(f"/openings/{opening}/import/template.xlsx")
    assert answer.headers["content-type"] == XLSX and "attachment" in answer.headers["content-disposition"]
    sheet = load_workbook(BytesIO(answer.content))["报名表"]
    headings = [cell.value for cell in sheet[3]]
    assert "身体条件" in headings and "责任心与敬业精神" not in headings
    assert sheet["A1"].value == "镇级信息员报名表"


def test_the_way_in_stands_beside_the_desk(service: Service, opening: int) -> None:
    client = clerk(service)
    for path in (f"/openings/{opening}", f"/openings/{opening}/apply"):
        assert f'href="/openings/{opening}/import"' in client.get(path).text
    assert f"/openings/{opening}/import" not in clerk(service, PARENT, Role.HRSS).get(f"/openings/{opening}").text


def test_it_is_told_in_english(service: Service, opening: int, tmp_path: Path) -> None:
    client = clerk(service, language="en", person=seal().person_key(a_number(2)))
    assert re.search(r"<h1>Import", client.get(f"/openings/{opening}/import").text)
    look = check(client, opening, a_list(tmp_path, a_row(1), a_row(2), a_row(3, 文化程度="?")).read_bytes())
    main = look.text.split("<main")[1].split("</main>")[0]
    told = re.sub(r"<[^>]+>", " ", main)
    for word in (
        "镇级信息员",
        "城关镇",
        "陕西省",
        "安康市",
        "旬阳市",
        "文化程度",
        "张三",
        "《中华人民共和国公务员法》第七十六条",
    ):
        told = told.replace(word, "")
    assert not re.findall(r"[一-鿿]+", told)
