"""Announcements (招聘公告): the list, a new one with the answers of its rules, one with its applicants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import Connection

from api.inputs import PathId
from api.pages import applicants, reading, words
from api.pages.forms import Field, override_fields
from api.pages.hires import hire_rows, whole
from api.pages.render import FormDep, Page, PageDep
from api.pages.submitted import given_of, overrides_of
from api.problems import NotFound
from states.facts import Actor
from states.guards import Answer
from states.inputs import Override
from states.procedure import Effect
from states.refusals import Refusal, StepRefused
from states.say import Sentence, say
from workflow import queries
from workflow.openings import announce, preview_opening
from workflow.queries import HireFilter, OpeningLine, PostLine, scoped

router = APIRouter()
router.include_router(applicants.router)
PLACES_MOST = 500
POSTS_MOST = 200


@router.get("/openings")
def show_all(page: PageDep) -> Response:
    """The announcements of the reader's regions, the newest first."""
    after = whole(page.request.query_params.get("after"))
    with page.office.database.reading() as connection:
        scope = scoped(page.actor)
        found = queries.openings(connection, scope, after=after)
        places = reading.place_names(connection, {line.region for line in found.lines})
        may = bool(_posts(page, connection))
    return page.show(
        "openings.html",
        "openings",
        rows=[_row(page, line, places) for line in found.lines],
        may_announce=may,
        next_page=page.address(after=str(found.after)) if found.after else None,
        first_page=page.address(after=None) if after else None,
    )


@router.get("/openings/new")
def ask(page: PageDep) -> Response:
    """The form of an announcement."""
    return _new(page, {}, {})


@router.post("/openings/new")
def make(page: PageDep, form: FormDep) -> Response:
    """Announces, or only asks the rules (``do=check``)."""
    given = given_of(form)
    wanted, faults = _wanted(given)
    if faults:
        return _new(page, given, faults, status=422)
    try:
        if (given.get("do") or ["announce"])[0] == "check":
            answers = preview_opening(
                page.office,
                page.actor,
                page.at,
                post_id=wanted["post_id"],
                places=wanted["places"],
                boards=wanted["boards"],
            )
            return _new(page, given, {}, answers=answers)
        overrides = [Override(**said) for said in overrides_of(given) if said.get("reason")]
        done = announce(page.office, page.actor, page.at, **wanted, overrides=overrides)
    except Refusal as refusal:
        answers = refusal.answers if isinstance(refusal, StepRefused) else ()
        return _new(page, given, {}, answers=answers, refusal=refusal, status=409)
    return page.go(f"/openings/{done.opening_id}", say("公告已发布，现在可以登记报名人。"))


@router.get("/openings/{opening_id}")
def show_one(page: PageDep, opening_id: PathId) -> Response:
    """One announcement and everyone who applied."""
    with page.office.database.reading() as connection:
        scope = scoped(page.actor)
        line = queries.opening_line(connection, scope, opening_id)
        if line is None:
            raise NotFound
        found = queries.hires(connection, scope, HireFilter(opening_id=opening_id), limit=200)
        rows = hire_rows(page, connection, [one for one in found.lines if one.person_id is not None])
        places = reading.place_names(connection, {line.region})
    return page.show(
        "opening.html",
        "openings",
        opening=_row(page, line, places),
        rows=rows,
        may_apply=applicants.may_take(page, line),
    )


def _row(page: Page, line: OpeningLine, places: Mapping[str, str]) -> dict[str, Any]:
    procedure = page.office.procedure(line.procedure)
    closes = page.day(line.closes_on) if line.closes_on else page.tell(say("招满为止"))
    return {
        "id": line.id,
        "post": line.post_title,
        "employer": line.employer,
        "place": places.get(line.region, line.region),
        "announced_on": line.announced_on,
        "closes_on": line.closes_on,
        "window": page.tell(say("报名：{opens}至{closes}", opens=page.day(line.announced_on), closes=closes)),
        "places": line.places,
        "taken": line.taken,
        "procedure": words.short_title(page, procedure),
        "procedure_key": procedure.key,
    }


# ---- a new announcement ------------------------------------------------------------------------------------------


def _new(
    page: Page,
    given: Mapping[str, list[str]],
    faults: Mapping[str, Sentence],
    *,
    answers: Sequence[Answer] = (),
    refusal: Refusal | None = None,
    status: int = 200,
) -> Response:
    with page.office.database.reading() as connection:
        posts = _posts(page, connection)
        places = reading.place_names(connection, {post.region for post in posts})
    title = {"title": page.tell(say("没有发布")), "say": page.tell(refusal.sentence)} if refusal else None
    return page.show(
        "opening_new.html",
        "openings",
        status=status,
        refusal=title,
        posts_empty=not posts,
        fields=_fields(page, posts, places, given, faults),
        answers=words.clauses_of(page, answers),
        overrides=_overrides(page, answers, given),
    )


def _overrides(page: Page, answers: Sequence[Answer], given: Mapping[str, list[str]]) -> list[dict[str, Any]]:
    """Rules "in principle" that stand against the announcement and that one of the reader's roles may set aside."""
    held = {grant.role.value for grant in page.actor.grants}
    return [
        {
            "say": page.tell(answer.verdict.say),
            "article": answer.article,
            "fields": override_fields(page, given, answer, ("approval_no",)),
        }
        for answer in answers
        if answer.stops and answer.effect is Effect.PRINCIPLE and held & set(answer.override_by)
    ]


def _posts(page: Page, connection: Connection) -> list[PostLine]:
    """The posts that the reader may announce: their document gives it to one of the reader's roles."""
    found = queries.posts(connection, scoped(page.actor), limit=POSTS_MOST).lines
    return [post for post in found if _announces(page, page.actor, post)]


def _announces(page: Page, actor: Actor, post: PostLine) -> bool:
    try:
        procedure = page.office.catalogue.current(post.procedure_id)
    except KeyError:
        return False
    return bool(actor.roles_in(post.region) & set(procedure.announcement.by))


def _fields(
    page: Page,
    posts: Sequence[PostLine],
    places: Mapping[str, str],
    given: Mapping[str, list[str]],
    faults: Mapping[str, Sentence],
) -> list[Field]:
    def first(name: str, otherwise: str = "") -> str:
        return (given.get(name) or [otherwise])[0]

    def wrong(name: str) -> str:
        return page.tell(faults[name]) if name in faults else ""

    options = tuple((str(p.id), f"{p.title} · {places.get(p.region, p.region)}") for p in posts)
    boards = "\n".join(dict.fromkeys(page.named(b) for p in posts for b in _boards(page, p)))
    return [
        Field(
            "post_id",
            page.tell(say("岗位")),
            "select",
            options=options,
            chosen=frozenset({first("post_id")}),
            required=True,
            error=wrong("post_id"),
        ),
        Field("places", page.tell(say("名额")), "number", first("places", "1"), required=True, error=wrong("places")),
        Field(
            "closes_on",
            page.tell(say("报名截止日")),
            "date",
            first("closes_on"),
            hint=page.tell(say("当日24时截止；不填则招满为止。")),
            error=wrong("closes_on"),
        ),
        Field(
            "boards",
            page.tell(say("张贴处")),
            "prose",
            first("boards", boards),
            required=True,
            hint=page.tell(say("一行一处。")),
            error=wrong("boards"),
        ),
        Field(
            "relaxed_by",
            page.tell(say("学历放宽的依据")),
            "text",
            first("relaxed_by"),
            hint=page.tell(say("村内没有合适人选而放宽学历时，写明记录的文号。")),
        ),
    ]


def _boards(page: Page, post: PostLine) -> Sequence[Any]:
    return page.office.catalogue.current(post.procedure_id).announcement.boards


def _wanted(given: Mapping[str, list[str]]) -> tuple[dict[str, Any], dict[str, Sentence]]:
    """The form as the arguments of ``announce``, with what is wrong with it."""
    text = {name: values[0].strip() for name, values in given.items()}
    faults: dict[str, Sentence] = {}
    post_id, places = whole(text.get("post_id")), whole(text.get("places"))
    if post_id is None:
        faults["post_id"] = say("请选择岗位")
    if places is None or not 1 <= places <= PLACES_MOST:
        faults["places"] = say("请填写1至{most}之间的整数", most=PLACES_MOST)
    closes_on = None
    if text.get("closes_on"):
        try:
            closes_on = date.fromisoformat(text["closes_on"])
        except ValueError:
            faults["closes_on"] = say("请填写日期，例如2026-03-02")
    boards = tuple(line.strip()[:200] for line in text.get("boards", "").splitlines() if line.strip())
    wanted = {"post_id": post_id, "places": places, "closes_on": closes_on, "boards": boards}
    return {**wanted, "relaxed_by": text.get("relaxed_by", "")[:200] or None}, faults
