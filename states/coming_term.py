"""The term that a contract is about to be for (拟签期限): its first and last day, as signing it would have them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from states.facts import Hire
from states.periods import last_day_of_term
from states.procedure import Procedure
from states.tenure import last_lawful


@dataclass(frozen=True, slots=True)
class Term:
    """Both days belong to it; None where they follow from a day that is not known yet. ``months`` is the document's."""

    number: int
    months: int
    starts_on: date | None
    ends_on: date | None


def first_term(procedure: Procedure, hire: Hire) -> Term:
    """The first term: as it stands, or as it will be once signed. Where work has not begun its days are open."""
    dossier = hire.dossier
    months = int(procedure.settle(procedure.contract.term_months))
    if dossier.term_no == 1 and dossier.term_starts_on is not None:
        return Term(1, months, dossier.term_starts_on, dossier.term_ends_on)
    starts_on = dossier.started_on
    return Term(1, months, starts_on, _end(starts_on, months, dossier.last_lawful_on))


def renewed_term(procedure: Procedure, hire: Hire) -> Term:
    """The term of a renewal: the one that runs, or the one that begins on the day after it (or today, when late)."""
    dossier = hire.dossier
    months = int(procedure.settle(procedure.contract.term_months))
    if dossier.renewal is None and dossier.term_no > 1:
        return Term(dossier.term_no, months, dossier.term_starts_on, dossier.term_ends_on)
    number = dossier.term_no + 1
    if dossier.term_ends_on is None or dossier.over_term_on is not None or hire.person is None:
        return Term(number, months, None, None)  # over term: it begins on the day on which it is made good
    starts_on = dossier.term_ends_on + timedelta(1)
    limit = last_lawful(procedure, hire.kind, hire.person, dossier, starts_on)
    return Term(number, months, starts_on, _end(starts_on, months, None if limit is None else limit.on))


def _end(starts_on: date | None, months: int, last_lawful_on: date | None) -> date | None:
    if starts_on is None:
        return None
    end = last_day_of_term(starts_on, months)
    return end if last_lawful_on is None else min(end, last_lawful_on)
