"""How long money lasts, and who bears which share of it (资金可用月数、分担). Whole fen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from states.meets import enforces
from states.pay import share_of, yuan
from states.procedure import Procedure
from states.say import Fact, Sentence, say
from states.standard import base_fen, performance_fen


@dataclass(frozen=True, slots=True)
class Lasting:
    """For how many months a sum pays, in tenths, half a tenth up; ``enough``: for those that were asked."""

    budget_fen: int
    monthly_fen: int
    tenths: int
    enough: bool

    @property
    def months(self) -> str:
        """With one decimal, as it is shown: "5.1"."""
        return f"{self.tenths // 10}.{self.tenths % 10}"


@enforces("XY-44")
def lasting(budget_fen: int, monthly_fen: int, months: int = 12) -> Lasting | None:
    """How long ``budget_fen`` pays ``monthly_fen`` a month, held against ``months``; None where nothing is paid."""
    if monthly_fen <= 0:
        return None
    tenths = (20 * budget_fen + monthly_fen) // (2 * monthly_fen)
    return Lasting(budget_fen, monthly_fen, tenths, budget_fen >= months * monthly_fen)


@dataclass(frozen=True, slots=True)
class Places:
    """So many places and what they cost in a month, in fen, performance pay with it, the employer's insurance without.

    ``unpriced``: those of them whose pay neither the document nor the post says; they are not in the cost.
    """

    number: int = 0
    monthly_fen: int = 0
    unpriced: int = 0

    def __add__(self, other: Places) -> Places:
        return Places(self.number + other.number, self.monthly_fen + other.monthly_fen, self.unpriced + other.unpriced)


def places_of(procedure: Procedure, kind: str, number: int, standard_fen: int) -> Places:
    """``number`` places of a kind, by the pay of the document; ``standard_fen`` where it leaves that to the place."""
    fen = base_fen(procedure, kind, standard_fen)
    return Places(number, number * (fen + performance_fen(procedure, kind)), 0 if fen > 0 else number)


def document_places(procedure: Procedure) -> Places | None:
    """All the places for which a document is meant, where it says both how many there are and what each is paid."""
    found = Places()
    for quota in procedure.quotas:
        number = (quota.places or 0) * (1 if quota.rule == "cap" else quota.areas or 0)
        if quota.rule not in ("cap", "per_area") or not number or len(quota.kinds) != 1:
            return None
        found += places_of(procedure, quota.kinds[0], number, 0)
    return found if found.number and not found.unpriced else None


class Said(NamedTuple):
    """One thing about the money. ``wrong``: somebody has to do something about it."""

    say: Sentence
    wrong: bool


@dataclass(frozen=True, slots=True)
class Funds:
    """What money there is for the posts of an area, and what it has to pay (资金测算). Amounts in fen.

    ``fen`` None: nobody has said. ``spent_fen``: what was paid of it, and the performance pay that is owed for the
    months that were paid. ``places``: in service, being filled and to be announced; ``whole``: all of the document,
    where that is more. ``months``: for how many months it should last; ``ahead_fen``: what of these was paid already.
    ``region``: the area within which all this is.
    """

    fen: int | None = None
    spent_fen: int = 0
    places: Places = Places()
    whole: Places | None = None
    months: int = 12
    ahead_fen: int = 0
    region: str = ""

    @property
    def left_fen(self) -> int:
        return max((self.fen or 0) - self.spent_fen, 0)

    @property
    def lasts(self) -> Lasting | None:
        """For the places that there are; None where nothing is known or nothing is paid."""
        return self._for(self.places)

    @property
    def whole_lasts(self) -> Lasting | None:
        """For all the places of the document; None where those are no more than there are."""
        if self.whole is None or self.whole.monthly_fen <= self.places.monthly_fen:
            return None
        return self._for(self.whole)

    def _for(self, places: Places) -> Lasting | None:
        found = None if self.fen is None else lasting(self.left_fen, places.monthly_fen)
        return None if found is None else replace(found, enough=not self._short(places))

    def _short(self, places: Places) -> int:
        return max(places.monthly_fen * self.months - (self.fen or 0) + self.spent_fen - self.ahead_fen, 0)

    @property
    def short_fen(self) -> int:
        """What is lacking for the months that it should last."""
        return max(self._short(self.places), self._short(self.whole) if self.whole else 0)

    @property
    def enough(self) -> bool:
        """Whether the money is known, the cost is known, and the one lasts for the other."""
        return self.fen is not None and not self.places.unpriced and not self.short_fen

    def told(self) -> Iterator[Said]:
        """What an officer should know before money is given or people are hired."""
        if self.fen is None:
            yield Said(say("可用资金没有登记，不能测算能发几个月。请先在“标准和资金”里登记"), True)
        if self.places.unpriced:
            yield Said(say("{n}个名额没有登记月报酬，没有算在内。请先在岗位上登记", n=self.places.unpriced), True)
        if self.fen is not None and self.spent_fen:
            sums = {"fen": yuan(self.fen), "spent": yuan(self.spent_fen), "left": yuan(self.left_fen)}
            yield Said(say("资金{fen}元，已发和应留的绩效工资{spent}元，余{left}元", **sums), False)
        if self.lasts:
            yield Said(_for_present(self, self.lasts), not self.lasts.enough)
        if self.whole_lasts and self.whole:
            yield Said(_for_whole(self, self.whole, self.whole_lasts), not self.whole_lasts.enough)


def _for_present(funds: Funds, one: Lasting) -> Sentence:
    sums: dict[str, Fact] = {"left": yuan(funds.left_fen), "cost": yuan(one.monthly_fen), "months": one.months}
    facts = {"n": funds.places.number, **sums}
    if one.enough:
        return say("资金{left}元，在岗和招聘中的{n}个名额每月需{cost}元，可发{months}个月", **facts)
    return say("资金{left}元，在岗和招聘中的{n}个名额每月需{cost}元，只够发{months}个月，请先落实资金", **facts)


def _for_whole(funds: Funds, whole: Places, one: Lasting) -> Sentence:
    sums: dict[str, Fact] = {"left": yuan(funds.left_fen), "cost": yuan(one.monthly_fen), "months": one.months}
    facts = {"n": whole.number, **sums}
    if one.enough:
        return say("文件规定的{n}个名额全部上岗，每月需{cost}元，资金{left}元可发{months}个月", **facts)
    return say("文件规定的{n}个名额全部上岗，每月需{cost}元，资金{left}元只够发{months}个月，请先落实资金", **facts)


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
