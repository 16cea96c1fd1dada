"""Pay sheets as people look for them (发放表查询): lists, one sheet, its lines page by page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, select

from workflow.portions import in_portions
from workflow.queries.paging import PAGE, page_size
from workflow.queries.scope import Scope
from workflow.tables import metadata

sheet, line, hire, person = (metadata.tables[name] for name in ("pay_sheet", "pay_line", "hire", "person"))
opening, post, account = (metadata.tables[name] for name in ("opening", "post", "account"))
approval = metadata.tables["pay_approval"]


@dataclass(frozen=True, slots=True)
class SheetFilter:
    """Which sheets; None: all. ``month``: its first day."""

    month: date | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True)
class PayText:
    """One person's line as it stands on paper."""

    hire_id: int
    name: str
    id_number_tail: str
    region: str
    post_title: str
    row: Any


def sheets(
    connection: Connection, scope: Scope, filters: SheetFilter, after: int | None = None, limit: int = PAGE
) -> tuple[list[Row[Any]], int | None]:
    """The sheets within the scope, the newest first, and the key of the next page."""
    limit = page_size(limit)
    asked = select(sheet).where(scope.regions(sheet.c.region)).order_by(sheet.c.id.desc()).limit(limit + 1)
    if filters.month is not None:
        asked = asked.where(sheet.c.month == filters.month)
    if filters.region is not None:
        asked = asked.where(sheet.c.region == filters.region)
    if after is not None:
        asked = asked.where(sheet.c.id < after)
    rows = list(connection.execute(asked).all())
    return rows[:limit], rows[limit - 1].id if len(rows) > limit else None


def pay_sheet(connection: Connection, scope: Scope, number: int) -> Row[Any] | None:
    """One sheet within the scope; None where there is none."""
    return connection.execute(select(sheet).where(sheet.c.id == number, scope.regions(sheet.c.region))).one_or_none()


def lines(
    connection: Connection, number: int, after: tuple[str, int] | None = None, limit: int | None = PAGE
) -> tuple[list[PayText], tuple[str, int] | None]:
    """The lines of a sheet by village and hire, and the key of the next page. ``limit`` None: all of them."""
    asked = (
        select(line, hire.c.region, person.c.name, person.c.id_number_tail, post.c.title)
        .join(hire, hire.c.id == line.c.hire_id)
        .join(person, person.c.id == line.c.person_id)
        .join(post, post.c.id == line.c.post_id)
        .where(line.c.sheet_id == number)
        .order_by(hire.c.region, line.c.hire_id)
    )
    if after is not None:
        region, hire_id = after
        asked = asked.where((hire.c.region > region) | ((hire.c.region == region) & (line.c.hire_id > hire_id)))
    if limit is not None:
        asked = asked.limit(limit + 1)
    rows = [
        PayText(row.hire_id, row.name, row.id_number_tail, row.region, row.title, row)
        for row in connection.execute(asked)
    ]
    if limit is None or len(rows) <= limit:
        return rows, None
    return rows[:limit], (rows[limit - 1].region, rows[limit - 1].hire_id)


def key_of_hire(connection: Connection, number: int, hire_id: int) -> tuple[str, int] | None:
    """Where a page ended, by the hire of its last line; None for a hire that is not on the sheet."""
    asked = (
        select(hire.c.region)
        .join(line, line.c.hire_id == hire.c.id)
        .where(line.c.sheet_id == number, line.c.hire_id == hire_id)
    )
    region = connection.execute(asked).scalar()
    return None if region is None else (region, hire_id)


def signatures(connection: Connection, number: int) -> list[Row[Any]]:
    """Who approved a sheet, with the name of the account."""
    asked = (
        select(approval, account.c.name)
        .outerjoin(account, account.c.id == approval.c.account_id)
        .where(approval.c.sheet_id == number)
        .order_by(approval.c.at)
    )
    return list(connection.execute(asked).all())


def names_of(connection: Connection, hire_ids: Iterable[int]) -> dict[int, str]:
    """The name of each hire's person."""
    asked = select(hire.c.id, person.c.name).join(person, person.c.id == hire.c.person_id)
    found: dict[int, str] = {}
    for some in in_portions(sorted(set(hire_ids))):
        found |= {row.id: row.name for row in connection.execute(asked.where(hire.c.id.in_(some)))}
    return found
