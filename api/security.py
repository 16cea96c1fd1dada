"""What guards every request before any route is asked (防护): headers, origin, media type, and the log of requests.

Works on a plain-HTTP intranet as well as behind TLS: nothing here forces HTTPS. A cookie alone never moves anything: an
unsafe request must come from our own pages (``Sec-Fetch-Site``, ``Origin``), a form must carry the token of its
session, and the JSON API takes no media type that another site's form could send.
"""

from __future__ import annotations

import hmac
import logging
import re
import time
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from states.refusals import Refusal
from states.say import say
from workflow.settings import Settings

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
API = "/api/"
FORM_TOKEN = "form_token"
#: a file (``workflow.files``) and the form around it, larger than any JSON command
MAX_BODY_BYTES = 8 * 1024 * 1024 + 64 * 1024
#: where the JSON API takes a file as it is; no form of another site can send this media type either
UPLOADS = re.compile(r"/api/v1/hires/\d+/documents")
UPLOAD_TYPE = "application/octet-stream"
JSON_TYPES = frozenset({"application/json", "application/merge-patch+json"})
#: 256 random bits as base64 or hexadecimal text; anything else is no token of ours and costs no query
TOKEN_SHAPE = re.compile(r"[A-Za-z0-9_.-]{20,200}")

HEADERS: Mapping[str, str] = {
    "content-security-policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}

_FEED = re.compile(r"(/calendar/feed/)(?!revoke$)[^/]+.*", re.DOTALL)

log = logging.getLogger("zaigang.requests")


class ForeignRequest(Refusal):
    """The request was sent from another site, or a form came without the token of its session."""

    def __init__(self) -> None:
        super().__init__(say("这个请求不是从本系统的页面发出的，未予办理。请刷新页面后再试"))


class WrongMediaType(Refusal):
    """The JSON API was sent something else."""

    def __init__(self) -> None:
        super().__init__(say("请以 application/json 发送内容"))


# ---- cookies and tokens ------------------------------------------------------------------------------------------


def cookie_name(settings: Settings) -> str:
    """``__Host-`` binds the cookie to this host; browsers take it over TLS only: a plain intranet has another name."""
    return "__Host-zaigang" if is_secure(settings) else "zaigang"


def is_secure(settings: Settings) -> bool:
    """Whether people reach the service over TLS."""
    return settings.public_url.startswith("https://")


def token_of(request: Request, settings: Settings) -> str | None:
    """The session token: ``Authorization: Bearer``, else the cookie. None also for a shape that we never issue."""
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    token = bearer.strip() if scheme.lower() == "bearer" else request.cookies.get(cookie_name(settings))
    return token if token and TOKEN_SHAPE.fullmatch(token) else None


def set_cookie(response: Response, settings: Settings, token: str) -> None:
    """Gives the browser the token of a new session. The server ends it; the cookie lasts as long as the browser."""
    secure = is_secure(settings)
    response.set_cookie(cookie_name(settings), token, path="/", secure=secure, httponly=True, samesite="lax")


def drop_cookie(response: Response, settings: Settings) -> None:
    """Takes the token back."""
    secure = is_secure(settings)
    response.delete_cookie(cookie_name(settings), path="/", secure=secure, httponly=True, samesite="lax")


def same_token(expected: str, given: object) -> bool:
    """Whether a form carries the token of its session; compared in constant time."""
    return isinstance(given, str) and bool(given) and hmac.compare_digest(expected.encode(), given.encode())


async def check_form_token(request: Request, expected: str) -> None:
    """For pages: raises ForeignRequest unless the submitted form carries the session's ``form_token``."""
    form = await request.form()
    if not same_token(expected, form.get(FORM_TOKEN)):
        await form.close()
        raise ForeignRequest


# ---- where a request comes from ----------------------------------------------------------------------------------


def comes_from_us(headers: Headers, own_hosts: frozenset[str]) -> bool:
    """Whether an unsafe request may have been sent by our own pages, or by a program without a browser.

    ``Sec-Fetch-Site`` decides where a browser sends it (TLS, localhost), else ``Origin``. A request with neither
    comes from a program or a very old browser: the media type and the form token stand behind this check.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    if origin is None:
        return True
    return urlsplit(origin).netloc.lower() in own_hosts | {headers.get("host", "").lower()}


def has_json(headers: Headers, path: str = "") -> bool:
    """Whether the body is declared as JSON, or as a file where ``path`` takes one, or there is none at all."""
    declared = headers.get("content-type", "").partition(";")[0].strip().lower()
    if UPLOADS.fullmatch(path):
        return declared == UPLOAD_TYPE
    if declared:
        return declared in JSON_TYPES
    return headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers


class Protection:
    """ASGI middleware: refuses foreign unsafe requests, adds the headers, logs one line without the query."""

    def __init__(self, app: ASGIApp, settings: Settings, answer: Callable[[Request, Exception], Response]) -> None:
        self.app = app
        self.answer = answer
        self.own_hosts = frozenset({urlsplit(settings.public_url).netloc.lower()})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _add_headers(message, scope["path"])
            await send(message)

        refused = self._refused(scope)
        app = self.app if refused is None else self.answer(Request(scope), refused)
        try:
            await app(scope, receive, sending)
        finally:
            spent = round((time.perf_counter() - started) * 1000, 1)
            facts = {"method": scope["method"], "path": loggable(scope["path"]), "status": status, "ms": spent}
            log.info("%(method)s %(path)s %(status)s %(ms)s", facts, extra=facts)

    def _refused(self, scope: Scope) -> Exception | None:
        """Why the request is not let through; None when it is."""
        if scope["method"] in SAFE:
            return None
        headers = Headers(scope=scope)
        if not comes_from_us(headers, self.own_hosts):
            return ForeignRequest()
        if scope["path"].startswith(API) and not has_json(headers, scope["path"]):
            return WrongMediaType()
        length = headers.get("content-length", "")
        # told here, and not by whoever counts the bytes of a body without a length, so that people get a page
        return HTTPException(413) if length.isdecimal() and int(length) > MAX_BODY_BYTES else None


def loggable(path: str) -> str:
    """The path without what opens something by itself: the address of a calendar feed is as good as a password."""
    return _FEED.sub(r"\1…", path)


def _add_headers(message: Message, path: str) -> None:
    headers = MutableHeaders(scope=message)
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    if not path.startswith("/static/"):
        headers.setdefault("cache-control", "no-store")


def quiet_access_log() -> None:
    """uvicorn's own access log prints query strings, in which names are searched: ours replaces it."""
    access = logging.getLogger("uvicorn.access")
    access.handlers.clear()
    access.propagate = False
    access.addFilter(lambda record: False)
