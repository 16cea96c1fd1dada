"""The pay sheet that an address names (发放表), as far as the reader sees it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from api.pages.render import Page
from api.problems import NotFound
from workflow.queries import pay, scoped


def sheet_of(page: Page, number: int, connection: Connection | None = None) -> Any:
    """The row of the sheet, read over ``connection`` or one of its own. Raises NotFound."""
    if connection is None:
        with page.reading() as own:
            return sheet_of(page, number, own)
    row = pay.pay_sheet(connection, scoped(page.actor), number)
    if row is None:
        raise NotFound
    return row
