"""Imports: who fills sheets of assessments in, takes the bank's return, and sees and undoes what was imported."""

from __future__ import annotations

from typing import Any

from states.vocabulary import Role
from tests.api.permissions.pages import form, page
from tests.api.permissions.rules import REGISTRARS, Ask, Rules, always, by, held_by, if_seen
from tests.api.support import OWN

PROPOSERS = {Role.EMPLOYER}
PAYERS = {Role.FINANCE, Role.COMPANY, Role.EMPLOYER, Role.TOWNSHIP}
_ANNEX = "/allocation/{document}/import"
DECIDERS = {*PAYERS, Role.HRSS, Role.RURAL, Role.COUNTY}
_SHEET, _RETURN = "/assessments/{region}/{document}/{year}", "/pay/{number}/return"


def the_year(**sent: Any) -> Ask:
    return lambda objects: {"path": {"region": OWN, "document": "xunyang-2022-88", "year": 2022}, **sent}


def the_sheet(**sent: Any) -> Ask:
    """A sheet that was not paid yet: there is no return of it."""
    return lambda objects: {"path": {"number": objects.pay_sheet}, **sent}


def the_annex(**sent: Any) -> Ask:
    return lambda objects: {"path": {"document": "liaocheng-2022-4"}, **sent}


def a_run(**sent: Any) -> Ask:
    return lambda objects: {"path": {"run_id": "none"}, **sent}


IMPORTS: Rules = {
    ("GET", "/assessments"): page(always(200)),
    ("GET", f"{_SHEET}/sheet.xlsx"): page(by(PROPOSERS, 200), the_year()),
    ("GET", f"{_SHEET}/import"): page(by(PROPOSERS, 200), the_year()),
    ("POST", f"{_SHEET}/import"): page(by(PROPOSERS, 422), the_year(form={})),
    ("POST", f"{_SHEET}/import/keep"): page(by(PROPOSERS, 422), the_year(form={"list": "-"})),
    ("POST", f"{_SHEET}/import/faults"): page(by(PROPOSERS, 422), the_year(form={"list": "-"})),
    ("GET", _RETURN): page(if_seen, the_sheet()),
    ("GET", f"{_RETURN}/results.xlsx"): page(if_seen, the_sheet()),
    ("GET", f"{_RETURN}/results.csv"): page(if_seen, the_sheet()),
    ("POST", f"{_RETURN}/state"): page(
        by(PAYERS, 409), the_sheet(form={"hire": "1", "outcome": "paid", "said": "柜台查询"})
    ),
    ("POST", f"{_RETURN}/close"): page(by(PAYERS, 409), the_sheet(form={"hire": "1", "said": "本人已去世"})),
    ("POST", f"{_RETURN}/close/decide"): page(by(DECIDERS, 409), the_sheet(form={"hire": "1", "upheld": "yes"})),
    ("GET", "/pay/{number}/bank"): page(if_seen, the_sheet()),
    ("POST", "/pay/{number}/bank"): page(by(PAYERS, 409), the_sheet(form={"purpose": "送银行代发"})),
    ("POST", "/pay/{number}/bank/card"): page(
        by(DECIDERS, 409), the_sheet(form={"hire": "1", "seen": "1", "basis": "社保卡原件"})
    ),
    ("GET", f"{_RETURN}/import"): page(by(set(), 403), the_sheet()),
    ("POST", f"{_RETURN}/import"): page(by(set(), 403), the_sheet(form={})),
    ("POST", f"{_RETURN}/import/keep"): page(by(set(), 403), the_sheet(form={"list": "-"})),
    ("POST", f"{_RETURN}/import/faults"): page(by(set(), 403), the_sheet(form={"list": "-"})),
    ("GET", "/roster/import"): page(held_by(REGISTRARS, 200)),
    ("GET", "/roster/import/template.xlsx"): page(held_by(REGISTRARS, 200)),
    ("POST", "/roster/import"): form(held_by(REGISTRARS, 422)),
    ("POST", "/roster/import/keep"): form(held_by(REGISTRARS, 422), list="-"),
    ("POST", "/roster/import/faults"): form(held_by(REGISTRARS, 422), list="-"),
    # nobody here holds an office of the whole city, whose annex it is; see tests/api/pages/test_brought_in.py
    ("GET", _ANNEX): page(always(403), the_annex()),
    ("GET", f"{_ANNEX}/template.xlsx"): page(always(403), the_annex()),
    ("POST", _ANNEX): page(always(403), the_annex(form={})),
    ("POST", f"{_ANNEX}/keep"): page(always(403), the_annex(form={"list": "-"})),
    ("POST", f"{_ANNEX}/faults"): page(always(403), the_annex(form={"list": "-"})),
    ("GET", "/imports"): page(always(200)),
    ("GET", "/imports/{run_id}"): page(always(404), a_run()),
    ("POST", "/imports/{run_id}/undo"): page(always(404), a_run(form={})),
    ("POST", "/imports/{run_id}/undo/decide"): page(always(404), a_run(form={})),
}
