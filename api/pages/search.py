"""The search box of the head (查找): the answer to what was typed. Only by a form, so that no address names anybody."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from api.dependencies import SealDep
from api.pages import reading
from api.pages.filters import HIRES, Chosen
from api.pages.forms import Field
from api.pages.hires import hire_rows
from api.pages.navigation import CLERKS, roles_of
from api.pages.render import FormDep, Page, PageDep
from states.refusals import InputRefused
from states.say import Sentence, say
from states.vocabulary import ADMINISTRATORS, Role
from workflow.search import Found, Kind, search

router = APIRouter()
_READS_PEOPLE = CLERKS | {Role.SUPERVISOR}


@router.get("/search")
def ask(page: PageDep) -> Response:
    """The box alone. What somebody put into the address is taken out of it: it may name a person."""
    if page.request.query_params.get("q") is not None:
        return page.go("/search")
    return _shown(page, "", None)


@router.post("/search")
def find(page: PageDep, form: FormDep, seal: SealDep) -> Response:
    """Looks for what was typed. A full identity number is not shown again."""
    typed = form.get("q")
    text = typed if isinstance(typed, str) else ""
    if roles_of(page.actor) <= ADMINISTRATORS:
        return _shown(page, "", None, {"q": say("管理员不办理业务，不能查找人员和聘用")}, status=403)
    try:
        found = search(page.office, seal, page.actor, text, page.at)
    except InputRefused as refusal:
        digits = sum(sign.isdigit() for sign in text)
        return _shown(page, "" if digits > 9 else text, None, dict(refusal.faults), status=422)
    return _shown(page, "" if found.kind is Kind.NUMBER else text.strip(), found)


def _shown(
    page: Page, text: str, found: Found | None, faults: dict[str, Sentence] | None = None, status: int = 200
) -> Response:
    fault = (faults or {}).get("q")
    hint = page.tell(
        say("可以填姓名、拼音（zhangsan）、首字母（zs）、编号，或者完整的身份证号；查身份证号会留下记录。")
    )
    field = Field(
        "q",
        page.tell(say("姓名、拼音、编号或身份证号")),
        "search",
        text,
        required=True,
        hint=hint,
        error=page.tell(fault) if fault else "",
        prefix="search-",
        autocomplete="off",
    )
    shown: dict[str, Any] = {"rows": [], "people": [], "more": False, "all": None, "said": ""}
    if found is not None:
        shown = _what_was_found(page, text, found)
    return page.show("search.html", "search", status=status, field=field, found=found is not None, **shown)


def _what_was_found(page: Page, text: str, found: Found) -> dict[str, Any]:
    with page.reading() as connection:
        rows = hire_rows(page, connection, found.hires)
        places = reading.place_names(connection, {line.home_region for line in found.people})
    people = [
        {
            "id": line.id if roles_of(page.actor) & _READS_PEOPLE else None,
            "name": line.name,
            "number": line.id_number,
            "place": places.get(line.home_region, line.home_region),
        }
        for line in found.people
    ]
    by_name = found.kind is Kind.NAME and found.more
    return {
        "rows": rows,
        "people": people,
        "more": found.more,
        "all": "/hires?" + Chosen(HIRES, {"name": text}).query if by_name and found.hires else None,
        "said": page.tell(_said(found)),
    }


def _said(found: Found) -> Sentence:
    if found.hires or found.people:
        return say("找到聘用{hires}份、登记人员{people}人", hires=len(found.hires), people=len(found.people))
    if found.kind is Kind.CASE:
        return say("没有这个编号的聘用，或者不在您所管的地区")
    if found.kind is Kind.NUMBER:
        return say("您所管的地区内没有登记过这个身份证号")
    return say("您所管的地区内没有叫这个名字的人")
