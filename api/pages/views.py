"""Saved views (常用筛选): kept from a list, opened with one press, renamed and taken away on a page of their own."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from starlette.datastructures import FormData

from api.inputs import PathId
from api.pages.filters import HIRES, TASKS, Chosen, chosen_in
from api.pages.forms import Field
from api.pages.render import FormDep, Page, PageDep
from states.refusals import InputRefused, Refusal
from states.say import say
from workflow import views

router = APIRouter()
ADDRESSES = {TASKS: "/", HIRES: "/hires"}
_LISTS = {TASKS: say("我的待办"), HIRES: say("聘用")}


def views_of(page: Page, chosen: Chosen) -> dict[str, Any]:
    """What a list shows of its saved views, and what it needs to keep its present filter as one."""
    account = page.actor.account_id
    kept: tuple[views.View, ...] = ()
    if account is not None:
        with page.reading() as connection:
            kept = views.views(connection, account, chosen.list)
    return {
        "list": chosen.list,
        "query": chosen.query,
        "kept": [{"name": view.name, "href": _address(view), "current": view.query == chosen.query} for view in kept],
        "can_keep": bool(chosen.values) and all(view.query != chosen.query for view in kept),
        "field": Field("name", page.tell(say("名称")), prefix="view-", autocomplete="off"),
    }


def _address(view: views.View) -> str:
    # read again: what was kept years ago may name what is no filter any more
    query = chosen_in(view.page, view.query).query
    return ADDRESSES[view.page] + (f"?{query}" if query else "")


@router.get("/views")
def show_views(page: PageDep) -> Response:
    """All saved views of the reader."""
    return _shown(page)


@router.post("/views")
def keep(page: PageDep, form: FormDep) -> Response:
    """Keeps the filter of a list."""
    name = _text(form, "list")
    chosen = chosen_in(name if name in ADDRESSES else TASKS, _text(form, "query"))
    try:
        with page.office.database.session() as session:
            views.save(session, _account(page), chosen.list, _text(form, "name"), chosen.query, page.at)
    except InputRefused as refusal:
        return _shown(page, refusal, pending=chosen, tried=_text(form, "name"))
    back = ADDRESSES[chosen.list] + (f"?{chosen.query}" if chosen.query else "")
    return page.go(back, say("已保存为常用筛选：{name}", name=" ".join(_text(form, "name").split())))


@router.post("/views/{view_id}")
def change(page: PageDep, form: FormDep, view_id: PathId) -> Response:
    """Renames a view, or takes it away."""
    try:
        with page.office.database.session() as session:
            if _text(form, "do") == "delete":
                views.delete(session, _account(page), view_id)
                return page.go("/views", say("已删除这个常用筛选"))
            views.rename(session, _account(page), view_id, _text(form, "name"))
    except views.NoSuchView as refusal:
        return page.go("/views", refusal.sentence, "care")
    except InputRefused as refusal:
        return _shown(page, refusal, changed=view_id, tried=_text(form, "name"))
    return page.go("/views", say("已改名"))


def _shown(
    page: Page,
    refusal: Refusal | None = None,
    *,
    pending: Chosen | None = None,
    changed: int | None = None,
    tried: str = "",
) -> Response:
    fault = refusal.faults.get("name") if isinstance(refusal, InputRefused) else None
    error = page.tell(fault) if fault else ""
    with page.reading() as connection:
        kept = views.views(connection, page.actor.account_id or 0)
    rows = [
        {
            "id": view.id,
            "name": view.name,
            "href": _address(view),
            "list": page.tell(_LISTS[view.page]),
            "field": Field(
                "name",
                page.tell(say("新名称")),
                value=tried if changed == view.id else view.name,
                error=error if changed == view.id else "",
                prefix=f"view-{view.id}-",
                autocomplete="off",
            ),
            "open": changed == view.id,
        }
        for view in kept
        if view.page in ADDRESSES
    ]
    keeping = None
    if pending is not None:
        field = Field("name", page.tell(say("名称")), value=tried, error=error, prefix="view-", autocomplete="off")
        keeping = {"list": pending.list, "query": pending.query, "field": field}
    return page.show("views.html", "tasks", status=422 if refusal else 200, rows=rows, keeping=keeping)


def _account(page: Page) -> int:
    return page.actor.account_id or 0


def _text(form: FormData, name: str) -> str:
    value = form.get(name)
    return value if isinstance(value, str) else ""
