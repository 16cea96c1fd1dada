"""From a list to what is done with many (名单到办理): who was chosen, and the way back to where it began."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

from api.pages import listing, picking, tasks
from api.pages.filters import HIRES, TASKS, chosen_in
from api.pages.picking import MOST, Pick
from api.pages.render import Page
from states.say import Sentence, say

_BACK = {TASKS: "/", HIRES: "/hires"}
#: pages beside the two lists from which many are taken
_BEGIN = frozenset({"/renewals", "/leaving"})
NOTHING = say("没有勾选任何人。请在名单左侧打勾，或者选择办理筛选出的全部。")
LOST = say("名单没有完整传过来，什么都没有办。请回到名单重新勾选。")


def list_of(given: Mapping[str, list[str]]) -> str:
    """The list from which the hires were chosen."""
    name = value_of(given, "list")
    return name if name in _BACK else TASKS


def picks_of(page: Page, name: str, given: Mapping[str, list[str]]) -> list[Pick] | Sentence:
    """The chosen hires with the versions that were shown; or why there are none."""
    take = value_of(given, "take")
    if take == "all":
        with page.reading() as connection:
            chosen = chosen_in(name, value_of(given, "query"))
            if name == TASKS:
                picks = tasks.selection(page, connection, chosen.tasks(), MOST + 1)
            else:
                picks = listing.selection(page, connection, chosen.hires(), MOST + 1)
    elif take == "page":
        picks = picking.read(value_of(given, "shown"))
    elif "digest" in given:
        picks = picking.read(value_of(given, "chosen"))
        if picking.digest(picks) != value_of(given, "digest"):
            return LOST
    else:
        picks = picking.read(",".join(given.get("hire", [])))
    if len(picks) > MOST:
        return say("一次最多办理{most}人，请先用筛选缩小范围", most=MOST)
    return picks or NOTHING


def way_back(name: str, given: Mapping[str, list[str]]) -> str:
    """Where it began: the page that says so, else the list with its filter."""
    if begun := begun_at(given):
        return begun
    text = chosen_in(name, value_of(given, "query")).query
    return _BACK[name] + (f"?{text}" if text else "")


def begun_at(given: Mapping[str, list[str]]) -> str:
    """The page of ours on which it began, from the form; empty for any other address. Only these pages are led to."""
    path, _, query = value_of(given, "begun")[:500].partition("?")
    if path not in _BEGIN:
        return ""
    text = urlencode(parse_qsl(query, max_num_fields=20)) if query.count("&") < 20 else ""
    return path + (f"?{text}" if text else "")


def value_of(given: Mapping[str, list[str]], name: str) -> str:
    """What a form says under a name, once."""
    return (given.get(name) or [""])[0]
