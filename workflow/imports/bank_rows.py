"""The rows of a bank's return (回单明细) and the lines of a sheet they speak of: by card, name, amount and day.

A whole card finds its line by its blind index; of a masked one the digits that are shown are compared, and then the
name is asked for as well, because strangers have cards that end alike. Several lines may go to one card: a row first
belongs to the line with its name and amount.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from states.say import Sentence, say
from workflow.bank_results import Standing
from workflow.contacts import normal_bank
from workflow.imports.table import CellFault, Column, Row, Table, half_width, shown
from workflow.imports.workbook import Cell, Number
from workflow.sealing import Seal

COLUMNS = (
    Column(
        "name", ("姓名", "户名", "账户名", "账户名称", "收款人", "收款人姓名", "收款户名", "收款人户名"), required=True
    ),
    Column(
        "account",
        ("账号", "卡号", "银行账号", "银行卡号", "收款账号", "收款人账号", "社会保障卡银行账号", "账户尾号", "尾号"),
        required=True,
    ),
    Column("fen", ("金额", "交易金额", "实发金额", "发放金额", "入账金额", "金额(元)", "实发"), required=True),
    Column(
        "result",
        ("处理结果", "交易结果", "结果", "状态", "交易状态", "入账状态", "处理状态", "发放结果"),
        required=True,
    ),
    Column("why", ("失败原因", "退回原因", "退票原因", "原因", "返回信息", "处理信息", "摘要", "备注", "附言")),
    Column("on", ("交易日期", "交易时间", "处理日期", "处理时间", "入账日期", "入账时间", "记账日期", "日期")),
)
_ARRIVED = re.compile(r"^(交易|处理|入账|发放|代发|转账)?(已)?(成功|入账|到账|发放)(了)?$|^(S|OK|0000|SUCCESS)$")
_REFUSED = re.compile(r"失败|退|拒|不成功|未成功|未入账|错误|异常|不符|销户|挂失|冻结|^(F|FAIL|FAILED)$")
#: digits of a card that a bank shows at the least, and how many alone are no whole card
_TAIL, _LONGEST_TAIL = 4, 8
_DAY = re.compile(r"(\d{4})[-./年]?(\d{1,2})[-./月]?(\d{1,2})")


@dataclass(frozen=True, slots=True)
class Payee:
    """A line of the sheet as a bank knows it. ``indexes`` are blind, ``card`` is compared and never shown."""

    hire_id: int
    name: str
    fen: int
    indexes: frozenset[str]
    card: str
    standing: Standing


@dataclass(slots=True, eq=False)
class BankRow:
    """A row without a fault. ``lines``: those it may speak of; ``mine``: the one it does, None: of nobody here."""

    row: Row
    heading: str
    name: str
    fen: int
    arrived: bool
    why: str
    on: date | None
    lines: Sequence[Payee] = ()
    mine: Payee | None = None

    def fault(self, problem: Sentence) -> CellFault:
        """What is wrong with the row, at its account."""
        return CellFault(self.row.sheet, self.row.number, self.heading, problem)


# ---- a row -------------------------------------------------------------------------------------------------------


def taken(table: Table, row: Row, seal: Seal, lines: Iterable[Payee], faults: list[CellFault]) -> BankRow | None:
    """A row and the lines it may speak of; None where a cell has a fault, which then stands in ``faults``."""
    wrong: list[tuple[str, Sentence]] = []
    name, fen = "".join(shown(row.cells.get("name")).split()), _fen(row.cells.get("fen"), wrong)
    arrived, found = _arrived(row, wrong), list(_by_account(row, name, seal, lines, wrong))
    for column, problem in wrong:
        faults.append(CellFault(row.sheet, row.number, table.headings.get(column, ""), problem))
    if wrong:
        return None
    why = half_width(row.cells.get("why"))[:200]
    return BankRow(row, table.headings.get("account", ""), name, fen, arrived, why, _day(row.cells.get("on")), found)


def _arrived(row: Row, wrong: list[tuple[str, Sentence]]) -> bool:
    text = half_width(row.cells.get("result")).upper()
    if _REFUSED.search(text):
        return False
    if not _ARRIVED.match(text):
        wrong.append(("result", say("看不出是成功还是失败：{value}", value=text[:20])))
    return True


def _by_account(
    row: Row, name: str, seal: Seal, lines: Iterable[Payee], wrong: list[tuple[str, Sentence]]
) -> Iterator[Payee]:
    cell, text = row.cells.get("account"), normal_bank(half_width(row.cells.get("account")))
    if isinstance(cell, Number) and (cell.whole is None or len(text) > 15):
        wrong.append(("account", say("账号按数字录入，末几位已丢失；请把这一列设为文本，或让银行重新导出")))
        return
    tail = re.findall(r"\d*$", text)[0]
    head = "" if tail == text else re.findall(r"^\d*", text)[0]
    if len(tail) < _TAIL:
        wrong.append(("account", say("没有账号，也没有至少4位的尾号")))
        return
    whole, masked = seal.blind(text, "contact.bank"), tail != text or len(text) <= _LONGEST_TAIL
    for one in lines:
        alike = masked and one.name == name and one.card.startswith(head) and one.card.endswith(tail)
        if whole in one.indexes or alike:
            yield one


def _fen(cell: Cell, wrong: list[tuple[str, Sentence]]) -> int:
    text = half_width(cell).replace(",", "").removeprefix("¥").removesuffix("元").strip()
    if not re.fullmatch(r"\d{1,9}(\.\d{1,2}0*)?", text, re.ASCII):
        wrong.append(("fen", say("金额应为数字，最多两位小数，现为：{value}", value=text[:20])))
        return 0
    return int(Decimal(text) * 100)


def _day(cell: Cell) -> date | None:
    """The day of a cell, with or without an hour; None where none can be read: it is only asked for where it helps."""
    found = _DAY.match(half_width(cell))
    try:
        return None if found is None else date(*(int(part) for part in found.groups()))
    except ValueError:
        return None


# ---- all rows ----------------------------------------------------------------------------------------------------


def matched(rows: Sequence[BankRow]) -> None:
    """Says of each row which line it speaks of: first those with a line's name and amount, then the others."""
    seen: set[int] = set()
    for exact in (True, False):
        for one in rows:
            if one.mine is None:
                fits = [line for line in one.lines if not exact or (line.name, line.fen) == (one.name, one.fen)]
                fits.sort(key=lambda line: (line.name != one.name, line.hire_id in seen))
                one.mine = next(iter(fits), None)
                if one.mine is not None:
                    seen.add(one.mine.hire_id)


def last_words(rows: Sequence[BankRow], faults: list[CellFault]) -> tuple[list[BankRow], list[BankRow]]:
    """Of several rows about one line the last, and those it replaces; where nobody can tell which, all are faults.

    Rows of nobody stay as they are.
    """
    by_line: dict[int, list[BankRow]] = defaultdict(list)
    for one in rows:
        if one.mine is not None:
            by_line[one.mine.hire_id].append(one)
    kept, replaced = [one for one in rows if one.mine is None], list[BankRow]()
    for told in by_line.values():
        told = _once(told, faults)
        last = _last(told, faults)
        if last is not None:
            kept.append(last)
            replaced += [one for one in told if one is not last]
    return kept, replaced


def _once(told: Sequence[BankRow], faults: list[CellFault]) -> list[BankRow]:
    """Money arrives once: a second arrival is no news, but somebody has to ask the bank."""
    first = next((one for one in told if one.arrived), None)
    again = [one for one in told if one.arrived and one is not first]
    for one in again:
        assert first is not None
        faults.append(one.fault(say("与第{row}行是同一笔，都写着到账，请向银行核实", row=first.row.number)))
    return [one for one in told if one not in again]


def _last(told: Sequence[BankRow], faults: list[CellFault]) -> BankRow | None:
    if len({one.arrived for one in told}) == 1:
        return max(reversed(told), key=lambda one: one.on or date.min)
    last = max(told, key=lambda one: one.on or date.min)
    if all(one.on is not None for one in told) and all(one.on != last.on for one in told if one is not last):
        return last
    for one in told:
        other = next(other.row.number for other in told if other is not one)
        why = say("与第{row}行是同一笔，一行到账、一行退回，看不出先后。请加上交易日期，或只留最后的结果", row=other)
        faults.append(one.fault(why))
    return None
