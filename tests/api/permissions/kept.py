"""A service whose database can be put back to how it was, with the objects that the tables speak of."""

from __future__ import annotations

import shutil
import sqlite3
from datetime import date
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from states.procedure import Role
from tests.api.permissions.rules import NOBODY, WHO, Objects, Rule, Who
from tests.api.support import OWN, PARENT, PROCEDURE, TOWN, Service, number, seal
from tests.support.world import officer
from workflow import people
from workflow.sign_in import Lifetime, visit_of

HRSS = officer("b" * 64, Role.HRSS, PARENT, 900002)
RURAL = officer("c" * 64, Role.RURAL, PARENT, 900003)
CHECKER = officer("d" * 64, Role.EMPLOYER, OWN, 900004)


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
    world.do(hire, "check", CHECKER)
    world.do(hire, "recheck", HRSS)
    world.do(hire, "recheck", RURAL)
    world.do(hire, "post_notice", TOWN, posted_on=date(2022, 6, 1), boards=["镇公示栏"])
    message = f"{hire}-1-0"
    return Objects(vacancy, applied, hire, person, post, announced.opening_id, message, number(date(1991, 4, 6), 15))


class Kept:
    """The service, an account for everybody in the table, and whether anything was changed since it was put back."""

    def __init__(self, folder: Path, template: Path) -> None:
        self.path, self.copy = folder / "service.sqlite3", folder / "kept.sqlite3"
        shutil.copyfile(template, self.path)
        self.service = Service.on(f"sqlite:///{self.path}")
        self.objects = objects_in(self.service)
        self.clients = {who: self._client(who) for who in (*WHO, NOBODY)}
        self.form_tokens = {who: self._form_token(who) for who in WHO}
        self.service.world.office.database.dispose()
        shutil.copyfile(self.path, self.copy)
        self.fingerprint = self.service.fingerprint()
        self.version = 0
        self._watch()

    def _client(self, who: Who) -> TestClient:
        client = self.service.nobody if who is NOBODY else self.service.as_(*who.grants, person=_person_of(who))
        client.follow_redirects = False
        return client

    def _form_token(self, who: Who) -> str:
        token = self.clients[who].headers["authorization"].removeprefix("Bearer ")
        world = self.service.world
        visit = visit_of(world.office.database, token, world.clock(), lifetime=Lifetime(), on=world.clock.today)
        assert visit is not None
        return visit.form_token

    def send(self, who: Who, method: str, path: str, rule: Rule, **other: Any) -> Any:
        """The request that the rule describes, as ``who``."""
        asked = {**rule.ask(self.objects), **other}
        objects = self.objects
        ids = {"hire_id": objects.hire, "person_id": objects.person, "post_id": objects.post}
        places = {**ids, "opening_id": objects.opening, "message": objects.message, **asked.get("path", {})}
        sent: dict[str, Any] = {"params": asked.get("query"), "json": asked.get("json"), "files": asked.get("files")}
        if "form" in asked:
            token = self.form_tokens.get(who, "-")
            sent |= {"data": {"form_token": token, **asked["form"]}, "headers": {"accept": "text/html"}}
        elif not path.startswith("/api/") and not path.endswith(".json"):
            sent["headers"] = {"accept": "text/html,*/*;q=0.8"}
        sent |= {"headers": {**sent.get("headers", {}), **asked.get("headers", {})}}
        return self.clients[who].request(method, path.format(**places), **sent)

    def changed(self) -> bool:
        """Whether anything was written since: the file's own counter of changes, and then what they were."""
        version = self._version()
        if version == self.version:
            return False
        self.version = version
        return self.service.fingerprint() != self.fingerprint

    def put_back(self) -> None:
        self.service.world.office.database.dispose()
        self.watcher.close()
        for leftover in (f"{self.path}-wal", f"{self.path}-shm"):
            Path(leftover).unlink(missing_ok=True)
        shutil.copyfile(self.copy, self.path)
        self._watch()

    def close(self) -> None:
        self.watcher.close()
        self.service.close()

    def _watch(self) -> None:
        self.watcher = sqlite3.connect(self.path)
        self.version = self._version()

    def _version(self) -> int:
        return int(self.watcher.execute("PRAGMA data_version").fetchone()[0])


def _person_of(who: Who) -> str:
    """Each account is a natural person of its own."""
    return f"{WHO.index(who) + 1:064x}"
