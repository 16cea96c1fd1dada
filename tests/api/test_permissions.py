"""Every route, every role, every distance: the declared answer, and nothing changed where the answer is no."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from starlette.routing import BaseRoute

from tests.api.permissions import API, NOBODY, RULES, WHO, Rule, Who
from tests.api.permissions.kept import Kept
from tests.api.support import Service
from tests.conftest import Figures, MigratedTemplate

TABLE = "permission table"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory, migrated_template: MigratedTemplate) -> Iterator[Kept]:
    kept = Kept(tmp_path_factory.mktemp("permissions"), migrated_template.sqlite())
    yield kept
    kept.close()


@pytest.mark.sqlite
@pytest.mark.parametrize(("method", "path"), RULES, ids=lambda part: part)
def test_each_role_at_each_distance_is_answered_as_declared(
    kept: Kept, method: str, path: str, figures: Figures
) -> None:
    rule = RULES[method, path]
    wrong = {who: why for who in (*WHO, NOBODY) if (why := fault(kept, who, method, path, rule))}
    figures(TABLE, cells=len(WHO) + 1, routes=1, wrong=len(wrong))
    told = "\n".join(f"{who.role} {who.relation and who.relation.name}: {why}" for who, why in wrong.items())
    assert not wrong, f"{method} {path}\n{told}"


def fault(kept: Kept, who: Who, method: str, path: str, rule: Rule) -> str:
    """What is wrong with the answer to one request; nothing if it is as declared."""
    expected = rule.signed_out if who is NOBODY else rule.answer(who)
    response = kept.send(who, method, path, rule, short=expected >= 400 and who is not NOBODY)
    granted = response.status_code < 400
    found = "" if response.status_code == expected else f"{response.status_code}, not {expected}: {text_of(response)}"
    if not found and granted and who is not NOBODY and response.content:
        if rule.each is not None:
            [item] = response.json()["items"]
            granted = item["status"] < 300
            found = "" if item["status"] == rule.each(who) else f"{item}"
        body = response.json() if "json" in response.headers.get("content-type", "") else response.text
        if rule.holds is not None and not rule.holds(who, kept.objects, body):
            found = f"what it holds: {text_of(response)}"
    if kept.changed() and not (granted and (method != "GET" or rule.recorded)):
        found += " and something was changed"
    return found


def text_of(response: Any) -> str:
    """The beginning of what a person would read of an answer."""
    _, _, main = response.text.rpartition("<main")
    return " ".join(re.sub(r"<[^>]*>", " ", main).split())[:300]


def routes_of(routes: Iterable[BaseRoute], seen: str = "") -> Iterator[tuple[str, str, str]]:
    """Every route of the app, of included routers too: method, path, module."""
    for route in routes:
        if hasattr(route, "effective_candidates"):
            yield from routes_of(route.effective_candidates())
        elif getattr(route, "methods", None):
            module = getattr(route.endpoint, "__module__", "")  # type: ignore[attr-defined]
            for method in route.methods - {"HEAD", "OPTIONS"}:  # type: ignore[attr-defined]
                yield method, route.path, module  # type: ignore[attr-defined]


def test_every_route_is_declared_and_every_declared_route_is_there(quick: Service, figures: Figures) -> None:
    found = {(method, path) for method, path, module in routes_of(quick.app.routes) if module.startswith("api.")}
    figures(TABLE, untested_routes=len(found - set(RULES)))
    assert found - set(RULES) == set(), "declare who may ask for it in tests/api/permissions"
    assert set(RULES) - found == set(), "declared, but there is no such route"


def test_the_json_of_the_service_lies_under_its_version_or_is_public(quick: Service) -> None:
    outside = {path for _, path in API if not path.startswith("/api/v1/")}
    assert outside == {"/healthz", "/readyz", "/public/notices.json"}
