"""How long money lasts, and who bears which share of it (资金可用月数、分担). Whole fen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from states.meets import enforces
from states.pay import share_of, yuan
from states.procedure import Procedure
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


@dataclass(frozen=True, slots=True)
class Cost:
    """What somebody of a kind costs in a month: wages and the employer's insurance, for so many of its days."""

    kind: str
    fen: int
    days: int
    of_days: int


@dataclass(frozen=True, slots=True)
class Split:
    """Who bears what of a month (分担). ``grant_fen`` None: nobody has said what the province gives; no ``parts``."""

    people: int
    cost_fen: int
    grant_fen: int | None
    parts: Mapping[str, int]
    article: str


@enforces("LC-34")
def split(procedure: Procedure, costs: Iterable[Cost], grant_month_fen: int | None) -> Split | None:
    """Shares out what the province leaves of the kinds that the document shares out; None where it shares out nothing.

    Liaocheng 三(二): rural posts alone, and what remains after the province's grant; urban ones are paid as before. The
    grant is a month's for each, ``grant_month_fen``. For a part of a month it is reckoned like the pay (our reading),
    and it never exceeds the cost.
    """
    line = next((line for line in procedure.funding if line.share), None)
    if line is None or line.share is None:
        return None
    mine = [cost for cost in costs if not line.kinds or cost.kind in line.kinds]
    whole = sum(cost.fen for cost in mine)
    if not mine:
        return None
    if grant_month_fen is None:
        return Split(len(mine), whole, None, {}, line.cite)
    grant = sum(min(cost.fen, share_of(grant_month_fen, cost.days, cost.of_days)) for cost in mine)
    return Split(len(mine), whole, grant, shared(whole, grant, line.share), line.cite)
