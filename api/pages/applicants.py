"""Registering an applicant (登记报名人): the person and the application in one go, every fault beside its field."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from api.dependencies import SealDep
from api.inputs import PathId
from api.pages import person_form
from api.pages.filling import Filling, Given, faults_of, group, refusal_of, status_of
from api.pages.hires import whole
from api.pages.homes import home_fields, resolved
from api.pages.render import FormDep, Page, PageDep
from api.pages.submitted import given_of
from api.problems import Forbidden, NotFound
from states.refusals import InputRefused, Refusal
from states.say import say
from workflow import queries, reception
from workflow.announcement_text import asked_codes
from workflow.imports.applicant_words import ROUTES
from workflow.queries import OpeningLine, scoped
from workflow.queries.places import region_paths

router = APIRouter()
person_of = person_form.person_of


def may_take(page: Page, line: OpeningLine) -> bool:
    """Whether one of the reader's roles takes applications under the document of this announcement."""
    procedure = page.office.procedure(line.procedure)
    return bool(page.actor.roles_in(line.region) & reception.takers(procedure))


@router.get("/openings/{opening_id}/apply")
def ask(page: PageDep, opening_id: PathId) -> Response:
    """The form for a person who applies."""
    return _form(page, opening_to_take(page, opening_id), {})


@router.post("/openings/{opening_id}/apply")
def take(page: PageDep, form: FormDep, seal: SealDep, opening_id: PathId) -> Response:
    """Registers the person, or finds them by their number, and takes the application."""
    line = opening_to_take(page, opening_id)
    given = given_of(form)
    try:
        with page.reading() as connection:
            given, wrong = resolved(connection, given)
        if wrong:
            raise InputRefused(wrong)
        route = (given.get("route") or ["open"])[0]
        arriving = reception.Arriving(line.id, page.office.procedure(line.procedure), route)
        place = whole(page.request.query_params.get("hire"))
        taken = reception.register_and_apply(
            page.office, seal, arriving, person_of(given), page.actor, page.at, hire_id=place
        )
    except Refusal as refusal:
        return _form(page, line, given, refusal)
    said = say("已登记并报名。") if taken.person.created else say("此人已登记过，沿用原有登记；已报名。")
    return page.go(f"/hires/{taken.hire_id}", said)


def opening_to_take(page: Page, opening_id: int) -> OpeningLine:
    """An announcement whose applications the reader takes. Raises NotFound, Forbidden."""
    with page.reading() as connection:
        line = queries.opening_line(connection, scoped(page.actor), opening_id)
    if line is None:
        raise NotFound
    if not may_take(page, line):
        raise Forbidden
    return line


def _form(page: Page, line: OpeningLine, given: Given, refusal: Refusal | None = None) -> Response:
    filling = Filling(page, given, faults_of(refusal))
    with page.reading() as connection:
        homes = home_fields(connection, filling, line.region)
        path = region_paths(connection, {line.region})[line.region]
    number = filling.field(
        "id_number",
        say("公民身份号码"),
        hint=say("18位；出生日期和性别由号码得出，号码加密保存。"),
        required=True,
        autocomplete="off",
    )
    routes = tuple((code, page.tell(name)) for code, name in ROUTES.items())
    route = filling.field("route", say("报名途径"), "select", options=routes, value="open")
    asked = asked_codes(page.office.procedure(line.procedure), line.kind)
    return page.show(
        "apply.html",
        "openings",
        status=status_of(refusal),
        refusal=refusal_of(page, refusal, say("没有报名")),
        action=page.address(),
        opening={"id": line.id, "post": line.post_title, "place": path},
        groups=[
            *person_form.groups_of(page, filling, [number], homes, asked=asked),
            group(page, say("报名"), [route]),
        ],
    )
