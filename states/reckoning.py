"""What a calculation of dates answers (推算): the day, whether it is certain, its article and its proof."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from states.say import Sentence, say


class Unreckonable(ValueError):
    """What was asked cannot be reckoned. ``sentence`` says why, in words for people."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence.text())
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class ProofLine:
    """One line of a proof: the day ``on``, its ``number`` in the count (None: it has none), and why."""

    on: date
    number: int | None
    counted: bool
    why: Sentence


def no_proof() -> tuple[ProofLine, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Reckoning:
    """A legal date and where it comes from. Days are days in Asia/Shanghai.

    ``on``             the day that was reckoned
    ``provisional``    暂定: some day that was counted lies in a year whose holiday notice is not loaded
    ``missing_years``  the years whose notices would settle it
    ``article``        the article that sets the rule
    ``reading``        the rule in one sentence, with our reading where the text leaves a choice

    Two reckonings are equal when all of these are; the way to the proof does not count.
    """

    on: date
    provisional: bool
    missing_years: tuple[int, ...]
    article: str
    reading: Sentence
    prove: Callable[[], tuple[ProofLine, ...]] = field(default=no_proof, repr=False, compare=False)

    @property
    def proof(self) -> tuple[ProofLine, ...]:
        """Each day counted or skipped, and why. Worked out anew at each call: only people who ask pay for it."""
        return self.prove()

    @property
    def caution(self) -> Sentence | None:
        """The sentence to show beside a provisional day; None when the day is certain."""
        if not self.provisional:
            return None
        years = "、".join(str(year) for year in self.missing_years)
        return say("暂定：{years}年放假安排的通知尚未载入，载入后须重新推算", years=years)
