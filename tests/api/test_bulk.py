"""Many hires by the API: a look before it, what differs from hire to hire, what was seen, and who ran it."""

from __future__ import annotations

from datetime import date
from typing import Any

import orjson
import pytest

from states.vocabulary import Role
from tests.api.support import OTHER, OWN, PROCEDURE, TOWN, Service
from workflow import office_log


@pytest.fixture
def hires(service: Service) -> list[int]:
    """Three places: two applied for, one still vacant."""
    world = service.world
    first, second, vacancy = world.an_opening(TOWN, world.a_post(PROCEDURE, "town", OWN), places=3).hire_ids
    for number, hire in enumerate((first, second)):
        world.do(hire, "apply", TOWN, person_id=world.a_person(f"张{number}", date(1990, 1, 1), "M", OWN))
    return [first, second, vacancy]


def ask(service: Service, hires: list[int], **more: Any) -> Any:
    client = service.as_((Role.EMPLOYER, OWN))
    return client.post("/api/v1/actions/check", json={"hire_ids": hires, **more})


def test_a_look_says_what_the_step_would_come_to_and_changes_nothing(service: Service, hires: list[int]) -> None:
    service.as_((Role.EMPLOYER, OWN))
    before = service.fingerprint()
    look = ask(service, hires, preview=True)
    assert look.status_code == 200, look.text
    assert (look.json()["preview"], look.json()["run"]) == (True, None)
    assert [item["status"] for item in look.json()["items"]] == [200, 200, 409]
    assert [item["done"]["stage"] for item in look.json()["items"][:2]] == ["checked", "checked"]
    assert service.fingerprint() == before
    taken = ask(service, hires).json()
    assert [item["status"] for item in taken["items"]] == [200, 200, 409]
    for seen, done in zip(look.json()["items"][:2], taken["items"][:2], strict=True):
        assert seen["done"] == done["done"]


def test_a_run_is_named_in_each_entry_and_in_the_office_log(service: Service, hires: list[int]) -> None:
    run = ask(service, hires).json()["run"]
    for hire in hires[:2]:
        ((body,),) = service.world.ask("SELECT body FROM audit_entry WHERE hire_id = ? AND act = 'check'", hire)
        assert run in orjson.dumps(body).decode()
    ((body,),) = service.world.ask("SELECT body FROM office_log WHERE book = 'bulk'")
    assert body["facts"]["run"] == run
    assert body["facts"]["refused"] == [hires[2]]
    with service.world.office.database.reading() as connection:
        assert list(office_log.verify(connection)) == []


def test_where_nothing_was_done_nothing_is_written(service: Service, hires: list[int]) -> None:
    stranger = service.as_((Role.EMPLOYER, OTHER))
    service.as_((Role.EMPLOYER, OWN))
    before = service.fingerprint()
    assert [item["status"] for item in ask(service, hires[2:]).json()["items"]] == [409]
    answer = stranger.post("/api/v1/actions/check", json={"hire_ids": hires, "preview": True})
    assert [item["status"] for item in answer.json()["items"]] == [404, 404, 404]
    assert service.fingerprint() == before


def test_a_hire_that_is_not_what_was_seen_is_refused(service: Service, hires: list[int]) -> None:
    versions = {str(hire): service.world.hire(hire).version for hire in hires[:2]}
    versions[str(hires[0])] += 1
    for preview in (True, False):
        answer = ask(service, hires[:2], versions=versions, preview=preview).json()
        assert [item["status"] for item in answer["items"]] == [409, 200]
        assert answer["items"][0]["problem"]["type"].endswith("stale")


def test_what_differs_from_hire_to_hire_is_said_for_each(service: Service, hires: list[int]) -> None:
    inputs = {str(hires[0]): {"opinion": "一"}, str(hires[1]): {"opinion": "二"}}
    ask(service, hires[:2], input={"opinion": "都一样"}, inputs=inputs)
    kept = service.world.ask("SELECT opinion FROM decision WHERE act = 'check' ORDER BY hire_id")
    assert kept == [("一",), ("二",)]


@pytest.mark.parametrize(
    "more", [{"inputs": {"x": {}}}, {"inputs": {"1": 5}}, {"versions": {"1": "x"}}, {"preview": "perhaps"}, {"runs": 1}]
)
def test_nonsense_is_refused_by_its_field(service: Service, hires: list[int], more: dict[str, Any]) -> None:
    assert ask(service, hires, **more).status_code == 422
