"""A trail folded again with some of its facts set right (重新推导): pure values in, dossier and rows out.

Every entry is carried out twice, once in the world as it stands on record and once in the corrected one, and only where
the two differ does the corrected one depart from what was written down. So a rule, a person or a calendar that changed
since then changes nothing here, and correcting a fact to what it says already changes nothing at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from states.bases import BASES
from states.calendar import Calendar
from states.chronology import check_days
from states.clocks import due
from states.effects import EFFECTS, filings_due
from states.effects.act import Act
from states.facts import Actor, Dossier, Grant, Hire, dossier_from_json
from states.guards import Answer, Ask
from states.house import CONFIRM_CORRECTION, CORRECTIONS
from states.inputs import INPUTS
from states.machine import Rules
from states.past import LATER, Entry, Row
from states.procedure import Procedure
from states.refusals import InputRefused
from states.say import Sentence, say
from states.steps import Step
from states.vocabulary import RecordKind, Role

#: kinds that no corrected fact reaches: what their entries changed is taken as it was written
INERT = CORRECTIONS | {
    *(RecordKind.COMMENT, RecordKind.DOCUMENT, RecordKind.ASSIGNMENT, RecordKind.SCORE),
    *(RecordKind.POINT, RecordKind.POINT_STRUCK, RecordKind.OBJECTION, RecordKind.OBJECTION_ANSWER),
    *(RecordKind.APPLICATION, RecordKind.SUSPENSION, RecordKind.RESUMPTION),
}
#: fields that say who did what and what waits, never what a corrected fact is: always as the trail has them
FOLLOWING = frozenset(
    {"clocks", "signatures", "approvers", "filings", "objection_handlers", "assigned"}
    | {"correcting_seq", "correcting_entry", "correcting_by", "correcting_for", "submitted_for", "proposed_for"}
)
#: stands for words that are kept outside the trail: effects only pass them on
_WORDS = "——"
#: entry → what its fields should say
Values = Mapping[int, Mapping[str, Any]]
Key = tuple[str, int, int]
Reports = dict[tuple[str, int], Row]
_MISSING = object()


@dataclass(frozen=True, slots=True)
class Turned:
    """A rule that answered otherwise on a past step: ``answer`` is what it says of the corrected facts."""

    seq: int
    step: Step
    answer: Answer


@dataclass(slots=True)
class Derived:
    """What follows: the dossier, the rows by table, entry and term, and what would have been asked otherwise."""

    dossier: Dossier = field(default_factory=Dossier)
    rows: dict[Key, Row] = field(default_factory=dict)
    turned: list[Turned] = field(default_factory=list)
    #: reports (备案) by name and the entry that made them due: the columns that follow from what entries say
    filings: Reports = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Again:
    """What every run of a trail has in common."""

    hire: Hire
    rules: Rules
    calendar: Calendar
    entries: tuple[Entry, ...]
    #: the day on which the question is asked: what is said of a day has happened by then
    today: date
    #: what followed from the corrections up to a confirming entry, by its number
    _known: dict[int, Derived] = field(default_factory=dict, compare=False, repr=False)

    @property
    def procedure(self) -> Procedure:
        return self.rules.procedure

    def rows_at(self, seq: int) -> tuple[dict[Key, Row], Reports]:
        """Rows and reports as they followed once the entry ``seq`` had confirmed a correction, to be changed freely."""
        if seq not in self._known:
            self._known[seq] = derive(self, confirmed(self.entries, seq + 1), seq)[1]
        known = self._known[seq]
        return (
            {key: dict(row) for key, row in known.rows.items()},
            {report: dict(row) for report, row in known.filings.items()},
        )


def confirmed(entries: Iterable[Entry], before: int) -> dict[int, dict[str, Any]]:
    """What entries say by the corrections that entries before ``before`` confirmed, the later over the earlier."""
    found: dict[int, dict[str, Any]] = {}
    known = {entry.seq: entry for entry in entries}
    for entry in known.values():
        if entry.act == CONFIRM_CORRECTION and entry.seq < before:
            proposal = known[entry.input["correction"]].input
            found.setdefault(proposal["entry"], {}).update(proposal["values"])
    return found


def derive(again: Again, values: Values, before: int) -> tuple[Derived, Derived]:
    """Folds the entries before ``before``: as they stand on record, and with ``values`` in force from the start.

    Raises InputRefused where the days of a later entry would come before what they rest on.
    """
    return _Run(again, values).over(before)


class _Run:
    """One fold: the world on record (``here``) beside the corrected one (``there``)."""

    def __init__(self, again: Again, values: Values) -> None:
        self.again, self.values = again, values
        self.stored: Row = {}
        self.here, self.there = Derived(), Derived()

    def over(self, before: int) -> tuple[Derived, Derived]:
        for entry in self.again.entries:
            if entry.seq < before:
                self._entry(entry)
        return self.here, self.there

    def _entry(self, entry: Entry) -> None:
        was, is_now = self.here.dossier, self.there.dossier
        self.stored = {k: v for k, v in {**self.stored, **entry.changes}.items() if v is not None}
        after = dossier_from_json(self.stored)
        self.here.dossier = after
        if entry.act == CONFIRM_CORRECTION:
            # on record the world became another here; in the corrected one nothing has happened but the confirmation
            self.here.rows, self.here.filings = self.again.rows_at(entry.seq)
            self.there.dossier = is_now.with_(**{name: getattr(after, name) for name in FOLLOWING})
            return
        step = self.again.rules.step(entry.from_stage, entry.act)
        if step is None or step.records in INERT or _only_signed(step, was, entry):
            self._follow(entry.changes.keys(), frozenset(), was, is_now, after)
            return
        self._carried(entry, step, was, is_now, after)

    def _follow(
        self, changed: Iterable[str], done: frozenset[str], was: Dossier, is_now: Dossier, after: Dossier
    ) -> None:
        """Fields that no effect has named: as on record, where both worlds agreed on them before."""
        taken = {
            name: getattr(after, name)
            for name in changed
            if name not in done and (name in FOLLOWING or getattr(was, name) == getattr(is_now, name))
        }
        self.there.dossier = self.there.dossier.with_(**taken)

    def _carried(self, entry: Entry, step: Step, was: Dossier, is_now: Dossier, after: Dossier) -> None:
        on = self._legal_day(entry, step, was, is_now)
        here = _Step(self.again, entry, step, was, self.here.rows, {}, entry.on)
        there = _Step(self.again, entry, step, is_now, self.there.rows, self.values.get(entry.seq, {}), on)
        if (was, entry.on, here.values) != (is_now, on, there.values) or self.here.rows != self.there.rows:
            self._asked(here, there)
        old, new = here.effect(self.here.filings), there.effect(self.there.filings)
        changes: dict[str, Any] = {}
        for name in old.keys() | new.keys():
            if old.get(name, _MISSING) == new.get(name, _MISSING):
                changes[name] = getattr(after, name)
            elif name in new:
                changes[name] = new[name]
        if entry.from_stage != entry.to_stage or "entered_on" in entry.changes:
            changes["entered_on"] = on if on != entry.on else after.entered_on
        self.there.dossier = is_now.with_(**changes)
        self._follow(entry.changes.keys(), frozenset(old.keys() | new.keys() | {"entered_on"}), was, is_now, after)

    def _legal_day(self, entry: Entry, step: Step, was: Dossier, is_now: Dossier) -> date:
        """The day on which an entry takes effect: of the system's steps, the day after the period that ends then.

        A notice came down on the day on which it did, whatever its period ought to have been.
        """
        if entry.role != Role.SYSTEM.value or step.records is RecordKind.NOTICE_END:
            return entry.on
        procedure, opening = self.again.procedure, self.again.hire.opening
        for line in procedure.deadlines_during[entry.from_stage]:
            bases = (BASES[line.base](procedure, dossier, opening) for dossier in (was, is_now))
            if step.act not in line.then or None in (days := tuple(bases)):
                continue
            before, now = (
                due(procedure, line.length, day, self.again.calendar)[0] + timedelta(days=1) for day in days if day
            )
            if before == entry.on:
                return now
        return entry.on

    def _asked(self, here: _Step, there: _Step) -> None:
        """What rules say of the corrected facts that they did not say of those on record."""
        here_says, there_says = here.chronology(), there.chronology()
        if there_says is not None and here_says is None:
            name, why = there_says
            if here.entry.seq in self.values:
                raise InputRefused({name: why})
            told = say(
                "与第{seq}号“{step}”的日期先后不合（{why}），请先更正那一号",
                seq=here.entry.seq,
                step=here.step.zh,
                why=why.text(),
            )
            raise InputRefused({"values": told})
        before = {answer.guard: answer for answer in here.answers()}
        for answer in there.answers():
            if before[answer.guard].verdict.passed != answer.verdict.passed:
                self.there.turned.append(Turned(here.entry.seq, here.step, answer))


class _Step:
    """One past step in one of the two worlds."""

    def __init__(
        self,
        again: Again,
        entry: Entry,
        step: Step,
        dossier: Dossier,
        rows: dict[Key, Row],
        values: Mapping[str, Any],
        on: date,
    ) -> None:
        self.again, self.entry, self.step, self.rows, self.on = again, entry, step, rows, on
        self.values, self.corrected = read_input(entry, step, values), bool(values)
        self.actor = Actor(entry.account_id, entry.actor_key, "", (Grant(Role(entry.role), ""),))
        stage = again.procedure.stage_by_name[entry.from_stage]
        hire = again.hire
        person = None if hire.person is None else replace(hire.person, periods=self._periods(hire))
        seq = entry.seq - 1
        self.hire = replace(
            hire, stage=stage.stage, state=stage.state, dossier=dossier, person=person, audit_seq=seq, past=None
        )

    def _periods(self, hire: Hire) -> tuple[tuple[date, date, int | None], ...]:
        assert hire.person is not None
        others = tuple(period for period in hire.person.periods if period[2] != hire.id)
        return (*others, *((first, last, hire.id) for first, last in terms(self.rows)))

    def effect(self, reports: Reports) -> Mapping[str, Any]:
        """Carries the step out: the change of the dossier; rows are kept beside it, and of reports in ``reports``."""
        act = Act(
            self.hire,
            self.again.procedure,
            self.step,
            self.values,
            self.on,
            self.again.calendar,
            self.actor,
            Role(self.entry.role),
            self.entry.seq,
        )
        changes = EFFECTS[self.step.records](act)
        filings_due(act)
        for table, row in act.rows:
            if table == "filing":
                reports[row["filing"], row["seq"]] = {"due_on": row["due_on"], "provisional": row["provisional"]}
            if table in LATER:
                self.rows[table, row["seq"], row.get("term_no", 0)] = {**dict.fromkeys(LATER[table]), **row}
        for table, keys, values in act.updates:
            if table == "filing":
                reports.setdefault((keys["filing"], keys["seq"]), {}).update(values)
            for (name, _, _), row in self.rows.items():
                if name == table and all(row.get(column) == value for column, value in keys.items()):
                    row.update(values)
        return changes

    def chronology(self) -> tuple[str, Sentence] | None:
        by_now = max(self.on, self.again.today) if self.corrected else self.on
        try:
            check_days(self.hire, self.step, self.values, by_now)
        except InputRefused as refusal:
            return next(iter(refusal.faults.items()))
        return None

    def answers(self) -> Iterable[Answer]:
        ask = Ask(self.hire, self.again.procedure, self.step, self.on, self.again.calendar, self.actor, self.values)
        for bound in self.again.rules.guards_of(self.step, self.hire.kind):
            by = tuple(role.value for role in bound.line.override_by)
            verdict = bound.function(ask, bound.rule)
            yield Answer(bound.line.use, bound.line.effect, bound.article, verdict, None, by)


def _only_signed(step: Step, dossier: Dossier, entry: Entry) -> bool:
    """Whether an entry was one signature of several, and others had still to sign."""
    if not step.joint:
        return False
    signed = {signature.role for signature in dossier.signatures if signature.act == step.act}
    return bool(frozenset(step.by) - signed - {Role(entry.role)})


def read_input(entry: Entry, step: Step, values: Mapping[str, Any]) -> dict[str, Any]:
    """The input of a past step with ``values`` in place of what it said. Raises pydantic.ValidationError."""
    model = INPUTS[step.records]
    said = {**entry.words, **entry.input}
    payload: dict[str, Any] = {name: value for name, value in said.items() if name in model.model_fields}
    if "boards" in model.model_fields:
        # a board that hung since the day of the whole moves with it; one with a day of its own does not
        whole = entry.input.get("posted_on")
        payload["boards"] = [
            {"name": name} if day == whole else {"name": name, "posted_on": day} for name, day in entry.boards
        ]
    for name, about in model.model_fields.items():
        if name not in payload and (about.is_required() or (values and name == "evidence")):
            payload[name] = _WORDS
    return dict(model.model_validate({**payload, **values}))


def terms(rows: Mapping[Key, Row]) -> tuple[tuple[date, date], ...]:
    """First and last days of the terms that rows of contracts have."""
    day = date.fromisoformat
    return tuple(
        (day(row["starts_on"]), day(row["ended_on"] or row["ends_on"]))
        for (table, _, _), row in sorted(rows.items())
        if table == "contract" and row["starts_on"] is not None
    )
