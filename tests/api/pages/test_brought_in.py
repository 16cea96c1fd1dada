"""The roster and the annex of places on their pages: looked at, handed back with faults, taken, and taken back."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook
from starlette.testclient import TestClient

from states.vocabulary import Role
from tests.api.support import Service
from tests.conftest import MigratedTemplate
from tests.workflow.test_imports import a_number, an_annex
from workflow.sign_in import Lifetime, visit_of

pytestmark = pytest.mark.sqlite
VILLAGE = "371502100201"
REGIONS = {"37": "山东省", "3715": "聊城市", "371502": "东昌府区", "371502100": "示例镇", VILLAGE: "示例村"}
TOWN = (Role.TOWNSHIP, "371502100")
CITY = (Role.HRSS, "3715")
ANNEX = "/allocation/liaocheng-2022-4/import"


@dataclass
class Desk:
    """A service over a city, and its pages as officers see them."""

    service: Service

    def client(self, who: tuple[Role, str], person: str | None = None) -> TestClient:
        client = self.service.as_(who, person=person)
        client.headers["accept"] = "text/html"
        client.follow_redirects = True
        return client

    def send(self, who: tuple[Role, str], path: str, files: Any = None, person: str | None = None, **form: Any) -> Any:
        client = self.client(who, person)
        token = client.headers["authorization"].removeprefix("Bearer ")
        world = self.service.world
        visit = visit_of(world.office.database, token, world.clock(), lifetime=Lifetime(), on=world.clock.today)
        assert visit is not None
        return client.post(path, data={"form_token": visit.form_token, **form}, files=files)

    def undo(self, who: tuple[Role, str], kind: str, lines: list[str]) -> str:
        """An import taken back by two people; what the second is told."""
        ((run,),) = self.service.world.ask("SELECT id FROM import_run WHERE kind = ? ORDER BY rowid DESC LIMIT 1", kind)
        self.send(who, f"/imports/{run}/undo", lines=lines, reason="导错了文件")
        ((number,),) = self.service.world.ask("SELECT max(id) FROM import_undo")
        own = self.send(who, f"/imports/{run}/undo/decide", undo=str(number), decision="yes")
        assert own.status_code == 403
        return str(
            self.send(who, f"/imports/{run}/undo/decide", person="b" * 64, undo=str(number), decision="yes").text
        )


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, migrated_template: MigratedTemplate) -> Iterator[Desk]:
    path = tmp_path_factory.mktemp("lists") / "zaigang.sqlite3"
    shutil.copyfile(migrated_template.sqlite(), path)
    service = Service.on(f"sqlite:///{path}")
    service.world.add_regions(REGIONS)
    yield Desk(service)
    service.close()


def a_file(rows: list[Any], name: str = "某镇花名册.csv") -> dict[str, Any]:
    text = "\n".join(",".join(str(cell) for cell in row) for row in rows)
    return {"file": (name, text.encode(), "text/csv")}


def the_list(looked: Any) -> str:
    return str(re.findall(r'name="list" value="([^"]+)"', looked.text)[0])


def numbers(looked: Any) -> dict[str, str]:
    """The counts of a look."""
    return dict(re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>", looked.text))


HEAD = ["姓名", "身份证号", "文化程度", "户籍地", "补贴月数"]


def test_a_roster_is_looked_at_handed_back_taken_and_taken_back(desk: Desk) -> None:
    ask = desk.service.world.ask
    blank = desk.client(TOWN).get("/roster/import/template.xlsx")
    assert load_workbook(BytesIO(blank.content))["花名册"]["D3"].value == "身份证号"
    assert desk.client((Role.SUPERVISOR, "3715")).get("/roster/import").status_code == 403

    rows = [HEAD, ["张一", a_number(1), "高中", "示例村", 5], ["张二", a_number(2), "秀才", "示例村", 3]]
    looked = desk.send(TOWN, "/roster/import", a_file(rows))
    told = numbers(looked)
    assert (told["新登记"], told["有误"], ask("SELECT count(*) FROM person")) == ("1", "1处", [(0,)])
    assert a_number(1) not in looked.text
    back = desk.send(TOWN, "/roster/import/faults", list=the_list(looked)).content
    assert "没有这种文化程度" in str(load_workbook(BytesIO(back)).worksheets[0]["F3"].value)
    stopped = desk.send(TOWN, "/roster/import/keep", list=the_list(looked))
    assert (stopped.status_code, ask("SELECT count(*) FROM person")) == (422, [(0,)])
    assert "新登记1人" in desk.send(TOWN, "/roster/import/keep", list=the_list(looked), partial="yes").text
    assert ask("SELECT kind, region, new, refused FROM import_run") == [("roster", VILLAGE, 1, 1)]
    # the evidence names the file that the clerk chose
    ((evidence,),) = ask("SELECT prior_evidence FROM person")
    assert "某镇花名册" in str(evidence)

    # the same again changes nothing; what is said otherwise is changed only where that is wanted
    same = desk.send(TOWN, "/roster/import", a_file(rows[:2]))
    assert numbers(same)["已登记，没有变动"] == "1" and 'name="list"' not in same.text
    rows[1] = ["张一", a_number(1), "大学", "示例村", 7]
    looked = desk.send(TOWN, "/roster/import", a_file(rows[:2]))
    assert numbers(looked)["已登记，内容不同"] == "1" and "文化程度" in looked.text
    kept = "SELECT education, prior_months FROM person WHERE name = '张一'"
    assert "没有改动" in desk.send(TOWN, "/roster/import/keep", list=the_list(looked)).text
    assert ask(kept) == [("senior_secondary", 5)]
    assert "更正1人" in desk.send(TOWN, "/roster/import/keep", list=the_list(looked), update="yes").text
    assert ask(kept) == [("bachelor", 7)]
    assert "已撤销1项" in desk.undo(TOWN, "roster", ["1"])
    assert ask(kept) == [("senior_secondary", 5)]
    gone = desk.send((Role.TOWNSHIP, "371502"), "/roster/import/keep", list=the_list(looked))
    assert (gone.status_code, "失效" in gone.text) == (422, True)  # another person's list is no list


def test_an_annex_is_compared_taken_whole_and_taken_back(desk: Desk) -> None:
    ask = desk.service.world.ask
    assert desk.client((Role.HRSS, "371502")).get(ANNEX).status_code == 403
    assert desk.client(CITY).get("/allocation/xunyang-2022-88/import").status_code == 404
    assert ANNEX in desk.client(CITY).get("/imports").text
    sheet = load_workbook(BytesIO(desk.client(CITY).get(f"{ANNEX}/template.xlsx").content))["指标分配表"]
    assert [cell.value for cell in sheet["A"][3:]][-1] == "合计" and sheet["B4"].value == "总数"

    wrong = desk.send(CITY, ANNEX, a_file(an_annex(total=("合计", 1, 1, 0)), "指标.csv"))
    assert (numbers(wrong)["有误"] != "0处", f'action="{ANNEX}/keep"' in wrong.text) == (True, False)
    forced = desk.send(CITY, f"{ANNEX}/keep", list=the_list(wrong), partial="yes")
    assert (forced.status_code, ask("SELECT count(*) FROM allocation")) == (422, [(0,)])

    looked = desk.send(CITY, ANNEX, a_file(an_annex(), "指标.csv"))
    assert (numbers(looked)["新增"], ask("SELECT count(*) FROM allocation")) == ("22", [(0,)])
    assert "新增22项" in desk.send(CITY, f"{ANNEX}/keep", list=the_list(looked)).text
    again = desk.send(CITY, ANNEX, a_file(an_annex(), "指标.csv"))
    assert (numbers(again)["没有变动"], f'action="{ANNEX}/keep"' in again.text) == ("22", False)
    assert "已撤销2项" in desk.undo(CITY, "allocation", ["1", "2"])
    assert ask("SELECT count(*) FROM allocation") == [(20,)]
