"""Places by their names (地名): a village of the whole tree, found by what people call it. Names are no secret."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, bindparam, select

from workflow.queries.register import RegionLine
from workflow.queries.scope import escaped
from workflow.tables import metadata

region = metadata.tables["region"]
#: villages of one name: more than the country has
MOST_ALIKE = 2000


def regions_called(connection: Connection, text: str, *, limit: int = 20) -> tuple[RegionLine, ...]:
    """Villages and communities of the whole tree by name, or by name after that of what lies above: 吕河镇冬青村.

    Names of places are no secret. Shorter codes of any level are found only by their own name.
    """
    text = "".join(text.split())[:100]
    if len(text) < 2:
        return ()
    ends = bindparam(None, text).like("%" + region.c.name)
    named_so = region.c.name.like(escaped(text) + "%", escape="\\") | ends
    asked = select(region).where(region.c.level == "village", named_so).order_by(region.c.code).limit(MOST_ALIKE)
    lines = [RegionLine(**row._mapping) for row in connection.execute(asked)]
    paths = region_paths(connection, {line.code for line in lines})
    return tuple(line for line in lines if text in paths[line.code].replace(" ", ""))[:limit]


def region_paths(connection: Connection, codes: set[str]) -> dict[str, str]:
    """The full names of regions by code, from the top of the tree: 陕西省安康市旬阳市吕河镇冬青村."""
    known: dict[str, RegionLine] = {}
    wanted = set(codes)
    while wanted:
        asked = select(region).where(region.c.code.in_(sorted(wanted)))
        found = {row.code: RegionLine(**row._mapping) for row in connection.execute(asked)}
        known |= found
        wanted = {line.parent for line in found.values() if line.parent} - known.keys()
    return {code: _path(known, code) for code in codes}


def _path(known: Mapping[str, RegionLine], code: str) -> str:
    names: list[str] = []
    line = known.get(code)
    while line is not None and len(names) < 10:
        names.append(line.name)
        line = known.get(line.parent) if line.parent else None
    return "".join(reversed(names)) or code
