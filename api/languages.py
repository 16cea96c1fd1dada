"""The language of an answer (语言): Chinese unless the reader prefers English.

Chinese needs no catalogue, its sentences are the message ids. English comes from the ``locale/en.po`` files beside the
packages, read once at start; a sentence that has no translation yet is shown in Chinese rather than not at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

from states.say import Translate

ROOT = Path(__file__).parents[1]
PACKAGES = ("states", "workflow", "notifications", "api")
LANGUAGES = ("zh", "en")


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Message id to translation, over all packages. Empty for Chinese."""
    messages: dict[str, str] = {}
    for package in PACKAGES:
        path = ROOT / package / "locale" / f"{language}.po"
        if language != "zh" and path.exists():
            with path.open("rb") as file:
                for message in read_po(file, locale=language):
                    if message.id and message.string and not message.fuzzy:
                        messages[str(message.id)] = str(message.string)
    return messages


def translator(language: str) -> Translate | None:
    """What ``Sentence.text`` takes; None for Chinese."""
    if language == "zh":
        return None
    messages = catalogue(language)
    return lambda words: messages.get(words, words)


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
