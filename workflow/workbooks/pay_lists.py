"""Pay sheets as workbooks (工资发放表、补贴发放公示表): with every amount and room to sign, or as they are put up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection

from states.pay import yuan
from states.procedure import Procedure
from workflow.bank_lists import Taken
from workflow.masking import masked_tail
from workflow.office import Office
from workflow.pay_notice import about_names, public_lines
from workflow.pay_rows import MONTHLY
from workflow.queries import pay as found
from workflow.queries.places import region_paths
from workflow.queries.scope import Scope
from workflow.workbooks.layout import Column, Listing
from workflow.workbooks.notices import objections_to

STAMP = "单位（盖章）："
SIGNED = "填表人：　　　　　　　　审核人：　　　　　　　　负责人：　　　　　　　　日期：　　年　　月　　日"


def pay(office: Office, connection: Connection, scope: Scope, number: int, *, public: bool = False) -> Listing | None:
    """工资发放表, or the form of it that is put up (``public``); None for no such sheet within the scope."""
    row = found.pay_sheet(connection, scope, number)
    if row is None:
        return None
    texts, _ = found.lines(connection, number, limit=None)
    paths = region_paths(connection, {row.region, *(text.region for text in texts)})
    if public:
        return _notice(connection, office.catalogue.current(row.procedure), row, texts, paths)
    return _whole(row, texts, paths)


def _when(row: Any) -> str:
    said = f"{row.month.year}年{row.month.month:02}月" if row.kind == MONTHLY else f"{row.month.year}年度绩效"
    return f"{said}（补发）" if row.basis.get("supplements") else said


def _notice(
    connection: Connection,
    procedure: Procedure,
    row: Any,
    texts: Sequence[found.PayText],
    paths: Mapping[str, str],
) -> Listing:
    lines = public_lines(procedure, texts)
    columns = [
        Column("序号", 7, "number"), Column("姓名", 16), Column("村（社区）", 26), Column("岗位名称", 20),
        Column("计发天数（天）", 14, "number"), Column("补贴金额（元）", 17, "money", added=True),
    ]  # fmt: skip
    cells = [[n, one.name, paths[one.region], one.post, one.days, one.fen] for n, one in enumerate(lines, 1)]
    place = paths.get(row.region, row.region)
    above = [f"公示单位（盖章）：{place}", "公示时间：　　年　　月　　日 至 　　年　　月　　日（共　　天）"]
    total = sum(one.fen for one in lines)
    below = [
        f"合计：{len(lines)}人，{yuan(total)}元",
        about_names(procedure).text(),
        objections_to(connection, row.region),
    ]
    title = f"{_when(row)}公益性岗位补贴发放公示表"
    return Listing(title, columns, cells, above, below, landscape=False, posted=True)


def bank(connection: Connection, taken: Taken, by: str, on: date) -> Listing:
    """代发清单 for the bank: names, full cards and sums, with the digest that is on record. ``by``: who takes it."""
    row = taken.sheet
    columns = [
        Column("序号", 6, "number"),
        Column("户名", 14),
        Column("账号", 26),
        Column("金额（元）", 14, "money", added=True),
    ]
    cells = [[n, one.name, one.card, one.fen] for n, one in enumerate(taken.payments, 1)]
    place = region_paths(connection, {row.region}).get(row.region, row.region)
    total = f"共{len(cells)}人　　合计{yuan(taken.sum_fen)}元"
    above = [f"{STAMP}{place}", f"第{row.id}号发放表　　第{taken.number}次清单　　{total}"]
    if taken.copy:
        above.append(f"重取的副本，请勿重复报送：{taken.copy}")
    below = [f"清单摘要：{taken.digest}", f"发放表摘要：{row.digest}", f"取用人：{by}　　　　　{on.isoformat()}"]
    return Listing(f"{_when(row)}公益性岗位待遇银行代发清单", columns, cells, above, below, landscape=False)


def _post(text: found.PayText) -> str:
    """The post; a line that pays what was still owed of a month says so."""
    return f"{text.post_title}（补差）" if text.row.topup else text.post_title


def _whole(row: Any, texts: Sequence[found.PayText], paths: Mapping[str, str]) -> Listing:
    columns = [
        Column("序号", 6, "number"), Column("姓名", 12), Column("聘用编号", 9, "number"), Column("身份证号码", 22),
        Column("村（社区）", 18), Column("岗位名称", 16), Column("计发天数", 9, "number"),
        Column("应发（元）", 12, "money", added=True), Column("扣缴（元）", 12, "money", added=True),
        Column("实发（元）", 12, "money", added=True), Column("单位缴费（元）", 12, "money", added=True),
        Column("签字", 14),
    ]  # fmt: skip
    cells = [
        [
            n, text.name, text.hire_id, masked_tail(text.id_number_tail), paths[text.region], _post(text),
            text.row.days_tenths / 10, text.row.gross_fen, text.row.deducted_fen, text.row.net_fen,
            text.row.employer_fen, "",
        ]
        for n, text in enumerate(texts, 1)
    ]  # fmt: skip
    place = paths.get(row.region, row.region)
    above = [f"{STAMP}{place}　　第{row.id}号　　共{row.people}人　　实发合计{yuan(row.sum_fen)}元"]
    below = [f"名单摘要：{row.digest}", SIGNED]
    return Listing(f"{_when(row)}公益性岗位待遇发放表", columns, cells, above, below)
