"""What must hold of every career (待遇、任期、离岗的不变式), asked of what was kept of it and of nothing else.

Each question returns what speaks against it, as words; an empty list is the proof. They are asked of careers on paper
and of careers in a database alike, and do not use what they try: days are counted one by one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import combinations

from states.attendance_marks import MARKS, days_of
from states.facts import Hire
from states.overpaid import Paid as PaidDays
from states.overpaid import overpaid
from states.pay import Line
from states.procedure import Procedure
from states.retirement import Category, statutory_retirement
from states.service import Period, ledger
from states.vocabulary import RecordKind, State
from tests.support.careers import Career

_ONE_DAY = timedelta(1)


@dataclass
class Term:
    """A row of the contracts: both days with it; ``ended_on`` where it ended otherwise than it was agreed."""

    number: int
    term_no: int
    starts_on: date | None = None
    ends_on: date | None = None
    ended_on: date | None = None

    @property
    def span(self) -> tuple[date, date] | None:
        """Its days as they really were; None where there are none."""
        if self.starts_on is None or self.ends_on is None:
            return None
        last = self.ends_on if self.ended_on is None else min(self.ends_on, self.ended_on)
        return (self.starts_on, last) if self.starts_on <= last else None


@dataclass(frozen=True)
class Known:
    """What was on record of a hire on some day: its terms, and the day of each event after which nothing is paid."""

    started_on: date | None
    spans: tuple[tuple[date, date], ...]
    stops: Mapping[str, date]

    def earned(self, day: date) -> bool:
        begun = self.started_on is not None and self.started_on <= day
        alive = any(first <= day <= last for first, last in self.spans)
        return begun and alive and all(day <= last for last in self.stops.values())


@dataclass(frozen=True)
class Paid:
    """A month of a hire as it was paid: on which day, and what was known then. ``absent``: marks of the month."""

    number: int
    month: date
    line: Line
    known: Known
    marks: str

    @property
    def days(self) -> list[date]:
        """The days that it covers, but for those that were missed."""
        span = (self.line.until_on - self.line.from_on).days + 1
        days = [self.line.from_on + timedelta(n) for n in range(span)]
        return [day for day in days if MARKS[self.marks[day.day - 1]].pays]


@dataclass(frozen=True)
class Act:
    """An entry of a trail: ``by`` is the key of whoever acted."""

    number: int
    act: str
    by: str
    records: RecordKind | None


@dataclass
class Record:
    """Everything that was kept of a career, up to the day ``until``."""

    until: date
    career: Career
    died_on: date | None
    hires: dict[int, Hire]
    procedures: dict[int, Procedure]
    terms: list[Term]
    acts: list[Act]
    paid: list[Paid]

    def known(self, number: int) -> Known:
        """What is on record now."""
        return known_of(self.career, self.hires[number], self.procedures[number], self.terms, self.died_on)


def known_of(career: Career, hire: Hire, procedure: Procedure, terms: list[Term], died_on: date | None) -> Known:
    """What is on record of a hire."""
    dossier = hire.dossier
    category, born = career.age
    retires = any(g.ground == "retirement" and (not g.kinds or hire.kind in g.kinds) for g in procedure.grounds)
    limit = dossier.last_lawful_on
    stops = {
        "death": died_on,
        "end": dossier.ended_on,
        "over term": dossier.paid_until,
        # a term that the law alone carries on (pregnancy, illness) is paid to its end
        "limit": None if (dossier.protected_until or date.min) >= (dossier.term_ends_on or date.max) else limit,
        "retirement": statutory_retirement(born, Category(category)).on if retires else None,
    }
    spans = tuple(term.span for term in terms if term.number == hire.id and term.span is not None)
    return Known(dossier.started_on, spans, {name: day for name, day in stops.items() if day is not None})


# ---- the questions -----------------------------------------------------------------------------------------------


def outside_a_contract(record: Record) -> Iterator[str]:
    """No day is paid that lies in no live contract, or before the first day at work."""
    for one in record.paid:
        within = [day for day in one.days if any(first <= day <= last for first, last in one.known.spans)]
        if one.line.days > len(within) or one.known.started_on is None or one.line.from_on < one.known.started_on:
            yield f"{one.number} {one.month:%Y-%m}: {one.line.days} days paid, {len(within)} under contract"


def after_the_last_day(record: Record) -> Iterator[str]:
    """None is paid after an end, a death, a retirement, the end of a term or of the months that may be paid."""
    for one in record.paid:
        for name, last in one.known.stops.items():
            if one.line.until_on > last:
                yield f"{one.number} {one.month:%Y-%m}: paid to {one.line.until_on}, after the {name} of {last}"


def earned_and_not_paid(record: Record) -> Iterator[str]:
    """What was earned is paid: a line leaves out no day of its month."""
    for one in record.paid:
        month = [one.month + timedelta(n) for n in range(days_of(one.month))]
        earned = [day for day in month if MARKS[one.marks[day.day - 1]].pays and one.known.earned(day)]
        if one.line.days < len(earned):
            yield f"{one.number} {one.month:%Y-%m}: {one.line.days} days paid of {len(earned)}"


def beyond_the_months(record: Record) -> Iterator[str]:
    """No month beyond the limit is paid under a document that has one, unless an exception is named on record.

    Named are: near retirement, found by whoever approved; an extension that somebody granted; a protected period that
    carried the term on by law.
    """
    for number, hire in record.hires.items():
        limit = record.procedures[number].service.months
        last = max((one.line.until_on for one in record.paid if one.number == number), default=None)
        if limit is None or last is None:
            continue
        book = ledger(_periods(record, last), record.career.prior, limit)
        if book.exceeded and not _excepted(record, number, hire, last):
            yield f"{number}: {book.used} paid by {last}"


def _excepted(record: Record, number: int, hire: Hire, last: date) -> bool:
    lines = {line.exception for line in record.procedures[number].service.exceptions
             if not line.kinds or hire.kind in line.kinds}  # fmt: skip
    dossier = hire.dossier
    granted = any(a.number == number and a.records is RecordKind.EXTENSION and a.by != "system" for a in record.acts)
    extended = granted and dossier.extension_until is not None and last <= dossier.extension_until
    carried = any(a.number == number and a.records is RecordKind.STATUTORY_EXTENSION for a in record.acts)
    if carried and dossier.protected_until is not None and last <= dossier.protected_until:
        return True
    near = dossier.near_retirement and dossier.retires_on is not None and last <= dossier.retires_on
    return ("discretionary_extension" in lines and extended) or ("near_retirement" in lines and near)


def _periods(record: Record, until: date) -> list[Period]:
    """The days of service that were paid, over all posts. What was paid wrongly is told and comes back: it is none."""
    found = [period for number in record.hires for period in _served(record, number, record.known(number))]
    return [
        Period(one.starts_on, min(one.ends_on or until, until), "paid", "") for one in found if one.starts_on <= until
    ]


def overlapping_terms(record: Record) -> Iterator[str]:
    """Nobody is under two contracts on one day, whatever the post."""
    spans = [
        (number, no, (first, min(last, record.hires[number].dossier.ended_on or last)))
        for number, no, (first, last) in ((t.number, t.term_no, t.span) for t in record.terms if t.span is not None)
    ]
    for (number, no, (first, last)), (other, other_no, (begins, ends)) in combinations(spans, 2):
        if first <= ends and begins <= last:
            yield f"term {no} of {number} ({first}..{last}) and {other_no} of {other} ({begins}..{ends})"


#: what a person records by which a hire may end
_NAMED = {
    RecordKind.RENEWAL_DECISION: "decide_end",
    RecordKind.RESIGNATION: "resign",
    RecordKind.ENDING_DECISION: "decide_leaving",
}


def ended_by_nobody(record: Record) -> Iterator[str]:
    """No hire ends without the decision or resignation that a natural person put on record before."""
    for number, hire in record.hires.items():
        if hire.state is not State.DISMISSED:
            continue
        acts = [act for act in record.acts if act.number == number]
        ending = next(n for n, act in enumerate(acts) if act.records is RecordKind.ENDING)
        wanted = {"resignation": {"resign"}, "term_over": {"decide_end", "decide_leaving"}}
        named = {act.act for act in acts[:ending] if act.by != "system" and act.records in _NAMED}
        if not named & wanted.get(str(hire.dossier.leaving_ground), {"decide_leaving"}):
            yield f"{number} ended on {hire.dossier.ended_on} by {hire.dossier.leaving_ground}, after {sorted(named)}"


def unequal_to_the_ledger(record: Record) -> Iterator[str]:
    """The ledger of months is what was paid: the days of all paid lines together are the days of all terms, cut at the
    days after which nothing is paid; so both come to the same months and days.

    A month that is partly paid counts by the days of service that its line covers; a day that was missed lowers the
    money and not the months. What was learnt after a payment is told as overpaid.
    """
    for number, hire in record.hires.items():
        known = record.known(number)
        mine = [one for one in record.paid if one.number == number]
        paid = {day for one in mine for day in one.days if one.known.earned(day)}
        earned = {
            day for first, last in known.spans for day in _days(first, min(last, record.until))
            if known.earned(day) and record.career.pays(day)
        }  # fmt: skip
        if earned - paid:
            yield f"{number}: earned and never paid: {sorted(earned - paid)[:3]}"
        end = min((record.until, *known.stops.values()))
        spans = [(max(first, known.started_on or first), min(last, end)) for first, last in known.spans]
        kept = ledger([Period(first, last, "term", "") for first, last in spans if first <= last]).used
        served = ledger(_served(record, number, known)).used
        if kept != served:
            yield f"{number}: {kept} in the ledger, {served} on paid lines"
        yield from _overpaid(record, number, hire, known, mine, paid - earned)


def _served(record: Record, number: int, known: Known) -> list[Period]:
    """The days of service that the paid lines of a hire cover, as stretches."""
    lines = (one.line for one in record.paid if one.number == number)
    days = {day for line in lines for day in _days(line.from_on, line.until_on) if known.earned(day)}
    # a month of which every day was missed has no line, and was served all the same
    begun = {day for first, last in known.spans for day in _days(first, min(last, record.until)) if known.earned(day)}
    paying = {day.replace(day=1) for day in begun if record.career.pays(day)}
    days |= {day for day in begun if day.replace(day=1) not in paying}
    begins = sorted(day for day in days if day - _ONE_DAY not in days)
    ends = sorted(day for day in days if day + _ONE_DAY not in days)
    return [Period(first, last, "paid", "") for first, last in zip(begins, ends, strict=True)]


def _overpaid(
    record: Record, number: int, hire: Hire, known: Known, mine: list[Paid], wrong: set[date]
) -> Iterator[str]:
    """All of it is told, from its first month to its last, and where no day was missed nothing else is.

    A line keeps how many days it pays and not which: of a month with days that were missed a hint may say too much.
    """
    lines = [PaidDays(one.line.from_on, one.line.until_on, one.line.net_fen, one.line.days) for one in mine]
    terms = [(term.starts_on, min(term.ends_on, term.ended_on or term.ends_on)) for term in record.terms
             if term.number == number and term.starts_on and term.ends_on]  # fmt: skip
    told = overpaid(lines, terms, record.died_on, left=hire.state is State.DISMISSED)
    if told is None:
        if wrong:
            yield f"{number}: {len(wrong)} days paid wrongly and not told of"
        return
    months = {day.replace(day=1) for day in wrong} | {one.month for one in mine if "x" in one.marks}
    if not {told.from_month, told.until_month} <= months:
        yield f"{number}: wrongly paid {sorted(wrong)[:1]}, told is {told}"
    elif wrong and not told.from_month <= min(wrong) <= max(wrong) < _after(told.until_month):
        yield f"{number}: wrongly paid {min(wrong)}..{max(wrong)}, told is {told}"


def _after(month: date) -> date:
    return (month + timedelta(32)).replace(day=1)


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(n) for n in range((last - first).days + 1))


def not_to_the_fen(record: Record) -> Iterator[str]:
    """Whole fen: what a line says is what its parts are together, each month's base within half a fen of its days."""
    standard = {"village": {"xunyang-2022-88": 100_000, "baihe-2022-72": 160_000}}
    for one in record.paid:
        hire, procedure, line = record.hires[one.number], record.procedures[one.number], one.line
        parts = [part.fen for part in line.parts]
        if any(type(fen) is not int for fen in parts) or line.net_fen != sum(parts) or line.net_fen < 0:
            yield f"{one.number} {one.month:%Y-%m}: {parts} are not {line.net_fen}"
        month = standard.get(hire.kind, {}).get(procedure.procedure, STANDARD)
        base = next(part.fen for part in line.parts if part.item == "base")
        if abs(Fraction(month * line.days, days_of(one.month)) - base) > Fraction(1, 2):
            yield f"{one.number} {one.month:%Y-%m}: {base} for {line.days} days"


def twice_for_a_month(record: Record) -> Iterator[str]:
    """One line for a person, a post and a month."""
    counts = Counter((record.hires[one.number].post.id, one.month) for one in record.paid)
    for (post, month), number in counts.items():
        if number > 1:
            yield f"post {post}, {month:%Y-%m}: {number} lines"


#: the pay of a month where the document leaves it to the place, in fen
STANDARD = 120_000
PROOFS: tuple[Callable[[Record], Iterator[str]], ...] = (
    outside_a_contract,
    after_the_last_day,
    earned_and_not_paid,
    beyond_the_months,
    overlapping_terms,
    ended_by_nobody,
    unequal_to_the_ledger,
    not_to_the_fen,
    twice_for_a_month,
)
#: those that hold of a career while some of it is not paid yet
AS_PAID = tuple(proof for proof in PROOFS if proof is not unequal_to_the_ledger)


def faults(record: Record) -> list[str]:
    """Everything that speaks against any of them."""
    return [f"{proof.__name__}: {fault}" for proof in PROOFS for fault in proof(record)]
