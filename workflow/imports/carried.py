"""A list on its way from the look to the run (导入名单的传递): sealed into the form, so that nothing is chosen twice.

It has the id of its run, so that a button pressed twice is one run, the digest of the file, what was read and what was
wrong; and, where something was, the cells themselves, from which the workbook that is handed back is made.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import orjson

from states.clocks import local_day
from states.facts import Actor
from states.refusals import Refusal
from states.say import Translate, say
from workflow import bulk_runs
from workflow.imports.table import CellFault, shown
from workflow.imports.workbook import Sheet
from workflow.sealing import Place, Seal, SealBroken

#: cells of a list that go along, to be handed back with its faults; a longer one is mended by the list of faults
MOST_CELLS = 60_000
Cells = Sequence[Mapping[str, Any]]


class Gone(Refusal):
    """The list that was looked at is not the one that came back, or not of this day, person or place."""


class ListGone(Gone):
    """The same, of a list of which nothing more is to be said than that its file has to be chosen again."""

    def __init__(self) -> None:
        super().__init__(say("名单已失效，请重新选择文件"))


@dataclass(frozen=True, slots=True)
class Carried:
    """A list again: the id of its run, the digest of its file, its content, and what was wrong in words."""

    run_id: str
    digest: str
    content: Mapping[str, Any]
    faults: tuple[Mapping[str, Any], ...]
    warnings: tuple[Mapping[str, Any], ...]
    cells: Cells

    @property
    def faulty(self) -> int:
        """How many rows have a fault."""
        return len({(fault["sheet"], fault["row"]) for fault in self.faults})


def digest_of(path: Path) -> str:
    """The SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def cells_of(sheets: Sequence[Sheet]) -> Cells:
    """The cells as text, to be handed back; nothing where there are too many of them."""
    if sum(len(row) for sheet in sheets for row in sheet.rows) > MOST_CELLS:
        return ()
    return [{"name": sheet.name, "rows": [[shown(cell) for cell in row] for row in sheet.rows]} for sheet in sheets]


def place_of(table: str, bound: str, actor: Actor, at: datetime) -> Place:
    """For whom a list is sealed: what it is about (``bound``), the person, and the day in Asia/Shanghai."""
    return Place(table, "list", f"{bound}|{actor.account_id}|{actor.person_key}|{local_day(at)}")


def wrapped(
    seal: Seal,
    place: Place,
    at: datetime,
    *,
    digest: str,
    content: Mapping[str, Any],
    faults: Sequence[CellFault] = (),
    warnings: Sequence[CellFault] = (),
    cells: Cells = (),
    translate: Translate | None = None,
) -> str:
    """The list as it travels through the form. ``translate``: of its faults; ``cells`` go along where there are any."""
    whole = {
        "run": bulk_runs.new_id(at),
        "digest": digest,
        "content": content,
        "faults": [fault.document(translate) for fault in faults],
        "warnings": [fault.document(translate) for fault in warnings],
        "cells": cells if faults else (),
    }
    return base64.urlsafe_b64encode(seal.seal_bytes(zlib.compress(orjson.dumps(whole)), place)).decode()


def unwrapped(seal: Seal, place: Place, text: str, gone: Gone) -> Carried:
    """What ``wrapped`` made. Raises ``gone`` for anything else, and on another day."""
    try:
        packed = seal.unseal_bytes(base64.b64decode(text, altchars=b"-_", validate=True), place)
    except (SealBroken, binascii.Error, ValueError):
        raise gone from None
    whole = orjson.loads(zlib.decompress(packed))
    return Carried(
        whole["run"],
        whole["digest"],
        whole["content"],
        tuple(whole["faults"]),
        tuple(whole["warnings"]),
        whole["cells"],
    )


def plain(value: Any) -> Any:
    """Values as they survive the way: days as text, tuples as lists."""
    return orjson.loads(orjson.dumps(value, default=_text))


def _text(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value))
