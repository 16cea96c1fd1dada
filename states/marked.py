"""YAML that remembers its lines: plain values for the schema, and for every value the line where it stands.

Narrower than YAML on purpose, because these files are law and are written by people who are no programmers. ``on``,
``off``, ``yes`` and ``no`` stay words, days stay text, keys are always text; a key written twice, an anchor or a tag is
a fault. So one place of the file says one thing, and every fault has one line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from states.say import Sentence, say

Path = tuple[str | int, ...]
Value = dict[str, Any] | list[Any] | str | int | float | bool | None

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?[0-9]+\.[0-9]+")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}
_PLAIN_TAGS = tuple(f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map"))
#: what names an item of a list, so that a fault is shown at ``steps.apply`` and not at ``steps.0``
_NAMES = (
    "act", "stage", "deadline", "use", "gap", "ground", "filing", "template", "grade", "item", "what", "exception",
    "name", "kind",
)  # fmt: skip
# C reads ten times faster than Python; both give the same nodes.
_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


@dataclass(frozen=True, slots=True)
class Slip:
    """A fault of the notation itself, at ``line`` (counted from 1) and ``path``."""

    line: int
    path: Path
    problem: Sentence


@dataclass(frozen=True, slots=True)
class Marked:
    """A file as read: its plain ``value``, its nodes with their lines, and every slip of notation."""

    value: Value
    root: yaml.Node | None
    slips: tuple[Slip, ...]

    def line(self, path: Path, *, of_key: bool = False) -> int:
        """The line (from 1) of the value at ``path`` or of the nearest place that exists; a list or map: of its key."""
        line, node = 1, self.root
        for position, part in enumerate(path):
            entry = _entry(node, part)
            if entry is None:
                break
            key, node = entry
            last = position == len(path) - 1
            collection = isinstance(node, yaml.CollectionNode)
            line = (key if key is not None and (collection or (last and of_key)) else node).start_mark.line + 1
        return line

    def where(self, path: Path) -> str:
        """``path`` for people: items of lists by their name, or counted from 1."""
        shown: list[str] = []
        for position, part in enumerate(path):
            shown.append(part if isinstance(part, str) else self._name_of(path[: position + 1], part))
        return ".".join(shown)

    def _name_of(self, path: Path, index: int) -> str:
        item = at(self.value, path)
        names = [item[key] for key in _NAMES if isinstance(item.get(key), str)] if isinstance(item, dict) else []
        return names[0] if names else str(index + 1)


def at(value: object, path: Path) -> object:
    """The value at ``path`` within ``value``; None where there is none."""
    found: Any = value
    for part in path:
        try:
            found = found[part]
        except (KeyError, IndexError, TypeError):
            return None
    return found


def split(value: object, path: Path) -> tuple[Path, Path]:
    """``path`` cut where it leaves ``value``: what exists, and what does not."""
    found: Any = value
    for position, part in enumerate(path):
        try:
            found = found[part]
        except (KeyError, IndexError, TypeError):
            return path[:position], path[position:]
    return path, ()


def read(text: str) -> Marked:
    """``text`` read as one YAML document. Never raises: what cannot be read is a slip."""
    try:
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        return Marked(None, None, (Slip(line, (), say("不是合格的YAML：{reason}", reason=error.problem or "")),))
    except (yaml.YAMLError, RecursionError) as error:
        return Marked(None, None, (Slip(1, (), say("不是合格的YAML：{reason}", reason=" ".join(str(error).split()))),))
    if root is None:
        return Marked(None, None, (Slip(1, (), say("文件是空的")),))
    try:
        reading = _Reading([], set())
        value = reading.value(root, ())
    except RecursionError:
        return Marked(None, root, (Slip(1, (), say("层次太深")),))
    return Marked(value, root, tuple(reading.slips))


@dataclass(frozen=True, slots=True)
class _Reading:
    """Nodes to plain values, gathering slips on the way. ``seen`` finds the anchored node that is used again."""

    slips: list[Slip]
    seen: set[int]

    def value(self, node: yaml.Node, path: Path, key: yaml.Node | None = None) -> Value:
        if id(node) in self.seen:
            # the node still stands at its anchor; its key stands where it is used again
            self._slip(key or node, path, say("不支持锚点和引用（& 与 *），请写全"))
            return None
        self.seen.add(id(node))
        if node.tag not in _PLAIN_TAGS:
            self._slip(node, path, say("不支持标签“{tag}”", tag=node.tag))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        return _scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._slip(key, path, say("键应为一个词"))
            elif key.value in found:
                # YAML itself lets the last of two equal keys win, and a whole list of rules would be gone unseen.
                self._slip(key, (*path, key.value), say("“{key}”写了两次", key=key.value))
            else:
                found[key.value] = self.value(value, (*path, key.value), key)
        return found

    def _slip(self, node: yaml.Node, path: Path, problem: Sentence) -> None:
        self.slips.append(Slip(node.start_mark.line + 1, path, problem))


def _scalar(node: yaml.Node) -> Value:
    text = str(node.value)
    if getattr(node, "style", None):  # quoted, or a block of text
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


def _entry(node: yaml.Node | None, part: str | int) -> tuple[yaml.Node | None, yaml.Node] | None:
    """The entry of a map (its key and value) or of a list (no key)."""
    if isinstance(node, yaml.MappingNode) and isinstance(part, str):
        return next(((key, value) for key, value in _pairs(node) if key.value == part), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return None, node.value[part]
    return None


def _pairs(node: yaml.MappingNode) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    yield from node.value
