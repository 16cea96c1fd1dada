"""Terms of service (使用期限、考核、续签): the months that are left, the yearly assessment, the renewal."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from states.bases import BASES
from states.facts import Dossier, Person
from states.guards import Ask, IntOrGap, NoParams, Params, Shown, Verdict, guard, passed, refused, unknown
from states.guards.common import awaits, day_given, iso, nobody, number_given, reckonable
from states.guards.labels import OUTCOMES
from states.periods import add_months, last_day_of_term
from states.reckoning import Reckoning
from states.retirement import Category
from states.say import Sentence, say
from states.service import Span, served
from states.tenure import exceptions_of, last_lawful, ledger_of, measure_retirement


class MonthsLeft(Params):
    """``after_term``: counted from the day after the present term instead of the first day on post."""

    at_least: IntOrGap = 1
    after_term: bool = False


@guard("months_left", MonthsLeft, meets=("XY-05", "XY-06", "XY-07", "LC-21", "LC-22", "LC-23", "LC-30", "BH-20"))
@reckonable
def months_left(ask: Ask, rule: MonthsLeft) -> Verdict:
    """使用期限累计不超过若干月: the person's months over all employers and posts, and the exceptions of the document.

    An exception ends on a day (retirement, a granted extension) and not after a number of months, so with it a single
    day left suffices; ``at_least`` is asked of the limit alone.
    """
    person, service = ask.hire.person, ask.procedure.service
    if service.months is None:
        return passed(say("文件没有规定使用期限的月数"))
    if person is None:
        return nobody(ask)
    begins = _begins(ask, rule.after_term)
    if begins is None:
        return refused(say("合同期限未登记，不能计算剩余月数"), say("先登记合同"))
    reach = _reach(ask, person, begins)
    at_least, last = int(ask.settle(rule.at_least)), reach.limit.on
    inputs: dict[str, Shown] = {
        "limit_months": service.months,
        "used_months": reach.used.months,
        "used_days": reach.used.days,
        "left_months": reach.left.months,
        "left_days": reach.left.days,
        "from": iso(begins),
        "last_lawful_on": iso(last),
        "excepted": reach.excepted,
    }
    # Months that were left on the first day on post may be over by now: then nothing more can be agreed upon.
    if last >= ask.on and last >= (begins if reach.excepted else last_day_of_term(begins, at_least)):
        return passed(_said(reach, service.months), **inputs)
    sentence = say(
        "累计不超过{limit}个月，已用{used}个月{days}天，最后合法日为{last}，不足{at_least}个月",
        limit=service.months,
        used=reach.used.months,
        days=reach.used.days,
        last=last,
        at_least=at_least,
    )
    return refused(sentence, say("期限届满后不得再聘；文件规定可以延长的，先办理认定"), **inputs)


@dataclass(frozen=True, slots=True)
class _Reach:
    """How far service may go on: the last lawful day, what is used and left, and whether an exception carries it."""

    limit: Reckoning
    used: Span
    left: Span
    excepted: bool


def _reach(ask: Ask, person: Person, begins: date) -> _Reach:
    """Raises Unreckonable for periods that make no sense."""
    person, dossier = _with_own_term(ask, person), _with_expected_retirement(ask, person)
    book = ledger_of(person, ask.procedure)
    limit = last_lawful(ask.procedure, ask.hire.kind, person, dossier, begins)
    assert book is not None and limit is not None  # asked only where the document limits the months
    left = served(begins, limit.on) if limit.on >= begins else Span(0, 0)
    exceptions = exceptions_of(ask.procedure, ask.hire.kind, person, dossier)
    return _Reach(limit, book.used, left, any(line.until == limit.on for line in exceptions))


def _said(reach: _Reach, limit: int) -> Sentence:
    if reach.excepted:
        return reach.limit.reading
    return say(
        "累计不超过{limit}个月，已用{used}个月{used_days}天，剩余{months}个月{days}天，至{last}止",
        limit=limit,
        used=reach.used.months,
        used_days=reach.used.days,
        months=reach.left.months,
        days=reach.left.days,
        last=reach.limit.on,
    )


def _begins(ask: Ask, after_term: bool) -> date | None:
    """The first day of the service in question; None when the present term is not known.

    A renewal decided after the term is over begins today at the earliest.
    """
    dossier = ask.hire.dossier
    if after_term:
        ends = dossier.term_ends_on
        return None if ends is None else max(ends + timedelta(1), ask.on)
    counted = BASES["hired_on"](ask.procedure, dossier, ask.hire.opening)
    return counted or day_given(ask, "started_on") or ask.on


def _with_own_term(ask: Ask, person: Person) -> Person:
    """The person with the present term among the periods, should no contract row of this hire stand there."""
    dossier = ask.hire.dossier
    begins = BASES["hired_on"](ask.procedure, dossier, ask.hire.opening) or dossier.term_starts_on
    if begins is None or dossier.term_ends_on is None or any(owner == ask.hire.id for *_, owner in person.periods):
        return person
    return replace(person, periods=(*person.periods, (begins, dossier.term_ends_on, ask.hire.id)))


def _with_expected_retirement(ask: Ask, person: Person) -> Dossier:
    """The dossier with the retirement exception as it would be found today, where it was not measured yet.

    The documents measure it at the first approval. Whoever served before was first approved then, at the latest when
    the earliest known service began, so a person does not come near retirement by changing posts.
    """
    dossier = ask.hire.dossier
    if dossier.retires_on is not None or person.retirement_category not in set(Category):
        return dossier
    first_known = min([ask.on, *(starts for starts, _, owner in person.periods if owner != ask.hire.id)])
    reference = add_months(first_known, -max(0, person.prior_months))
    retires_on, near = measure_retirement(ask.procedure, ask.hire.kind, person, reference)
    return dossier.with_(retires_on=retires_on, near_retirement=near)


@guard("assessment_year", meets=("XY-46", "NM-33"))
def assessment_year(ask: Ask, rule: NoParams) -> Verdict:
    """考核年度: from the first year on post to the present one, each once and in order."""
    dossier = ask.hire.dossier
    began = dossier.first_started_on or dossier.started_on or dossier.term_starts_on
    if began is None:
        return refused(say("尚未上岗，没有可考核的年度"), say("先登记上岗"))
    first = began.year if dossier.ruled_year is None else max(began.year, dossier.ruled_year + 1)
    inputs: dict[str, Shown] = {"from_year": first, "to_year": ask.on.year, "ruled_year": dossier.ruled_year}
    if first > ask.on.year:
        sentence = say("{year}年度考核已审定", year=dossier.ruled_year or ask.on.year)
        return refused(sentence, say("{year}年起可提出下一年度考核", year=first), **inputs)
    year = number_given(ask, "year")
    if year is None:
        if awaits(ask, "year"):
            return passed(say("可考核{first}至{last}年度", first=first, last=ask.on.year), **inputs)
        return refused(say("缺少考核年度"), say("填写考核年度"), **inputs)
    inputs["year"] = year
    if first <= year <= ask.on.year:
        return passed(say("可提出{year}年度考核", year=year), **inputs)
    remedy = say("可考核的年度为{first}至{last}", first=first, last=ask.on.year)
    if year > ask.on.year:
        return refused(say("{year}年度尚未到来", year=year), remedy, **inputs)
    if year < began.year:
        return refused(say("{year}年度尚未上岗", year=year), remedy, **inputs)
    return refused(say("{year}年度考核已审定", year=year), remedy, **inputs)


@guard("assessment_proposed", meets=("XY-38", "BH-47"))
def assessment_proposed(ask: Ask, rule: NoParams) -> Verdict:
    """考核报审: there is a proposal that has not been ruled on."""
    dossier = ask.hire.dossier
    year = dossier.proposed_year
    inputs: dict[str, Shown] = {"proposed_year": year, "ruled_year": dossier.ruled_year}
    if year is None:
        return refused(say("尚未提出年度考核"), say("由用人单位先提出年度考核"), **inputs)
    if dossier.ruled_year is not None and year <= dossier.ruled_year:
        return refused(say("{year}年度考核已审定", year=year), say("提出下一年度考核"), **inputs)
    if dossier.points_moved:
        moved = say("{year}年度考核提出之后，加分扣分又有变动", year=year)
        return refused(moved, say("由提出单位按现在的加分扣分重新提出"), **inputs)
    return passed(say("{year}年度考核已提出，待审定", year=year), **inputs)


@guard("assessment_reviewed", meets=("BH-47",))
def assessment_reviewed(ask: Ask, rule: NoParams) -> Verdict:
    """综合审核: the level between has looked at the very proposal that is ruled on."""
    dossier = ask.hire.dossier
    inputs: dict[str, Shown] = {"proposed_year": dossier.proposed_year}
    if dossier.proposed_year is None:
        return refused(say("尚未提出年度考核"), say("由用人单位先提出年度考核"), **inputs)
    if not dossier.proposed_reviewed:
        return refused(say("{year}年度考核还没有经过综合审核", year=dossier.proposed_year), say("先办理审核"), **inputs)
    return passed(say("{year}年度考核已经综合审核", year=dossier.proposed_year), **inputs)


@guard("assessment_in_time", meets=("XY-46", "BH-47"))
def assessment_in_time(ask: Ask, rule: NoParams) -> Verdict:
    """按期审定: by the due day of the year, that day included; a late ruling stands, and is seen to be late."""
    year = ask.hire.dossier.proposed_year
    if year is None:
        return unknown(say("尚未提出年度考核"))
    due = date(year, ask.procedure.assessment.due_month, ask.procedure.assessment.due_day)
    inputs: dict[str, Shown] = {"proposed_year": year, "due_on": iso(due)}
    if ask.on <= due:
        return passed(say("{year}年度考核应在{due}以前审定，没有逾期", year=year, due=due), **inputs)
    late = say("{year}年度考核应在{due}以前审定，已逾期{days}日", year=year, due=due, days=(ask.on - due).days)
    return refused(late, say("尽快审定，并在意见中写明逾期的原因"), **inputs)


@guard("served_took_part", meets=("NM-33",))
def served_took_part(ask: Ask, rule: NoParams) -> Verdict:
    """评价须有被服务对象参与: at least one survey of the proposed year in which people served took part."""
    dossier = ask.hire.dossier
    year = dossier.proposed_year
    inputs: dict[str, Shown] = {"proposed_year": year}
    if year is None:
        return refused(say("尚未提出年度考核"), say("由用人单位先提出年度考核"), **inputs)
    if year not in dossier.surveyed:
        remedy = say("先开展满意度调查，登记参与的服务对象人数")
        return refused(say("{year}年度还没有被服务对象参与评价的记录", year=year), remedy, **inputs)
    return passed(say("{year}年度已有被服务对象参与评价", year=year), **inputs)


def _required_year(ask: Ask, term_ends_on: date) -> int:
    """The latest year whose assessment falls due before the term is over (the last day of the term with it)."""
    rules = ask.procedure.assessment
    due = (rules.due_month, rules.due_day)
    return term_ends_on.year if due <= (term_ends_on.month, term_ends_on.day) else term_ends_on.year - 1


@guard("assessment_passed", meets=("XY-39", "BH-36", "NM-27"))
def assessment_passed(ask: Ask, rule: NoParams) -> Verdict:
    """考核合格方可续签: the latest assessment that falls due before the term ends has been ruled on, and was passed.

    The documents say only 年度考核. A term runs across two calendar years and the year of its end is often not yet
    assessed when the renewal is decided, so what counts is the last assessment that the term should have seen. Where
    none fell due within the term (it ended before the first due day), an earlier ruling is enough.
    """
    dossier = ask.hire.dossier
    ends = dossier.term_ends_on
    if ends is None:
        return refused(say("合同期限未登记，不能确定应考核的年度"), say("先登记合同"))
    required = _required_year(ask, ends)
    inputs: dict[str, Shown] = {
        "required_year": required,
        "ruled_year": dossier.ruled_year,
        "ruled_passed": dossier.ruled_passed,
    }
    if dossier.ruled_year is None or dossier.ruled_year < required:
        began = dossier.first_started_on or dossier.term_starts_on
        year = required if began is None else max(required, began.year)
        remedy = say("先审定{year}年度考核", year=year)
        return refused(say("{year}年度考核尚未审定", year=year), remedy, **inputs)
    if dossier.ruled_passed:
        return passed(say("{year}年度考核合格", year=dossier.ruled_year), **inputs)
    sentence = say("{year}年度考核不合格，不再续签", year=dossier.ruled_year)
    return refused(sentence, say("期满终止；审定有误的，先更正考核结果"), **inputs)


@guard("skilled", meets=("NM-27",))
def skilled(ask: Ask, rule: NoParams) -> Verdict:
    """已熟练掌握岗位技能: found in the assessment."""
    found = ask.hire.dossier.skilled
    if found:
        return passed(say("考核认定已熟练掌握岗位技能"), skilled=True)
    if found is None:
        return refused(say("考核未认定是否熟练掌握岗位技能"), say("在年度考核中作出认定"), skilled=None)
    return refused(say("考核认定尚未熟练掌握岗位技能"), say("经培训后在考核中重新认定"), skilled=False)


class Decided(Params):
    """Which decision has to stand."""

    outcome: Literal["renew", "end"]


@guard("renewal_decided", Decided, meets=("XY-36", "XY-39", "BH-36", "NM-27"))
def renewal_decided(ask: Ask, rule: Decided) -> Verdict:
    """期满决定: a named officer has decided so beforehand; the system only carries it out."""
    decided, wanted = ask.hire.dossier.renewal, OUTCOMES[rule.outcome]
    if decided == rule.outcome:
        return passed(say("已决定{outcome}", outcome=wanted), decided=decided)
    remedy = say("由用人单位先作出{outcome}的决定", outcome=wanted)
    if decided is None:
        return refused(say("尚未作出续签或期满终止的决定"), remedy, decided=None)
    return refused(say("已决定的是{outcome}", outcome=OUTCOMES.get(decided, decided)), remedy, decided=decided)


@guard("renewal_signed", meets=("XY-36", "BH-19", "NM-26"))
def renewal_signed(ask: Ask, rule: NoParams) -> Verdict:
    """续签合同: signed, and not with a day in the future."""
    signed = ask.hire.dossier.renewal_signed_on
    if signed is None:
        return refused(say("续签合同尚未签订"), say("先签订续签合同"), signed_on=None)
    if signed > ask.on:
        return refused(say("续签日期{day}晚于今日", day=signed), say("签订后再办理"), signed_on=iso(signed))
    return passed(say("续签合同已于{day}签订", day=signed), signed_on=iso(signed))
