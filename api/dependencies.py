"""What routes and pages ask for by type (依赖): the office, the moment, who is signed in, and what they may see.

``SessionDep``/``ActorDep`` refuse a request without a living session (401); ``VisitorDep`` lets it pass with None.
Whoever is signed in is looked up once per request, so that a change of role, region or status acts on the next request.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import Connection

from api.problems import NotSignedIn, language_of
from api.security import token_of
from notifications.i18n import translator
from states.clocks import local_day
from states.facts import Actor
from states.say import Translate
from workflow.demo_clock import session_moment
from workflow.office import Office
from workflow.queries import Scope, scoped
from workflow.sealing import Seal
from workflow.settings import Settings
from workflow.sign_in import Lifetime, Visit, visit_of


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A living session: who it is, the token of its forms, and the token itself (to end it)."""

    token: str
    visit: Visit

    @property
    def actor(self) -> Actor:
        return self.visit.actor

    @property
    def form_token(self) -> str:
        return self.visit.form_token


def office_of(request: Request) -> Office:
    """The office that the app was assembled with."""
    office: Office = request.app.state.office
    return office


def settings_of(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


def seal_of(request: Request) -> Seal:
    """What seals and indexes identity numbers; opened when first needed."""
    state = request.app.state
    if getattr(state, "seal", None) is None:
        state.seal = Seal.open(state.settings)
    seal: Seal = state.seal
    return seal


OfficeDep = Annotated[Office, Depends(office_of)]
SettingsDep = Annotated[Settings, Depends(settings_of)]
SealDep = Annotated[Seal, Depends(seal_of)]


def moment(office: OfficeDep) -> datetime:
    """The moment of this request, asked once."""
    return office.now()


NowDep = Annotated[datetime, Depends(moment)]


def visitor_of(request: Request, office: OfficeDep, settings: SettingsDep) -> SignedIn | None:
    """Who is signed in, or None."""
    token = token_of(request, settings)
    if token is None:
        return None
    lifetime, today = Lifetime.of(settings), local_day(office.now())
    visit = visit_of(office.database, token, session_moment(office), lifetime=lifetime, on=today)
    if visit is None:
        return None
    request.state.language = visit.language
    return SignedIn(token, visit)


VisitorDep = Annotated[SignedIn | None, Depends(visitor_of)]


def session_of(visitor: VisitorDep) -> SignedIn:
    """Who is signed in. Raises NotSignedIn."""
    if visitor is None:
        raise NotSignedIn
    return visitor


SessionDep = Annotated[SignedIn, Depends(session_of)]


def actor_of(session: SessionDep) -> Actor:
    return session.actor


ActorDep = Annotated[Actor, Depends(actor_of)]


def scope_of(actor: ActorDep) -> Scope:
    """What the actor may see."""
    return scoped(actor)


ScopeDep = Annotated[Scope, Depends(scope_of)]


def reading(office: OfficeDep) -> Iterator[Connection]:
    """A connection for reads only, given back when the answer is made."""
    with office.database.reading() as connection:
        yield connection


ReadDep = Annotated[Connection, Depends(reading)]


def language(request: Request, _visitor: VisitorDep) -> str:
    """The language of the answer."""
    return language_of(request)


LanguageDep = Annotated[str, Depends(language)]


def translate(language: LanguageDep) -> Translate:
    return translator(language)


TranslateDep = Annotated[Translate, Depends(translate)]
