"""Leaving that is proposed (建议办理离岗): death and retirement age end a contract by law, but somebody has to decide.

No timer acts on these: a record may be wrong, and a post that takes people beyond retirement age has no such ground. So
they are shown to whoever may decide, with the law, until they have. Days are Asia/Shanghai.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from states.employment import Ground
from states.facts import Dossier
from states.meets import enforces
from states.procedure import Procedure
from states.say import Sentence, say

DEATH, RESIGNATION, RETIREMENT = "death", "resignation", "retirement"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A ground that seems to be given: since when, and what says so."""

    ground: Ground
    since: date
    why: Sentence


@enforces("BH-48", "NM-35", "XY-48")
def proposed(procedure: Procedure, kind: str, dossier: Dossier, died_on: date | None, today: date) -> Proposal | None:
    """The ground that the records suggest for somebody at work; None where there is none, or one was decided."""
    if dossier.leaving_on is not None:
        return None
    death = procedure.ground_by_name.get(DEATH)
    if died_on is not None and death is not None:
        return Proposal(death, died_on, say("登记显示本人已于{day}死亡", day=died_on))
    retires_on = dossier.retires_on
    retirement = procedure.ground_by_name.get(RETIREMENT)
    if retirement is None or retires_on is None or retires_on > today or not retires(procedure, kind):
        return None
    return Proposal(retirement, retires_on, say("本人已于{day}达到法定退休年龄", day=retires_on))


def retires(procedure: Procedure, kind: str) -> bool:
    """Whether retirement age ends the work on posts of a kind: all of them where the ground names none."""
    ground = procedure.ground_by_name.get(RETIREMENT)
    return ground is not None and (not ground.kinds or kind in ground.kinds)


def retiring_kinds(procedure: Procedure) -> Iterator[str]:
    """The kinds of post of a document whose people leave at retirement age."""
    return (line.kind for line in procedure.kinds if retires(procedure, line.kind))
