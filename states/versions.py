"""Two versions of one document side by side (版本): what a stage becomes, who may still serve, how a month is paid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from states.bases import BASES
from states.facts import Dossier, Hire
from states.machine import Rules
from states.plan import Row
from states.procedure import Procedure
from states.steps import MoveLine, Stage
from states.tenure import last_lawful


@dataclass(frozen=True, slots=True)
class Versions:
    """The rules left and the rules entered, with the digests under which their texts are kept."""

    old: Rules
    new: Rules
    old_digest: str = ""
    new_digest: str = ""

    @property
    def line(self) -> MoveLine | None:
        """What the new version says of those who come from the old one."""
        return self.new.procedure.move_from(self.old.procedure.version)

    def counterpart(self, stage: str) -> Stage | None:
        """The stage in the new version that a stage of the old one becomes; None where there is none."""
        name = self.line.stages.get(stage) if self.line is not None else None
        found = self.new.procedure.stage_by_name.get(name or stage)
        return None if found is None or found.final else found

    def told(self) -> Row:
        """Both versions as the trail keeps them."""
        old, new = self.old.procedure.key, self.new.procedure.key
        return {"from": old, "from_digest": self.old_digest, "to": new, "to_digest": self.new_digest}


def lawful_under(hire: Hire, procedure: Procedure, dossier: Dossier | None = None) -> date | None:
    """The last lawful day of service under a version; None where nobody serves or months are not limited."""
    dossier = dossier or hire.dossier
    base = dossier.term_starts_on or BASES["hired_on"](procedure, dossier, hire.opening)
    if hire.person is None or base is None or dossier.started_on is None:
        return None
    limit = last_lawful(procedure, hire.kind, hire.person, dossier, base)
    return None if limit is None else limit.on


def in_month(stored: Mapping[str, Any], key: str, standard_fen: int, last: date) -> tuple[str, int]:
    """The version and the standard by which a month is paid (its last day told): those in force on its last day.

    So a month in which an old agreement ended and a new one began is paid by the new standard on all its paid days.

    ``stored``: the dossier as it is stored; ``key`` and ``standard_fen``: the present version and the post's pay.
    """
    earlier = sorted((until, name) for name, until in stored.get("earlier", {}).items())
    version = next((name for until, name in earlier if until >= last.isoformat()), key)
    old_fen, until = stored.get("old_pay_fen"), stored.get("old_pay_until")
    if old_fen is None or (until is not None and until < last.isoformat()):
        return version, standard_fen
    return version, int(old_fen)
