"""Points of an assessment (量化考核分值): the reckoning of the years that are still open, line by line.

Noting, striking and surveys are steps like any other (``/hires/{id}/actions/note_point``); what they wrote down, and
the lines that a proposal was stored with, stand among the records of the hire.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.dependencies import ActorDep, LanguageDep, NowDep, OfficeDep, ReadDep, ScopeDep, TranslateDep
from api.inputs import PathId
from api.problems import NotFound
from api.schemas import Returned
from states.clocks import local_day
from states.facts import Hire
from states.noting import open_years
from states.points import CountedLine, reckon
from states.procedure import Procedure
from states.say import Translate
from workflow import engine, queries

router = APIRouter(tags=["hires"])


class PointsLine(Returned):
    """One line: the item and level, the entries that it counts, what they come to, and why."""

    item: str | None
    label: str | None
    level: str | None
    article: str
    notes: list[int]
    points: float
    counted: bool
    why: str


class PointsOut(Returned):
    """What a year's points come to now. ``stale``: it was proposed, and they have moved since."""

    year: int
    points: float
    grade: str | None
    grade_label: str | None
    proposed: bool
    stale: bool
    lines: list[PointsLine]


@router.get("/hires/{hire_id}/points", summary="what the points of a year that is not ruled on come to, line by line")
def points(
    hire_id: PathId,
    connection: ReadDep,
    scope: ScopeDep,
    office: OfficeDep,
    actor: ActorDep,
    at: NowDep,
    language: LanguageDep,
    translate: TranslateDep,
    year: Annotated[int | None, Query(ge=2000, le=2100, description="one year; all that are open without it")] = None,
) -> list[PointsOut]:
    if queries.hire_line(connection, scope, hire_id) is None:
        raise NotFound
    hire, _ = engine.offers_of(office, hire_id, actor, at)
    procedure = office.procedure(hire.procedure)
    years = [one for one in open_years(hire, local_day(at)) if year in (None, one)]
    return [_year(procedure, hire, one, language, translate) for one in years if procedure.assessment.reckoned]


def _year(procedure: Procedure, hire: Hire, year: int, language: str, translate: Translate) -> PointsOut:
    total = reckon(procedure, hire.dossier.points, year)
    proposed = hire.dossier.proposed_year == year
    return PointsOut(
        year=year,
        points=total.tenths / 10,
        grade=total.grade.grade if total.grade else None,
        grade_label=(total.grade.en if language == "en" else total.grade.zh) if total.grade else None,
        proposed=proposed,
        stale=proposed and hire.dossier.points_moved,
        lines=[_line(line, language, translate) for line in total.lines],
    )


def _line(line: CountedLine, language: str, translate: Translate) -> PointsLine:
    item = line.item
    return PointsLine(
        item=item.name if item else None,
        label=(item.en if language == "en" else item.zh) if item else None,
        level=line.level or None,
        article=line.article,
        notes=list(line.notes),
        points=line.tenths / 10,
        counted=line.counted,
        why=line.why.text(translate),
    )
