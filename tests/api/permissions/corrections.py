"""Setting past facts right: who looks ahead, who proposes, who decides, and that nobody acts on what is not theirs."""

from __future__ import annotations

from states.vocabulary import Role
from tests.api.permissions.admin import api
from tests.api.permissions.pages import form, page
from tests.api.permissions.rules import Ask, Rule, Rules, by

#: the entry by which the notice was put up; whose day is not asked for here
NOTICE = 6
OFFICERS = {Role.EMPLOYER, Role.HRSS, Role.RURAL}
DECIDERS = {Role.HRSS, Role.RURAL}

ASKERS = {Role.TOWNSHIP, Role.EMPLOYER, Role.HRSS, Role.FINANCE}
RULERS = {Role.HRSS, Role.RURAL, Role.FINANCE}


def the_recovery(**sent: object) -> Ask:
    """It waits to be decided."""
    return lambda objects: {"path": {"number": objects.recovery}, **sent}


def a_repayment(**sent: object) -> Ask:
    """Nothing has been paid back there."""
    return lambda objects: {"path": {"number": objects.recovery, "repayment": 1}, **sent}


CORRECTIONS: Rules = {
    ("POST", "/recoveries/{number}/repayments/{repayment}/correct"): page(
        by(ASKERS, 409), a_repayment(form={"reason": "金额写错"})
    ),
    ("POST", "/recoveries/{number}/repayments/{repayment}/decide"): page(
        by(RULERS, 409), a_repayment(form={"upheld": "yes"})
    ),
    ("POST", "/recoveries/{number}/reduce"): page(
        by(ASKERS, 409), the_recovery(form={"cut": "10", "reason": "多写了"})
    ),
    ("POST", "/api/v1/recoveries/{number}/reduce"): Rule(
        by(ASKERS, 409), ask=the_recovery(json={"cut": 1000, "reason": "多写了"})
    ),
    ("POST", "/api/v1/recoveries/{number}/repayments/{repayment}/correct"): Rule(
        by(ASKERS, 409), ask=a_repayment(json={"reason": "金额写错"})
    ),
    ("POST", "/api/v1/recoveries/{number}/repayments/{repayment}/decide"): Rule(
        by(RULERS, 409), ask=a_repayment(json={"upheld": True})
    ),
    ("GET", "/hires/{hire_id}/corrections"): page(by(OFFICERS, 200)),
    ("GET", "/hires/{hire_id}/corrections/new"): page(by(OFFICERS, 200), lambda o: {"query": {"entry": NOTICE}}),
    ("POST", "/hires/{hire_id}/corrections/new"): form(by(OFFICERS, 422), entry=str(NOTICE), posted_on="2022-06-01"),
    # nothing waits
    ("POST", "/hires/{hire_id}/corrections/confirm"): form(by(DECIDERS, 422), correction="1"),
    ("POST", "/hires/{hire_id}/corrections/refuse"): form(by(DECIDERS, 422), correction="1", reason="并无其事"),
    ("GET", "/api/v1/hires/{hire_id}/corrections"): Rule(by(OFFICERS, 404)),
    ("POST", "/api/v1/hires/{hire_id}/corrections/preview"): api(
        by(OFFICERS, 422), json={"entry": NOTICE, "values": {"posted_on": "2022-06-01"}}
    ),
}
