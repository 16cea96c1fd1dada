"""The events that periods are counted from (起算点): name → day, read from what is known of a hire."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from states.facts import Dossier, Opening
from states.procedure import Procedure

Base = Callable[[Procedure, Dossier, Opening], date | None]


def _hired_on(procedure: Procedure, dossier: Dossier, opening: Opening) -> date | None:
    """聘用之日: the documents do not define it, so each names the event in a gap."""
    event = procedure.settle(procedure.service.counted_from)
    return BASES[str(event)](procedure, dossier, opening) if event in BASES and event != "hired_on" else None


def _assessment_due(procedure: Procedure, dossier: Dossier, opening: Opening) -> date | None:
    """The due day of the first year on post that has not been ruled on."""
    began = dossier.first_started_on or dossier.term_starts_on
    if began is None:
        return None
    year = began.year if dossier.ruled_year is None else max(began.year, dossier.ruled_year + 1)
    return date(year, procedure.assessment.due_month, procedure.assessment.due_day)


def _of(field: str) -> Base:
    def base(procedure: Procedure, dossier: Dossier, opening: Opening) -> date | None:
        value: date | None = getattr(dossier, field)
        return value

    return base


BASES: dict[str, Base] = {
    "stage_entered": _of("entered_on"),
    "announced_on": lambda procedure, dossier, opening: opening.announced_on,
    "opening_closes": lambda procedure, dossier, opening: opening.closes_on,
    "applied_on": _of("applied_on"),
    "posted_on": _of("posted_on"),
    "approved_on": _of("approved_on"),
    "agreement_on": _of("agreement_on"),
    "started_on": _of("started_on"),
    "hired_on": _hired_on,
    "term_ends_on": _of("term_ends_on"),
    "last_lawful_on": _of("last_lawful_on"),
    "assessment_due": _assessment_due,
    "resigned_on": _of("resigned_on"),
    "leaving_on": _of("leaving_on"),
    "over_term_on": _of("over_term_on"),
    "protected_until": _of("protected_until"),
    "retires_on": _of("retires_on"),
}
