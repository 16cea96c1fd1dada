"""The inbox (消息): what the reader has been told."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from api.pages.render import FormDep, PageDep
from notifications import inbox
from notifications.messages import Reader
from states.say import say

router = APIRouter()
PAGE = 30


@router.get("/inbox")
def show(page: PageDep) -> Response:
    """The letters, newest first."""
    account = page.actor.account_id or 0
    after = page.request.query_params.get("after") or None
    reader = Reader(page.language, page.settings.public_url, signed_in=True)
    try:
        items = inbox.page(page.office, account, reader=reader, after=after, limit=PAGE + 1)
    except inbox.UnknownCursor:
        return page.go("/inbox")
    rows = [
        {
            "hire_id": item.hire_id,
            "subject": item.message.subject,
            "body": item.message.body,
            "at": page.moment(item.at),
            "unread": item.read_at is None,
        }
        for item in items[:PAGE]
    ]
    following = page.address(after=items[PAGE - 1].cursor) if len(items) > PAGE else None
    return page.show(
        "inbox.html", "inbox", rows=rows, next_page=following, first_page=page.address(after=None) if after else None
    )


@router.post("/inbox/read")
def mark_read(page: PageDep, form: FormDep) -> Response:
    """Marks every letter as read."""
    number = inbox.mark_all_read(page.office, page.actor.account_id or 0, page.at)
    return page.go("/inbox", say("已标为已读：{n}封", n=number))
