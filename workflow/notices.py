"""Notices by the sheet (公示管理): put up for several chosen persons at once, corrected, and shown to have hung.

Whatever is done to a sheet is the same step for each of its hires, taken through the engine with one audit entry each;
a hire that cannot take it is refused by itself and holds up nobody. Nothing here counts a day: the step does.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select, tuple_

from states.facts import Actor
from states.procedure import Procedure
from states.refusals import InputRefused, Refusal
from states.say import Sentence, say
from states.steps import Step
from states.vocabulary import RecordKind
from workflow import engine, office_log
from workflow.engine import Done
from workflow.files import Stored
from workflow.office import Office
from workflow.queries.notices import SheetLine
from workflow.queries.scope import Scope
from workflow.tables import metadata

hire, opening, person, post = (metadata.tables[name] for name in ("hire", "opening", "person", "post"))
region = metadata.tables["region"]
BOOK = "notices"
#: as many as one announcement may have places
MOST = 1000
ATTACH = "attach"
ADDRESS_TYPE = "text/uri-list"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person who may be put up for notice now (拟聘人员)."""

    hire_id: int
    version: int
    name: str
    village: str


@dataclass(frozen=True, slots=True)
class Batch:
    """The candidates of one opening, and the step by which they are put up."""

    opening_id: int
    post_title: str
    employer: str
    region: str
    procedure: Procedure
    step: Step
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Hung:
    """A board on which the sheet was put up, and on which day."""

    name: str
    posted_on: date


@dataclass(frozen=True, slots=True)
class Run:
    """What became of each hire of a run: taken, or refused with its reason. ``batch`` is in every entry."""

    batch: str
    outcomes: Mapping[int, Done | Refusal]

    @property
    def done(self) -> int:
        return sum(isinstance(one, Done) for one in self.outcomes.values())


# ---- putting up --------------------------------------------------------------------------------------------------


def candidates(office: Office, connection: Connection, scope: Scope, actor: Actor) -> tuple[Batch, ...]:
    """Who may be put up for notice by this actor, opening by opening."""
    held = {grant.role for grant in actor.grants}
    steps = {key: step for key, step in _posting_steps(office, connection).items() if held & frozenset(step.by)}
    if not steps:
        return ()
    # the index of hires goes by region and state; a stage alone would have every hire of a county looked at
    states = sorted({office.procedure(key).stage_by_name[stage].state.value for key, stage in steps})
    village = region.alias("village")
    asked = (
        select(
            *(hire.c[name] for name in ("id", "version", "procedure", "stage", "region", "opening_id")),
            person.c.name,
            village.c.name.label("village"),
            post.c.title,
            post.c.employer,
        )
        .join(person, person.c.id == hire.c.person_id)
        .join(opening, opening.c.id == hire.c.opening_id)
        .join(post, post.c.id == opening.c.post_id)
        .outerjoin(village, village.c.code == person.c.home_region)
        .where(scope.hires(), hire.c.state.in_(states), tuple_(hire.c.procedure, hire.c.stage).in_(list(steps)))
        .order_by(hire.c.opening_id.desc(), hire.c.id)
        .limit(MOST)
    )
    groups: dict[tuple[int, str, str], list[Any]] = defaultdict(list)
    for row in connection.execute(asked):
        if actor.roles_in(row.region) & frozenset(steps[row.procedure, row.stage].by):
            groups[row.opening_id, row.procedure, row.stage].append(row)
    return tuple(_batch(office, rows, steps[key[1:]]) for key, rows in groups.items())


def _batch(office: Office, rows: Sequence[Any], step: Step) -> Batch:
    first = rows[0]
    people = tuple(Candidate(row.id, row.version, row.name, row.village or "") for row in rows)
    procedure = office.procedure(first.procedure)
    return Batch(first.opening_id, first.title, first.employer, first.region, procedure, step, people)


def _posting_steps(office: Office, connection: Connection) -> dict[tuple[str, str], Step]:
    """By document and stage the step that puts somebody up for notice."""
    version = metadata.tables["procedure_version"]
    keys = {procedure.key for procedure in office.catalogue.all()} | set(
        connection.execute(select(version.c.key)).scalars()
    )
    return {
        (key, origin): step
        for key in keys
        for step in office.rulebook.rules(key).procedure.steps
        if step.records is RecordKind.NOTICE
        for origin in step.origin
        if step.to != origin
    }


def put_up(
    office: Office,
    actor: Actor,
    at: datetime,
    batch: Batch,
    versions: Mapping[int, int],
    boards: Sequence[Hung],
    opinion: str | None = None,
) -> Run:
    """Puts the chosen candidates up on these boards. ``versions``: hire → what the person who chose it saw.

    A hire that has changed since is refused. Raises InputRefused where nobody or no board was chosen.
    """
    known = {candidate.hire_id for candidate in batch.candidates}
    chosen = {hire_id: version for hire_id, version in versions.items() if hire_id in known}
    if not chosen:
        raise InputRefused({"people": say("请勾选要公示的人员")})
    payload = notice_payload(boards, opinion)
    return _run(
        office, actor, at, "put_up", batch.step.act, list(chosen), payload, chosen, {"opening": batch.opening_id}
    )


def restart(office: Office, actor: Actor, at: datetime, sheet: SheetLine, boards: Sequence[Hung], reason: str) -> Run:
    """Corrects a sheet and puts it up again (更正并重新公示): its days are counted anew for everybody still on it.

    Raises InputRefused without a reason or a board, and where nobody is left on it.
    """
    if len(reason.strip()) < 2:
        raise InputRefused({"opinion": say("请写明更正了什么、为什么重新公示")})
    payload = notice_payload(boards, reason)
    step = restarting_step(office.rulebook.rules(sheet.procedure).procedure, sheet)
    ids = [line.hire_id for line in sheet.people if step and line.stage == step.to and not line.replaced]
    if step is None or not ids:
        raise InputRefused({"boards": say("这份公示已经结束，不能再更正。需要重新公示的，请先退回")})
    return _run(office, actor, at, "restart", step.act, ids, payload, {}, {"sheet": sheet.sheet})


def restarting_step(procedure: Procedure, sheet: SheetLine) -> Step | None:
    """The step that puts a sheet up again, where somebody on it still stands in the stage of its notice."""
    stages = {line.stage for line in sheet.people if not line.replaced}
    return next(
        (
            step
            for step in procedure.steps
            if step.records is RecordKind.NOTICE and step.to in stages & set(step.origin)
        ),
        None,
    )


def notice_payload(boards: Sequence[Hung], opinion: str | None = None) -> dict[str, Any]:
    """What the step is told: every board with its day. The notice counts from the last. Raises InputRefused."""
    if not boards:
        raise InputRefused({"boards": say("请至少勾选或填写一处张贴的地方")})
    return {
        "posted_on": max(board.posted_on for board in boards).isoformat(),
        "boards": [{"name": board.name, "posted_on": board.posted_on.isoformat()} for board in boards],
        **({"opinion": opinion.strip()} if opinion and opinion.strip() else {}),
    }


# ---- evidence ----------------------------------------------------------------------------------------------------


def show_hung(
    office: Office,
    actor: Actor,
    at: datetime,
    sheet: SheetLine,
    board: str,
    *,
    stored: Stored | None = None,
    address: str | None = None,
) -> Run:
    """Keeps what shows that a sheet hung on a board: a stored photo, or the address where it stood on the network."""
    if board not in {line.name for line in sheet.boards}:
        raise InputRefused({"board": say("公示没有张贴在这个地方，请从列表中选择")})
    if stored is None and not address:
        raise InputRefused({"file": say("请选择照片或扫描件，或者填写网上公示的网址")})
    payload: dict[str, Any] = {"kind": "board", "board": board}
    if stored is not None:
        payload |= {"name": stored.name, "media_type": stored.media_type, "size": stored.size, "digest": stored.digest}
    else:
        digest = hashlib.sha256((address or "").encode()).hexdigest()
        payload |= {"name": (address or "")[:200], "media_type": ADDRESS_TYPE, "size": 0, "digest": digest}
    if address:
        payload["address"] = address
    ids = [line.hire_id for line in sheet.people if not line.replaced]
    return _run(office, actor, at, "evidence", ATTACH, ids, payload, {}, {"sheet": sheet.sheet})


# ---- a run -------------------------------------------------------------------------------------------------------


def _run(
    office: Office,
    actor: Actor,
    at: datetime,
    what: str,
    act: str,
    hire_ids: Sequence[int],
    payload: Mapping[str, Any],
    versions: Mapping[int, int],
    about: Mapping[str, Any],
) -> Run:
    """Takes one step for many hires, and keeps in the office log who ran it for which."""
    batch = secrets.token_hex(8)
    outcomes = engine.bulk(office, hire_ids, act, actor, at, payload, batch=batch, versions=versions)
    run = Run(batch, dict(zip(hire_ids, outcomes, strict=True)))
    if run.done:
        facts = {"batch": batch, "act": act, "hires": len(hire_ids), "done": run.done, **about}
        with office.database.transaction() as connection:
            office_log.write(connection, BOOK, what, actor, at, facts, office.setting.algorithm)
    return run


def faults_of(outcomes: Iterable[Done | Refusal]) -> dict[str, Sentence]:
    """What is wrong with the input itself, which every hire refuses alike."""
    found: dict[str, Sentence] = {}
    for outcome in outcomes:
        if isinstance(outcome, InputRefused):
            found |= outcome.faults
    return found
