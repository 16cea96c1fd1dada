"""The one translator of the service (翻译): Chinese patterns are the message ids, other languages come from catalogues.

Chinese needs no catalogue. Each package keeps its English beside its code, in ``<package>/locale/en.po``; names that
procedures give to their stages, steps and roles are bilingual already and are learnt from there. All of it is read into
memory when the first translator is asked for.

``python -m notifications.i18n update`` brings the catalogues up to date with the sentences in code and templates and
keeps every translation; ``check`` lists what is untranslated or broken.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po
from jinja2 import Environment
from pydantic import BaseModel

from states.loading import Catalogue
from states.procedure import Procedure
from states.say import Translate

ROOT = Path(__file__).parents[1]
CHINESE = "zh"
LANGUAGES = (CHINESE, "en")
#: packages with sentences of their own, lowest first
PACKAGES = ("states", "workflow", "notifications", "api")
#: where the sentences of a package are translated: what happened is told in the words of the law
CATALOGUES: Mapping[str, tuple[str, ...]] = {
    "states": ("states", "workflow"),
    "notifications": ("notifications",),
    "api": ("api",),
}


def translator(language: str) -> Translate:
    """From a Chinese pattern to the same in ``language``; what is not translated stays Chinese.

    Raises KeyError for a language that this service does not speak.
    """
    if language not in LANGUAGES:
        raise KeyError(language)
    if language == CHINESE:
        return _as_it_is
    words = _words(language)
    return lambda pattern: words.get(pattern, pattern)


def install(environment: Environment, language: str | Callable[[], str]) -> None:
    """Lets templates say ``{% trans %}`` and ``_()`` in ``language``, or in what ``language()`` says at that moment."""
    environment.policies["ext.i18n.trimmed"] = True
    environment.add_extension("jinja2.ext.i18n")
    speak = language if callable(language) else lambda: language

    def one(pattern: str) -> str:
        return translator(speak())(pattern)

    def several(singular: str, plural: str, n: int) -> str:
        # Chinese knows no plural: a template that counts says so in one pattern
        return one(singular if n == 1 else plural)

    environment.install_gettext_callables(one, several, newstyle=True)  # type: ignore[attr-defined]


def learn(procedures: Iterable[Procedure]) -> None:
    """Adds the bilingual names of further procedures (a county's own) to the translators in use."""
    for zh, en in _pairs(procedures):
        _words("en").setdefault(zh, en)


def read_catalogue(path: Path, language: str) -> dict[str, str]:
    """The finished translations of a ``.po`` file; none without such a file. Raises PoFileError if it is broken."""
    if not path.exists():
        return {}
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language, abort_invalid=True)
    return {
        message.id: message.string
        for message in catalogue
        if isinstance(message.id, str) and isinstance(message.string, str)
        if message.id and message.string and not message.fuzzy
    }


def catalogue_path(package: str, language: str) -> Path:
    return ROOT / package / "locale" / f"{language}.po"


def _as_it_is(pattern: str) -> str:
    return pattern


@cache
def _words(language: str) -> dict[str, str]:
    words = dict(_pairs(Catalogue.load().all())) if language == "en" else {}
    for package in CATALOGUES:
        words |= read_catalogue(catalogue_path(package, language), language)
    return words


def _pairs(procedures: Iterable[Procedure]) -> Iterator[tuple[str, str]]:
    """Every Chinese name with its English one, wherever in a procedure."""
    for procedure in procedures:
        yield from _pairs_in(procedure)


def _pairs_in(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, BaseModel):
        zh, en = getattr(value, "zh", None), getattr(value, "en", None)
        if isinstance(zh, str) and isinstance(en, str):
            yield zh, en
        for name in type(value).model_fields:
            yield from _pairs_in(getattr(value, name))
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _pairs_in(item)
    elif isinstance(value, tuple):
        for item in value:
            yield from _pairs_in(item)


def main(arguments: list[str]) -> int:
    """``update`` or ``check``, of all catalogues or of those named; the exit status says whether all is translated."""
    from notifications.extraction import check, update

    command, packages = arguments[:1], arguments[1:] or list(CATALOGUES)
    if command not in (["update"], ["check"]) or not set(packages) <= set(CATALOGUES):
        print(f"python -m notifications.i18n update|check [{'|'.join(CATALOGUES)} …]", file=sys.stderr)
        return 2
    if command == ["update"]:
        for package in packages:
            print(f"{package}: {update(package)}")
        return 0
    faults = [fault for package in packages for fault in check(package).faults]
    print("\n".join(faults) or "everything is translated")
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
