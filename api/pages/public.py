"""Public notices (公示), for everybody: without sign-in, from an allow-list, and gone when their purpose ends."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import Connection

from api.pages import errors, reading, words
from api.pages.reading import Posted
from api.pages.render import OpenPageDep, Page
from api.problems import NotFound
from states.labels import period
from states.procedure import Length, Procedure, RecordKind, article_of
from states.say import Sentence, say
from workflow.queries import public_notices

router = APIRouter()
_NUMBER = re.compile(r"([1-9]\d{0,17})-([1-9]\d{0,8})")


@router.get("/public")
def show_all(page: OpenPageDep) -> Response:
    """Every notice that hangs today, the one that ends last first."""
    with page.office.database.reading() as connection:
        posted = reading.notices_on_show(connection, page.today)
        places = reading.place_names(connection, {one.region for one in posted})
    groups: dict[tuple[Any, ...], list[Posted]] = {}
    for one in posted:
        groups.setdefault(_sheet_of(one), []).append(one)
    rows = [
        {
            "href": f"/public/notices/{group[0].hire_id}-{group[0].seq}",
            "title": page.tell(say("{post}拟聘人员公示（{n}人）", post=group[0].post, n=len(group))),
            "place": places.get(group[0].region, group[0].region),
            "posted_on": group[0].posted_on,
            "ends_on": group[0].ends_on,
            "provisional": group[0].provisional,
        }
        for group in groups.values()
    ]
    return page.show("public_list.html", "public", rows=rows)


@router.get("/public/notices/{number}")
def show_one(page: OpenPageDep, number: str) -> Response:
    """One notice in the usual form, to be read or printed. 410 once it has come down."""
    match = _NUMBER.fullmatch(number)
    if match is None:
        raise NotFound
    hire_id, seq = int(match[1]), int(match[2])
    with page.office.database.reading() as connection:
        opening = reading.opening_of_notice(connection, hire_id, seq)
        if opening is None:
            raise NotFound
        posted = reading.notices_on_show(connection, page.today, opening)
        asked = next((one for one in posted if (one.hire_id, one.seq) == (hire_id, seq)), None)
        if asked is None:
            return errors.gone(page)
        sheet = [one for one in posted if _sheet_of(one) == _sheet_of(asked)]
        notice = _notice(page, connection, asked, sheet)
    return page.show("public_notice.html", "public", notice=notice)


def _sheet_of(one: Posted) -> tuple[Any, ...]:
    """Persons of one announcement whose notices run over the same days stand on one sheet."""
    return (one.opening_id, one.posted_on, one.ends_on, one.round, one.procedure)


def _notice(page: Page, connection: Connection, asked: Posted, sheet: Iterable[Posted]) -> dict[str, Any]:
    procedure = page.office.procedure(asked.procedure)
    phone = _phone(connection, page.today, asked)
    rows = [
        {
            "name": one.name,
            "sex": words.sex_words(page, one.sex),
            "place": one.home or "",
            "post": one.post,
            "remark": page.tell(say("第{n}轮公示", n=one.round)) if one.round > 1 else "",
        }
        for one in sheet
    ]
    return {
        "title": page.tell(say("{post}拟聘人员公示", post=asked.post)),
        "document": f"《{procedure.title.zh}》" if page.language == "zh" else page.named(procedure.title),
        "number": procedure.document.number,
        "employer": asked.employer,
        "period": page.tell(_period(page, procedure, asked)),
        "provisional": asked.provisional,
        "until": page.day(asked.ends_on),
        "telephone": phone or page.tell(say("由公示单位填写")),
        "article": article_of(procedure, asked.article),
        "posted_on": asked.posted_on,
        "rows": rows,
    }


def _phone(connection: Connection, on: date, asked: Posted) -> str | None:
    """The phone on which objections are taken, where the office has set one."""
    found = public_notices(connection, on, asked.region)
    return next((one.supervision_phone for one in found if one.supervision_phone), None)


def _period(page: Page, procedure: Procedure, asked: Posted) -> Sentence:
    """公示时间: from the day of posting to the last day, and how long that is by the document's own counting."""
    facts = {"posted": page.day(asked.posted_on), "ends": page.day(asked.ends_on)}
    length = _length(procedure, asked.round)
    if length is None:
        return say("{posted}至{ends}", **facts)
    counted = period(procedure, length, page.language).rstrip("*")
    return say("{posted}至{ends}（共{length}）", **facts, length=counted)


def _length(procedure: Procedure, round_no: int) -> Length | None:
    """How long the notice of a round hangs: the period on the stage to which its step leads."""
    for step in procedure.steps:
        if step.records is RecordKind.NOTICE and step.to and int(step.params.get("round", 1)) == round_no:
            lines = procedure.deadlines_during[step.to]
            return next((line.length for line in lines if line.base == "posted_on"), None)
    return None
