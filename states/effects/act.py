"""A step being carried out (办理中的一步): what effects may look at, and where they put their rows.

Days in rows are ISO text, because rows travel as JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from states.calendar import Calendar
from states.facts import Actor, Dossier, Hire, Person
from states.plan import Row
from states.procedure import Procedure
from states.steps import Step
from states.vocabulary import Role

if TYPE_CHECKING:  # corrections run the effects of earlier acts again
    from states.correcting import Moves

#: of rows that were corrected only the last one is spoken of
IN_FORCE: Row = {"corrected_by": None}


@dataclass(slots=True)
class Act:
    """A step being carried out: what effects may look at, and where they put their rows."""

    hire: Hire
    procedure: Procedure
    step: Step
    input: Mapping[str, Any]
    on: date
    calendar: Calendar
    actor: Actor
    role: Role
    seq: int
    #: of a correction: everything that moves with it
    moves: Moves | None = None
    rows: list[tuple[str, Row]] = field(default_factory=list)
    updates: list[tuple[str, Row, Row]] = field(default_factory=list)
    #: columns of this act's own rows that later acts may set again, by table and what tells the rows apart
    born: list[tuple[str, Row, Row]] = field(default_factory=list)

    @property
    def dossier(self) -> Dossier:
        return self.hire.dossier

    @property
    def person(self) -> Person:
        if self.hire.person is None:
            raise ValueError("the hire has no person yet")
        return self.hire.person

    def record(self, table: str, **values: Any) -> None:
        self.rows.append((table, {"hire_id": self.hire.id, "seq": self.seq, **values}))

    def update(self, table: str, keys: Row, values: Row) -> None:
        self.updates.append((table, {"hire_id": self.hire.id, **keys}, values))


def iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
