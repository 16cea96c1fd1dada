"""``zaigang calendar``: a year's holiday notice is loaded, and what was provisional is computed again (放假安排)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import Answer, Console, command, group
from api.cli.rooms import opened
from states.say import say


def add_to(app: typer.Typer) -> None:
    below = group(app, "calendar", "放假安排：列出、载入。\n\nHoliday notices: list, load.")
    command(below, "list")(list_all)
    command(below, "load")(load)


def list_all(console: Console) -> Answer:
    """列出已载入的年份及其通知。

    The years that are loaded, each with its notice.
    """
    from states.calendar import Calendar

    calendar = Calendar.load(console.settings.calendar_folder)
    rows = []
    for year in calendar.years:
        notice = calendar.notice(year)
        assert notice is not None
        rows.append({"year": year, "notice": notice.cited, "issued_on": notice.issued_on.isoformat()})
    lines = tuple(f"{row['year']}  {row['notice']}（{row['issued_on']}）" for row in rows)
    return Answer({"edition": calendar.edition, "years": rows}, lines)


def load(
    console: Console,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="年份文件，如 2027.yaml / year file")],
    reason: Annotated[
        str | None, typer.Option("--reason", help="重新推算的理由，默认为通知 / default: the notice")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查，不载入 / check only")] = False,
) -> Answer:
    """检查并载入一年的放假安排，然后重新推算所有暂定的期限，逐件记入审计。

    Checks a year file, copies it into the calendar folder and computes every provisional deadline again, on record.
    """
    from states.calendar import Calendar
    from states.calendar.files import read_years
    from workflow.recompute import recompute_provisional
    from workflow.settings import calendar_home

    (year,) = read_years(file).values()
    folder = console.settings.calendar_folder or calendar_home()
    Calendar.load(console.settings.calendar_folder).with_year(year)
    if dry_run:
        return Answer(
            {"year": year.year, "loaded": False}, (console.gettext("{year}年合格，没有载入", year=year.year),)
        )
    with opened(console) as office:
        target = folder / f"{year.year}.yaml"
        changed = not target.exists() or target.read_bytes() != file.read_bytes()
        if changed:
            _copy(file, target)
        calendar = Calendar.load(folder)
        because = reason or year.notice.cited
        report = recompute_provisional(office, office.now(), because, calendar=calendar)
    document = {"year": year.year, "loaded": changed, "file": str(target), "reason": because, **report.document()}
    lines = [
        console.gettext("已载入{year}年放假安排：{file}", year=year.year, file=str(target)),
        console.gettext("重新推算{n}件，其中期限有变{moved}件", n=len(report.changed), moved=report.moved),
        *(
            f"  {c.hire_id}  {c.deadline}  {c.before} → {c.after}"
            + (console.gettext("（暂定）") if c.provisional else "")
            for c in report.changed
        ),
        *(console.gettext("第{hire}号没有推算：{why}", hire=f.hire_id, why=f.why) for f in report.failed),
    ]
    if changed:
        console.note(say("正在运行的网页和后台须重启，才使用新的放假安排"))
    return Answer(document, tuple(lines), ok=not report.failed)


def _copy(file: Path, target: Path) -> None:
    """Whole or not at all: another process may be reading the folder."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_suffix(".part")
    draft.write_bytes(file.read_bytes())
    draft.replace(target)
