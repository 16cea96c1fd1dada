"""A filled-in sheet of assessments (考核表导入): read whole, every fault told, looked at by the law, then proposed.

Each row goes through the ordinary step, so every guard holds. A row that says what is on record already changes
nothing; an empty one was not filled in. People are recognised by the number of their hire and their name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from states.facts import Actor
from states.refusals import Refusal
from states.say import Sentence, Translate, say
from workflow import engine, import_runs
from workflow.assessment_sheets import YearRow
from workflow.bulk_runs import Order, taken
from workflow.engine import Done
from workflow.imports import carried
from workflow.imports.assessment_rows import Found, Sheet, Wish
from workflow.imports.assessment_template import (
    DOCUMENT_MARK,
    GRADE_COLUMNS,
    POINT_COLUMNS,
    POINTS_TEMPLATE,
    REGION_MARK,
    TEMPLATE,
    TEMPLATE_VERSION,
    YEAR_MARK,
)
from workflow.imports.carried import Carried, Gone
from workflow.imports.grade_rows import Grades
from workflow.imports.person_rows import tables_of
from workflow.imports.point_rows import NOTE, STRIKE, Points
from workflow.imports.table import CellFault, Row, Table
from workflow.imports.workbook import NotReadable, read_sheets
from workflow.office import Office
from workflow.reading import load_hires
from workflow.sealing import Seal

MOST_ROWS = 3000


class SheetGone(Gone):
    """The sheet that was looked at is not the one that came back, or not of this day, person, place or year."""

    def __init__(self) -> None:
        super().__init__(say("考核表已失效或没有完整传过来，什么都没有导入。请重新选择文件"))


# ---- reading -----------------------------------------------------------------------------------------------------


def read(path: Path, sheet: Sheet) -> Found:
    """The file against who is on the sheet, with every fault of every cell. Raises NotReadable, OSError."""
    sheets = read_sheets(path)
    columns, template = (POINT_COLUMNS, POINTS_TEMPLATE) if sheet.points else (GRADE_COLUMNS, TEMPLATE)
    called = say("加分扣分表") if sheet.points else say("考核表")
    found = Found(carried.digest_of(path), carried.cells_of(sheets))
    reading = (Points if sheet.points else Grades)(sheet, found)
    for table in tables_of(sheets, columns, template, TEMPLATE_VERSION, called):
        elsewhere = _elsewhere(table, sheet)
        if elsewhere is not None:
            found.faults.append(CellFault(table.sheet, 0, "", elsewhere))
            continue
        for row in table.rows:
            if row.cells.get("hire") is not None or (row.cells.get("name") is not None and not _is_foot(row)):
                reading.take(table, row)
    if not found.rows and not found.faults:
        raise NotReadable(say("表中没有人。请下载本年度的表，填好以后再导入"))
    if found.rows > MOST_ROWS:
        raise NotReadable(say("一次最多导入{most}行，表中有{n}行。请分成几份", most=MOST_ROWS, n=found.rows))
    return found


def _elsewhere(table: Table, sheet: Sheet) -> Sentence | None:
    """Why a sheet is not the one asked for: it says of itself what it is of."""
    above = " ".join(table.above)
    wanted = {YEAR_MARK: str(sheet.year), DOCUMENT_MARK: sheet.procedure.procedure, REGION_MARK: sheet.region}
    for mark, value in wanted.items():
        said = re.search(f"{mark}([0-9A-Za-z-]+)", above)
        if said is not None and said[1] != value:
            return say("这张表的{what}{other}，这里要的是{wanted}", what=mark, other=said[1], wanted=value)
    return None


def _is_foot(row: Row) -> bool:
    return row.cells.get("hire") is None and not any(row.cells.get(name) for name in ("said", "item", "seq"))


# ---- from the look to the run ------------------------------------------------------------------------------------


def wrapped(
    seal: Seal, sheet: Sheet, actor: Actor, at: datetime, found: Found, translate: Translate | None = None
) -> str:
    """The sheet as it travels through the form, sealed for this document, place, year, person and day."""
    numbers = {"rows": found.rows, "unchanged": found.unchanged, "blank": found.blank}
    content = {**numbers, "wishes": [one.plain() for one in found.wishes]}
    place = _place(sheet, actor, at)
    about: dict[str, Any] = {"digest": found.digest, "content": content, "cells": found.cells}
    return carried.wrapped(seal, place, at, faults=found.faults, translate=translate, **about)


def unwrapped(seal: Seal, sheet: Sheet, actor: Actor, at: datetime, text: str) -> tuple[Carried, list[Wish]]:
    """What ``wrapped`` made. Raises SheetGone for anything else, and on another day."""
    sent = carried.unwrapped(seal, _place(sheet, actor, at), text, SheetGone())
    return sent, [Wish(*values) for values in sent.content["wishes"]]


def _place(sheet: Sheet, actor: Actor, at: datetime) -> Any:
    return carried.place_of("assessment", f"{sheet.region}|{sheet.subject}", actor, at)


def preview(office: Office, wishes: Sequence[Wish], actor: Actor, at: datetime) -> list[Done | Refusal]:
    """What would become of each wish, in their order. ``at`` is aware. Nothing is written."""
    found: list[Done | Refusal] = []
    struck: dict[int, set[int]] = {}
    for one in wishes:
        if one.act == STRIKE:
            struck.setdefault(one.hire_id, set()).add(one.payload["seq"])
    with office.database.reading() as connection:
        hires = load_hires(connection, sorted({one.hire_id for one in wishes}))
        for one in wishes:
            hire = hires.get(one.hire_id)
            if hire is not None and one.act == NOTE and one.hire_id in struck:  # what is struck is gone by then
                left = tuple(note for note in hire.dossier.points if note.seq not in struck[one.hire_id])
                hire = replace(hire, dossier=hire.dossier.with_(points=left))
            order = (one.hire_id, hire, one.act, actor, at, one.payload)
            try:
                found.append(engine.outlook(office, connection, *order, one.version))
            except Refusal as refusal:
                found.append(refusal)
    return found


def run(
    office: Office, sheet: Sheet, sent: Carried, wishes: Sequence[Wish], actor: Actor, at: datetime
) -> list[tuple[Wish, Done | Refusal]]:
    """Takes every wish through its step, then writes the run down. A run that was kept is not run again."""
    with office.database.reading() as connection:
        if import_runs.lines_of(connection, sent.run_id):
            return []
    outcomes = (
        _noted(office, sent.run_id, wishes, actor, at) if sheet.points else _proposed(office, sent, wishes, actor, at)
    )
    done = [(one, came) for one, came in outcomes if isinstance(came, Done)]
    refused = len(outcomes) - len(done) + sent.faulty
    told = import_runs.Told(sent.run_id, sheet.kind, sheet.region, sheet.subject, sent.digest, refused)
    before = {row.hire.id: _before(row, sheet) for row in sheet.rows}
    lines = [
        import_runs.Changed(
            one.change, f"{one.hire_id}:{came.seq}", one.hire_id, None, came.seq, before.get(one.hire_id)
        )
        for one, came in done
    ]
    with office.database.transaction() as connection:
        import_runs.keep(office, connection, told, lines, actor, at)
    return outcomes


def _before(row: YearRow, sheet: Sheet) -> dict[str, Any] | None:
    """The proposal that stood, as the step takes it again."""
    dossier = row.hire.dossier
    if sheet.points or not row.proposed(sheet.year):
        return None
    payload: dict[str, Any] = {"year": sheet.year, "act": row.step.act}
    if sheet.procedure.assessment.scale == "points":
        payload["points"] = row.said(sheet.procedure, sheet.year)
    else:
        payload["grade"] = dossier.proposed_grade
    more = {"skilled": dossier.proposed_skilled, "evidence": row.evidence or None}
    return {**payload, **{name: value for name, value in more.items() if value is not None}}


def _proposed(
    office: Office, sent: Carried, wishes: Sequence[Wish], actor: Actor, at: datetime
) -> list[tuple[Wish, Done | Refusal]]:
    orders = {one.hire_id: Order(one.version, one.act, one.payload) for one in wishes}
    found = taken(office, sent.run_id, orders, actor, at)
    return [(one, found[one.hire_id]) for one in wishes]


def _noted(
    office: Office, run_id: str, wishes: Sequence[Wish], actor: Actor, at: datetime
) -> list[tuple[Wish, Done | Refusal]]:
    """One after the other, what is struck first; a button pressed twice does each once."""
    found: list[tuple[Wish, Done | Refusal]] = []
    for one in sorted(wishes, key=lambda one: one.act != STRIKE):
        key = f"{run_id}:{one.sheet}:{one.row}"[:128]
        try:
            done = engine.perform(office, one.hire_id, one.act, actor, at, one.payload, key=key, batch=run_id)
        except Refusal as refusal:
            found.append((one, refusal))
        else:
            found.append((one, done))
    return found
