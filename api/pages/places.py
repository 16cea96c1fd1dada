"""Choosing a place (选择地区): step by step down the tree, from what the reader answers for to a single village."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, or_, select

from api.pages.render import Page
from states.say import say
from workflow.queries import Scope
from workflow.tables import metadata

region = metadata.tables["region"]
#: more children than any place has
MOST = 600
_DEEPER = "　"


def place_options(page: Page, connection: Connection, scope: Scope, chosen: str | None) -> list[tuple[str, str]]:
    """The places above what is chosen, itself, and those directly below; empty where there is nothing to choose."""
    if scope.own_key is not None and not scope.prefixes:
        return []
    roots = [prefix for prefix in scope.prefixes if prefix]
    begin = region.c.code.in_(roots) if "" not in scope.prefixes else region.c.parent.is_(None)
    wanted: list[ColumnElement[bool]] = [begin]
    if chosen is not None and scope.covers(chosen):
        above = [chosen[:length] for length in range(2, len(chosen) + 1)]
        wanted += [region.c.code.in_(above), region.c.parent == chosen]
    elif len(roots) == 1:
        wanted.append(region.c.parent == roots[0])
    asked = select(region.c.code, region.c.parent, region.c.name).where(or_(*wanted), scope.regions(region.c.code))
    rows = connection.execute(asked.order_by(region.c.code).limit(MOST)).all()
    if len(rows) < 2:
        return []
    known = {code: parent for code, parent, _ in rows}
    return [(code, _DEEPER * _depth(code, known) + _named(page, code, name, known)) for code, _, name in rows]


def _named(page: Page, code: str, name: str, known: dict[str, str | None]) -> str:
    """A place that is shown with those below it stands for all of them."""
    return page.tell(say("{place}（全部）", place=name)) if code in known.values() else name


def _depth(code: str, known: dict[str, str | None]) -> int:
    depth, parent = 0, known.get(code)
    while parent in known and depth < 6:
        depth, parent = depth + 1, known[parent]
    return depth
