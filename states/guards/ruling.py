"""Meetings that rule (会议评议): who was there and how many were in favour."""

from __future__ import annotations

from datetime import date

from states.guards import Ask, Params, Verdict, guard, passed, refused
from states.guards.common import awaits, day_given, iso, number_given
from states.say import Fact, say


class Meeting(Params):
    """``majority``: more than half of those present are in favour; otherwise holding the meeting suffices."""

    majority: bool = True


def _on_record(ask: Ask) -> tuple[date | None, int | None, int | None]:
    if ask.input and (held := day_given(ask, "held_on")) and "in_favour" in ask.input:
        return held, number_given(ask, "present"), number_given(ask, "in_favour")
    dossier = ask.hire.dossier
    return dossier.meeting_on, dossier.meeting_present, dossier.meeting_for


@guard("meeting_held", Meeting, meets=("NM-20", "LC-13"))
def meeting_held(ask: Ask, rule: Meeting) -> Verdict:
    """民主评议 / 村民代表会议评议: more than half of those present; the documents set no quorum and we invent none."""
    held, present, in_favour = _on_record(ask)
    if held is None or present is None or in_favour is None:
        if awaits(ask, "in_favour"):
            return passed(say("登记评议会议的日期、到会人数和同意人数"))
        return refused(say("尚无评议会议记录"), say("召开会议评议并登记到会人数和同意人数"))
    inputs = {"held_on": iso(held), "present": present, "in_favour": in_favour}
    if held > ask.on:
        return refused(say("会议日期{held}晚于今日", held=held), say("会议召开后再登记"), **inputs)
    if in_favour > present:
        sentence = say("同意人数{in_favour}多于到会人数{present}", in_favour=in_favour, present=present)
        return refused(sentence, say("核对会议记录后更正人数"), **inputs)
    facts: dict[str, Fact] = {"held": held, "present": present, "in_favour": in_favour}
    if rule.majority and in_favour * 2 <= present:
        remedy = say("须有{needed}人以上同意", needed=present // 2 + 1)
        return refused(say("{held}会议到会{present}人，同意{in_favour}人，未过半数", **facts), remedy, **inputs)
    return passed(say("{held}会议到会{present}人，同意{in_favour}人", **facts), **inputs)
