"""What the law looks at (事实): frozen values, loaded in one read, changed only by making new ones.

A hire's own history is folded into its ``Dossier``: the audit trail holds every entry, the dossier what follows from
them, so a guard reads one small value and a replay of the trail can prove it. Days are Asia/Shanghai, moments are UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Self

from states.past import Past
from states.vocabulary import ADMINISTRATORS, RecordKind, Role, State

NOTHING: Mapping[str, Any] = MappingProxyType({})


def _nothing() -> Mapping[str, Any]:
    return NOTHING


@dataclass(frozen=True, slots=True)
class Grant:
    """A role within a region and all below it (授权). ``region`` is a division-code prefix; "" is the whole tree."""

    role: Role
    region: str
    #: the natural person in whose place a deputy acts (代), and that person's name
    deputy_for: str | None = None
    deputy_name: str | None = None

    def covers(self, region: str) -> bool:
        return region.startswith(self.region)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: one natural person behind an account, or the system itself.

    ``person_key`` identifies the natural person (keyed blind index of the identity number), so that two accounts of one
    person are one actor. The system's key is "system" and never a person's.
    """

    account_id: int | None
    person_key: str
    name: str
    grants: tuple[Grant, ...] = ()
    #: keyed blind indexes of phone, bank card and address, as ``Person.contacts``
    contacts: frozenset[str] = frozenset()

    def grant_for(self, role: Role, region: str) -> Grant | None:
        """The grant by which the actor acts in a role: one of their own before one as somebody's deputy."""
        held = [grant for grant in self.grants if grant.role is role and grant.covers(region)]
        return min(held, key=lambda grant: (grant.deputy_for is not None, -len(grant.region)), default=None)

    def stands_for(self, role: Role, region: str) -> str | None:
        """Whom the actor stands in for when acting in a role (代行); None in a role of their own."""
        grant = self.grant_for(role, region)
        return grant.deputy_for if grant is not None else None

    def sees(self, region: str) -> bool:
        """Whether the actor deals with hires there; administrators (三员) see no business data."""
        return any(grant.covers(region) and grant.role not in ADMINISTRATORS for grant in self.grants)

    def roles_in(self, region: str) -> frozenset[Role]:
        return frozenset(grant.role for grant in self.grants if grant.covers(region))

    @property
    def is_system(self) -> bool:
        return self.person_key == "system"


SYSTEM = Actor(account_id=None, person_key="system", name="system", grants=(Grant(Role.SYSTEM, ""),))
PUBLIC = Actor(account_id=None, person_key="public", name="public", grants=(Grant(Role.PUBLIC, ""),))


@dataclass(frozen=True, slots=True)
class Person:
    """A natural person as guards see one: no name, no number.

    ``categories`` (人员类别) maps a category to who recognised it and when; ``statements`` (承诺) are signed
    declarations by name; ``relatives`` (亲属) the person keys of declared relatives among those who decide.
    ``prior_months`` and ``periods`` are the 36-month ledger over all employers and posts.
    """

    id: int
    key: str
    born: date
    sex: str
    retirement_category: str
    education: str
    home_region: str
    categories: Mapping[str, Mapping[str, str]] = field(default_factory=_nothing)
    statements: frozenset[str] = frozenset()
    relatives: frozenset[str] = frozenset()
    preferences: frozenset[str] = frozenset()
    died_on: date | None = None
    #: the surname and keyed blind indexes of phone, bank card and address: what may betray kinship with an officer
    surname: str = ""
    contacts: frozenset[str] = frozenset()
    #: officers whom a higher level has cleared to deal with this person (回避解除)
    cleared: frozenset[str] = frozenset()
    serving_hire: int | None = None
    periods: tuple[tuple[date, date, int | None], ...] = ()
    prior_months: int = 0


@dataclass(frozen=True, slots=True)
class Post:
    """A post (岗位): its kind, region, employer and sources of money."""

    id: int
    kind: str
    region: str
    sources: frozenset[str] = frozenset()
    registered_as_public_post: bool = True
    monthly_fen: int = 0
    minimum_wage_fen: int | None = None
    #: the local urban post subsidy per month, where a document caps the pay by it
    subsidy_cap_fen: int | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """An announcement of places in a post (招聘公告). The window includes both days; without an end it stays open."""

    id: int
    announced_on: date
    closes_on: date | None
    places: int
    taken: int = 0
    boards: tuple[str, ...] = ()
    #: no suitable person in the village was found, on record (学历放宽)
    relaxed_by: str | None = None


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature of a joint ruling (会签)."""

    act: str
    role: Role
    person_key: str
    #: whom a deputy signed for
    principal: str | None = None


@dataclass(frozen=True, slots=True)
class OpenFiling:
    """A report that is owed (待备案). ``seq`` is the audit entry of the step that made it due."""

    filing: str
    seq: int
    by: Role
    due_on: date
    provisional: bool


@dataclass(frozen=True, slots=True)
class OpenObjection:
    """An objection that waits for its answer (待处理的异议). ``seq`` is the entry by which it was lodged."""

    seq: int
    lodged_on: date


@dataclass(frozen=True, slots=True)
class PointNote:
    """A bonus or deduction that was noted for a year not yet ruled on (加分、扣分). ``seq`` is its entry.

    ``number``: wrong records, or people asked in a phone check, of whom the data of ``correct`` proved right;
    ``matter`` is a digest of its words, because words stay out of the trail; ``by`` the natural person who noted it.
    """

    seq: int
    year: int
    item: str
    level: str
    number: int
    authors: int
    matter: str
    role: Role
    by: str
    month: int | None = None
    correct: int | None = None


@dataclass(frozen=True, slots=True)
class Clock:
    """A running deadline of a hire (计时): base day, last day, and whether its owner was called already."""

    base_on: date
    due_on: date
    provisional: bool
    visit: int
    called: bool = False
    #: the system's step was refused by a guard on the day; it is asked again after every change
    blocked: bool = False


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything about one hire that follows from its trail (案卷)."""

    entered_on: date | None = None
    applied_on: date | None = None
    route: str | None = None
    #: openness of the village meeting / democratic appraisal: day, present, in favour
    meeting_on: date | None = None
    meeting_present: int | None = None
    meeting_for: int | None = None
    posted_on: date | None = None
    boards: tuple[str, ...] = ()
    notice_round: int = 0
    notice_ends_on: date | None = None
    open_objections: tuple[int, ...] = ()
    #: the same with their days, from which each has its own deadline
    objections: tuple[OpenObjection, ...] = ()
    upheld_objections: int = 0
    #: who answered objections of this hiring, and so does not approve it
    objection_handlers: tuple[str, ...] = ()
    #: who approved in the chain of this hiring; one natural person does so once
    approvers: tuple[str, ...] = ()
    #: how often the case was returned: the chain of approvals begins anew with each round
    returns: int = 0
    #: a correction that waits: the entry that proposed it, the entry it would set right, and who proposed it
    correcting_seq: int | None = None
    correcting_entry: int | None = None
    correcting_by: str | None = None
    correcting_for: str | None = None
    #: whom whoever brought the hire to its stage stood in for: they approve it no more than their deputy does
    submitted_for: str | None = None
    #: a move to another version that waits for its second person: which kind, to which version, by whom, which entry
    move_kind: str | None = None
    move_to: str | None = None
    move_by: str | None = None
    move_for: str | None = None
    move_seq: int | None = None
    #: versions that the hire stood under before, each to its last day (ISO)
    earlier: Mapping[str, str] = field(default_factory=_nothing)
    #: the pay of an old agreement (原待遇标准), in fen a month, and the last day on which it counts
    old_pay_fen: int | None = None
    old_pay_until: date | None = None
    suspended_on: date | None = None
    #: the entry that suspended it
    suspended_seq: int | None = None
    #: role → the account to whom it was given (转办)
    assigned: Mapping[str, int] = field(default_factory=_nothing)
    score_tenths: int | None = None
    approved_on: date | None = None
    retires_on: date | None = None
    near_retirement: bool = False
    training_passed: bool | None = None
    trained_on: date | None = None
    started_on: date | None = None
    agreement_on: date | None = None
    signed_on: date | None = None
    term_no: int = 0
    term_starts_on: date | None = None
    term_ends_on: date | None = None
    first_started_on: date | None = None
    last_lawful_on: date | None = None
    extension_until: date | None = None
    proposed_year: int | None = None
    proposed_grade: str | None = None
    proposed_points_tenths: int | None = None
    #: the entry of the latest proposal: an earlier one for the same year stays on record and is not ruled on
    proposed_seq: int | None = None
    #: becomes ``skilled`` with the ruling: a proposal finds nothing yet
    proposed_skilled: bool | None = None
    #: the natural person who proposed the assessment and so may not rule on it
    proposed_by: str | None = None
    #: whom they stood in for, who may not either
    proposed_for: str | None = None
    #: the level between has looked at the proposal (综合审核)
    proposed_reviewed: bool = False
    #: points were noted or struck after the proposal: it is no longer what they come to
    points_moved: bool = False
    #: of the years that are not ruled on
    points: tuple[PointNote, ...] = ()
    #: years, not ruled on, in which people served were asked (满意度调查)
    surveyed: tuple[int, ...] = ()
    ruled_year: int | None = None
    ruled_grade: str | None = None
    ruled_passed: bool | None = None
    skilled: bool | None = None
    renewal: str | None = None
    renewal_signed_on: date | None = None
    next_term_ends_on: date | None = None
    protected_kind: str | None = None
    protected_until: date | None = None
    resigned_on: date | None = None
    handover_on: date | None = None
    leaving_ground: str | None = None
    leaving_on: date | None = None
    #: the written notice of a decision to end (书面通知), and the month's pay in its place (代通知金)
    leaving_notice_on: date | None = None
    in_lieu_fen: int | None = None
    in_lieu_on: date | None = None
    #: who decided on it or entered the resignation, and in whose place: neither takes it back
    leaving_by: str | None = None
    leaving_for: str | None = None
    paid_until: date | None = None
    over_term_on: date | None = None
    ended_on: date | None = None
    signatures: tuple[Signature, ...] = ()
    filings: tuple[OpenFiling, ...] = ()
    clocks: Mapping[str, Clock] = field(default_factory=_nothing)

    def with_(self, **changes: Any) -> Self:
        """A changed copy. ``dataclasses.replace`` costs five times as much for so many fields, at every step."""
        values = list(_VALUES(self))
        for name, value in changes.items():
            values[_PLACE[name]] = value
        return type(self)(*values)


_FIELDS = tuple(f.name for f in fields(Dossier))
_PLACE = {name: place for place, name in enumerate(_FIELDS)}
_VALUES: Callable[[Dossier], tuple[Any, ...]] = attrgetter(*_FIELDS)
DATE_FIELDS = frozenset(f.name for f in fields(Dossier) if "date" in str(f.type))
_TUPLES = frozenset({"boards", "open_objections", "objection_handlers", "approvers", "surveyed"})
#: False or nought is a finding for these, not an absence: a meeting at which nobody was in favour has been held
_FINDINGS = frozenset(
    {
        "training_passed",
        "ruled_passed",
        "skilled",
        "proposed_skilled",
        "meeting_for",
        "proposed_points_tenths",
        "score_tenths",
        "old_pay_fen",
    }
)


def _to_list(note: PointNote) -> list[Any]:
    told = (note.seq, note.year, note.item, note.level, note.number, note.authors, note.matter, note.role.value)
    return [*told, note.by, note.month, note.correct]


def _noted(note: Sequence[Any]) -> PointNote:
    seq, year, item, level, number, authors, matter, role, by, month, correct = note
    return PointNote(seq, year, item, level, number, authors, matter, Role(role), by, month, correct)


def dossier_to_json(dossier: Dossier) -> dict[str, Any]:
    """The dossier as plain JSON values: unset fields left out, days as ISO text."""
    out: dict[str, Any] = {}
    for name, value in zip(_FIELDS, _VALUES(dossier), strict=True):
        if value or (value is not None and name in _FINDINGS):
            out[name] = value
    for name in DATE_FIELDS & out.keys():
        out[name] = out[name].isoformat()
    for name in _TUPLES & out.keys():
        out[name] = list(out[name])
    if "objections" in out:
        out["objections"] = [[o.seq, o.lodged_on.isoformat()] for o in dossier.objections]
    if "points" in out:
        out["points"] = [_to_list(note) for note in dossier.points]
    for name in ("assigned", "earlier"):
        if name in out:
            out[name] = dict(out[name])
    if "signatures" in out:
        signed = dossier.signatures
        out["signatures"] = [[s.act, s.role.value, *filter(None, (s.person_key, s.principal))] for s in signed]
    if "filings" in out:
        out["filings"] = [[f.filing, f.seq, f.by.value, f.due_on.isoformat(), f.provisional] for f in dossier.filings]
    if "clocks" in out:
        out["clocks"] = {
            name: [c.base_on.isoformat(), c.due_on.isoformat(), c.provisional, c.visit, c.called, c.blocked]
            for name, c in dossier.clocks.items()
        }
    return out


def dossier_from_json(raw: Mapping[str, Any]) -> Dossier:
    """The inverse of ``dossier_to_json``. Raises TypeError or ValueError for anything it did not write."""
    day = date.fromisoformat
    values: dict[str, Any] = {}
    for name, value in raw.items():
        if name in DATE_FIELDS:
            values[name] = day(value)
        elif name in _TUPLES:
            values[name] = tuple(value)
        elif name == "objections":
            values[name] = tuple(OpenObjection(seq, day(lodged)) for seq, lodged in value)
        elif name == "points":
            values[name] = tuple(_noted(note) for note in value)
        elif name == "signatures":
            values[name] = tuple(Signature(act, Role(role), *keys) for act, role, *keys in value)
        elif name == "filings":
            values[name] = tuple(OpenFiling(f, seq, Role(by), day(due), prov) for f, seq, by, due, prov in value)
        elif name == "clocks":
            values[name] = {
                clock: Clock(day(base), day(due), prov, visit, called, blocked)
                for clock, (base, due, prov, visit, called, blocked) in value.items()
            }
        else:
            values[name] = value
    return Dossier(**values)


@dataclass(frozen=True, slots=True)
class Hire:
    """The case (聘用): where it stands, under which procedure version, and all that its guards read."""

    id: int
    version: int
    visit: int
    procedure: str
    stage: str
    state: State
    region: str
    kind: str
    submitted_by: str
    audit_seq: int
    audit_head: str
    dossier: Dossier
    opening: Opening
    post: Post
    person: Person | None = None
    opened_at: datetime | None = None
    #: the dossier as it is stored; what changes is told against it
    stored: Mapping[str, Any] = field(default_factory=_nothing)
    #: all that a correction looks at; read for corrections alone
    past: Past | None = None

    def submitter_of(self, record: RecordKind) -> str:
        """Whose act a step would approve: who proposed the assessment or correction, else who brought the hire here."""
        return self._submitted(record)[0]

    def submitters_of(self, record: RecordKind) -> frozenset[str]:
        """The natural persons behind that act: whoever took it, and whom they stood in for."""
        return frozenset(filter(None, self._submitted(record)))

    def _submitted(self, record: RecordKind) -> tuple[str, str | None]:
        dossier = self.dossier
        if record is RecordKind.ASSESSMENT_RULING and dossier.proposed_by:
            return dossier.proposed_by, dossier.proposed_for
        if record in (RecordKind.CORRECTION_CONFIRMED, RecordKind.CORRECTION_REFUSED) and dossier.correcting_by:
            return dossier.correcting_by, dossier.correcting_for
        if record is RecordKind.LEAVING_TAKEN_BACK and dossier.leaving_by:
            return dossier.leaving_by, dossier.leaving_for
        return self.submitted_by, dossier.submitted_for


#: states in which a hire holds one of the places of its opening
PLACED = frozenset({State.PUBLICIZED, State.TRAINED, State.CONTRACTED, State.RENEWED, State.DISMISSED})


def holds_place(state: State, dossier: Dossier) -> bool:
    """Whether a hire takes up a place of its opening (占用名额): from the notice or the first approval on.

    One that left after having been on post keeps its place: the vacancy is announced anew (随缺随补).
    """
    if state in (State.REJECTED, State.WITHDRAWN):
        return False
    return state in PLACED or dossier.approved_on is not None
