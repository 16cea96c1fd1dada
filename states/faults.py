"""What is wrong in a procedure file (错误), said to whoever wrote it: file, line, place and one plain sentence.

The sentences of the schema library speak to programmers; here each becomes a Chinese sentence with the value that was
found and what is expected in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from states.marked import Marked, Path, at, split
from states.say import Sentence, say


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong: ``line`` counts from 1, ``where`` is the place for people (``steps.apply.by``)."""

    file: str
    line: int
    where: str
    problem: Sentence

    def __str__(self) -> str:
        place = f" {self.where}:" if self.where else ""
        return f"{self.file}:{self.line}:{place} {self.problem}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong at a place of the file: ``path`` in its own keys; ``of_key`` when the key itself is wrong."""

    path: Path
    problem: Sentence
    of_key: bool = False


class InvalidProcedure(ValueError):
    """Procedure files are at fault; ``faults`` holds all of them, in the order of the files and lines."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


PATTERNS: dict[str, Sentence] = {
    r"^[a-z][a-z0-9_]*$": say("应以小写字母开头，只用小写字母、数字和下划线"),
    r"^[a-z0-9][a-z0-9-]*$": say("只用小写字母、数字和短横线"),
    r"^[0-9A-Za-z.+-]+$": say("只用字母、数字、点、加号和短横线"),
    r"^\d{2,12}$": say("应为2至12位行政区划代码"),
    r"^[0-9A-Z]{2,12}$": say("应为2至12位区域代码"),
    r"^(XY|LC|BH|NM|CQ)-\d{2}$": say("应写作 XY-01 这样的要求编号"),
}

_A_LIST = say("应为列表，写在方括号里或每行一项")
_A_MAP = say("应为一组键值，写在花括号里或每行一键")
_A_DATE = say("应为真实日期，写作 2026-01-04")
_NO_BOOL = say("应为 true 或 false")
_Error = dict[str, Any]
SENTENCES: dict[str, Sentence | Callable[[_Error], Sentence]] = {
    "missing": lambda error: say("缺少“{field}”", field=str(error["loc"][-1])),
    "extra_forbidden": lambda error: say("不认识“{field}”", field=str(error["loc"][-1])),
    "string_type": lambda error: say("应为文字，现为{value}（像数字的文字请加引号）", value=_shown(error["input"])),
    "string_too_short": say("不能空着"),
    "string_too_long": lambda error: say("最多{n}个字", n=error["ctx"]["max_length"]),
    "string_pattern_mismatch": lambda error: _pattern(error),
    "int_type": lambda error: say("应为整数，现为{value}", value=_shown(error["input"])),
    "int_from_float": lambda error: say("应为整数，现为{value}", value=_shown(error["input"])),
    "float_type": lambda error: say("应为数字，现为{value}", value=_shown(error["input"])),
    "bool_type": _NO_BOOL,
    "date_type": _A_DATE,
    "date_parsing": _A_DATE,
    "date_from_datetime_parsing": _A_DATE,
    "date_from_datetime_inexact": _A_DATE,
    "tuple_type": _A_LIST,
    "list_type": _A_LIST,
    "dict_type": _A_MAP,
    "model_type": _A_MAP,
    "model_attributes_type": _A_MAP,
    "too_short": lambda error: say("至少要有{n}项", n=error["ctx"]["min_length"]),
    "enum": lambda error: _not_among(error),
    "literal_error": lambda error: _not_among(error),
    "greater_than_equal": lambda error: say("不能小于{n}", n=error["ctx"]["ge"]),
    "less_than_equal": lambda error: say("不能大于{n}", n=error["ctx"]["le"]),
}
#: the branches of a choice of types, as the schema library names them in a location
BRANCHES: dict[str, Sentence] = {
    "int": say("整数"),
    "bool": say("true 或 false"),
    "float": say("数字"),
    "str": say("文字"),
    "constrained-str": say("名称"),
    "GapRef": say("留白（gap 加名称）"),
}


def sentence_for(error: _Error) -> Sentence:
    """One error of the schema library as a sentence."""
    spoken = SENTENCES.get(error["type"])
    if spoken is None:
        return say("不合要求：{message}", message=str(error["msg"]))
    return spoken if isinstance(spoken, Sentence) else spoken(error)


def faults_of(problems: Iterable[Problem], marked: Marked, file: str) -> Iterator[Fault]:
    """Problems with their lines."""
    for problem in problems:
        known, _ = split(marked.value, problem.path)
        line = marked.line(known, of_key=problem.of_key)
        yield Fault(file, line, marked.where(known), problem.problem)


def problems_of(refused: ValidationError, value: object, path: Path = ()) -> Iterator[Problem]:
    """Every error of the schema in ``value``, which stands at ``path``; the branches of a choice of types as one."""
    choices: dict[Path, list[_Error]] = {}
    errors: list[_Error] = [dict(error) for error in refused.errors(include_url=False)]
    for error in errors:
        known, rest = split(value, error["loc"])
        if rest and _is_branch(rest[0]):
            choices.setdefault(known, []).append(error)
        elif not _follows(error, value):
            yield _problem(error, (*path, *error["loc"]))
    for known, branches in choices.items():
        inside = [error for error in branches if error["loc"][len(known)] == "GapRef"]
        found = at(value, known)
        if inside and isinstance(found, dict):
            yield from (_problem(error, (*path, *known, *error["loc"][len(known) + 1 :])) for error in inside)
        else:
            allowed = "、".join(_branch(error["loc"][len(known)], error) for error in branches)
            problem = say("不能是“{value}”，可以是：{allowed}", value=_shown(found), allowed=allowed)
            yield Problem((*path, *known), problem)


def _problem(error: _Error, path: Path) -> Problem:
    return Problem(path, sentence_for(error), error["type"] == "extra_forbidden" or path[-1:] == ("[key]",))


def _follows(error: _Error, value: object) -> bool:
    """A list that is too short only because an item of it is at fault: that item is told, the list is not."""
    found = at(value, error["loc"])
    return error["type"] == "too_short" and isinstance(found, list) and len(found) >= error["ctx"]["min_length"]


def _is_branch(part: str | int) -> bool:
    return isinstance(part, str) and (part in BRANCHES or part.startswith("str-enum["))


def _branch(name: str, error: _Error) -> str:
    return str(BRANCHES[name]) if name in BRANCHES else _expected(error)


def _pattern(error: _Error) -> Sentence:
    rule = PATTERNS.get(error["ctx"]["pattern"])
    if rule is None:
        return say("“{value}”应符合 {pattern}", value=_shown(error["input"]), pattern=error["ctx"]["pattern"])
    return say("“{value}”不行：{rule}", value=_shown(error["input"]), rule=rule.pattern)


def _not_among(error: _Error) -> Sentence:
    return say("没有“{value}”这一项，可以是：{allowed}", value=_shown(error["input"]), allowed=_expected(error))


def _expected(error: _Error) -> str:
    return str(error["ctx"]["expected"]).replace("'", "").replace(" or ", ", ")


def _shown(value: object) -> str:
    if value is None:
        return "（空）"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)[:60]
