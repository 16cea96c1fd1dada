"""A year of pay sheets for 27,600 people on post, the number of Liaocheng's annex, township by township.

Each month: every sheet is made, handed in, approved by two and paid, which reckons its rows five times. Against it
stands the one statement that writes as many rows. A tenth of the people first, to see how it grows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from benchmarks.measure import Ratio, ratio
from states.attendance_marks import days_of
from states.facts import Grant
from states.procedure import Role
from tests.support.county import CLERK, COUNTY, HRSS, TOWNS, at_work, multiply, town
from tests.support.world import World, officer
from workflow import pay_sheets
from workflow.pay_sheets import Order

PEOPLE = 27_600
DOCUMENT = "xunyang-2022-88"
FINANCE = officer("finance", Role.FINANCE, COUNTY, 4)
MAKER = type(CLERK)(1, "maker", "maker", (Grant(Role.EMPLOYER, COUNTY),))


def cases(world: World, *, quick: bool = False) -> Iterator[Ratio]:
    template = at_work(world)
    people = 0
    for total in (PEOPLE // 100, PEOPLE // 10) if quick else (PEOPLE // 10, PEOPLE):
        multiply(world, template, total - people)
        people = total
        _serve(world)
        months = [date(2022 + n // 12, n % 12 + 1, 1) for n in range(6, 8 if quick else 18)]
        world.clock.moment = world.clock.moment.replace(year=2024)
        _attended(world, months)
        yield ratio(
            world,
            f"{len(months)} months of pay sheets, {total:,} people",
            "line",
            [_month(world, month, total) for month in months],
            [_raw(world, total) for _ in months],
        )
        _forget(world)


def _serve(world: World) -> None:
    """The copies serve, each to the end of two years, so that a whole year of months can be paid."""
    with world.office.database.transaction() as connection:
        connection.exec_driver_sql("UPDATE contract SET ends_on = '2024-06-12'")


def _attended(world: World, months: list[date]) -> None:
    with world.office.database.transaction() as connection:
        for month in months:
            connection.exec_driver_sql(
                "INSERT INTO attendance (hire_id, month, marks, source, version, recorded_by, recorded_at)"
                f" SELECT id, '{month}', '{'1' * days_of(month)}', 'page', 1, 'x', '2024-01-01 00:00:00' FROM hire"
                " WHERE serving"
            )


def _month(world: World, month: date, people: int) -> Callable[[], int]:
    def block() -> int:
        office, at = world.office, world.clock()
        for number in range(TOWNS):
            sheet = pay_sheets.make(office, Order(DOCUMENT, town(number), month), MAKER, at)
            ((digest,),) = world.ask("SELECT digest FROM pay_sheet WHERE id = ?", sheet)
            pay_sheets.freeze(office, sheet, MAKER, at)
            for approver in (HRSS, FINANCE):
                pay_sheets.approve(office, sheet, digest, approver, at)
            pay_sheets.pay(office, sheet, world.clock.today, "回单", FINANCE, at)
        return people

    return block


def _raw(world: World, people: int) -> Callable[[], int]:
    """As many rows as the month has lines, in one statement."""

    def block() -> int:
        with world.office.database.transaction() as connection:
            connection.exec_driver_sql("DROP TABLE IF EXISTS plain_line")
            connection.exec_driver_sql(
                "CREATE TEMPORARY TABLE plain_line AS SELECT h.id, h.person_id, c.starts_on, c.ends_on, 100000 AS fen"
                " FROM hire h JOIN contract c ON c.hire_id = h.id WHERE h.serving"
            )
        return people

    return block


def _forget(world: World) -> None:
    with world.office.database.transaction() as connection:
        for table in ("pay_approval", "pay_line", "pay_sheet", "attendance"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
