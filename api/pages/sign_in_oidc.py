"""Signing in by an identity provider, and linking one's account with it (统一认证)."""

from __future__ import annotations

import logging

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from api.dependencies import RecentDep
from api.pages.errors import error_page
from api.pages.render import FormDep, OpenPageDep, Page, PageDep, local
from api.problems import NotFound
from api.security import is_secure, set_cookie
from states.refusals import Refusal
from states.say import Sentence, say
from workflow import office_log, oidc, sign_in
from workflow.authority import NotPossible
from workflow.demo_clock import session_moment
from workflow.oidc import Provider
from workflow.tables import metadata

router = APIRouter()
log = logging.getLogger(__name__)
_account = metadata.tables["account"]
COOKIE = "oidc"
#: before the address that a state leads back to, where it is to link the account behind it
LINK = "link:"


@router.get("/sign-in/oidc")
def begin(page: OpenPageDep, next: str = "/") -> Response:
    """Sends the visitor to the provider."""
    return _sent(page, local(next))


@router.get("/account/oidc/link")
def link(page: PageDep, session: RecentDep) -> Response:
    """Sends the holder of an account to the provider, to come back linked."""
    return _sent(page, f"{LINK}{page.actor.account_id}")


@router.post("/account/oidc/unlink")
def unlink(page: PageDep, form: FormDep) -> Response:
    """Forgets who the holder is at the provider."""
    _keep(page, None)
    return page.go("/account", say("已解除关联。"))


@router.get(oidc.CALLBACK)
def come_back(page: OpenPageDep, request: Request, state: str = "", code: str = "") -> Response:
    """The visitor comes back: linked, signed in, or told what was wrong."""
    provider, at = _provider(page), session_moment(page.office)
    kept = request.cookies.get(COOKIE, "")
    try:
        claimed = provider.finish(page.office.database, at, state, kept, code)
        links = claimed.next_page.startswith(LINK)
        number = 0 if links else oidc.account_with(page.office.database, claimed.subject)
    except Refusal as refusal:
        log.warning("the identity provider's answer was not taken: %s", refusal.facts.get("why", refusal.sentence))
        response = error_page(page, 401, say("没有登录"), refusal.sentence)
        response.delete_cookie(COOKIE)
        return response
    if links:
        return _linked(page, claimed)
    limits = sign_in.Lifetime.of(page.settings)
    signed = sign_in.begin(page.office.database, number, at, lifetime=limits)
    response = page.go(claimed.next_page)
    response.delete_cookie(COOKIE)
    set_cookie(response, page.settings, signed.token)
    return response


def _linked(page: Page, claimed: oidc.Claimed) -> Response:
    """Links the account that was sent away, if it is still the one that is signed in."""
    if page.session is None or claimed.next_page != f"{LINK}{page.actor.account_id}":
        raise NotPossible(say("关联没有完成：登录的账户已经变了。请重新登录后再关联"))
    try:
        _keep(page, claimed.subject)
    except IntegrityError:
        raise NotPossible(say("这个统一认证身份已经关联了另一个账户")) from None
    response = page.go("/account", say("已关联。下次可以用统一认证登录。"))
    response.delete_cookie(COOKIE)
    return response


def _keep(page: Page, subject: str | None) -> None:
    number, algorithm = page.actor.account_id, page.office.setting.algorithm
    with page.office.database.session() as session:
        session.connection().execute(update(_account).where(_account.c.id == number).values(oidc_subject=subject))
        act = "identity_linked" if subject else "identity_unlinked"
        office_log.write(session, office_log.ACCESS, act, page.actor, page.at, {"account": number}, algorithm)


def _sent(page: Page, target: str) -> Response:
    provider = _provider(page)
    try:
        url, state = provider.begin(page.office.database, session_moment(page.office), target)
    except Refusal as refusal:
        title: Sentence = say("没有登录")
        return error_page(page, 503, title, refusal.sentence)
    response = RedirectResponse(url, 303)
    lasts = int(oidc.LASTS.total_seconds())
    response.set_cookie(COOKIE, state, lasts, httponly=True, samesite="lax", secure=is_secure(page.settings))
    return response


def _provider(page: Page) -> Provider:
    """The provider of this installation, kept with the app. Raises NotFound where none is set."""
    state = page.request.app.state
    if getattr(state, "oidc", None) is None:
        state.oidc = Provider.of(page.settings)
    provider: Provider | None = state.oidc
    if provider is None:
        raise NotFound
    return provider
