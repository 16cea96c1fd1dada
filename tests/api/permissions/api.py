"""The JSON API: for every route the answer to each role at each distance from the object."""

from __future__ import annotations

from typing import Any

from states.vocabulary import Role
from tests.api.permissions.rules import (
    POST_KEEPERS,
    REGISTRARS,
    Objects,
    Rule,
    Rules,
    Who,
    always,
    by,
    covers,
    if_announced,
    if_seen,
    in_body,
    lists,
    query,
    sees,
)
from tests.api.support import OWN, PROCEDURE


def counts(who: Who, objects: Objects, body: Any) -> bool:
    """The overview counts the hire on notice for offices, the vacancy for applicants too."""
    return ("publicized" in body) is who.sees and ("posted" in body) is who.covers


def task_counts(who: Who, objects: Objects, body: Any) -> bool:
    return any(body.values()) is (who.sees and who.role in (Role.EMPLOYER, Role.HRSS, Role.RURAL))


def _person(objects: Objects) -> dict[str, Any]:
    return {"id_number": objects.new_number, "name": "李四", "education": "senior_secondary", "home_region": OWN}


def _post(objects: Objects) -> dict[str, Any]:
    return {"procedure_id": PROCEDURE, "kind": "town", "region": OWN, "title": "信息员", "employer": "镇政府"}


NOTICE: dict[str, Any] = {"posted_on": "2022-06-01", "boards": ["镇公示栏"]}
PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
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

API: Rules = {
    ("GET", "/healthz"): Rule(always(200), signed_out=200),
    ("GET", "/readyz"): Rule(always(200), signed_out=200),
    ("GET", "/public/notices.json"): Rule(
        always(200),
        signed_out=200,
        holds=lambda who, objects, body: [one["name"] for one in body["items"][0]["people"]] == ["张三", "赵六"],
    ),
    ("POST", "/api/v1/sign-in"): Rule(always(422), signed_out=422, ask=lambda o: {"json": {"username": "nobody"}}),
    ("POST", "/api/v1/sign-out"): Rule(always(204)),
    ("POST", "/api/v1/confirm"): Rule(always(403), ask=lambda o: {"json": {"shown": "something"}}),
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
    ("GET", "/api/v1/hires/{hire_id}/documents"): Rule(if_seen),
    ("GET", "/api/v1/hires/{hire_id}/documents/{seq}"): Rule(if_seen, recorded=True),
    ("POST", "/api/v1/hires/{hire_id}/documents"): Rule(
        by({Role.EMPLOYER, Role.HRSS, Role.RURAL}, 201),
        ask=lambda o: {
            "query": {"name": "说明.pdf"},
            "content": PDF,
            "headers": {"content-type": "application/octet-stream"},
        },
    ),
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
    ("GET", "/api/v1/notices"): Rule(
        always(200),
        holds=lambda who, objects, body: (
            (objects.hire in [one["hire_id"] for sheet in body["items"] for one in sheet["people"]]) is sees(who)
        ),
    ),
    ("GET", "/api/v1/inbox"): Rule(always(200)),
    ("GET", "/api/v1/inbox/unread"): Rule(always(200)),
    # the letter is addressed to somebody else
    ("POST", "/api/v1/inbox/{message}/read"): Rule(always(404)),
    **{
        ("GET", f"/api/v1/calendar/when/{name}"): Rule(always(200), ask=query(**asked))
        for name, asked in PERIODS.items()
    },
}
