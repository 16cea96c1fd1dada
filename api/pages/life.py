"""The line of a hire's life (办理进程): stages done, where it stands, the way ahead, and what comes next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from api.pages import words
from api.pages.render import Page
from states.clocks import OBJECTION, is_own, owners_of
from states.decide import Offer
from states.facts import Hire
from states.house import handlers
from states.procedure import Procedure
from states.say import Sentence, say
from states.steps import Deadline, Stage, Step
from states.vocabulary import Role, State
from workflow.queries import TrailLine


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
    undone = _undone(trail, here)
    done = [Station(page.named(s), "done", mark, first[s.stage]) for s in past if s != here and s.stage not in undone]
    off = "here off" if here.state in (State.REJECTED, State.WITHDRAWN) or here.pay_stopped else "here"
    now = Station(page.named(here), off, page.tell(say("（当前环节）")), first.get(here.stage))
    way = [] if here.final else _way_on(procedure, here)
    ahead = [s for s in way if s.stage not in first or s.stage in undone]
    return [*done, now, *(Station(page.named(s), "ahead", page.tell(say("（以后）"))) for s in ahead)]


def _undone(trail: Sequence[TrailLine], here: Stage) -> frozenset[str]:
    """Stages that a return has taken back, as far as they were not reached again since."""
    undone: set[str] = set()
    visited: list[str] = []
    for entry in trail:
        if entry.act == "return_to":
            at = visited.index(entry.to_stage) if entry.to_stage in visited else len(visited)
            undone |= set(visited[at:])
            visited = visited[:at]
        if entry.to_stage not in visited:
            visited.append(entry.to_stage)
    return frozenset(undone - set(visited) - {here.stage})


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
    """What comes next, in one sentence, and more where there is more. ``kind``: act, care, wait, stop or done."""

    kind: str
    say: str
    more: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Waiting:
    """For whom the next step is told: the hire, what this reader is offered, and who was given the hire by role."""

    page: Page
    procedure: Procedure
    hire: Hire
    offers: Sequence[Offer]
    given_to: Mapping[Role, str] = field(default_factory=dict)

    def tell(self, words_said: Sentence) -> str:
        return self.page.tell(words_said)

    @property
    def stage(self) -> Stage:
        return self.procedure.stage_by_name[self.hire.stage]


def what_comes_next(waiting: Waiting) -> Next:
    """Who has to do what by when, or what will happen by itself."""
    stage, dossier = waiting.stage, waiting.hire.dossier
    if dossier.suspended_on is not None:
        since = waiting.page.day(dossier.suspended_on)
        return Next("stop", waiting.tell(say("已于{day}中止办理。恢复办理之前，不办下一步。", day=since)))
    if stage.final:
        return Next("done", waiting.tell(_ended(stage)), _owed(waiting))
    if stage.pay_stopped:
        return Next(
            "stop",
            waiting.tell(say("合同或期限已满而没有作出决定，补贴已停发。")),
            [waiting.tell(say("请尽快决定续签或解聘。")), *_owed(waiting)],
        )
    more = [*_objections(waiting), *_automatic(waiting)]
    main = [s for s in waiting.procedure.steps_from[stage.stage] if s.main and not s.automatic]
    if stage.at_work and not stage.owner:
        return _at_work(waiting, more)
    if not main:
        return Next("wait", more[0], more[1:]) if more else Next("done", waiting.tell(say("现在没有要办的事。")))
    return _step_next(waiting, main[0], more)


def _ended(stage: Stage) -> Sentence:
    if stage.state is State.DISMISSED:
        return say("本人已离岗，这份聘用已经办结。")
    if stage.state is State.WITHDRAWN:
        return say("报名已退出或名额已撤回，这份聘用已经办结。")
    return say("没有通过，这份聘用已经办结。") if stage.state is State.REJECTED else say("这份聘用已经办结。")


def _owed(waiting: Waiting) -> list[str]:
    """The reports that are still owed: an ended hire may owe some."""
    filings = waiting.hire.dossier.filings
    if not filings:
        return []
    soonest = min(filing.due_on for filing in filings)
    owed = say("还有{n}项报备没有报送，最早的期限是{due}。", n=len(filings), due=waiting.page.day(soonest))
    return [waiting.tell(owed)]


def _at_work(waiting: Waiting, more: list[str]) -> Next:
    """On post nothing has to follow soon: the nearest day is told with what it is the day of."""
    page, dossier = waiting.page, waiting.hire.dossier
    if dossier.leaving_on is not None:
        said = say("在岗。已决定离岗，最后一日是{day}。", day=page.day(dossier.leaving_on))
        return Next("wait", page.tell(said), [*_owed(waiting), *more])
    lines = [(clock.due_on, name) for name, clock in dossier.clocks.items()]
    if not lines:
        return Next("wait", page.tell(say("在岗。现在没有要办的事。")), more)
    due, name = min(lines)
    called = words.clock_name(page, waiting.procedure, name)
    owner = owners_of(waiting.procedure, name, dossier.filings)
    roles = words.roles_in_words(page, waiting.procedure, owner)
    mine = bool(page.actor.roles_in(waiting.hire.region) & set(owner))
    if due < page.today:
        late = say("在岗。“{name}”的期限{due}已过，请{roles}尽快办理。", name=called, due=page.day(due), roles=roles)
        return Next("act" if mine else "wait", page.tell(late), more)
    nearest = say("在岗。最近的期限是“{name}”：{due}（{roles}）。", name=called, due=page.day(due), roles=roles)
    if not roles:
        nearest = say("在岗。最近的期限是“{name}”：{due}。", name=called, due=page.day(due))
    return Next("wait", page.tell(nearest), more)


def _step_next(waiting: Waiting, step: Step, more: list[str]) -> Next:
    page, name = waiting.page, waiting.page.named(step)
    offer = next((offer for offer in waiting.offers if offer.step.act == step.act), None)
    due = _due(waiting)
    if offer is not None and offer.open:
        said = (
            say("请您办理“{step}”，期限到{due}。", step=name, due=page.day(due))
            if due is not None
            else say("请您办理“{step}”。", step=name)
        )
        return Next("act", page.tell(said), more)
    if offer is not None:
        return _stopped(waiting, offer, name, due, more)
    roles = _waiting_roles(waiting, step)
    if due is None:
        return Next("wait", page.tell(say("等{roles}办理“{step}”。", roles=roles, step=name)), more)
    said = say("等{roles}办理“{step}”，期限到{due}。", roles=roles, step=name, due=page.day(due))
    return Next("wait", page.tell(said), more)


def _stopped(waiting: Waiting, offer: Offer, name: str, due: date | None, more: list[str]) -> Next:
    """It is the reader's step, but not now, or not by this reader."""
    page = waiting.page
    stopping = [answer for answer in offer.answers if answer.stops]
    personal = [answer for answer in stopping if answer.guard in PERSONAL]
    until = [page.tell(say("期限到{due}。", due=page.day(due)))] if due is not None else []
    if personal:
        reasons = [page.tell(answer.verdict.say) for answer in personal]
        said = say("“{step}”须由别人办理，不能由您办：{reason}。", step=name, reason=reasons[0].rstrip("。."))
        return Next("wait", page.tell(said), [*until, *reasons[1:], *more])
    said = say("轮到您办理“{step}”，还有{n}项条件不符合，原因见下面。", step=name, n=len(stopping))
    return Next("care", page.tell(said), [*until, *more])


#: rules about who acts, not about the hire: somebody else may well take the step
PERSONAL = frozenset({"four_eyes", "recusal"})


def _due(waiting: Waiting) -> date | None:
    return min((c.due_on for name, c in waiting.hire.dossier.clocks.items() if not is_own(name)), default=None)


def _waiting_roles(waiting: Waiting, step: Step) -> str:
    """Who is waited for: of a joint ruling those who have not signed; with the name of whoever it was given to."""
    page, procedure = waiting.page, waiting.procedure
    signed = {s.role for s in waiting.hire.dossier.signatures if s.act == step.act}
    roles = [role for role in (waiting.stage.owner or step.by) if role not in signed]
    if step.joint:
        roles = [role for role in step.by if role not in signed]
    told = []
    for role in roles:
        called, name = words.roles_in_words(page, procedure, [role]), waiting.given_to.get(role)
        told.append(page.tell(say("{role}（{name}）", role=called, name=name)) if name else called)
    return (", " if page.language == "en" else "、").join(told)


def _objections(waiting: Waiting) -> list[str]:
    """Who answers the open objections, by when."""
    page, dossier = waiting.page, waiting.hire.dossier
    if not dossier.open_objections:
        return []
    roles = words.roles_in_words(page, waiting.procedure, handlers(waiting.procedure))
    soonest = min((clock.due_on for name, clock in dossier.clocks.items() if name.startswith(OBJECTION)), default=None)
    said = say("有{n}件异议等{roles}答复，答复之前不能进入下一步。", n=len(dossier.open_objections), roles=roles)
    until = [page.tell(say("异议的答复期限到{due}。", due=page.day(soonest)))] if soonest is not None else []
    return [page.tell(said), *until]


def _automatic(waiting: Waiting) -> list[str]:
    """The earliest thing that the system will do by itself."""
    page, procedure = waiting.page, waiting.procedure
    ends = [
        (clock.due_on, name, clock)
        for name, clock in waiting.hire.dossier.clocks.items()
        if name in procedure.deadline_by_name and procedure.deadline_by_name[name].then
    ]
    if not ends:
        return []
    due, name, clock = min(ends, key=lambda found: found[:2])
    line = procedure.deadline_by_name[name]
    if clock.blocked:
        said = say("“{name}”已于{due}届满，但还有条件不符合，系统没有办理。", name=page.named(line), due=page.day(due))
    elif _needs_a_decision(waiting, line):
        said = say(
            "“{name}”是{due}。此前请决定续签还是终止；没有决定的，次日起停发补贴。",
            name=page.named(line),
            due=page.day(due),
        )
    else:
        said = say("“{name}”到{due}届满，次日由系统接着办理。", name=page.named(line), due=page.day(due))
    return [page.tell(said)]


def _needs_a_decision(waiting: Waiting, line: Deadline) -> bool:
    """Whether somebody has to decide before the end, because the system only stops the pay if nobody has."""
    dossier = waiting.hire.dossier
    if dossier.renewal is not None or dossier.leaving_on is not None:
        return False
    steps = [s for s in waiting.procedure.steps_from[waiting.hire.stage] if s.act in line.then and s.to is not None]
    return any(waiting.procedure.stage_by_name[s.to].pay_stopped for s in steps if s.to is not None)
