"""Which sentences there are, and which of them are translated (抽取文本): for developers and tests.

Sentences are found where they are said: ``say("…")`` and ``_("…")`` in code, ``{% trans %}`` and ``_()`` in templates.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from notifications.i18n import CATALOGUES, ROOT, catalogue_path

SPOKEN = {"say": None, "_": None, "gettext": None}
TEMPLATES = (".html", ".txt", ".xml", ".jinja")
JINJA = {"extensions": "jinja2.ext.i18n", "newstyle_gettext": "true", "trimmed": "true", "silent": "false"}
FACT = re.compile(r"\{(\w+)[^{}]*\}|%\((\w+)\)s")
#: no dates: a catalogue changes when its words do
HEADER = """# English of the sentences that people read. Message ids are the Chinese patterns of the code.
# Brought up to date by: python -m notifications.i18n update
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Language: en\\n"

"""


@dataclass(frozen=True, slots=True)
class Found:
    """A sentence and the first place where it is said."""

    pattern: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Report:
    """What is wrong with a catalogue. ``unused`` harms nobody; ``faults`` do."""

    untranslated: tuple[Found, ...]
    unused: tuple[str, ...]
    #: the translation names other facts than the pattern, and would fail before a reader
    broken: tuple[str, ...]

    @property
    def faults(self) -> list[str]:
        missing = [f"{found.file}:{found.line}: untranslated: {found.pattern}" for found in self.untranslated]
        return missing + [f"other facts than in the pattern: {pattern}" for pattern in self.broken]


def sentences(package: str) -> dict[str, Found]:
    """Every sentence of the packages that share the catalogue of ``package``, in the order of files and lines."""
    found: dict[str, Found] = {}
    for name in CATALOGUES[package]:
        for path in sorted((ROOT / name).rglob("*")):
            for line, pattern in _said_in(path):
                found.setdefault(pattern, Found(pattern, path.relative_to(ROOT).as_posix(), line))
    return found


def check(package: str, language: str = "en") -> Report:
    """What the catalogue of ``package`` lacks, has too much, or has wrong."""
    said, catalogue = sentences(package), _read(package, language)
    known = {str(message.id): message for message in catalogue if message.id}
    done = {pattern: str(m.string) for pattern, m in known.items() if m.string and not m.fuzzy}
    return Report(
        untranslated=tuple(found for pattern, found in said.items() if pattern not in done),
        unused=tuple(pattern for pattern in known if pattern not in said),
        broken=tuple(p for p, translated in done.items() if p in said and _facts(p) != _facts(translated)),
    )


def update(package: str, language: str = "en") -> str:
    """Writes the catalogue of ``package`` anew: every sentence said, with the translation it had. Says how it stands.

    Translations of sentences that are gone stay at the end of the file, out of use, and serve again if they come back.
    """
    old = _read(package, language)
    kept = {str(m.id): m for m in (*old.obsolete.values(), *old) if m.id and m.string}
    new = Catalog(locale=language)
    for pattern, found in sentences(package).items():
        was = kept.pop(pattern, None)
        flags = set(was.flags) & {"fuzzy"} if was else set()
        new.add(pattern, was.string if was else "", locations=[(found.file, found.line)], flags=flags)
    for pattern, was in kept.items():
        gone = Catalog(locale=language)
        new.obsolete[pattern] = gone.add(pattern, was.string)
    path = catalogue_path(package, language)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(HEADER.encode() + _written(new))
    report = check(package, language)
    return f"{len(new)} sentences, {len(report.untranslated)} untranslated, {len(report.broken)} broken"


def _read(package: str, language: str) -> Catalog:
    path = catalogue_path(package, language)
    return read_po(BytesIO(path.read_bytes() if path.exists() else b""), locale=language, abort_invalid=True)


def _written(catalogue: Catalog) -> bytes:
    out = BytesIO()
    write_po(out, catalogue, width=0, omit_header=True, include_lineno=False)
    # an equals sign of the interpreter's mood about format flags would change lines for no reason
    return b"\n".join(line for line in out.getvalue().split(b"\n") if not line.startswith(b"#, python-")).lstrip()


def _said_in(path: Path) -> Iterator[tuple[int, str]]:
    if path.suffix == ".py":
        yield from _said_in_python(path.read_text(encoding="utf-8"), path)
    elif path.suffix in TEMPLATES and "templates" in path.parts:
        with path.open("rb") as file:
            for line, message, _comments, _context in extract("jinja2.ext:babel_extract", file, SPOKEN, (), JINJA):
                yield line, message if isinstance(message, str) else message[0]


def _said_in_python(source: str, path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(source, str(path))):
        if isinstance(node, ast.Call) and node.args and _name(node.func) in SPOKEN:
            first = node.args[0]
            for option in (first.body, first.orelse) if isinstance(first, ast.IfExp) else (first,):
                if isinstance(option, ast.Constant) and isinstance(option.value, str):
                    yield node.lineno, option.value


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _facts(pattern: str) -> frozenset[Any]:
    return frozenset(match[0] or match[1] for match in FACT.findall(pattern))
