"""Choosing rows of a list for one step together (勾选): ticked ones, those of the page, or all that the filter shows.

A chosen hire travels with the version that was shown. ``written`` and ``read`` are the two ends of that journey.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from api.pages.filters import Chosen
from api.pages.hires import whole
from api.pages.render import Page
from states.vocabulary import Role

#: most hires of one run
MOST = 500
#: whoever only looks on or applies takes no step for many
_LOOK_ON = frozenset({Role.SUPERVISOR, Role.APPLICANT})
Pick = tuple[int, int]


def picking_of(
    page: Page, chosen: Chosen, shown: Sequence[Pick], number: int, *, begun: str = ""
) -> dict[str, Any] | None:
    """What a list needs to offer a step for many: None where the reader takes none, or there is nothing to choose.

    ``begun``: the address to lead back to, of a page that is neither of the two lists.
    """
    if not shown or not any(grant.role not in _LOOK_ON for grant in page.actor.grants):
        return None
    return {
        "list": chosen.list,
        "query": chosen.query,
        "begun": begun,
        "shown": written(dict(shown).items()),
        "on_page": len(dict(shown)),
        "number": number,
        "all": len(shown) < number <= MOST,
        "too_many": number > MOST,
    }


def written(picks: Iterable[Pick]) -> str:
    """Hires and versions in one field of a form."""
    return ",".join(f"{hire_id}.{version}" for hire_id, version in picks)


def read(text: str) -> list[Pick]:
    """What ``written`` wrote, each hire once; anything else is left out."""
    found: dict[int, int] = {}
    for part in text[:20_000].split(","):
        hire_id, _, version = part.partition(".")
        number, seen = whole(hire_id.strip()), whole(version.strip())
        if number is not None and seen is not None:
            found.setdefault(number, seen)
    return list(found.items())


def digest(picks: Iterable[Pick]) -> str:
    """What a list of chosen hires is known by, so that a form that lost a part of it is noticed."""
    return hashlib.sha256(written(picks).encode()).hexdigest()[:32]
