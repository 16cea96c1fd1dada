"""What guards share: reading the input of a step, and answers that many of them give."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import TypeVar

from states.guards import Ask, AskOpening, Params, Verdict, passed, refused
from states.inputs import INPUTS
from states.reckoning import Unreckonable
from states.say import say

Asked = TypeVar("Asked", Ask, AskOpening)
Rule = TypeVar("Rule", bound=Params)


def awaits(ask: Ask, field: str) -> bool:
    """Whether the form of this step brings ``field`` and nobody has filled it in yet.

    Then a page only asks what is possible, and the guard answers by what is known instead of missing what will come.
    """
    return not ask.input and field in INPUTS[ask.step.records].model_fields


def day_given(ask: Ask, field: str) -> date | None:
    """A day of the input, None when it is absent."""
    value = ask.input.get(field)
    return value if isinstance(value, date) else None


def text_given(ask: Ask, field: str) -> str | None:
    """Words of the input, None when they are absent or blank."""
    value = ask.input.get(field)
    return value.strip() or None if isinstance(value, str) else None


def number_given(ask: Ask, field: str) -> int | None:
    """A whole number of the input, None when it is absent."""
    value = ask.input.get(field)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def iso(day: date | None) -> str | None:
    """A day as the inputs of a verdict show it."""
    return None if day is None else day.isoformat()


def yuan(fen: int) -> str:
    """Fen as yuan: "1400" or "1400.50"."""
    whole, rest = divmod(fen, 100)
    return f"{whole}.{rest:02}" if rest else str(whole)


def nobody(ask: Ask) -> Verdict:
    """The answer about a person where there is none yet. The step itself may be the one that brings them."""
    if awaits(ask, "person_id"):
        return passed(say("选定报名人后核对"))
    return refused(say("尚无报名人"), say("先受理报名"))


def reckonable(function: Callable[[Asked, Rule], Verdict]) -> Callable[[Asked, Rule], Verdict]:
    """A guard whose dates lie beyond reason (a slip in a record) refuses with the reason instead of raising."""

    @wraps(function)
    def answered(ask: Asked, rule: Rule) -> Verdict:
        try:
            return function(ask, rule)
        except Unreckonable as fault:
            return refused(fault.sentence, say("核对并更正所登记的日期"))

    return answered
