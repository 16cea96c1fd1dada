"""A list of people on old posts (原有岗位人员名单): registered, and entered with the agreements they are under.

Read whole; every fault of every row is told at once. The look enters everybody on trial and keeps nothing, so what it
says is what the run will do. Whoever was entered before from the same day on stays as they are: the same file twice
enters nobody twice.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from states.clocks import local_day
from states.facts import Actor
from states.meets import enforces
from states.refusals import InputRefused, Refusal
from states.say import Sentence, Translate, say
from workflow import import_runs, people
from workflow.engine import PlaceTaken
from workflow.imports import carried
from workflow.imports.old_post_rows import COLUMNS, TEMPLATE, TEMPLATE_VERSION, OldEntry, OldReading
from workflow.imports.person_rows import rows_of, sound_ones, tables_of, unread
from workflow.imports.roster_rows import Places
from workflow.imports.table import CellFault
from workflow.imports.workbook import NotReadable, read_sheets
from workflow.moving import old_versions
from workflow.office import Office
from workflow.old_posts import enter_in, taken
from workflow.sealing import Seal
from workflow.tables import Post, metadata

#: each is entered on trial first
MOST_ROWS = 500


@dataclass(frozen=True, slots=True)
class Line:
    """A row that can be entered, as it travels from the look to the run. ``kind``: new, or known (entered before)."""

    sheet: str
    row: int
    given: Mapping[str, Any]
    terms: Mapping[str, Any]
    post: Sequence[str]
    kind: str

    @property
    def name(self) -> str:
        return str(self.given.get("name", ""))


@dataclass(slots=True)
class Found:
    """A list as it was read; ``digest`` and ``cells`` see ``carried``."""

    digest: str
    cells: carried.Cells = ()
    rows: int = 0
    lines: list[Line] = field(default_factory=list)
    faults: list[CellFault] = field(default_factory=list)
    warnings: list[CellFault] = field(default_factory=list)


class _Undone(Exception):
    """Ends a transaction of which nothing is kept."""


def read(office: Office, seal: Seal, path: Path, actor: Actor, at: datetime) -> Found:
    """The list in ``path`` with every fault of every row: everybody is entered on trial, and nothing is kept.

    Raises NotReadable, OSError.
    """
    sheets = read_sheets(path)
    tables = tables_of(sheets, COLUMNS, TEMPLATE, TEMPLATE_VERSION, say("原有岗位人员名单"))
    found = Found(carried.digest_of(path), carried.cells_of(sheets), warnings=unread(tables))
    with contextlib.suppress(_Undone), office.database.session() as session:
        places = Places.load(session, actor)
        entries = []
        for table, row in rows_of(tables):
            reading = OldReading(OldEntry(row, table.headings, COLUMNS), found.faults, found.warnings)
            reading.all(places)
            entries.append(reading.entry)
        found.rows = len(entries)
        if found.rows > MOST_ROWS:
            raise NotReadable(say("一次最多导入{most}人，表中有{n}人。请分成几份", most=MOST_ROWS, n=found.rows))
        for entry in sound_ones(entries, seal, local_day(at), found.faults, found.warnings):
            line = Line(entry.row.sheet, entry.row.number, carried.plain(entry.given), entry.terms, entry.post, "new")
            tried = _tried(office, session, seal, line, actor, at)
            if isinstance(tried, Refusal):
                found.faults += [entry.fault(name, problem) for name, problem in _faults_of(tried)]
            else:
                found.lines.append(replace(line, kind="known") if tried is None else line)
        raise _Undone
    found.faults.sort(key=lambda fault: (fault.sheet, fault.row))
    return found


def _tried(
    office: Office, session: Session, seal: Seal, line: Line, actor: Actor, at: datetime
) -> import_runs.Changed | Refusal | None:
    """One row, entered whole or not at all: what it changed, None for somebody entered before, or why it cannot be."""
    try:
        with session.begin_nested():
            return _enter(office, session, seal, line, actor, at)
    except Refusal as refusal:
        return refusal
    except IntegrityError as error:
        refused = taken(error)
        if not isinstance(refused, Refusal):
            raise
        return refused


def _faults_of(refusal: Refusal) -> Iterator[tuple[str, Sentence]]:
    """The columns in which the reasons of a refusal lie."""
    if isinstance(refusal, InputRefused):
        yield from ((_COLUMN_OF.get(name, name), problem) for name, problem in refusal.faults.items())
    else:
        yield ("id_number" if isinstance(refusal, PlaceTaken) else "term"), refusal.sentence


@enforces("LC-29")
def keep(office: Office, seal: Seal, sent: carried.Carried, lines: Sequence[Line], actor: Actor, at: datetime) -> int:
    """Enters everybody of ``lines`` who is not entered yet, in one transaction, and returns how many.

    Raises Refusal where somebody cannot be entered any more since the look; then nothing is kept.
    """
    with office.database.session() as session:
        changed = []
        for line in lines:
            one = _tried(office, session, seal, line, actor, at)
            if isinstance(one, Refusal):
                raise one
            if one is not None:
                changed.append((line, one))
        regions = [line.post[1] for line, _ in changed]
        shared = import_runs.common_region(regions)
        told = import_runs.Told(sent.run_id, import_runs.OLD_POSTS, shared, "", sent.digest, sent.faulty)
        import_runs.keep(office, session.connection(), told, [one for _, one in changed], actor, at)
    return len(changed)


# ---- from the look to the run ------------------------------------------------------------------------------------


def wrapped(seal: Seal, actor: Actor, at: datetime, found: Found, translate: Translate | None = None) -> str:
    """The list as it travels through the form, sealed for this person and day. ``translate``: of its faults."""
    content = {"rows": found.rows, "lines": [asdict(line) for line in found.lines]}
    told: dict[str, Any] = {"digest": found.digest, "content": content, "cells": found.cells}
    told |= {"faults": found.faults, "warnings": found.warnings, "translate": translate}
    return carried.wrapped(seal, carried.place_of("old_terms", "", actor, at), at, **told)


def unwrapped(seal: Seal, actor: Actor, at: datetime, text: str) -> tuple[carried.Carried, list[Line]]:
    """What ``wrapped`` made. Raises carried.ListGone for anything else, and on another day."""
    sent = carried.unwrapped(seal, carried.place_of("old_terms", "", actor, at), text, carried.ListGone())
    return sent, [Line(**values) for values in sent.content["lines"]]


_COLUMN_OF: Mapping[str, str] = {
    "starts_on": "term",
    "ends_on": "term",
    "monthly_yuan": "pay",
    "prior_months": "months",
    "person_id": "id_number",
}


def _enter(
    office: Office, session: Session, seal: Seal, line: Line, actor: Actor, at: datetime
) -> import_runs.Changed | None:
    """Registers and enters somebody; None for who is entered on this post from the same day. Raises as ``enter_in``."""
    known = people.register(session, seal, line.given, actor, at, algorithm=office.setting.algorithm)
    session.flush()
    post_id = _post_of(office, session, line.post)
    if not known.created and _entered(session, known.person_id, post_id, str(line.terms["started_on"])):
        return None
    if not known.created and "prior_months" in known.differs:
        differs = say("此人已登记的此前累计月数与本表不同，请先核对人员信息（不含现协议期）")
        raise InputRefused({"prior_months": differs})
    terms = {**line.terms, "person_id": known.person_id}
    done = enter_in(office, session.connection(), post_id, actor, at, terms)
    return import_runs.Changed("new", str(done.hire_id), done.hire_id, known.person_id, done.seq)


def _entered(session: Session, person_id: int, post_id: int, started_on: str) -> bool:
    """Whether this person is entered on this post from this day on; an entry that was taken back is none."""
    hire, opening, old_terms = (metadata.tables[name] for name in ("hire", "opening", "old_terms"))
    asked = (
        select(hire.c.id)
        .join(opening, opening.c.id == hire.c.opening_id)
        .join(old_terms, old_terms.c.hire_id == hire.c.id)
        .where(hire.c.person_id == person_id, opening.c.post_id == post_id, hire.c.state != "withdrawn")
        .where(old_terms.c.started_on == date.fromisoformat(started_on))
    )
    return session.connection().execute(asked).first() is not None


def _post_of(office: Office, session: Session, post: Sequence[str]) -> int:
    """The registered post of this title and place. Raises InputRefused."""
    title, region = post
    documents = {now.procedure for now in old_versions(office).values()}
    asked = select(Post.id).where(Post.title == title, Post.region == region, col(Post.procedure_id).in_(documents))
    found = session.exec(asked).all()
    if len(found) == 1 and found[0] is not None:
        return found[0]
    if found:
        raise InputRefused({"post": say("这里有{n}个叫“{title}”的岗位，请改名以便区分", n=len(found), title=title)})
    raise InputRefused({"post": say("这里没有登记过叫“{title}”的岗位，请先在“岗位一览”登记", title=title)})
