"""The text of the worklists' statements (待办语句): built once for each shape of question, then used with other values.

A line of a worklist is what one role has to do for one hire: a task of its stage and a period that calls the same role
are one line, that of the earlier day. Each statement stands on an index: keys first, from one branch per role; then
what the lines show, for those alone. Nothing but codes of roles and regions is ever written into the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache

from workflow.queries.task_branches import Branch

_PARAMETER = re.compile(r"(?<![:\w]):([a-z_]+[0-9]*)")
#: codes as long as a township's hold few enough hires to be sorted
_NARROW = 9
_FEW = 2
ORDER = ("due_on", "hire_id", "name", "role")
_EARLIER = "s.due_on < t.due_on OR (s.due_on = t.due_on AND s.name < t.name)"
_NO_DAY_YET = "s.due_on IS NOT NULL OR s.name < t.name"
#: a day after every other: where those without a day stand among those with one
FAR = "9999-12-31"


class Section(Enum):
    """A worklist from top to bottom: what was given to the reader, then by day, then what has no day."""

    GIVEN = 0
    DATED = 1
    UNDATED = 2


@dataclass(frozen=True, slots=True)
class Shape:
    """What the text of a statement depends on."""

    sqlite: bool
    branches: tuple[Branch, ...]
    #: filters that are set: state, stage, version, document, from_on, until_on
    filters: frozenset[str] = frozenset()
    urgency: str | None = None
    #: whose tasks: "me", "nobody", "open" (either), "anybody"
    assigned: str = "open"
    goes_on: bool = False
    #: for counts: so many names of tasks say the same as the filters of state and stage do
    names: int = 0


# ---- conditions --------------------------------------------------------------------------------------------------


def _of_hire(shape: Shape) -> str:
    """Narrowed to what is written at the hire."""
    conditions = {
        "state": "h.state = :state",
        "stage": "h.stage = :stage",
        "version": "h.procedure = :procedure",
        "document": "h.procedure LIKE :procedure ESCAPE '\\'",
    }
    return "".join(f" AND {text}" for name, text in conditions.items() if name in shape.filters)


def _joined(shape: Shape) -> str:
    return " JOIN hire h ON h.id = t.hire_id" if _of_hire(shape) else ""


def _spanned(shape: Shape, day: str) -> str:
    """Whether a day lies from one day to another, as asked."""
    parts = []
    if "from_on" in shape.filters:
        parts.append(f"{day} >= :from_on")
    if "until_on" in shape.filters:
        parts.append(f"{day} <= :until_on")
    return "".join(f" AND {part}" for part in parts)


def _level(level: str, day: str) -> str:
    return {
        "overdue": f"{day} < :on",
        "today": f"{day} = :on",
        "week": f"{day} > :on AND {day} <= :week",
        "later": f"{day} > :week",
        "none": f"{day} IS NULL",
    }[level]


def _assigned(which: str, column: str) -> str:
    return {
        "me": f"{column} = :me",
        "nobody": f"{column} IS NULL",
        "open": f"({column} IS NULL OR {column} = :me)",
        "anybody": "1 = 1",
    }[which]


# ---- a page ------------------------------------------------------------------------------------------------------

_LINE = """
SELECT k.due_on, k.hire_id, k.name, k.role, k.region, k.assigned_to,
 (SELECT {names} FROM task s WHERE s.hire_id = k.hire_id AND s.role = k.role AND s.name <> k.name
  AND coalesce(s.assigned_to, 0) = coalesce(k.assigned_to, 0)),
 h.version, h.procedure, h.kind, h.stage, h.state, h.dossier, n.id, n.name, p.id, p.title, p.employer
FROM ({keys}) k JOIN hire h ON h.id = k.hire_id JOIN opening o ON o.id = h.opening_id JOIN post p ON p.id = o.post_id
LEFT JOIN person n ON n.id = h.person_id
ORDER BY {order}
"""
_NAMES = {True: "group_concat(s.name, '|')", False: "string_agg(s.name, '|')"}
_KEYS = "SELECT t.due_on, t.hire_id, t.name, t.role, t.region, t.assigned_to FROM task t"


@lru_cache(maxsize=512)
def page(shape: Shape, section: Section) -> str:
    """The lines of one section after a key. Columns by position, as ``_LINE`` has them."""
    if section is Section.GIVEN:
        keys, order = _given(shape), f"coalesce(k.due_on, {_far(shape)}), k.hire_id, k.name, k.role"
    else:
        branches = [_branch(shape, section, branch) for branch in shape.branches]
        names = ORDER if section is Section.DATED else ORDER[1:]
        order = ", ".join(f"k.{name}" for name in names)
        if len(branches) == 1:
            keys = branches[0]
        else:
            union = " UNION ALL ".join(f"SELECT * FROM ({branch}) b{n}" for n, branch in enumerate(branches))
            keys = f"SELECT * FROM ({union}) k ORDER BY {order} LIMIT :most"
    return finished(_LINE.format(names=_NAMES[shape.sqlite], keys=keys, order=order), shape.sqlite)


def _far(shape: Shape) -> str:
    return f"'{FAR}'" if shape.sqlite else f"DATE '{FAR}'"


def _first_of_its_line(shape: Shape, earlier: str) -> str:
    """No other task of the line comes before this one. SQLite would look through those of the role, not the hire."""
    role = "s.role || ''" if shape.sqlite else "s.role"
    return (
        f" AND NOT EXISTS (SELECT 1 FROM task s WHERE s.hire_id = t.hire_id AND {role} = t.role"
        f" AND coalesce(s.assigned_to, 0) = coalesce(t.assigned_to, 0) AND ({earlier}))"
    )


def _given(shape: Shape) -> str:
    """What was given to the reader: few, so they are sorted."""
    mine = " OR ".join(f"({branch.text()})" for branch in shape.branches)
    day = f"coalesce(t.due_on, {_far(shape)})"
    after = f" AND ({day}, t.hire_id, t.name, t.role) > (:after_due_on, :after_hire_id, :after_name, :after_role)"
    level = f" AND {_level(shape.urgency, 't.due_on')}" if shape.urgency else ""
    earlier = f"({_EARLIER}) OR (t.due_on IS NULL AND ({_NO_DAY_YET})) OR (t.due_on IS NULL AND s.due_on IS NOT NULL)"
    return (
        f"{_KEYS}{_joined(shape)} WHERE t.assigned_to = :me AND ({mine}){level}{_spanned(shape, 't.due_on')}"
        f"{_of_hire(shape)}{_first_of_its_line(shape, earlier)}{after if shape.goes_on else ''}"
        f" ORDER BY {day}, t.hire_id, t.name, t.role LIMIT :most"
    )


def _branch(shape: Shape, section: Section, branch: Branch) -> str:
    """PostgreSQL knows how much of the table the regions hold and chooses: to sort it, or to walk along the due days
    and look at the region. SQLite does not know, and is told by making the other index useless."""
    dated = section is Section.DATED
    narrow = all(_is_narrow(other.prefixes) for other in shape.branches)
    region = "t.region || ''" if shape.sqlite and not narrow else "t.region"
    day = "t.due_on || ''" if shape.sqlite and narrow else "t.due_on"
    names = [f"t.{name}" for name in (ORDER if dated else ORDER[1:])]
    parts = [
        branch.text(region, listed=shape.sqlite and not narrow),
        f"{day} IS NOT NULL" if dated else "t.due_on IS NULL",
    ]
    if not branch.elsewhere:
        parts.append(_assigned("nobody" if shape.assigned == "open" else shape.assigned, "t.assigned_to"))
    few = " INDEXED BY ix_task_assigned_to" if shape.sqlite and branch.elsewhere else ""
    text = f"{_KEYS}{few}{_joined(shape)} WHERE {' AND '.join(parts)}"
    if shape.urgency is not None:
        text += f" AND {_level(shape.urgency, 't.due_on')}"
    text += (
        _spanned(shape, "t.due_on") + _of_hire(shape) + _first_of_its_line(shape, _EARLIER if dated else _NO_DAY_YET)
    )
    if shape.goes_on:
        text += f" AND ({', '.join(names)}) > ({', '.join(f':after_{name[2:]}' for name in names)})"
    return f"{text} ORDER BY {', '.join([day, *names[1:]] if dated else names)} LIMIT :most"


def _is_narrow(prefixes: tuple[str, ...]) -> bool:
    """A town or two may be sorted; twenty may be the whole county, and are walked along the due days instead."""
    return len(prefixes) <= _FEW and all(len(prefix) >= _NARROW for prefix in prefixes)


# ---- counts ------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=512)
def counts(shape: Shape) -> tuple[str, ...]:
    """Statements of days and numbers; their sums by day are how many lines the list has.

    Tasks are counted from the index alone, as if each were a line. Where that is wrong (tasks beside that of the
    stage, tasks given to somebody), which is seldom, they are taken off again and counted line by line.
    """
    plain = [branch for branch in shape.branches if not branch.elsewhere]
    found = [_line_by_line(shape)]
    if shape.assigned != "me" and plain:
        by_name = replace(shape, filters=shape.filters - {"state", "stage"}) if shape.names else shape
        found += [_plain(by_name, plain), _taken_off(by_name, plain)]
    return tuple(finished(text, shape.sqlite) for text in found)


def _named(shape: Shape) -> str:
    """By the names of their tasks hires of a state or stage are told apart without a look at the hire."""
    names = ", ".join(f":name{n}" for n in range(shape.names))
    return f" AND t.name IN ({names})" if names else ""


def _plain(shape: Shape, branches: Sequence[Branch]) -> str:
    conditions = f"{_spanned(shape, 't.due_on')}{_of_hire(shape)}{_named(shape)}"
    if shape.sqlite and not any(branch.own for branch in branches):
        return " UNION ALL ".join(_one_role(shape, branch, conditions) for branch in branches)
    return (
        f"SELECT t.due_on, count(*) FROM task t{_joined(shape)} WHERE ({_any(branches)}){conditions} GROUP BY t.due_on"
    )


def _any(branches: Iterable[Branch]) -> str:
    """Roles that have the same regions are looked at together: each comparison is made for every row."""
    roles: dict[Branch, list[str]] = {}
    for branch in branches:
        same = branch if branch.own else replace(branch, role=None)
        roles.setdefault(same, []).append(f"'{branch.role}'")
    texts = [
        text if same.own else f"t.role IN ({', '.join(names)}) AND {text}"
        for same, names, text in ((same, names, same.text()) for same, names in roles.items())
    ]
    return " OR ".join(f"({text})" for text in texts)


def _one_role(shape: Shape, branch: Branch, conditions: str) -> str:
    """SQLite is told the index: along the days nothing has to be sorted, and all that is asked for stands in it."""
    narrow = _is_narrow(branch.prefixes)
    index = "ix_task_role_region" if narrow else "ix_task_role_due"
    return (
        f"SELECT t.due_on, count(*) FROM task t INDEXED BY {index}{_joined(shape)}"
        f" WHERE {branch.text(listed=not narrow)}{conditions} GROUP BY t.due_on"
    )


#: tasks that make a line special, and the index that holds just them: SQLite has to be told to use it. Names begin
#: with clock: or stage:. Not LIKE: under row-level security PostgreSQL neither estimates it nor looks it up
_SPECIAL = {"ix_task_beside": "t.name < 'stage'", "ix_task_assigned_to": "t.assigned_to IS NOT NULL"}


def _special(shape: Shape, branches: Iterable[Branch]) -> str:
    """Lines that are not one task given to nobody in particular."""
    return " UNION ".join(
        f"SELECT t.hire_id, t.role FROM task t{f' INDEXED BY {index}' if shape.sqlite else ''}"
        f" WHERE {condition} AND ({branch.text()})"
        for branch in branches
        for index, condition in _SPECIAL.items()
    )


def _tasks_of(shape: Shape, branches: Iterable[Branch]) -> str:
    return (
        f"FROM ({_special(shape, branches)}) g"
        f" JOIN task t ON t.hire_id = g.hire_id AND t.role = g.role{_joined(shape)} WHERE 1 = 1{_of_hire(shape)}"
    )


def _taken_off(shape: Shape, branches: Sequence[Branch]) -> str:
    text = f"SELECT t.due_on, -count(*) {_tasks_of(shape, branches)}{_spanned(shape, 't.due_on')}{_named(shape)}"
    return f"{text} GROUP BY t.due_on"


def _line_by_line(shape: Shape) -> str:
    """Special lines, each once at its earliest day."""
    told = []
    for branch in shape.branches:
        given = "t.assigned_to IS NOT NULL AND t.assigned_to <> :me"
        whose = given if branch.elsewhere else _assigned(shape.assigned, "t.assigned_to")
        told.append(
            f"SELECT min(t.due_on) AS day {_tasks_of(shape, [branch])} AND {whose}"
            " GROUP BY t.hire_id, t.role, t.assigned_to"
        )
    lines = " UNION ALL ".join(told)
    return f"SELECT k.day, count(*) FROM ({lines}) k WHERE 1 = 1{_spanned(shape, 'k.day')} GROUP BY k.day"


def finished(text: str, sqlite: bool) -> str:
    """The text in the driver's own manner of naming parameters."""
    return text if sqlite else _PARAMETER.sub(r"%(\1)s", text.replace("%", "%%"))
