"""What routes and pages ask for by type (依赖): the office, the moment, who is signed in, and what they may see.

``SessionDep``/``ActorDep`` refuse a request without a living session (401); ``VisitorDep`` lets it pass with None.
Whoever is signed in is looked up once per request, so that a change of role, region or status acts on the next request.
``RecentDep`` and ``require_recent`` also want the holder to have shown lately who they are (再次验证): before signing,
revealing a full number, exporting and granting.

What neither reads nor waits is ``async``: it is answered on the spot, while others are handed to a thread each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import Connection

from api.problems import ConfirmFirst, NotSignedIn, Owed, language_of
from api.security import token_of
from notifications.i18n import translator
from states.clocks import local_day
from states.facts import Actor
from states.house import CONFIRM_CORRECTION, REFUSE_CORRECTION
from states.procedure import Procedure
from states.say import Translate
from workflow.access_policy import policy_of
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
    #: the holder has shown who they are lately enough to sign
    recent: bool = False
    #: what has to be done before anything else (``Visit.owes``)
    owes: str | None = None

    @property
    def actor(self) -> Actor:
        return self.visit.actor

    @property
    def form_token(self) -> str:
        return self.visit.form_token


async def office_of(request: Request) -> Office:
    """The office that the app was assembled with."""
    office: Office = request.app.state.office
    return office


async def settings_of(request: Request) -> Settings:
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


def holder_of(request: Request, office: OfficeDep, settings: SettingsDep) -> SignedIn | None:
    """Whose session it is, also where something is owed before it is worth anything; or None."""
    token = token_of(request, settings)
    if token is None:
        return None
    lifetime, today, at = Lifetime.of(settings), local_day(office.now()), session_moment(office)
    visit = visit_of(office.database, token, at, lifetime=lifetime, on=today)
    if visit is None:
        return None
    request.state.language = visit.language
    policy = policy_of(settings)
    return SignedIn(token, visit, visit.is_recent(policy, at), visit.owes(policy, at))


HolderDep = Annotated[SignedIn | None, Depends(holder_of)]


async def visitor_of(holder: HolderDep) -> SignedIn | None:
    """Who is signed in and owes nothing, or None."""
    return None if holder is None or holder.owes is not None else holder


VisitorDep = Annotated[SignedIn | None, Depends(visitor_of)]


async def any_session_of(holder: HolderDep) -> SignedIn:
    """Whose session it is, also where something is owed: for the pages by which it is paid. Raises NotSignedIn."""
    if holder is None:
        raise NotSignedIn
    return holder


AnySessionDep = Annotated[SignedIn, Depends(any_session_of)]


async def session_of(holder: AnySessionDep) -> SignedIn:
    """Who is signed in and owes nothing. Raises NotSignedIn, Owed."""
    if holder.owes is not None:
        raise Owed(holder.owes)
    return holder


SessionDep = Annotated[SignedIn, Depends(session_of)]


def require_recent(session: SignedIn) -> None:
    """Raises ConfirmFirst unless the holder has shown lately who they are."""
    if not session.recent:
        raise ConfirmFirst


#: acts of the house that approve something
APPROVING = frozenset({CONFIRM_CORRECTION, REFUSE_CORRECTION})


def require_recent_for(session: SignedIn, procedures: Iterable[Procedure], act: str) -> None:
    """As ``require_recent``, where ``act`` approves something in one of these procedures."""
    steps = [step for procedure in procedures for step in procedure.steps if step.act == act]
    if act in APPROVING or any(step.independent or step.joint for step in steps):
        require_recent(session)


async def recent_session_of(session: SessionDep) -> SignedIn:
    """Who is signed in and has shown so lately. Raises ConfirmFirst."""
    require_recent(session)
    return session


RecentDep = Annotated[SignedIn, Depends(recent_session_of)]


async def actor_of(session: SessionDep) -> Actor:
    return session.actor


ActorDep = Annotated[Actor, Depends(actor_of)]


async def scope_of(actor: ActorDep) -> Scope:
    """What the actor may see."""
    return scoped(actor)


ScopeDep = Annotated[Scope, Depends(scope_of)]


async def address_of(request: Request) -> str:
    """From where the request comes, as far as the server can tell."""
    return request.client.host if request.client else ""


AddressDep = Annotated[str, Depends(address_of)]


def reading(office: OfficeDep, scope: ScopeDep) -> Iterator[Connection]:
    """A connection for reads only, which reaches no further than the actor; given back when the answer is made."""
    with office.database.reading(scope.reach) as connection:
        yield connection


ReadDep = Annotated[Connection, Depends(reading)]


def public_reading(office: OfficeDep) -> Iterator[Connection]:
    """The same for what everybody may read: only for questions that name what they show (an allow-list)."""
    with office.database.reading() as connection:
        yield connection


PublicReadDep = Annotated[Connection, Depends(public_reading)]


async def language(request: Request, _holder: HolderDep) -> str:
    """The language of the answer."""
    return language_of(request)


LanguageDep = Annotated[str, Depends(language)]


async def translate(language: LanguageDep) -> Translate:
    return translator(language)


TranslateDep = Annotated[Translate, Depends(translate)]
