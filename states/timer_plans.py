"""A timer that has run, made into a plan (到期成案): the owners are reminded, or the step of the system is blocked."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from states.clocks import clearing, escalation_of, is_own, local_day, next_repeat, owners_of
from states.facts import Clock, Hire
from states.guards import Answer
from states.machine import Rules
from states.plan import Plan, TimerFact
from states.writing import Setting, Writing


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
