"""Accounts, grants, substitutes and the log of the office: three administrators, and what is everybody's own."""

from __future__ import annotations

from typing import Any

from states.vocabulary import Role
from tests.api.permissions.pages import form, page
from tests.api.permissions.rules import Answer, Relation, Rule, Rules, Who, always, held_by

SYSTEM, SECURITY, AUDIT = {Role.SYSTEM_ADMIN}, {Role.SECURITY_ADMIN}, {Role.AUDIT_ADMIN}
READERS = SECURITY | AUDIT


def api(answer: Answer, **asked: Any) -> Rule:
    return Rule(answer, lambda objects: asked)


def within(roles: set[Role], status: int, beyond: int) -> Answer:
    """``status`` where the region named lies within theirs, ``beyond`` elsewhere, 403 for all others."""

    def answer(who: Who) -> int:
        if who.role not in roles or not who.grants:
            return 403
        return status if who.relation in (Relation.OWN, Relation.PARENT) else beyond

    return answer


def _account(new_number: str) -> dict[str, Any]:
    return {"username": "newone", "name": "新人", "person": new_number}


GRANT = {"username": "account1", "role": "employer", "region": "610981100", "from_on": "2022-06-01", "basis": "任命"}

ACCOUNTS: Rules = {
    ("GET", "/administration"): page(held_by(SYSTEM | READERS, 303)),
    ("GET", "/administration/accounts"): page(held_by(SYSTEM, 200)),
    ("POST", "/administration/accounts"): page(held_by(SYSTEM, 200), lambda o: {"form": _account(o.new_number)}),
    ("GET", "/administration/accounts/{number}"): page(held_by(SYSTEM, 200), lambda o: {"path": {"number": 1}}),
    ("POST", "/administration/accounts/{number}/{what}"): form(
        held_by(SYSTEM, 303), path={"number": 1, "what": "close"}
    ),
    ("GET", "/administration/regions"): page(held_by(SYSTEM, 200)),
    ("POST", "/administration/regions"): form(held_by(SYSTEM, 422)),
    ("GET", "/administration/grants"): page(held_by(READERS, 200)),
    ("POST", "/administration/grants"): page(within(SECURITY, 303, 409), lambda o: {"form": GRANT}),
    ("POST", "/administration/grants/{number}/confirm"): form(within(SECURITY, 409, 404), path={"number": 1}),
    ("POST", "/administration/grants/{number}/revoke"): form(held_by(SECURITY, 422), path={"number": 1}),
    ("POST", "/administration/substitutes/{number}/end"): form(held_by(SECURITY, 404), path={"number": 1}),
    ("GET", "/administration/log"): page(held_by(AUDIT, 200)),
    ("GET", "/api/v1/accounts"): api(held_by(SYSTEM, 200)),
    ("POST", "/api/v1/accounts"): Rule(
        held_by(SYSTEM, 201), lambda o: {"json": {"username": "newone", "name": "新人", "id_number": o.new_number}}
    ),
    ("POST", "/api/v1/accounts/{account_id}/close"): api(held_by(SYSTEM, 204), path={"account_id": 1}),
    ("POST", "/api/v1/accounts/{account_id}/reopen"): api(held_by(SYSTEM, 204), path={"account_id": 1}),
    ("POST", "/api/v1/accounts/{account_id}/password"): api(held_by(SYSTEM, 200), path={"account_id": 1}),
    ("POST", "/api/v1/accounts/{account_id}/second-factor"): api(held_by(SYSTEM, 204), path={"account_id": 1}),
    ("GET", "/api/v1/grants"): api(held_by(READERS, 200)),
    ("POST", "/api/v1/grants"): api(within(SECURITY, 201, 403), json=GRANT),
    ("POST", "/api/v1/grants/{grant_id}/confirm"): api(within(SECURITY, 409, 404), path={"grant_id": 1}),
    ("POST", "/api/v1/grants/{grant_id}/revoke"): api(
        within(SECURITY, 204, 404), path={"grant_id": 1}, json={"reason": "transfer"}
    ),
    ("GET", "/api/v1/office-log"): api(held_by(AUDIT, 200)),
}
OWN_ACCOUNT: Rules = {
    ("GET", "/account"): page(always(200)),
    ("POST", "/account/contacts"): form(always(303)),
    ("POST", "/account/deputies"): form(always(422)),
    ("POST", "/account/deputies/{number}/accept"): form(always(404), path={"number": 1}),
    ("POST", "/account/deputies/{number}/end"): form(always(404), path={"number": 1}),
    ("POST", "/account/language"): form(always(303), language="en"),
    ("GET", "/account/oidc/link"): page(always(404)),  # there is no provider
    ("POST", "/account/oidc/unlink"): form(always(303)),
    ("GET", "/account/password"): page(always(200)),
    ("POST", "/account/password"): form(always(422)),
    ("GET", "/account/second-factor"): page(always(200)),
    ("POST", "/account/second-factor"): form(always(422)),
    ("POST", "/account/second-factor/remove"): form(always(303)),
    ("POST", "/account/sessions/end"): form(always(303)),
    ("GET", "/api/v1/substitutes"): api(always(200)),
    ("POST", "/api/v1/substitutes"): api(always(422), json={}),
    ("POST", "/api/v1/substitutes/{number}/accept"): api(always(404), path={"number": 1}),
    ("POST", "/api/v1/substitutes/{number}/end"): api(always(404), path={"number": 1}),
    ("GET", "/sign-in/oidc"): Rule(always(404), signed_out=404),
    ("GET", "/sign-in/oidc/callback"): Rule(always(404), signed_out=404),
}

ADMIN: Rules = {**ACCOUNTS, **OWN_ACCOUNT}
