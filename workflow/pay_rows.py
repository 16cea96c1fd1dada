"""The rows of a pay sheet (发放明细): who belongs on it, what the law says of each, and the digest that binds them.

Read in four statements whatever the number of people; nothing is written here.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection, Row, Select, func, or_, select

from states.attendance_marks import days_of
from states.facts import Dossier, dossier_from_json
from states.pay import AskMonth, Line, NotPaid, Part, Service, month_line
from states.procedure import Procedure, State
from states.rates import Figure, in_force
from states.retirement import Category, statutory_retirement
from states.say import Sentence, say
from workflow.office import Office
from workflow.queries.paging import begins_with
from workflow.queries.scope import within
from workflow.tables import metadata

hire, person, post, opening = (metadata.tables[name] for name in ("hire", "person", "post", "opening"))
contract, attendance, pay_line, rate = (
    metadata.tables[name] for name in ("contract", "attendance", "pay_line", "rate")
)
MONTHLY, PERFORMANCE = "monthly", "performance"
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
    person_key: str
    relatives: tuple[str, ...]
    left: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    """What a sheet says: paid lines, and who gets nothing with the reason. ``figures``: what was reckoned with."""

    paid: Mapping[int, Line]
    unpaid: Mapping[int, NotPaid]
    people: Mapping[int, Somebody]
    figures: Mapping[str, int] = field(default_factory=dict)
    #: for a performance sheet: the pot and the ruling behind it
    basis: Mapping[str, Any] = field(default_factory=dict)

    @property
    def stopping(self) -> dict[int, Sentence]:
        """Who holds the sheet up, and why."""
        return {hire_id: answer.why for hire_id, answer in self.unpaid.items() if answer.stops}

    @property
    def sum_fen(self) -> int:
        return sum(line.net_fen for line in self.paid.values())

    def digest(self) -> str:
        """What binds the rows: whoever approves approves these people, days and amounts, and no others."""
        rows = [
            [
                somebody.hire_id,
                somebody.person_id,
                somebody.post_id,
                line.from_on.isoformat(),
                line.until_on.isoformat(),
                line.days,
                [[part.item, part.fen] for part in (*line.parts, *line.employer)],
                line.net_fen,
            ]
            for somebody, line in sorted(
                ((self.people[hire_id], line) for hire_id, line in self.paid.items()), key=lambda both: both[0].hire_id
            )
        ]
        return hashlib.sha256(orjson.dumps(rows)).hexdigest()


def month_rows(
    office: Office,
    connection: Connection,
    procedure_id: str,
    region: str,
    month: date,
    extra: Mapping[str, int] | None = None,
) -> Rows:
    """The rows of a month (its first day) for everybody under a document whose post lies in ``region``.

    ``extra``: parts beside the document's own, the same for each, in fen.
    """
    last = month + _ONE_DAY * (days_of(month) - 1)
    rows = _on_post(connection, procedure_id, region, month, last)
    ids = [row.id for row in rows]
    terms, marks = _terms(connection, ids), _marks(connection, ids, month)
    figures = set_figures(connection, region)
    paid: dict[int, Line] = {}
    unpaid: dict[int, NotPaid] = {}
    for row in rows:
        procedure = office.procedure(row.procedure)
        answer = month_line(
            AskMonth(
                procedure,
                row.kind,
                month,
                service_of(procedure, row, terms.get(row.id, ())),
                marks.get(row.id),
                row.monthly_fen,
                in_force(figures, row.region, last),
                extra or {},
            )
        )
        if isinstance(answer, Line):
            paid[row.id] = answer
        else:
            unpaid[row.id] = answer
    people = {row.id: _somebody(row) for row in rows}
    _shared_contacts(rows, paid)
    _elsewhere(connection, people, paid, unpaid, month, MONTHLY)
    return Rows(paid, unpaid, people, in_force(figures, region, last))


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
    person.c.retirement_category,
    person.c.died_on,
)


def people_of(connection: Connection, ids: Sequence[int]) -> dict[int, Somebody]:
    """The people of hires, as a sheet names them."""
    found: dict[int, Somebody] = {}
    for some in _in_portions(ids):
        found |= {row.id: _somebody(row) for row in connection.execute(_people().where(hire.c.id.in_(some)))}
    return found


def _people() -> Select[Any]:
    return (
        select(*_COLUMNS)
        .join(opening, opening.c.id == hire.c.opening_id)
        .join(post, post.c.id == opening.c.post_id)
        .join(person, person.c.id == hire.c.person_id)
    )


def _on_post(connection: Connection, procedure_id: str, region: str, first: date, last: date) -> Sequence[Row[Any]]:
    """Everybody with a term that touches these days, and everybody who serves though their term is over."""
    touching = select(contract.c.hire_id).where(
        contract.c.starts_on <= last, func.coalesce(contract.c.ended_on, contract.c.ends_on) >= first
    )
    asked = _people().where(
        within(hire.c.region, (region,)),
        begins_with(hire.c.procedure, f"{procedure_id}@"),
        or_(hire.c.id.in_(touching), hire.c.serving),
    )
    asked = asked.order_by(hire.c.region, hire.c.id)
    return connection.execute(asked).all()


def _terms(connection: Connection, ids: Sequence[int]) -> dict[int, tuple[tuple[date, date], ...]]:
    """The terms of each hire, each to the day on which it really ended."""
    found: dict[int, list[tuple[date, date]]] = defaultdict(list)
    for some in _in_portions(ids):
        asked = select(contract.c.hire_id, contract.c.starts_on, contract.c.ends_on, contract.c.ended_on).where(
            contract.c.hire_id.in_(some), contract.c.starts_on.is_not(None)
        )
        for hire_id, starts_on, ends_on, ended_on in connection.execute(asked):
            found[hire_id].append((starts_on, min(ends_on, ended_on or ends_on)))
    return {hire_id: tuple(sorted(terms)) for hire_id, terms in found.items()}


def _marks(connection: Connection, ids: Sequence[int], month: date) -> dict[int, str]:
    found: dict[int, str] = {}
    for some in _in_portions(ids):
        asked = select(attendance.c.hire_id, attendance.c.marks).where(
            attendance.c.hire_id.in_(some), attendance.c.month == month
        )
        found |= {row.hire_id: row.marks for row in connection.execute(asked)}
    return found


#: of those who share something, so many are named
_TOLD = 3
#: what one statement may name
_PORTION = 5_000


def _in_portions(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[start : start + _PORTION] for start in range(0, len(ids), _PORTION))


def service_of(procedure: Procedure, row: Any, terms: tuple[tuple[date, date], ...]) -> Service:
    """The days that may be paid, as the case and the person have them."""
    dossier = dossier_from_json(row.dossier)
    return Service(dossier.started_on, terms, tuple(_stops(procedure, row, dossier)))


def _stops(procedure: Procedure, row: Any, dossier: Dossier) -> Iterable[tuple[date, Sentence]]:
    if dossier.ended_on is not None:
        yield dossier.ended_on, say("已于{day}离岗", day=dossier.ended_on)
    if dossier.paid_until is not None:
        yield dossier.paid_until, say("待遇发至{day}，此后停发", day=dossier.paid_until)
    if dossier.last_lawful_on is not None:
        yield dossier.last_lawful_on, say("享受补贴的期限于{day}届满", day=dossier.last_lawful_on)
    if row.died_on is not None:
        yield row.died_on, say("本人已于{day}去世", day=row.died_on)
    ground = procedure.ground_by_name.get("retirement")
    if ground is not None and (not ground.kinds or row.kind in ground.kinds):
        retires_on = statutory_retirement(row.born, Category(row.retirement_category)).on
        yield retires_on, say("已于{day}达到法定退休年龄", day=retires_on)


def _somebody(row: Any) -> Somebody:
    return Somebody(
        row.id,
        row.person_id,
        row.post_id,
        row.region,
        row.procedure,
        row.kind,
        row.name,
        row.title,
        row.key,
        tuple(row.relatives or ()),
        row.state == State.DISMISSED.value,
    )


def _shared_contacts(rows: Sequence[Any], paid: dict[int, Line]) -> None:
    """Two who are paid and share a phone, an address or a card are to be looked at before the money goes out."""
    holders: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        for index in row.contacts if row.id in paid else ():
            holders[index].append(row)
    for same in holders.values():
        for row in same:
            others = [other.id for other in same if other.person_id != row.person_id]
            if not others:
                continue
            listed = "、".join(str(number) for number in others[:_TOLD])
            why = say("与聘用{hires}的电话、住址或银行账号相同，请核对", hires=listed)
            if why not in paid[row.id].warnings:
                paid[row.id] = replace(paid[row.id], warnings=(*paid[row.id].warnings, why))


def _elsewhere(
    connection: Connection,
    people: Mapping[int, Somebody],
    paid: dict[int, Line],
    unpaid: dict[int, NotPaid],
    month: date,
    kind: str,
) -> None:
    """Who is on another live sheet for the same days is not paid a second time, whatever the post."""
    persons = {people[hire_id].person_id: hire_id for hire_id in paid}
    for some in _in_portions(sorted(persons)):
        asked = select(
            pay_line.c.person_id, pay_line.c.hire_id, pay_line.c.sheet_id, pay_line.c.from_on, pay_line.c.until_on
        ).where(pay_line.c.person_id.in_(some), pay_line.c.month == month, pay_line.c.kind == kind, pay_line.c.live)
        for row in connection.execute(asked):
            hire_id = persons[row.person_id]
            line = paid.get(hire_id)
            if row.hire_id == hire_id or line is None:
                continue
            if row.from_on <= line.until_on and line.from_on <= row.until_on:
                why = say("同一时间已列入第{sheet}号发放表（聘用{hire}）", sheet=row.sheet_id, hire=row.hire_id)
                unpaid[hire_id] = NotPaid(why, stops=True)
                del paid[hire_id]


# ---- as they are stored -------------------------------------------------------------------------------------------


def part_kept(part: Part) -> dict[str, Any]:
    """A part as plain values, its reason with it."""
    return {"item": part.item, "fen": part.fen, **said(part.why)}


def part_from(raw: Mapping[str, Any]) -> Part:
    """The inverse of ``part_kept``."""
    return Part(raw["item"], raw["fen"], sentence_of(raw))


def said(sentence: Sentence) -> dict[str, Any]:
    """A sentence as plain values."""
    facts = {name: value.isoformat() if isinstance(value, date) else value for name, value in sentence.facts.items()}
    return {"say": sentence.pattern, "facts": facts}


def sentence_of(raw: Mapping[str, Any]) -> Sentence:
    """The inverse of ``said``: days come back as their text."""
    return Sentence(raw["say"], raw["facts"])
