"""The certificate at the end (解除、终止劳动合同证明): by when, of what kind of end, and how long somebody was there.

Labour Contract Law 50: the certificate is given at the end, and file and social insurance move on within 15 days.
Implementing Regulation 24: it names the term, the day of the end, the post and the years with the employer.
"""

from __future__ import annotations

from datetime import date, timedelta

from states.employment import Ground
from states.late_contract import is_labour_contract
from states.periods import add_months, notice_days
from states.procedure import Procedure
from states.say import Sentence, say

DAYS = 15


def handed_over_by(ended_on: date) -> date:
    """The last day for moving file and insurance (…十五日内), the day of leaving not counted (Civil Code 201).

    Civil Code 203 would let a rest day at the end give way; whoever acts by this day is in time either way.
    """
    return notice_days(ended_on, DAYS).on


def kind_of_end(procedure: Procedure, ground: str | None) -> str:
    """终止 where the law or the term ends it, 解除 where one side does."""
    line = procedure.ground_by_name.get(ground or "")
    return "终止" if line is None or line.by == "law" or line.only_at_term_end else "解除"


def law(procedure: Procedure) -> Sentence:
    """What the certificate rests on: the law itself for a labour contract, its example for an agreement (参照)."""
    return say("《劳动合同法》第五十条") if is_labour_contract(procedure) else say("参照《劳动合同法》第五十条")


def at_term_end(procedure: Procedure) -> Ground | None:
    """The ground on which a term that is not renewed ends by itself."""
    names = (step.params.get("ground") for step in procedure.steps)
    return next((procedure.ground_by_name[str(name)] for name in names if name), None)


def time_served(first: date, last: date) -> str:
    """How long somebody was with the employer, both days counted: 2年3个月; under a month in days."""
    end = last + timedelta(1)
    months = (end.year - first.year) * 12 + end.month - first.month
    if add_months(first, months) > end:
        months -= 1
    if months < 1:
        return f"{(end - first).days}日"
    years, rest = divmod(months, 12)
    return (f"{years}年" if years else "") + (f"{rest}个月" if rest else "")
