"""What leaves the office as a list (导出): within what the actor may see, without any identity number.

Read in a stream, so that the length of the list costs no memory. Keys of persons stay inside too: an entry is told by
the role that made it, and by its hash, which proves it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select

from workflow.queries.scope import Scope
from workflow.tables import metadata
from workflow.unit_of_work import Database

hire, opening, person, post = (metadata.tables[name] for name in ("hire", "opening", "person", "post"))
audit_entry = metadata.tables["audit_entry"]
HIRES = (
    "hire_id", "procedure", "kind", "region", "stage", "state", "serving", "person_id", "name", "post", "employer",
    "announced_on", "first_started_on", "term_starts_on", "term_ends_on", "last_lawful_on", "ended_on", "opened_at",
    "changed_at",
)  # fmt: skip
AUDIT = ("hire_id", "seq", "at", "on_day", "act", "from_stage", "to_stage", "role", "hash")
_DOSSIER = ("first_started_on", "term_starts_on", "term_ends_on", "last_lawful_on", "ended_on")
#: what a spreadsheet would take for the beginning of a formula
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Line = dict[str, Any]


def reading(database: Database) -> AbstractContextManager[Connection]:
    """A connection for one long list: PostgreSQL streams only within a transaction, SQLite is not to be held by one."""
    return database.reading() if database.is_sqlite else database.transaction()


def hires(connection: Connection, scope: Scope) -> Iterator[Line]:
    """The hires within the scope, by number; the fields of ``HIRES``."""
    asked = (
        select(
            *(hire.c[name] for name in ("procedure", "kind", "region", "stage", "state", "serving", "person_id")),
            *(hire.c[name] for name in ("dossier", "opened_at", "changed_at")),
            hire.c.id.label("hire_id"),
            person.c.name,
            post.c.title.label("post"),
            post.c.employer,
            opening.c.announced_on,
        )
        .join(opening, opening.c.id == hire.c.opening_id)
        .join(post, post.c.id == opening.c.post_id)
        .outerjoin(person, person.c.id == hire.c.person_id)
        .where(scope.hires())
        .order_by(hire.c.id)
    )
    for row in connection.execution_options(yield_per=500).execute(asked):
        values = {**row._mapping, **{name: row.dossier.get(name) for name in _DOSSIER}}
        yield {name: _plain(values[name]) for name in HIRES}


def audit(connection: Connection, scope: Scope, hire_id: int | None = None) -> Iterator[Line]:
    """The entries of the trails within the scope, by hire and number; the fields of ``AUDIT``."""
    asked = (
        select(*(audit_entry.c[name] for name in AUDIT))
        .join(hire, hire.c.id == audit_entry.c.hire_id)
        .where(scope.hires())
        .order_by(audit_entry.c.hire_id, audit_entry.c.seq)
    )
    if hire_id is not None:
        asked = asked.where(audit_entry.c.hire_id == hire_id)
    for row in connection.execution_options(yield_per=1000).execute(asked):
        yield {name: _plain(value) for name, value in row._mapping.items()}


def for_spreadsheet(values: Iterable[Any]) -> list[Any]:
    """The cells of a .csv row: no text is taken for a formula."""
    return [f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value for value in values]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, (date, datetime)) else value
