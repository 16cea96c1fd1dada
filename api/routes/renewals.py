"""The round of renewals (续签一轮) and whom the records suggest to let go: lists to decide from, fifty at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Query

from api.after_schemas import LeavingOut, RefusalOut, RenewalOut
from api.dependencies import NowDep, OfficeDep, ReadDep, ScopeDep, TranslateDep
from api.inputs import After, Limit, RegionCode, a_day, a_number, cursor, key_of, number_of
from api.schemas import Page
from states.budget import Funds
from states.clocks import local_day
from states.renewal_round import Look, Outcome, look
from states.say import Translate
from workflow.funds import funds_for
from workflow.queries import PAGE
from workflow.queries.leaving import proposals
from workflow.queries.renewals import EARLIEST, LATEST, TermLine, outcome_counts, terms, window_of
from workflow.reading import load_hires

router = APIRouter(tags=["renewals"])
Year = Annotated[int | None, Query(ge=EARLIEST, le=LATEST, description="this year and three months, unless told")]


@router.get("/renewals", summary="the terms that end in a year, and whether each could be renewed today")
def listed(
    connection: ReadDep,
    scope: ScopeDep,
    office: OfficeDep,
    at: NowDep,
    translate: TranslateDep,
    year: Year = None,
    outcome: Outcome | None = None,
    region: RegionCode | None = None,
    after: After = None,
    limit: Limit = PAGE,
) -> Page[RenewalOut]:
    key, window = key_of(after, a_day, a_number), window_of(local_day(at), year, region)
    start = (key[0], key[1]) if key else None
    page = terms(connection, scope, window, outcome=outcome, after=start, limit=limit)
    hires, setting = load_hires(connection, [line.hire_id for line in page.lines]), office.setting
    asked = {(line.procedure.partition("@")[0], line.region) for line in page.lines}
    money = funds_for(office, asked, local_day(at))
    items = [
        _out(line, look(hire, at, office.rulebook.rules(hire.procedure), setting), money, translate)
        for line in page.lines
        if (hire := hires.get(line.hire_id)) is not None
    ]
    return Page(items=items, next=cursor(page.after))


@router.get("/renewals/counts", summary="how many terms of a year came to what")
def counted(
    connection: ReadDep, scope: ScopeDep, at: NowDep, year: Year = None, region: RegionCode | None = None
) -> dict[Outcome, int]:
    return outcome_counts(connection, scope, window_of(local_day(at), year, region))


@router.get(
    "/leaving", summary="who died or reached retirement age and is still at work: proposed, never done by itself"
)
def leaving(
    connection: ReadDep,
    scope: ScopeDep,
    office: OfficeDep,
    at: NowDep,
    translate: TranslateDep,
    region: RegionCode | None = None,
    after: After = None,
    limit: Limit = PAGE,
) -> Page[LeavingOut]:
    known, start = office.every_procedure(connection), number_of(after)
    page = proposals(connection, scope, known, local_day(at), region=region, after=start, limit=limit)
    items = [
        LeavingOut(
            hire_id=line.hire_id,
            version=line.version,
            person_name=line.person_name,
            region=line.region,
            ground=line.proposal.ground.ground,
            law=line.proposal.ground.basis,
            since=line.proposal.since,
            why=line.proposal.why.text(translate),
        )
        for line in page.lines
    ]
    return Page(items=items, next=cursor(page.after))


def _out(line: TermLine, one: Look, money: Mapping[tuple[str, str], Funds], translate: Translate) -> RenewalOut:
    funds = money[line.procedure.partition("@")[0], line.region]
    refusals = [RefusalOut(article=a.article, say=a.verdict.say.text(translate)) for a in one.refusals]
    return RenewalOut(
        term=line,
        outcome=one.outcome,
        assessed_year=one.year,
        grade=one.grade.grade if one.grade else None,
        limit_months=one.limit_months,
        used=one.used,
        left=one.left,
        last_lawful_on=one.last_lawful_on,
        excepted=one.excepted,
        protected_until=one.protected_until,
        next_ends_on=one.next_ends_on,
        passes=one.passes,
        refusals=refusals,
        cautions=[said.text(translate) for said in one.cautions],
        money=[said.say.text(translate) for said in funds.told()],
    )
