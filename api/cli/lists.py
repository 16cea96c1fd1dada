"""What commands that read lists have in common (名单): their arguments, and how faults of a file are told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.console import Console

if TYPE_CHECKING:
    from workflow.imports.table import CellFault

File = Annotated[Path, typer.Argument(metavar="FILE", help=".xlsx、.xls 或 .csv / .xlsx, .xls or .csv")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="只核对，不写入 / check only, write nothing")]
By = Annotated[str, typer.Option("--by", metavar="USERNAME", help="经办人的账户 / account of the person who acts")]


def faults_told(console: Console, faults: Iterable[CellFault]) -> Iterator[str]:
    for fault in faults:
        yield console.gettext("错误：{what}", what=place_told(console, fault) + console.text(fault.problem))


def place_told(console: Console, fault: CellFault) -> str:
    row = console.gettext("第{row}行", row=fault.row) if fault.row else ""
    place = " ".join(part for part in (fault.sheet, row, fault.column) if part)
    return f"{place}: " if place else ""


def not_kept(console: Console, dry_run: bool) -> tuple[str, ...]:
    return (console.gettext("只核对，没有写入"),) if dry_run else ()
