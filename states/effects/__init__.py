"""What each kind of record does to a hire (效果): the change of its dossier and the rows that keep the fact.

One small function per ``RecordKind``, by subject. They decide nothing: guards have spoken before, the engine writes
after.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from states.clocks import due
from states.effects import assessing, contracts, corrections, hiring, house, leaving
from states.effects.act import Act, iso
from states.facts import OpenFiling
from states.vocabulary import RecordKind

Effect = Callable[[Act], dict[str, Any]]


def _nothing(act: Act) -> dict[str, Any]:
    return {}


def _filing(act: Act) -> dict[str, Any]:
    name, seq = act.input["filing"], act.input["seq"]
    sent = {"sent_on": iso(act.input["sent_on"]), "receipt": act.input.get("receipt"), "sent_seq": act.seq}
    act.update("filing", {"filing": name, "seq": seq}, sent)
    return {"filings": tuple(f for f in act.dossier.filings if (f.filing, f.seq) != (name, seq))}


EFFECTS: dict[RecordKind, Effect] = {
    RecordKind.NONE: _nothing,
    RecordKind.APPLICATION: hiring.application,
    RecordKind.OLD_TERMS: contracts.old_terms,
    RecordKind.OPINION: hiring.opinion,
    RecordKind.MEETING: hiring.meeting,
    RecordKind.NOTICE: hiring.notice,
    RecordKind.NOTICE_END: hiring.notice_end,
    RecordKind.OBJECTION: hiring.objection,
    RecordKind.OBJECTION_ANSWER: hiring.objection_answer,
    RecordKind.TRAINING: hiring.training,
    RecordKind.START: contracts.start,
    RecordKind.AGREEMENT: contracts.agreement,
    RecordKind.CONTRACT: contracts.contract,
    RecordKind.ASSESSMENT: assessing.assessment,
    RecordKind.ASSESSMENT_RULING: assessing.assessment_ruling,
    RecordKind.RENEWAL_DECISION: contracts.renewal_decision,
    RecordKind.RENEWAL_SIGNING: contracts.renewal_signing,
    RecordKind.RENEWAL: contracts.renewal,
    RecordKind.PROTECTION: contracts.protection,
    RecordKind.EXTENSION: contracts.extension,
    RecordKind.STATUTORY_EXTENSION: contracts.statutory_extension,
    RecordKind.OVERRUN: contracts.overrun,
    RecordKind.RESIGNATION: leaving.resignation,
    RecordKind.HANDOVER: leaving.handover,
    RecordKind.ENDING_DECISION: leaving.ending_decision,
    RecordKind.ENDING: leaving.ending,
    RecordKind.FILING: _filing,
    RecordKind.RETURN: house.returned,
    RecordKind.SUSPENSION: house.suspension,
    RecordKind.RESUMPTION: house.resumption,
    RecordKind.ASSIGNMENT: house.assignment,
    RecordKind.COMMENT: house.comment,
    RecordKind.DOCUMENT: house.document,
    RecordKind.SCORE: hiring.score,
    RecordKind.POINT: assessing.point,
    RecordKind.POINT_STRUCK: assessing.point_struck,
    RecordKind.ASSESSMENT_TAKEN_BACK: assessing.assessment_taken_back,
    RecordKind.LEAVING_TAKEN_BACK: leaving.leaving_taken_back,
    RecordKind.SURVEY: assessing.survey,
    RecordKind.CORRECTION: corrections.correction,
    RecordKind.CORRECTION_CONFIRMED: corrections.correction_confirmed,
    RecordKind.CORRECTION_REFUSED: corrections.correction_refused,
}


def filings_due(act: Act) -> tuple[OpenFiling, ...]:
    """The reports that the step makes due (备案), and their rows."""
    found = []
    for line in act.step.files:
        due_on, provisional = due(act.procedure, line.within, act.on, act.calendar)
        act.record(
            "filing",
            filing=line.filing,
            by_role=line.by.value,
            to_roles=[role.value for role in line.to],
            due_on=iso(due_on),
            provisional=provisional,
            article=line.cite,
        )
        found.append(OpenFiling(line.filing, act.seq, line.by, due_on, provisional))
    return tuple(found)
