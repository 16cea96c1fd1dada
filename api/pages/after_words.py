"""Money, months and standings in words (措辞): what the pages of renewals, aftercare and recoveries share."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from api.pages.render import Page
from states.say import Sentence, say
from workflow.queries import scoped
from workflow.queries.recoveries import Standing

MOST_FEN = 2**53
#: in place of a need that nobody has asked for yet
NEEDS_SAID = say("还没有摸底")
STANDINGS: Mapping[Standing, Sentence] = {
    Standing.WAITING: say("待决定"),
    Standing.OPEN: say("追回中"),
    Standing.SETTLED: say("已结清"),
    Standing.REFUSED: say("不予追回"),
}


def fen_of(text: str) -> int:
    """Yuan with up to two decimals as fen, commas of thousands left out; 0 for what is no sum."""
    try:
        fen = Decimal(text.strip().replace(",", "").replace("，", "")) * 100
    except InvalidOperation:
        return 0
    if not fen.is_finite() or fen != fen.to_integral_value() or not 0 < fen <= MOST_FEN:
        return 0
    return int(fen)


def yuan(fen: int) -> str:
    """Fen as a page shows them: "1,400.50"."""
    return f"{fen / 100:,.2f}"


def day_of(text: str) -> date | None:
    """A day as a form sends it; None for what is none."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def months_words(page: Page, first: date, last: date) -> str:
    """``2026-03`` or ``2026-03 至 2026-05``."""
    begun, ended = f"{first:%Y-%m}", f"{last:%Y-%m}"
    return begun if begun == ended else page.tell(say("{first}至{last}", first=begun, last=ended))


def region_of(page: Page, text: str | None) -> str | None:
    """A region that was asked for, if it lies within what the reader sees."""
    return text if text and text.isalnum() and len(text) <= 12 and scoped(page.actor).covers(text) else None
