"""Training, start and signing (岗前培训、上岗、签订)."""

from __future__ import annotations

from datetime import date, timedelta

from pydantic import ConfigDict, Field

from states.guards import Ask, IntOrGap, NoParams, Params, Shown, StrOrGap, Verdict, guard, passed, refused
from states.guards.common import awaits, day_given, iso, reckonable
from states.guards.labels import EVENTS
from states.periods import month_limit, month_limit_conservative
from states.say import say


@guard("training_passed", meets=("XY-33", "BH-15"))
def training_passed(ask: Ask, rule: NoParams) -> Verdict:
    """培训合格: asked of the result that is being recorded, or of the one on record."""
    result = ask.input.get("passed", ask.hire.dossier.training_passed)
    held = day_given(ask, "held_on")
    if awaits(ask, "passed"):
        return passed(say("登记培训结果为合格"))
    inputs = {"passed": result if isinstance(result, bool) else None, "held_on": iso(held)}
    if held is not None and held > ask.on:
        return refused(say("培训日期{day}晚于今日", day=held), say("培训结束后再登记"), **inputs)
    if result is True:
        return passed(say("岗前培训合格"), **inputs)
    if result is False:
        return refused(say("岗前培训不合格"), say("补训合格后再办理"), **inputs)
    return refused(say("尚无岗前培训结果"), say("先组织岗前培训并登记结果"), **inputs)


@guard("trained", meets=("XY-33", "BH-15", "NM-32"))
def trained(ask: Ask, rule: NoParams) -> Verdict:
    """培训合格的人员方可上岗: by the result on record, and not after the first day on post that is being recorded."""
    dossier = ask.hire.dossier
    inputs = {"passed": dossier.training_passed, "trained_on": iso(dossier.trained_on)}
    starts, since = day_given(ask, "started_on"), dossier.trained_on
    if dossier.training_passed and starts is not None and since is not None and starts < since:
        sentence = say("上岗之日{starts}早于培训合格之日{trained}", starts=starts, trained=since)
        return refused(sentence, say("上岗之日不得早于{trained}", trained=since), **inputs)
    if dossier.training_passed:
        return passed(say("岗前培训合格"), **inputs)
    if dossier.training_passed is None:
        return refused(say("尚未参加岗前培训"), say("岗前培训合格后再办理"), **inputs)
    return refused(say("岗前培训不合格"), say("补训合格后再办理"), **inputs)


@guard("agreement_signed", meets=("BH-15", "LC-13", "NM-25"))
def agreement_signed(ask: Ask, rule: NoParams) -> Verdict:
    """签订协议后正式上岗: signed by the day of the step, or by the first day on post that is being recorded."""
    signed, starts = ask.hire.dossier.agreement_on, day_given(ask, "started_on")
    if signed is not None and signed <= (starts or ask.on):
        return passed(say("聘用协议已于{day}签订", day=signed), agreement_on=iso(signed))
    if signed is not None and starts is not None:
        sentence = say("上岗之日{starts}早于签订聘用协议之日{day}", starts=starts, day=signed)
        return refused(sentence, say("上岗之日不得早于{day}", day=signed), agreement_on=iso(signed))
    return refused(say("聘用协议尚未签订"), say("先签订聘用协议"), agreement_on=iso(signed))


@guard("started", meets=("XY-34",))
def started(ask: Ask, rule: NoParams) -> Verdict:
    """上岗: the person is at work."""
    day = ask.hire.dossier.started_on
    if day is None:
        return refused(say("尚未上岗"), say("先登记上岗"), started_on=None)
    if day > ask.on:
        return refused(say("上岗日为{day}，尚未到期", day=day), say("请于{day}起办理", day=day), started_on=iso(day))
    return passed(say("已于{day}上岗", day=day), started_on=iso(day))


@guard("signing_order", meets=("XY-31", "XY-35", "BH-18"))
def signing_order(ask: Ask, rule: NoParams) -> Verdict:
    """签订的先后: no day in the future, none before the approval; the contract covers work from its first day.

    Labour Contract Law 7 and 10: the relation exists from the first day at work, so a contract that begins later
    would leave days without one.
    """
    dossier, signed = ask.hire.dossier, day_given(ask, "signed_on")
    begins = day_given(ask, "starts_on")
    inputs: dict[str, Shown] = {
        "signed_on": iso(signed),
        "starts_on": iso(begins),
        "approved_on": iso(dossier.approved_on),
        "started_on": iso(dossier.started_on),
    }
    if signed is None:
        if awaits(ask, "signed_on"):
            return passed(say("填写签订日期后核对"), **inputs)
        return refused(say("缺少签订日期"), say("填写签订日期"), **inputs)
    if signed > ask.on:
        return refused(say("签订日期{day}晚于今日", day=signed), say("签订后再登记"), **inputs)
    approved = dossier.approved_on
    if approved is not None and signed < approved:
        sentence = say("签订日期{day}早于审定之日{approved}", day=signed, approved=approved)
        return refused(sentence, say("请于审定之日（{approved}）及以后签订", approved=approved), **inputs)
    return _covers_work(begins, approved, dossier.started_on, inputs)


def _covers_work(
    begins: date | None, approved: date | None, started_on: date | None, inputs: dict[str, Shown]
) -> Verdict:
    if begins is not None and approved is not None and begins < approved:
        sentence = say("起始日{day}早于审定之日{approved}", day=begins, approved=approved)
        return refused(sentence, say("起始日不得早于{approved}", approved=approved), **inputs)
    if begins is not None and started_on is not None and begins > started_on:
        sentence = say("起始日{day}晚于上岗之日{started}，其间没有合同", day=begins, started=started_on)
        return refused(sentence, say("起始日应为上岗之日{started}", started=started_on), **inputs)
    return passed(say("签订日期与审定、上岗的先后相符"), **inputs)


class SigningLimit(Params):
    """``months`` from the event ``from`` (a field of the dossier: started_on, approved_on, agreement_on)."""

    months: IntOrGap = 1
    event: StrOrGap = Field(default="started_on", alias="from")

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


@guard("signed_in_time", SigningLimit, meets=("XY-35", "BH-18"))
@reckonable
def signed_in_time(ask: Ask, rule: SigningLimit) -> Verdict:
    """…个月内签订: late is late, but a contract signed late is still better than none, so the line should only warn.

    Without a written contract double pay is due from the day after the first month at work is full, counted with its
    first day, to the day before signing (Labour Contract Law 82; Implementing Regulation 6, 7).
    """
    dossier = ask.hire.dossier
    event = str(ask.settle(rule.event))
    base = getattr(dossier, event, None)
    name = EVENTS.get(event, event)
    if not isinstance(base, date):
        return refused(
            say("{event}未登记，不能计算签订期限", event=name), say("先登记{event}", event=name), event=event
        )
    signed = day_given(ask, "signed_on") or (ask.on if awaits(ask, "signed_on") else dossier.signed_on)
    limit = month_limit(base, int(ask.settle(rule.months)), ask.calendar)
    inputs: dict[str, Shown] = {
        "event": event,
        "from": iso(base),
        "due_on": iso(limit.on),
        "provisional": limit.provisional,
        "signed_on": iso(signed),
    }
    if signed is None:
        sentence = say("应在{due}以前签订，尚未签订", due=limit.on)
        return refused(sentence, say("请在{due}以前签订", due=limit.on), **inputs)
    if signed <= limit.on:
        return passed(say("应在{due}以前签订，{signed}签订未超期", due=limit.on, signed=signed), **inputs)
    double_from = month_limit_conservative(dossier.started_on or base, 1).on + timedelta(1)
    inputs["double_pay_from"] = iso(double_from)
    return refused(
        say(
            "应在{due}以前签订，{signed}签订已超期；自{double}起至签订前一日应支付二倍工资（《劳动合同法》第八十二条）",
            due=limit.on,
            signed=signed,
            double=double_from,
        ),
        say("立即签订，并按规定补足二倍工资"),
        **inputs,
    )
