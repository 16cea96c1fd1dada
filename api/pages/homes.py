"""Choosing where somebody's household is registered (户籍所在村): near villages from a list, any other by its name."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from api.pages.filling import Filling
from api.pages.forms import Field
from states.say import Sentence, say
from workflow.queries.places import region_paths, regions_called
from workflow.queries.scope import within
from workflow.tables import metadata

region = metadata.tables["region"]
HOME, NAMED = "home_region", "home_name"
#: what fits into one list on a phone
NEAR_MOST = 120
TOWNSHIP_CODE = 9


def home_fields(connection: Connection, filling: Filling, near: str, value: str = "") -> list[Field]:
    """A list of the villages near ``near`` (and what was found by name), and a field for the name of any other."""
    found = regions_called(connection, filling.first(NAMED)) if filling.first(NAMED) else ()
    codes = [line.code for line in found] or _near(connection, near)
    chosen = filling.first(HOME, value)
    paths = region_paths(connection, {*codes, *([chosen] if chosen else [])})
    above = region_paths(connection, {near[:TOWNSHIP_CODE]})[near[:TOWNSHIP_CODE]] if not found else ""
    options = [(code, paths[code].removeprefix(above) or paths[code]) for code in codes]
    if chosen and chosen not in codes and paths[chosen] != chosen:
        options.insert(0, (chosen, paths[chosen]))
    return [
        filling.field(
            HOME,
            say("户籍所在村（社区）"),
            "select",
            options=[filling.choose(), *options],
            value=value,
            required=True,
        ),
        filling.field(NAMED, say("不在上面的，填村（社区）名"), hint=say("例如“吕河镇冬青村”；填了就按名称查找。")),
    ]


def _near(connection: Connection, near: str) -> list[str]:
    """The villages of the same township; of a county's post all of the county, as far as they fit into a list."""
    if not near:
        return []
    asked = region.select().where(region.c.level == "village", within(region.c.code, (near[:TOWNSHIP_CODE],)))
    return [row.code for row in connection.execute(asked.order_by(region.c.code).limit(NEAR_MOST))]


def resolved(
    connection: Connection, given: Mapping[str, list[str]]
) -> tuple[dict[str, list[str]], dict[str, Sentence]]:
    """The form with the village that was named put in as the one chosen, and what is wrong with the name."""
    name = (given.get(NAMED) or [""])[0].strip()
    chosen = (given.get(HOME) or [""])[0]
    if not name:
        return dict(given), {}
    found = [line.code for line in regions_called(connection, name)]
    if len(found) == 1:
        return {**given, HOME: found, NAMED: [""]}, {}
    if chosen in found:
        return {**given, NAMED: [""]}, {}
    if found:
        return dict(given), {HOME: say("有{n}个叫这个名字的村（社区），请在列表中选一个", n=len(found))}
    return dict(given), {NAMED: say("没有找到这个村（社区），请核对名称，或写上乡镇名再试")}
