"""The card of an assessment: points noted and struck by forms, the reckoning beside the ruling and on paper."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from states.facts import Grant
from states.vocabulary import Role
from tests.browser.county import an_account, settings_of
from tests.conftest import MigratedTemplate
from tests.journeys import test_neimenggu as neimenggu
from tests.journeys.test_baihe import REGIONS, VILLAGE
from tests.journeys.test_baihe import _contracted as contracted
from tests.support.world import World
from workflow.sealing import Seal

HIDDEN = re.compile(r'type="hidden" name="(\w+)" value="([^"]*)"')
DAY = date(2022, 12, 1)

BAIHE = (
    ("cun", Role.VILLAGE, VILLAGE), ("zhen", Role.TOWNSHIP, "610929100"), ("renshe", Role.HRSS, "610929"),
    ("xiangcun", Role.RURAL, "610929"), ("qiye", Role.EMPLOYER, "610929100"),
)  # fmt: skip
NEIMENGGU = (("xuanpin", Role.EMPLOYER, "150426100"), ("dierren", Role.EMPLOYER, "150426100"))


class Office:
    """A coordinator at work in Baihe, an assistant in Inner Mongolia, and those who assess them, each signed in."""

    def __init__(self, world: World, url: str, hire: int, who: Sequence[tuple[str, Role, str]]) -> None:
        self.world, self.settings, self.hire = world, settings_of(url), hire
        self.app = create_app(self.settings, world.office)
        seal = Seal.open(self.settings)
        for order, (username, role, region) in enumerate(who, 1):
            an_account(world, seal, username, f"{username}某", Grant(role, region), order)
        self.clients: dict[str, TestClient] = {}

    def client(self, username: str) -> TestClient:
        if username not in self.clients:
            client = TestClient(self.app, headers={"accept": "text/html"}, follow_redirects=False)
            assert client.post("/sign-in/demo", data={"username": username}).status_code == 303
            self.clients[username] = client
        return self.clients[username]

    def page(self, username: str, path: str = "", lang: str = "zh") -> str:
        answer = self.client(username).get(f"/hires/{self.hire}{path}?lang={lang}")
        assert answer.status_code == 200, answer.text[-600:]
        return str(answer.text)

    def send(self, username: str, act: str, where: str = "", **given: Any) -> Any:
        """Sends the form of an act; ``where``: a mark within the one that is meant, of several."""
        forms = self.page(username).split(f'action="/hires/{self.hire}/actions/{act}"')[1:]
        form = next(part.split("</form>")[0] for part in forms if where in part.split("</form>")[0])
        hidden = {name: unescape(value) for name, value in HIDDEN.findall(form)}
        return self.client(username).post(f"/hires/{self.hire}/actions/{act}", data={**hidden, **given})


@pytest.fixture(scope="module")
def office(migrated_template: MigratedTemplate, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    path = tmp_path_factory.mktemp("points") / "county.sqlite3"
    path.write_bytes(Path(migrated_template.sqlite()).read_bytes())
    world = World.on(f"sqlite:///{path}", date(2022, 6, 13), REGIONS)
    hire = contracted(world)
    world.walk_to(DAY)
    yield Office(world, f"sqlite:///{path}", hire, BAIHE)
    world.close()


def card(html: str) -> str:
    """The text of the card, with single spaces."""
    return words(html.split('id="assessment"')[1].split("</section>")[0])


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


PRIZE = {"what": "bonus_commended|county", "matter": "县级先进 <b>集体</b>", "number": "1", "authors": "1",
         "evidence": "县委〔2022〕3号"}  # fmt: skip


def test_a_year_from_the_first_note_to_the_ruling(office: Office) -> None:
    assert "2022年度：100分，优秀" in card(office.page("cun"))
    assert office.send("cun", "note_point", 'value="matter"', year="2022", **PRIZE).status_code == 303
    check = {"year": "2022", "month": "11", "listed": "101", "asked": "11", "correct": "10", "evidence": "抽查表"}
    assert office.send("renshe", "note_point", 'value="check"', **check).status_code == 303
    wrong = PRIZE | {"what": "minus_inspection|city", "matter": "市级检查", "number": "4"}
    assert office.send("renshe", "note_point", 'value="matter"', year="2022", **wrong).status_code == 303

    html = office.page("cun")
    told = card(html)
    assert "2022年度：93分，优秀" in told and "县级先进 <b>集体</b>" in told and "<b>集体</b>" not in html
    assert "11月：名册101人，抽查11人，属实10人，准确率90.9%" in told
    assert "每条-3分，共4条，计-12分" in told and "第十八条（二）1" in told
    assert told.count("撤销这一条") == 1, "the village takes back its own and no deduction of the county's"
    assert card(office.page("renshe")).count("撤销这一条") == 3
    assert 'id="noting-matter"' not in office.page("qiye") and "市级检查" in card(office.page("qiye"))

    assert office.send("cun", "assess", year="2022").status_code == 303
    assert office.send("zhen", "review_assessment").status_code == 303
    ruling = words(office.page("renshe").split('id="step-rule_assessment"')[1].split("</form>")[0])
    assert "2022年度：93分，优秀 已提出，待审定" in ruling and "市级检查" in ruling
    offered = words(office.page("renshe").split('id="step-rule_assessment"')[1])
    assert "号是您登记的；由您审定的，会在记录中注明" in offered

    (year,) = office.client("renshe").get(f"/api/v1/hires/{office.hire}/points?year=2022").json()
    assert (year["points"], year["grade_label"], year["proposed"], year["stale"]) == (93.0, "优秀", True, False)
    assert [line["points"] for line in year["lines"]] == [100, 1, -12, 4]
    shown = office.client("renshe").get(f"/api/v1/hires/{office.hire}").json()["dossier"]
    assert "points" not in shown and shown["proposed_points_tenths"] == 930

    seq = str(office.world.hire(office.hire).dossier.points[0].seq)
    assert "撤销这一条" not in card(office.page("cun")), "after the proposal nobody strikes their own note"
    struck = office.send("xiangcun", "strike_point", f'name="seq" value="{seq}"', reason="表彰的不是本村工作")
    assert struck.status_code == 303
    stale = office.page("renshe")
    assert "须重新提出，才能审定" in card(stale) and "加分扣分又有变动" in words(stale)
    assert "表彰的不是本村工作" in words(stale.split('id="trail"')[1])
    assert "已撤销的（1条）" in card(stale)
    for who, act in (("cun", "assess"), ("zhen", "review_assessment"), ("renshe", "rule_assessment"),
                     ("xiangcun", "rule_assessment")):  # fmt: skip
        assert office.send(who, act, **({"year": "2022"} if act == "assess" else {})).status_code == 303
    assert words(office.page("cun").split('id="trail"')[1]).count("审定人登记过其中第") == 1
    ruled = card(office.page("cun"))
    assert "2022年度：92分，优秀 已审定" in ruled and "撤销这一条" not in ruled
    paper = words(office.page("zhen", "/print"))
    assert "2022年度：92分，优秀 已审定" in paper and "市级检查" in paper
    the_total_of_a_ruled_year_is_corrected(office)


def the_total_of_a_ruled_year_is_corrected(office: Office) -> None:
    """By the form that the card leads to: the present total, what it moves, and another officer who confirms it."""
    english = card(office.page("cun", lang="en"))
    assert "single points no longer change" in english and "Correct the total of 2022" in english
    (path,) = re.findall(r'href="(/hires/\d+/corrections/new\?entry=\d+)"[^>]*>更正2022年度总分', office.page("cun"))
    form = office.client("cun").get(path).text
    assert 'value="92"' in form and "现在的记录：92" in form
    hidden = {name: unescape(value) for name, value in HIDDEN.findall(form)}
    given = {**hidden, "points": "89.5", "reason": "检查结果有误", "evidence": "复查表", "do": "look"}
    looked = office.client("cun").post(f"/hires/{office.hire}/corrections/new", data=given)
    assert looked.status_code == 200 and "得分 92 89.5" in words(looked.text)
    assert "审定等次 优秀 合格" in words(looked.text), "the grade that was ruled on is shown to be another"
    done = office.client("cun").post(f"/hires/{office.hire}/corrections/new", data={**given, "do": "propose"})
    assert done.status_code == 303
    waits = office.page("xiangcun", "/corrections")
    assert "审定等次 优秀 合格" in words(waits)
    hidden = dict(HIDDEN.findall(waits.split("/corrections/confirm")[1].split("</form>")[0]))
    confirmed = office.client("xiangcun").post(f"/hires/{office.hire}/corrections/confirm", data=hidden)
    assert confirmed.status_code == 303, words(confirmed.text)[:600]
    told = card(office.page("cun"))
    assert "2022年度：89.5分，合格 已审定" in told
    assert "逐项合计92分，更正为89.5分 -2.5" in told and "不低于0分" not in told, "the line has a name of its own"
    assert "Set right after the ruling" in card(office.page("cun", lang="en"))


def test_those_served_are_heard_before_the_ruling(migrated_template: MigratedTemplate, tmp_path: Path) -> None:
    path = tmp_path / "county.sqlite3"
    path.write_bytes(Path(migrated_template.sqlite()).read_bytes())
    world = World.on(f"sqlite:///{path}", date(2022, 5, 1), neimenggu.REGIONS)
    hire = neimenggu._filed(world)
    world.do(hire, "sign", neimenggu.EMPLOYER, signed_on=world.clock.today)
    world.walk_to(DAY)
    heard = Office(world, f"sqlite:///{path}", hire, NEIMENGGU)
    assert "还没有满意度调查" in card(heard.page("xuanpin")) and 'id="noting-matter"' not in heard.page("xuanpin")
    assert heard.send("xuanpin", "assess", year="2022", grade="passed", skilled="true").status_code == 303
    early = heard.client("dierren").post(
        f"/hires/{hire}/actions/rule_assessment",
        data={"form_token": dict(HIDDEN.findall(heard.page("dierren")))["form_token"]},
    )
    assert early.status_code == 409 and "还没有被服务对象参与评价的记录" in words(early.text)
    survey = {"year": "2022", "held_on": "2022-11-30", "asked": "12", "took_part": "服务对象12户"}
    wrong = heard.send("xuanpin", "note_survey", satisfied="13", **survey)
    assert wrong.status_code == 422 and "不能多于参与人数12人" in words(wrong.text)
    assert heard.send("xuanpin", "note_survey", satisfied="11", **survey).status_code == 303
    assert "12人参与，11人满意，满意率91.66%" in card(heard.page("dierren"))
    assert "12 took part, 11 were satisfied, 91.66%" in card(heard.page("dierren", lang="en"))
    assert heard.send("dierren", "rule_assessment").status_code == 303
    assert "服务对象12户" in words(heard.page("xuanpin", "/print"))
    world.close()


@pytest.mark.parametrize(
    ("where", "given", "fault"),
    [
        ("matter", {"what": ""}, "此项必填"),
        ("matter", {"what": "bonus_smile|county"}, "没有这个选项"),
        ("matter", {"year": "2021"}, "可登记的年度"),
        ("matter", {"number": "-1"}, "超出允许的范围"),
        ("matter", {"evidence": " "}, "此项必填"),
        ("check", {"asked": "2"}, "至少应抽查11人"),
        ("check", {"correct": "12"}, "不能多于抽查人数11人"),
        ("check", {"month": "13"}, "超出允许的范围"),
    ],
)
def test_nonsense_is_refused_beside_its_field(office: Office, where: str, given: dict[str, str], fault: str) -> None:
    if office.world.clock.today < date(2023, 2, 1):
        office.world.walk_to(date(2023, 2, 1))
        office.clients.clear()  # nobody stays signed in for so long
    check = {"month": "1", "listed": "101", "asked": "11", "correct": "10", "evidence": "抽查表"}
    filled = {"year": "2023"} | (PRIZE if where == "matter" else check) | given
    answer = office.send("renshe", "note_point", f'value="{where}"', **filled)
    assert answer.status_code == 422
    form = answer.text.split(f'id="noting-{where}" open')[1].split("</form>")[0]
    assert fault in words(form) and 'aria-invalid="true"' in form
