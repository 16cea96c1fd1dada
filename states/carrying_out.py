"""A step that passed its guards, made into a plan (办理成案): its effect, signatures, letters and the decision."""

from __future__ import annotations

from datetime import datetime

from states.correcting import Moves
from states.effects import EFFECTS, filings_due
from states.effects.act import Act
from states.facts import Dossier, Signature, holds_place
from states.guards import Answer, Ask
from states.house import CORRECTIONS, QUIET, answering, confirmers
from states.letter_facts import letter_facts
from states.machine import Rules
from states.plan import Plan, Row, TimerFact
from states.separation import approves, in_hiring, keys_of
from states.vocabulary import RecordKind, Role
from states.writing import Setting, Writing


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
        # of what is taken back the person is told what no longer counts
        taken_back = self.step.records is RecordKind.LEAVING_TAKEN_BACK
        facts |= letter_facts(self.step.records, self.hire.dossier if taken_back else self.dossier)
        told = [(letter.template, letter.to) for letter in self.step.letters]
        self.letters = [(template, to, facts) for template, to in (*told, *self._of_the_house())]

    def _of_the_house(self) -> list[tuple[str, Role]]:
        """Letters that no document asks for: an objection has come in, a place has come free (递补)."""
        procedure = self.rules.procedure
        if self.step.records in CORRECTIONS:
            return self._of_the_correction()
        if self.step.records is RecordKind.LEAVING_TAKEN_BACK:
            return [("leaving_taken_back", Role.APPLICANT)]
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
