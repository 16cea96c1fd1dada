"""What the API accepts and returns about recoveries, aftercare and the round of renewals (离岗和续签接口格式)."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from api.schemas import Accepted, Returned
from states.aftercare import Act, Need, Reason, Stand
from states.inputs import Line, Prose
from workflow.queries.aftercare import ActLine, CaseLine
from workflow.queries.recoveries import RecoveryLine, RepaymentLine
from workflow.recoveries import MOST_FEN

Month = Annotated[str, StringConstraints(pattern=r"^20\d\d-(0[1-9]|1[0-2])$")]


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
    """What the need asks for at the least, with what was done of it and the article that asks for it."""

    act: Act
    n: int
    done: int
    article: str


class AftercareOut(Returned):
    case: CaseLine
    wanted: list[WantedOut]
    acts: list[ActLine]


class AftercareEntered(Returned):
    state: Stand
