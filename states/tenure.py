"""How long a person may still serve (任职期限): the 36-month ledger with the document's exceptions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from states.facts import Dossier, Person
from states.procedure import Procedure
from states.reckoning import Reckoning
from states.retirement import BEFORE_REFORM, REFORM_FROM, Category, near_retirement, statutory_retirement
from states.say import Sentence
from states.service import CapException, Ledger, NamedExtension, Period, RetirementException, cut_back, ledger


def served_periods(person: Person) -> list[tuple[date, date, int | None]]:
    """A person's periods over all posts, each hire's cut back to the day on which it really ended."""
    by_hire: dict[int | None, list[tuple[date, date]]] = defaultdict(list)
    for first, last, hire in person.periods:
        by_hire[hire].append((first, last))
    return [
        (first, last, hire)
        for hire, terms in by_hire.items()
        for first, last in (terms if hire is None else cut_back(terms))
    ]


def ledger_of(person: Person, procedure: Procedure) -> Ledger | None:
    """The ledger of a person over all employers and posts; None where the document knows no limit of months."""
    months = procedure.service.months
    if months is None:
        return None
    periods = [Period(first, last, "contract", "", str(hire or "")) for first, last, hire in served_periods(person)]
    prior = person.prior_months if procedure.service.counts_prior_service else 0
    return ledger(periods, prior, months)


def exceptions_of(procedure: Procedure, kind: str, person: Person, dossier: Dossier) -> Sequence[CapException]:
    """The exceptions that stand for this hire, as found on record.

    Whether one was near retirement stays as it was found (以初次核定时年龄为准); the end follows the ages in force now.
    No source settles whether it may where the test was made before the reform of 2025: ``moved`` says so.
    """
    found: list[CapException] = []
    for line in procedure.service.exceptions:
        if line.kinds and kind not in line.kinds:
            continue
        if line.exception == "near_retirement" and dossier.near_retirement and dossier.retires_on:
            reference = dossier.approved_on or dossier.started_on or dossier.retires_on
            moved = reference < REFORM_FROM and dossier.retires_on != _former(person)
            found.append(RetirementException(dossier.retires_on, reference, line.cite, moved))
        if line.exception == "discretionary_extension" and dossier.extension_until:
            found.append(NamedExtension("discretionary_extension", dossier.extension_until, line.cite))
    return found


def _former(person: Person) -> date:
    """The retirement day by the ages before the reform of 2025."""
    return statutory_retirement(person.born, Category(person.retirement_category), BEFORE_REFORM).on


def to_confirm(procedure: Procedure, kind: str, person: Person, dossier: Dossier) -> Sentence | None:
    """What somebody has to look at of the last lawful day (请人工确认); None where nothing is open."""
    if dossier.ended_on is not None:
        return None
    found = (one for one in exceptions_of(procedure, kind, person, dossier) if isinstance(one, RetirementException))
    return next((one.why for one in found if one.moved), None)


def last_lawful(procedure: Procedure, kind: str, person: Person, dossier: Dossier, start: date) -> Reckoning | None:
    """The last lawful day of service that starts or goes on on ``start``; None where there is no limit of months.

    The retirement age ends every service, limit or not, but it only proposes: it is not part of this day.
    """
    book = ledger_of(person, procedure)
    return None if book is None else book.last_lawful_day(start, exceptions_of(procedure, kind, person, dossier))


def by_law_beyond(dossier: Dossier) -> bool:
    """Whether the law alone lets the present term go on beyond the limit of months (Labour Contract Law 45).

    Its end is then that of a protected period; what the limit would stop goes on until that day.
    """
    ends, lawful, protected = dossier.term_ends_on, dossier.last_lawful_on, dossier.protected_until
    return ends is not None and lawful is not None and protected is not None and lawful < ends <= protected


def measure_retirement(procedure: Procedure, kind: str, person: Person, on: date) -> tuple[date, bool]:
    """The statutory retirement day of a person and whether it is near enough for the document's exception on ``on``."""
    lines = [
        line
        for line in procedure.service.exceptions
        if line.exception == "near_retirement" and (not line.kinds or kind in line.kinds)
    ]
    months = lines[0].less_than_months if lines else 60
    category = Category(person.retirement_category)
    near = bool(lines) and near_retirement(on, person.born, category, months).near
    # whether one is near is settled on the day of the test; the day itself moves with the law in force (reform of 2025)
    return statutory_retirement(person.born, category).on, near
