"""A contract signed late (逾期签订书面劳动合同): for how many days double pay is due, and until when.

Labour Contract Law 82 and 14; Implementing Regulation 6, 7 and 12. The month begins on the first day at work and is
full on the day before the corresponding day; double pay is due from the day after that until the day before signing, or
until the day before a whole year is full. Whether it is late at all goes by the limit as the guard ``signed_in_time``
counts it, whose last day rolls over rest days: whoever signs by then owes nothing.

Only for labour contracts: an agreement about services or part-time work is under no such rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from states.calendar import Calendar
from states.meets import enforces
from states.periods import add_months, month_limit
from states.procedure import Procedure
from states.say import Fact, Sentence, say
from states.vocabulary import RecordKind

#: what a step calls the instrument under which the Labour Contract Law applies
LABOUR_CONTRACT = "labour_contract"
_DAY = timedelta(1)


@dataclass(frozen=True, slots=True)
class LateContract:
    """Double pay is due for ``days`` days, from ``from_on`` to ``until_on``, both with them.

    ``due_on``: the last day on which signing was in time. ``running``: not signed yet, so that every day adds one.
    ``year_full``: a whole year went by, after which the law takes an open-ended contract as concluded.
    """

    due_on: date
    from_on: date
    until_on: date
    running: bool
    year_full: bool

    @property
    def days(self) -> int:
        return (self.until_on - self.from_on).days + 1

    def sentence(self) -> Sentence:
        """What it means, for whoever has to answer for it."""
        facts: dict[str, Fact] = {"due": self.due_on, "first": self.from_on, "last": self.until_on, "days": self.days}
        if self.year_full:
            return say(
                "应在{due}以前签订劳动合同，满一年仍未签订：{first}至{last}共{days}日应支付二倍工资；满一年后依《劳动合同法》"
                "第十四条视为已订立无固定期限劳动合同（同时给予岗位补贴和社会保险补贴的公益性岗位不适用，《实施条例》第十二条）",
                **facts,
            )
        if self.running:
            return say(
                "应在{due}以前签订劳动合同，至今未签：自{first}起应支付二倍工资，到{last}已{days}日。"
                "请立即签订（《劳动合同法》第八十二条）",
                **facts,
            )
        return say(
            "应在{due}以前签订劳动合同，签订已超期：{first}至{last}共{days}日应支付二倍工资（《劳动合同法》第八十二条）",
            **facts,
        )


def is_labour_contract(procedure: Procedure) -> bool:
    """Whether what is signed under a document is a labour contract (劳动合同) and not an agreement of another kind."""
    return any(
        step.records is RecordKind.CONTRACT and step.params.get("instrument") == LABOUR_CONTRACT
        for step in procedure.steps
    )


@enforces("XY-35", "BH-18")
def late_contract(started_on: date, signed_on: date | None, today: date, calendar: Calendar) -> LateContract | None:
    """What a late signing costs; None where it was in time, or still can be.

    ``started_on``: the first day at work (用工之日). ``signed_on`` None: not signed by ``today``. Raises Unreckonable.
    """
    due_on = month_limit(started_on, 1, calendar).on
    if (signed_on or today) <= due_on:
        return None
    last_of_year = add_months(started_on, 12) - _DAY
    until_on = signed_on - _DAY if signed_on else today
    year_full = until_on > last_of_year
    return LateContract(due_on, add_months(started_on, 1), min(until_on, last_of_year), signed_on is None, year_full)
