"""How long money lasts, and who bears which share of it (资金可用月数、分担). Whole fen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from states.meets import enforces
from states.pay import yuan
from states.say import Sentence, say


@dataclass(frozen=True, slots=True)
class Lasting:
    """For how many months a sum pays all posts, in tenths, half a tenth up; ``enough``: for those that were asked."""

    budget_fen: int
    monthly_fen: int
    tenths: int
    enough: bool

    @property
    def why(self) -> Sentence:
        facts = {"budget": yuan(self.budget_fen), "monthly": yuan(self.monthly_fen), "months": f"{self.tenths / 10:g}"}
        if self.enough:
            return say("资金{budget}元，每月需{monthly}元，可发{months}个月", **facts)
        return say("资金{budget}元，每月需{monthly}元，只够发{months}个月，请先落实资金", **facts)


@enforces("XY-44")
def lasting(budget_fen: int, monthly_fen: int, months: int = 12) -> Lasting | None:
    """How long ``budget_fen`` pays ``monthly_fen`` a month, held against ``months``; None where nothing is paid."""
    if monthly_fen <= 0:
        return None
    tenths = (20 * budget_fen + monthly_fen) // (2 * monthly_fen)
    return Lasting(budget_fen, monthly_fen, tenths, budget_fen >= months * monthly_fen)


@enforces("LC-34")
def shared(cost_fen: int, first_fen: int, shares: Mapping[str, int]) -> dict[str, int]:
    """What is left of a cost after ``first_fen`` (the province's grant), by ``shares`` in hundredths.

    Half a fen goes up; the last bears what is left, so that the parts add up. Raises ValueError unless the shares are
    a hundred together.
    """
    if sum(shares.values()) != 100:
        raise ValueError(f"shares of a hundred: {dict(shares)}")
    rest = max(cost_fen - first_fen, 0)
    names = list(shares)
    found = {name: (2 * rest * shares[name] + 100) // 200 for name in names[:-1]}
    found[names[-1]] = rest - sum(found.values())
    return found
