"""Attendance: the offices near the work keep it, those above look on and answer for exceptions."""

from __future__ import annotations

from states.vocabulary import Role
from tests.api.permissions.pages import page
from tests.api.permissions.rules import Ask, Rule, Rules, always, by, if_seen
from tests.api.support import OWN

KEEPERS = {Role.VILLAGE, Role.TOWNSHIP, Role.EMPLOYER, Role.COMPANY}
CONFIRMERS = KEEPERS | {Role.HRSS, Role.COUNTY}
SHEET, PERSON = "/attendance/{region}/{month}", "/attendance/hires/{hire_id}/{month}"
API = "/api/v1/attendance"
MONTH = f"{API}/{{month}}"


def of_sheet(**sent: object) -> Ask:
    return lambda objects: {"path": {"region": OWN, "month": "2022-06"}, **sent}


def of_month(**sent: object) -> Ask:
    return lambda objects: {"path": {"month": "2022-06"}, **sent}


#: nobody is on post in that township yet: whoever keeps attendance there hears so
ATTENDANCE: Rules = {
    ("GET", "/attendance"): page(always(200)),
    ("GET", "/attendance/hires/{hire_id}"): page(if_seen),
    ("GET", PERSON): page(always(404), of_month()),
    ("POST", PERSON): page(always(404), of_month(form={})),
    ("POST", f"{PERSON}/decide"): page(always(404), of_month(form={})),
    ("GET", SHEET): page(if_seen, of_sheet()),
    ("POST", SHEET): page(by(KEEPERS, 303), of_sheet(form={})),
    ("POST", f"{SHEET}/confirm/{{hire_id}}"): page(always(404), of_sheet(form={"version": "1"})),
    ("GET", f"{SHEET}/print"): page(if_seen, of_sheet()),
    ("GET", f"{SHEET}/sheet.xlsx"): page(if_seen, of_sheet()),
    ("GET", f"{SHEET}/import"): page(by(KEEPERS, 200), of_sheet()),
    ("POST", f"{SHEET}/import"): page(by(KEEPERS, 422), of_sheet(form={})),
    ("POST", f"{SHEET}/import/keep"): page(by(KEEPERS, 422), of_sheet(form={"list": "-"})),
    ("POST", f"{SHEET}/import/faults"): page(by(KEEPERS, 422), of_sheet(form={"list": "-"})),
    ("GET", MONTH): Rule(if_seen, ask=of_month(query={"region": OWN})),
    ("GET", f"{MONTH}/hires/{{hire_id}}"): Rule(always(404), ask=of_month()),
    ("PUT", f"{MONTH}/hires/{{hire_id}}"): Rule(
        by(KEEPERS, 422), ask=of_month(json={"marks": "?" * 30, "version": 0, "source": "page"})
    ),
    ("GET", f"{API}/corrections"): Rule(always(200)),
    ("POST", f"{API}/corrections/{{number}}/decision"): Rule(
        always(404), ask=lambda objects: {"path": {"number": 1}, "json": {"uphold": True, "shown_fen": None}}
    ),
    ("POST", f"{MONTH}/hires/{{hire_id}}/corrections/foreseen"): Rule(
        by(CONFIRMERS, 422), ask=of_month(json={"marks": "1" * 30})
    ),
    ("POST", f"{MONTH}/hires/{{hire_id}}/corrections"): Rule(
        by(KEEPERS, 409), ask=of_month(json={"marks": "1" * 30, "version": 1, "reason": "有签到表", "shown_fen": None})
    ),
    ("POST", f"{MONTH}/hires/{{hire_id}}/confirm"): Rule(by(CONFIRMERS, 409), ask=of_month(json={"version": 1})),
}
