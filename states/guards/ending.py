"""Ending a hire (解聘、离岗): protected periods, grounds and what the law asks of each, resignation, filings."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Literal

from states.employment import Ground
from states.guards import Ask, IntOrGap, NoParams, Params, Shown, Verdict, guard, passed, refused
from states.guards.common import awaits, day_given, iso, number_given, reckonable, text_given, yuan
from states.guards.labels import PROTECTIONS
from states.leaving import RETIREMENT
from states.periods import notice_days
from states.say import Fact, say

# Labour Contract Law 42: no dismissal under 40 and 41 while a protected period runs; 45: a term ending in it goes on.


def _protection(ask: Ask) -> str:
    kind = ask.hire.dossier.protected_kind or ""
    return PROTECTIONS.get(kind, kind)


@guard("protected_now")
def protected_now(ask: Ask, rule: NoParams) -> Verdict:
    """合同依法续延: a protected period runs today (its last day with it)."""
    until = ask.hire.dossier.protected_until
    if until is None:
        return refused(say("没有登记不得终止的情形"), say("先登记情形及截止日"), protected_until=None)
    if until < ask.on:
        sentence = say("{kind}已于{until}届满", kind=_protection(ask), until=until)
        return refused(sentence, say("情形仍在的，先更正截止日"), protected_until=iso(until))
    sentence = say("{kind}至{until}，合同依法续延", kind=_protection(ask), until=until)
    return passed(sentence, protected_until=iso(until))


class At(Params):
    """Which day is asked about: the last day of the term, or today."""

    at: Literal["term_end", "today"] = "today"


@guard("not_protected", At)
def not_protected(ask: Ask, rule: At) -> Verdict:
    """不在保护期: a term may end on the last day of a protected period, and nobody may be out while one still runs."""
    dossier = ask.hire.dossier
    until, ends = dossier.protected_until, dossier.term_ends_on
    # On the last day of the term the person is still employed; today, the person would be out already.
    free_from = ends + timedelta(1) if rule.at == "term_end" and ends is not None else ask.on
    inputs = {"protected_until": iso(until), "day": iso(free_from)}
    if until is None:
        return passed(say("没有登记不得终止的情形"), **inputs)
    if until < free_from:
        return passed(say("{kind}至{until}，不影响期满终止", kind=_protection(ask), until=until), **inputs)
    sentence = say("{kind}至{until}，合同应续延至该日", kind=_protection(ask), until=until)
    return refused(sentence, say("{day}起方可终止", day=until + timedelta(1)), **inputs)


def _ground(ask: Ask) -> Ground | None:
    """The ground that is named, where the document has it for this kind of post."""
    ground = ask.procedure.ground_by_name.get(text_given(ask, "ground") or "")
    return None if ground is None or (ground.kinds and ask.hire.kind not in ground.kinds) else ground


def _no_ground(ask: Ask) -> Verdict:
    if awaits(ask, "ground"):
        return passed(say("选定解聘情形后核对"))
    return refused(say("未选定文件规定的解聘情形"), say("选定一种解聘情形"), ground=text_given(ask, "ground"))


@guard("ground_known", meets=("XY-48", "BH-48", "NM-35", "NM-36", "NM-37"))
def ground_known(ask: Ask, rule: NoParams) -> Verdict:
    """解聘情形: one that the document names. Some apply only at the end of the term (Implementing Regulation 13)."""
    ground = _ground(ask)
    if ground is None:
        return _no_ground(ask)
    effective, ends = day_given(ask, "effective_on"), ask.hire.dossier.term_ends_on
    inputs: dict[str, Shown] = {"ground": ground.ground, "effective_on": iso(effective), "term_ends_on": iso(ends)}
    early = _too_early(ask, ground)
    if early is not None:
        return early
    if not ground.only_at_term_end:
        return passed(say("解聘情形：{ground}", ground=ground.zh), **inputs)
    if ends is None:
        return refused(say("合同期限未登记，“{ground}”不能适用", ground=ground.zh), say("先登记合同"), **inputs)
    if effective is not None and effective >= ends:
        return passed(say("解聘情形：{ground}，自合同期满起", ground=ground.zh), **inputs)
    sentence = say("“{ground}”只能在合同期满（{ends}）时适用", ground=ground.zh, ends=ends)
    return refused(sentence, say("离岗日不早于{ends}", ends=ends), **inputs)


def _too_early(ask: Ask, ground: Ground) -> Verdict | None:
    """Nobody leaves for an age that is not reached, nor on a day when the contract has ended by itself."""
    dossier, effective = ask.hire.dossier, day_given(ask, "effective_on")
    retires_on, ends = dossier.retires_on, dossier.term_ends_on
    if effective is None:
        return None
    if ground.ground == RETIREMENT and retires_on is not None and effective < retires_on:
        sentence = say("本人{retires_on}才达到法定退休年龄", retires_on=retires_on)
        return refused(sentence, say("离岗日不早于{day}；登记的出生日期有误的，先更正", day=retires_on),
                       effective_on=iso(effective), retires_on=iso(retires_on))  # fmt: skip
    if ends is not None and ask.on <= ends < effective and not ground.only_at_term_end:
        sentence = say("合同{ends}期满自行终止，离岗日{effective}在期满之后", ends=ends, effective=effective)
        return refused(sentence, say("将离岗日改为{ends}或以前；期满不续签的，决定期满终止", ends=ends),
                       effective_on=iso(effective), term_ends_on=iso(ends))  # fmt: skip
    return None


@guard("ground_evidence", meets=("XY-48", "BH-54", "NM-39"))
def ground_evidence(ask: Ask, rule: NoParams) -> Verdict:
    """解聘证据: evidence where the ground needs it; an open clause stands only with the law it rests on."""
    ground = _ground(ask)
    if ground is None:
        return _no_ground(ask)
    inputs: dict[str, Shown] = {
        "ground": ground.ground,
        "evidence": text_given(ask, "evidence") is not None,
        "law": text_given(ask, "law"),
    }
    if ground.evidence and not inputs["evidence"]:
        return refused(say("“{ground}”须有证据", ground=ground.zh), say("填写证据材料"), **inputs)
    if ground.must_cite_law and inputs["law"] is None:
        sentence = say("“{ground}”须写明依据的法律条文", ground=ground.zh)
        return refused(sentence, say("填写法律名称和条文"), **inputs)
    return passed(say("证据和依据齐备"), **inputs)


@guard("ground_notice", meets=("BH-49", "BH-50"))
@reckonable
def ground_notice(ask: Ask, rule: NoParams) -> Verdict:
    """提前通知: the days of the ground lie between the written notice and the last day; rest days do not shift them.

    On the grounds of Labour Contract Law 40 a month's pay may stand in for the days (代通知金), once it is recorded.
    """
    ground = _ground(ask)
    if ground is None:
        return _no_ground(ask)
    backdated = _backdated(ask, ground)
    if backdated is not None:
        return backdated
    if ask.input.get("in_lieu_yuan") is not None or day_given(ask, "in_lieu_on") is not None:
        return _in_lieu(ask, ground)
    days = ask.settle(ground.notice_days)
    if not days:
        return passed(say("“{ground}”不需提前通知", ground=ground.zh), ground=ground.ground, days=0)
    noticed, effective = day_given(ask, "notice_on"), day_given(ask, "effective_on")
    inputs: dict[str, Shown] = {
        "ground": ground.ground,
        "days": int(days),
        "notice_on": iso(noticed),
        "effective_on": iso(effective),
    }
    if noticed is None or effective is None:
        sentence = say("“{ground}”须提前{days}日书面通知，缺少通知日期或离岗日", ground=ground.zh, days=days)
        return refused(sentence, say("填写书面通知日期和离岗日"), **inputs)
    earliest = notice_days(noticed, int(days)).on
    inputs["earliest_on"] = iso(earliest)
    if effective >= earliest:
        return passed(say("已提前{days}日书面通知", days=days), **inputs)
    sentence = say("“{ground}”须提前{days}日书面通知，{noticed}通知，离岗日不早于{earliest}",
                   ground=ground.zh, days=days, noticed=noticed, earliest=earliest)  # fmt: skip
    remedy = say("将离岗日改为{earliest}或以后", earliest=earliest)
    if ground.pay_in_lieu:
        remedy = say("将离岗日改为{earliest}或以后，或登记已支付的代通知金", earliest=earliest)
    return refused(sentence, remedy, **inputs)


def _in_lieu(ask: Ask, ground: Ground) -> Verdict:
    """代通知金: at least the pay of a whole month (Implementing Regulation 20), paid by the last day at work."""
    paid = ask.input.get("in_lieu_yuan")
    paid_on, effective = day_given(ask, "in_lieu_on"), day_given(ask, "effective_on")
    inputs: dict[str, Shown] = {"ground": ground.ground, "in_lieu_on": iso(paid_on), "effective_on": iso(effective)}
    if not ground.pay_in_lieu:
        sentence = say("“{ground}”不适用代通知金", ground=ground.zh)
        return refused(sentence, say("清空代通知金的金额和支付日期"), **inputs)
    if not isinstance(paid, Decimal) or paid_on is None or effective is None:
        return refused(say("代通知金须有金额、支付日期和离岗日"), say("填写金额、支付日期和离岗日"), **inputs)
    fen, month = int(paid * 100), _month_fen(ask)
    inputs |= {"in_lieu_fen": fen, "monthly_fen": month}
    if fen < month:
        sentence = say("代通知金{paid}元，少于一个月工资{month}元", paid=yuan(fen), month=yuan(month))
        return refused(sentence, say("按上一个月的工资标准补足后再登记"), **inputs)
    if paid_on > effective:
        sentence = say("代通知金{paid_on}支付，晚于离岗日{effective}", paid_on=paid_on, effective=effective)
        return refused(sentence, say("将离岗日改为{day}或以后", day=paid_on), **inputs)
    return passed(say("以代通知金{paid}元代替提前通知，{day}支付", paid=yuan(fen), day=paid_on), **inputs)


def _month_fen(ask: Ask) -> int:
    """What a whole month of the post brings; nought where pay goes by the hour or no standard is known."""
    standard = ask.hire.dossier.old_pay_fen or ask.hire.post.monthly_fen
    items = (item for item in ask.procedure.pay if item.paid == "monthly" and item.per == "month")
    own = (item for item in items if not item.kinds or ask.hire.kind in item.kinds)
    return sum(standard if item.fen is None else item.fen for item in own)


#: the person went away by themselves: the last day at work is a fact that is found later (自动离岗)
_LEFT_BY_THEMSELVES = "off_post"


def _backdated(ask: Ask, ground: Ground) -> Verdict | None:
    """A dismissal takes effect when the person is told, not before; None where it does.

    Who went away by themselves was gone before anybody decided, and a term that is over ended by itself.
    """
    noticed, effective = day_given(ask, "notice_on"), day_given(ask, "effective_on")
    found_later = ground.ground == _LEFT_BY_THEMSELVES or ground.only_at_term_end
    if ground.by != "employer" or found_later or effective is None or effective >= ask.on:
        return None
    if noticed is not None and noticed <= effective:
        return None
    facts: dict[str, Fact] = {"effective": effective, "ground": ground.zh}
    sentence = say(
        "“{ground}”自书面通知本人起生效，离岗日{effective}早于办理当日，须写明不晚于该日的书面通知日", **facts
    )
    remedy = say("将离岗日改为{day}或以后；确已在离岗日以前书面通知的，填写通知日", day=ask.on)
    inputs = {"ground": ground.ground, "effective_on": iso(effective), "notice_on": iso(noticed)}
    return refused(sentence, remedy, **inputs)


@guard("ground_protected")
def ground_protected(ask: Ask, rule: NoParams) -> Verdict:
    """保护期内不得解除: asked of the grounds that the law bars while a protected period runs."""
    until = ask.hire.dossier.protected_until
    ground = _ground(ask)
    if ground is None:
        if until is not None and until >= ask.on and awaits(ask, "ground"):
            sentence = say("{kind}至{until}，部分解聘情形不能适用", kind=_protection(ask), until=until)
            return passed(sentence, protected_until=iso(until))
        return _no_ground(ask)
    effective = day_given(ask, "effective_on") or ask.on
    inputs = {"ground": ground.ground, "effective_on": iso(effective), "protected_until": iso(until)}
    if not ground.protected:
        return passed(say("“{ground}”不受保护期限制", ground=ground.zh), **inputs)
    if until is None or until < effective:
        return passed(say("离岗日不在保护期内"), **inputs)
    facts: dict[str, Fact] = {"kind": _protection(ask), "until": until, "ground": ground.zh}
    sentence = say("{kind}至{until}，期间不得以“{ground}”解聘", **facts)
    return refused(sentence, say("离岗日改为{day}或以后", day=until + timedelta(1)), **inputs)


class NoticeBy(Params):
    """Calendar days between the written notice of the person and the last day."""

    days: IntOrGap = 30


@guard("resignation_notice", NoticeBy, meets=("BH-21",))
@reckonable
def resignation_notice(ask: Ask, rule: NoticeBy) -> Verdict:
    """辞职提前书面通知: a right of the employer that may be waived, so lines ask it "in principle"."""
    dossier, days = ask.hire.dossier, int(ask.settle(rule.days))
    given = day_given(ask, "given_on") or dossier.resigned_on
    leaves = day_given(ask, "leave_on") or dossier.leaving_on
    inputs: dict[str, Shown] = {"days": days, "given_on": iso(given), "leave_on": iso(leaves)}
    if given is None or leaves is None:
        if awaits(ask, "given_on"):
            return passed(say("辞职须提前{days}日书面通知", days=days), **inputs)
        sentence = say("辞职须提前{days}日书面通知，缺少通知日期或离岗日", days=days)
        return refused(sentence, say("填写书面通知日期和离岗日"), **inputs)
    if given > ask.on:
        return refused(say("书面通知日期{day}晚于今日", day=given), say("收到书面通知后再登记"), **inputs)
    earliest = notice_days(given, days).on
    inputs["earliest_on"] = iso(earliest)
    if leaves >= earliest:
        return passed(say("已提前{days}日书面通知", days=days), **inputs)
    sentence = say(
        "辞职须提前{days}日书面通知，{given}通知，离岗日不早于{earliest}", days=days, given=given, earliest=earliest
    )
    return refused(sentence, say("将离岗日改为{earliest}或以后，或由用人单位同意提前", earliest=earliest), **inputs)


@guard("handover_done", meets=("BH-22",))
def handover_done(ask: Ask, rule: NoParams) -> Verdict:
    """工作交接: done, by the day that is being recorded or the one on record."""
    done = day_given(ask, "done_on") or ask.hire.dossier.handover_on
    if done is None:
        if awaits(ask, "done_on"):
            return passed(say("填写工作交接日期后核对"), handover_on=None)
        return refused(say("工作交接尚未完成"), say("完成工作交接并登记"), handover_on=None)
    if done > ask.on:
        return refused(say("交接日期{day}晚于今日", day=done), say("交接完成后再登记"), handover_on=iso(done))
    return passed(say("工作交接已于{day}完成", day=done), handover_on=iso(done))


@guard("leaving_decided", meets=("XY-48", "BH-55"))
def leaving_decided(ask: Ask, rule: NoParams) -> Verdict:
    """离岗: a resignation or a decision set the last day, and it has come."""
    leaves = ask.hire.dossier.leaving_on
    if leaves is None:
        return refused(say("尚无辞职或解聘决定"), say("先登记辞职或作出解聘决定"), leaving_on=None)
    if leaves > ask.on:
        return refused(say("离岗日为{day}", day=leaves), say("请于{day}起办理", day=leaves), leaving_on=iso(leaves))
    return passed(say("离岗日{day}已到", day=leaves), leaving_on=iso(leaves))


@guard("filing_owed", meets=("XY-24", "XY-37", "BH-16", "BH-55", "NM-24"))
def filing_owed(ask: Ask, rule: NoParams) -> Verdict:
    """待备案: only a report that is owed can be recorded as sent."""
    owed = ask.hire.dossier.filings
    if not owed:
        return refused(say("没有待备案的事项"), say("无须办理"), owed=0)
    name, seq = text_given(ask, "filing"), number_given(ask, "seq")
    inputs: dict[str, Shown] = {"owed": len(owed), "filing": name, "seq": seq}
    if awaits(ask, "filing"):
        soonest = min(filing.due_on for filing in owed)
        sentence = say("有{n}件待备案，最早{due}前报送", n=len(owed), due=soonest)
        return passed(sentence, owed=len(owed), due_on=iso(soonest))
    for filing in owed:
        if (filing.filing, filing.seq) == (name, seq):
            return passed(say("待备案，应在{due}以前报送", due=filing.due_on), **inputs, due_on=iso(filing.due_on))
    return refused(say("该备案事项不存在或已报送"), say("选定一件待备案的事项"), **inputs)
