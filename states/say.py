"""Sentences for people (一句话), kept apart from the language they are read in.

A sentence is a Chinese pattern and its facts. The pattern is the gettext message id, so Chinese needs no
catalogue; other languages come from the ``.po`` files beside each package. Translating is left to the edge
(``translator``), because this package reads no files after loading.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

Fact = str | int | bool | date | None
Translate = Callable[[str], str]

NO_FACTS: Mapping[str, Fact] = MappingProxyType({})


def _no_facts() -> Mapping[str, Fact]:
    return NO_FACTS


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence: ``pattern`` (Chinese, ``str.format`` style) and the ``facts`` it names."""

    pattern: str
    facts: Mapping[str, Fact] = field(default_factory=_no_facts)

    def text(self, translate: Translate | None = None) -> str:
        """The sentence in the language of ``translate`` (default: Chinese). Facts that are words are translated too."""
        pattern = translate(self.pattern) if translate else self.pattern
        if not self.facts:
            return pattern
        return pattern.format(**{name: _shown(value, translate) for name, value in self.facts.items()})

    def __str__(self) -> str:
        return self.text()


def _shown(value: Fact, translate: Translate | None) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return _spoken(value, translate) if translate and value else value
    return "" if value is None else str(value)


def _spoken(value: str, translate: Translate) -> str:
    """A word in the language of the reader; of words with the enumeration comma between them (顿号), each of them."""
    whole = translate(value)
    if whole != value or ENUMERATION not in value:
        return whole
    words = value.split(ENUMERATION)
    spoken = [translate(word) for word in words]
    # Where no word is known it is no list of ours but the name of a law or somebody's own words: left as written.
    ours = spoken != words or value.replace(ENUMERATION, "").isascii()
    return translate(ENUMERATION).join(spoken) if ours else value


def say(pattern: str, /, **facts: Fact) -> Sentence:
    """``say("公示期至{ends}届满", ends=day)``: the one spelling that the message extractor looks for."""
    return Sentence(pattern, MappingProxyType(facts) if facts else NO_FACTS)


#: between the words of a list that is one fact; a word itself, because other languages write another
ENUMERATION = say("、").pattern
