"""The return of the bank (银行回单导入): each row found again among the lines of a sheet, by its card and amount.

Cards are compared by their blind index, a masked one by the digits it shows and the name. A row that says nothing new
changes nothing; a row of nobody on the sheet is told and left out; nothing counts as arrived that no row says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from states.facts import Actor
from states.meets import enforces
from states.pay import yuan
from states.refusals import StepNotOffered
from states.say import Sentence, Translate, say
from workflow import bank_results, import_runs, person_log
from workflow.bank_results import AMOUNT, FAILED, NAME, RECEIVED, Standing
from workflow.contacts import normal_bank
from workflow.imports import carried
from workflow.imports.carried import Carried, Cells, Gone
from workflow.imports.person_rows import tables_of
from workflow.imports.roster_words import FOOT
from workflow.imports.table import CellFault, Column, Row, Table, half_width, shown
from workflow.imports.workbook import Cell, NotReadable, Number, read_sheets
from workflow.office import Office
from workflow.sealing import Seal
from workflow.tables import metadata

line, person = metadata.tables["pay_line"], metadata.tables["person"]
UNKNOWN, SAME = "unknown", "same"
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
    Column("why", ("失败原因", "原因", "返回信息", "处理信息", "摘要", "备注", "附言")),
)
CALLED = say("银行回单")
_ARRIVED = re.compile(r"^(交易|处理|入账|发放|代发|转账)?(已)?(成功|入账|到账|发放)(了)?$|^(S|OK|0000|SUCCESS)$")
_REFUSED = re.compile(r"失败|退|拒|不成功|未成功|未入账|错误|异常|不符|销户|挂失|冻结|^(F|FAIL|FAILED)$")
_TAIL = 4


class ReturnGone(Gone):
    """The return that was looked at is not the one that came back, or not of this day, person or sheet."""

    def __init__(self) -> None:
        super().__init__(say("回单已失效或没有完整传过来，什么都没有导入。请重新选择文件"))


@dataclass(frozen=True, slots=True)
class Payee:
    """A line of the sheet as a bank knows it. ``indexes`` are blind, ``card`` is compared and never shown."""

    hire_id: int
    name: str
    fen: int
    indexes: frozenset[str]
    card: str
    standing: Standing


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a row says. ``kind``: a result of ``bank_results``, ``same`` (known already) or ``unknown``."""

    row: int
    sheet: str
    name: str
    kind: str
    fen: int
    said: str = ""
    hire_id: int | None = None
    seen: int = 0

    def plain(self) -> list[Any]:
        """As it is sealed."""
        return [self.row, self.sheet, self.name, self.kind, self.fen, self.said, self.hire_id, self.seen]


@dataclass(slots=True)
class Found:
    """A return as it was read. ``missing``: hires of the sheet that wait and of whom it says nothing."""

    digest: str = ""
    cells: Cells = ()
    rows: int = 0
    outcomes: list[Outcome] = field(default_factory=list)
    faults: list[CellFault] = field(default_factory=list)
    missing: list[int] = field(default_factory=list)


def payees(connection: Connection, seal: Seal, number: int) -> list[Payee]:
    """The lines of a sheet, with their cards."""
    standing = bank_results.standings(connection, number)
    asked = (
        select(line.c.hire_id, line.c.net_fen, person.c.name, person.c.key, person.c.contacts, person.c.bank_sealed)
        .join(person, person.c.id == line.c.person_id)
        .where(line.c.sheet_id == number)
        .order_by(line.c.hire_id)
    )
    found = []
    for row in connection.execute(asked):
        sealed = row.bank_sealed
        card = "" if sealed is None else seal.unseal(sealed, person_log.place_of("bank", row.key))
        about = (row.hire_id, row.name, row.net_fen, frozenset(row.contacts), card)
        found.append(Payee(*about, standing[row.hire_id]))
    return found


# ---- reading -----------------------------------------------------------------------------------------------------


@enforces("NM-31")
def read(path: Path, seal: Seal, lines: Sequence[Payee]) -> Found:
    """The file against the lines of a sheet, with every fault of every cell. Raises NotReadable, OSError."""
    sheets = read_sheets(path)
    found = Found(carried.digest_of(path), carried.cells_of(sheets))
    reading = _Reading(seal, lines, found)
    for table in tables_of(sheets, COLUMNS, "\0", 0, CALLED):
        for row in table.rows:
            if not row.blank and not _is_foot(row):
                reading.take(table, row)
    if not found.rows:
        raise NotReadable(say("回单里没有明细。请导出带户名、账号、金额和处理结果的明细"))
    told = {one.hire_id for one in found.outcomes}
    found.missing = [one.hire_id for one in lines if one.hire_id not in told and one.standing.result != RECEIVED]
    return found


def _is_foot(row: Row) -> bool:
    first = next((shown(cell) for cell in row.cells.values() if cell is not None), "")
    return row.cells.get("account") is None and bool(FOOT.match(first))


class _Reading:
    """Rows being found among the lines."""

    def __init__(self, seal: Seal, lines: Iterable[Payee], found: Found) -> None:
        self.seal, self.lines, self.found = seal, list(lines), found
        self.seen: dict[int, int] = {}

    def take(self, table: Table, row: Row) -> None:
        """One row: an outcome, or its faults."""
        self.found.rows += 1
        wrong: list[tuple[str, Sentence]] = []
        name, fen = "".join(shown(row.cells.get("name")).split()), _fen(row.cells.get("fen"), wrong)
        arrived, mine = self._arrived(row, wrong), self._mine(row, name, wrong)
        if not wrong and mine is not None and (first := self.seen.setdefault(mine.hire_id, row.number)) != row.number:
            wrong.append(("account", say("与第{row}行是同一笔", row=first)))
        for column, problem in wrong:
            self.found.faults.append(CellFault(row.sheet, row.number, table.headings.get(column, ""), problem))
        if not wrong:
            why = half_width(row.cells.get("why"))[:200]
            self.found.outcomes.append(_outcome(row, name, fen, why, mine, arrived=arrived))

    def _arrived(self, row: Row, wrong: list[tuple[str, Sentence]]) -> bool:
        text = half_width(row.cells.get("result")).upper()
        if _REFUSED.search(text):
            return False
        if not _ARRIVED.match(text):
            wrong.append(("result", say("看不出是成功还是失败：{value}", value=text[:20])))
        return True

    def _mine(self, row: Row, name: str, wrong: list[tuple[str, Sentence]]) -> Payee | None:
        cell, text = row.cells.get("account"), normal_bank(half_width(row.cells.get("account")))
        if isinstance(cell, Number) and (cell.whole is None or len(text) > 15):
            wrong.append(("account", say("账号按数字录入，末几位已丢失；请把这一列设为文本，或让银行重新导出")))
            return None
        whole = self.seal.blind(text, "contact.bank") if text else ""
        found = [one for one in self.lines if whole in one.indexes]
        tail = re.search(r"(\d+)$", text)
        if not found and tail is not None and len(tail[1]) >= _TAIL and (not text.isdecimal() or len(text) <= 8):
            found = [one for one in self.lines if one.card.endswith(tail[1])]
            found = [one for one in found if one.name == name] or (found if len(found) == 1 else [])
        elif not text or (tail is None or len(text) < _TAIL):
            wrong.append(("account", say("没有账号，也没有至少4位的尾号")))
        named = [one for one in found if one.name == name]
        return next(iter(named or found), None)


def _fen(cell: Cell, wrong: list[tuple[str, Sentence]]) -> int:
    text = half_width(cell).replace(",", "").removeprefix("¥").removesuffix("元").strip()
    if not re.fullmatch(r"\d{1,9}(\.\d{1,2}0*)?", text, re.ASCII):
        wrong.append(("fen", say("金额应为数字，最多两位小数，现为：{value}", value=text[:20])))
        return 0
    return int(Decimal(text) * 100)


def _outcome(row: Row, name: str, fen: int, why: str, mine: Payee | None, *, arrived: bool) -> Outcome:
    place = (row.number, row.sheet, name)
    if mine is None:
        return Outcome(*place, UNKNOWN, fen)
    kind, said = FAILED, why
    if arrived:
        kind = NAME if mine.name != name else AMOUNT if mine.fen != fen else RECEIVED
        if kind == AMOUNT:
            said = say("表上{mine}元，回单{theirs}元", mine=yuan(mine.fen), theirs=yuan(fen)).text()
        elif kind == NAME:
            said = say("回单户名：{name}", name=name[:40]).text()
    known = mine.standing
    moved = fen if arrived else 0
    same = (known.result, known.fen, known.said) == (kind, moved, said) or known.result == RECEIVED == kind
    return Outcome(*place, SAME if same else kind, moved, said, mine.hire_id, known.number)


# ---- from the look to the run ------------------------------------------------------------------------------------


def wrapped(
    seal: Seal, number: int, actor: Actor, at: datetime, found: Found, translate: Translate | None = None
) -> str:
    """The return as it travels through the form, sealed for this sheet, person and day."""
    outcomes = [one.plain() for one in found.outcomes]
    content = {"rows": found.rows, "missing": found.missing, "outcomes": outcomes}
    about: dict[str, Any] = {"digest": found.digest, "content": content, "cells": found.cells}
    place = carried.place_of("pay_result", str(number), actor, at)
    return carried.wrapped(seal, place, at, faults=found.faults, translate=translate, **about)


def unwrapped(seal: Seal, number: int, actor: Actor, at: datetime, text: str) -> tuple[Carried, list[Outcome]]:
    """What ``wrapped`` made. Raises ReturnGone for anything else, and on another day."""
    sent = carried.unwrapped(seal, carried.place_of("pay_result", str(number), actor, at), text, ReturnGone())
    return sent, [Outcome(*values) for values in sent.content["outcomes"]]


def keep(
    office: Office, number: int, sent: Carried, outcomes: Sequence[Outcome], actor: Actor, at: datetime
) -> Mapping[str, int]:
    """Keeps what the return says of each line, all in one transaction, and counts it by result.

    Raises NoSuchSheet, StepNotOffered for whoever pays nothing there and where a line has a new result since the look.
    """
    told = [one for one in outcomes if one.hire_id is not None and one.kind not in (UNKNOWN, SAME)]
    counted: dict[str, int] = {}
    with office.database.transaction() as connection:
        sheet = bank_results.may_keep(connection, number, actor)
        standing = bank_results.standings(connection, number)
        kept: list[tuple[int, int, tuple[str, int, str]]] = []
        lines = []
        for one in told:
            assert one.hire_id is not None
            known = standing[one.hire_id]
            if known.run_id == sent.run_id:  # the button was pressed twice
                continue
            if known.number != one.seen:
                raise StepNotOffered(say("核对之后又有新的回单，什么都没有导入。请再核对一次"))
            last = bank_results.last_number(connection, number, one.hire_id) + 1
            kept.append((one.hire_id, last, (one.kind, one.fen, one.said)))
            change = "changed" if known.number else "new"
            lines.append(import_runs.Changed(change, f"{one.hire_id}:{last}", one.hire_id, None, last))
            counted[one.kind] = counted.get(one.kind, 0) + 1
        refused = sent.faulty + sum(one.kind == UNKNOWN for one in outcomes)
        about = import_runs.Told(sent.run_id, import_runs.BANK_RETURN, sheet.region, str(number), sent.digest, refused)
        import_runs.keep(office, connection, about, lines, actor, at)
        for hire_id, last, what in kept:
            bank_results.keep(connection, number, hire_id, last, what, actor, at, sent.run_id)
    return counted
