"""Why something was refused, in the words of a reader (理由): every reason of a refusal, each with its article."""

from __future__ import annotations

from collections.abc import Callable

from states.guards import Answer
from states.refusals import InputRefused, Refusal, StaleHire, StepRefused
from states.say import Sentence, say

CHANGED = say("在您打开名单之后已有变动，没有办理；请看过现在的情况再办")
Tell = Callable[[Sentence], str]


def reasons_of(refusal: Refusal, tell: Tell) -> list[str]:
    """The reasons one by one. ``tell``: a sentence in the reader's language."""
    if isinstance(refusal, StepRefused):
        return [with_article(answer, tell) for answer in refusal.answers if answer.stops]
    if isinstance(refusal, StaleHire):
        return [tell(CHANGED)]
    if isinstance(refusal, InputRefused):
        return [tell(sentence) for sentence in refusal.faults.values()]
    return [tell(refusal.sentence)]


def with_article(answer: Answer, tell: Tell) -> str:
    """What a guard says, with the article behind it."""
    return tell(say("{reason}（{article}）", reason=tell(answer.verdict.say), article=answer.article))
