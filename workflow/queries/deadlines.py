"""The running periods of a hire (期限), the nearest first, each with its article and, if asked, its proof."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from states.calendar import Calendar
from states.clocks import FILING, OBJECTION, objection_length, owners_of, reckon
from states.facts import Clock, Hire
from states.house import CITE
from states.labels import OBJECTION_CLOCK
from states.model import Text
from states.procedure import Procedure, article_of
from states.reckoning import Reckoning
from states.steps import FilingLine, Length
from states.vocabulary import DeadlineKind, Role


@dataclass(frozen=True, slots=True)
class DeadlineLine:
    """A running period: until when, whose it is, and what happens at its end.

    ``days_left`` counts calendar days to the last day, negative when it is past. ``length`` and ``base_on`` are
    what the proof is reckoned from; for a filing ``base_on`` is the day of the step that made it due.
    """

    name: str
    label: Text
    article: str
    kind: DeadlineKind
    base_on: date | None
    due_on: date
    provisional: bool
    days_left: int
    owner: tuple[Role, ...]
    then: tuple[str, ...]
    called: bool
    blocked: bool
    length: Length

    def proof(self, procedure: Procedure, calendar: Calendar) -> Reckoning | None:
        """How the last day was reckoned; None where the base is itself the last day."""
        return None if self.base_on is None else reckon(procedure, self.length, self.base_on, calendar)


def deadlines(
    hire: Hire, procedure: Procedure, on: date, filed_from: Mapping[int, date] | None = None
) -> tuple[DeadlineLine, ...]:
    """The periods that run for ``hire`` on the day ``on``, the nearest last day first.

    ``filed_from``: the days of the entries that made filings due, by number.
    """
    lines = [_line(hire, procedure, name, clock, on, filed_from or {}) for name, clock in hire.dossier.clocks.items()]
    return tuple(sorted(lines, key=lambda line: (line.due_on, line.name)))


def _line(
    hire: Hire, procedure: Procedure, name: str, clock: Clock, on: date, filed_from: Mapping[int, date]
) -> DeadlineLine:
    if name.startswith(FILING):
        _, filing, seq = name.split(":")
        owed = filing_line(procedure, filing)
        label, cite, length = Text(zh=owed.zh, en=owed.en), owed.cite, owed.within
        kind, base_on = DeadlineKind.ADVISE, filed_from.get(int(seq))
        then: tuple[str, ...] = ()
    elif name.startswith(OBJECTION):
        label, cite, length = OBJECTION_CLOCK, CITE.format("异议"), objection_length(procedure)
        kind, then, base_on = DeadlineKind.ADVISE, (), clock.base_on
    else:
        line = procedure.deadline_by_name[name]
        label, cite, length = Text(zh=line.zh, en=line.en), line.cite, line.length
        kind, then, base_on = line.kind, line.then, clock.base_on
    return DeadlineLine(
        name=name,
        label=label,
        article=article_of(procedure, cite),
        kind=kind,
        base_on=base_on,
        due_on=clock.due_on,
        provisional=clock.provisional,
        days_left=(clock.due_on - on).days,
        owner=owners_of(procedure, name, hire.dossier.filings),
        then=then,
        called=clock.called,
        blocked=clock.blocked,
        length=length,
    )


def filing_line(procedure: Procedure, filing: str) -> FilingLine:
    """The line of a report by its name. Raises KeyError."""
    for step in procedure.steps:
        for line in step.files:
            if line.filing == filing:
                return line
    raise KeyError(filing)
