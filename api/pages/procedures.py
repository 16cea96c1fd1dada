"""Procedures as people read them (办法): picture, steps, periods, gaps and contradictions of each document."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from markupsafe import Markup

from api.pages import manual, words
from api.pages.hires import lapsed
from api.pages.names import RULINGS
from api.pages.render import Page, PageDep
from api.problems import NotFound
from states.document import Gap
from states.labels import LEVELS, UNITS, when
from states.meets import enforces
from states.picture import draw
from states.procedure import Procedure, article_of
from states.say import Sentence, say
from states.steps import Step
from states.vocabulary import Level

router = APIRouter()
# before the address of any one document, which would take it for a name
router.include_router(manual.router)


@router.get("/procedures")
def show_all(page: PageDep) -> Response:
    """Every version of every document that this service knows."""
    rows = [
        {
            "key": p.key,
            "title": page.named(p.title),
            "number": p.document.number,
            "issuer": page.named(p.document.issuer),
            "version": p.version,
            "in_force": not lapsed(p, page.today),
        }
        for p in page.office.catalogue.all()
    ]
    return page.show("procedures.html", "procedures", rows=rows)


@router.get("/procedures/{key}")
def show_one(page: PageDep, key: str) -> Response:
    """One document: what it lets happen, when, and what it leaves open."""
    try:
        procedure = page.office.procedure(key)
    except KeyError:
        raise NotFound from None
    return page.show("procedure.html", "procedures", p=_view(page, procedure))


def _view(page: Page, procedure: Procedure) -> dict[str, Any]:
    return {
        "key": procedure.key,
        "title": page.named(procedure.title),
        "number": procedure.document.number,
        "issuer": page.named(procedure.document.issuer),
        "issued_on": procedure.document.issued_on,
        "based_on": _cited(page, procedure),
        "version": procedure.version,
        "in_force": not lapsed(procedure, page.today),
        "validity": [page.tell(sentence) for sentence in _validity(page, procedure)],
        # drawn by us from checked data, every text escaped there
        "picture": Markup(draw(procedure, page.language)),
        "steps": [_step(page, procedure, step) for step in procedure.steps],
        "deadlines": [
            {
                "name": page.named(line),
                "length": when(procedure, line, page.language),
                "does": words.at_the_end(page, procedure, line),
                "cite": article_of(procedure, line.cite),
            }
            for line in procedure.deadlines
        ],
        "led": _led(page, procedure),
        "gaps": [_gap(page, procedure, gap) for gap in procedure.gaps],
        "contradictions": [
            {"says": page.named(c.says), "applied": page.named(c.applied), "between": "；".join(c.between)}
            for c in procedure.contradictions
        ],
    }


@enforces("NM-44")
def _cited(page: Page, procedure: Procedure) -> list[str]:
    """What the document rests on, as printed there, with the right number beside one that is printed wrongly."""
    found = []
    for cited in procedure.document.based_on:
        said = page.named(cited)
        wrong = say("{said}（原文如此，正确文号：{corrected}）", said=said, corrected=cited.corrected or "")
        found.append(page.tell(wrong) if cited.corrected else said)
    return found


def _validity(page: Page, procedure: Procedure) -> list[Sentence]:
    validity = procedure.validity
    found = [say("自{day}起施行。", day=page.day(validity.valid_from))]
    if validity.valid_to is not None:
        found.append(say("有效期至{day}。", day=page.day(validity.valid_to)))
    if validity.lapse_event is not None:
        found.append(say("有效至：{event}。", event=page.named(validity.lapse_event)))
    if validity.lapsed_on is not None:
        found.append(say("已于{day}失效。", day=page.day(validity.lapsed_on)))
    if validity.superseded_by is not None:
        found.append(say("已由{document}代替。", document=validity.superseded_by))
    found += [say("{what}", what=page.named(ended.what)) for ended in validity.ended_by]
    if validity.note is not None:
        found.append(say("{what}", what=page.named(validity.note)))
    return found


def _step(page: Page, procedure: Procedure, step: Step) -> dict[str, str]:
    by = words.roles_in_words(page, procedure, step.by)
    if step.joint:
        by = page.tell(say("{roles}（会签）", roles=by))
    origins = ("、" if page.language == "zh" else ", ").join(_stage(page, procedure, name) for name in step.origin)
    to = _stage(page, procedure, step.to) if step.to else page.tell(say("（环节不变）"))
    return {"name": page.named(step), "by": by, "path": f"{origins} → {to}", "cite": article_of(procedure, step.cite)}


def _stage(page: Page, procedure: Procedure, name: str) -> str:
    return page.named(procedure.stage_by_name[name])


@enforces("LC-38")
def _led(page: Page, procedure: Procedure) -> list[dict[str, str]]:
    """Who answers for what beside the steps (分工与督导), with the lead departments of the document."""
    return [
        {
            "what": page.named(line),
            "by": words.roles_in_words(page, procedure, [line.role]) if line.role else "—",
            "cite": article_of(procedure, line.cite),
        }
        for line in (*procedure.duties, *procedure.supervision)
    ]


def _gap(page: Page, procedure: Procedure, gap: Gap) -> dict[str, str]:
    return {
        "asks": page.named(gap.asks),
        "default": _ruled(page, gap),
        "reason": page.named(gap.reason),
        "set_by": LEVELS[gap.set_by].in_language(page.language)
        if isinstance(gap.set_by, Level)
        else words.roles_in_words(page, procedure, [gap.set_by]),
        "cite": article_of(procedure, gap.cite),
    }


def _ruled(page: Page, gap: Gap) -> str:
    """What holds where the document is silent, in words."""
    value = gap.default
    if isinstance(value, bool):
        return page.tell(say("是") if value else say("否"))
    if isinstance(value, int):
        zh, one, several = UNITS[gap.unit] if gap.unit else ("", "", "")
        return f"{value} {one if value == 1 else several}".strip() if page.language == "en" else f"{value}{zh}"
    return page.tell(RULINGS[value]) if value in RULINGS else words.code_words(page, value)
