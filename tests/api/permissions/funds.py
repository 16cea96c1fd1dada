"""The days of pay, filings, policies, claims, sources and what villages publish: who sees and who does what."""

from __future__ import annotations

from tests.api.permissions.pages import form, page
from tests.api.permissions.pay import APPROVERS, MAKERS, the_sheet
from tests.api.permissions.public import everybody
from tests.api.permissions.rules import Ask, Rules, always, by, if_seen


def absent(**sent: object) -> Ask:
    """About something that is not there; who may do what with one is tried where there is one."""
    return lambda objects: {"path": {"number": 99}, **sent}


FUNDS: Rules = {
    ("GET", "/pay/days"): page(always(200)),
    ("POST", "/pay/days"): form(always(422)),
    ("GET", "/filings"): page(always(200)),
    ("POST", "/filings/lists"): form(always(422)),
    ("GET", "/filings/lists/{number}"): page(always(404), absent()),
    ("GET", "/filings/lists/{number}/list.xlsx"): page(always(404), absent()),
    ("POST", "/filings/lists/{number}/full"): page(always(404), absent(form={})),
    ("POST", "/filings/lists/{number}/sent"): page(always(404), absent(form={})),
    ("POST", "/filings/lists/{number}/drop"): page(always(404), absent(form={})),
    ("GET", "/insurance"): page(always(200)),
    ("POST", "/insurance"): form(always(422)),
    ("POST", "/insurance/{number}/extend"): page(always(404), absent(form={})),
    ("GET", "/claims"): page(always(200)),
    ("POST", "/claims"): form(always(422)),
    ("GET", "/claims/{number}"): page(always(404), absent()),
    ("GET", "/claims/{number}/claim.xlsx"): page(always(404), absent()),
    ("POST", "/claims/{number}/full"): page(always(404), absent(form={})),
    ("POST", "/claims/{number}/handed-in"): page(always(404), absent(form={})),
    ("POST", "/claims/{number}/received"): page(always(404), absent(form={})),
    ("POST", "/claims/{number}/charged"): page(always(404), absent(form={})),
    ("POST", "/claims/{number}/void"): page(always(404), absent(form={})),
    ("GET", "/pay/{number}/charges"): page(if_seen, the_sheet()),
    # the sheet of nobody costs nothing, and more than that is refused
    ("POST", "/pay/{number}/charges"): page(by(MAKERS | APPROVERS, 422), the_sheet(form={"source-0": "1.00"})),
    ("POST", "/pay/{number}/charges/decide"): page(always(404), the_sheet(form={})),
    ("GET", "/publications"): page(always(200)),
    ("POST", "/publications"): form(always(422)),
    ("POST", "/publications/{number}/down"): page(always(404), absent(form={})),
    ("GET", "/public/villages"): everybody(200),
    ("GET", "/public/villages/{number}"): everybody(410, path={"number": 99}),
}
