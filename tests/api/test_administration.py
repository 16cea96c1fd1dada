"""Accounts, grants, deputies and the log over HTTP: two people for a grant, three administrators apart."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from notifications.delivery import _readers
from states.identity_number import synthetic
from states.vocabulary import Role
from tests.api.support import OTHER, OWN, PARENT, PROCEDURE, TOWN, Service
from workflow import sign_in, substitutes

ADMINS = {
    "system": (Role.SYSTEM_ADMIN, ""),
    "security": (Role.SECURITY_ADMIN, ""),
    "audit": (Role.AUDIT_ADMIN, ""),
}
JSON = {"accept": "application/json"}


def as_admin(service: Service, name: str, person: str | None = None) -> TestClient:
    return service.as_(ADMINS[name], person=person)


def browser(service: Service, *grants: tuple[Role, str], person: str | None = None) -> TestClient:
    """A browser that is signed in."""
    account = service.account(grants, person)
    client = TestClient(service.app, headers={"accept": "text/html"}, follow_redirects=False)
    client.cookies.set("zaigang", service.session_of(account))
    return client


def send(client: TestClient, path: str, page: str, **fields: Any) -> Any:
    """Sends a form of a page with its token."""
    found = re.search(r'name="form_token" value="([^"]+)"', client.get(page).text)
    assert found is not None
    return client.post(path, data={"form_token": found.group(1), **fields})


def a_grant(**more: Any) -> dict[str, Any]:
    return {
        "username": "xin",
        "role": "hrss",
        "region": PARENT,
        "from_on": "2022-06-01",
        "basis": "任〔2022〕1号",
    } | more


def open_xin(service: Service) -> tuple[int, str]:
    given = {"username": "xin", "name": "新同事", "id_number": synthetic("610928", date(1985, 3, 3), 31)}
    answer = as_admin(service, "system").post("/api/v1/accounts", json=given)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"], answer.json()["password"]


def test_from_a_new_account_to_a_role_in_force(service: Service) -> None:
    number, password = open_xin(service)
    first, second = as_admin(service, "security", "a" * 64), as_admin(service, "security", "b" * 64)
    asked = first.post("/api/v1/grants", json=a_grant())
    assert asked.status_code == 201, asked.text
    path = f"/api/v1/grants/{asked.json()['id']}"
    assert first.post(f"{path}/confirm").status_code == 409
    session = service.nobody.post("/api/v1/sign-in", json={"username": "xin", "password": password}).json()
    xin = service.as_called(session["token"])
    owed = xin.get("/api/v1/hires")
    assert (owed.status_code, owed.json()["type"]) == (403, "urn:zaigang:problem:password-change-required")
    assert second.post(f"{path}/confirm").status_code == 204
    assert xin.get("/api/v1/me").status_code == 401, "the sessions of the account have ended"
    [line] = [one for one in first.get("/api/v1/grants").json()["items"] if one["username"] == "xin"]
    assert line["state"] == "in_force"
    acts = [entry["act"] for entry in as_admin(service, "audit").get("/api/v1/office-log").json()["items"]]
    assert acts[::-1][:4] == ["account_opened", "grant_asked", "policy_changed", "grant_confirmed"]
    assert second.post(f"{path}/revoke", json={"reason": "review"}).status_code == 204
    assert as_admin(service, "system").post(f"/api/v1/accounts/{number}/close").status_code == 204
    again = service.nobody.post("/api/v1/sign-in", json={"username": "xin", "password": password})
    assert again.status_code == 401


ROUTES: list[tuple[str, str, dict[str, Any] | None, str]] = [
    ("GET", "/api/v1/accounts", None, "system"),
    ("POST", "/api/v1/accounts", {"username": "y", "name": "y", "id_number": "1"}, "system"),
    ("POST", "/api/v1/accounts/{xin}/close", None, "system"),
    ("POST", "/api/v1/accounts/{xin}/reopen", None, "system"),
    ("POST", "/api/v1/accounts/{xin}/password", None, "system"),
    ("POST", "/api/v1/accounts/{xin}/second-factor", None, "system"),
    ("POST", "/api/v1/grants", a_grant(), "security"),
    ("POST", "/api/v1/grants/1/confirm", None, "security"),
    ("POST", "/api/v1/grants/1/revoke", {"reason": "review"}, "security"),
    ("GET", "/api/v1/office-log", None, "audit"),
]
PAGES = [
    ("/administration/accounts", "system"),
    ("/administration/regions", "system"),
    ("/administration/grants", "security audit"),
    ("/administration/log", "audit"),
    ("/administration", "system security audit"),
]


@pytest.mark.parametrize(("method", "path", "body", "whose"), ROUTES)
def test_each_route_is_for_one_administrator_and_nobody_else(
    quick: Service, method: str, path: str, body: dict[str, Any] | None, whose: str
) -> None:
    number, _ = open_xin(quick)
    others = [as_admin(quick, name) for name in ADMINS if name != whose]
    others += [quick.as_((role, PARENT)) for role in (Role.HRSS, Role.COUNTY, Role.SUPERVISOR, Role.VILLAGE)]
    before = quick.fingerprint()
    for client in [*others, quick.nobody]:
        answer = client.request(method, path.format(xin=number), json=body)
        assert answer.status_code == (403 if client in others else 401), answer.text
        now = quick.fingerprint()
        assert {name: n for name, n in now.items() if name != "account"} == {
            name: n for name, n in before.items() if name != "account"
        }
    own = as_admin(quick, whose).request(method, path.format(xin=number), json=body)
    assert own.status_code not in (401, 403), own.text


@pytest.mark.parametrize(("path", "whose"), PAGES)
def test_each_page_is_for_its_administrator(quick: Service, path: str, whose: str) -> None:
    for name, grant in ADMINS.items():
        status = browser(quick, grant).get(path).status_code
        assert status == ((303 if path == "/administration" else 200) if name in whose.split() else 403), name
    for role in (Role.HRSS, Role.VILLAGE, Role.SUPERVISOR):
        assert browser(quick, (role, PARENT)).get(path).status_code == 403


@pytest.mark.parametrize(
    "path", ["/api/v1/hires", "/api/v1/people", "/api/v1/tasks", "/api/v1/openings", "/api/v1/posts"]
)
@pytest.mark.parametrize("name", ADMINS)
def test_administrators_see_no_business_data(quick: Service, name: str, path: str) -> None:
    quick.world.a_person("张三", date(1980, 3, 1), "M", OWN)
    quick.world.an_opening(TOWN, quick.world.a_post(PROCEDURE, "town", OWN))
    assert as_admin(quick, name).get(path).json()["items"] == []


def test_the_accounts_of_administrators_are_reset_at_the_console_only(quick: Service) -> None:
    system = as_admin(quick, "system")
    for name in ("security", "audit", "system"):
        target = quick.account((ADMINS[name],))
        for what in ("password", "second-factor"):
            assert system.post(f"/api/v1/accounts/{target}/{what}").status_code == 409
    officer = quick.account(((Role.HRSS, PARENT),))
    assert system.post(f"/api/v1/accounts/{officer}/password").status_code == 200


def test_granting_wants_somebody_who_was_there_within_the_hour(quick: Service) -> None:
    open_xin(quick)
    client = browser(quick, ADMINS["security"])
    for _ in range(3):
        quick.world.clock.moment += timedelta(minutes=20)
        client.get("/account")
    quick.world.clock.moment += timedelta(minutes=1)
    answer = client.post("/api/v1/grants", json=a_grant(), headers=JSON)
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:zaigang:problem:step-up-required")


# ---- pages


def test_the_pages_of_grants_take_a_grant_from_asking_to_revoking(service: Service) -> None:
    open_xin(service)
    first, second = browser(service, ADMINS["security"]), browser(service, ADMINS["security"])
    page = "/administration/grants"
    wrong = send(first, page, page, **a_grant(username="nobody", region="", basis=""))
    assert wrong.status_code == 422 and "没有这个用户名" in wrong.text
    assert send(first, page, page, **a_grant()).status_code == 303
    assert send(first, page, page, **a_grant()).status_code == 409
    number = re.search(r"/administration/grants/(\d+)/confirm", second.get(page).text)
    assert number is not None and "/confirm" not in first.get(page).text
    assert send(second, f"{page}/{number.group(1)}/confirm", page).status_code == 303
    assert "有效" in first.get(page).text
    assert send(first, f"{page}/{number.group(1)}/revoke", page, reason="transfer").status_code == 303
    assert "已收回" in first.get(page).text


def test_a_region_is_never_left_out_by_a_slip(quick: Service) -> None:
    open_xin(quick)
    page = "/administration/grants"
    client = browser(quick, ADMINS["security"])
    assert send(client, page, page, **a_grant(region="")).status_code == 422
    assert send(client, page, page, **a_grant(region="all")).status_code == 303


def test_regions_are_loaded_whole_or_not_at_all(service: Service) -> None:
    client = browser(service, ADMINS["system"])
    page = "/administration/regions"
    token = re.search(r'name="form_token" value="([^"]+)"', client.get(page).text)
    assert token is not None

    def load(name: str, content: bytes) -> Any:
        return client.post(page, data={"form_token": token.group(1)}, files={"file": (name, content)})

    faulty = load("a.csv", "编码,名称,上级,级别\n610982100,甲镇,610982,镇\n61098,乙,61,县\n".encode())
    assert faulty.status_code == 422 and "第1行" in faulty.text and "第2行" in faulty.text
    assert service.world.ask("SELECT code FROM region WHERE code = '610982100'") == []
    good = load("a.csv", f"编码,名称,上级,级别\n{PARENT}199,新镇,{PARENT},镇\n".encode())
    assert good.status_code == 303, good.text
    assert service.world.ask(f"SELECT name FROM region WHERE code = '{PARENT}199'") == [("新镇",)]
    for name, content in (("a.txt", b"x"), ("a.csv", b""), ("a.csv", b"\xff\xfe\x00"), ("a.xlsx", b"PK\x03\x04x")):
        assert load(name, content).status_code == 422, name


def test_my_account_shows_my_roles_and_takes_a_deputy(service: Service) -> None:
    one = browser(service, (Role.HRSS, PARENT))
    other = browser(service, (Role.HRSS, OTHER))
    found = re.search(r"·\s*(account\d+)", other.get("/account").text)
    assert found is not None
    asked = {"grant": f"hrss|{PARENT}", "deputy": found.group(1), "from_on": "2022-06-01", "until_on": "2022-06-03"}
    assert send(one, "/account/deputies", "/account", **asked, reason="").status_code == 422
    assert send(one, "/account/deputies", "/account", **asked, reason="休假").status_code == 303
    assert send(one, "/account/deputies", "/account", **asked, reason="休假").status_code == 409
    number = re.search(r"/account/deputies/(\d+)/accept", other.get("/account").text)
    assert number is not None
    assert send(one, f"/account/deputies/{number.group(1)}/accept", "/account").status_code == 404
    assert send(other, f"/account/deputies/{number.group(1)}/accept", "/account").status_code == 303
    grants = other.get("/api/v1/me", headers=JSON).json()["grants"]
    assert {"role": "hrss", "region": PARENT} in [{k: g[k] for k in ("role", "region")} for g in grants]
    assert send(one, f"/account/deputies/{number.group(1)}/end", "/account").status_code == 303
    assert len(other.get("/api/v1/me", headers=JSON).json()["grants"]) == 1


def test_a_letter_reaches_the_deputy_too(service: Service) -> None:
    """Addressed to both within the window, and to the principal alone after it."""
    database, day, at = service.world.office.database, service.world.clock.today, service.world.clock()
    ids = [service.account(((Role.HRSS, PARENT),)), service.account(((Role.HRSS, OTHER),))]
    tokens = [service.session_of(number) for number in ids]
    principal, deputy = (sign_in.actor_of(database, token, at) for token in tokens)
    assert principal is not None and deputy is not None
    with database.session() as session:
        name = session.connection().exec_driver_sql(f"SELECT username FROM account WHERE id = {ids[1]}").scalar()
        number = substitutes.ask(session, principal, at, role=Role.HRSS, region=PARENT, deputy=str(name),
                                 from_on=day, until_on=day, reason="休假")  # fmt: skip
        substitutes.accept(session, deputy, at, number)
    with database.reading() as connection:
        assert set(_readers(connection, {OWN}, day)[OWN, "hrss"]) == set(ids)
        assert set(_readers(connection, {OWN}, day + timedelta(days=1))[OWN, "hrss"]) == {ids[0]}
