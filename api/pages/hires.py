"""The list of hires, the page of one hire, and taking a step from it (聘用)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import Connection

from api.dependencies import SessionDep, require_recent_for
from api.inputs import PathId
from api.pages import life, reading, record, words
from api.pages.filters import filter_fields
from api.pages.forms import Field
from api.pages.papers import blocks_of
from api.pages.render import FormDep, Page, PageDep
from api.pages.steps import Tried, steps_of
from api.pages.submitted import given_of, payload_of
from states.decide import Offer
from states.facts import Hire
from states.procedure import Procedure
from states.refusals import InputRefused, NoSuchHire, Refusal, StaleHire, StepNotOffered, StepRefused
from states.say import Sentence, say
from workflow import queries
from workflow.engine import KeyReused, offers_of, perform
from workflow.queries import HireFilter, HireLine, scoped

router = APIRouter()


@router.get("/hires")
def list_hires(page: PageDep) -> Response:
    """The hires of the actor's regions, the newest first."""
    query = page.request.query_params
    chosen = {name: query.get(name) or None for name in ("state", "procedure", "region", "name")}
    with page.office.database.reading() as connection:
        scope = scoped(page.actor)
        wanted = HireFilter(**chosen)  # type: ignore[arg-type]  # every one of these is text
        found = queries.hires(connection, scope, wanted, whole(query.get("after")))
        filters = filter_fields(page, connection, scope, chosen)
        rows = hire_rows(page, connection, found.lines)
    name = Field("name", page.tell(say("姓名")), value=chosen["name"] or "", hint="", prefix="filter-")
    return page.show(
        "hires.html",
        "hires",
        rows=rows,
        filters=[name, *filters],
        filtered=any(chosen.values()),
        next_page=page.address(after=str(found.after)) if found.after else None,
        first_page=page.address(after=None) if query.get("after") else None,
    )


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


@router.get("/hires/{hire_id}")
def show_hire(page: PageDep, hire_id: PathId) -> Response:
    """One hire: where it stands, what can be done, and everything that was done."""
    return _hire_page(page, hire_id, Tried())


@router.post("/hires/{hire_id}/actions/{act}")
def take_step(page: PageDep, form: FormDep, session: SessionDep, hire_id: PathId, act: str) -> Response:
    """Takes a step. A refusal shows the page again, with the answers at the top and the form as it was filled in."""
    hire, _ = offers_of(page.office, hire_id, page.actor, page.at)
    # by its name anywhere in the document: a button pressed twice finds the hire moved on, and must ask the same again
    step = next((s for s in page.office.procedure(hire.procedure).steps if s.act == act), None)
    require_recent_for(session, [page.office.procedure(hire.procedure)], act)
    given = given_of(form)
    try:
        version = _number(given, "version")
        payload = payload_of(step.records, given) if step else {}
        key = (given.get("key") or [""])[0][:128] or None
        done = perform(page.office, hire_id, act, page.actor, page.at, payload, expected_version=version, key=key)
    except (StaleHire, KeyReused):
        return page.go(f"/hires/{hire_id}", STALE, "care")
    except NoSuchHire:
        raise
    except Refusal as refusal:
        faults = refusal.faults if isinstance(refusal, InputRefused) else {}
        answers = refusal.answers if isinstance(refusal, StepRefused) else ()
        return _hire_page(page, hire_id, Tried(act, given, faults, answers), refusal)
    name = page.named(step) if step else act
    if step is not None and step.joint and done.stage == hire.stage and step.to is not None:
        return page.go(f"/hires/{hire_id}", say("已会签：{step}，等待其他单位会签", step=name))
    return page.go(f"/hires/{hire_id}", say("已办理：{step}", step=name))


STALE = say("这份聘用在您打开之后已有变动，刚才没有办理。请看过现在的情况再办。")


def _number(given: dict[str, list[str]], name: str) -> int | None:
    text = (given.get(name) or [""])[0]
    return whole(text)


def _hire_page(page: Page, hire_id: int, tried: Tried, refusal: Refusal | None = None) -> Response:
    hire, offers = offers_of(page.office, hire_id, page.actor, page.at)
    procedure = page.office.procedure(hire.procedure)
    with page.office.database.reading() as connection:
        context = _context(page, connection, hire, procedure, offers, tried)
    status = 200 if refusal is None else 422 if isinstance(refusal, InputRefused) else 409
    if isinstance(refusal, StepNotOffered) and refusal.facts.get("forbidden"):
        status = 403
    return page.show("hire.html", "hires", status=status, refusal=_refusal(page, refusal), **context)


def _refusal(page: Page, refusal: Refusal | None) -> dict[str, Any] | None:
    if refusal is None:
        return None
    answers = refusal.answers if isinstance(refusal, StepRefused) else ()
    stopping = [answer for answer in answers if answer.stops]
    title = say("填报内容有误，没有办理") if isinstance(refusal, InputRefused) else say("没有办理")
    words_said: Sentence = refusal.sentence
    if isinstance(refusal, InputRefused):
        words_said = say("请改正下面标出的各项，再办一次。")
    elif stopping:
        words_said = say("有{n}项条件不符合，什么都没有改动。", n=len(stopping))
    return {
        "title": page.tell(title),
        "say": page.tell(words_said),
        "answers": words.clauses_of(page, stopping),
    }


def _context(
    page: Page, connection: Connection, hire: Hire, procedure: Procedure, offers: list[Offer], tried: Tried
) -> dict[str, Any]:
    scope = scoped(page.actor)
    line = queries.hire_line(connection, scope, hire.id)
    if line is None:
        raise NoSuchHire(hire.id)
    trail = reading.whole_trail(connection, scope, hire.id)
    places = reading.place_names(connection, {hire.region, *([hire.person.home_region] if hire.person else [])})
    filed_from = {entry.seq: entry.on_day for entry in trail}
    about = queries.person_line(connection, scope, hire.person.id) if hire.person else None
    return {
        "hire": {
            "id": hire.id,
            "version": hire.version,
            "who": line.person_name or page.tell(say("空缺名额")),
            "post": line.post_title,
            "employer": line.employer,
            "place": places.get(hire.region, hire.region),
            "state": hire.state.value,
            "procedure": page.named(procedure.title),
            "procedure_key": procedure.key,
            "lapsed": lapsed(procedure, page.today),
            "unpaid": procedure.stage_by_name[hire.stage].pay_stopped,
            "since": _since(page, hire),
        },
        "life": life.life_line(page, procedure, hire, trail),
        "next": life.what_comes_next(page, procedure, hire),
        "steps": steps_of(page, procedure, hire, offers, tried),
        "no_steps": page.tell(_no_steps(procedure, hire)),
        "deadlines": record.deadlines_of(page, procedure, hire, filed_from),
        "trail": record.trail_of(page, procedure, trail),
        "blocks": blocks_of(page, procedure, hire, about, places, queries.records(connection, scope, hire.id) or {}),
    }


def lapsed(procedure: Procedure, on: date) -> bool:
    """Whether the document is known to be out of force on the day ``on``."""
    last = procedure.validity.last_day
    return last is not None and last < on


def _since(page: Page, hire: Hire) -> str:
    entered = hire.dossier.entered_on
    return page.tell(say("{day}进入本环节", day=page.day(entered))) if entered else ""


def _no_steps(procedure: Procedure, hire: Hire) -> Sentence:
    if procedure.stage_by_name[hire.stage].final:
        return say("已经办结，没有可以办理的步骤。")
    return say("这一环节没有等您办理的步骤；轮到您时会出现在“我的待办”里。")
