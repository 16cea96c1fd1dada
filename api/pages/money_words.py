"""How long the money lasts, as pages say it (资金测算): for each document and area, beside whom it concerns."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from api.pages import pay_words
from api.pages.render import Page
from states.budget import Funds
from workflow.funds import funds_for
from workflow.queries.places import region_paths


@dataclass(frozen=True, slots=True)
class Money:
    """The money for the posts of a document in an area.

    ``anchor``: where the page tells of it; ``lines``: what is said, and whether it is a fault; ``months``: with one
    decimal, for the places that there are, None where that is not known; ``enough``: whether it lasts for these.
    """

    anchor: str
    document: str
    place: str
    lines: tuple[tuple[str, bool], ...]
    months: str | None
    enough: bool


def document_in(key: str) -> str:
    """The id of the document in the key of one of its versions."""
    return key.partition("@")[0]


def money_of(page: Page, asked: Collection[tuple[str, str]], on: date) -> dict[tuple[str, str], Money]:
    """What to say of the money for each document (its id) and region that is asked for; one area is one value."""
    known = funds_for(page.office, asked, on)
    with page.reading() as connection:
        paths = region_paths(connection, {one.region for one in known.values()})
    areas = sorted({(name, one.region) for (name, _), one in known.items()})
    anchors = {area: f"money-{number}" for number, area in enumerate(areas, 1)}
    return {
        (name, region): _told(page, name, one, paths[one.region], anchors[name, one.region])
        for (name, region), one in known.items()
    }


def each(found: dict[tuple[str, str], Money]) -> list[Money]:
    """Each area once, in the order of the page."""
    return sorted({one.anchor: one for one in found.values()}.values(), key=lambda one: (one.document, one.place))


def _told(page: Page, name: str, one: Funds, place: str, anchor: str) -> Money:
    lines = tuple((page.tell(said), wrong) for said, wrong in one.told())
    known, lasts = one.fen is not None and not one.places.unpriced, one.lasts
    enough = known and (lasts is None or lasts.enough)
    return Money(anchor, pay_words.document_of(page, name), place, lines, lasts.months if lasts else None, enough)
