"""How many periods end on each day (每日到期数): counted when asked for, or kept by the worker for large regions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update

from states.clocks import local_day
from states.procedure import Role
from workflow.office import Office
from workflow.queries.agenda import Agenda, AgendaDay, agenda_days, agenda_rows, owned
from workflow.queries.figures import hires_up_to
from workflow.queries.scope import Scope
from workflow.tables import metadata

figure = metadata.tables["figure"]
NAME = "agenda:{month}"
#: so far back and ahead months are kept
REACH = timedelta(days=400)


def days_of(connection: Connection, asked: Agenda, at_once: int) -> tuple[dict[date, AgendaDay], datetime | None]:
    """The days on which anything ends, and the moment at which that was counted; None: just now.

    ``at_once``: so many hires are counted while somebody waits.
    """
    prefixes = asked.scope.prefixes
    if _kept_serves(asked) and hires_up_to(connection, prefixes, at_once + 1) > at_once:
        kept = _kept(connection, asked)
        if kept is not None:
            return kept
    return agenda_days(connection, asked), None


def _kept_serves(asked: Agenda) -> bool:
    """Rows are kept by region: they can be added up where every role has the same regions."""
    prefixes = asked.scope.prefixes
    return bool(prefixes) and (asked.whole or all(own == prefixes for own in asked.scope.by_role.values()))


def _kept(connection: Connection, asked: Agenda) -> tuple[dict[date, AgendaDay], datetime] | None:
    names = [NAME.format(month=month) for month in _months(asked.first, asked.last)]
    rows = connection.execute(
        select(figure.c.body, figure.c.made_at).where(
            figure.c.name.in_(names), figure.c.region.in_(asked.scope.prefixes)
        )
    ).all()
    if len(rows) < len(names) * len(asked.scope.prefixes):
        return None
    numbers: dict[date, list[int]] = defaultdict(lambda: [0, 0])
    mine = _Mine(asked)
    for body, _ in rows:
        for day, procedure, name, number, provisional in body["rows"]:
            if mine.holds(procedure, name):
                numbers[date.fromisoformat(day)][0] += number
                numbers[date.fromisoformat(day)][1] += provisional
    found = {day: AgendaDay(*both) for day, both in sorted(numbers.items()) if asked.first <= day <= asked.last}
    return found, min(made_at for _, made_at in rows)


class _Mine:
    """Which periods the reader answers for, by their names."""

    def __init__(self, asked: Agenda) -> None:
        self._whole = asked.whole
        self._names: set[tuple[str, str]] = set()
        self._beginnings: dict[str, tuple[str, ...]] = {}
        roles: Iterable[Role] = asked.scope.by_role
        for procedure in asked.procedures:
            by_role = [owned(procedure, role) for role in roles]
            self._names |= {(procedure.key, name) for names, _ in by_role for name in names}
            self._beginnings[procedure.key] = tuple({one for _, beginnings in by_role for one in beginnings})

    def holds(self, procedure: str, name: str) -> bool:
        known = (procedure, name) in self._names or name.startswith(self._beginnings.get(procedure, ()))
        return self._whole or known


def _months(first: date, last: date) -> Iterator[str]:
    month = first.replace(day=1)
    while month <= last:
        yield f"{month:%Y-%m}"
        month = (month + timedelta(31)).replace(day=1)


def keep_days(office: Office, connection: Connection, prefix: str, at: datetime) -> dict[str, list[list[Any]]]:
    """Counts the days of the months around ``at`` for one region: rows by month, also where there are none."""
    on = local_day(at)
    first = (on - REACH).replace(day=1)
    last = (on + REACH).replace(day=1) - timedelta(1)
    sqlite = office.database.is_sqlite
    rows = agenda_rows(connection, Agenda(Scope((prefix,)), (), first, last, whole=True, sqlite=sqlite))
    found: dict[str, list[list[Any]]] = {month: [] for month in _months(first, last)}
    for row in rows:
        found[row[0][:7]].append(row)
    return found


def store_days(connection: Connection, prefix: str, months: dict[str, list[list[Any]]], at: datetime) -> None:
    """Keeps what ``keep_days`` counted."""
    for month, rows in months.items():
        values = {"body": {"rows": rows}, "made_at": at}
        mine = (figure.c.name == NAME.format(month=month), figure.c.region == prefix)
        if not connection.execute(update(figure).where(*mine).values(values)).rowcount:
            connection.execute(insert(figure).values(name=NAME.format(month=month), region=prefix, **values))
