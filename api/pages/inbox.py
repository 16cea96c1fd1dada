"""The inbox (消息): what the reader was told, by day and hire; taking note; how e-mails come; what reminders do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from api.pages import words
from api.pages.render import FormDep, Page, PageDep
from api.pages.submitted import given_of
from api.problems import NotFound
from notifications import inbox
from notifications.effect import WITHIN, Effect, effects
from notifications.messages import Reader
from notifications.preferences import MailMode, mail_mode, set_mail_mode
from notifications.reminders import REMINDERS
from states.clocks import local_day
from states.say import say
from workflow.queries import scoped

router = APIRouter()
PAGE = 30
#: letters of a day about one hire that are not folded away
SHOWN = 3
#: days back over which the effect of reminders is shown
PERIODS = (7, 30, 90)
MODES = {MailMode.DIGEST: say("每个工作日上午汇总一封；次日前到期的单独发"), MailMode.EACH: say("每封单独发送")}
WHAT_REMAINS = say("（各办法自定的期限）")


@router.get("/inbox")
def show(page: PageDep) -> Response:
    """The letters, newest first."""
    query = page.request.query_params
    after, unread_only = query.get("after") or None, query.get("unread") == "1"
    reader = Reader(page.language, page.settings.public_url, signed_in=True)
    try:
        items = inbox.page(
            page.office, _account(page), reader=reader, after=after, limit=PAGE + 1, unread_only=unread_only
        )
    except inbox.UnknownCursor:
        return page.go("/inbox")
    following = page.address(after=items[PAGE - 1].cursor) if len(items) > PAGE else None
    mode = mail_mode(page.office, _account(page))
    return page.show(
        "inbox.html",
        "inbox",
        days=_by_day(page, items[:PAGE]),
        unread_only=unread_only,
        modes=[(key.value, page.tell(told), key is mode) for key, told in MODES.items()],
        next_page=following,
        first_page=page.address(after=None) if after else None,
    )


@router.post("/inbox/read")
def mark_read(page: PageDep, form: FormDep) -> Response:
    """Marks every letter as read."""
    number = inbox.mark_all_read(page.office, _account(page), page.at)
    return page.go("/inbox", say("已标为已读：{n}封", n=number))


@router.post("/inbox/note")
def take_note(page: PageDep, form: FormDep) -> Response:
    """Takes note of a reminder: it stops repeating until it becomes more pressing."""
    given = given_of(form)
    message = (given.get("message") or [""])[0]
    if not inbox.note(page.office, _account(page), message, page.at):
        raise NotFound
    return page.go((given.get("back") or ["/inbox"])[0], say("已记下。这个期限变得更紧之前，不再重复提醒您。"))


@router.post("/inbox/mail")
def choose_mail(page: PageDep, form: FormDep) -> Response:
    """How the reader's e-mails come from now on."""
    chosen = (given_of(form).get("mode") or [""])[0]
    if chosen not in set(MailMode):
        raise NotFound
    set_mail_mode(page.office, _account(page), MailMode(chosen), page.at)
    return page.go("/inbox", say("邮件方式已改为：{mode}", mode=page.tell(MODES[MailMode(chosen)])))


@router.get("/inbox/effect")
def show_effect(page: PageDep) -> Response:
    """How many reminders were followed by a step, for the reader's regions."""
    asked = page.request.query_params.get("days", "")
    days = int(asked) if asked.isascii() and asked.isdigit() and int(asked) in PERIODS else PERIODS[1]
    first = page.today - timedelta(days=days - 1)
    concerned = scoped(page.actor).hires()
    found = effects(page.office, concerned, first, page.today, today=page.today)
    return page.show(
        "inbox_effect.html",
        "inbox",
        rows=[{"name": _deadline(page, one.deadline), "effect": one} for one in found],
        total=_total(found),
        within=WITHIN,
        first=first,
        periods=[(page.address(days=str(n)), n, n == days) for n in PERIODS],
    )


# ---- as the page shows it ----------------------------------------------------------------------------------------


def _account(page: Page) -> int:
    return page.actor.account_id or 0


def _by_day(page: Page, items: Iterable[inbox.Item]) -> list[dict[str, Any]]:
    """Letters by day and, within a day, by hire in the order of the newest."""
    return [{"name": _day_name(page, day), "hires": _by_hire(page, list(of))} for day, of in groupby(items, _day_of)]


def _by_hire(page: Page, items: list[inbox.Item]) -> list[dict[str, Any]]:
    hires: dict[str, list[inbox.Item]] = {}
    for item in items:
        hires.setdefault(item.href, []).append(item)
    return [
        {
            "href": href,
            "who": next((item.about[0] for item in of if item.about[0]), str(of[0].hire_id)),
            "post": next((item.about[1] for item in of if item.about[1]), ""),
            "letters": [_letter(page, item, newest) for item, newest in _newest(of)][:SHOWN],
            "older": [_letter(page, item, newest) for item, newest in _newest(of)][SHOWN:],
        }
        for href, of in hires.items()
    ]


def _newest(items: list[inbox.Item]) -> Iterator[tuple[inbox.Item, bool]]:
    """Each letter, and whether it is the newest about its deadline: one note is enough for all that went before."""
    seen: set[str] = set()
    for item in items:
        yield item, item.reminds not in seen
        seen.add(item.reminds)


def _letter(page: Page, item: inbox.Item, newest: bool) -> dict[str, Any]:
    return {
        "id": item.message_id,
        "subject": item.message.subject,
        "body": item.message.body,
        "at": page.moment(item.at).rpartition(" ")[2],
        "unread": item.read_at is None,
        "noted": item.noted,
        "may_note": bool(item.reminds) and newest and not item.noted,
    }


def _day_of(item: inbox.Item) -> date:
    return local_day(item.at)


def _day_name(page: Page, day: date) -> str:
    if day == page.today:
        return page.tell(say("今天"))
    return page.tell(say("昨天")) if day == page.today - timedelta(days=1) else page.day(day)


def _deadline(page: Page, name: str) -> str:
    """What a deadline is called in any of the documents; reports and objections have words of the house."""
    if name == "filing":
        return page.tell(say("报备"))
    if name == "objection":
        return page.tell(say("异议答复"))
    known = (p for p in page.office.catalogue.all() if name in p.deadline_by_name)
    procedure = next(known, None)
    if procedure is None or name not in REMINDERS:
        return page.tell(WHAT_REMAINS)
    return words.clock_name(page, procedure, name)


def _total(found: list[Effect]) -> Effect:
    return Effect("", sum(e.told for e in found), sum(e.followed for e in found), sum(e.open for e in found))
