"""What is planned for a year (年度计划): the number from the document or its annex, and where it has to be counted."""

from __future__ import annotations

from dataclasses import dataclass

from states.posts import Quota
from states.procedure import Procedure


@dataclass(frozen=True, slots=True)
class YearTarget:
    """``places`` planned for a kind of post in a year; posts count towards it in ``region`` and all below it."""

    places: int
    region: str
    article: str


def target_of(procedure: Procedure, kind: str, region: str, year: int) -> YearTarget | None:
    """The target that a post of ``kind`` in ``region`` counts towards; None where the document plans none.

    The place's own share in an annex goes before the number for the whole area of the document.
    """
    lines = [line for line in procedure.quotas if line.rule == "target" and (not line.kinds or kind in line.kinds)]
    for line in lines:
        for share in line.allocations:
            if share.year == year and region.startswith(share.region) and kind in share.places:
                return YearTarget(share.places[kind], share.region, line.cite)
    whole = next((line for line in lines if _is_whole_year(line, kind, year)), None)
    if whole is None or whole.places is None:
        return None
    return YearTarget(whole.places, procedure.document.region, whole.cite)


def _is_whole_year(line: Quota, kind: str, year: int) -> bool:
    return line.year == year and not line.allocations and line.kinds in ((), (kind,))
