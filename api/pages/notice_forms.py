"""Boards on a form (张贴处), each with a day of its own, and the page that tells what became of each person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from fastapi.responses import Response

from api.pages.render import Page
from states.refusals import InputRefused, Refusal
from states.say import Sentence, say
from workflow.engine import Done
from workflow.notices import Hung, Run

#: rows for boards that the document does not name
SPARE = 3
MOST = 20


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One row: a board that is ticked or not, with its day; a spare row has no name yet."""

    number: int
    name: str
    label: str
    ticked: bool
    day: str
    spare: bool


def board_rows(
    page: Page,
    known: Iterable[tuple[str, str]],
    given: Mapping[str, list[str]],
    hung: Mapping[str, date] | None = None,
) -> list[BoardRow]:
    """The boards by name and words, each with its day (today, or where it hangs already), and some spare rows."""
    today, named = page.today.isoformat(), list(known)
    named += [(name, name) for name in hung or {} if name not in dict(named)]
    rows = []
    for number, (name, label) in enumerate(named + [("", "")] * SPARE):
        spare = number >= len(named)
        day = hung[name].isoformat() if hung and name in hung else today
        ticked = name in hung if hung is not None else not spare
        if given:
            name = first(given, f"board.{number}.name") if spare else name
            day, ticked = first(given, f"board.{number}.day") or today, bool(first(given, f"board.{number}.on"))
        rows.append(BoardRow(number, name, label, ticked, day, spare))
    return rows


def boards_of(given: Mapping[str, list[str]]) -> list[Hung]:
    """The boards that a form names with their days. Raises InputRefused for a day that is none."""
    found: dict[str, date] = {}
    faults: dict[str, Sentence] = {}
    for number in range(MOST + SPARE):
        name = first(given, f"board.{number}.name")
        if not name or not (first(given, f"board.{number}.on") or first(given, f"board.{number}.spare")):
            continue
        try:
            found[name] = date.fromisoformat(first(given, f"board.{number}.day"))
        except ValueError:
            faults["boards"] = say("“{board}”的张贴日期不对，请填写日期，例如2026-03-02", board=name)
    if faults:
        raise InputRefused(faults)
    return [Hung(name, day) for name, day in found.items()]


def first(given: Mapping[str, list[str]], name: str) -> str:
    return (given.get(name) or [""])[0].strip()


def told(page: Page, run: Run, what: Sentence, names: Mapping[int, str]) -> Response:
    """What became of each person of a run."""
    lines = [
        {
            "hire_id": hire_id,
            "name": names.get(hire_id, str(hire_id)),
            "done": isinstance(outcome, Done),
            "why": _reasons(page, outcome) if isinstance(outcome, Refusal) else [],
        }
        for hire_id, outcome in run.outcomes.items()
    ]
    status = 200 if run.done else 409
    return page.show(
        "notice_run.html", "notices", status=status, what=page.tell(what), lines=lines, done=run.done, batch=run.batch
    )


def _reasons(page: Page, refusal: Refusal) -> list[str]:
    stopping = [answer for answer in getattr(refusal, "answers", ()) if answer.stops]
    told = [
        page.tell(say("{said}（{article}）", said=page.tell(answer.verdict.say), article=answer.article))
        for answer in stopping
    ]
    faults = [page.tell(fault) for fault in refusal.faults.values()] if isinstance(refusal, InputRefused) else []
    return told or faults or [page.tell(refusal.sentence)]
