"""What the acts of the house do (办理事项): a case returned, suspended, assigned, commented, with documents."""

from __future__ import annotations

from typing import Any

from states.effects.act import Act, iso
from states.facts import Dossier
from states.house import taken_back


def returned(act: Act) -> dict[str, Any]:
    """退回: what its stage and later ones established is open again; the rows of what was done stay."""
    act.record("returned", from_stage=act.hire.stage, to_stage=act.input["to"], reason=act.input["reason"])
    empty = Dossier()
    fields = {name: getattr(empty, name) for name in taken_back(act.procedure, act.input["to"])}
    return {**fields, "signatures": (), "approvers": (), "objection_handlers": (), "returns": act.dossier.returns + 1}


def suspension(act: Act) -> dict[str, Any]:
    act.record("suspension", from_on=iso(act.on), reason=act.input["reason"])
    return {"suspended_on": act.on, "suspended_seq": act.seq}


def resumption(act: Act) -> dict[str, Any]:
    resumed = {"resumed_on": iso(act.on), "resumed_seq": act.seq}
    act.update("suspension", {"seq": act.dossier.suspended_seq}, resumed)
    return {"suspended_on": None, "suspended_seq": None}


def assignment(act: Act) -> dict[str, Any]:
    role, account = act.input["role"].value, act.input["to_account"]
    act.record("assignment", role=role, to_account=account, reason=act.input["reason"])
    others = {known: given for known, given in act.dossier.assigned.items() if known != role}
    return {"assigned": others if account is None else {**others, role: account}}


def comment(act: Act) -> dict[str, Any]:
    act.record("comment", text=act.input["text"])
    return {}


def document(act: Act) -> dict[str, Any]:
    fields = ("kind", "name", "media_type", "size", "digest", "board", "address")
    act.record("document", **{name: act.input[name] for name in fields})
    return {}
