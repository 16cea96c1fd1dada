"""The overview of a region for programs (概览): the numbers of the page, in codes."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from fastapi import APIRouter

from api.dependencies import NowDep, OfficeDep, ReadDep, ScopeDep
from api.inputs import RegionCode
from api.schemas import Returned
from workflow import figures
from workflow.queries import narrowed

router = APIRouter(tags=["overview"])


class TownOut(Returned):
    """A township: at work, being handled, with something overdue."""

    region: str
    serving: int
    running: int
    overdue: int


class StageTimeOut(Returned):
    """Working days in a stage: of those there now, and of those who left it in the last 365 days."""

    procedure: str
    stage: str
    now: int
    median: int | None
    ninth: int | None
    limit: int | None
    over: int
    left: int
    left_median: int | None
    left_ninth: int | None


class QuotaOut(Returned):
    """Places planned or allowed, and what is used of them; an empty region is all of the document's."""

    procedure: str
    kind: str
    rule: str
    region: str
    year: int | None
    places: int
    used: int
    working: int
    article: str


class BandOut(Returned):
    """Villages by their counted workers: places allowed, used, and how many villages are over.

    ``per`` "township": a line that is the same for each township; ``villages`` and ``over`` are then townships.
    """

    procedure: str
    kind: str
    per: str
    at_least: int | None
    at_most: int | None
    villages: int
    places: int
    used: int
    over: int
    article: str


class MonthOut(Returned):
    """Terms that end in a month, by what was decided, and three-year limits reached."""

    month: str
    renewed: int
    ended: int
    undecided: int
    limits: int


class OverviewOut(Returned):
    """Everything about a region as counted at ``made_at``; ``kept``: counted by the worker, not just now.

    Not ``complete``: there are many hires and none were counted yet; only ``states`` is told.
    """

    made_at: datetime
    kept: bool
    complete: bool
    states: dict[str, int]
    serving: int
    towns: list[TownOut]
    stages: list[StageTimeOut]
    quotas: list[QuotaOut]
    bands: list[BandOut]
    months: list[MonthOut]
    watched: dict[str, int]


@router.get("/overview/parts", summary="time in stages, overdue, places and terms of a region")
def parts(
    office: OfficeDep, connection: ReadDep, scope: ScopeDep, at: NowDep, region: RegionCode | None = None
) -> OverviewOut:
    """For ``region`` as far as it is within reach; without it, for all that the account reaches."""
    found = figures.overview(office, connection, narrowed(scope.prefixes, region), at)
    return OverviewOut(
        made_at=found.made_at,
        kept=found.kept,
        complete=found.complete,
        states=found.states,
        serving=found.serving,
        towns=[TownOut(region=t, serving=s, running=r, overdue=o) for t, (s, r, o) in found.towns.items()],
        stages=[
            StageTimeOut(**{name: getattr(line, name) for name in StageTimeOut.model_fields}) for line in found.stages
        ],
        quotas=[QuotaOut(**asdict(line)) for line in found.quotas],
        bands=[BandOut(**asdict(line)) for line in found.bands],
        months=[MonthOut(**asdict(line)) for line in found.months],
        watched=found.watched,
    )
