"""What the steps of a hiring do (聘用): application, review, notice, objections, training, score."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from states.chronology import notice_begins
from states.clocks import due, objection_due
from states.effects.act import IN_FORCE, Act, iso
from states.effects.contracts import measured
from states.facts import OpenObjection
from states.vocabulary import Role

_ONE_DAY = timedelta(days=1)


def application(act: Act) -> dict[str, Any]:
    return {"applied_on": act.on, "route": act.input["route"]}


def opinion(act: Act) -> dict[str, Any]:
    if act.step.params.get("reviews") == "assessment":
        return {"proposed_reviewed": True}
    if act.step.params.get("takes_back") == "entry":
        return _entry_taken_back(act)
    if not act.step.params.get("first_approval"):
        return {}
    changes: dict[str, Any] = {"approved_on": act.on}
    return changes | measured(act, "approved_on", act.on)


def _entry_taken_back(act: Act) -> dict[str, Any]:
    """撤销录入: the agreement counts as never served (it ends before its first day), and no report of it is owed."""
    dossier = act.dossier
    assert dossier.term_starts_on is not None
    ended_on = dossier.term_starts_on - _ONE_DAY
    act.update("contract", {"term_no": dossier.term_no, "ended_on": None, **IN_FORCE}, {"ended_on": iso(ended_on)})
    return {"filings": ()}


def meeting(act: Act) -> dict[str, Any]:
    return {
        "meeting_on": act.input["held_on"],
        "meeting_present": act.input["present"],
        "meeting_for": act.input["in_favour"],
    }


def score(act: Act) -> dict[str, Any]:
    items = dict(act.input["items"])
    act.record("score", tenths=sum(items.values()), items=items)
    return {"score_tenths": sum(items.values())}


def notice(act: Act) -> dict[str, Any]:
    """公示: its end follows from the deadline that the document sets on the stage it leads to."""
    days = [board.posted_on or act.input["posted_on"] for board in act.input["boards"]]
    posted_on = notice_begins(max(days), act.on)
    target = act.step.to or act.hire.stage
    line = next(line for line in act.procedure.deadlines_during[target] if line.base == "posted_on")
    ends_on, provisional = due(act.procedure, line.length, posted_on, act.calendar)
    round_no = int(act.step.params.get("round", 1))
    boards = tuple(board.name for board in act.input["boards"])
    act.record(
        "notice",
        round=round_no,
        posted_on=iso(max(days)),
        ends_on=iso(ends_on),
        provisional=provisional,
        boards=list(boards),
        board_days=[day.isoformat() for day in days],
        sheet=sheet_of(act.hire.opening.id, round_no, posted_on),
        article=line.cite,
    )
    return {
        "posted_on": posted_on,
        "notice_ends_on": ends_on,
        "notice_round": round_no,
        "boards": boards,
    }


def sheet_of(opening_id: int, round_no: int, begins_on: date) -> str:
    """The list on which a person is published (公示名单): all of one opening and round that count from one day."""
    return f"{opening_id}-{round_no}-{begins_on:%Y%m%d}"


def notice_end(act: Act) -> dict[str, Any]:
    act.update("notice", {"closed_on": None, **IN_FORCE}, {"closed_on": iso(act.on)})
    return {}


def objection(act: Act) -> dict[str, Any]:
    objection = OpenObjection(act.seq, act.on)
    due_on, provisional = objection_due(act.procedure, objection, act.calendar)
    act.record(
        "objection",
        lodged_on=iso(act.on),
        text=act.input["text"],
        by_name=act.input.get("by_name"),
        due_on=iso(due_on),
        provisional=provisional,
        public=act.role is Role.PUBLIC,
    )
    return {
        "open_objections": (*act.dossier.open_objections, act.seq),
        "objections": (*act.dossier.objections, objection),
    }


def objection_answer(act: Act) -> dict[str, Any]:
    upheld = bool(act.step.params.get("upheld"))
    answered = act.input["objection"]
    act.update("objection", {"seq": answered}, {"answered_seq": act.seq, "upheld": upheld})
    dossier = act.dossier
    return {
        "open_objections": tuple(seq for seq in dossier.open_objections if seq != answered),
        "objections": tuple(objection for objection in dossier.objections if objection.seq != answered),
        "objection_handlers": tuple(dict.fromkeys((*dossier.objection_handlers, act.actor.person_key))),
        "upheld_objections": dossier.upheld_objections + upheld,
    }


def training(act: Act) -> dict[str, Any]:
    held_on, passed = act.input["held_on"], act.input["passed"]
    act.record("training", held_on=iso(held_on), hours=act.input.get("hours"), passed=passed)
    return {"training_passed": passed, "trained_on": held_on if passed else None}
