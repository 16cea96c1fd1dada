"""Help after leaving (离岗后帮扶): cases within my regions, one with what its need asks for, and an act of it."""

from __future__ import annotations

from fastapi import APIRouter

from api.after_schemas import AftercareEntered, AftercareIn, AftercareOut, WantedOut
from api.dependencies import ActorDep, NowDep, OfficeDep, ReadDep, ScopeDep
from api.inputs import After, Limit, PathId, RegionCode, a_day, a_number, cursor, key_of
from api.problems import NotFound
from api.schemas import Page
from states.aftercare import Case, Done, Need, Stand, wanted
from states.clocks import local_day
from workflow import aftercare
from workflow.aftercare import Entry
from workflow.queries import aftercare as cases
from workflow.queries.aftercare import CaseLine, Which
from workflow.queries.paging import PAGE

router = APIRouter(tags=["aftercare"])


@router.get("/aftercare", summary="cases of those who left a post, the most urgent first")
def listed(
    connection: ReadDep,
    scope: ScopeDep,
    at: NowDep,
    which: Which = Which.OPEN,
    region: RegionCode | None = None,
    after: After = None,
    limit: Limit = PAGE,
) -> Page[CaseLine]:
    key = key_of(after, a_day, a_number)
    page = cases.cases(
        connection,
        scope,
        local_day(at),
        which=which,
        region=region,
        after=(key[0], key[1]) if key else None,
        limit=limit,
    )
    return Page(items=list(page.lines), next=cursor(page.after))


@router.get("/aftercare/{hire_id}", summary="one case: what its need asks for, and what was done")
def one(hire_id: PathId, connection: ReadDep, scope: ScopeDep, office: OfficeDep) -> AftercareOut:
    line = cases.case_line(connection, scope, hire_id)
    if line is None:
        raise NotFound
    acts = cases.act_lines(connection, hire_id)
    done = tuple(Done(act.act, act.what) for act in acts)
    need = Need(line.need) if line.need else None
    case = Case(Stand(line.state), need, line.hardship, done, office.procedure(line.procedure))
    owed = [WantedOut(act=w.act, n=w.n, done=w.done, article=w.article, binds=w.binds) for w in wanted(case)]
    return AftercareOut(case=line, wanted=owed, acts=list(acts))


@router.post("/aftercare/{hire_id}/acts", summary="enter an act: an assessment, a service, or the end of the case")
def entered(hire_id: PathId, given: AftercareIn, actor: ActorDep, office: OfficeDep, at: NowDep) -> AftercareEntered:
    return AftercareEntered(state=aftercare.enter(office, hire_id, Entry(**given.model_dump()), actor, at))
