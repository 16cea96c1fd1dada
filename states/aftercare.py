"""Help after leaving (离岗后帮扶): a small machine of its own, what each need asks for, and when a case may be closed.

A case is opened when somebody left a post, assessed (摸底), served and closed; who is in hardship is referred to civil
affairs (社会救助) on the way. What a need asks for at the least is data: the standard of a rule set, and our gaps for
what no document says (``aftercare.yaml``). Pure: facts in, answers out; days are Asia/Shanghai.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path

from transitions import Machine, MachineError

from states.document import Gap
from states.guards import Answer, refused
from states.marked import read
from states.meets import enforces
from states.model import Model, Words
from states.periods import add_months
from states.procedure import Procedure
from states.refusals import StepNotOffered, StepRefused
from states.ruleset import RuleSet, shipped_rulesets
from states.say import Sentence, say
from states.vocabulary import Effect

FILE = Path(__file__).parent / "aftercare.yaml"
#: where the documents speak of those who left
LAW = "聊政办字〔2022〕4号二(五)"


class Stand(StrEnum):
    """Where a case stands (帮扶进度)."""

    OPEN = "open"
    ASSESSED = "assessed"
    SERVED = "served"
    REFERRED = "referred"
    CLOSED = "closed"


class Need(StrEnum):
    """What somebody who left is found to need (需求)."""

    WILLING = "willing"
    UNSKILLED = "unskilled"
    UNWILLING = "unwilling"
    NONE = "none"
    UNREACHABLE = "unreachable"


class Act(StrEnum):
    """What is done in a case (帮扶措施)."""

    ASSESS = "assess"
    CONTACT = "contact"
    TALK = "talk"
    GUIDANCE = "guidance"
    TRAINING = "training"
    JOB = "job"
    STARTUP = "startup"
    REFERRAL = "referral"
    CLOSE = "close"


class Reason(StrEnum):
    """Why a case is closed (办结原因). All but the first close it whatever has been done."""

    SERVED = "served"
    EMPLOYED = "employed"
    RETIRED = "retired"
    MOVED = "moved"
    DIED = "died"


SERVICES = (Act.TALK, Act.GUIDANCE, Act.TRAINING, Act.JOB, Act.STARTUP)
STANDS: Mapping[Stand, Sentence] = {
    Stand.OPEN: say("待摸底"),
    Stand.ASSESSED: say("帮扶中"),
    Stand.SERVED: say("已达到帮扶标准"),
    Stand.REFERRED: say("已转介社会救助"),
    Stand.CLOSED: say("已办结"),
}
NEEDS: Mapping[Need, Sentence] = {
    Need.WILLING: say("有就业意愿"),
    Need.UNSKILLED: say("缺少技能"),
    Need.UNWILLING: say("就业意愿不足"),
    Need.NONE: say("没有帮扶需求"),
    Need.UNREACHABLE: say("联系不上"),
}
ACTS: Mapping[Act, Sentence] = {
    Act.ASSESS: say("摸底"),
    Act.CONTACT: say("联系本人"),
    Act.TALK: say("政策宣讲"),
    Act.GUIDANCE: say("职业指导"),
    Act.TRAINING: say("提供培训项目"),
    Act.JOB: say("推荐适合的岗位"),
    Act.STARTUP: say("创业培训、担保贷款贴息服务"),
    Act.REFERRAL: say("转介民政部门（社会救助）"),
    Act.CLOSE: say("办结"),
}
REASONS: Mapping[Reason, Sentence] = {
    Reason.SERVED: say("已按需求帮扶"),
    Reason.EMPLOYED: say("已经就业"),
    Reason.RETIRED: say("已经退休"),
    Reason.MOVED: say("迁离本地"),
    Reason.DIED: say("本人死亡"),
}


class Standards(Model):
    """The file: the rule set whose services are the standard, and our gaps."""

    standard: Words
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """One act of a case: what was done, and what it was; the same job offered twice is one offer."""

    act: str
    what: str


@dataclass(frozen=True, slots=True)
class Case:
    """A case as the law looks at it (帮扶案)."""

    state: Stand
    need: Need | None
    hardship: bool
    acts: tuple[Done, ...]
    procedure: Procedure


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for at the least: ``n`` times, of which ``done`` were.

    ``binds`` False: by the standard of another place, which is told (参照) and stops nothing.
    """

    act: Act
    n: int
    done: int
    article: str
    binds: bool = True

    @property
    def met(self) -> bool:
        return self.done >= self.n


def _machine() -> Machine:
    """Legality only: whether enough has been done is asked by ``move``."""
    worked = [Stand.ASSESSED, Stand.SERVED, Stand.REFERRED]
    moves = [
        ("assess", [Stand.OPEN, *worked], Stand.ASSESSED),
        ("contact", [Stand.OPEN, *worked], "="),
        ("serve", worked, "="),
        ("fulfil", worked, Stand.SERVED),
        ("refer", worked, Stand.REFERRED),
        ("close", worked, Stand.CLOSED),
        ("end", [Stand.OPEN, *worked], Stand.CLOSED),
    ]
    return Machine(
        model=None,
        states=[state.value for state in Stand],
        initial=Stand.OPEN.value,
        transitions=[
            {"trigger": name, "source": [state.value for state in origin], "dest": getattr(to, "value", to)}
            for name, origin, to in moves
        ],
        auto_transitions=False,
    )


MACHINE = _machine()


class _Track:
    """The light object that the machine moves."""

    __slots__ = ("state",)

    def __init__(self, state: str) -> None:
        self.state = state


def _moved(state: Stand, trigger: str) -> Stand:
    track = _Track(state.value)
    try:
        MACHINE.events[trigger].trigger(track)
    except MachineError:
        raise StepNotOffered(_OUT_OF_PLACE[state]) from None
    return Stand(track.state)


_OUT_OF_PLACE: Mapping[Stand, Sentence] = {
    Stand.OPEN: say("还没有摸底。请先摸清本人的需求，再登记帮扶或者办结"),
    Stand.CLOSED: say("这份帮扶已经办结，不能再登记"),
    **{state: say("这一步现在不能办理") for state in (Stand.ASSESSED, Stand.SERVED, Stand.REFERRED)},
}


# ---- what is asked -----------------------------------------------------------------------------------------------


@cache
def standards() -> Standards:
    """The shipped file. Raises pydantic.ValidationError."""
    return Standards.model_validate_json(json.dumps(read(FILE.read_text(encoding="utf-8")).value), strict=True)


def gap(name: str) -> Gap:
    """Our gap of a name: what no document says, with our default and why. Raises KeyError."""
    found = next((line for line in standards().gaps if line.gap == name), None)
    if found is None:
        raise KeyError(name)
    return found


def ruled(procedure: Procedure, name: str) -> int:
    """A number that no document gives: as the procedure's version rules it, else our default."""
    return int((procedure.gap_by_name.get(name) or gap(name)).default)


def due_on(procedure: Procedure, left_on: date) -> date:
    """By when the case of somebody whose last day on the post was ``left_on`` should be closed."""
    return add_months(left_on, ruled(procedure, "aftercare_due_months"))


@enforces("LC-26", "LC-27", "LC-28", "CQ-04", "CQ-05", "CQ-06")
def wanted(case: Case) -> tuple[Wanted, ...]:
    """What the need of a case asks for at the least, with what has been done of it; empty before it is known.

    The services are those of a document of Chongqing: they bind there, and where the county rules that they do.

    Different jobs and courses count, each once: the same one offered three times is one offer.
    """
    if case.need is None:
        return ()
    rules = shipped_rulesets()[standards().standard]
    binds = case.procedure.document.region.startswith(rules.document.region)
    binds = binds or bool(ruled(case.procedure, "aftercare_minimum_binds"))
    asked = [
        (Act(offer.service), offer.n, _article(rules, line.cite), binds)
        for line in rules.services
        if line.situation == case.need.value
        for offer in line.offers
    ]
    if case.need is Need.UNREACHABLE:
        asked.append((Act.CONTACT, ruled(case.procedure, "aftercare_attempts"), LAW, True))
    if case.hardship:
        asked.append((Act.REFERRAL, 1, LAW, True))
    return tuple(Wanted(act, n, _count(case.acts, act), article, binding) for act, n, article, binding in asked)


def _article(rules: RuleSet, cite: str) -> str:
    return f"{rules.document.number}{cite}"


def _count(acts: tuple[Done, ...], act: Act) -> int:
    """Jobs and courses count by what was offered; a call that nobody answered counts each time."""
    found = [done.what for done in acts if done.act == act.value]
    return len(found) if act is Act.CONTACT else len(set(found))


# ---- what may be done --------------------------------------------------------------------------------------------


def move(case: Case, act: Act, reason: Reason | None = None) -> Stand:
    """Where a case stands after an act; ``case`` has the act among its ``acts`` already.

    Raises StepNotOffered where the machine does not list it, StepRefused with an answer for each binding service that
    is still owed where a case is closed as served.
    """
    if act is Act.ASSESS:
        return _moved(case.state, "assess")
    if act is Act.CONTACT:
        return _moved(case.state, "contact")
    if act is Act.REFERRAL:
        return _moved(case.state, "refer")
    if act is Act.CLOSE:
        return _closed(case, reason)
    stays = _moved(case.state, "serve")
    owed = [line for line in wanted(case) if line.act in SERVICES]
    return _moved(case.state, "fulfil") if owed and all(line.met for line in owed) else stays


def _closed(case: Case, reason: Reason | None) -> Stand:
    if reason is not None and reason is not Reason.SERVED:
        return _moved(case.state, "end")
    closed = _moved(case.state, "close")
    owed = [line for line in wanted(case) if line.binds and not line.met]
    if owed:
        raise StepRefused(tuple(_answer(line) for line in owed))
    return closed


def _answer(line: Wanted) -> Answer:
    said = say("“{service}”至少{n}次，已登记{done}次", service=ACTS[line.act].pattern, n=line.n, done=line.done)
    remedy = say("办完并登记后再办结；已就业、退休、迁离或者死亡的，请选择相应的原因")
    return Answer("aftercare_minimum", Effect.BLOCK, line.article, refused(said, remedy, act=line.act.value))
