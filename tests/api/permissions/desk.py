"""The rest of the desk: people and posts, applications by the API, calendars, years, figures, many at once."""

from __future__ import annotations

from states.vocabulary import Role
from tests.api.permissions.admin import api
from tests.api.permissions.pages import CLERKS, WORKERS, form, page
from tests.api.permissions.rules import (
    POST_KEEPERS,
    REGISTRARS,
    Answer,
    Relation,
    Rule,
    Rules,
    Who,
    always,
    by,
    covers,
    held_by,
    if_seen,
    names,
    sees,
)
from tests.api.support import OWN

#: who may set where objections are taken, for a county
CONTACTS = {Role.TOWNSHIP, Role.EMPLOYER, Role.HRSS, Role.RURAL, Role.COUNTY}
#: one row, and a wrong number in it
A_LIST = ("list.csv", "姓名,公民身份号码\n李四,610928199003050000\n".encode(), "text/csv")


def registering(who: Who) -> int:
    """A person is registered by who keeps people, in a region of theirs."""
    if who.role not in REGISTRARS or not who.grants:
        return 403
    return 303 if who.covers else 422


def clearing(who: Who) -> int:
    """A flag of kinship is cleared from above, by whoever decides."""
    if not who.sees:
        return 404
    return 422 if who.relation is Relation.PARENT and who.role is not Role.SUPERVISOR else 403


def loading(status: int) -> Answer:
    """A year is loaded by a county's officers, for all of theirs; which county they are of does not matter."""
    counties = (Relation.PARENT, Relation.OTHER)
    return lambda who: status if who.role in (Role.HRSS, Role.COUNTY) and who.relation in counties else 403


PEOPLE: Rules = {
    ("GET", "/people"): page(always(200), holds=names("张三", sees)),
    ("GET", "/people/new"): page(held_by(REGISTRARS, 200)),
    ("POST", "/people/new"): page(
        registering,
        lambda o: {
            "form": {"name": "李四", "id_number": o.new_number, "education": "senior_secondary", "home_region": OWN}
        },
    ),
    ("GET", "/people/{person_id}"): page(if_seen),
    ("GET", "/people/{person_id}/edit"): page(by(REGISTRARS, 200)),
    ("POST", "/people/{person_id}/edit"): form(by(REGISTRARS, 303), name="张三丰", reason="更正"),
    ("POST", "/people/{person_id}/reveal"): form(by(REGISTRARS, 200), field="id_number", purpose="核对原件"),
    ("POST", "/people/{person_id}/clearance"): form(clearing),
    ("POST", "/api/v1/people/{person_id}/clearances"): api(always(422), json={}),
}
POSTS: Rules = {
    ("GET", "/posts"): page(always(200), holds=names("信息员", covers)),
    ("GET", "/posts/new"): page(held_by(POST_KEEPERS | {Role.VILLAGE, Role.TOWNSHIP}, 200)),
    ("POST", "/posts/new"): form(held_by(POST_KEEPERS | {Role.VILLAGE, Role.TOWNSHIP}, 422)),
    ("GET", "/posts/{post_id}"): page(by(POST_KEEPERS, 200, seen=covers)),
    ("POST", "/posts/{post_id}"): form(
        by(POST_KEEPERS, 303, seen=covers), title="新名", employer="镇政府", monthly="1400"
    ),
    ("PATCH", "/api/v1/posts/{post_id}"): api(by(POST_KEEPERS, 200, seen=covers), json={"title": "新名"}),
}
APPLICATIONS: Rules = {
    ("GET", "/api/v1/openings/draft"): Rule(
        by(CLERKS, 200, seen=covers), lambda o: {"query": {"post_id": o.post, "places": 1}}
    ),
    ("GET", "/api/v1/openings/vacancies"): api(always(200)),
    ("GET", "/api/v1/openings/{opening_id}/applications"): api(by(CLERKS, 200, seen=covers)),
    ("POST", "/api/v1/openings/{opening_id}/applications/{application_id}/take"): api(
        by(CLERKS, 200, seen=covers), json={}
    ),
    ("POST", "/api/v1/openings/{opening_id}/applications/{application_id}/refuse"): api(
        by(CLERKS, 204, seen=covers), json={"reason": "不符合条件"}
    ),
    ("POST", "/api/v1/openings/{opening_id}/cancel"): api(
        by({Role.EMPLOYER}, 409, seen=covers), json={"reason": "计划取消"}
    ),
    ("GET", "/api/v1/openings/{opening_id}/ranking"): api(by(WORKERS, 200, seen=covers)),
    ("GET", "/openings/{opening_id}/import"): page(by(CLERKS, 200, seen=covers)),
    ("POST", "/openings/{opening_id}/import"): form(by(CLERKS, 200, seen=covers), files={"file": A_LIST}),
    ("POST", "/openings/{opening_id}/import/keep"): form(by(CLERKS, 422, seen=covers), list="x" * 40),
    ("POST", "/openings/{opening_id}/import/faults"): form(by(CLERKS, 422, seen=covers), list="x" * 40),
    ("GET", "/openings/{opening_id}/import/template.xlsx"): page(by(CLERKS, 200, seen=covers)),
    ("GET", "/openings/{opening_id}/import/{run_id}"): page(
        by(CLERKS, 404, seen=covers), lambda o: {"path": {"run_id": "x" * 20}}
    ),
    ("GET", "/public/openings.json"): Rule(always(200), signed_out=200),
    ("POST", "/public/openings/{opening_id}/applications.json"): Rule(
        always(422), lambda o: {"json": {}}, signed_out=422
    ),
}
AROUND: Rules = {
    ("POST", "/bulk"): form(always(303)),  # nothing ticked: back to the list
    ("GET", "/bulk/{run_id}"): page(always(404), lambda o: {"path": {"run_id": "x" * 20}}),
    ("GET", "/bulk/{run_id}/list.csv"): page(always(404), lambda o: {"path": {"run_id": "x" * 20}}),
    ("POST", "/bulk/papers"): form(always(303)),  # the same
    ("GET", "/bulk/papers/{run_id}"): page(always(404), lambda o: {"path": {"run_id": "x" * 20}}),
    ("GET", "/bulk/papers/{run_id}/papers.zip"): page(always(404), lambda o: {"path": {"run_id": "x" * 20}}),
    ("GET", "/calendar"): page(always(200)),
    ("GET", "/calendar/{day}"): page(always(200), lambda o: {"path": {"day": "2022-06-09"}}),
    ("GET", "/calendar/feed"): page(always(200)),
    ("POST", "/calendar/feed"): form(always(200)),
    ("POST", "/calendar/feed/revoke"): form(always(303)),
    ("GET", "/calendar/feed/{token}.ics"): Rule(always(404), lambda o: {"path": {"token": "x" * 43}}, signed_out=404),
    ("GET", "/notices/contact"): page(always(200)),
    ("POST", "/notices/contact"): form(
        lambda who: 303 if who.role in CONTACTS and who.relation is Relation.PARENT else 403,
        office="监督科",
        telephone="0915-7200000",
        region="610981",
    ),
    ("GET", "/overview/list"): page(always(404)),
    ("GET", "/overview/{key}.csv"): page(always(404), lambda o: {"path": {"key": "nothing"}}),
    ("GET", "/api/v1/overview/parts"): api(always(200)),
    ("GET", "/years"): page(always(200)),
    ("GET", "/years/new"): page(loading(200)),
    ("GET", "/years/{year}"): page(always(200), lambda o: {"path": {"year": 2022}}),
    ("POST", "/years/preview"): form(loading(422)),
    ("POST", "/years/apply"): form(loading(404)),
    ("POST", "/years/continue"): form(loading(303)),
}

DESK: Rules = {**PEOPLE, **POSTS, **APPLICATIONS, **AROUND}
