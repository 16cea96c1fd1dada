"""What the API accepts and returns about recoveries, aftercare and the round of renewals (离岗和续签接口格式)."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from api.inputs import Month
from api.schemas import Accepted, Returned
from states.aftercare import Act, Need, Reason, Stand
from states.inputs import Line, Prose
from states.renewal_round import Outcome
from workflow.queries.aftercare import ActLine, CaseLine
from workflow.queries.recoveries import RecoveryLine, RepaymentLine
from workflow.queries.renewals import TermLine
from workflow.recoveries import MOST_FEN


class RecoveryIn(Accepted):
    """追回: months as ``YYYY-MM``, both with it; the sum in fen."""

    from_month: Month
    until_month: Month
    fen: int = Field(ge=1, le=MOST_FEN)
    cause: Annotated[Prose, Field(max_length=500)]
    article: Annotated[Line, Field(max_length=100)]


class RecoveryAsked(Returned):
    id: int


class RecoveryDecision(Accepted):
    """``upheld`` false turns the claim down."""

    upheld: bool
    opinion: Annotated[Prose, Field(max_length=500)]


class RepaymentCorrectionIn(Accepted):
    """Why a repayment was mistyped."""

    reason: Annotated[Prose, Field(max_length=500)]


class RepaymentCorrected(Returned):
    """The row by which it is set right; it waits for somebody else."""

    number: int


class ReductionIn(Accepted):
    """What is taken off a claim that says too much, in fen, and why."""

    cut: int = Field(ge=1, le=MOST_FEN)
    reason: Annotated[Prose, Field(max_length=500)]


class RepaymentDecision(Accepted):
    upheld: bool


class RepaymentIn(Accepted):
    fen: int = Field(ge=1, le=MOST_FEN)
    on_day: date
    voucher: Annotated[Line, Field(max_length=200)]


class Repaid(Returned):
    """``settled``: everything has come back."""

    settled: bool


class RecoveryOut(Returned):
    """``standing``: waiting, open, settled or refused; ``open_fen``: what has still to come back."""

    recovery: RecoveryLine
    standing: str
    open_fen: int
    repayments: list[RepaymentLine] = Field(default_factory=list)


class RecoverySumsOut(Returned):
    waiting: int
    open: int
    open_fen: int


class AftercareIn(Accepted):
    """One act of a case. ``need`` and ``hardship`` go with ``assess``, ``reason`` with ``close``.

    ``version``: where the case stood when it was read; it is refused when it changed since.
    """

    act: Act
    what: Annotated[Prose, Field(max_length=1000)]
    on_day: date
    need: Need | None = None
    hardship: bool = False
    reason: Reason | None = None
    version: int | None = None


class WantedOut(Returned):
    """What the need asks for at the least, with what was done of it and the article that asks for it.

    ``binds`` false: the standard of another place, a reference that stops nothing.
    """

    act: Act
    n: int
    done: int
    article: str
    binds: bool


class AftercareOut(Returned):
    case: CaseLine
    wanted: list[WantedOut]
    acts: list[ActLine]


class AftercareEntered(Returned):
    state: Stand


class RefusalOut(Returned):
    """A rule that stands against it, with its article."""

    article: str
    say: str


class RenewalOut(Returned):
    """A term that ends. ``used`` and ``left``: months and days of the document's limit; null where it has none.

    ``passes``: the decision to renew would be taken today; ``cautions``: what no rule forbids; ``money``: how long the
    money for these posts lasts.
    """

    term: TermLine
    outcome: Outcome
    assessed_year: int | None
    grade: str | None
    limit_months: int | None
    used: tuple[int, int] | None
    left: tuple[int, int] | None
    last_lawful_on: date | None
    excepted: bool
    protected_until: date | None
    next_ends_on: date | None
    passes: bool
    refusals: list[RefusalOut]
    cautions: list[str]
    money: list[str]


class LeavingOut(Returned):
    """A ground that the records suggest: nobody leaves by it until somebody decides."""

    hire_id: int
    version: int
    person_name: str
    region: str
    ground: str
    law: str
    since: date
    why: str
