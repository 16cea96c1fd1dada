"""What runs and what happened (期限、办理记录): running periods with their proofs, and the trail in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import groupby
from typing import Any

from api.pages import words
from api.pages.render import Page
from api.pages.words import Due
from states.clocks import local_day
from states.facts import Hire
from states.procedure import Procedure, Step, article_of
from states.say import Sentence, say
from workflow.queries import TrailLine, deadlines
from workflow.queries.deadlines import DeadlineLine


@dataclass(frozen=True, slots=True)
class Proved:
    """One line of the proof of a day."""

    on: date
    number: int | None
    counted: bool
    why: str


@dataclass(frozen=True, slots=True)
class DeadlineView:
    """A running period: what it is called, when it ends, what happens then, and how the day was found."""

    name: str
    does: str
    due_on: date | None
    provisional: bool
    urgency: str
    left: str
    article: str
    reading: str = ""
    caution: str = ""
    proof: list[Proved] = field(default_factory=list)


def deadlines_of(page: Page, procedure: Procedure, hire: Hire, filed_from: Mapping[int, date]) -> list[DeadlineView]:
    """Every running period, the earliest first, with the proof of its day. ``filed_from`` as for ``deadlines``."""
    return [_deadline(page, procedure, line) for line in deadlines(hire, procedure, page.today, filed_from)]


def _deadline(page: Page, procedure: Procedure, line: DeadlineLine) -> DeadlineView:
    due: Due = words.due_of(page, line.due_on, line.provisional)
    shown = DeadlineView(
        page.named(line.label),
        words.at_the_end(page, procedure, line),
        due.due_on,
        due.provisional,
        due.urgency,
        due.left,
        line.article,
    )
    reckoned = line.proof(procedure, page.office.setting.calendar)
    if reckoned is None:
        return shown
    return replace(
        shown,
        reading=page.tell(reckoned.reading),
        caution=page.tell(reckoned.caution) if reckoned.caution else "",
        proof=[Proved(p.on, p.number, p.counted, page.tell(p.why)) for p in reckoned.proof],
    )


# ---- the trail ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EntryView:
    """An entry in plain words."""

    what: str
    moved: str
    at: str
    who: str
    article: str
    hash: str
    system: bool
    said: list[str]
    since: str = ""


def trail_of(page: Page, procedure: Procedure, trail: Sequence[TrailLine]) -> list[EntryView]:
    """The entries, the latest first; reminders that came one after the other stand as one, with their number."""
    found: list[EntryView] = []
    for act, run in groupby(reversed(trail), key=lambda entry: entry.act):
        entries = list(run)
        if not act.startswith("remind:") or len(entries) == 1:
            found += [_entry(page, procedure, entry) for entry in entries]
            continue
        since = say("自{on}起共{n}次", on=page.day(entries[-1].on_day), n=len(entries))
        found.append(replace(_entry(page, procedure, entries[0]), since=page.tell(since)))
    return found


def _entry(page: Page, procedure: Procedure, entry: TrailLine) -> EntryView:
    step = procedure.step_by_origin.get((entry.from_stage, entry.act))
    system = entry.role == "system"
    role = words.roles_in_words(page, procedure, [entry.role])
    who = (
        page.tell(say("系统"))
        if system
        else page.tell(say("{who}（{role}）", who=entry.actor or page.tell(say("账户已注销")), role=role))
    )
    moved = (
        ""
        if entry.from_stage == entry.to_stage or entry.seq == 1
        else f"{_stage(page, procedure, entry.from_stage)} → {_stage(page, procedure, entry.to_stage)}"
    )
    return EntryView(
        words.act_words(page, procedure, entry.act, entry.from_stage),
        moved,
        page.moment(entry.at),
        who,
        article_of(procedure, step.cite) if step else "",
        entry.hash,
        system,
        _said(page, entry, step),
    )


def _stage(page: Page, procedure: Procedure, name: str) -> str:
    stage = procedure.stage_by_name.get(name)
    return page.named(stage) if stage else name


def _said(page: Page, entry: TrailLine, step: Step | None) -> list[str]:
    """What an entry kept beside the step: opinion, exceptions that were made, the day it took effect."""
    found = []
    if entry.opinion:
        found.append(page.tell(say("意见：{opinion}", opinion=entry.opinion)))
    for override in entry.overrides:
        found.append(page.tell(say("原则性规定作例外办理，理由：{reason}", reason=str(override.get("reason", "")))))
    if step is not None and step.joint and entry.from_stage == entry.to_stage and step.to is not None:
        found.append(page.tell(say("已会签，等其他单位。")))
    if entry.on_day != local_day(entry.at):
        found.append(page.tell(say("自{on}起生效。", on=page.day(entry.on_day))))
    return found


def shown_facts(page: Page, values: Iterable[tuple[Sentence, Any]]) -> list[tuple[str, str]]:
    """Names and values for a list of facts; what is unknown is left out."""
    return [(page.tell(name), _shown(page, value)) for name, value in values if value not in (None, "", [])]


def _shown(page: Page, value: Any) -> str:
    if isinstance(value, bool):
        return page.tell(say("是") if value else say("否"))
    return page.day(value) if isinstance(value, date) else str(value)
