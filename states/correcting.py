"""Setting a past fact right (更正): what may be corrected, and everything that moves with it.

An entry of the trail is never changed. One officer proposes what its fields should have said, the system shows what
else moves, and a second natural person confirms; the confirming entry carries what follows (``states.rederiving``).
See ``docs/decisions/0018-corrections.md``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any

from pydantic import ValidationError

from states.calendar import Calendar
from states.clocks import local_day, running
from states.facts import SYSTEM, Clock, Dossier, Hire, OpenFiling, Person
from states.guards import Ask
from states.house import CORRECTIONS
from states.input_checks import check_scale, faults_of
from states.machine import Rules
from states.past import Entry, NewRow, Past, Report, Row, Told
from states.procedure import Procedure
from states.rederiving import FOLLOWING, Again, Derived, Turned, confirmed, derive, read_input, terms
from states.refusals import InputRefused
from states.say import Fact, Sentence, say
from states.service import Span, cut_back
from states.steps import Step
from states.tenure import ledger_of, served_periods
from states.vocabulary import Effect, RecordKind

#: what may be set right of each kind of fact; who the person is and where the hire stands are matters of other steps
CORRECTABLE: Mapping[RecordKind, tuple[str, ...]] = {
    RecordKind.MEETING: ("held_on", "present", "in_favour"),
    RecordKind.NOTICE: ("posted_on",),
    RecordKind.TRAINING: ("held_on", "passed", "hours"),
    RecordKind.START: ("started_on",),
    RecordKind.AGREEMENT: ("signed_on", "number"),
    RecordKind.CONTRACT: ("signed_on", "starts_on", "number"),
    RecordKind.ASSESSMENT: ("points", "grade", "skilled"),
    RecordKind.RENEWAL_SIGNING: ("signed_on", "number"),
    RecordKind.PROTECTION: ("kind", "until"),
    RecordKind.EXTENSION: ("until",),
    RecordKind.RESIGNATION: ("given_on", "leave_on"),
    RecordKind.HANDOVER: ("done_on",),
    RecordKind.ENDING_DECISION: ("ground", "effective_on", "notice_on", "in_lieu_yuan", "in_lieu_on"),
    RecordKind.SURVEY: ("held_on", "asked", "satisfied"),
    RecordKind.FILING: ("sent_on", "receipt"),
}


@dataclass(frozen=True, slots=True)
class Moves:
    """Everything that a correction moves (牵动的事项), before and after.

    ``said`` are the corrected fields; ``facts`` fields of the dossier; ``clocks`` running periods (None: not running);
    ``steps`` what can be done now: open before and after; ``reports`` those whose days or receipt are others, sent or
    owed; ``refused`` past steps whose rules would have stood against
    them; ``warned`` those whose warnings have come or gone; ``over`` periods that are over at once, so that the system
    acts; ``told`` letters in which a day stood that is another now; ``others`` running hires of the same person, whose
    last lawful day rests on the months that change.
    """

    entry: Entry
    step: Step
    said: tuple[tuple[str, Any, Any], ...]
    facts: tuple[tuple[str, Any, Any], ...]
    clocks: tuple[tuple[str, Clock | None, Clock | None], ...]
    steps: tuple[tuple[Step, bool, bool], ...]
    reports: tuple[Report, ...]
    refused: tuple[Turned, ...]
    warned: tuple[Turned, ...]
    over: tuple[tuple[str, Clock], ...]
    told: tuple[Told, ...]
    terms: tuple[tuple[tuple[date, date], ...], tuple[tuple[date, date], ...]]
    months: tuple[Span, Span] | None
    others: tuple[int, ...]
    rows: tuple[NewRow, ...]
    dossier: Dossier

    def changes(self) -> dict[str, Any]:
        """The change of the dossier that the confirming entry carries."""
        return {name: after for name, _, after in self.facts}


def check_correction(
    hire: Hire, step: Step, values: Mapping[str, Any], rules: Rules, calendar: Calendar, at: datetime
) -> Moves | None:
    """What a proposal or its confirmation moves; None for other steps and for a proposal that is turned down.

    Raises InputRefused: another proposal waits, it is not the one that waits, it cannot be, or it undoes what a past
    step rested on and the confirmer has not said that they saw it.
    """
    waits = hire.dossier.correcting_seq
    if step.records is RecordKind.CORRECTION:
        if waits is not None:
            raise InputRefused({"entry": say("第{seq}号更正还没有决定，决定之后再提出", seq=waits)})
        return moves(hire, rules, calendar, at, values["entry"], values["values"])
    if step.records not in CORRECTIONS:
        return None
    if values["correction"] != waits:
        raise InputRefused({"correction": say("这项更正已经决定，或没有提出过")})
    if step.records is RecordKind.CORRECTION_REFUSED:
        return None
    assert hire.past is not None
    proposal = next(entry for entry in hire.past.entries if entry.seq == waits)
    found = moves(hire, rules, calendar, at, proposal.input["entry"], proposal.input["values"])
    if found.refused and not values["acknowledged"]:
        told = say("更正之后，以往有{n}步本来不能办理；请看清之后勾选，再确认", n=len(found.refused))
        raise InputRefused({"acknowledged": told})
    if found.others and not values["acknowledged"]:
        numbers = "、".join(map(str, found.others))
        told = say("更正之后，本人的聘用{hires}还能任职多久会有变动；请看清之后勾选，再确认", hires=numbers)
        raise InputRefused({"acknowledged": told})
    return found


def correctable(rules: Rules, from_stage: str, act: str) -> tuple[str, ...]:
    """The fields of an entry that may be set right, by its act; none where the entry is of another kind."""
    step = rules.step(from_stage, act)
    if step is None or step.automatic:
        return ()
    names = CORRECTABLE.get(step.records, ())
    if step.records is not RecordKind.ASSESSMENT:
        return names
    # of points that were noted one by one the total is set right: the single ones are struck until the year is ruled on
    return ("points" if rules.procedure.assessment.scale == "points" else "grade", "skilled")


def said_now(hire: Hire, rules: Rules, entry: Entry) -> dict[str, Any]:
    """What the correctable fields of an entry say now, corrections that were confirmed included."""
    assert hire.past is not None
    step = rules.step(entry.from_stage, entry.act)
    assert step is not None
    values = read_input(entry, step, confirmed(hire.past.entries, hire.audit_seq + 1).get(entry.seq, {}))
    return {name: values.get(name) for name in correctable(rules, entry.from_stage, entry.act)}


def moves(hire: Hire, rules: Rules, calendar: Calendar, at: datetime, number: int, values: Mapping[str, Any]) -> Moves:
    """What moves if the entry ``number`` had said ``values``. ``hire`` comes with its past; ``at`` is aware.

    Raises InputRefused with every fault: fields that cannot be corrected or read, days in an order that cannot be,
    values that the entry has already.
    """
    assert hire.past is not None
    entry, step = _entry(hire.past, rules, number)
    _check_fields(hire, rules, entry, step, values)
    again = Again(hire, rules, calendar, hire.past.entries, local_day(at))
    known = confirmed(again.entries, hire.audit_seq + 1)
    wanted = {**known, number: {**known.get(number, {}), **values}}
    before, after = _read(entry, step, known.get(number, {})), _read(entry, step, wanted[number])
    _check_days_of(after, at)
    said = tuple((name, before[name], after[name]) for name in values if before[name] != after[name])
    if not said:
        raise InputRefused({"values": say("与现在的记录相同，没有要更正的")})
    here, there = derive(again, wanted, hire.audit_seq + 1)
    _check_scale(rules.procedure, replace(hire, dossier=_before(again, known, number)), step, after)
    _check_terms(here, there)
    _check_others(hire, here, there)
    return _moves(hire, rules, calendar, at, entry, step, said, here, there)


def _entry(past: Past, rules: Rules, number: int) -> tuple[Entry, Step]:
    entry = next((entry for entry in past.entries if entry.seq == number), None)
    step = None if entry is None else rules.step(entry.from_stage, entry.act)
    if entry is None or step is None or not correctable(rules, entry.from_stage, entry.act):
        raise InputRefused({"entry": say("这一号记录不能这样更正；身份信息和环节请通过相应的办理步骤改正")})
    if any("earlier" in later.changes for later in past.entries if later.seq > number):
        # what a move to another version made of it does not follow from the trail alone
        raise InputRefused({"entry": say("这一号记录是换版或重新认定以前办理的，不能更正；有误的按现在的情况另行办理")})
    return entry, step


def _check_fields(hire: Hire, rules: Rules, entry: Entry, step: Step, values: Mapping[str, Any]) -> None:
    known = correctable(rules, entry.from_stage, entry.act)
    faults: dict[str, Sentence] = {name: say("没有这一项") for name in values if name not in known}
    if step.records is RecordKind.ASSESSMENT and hire.dossier.proposed_seq == entry.seq:
        faults["entry"] = say("这次考核还没有审定，请重新提出考核，不必更正")
    assert hire.past is not None
    if step.records is RecordKind.NOTICE:
        steps = ((e, rules.step(e.from_stage, e.act)) for e in hire.past.entries if e.seq > entry.seq)
        if any(later is not None and later.records is RecordKind.NOTICE for _, later in steps):
            faults["entry"] = say("这次公示之后又重新公示过，现在有效的是后一次公示")
    if faults:
        raise InputRefused(faults)


def _read(entry: Entry, step: Step, values: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return read_input(entry, step, values)
    except ValidationError as error:
        raise InputRefused(faults_of(error)) from None


def _check_days_of(values: Mapping[str, Any], at: datetime) -> None:
    """Counts that contradict each other: more satisfied than asked. Days are checked where the step is done again."""
    if "satisfied" in values and values["satisfied"] > values["asked"]:
        raise InputRefused({"satisfied": say("满意人数不能多于参与人数{asked}人", asked=values["asked"])})


def _check_scale(procedure: Procedure, hire: Hire, step: Step, values: Mapping[str, Any]) -> None:
    """As of a proposal; but a total that was ruled on may be another than the single points come to (审定后更正)."""
    if step.records is RecordKind.ASSESSMENT and procedure.assessment.reckoned:
        if values["points"] is not None and values["points"] < 0:
            raise InputRefused({"points": say("总分不能低于0分")})
        values = {**values, "points": None}
    check_scale(procedure, hire, step, values)


def _before(again: Again, known: Mapping[int, Mapping[str, Any]], number: int) -> Dossier:
    """The dossier as the entry ``number`` found it, with what was corrected so far."""
    return derive(again, known, number)[1].dossier


def _check_terms(here: Derived, there: Derived) -> None:
    """No correction makes a term run backwards. What does so on record (an end found late) may stay."""
    for key, row in there.rows.items():
        told = None if key[0] != "contract" else _backwards(key[2], row)
        if told is not None and (key not in here.rows or _backwards(key[2], here.rows[key]) is None):
            raise InputRefused({"values": told})


def _backwards(term_no: int, row: Row) -> Sentence | None:
    starts_on, ends_on, ended_on = row["starts_on"], row["ends_on"], row["ended_on"]
    if starts_on is not None and ends_on < starts_on:
        return say("第{n}期合同的起始日{start}会晚于终止日{end}", n=term_no, start=starts_on, end=ends_on)
    if ended_on is not None and ended_on < (starts_on or ""):
        return say("第{n}期合同会在开始之前就终止，请核对日期", n=term_no)
    return None


def _check_others(hire: Hire, here: Derived, there: Derived) -> None:
    """A person serves on one post at a time: no correction makes days of two hires meet that did not meet before."""
    if hire.person is None:
        return
    old, new = (cut_back(terms(rows)) for rows in (here.rows, there.rows))
    for first, last, other in served_periods(hire.person):
        if other is None or other == hire.id:
            continue
        for starts, ends in new:
            since, until = max(first, starts), min(last, ends)
            if since <= until and not any(a <= since and until <= b for a, b in old):
                facts: dict[str, Fact] = {"first": since, "last": until, "hire": other}
                told = say("更正后{first}至{last}会与本人的聘用{hire}重叠；请核对日期，或先更正聘用{hire}", **facts)
                raise InputRefused({"values": told})


# ---- what moves --------------------------------------------------------------------------------------------------


def _moves(
    hire: Hire,
    rules: Rules,
    calendar: Calendar,
    at: datetime,
    entry: Entry,
    step: Step,
    said: tuple[tuple[str, Any, Any], ...],
    here: Derived,
    there: Derived,
) -> Moves:
    reports = tuple(_reports(hire, here, there))
    dossier = there.dossier.with_(filings=_filings(hire, reports), clocks=hire.dossier.clocks)
    names = [name.name for name in fields(Dossier) if name.name not in FOLLOWING or name.name == "filings"]
    facts = tuple(
        (name, getattr(hire.dossier, name), getattr(dossier, name))
        for name in names
        if getattr(hire.dossier, name) != getattr(dossier, name)
    )
    clocks = tuple(_clocks(hire, rules, calendar, dossier))
    old, new = terms(here.rows), terms(there.rows)
    days = {before for _, before, _ in (*said, *facts) if isinstance(before, date)}
    days |= {before.due_on for _, before, _ in clocks if before is not None}
    turned = there.turned
    months = _months(hire, rules, old, new)
    return Moves(
        entry=entry,
        step=step,
        said=said,
        facts=facts,
        clocks=clocks,
        steps=tuple(_steps(hire, rules, calendar, at, dossier, new)),
        reports=reports,
        refused=tuple(one for one in turned if not one.answer.verdict.passed and one.answer.effect is not Effect.WARN),
        warned=tuple(one for one in turned if one.answer.verdict.passed or one.answer.effect is Effect.WARN),
        over=tuple(_over(rules, clocks, local_day(at))),
        told=tuple(_told(hire.past, days)),
        terms=(old, new),
        months=months,
        others=_others(hire, months, local_day(at)),
        rows=tuple(_rows(hire, here, there)),
        dossier=dossier,
    )


def _reports(hire: Hire, here: Derived, there: Derived) -> Iterator[Report]:
    """Each report of which a column would say something else now; what is the same in both worlds stays as it is."""
    assert hire.past is not None
    for row in hire.past.filings:
        was, now = (world.filings.get((row["filing"], row["seq"]), {}) for world in (here, there))
        changed = {column: value for column, value in now.items() if was.get(column) != value}
        if changed:
            yield Report(row, changed)


def _filings(hire: Hire, reports: tuple[Report, ...]) -> tuple[OpenFiling, ...]:
    moved = {(one.filing, one.seq): one.changed for one in reports}

    def again(filing: OpenFiling) -> OpenFiling:
        new = moved.get((filing.filing, filing.seq), {})
        due_on = date.fromisoformat(new["due_on"]) if "due_on" in new else filing.due_on
        return replace(filing, due_on=due_on, provisional=new.get("provisional", filing.provisional))

    return tuple(again(filing) for filing in hire.dossier.filings)


def _clocks(
    hire: Hire, rules: Rules, calendar: Calendar, dossier: Dossier
) -> Iterator[tuple[str, Clock | None, Clock | None]]:
    before = hire.dossier.clocks
    after = running(rules.procedure, hire.stage, hire.kind, hire.visit, dossier, hire.opening, calendar)
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if (old and old.due_on) != (new and new.due_on):
            yield name, old, new


def _steps(
    hire: Hire, rules: Rules, calendar: Calendar, at: datetime, dossier: Dossier, own: tuple[tuple[date, date], ...]
) -> Iterator[tuple[Step, bool, bool]]:
    """What the document offers where the hire stands, as far as a correction opens or closes it; for nobody's input."""
    after = replace(hire, dossier=dossier, person=serving(hire, own))
    for step in rules.procedure.steps_from[hire.stage]:
        if step.automatic:
            continue
        opened = [_open(one, rules, calendar, at, step) for one in (hire, after)]
        if opened[0] != opened[1]:
            yield step, opened[0], opened[1]


def _open(hire: Hire, rules: Rules, calendar: Calendar, at: datetime, step: Step) -> bool:
    ask = Ask(hire, rules.procedure, step, local_day(at), calendar, SYSTEM)
    guards = (bound for bound in rules.guards_of(step, hire.kind) if bound.line.effect is Effect.BLOCK)
    return all(bound.function(ask, bound.rule).passed for bound in guards)


def _over(
    rules: Rules, clocks: tuple[tuple[str, Clock | None, Clock | None], ...], today: date
) -> Iterator[tuple[str, Clock]]:
    for name, _, clock in clocks:
        line = rules.procedure.deadline_by_name.get(name)
        if clock is not None and line is not None and line.then and clock.due_on < today:
            yield name, clock


def _told(past: Past | None, days: set[date]) -> Iterator[Told]:
    """The letters in which one of these days stood."""
    texts = {day.isoformat() for day in days}
    for letter in past.letters if past is not None else ():
        if any(isinstance(fact, str) and fact in texts for fact in letter.facts.values()):
            yield letter


def _months(
    hire: Hire, rules: Rules, old: tuple[tuple[date, date], ...], new: tuple[tuple[date, date], ...]
) -> tuple[Span, Span] | None:
    """Months of the ledger before and after; None where the document knows no limit, or nothing changes."""
    if old == new:
        return None
    books = [ledger_of(somebody, rules.procedure) for own in (old, new) if (somebody := serving(hire, own)) is not None]
    used = [book.used for book in books if book is not None]
    return (used[0], used[1]) if len(used) == 2 else None


def serving(hire: Hire, own: tuple[tuple[date, date], ...]) -> Person | None:
    """The person of a hire as if its terms were ``own``: the ledger goes over all hires."""
    person = hire.person
    if person is None:
        return None
    others = tuple(period for period in person.periods if period[2] != hire.id)
    return replace(person, periods=(*others, *((first, last, hire.id) for first, last in own)))


def _others(hire: Hire, months: tuple[Span, Span] | None, today: date) -> tuple[int, ...]:
    """Other hires of the person that still run: their last lawful day rests on the same ledger."""
    if hire.person is None or months is None or months[0] == months[1]:
        return ()
    going_on = {by for _, last, by in hire.person.periods if by is not None and by != hire.id and last >= today}
    return tuple(sorted(going_on))


def _rows(hire: Hire, here: Derived, there: Derived) -> Iterator[NewRow]:
    """Each row in force that would say something else now, and the row that takes its place."""
    assert hire.past is not None
    seq = hire.audit_seq + 1
    for key, row in there.rows.items():
        was = here.rows.get(key, {})
        changed = {column: value for column, value in row.items() if was.get(column) != value}
        if not changed:
            continue
        table, origin, term_no = key
        for old in hire.past.rows.get(table, ()):
            if (old["corrects_seq"] or old["seq"], old.get("term_no", 0)) == (origin, term_no):
                yield NewRow(table, old, {**old, **changed, "seq": seq, "corrects_seq": origin, "corrected_by": None})
