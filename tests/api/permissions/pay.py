"""Pay: who makes a sheet, approves it, pays it, and who says what counts where."""

from __future__ import annotations

from typing import Any

from states.vocabulary import Role
from tests.api.permissions.admin import api
from tests.api.permissions.pages import form, page
from tests.api.permissions.rules import Ask, Objects, Rule, Rules, Who, always, by, held_by, if_seen, sees
from tests.api.support import OWN
from workflow.pay_rows import Rows

MAKERS = {Role.TOWNSHIP, Role.EMPLOYER, Role.COMPANY}
APPROVERS = {Role.HRSS, Role.RURAL, Role.COUNTY, Role.FINANCE}
PAYERS = {Role.FINANCE, Role.COMPANY, Role.EMPLOYER, Role.TOWNSHIP}
KEEPERS = {Role.VILLAGE, *MAKERS, Role.HRSS, Role.RURAL, Role.COUNTY}
YEAR = {"since": "2022-01-01", "until": "2022-12-31"}
DIGEST = Rows({}, {}, {}).digest()


def the_sheet(**sent: Any) -> Ask:
    return lambda objects: {"path": {"number": objects.pay_sheet}, **sent}


def listed(who: Who, objects: Objects, body: Any) -> bool:
    return ([one["number"] for one in body["items"]] == [objects.pay_sheet]) is sees(who)


PAY: Rules = {
    ("GET", "/pay"): page(always(200)),
    ("GET", "/pay/new"): page(held_by(MAKERS, 200)),
    ("POST", "/pay/new"): form(held_by(MAKERS, 422)),
    ("GET", "/pay/{number}"): page(if_seen, the_sheet()),
    ("GET", "/pay/{number}/print"): page(if_seen, the_sheet()),
    ("GET", "/pay/{number}/notice"): page(if_seen, the_sheet()),
    ("POST", "/pay/{number}/freeze"): page(by(MAKERS, 409), the_sheet(form={})),
    ("POST", "/pay/{number}/approve"): page(by(APPROVERS, 303), the_sheet(form={"digest": DIGEST})),
    ("POST", "/pay/{number}/back"): page(by(APPROVERS | MAKERS, 303), the_sheet(form={"reason": "名单须核对"})),
    ("POST", "/pay/{number}/paid"): page(
        by(PAYERS, 409), the_sheet(form={"paid_on": "2022-06-01", "voucher": "回单1"})
    ),
    ("GET", "/pay/{number}/sheet.xlsx"): page(if_seen, the_sheet()),
    ("GET", "/pay/{number}/notice.xlsx"): page(if_seen, the_sheet()),
    ("GET", "/notices/{sheet}/list.xlsx"): page(if_seen, lambda objects: {"path": {"sheet": objects.sheet}}),
    ("GET", "/lists"): page(always(200)),
    ("GET", "/lists/{name}.xlsx"): page(
        lambda who: 200 if who.sees else 422,
        lambda objects: {"path": {"name": "ledger"}, "query": {"region": OWN, **YEAR}},
    ),
    ("POST", "/lists/full"): page(
        lambda who: (200 if who.role in KEEPERS else 403) if who.sees else 422,
        lambda objects: {"form": {"name": "roster", "region": OWN, "purpose": "申领补贴", **YEAR}},
    ),
    ("GET", "/rates"): page(always(200)),
    ("POST", "/rates"): form(held_by(APPROVERS, 422)),
    ("POST", "/rates/budgets"): form(held_by(APPROVERS, 422)),
    ("GET", "/api/v1/pay/sheets"): Rule(always(200), holds=listed),
    ("POST", "/api/v1/pay/sheets"): api(always(422), json={}),
    ("GET", "/api/v1/pay/sheets/{number}"): Rule(if_seen, ask=the_sheet()),
    ("GET", "/api/v1/pay/sheets/{number}/lines"): Rule(if_seen, ask=the_sheet()),
    ("POST", "/api/v1/pay/sheets/{number}/freeze"): Rule(by(MAKERS, 409), ask=the_sheet()),
    ("POST", "/api/v1/pay/sheets/{number}/approve"): Rule(by(APPROVERS, 200), ask=the_sheet(json={"digest": DIGEST})),
    ("POST", "/api/v1/pay/sheets/{number}/back"): Rule(
        by(APPROVERS | MAKERS, 204), ask=the_sheet(json={"reason": "名单须核对"})
    ),
    ("POST", "/api/v1/pay/sheets/{number}/paid"): Rule(
        by(PAYERS, 409), ask=the_sheet(json={"paid_on": "2022-06-01", "voucher": "回单1"})
    ),
    ("GET", "/api/v1/rates"): Rule(always(200)),
    ("POST", "/api/v1/rates"): api(always(422), json={}),
    ("GET", "/api/v1/budgets"): Rule(always(200)),
    ("POST", "/api/v1/budgets"): api(always(422), json={}),
}
