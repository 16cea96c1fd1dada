"""Putting several persons up for notice at once (公示拟聘人员): chosen on one screen, one audit entry each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from api.dependencies import require_recent_for
from api.pages import reading
from api.pages.forms import Field
from api.pages.notice_forms import board_rows, boards_of, first, told
from api.pages.render import FormDep, Page, PageDep
from api.pages.submitted import given_of
from states.refusals import InputRefused
from states.say import Sentence, say
from workflow import notices as sheets
from workflow.notices import Batch
from workflow.queries import scoped

router = APIRouter()
Given = Mapping[str, list[str]]


@router.get("/notices/new")
def choose(page: PageDep) -> Response:
    """Who may be put up for notice now, opening by opening."""
    return _choosing(page, {}, {}, None)


@router.post("/notices/new")
def put_up(page: PageDep, form: FormDep) -> Response:
    """Puts the chosen persons of one opening up, with one entry in the trail of each."""
    given = given_of(form)
    with page.reading() as connection:
        batches = sheets.candidates(page.office, connection, scoped(page.actor), page.actor)
    batch = next((one for one in batches if str(one.opening_id) == first(given, "opening")), None)
    if batch is None:
        return page.go("/notices/new", say("这些人员刚刚有变动，没有办理。请看过现在的名单再办。"), "care")
    assert page.session is not None
    require_recent_for(page.session, [batch.procedure], batch.step.act)
    try:
        boards = boards_of(given)
        versions = _versions(given)
        run = sheets.put_up(page.office, page.actor, page.at, batch, versions, boards, first(given, "opinion"))
    except InputRefused as refusal:
        return _choosing(page, given, refusal.faults, batch.opening_id)
    faults = sheets.faults_of(run.outcomes.values())
    if faults and not run.done:
        return _choosing(page, given, faults, batch.opening_id)
    return told(page, run, say("公示"), {one.hire_id: one.name for one in batch.candidates})


def _versions(given: Mapping[str, list[str]]) -> dict[int, int]:
    """Hire and version of every box that was ticked: ``17.4``. Anything else is nothing."""
    found = {}
    for text in given.get("people", []):
        hire, _, version = text.partition(".")
        if hire.isascii() and hire.isdecimal() and version.isascii() and version.isdecimal() and len(text) < 40:
            found[int(hire)] = int(version)
    return found


def _choosing(page: Page, given: Given, faults: Mapping[str, Sentence], opening: int | None) -> Response:
    with page.reading() as connection:
        batches = sheets.candidates(page.office, connection, scoped(page.actor), page.actor)
        places = reading.place_names(connection, {batch.region for batch in batches})
    views = []
    for batch in batches:
        mine = batch.opening_id == opening
        view = _batch(page, batch, given if mine else {}, faults if mine else {})
        views.append({**view, "place": places.get(batch.region, batch.region), "opened": mine or len(batches) == 1})
    return page.show("notice_new.html", "notices", status=422 if faults else 200, batches=views)


def _batch(page: Page, batch: Batch, given: Given, faults: Mapping[str, Sentence]) -> dict[str, Any]:
    ticked = set(given.get("people", ()))
    known = [(board.zh, page.named(board)) for board in batch.procedure.announcement.boards]
    return {
        "opening": batch.opening_id,
        "post": batch.post_title,
        "employer": batch.employer,
        "step": page.named(batch.step),
        "people": [
            {
                "value": f"{one.hire_id}.{one.version}",
                "name": one.name,
                "village": one.village,
                "hire_id": one.hire_id,
                "ticked": not given or f"{one.hire_id}.{one.version}" in ticked,
            }
            for one in batch.candidates
        ],
        "boards": board_rows(page, known, given),
        "opinion": Field(
            "opinion",
            page.tell(say("说明（可以不填）")),
            "prose",
            first(given, "opinion"),
            error=page.tell(faults["opinion"]) if "opinion" in faults else "",
            lines=2,
            prefix=f"o{batch.opening_id}-",
        ),
        "faults": [page.tell(sentence) for name, sentence in faults.items() if name != "opinion"],
    }
