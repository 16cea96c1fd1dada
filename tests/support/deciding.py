"""Decisions without a database: a made-up document with every kind of step, and a desk that takes steps on paper.

``Desk`` holds one hire and hands it from plan to plan as the writer would; the document is written so that each rule of
the core has a stage to show itself in. Days are Asia/Shanghai, steps are taken at nine in the morning.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import orjson

from states.calendar import default_calendar
from states.canonical import GENESIS
from states.clocks import moment
from states.decide import Offer, Setting, decide, decide_posting, decide_timer, offers
from states.facts import SYSTEM, Actor, Dossier, Grant, Hire, Person
from states.machine import Rules, build
from states.plan import Plan, TimerFact
from states.procedure import Procedure
from states.vocabulary import Role, State
from tests.support.asking import a_gap, a_person, a_post, a_procedure, an_opening, d

REGION = "990000101201"
MORNING = timedelta(hours=9)
FIRST_DAY = "2026-03-02"


def officer(name: str, role: Role, region: str = "990000") -> Actor:
    """A named officer: the name stands for the natural person."""
    return Actor(len(name), name, name, (Grant(role, region),))


CLERK = officer("clerk", Role.EMPLOYER)
HRSS = officer("hrss", Role.HRSS)
#: colleagues of the same bureau: whoever checks or judges an objection does not approve
CHECKER = officer("checker", Role.HRSS)
JUDGE = officer("judge", Role.HRSS)
RURAL = officer("rural", Role.RURAL)
COUNTY = officer("county", Role.COUNTY)


def _stages() -> list[dict[str, Any]]:
    def stage(name: str, state: str, *owner: str, **more: Any) -> dict[str, Any]:
        return {"stage": name, "state": state, "zh": name, "en": name, "owner": owner, "cite": "二", **more}

    return [
        stage("vacancy", "posted", "employer"),
        stage("applied", "applied", "employer", "hrss"),
        stage("qualified", "qualified", "employer"),
        stage("notice", "publicized"),
        stage("review", "publicized", "hrss", "rural"),
        stage("approved", "publicized", "employer"),
        stage("on_post", "trained", "employer", at_work=True),
        stage("contracted", "contracted", at_work=True),
        stage("renewed", "renewed", at_work=True),
        stage("over_term", "contracted", "employer", pay_stopped=True),
        stage("ended", "dismissed"),
        stage("rejected", "rejected"),
        stage("unfilled", "withdrawn"),
    ]


def _step(act: str, origin: str, to: str | None, by: str, records: str = "none", **more: Any) -> dict[str, Any]:
    return {
        "act": act, "zh": act, "en": act, "from": origin.split(), "to": to, "by": by.split(), "records": records,
        "with": more.pop("params", {}), "cite": "三", **more,
    }  # fmt: skip


WORKING, SERVING = "contracted renewed", "on_post contracted renewed over_term"
JOINT = {"joint": True, "independent": True}
PRINCIPLE = {"effect": "principle", "override_by": ["hrss"], "override_needs": ["reason", "approval_no"], "cite": "五"}
FILES = {"filing": "contract", "zh": "备案", "en": "filing", "by": "employer", "to": ["hrss"], "cite": "十一",
         "within": {"n": 5, "unit": "working_days"}}  # fmt: skip


def _steps() -> list[dict[str, Any]]:
    def ask(use: str, cite: str = "四", **params: Any) -> dict[str, Any]:
        return {"use": use, "with": params, "cite": cite}

    eligible = [
        ask("statement_signed", "六", statement="health"),
        {"use": "age_between", "with": {"at_least": 18, "at_most": 45}, **PRINCIPLE},
        ask("category_in", "七", categories=["lifted"]),
    ]
    renewed = ask("renewal_decided", outcome="renew")
    return [
        _step("apply", "vacancy", "applied", "employer applicant", "application", guards=[ask("window_open")]),
        _step("close_window", "vacancy", "unfilled", "system"),
        _step("check", "applied", "qualified", "hrss county", "opinion", independent=True, guards=eligible),
        _step("refuse", "applied", "rejected", "hrss", "opinion", independent=True, params={"refuse": True}),
        _step("meet", "applied", None, "employer", "meeting"),
        _step("review_and_post", "applied", "notice", "hrss", "notice", through=["qualified"], params={"round": 1}),
        _step("post", "qualified", "notice", "employer", "notice", guards=[ask("place_free")], params={"round": 2}),
        _step("restart", "notice", "notice", "employer", "notice", params={"round": 1}),
        _step("object", "notice", None, "employer hrss", "objection"),
        _step("dismiss_objection", "notice", None, "hrss", "objection_answer", independent=True,
              guards=[ask("objection_open")], params={"upheld": False}),
        _step("uphold_objection", "notice", "rejected", "hrss", "objection_answer", params={"upheld": True}),
        _step("close_notice", "notice", "review", "system", "notice_end",
              guards=[ask("notice_period_over"), ask("no_open_objection")]),
        _step("approve", "review", "approved", "hrss rural", "opinion", **JOINT, params={"first_approval": True},
              letters=[{"template": "approved", "to": "applicant"}]),
        _step("train", "approved", None, "employer", "training"),
        _step("agree", "approved", None, "employer", "agreement"),
        _step("sign_before", "approved", None, "employer", "contract", params={"instrument": "labour_contract"}),
        _step("start", "approved", "on_post", "employer", "start"),
        _step("sign", "on_post", "contracted", "employer", "contract", files=[FILES]),
        _step("assess", WORKING, None, "employer", "assessment"),
        _step("rule_assessment", WORKING, None, "hrss rural", "assessment_ruling", **JOINT),
        _step("decide_renew", f"{WORKING} over_term", None, "employer", "renewal_decision",
              params={"outcome": "renew"}),
        _step("decide_end", WORKING, None, "employer", "renewal_decision", params={"outcome": "end"}),
        _step("sign_renewal", WORKING, None, "employer", "renewal_signing", guards=[renewed]),
        _step("renew", WORKING, "renewed", "system", "renewal", guards=[renewed, ask("renewal_signed")]),
        _step("renew_late", "over_term", "renewed", "employer", "renewal", guards=[renewed], params={"late": True}),
        _step("protect", WORKING, None, "employer", "protection"),
        _step("extend_by_law", WORKING, None, "system", "statutory_extension", guards=[ask("protected_now")]),
        _step("end_term", WORKING, "ended", "system", "ending", params={"ground": "term_over"},
              guards=[ask("renewal_decided", outcome="end")]),
        _step("overrun", WORKING, "over_term", "system", "overrun"),
        _step("grant", WORKING, None, "county", "extension"),
        _step("resign", SERVING, None, "employer", "resignation"),
        _step("hand_over", SERVING, None, "employer", "handover"),
        _step("decide_leaving", SERVING, None, "employer", "ending_decision"),
        _step("leave", SERVING, "ended", "system", "ending", guards=[ask("leaving_decided")]),
        _step("file", f"{WORKING} over_term ended", None, "employer", "filing"),
    ]  # fmt: skip


def _deadlines() -> list[dict[str, Any]]:
    def line(name: str, during: str, base: str, kind: str, n: int = 0, **more: Any) -> dict[str, Any]:
        length = {"n": n, "unit": "working_days"} if n else {"unit": "on_the_day"}
        names = {"deadline": name, "zh": name, "en": name, "cite": "九"}
        return {**names, "during": during.split(), "base": base, "length": length, "kind": kind, **more}

    called: dict[str, Any] = {"owner": ["employer"]}
    return [
        line("window", "vacancy", "opening_closes", "enforce", then=["close_window"]),
        line("check_due", "applied", "stage_entered", "advise", 5, owner=["hrss"], marks=[1, -2, 0], repeat_days=7,
             escalate_to=["county"]),
        line("town_check", "applied", "stage_entered", "advise", 3, owner=["hrss"], marks=[0], kinds=["town"]),
        line("notice_period", "notice", "posted_on", "enforce", 5, then=["close_notice"]),
        line("nothing_before", "approved", "approved_on", "bar", 2),
        line("term_end", WORKING, "term_ends_on", "enforce", marks=[-30, -7], **called,
             then=["renew", "extend_by_law", "end_term", "overrun"]),
        line("limit", f"on_post {WORKING}", "last_lawful_on", "advise", marks=[-30], **called),
        line("leaving", SERVING, "leaving_on", "enforce", then=["leave"]),
        line("watch", "over_term", "over_term_on", "advise", owner=["employer"], marks=[0], repeat_days=1,
             escalate_to=["county"]),
    ]  # fmt: skip


@cache
def the_document() -> Procedure:
    both = {"zh": "示例", "en": "example"}
    roles = ("employer", "hrss", "rural", "county", "applicant", "system")
    return a_procedure(
        roles={role: {**both, "level": "county"} for role in roles},
        kinds=[{**both, "cite": "一", "kind": kind, "level": kind + "ship" * (kind == "town"), "organiser": "employer"}
               for kind in ("village", "town")],
        gaps=[a_gap("event", "started_on"), a_gap("measured", "approved_on")],
        stages=_stages(), steps=_steps(), deadlines=_deadlines(),
        service={"months": 36, "counted_from": "started_on", "cite": "十", "exceptions": [
            {"exception": "near_retirement", "measured_on": {"gap": "measured"}, "cite": "十"},
            {"exception": "discretionary_extension", "cite": "十二"},
        ]},
    )  # fmt: skip


@cache
def _rules() -> Rules:
    return build(the_document())


def rules_of(procedure: Procedure | None = None) -> Rules:
    """The document made ready to run, or a changed copy of it (``changed``)."""
    return _rules() if procedure is None else build(procedure)


def changed(**parts: Any) -> Procedure:
    """The document with other parts, as values of its own types."""
    return Procedure.model_construct(**{**{n: getattr(the_document(), n) for n in Procedure.model_fields}, **parts})


SETTING = Setting(default_calendar())


def at(day: str | date, hour: int = 9) -> datetime:
    return moment(d(day) if isinstance(day, str) else day) + timedelta(hours=hour)


def able(**changes: Any) -> Person:
    """Somebody who meets every condition of the document."""
    return a_person(**{"categories": {"lifted": {}}, "statements": frozenset({"health"}), **changes})


@dataclass
class Desk:
    """One hire on paper. ``plans`` are the steps taken so far, ``timers`` what is armed and has not fired."""

    hire: Hire
    rules: Rules = field(default_factory=lambda: rules_of())
    setting: Setting = SETTING
    plans: list[Plan] = field(default_factory=list)
    timers: list[TimerFact] = field(default_factory=list)

    @classmethod
    def at_vacancy(cls, day: str = FIRST_DAY, kind: str = "village", **more: Any) -> Desk:
        """A place just posted. ``more``: ``closes`` and ``places`` of the opening, ``rules`` and ``setting``."""
        opening = an_opening(day, more.pop("closes", None), places=more.pop("places", 2))
        hire = Hire(
            id=7, version=1, visit=1, procedure="example-2026-1@1", stage="vacancy", state=State.POSTED, region=REGION,
            kind=kind, submitted_by="", audit_seq=0, audit_head=GENESIS, dossier=Dossier(), opening=opening,
            post=a_post(kind=kind),
        )  # fmt: skip
        desk = cls(hire, **more)
        desk.take(decide_posting(hire, CLERK, Role.EMPLOYER, at(day), desk.rules, desk.setting))
        return desk

    @classmethod
    def at_applied(cls, day: str = FIRST_DAY, person: Person | None = None, **more: Any) -> Desk:
        desk = cls.at_vacancy(day, **more)
        desk.do("apply", CLERK, day, candidate=person or able(), person_id=3)
        return desk

    @classmethod
    def at_review(cls, **more: Any) -> Desk:
        """Posted on 2 March 2026; the notice ended with the 9th and was closed by the system."""
        desk = cls.at_applied(**more)
        desk.do("check", CHECKER)
        desk.do("post", CLERK, posted_on=d(FIRST_DAY), boards=["公示栏"])
        desk.fire("notice_period", "2026-03-10")
        return desk

    @classmethod
    def at_work(cls, day: str = "2026-03-11", **more: Any) -> Desk:
        desk = cls.at_review(**more)
        desk.do("approve", HRSS, "2026-03-10")
        desk.do("approve", RURAL, "2026-03-10")
        desk.do("start", CLERK, day, started_on=d(day))
        return desk

    @classmethod
    def under_contract(cls, day: str = "2026-03-11", **more: Any) -> Desk:
        """At work and under contract from 11 March 2026 to 10 March 2027, where nothing else is said."""
        desk = cls.at_work(day, **more)
        desk.do("sign", CLERK, day, signed_on=d(day))
        return desk

    def plan(
        self, act: str, by: Actor, day: str = FIRST_DAY, *, candidate: Person | None = None, on: str | None = None,
        **payload: Any,
    ) -> Plan:  # fmt: skip
        """The plan of a step, not taken. Raises what ``decide`` raises."""
        return decide(
            self.hire, act, by, at(day), self.rules, self.setting, payload=payload, candidate=candidate,
            on=None if on is None else d(on),
        )  # fmt: skip

    def do(self, act: str, by: Actor, day: str = FIRST_DAY, **more: Any) -> Plan:
        return self.take(self.plan(act, by, day, **more))

    def system(self, act: str, day: str) -> Plan:
        """A step that the system takes on ``day``."""
        return self.do(act, SYSTEM, day, on=day)

    def take(self, plan: Plan) -> Plan:
        """What the writer would do: the hire moves on, timers are cancelled and armed, places are counted."""
        fired = {_key(timer) for timer, _ in plan.fired}
        kept = [t for t in self.timers if t.name not in plan.cancel_clocks and _key(t) not in fired]
        self.timers = kept + [_fact(row) for row in plan.rows.get("timer", ())]
        after = plan.after()
        taken = after.opening.taken + plan.place_delta
        self.hire = replace(after, opening=replace(after.opening, taken=taken))
        self.plans.append(plan)
        return plan

    def fire(self, name: str, day: str, mark: int | None = None) -> Plan | None:
        """Lets a due timer of this name act (the given mark, or the first that is armed) and takes what it plans."""
        timer = next(t for t in self.timers if t.name == name and mark in (None, t.mark))
        plan = decide_timer(self.hire, timer, at(day), self.rules, self.setting)
        return None if plan is None else self.take(plan)

    def offers(self, by: Actor, day: str = FIRST_DAY) -> dict[str, Offer]:
        return {offer.step.act: offer for offer in offers(self.hire, by, at(day), self.rules, self.setting)}

    def amend(self, **changes: Any) -> None:
        """Facts set behind the trail's back, to save a test the long way there."""
        self.hire = replace(self.hire, dossier=self.hire.dossier.with_(**changes))

    @property
    def dossier(self) -> Dossier:
        return self.hire.dossier

    @property
    def rows(self) -> Mapping[str, list[dict[str, Any]]]:
        """The rows of the last plan, by table."""
        return self.plans[-1].rows

    @property
    def body(self) -> dict[str, Any]:
        """The audit body of the last plan."""
        return body_of(self.plans[-1])

    def armed(self, name: str) -> list[tuple[str, int]]:
        return [(timer.kind, timer.mark) for timer in self.timers if timer.name == name]


def body_of(plan: Plan) -> dict[str, Any]:
    body: dict[str, Any] = orjson.loads(plan.rows["audit_entry"][0]["body"])
    return body


def _key(timer: TimerFact) -> tuple[str, str, int, int]:
    return (timer.name, timer.kind, timer.mark, timer.seq)


def _fact(row: Mapping[str, Any]) -> TimerFact:
    return TimerFact(
        row["hire_id"], row["name"], row["kind"], row["mark"], row["seq"], row["visit"], d(row["legal_on"])
    )
