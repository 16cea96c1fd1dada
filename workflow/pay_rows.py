"""The rows of a pay sheet (发放明细): who belongs on it, what the law says of each, and the digest that binds them.

Read in few statements whatever the number of people; nothing is written here.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection, Row, Select, func, or_, select

from states.attendance_marks import days_of
from states.budget import Cost, split
from states.facts import Dossier, Person, dossier_from_json
from states.leaving import retires
from states.paid_back import Back, Reckoned
from states.pay import AskMonth, Line, NotPaid, Part, Service, month_line
from states.procedure import Procedure
from states.rates import Figure, in_force
from states.retirement import Category, statutory_retirement
from states.say import Sentence, say
from states.surnames import surname
from states.tenure import by_law_beyond
from states.top_up import Given
from states.versions import in_month
from states.vocabulary import State
from workflow import pay_once
from workflow.office import Office
from workflow.paid_back import PaidBack
from workflow.paper_months import on_paper
from workflow.pay_carried import once_here, with_other_sheets
from workflow.pay_differences import anew, numbered, reckoned, settle
from workflow.pay_once import Standing, leave_off, standing_lines, warn_of_shared_contacts
from workflow.portions import in_portions
from workflow.queries.paging import begins_with
from workflow.queries.scope import within
from workflow.tables import metadata

hire, person, post, opening = (metadata.tables[name] for name in ("hire", "person", "post", "opening"))
contract, attendance, rate = (metadata.tables[name] for name in ("contract", "attendance", "rate"))
MONTHLY, PERFORMANCE = pay_once.MONTHLY, pay_once.PERFORMANCE
_ONE_DAY = timedelta(1)


@dataclass(frozen=True, slots=True)
class Somebody:
    """A hire on a post as a sheet names it."""

    hire_id: int
    person_id: int
    post_id: int
    region: str
    procedure: str
    kind: str
    name: str
    post_title: str
    #: what may betray kinship with an officer
    person: Person
    left: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    """What a sheet says: paid lines, and who gets nothing with the reason. ``figures``: what was reckoned with."""

    paid: Mapping[int, Line]
    unpaid: Mapping[int, NotPaid]
    people: Mapping[int, Somebody]
    figures: Mapping[str, int] = field(default_factory=dict)
    #: for a performance sheet the pot and the ruling behind it, for a month who bears what
    basis: Mapping[str, Any] = field(default_factory=dict)
    #: of lines that pay what is still owed of a month: which one on that post it is
    topups: Mapping[int, int] = field(default_factory=dict)

    @property
    def stopping(self) -> dict[int, Sentence]:
        """Who holds the sheet up, and why."""
        return {hire_id: answer.why for hire_id, answer in self.unpaid.items() if answer.stops}

    @property
    def sum_fen(self) -> int:
        return sum(line.net_fen for line in self.paid.values())

    def digest(self) -> str:
        """What binds the rows: whoever approves approves these people, days and amounts, and no others.

        Bound with them is who gets nothing and why, and who bears what of the sum.
        """
        rows: list[Any] = [
            [
                somebody.hire_id,
                somebody.person_id,
                somebody.post_id,
                line.from_on.isoformat(),
                line.until_on.isoformat(),
                line.days,
                [[part.item, part.fen] for part in (*line.parts, *line.employer)],
                line.net_fen,
                self.topups.get(somebody.hire_id, 0),
            ]
            for somebody, line in sorted(
                ((self.people[hire_id], line) for hire_id, line in self.paid.items()), key=lambda both: both[0].hire_id
            )
        ]
        left_out = [[hire_id, said(answer.why), answer.sheet] for hire_id, answer in sorted(self.unpaid.items())]
        return hashlib.sha256(orjson.dumps([rows, left_out, self.basis], option=orjson.OPT_SORT_KEYS)).hexdigest()


def month_rows(
    office: Office,
    connection: Connection,
    procedure_id: str,
    region: str,
    month: date,
    extra: Mapping[str, int] | None = None,
    own: int | None = None,
) -> Rows:
    """The rows of a month (its first day) for everybody under a document whose post lies in ``region``.

    ``extra``: parts beside the document's own, the same for each, in fen. ``own``: the sheet that is reckoned anew.
    """
    last = month + _ONE_DAY * (days_of(month) - 1)
    rows = people_on_post(connection, procedure_id, region, month, last)
    people = {row.id: somebody_of(row) for row in rows}
    others = standing_lines(connection, _persons(people), month, MONTHLY, own)
    asks = with_other_sheets(_asks(office, connection, rows, region, month, extra or {}), people, others)
    answers = {hire_id: month_line(ask) for hire_id, ask in asks.items()}
    paid = {hire_id: answer for hire_id, answer in answers.items() if isinstance(answer, Line)}
    unpaid = {hire_id: answer for hire_id, answer in answers.items() if isinstance(answer, NotPaid)}
    settle(asks, paid, unpaid, others, _claimed(office, connection, rows, others, month))
    leave_off(people, paid, unpaid, others, further=True)
    once_here(asks, people, paid, others)
    warn_of_shared_contacts(rows, paid)
    set_here = in_force(set_figures(connection, region), region, last)
    shares = _shared_out(office.catalogue.current(procedure_id), people, paid, set_here, days_of(month))
    return Rows(paid, unpaid, people, set_here, shares, numbered(people, paid, others))


def month_of_hire(
    office: Office, connection: Connection, hire_id: int, month: date, marks: str
) -> tuple[list[Given], Line | NotPaid, Back]:
    """What a hire's lines of a month give, what it would bring if its attendance were ``marks``, what was claimed back.

    Of the lines those that were paid; where none was, the one that was made. A few statements and the figures.
    """
    row = connection.execute(_people().where(hire.c.id == hire_id)).one()
    lines, ask = _month_asked(office, connection, row, month)
    given = [line.given for line in lines if line.paid] or [line.given for line in lines]
    answer = anew(replace(ask, marks=marks), given)
    claimed = _claimed(office, connection, [row], lines, month)
    return given, answer, claimed.of(hire_id, reckoned(answer, given))


def _month_asked(office: Office, connection: Connection, row: Row[Any], month: date) -> tuple[list[Standing], AskMonth]:
    """The live lines of one hire's month, and what is asked of the law for it."""
    of_person = standing_lines(connection, [row.person_id], month, MONTHLY, None)
    asks = with_other_sheets(_asks(office, connection, [row], row.region, month, {}), {row.id: row}, of_person)
    return [line for line in of_person if line.hire_id == row.id], asks[row.id]


def _claimed(
    office: Office, connection: Connection, rows: Sequence[Row[Any]], others: Iterable[Standing], month: date
) -> PaidBack:
    """What was claimed back of a month of those to whom it was paid; other months of a claim are reckoned singly."""
    known = {row.id: row for row in rows}

    def reckon(hire_id: int, other: date) -> Reckoned:
        lines, ask = _month_asked(office, connection, known[hire_id], other)
        if given := [line.given for line in lines if line.paid]:
            return reckoned(anew(ask, given), given)
        return Reckoned(on_paper(office, connection, known[hire_id], [other]).get(other, 0), None)

    return PaidBack(connection, {line.hire_id for line in others if line.paid and line.hire_id in known}, month, reckon)


def _asks(
    office: Office,
    connection: Connection,
    rows: Sequence[Row[Any]],
    region: str,
    month: date,
    extra: Mapping[str, int],
) -> dict[int, AskMonth]:
    """What is asked of the law for each hire, by its number."""
    last = month + _ONE_DAY * (days_of(month) - 1)
    services = services_of(office, connection, rows)
    marks = _marks(connection, [row.id for row in rows], month)
    figures = set_figures(connection, region)
    calendar = office.setting.calendar
    worked = calendar.working_days_until(last) - calendar.working_days_until(month - _ONE_DAY)
    asks: dict[int, AskMonth] = {}
    for row in rows:
        key, standard_fen = in_month(row.dossier, row.procedure, row.monthly_fen, last)
        asks[row.id] = AskMonth(
            office.procedure(key),
            row.kind,
            month,
            services[row.id],
            marks.get(row.id),
            standard_fen,
            in_force(figures, row.region, last),
            extra,
            working_days=worked,
        )
    return asks


def _shared_out(
    procedure: Procedure, people: Mapping[int, Somebody], paid: Mapping[int, Line], figures: Mapping[str, int], of: int
) -> dict[str, Any]:
    """Who bears which part of the sheet, where the document says so."""
    costs = [
        Cost(people[hire_id].kind, one.gross_fen + one.employer_fen, one.days, of) for hire_id, one in paid.items()
    ]
    found = split(procedure, costs, figures.get("province_grant_month"))
    return {} if found is None else {"shares": asdict(found)}


def _persons(people: Mapping[int, Somebody]) -> set[int]:
    return {somebody.person_id for somebody in people.values()}


def set_figures(connection: Connection, region: str) -> list[Figure]:
    """The figures that are set for a region, for what lies within it, or for a larger one."""
    around = [region[:length] for length in range(len(region) + 1)]
    asked = select(rate.c.name, rate.c.region, rate.c.from_on, rate.c.value).where(
        or_(rate.c.region.in_(around), within(rate.c.region, (region,)))
    )
    return [Figure(*row) for row in connection.execute(asked)]


_COLUMNS = (
    hire.c.id,
    hire.c.person_id,
    hire.c.region,
    hire.c.kind,
    hire.c.procedure,
    hire.c.dossier,
    hire.c.state,
    opening.c.post_id,
    post.c.monthly_fen,
    post.c.title,
    person.c.name,
    person.c.key,
    person.c.relatives,
    person.c.contacts,
    person.c.born,
    person.c.sex,
    person.c.education,
    person.c.home_region,
    person.c.retirement_category,
    person.c.died_on,
)


def _people() -> Select[Any]:
    return (
        select(*_COLUMNS)
        .join(opening, opening.c.id == hire.c.opening_id)
        .join(post, post.c.id == opening.c.post_id)
        .join(person, person.c.id == hire.c.person_id)
    )


def people_on_post(
    connection: Connection, procedure_id: str, region: str, first: date, last: date, also: Iterable[int] = ()
) -> list[Row[Any]]:
    """Everybody with a term that touches these days, and everybody who serves though their term is over.

    ``also``: hires that belong here whatever their terms say now.
    """
    touching = select(contract.c.hire_id).where(
        contract.c.corrected_by.is_(None),
        contract.c.starts_on <= last,
        func.coalesce(contract.c.ended_on, contract.c.ends_on) >= first,
    )
    asked = _people().where(
        within(hire.c.region, (region,)),
        begins_with(hire.c.procedure, f"{procedure_id}@"),
        or_(hire.c.id.in_(touching), hire.c.serving),
    )
    rows = list(connection.execute(asked.order_by(hire.c.region, hire.c.id)).all())
    return rows + people_of(connection, set(also) - {row.id for row in rows})


def people_of(connection: Connection, hire_ids: Iterable[int]) -> list[Row[Any]]:
    """These hires, as ``people_on_post`` has them."""
    rows: list[Row[Any]] = []
    for some in in_portions(sorted(set(hire_ids))):
        rows += connection.execute(_people().where(hire.c.id.in_(some)).order_by(hire.c.region, hire.c.id)).all()
    return rows


def services_of(office: Office, connection: Connection, rows: Sequence[Row[Any]]) -> dict[int, Service]:
    """The days that may be paid of each hire, by its number."""
    terms = _terms(connection, [row.id for row in rows])
    return {row.id: service_of(office.procedure(row.procedure), row, terms.get(row.id, ())) for row in rows}


def _terms(connection: Connection, ids: Sequence[int]) -> dict[int, tuple[tuple[date, date], ...]]:
    """The terms of each hire, each to the day on which it really ended."""
    found: dict[int, list[tuple[date, date]]] = defaultdict(list)
    for some in in_portions(ids):
        asked = select(contract.c.hire_id, contract.c.starts_on, contract.c.ends_on, contract.c.ended_on).where(
            contract.c.hire_id.in_(some), contract.c.starts_on.is_not(None), contract.c.corrected_by.is_(None)
        )
        for hire_id, starts_on, ends_on, ended_on in connection.execute(asked):
            found[hire_id].append((starts_on, min(ends_on, ended_on or ends_on)))
    return {hire_id: tuple(sorted(terms)) for hire_id, terms in found.items()}


def _marks(connection: Connection, ids: Sequence[int], month: date) -> dict[int, str]:
    found: dict[int, str] = {}
    for some in in_portions(ids):
        asked = select(attendance.c.hire_id, attendance.c.marks).where(
            attendance.c.hire_id.in_(some), attendance.c.month == month
        )
        found |= {row.hire_id: row.marks for row in connection.execute(asked)}
    return found


def service_of(procedure: Procedure, row: Any, terms: tuple[tuple[date, date], ...]) -> Service:
    """The days that may be paid, as the case and the person have them."""
    dossier = dossier_from_json(row.dossier)
    limit_on = dossier.last_lawful_on if by_law_beyond(dossier) else None
    return Service(dossier.started_on, terms, tuple(_stops(procedure, row, dossier)), limit_on)


def _stops(procedure: Procedure, row: Any, dossier: Dossier) -> Iterable[tuple[date, Sentence]]:
    if dossier.ended_on is not None:
        yield dossier.ended_on, say("已于{day}离岗", day=dossier.ended_on)
    elif dossier.leaving_on is not None:
        yield dossier.leaving_on, say("已决定于{day}离岗", day=dossier.leaving_on)
    if dossier.paid_until is not None:
        yield dossier.paid_until, say("待遇发至{day}，此后停发", day=dossier.paid_until)
    if dossier.last_lawful_on is not None and not by_law_beyond(dossier):
        yield dossier.last_lawful_on, say("享受补贴的期限于{day}届满", day=dossier.last_lawful_on)
    if row.died_on is not None:
        yield row.died_on, say("本人已于{day}去世", day=row.died_on)
    if retires(procedure, row.kind):
        retires_on = statutory_retirement(row.born, Category(row.retirement_category)).on
        yield retires_on, say("已于{day}达到法定退休年龄", day=retires_on)


def somebody_of(row: Any) -> Somebody:
    return Somebody(
        row.id,
        row.person_id,
        row.post_id,
        row.region,
        row.procedure,
        row.kind,
        row.name,
        row.title,
        Person(
            row.person_id,
            row.key,
            row.born,
            row.sex,
            row.retirement_category,
            row.education,
            row.home_region,
            relatives=frozenset(row.relatives or ()),
            surname=surname(row.name),
            contacts=frozenset(row.contacts or ()),
        ),
        row.state == State.DISMISSED.value,
    )


# ---- as they are stored -------------------------------------------------------------------------------------------


def part_kept(part: Part) -> dict[str, Any]:
    """A part as plain values, its reason with it."""
    return {"item": part.item, "fen": part.fen, **said(part.why)}


def said(sentence: Sentence) -> dict[str, Any]:
    """A sentence as plain values."""
    facts = {name: value.isoformat() if isinstance(value, date) else value for name, value in sentence.facts.items()}
    return {"say": sentence.pattern, "facts": facts}


def sentence_of(raw: Mapping[str, Any]) -> Sentence:
    """The inverse of ``said``: days come back as their text."""
    return Sentence(raw["say"], raw["facts"])
