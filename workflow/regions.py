"""The tree of regions (行政区划): loaded from rows, read for names and for what lies below.

Scope goes by code: a role in 3715 covers every code that begins with 3715, so also the functional zone 3715A1. What is
shown goes by the tree: a zone hangs where the row says, whose code need not begin with that of its parent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import bindparam, update
from sqlmodel import Session, col, select

from states.refusals import InputRefused
from states.say import Sentence, say
from workflow.tables import Region

LEVELS = ("province", "city", "county", "township", "village")
_CODE = re.compile(r"[0-9]{2}[0-9A-Z]{0,10}")
#: how long the codes of a level are by GB/T 2260 and the statistical codes below it
_LENGTHS = {"province": 2, "city": 4, "county": 6, "township": 9, "village": 12}


@dataclass(frozen=True, slots=True)
class Loaded:
    """What loading did: regions that were new, that were changed, and that were as they are."""

    added: int
    changed: int
    same: int


def covers(prefix: str, code: str) -> bool:
    """Whether a role in ``prefix`` reaches ``code``. "" is the whole tree."""
    return code.startswith(prefix)


def load(session: Session, rows: Iterable[Mapping[str, str]]) -> Loaded:
    """Adds or renames regions. Each row: ``code``, ``parent`` (empty at the top), ``level``, ``name``.

    Rows may come in any order, a parent after its children. Nothing is kept if anything is wrong: raises InputRefused
    with every fault, by the number of the row (the first is 1).
    """
    known = {region.code: region for region in session.exec(select(Region))}
    read, found = _read(rows, known)
    if found:
        raise InputRefused(found)
    new = [region for region in read if region.code not in known]
    changed = [r for r in read if r.code in known and _facts(r) != _facts(known[r.code])]
    # all rows first, their parents after: then the order of the rows does not matter
    for region in new:
        session.add(Region(code=region.code, parent=None, level=region.level, name=region.name))
    session.flush()
    for region in changed:
        known[region.code].level, known[region.code].name = region.level, region.name
        session.add(known[region.code])
    session.flush()
    parents = [{"of": region.code, "to": region.parent} for region in (*new, *changed)]
    if parents:
        table = Region.metadata.tables["region"]
        session.connection().execute(
            update(table).where(table.c.code == bindparam("of")).values(parent=bindparam("to")), parents
        )
    session.expire_all()
    return Loaded(len(new), len(changed), len(read) - len(new) - len(changed))


def children(session: Session, code: str | None) -> list[Region]:
    """The regions directly below, as the tree says, by code; with None the topmost."""
    statement = (
        select(Region).where(Region.parent == code) if code else select(Region).where(col(Region.parent).is_(None))
    )
    return list(session.exec(statement.order_by(Region.code)))


def path(session: Session, code: str) -> list[Region]:
    """From the top of the tree down to ``code``; empty if there is no such region."""
    found: list[Region] = []
    region = session.get(Region, code)
    while region is not None and len(found) < len(LEVELS) + 3:
        found.append(region)
        region = session.get(Region, region.parent) if region.parent else None
    return found[::-1]


def path_name(session: Session, code: str, *, below: str = "") -> str:
    """The full name: 陕西省安康市旬阳市城关镇. ``below`` leaves out that region and all above it."""
    regions = path(session, code)
    start = next((n for n, region in enumerate(regions, 1) if region.code == below), 0)
    return "".join(region.name for region in regions[start:])


def names(session: Session, codes: Iterable[str]) -> dict[str, str]:
    """The names of these codes; a code that is not in the tree is left out."""
    wanted = sorted(set(codes))
    return {r.code: r.name for r in session.exec(select(Region).where(col(Region.code).in_(wanted)))}


def _facts(region: Region) -> tuple[str | None, str, str]:
    return region.parent, region.level, region.name


def _read(rows: Iterable[Mapping[str, str]], known: Mapping[str, Region]) -> tuple[list[Region], dict[str, Sentence]]:
    read: dict[str, Region] = {}
    numbers: dict[str, int] = {}
    found: dict[str, Sentence] = {}
    for number, row in enumerate(rows, 1):
        region = Region(
            code=(row.get("code") or "").strip().upper(),
            parent=(row.get("parent") or "").strip().upper() or None,
            level=(row.get("level") or "").strip(),
            name=(row.get("name") or "").strip(),
        )
        found |= {f"{number}.{field}": fault for field, fault in _faults_of_row(region).items()}
        if region.code in read:
            found[f"{number}.code"] = say("编码{code}重复，已在第{row}行", code=region.code, row=numbers[region.code])
        else:
            read[region.code], numbers[region.code] = region, number
    tree = {**known, **read}
    for code, region in read.items():
        fault = _fault_of_place(region, tree)
        if fault is not None:
            found.setdefault(f"{numbers[code]}.parent", fault)
    return list(read.values()), found


def _faults_of_row(region: Region) -> dict[str, Sentence]:
    found = {}
    if not _CODE.fullmatch(region.code):
        found["code"] = say("编码应为2至12位数字或大写字母，前两位为数字")
    elif region.level in LEVELS and region.code.isdecimal() and len(region.code) != _LENGTHS[region.level]:
        found["code"] = say("这一级的编码应为{length}位", length=_LENGTHS[region.level])
    if region.level not in LEVELS:
        found["level"] = say("级别应为以下之一：{levels}", levels="、".join(LEVELS))
    if not 1 <= len(region.name) <= 100:
        found["name"] = say("请填写名称（100字以内）")
    return found


def _fault_of_place(region: Region, tree: Mapping[str, Region]) -> Sentence | None:
    """What is wrong with where a region hangs: no such parent, a parent of no higher level, a circle."""
    if region.parent is None:
        return None
    parent = tree.get(region.parent)
    if parent is None:
        return say("没有编码为{code}的上级", code=region.parent)
    if region.level in LEVELS and parent.level in LEVELS and LEVELS.index(parent.level) >= LEVELS.index(region.level):
        # levels fall strictly, so that no circle can be closed
        return say("上级{code}的级别不高于本级", code=region.parent)
    return None
