"""The order of days (时间先后): what is recorded has happened, and not before what it rests on (防止倒签).

A step tells of a day; the day may lie before the step is recorded, because papers come late, but never before the fact
that made the step possible. A notice is the exception: it counts from the day it can be seen here at the earliest, so
that a day written down afterwards cannot stand in for days on the board (``notice_begins``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from states.facts import Hire
from states.refusals import InputRefused
from states.say import Sentence, say
from states.steps import Step
from states.vocabulary import RecordKind

#: fields that tell of something done
HAPPENED = ("held_on", "posted_on", "signed_on", "started_on", "given_on", "done_on", "sent_on", "notice_on")

Floor = Callable[[Hire], date | None]


def _entered(hire: Hire) -> date | None:
    return hire.dossier.entered_on


def _approved(hire: Hire) -> date | None:
    return hire.dossier.approved_on or hire.opening.announced_on


def _applied(hire: Hire) -> date | None:
    return hire.dossier.applied_on


def _begun(hire: Hire) -> date | None:
    return hire.dossier.first_started_on or hire.dossier.approved_on


def _term_begun(hire: Hire) -> date | None:
    return hire.dossier.term_starts_on


#: record and field → the day that the field may not precede
FLOORS: Mapping[tuple[RecordKind, str], Floor] = {
    (RecordKind.MEETING, "held_on"): _applied,
    (RecordKind.NOTICE, "posted_on"): _entered,
    (RecordKind.TRAINING, "held_on"): _approved,
    (RecordKind.RENEWAL_SIGNING, "signed_on"): _term_begun,
    (RecordKind.RESIGNATION, "given_on"): _begun,
    (RecordKind.RESIGNATION, "leave_on"): _begun,
    (RecordKind.HANDOVER, "done_on"): _begun,
    (RecordKind.ENDING_DECISION, "effective_on"): _begun,
    (RecordKind.ENDING_DECISION, "notice_on"): _begun,
    (RecordKind.FILING, "sent_on"): _begun,
}


def check_days(hire: Hire, step: Step, values: Mapping[str, Any], day: date) -> None:
    """Raises InputRefused with every field whose day cannot be. ``day``: the legal day of the step."""
    faults: dict[str, Sentence] = {}
    for name, value in values.items():
        if not isinstance(value, date):
            continue
        floor = FLOORS.get((step.records, name))
        earliest = None if floor is None else floor(hire)
        if name in HAPPENED and value > day:
            faults[name] = say("不能晚于办理当日（{today}）", today=day)
        elif earliest is not None and value < earliest:
            faults[name] = say("不能早于{earliest}：在那之前还不具备办理这一步的前提", earliest=earliest)
    if step.records is RecordKind.RENEWAL_SIGNING and hire.dossier.renewal_signed_on is not None:
        faults["signed_on"] = say("续签合同已于{day}签订，不重复登记", day=hire.dossier.renewal_signed_on)
    for number, board in enumerate(values.get("boards") or ()):
        if board.posted_on is not None and board.posted_on > day:
            faults[f"boards.{number}.posted_on"] = say("不能晚于办理当日（{today}）", today=day)
    given_on, leave_on = values.get("given_on"), values.get("leave_on")
    if given_on is not None and leave_on is not None and leave_on < given_on:
        faults["leave_on"] = say("不能早于提出辞职之日（{given}）", given=given_on)
    if faults:
        raise InputRefused(faults)


def notice_begins(posted_on: date, recorded_on: date) -> date:
    """The day from which a notice counts: its posting, but no day before it was recorded and so shown to the public."""
    return max(posted_on, recorded_on)
