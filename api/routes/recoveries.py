"""Recoveries (追回): the ledger, a claim, its decision by a second person, and what came back."""

from __future__ import annotations

from fastapi import APIRouter

from api.after_schemas import (
    RecoveryAsked,
    RecoveryDecision,
    RecoveryIn,
    RecoveryOut,
    RecoverySumsOut,
    ReductionIn,
    Repaid,
    RepaymentCorrected,
    RepaymentCorrectionIn,
    RepaymentDecision,
    RepaymentIn,
)
from api.dependencies import ActorDep, NowDep, OfficeDep, ReadDep, RecentDep, ScopeDep
from api.inputs import After, Id, Limit, PathId, RegionCode, cursor, number_of
from api.problems import NotFound
from api.schemas import Page
from workflow import recoveries
from workflow.queries import recoveries as ledger
from workflow.queries.paging import PAGE
from workflow.queries.recoveries import RecoveryLine, Standing
from workflow.recoveries import Claim

router = APIRouter(tags=["recoveries"])


@router.get("/recoveries", summary="money claimed back within my regions, the newest first")
def listed(
    connection: ReadDep,
    scope: ScopeDep,
    standing: Standing | None = None,
    region: RegionCode | None = None,
    hire: Id | None = None,
    after: After = None,
    limit: Limit = PAGE,
) -> Page[RecoveryOut]:
    page = ledger.recoveries(
        connection, scope, standing=standing, region=region, hire_id=hire, after=number_of(after), limit=limit
    )
    return Page(items=[_out(line) for line in page.lines], next=cursor(page.after))


@router.get("/recoveries/sums", summary="how many claims wait, how many are open, and what has still to come back")
def sums(connection: ReadDep, scope: ScopeDep, region: RegionCode | None = None) -> RecoverySumsOut:
    found = ledger.recovery_sums(connection, scope, region)
    return RecoverySumsOut(waiting=found.waiting, open=found.open, open_fen=found.open_fen)


@router.get("/recoveries/{number}", summary="one claim with what came back")
def one(number: PathId, connection: ReadDep, scope: ScopeDep) -> RecoveryOut:
    line = ledger.recovery_line(connection, scope, number)
    if line is None:
        raise NotFound
    return _out(line).model_copy(update={"repayments": list(ledger.repayments(connection, number))})


@router.post("/hires/{hire_id}/recoveries", summary="claim money back; somebody else decides", status_code=201)
def asked(hire_id: PathId, given: RecoveryIn, actor: ActorDep, office: OfficeDep, at: NowDep) -> RecoveryAsked:
    return RecoveryAsked(id=recoveries.ask(office, hire_id, Claim(**given.model_dump()), actor, at))


@router.post("/recoveries/{number}/decide", summary="decide as the second natural person", status_code=204)
def decided(
    number: PathId, given: RecoveryDecision, _recent: RecentDep, actor: ActorDep, office: OfficeDep, at: NowDep
) -> None:
    recoveries.decide(office, number, given.upheld, given.opinion, actor, at)


@router.post("/recoveries/{number}/repayments", summary="enter money that came back", status_code=201)
def repaid(number: PathId, given: RepaymentIn, actor: ActorDep, office: OfficeDep, at: NowDep) -> Repaid:
    return Repaid(settled=recoveries.repay(office, number, given.fen, given.on_day, given.voucher, actor, at))


@router.post(
    "/recoveries/{number}/repayments/{repayment}/correct", summary="set a mistyped repayment right", status_code=201
)
def corrected(
    number: PathId, repayment: PathId, given: RepaymentCorrectionIn, actor: ActorDep, office: OfficeDep, at: NowDep
) -> RepaymentCorrected:
    row = recoveries.correct_repayment(office, number, repayment, given.reason, actor, at)
    return RepaymentCorrected(number=row)


@router.post("/recoveries/{number}/reduce", summary="take something off a claim that says too much", status_code=201)
def reduced(number: PathId, given: ReductionIn, actor: ActorDep, office: OfficeDep, at: NowDep) -> RepaymentCorrected:
    return RepaymentCorrected(number=recoveries.reduce(office, number, given.cut, given.reason, actor, at))


@router.post(
    "/recoveries/{number}/repayments/{repayment}/decide",
    summary="decide as the second person whether a repayment is set right, or a claim reduced",
    status_code=204,
)
def correction_decided(
    number: PathId,
    repayment: PathId,
    given: RepaymentDecision,
    _recent: RecentDep,
    actor: ActorDep,
    office: OfficeDep,
    at: NowDep,
) -> None:
    recoveries.decide_repayment(office, number, repayment, given.upheld, actor, at)


def _out(line: RecoveryLine) -> RecoveryOut:
    return RecoveryOut(recovery=line, standing=line.standing.value, open_fen=line.open_fen)
