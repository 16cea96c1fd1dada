"""A rule set (行动方案): a document that governs posts without hiring anybody — floors, dates, violations, services.

A campaign plan says how many must be at work, what must be checked by when and what counts as a violation. It has no
stages, so it is no procedure; like one, it is data, every line cites its article and names the requirements it carries,
and it is in force from one day to another. Days are days in Asia/Shanghai; a last day is with the period.
"""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, ValidationError

from states.document import Document, RoleName, Validity
from states.employment import Provision
from states.faults import Fault, InvalidProcedure, faults_of, problems_of
from states.marked import read
from states.model import Line, Model, Name, Text, Words
from states.posts import Pool
from states.vocabulary import Role

FOLDER = Path(__file__).parent / "rulesets"


class Target(Line):
    """A figure that must be reached (目标): a floor, or a number that it has to equal.

    ``reference`` says where the bound comes from: the year's target, the figure at the end of the year before, the
    figure before the campaign, or zero.
    """

    target: Name
    zh: Words
    en: Words
    counts: Text
    rule: Literal["at_least", "equals"]
    reference: Literal["year_target", "end_of_last_year", "before_campaign", "zero"]


class Violation(Line):
    """A kind of violation that supervision has to name, and what follows when it is found (违规情形)."""

    violation: Name
    zh: Words
    en: Words
    follows: Literal["removal", "correction"]


class CampaignDate(Line):
    """Something to be done by a day. ``last_on`` still counts for whoever acts (以前 read as with the day)."""

    deadline: Name
    zh: Words
    en: Words
    last_on: date
    by: tuple[Role, ...] = Field(min_length=1)
    means: tuple[Text, ...] = ()


class Offer(Model):
    """One service that a person is owed, ``n`` times; ``more`` where the document says at least."""

    service: Name
    zh: Words
    en: Words
    n: int = Field(ge=1)
    more: bool = False


class MinimumService(Line):
    """What a person in one situation is owed at the least (服务标准)."""

    situation: Name
    zh: Words
    en: Words
    offers: tuple[Offer, ...] = Field(min_length=1)


class DataSet(Model):
    """A register that takes part in a comparison."""

    name: Name
    zh: Words
    en: Words
    kept_by: Role


class Comparison(Line):
    """Registers compared with one that has to agree with them (数据比对). A difference is a hint, not a finding."""

    comparison: Name
    zh: Words
    en: Words
    against: DataSet
    sources: tuple[DataSet, ...] = Field(min_length=1)


class Rhythm(Line):
    """Figures or lists that come round again (按周调度)."""

    name: Name
    zh: Words
    en: Words
    every: Literal["week", "month"]
    by: Role
    to: tuple[Role, ...] = ()


class RuleSet(Model):
    """One version of one document without a hiring procedure."""

    ruleset: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=64)]
    version: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z.+-]+$", max_length=32)]
    title: Text
    document: Document
    validity: Validity
    roles: dict[Role, RoleName]
    pools: tuple[Pool, ...] = ()
    targets: tuple[Target, ...] = ()
    violations: tuple[Violation, ...] = ()
    dates: tuple[CampaignDate, ...] = ()
    services: tuple[MinimumService, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    rhythms: tuple[Rhythm, ...] = ()
    duties: tuple[Provision, ...] = ()

    @property
    def key(self) -> str:
        """``id@version``."""
        return f"{self.ruleset}@{self.version}"

    def in_force(self, on: date) -> bool:
        """Whether the document is in force on a day; its first and its last day are with it."""
        last = self.validity.last_day
        return self.validity.valid_from <= on and (last is None or on <= last)


def load_ruleset(text: str, name: str) -> RuleSet:
    """The rule set that ``text`` (YAML) describes; ``name`` is the file's name in faults.

    Raises InvalidProcedure with every fault of notation and schema, each at its line.
    """
    marked = read(text)
    faults = [Fault(name, slip.line, marked.where(slip.path), slip.problem) for slip in marked.slips]
    ruleset = None
    if marked.root is not None:
        try:
            ruleset = RuleSet.model_validate_json(json.dumps(marked.value), strict=True)
        except ValidationError as refused:
            faults += faults_of(problems_of(refused, marked.value), marked, name)
    if faults or ruleset is None:
        raise InvalidProcedure(tuple(sorted(faults, key=lambda fault: fault.line)))
    return ruleset


@cache
def shipped_rulesets() -> dict[str, RuleSet]:
    """The rule sets that come with the service, by id. Read once. Raises InvalidProcedure."""
    loaded = [load_ruleset(path.read_text(encoding="utf-8"), path.name) for path in sorted(FOLDER.glob("*.yaml"))]
    return {ruleset.ruleset: ruleset for ruleset in loaded}
