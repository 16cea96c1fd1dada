"""Why a step is not taken (不予办理): one class per thing that can go wrong. A refusal is a normal event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from states.guards import Answer
from states.say import Sentence, say


class Refusal(Exception):
    """The step was not taken and nothing has changed. ``sentence`` says why and what to do."""

    def __init__(self, sentence: Sentence, **facts: Any) -> None:
        super().__init__(sentence.text())
        self.sentence = sentence
        self.facts: Mapping[str, Any] = facts


class StepNotOffered(Refusal):
    """The table does not list the step from where the hire stands, or not for this role."""


class StepRefused(Refusal):
    """A guard stands against it. ``answers`` holds what every guard of the step said."""

    def __init__(self, answers: tuple[Answer, ...]) -> None:
        stopping = [answer for answer in answers if answer.stops]
        super().__init__(stopping[0].verdict.say if stopping else say("不予办理"))
        self.answers = answers

    @property
    def articles(self) -> list[str]:
        """The articles of the guards that stopped the step, in order."""
        return [answer.article for answer in self.answers if answer.stops]


class InputRefused(Refusal):
    """What was filled in cannot be read. ``faults`` names each field and what is wrong with it."""

    def __init__(self, faults: Mapping[str, Sentence]) -> None:
        super().__init__(say("填报内容有误：{fields}", fields="、".join(faults)))
        self.faults = faults


class StaleHire(Refusal):
    """The hire has changed since it was read."""

    def __init__(self, hire_id: int, current: int | None = None) -> None:
        super().__init__(say("这份聘用在您打开之后已有变动，请刷新后再办"), hire_id=hire_id, current=current)


class NoSuchHire(Refusal):
    """There is no such hire, or not for this actor."""

    def __init__(self, hire_id: int) -> None:
        super().__init__(say("没有这份聘用，或您无权查看"), hire_id=hire_id)
