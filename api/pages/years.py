"""The year calendars (放假安排): each year in force with its notice, and loading a new one: check, preview, apply."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import Connection, select
from starlette.datastructures import FormData, UploadFile

from api.dependencies import require_recent
from api.pages import reading, words
from api.pages.calendar import MONTHS, marked
from api.pages.hires import whole as whole_number
from api.pages.render import FormDep, Page, PageDep
from api.problems import Forbidden, NotFound
from states.calendar import Calendar, CalendarFaults, CalendarYear
from states.calendar.files import LONGEST_TEXT, parse_year, year_text
from states.refusals import InputRefused
from states.say import Sentence, say
from workflow import calendar_years as years
from workflow import queries
from workflow.queries import scoped
from workflow.recompute import Change
from workflow.tables import metadata
from workflow.years_kept import Kept, kept_years

router = APIRouter()
account = metadata.tables["account"]
#: a request works so long at a load; the worker does the rest
WORK_SECONDS = 5.0
ROWS = 50
#: a spreadsheet in a Chinese office writes CSV in GB 18030
ENCODINGS = ("utf-8-sig", "gb18030")


@router.get("/years")
def show(page: PageDep) -> Response:
    """The year of today, and which others there are."""
    return _year_page(page, page.today.year)


@router.get("/years/new")
def ask(page: PageDep) -> Response:
    """The form in which a notice is typed or uploaded."""
    _loader(page)
    return page.show("year_new.html", "years", text="", faults=[], sample=_sample(page))


@router.get("/years/{year}")
def show_year(page: PageDep, year: str) -> Response:
    """One year on a grid, with the notice that it quotes."""
    number = whole_number(year)
    if number is None or not 1990 <= number <= 2099:
        raise NotFound
    return _year_page(page, number)


@router.post("/years/preview")
def preview(page: PageDep, form: FormDep) -> Response:
    """What the notice would move, hire by hire; or every fault of what was typed."""
    _loader(page)
    try:
        text = _text_of(form)
        year = parse_year(text)
        calendar, mark = years.with_year(page.office, year)
    except CalendarFaults as faults:
        told = [page.tell(fault.reason) for fault in faults.faults]
        return page.show("year_new.html", "years", status=422, text=_typed(form), faults=told, sample=_sample(page))
    return _preview(page, year, calendar, mark, int(whole_number(_field(form, "from")) or 0))


@router.post("/years/apply")
def apply(page: PageDep, form: FormDep) -> Response:
    """Loads the year as it was previewed, and computes again what it moves."""
    _loader(page)
    assert page.session is not None
    require_recent(page.session)
    reason, mark = _field(form, "reason"), _field(form, "mark")
    try:
        year = parse_year(_field(form, "text"))
    except CalendarFaults:
        raise NotFound from None
    try:
        load = years.begin(page.office, year, page.actor, page.at, reason, mark)
    except InputRefused as refused:
        calendar, mark = years.with_year(page.office, year)
        return _preview(page, year, calendar, mark, 0, reason, refused.faults["reason"])
    return _work(page, load.year)


@router.post("/years/continue")
def go_on(page: PageDep, form: FormDep) -> Response:
    """Goes on with a load that was broken off, where no worker does."""
    _loader(page)
    with page.office.database.reading() as connection:
        load = years.applying(connection)
    if load is None:
        return page.go("/years", say("没有尚未完成的载入"))
    return _work(page, load.year)


def _work(page: Page, year: int) -> Response:
    until = time.monotonic() + WORK_SECONDS
    done = years.go_on(page.office, page.at, stopping=lambda: time.monotonic() > until)
    if done is None:
        return page.go(f"/years/{year}", say("已载入{year}年放假安排", year=year))
    if not done.finished:
        words_ = say("已载入{year}年放假安排，已重新推算{n}件，其余由后台继续", year=year, n=done.hires)
        return page.go(f"/years/{year}", words_, "care")
    if done.failed:
        words_ = say("已载入{year}年放假安排。{n}件没有推算成功，请通知系统管理员", year=year, n=len(done.failed))
        return page.go(f"/years/{year}", words_, "care")
    hires = len({change.hire_id for change in done.changes})
    words_ = say("已载入{year}年放假安排，更新{n}件的期限，其中{moved}个日期变动", year=year, n=hires, moved=done.moved)
    return page.go(f"/years/{year}", words_)


def _loader(page: Page) -> None:
    if not years.may_load(page.actor):
        raise Forbidden


# ---- what was typed ----------------------------------------------------------------------------------------------


def _field(form: FormData, name: str) -> str:
    value = form.get(name)
    return value if isinstance(value, str) else ""


def _typed(form: FormData) -> str:
    return _field(form, "text")[:LONGEST_TEXT]


def _text_of(form: FormData) -> str:
    """What was uploaded, else what was typed. Raises CalendarFaults for a file that is no text."""
    file = form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        return _field(form, "text")
    content = file.file.read(4 * LONGEST_TEXT)
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return "\x00"  # no text at all: refused as such


def _sample(page: Page) -> str:
    """The latest year in force, as an example of the form."""
    return year_text(page.office.setting.calendar.all_years[-1])


# ---- the preview -------------------------------------------------------------------------------------------------


def _preview(
    page: Page,
    year: CalendarYear,
    calendar: Calendar,
    mark: str,
    start: int,
    reason: str = "",
    fault: Sentence | None = None,
) -> Response:
    prefixes = scoped(page.actor).prefixes
    found = years.foresee(page.office, calendar, year.year, page.at, prefixes)
    rows = found.changes[start : start + ROWS]
    with page.office.database.reading() as connection:
        lines = {line.id: line for line in queries.hire_lines(connection, scoped(page.actor), _ids(rows))}
        places = reading.place_names(connection, {*found.by_place, *(line.region for line in lines.values())})
        former = kept_years(connection).get(year.year)
    return page.show(
        "year_preview.html",
        "years",
        status=422 if fault else 200,
        year=year.year,
        notice=year.notice.cited,
        issued_on=year.notice.issued_on,
        corrects=former is not None or year.year in page.office.setting.calendar.years,
        months=_months(page, calendar, year.year),
        found=found,
        by_place=[(places.get(code, code), number) for code, number in found.by_place.items()],
        rows=[_row(page, change, lines, places) for change in rows],
        start=start,
        total=len(found.changes),
        next_start=start + ROWS if start + ROWS < len(found.changes) else None,
        text=year_text(year),
        mark=mark,
        reason=reason or year.notice.cited,
        fault=page.tell(fault) if fault else "",
    )


def _ids(changes: tuple[Change, ...]) -> set[int]:
    return {change.hire_id for change in changes}


def _row(page: Page, change: Change, lines: Mapping[int, Any], places: Mapping[str, str]) -> dict[str, Any]:
    line = lines.get(change.hire_id)
    procedure = page.office.procedure(line.procedure) if line else None
    return {
        "hire_id": change.hire_id,
        "who": (line.person_name if line else None) or page.tell(say("空缺名额")),
        "place": places.get(line.region, line.region) if line else "",
        "what": words.clock_name(page, procedure, change.deadline) if procedure else change.deadline,
        "before": change.before,
        "after": change.after,
        "provisional": change.provisional,
        "moved": change.moved,
    }


# ---- a year on a grid --------------------------------------------------------------------------------------------


def _year_page(page: Page, number: int) -> Response:
    calendar = page.office.setting.calendar
    with page.office.database.reading() as connection:
        load, kept = years.applying(connection), kept_years(connection)
        loaders = _names(connection, kept)
    year = next((one for one in calendar.all_years if one.year == number), None)
    own = kept.get(number)
    return page.show(
        "years.html",
        "years",
        number=number,
        known=[(year, f"/years/{year}") for year in calendar.years],
        missing=[y for y in (page.today.year, page.today.year + 1) if y not in calendar.years],
        year=year,
        months=_months(page, calendar, number),
        holidays=_holidays(page, year),
        loaded=_loaded(page, own, loaders) if own else None,
        may_load=years.may_load(page.actor),
        load=load,
    )


def _names(connection: Connection, kept: Mapping[int, Kept]) -> dict[str, str]:
    wanted = {one.loaded_by for one in kept.values()}
    rows = connection.execute(select(account.c.person_key, account.c.name).where(account.c.person_key.in_(wanted)))
    return {row.person_key: row.name for row in rows}


def _loaded(page: Page, kept: Kept, names: Mapping[str, str]) -> dict[str, str]:
    by = names.get(kept.loaded_by) or page.tell(say("系统控制台"))
    return {"by": by, "at": page.moment(kept.loaded_at), "reason": kept.reason}


def _holidays(page: Page, year: CalendarYear | None) -> list[dict[str, Any]]:
    if year is None:
        return []
    return [
        {"name": page.tell(say("{name}", name=rest.name)), "first": rest.starts_on, "last": rest.ends_on}
        for rest in year.rest
    ]


def _months(page: Page, calendar: Calendar, number: int) -> list[dict[str, Any]]:
    found = []
    for month in range(1, 13):
        first = date(number, month, 1)
        day = first
        shown: list[dict[str, Any] | None] = [None] * first.weekday()
        while day.month == month:
            kind = calendar.day(day)
            shown.append(
                {"day": day, "today": day == page.today, "why": page.tell(kind.why), **marked(page, day, kind)}
            )
            day += timedelta(1)
        shown += [None] * (-len(shown) % 7)
        name = page.tell(MONTHS[month - 1])
        found.append({"name": name, "weeks": [shown[n : n + 7] for n in range(0, len(shown), 7)]})
    return found
