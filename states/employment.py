"""On which terms somebody serves (用工): the contract, the limit of months, pay and benefits, how it may end."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from states.model import GapRef, Line, Name, Text, Words
from states.steps import Length
from states.vocabulary import Role


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
