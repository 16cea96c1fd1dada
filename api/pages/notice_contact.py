"""Where objections are taken, as notices print it (受理异议的联系方式): set by the offices of a region."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter
from fastapi.responses import Response

from api.pages import reading
from api.pages.forms import Field
from api.pages.notice_forms import first
from api.pages.render import FormDep, Page, PageDep
from api.pages.submitted import given_of
from states.refusals import InputRefused
from states.say import Sentence, say
from workflow import queries
from workflow.queries import scoped
from workflow.supervision import contacts_set, may_set, set_contact

router = APIRouter()
#: villages take no objections about themselves
LEVELS = ("city", "county", "township")


@router.get("/notices/contact")
def show(page: PageDep) -> Response:
    """What is set for the reader's regions, and the form to set it."""
    return _show(page, {}, {})


@router.post("/notices/contact")
def keep(page: PageDep, form: FormDep) -> Response:
    """Sets it for one region and all below it."""
    given = given_of(form)
    said = {name: first(given, name) for name in ("office", "telephone", "address")}
    try:
        set_contact(page.office, page.actor, first(given, "region"), said, page.at)
    except InputRefused as refusal:
        return _show(page, given, refusal.faults)
    return page.go("/notices/contact", say("已保存。这个地区的公示从现在起按此显示。"))


def _show(page: Page, given: Mapping[str, list[str]], faults: Mapping[str, Sentence]) -> Response:
    scope = scoped(page.actor)
    with page.reading() as connection:
        regions = [r for r in queries.regions(connection, scope) if r.level in LEVELS and may_set(page.actor, r.code)]
        known = contacts_set(connection)
        shown = [code for code in known if scope.covers(code) or any(p.startswith(code) for p in scope.prefixes)]
        places = reading.place_names(connection, shown)
    chosen = first(given, "region") or (page.request.query_params.get("region") or (regions[0].code if regions else ""))
    held = known.get(chosen, {})
    labels = {
        "office": (say("受理部门"), ""),
        "telephone": (say("联系电话"), "tel"),
        "address": (say("地址"), ""),
    }
    fields = [
        Field(
            name,
            page.tell(label),
            kind or "text",
            first(given, name) if given else held.get(name, ""),
            error=page.tell(faults[name]) if name in faults else "",
            autocomplete="off",
        )
        for name, (label, kind) in labels.items()
    ]
    region = Field(
        "region",
        page.tell(say("地区")),
        "select",
        options=tuple((r.code, r.name) for r in regions),
        chosen=frozenset({chosen}),
        hint=page.tell(say("对该地区及其下级有效；下级另行设定的，以下级为准。")),
        error=page.tell(faults["region"]) if "region" in faults else "",
    )
    rows = [{"place": places.get(code, code), "code": code, **known[code]} for code in sorted(shown)]
    return page.show(
        "notice_contact.html",
        "notices",
        status=422 if faults else 200,
        fields=[region, *fields] if regions else [],
        rows=rows,
    )
