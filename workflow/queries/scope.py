"""What an actor may see (可见范围), said in one place: every query takes a ``Scope`` and answers within it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, and_, bindparam, false, or_, select, true

from states.facts import Actor
from states.vocabulary import ADMINISTRATORS, Role
from workflow.reach import EVERYTHING, Reach
from workflow.tables import metadata

hire, person = metadata.tables["hire"], metadata.tables["person"]
#: codes are digits and capitals, at most twelve: filled up with Z, a prefix is above every code that begins with it
CODE_LENGTH = 12


@dataclass(frozen=True, slots=True)
class Scope:
    """What an actor may see: everything within ``prefixes``, and what concerns the person ``own_key``.

    ``by_role``: the prefixes of each role, for worklists. An applicant (报名人) sees their own, and the vacancies
    announced in ``applies``; nothing of others.
    """

    prefixes: tuple[str, ...]
    by_role: Mapping[Role, tuple[str, ...]] = field(default_factory=dict)
    own_key: str | None = None
    applies: tuple[str, ...] = ()

    @property
    def reach(self) -> Reach:
        """The same for the database itself: what its row-level security is told before it is asked (PostgreSQL)."""
        if "" in self.prefixes:
            return EVERYTHING
        return Reach(self.prefixes, self.own_key, ("*",) if "" in self.applies else self.applies)

    def covers(self, region: str | None) -> bool:
        """Whether a region lies within."""
        return region is not None and any(region.startswith(prefix) for prefix in self.prefixes)

    def regions(self, column: ColumnElement[str]) -> ColumnElement[bool]:
        """The condition that ``column`` holds a region within."""
        return within(column, self.prefixes)

    def hires(self) -> ColumnElement[bool]:
        """The condition on ``hire``."""
        if self.own_key is None:
            return self.regions(hire.c.region)
        mine = select(person.c.id).where(person.c.key == self.own_key).scalar_subquery()
        vacant = and_(hire.c.person_id.is_(None), hire.c.state == "posted", within(hire.c.region, self.applies))
        return or_(self.regions(hire.c.region), hire.c.person_id == mine, vacant)

    def announced(self, column: ColumnElement[str]) -> ColumnElement[bool]:
        """The condition on posts and openings: those of the offices, and those that the actor may apply for."""
        return within(column, outermost((*self.prefixes, *self.applies)))

    def people(self) -> ColumnElement[bool]:
        """The condition on ``person``."""
        own = person.c.key == self.own_key if self.own_key is not None else false()
        return or_(self.regions(person.c.home_region), own)


def scoped(actor: Actor) -> Scope:
    """What ``actor`` may see: the regions of every grant and all below them; administrators (三员) nothing."""
    by_role: dict[Role, list[str]] = {}
    for grant in actor.grants:
        if grant.role in ADMINISTRATORS:
            continue
        by_role.setdefault(grant.role, []).append(grant.region)
    applies = outermost(by_role.pop(Role.APPLICANT, ()))
    everywhere = outermost(prefix for prefixes in by_role.values() for prefix in prefixes)
    narrowed = {role: outermost(prefixes) for role, prefixes in by_role.items()}
    return Scope(everywhere, narrowed, actor.person_key if applies else None, applies)


def outermost(prefixes: Iterable[str]) -> tuple[str, ...]:
    """The prefixes that no other one covers."""
    found: list[str] = []
    for prefix in sorted(set(prefixes)):
        if not any(prefix.startswith(outer) for outer in found):
            found.append(prefix)
    return tuple(found)


def within(column: ColumnElement[str], prefixes: Sequence[str]) -> ColumnElement[bool]:
    """The condition that a region code begins with one of ``prefixes``; a range each, so that an index serves it.

    The bounds stand in the statement itself: a plan for unknown bounds would guess how much of the table they hold.
    """
    if "" in prefixes:
        return true()
    return or_(false(), *(column.between(literal(p), literal(p.ljust(CODE_LENGTH, "Z"))) for p in prefixes))


def literal(value: str) -> ColumnElement[str]:
    """A value that stands in the statement itself, quoted, so that the plan is made for it."""
    return bindparam(None, value, literal_execute=True)


def narrowed(prefixes: Sequence[str], region: str | None) -> tuple[str, ...]:
    """The part of ``prefixes`` that lies within ``region`` too (None: all of it)."""
    if region is None:
        return tuple(prefixes)
    if any(region.startswith(prefix) for prefix in prefixes):
        return (region,)
    return tuple(prefix for prefix in prefixes if prefix.startswith(region))


def escaped(text: str) -> str:
    """Text as a LIKE pattern that matches itself."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
