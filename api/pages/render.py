"""How a page is made (页面): one environment per language, and what every page shows around its content.

A page is asked for by ``PageDep`` (someone is signed in) or ``OpenPageDep`` (anyone). Chinese unless the reader chose
English by ``?lang=en``, which a cookie remembers, or in their account.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote, unquote, urlencode, urlsplit

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from sqlalchemy import Connection
from starlette.datastructures import FormData

from api.dependencies import (
    AnySessionDep,
    NowDep,
    OfficeDep,
    SessionDep,
    SettingsDep,
    SignedIn,
    VisitorDep,
    require_recent,
)
from api.pages import navigation
from api.security import check_form_token, is_secure
from notifications import i18n
from notifications.inbox import unread_count
from notifications.messages import day_in_words
from states.clocks import SHANGHAI, local_day
from states.facts import Actor
from states.labels import state_name
from states.model import Text
from states.say import Sentence, say
from states.vocabulary import State
from workflow.office import Office
from workflow.queries import scoped
from workflow.settings import Settings

TEMPLATES = Path(__file__).parents[1] / "templates"
LANGUAGES = ("zh", "en")
LANGUAGE_COOKIE = "lang"
FLASH_COOKIE = "flash"
#: beyond which the head says 99+
UNREAD_MOST = 100
YEAR_SECONDS = 365 * 24 * 3600

_WEEKDAYS = (say("星期一"), say("星期二"), say("星期三"), say("星期四"), say("星期五"), say("星期六"), say("星期日"))


@dataclass
class Page:
    """One answer to a person: who reads, in which language, on which day."""

    request: Request
    office: Office
    settings: Settings
    at: datetime
    session: SignedIn | None = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def language(self) -> str:
        own = self.session.visit.language if self.session else None
        asked = (self.request.query_params.get("lang"), self.request.cookies.get(LANGUAGE_COOKIE), own)
        return next((name for name in asked if name in LANGUAGES), self.settings.language)

    @property
    def today(self) -> date:
        return local_day(self.at)

    @property
    def actor(self) -> Actor:
        """Who is signed in; only pages that asked for a session may ask."""
        assert self.session is not None
        return self.session.actor

    def reading(self) -> AbstractContextManager[Connection]:
        """A connection for reads that reaches no further than the reader. Public pages ask the database for theirs."""
        return self.office.database.reading(scoped(self.actor).reach)

    # -- words

    def tell(self, words: Sentence | str) -> str:
        """A sentence, or a Chinese pattern without facts, in the reader's language."""
        translate = i18n.translator(self.language)
        return words.text(translate) if isinstance(words, Sentence) else translate(words)

    def named(self, text: Text | Any) -> str:
        """A bilingual name of a procedure (anything with ``zh`` and ``en``)."""
        return _raised(text.en) if self.language == "en" else str(text.zh)

    def day(self, value: date) -> str:
        return day_in_words(value, self.language)

    def moment(self, at: datetime) -> str:
        """A moment on the clock of Asia/Shanghai, to the minute."""
        local = at.astimezone(SHANGHAI)
        return f"{self.day(local.date())} {local:%H:%M}"

    # -- answers

    def show(
        self, template: str, here: str = "", *, status: int = 200, public: bool = False, **context: Any
    ) -> Response:
        """The page as HTML. ``here`` is the entry of the navigation; ``public`` pages may be kept by search engines."""
        flash = self._flash()
        values = {**self._around(here), "flash": flash, "public": public, **context}
        html = environment(self.language).get_template(template).render(values)
        response = HTMLResponse(html, status, headers={"Content-Language": self.language, **self.headers})
        if self.request.query_params.get("lang") in LANGUAGES:
            response.set_cookie(LANGUAGE_COOKIE, self.language, YEAR_SECONDS, samesite="lax", httponly=True)
        if flash:
            response.delete_cookie(FLASH_COOKIE)
        return response

    def go(self, path: str, words: Sentence | None = None, kind: str = "") -> Response:
        """Sends the reader on after something was done (303), with a sentence for the next page."""
        response = RedirectResponse(local(path), 303)
        if words is not None:
            value = quote(f"{kind}|{self.tell(words)}")[:3500]
            response.set_cookie(FLASH_COOKIE, value, 60, samesite="lax", httponly=True, secure=is_secure(self.settings))
        return response

    def address(self, **changes: str | None) -> str:
        """This page's address with some of its query changed; None takes a part out."""
        query = {k: v for k, v in self.request.query_params.items() if k != "lang"}
        for name, value in changes.items():
            query.pop(name, None)
            if value:
                query[name] = value
        path = self.request.url.path
        return f"{path}?{urlencode(query)}" if query else path

    def _flash(self) -> dict[str, str] | None:
        raw = unquote(self.request.cookies.get(FLASH_COOKIE, ""))
        kind, _, text = raw.partition("|")
        return {"kind": kind if kind in ("stop", "care") else "", "text": text} if text else None

    def _around(self, here: str) -> dict[str, Any]:
        from api.pages.demo import bar

        return {
            "lang": self.language,
            "brand": "Zaigang" if self.language == "en" else "在岗",
            "here": here,
            "path": self.request.url.path if self.request.method == "GET" else "/",
            "actor": self.session.actor if self.session else None,
            "form_token": self.session.form_token if self.session else "",
            "nav": self._navigation(here),
            "searches": self.session is not None and navigation.searches(self.actor),
            "home": navigation.home(self.session.actor if self.session else None),
            "unread": self._unread() if self.session else 0,
            "other_language": self._other_language(),
            "demo": bar(self) if self.settings.demo else None,
        }

    def _navigation(self, here: str) -> list[dict[str, Any]]:
        """The entries of the head: ``here`` marks the open one, and a group has ``entries``."""
        menu = navigation.menu(self.actor) if self.session else list(navigation.PUBLIC_MENU)
        path = self.request.url.path
        now = navigation.current(menu, here, path)

        def entry(one: navigation.Entry) -> dict[str, Any]:
            place = ("page" if one.href == path else "true") if one.key == now else ""
            return {"key": one.key, "href": one.href, "words": self.tell(one.words), "here": place}

        shown: list[dict[str, Any]] = []
        for one in menu:
            if isinstance(one, navigation.Group):
                within = [entry(inner) for inner in one.entries]
                here_within = any(inner["here"] for inner in within)
                shown.append({"words": self.tell(one.words), "entries": within, "here": here_within})
            else:
                shown.append(entry(one))
        return shown

    def _other_language(self) -> str:
        if self.request.method != "GET":
            return "/?lang=" + ("en" if self.language == "zh" else "zh")
        return self.address(lang="en" if self.language == "zh" else "zh")

    def _unread(self) -> int:
        account = self.actor.account_id
        return unread_count(self.office, account, UNREAD_MOST) if account is not None else 0


def local(path: str) -> str:
    """``path`` if it stays on this service, else the worklist: a redirect never leads elsewhere."""
    parts = urlsplit(path)
    if parts.scheme or parts.netloc or not path.startswith("/") or path.startswith(("//", "/\\")):
        return "/"
    return path


def new_key() -> str:
    """A fresh idempotency key for a form, so that a button pressed twice acts once."""
    return secrets.token_urlsafe(16)


@cache
def environment(language: str) -> Environment:
    """The templates in one language. Names that a template forgets to be given are an error, not an empty space."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    i18n.install(made, language)
    translate = i18n.translator(language)
    filters: Mapping[str, Callable[..., Any]] = {
        "day": lambda value: day_in_words(value, language),
        "weekday": lambda value: translate(_WEEKDAYS[value.weekday()].pattern),
        "state_name": lambda value: _raised(state_name(State(value), language)),
    }
    made.filters.update(filters)
    return made


def _raised(words: str) -> str:
    """English names begin with a capital where they stand alone; the data writes them as they stand in a sentence."""
    return words[:1].upper() + words[1:]


# ---- asked for by routes -----------------------------------------------------------------------------------------


async def page_of(request: Request, office: OfficeDep, settings: SettingsDep, at: NowDep, session: SessionDep) -> Page:
    """A page for someone signed in. Raises NotSignedIn."""
    request.state.page = Page(request, office, settings, at, session)
    page: Page = request.state.page
    return page


async def open_page_of(
    request: Request, office: OfficeDep, settings: SettingsDep, at: NowDep, visitor: VisitorDep
) -> Page:
    """A page for anyone."""
    request.state.page = Page(request, office, settings, at, visitor)
    page: Page = request.state.page
    return page


async def any_page_of(
    request: Request, office: OfficeDep, settings: SettingsDep, at: NowDep, session: AnySessionDep
) -> Page:
    """A page by which something owed is paid: a second factor, a new password. Raises NotSignedIn."""
    request.state.page = Page(request, office, settings, at, session)
    page: Page = request.state.page
    return page


PageDep = Annotated[Page, Depends(page_of)]
OpenPageDep = Annotated[Page, Depends(open_page_of)]
AnyPageDep = Annotated[Page, Depends(any_page_of)]


async def recent_page_of(page: PageDep, session: SessionDep) -> Page:
    """A page by which lists about people are taken out of the service. Raises ConfirmFirst as well."""
    require_recent(session)
    return page


RecentPageDep = Annotated[Page, Depends(recent_page_of)]


async def any_form_of(request: Request, session: AnySessionDep) -> AsyncIterator[FormData]:
    """A form of such a page. Raises ForeignRequest unless it carries the token of the session."""
    await check_form_token(request, session.form_token)
    # a page that asks first who one is (``step_up``) carries what was filled in along
    request.state.submitted = await request.form()
    submitted: FormData = request.state.submitted
    try:
        yield submitted
    finally:
        await submitted.close()


AnyFormDep = Annotated[FormData, Depends(any_form_of)]


async def form_of(form: AnyFormDep, session: SessionDep) -> FormData:
    """A form sent by one of our pages. Raises ForeignRequest unless it carries the token of the session."""
    return form


FormDep = Annotated[FormData, Depends(form_of)]


async def recent_form_of(form: FormDep, session: SessionDep) -> FormData:
    """A form by which something is signed, revealed, exported or granted. Raises ConfirmFirst as well."""
    require_recent(session)
    return form


RecentFormDep = Annotated[FormData, Depends(recent_form_of)]
