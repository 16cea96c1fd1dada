"""What is made from the procedures for readers (生成的文件): pictures, tables of steps, and the schema of the format.

``python -m states.generated docs`` writes them. A test compares them with what is committed, so they never tell of a
procedure that is no longer so.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from states.loading import shipped
from states.picture import draw
from states.procedure import Procedure
from states.step_table import page

SCHEMA = "procedure.schema.json"
PROCEDURES = "procedures"


def schema() -> str:
    """The published format of a procedure file: JSON Schema (2020-12) for editors and for checks elsewhere."""
    content = Procedure.model_json_schema(by_alias=True)
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Zaigang procedure",
    }
    return json.dumps({**content, **head}, ensure_ascii=False, indent=1) + "\n"


def contents() -> dict[str, str]:
    """Every generated file by its path below the folder of the documents."""
    found = {SCHEMA: schema()}
    for name, procedure in sorted(shipped().items()):
        found[f"{PROCEDURES}/{name}.svg"] = draw(procedure)
        found[f"{PROCEDURES}/{name}.md"] = page(procedure)
    return found


def generate(root: Path) -> None:
    """Writes every generated file below ``root``, and takes away those of procedures that are no more."""
    wanted = contents()
    (root / PROCEDURES).mkdir(parents=True, exist_ok=True)
    for old in (root / PROCEDURES).iterdir():
        if old.suffix in (".svg", ".md") and f"{PROCEDURES}/{old.name}" not in wanted:
            old.unlink()
    for path, text in wanted.items():
        (root / path).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    generate(Path(sys.argv[1] if len(sys.argv) > 1 else "docs"))
