"""Conduct (履职回避): who may not decide about whom."""

from __future__ import annotations

from states.guards import Ask, NoParams, Verdict, guard, passed, refused
from states.guards.common import nobody
from states.say import say


@guard("no_relative", meets=("XY-45", "CQ-11"))
def no_relative(ask: Ask, rule: NoParams) -> Verdict:
    """严禁优亲厚友: nobody decides about themselves or a declared relative. The system is nobody's relative."""
    person = ask.hire.person
    if person is None:
        return nobody(ask)
    if ask.actor.person_key == person.key:
        return refused(say("不能办理本人的事项"), say("请由其他经办人办理"), relation="self")
    if ask.actor.person_key in person.relatives and ask.actor.person_key in person.cleared:
        return passed(say("上级已核实并解除您的回避"), relation="cleared")
    if ask.actor.person_key in person.relatives:
        return refused(say("您与报名人已申报为亲属，应当回避"), say("请由其他经办人办理"), relation="relative")
    return passed(say("经办人与报名人没有已申报的亲属关系"), relation="none")
