"""A decision turned into a plan (成案): clocks, tasks, letters, the audit entry and the row of the hire.

``Writing`` holds what every plan has in common; a step that passed its guards, a reminder and a refused timer each add
their own. Nothing here asks a guard, and nothing here is written to a database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from states.calendar import Calendar
from states.canonical import canonical_of_checked, digest_of, link, plain
from states.clocks import (
    Mark,
    clearing,
    escalation_of,
    is_own,
    local_day,
    marks_to_arm,
    next_repeat,
    owners_of,
    running,
    tasks,
)
from states.correcting import Moves
from states.effects import EFFECTS, filings_due
from states.effects.act import Act
from states.facts import SYSTEM, Clock, Dossier, Hire, Signature, dossier_to_json, holds_place
from states.guards import Answer, Ask
from states.house import CORRECTIONS, QUIET, answering, confirmers
from states.letter_facts import letter_facts
from states.machine import Rules
from states.plan import ENFORCE_MARK, Plan, Row, TimerFact
from states.present_term import term_columns
from states.procedure import RecordKind, Role, Stage, State
from states.separation import approves, in_hiring, keys_of

#: what stays out of the audit bytes: words that may name a person. Their records are covered by a digest instead.
PROSE = frozenset(
    {"opinion", "reason", "text", "by_name", "evidence", "law", "receipt", "number", "boards"}
) | frozenset({"name", "board", "address", "matter", "took_part"})


@dataclass(frozen=True, slots=True)
class Setting:
    """What a decision needs beside the hire: the calendar in force and the hash of the audit trail."""

    calendar: Calendar
    algorithm: str = "sha256"


class Writing:
    """What every plan has in common: clocks, tasks, the audit entry and the row of the hire."""

    def __init__(self, hire: Hire, at: datetime, rules: Rules, setting: Setting) -> None:
        self.hire, self.at, self.rules, self.setting = hire, at.astimezone(UTC), rules, setting
        #: the rules under which the hire stood; others than ``rules`` only where it moves to another version
        self.rules_before = rules
        #: what the entry of such a move says of both versions
        self.versions: Row = {}
        #: clocks that are armed anew though their day is the same
        self.anew: frozenset[str] = frozenset()
        self.seq = hire.audit_seq + 1
        self.act = ""
        self.on = local_day(at)
        self.actor = SYSTEM
        self.role = Role.SYSTEM
        self.stage: Stage = rules.procedure.stage_by_name[hire.stage]
        #: states that the act passes through on its way (审核公示 in one phrase)
        self.through: tuple[State, ...] = ()
        self.visit = hire.visit
        self.dossier: Dossier = hire.dossier
        self.answers: tuple[Answer, ...] = ()
        self.fired: tuple[tuple[TimerFact, str], ...] = ()
        self.records: list[tuple[str, Row]] = []
        self.updates: list[tuple[str, Row, Row]] = []
        #: columns of the records that are told beside their digests, because later entries may set them again
        self.born: list[tuple[str, Row, Row]] = []
        self.input: Mapping[str, Any] = {}
        #: the bulk run that the act belongs to
        self.batch: str | None = None
        #: whom a deputy stands in for
        self.deputy_for: str | None = None
        #: nothing that a guard reads has changed
        self.quiet = False
        self.letters: list[tuple[str, Role, Row]] = []
        self.stored: Row = {}

    def finish(self, *, person_id: int | None, submitted_by: str, keep: str | None = None) -> Plan:
        cancelled, armed = self._clocks(keep)
        self.stored = dossier_to_json(self.dossier)
        body, head = self._entry()
        serving = self.stage.at_work or self.stage.pay_stopped
        delta = int(holds_place(self.stage.state, self.dossier)) - int(holds_place(self.hire.state, self.hire.dossier))
        plan = Plan(
            before=self.hire,
            act=self.act,
            at=self.at,
            on=self.on,
            stage=self.stage,
            visit=self.visit,
            dossier=self.dossier,
            answers=self.answers,
            seq=self.seq,
            head=head,
            person_id=person_id,
            submitted_by=submitted_by,
            serving=serving,
            place_delta=delta,
            hire=self._hire_row(person_id, submitted_by, serving, head),
            updates=self.updates,
            cancel_clocks=cancelled,
            fired=self.fired,
        )
        plan.rows["audit_entry"] = [self._audit_row(body, head)]
        for table, row in self.records:
            plan.rows.setdefault(table, []).append({**row, **self._born(table, row)})
        if armed:
            plan.rows["timer"] = armed
        self._tasks(plan)
        self._letters(plan)
        return plan

    # -- clocks and tasks

    def _clocks(self, keep: str | None) -> tuple[tuple[str, ...], list[Row]]:
        """Compares the clocks before and after; ``keep`` names one that the caller has already settled."""
        before = self.hire.dossier.clocks
        after = running(
            self.rules.procedure,
            self.stage.stage,
            self.hire.kind,
            self.visit,
            self.dossier,
            self.hire.opening,
            self.setting.calendar,
        )
        cancelled, armed = [], []
        for name in before:
            if name not in after:
                cancelled.append(name)
        for name, clock in after.items():
            old = before.get(name)
            same = old is not None and (old.due_on, old.visit) == (clock.due_on, clock.visit)
            if not same or name in self.anew:
                if old is not None:
                    cancelled.append(name)
                if name in self.anew:
                    after[name] = replace(clock, called=False, blocked=False)
                armed += [
                    self._timer_row(name, clock, m) for m in marks_to_arm(self.rules.procedure, name, clock, self.at)
                ]
            elif clock.blocked and name != keep and not self.quiet:
                # something has changed since the system's step was refused: ask again at once
                after[name] = replace(clock, blocked=False)
                armed.append(self._timer_row(name, clock, Mark("enforce", ENFORCE_MARK, self.at)))
        self.dossier = self.dossier.with_(clocks=after)
        return tuple(cancelled), armed

    def _timer_row(self, name: str, clock: Clock, mark: Mark) -> Row:
        return {
            "hire_id": self.hire.id,
            "name": name,
            "kind": mark.kind,
            "mark": mark.mark,
            "seq": self.seq,
            "visit": clock.visit,
            "legal_on": clock.due_on.isoformat(),
            "provisional": clock.provisional,
            "due_at": mark.at.isoformat(),
            "status": "pending",
        }

    def _tasks(self, plan: Plan) -> None:
        procedure = self.rules.procedure
        before = tasks(self.rules_before.procedure, self.hire.stage, self.hire.dossier, self.hire.dossier.clocks)
        if self.seq == 1:
            before = frozenset()  # the row of the hire stands there already, its tasks do not
        after = tasks(procedure, self.stage.stage, self.dossier, self.dossier.clocks)
        kept = {(task.name, task.role) for task in after}
        gone = sorted((t.name, t.role) for t in before if (t.name, t.role) not in kept)
        plan.drop_tasks = tuple({"hire_id": self.hire.id, "name": name, "role": role.value} for name, role in gone)
        for task in sorted(after - before, key=lambda t: (t.name, t.role)):
            plan.add(
                "task",
                hire_id=self.hire.id,
                name=task.name,
                role=task.role.value,
                region=self.hire.region,
                due_on=task.due_on.isoformat() if task.due_on else None,
                seq=self.seq,
                assigned_to=task.assigned_to,
            )

    # -- the audit entry and the hire

    def _entry(self) -> tuple[str, str]:
        before, after = self.hire.stored, self.stored
        changes = {key: after.get(key) for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
        body = canonical_of_checked(
            {
                "v": 3,
                "alg": self.setting.algorithm,
                "hire": self.hire.id,
                "seq": self.seq,
                "prev": self.hire.audit_head,
                "procedure": self._procedure,
                "act": self.act,
                "from": self.hire.stage,
                "to": self.stage.stage,
                "state": self.stage.state.value,
                "visit": self.visit,
                "at": self.at.isoformat(),
                "on": self.on.isoformat(),
                "actor": self._actor(),
                "input": {
                    # of a correction the fields that it sets right; each is plain
                    k: dict(v) if k == "values" else _said(v)
                    for k, v in self.input.items()
                    if k not in PROSE and k != "overrides" and v is not None
                },
                "answers": [_kept(answer) for answer in self.answers],
                "records": [[table, digest_of(self.setting.algorithm, row)] for table, row in self.records],
                "changes": changes,
                **({"sets": self._sets()} if self.updates else {}),
                **({"born": [list(row) for row in self.born]} if self.born else {}),
                **({"through": [state.value for state in self.through]} if self.through else {}),
                **({"batch": self.batch} if self.batch else {}),
                **({"versions": self.versions} if self.versions else {}),
            }
        )
        return body, link(self.setting.algorithm, self.hire.audit_head, body)

    @property
    def _procedure(self) -> str:
        """The version under which the hire stands after this entry."""
        return self.hire.procedure if self.rules is self.rules_before else self.rules.procedure.key

    def _actor(self) -> Row:
        who: Row = {"person": self.actor.person_key, "account": self.actor.account_id, "role": self.role.value}
        return who if self.deputy_for is None else {**who, "deputy_for": self.deputy_for}

    def _born(self, table: str, row: Row) -> Row:
        found = (
            values
            for name, keys, values in self.born
            if name == table and all(row[column] == value for column, value in keys.items())
        )
        return next(found, {})

    def _sets(self) -> list[list[Any]]:
        """Columns of earlier rows that this entry sets: table, which rows, what; no words that may name anybody."""
        return [
            [
                table,
                {name: value for name, value in keys.items() if name != "hire_id"},
                {name: value for name, value in values.items() if name not in PROSE},
            ]
            for table, keys, values in self.updates
        ]

    def _audit_row(self, body: str, head: str) -> Row:
        return {
            "hire_id": self.hire.id,
            "seq": self.seq,
            "at": self.at.isoformat(),
            "on_day": self.on.isoformat(),
            "act": self.act,
            "from_stage": self.hire.stage,
            "to_stage": self.stage.stage,
            "actor_key": self.actor.person_key,
            "account_id": self.actor.account_id,
            "role": self.role.value,
            "body": body,
            "hash": head,
        }

    def _hire_row(self, person_id: int | None, submitted_by: str, serving: bool, head: str) -> Row:
        return {
            "id": self.hire.id,
            "version": self.hire.version,
            "visit": self.visit,
            "procedure": self._procedure,
            "stage": self.stage.stage,
            "state": self.stage.state.value,
            "person_id": person_id,
            "submitted_by": submitted_by,
            "serving": serving,
            "audit_seq": self.seq,
            "audit_head": head,
            "dossier": self.stored,
            "entered_on": self.stored.get("entered_on"),
            **term_columns(self.stored),
            "changed_at": self.at.isoformat(),
        }

    def _letters(self, plan: Plan) -> None:
        for number, (template, to, facts) in enumerate(self.letters):
            plan.add(
                "outbox",
                message_id=f"{self.hire.id}-{self.seq}-{number}",
                hire_id=self.hire.id,
                seq=self.seq,
                n=number,
                template=template,
                to_role=to.value,
                region=self.hire.region,
                facts=facts,
                created_at=self.at.isoformat(),
                status="waiting",
                due_at=self.at.isoformat(),
            )


def _said(value: Any) -> Any:
    if isinstance(value, (str, int, bool, date)) or value is None:
        return value
    return str(value)


def _kept(answer: Answer) -> list[Any]:
    """An answer as the trail keeps it: guard, effect, passed, overridden, article, inputs."""
    verdict = answer.verdict
    return [
        answer.guard,
        answer.effect.value,
        verdict.passed,
        answer.overridden is not None,
        answer.article,
        dict(plain(verdict.inputs)),
    ]


class Carried(Writing):
    """A step that passed its guards."""

    def __init__(
        self,
        ask: Ask,
        rules: Rules,
        setting: Setting,
        role: Role,
        answers: tuple[Answer, ...],
        at: datetime,
        fired: tuple[tuple[TimerFact, str], ...],
        batch: str | None = None,
        moves: Moves | None = None,
    ) -> None:
        super().__init__(ask.hire, at, rules, setting)
        self.moves = moves
        self.batch, self.quiet = batch, ask.step.records in QUIET
        self.deputy_for = ask.actor.stands_for(role, ask.hire.region)
        self.step, self.act, self.on = ask.step, ask.step.act, ask.on
        self.actor, self.role, self.answers, self.fired = ask.actor, role, answers, fired
        self.input = ask.input

    def plan(self) -> Plan:
        if self._waits_for_signatures():
            self._sign()
        else:
            self._carry_out()
        person = self.hire.person
        # A signature that waits for others has brought the hire nowhere: whoever submitted it remains the submitter.
        # A case that was returned is still what its submitter brought, and nobody else's.
        returned = self.step.records is RecordKind.RETURN
        brought = self.visit != self.hire.visit and not self.actor.is_system and not returned
        submitted_by = self.actor.person_key if brought else self.hire.submitted_by
        if brought:
            self.dossier = self.dossier.with_(submitted_for=self.deputy_for)
        return self.finish(person_id=person.id if person else None, submitted_by=submitted_by)

    def _waits_for_signatures(self) -> bool:
        if not self.step.joint:
            return False
        signed = {s.role for s in self.dossier.signatures if s.act == self.step.act}
        return bool(frozenset(self.step.by) - signed - {self.role})

    def _sign(self) -> None:
        signature = Signature(self.step.act, self.role, self.actor.person_key, self.deputy_for)
        self.dossier = self.dossier.with_(signatures=(*self.dossier.signatures, signature), **self._approver())
        self._decision("sign")

    def _approver(self) -> Row:
        """Who approves in the chain of a hiring is remembered, so that nobody approves twice in it."""
        if not (approves(self.step) and in_hiring(self.hire)):
            return {}
        return {"approvers": tuple(dict.fromkeys((*self.dossier.approvers, *self._keys())))}

    def _keys(self) -> list[str]:
        return sorted(keys_of(self.actor, self.role, self.hire.region))

    def _carry_out(self) -> None:
        act = Act(
            self.hire,
            self.rules.procedure,
            self.step,
            self.input,
            self.on,
            self.setting.calendar,
            self.actor,
            self.role,
            self.seq,
            self.moves,
        )
        changes = {**self._approver(), **EFFECTS[self.step.records](act)}
        filings = filings_due(act)
        self.records, self.updates, self.born = act.rows, act.updates, act.born
        if self.step.to is not None:
            self.stage = self.rules.move(self.hire.stage, self.step.act)
            self.through = self.step.through
            self.visit += 1
            changes = {"entered_on": self.on, **changes}
        elif self.step.records is RecordKind.RETURN:
            self.stage = self.rules.move(self.hire.stage, f"return_to:{self.input['to']}")
            self.visit += 1
            changes = {"entered_on": self.on, **changes}
        dossier = self.dossier.with_(**changes)
        left = () if self.visit != self.hire.visit else self._signatures_left(dossier)
        self.dossier = dossier.with_(signatures=left, filings=(*dossier.filings, *filings))
        if not self.actor.is_system and not self.quiet:
            self._decision("refuse" if self.step.params.get("refuse") else "take")
        facts = {"act": self.act, "on": self.on.isoformat(), "stage": self.stage.stage}
        facts |= letter_facts(self.step.records, self.dossier)
        told = [(letter.template, letter.to) for letter in self.step.letters]
        self.letters = [(template, to, facts) for template, to in (*told, *self._of_the_house())]

    def _of_the_house(self) -> list[tuple[str, Role]]:
        """Letters that no document asks for: an objection has come in, a place has come free (递补)."""
        procedure = self.rules.procedure
        if self.step.records in CORRECTIONS:
            return self._of_the_correction()
        if self.step.records is RecordKind.OBJECTION:
            return [("objection_lodged", role) for role in answering(procedure, self.stage.stage)]
        if holds_place(self.hire.state, self.hire.dossier) and not holds_place(self.stage.state, self.dossier):
            return [("place_freed", role) for role in procedure.announcement.by]
        return []

    def _of_the_correction(self) -> list[tuple[str, Role]]:
        """更正: who may confirm hears of the proposal, and whoever was told a day that is another now hears that."""
        if self.step.records is RecordKind.CORRECTION:
            return [("correction_proposed", role) for role in confirmers(self.rules.procedure)]
        told = self.moves.told if self.moves is not None else ()
        roles = dict.fromkeys(Role(letter.role) for letter in told)
        confirmed = self.step.records is RecordKind.CORRECTION_CONFIRMED
        return [("correction_made", role) for role in roles] if confirmed else []

    def _signatures_left(self, dossier: Dossier) -> tuple[Signature, ...]:
        return tuple(s for s in dossier.signatures if s.act != self.step.act)

    def _subject(self) -> int:
        """What is ruled on: the hiring in its round, the proposal of an assessment, else this visit."""
        if approves(self.step) and in_hiring(self.hire):
            return -1 - self.hire.dossier.returns
        proposed = self.hire.dossier.proposed_seq if self.step.records is RecordKind.ASSESSMENT_RULING else None
        return proposed or self.hire.visit

    def _decision(self, outcome: str) -> None:
        """审核意见: which natural person took which step, against whom the four eyes are held in the database too."""
        overrides = [dict(o) for o in self.input.get("overrides", ())]
        self.records.append(
            (
                "decision",
                {
                    "hire_id": self.hire.id,
                    "seq": self.seq,
                    "visit": self.hire.visit,
                    "subject": self._subject(),
                    "act": self.act,
                    "stage": self.hire.stage,
                    "outcome": outcome,
                    "role": self.role.value,
                    "account_id": self.actor.account_id,
                    "officer_key": self.actor.person_key,
                    "submitter_key": self.hire.submitter_of(self.step.records),
                    "independent": self.step.independent,
                    "joint": self.step.joint,
                    "approves": approves(self.step),
                    "deputy_for": self.deputy_for,
                    "opinion": self.input.get("opinion") or self.input.get("reason"),
                    "approval_no": self.input.get("approval_no"),
                    "evidence": self.input.get("evidence"),
                    "law": self.input.get("law"),
                    "overrides": overrides,
                },
            )
        )


class Remind(Writing):
    """A reminding timer: the owners are told, the clock calls them from now on, and the next reminder is armed."""

    def __init__(
        self, hire: Hire, timer: TimerFact, clock: Clock, at: datetime, rules: Rules, setting: Setting
    ) -> None:
        super().__init__(hire, at, rules, setting)
        self.timer, self.clock = timer, clock
        self.act, self.quiet = f"remind:{timer.name}", True
        self.on = local_day(at)
        self.fired = ((timer, "done"),)

    def plan(self) -> Plan:
        name, procedure = self.timer.name, self.rules.procedure
        called = replace(self.clock, called=True)
        self.dossier = self.dossier.with_(clocks={**self.dossier.clocks, name: called})
        self.input = {"mark": self.timer.mark, "due_on": self.clock.due_on, "deadline": name}
        facts = {
            "deadline": name,
            "due_on": self.clock.due_on.isoformat(),
            "mark": self.timer.mark,
            "provisional": self.clock.provisional,
        }
        hearers = owners_of(procedure, name, self.dossier.filings)
        line = procedure.deadline_by_name.get(name)
        if self.timer.mark > 0 or (line is not None and self.timer.mark == max(line.marks)):
            hearers = (*hearers, *escalation_of(procedure, name))
        own = name.partition(":")[0] if is_own(name) else name
        template = f"remind_{own}"
        self.letters = [(template, role, facts) for role in dict.fromkeys(hearers)]
        person = self.hire.person
        plan = self.finish(person_id=person.id if person else None, submitted_by=self.hire.submitted_by, keep=name)
        following = next_repeat(procedure, name, called, self.timer.mark, self.at)
        if following is not None:
            plan.add("timer", **self._timer_row(name, called, following))
        return plan


class Blocked(Writing):
    """An enforcing timer whose steps were all refused: on record, and asked again after every change."""

    def __init__(
        self,
        hire: Hire,
        timer: TimerFact,
        clock: Clock,
        at: datetime,
        rules: Rules,
        setting: Setting,
        answers: tuple[Answer, ...],
    ) -> None:
        super().__init__(hire, at, rules, setting)
        self.timer, self.clock, self.answers = timer, clock, answers
        self.act, self.quiet = f"blocked:{timer.name}", True
        self.fired = ((timer, "blocked"),)

    def plan(self) -> Plan:
        name = self.timer.name
        self.dossier = self.dossier.with_(clocks={**self.dossier.clocks, name: replace(self.clock, blocked=True)})
        line = self.rules.procedure.deadline_by_name[name]
        facts = {"act": line.then[0], "on": self.on.isoformat(), "stage": self.stage.stage}
        self.letters = [("blocked", role, facts) for role in clearing(self.rules.procedure, self.stage.stage)]
        person = self.hire.person
        return self.finish(person_id=person.id if person else None, submitted_by=self.hire.submitted_by, keep=name)
