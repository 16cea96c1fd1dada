"""Corrections before and after (更正): what one would move, beyond the trail too, and the one that waits.

What follows within the hire is decided by ``states.correcting``; here stand the money that was paid by the old days and
the papers that were made since. Nothing here writes: a correction is proposed and confirmed as steps are taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from states.clocks import local_day
from states.correcting import Moves, correctable, moves, said_now, serving
from states.facts import Actor, Hire
from states.house import officers
from states.overpaid import Overpaid, Paid, days_paid, overpaid
from states.past import Entry
from states.refusals import InputRefused, NoSuchHire, StepNotOffered
from states.say import say
from states.service import cut_back
from states.versions import lawful_under
from states.vocabulary import RecordKind
from workflow.office import Office
from workflow.papers.making import PaperLine, papers_of
from workflow.past import past_of
from workflow.pay_rows import PERFORMANCE
from workflow.queries.recoveries import lines_paid, paid_line, received_of
from workflow.queries.scope import scoped
from workflow.reading import load_hires
from workflow.tables import metadata

Terms = tuple[tuple[date, date], ...]


@dataclass(frozen=True, slots=True)
class Lawful:
    """The last lawful day of another hire of the person, as it is on record and as the months would then have it."""

    hire_id: int
    before: date | None
    after: date | None


@dataclass(frozen=True, slots=True)
class YearPay:
    """Performance pay of a year that was paid, or stands on an open sheet: sheet, month, fen."""

    sheet: int
    month: date
    fen: int
    paid: bool


@dataclass(frozen=True, slots=True)
class Foreseen:
    """Everything that a correction would move.

    ``wrong``: what was paid for days that would lie in no term; ``unpaid``: first days of months with days that would
    be owed and were not paid; ``sheets``: sheets not paid yet with a line of this hire, which no longer hold;
    ``papers``: papers made since the fact was entered; ``lawful``: last lawful days of the person's other hires;
    ``performance``: the year's performance pay, where the assessment that it rests on would be another.
    """

    moves: Moves
    wrong: Overpaid | None
    unpaid: tuple[date, ...]
    sheets: tuple[tuple[int, date], ...]
    papers: tuple[PaperLine, ...]
    lawful: tuple[Lawful, ...] = ()
    performance: tuple[YearPay, ...] = ()


@dataclass(frozen=True, slots=True)
class Waiting:
    """A proposal that waits: its entry, the entry it would set right, its words, and what it moves."""

    seq: int
    entry: Entry
    reason: str
    evidence: str
    by: str
    foreseen: Foreseen


@dataclass(frozen=True, slots=True)
class Present:
    """What an entry says now, field by field, for a form. ``hire`` comes with its past."""

    hire: Hire
    entry: Entry
    values: Mapping[str, Any]


def hire_of(office: Office, hire_id: int, actor: Actor) -> Hire:
    """The hire, for officers who deal with it. Raises NoSuchHire, StepNotOffered."""
    with office.database.reading(scoped(actor).reach) as connection:
        return _seen(office, connection, hire_id, actor)


def present(office: Office, hire_id: int, number: int, actor: Actor) -> Present:
    """What may be set right of an entry, and what it says now. Raises NoSuchHire, StepNotOffered, InputRefused."""
    with office.database.reading(scoped(actor).reach) as connection:
        hire = _seen(office, connection, hire_id, actor)
    assert hire.past is not None
    rules = office.rulebook.rules(hire.procedure)
    entry = next((entry for entry in hire.past.entries if entry.seq == number), None)
    if entry is None or not correctable(rules, entry.from_stage, entry.act):
        raise InputRefused({"entry": say("这一号记录不能这样更正；身份信息和环节请通过相应的办理步骤改正")})
    return Present(hire, entry, said_now(hire, rules, entry))


def foresee(
    office: Office, hire_id: int, number: int, values: Mapping[str, Any], actor: Actor, at: datetime
) -> Foreseen:
    """What would move if the entry ``number`` had said ``values``. Nothing is written; ``at`` is aware.

    Raises NoSuchHire, StepNotOffered (not an officer's role there), InputRefused with every fault.
    """
    with office.database.reading(scoped(actor).reach) as connection:
        hire = _seen(office, connection, hire_id, actor)
        return _foreseen(office, connection, hire, number, values, actor, at)


def waiting(office: Office, hire_id: int, actor: Actor, at: datetime) -> Waiting | None:
    """The proposal that waits, with what it would move now; None where none does. Raises as ``foresee`` does."""
    table = metadata.tables["correction"]
    with office.database.reading(scoped(actor).reach) as connection:
        hire = _seen(office, connection, hire_id, actor)
        seq = hire.dossier.correcting_seq
        if seq is None:
            return None
        row = connection.execute(select(table).where(table.c.hire_id == hire_id, table.c.seq == seq)).one()
        assert hire.past is not None
        proposal = next(entry for entry in hire.past.entries if entry.seq == seq)
        found = _foreseen(office, connection, hire, row.entry, proposal.input["values"], actor, at)
        return Waiting(seq, found.moves.entry, row.reason, row.evidence, _name(connection, proposal), found)


def _name(connection: Connection, entry: Entry) -> str:
    account = metadata.tables["account"]
    return str(connection.execute(select(account.c.name).where(account.c.id == entry.account_id)).scalar() or "")


def _seen(office: Office, connection: Connection, hire_id: int, actor: Actor) -> Hire:
    hire = load_hires(connection, [hire_id]).get(hire_id)
    if hire is None or not scoped(actor).covers(hire.region):
        raise NoSuchHire(hire_id)
    if not actor.roles_in(hire.region) & set(officers(office.procedure(hire.procedure))):
        raise StepNotOffered(say("您在这个地区没有办理这一步的职责"), forbidden=True)
    return replace(hire, past=past_of(connection, hire_id))


def _foreseen(
    office: Office,
    connection: Connection,
    hire: Hire,
    number: int,
    values: Mapping[str, Any],
    actor: Actor,
    at: datetime,
) -> Foreseen:
    found = moves(hire, office.rulebook.rules(hire.procedure), office.setting.calendar, at, number, values)
    before, after = found.terms
    died_on = hire.person.died_on if hire.person is not None else None
    received = received_of(connection, [hire.id]).get(hire.id, [])
    made = papers_of(connection, scoped(actor), hire.id)
    return Foreseen(
        found,
        overpaid(received, after, died_on, left=found.dossier.ended_on is not None) if before != after else None,
        unpaid(before, after, _paid(connection, hire.id), local_day(at)),
        tuple(_open_sheets(connection, hire.id)) if before != after else (),
        tuple(line for line in made if line.replaced_at is None and local_day(line.made_at) >= found.entry.on),
        tuple(_lawful(office, connection, hire, found)),
        tuple(_performance(connection, hire.id, found)),
    )


def _performance(connection: Connection, hire_id: int, found: Moves) -> Iterator[YearPay]:
    """What the year's assessment decided of pay (绩效考核奖励): it is looked at again by hand, pots are shared."""
    if found.step.records is not RecordKind.ASSESSMENT:
        return
    line, sheet = metadata.tables["pay_line"], metadata.tables["pay_sheet"]
    year = int(found.entry.input["year"])
    asked = (
        select(sheet.c.id, sheet.c.month, sheet.c.status, line.c.net_fen)
        .join(line, line.c.sheet_id == sheet.c.id)
        .where(line.c.hire_id == hire_id, line.c.live, line.c.kind == PERFORMANCE, sheet.c.status != "void")
        .where(sheet.c.month.between(date(year, 1, 1), date(year, 12, 31)))
        .order_by(sheet.c.id)
    )
    for row in connection.execute(asked):
        yield YearPay(row.id, row.month, row.net_fen, row.status == "paid")


def _lawful(office: Office, connection: Connection, hire: Hire, found: Moves) -> Iterator[Lawful]:
    person = serving(hire, found.terms[1])
    for other in load_hires(connection, found.others).values():
        procedure = office.procedure(other.procedure)
        after = lawful_under(replace(other, person=person), procedure)
        if after != other.dossier.last_lawful_on:
            yield Lawful(other.id, other.dossier.last_lawful_on, after)


def _paid(connection: Connection, hire_id: int) -> list[Paid]:
    """The paid lines, also those that the bank refused: what they owe is owed on their own sheet."""
    return [
        paid_line(row)
        for row in connection.execute(lines_paid().where(metadata.tables["pay_line"].c.hire_id == hire_id))
    ]


def _open_sheets(connection: Connection, hire_id: int) -> Iterable[tuple[int, date]]:
    line, sheet = metadata.tables["pay_line"], metadata.tables["pay_sheet"]
    asked = (
        select(sheet.c.id, sheet.c.month)
        .join(line, line.c.sheet_id == sheet.c.id)
        .where(line.c.hire_id == hire_id, line.c.live, sheet.c.status.in_(("draft", "frozen", "approved")))
        .order_by(sheet.c.month)
    )
    return [(row.id, row.month) for row in connection.execute(asked)]


def unpaid(before: Terms, after: Terms, paid: Iterable[Paid], today: date) -> tuple[date, ...]:
    """The months with days that are in a term now and were in none before, up to ``today``, and that nobody paid."""
    given = {day for line in paid for day in days_paid(line, before)}
    return tuple(
        sorted({day.replace(day=1) for day in _days(cut_back(after), today) - _days(cut_back(before), today) - given})
    )


def _days(spans: Iterable[tuple[date, date]], today: date) -> set[date]:
    return {first + timedelta(n) for first, last in spans for n in range((min(last, today) - first).days + 1)}
