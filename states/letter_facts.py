"""What a letter tells beside its step and day (通知的内容): the days of a decision to renew or to end.

They stand in the letter itself, so that a correction of one of them finds whoever was told it (``correcting``).
"""

from __future__ import annotations

from datetime import date
from typing import Any

from states.facts import Dossier
from states.vocabulary import RecordKind

#: of each kind of decision, what the person is told of the dossier as the decision left it
TOLD: dict[RecordKind, tuple[str, ...]] = {
    RecordKind.RENEWAL_DECISION: ("term_ends_on",),
    RecordKind.LEAVING_TAKEN_BACK: ("leaving_ground", "leaving_on"),
    RecordKind.ENDING_DECISION: ("leaving_ground", "leaving_on", "leaving_notice_on", "in_lieu_fen", "in_lieu_on"),
}


def letter_facts(records: RecordKind, dossier: Dossier) -> dict[str, Any]:
    """The facts of a letter about such a step; days as ISO text, sums in fen. What is not there is left out."""
    found = {name: getattr(dossier, name) for name in TOLD.get(records, ())}
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in found.items()
        if value is not None
    }
