"""Who rules on the templates and numbers of a county (模板管理): its own bureaus and government, or those above."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from states.facts import Actor
from states.procedure import Procedure
from states.vocabulary import Role
from workflow.queries.scope import scoped, within
from workflow.tables import metadata

RULERS = frozenset({Role.HRSS, Role.RURAL, Role.COUNTY})
#: a template holds for a county, or for a whole city
LEVELS = ("city", "county")
_region = metadata.tables["region"]


@dataclass(frozen=True, slots=True)
class Area:
    """A county or city by its code."""

    code: str
    name: str


def rules_somewhere(actor: Actor) -> bool:
    """Whether the page of templates is of any use to the actor."""
    return any(grant.role in RULERS and len(grant.region) <= 6 for grant in actor.grants)


def may_rule(connection: Connection, actor: Actor, code: str) -> bool:
    """Whether the actor rules on papers of a county or city."""
    level = connection.execute(select(_region.c.level).where(_region.c.code == code)).scalar()
    return level in LEVELS and bool(actor.roles_in(code) & RULERS)


def areas_of(connection: Connection, actor: Actor) -> list[Area]:
    """The counties and cities for which the actor rules, by code."""
    asked = select(_region.c.code, _region.c.name).where(_region.c.level.in_(LEVELS))
    asked = asked.where(within(_region.c.code, scoped(actor).prefixes)).order_by(_region.c.code)
    found = [Area(row.code, row.name) for row in connection.execute(asked)]
    return [area for area in found if actor.roles_in(area.code) & RULERS]


def procedures_in(procedures: Sequence[Procedure], code: str) -> list[Procedure]:
    """The documents that may be in force in an area: those of it, of what holds it, and of what lies in it."""
    return [p for p in procedures if code.startswith(p.document.region) or p.document.region.startswith(code)]
