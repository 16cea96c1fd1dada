"""What pages read beside ``workflow.queries``: names of places, and a whole trail."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection

from workflow import queries
from workflow.queries import Scope, TrailLine

#: codes of villages and communities are longer than those of townships, which they begin with
TOWNSHIP_CODE = 9
TRAIL_PAGE = 200


def place_names(connection: Connection, codes: Collection[str]) -> dict[str, str]:
    """Names of places by code, a village after its township: 吕河镇冬青村."""
    wanted = {code for code in codes if code}
    known = queries.region_names(connection, wanted | {code[:TOWNSHIP_CODE] for code in wanted})
    found = {}
    for code in wanted:
        above = known.get(code[:TOWNSHIP_CODE], "") if len(code) > TOWNSHIP_CODE else ""
        found[code] = f"{above}{known.get(code, code)}"
    return found


def whole_trail(connection: Connection, scope: Scope, hire_id: int) -> list[TrailLine]:
    """Every entry of a hire, the first first."""
    found: list[TrailLine] = []
    while True:
        after = found[-1].seq if found else 0
        lines = queries.trail(connection, scope, hire_id, after, TRAIL_PAGE)
        found += lines
        if len(lines) < TRAIL_PAGE:
            return found
