"""Stages, steps and deadlines (环节、步骤、期限): what may follow what, who acts, what is asked and what falls due."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StringConstraints

from states.model import GapRef, Line, Model, Name, Words
from states.vocabulary import FINAL_STATES, DeadlineKind, Effect, RecordKind, Role, State, Unit


class Length(Model):
    """A period: a number or a gap, and its unit. ``count_first_day`` is a choice of the rule, not of the code."""

    n: int | GapRef = 0
    unit: Unit
    count_first_day: bool | GapRef = False
    #: months only: roll a last day that is a rest day to the next working day (Civil Code 203)
    roll: bool = True


class GuardLine(Line):
    """One rule asked before a step (条件). ``params`` belong to the guard named in ``use``."""

    use: Name
    params: dict[str, Any] = Field(default_factory=dict, alias="with")
    effect: Effect = Effect.BLOCK
    #: only for these kinds of post; empty means all
    kinds: tuple[Name, ...] = ()
    #: who may set a rule "in principle" aside
    override_by: tuple[Role, ...] = ()
    override_needs: tuple[Literal["reason", "approval_no", "evidence"], ...] = ("reason",)

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class GuardSet(Model):
    """A named list of guards that several steps ask."""

    name: Name
    guards: tuple[GuardLine, ...] = Field(min_length=1)


class FilingLine(Line):
    """A report that falls due after a step (备案): what, to whom, by when."""

    filing: Name
    zh: Words
    en: Words
    by: Role
    to: tuple[Role, ...] = Field(min_length=1)
    within: Length


class Letter(Model):
    template: Name
    to: Role


class Stage(Line):
    """A step of the document's procedure as a place where a hire stands (环节)."""

    stage: Name
    state: State
    zh: Words
    en: Words
    #: who has to act here; a stage without an owner needs an enforcing deadline
    owner: tuple[Role, ...] = ()
    #: the person is at work and may be paid
    at_work: bool = False
    #: pay is stopped although the person has not left (over term)
    pay_stopped: bool = False

    @property
    def final(self) -> bool:
        return self.state in FINAL_STATES


class Step(Line):
    """What may be done from where, by whom, under which guards (步骤). One line is one permission."""

    act: Name
    zh: Words
    en: Words
    origin: tuple[Name, ...] = Field(alias="from", min_length=1)
    #: None: the hire stays where it is (a fact is recorded)
    to: Name | None = None
    by: tuple[Role, ...] = Field(min_length=1)
    #: every role in ``by`` has to sign, in any order; the last signature moves the hire (联合审定)
    joint: bool = False
    #: a second natural person is needed: whoever brought the hire here may not take this step
    independent: bool = False
    #: states that the same act passes through (审核公示 in one phrase)
    through: tuple[State, ...] = ()
    records: RecordKind = RecordKind.NONE
    #: fixed parameters of the record (round of notice, instrument, outcome …)
    params: dict[str, Any] = Field(default_factory=dict, alias="with")
    guard_sets: tuple[Name, ...] = ()
    guards: tuple[GuardLine, ...] = ()
    files: tuple[FilingLine, ...] = ()
    #: message templates queued when the step is taken, with the role or "applicant" that hears it
    letters: tuple[Letter, ...] = ()
    #: shown first among the buttons of its stage
    main: bool = False
    #: ends the hire or application, or refuses it: shown apart from the way forward
    adverse: bool = False

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    @property
    def automatic(self) -> bool:
        return self.by == (Role.SYSTEM,)


class Deadline(Line):
    """A period with a base event (期限). ``marks`` are days before (negative) or after (positive) the last day.

    ``enforce``: on the day after the last day the first of ``then`` whose guards pass is taken by the system.
    ``advise``: at each mark the owners are told; the first lists it for them; ``repeat_days`` goes on after the end.
    ``bar``: nothing; the guards named by the steps refuse anything before it, pages show it.
    """

    deadline: Name
    zh: Words
    en: Words
    during: tuple[Name, ...] = Field(min_length=1)
    base: Name
    length: Length
    kind: DeadlineKind
    then: tuple[Name, ...] = ()
    owner: tuple[Role, ...] = ()
    marks: tuple[int, ...] = ()
    repeat_days: int | None = Field(default=None, ge=1)
    #: only for these kinds of post; empty means all
    kinds: tuple[Name, ...] = ()
    #: further roles told at the last mark and after it
    escalate_to: tuple[Role, ...] = ()


class MoveLine(Line):
    """A way into this version from another one of the same document (版本衔接). ``origin``: the version that is left.

    ``stages``: what its stages are called here; a stage that is not named keeps its name. ``recognition``: nobody comes
    this way but by a new recognition (重新认定), for which the guards are asked.
    """

    origin: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z.+-]+$", max_length=32)] = Field(alias="from")
    zh: Words | None = None
    en: Words | None = None
    stages: dict[Name, Name] = Field(default_factory=dict)
    recognition: bool = False
    #: who confirms; none named: the officers of the county
    by: tuple[Role, ...] = ()
    guard_sets: tuple[Name, ...] = ()
    guards: tuple[GuardLine, ...] = ()
    files: tuple[FilingLine, ...] = ()
    letters: tuple[Letter, ...] = ()

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
