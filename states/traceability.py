"""Which line or function carries which requirement of the documents (对照表), and which of them nothing carries yet.

``python -m states.traceability docs/traceability.md`` writes the table that supervisors read. A requirement is carried
by a line of a procedure that the service really acts on, by a guard that its document asks, or by code marked
``@enforces``. Everything else is in the list with its reason; nothing is both, and nothing is left out.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from pydantic import Field, model_validator

from states.claims import LIVE, Claim, claims_in_code, claims_of, exists, guards_asked
from states.loading import shipped
from states.marked import read
from states.model import Model, RequirementId, Text, Words
from states.ruleset import shipped_rulesets

LIST = Path(__file__).parent / "requirements.yaml"


class Status(StrEnum):
    """How a requirement stands (落实情况)."""

    ENFORCED = "enforced"
    NOT_YET = "not_yet"
    OUT_OF_SCOPE = "out_of_scope"


STATUS_NAMES: Mapping[Status, Text] = {
    Status.ENFORCED: Text(zh="已落实", en="carried out"),
    Status.NOT_YET: Text(zh="尚未落实", en="not yet"),
    Status.OUT_OF_SCOPE: Text(zh="不在范围内", en="out of scope"),
}


class Listed(Model):
    """The document behind a prefix of ids; ``title`` as it is known."""

    prefix: Words
    document: Words
    title: Text


class Requirement(Model):
    """One requirement: its article, its kind, a title in our words, and the reason if nothing carries it."""

    id: RequirementId
    article: Words
    kind: Words
    zh: Words
    en: Words
    not_yet: Text | None = None
    out_of_scope: Text | None = None

    @model_validator(mode="after")
    def _one_reason(self) -> Requirement:
        if self.not_yet and self.out_of_scope:
            raise ValueError(f"{self.id} is either not yet built or out of scope")
        return self


class Requirements(Model):
    documents: tuple[Listed, ...]
    requirements: tuple[Requirement, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Row:
    """One requirement with everything that carries it, or that merely records it."""

    requirement: Requirement
    status: Status
    carried_by: tuple[Claim, ...]
    recorded_at: tuple[Claim, ...]

    @property
    def reason(self) -> Text | None:
        return self.requirement.not_yet or self.requirement.out_of_scope


@cache
def requirements() -> Requirements:
    """The list of requirements. Raises pydantic.ValidationError."""
    return Requirements.model_validate_json(json.dumps(read(LIST.read_text(encoding="utf-8")).value), strict=True)


def claims() -> list[Claim]:
    """Every claim of the procedures and rule sets that come with the service, and of the code."""
    procedures = list(shipped().values())
    found = [claim for procedure in procedures for claim in claims_of(procedure)]
    found += [claim for ruleset in shipped_rulesets().values() for claim in claims_of(ruleset)]
    asked = {procedure.procedure: guards_asked(procedure) for procedure in procedures}
    return found + list(claims_in_code(asked, {listed.prefix: listed.document for listed in requirements().documents}))


def trace() -> list[Row]:
    """One row per requirement, in the order of the list."""
    return rows(requirements(), claims())


def rows(known: Requirements, made: Iterable[Claim]) -> list[Row]:
    """The rows that these claims make of these requirements."""
    by_id: dict[str, list[Claim]] = {}
    for claim in dict.fromkeys(made):
        by_id.setdefault(claim.requirement, []).append(claim)
    return [_row(requirement, by_id.get(requirement.id, [])) for requirement in known.requirements]


def _row(requirement: Requirement, made: list[Claim]) -> Row:
    carried = tuple(claim for claim in made if claim.live)
    listed = Status.OUT_OF_SCOPE if requirement.out_of_scope else Status.NOT_YET
    status = Status.ENFORCED if carried else listed
    return Row(requirement, status, carried, tuple(claim for claim in made if not claim.live))


def faults(known: Requirements, made: Sequence[Claim]) -> list[str]:
    """What makes the table untrue: something missing, said twice, or claimed by what is not there."""
    counted = Counter(requirement.id for requirement in known.requirements)
    documents = {listed.prefix: listed.document for listed in known.documents}
    found = [f"{name} is in the list {n} times" for name, n in counted.items() if n > 1]
    for claim in dict.fromkeys(made):
        if claim.requirement not in counted:
            found.append(f"{claim.place} claims {claim.requirement}, which is not in the list")
        if claim.document and documents.get(claim.requirement[:2]) != claim.document:
            found.append(f"{claim.document}: {claim.place} claims {claim.requirement} of another document")
    for row in rows(known, made):
        if row.carried_by and row.reason:
            found.append(f"{row.requirement.id} is listed as not carried, but {row.carried_by[0].place} carries it")
        if not row.carried_by and not row.reason:
            found.append(f"{row.requirement.id} is carried by nothing and not listed with a reason")
    return found + [f"{by} does not exist" for by in sorted(_absent(made))]


def _absent(made: Iterable[Claim]) -> set[str]:
    return {claim.by for claim in made if claim.by and not exists(claim.by)}


# -- the page ---------------------------------------------------------------------------------------------------------


def render_markdown(table: Sequence[Row] | None = None) -> str:
    """The table as a page: a count per document and status, then every requirement with what carries it."""
    table = trace() if table is None else table
    return "\n".join([*_heading(), *_counts(table), *_documents(table)]) + "\n"


def write(path: Path) -> None:
    """Writes the page."""
    path.write_text(render_markdown(), encoding="utf-8")


def _heading() -> list[str]:
    return [
        "# 要求对照表 · Traceability",
        "",
        "由 `python -m states.traceability docs/traceability.md` 生成，请勿手工修改。"
        "每一项要求由哪一行数据或哪一段程序落实；尚未落实的写明原因。",
        "",
        "Made by that command; not written by hand. Each requirement of the documents with the line or code that "
        "carries it, or the reason why nothing does yet. A line carries only if the service acts on its kind:",
        "",
        *(f"- {kind.__name__} → `{by}`" for kind, by in LIVE.items()),
        "",
    ]


def _counts(table: Sequence[Row]) -> list[str]:
    names = " | ".join(f"{name.zh} · {name.en}" for name in STATUS_NAMES.values())
    out = [f"| 文件 · document | {names} | 合计 · all |", "|---|" + "---:|" * (len(STATUS_NAMES) + 1)]
    for listed in requirements().documents:
        out.append(_count_line(listed.title.zh, [row for row in table if _of(row, listed)]))
    return [*out, _count_line("合计 · all", table), ""]


def _count_line(name: str, table: Sequence[Row]) -> str:
    counted = Counter(row.status for row in table)
    return f"| {name} | " + " | ".join(str(counted[status]) for status in STATUS_NAMES) + f" | {len(table)} |"


def _of(row: Row, listed: Listed) -> bool:
    return row.requirement.id.startswith(f"{listed.prefix}-")


def _documents(table: Sequence[Row]) -> Iterator[str]:
    for listed in requirements().documents:
        yield from (f"## {listed.title.zh} · {listed.title.en}", "")
        yield from ("| 编号 | 条款 | 要求 | 状态 | 由何落实，或为何尚未 |", "|---|---|---|---|---|")
        yield from (_line(row) for row in table if _of(row, listed))
        yield ""


def _line(row: Row) -> str:
    wanted = row.requirement
    status = STATUS_NAMES[row.status]
    cells = [wanted.id, wanted.article, f"{wanted.zh}<br>{wanted.en}", f"{status.zh}<br>{status.en}", _why(row)]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _why(row: Row) -> str:
    if row.carried_by:
        return "<br>".join(_places(row.carried_by))
    said = [] if row.reason is None else [row.reason.zh, row.reason.en]
    recorded = [f"已记录 · recorded: {place}" for place in _places(row.recorded_at)]
    return "<br>".join([*said, *recorded])


def _places(made: Sequence[Claim]) -> list[str]:
    return [f"`{place}`" for place in dict.fromkeys(claim.place for claim in made)]


def main(arguments: Sequence[str]) -> int:
    """``python -m states.traceability FILE``: write the table. 1 if it cannot be true, with the reasons."""
    wrong = faults(requirements(), claims())
    if wrong:
        print("\n".join(wrong), file=sys.stderr)
        return 1
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print("usage: python -m states.traceability docs/traceability.md", file=sys.stderr)
        return 2
    write(Path(arguments[0]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
