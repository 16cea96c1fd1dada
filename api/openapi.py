"""What the published description of the API says beyond its routes (接口文档): who asks, and what may go wrong.

Every answer that is no success is a problem document; which of them an operation may give follows from how it is
asked, so that no route has to say it again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI

from api.problems import PROBLEM_JSON
from api.schemas import ProblemOut

SAFE = frozenset({"get", "head"})
VERSIONED = "/api/v1/"
SIGN_IN = "/api/v1/sign-in"
#: what guards against guessing or flooding stands before these
THROTTLED = frozenset({SIGN_IN, "/api/v1/confirm", "/public/openings/{opening_id}/applications.json"})
HEALTH = frozenset({"/healthz", "/readyz"})

WORDS = {
    400: "the request cannot be read",
    401: "nobody is signed in, or the name and password are wrong",
    403: "not for this actor's roles, not from this origin, or not before showing again who one is",
    404: "there is no such thing, or not for this actor: the answer is the same",
    409: "refused: by a rule (with every guard's answer), by a constraint, or because something changed meanwhile",
    412: "changed since the version that was named",
    413: "larger than what is taken",
    415: "a media type that this address does not take",
    422: "something in it is wrong; `faults` names each field",
    429: "too many; `Retry-After` says when another try is heard",
    503: "the database cannot be reached",
}


def install(app: FastAPI) -> None:
    """The description that ``app`` publishes is completed when it is first asked for."""
    generated = app.openapi

    def openapi() -> dict[str, Any]:
        document = generated()
        if "Problem" not in document.setdefault("components", {}).setdefault("schemas", {}):
            complete(document)
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # as FastAPI's own manual has it


def complete(document: dict[str, Any]) -> None:
    """Adds the problem document, the sign-in, and to each operation the problems that it may answer with."""
    components = document["components"]
    components["schemas"]["Problem"] = ProblemOut.model_json_schema(ref_template="#/components/schemas/{model}")
    components["securitySchemes"] = {"session": {"type": "http", "scheme": "bearer"}}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            responses = operation.setdefault("responses", {})
            for status in _problems(path, method, operation):
                responses[str(status)] = _problem(status)
            if path.startswith(VERSIONED) and path != SIGN_IN:
                operation["security"] = [{"session": []}]


def _problems(path: str, method: str, operation: dict[str, Any]) -> Iterator[int]:
    """The statuses of an operation, by how it is asked."""
    if path in HEALTH:
        return
    parameters = operation.get("parameters", [])
    yield 503
    if path.startswith(VERSIONED):
        yield from (401, 403)
    if parameters or method not in SAFE:
        yield from (404, 422)
    if method not in SAFE:
        yield from (400, 403, 409, 413, 415)
    if any(part["name"] == "If-Match" for part in parameters):
        yield 412
    if path in THROTTLED:
        yield 429


def _problem(status: int) -> dict[str, Any]:
    content = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": WORDS[status], "content": content}
