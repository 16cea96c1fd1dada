"""Corrections (更正): what one would move, and the one that waits. They are proposed and confirmed by steps."""

from __future__ import annotations

from fastapi import APIRouter

from api.correction_schemas import CorrectionIn, CorrectionOut, ForeseenOut
from api.dependencies import ActorDep, NowDep, OfficeDep, TranslateDep
from api.inputs import PathId
from api.problems import NotFound
from workflow import corrections

router = APIRouter(tags=["corrections"])


@router.post("/hires/{hire_id}/corrections/preview", summary="everything that a correction would move; nothing is kept")
def preview(
    hire_id: PathId, given: CorrectionIn, office: OfficeDep, actor: ActorDep, at: NowDep, translate: TranslateDep
) -> ForeseenOut:
    found = corrections.foresee(office, hire_id, given.entry, given.values, actor, at)
    return ForeseenOut.of(found, translate)


@router.get("/hires/{hire_id}/corrections", summary="the correction that waits, with everything that it would move")
def waiting(hire_id: PathId, office: OfficeDep, actor: ActorDep, at: NowDep, translate: TranslateDep) -> CorrectionOut:
    found = corrections.waiting(office, hire_id, actor, at)
    if found is None:
        raise NotFound
    return CorrectionOut(
        correction=found.seq,
        entry=found.entry.seq,
        act=found.entry.act,
        reason=found.reason,
        evidence=found.evidence,
        moves=ForeseenOut.of(found.foreseen, translate),
    )
