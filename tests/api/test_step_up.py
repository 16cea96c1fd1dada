"""Showing again who one is (再次验证): before signing, revealing and granting, by page and by the JSON interface."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html import unescape

import pytest
from starlette.testclient import TestClient

from states.facts import Grant
from states.vocabulary import Role
from tests.api.support import OWN, PARENT, PROCEDURE, TOWN, Service, number, seal
from tests.support.world import officer
from workflow import accounts
from workflow import sign_in as sessions

PASSWORD = "correct horse battery"
HRSS = (Role.HRSS, PARENT)
MINUTE = timedelta(minutes=1)


def an_officer(service: Service, role: Role = Role.HRSS, username: str = "renshe") -> tuple[int, TestClient]:
    """An account with a password, and a browser with its session."""
    with service.world.office.database.session() as session:
        account = accounts.create_account(
            session,
            seal(),
            username=username,
            password=PASSWORD,
            person=number(date(1980, 6, 1), 21),
            name="李科员",
            at=service.world.clock(),
            grants=[Grant(role, PARENT)],
        )
    client = TestClient(service.app, headers={"accept": "text/html"}, follow_redirects=False)
    client.cookies.set("zaigang", service.session_of(account))
    return account, client


def a_hire_to_recheck(service: Service) -> int:
    """A hire that waits for a step of an approver."""
    world = service.world
    person = world.a_person("张三", date(1980, 3, 1), "M", OWN)
    opening = world.an_opening(TOWN, world.a_post(PROCEDURE, "town", OWN))
    world.clock.moment += timedelta(minutes=1)
    hire = opening.hire_ids[0]
    world.do(hire, "apply", TOWN, person_id=person)
    world.do(hire, "check", officer("b" * 64, Role.EMPLOYER, OWN, 900002))
    return hire


def wait(service: Service, client: TestClient, minutes: int) -> None:
    """Lets time pass in a session that is in use all along."""
    for _ in range(minutes // 20):
        service.world.clock.moment += 20 * MINUTE
        assert client.get("/account/recent-use", headers={"accept": "text/html"}).status_code == 404
        sessions.visit_of(service.world.office.database, client.cookies["zaigang"], service.world.clock())
    service.world.clock.moment += (minutes % 20) * MINUTE


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of the form that asks."""
    form = page[page.index('action="/confirm"') :]
    return {
        name: unescape(value) for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form)
    }


def form_token(client: TestClient) -> str:
    found = re.search(r'name="form_token" value="([^"]+)"', client.get("/").text)
    assert found is not None
    return found.group(1)


@pytest.mark.parametrize(("minutes", "status"), [(60, 200), (61, 403)])
def test_a_signature_wants_somebody_who_was_there_within_the_hour(service: Service, minutes: int, status: int) -> None:
    _, client = an_officer(service)
    hire = a_hire_to_recheck(service)
    service.world.clock.moment -= MINUTE
    before = service.fingerprint()
    wait(service, client, minutes)
    answer = client.post(f"/api/v1/hires/{hire}/actions/recheck", json={}, headers={"accept": "application/json"})
    assert answer.status_code == status, answer.text
    if status == 403:
        assert answer.json()["type"] == "urn:zaigang:problem:step-up-required"
        assert service.fingerprint() == before


def test_a_step_that_approves_nothing_asks_nobody_again(quick: Service) -> None:
    _, client = an_officer(quick, Role.EMPLOYER)
    hire = a_hire_to_recheck(quick)
    wait(quick, client, 61)
    answer = client.post(f"/api/v1/hires/{hire}/actions/withdraw", json={}, headers={"accept": "application/json"})
    assert answer.status_code != 403, answer.text


def test_many_steps_and_a_full_number_want_it_too(quick: Service) -> None:
    _, client = an_officer(quick)
    hire = a_hire_to_recheck(quick)
    person = quick.world.people["张三"]
    wait(quick, client, 61)
    headers = {"accept": "application/json"}
    asked = [
        ("/api/v1/actions/recheck", {"hire_ids": [hire], "input": {}}),
        (f"/api/v1/people/{person}/reveal", {"purpose": "核对身份证原件"}),
    ]
    for path, body in asked:
        answer = client.post(path, json=body, headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (403, "urn:zaigang:problem:step-up-required"), path
    assert client.post("/api/v1/confirm", json={"shown": "wrong"}, headers=headers).status_code == 403
    assert client.post(asked[0][0], json=asked[0][1], headers=headers).status_code == 403, "a wrong password is none"
    assert client.post("/api/v1/confirm", json={"shown": PASSWORD}, headers=headers).status_code == 204
    assert client.post(asked[0][0], json=asked[0][1], headers=headers).json()["items"][0]["status"] == 200


def test_a_page_asks_keeps_what_was_typed_and_goes_on(service: Service) -> None:
    _, client = an_officer(service)
    hire = a_hire_to_recheck(service)
    token = form_token(client)
    wait(service, client, 61)
    opinion = "情况属实，<同意> & “复核”通过"
    sent = {"form_token": token, "opinion": opinion, "version": "", "key": "k" * 22}
    before = service.fingerprint()
    asked = client.post(f"/hires/{hire}/actions/recheck", data=sent)
    assert asked.status_code == 403 and "再次验证身份" in asked.text
    assert service.fingerprint() == before

    wrong = client.post("/confirm", data=hidden(asked.text) | {"shown": "something else"})
    assert wrong.status_code == 403 and "密码不正确" in wrong.text
    assert service.fingerprint() == before
    done = client.post("/confirm", data=hidden(wrong.text) | {"shown": PASSWORD})
    assert (done.status_code, done.headers["location"]) == (303, f"/hires/{hire}"), done.text
    assert service.world.acts(hire)[-1] == "recheck"
    assert service.world.ask("SELECT opinion FROM decision WHERE act = 'recheck'") == [(opinion,)]
    assert PASSWORD not in str(service.world.ask("SELECT * FROM audit_entry"))


@pytest.mark.parametrize(("minutes", "status"), [(60, 200), (61, 403)])
def test_whoever_takes_a_list_about_people_away_shows_who_they_are(quick: Service, minutes: int, status: int) -> None:
    _, client = an_officer(quick)
    hire = a_hire_to_recheck(quick)
    ((opening,),) = quick.world.ask(f"SELECT opening_id FROM hire WHERE id = {hire}")
    quick.world.clock.moment -= MINUTE
    wait(quick, client, minutes)
    none = ("/bulk/no-such-run/list.csv", "/bulk/papers/no-such-run/papers.zip")
    for path in (f"/hires/{hire}/print", f"/openings/{opening}/ranking/print", *none):
        found = client.get(path, headers={"referer": "http://testserver/hires?state=qualified"})
        assert found.status_code == (404 if status == 200 and path in none else status), (path, found.text)
        assert ("再次验证身份" in found.text) is (status == 403)


def test_after_that_a_page_is_shown_and_a_file_asked_for_once_more(quick: Service) -> None:
    _, client = an_officer(quick)
    hire = a_hire_to_recheck(quick)
    wait(quick, client, 61)
    before = {"referer": "http://testserver/bulk/some-run"}
    for path, leads_to in (
        (f"/hires/{hire}/print", f"/hires/{hire}/print"),
        ("/bulk/some-run/list.csv", "/bulk/some-run"),
    ):
        quick.world.clock.moment += 5 * MINUTE
        asked = client.get(path, headers=before)
        assert asked.status_code == 403, path
        done = client.post("/confirm", data=hidden(asked.text) | {"shown": PASSWORD})
        assert (done.status_code, done.headers["location"]) == (303, leads_to)
        wait(quick, client, 61)


def test_what_is_carried_goes_to_an_address_of_ours_only(quick: Service) -> None:
    _, client = an_officer(quick)
    token = form_token(client)
    for target in (
        "https://evil.example/x",
        "//evil.example",
        "/\\evil.example",
        "",
        "/confirm",
        "/sign-in/../confirm",
    ):
        for carried in ("", "[]", "{", '[["a"]]', '[["shown", "x"], 3, null]', '{"a": 1}'):
            sent = {"form_token": token, "shown": PASSWORD, "target": target, "carried": carried}
            answer = client.post("/confirm", data=sent)
            assert answer.status_code in (303, 404, 405), (target, carried, answer.text)
            assert answer.headers.get("location", "/").startswith("/") and "evil" not in str(answer.headers)


def test_a_foreign_form_confirms_nothing(quick: Service) -> None:
    _, client = an_officer(quick)
    sent = {"shown": PASSWORD, "target": "/", "carried": "[]"}
    assert client.post("/confirm", data=sent).status_code == 403
    assert client.post("/confirm", data=sent | {"form_token": "x"}).status_code == 403


def test_guessing_at_the_door_inside_is_slowed_down_too(quick: Service) -> None:
    _, client = an_officer(quick)
    headers = {"accept": "application/json"}
    found = [
        client.post("/api/v1/confirm", json={"shown": f"guess {n}"}, headers=headers).status_code for n in range(11)
    ]
    assert found == [403] * 10 + [429]
    assert client.post("/api/v1/confirm", json={"shown": PASSWORD}, headers=headers).status_code == 429
