"""A decision turned into a plan (成案): clocks, tasks, letters, the audit entry and the row of the hire.

``Writing`` holds what every plan has in common; a step that passed its guards (``carrying_out``), a reminder and a
refused timer (``timer_plans``) each add their own. Nothing here asks a guard or writes to a database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from states.calendar import Calendar
from states.canonical import canonical_of_checked, digest_of, link
from states.clocks import Mark, local_day, marks_to_arm, running, tasks
from states.entry import answer_kept, input_kept, sets_kept
from states.facts import SYSTEM, Clock, Dossier, Hire, dossier_to_json, holds_place
from states.guards import Answer
from states.machine import Rules
from states.plan import ENFORCE_MARK, Plan, Row, TimerFact
from states.present_term import term_columns
from states.steps import Stage
from states.vocabulary import Role, State


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
                "input": input_kept(self.input),
                "answers": [answer_kept(answer) for answer in self.answers],
                "records": [[table, digest_of(self.setting.algorithm, row)] for table, row in self.records],
                "changes": changes,
                **({"sets": sets_kept(self.updates)} if self.updates else {}),
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
