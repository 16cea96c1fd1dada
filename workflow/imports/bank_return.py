"""The return of the bank (银行回单导入): what each of its rows says of a line of a sheet, and how that is kept.

A row that says nothing new changes nothing, and a file that was kept once says nothing new; a row of nobody on the
sheet is told and left out; nothing counts as arrived that no row says. That money came back which had arrived is kept
only where somebody means it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from states.clocks import local_day
from states.facts import Actor
from states.meets import enforces
from states.pay import yuan
from states.refusals import StepNotOffered
from states.say import Translate, say
from workflow import bank_results, import_runs, person_log
from workflow.bank_results import AMOUNT, CLOSED, CLOSING_ONES, FAILED, NAME, RECEIVED, REDONE, RESENT, Standing
from workflow.imports import carried
from workflow.imports.bank_rows import COLUMNS, BankRow, Payee, last_words, matched, taken
from workflow.imports.carried import Carried, Cells, Gone
from workflow.imports.person_rows import tables_of
from workflow.imports.roster_words import FOOT
from workflow.imports.table import CellFault, Row, shown
from workflow.imports.workbook import NotReadable, read_sheets
from workflow.office import Office
from workflow.sealing import Seal
from workflow.tables import metadata

line, person = metadata.tables["pay_line"], metadata.tables["person"]
run, run_line = metadata.tables["import_run"], metadata.tables["import_line"]
UNKNOWN, SAME = "unknown", "same"
CALLED = say("银行回单")


class ReturnGone(Gone):
    """The return that was looked at is not the one that came back, or not of this day, person or sheet."""

    def __init__(self) -> None:
        super().__init__(say("回单已失效或没有完整传过来，什么都没有导入。请重新选择文件"))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a row says. ``kind``: a result of ``bank_results``, ``same`` (known already) or ``unknown``.

    ``doubt``: it takes back what is on record (money that arrived, or was sent anew), and is kept only on purpose.
    """

    row: int
    sheet: str
    name: str
    kind: str
    fen: int
    said: str = ""
    hire_id: int | None = None
    seen: int = 0
    doubt: bool = False

    def plain(self) -> list[Any]:
        """As it is sealed."""
        return [self.row, self.sheet, self.name, self.kind, self.fen, self.said, self.hire_id, self.seen, self.doubt]


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


def kept_files(connection: Connection, number: int) -> Mapping[str, frozenset[int]]:
    """The files whose word is on record for a sheet, by digest: the hires whose line they speak of, not undone."""
    asked = (
        select(run.c.file_digest, run_line.c.hire_id)
        .join(run_line, run_line.c.run_id == run.c.id)
        .where(run.c.kind == import_runs.BANK_RETURN, run.c.subject == str(number), run_line.c.undo_id.is_(None))
    )
    found: dict[str, set[int]] = {}
    for digest, hire_id in connection.execute(asked):
        found.setdefault(digest, set()).add(hire_id)
    return {digest: frozenset(hires) for digest, hires in found.items()}


# ---- reading -----------------------------------------------------------------------------------------------------


@enforces("NM-31")
def read(path: Path, seal: Seal, lines: Sequence[Payee], kept: Mapping[str, frozenset[int]] | None = None) -> Found:
    """The file against the lines of a sheet, with every fault of every cell. Raises NotReadable, OSError.

    ``kept``: the files that are on record for it (``kept_files``); what they said once they do not say again.
    """
    sheets = read_sheets(path)
    found = Found(carried.digest_of(path), carried.cells_of(sheets))
    rows: list[BankRow] = []
    for table in tables_of(sheets, COLUMNS, "\0", 0, CALLED):
        for row in table.rows:
            if not row.blank and not _is_foot(row):
                found.rows += 1
                one = taken(table, row, seal, lines, found.faults)
                rows += [one] if one is not None else []
    if not found.rows:
        raise NotReadable(say("回单里没有明细。请导出带户名、账号、金额和处理结果的明细"))
    matched(rows)
    last, replaced = (set(some) for some in last_words(rows, found.faults))
    said_before = (kept or {}).get(found.digest, frozenset())
    for one in rows:
        if one in last:
            found.outcomes.append(_outcome(one, said_before))
        elif one in replaced and one.mine is not None:
            found.outcomes.append(Outcome(*_place(one), SAME, one.fen, "", one.mine.hire_id, one.mine.standing.number))
    told = {one.hire_id for one in found.outcomes}
    found.missing = [one.hire_id for one in lines if one.hire_id not in told and one.standing.result != RECEIVED]
    return found


def _is_foot(row: Row) -> bool:
    first = next((shown(cell) for cell in row.cells.values() if cell is not None), "")
    return row.cells.get("account") is None and bool(FOOT.match(first))


def _place(one: BankRow) -> tuple[int, str, str]:
    return one.row.number, one.row.sheet, one.name


def _outcome(one: BankRow, said_before: frozenset[int]) -> Outcome:
    mine = one.mine
    if mine is None:
        return Outcome(*_place(one), UNKNOWN, one.fen)
    kind, said = FAILED, one.why
    if one.arrived:
        kind = NAME if mine.name != one.name else AMOUNT if mine.fen != one.fen else RECEIVED
        if kind == AMOUNT:
            said = say("表上{mine}元，回单{theirs}元", mine=yuan(mine.fen), theirs=yuan(one.fen)).text()
        elif kind == NAME:
            said = say("回单户名：{name}", name=one.name[:40]).text()
    known, moved = mine.standing, one.fen if one.arrived else 0
    if mine.hire_id in said_before or _nothing_new(known, (kind, moved, said), one.on):
        kind = SAME
    doubt = kind != SAME and _takes_back(known, kind, one.on)
    return Outcome(*_place(one), kind, moved, said, mine.hire_id, known.number, doubt)


def _nothing_new(known: Standing, what: tuple[str, int, str], on: date | None) -> bool:
    """Whether a row says what is on record: the same again, or of a sending before the last one."""
    kind = what[0]
    if (known.result, known.fen, known.said) == what or known.result == kind == RECEIVED:
        return True
    if kind != FAILED:
        return False
    return known.result in CLOSING_ONES or (known.result == RESENT and on is not None and on < _day_of(known))


def _takes_back(known: Standing, kind: str, on: date | None) -> bool:
    """Whether a row says otherwise than the money that arrived, or may be of a sending before the last one."""
    if known.result == RESENT:
        return kind == FAILED and (on is None or on == _day_of(known))
    return known.result in (RECEIVED, CLOSED, REDONE)


def _day_of(known: Standing) -> date:
    assert known.at is not None
    return local_day(known.at)


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
    office: Office,
    number: int,
    sent: Carried,
    outcomes: Sequence[Outcome],
    actor: Actor,
    at: datetime,
    *,
    turned: bool = False,
) -> Mapping[str, int]:
    """Keeps what the return says of each line, all in one transaction, and counts it by result.

    ``turned``: what takes back a record is meant as well; otherwise it is left out.

    Raises NoSuchSheet, StepNotOffered for whoever pays nothing there, for a return with one's own money, and where a
    line has a new result since the look.
    """
    new = [one for one in outcomes if one.hire_id is not None and one.kind not in (UNKNOWN, SAME)]
    told = [one for one in new if turned or not one.doubt]
    counted: dict[str, int] = {}
    with office.database.transaction() as connection:
        sheet = bank_results.may_keep(connection, number, actor)
        about_hires = [one.hire_id for one in told if one.hire_id is not None]
        bank_results.refuse_own(connection, number, about_hires, actor, sheet.region)
        standing = bank_results.standings(connection, number)
        kept: list[tuple[int, tuple[str, int, str]]] = []
        lines = []
        for one in told:
            assert one.hire_id is not None
            known = standing[one.hire_id]
            if known.run_id == sent.run_id:  # the button was pressed twice
                continue
            if known.number != one.seen:
                raise StepNotOffered(say("核对之后又有新的回单，什么都没有导入。请再核对一次"))
            last = bank_results.last_number(connection, number, one.hire_id) + 1
            kept.append((one.hire_id, (one.kind, one.fen, one.said)))
            change = "changed" if known.number else "new"
            lines.append(import_runs.Changed(change, f"{one.hire_id}:{last}", one.hire_id, None, last))
            counted[one.kind] = counted.get(one.kind, 0) + 1
        refused = sent.faulty + sum(one.kind == UNKNOWN for one in outcomes) + len(new) - len(told)
        about = import_runs.Told(sent.run_id, import_runs.BANK_RETURN, sheet.region, str(number), sent.digest, refused)
        import_runs.keep(office, connection, about, lines, actor, at)
        principal = bank_results.behind(actor, sheet.region)[1]
        for hire_id, what in kept:
            bank_results.keep(connection, number, hire_id, what, actor, at, kept_for=principal, run_id=sent.run_id)
    return counted
