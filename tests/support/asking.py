"""Questions to guards, in the fewest words: a made-up document, a hire of which only what matters is stated.

``ask(...)`` and ``ask_opening(...)`` build the question; ``answer`` asks one guard by its name and sees to it that the
verdict can be shown: its sentences format, its inputs are plain values, and a refusal says what would make it pass.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from states.calendar import default_calendar
from states.facts import Actor, Dossier, Grant, Hire, Opening, Person, Post
from states.guards import REGISTRY, Ask, AskOpening, Verdict, load_all
from states.procedure import Procedure
from states.steps import Step
from states.vocabulary import RecordKind, Role, State

HIRE_ID = 7
BOTH = {"zh": "示例", "en": "example"}


def d(text: str) -> date:
    return date.fromisoformat(text)


def a_gap(name: str, default: int | bool | str) -> dict[str, Any]:
    return {"gap": name, "asks": BOTH, "default": default, "set_by": "county", "reason": BOTH, "cite": "一"}


@cache
def _example() -> dict[str, Any]:
    line = {"zh": "示例", "en": "example", "cite": "一"}
    return {
        "procedure": "example-2026-1",
        "version": "1",
        "title": BOTH,
        "document": {"number": "示例〔2026〕1号", "issuer": BOTH, "issued_on": "2022-01-01", "region": "990000"},
        "validity": {"valid_from": "2022-01-01", "cite": "一"},
        "roles": {"employer": {**BOTH, "level": "township"}},
        "kinds": [{**line, "kind": "village", "level": "village", "organiser": "employer"}],
        "gaps": [a_gap("eighteen", 18), a_gap("event", "started_on"), a_gap("between", "lower_band")],
        "announcement": {"by": ["employer"], "cite": "一"},
        "stages": [
            {**line, "stage": "here", "state": "posted", "owner": ["employer"]},
            {**line, "stage": "there", "state": "dismissed"},
        ],
        "steps": [{**line, "act": "go", "from": ["here"], "to": "there", "by": ["employer"]}],
        "contract": {"instrument": BOTH, "term_months": 12, "cite": "一"},
        "service": {"months": 36, "counted_from": "started_on", "cite": "一"},
        "assessment": {
            "due_month": 12,
            "due_day": 20,
            "proposed_by": ["employer"],
            "ruled_by": ["employer"],
            "scale": "grades",
            "grades": [
                {**BOTH, "grade": "passed", "passes": True},
                {**BOTH, "grade": "failed", "passes": False},
            ],
            "cite": "一",
        },
        "grounds": [
            {**line, "ground": "absence", "by": "employer", "evidence": True, "protected": False},
            {**line, "ground": "unable", "by": "employer", "notice_days": 30, "evidence": False},
            {**line, "ground": "term_over", "by": "employer", "evidence": False, "only_at_term_end": True},
            {**line, "ground": "other", "by": "employer", "must_cite_law": True},
            {**line, "ground": "off_post", "by": "employer", "evidence": False, "protected": False},
            {**line, "ground": "death", "by": "law", "evidence": False, "protected": False},
        ],
    }


def a_procedure(**changes: Any) -> Procedure:
    return Procedure.model_validate({**_example(), **changes})


def a_person(born: str = "1990-06-15", **changes: Any) -> Person:
    facts: dict[str, Any] = {
        "id": 3,
        "key": "person",
        "born": d(born),
        "sex": "男",
        "retirement_category": "man",
        "education": "senior_secondary",
        "home_region": "990000101201",
    }
    return Person(**{**facts, **changes})


def a_woman(born: str = "1990-06-15", category: str = "woman55", **changes: Any) -> Person:
    return a_person(born, sex="女", retirement_category=category, **changes)


def an_opening(announced: str = "2026-03-02", closes: str | None = None, **changes: Any) -> Opening:
    facts: dict[str, Any] = {
        "id": 5,
        "announced_on": d(announced),
        "closes_on": d(closes) if closes else None,
        "places": 2,
    }
    return Opening(**(facts | changes))


def a_post(**changes: Any) -> Post:
    return Post(**{"id": 4, "kind": "village", "region": "990000101201", "monthly_fen": 200_000, **changes})


def a_hire(
    person: Person | None = None, opening: Opening | None = None, post: Post | None = None, **changes: Any
) -> Hire:
    """``changes`` that name a field of the hire go there, all others into its dossier."""
    own: dict[str, Any] = {name: changes.pop(name) for name in ("kind", "region", "stage", "state") if name in changes}
    known: dict[str, Any] = {
        name: d(value) if isinstance(value, str) and name.endswith(("_on", "_until")) else value
        for name, value in changes.items()
    }
    facts: dict[str, Any] = {
        "id": HIRE_ID,
        "version": 1,
        "visit": 1,
        "procedure": "example-2026-1@1",
        "stage": "here",
        "state": State.POSTED,
        "region": "990000101201",
        "kind": "village",
        "submitted_by": "",
        "audit_seq": 1,
        "audit_head": "",
        "dossier": Dossier(**known),
        "opening": opening or an_opening(),
        "post": post or a_post(),
        "person": person,
    }
    return Hire(**(facts | own))


def a_step(records: RecordKind = RecordKind.NONE) -> Step:
    return Step.model_validate(
        {"act": "go", "zh": "办理", "en": "go", "from": ["here"], "by": ["employer"], "records": records, "cite": "一"}
    )


CLERK = Actor(account_id=1, person_key="clerk", name="clerk", grants=(Grant(Role.EMPLOYER, ""),))


def ask(
    hire: Hire,
    on: str = "2026-03-10",
    records: RecordKind = RecordKind.NONE,
    given: Mapping[str, Any] | None = None,
    procedure: Procedure | None = None,
    actor: Actor = CLERK,
) -> Ask:
    """``given`` is the input of the step, its days as text; without it a page only asks what is possible."""
    values: dict[str, Any] = {
        name: d(value) if isinstance(value, str) and name.endswith("_on") else value
        for name, value in (given or {}).items()
    }
    return Ask(hire, procedure or a_procedure(), a_step(records), d(on), default_calendar(), actor, values)


def ask_opening(
    on: str = "2026-03-02",
    opening: Opening | None = None,
    post: Post | None = None,
    procedure: Procedure | None = None,
    **counts: Any,
) -> AskOpening:
    question = (procedure or a_procedure(), post or a_post(), opening or an_opening(), d(on), default_calendar())
    return AskOpening(*question, **counts)


def answer(name: str, question: Ask | AskOpening, /, **params: Any) -> Verdict:
    """What the guard says, after a look at whether it can be shown."""
    load_all()
    registered = REGISTRY[name]
    verdict = registered.function(question, registered.params.model_validate(params))
    shown(verdict)
    return verdict


def shown(verdict: Verdict) -> None:
    for sentence in filter(None, (verdict.say, verdict.remedy)):
        assert str(sentence) and "{" not in str(sentence) and "None" not in str(sentence)
    assert verdict.passed or verdict.remedy is not None
    assert all(value is None or type(value) in (str, int, bool) for value in verdict.inputs.values()), verdict.inputs
