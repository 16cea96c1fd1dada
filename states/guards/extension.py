"""Going on after the limit of months (期满延长): for which posts, by whom, and until when."""

from __future__ import annotations

from datetime import date

from states.guards import Ask, NoParams, Verdict, guard, passed, refused
from states.say import say
from states.vocabulary import Role


@guard("extension_allowed")
def extension_allowed(ask: Ask, rule: NoParams) -> Verdict:
    """The document knows a discretionary extension for this kind of post, and the actor is who may approve it.

    Who approves is read from the exception of the service limit; where the document names nobody, that is a gap.
    """
    exception = next(
        (
            line
            for line in ask.procedure.service.exceptions
            if line.exception == "discretionary_extension" and (not line.kinds or ask.hire.kind in line.kinds)
        ),
        None,
    )
    if exception is None:
        return refused(say("文件未规定本类岗位期满后可以延长"), say("期满后办理退出"), kind=ask.hire.kind)
    approver = None if exception.approver is None else Role(ask.settle(exception.approver))
    if approver is not None and approver not in ask.actor.roles_in(ask.hire.region):
        name = ask.procedure.roles[approver].zh
        return refused(say("延长须由{role}批准", role=name), say("请报{role}办理", role=name), approver=approver.value)
    until, last = ask.input.get("until"), ask.hire.dossier.last_lawful_on
    if isinstance(until, date) and last is not None and until <= last:
        return refused(
            say("延长至{until}，没有超过现有期限{last}", until=until, last=last),
            say("请填写{last}以后的日期", last=last),
            until=until.isoformat(),
            last_lawful_on=last.isoformat(),
        )
    return passed(say("文件允许本类岗位期满后延长"), kind=ask.hire.kind)
