"""Deadlines computed again (重新推算): when a year's holiday notice is loaded or corrected, what it touches is settled.

Nothing is decided here; days follow from the calendar. The entry in the trail says what moved and by which notice. The
row of a report that is still owed gets its new last day by that entry; that of an objection keeps the day with which it
was written: it is evidence, and the clocks of the dossier say what holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from states.clocks import due, running
from states.effects.hiring import sheet_of
from states.facts import Clock, Hire, OpenFiling
from states.machine import Rules
from states.plan import Plan
from states.steps import FilingLine
from states.writing import Setting, Writing

RECOMPUTE = "recompute:"
_ACT_LENGTH = 64


def decide_recompute(
    hire: Hire,
    at: datetime,
    rules: Rules,
    setting: Setting,
    reason: str,
    filed_on: Mapping[int, date] | None = None,
    board_days: Sequence[str] = (),
) -> Plan | None:
    """The plan that sets right the clocks of ``hire`` under the calendar of ``setting``.

    ``reason`` cites the notice that was loaded; it is kept in the trail and names nobody. ``filed_on``: the legal day
    of the entry that made each open filing due, by its number. ``board_days``: the days on which the notice that hangs
    was put up on its boards. None: under this calendar every day stands as it is.
    """
    return Recomputing(hire, at, rules, setting, reason, filed_on or {}, board_days).plan()


def moves(
    hire: Hire, at: datetime, rules: Rules, setting: Setting, filed_on: Mapping[int, date] | None = None
) -> dict[str, tuple[Clock, Clock]]:
    """What ``decide_recompute`` would change: each clock that has another day or certainty, before and after."""
    asked = Recomputing(hire, at, rules, setting, "", filed_on or {})
    return {name: (hire.dossier.clocks[name], clock) for name, clock in asked.moved().items()}


class Recomputing(Writing):
    """Clocks under another calendar: the notice, the filings, and everything that is reckoned from a base."""

    def __init__(
        self,
        hire: Hire,
        at: datetime,
        rules: Rules,
        setting: Setting,
        reason: str,
        filed_on: Mapping[int, date],
        board_days: Sequence[str] = (),
    ) -> None:
        super().__init__(hire, at, rules, setting)
        self.reason, self.filed_on, self.board_days = reason, filed_on, board_days

    def moved(self) -> dict[str, Clock]:
        """The clocks that have another day, or another certainty, under this calendar."""
        self._filings()
        return self._moved()

    def settled(self) -> dict[str, Clock]:
        """``moved``, with the notice that hangs out set to its new end."""
        moved = self.moved()
        self._notice(moved)
        return moved

    def plan(self) -> Plan | None:
        moved = self.settled()
        if not moved:
            return None
        first = min(moved, key=lambda name: (moved[name].due_on, name))
        self.act = (RECOMPUTE + first)[:_ACT_LENGTH]
        self.input = {
            "cause": self.reason,
            "calendar": self.setting.calendar.edition,
            **{name: self._told(name, clock) for name, clock in sorted(moved.items())},
        }
        person = self.hire.person
        plan = self.finish(person_id=person.id if person else None, submitted_by=self.hire.submitted_by)
        self.settle_timers(plan, moved)
        return plan

    def _moved(self) -> dict[str, Clock]:
        """The clocks whose last day, or its certainty, is another under this calendar."""
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
        return {
            name: clock
            for name, clock in after.items()
            if name in before and (before[name].due_on, before[name].provisional) != (clock.due_on, clock.provisional)
        }

    def _filings(self) -> None:
        before = self.dossier.filings
        self.dossier = self.dossier.with_(filings=tuple(self._filing(filing) for filing in before))
        for filing in self.dossier.filings:
            if filing not in before:
                keys = {"hire_id": self.hire.id, "filing": filing.filing, "seq": filing.seq}
                last = {"due_on": filing.due_on.isoformat(), "provisional": filing.provisional}
                self.updates.append(("filing", keys, last))

    def _filing(self, filing: OpenFiling) -> OpenFiling:
        base, line = self.filed_on.get(filing.seq), self._line_of(filing.filing)
        if base is None or line is None:
            return filing
        due_on, provisional = due(self.rules.procedure, line.within, base, self.setting.calendar)
        return replace(filing, due_on=due_on, provisional=provisional)

    def _line_of(self, name: str) -> FilingLine | None:
        steps = self.rules.procedure.steps
        return next((line for step in steps for line in step.files if line.filing == name), None)

    def _notice(self, moved: Mapping[str, Clock]) -> None:
        """公示: the notice hangs on with its settled end, as a row of its own; the former one stays as it was."""
        dossier = self.dossier
        for name, clock in moved.items():
            line = self.rules.procedure.deadline_by_name.get(name)
            if line is None or line.base != "posted_on" or dossier.posted_on is None or dossier.notice_ends_on is None:
                continue
            row: dict[str, Any] = {
                "hire_id": self.hire.id,
                "seq": self.seq,
                "round": dossier.notice_round,
                "posted_on": dossier.posted_on.isoformat(),
                "ends_on": clock.due_on.isoformat(),
                "provisional": clock.provisional,
                "boards": list(dossier.boards),
                "board_days": list(self.board_days),
                "sheet": sheet_of(self.hire.opening.id, dossier.notice_round, dossier.posted_on),
                "article": line.cite,
            }
            self.records = [("notice", row)]
            self.dossier = dossier.with_(notice_ends_on=clock.due_on)
            return

    def _told(self, name: str, clock: Clock) -> str:
        before = self.hire.dossier.clocks[name].due_on
        return f"{before.isoformat()}→{clock.due_on.isoformat()}" + ("?" if clock.provisional else "")

    def settle_timers(self, plan: Plan, moved: Mapping[str, Clock]) -> None:
        """Where the day stayed the same the timers stay too, but they are certain now."""
        for name, clock in moved.items():
            if name not in plan.cancel_clocks:
                keys = {"hire_id": self.hire.id, "name": name, "status": "pending"}
                plan.updates.append(("timer", keys, {"provisional": clock.provisional}))
