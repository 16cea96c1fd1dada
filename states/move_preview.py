"""What a move would come to (换版试算): days, refusals, pay and the last lawful day, before and after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from states.facts import SYSTEM, Clock, Dossier, Hire
from states.guards import Answer, Ask
from states.machine import Rules
from states.move_entries import Moved
from states.moving import obstacles
from states.plan import Plan
from states.say import Sentence
from states.standard import base_fen, standard_of
from states.steps import Stage
from states.versions import Versions
from states.vocabulary import Role
from states.writing import Setting


@dataclass(frozen=True, slots=True)
class DayChange:
    """A deadline before and after; None: it does not run there."""

    name: str
    before: date | None
    after: date | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What a move would come to (试算). ``refusals``: steps of the new stage with what would stand against them.

    ``lawful``: the last lawful day; without a limit of months the last day of the term. Pay in fen a month.
    """

    hire: Hire
    to: str
    stage: Stage | None
    obstacles: tuple[Sentence, ...]
    deadlines: tuple[DayChange, ...] = ()
    refusals: tuple[tuple[str, Answer], ...] = ()
    pay_fen: tuple[int, int] = (0, 0)
    lawful: tuple[date | None, date | None] = (None, None)
    after: Dossier = field(default_factory=Dossier)

    @property
    def possible(self) -> bool:
        return not self.obstacles


def preview(
    hire: Hire, at: datetime, versions: Versions, setting: Setting, filed_on: Mapping[int, date] | None = None
) -> Preview:
    """What moving ``hire`` at ``at`` would change. Nothing is decided."""
    against = obstacles(hire, versions)
    stage, to = versions.counterpart(hire.stage), versions.new.procedure.key
    if against or stage is None:
        return Preview(hire, to, stage, against)
    plan = Moved(hire, at, versions, setting, SYSTEM, Role.SYSTEM, filed_on or {}).plan()
    return told(plan, versions, setting)


def told(plan: Plan, versions: Versions, setting: Setting) -> Preview:
    """A plan of a move, as it is shown beforehand."""
    hire, after = plan.before, plan.after()
    old, new = versions.old.procedure, versions.new.procedure
    return Preview(
        hire,
        new.key,
        plan.stage,
        (),
        tuple(_days(hire.dossier.clocks, plan.dossier.clocks)),
        tuple(_stopped(hire, after, plan.on, versions, setting)),
        (
            base_fen(old, hire.kind, standard_of(hire.dossier, hire.post.monthly_fen)),
            base_fen(new, hire.kind, standard_of(plan.dossier, hire.post.monthly_fen)),
        ),
        (_lawful(hire.dossier), _lawful(plan.dossier)),
        plan.dossier,
    )


def _lawful(dossier: Dossier) -> date | None:
    return dossier.last_lawful_on or dossier.term_ends_on


def _days(before: Mapping[str, Clock], after: Mapping[str, Clock]) -> Iterator[DayChange]:
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        yield DayChange(name, None if old is None else old.due_on, None if new is None else new.due_on)


def _stopped(hire: Hire, after: Hire, on: date, versions: Versions, setting: Setting) -> Iterator[tuple[str, Answer]]:
    """Steps of the new stage that a guard would stop today, where the same guard does not stop them already."""
    known = {(act, answer.guard) for act, answer in _asked(hire, on, versions.old, setting)}
    for act, answer in _asked(after, on, versions.new, setting):
        if (act, answer.guard) not in known:
            yield act, answer


def _asked(hire: Hire, on: date, rules: Rules, setting: Setting) -> Iterator[tuple[str, Answer]]:
    for step in rules.procedure.steps_from[hire.stage]:
        ask = Ask(hire, rules.procedure, step, on, setting.calendar, SYSTEM)
        for bound in rules.guards_of(step, hire.kind):
            answer = Answer(bound.line.use, bound.line.effect, bound.article, bound.function(ask, bound.rule))
            if answer.stops:
                yield step.act, answer
