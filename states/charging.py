"""Charging a pay sheet to the money it is paid from (列支): shares that add up, and what a source has left.

Pure; amounts are whole fen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from states.meets import enforces
from states.procedure import Procedure
from states.say import Sentence, say

#: the gap by which a county says what follows when a source has less left than it is charged
GAP = "over_budget"
MOST_SOURCES = 10


@dataclass(frozen=True, slots=True)
class Judged:
    """What is said of shares: ``faults`` stop them, by the name of a source or ``sum``; ``warnings`` do not."""

    faults: Mapping[str, Sentence]
    warnings: Mapping[str, Sentence]


@enforces("NM-29")
def judge(procedure: Procedure, cost_fen: int, shares: Mapping[str, int], left: Mapping[str, int | None]) -> Judged:
    """``shares`` of a sheet's cost by source; ``left``: what each has before this sheet, None where nothing was set.

    More than a source has left is told of, and refused where the county has ruled so. Nothing at all bears no share.
    """
    faults: dict[str, Sentence] = {}
    warnings: dict[str, Sentence] = {}
    gap = procedure.gap_by_name.get(GAP)
    stops = gap is not None and gap.default == "stop"
    if not shares and not cost_fen:
        return Judged(faults, warnings)
    if not 1 <= len(shares) <= MOST_SOURCES or any(fen <= 0 for fen in shares.values()):
        faults["sum"] = say("请至少填写一个资金来源，金额大于0")
    elif sum(shares.values()) != cost_fen:
        rest = (cost_fen - sum(shares.values())) / 100
        faults["sum"] = say("各来源之和与本表应列支的合计相差{rest}元", rest=f"{rest:.2f}")
    for source, fen in shares.items():
        known = left.get(source)
        if source not in left:
            faults[source] = say("没有“{source}”这个资金来源，请先登记资金安排", source=source)
        elif known is None:
            warnings[source] = say("“{source}”还没有登记年度资金安排，不能核对余额", source=source)
        elif fen > known:
            short = f"{(fen - known) / 100:.2f}"
            (faults if stops else warnings)[source] = say("“{source}”余额不足，差{short}元", source=source, short=short)
    return Judged(faults, warnings)
