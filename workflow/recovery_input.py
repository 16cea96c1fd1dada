"""What people enter about money that is claimed back (追回填报): read strictly, every fault beside its field."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from states.facts import Hire
from states.months import month_of
from states.pay import yuan
from states.refusals import InputRefused
from states.say import Sentence, say
from workflow import plain_words
from workflow.authority import NotPossible

#: ten million yuan: more is a slip of the pen
MOST_FEN = 1_000_000_000
LONGEST = {"cause": 500, "article": 100, "opinion": 500, "voucher": 200, "reason": 500}


@dataclass(frozen=True, slots=True)
class Claim:
    """What is claimed back: months as ``YYYY-MM``, both with it, and a sum in fen, with its cause and legal basis."""

    from_month: str
    until_month: str
    fen: int
    cause: str
    article: str


def read_claim(claim: Claim, hire: Hire, today: date) -> dict[str, Any]:
    """A claim as its row has it. Raises InputRefused with every fault, NotPossible for who was never on post."""
    faults: dict[str, Sentence] = {}
    if hire.person is None or hire.dossier.first_started_on is None:
        raise NotPossible(say("此人没有上过岗，没有可以追回的待遇"))
    row: dict[str, Any] = {name: read_words(name, getattr(claim, name), faults) for name in ("cause", "article")}
    months = {name: _month(name, getattr(claim, name), faults) for name in ("from_month", "until_month")}
    first, last = months["from_month"], months["until_month"]
    if first is not None and first < hire.dossier.first_started_on.replace(day=1):
        faults["from_month"] = say("{month}时还没有上岗，请核对月份", month=first.isoformat()[:7])
    if last is not None and (last > today or (first is not None and last < first)):
        faults["until_month"] = say("止月不能早于起月，也不能晚于本月")
    if not 0 < claim.fen <= MOST_FEN:
        faults["fen"] = say("请填写大于零的金额，例如1400或1400.50")
    if faults:
        raise InputRefused(faults)
    return {**row, **months, "fen": claim.fen}


def read_repayment(fen: int, on_day: date | None, voucher: str, owed: int, first: date, today: date) -> dict[str, Any]:
    """Money that came back as its row has it; ``owed`` in fen, ``first``: the first month. Raises InputRefused."""
    faults: dict[str, Sentence] = {}
    words = read_words("voucher", voucher, faults)
    if fen <= 0:
        faults["fen"] = say("请填写大于零的金额，例如1400或1400.50")
    elif fen > owed:
        faults["fen"] = say("超过了尚欠的{owed}元，请核对金额", owed=yuan(owed))
    if on_day is None or not first <= on_day <= today:
        faults["on_day"] = say("请填写钱款退回的日期，不能晚于今天，也不能早于误发的月份")
    if faults:
        raise InputRefused(faults)
    return {"fen": fen, "on_day": on_day, "voucher": words}


def read_reduction(fen: int, reason: str, owed: int) -> str:
    """The reason for taking ``fen`` off a claim of which ``owed`` fen are open. Raises InputRefused."""
    faults: dict[str, Sentence] = {}
    words = read_words("reason", reason, faults)
    if not 0 < fen <= owed:
        faults["cut"] = say("核减应大于零，不超过尚欠的{owed}元；全部撤回的填尚欠的数", owed=yuan(owed))
    if faults:
        raise InputRefused(faults)
    return words


def read_words(name: str, text: str, faults: dict[str, Sentence]) -> str:
    """The words of a field; what is wrong with them goes to ``faults``."""
    return plain_words.read(name, text, LONGEST[name], faults)


def _month(name: str, text: str, faults: dict[str, Sentence]) -> date | None:
    found = month_of(text)
    if found is None:
        faults[name] = say("请填写年月，例如2026-03")
    return found
