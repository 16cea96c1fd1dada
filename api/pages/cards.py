"""Answers of rules as clause cards (条款卡): the rule in plain words, its article, the facts, and what would help.

Every code of a document is told in words; a card shows the same on a button, in a refusal and on paper.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from api.pages import words
from api.pages.names import RULINGS
from api.pages.render import Page
from api.pages.rules import RULES
from states.guards import Answer
from states.labels import role_name
from states.procedure import Procedure
from states.say import Sentence, say
from states.vocabulary import Effect

#: how two people seem related (回避)
RELATIONS: dict[str, Sentence] = {
    "self": say("本人"),
    "relative": say("已申报的亲属"),
    "flag": say("同姓且联系方式或银行账号相同"),
    "cleared": say("上级已核实并解除回避"),
    "none": say("没有已申报的亲属关系"),
}
_ORDER = {"stop": 0, "warn": 1, "open": 2, "pass": 3}


@dataclass(frozen=True, slots=True)
class Card:
    """One answer. ``kind``: stop, warn, open (nothing to compare with) or pass; ``waiver``: who may set it aside."""

    kind: str
    mark: str
    say: str
    rule: str
    article: str
    remedy: str
    waiver: str
    overridden: str
    inputs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Telling:
    """In whose words cards are told: the page, the document, and the names of places by code."""

    page: Page
    procedure: Procedure
    places: Mapping[str, str] = field(default_factory=dict)

    def card(self, answer: Answer) -> Card:
        """An answer as a card."""
        page, verdict = self.page, answer.verdict
        clause = words.clause_of(page, answer)
        return Card(
            clause.kind,
            clause.mark,
            clause.say,
            page.tell(RULES[answer.guard]) if answer.guard in RULES else "",
            clause.article,
            clause.remedy,
            self._waiver(answer) if answer.stops else "",
            clause.overridden,
            tuple((words.fact_name(page, name), self.value(name, value)) for name, value in verdict.inputs.items()),
        )

    def cards(self, answers: Iterable[Answer]) -> list[Card]:
        """The answers, those that stop the step first."""
        return sorted((self.card(answer) for answer in answers), key=lambda card: _ORDER[card.kind])

    def value(self, name: str, value: Any) -> str:
        """A fact in words."""
        named = _NAMED.get(name)
        if named is not None and isinstance(value, str) and value:
            found = named(self, value)
            if found is not None:
                return found
        return words.fact_value(self.page, name, value)

    def _waiver(self, answer: Answer) -> str:
        if answer.effect is not Effect.PRINCIPLE or not answer.override_by:
            return ""
        roles = words.roles_in_words(self.page, self.procedure, answer.override_by)
        return self.page.tell(say("这是原则性规定。{roles}可以说明理由，作例外办理，并留下记录。", roles=roles))

    # -- codes whose words depend on what they are the code of

    def place(self, code: str) -> str | None:
        """A place by its code."""
        return self.places.get(code)

    def kind(self, code: str) -> str | None:
        """A kind of post; other kinds are words already."""
        return next((self.page.named(kind) for kind in self.procedure.kinds if kind.kind == code), None)

    def ground(self, code: str) -> str | None:
        """A ground of dismissal."""
        found = self.procedure.ground_by_name.get(code)
        return self.page.named(found) if found else None

    def filing(self, code: str) -> str | None:
        """A report that is owed."""
        return words.filing_name(self.page, self.procedure, code)

    def role(self, code: str) -> str | None:
        """A role as the document calls it."""
        return role_name(self.procedure, code, self.page.language)

    def ruled(self, code: str) -> str | None:
        """What was ruled where the document is silent."""
        return self.page.tell(RULINGS[code]) if code in RULINGS else None

    def relation(self, code: str) -> str | None:
        """How an officer seems related to the person."""
        return self.page.tell(RELATIONS[code]) if code in RELATIONS else None


_NAMED: dict[str, Callable[[Telling, str], str | None]] = {
    "region": Telling.place,
    "home": Telling.place,
    "kind": Telling.kind,
    "ground": Telling.ground,
    "filing": Telling.filing,
    "approver": Telling.role,
    "reading": Telling.ruled,
    "relation": Telling.relation,
    "monthly": Telling.ruled,
    "scope": Telling.kind,
}
