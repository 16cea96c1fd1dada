"""Saved views (常用筛选): a list's filter under a name of the reader's own. Nobody else sees or opens it.

The query is written by ``api.pages.filters`` from what it could read, so that nothing but a filter is ever kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select
from sqlmodel import Session

from states.refusals import InputRefused, Refusal
from states.say import say
from workflow.tables import SavedView, metadata

saved_view = metadata.tables["saved_view"]
MOST = 20
LONGEST_NAME, LONGEST_QUERY = 60, 500


@dataclass(frozen=True, slots=True)
class View:
    """A saved view: ``page`` is the list, ``query`` its filter as an address has it."""

    id: int
    page: str
    name: str
    query: str


class NoSuchView(Refusal):
    """There is no such view, or it is somebody else's."""

    def __init__(self) -> None:
        super().__init__(say("没有这个常用筛选，可能已经删除"))


def views(connection: Connection, account_id: int, page: str | None = None) -> tuple[View, ...]:
    """The views of an account (on one list), by name."""
    columns = (saved_view.c[name] for name in ("id", "page", "name", "query"))
    asked = select(*columns).where(saved_view.c.account_id == account_id).order_by(saved_view.c.page, saved_view.c.name)
    if page is not None:
        asked = asked.where(saved_view.c.page == page)
    return tuple(View(*row) for row in connection.execute(asked))


def save(session: Session, account_id: int, page: str, name: str, query: str, at: datetime) -> int:
    """Keeps a view; one of the same name on the same list is replaced. ``at`` is aware. Raises InputRefused."""
    name = _checked(name)
    if len(query) > LONGEST_QUERY:
        raise InputRefused({"name": say("筛选条件过长，不能保存，请减少条件")})
    known = _named(session, account_id, page, name)
    if known is not None:
        known.query = query
        session.flush()
        return int(known.id or 0)
    number = session.connection().execute(
        select(func.count()).where(saved_view.c.account_id == account_id, saved_view.c.page == page)
    )
    if number.scalar_one() >= MOST:
        raise InputRefused({"name": say("常用筛选最多{most}个，请先删除不用的", most=MOST)})
    view = SavedView(account_id=account_id, page=page, name=name, query=query, created_at=at)
    session.add(view)
    session.flush()
    return int(view.id or 0)


def rename(session: Session, account_id: int, view_id: int, name: str) -> None:
    """Gives a view another name. Raises InputRefused, NoSuchView."""
    view, name = _own(session, account_id, view_id), _checked(name)
    other = _named(session, account_id, view.page, name)
    if other is not None and other.id != view.id:
        raise InputRefused({"name": say("已经有叫这个名称的常用筛选，请换一个")})
    view.name = name
    session.flush()


def delete(session: Session, account_id: int, view_id: int) -> None:
    """Takes a view away. Raises NoSuchView."""
    session.delete(_own(session, account_id, view_id))
    session.flush()


def _checked(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise InputRefused({"name": say("请起一个名称，例如“本周到期的公示”")})
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise InputRefused({"name": say("名称最多{most}个字，不能有特殊符号", most=LONGEST_NAME)})
    return name


def _named(session: Session, account_id: int, page: str, name: str) -> SavedView | None:
    asked = select(SavedView).where(
        saved_view.c.account_id == account_id, saved_view.c.page == page, saved_view.c.name == name
    )
    return session.execute(asked).scalar_one_or_none()


def _own(session: Session, account_id: int, view_id: int) -> SavedView:
    view = session.get(SavedView, view_id)
    if view is None or view.account_id != account_id:
        raise NoSuchView
    return view
