"""One step, decided (决定): facts in, a plan or a refusal out. No session, no clock, nothing written.

The same questions feed every button (``offers``), every step (``decide``) and every due timer (``decide_timer``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from states.carrying_out import Carried
from states.chronology import check_days
from states.clocks import local_day
from states.correcting import check_correction
from states.facts import SYSTEM, Actor, Hire, Person
from states.guards import Answer, Ask, AskOpening, BoundGuard, Verdict, refused
from states.house import CITE, CORRECTIONS, WHILE_SUSPENDED, officers, targets
from states.input_checks import check_scale, parsed
from states.inputs import Override
from states.machine import Rules
from states.noting import check_noting
from states.plan import Plan, TimerFact
from states.procedure import Procedure
from states.refusals import InputRefused, StepNotOffered, StepRefused
from states.say import say
from states.separation import preferred, separation
from states.steps import Step
from states.taking_back import taking_back
from states.timer_plans import Blocked, Remind
from states.vocabulary import DeadlineKind, Effect, RecordKind, Role
from states.writing import Setting, Writing

__all__ = ["Offer", "Setting", "ask_opening", "collapse", "decide", "decide_posting", "decide_timer", "offers"]

SUSPENDED, CORRECTING = "suspended", "correcting"
#: whose input names the person
BRINGS_SOMEBODY = frozenset({RecordKind.APPLICATION, RecordKind.OLD_TERMS})


@dataclass(frozen=True, slots=True)
class Offer:
    """A step as a page shows it (可办事项): possible now or not, and why."""

    step: Step
    roles: frozenset[Role]
    answers: tuple[Answer, ...]

    @property
    def open(self) -> bool:
        return not any(answer.stops for answer in self.answers)


def decide(
    hire: Hire,
    act: str,
    actor: Actor,
    at: datetime,
    rules: Rules,
    setting: Setting,
    *,
    payload: Mapping[str, Any] | None = None,
    candidate: Person | None = None,
    on: date | None = None,
    fired: tuple[tuple[TimerFact, str], ...] = (),
    batch: str | None = None,
) -> Plan:
    """Decides one step of one hire.

    ``at`` is the moment it is recorded (aware); ``on`` the legal day it takes effect (default: that day in
    Asia/Shanghai). ``candidate`` is the person whom an application names, ``batch`` the bulk run that it belongs to,
    for the trail. Raises StepNotOffered, InputRefused,
    StepRefused.
    """
    step = _offered_step(hire, act, rules)
    role = _role_of(hire, step, actor)
    day = on or local_day(at)
    values = parsed(step, payload or {})
    check_days(hire, step, values, day)
    _check_reason(step, values)
    check_scale(rules.procedure, hire, step, values)
    _check_house(rules.procedure, hire, step, values)
    check_noting(rules.procedure, hire, step, values, day, actor, role)
    moves = check_correction(hire, step, values, rules, setting.calendar, at)
    if step.records in BRINGS_SOMEBODY:
        hire = replace(hire, person=candidate)
    ask = Ask(hire, rules.procedure, step, day, setting.calendar, actor, values)
    answers = _answers(ask, rules, role, values)
    if any(answer.stops for answer in answers):
        raise StepRefused(answers)
    return Carried(ask, rules, setting, role, answers, at, fired, batch, moves).plan()


def offers(hire: Hire, actor: Actor, at: datetime, rules: Rules, setting: Setting) -> list[Offer]:
    """Every step that the table lists here for a person, with the answers of its guards; acts for nobody else's role.

    Steps of the system are left out: they belong to deadlines.
    """
    found = []
    for step in rules.steps_from(hire.stage):
        roles = actor.roles_in(hire.region) & _takers(step)
        if step.joint:
            roles -= {signature.role for signature in hire.dossier.signatures if signature.act == step.act}
        if not step.automatic and roles:
            ask = Ask(hire, rules.procedure, step, local_day(at), setting.calendar, actor)
            found.append(Offer(step, roles, _answers(ask, rules, preferred(actor, hire.region, roles), {})))
    return found


def decide_timer(hire: Hire, timer: TimerFact, at: datetime, rules: Rules, setting: Setting) -> Plan | None:
    """What a due timer does. None: the hire has moved on and the timer is of no effect any more.

    An enforcing timer takes the first of its steps whose guards pass, on the day after the last day, however late the
    sweep comes. If none passes the refusal is recorded and the question is asked again after every change.
    """
    clock = hire.dossier.clocks.get(timer.name)
    if clock is None or clock.due_on != timer.legal_on or clock.visit != timer.visit:
        return None
    done = ((timer, "done"),)
    if timer.kind == DeadlineKind.ADVISE.value:
        return Remind(hire, timer, clock, at, rules, setting).plan()
    line = rules.procedure.deadline_by_name[timer.name]
    day = timer.legal_on + timedelta(days=1)
    refused: list[Answer] = []
    for act in line.then:
        if rules.step(hire.stage, act) is None:
            continue
        try:
            return decide(hire, act, SYSTEM, at, rules, setting, on=day, fired=done)
        except StepRefused as refusal:
            refused += [answer for answer in refusal.answers if answer.stops]
    return Blocked(hire, timer, clock, at, rules, setting, tuple(refused)).plan()


# ---- asking ------------------------------------------------------------------------------------------------------


def _offered_step(hire: Hire, act: str, rules: Rules) -> Step:
    step = rules.step(hire.stage, act)
    if step is None:
        stage = rules.procedure.stage_by_name[hire.stage]
        raise StepNotOffered(say("目前在“{stage}”环节，不能办理这一步", stage=stage.zh), act=act, stage=hire.stage)
    return step


def _role_of(hire: Hire, step: Step, actor: Actor) -> Role:
    """The role in which the actor takes the step; of a joint ruling, one that has not signed yet."""
    held = actor.roles_in(hire.region) & _takers(step)
    if not held:
        raise StepNotOffered(say("您在这个地区没有办理这一步的职责"), act=step.act, forbidden=True)
    if not step.joint:
        return preferred(actor, hire.region, held)
    signed = {signature.role for signature in hire.dossier.signatures if signature.act == step.act}
    waiting = held - signed
    if not waiting:
        raise StepNotOffered(say("贵单位已经会签，正在等待其他单位"), act=step.act)
    return preferred(actor, hire.region, waiting)


def _takers(step: Step) -> frozenset[Role]:
    """Who takes a step: whoever the table lists; anybody at all may object to a notice."""
    return frozenset(step.by) | {Role.PUBLIC} if step.records is RecordKind.OBJECTION else frozenset(step.by)


def _check_reason(step: Step, values: Mapping[str, Any]) -> None:
    """Whoever refuses an applicant says why: the person is told, and a supervisor will ask."""
    if step.params.get("refuse") and not values.get("opinion"):
        raise InputRefused({"opinion": say("请写明不予通过的理由")})


def _check_house(procedure: Procedure, hire: Hire, step: Step, values: Mapping[str, Any]) -> None:
    """A return names one of the stages before, and finds no open objection; a case is given to a role that has one."""
    if step.records is RecordKind.RETURN:
        known = targets(procedure, hire.stage)
        if values["to"] not in known:
            names = "、".join(f"{procedure.stage_by_name[name].zh}（{name}）" for name in known)
            raise InputRefused({"to": say("只能退回到以下环节：{names}", names=names)})
        if hire.dossier.open_objections:
            raise InputRefused({"to": say("还有未处理的异议，答复之后才能退回")})
    if step.records is RecordKind.ASSIGNMENT and values["role"] not in officers(procedure):
        names = "、".join(role.value for role in officers(procedure))
        raise InputRefused({"role": say("没有这个选项，可选：{names}", names=names)})


def _answers(ask: Ask, rules: Rules, role: Role, values: Mapping[str, Any]) -> tuple[Answer, ...]:
    overrides = {override.guard: override for override in values.get("overrides", ())}
    roles = ask.actor.roles_in(ask.hire.region)
    guards = rules.guards_of(ask.step, ask.hire.kind)
    found = [weighed(bound, bound.function(ask, bound.rule), overrides, roles) for bound in guards]
    return (*found, *separation(ask, role), *_suspended(ask), *_correcting(ask), *taking_back(ask))


def _suspended(ask: Ask) -> Iterator[Answer]:
    """中止: while a case is suspended nothing moves it; notes, files and objections go on."""
    since = ask.hire.dossier.suspended_on
    records = ask.step.records
    if since is None and records is RecordKind.RESUMPTION:
        verdict = refused(say("目前没有中止"), say("无须办理"))
    elif since is not None and records not in WHILE_SUSPENDED:
        verdict = refused(say("已于{day}中止办理", day=since), say("恢复办理之后再办"), suspended_on=since.isoformat())
    else:
        return
    yield Answer(SUSPENDED, Effect.BLOCK, CITE.format("中止"), verdict)


def _correcting(ask: Ask) -> Iterator[Answer]:
    """更正: one proposal waits at a time, and only one that waits is decided."""
    waits = ask.hire.dossier.correcting_seq
    if ask.step.records not in CORRECTIONS or (waits is None) is (ask.step.records is RecordKind.CORRECTION):
        return
    if waits is None:
        verdict = refused(say("目前没有待确认的更正"), say("无须办理"))
    else:
        verdict = refused(say("第{seq}号更正还没有决定", seq=waits), say("决定之后再提出"), waits=waits)
    yield Answer(CORRECTING, Effect.BLOCK, CITE.format("更正"), verdict)


def weighed(bound: BoundGuard, verdict: Verdict, overrides: Mapping[str, Override], roles: frozenset[Role]) -> Answer:
    """A verdict as it counts: a rule "in principle" yields to the officer it names, with a reason on record."""
    line = bound.line
    override = overrides.get(line.use)
    reason = None
    if override is not None and line.effect is Effect.PRINCIPLE and not verdict.passed:
        allowed = roles & frozenset(line.override_by)
        if allowed and all(getattr(override, need) for need in line.override_needs):
            reason = override.reason
    by = tuple(role.value for role in line.override_by)
    return Answer(line.use, line.effect, bound.article, verdict, reason, by)


def collapse(timers: list[TimerFact]) -> Iterator[tuple[TimerFact, str]]:
    """Of several due reminders of one clock only the last is sent, and none once its end is due: the rest collapse.

    Of two deadlines that end together the one that was set later goes first: a decision to dismiss on the last day of a
    term is carried out, and the term is then not taken for one that nobody decided on.
    """
    ends = sorted(
        (timer for timer in timers if timer.kind == DeadlineKind.ENFORCE.value), key=lambda t: (t.legal_on, -t.seq)
    )
    ending, in_order = {timer.name for timer in ends}, iter(ends)
    timers = [next(in_order) if timer.kind == DeadlineKind.ENFORCE.value else timer for timer in timers]
    latest: dict[str, TimerFact] = {}
    for timer in timers:
        if timer.kind == DeadlineKind.ADVISE.value and timer.name not in ending:
            known = latest.get(timer.name)
            latest[timer.name] = timer if known is None or timer.mark >= known.mark else known
    for timer in timers:
        keep = timer.kind == DeadlineKind.ENFORCE.value or latest.get(timer.name) is timer
        yield timer, "due" if keep else "collapsed"


def decide_posting(hire: Hire, actor: Actor, role: Role, at: datetime, rules: Rules, setting: Setting) -> Plan:
    """The first entry of a hire: one place of an opening, posted (发布)."""
    posting = Writing(hire, at, rules, setting)
    posting.act, posting.actor, posting.role = "post", actor, role
    posting.dossier = hire.dossier.with_(entered_on=posting.on, submitted_for=actor.stands_for(role, hire.region))
    posting.input = {"opening": hire.opening.id}
    return posting.finish(person_id=None, submitted_by=actor.person_key)


def ask_opening(
    ask: AskOpening, rules: Rules, roles: frozenset[Role] = frozenset(), overrides: Sequence[Override] = ()
) -> tuple[Answer, ...]:
    """The answers of an announcement's guards (发布公告前的核对), with what an officer in ``roles`` sets aside."""
    by_guard = {override.guard: override for override in overrides}
    return tuple(
        weighed(bound, bound.function(ask, bound.rule), by_guard, roles)
        for bound in rules.opening_guards
        if bound.applies_to(ask.post.kind)
    )
