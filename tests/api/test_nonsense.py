"""Whatever is sent, the service answers, and never with a fault of its own. Unknown fields are refused, not ignored."""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from states.vocabulary import Role
from tests.api.permissions import API as RULES
from tests.api.support import OWN, PARENT, PROCEDURE, TOWN, Service
from tests.conftest import MigratedTemplate
from tests.support.postgres import Cluster
from workflow.tables import metadata

GRANTS = [(role, region) for role in Role if role not in (Role.SYSTEM, Role.PUBLIC) for region in (OWN, PARENT)]
JSON = {"content-type": "application/json"}

BODIES: dict[str, bytes] = {
    "no JSON": b"{",
    "not UTF-8": b'{"name": "\xff\xfe"}',
    "NUL": b'{"name": "a\\u0000b", "opinion": "\\u0000", "purpose": "\\u0000\\u0000", "username": "\\u0000"}',
    "lone surrogate": b'{"name": "\\ud800", "opinion": "\\udfff", "purpose": "\\ud800x", "x": {"\\ud800": 1}}',
    "bidi": '{"name": "\u202e\u2066", "opinion": "\u202e"}'.encode(),
    "huge number": b'{"person_id": ' + b"9" * 4000 + b', "places": 1e999, "post_id": -1}',
    "number of 64 bits": b'{"person_id": 9223372036854775808, "hire_ids": [9223372036854775808], "post_id": 2e300}',
    "number beyond int's text": b'{"person_id": ' + b"9" * 5000 + b"}",
    "NaN": b'{"person_id": NaN, "places": Infinity, "points": -Infinity}',
    "long": b'{"name": "' + b"x" * 1_000_000 + b'"}',
    "deep": b'{"input": ' + b'{"a":' * 5000 + b"1" + b"}" * 5001,
    "deep list": b"[" * 100_000,
    "twice the same": b'{"name": "a", "name": "b"}',
    "list": b"[]",
    "text": b'"x"',
    "null": b"null",
    "nothing": b"",
    "template": b'{"name": "{{7*7}}${7*7}<%= 7*7 %>", "opinion": "{fields} {0} %s", "username": "{fields}"}',
    "headers": b'{"name": "a\\r\\nset-cookie: x=1", "username": "a\\r\\nx: y"}',
    "wrong kinds": b'{"name": {}, "places": "many", "hire_ids": {"a": 1}, "input": [1], "boards": 5, "title": [[]]}',
}
TEXTS = [
    *("", "%00", "%ff", "-1", "0", "9" * 30, "1e3", "NaN", "x" * 5000, "%E2%80%AE"),
    *("%0d%0aset-cookie:%20a=b", "..%2f..%2f", "%27%20OR%201=1--"),
]


@pytest.fixture
def one_with_everything(migrated_postgresql_url: str) -> Iterator[TestClient]:
    """A client in every role, so that nothing is refused for want of one; and objects numbered 1.

    On PostgreSQL, which takes less than SQLite does: no NUL, no lone surrogate, no number beyond its column.
    """
    with everything_on(migrated_postgresql_url) as client:
        yield client


@contextmanager
def everything_on(url: str) -> Iterator[TestClient]:
    service = Service.on(url)
    world = service.world
    world.an_opening(TOWN, world.a_post(PROCEDURE, "town", OWN), places=2)
    yield service.as_(*GRANTS)
    service.close()


@dataclass(frozen=True)
class Reader:
    """The same for all who only ask, and what the service says of itself, which takes longer than to be asked."""

    client: TestClient
    paths: dict[str, Any]


@pytest.fixture(scope="module")
def reader(postgres_cluster: Cluster, migrated_template: MigratedTemplate) -> Iterator[Reader]:
    url = postgres_cluster.new_database(migrated_template.postgresql(postgres_cluster))
    with everything_on(url) as client:
        yield Reader(client, client.get("/api/v1/openapi.json").json()["paths"])
    postgres_cluster.drop_database(url)


def sane(answer: Any) -> None:
    assert answer.status_code < 500, answer.text
    assert "set-cookie" not in answer.headers or answer.request.url.path.endswith(("sign-in", "sign-out"))
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert {"type", "title", "status", "detail"} <= answer.json().keys()
        assert len(answer.content) < 20_000, "what was sent is not sent back"


def filled(path: str, text: str) -> str:
    return re.sub(r"\{\w+\}", lambda _: text, path)


WRITING = [(method, path) for method, path in RULES if method != "GET"]


@pytest.mark.parametrize(("method", "path"), WRITING, ids=lambda part: part)
def test_a_body_of_nonsense_is_refused(one_with_everything: TestClient, method: str, path: str) -> None:
    there = filled(path.replace("{act}", "cancel"), "1")
    for number, body in enumerate(BODIES.values()):
        for key in ({}, {"idempotency-key": f"k{number}"}):
            if not path.endswith("sign-out"):
                sane(one_with_everything.request(method, there, content=body, headers={**JSON, **key}))


@pytest.mark.parametrize(("method", "path"), [rule for rule in RULES if "{" in rule[1]], ids=lambda part: part)
def test_a_path_of_nonsense_is_refused(one_with_everything: TestClient, method: str, path: str) -> None:
    for text in TEXTS:
        sane(one_with_everything.request(method, filled(path, text or "%20"), content=b"{}", headers=JSON))


@pytest.mark.parametrize(("method", "path"), [rule for rule in RULES if rule[0] == "GET"], ids=lambda part: part)
def test_a_query_of_nonsense_is_refused(reader: Reader, method: str, path: str) -> None:
    described = reader.paths[path][method.lower()]
    names = [part["name"] for part in described.get("parameters", []) if part["in"] == "query"]
    for name in [*names, "unknown"]:
        for text in TEXTS:
            answer = reader.client.get(f"{filled(path, '1')}?{name}={text}")
            if answer.headers["content-type"] != "image/svg+xml":
                sane(answer)


HEADERS = ["authorization", "if-match", "idempotency-key", "accept-language", "cookie", "origin", "host"]


@pytest.mark.parametrize("name", [*HEADERS, "content-length"])
def test_headers_of_nonsense_are_refused(one_with_everything: TestClient, name: str) -> None:
    for value in (b"", b"\xff\xfe", b"x" * 20_000, b'"' * 50, b";q=;q=", b"en;q=nan,zh;q=inf", b"-1", b"a=b; c"):
        headers = [(b"content-type", b"application/json"), (name.encode(), value)]
        sane(one_with_everything.post("/api/v1/hires/1/actions/cancel", content=b"{}", headers=headers))


CURSORS = [
    *(b"[]", b"null", b"[1]", b"[1e99]", b"[-1]", b"[99999999999999999999]", b"[true]", b"\xff", b"[" * 90),
    *(b'["2022-06-01", 1, "a", "b"]', b'["x", 1, "a", "b"]', b'["\\ud800", 1, 2]'),
]


@pytest.mark.parametrize("path", ["hires", "tasks", "people", "posts", "openings", "notices", "inbox", "hires/1/trail"])
def test_a_cursor_that_was_never_given_out_is_refused_or_harmless(reader: Reader, path: str) -> None:
    for raw in CURSORS:
        after = urlsafe_b64encode(raw).decode().rstrip("=")
        sane(reader.client.get(f"/api/v1/{path}", params={"after": after}))
    moment = "2022-06-01T00:00:00+00:00~1~1~99999999999999999999"
    sane(reader.client.get(f"/api/v1/{path}", params={"after": moment}))


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
FIELDS = ["opinion", "overrides", "posted_on", "boards", "person_id", "route", "reason", "filing", "seq", "text"]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(payload=st.dictionaries(st.sampled_from(FIELDS), anything, max_size=4), act=st.sampled_from(["apply", "cancel"]))
def test_no_input_of_a_step_is_a_fault_of_ours(
    one_with_everything: TestClient, payload: dict[str, Any], act: str
) -> None:
    try:
        content = json.dumps(payload).encode()
    except UnicodeEncodeError:
        return
    path = f"/api/v1/hires/1/actions/{act}"
    sane(one_with_everything.post(path, content=content, headers={**JSON, "idempotency-key": "k"}))


# ---- unknown fields ----------------------------------------------------------------------------------------------


def writable() -> Iterator[tuple[str, str, Callable[[], dict[str, Any]]]]:
    yield "POST", "/api/v1/people", lambda: {"id_number": "x", "name": "李四"}
    yield "PATCH", "/api/v1/people/1", lambda: {"name": "李四"}
    yield "POST", "/api/v1/people/1/reveal", lambda: {"purpose": "核对原件"}
    yield "POST", "/api/v1/posts", lambda: {"procedure_id": PROCEDURE, "kind": "town", "region": OWN, "title": "a"}
    yield "POST", "/api/v1/openings", lambda: {"post_id": 1, "places": 1}
    yield "POST", "/api/v1/hires/1/actions/cancel", lambda: {"opinion": "撤销"}
    yield "POST", "/api/v1/sign-in", lambda: {"username": "a", "password": "b"}


TABLE_OF = {"people": "person", "posts": "post", "openings": "opening", "hires": "hire", "sign-in": "account"}


@pytest.mark.parametrize(("method", "path", "body"), [*writable()], ids=lambda part: str(part)[:40])
def test_no_column_can_be_written_that_is_not_a_field(
    quick: Service, method: str, path: str, body: Callable[[], dict[str, Any]]
) -> None:
    """Each column of the table behind the route, tried as a field: a field of the form, or refused by name."""
    world = quick.world
    world.a_person("张三", world.clock.today.replace(year=1990), "男", OWN)
    world.an_opening(TOWN, world.a_post(PROCEDURE, "town", OWN))
    client = quick.as_(*GRANTS)
    document = client.get("/api/v1/openapi.json").json()
    before = quick.fingerprint()
    table = metadata.tables[TABLE_OF[path.split("/")[3]]]
    fields = known_fields(document, method, path)
    for column in [*table.c.keys(), "is_admin", "__class__", "constructor"]:
        if column not in fields:
            answer = client.request(method, path, json={**body(), column: 1})
            assert answer.status_code == 422, (column, answer.text)
            assert column in answer.json()["faults"]
    assert quick.fingerprint() == before


def known_fields(document: dict[str, Any], method: str, path: str) -> set[str]:
    """The fields that the published description of a route names."""
    template = path.replace("/1/actions/cancel", "/{hire_id}/actions/{act}").replace("people/1", "people/{person_id}")
    body = document["paths"][template][method.lower()]["requestBody"]["content"]["application/json"]["schema"]
    if "$ref" not in body:
        return {"opinion", "overrides", "approval_no"}
    return set(document["components"]["schemas"][body["$ref"].rpartition("/")[2]]["properties"])


def test_a_fault_of_ours_tells_nothing_of_itself(quick: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("张三 610928199003051234")

    monkeypatch.setattr("workflow.queries.hires", broken)
    answer = quick.as_((Role.EMPLOYER, OWN)).get("/api/v1/hires")
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert answer.json() == {
        "type": "urn:zaigang:problem:internal",
        "title": "系统内部错误",
        "status": 500,
        "detail": "系统内部错误，未予办理，已记录",
    }
