"""Pages for what went wrong (出错页面): in plain words, with what to do next."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from api.pages import sign_in, step_up
from api.pages.names import FIELDS
from api.pages.navigation import home
from api.pages.render import Page, local
from api.pages.words import clauses_of
from api.problems import Problem
from states.say import Sentence, say

NEXT: dict[int, Sentence] = {
    403: say("如果这应该由您办理，请联系管理员核对您的职责和地区。"),
    404: say("请核对网址，或从列表里重新打开。"),
    405: say("请回到上一页，用页面上的按钮办理。"),
    409: say("请看过现在的情况，再决定怎么办。"),
    410: say("公示期满的名单按规定不再显示。正在公示的内容见“公示”。"),
    413: say("一次最多可以发送8 MB。请把材料分开上传，或压缩、缩小照片以后再试。"),
    415: say("请回到上一页，用页面上的按钮办理。"),
    422: say("请返回上一页改正后再试。"),
    429: say("为了防止猜测和滥用，短时间里次数有限。请过{n}分钟再试，不用重复点击。"),
    500: say("什么都没有改动。请稍后再试；如果反复出现，请把时间和所办的事告诉管理员。"),
    503: say("什么都没有改动。请稍后再试。"),
}
#: what is known better by what happened than by its status
NEXT_OF_KIND: dict[str, Sentence] = {
    "foreign-request": say("这个页面可能开得太久，或不是从本系统打开的。请回到上一页，刷新以后重新办理。"),
    "stale": say("别人刚刚办理过。请刷新页面，看过现在的情况再办。"),
}
GONE = say("公示已经结束")
GONE_DETAIL = say("这份公示的期限已满或已被更正，不再显示。")


def problem_page(request: Request, problem: Problem) -> Response:
    """The page that a problem becomes; whoever is not signed in is asked to sign in first."""
    if problem.status == 401:
        target = request.url.path if request.method == "GET" else "/"
        return RedirectResponse(sign_in.address(target), 303)
    if problem.kind in step_up.ADDRESSES:
        target = request.url.path if request.method == "GET" else "/"
        return RedirectResponse(step_up.address(problem.kind, target), 303)
    page = _page(request)
    if problem.status >= 500:  # who reads may be what cannot be looked up just now
        page = replace(page, session=None)
    if problem.kind == "step-up-required":
        return step_up.ask_first(page)
    return error_page(page, problem.status, problem.title, problem.detail, problem)


def gone(page: Page) -> Response:
    """A notice that has come down (410)."""
    return error_page(page, 410, GONE, GONE_DETAIL)


def error_page(page: Page, status: int, title: Sentence, detail: Sentence, problem: Problem | None = None) -> Response:
    error = {
        "status": status,
        "title": page.tell(title),
        "say": page.tell(detail),
        "answers": _answers(page, problem) if problem else [],
        "next": _next(page, status, problem),
        "links": _links(page, status),
    }
    if problem is not None:
        page.headers.update(problem.headers)
    return page.show("error.html", status=status, error=error)


def _answers(page: Page, problem: Problem) -> list[str]:
    """What stands in the way: the answers of rules, and what is wrong with which field."""
    found = [clause.say for clause in clauses_of(page, problem.answers)]
    for name, fault in problem.faults.items():
        field = FIELDS.get(name.rpartition(".")[2])
        words = page.tell(fault)
        found.append(page.tell(say("{field}：{fault}", field=page.tell(field), fault=words)) if field else words)
    return found


def _next(page: Page, status: int, problem: Problem | None) -> str:
    kind = problem.kind if problem else ""
    words = NEXT_OF_KIND.get(kind) or NEXT.get(status) or NEXT[500 if status >= 500 else 409]
    seconds = str(problem.headers.get("retry-after", "")) if problem else ""
    minutes = -(-int(seconds) // 60) if seconds.isdecimal() else 1
    return page.tell(replace(words, facts={"n": minutes}) if status == 429 else words)


def _links(page: Page, status: int) -> list[tuple[str, str]]:
    """Where to go on: the page before, as far as it is one of ours, and the reader's first page."""
    first = home(page.session.actor if page.session else None)
    before = urlsplit(page.request.headers.get("referer", ""))
    ours = before.netloc == page.request.url.netloc and before.path not in ("", first, page.request.url.path)
    links = [(local(before.path), page.tell(say("返回刚才的页面")))] if ours else []
    if first == "/public" or status == 410:
        links.append(("/public", page.tell(say("查看公示"))))
    if first != "/public":
        links.append((first, page.tell(say("回到我的待办") if first == "/" else say("回到首页"))))
    return links


def _page(request: Request) -> Page:
    """The page that was being made, or a bare one: who reads is not looked up again while something is wrong."""
    made: Page | None = getattr(request.state, "page", None)
    if made is not None:
        return made
    state = request.app.state
    return Page(request, state.office, state.settings, state.office.now())
