"""A procedure (办法 / 方案): one governing document as data, typed.

A procedure file says what may follow what, who acts, which rules are asked, which periods run and what has to be
filed; every line cites its article. This module puts the parts together; their shapes stand beside it, by subject:
``document``, ``steps``, ``posts``, ``employment``, ``assessment``, in the words of ``vocabulary``. ``loading`` reads
files and reports faults with their lines, ``checking`` asks whether the whole makes sense, ``machine`` runs it.

Amounts are integer fen (分). Dates are days in Asia/Shanghai.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any

from pydantic import ConfigDict, Field, StringConstraints

from states.assessment import AssessmentRules
from states.document import Contradiction, Document, Gap, RoleName, Validity
from states.employment import ContractTerms, Ground, PayDay, PayItem, Provision, ServiceLimit
from states.model import GapRef, Model, Text
from states.posts import Announcement, Pool, PostKind, Quota
from states.steps import Deadline, GuardLine, GuardSet, MoveLine, Stage, Step
from states.vocabulary import Role


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
