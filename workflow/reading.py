"""Hires as the law looks at them, in one read (读取): the hire, its opening, post, person and that person's service.

One statement whatever the number of hires. Column order is written once, in ``_COLUMNS``, and read back by position,
because this runs for every step and every due timer.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import Connection

from states.facts import Hire, Opening, Person, Post, dossier_from_json
from states.plan import TimerFact
from states.surnames import surname
from states.vocabulary import State

_COLUMNS = """
  h.id, h.version, h.visit, h.procedure, h.stage, h.state, h.region, h.kind, h.submitted_by, h.audit_seq, h.audit_head,
  h.dossier, h.opened_at,
  o.id, o.announced_on, o.closes_on, o.places, o.taken, o.boards, o.relaxed_by,
  p.id, p.kind, p.region, p.sources, p.registered, p.monthly_fen, p.minimum_wage_fen, p.subsidy_cap_fen,
"""
_PERSON = """
  n.id, n.key, n.born, n.sex, n.retirement_category, n.education, n.home_region, n.categories, n.statements,
  n.relatives, n.preferences, n.died_on, n.prior_months, n.name, n.contacts,
  (SELECT {keys} FROM clearance k WHERE k.person_id = n.id),
  (SELECT s.id FROM hire s WHERE s.person_id = n.id AND s.serving),
  (SELECT {agg} FROM contract c WHERE c.person_id = n.id AND c.starts_on IS NOT NULL AND c.corrected_by IS NULL)
"""
_FROM = """
FROM hire h JOIN opening o ON o.id = h.opening_id JOIN post p ON p.id = o.post_id
LEFT JOIN person n ON n.id = h.person_id
"""
_AGG = {
    True: "json_group_array(json_array(c.starts_on, coalesce(c.ended_on, c.ends_on), c.hire_id))",
    False: "json_agg(json_build_array(c.starts_on, coalesce(c.ended_on, c.ends_on), c.hire_id))",
}
_KEYS = {True: "json_group_array(k.officer_key)", False: "json_agg(k.officer_key)"}
_TIMERS = {
    True: (
        "(SELECT json_group_array(json_array(t.name, t.kind, t.mark, t.seq, t.visit, t.legal_on)) FROM"
        " (SELECT * FROM timer x WHERE x.hire_id = h.id AND x.status = 'pending' AND x.wake_at <= ?"
        " ORDER BY x.due_at, x.kind, x.mark) t)"
    ),
    False: (
        "(SELECT json_agg(json_build_array(t.name, t.kind, t.mark, t.seq, t.visit, t.legal_on)"
        " ORDER BY t.due_at, t.kind, t.mark) FROM timer t"
        " WHERE t.hire_id = h.id AND t.status = 'pending' AND t.wake_at <= %s)"
    ),
}


def _is_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"


def sqlite_moment(at: datetime) -> str:
    """An aware moment as SQLAlchemy stores it on SQLite, so that texts compare as moments do."""
    return sqlite_moment_of(at.astimezone(UTC).isoformat())


@lru_cache(maxsize=4096)
def sqlite_moment_of(iso: str) -> str:
    """The same for a UTC moment as ISO text. A batch holds few different moments, so most are remembered."""
    fraction = iso[20:26] if iso[19:20] == "." else "000000"
    return f"{iso[:10]} {iso[11:19]}.{fraction}"


def load_hires(connection: Connection, ids: Sequence[int]) -> dict[int, Hire]:
    """The hires of ``ids`` that exist, by id."""
    if not ids:
        return {}
    sqlite = _is_sqlite(connection)
    sql = _SELECT[sqlite, False]
    found = connection.exec_driver_sql(*_with_ids(sql, sqlite, ids)).fetchall()
    return {row[0]: _hire(row, sqlite) for row in found}


def load_due(connection: Connection, ids: Sequence[int], at: datetime) -> list[tuple[Hire, list[TimerFact]]]:
    """The hires of ``ids`` with their due timers, earliest first."""
    sqlite = _is_sqlite(connection)
    sql, parameters = _with_ids(_SELECT[sqlite, True], sqlite, ids)
    moment: Any = sqlite_moment(at) if sqlite else at
    found = []
    for row in connection.exec_driver_sql(sql, (moment, *parameters)).fetchall():
        timers = [
            TimerFact(row[0], name, kind, mark, seq, visit, date.fromisoformat(legal))
            for name, kind, mark, seq, visit, legal in _json(row[-1], sqlite) or ()
        ]
        found.append((_hire(row, sqlite), timers))
    return found


def load_person(connection: Connection, person_id: int) -> Person | None:
    """A person as guards see one; None as well for a registration that is out of use."""
    sqlite = _is_sqlite(connection)
    mark = "?" if sqlite else "%s"
    columns = _PERSON.format(agg=_AGG[sqlite], keys=_KEYS[sqlite])
    sql = f"SELECT {columns} FROM person n WHERE n.id = {mark} AND NOT n.out_of_use"
    row = connection.exec_driver_sql(sql, (person_id,)).fetchone()
    return None if row is None else _person(row, sqlite)


def _with_ids(sql: str, sqlite: bool, ids: Sequence[int]) -> tuple[str, tuple[Any, ...]]:
    if sqlite:
        return sql.format(ids=",".join("?" * len(ids))), tuple(ids)
    return sql, (list(ids),)


def _select(sqlite: bool, timers: bool) -> str:
    columns = (
        _COLUMNS + _PERSON.format(agg=_AGG[sqlite], keys=_KEYS[sqlite]) + ("," + _TIMERS[sqlite] if timers else "")
    )
    where = "WHERE h.id IN ({ids})" if sqlite else "WHERE h.id = ANY(%s)"
    return f"SELECT {columns} {_FROM} {where}"


_SELECT = {(sqlite, timers): _select(sqlite, timers) for sqlite in (True, False) for timers in (True, False)}


def _json(value: Any, sqlite: bool) -> Any:
    return orjson.loads(value) if sqlite and value is not None else value


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _sure(value: Any) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _hire(row: Any, sqlite: bool) -> Hire:
    stored = _json(row[11], sqlite)
    return Hire(
        id=row[0],
        version=row[1],
        visit=row[2],
        procedure=row[3],
        stage=row[4],
        state=State(row[5]),
        region=row[6],
        kind=row[7],
        submitted_by=row[8],
        audit_seq=row[9],
        audit_head=row[10],
        dossier=dossier_from_json(stored),
        stored=stored,
        opened_at=row[12] if isinstance(row[12], datetime) else None,
        opening=Opening(
            id=row[13],
            announced_on=_sure(row[14]),
            closes_on=_day(row[15]),
            places=row[16],
            taken=row[17],
            boards=tuple(_json(row[18], sqlite)),
            relaxed_by=row[19],
        ),
        post=Post(
            id=row[20],
            kind=row[21],
            region=row[22],
            sources=frozenset(_json(row[23], sqlite)),
            registered_as_public_post=bool(row[24]),
            monthly_fen=row[25],
            minimum_wage_fen=row[26],
            subsidy_cap_fen=row[27],
        ),
        person=None if row[28] is None else _person(row[28:46], sqlite),
    )


def _person(row: Any, sqlite: bool) -> Person:
    periods = _json(row[17], sqlite) or ()
    return Person(
        id=row[0],
        key=row[1],
        born=_sure(row[2]),
        sex=row[3],
        retirement_category=row[4],
        education=row[5],
        home_region=row[6],
        categories=_json(row[7], sqlite),
        statements=frozenset(_json(row[8], sqlite)),
        relatives=frozenset(_json(row[9], sqlite)),
        preferences=frozenset(_json(row[10], sqlite)),
        died_on=_day(row[11]),
        prior_months=row[12],
        surname=surname(row[13]),
        contacts=frozenset(_json(row[14], sqlite)),
        cleared=frozenset(_json(row[15], sqlite) or ()),
        serving_hire=row[16],
        periods=tuple((_sure(start), _sure(end), hire) for start, end, hire in periods),
    )
