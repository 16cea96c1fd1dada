"""What is still owed of a month that was paid (补差): the month reckoned anew less what was paid, part by part.

Owed is never less than nothing: what was paid beyond the month reckoned anew is claimed back, and people decide on that
(``states.overpaid``, the ledger of recoveries). Whole fen; days are Asia/Shanghai.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from states.pay import INSURANCES, Line, NotPaid, Part, yuan
from states.procedure import Procedure
from states.say import say

_EMPLOYER = "_employer"


@dataclass(frozen=True, slots=True)
class Given:
    """A line of the month that stands already. ``parts``: fen by part, below nought what was taken off."""

    sheet: int
    from_on: date
    until_on: date
    days: int
    parts: Mapping[str, int]

    @property
    def net_fen(self) -> int:
        """What the person received."""
        return sum(fen for item, fen in self.parts.items() if not item.endswith(_EMPLOYER))


def difference_fen(anew: Line | NotPaid, given: Sequence[Given]) -> int | None:
    """By how much the person's month exceeds what is given (below nought: falls short of it), in fen.

    None where the month cannot be reckoned, because something about it waits to be mended.
    """
    if isinstance(anew, NotPaid):
        return None if anew.stops else -sum(one.net_fen for one in given)
    return anew.net_fen - sum(one.net_fen for one in given)


def top_up(procedure: Procedure, anew: Line | NotPaid, given: Sequence[Given]) -> Line | NotPaid:
    """The line by which the rest of a month is paid; or why there is none. ``given``: at least one line, all paid.

    Where the days that are new lie apart from those that were paid, the line covers them alone; else the whole month
    as it is reckoned now.
    """
    sheet, fen = given[-1].sheet, difference_fen(anew, given)
    if fen is None:
        why = say("已由第{sheet}号发放表发放；在岗日子有变动而考勤没有跟上，不能重新计算，请办理考勤更正", sheet=sheet)
        return NotPaid(why, sheet=sheet)
    if fen < 0:
        why = say(
            "已由第{sheet}号发放表发放；按现在的考勤和合同重新计算，多发{fen}元，请在追回台账登记",
            sheet=sheet, fen=yuan(-fen),
        )  # fmt: skip
        return NotPaid(why, sheet=sheet)
    if not fen or isinstance(anew, NotPaid):
        return NotPaid(say("已由第{sheet}号发放表发放", sheet=sheet), sheet=sheet)
    first, last = _span(anew, given)
    parts = tuple(_parts(procedure, anew.parts, given))
    employer = tuple(part for part in _parts(procedure, anew.employer, given, _EMPLOYER) if part.fen > 0)
    return Line(first, last, _more_days(anew, given), parts, employer, anew.warnings)


def _more_days(anew: Line, given: Sequence[Given]) -> int:
    return max(anew.days - sum(one.days for one in given), 0)


def _span(anew: Line, given: Sequence[Given]) -> tuple[date, date]:
    days = [anew.from_on + timedelta(n) for n in range((anew.until_on - anew.from_on).days + 1)]
    fresh = [day for day in days if not any(one.from_on <= day <= one.until_on for one in given)]
    alone = fresh and 0 < _more_days(anew, given) <= len(fresh)
    return (fresh[0], fresh[-1]) if alone else (anew.from_on, anew.until_on)


def _parts(procedure: Procedure, anew: Sequence[Part], given: Sequence[Given], ending: str = "") -> Iterator[Part]:
    """The parts by which the two differ: what is reckoned now in its order, then what is gone."""
    now = {part.item: part.fen for part in anew}
    gone = {item: 0 for one in given for item in one.parts if item.endswith(_EMPLOYER) is bool(ending)}
    for item, fen in {**now, **{item: 0 for item in gone if item not in now}}.items():
        before = sum(one.parts.get(item, 0) for one in given)
        if fen != before:
            why = say(
                "{name}重新计算为{now}元，已发放{before}元",
                name=_name(procedure, item), now=yuan(fen), before=yuan(before),
            )  # fmt: skip
            yield Part(item, fen - before, why)


def _name(procedure: Procedure, item: str) -> str:
    insurance = INSURANCES.get(item.rpartition("_")[0])
    return insurance.pattern if insurance else next((one.zh for one in procedure.pay if one.item == item), item)
