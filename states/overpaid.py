"""What was paid wrongly (误发): days that were paid for while no contract was alive, or after a death.

A paid line of a sheet covers days; those that lie in no term, or behind the day of death, were paid wrongly. Its money
is shared out evenly over its days, rounded half up to a fen. Days are Asia/Shanghai, amounts fen. What this says is a
hint: whether money is claimed back is decided by people.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from states.say import Sentence, say
from states.service import cut_back


@dataclass(frozen=True, slots=True)
class Paid:
    """One paid line: the days it covers, both with it, what the person received, and for how many days."""

    from_on: date
    until_on: date
    fen: int
    paid_days: int | None = None

    @property
    def days(self) -> list[date]:
        return [self.from_on + timedelta(n) for n in range((self.until_on - self.from_on).days + 1)]


@dataclass(frozen=True, slots=True)
class Overpaid:
    """The first and last month with days that were paid wrongly, the money that they come to, and why."""

    from_month: date
    until_month: date
    fen: int
    why: Sentence


def overpaid(
    lines: Iterable[Paid], terms: Sequence[tuple[date, date]], died_on: date | None, *, left: bool
) -> Overpaid | None:
    """What of ``lines`` was paid wrongly; None where nothing was.

    ``terms``: first and last days of the person's terms under this hire; ``left``: the hire has come to its end.
    """
    found, fen, terms = [], 0, cut_back(terms)
    for line in lines:
        earned = [day for day in line.days if _earned(day, terms, died_on)]
        days = _without_gap(line, earned)
        wrong = [day for day in days if day not in earned]
        found += wrong
        fen += (2 * line.fen * len(wrong) + len(days)) // (2 * len(days))
    if not found or not fen:
        return None
    return Overpaid(min(found).replace(day=1), max(found).replace(day=1), fen, _why(min(found), died_on, left))


Span = tuple[date, date]


@dataclass(frozen=True, slots=True)
class Claimable:
    """What was paid for the months that are asked about, and how much of it may still be claimed back, in fen."""

    paid_fen: int
    left_fen: int


def claimable(paid: Mapping[date, int], claims: Iterable[tuple[Span, int]], asked: Span) -> Claimable:
    """How far a further claim may go. ``paid``: by month; ``claims``: their first and last month, and their sums.

    Of a claim over several months nobody knows which of them it takes: a further one fits where, over every span of
    months around it, no more is claimed than was paid.
    """
    known = list(claims)
    begins = {asked[0]} | {span[0] for span, _ in known if span[0] < asked[0]}
    ends = {asked[1]} | {span[1] for span, _ in known if span[1] > asked[1]}
    left = min(
        _sum(paid, first, last) - sum(fen for span, fen in known if first <= span[0] and span[1] <= last)
        for first in begins
        for last in ends
    )
    return Claimable(_sum(paid, *asked), max(left, 0))


def _sum(paid: Mapping[date, int], first: date, last: date) -> int:
    return sum(fen for month, fen in paid.items() if first <= month <= last)


def days_paid(line: Paid, terms: Sequence[tuple[date, date]]) -> list[date]:
    """The days of a line but for those between two terms that it left out. ``terms``: as they were when it was paid."""
    return _without_gap(line, [day for day in line.days if _earned(day, cut_back(terms), None)])


def _without_gap(line: Paid, earned: Sequence[date]) -> list[date]:
    left_out = _left_out(line, earned)
    return [day for day in line.days if day not in left_out]


def _left_out(line: Paid, earned: Sequence[date]) -> frozenset[date]:
    """The days between two terms of one month, where the line did not pay them either."""
    if line.paid_days is None or not earned:
        return frozenset()
    gap = {day for day in line.days if earned[0] < day < earned[-1]} - set(earned)
    return frozenset(gap if line.paid_days <= len(line.days) - len(gap) else ())


def _earned(day: date, terms: Sequence[tuple[date, date]], died_on: date | None) -> bool:
    return (died_on is None or day <= died_on) and any(first <= day <= last for first, last in terms)


def _why(first: date, died_on: date | None, left: bool) -> Sentence:
    if died_on is not None and died_on < first:
        return say("本人于{day}死亡，此后仍发放了待遇", day=died_on)
    if left:
        return say("本人{day}起已离岗，此后仍发放了待遇", day=first)
    return say("{day}起没有有效的合同，此后仍发放了待遇", day=first)
