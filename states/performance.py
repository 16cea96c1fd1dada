"""Performance pay of a year (年度绩效): after the ruling, by months served or by Baihe's formula over all points.

Baihe's article 13 says: the pot (people at work × 500 yuan) ÷ the total of points (people at work) × one's own points.
It disagrees with article 11 (400 yuan) and leaves open how often, over what and how it is rounded. Each of these is a
parameter that the office rules on and sees before it approves (``PotRuling``); nothing is settled in silence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from states.attendance_marks import days_of
from states.meets import enforces
from states.pay import NotPaid, Part, share_of, yuan
from states.say import Fact, Sentence, say


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody's year (年度在岗): days paid by month (its first day), the ruling (None: not ruled) and the points.

    ``left``: they are on the post no more; whoever left is not assessed afterwards.
    """

    hire_id: int
    paid_days: Mapping[date, int]
    passed: bool | None
    points_tenths: int | None = None
    left: bool = False

    @property
    def whole_months_share(self) -> tuple[int, int]:
        """The months served as a fraction of whole numbers, a part of a month by its days."""
        top, bottom = 0, 1
        for month, days in self.paid_days.items():
            of = days_of(month)
            top, bottom = top * of + days * bottom, bottom * of
        return top, bottom


@dataclass(frozen=True, slots=True)
class PotRuling:
    """What the office rules on before Baihe's pot is shared out.

    ``person_fen``: 40000 (art. 11) or 50000 (art. 13). ``months``: 12 where that is a month's figure, 1 where a year's.
    ``count``: the pot by heads or by the months served. ``divisor``: everybody's points together, or 100 for each.
    """

    person_fen: int
    months: Literal[1, 12]
    count: Literal["heads", "months"]
    divisor: Literal["scores", "hundred"]


@dataclass(frozen=True, slots=True)
class Pot:
    """A pot as it is shared out: each one's part, and what is left over (below nought: what the pot lacks)."""

    fen: int
    parts: Mapping[int, Part]
    left_fen: int
    why: Sentence


#: the gap (留白) of what whoever left before the ruling is paid, and its two answers
LEAVERS = "leaver_performance"
NOTHING, BY_MONTHS = "nothing", "by_months"


@enforces("XY-40", "XY-41")
def by_months(member: Member, fen: int, name: str, leavers: str = NOTHING) -> Part | NotPaid:
    """So many fen for each month served, once the year is passed; a part of a month by its days.

    No document says what somebody gets whose year is not passed; our reading is nothing, and it is said. What whoever
    left before the ruling gets is a gap, and ``leavers`` the answer to it.
    """
    if member.passed is None and member.left:
        return of_leaver(member, fen, name, leavers)
    if member.passed is None:
        return NotPaid(say("年度考核还没有审定"), stops=True)
    if not member.passed:
        return NotPaid(say("年度考核不合格，不发绩效"))
    total, months = _of_months(member, fen)
    return Part("performance", total, say("{name}每月{fen}元，在岗{n}个月", name=name, fen=yuan(fen), n=months))


def of_leaver(member: Member, fen: int, name: str, leavers: str) -> Part | NotPaid:
    """What whoever left before the ruling is paid; the others do not wait for it.

    The wage is a month's (Xunyang 五(一), Baihe 11), its payment follows an assessment (五(一), 13) that they
    never had. Which of the two counts no document says.
    """
    total, months = _of_months(member, fen)
    if leavers == BY_MONTHS:
        why = say(
            "{name}每月{fen}元，在岗{n}个月；离岗时年度考核没有审定，按对留白的裁定以在岗月数计发",
            name=name, fen=yuan(fen), n=months,
        )  # fmt: skip
        return Part("performance", total, why)
    why = say(
        "离岗时年度考核没有审定，文件没有写是否发放；按留白的现行答案不发，县级裁定按在岗月数发的为{sum}元（{n}个月）",
        sum=yuan(total), n=months,
    )  # fmt: skip
    return NotPaid(why)


def _of_months(member: Member, fen: int) -> tuple[int, int]:
    """So many fen for each month served, and in how many months."""
    total = sum(share_of(fen, days, days_of(month)) for month, days in member.paid_days.items())
    return total, sum(1 for days in member.paid_days.values() if days)


@enforces("BH-29")
def share_pot(members: Sequence[Member], ruling: PotRuling) -> Pot:
    """Shares the pot out by points. With the points as divisor the parts add up to the pot to the fen.

    Who did not pass gets nothing and does not count. Raises ValueError where somebody has no points, or all have none.
    """
    counted = [member for member in members if member.passed]
    points = {member.hire_id: member.points_tenths for member in counted}
    if not counted or any(tenths is None for tenths in points.values()):
        raise ValueError("everybody who shares in the pot has points")
    scores = {hire: max(tenths or 0, 0) for hire, tenths in points.items()}
    fen = _pot_of(counted, ruling)
    over = sum(scores.values()) if ruling.divisor == "scores" else 1000 * len(counted)
    if over == 0:
        raise ValueError("nobody has points")
    exact = {hire: divmod(fen * score, over) for hire, score in scores.items()}
    if ruling.divisor == "scores":
        given = {hire: whole for hire, (whole, _) in exact.items()}
        # the fen that are left go to the largest remainders, of equal ones to the first hired
        for hire in sorted(exact, key=lambda one: (-exact[one][1], one))[: fen - sum(given.values())]:
            given[hire] += 1
    else:
        given = {hire: whole + (2 * rest >= over) for hire, (whole, rest) in exact.items()}
    parts = {hire: Part("performance", given[hire], _why(fen, over, scores[hire])) for hire in given}
    left = fen - sum(given.values())
    return Pot(fen, parts, left, _of_pot(len(counted), ruling, fen, left))


def _pot_of(counted: Sequence[Member], ruling: PotRuling) -> int:
    year = ruling.person_fen * ruling.months
    if ruling.count == "heads":
        return len(counted) * year
    total = 0
    for member in counted:
        top, bottom = member.whole_months_share
        total += (2 * year * top + 12 * bottom) // (2 * 12 * bottom)
    return total


def _why(fen: int, over: int, score: int) -> Sentence:
    return say("{pot}元÷总分{over}分×本人{score}分", pot=yuan(fen), over=f"{over / 10:g}", score=f"{score / 10:g}")


def _of_pot(people: int, ruling: PotRuling, fen: int, left: int) -> Sentence:
    facts: dict[str, Fact] = {"people": people, "each": yuan(ruling.person_fen * ruling.months), "pot": yuan(fen)}
    if left > 0:
        return say("{people}人，每人每年{each}元，总额{pot}元；按此算法余{left}元", **facts, left=yuan(left))
    if left < 0:
        return say("{people}人，每人每年{each}元，总额{pot}元；按此算法超出{over}元", **facts, over=yuan(-left))
    return say("{people}人，每人每年{each}元，总额{pot}元，全部分完", **facts)
