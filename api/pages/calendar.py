"""The calendar of last days (期限日历): a month, a week, a day, for whoever answers for what ends there."""

from __future__ import annotations

import calendar as weeks
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import Connection

from api.pages import reading, words
from api.pages.hires import whole as whole_number
from api.pages.render import Page, PageDep
from api.problems import NotFound
from states.calendar import FIRST_DAY, LAST_DAY, DayKind
from states.say import Sentence, say
from states.vocabulary import Role
from workflow.figures import AT_ONCE
from workflow.kept_days import days_of
from workflow.queries import scoped
from workflow.queries.agenda import Agenda, AgendaDay, AgendaKey, AgendaLine, agenda

router = APIRouter()
#: whose own periods are those of others: they see what all offices of their regions have to do
LOOKING_ON = frozenset({Role.SUPERVISOR, Role.FINANCE})
MONTHS = tuple(
    name.pattern
    for name in (
        *(say("一月"), say("二月"), say("三月"), say("四月"), say("五月"), say("六月")),
        *(say("七月"), say("八月"), say("九月"), say("十月"), say("十一月"), say("十二月")),
    )
)


@router.get("/calendar")
def show(page: PageDep) -> Response:
    """A month (``month=2026-12``) or a week (``week=`` any day of it); this month unless asked otherwise."""
    query = page.request.query_params
    week = day_of(query.get("week"))
    month = day_of(f"{query.get('month')}-01") or page.today.replace(day=1)
    if week is not None:
        first = max(FIRST_DAY, week - timedelta(week.weekday()))
        last, days = first + timedelta(6), [first + timedelta(n) for n in range(7)]
    else:
        first, last = month, month.replace(day=weeks.monthrange(month.year, month.month)[1])
        days = [first + timedelta(n) for n in range(last.day)]
    with page.office.database.reading(scoped(page.actor).reach) as connection:
        asked = asked_by(page, connection, first, last)
        found, counted_at = days_of(connection, asked, AT_ONCE)
    known = found if found is not None else {}
    cells = [_cell(page, day, known.get(day)) for day in days]
    return page.show(
        "calendar.html",
        "calendar",
        by_week=week is not None,
        title=_title(page, first, last, week is not None),
        weeks=[cells] if week is not None else _in_weeks(cells, first),
        total=sum(day.number for day in known.values()),
        provisional=sum(day.provisional for day in known.values()),
        uncounted=found is None,
        links=_links(page, first, week is not None),
        choices=_whose(page, asked.whole),
        counted_at=page.moment(counted_at) if counted_at else "",
        unknown=page.office.setting.calendar.missing_years(first, last),
    )


@router.get("/calendar/{day}")
def show_day(page: PageDep, day: str) -> Response:
    """What ends on one day (2026-12-15)."""
    on = day_of(day)
    if on is None:
        raise NotFound
    after = _key(page.request.query_params.get("after"))
    with page.office.database.reading(scoped(page.actor).reach) as connection:
        asked = asked_by(page, connection, on, on)
        lines, more = agenda(connection, asked, after)
        found, counted_at = days_of(connection, asked, AT_ONCE)
        places = reading.place_names(connection, {line.region for line in lines})
    return page.show(
        "calendar_day.html",
        "calendar",
        day=_cell(page, on, (found or {}).get(on)),
        uncounted=found is None,
        counted_at=page.moment(counted_at) if counted_at else "",
        rows=[_row(page, line, places) for line in lines],
        month=_month_address(page, on),
        choices=_whose(page, asked.whole),
        next_page=page.address(after=_written(more)) if more else None,
        first_page=page.address(after=None) if after else None,
    )


# ---- what is asked for -------------------------------------------------------------------------------------------


def asked_by(page: Page, connection: Connection, first: date, last: date) -> Agenda:
    """The reader's own periods, or all of their regions (``who=all``; always so for those who look on)."""
    scope = scoped(page.actor)
    looks_on = set(scope.by_role) <= LOOKING_ON
    whole = looks_on or page.request.query_params.get("who") == "all"
    sqlite = page.office.database.is_sqlite
    return Agenda(scope, page.office.every_procedure(connection), first, last, whole, sqlite)


def day_of(text: str | None) -> date | None:
    """A day within the span of the calendar; anything else is none."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    # other ways to write a day (weeks, no dashes) are no addresses of ours
    return day if day.isoformat() == text and FIRST_DAY <= day <= LAST_DAY - timedelta(31) else None


def _key(text: str | None) -> AgendaKey | None:
    day, _, rest = (text or "").partition("~")
    number, _, name = rest.partition("~")
    on, hire = day_of(day), whole_number(number)
    return None if on is None or hire is None or not name or "\x00" in name else (on, hire, name)


def _written(key: AgendaKey) -> str:
    return f"{key[0].isoformat()}~{key[1]}~{key[2]}"


# ---- what is shown -----------------------------------------------------------------------------------------------


def _cell(page: Page, day: date, found: AgendaDay | None) -> dict[str, Any]:
    kind = page.office.setting.calendar.day(day)
    return {
        "day": day,
        "number": found.number if found else 0,
        "provisional": found.provisional if found else 0,
        "today": day == page.today,
        "late": day < page.today,
        "href": f"/calendar/{day.isoformat()}" + ("?who=all" if page.request.query_params.get("who") == "all" else ""),
        "why": page.tell(kind.why),
        **marked(page, day, kind),
    }


def marked(page: Page, day: date, kind: DayKind) -> dict[str, Any]:
    """A day as a calendar marks it: 休 (rest), 班 (a weekend day that is worked), and whether it is certain."""
    weekend = day.weekday() >= 5
    special = kind.working == weekend
    mark = (say("班") if kind.working else say("休")) if special else None
    return {
        "rest": not kind.working,
        "mark": page.tell(mark) if mark else "",
        "made_up": kind.working and weekend,
        "unsure": kind.provisional,
    }


def _in_weeks(cells: list[dict[str, Any]], first: date) -> list[list[dict[str, Any] | None]]:
    """Rows of seven, Monday first, with nothing where the month has not begun or is over."""
    padded: list[dict[str, Any] | None] = [None] * first.weekday() + [*cells]
    padded += [None] * (-len(padded) % 7)
    return [padded[n : n + 7] for n in range(0, len(padded), 7)]


def _title(page: Page, first: date, last: date, by_week: bool) -> str:
    if by_week:
        return page.tell(say("{first}至{last}", first=page.day(first), last=page.day(last)))
    return page.tell(say("{year}年{month}", year=first.year, month=page.tell(MONTHS[first.month - 1])))


def _links(page: Page, first: date, by_week: bool) -> dict[str, str]:
    if by_week:
        before, after = max(first - timedelta(7), FIRST_DAY), min(first + timedelta(7), LAST_DAY - timedelta(62))
        step = {"before": _week_address(page, before), "after": _week_address(page, after)}
    else:
        step = {
            "before": _month_address(page, max(first - timedelta(1), FIRST_DAY)),
            "after": _month_address(page, min(first + timedelta(31), LAST_DAY - timedelta(62))),
        }
    inside = first <= page.today < first + timedelta(7 if by_week else 31)
    near = page.today if inside else first
    return {
        **step,
        "now": _week_address(page, page.today) if by_week else _month_address(page, page.today),
        "month": _month_address(page, near),
        "week": _week_address(page, near),
    }


def _month_address(page: Page, day: date) -> str:
    return _address(page, f"month={day:%Y-%m}")


def _week_address(page: Page, day: date) -> str:
    return _address(page, f"week={day.isoformat()}")


def _address(page: Page, query: str) -> str:
    return f"/calendar?{query}" + ("&who=all" if page.request.query_params.get("who") == "all" else "")


def _whose(page: Page, whole: bool) -> list[dict[str, Any]]:
    """Own periods or all of the region's; nothing to choose for those who look on."""
    if set(scoped(page.actor).by_role) <= LOOKING_ON:
        return []
    own: tuple[tuple[str | None, Sentence], ...] = ((None, say("我负责的")), ("all", say("本地区全部")))
    return [
        {"words": page.tell(name), "href": page.address(who=value, after=None), "current": whole is (value == "all")}
        for value, name in own
    ]


def _row(page: Page, line: AgendaLine, places: Mapping[str, str]) -> dict[str, Any]:
    procedure = page.office.procedure(line.procedure)
    stage = procedure.stage_by_name.get(line.stage)
    due = words.due_of(page, line.due_on, line.provisional)
    return {
        "hire_id": line.hire_id,
        "who": line.person_name or page.tell(say("空缺名额")),
        "post": line.post_title,
        "place": places.get(line.region, line.region),
        "what": words.clock_name(page, procedure, line.name),
        "stage": page.named(stage) if stage else line.stage,
        "due_on": due.due_on,
        "provisional": due.provisional,
        "urgency": due.urgency,
        "left": due.left,
    }
