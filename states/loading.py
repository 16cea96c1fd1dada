"""Procedure files become procedures (读取), whole or not at all; and the catalogue of all that this service knows.

Whoever writes a file hears everything that is wrong with it at once, line by line. A county adds its own document by
putting one YAML file into a folder, and rules on gaps by a ``gaps.yaml`` beside it (docs/adding-a-procedure.md).
Files are read once, at start; nothing here asks a clock or a database.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from states.aftercare import standards
from states.assessment import AssessmentRules
from states.checking import check
from states.document import Gap
from states.faults import Fault, InvalidProcedure, Problem, faults_of, problems_of
from states.marked import Marked, read
from states.meets import enforces
from states.procedure import Procedure
from states.say import Sentence, say

__all__ = ["Catalogue", "Fault", "InvalidProcedure", "UnknownProcedure", "load_procedure", "shipped"]

FOLDER = Path(__file__).parent / "procedures"
#: the rulings in force; what hires began under earlier ones is kept with the hires
RULINGS = "gaps.yaml"
#: counties' own schemes of assessment, where a document leaves them to the county
SCHEMES = "assessment.yaml"
Ruling = int | bool | str


class UnknownProcedure(KeyError):
    """No procedure is known under this key (``id@version``) or id."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key
        self.problem = say("没有名为“{key}”的办法", key=key)


def load_procedure(text: str, name: str) -> Procedure:
    """The procedure that ``text`` (YAML) describes; ``name`` is the file's name in faults.

    Raises InvalidProcedure with every fault of notation and schema, or, where the schema is kept, with every fault of
    meaning (``states.checking``).
    """
    marked = read(text)
    faults = [Fault(name, slip.line, marked.where(slip.path), slip.problem) for slip in marked.slips]
    procedure = None
    if marked.root is not None:
        try:
            # Strict, and by way of JSON: "5" is no number, and a day is text that spells a real date.
            procedure = Procedure.model_validate_json(json.dumps(marked.value), strict=True)
        except ValidationError as refused:
            faults += faults_of(problems_of(refused, marked.value), marked, name)
    if procedure is not None and not faults:
        faults += faults_of(check(procedure), marked, name)
    if faults or procedure is None:
        raise _invalid(faults)
    return procedure


@cache
def _shipped_versions() -> tuple[Procedure, ...]:
    return tuple(_read_all(sorted(FOLDER.glob("*.yaml"))).values())


def shipped() -> dict[str, Procedure]:
    """The current version of every document that comes with the service, by its id. Read once."""
    return {procedure.procedure: procedure for procedure in sorted(_shipped_versions(), key=_age)}


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every version of every procedure that this service knows. Immutable; ``Catalogue.load`` makes one."""

    _by_key: Mapping[str, Procedure]
    _current: Mapping[str, Procedure]

    @classmethod
    def load(cls, extra: Path | None = None) -> Catalogue:
        """What is shipped, and every ``*.yaml`` of the folder ``extra`` with its ``assessment.yaml`` and ``gaps.yaml``.

        A scheme of assessment or a ruling makes a version of its own, which is then the current one: ``1`` becomes
        ``1+`` and eight hex digits of its content. Raises InvalidProcedure with the faults of all files.
        """
        known = {procedure.key: procedure for procedure in _shipped_versions()}
        if extra is not None and not extra.is_dir():
            # a mistyped setting must not look like a county without documents of its own
            raise _invalid([Fault(extra.name, 1, "", say("没有这个文件夹：{folder}", folder=str(extra)))])
        if extra is not None:
            known = _read_all((path for path in sorted(extra.glob("*.yaml")) if path.name not in BESIDE), known)
        current = {procedure.procedure: procedure for procedure in sorted(known.values(), key=_age)}
        for name, made in BESIDE.items():
            if extra is not None and (extra / name).exists():
                for procedure in made(extra / name, current):
                    known[procedure.key] = current[procedure.procedure] = procedure
        return cls(MappingProxyType(known), MappingProxyType(current))

    def get(self, key: str) -> Procedure:
        """The version that a hire remembers, by ``id@version``. Raises UnknownProcedure."""
        return _found(self._by_key, key)

    def current(self, procedure: str) -> Procedure:
        """The version for new openings of the document with this id. Raises UnknownProcedure."""
        return _found(self._current, procedure)

    def all(self) -> tuple[Procedure, ...]:
        """Every version, by key."""
        return tuple(self._by_key[key] for key in sorted(self._by_key))


def _found(among: Mapping[str, Procedure], key: str) -> Procedure:
    if key not in among:
        raise UnknownProcedure(key)
    return among[key]


def _invalid(faults: Iterable[Fault]) -> InvalidProcedure:
    return InvalidProcedure(tuple(sorted(faults, key=lambda fault: (fault.file, fault.line))))


def _age(procedure: Procedure) -> tuple[Any, ...]:
    """Sorts versions of a document from old to new: "2" before "10"; letters after numbers."""
    parts = re.findall(r"\d+|[A-Za-z]+", procedure.version)
    return procedure.validity.valid_from, tuple((0, int(p), "") if p.isdigit() else (1, 0, p) for p in parts)


def _read_all(paths: Iterable[Path], known: Mapping[str, Procedure] | None = None) -> dict[str, Procedure]:
    """The procedures of these files added to ``known``. Raises InvalidProcedure with the faults of all of them."""
    found = dict(known or {})
    faults: list[Fault] = []
    for path in paths:
        try:
            procedure = load_procedure(_text(path), path.name)
        except InvalidProcedure as refused:
            faults += refused.faults
            continue
        if found.setdefault(procedure.key, procedure) != procedure:
            # A hire remembers id and version; two contents under one name would change the law behind its back.
            problem = say("“{key}”已有内容不同的另一份，请改用新的 version", key=procedure.key)
            faults.append(Fault(path.name, 1, "version", problem))
    if faults:
        raise _invalid(faults)
    return found


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidProcedure((Fault(path.name, 1, "", say("读不出文件：{error}", error=str(error))),)) from error


# -- rulings on gaps --------------------------------------------------------------------------------------------------


def _read_rulings(path: Path, current: Mapping[str, Procedure]) -> list[Procedure]:
    """The versions that the rulings in ``path`` make. Raises InvalidProcedure with every fault."""
    marked = read(_text(path))
    found = [(slip.line, marked.where(slip.path), slip.problem) for slip in marked.slips]
    content = marked.value if isinstance(marked.value, dict) else {}
    if marked.root is not None and not isinstance(marked.value, dict):
        found.append((1, "", say("应为一组键值：办法编号、留白名称和裁定")))
    for name, rulings in content.items():
        found += _faults_of_rulings(name, rulings, current, marked)
    if found:
        raise _invalid(Fault(path.name, line, where, problem) for line, where, problem in found)
    return [_ruled(current[name], rulings) for name, rulings in content.items()]


def _faults_of_rulings(
    name: str, rulings: object, current: Mapping[str, Procedure], marked: Marked
) -> list[tuple[int, str, Sentence]]:
    line = marked.line((name,), of_key=True)
    if name not in current:
        return [(line, name, say("没有名为“{key}”的办法", key=name))]
    if not isinstance(rulings, dict) or not rulings:
        return [(line, name, say("应写明至少一项留白及其裁定"))]
    gaps = _gaps_of(current[name])
    found: list[tuple[int, str, Sentence]] = []
    for gap, value in rulings.items():
        place = (marked.line((name, gap), of_key=True), f"{name}.{gap}")
        if gap not in gaps:
            known = "、".join(gaps)
            found.append((*place, say("该办法没有“{gap}”这一留白，可以裁定：{known}", gap=gap, known=known)))
        elif problem := _ruling_problem(gaps[gap], value):
            found.append((*place, problem))
    return found


def _gaps_of(procedure: Procedure) -> dict[str, Gap]:
    """What a county may rule: what the document leaves open, and what no document says of those who left."""
    return {**{gap.gap: gap for gap in standards().gaps}, **procedure.gap_by_name}


def _ruling_problem(gap: Gap, value: object) -> Sentence | None:
    # bool is an int to Python; here true and 1 are different answers
    if type(value) is not type(gap.default):
        kinds = {int: say("整数"), bool: say("true 或 false"), str: say("文字")}
        return say("应为{kind}", kind=kinds[type(gap.default)].pattern)
    if gap.choices and value not in gap.choices:
        return say("不能是“{value}”，可以是：{allowed}", value=str(value), allowed="、".join(map(str, gap.choices)))
    if gap.unit is not None and isinstance(value, int) and value < 1:
        return say("不能小于{n}", n=1)
    return None


def _ruled(procedure: Procedure, rulings: dict[str, Ruling]) -> Procedure:
    digest = sha256(json.dumps(rulings, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:8]
    return procedure.with_rulings(rulings, f"{procedure.version}+{digest}", standards().gaps)


# -- schemes of assessment --------------------------------------------------------------------------------------------

#: what a county's scheme may say; who proposes and who rules stays with the document
OF_A_SCHEME = frozenset(
    {"due_month", "due_day", "scale", "base_points", "grades", "items", "levels", "floor", "share_rounding", "cite"}
    | {"note"}
)


@enforces("LC-17")
def _read_schemes(path: Path, current: Mapping[str, Procedure]) -> list[Procedure]:
    """The versions that the schemes of assessment in ``path`` make. Raises InvalidProcedure with every fault."""
    marked = read(_text(path))
    faults = [Fault(path.name, slip.line, marked.where(slip.path), slip.problem) for slip in marked.slips]
    content = marked.value if isinstance(marked.value, dict) else {}
    if marked.root is not None and not isinstance(marked.value, dict):
        faults.append(Fault(path.name, 1, "", say("应为一组键值：办法编号和考核办法")))
    made = []
    for name, scheme in content.items():
        problems, procedure = _with_scheme(name, scheme, current)
        faults += faults_of(problems, marked, path.name)
        made += [] if procedure is None else [procedure]
    if faults:
        raise _invalid(faults)
    return made


def _with_scheme(name: str, scheme: object, current: Mapping[str, Procedure]) -> tuple[list[Problem], Procedure | None]:
    """The version of a document with a county's scheme, or what is wrong with the scheme."""
    if name not in current:
        return [Problem((name,), say("没有名为“{key}”的办法", key=name), True)], None
    if not isinstance(scheme, dict):
        return [Problem((name,), say("应为一组键值，写在花括号里或每行一键"))], None
    strange = [
        Problem((name, key), say("不认识“{field}”", field=str(key)), True) for key in scheme.keys() - OF_A_SCHEME
    ]
    if strange:
        return strange, None
    before = current[name]
    kept = before.assessment.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    # a county that counts points does not inherit grades by name, nor the other way round: what it says is its own
    kept = {key: value for key, value in kept.items() if key not in {"items", "levels", "base_points", "floor"}}
    try:
        rules = AssessmentRules.model_validate_json(json.dumps({**kept, **scheme}), strict=True)
    except ValidationError as refused:
        return list(problems_of(refused, scheme, (name,))), None
    digest = sha256(json.dumps(scheme, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:8]
    procedure = before.with_assessment(rules, f"{before.version}+{digest}")
    wrong = [
        Problem((name, *problem.path[1:]), problem.problem, problem.of_key)
        for problem in check(procedure)
        if problem.path[:1] == ("assessment",)
    ]
    return wrong, procedure


#: files of a county's folder that are no documents, in the order in which they are read
BESIDE: Mapping[str, Callable[[Path, Mapping[str, Procedure]], list[Procedure]]] = MappingProxyType(
    {SCHEMES: _read_schemes, RULINGS: _read_rulings}
)
