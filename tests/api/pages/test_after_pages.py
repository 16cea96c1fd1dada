"""Renewals, leaving, aftercare and recoveries on their pages: filled in, refused with what to do, and done."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from starlette.testclient import TestClient

from states.vocabulary import Role, State
from tests.api.support import Service
from tests.conftest import MigratedTemplate
from tests.support.after import Village, at_work, paid
from tests.support.lives import FIRST_DAY
from workflow import rates
from workflow.aftercare import open_due
from workflow.sign_in import Lifetime, visit_of

pytestmark = pytest.mark.sqlite
NAMES = ["甲", "乙", "丙", "丁", "戊"]


@dataclass
class Desk:
    """A service over a village whose people are at work, and the pages as its officers see them."""

    service: Service
    village: Village

    def client(self, role: Role, region: str | None = None, language: str = "zh") -> TestClient:
        area = region if region is not None else self.village.county.area
        client = self.service.as_((role, area), language=language)
        client.headers["accept"] = "text/html"
        client.follow_redirects = True
        return client

    def send(self, role: Role, path: str, **form: Any) -> Any:
        """A form, sent with its token."""
        client = self.client(role)
        token = client.headers["authorization"].removeprefix("Bearer ")
        world = self.service.world
        visit = visit_of(world.office.database, token, world.clock(), lifetime=Lifetime(), on=world.clock.today)
        assert visit is not None
        return client.post(path, data={"form_token": visit.form_token, **form})


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, migrated_template: MigratedTemplate) -> Iterator[Desk]:
    """甲 left on 20 August 2022 and was paid until the end of it; 乙 has died on the 1st; the others are at work."""
    path = tmp_path_factory.mktemp("after") / "zaigang.sqlite3"
    shutil.copyfile(migrated_template.sqlite(), path)
    service = Service.on(f"sqlite:///{path}")
    service.world.clock.moment = service.world.clock.moment.replace(month=6, day=FIRST_DAY.day)
    village = at_work(service.world, "neimenggu-2022-10", NAMES, date(2022, 8, 10))
    world, clerk = service.world, village.officer("employer")
    world.do(village.hires["甲"], "resign", clerk, given_on=world.clock.today, leave_on=date(2022, 8, 20))
    world.walk_to(date(2022, 9, 5))
    paid(world, village.hires["甲"], [(date(2022, 8, 1), date(2022, 8, 31), 155000)])
    person = world.hire(village.hires["乙"]).person
    assert person is not None
    with world.office.database.transaction() as connection:
        connection.exec_driver_sql("UPDATE person SET died_on = '2022-09-01' WHERE id = ?", (person.id,))
    open_due(world.office, world.clock())
    yield Desk(service, village)
    service.close()


def main_of(page: Any) -> str:
    """The words of a page, without its tags."""
    return " ".join(re.sub(r"<[^>]*>", " ", page.text.partition("<main")[2]).split())


def test_wrongly_paid_money_is_proposed_claimed_decided_and_paid_back(desk: Desk) -> None:
    hire = desk.village.hires["甲"]
    listed = desk.client(Role.HRSS).get("/recoveries")
    assert "本人2022-08-21起已离岗，此后仍发放了待遇" in main_of(listed)
    form = desk.client(Role.EMPLOYER).get(f"/hires/{hire}/recoveries/new")
    assert 'value="2022-08"' in form.text and 'value="550.00"' in form.text  # 11 of 31 days of 1,550
    assert "内乡振发〔2022〕10号 第十五条" in form.text
    wrong = desk.send(
        Role.EMPLOYER, f"/hires/{hire}/recoveries/new", from_month="八月", fen="一千", cause="", article=""
    )
    assert wrong.status_code == 422 and wrong.text.count('class="wrong"') == 5
    given = {"from_month": "2022-08", "until_month": "2022-08", "fen": "550.00"}
    asked = desk.send(Role.EMPLOYER, f"/hires/{hire}/recoveries/new", **given, cause="离岗后误发", article="第十五条")
    assert "已提出追回" in asked.text and "待决定" in main_of(asked)
    path = asked.url.path
    own = desk.client(Role.EMPLOYER).get(path)
    assert "/decide" not in own.text and "等待人社" in main_of(own)
    assert desk.send(Role.EMPLOYER, f"{path}/decide", upheld="yes", opinion="属实").status_code == 403
    assert desk.send(Role.HRSS, f"{path}/decide", opinion="属实").status_code == 422
    assert "已决定追回" in desk.send(Role.HRSS, f"{path}/decide", upheld="yes", opinion="属实").text
    late = desk.send(Role.HRSS, f"{path}/decide", upheld="no", opinion="改判")
    assert late.status_code == 409 and "已经作出决定" in main_of(late)
    repay = {"on_day": "2022-09-05", "voucher": "银行回单1"}
    more = desk.send(Role.EMPLOYER, f"{path}/repay", fen="550.01", **repay)
    assert more.status_code == 422 and "超过了尚欠的550.00元" in main_of(more)
    assert "已登记退回" in desk.send(Role.EMPLOYER, f"{path}/repay", fen="500", **repay).text
    assert "尚未退回（元）" in main_of(listed) and "50.00" in main_of(desk.client(Role.FINANCE).get("/recoveries"))
    assert "已结清" in main_of(desk.send(Role.EMPLOYER, f"{path}/repay", fen="50", **repay))
    assert "追回" in main_of(desk.client(Role.EMPLOYER).get(f"/hires/{hire}"))
    assert "Paid back" in desk.client(Role.HRSS, language="en").get(f"{path}?lang=en").text


def test_a_case_is_worked_from_its_page(desk: Desk) -> None:
    hire = desk.village.hires["甲"]
    path = f"/aftercare/{hire}"
    assert path in desk.client(Role.TOWNSHIP).get("/aftercare").text
    assert "打开帮扶" in main_of(desk.client(Role.TOWNSHIP).get(f"/hires/{hire}"))
    early = desk.send(Role.TOWNSHIP, path, form="serve", act="job", on_day="2022-09-05", what="保洁员")
    assert early.status_code == 409 and "还没有摸底" in main_of(early)
    nothing = desk.send(Role.VILLAGE, path, form="assess", on_day="2022-09-05", what="")
    assert nothing.status_code == 422 and "请选择本人的需求" in main_of(nothing)
    needs = {"need": "unskilled", "hardship": "yes"}
    done = desk.send(Role.VILLAGE, path, form="assess", **needs, on_day="2022-09-05", what="想学技术")
    assert "已登记：摸底" in done.text and "至少1次" in main_of(done)
    assert "参照（本地不作硬性要求）：渝人社办〔2022〕317号五(二)" in main_of(done)
    assert 'id="close"' not in desk.client(Role.VILLAGE).get(path).text
    owed = desk.send(Role.HRSS, path, form="close", reason="served", on_day="2022-09-05", what="完成")
    assert owed.status_code == 409 and "“转介民政部门（社会救助）”至少1次" in main_of(owed)
    assert "“提供培训项目”至少1次" not in main_of(owed), "the standard of another place stops nothing"
    stale = desk.send(Role.HRSS, path, form="serve", act="referral", on_day="2022-09-05", what="已转民政", version="1")
    assert "已有变动" in stale.text
    desk.send(Role.HRSS, path, form="serve", act="referral", on_day="2022-09-05", what="已转民政", version="2")
    closed = desk.send(Role.HRSS, path, form="close", reason="served", on_day="2022-09-05", what="完成")
    assert "参照渝人社办〔2022〕317号五(二)，还没有做到：提供培训项目" in closed.text
    assert "已办结" in closed.text and '<form method="post" action="/aftercare' not in closed.text
    assert desk.client(Role.HRSS, "440300").get(path).status_code == 404
    for nonsense in ({"form": "serve", "act": "close"}, {"form": "serve", "act": "💥"}, {"form": "x"}, {}):
        assert desk.send(Role.HRSS, path, **nonsense).status_code == 422


def test_a_round_leads_to_the_decision_for_many(desk: Desk) -> None:
    page = desk.client(Role.EMPLOYER).get("/renewals?year=2023")
    assert "待决定" in main_of(page) and "2022年度考核尚未审定" in main_of(page)
    assert "文件没有月数限制" in main_of(page)
    picks = re.findall(r'name="hire" value="(\d+\.\d+)"', page.text)
    assert {int(pick.split(".")[0]) for pick in picks} == {desk.village.hires[name] for name in NAMES[1:]}
    screen = desk.send(Role.EMPLOYER, "/bulk", list="hires", take="ticked", hire=picks)
    assert "决定续聘" in screen.text or "续签" in screen.text
    for one in (page, screen):
        assert "资金够发几个月" in main_of(one) and "可用资金没有登记，不能测算能发几个月" in main_of(one)
    assert page.text.count('<a href="#money-1" class="wrong">还不知道') == len(picks), "beside each name"
    assert 'name="begun" value="/renewals?year=2023"' in page.text
    assert desk.client(Role.HRSS, "440300").get("/renewals?year=2023").text.count('name="hire"') == 0
    assert 'name="hire"' not in desk.client(Role.SUPERVISOR).get("/renewals?year=2023").text
    for odd in ("year=x", "year=99999999999999999999", "outcome=none", "region=%00", "after=2023-01-01~", "after=~~"):
        assert desk.client(Role.EMPLOYER).get(f"/renewals?{odd}").status_code == 200


def test_the_money_stands_beside_each_whose_term_ends(desk: Desk) -> None:
    """Four at work at 1,400 yuan: what the rest of the year needs beside what August took, and one fen less."""
    area, world, bureau = desk.village.county.area, desk.service.world, desk.village.officer("hrss")
    months = 13 - world.clock.today.month
    needed = 1550_00 + 4 * 1400_00 * months
    for fen, enough in ((needed - 1, False), (needed, True)):
        facts = ("neimenggu-2022-10", area, world.clock.today.year, "衔接资金", fen, "旗财发1号")
        rates.set_budget(world.office, *facts, bureau, world.clock())
        page = desk.client(Role.EMPLOYER).get("/renewals?year=2023")
        assert page.text.count(f"够发{months}.0个月<span") == 4, "beside each name"
        assert "内蒙古自治区翁牛特旗" in main_of(page) and ("只够发" in main_of(page)) is not enough
        told = desk.service.as_((Role.HRSS, area)).get("/api/v1/renewals?year=2023").json()["items"][0]["money"]
        assert any("只够发" in line for line in told) is not enough


def test_a_death_is_proposed_and_somebody_decides(desk: Desk) -> None:
    hire = desk.village.hires["乙"]
    page = desk.client(Role.EMPLOYER).get("/leaving")
    assert "登记显示本人已于2022-09-01死亡" in main_of(page) and "《劳动合同法》第四十四条" in main_of(page)
    assert "核实后决定" in main_of(desk.client(Role.EMPLOYER).get(f"/hires/{hire}"))
    assert desk.service.world.hire(hire).state is State.CONTRACTED


def test_a_post_that_is_cancelled_proposes_all_who_are_on_it(desk: Desk) -> None:
    post = desk.service.world.hire(desk.village.hires["丙"]).post.id
    page = desk.client(Role.EMPLOYER).get(f"/hires?post={post}")
    assert re.findall(r'name="hire" value="(\d+)\.', page.text) == [str(desk.village.hires["丙"])]
    assert desk.client(Role.EMPLOYER).get("/hires?post=岗位").status_code == 200
    assert f"/hires?post={post}" in desk.client(Role.EMPLOYER).get("/posts").text
    options = desk.client(Role.EMPLOYER).get(f"/hires/{desk.village.hires['丙']}").text
    assert "政策调整减少或取消岗位（《劳动合同法》第四十条第三项，提前30日）" in options


def test_the_same_over_the_api(desk: Desk) -> None:
    client = desk.service.as_((Role.HRSS, desk.village.county.area))
    found = client.get("/api/v1/renewals?year=2023").json()["items"]
    assert {item["term"]["hire_id"] for item in found} == {desk.village.hires[name] for name in NAMES[1:]}
    assert next((item["passes"], item["refusals"][0]["say"]) for item in found) == (False, "2022年度考核尚未审定")
    assert client.get("/api/v1/renewals/counts?year=2023").json() == {"open": 4}
    proposed = [(item["ground"], item["law"]) for item in client.get("/api/v1/leaving").json()["items"]]
    assert proposed == [("death", "《劳动合同法》第四十四条第三项")]
    case = client.get(f"/api/v1/aftercare/{desk.village.hires['甲']}").json()
    assert (case["case"]["state"], next(act["act"] for act in case["acts"])) == ("closed", "assess")
    wrong = client.post(f"/api/v1/hires/{desk.village.hires['甲']}/recoveries", json={"fen": -1})
    assert wrong.status_code == 422
    assert client.get("/api/v1/recoveries?standing=settled").json()["items"][0]["open_fen"] == 0
