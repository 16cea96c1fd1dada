"""Which language a request asks for (语言). Translating is ``notifications.i18n``'s."""

from __future__ import annotations

from notifications.i18n import LANGUAGES


def preferred(accept_language: str | None) -> str | None:
    """The first of our languages that an ``Accept-Language`` header asks for, by its weights; None if it names none."""
    wanted: list[tuple[float, int, str]] = []
    for position, part in enumerate((accept_language or "")[:200].split(",")):
        tag, _, weight = part.strip().partition(";")
        language = tag.strip().lower().split("-")[0]
        if language in LANGUAGES:
            wanted.append((-_weight(weight), position, language))
    return min(wanted)[2] if wanted else None


def _weight(text: str) -> float:
    try:
        return float(text.strip().removeprefix("q="))
    except ValueError:
        return 1.0
