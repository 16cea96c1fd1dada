"""Writes plans (写入): one plan or five hundred, every effect in one place, held to the version that was read.

PostgreSQL: ONE data-modifying statement with ONE JSON parameter. The update of the hires is its root and everything
else joins the rows really updated, so a decision made on stale facts writes nothing at all. SQLite: the same, statement
by statement, inside the immediate transaction of the caller. Nothing else in the project changes a stage or a state.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import JSON, BigInteger, Boolean, Connection, Date, DateTime, Integer, Table

from states.canonical import GENESIS
from states.facts import Post
from states.plan import Plan, Row, TimerFact
from states.steps import Stage
from workflow.reading import sqlite_moment, sqlite_moment_of
from workflow.tables import metadata

_HIRE_SET = (
    "visit",
    "procedure",
    "stage",
    "state",
    "person_id",
    "submitted_by",
    "serving",
    "audit_seq",
    "audit_head",
    "dossier",
    "entered_on",
    "term_starts_on",
    "term_ends_on",
    "renewal",
)
#: inserted in this order; a task may be there already and then gets the new day
_TABLES = (
    "audit_entry",
    "decision",
    "notice",
    "objection",
    "training",
    "contract",
    "assessment",
    "protection",
    "departure",
    "filing",
    "returned",
    "suspension",
    "assignment",
    "comment",
    "document",
    "score",
    "point",
    "survey",
    "correction",
    "old_terms",
    "timer",
    "task",
    "outbox",
    "idempotency",
)


#: names the entry by which a row was set aside for another
REPLACED = "corrected_by"
TASK_AGAIN = (
    " ON CONFLICT (hire_id, name, role)"
    " DO UPDATE SET due_on = excluded.due_on, seq = excluded.seq, assigned_to = excluded.assigned_to"
)


def write_plans(
    connection: Connection, plans: Sequence[Plan], extra: dict[str, list[Row]] | None = None
) -> frozenset[int]:
    """Writes the plans and returns the ids of the hires that were written.

    A hire that is missing had changed since it was read: nothing of its plan was kept. ``extra`` holds further rows
    that belong to the same step (an idempotency key). At most one plan per hire. Constraint violations are raised
    as sqlalchemy.exc.IntegrityError, and then nothing of the batch is kept.
    """
    if not plans:
        return frozenset()
    sheet = _Sheet.of(plans, extra or {})
    return _write_sqlite(connection, sheet) if connection.dialect.name == "sqlite" else _write_pg(connection, sheet)


class _Sheet:
    """All rows of a batch, by what is to be done with them."""

    def __init__(self) -> None:
        self.hires: list[Row] = []
        self.inserts: dict[str, list[Row]] = defaultdict(list)
        self.updates: dict[tuple[str, tuple[str, ...], tuple[str, ...]], list[Row]] = defaultdict(list)
        self.cancel: list[Row] = []
        self.fired: list[Row] = []
        self.drops: list[Row] = []
        self.places: list[Row] = []

    @classmethod
    def of(cls, plans: Sequence[Plan], extra: dict[str, list[Row]]) -> _Sheet:
        sheet = cls()
        for plan in plans:
            sheet._add(plan)
        for table, rows in extra.items():
            sheet.inserts[table] += rows
        return sheet

    def _add(self, plan: Plan) -> None:
        hire_id = plan.before.id
        self.hires.append(plan.hire)
        for table, rows in plan.rows.items():
            self.inserts[table] += rows
        for row in plan.rows.get("timer", ()):
            row["wake_at"] = row["due_at"]
        for table, keys, values in plan.updates:
            shape = (table, tuple(keys), tuple(values))
            self.updates[shape].append(
                {**{f"k_{k}": v for k, v in keys.items()}, **{f"v_{k}": v for k, v in values.items()}}
            )
        # a timer that fires in this very step is not cancelled by it
        fired = {(t.name, t.kind, t.mark, t.seq) for t, _ in plan.fired}
        self.fired += [fired_row(t, status, plan.at) for t, status in plan.fired]
        spare = [f"{k}|{m}|{s}" for n, k, m, s in fired if n in plan.cancel_clocks]
        self.cancel += [{"hire_id": hire_id, "name": name, "spare": spare} for name in plan.cancel_clocks]
        self.drops += plan.drop_tasks
        if plan.place_delta:
            self.places.append({"hire_id": hire_id, "opening_id": plan.before.opening.id, "delta": plan.place_delta})


def fired_row(timer: TimerFact, status: str, at: datetime) -> Row:
    return {
        "hire_id": timer.hire_id,
        "name": timer.name,
        "kind": timer.kind,
        "mark": timer.mark,
        "seq": timer.seq,
        "status": status,
        "fired_at": at.isoformat(),
    }


def bare_hire(
    connection: Connection, opening_id: int, procedure: str, post: Post, first: Stage, submitted_by: str, at: datetime
) -> int:
    """The row of a new hire, before its first audit entry, which follows in the same transaction. Returns its id."""
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    moment: Any = sqlite_moment(at) if connection.dialect.name == "sqlite" else at
    values = (opening_id, procedure, post.kind, post.region, first.stage, first.state.value, submitted_by, GENESIS)
    found = connection.exec_driver_sql(
        "INSERT INTO hire (opening_id, procedure, kind, region, stage, state, submitted_by, audit_head, opened_at,"
        " changed_at, version, visit, serving, audit_seq, dossier)"
        f" VALUES ({', '.join([mark] * 10)}, 1, 1, false, 0, '{{}}') RETURNING id",
        (*values, moment, moment),
    )
    return int(found.scalar_one())


# ---- PostgreSQL --------------------------------------------------------------------------------------------------

_PG_TYPES = ((BigInteger, "bigint"), (Integer, "int"), (Boolean, "boolean"), (JSON, "json"), (Date, "date"))


def _pg_type(table: Table, column: str) -> str:
    kind = table.c[column].type
    for cls, name in _PG_TYPES:
        if isinstance(kind, cls):
            return name
    return "timestamptz" if _is_moment(table, column) else "text"


def _is_moment(table: Table, column: str) -> bool:
    kind = table.c[column].type
    return isinstance(getattr(kind, "impl_instance", kind), DateTime) or isinstance(kind, DateTime)


_pg_statements: dict[Any, str] = {}


def _write_pg(connection: Connection, sheet: _Sheet) -> frozenset[int]:
    updates = list(sheet.updates.items())
    shape = (
        tuple(sorted((table, tuple(rows[0])) for table, rows in sheet.inserts.items() if rows)),
        tuple(key for key, _ in updates),
        bool(sheet.cancel),
        bool(sheet.fired),
        bool(sheet.drops),
        bool(sheet.places),
    )
    statement = _pg_statements.get(shape)
    if statement is None:
        statement = _pg_statements[shape] = _pg_statement(sheet, [key for key, _ in updates])
    document: dict[str, Any] = {"hire": sheet.hires, **sheet.inserts}
    for number, (_, rows) in enumerate(updates):
        document[f"update_{number}"] = rows
    document |= {"cancel": sheet.cancel, "fired": sheet.fired, "drop": sheet.drops, "place": sheet.places}
    found = connection.exec_driver_sql(statement, (orjson.dumps(document).decode(),))
    return frozenset(row[0] for row in found)


def _records(section: str, table: Table, columns: Iterable[str]) -> str:
    shape = ", ".join(f"{column} {_pg_type(table, column)}" for column in columns)
    return f"json_to_recordset((SELECT d->'{section}' FROM j)) AS r({shape})"


def _pg_statement(sheet: _Sheet, updates: list[tuple[str, tuple[str, ...], tuple[str, ...]]]) -> str:
    hire = metadata.tables["hire"]
    sets = ", ".join(f"{column} = r.{column}" for column in (*_HIRE_SET, "changed_at"))
    parts = [
        "j AS (SELECT %s::json AS d)",
        f"u AS (UPDATE hire SET version = hire.version + 1, {sets} FROM"
        f" {_records('hire', hire, ('id', 'version', *_HIRE_SET, 'changed_at'))}"
        " WHERE hire.id = r.id AND hire.version = r.version RETURNING hire.id)",
    ]
    parts += [_pg_update(number, *key) for number, key in enumerate(updates)]
    for table, rows in sorted(sheet.inserts.items()):
        if rows:
            makes_way = [n for n, (name, _, values) in enumerate(updates) if name == table and REPLACED in values]
            parts.append(_pg_insert(metadata.tables[table], tuple(rows[0]), makes_way))
    timer = metadata.tables["timer"]
    if sheet.cancel:
        parts.append(
            "cancel AS (UPDATE timer SET status = 'cancelled' FROM json_to_recordset((SELECT d->'cancel' FROM j))"
            " AS r(hire_id bigint, name text, spare json) JOIN u ON u.id = r.hire_id"
            " WHERE timer.hire_id = r.hire_id AND timer.name = r.name AND timer.status IN ('pending', 'blocked')"
            " AND (json_array_length(r.spare) = 0 OR NOT (r.spare::jsonb ?"
            " (timer.kind || '|' || timer.mark || '|' || timer.seq))))"
        )
    if sheet.fired:
        columns = ("hire_id", "name", "kind", "mark", "seq", "status", "fired_at")
        parts.append(
            "fired AS (UPDATE timer SET status = r.status, fired_at = r.fired_at"
            f" FROM {_records('fired', timer, columns)}"
            " JOIN u ON u.id = r.hire_id WHERE timer.hire_id = r.hire_id AND timer.name = r.name"
            " AND timer.kind = r.kind AND timer.mark = r.mark AND timer.seq = r.seq)"
        )
    if sheet.drops:
        parts.append(
            f"gone AS (DELETE FROM task USING {_records('drop', metadata.tables['task'], ('hire_id', 'name', 'role'))}"
            " JOIN u ON u.id = r.hire_id"
            " WHERE task.hire_id = r.hire_id AND task.name = r.name AND task.role = r.role)"
        )
    if sheet.places:
        parts.append(
            "places AS (UPDATE opening SET taken = taken + s.delta"
            " FROM (SELECT r.opening_id, sum(r.delta)::int AS delta FROM json_to_recordset((SELECT d->'place' FROM j))"
            " AS r(hire_id bigint, opening_id bigint, delta int)"
            " JOIN u ON u.id = r.hire_id GROUP BY r.opening_id) s WHERE opening.id = s.opening_id)"
        )
    return "WITH " + ",\n".join(parts) + "\nSELECT id FROM u"


def _pg_insert(table: Table, columns: tuple[str, ...], makes_way: Sequence[int] = ()) -> str:
    """``makes_way``: the updates after which a new row may take the place of one that they set aside."""
    names = ", ".join(columns)
    values = ", ".join(f"r.{column}" for column in columns)
    conflict = ""
    if table.name == "task":
        conflict = TASK_AGAIN
    # parts of one statement run in no order of their own: what an insert reads has run before it
    after = " AND ".join(f"(SELECT count(*) FROM up_{number}) >= 0" for number in makes_way)
    after = f" WHERE {after}" if after else ""
    return (
        f"in_{table.name} AS (INSERT INTO {table.name} ({names}) SELECT {values}"
        f" FROM {_records(table.name, table, columns)} JOIN u ON u.id = r.hire_id{after}{conflict})"
    )


def _pg_update(number: int, name: str, keys: tuple[str, ...], values: tuple[str, ...]) -> str:
    table = metadata.tables[name]
    shape = [f"k_{k} {_pg_type(table, k)}" for k in keys] + [f"v_{v} {_pg_type(table, v)}" for v in values]
    sets = ", ".join(f"{value} = r.v_{value}" for value in values)
    where = " AND ".join(
        f"{name}.{key} = r.k_{key}" if key == "hire_id" else f"{name}.{key} IS NOT DISTINCT FROM r.k_{key}"
        for key in keys
    )
    return (
        f"up_{number} AS (UPDATE {name} SET {sets} FROM json_to_recordset((SELECT d->'update_{number}' FROM j))"
        f" AS r({', '.join(shape)}) JOIN u ON u.id = r.k_hire_id WHERE {where}"
        f"{' RETURNING 1' if REPLACED in values else ''})"
    )


# ---- SQLite ------------------------------------------------------------------------------------------------------


def _write_sqlite(connection: Connection, sheet: _Sheet) -> frozenset[int]:
    hire = metadata.tables["hire"]
    sets = ", ".join(f"{column} = ?" for column in (*_HIRE_SET, "changed_at"))
    statement = f"UPDATE hire SET version = version + 1, {sets} WHERE id = ? AND version = ?"
    written = set()
    for row in sheet.hires:
        values = [_stored(hire, column, row[column]) for column in (*_HIRE_SET, "changed_at")]
        if connection.exec_driver_sql(statement, (*values, row["id"], row["version"])).rowcount == 1:
            written.add(row["id"])
    if written:
        _rest_sqlite(connection, sheet, written)
    return frozenset(written)


def _rest_sqlite(connection: Connection, sheet: _Sheet, written: set[int]) -> None:
    # rows that were there before are spoken of, never those of this very step: so they come first
    for (name, keys, values), rows in sheet.updates.items():
        table = metadata.tables[name]
        sets = ", ".join(f"{value} = ?" for value in values)
        where = " AND ".join(f"{key} IS ?" for key in keys)
        chosen = [row for row in rows if row["k_hire_id"] in written]
        _many(
            connection,
            f"UPDATE {name} SET {sets} WHERE {where}",
            [
                (*(_stored(table, v, row[f"v_{v}"]) for v in values), *(_stored(table, k, row[f"k_{k}"]) for k in keys))
                for row in chosen
            ],
        )
    for name in _TABLES:
        rows = [row for row in sheet.inserts.get(name, ()) if row["hire_id"] in written]
        if rows:
            _insert_sqlite(connection, metadata.tables[name], rows)
    _timers_sqlite(connection, sheet, written)
    _many(
        connection,
        "DELETE FROM task WHERE hire_id = ? AND name = ? AND role = ?",
        [(row["hire_id"], row["name"], row["role"]) for row in sheet.drops if row["hire_id"] in written],
    )
    _many(
        connection,
        "UPDATE opening SET taken = taken + ? WHERE id = ?",
        [(row["delta"], row["opening_id"]) for row in sheet.places if row["hire_id"] in written],
    )


def _timers_sqlite(connection: Connection, sheet: _Sheet, written: set[int]) -> None:
    timer = metadata.tables["timer"]
    _many(
        connection,
        "UPDATE timer SET status = ?, fired_at = ?"
        " WHERE hire_id = ? AND name = ? AND kind = ? AND mark = ? AND seq = ?",
        [
            (
                row["status"],
                _stored(timer, "fired_at", row["fired_at"]),
                row["hire_id"],
                row["name"],
                row["kind"],
                row["mark"],
                row["seq"],
            )
            for row in sheet.fired
            if row["hire_id"] in written
        ],
    )
    for row in sheet.cancel:
        if row["hire_id"] in written:
            # rows armed by this very step carry its number and stay
            spare = row["spare"]
            keep = f" AND kind || '|' || mark || '|' || seq NOT IN ({','.join('?' * len(spare))})" if spare else ""
            connection.exec_driver_sql(
                "UPDATE timer SET status = 'cancelled' WHERE hire_id = ? AND name = ?"
                f" AND status IN ('pending', 'blocked') AND seq < (SELECT audit_seq FROM hire WHERE id = ?){keep}",
                (row["hire_id"], row["name"], row["hire_id"], *spare),
            )


def _insert_sqlite(connection: Connection, table: Table, rows: list[Row]) -> None:
    columns = tuple(rows[0])
    conflict = ""
    if table.name == "task":
        conflict = TASK_AGAIN
    statement = f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))}){conflict}"
    _many(connection, statement, [tuple(_stored(table, column, row[column]) for column in columns) for row in rows])


def _many(connection: Connection, statement: str, parameters: list[tuple[Any, ...]]) -> None:
    if parameters:
        connection.exec_driver_sql(statement, parameters)


_kinds: dict[tuple[str, str], str] = {}


def _stored(table: Table, column: str, value: Any) -> Any:
    """A plan's plain value as SQLAlchemy would store it on SQLite."""
    if value is None:
        return None
    kind = _kinds.get((table.name, column))
    if kind is None:
        is_json = isinstance(table.c[column].type, JSON)
        kind = _kinds[table.name, column] = "json" if is_json else "moment" if _is_moment(table, column) else "plain"
    if kind == "json":
        return orjson.dumps(value).decode()
    if kind == "moment":
        return sqlite_moment_of(value)
    return value
