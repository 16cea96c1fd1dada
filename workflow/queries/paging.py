"""What lists share (分页): the size of a page, and conditions that several of them take."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, or_

from workflow.queries.scope import Scope, escaped, narrowed, within
from workflow.tables import metadata

hire, person = metadata.tables["hire"], metadata.tables["person"]
PAGE = 50
MOST = 200


def page_size(limit: int) -> int:
    """How many lines a page has: what was asked for, from 1 to 200."""
    return max(1, min(limit, MOST))


def of_procedure(name: str) -> ColumnElement[bool]:
    """Hires of one version ("id@version"), or of every version of a document ("id")."""
    return hire.c.procedure == name if "@" in name else begins_with(hire.c.procedure, name + "@")


def in_sight(scope: Scope, region: str | None) -> ColumnElement[bool]:
    """Hires within the scope and, of these, within a region (None: everywhere)."""
    return within(hire.c.region, narrowed(scope.prefixes, region))


def begins_with(column: ColumnElement[Any], text: str) -> ColumnElement[bool]:
    """The condition that a text begins with ``text``; signs that LIKE knows stand for themselves."""
    return column.like(escaped(text) + "%", escape="\\")


def named(connection: Connection, column: ColumnElement[Any], text: str) -> ColumnElement[bool]:
    """``begins_with`` in a form that an index serves: SQLite's LIKE, which knows no case, cannot use one."""
    if connection.dialect.name == "sqlite":
        return column.between(text, text + "\U0010ffff")
    return begins_with(column, text)


def called(connection: Connection, text: str) -> ColumnElement[bool]:
    """The condition that a person's name begins with ``text``; of Latin letters, that its pinyin or initials do."""
    letters = "".join(sign for sign in text.lower() if sign.isalpha())
    if not letters.isascii() or not letters:
        return named(connection, person.c.name, text.strip())
    initials = person.c.pinyin.like(f"% {letters}%")
    return or_(named(connection, person.c.pinyin, letters), initials, named(connection, person.c.name, text.strip()))
