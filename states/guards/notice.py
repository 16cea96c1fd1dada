"""Public notice and objections (公示、异议)."""

from __future__ import annotations

from datetime import date

from states.guards import Ask, NoParams, Verdict, guard, passed, refused
from states.guards.common import awaits, iso, number_given, reckonable
from states.periods import next_working_day
from states.say import say


@guard("notice_period_over", meets=("XY-29", "NM-21", "NM-22"))
@reckonable
def notice_period_over(ask: Ask, rule: NoParams) -> Verdict:
    """公示期满: the next step opens on the day after the last day, which belongs to the notice until 24:00.

    A last day that was counted through a year without a holiday notice is not certain. It does not bind: a notice
    that may have ended a day early would make everything after it contestable.
    """
    dossier = ask.hire.dossier
    ends = dossier.notice_ends_on
    if ends is None:
        return refused(say("尚未公示"), say("先张贴公示，公示期满后再办理"))
    posted = dossier.posted_on or ends
    inputs = {"posted_on": iso(dossier.posted_on), "ends_on": iso(ends), "round": dossier.notice_round}
    missing = ask.calendar.missing_years(min(posted, ends), ends)
    if missing:
        return _uncertain(ends, missing, inputs)
    if ask.on > ends:
        return passed(say("公示期已于{ends} 24时届满", ends=ends), **inputs)
    following = next_working_day(ends, ask.calendar)
    inputs["next_on"], inputs["provisional"] = iso(following.on), following.provisional
    return refused(
        say("公示期至{ends} 24时届满，{next}起方可办理", ends=ends, next=following.on),
        say("请于{next}起办理", next=following.on),
        **inputs,
    )


def _uncertain(ends: date, missing: tuple[int, ...], inputs: dict[str, str | int | None]) -> Verdict:
    years = "、".join(map(str, missing))
    sentence = say("公示截止日{ends}为暂定：{years}年放假安排尚未载入", ends=ends, years=years)
    remedy = say("载入{years}年放假安排，重新推算公示期后再办理", years=years)
    return refused(sentence, remedy, **inputs, provisional=True, missing_years=years)


@guard("no_open_objection", meets=("XY-30",))
def no_open_objection(ask: Ask, rule: NoParams) -> Verdict:
    """公示无异议: every objection that came in has a reasoned answer."""
    still_open = len(ask.hire.dossier.open_objections)
    if not still_open:
        return passed(say("没有未处理的异议"), open=0)
    return refused(say("尚有{n}件异议未处理", n=still_open), say("逐件核实并答复异议后再办理"), open=still_open)


@guard("objection_open", meets=("XY-30",))
def objection_open(ask: Ask, rule: NoParams) -> Verdict:
    """异议处理: only an objection that is still open can be answered."""
    still_open = ask.hire.dossier.open_objections
    if not still_open:
        return refused(say("没有待处理的异议"), say("无须办理"), open=0)
    chosen = number_given(ask, "objection")
    if chosen is None and awaits(ask, "objection"):
        return passed(say("有{n}件异议待处理", n=len(still_open)), open=len(still_open))
    if chosen is None:
        return refused(say("未指明处理哪一件异议"), say("选定一件待处理的异议"), open=len(still_open))
    if chosen in still_open:
        return passed(say("第{seq}号异议待处理", seq=chosen), objection=chosen)
    return refused(say("第{seq}号异议不存在或已处理", seq=chosen), say("选定一件待处理的异议"), objection=chosen)
