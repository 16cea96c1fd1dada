"""The language in which stories are told (讲述): one hire, what is done next by its document, and waiting for a day.

Nothing here knows a document. Steps are found in the table of the procedure: the way forward by ``main``, everything
else by the kind of record that it writes. What has to be filled in follows from the same kind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from api.demo.areas import Area, Town, Work
from api.demo.filling import filled_in, noted_points
from api.demo.people import Crowd, Wish
from api.demo.walk import Days, NobodyActs, Walk
from states.facts import Actor, Hire, OpenFiling
from states.procedure import Procedure
from states.steps import GuardLine, Step
from states.vocabulary import FINAL_STATES, Effect, RecordKind, Role
from workflow import posts
from workflow.engine import add_place, announce

#: a renewal is decided so many days before the term ends
DECIDED_BEFORE = timedelta(days=24)
FIRST_OF_DECEMBER, LATE_DECEMBER = 3, 20
WINDOW_DAYS = 15


@dataclass(frozen=True, slots=True)
class Place:
    """Where a post is: its code, and the town that keeps it."""

    region: str
    town: Town
    home: str


@dataclass
class Tale:
    """One hire in the telling. ``excuse``: a rule "in principle" that its officers set aside, with the reason."""

    walk: Walk
    crowd: Crowd
    area: Area
    work: Work
    place: Place
    wish: Wish = field(default_factory=Wish)
    excuse: tuple[str, str] | None = None
    relaxed_by: str | None = None
    #: the year whose assessment is not passed
    failed_year: int = 0
    hire_id: int = 0
    opening_id: int = 0
    person_id: int = 0

    @cached_property
    def procedure(self) -> Procedure:
        return self.walk.office.catalogue.current(self.area.procedure)

    @property
    def hire(self) -> Hire:
        return self.walk.hire(self.hire_id)

    @property
    def today(self) -> date:
        return self.walk.today

    # ---- waiting

    def until(self, day: date) -> Days:
        """Waits for a day; does not wait for one that has come."""
        if day > self.today:
            yield day

    def rest(self, least: int = 1, most: int = 2) -> Days:
        """Some working days pass."""
        yield self.walk.workday(self.today, self.walk.chance.randint(least, most))

    def until_ago(self, working_days: int) -> Days:
        """Waits until so many working days before the present."""
        yield from self.until(self.walk.ago(working_days))

    # ---- the announcement

    def announce(self, places: int = 1, closes_on: date | None = None) -> tuple[int, ...]:
        """Registers the post and announces it. The first place is this tale's own."""
        actor, office, at = self._announcer(), self.walk.office, self.walk.tick()
        given = {
            "procedure_id": self.area.procedure,
            "kind": self.work.kind,
            "region": self.place.region,
            "title": self.work.title,
            "employer": self.place.town.shown + ("" if self.place.town.name.endswith("单位") else "人民政府"),
            "sources": (),
            **self.work.post,
        }
        with office.database.session() as session:
            post_id = posts.register_post(session, office.catalogue, given, actor, at)
        closes_on = closes_on or self.today + timedelta(days=WINDOW_DAYS)
        opened = announce(
            office,
            actor,
            at,
            post_id=post_id,
            places=places,
            closes_on=closes_on,
            boards=self.area.boards,
            relaxed_by=self.relaxed_by,
        )
        self.opening_id, self.hire_id = opened.opening_id, opened.hire_ids[0]
        return opened.hire_ids

    def beside(self, hire_id: int) -> Tale:
        """Another place of the same opening, for somebody else."""
        return Tale(
            self.walk, self.crowd, self.area, self.work, self.place, hire_id=hire_id, opening_id=self.opening_id
        )

    def rival(self) -> Tale:
        """A further applicant for the same place."""
        return self.beside(add_place(self.walk.office, self.opening_id, self._announcer(), self.walk.tick()))

    def _announcer(self) -> Actor:
        holders = [self.walk.holders(role, self.place.region) for role in self.procedure.announcement.by]
        return next(filter(None, holders))[0]

    # ---- steps

    def take(self, step: Step, only: Role | None = None, **given: Any) -> None:
        """Takes a step; one that several bodies sign is signed by all of them, or by ``only`` one."""
        roles = [only] if only else [*step.by] if step.joint else [self.role_for(step)]
        for role in roles:
            hire = self.hire
            payload = filled_in(self, hire, step) | given
            overrides = self._overrides(step, role)
            if overrides:
                payload["overrides"] = overrides
            self.walk.perform(hire, step, role, payload)

    def act(self, act: str, **given: Any) -> None:
        """Takes the step of this name."""
        self.take(self.procedure.step_by_origin[self.hire.stage, act], **given)

    def record(self, kind: RecordKind, *, where: Mapping[str, Any] | None = None, **given: Any) -> None:
        """Takes the step of this stage that writes such a record; ``where``: with these fixed parameters."""
        self.take(self._recording(kind, where or {}), **given)

    def step(self) -> None:
        """Takes the next step of the document's way forward."""
        step = self.next_step(self.hire)
        assert step is not None, f"nothing leads on from {self.hire.stage} of {self.area.procedure}"
        self.take(step)

    def next_step(self, hire: Hire) -> Step | None:
        """The step that leads on from where the hire stands; None while only the system can act."""
        detour = self.area.detours.get(hire.stage)
        if detour is not None:
            return self.procedure.step_by_origin[hire.stage, detour]
        steps = self.procedure.steps_from[hire.stage]
        return next((s for s in steps if s.main and not s.automatic and s.to not in (None, hire.stage)), None)

    def leads_to_work(self, step: Step) -> bool:
        stages = self.procedure.stage_by_name
        return step.to is not None and stages[step.to].at_work and not stages[self.hire.stage].at_work

    def forward(self, until: Callable[[Hire, Step | None], bool]) -> Days:
        """Goes the document's way, a working day or two for each step, until ``until`` says so of the hire."""
        while not until(hire := self.hire, step := self.next_step(hire)):
            if step is not None:
                self.take(step)
            yield from self.rest()

    def forward_to(self, *stages: str) -> Days:
        yield from self.forward(lambda hire, step: hire.stage in stages)

    def role_for(self, step: Step) -> Role:
        hire = self.hire
        for role in step.by:
            try:
                self.walk.officer(hire, step, role)
            except NobodyActs:
                continue
            return role
        raise NobodyActs(f"{self.area.procedure}: {step.act}")

    def _recording(self, kind: RecordKind, where: Mapping[str, Any]) -> Step:
        for step in self.procedure.steps_from[self.hire.stage]:
            if step.records is kind and not step.automatic and where.items() <= step.params.items():
                return step
        raise LookupError(f"{self.area.procedure}: no step records {kind} {dict(where)} in {self.hire.stage}")

    def _overrides(self, step: Step, role: Role) -> list[dict[str, str]]:
        if self.excuse is None:
            return []
        guard, reason = self.excuse
        lines: list[GuardLine] = [line for line in self.procedure.guards_of(step) if line.use == guard]
        if any(line.effect is Effect.PRINCIPLE and role in line.override_by for line in lines):
            return [{"guard": guard, "reason": reason, "approval_no": "示例批〔2026〕1号"}]
        return []

    # ---- stretches of a life

    def to_work(self, started: date) -> Days:
        """From the announcement to the first day at work, which is ``started``."""
        if not self.hire_id:
            self.announce()
        yield from self.forward(lambda hire, step: step is not None and self.leads_to_work(step))
        yield from self.until(started)
        self.step()

    def signed(self, after: int = 9) -> Days:
        """The contract, so many days later where the document wants one after the first day at work, and its filing."""
        step = self.next_step(self.hire)
        if step is not None and step.records is RecordKind.CONTRACT:
            yield from self.until(self.walk.workday(self.today + timedelta(days=after)))
            self.step()
        yield from self.filed()

    def filed(self) -> Days:
        """Everything that has to be reported is reported, two or three working days later."""
        if self.hire.dossier.filings:
            yield from self.rest(2, 3)
        for filing in self.hire.dossier.filings:
            self.report(filing)

    def report(self, filing: OpenFiling) -> None:
        step = self._recording(RecordKind.FILING, {})
        only = filing.by if filing.by in step.by else None
        self.take(step, only, filing=filing.filing, seq=filing.seq, sent_on=self.today)

    def years(self, *, undecided: int = 0, up_to: date | None = None) -> Days:
        """Year after year: assessed each December, renewed before each term ends as long as months are left.

        ``undecided``: the term whose end nobody decides on; ``up_to``: the day on which the story goes on otherwise.
        """
        while (hire := self.hire).state not in FINAL_STATES and hire.dossier.over_term_on is None:
            ends = hire.dossier.term_ends_on
            assert ends is not None, f"{hire.stage} without a term"
            assessed_on = self.assessed_on(hire)
            turns = [assessed_on, (hire.dossier.leaving_on or ends) + timedelta(days=1)]
            if hire.dossier.renewal is None and hire.dossier.term_no != undecided:
                decided_on = self.walk.workday(ends - DECIDED_BEFORE)
                # a term that sees December out is not renewed before that December's assessment
                turns.append(assessed_on + timedelta(days=1) if decided_on <= assessed_on <= ends else decided_on)
            first = min(turns)
            day = max(first, self.today)
            if up_to is not None and up_to <= day:
                yield from self.until(up_to)
                return
            yield from self.until(day)
            if self.hire.state in FINAL_STATES:  # the last day and that of the assessment met
                break
            if first == assessed_on:
                yield from self.assessed()
            elif day <= ends and hire.dossier.leaving_on is None:
                yield from self.decided()
            else:
                yield from self.rest(1, 1)
        yield from self.filed()

    def assessed_on(self, hire: Hire) -> date:
        dossier, began = hire.dossier, hire.dossier.first_started_on or hire.dossier.started_on
        assert began is not None
        # who began in late December is first assessed a year later; who began earlier in it, at its end each year
        year = began.year + (began.month == 12 and began.day >= LATE_DECEMBER)
        if dossier.ruled_year is not None:
            year = max(year, dossier.ruled_year + 1)
        at_its_end = began.month == 12 and began.day < LATE_DECEMBER
        return self.walk.workday(date(year, 12, LATE_DECEMBER if at_its_end else FIRST_OF_DECEMBER + hire.id % 6))

    def assessed(self) -> Days:
        """This year's assessment: proposed, looked through, and ruled on by everybody whom the document names."""
        self._noted()
        self.record(RecordKind.ASSESSMENT)
        for step in self.procedure.steps_from[self.hire.stage]:
            if not step.automatic and any(line.use == "assessment_proposed" for line in step.guards):
                yield from self.rest()
                if self.hire.stage not in step.origin:
                    return
                self.take(step)
        yield from self.filed()

    def _noted(self) -> None:
        """The points and the survey on which the proposal rests, where the document asks for them."""
        hire = self.hire
        house = {step.records: step for step in self.walk.office.rulebook.rules(hire.procedure).house[hire.stage]}
        if step := house.get(RecordKind.POINT):
            for role, given in noted_points(self, hire):
                self.take(step, role, **given)
        if step := house.get(RecordKind.SURVEY):
            self.take(step)

    def decided(self) -> Days:
        """Renewed and signed, if the months and the assessment allow it; otherwise ended at the term."""
        dossier = self.hire.dossier
        last, ends = dossier.last_lawful_on, dossier.term_ends_on
        if dossier.ruled_passed is False or (last is not None and ends is not None and last <= ends):
            self.record(RecordKind.RENEWAL_DECISION, where={"outcome": "end"})
            return
        self.record(RecordKind.RENEWAL_DECISION, where={"outcome": "renew"})
        yield from self.rest()
        self.record(RecordKind.RENEWAL_SIGNING)
        yield from self.filed()
