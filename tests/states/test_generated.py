"""Pictures, tables of steps and the published schema are those of the procedures as they are now."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from states import loading
from states.generated import contents, generate
from states.labels import GUARDS
from states.loading import shipped
from states.marked import read
from states.step_table import page, table

DOCS = Path(__file__).parents[2] / "docs"


def test_what_is_committed_is_current(tmp_path: Path) -> None:
    generate(tmp_path)
    fresh = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    kept = {path.relative_to(DOCS).as_posix() for path in (DOCS / "procedures").iterdir()} | {"procedure.schema.json"}
    assert kept == fresh
    for name in sorted(fresh):
        same = (tmp_path / name).read_bytes() == (DOCS / name).read_bytes()
        assert same, f"docs/{name} is out of date: run python -m states.generated docs"


def test_pages_of_procedures_that_are_no_more_go_away(tmp_path: Path) -> None:
    (tmp_path / "procedures").mkdir()
    for name in ("gone-2001-1.md", "gone-2001-1.svg", "notes.txt"):
        (tmp_path / "procedures" / name).write_text("x", encoding="utf-8")
    generate(tmp_path)
    left = {path.name for path in (tmp_path / "procedures").iterdir()}
    assert "notes.txt" in left
    assert not {name for name in left if name.startswith("gone")}


@pytest.mark.parametrize("name", sorted(shipped()))
def test_the_page_of_a_procedure_tells_everything_with_its_article(name: str) -> None:
    procedure = shipped()[name]
    text = page(procedure)
    assert f"]({name}.svg)" in text
    for step in procedure.steps:
        cells = [step.zh, *(procedure.stage_by_name[origin].zh for origin in step.origin)]
        cells += [words for filing in step.files for words in (filing.zh, filing.cite)]
        cells += [words for line in procedure.guards_of(step) for words in (GUARDS[line.use].zh, line.cite)]
        # one act may have several rows, for different stages
        rows = [row for row in text.splitlines() if row.startswith(f"| {step.zh}<br>{step.en} |")]
        assert any(row.endswith(f"| {step.cite} |") and all(cell in row for cell in cells) for row in rows)
    for line in procedure.deadlines:
        assert f"{line.zh}<br>{line.en}" in text
    for gap in procedure.gaps:
        assert gap.asks.zh in text
        assert gap.reason.zh in text
    for contradiction in procedure.contradictions:
        assert contradiction.says.zh in text
        assert contradiction.applied.zh in text
    assert all(ground.zh in text for ground in procedure.grounds)
    assert procedure.validity.valid_from.isoformat() in text


def test_cells_cannot_break_a_table() -> None:
    assert table(["a"], [["x|y\nz"]]) == "| a |\n| --- |\n| x\\|y<br>z |"
    assert table(["a"], []) == "无。"


# -- the schema -------------------------------------------------------------------------------------------------------


def resolve(schema: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    return schema["$defs"][node["$ref"].rsplit("/", 1)[1]] if "$ref" in node else node


def unknown_keys(schema: dict[str, Any], node: dict[str, Any], value: Any, path: str = "") -> list[str]:
    """Keys of ``value`` that the schema does not know: a small reading of JSON Schema, enough for our own."""
    node = resolve(schema, node)
    if isinstance(value, dict):
        if "properties" not in node:
            branches = [resolve(schema, branch) for branch in node.get("anyOf", ())]
            node = next((branch for branch in branches if "properties" in branch), node)
        known = node.get("properties")
        if known is None:
            return []
        missing = [f"{path}.{key}" for key in node.get("required", ()) if key not in value]
        found = [f"{path}.{key}" for key in value if key not in known]
        inner = (unknown_keys(schema, known[key], item, f"{path}.{key}") for key, item in value.items() if key in known)
        return missing + found + [one for part in inner for one in part]
    if isinstance(value, list) and "items" in node:
        return [one for item in value for one in unknown_keys(schema, node["items"], item, path)]
    return []


@pytest.mark.parametrize("path", sorted(Path(loading.FOLDER).glob("*.yaml")), ids=lambda path: path.stem)
def test_the_published_schema_knows_every_key_that_the_files_use(path: Path) -> None:
    schema = json.loads(contents()["procedure.schema.json"])
    value = read(path.read_text(encoding="utf-8")).value
    assert unknown_keys(schema, schema, value) == []


def test_the_published_schema_refuses_other_keys() -> None:
    schema = json.loads(contents()["procedure.schema.json"])
    assert schema["additionalProperties"] is False
    assert {"from", "with"} <= set(schema["$defs"]["Step"]["properties"])
    assert {"origin", "params"}.isdisjoint(schema["$defs"]["Step"]["properties"])
