"""A decided step before it is written (方案): everything that one transaction has to keep, as plain rows."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from states.facts import Dossier, Hire
from states.guards import Answer
from states.steps import Stage

Row = dict[str, Any]

#: the mark of an enforcing timer; advising marks are days before or after the last day
ENFORCE_MARK = 9999


@dataclass(frozen=True, slots=True)
class TimerFact:
    """A due timer as the sweep reads it (到期计时). ``legal_on`` is the last day of the deadline it belongs to."""

    hire_id: int
    name: str
    kind: str
    mark: int
    seq: int
    visit: int
    legal_on: date


@dataclass(slots=True)
class Plan:
    """The outcome of ``decide``: the hire after the step and the rows that record it.

    ``rows``: new rows by table. ``updates``: (table, key columns, new values). Values are JSON-plain; days and
    moments are ISO text.
    """

    before: Hire
    act: str
    at: datetime
    on: date
    stage: Stage
    visit: int
    dossier: Dossier
    answers: tuple[Answer, ...]
    seq: int
    head: str
    person_id: int | None
    submitted_by: str
    serving: bool
    place_delta: int
    hire: Row
    rows: dict[str, list[Row]] = field(default_factory=dict)
    updates: list[tuple[str, Row, Row]] = field(default_factory=list)
    cancel_clocks: tuple[str, ...] = ()
    drop_tasks: tuple[Row, ...] = ()
    fired: tuple[tuple[TimerFact, str], ...] = ()

    def add(self, table: str, **values: Any) -> None:
        self.rows.setdefault(table, []).append(values)

    @property
    def moved(self) -> bool:
        return self.stage.stage != self.before.stage

    def after(self) -> Hire:
        """The hire as it will be read once the plan is written."""
        return replace(
            self.before,
            version=self.before.version + 1,
            visit=self.visit,
            procedure=self.hire["procedure"],
            stage=self.stage.stage,
            state=self.stage.state,
            submitted_by=self.submitted_by,
            audit_seq=self.seq,
            audit_head=self.head,
            dossier=self.dossier,
            stored=self.hire["dossier"],
        )
