"""Numbers stay where they belong: a thousand people with recognisable ones, and everything that leaves the service."""

from __future__ import annotations

import hashlib
import io
import json
import logging
import re
import zipfile
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import pytest
from starlette.testclient import TestClient

from states.vocabulary import ADMINISTRATORS, Role
from tests.api.permissions import RULES
from tests.api.permissions.kept import GIVEN, objects_in
from tests.api.support import OWN, PARENT, TOWN, Service, number, seal
from tests.conftest import SOAK, Figures
from workflow import bundle, exports, people
from workflow.queries.scope import scoped
from workflow.tables import metadata

pytestmark = pytest.mark.timeout(900)  # on a busy machine a thousand people take their time
PEOPLE = 1000
#: so many addresses that differ in numbers alone are asked for
ALIKE = 4 if SOAK else 1
ROAD = "金丝雀路"
#: whatever could be a number of somebody: twelve digits and more, a mobile number, or the road of all of them
NUMBERS = re.compile(r"\d{11,19}[0-9Xx]?")
READERS: dict[str, tuple[tuple[Role, str], ...] | None] = {
    "nobody": None,
    "clerk": ((Role.EMPLOYER, OWN),),
    "registrar": ((Role.COUNTY, PARENT),),
    "officer": ((Role.HRSS, PARENT),),
    "supervisor": ((Role.SUPERVISOR, PARENT),),
    "finance": ((Role.FINANCE, PARENT),),
    "applicant": ((Role.APPLICANT, PARENT),),
    **{role.value: ((role, PARENT),) for role in sorted(ADMINISTRATORS)},
}


@dataclass
class Canaries:
    """The service with its people, and every number and address of theirs."""

    service: Service
    secrets: set[str] = field(default_factory=set)
    ids: list[int] = field(default_factory=list)

    def in_text(self, text: str) -> set[str]:
        """The secrets that a text gives away."""
        found = {run for run in NUMBERS.findall(text) if run in self.secrets}
        return found | ({ROAD} if ROAD in text else set())

    def in_bytes(self, content: bytes, depth: int = 0) -> set[str]:
        """The same of a file: as it stands, and each part of it where it is an archive."""
        found = self.in_text(content.decode("utf-8", "ignore")) | self.in_text(content.decode("utf-16-le", "ignore"))
        if depth < 2 and zipfile.is_zipfile(io.BytesIO(content)):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                for name in archive.namelist():
                    found |= self.in_text(name) | self.in_bytes(archive.read(name), depth + 1)
        return found


def filled(service: Service) -> Canaries:
    """A thousand people, thirty of whom have applied."""
    objects_in(service)
    found = Canaries(service)
    opening = service.world.an_opening(TOWN, service.world.a_post("xunyang-2022-88", "town", OWN), places=30)
    with service.world.office.database.session() as session:
        for n in range(PEOPLE):
            given = canary(n)
            found.secrets |= {given["id_number"], given["phone"], given["bank"]}
            found.ids.append(people.register(session, seal(), given, TOWN, service.world.clock()).person_id)
    for hire_id, person_id in zip(opening.hire_ids, found.ids, strict=False):
        service.world.do(hire_id, "apply", TOWN, person_id=person_id)
    return found


@pytest.fixture(scope="module")
def canaries(shared_url: str) -> Iterator[Canaries]:
    """On each database, for all tests of this module: they only read."""
    service = Service.on(shared_url)
    yield filled(service)
    service.close()


def canary(n: int) -> dict[str, Any]:
    """Somebody whose every number is known to be theirs."""
    born = date(1985 + n % 15, 1 + n % 12, 1 + n % 28)
    bank = f"622848{n:012d}"
    return {
        **GIVEN,
        "name": f"金丝雀{n}",
        "id_number": number(born, (2 * n + 1) % 1000),
        "phone": f"1390915{n:04d}",
        "bank": bank + luhn(bank),
        "address": f"{ROAD}{n}号",
    }


def luhn(digits: str) -> str:
    """The check digit of a bank card."""
    total = sum(int(d) if i % 2 else sum(divmod(2 * int(d), 10)) for i, d in enumerate(reversed(digits)))
    return str(-total % 10)


# ---- everything that can be asked for ----------------------------------------------------------------------------


def crawled(client: TestClient, starts: list[str]) -> Iterator[tuple[str, bytes]]:
    """Every address that can be reached from ``starts`` by links of pages and of the JSON API, with what it answers.

    Of addresses that differ in numbers alone only the first few are asked for.
    """
    waiting, seen, alike = deque(starts), set(starts), dict[str, int]()
    while waiting:
        address = waiting.popleft()
        answer = client.get(address, headers={"accept": "*/*"}, follow_redirects=False)
        yield address, answer.content + repr(sorted(answer.headers.items())).encode()
        linked = re.findall(r'(?:href|action|src)="([^"]+)"', answer.text)
        linked += [*re.findall(r'"(/(?:api|public)/[^"]+)"', answer.text), answer.headers.get("location", "")]
        for link in map(unescape, linked):
            parts = urlsplit(link)
            target = f"{parts.path}?{parts.query}" if parts.query else parts.path
            shape = re.sub(r"\d+", "#", target)
            if parts.netloc or not target.startswith("/") or target in seen or alike.get(shape, 0) >= ALIKE:
                continue
            if "/sign-out" in target or target.startswith("/static") or "lang=" in target:
                continue
            seen.add(target)
            alike[shape] = alike.get(shape, 0) + 1
            waiting.append(target)


def starts(canaries: Canaries) -> list[str]:
    """Every address that answers to GET, with the numbers of people and hires that are canaries."""
    person, hire = canaries.ids[0], canaries.service.world.ask("SELECT max(id) FROM hire WHERE person_id IS NOT NULL")
    numbers = {"person_id": person, "hire_id": hire[0][0], "opening_id": 2, "post_id": 2, "seq": 2, "application_id": 1}
    found = []
    for method, path in RULES:
        if method == "GET" and "/sign-in" not in path and "oidc" not in path:
            filled = re.sub(r"\{(\w+)\}", lambda part: str(numbers.get(part[1], 1)), path)
            found += [filled, f"{filled}?limit=200"] if path.startswith("/api/") else [filled]
    return found


@pytest.mark.parametrize("reader", READERS)
def test_no_number_leaves_by_any_page_or_answer(
    canaries: Canaries, reader: str, figures: Figures, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    service, grants = canaries.service, READERS[reader]
    if not service.world.office.database.is_sqlite and reader not in ("nobody", "officer"):
        return  # what is answered to whom does not depend on the database: two readers are enough to see that
    client = service.nobody if grants is None else service.as_(*grants)
    revealed = readings(service)
    shown, leaks, documents = 0, set[str](), 0
    for address, content in crawled(client, starts(canaries)):
        documents += 1
        shown += "金丝雀".encode() in content
        if canaries.in_bytes(content) or canaries.in_text(address):
            leaks.add(address)
    logs = canaries.in_text("\n".join(record.getMessage() + str(record.args) for record in caplog.records))
    figures("canaries", documents=documents, documents_with_a_canary=len(leaks), log_lines=len(caplog.records))
    assert (leaks, logs, readings(service)) == (set(), set(), revealed)
    offices = {"clerk", "registrar", "officer", "supervisor", "finance"}
    assert bool(shown) is (reader in offices), "the crawl has come to where these people are, and only for offices"


def readings(service: Service) -> int:
    """How often a full number was read, as the logs of the people have it."""
    return len(service.world.ask("SELECT seq FROM person_log WHERE act BETWEEN 'reveal' AND 'revealz'"))


def test_a_full_number_is_read_on_the_record_only(canaries: Canaries, figures: Figures) -> None:
    service, person = canaries.service, canaries.ids[7]
    client = service.as_((Role.EMPLOYER, OWN))
    fields = {"id_number": canary(7)["id_number"], "phone": canary(7)["phone"]}
    silent = 0
    for n, (name, value) in enumerate(fields.items(), 1):
        before = readings(service)
        answer = client.post(f"/api/v1/people/{person}/reveal", json={"purpose": "核对原件", "field": name})
        assert (answer.status_code, answer.json()) == (200, {"value": value}), n
        silent += readings(service) != before + 1
        for refused in ({"field": name}, {"field": name, "purpose": ""}, {"field": name, "purpose": " \t"}):
            answer = client.post(f"/api/v1/people/{person}/reveal", json=refused)
            assert answer.status_code == 422 and not canaries.in_text(answer.text)
    figures("canaries", silent_readings=silent)
    assert silent == 0


def test_no_number_leaves_by_a_list_a_proof_or_a_letter(canaries: Canaries, figures: Figures) -> None:
    service = canaries.service
    office = service.world.office
    actor = service.actor_of((Role.SUPERVISOR, PARENT))
    documents: list[str] = []
    with exports.reading(office.database) as connection:
        documents += [text_of(line) for line in exports.hires(connection, scoped(actor))]
        documents += [text_of(line) for line in exports.audit(connection, scoped(actor))]
    for [hire_id] in service.world.ask("SELECT id FROM hire"):
        documents.append(text_of(bundle.bundle(office, hire_id, service.world.clock())))
    documents += [text_of(row) for row in service.world.ask("SELECT template, facts FROM outbox")]
    leaks = [text[:200] for text in documents if canaries.in_text(text)]
    figures("canaries", documents=len(documents), documents_with_a_canary=len(leaks))
    assert not leaks
    assert any("金丝雀" in text for text in documents)


def text_of(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


# ---- what is kept ------------------------------------------------------------------------------------------------


def test_a_stolen_database_holds_no_number(canaries: Canaries, figures: Figures) -> None:
    """Every value of every table; numbers of people are in none of them, nor are their plain or unkeyed hashes."""

    values: list[str] = []
    with canaries.service.world.office.database.reading() as connection:
        for name in metadata.tables:
            for row in connection.exec_driver_sql(f"SELECT * FROM {name}"):
                values += [value.hex() if isinstance(value, (bytes, memoryview)) else str(value) for value in row]
    kept = "\n".join(values)
    leaks = canaries.in_text(kept)
    hashed = {
        hashlib.new(kind, secret.encode()).hexdigest()
        for secret in canaries.secrets
        for kind in ("md5", "sha1", "sha256", "sm3", "sha512")
    }
    guessed = hashed & set(re.findall(r"[0-9a-f]{32,128}", kept))
    figures("canaries", stored_values=len(values), stored_canaries=len(leaks), stored_plain_hashes=len(guessed))
    assert (leaks, guessed) == (set(), set())
    assert "金丝雀7" in kept, "these are the tables that hold them"


def test_a_canary_would_be_found(canaries: Canaries) -> None:
    """The search finds what it is to find, wherever it is put."""
    secret = canary(3)["bank"]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("xl/worksheets/hidden.xml", f"<c>{secret}</c>")
    assert canaries.in_bytes(packed.getvalue()) == canaries.in_text(f"卡号{secret}。") == {secret}
    assert canaries.in_text(f"住在{ROAD}3号") == {ROAD}
    assert canaries.in_text("**************1234 139****0007") == set()
