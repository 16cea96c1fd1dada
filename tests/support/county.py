"""A county to measure and to kill in: many hires, multiplied in the database from one that the engine itself made."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection

from states.vocabulary import Role
from tests.support.world import World, colleague, officer
from workflow.migrate import upgrade

COUNTY = "610981"
TOWNS = 20
VILLAGES = 15
CLERK = officer("clerk", Role.EMPLOYER, COUNTY, 1)
HRSS = officer("hrss", Role.HRSS, COUNTY, 2)
RURAL = officer("rural", Role.RURAL, COUNTY, 3)
DAY = date(2022, 6, 1)


def town(number: int) -> str:
    return f"{COUNTY}{100 + number}"


def village(number: int) -> str:
    return f"{town(number % TOWNS)}{200 + number // TOWNS:03d}"


def a_county(url: str) -> World:
    """A migrated database with a county of 20 towns of 15 villages each."""
    upgrade(url)
    regions = {"61": "陕西省", COUNTY: "旬阳市"}
    regions |= {town(n): f"镇{n}" for n in range(TOWNS)}
    regions |= {village(n): f"村{n}" for n in range(TOWNS * VILLAGES)}
    return World.on(url, DAY, regions)


def an_applicant(world: World, name: str = "模板") -> int:
    """One hire that the engine took to ``applied``."""
    post = world.a_post("xunyang-2022-88", "city", village(0))
    hire = world.an_opening(CLERK, post).hire_ids[0]
    world.do(hire, "apply", CLERK, person_id=world.a_person(name, date(1990, 1, 1), "M", village(0)))
    # the template itself sleeps: only its copies fall due
    with world.office.database.transaction() as connection:
        connection.exec_driver_sql(f"UPDATE timer SET wake_at = '2999-01-01 00:00:00.000000' WHERE hire_id = {hire}")
    return hire


def at_work(world: World) -> int:
    """One hire that the engine took to a contract, which begins on 13 June 2022."""
    hire = an_applicant(world)
    second = [colleague(HRSS), colleague(RURAL)]
    world.do(hire, "check", CLERK)
    for officer_ in second:
        world.do(hire, "recheck", officer_)
    world.do(hire, "post_notice", CLERK, posted_on=world.clock.today, boards=["公示栏"])
    world.walk_to(date(2022, 6, 10))
    world.do(hire, "report", CLERK)
    world.do(hire, "approve", HRSS)
    world.do(hire, "approve", RURAL)
    world.do(hire, "train", HRSS, held_on=world.clock.today, passed=True)
    world.walk_to(date(2022, 6, 13))
    world.do(hire, "start", CLERK, started_on=world.clock.today)
    world.do(hire, "sign", CLERK, signed_on=world.clock.today)
    return hire


def multiply(world: World, template: int, copies: int, places: Sequence[str] = ()) -> list[int]:
    """Copies of a hire with its person, timers, tasks and last entry, spread over the villages. Returns their ids.

    ``places``: the villages, where it is not those of the county above.
    """
    with world.office.database.transaction() as connection:
        first = connection.exec_driver_sql("SELECT coalesce(max(id), 0) + 1 FROM hire").scalar_one()
        first = max(first, connection.exec_driver_sql("SELECT coalesce(max(id), 0) + 1 FROM person").scalar_one())
        numbers = range(first, first + copies)
        _numbers(connection, numbers, places or [village(n) for n in range(TOWNS * VILLAGES)])
        for table, key in (("person", "person_id"), ("hire", "hire_id")):
            _copy_main(connection, table, template if table == "hire" else _person_of(connection, template), key)
        for table in ("timer", "task", "audit_entry", "decision", "contract"):
            _copy_part(connection, table, template)
        connection.exec_driver_sql("DROP TABLE multiply")
    if not world.office.database.is_sqlite:
        with world.office.database.single() as connection:
            connection.exec_driver_sql("ANALYZE")
    return list(numbers)


def _person_of(connection: Connection, hire: int) -> int:
    return int(connection.exec_driver_sql(f"SELECT person_id FROM hire WHERE id = {hire}").scalar_one())


def _numbers(connection: Connection, numbers: Sequence[int], places: Sequence[str]) -> None:
    connection.exec_driver_sql("CREATE TEMPORARY TABLE multiply (n bigint, region varchar(12))")
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    rows = [(n, places[n % len(places)]) for n in numbers]
    for start in range(0, len(rows), 10_000):
        connection.exec_driver_sql(f"INSERT INTO multiply VALUES ({mark}, {mark})", rows[start : start + 10_000])


def _columns(connection: Connection, table: str) -> list[str]:
    from workflow.tables import metadata

    return [column.name for column in metadata.tables[table].columns]


def _copy_main(connection: Connection, table: str, template: int, _key: str) -> None:
    special = {"id": "m.n", "key": "'copy' || m.n", "person_id": "m.n", "region": "m.region"}
    columns = _columns(connection, table)
    values = [special.get(column, f"t.{column}") for column in columns]
    connection.exec_driver_sql(
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {table} t, multiply m"
        f" WHERE t.id = {template}"
    )


def _copy_part(connection: Connection, table: str, template: int) -> None:
    special = {"hire_id": "m.n", "person_id": "m.n", "region": "m.region", "wake_at": "t.due_at"}
    columns = _columns(connection, table)
    values = [special.get(column, f"t.{column}") for column in columns]
    connection.exec_driver_sql(
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {table} t, multiply m"
        f" WHERE t.hire_id = {template}"
    )
