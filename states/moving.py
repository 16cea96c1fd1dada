"""Moving a hire to another version of its document (换版): two people, on record, all changes shown first.

A hire keeps the version it began under until somebody proposes to move it, with a reason, and somebody else confirms.
A stage goes over by its name, or as the new version says (``moves`` of its file); where it has no counterpart, the hire
stays. Deadlines are computed anew by the same code that computes them anew for a calendar (``states.recompute``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from states.clocks import local_day
from states.facts import Actor, Hire
from states.guards import Ask
from states.house import officers
from states.machine import Rules
from states.move_entries import DROP, MOVE, PROPOSE, Moved, Proposed
from states.plan import Plan
from states.procedure import Procedure
from states.refusals import StepNotOffered, StepRefused
from states.say import Sentence, say
from states.separation import keys_of, preferred, separation
from states.steps import MoveLine, Step
from states.versions import Versions, lawful_under
from states.vocabulary import Level, Role
from states.writing import Setting

CITE = "《在岗办理规则》换版"


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


# ---- deciding ----------------------------------------------------------------------------------------------------


def check_second(hire: Hire, actor: Actor, role: Role, kind: str) -> None:
    """Raises StepNotOffered where nothing waits, or where the actor is who proposed it, under whatever account."""
    dossier = hire.dossier
    if dossier.move_seq is None or dossier.move_kind != kind:
        raise StepNotOffered(say("没有等待确认的提议，请先提出"))
    if {dossier.move_by, dossier.move_for} & keys_of(actor, role, hire.region):
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
