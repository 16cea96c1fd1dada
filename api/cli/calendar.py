"""``zaigang calendar``: a year's holiday notice is loaded, and what it touches is computed again (放假安排)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.console import Answer, CommandFailed, Console, command, group
from api.cli.rooms import opened, sqlite_file
from states.calendar import Calendar, CalendarFault, CalendarFaults, default_calendar
from states.calendar.files import LONGEST_TEXT, CalendarYear, parse_year
from states.say import say

if TYPE_CHECKING:
    from workflow.calendar_years import Applied


def add_to(app: typer.Typer) -> None:
    below = group(app, "calendar", "放假安排：列出、载入。\n\nHoliday notices: list, load.")
    command(below, "list")(list_all)
    command(below, "load")(load)


def calendar_in_force(console: Console) -> Calendar:
    """The years of the database where there is one; else the shipped ones with those of the office laid over them."""
    settings = console.settings
    file = sqlite_file(settings.database_url)
    if file is None or file.exists():
        try:
            with opened(console) as office:
                return office.setting.calendar
        except CommandFailed:
            console.note(say("数据库尚未就绪，只按文件中的放假安排推算"))
    return default_calendar() if settings.calendar_folder is None else Calendar.load(settings.calendar_folder)


def list_all(console: Console) -> Answer:
    """列出已载入的年份及其通知。

    The years that are loaded, each with its notice.
    """
    calendar = calendar_in_force(console)
    notices = [(year.year, year.notice) for year in calendar.all_years]
    rows = [{"year": y, "notice": n.cited, "issued_on": n.issued_on.isoformat()} for y, n in notices]
    lines = tuple(f"{row['year']}  {row['notice']}（{row['issued_on']}）" for row in rows)
    return Answer({"edition": calendar.edition, "years": rows}, lines)


def load(
    console: Console,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="年份文件，如 2027.yaml 或 CSV / year file")],
    reason: Annotated[
        str | None, typer.Option("--reason", help="重新推算的理由，默认为通知 / default: the notice")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查和预览，不载入 / check and foretell only")] = False,
) -> Answer:
    """检查并载入一年的放假安排，然后重新推算所涉及的期限，逐件记入审计。网页和后台随即采用，不必重启。

    Checks and loads a year and computes again what it touches, on record. Web and worker go by it without a restart.
    """
    from workflow import calendar_years as years
    from workflow.office_log import CONSOLE_ACTOR

    year = _read(file)
    with opened(console) as office:
        calendar, mark = years.with_year(office, year)
        at = office.now()
        if dry_run:
            foretold = years.foresee(office, calendar, year.year, at, ("",))
            document: dict[str, object] = {"year": year.year, "loaded": False}
            document |= {"hires": foretold.hires, "moved": foretold.moved}
            line = console.gettext("{year}年合格，没有载入", year=year.year)
            more = console.gettext(
                "载入将使{n}件的期限更新，其中{moved}个日期变动", n=foretold.hires, moved=foretold.moved
            )
            return Answer(document, (line, more))
        because = reason or year.notice.cited
        changed = year not in office.setting.calendar.all_years
        done = None
        if changed:
            years.begin(office, year, CONSOLE_ACTOR, at, because, mark)
        done = years.go_on(office, at)  # also what another process has left
    document = {"year": year.year, "loaded": changed, "reason": because, **_document(done)}
    return Answer(document, tuple(_lines(console, year, changed, done)), ok=done is None or not done.failed)


def _read(file: Path) -> CalendarYear:
    try:
        if file.stat().st_size > 4 * LONGEST_TEXT:
            raise CalendarFaults(
                (CalendarFault(file.name, say("内容超过{most}字，不是一年的放假安排", most=LONGEST_TEXT)),)
            )
        return parse_year(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        fault = CalendarFault(file.name, say("读不出文件：{error}", error=str(error)))
        raise CalendarFaults((fault,)) from None


def _document(done: Applied | None) -> dict[str, object]:
    if done is None:
        return {"hires": 0, "changed": [], "moved": 0, "failed": []}
    return {
        "hires": done.hires,
        "changed": [
            {
                "hire_id": c.hire_id,
                "deadline": c.deadline,
                "before": c.before.isoformat(),
                "after": c.after.isoformat(),
                "provisional": c.provisional,
            }
            for c in done.changes
        ],
        "moved": done.moved,
        "failed": [{"hire_id": hire_id, "why": why} for hire_id, why in done.failed],
    }


def _lines(console: Console, year: CalendarYear, changed: bool, done: Applied | None) -> list[str]:
    words = say("已载入{year}年放假安排", year=year.year) if changed else say("{year}年放假安排已在用", year=year.year)
    lines = [words.text(console.translate)]
    if done is None:
        return lines
    lines.append(console.gettext("重新推算{n}件，其中期限有变{moved}件", n=done.hires, moved=done.moved))
    for c in done.changes:
        unsure = console.gettext("（暂定）") if c.provisional else ""
        lines.append(f"  {c.hire_id}  {c.deadline}  {c.before} → {c.after}{unsure}")
    lines += [console.gettext("第{hire}号没有推算：{why}", hire=hire_id, why=why) for hire_id, why in done.failed]
    return lines
