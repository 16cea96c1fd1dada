"""What is still owed of a month that was paid (补差): the month reckoned anew less what was paid, part by part.

Owed is never less than nothing: what was paid beyond the month reckoned anew is claimed back, and people decide on that
(``states.overpaid``, the ledger of recoveries).

What the person has in hand is what was paid less what they have handed back of it (``states.paid_back``); the line pays
what is lacking to the month reckoned anew, as a part of its own where it was handed back. Money that is claimed and was
not handed back is in their hand: it is not paid again, and the claim ought to be reduced as far as it is owed by now,
which is said and which two people decide. Of what is too much only what no claim asks for is to be claimed.

Whole fen; days are Asia/Shanghai.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from states.paid_back import Back
from states.pay import INSURANCES, Line, NotPaid, Part, yuan
from states.procedure import Procedure
from states.say import Sentence, say

_EMPLOYER = "_employer"
#: the part of a line that gives back what was handed back of a month that is owed after all
REPAID = "repaid"
_NOTHING = Back()


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


def difference_fen(anew: Line | NotPaid, given: Sequence[Given], back: Back = _NOTHING) -> int | None:
    """By how much the person's month exceeds what they have of it (below nought: falls short of it), in fen.

    They have what is ``given``, less what they handed ``back``. None where the month cannot be reckoned, because
    something about it waits to be mended.
    """
    now = month_fen(anew)
    return None if now is None else now - sum(one.net_fen for one in given) + back.repaid_fen


def month_fen(anew: Line | NotPaid) -> int | None:
    """What a month comes to; None where it cannot be reckoned."""
    if isinstance(anew, NotPaid):
        return None if anew.stops else 0
    return anew.net_fen


def top_up(procedure: Procedure, anew: Line | NotPaid, given: Sequence[Given], back: Back = _NOTHING) -> Line | NotPaid:
    """The line by which the rest of a month is paid; or why there is none. ``given``: at least one line, all paid.

    ``back``: what was claimed back of the month.

    Where the days that are new lie apart from those that were paid, the line covers them alone; else the whole month
    as it is reckoned now.
    """
    sheet, fen = given[-1].sheet, difference_fen(anew, given, back)
    if fen is None:
        why = say("已由第{sheet}号发放表发放；在岗日子有变动而考勤没有跟上，不能重新计算，请办理考勤更正", sheet=sheet)
        return NotPaid(why, sheet=sheet)
    if fen <= 0 and back.unsure_fen:
        return NotPaid(_unsure(sheet, back), sheet=sheet)
    if fen < 0:
        return NotPaid(_too_much(sheet, -fen, back), sheet=sheet)
    if not fen or isinstance(anew, NotPaid):
        if back.open_fen:
            return NotPaid(_to_reduce(sheet, back.open_fen, back), sheet=sheet)
        return NotPaid(say("已由第{sheet}号发放表发放", sheet=sheet), sheet=sheet)
    first, last = _span(anew, given)
    parts = (*_parts(procedure, anew.parts, given), *_given_back(given, back))
    employer = tuple(part for part in _parts(procedure, anew.employer, given, _EMPLOYER) if part.fen > 0)
    told = [_to_reduce(sheet, back.open_fen, back)] if back.open_fen else []
    told += [_unsure(sheet, back)] if back.unsure_fen else []
    return Line(first, last, _more_days(anew, given), parts, employer, (*anew.warnings, *told))


def _too_much(sheet: int, fen: int, back: Back) -> Sentence:
    """What is said of ``fen`` that a person has and that are not theirs: claimed already, or to be claimed."""
    if fen > back.open_fen:
        return say(
            "已由第{sheet}号发放表发放；按现在的考勤和合同重新计算，多发{fen}元，请在追回台账登记",
            sheet=sheet, fen=yuan(fen - back.open_fen),
        )  # fmt: skip
    if fen < back.open_fen:
        return _to_reduce(sheet, back.open_fen - fen, back)
    return say(
        "已由第{sheet}号发放表发放；多发的{fen}元已登记第{number}号追回", sheet=sheet, fen=yuan(fen), number=back.number
    )


def _to_reduce(sheet: int, fen: int, back: Back) -> Sentence:
    return say(
        "已由第{sheet}号发放表发放；按现在的考勤和合同重新计算，第{number}号追回尚未退回的钱中有{fen}元不应追回，请核减",
        sheet=sheet, number=back.number, fen=yuan(fen),
    )  # fmt: skip


def _unsure(sheet: int, back: Back) -> Sentence:
    return say(
        "已由第{sheet}号发放表发放；第{number}号追回还包括不能核算的月份或者年度绩效，退回的钱中有{fen}元可能属于本月，"
        "没有计入，请核对",
        sheet=sheet, number=back.number, fen=yuan(back.unsure_fen),
    )  # fmt: skip


def _given_back(given: Sequence[Given], back: Back) -> Iterator[Part]:
    """What was handed back of the month, less what earlier lines gave back of it."""
    fen = back.repaid_fen - sum(one.parts.get(REPAID, 0) for one in given)
    if fen:
        why = say(
            "本月已退回{fen}元（第{number}号追回），按现在应发重新计发", fen=yuan(back.repaid_fen), number=back.number
        )
        yield Part(REPAID, fen, why)


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
    gone = {
        item: 0 for one in given for item in one.parts if item.endswith(_EMPLOYER) is bool(ending) and item != REPAID
    }
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
