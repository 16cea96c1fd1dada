"""The entries that a move leaves in the trail (换版记录): proposed, taken back, and moved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from states.facts import Actor, Hire
from states.guards import Answer
from states.machine import Rules
from states.plan import Plan, Row
from states.procedure import Procedure
from states.recompute import Recomputing
from states.versions import Versions, lawful_under
from states.vocabulary import Role
from states.writing import Setting, Writing

MOVE, RECOGNISE, RUN_OUT = "move", "recognise", "run_out"
PROPOSE, DROP = "propose:", "drop:"
_ONE_DAY = timedelta(days=1)
NO_PROPOSAL: Mapping[str, None] = dict.fromkeys(("move_kind", "move_to", "move_by", "move_for", "move_seq"))


class Proposed(Writing):
    """A move that somebody proposes, or takes back: nothing of the hire changes but that it waits."""

    def __init__(
        self, hire: Hire, at: datetime, rules: Rules, setting: Setting, actor: Actor, role: Role, act: str, reason: str
    ) -> None:
        super().__init__(hire, at, rules, setting)
        self.actor, self.role, self.act, self.quiet = actor, role, act, True
        grant = actor.grant_for(role, hire.region)
        self.deputy_for = grant.deputy_for if grant is not None else None
        self.reason = reason

    def propose(self, kind: str, to: str, answers: tuple[Answer, ...] = ()) -> Plan:
        self.answers, self.input = answers, {"kind": kind, "to": to}
        self.dossier = self.dossier.with_(
            move_kind=kind, move_to=to, move_by=self.actor.person_key, move_for=self.deputy_for, move_seq=self.seq
        )
        return self._plan()

    def drop(self) -> Plan:
        self.input = {"proposal": self.hire.dossier.move_seq}
        self.dossier = self.dossier.with_(**NO_PROPOSAL)
        return self._plan()

    def _plan(self) -> Plan:
        self.records.append(("decision", decision(self, self.hire.submitted_by, self.reason)))
        person = self.hire.person
        return self.finish(person_id=person.id if person else None, submitted_by=self.hire.submitted_by)


def decision(
    writing: Writing, submitter: str, opinion: str, overrides: Sequence[Row] = (), *, independent: bool = False
) -> Row:
    """The row of who proposed or confirmed, against whom the four eyes are held in the database too."""
    return {
        "hire_id": writing.hire.id,
        "seq": writing.seq,
        "visit": writing.hire.visit,
        "subject": writing.hire.dossier.move_seq or writing.seq,
        "act": writing.act,
        "stage": writing.hire.stage,
        "outcome": "take",
        "role": writing.role.value,
        "account_id": writing.actor.account_id,
        "officer_key": writing.actor.person_key,
        "submitter_key": submitter,
        "independent": independent,
        "joint": False,
        "approves": False,
        "deputy_for": writing.deputy_for,
        "opinion": opinion,
        "approval_no": next((str(o["approval_no"]) for o in overrides if o.get("approval_no")), None),
        "evidence": None,
        "law": None,
        "overrides": list(overrides),
    }


class Moved(Recomputing):
    """A hire that goes over to another version; ``stage``: where it stands there."""

    def __init__(
        self,
        hire: Hire,
        at: datetime,
        versions: Versions,
        setting: Setting,
        actor: Actor,
        role: Role,
        filed_on: Mapping[int, date],
        board_days: Sequence[str] = (),
    ) -> None:
        super().__init__(hire, at, versions.old, setting, "", filed_on, board_days)
        self.versions_of, self.actor, self.role, self.act = versions, actor, role, MOVE
        grant = actor.grant_for(role, hire.region)
        self.deputy_for = grant.deputy_for if grant is not None else None

    def plan(self) -> Plan:
        old, new = self.versions_of.old.procedure, self.versions_of.new.procedure
        stage = self.versions_of.counterpart(self.hire.stage)
        assert stage is not None  # asked before: an obstacle
        self.rules, self.stage = self.versions_of.new, stage
        self.versions = self.versions_of.told()
        self.dossier = self.dossier.with_(
            **NO_PROPOSAL,
            earlier={**self.dossier.earlier, old.key: self.last_day().isoformat()},
            **self.changes(new),
        )
        # the same day by another rule may have other reminders, or another end
        self.anew = frozenset(_different(old, new))
        settled = self.settled()
        self.input = {"proposal": self.hire.dossier.move_seq, **self.said()}
        submitter = self.hire.dossier.move_by or self.hire.submitted_by
        self.records.append(("decision", self.decided(submitter)))
        self.records += self.further()
        person = self.hire.person
        plan = self.finish(person_id=person.id if person else None, submitted_by=self.hire.submitted_by)
        self.settle_timers(plan, settled)
        return plan

    def last_day(self) -> date:
        """The last day under the old version."""
        return self.on - _ONE_DAY

    def changes(self, new: Procedure) -> dict[str, Any]:
        """What changes in the dossier because other rules apply."""
        dossier = self.hire.dossier
        if dossier.started_on is None:
            return {}
        limit = lawful_under(self.hire, new)
        return {"last_lawful_on": limit} if limit != dossier.last_lawful_on else {}

    def said(self) -> dict[str, Any]:
        return {}

    def decided(self, submitter: str) -> Row:
        return decision(self, submitter, "", independent=True)

    def further(self) -> list[tuple[str, Row]]:
        return []


def _different(old: Procedure, new: Procedure) -> Iterator[str]:
    for line in new.deadlines:
        if old.deadline_by_name.get(line.deadline) != line:
            yield line.deadline
