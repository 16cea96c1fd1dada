"""The round of renewals (续签一轮): what stands beside each term that ends, and whether it may go on.

The law is asked as the decision itself asks it, of whoever the document lets decide, so a list and a button never
differ. What no document asks at a renewal (age and category are looked at when somebody is chosen) is a caution and no
more. Pure; days are Asia/Shanghai.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from states.age import age_on
from states.assessment import Grade
from states.clocks import local_day
from states.coming_term import renewed_until
from states.decide import Setting, offers
from states.facts import Actor, Grant, Hire
from states.guards import Answer
from states.leaving import retires
from states.machine import Rules
from states.meets import enforces
from states.present_term import END, LEAVING, RENEW, SIGNED, decided
from states.procedure import Procedure
from states.say import Sentence, say
from states.steps import Step
from states.vocabulary import RecordKind, State


class Outcome(StrEnum):
    """What became of a term (续签结果), or what was decided of it so far."""

    OPEN = "open"
    TO_RENEW = "to_renew"
    SIGNED = "signed"
    TO_END = "to_end"
    LEAVING = "leaving"
    OVER = "over"
    RENEWED = "renewed"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Look:
    """What stands beside one term. ``next_ends_on``: the last day of a renewed term; ``answers``: of every rule.

    ``used``/``left``: months and days of the document's limit; None where it has none. ``answers`` is empty where the
    hire is no longer where anything is decided.
    """

    outcome: Outcome
    year: int | None
    grade: Grade | None
    used: tuple[int, int] | None
    left: tuple[int, int] | None
    limit_months: int | None
    last_lawful_on: date | None
    excepted: bool
    protected_until: date | None
    next_ends_on: date | None
    answers: tuple[Answer, ...]
    cautions: tuple[Sentence, ...]

    @property
    def passes(self) -> bool:
        """Whether the decision to renew would be taken today."""
        return bool(self.answers) and not any(answer.stops for answer in self.answers)

    @property
    def refusals(self) -> tuple[Answer, ...]:
        return tuple(answer for answer in self.answers if answer.stops)


def outcome_of(hire: Hire, pay_stopped: bool) -> Outcome:
    """What was decided of the present term, or what became of it."""
    if hire.state is State.DISMISSED:
        return Outcome.ENDED
    dossier = hire.dossier
    found = _DECIDED.get(decided(dossier.leaving_on, dossier.renewal, dossier.renewal_signed_on) or "")
    return found or (Outcome.OVER if pay_stopped else Outcome.OPEN)


_DECIDED = {LEAVING: Outcome.LEAVING, END: Outcome.TO_END, SIGNED: Outcome.SIGNED, RENEW: Outcome.TO_RENEW}


@enforces("XY-39", "BH-36", "NM-27")
def look(hire: Hire, at: datetime, rules: Rules, setting: Setting) -> Look:
    """What stands beside the present term, and whether it could be renewed at the moment ``at`` (aware)."""
    procedure, dossier, today = rules.procedure, hire.dossier, local_day(at)
    outcome = outcome_of(hire, procedure.stage_by_name[hire.stage].pay_stopped)
    present = hire.state is not State.DISMISSED
    answers = _answers(hire, at, rules, setting) if present else ()
    months: dict[str, Any] = dict(next((a.verdict.inputs for a in answers if a.guard == "months_left"), {}))
    ends_on = next_end(procedure, hire, today) if present else None
    last = months.get("last_lawful_on")
    return Look(
        outcome,
        dossier.ruled_year,
        procedure.assessment.grade(dossier.ruled_grade or ""),
        (months["used_months"], months["used_days"]) if "used_months" in months else None,
        (months["left_months"], months["left_days"]) if "left_months" in months else None,
        procedure.service.months,
        date.fromisoformat(last) if isinstance(last, str) else None,
        bool(months.get("excepted")),
        dossier.protected_until if (dossier.protected_until or date.min) >= today else None,
        ends_on,
        answers,
        tuple(cautions(procedure, hire, ends_on)) if present else (),
    )


def renewal_step(procedure: Procedure, stage: str) -> Step | None:
    """The step by which a renewal is decided in a stage."""
    steps = procedure.steps_from.get(stage, ())
    decisions = (step for step in steps if step.records is RecordKind.RENEWAL_DECISION)
    return next((step for step in decisions if step.params.get("outcome") == "renew"), None)


def _answers(hire: Hire, at: datetime, rules: Rules, setting: Setting) -> tuple[Answer, ...]:
    """What every rule says of the decision, asked for whoever the document lets decide."""
    step = renewal_step(rules.procedure, hire.stage)
    if step is None:
        return ()
    asker = Actor(None, "", "", (Grant(step.by[0], hire.region),))
    return next((offer.answers for offer in offers(hire, asker, at, rules, setting) if offer.step is step), ())


def next_end(procedure: Procedure, hire: Hire, today: date) -> date | None:
    """The last day of the term that a renewal would begin: the document's months, cut at the last lawful day."""
    ends_on = hire.dossier.term_ends_on
    if ends_on is None or hire.person is None:
        return None
    starts_on = max(ends_on + timedelta(1), today)
    found, _ = renewed_until(procedure, hire, starts_on)
    return found if found >= starts_on else None


# ---- what is no condition of a renewal ---------------------------------------------------------------------------


def cautions(procedure: Procedure, hire: Hire, next_ends_on: date | None) -> Iterator[Sentence]:
    """What whoever decides ought to know of the person, though the document does not ask it again."""
    person, ends_on = hire.person, hire.dossier.term_ends_on
    if person is None or ends_on is None:
        return
    if person.died_on is not None:
        yield say("登记显示本人已于{day}死亡", day=person.died_on)
    retires_on = hire.dossier.retires_on
    ends_work = retires(procedure, hire.kind)  # elsewhere people may serve beyond it
    if ends_work and retires_on is not None and next_ends_on is not None and retires_on <= next_ends_on:
        yield say("本人于{day}达到法定退休年龄，早于续签后的期满日", day=retires_on)
    oldest, age = _oldest(procedure, hire.kind), age_on(person.born, ends_on + timedelta(1))
    if oldest is not None and age > oldest:
        yield say("续签时年满{age}周岁，超过选聘年龄上限{oldest}周岁", age=age, oldest=oldest)
    wanted = _categories(procedure, hire.kind)
    if wanted and not wanted & set(person.categories):
        yield say("登记的人员类别里没有文件要求的类别，请核对是否仍符合条件")


def _lines(procedure: Procedure, kind: str) -> Iterator[dict[str, Any]]:
    """What the rules of a document are given, of every rule that is asked of this kind of post."""
    for step in procedure.steps:
        for line in procedure.guards_of(step):
            if not line.kinds or kind in line.kinds:
                yield line.params


def _oldest(procedure: Procedure, kind: str) -> int | None:
    ages = [params["at_most"] for params in _lines(procedure, kind) if isinstance(params.get("at_most"), int)]
    return max(ages, default=None)


def _categories(procedure: Procedure, kind: str) -> set[str]:
    found: set[str] = set()
    for params in _lines(procedure, kind):
        for part in (params, *params.get("groups", ())):
            found |= set(part.get("categories", ()))
    return found
