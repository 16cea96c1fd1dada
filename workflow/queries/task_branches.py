"""Whose tasks a worklist holds (待办范围): a branch per role and regions, each of which one index can serve."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from states.vocabulary import HOUSE_ROLES, Role
from workflow.queries.scope import CODE_LENGTH, Scope, narrowed

#: what a region code can be made of; anything else names no region
_CODE = re.compile(r"[0-9A-Z]{0,20}")
#: roles that a task can name
TASK_ROLES = tuple(role for role in Role if role not in HOUSE_ROLES | {Role.SYSTEM})
#: so few ranges cost nothing to compare
_FEW = 2


@dataclass(frozen=True, slots=True)
class Branch:
    """Tasks of one role (None: any) within ``prefixes`` but not within ``beyond``; ``own``: of the reader's own hire.

    ``elsewhere``: those given to somebody else.
    """

    role: str | None
    prefixes: tuple[str, ...] = ()
    beyond: tuple[str, ...] = ()
    own: bool = False
    elsewhere: bool = False

    def text(self, region: str = "t.region", *, listed: bool = False) -> str:
        """The condition on ``t``. ``listed``: many regions are looked up in a list, where no index would serve them."""
        parts = []
        inside = listing if listed else ranges
        if self.role is not None:
            parts.append(f"t.role = '{self.role}'")
        if self.own:
            parts.append(
                "t.hire_id IN (SELECT x.id FROM hire x JOIN person y ON y.id = x.person_id WHERE y.key = :own)"
            )
            if self.role is None:
                parts.append(f"t.role <> '{Role.APPLICANT.value}'")
        else:
            parts.append(inside(region, self.prefixes))
        if self.beyond:
            parts.append(f"NOT {ranges('t.region', self.beyond)}")
        if self.elsewhere:
            parts.append("t.assigned_to IS NOT NULL AND t.assigned_to <> :me")
        return " AND ".join(parts)


def ranges(column: str, prefixes: Sequence[str]) -> str:
    """The condition that a region code begins with one of ``prefixes``; a range each, so that an index serves it."""
    known = [prefix for prefix in prefixes if _CODE.fullmatch(prefix)]
    if "" in known:
        return "1 = 1"
    found = [f"{column} BETWEEN '{p}' AND '{p.ljust(CODE_LENGTH, 'Z')}'" for p in known]
    return f"({' OR '.join(found)})" if found else "1 = 0"


def listing(column: str, prefixes: Sequence[str]) -> str:
    """The same as ``ranges`` for a walk through many rows: a list for each length, not a comparison for each code."""
    known = [prefix for prefix in prefixes if _CODE.fullmatch(prefix)]
    if len(known) <= _FEW or "" in known:
        return ranges(column, prefixes)
    lengths = sorted({len(prefix) for prefix in known})
    lists = [(n, ", ".join(f"'{prefix}'" for prefix in known if len(prefix) == n)) for n in lengths]
    return f"({' OR '.join(f'substr({column}, 1, {n}) IN ({codes})' for n, codes in lists)})"


def branches_of(scope: Scope, region: str | None, only: Role | None) -> tuple[Branch, ...]:
    """What the actor's roles have to do, a branch per role."""
    found = []
    for role, prefixes in sorted(scope.by_role.items()):
        inside = narrowed(prefixes, region)
        if inside and only in (None, role):
            found.append(Branch(role.value, inside))
    if scope.own_key is not None and only in (None, Role.APPLICANT):
        found.append(Branch(Role.APPLICANT.value, own=True))
    return tuple(found)


def waiting_of(scope: Scope, region: str | None, only: Role | None) -> tuple[Branch, ...]:
    """What waits for others: tasks of roles that the actor does not hold there, and those given to a colleague."""
    found = []
    reach = narrowed(scope.prefixes, region)
    for role in TASK_ROLES if reach else ():
        held = scope.by_role.get(role, ())
        beyond = tuple(prefix for prefix in held if any(prefix.startswith(outer) for outer in reach))
        inside = tuple(prefix for prefix in reach if not any(prefix.startswith(mine) for mine in held))
        if inside and only in (None, role):
            found.append(Branch(role.value, inside, beyond))
    if scope.own_key is not None and only in (None, Role.APPLICANT):
        found.append(Branch(None, own=True))
    found += [Branch(b.role, b.prefixes, elsewhere=True) for b in branches_of(scope, region, only) if not b.own]
    return tuple(found)
