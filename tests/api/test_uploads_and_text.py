"""What people type is text and nothing else: in every form and every body, whatever it looks like."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

from states.vocabulary import ADMINISTRATORS, Role
from tests.api.permissions import RULES, Relation, Rule, Who
from tests.api.permissions.kept import Kept
from tests.conftest import SOAK, Figures, MigratedTemplate

CLERK, OFFICER = Who(Role.EMPLOYER, Relation.PARENT), Who(Role.HRSS, Relation.PARENT)
WRITERS = [CLERK, OFFICER, *(Who(role, Relation.PARENT) for role in sorted(ADMINISTRATORS))]
#: a product that nobody types: whoever prints it has worked it out
SUM = "1787569"
TEXTS = {
    "template": "{{1337*1337}}${1337*1337}<%= 1337*1337 %>#{1337*1337}{% print(1337*1337) %}",
    "format": "{0.__class__}{settings.secret}%s%(password)s%n{fields}",
    "line ends": "甲\r\nset-cookie: stolen=1\r\n\r\n<script>alert(1)</script>",
    "markup": "\"><img src=x onerror=alert(1)><script>alert(1)</script>'--",
    "NUL": "甲\0乙",
    "bidi": "\u202e\u2066甲\u2069\u200f\ufeff",
    "surrogate": "甲\ud800乙",
    "query": "' OR 1=1; DROP TABLE hire; --%' UNION SELECT password_hash FROM account",
    "path": "../../../../etc/passwd\\..\\..",
    "formula": '=HYPERLINK("http://evil.example","x")',
    "very long": "长" * 200_000,
}
#: fields of which a form asks for something else than text, but which anybody can fill in with text
FORMS = sorted(
    (method, path)
    for (method, path), rule in RULES.items()
    if method != "GET" and "sign-out" not in path and "sessions/end" not in path
)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory, migrated_template: MigratedTemplate) -> Iterator[Kept]:
    kept = Kept(tmp_path_factory.mktemp("text"), migrated_template.sqlite())
    yield kept
    kept.close()


class Scripts(HTMLParser):
    """Finds what a browser would run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = dict(attrs)
        if tag == "script" and not (own.get("src") or "").startswith("/static/"):
            self.found.append(tag)
        self.found += [name for name in own if name.startswith("on")]


def fields_of(kept: Kept, method: str, path: str, rule: Rule) -> tuple[str, dict[str, Any]]:
    """What a form or body of this address is filled in with, and in which way it is sent."""
    asked = rule.ask(kept.objects)
    kind = "form" if "form" in asked else "json"
    given = dict(asked.get(kind) or {})
    if not given:  # a form sent empty above: the fields that its refusal shows
        page = kept.send(CLERK, method, path, rule).text
        given = {name: "x" for name in re.findall(r'name="([\w.-]+)"', page) if name != "form_token"}
    return kind, given


def sane(answer: Any, sent: str) -> str:
    """What is wrong with an answer; nothing when it is as it should be."""
    if answer.status_code >= 500:
        return f"{answer.status_code}"
    if SUM in answer.text or any(SUM in value for value in answer.headers.values()):
        return "it was worked out"
    if "stolen" in answer.headers or any(v.startswith("stolen=") for v in answer.headers.get_list("set-cookie")):
        return "a header was made"
    if "html" in answer.headers.get("content-type", ""):
        scripts = Scripts()
        scripts.feed(answer.text)
        if scripts.found:
            return f"it would be run: {scripts.found}"
    return "it comes back whole" if len(sent) > 100_000 and len(answer.content) > 500_000 else ""


def some_texts(turn: int) -> list[tuple[str, str]]:
    """Texts for one field: all of them in ``make soak``; else every fourth, other ones for the next field."""
    return [one for n, one in enumerate(TEXTS.items()) if SOAK or (n + turn) % 4 == 0]


@pytest.mark.sqlite
@pytest.mark.timeout(600)
@pytest.mark.parametrize(("method", "path"), FORMS, ids=lambda part: part)
def test_text_is_never_anything_else(kept: Kept, method: str, path: str, figures: Figures) -> None:
    rule = RULES[method, path]
    who = next((one for one in WRITERS if rule.answer(one) not in (403, 404)), CLERK)
    kind, given = fields_of(kept, method, path, rule)
    wrong: dict[tuple[str, str], str] = {}
    requests = 0
    for place, name in enumerate(given or {"text": "x"}):
        for label, text in some_texts(FORMS.index((method, path)) + place):
            if kind == "form" and label == "surrogate":
                continue  # no browser can send half a sign
            requests += 1
            asked = {**rule.ask(kept.objects), kind: {**given, name: text}}
            answer = send(kept, who, method, path, rule, asked)
            if why := sane(answer, text):
                wrong[name, label] = why
            kept.changed()
    figures("text in fields", fields=len(given), requests=requests, wrong=len(wrong))
    assert not wrong


def send(kept: Kept, who: Who, method: str, path: str, rule: Rule, asked: dict[str, Any]) -> Any:
    """As ``Kept.send``; half a sign is sent as JSON writes it."""
    if asked.get("json") is not None and "\\ud800" in (body := json.dumps(asked["json"])):
        asked = {**asked, "json": None, "content": body, "headers": {"content-type": "application/json"}}
    sent = asked
    return kept.send(who, method, path, replace(rule, ask=lambda objects: sent))


@pytest.mark.sqlite
@pytest.mark.parametrize(("method", "path"), [one for one in FORMS if not one[1].startswith("/api/")], ids=lambda p: p)
def test_no_form_of_another_site_moves_anything(kept: Kept, method: str, path: str, figures: Figures) -> None:
    """Without the token of the session, with another's, or sent from elsewhere: nothing is done."""
    rule = RULES[method, path]
    if path.startswith("/public/") or path in ("/sign-in", "/sign-in/demo"):
        return  # these move nothing in anybody's name; where they come from is tried in test_protection
    asked = rule.ask(kept.objects)
    who = next((one for one in WRITERS if rule.answer(one) not in (403, 404)), CLERK)
    form = asked.get("form", {})
    let_in = 0
    for token in ("", "x" * 43, kept.form_tokens[OFFICER if who != OFFICER else CLERK]):
        answer = kept.send(who, method, path, rule, form={**form, "form_token": token})
        let_in += answer.status_code != 403
    foreign = {"origin": "http://evil.example", "sec-fetch-site": "cross-site"}
    let_in += kept.send(who, method, path, rule, headers=foreign).status_code != 403
    figures("forms of other sites", requests=4, let_in=let_in)
    assert let_in == 0
    assert not kept.changed()
