"""The list for the bank and the bank's return on their pages: taken once, cards seen to by another, money given up."""

from __future__ import annotations

import io
import re
from datetime import date

import openpyxl
from starlette.testclient import TestClient

from tests.api.pages.test_lists import client_of, token_of
from tests.api.pages.test_pay_pages import attended, made, sent
from tests.browser.county import County
from tests.workflow.test_bank_returns import CARDS
from workflow import people


def set_card(county: County, name: str, card: str) -> None:
    [[person]] = county.world.ask("SELECT person_id FROM hire WHERE id = ?", county.hires[name])
    with county.world.office.database.session() as session:
        people.update_person(session, county.seal, person, {"bank": card}, county.hrss, county.world.clock())


def cells_of(book: bytes) -> list[list[object]]:
    return [[cell.value for cell in row] for row in openpyxl.load_workbook(io.BytesIO(book)).worksheets[0]]


def refused(client: TestClient, path: str, **form: str) -> str:
    """The page that says why it is none of the officer's."""
    answer = client.post(path, data={"form_token": token_of(client), **form})
    assert answer.status_code == 403
    return answer.text


def test_a_list_for_the_bank_and_what_came_back(county: County) -> None:
    clerk, officer = client_of(county), client_of(county, "renshe")
    attended(county, "孙志强", "1" * 31)
    hire = attended(county, "刘桂英", "1" * 31)
    number, _ = made(clerk)
    assert "已提交审批" in sent(clerk, f"/pay/{number}/freeze")
    assert "还没有审批完" in clerk.get(f"/pay/{number}/bank").text
    with county.world.office.database.transaction() as connection:
        connection.exec_driver_sql("UPDATE pay_sheet SET status = 'approved' WHERE id = ?", (number,))
    assert f'href="/pay/{number}/bank"' in clerk.get(f"/pay/{number}").text
    named = sent(clerk, f"/pay/{number}/bank", purpose="送银行代发")
    assert f"刘桂英（聘用{hire}）：没有银行卡号" in named and "现在一笔也不能送" in named

    # the bureau has put the card on record since: the clerk looks at it, the bureau may not
    set_card(county, "刘桂英", CARDS[0])
    shown = clerk.get(f"/pay/{number}/bank").text
    assert CARDS[0] not in shown and "现尾号0004" in shown and "李敏" in shown
    seen = re.search(r'name="seen" value="(\d+)"', shown)
    assert seen is not None
    about = {"hire": str(hire), "seen": seen[1], "basis": "社会保障卡原件"}
    assert "卡号由您改动" in refused(officer, f"/pay/{number}/bank/card", **about)
    assert "卡号已核对" in sent(clerk, f"/pay/{number}/bank/card", **about)
    form = {"form_token": token_of(clerk), "purpose": "送银行代发", "partial": "yes"}
    book = clerk.post(f"/pay/{number}/bank", data=form)
    assert book.headers["cache-control"] == "no-store"
    assert ["刘桂英", CARDS[0]] in [row[1:3] for row in cells_of(book.content)]
    set_card(county, "孙志强", CARDS[1])
    seen = re.search(r'name="seen" value="(\d+)"', clerk.get(f"/pay/{number}/bank").text)
    assert seen is not None
    sent(clerk, f"/pay/{number}/bank/card", hire=str(county.hires["孙志强"]), seen=seen[1], basis="社会保障卡原件")
    assert clerk.post(f"/pay/{number}/bank", data=form).headers["content-type"].startswith("application/vnd")
    again = sent(clerk, f"/pay/{number}/bank", purpose="送银行代发")
    assert "第2次清单已由王建国于" in again and "重取最后一次的清单" in again
    copy = clerk.post(f"/pay/{number}/bank", data={**form, "copy": "yes"})
    assert "副本" in str(cells_of(copy.content))

    # it came back, and is given up by two
    with county.world.office.database.transaction() as connection:
        sql = "UPDATE pay_sheet SET status = 'paid', paid_on = ? WHERE id = ?"
        connection.exec_driver_sql(sql, (date(2026, 6, 10).isoformat(), number))
    told = {"hire": str(hire), "seen": "0", "outcome": "failed", "said": "柜台查询：销户"}
    assert "银行退回的1人" in sent(clerk, f"/pay/{number}/return/state", **told)
    assert "退回是您登记的" in clerk.get(f"/pay/{number}/bank").text
    close = {"hire": str(hire), "seen": "1", "said": "本人已去世"}
    assert "待另一人确认" in sent(clerk, f"/pay/{number}/return/close", **close)
    decide = {"hire": str(hire), "seen": "2", "upheld": "yes"}
    assert "须由另一人确认" in refused(clerk, f"/pay/{number}/return/close/decide", **decide)
    assert "已办理" in sent(officer, f"/pay/{number}/return/close/decide", **decide)
    assert "没有要送银行的" in clerk.get(f"/pay/{number}/bank").text


def test_a_return_that_takes_back_what_arrived_asks_first(county: County) -> None:
    clerk = client_of(county)
    attended(county, "孙志强", "1" * 31)
    hire = attended(county, "刘桂英", "1" * 31)
    set_card(county, "刘桂英", CARDS[0])
    number, _ = made(clerk)
    with county.world.office.database.transaction() as connection:
        sql = "UPDATE pay_sheet SET status = 'paid', paid_on = '2026-06-10' WHERE id = ?"
        connection.exec_driver_sql(sql, (number,))
    told = {"hire": str(hire), "seen": "0", "outcome": "paid", "said": "柜台查询：已入账"}
    sent(clerk, f"/pay/{number}/return/state", **told)
    rows = f"户名,账号,金额,处理结果,失败原因\n刘桂英,{CARDS[0]},1000,失败,销户\n".encode()
    token, action = token_of(clerk), f"/pay/{number}/return/import"
    looked = clerk.post(action, data={"form_token": token}, files={"file": ("return.csv", rows, "text/csv")}).text
    kept = re.search(r'name="list" value="([^"]+)"', looked)
    assert kept is not None and 'name="turned"' in looked and "与已有记录相反" in looked
    assert "没有勾选，什么都没有导入" in sent(clerk, f"{action}/keep", list=kept[1])
    assert "到账0人，其他1人" in sent(clerk, f"{action}/keep", list=kept[1], turned="yes")
