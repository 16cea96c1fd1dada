"""Objecting to a notice (提出异议), for everybody: with a name or without, and a receipt to follow it by."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from api.dependencies import AddressDep, SealDep
from api.pages import errors
from api.pages.forms import Field
from api.pages.public import hanging_sheet
from api.pages.render import OpenPageDep, Page, new_key
from states.refusals import InputRefused
from states.say import Sentence, say
from workflow import objections
from workflow.objections import LONGEST, NoticeOver
from workflow.queries import PublicSheet
from workflow.queries.public_notices import hires_on

router = APIRouter()
Given = Mapping[str, str]


async def sent(request: Request) -> AsyncIterator[FormData]:
    """A form without a session: where it came from is checked for every request (``api.security``)."""
    async with request.form() as submitted:
        yield submitted


SentDep = Annotated[FormData, Depends(sent)]


@router.get("/public/notices/{number}/objection")
def ask(page: OpenPageDep, number: str) -> Response:
    """The form. 410 once the notice has come down."""
    return _form(page, number, {}, (), {})


@router.post("/public/notices/{number}/objection")
def lodge(page: OpenPageDep, number: str, form: SentDep, seal: SealDep, address: AddressDep) -> Response:
    """Registers the objection and shows its receipt, once."""
    given = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    people = [value for value in form.getlist("people") if isinstance(value, str)]
    with page.office.database.reading() as connection:
        sheet = hanging_sheet(connection, page.today, number)
        known = hires_on(connection, page.today, number)
    if sheet is None:
        return errors.gone(page)
    try:
        said = objections.read(given, people, [hire for hire, _ in known])
        nonce = given.get("key", "")
        lodged = objections.lodge(page.office, seal, number, said, page.at, nonce=nonce, address=address)
    except InputRefused as refusal:
        return _form(page, number, given, people, refusal.faults)
    except NoticeOver:
        return errors.gone(page)
    return page.show("public_objection_done.html", "public", lodged=_lodged(page, sheet, lodged))


def _form(page: Page, number: str, given: Given, people: Sequence[str], faults: Mapping[str, Sentence]) -> Response:
    page.headers["X-Robots-Tag"] = "noindex"
    with page.office.database.reading() as connection:
        sheet = hanging_sheet(connection, page.today, number)
        known = hires_on(connection, page.today, number)
    if sheet is None or not known:
        return errors.gone(page)
    return page.show(
        "public_objection.html",
        "public",
        status=422 if faults else 200,
        notice=_about(page, sheet),
        fields=_fields(page, known, given, people, faults),
        faulty=bool(faults),
        key=given.get("key") or new_key(),
    )


def _about(page: Page, sheet: PublicSheet) -> dict[str, Any]:
    return {
        "href": f"/public/notices/{sheet.sheet}",
        "form": f"/public/notices/{sheet.sheet}/objection",
        "title": page.tell(say("{post}拟聘人员公示", post=sheet.post)),
        "employer": sheet.employer,
        "until": page.day(sheet.ends_on),
        "provisional": sheet.provisional,
        "office": sheet.contact.office or sheet.employer,
        "telephone": sheet.contact.telephone,
        "address": sheet.contact.address,
    }


def _fields(
    page: Page,
    known: Sequence[tuple[int, str]],
    given: Given,
    people: Sequence[str],
    faults: Mapping[str, Sentence],
) -> list[Field]:
    tell = page.tell
    only = len(known) == 1
    chosen = frozenset([str(known[0][0])] if only else people)
    asked = [
        ("people", "checks", say("您对哪一位有异议"), say("可以勾选不止一位。")),
        ("text", "prose", say("情况和理由"), say("请写明事实，例如时间、地点、知情人。只有办理的工作人员能看到。")),
        ("by_name", "text", say("您的姓名"), say("可以不填；匿名反映同样受理。")),
        ("phone", "tel", say("您的电话"), say("可以不填；加密保存，只用于核实情况，答复后即删除。")),
    ]
    limits = {"text": LONGEST}
    return [
        Field(
            name,
            tell(label),
            kind,
            given.get(name, "")[: limits.get(name, 200) * 2],
            required=name in ("people", "text"),
            hint=tell(hint) if not (name == "people" and only) else "",
            error=tell(faults[name]) if name in faults else "",
            options=tuple((str(hire), who) for hire, who in known) if name == "people" else (),
            chosen=chosen if name == "people" else frozenset(),
            lines=6,
            autocomplete="off" if kind != "checks" else "",
        )
        for name, kind, label, hint in asked
    ]


def _lodged(page: Page, sheet: PublicSheet, lodged: objections.Lodged) -> dict[str, Any]:
    failed = say("另有{n}位在您提交时已不在公示中，没有登记。", n=lodged.failed) if lodged.failed else None
    return {
        "code": lodged.code,
        "title": page.tell(say("{post}拟聘人员公示", post=sheet.post)),
        "number": page.tell(say("已登记{n}件", n=len(lodged.entries))),
        "failed": page.tell(failed) if failed else "",
        "moment": page.moment(page.at),
        "online": f"{page.settings.public_url.rstrip('/')}/public/receipt",
    }
