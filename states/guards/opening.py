"""Openings and places (招聘公告、名额): the window, the free place, and what an announcement must fulfil."""

from __future__ import annotations

from dataclasses import replace

from states.budget import Funds
from states.facts import holds_place
from states.guards import (
    Ask,
    AskOpening,
    IntOrGap,
    NoParams,
    Params,
    Verdict,
    guard,
    opening_guard,
    passed,
    refused,
    unknown,
)
from states.guards.common import iso, yuan
from states.say import Fact, Sentence, say
from states.standard import base_fen, monthly_items


@guard("window_open", meets=("XY-25",))
def window_open(ask: Ask, rule: NoParams) -> Verdict:
    """报名期: both the day of the announcement and the closing day belong to it; no closing day means until filled."""
    opening = ask.hire.opening
    inputs = {"announced_on": iso(opening.announced_on), "closes_on": iso(opening.closes_on)}
    if ask.on < opening.announced_on:
        sentence = say("招聘公告自{day}起发布，尚未开始报名", day=opening.announced_on)
        return refused(sentence, say("请于{day}起报名", day=opening.announced_on), **inputs)
    if opening.closes_on is None:
        return passed(say("正在报名，招满为止"), **inputs)
    if ask.on <= opening.closes_on:
        return passed(say("报名至{day} 24时截止", day=opening.closes_on), **inputs)
    return refused(say("报名已于{day} 24时截止", day=opening.closes_on), say("请报名下一次招聘公告"), **inputs)


@guard("place_free", meets=("XY-49",))
def place_free(ask: Ask, rule: NoParams) -> Verdict:
    """不得超名额聘用. A hire that already takes up one of the places counts itself among those taken."""
    opening = ask.hire.opening
    holds = holds_place(ask.hire.state, ask.hire.dossier)
    facts = {"places": opening.places, "taken": opening.taken}
    inputs = {**facts, "holds": holds}
    if holds and opening.taken <= opening.places:
        return passed(say("本人已占用名额（共{places}个，已用{taken}个）", **facts), **inputs)
    if opening.taken < opening.places:
        return passed(say("尚有名额（共{places}个，已用{taken}个）", **facts), **inputs)
    remedy = say("有名额空出或另行发布公告后再办理")
    return refused(say("名额已满（共{places}个，已用{taken}个）", **facts), remedy, **inputs)


@opening_guard("document_in_force", meets=("XY-01", "LC-01", "BH-58", "NM-11", "NM-43", "CQ-01"))
def document_in_force(ask: AskOpening, rule: NoParams) -> Verdict:
    """文件有效: an opening is announced under a document in force; open hires finish under the one they began with."""
    validity = ask.procedure.validity
    last = validity.last_day
    number = ask.procedure.document.number
    inputs = {"valid_from": iso(validity.valid_from), "last_day": iso(last), "superseded_by": validity.superseded_by}
    if ask.on < validity.valid_from:
        sentence = say("{number}自{day}起施行", number=number, day=validity.valid_from)
        return refused(sentence, say("请于{day}起发布公告", day=validity.valid_from), **inputs)
    if last is None or ask.on <= last:
        return passed(say("{number}有效", number=number), **inputs)
    remedy = say("按现行有效的文件发布公告")
    if validity.superseded_by:
        remedy = say("按{successor}发布公告", successor=validity.superseded_by)
    return refused(say("{number}已于{day}失效", number=number, day=last), remedy, **inputs)


class Boards(Params):
    """How many boards, or forms of publicity, the announcement has to name."""

    at_least: IntOrGap = 1


@opening_guard("boards_named", Boards, meets=("XY-25",))
def boards_named(ask: AskOpening, rule: Boards) -> Verdict:
    """公告张贴: where the announcement is put up has to be said before it is put up."""
    named, least = len(ask.opening.boards), int(ask.settle(rule.at_least))
    if named >= least:
        return passed(say("已载明{n}处公告栏", n=named), named=named, at_least=least)
    sentence = say("已载明{n}处公告栏，至少须{least}处", n=named, least=least)
    return refused(sentence, say("填写张贴公告的公告栏"), named=named, at_least=least)


@opening_guard("forms_named", Boards, meets=("NM-17",))
def forms_named(ask: AskOpening, rule: Boards) -> Verdict:
    """公开形式: meeting, notice, visits and the like, named in the announcement like boards are."""
    named, least = len(ask.opening.boards), int(ask.settle(rule.at_least))
    if named >= least:
        return passed(say("已载明{n}种公开形式", n=named), named=named, at_least=least)
    sentence = say("已载明{n}种公开形式，至少须{least}种", n=named, least=least)
    return refused(sentence, say("填写公开选聘条件的形式"), named=named, at_least=least)


class Season(Params):
    """The months of the year, 1 to 12, in which openings are announced."""

    months: tuple[int, ...]


@opening_guard("season", Season, meets=("LC-11",))
def season(ask: AskOpening, rule: Season) -> Verdict:
    """集中开展: by the day on which the opening is to be announced."""
    day = ask.opening.announced_on
    months = "、".join(str(month) for month in sorted(rule.months))
    inputs = {"announced_on": iso(day), "months": months}
    if day.month in rule.months:
        return passed(say("{day}发布，在集中开展的月份（{months}月）内", day=day, months=months), **inputs)
    sentence = say("{day}发布，不在集中开展的月份（{months}月）内", day=day, months=months)
    return refused(sentence, say("在{months}月内发布，或说明理由", months=months), **inputs)


class Budget(Params):
    """The money of the programme in fen, where nobody set any, and the most months that it should last."""

    fen: IntOrGap | None = None
    months: IntOrGap = 12


@opening_guard("budget_lasts", Budget, meets=("XY-44", "LC-35"))
def budget_lasts(ask: AskOpening, rule: Budget) -> Verdict:
    """资金测算: what is left against the monthly cost of all places with the new ones, and of all that are planned.

    Months are shown to one decimal; whether the money lasts is decided in whole fen.
    """
    funds = replace(ask.funds, months=min(int(ask.settle(rule.months)), ask.funds.months))
    if funds.fen is None:
        funds = replace(funds, fen=ask.settle(rule.fen))
    monthly = funds.places.monthly_fen
    if funds.fen is None:
        return refused(say("资金数额未登记，不能测算"), say("先登记可用资金"), monthly_fen=monthly)
    inputs = {"money_fen": funds.left_fen, "monthly_fen": monthly, "months": funds.months}
    if unpriced := funds.places.unpriced:
        sentence = say("{n}个名额的月报酬没有登记，不能测算资金够发几个月", n=unpriced)
        return refused(sentence, say("先在岗位上登记月报酬"), **inputs)
    dear = funds.whole_lasts or funds.lasts
    if dear is None:
        return passed(say("尚无每月支出，不需测算"), **inputs)
    inputs |= {"lasts_tenths": dear.tenths}
    if funds.enough:
        return passed(_lasting(funds), **inputs)
    remedy = say("补足资金{short}元，或减少名额", short=yuan(funds.short_fen))
    return refused(_lasting(funds), remedy, **inputs)


def _lasting(funds: Funds) -> Sentence:
    """How long the money lasts for the places that there are, and for all of the document where those are more."""
    now, all_ = funds.lasts, funds.whole_lasts
    facts: dict[str, Fact] = {"money": yuan(funds.left_fen), "n": funds.places.number, "months": funds.months}
    if now is not None:
        facts |= {"monthly": yuan(now.monthly_fen), "lasts": now.months}
    if all_ is not None and funds.whole is not None:
        facts |= {"all": funds.whole.number, "cost": yuan(all_.monthly_fen), "total": all_.months}
        if now is None:
            return say("资金{money}元，文件规定的{all}个名额每月支出{cost}元，约{total}个月用完", **facts)
        if funds.enough:
            return say(
                "资金{money}元，现有和本次共{n}个名额每月支出{monthly}元，可支付约{lasts}个月；"
                "文件规定的{all}个名额全部上岗每月支出{cost}元，可支付约{total}个月",
                **facts,
            )
        return say(
            "资金{money}元，现有和本次共{n}个名额每月支出{monthly}元，可支付约{lasts}个月；"
            "文件规定的{all}个名额全部上岗每月支出{cost}元，只够约{total}个月，不足{months}个月",
            **facts,
        )
    if funds.enough:
        return say("资金{money}元，现有和本次共{n}个名额每月支出{monthly}元，可支付约{lasts}个月", **facts)
    return say("资金{money}元，现有和本次共{n}个名额每月支出{monthly}元，只够约{lasts}个月，不足{months}个月", **facts)


@opening_guard("minimum_wage", meets=("XY-41", "LC-20"))
def minimum_wage(ask: AskOpening, rule: NoParams) -> Verdict:
    """最低工资: what is paid each month against the figure in force, else the one of the post; it may be unknown."""
    pay, least = base_fen(ask.procedure, ask.post.kind, ask.post.monthly_fen), _least(ask)
    if least is None:
        return unknown(say("当地最低工资标准未登记，未作比较"), monthly_fen=pay, minimum_fen=None)
    facts = {"pay": yuan(pay), "least": yuan(least)}
    if pay >= least:
        return passed(say("月工资{pay}元，不低于最低工资标准{least}元", **facts), monthly_fen=pay, minimum_fen=least)
    sentence = say("月工资{pay}元，低于最低工资标准{least}元", **facts)
    remedy = say("将月工资提高到{least}元以上", least=yuan(least))
    return refused(sentence, remedy, monthly_fen=pay, minimum_fen=least)


def _least(ask: AskOpening) -> int | None:
    """Where pay is held to the hourly figure, that of the hours which were agreed on for a month."""
    if any(item.floor == "minimum_wage_hour" for item in monthly_items(ask.procedure, ask.post.kind)):
        hour, hours = ask.rates.get("minimum_wage_hour"), ask.rates.get("hours_month")
        if hour is not None and hours is not None:
            return hour * hours
    return ask.rates.get("minimum_wage_month", ask.post.minimum_wage_fen)


@opening_guard("pay_cap", meets=("NM-28",))
def pay_cap(ask: AskOpening, rule: NoParams) -> Verdict:
    """不高于当地城镇公益性岗位补贴水平: the cap itself is allowed; without the local figure nobody can tell."""
    pay = base_fen(ask.procedure, ask.post.kind, ask.post.monthly_fen)
    cap = ask.rates.get("urban_subsidy_month", ask.post.subsidy_cap_fen)
    if cap is None:
        sentence = say("当地城镇公益性岗位补贴标准未登记，不能比较")
        return refused(sentence, say("先登记当年补贴标准"), monthly_fen=pay, cap_fen=None)
    facts = {"pay": yuan(pay), "cap": yuan(cap)}
    if pay <= cap:
        return passed(say("月报酬{pay}元，不高于补贴标准{cap}元", **facts), monthly_fen=pay, cap_fen=cap)
    sentence = say("月报酬{pay}元，高于补贴标准{cap}元", **facts)
    return refused(sentence, say("将月报酬降到{cap}元以下", cap=yuan(cap)), monthly_fen=pay, cap_fen=cap)
