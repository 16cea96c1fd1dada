"""What contracts and their terms do (合同、期限): start of work, signing, renewal, extensions, days over term."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from states.bases import BASES
from states.coming_term import renewed_until, term_end
from states.effects.act import IN_FORCE, Act, iso
from states.plan import Row
from states.tenure import last_lawful, measure_retirement

_ONE_DAY = timedelta(days=1)


def measured(act: Act, event: str, on: date) -> dict[str, Any]:
    """Retirement is measured at the event the document names; the day itself is kept at the first approval anyway."""
    lines = act.procedure.service.exceptions
    events = {str(act.procedure.settle(line.measured_on)) for line in lines if line.measured_on is not None}
    if event not in (events or {"approved_on"}):
        return {}
    retires_on, near = measure_retirement(act.procedure, act.hire.kind, act.person, on)
    return {"retires_on": retires_on, "near_retirement": near}


def old_terms(act: Act) -> dict[str, Any]:
    """原在岗人员: at work under an agreement that was made elsewhere; its days and pay are taken as they stand."""
    starts_on, ends_on = act.input["starts_on"], act.input["ends_on"]
    fen = int(act.input["monthly_yuan"] * 100)
    act.record(
        "old_terms",
        started_on=iso(act.input["started_on"]),
        months_before=act.person.prior_months,
        monthly_fen=fen,
        evidence=act.input["evidence"],
    )
    _contract_row(act, "old_agreement", 1, starts_on, ends_on)
    retires_on, _ = measure_retirement(act.procedure, act.hire.kind, act.person, act.input["started_on"])
    return {
        "first_started_on": act.input["started_on"],
        "started_on": starts_on,
        "signed_on": act.input["signed_on"],
        "term_no": 1,
        "term_starts_on": starts_on,
        "term_ends_on": ends_on,
        "old_pay_fen": fen,
        "retires_on": retires_on,
    }


def agreement(act: Act) -> dict[str, Any]:
    _contract_row(act, "agreement", 0, None, None)
    return {"agreement_on": act.input["signed_on"]}


def start(act: Act) -> dict[str, Any]:
    started_on: date = act.input["started_on"]
    changes = _begin_service(act, started_on)
    if act.dossier.signed_on is not None and act.dossier.term_starts_on is None:
        # the agreement was signed before the work began: its term starts with the work
        term = term_end(act.procedure, started_on, changes["last_lawful_on"])
        act.update("contract", {"term_no": 1, **IN_FORCE}, _period(started_on, term))
        changes |= {"term_no": 1, "term_starts_on": started_on, "term_ends_on": term}
    return changes


def _begin_service(act: Act, started_on: date) -> dict[str, Any]:
    changes: dict[str, Any] = {"started_on": started_on, "first_started_on": started_on}
    changes |= measured(act, "started_on", started_on)
    dossier = act.dossier.with_(**changes)
    counted_from = BASES["hired_on"](act.procedure, dossier, act.hire.opening) or started_on
    limit = last_lawful(act.procedure, act.hire.kind, act.person, dossier, counted_from)
    return changes | {"last_lawful_on": None if limit is None else limit.on}


def contract(act: Act) -> dict[str, Any]:
    signed_on: date = act.input["signed_on"]
    changes: dict[str, Any] = {"signed_on": signed_on}
    starts_on: date | None = act.input.get("starts_on") or act.dossier.started_on
    if act.step.params.get("starts") and act.dossier.started_on is None:
        starts_on = act.input.get("starts_on") or signed_on
        changes |= _begin_service(act, starts_on)
    if starts_on is None or (act.dossier.started_on is None and "started_on" not in changes):
        _contract_row(act, str(act.step.params.get("instrument", "contract")), 1, None, None)
        return changes | {"agreement_on": signed_on}
    term = term_end(act.procedure, starts_on, changes.get("last_lawful_on", act.dossier.last_lawful_on))
    _contract_row(act, str(act.step.params.get("instrument", "contract")), 1, starts_on, term)
    return changes | {"term_no": 1, "term_starts_on": starts_on, "term_ends_on": term}


def _period(starts_on: date, ends_on: date) -> Row:
    return {"starts_on": iso(starts_on), "ends_on": iso(ends_on)}


def _contract_row(act: Act, instrument: str, term_no: int, starts_on: date | None, ends_on: date | None) -> None:
    act.record(
        "contract",
        person_id=act.person.id,
        instrument=instrument,
        term_no=term_no,
        number=act.input.get("number"),
        signed_on=iso(act.input["signed_on"]),
        starts_on=iso(starts_on),
        ends_on=iso(ends_on),
    )


def renewal_decision(act: Act) -> dict[str, Any]:
    return {"renewal": str(act.step.params["outcome"])}


def renewal_signing(act: Act) -> dict[str, Any]:
    _contract_row(act, "renewal", act.dossier.term_no + 1, None, None)
    return {"renewal_signed_on": act.input["signed_on"]}


def renewal(act: Act) -> dict[str, Any]:
    """续签: the next term begins on the day it takes effect; a late one leaves the unpaid gap visible."""
    starts_on = act.on
    ends_on, limit_on = renewed_until(act.procedure, act.hire, starts_on)
    term_no = act.dossier.term_no + 1
    if act.dossier.renewal_signed_on is None:
        act.record(
            "contract",
            person_id=act.person.id,
            instrument="renewal",
            term_no=term_no,
            number=None,
            signed_on=iso(act.on),
            **_period(starts_on, ends_on),
        )
    else:
        act.update("contract", {"term_no": term_no, **IN_FORCE}, _period(starts_on, ends_on))
    return {
        "term_no": term_no,
        "term_starts_on": starts_on,
        "term_ends_on": ends_on,
        "last_lawful_on": limit_on,
        "renewal": None,
        "renewal_signed_on": None,
        "over_term_on": None,
        "paid_until": None,
    }


def protection(act: Act) -> dict[str, Any]:
    until: date = act.input["until"]
    act.record("protection", kind=act.input["kind"], until_on=iso(until), evidence=act.input["evidence"])
    known = act.dossier.protected_until
    if known is not None and known >= until:
        return {}
    return {"protected_kind": act.input["kind"], "protected_until": until}


def extension(act: Act) -> dict[str, Any]:
    """A document may let the county go further than the limit of months, for a named person and with a reason."""
    until: date = act.input["until"]
    dossier = act.dossier.with_(extension_until=until)
    start = (act.dossier.term_ends_on or act.on) + _ONE_DAY
    limit = last_lawful(act.procedure, act.hire.kind, act.person, dossier, start)
    return {"extension_until": until, "last_lawful_on": None if limit is None else limit.on}


def statutory_extension(act: Act) -> dict[str, Any]:
    """The law moves the end of a term to the end of the protected period (LCL 45)."""
    end = act.dossier.protected_until
    act.update("contract", {"term_no": act.dossier.term_no, **IN_FORCE}, {"ends_on": iso(end)})
    return {"term_ends_on": end}


def overrun(act: Act) -> dict[str, Any]:
    return {"over_term_on": act.on, "paid_until": act.dossier.term_ends_on}
