"""Making an announcement (发布公告): choose a post, complete the draft, ask the rules, publish."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import Connection

from api.pages import announcements as papers
from api.pages import words
from api.pages.filling import Filling, Given, faults_of, refusal_of, status_of
from api.pages.forms import Field, override_fields
from api.pages.hires import whole
from api.pages.render import FormDep, Page, PageDep
from api.pages.submitted import given_of, overrides_of
from states.facts import Actor, Post
from states.guards import Answer
from states.inputs import Override
from states.procedure import Procedure
from states.refusals import InputRefused, Refusal, StepRefused
from states.say import Sentence, say
from states.vocabulary import Effect
from workflow import announcement_text, queries, vacancies
from workflow.announcement_text import PART_NAMES, PARTS
from workflow.moving import old_versions
from workflow.openings import announce, preview_opening
from workflow.queries import OpeningLine, PostLine, scoped
from workflow.queries.places import region_paths

router = APIRouter()
PLACES_MOST = 500
POSTS_MOST = 200
CONTENT = "content."
_HINTS: Mapping[str, Sentence] = {
    "duties": say("做什么、每天大约多少时间。"),
    "conditions": say("按办法拟好，出生日期已算好；可以补充，不要放宽或加码。"),
    "contact": say("姓名和电话，例如：王建国 0915-1234567。"),
    "scoring": say("要评分的才填，一行一项，写名称和满分，例如“面试 60”。"),
}


@dataclass(frozen=True, slots=True)
class Begun:
    """What an announcement begins with: its post, the place that became free, the announcement before."""

    post: PostLine
    refills: vacancies.Vacancy | None = None
    former: OpeningLine | None = None


@router.get("/openings/new")
def ask(page: PageDep) -> Response:
    """The posts to choose from; with ``post_id`` or ``refills`` the form with its draft."""
    query = page.request.query_params
    with page.reading() as connection:
        begun = _begun(page, connection, whole(query.get("post_id")), whole(query.get("refills")))
    return _choose(page) if begun is None else _form(page, begun, {})


@router.post("/openings/new")
def make(page: PageDep, form: FormDep) -> Response:
    """Announces, or only asks the rules (``do=check``)."""
    given = given_of(form)
    number = {name: whole((given.get(name) or [""])[0]) for name in ("post_id", "refills")}
    with page.reading() as connection:
        begun = _begun(page, connection, number["post_id"], number["refills"])
    if begun is None:
        return _choose(page, say("请选择岗位"))
    wanted, faults = _wanted(given)
    post_id = begun.post.id
    try:
        if faults:
            raise InputRefused({**announcement_text.faults_of(wanted["content"]), **faults})
        if (given.get("do") or ["announce"])[0] == "check":
            asked = {name: wanted[name] for name in ("places", "boards", "closes_on", "announced_on")}
            answers = preview_opening(page.office, page.actor, page.at, post_id=post_id, **asked)
            return _form(page, begun, given, answers=answers, faults=_faults_of(page, begun, wanted))
        overrides = [Override(**said) for said in overrides_of(given) if said.get("reason")]
        more: dict[str, Any] = {"overrides": overrides, "refills": begun.refills.hire_id if begun.refills else None}
        done = announce(page.office, page.actor, page.at, post_id=post_id, **wanted, **more)
    except Refusal as refusal:
        answers = refusal.answers if isinstance(refusal, StepRefused) else ()
        return _form(page, begun, given, answers=answers, refusal=refusal, faults=faults_of(refusal))
    return page.go(f"/openings/{done.opening_id}", say("公告已发布，现在可以登记报名人。"))


# ---- which post --------------------------------------------------------------------------------------------------


def posts_to_announce(page: Page, connection: Connection) -> list[PostLine]:
    """The posts that the reader may announce: their document gives it to one of the reader's roles."""
    found = queries.posts(connection, scoped(page.actor), limit=POSTS_MOST).lines
    return [post for post in found if announces(page, page.actor, post)]


def announces(page: Page, actor: Actor, post: PostLine) -> bool:
    """Whether one of the actor's roles announces this post under its document."""
    try:
        procedure = page.office.catalogue.current(post.procedure_id)
    except KeyError:
        return False
    return bool(actor.roles_in(post.region) & set(procedure.announcement.by))


def _begun(page: Page, connection: Connection, post_id: int | None, refills: int | None) -> Begun | None:
    scope = scoped(page.actor)
    free = vacancies.vacancy(connection, scope, refills) if refills is not None else None
    number = free.post_id if free is not None else post_id
    post = queries.post_line(connection, scope, number) if number is not None else None
    if post is None or not announces(page, page.actor, post):
        return None
    former = queries.openings(connection, scope, post_id=post.id, unannounced=old_versions(page.office), limit=1).lines
    return Begun(post, free, former[0] if former else None)


def _choose(page: Page, fault: Sentence | None = None) -> Response:
    """The posts by number, title, place, employer and kind, each with what is in use and what is free."""
    with page.reading() as connection:
        posts = posts_to_announce(page, connection)
        used = queries.register.use_of_posts(connection, {post.id for post in posts})
        paths = region_paths(connection, {post.region for post in posts})
    rows = [
        {
            "id": post.id,
            "title": post.title,
            "path": paths[post.region],
            "employer": post.employer,
            "kind": _kind(page, post),
            "use": used.get(post.id, queries.register.PostUse()),
        }
        for post in posts
    ]
    words_of_fault = page.tell(fault) if fault else ""
    return page.show("opening_choose.html", "openings", status=422 if fault else 200, rows=rows, fault=words_of_fault)


def _kind(page: Page, post: PostLine) -> str:
    kind = page.office.catalogue.current(post.procedure_id).kind_by_name.get(post.kind)
    return page.named(kind) if kind else post.kind


# ---- the form ----------------------------------------------------------------------------------------------------


def _form(
    page: Page,
    begun: Begun,
    given: Given,
    *,
    answers: Sequence[Answer] = (),
    refusal: Refusal | None = None,
    faults: Mapping[str, Sentence] | None = None,
) -> Response:
    post = begun.post
    procedure = page.office.catalogue.current(post.procedure_id)
    filling = Filling(page, given, faults or {})
    with page.reading() as connection:
        path = region_paths(connection, {post.region})[post.region]
    on = _day(filling.first("announced_on")) or page.today
    return page.show(
        "opening_new.html",
        "openings",
        status=status_of(refusal),
        refusal=refusal_of(page, refusal, say("没有发布")),
        post={"id": post.id, "title": post.title, "path": path, "employer": post.employer, "kind": _kind(page, post)},
        refills=begun.refills.hire_id if begun.refills else None,
        born=papers.born_of(page, procedure, post.kind, on),
        fields=_fields(page, filling, procedure),
        parts_of=_parts(page, filling, _draft(begun, procedure, on)),
        answers=words.clauses_of(page, answers),
        overrides=_overrides(page, answers, given),
    )


def _draft(begun: Begun, procedure: Procedure, on: date) -> Mapping[str, str]:
    """The draft from document and post; what only the office knows is taken from its last announcement of the post."""
    line = begun.post
    drafted = announcement_text.draft(procedure, _post(line), line.employer, on)
    former = begun.former.content if begun.former else {}
    again = {name: text for name, text in former.items() if name in PARTS and name not in ("conditions", "pay", "term")}
    return {**drafted, **again}


def _parts(page: Page, filling: Filling, drafted: Mapping[str, str]) -> list[Field]:
    return [
        filling.field(
            CONTENT + name,
            PART_NAMES[name],
            "prose",
            _HINTS.get(name),
            value=drafted[name],
            required=not may_lack,
            lines=min(12, max(2, len(drafted[name].splitlines()) + 1)),
        )
        for name, may_lack in PARTS.items()
    ]


def _faults_of(page: Page, begun: Begun, wanted: Mapping[str, Any]) -> dict[str, Sentence]:
    """What the paper still lacks, and birth dates that do not fit the day of the announcement."""
    faults = announcement_text.faults_of(wanted["content"])
    procedure = page.office.catalogue.current(begun.post.procedure_id)
    day = wanted["announced_on"] or page.today
    stale = announcement_text.fault_of_dates(procedure, _post(begun.post), day, wanted["content"])
    return faults if stale is None else {**faults, "content.conditions": stale}


def _post(line: PostLine) -> Post:
    return Post(line.id, line.kind, line.region, frozenset(line.sources), line.registered, line.monthly_fen)


def _overrides(page: Page, answers: Sequence[Answer], given: Given) -> list[dict[str, Any]]:
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


def _fields(page: Page, filling: Filling, procedure: Procedure) -> list[Field]:
    announcement = procedure.announcement
    named = announcement.boards or announcement.forms
    boards = "\n".join(page.named(board) for board in named)
    how = say("公开形式") if not announcement.boards and announcement.forms else say("张贴处")
    today = page.today.isoformat()
    return [
        filling.field("places", say("名额"), "number", value="1", required=True),
        filling.field("announced_on", say("公告日"), "date", say("年龄按这一天计算的，以它为准。"), value=today),
        filling.field("closes_on", say("报名截止日"), "date", say("当日24时截止；不填则招满为止。")),
        filling.field("boards", how, "prose", say("一行一处。"), value=boards, required=True, lines=4),
        filling.field("relaxed_by", say("学历放宽的依据"), hint=say("村内没有合适人选而放宽学历时，写明记录的文号。")),
    ]


def _wanted(given: Given) -> tuple[dict[str, Any], dict[str, Sentence]]:
    """The form as the arguments of ``announce``, with what is wrong with it."""
    text = {name: values[0].strip() for name, values in given.items()}
    faults: dict[str, Sentence] = {}
    places = whole(text.get("places"))
    if places is None or not 1 <= places <= PLACES_MOST:
        faults["places"] = say("请填写1至{most}之间的整数", most=PLACES_MOST)
    days = {}
    for name in ("closes_on", "announced_on"):
        days[name] = _day(text.get(name, ""))
        if text.get(name) and days[name] is None:
            faults[name] = say("请填写日期，例如2026-03-02")
    boards = tuple(line.strip()[:200] for line in text.get("boards", "").splitlines() if line.strip())[:20]
    content = {name: text.get(CONTENT + name, "") for name in PARTS}
    wanted = {"places": places, **days, "boards": boards, "content": announcement_text.cleaned(content)}
    return {**wanted, "relaxed_by": text.get("relaxed_by", "")[:200] or None}, faults


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
