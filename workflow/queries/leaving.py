"""Who ought to leave (建议办理离岗): people at work whose death or retirement is on record, and nobody has decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Connection, and_, case, false, func, or_, select

from states.facts import dossier_from_json
from states.leaving import Proposal, proposed, retiring_kinds
from states.procedure import Procedure
from workflow.queries.paging import PAGE, in_sight, page_size
from workflow.queries.scope import Scope
from workflow.tables import metadata

YOUNGEST = 50
hire, opening, person, post = (metadata.tables[name] for name in ("hire", "opening", "person", "post"))
departure = metadata.tables["departure"]


@dataclass(frozen=True, slots=True)
class ProposalLine:
    """A hire at work with the ground that is proposed for it."""

    hire_id: int
    version: int
    person_name: str
    post_title: str
    region: str
    procedure: str
    stage: str
    proposal: Proposal


@dataclass(frozen=True, slots=True)
class Proposals:
    """A page of proposals, by hire; ``after`` is the id to go on from."""

    lines: tuple[ProposalLine, ...]
    after: int | None


def of_last_departure() -> ColumnElement[bool]:
    """The condition that a row of ``departure`` is the latest of its hire: one before it was set right since."""
    other = departure.alias()
    latest = select(func.max(other.c.seq)).where(other.c.hire_id == hire.c.id).correlate(hire).scalar_subquery()
    return and_(departure.c.hire_id == hire.c.id, departure.c.seq == latest)


def proposals(
    connection: Connection,
    scope: Scope,
    procedures: Sequence[Procedure],
    today: date,
    *,
    region: str | None = None,
    after: int | None = None,
    limit: int = PAGE,
) -> Proposals:
    """People at work within the scope who have died or reached retirement age, without a decision.

    ``procedures``: every version in use (``Office.every_procedure``). One statement.
    """
    limit = page_size(limit)
    retires_on, leaving_on = (hire.c.dossier[name].as_string() for name in ("retires_on", "leaving_on"))
    kinds = [and_(hire.c.procedure == p.key, hire.c.kind.in_(sorted(set(retiring_kinds(p))))) for p in procedures]
    # nobody retires before fifty: of all others the dossier is not read
    old = person.c.born <= date(today.year - YOUNGEST, 12, 31)
    retired = case((old, and_(retires_on <= today.isoformat(), or_(false(), *kinds))), else_=false())
    names = ("version", "region", "procedure", "kind", "stage", "dossier")
    asked = (
        select(hire.c.id.label("hire_id"), *(hire.c[name] for name in names), person.c.died_on)
        .add_columns(person.c.name.label("person_name"), post.c.title.label("post_title"))
        .join(person, person.c.id == hire.c.person_id)
        .join(opening, opening.c.id == hire.c.opening_id)
        .join(post, post.c.id == opening.c.post_id)
        .where(hire.c.serving, in_sight(scope, region))
        .where(leaving_on.is_(None), or_(person.c.died_on.is_not(None), retired))
        .order_by(hire.c.id)
        .limit(limit + 1)
    )
    if after is not None:
        asked = asked.where(hire.c.id > after)
    known = {procedure.key: procedure for procedure in procedures}
    rows = connection.execute(asked).all()
    lines = []
    for row in rows[:limit]:
        dossier = dossier_from_json(row.dossier)
        found = proposed(known[row.procedure], row.kind, dossier, row.died_on, today)
        if found is not None:
            plain = {name: getattr(row, name) for name in ProposalLine.__dataclass_fields__ if name != "proposal"}
            lines.append(ProposalLine(**plain, proposal=found))
    return Proposals(tuple(lines), rows[limit - 1].hire_id if len(rows) > limit else None)
