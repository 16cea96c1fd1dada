"""Every route, every role, every distance: the declared answer, and nothing changed where the answer is no."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from starlette.routing import BaseRoute
from starlette.testclient import TestClient

from states.procedure import Role
from tests.api.permissions import RULES, WHO, Objects, Rule, Who
from tests.api.support import OWN, PARENT, PROCEDURE, TOWN, Service, number, seal
from tests.conftest import MigratedTemplate
from tests.support.world import officer
from workflow import people

HRSS = officer("b" * 64, Role.HRSS, PARENT, 900002)
RURAL = officer("c" * 64, Role.RURAL, PARENT, 900003)


class Kept:
    """A service whose database can be put back to how it was: a request that is granted changes it."""

    def __init__(self, folder: Path, template: Path) -> None:
        self.path, self.copy = folder / "service.sqlite3", folder / "kept.sqlite3"
        shutil.copyfile(template, self.path)
        self.service = Service.on(f"sqlite:///{self.path}")
        self.objects = objects_in(self.service)
        for who in WHO:
            self.client(who)
        self.service.world.office.database.dispose()
        shutil.copyfile(self.path, self.copy)
        self.fingerprint = self.service.fingerprint()

    def client(self, who: Who) -> TestClient:
        if who.relation is None:
            return self.service.nobody
        region = who.relation.value
        grants = () if region is None else ((who.role, region),)
        return self.service.as_(*grants)

    def put_back(self) -> None:
        self.service.world.office.database.dispose()
        for leftover in (f"{self.path}-wal", f"{self.path}-shm"):
            Path(leftover).unlink(missing_ok=True)
        shutil.copyfile(self.copy, self.path)


def objects_in(service: Service) -> Objects:
    """Three hires of one opening: on public notice, applied for, vacant."""
    world = service.world
    given = {
        "id_number": number(date(1990, 3, 5), 11),
        "name": "张三",
        "education": "senior_secondary",
        "home_region": OWN,
        "categories": {"lifted": {"by": "乡村振兴局", "on": "2021-12-31"}},
        "statements": ["political_conduct", "health", "computer_skill", "no_crime"],
    }
    with world.office.database.session() as session:
        person = people.register(session, seal(), given, TOWN, world.clock()).person_id
        second = {**given, "id_number": number(date(1992, 3, 5), 13), "name": "王五"}
        applicant = people.register(session, seal(), second, TOWN, world.clock()).person_id
    post = world.a_post(PROCEDURE, "town", OWN)
    announced = world.an_opening(TOWN, post, places=3)
    hire, applied, vacancy = announced.hire_ids
    world.do(applied, "apply", TOWN, person_id=applicant)
    world.do(hire, "apply", TOWN, person_id=person)
    world.do(hire, "check", TOWN)
    world.do(hire, "recheck", HRSS)
    world.do(hire, "recheck", RURAL)
    world.do(hire, "post_notice", TOWN, posted_on=date(2022, 6, 1), boards=["镇公示栏"])
    message = f"{hire}-1-0"
    return Objects(vacancy, applied, hire, person, post, announced.opening_id, message, number(date(1991, 4, 6), 15))


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory, migrated_template: MigratedTemplate) -> Iterator[Kept]:
    kept = Kept(tmp_path_factory.mktemp("permissions"), migrated_template.sqlite())
    yield kept
    kept.service.close()


def send(client: TestClient, method: str, path: str, rule: Rule, objects: Objects) -> Any:
    asked = rule.ask(objects)
    ids = {"hire_id": objects.hire, "person_id": objects.person, "post_id": objects.post}
    places = {**ids, "opening_id": objects.opening, "message": objects.message, **asked.get("path", {})}
    return client.request(method, path.format(**places), params=asked.get("query"), json=asked.get("json"))


@pytest.mark.sqlite
@pytest.mark.parametrize(("method", "path"), RULES, ids=lambda part: part)
def test_each_role_at_each_distance_is_answered_as_declared(kept: Kept, method: str, path: str) -> None:
    rule = RULES[method, path]
    for who in [*WHO, Who(Role.EMPLOYER, None)]:
        response = send(kept.client(who), method, path, rule, kept.objects)
        expected = rule.signed_out if who.relation is None else rule.answer(who)
        assert response.status_code == expected, (who, response.text)
        granted = expected < 300
        if granted and who.relation is not None:
            if rule.each is not None:
                [item] = response.json()["items"]
                assert item["status"] == rule.each(who), (who, response.text)
                granted = item["status"] < 300
            if rule.holds is not None:
                assert rule.holds(who, kept.objects, response.json()), (who, response.text)
        if method == "GET" or not granted:
            assert kept.service.fingerprint() == kept.fingerprint, who
        else:
            kept.put_back()


def routes_of(routes: Iterable[BaseRoute], seen: str = "") -> Iterator[tuple[str, str, str]]:
    """Every route of the app, of included routers too: method, path, module."""
    for route in routes:
        if hasattr(route, "effective_candidates"):
            yield from routes_of(route.effective_candidates())
        elif getattr(route, "methods", None):
            module = getattr(route.endpoint, "__module__", "")  # type: ignore[attr-defined]
            for method in route.methods - {"HEAD", "OPTIONS"}:  # type: ignore[attr-defined]
                yield method, route.path, module  # type: ignore[attr-defined]


def test_every_route_is_declared_and_every_declared_route_is_there(quick: Service) -> None:
    found = {(method, path) for method, path, module in routes_of(quick.app.routes) if module.startswith("api.routes")}
    assert found == set(RULES)


def test_the_json_of_the_service_lies_under_its_version_or_is_public(quick: Service) -> None:
    outside = {path for _, path in RULES if not path.startswith("/api/v1/")}
    assert outside == {"/healthz", "/readyz", "/public/notices.json"}
