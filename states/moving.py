"""Moving a hire to another version of its document (换版): two people, on record, all changes shown first.

A hire keeps the version it began under until somebody proposes to move it, with a reason, and somebody else confirms.
A stage goes over by its name, or as the new version says (``moves`` of its file); where it has no counterpart, the hire
stays. Deadlines are computed anew by the same code that computes them anew for a calendar (``states.recompute``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from states.bases import BASES
from states.clocks import local_day
from states.facts import SYSTEM, Actor, Clock, Dossier, Hire
from states.guards import Answer, Ask
from states.house import officers
from states.machine import Rules
from states.plan import Plan, Row
from states.procedure import Level, MoveLine, Procedure, Role, Stage, Step
from states.recompute import Recomputing
from states.refusals import StepNotOffered, StepRefused
from states.say import Sentence, say
from states.separation import keys_of, preferred, separation
from states.tenure import last_lawful
from states.writing import Setting, Writing

MOVE, RECOGNISE, RUN_OUT = "move", "recognise", "run_out"
PROPOSE, DROP = "propose:", "drop:"
CITE = "《在岗办理规则》换版"
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Versions:
    """The rules left and the rules entered, with the digests under which their texts are kept."""

    old: Rules
    new: Rules
    old_digest: str = ""
    new_digest: str = ""

    @property
    def line(self) -> MoveLine | None:
        """What the new version says of those who come from the old one."""
        return self.new.procedure.move_from(self.old.procedure.version)

    def counterpart(self, stage: str) -> Stage | None:
        """The stage in the new version that a stage of the old one becomes; None where there is none."""
        name = self.line.stages.get(stage) if self.line is not None else None
        found = self.new.procedure.stage_by_name.get(name or stage)
        return None if found is None or found.final else found

    def told(self) -> Row:
        """Both versions as the trail keeps them."""
        old, new = self.old.procedure.key, self.new.procedure.key
        return {"from": old, "from_digest": self.old_digest, "to": new, "to_digest": self.new_digest}


# ---- who ---------------------------------------------------------------------------------------------------------


def proposers(procedure: Procedure) -> frozenset[Role]:
    """Who proposes a move: whoever deals with cases under the document, but not those who only pay."""
    return frozenset(officers(procedure)) - {Role.FINANCE, Role.COMPANY}


def confirmers(procedure: Procedure, line: MoveLine | None = None) -> frozenset[Role]:
    """Who confirms it: whom the document names, else the officers of the county."""
    if line is not None and line.by:
        return frozenset(line.by)
    county = {role for role in proposers(procedure) if procedure.roles[role].level in (Level.COUNTY, Level.CITY)}
    return frozenset(county) or proposers(procedure)


def role_of(hire: Hire, actor: Actor, roles: frozenset[Role], rules: Rules, setting: Setting, at: datetime) -> Role:
    """The role in which the actor takes part. Raises StepNotOffered, and StepRefused for kin (回避)."""
    held = actor.roles_in(hire.region) & roles
    if not held:
        raise StepNotOffered(say("您在这个地区没有办理这一步的职责"), forbidden=True)
    role = preferred(actor, hire.region, held)
    step = Step(act=MOVE, zh="换版", en="move", origin=(hire.stage,), by=(role,), cite=CITE)  # type: ignore[call-arg]
    asked = Ask(hire, rules.procedure, step, local_day(at), setting.calendar, actor)
    stopping = tuple(answer for answer in separation(asked, role) if answer.stops)
    if stopping:
        raise StepRefused(stopping)
    return role


# ---- whether -----------------------------------------------------------------------------------------------------


def obstacles(hire: Hire, versions: Versions) -> tuple[Sentence, ...]:
    """Why a hire cannot be moved; empty when it can."""
    return tuple(_obstacles(hire, versions))


def _obstacles(hire: Hire, versions: Versions) -> Iterator[Sentence]:
    old, new, dossier = versions.old.procedure, versions.new.procedure, hire.dossier
    if new.procedure != old.procedure:
        yield say("只能移到同一份文件的另一版本")
        return
    if new.key == hire.procedure:
        yield say("已经适用这一版本")
        return
    stage = old.stage_by_name[hire.stage]
    if stage.final:
        yield say("已经办结（{stage}），不再换版", stage=stage.zh)
        return
    if versions.line is not None and versions.line.recognition:
        yield say("从这一版本只能经重新认定移出，请在“原有岗位人员”里办理")
    if versions.counterpart(hire.stage) is None:
        yield say("新版本里没有与“{stage}”对应的环节，也没有写明归到哪里", stage=stage.zh)
    yield from blocking(hire, versions)
    if hire.kind in new.kind_by_name and dossier.term_ends_on is not None:
        limit = lawful_under(hire, new)
        shorter = limit is not None and limit != dossier.last_lawful_on and dossier.term_ends_on > limit
        if limit is not None and shorter:
            yield say(
                "现合同至{ends}，超过新版本下的最后合法日{last}；请先办结本期合同",
                ends=dossier.term_ends_on, last=limit,
            )  # fmt: skip


def blocking(hire: Hire, versions: Versions) -> Iterator[Sentence]:
    """What has to be settled first under the old version, whatever the kind of move."""
    old, new, dossier = versions.old.procedure, versions.new.procedure, hire.dossier
    if hire.kind not in new.kind_by_name:
        yield say("新版本没有“{kind}”这类岗位", kind=old.kind_by_name[hire.kind].zh)
    if dossier.suspended_on is not None:
        yield say("已于{day}中止办理，恢复之后再移", day=dossier.suspended_on)
    if dossier.signatures:
        yield say("会签尚未完成，办完之后再移")
    if old.assessment != new.assessment and (dossier.proposed_year is not None or dossier.points):
        yield say("考核办法不同，而本年度考核已登记未审定，审定之后再移")


def lawful_under(hire: Hire, procedure: Procedure, dossier: Dossier | None = None) -> date | None:
    """The last lawful day of service under a version; None where nobody serves or months are not limited."""
    dossier = dossier or hire.dossier
    base = dossier.term_starts_on or BASES["hired_on"](procedure, dossier, hire.opening)
    if hire.person is None or base is None or dossier.started_on is None:
        return None
    limit = last_lawful(procedure, hire.kind, hire.person, dossier, base)
    return None if limit is None else limit.on


# ---- the entries -------------------------------------------------------------------------------------------------


class Proposed(Writing):
    """A move that somebody proposes, or takes back: nothing of the hire changes but that it waits."""

    def __init__(
        self, hire: Hire, at: datetime, rules: Rules, setting: Setting, actor: Actor, role: Role, act: str, reason: str
    ) -> None:
        super().__init__(hire, at, rules, setting)
        self.actor, self.role, self.act, self.quiet = actor, role, act, True
        grant = actor.grant_for(role, hire.region)
        self.deputy_for = grant.deputy_for if grant is not None else None
        self.reason = reason

    def propose(self, kind: str, to: str, answers: tuple[Answer, ...] = ()) -> Plan:
        self.answers, self.input = answers, {"kind": kind, "to": to}
        self.dossier = self.dossier.with_(move_kind=kind, move_to=to, move_by=self.actor.person_key, move_seq=self.seq)
        return self._plan()

    def drop(self) -> Plan:
        self.input = {"proposal": self.hire.dossier.move_seq}
        self.dossier = self.dossier.with_(**NO_PROPOSAL)
        return self._plan()

    def _plan(self) -> Plan:
        self.records.append(("decision", decision(self, self.hire.submitted_by, self.reason)))
        person = self.hire.person
        return self.finish(person_id=person.id if person else None, submitted_by=self.hire.submitted_by)


NO_PROPOSAL: Mapping[str, None] = {"move_kind": None, "move_to": None, "move_by": None, "move_seq": None}


def decision(
    writing: Writing, submitter: str, opinion: str, overrides: Sequence[Row] = (), *, independent: bool = False
) -> Row:
    """The row of who proposed or confirmed, against whom the four eyes are held in the database too."""
    return {
        "hire_id": writing.hire.id,
        "seq": writing.seq,
        "visit": writing.hire.visit,
        "subject": writing.hire.dossier.move_seq or writing.seq,
        "act": writing.act,
        "stage": writing.hire.stage,
        "outcome": "take",
        "role": writing.role.value,
        "account_id": writing.actor.account_id,
        "officer_key": writing.actor.person_key,
        "submitter_key": submitter,
        "independent": independent,
        "joint": False,
        "approves": False,
        "deputy_for": writing.deputy_for,
        "opinion": opinion,
        "approval_no": next((str(o["approval_no"]) for o in overrides if o.get("approval_no")), None),
        "evidence": None,
        "law": None,
        "overrides": list(overrides),
    }


class Moved(Recomputing):
    """A hire that goes over to another version; ``stage``: where it stands there."""

    def __init__(
        self,
        hire: Hire,
        at: datetime,
        versions: Versions,
        setting: Setting,
        actor: Actor,
        role: Role,
        filed_on: Mapping[int, date],
        board_days: Sequence[str] = (),
    ) -> None:
        super().__init__(hire, at, versions.old, setting, "", filed_on, board_days)
        self.versions_of, self.actor, self.role, self.act = versions, actor, role, MOVE
        grant = actor.grant_for(role, hire.region)
        self.deputy_for = grant.deputy_for if grant is not None else None

    def plan(self) -> Plan:
        old, new = self.versions_of.old.procedure, self.versions_of.new.procedure
        stage = self.versions_of.counterpart(self.hire.stage)
        assert stage is not None  # asked before: an obstacle
        self.rules, self.stage = self.versions_of.new, stage
        self.versions = self.versions_of.told()
        self.dossier = self.dossier.with_(
            **NO_PROPOSAL,
            earlier={**self.dossier.earlier, old.key: self.last_day().isoformat()},
            **self.changes(new),
        )
        # the same day by another rule may have other reminders, or another end
        self.anew = frozenset(_different(old, new))
        settled = self.settled()
        self.input = {"proposal": self.hire.dossier.move_seq, **self.said()}
        submitter = self.hire.dossier.move_by or self.hire.submitted_by
        self.records.append(("decision", self.decided(submitter)))
        self.records += self.further()
        person = self.hire.person
        plan = self.finish(person_id=person.id if person else None, submitted_by=self.hire.submitted_by)
        self.settle_timers(plan, settled)
        return plan

    def last_day(self) -> date:
        """The last day under the old version."""
        return self.on - _ONE_DAY

    def changes(self, new: Procedure) -> dict[str, Any]:
        """What changes in the dossier because other rules apply."""
        dossier = self.hire.dossier
        if dossier.started_on is None:
            return {}
        limit = lawful_under(self.hire, new)
        return {"last_lawful_on": limit} if limit != dossier.last_lawful_on else {}

    def said(self) -> dict[str, Any]:
        return {}

    def decided(self, submitter: str) -> Row:
        return decision(self, submitter, "", independent=True)

    def further(self) -> list[tuple[str, Row]]:
        return []


def _different(old: Procedure, new: Procedure) -> Iterator[str]:
    for line in new.deadlines:
        if old.deadline_by_name.get(line.deadline) != line:
            yield line.deadline


# ---- what it would come to ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DayChange:
    """A deadline before and after; None: it does not run there."""

    name: str
    before: date | None
    after: date | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What a move would come to (试算). ``refusals``: steps of the new stage with what would stand against them.

    ``lawful``: the last lawful day; without a limit of months the last day of the term. Pay in fen a month.
    """

    hire: Hire
    to: str
    stage: Stage | None
    obstacles: tuple[Sentence, ...]
    deadlines: tuple[DayChange, ...] = ()
    refusals: tuple[tuple[str, Answer], ...] = ()
    pay_fen: tuple[int, int] = (0, 0)
    lawful: tuple[date | None, date | None] = (None, None)
    after: Dossier = field(default_factory=Dossier)

    @property
    def possible(self) -> bool:
        return not self.obstacles


def preview(
    hire: Hire, at: datetime, versions: Versions, setting: Setting, filed_on: Mapping[int, date] | None = None
) -> Preview:
    """What moving ``hire`` at ``at`` would change. Nothing is decided."""
    against = obstacles(hire, versions)
    stage, to = versions.counterpart(hire.stage), versions.new.procedure.key
    if against or stage is None:
        return Preview(hire, to, stage, against)
    plan = Moved(hire, at, versions, setting, SYSTEM, Role.SYSTEM, filed_on or {}).plan()
    return told(plan, versions, setting)


def told(plan: Plan, versions: Versions, setting: Setting) -> Preview:
    """A plan of a move, as it is shown beforehand."""
    hire, after = plan.before, plan.after()
    old, new = versions.old.procedure, versions.new.procedure
    return Preview(
        hire,
        new.key,
        plan.stage,
        (),
        tuple(_days(hire.dossier.clocks, plan.dossier.clocks)),
        tuple(_stopped(hire, after, plan.on, versions, setting)),
        (
            monthly_fen(old, hire.kind, _standard(hire.dossier, hire.post.monthly_fen)),
            monthly_fen(new, hire.kind, _standard(plan.dossier, hire.post.monthly_fen)),
        ),
        (_lawful(hire.dossier), _lawful(plan.dossier)),
        plan.dossier,
    )


def monthly_fen(procedure: Procedure, kind: str, standard_fen: int) -> int:
    """What a whole month brings before anything is taken off; ``standard_fen`` where the document names no sum."""
    items = (item for item in procedure.pay if item.paid == "monthly" and (not item.kinds or kind in item.kinds))
    return sum(standard_fen if item.fen is None else item.fen for item in items)


def _standard(dossier: Dossier, post_fen: int) -> int:
    ended = dossier.old_pay_until is not None
    return post_fen if dossier.old_pay_fen is None or ended else dossier.old_pay_fen


def _lawful(dossier: Dossier) -> date | None:
    return dossier.last_lawful_on or dossier.term_ends_on


def _days(before: Mapping[str, Clock], after: Mapping[str, Clock]) -> Iterator[DayChange]:
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        yield DayChange(name, None if old is None else old.due_on, None if new is None else new.due_on)


def _stopped(hire: Hire, after: Hire, on: date, versions: Versions, setting: Setting) -> Iterator[tuple[str, Answer]]:
    """Steps of the new stage that a guard would stop today, where the same guard does not stop them already."""
    known = {(act, answer.guard) for act, answer in _asked(hire, on, versions.old, setting)}
    for act, answer in _asked(after, on, versions.new, setting):
        if (act, answer.guard) not in known:
            yield act, answer


def _asked(hire: Hire, on: date, rules: Rules, setting: Setting) -> Iterator[tuple[str, Answer]]:
    for step in rules.procedure.steps_from[hire.stage]:
        ask = Ask(hire, rules.procedure, step, on, setting.calendar, SYSTEM)
        for bound in rules.guards_of(step, hire.kind):
            answer = Answer(bound.line.use, bound.line.effect, bound.article, bound.function(ask, bound.rule))
            if answer.stops:
                yield step.act, answer


def in_month(stored: Mapping[str, Any], key: str, standard_fen: int, first: date, last: date) -> tuple[str, int]:
    """The version and the standard by which a month is paid (both its days told): those in force on its last day.

    ``stored``: the dossier as it is stored; ``key`` and ``standard_fen``: the present version and the post's pay.
    """
    earlier = sorted((until, name) for name, until in stored.get("earlier", {}).items())
    version = next((name for until, name in earlier if until >= last.isoformat()), key)
    old_fen, until = stored.get("old_pay_fen"), stored.get("old_pay_until")
    if old_fen is None or (until is not None and until < first.isoformat()):
        return version, standard_fen
    return version, int(old_fen)


# ---- deciding ----------------------------------------------------------------------------------------------------


def check_second(hire: Hire, actor: Actor, role: Role, kind: str) -> None:
    """Raises StepNotOffered where nothing waits, or where the actor is who proposed it, under whatever account."""
    dossier = hire.dossier
    if dossier.move_seq is None or dossier.move_kind != kind:
        raise StepNotOffered(say("没有等待确认的提议，请先提出"))
    if dossier.move_by in keys_of(actor, role, hire.region):
        raise StepNotOffered(say("您是提出的人，须由另一人确认"), forbidden=True)


def decide_move(
    hire: Hire,
    at: datetime,
    versions: Versions,
    setting: Setting,
    actor: Actor,
    filed_on: Mapping[int, date],
    board_days: Sequence[str] = (),
) -> Plan:
    """The second person's confirmation of a proposed move. Raises StepNotOffered with what stands against it."""
    role = role_of(hire, actor, confirmers(versions.new.procedure), versions.old, setting, at)
    check_second(hire, actor, role, MOVE)
    if hire.dossier.move_to != versions.new.procedure.key:
        raise StepNotOffered(say("提议的是另一个版本，请刷新后再办"))
    against = obstacles(hire, versions)
    if against:
        raise StepNotOffered(against[0])
    return Moved(hire, at, versions, setting, actor, role, filed_on, board_days).plan()


def decide_proposal(hire: Hire, at: datetime, versions: Versions, setting: Setting, actor: Actor, reason: str) -> Plan:
    """The first person's proposal. Raises StepNotOffered."""
    role = role_of(hire, actor, proposers(versions.old.procedure), versions.old, setting, at)
    check_free(hire)
    against = obstacles(hire, versions)
    if against:
        raise StepNotOffered(against[0])
    proposed = Proposed(hire, at, versions.old, setting, actor, role, PROPOSE + MOVE, reason)
    return proposed.propose(MOVE, versions.new.procedure.key)


def check_free(hire: Hire) -> None:
    """Raises StepNotOffered where a proposal waits already."""
    if hire.dossier.move_seq is not None:
        raise StepNotOffered(say("已有提议等待确认；要改的，先撤回"))


def decide_drop(hire: Hire, at: datetime, rules: Rules, setting: Setting, actor: Actor, reason: str) -> Plan:
    """Takes a proposal back, or turns it down. Raises StepNotOffered."""
    role = role_of(hire, actor, proposers(rules.procedure), rules, setting, at)
    if hire.dossier.move_seq is None:
        raise StepNotOffered(say("没有等待确认的提议，请先提出"))
    act = DROP + (hire.dossier.move_kind or MOVE)
    return Proposed(hire, at, rules, setting, actor, role, act, reason).drop()
