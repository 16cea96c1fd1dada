"""Papers on the page of a hire, over HTTP, and the page of templates."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import docx
import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from starlette.testclient import TestClient

from api.app import create_app
from states.vocabulary import Role
from tests.api.support import ORIGIN, Service
from tests.support.lives import LIAOCHENG, XUNYANG, County, Life
from tests.support.world import officer
from tests.workflow.papers_county import SEAL, TOWN, Papers, papers_on
from workflow import audit, office_log, person_log
from workflow.papers import many
from workflow.papers.kinds import Kind
from workflow.papers.many import PaperRun
from workflow.papers.ours import ours
from workflow.papers.package import package
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


# ---- one kind of paper for many ----------------------------------------------------------------------------------


def press(office: Office, client: TestClient, hires: list[int], path: str = "/bulk/papers", **more: str) -> Any:
    """Sends the screen for these hires, as a list with ticks does."""
    picks = [f"{hire}.{office.papers.world.hire(hire).version}" for hire in hires]
    sent = {"form_token": token_of(client.get("/inbox").text), "list": "hires", "take": "ticked", "hire": picks}
    return client.post(path, data={**sent, **more})


def an_applicant_in(office: Office) -> Life:
    """Somebody who has applied, and has no contract before the approval."""
    life = office.papers.begin(XUNYANG, "赵某")
    office.papers.world.do(life.hire_id, "apply", TOWN, person_id=life.person_id)
    return life


def test_contracts_are_made_for_many_and_handed_out_in_one_file_with_an_index(office: Office) -> None:
    world, applicant = office.papers.world, an_applicant_in(office)
    mine = [office.unsigned, office.left, applicant]
    town, hires = office.client(Role.EMPLOYER, "610981100"), [life.hire_id for life in (*mine, office.agreement)]
    before = office.service.fingerprint()
    shown = press(office, town, hires).text
    assert "其中1人已不在您可以查看的范围内" in shown and "王某" not in shown
    assert re.findall(r'name="paper" value="(\w+)"', shown)[:3] == ["application", "approval", "contract"]
    look = press(office, town, hires, paper="contract").text
    assert "可以制作2人，不能制作1人。还没有制作。" in look
    assert "审定通过后才能制作" in look.split("赵某")[1].split("</tr>")[0]
    assert office.service.fingerprint() == before, "a look writes nothing"

    run = re.search(r'name="run" value="([\w-]+)"', look)
    assert run
    done, again = (press(office, town, hires, paper="contract", do="run", run=run[1]) for _ in range(2))
    assert done.url.path == again.url.path == f"/bulk/papers/{run[1]}"
    assert "已制作2份，没有制作1人。" in done.text and "审定通过后才能制作" in done.text and "王某" not in done.text
    kept = world.ask("SELECT account_id, act, body FROM office_log WHERE book = 'bulk'")
    ((made_by, officer),) = world.ask("SELECT DISTINCT a.id, a.name FROM paper p JOIN account a ON a.id = p.account_id")
    assert [(account, act) for account, act, _ in kept] == [(made_by, "papers")], "pressed twice, made once"
    papers = world.ask("SELECT hire_id, number, digest FROM paper WHERE paper = 'contract' ORDER BY number")
    assert [hire for hire, _, _ in papers] == hires[:2]
    assert "审定" not in str(kept), "reasons tell of people: they are sealed"

    answer = town.get(f"{done.url.path}/papers.zip")
    assert "attachment" in answer.headers["content-disposition"] and answer.headers["cache-control"] == "no-store"
    files = ["旬公岗合〔2022〕0001号-张 b 某.docx", "旬公岗合〔2022〕0002号-李某.docx"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as opened:
        assert opened.testzip() is None and opened.namelist() == ["文书目录.xlsx", *files]
        contents = [opened.read(name) for name in files]
        index = load_workbook(io.BytesIO(opened.read("文书目录.xlsx"))).active
    for life, content in zip(mine, contents, strict=False):
        assert docx.Document(io.BytesIO(content)).tables[1].rows[1].cells[1].text == life.name
        assert office.papers.number_of(life.hire_id) in text_of(content), "as the single paper has it"
    assert isinstance(index, Worksheet)
    day, place = world.clock.today, "陕西省旬阳市城关镇"
    heads = ["序号", "聘用编号", "姓名", "村（社区）", "岗位名称", "结果", "文书编号", "文件名"]
    digests = [hashlib.sha256(content).hexdigest() for content in contents]
    assert digests == [digest for _, _, digest in papers], "they are those on record"
    rows = [
        [n, life.hire_id, life.name, f"{place}{village}", "信息员", *told]
        for n, life, village, told in (
            (1, mine[0], "1号村", ["已制作", papers[0][1], files[0], digests[0], None]),
            (2, mine[1], "3号村", ["已制作", papers[1][1], files[1], digests[1], None]),
            (3, mine[2], "7号村", ["没有制作", None, None, None, "审定通过后才能制作"]),
        )
    ]
    nothing = [None] * 9
    assert [[cell.value or None for cell in row] for row in index.iter_rows()] == [
        ["文书目录：劳动合同", *nothing],
        [f"制作人：{officer}　　制作日期：{day}　　批次：{run[1]}", *nothing],
        ["共3人　　文书2份　　没有制作1人", *nothing],
        [*heads, "文件摘要（SHA-256）", "说明"],
        *rows,
    ]

    logged = world.ask("SELECT person_id, act FROM person_log WHERE act LIKE '%paper' ORDER BY person_id, act")
    assert logged == [(life.person_id, act) for life in mine[:2] for act in ("make_paper", "open_paper")]
    with world.office.database.session() as session:
        assert not list(office_log.verify(session.connection())) and not list(person_log.verify(session, SEAL))
    assert not audit.verify(world.office).faults
    other = office.client(Role.HRSS, "610981")
    assert [other.get(f"{done.url.path}{more}").status_code for more in ("", "/papers.zip")] == [404, 404]


def test_what_was_made_before_is_handed_out_as_it_is_and_a_run_has_its_limit(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    town, hires = office.client(Role.EMPLOYER, "610981100"), [office.unsigned.hire_id, office.left.hire_id]
    make(town, office.unsigned, "contract")
    look = press(office, town, hires, paper="contract").text
    assert "此前已制作：旬公岗合〔2022〕0001号，仍用这一份" in look and "可以制作2人" in look
    monkeypatch.setattr(many, "MOST", 1)
    for more in ({}, {"paper": "contract"}, {"paper": "contract", "do": "run"}):
        refused = press(office, town, hires, **more)
        assert refused.status_code == 422 and "一次最多制作1份文书，请减少勾选，或者按村分几次制作" in refused.text
    assert len(office.papers.world.ask("SELECT number FROM paper")) == 1
    monkeypatch.setattr(many, "MOST", 2)
    done = press(office, town, hires, paper="contract", do="run")
    assert "已制作2份，没有制作0人。" in done.text and done.text.count("此前已制作") == 1
    made = office.papers.world.ask("SELECT hire_id, number, digest FROM paper ORDER BY number")
    assert [hire for hire, _, _ in made] == hires
    with office.papers.world.office.database.transaction() as connection:
        connection.exec_driver_sql(f"UPDATE hire SET region = '371502100' WHERE id = {hires[1]}")
    moved, first = "已不在您可以查看的范围内", f"{made[0][1]}-张 b 某"
    assert f"其中1人{moved}" in town.get(done.url.path).text
    assert told(town.get(f"{done.url.path}/papers.zip").content) == {
        hires[0]: ("此前已制作", f"{first}.docx", None), hires[1]: ("没有制作", None, moved),
    }  # fmt: skip
    run = PaperRun("x", Kind.CONTRACT, office.papers.world.clock(), ((hires[0], made[0][2]),), frozenset(), ())
    supervisor = officer("督查", Role.SUPERVISOR, "610981", 9)
    masked = package(office.papers.world.office, SEAL, run, supervisor, run.at)
    assert told(masked) == {hires[0]: ("已制作", f"{first}（脱敏）.docx", None)}
    with zipfile.ZipFile(io.BytesIO(masked)) as opened:
        assert office.papers.number_of(hires[0]) not in text_of(opened.read(f"{first}（脱敏）.docx"))


def test_who_makes_no_papers_is_offered_none(office: Office) -> None:
    hires = [office.unsigned.hire_id]
    town = office.client(Role.EMPLOYER, "610981100")
    assert 'action="/bulk/papers"' in press(office, town, hires, "/bulk").text
    supervisor = office.client(Role.SUPERVISOR, "610981")
    assert "所选的人没有由您制作的文书" in press(office, supervisor, hires, paper="contract", do="run").text
    assert 'action="/bulk/papers"' not in press(office, supervisor, hires, "/bulk").text
    assert office.papers.world.ask("SELECT number FROM paper") == []


def told(content: bytes) -> dict[Any, tuple[Any, ...]]:
    """The index of a package: for each hire the result, the name of the file and what is said of it."""
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        index = load_workbook(io.BytesIO(opened.read("文书目录.xlsx"))).active
        rows = [[cell.value or None for cell in row] for row in index.iter_rows(min_row=5)]  # type: ignore[union-attr]
        assert opened.namelist() == ["文书目录.xlsx", *(row[7] for row in rows if row[7])]
    return {row[1]: (row[5], row[7], row[9]) for row in rows}
