"""What lies elsewhere looks as if it were not there: in every address, list and body, by words and by time."""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from states.vocabulary import Role
from tests.api.permissions import RULES, Objects, Relation, Rule, Who
from tests.api.permissions.kept import Kept
from tests.conftest import Figures, MigratedTemplate

FOREIGNER = Who(Role.EMPLOYER, Relation.OTHER)
#: as many digits as one of ours, and never given out
ABSENT = 987654


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory, migrated_template: MigratedTemplate) -> Iterator[Kept]:
    kept = Kept(tmp_path_factory.mktemp("foreign"), migrated_template.sqlite())
    yield kept
    kept.close()


def absent(objects: Objects) -> Objects:
    """The same questions about things that there are not."""
    numbers = ("vacancy", "applied", "hire", "disputed", "application", "person", "post", "opening")
    sheet = objects.sheet.replace(f"{objects.opening}-", f"{ABSENT}-", 1)
    others: dict[str, Any] = {**dict.fromkeys(numbers, ABSENT), "sheet": sheet, "message": f"{ABSENT}-1-0"}
    return replace(objects, **others)


def told(answer: Any, address: str) -> tuple[int, str, list[tuple[str, str]]]:
    """Status, body and headers, without what the asker said themselves and what is new in every answer."""
    text = answer.text.replace(address, "@")
    text = re.sub(r'name="(form_token|key)" value="[^"]*"|"run":"[^"]*"', "", text)
    text = re.sub(rf"\b({ABSENT}|1|2|3|4)\b", "#", text)
    headers = sorted((k, v) for k, v in answer.headers.items() if k not in ("content-length", "location"))
    return answer.status_code, text, headers


def asked_for(kept: Kept, method: str, path: str, rule: Rule, objects: Objects) -> Any:
    own, kept.objects = kept.objects, objects
    try:
        answer = kept.send(FOREIGNER, method, path, rule)
    finally:
        kept.objects = own
    assert not kept.changed(), (method, path)
    return told(answer, answer.request.url.path)


#: addresses and bodies with a number of somebody's object, where this actor is to find nothing
ABOUT_SOMETHING = sorted(
    (method, path)
    for (method, path), rule in RULES.items()
    if rule.answer(FOREIGNER) in (404, 409, 422) and not path.startswith(("/public/", "/account", "/administration"))
)


@pytest.mark.sqlite
@pytest.mark.parametrize(("method", "path"), ABOUT_SOMETHING, ids=lambda part: part)
def test_foreign_is_answered_as_absent(kept: Kept, method: str, path: str, figures: Figures) -> None:
    rule = RULES[method, path]
    foreign = asked_for(kept, method, path, rule, kept.objects)
    missing = asked_for(kept, method, path, rule, absent(kept.objects))
    figures("foreign objects", numbers=max(1, path.count("{")), disclosed=int(foreign != missing))
    assert foreign == missing


@pytest.mark.sqlite
@pytest.mark.parametrize("field", ["post_id", "hire_ids", "person_id"])
def test_a_foreign_number_in_a_body_is_answered_as_absent(kept: Kept, field: str, figures: Figures) -> None:
    objects = kept.objects
    client = kept.client(FOREIGNER)

    def ask(number: int) -> Any:
        if field == "post_id":
            return client.post("/api/v1/openings", json={"post_id": number, "places": 1})
        if field == "hire_ids":
            return client.post("/api/v1/actions/cancel", json={"hire_ids": [number], "input": {"opinion": "x"}})
        return client.post(f"/api/v1/hires/{ABSENT}/actions/apply", json={"person_id": number})

    real = {"post_id": objects.post, "hire_ids": objects.hire, "person_id": objects.person}[field]
    answers = [told(ask(number), "/") for number in (real, ABSENT)]
    figures("foreign objects", numbers=1, disclosed=int(answers[0] != answers[1]))
    assert answers[0] == answers[1]
    assert not kept.changed()


@pytest.mark.sqlite
@pytest.mark.parametrize("path", ["/api/v1/hires/{}", "/hires/{}", "/api/v1/people/{}", "/api/v1/openings/{}"])
def test_no_clock_tells_foreign_from_absent(kept: Kept, path: str, figures: Figures) -> None:
    """The middle of many answers, asked in turns: a lookup more would be seen, the noise of a machine is not."""
    client = kept.client(FOREIGNER)
    spent: dict[int, list[float]] = {kept.objects.hire: [], ABSENT: []}
    for _ in range(60):
        for number, times in spent.items():
            started = time.perf_counter()
            assert client.get(path.format(number)).status_code == 404
            times.append(time.perf_counter() - started)
    foreign, missing = (statistics.median(sorted(times)[:30]) for times in spent.values())
    figures("foreign objects", times_compared=1)
    assert 0.6 < foreign / missing < 1.7, (foreign, missing)
