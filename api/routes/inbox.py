"""Letters to me (收件箱)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from api.dependencies import LanguageDep, NowDep, OfficeDep, SessionDep, SettingsDep
from api.inputs import After, Limit
from api.problems import NotFound
from api.schemas import LetterOut, Page
from notifications import inbox
from notifications.messages import Reader
from states.facts import Actor
from states.refusals import InputRefused
from states.say import say

router = APIRouter(prefix="/inbox", tags=["inbox"])
MessageId = Annotated[str, Path(pattern=r"^[0-9A-Za-z-]{1,64}$")]


@router.get("", summary="my letters, the newest first")
def listed(
    office: OfficeDep,
    session: SessionDep,
    settings: SettingsDep,
    language: LanguageDep,
    unread: bool = False,
    after: After = None,
    limit: Limit = 20,
) -> Page[LetterOut]:
    reader = Reader(language, settings.public_url, signed_in=True)
    try:
        letters = inbox.page(
            office, _account(session.actor), reader=reader, after=after, limit=limit + 1, unread_only=unread
        )
    except inbox.UnknownCursor:
        raise InputRefused({"after": say("这个翻页标记无效，请从第一页看起")}) from None
    shown = letters[:limit]
    return Page(items=[_letter(item) for item in shown], next=shown[-1].cursor if len(letters) > limit else None)


@router.get("/unread", summary="how many letters I have not opened")
def unread(office: OfficeDep, session: SessionDep) -> dict[str, int]:
    return {"unread": inbox.unread_count(office, _account(session.actor))}


@router.post("/{message}/read", summary="open a letter: it counts as read from now on")
def read(
    message: MessageId,
    office: OfficeDep,
    session: SessionDep,
    settings: SettingsDep,
    at: NowDep,
    language: LanguageDep,
) -> LetterOut:
    reader = Reader(language, settings.public_url, signed_in=True)
    item = inbox.read(office, _account(session.actor), message, at, reader=reader)
    if item is None:
        raise NotFound
    return _letter(item)


def _account(actor: Actor) -> int:
    assert actor.account_id is not None  # only an account can sign in
    return actor.account_id


def _letter(item: inbox.Item) -> LetterOut:
    return LetterOut(
        message_id=item.message_id,
        hire_id=item.hire_id,
        at=item.at,
        read_at=item.read_at,
        subject=item.message.subject,
        body=item.message.body,
    )
