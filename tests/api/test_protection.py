"""Headers, origins, media types, sessions: what stands before every route."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.security import HEADERS, MAX_BODY_BYTES
from states.facts import Grant
from states.vocabulary import Role
from tests.api.support import ORIGIN, OWN, SECRET, Service, number, seal
from workflow import accounts, migrate
from workflow.settings import Settings
from workflow.unit_of_work import Database

EMPLOYER = (Role.EMPLOYER, OWN)
PASSWORD = "correct horse battery"


def a_clerk(service: Service, language: str = "zh") -> int:
    with service.world.office.database.session() as session:
        return accounts.create_account(
            session,
            seal(),
            username="clerk",
            password=PASSWORD,
            person=number(service.world.clock.today.replace(year=1980), 21),
            name="王干部",
            at=service.world.clock(),
            grants=[Grant(Role.EMPLOYER, OWN)],
        )


def sign_in(service: Service, password: str = PASSWORD) -> TestClient:
    client = service.nobody
    answer = client.post("/api/v1/sign-in", json={"username": "clerk", "password": password})
    assert answer.status_code == 201, answer.text
    return client


# ---- headers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/healthz", "/api/v1/me", "/nothing", "/api/v1/openapi.json", "/public/notices.json"])
def test_every_answer_carries_the_headers_and_none_forces_https(quick: Service, path: str) -> None:
    answer = quick.nobody.get(path)
    assert HEADERS.items() <= dict(answer.headers).items()
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "strict-transport-security" not in answer.headers
    assert "upgrade-insecure-requests" not in answer.headers["content-security-policy"]


def test_personal_data_is_not_kept_by_caches(quick: Service) -> None:
    assert quick.as_(EMPLOYER).get("/api/v1/people").headers["cache-control"] == "no-store"


def test_the_log_of_requests_holds_no_query(quick: Service, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "zaigang.requests")
    quick.as_(EMPLOYER).get("/api/v1/people", params={"name": "张三"})
    assert "/api/v1/people 200" in caplog.text
    assert "张三" not in caplog.text and "%E5" not in caplog.text and "name=" not in caplog.text


# ---- where a request comes from ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "same-origin"}, 204),
        ({"sec-fetch-site": "none"}, 204),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": "http://testserver"}, 403),
        ({"origin": "http://testserver"}, 204),
        ({"origin": "http://testserver:81"}, 403),
        ({"origin": "http://testserver.evil.example"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://127.0.0.1:8750"}, 204),
        ({}, 204),
    ],
)
def test_a_cookie_moves_nothing_for_another_site(quick: Service, headers: dict[str, str], status: int) -> None:
    token = quick.session_of(quick.account((EMPLOYER,)))
    client = TestClient(quick.app, cookies={"zaigang": token}, headers=headers)
    assert client.post("/api/v1/sign-out").status_code == status
    still = TestClient(quick.app, cookies={"zaigang": token}).get("/api/v1/me")
    assert still.status_code == (401 if status == 204 else 200)


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT", "DELETE"])
@pytest.mark.parametrize("path", ["/api/v1/people/1", "/", "/tasks", "/nothing"])
def test_no_unsafe_method_is_let_through_from_elsewhere(quick: Service, method: str, path: str) -> None:
    answer = quick.nobody.request(method, path, headers={"sec-fetch-site": "cross-site"})
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:zaigang:problem:foreign-request")


@pytest.mark.parametrize(
    "media", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "TEXT/PLAIN; a=b"]
)
def test_json_is_taken_as_json_only(quick: Service, media: str) -> None:
    """What a form of another site can send: it needs no leave of ours in any browser."""
    token = quick.session_of(quick.account((EMPLOYER,)))
    client = TestClient(quick.app, cookies={"zaigang": token})
    answer = client.post("/api/v1/posts", content=b'{"title": "x"}', headers={"content-type": media})
    assert answer.status_code == 415
    assert client.post("/api/v1/posts", content=b"{}").status_code == 415, "a body of no declared type"


def test_a_body_beyond_measure_is_413(quick: Service) -> None:
    big = b'{"username": "' + b"x" * MAX_BODY_BYTES + b'"}'
    answer = quick.nobody.post("/api/v1/sign-in", content=big, headers={"content-type": "application/json"})
    assert answer.status_code == 413


# ---- sessions ----------------------------------------------------------------------------------------------------


def test_signing_in_gives_a_token_for_programs_and_a_cookie_for_browsers(service: Service) -> None:
    a_clerk(service)
    answer = service.nobody.post("/api/v1/sign-in", json={"username": "clerk", "password": PASSWORD})
    assert answer.status_code == 201
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("zaigang=") and "HttpOnly" in cookie and "samesite=lax" in cookie.lower()
    assert "Secure" not in cookie and "Path=/" in cookie
    body = answer.json()
    bearer = {"authorization": f"Bearer {body['token']}"}
    me = service.nobody.get("/api/v1/me", headers=bearer).json()
    assert (me["username"], me["grants"]) == ("clerk", [{"role": "employer", "region": OWN}])
    assert me["form_token"] == body["form_token"] != body["token"]


def test_behind_tls_the_cookie_is_bound_to_the_host(migrated_sqlite_url: str) -> None:
    settings = Settings(database_url=migrated_sqlite_url, public_url="https://gangwei.example", secret=SECRET)  # type: ignore[arg-type]
    service = Service.on(migrated_sqlite_url)
    app = create_app(settings, service.world.office)
    a_clerk(service)
    client = TestClient(app, base_url="https://gangwei.example")
    answer = client.post("/api/v1/sign-in", json={"username": "clerk", "password": PASSWORD})
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-zaigang=") and "Secure" in cookie and "Domain" not in cookie
    assert client.get("/api/v1/me").status_code == 200
    service.close()


@pytest.mark.parametrize(("username", "password"), [("clerk", "wrong password"), ("nobody", PASSWORD)])
def test_a_wrong_name_and_a_wrong_password_are_answered_alike(quick: Service, username: str, password: str) -> None:
    a_clerk(quick)
    answer = quick.nobody.post("/api/v1/sign-in", json={"username": username, "password": password})
    assert (answer.status_code, answer.json()["type"]) == (401, "urn:zaigang:problem:bad-credentials")
    assert "set-cookie" not in answer.headers
    assert password not in answer.text


def test_guessing_is_stopped(quick: Service) -> None:
    a_clerk(quick)
    wrong = {"username": "clerk", "password": "wrong password"}
    found = [quick.nobody.post("/api/v1/sign-in", json=wrong).status_code for _ in range(11)]
    assert found == [401] * 10 + [429]
    stopped = quick.nobody.post("/api/v1/sign-in", json={"username": "clerk", "password": PASSWORD})
    assert stopped.status_code == 429 and int(stopped.headers["retry-after"]) > 0


def test_a_session_ends_at_sign_out_and_its_token_is_good_for_nothing(service: Service) -> None:
    a_clerk(service)
    client = sign_in(service)
    token = client.cookies["zaigang"]
    assert client.post("/api/v1/sign-out").status_code == 204
    for again in (TestClient(service.app, cookies={"zaigang": token}), client):
        assert again.get("/api/v1/me").status_code == 401
    assert service.nobody.get("/api/v1/me", headers={"authorization": f"Bearer {token}"}).status_code == 401


def test_closing_an_account_ends_its_sessions_at_once(service: Service) -> None:
    clerk = a_clerk(service)
    clients = [sign_in(service) for _ in range(2)]
    with service.world.office.database.session() as session:
        accounts.disable(session, clerk, service.world.clock())
    assert [client.get("/api/v1/me").status_code for client in clients] == [401, 401]


def test_a_change_of_role_ends_the_sessions_that_had_it(service: Service) -> None:
    clerk = a_clerk(service)
    client = sign_in(service)
    with service.world.office.database.session() as session:
        accounts.revoke(session, clerk, Role.EMPLOYER, OWN, service.world.clock())
    assert client.get("/api/v1/people").status_code == 401


@pytest.mark.parametrize(("minutes", "status"), [(29, 200), (31, 401)])
def test_a_session_ends_when_nobody_uses_it(quick: Service, minutes: int, status: int) -> None:
    client = quick.as_(EMPLOYER)
    quick.world.clock.moment += timedelta(minutes=minutes)
    assert client.get("/api/v1/me").status_code == status


@pytest.mark.parametrize(
    "token", ["", "x", "Bearer", "'; DROP TABLE sign_in; --", "\x00" * 40, "长" * 30, "a" * 100_000]
)
def test_a_token_of_another_shape_is_nobody(quick: Service, token: str) -> None:
    headers = {**ORIGIN, "authorization": f"Bearer {token}".encode()}
    assert TestClient(quick.app).get("/api/v1/me", headers=headers).status_code == 401  # type: ignore[arg-type]


# ---- whether it works --------------------------------------------------------------------------------------------


def test_ready_means_that_the_database_answers_and_is_migrated(service: Service) -> None:
    answer = service.nobody.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ready", "database": True, "migrated": True, "last_tick_seconds": None}


def test_a_database_that_is_not_migrated_is_not_ready(sqlite_url: str) -> None:
    app = create_app(Settings(database_url=sqlite_url, secret=SECRET))  # type: ignore[arg-type]
    answer = TestClient(app).get("/readyz")
    assert (answer.status_code, answer.json()["migrated"]) == (503, False)
    app.state.office.database.dispose()
    migrate.upgrade(sqlite_url)
    assert TestClient(app).get("/readyz").status_code == 200
    app.state.office.database.dispose()


def test_a_database_that_does_not_answer_is_not_ready_but_the_process_lives(quick: Service) -> None:
    quick.world.office.database.dispose()
    quick.world.office.database = Database("postgresql://nobody@127.0.0.1:1/nothing")
    answer = quick.nobody.get("/readyz")
    assert (answer.status_code, answer.json()["database"]) == (503, False)
    assert quick.nobody.get("/healthz").status_code == 200
    away = quick.as_called("x" * 43).get("/api/v1/me")
    assert (away.status_code, away.json()["type"]) == (503, "urn:zaigang:problem:unavailable")
