"""Who stands on a year's sheet of assessments (考核名册), with what is proposed and noted of each. Reads only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from states.facts import Actor, Hire
from states.house import noters
from states.points import in_points
from states.procedure import Procedure
from states.steps import Step
from states.vocabulary import RecordKind, Role
from workflow.office import Office
from workflow.queries.paging import begins_with
from workflow.queries.scope import Scope, within
from workflow.reading import load_hires
from workflow.tables import metadata

hire, person, opening, post = (metadata.tables[name] for name in ("hire", "person", "opening", "post"))
assessment, point = metadata.tables["assessment"], metadata.tables["point"]
#: one sheet is filled in by one office: a county is handed out township by township
MOST = 1000


@dataclass(frozen=True, slots=True)
class YearRow:
    """One person on the sheet: the hire as guards see it, its step that proposes, and what is on record of the year.

    ``evidence`` of the proposal that stands; ``notes`` are the points that stand, with their words.
    """

    hire: Hire
    step: Step
    name: str
    post: str
    evidence: str = ""
    notes: tuple[Row[Any], ...] = ()

    def proposed(self, year: int) -> bool:
        """Whether something is proposed for the year and waits."""
        return self.hire.dossier.proposed_year == year

    def said(self, procedure: Procedure, year: int) -> str:
        """The grade or the points that are proposed, as people write them; empty where nothing is."""
        dossier = self.hire.dossier
        if not self.proposed(year):
            return ""
        if procedure.assessment.scale == "points":
            return "" if dossier.proposed_points_tenths is None else in_points(dossier.proposed_points_tenths)
        grade = procedure.assessment.grade(dossier.proposed_grade or "")
        return "" if grade is None else grade.zh


def proposal_step(procedure: Procedure, stage: str) -> Step | None:
    """The step by which an assessment is proposed at a stage; None where there is none."""
    steps = procedure.steps_from.get(stage, ())
    return next((step for step in steps if step.records is RecordKind.ASSESSMENT), None)


def fillers(procedure: Procedure) -> frozenset[Role]:
    """Who fills the sheet in: whoever proposes, and where points are noted whoever notes them."""
    if procedure.assessment.reckoned:
        return frozenset(noters(procedure))
    return frozenset(role for step in procedure.steps if step.records is RecordKind.ASSESSMENT for role in step.by)


def may_fill(actor: Actor, region: str, procedure: Procedure) -> bool:
    """Whether one of the actor's roles fills the sheet in for a region."""
    return bool(actor.roles_in(region) & fillers(procedure))


def rows(
    office: Office, connection: Connection, scope: Scope, procedure: Procedure, region: str, year: int
) -> list[YearRow]:
    """Everybody under a document whose post lies in a region and of whom the year can be proposed, by village."""
    asked = (
        select(hire.c.id, person.c.name, post.c.title)
        .join(person, person.c.id == hire.c.person_id)
        .join(opening, opening.c.id == hire.c.opening_id)
        .join(post, post.c.id == opening.c.post_id)
        .where(within(hire.c.region, (region,)), scope.regions(hire.c.region), hire.c.serving)
        .where(begins_with(hire.c.procedure, f"{procedure.procedure}@"))
        .order_by(hire.c.region, hire.c.id)
        .limit(MOST + 1)
    )
    found = list(connection.execute(asked))
    hires = load_hires(connection, [row.id for row in found])
    evidence = _evidence(connection, hires)
    notes = _notes(connection, list(hires), year) if procedure.assessment.reckoned else {}
    made = []
    for row in found:
        one = hires[row.id]
        step = proposal_step(office.procedure(one.procedure), one.stage)
        if step is not None and one.dossier.ruled_year != year:
            made.append(YearRow(one, step, row.name, row.title, evidence.get(row.id, ""), notes.get(row.id, ())))
    return made


def _evidence(connection: Connection, hires: dict[int, Hire]) -> dict[int, str]:
    asked = select(assessment.c.hire_id, assessment.c.seq, assessment.c.evidence).where(
        assessment.c.hire_id.in_(list(hires)), assessment.c.ruled_seq.is_(None)
    )
    return {
        row.hire_id: row.evidence or ""
        for row in connection.execute(asked)
        if hires[row.hire_id].dossier.proposed_seq == row.seq
    }


def _notes(connection: Connection, ids: Sequence[int], year: int) -> dict[int, tuple[Row[Any], ...]]:
    asked = select(point).where(point.c.hire_id.in_(ids), point.c.year == year, point.c.struck_seq.is_(None))
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(asked.order_by(point.c.hire_id, point.c.seq)):
        found[row.hire_id].append(row)
    return {hire_id: tuple(mine) for hire_id, mine in found.items()}
