"""Who says that it carries a requirement (落实的依据): lines of procedures and rule sets, guards, and marked code.

A line counts only if the service acts on lines of its class (``LIVE``), a guard only if a procedure of the same
document asks it. Everything else that names a requirement is recorded and shown, no more, and counts as not yet built.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from states.assessment import AssessmentRules
from states.document import Gap, Validity
from states.employment import ContractTerms, Ground, ServiceException, ServiceLimit
from states.model import Line
from states.posts import Announcement, Pool, Quota
from states.procedure import Procedure
from states.references import leaves
from states.ruleset import RuleSet
from states.steps import Deadline, FilingLine, GuardLine, MoveLine, Stage, Step

ROOT = Path(__file__).parents[1]
LAYERS = ("states", "workflow", "notifications", "api")

#: lines that the service acts on, and what acts on them. A line of any other class is recorded and shown, no more.
LIVE: Mapping[type[Line], str] = {
    Stage: "states.machine.build",
    Step: "states.decide.decide",
    GuardLine: "states.guards.bind",
    Deadline: "states.clocks.running",
    FilingLine: "states.effects.filings_due",
    Gap: "states.procedure.Procedure.settle",
    Announcement: "states.machine.build",
    Quota: "states.targets.target_of",
    ContractTerms: "states.effects.EFFECTS",
    ServiceLimit: "states.tenure.last_lawful",
    ServiceException: "states.tenure.exceptions_of",
    AssessmentRules: "states.bases.BASES",
    Ground: "states.guards.ending",
    Validity: "states.guards.opening.document_in_force",
    Pool: "workflow.ranking.flags_of",
    MoveLine: "states.recognition.decide_recognition",
}
_NAMES = (
    "name", "act", "stage", "deadline", "use", "gap", "ground", "filing", "exception", "item", "what", "target",
    "violation", "situation", "comparison", "kind",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Claim:
    """``place`` says that it carries ``requirement``. ``by`` is what acts on it; None: recorded only.

    ``document`` is the procedure or rule set of the line; empty for code, which serves every document.
    """

    requirement: str
    document: str
    place: str
    by: str | None

    @property
    def live(self) -> bool:
        return self.by is not None


def claims_of(document: Procedure | RuleSet) -> Iterator[Claim]:
    """The claims of one document's lines. The lines of a rule set are all recorded only: nothing acts on them yet."""
    name = document.procedure if isinstance(document, Procedure) else document.ruleset
    for path, line in leaves(document):
        if isinstance(line, Line):
            by = LIVE.get(type(line)) if isinstance(document, Procedure) else None
            for identity in line.meets:
                yield Claim(identity, name, _place(document, path), by)


def guards_asked(procedure: Procedure) -> frozenset[str]:
    """The names of the guards that a procedure asks anywhere."""
    return frozenset(line.use for _, line in leaves(procedure) if isinstance(line, GuardLine))


def _place(document: Any, path: Sequence[str | int]) -> str:
    """A path in the file with names in place of positions: ``steps.approve.guards.place_free``."""
    shown: list[str] = []
    value = document
    for part in path:
        if isinstance(part, int):
            value = value[part]
            name = next((getattr(value, field) for field in _NAMES if hasattr(value, field)), part + 1)
            shown.append(str(name))
        else:
            value = getattr(value, part)
            shown.append(part)
    return ".".join(shown)


# -- code -------------------------------------------------------------------------------------------------------------


def claims_in_code(asked: Mapping[str, frozenset[str]], documents: Mapping[str, str]) -> Iterator[Claim]:
    """The claims of guards and of code marked ``@enforces``, read from the source of every layer.

    ``asked`` holds the guards that each document's procedure asks, ``documents`` the document behind a prefix of ids.
    """
    for layer in LAYERS:
        for path in sorted((ROOT / layer).rglob("*.py")):
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            source = path.read_text(encoding="utf-8")
            # most modules mark nothing: no need to parse them
            marks = "enforces(" in source or "meets=" in source
            for claim, guard in claims_in_source(source, module) if marks else ():
                document = documents.get(claim.requirement[:2], "")
                if guard is None or guard in asked.get(document, frozenset()):
                    yield claim


def claims_in_source(source: str, module: str) -> Iterator[tuple[Claim, str | None]]:
    """The claims of one module, each with the guard that makes it, if it is one.

    Raises ValueError for ids that are not written out: what is computed cannot be read without running it.
    """
    for node, name in _definitions(ast.parse(source, module), module):
        for mark in node.decorator_list:
            if isinstance(mark, ast.Call) and isinstance(mark.func, ast.Name):
                for identity, guard in _marked(mark, name):
                    yield Claim(identity, "", name, name), guard


Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def _definitions(tree: ast.AST, prefix: str) -> Iterator[tuple[Definition, str]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, Definition):
            name = f"{prefix}.{node.name}"
            yield node, name
            yield from _definitions(node, name)


def _marked(mark: ast.Call, name: str) -> Iterator[tuple[str, str | None]]:
    called = mark.func.id if isinstance(mark.func, ast.Name) else ""
    if called == "enforces":
        for argument in mark.args:
            yield _text(argument, name), None
    elif called in ("guard", "opening_guard"):
        for keyword in mark.keywords:
            if keyword.arg == "meets":
                for item in _items(keyword.value, name):
                    yield _text(item, name), _text(mark.args[0], name)


def _items(node: ast.expr, name: str) -> list[ast.expr]:
    if not isinstance(node, ast.Tuple | ast.List):
        raise ValueError(f"{name}: write the requirements out")
    return node.elts


def _text(node: ast.expr, name: str) -> str:
    if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
        raise ValueError(f"{name}: write the requirements out")
    return node.value


def exists(name: str) -> bool:
    """Whether a dotted name stands for a module or for something in one."""
    parts = name.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            found: Any = import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for part in parts[cut:]:
            if not hasattr(found, part):
                return False
            found = getattr(found, part)
        return True
    return False
