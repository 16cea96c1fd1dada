"""What the API accepts and returns (接口格式), apart from the tables. Unknown fields are refused.

Lines of lists are the frozen values of ``workflow.queries``; what is wrapped around them stands here. Moments are UTC,
days are Asia/Shanghai, amounts are fen.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from api.inputs import Id, Plain, RegionCode, Slug, Word
from states.inputs import Line, Override
from states.vocabulary import Role
from workflow.person_input import PersonChange
from workflow.queries import HireLine, OpeningLine, PersonLine, PostLine, RegionLine

Item = TypeVar("Item")
MOST_HIRES = 500
MOST_PLACES = 500
MOST_FEN = 2**31 - 1


class Accepted(BaseModel):
    """What is sent to us."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Returned(BaseModel):
    """What we send."""

    model_config = ConfigDict(frozen=True)


class ProblemOut(BaseModel):
    """问题说明 (RFC 9457): why a request was not carried out, and what to do next.

    ``answers``: of every guard that was asked, for a step that was refused; ``faults``: by field, for what was wrongly
    filled in; ``current``: the version of the hire, where a change came in between.
    """

    type: str
    title: str
    status: int
    detail: str
    answers: list[dict[str, Any]] = Field(default_factory=list)
    faults: dict[str, str] = Field(default_factory=dict)
    current: int | None = None


class Page(Returned, Generic[Item]):
    """A page of a list; ``next`` goes into ``after`` of the following request, null at the end."""

    items: list[Item]
    next: str | None


# ---- sessions ----------------------------------------------------------------------------------------------------


def _is_text(value: SecretStr) -> SecretStr:
    """No NUL and no half of a sign, neither of which can be hashed. Raises ValueError."""
    if any(sign == "\0" or "\ud800" <= sign <= "\udfff" for sign in value.get_secret_value()):
        raise ValueError("a sign that is no text")
    return value


Secret = Annotated[SecretStr, Field(max_length=200), AfterValidator(_is_text)]


class Credentials(Accepted):
    """``code``: of the second factor, where the account has one."""

    username: Word
    password: Secret
    code: Word | None = None


class Confirmation(Accepted):
    """``shown``: a fresh code of the second factor where the account has one, else the password."""

    shown: Secret


class Session(Returned):
    """``token`` is sent as ``Authorization: Bearer`` by programs; it is shown this once."""

    token: str
    form_token: str
    expires_at: datetime


class GrantOut(Returned):
    role: Role
    region: str


class Me(Returned):
    username: str
    name: str
    language: str
    grants: list[GrantOut]
    form_token: str
    expires_at: datetime


# ---- people, posts, openings -------------------------------------------------------------------------------------


class PersonRegistered(Returned):
    """``created`` false: the number was registered before; ``differs`` names what was said otherwise."""

    id: int
    created: bool
    differs: list[str]
    warnings: list[str]


class PersonPatch(PersonChange):
    """Only what is named is changed; ``reason`` goes on the record."""

    reason: Line | None = None


class PersonOut(Returned):
    person: PersonLine
    hires: list[HireLine]


class Purpose(Accepted):
    """Why a full number is to be read: kept on the record."""

    purpose: Line
    field: Literal["id_number", "phone", "address", "bank"] = "id_number"


class Revealed(Returned):
    value: str | None


class OpeningIn(Accepted):
    """公告: places in a post, open from ``announced_on`` (today) to ``closes_on``, both included."""

    post_id: Id
    places: int = Field(ge=1, le=MOST_PLACES)
    announced_on: date | None = None
    closes_on: date | None = None
    boards: tuple[Line, ...] = Field(default=(), max_length=20)
    relaxed_by: Line | None = None
    overrides: tuple[Override, ...] = Field(default=(), max_length=20)
    #: the parts of the paper; left out: an announcement that was made elsewhere and is only recorded here
    content: dict[Slug, str] | None = Field(default=None, max_length=20)
    #: the hire whose place is announced anew
    refills: Id | None = None


class OpeningOut(Returned):
    opening: OpeningLine
    hires: list[HireLine]
    next: str | None


class Announced(Returned):
    opening_id: int
    hire_ids: list[int]
    answers: list[dict[str, Any]]


class PlaceAdded(Returned):
    hire_id: int


class PostIn(Accepted):
    """岗位. Amounts in fen per month."""

    procedure_id: Slug
    kind: Slug
    region: RegionCode
    title: Line = Field(max_length=100)
    employer: Line = Field(max_length=100)
    sources: tuple[Line, ...] = Field(default=(), max_length=20)
    registered: bool = True
    monthly_fen: int = Field(default=0, ge=0, le=MOST_FEN)
    minimum_wage_fen: int | None = Field(default=None, ge=0, le=MOST_FEN)
    subsidy_cap_fen: int | None = Field(default=None, ge=0, le=MOST_FEN)
    counted_workers: int | None = Field(default=None, ge=0, le=1_000_000)


class Created(Returned):
    id: int


class Regions(Returned):
    items: list[RegionLine]


# ---- hires -------------------------------------------------------------------------------------------------------


class DeadlineOut(Returned):
    """A running period. ``proof`` is given with ``?proof=1``: each day counted or skipped, and why."""

    name: str
    label: str
    article: str
    kind: str
    base_on: date | None
    due_on: date
    provisional: bool
    days_left: int
    owner: list[str]
    then: list[str]
    called: bool
    blocked: bool
    proof: dict[str, Any] | None = None


class OfferOut(Returned):
    """A step that the procedure lists here for the actor's role. ``input``: the schema of what it asks."""

    act: str
    label: str
    article: str
    open: bool
    main: bool
    adverse: bool
    joint: bool
    roles: list[str]
    to: str | None
    records: str
    answers: list[dict[str, Any]]
    href: str


class HireOut(Returned):
    """One hire, whole. ``version`` is its ``ETag``."""

    hire: HireLine
    stage_label: str
    state_label: str
    visit: int
    dossier: dict[str, Any]
    opening: OpeningLine | None
    post: PostLine | None
    person: PersonLine | None
    deadlines: list[DeadlineOut]
    offers: list[OfferOut]
    links: dict[str, str]


class DoneOut(Returned):
    """A step that was kept. ``replayed``: this key had come before, and this was the answer."""

    hire_id: int
    version: int
    seq: int
    stage: str
    state: str
    answers: list[dict[str, Any]]
    replayed: bool


class BulkIn(Accepted):
    """One act for many hires. ``inputs``: what one hire's input has beside ``input``, by hire.

    ``versions``: what was seen of a hire; one that has changed since is refused. ``preview``: nothing is written.
    """

    hire_ids: tuple[Id, ...] = Field(min_length=1, max_length=MOST_HIRES)
    input: Plain = Field(default_factory=dict)
    inputs: dict[Id, Plain] = Field(default_factory=dict, max_length=MOST_HIRES)
    versions: dict[Id, int] = Field(default_factory=dict, max_length=MOST_HIRES)
    preview: bool = False


class BulkLine(Returned):
    """What became of one hire: ``status`` and, by it, either ``done`` or ``problem``."""

    hire_id: int
    status: int
    done: DoneOut | None = None
    problem: dict[str, Any] | None = None


class BulkOut(Returned):
    """``run``: what the entries and the office log know this run by; none for a preview."""

    items: list[BulkLine]
    run: str | None = None
    preview: bool = False


class TaskCounts(Returned):
    overdue: int
    today: int
    week: int
    later: int
    none: int


class LetterOut(Returned):
    message_id: str
    hire_id: int
    at: datetime
    read_at: datetime | None
    subject: str
    body: str
