"""Figures that a place sets and changes from a day on (标准): minimum wages, insurance shares, caps.

A figure counts from its day until the next one; of several regions the narrowest that holds the place counts. What a
document itself fixes is in the procedure, and never here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from states.say import Sentence, say

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class RateName:
    """What a figure is called, and its unit: whole fen, millionths of a base (ppm), days or hours."""

    words: Sentence
    unit: Literal["fen", "ppm", "days", "hours"]


RATES: Mapping[str, RateName] = {
    "minimum_wage_month": RateName(say("月最低工资标准"), "fen"),
    "minimum_wage_hour": RateName(say("小时最低工资标准"), "fen"),
    "urban_subsidy_month": RateName(say("城镇公益性岗位月补贴标准"), "fen"),
    "province_grant_month": RateName(say("省财政补助标准（每人每月）"), "fen"),
    "insurance_base": RateName(say("社会保险月缴费基数"), "fen"),
    "pension_own": RateName(say("养老保险个人比例"), "ppm"),
    "pension_employer": RateName(say("养老保险单位比例"), "ppm"),
    "medical_own": RateName(say("医疗保险个人比例"), "ppm"),
    "medical_employer": RateName(say("医疗保险单位比例"), "ppm"),
    "unemployment_own": RateName(say("失业保险个人比例"), "ppm"),
    "unemployment_employer": RateName(say("失业保险单位比例"), "ppm"),
    "injury_employer": RateName(say("工伤保险单位比例"), "ppm"),
    "required_days": RateName(say("每月应出勤天数"), "days"),
    "hours_month": RateName(say("每月约定工时"), "hours"),
}


class Figure(NamedTuple):
    """One figure as it was set. ``region`` is a prefix of division codes, "" the whole tree."""

    name: str
    region: str
    from_on: date
    value: int


def in_force(figures: Iterable[Figure], region: str, on: date) -> dict[str, int]:
    """The figures that count in ``region`` on the day ``on``, by name; what nobody has set is missing."""
    found: dict[str, Figure] = {}
    for figure in figures:
        if figure.from_on > on or not region.startswith(figure.region):
            continue
        known = found.get(figure.name)
        if known is None or (len(known.region), known.from_on) < (len(figure.region), figure.from_on):
            found[figure.name] = figure
    return {name: figure.value for name, figure in found.items()}


def part_of(base_fen: int, ppm: int) -> int:
    """So many millionths of a base, in fen, half a fen up."""
    return (2 * base_fen * ppm + MILLION) // (2 * MILLION)
