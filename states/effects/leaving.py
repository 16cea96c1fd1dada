"""What steps towards the end of a hire do (离岗): resignation, handing over, the decision, the end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from states.effects.act import IN_FORCE, Act, iso


def resignation(act: Act) -> dict[str, Any]:
    return {
        "resigned_on": act.input["given_on"],
        "leaving_ground": "resignation",
        "leaving_on": act.input["leave_on"],
        **_way_of_ending({}),
        **_decided_by(act),
    }


def handover(act: Act) -> dict[str, Any]:
    return {"handover_on": act.input["done_on"]}


def ending_decision(act: Act) -> dict[str, Any]:
    return {
        "leaving_ground": act.input["ground"],
        "leaving_on": act.input["effective_on"],
        **_way_of_ending(act.input),
        **_decided_by(act),
    }


def _decided_by(act: Act) -> dict[str, Any]:
    """The natural persons behind a leaving: none of them takes it back."""
    return {"leaving_by": act.actor.person_key, "leaving_for": act.actor.stands_for(act.role, act.hire.region)}


def leaving_taken_back(act: Act) -> dict[str, Any]:
    """撤回离岗: the hire goes on as if nothing had been decided; a resignation that stood before is entered anew."""
    told = ("leaving_ground", "leaving_on", "resigned_on", "handover_on", "leaving_by", "leaving_for")
    return {**dict.fromkeys(told), **_way_of_ending({})}


def _way_of_ending(given: Mapping[str, Any]) -> dict[str, Any]:
    """How the person was told of a decision to end, or what they were paid instead."""
    paid = given.get("in_lieu_yuan")
    return {
        "leaving_notice_on": given.get("notice_on"),
        "in_lieu_fen": None if paid is None else int(paid * 100),
        "in_lieu_on": given.get("in_lieu_on"),
    }


def ending(act: Act) -> dict[str, Any]:
    dossier = act.dossier
    # A term that ends by itself overtakes a resignation for a later day.
    by_term = act.step.params.get("ground")
    ground = str(by_term or dossier.leaving_ground or "")
    ended_on = (dossier.term_ends_on if by_term else dossier.leaving_on) or act.on
    paid_until = min(day for day in (ended_on, dossier.paid_until) if day is not None)
    line = act.procedure.ground_by_name.get(ground)
    act.record(
        "departure",
        ground=ground,
        ended_on=iso(ended_on),
        paid_until=iso(paid_until),
        law=line.law if line else None,
        article=line.cite if line else act.step.cite,
    )
    # Only the present contract ends now, and no contract outlives its term: days over term are unpaid and not service.
    contract_ended = min(ended_on, dossier.term_ends_on or ended_on)
    act.update(
        "contract", {"term_no": dossier.term_no, "ended_on": None, **IN_FORCE}, {"ended_on": iso(contract_ended)}
    )
    return {"ended_on": ended_on, "paid_until": paid_until, "leaving_ground": ground}
