"""Renewals, aftercare and recoveries: who sees which, who acts, and that nobody acts on what they do not see."""

from __future__ import annotations

from typing import Any

from states.vocabulary import Role
from tests.api.permissions.admin import api
from tests.api.permissions.pages import form, page
from tests.api.permissions.rules import Ask, Objects, Rule, Rules, Who, always, by, if_seen, names, sees

ASKERS = {Role.TOWNSHIP, Role.EMPLOYER, Role.HRSS, Role.FINANCE}
DECIDERS = {Role.HRSS, Role.RURAL, Role.FINANCE}
CLAIM: dict[str, Any] = {"from_month": "2022-05", "until_month": "2022-05", "cause": "误发", "article": "第十五条"}


def the_recovery(**sent: object) -> Ask:
    return lambda objects: {"path": {"number": objects.recovery}, **sent}


def listed(who: Who, objects: Objects, body: object) -> bool:
    return ([one["recovery"]["id"] for one in body["items"]] == [objects.recovery]) is who.sees  # type: ignore[index]


RECOVERIES: Rules = {
    ("GET", "/recoveries"): page(always(200), holds=names("张三", sees)),
    ("GET", "/recoveries/{number}"): page(if_seen, the_recovery()),
    ("POST", "/recoveries/{number}/decide"): page(
        by(DECIDERS, 303), the_recovery(form={"upheld": "yes", "opinion": "属实"})
    ),
    ("POST", "/recoveries/{number}/repay"): page(
        by(ASKERS, 409), the_recovery(form={"fen": "10", "on_day": "2022-06-01", "voucher": "收据1"})
    ),
    ("GET", "/hires/{hire_id}/recoveries/new"): page(by(ASKERS, 200)),
    # nobody has been at work here
    ("POST", "/hires/{hire_id}/recoveries/new"): form(by(ASKERS, 409), fen="10", **CLAIM),
    ("GET", "/api/v1/recoveries"): Rule(always(200), holds=listed),
    ("GET", "/api/v1/recoveries/sums"): Rule(
        always(200), holds=lambda who, objects, body: (body["waiting"] == 1) is who.sees
    ),
    ("GET", "/api/v1/recoveries/{number}"): Rule(if_seen, ask=the_recovery()),
    ("POST", "/api/v1/hires/{hire_id}/recoveries"): api(by(ASKERS, 409), json={"fen": 1000, **CLAIM}),
    ("POST", "/api/v1/recoveries/{number}/decide"): Rule(
        by(DECIDERS, 204), ask=the_recovery(json={"upheld": False, "opinion": "并无其事"})
    ),
    ("POST", "/api/v1/recoveries/{number}/repayments"): Rule(
        by(ASKERS, 409), ask=the_recovery(json={"fen": 10, "on_day": "2022-06-01", "voucher": "收据1"})
    ),
}

#: nobody has left here; who may do what with a case is tried where there is one
AFTERCARE: Rules = {
    ("GET", "/aftercare"): page(always(200)),
    ("GET", "/aftercare/{hire_id}"): page(always(404)),
    ("POST", "/aftercare/{hire_id}"): form(always(404), form="serve", act="talk", what="政策", on_day="2022-06-01"),
    ("GET", "/api/v1/aftercare"): Rule(always(200)),
    ("GET", "/api/v1/aftercare/{hire_id}"): Rule(always(404)),
    ("POST", "/api/v1/aftercare/{hire_id}/acts"): api(
        always(404), json={"act": "talk", "what": "政策", "on_day": "2022-06-01"}
    ),
}

#: nobody is at work here; whose terms a list holds is tried where there are some
RENEWALS: Rules = {
    ("GET", "/renewals"): page(always(200)),
    ("GET", "/leaving"): page(always(200)),
    ("GET", "/api/v1/renewals"): Rule(always(200)),
    ("GET", "/api/v1/renewals/counts"): Rule(always(200)),
    ("GET", "/api/v1/leaving"): Rule(always(200)),
}

AFTER: Rules = {**RECOVERIES, **AFTERCARE, **RENEWALS}
