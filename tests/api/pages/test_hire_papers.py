"""Papers on the page of a hire, over HTTP, and the page of templates."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import docx
import pytest
from starlette.testclient import TestClient

from api.app import create_app
from states.procedure import Role
from tests.api.support import ORIGIN, Service
from tests.support.lives import LIAOCHENG, XUNYANG, County, Life
from tests.workflow.papers_county import Papers, papers_on
from workflow.papers.kinds import Kind
from workflow.papers.ours import ours
from workflow.papers.rendering import text_of
from workflow.settings import Settings

SECRET = "a secret that only the tests know of"
HIRE = 20


@dataclass
class Office:
    """Somebody at work without a contract and somebody who left, under Xunyang; and a signed agreement in Liaocheng."""

    service: Service
    papers: Papers
    unsigned: Life
    left: Life
    agreement: Life

    def client(self, role: Role, region: str) -> TestClient:
        self.service.tokens.clear()  # sessions do not outlive the days that pass here
        client = self.service.as_((role, region))
        client.follow_redirects = True
        client.headers["accept"] = "text/html"
        return client


@pytest.fixture
def office(migrated_sqlite_url: str) -> Iterator[Office]:
    papers = papers_on(migrated_sqlite_url)
    settings = Settings(database_url=migrated_sqlite_url, secret=SECRET)  # type: ignore[arg-type]
    service = Service(papers.world, create_app(settings, papers.world.office), migrated_sqlite_url)
    unsigned = papers.begin(XUNYANG, "张<b>某", before(XUNYANG, "three_years", "sign"))
    left = papers.begin(XUNYANG, "李某", XUNYANG.lives["resigned"])
    agreement = papers.begin(LIAOCHENG, "王某", before(LIAOCHENG, "three_years", "start"))
    papers.tell([unsigned, left, agreement], HIRE)
    yield Office(service, papers, unsigned, left, agreement)
    service.close()


def before(county: County, life: str, act: str) -> tuple:
    stops = county.lives[life]
    return stops[: next(n for n, stop in enumerate(stops) if stop.act == act)]


def token_of(text: str) -> str:
    found = re.search(r'name="form_token" value="([^"]+)"', text)
    assert found
    return found[1]


def make(client: TestClient, life: Life, kind: str, **more: str) -> str:
    shown = client.get(f"/hires/{life.hire_id}").text
    sent = {"form_token": token_of(shown), "paper": kind, **more}
    return client.post(f"/hires/{life.hire_id}/papers", data=sent).text


def test_the_number_of_the_made_contract_stands_in_the_step_that_enters_it(office: Office) -> None:
    town = office.client(Role.EMPLOYER, "610981100")
    shown = town.get(f"/hires/{office.unsigned.hire_id}").text
    assert "还没有制作文书" in shown and 'name="number"' in shown
    made = make(town, office.unsigned, "contract")
    number = "旬公岗合〔2022〕0001号"
    assert f"已制作：{number}" in made
    assert re.search(rf'name="number"[^>]*value="{number}"', made)
    again = make(town, office.unsigned, "contract", reason=" ")
    assert "请写明重新制作的理由" in again and "这份文书已经制作过" not in again
    anew = make(town, office.unsigned, "contract", reason="报酬写错")
    assert "已作废，理由：报酬写错" in anew and "旬公岗合〔2022〕0002号" in anew
    link = re.search(r'href="(/hires/\d+/papers/[0-9a-f]{64}\.docx)"', anew)
    assert link
    answer = town.get(link[1])
    assert answer.headers["content-disposition"].startswith("attachment")
    tables = docx.Document(io.BytesIO(answer.content)).tables
    assert tables[1].rows[1].cells[1].text == "张<b>某"
    assert "制作 续签劳动合同" in anew and "决定续签后才能制作" in anew


def test_what_is_missing_is_listed_with_where_it_is_entered(office: Office) -> None:
    world, life = office.papers.world, office.unsigned
    with world.office.database.transaction() as connection:
        connection.exec_driver_sql("UPDATE post SET employer = ''")
        connection.exec_driver_sql(f"UPDATE person SET address_sealed = NULL WHERE id = {life.person_id}")
    shown = make(office.client(Role.EMPLOYER, "610981100"), life, "contract")
    assert "住址：请在人员档案中登记" in shown and f'href="/people/{life.person_id}/edit"' in shown
    assert "用人单位：请在岗位信息中登记" in shown and re.search(r'href="/posts/\d+"', shown)
    assert "还没有制作文书" in shown


def test_a_late_contract_and_a_certificate_are_told_with_their_days(office: Office) -> None:
    world, town = office.papers.world, office.client(Role.EMPLOYER, "610981100")
    page = f"/hires/{office.unsigned.hire_id}"
    started = world.hire(office.unsigned.hire_id).dossier.started_on
    assert started == date(2022, 6, 21)
    world.walk_to(date(2022, 7, 21))
    town = office.client(Role.EMPLOYER, "610981100")
    assert "二倍工资" not in _papers(town.get(page).text)
    world.walk_to(date(2022, 7, 22))
    town = office.client(Role.EMPLOYER, "610981100")
    assert "自2022-07-21起应支付二倍工资，到2022-07-22已2日" in _papers(town.get(page).text)
    office.papers.tell([office.left], 5)
    left = world.hire(office.left.hire_id).dossier
    assert left.ended_on == date(2022, 7, 22)
    page = f"/hires/{office.left.hire_id}"
    town = office.client(Role.EMPLOYER, "610981100")
    assert "离岗证明尚未制作：应在离岗时出具，并在2022-08-06以前转移" in town.get(page).text
    world.walk_to(date(2022, 8, 7))
    town = office.client(Role.EMPLOYER, "610981100")
    assert "已超过2022-08-06" in town.get(page).text
    assert "离岗证明已制作" in make(town, office.left, "certificate")


def _papers(text: str) -> str:
    return text.partition('aria-labelledby="papers"')[2].partition("</section>")[0]


def test_an_agreement_is_under_no_law_of_labour_contracts(office: Office) -> None:
    office.papers.world.walk_to(date(2022, 12, 1))
    shown = office.client(Role.TOWNSHIP, "371502100").get(f"/hires/{office.agreement.hire_id}").text
    assert "公益性岗位协议" in _papers(shown) and "二倍工资" not in _papers(shown)


def test_others_read_and_strangers_find_nothing(office: Office) -> None:
    life = office.unsigned
    made = office.client(Role.EMPLOYER, "610981100")
    make(made, life, "application")
    supervisor = office.client(Role.SUPERVISOR, "610981")
    shown = supervisor.get(f"/hires/{life.hire_id}").text
    link = re.search(r'href="(/hires/\d+/papers/[0-9a-f]{64}\.docx)"', shown)
    assert link and "制作 报名登记表" not in shown
    assert "您下载的是脱敏的文书" in shown and "您下载的是脱敏的文书" not in made.get(f"/hires/{life.hire_id}").text
    number = office.papers.number_of(life.hire_id)
    for reader, sees in ((made, True), (supervisor, False), (office.client(Role.FINANCE, "610981"), False)):
        answer = reader.get(link[1])
        assert answer.status_code == 200 and (number in text_of(answer.content)) is sees
        assert ("%E8%84%B1%E6%95%8F" in answer.headers["content-disposition"]) is not sees
    sent = {"form_token": token_of(shown), "paper": "application"}
    assert supervisor.post(f"/hires/{life.hire_id}/papers", data=sent).status_code == 403
    stranger = office.client(Role.EMPLOYER, "610929")
    assert stranger.get(link[1]).status_code == 404
    assert stranger.get(f"/api/v1/hires/{life.hire_id}/papers").status_code == 404


def test_the_api_makes_a_paper_once_and_hands_it_out(office: Office) -> None:
    client = TestClient(office.service.app, headers=ORIGIN)
    client.headers["authorization"] = office.client(Role.EMPLOYER, "610981100").headers["authorization"]
    path = f"/api/v1/hires/{office.unsigned.hire_id}/papers"
    first = client.post(path, json={"paper": "application"})
    again = client.post(path, json={"paper": "application"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert client.get(path).json()["items"] == [first.json()]
    assert client.get(first.headers["location"]).content[:2] == b"PK"
    for nonsense in ({"paper": "diploma"}, {"paper": "contract", "more": 1}, {}, {"paper": "contract", "reason": "\0"}):
        assert client.post(path, json=nonsense).status_code == 422
    assert client.post(path, json={"paper": "certificate"}).status_code == 409
    assert client.get(f"{path}/{'0' * 64}").status_code == 404
    assert client.get(f"{path}/..%2f").status_code == 404


def test_a_county_puts_its_template_in_place_on_the_page(office: Office) -> None:
    hrss = office.client(Role.HRSS, "610981")
    shown = hrss.get("/papers/templates").text
    assert "系统模板" in shown and "{{ 姓名 }}" in shown
    procedure = office.papers.world.office.procedure("xunyang-2022-88@1")
    sent = {"form_token": token_of(shown), "region": "610981", "paper": "xunyang-2022-88|application"}
    bad = docx.Document()
    bad.add_paragraph("{{ 民族 }}")
    out = io.BytesIO()
    bad.save(out)
    refused = hrss.post("/papers/templates", data=sent, files={"file": ("a.docx", out.getvalue())})
    assert refused.status_code == 422 and "模板里有不认识的名称：民族" in refused.text
    assert 'value="xunyang-2022-88|application" selected' in refused.text
    good = ours(procedure, Kind.APPLICATION)
    taken = hrss.post("/papers/templates", data=sent, files={"file": ("本市报名表.docx", good)})
    assert "已采用这份模板" in taken.text and "本市报名表.docx" in taken.text
    address = "/papers/templates/xunyang-2022-88/application"
    assert hrss.get(f"{address}/holds.docx?region=610981").content == good
    assert hrss.get(f"{address}/preview.docx?region=610981").status_code == 200
    for nothing in (f"{address}/else.docx", "/papers/templates/nothing/application/ours.docx"):
        assert hrss.get(nothing).status_code == 404
    english = office.service.as_((Role.HRSS, "610981"), language="en")
    english.headers["accept"] = "text/html"
    shown = english.get("/papers/templates").text
    assert "Templates of papers" in shown and "labour contract" in shown
