"""The filters above lists (筛选): what can be chosen, what was chosen, and the one way it is written in an address.

A saved view, a page's address and "all that this filter shows" are the same text, read by the same function: what is
no value of a filter is left out, and a day that is none is told beside its field.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import Connection

from api.pages.forms import Field
from api.pages.places import place_options
from api.pages.render import Page
from states.labels import state_name
from states.say import Sentence, say
from states.vocabulary import State
from workflow.queries import Assignee, HireFilter, Scope, TaskFilter, Urgency

TASKS, HIRES = "tasks", "hires"
WAITING, BY_DAY = "waiting", "day"
LONGEST_NAME = 60
_CODE = re.compile(r"[0-9]{2}[0-9A-Z]{0,10}")
_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9_@+.:-]{0,99}")
_CHOICES: Mapping[str, frozenset[str]] = {
    "state": frozenset(state.value for state in State),
    "who": frozenset(one.value for one in Assignee),
    "due": frozenset([*(level.value for level in Urgency), WAITING]),
    "sort": frozenset([BY_DAY]),
}
#: the names of a list's filters, in the order in which they stand in an address
NAMES: Mapping[str, tuple[str, ...]] = {
    TASKS: ("due", "who", "state", "stage", "procedure", "region", "from", "to"),
    HIRES: ("name", "state", "stage", "procedure", "region", "post", "from", "to", "sort"),
}
#: filters that stand behind "more" until one of them is used
MORE = ("stage", "post", "from", "to", "who")


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is chosen on a list, and what was wrong with it."""

    list: str
    values: Mapping[str, str]
    faults: Mapping[str, Sentence] = field(default_factory=dict)

    @property
    def query(self) -> str:
        """The filter as an address has it; the same choice is always the same text."""
        return urlencode({name: self.values[name] for name in NAMES[self.list] if name in self.values})

    def day(self, name: str) -> date | None:
        return date.fromisoformat(self.values[name]) if name in self.values else None

    def tasks(self) -> TaskFilter:
        due, who = self.values.get("due"), self.values.get("who")
        return TaskFilter(
            urgency=Urgency(due) if due and due != WAITING else None,
            waiting=due == WAITING,
            assignee=Assignee(who) if who and due != WAITING else None,
            state=self.values.get("state"),
            stage=self.values.get("stage"),
            procedure=self.values.get("procedure"),
            region=self.values.get("region"),
            due_from=self.day("from"),
            due_to=self.day("to"),
        )

    def hires(self) -> HireFilter:
        plain = {name: self.values.get(name) for name in ("name", "state", "stage", "procedure", "region")}
        post = int(self.values["post"]) if "post" in self.values else None
        days = {"due_from": self.day("from"), "due_to": self.day("to")}
        return HireFilter(**plain, **days, post_id=post)  # type: ignore[arg-type]  # text and days

    @property
    def by_day(self) -> bool:
        """Whether hires are asked for by their next day: also whenever only some days are."""
        return not {"sort", "from", "to"}.isdisjoint(self.values)


def chosen_of(name: str, query: Mapping[str, str]) -> Chosen:
    """What a query chooses on the list ``name``."""
    values, faults = {}, {}
    for key in NAMES[name]:
        text = (query.get(key) or "").strip()
        if not text:
            continue
        if _is_one(key, text):
            values[key] = text
        elif key in ("from", "to"):
            faults[key] = say("请填写日期，例如2026-03-02")
    if values.get("from", "") > values.get("to", "9"):
        faults["to"] = say("截止日在起始日之前，请改一个日期")
    return Chosen(name, values, faults)


def chosen_in(name: str, text: str) -> Chosen:
    """The same for the text of a query."""
    return chosen_of(name, dict(parse_qsl(text[:500], max_num_fields=20)) if text.count("&") < 20 else {})


def _is_one(key: str, text: str) -> bool:
    if key in _CHOICES:
        return text in _CHOICES[key]
    if key in ("from", "to"):
        return _is_day(text)
    if key == "region":
        return _CODE.fullmatch(text) is not None
    if key == "post":
        return text.isascii() and text.isdigit() and len(text) < 19
    if key == "name":
        return len(text) <= LONGEST_NAME and text.isprintable()
    return _SLUG.fullmatch(text) is not None


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


# ---- the fields --------------------------------------------------------------------------------------------------


def filter_fields(
    page: Page, connection: Connection, scope: Scope, chosen: Mapping[str, str | None], names: Iterable[str] = ()
) -> list[Field]:
    """The fields named, with what is chosen; a filter that leaves nothing to choose is not shown."""
    return fields_of(page, connection, scope, Chosen(HIRES, {k: v for k, v in chosen.items() if v}), names)


def fields_of(
    page: Page, connection: Connection, scope: Scope, chosen: Chosen, names: Iterable[str] = ()
) -> list[Field]:
    """The fields of a list's filters (or those named), with what is chosen and what was wrong with it."""
    found = []
    for name in names or [name for name in NAMES[chosen.list] if name not in ("due", "sort")]:
        one = _field(page, connection, scope, chosen, name)
        if one is not None:
            found.append(one)
    return found


def _field(page: Page, connection: Connection, scope: Scope, chosen: Chosen, name: str) -> Field | None:
    value, fault = chosen.values.get(name, ""), chosen.faults.get(name)
    label = page.tell(_LABELS[name])
    if name == "name":
        hint = page.tell(say("也可以填拼音或首字母"))
        return Field(name, label, "search", value, hint=hint, prefix="filter-", autocomplete="off")
    if name == "post":
        return Field(name, label, "number", value, prefix="filter-")
    if name in ("from", "to"):
        return Field(name, label, "date", value, error=page.tell(fault) if fault else "", prefix="filter-")
    options = _options(page, connection, scope, chosen, name)
    if not options:
        return None
    every = ("", page.tell(say("全部")))
    return Field(
        name, label, "select", options=(every, *options), chosen=frozenset({value}), prefix="filter-", value=value
    )


_LABELS: Mapping[str, Sentence] = {
    "name": say("姓名"),
    "state": say("状态"),
    "stage": say("环节"),
    "procedure": say("办法"),
    "region": say("地区"),
    "post": say("岗位编号"),
    "from": say("期限不早于"),
    "to": say("期限不晚于"),
    "who": say("由谁办"),
}


def _options(page: Page, connection: Connection, scope: Scope, chosen: Chosen, name: str) -> list[tuple[str, str]]:
    if name == "state":
        return [(state.value, state_name(state, page.language)) for state in State]
    if name == "procedure":
        return sorted({p.procedure: p.document.number for p in page.office.catalogue.all()}.items())
    if name == "stage":
        return _stages(page, chosen)
    if name == "who":
        mine, open_ = page.tell(say("指定由我办的")), page.tell(say("没有指定人的"))
        return [(Assignee.ME.value, mine), (Assignee.NOBODY.value, open_)]
    return place_options(page, connection, scope, chosen.values.get("region"))


def _stages(page: Page, chosen: Chosen) -> list[tuple[str, str]]:
    """The stages of the document that is chosen, else of all; one name may be called differently by several."""
    document = chosen.values.get("procedure", "").partition("@")[0]
    named: dict[str, dict[str, None]] = {}
    for procedure in page.office.catalogue.all():
        if document in ("", procedure.procedure):
            for stage in procedure.stages:
                named.setdefault(stage.stage, {})[page.named(stage)] = None
    between = " / " if page.language == "en" else "、"
    return [(stage, between.join(list(names)[:2])) for stage, names in named.items()]
