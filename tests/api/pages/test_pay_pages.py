"""Pay on its pages: who holds a sheet up is named, a second sheet pays whom the first left out, names are masked."""

from __future__ import annotations

import re
from datetime import date

from starlette.testclient import TestClient

from tests.api.pages.test_lists import client_of, token_of
from tests.browser.county import COUNTY, DONGQING, TOWN, County
from workflow.tables import metadata

MAY = date(2026, 5, 1)


def attended(county: County, name: str, marks: str) -> int:
    hire, world = county.hires[name], county.world
    with world.office.database.transaction() as connection:
        row = {"hire_id": hire, "month": MAY, "marks": marks, "source": "page", "version": 1}
        row |= {"recorded_by": county.town.person_key, "recorded_at": world.clock()}
        connection.execute(metadata.tables["attendance"].insert().values(row))
    return hire


def sent(client: TestClient, path: str, **form: str) -> str:
    """The page that a form leads to."""
    client.follow_redirects = True
    answer = client.post(path, data={"form_token": token_of(client), **form})
    assert answer.status_code in (200, 409, 422), answer.status_code
    return str(answer.text)


def made(client: TestClient) -> tuple[int, str]:
    shown = sent(client, "/pay/new", procedure="xunyang-2022-88", region=TOWN, month="2026-05", kind="monthly")
    found = re.search(r'action="/pay/(\d+)/freeze"', shown)
    assert found is not None, shown
    return int(found[1]), shown


def test_a_sheet_and_the_one_that_follows_it(county: County) -> None:
    clerk = client_of(county)
    paid_one = county.hires["刘桂英"]
    assert f'<option value="{DONGQING}"' in clerk.get("/pay/new").text, "a village may add a sum of its own"
    number, shown = made(clerk)
    assert "不发放的" in shown and f"刘桂英（聘用{paid_one}）" in shown
    assert "文件规定的370个名额全部上岗，每月需591200.00元，资金3000000.00元只够发5.1个月，请先落实资金" in shown
    held = sent(clerk, f"/pay/{number}/freeze")
    assert f"刘桂英（聘用{paid_one}）：本月考勤没有填报" in held, "no bare number, no name of a field"
    attended(county, "刘桂英", "1" * 31)
    number, _ = made(clerk)
    assert "提交审批" in sent(clerk, f"/pay/{number}/freeze")
    with county.world.office.database.transaction() as connection:
        sql = "UPDATE pay_sheet SET status = 'paid', paid_on = '2026-06-10' WHERE id = ?"
        connection.exec_driver_sql(sql, (number,))
    later, shown = made(clerk)
    assert "月度待遇（补发）" in shown and f'<a href="/pay/{number}">第{number}号</a>' in shown
    assert "此前已发放，不在本表的" in shown and "编制" in shown
    assert f"刘桂英（聘用{paid_one}）" not in shown
    told = clerk.get(f"/api/v1/pay/sheets/{later}", headers={"accept": "application/json"}).json()
    assert (told["supplements"], told["paid_by"]) == ([number], {str(paid_one): number})
    assert any("只够发5.1个月" in line for line in told["money"])
    assert told["unpaid"][str(paid_one)] == f"已由第{number}号发放表发放"
    notice = clerk.get(f"/pay/{number}/notice").text
    assert "刘**" in notice and "刘桂英" not in notice and "计发天数（天）" in notice and "出勤天数" not in notice
    assert "刘桂英" in clerk.get(f"/pay/{number}/print").text


def test_a_budget_with_a_fault_says_which_field(county: County) -> None:
    officer = client_of(county, "renshe")
    shown = sent(officer, "/rates/budgets", procedure="xunyang-2022-88", region=COUNTY, year="2026", fen="1", source="")
    assert re.search(r'id="money-source-error">请填写资金来源', shown)
    blank = sent(officer, "/rates/budgets", fen="-5", year="后年", region="x")
    assert len(re.findall(r'id="money-\w+-error"', blank)) == 6, "all that is wrong at once"
    assert len(re.findall(r'id="\w[\w-]*-error"', sent(officer, "/rates", name="x", value="💥", region=COUNTY))) == 4
    ids = re.findall(r' id="([^"]+)"', shown)
    assert len(ids) == len(set(ids)), "two forms, no id twice"
    good = {"procedure": "xunyang-2022-88", "region": COUNTY, "year": "2026", "basis": "市财政〔2026〕1号"}
    assert "资金已登记" in sent(officer, "/rates/budgets", source="衔接资金", fen="3000000", **good)
