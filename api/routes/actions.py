"""Taking steps (办理): one hire, or many with one act. What a step asks is the input model of what it records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Response
from sqlalchemy import Connection

from api.dependencies import (
    ActorDep,
    LanguageDep,
    NowDep,
    OfficeDep,
    ScopeDep,
    SealDep,
    SessionDep,
    TranslateDep,
    require_recent_for,
)
from api.hire_out import done_json
from api.inputs import IdempotencyKey, IfMatch, PathId, Plain, etag, version_of
from api.problems import NotFound, problem_json, problem_of
from api.schemas import BulkIn, BulkLine, BulkOut, DoneOut
from notifications.i18n import translator
from states.clocks import local_day
from states.refusals import InputRefused, NoSuchHire
from states.say import say
from workflow import bulk_runs, engine, queries
from workflow.bulk_runs import Order
from workflow.engine import Done
from workflow.house_inputs import check_house_input
from workflow.queries import HireLine, Scope

router = APIRouter(tags=["actions"])
Act = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{0,47}$")]


@router.post("/hires/{hire_id}/actions/{act}", summary="take a step; every guard's answer comes with a refusal")
def taken(
    hire_id: PathId,
    act: Act,
    office: OfficeDep,
    session: SessionDep,
    actor: ActorDep,
    scope: ScopeDep,
    at: NowDep,
    translate: TranslateDep,
    response: Response,
    given: Annotated[Plain | None, Body(description="the input of what the step records")] = None,
    if_match: IfMatch = None,
    key: IdempotencyKey = None,
) -> DoneOut:
    version = version_of(if_match)
    with office.database.reading(scope.reach) as connection:
        line = queries.hire_line(connection, scope, hire_id)
        if line is None:
            raise NotFound
        _only_for_oneself(connection, scope, [line], given or {})
    require_recent_for(session, [office.procedure(line.procedure)], act)
    check_house_input(office, actor, [line.region], act, given or {}, local_day(at))
    done = engine.perform(office, hire_id, act, actor, at, given or {}, expected_version=version, key=key)
    response.headers["etag"] = etag(done.version)
    return done_json(done, translate)


@router.post("/actions/{act}", summary="take the same step for up to 500 hires, or see what would become of each")
def taken_by_many(
    act: Act,
    given: BulkIn,
    office: OfficeDep,
    session: SessionDep,
    actor: ActorDep,
    scope: ScopeDep,
    seal: SealDep,
    at: NowDep,
    language: LanguageDep,
) -> BulkOut:
    ids = list(dict.fromkeys(given.hire_ids))
    with office.database.reading(scope.reach) as connection:
        lines = queries.hire_lines(connection, scope, ids)
        for extra in (given.input, *given.inputs.values()):
            _only_for_oneself(connection, scope, lines, extra)
    for extra in (given.input, *given.inputs.values()):
        check_house_input(office, actor, [line.region for line in lines], act, extra, local_day(at))
    visible = {line.id for line in lines}
    orders = {
        hire_id: Order(given.versions.get(hire_id), act, {**given.input, **given.inputs.get(hire_id, {})})
        for hire_id in ids
        if hire_id in visible
    }
    outcomes: dict[int, Any]
    if given.preview:
        outcomes = dict(bulk_runs.preview(office, orders, actor, at))
        return BulkOut(items=[_line(i, outcomes.get(i) or NoSuchHire(i), language) for i in ids], preview=True)
    require_recent_for(session, [office.procedure(key) for key in sorted({line.procedure for line in lines})], act)
    run_id = bulk_runs.new_id(at)
    outcomes = bulk_runs.taken(office, run_id, orders, actor, at)
    if any(isinstance(outcome, Done) for outcome in outcomes.values()):
        told = translator(language)
        bulk_runs.keep(office, seal, run_id, act, outcomes, actor, at, lambda refusal: [refusal.sentence.text(told)])
    return BulkOut(items=[_line(i, outcomes.get(i) or NoSuchHire(i), language) for i in ids], run=run_id)


def _only_for_oneself(
    connection: Connection, scope: Scope, lines: Sequence[HireLine], given: Mapping[str, Any]
) -> None:
    """An applicant applies for nobody else. Raises InputRefused, the same for any other person and for none at all."""
    if "person_id" in given and not all(scope.covers(line.region) for line in lines):
        own = queries.own_person(connection, scope)
        if own is None or given["person_id"] != own:
            raise InputRefused({"person_id": say("只能为本人报名")})


def _line(hire_id: int, outcome: Done | Exception, language: str) -> BulkLine:
    if isinstance(outcome, Done):
        return BulkLine(hire_id=hire_id, status=200, done=done_json(outcome, translator(language)))
    problem = problem_of(outcome)
    return BulkLine(hire_id=hire_id, status=problem.status, problem=problem_json(problem, language))
