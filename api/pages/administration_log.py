"""The office log (事务日志) for the audit administrator: what was done beside the hires, and whether it is whole."""

from __future__ import annotations

from typing import Any

import orjson
from fastapi import APIRouter
from fastapi.responses import Response

from api.pages.administrators import AUDIT, PAGE, only, tabs_of
from api.pages.render import Page, PageDep
from states.say import Sentence, say
from workflow import office_log
from workflow.access_policy import ORDINARY, POLICIES, policy_of

router = APIRouter(prefix="/administration")
ACTS: dict[str, Sentence] = {
    "account_opened": say("开立账户"),
    "account_closed": say("停用账户"),
    "account_reopened": say("重新启用账户"),
    "password_changed": say("本人更换密码"),
    "password_reset": say("重置密码"),
    "second_factor_enrolled": say("启用动态口令"),
    "second_factor_removed": say("停用动态口令"),
    "second_factor_reset": say("重置动态口令"),
    "identity_linked": say("关联统一认证"),
    "identity_unlinked": say("解除统一认证"),
    "grant_asked": say("提出授权"),
    "grant_confirmed": say("确认授权"),
    "grant_given": say("控制台授权"),
    "grant_revoked": say("收回授权"),
    "substitute_asked": say("提出代理"),
    "substitute_accepted": say("接受代理"),
    "substitute_ended": say("结束代理"),
    "regions_loaded": say("导入地区"),
    "policy_changed": say("登录要求变更"),
}


@router.get("/log")
def show_log(page: PageDep) -> Response:
    """The office log, the newest first, and whether it is as it was written."""
    only(page, AUDIT)
    query = page.request.query_params
    before = query.get("before", "")
    number = int(before) if before.isascii() and before.isdigit() and len(before) < 10 else None
    with page.office.database.reading() as connection:
        books = office_log.books(connection) or [office_log.ACCESS]
        book = query.get("book", "") if query.get("book", "") in books else books[0]
        entries = office_log.entries(connection, book, before=number, limit=PAGE + 1)
        faults = list(office_log.verify(connection))
    rows = entries[:PAGE]
    return page.show(
        "administration_log.html",
        "administration",
        tabs=tabs_of(page, "log"),
        book=book,
        books=[(name, page.address(book=name, before=None)) for name in books],
        rows=[_entry(page, row) for row in rows],
        faults=[page.tell(say("{book}第{seq}条与写入时不符", book=one.book, seq=one.seq)) for one in faults],
        policy=_policy(page),
        next_page=page.address(before=str(rows[-1].seq)) if len(entries) > PAGE else None,
        first_page=page.address(before=None) if number else None,
    )


def _entry(page: Page, row: Any) -> dict[str, Any]:
    facts = orjson.loads(row.body)["facts"]
    return {
        "seq": row.seq,
        "at": page.moment(row.at),
        "who": row.username or (page.tell(say("控制台")) if row.actor_key == "console" else row.actor_key[:8]),
        "act": page.tell(ACTS[row.act]) if row.act in ACTS else row.act,
        "facts": " · ".join(f"{name} {value}" for name, value in facts.items() if value is not None),
        "hash": row.hash[:12],
    }


def _policy(page: Page) -> str:
    chosen = policy_of(page.settings)
    words = say("登录要求：普通") if chosen is ORDINARY else say("登录要求：等保三级")
    assert chosen.name in POLICIES
    return page.tell(words)
