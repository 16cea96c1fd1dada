"""``zaigang procedure``: the governing documents as this office knows them (办法)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.console import Answer, CommandFailed, Console, command, group
from api.cli.moves import move
from states.loading import Catalogue, load_procedure
from states.procedure import Procedure
from states.say import say

Key = Annotated[str, typer.Argument(metavar="ID", help="办法编号、“编号@版本”或文件 / id, id@version or a file")]
_ABSENT = object()
#: by which of its fields an entry of a list is known in another version
_NAMES = (
    "name",
    "stage",
    "act",
    "deadline",
    "gap",
    "kind",
    "ground",
    "filing",
    "use",
    "violation",
    "service",
    "region",
)


def add_to(app: typer.Typer) -> None:
    below = group(
        app,
        "procedure",
        "办法：列出、查看、检查、画图、比较、换版试算。\n\nList, show, check, draw, compare, foretell a move.",
    )
    command(below, "list")(list_all)
    command(below, "show")(show)
    command(below, "check")(check)
    command(below, "graph")(graph)
    command(below, "diff")(diff)
    command(below, "move")(move)


def list_all(console: Console) -> Answer:
    """列出全部办法及其版本。

    Every version of every document, with what is in force.
    """
    catalogue = Catalogue.load(console.settings.procedure_folder)
    rows = [_row(console, procedure, catalogue) for procedure in catalogue.all()]
    lines = []
    for row in rows:
        mark = "*" if row["current"] else " "
        until = row["valid_to"] or ""
        lines.append(f"{mark} {row['key']}  {row['number']}  {row['title']}  {row['valid_from']}–{until}")
    lines.append(console.gettext("* 新公告适用的版本"))
    return Answer({"procedures": rows}, tuple(lines))


def _row(console: Console, procedure: Procedure, catalogue: Catalogue) -> dict[str, Any]:
    validity = procedure.validity
    return {
        "key": procedure.key,
        "procedure": procedure.procedure,
        "version": procedure.version,
        "title": procedure.title.in_language(console.language),
        "number": procedure.document.number,
        "region": procedure.document.region,
        "valid_from": validity.valid_from.isoformat(),
        "valid_to": validity.last_day.isoformat() if validity.last_day else None,
        "current": catalogue.current(procedure.procedure).key == procedure.key,
    }


def show(console: Console, key: Key) -> Answer:
    """查看一份办法：环节、步骤、条件、期限、留白。

    One document in words; with --json the whole of its data.
    """
    from states.step_table import page

    procedure = _found(console, key)
    document = procedure.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return Answer({"key": procedure.key, **document}, tuple(page(procedure).splitlines()))


def check(
    console: Console, file: Annotated[Path, typer.Argument(metavar="FILE", help="办法文件 / YAML file")]
) -> Answer:
    """检查一份办法文件，一次说出全部错误；有错误时退出码为1。

    Checks a procedure file and tells everything that is wrong with it; exit status 1 if anything is.
    """
    from states.faults import InvalidProcedure

    try:
        procedure = load_procedure(_read(file), file.name)
    except InvalidProcedure as refused:
        faults = [
            {"file": f.file, "line": f.line, "where": f.where, "problem": console.text(f.problem)}
            for f in refused.faults
        ]
        head = console.gettext("办法文件有误，共{n}处", n=len(faults))
        lines = (head, *(f"{f['file']}:{f['line']}: {f['where']} {f['problem']}" for f in faults))
        return Answer({"ok": False, "procedure": None, "faults": faults}, lines, ok=False)
    line = console.gettext(
        "{key} 合格：{stages}个环节，{steps}个步骤",
        key=procedure.key,
        stages=len(procedure.stages),
        steps=len(procedure.steps),
    )
    return Answer({"ok": True, "procedure": procedure.key, "faults": []}, (line,))


def graph(
    console: Console,
    key: Key,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="写入这个文件 / write to this file")] = None,
    current: Annotated[str | None, typer.Option("--current", help="标出所在环节 / the stage to mark")] = None,
) -> Answer:
    """画出一份办法的流程图（SVG）。

    Draws a document's procedure as SVG, to standard output or to a file.
    """
    from states.picture import draw

    procedure = _found(console, key)
    if current is not None and current not in procedure.stage_by_name:
        known = "、".join(procedure.stage_by_name)
        raise CommandFailed(
            say("没有“{stage}”这个环节", stage=current), where="--current", mend=say("可以是：{known}", known=known)
        )
    svg = draw(procedure, console.language, current)
    if output is None:
        return Answer({"key": procedure.key, "svg": svg}, (svg.rstrip("\n"),))
    output.write_text(svg, encoding="utf-8", newline="\n")
    return Answer({"key": procedure.key, "file": str(output)}, (console.gettext("已写入{file}", file=str(output)),))


def diff(
    console: Console,
    a: Annotated[str, typer.Argument(metavar="A", help="旧的 / the old one")],
    b: Annotated[str, typer.Argument(metavar="B", help="新的 / the new one")],
) -> Answer:
    """比较两份办法或两个版本，逐项列出不同。

    Compares two documents or versions, line by line of their data.
    """
    before, after = _found(console, a), _found(console, b)
    old, new = (p.model_dump(mode="json", by_alias=True, exclude_defaults=True) for p in (before, after))
    changes = list(_changes("", old, new))
    lines = [f"{_sign(change)} {change['path']}: {_shown(change)}" for change in changes]
    lines.append(console.gettext("共{n}处不同", n=len(changes)))
    return Answer({"a": before.key, "b": after.key, "changes": changes}, tuple(lines))


def _changes(path: str, old: Any, new: Any) -> Iterator[dict[str, Any]]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys((*old, *new)):
            yield from _changes(f"{path}.{key}" if path else str(key), old.get(key, _ABSENT), new.get(key, _ABSENT))
    elif isinstance(old, list) and isinstance(new, list) and (named := _named(old)) and (other := _named(new)):
        for key in dict.fromkeys((*named, *other)):
            yield from _changes(f"{path}[{key}]", named.get(key, _ABSENT), other.get(key, _ABSENT))
    elif old != new:
        change: dict[str, Any] = {"path": path}
        if old is not _ABSENT:
            change["a"] = old
        if new is not _ABSENT:
            change["b"] = new
        yield change


def _named(entries: list[Any]) -> dict[str, Any] | None:
    """The entries by their names; None when they have none, or not names of their own."""
    for field in _NAMES:
        if entries and all(isinstance(entry, dict) and field in entry for entry in entries):
            found: dict[str, Any] = {}
            for entry in entries:
                name = str(entry[field])
                # the same act may be listed for several stages, the same guard twice
                while name in found:
                    name += "'"
                found[name] = entry
            return found
    return None


def _sign(change: dict[str, Any]) -> str:
    return "+" if "a" not in change else "-" if "b" not in change else "~"


def _shown(change: dict[str, Any]) -> str:
    return " → ".join(str(change[side]) for side in ("a", "b") if side in change)


def _found(console: Console, key: str) -> Procedure:
    """By key, by id, or from a file."""
    path = Path(key)
    if path.suffix in (".yaml", ".yml"):
        return load_procedure(_read(path), path.name)
    catalogue = Catalogue.load(console.settings.procedure_folder)
    return catalogue.get(key) if "@" in key else catalogue.current(key)


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise CommandFailed(say("文件不是UTF-8编码"), where=str(file), mend=say("另存为UTF-8后再试")) from None
