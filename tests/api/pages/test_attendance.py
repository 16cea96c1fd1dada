"""The pages of attendance: a village fills in its month, on the page or in a workbook, and hears all that is wrong."""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import insert, select, update
from starlette.testclient import TestClient

from api.app import create_app
from states.clocks import moment
from states.loading import shipped
from states.vocabulary import Role
from tests.api.support import CHILD, OWN, PARENT, SECRET, Service
from tests.conftest import MigratedTemplate
from tests.support.after import paid
from tests.support.world import WalkingClock, World
from tests.support.xunyang import in_notice, to_contract
from workflow import attendance
from workflow.attendance import Kept
from workflow.office import Office
from workflow.settings import Settings
from workflow.tables import metadata

JUNE = date(2022, 6, 1)
HTML = {"accept": "text/html"}
SHEET = f"/attendance/{CHILD}/2022-06"
FULL = "-" * 12 + "11111rr11111rr1111"


@pytest.fixture
def hire(service: Service) -> Iterator[int]:
    yield at_work(service.world)


@pytest.fixture(scope="module")
def built(migrated_template: MigratedTemplate, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """The same county on SQLite, closed and whole, to be copied; and the hire."""
    path = tmp_path_factory.mktemp("attendance") / "service.sqlite3"
    shutil.copyfile(migrated_template.sqlite(), path)
    service = Service.on(f"sqlite:///{path}")
    hire = at_work(service.world)
    service.close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path, hire


@pytest.fixture
def quick(built: tuple[Path, int], tmp_path: Path) -> Iterator[Service]:
    """A copy of it for one test."""
    shutil.copyfile(built[0], tmp_path / "service.sqlite3")
    url, clock = f"sqlite:///{tmp_path / 'service.sqlite3'}", WalkingClock(date(2022, 7, 1))
    settings = Settings(database_url=url, secret=SECRET)  # type: ignore[arg-type]
    world = World(Office.open(settings, clock), clock)
    service = Service(world, create_app(settings, world.office), url)
    yield service
    service.close()


@pytest.fixture
def quick_hire(built: tuple[Path, int]) -> int:
    return built[1]


def at_work(world: World) -> int:
    """One in the village since 13 June 2022; it is 1 July."""
    hire = in_notice(world, "买买提·阿不都热合曼")
    to_contract(world, hire)
    world.walk_to(date(2022, 7, 1))
    return hire


def client(service: Service, role: Role = Role.VILLAGE, region: str = CHILD, **more: Any) -> TestClient:
    client = service.as_((role, region), **more)
    client.headers |= HTML
    client.follow_redirects = False
    return client


def kept(service: Service, hire: int) -> Kept | None:
    with service.world.office.database.reading() as connection:
        return attendance.months(connection, [hire], JUNE).get(hire)


def token_of(html: str) -> str:
    found = re.search(r'name="form_token" value="([^"]+)"', html)
    assert found is not None, html
    return found[1]


def send(client: TestClient, path: str = SHEET, page: str = SHEET, files: Any = None, **fields: str) -> Any:
    form = {"form_token": token_of(client.get(page).text), **{name.replace("_", "-"): v for name, v in fields.items()}}
    return client.post(path, data=form, files=files)


def test_a_village_writes_exceptions_and_sees_the_signs(service: Service, hire: int) -> None:
    cadre = client(service)
    overview = cadre.get("/attendance?month=2022-06").text
    assert "示例村" in overview and "在岗1人，已记全0人" in overview and "买买提·阿不都热合曼" in overview
    before = service.fingerprint()
    refused = send(cadre, **{f"x_{hire}_0": "14病，糊涂，31事"})
    assert refused.status_code == 422 and service.fingerprint() == before
    told = unescape(refused.text)
    assert "看不懂“糊涂”" in told and "6月没有31日" in told and 'value="14病，糊涂，31事"' in told
    for text, words in (("12√", "2022-06-12不在岗"), ("14不在岗", "不能记“不在岗”")):
        refused = send(cadre, **{f"x_{hire}_0": text})
        assert refused.status_code == 422 and words in unescape(refused.text) and kept(service, hire) is None
    skipped = send(cadre, **{f"x_{hire}_0": "", f"skip_{hire}": "yes"})
    assert skipped.status_code == 303 and kept(service, hire) is None
    assert send(cadre, **{f"x_{hire}_0": "14-15病，18√"}).headers["location"] == SHEET
    found = kept(service, hire)
    assert found is not None and found.marks == "-" * 12 + "1ss111r11111rr1111" and found.source == "page"
    shown = unescape(cadre.get(SHEET).text)
    assert 'value="14-15病，18√"' in shown and "已记全1人" in shown and 'class="sum">2</td>' in shown
    stale = send(cadre, **{f"x_{hire}_0": "14病"})
    assert stale.status_code == 422 and "已有变动" in stale.text and f'name="x-{hire}-1" value="14病"' in stale.text
    ledger = unescape(cadre.get(f"/attendance/hires/{hire}").text)
    assert "2022年6月" in ledger and "病" in ledger and ledger.count('class="sum">2</td>') == 2  # the month and the sum
    assert "已保存：0人有变动，1人没有变动" in _followed(cadre, send(cadre, **{f"x_{hire}_1": "14-15病，18√"}))


def _followed(client: TestClient, response: Any) -> str:
    return unescape(client.get(response.headers["location"]).text)


def test_what_a_device_lacks_is_explained_by_one_and_confirmed_by_another(quick: Service, quick_hire: int) -> None:
    cadre, town, hire = client(quick), client(quick, Role.EMPLOYER, OWN), quick_hire
    saw = "-" * 12 + "1??11??11111??1111"
    program = quick.as_((Role.EMPLOYER, OWN))
    put = program.put(f"/api/v1/attendance/2022-06/hires/{hire}", json={"marks": saw, "version": 0, "source": "device"})
    assert (put.status_code, put.json(), put.headers["etag"]) == (200, {"version": 1}, '"1"')
    assert (
        f'name="x-{hire}-1" value=""' in cadre.get(SHEET).text
    )  # a device knows of no rest, so nothing is an exception
    refused = send(cadre, **{f"x_{hire}_1": ""})
    assert refused.status_code == 422 and "考勤机没有14、15日的记录" in refused.text
    assert send(cadre, **{f"x_{hire}_1": "", f"e_{hire}": "=停电两天"}).status_code == 303
    waiting = unescape(cadre.get(SHEET).text)
    assert "由您填写，须由另一人确认" in waiting and "例外等待另一人确认" in waiting
    alone = send(cadre, f"{SHEET}/confirm/{hire}", version="2")
    assert alone.status_code == 403 and "须由另一人确认" in alone.text
    body = program.get(f"/api/v1/attendance/2022-06/hires/{hire}").json()
    assert body["unsigned"] and body["marks"][13:15] == "??" and body["claimed"] == FULL and body["device"] == saw
    assert send(town, f"{SHEET}/confirm/{hire}", version="x").status_code == 404
    assert send(town, f"{SHEET}/confirm/{hire}", version="2").status_code == 303
    found = kept(quick, hire)
    assert found is not None and found.marks == FULL and found.exception == "=停电两天"
    listed = program.get("/api/v1/attendance/2022-06", params={"region": CHILD}).json()["items"]
    assert [(row["hire_id"], row["standing"], row["from_on"]) for row in listed] == [(hire, "done", "2022-06-13")]
    again = {"marks": saw[:13] + "11" + saw[15:], "version": 2, "source": "device"}
    stale = program.put(f"/api/v1/attendance/2022-06/hires/{hire}", json=again)
    assert (stale.status_code, stale.json()["current"]) == (409, 3)


def test_a_month_that_was_paid_is_set_right_by_two_who_see_the_money_first(quick: Service, quick_hire: int) -> None:
    """Nine days were paid; nine more were worked: 300 yuan are owed."""
    cadre, bureau, hire = client(quick), client(quick, Role.HRSS, PARENT), quick_hire
    assert send(cadre, **{f"x_{hire}_0": "13-21√，22-30×"}).status_code == 303
    paid(quick.world, hire, [(date(2022, 6, 13), date(2022, 6, 30), 300_00)])
    assert "考勤台账办理更正" in unescape(send(cadre, **{f"x_{hire}_1": "13-30√"}).text)
    path = f"/attendance/hires/{hire}/2022-06"
    assert path in cadre.get(f"/attendance/hires/{hire}").text
    asked = {"exceptions": "13-30√", "reason": "22日起有签到表"}
    looked = unescape(send(cadre, path, path, **asked).text)
    assert "应实发600.00元，已发300.00元，还欠300.00元" in looked and 'name="shown" value="30000"' in looked
    assert "没有更正过" in looked, "it was only looked at"
    unread = send(cadre, path, path, **{**asked, "exceptions": "13-三十√"})
    assert unread.status_code == 422 and "看不懂" in unread.text
    assert send(cadre, path, path, **asked, shown="30000", version="1").headers["location"] == path
    waits = unescape(bureau.get("/attendance?month=2022-06").text)
    assert "等待另一人确认的考勤更正" in waits and path in waits
    assert "确认更正" not in unescape(cadre.get(path).text), "not by whoever asked"
    number = re.search(r'name="correction" value="(\d+)"', bureau.get(path).text)
    assert number is not None
    done = send(bureau, f"{path}/decide", path, correction=number[1], shown="30000", decision="yes")
    assert "还欠300.00元，请编制这个月的补发表" in _followed(bureau, done)
    found = kept(quick, hire)
    assert found is not None and (found.marks, found.version) == ("-" * 12 + "1" * 18, 2)


def test_the_overview_says_by_when_and_who_is_missing(quick: Service, quick_hire: int) -> None:
    """Baihe wants the sheets by the 15th of the following month; Xunyang names no day."""
    shown = client(quick).get("/attendance?month=2022-06").text.partition("<main")[2]
    assert shown and "报送" not in shown
    [baihe] = [key for key in (p.key for p in shipped().values()) if key.startswith("baihe")]
    with quick.world.office.database.transaction() as connection:
        connection.execute(update(metadata.tables["hire"]).values(procedure=baihe))
    for day, words in ((date(2022, 7, 15), "2022年7月15日前报送，还差1人"), (date(2022, 7, 16), "2022年7月15日已过")):
        quick.world.clock.moment = moment(day) + timedelta(hours=9)
        county = client(quick, Role.HRSS, PARENT, person=f"{day}")
        assert words in county.get("/attendance?month=2022-06").text
    sheet = county.get(SHEET).text
    assert "第十二条" in sheet and "保存考勤" not in sheet  # the county looks on
    cadre = client(quick, person="another")
    assert "不定时工作制须经劳动行政部门批准" in cadre.get(SHEET).text
    assert send(cadre, **{f"x_{quick_hire}_0": ""}).status_code == 303
    assert "已记全。2022年7月15日前报送" in county.get("/attendance?month=2022-06").text
    assert "2022年7月<" in county.get("/attendance").text  # from the 16th on it is this month's turn


def test_nonsense_in_the_address_is_not_found(quick: Service) -> None:
    cadre = client(quick)
    for path, status in (
        ("/attendance?month=2022-13&region=%00", 200),
        (f"/attendance/{CHILD}/2022-13", 404),
        (f"/attendance/{CHILD}/202206", 404),
        ("/attendance/610981100201999/2022-06", 404),
        ("/attendance/610981100202/2022-06", 404),
        ("/attendance/61/2022-06", 404),
        ("/attendance/'; DROP/2022-06", 404),
        (f"/attendance/{CHILD}/2099-12", 200),
    ):
        assert cadre.get(path).status_code == status, path
    town = client(quick, Role.TOWNSHIP, OWN)
    assert town.get(f"/attendance/{OWN}999/2022-06").status_code == 404  # within reach, and no such place


# ---- the workbook ------------------------------------------------------------------------------------------------


def book_of(client: TestClient, query: str = "") -> Any:
    response = client.get(f"{SHEET}/sheet.xlsx{query}")
    assert response.status_code == 200
    return load_workbook(BytesIO(response.content))


def sent(client: TestClient, book: Workbook, name: str = "考勤表.xlsx") -> Any:
    content = BytesIO()
    book.save(content)
    files = {"file": (name, content.getvalue(), "application/octet-stream")}
    return send(client, f"{SHEET}/import", f"{SHEET}/import", files)


def taken(client: TestClient, look: Any, **more: str) -> Any:
    form = look.text.split("/import/keep")[1].split("</form>")[0]
    fields = {name: unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)}
    return client.post(f"{SHEET}/import/keep", data=fields | more)


def header(page: Any) -> int:
    return next(row for row in range(1, 9) if page.cell(row, 2).value == "编号")


def row_of(page: Any, hire: int) -> int:
    return next(row for row in range(1, page.max_row) if str(page.cell(row, 2).value) == str(hire))


def test_the_workbook_goes_out_and_comes_back_and_a_second_time_changes_nothing(service: Service, hire: int) -> None:
    cadre = client(service)
    book = book_of(cadre, "?fill=calendar")
    page = book["考勤表"]
    assert page["A1"].value == "公益性岗位人员考勤表（2022年6月）" and "A1:AO1" in {
        str(r) for r in page.merged_cells.ranges
    }
    assert page["A2"].value == "模板版本：考勤模板1"
    assert (page.page_setup.orientation, page.page_setup.paperSize) == ("landscape", 9)
    assert page.print_title_rows == "$1:$4"
    at = row_of(page, hire)
    cells = [page.cell(at, 4 + day).value for day in range(1, 31)]
    assert cells == ["－"] * 12 + [{"1": "√", "r": "休"}[code] for code in FULL[12:]]
    assert [page.cell(at, 34 + n).value for n in range(1, 7)] == ["14", "4", "0", "0", "0", "0"]
    values = [cell for row in page.iter_rows() for cell in row if cell.value is not None]
    assert all(cell.data_type == "s" and cell.number_format == "@" for cell in values)
    assert any("盖章" in cell.value for cell in values)
    before = service.fingerprint()
    look = sent(cadre, book)
    assert look.status_code == 200 and service.fingerprint() == before and "新记</dt><dd>1人" in look.text
    done = taken(cadre, look)
    assert done.status_code == 303 and "已导入：新记1人，改动0人，没有变动0人" in _followed(cadre, done)
    found = kept(service, hire)
    assert found is not None and (found.marks, found.source, found.version) == (FULL, "sheet", 1)
    again = sent(cadre, book)
    assert "没有变动</dt><dd>1人" in again.text and "没有要导入的" in again.text
    assert taken(cadre, look).status_code == 303 and kept(service, hire) == found  # pressed twice
    page.cell(at, 4 + 14, "病假")
    changed = sent(cadre, book)
    assert "有改动</dt><dd>1人" in changed.text and "14: √→病" in changed.text
    taken(cadre, changed)
    found = kept(service, hire)
    assert found is not None and found.marks == FULL[:13] + "s" + FULL[14:]


def test_every_fault_of_a_workbook_is_told_at_once(quick: Service, quick_hire: int) -> None:
    cadre, hires = client(quick), [quick_hire, *others(quick, quick_hire, 5)]
    book = book_of(cadre, "?fill=calendar")
    page = book["考勤表"]
    rows = [row_of(page, hire) for hire in hires]
    page.cell(rows[0], 4 + 14, "=1+1")
    page.cell(rows[0], 4 + 15, "△")
    page.cell(rows[1], 3, "别人")
    page.cell(rows[2], 2, "9999")
    page.cell(rows[3], 2, str(hires[4]))  # one person twice
    page.cell(rows[3], 3, "张三4")
    page.cell(rows[5], 4 + 12, "√")  # not on post
    before = quick.fingerprint()
    look = sent(cadre, book)
    told = unescape(look.text)
    for words in (
        "“△”不是考勤符号",
        "表上不符",
        "本表没有编号9999的人",
        "2022-06-12不在岗",
        f"第{rows[0]}行",
        "不能导入（1人）",
    ):
        assert words in told, words
    assert "新记</dt><dd>1人" in told
    refused = taken(cadre, look)
    assert refused.status_code == 422 and "还有错误，没有导入" in refused.text and quick.fingerprint() == before
    assert taken(cadre, refused, partial="yes").status_code == 303
    assert [hire for hire in hires if kept(quick, hire) is not None] == [hires[4]]
    gone = cadre.post(f"{SHEET}/import/keep", data={"form_token": token_of(look.text), "list": "AAAA"})
    assert gone.status_code == 422 and "已失效" in gone.text


def others(service: Service, hire: int, number: int) -> list[int]:
    """Copies of a hire with people of their own, in the same village."""
    with service.world.office.database.transaction() as connection:
        made = []
        for n in range(1, number + 1):
            ids: dict[str, int] = {}
            for name in ("person", "hire"):
                table = metadata.tables[name]
                [like] = connection.execute(select(table).where(table.c.id == (hire if name == "hire" else 1)))
                new = {**like._mapping, "id": 1000 + n}
                new |= {"key": f"person:{n}", "name": f"张三{n}"} if name == "person" else {"person_id": ids["person"]}
                connection.execute(insert(table).values(new))
                ids[name] = 1000 + n
            made.append(ids["hire"])
        return made


def test_a_sheet_of_another_month_or_place_is_not_taken(quick: Service, quick_hire: int) -> None:
    cadre = client(quick)
    for row, column, value, told in (
        (2, 5, "月份：2022-05", "这是2022-05的考勤表，这里要2022-06的"),
        (2, 11, "地区编码：610981101201", "这是另一个地区（610981101201）的考勤表"),
        (2, 1, "模板版本：考勤模板2", "请下载新模板"),
        (4, 2, "工号", "没有找到考勤表的表头"),
    ):
        book = book_of(cadre, "?fill=calendar")
        book["考勤表"].cell(row, column).value = value
        look = unescape(sent(cadre, book).text)
        assert told in look and "/import/keep" not in look and kept(quick, quick_hire) is None


def test_a_sheet_for_two_hundred_is_filled_in_printed_and_imported(quick: Service, quick_hire: int) -> None:
    cadre, hires = client(quick), [quick_hire, *others(quick, quick_hire, 199)]
    html = cadre.get(SHEET).text
    fields = {f"x-{hire}-0": "14病" if hire % 2 else "" for hire in hires}
    done = cadre.post(SHEET, data={"form_token": token_of(html), **fields})
    assert done.status_code == 303 and "已保存：200人有变动" in _followed(cadre, done)
    assert len(quick.world.ask("SELECT 1 FROM office_log WHERE book = 'attendance'")) == 1
    paper = cadre.get(f"{SHEET}/print")
    assert paper.text.count('scope="row"') == 200 and "乡镇（盖章）" in paper.text
    book = book_of(cadre)
    assert book["考勤表"].cell(header(book["考勤表"]) + 201, 3).value == "200人"
    assert "没有变动</dt><dd>200人" in sent(cadre, book).text


def test_a_blank_sheet_is_not_full_attendance(quick: Service, quick_hire: int) -> None:
    cadre = client(quick)
    look = sent(cadre, book_of(cadre))
    assert "没有填写</dt><dd>1人" in look.text and "导入0人" not in look.text and kept(quick, quick_hire) is None
    no_file = send(cadre, f"{SHEET}/import", f"{SHEET}/import")
    assert no_file.status_code == 422 and "请先选择" in no_file.text
