"""Quotas (指标): caps, targets, and bands of a counted number. All count places in use and those to be announced."""

from __future__ import annotations

from typing import Literal

from states.guards import AskOpening, IntOrGap, Params, Verdict, opening_guard, passed, refused, unknown
from states.model import GapRef, Name
from states.organising import level_of
from states.say import say
from states.vocabulary import Level


class Cap(Params):
    """At most ``places`` in the document's area, each township or each village: whoever asks counts in that scope."""

    places: IntOrGap
    scope: Literal["document", "township", "village"] = "document"


@opening_guard("quota_cap", Cap, meets=("XY-02", "XY-03", "XY-04", "XY-49", "BH-09", "LC-33"))
def quota_cap(ask: AskOpening, rule: Cap) -> Verdict:
    """指标上限: exactly the cap is allowed. A post of a whole county lies in no township and would count in none."""
    places = int(ask.settle(rule.places))
    facts = {"places": places, "in_use": ask.in_use, "new": ask.opening.places}
    inputs = {**facts, "scope": rule.scope}
    if rule.scope == "township" and level_of(ask.post.region) not in (Level.TOWNSHIP, Level.VILLAGE):
        return refused(say("指标按乡镇计算，岗位没有登记到乡镇"), say("请在所在乡镇另行登记岗位"), **inputs)
    if ask.in_use + ask.opening.places <= places:
        return passed(say("指标{places}个，已用{in_use}个，本次{new}个", **facts), **inputs)
    left = max(0, places - ask.in_use)
    remedy = say("本次最多{left}个", left=left) if left else say("有名额空出后再发布")
    return refused(say("超指标：指标{places}个，已用{in_use}个，本次{new}个", **facts), remedy, **inputs)


class Target(Params):
    """The plan of a year. ``year_target`` of the question (the place's own share) goes before ``places``."""

    places: IntOrGap | None = None
    year: int | None = None


@opening_guard("quota_target", Target, meets=("LC-02", "LC-03", "LC-04", "LC-05", "CQ-12"))
def quota_target(ask: AskOpening, rule: Target) -> Verdict:
    """计划数: a target, not a cap. Going beyond it is lawful when recorded, so the line that asks should only warn."""
    target = ask.year_target if ask.year_target is not None else ask.settle(rule.places)
    if target is None:
        return unknown(say("未登记计划数，未作比较"), in_use=ask.in_use, new=ask.opening.places)
    facts = {"target": int(target), "in_use": ask.in_use, "new": ask.opening.places}
    total = ask.in_use + ask.opening.places
    if total <= target:
        sentence = say("计划{target}个，已用{in_use}个，本次{new}个，尚差{short}个", **facts, short=target - total)
        return passed(sentence, **facts)
    sentence = say("超出计划：计划{target}个，已用{in_use}个，本次{new}个", **facts)
    return refused(sentence, say("记录增加计划的依据"), **facts)


class BandRow(Params):
    """``places`` for a counted number from ``at_least`` to ``at_most``, both inclusive. ``binding`` is shown only."""

    at_least: int
    at_most: int | None = None
    places: int
    binding: Literal["in principle", "upper limit", "none"] = "upper limit"


class Bands(Params):
    """Bands of a counted number. A number between two bands is settled by the gap.

    The gap answers ``lower_band``, ``upper_band``, or the number of places itself; without a gap the lower band holds.
    """

    bands: tuple[BandRow, ...]
    undefined_gap: Name | None = None


@opening_guard("quota_bands", Bands, meets=("NM-06", "NM-07", "NM-08", "NM-09", "NM-10"))
def quota_bands(ask: AskOpening, rule: Bands) -> Verdict:
    """按服务对象人数设岗: the counted number decides how many places there may be."""
    if ask.counted is None:
        return refused(say("服务对象人数未登记"), say("先登记服务对象人数"), counted=None)
    places, defined = _places(ask, rule, ask.counted)
    facts = {"counted": ask.counted, "places": places, "in_use": ask.in_use, "new": ask.opening.places}
    inputs = {**facts, "defined": defined}
    if ask.in_use + ask.opening.places > places:
        left = max(0, places - ask.in_use)
        sentence = say("服务对象{counted}人可设{places}个，已用{in_use}个，本次{new}个", **facts)
        remedy = say("本次最多{left}个", left=left) if left else say("有名额空出后再发布")
        return refused(sentence, remedy, **inputs)
    if defined:
        return passed(say("服务对象{counted}人可设{places}个，已用{in_use}个，本次{new}个", **facts), **inputs)
    return passed(say("文件未规定{counted}人设几个，按留白的处理可设{places}个", **facts), **inputs)


def _places(ask: AskOpening, rule: Bands, counted: int) -> tuple[int, bool]:
    """The places for a number, and whether the document itself says so."""
    for band in rule.bands:
        if band.at_least <= counted and (band.at_most is None or counted <= band.at_most):
            return band.places, True
    below = [band for band in rule.bands if band.at_most is not None and band.at_most < counted]
    above = [band for band in rule.bands if band.at_least > counted]
    if not below or not above:  # before the first band or after the last: nothing is granted
        return 0, True
    answer = ask.settle(GapRef(gap=rule.undefined_gap)) if rule.undefined_gap else "lower_band"
    if isinstance(answer, int):
        return int(answer), False
    upper = str(answer).startswith("upper")
    lower_band = max(below, key=lambda band: band.at_least)
    upper_band = min(above, key=lambda band: band.at_least)
    return (upper_band if upper else lower_band).places, False
