"""Careers on paper (纸上办理): the real rules and the real pay, without a database, so that thousands can be lived.

What a database would do is done by hand and no more: timers fire in the morning, contract rows are kept, a person's
periods and present post follow from them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from types import SimpleNamespace
from typing import Any

from states import facts
from states.canonical import GENESIS
from states.clocks import moment
from states.decide import collapse, decide, decide_posting, decide_timer
from states.facts import Actor, Dossier, Hire, Opening, Person, dossier_to_json
from states.loading import Catalogue
from states.machine import Rules, build
from states.pay import AskMonth, Line, NotPaid, month_line
from states.plan import Plan
from states.vocabulary import DeadlineKind, Role, State
from tests.support.careers import END, Career, Living, Post
from tests.support.deciding import MORNING, SETTING, Desk
from tests.support.lives import FIRST_DAY
from tests.support.pay_proofs import STANDARD, Act, Paid, Record, Term, known_of
from workflow.pay_rows import service_of

#: so many days between two mornings on which somebody looks
PACE = 4
ENFORCE = DeadlineKind.ENFORCE.value
CATALOGUE = Catalogue.load()
KNOWN = {"by": "主管部门", "on": "2021-12-31"}
CATEGORIES = ("lifted", "farmer", "employment_difficulty", "zero_employment_family")


@cache
def rules_of(document: str) -> Rules:
    return build(CATALOGUE.current(document))


def village_of(post: Post, number: int) -> str:
    """The village in which the so-many-eth post of a career lies."""
    return f"{max(post.county.regions, key=len)}{200 + number}"


def home_of(career: Career) -> str:
    """People live where their first post is."""
    return village_of(career.posts[0], 1)


@dataclass
class Paper:
    """One person's career, with everything that was kept of it."""

    career: Career
    met: Counter[str] = field(default_factory=Counter)
    today: date = FIRST_DAY
    person: Person = field(init=False)
    desks: dict[int, Desk] = field(default_factory=dict)
    terms: list[Term] = field(default_factory=list)
    paid: list[Paid] = field(default_factory=list)
    done: set[tuple[int, date]] = field(default_factory=set)
    next_due: date = date.max

    def __post_init__(self) -> None:
        category, born = self.career.age
        self.person = Person(
            1, "person:1", born, "M" if category == "man" else "F", category, "senior_secondary",
            home_of(self.career),
            {code: KNOWN for code in CATEGORIES},
            frozenset({"political_conduct", "health", "computer_skill", "no_crime", "responsible"}),
            prior_months=self.career.prior,
        )  # fmt: skip

    def live(self, until: date = END) -> Paper:
        """The whole career, a morning a day; what was not paid by then is paid on the last one."""
        living = Living(0, self.career, self, self.met)
        paydays = self._paydays(until)
        while self.today < until:
            if self.today > self.next_due:
                self._sweep()
            if self.today.toordinal() % PACE == 0 or living.on_the_way(self.today):
                living.morning(self.today)
            for month in paydays.get(self.today, ()):
                for number in self.desks:
                    self._pay(number, month)
            self.today += timedelta(1)
            if self.today.day == 1 and living.over:
                self.today = max((self.today, *(day for day in paydays if day <= until)))
                break
        for number in self.desks:
            for month in months_between(FIRST_DAY, until):
                self._pay(number, month)
        return self

    # ---- what a career asks of its desk

    def hire(self, number: int) -> Hire:
        return self.desks[number].hire

    def announce(self, career: int, post: Post) -> int:
        county, number = post.county, len(self.desks) + 1
        region = village_of(post, number)
        rules = rules_of(county.document)
        place = facts.Post(
            number, county.kind, region, frozenset(county.post.get("sources", ())), True, STANDARD,
            subsidy_cap_fen=county.post.get("subsidy_cap_fen"),
        )  # fmt: skip
        hire = Hire(
            number, 1, 1, rules.procedure.key, "vacancy", State.POSTED, region, county.kind, "", 0, GENESIS, Dossier(),
            Opening(number, self.today, None, 1, boards=("公示栏",)), place,
        )  # fmt: skip
        desk = Desk(hire, rules)
        desk.take(
            decide_posting(hire, county.officer(county.announcer), Role(county.announcer), self._at(), rules, SETTING)
        )
        self.desks[number] = desk
        return number

    def apply(self, career: int, number: int, by: Actor) -> None:
        self._decide(number, "apply", by, {"person_id": 1}, self.person)

    def do(self, number: int, act: str, by: Actor, payload: Mapping[str, Any]) -> None:
        self._decide(number, act, by, payload, None)

    def died(self, career: int, on: date) -> None:
        self.person = replace(self.person, died_on=on)
        self._tell_all()

    # ---- what a database would do

    def _at(self) -> Any:
        return moment(self.today) + MORNING

    def _decide(self, number: int, act: str, by: Actor, payload: Mapping[str, Any], candidate: Person | None) -> None:
        desk = self.desks[number]
        plan = decide(desk.hire, act, by, self._at(), desk.rules, SETTING, payload=payload, candidate=candidate)
        self._take(number, plan)
        if candidate is not None:
            desk.hire = replace(desk.hire, person=self.person)

    def _take(self, number: int, plan: Plan) -> None:
        self.desks[number].take(plan)
        for row in plan.rows.get("contract", ()):
            self.terms.append(Term(number, row["term_no"], _day(row["starts_on"]), _day(row["ends_on"])))
        for table, keys, values in plan.updates:
            if table == "contract":
                self._update(number, keys, values)
        serving = [n for n, desk in self.desks.items() if _serves(desk)]
        periods = tuple(
            (t.starts_on, t.ended_on or t.ends_on, t.number) for t in self.terms if t.starts_on and t.ends_on
        )
        self.person = replace(self.person, serving_hire=serving[0] if serving else None, periods=periods)
        self._tell_all()
        due = (timer.legal_on for desk in self.desks.values() for timer in desk.timers if timer.kind == ENFORCE)
        self.next_due = min(due, default=date.max)

    def _update(self, number: int, keys: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        for term in self.terms:
            if term.number != number or term.term_no != keys["term_no"]:
                continue
            if "ended_on" in keys and term.ended_on != keys["ended_on"]:
                continue
            for name, value in values.items():
                setattr(term, name, _day(value))

    def _tell_all(self) -> None:
        for desk in self.desks.values():
            if desk.hire.person is not None:
                desk.hire = replace(desk.hire, person=self.person)

    def _sweep(self) -> None:
        """The system's steps that are due this morning; reminders are left out."""
        for number, desk in self.desks.items():
            while due := [
                timer for timer in desk.timers
                if timer.kind == ENFORCE and timer.legal_on < self.today
            ]:  # fmt: skip
                timer = next(timer for timer, what in collapse(due) if what == "due")
                plan = decide_timer(desk.hire, timer, self._at(), desk.rules, SETTING)
                if plan is None:
                    desk.timers.remove(timer)
                else:
                    self.met[plan.act] += 1
                    self._take(number, plan)

    @property
    def record(self) -> Record:
        """What was kept of it."""
        acts = []
        for number, desk in self.desks.items():
            steps = {step.act: step.records for step in desk.rules.procedure.steps}
            entries = (plan.rows["audit_entry"][0] for plan in desk.plans)
            acts += [Act(number, row["act"], row["actor_key"], steps.get(row["act"])) for row in entries]
        hires = {number: desk.hire for number, desk in self.desks.items()}
        procedures = {number: desk.rules.procedure for number, desk in self.desks.items()}
        until = next_month(self.today.replace(day=1)) - timedelta(1)
        return Record(until, self.career, self.person.died_on, hires, procedures, self.terms, acts, self.paid)

    # ---- money

    def _paydays(self, until: date) -> dict[date, list[date]]:
        """The months that are paid on each day."""
        found: dict[date, list[date]] = defaultdict(list)
        for month in months_between(FIRST_DAY, until):
            lag = self.career.lag(month)
            if lag is not None:
                found[next_month(month) + timedelta(4 + lag)].append(month)
        return found

    def _pay(self, number: int, month: date) -> None:
        dossier = self.desks[number].hire.dossier
        if dossier.started_on is None or next_month(month) <= dossier.started_on or (number, month) in self.done:
            return
        if dossier.ended_on is not None and month > next_month(next_month(dossier.ended_on.replace(day=1))):
            return
        answer = self.asked(number, month)
        if isinstance(answer, Line):
            self.done.add((number, month))
            hire, procedure = self.desks[number].hire, self.desks[number].rules.procedure
            known = known_of(self.career, hire, procedure, self.terms, self.person.died_on)
            self.paid.append(Paid(number, month, answer, known, self.career.marks(month)))

    def asked(self, number: int, month: date) -> Line | NotPaid:
        """What the real pay says of a month on this day."""
        desk = self.desks[number]
        hire, procedure = desk.hire, desk.rules.procedure
        row = SimpleNamespace(
            dossier=dossier_to_json(hire.dossier), died_on=self.person.died_on, born=self.person.born, kind=hire.kind,
            retirement_category=self.person.retirement_category,
        )  # fmt: skip
        terms = [t for t in self.terms if t.number == number and t.starts_on and t.ends_on]
        spans = [(t.starts_on, min(t.ends_on, t.ended_on or t.ends_on)) for t in terms if t.starts_on and t.ends_on]
        service = service_of(procedure, row, tuple(sorted(spans)))
        return month_line(AskMonth(procedure, hire.kind, month, service, self.career.marks(month), STANDARD))


def _serves(desk: Desk) -> bool:
    stage = desk.rules.procedure.stage_by_name[desk.hire.stage]
    return stage.at_work or stage.pay_stopped


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def next_month(month: date) -> date:
    """The first day of the month after (``month``: a first day)."""
    return (month + timedelta(32)).replace(day=1)


def months_between(first: date, last: date) -> list[date]:
    """The first days of the months from one day to another."""
    found, month = [], first.replace(day=1)
    while month <= last:
        found.append(month)
        month = next_month(month)
    return found
