"""What was claimed back of a month (已追回): what the person has handed back of it, and what is still asked for.

A claim may cover several months and says one sum, so what came back by it is laid out over them: first to what was paid
too much of each as it is reckoned now, the earliest first; what is left goes to the months of which nothing is too much
(they were, when the claim was made, and were set right since), and then to the rest. Laid out anew after a difference
was paid it comes to the same: what was paid again is then too much by just what came back. Whole fen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Reckoned:
    """A month of a claim, in fen: what was paid of it, and what it comes to now; None: nobody can say.

    Of a month that nobody can reckon all counts as too much, so that money handed back is never paid out on a guess.
    """

    given_fen: int
    anew_fen: int | None

    @property
    def excess_fen(self) -> int:
        return self.given_fen if self.anew_fen is None else max(self.given_fen - self.anew_fen, 0)


@dataclass(frozen=True, slots=True)
class Back:
    """Of one month: ``repaid_fen`` came back, ``open_fen`` is claimed and has not; ``number``: of the last claim.

    ``unsure_fen``: came back too, and may be of this month or of what nobody can reckon; it is not in ``repaid_fen``.
    """

    repaid_fen: int = 0
    open_fen: int = 0
    number: int = 0
    unsure_fen: int = 0

    def __add__(self, other: Back) -> Back:
        number = max(self.number, other.number)
        unsure = self.unsure_fen + other.unsure_fen
        return Back(self.repaid_fen + other.repaid_fen, self.open_fen + other.open_fen, number, unsure)


def back_of(
    number: int, repaid_fen: int, open_fen: int, month: date, months: Mapping[date, Reckoned], beside_fen: int = 0
) -> Back:
    """What of a claim falls on ``month``, one of its ``months``.

    ``beside_fen``: other pay in these months that the claim may be about (a year's performance); it takes what came
    back before the months do, for nobody wrote down which of the two was meant.
    """
    repaid = _laid_out(repaid_fen - beside_fen, months)[month]
    both = _laid_out(repaid_fen + open_fen - beside_fen, months)[month]
    sure = {one: found for one, found in months.items() if found.anew_fen is not None or one == month}
    return Back(repaid, both - repaid, number, max(_laid_out(repaid_fen, sure)[month] - repaid, 0))


def _laid_out(fen: int, months: Mapping[date, Reckoned]) -> dict[date, int]:
    left, found = max(fen, 0), dict.fromkeys(months, 0)
    for name in sorted(months):
        found[name] = min(months[name].excess_fen, left)
        left -= found[name]
    for name in sorted(months, key=lambda one: (months[one].excess_fen > 0, one)):
        more = min(months[name].given_fen - found[name], left)
        found[name] += more
        left -= more
    return found
