"""A service whose database can be put back to how it was, with the objects that the tables speak of."""

from __future__ import annotations

import shutil
import sqlite3
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from anyio.from_thread import start_blocking_portal
from httpx2 import ASGITransport, AsyncClient
from starlette.testclient import TestClient

from states.vocabulary import Role
from tests.api.permissions.rules import NOBODY, WHO, Objects, Rule, Who
from tests.api.support import DAY, OWN, PARENT, PROCEDURE, TOWN, Service, number, seal
from tests.support.world import officer
from workflow import documents, objections, people, public_applications
from workflow.papers import making
from workflow.papers.kinds import Kind
from workflow.pay_rows import Rows
from workflow.sign_in import Lifetime, visit_of
from workflow.tables import metadata

HRSS = officer("b" * 64, Role.HRSS, PARENT, 900002)
RURAL = officer("c" * 64, Role.RURAL, PARENT, 900003)
CHECKER = officer("d" * 64, Role.EMPLOYER, OWN, 900004)
PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
GIVEN: dict[str, Any] = {
    "education": "senior_secondary",
    "home_region": OWN,
    "categories": {"lifted": {"by": "乡村振兴局", "on": "2021-12-31"}},
    "statements": ["political_conduct", "health", "computer_skill", "no_crime"],
}


def objects_in(service: Service) -> Objects:
    """Four hires of one opening: on public notice, there too and objected to, applied for, vacant."""
    world = service.world
    office, at = world.office, world.clock()
    names = {"张三": 11, "王五": 13, "赵六": 17}
    with office.database.session() as session:
        person, applicant, other = (
            people.register(session, seal(), {**GIVEN, "name": name, "id_number": _number(n)}, TOWN, at).person_id
            for name, n in names.items()
        )
    announced = world.an_opening(TOWN, world.a_post(PROCEDURE, "town", OWN), places=4)
    hire, disputed, applied, vacancy = announced.hire_ids
    world.do(applied, "apply", TOWN, person_id=applicant)
    for hire_id, person_id in ((hire, person), (disputed, other)):
        world.do(hire_id, "apply", TOWN, person_id=person_id)
        world.do(hire_id, "check", CHECKER)
        world.do(hire_id, "recheck", HRSS)
        world.do(hire_id, "recheck", RURAL)
        world.do(hire_id, "post_notice", TOWN, posted_on=DAY, boards=["镇公示栏"])
    sheet = f"{announced.opening_id}-1-{DAY:%Y%m%d}"
    said = objections.Said((disputed,), "此人在外地有固定工作", phone="0915-7200000")
    [entry] = objections.lodge(office, seal(), sheet, said, at, nonce="n" * 20, address="192.0.2.1").entries
    about = {"kind": "other", "board": None}
    document = documents.attach(office, seal(), hire, TOWN, at, PDF, "说明.pdf", about).seq
    sent_in = {**GIVEN, "name": "孙七", "id_number": _number(19), "retirement_category": "man", "consent": "yes"}
    public_applications.send(office, seal(), announced.opening_id, sent_in, "192.0.2.1", at)
    [[application]] = world.ask("SELECT id FROM public_application")
    [[post]] = world.ask("SELECT post_id FROM opening")
    return Objects(
        vacancy=vacancy,
        applied=applied,
        hire=hire,
        disputed=disputed,
        objection=entry.seq,
        document=document,
        application=application,
        sheet=sheet,
        person=person,
        post=post,
        opening=announced.opening_id,
        message=f"{hire}-1-0",
        new_number=_number(15),
        recovery=_a_recovery(service, hire, person),
        pay_sheet=_a_pay_sheet(service),
        paper=making.make(office, seal(), hire, Kind.APPLICATION, TOWN, at).line.digest,
    )


def _a_recovery(service: Service, hire: int, person: int) -> int:
    """A claim as it is kept, though nobody of these was ever paid."""
    table, month = metadata.tables["recovery"], date(2022, 5, 1)
    row: dict[str, Any] = {"hire_id": hire, "person_id": person, "from_month": month, "until_month": month}
    row |= {"fen": 140000, "cause": "误发", "article": "第十五条", "asked_by": "e" * 64}
    with service.world.office.database.transaction() as connection:
        made = table.insert().values({**row, "asked_at": service.world.clock()}).returning(table.c.id)
        return int(connection.execute(made).scalar_one())


def _a_pay_sheet(service: Service) -> int:
    """A sheet of a month in which nobody served, handed in."""
    nobody = Rows({}, {}, {})
    row: dict[str, Any] = {"procedure": PROCEDURE, "region": OWN, "month": date(2022, 5, 1), "kind": "monthly"}
    row |= {"status": "frozen", "people": 0, "sum_fen": 0, "digest": nobody.digest(), "basis": {"figures": {}}}
    row |= {"made_by": "e" * 64, "made_at": service.world.clock()}
    with service.world.office.database.transaction() as connection:
        table = metadata.tables["pay_sheet"]
        return int(connection.execute(table.insert().values(row).returning(table.c.id)).scalar_one())


def _number(sequence: int) -> str:
    return number(date(1990, 3, 5), sequence)


class Kept:
    """The service, an account for everybody in the table, and whether anything was changed since it was put back."""

    def __init__(self, folder: Path, template: Path) -> None:
        self.path, self.copy = folder / "service.sqlite3", folder / "kept.sqlite3"
        shutil.copyfile(template, self.path)
        self.service = Service.on(f"sqlite:///{self.path}")
        self.objects = objects_in(self.service)
        self.headers = {who: dict(self.client(who).headers) for who in (*WHO, NOBODY)}
        self._portal = start_blocking_portal()
        self._ask = self._portal.__enter__()
        self._asker = AsyncClient(
            transport=ASGITransport(self.service.app, raise_app_exceptions=False), base_url="http://testserver"
        )
        self.form_tokens = {who: self._form_token(who) for who in WHO}
        self.service.world.office.database.dispose()
        shutil.copyfile(self.path, self.copy)
        self.version = 0
        self._watch()
        self.content = self._content()

    def client(self, who: Who) -> TestClient:
        """Somebody's client, for other requests than those of the tables."""
        return self.service.nobody if who is NOBODY else self.service.as_(*who.grants, person=_person_of(who))

    def _form_token(self, who: Who) -> str:
        token = str(self.headers[who]["authorization"]).removeprefix("Bearer ")
        world = self.service.world
        visit = visit_of(world.office.database, token, world.clock(), lifetime=Lifetime(), on=world.clock.today)
        assert visit is not None
        return visit.form_token

    def send(self, who: Who, method: str, path: str, rule: Rule, *, short: bool = False, **other: Any) -> Any:
        """The request that the rule describes, as ``who``. ``short``: a refusal in few words, no page."""
        asked = {**rule.ask(self.objects), **other}
        objects = self.objects
        ids = {"hire_id": objects.hire, "person_id": objects.person, "post_id": objects.post, "seq": objects.document}
        ids |= {"opening_id": objects.opening, "application_id": objects.application}
        places = {**ids, "message": objects.message, "number": objects.sheet, **asked.get("path", {})}
        sent: dict[str, Any] = {
            "params": asked.get("query"),
            "json": asked.get("json"),
            "files": asked.get("files"),
            "content": asked.get("content"),
        }
        if "form" in asked:
            token = self.form_tokens.get(who, "-")
            sent |= {"data": {"form_token": token, **asked["form"]}, "headers": {"accept": "text/html"}}
        elif not path.startswith("/api/") and not path.endswith(".json"):
            sent["headers"] = {"accept": "text/html,*/*;q=0.8"}
        sent |= {"headers": {**sent.get("headers", {}), **asked.get("headers", {})}}
        if short:
            sent["headers"]["accept"] = "application/json"
        sent["headers"] = {**self.headers[who], **sent["headers"]}
        self._asker.cookies.clear()
        return self._ask.call(partial(self._asker.request, method, path.format(**places), **sent))

    def changed(self) -> bool:
        """Whether anything was kept since, beside sessions and attempts to sign in; it is put back to how it was."""
        if self._version() == self.version:
            return False
        changed = self._content() != self.content
        self._put_back()
        return changed

    def _put_back(self) -> None:
        self.service.world.office.database.dispose()
        self.watcher.close()
        for leftover in (f"{self.path}-wal", f"{self.path}-shm"):
            Path(leftover).unlink(missing_ok=True)
        shutil.copyfile(self.copy, self.path)
        self._watch()

    def close(self) -> None:
        self._portal.__exit__(None, None, None)
        self.watcher.close()
        self.service.close()

    def _watch(self) -> None:
        self.watcher = sqlite3.connect(self.path)
        self.version = self._version()

    def _content(self) -> dict[str, list[Any]]:
        """Every row of every table, but for sessions and what counts attempts."""
        tables = set(metadata.tables) - {"sign_in", "sign_in_attempt", "public_attempt"}
        return {name: self.watcher.execute(f"SELECT * FROM {name}").fetchall() for name in sorted(tables)}

    def _version(self) -> int:
        return int(self.watcher.execute("PRAGMA data_version").fetchone()[0])


def _person_of(who: Who) -> str:
    """Each account is a natural person of its own."""
    return f"{WHO.index(who) + 1:064x}"
