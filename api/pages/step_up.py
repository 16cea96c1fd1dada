"""Showing again who one is (再次验证), and the second half of signing in (动态口令).

Whoever signs, reveals, exports or grants long after signing in is asked first. What was filled in travels along on the
page that asks, and is handed on to where it was meant to go as soon as the answer is right: nothing is typed twice.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode, urlsplit

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData, UploadFile
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.dependencies import AddressDep, AnySessionDep, SealDep, SessionDep
from api.pages.forms import Field
from api.pages.render import AnyFormDep, AnyPageDep, FormDep, Page, PageDep, local
from api.security import FORM_TOKEN, set_cookie
from states.refusals import Refusal
from states.say import say
from workflow import second_factor
from workflow.access_policy import policy_of
from workflow.demo_clock import session_moment
from workflow.sign_in import Lifetime

router = APIRouter()
#: where something owed is paid, by the kind of the problem
ADDRESSES = {
    "second-factor-required": "/sign-in/code",
    "enrolment-required": "/account/second-factor",
    "password-change-required": "/account/password",
}
#: fields of the asking page itself; everything else was meant for somebody else
SHOWN, TARGET, CARRIED, BACK = "shown", "target", "carried", "back"
#: what may be carried along: more than any form of ours holds without files
CARRIED_MOST = 400_000


def address(kind: str, path: str) -> str:
    """Where something owed is paid, leading back to ``path``."""
    return f"{ADDRESSES[kind]}?{urlencode({'next': local(path)})}"


# ---- before signing, revealing, exporting, granting --------------------------------------------------------------


def ask_first(page: Page) -> Response:
    """The page that asks, in place of the one that was asked for (403)."""
    request = page.request
    carried, files = carried_of(getattr(request.state, "submitted", None))
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    back = urlsplit(request.headers.get("referer", ""))
    values = {TARGET: path if request.method in ("GET", "POST") else "/", CARRIED: "", BACK: ""}
    if request.method == "POST":
        values |= {CARRIED: carried, BACK: (back.path or "/") if files else ""}
    elif _is_file(path):
        values[BACK] = back.path or "/"  # a file leaves the reader on the page that asked: let that be the one before
    return _asking(page, values, 403)


@router.post("/confirm")
def confirm(page: PageDep, form: FormDep, session: SessionDep, seal: SealDep, where: AddressDep) -> Response:
    """Checks what is shown, then hands on what was carried along."""
    values = {name: _text(form, name) for name in (TARGET, CARRIED, BACK)}
    try:
        second_factor.confirm(
            page.office.database,
            seal,
            session.token,
            session.visit,
            _text(form, SHOWN),
            session_moment(page.office),
            address=where,
            policy=policy_of(page.settings),
        )
    except Refusal as refusal:
        return _asking(page, values, 403, refusal)
    target = local(values[TARGET])
    if values[BACK]:
        again = say("已验证身份。附件没有随带过来，请重新选择后再提交。")
        return page.go(values[BACK], say("已验证身份，请再点一次下载。") if _is_file(target) else again, "care")
    if not values[CARRIED] or urlsplit(target).path == "/confirm":
        return page.go("/" if urlsplit(target).path == "/confirm" else target)
    return HandedOn(page.request, target, pairs_of(values[CARRIED], session.form_token))


def _is_file(path: str) -> bool:
    """Whether an address of ours leads to a file that is saved, not to a page."""
    return urlsplit(path).path.endswith((".csv", ".docx", ".xlsx"))


def carried_of(form: FormData | None) -> tuple[str, bool]:
    """What was filled in, as text that travels in one field; and whether files were chosen, which can not travel."""
    items = form.multi_items() if form is not None else []
    pairs = [[name, value] for name, value in items if isinstance(value, str) and name != FORM_TOKEN]
    files = any(isinstance(value, UploadFile) and value.filename for _, value in items)
    text = orjson.dumps(pairs).decode()
    return (text, files) if len(text) <= CARRIED_MOST else ("[]", True)


def pairs_of(carried: str, form_token: str) -> list[tuple[str, str]]:
    """What travelled in the field, with the token of the session. What is no such text is nothing."""
    try:
        read = orjson.loads(carried[:CARRIED_MOST])
    except orjson.JSONDecodeError:
        read = []
    pairs = [
        (str(pair[0]), str(pair[1]))
        for pair in (read if isinstance(read, list) else [])
        if isinstance(pair, list) and len(pair) == 2 and all(isinstance(part, str) for part in pair)
    ]
    return [(FORM_TOKEN, form_token), *(pair for pair in pairs if pair[0] != FORM_TOKEN)]


class HandedOn(Response):
    """A form that is taken to its own address within the service: its answer is the answer."""

    def __init__(self, request: Request, target: str, pairs: list[tuple[str, str]]) -> None:
        super().__init__()
        self._app: ASGIApp = request.app
        self._target = urlsplit(target)
        self._sent = urlencode(pairs).encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        names = ("type", "asgi", "http_version", "scheme", "client", "server", "root_path")
        kept = {name: scope[name] for name in names if name in scope}
        headers = [(k, v) for k, v in scope["headers"] if k not in (b"content-type", b"content-length")]
        headers += [
            (b"content-type", b"application/x-www-form-urlencoded"),
            (b"content-length", str(len(self._sent)).encode()),
        ]
        path = self._target.path
        own: dict[str, Any] = {
            "method": "POST",
            "path": path,
            "raw_path": path.encode(),
            "query_string": self._target.query.encode(),
            "headers": headers,
        }
        body: list[Message] = [{"type": "http.request", "body": self._sent, "more_body": False}]

        async def read() -> Message:
            return body.pop() if body else await receive()

        await self._app({**kept, **own}, read, send)


def _asking(page: Page, values: dict[str, str], status: int, refusal: Refusal | None = None) -> Response:
    assert page.session is not None
    enrolled = page.session.visit.enrolled
    error = page.tell(refusal.sentence) if refusal else ""
    return page.show(
        "confirm.html", status=status, field=_field(page, enrolled, error), values=values, enrolled=enrolled
    )


def _field(page: Page, enrolled: bool, error: str = "") -> Field:
    if enrolled:
        hint = page.tell(say("打开手机上的口令应用，输入显示的6位数字。"))
        return Field(SHOWN, page.tell(say("动态口令")), hint=hint, error=error, autocomplete="one-time-code")
    return Field(SHOWN, page.tell(say("密码")), "password", error=error, autocomplete="current-password")


def _text(form: FormData, name: str) -> str:
    value = form.get(name)
    return value if isinstance(value, str) else ""


# ---- the second half of signing in -------------------------------------------------------------------------------


@router.get("/sign-in/code")
def ask_code(page: AnyPageDep, session: AnySessionDep, next: str = "/") -> Response:
    """Asks for the code of a session that owes it."""
    return _code(page, next) if session.owes == "code" else page.go(next)


@router.post("/sign-in/code")
def give_code(page: AnyPageDep, form: AnyFormDep, session: AnySessionDep, seal: SealDep, where: AddressDep) -> Response:
    """Takes the code: the session is exchanged for one that is worth all."""
    target = _text(form, "next") or "/"
    try:
        signed = second_factor.complete(
            page.office.database,
            seal,
            session.token,
            session.visit,
            _text(form, SHOWN),
            session_moment(page.office),
            address=where,
            lifetime=Lifetime.of(page.settings),
            policy=policy_of(page.settings),
        )
    except Refusal as refusal:
        return _code(page, target, refusal)
    response = page.go(target)
    set_cookie(response, page.settings, signed.token)
    return response


def _code(page: Page, target: str, refusal: Refusal | None = None) -> Response:
    field = _field(page, True, page.tell(refusal.sentence) if refusal else "")
    return page.show("sign_in_code.html", "sign_in", status=401 if refusal else 200, field=field, next=local(target))
