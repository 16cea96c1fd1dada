"""The rules of the house that a reader would otherwise have to remember, asked of the syntax tree of every module.

Each rule is a function from one module to the faults it finds; each fault says what to do instead. Beside each rule
stand samples that it must refuse and samples that it must let pass, so that a rule that went blind is noticed.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parents[1]
LAYERS = ("states", "workflow", "notifications", "api")  # each may import itself and what stands before it
CLOCK = "workflow/clock.py"
UNIT_OF_WORK = "workflow/unit_of_work.py"
WRITER = "workflow/writer.py"

PURE = {"states", "transitions", "pydantic", "yaml"}
IMPURE = {
    "asyncio", "concurrent", "ftplib", "http", "multiprocessing", "smtplib", "socket", "sqlite3", "ssl", "subprocess",
    "threading", "urllib",
}  # fmt: skip
MOMENTS = {
    "datetime.datetime.now", "datetime.datetime.today", "datetime.datetime.utcnow", "datetime.date.today",
    "time.time", "time.time_ns", "time.localtime", "time.gmtime", "time.ctime", "sqlalchemy.func.now",
    "sqlalchemy.func.current_timestamp", "sqlalchemy.func.current_date", "sqlmodel.func.now",
    "sqlmodel.func.current_timestamp", "sqlmodel.func.current_date",
}  # fmt: skip
STANDING = {"stage", "state"}


@dataclass(frozen=True)
class Module:
    """One file, named by its path from the top of the repository."""

    path: str
    source: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.source, self.path)

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Every node of the tree, walked once for all rules."""
        return tuple(ast.walk(self.tree))

    @property
    def package(self) -> str:
        return PurePosixPath(self.path).parts[0]

    def fault(self, node: ast.AST, words: str) -> str:
        return f"{self.path}:{getattr(node, 'lineno', 1)}: {words}"

    def imports(self) -> Iterator[tuple[ast.AST, str]]:
        """Every module imported, by its full name, wherever in the file."""
        for node in self.nodes:
            if isinstance(node, ast.Import):
                yield from ((node, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                yield node, node.module or ""
            elif isinstance(node, ast.ImportFrom):
                here = PurePosixPath(self.path).parts[: -node.level]
                yield node, ".".join([*here, *filter(None, [node.module])]) or f"{node.names[0].name}"
            elif isinstance(node, ast.Call) and self.name_of(node.func).endswith(("import_module", "__import__")):
                yield from ((node, a.value) for a in node.args if isinstance(a, ast.Constant) and type(a.value) is str)

    @cached_property
    def _known_as(self) -> dict[str, str]:
        """What the names of this file stand for: ``dt`` → ``datetime`` after ``import datetime as dt``."""
        names: dict[str, str] = {}
        for node in self.nodes:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    first = alias.name.split(".")[0]
                    names[alias.asname or first] = alias.name if alias.asname else first
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
        return names

    def name_of(self, node: ast.expr) -> str:
        """The full name that an expression spells, with aliases resolved; empty when it spells none."""
        if isinstance(node, ast.Name):
            return self._known_as.get(node.id, node.id)
        if isinstance(node, ast.Attribute):
            owner = self.name_of(node.value)
            return f"{owner}.{node.attr}" if owner else ""
        return ""


# -- the rules --------------------------------------------------------------------------------------------------------


def imports_run_one_way(module: Module) -> Iterator[str]:
    own = LAYERS.index(module.package)
    for node, name in module.imports():
        other = name.split(".")[0]
        if other in {"tests", "benchmarks"}:
            yield module.fault(node, f"imports {name}: the service knows nothing of what tries it out")
        elif other in LAYERS and LAYERS.index(other) > own:
            yield module.fault(
                node,
                f"{module.package} imports {name}, but imports run api → notifications → workflow → states: take what "
                "you need as an argument, or move it down to the layer that everybody who needs it may import",
            )


def states_is_pure(module: Module) -> Iterator[str]:
    if module.package != "states":
        return
    for node, name in module.imports():
        first = name.split(".")[0]
        if first in IMPURE:
            yield module.fault(
                node, f"states imports {name}, but the law is values in, verdicts out: do this in workflow or above"
            )
        elif first not in PURE and first not in LAYERS and first not in sys.stdlib_module_names:
            yield module.fault(
                node,
                f"states imports {name}; it may import the standard library, {', '.join(sorted(PURE - {'states'}))} "
                "and itself: do this in workflow, and hand states plain values",
            )


def one_module_asks_the_clock(module: Module) -> Iterator[str]:
    if module.path == CLOCK:
        return
    instead = f"only {CLOCK} asks the clock: take the moment as an argument (`at`)"
    for node in module.nodes:
        if isinstance(node, ast.Attribute | ast.Name) and module.name_of(node) in MOMENTS:
            yield module.fault(node, f"{ast.unparse(node)} asks what time it is; {instead}")
        elif isinstance(node, ast.Constant) and type(node.value) is str and _asks_the_database(node.value):
            yield module.fault(node, f"the database is asked what time it is; {instead}")


def _asks_the_database(words: str) -> bool:
    return bool(re.search(r"\bCURRENT_(TIMESTAMP|DATE|TIME)\b", words))


def one_module_commits(module: Module) -> Iterator[str]:
    if module.path == UNIT_OF_WORK:
        return
    instead = (
        f"commits, but one step is one transaction and only {UNIT_OF_WORK} ends it: "
        "take the session of the unit of work, and let it commit"
    )
    for node in module.nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit":
            yield module.fault(node, f"{ast.unparse(node.func)}() {instead}")
        elif isinstance(node, ast.Constant) and type(node.value) is str and node.value.strip(" ;\n") == "COMMIT":
            yield module.fault(node, f"this statement {instead}")


def one_module_writes_where_a_hire_stands(module: Module) -> Iterator[str]:
    if module.path == WRITER:
        return
    instead = (
        f"only {WRITER} writes where a hire stands, together with its audit entry: return a plan that names the new "
        "stage, and give it to the writer"
    )
    for node in module.nodes:
        for target in _assigned(node):
            if isinstance(target, ast.Attribute) and target.attr in STANDING and _speaks_of_a_hire(target.value):
                yield module.fault(node, f"{ast.unparse(target)} is assigned; {instead}")
        if isinstance(node, ast.Call) and _writes_standing(node):
            yield module.fault(node, f"a statement or setattr changes it; {instead}")
        if isinstance(node, ast.Constant) and type(node.value) is str:
            found = re.search(r"\b(update|insert\s+into)\s+\"?hire\"?\b", node.value, re.IGNORECASE)
            if found and re.search(r"\b(stage|state)\b", node.value):
                yield module.fault(node, f"SQL changes it; {instead}")


def _assigned(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AugAssign | ast.AnnAssign | ast.For | ast.NamedExpr):
        targets = [node.target]
    elif isinstance(node, ast.Delete):
        targets = node.targets
    else:
        return
    for target in targets:
        yield from target.elts if isinstance(target, ast.Tuple | ast.List) else [target]


def _speaks_of_a_hire(node: ast.AST) -> bool:
    """``hire``, ``the_hire``, ``self.hire``, ``hires[0]``, ``HireRow``, ``Hire.__table__``: by its name."""
    if isinstance(node, ast.Subscript):
        return _speaks_of_a_hire(node.value)
    if isinstance(node, ast.Attribute):
        return _speaks_of_a_hire(node.value) if node.attr.startswith("__") else _is_a_hire(node.attr)
    return isinstance(node, ast.Name) and _is_a_hire(node.id)


def _is_a_hire(name: str) -> bool:
    words = re.findall(r"[A-Z]?[a-z]+", name)
    return bool({"hire", "hires"} & {word.lower() for word in words})


def _writes_standing(call: ast.Call) -> bool:
    if isinstance(call.func, ast.Name) and call.func.id == "setattr" and len(call.args) == 3:
        owner, name, _ = call.args
        return _speaks_of_a_hire(owner) and isinstance(name, ast.Constant) and name.value in STANDING
    if not (isinstance(call.func, ast.Attribute) and call.func.attr == "values"):
        return False
    names = {keyword.arg for keyword in call.keywords}
    for argument in call.args:
        for inner in ast.walk(argument):
            if isinstance(inner, ast.Dict):
                names |= {key.value for key in inner.keys if isinstance(key, ast.Constant) and type(key.value) is str}
    if not names & STANDING:
        return False
    for inner in ast.walk(call.func):
        if isinstance(inner, ast.Call):
            verb = inner.func.attr if isinstance(inner.func, ast.Attribute) else getattr(inner.func, "id", "")
            subjects = [*inner.args, *([inner.func.value] if isinstance(inner.func, ast.Attribute) else [])]
            if verb in {"update", "insert"} and any(_speaks_of_a_hire(subject) for subject in subjects):
                return True
    return False


Rule = Callable[[Module], Iterator[str]]
RULES: list[Rule] = [
    imports_run_one_way,
    states_is_pure,
    one_module_asks_the_clock,
    one_module_commits,
    one_module_writes_where_a_hire_stands,
]


# -- asked of the service ---------------------------------------------------------------------------------------------


def modules() -> list[Module]:
    files = (path for layer in LAYERS for path in sorted((ROOT / layer).rglob("*.py")))
    return [Module(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")) for path in files]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_service_keeps_the_rule(rule: Rule) -> None:
    faults = [fault for module in modules() for fault in rule(module)]
    assert not faults, "\n" + "\n".join(faults)


def test_every_layer_is_there_to_be_asked() -> None:
    assert {module.package for module in modules()} == set(LAYERS)


# -- asked of the rules -----------------------------------------------------------------------------------------------

REFUSED: list[tuple[Rule, str, str]] = [
    (imports_run_one_way, "states/a.py", "import workflow"),
    (imports_run_one_way, "states/a.py", "from workflow.clock import now"),
    (imports_run_one_way, "workflow/a.py", "def f():\n    from notifications import send"),
    (imports_run_one_way, "workflow/sub/a.py", "from ...api import pages"),
    (imports_run_one_way, "notifications/a.py", "import api.pages as p"),
    (imports_run_one_way, "workflow/a.py", "import importlib\nimportlib.import_module('api.pages')"),
    (imports_run_one_way, "api/a.py", "from tests.support import postgres"),
    (states_is_pure, "states/a.py", "import sqlmodel"),
    (states_is_pure, "states/a.py", "from sqlalchemy.orm import Session"),
    (states_is_pure, "states/a.py", "import urllib.request"),
    (one_module_asks_the_clock, "workflow/a.py", "from datetime import datetime\nx = datetime.now(tz)"),
    (one_module_asks_the_clock, "workflow/a.py", "import datetime as dt\nx = dt.datetime.utcnow()"),
    (one_module_asks_the_clock, "states/a.py", "from datetime import date as day\nx = day.today()"),
    (one_module_asks_the_clock, "api/a.py", "import time\nx = time.time()"),
    (one_module_asks_the_clock, "api/a.py", "from time import time as t\nx = t()"),
    (one_module_asks_the_clock, "api/a.py", "from datetime import datetime\nField(default_factory=datetime.now)"),
    (one_module_asks_the_clock, "workflow/a.py", "from sqlalchemy import func\nx = func.now()"),
    (one_module_asks_the_clock, "workflow/a.py", "x = text('SELECT CURRENT_TIMESTAMP')"),
    (one_module_commits, "workflow/engine.py", "session.commit()"),
    (one_module_commits, "api/a.py", "async def f():\n    await self.session.commit()"),
    (one_module_commits, "api/a.py", "connection.execute('COMMIT')"),
    (one_module_writes_where_a_hire_stands, "workflow/engine.py", "hire.state = State.POSTED"),
    (one_module_writes_where_a_hire_stands, "workflow/engine.py", "self.hire.stage = 'x'"),
    (one_module_writes_where_a_hire_stands, "workflow/engine.py", "a, old_hire.stage = 1, 2"),
    (one_module_writes_where_a_hire_stands, "workflow/engine.py", "hires[0].state = 1"),
    (one_module_writes_where_a_hire_stands, "workflow/engine.py", "HireRow.state = 1"),
    (one_module_writes_where_a_hire_stands, "workflow/engine.py", "setattr(hire, 'state', 1)"),
    (one_module_writes_where_a_hire_stands, "api/a.py", "update(Hire).where(Hire.id == 1).values(state='x')"),
    (one_module_writes_where_a_hire_stands, "api/a.py", "update(Hire.__table__).values({'stage': 'x'})"),
    (one_module_writes_where_a_hire_stands, "api/a.py", "hire_table.update().values(stage='x')"),
    (one_module_writes_where_a_hire_stands, "api/a.py", "text('UPDATE hire SET stage = 1')"),
]

LET_PASS: list[tuple[Rule, str, str]] = [
    (imports_run_one_way, "api/a.py", "import workflow, notifications, states\nfrom . import pages"),
    (imports_run_one_way, "notifications/a.py", "from workflow.clock import now"),
    (imports_run_one_way, "workflow/sub/a.py", "from ..clock import now\nfrom apiculture import bees"),
    (states_is_pure, "states/a.py", "from __future__ import annotations\nimport yaml, re\nfrom pydantic import Field"),
    (states_is_pure, "workflow/a.py", "import sqlmodel"),
    (one_module_asks_the_clock, CLOCK, "from datetime import datetime\nx = datetime.now(UTC)"),
    (one_module_asks_the_clock, "workflow/a.py", "import time\nfrom .clock import now\nx = now(), time.monotonic()"),
    (one_module_asks_the_clock, "workflow/a.py", "def f(clock):\n    return clock.now()"),
    (one_module_commits, UNIT_OF_WORK, "session.commit()"),
    (one_module_commits, "workflow/a.py", "unit.flush()\nwords = 'a COMMIT is not ours'"),
    (one_module_writes_where_a_hire_stands, WRITER, "hire.state = 1\nupdate(Hire).values(state=1)"),
    (one_module_writes_where_a_hire_stands, "workflow/a.py", "self.state = 1\nopening.state = 2\nstage = hire.stage"),
    (one_module_writes_where_a_hire_stands, "workflow/a.py", "update(Opening).values(state=1)\nhire.note = 1"),
]


@pytest.mark.parametrize(("rule", "path", "source"), REFUSED)
def test_a_rule_refuses(rule: Rule, path: str, source: str) -> None:
    faults = list(rule(Module(path, source)))
    assert len(faults) == 1
    assert faults[0].startswith(f"{path}:")


@pytest.mark.parametrize(("rule", "path", "source"), LET_PASS)
def test_a_rule_lets_pass(rule: Rule, path: str, source: str) -> None:
    assert list(rule(Module(path, source))) == []


def test_every_rule_is_itself_tried() -> None:
    assert {rule for rule, _, _ in REFUSED} == {rule for rule, _, _ in LET_PASS} == set(RULES)
