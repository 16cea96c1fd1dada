"""The page of one hire, and taking a step from it (聘用)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import Connection

from api.dependencies import SessionDep, require_recent_for
from api.inputs import PathId
from api.pages import hire_documents, hire_papers, hire_print, points_forms, reading, words
from api.pages.case import STALE, Attempt, hire_page
from api.pages.house_forms import house_payload
from api.pages.render import FormDep, Page, PageDep
from api.pages.submitted import given_of, payload_of
from states.facts import Hire
from states.procedure import Procedure
from states.refusals import NoSuchHire, Refusal, StaleHire
from states.say import say
from states.steps import Step
from states.vocabulary import HOUSE_RECORDS
from workflow.engine import KeyReused, offers_of, perform
from workflow.house_inputs import check_house_input
from workflow.queries import HireLine, hire_line, scoped

router = APIRouter()


def hire_rows(page: Page, connection: Connection, lines: Iterable[HireLine]) -> list[dict[str, Any]]:
    """Hires as rows of a table."""
    lines = list(lines)
    places = reading.place_names(connection, {line.region for line in lines})
    return [_row(page, line, places) for line in lines]


def _row(page: Page, line: HireLine, places: Mapping[str, str]) -> dict[str, Any]:
    procedure = page.office.procedure(line.procedure)
    stage = procedure.stage_by_name.get(line.stage)
    due = words.due_of(page, line.next_due_on, line.provisional)
    return {
        "id": line.id,
        "who": line.person_name or page.tell(say("空缺名额")),
        "post": line.post_title,
        "place": places.get(line.region, line.region),
        "state": line.state,
        "stage": page.named(stage) if stage else line.stage,
        "procedure": words.short_title(page, procedure),
        "due_on": due.due_on,
        "provisional": due.provisional,
        "urgency": due.urgency,
        "left": due.left,
    }


def whole(text: str | None) -> int | None:
    """A whole number of an address or a form that a database can hold; None for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None


def person_of(page: Page, hire_id: int) -> str:
    """The name of the person of a hire that the reader may see; the hire's number where nobody has applied."""
    with page.reading() as connection:
        line = hire_line(connection, scoped(page.actor), hire_id)
    return str(hire_id) if line is None or line.person_name is None else line.person_name


@router.get("/hires/{hire_id}")
def show_hire(page: PageDep, hire_id: PathId) -> Response:
    """One hire: where it stands, what can be done, and everything that was done."""
    return hire_page(page, hire_id)


@router.post("/hires/{hire_id}/actions/{act}")
def take_step(page: PageDep, form: FormDep, session: SessionDep, hire_id: PathId, act: str) -> Response:
    """Takes a step. A refusal shows the page again, with the answers at the top and the form as it was filled in."""
    hire, _ = offers_of(page.office, hire_id, page.actor, page.at)
    step = _step_called(page, hire, act)
    require_recent_for(session, [page.office.procedure(hire.procedure)], act)
    given = given_of(form)
    try:
        payload = _payload(page, hire, step, given)
        key = (given.get("key") or [""])[0][:128] or None
        version = whole((given.get("version") or [""])[0])
        done = perform(page.office, hire_id, act, page.actor, page.at, payload, expected_version=version, key=key)
    except (StaleHire, KeyReused):
        return page.go(f"/hires/{hire_id}", STALE, "care")
    except NoSuchHire:
        raise
    except Refusal as refusal:
        return hire_page(page, hire_id, Attempt.of(act, given, refusal), refusal)
    name = page.named(step) if step else act
    if step is not None and step.joint and done.stage == hire.stage and step.to is not None:
        return page.go(f"/hires/{hire_id}", say("已会签：{step}，等待其他单位会签", step=name))
    return page.go(f"/hires/{hire_id}", say("已办理：{step}", step=name))


def _step_called(page: Page, hire: Hire, act: str) -> Step | None:
    """A step by its name anywhere: a button pressed twice finds the hire moved on, and must ask the same again."""
    rules = page.office.rulebook.rules(hire.procedure)
    known = (*rules.procedure.steps, *(step for steps in rules.house.values() for step in steps))
    return next((step for step in known if step.act == act), None)


def _payload(page: Page, hire: Hire, step: Step | None, given: dict[str, list[str]]) -> dict[str, Any]:
    if step is None:
        return {}
    if step.records not in HOUSE_RECORDS:
        return payload_of(step.records, given)
    if step.records in points_forms.POINTS:
        return points_forms.payload(step.records, given)
    payload = house_payload(step.records, given)
    check_house_input(page.office, page.actor, [hire.region], step.act, payload, page.today)
    return payload


def lapsed(procedure: Procedure, on: date) -> bool:
    """Whether the document is known to be out of force on the day ``on``."""
    last = procedure.validity.last_day
    return last is not None and last < on


for module in (hire_documents, hire_papers, hire_print):
    router.include_router(module.router)
