"""What runs and what happened (期限、办理记录): running periods with their proofs, and the trail in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from api.pages import points, words
from api.pages.render import Page
from api.pages.words import Due
from states.clocks import local_day
from states.correcting import correctable
from states.decide import decide
from states.facts import SYSTEM, Hire
from states.procedure import Procedure, article_of
from states.recompute import RECOMPUTE
from states.refusals import Refusal, StepRefused
from states.say import Sentence, say
from states.separation import NOTED
from states.steps import Step
from states.vocabulary import HOUSE_RECORDS
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
    """A running period: what it is called, when it ends, what happens then, and how the day was found.

    ``blocked``: why the system's step was refused on the day, in one sentence; empty where it was not.
    """

    name: str
    does: str
    due_on: date | None
    provisional: bool
    urgency: str
    left: str
    article: str
    blocked: str = ""
    owner: str = ""
    reading: str = ""
    caution: str = ""
    proof: list[Proved] = field(default_factory=list)


def deadlines_of(page: Page, procedure: Procedure, hire: Hire, filed_from: Mapping[int, date]) -> list[DeadlineView]:
    """Every running period, the earliest first, with the proof of its day. ``filed_from`` as for ``deadlines``."""
    return [_deadline(page, procedure, hire, line) for line in deadlines(hire, procedure, page.today, filed_from)]


def _deadline(page: Page, procedure: Procedure, hire: Hire, line: DeadlineLine) -> DeadlineView:
    due: Due = words.due_of(page, line.due_on, line.provisional)
    shown = DeadlineView(
        page.named(line.label),
        words.at_the_end(page, procedure, line),
        due.due_on,
        due.provisional,
        due.urgency,
        due.left,
        line.article,
        _why_blocked(page, hire, line) if line.blocked else "",
        words.roles_in_words(page, procedure, line.owner),
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


def _why_blocked(page: Page, hire: Hire, line: DeadlineLine) -> str:
    """What stands in the way of the system's step now; it is asked again after each change."""
    rules, setting = page.office.rulebook.rules(hire.procedure), page.office.setting
    day = line.due_on + timedelta(days=1)
    for act in line.then:
        try:
            decide(hire, act, SYSTEM, page.at, rules, setting, on=day)
        except StepRefused as refused:
            return page.tell(say("没有自动办理，因为：{reason}", reason=page.tell(refused.sentence)))
        except Refusal:
            continue
        return page.tell(say("条件已经具备，系统稍后接着办理。"))
    return ""


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
    seq: int = 0
    #: whether what it says may be set right; by which entry it was
    correctable: bool = False
    corrected: str = ""


@dataclass(frozen=True, slots=True)
class Papers:
    """What steps wrote down beside the trail: rows by table, and the names of accounts by id."""

    rows: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    names: Mapping[int, str] = field(default_factory=dict)

    def row(self, table: str, seq: int) -> Mapping[str, Any] | None:
        """The row of an entry in a table."""
        return next((row for row in self.rows.get(table, ()) if row["seq"] == seq), None)


NO_PAPERS = Papers()


def trail_of(
    page: Page, procedure: Procedure, trail: Sequence[TrailLine], papers: Papers = NO_PAPERS
) -> list[EntryView]:
    """The entries, the latest first; reminders that came one after the other stand as one, with their number."""
    found: list[EntryView] = []
    for act, run in groupby(reversed(trail), key=lambda entry: entry.act):
        entries = list(run)
        if not act.startswith("remind:") or len(entries) == 1:
            found += [_entry(page, procedure, entry, papers) for entry in entries]
            continue
        since = say("自{on}起共{n}次", on=page.day(entries[-1].on_day), n=len(entries))
        found.append(replace(_entry(page, procedure, entries[0], papers), since=page.tell(since)))
    return found


def _entry(page: Page, procedure: Procedure, entry: TrailLine, papers: Papers) -> EntryView:
    step = step_of(page, procedure, entry.from_stage, entry.act)
    moved = (
        ""
        if entry.from_stage == entry.to_stage or entry.seq == 1
        else f"{_stage(page, procedure, entry.from_stage)} → {_stage(page, procedure, entry.to_stage)}"
    )
    return EntryView(
        act_in_words(page, procedure, entry.act, entry.from_stage),
        moved,
        page.moment(entry.at),
        _who(page, procedure, entry),
        article_of(procedure, step.cite) if step else "",
        entry.hash,
        entry.role == "system",
        [*_said(page, entry, step), *_written(page, procedure, entry, papers)],
        seq=entry.seq,
        correctable=bool(correctable(page.office.rulebook.rules(procedure.key), entry.from_stage, entry.act)),
        corrected=_corrected(page, entry, papers),
    )


def _corrected(page: Page, entry: TrailLine, papers: Papers) -> str:
    """By which entries this one was set right (已更正)."""
    rows = papers.rows.get("correction", ())
    by = [str(row["decided_seq"]) for row in rows if row["entry"] == entry.seq and row["upheld"]]
    return page.tell(say("已更正，见第{seq}号", seq="、".join(by))) if by else ""


def _who(page: Page, procedure: Procedure, entry: TrailLine) -> str:
    """Who acted, in which role, and in whose place (代). Whoever has no account any more has no name here."""
    if entry.role == "system":
        return page.tell(say("系统"))
    if entry.role == "public":
        return page.tell(say("群众（公开渠道）"))
    role = words.roles_in_words(page, procedure, [entry.role])
    name = entry.actor or page.tell(say("账户已注销"))
    if entry.principal is None:
        return page.tell(say("{who}（{role}）", who=name, role=role))
    principal = entry.principal or page.tell(say("账户已注销"))
    return page.tell(say("{who}（{role}，代{principal}）", who=name, role=role, principal=principal))


def step_of(page: Page, procedure: Procedure, stage: str, act: str) -> Step | None:
    """A step by its name and stage: the document's, else one of the house."""
    return page.office.rulebook.rules(procedure.key).step(stage, act) if stage in procedure.stage_by_name else None


def act_in_words(page: Page, procedure: Procedure, act: str, stage: str) -> str:
    """What was done, in words: a step, a reminder, a period whose end was blocked, days that were computed again."""
    step = step_of(page, procedure, stage, act)
    if step is not None:
        return page.named(step)
    if act.startswith(RECOMPUTE):
        return page.tell(say("按新公布的放假安排重新推算期限"))
    return words.act_words(page, procedure, act, stage)


def _stage(page: Page, procedure: Procedure, name: str) -> str:
    stage = procedure.stage_by_name.get(name)
    if stage is None:  # under another version, from which the hire was moved
        others = (one for one in page.office.catalogue.all() if one.procedure == procedure.procedure)
        stage = next((one.stage_by_name[name] for one in others if name in one.stage_by_name), None)
    return page.named(stage) if stage else name


def _said(page: Page, entry: TrailLine, step: Step | None) -> list[str]:
    """What an entry kept beside the step: opinion, exceptions that were made, the day it took effect."""
    found = []
    if entry.opinion and (step is None or step.records not in HOUSE_RECORDS):
        found.append(page.tell(say("意见：{opinion}", opinion=entry.opinion)))
    if entry.approval_no:
        found.append(page.tell(say("批准文号：{number}", number=entry.approval_no)))
    for override in entry.overrides:
        found.append(page.tell(say("原则性规定作例外办理，理由：{reason}", reason=str(override.get("reason", "")))))
    if step is not None and step.joint and entry.from_stage == entry.to_stage and step.to is not None:
        found.append(page.tell(say("已会签，等其他单位。")))
    if entry.on_day != local_day(entry.at):
        found.append(page.tell(say("自{on}起生效。", on=page.day(entry.on_day))))
    for answer in entry.answers:
        if answer[0] == NOTED and not answer[2]:
            facts = {"notes": str(answer[5].get("notes", ""))}
            found.append(page.tell(say("审定人登记过其中第{notes}号加分扣分。", **facts)))
    if entry.batch:
        found.append(page.tell(say("批量办理，批次{batch}。", batch=entry.batch[:12])))
    return found


def _written(page: Page, procedure: Procedure, entry: TrailLine, papers: Papers) -> list[str]:
    """What a step of the house wrote down, for offices."""
    if noted := points.told(page, procedure, papers.rows, entry):
        return noted
    if row := papers.row("comment", entry.seq):
        return [str(row["text"])]
    if row := papers.row("document", entry.seq):
        return [page.tell(say("材料：{name}", name=str(row["name"])))]
    if row := papers.row("assignment", entry.seq):
        role = words.roles_in_words(page, procedure, [str(row["role"])])
        name = papers.names.get(row["to_account"] or 0)
        given = say("转给{name}（{role}）", name=name, role=role) if name else None
        anybody = say("交回{role}，谁先办都可以", role=role)
        return [page.tell(given or anybody), _reason(page, row)]
    if row := papers.row("correction", entry.seq):
        about = say("更正第{seq}号；证明材料：{evidence}", seq=row["entry"], evidence=str(row["evidence"]))
        return [page.tell(about), _reason(page, row)]
    if row := next((one for one in papers.rows.get("correction", ()) if one["decided_seq"] == entry.seq), None):
        about = say("更正第{seq}号", seq=row["entry"])
        return [page.tell(about), *([_reason(page, {"reason": entry.opinion})] if entry.opinion else [])]
    for table in ("returned", "suspension"):
        if row := papers.row(table, entry.seq):
            return [_reason(page, row)]
    if entry.act == "resume" and entry.opinion:
        return [_reason(page, {"reason": entry.opinion})]
    if row := papers.row("score", entry.seq):
        return [page.tell(say("总分：{points}", points=f"{row['tenths'] / 10:g}"))]
    return []


def _reason(page: Page, row: Mapping[str, Any]) -> str:
    return page.tell(say("理由：{reason}", reason=str(row["reason"])))


def shown_facts(page: Page, values: Iterable[tuple[Sentence, Any]]) -> list[tuple[str, str]]:
    """Names and values for a list of facts; what is unknown is left out."""
    return [(page.tell(name), _shown(page, value)) for name, value in values if value not in (None, "", [])]


def _shown(page: Page, value: Any) -> str:
    if isinstance(value, bool):
        return page.tell(say("是") if value else say("否"))
    return page.day(value) if isinstance(value, date) else str(value)
