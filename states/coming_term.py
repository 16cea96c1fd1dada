"""The term that a contract is for (期限): its first and last day, once signed and as signing it would have them."""

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
    ends_on = None if starts_on is None else term_end(procedure, starts_on, dossier.last_lawful_on)
    return Term(1, months, starts_on, ends_on)


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
    return Term(number, months, starts_on, renewed_until(procedure, hire, starts_on)[0])


def renewed_until(procedure: Procedure, hire: Hire, starts_on: date) -> tuple[date, date | None]:
    """The last day of a renewal that begins on ``starts_on``, and the last lawful day; None: there is no limit.

    The last day lies before the first where nothing of the limit is left. Raises ValueError for a hire of nobody.
    """
    if hire.person is None:
        raise ValueError("the hire has no person yet")
    limit = last_lawful(procedure, hire.kind, hire.person, hire.dossier, starts_on)
    limit_on = None if limit is None else limit.on
    return term_end(procedure, starts_on, limit_on), limit_on


def term_end(procedure: Procedure, starts_on: date, last_lawful_on: date | None) -> date:
    """The last day of a term: the document's months, cut at the last lawful day."""
    whole = last_day_of_term(starts_on, int(procedure.settle(procedure.contract.term_months)))
    return whole if last_lawful_on is None else min(whole, last_lawful_on)
