"""The filters above lists (筛选): state, document and place, each only where there is something to choose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection

from api.pages.forms import Field
from api.pages.render import Page
from states.labels import state_name
from states.procedure import State
from states.say import say
from workflow import queries
from workflow.queries import Scope

#: places are chosen from a list down to townships; villages are too many for one
LEVELS_TO_CHOOSE = ("city", "county", "township")


def filter_fields(
    page: Page, connection: Connection, scope: Scope, chosen: Mapping[str, str | None], names: Iterable[str] = ()
) -> list[Field]:
    """The fields of the filters named (all by default), with what is chosen."""
    wanted = set(names) or {"state", "procedure", "region"}
    fields = []
    if "state" in wanted:
        states = [(state.value, state_name(state, page.language)) for state in State]
        fields.append(_choice(page, "state", page.tell(say("状态")), states, chosen))
    if "procedure" in wanted:
        known = {p.procedure: p.document.number for p in page.office.catalogue.all()}
        fields.append(_choice(page, "procedure", page.tell(say("办法")), sorted(known.items()), chosen))
    if "region" in wanted:
        regions = [r for r in queries.regions(connection, scope) if r.level in LEVELS_TO_CHOOSE]
        if len(regions) > 1:
            fields.append(_choice(page, "region", page.tell(say("地区")), [(r.code, r.name) for r in regions], chosen))
    return fields


def _choice(
    page: Page, name: str, label: str, options: Iterable[tuple[str, str]], chosen: Mapping[str, str | None]
) -> Field:
    every = ("", page.tell(say("全部")))
    return Field(
        name, label, "select", options=(every, *options), chosen=frozenset({chosen.get(name) or ""}), prefix="filter-"
    )
