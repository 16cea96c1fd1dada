"""A procedure (办法 / 方案): one governing document as data, typed.

A procedure file says what may follow what, who acts, which rules are asked, which periods run and what has to be
filed; every line cites its article. This module holds the shape of that data and nothing else: ``loading`` reads
files and reports faults with their lines, ``checking`` asks whether the whole makes sense, ``machine`` runs it.

Amounts are integer fen (分). Dates are days in Asia/Shanghai.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=48)]
Words = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
RequirementId = Annotated[str, StringConstraints(pattern=r"^(XY|LC|BH|NM|CQ)-\d{2}$")]


class State(StrEnum):
    """The eight states that people speak of (状态), and the two ends of an application before the hire."""

    POSTED = "posted"
    APPLIED = "applied"
    QUALIFIED = "qualified"
    PUBLICIZED = "publicized"
    TRAINED = "trained"
    CONTRACTED = "contracted"
    RENEWED = "renewed"
    DISMISSED = "dismissed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


FINAL_STATES = frozenset({State.DISMISSED, State.REJECTED, State.WITHDRAWN})


class Role(StrEnum):
    """Who acts (角色). A document gives each role its own name and level (``Procedure.roles``)."""

    APPLICANT = "applicant"
    VILLAGE = "village"
    TOWNSHIP = "township"
    EMPLOYER = "employer"
    HRSS = "hrss"
    RURAL = "rural"
    COUNTY = "county"
    FINANCE = "finance"
    COMPANY = "company"
    SUPERVISOR = "supervisor"
    SYSTEM = "system"
    #: somebody without an account: may read what is public and object to a notice
    PUBLIC = "public"
    #: 三员: three administrators, who see no business data and exclude each other
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDIT_ADMIN = "audit_admin"


ADMINISTRATORS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})
#: roles that no document gives: a procedure that names one is refused
HOUSE_ROLES = ADMINISTRATORS | {Role.PUBLIC}


class Level(StrEnum):
    """Administrative level (层级)."""

    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    TOWNSHIP = "township"
    VILLAGE = "village"


class Unit(StrEnum):
    """How a period is counted. Never assumed: every length names its unit."""

    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"
    MONTHS = "months"
    #: not a length: the base is itself the last day
    ON_THE_DAY = "on_the_day"


class Effect(StrEnum):
    """What a guard does when it does not pass."""

    BLOCK = "block"
    #: 原则上 / 一般: a named officer may set it aside with a reason, on the record
    PRINCIPLE = "principle"
    #: never stops the step; the answer is shown and kept
    WARN = "warn"


class DeadlineKind(StrEnum):
    """What a deadline does at its end: moves the hire, reminds and escalates, or forbids anything before it."""

    ENFORCE = "enforce"
    ADVISE = "advise"
    BAR = "bar"


class RecordKind(StrEnum):
    """The fact that a step writes (``states.effects`` holds what each means)."""

    NONE = "none"
    APPLICATION = "application"
    #: somebody who was at work before the document, entered with the agreement that was made then
    OLD_TERMS = "old_terms"
    OPINION = "opinion"
    MEETING = "meeting"
    NOTICE = "notice"
    NOTICE_END = "notice_end"
    OBJECTION = "objection"
    OBJECTION_ANSWER = "objection_answer"
    TRAINING = "training"
    START = "start"
    AGREEMENT = "agreement"
    CONTRACT = "contract"
    ASSESSMENT = "assessment"
    ASSESSMENT_RULING = "assessment_ruling"
    RENEWAL_DECISION = "renewal_decision"
    RENEWAL_SIGNING = "renewal_signing"
    RENEWAL = "renewal"
    PROTECTION = "protection"
    #: granted by a county where the document allows it
    EXTENSION = "extension"
    #: the law itself moves the end of a term (LCL 45)
    STATUTORY_EXTENSION = "statutory_extension"
    OVERRUN = "overrun"
    RESIGNATION = "resignation"
    HANDOVER = "handover"
    ENDING_DECISION = "ending_decision"
    ENDING = "ending"
    FILING = "filing"
    #: facts of the house (``states.house``), which no document may record
    RETURN = "return"
    SUSPENSION = "suspension"
    RESUMPTION = "resumption"
    ASSIGNMENT = "assignment"
    COMMENT = "comment"
    DOCUMENT = "document"
    SCORE = "score"
    POINT = "point"
    POINT_STRUCK = "point_struck"
    ASSESSMENT_TAKEN_BACK = "assessment_taken_back"
    LEAVING_TAKEN_BACK = "leaving_taken_back"
    SURVEY = "survey"
    #: a past fact set right: proposed by one person, confirmed or refused by another
    CORRECTION = "correction"
    CORRECTION_CONFIRMED = "correction_confirmed"
    CORRECTION_REFUSED = "correction_refused"


HOUSE_RECORDS = frozenset(
    {
        RecordKind.RETURN,
        RecordKind.SUSPENSION,
        RecordKind.RESUMPTION,
        RecordKind.ASSIGNMENT,
        RecordKind.COMMENT,
        RecordKind.DOCUMENT,
        RecordKind.SCORE,
        RecordKind.POINT,
        RecordKind.POINT_STRUCK,
        RecordKind.ASSESSMENT_TAKEN_BACK,
        RecordKind.LEAVING_TAKEN_BACK,
        RecordKind.SURVEY,
        RecordKind.CORRECTION,
        RecordKind.CORRECTION_CONFIRMED,
        RecordKind.CORRECTION_REFUSED,
    }
)


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(Model):
    """The same words in Chinese and English."""

    zh: Words
    en: Words

    def in_language(self, language: str) -> str:
        return self.en if language == "en" else self.zh


class Line(Model):
    """Anything that states a rule: it cites its article and names the requirements that it carries."""

    cite: Words
    meets: tuple[RequirementId, ...] = ()
    note: Text | None = None


class GapRef(Model):
    """A number or answer that the document leaves open, taken from ``Procedure.gaps``."""

    gap: Name


class Cited(Text):
    """A document that another one rests on, as it is printed there; ``corrected``: its right number (更正后的文号)."""

    corrected: Words | None = None


class Document(Model):
    """The governing document as printed. ``region`` is the division code of its area (GB/T 2260)."""

    number: Words
    issuer: Text
    issued_on: date
    region: Annotated[str, StringConstraints(pattern=r"^\d{2,12}$")]
    based_on: tuple[Cited, ...] = ()


class EndedBy(Model):
    """Something that ended the document or a rule under it, and how sure we are of it."""

    what: Text
    on: date | None = None
    certainty: Literal["seen", "from memory", "inferred"]


class Validity(Line):
    """From when, until when, or until which event the document is in force."""

    valid_from: date
    valid_to: date | None = None
    lapse_event: Text | None = None
    lapsed_on: date | None = None
    superseded_by: Words | None = None
    ended_by: tuple[EndedBy, ...] = ()

    @property
    def last_day(self) -> date | None:
        """The last day in force, if one is known: the stated end or the day the lapse event happened."""
        return self.valid_to or self.lapsed_on


class RoleName(Model):
    zh: Words
    en: Words
    level: Level


class Gap(Line):
    """What the document leaves open (留白): our default and who may rule otherwise."""

    gap: Name
    asks: Text
    default: int | bool | str
    choices: tuple[int | bool | str, ...] = ()
    unit: Unit | None = None
    set_by: Level | Role
    reason: Text


class Contradiction(Line):
    """Two places of the law that do not agree. Recorded and shown, never resolved in silence."""

    name: Name
    between: tuple[Words, ...] = Field(min_length=2)
    says: Text
    applied: Text


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


class Letter(Model):
    template: Name
    to: Role


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


class Band(Model):
    """``places`` for a counted number from ``at_least`` to ``at_most``, both inclusive."""

    at_least: int
    at_most: int | None = None
    places: int
    binding: Literal["in principle", "upper limit", "none"]


class Allocation(Model):
    """A row of an annex: places per area, year and kind."""

    region: Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{2,12}$")]
    zh: Words
    year: int
    places: dict[Name, int]


class Quota(Line):
    """How many posts there may or should be (指标): a cap, a target, one per area, or bands of a counted number."""

    kind: Name
    kinds: tuple[Name, ...] = ()
    rule: Literal["cap", "target", "per_area", "bands"]
    places: int | None = None
    per: Level | None = None
    #: how many areas there are, where the document counts them
    areas: int | None = None
    year: int | None = None
    bands: tuple[Band, ...] = ()
    allocations: tuple[Allocation, ...] = ()
    #: for bands: what is counted, and the gap that settles the numbers the document leaves undefined
    counts: Text | None = None
    undefined_at: tuple[int, ...] = ()
    undefined_gap: Name | None = None


class PostKind(Line):
    """A kind of post in the document: village-level, town-level, rural, urban … (岗位类别)."""

    kind: Name
    zh: Words
    en: Words
    level: Level
    organiser: Role
    #: the level of the office that organises the selection, where the document tells levels apart
    organised_at: Level | None = None
    fields: tuple[Text, ...] = ()


class Pool(Line):
    """Persons for whom the posts are meant, or who go first when equal (安置对象 / 优先)."""

    name: Name
    zh: Words
    en: Words
    categories: tuple[Name, ...] = Field(min_length=1)
    kinds: tuple[Name, ...] = ()
    registered_by: Text | None = None
    use: Literal["eligible", "tie_break", "in_principle_first"]


class Announcement(Line):
    """What an opening must fulfil before it is announced (招聘公告)."""

    by: tuple[Role, ...] = Field(min_length=1)
    boards: tuple[Text, ...] = ()
    forms: tuple[Text, ...] = ()
    guards: tuple[GuardLine, ...] = ()


class ContractTerms(Line):
    """Instrument, term and the event from which the month is counted (合同 / 协议)."""

    instrument: Text
    term_months: int | GapRef
    sign_within: Length | None = None
    counted_from: GapRef | Name | None = None
    open_ended: bool = False
    severance: bool | None = None
    contents: tuple[Text, ...] = ()


class ServiceException(Line):
    """A way past the limit of months, for some kinds of post."""

    exception: Literal["near_retirement", "discretionary_extension"]
    kinds: tuple[Name, ...] = ()
    #: near_retirement: the day on which "less than five years" is measured
    measured_on: GapRef | Name | None = None
    less_than_months: int = 60
    approver: Role | GapRef | None = None


class ServiceLimit(Line):
    """The months that one person may be subsidised over all posts (36个月)."""

    months: int | None
    counted_from: GapRef | Name
    counts_prior_service: bool = True
    exceptions: tuple[ServiceException, ...] = ()


class PayItem(Line):
    item: Name
    zh: Words
    en: Words
    fen: int | None = None
    per: Literal["month", "year", "hour"]
    paid: Literal["monthly", "after_assessment", "optional"]
    kinds: tuple[Name, ...] = ()
    formula: Text | None = None
    floor: Literal["minimum_wage_month", "minimum_wage_hour"] | None = None
    cap: Text | None = None


class PayDay(Line):
    """A day of the month by which something about pay is done."""

    what: Name
    zh: Words
    en: Words
    day: int = Field(ge=1, le=31)
    by: Role
    to: Role | None = None

    def in_language(self, language: str) -> str:
        return self.en if language == "en" else self.zh


class Provision(Line):
    """A benefit, funding rule, duty or supervision rule that is kept as data and shown."""

    name: Name
    zh: Words
    en: Words
    kinds: tuple[Name, ...] = ()
    fen: int | None = None
    share: dict[str, int] | None = None
    role: Role | None = None
    #: the insurances that it is about, by their share of the pay
    insurances: tuple[Literal["pension", "medical", "unemployment", "injury"], ...] = ()


class Grade(Model):
    """A grade of the assessment from ``at_least`` points up (inclusive)."""

    grade: Name
    zh: Words
    en: Words
    at_least: int | None = None
    passes: bool


class PointLevel(Model):
    """The name of a level, rank or band that points are given by (层级、名次、档次)."""

    level: Name
    zh: Words
    en: Words


class AssessmentItem(Line):
    """One kind of bonus or deduction (加分、扣分项目): points by level, and how they count.

    ``counts``: ``matter``, one matter once at its highest level; ``record``, the same, times the number of wrong
    records; ``band``, by the share of people whose data proved right in a month's phone checks.
    """

    name: Name
    zh: Words
    en: Words
    points: dict[str, float]
    counts: Literal["matter", "record", "band"] = "matter"
    #: several authors share the points equally
    shared: bool = False
    #: items of one group exclude each other for one matter; bands of one group are read together
    group: Name | None = None
    #: whether a matter that several levels found counts ``once`` or for ``each``; None: once
    found_twice: GapRef | None = None
    #: other points by level, for another ruling of the gap ``points_by``
    points_by: GapRef | None = None
    other_points: dict[str, dict[str, float]] = Field(default_factory=dict)
    #: bands: from which percentage up a band counts, or below which; both bounds in whole percent
    from_percent: dict[str, int] = Field(default_factory=dict)
    below_percent: dict[str, int] = Field(default_factory=dict)
    #: bands: ``once_a_year`` over all months together, or ``each_month``
    period: GapRef | None = None
    #: bands: at least this share of the people listed has to be asked each month
    sample_percent: int | None = Field(default=None, ge=1, le=100)


class AssessmentRules(Line):
    """Yearly assessment (年度考核): due day, who proposes, who rules, grades."""

    due_month: int = Field(ge=1, le=12)
    due_day: int = Field(ge=1, le=31)
    proposed_by: tuple[Role, ...]
    ruled_by: tuple[Role, ...]
    scale: Literal["points", "grades"]
    base_points: int | None = None
    grades: tuple[Grade, ...] = Field(min_length=2)
    items: tuple[AssessmentItem, ...] = ()
    levels: tuple[PointLevel, ...] = ()
    #: how a share of a tenth of a point is rounded: ``half_up`` or ``down``
    share_rounding: GapRef | None = None
    #: whether a total below nought counts as ``zero``
    floor: GapRef | None = None
    takes_part: Text | None = None

    @property
    def reckoned(self) -> bool:
        """Whether the points follow from single matters that were noted, and nobody types the total."""
        return self.scale == "points" and bool(self.items)

    def item(self, name: str) -> AssessmentItem | None:
        return next((item for item in self.items if item.name == name), None)

    def grade(self, name: str) -> Grade | None:
        return next((grade for grade in self.grades if grade.grade == name), None)

    def grade_for(self, points: float) -> Grade | None:
        """The best grade whose lower bound the points reach (以上 includes the bound, Civil Code 1259)."""
        reached = [g for g in self.grades if g.at_least is None or points >= g.at_least]
        return max(reached, key=lambda g: g.at_least if g.at_least is not None else -1, default=None)


class Ground(Line):
    """A ground of ending a hire (解聘情形) with what the law asks of it."""

    ground: Name
    zh: Words
    en: Words
    law: Words | None = None
    evidence: bool = True
    notice_days: int | GapRef | None = None
    #: barred while a protected period runs (LCL 42, 45)
    protected: bool = True
    #: the kinds of post that it is for; none named: all
    kinds: tuple[Name, ...] = ()
    #: ends by law or by the person's own will: no ruling on merit
    by: Literal["person", "law", "employer"]
    only_at_term_end: bool = False
    must_cite_law: bool = False

    @property
    def basis(self) -> str:
        """What an end on this ground rests on: the law that is named, else the document's own article."""
        return self.law or self.cite

    @property
    def pay_in_lieu(self) -> bool:
        """Whether a month's pay may stand in for notice (代通知金): Labour Contract Law 40 alone says so."""
        return (self.law or "").startswith("《劳动合同法》第四十条")


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


class Procedure(Model):
    """One version of one governing document."""

    procedure: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=64)]
    version: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z.+-]+$", max_length=32)]
    title: Text
    document: Document
    validity: Validity
    roles: dict[Role, RoleName]
    kinds: tuple[PostKind, ...] = Field(min_length=1)
    quotas: tuple[Quota, ...] = ()
    pools: tuple[Pool, ...] = ()
    gaps: tuple[Gap, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    announcement: Announcement
    guard_sets: tuple[GuardSet, ...] = ()
    stages: tuple[Stage, ...] = Field(min_length=2)
    steps: tuple[Step, ...] = Field(min_length=1)
    deadlines: tuple[Deadline, ...] = ()
    moves: tuple[MoveLine, ...] = ()
    contract: ContractTerms
    service: ServiceLimit
    pay: tuple[PayItem, ...] = ()
    pay_days: tuple[PayDay, ...] = ()
    benefits: tuple[Provision, ...] = ()
    funding: tuple[Provision, ...] = ()
    assessment: AssessmentRules
    grounds: tuple[Ground, ...] = Field(min_length=1)
    duties: tuple[Provision, ...] = ()
    supervision: tuple[Provision, ...] = ()
    publications: tuple[Provision, ...] = ()
    aftercare: tuple[Provision, ...] = ()

    model_config = ConfigDict(extra="forbid", frozen=True, ignored_types=(cached_property,))

    # ---- look-ups: built once per procedure, asked on every step ---------------------------------------------

    @property
    def key(self) -> str:
        """``id@version``: what a hire remembers."""
        return f"{self.procedure}@{self.version}"

    @cached_property
    def stage_by_name(self) -> dict[str, Stage]:
        return {stage.stage: stage for stage in self.stages}

    @cached_property
    def steps_from(self) -> dict[str, tuple[Step, ...]]:
        """The steps that leave or stay in each stage, in the order of the file."""
        found: dict[str, list[Step]] = {stage.stage: [] for stage in self.stages}
        for step in self.steps:
            for origin in step.origin:
                found.setdefault(origin, []).append(step)
        return {name: tuple(steps) for name, steps in found.items()}

    @cached_property
    def step_by_origin(self) -> dict[tuple[str, str], Step]:
        return {(origin, step.act): step for step in self.steps for origin in step.origin}

    @cached_property
    def deadlines_during(self) -> dict[str, tuple[Deadline, ...]]:
        return {
            stage.stage: tuple(line for line in self.deadlines if stage.stage in line.during) for stage in self.stages
        }

    @cached_property
    def deadline_by_name(self) -> dict[str, Deadline]:
        return {line.deadline: line for line in self.deadlines}

    @cached_property
    def guards_by_set(self) -> dict[str, tuple[GuardLine, ...]]:
        return {guard_set.name: guard_set.guards for guard_set in self.guard_sets}

    @cached_property
    def gap_by_name(self) -> dict[str, Gap]:
        return {gap.gap: gap for gap in self.gaps}

    @cached_property
    def ground_by_name(self) -> dict[str, Ground]:
        return {ground.ground: ground for ground in self.grounds}

    @cached_property
    def kind_by_name(self) -> dict[str, PostKind]:
        return {kind.kind: kind for kind in self.kinds}

    @property
    def first_stage(self) -> Stage:
        return self.stages[0]

    def move_from(self, version: str) -> MoveLine | None:
        """What this version says of those who come from another one; None where it says nothing."""
        return next((line for line in self.moves if line.origin == version), None)

    def guards_of(self, step: Step | MoveLine) -> Iterator[GuardLine]:
        """Every guard of a step: those of its named sets, then its own."""
        for name in step.guard_sets:
            yield from self.guards_by_set[name]
        yield from step.guards

    def settle(self, value: Any) -> Any:
        """The value itself, or what the gap it refers to says."""
        return self.gap_by_name[value.gap].default if isinstance(value, GapRef) else value

    def with_rulings(
        self, rulings: dict[str, int | bool | str], version: str, beside: tuple[Gap, ...] = ()
    ) -> Procedure:
        """This procedure with gaps ruled by whoever may set them, as a version of its own.

        ``beside``: gaps that no document names, where they are ruled too. Raises KeyError for any other gap that the
        procedure does not name.
        """
        ours = tuple(gap for gap in beside if gap.gap in rulings and gap.gap not in self.gap_by_name)
        unknown = sorted(set(rulings) - {gap.gap for gap in (*self.gaps, *ours)})
        if unknown:
            raise KeyError(", ".join(unknown))
        gaps = tuple(
            gap.model_copy(update={"default": rulings[gap.gap]}) if gap.gap in rulings else gap
            for gap in (*self.gaps, *ours)
        )
        return self._changed(gaps=gaps, version=version)

    def with_assessment(self, assessment: AssessmentRules, version: str) -> Procedure:
        """This procedure with a county's own scheme of assessment (考核办法), as a version of its own."""
        return self._changed(assessment=assessment, version=version)

    def _changed(self, **parts: Any) -> Procedure:
        # Not model_copy: it would carry the look-ups of this version over, and the changes would never be read.
        content = {name: getattr(self, name) for name in Procedure.model_fields}
        return Procedure.model_construct(**{**content, **parts})


def article_of(procedure: Procedure, cite: str) -> str:
    """How an article is quoted to people: document number, then article; laws cited by name stay as they are."""
    return cite if re.match(r"^[《民劳社实国L]", cite) and "《" in cite else f"{procedure.document.number}{cite}"


Step.model_rebuild()
