"""The independent checker: reads only the database, and says what could not have come from whole steps.

It shares nothing with the engine: hashes are made anew with hashlib, counts come from plain SQL.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection

#: rows that belong to an entry of the trail, by the column that names it
BELONG = ("decision", "notice", "objection", "training", "contract", "assessment", "protection", "departure", "filing",
          "point", "survey", "old_terms")  # fmt: skip


def faults_of(connection: Connection, hire_ids: Iterable[int]) -> list[str]:
    """Everything half done, lost or doubled about these hires."""
    found: list[str] = []
    for hire_id in hire_ids:
        found += [f"hire {hire_id}: {fault}" for fault in _faults(connection, hire_id)]
    return found


def _faults(connection: Connection, hire_id: int) -> Iterable[str]:
    version, stage, seq, head, dossier = connection.exec_driver_sql(
        f"SELECT version, stage, audit_seq, audit_head, dossier FROM hire WHERE id = {hire_id}"
    ).one()
    entries = connection.exec_driver_sql(
        f"SELECT seq, hash, body, to_stage FROM audit_entry WHERE hire_id = {hire_id} ORDER BY seq"
    ).fetchall()
    bodies = {row[0]: json.loads(row[2]) for row in entries}
    if [row[0] for row in entries if row[0] <= seq] != sorted(bodies) or (entries and entries[-1][0] != seq):
        yield f"the trail ends at {entries[-1][0] if entries else 0}, the hire says {seq}"
    if entries and (entries[-1][1] != head or entries[-1][3] != stage):
        yield "the last entry is not the one the hire stands on"
    for _seq, digest, body, _stage in entries:
        prev = json.loads(body)["prev"]
        made = hashlib.sha256(b"zaigang.audit.v1\n" + prev.encode() + b"\n" + body.encode()).hexdigest()
        if made != digest:
            yield f"entry {_seq}: the hash is not of these bytes"
    for before, after in pairwise(entries):
        if json.loads(after[2])["prev"] != before[1]:
            yield f"entry {after[0]} does not follow entry {before[0]}"
    if version != seq + 1:
        yield f"version {version} after {seq} entries"
    yield from _records(connection, hire_id, bodies)
    yield from _timers(connection, hire_id, _json(dossier))


def _records(connection: Connection, hire_id: int, bodies: dict[int, Any]) -> Iterable[str]:
    for table in BELONG:
        rows = connection.exec_driver_sql(f"SELECT seq, count(*) FROM {table} WHERE hire_id = {hire_id} GROUP BY seq")
        stored = {row[0]: row[1] for row in rows}
        told = {
            seq: count
            for seq, body in bodies.items()
            if (count := sum(1 for name, _ in body["records"] if name == table))
        }
        if stored != told:
            yield f"{table}: the trail tells of {told}, the table holds {stored}"


def _timers(connection: Connection, hire_id: int, dossier: Any) -> Iterable[str]:
    waiting = connection.exec_driver_sql(
        f"SELECT DISTINCT name FROM timer WHERE hire_id = {hire_id} AND status IN ('pending', 'blocked')"
    )
    for (name,) in waiting:
        if name not in dossier.get("clocks", {}):
            yield f"timer {name} waits for a clock that does not run"
    twice = connection.exec_driver_sql(
        f"SELECT name, kind, mark FROM timer WHERE hire_id = {hire_id} AND status = 'pending'"
        " GROUP BY name, kind, mark HAVING count(*) > 1"
    ).fetchall()
    if twice:
        yield f"timers armed twice: {twice}"
    letters = connection.exec_driver_sql(
        f"SELECT o.seq FROM outbox o LEFT JOIN audit_entry a ON a.hire_id = o.hire_id AND a.seq = o.seq"
        f" WHERE o.hire_id = {hire_id} AND a.seq IS NULL"
    ).fetchall()
    if letters:
        yield f"letters of steps that never were: {letters}"


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
