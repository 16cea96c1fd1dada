"""The round of renewals (续签一轮): every term that ends, with what stands beside it, and on to the decision."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from api.pages import reading, words
from api.pages.after_words import day_key, day_key_text, region_of
from api.pages.filters import HIRES, chosen_of, filter_fields
from api.pages.forms import Field
from api.pages.hires import whole
from api.pages.money_words import Money, document_in, each, money_of
from api.pages.picking import picking_of
from api.pages.render import Page, PageDep
from states.guards import Answer
from states.renewal_round import Look, Outcome, look
from states.say import Sentence, say
from workflow.queries import scoped
from workflow.queries.renewals import (
    AHEAD_MONTHS,
    EARLIEST,
    LATEST,
    TermLine,
    outcome_counts,
    terms,
    window_of,
)
from workflow.reading import load_hires

router = APIRouter()
OUTCOMES: Mapping[Outcome, Sentence] = {
    Outcome.OPEN: say("待决定"),
    Outcome.OVER: say("已超期，待处理"),
    Outcome.TO_RENEW: say("待签续签合同"),
    Outcome.SIGNED: say("续签已签订"),
    Outcome.TO_END: say("决定期满终止"),
    Outcome.LEAVING: say("将离岗"),
    Outcome.RENEWED: say("已续签"),
    Outcome.ENDED: say("已期满终止"),
}


@router.get("/renewals")
def show(page: PageDep) -> Response:
    """The terms of the reader's regions that end in a year, fifty at a time, with counts by outcome."""
    asked = page.request.query_params
    year, region = whole(asked.get("year")), region_of(page, asked.get("region"))
    outcome = next((one for one in Outcome if one.value == asked.get("outcome")), Outcome.OPEN)
    window, after = window_of(page.today, year, region), day_key(asked.get("after"))
    with page.reading() as connection:
        scope = scoped(page.actor)
        found = terms(connection, scope, window, outcome=outcome, after=after)
        counts = outcome_counts(connection, scope, window)
        looks = _looks(page, load_hires(connection, [line.hire_id for line in found.lines]))
        filters = filter_fields(page, connection, scope, {"region": region}, ["region"])
        places = reading.place_names(connection, {line.region for line in found.lines})
    decided = outcome in (Outcome.RENEWED, Outcome.ENDED)
    asked_of = {(document_in(line.procedure), line.region) for line in found.lines if not decided}
    money = money_of(page, asked_of, page.today)
    rows = [_row(page, line, looks[line.hire_id], places, money) for line in found.lines]
    picks = [(line.hire_id, line.version) for line in found.lines]
    return page.show(
        "renewals.html",
        "renewals",
        window=window,
        tiles=[
            {
                "words": page.tell(name),
                "number": counts.get(one, 0),
                "href": page.address(outcome=one.value, after=None),
                "here": one is outcome,
                "late": one is Outcome.OVER and counts.get(one, 0),
            }
            for one, name in OUTCOMES.items()
            if counts.get(one) or one in (outcome, Outcome.OPEN, Outcome.OVER)
        ],
        heading=page.tell(OUTCOMES[outcome]),
        rows=rows,
        passing=sum(row["passes"] for row in rows),
        decided=decided,
        money=each(money),
        filters=[_year_field(page, year), *filters],
        outcome=outcome.value,
        picking=None if decided else picking_of(page, chosen_of(HIRES, {}), picks, len(picks), begun=page.address()),
        next_page=page.address(after=day_key_text(found.after)) if found.after else None,
        first_page=page.address(after=None) if after else None,
    )


def _looks(page: Page, hires: Mapping[int, Any]) -> dict[int, Look]:
    setting, book = page.office.setting, page.office.rulebook
    return {i: look(hire, page.at, book.rules(hire.procedure), setting) for i, hire in hires.items()}


def _year_field(page: Page, year: int | None) -> Field:
    this, chosen = page.today.year, str(year) if year is not None else ""
    years = sorted({this - 1, this, this + 1, *([year] if year is not None and EARLIEST <= year <= LATEST else [])})
    usual = ("", page.tell(say("今年和今后{n}个月", n=AHEAD_MONTHS)))
    options = (usual, *((str(one), str(one)) for one in years))
    return Field(
        "year",
        page.tell(say("期满年度")),
        "select",
        chosen,
        options=options,
        chosen=frozenset({chosen}),
        prefix="filter-",
    )


def _row(
    page: Page, line: TermLine, one: Look, places: Mapping[str, str], money: Mapping[tuple[str, str], Money]
) -> dict[str, Any]:
    due = words.due_of(page, line.ends_on)
    return {
        "id": line.hire_id,
        "version": line.version,
        "who": line.person_name,
        "post": line.post_title,
        "employer": line.employer,
        "place": places.get(line.region, line.region),
        "procedure": words.short_title(page, page.office.procedure(line.procedure)),
        "starts_on": line.starts_on,
        "due_on": due.due_on,
        "provisional": False,
        "urgency": due.urgency,
        "left": due.left,
        "year": one.year,
        "grade": page.named(one.grade) if one.grade else "",
        "passed": one.grade is not None and one.grade.passes,
        "limit": one.limit_months,
        "used": one.used,
        "rest": one.left,
        "last_lawful_on": one.last_lawful_on,
        "excepted": one.excepted,
        "protected_until": one.protected_until,
        "next_ends_on": one.next_ends_on,
        "money": money.get((document_in(line.procedure), line.region)),
        "asked": bool(one.answers),
        "passes": one.passes,
        "refusals": [_answer(page, answer) for answer in one.refusals],
        "cautions": [page.tell(said) for said in one.cautions],
    }


def _answer(page: Page, answer: Answer) -> dict[str, str]:
    verdict = answer.verdict
    remedy = page.tell(verdict.remedy) if verdict.remedy else ""
    return {"say": page.tell(verdict.say), "article": answer.article, "remedy": remedy}
