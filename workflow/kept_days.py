"""How many periods end on each day (每日到期数): counted when asked for, or kept by the worker for large regions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from states.clocks import local_day
from states.vocabulary import Role
from workflow.office import Office
from workflow.queries.agenda import WAITING, Agenda, AgendaDay, agenda_days, agenda_rows, owned
from workflow.queries.figures import hires_up_to
from workflow.queries.scope import Scope
from workflow.tables import metadata

figure, timer = metadata.tables["figure"], metadata.tables["timer"]
NAME = "agenda:{month}"
#: so far back and ahead months are kept
REACH = timedelta(days=400)


def days_of(
    connection: Connection, asked: Agenda, at_once: int
) -> tuple[dict[date, AgendaDay] | None, datetime | None]:
    """The days on which anything ends, and the moment at which that was counted; None: just now.

    ``at_once``: so many hires are counted while somebody waits. No days at all (None): there are too many periods for
    that, and nothing is kept yet.
    """
    if hires_up_to(connection, asked.scope.prefixes, at_once + 1) > at_once:
        kept = _kept(connection, asked, at_once)
        if kept is not None:
            return kept
        if _periods_up_to(connection, asked, at_once + 1) > at_once:
            return None, None
    return agenda_days(connection, asked), None


def _periods_up_to(connection: Connection, asked: Agenda, most: int) -> int:
    """How many timers wait for these days, wherever they are; counts no further than ``most``."""
    found = select(timer.c.hire_id).where(WAITING, timer.c.legal_on.between(asked.first, asked.last))
    return connection.execute(select(func.count()).select_from(found.limit(most).subquery())).scalar_one()


def _kept(connection: Connection, asked: Agenda, at_once: int) -> tuple[dict[date, AgendaDay], datetime | None] | None:
    """Added up from what is kept of each region; small ones, of which nothing is kept, are counted now."""
    layers = _layers(asked)
    kept = _kept_rows(connection, asked, layers)
    small = [prefix for prefix in layers if prefix not in kept]
    if len(small) == len(layers) or (small and hires_up_to(connection, small, at_once + 1) > at_once):
        return None
    numbers: dict[date, list[int]] = defaultdict(lambda: [0, 0])
    for prefix, mine in layers.items():
        rows = kept[prefix][0] if prefix in kept else _rows_now(connection, asked, prefix)
        for day, procedure, name, number, provisional in rows:
            on = date.fromisoformat(day)
            if asked.first <= on <= asked.last and mine.holds(procedure, name):
                numbers[on][0] += number
                numbers[on][1] += provisional
    return {day: AgendaDay(*both) for day, both in sorted(numbers.items())}, min(at for _, at in kept.values())


def _kept_rows(
    connection: Connection, asked: Agenda, prefixes: Iterable[str]
) -> dict[str, tuple[list[list[Any]], datetime]]:
    """Rows and their moment, by region; only of regions of which all months asked for are kept."""
    names = [NAME.format(month=month) for month in _months(asked.first, asked.last)]
    columns = (figure.c.region, figure.c.body, figure.c.made_at)
    wanted = select(*columns).where(figure.c.name.in_(names), figure.c.region.in_(list(prefixes)))
    found: dict[str, list[Any]] = defaultdict(list)
    for region, body, made_at in connection.execute(wanted):
        found[region].append((body["rows"], made_at))
    return {
        region: ([row for rows, _ in months for row in rows], min(made_at for _, made_at in months))
        for region, months in found.items()
        if len(months) == len(names)
    }


def _rows_now(connection: Connection, asked: Agenda, prefix: str) -> list[list[Any]]:
    return agenda_rows(connection, replace(asked, scope=Scope((prefix,)), whole=True))


def _layers(asked: Agenda) -> dict[str, _Mine]:
    """The regions to add up, with what counts in each.

    A role that reaches less far than another one adds in its regions what no role answers for that reaches beyond.
    """
    scope = asked.scope
    if asked.whole:
        return {prefix: _Mine(asked, (), ()) for prefix in scope.prefixes}
    found = {}
    for prefix in sorted({prefix for prefixes in scope.by_role.values() for prefix in prefixes}):
        here = [role for role, own in scope.by_role.items() if prefix in own]
        beyond = [
            role
            for role, own in scope.by_role.items()
            if any(prefix.startswith(outer) and prefix != outer for outer in own)
        ]
        found[prefix] = _Mine(asked, here, beyond)
    return found


class _Mine:
    """Which periods count, by their names: those that a role ``here`` answers for, and none ``beyond``."""

    def __init__(self, asked: Agenda, here: Iterable[Role], beyond: Iterable[Role]) -> None:
        self._whole = asked.whole
        self._procedures = {procedure.key: procedure for procedure in asked.procedures}
        self._here, self._beyond = tuple(here), tuple(beyond)
        self._known: dict[tuple[str, str], bool] = {}

    def holds(self, procedure: str, name: str) -> bool:
        if self._whole:
            return True
        place = (procedure, name)
        if place not in self._known:
            self._known[place] = self._answers(self._here, *place) and not self._answers(self._beyond, *place)
        return self._known[place]

    def _answers(self, roles: Iterable[Role], procedure: str, name: str) -> bool:
        document = self._procedures.get(procedure)
        sets = [owned(document, role) for role in roles] if document is not None else []
        return any(name in names or name.startswith(beginnings) for names, beginnings in sets)


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
