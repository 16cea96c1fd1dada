"""What every kind of undoing has in common (撤销的共用部分): a line looked at, and what came of taking it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Connection, Row, update

from states.facts import Actor
from states.refusals import Refusal
from states.say import Sentence
from workflow.office import Office
from workflow.sealing import Seal
from workflow.tables import metadata

_line = metadata.tables["import_line"]
Line = Row[Any]


class BuiltOn(Refusal):
    """Somebody has built on what the import brought; the sentence names what."""

    def __init__(self, words: Sentence) -> None:
        super().__init__(words)


@dataclass(frozen=True, slots=True)
class Undoing:
    """Who takes what back: the run, the actor and moment, the reason, and the number of the undoing."""

    office: Office
    seal: Seal
    run: Row[Any]
    actor: Actor
    at: datetime
    reason: str
    number: int = 0

    @property
    def batch(self) -> str:
        """How the entries of this undoing are told in the trail."""
        return f"undo-{self.number}"

    def key(self, line: Line) -> str:
        """The idempotency key of the step that takes a line back."""
        return f"{self.batch}:{line.number}"

    def mark(self, connection: Connection, *numbers: int) -> None:
        """Says of lines that this undoing took them back, in the transaction that does."""
        mine = (_line.c.run_id == self.run.id, _line.c.number.in_(numbers), _line.c.undo_id.is_(None))
        connection.execute(update(_line).where(*mine).values(undo_id=self.number))


class Kind(Protocol):
    """How a kind of import is taken back."""

    def may(self, office: Office, run: Row[Any], actor: Actor) -> bool:
        """Whether the actor may ask for it, confirm it, and carry it out."""

    def look(self, connection: Connection, undoing: Undoing, lines: Sequence[Line]) -> Mapping[int, Refusal | None]:
        """Of each line, by its number, why it can no longer be taken back; None where it can. Nothing is written."""

    def take_back(self, undoing: Undoing, lines: Sequence[Line]) -> Mapping[int, Refusal | None]:
        """Takes lines back that were looked at; by number what stood against it, None where it was done."""
