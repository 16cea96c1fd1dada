"""Who may do what (权限表): for every route of the API the answer to each role at each distance from the object.

The objects lie in one township. ``Relation`` says where the account's region lies from there. A route that is not
declared here fails a test, and so does one that answers otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from states.procedure import HOUSE_ROLES, Role
from tests.api.support import CHILD, OTHER, OWN, PARENT, PROCEDURE, SIBLING


class Relation(Enum):
    """Where an account's region lies from the object's; NONE: an account without any grant."""

    OWN = OWN
    PARENT = PARENT
    CHILD = CHILD
    SIBLING = SIBLING
    OTHER = OTHER
    NONE = None


@dataclass(frozen=True)
class Who:
    """An account by its one role and its region; ``relation`` None: nobody is signed in."""

    role: Role
    relation: Relation | None

    @property
    def covers(self) -> bool:
        """The account's region is the object's or holds it."""
        return self.relation in (Relation.OWN, Relation.PARENT)

    @property
    def sees(self) -> bool:
        """Offices see what lies in their regions; an applicant sees only their own."""
        return self.covers and self.role is not Role.APPLICANT

    @property
    def looks_into_a_region(self) -> bool:
        return self.relation not in (None, Relation.NONE) and self.role is not Role.APPLICANT


@dataclass(frozen=True)
class Objects:
    """What the requests are about: a hire on public notice, one applied for, a vacancy, and what belongs to them."""

    vacancy: int
    applied: int
    hire: int
    person: int
    post: int
    opening: int
    message: str
    new_number: str


Answer = Callable[[Who], int]
Ask = Callable[[Objects], dict[str, Any]]
ROLES = [role for role in Role if role not in HOUSE_ROLES | {Role.SYSTEM}]
WHO = [Who(role, relation) for role in ROLES for relation in Relation]


@dataclass(frozen=True)
class Rule:
    """``answer`` for whoever is signed in; ``signed_out`` for nobody. ``holds``: whether the object is in it."""

    answer: Answer
    ask: Ask = lambda objects: {}
    signed_out: int = 401
    holds: Callable[[Who, Objects, Any], bool] | None = None
    #: of an answer about several hires, the status of the one asked about
    each: Answer | None = None


# ---- answers -----------------------------------------------------------------------------------------------------

REGISTRARS = {Role.VILLAGE, Role.TOWNSHIP, Role.EMPLOYER, Role.HRSS, Role.RURAL, Role.COUNTY, Role.COMPANY}
POST_KEEPERS = {Role.EMPLOYER, Role.HRSS, Role.RURAL, Role.COUNTY}


def always(status: int) -> Answer:
    return lambda who: status


def if_seen(who: Who) -> int:
    return 200 if who.sees else 404


def if_announced(who: Who) -> int:
    """Posts and openings are there for applicants, too."""
    return 200 if who.covers else 404


def by(roles: set[Role], status: int, *, seen: Callable[[Who], bool] = lambda who: who.sees) -> Answer:
    """``status`` for these roles, 403 for others who see the object, 404 for those who do not."""
    return lambda who: (status if who.role in roles else 403) if seen(who) else 404


def in_body(roles: set[Role], status: int) -> Answer:
    """A region named in the body: of no use to whoever has no role there, and answered as if it did not exist."""
    return lambda who: (status if who.role in roles else 403) if who.covers else 422


def lists(field: str, wanted: Callable[[Objects], Any], seen: Callable[[Who], bool]) -> Callable[..., bool]:
    """The list holds the object exactly when it may be seen."""
    return lambda who, objects, body: (wanted(objects) in [item[field] for item in body["items"]]) is seen(who)


def sees(who: Who) -> bool:
    return who.sees


def covers(who: Who) -> bool:
    return who.covers


def counts(who: Who, objects: Objects, body: Any) -> bool:
    """The overview counts the hire on notice for offices, the vacancy for applicants too."""
    return ("publicized" in body) is who.sees and ("posted" in body) is who.covers


def task_counts(who: Who, objects: Objects, body: Any) -> bool:
    return any(body.values()) is (who.sees and who.role is Role.EMPLOYER)


def _person(objects: Objects) -> dict[str, Any]:
    return {"id_number": objects.new_number, "name": "李四", "education": "senior_secondary", "home_region": OWN}


def _post(objects: Objects) -> dict[str, Any]:
    return {"procedure_id": PROCEDURE, "kind": "town", "region": OWN, "title": "信息员", "employer": "镇政府"}


def _query(**query: Any) -> Ask:
    return lambda objects: {"query": query}


NOTICE: dict[str, Any] = {"posted_on": "2022-06-01", "boards": ["镇公示栏"]}
PERIOD = {"from": "2022-06-01"}

PERIODS: dict[str, dict[str, Any]] = {
    "working-days": {**PERIOD, "days": 5},
    "calendar-days": {**PERIOD, "days": 5},
    "months": {**PERIOD, "months": 1},
    "term": {**PERIOD, "months": 12},
    "limit": PERIOD,
    "retirement": {"born": "1970-01-01", "category": "man"},
    "near-retirement": {"on": "2022-06-01", "born": "1970-01-01", "category": "man"},
    "pay-day": {"on": "2022-06-05"},
    "age": {"born": "1970-01-01", "on": "2022-06-01"},
}

RULES: dict[tuple[str, str], Rule] = {
    ("GET", "/healthz"): Rule(always(200), signed_out=200),
    ("GET", "/readyz"): Rule(always(200), signed_out=200),
    ("GET", "/public/notices.json"): Rule(
        always(200), signed_out=200, holds=lambda who, objects, body: [n["name"] for n in body["items"]] == ["张三"]
    ),
    ("POST", "/api/v1/sign-in"): Rule(always(422), signed_out=422, ask=lambda o: {"json": {"username": "nobody"}}),
    ("POST", "/api/v1/sign-out"): Rule(always(204)),
    ("GET", "/api/v1/me"): Rule(always(200)),
    ("GET", "/api/v1/tasks"): Rule(
        always(200),
        holds=lists("hire_id", lambda o: o.applied, lambda who: who.sees and who.role is Role.EMPLOYER),
    ),
    ("GET", "/api/v1/tasks/counts"): Rule(always(200), holds=task_counts),
    ("GET", "/api/v1/hires"): Rule(always(200), holds=lists("id", lambda o: o.hire, sees)),
    ("GET", "/api/v1/hires/{hire_id}"): Rule(if_seen),
    ("GET", "/api/v1/hires/{hire_id}/trail"): Rule(if_seen),
    ("GET", "/api/v1/hires/{hire_id}/records"): Rule(if_seen),
    ("GET", "/api/v1/overview"): Rule(always(200), holds=counts),
    ("POST", "/api/v1/hires/{hire_id}/actions/{act}"): Rule(
        by({Role.EMPLOYER}, 200), ask=lambda o: {"path": {"act": "restart_notice"}, "json": NOTICE}
    ),
    ("POST", "/api/v1/actions/{act}"): Rule(
        always(200),
        ask=lambda o: {"path": {"act": "restart_notice"}, "json": {"hire_ids": [o.hire], "input": NOTICE}},
        each=by({Role.EMPLOYER}, 200),
    ),
    ("GET", "/api/v1/people"): Rule(always(200), holds=lists("id", lambda o: o.person, sees)),
    ("POST", "/api/v1/people"): Rule(in_body(REGISTRARS, 201), ask=lambda o: {"json": _person(o)}),
    ("GET", "/api/v1/people/{person_id}"): Rule(if_seen),
    ("PATCH", "/api/v1/people/{person_id}"): Rule(by(REGISTRARS, 200), ask=lambda o: {"json": {"name": "张三丰"}}),
    ("POST", "/api/v1/people/{person_id}/reveal"): Rule(
        by(REGISTRARS, 200), ask=lambda o: {"json": {"purpose": "核对身份证原件"}}
    ),
    ("GET", "/api/v1/posts"): Rule(always(200), holds=lists("id", lambda o: o.post, covers)),
    ("POST", "/api/v1/posts"): Rule(in_body(POST_KEEPERS, 201), ask=lambda o: {"json": _post(o)}),
    ("GET", "/api/v1/posts/{post_id}"): Rule(if_announced),
    ("GET", "/api/v1/regions"): Rule(always(200), holds=lists("code", lambda o: OWN, sees)),
    ("GET", "/api/v1/openings"): Rule(always(200), holds=lists("id", lambda o: o.opening, covers)),
    ("POST", "/api/v1/openings"): Rule(
        by({Role.EMPLOYER}, 201, seen=covers),
        ask=lambda o: {"json": {"post_id": o.post, "places": 1, "boards": ["公示栏"]}},
    ),
    ("GET", "/api/v1/openings/{opening_id}"): Rule(if_announced),
    ("POST", "/api/v1/openings/{opening_id}/places"): Rule(by({Role.EMPLOYER}, 201, seen=covers)),
    ("GET", "/api/v1/procedures"): Rule(always(200)),
    ("GET", "/api/v1/procedures/{procedure}"): Rule(always(200), ask=lambda o: {"path": {"procedure": PROCEDURE}}),
    ("GET", "/api/v1/procedures/{procedure}/picture.svg"): Rule(
        always(200), ask=lambda o: {"path": {"procedure": PROCEDURE}}
    ),
    ("GET", "/api/v1/notices"): Rule(always(200), holds=lists("hire_id", lambda o: o.hire, sees)),
    ("GET", "/api/v1/inbox"): Rule(always(200)),
    ("GET", "/api/v1/inbox/unread"): Rule(always(200)),
    # the letter is addressed to somebody else
    ("POST", "/api/v1/inbox/{message}/read"): Rule(always(404)),
    **{
        ("GET", f"/api/v1/calendar/when/{name}"): Rule(always(200), ask=_query(**query))
        for name, query in PERIODS.items()
    },
}
