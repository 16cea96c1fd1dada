"""People on old posts (原有在岗人员): who may be entered with an old agreement, and that such an agreement ends."""

from __future__ import annotations

from datetime import timedelta

from states.guards import Ask, NoParams, Shown, Verdict, guard, passed, refused
from states.guards.common import awaits, day_given, iso, reckonable
from states.meets import enforces
from states.say import say
from states.service import served

_ONE_DAY = timedelta(1)


@guard("was_on_post")
@reckonable
@enforces("LC-29")
def was_on_post(ask: Ask, rule: NoParams) -> Verdict:
    """原有在岗人员: at work under an agreement from before the document's first day, which has not ended yet.

    What was served on the post before that agreement has to stand in the person's record, a month begun as a month:
    the months are added to those on the new post, and nobody gets a fourth year by a gap in the papers.
    """
    first, starts, ends = (day_given(ask, name) for name in ("started_on", "starts_on", "ends_on"))
    since = ask.procedure.validity.valid_from
    if first is None or starts is None or ends is None:
        if awaits(ask, "started_on"):
            return passed(say("填写原协议的起止后核对"))
        return refused(say("缺少原协议的起止日期"), say("填写首次上岗日期和原协议的起止日期"))
    inputs: dict[str, Shown] = {"started_on": iso(first), "starts_on": iso(starts), "ends_on": iso(ends)}
    if not first <= starts <= ends:
        remedy = say("首次上岗不得晚于协议开始，协议开始不得晚于协议终止")
        return refused(say("原协议的日期先后颠倒"), remedy, **inputs)
    if starts >= since:
        sentence = say("原协议自{starts}开始，不早于文件施行之日{since}", starts=starts, since=since)
        return refused(sentence, say("文件施行以后上岗的，按新办法办理"), **inputs)
    if ends < ask.on:
        remedy = say("已不在岗的不录入；此前月数登记在人员信息里")
        return refused(say("原协议已于{ends}期满", ends=ends), remedy, **inputs)
    return _months_known(ask, inputs)


def _months_known(ask: Ask, inputs: dict[str, Shown]) -> Verdict:
    first, starts, person = day_given(ask, "started_on"), day_given(ask, "starts_on"), ask.hire.person
    assert first is not None and starts is not None
    known = 0 if person is None else person.prior_months
    inputs["prior_months"] = known
    if starts == first:
        return passed(say("文件施行前已在岗"), **inputs)
    span = served(first, starts - _ONE_DAY)
    least = span.months + (1 if span.days else 0)
    if known >= least:
        return passed(say("文件施行前已在岗，此前累计{n}个月已登记", n=known), **inputs)
    sentence = say(
        "{first}至{last}已在岗{least}个月，人员信息里只登记了此前{n}个月",
        first=first, last=starts - _ONE_DAY, least=least, n=known,
    )  # fmt: skip
    return refused(sentence, say("先在人员信息里补登此前累计月数和依据（不含现协议期）"), **inputs)


@guard("old_terms_end")
@enforces("LC-31")
def old_terms_end(ask: Ask, rule: NoParams) -> Verdict:
    """到协议期或待遇期满终止: an old agreement is never renewed; who fulfils the new conditions is recognised anew."""
    ends = ask.hire.dossier.term_ends_on
    remedy = say("符合新一轮安置条件的，办理重新认定；不符合的，到期终止")
    if ends is None:
        return refused(say("原协议期满即终止，不能续签"), remedy)
    return refused(say("原协议至{ends}期满即终止，不能续签", ends=ends), remedy, ends_on=ends.isoformat())
