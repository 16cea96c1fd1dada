"""Old posts and moves on their pages: entered, refused with what to do, proposed by one, confirmed by another."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from states.identity_number import synthetic
from states.tenure import served_periods
from states.vocabulary import Role
from tests.api.support import Service
from tests.conftest import MigratedTemplate
from tests.support.world import officer
from workflow.audit import verify
from workflow.filing_lists import counts
from workflow.invariants import impossible
from workflow.queries import scoped
from workflow.sign_in import Lifetime, visit_of

pytestmark = pytest.mark.sqlite
TOWN, COUNTY, VILLAGE = "371502100", "371502", "371502100201"
REGIONS = {"37": "山东省", "3715": "聊城市", COUNTY: "东昌府区", TOWN: "示例镇", VILLAGE: "示例村"}
DOCUMENT = "liaocheng-2022-4"
TERMS = {
    "started_on": "2021-03-01",
    "starts_on": "2021-03-01",
    "ends_on": "2022-12-31",
    "signed_on": "2021-02-25",
    "number": "旧-7",
    "monthly_yuan": "800",
    "evidence": "原聘用协议",
}


@dataclass
class Desk:
    """A service over a county of Liaocheng, and the pages as its officers see them."""

    service: Service
    post: int

    def client(self, role: Role, area: str, language: str = "zh") -> TestClient:
        client = self.service.as_((role, area), language=language)
        client.headers["accept"] = "text/html"
        client.follow_redirects = True
        return client

    def see(self, role: Role, path: str, area: str = COUNTY, language: str = "zh") -> Any:
        return self.client(role, area, language).get(path)

    def send(self, role: Role, path: str, area: str = COUNTY, files: Any = None, **form: Any) -> Any:
        """A form, sent with its token."""
        client = self.client(role, area)
        token = client.headers["authorization"].removeprefix("Bearer ")
        world = self.service.world
        visit = visit_of(world.office.database, token, world.clock(), lifetime=Lifetime(), on=world.clock.today)
        assert visit is not None
        return client.post(path, data={"form_token": visit.form_token, **form}, files=files)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, migrated_template: MigratedTemplate) -> Iterator[Desk]:
    path = tmp_path_factory.mktemp("old") / "zaigang.sqlite3"
    shutil.copyfile(migrated_template.sqlite(), path)
    service = Service.on(f"sqlite:///{path}")
    world = service.world
    world.add_regions(REGIONS)
    elderly = {"elderly_rural": {"by": "镇政府", "on": "2022-01-10"}}
    world.a_person("赵某", date(1970, 5, 1), "M", VILLAGE, categories=elderly)
    yield Desk(service, world.a_post(DOCUMENT, "rural", VILLAGE, title="护林员", monthly_fen=95000))
    service.close()


def the_list(looked: Any) -> str:
    """The list as the look sends it on."""
    return str(re.findall(r'name="list" value="([^"]+)"', looked.text)[0])


def test_somebody_is_entered_proposed_and_recognised_by_two_people(desk: Desk) -> None:
    world = desk.service.world
    new = {"post": str(desk.post), "person_id": str(world.people["赵某"]), **TERMS}
    assert desk.see(Role.SUPERVISOR, "/old-posts/new").status_code == 403
    form = desk.see(Role.TOWNSHIP, "/old-posts/new", TOWN)
    assert (form.status_code, "护林员" in form.text) == (200, True)
    wrong = desk.send(Role.TOWNSHIP, "/old-posts/new", TOWN, **{**new, "monthly_yuan": "很多", "ends_on": ""})
    assert (wrong.status_code, "请填写数字" in wrong.text, "旧-7" in wrong.text) == (422, True, True)
    late = desk.send(Role.TOWNSHIP, "/old-posts/new", TOWN, **{**new, "starts_on": "2022-03-01"})
    assert (late.status_code, "二(六)" in late.text) == (409, True)
    one = desk.send(Role.TOWNSHIP, "/old-posts/new", TOWN, **new)
    assert (one.status_code, "待认定" in one.text, "今天符合新一轮安置条件" in one.text) == (200, True, True)
    (hire,) = world.ask("SELECT hire_id FROM old_terms")[0]
    assert f"/old-posts/{hire}" in str(one.url)

    again = desk.send(Role.TOWNSHIP, "/old-posts/new", TOWN, **new)
    assert (again.status_code, "已在另一公益性岗位上岗" in again.text) == (409, True)
    listed = desk.see(Role.HRSS, "/old-posts")
    assert f'href="/old-posts/{hire}"' in listed.text
    elsewhere = desk.see(Role.HRSS, "/old-posts", "6109")
    assert f'href="/old-posts/{hire}"' not in elsewhere.text
    assert desk.see(Role.HRSS, f"/old-posts/{hire}", "6109").status_code == 404

    # proposed for whoever is ticked; a reason is asked for
    version = world.hire(hire).version
    ticked = {"hire": f"{hire}.{version}", "kind": "recognise"}
    assert "写明理由" in desk.send(Role.TOWNSHIP, "/old-posts/propose", TOWN, **ticked, reason="好").text
    stale = {**ticked, "hire": f"{hire}.{version + 7}"}
    assert "没有提议" in desk.send(Role.TOWNSHIP, "/old-posts/propose", TOWN, **stale, reason="材料齐全").text
    done = desk.send(Role.TOWNSHIP, "/old-posts/propose", TOWN, **ticked, reason="材料齐全")
    assert "已提议1人" in done.text
    own = desk.see(Role.TOWNSHIP, f"/old-posts/{hire}", TOWN)
    assert "/confirm" not in own.text
    forced = desk.send(Role.TOWNSHIP, f"/old-posts/{hire}/confirm", TOWN, kind="recognise", signed_on="2022-06-01")
    assert forced.status_code == 403
    faulty = desk.send(Role.HRSS, f"/old-posts/{hire}/confirm", kind="recognise", signed_on="昨天")
    assert (faulty.status_code, world.hire(hire).stage) == (422, "old_term")
    english = desk.see(Role.HRSS, f"/old-posts/{hire}", language="en")
    assert english.status_code == 200
    today = world.clock.today.isoformat()
    kept = desk.send(Role.HRSS, f"/old-posts/{hire}/confirm", kind="recognise", signed_on=today, number="新-1")
    assert (kept.status_code, "已重新认定" in kept.text, world.hire(hire).stage) == (200, True, "on_post")
    trail = desk.see(Role.HRSS, f"/hires/{hire}").text
    assert "录入原在岗人员" in trail and "重新认定" in trail and "在岗(原协议期)" in trail


def test_a_list_is_looked_at_entered_once_and_taken_back_by_another_person(desk: Desk) -> None:
    _entered_once(desk)
    _taken_back(desk)


def _entered_once(desk: Desk) -> None:
    world = desk.service.world
    blank = desk.see(Role.TOWNSHIP, "/old-posts/import/template.xlsx", TOWN)
    assert blank.content[:2] == b"PK"
    head = "姓名,身份证号,户籍地,人员类别,认定部门,认定日期,岗位,首次上岗日期,原协议起止,原待遇（元/月）,证明材料"
    numbers = [synthetic("371502", date(1968, 4, n), 2 * n + 1) for n in (1, 2, 3)]
    rest = f"{VILLAGE},农村大龄人员,镇政府,2022-01-10"
    rows = [
        f"钱某,{numbers[0]},{rest},护林员,2020-12-01,2021-03-01至2022-12-31,800,原协议1号",
        f"孙某,{numbers[1]},{rest},没有的岗位,2021-03-01,2021-03-01至2022-12-31,800,原协议2号",
        f"李某,{numbers[2]},{rest},护林员,2021-03-01,2022-12-31至2021-03-01,800,原协议3号",
    ]
    file = {"file": ("名单.csv", "\n".join([head, *rows]).encode(), "text/csv")}
    before = world.ask("SELECT count(*) FROM person")
    looked = desk.send(Role.TOWNSHIP, "/old-posts/import", TOWN, files=file)
    assert (looked.status_code, "导入1项" in looked.text, world.ask("SELECT count(*) FROM person")) == (
        200,
        True,
        before,
    )
    assert "没有登记过叫“没有的岗位”的岗位" in looked.text and "早于开始之日" in looked.text
    sent = the_list(looked)
    back = desk.send(Role.TOWNSHIP, "/old-posts/import/faults", TOWN, list=sent)
    assert back.content[:2] == b"PK"
    refused = desk.send(Role.TOWNSHIP, "/old-posts/import/keep", TOWN, list=sent)
    assert (refused.status_code, world.ask("SELECT count(*) FROM person")) == (422, before)
    kept = desk.send(Role.TOWNSHIP, "/old-posts/import/keep", TOWN, list=sent, partial="yes")
    assert "已录入1人" in kept.text
    # three months before the agreement, from the first day on the post
    joined = "old_terms t JOIN hire h ON h.id = t.hire_id JOIN person p ON p.id = h.person_id"
    sql = f"SELECT t.months_before, p.prior_months FROM {joined} WHERE p.name = ?"
    assert world.ask(sql, "钱某") == [(3, 3)]
    # once pressed, once kept; and the same file again has nothing new and no fault about who was entered
    assert "没有改动" in desk.send(Role.TOWNSHIP, "/old-posts/import/keep", TOWN, list=sent, partial="yes").text
    again = desk.send(Role.TOWNSHIP, "/old-posts/import", TOWN, files=file).text
    assert "导入1项" not in again and "一人不能兼任两岗" not in again and len(world.ask(sql, "钱某")) == 1
    nonsense = {"file": ("x.xlsx", b"PK nothing", "application/zip")}
    assert desk.send(Role.TOWNSHIP, "/old-posts/import", TOWN, files=nonsense).status_code == 422


def _taken_back(desk: Desk) -> None:
    world = desk.service.world
    ((run, new, refused),) = world.ask("SELECT id, new, refused FROM import_run WHERE kind = 'old_posts'")
    ((hire,),) = world.ask("SELECT h.id FROM hire h JOIN person p ON p.id = h.person_id WHERE p.name = '钱某'")
    assert (new, refused) == (1, 2)
    undo = f"/imports/{run}/undo"
    asked = desk.send(Role.TOWNSHIP, undo, TOWN, lines="1", reason="导错了镇")
    assert "已提出撤销1项" in asked.text
    ((number,),) = world.ask("SELECT id FROM import_undo")
    own = desk.send(Role.TOWNSHIP, f"{undo}/decide", TOWN, undo=str(number), decision="yes")
    assert (own.status_code, world.hire(hire).stage) == (403, "old_term")
    done = desk.send(Role.HRSS, f"{undo}/decide", undo=str(number), decision="yes")
    assert "已撤销1项" in done.text
    now = world.hire(hire)
    assert (now.stage, now.state.value, now.dossier.filings) == ("unfilled", "withdrawn", ())
    # the months of the agreement were never served
    assert now.person is not None and not served_periods(now.person)
    with world.office.database.reading() as connection:
        assert impossible(connection) == []
        owed = counts(connection, scoped(officer("人社", Role.HRSS, COUNTY, 4)), world.clock.today).open
    # the report of the entry is owed no more; its row stays
    assert world.ask("SELECT count(*) FROM filing WHERE hire_id = ? AND sent_on IS NULL", hire) == [(1,)]
    assert world.ask("SELECT count(*) FROM filing WHERE sent_on IS NULL") == [(owed + 1,)]
    assert verify(world.office).faults == []
    assert f'href="/old-posts/{hire}"' not in desk.see(Role.HRSS, "/old-posts?standing=left").text


def test_a_hire_is_moved_by_two_people_on_its_page(desk: Desk) -> None:
    """Without another version there is nothing to choose, and what is no version is refused."""
    world = desk.service.world
    post = world.a_post(DOCUMENT, "rural", VILLAGE, title="保洁员")
    (hire,) = world.an_opening(officer("人社干部", Role.HRSS, COUNTY, 4), post).hire_ids
    page = desk.see(Role.HRSS, f"/hires/{hire}/move?to=liaocheng-2022-4@0.old-terms")
    assert (page.status_code, "没有与“发布公告”对应的环节" in page.text) == (200, False)
    strange = desk.send(Role.HRSS, f"/hires/{hire}/move/propose", to="atlantis@1", reason="试一试")
    assert (strange.status_code, world.hire(hire).dossier.move_seq) == (422, None)
    nothing = desk.send(Role.HRSS, f"/hires/{hire}/move/confirm")
    assert nothing.status_code == 409
    assert desk.see(Role.HRSS, f"/hires/{hire}/move", "6109").status_code == 404


def test_who_stayed_after_the_old_end_is_proposed_and_recognised_on_the_page(desk: Desk) -> None:
    world = desk.service.world
    ends = world.clock.today + timedelta(days=3)
    elderly = {"elderly_rural": {"by": "镇政府", "on": "2022-01-10"}}
    person = world.a_person("周某", date(1971, 5, 1), "M", VILLAGE, categories=elderly)
    new = {"post": str(desk.post), "person_id": str(person), **TERMS, "ends_on": ends.isoformat()}
    desk.send(Role.TOWNSHIP, "/old-posts/new", TOWN, **new)
    ((hire,),) = world.ask("SELECT id FROM hire WHERE person_id = ?", person)
    world.sleep_to(ends + timedelta(days=2))
    desk.service.tokens.clear()  # nobody stays signed in over days
    listed = desk.see(Role.TOWNSHIP, "/old-posts?standing=over", TOWN).text
    assert f'href="/old-posts/{hire}"' in listed
    one = desk.see(Role.TOWNSHIP, f"/old-posts/{hire}", TOWN).text
    assert "自确认之日起执行新待遇标准" in one and "聊政办字〔2022〕4号二(六)" in one
    assert 'value="recognise"' in one and 'value="run_out"' not in one
    asked = desk.send(Role.TOWNSHIP, f"/old-posts/{hire}/propose", TOWN, kind="recognise", reason="材料齐全")
    assert asked.status_code == 200
    assert f'href="/old-posts/{hire}"' in desk.see(Role.HRSS, "/old-posts?standing=proposed").text
    today = world.clock.today
    done = desk.send(Role.HRSS, f"/old-posts/{hire}/confirm", kind="recognise", signed_on=today.isoformat())
    assert (done.status_code, "已重新认定" in done.text) == (200, True)
    assert (world.hire(hire).stage, world.hire(hire).dossier.term_starts_on) == ("on_post", today)
