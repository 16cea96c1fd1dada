"""What was paid wrongly (误发): days that were paid for while no contract was alive, or after a death.

A paid line of a sheet covers days; those that lie in no term, or behind the day of death, were paid wrongly. Its money
is shared out evenly over its days, rounded half up to a fen. Days are Asia/Shanghai, amounts fen. What this says is a
hint: whether money is claimed back is decided by people.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from states.say import Sentence, say


@dataclass(frozen=True, slots=True)
class Paid:
    """One paid line: the days it covers, both with it, and what the person received."""

    from_on: date
    until_on: date
    fen: int

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
    found, fen = [], 0
    for line in lines:
        days = line.days
        wrong = [day for day in days if not _earned(day, terms, died_on)]
        found += wrong
        fen += (2 * line.fen * len(wrong) + len(days)) // (2 * len(days))
    if not found or not fen:
        return None
    return Overpaid(min(found).replace(day=1), max(found).replace(day=1), fen, _why(min(found), died_on, left))


def _earned(day: date, terms: Sequence[tuple[date, date]], died_on: date | None) -> bool:
    return (died_on is None or day <= died_on) and any(first <= day <= last for first, last in terms)


def _why(first: date, died_on: date | None, left: bool) -> Sentence:
    if died_on is not None and died_on < first:
        return say("本人于{day}死亡，此后仍发放了待遇", day=died_on)
    if left:
        return say("本人{day}起已离岗，此后仍发放了待遇", day=first)
    return say("{day}起没有有效的合同，此后仍发放了待遇", day=first)
