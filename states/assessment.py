"""The rules of the yearly assessment (考核办法): who proposes and rules, the grades, what gains or costs points."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from states.model import GapRef, Line, Model, Name, Text, Words
from states.vocabulary import Role


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
