"""Money, months and standings in words (措辞): what the pages of renewals, aftercare and recoveries share."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from api.pages.render import Page
from states.say import Sentence, say
from workflow.queries import scoped
from workflow.queries.recoveries import Standing

_KEY = re.compile(r"([0-9-]{10})~([0-9]{1,18})")
#: in place of a need that nobody has asked for yet
NEEDS_SAID = say("还没有摸底")
STANDINGS: Mapping[Standing, Sentence] = {
    Standing.WAITING: say("待决定"),
    Standing.OPEN: say("追回中"),
    Standing.SETTLED: say("已结清"),
    Standing.REFUSED: say("不予追回"),
}


def yuan(fen: int) -> str:
    """Fen as a page shows them: "1,400.50"."""
    return f"{fen // 100:,}.{fen % 100:02}"


def day_of(text: str) -> date | None:
    """A day as a form sends it; None for what is none."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def day_key(text: str | None) -> tuple[date, int] | None:
    """Where a page of a list goes on, from its address: a day and the hire; None for what is none."""
    found = _KEY.fullmatch(text or "")
    day = day_of(found[1]) if found else None
    return None if found is None or day is None else (day, int(found[2]))


def day_key_text(key: tuple[date, int] | None) -> str | None:
    """The same for an address."""
    return f"{key[0].isoformat()}~{key[1]}" if key else None


def months_words(page: Page, first: date, last: date) -> str:
    """``2026-03`` or ``2026-03 至 2026-05``."""
    begun, ended = f"{first:%Y-%m}", f"{last:%Y-%m}"
    return begun if begun == ended else page.tell(say("{first}至{last}", first=begun, last=ended))


def region_of(page: Page, text: str | None) -> str | None:
    """A region that was asked for, if it lies within what the reader sees."""
    return text if text and text.isalnum() and len(text) <= 12 and scoped(page.actor).covers(text) else None
