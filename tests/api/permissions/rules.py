"""What a table of permissions is made of: who asks, what is asked, and the answer to each.

The objects lie in one township. ``Relation`` says where the account's region lies from there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from states.vocabulary import ADMINISTRATORS, HOUSE_ROLES, Role
from tests.api.support import CHILD, OTHER, OWN, PARENT, SIBLING


class Relation(Enum):
    """Where an account's region lies from the object's; NONE: an account without any grant."""

    OWN = OWN
    PARENT = PARENT
    CHILD = CHILD
    SIBLING = SIBLING
    OTHER = OTHER
    NONE = None


@dataclass(frozen=True)
class Who:
    """An account by its one role and its region; ``relation`` None: nobody is signed in."""

    role: Role
    relation: Relation | None

    @property
    def grants(self) -> tuple[tuple[Role, str], ...]:
        return () if self.relation is None or self.relation.value is None else ((self.role, self.relation.value),)

    @property
    def holds_an_office(self) -> bool:
        """Administrators (三员) have a grant, but no business."""
        return bool(self.grants) and self.role not in ADMINISTRATORS

    @property
    def covers(self) -> bool:
        """The account's region is the object's or holds it."""
        return self.relation in (Relation.OWN, Relation.PARENT) and self.holds_an_office

    @property
    def sees(self) -> bool:
        """Offices see what lies in their regions; an applicant sees only their own."""
        return self.covers and self.role is not Role.APPLICANT


@dataclass(frozen=True)
class Objects:
    """What the requests are about: a hire on public notice, one applied for, a vacancy, and what belongs to them.

    ``disputed`` is on the same notice ``sheet``, with an ``objection``; ``hire`` has a ``document`` and a ``recovery``
    that waits to be decided; ``application`` was sent in without an account.
    """

    vacancy: int
    applied: int
    hire: int
    disputed: int
    objection: int
    document: int
    application: int
    sheet: str
    person: int
    post: int
    opening: int
    message: str
    new_number: str
    recovery: int
    pay_sheet: int
    paper: str


Answer = Callable[[Who], int]
Ask = Callable[[Objects], dict[str, Any]]
NOBODY = Who(Role.EMPLOYER, None)
OFFICES = [role for role in Role if role not in HOUSE_ROLES | {Role.SYSTEM}]
WHO = [Who(role, relation) for role in (*OFFICES, *sorted(ADMINISTRATORS)) for relation in Relation]


@dataclass(frozen=True)
class Rule:
    """``answer`` for whoever is signed in; ``signed_out`` for nobody.

    ``ask``: what is sent (``path``, ``query``, ``json``, ``form``). ``holds``: whether the object is in the answer.
    """

    answer: Answer
    ask: Ask = lambda objects: {}
    signed_out: int = 401
    holds: Callable[[Who, Objects, Any], bool] | None = None
    #: of an answer about several hires, the status of the one asked about
    each: Answer | None = None
    #: whether reading it is itself put on record; no other GET changes anything
    recorded: bool = False


Rules = dict[tuple[str, str], Rule]

# ---- answers -----------------------------------------------------------------------------------------------------

REGISTRARS = {Role.VILLAGE, Role.TOWNSHIP, Role.EMPLOYER, Role.HRSS, Role.RURAL, Role.COUNTY, Role.COMPANY}
POST_KEEPERS = {Role.EMPLOYER, Role.HRSS, Role.RURAL, Role.COUNTY}


def always(status: int) -> Answer:
    return lambda who: status


def if_seen(who: Who) -> int:
    return 200 if who.sees else 404


def if_announced(who: Who) -> int:
    """Posts and openings are there for applicants, too."""
    return 200 if who.covers else 404


def by(
    roles: set[Role], status: int, *, other: int = 403, seen: Callable[[Who], bool] = lambda who: who.sees
) -> Answer:
    """``status`` for these roles, ``other`` for others who see the object, 404 for those who do not."""
    return lambda who: (status if who.role in roles else other) if seen(who) else 404


def held_by(roles: set[Role] | frozenset[Role], status: int) -> Answer:
    """``status`` for whoever holds one of these roles anywhere, 403 for all others."""
    return lambda who: status if who.role in roles and who.grants else 403


def in_body(roles: set[Role], status: int) -> Answer:
    """A region named in the body: of no use to whoever has no role there, and answered as if it did not exist."""
    return lambda who: (
        (status if who.role in roles else 403) if who.relation in (Relation.OWN, Relation.PARENT) else 422
    )


def lists(field: str, wanted: Callable[[Objects], Any], seen: Callable[[Who], bool]) -> Callable[..., bool]:
    """The list holds the object exactly when it may be seen."""
    return lambda who, objects, body: (wanted(objects) in [item[field] for item in body["items"]]) is seen(who)


def names(text: str, seen: Callable[[Who], bool]) -> Callable[..., bool]:
    """The page holds a text exactly when its reader may see what it names."""
    return lambda who, objects, page: (text in page) is seen(who)


def sees(who: Who) -> bool:
    return who.sees


def covers(who: Who) -> bool:
    return who.covers


def query(**query: Any) -> Ask:
    return lambda objects: {"query": query}
