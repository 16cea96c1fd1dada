"""The page of one hire, put together (案卷): its line of life, what comes next, its steps, periods, papers and trail.

Everything is read from the facts and from the answers that ``offers_of`` gave; nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import groupby
from typing import Any

from api.pages import words
from api.pages.forms import Asking, Field, fields_of, override_fields
from api.pages.render import Page, new_key
from api.pages.words import Clause, Due
from states.clocks import FILING, local_day
from states.decide import Offer
from states.facts import Hire
from states.guards import Answer
from states.procedure import Effect, GuardLine, Procedure, RecordKind, Stage, State, Step, article_of
from states.say import Sentence, say
from workflow.queries import TrailLine, deadlines
from workflow.queries.deadlines import DeadlineLine

# ---- the line of life --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Station:
    """A stage on the line: ``how`` is done, here, "here off" (ended otherwise) or ahead."""

    name: str
    how: str
    mark: str
    on: date | None = None


def life_line(page: Page, procedure: Procedure, hire: Hire, trail: Sequence[TrailLine]) -> list[Station]:
    """Stages done, where the hire stands, and the way that the document foresees from there."""
    first: dict[str, date] = {}
    for entry in trail:
        first.setdefault(entry.to_stage, entry.on_day)
    here = procedure.stage_by_name[hire.stage]
    past = sorted(_known(procedure, first), key=lambda stage: _order(trail, stage.stage))
    mark = page.tell(say("（已办）"))
    done = [Station(page.named(s), "done", mark, first[s.stage]) for s in past if s != here]
    off = "here off" if here.state in (State.REJECTED, State.WITHDRAWN) or here.pay_stopped else "here"
    now = Station(page.named(here), off, page.tell(say("（当前环节）")), first.get(here.stage))
    ahead = [] if here.final else [s for s in _way_on(procedure, here) if s.stage not in first]
    return [*done, now, *(Station(page.named(s), "ahead", page.tell(say("（以后）"))) for s in ahead)]


def _known(procedure: Procedure, first: Mapping[str, date]) -> list[Stage]:
    return [procedure.stage_by_name[name] for name in first if name in procedure.stage_by_name]


def _order(trail: Sequence[TrailLine], stage: str) -> int:
    return next(entry.seq for entry in trail if entry.to_stage == stage)


def _way_on(procedure: Procedure, here: Stage) -> list[Stage]:
    """From ``here`` along the main steps, and where there is none along what happens by itself, to the work on post."""
    found: list[Stage] = []
    stage = here
    while not stage.final:
        following = _following(procedure, stage)
        if following is None or following in found or following == here:
            break
        found.append(following)
        stage = following
    return found


def _following(procedure: Procedure, stage: Stage) -> Stage | None:
    steps = [s for s in procedure.steps_from[stage.stage] if s.to is not None and s.to != stage.stage and not s.adverse]
    main = [s for s in steps if s.main] or [s for s in steps if s.automatic]
    targets = [procedure.stage_by_name[s.to] for s in main if s.to is not None]
    usual = (t for t in targets if t.state not in (State.REJECTED, State.WITHDRAWN) and not t.pay_stopped)
    return next((t for t in usual if t.state is not State.DISMISSED), None)


# ---- what comes next ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Next:
    """What comes next, in one sentence, and one more if there is more to say."""

    say: str
    more: str = ""


def what_comes_next(page: Page, procedure: Procedure, hire: Hire) -> Next:
    """Who has to do what by when, or what will happen by itself."""
    stage = procedure.stage_by_name[hire.stage]
    if stage.final:
        return Next(page.tell(say("这份聘用已经办结。")))
    if stage.pay_stopped:
        return Next(
            page.tell(say("合同或期限已满而没有作出决定，补贴已停发。")),
            page.tell(say("请尽快决定续签或解聘。")),
        )
    automatic = _automatic(page, procedure, hire)
    main = [s for s in procedure.steps_from[hire.stage] if s.main and not s.automatic]
    if not main or (not stage.owner and stage.at_work):
        return Next(automatic or page.tell(say("现在没有要办的事。")))
    signed = {s.role for s in hire.dossier.signatures if s.act == main[0].act}
    waiting = [role for role in (stage.owner or main[0].by) if role not in signed]
    roles = words.roles_in_words(page, procedure, waiting)
    due = min((c.due_on for n, c in hire.dossier.clocks.items() if not n.startswith(FILING)), default=None)
    name = page.named(main[0])
    if due is None:
        return Next(page.tell(say("等{roles}办理“{step}”。", roles=roles, step=name)), automatic)
    return Next(
        page.tell(say("等{roles}办理“{step}”，期限到{due}。", roles=roles, step=name, due=page.day(due))), automatic
    )


def _automatic(page: Page, procedure: Procedure, hire: Hire) -> str:
    """The earliest thing that the system will do by itself."""
    ends = [
        (clock.due_on, clock, procedure.deadline_by_name[name])
        for name, clock in hire.dossier.clocks.items()
        if name in procedure.deadline_by_name and procedure.deadline_by_name[name].then
    ]
    if not ends:
        return ""
    due, clock, line = min(ends, key=lambda found: found[0])
    if clock.blocked:
        return page.tell(
            say("“{name}”已于{due}届满，但还有条件不符合，系统没有办理。", name=page.named(line), due=page.day(due))
        )
    return page.tell(say("“{name}”到{due}届满，次日由系统接着办理。", name=page.named(line), due=page.day(due)))


# ---- steps -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Waiver:
    """A rule "in principle" that the actor may set aside, with the fields that it takes."""

    say: str
    article: str
    fields: list[Field]


@dataclass(frozen=True, slots=True)
class StepView:
    """A step as a page offers it: ``kind`` is yes, care (possible, with a warning) or no."""

    act: str
    name: str
    article: str
    kind: str
    mark: str
    main: bool
    adverse: bool
    opened: bool
    joint: str
    answers: list[Clause]
    fields: list[Field]
    overrides: list[Waiver]
    key: str = field(default_factory=new_key)
    form_anyway: bool = False
    link: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Tried:
    """A step that was just refused: the form is shown again as it was filled in."""

    act: str = ""
    given: Mapping[str, list[str]] = field(default_factory=dict)
    faults: Mapping[str, Sentence] = field(default_factory=dict)
    answers: tuple[Answer, ...] = ()


def steps_of(page: Page, procedure: Procedure, hire: Hire, offers: Sequence[Offer], tried: Tried) -> list[StepView]:
    """Every step offered: the main ones first, then facts to record, then what ends the hire."""
    found = [_step(page, procedure, hire, offer, tried) for offer in offers]
    found.sort(key=lambda view: (not view.main, view.kind == "no", view.adverse))
    if found and found[0].main and not tried.act:
        found[0] = replace(found[0], opened=True)
    return found


def _step(page: Page, procedure: Procedure, hire: Hire, offer: Offer, tried: Tried) -> StepView:
    step = offer.step
    again = tried.act == step.act
    answers = tried.answers if again and tried.answers else offer.answers
    asking = Asking(page, procedure, hire, step, tried.given if again else {}, tried.faults if again else {})
    stands = any(answer.stops for answer in answers)
    warns = any(not answer.verdict.passed for answer in answers)
    kind, mark = (
        ("no", say("现在不能办")) if stands else ("care", say("可以办，有提醒")) if warns else ("yes", say("可以办"))
    )
    overrides = _overrides(asking, offer, answers)
    beyond = [a for a in answers if a.stops and not any(o.article == a.article for o in overrides)]
    return StepView(
        step.act,
        page.named(step),
        article_of(procedure, step.cite),
        kind,
        page.tell(mark),
        step.main,
        step.adverse,
        again,
        _joint(page, procedure, hire, step),
        words.clauses_of(page, answers),
        fields_of(asking) if step.records is not RecordKind.APPLICATION else [],
        overrides if not beyond else [],
        form_anyway=again and not any(answer.stops for answer in offer.answers),
        link=_link(page, hire) if step.records is RecordKind.APPLICATION else None,
    )


def _link(page: Page, hire: Hire) -> tuple[str, str]:
    return f"/openings/{hire.opening.id}/apply?hire={hire.id}", page.tell(say("登记报名人"))


def _joint(page: Page, procedure: Procedure, hire: Hire, step: Step) -> str:
    if not step.joint:
        return ""
    signed = [s.role for s in hire.dossier.signatures if s.act == step.act]
    if not signed:
        return page.tell(say("须由{roles}会签", roles=words.roles_in_words(page, procedure, step.by)))
    left = [role for role in step.by if role not in signed]
    return page.tell(
        say(
            "{signed}已会签，还须{left}会签",
            signed=words.roles_in_words(page, procedure, signed),
            left=words.roles_in_words(page, procedure, left),
        )
    )


def _overrides(asking: Asking, offer: Offer, answers: Iterable[Answer]) -> list[Waiver]:
    lines: dict[str, GuardLine] = {line.use: line for line in asking.procedure.guards_of(offer.step)}
    held = {role.value for role in asking.page.actor.roles_in(asking.hire.region)}
    return [
        Waiver(
            asking.page.tell(answer.verdict.say),
            answer.article,
            override_fields(
                asking.page,
                asking.given,
                answer,
                lines[answer.guard].override_needs if answer.guard in lines else (),
                f"{asking.step.act}-",
            ),
        )
        for answer in answers
        if answer.stops and answer.effect is Effect.PRINCIPLE and held & set(answer.override_by)
    ]


# ---- periods -----------------------------------------------------------------------------------------------------


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
