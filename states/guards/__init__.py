"""Guards (条件): general, named rules that answer in a sentence.

A guard is asked about a day and never asks the clock. It answers with a ``Verdict``: passed or not, one sentence to
the person, the inputs it used, and, when refused, what would make it pass. Its number and its article come from the
line of the procedure, so the same guard serves five working days in one document and seven in another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from pydantic import ConfigDict

from states.budget import Funds
from states.calendar import Calendar
from states.facts import Actor, Hire, Opening, Post, _nothing
from states.model import GapRef, Model
from states.procedure import Procedure
from states.say import Sentence
from states.steps import GuardLine, Step
from states.vocabulary import Effect

Shown = str | int | bool | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one rule says. ``inputs`` are the facts it used, ``remedy`` what would make it pass."""

    passed: bool
    say: Sentence
    inputs: Mapping[str, Shown] = field(default_factory=_nothing)
    remedy: Sentence | None = None
    #: nothing was there to compare with: it does not stand in the way, and is not shown as met
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """A verdict with the line that asked: what people, the API and the audit trail are shown."""

    guard: str
    effect: Effect
    article: str
    verdict: Verdict
    #: reason of the named officer who set a rule "in principle" aside
    overridden: str | None = None
    override_by: tuple[str, ...] = ()

    @property
    def stops(self) -> bool:
        return not self.verdict.passed and self.effect is not Effect.WARN and self.overridden is None


@dataclass(frozen=True, slots=True)
class Ask:
    """The question: may this step be taken for this hire, on this day, by this actor, with this input?"""

    hire: Hire
    procedure: Procedure
    step: Step
    on: date
    calendar: Calendar
    actor: Actor
    #: the validated input of the step (``states.inputs``); empty when a page only asks what is possible
    input: Mapping[str, Any] = field(default_factory=_nothing)

    def settle(self, value: Any) -> Any:
        return self.procedure.settle(value)


@dataclass(frozen=True, slots=True)
class AskOpening:
    """The question before an announcement: may this opening be announced (招聘公告)?

    ``in_use`` counts the places of the same quota that are open or filled, in the scope of the quota (all of the
    document's area, one township, one village); ``counted`` is the number that bands are asked about; ``funds`` the
    money for these posts and what all places in use and the new ones cost; ``rates`` the figures that a place has set.
    """

    procedure: Procedure
    post: Post
    opening: Opening
    on: date
    calendar: Calendar
    in_use: int = 0
    counted: int | None = None
    funds: Funds = field(default_factory=Funds)
    rates: Mapping[str, int] = field(default_factory=_nothing)
    year_target: int | None = None

    def settle(self, value: Any) -> Any:
        return self.procedure.settle(value)


class Params(Model):
    """Parameters of a guard: checked when the procedure is loaded."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class NoParams(Params):
    """A guard without parameters."""


IntOrGap = int | GapRef
BoolOrGap = bool | GapRef
StrOrGap = str | GapRef


@dataclass(frozen=True, slots=True)
class Registered:
    """A guard by name: its parameters, its function, and whether it is asked of hires or of openings."""

    name: str
    params: type[Params]
    function: Callable[..., Verdict]
    of_opening: bool
    meets: tuple[str, ...]


REGISTRY: dict[str, Registered] = {}


def _register(
    name: str, params: type[Params], of_opening: bool, meets: tuple[str, ...], function: Callable[..., Verdict]
) -> Callable[..., Verdict]:
    if name in REGISTRY:
        raise ValueError(f"two guards are called {name}")
    REGISTRY[name] = Registered(name, params, function, of_opening, meets)
    return function


def guard(name: str, params: type[Params] = NoParams, *, meets: tuple[str, ...] = ()) -> Callable[..., Any]:
    """Registers ``function(ask: Ask, rule: params) -> Verdict`` under ``name``."""
    return partial(_register, name, params, False, meets)


def opening_guard(name: str, params: type[Params] = NoParams, *, meets: tuple[str, ...] = ()) -> Callable[..., Any]:
    """Registers ``function(ask: AskOpening, rule: params) -> Verdict`` under ``name``."""
    return partial(_register, name, params, True, meets)


@dataclass(frozen=True, slots=True)
class BoundGuard:
    """A guard line with its parameters parsed and its function found: what the engine asks."""

    line: GuardLine
    rule: Params
    function: Callable[..., Verdict]
    article: str

    def applies_to(self, kind: str) -> bool:
        return not self.line.kinds or kind in self.line.kinds


def bind(procedure: Procedure, line: GuardLine) -> BoundGuard:
    """The guard of a line, ready to be asked.

    Raises KeyError for an unknown guard and pydantic.ValidationError for parameters that it does not take.
    """
    from states.procedure import article_of

    load_all()
    registered = REGISTRY[line.use]
    return BoundGuard(line, registered.params(**line.params), registered.function, article_of(procedure, line.cite))


def load_all() -> None:
    """Imports every guard module, so that the registry is complete."""
    from states.guards import ages, conduct, contract, eligibility, ending, extension, opening, quotas, ruling, term
    from states.guards import notice as notice_guards
    from states.guards import old_terms as old_guards

    modules = (ages, conduct, contract, eligibility, ending, extension, opening, quotas, ruling, term, notice_guards)
    assert old_guards
    assert all(modules)


def passed(sentence: Sentence, **inputs: Shown) -> Verdict:
    return Verdict(True, sentence, inputs)


def refused(sentence: Sentence, remedy: Sentence | None = None, **inputs: Shown) -> Verdict:
    return Verdict(False, sentence, inputs, remedy)


def unknown(sentence: Sentence, **inputs: Shown) -> Verdict:
    """Nothing to compare with: passed, and shown as neither met nor refused."""
    return Verdict(True, sentence, inputs, None, True)
