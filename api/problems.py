"""Our exceptions as answers (问题说明): one table from exception to status, and RFC 9457 documents.

Programs get ``application/problem+json``; people get a page, if the pages have set one (``app.state.problem_page``).
Nothing that was sent is repeated in a problem, so that a number typed into the wrong field is not printed again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from api.languages import preferred
from api.security import ForeignRequest, WrongMediaType, loggable
from notifications.i18n import translator
from states.guards import Answer
from states.reckoning import Unreckonable
from states.refusals import InputRefused, Refusal, StaleHire, StepNotOffered, StepRefused
from states.say import Sentence, Translate, say

log = logging.getLogger("zaigang.problems")
PROBLEM_JSON = "application/problem+json"
RETRY_SECONDS = 900
TYPE = "urn:zaigang:problem:"


class NotSignedIn(Refusal):
    """No session, or one that has ended."""

    def __init__(self) -> None:
        super().__init__(say("请先登录"))


class ConfirmFirst(Refusal):
    """What is asked signs, reveals, exports or grants: the holder shows again who they are (再次验证)."""

    def __init__(self) -> None:
        super().__init__(say("办理此事前，请再次验证身份"))


class Owed(Refusal):
    """The session is good for nothing else until this is done: ``code``, ``second_factor`` or ``password``."""

    def __init__(self, what: str) -> None:
        super().__init__(_OWED[what])
        self.what = what


class Forbidden(Refusal):
    """The actor's roles do not include this."""

    def __init__(self) -> None:
        super().__init__(say("您没有办理此事的职责"))


class NotFound(Refusal):
    """There is no such thing, or not for this actor. The answer is the same: nothing can be found out by asking."""

    def __init__(self) -> None:
        super().__init__(say("没有找到，或您无权查看"))


class Conflict(Refusal):
    """What is asked contradicts what is already there."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One answer to a request that was not carried out, before it is written as JSON or as a page."""

    status: int
    kind: str
    title: Sentence
    detail: Sentence
    answers: tuple[Answer, ...] = ()
    faults: Mapping[str, Sentence] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)


_OWED = {
    "code": say("请输入动态口令，完成登录"),
    "second_factor": say("本单位要求使用动态口令。请先设置，再办理其他事项"),
    "password": say("密码须更换。请先更换密码，再办理其他事项"),
}
_OWED_KINDS = {
    "code": "second-factor-required",
    "second_factor": "enrolment-required",
    "password": "password-change-required",
}
_TITLES = {
    400: say("请求有误"),
    401: say("尚未登录"),
    403: say("没有权限"),
    404: say("没有找到"),
    405: say("不支持这种请求方式"),
    409: say("未予办理"),
    412: say("内容已有变动"),
    413: say("内容过大"),
    415: say("内容类型不符"),
    422: say("填报内容有误"),
    429: say("请稍后再试"),
    500: say("系统内部错误"),
    503: say("系统暂时不能服务"),
}
#: exception → (status, kind), by the name of the class; the first match along its ancestry counts
_TABLE: dict[str, tuple[int, str]] = {
    "NotSignedIn": (401, "not-signed-in"),
    "BadCredentials": (401, "bad-credentials"),
    "TooManyAttempts": (429, "too-many-attempts"),
    "TooMany": (429, "too-many-submissions"),
    "ConfirmFirst": (403, "step-up-required"),
    "Owed": (403, "owed"),
    "BadCode": (401, "bad-code"),
    "CodeWanted": (401, "second-factor-required"),
    "NotConfirmed": (403, "not-confirmed"),
    "Forbidden": (403, "forbidden"),
    "NotEntitled": (403, "forbidden"),
    "NotPossible": (409, "conflict"),
    "ForeignRequest": (403, "foreign-request"),
    "WrongMediaType": (415, "wrong-media-type"),
    "NotFound": (404, "not-found"),
    "NoSuchPerson": (404, "not-found"),
    "NoSuchAccount": (404, "not-found"),
    "NoSuchHire": (404, "not-found"),
    "NoSuchDocument": (404, "not-found"),
    "NoSuchSheet": (404, "not-found"),
    "StepNotOffered": (409, "step-not-offered"),
    "StepRefused": (409, "step-refused"),
    "InputRefused": (422, "input-refused"),
    "StaleHire": (409, "stale"),
    "KeyReused": (422, "key-reused"),
    "PlaceTaken": (409, "place-taken"),
    "Conflict": (409, "conflict"),
    "Refusal": (409, "refused"),
}
_GENERAL = {
    400: say("请求无法读取"),
    404: say("没有找到，或您无权查看"),
    405: say("这个地址不支持这种请求方式"),
    413: say("发送的内容超过了允许的大小"),
    500: say("系统内部错误，未予办理，已记录"),
    503: say("数据库暂时不能使用，请稍后再试"),
}
_KINDS = {404: "not-found", 413: "too-large", 500: "internal", 503: "unavailable"}
assert ForeignRequest.__name__ in _TABLE and WrongMediaType.__name__ in _TABLE


def problem_of(error: Exception, *, if_match: bool = False) -> Problem:
    """The problem that an exception is. ``if_match``: the request named the version it was based on."""
    if isinstance(error, Refusal):
        return _refusal(error, if_match)
    if isinstance(error, Unreckonable):
        return Problem(422, "unreckonable", _TITLES[422], error.sentence)
    if isinstance(error, RequestValidationError):
        faults = {name: sentence for name, sentence in _faults(error.errors())}
        return _refusal(InputRefused(faults), if_match)
    status = error.status_code if isinstance(error, HTTPException) else 500
    title = _TITLES.get(status, _TITLES[400 if status < 500 else 500])
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    return Problem(status, _KINDS.get(status, f"http-{status}"), title, _GENERAL.get(status, title), headers=headers)


def _refusal(error: Refusal, if_match: bool) -> Problem:
    status, kind = next(_TABLE[cls.__name__] for cls in type(error).__mro__ if cls.__name__ in _TABLE)
    if isinstance(error, StepNotOffered) and error.facts.get("forbidden"):
        status, kind = 403, "role-not-allowed"
    if isinstance(error, Owed):
        kind = _OWED_KINDS[error.what]
    if isinstance(error, StaleHire) and if_match:
        status = 412
    detail, facts = error.sentence, {}
    if status == 404:
        detail = NotFound().sentence
    if isinstance(error, StaleHire) and error.facts.get("current"):
        facts = {"current": error.facts["current"]}
    headers = {401: {"www-authenticate": "Bearer"}, 429: {"retry-after": str(RETRY_SECONDS)}}.get(status, {})
    return Problem(
        status,
        kind,
        _TITLES[status],
        detail,
        answers=error.answers if isinstance(error, StepRefused) else (),
        faults=error.faults if isinstance(error, InputRefused) else {},
        headers=headers,
        facts=facts,
    )


def _faults(errors: Iterable[Mapping[str, Any]]) -> Iterable[tuple[str, Sentence]]:
    for error in errors:
        place = error["loc"]
        name = ".".join(str(part)[:60] for part in (place[1:] if place and place[0] == "body" else place)) or "?"
        yield name, fault_sentence(str(error["type"]))


def fault_sentence(kind: str) -> Sentence:
    """What is wrong with a field, by pydantic's name of the error. What was sent is not repeated."""
    if kind == "missing":
        return say("此项必填")
    if kind == "extra_forbidden":
        return say("没有这一项")
    if kind == "json_invalid":
        return say("不是有效的JSON")
    if kind.startswith("date"):
        return say("请填写日期，例如2026-03-02")
    if kind.startswith(("int", "decimal", "greater", "less", "finite")):
        return say("请填写范围内的数字")
    if kind == "string_too_short":
        return say("内容过短")
    if kind in ("string_too_long", "too_long"):
        return say("内容过长")
    return say("填写的内容不符合要求")


# ---- writing a problem -------------------------------------------------------------------------------------------


def answer_json(answer: Answer, translate: Translate) -> dict[str, Any]:
    """A guard's answer as the API gives it."""
    verdict = answer.verdict
    return {
        "guard": answer.guard,
        "effect": answer.effect.value,
        "passed": verdict.passed,
        "unknown": verdict.unknown,
        "stops": answer.stops,
        "overridden": answer.overridden,
        "article": answer.article,
        "sentence": verdict.say.text(translate),
        "inputs": dict(verdict.inputs),
        "remedy": verdict.remedy.text(translate) if verdict.remedy else None,
        "override_by": list(answer.override_by),
    }


def problem_json(problem: Problem, language: str) -> dict[str, Any]:
    """The problem document in ``language``."""
    translate = translator(language)
    document: dict[str, Any] = {
        "type": TYPE + problem.kind,
        "title": problem.title.text(translate),
        "status": problem.status,
        "detail": problem.detail.text(translate),
        **problem.facts,
    }
    if problem.answers:
        document["answers"] = [answer_json(answer, translate) for answer in problem.answers]
    if problem.faults:
        document["faults"] = {name: sentence.text(translate) for name, sentence in problem.faults.items()}
    return document


def language_of(request: Request) -> str:
    """``Accept-Language``, else the account's language, else that of the installation."""
    asked = preferred(request.headers.get("accept-language"))
    return asked or getattr(request.state, "language", None) or request.app.state.settings.language


def wants_page(request: Request) -> bool:
    """Whether a person looks at this: an address of the pages, asked for by somebody who does not insist on JSON."""
    path, accepted = request.url.path, request.headers.get("accept", "*/*")
    if path.startswith("/api/") or path.endswith(".json") or path in ("/healthz", "/readyz"):
        return False
    reads = request.method in ("GET", "HEAD")
    return "text/html" in accepted or (reads and "*/*" in accepted and "json" not in accepted)


def answer(request: Request, error: Exception) -> Response:
    """The response to an exception: a problem document, or the page that the pages have set for it."""
    problem = problem_of(error, if_match="if-match" in request.headers)
    page: Callable[[Request, Problem], Response] | None = getattr(request.app.state, "problem_page", None)
    if page is not None and wants_page(request):
        return page(request, problem)
    if wants_page(request) and problem.status == 401 and request.method == "GET":
        return RedirectResponse("/sign-in", status_code=303)
    language = language_of(request)
    headers = {**problem.headers, "content-language": language}
    return JSONResponse(problem_json(problem, language), problem.status, headers=headers, media_type=PROBLEM_JSON)


def unexpected(request: Request, error: Exception) -> Response:
    """Ours to fix: logged with its traceback, told without detail."""
    log.error("unexpected", exc_info=error, extra={"path": loggable(request.url.path), "method": request.method})
    return answer(request, HTTPException(500))


def install(app: FastAPI) -> None:
    """Every exception of the service becomes a problem."""
    from sqlalchemy.exc import OperationalError

    app.add_exception_handler(Refusal, answer)
    app.add_exception_handler(RequestValidationError, answer)
    app.add_exception_handler(Unreckonable, answer)
    app.add_exception_handler(HTTPException, answer)
    app.add_exception_handler(OperationalError, lambda request, _: answer(request, HTTPException(503)))
    app.add_exception_handler(Exception, unexpected)
