"""The three administrators (三员): which pages are whose, and that nobody else sees them."""

from __future__ import annotations

from api.pages.render import Page
from api.problems import Forbidden
from states.facts import Actor
from states.say import say
from states.vocabulary import Role

PAGE = 50
SYSTEM, SECURITY, AUDIT = Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN
#: page, words, for whom
TABS = (
    ("accounts", say("账户"), frozenset({SYSTEM})),
    ("regions", say("地区"), frozenset({SYSTEM})),
    ("grants", say("授权"), frozenset({SECURITY, AUDIT})),
    ("log", say("事务日志"), frozenset({AUDIT})),
)


def held(actor: Actor) -> frozenset[Role]:
    """Which of the three the actor is."""
    return frozenset(grant.role for grant in actor.grants) & {SYSTEM, SECURITY, AUDIT}


def only(page: Page, *roles: Role) -> None:
    """Raises Forbidden for everybody else."""
    if not held(page.actor) & set(roles):
        raise Forbidden


def tabs_of(page: Page, here: str) -> list[tuple[str, str, bool]]:
    """The pages of an administrator: address, words, whether it is open."""
    mine = held(page.actor)
    return [(f"/administration/{name}", page.tell(words), name == here) for name, words, roles in TABS if roles & mine]
