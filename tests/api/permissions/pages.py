"""The pages for people: for every page and every form the answer to each role at each distance."""

from __future__ import annotations

from typing import Any

from states.vocabulary import ADMINISTRATORS, Role
from tests.api.permissions.rules import (
    Answer,
    Ask,
    Objects,
    Rule,
    Rules,
    Who,
    always,
    by,
    covers,
    if_announced,
    if_seen,
    names,
    sees,
)
from tests.api.support import PROCEDURE

#: nobody is sent to sign in
AWAY = 303
CLERKS = {Role.EMPLOYER}
BUREAUS = {Role.HRSS, Role.RURAL}
WORKERS = CLERKS | BUREAUS


def page(answer: Answer, ask: Ask = lambda objects: {}, **more: Any) -> Rule:
    """A page for whoever is signed in."""
    return Rule(answer, ask, signed_out=AWAY, **more)


def form(answer: Answer, path: dict[str, Any] | None = None, files: Any = None, **fields: Any) -> Rule:
    """A form that is filled in as ``fields`` say."""
    return page(answer, lambda objects: {"form": fields, "path": path or {}, "files": files})


def of_objection(fields: dict[str, Any]) -> Ask:
    return lambda o: {"form": fields, "path": {"hire_id": o.disputed, "seq": o.objection}}


def of_hire(objects: Objects) -> str:
    """An address that stands on a page exactly where the hire does."""
    return f'href="/hires/{objects.hire}"'


def shows_the_hire(who: Who, objects: Objects, text: str) -> bool:
    return (of_hire(objects) in text) is who.sees


PDF = ("说明.pdf", b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n")

HIRES: Rules = {
    ("GET", "/"): page(
        lambda who: 303 if who.grants and who.role in ADMINISTRATORS else 200,
        holds=names("王五", lambda who: who.sees and who.role is Role.EMPLOYER),
    ),
    ("GET", "/hires"): page(always(200), holds=shows_the_hire),
    ("GET", "/hires/{hire_id}"): page(if_seen),
    ("GET", "/hires/{hire_id}/print"): page(if_seen),
    ("GET", "/hires/{hire_id}/documents/{seq}"): page(if_seen, recorded=True),
    ("POST", "/hires/{hire_id}/documents"): form(by(WORKERS, 303), files={"file": PDF}, kind="other"),
    ("POST", "/hires/{hire_id}/actions/{act}"): form(
        by(CLERKS, 303), path={"act": "restart_notice"}, posted_on="2022-06-01", boards="镇公示栏", opinion="更正"
    ),
}
NOTICES: Rules = {
    ("GET", "/notices"): page(always(200), holds=names("张三", sees)),
    ("GET", "/notices/new"): page(always(200)),
    ("POST", "/notices/new"): form(always(303)),  # whom it names is not there any more: back to the list
    ("GET", "/notices/{number}"): page(if_seen),
    ("POST", "/notices/{number}/restart"): form(by(set(), 0, other=422)),
    ("POST", "/notices/{number}/evidence"): form(
        by(WORKERS, 303, other=422), board="镇公示栏", address="http://www.example.cn/1"
    ),
    ("GET", "/objections"): page(always(200), holds=names("此人在外地有固定工作", sees)),
    ("POST", "/objections/{hire_id}/{seq}"): page(
        by(BUREAUS, 303, other=409), of_objection({"outcome": "unfounded", "reason": "经查不属实"})
    ),
    # others are sent back to the list, and told why
    ("POST", "/objections/{hire_id}/{seq}/phone"): page(by(BUREAUS, 200, other=303), of_objection({})),
}
OPENINGS: Rules = {
    ("GET", "/openings"): page(always(200), holds=names("信息员", covers)),
    ("GET", "/openings/new"): page(always(200)),
    ("POST", "/openings/new"): form(by(set(), 0, other=422, seen=lambda who: True), post_id="1", places="1"),
    ("GET", "/openings/vacancies"): page(always(200)),
    ("GET", "/openings/{opening_id}"): page(if_announced),
    ("GET", "/openings/{opening_id}/announcement"): page(if_announced),
    ("POST", "/openings/{opening_id}/cancel"): form(by({Role.EMPLOYER}, 409, seen=covers), opinion="计划取消"),
    ("GET", "/openings/{opening_id}/applications"): page(by(CLERKS, 200, seen=covers)),
    ("GET", "/openings/{opening_id}/applications/{application_id}"): page(by(CLERKS, 200, seen=covers)),
    ("POST", "/openings/{opening_id}/applications/{application_id}"): form(by(CLERKS, 303, seen=covers)),
    ("GET", "/openings/{opening_id}/apply"): page(by(CLERKS, 200, seen=covers)),
    ("POST", "/openings/{opening_id}/apply"): form(by(CLERKS, 422, seen=covers)),
    ("GET", "/openings/{opening_id}/ranking"): page(by(WORKERS, 200, seen=covers)),
    ("GET", "/openings/{opening_id}/ranking/print"): page(by(WORKERS, 200, seen=covers)),
    ("GET", "/openings/{opening_id}/ranking/{hire_id}"): page(by(WORKERS, 200, seen=covers)),
    ("POST", "/openings/{opening_id}/ranking/{hire_id}"): page(
        by(WORKERS, 409, seen=covers), lambda o: {"form": {"item-0": "80"}}
    ),
}
OWN_PAGES: Rules = {
    ("GET", "/inbox"): page(always(200)),
    ("GET", "/inbox/effect"): page(always(200)),
    ("POST", "/inbox/mail"): form(always(404)),
    ("POST", "/inbox/note"): form(always(404)),
    ("POST", "/inbox/read"): form(always(303)),
    ("GET", "/overview"): page(always(200)),
    ("GET", "/procedures"): page(always(200)),
    ("GET", "/procedures/manual"): page(always(200)),
    ("GET", "/procedures/{key}"): page(always(200), lambda o: {"path": {"key": f"{PROCEDURE}@1"}}),
    ("GET", "/search"): page(always(200)),
    ("POST", "/search"): form(lambda who: 200 if who.holds_an_office else 403, q="张三"),
    ("GET", "/views"): page(always(200)),
    ("POST", "/views"): form(always(303), page="hires", name="我的", query="state=applied"),
    # nobody's view of that number is theirs: gone, as far as they can tell
    ("POST", "/views/{view_id}"): form(always(303), path={"view_id": 99}, do="delete"),
}

PAGES: Rules = {**HIRES, **NOTICES, **OPENINGS, **OWN_PAGES}
