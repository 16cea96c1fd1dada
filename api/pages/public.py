"""Public notices (公示), for everybody: without sign-in, from an allow-list, and gone when their purpose ends."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import Connection

from api.pages import errors, reading, wording, words
from api.pages.forms import Field
from api.pages.render import OpenPageDep, Page
from api.problems import NotFound
from states.labels import notice_length, period
from states.procedure import Procedure, article_of
from states.say import Sentence, say
from states.vocabulary import State
from workflow.queries import PublicSheet, SheetKey, public_sheet, public_sheets
from workflow.queries.public_notices import hung_once

router = APIRouter()
SHEET = re.compile(r"[1-9]\d{0,17}-[1-9]\d?-\d{8}", re.ASCII)
_KEY = re.compile(r"(\d{4}-\d{2}-\d{2})~(.+)", re.ASCII)
SHORT, GROUP = 16, 4
LONGEST_PLACE = 50


@router.get("/public")
def show_all(page: OpenPageDep) -> Response:
    """Every notice that hangs today, the one that ends first at the top; searched by the name of a place."""
    asked = page.request.query_params
    place = "".join(sign for sign in asked.get("place", "") if sign.isprintable()).strip()[:LONGEST_PLACE]
    after = key_of(asked.get("after"))
    with page.office.database.reading() as connection:
        found = public_sheets(connection, page.today, place=place, after=after)
        places = reading.place_names(connection, {sheet.region_code for sheet in found.sheets})
    following = None if found.after is None else key_text(found.after)
    return page.show(
        "public_list.html",
        "public",
        rows=[_row(page, sheet, places.get(sheet.region_code, sheet.region)) for sheet in found.sheets],
        search=Field("place", page.tell(say("村（社区）、乡镇或县的名称")), "search", place),
        searched=place,
        next_page=page.address(after=following) if following else None,
        first_page=page.address(after=None) if after else None,
    )


def _row(page: Page, sheet: PublicSheet, place: str) -> dict[str, Any]:
    return {
        "href": f"/public/notices/{sheet.sheet}",
        "title": page.tell(say("{post}拟聘人员公示（{n}人）", post=sheet.post, n=len(sheet.people))),
        "place": place,
        "begins_on": sheet.begins_on,
        "ends_on": sheet.ends_on,
        "provisional": sheet.provisional,
        "means": wording.state_words(page, State.PUBLICIZED, on_notice=page.today <= sheet.ends_on),
    }


@router.get("/public/notices/{number}")
def show_one(page: OpenPageDep, number: str) -> Response:
    """One notice in the usual form, to be read or printed. 410 once it has come down."""
    page.headers["X-Robots-Tag"] = "noindex"
    with page.office.database.reading() as connection:
        sheet = hanging_sheet(connection, page.today, number)
        if sheet is None:
            return errors.gone(page)
        place = reading.place_names(connection, {sheet.region_code}).get(sheet.region_code, sheet.region)
    return page.show("public_notice.html", "public", notice=notice_of(page, sheet, place))


def hanging_sheet(connection: Connection, on: date, number: str) -> PublicSheet | None:
    """The sheet of this number; None once it has come down. Raises NotFound if there never was one."""
    if SHEET.fullmatch(number) is None:
        raise NotFound
    sheet = public_sheet(connection, on, number)
    if sheet is None and not hung_once(connection, number):
        raise NotFound
    return sheet


def notice_of(page: Page, sheet: PublicSheet, place: str) -> dict[str, Any]:
    """What the paper says, in words."""
    procedure = page.office.procedure(sheet.procedure)
    remark = page.tell(say("第{n}轮公示", n=sheet.round)) if sheet.round > 1 else ""
    return {
        "number": sheet.sheet,
        "title": page.tell(say("{post}拟聘人员公示", post=sheet.post)),
        "document": f"《{procedure.title.zh}》" if page.language == "zh" else page.named(procedure.title),
        "document_number": procedure.document.number,
        "employer": sheet.employer,
        "place": place,
        "period": page.tell(_period(page, procedure, sheet)),
        "provisional": sheet.provisional,
        "until": page.day(sheet.ends_on),
        "office": sheet.contact.office or sheet.employer,
        "telephone": sheet.contact.telephone or page.tell(say("由公示单位填写")),
        "address": sheet.contact.address,
        "online": f"{page.settings.public_url.rstrip('/')}/public/notices/{sheet.sheet}",
        "form": f"/public/notices/{sheet.sheet}/objection",
        "boards": ("; " if page.language == "en" else "；").join(sheet.boards),
        "article": article_of(procedure, sheet.article),
        "begins_on": sheet.begins_on,
        "rows": [
            {
                "name": one.name,
                "sex": words.sex_words(page, one.sex),
                "place": one.village,
                "post": sheet.post,
                "remark": remark,
            }
            for one in sheet.people
        ],
        "total": page.tell(say("合计：{n}人", n=len(sheet.people))),
        "digest": grouped(sheet.digest),
        "trail": grouped(sheet.trail),
        "seen_at": page.moment(page.at),
    }


def grouped(digest: str) -> str:
    """The beginning of a digest in groups that can be read out and compared: 3f9a 01bc …"""
    short = digest[:SHORT]
    return " ".join(short[start : start + GROUP] for start in range(0, len(short), GROUP))


def _period(page: Page, procedure: Procedure, sheet: PublicSheet) -> Sentence:
    """公示时间: from the day it counts to the last day, and how long that is by the document's own counting."""
    facts = {"posted": page.day(sheet.begins_on), "ends": page.day(sheet.ends_on)}
    length = notice_length(procedure, sheet.round)
    if length is None:
        return say("{posted}至{ends}", **facts)
    return say("{posted}至{ends}（共{length}）", **facts, length=period(procedure, length, page.language).rstrip("*"))


def key_of(text: str | None) -> SheetKey | None:
    """The key that the address of a further page carries; anything else is the first page."""
    found = _KEY.fullmatch(text or "")
    try:
        return (date.fromisoformat(found[1]), found[2]) if found and SHEET.fullmatch(found[2]) else None
    except ValueError:
        return None


def key_text(key: SheetKey) -> str:
    """The key as it stands in an address."""
    return f"{key[0].isoformat()}~{key[1]}"
