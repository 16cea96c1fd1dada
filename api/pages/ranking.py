"""Priority and rank (优先和名次): flags with their reasons, the score sheet, the order explained, who follows."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import Connection

from api.inputs import PathId
from api.pages import received
from api.pages.filling import Filling, Given, faults_of, refusal_of, status_of
from api.pages.forms import Field
from api.pages.render import FormDep, Page, PageDep, RecentPageDep
from api.pages.submitted import given_of
from api.problems import Forbidden, NotFound
from states.refusals import InputRefused, Refusal
from states.say import Sentence, say
from workflow import announcements, queries
from workflow.announcement_text import scheme_of
from workflow.engine import perform
from workflow.queries import HireFilter, OpeningLine, scoped
from workflow.queries.places import region_paths
from workflow.ranking import Ranked, in_points, ranked, substitutes

router = APIRouter()
MOST_APPLICANTS = 200
SCORE = "score"
#: a score sheet without items of the announcement has one
WHOLE: Sentence = say("总分")
WHOLE_MOST = 100


@router.get("/openings/{opening_id}/ranking")
def show(page: PageDep, opening_id: PathId) -> Response:
    """Everyone who applied: flags, points, place and why."""
    with page.reading() as connection:
        line = line_of(page, connection, opening_id)
        lines = lines_of(page, connection, line)
    return page.show("ranking.html", "openings", **_context(page, line, lines))


@router.get("/openings/{opening_id}/ranking/print")
def show_paper(page: RecentPageDep, opening_id: PathId) -> Response:
    """The score sheet as paper, to be signed."""
    with page.reading() as connection:
        line = line_of(page, connection, opening_id)
        lines = lines_of(page, connection, line)
        path = region_paths(connection, {line.region})[line.region]
    return page.show("score_sheet.html", "openings", place=path, **_context(page, line, lines))


def line_of(page: Page, connection: Connection, opening_id: int) -> OpeningLine:
    """An announcement whose applicants the reader deals with. Raises NotFound, Forbidden."""
    line = queries.opening_line(connection, scoped(page.actor), opening_id)
    if line is None:
        raise NotFound
    if not received.deals_with(page, line):
        raise Forbidden
    return line


def lines_of(page: Page, connection: Connection, line: OpeningLine) -> tuple[Ranked, ...]:
    """The applicants of an announcement in their order."""
    found = queries.hires(connection, scoped(page.actor), HireFilter(opening_id=line.id), limit=MOST_APPLICANTS)
    ids = [one.id for one in found.lines if one.person_id is not None]
    return ranked(connection, page.office.procedure(line.procedure), ids, page.today)


def held_flags(page: Page, one: Ranked) -> str:
    """The groups that an applicant belongs to, as a short list."""
    comma = "、" if page.language == "zh" else ", "
    return comma.join(page.named(flag.pool) for flag in one.flags if flag.holds and flag.pool.use != "eligible")


def _context(page: Page, line: OpeningLine, lines: tuple[Ranked, ...]) -> dict[str, Any]:
    procedure = page.office.procedure(line.procedure)
    scheme = scheme_of(line.content)
    names = list(scheme) or sorted({name for one in lines for name in one.items}) or [page.tell(WHOLE)]
    warning = announcements.window_warning(line.closes_on, line.announced_on, page.today)
    return {
        "opening": {"id": line.id, "post": line.post_title, "employer": line.employer, "places": line.places},
        "items": [{"name": name, "most": scheme.get(name)} for name in names],
        "rows": [_row(page, procedure, one, names) for one in lines],
        "warning": page.tell(warning) if warning else "",
        "substitutes": [page.tell(one.sentence) for one in substitutes(lines, line.places - line.taken)],
    }


def _row(page: Page, procedure: Any, one: Ranked, names: list[str]) -> dict[str, Any]:
    stage = procedure.stage_by_name.get(one.stage)
    return {
        "id": one.hire_id,
        "name": one.name,
        "stage": page.named(stage) if stage else one.stage,
        "state": one.state.value,
        "rank": one.rank,
        "points": None if one.tenths is None else in_points(one.tenths),
        "items": [in_points(one.items[name]) if name in one.items else "—" for name in names],
        "why": page.tell(one.sentence),
        "flags": [
            {"holds": flag.holds, "say": page.tell(flag.sentence), "article": flag.article} for flag in one.flags
        ],
        "may_score": one.state.value in ("applied", "qualified"),
    }


# ---- scoring -----------------------------------------------------------------------------------------------------


@router.get("/openings/{opening_id}/ranking/{hire_id}")
def ask(page: PageDep, opening_id: PathId, hire_id: PathId) -> Response:
    """The score sheet of one applicant."""
    return _sheet(page, opening_id, hire_id, {})


@router.post("/openings/{opening_id}/ranking/{hire_id}")
def record(page: PageDep, form: FormDep, opening_id: PathId, hire_id: PathId) -> Response:
    """Records the points, in the trail of the hire; the latest sheet counts."""
    given = given_of(form)
    with page.reading() as connection:
        line = line_of(page, connection, opening_id)
        _applicant(page, connection, line, hire_id)
    try:
        items = _points(given, _scheme(page, line))
        opinion = (given.get("opinion") or [""])[0].strip()
        payload = {"items": items, **({"opinion": opinion[:2000]} if opinion else {})}
        perform(page.office, hire_id, SCORE, page.actor, page.at, payload)
    except Refusal as refusal:
        return _sheet(page, opening_id, hire_id, given, refusal)
    return page.go(f"/openings/{opening_id}/ranking", say("评分已登记。"))


def _applicant(page: Page, connection: Connection, line: OpeningLine, hire_id: int) -> Ranked:
    one = next((one for one in lines_of(page, connection, line) if one.hire_id == hire_id), None)
    if one is None:
        raise NotFound
    return one


def _scheme(page: Page, line: OpeningLine) -> Mapping[str, int]:
    """The items of the announcement; one for the whole where it names none. Kept under its Chinese name."""
    return scheme_of(line.content) or {WHOLE.pattern: WHOLE_MOST}


def _points(given: Given, scheme: Mapping[str, int]) -> dict[str, int]:
    """The form as tenths by item. Raises InputRefused for what is no number of points, or more than an item has."""
    faults: dict[str, Sentence] = {}
    items: dict[str, int] = {}
    for place, (name, most) in enumerate(scheme.items()):
        field, text = f"item-{place}", (given.get(f"item-{place}") or [""])[0].strip()
        try:
            tenths = Decimal(text) * 10
            if not tenths.is_finite() or tenths != tenths.to_integral_value():
                raise InvalidOperation
        except InvalidOperation:
            faults[field] = say("请填写分数，可以有一位小数，例如87.5")
            continue
        if not 0 <= tenths <= most * 10:
            faults[field] = say("应在0至{most}分之间", most=most)
        items[name] = int(tenths)
    if faults:
        raise InputRefused(faults)
    return items


def _sheet(page: Page, opening_id: int, hire_id: int, given: Given, refusal: Refusal | None = None) -> Response:
    with page.reading() as connection:
        line = line_of(page, connection, opening_id)
        one = _applicant(page, connection, line, hire_id)
    filling = Filling(page, given, faults_of(refusal))
    return page.show(
        "score.html",
        "openings",
        status=status_of(refusal),
        opening={"id": line.id, "post": line.post_title},
        one={"id": one.hire_id, "name": one.name, "flags": held_flags(page, one)},
        fields=_fields(page, filling, _scheme(page, line), one),
        refusal=refusal_of(page, refusal, say("评分没有登记")),
    )


def _fields(page: Page, filling: Filling, scheme: Mapping[str, int], one: Ranked) -> list[Field]:
    fields = [
        filling.field(
            f"item-{place}",
            say("{item}（满分{most}分）", item=name, most=most),
            "number",
            value=in_points(one.items[name]) if name in one.items else "",
            required=True,
            step="0.1",
        )
        for place, (name, most) in enumerate(scheme.items())
    ]
    note = filling.field("opinion", say("说明"), "prose", say("可以写明评委、日期；更正评分时写明理由。"))
    return [*fields, note]
