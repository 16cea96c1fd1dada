"""The same fact for different readers (分对象措辞): what a state means to a citizen, clerk, officer or supervisor.

A citizen hears what it means for them, a clerk what to do, an officer what is waited for, a supervisor what to look at.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from api.pages.render import Page
from states.facts import Actor
from states.procedure import Procedure
from states.say import Sentence, say
from states.vocabulary import DeadlineKind, Role, State


class Audience(StrEnum):
    """For whom something is put into words (阅读对象)."""

    CITIZEN = "citizen"
    CLERK = "clerk"
    OFFICER = "officer"
    SUPERVISOR = "supervisor"


@dataclass(frozen=True, slots=True)
class Told:
    """One fact in the words of each audience."""

    citizen: Sentence
    clerk: Sentence
    officer: Sentence
    supervisor: Sentence

    def to(self, audience: Audience) -> Sentence:
        words: Sentence = getattr(self, audience.value)
        return words


_OFFICERS = frozenset({Role.HRSS, Role.RURAL, Role.COUNTY, Role.FINANCE})

STATES: dict[State, Told] = {
    State.POSTED: Told(
        say("正在招聘，可以报名"), say("等人报名，请登记报名人"), say("已发布，等人报名"), say("名额还空着")
    ),
    State.APPLIED: Told(
        say("已经报名，正在审查"), say("已报名，请审查材料"), say("已报名，资格审查中"), say("资格审查中")
    ),
    State.QUALIFIED: Told(
        say("资格审查通过，还在办理"), say("资格合格，请接着办理"), say("资格合格，等下一步"), say("资格合格，尚未聘用")
    ),
    State.PUBLICIZED: Told(
        say("公示已结束，还在办理"),
        say("公示已满，请接着办理"),
        say("公示已满，等审定或培训"),
        say("公示已满，尚未上岗"),
    ),
    State.TRAINED: Told(
        say("已经培训，准备上岗签合同"),
        say("培训合格，请安排上岗和签合同"),
        say("培训合格，等签合同"),
        say("已培训，尚未签合同"),
    ),
    State.CONTRACTED: Told(
        say("已签合同，在岗"), say("在岗，按时考核和报备"), say("在岗，合同期内"), say("在岗，首次合同期内")
    ),
    State.RENEWED: Told(
        say("合同已续签，在岗"),
        say("在岗（续签），按时考核和报备"),
        say("在岗，续签合同期内"),
        say("在岗，续签合同期内"),
    ),
    State.DISMISSED: Told(say("已经离岗"), say("已离岗，手续已办结"), say("已离岗"), say("已离岗，可查离岗原因")),
    State.REJECTED: Told(say("这次没有被聘用"), say("未通过，请告知本人原因"), say("未通过"), say("未通过，可查理由")),
    State.WITHDRAWN: Told(say("已退出报名"), say("已退出报名，不用再办"), say("已退出报名"), say("已退出报名")),
}
#: while a notice still runs
ON_NOTICE = Told(
    say("公示中，可提出意见"), say("公示中，等期满"), say("公示中，期满无异议方可审定"), say("公示中，可查张贴和异议")
)

#: the term is over and nothing was decided
OVER_TERM = Told(
    say("合同已经到期，正在处理"),
    say("合同已到期，请尽快办理续签或离岗"),
    say("超期未处理，补贴已停发"),
    say("超期未处理，补贴已停发"),
)
#: at work before the contract
ON_POST = Told(
    say("已经上岗，等签合同"), say("已上岗，请按期签合同"), say("已上岗，等签合同"), say("已上岗，尚未签合同")
)


def audience_of(actor: Actor | None) -> Audience:
    """Who reads: nobody signed in is a citizen; of several roles the one that decides more."""
    roles = {grant.role for grant in actor.grants} if actor is not None else set()
    if not roles:
        return Audience.CITIZEN
    if roles & _OFFICERS:
        return Audience.OFFICER
    return Audience.SUPERVISOR if Role.SUPERVISOR in roles else Audience.CLERK


def state_words(page: Page, state: State | str, *, on_notice: bool = False) -> str:
    """What a state means for whoever reads the page. ``on_notice``: its notice still runs."""
    return _told(page, ON_NOTICE if on_notice else STATES[State(state)])


def _told(page: Page, told: Told) -> str:
    return page.tell(told.to(audience_of(page.session.actor if page.session else None)))


def stage_words(page: Page, procedure: Procedure, stage: str, notice_ends_on: date | None = None) -> str:
    """What a stage of a document means for whoever reads the page. ``notice_ends_on``: the last day of its notice."""
    line = procedure.stage_by_name[stage]
    if line.pay_stopped:
        return _told(page, OVER_TERM)
    if line.at_work and line.state is State.TRAINED:
        return _told(page, ON_POST)
    running = is_notice(procedure, stage) and (notice_ends_on is None or page.today <= notice_ends_on)
    return state_words(page, line.state, on_notice=running)


def is_notice(procedure: Procedure, stage: str) -> bool:
    """Whether a notice runs in a stage: a period from its posting ends by itself."""
    lines = procedure.deadlines_during[stage]
    return any(line.kind is DeadlineKind.ENFORCE and line.base == "posted_on" for line in lines)
