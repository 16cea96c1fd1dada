"""Calendar feeds (日历订阅): the page where an account makes, renews and ends its address, and what answers there.

What is sent holds case numbers, stages, periods and surnames, and no more: calendar programs keep it where we cannot
look after it.
"""

from __future__ import annotations

import hashlib
from urllib.parse import urlsplit

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse, Response
from icalendar import Calendar, Event, vText

from api.dependencies import NowDep, OfficeDep, SettingsDep
from api.pages import calendar, words
from api.pages.render import FormDep, OpenPageDep, Page, PageDep
from api.problems import NotFound
from states.say import say
from workflow import feeds
from workflow.masking import masked_name
from workflow.queries import scoped
from workflow.queries.agenda import Agenda, AgendaLine, agenda

router = APIRouter()
PRIVATE = {"cache-control": "private, no-cache", "x-robots-tag": "noindex, nofollow", "referrer-policy": "no-referrer"}


# ---- the holder's page -------------------------------------------------------------------------------------------


@router.get("/calendar/feed")
def show(page: PageDep) -> Response:
    """Whether there is an address, since when, and when it was last read."""
    return _page(page)


@router.post("/calendar/feed")
def renew(page: PageDep, form: FormDep) -> Response:
    """A new address, shown once; the former one answers no more."""
    token = feeds.renew(page.office.database, _account(page), page.at)
    return _page(page, f"{page.settings.public_url.rstrip('/')}/calendar/feed/{token}.ics")


@router.post("/calendar/feed/revoke")
def revoke(page: PageDep, form: FormDep) -> Response:
    """Takes the address back at once."""
    feeds.revoke(page.office.database, _account(page), page.at)
    return page.go("/calendar/feed", say("订阅地址已停用"))


def _page(page: Page, address: str = "") -> Response:
    with page.office.database.reading() as connection:
        state = feeds.state_of(connection, _account(page))
    made = {
        "since": page.moment(state.created_at) if state else "",
        "used": page.moment(state.used_at) if state and state.used_at else "",
    }
    page.headers["cache-control"] = "no-store"
    return page.show("feed.html", "calendar", address=address, exists=state is not None, made=made)


def _account(page: Page) -> int:
    if page.actor.account_id is None:
        raise NotFound
    return page.actor.account_id


# ---- what answers there ------------------------------------------------------------------------------------------


@router.get("/calendar/feed/{token}.ics")
def read(page: OpenPageDep, office: OfficeDep, settings: SettingsDep, at: NowDep, token: str) -> Response:
    """The last days that the account of this address answers for, as text/calendar; 410 once it was taken back."""
    reader = feeds.reader_of(office.database, token, at, page.today)
    if reader is not None and reader.gone:
        return PlainTextResponse(page.tell(say("这个订阅地址已经停用")), 410, headers=PRIVATE)
    if reader is None or not reader.actor.grants:
        return PlainTextResponse(page.tell(say("没有这个订阅地址")), 404, headers=PRIVATE)
    body = _body(page, reader)
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {**PRIVATE, "etag": tag}
    if tag in [one.strip() for one in page.request.headers.get("if-none-match", "").split(",")]:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="text/calendar; charset=utf-8", headers=headers)


def _body(page: Page, reader: feeds.Reader) -> bytes:
    told = _Telling(page.request, page.office, page.settings, page.at)
    told.own = reader.language
    scope = scoped(reader.actor)
    with page.office.database.reading(scope.reach) as connection:
        whole = set(scope.by_role) <= calendar.LOOKING_ON
        procedures = page.office.every_procedure(connection)
        asked = Agenda(
            scope, procedures, page.today - feeds.BACK, page.today + feeds.AHEAD, whole, page.office.database.is_sqlite
        )
        lines, _ = agenda(connection, asked, most=feeds.MOST)
    made = Calendar()
    made.add("prodid", "-//Zaigang//deadlines//ZH")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", told.tell(say("在岗：期限")))
    made.add("x-published-ttl", "PT4H")
    for line in lines:
        made.add_component(_event(told, line))
    return bytes(made.to_ical())


class _Telling(Page):
    """A page's words in the language of the account behind the address; nobody is signed in."""

    own: str = "zh"

    @property
    def language(self) -> str:
        return self.own


def _event(page: Page, line: AgendaLine) -> Event:
    procedure = page.office.procedure(line.procedure)
    stage = procedure.stage_by_name.get(line.stage)
    where = page.named(stage) if stage else line.stage
    what = words.clock_name(page, procedure, line.name)
    who = masked_name(line.person_name) if line.person_name else page.tell(say("空缺名额"))
    base = page.settings.public_url.rstrip("/")
    summary = say("{what}（暂定）·第{hire}号 {who}", what=what, hire=line.hire_id, who=who)
    if not line.provisional:
        summary = say("{what}·第{hire}号 {who}", what=what, hire=line.hire_id, who=who)
    event = Event()
    event.add("uid", f"{line.hire_id}-{line.name}@{urlsplit(base).hostname or 'zaigang'}")
    event.add("dtstamp", line.changed_at)
    event.add("last-modified", line.changed_at)
    event.add("sequence", line.version)
    event.add("dtstart", line.due_on)  # a date makes it last the whole day
    event.add("summary", page.tell(summary))
    event.add("description", page.tell(say("环节：{stage}", stage=where)))
    event.add("status", "TENTATIVE" if line.provisional else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    event.add("class", vText("PRIVATE"))
    event.add("url", f"{base}/hires/{line.hire_id}")
    return event
