"""The raw limit: the same rows, read and written with nothing around them.

The statements and their parameters are made ready before the clock starts, so what is measured is one plain read of
the hire and the one write of the same rows: no guards, no hash, no decision.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from states.facts import Actor
from states.plan import Plan
from tests.support.world import World
from workflow import writer
from workflow.reading import load_hires, sqlite_moment

Calls = Sequence[tuple[str, Any]]
READ = "SELECT id, version, stage, state, dossier FROM hire WHERE id = "


class Statements:
    """Collects what the writer would execute, without executing it."""

    def __init__(self, sqlite: bool) -> None:
        self.dialect = type("Dialect", (), {"name": "sqlite" if sqlite else "postgresql"})()
        self.calls: list[tuple[str, Any]] = []

    def exec_driver_sql(self, statement: str, parameters: Any = ()) -> Any:
        self.calls.append((statement, parameters))
        return _Answer()


class _Answer:
    rowcount = 1

    def __iter__(self) -> Any:
        return iter(())


def prepared(world: World, plans: Sequence[Plan]) -> Calls:
    """The statements that write these plans, with their parameters."""
    recorder = Statements(world.office.database.is_sqlite)
    writer.write_plans(recorder, plans)  # type: ignore[arg-type]
    return recorder.calls


def plans_for(world: World, ids: Sequence[int], act: str, actor: Actor, at: datetime, **payload: Any) -> list[Plan]:
    """The plans of a step for many hires."""
    from states.decide import decide

    found: list[Plan] = []
    with world.office.database.reading() as connection:
        for start in range(0, len(ids), 1000):
            hires = load_hires(connection, ids[start : start + 1000])
            for hire_id in ids[start : start + 1000]:
                rules = world.office.rulebook.rules(hires[hire_id].procedure)
                found.append(decide(hires[hire_id], act, actor, at, rules, world.office.setting, payload=payload))
    return found


def execute(connection: Connection, calls: Sequence[tuple[str, Any]]) -> None:
    for statement, parameters in calls:
        connection.exec_driver_sql(statement, parameters)


def one_step(world: World, hire_id: int, calls: Sequence[tuple[str, Any]]) -> None:
    """The raw read and the raw write of one step, committed."""
    with world.office.database.single() as connection:
        connection.exec_driver_sql(f"{READ}{hire_id}").fetchone()
        execute(connection, calls)


def claim(world: World, connection: Connection, at: datetime, batch: int) -> list[Any]:
    """The raw claim of due timers in a batch."""
    sqlite = world.office.database.is_sqlite
    sql = (
        "SELECT hire_id, name, kind, mark, seq FROM timer WHERE status = 'pending' AND wake_at <= ?"
        " ORDER BY wake_at, hire_id LIMIT ?"
    )
    if not sqlite:
        sql = sql.replace("?", "%s") + " FOR UPDATE SKIP LOCKED"
    return list(connection.exec_driver_sql(sql, (sqlite_moment(at) if sqlite else at, batch)))
