"""What the interface says of corrections (更正). Days are Asia/Shanghai; amounts are fen."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field

from states.facts import Clock
from states.inputs import Line
from states.past import Report
from states.rederiving import Turned
from states.say import Translate
from workflow.corrections import Foreseen


class CorrectionIn(BaseModel):
    """Which entry, and what its fields should say."""

    model_config = ConfigDict(extra="forbid")
    entry: int = Field(ge=1, lt=2**31)
    values: dict[Line, Line | bool | int] = Field(min_length=1, max_length=10)


class MovedOut(BaseModel):
    """One thing before and after; null where it was not, or is not any more."""

    name: str
    before: Any
    after: Any


class TurnedOut(BaseModel):
    """A past step and the rule that would have answered otherwise."""

    entry: int
    act: str
    guard: str
    article: str
    passed: bool
    says: str


class OverpaidOut(BaseModel):
    """Money that was paid for days that would lie in no term."""

    from_month: date
    until_month: date
    fen: int


class ForeseenOut(BaseModel):
    """Everything that a correction would move."""

    corrected: list[MovedOut]
    facts: list[MovedOut]
    deadlines: list[MovedOut]
    steps: list[MovedOut]
    #: by report and the entry that made it due
    reports: list[MovedOut]
    refused: list[TurnedOut]
    warned: list[TurnedOut]
    system_acts_on: list[str]
    overpaid: OverpaidOut | None
    unpaid_months: list[date]
    sheets: list[int]
    papers: list[str]
    #: the last lawful day of the person's other running hires, by hire
    other_hires: list[MovedOut]
    #: sheets with performance pay that the corrected assessment decided
    performance_sheets: list[int]
    letters: int

    @classmethod
    def of(cls, found: Foreseen, translate: Translate) -> Self:
        moves, wrong = found.moves, found.wrong
        return cls(
            corrected=[MovedOut(name=n, before=_plain(b), after=_plain(a)) for n, b, a in moves.said],
            facts=[MovedOut(name=n, before=_plain(b), after=_plain(a)) for n, b, a in moves.facts if n != "filings"],
            deadlines=[MovedOut(name=n, before=_due(b), after=_due(a)) for n, b, a in moves.clocks],
            steps=[MovedOut(name=step.act, before=before, after=after) for step, before, after in moves.steps],
            reports=[_report(one) for one in moves.reports],
            refused=[_turned(one, translate) for one in moves.refused],
            warned=[_turned(one, translate) for one in moves.warned],
            system_acts_on=[name for name, _ in moves.over],
            overpaid=None if wrong is None else OverpaidOut.model_validate(wrong, from_attributes=True),
            unpaid_months=list(found.unpaid),
            sheets=[number for number, _ in found.sheets],
            papers=[line.number for line in found.papers],
            other_hires=[
                MovedOut(name=str(one.hire_id), before=_plain(one.before), after=_plain(one.after))
                for one in found.lawful
            ],
            performance_sheets=[one.sheet for one in found.performance],
            letters=len(moves.told),
        )


class CorrectionOut(BaseModel):
    """The correction that waits: its entry, the entry it would set right, its words, and what it moves."""

    correction: int
    entry: int
    act: str
    reason: str
    evidence: str
    moves: ForeseenOut


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, (bool, int, str, date)) else str(value)


def _report(report: Report) -> MovedOut:
    """The days of a report, by when and when it was sent; its receipt stands with what is corrected."""
    before, after = (
        {name: row[name] for name in ("due_on", "sent_on")} for row in (report.row, {**report.row, **report.changed})
    )
    return MovedOut(name=f"{report.filing}:{report.seq}", before=before, after=after)


def _due(clock: Clock | None) -> date | None:
    return None if clock is None else clock.due_on


def _turned(one: Turned, translate: Translate) -> TurnedOut:
    answer = one.answer
    said = answer.verdict.say.text(translate)
    return TurnedOut(
        entry=one.seq,
        act=one.step.act,
        guard=answer.guard,
        article=answer.article,
        passed=answer.verdict.passed,
        says=said,
    )
