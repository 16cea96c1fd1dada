"""Pages for what went wrong (出错页面): in plain words, with what to do next."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from api.pages import sign_in, step_up
from api.pages.render import Page
from api.pages.words import clauses_of
from api.problems import Problem
from states.say import Sentence, say

NEXT: dict[int, Sentence] = {
    403: say("如果这应该由您办理，请联系管理员核对您的职责和地区。"),
    404: say("请核对网址，或从列表里重新打开。"),
    405: say("请回到上一页，用页面上的按钮办理。"),
    409: say("请看过现在的情况，再决定怎么办。"),
    410: say("公示期满的名单按规定不再显示。正在公示的内容见“公示”。"),
    413: say("请缩小内容后再试。"),
    422: say("请返回上一页改正后再试。"),
    429: say("请稍等片刻再试。"),
    500: say("什么都没有改动。请稍后再试；如果反复出现，请把时间和所办的事告诉管理员。"),
    503: say("什么都没有改动。请稍后再试。"),
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
    if problem.kind == "step-up-required":
        return step_up.ask_first(page)
    return error_page(page, problem.status, problem.title, problem.detail, problem)


def gone(page: Page) -> Response:
    """A notice that has come down (410)."""
    return error_page(page, 410, GONE, GONE_DETAIL)


def error_page(page: Page, status: int, title: Sentence, detail: Sentence, problem: Problem | None = None) -> Response:
    signed_in = page.session is not None
    links = [("/", page.tell(say("回到我的待办")))] if signed_in else [("/public", page.tell(say("查看公示")))]
    if status == 410 and signed_in:
        links.append(("/public", page.tell(say("查看公示"))))
    answers = [clause.say for clause in clauses_of(page, problem.answers)] if problem else []
    answers += [page.tell(sentence) for sentence in problem.faults.values()] if problem else []
    error = {
        "status": status,
        "title": page.tell(title),
        "say": page.tell(detail),
        "answers": answers,
        "next": page.tell(NEXT.get(status, NEXT[500 if status >= 500 else 409])),
        "links": links,
    }
    headers = dict(problem.headers) if problem else {}
    page.headers.update(headers)
    return page.show("error.html", status=status, error=error)


def _page(request: Request) -> Page:
    """The page that was being made, or a bare one: who reads is not looked up again while something is wrong."""
    made: Page | None = getattr(request.state, "page", None)
    if made is not None:
        return made
    state = request.app.state
    return Page(request, state.office, state.settings, state.office.now())
